// Templates put together from the places of their pieces (packs/matcher.py, _Pieces).
#pragma once
#include <unordered_set>

#include "matcher_rules.hpp"

namespace scrub {
inline namespace matching {

// Where a rule applies in folded text.
struct Found {
    int start, end, rule;
    bool everyday = false; // as that of Hit
    friend bool operator<(const Found& a, const Found& b) { return std::tie(a.rule, a.start, a.end) < std::tie(b.rule, b.start, b.end); }
};

// The farthest ends of a template that were worked out already; forgotten all at once, without touching them.
class Reached {
  public:
    void clear() {
        if (!++turn) *this = Reached();
        used = 0;
    }
    // Where the end of a key stands, and whether it is known; until the next call.
    std::pair<int*, bool> place(uint64_t key) {
        if (++used * 2 > slots.size()) grow();
        size_t at = slot_of(key);
        bool known = slots[at].turn == turn;
        slots[at] = {key, turn, known ? slots[at].end : 0};
        return {&slots[at].end, known};
    }
    void set(uint64_t key, int end) { *place(key).first = end; }

  private:
    struct Slot {
        uint64_t key = 0;
        uint32_t turn = 0;
        int end = 0;
    };
    std::vector<Slot> slots = std::vector<Slot>(64);
    uint32_t turn = 1;
    size_t used = 0; // at most: a key counts whenever it is asked for

    size_t slot_of(uint64_t key) const {
        size_t at = mixed(key) >> 32 & (slots.size() - 1);
        while (slots[at].turn == turn && slots[at].key != key) at = (at + 1) & (slots.size() - 1);
        return at;
    }
    void grow() {
        std::vector<Slot> old(slots.size() * 2);
        old.swap(slots);
        used = 1;
        for (const Slot& slot : old)
            if (slot.turn == turn) slots[slot_of(slot.key)] = slot, used++;
    }
};

// What template pieces are made of, as packs/matcher.py says.
struct PieceSigns {
    PieceSigns();
    Regex code, number;
    std::unordered_set<Char> separators, tight;
    std::vector<std::pair<uint32_t, uint32_t>> places_of; // room for Templates, whose last text had places
    std::vector<int> noted;                               // of these rules,
    std::vector<int> due;                                 // for the templates that are tried
    std::vector<bool> wanted;                             // and their rules,
    Reached reached;                                      // and how far the one that is tried reaches, so that time stays linear
};

class Templates {
  public:
    // `met`: the places of all rules that are pieces of templates; they get sorted.
    Templates(const Rules& rules, PieceSigns& signs, const Shown& shown, std::vector<Found>& met);

    // The longest match of every template whose required rules are met, wherever it can begin.
    void find(std::vector<Found>& found);

  private:
    using Range = std::pair<const Found*, const Found*>;
    Range places(int rule) const;
    Range places(int rule, int start) const;
    void note_rules();
    void keep_pieces(const std::vector<int>& due);
    void note_places();
    bool is_due(int number) const;
    void find_one(int number, std::vector<Found>& found);
    std::vector<int> starts(const RulePiece& piece) const;
    int longest(size_t number, int start);
    int reach(size_t number, int end, bool digits);
    const Regex& pattern(const RulePiece& piece) const { return piece.rule == CODE_PIECE ? signs.code : signs.number; }

    const Rules& rules;
    PieceSigns& signs;
    const Shown& shown;
    std::vector<Found>& met;
    std::vector<std::pair<uint32_t, uint32_t>>& places_of; // by rule: the first in `met` and the one behind the last
    std::vector<int>& noted;
    std::vector<RulePiece> pieces; // of the template that is tried
    Reached& reached;
};

} // namespace matching
} // namespace scrub
