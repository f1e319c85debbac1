// Templates put together from the places of their pieces (packs/matcher.py, _Pieces).
#pragma once
#include <unordered_map>
#include <unordered_set>

#include "matcher_rules.hpp"

namespace scrub {
inline namespace matching {

// Where a rule applies in folded text.
struct Found {
    int start, end, rule;
    friend bool operator<(const Found& a, const Found& b) { return std::tie(a.rule, a.start, a.end) < std::tie(b.rule, b.start, b.end); }
};

// What template pieces are made of, as packs/matcher.py says.
struct PieceSigns {
    PieceSigns();
    Regex code, number;
    std::unordered_set<Char> separators, tight;
    std::vector<std::pair<uint32_t, uint32_t>> places_of; // room for Templates, whose last text had places
    std::vector<int> noted;                               // of these rules,
    std::vector<int> due;                                 // for the templates that are tried
    std::vector<bool> wanted;                             // and their rules
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
    std::vector<RulePiece> pieces;              // of the template that is tried
    std::unordered_map<uint64_t, int> reached; // the farthest ends, so that time stays linear
};

} // namespace matching
} // namespace scrub
