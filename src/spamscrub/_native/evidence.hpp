// What the classifiers share: traits of characters, one look at a candidate's text, and what is remembered of a page.
#pragma once
#include <cstdlib>

#include "scene.hpp"

namespace scrub {

// -- names of features ------------------------------------------------------------------------------------------------

#define SCRUB_FEATURES(X)                                                                                                    \
    X(PRIOR, "prior")                                                                                                        \
    /* position: places and what follows stand in the order of Position and Follows */                                       \
    X(OWN_LINE, "own-line") X(HEAD, "head") X(TAIL, "tail") X(BOUNDARY, "boundary") X(FIELD, "field") X(ITEM, "item")        \
    X(ITEM_HEAD, "item-head") X(MIDDLE, "middle")                                                                            \
    X(BEFORE_END, "before-end") X(BEFORE_MARKER, "before-marker") X(BEFORE_CAPITAL, "before-capital")                        \
    X(BEFORE_LOWER, "before-lower") X(BEFORE_DIGIT, "before-digit") X(BEFORE_QUOTE, "before-quote")                          \
    X(BEFORE_BRACKET, "before-bracket") X(BEFORE_DASH, "before-dash") X(BEFORE_CLOSE, "before-close")                        \
    X(BEFORE_CASELESS, "before-caseless") X(BEFORE_SIGN, "before-sign")                                                      \
    X(AFTER_STOP, "after-stop") X(AFTER_WORD, "after-word") X(ODD_SPACE, "odd-space") X(CUTS_NUMBER, "cuts-number")          \
    X(CUTS_TOKEN, "cuts-token") X(NUMBER_AT_END, "number-at-end") X(NUMBER_AT_START, "number-at-start")                      \
    X(LATIN_BEFORE, "latin-before") X(LATIN_NAME_BEHIND, "latin-name-behind") X(LATIN_BEHIND, "latin-behind")                \
    X(CUTS_NAME, "cuts-name") X(HOST_WORD_AT_EDGE, "host-word-at-edge") X(GLUED_LEFT, "glued-left")                          \
    X(GLUED_RIGHT, "glued-right") X(MARKER_FITS, "marker-fits") X(FIRST_LINE, "first-line") X(LAST_LINE, "last-line")        \
    X(IN_PLACE_OF_BLANK, "in-place-of-blank") X(OWN_PARAGRAPH, "own-paragraph") X(OWN_BLOCK, "own-block")                    \
    X(BLOCK_EDGE, "block-edge")                                                                                              \
    /* form */                                                                                                               \
    X(LENGTH, "length") X(LONG, "long") X(TINY, "tiny") X(ENDS_AS_SENTENCE, "ends-as-sentence")                              \
    X(SENTENCES_INSIDE, "sentences-inside") X(COMMA_INSIDE, "comma-inside") X(CODE, "code") X(AMOUNT, "amount")              \
    X(LINK, "link") X(DISGUISED, "disguised") X(SIGNS, "signs") X(KEYWORD_LIST, "keyword-list") X(ONE_WORD, "one-word")      \
    X(LOWER_START, "lower-start") X(LOWER_CASE, "lower-case") X(TITLE_CASE, "title-case") X(COMMA_LIST, "comma-list")        \
    X(SMALL_BEFORE_CAPITAL, "small-before-capital") X(NAME_LIKE, "name-like")                                                \
    /* script */                                                                                                             \
    X(REST_IS_FOREIGN_TOO, "rest-is-foreign-too") X(SCRIPT_IN_PROSE, "script-in-prose")                                      \
    X(SCRIPT_ON_LINES, "script-on-lines") X(SCRIPT_AT_EDGES, "script-at-edges") X(WORDLESS_PEERS, "wordless-peers")          \
    X(OTHER_SCRIPTS, "other-scripts") X(DIFFERENT_PEERS, "different-peers") X(SCRIPT_TELLS, "script-tells") X(REPEATED, "repeated") X(CUTS_RUN, "cuts-run") X(CUTS_WORD, "cuts-word")                \
    X(HAN_FORMS, "han-forms") X(NO_KANA, "no-kana")                                                                          \
    /* wording */                                                                                                            \
    X(HOST_LANGUAGE, "host-language") X(FOREIGN_LANGUAGE, "foreign-language") X(ENGLISH_GUEST, "english-guest")              \
    X(CLEARLY_FOREIGN, "clearly-foreign") X(CLEARLY_FOREIGN_IN_SLOT, "clearly-foreign-in-slot")                              \
    X(FOREIGN_LANGUAGE_RATE, "foreign-language-rate") X(REST_IS_HOST, "rest-is-host") X(REST_IS_FOREIGN, "rest-is-foreign")  \
    X(GUEST_NOT_ENGLISH, "guest-not-english") X(LANGUAGE_OF_OTHERS, "language-of-others") X(FOREIGN_PEERS, "foreign-peers") X(LATIN_NEAR, "latin-near") X(WORDS_NEW, "words-new") X(WORDS_KNOWN, "words-known")                        \
    /* lexicon */                                                                                                            \
    X(LEXICON_AD, "lexicon-ad") X(LEXICON_TRADE, "lexicon-trade") X(LEXICON_OFFER, "lexicon-offer")                          \
    X(LEXICON_CONTACT, "lexicon-contact") X(LEXICON_TRADE_AND_OFFER, "lexicon-trade-and-offer")                              \
    X(LEXICON_COVERAGE, "lexicon-coverage") X(LEXICON_AD_WHOLE, "lexicon-ad-whole") X(LEXICON_STRAY, "lexicon-stray")        \
    X(STRAY_BOTH, "stray-both")                                                                                              \
    X(STRAY_CAPITAL, "stray-capital") X(STRAY_SIGN, "stray-sign") X(LEXICON_LETTERS, "lexicon-letters")                      \
    X(LEXICON_WHOLE, "lexicon-whole") X(LEXICON_WHOLE_SEVERAL, "lexicon-whole-several")                                      \
    X(LEXICON_IN_SLOT, "lexicon-in-slot") X(TOPIC, "topic") X(AD_VOCABULARY, "ad-vocabulary") X(PART_BESIDE, "part-beside")  \
    X(LEXICON_BESIDE, "lexicon-beside") X(CUTS_PHRASE, "cuts-phrase") X(READS_ON, "reads-on") X(CAPITALS_INSIDE, "capitals-inside") \
    X(WOVEN_IN, "woven-in")                                                                                                  \
    /* guards */                                                                                                             \
    X(QUOTES_ITSELF, "quotes-itself") X(TITLED, "titled") X(ENCLOSED, "enclosed") X(HALF_ENCLOSED, "half-enclosed")          \
    X(AFTER_DASH, "after-dash") X(HASHTAG, "hashtag") X(BEFORE_COMMA, "before-comma") X(AFTER_COMMA, "after-comma")          \
    X(CODE_LINE, "code-line") X(LINK_LINE, "link-line") X(CELLS, "cells") X(CODE_BLOCK, "code-block")                        \
    X(BRACKETED, "bracketed") X(DATE_INSIDE, "date-inside") X(BRACKET_INSIDE, "bracket-inside")                              \
    X(HASH_INSIDE, "hash-inside") X(RECORD_NUMBER, "record-number") X(READING_INSIDE, "reading-inside")                      \
    X(REMARK_INSIDE, "remark-inside")                                                                                        \
    X(CUTS_BRACKET, "cuts-bracket") X(MARKER_INSIDE, "marker-inside") X(CODE_INSIDE, "code-inside")                          \
    X(GAP_INSIDE, "gap-inside") X(AMONG_ITEMS, "among-items") X(INTRODUCED, "introduced") X(KEY_VALUE, "key-value")          \
    X(REFERENCE, "reference") X(GLOSS_INSIDE, "gloss-inside") X(BRACKETED_LINE, "bracketed-line")                            \
    X(ALTERNATING, "alternating") X(ADDRESS_BELOW, "address-below") X(QUOTE_BELOW, "quote-below") X(FACED, "faced")          \
    X(SCRIPT_ON_NEAR_LINES, "script-on-near-lines") X(SCRIPT_SHARE, "script-share") X(LANGUAGE_NAME, "language-name")        \
    /* guests */                                                                                                             \
    X(GUESTS_IN_PROSE, "guests-in-prose") X(GUESTS_APART, "guests-apart") X(NO_GUESTS_IN_PROSE, "no-guests-in-prose")        \
    X(FUNCTION_WORDS, "function-words") X(KNOWN_NAME_AT_END, "known-name-at-end") X(STRANGER_IN_SLOT, "stranger-in-slot")    \
    /* letters */                                                                                                            \
    X(ADVERT_LETTERS, "advert-letters") X(ADVERT_LETTERS_IN_SLOT, "advert-letters-in-slot")                                  \
    /* flow */                                                                                                               \
    X(GOES_ON_FROM_ABOVE, "goes-on-from-above") X(GOES_ON_BELOW, "goes-on-below") X(LOWER_AS_OTHERS, "lower-as-others")      \
    X(TERMINAL_LINE, "terminal-line") X(TERMINAL_BESIDE, "terminal-beside") X(BEHIND_NUMBER, "behind-number")                \
    X(BEFORE_PARTICLE, "before-particle")                                                                                    \
    X(DOTTED_NUMBER, "dotted-number") X(NUMBERED, "numbered") X(SMALL_BEHIND_MARKER, "small-behind-marker")                  \
    X(CUTS_QUOTE, "cuts-quote") X(SUBTITLE, "subtitle")                                                                      \
    X(INDENTED, "indented") X(FOREIGN_PROSE, "foreign-prose") X(FOREIGN_PROSE_BESIDE, "foreign-prose-beside")                \
    X(COMMENT, "comment") X(COMMENTS_ALIKE, "comments-alike") X(STATEMENT, "statement")                                      \
    /* contact */                                                                                                            \
    X(HAS_CONTACT, "contact") X(CONTACT_ALONE, "contact-alone") X(CONTACT_BESIDE, "contact-beside")                          \
    X(TRADE_ADDRESS, "trade-address") X(CONTACT_LISTED, "contact-listed") X(PLAIN_LINK, "plain-link")                       \
    /* judgement.company, which is not of this part */                                                                       \
    X(CAMPAIGN, "campaign") X(CAMPAIGN_LIKELY, "campaign-likely") X(CAMPAIGN_BESIDE, "campaign-beside")                      \
    X(HOLDS_CERTAIN, "holds-certain") X(HARMLESS_KIN, "harmless-kin") X(HARMLESS_ALIKE, "harmless-alike")                    \
    X(CALIBRATION, "calibration")

namespace saw {
enum : int {
#define X(id, name) id,
    SCRUB_FEATURES(X)
#undef X
};
} // namespace saw

// -- traits of characters ---------------------------------------------------------------------------------------------

// One bit for each set of characters that the patterns of the Python classifiers ask about.
namespace trait {
enum : uint64_t {
    KNOWN = 1ull << 0,
    LETTER = 1ull << 1,       // \p{L}
    MARK = 1ull << 2,         // \p{M}
    NUMBER = 1ull << 3,       // \p{N}
    DIGIT = 1ull << 4,        // \d
    PUNCTUATION = 1ull << 5,  // \p{P}
    SYMBOL = 1ull << 6,       // \p{S}
    WHITE = 1ull << 7,        // \s of `regex`
    WORD = 1ull << 8,         // \w
    CAPITAL = 1ull << 9,      // \p{Lu}
    SMALL = 1ull << 10,       // \p{Ll}
    LATIN = 1ull << 11,       // \p{Latin}
    HAN = 1ull << 12,         // \p{Han}
    KANA = 1ull << 13,        // script.KANA
    CYRILLIC = 1ull << 14,    // \p{Cyrillic}
    DENSE = HAN | KANA,       // scene.DENSE
    CASED = 1ull << 15,       // small and capital letter differ
    COMMA = 1ull << 16,       // form.COMMA
    KEYWORD = 1ull << 17,     // what KEYWORDS of form cuts at
    STOP = 1ull << 18,        // form.STOP_INSIDE, before white space or Han
    HARD_STOP = 1ull << 19,   // form.STOP_INSIDE, before anything
    END_STOP = 1ull << 20,    // form.STOP_END
    END_CLOSE = 1ull << 21,   // closing signs of form.STOP_END
    EYE_CATCHER = 1ull << 22, // form.SIGNS
    MASKED = 1ull << 23,      // single characters of form.DISGUISE
    MONEY = 1ull << 24,       // signs of form.MEASURE
    BRACKET = 1ull << 25,     // brackets that `_inside` of guards asks about
    CODE_SIGN = 1ull << 26,   // without one of these there is no guards.CODE_INSIDE
    DATE_SIGN = 1ull << 27,   // without one of these there is no guards.DATE
    OPENING = 1ull << 28,     // placement.OPEN_BEFORE
    CLOSING = 1ull << 29,     // placement.CLOSE_AFTER
    SEPARATING = 1ull << 30,  // single characters of lexicon.SEPARATING
    LINE_SIGN = 1ull << 31,   // what may begin something in guards._of_line
    UNREAD = 1ull << 32,      // first characters of guards.READING
    ADDRESS = 1ull << 33,     // `.` and `/`
    TOKEN_SIGN = 1ull << 34,  // position._in_token
    UPPER = 1ull << 35,       // str.isupper, islower and istitle of one character
    LOWER = 1ull << 36,
    TITLE = 1ull << 37,
    FULL_WIDTH = 1ull << 38,  // form.FULL_WIDTH
    CHARSET = 1ull << 40,     // for each national character set: whether the character is in it
    CHARSET_ASKED = 1ull << 44, // and whether that is known
};
}

uint64_t learn_traits(Char c);
extern uint64_t* const trait_table;

inline uint64_t traits(Char c) {
    uint64_t found = trait_table[c];
    return found ? found : learn_traits(c);
}
inline bool has(Char c, uint64_t wanted) { return traits(c) & wanted; }

// scene.encodes, remembered among the traits
bool ask_charset(Char c, int charset);
inline bool is_written(Char c, int charset) {
    uint64_t own = trait_table[c];
    return own & trait::CHARSET_ASKED << charset ? own & trait::CHARSET << charset : ask_charset(c, charset);
}

bool is_alien(Char c, int charset); // scene.is_alien

inline bool has_at(View text, size_t at, uint64_t wanted) { return at < text.size() && has(text[at], wanted); }
inline bool is_at(View text, size_t at, Char c) { return at < text.size() && text[at] == c; }
inline bool one_of(Char c, View set) { return set.find(c) != View::npos; }
inline size_t skip(View text, size_t at, uint64_t over) {
    while (at < text.size() && has(text[at], over)) at++;
    return at;
}
inline View last(View text, size_t size) { return text.size() > size ? text.substr(text.size() - size) : text; }

// `WORDS.findall` of scene.py by traits: the runs of letters and marks.
template <class Each> void each_run_of_letters(View text, Each each) {
    constexpr uint64_t IN_WORDS = trait::LETTER | trait::MARK;
    for (size_t at = 0; at < text.size();) {
        size_t end = skip(text, at, IN_WORDS);
        if (end > at) each(text.substr(at, end - at));
        at = end + 1;
    }
}

// Which traits the characters of a text have, and which two neighbours have in common.
struct Look {
    explicit Look(View text) {
        uint64_t before = 0;
        for (Char c : text) {
            uint64_t own = traits(c);
            any |= own;
            twice |= own & before;
            dense += (own & trait::DENSE) != 0;
            before = own;
        }
    }
    uint64_t any = 0, twice = 0;
    int dense = 0;
};

// -- what is remembered of a page -------------------------------------------------------------------------------------

// Stretches of a line of which one must lie inside a window.
class Places {
  public:
    void clear() { starts.clear(), ends.clear(); }
    void add(int start, int end) { starts.push_back(start), ends.push_back(end); }
    void close(); // after the last `add`; starts come in order
    bool inside(int start, int end) const;

  private:
    std::vector<int> starts, ends;
};

// Signs that open and signs that close: whether in a window one closes what another opened.
struct Pairs {
    std::vector<int> opening, closing;
    void clear() { opening.clear(), closing.clear(); }
    bool inside(int start, int end, int gap) const; // the sign that closes stands `gap` or more behind the opening one
};

// What `_of_line` of guards.py asks of a line, for any window on it; offsets are those of the text.
struct LineFacts {
    int line = -1;
    Places code, links, cells;
    Pairs calls, squares, bars;
    int counted = -1;              // the line of `foreign`
    std::vector<int> foreign;      // where its letters stand that are not Latin nor at home
    void read(const Document& document, int number);
    int foreign_letters(const Document& document, int number, int start, int end);
};

struct Notes {
    LineFacts facts;
    std::vector<int> markers; // the sign of each line's list marker; 0 none, -1 not looked for
    std::vector<int> owners;  // page.owner of each line; -2 not asked for
    std::unordered_map<View, std::optional<double>> means;     // what letters.evidence says of a stretch, a group
    std::unordered_map<View, HostModel::Guest> guests;         // model.guest_language of a stretch
    std::vector<int> contacts; // the sorts of contacts in each line; -1 not asked for
    Char marker(const Page& page, int line);
    int contacts_in_line(const Page& page, int line); // none where there is no such line
    int owner(const Page& page, int line);
};

Notes& notes_of(const Page& page);

// -- one scene under observation --------------------------------------------------------------------------------------

struct Seen {
    Seen(const Scene& scene, Sink& sink);

    const Scene& scene;
    const Page& page;
    const Placement& where;
    View text, before, after;
    Kind kind;
    Look look;
    Notes& notes;
    Sink& sink;

    bool same() const { return kind == Kind::SAME; }
    bool latin() const { return kind == Kind::LATIN; }
    bool foreign() const { return kind == Kind::SCRIPT || kind == Kind::MIXED; }
    int line() const { return scene.candidate.line; }
    View window() const { return View(text.data() - before.size(), before.size() + text.size() + after.size()); }
    const Text& lowered();                        // text.lower()
    bool is_known(View word);                     // scene.is_known(word)
    const std::vector<ForeignRun>& beside();      // the runs of its script that overlap or touch it
    bool overlaps(const ForeignRun& run) const { return run.start < scene.candidate.end && run.end > scene.candidate.start; }

    template <class Detail> void add(int feature, double value, Detail detail) { sink.add(feature, value, detail); }
    void add(int feature, double value, const char* detail) {
        sink.add(feature, value, [detail] { return std::string(detail); });
    }

  private:
    Text small;
    bool small_known = false, beside_known = false;
    std::vector<ForeignRun> near;
};

// The classifiers, by the names of their Python files and in their order there.
namespace part {
enum : int { POSITION, FORM, SCRIPT, WORDING, LEXICON, GUARDS, GUESTS, LETTERS, FLOW, CONTACTS, MANY };
}

void see_position(Seen& seen);
void see_form(Seen& seen);
void see_script(Seen& seen);
void see_wording(Seen& seen);
void see_lexicon(Seen& seen);
// joint.py, which lexicon.py asks
void see_joint(Seen& seen);
void see_woven_in(Seen& seen);
void see_guards(Seen& seen);
void see_guests(Seen& seen);
void see_letters(Seen& seen);
void see_flow(Seen& seen);
void see_contact(Seen& seen);
void see_part(Seen& seen, int part);

// How small and how large a feature can be, so that a score is known to be low before all of it is known.
struct Limit {
    int part, feature;
    double least, most;
    unsigned kinds = 15;        // the kinds of candidates that it is seen in, one bit for each
    bool in_slot = false;       // it is only seen where ads are put: in no place behind Position::BOUNDARY
    bool or_the_last = false;   // it is never more than zero together with the one before it
};
const std::vector<Limit>& limits(); // of all classifiers but position

bool ends_as_sentence(View text); // form.STOP_END

// -- words for a reader -----------------------------------------------------------------------------------------------

std::string shown(View text);                                                 // {text!r}
std::string shown(double value, char type, int precision, bool sign = false); // {value:+.1f} and the like
inline std::string shown(int value) { return std::to_string(value); }
std::string percent(double share);                                            // {share:.0%}

} // namespace scrub
