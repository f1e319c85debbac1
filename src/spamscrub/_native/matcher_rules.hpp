// The rules of packs, ready for the matcher: their literals in one automaton, patterns, templates.
#pragma once
#include <optional>

#include "automaton.hpp"
#include "matcher.hpp"
#include "matcher_text.hpp"
#include "regex.hpp"

namespace scrub {
inline namespace matching {

struct RulePiece {
    int rule;         // CODE_PIECE, NUMBER_PIECE, or the number of a rule
    bool optional;
    bool builtin() const { return rule < 0; }
};
constexpr int CODE_PIECE = -1, NUMBER_PIECE = -2;

struct MatchRule {
    uint16_t pack, pack_name, name; // the place of its pack, and both names by their order
    Role role;
    bool phrases = false;
    bool told = false;        // its literals are looked for in whole documents
    bool in_template = false; // it is a piece of one
    bool everyday = false;    // all that it finds is
    int pattern = -1;
    std::vector<RulePiece> pieces;
    std::vector<int> required;
    template <class Image> void pass(Image& image) { image(pack), image(pack_name), image(name), image(role), image(phrases), image(told), image(in_template), image(everyday), image(pattern), image(pieces), image(required); }
};

// One way to match, as Need of packs/required.py.
struct Need {
    int rare = 0;
    std::vector<Text> words;
    template <class Image> void pass(Image& image) { image(rare), image(words); }
};

// A pattern, compiled when a text first calls for it.
class Pattern {
  public:
    Pattern() = default; // to be read from an image
    Pattern(int rule, Text source) : rule(rule), source(std::move(source)) {}
    int rule = -1;
    template <class Image> void pass(Image& image) { image(rule), image(source), image(shape); }
    // What packs/required.py tells of it; nothing until somebody asks.
    struct Prepared {
        std::vector<Need> needs;
        int least = 0; // of all ways
        int width = 0; // of the longest match
        bool needs_nothing = false; // one way does not
        bool looks_ahead = false;   // for something that has to stand there
        template <class Image> void pass(Image& image) { image(needs), image(least), image(width), image(needs_nothing), image(looks_ahead); }
    };
    const Prepared& prepared();
    int least_rare() { return prepared().least; } // so many RARE characters has a match at least
    bool may_match(const Shown& shown, Span stretch); // false where it cannot, for few steps
    // Calls each(start, end) for every match in a stretch of folded text.
    template <class Each> void matches(const Shown& shown, Span stretch, Each each) {
        compile();
        if (native) native->finditer(shown.text().data(), stretch.start, stretch.end, [&](const Match& match) { each(match.start, match.end); });
        else
            for (Span match : python_matches(shown, stretch)) each(match.start, match.end);
    }

  private:
    bool find_parts(const Shown& shown, Span stretch);
    void find_windows(const Shown& shown, Span stretch, int rare, int all);
    void add_parts(const Shown& shown, Span window, const Need& need, Span word);
    Span screened(Span part, Span stretch);
    bool passes_screen(const Shown& shown, Span part);
    static constexpr int MOST_RARE = 24; // of more no more is said than that they are there
    std::vector<Span> windows;
    std::vector<Span> parts; // of a stretch, that a match may lie in
    void compile();
    std::vector<Span> python_matches(const Shown& shown, Span stretch);

    Text source;
    Ref python;
    std::optional<Regex> native;
    std::unique_ptr<Screen> screen; // beside `native`
    Prepared shape;
};

// What a literal is to the matcher.
enum LiteralFlag : uint8_t {
    TELLING_PHRASE = 1,  // marks its line for a closer look
    TELLING_NEED = 2,    // a pattern that marks its line needs it
    VOCABULARY = 4,      // belongs to the words of ads
    LONG_PHRASE = 8,     // may be glued to a host word on one side
    NEED = 16,           // a pattern needs it, of whatever role
    PIECE = 32,          // is a piece of a template
    EVERYDAY = 64,       // tells nothing by itself, as an offer, contact or trade
    READ = TELLING_PHRASE | VOCABULARY,
    TELLING = TELLING_PHRASE | TELLING_NEED,
};

// Packs as bits, several as one where there are more packs than bits.
using PackSet = uint64_t;
inline PackSet pack_set(int pack) { return PackSet(1) << (pack & 63); }

class Rules {
  public:
    Rules(PyObject* packs, bool folded);
    Rules(const char* image, size_t size);
    std::string image();

    std::vector<MatchRule> rules;
    std::vector<Pattern> patterns;
    std::vector<std::string> pack_names, rule_names; // in order
    int pack_count = 0;

    Automaton automaton;
    std::vector<uint8_t> flags;              // of each literal
    Beginnings every;                        // where any literal begins,
    Beginnings telling;                      // or one that tells something
    Words words;                             // what `read` looks for and begins with a word,
    Starts others;                           // and with anything else
    Needles needles;                         // the needs that `read` looks for
    std::optional<Endings> endings;          // the long phrases, by how they end
    // The needs that `read` looks for and hold white space, by the last character before the first of it.
    std::unordered_map<Char, std::vector<int>> spaced_needs;
    int longest = 0;                         // literal that `read` looks for
    bool inside_tokens = true;               // no literal that `read` looks for begins with white space, no long one ends with it
    std::vector<std::vector<int>> templates; // by the rule that is their rarest piece
    std::vector<int> loose_templates;        // those that require no rule,
    PackSet always_speaking = 0;             // and their packs

    // How far from a place there may stand what depends on it: a literal that reaches it, and what tells whether that stands alone.
    int reach() const { return longest + 16; }

    // Whether something that `read` looks for may begin at `at`, where `length` characters are joined.
    bool begins(const Shown&, const unsigned char* text, int at, int length) const {
        return is_ascii_alnum(text[at]) ? words.may_begin(text, 0, at, length) : others.may_begin(text, at);
    }
    bool begins(const Shown& shown, const Char* text, int at, int length) const {
        return others.may_begin(text, shown.size(), at) || (shown.begins_word(at) && words.may_begin(Shadowed{text, shown.shadow()}, shown.size(), at, length));
    }
    bool may_end(const Shown&, const unsigned char* text, int at) const { return endings->may_end(text, at); }
    bool may_end(const Shown& shown, const Char* text, int at) const { return endings->may_end(Shadowed{text, shown.shadow()}, at); }
    template <class Each> void each_need(const Shown& shown, const unsigned char* text, Each each) const { needles.find(automaton, text, shown.size(), each); }
    template <class Each> void each_need(const Shown& shown, const Char* text, Each each) const { needles.find(automaton, Shadowed{text, shown.shadow()}, shown.size(), each); }

    template <class Each> void each_use(int literal, Each each) const {
        for (int use = first_use[literal]; use >= 0; use = uses[use].next) each(uses[use].rule);
    }
    // Whether a phrase of a rule says nothing by itself.
    bool is_everyday(int literal, const MatchRule& rule) const { return rule.everyday || (rule.role != AD && rule.role != PART && flags[literal] & EVERYDAY); }
    // Whether it calls for a closer look: as an everyday offer or contact only where templates are noticed by its rule.
    bool is_told(int literal, int number) const {
        const MatchRule& rule = rules[number];
        return rule.told && (rule.role == TRADE || !is_everyday(literal, rule) || !templates[number].empty());
    }
    PackSet packs_of(int literal) const { return packs[literal]; }
    // The packs of the literals that begin as a target of the automaton does,
    PackSet packs_from(Automaton::Target target) const { return target & Automaton::LEAF ? packs[target & ~Automaton::LEAF] : packs_below[target]; }
    // and what they are to the matcher.
    uint8_t flags_from(Automaton::Target target) const { return target & Automaton::LEAF ? flags[target & ~Automaton::LEAF] : flags_below[target]; }

  private:
    template <class Image> void pass(Image& image);
    struct Use {
        int rule, next;
    };
    struct Source { // a rule while its pack is read
        Ref rule, id;
        size_t phrases = 0;
        bool rare = false;
    };
    void read_pack(PyObject* pack, int number, bool folded);
    void read_pieces(const std::vector<Source>& sources, int first);
    const int UNSPACED_WORDS = load_int("packs.matcher", "UNSPACED_WORDS");
    int rarest(const MatchRule& rule, const std::vector<Source>& sources, int first) const;
    void add_literals(int rule, PyObject* literals, bool folded);
    void add_use(int literal, int rule);
    void number_names();
    void flag_literals();
    void add_needle(int literal);
    void see_spaces(int literal);
    uint8_t flags_of(int literal) const;
    int first_word(int literal) const;

    std::vector<Use> uses;
    std::vector<int> first_use;
    std::vector<PackSet> packs;         // of each literal,
    std::vector<PackSet> packs_below;   // and of all behind each node of the automaton;
    std::vector<uint8_t> flags_below;   // their flags as well
    std::vector<Text> packs_read, names_read; // the names as they come
};

} // namespace matching
} // namespace scrub
