// A candidate in its document, with the facts that several classifiers share (candidates.py, placement.py, classifiers/scene.py).
#pragma once
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>

#include "base.hpp"
#include "contacts.hpp"
#include "document.hpp"
#include "language.hpp"
#include "matcher.hpp"

namespace scrub {

enum class Source : uint8_t { RUN, LEXICON, LATIN, PIECE, SIGN };
enum class Position : uint8_t { OWN_LINE, HEAD, TAIL, BOUNDARY, FIELD, ITEM, ITEM_HEAD, MIDDLE };
enum class Follows : uint8_t { END, MARKER, CAPITAL, LOWER, DIGIT, QUOTE, BRACKET, DASH, CLOSE, CASELESS, SIGN };
enum class Kind : uint8_t { SCRIPT, LATIN, SAME, MIXED };
const char* name_of(Position);
const char* name_of(Follows);
const char* name_of(Kind);

struct Candidate {
    int start, end, line;
    Source source;
};

struct Placement {
    Position position;
    View before, after; // up to VIEW code points beside it in its line
    Follows follows;
    bool after_stop, glued_left, glued_right;
};

struct ForeignRun {
    int start, end, line;
    int script; // -1 where main_script is ''
    bool set_off;
};

struct Guest {
    int start, end, line;
    bool apart;
};

struct Usage {
    int inside = 0; // `inline` in Python
    int standing = 0;
    std::map<int, int> lines;
    std::set<int> quiet;
    std::unordered_map<View, int> texts; // std::hash<std::u32string_view>
};

int ink(View text);                                                       // letters, marks and digits
double coverage(View text, int start, const std::vector<Hit>& hits, const std::vector<Span>& contacts); // hits in order of their starts
bool is_set_off(View before, View after);
bool opens_small(View text);                                              // OPENS_SMALL.match
bool encodes(Char sign, int charset);                                     // charset: 0 shift_jis, 1 big5, 2 gb2312, 3 euc_kr

// Patterns that several parts use, by the names they have in Python.
struct Shared {
    Regex MARKER, SENTENCE_END;                                            // tokenizer
    Regex OPEN_BEFORE, DASH_BEFORE, DASH_AFTER, FIELD_BEFORE, FIELD_AFTER, QUOTE; // placement
    Regex TERMINAL, DENSE, FENCE, HAN, HANS, ENCLOSING_BEFORE, ENCLOSING_AFTER, SENTENCE_BEFORE, ANY_SENTENCE_BEFORE, CODES; // scene
    static const Shared& get(); // made when first asked for
};

struct Notes; // what the classifiers remember of a page (evidence.cpp)

// Facts of the whole document, worked out when first asked for; each is the attribute of that name of Page in scene.py.
class Page {
  public:
    Page(const Document& document, const Matcher& matcher, const HostModel& model);

    const Document& document;
    const Matcher& matcher;
    const HostModel& model;

    const std::vector<Hit>& hits(int line) const { return line_hits[line]; }     // around.hits[line]
    int words(View lowered) const;                                                 // page.words[word]
    const std::vector<ForeignRun>& runs(int line) const;                           // page.runs.get(line, [])
    bool has_runs(int line) const { return !runs(line).empty(); }
    std::vector<ForeignRun> runs_beside(int line, int script, int start, int end) const;
    int told(int script, int line) const;                                          // how many others end with a sentence in this script
    const Usage* usage(int script) const;                                          // nullptr where there is none
    int peers(int script, View text) const;                                        // how many of page.peers[shared(script)] are others than this
    int bystanders(int script) const;                                              // how many of page.bystanders are another
    const std::vector<Guest>& guests() const;
    std::pair<size_t, size_t> guests_in(int start, int end) const;                // [first, last) of guests()
    int guests_inside() const;
    const std::set<int>& guests_apart() const;                                     // lines
    bool is_plain(int line) const;
    int letters_of_ads(int line, Span piece) const;
    double trade_in(int start, int end) const;
    const std::set<int>* spoken(int pack) const;                                   // page.spoken.get(pack); nullptr where absent
    bool fenced(int line) const;
    const std::set<int>* faced(int script) const;                                  // page.faced.get(script)
    double carried(int line) const;
    bool is_terminal(int line) const;
    bool is_code() const;
    int comment(int line) const;                                                   // page.comments.get(line); -1 where absent
    int comments_of(int script, int line) const;                                   // how many other lines are in page.scripts_of_comments[script]
    int numbered(View word) const;                                                 // page.numbered[word]
    const std::set<int>& foreign_prose() const;                                    // lines
    int foreign_peers(int line) const;                                             // how many of page.foreign_lines are others than this
    const std::vector<bool>& latin_lines() const;                                  // whether each is one
    int latin_near(int line) const;                                                // how many page.latin_near gives
    const std::set<int>& latin_prose() const;
    int others_in(const std::string& language, bool latin, int line) const;        // of latin_languages or foreign_languages, without this line
    int odd_spaces() const;
    bool blank(int line) const { return blanks[line]; }
    bool has_blanks() const;
    int last_filled() const;
    bool spaced() const;
    View line_text(int line) const { return document.line_text(line); }
    int owner(int line) const;                                                     // script, -1 for none or outside
    int filled() const;
    int charset() const;                                                           // -1 for None, else as in `encodes`
    int line_count() const { return static_cast<int>(document.lines.size()); }

    std::vector<bool> blanks;
    std::vector<std::vector<Hit>> line_hits;
    std::vector<Span> vocabulary;       // of the whole text, in order
    mutable std::shared_ptr<Notes> notes;

  private:
    struct Lazy;
    std::unique_ptr<Lazy> lazy;
    friend struct Lazy;

  public:
    ~Page();
};

class Scene {
  public:
    Scene(const Page& page, Candidate candidate);

    const Page& page;
    Candidate candidate;
    View text; // the candidate's own characters
    const Line& line;

    const Placement& placement() const;
    int script() const;             // main_script(text), -1 for ''
    Kind kind() const;
    bool speaks_as_ads_do() const;
    const std::vector<Hit>& hits() const;
    bool is_known(View word) const;
    int strays() const;
    const std::vector<Span>& contacts() const; // where in its text they stand
    bool begins_with_contact() const { return !contacts().empty() && contacts().front().start == 0; }
    bool ends_with_contact() const { return !contacts().empty() && contacts().back().end == static_cast<int>(text.size()); }
    double trade_address() const { return page.trade_in(candidate.start, candidate.end); }
    double covered() const;         // coverage of its text by all its hits
    int inked() const;              // ink(text)
    double foreign_bound() const;   // the least of model.bounds.of_piece that is known, of a model that has bounds

  private:
    mutable std::optional<Placement> place;
    mutable std::optional<Kind> own_kind;
    mutable std::optional<std::vector<Hit>> inside;
    mutable std::optional<std::vector<Span>> own_contacts;
    mutable int own_script = -2, own_speaks = -1, own_strays = -1, own_inked = -1;
    mutable double own_covered = -1.0;
    mutable std::optional<double> own_bound;
};

// -- evidence ---------------------------------------------------------------------------------------------------------

// Names of all evidence, "prior" first; a feature is known by its number here.
extern const std::vector<std::string>& feature_names();
int feature_number(const char* name); // -1 where there is none

// Takes what the classifiers see, in the order in which they say it. `detail` is only called where a reader will see it.
class Sink {
  public:
    explicit Sink(bool explains) : explains(explains) {}
    template <class Detail> void add(int feature, double value, Detail detail) {
        numbers.push_back(feature);
        values.push_back(value);
        if (explains) details.push_back(detail());
    }
    void clear() { numbers.clear(), values.clear(), details.clear(); }
    bool explains;
    std::vector<int> numbers;
    std::vector<double> values;
    std::vector<std::string> details; // UTF-8 (surrogates passed), as the f-strings of the Python classifiers give
};

void observe(const Scene& scene, Sink& sink);  // all classifiers in the order of ALL
double worded(const Scene& scene);             // classifiers.lexicon.worded
bool is_worded(const Scene& scene, double share); // whether that is so much at least
bool in_a_slot(const Scene& scene);            // classifiers.wording.in_a_slot
bool has_han_forms(const Scene& scene);        // any(han_forms(scene))
bool has_alien_han(const Page& page, View text); // Han that the writing of a host with Han does not have

} // namespace scrub
