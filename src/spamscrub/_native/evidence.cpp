// All evidence of one candidate, in the order of classifiers.ALL, and what the classifiers share.
#include "evidence.hpp"

#include <algorithm>
#include <cstring>

namespace scrub {

// -- names of features ------------------------------------------------------------------------------------------------

const std::vector<std::string>& feature_names() {
    static const std::vector<std::string> names = {
#define X(id, name) name,
        SCRUB_FEATURES(X)
#undef X
    };
    return names;
}

int feature_number(const char* name) {
    static const auto* numbers = [] {
        auto* found = new std::unordered_map<std::string, int>();
        for (size_t n = 0; n < feature_names().size(); n++) found->emplace(feature_names()[n], static_cast<int>(n));
        return found;
    }();
    auto found = numbers->find(name);
    return found == numbers->end() ? -1 : found->second;
}

// -- traits of characters ---------------------------------------------------------------------------------------------

// The pages that are never touched cost no memory.
uint64_t* const trait_table = static_cast<uint64_t*>(std::calloc(0x110000, sizeof(uint64_t)));

namespace {

bool is_masked(Char c) {
    return (c >= 0x2460 && c <= 0x24ff) || (c >= 0x2776 && c <= 0x2793) || (c >= 0x1d400 && c <= 0x1d7ff) || (c >= 0x1f100 && c <= 0x1f1ff) || (c >= 0x200b && c <= 0x200f) || c == 0x2060 || c == 0xad || c == U'溦' || c == U'薇' || c == U'徽';
}

bool is_full_width(Char c) { return (c >= 0xff10 && c <= 0xff19) || (c >= 0xff21 && c <= 0xff3a) || (c >= 0xff41 && c <= 0xff5a); }

uint64_t traits_of_category(Char c) {
    uint64_t found = 0;
    auto mark = [&](bool is_so, uint64_t bit) {
        if (is_so) found |= bit;
    };
    int kind = category(c);
    mark(is_letter(c), trait::LETTER);
    mark(is_mark(c), trait::MARK);
    mark(is_number(c), trait::NUMBER);
    mark(is_punctuation(c), trait::PUNCTUATION);
    mark(is_symbol(c), trait::SYMBOL);
    mark(is_white(c), trait::WHITE);
    mark(is_word(c), trait::WORD);
    mark(kind == Nd, trait::DIGIT);
    mark(kind == Lu, trait::CAPITAL);
    mark(kind == Ll, trait::SMALL);
    mark(kind == So || one_of(c, U"✅❤★☆♥→⇒【】"), trait::EYE_CATCHER);
    mark(kind == Ps || kind == Pi || one_of(c, U"\"'“‘«„<`"), trait::OPENING);
    mark(kind == Pe || kind == Pf || one_of(c, U"\"'”’»“>`"), trait::CLOSING);
    mark(kind == Ps || kind == Pe || kind == Pi || kind == Pf || one_of(c, U"\"'`—:：|<>=#*;；。"), trait::SEPARATING);
    return found;
}

uint64_t traits_of_script(Char c) {
    switch (script_of(c)) {
    case LATIN: return trait::LATIN;
    case HAN: return trait::HAN;
    case HIRAGANA:
    case KATAKANA: return trait::KANA;
    case CYRILLIC: return trait::CYRILLIC;
    default: return 0;
    }
}

uint64_t traits_of_sets(Char c) {
    static const std::pair<View, uint64_t> sets[] = {
        {U",，、،;；", trait::COMMA},
        {U"|｜_,，、/", trait::KEYWORD},
        {U".!?。！？؟۔।", trait::STOP},
        {U"。！？", trait::HARD_STOP},
        {U".!?…。！？؟۔।።։:：,，;；、", trait::END_STOP},
        {U"\"'”’»」』）)", trait::END_CLOSE},
        {U"%％€$£¥", trait::MONEY},
        {U"()[]{}（）【】「」《》〔〕", trait::BRACKET},
        {U"([{_=<>/;}\\`.", trait::CODE_SIGN},
        {U"./-:–〜~～—年月월公", trait::DATE_SIGN},
        {U"=:<`{\\$()[]/|", trait::LINE_SIGN},
        {U"./", trait::ADDRESS},
        {U"/@=_.\\", trait::TOKEN_SIGN},
    };
    uint64_t found = 0;
    if (is_masked(c)) found = trait::MASKED;
    if (is_full_width(c)) found |= trait::FULL_WIDTH;
    for (const auto& [set, bit] : sets)
        if (one_of(c, set)) found |= bit;
    return found;
}

} // namespace

uint64_t learn_traits(Char c) {
    uint64_t found = trait::KNOWN | traits_of_category(c) | traits_of_script(c) | traits_of_sets(c);
    if (Py_UNICODE_TOLOWER(c) != Py_UNICODE_TOUPPER(c)) found |= trait::CASED;
    if (is_upper(c)) found |= trait::UPPER;
    if (is_lower(c)) found |= trait::LOWER;
    if (is_title(c)) found |= trait::TITLE;
    if (!(found & (trait::LATIN | trait::NUMBER | trait::WHITE | trait::PUNCTUATION))) found |= trait::UNREAD;
    return trait_table[c] = found;
}

bool ask_charset(Char c, int charset) {
    traits(c); // which are asked for first
    bool written = encodes(c, charset);
    trait_table[c] |= (trait::CHARSET_ASKED | (written ? trait::CHARSET : 0)) << charset;
    return written;
}

bool is_alien(Char c, int charset) { return !is_written(c, charset) && (is_written(c, 0) || is_written(c, 1) || is_written(c, 2) || is_written(c, 3)); }

// -- what is remembered of a page -------------------------------------------------------------------------------------

// From here on `ends` holds for each place the nearest end of it and all that start behind it.
void Places::close() {
    for (size_t at = ends.size(); at-- > 1;) ends[at - 1] = std::min(ends[at - 1], ends[at]);
}

bool Places::inside(int start, int end) const {
    if (starts.empty()) return false;
    auto first = std::lower_bound(starts.begin(), starts.end(), start);
    return first != starts.end() && ends[first - starts.begin()] <= end;
}

bool Pairs::inside(int start, int end, int gap) const {
    if (opening.empty() || closing.empty()) return false;
    auto first = std::lower_bound(opening.begin(), opening.end(), start);
    auto last = std::lower_bound(closing.begin(), closing.end(), end);
    return first != opening.end() && last != closing.begin() && *(last - 1) - *first >= gap;
}

namespace {

// The parts of guards.CODE_LINE, LINK_NEAR and CELLS that may stand anywhere in a line.
class LineReader {
  public:
    LineReader(LineFacts& facts, View text, int start, int end) : facts(facts), text(text.substr(0, end)), start(start) {}

    void read() {
        int end = static_cast<int>(text.size());
        for (int at = start; at < end; at++) {
            if (text[at] - 'a' < 26) continue;
            if (text[at] == ' ' && at + 1 < end && text[at + 1] > ' ' && text[at + 1] < 128) continue; // one space tells nothing
            uint64_t own = traits(text[at]);
            if (own & trait::WHITE) at = blank(at) - 1;
            else if (own & trait::LINE_SIGN) sign(at);
        }
    }

  private:
    LineFacts& facts;
    View text; // up to the end of the line
    int start;

    bool next(int at, Char c) const { return is_at(text, at, c); }
    bool word(int at) const { return at >= start && has_at(text, at, trait::WORD); }
    int past_word(int at) const { return static_cast<int>(skip(text, at, trait::WORD)); }

    // White space: a tab, or three and more between other characters.
    int blank(int at) {
        int behind = static_cast<int>(skip(text, at, trait::WHITE));
        if (behind - at >= 3 && at > start && behind < static_cast<int>(text.size())) facts.cells.add(at - 1, behind + 1);
        for (int tab = at; tab < behind; tab++)
            if (text[tab] == '\t') facts.cells.add(tab, tab + 1);
        return behind;
    }

    void sign(int at) {
        switch (text[at]) {
        case '=':
            if (next(at + 1, '>')) facts.code.add(at, at + 2);
            break;
        case ':': colon(at); break;
        case '<': {
            int name = at + 1 + next(at + 1, '/');
            if (word(name)) facts.code.add(at, name + 1);
            break;
        }
        case '`': facts.code.add(at, at + 1); break;
        case '{':
            if (next(at + 1, '{')) facts.code.add(at, at + 2);
            break;
        case '\\':
            if (word(at + 1)) facts.code.add(at, at + 2);
            break;
        case '$': dollar(at); break;
        case '(':
            if (word(at - 1)) facts.calls.opening.push_back(at - 1);
            break;
        case ')': facts.calls.closing.push_back(at); break;
        case '[': facts.squares.opening.push_back(at); break;
        case ']':
            facts.squares.closing.push_back(at);
            if (next(at + 1, '(')) facts.links.add(at, at + 2);
            break;
        case '/': slash(at); break;
        case '|':
            facts.bars.opening.push_back(at);
            facts.bars.closing.push_back(at);
        }
    }

    void colon(int at) {
        if (next(at + 1, ':')) facts.code.add(at, at + 2);
        if (!next(at + 1, '/') || !next(at + 2, '/')) return;
        int name = text[at - (at > start)] == 's' ? at - 5 : at - 4;
        if (name >= start && text.substr(name, 4) == U"http") facts.links.add(name, at + 3);
    }

    // `\$\s?\w+=`
    void dollar(int at) {
        int name = at + 1 + has_at(text, at + 1, trait::WHITE);
        int behind = past_word(name);
        if (behind > name && next(behind, '=')) facts.code.add(at, behind + 1);
    }

    // `\w+/\w+/`
    void slash(int at) {
        if (!word(at - 1) || !word(at + 1)) return;
        int behind = past_word(at + 1);
        if (next(behind, '/')) facts.links.add(at - 1, behind + 1);
    }
};

} // namespace

void LineFacts::read(const Document& document, int number) {
    line = number;
    for (Places* places : {&code, &links, &cells}) places->clear();
    for (Pairs* pairs : {&calls, &squares, &bars}) pairs->clear();
    LineReader(*this, document.text, document.lines[number].start, document.lines[number].end).read();
    for (Places* places : {&code, &links, &cells}) places->close();
}

int LineFacts::foreign_letters(const Document& document, int number, int start, int end) {
    if (counted != number) {
        counted = number;
        foreign.clear();
        const Line& own = document.lines[number];
        const Char* text = document.text.data();
        uint16_t before = 0; // of no character; most are of the same sort as the one before
        bool is_foreign = false;
        for (int at = next_wide(text, own.start, own.end); at < own.end; at = next_wide(text, at + 1, own.end)) {
            if (uint16_t record = record_of(text[at]); record != before) {
                before = record;
                is_foreign = is_letter(text[at]) && script_of(text[at]) != LATIN && !document.at_home(letter_script(text[at]));
            }
            if (is_foreign) foreign.push_back(at);
        }
    }
    return static_cast<int>(std::lower_bound(foreign.begin(), foreign.end(), end) - std::lower_bound(foreign.begin(), foreign.end(), start));
}

Char Notes::marker(const Page& page, int line) {
    if (markers.empty()) markers.assign(page.line_count(), -1);
    int& known = markers[line];
    if (known < 0) {
        const Line& own = page.document.lines[line];
        Match match;
        bool found = Shared::get().MARKER.match(page.document.text.data(), own.start, own.end, &match);
        View sign = found ? strip(page.document.piece(match.start, match.end)) : View();
        known = sign.empty() ? 0 : static_cast<int>(sign[0]);
    }
    return static_cast<Char>(known);
}

int Notes::owner(const Page& page, int line) {
    if (line < 0 || line >= page.line_count()) return -1;
    if (owners.empty()) owners.assign(page.line_count(), -2);
    if (owners[line] == -2) owners[line] = page.owner(line);
    return owners[line];
}

int Notes::contacts_in_line(const Page& page, int line) {
    if (line < 0 || line >= page.line_count()) return 0;
    if (contacts.empty()) contacts.assign(page.line_count(), -1);
    int& known = contacts[line];
    if (known < 0) {
        known = 0;
        View text = page.line_text(line);
        for (const Span& one : contacts_in(text)) known |= sort_of_contact(text.substr(one.start, one.end - one.start));
    }
    return known;
}

Notes& notes_of(const Page& page) {
    if (!page.notes) page.notes = std::make_shared<Notes>();
    return *page.notes;
}

// -- words for a reader -----------------------------------------------------------------------------------------------

std::string shown(View text) {
    Ref words = Ref::checked(PyObject_Repr(to_python(text).get()));
    Ref bytes = Ref::checked(PyUnicode_AsEncodedString(words.get(), "utf-8", "surrogatepass"));
    return std::string(PyBytes_AS_STRING(bytes.get()), static_cast<size_t>(PyBytes_GET_SIZE(bytes.get())));
}

std::string shown(double value, char type, int precision, bool sign) {
    char* digits = PyOS_double_to_string(value, type, precision, sign ? Py_DTSF_SIGN : 0, nullptr);
    if (!digits) throw PythonError();
    std::string out(digits);
    PyMem_Free(digits);
    return out;
}

std::string percent(double share) { return shown(share * 100, 'f', 0) + "%"; }

// -- one scene --------------------------------------------------------------------------------------------------------

Seen::Seen(const Scene& scene, Sink& sink)
    : scene(scene), page(scene.page), where(scene.placement()), text(scene.text), before(where.before), after(where.after), kind(scene.kind()),
      look(scene.text), notes(notes_of(scene.page)), sink(sink) {}

const Text& Seen::lowered() {
    if (!small_known) small = lower(text);
    small_known = true;
    return small;
}

// Whether a word of the candidate stands elsewhere in the document's prose.
bool Seen::is_known(View word) {
    static const int PROSE = load_int("classifiers.scene", "PROSE");
    Text wanted = lower(word);
    int times = page.words(wanted);
    if (!times || scene.line.end - scene.line.start < PROSE) return times > 0;
    const Text& whole = lowered();
    for (size_t at = whole.find(wanted); at != Text::npos && times > 0; at = whole.find(wanted, at + wanted.size())) times--;
    return times > 0;
}

const std::vector<ForeignRun>& Seen::beside() {
    if (!beside_known) near = page.runs_beside(line(), scene.script(), scene.candidate.start, scene.candidate.end);
    beside_known = true;
    return near;
}

void see_part(Seen& seen, int part) {
    static constexpr void (*CLASSIFIERS[])(Seen&) = {see_position, see_form, see_script, see_wording, see_lexicon, see_guards, see_guests, see_letters, see_flow, see_contact};
    CLASSIFIERS[part](seen);
}

// -- limits -----------------------------------------------------------------------------------------------------------

namespace {

constexpr unsigned FOREIGN = 1u << static_cast<int>(Kind::SCRIPT) | 1u << static_cast<int>(Kind::MIXED);
constexpr unsigned IN_LATIN = 1u << static_cast<int>(Kind::LATIN), IN_SAME = 1u << static_cast<int>(Kind::SAME);
constexpr double MOST_STRAYS = 32; // log2 of a number of letters

std::vector<Limit> limits_of_form() {
    double usual = load_double("classifiers.form", "USUAL");
    std::vector<Limit> found{{part::FORM, saw::LENGTH, -4, usual}, {part::FORM, saw::LONG, 0, 3}};
    for (int feature : {saw::TINY, saw::ENDS_AS_SENTENCE, saw::SENTENCES_INSIDE, saw::COMMA_INSIDE, saw::CODE, saw::AMOUNT, saw::LINK, saw::DISGUISED, saw::SIGNS, saw::KEYWORD_LIST})
        found.push_back({part::FORM, feature, 0, 1});
    found.push_back({part::FORM, saw::ONE_WORD, 0, 1});
    found.push_back({part::FORM, saw::NAME_LIKE, 0, 1, 1u << static_cast<int>(Kind::SCRIPT)});
    for (int feature : {saw::LOWER_START, saw::LOWER_CASE, saw::TITLE_CASE, saw::SMALL_BEFORE_CAPITAL}) found.push_back({part::FORM, feature, 0, 1, IN_SAME | IN_LATIN});
    found.push_back({part::FORM, saw::COMMA_LIST, 0, 1, FOREIGN | IN_LATIN});
    return found;
}

std::vector<Limit> limits_of_script() {
    return {{part::SCRIPT, saw::REST_IS_FOREIGN_TOO, 0, 1, FOREIGN}, {part::SCRIPT, saw::SCRIPT_IN_PROSE, 0, 4, FOREIGN}, {part::SCRIPT, saw::SCRIPT_ON_LINES, 0, 6, FOREIGN},
            {part::SCRIPT, saw::SCRIPT_AT_EDGES, 0, 4, FOREIGN}, {part::SCRIPT, saw::WORDLESS_PEERS, 0, 4, FOREIGN}, {part::SCRIPT, saw::SCRIPT_TELLS, 0, 3, FOREIGN}, {part::SCRIPT, saw::REPEATED, 0, 2, FOREIGN},
            {part::SCRIPT, saw::CUTS_RUN, 0, 1}, {part::SCRIPT, saw::CUTS_WORD, 0, 1}, {part::SCRIPT, saw::HAN_FORMS, 0, 3, IN_SAME}, {part::SCRIPT, saw::NO_KANA, 0, 1, IN_SAME}};
}

std::vector<Limit> limits_of_wording() {
    std::vector<Limit> found{{part::WORDING, saw::HOST_LANGUAGE, 0, 4, IN_SAME}, {part::WORDING, saw::FOREIGN_LANGUAGE, 0, 4, IN_SAME}, {part::WORDING, saw::FOREIGN_LANGUAGE_RATE, 0, 2, IN_SAME}};
    for (int feature : {saw::ENGLISH_GUEST, saw::CLEARLY_FOREIGN, saw::CLEARLY_FOREIGN_IN_SLOT, saw::REST_IS_HOST}) found.push_back({part::WORDING, feature, 0, 1, IN_SAME});
    found.push_back({part::WORDING, saw::REST_IS_FOREIGN, 0, 1, IN_SAME, false, true});
    found.push_back({part::WORDING, saw::GUEST_NOT_ENGLISH, 0, 3, IN_LATIN});
    found.push_back({part::WORDING, saw::WORDS_NEW, 0, 1, IN_SAME | IN_LATIN});
    found.push_back({part::WORDING, saw::WORDS_KNOWN, 0, 1, IN_SAME | IN_LATIN, false, true});
    return found;
}

std::vector<Limit> limits_of_lexicon() {
    std::vector<Limit> found{{part::LEXICON, saw::LEXICON_COVERAGE, -1, 1}, {part::LEXICON, saw::LEXICON_STRAY, 0, MOST_STRAYS}, {part::LEXICON, saw::LEXICON_LETTERS, 0, 3}, {part::LEXICON, saw::TOPIC, 0, 4}, {part::LEXICON, saw::READS_ON, 0, 1.5}};
    for (int feature : {saw::LEXICON_AD, saw::LEXICON_TRADE, saw::LEXICON_OFFER, saw::LEXICON_CONTACT, saw::LEXICON_TRADE_AND_OFFER, saw::LEXICON_AD_WHOLE, saw::STRAY_BOTH, saw::STRAY_CAPITAL, saw::STRAY_SIGN,
                        saw::LEXICON_WHOLE, saw::LEXICON_WHOLE_SEVERAL, saw::LEXICON_IN_SLOT, saw::PART_BESIDE, saw::LEXICON_BESIDE, saw::CUTS_PHRASE, saw::CAPITALS_INSIDE, saw::WOVEN_IN})
        found.push_back({part::LEXICON, feature, 0, 1});
    found.push_back({part::LEXICON, saw::AD_VOCABULARY, 0, MOST_STRAYS, IN_SAME | IN_LATIN});
    return found;
}

std::vector<Limit> limits_of_guards() {
    std::vector<Limit> found{{part::GUARDS, saw::ALTERNATING, 0, 2}, {part::GUARDS, saw::FACED, 0, 4}, {part::GUARDS, saw::SCRIPT_ON_NEAR_LINES, 0, 4}, {part::GUARDS, saw::SCRIPT_SHARE, 0, 5}, {part::GUARDS, saw::LANGUAGE_NAME, 0, 1}};
    for (int feature = saw::QUOTES_ITSELF; feature <= saw::QUOTE_BELOW; feature++)
        if (feature != saw::ALTERNATING) found.push_back({part::GUARDS, feature, 0, 1});
    found.push_back({part::GUARDS, saw::BEFORE_DASH, 0, 1});
    return found;
}

std::vector<Limit> limits_of_guests() {
    return {{part::GUESTS, saw::GUESTS_IN_PROSE, 0, 4, IN_LATIN}, {part::GUESTS, saw::GUESTS_APART, 0, 4, IN_LATIN}, {part::GUESTS, saw::NO_GUESTS_IN_PROSE, 0, 1, IN_LATIN},
            {part::GUESTS, saw::FUNCTION_WORDS, 0, 4, IN_SAME | IN_LATIN}, {part::GUESTS, saw::KNOWN_NAME_AT_END, 0, 1, IN_SAME | IN_LATIN}, {part::GUESTS, saw::STRANGER_IN_SLOT, 0, 1, FOREIGN, true}};
}

std::vector<Limit> limits_of_letters() {
    double most = load_double("classifiers.letters", "MOST");
    return {{part::LETTERS, saw::ADVERT_LETTERS, -most, most, FOREIGN | IN_LATIN}, {part::LETTERS, saw::ADVERT_LETTERS_IN_SLOT, 0, most, FOREIGN | IN_LATIN, true}};
}

std::vector<Limit> limits_of_flow() {
    std::vector<Limit> found{{part::FLOW, saw::TERMINAL_BESIDE, 0, 2}, {part::FLOW, saw::NUMBERED, 0, 3, FOREIGN}, {part::FLOW, saw::BEHIND_NUMBER, 0, 1, FOREIGN}, {part::FLOW, saw::DOTTED_NUMBER, 0, 1, FOREIGN},
                             {part::FLOW, saw::FOREIGN_PROSE, 0, 4, IN_SAME | IN_LATIN}, {part::FLOW, saw::FOREIGN_PROSE_BESIDE, 0, 1, IN_SAME | IN_LATIN}};
    for (int feature : {saw::GOES_ON_FROM_ABOVE, saw::GOES_ON_BELOW, saw::LOWER_AS_OTHERS, saw::TERMINAL_LINE, saw::SMALL_BEHIND_MARKER, saw::INDENTED, saw::CUTS_QUOTE, saw::SUBTITLE}) found.push_back({part::FLOW, feature, 0, 1});
    return found;
}

std::vector<Limit> limits_of_contact() {
    return {{part::CONTACTS, saw::HAS_CONTACT, 0, 1}, {part::CONTACTS, saw::CONTACT_ALONE, 0, 1}, {part::CONTACTS, saw::PLAIN_LINK, 0, 1}, {part::CONTACTS, saw::CONTACT_BESIDE, 0, 1}, {part::CONTACTS, saw::TRADE_ADDRESS, 0, 1},
            {part::CONTACTS, saw::CONTACT_LISTED, 0, 4}};
}

} // namespace

const std::vector<Limit>& limits() {
    static const auto* all = [] {
        auto* found = new std::vector<Limit>();
        for (const auto& own : {limits_of_form(), limits_of_script(), limits_of_wording(), limits_of_lexicon(), limits_of_guards(), limits_of_guests(), limits_of_letters(), limits_of_flow(), limits_of_contact()})
            found->insert(found->end(), own.begin(), own.end());
        return found;
    }();
    return *all;
}

constexpr size_t USUAL = 24; // features; more are few

void observe(const Scene& scene, Sink& sink) {
    Seen seen(scene, sink);
    sink.numbers.reserve(sink.numbers.size() + USUAL);
    sink.values.reserve(sink.values.size() + USUAL);
    for (int part = 0; part < part::MANY; part++) see_part(seen, part);
}

} // namespace scrub
