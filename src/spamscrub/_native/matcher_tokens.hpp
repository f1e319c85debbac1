// What `Matcher::read` finds in each token between white space, kept for the next time that it is met.
#pragma once
#include <deque>
#include <optional>

#include "language.hpp"
#include "matcher_scan.hpp"

namespace scrub {
inline namespace matching {

// Something in a token, [start, end) from its start.
struct TokenFind {
    enum Kind : uint8_t {
        PLACE, // where a phrase tells
        NEED,  // what a pattern needs, `value` is its number
        HALF,  // how a need with white space begins, `value` is its number, and what stands behind that in it, 0 if nothing
    };
    Kind kind;
    int start, end;
    uint32_t value = 0;
    Char next = 0;
};

// How a literal begins in a token at `start`, and may go on behind its end.
struct Opening {
    int start;
    Automaton::Target target; // where the trie stands at the end of the token
    uint64_t next;            // which characters may stand behind the white space, as Automaton::behind_space
    bool is_word;             // the token ends with the first word of the literal, and
    uint64_t key;             // this is its key
};

enum TokenTrait : uint8_t {
    UNUSUAL = 1,  // what it is folded to may depend on what stands around it
    EASTERN = 2,  // has Han, or what is behind it: signs of WeChat count
    SIGN = 4,     // has a sign of WeChat
    APART = 8,    // may belong to a row of letters set apart if a token beside it may
    IN_ROW = 16,  // the same whatever stands beside it
    WECHAT = 32,  // WeChat is looked for, whatever stands beside it
};

struct TokenEntry {
    uint8_t traits = 0;
    uint64_t next = 0;   // of all openings and halves
    uint64_t before = 0; // of all `closes`, as Endings::before_tail
    std::vector<Opening> openings;
    std::vector<int> closes; // where long phrases may end that begin inside a word before the token
    std::vector<TokenFind> finds;
    std::vector<Span> words; // of the vocabulary, from the start of the token
    std::vector<Span> rare;  // characters RARE of packs/required.py
    bool empty() const { return !traits && openings.empty() && closes.empty() && finds.empty() && words.empty() && rare.empty(); }
};

class TokenFinds {
  public:
    explicit TokenFinds(const Rules& rules);

    // Keeps what is known while somebody reads; `good` is false where the numbers mean other tokens to somebody else.
    class Reader {
      public:
        Reader(TokenFinds& finds, uint64_t generation);
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        ~Reader() { finds.readers--; }
        const bool good;

      private:
        TokenFinds& finds;
    };

    // What has to stand around a token to make it interesting: the two characters behind the white space on both sides, as
    // Automaton::behind_space and Endings::before_tail have them; no bit where nothing does, all bits where they do not matter.
    struct Beside {
        uint64_t before = ~0ull, next = ~0ull;
        uint64_t key = 0;                      // of its opening, where that is a word and the only one
        uint16_t word_start = 0, word_end = 0; // its word of the vocabulary, where it has one and that can be told here
        bool apart = true;                     // interesting behind another one of this sort
        bool rare = true;                      // characters RARE are in it
    };
    const std::vector<Beside>& all_besides() const { return besides; } // by the number of a token, as far as they are known
    // By the same numbers, whether nothing is in a token and nothing around can make it interesting; one more than there are.
    const std::vector<uint8_t>& all_calm() const { return calm; }

    // Has on its way what is known of a token.
    void expect(const TokenPlace& place) const {
        if (place.number < known.size() && known[place.number]) fetch_all(known[place.number]);
    }

    // What is known of a token. One without a number is described in `room`.
    const TokenEntry& of(const TokenPlace& place, View text, TokenEntry& room) {
        const TokenEntry* entry = place.number < known.size() ? known[place.number] : nullptr;
        return entry ? *entry : new_entry(place, text, room);
    }

  private:
    const TokenEntry& new_entry(const TokenPlace& place, View text, TokenEntry& room);
    TokenEntry described(View text) const;
    static Beside beside(const TokenEntry& entry);
    uint8_t traits_of(const Shown& token) const;
    template <class C> void find_openings(const Shown& token, const C* text, TokenEntry& entry) const;
    template <class C> void find_endings(const Shown& token, const C* text, TokenEntry& entry) const;
    void find_halves(const Shown& token, TokenEntry& entry) const;
    void add_half(int literal, int length, int size, TokenEntry& entry) const;
    template <class C> void add_opening(const Shown& token, const C* text, int at, Automaton::Target target, int depth, bool by_word, TokenEntry& entry) const;
    bool begins_with_sign(const Shown& token, int at) const;

    const Rules& rules;
    std::vector<Text> signs;    // of WeChat
    std::vector<const TokenEntry*> known; // by the number of a token
    std::vector<Beside> besides;          // by the number of a token,
    std::vector<uint8_t> calm{0};         // and one more
    std::deque<TokenEntry> entries;
    TokenEntry nothing;
    uint64_t generation = 0;
    int readers = 0;
};

// What was met in a document whose tokens are known.
struct Met {
    std::vector<Span> words;
    std::vector<Span> places;
    std::vector<Span> rare; // stretches of such characters
    std::vector<Span> odd;  // tokens that may be folded in another way where they stand,
    bool wechat = false;    // and whether WeChat is in disguise somewhere
    Needed needed;
    std::optional<Shown> shown; // where its text had to be looked at
};

// Puts a document together from what its tokens hold, all but the odd ones; false where they do not tell.
bool read_tokens(const Rules& rules, TokenFinds& finds, const Document& document, const TokenPlaces& tokens, Met& met);

} // namespace matching
} // namespace scrub
