#include "evidence.hpp"

#include <algorithm>

#include "code.hpp"

namespace scrub {

namespace {

constexpr int VIEW = 300, PROSE = 60; // placement.VIEW, scene.PROSE
constexpr double FAIR_PART = 0.35, SPACED = 0.7;
constexpr int FACING = 6;
const char* const CHARSETS[] = {"shift_jis", "big5", "gb2312", "euc_kr"};
enum Charset { SHIFT_JIS, BIG5, GB2312, EUC_KR };

bool is_ink(Char c) { return has(c, trait::LETTER | trait::MARK | trait::NUMBER); }
bool is_han(Char c) { return script_of(c) == HAN; }

View before_of(const Document& document, const Line& line, int start) { return document.piece(std::max(line.start, start - VIEW), start); }
View after_of(const Document& document, const Line& line, int end) { return document.piece(end, std::min(line.end, end + VIEW)); }

bool ascii_alnum(Char c) { return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z'); }

// The characters of GUEST: Latin letters and digits, and some signs.
bool is_latin_or_digit(Char c) { return c < 128 ? ascii_alnum(c) : script_of(c) == LATIN || category(c) == Nd; }
bool bars_guest(Char c) { return is_latin_or_digit(c) || c == '/' || c == '_' || c == '.' || c == '@' || c == '=' || c == '-'; }
bool in_first_word(Char c) { return is_latin_or_digit(c) || c == '\'' || c == U'’' || c == '-'; }
bool begins_next_word(Char c) { return is_latin_or_digit(c) || c == '$' || c == U'€' || c == U'£'; }
bool in_next_word(Char c) { return in_first_word(c) || c == '&' || c == '%'; }

// The next match of GUEST in [at, stop).
bool next_guest(View text, int at, int stop, Span& guest) {
    while (at + 2 < stop) {
        Char c = text[at], next = text[at + 1];
        bool may_begin = (c < 128 ? c >= 'a' && c <= 'z' : next == ' ' || in_first_word(next)) && category(c) == Ll && !(at > 0 && bars_guest(text[at - 1]));
        if (!may_begin) {
            at++;
            continue;
        }
        bool held = script_of(c) == LATIN; // whether a Latin letter came, and behind it nothing but letters, digits, quotes and spaces
        auto take = [&](Char one) { held = one < 128 ? is_alpha(one) || (held && (is_digit(one) || one == '\'' || one == ' ')) : script_of(one) == LATIN || (held && (one == U'’' || category(one) == Nd)); };
        int last = -1;
        guest.start = at++;
        for (; at < stop && in_first_word(text[at]); at++) take(text[at]);
        while (at + 1 < stop && text[at] == ' ' && begins_next_word(text[at + 1])) {
            take(text[at++]);
            do {
                take(text[at++]);
                if (held) last = at;
            } while (at < stop && in_next_word(text[at]));
        }
        if (last < 0) continue; // nor does one begin in between: it would end where this one does
        guest.end = last;
        return true;
    }
    return false;
}

} // namespace

const char* name_of(Position position) {
    static const char* const names[] = {"own-line", "head", "tail", "boundary", "field", "item", "item-head", "middle"};
    return names[static_cast<int>(position)];
}

const char* name_of(Follows follows) {
    static const char* const names[] = {"end", "marker", "capital", "lower", "digit", "quote", "bracket", "dash", "close", "caseless", "sign"};
    return names[static_cast<int>(follows)];
}

const char* name_of(Kind kind) {
    static const char* const names[] = {"script", "latin", "same", "mixed"};
    return names[static_cast<int>(kind)];
}

const Shared& Shared::get() {
#define FROM(module, name) load_regex(module, #name)
    static const auto* shared = new Shared{
        FROM("tokenizer", MARKER), FROM("tokenizer", SENTENCE_END),
        FROM("placement", OPEN_BEFORE), FROM("placement", DASH_BEFORE), FROM("placement", DASH_AFTER),
        FROM("placement", FIELD_BEFORE), FROM("placement", FIELD_AFTER), FROM("placement", QUOTE),
        FROM("classifiers.scene", TERMINAL), FROM("classifiers.scene", DENSE), FROM("classifiers.scene", FENCE),
        FROM("classifiers.scene", HAN), FROM("classifiers.scene", HANS), FROM("classifiers.scene", ENCLOSING_BEFORE), FROM("classifiers.scene", ENCLOSING_AFTER),
        FROM("classifiers.scene", SENTENCE_BEFORE), FROM("classifiers.scene", ANY_SENTENCE_BEFORE), FROM("classifiers.scene", CODES),
    };
#undef FROM
    return *shared;
}

int ink(View text) {
    int found = 0;
    for (Char c : text) found += c < 128 ? ascii_alnum(c) : is_ink(c);
    return found;
}

double coverage(View text, int start, const std::vector<Hit>& hits, const std::vector<Span>& contacts) {
    int inked = ink(text), covered = 0, end = start;
    auto add = [&](Span span) {
        if (span.end <= end) return;
        int from = std::max(span.start, end) - start, to = span.end - start;
        if (from < to && from < static_cast<int>(text.size())) covered += ink(text.substr(from, to - from));
        end = span.end;
    };
    static const int BESIDE = load_int("classifiers.scene", "BESIDE");
    auto is_attached = [&](Span contact) {
        return std::any_of(hits.begin(), hits.end(), [&](const Hit& hit) { return hit.start - start - BESIDE <= contact.end && contact.start <= hit.end - start + BESIDE; });
    };
    auto contact = contacts.begin();
    auto add_contacts_up_to = [&](int at) {
        for (; contact != contacts.end() && start + contact->start <= at; ++contact)
            if (is_attached(*contact)) add({start + contact->start, start + contact->end});
    };
    for (const Hit& hit : hits) {
        add_contacts_up_to(hit.start);
        add({hit.start, hit.end});
    }
    add_contacts_up_to(start + static_cast<int>(text.size()));
    return inked ? static_cast<double>(covered) / inked : 0.0;
}

bool is_set_off(View before, View after) {
    const Shared& shared = Shared::get();
    if ((shared.ENCLOSING_BEFORE.search(last(before, 2)) && !shared.MARKER.fullmatch(before)) || shared.ENCLOSING_AFTER.match(after)) return true;
    return !strip(before).empty() && !strip(after).empty() && !shared.SENTENCE_BEFORE.search(before);
}

// Whether a character is in a national character set; asked of Python's codecs once for each.
bool encodes(Char sign, int charset) {
    enum : uint8_t { KNOWN = 1, THERE = 2 }; // two bits for each of four sets
    static auto* known = new std::array<std::unique_ptr<uint8_t[]>, 0x1100>();
    auto& block = (*known)[sign >> 8];
    if (!block) block = std::make_unique<uint8_t[]>(256);
    uint8_t& own = block[sign & 0xFF];
    if (!(own >> 2 * charset & KNOWN)) {
        Ref text = to_python(View(&sign, 1));
        Ref encoded(PyUnicode_AsEncodedString(text.get(), CHARSETS[charset], "strict"));
        if (!encoded) {
            if (!PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) throw PythonError();
            PyErr_Clear();
        }
        own |= static_cast<uint8_t>((KNOWN | (encoded ? THERE : 0)) << 2 * charset);
    }
    return own >> 2 * charset & THERE;
}

// -- placement --------------------------------------------------------------------------------------------------------

namespace {

// Whether FIELD_BEFORE.search may find something: white space and another such, or a sign between fields.
bool may_end_field(View before) {
    auto parts = [](Char c) { return is_white(c) || c == U'·' || c == U'•' || c == '|' || c == U'｜' || c == U'‧'; };
    if (before.empty() || !parts(before.back())) return false;
    return before.back() != ' ' || (before.size() > 1 && parts(before[before.size() - 2]));
}

// BRACKET_AFTER.match, DASH_AFTER.match and CLOSE_AFTER.match; `at` is where the first character stands that is no space.
bool opens_bracket(View after, size_t at) {
    Char sign = after[at];
    return (at == 0 || (at == 1 && is_white(after[0]))) && (sign == '(' || sign == U'（' || sign == '[' || sign == U'〔');
}
bool may_be_dash(Char sign) {
    static const Text dashes = U"-–—=~:：→|｜";
    return dashes.find(sign) != Text::npos;
}
bool closes(Char sign) {
    static const Text closers = U"\"'”’»“>`";
    return closers.find(sign) != Text::npos || category(sign) == Pe || category(sign) == Pf;
}

Position position_of(View before, View after, bool after_stop) {
    const Shared& shared = Shared::get();
    if (!before.empty() && before.front() == 0xfeff) before.remove_prefix(1);
    View filled = strip(before);
    while (!filled.empty() && filled.front() == '.') filled.remove_prefix(1);
    bool at_start = filled.empty(), at_end = strip(after).empty();
    if (at_start && at_end) return Position::OWN_LINE;
    bool is_marker = !before.empty() && shared.MARKER.fullmatch(before);
    if (!is_marker && may_end_field(before) && shared.FIELD_BEFORE.search(last(before, 4)) && (at_end || shared.FIELD_AFTER.match(after))) return Position::FIELD;
    if (at_start) return Position::HEAD;
    if (is_marker) return at_end ? Position::ITEM : Position::ITEM_HEAD;
    if (at_end) return Position::TAIL;
    return after_stop ? Position::BOUNDARY : Position::MIDDLE;
}

Follows kind_of(Char sign) {
    if (is_digit(sign)) return Follows::DIGIT;
    if (is_upper(sign) || is_title(sign)) return Follows::CAPITAL;
    if (is_lower(sign)) return Follows::LOWER;
    if (is_alpha(sign)) return Follows::CASELESS;
    return Shared::get().QUOTE.match(View(&sign, 1)) ? Follows::QUOTE : Follows::SIGN;
}

// Whether what looks like a list marker parts the words of an item: that has its own, or the sign parts others too.
bool is_dash(const Document& document, const Candidate& candidate, View rest, View before) {
    Char sign = rest[0];
    if (Shared::get().MARKER.match(before)) return true;
    const Char parted[] = {' ', sign, ' '};
    if (document.piece(candidate.start, candidate.end).find(View(parted, 3)) != View::npos) return true;
    if (!is_one_of_dashes(sign)) return false;
    static const int PARTING = load_int("placement", "PARTING");
    int opening = document.opened_by(sign);
    if (document.parted_by(sign) >= std::max(PARTING, 3 * opening)) return true;
    size_t at = 1;
    while (at < rest.size() && is_space(rest[at])) at++;
    return sign != '-' && !opening && at < rest.size() && (rest[at] == '(' || is_lower(rest[at]));
}

Follows follows_of(const Document& document, const Candidate& candidate, const Line& line, View before, View after) {
    const Shared& shared = Shared::get();
    size_t blank = 0;
    while (blank < after.size() && is_space(after[blank])) blank++;
    if (blank == after.size()) return Follows::END;
    int at = candidate.end + static_cast<int>(blank);
    if (blank && shared.MARKER.match(document.text.data(), at, line.end) && !is_dash(document, candidate, after.substr(blank), before)) return Follows::MARKER;
    if (opens_bracket(after, blank)) return Follows::BRACKET;
    if (may_be_dash(after[blank]) && shared.DASH_AFTER.match(after)) return Follows::DASH;
    if (!blank && closes(after[0])) return Follows::CLOSE;
    return kind_of(after[blank]);
}

// STOP_BEFORE.search
bool ends_with_stop(View before) {
    static const Text stops = U".!?…。！？｡؟۔।॥።։；", closers = U"\"'”’»›」』）)]】》〉*_";
    while (!before.empty() && is_white(before.back())) before.remove_suffix(1);
    while (!before.empty() && closers.find(before.back()) != Text::npos) before.remove_suffix(1);
    if (before.size() > 1 && before.back() == ';') return script_of(before[before.size() - 2]) == GREEK; // their question mark
    return !before.empty() && stops.find(before.back()) != Text::npos;
}

Placement place_of(const Document& document, const Candidate& candidate) {
    const Line& line = document.lines[candidate.line];
    View before = before_of(document, line, candidate.start), after = after_of(document, line, candidate.end);
    bool after_stop = ends_with_stop(before);
    Placement out;
    out.position = position_of(before, after, after_stop);
    out.before = before;
    out.after = after;
    out.follows = follows_of(document, candidate, line, before, after);
    out.after_stop = after_stop;
    out.glued_left = !before.empty() && is_ink(before.back());
    out.glued_right = !after.empty() && is_ink(after.front());
    return out;
}

} // namespace

// -- the page ---------------------------------------------------------------------------------------------------------

namespace {

// The words of the page's prose with their numbers, hashed; a word is a stretch of one text in lower case.
class WordCounts {
  public:
    void read(View lowered) {
        size_t from = text.size();
        text.append(lowered);
        if (slots.empty()) slots.resize(256);
        for (size_t at = from; at < text.size(); at++) {
            uint32_t hash = 0;
            size_t start = at;
            for (; at < text.size() && is_in_words(text[at]); at++) hash = step(hash, text[at]);
            if (at > start) add(start, at - start, hash);
        }
    }

    int count(View word) const {
        if (slots.empty()) return 0;
        uint32_t hash = 0;
        for (Char c : word) hash = step(hash, c);
        return slots[find(word, hash)].count;
    }

  private:
    struct Slot {
        uint32_t start = 0, size = 0, hash = 0;
        int count = 0;
    };
    Text text;
    std::vector<Slot> slots; // a power of two, at least half of them free
    size_t used = 0;

    static bool is_in_words(Char c) { return c < 128 ? (c | 32) - 'a' < 26 : has(c, trait::LETTER | trait::MARK); }
    static uint32_t step(uint32_t hash, Char c) { return (hash ^ c) * 0x9e3779b1u; }

    size_t find(View word, uint32_t hash) const {
        size_t at = (hash ^ hash >> 15) & (slots.size() - 1);
        while (slots[at].count && (slots[at].hash != hash || View(text).substr(slots[at].start, slots[at].size) != word)) at = (at + 1) & (slots.size() - 1);
        return at;
    }

    void add(size_t start, size_t size, uint32_t hash) {
        Slot& slot = slots[find(View(text).substr(start, size), hash)];
        if (slot.count++) return;
        slot.start = static_cast<uint32_t>(start), slot.size = static_cast<uint32_t>(size), slot.hash = hash;
        if (++used * 2 > slots.size()) grow();
    }

    void grow() {
        std::vector<Slot> old(slots.size() * 4);
        old.swap(slots);
        for (const Slot& slot : old) {
            if (!slot.count) continue;
            size_t at = (slot.hash ^ slot.hash >> 15) & (slots.size() - 1);
            while (slots[at].count) at = (at + 1) & (slots.size() - 1);
            slots[at] = slot;
        }
    }
};

} // namespace

struct Page::Lazy {
    explicit Lazy(const Page& page) : page(page) {}
    const Page& page;
    std::optional<WordCounts> words;
    bool runs_known = false;
    std::unordered_map<int, std::vector<ForeignRun>> runs;
    struct Beside { std::vector<ForeignRun> runs; int longest = 0; };
    std::optional<std::map<std::pair<int, int>, Beside>> by_script;
    std::optional<std::map<int, Usage>> usage;
    std::optional<std::map<int, std::set<int>>> told;
    std::optional<std::vector<Guest>> guests;
    std::optional<int> guests_inside;
    std::optional<std::set<int>> guests_apart, bystanders; // bystanders: scripts, those that Chinese and Japanese share as Han
    std::optional<std::map<int, std::unordered_set<View>>> peers;
    std::vector<signed char> plain;
    std::optional<std::map<int, std::set<int>>> spoken, faced;
    std::optional<std::set<int>> fenced;
    std::optional<int> odd_spaces, last_filled, filled, charset;
    std::optional<bool> has_blanks, spaced, is_code;
    std::optional<std::set<int>> small; // lines that begin in lower case directly below another,
    int below = 0;                      // and how many stand below another
    std::vector<signed char> terminal; // -1 for not asked
    std::optional<std::vector<int>> comments;
    std::optional<std::map<int, std::set<int>>> scripts_of_comments;
    std::optional<std::map<Text, int, std::less<>>> numbered;
    std::optional<std::set<int>> foreign_prose, latin_prose;
    std::optional<std::unordered_set<View>> foreign_lines;
    std::optional<std::vector<bool>> latin_lines;
    std::optional<std::map<std::string, std::set<int>>> foreign_languages, latin_languages;
    std::optional<std::vector<std::pair<Span, double>>> trade_sites;
    std::vector<int> letters_before; // in the words of the vocabulary before each, and in all of them

    void count_letters();
    void find_runs();
    bool has_words_of_ads(int number) const;
    void find_usage();
    void find_told();
    void find_peers();
    void find_guests();
    void find_spoken();
    void find_fenced();
    void find_faced();
    void find_small();
    void find_numbered();
    void find_trade_sites();
    bool is_foreign(int number, int least) const;
    bool is_long_without_ads(int number) const;
    Usage chinese_in_japanese() const;
    bool looks_plain(int number) const;
    int find_charset() const;
};

Page::Page(const Document& document, const Matcher& matcher, const HostModel& model) : document(document), matcher(matcher), model(model), lazy(std::make_unique<Lazy>(*this)) {
    const auto& lines = document.lines;
    blanks.resize(lines.size());
    for (size_t n = 0; n < lines.size(); n++) {
        int at = lines[n].start;
        while (at < lines[n].end && is_space(document.text[at])) at++;
        blanks[n] = at == lines[n].end;
    }
    Reading reading = matcher.read(document, model.tokens());
    vocabulary = std::move(reading.vocabulary);
    line_hits.resize(lines.size());
    std::vector<int> marked;
    for (int place : reading.places) marked.push_back(document.line_at(place));
    std::sort(marked.begin(), marked.end());
    marked.erase(std::unique(marked.begin(), marked.end()), marked.end());
    for (int number : marked) line_hits[number] = matcher.hits(document.text, lines[number].start, lines[number].end);
    lazy->plain.assign(lines.size(), -1);
}

Page::~Page() = default;

// The addresses of sites whose names speak of a trade, and what share of the name one word of it fills.
void Page::Lazy::find_trade_sites() {
    static const double NAMED = load_double("classifiers.scene", "NAMED");
    static const size_t SHORTEST = static_cast<size_t>(load_int("classifiers.scene", "SHORTEST_NAME")), LONGEST = static_cast<size_t>(load_int("classifiers.scene", "LONGEST_NAME"));
    trade_sites.emplace();
    each_site(page.document.text, page.document.bytes, [&](Span span) {
        std::string name = site_name(page.document.piece(span.start, span.end));
        const auto& words = site_words();
        for (size_t size = std::min(name.size(), LONGEST); size >= SHORTEST; size--)
            for (size_t at = 0; at + size <= name.size(); at++) {
                if (!words.count(name.substr(at, size))) continue;
                double share = static_cast<double>(size) / static_cast<double>(name.size());
                if (share >= NAMED) trade_sites->emplace_back(span, share);
                return;
            }
    });
}

double Page::trade_in(int start, int end) const {
    if (!lazy->trade_sites) lazy->find_trade_sites();
    double most = 0.0;
    if (lazy->trade_sites->empty()) return most;
    auto site = std::lower_bound(lazy->trade_sites->begin(), lazy->trade_sites->end(), start, [](const auto& one, int at) { return one.first.start < at; });
    for (; site != lazy->trade_sites->end() && site->first.start < end; ++site)
        if (site->first.end <= end) most = std::max(most, site->second);
    return most;
}

int Page::words(View lowered) const {
    if (!lazy->words) {
        auto& found = lazy->words.emplace();
        for (const Line& line : document.lines)
            if (line.end - line.start >= PROSE) found.read(lower(document.piece(line.start, line.end)));
    }
    return lazy->words->count(lowered);
}

void Page::Lazy::find_runs() {
    if (runs_known) return;
    runs_known = true;
    const Document& document = page.document;
    if (document.ascii) return;
    for (int number = 0; number < page.line_count(); number++) {
        const auto& spans = document.runs_of(number);
        if (spans.empty()) continue;
        const Line& line = document.lines[number];
        auto& found = runs[number];
        for (Span span : spans) {
            bool set_off = is_set_off(before_of(document, line, span.start), after_of(document, line, span.end));
            found.push_back({span.start, span.end, number, main_script(document.piece(span.start, span.end)), set_off});
        }
    }
}

const std::vector<ForeignRun>& Page::runs(int line) const {
    static const std::vector<ForeignRun> none;
    lazy->find_runs();
    auto found = lazy->runs.find(line);
    return found == lazy->runs.end() ? none : found->second;
}

std::vector<ForeignRun> Page::runs_beside(int line, int script, int start, int end) const {
    lazy->find_runs();
    if (!lazy->by_script) {
        auto& made = lazy->by_script.emplace();
        for (const auto& [number, runs] : lazy->runs) {
            for (const ForeignRun& run : runs) {
                auto& beside = made[{number, run.script}];
                beside.runs.push_back(run);
                beside.longest = std::max(beside.longest, run.end - run.start);
            }
        }
    }
    std::vector<ForeignRun> out;
    auto found = lazy->by_script->find({line, script});
    if (found == lazy->by_script->end()) return out;
    const auto& runs = found->second.runs;
    auto first = std::lower_bound(runs.begin(), runs.end(), start - found->second.longest, [](const ForeignRun& run, int at) { return run.start < at; });
    for (; first != runs.end() && first->start <= end; ++first)
        if (first->end >= start) out.push_back(*first);
    return out;
}

// How a Japanese text uses stretches of Han characters some of which Japanese does not write.
Usage Page::Lazy::chinese_in_japanese() const {
    Usage use;
    const Document& document = page.document;
    for (int number = 0; number < page.line_count(); number++) {
        const Line& line = document.lines[number];
        Shared::get().HANS.finditer(document.text.data(), line.start, line.end, [&](const Match& match) {
            bool ordinary = true;
            for (int at = match.start; at < match.end && ordinary; at++) ordinary = encodes(document.text[at], SHIFT_JIS);
            if (ordinary) return;
            bool set_off = is_set_off(before_of(document, line, match.start), after_of(document, line, match.end));
            use.inside += set_off;
            use.standing += !set_off;
            use.lines[number]++;
        });
    }
    return use;
}

bool Page::Lazy::has_words_of_ads(int number) const {
    const std::vector<Hit>& hits = page.hits(number);
    return std::any_of(hits.begin(), hits.end(), [](const Hit& hit) { return hit.role != PART; });
}

void Page::Lazy::find_usage() {
    auto& found = usage.emplace();
    find_runs();
    for (const auto& [number, spans] : runs) {
        bool worded = has_words_of_ads(number);
        for (const ForeignRun& run : spans) {
            Usage& use = found[run.script];
            use.inside += run.set_off;
            use.standing += !run.set_off;
            use.lines[number]++;
            use.texts[page.document.piece(run.start, run.end)]++;
            if (!worded) use.quiet.insert(number);
        }
    }
    if (page.document.japanese) found[HAN] = chinese_in_japanese();
}

void Page::Lazy::find_told() {
    static const int SENTENCE = load_int("classifiers.scene", "SENTENCE");
    auto& found = told.emplace();
    find_runs();
    for (const auto& [number, spans] : runs) {
        const ForeignRun& run = spans.back();
        int end = page.document.lines[number].end;
        if (run.end - run.start < SENTENCE || ink(page.document.piece(run.end, end)) || !Shared::get().ANY_SENTENCE_BEFORE.search(page.document.piece(run.start, end))) continue;
        if (has_words_of_ads(number)) continue;
        for (auto [script, count] : profile(page.document.piece(run.start, run.end))) found[script].insert(number);
    }
}

int Page::told(int script, int line) const {
    if (!lazy->told) lazy->find_told();
    auto found = lazy->told->find(script);
    return found == lazy->told->end() ? 0 : static_cast<int>(found->second.size() - found->second.count(line));
}

const Usage* Page::usage(int script) const {
    if (!lazy->usage) lazy->find_usage();
    auto found = lazy->usage->find(script);
    return found == lazy->usage->end() ? nullptr : &found->second;
}

// scene.shared
static int shared(int script) { return script == HIRAGANA || script == KATAKANA || script == BOPOMOFO ? int(HAN) : script; }

void Page::Lazy::find_peers() {
    static const int MOST_WORDED = load_int("classifiers.scene", "MOST_WORDED");
    auto& found = peers.emplace();
    std::map<int, int> lines, worded;
    find_runs();
    for (const auto& [number, spans] : runs) {
        bool has_words = has_words_of_ads(number);
        std::set<int> scripts;
        for (const ForeignRun& run : spans) {
            scripts.insert(shared(run.script));
            if (!has_words && !run.set_off) found[shared(run.script)].insert(page.document.piece(run.start, run.end));
        }
        for (int script : scripts) lines[script]++, worded[script] += has_words;
    }
    for (auto& [script, texts] : found)
        if (worded[script] * MOST_WORDED > lines[script]) texts.clear();
}

int Page::peers(int script, View text) const {
    if (!lazy->peers) lazy->find_peers();
    auto texts = lazy->peers->find(shared(script));
    return texts == lazy->peers->end() ? 0 : static_cast<int>(texts->second.size() - texts->second.count(text));
}

int Page::bystanders(int script) const {
    if (!lazy->bystanders) {
        if (!lazy->usage) lazy->find_usage();
        auto& found = lazy->bystanders.emplace();
        for (const auto& [name, use] : *lazy->usage)
            if (use.standing && !use.quiet.empty()) found.insert(shared(name));
    }
    return static_cast<int>(lazy->bystanders->size() - lazy->bystanders->count(shared(script)));
}

void Page::Lazy::find_guests() {
    const Shared& shared = Shared::get();
    const Document& document = page.document;
    auto& found = guests.emplace();
    for (int number = 0; number < page.line_count(); number++) {
        const Line& line = document.lines[number];
        if (page.fenced(number)) continue;
        for (Span guest{}; next_guest(document.text, std::max(line.start, guest.end), line.end, guest);) {
            View before = before_of(document, line, guest.start), after = after_of(document, line, guest.end);
            bool opens = strip(before).empty() || shared.ANY_SENTENCE_BEFORE.search(before) || shared.MARKER.fullmatch(before);
            bool set_off = shared.ENCLOSING_BEFORE.search(before) || shared.ENCLOSING_AFTER.match(after);
            found.push_back({guest.start, guest.end, number, (opens || strip(after).empty()) && !set_off});
        }
    }
}

const std::vector<Guest>& Page::guests() const {
    if (!lazy->guests) lazy->find_guests();
    return *lazy->guests;
}

std::pair<size_t, size_t> Page::guests_in(int start, int end) const {
    const auto& all = guests();
    auto first = std::upper_bound(all.begin(), all.end(), start, [](int at, const Guest& guest) { return at < guest.end; });
    auto last = std::lower_bound(all.begin(), all.end(), end, [](const Guest& guest, int at) { return guest.start < at; });
    return {static_cast<size_t>(first - all.begin()), std::max(static_cast<size_t>(first - all.begin()), static_cast<size_t>(last - all.begin()))};
}

int Page::guests_inside() const {
    if (!lazy->guests_inside) {
        int inside = 0;
        for (const Guest& guest : guests()) inside += !guest.apart;
        lazy->guests_inside = inside;
    }
    return *lazy->guests_inside;
}

const std::set<int>& Page::guests_apart() const {
    if (!lazy->guests_apart) {
        auto& lines = lazy->guests_apart.emplace();
        for (const Guest& guest : guests())
            if (guest.apart) lines.insert(guest.line);
    }
    return *lazy->guests_apart;
}

bool Page::is_plain(int line) const {
    signed char& known = lazy->plain[line];
    if (known < 0) known = lazy->looks_plain(line);
    return known;
}

bool Page::Lazy::looks_plain(int number) const {
    const Document& document = page.document;
    if (page.has_runs(number)) return false;
    View text = document.line_text(number);
    if (!document.is_latin && std::any_of(text.begin(), text.end(), [](Char c) { return script_of(c) == LATIN; })) return false;
    if (!document.japanese) return true;
    return std::all_of(text.begin(), text.end(), [](Char c) { return !is_han(c) || is_written(c, SHIFT_JIS); });
}

int Page::letters_of_ads(int line, Span piece) const {
    (void)line; // a word of the vocabulary never reaches across a line end
    auto ends_before = [](const Span& word, int at) { return word.end <= at; };
    auto starts_before = [](const Span& word, int at) { return word.start < at; };
    auto first = std::lower_bound(vocabulary.begin(), vocabulary.end(), piece.start, ends_before);
    auto last = std::lower_bound(first, vocabulary.end(), piece.end, starts_before);
    if (first == last) return 0;
    if (lazy->letters_before.empty()) lazy->count_letters();
    int found = lazy->letters_before[last - vocabulary.begin()] - lazy->letters_before[first - vocabulary.begin()];
    if (first->start < piece.start) found -= ink(document.piece(first->start, piece.start));
    if (last[-1].end > piece.end) found -= ink(document.piece(piece.end, last[-1].end));
    return found;
}

void Page::Lazy::count_letters() {
    letters_before.reserve(page.vocabulary.size() + 1);
    letters_before.push_back(0);
    for (const Span& word : page.vocabulary) letters_before.push_back(letters_before.back() + ink(page.document.piece(word.start, word.end)));
}

void Page::Lazy::find_spoken() {
    auto& found = spoken.emplace();
    for (int number = 0; number < page.line_count(); number++) {
        if (page.hits(number).empty()) continue;
        int size = page.document.lines[number].end - page.document.lines[number].start;
        std::map<int, int> letters;
        for (const Hit& hit : page.hits(number))
            if (hit.role == TRADE || hit.role == AD) letters[hit.pack] += hit.end - hit.start;
        for (auto [pack, covered] : letters)
            if (size >= PROSE && covered < 0.3 * size) found[pack].insert(number);
    }
}

const std::set<int>* Page::spoken(int pack) const {
    if (!lazy->spoken) lazy->find_spoken();
    auto found = lazy->spoken->find(pack);
    return found == lazy->spoken->end() ? nullptr : &found->second;
}

void Page::Lazy::find_fenced() {
    bool inside = false;
    int last = 0;
    std::set<int> found;
    for (int number = 0; number < page.line_count(); number++) {
        const Line& line = page.document.lines[number];
        int at = line.start;
        while (at < line.end && is_space(page.document.text[at])) at++;
        Match match;
        bool fence = at < line.end && (page.document.text[at] == '`' || page.document.text[at] == '~') && Shared::get().FENCE.match(page.document.text.data(), line.start, line.end, &match);
        if (fence) {
            bool named = match.groups[1].start >= 0 && match.groups[1].end > match.groups[1].start;
            inside = named || !inside;
            last = number;
        } else if (inside) {
            found.insert(number);
        }
    }
    auto& kept = fenced.emplace();
    for (int number : found)
        if (number < last || !inside) kept.insert(number);
}

bool Page::fenced(int line) const {
    if (!lazy->fenced) lazy->find_fenced();
    return lazy->fenced->count(line) > 0;
}

void Page::Lazy::find_faced() {
    auto& found = faced.emplace();
    find_runs();
    int count = page.line_count();
    for (int number = 0; number < count; number++) {
        auto own = runs.find(number);
        if (own == runs.end() || number + 1 >= count || page.blank(number + 1) || page.has_runs(number + 1)) continue;
        View below = strip(page.line_text(number + 1)), above = strip(page.line_text(number));
        int covered = 0;
        for (const ForeignRun& run : own->second) covered += run.end - run.start;
        bool whole = covered >= 0.7 * static_cast<double>(above.size());
        bool alone = number + 2 >= count || page.blank(number + 2) || page.has_runs(number + 2);
        if (whole && alone && below.size() <= FACING * above.size() + 20 && page.document.at_home(page.owner(number + 1))) found[own->second.front().script].insert(number);
    }
}

const std::set<int>* Page::faced(int script) const {
    if (!lazy->faced) lazy->find_faced();
    auto found = lazy->faced->find(script);
    return found == lazy->faced->end() ? nullptr : &found->second;
}

// OPENS_SMALL.match
bool opens_small(View text) {
    size_t at = 0;
    while (at < text.size() && is_white(text[at])) at++;
    return at < text.size() && category(text[at]) == Ll;
}

void Page::Lazy::find_small() {
    small.emplace();
    for (int number = 1; number < page.line_count(); number++) {
        if (page.blank(number) || page.blank(number - 1)) continue;
        below++;
        if (opens_small(page.line_text(number))) small->insert(number);
    }
}

double Page::carried(int line) const {
    static const double CARRIED = load_double("classifiers.scene", "CARRIED");
    static const int FEW = load_int("classifiers.scene", "FEW");
    if (!lazy->small) lazy->find_small();
    int own = static_cast<int>(lazy->small->count(line)), small = static_cast<int>(lazy->small->size()) - own, below = lazy->below - own;
    return small >= CARRIED * std::max(FEW, below) ? static_cast<double>(small) / below : 0.0;
}

// Without one of these signs nothing in a line matches TERMINAL.
bool may_be_terminal(View line) {
    auto next = [&](size_t at) { return at + 1 < line.size() ? line[at + 1] : U' '; };
    bool opens = true; // nothing but white space was seen
    for (size_t at = 0; at < line.size(); at++) {
        Char c = line[at];
        if (c > '|') {
            opens = opens && is_white(c);
            continue;
        }
        switch (c) {
        case '$': case '%': case '#':
            if (opens) return true;
            break;
        case '@': case '|': case '>': return true;
        case '&':
            if (next(at) == '&') return true;
            break;
        case '/':
            if (at == 0 || is_white(line[at - 1]) || line[at - 1] == '"' || line[at - 1] == '\'' || line[at - 1] == '(' || line[at - 1] == '=' || line[at - 1] == '~') return true;
            break;
        case '-':
            if (at == 0 || is_white(line[at - 1]) || next(at) == '-' || next(at) == 'w') return true;
            break;
        case 'r':
            if (next(at) == 'w' || next(at) == '-') return true;
        }
        opens = opens && is_white(c);
    }
    return false;
}

bool Page::is_terminal(int line) const {
    if (lazy->terminal.empty()) lazy->terminal.assign(document.lines.size(), -1);
    signed char& known = lazy->terminal[line];
    if (known < 0) known = may_be_terminal(line_text(line)) && Shared::get().TERMINAL.search(line_text(line));
    return known;
}

bool Page::is_code() const {
    if (!lazy->is_code) lazy->is_code = scrub::is_code(document);
    return *lazy->is_code;
}

int Page::comment(int line) const {
    if (!lazy->comments) {
        lazy->comments = comments(document);
        if (!lazy->comments->empty() && !is_code()) lazy->comments->clear();
    }
    return lazy->comments->empty() ? -1 : (*lazy->comments)[static_cast<size_t>(line)];
}

int Page::comments_of(int script, int line) const {
    if (!lazy->scripts_of_comments) {
        auto& found = lazy->scripts_of_comments.emplace();
        for (int number = 0; number < line_count(); number++) {
            if (comment(number) < 0) continue;
            for (const ForeignRun& run : runs(number))
                if (run.start >= document.lines[number].start + comment(number)) found[run.script].insert(number);
        }
    }
    auto lines = lazy->scripts_of_comments->find(script);
    return lines == lazy->scripts_of_comments->end() ? 0 : static_cast<int>(lines->second.size() - lines->second.count(line));
}

// The length of the word in a match of NUMBERED; 0 where there is none.
size_t word_before_number(View line) {
    constexpr size_t LONGEST = 20;
    auto is_number = [](Char c) { return category(c) == Nd; };
    size_t word = 0;
    while (word < line.size() && word <= LONGEST && !is_number(line[word])) word++;
    size_t at = word, digits = 0;
    bool spaced = word > 1 && is_white(line[word - 1]);
    if (word == 0 || word - spaced > LONGEST) return 0;
    auto read_digits = [&] {
        size_t from = at;
        while (at < line.size() && at - from < 4 && is_number(line[at])) at++;
        return digits = at - from;
    };
    if (!read_digits() || digits > 3) return 0;
    while (at + 1 < line.size() && (line[at] == '.' || line[at] == ':') && is_number(line[at + 1])) {
        at++;
        if (read_digits() > 3) return 0;
    }
    if (at < line.size() && (line[at] == '.' || line[at] == ':' || line[at] == ')')) at++;
    return at == line.size() || is_white(line[at]) ? word - spaced : 0;
}

void Page::Lazy::find_numbered() {
    auto& found = numbered.emplace();
    for (int number = 0; number < page.line_count(); number++) {
        View line = strip(page.line_text(number));
        if (size_t word = word_before_number(line)) found[Text(strip(line.substr(0, word)))]++;
    }
}

int Page::numbered(View word) const {
    if (!lazy->numbered) lazy->find_numbered();
    auto found = lazy->numbered->find(word);
    return found == lazy->numbered->end() ? 0 : found->second;
}

bool Page::Lazy::is_long_without_ads(int number) const {
    const auto& hits = page.hits(number);
    if (page.document.lines[number].end - page.document.lines[number].start < PROSE) return false;
    return std::all_of(hits.begin(), hits.end(), [](const Hit& hit) { return hit.role == PART; });
}

bool Page::Lazy::is_foreign(int number, int least) const {
    static const double CLEARLY = load_double("classifiers.scene", "CLEARLY");
    const HostModel& model = page.model;
    const Line& line = page.document.lines[number];
    if (model.silent() || line.end - line.start < least || has_words_of_ads(number) || !page.is_plain(number)) return false;
    if (model.has_bounds() && model.bound_of_piece(line.start, line.end, CLEARLY) < CLEARLY) return false;
    View text = page.line_text(number);
    return model.reaches(text, CLEARLY);
}

const std::set<int>& Page::foreign_prose() const {
    if (!lazy->foreign_prose) {
        Breath breath;
        auto& found = lazy->foreign_prose.emplace();
        for (int number = 0; number < line_count(); number++) {
            breath.take();
            if (lazy->is_foreign(number, PROSE)) found.insert(number);
        }
    }
    return *lazy->foreign_prose;
}

int Page::foreign_peers(int line) const {
    static const int SHORT = load_int("classifiers.scene", "SHORT");
    if (!lazy->foreign_lines) {
        Breath breath;
        auto& found = lazy->foreign_lines.emplace();
        for (int number = 0; number < line_count(); number++) {
            breath.take();
            if (lazy->is_foreign(number, SHORT)) found.insert(strip(line_text(number)));
        }
    }
    return static_cast<int>(lazy->foreign_lines->size() - lazy->foreign_lines->count(strip(line_text(line))));
}

const std::vector<bool>& Page::latin_lines() const {
    if (!lazy->latin_lines) {
        Breath breath;
        auto& found = lazy->latin_lines.emplace(line_count());
        for (int number = 0; number < line_count(); number++) {
            breath.take();
            found[number] = !lazy->has_words_of_ads(number) && owner(number) == LATIN;
        }
    }
    return *lazy->latin_lines;
}

int Page::latin_near(int line) const {
    static const int NEAR = load_int("classifiers.scene", "NEAR");
    const std::vector<bool>& latin = latin_lines();
    std::set<View> found;
    for (int number = std::max(0, line - NEAR); number < std::min(line_count(), line + NEAR + 1); number++)
        if (latin[number]) found.insert(strip(line_text(number)));
    return static_cast<int>(found.size() - found.count(strip(line_text(line))));
}

int Page::others_in(const std::string& language, bool latin, int line) const {
    static const int LINES_READ = load_int("classifiers.scene", "LINES_READ"), LINE_READ = load_int("classifiers.scene", "LINE_READ");
    auto& known = latin ? lazy->latin_languages : lazy->foreign_languages;
    if (!known) {
        known.emplace();
        int read = 0;
        for (int number : latin ? latin_prose() : foreign_prose()) {
            if (read++ == LINES_READ) break;
            View text = line_text(number);
            if (!latin) (*known)[model.best_other(text)].insert(number);
            else if (HostModel::Guest guest = model.guest_language(text.substr(0, static_cast<size_t>(LINE_READ))); !guest.language.empty()) (*known)[guest.language].insert(number);
        }
    }
    auto lines = known->find(language);
    return lines == known->end() ? 0 : static_cast<int>(lines->second.size() - lines->second.count(line));
}

const std::set<int>& Page::latin_prose() const {
    if (!lazy->latin_prose) {
        auto& found = lazy->latin_prose.emplace();
        for (int number = 0; number < line_count(); number++)
            if (latin_lines()[number] && lazy->is_long_without_ads(number)) found.insert(number);
    }
    return *lazy->latin_prose;
}

// Calls each(start) for the matches of DENSE_GAP.
template <class Each> void each_dense_gap(View text, Each each) {
    auto is_dense = [&](size_t at) {
        if (text[at] < 0x2E80) return false;
        int script = script_of(text[at]);
        return script == HAN || script == HIRAGANA || script == KATAKANA;
    };
    for (size_t at = 1; at + 1 < text.size(); at++) {
        if (text[at] != ' ' || !is_dense(at - 1) || !is_dense(at + 1)) continue;
        each(static_cast<int>(at) - 1);
        at += 2; // the letter behind it begins no other match
    }
}

int Page::odd_spaces() const {
    if (!lazy->odd_spaces) {
        std::set<int> before, behind;
        for (const auto& hits : line_hits)
            for (const Hit& hit : hits)
                if (hit.role != PART) {
                    before.insert(hit.start);
                    behind.insert(hit.end);
                }
        int found = 0;
        if (!document.ascii)
            each_dense_gap(document.text, [&](int start) { found += !behind.count(start + 1) && !before.count(start + 2); });
        lazy->odd_spaces = found;
    }
    return *lazy->odd_spaces;
}

bool Page::has_blanks() const {
    if (!lazy->has_blanks) lazy->has_blanks = std::find(blanks.begin(), blanks.end(), true) != blanks.end();
    return *lazy->has_blanks;
}

int Page::last_filled() const {
    if (!lazy->last_filled) {
        int number = line_count() - 1;
        while (number > 0 && blanks[number]) number--;
        lazy->last_filled = std::max(0, number);
    }
    return *lazy->last_filled;
}

bool Page::spaced() const {
    if (!lazy->spaced) {
        int alone = 0, count = line_count();
        for (int n = 0; n < count; n++) alone += !blanks[n] && (n == 0 || blanks[n - 1]) && (n + 1 == count || blanks[n + 1]);
        lazy->spaced = alone >= SPACED * filled();
    }
    return *lazy->spaced;
}

int Page::owner(int line) const { return line >= 0 && line < line_count() ? main_script(line_text(line)) : -1; }

int Page::filled() const {
    if (!lazy->filled) lazy->filled = std::max(1, line_count() - static_cast<int>(std::count(blanks.begin(), blanks.end(), true)));
    return *lazy->filled;
}

int Page::Lazy::find_charset() const {
    const Document& document = page.document;
    if (document.japanese) return SHIFT_JIS;
    if (document.home[HANGUL]) return EUC_KR;
    int signs = 0, hans = 0, hant = 0;
    for (Char c : document.text.substr(0, 20000)) {
        if (!has(c, trait::HAN)) continue;
        signs++;
        hans += !is_written(c, BIG5);
        hant += !is_written(c, GB2312);
    }
    if (!signs || std::max(hans, hant) < 0.05 * signs || std::min(hans, hant) > 0.3 * std::max(hans, hant)) return -1;
    return hans > hant ? GB2312 : BIG5;
}

int Page::charset() const {
    if (!lazy->charset) lazy->charset = lazy->find_charset();
    return *lazy->charset;
}

// -- a scene ----------------------------------------------------------------------------------------------------------

Scene::Scene(const Page& page, Candidate candidate)
    : page(page), candidate(candidate), text(page.document.piece(candidate.start, candidate.end)), line(page.document.lines[candidate.line]) {}

const Placement& Scene::placement() const {
    if (!place) place = place_of(page.document, candidate);
    return *place;
}

int Scene::script() const {
    if (own_script == -2) own_script = main_script(text);
    return own_script;
}

namespace {

// How many letters of which sort a text has.
struct Letters {
    int foreign = 0, latin = 0, han = 0, others = 0; // others: of a script at home that is neither Latin nor counted as Han
    bool at_home = false;                            // any letter at home that is not Latin
};

Letters letters_of(const Document& document, View text) {
    Letters seen;
    uint16_t before = 0; // of no character; most are of the same sort as the one before
    int script = -1;
    bool at_home = false;
    for (Char c : text) {
        if (c < 128) {
            seen.latin += (c | 32) >= 'a' && (c | 32) <= 'z';
            continue;
        }
        if (uint16_t record = record_of(c); record != before) {
            before = record;
            script = letter_script(c);
            at_home = document.at_home(script);
        }
        if (script < 0) continue;
        if (script == LATIN) {
            seen.latin++;
            continue;
        }
        if (script == GREEK && !document.greek) {
            seen.others++;
            continue;
        }
        seen.han += script == HAN;
        seen.others += script != HAN;
        seen.at_home |= at_home;
        seen.foreign += !at_home;
    }
    return seen;
}

// The same of a text so long that `profile` reads a sample of it, its codes left out at once.
Letters letters_of_long(const Document& document, View text) {
    Text rest;
    int at = 0;
    Shared::get().CODES.finditer(text.data(), 0, static_cast<int>(text.size()), [&](const Match& match) {
        rest.append(text.substr(at, match.start - at));
        at = match.end;
    });
    rest.append(text.substr(at));
    Letters seen;
    for (auto [script, count] : profile(rest)) {
        if (script == LATIN) {
            seen.latin = count;
            continue;
        }
        (script == HAN ? seen.han : seen.others) += count;
        if (script == GREEK && !document.greek) continue;
        seen.at_home = seen.at_home || document.home[script];
        seen.foreign += document.home[script] ? 0 : count;
    }
    return seen;
}

// How many Latin letters are left of a text without its codes: CODES takes every run of up to three Latin characters,
// with the digits beside it, and of no other.
int latin_without_codes(View text) {
    int latin = 0, run = 0, letters = 0;
    auto end_run = [&] {
        if (run > 3) latin += letters;
        run = letters = 0;
    };
    for (Char c : text) {
        uint64_t own = traits(c);
        if (own & trait::LATIN) run++, letters += (own & trait::LETTER) != 0;
        else if (run) end_run();
    }
    end_run();
    return latin;
}

// Whether it is Han alone, with characters that Japanese does not write, in a Japanese text.
bool is_chinese_in_japanese(const Scene& scene, const Letters& seen) {
    if (!scene.page.document.japanese || seen.han < 3 || seen.others) return false;
    return std::any_of(scene.text.begin(), scene.text.end(), [](Char c) { return is_han(c) && !is_written(c, SHIFT_JIS); });
}

// Codes are only looked for where they make a difference.
Kind find_kind(const Scene& scene) {
    const Document& document = scene.page.document;
    if (scene.page.is_plain(scene.candidate.line)) return Kind::SAME;
    bool is_long = scene.text.size() > 65536;
    Letters seen = is_long ? letters_of_long(document, scene.text) : letters_of(document, scene.text);
    auto latin = [&] { return is_long ? seen.latin : latin_without_codes(scene.text); };
    if (seen.foreign) {
        if (seen.at_home) return Kind::MIXED;
        const double most = 0.1 * seen.foreign;
        if (seen.latin <= most) return Kind::SCRIPT;
        static const size_t BRIEF = static_cast<size_t>(load_int("classifiers.scene", "BRIEF"));
        bool edge = !scene.contacts().empty() && (scene.begins_with_contact() || scene.ends_with_contact() || scene.text.size() <= BRIEF);
        return (edge ? latin_without_codes(without(scene.text, scene.contacts())) : latin()) > most ? Kind::MIXED : Kind::SCRIPT;
    }
    if (is_chinese_in_japanese(scene, seen)) return Kind::SCRIPT;
    bool is_latin = !document.is_latin && !seen.at_home && seen.latin && latin();
    return is_latin ? Kind::LATIN : Kind::SAME;
}

} // namespace

Kind Scene::kind() const {
    if (!own_kind) own_kind = find_kind(*this);
    return *own_kind;
}

bool Scene::speaks_as_ads_do() const {
    if (own_speaks < 0) {
        bool more_than_offers = false;
        int starts = 0, last_start = -1;
        for (const Hit& hit : hits()) {
            if (hit.role == PART) continue;
            more_than_offers = more_than_offers || hit.role != OFFER;
            starts += hit.start != last_start;
            last_start = hit.start;
        }
        own_speaks = (more_than_offers || starts >= 2) && covered() >= FAIR_PART;
    }
    return own_speaks;
}

double Scene::covered() const {
    if (own_covered < 0) own_covered = coverage(text, candidate.start, hits(), contacts());
    return own_covered;
}

const std::vector<Span>& Scene::contacts() const {
    if (!own_contacts) own_contacts = contacts_in(text);
    return *own_contacts;
}

int Scene::inked() const {
    if (own_inked < 0) own_inked = ink(text);
    return own_inked;
}

double Scene::foreign_bound() const {
    static const double CLEARLY = load_double("classifiers.scene", "CLEARLY");
    if (!own_bound) own_bound = page.model.bound_of_piece(candidate.start, candidate.end, CLEARLY);
    return *own_bound;
}

const std::vector<Hit>& Scene::hits() const {
    if (!inside) {
        auto& found = inside.emplace();
        const auto& all = page.hits(candidate.line);
        if (!all.empty()) {
            auto first = std::lower_bound(all.begin(), all.end(), candidate.start, [](const Hit& hit, int at) { return hit.start < at; });
            for (; first != all.end() && first->start < candidate.end; ++first)
                if (first->end <= candidate.end) found.push_back(*first);
            keep_telling(found);
        }
    }
    return *inside;
}

bool Scene::is_known(View word) const {
    Text small = lower(word);
    int own = 0;
    if (line.end - line.start >= PROSE) {
        Text whole = lower(text);
        for (size_t at = whole.find(small); at != Text::npos; at = whole.find(small, at + small.size())) own++;
    }
    return page.words(small) > own;
}

int Scene::strays() const {
    if (own_strays < 0) {
        int all = hits().empty() ? 0 : inked();
        // As round() of Python, halves to the even number.
        own_strays = all - static_cast<int>(__builtin_rint(covered() * all));
    }
    return own_strays;
}

} // namespace scrub
