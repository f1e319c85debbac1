#include "folding.hpp"

#include <array>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "load.hpp"
#include "unicode.hpp"

namespace scrub {
inline namespace matching {

// -- offsets ----------------------------------------------------------------------------------------------------------

namespace {

// The number of the last piece that starts at `start` or before; -1 if there is none.
int piece_at(const std::vector<Piece>& pieces, int start) {
    auto after = std::upper_bound(pieces.begin(), pieces.end(), start, [](int at, const Piece& piece) { return at < piece.start; });
    return static_cast<int>(after - pieces.begin()) - 1;
}

} // namespace

int Folded::source(int start) const {
    int number = piece_at(pieces, start);
    if (number < 0) return start;
    const Piece& piece = pieces[number];
    return start < piece.end ? piece.source : piece.source_end + start - piece.end;
}

int Folded::source_end(int end) const {
    int number = piece_at(pieces, end - 1);
    if (number < 0) return end;
    const Piece& piece = pieces[number];
    return end <= piece.end ? piece.source_end : piece.source_end + end - piece.end;
}

int Folded::index(int original) const {
    auto after = std::upper_bound(pieces.begin(), pieces.end(), original, [](int at, const Piece& piece) { return at < piece.source_end; });
    if (after != pieces.end() && after->source <= original) return after->start;
    return after == pieces.begin() ? original : after[-1].end + original - after[-1].source_end;
}

Span Folded::span(int start, int end) const {
    int first = source(start);
    return {first, end > start ? source_end(end) : first};
}

namespace {

struct Edit {
    int start, end;
    Text text;
};

bool is_unequal(const Edit& edit) { return static_cast<int>(edit.text.size()) != edit.end - edit.start; }

Piece shifted(Piece piece, int by) { return {piece.start + by, piece.end + by, piece.source, piece.source_end}; }

// The pieces after edits that change the length; a piece inside an edit is part of it.
std::vector<Piece> moved(const Folded& folded, const std::vector<Edit>& edits) {
    std::vector<Piece> found;
    int grown = 0;
    size_t number = 0;
    const std::vector<Piece>& pieces = folded.pieces;
    for (const Edit& edit : edits) {
        if (!is_unequal(edit)) continue;
        Span source = folded.span(edit.start, edit.end);
        while (number < pieces.size() && pieces[number].end <= edit.start) found.push_back(shifted(pieces[number++], grown));
        size_t at = number;
        while (number < pieces.size() && pieces[number].start < edit.end) number++;
        if (at < number && pieces[at].start < edit.start) {
            Piece before = pieces[at];
            before.end = edit.start;
            found.push_back(shifted(before, grown));
        }
        int start = edit.start + grown, length = static_cast<int>(edit.text.size());
        grown += length - (edit.end - edit.start);
        found.push_back({start, start + length, source.start, source.end});
        if (at < number && pieces[number - 1].end > edit.end) {
            Piece behind = pieces[number - 1];
            behind.start = edit.end;
            found.push_back(shifted(behind, grown));
        }
    }
    while (number < pieces.size()) found.push_back(shifted(pieces[number++], grown));
    return found;
}

// `folded` after some edits of its text, which are sorted and apart.
void edit_text(Folded& folded, const std::vector<Edit>& edits) {
    if (edits.empty()) return;
    Text text;
    int at = 0;
    bool unequal = false;
    for (const Edit& edit : edits) {
        text.append(folded.text, at, edit.start - at).append(edit.text);
        at = edit.end;
        unequal = unequal || is_unequal(edit);
    }
    text.append(folded.text, at, Text::npos);
    if (unequal) folded.pieces = moved(folded, edits);
    folded.text = std::move(text);
}

// -- tables -----------------------------------------------------------------------------------------------------------

// What is known of a character; the first eleven share a number with its lower case, the others with its plain form.
enum Mark : uint32_t {
    LETTER_SHAPE = 1 << 0, // as `a` in the quick look for letters set apart
    GAP_SHAPE = 1 << 1,    // as a space there
    RARE = 1 << 2,         // only the stages one by one know what to do
    OTHER = 1 << 3,        // a letter of another alphabet than Latin
    DIGIT = 1 << 4,        // a Chinese digit
    WECHAT = 1 << 5,       // what WeChat is disguised with
    EASTERN = 1 << 6,      // Han, or behind it
};
enum Trait : uint32_t {
    UNSEEN = 1 << 0,    // hidden
    GLUED = 1 << 1,     // hidden, and goes with the character before it
    SEVERAL = 1 << 2,   // stands for more than one character
    REGIONAL = 1 << 3,  // a letter of flags
    COMBINING = 1 << 4, // may become one with the character before it
    AMONG = 1 << 5,     // a letter or mark among the signs
};
constexpr uint32_t CODE = 0x1FFFFF;

struct Entry {
    uint32_t low;   // lower case of the plain form, and the marks of the plain form
    uint32_t plain; // the plain form, and the traits: UNSEEN to SEVERAL of the character itself, the others of the plain form
    Char lower() const { return low & CODE; }
    Char single() const { return plain & CODE; }
    uint32_t marks() const { return low >> 21; }
    uint32_t traits() const { return plain >> 21; }
};

using Letters = std::unordered_map<Char, Char>;
using Set = std::unordered_set<Char>;

Char only_character(PyObject* text) {
    if (PyUnicode_GET_LENGTH(text) != 1) throw Unsupported("a table of folding with more than one character");
    return PyUnicode_READ_CHAR(text, 0);
}

template <class Each> void each_pair(PyObject* dict, Each each) {
    PyObject *key, *value;
    Py_ssize_t at = 0;
    if (!PyDict_Check(dict)) throw Unsupported("a table of folding that is no dict");
    while (PyDict_Next(dict, &at, &key, &value)) each(only_character(key), value);
}

template <class Each> void each_item(PyObject* items, Each each) {
    Ref iterator = Ref::checked(PyObject_GetIter(items));
    while (Ref item{PyIter_Next(iterator.get())}) each(item.get());
    if (PyErr_Occurred()) throw PythonError();
}

Ref member(PyObject* object, const char* name) { return Ref::checked(PyObject_GetAttrString(object, name)); }

Set set_of(const Ref& items) {
    Set found;
    each_item(items.get(), [&](PyObject* item) { found.insert(only_character(item)); });
    return found;
}

Letters letters_of(const Ref& pairs) {
    Letters found;
    each_pair(pairs.get(), [&](Char c, PyObject* plain) { found[c] = only_character(plain); });
    return found;
}

class Tables {
  public:
    static const Tables& get() {
        static const Tables* tables = nullptr; // not made in its initializer: Python may switch threads while it is made
        if (!tables) {
            const Tables* made = new Tables();
            if (!tables) tables = made;
        }
        return *tables;
    }

    const Entry& operator[](Char c) const {
        const Entry* block = blocks[c >> 8].get();
        return (block ? block : fill(c >> 8))[c & 0xFF];
    }

    std::unordered_map<Char, Text> several;
    Letters latin, cyrillic;
    Letters digits;
    Char first_digit = 0; // the least of them that is not ASCII
    Set flags;   // two letters as one number
    Set units;   // what makes a number of Chinese digits one of writing
    int shortest = 0;
    std::vector<Text> telling; // the signs of WeChat, of two characters
    std::optional<Regex> wechat;
    int name = 0, chain = 0, code = 0;

  private:
    Tables();
    const Entry* fill(int number) const;
    void load_numbers(PyObject* tables);
    void load_wechat(PyObject* tables);
    Entry entry_of(Char c) const;

    Letters single;
    Set unseen, glued, combining, among, other, wechat_marks;
    mutable std::array<std::unique_ptr<Entry[]>, 0x1100> blocks;
};

Tables::Tables() {
    Ref made = attribute("folding", "_tables");
    Ref tables = Ref::checked(PyObject_CallNoArgs(made.get()));
    single = letters_of(member(tables.get(), "single"));
    Ref longer = member(tables.get(), "several");
    each_pair(longer.get(), [&](Char c, PyObject* plain) { several[c] = from_python(plain); });
    unseen = set_of(member(tables.get(), "hidden"));
    glued = set_of(member(tables.get(), "glued"));
    other = set_of(member(tables.get(), "other"));
    latin = letters_of(member(tables.get(), "latin"));
    cyrillic = letters_of(member(tables.get(), "cyrillic"));
    digits = letters_of(member(tables.get(), "digits"));
    first_digit = CODE;
    for (const auto& [c, plain] : digits)
        if (c >= 0x80) first_digit = std::min(first_digit, c);
    wechat_marks = set_of(member(tables.get(), "wechat_marks"));
    Ref find_combining = attribute("folding", "_combining");
    combining = set_of(Ref::checked(PyObject_CallNoArgs(find_combining.get())));
    among = set_of(attribute("folding", "_AMONG_SIGNS"));
    Ref regions = member(tables.get(), "flags");
    each_item(regions.get(), [&](PyObject* region) {
        Text pair = from_python(region);
        if (pair.size() == 2) flags.insert(pair[0] << 8 | pair[1]);
    });
    auto is_plain = [&](Char c) { return !single.count(c) && !several.count(c) && !unseen.count(c); };
    for (const auto& [c, plain] : single)
        if (!is_plain(plain)) throw Unsupported("folding to what is folded on");
    for (const auto& [c, plain] : several)
        if (!std::all_of(plain.begin(), plain.end(), is_plain)) throw Unsupported("folding to what is folded on");
    load_numbers(tables.get());
    load_wechat(tables.get());
}

// The shortest number and the units stand in the pattern only: (?<!digit)digit{shortest,}+(?![units]).
void Tables::load_numbers(PyObject* tables) {
    Text pattern = from_python(member(member(tables, "number").get(), "pattern").get());
    size_t open = pattern.find(U"]{"), close = pattern.rfind(U"(?![");
    if (open == Text::npos || close == Text::npos) throw Unsupported("a pattern of numbers in another form");
    for (size_t at = open + 2; at < pattern.size() && pattern[at] >= '0' && pattern[at] <= '9'; at++) shortest = shortest * 10 + (pattern[at] - '0');
    for (Char c : pattern.substr(close + 4, pattern.size() - close - 6)) units.insert(c);
}

void Tables::load_wechat(PyObject* tables) {
    Ref pattern = member(tables, "wechat");
    Ref signs = attribute("folding", "TELLING");
    each_item(signs.get(), [&](PyObject* sign) { telling.push_back(from_python(sign)); });
    for (const Text& sign : telling)
        if (sign.size() != 2 || (sign[0] != 'v' && sign[0] != 'w' && sign[0] != U'微')) throw Unsupported("a sign of WeChat in another form");
    Ref groups = member(pattern.get(), "groupindex");
    auto number = [&](const char* group) {
        Ref found = Ref::checked(PyMapping_GetItemString(groups.get(), group));
        return static_cast<int>(PyLong_AsLong(found.get()));
    };
    name = number("name");
    chain = number("chain");
    code = number("code");
    try {
        wechat = regex_from(pattern.get());
    } catch (const Unsupported&) {
    }
}

Entry Tables::entry_of(Char c) const {
    auto plain_form = single.find(c);
    Char plain = plain_form == single.end() ? c : plain_form->second;
    Char lower = Py_UNICODE_TOLOWER(plain);
    if (plain == 0x130) lower = plain; // lower case has two characters
    if (lower == 0x3C2) lower = 0x3C3; // final sigma
    uint32_t traits = 0, marks = 0;
    if (unseen.count(c)) traits |= UNSEEN;
    if (glued.count(c)) traits |= GLUED;
    if (several.count(c)) traits |= SEVERAL;
    if (plain >= 0x1F1E6 && plain <= 0x1F1FF) traits |= REGIONAL;
    if (combining.count(plain)) traits |= COMBINING;
    if (among.count(plain)) traits |= AMONG;
    if (traits & (UNSEEN | SEVERAL | REGIONAL | COMBINING)) marks |= RARE;
    bool dot = plain == 0xB7 || plain == 0x2022;
    bool gap = dot || (plain < 0x80 && std::strchr(" .-_*|~", static_cast<int>(plain)) && plain);
    if (gap) marks |= GAP_SHAPE;
    else if (plain >= 0x80 || is_alnum(plain)) marks |= LETTER_SHAPE;
    if (other.count(plain)) marks |= OTHER;
    if (digits.count(plain)) marks |= DIGIT;
    if (wechat_marks.count(plain)) marks |= WECHAT;
    if (plain >= 0x2E80) marks |= EASTERN;
    return {lower | marks << 21, plain | traits << 21};
}

const Entry* Tables::fill(int number) const {
    auto block = std::make_unique<Entry[]>(256);
    for (int n = 0; n < 256; n++) block[n] = entry_of(number << 8 | n);
    blocks[number] = std::move(block);
    return blocks[number].get();
}

// -- letters set apart ------------------------------------------------------------------------------------------------

// Whether four letters with a separator between each two stand in a text.
template <class Each> bool has_spaced_letters(View text, Each shape_of) {
    uint32_t shapes = 0;
    for (Char c : text) {
        uint32_t shape = shape_of(c);
        if (shape == ~0u) continue;
        shapes = shapes << 2 | shape;
        if ((shapes & 0x3FFF) == 0x1999) return true; // letter, gap, letter, gap, letter, gap, letter
    }
    return false;
}

bool is_word_character(Char c) { return is_letter(c) || is_mark(c) || is_number(c); }

// The end of one letter or digit with its marks, apart from others behind it; 0 if there is none.
int single_end(View text, int at) {
    int size = static_cast<int>(text.size());
    if (at >= size || !(is_letter(text[at]) || is_number(text[at]))) return 0;
    at++;
    while (at < size && is_mark(text[at])) at++;
    return at < size && (is_letter(text[at]) || is_number(text[at])) ? 0 : at;
}

bool is_separator(Char c) {
    switch (c) {
    case ' ': case '.': case '-': case '_': case '*': case '|': case '~': case 0xB7: case 0x2022: return true;
    default: return false;
    }
}

struct Row {
    int start, end;
    Char separator;
};

// A word whose letters are set apart by one separator; its end is 0 if there is none.
Row spaced_word(View text, int at) {
    Row none{at, 0, 0};
    if (at > 0 && is_word_character(text[at - 1])) return none;
    int end = single_end(text, at);
    if (!end || end >= static_cast<int>(text.size()) || !is_separator(text[end])) return none;
    Char separator = text[end];
    int next = single_end(text, end + 1);
    if (!next) return none;
    while (next) {
        end = next;
        next = end < static_cast<int>(text.size()) && text[end] == separator ? single_end(text, end + 1) : 0;
    }
    return {at, end, separator};
}

bool next_in_row(View text, const Row& before, const Row& after) {
    int between = after.start - before.end;
    if (before.separator != after.separator || between < 2 || between > 4) return false;
    for (int at = before.end; at < after.start; at++)
        if (text[at] != ' ') return false;
    return true;
}

Text without(View text, Char dropped) {
    Text found;
    for (Char c : text)
        if (c != dropped) found += c;
    return found;
}

constexpr int SHORTEST = 4;

bool is_long(const Text& word) {
    int letters = 0, digits = 0;
    for (Char c : word) {
        letters += is_letter(c);
        digits += is_digit(c);
    }
    return letters >= SHORTEST - 1 && letters + digits >= SHORTEST;
}

// Edits for a row of words set apart, none if no word is long enough or it is mostly numbers.
void join(View text, const std::vector<Row>& row, std::vector<Edit>& edits) {
    std::vector<Text> words;
    bool any = false;
    for (const Row& one : row) {
        words.push_back(without(text.substr(one.start, one.end - one.start), one.separator));
        any = any || is_long(words.back());
    }
    if (!any) return;
    for (size_t n = 0; n < row.size(); n++) {
        if (n) edits.push_back({row[n - 1].end, row[n].start, Text(1, ' ')});
        edits.push_back({row[n].start, row[n].end, words[n]});
    }
}

// Whether it changed anything.
bool collapse(Folded& folded) {
    View text = folded.text;
    const int size = static_cast<int>(text.size());
    std::vector<Edit> edits;
    std::vector<Row> row;
    for (int at = 0; at < size;) {
        if (at + 1 < size && !is_separator(text[at + 1]) && (text[at + 1] < 0x300 || !is_mark(text[at + 1]))) { // no letter ends here, as most do not
            at++;
            continue;
        }
        Row found = spaced_word(text, at);
        if (!found.end) {
            at++;
            continue;
        }
        if (!row.empty() && !next_in_row(text, row.back(), found)) {
            join(text, row, edits);
            row.clear();
        }
        row.push_back(found);
        at = found.end;
    }
    join(text, row, edits);
    edit_text(folded, edits);
    return !edits.empty();
}

// -- what is not seen, and what stands for several --------------------------------------------------------------------

// Marks and selectors that are not seen go with the character before them, the others are dropped.
void reveal(Folded& folded, const Tables& tables) {
    const Text& text = folded.text;
    int size = static_cast<int>(text.size());
    std::vector<Edit> edits;
    for (int at = 0; at < size;) {
        uint32_t traits = tables[text[at]].traits();
        if (!(traits & (UNSEEN | SEVERAL))) {
            at++;
            continue;
        }
        bool several = traits & SEVERAL;
        int seen = several ? at + 1 : at, end = seen;
        while (end < size && tables[text[end]].traits() & UNSEEN) end++;
        int glued = end;
        while (glued > seen && !(tables[text[glued - 1]].traits() & GLUED)) glued--;
        if (several) edits.push_back({at, glued, tables.several.at(text[at])});
        else if (glued > seen && at) edits.push_back({at - 1, glued, Text(1, text[at - 1])});
        else glued = at;
        if (end > glued) edits.push_back({glued, end, Text()});
        at = end;
    }
    edit_text(folded, edits);
}

// -- stages -----------------------------------------------------------------------------------------------------------

// Regional letters that make no row of flags are letters.
void unflag(Text& text, const Tables& tables) {
    auto regional = [&](size_t at) { return at < text.size() && text[at] >= 0x1F1E6 && text[at] <= 0x1F1FF; };
    auto letter = [&](size_t at) { return text[at] - 0x1F1E6 + 'a'; };
    for (size_t at = 0; at < text.size();) {
        size_t end = at;
        bool flags = true;
        while (regional(end)) end++;
        for (size_t n = at; n < end && flags; n += 2) flags = n + 1 < end && tables.flags.count(letter(n) << 8 | letter(n + 1));
        for (size_t n = at; n < end && !flags; n++) text[n] = letter(n);
        at = end + 1;
    }
}

enum Alphabet { NONE, LATIN_LIKE, OTHER_LIKE, SKIPPED };

// What the first byte of a character's UTF-8 says; `among`: letters among the signs are there.
Alphabet alphabet_of(Char c, bool among) {
    if (c < 0x80) return is_alpha(c) ? LATIN_LIKE : NONE;
    int byte = static_cast<int>(c < 0x800 ? 0xC0 | c >> 6 : c < 0x10000 ? 0xE0 | c >> 12 : 0xF0 | c >> 18);
    if (byte == 0xCC) return SKIPPED;
    if (!among && (byte == 0xC2 || byte == 0xE2)) return NONE;
    return (byte >= 0xCD && byte < 0xE0) || byte == 0xE1 || byte == 0xEA ? OTHER_LIKE : LATIN_LIKE;
}

bool is_latin(Char c) { return script_of(c) == LATIN; }
bool is_cyrillic(Char c) { return script_of(c) == CYRILLIC; }

// Another alphabet with letters that look like Latin ones.
bool is_other(Char c) {
    constexpr uint8_t armenian = script_id("Armenian"), cherokee = script_id("Cherokee"), lisu = script_id("Lisu");
    uint8_t script = script_of(c);
    return script == CYRILLIC || script == GREEK || script == armenian || script == cherokee || script == lisu;
}

bool in_family(Char c) { return is_latin(c) || is_other(c); }

// The end of a word of two alphabets that begins at `at`; 0 if there is none.
int mixed_end(const Text& text, int at) {
    int size = static_cast<int>(text.size()), end = at;
    if (at > 0 && in_family(text[at - 1])) return 0;
    if (is_latin(text[at])) {
        end++;
        while (end < size && (is_latin(text[end]) || is_mark(text[end]))) end++;
        if (end >= size || !is_other(text[end])) return 0;
    } else if (is_other(text[at])) {
        end++;
        while (end < size && (is_other(text[end]) || is_mark(text[end]))) end++;
        if (end >= size || !is_latin(text[end])) return 0;
    } else {
        return 0;
    }
    while (end < size && (in_family(text[end]) || is_mark(text[end]))) end++;
    return end;
}

Text spelled_with(Text word, const Letters& letters) {
    for (Char& c : word) {
        auto found = letters.find(c);
        if (found != letters.end()) c = found->second;
    }
    return word;
}

// A mixed word in the alphabet of most of its letters, in the other one, or as it is where neither can spell it.
Text one_alphabet(const Text& word, const Tables& tables) {
    Text small = lower(word);
    for (Char& c : small)
        if (c == 0x3C2) c = 0x3C3;
    for (const Text& spelled : {word, small}) {
        int latin = 0, others = 0;
        bool latin_can = true, cyrillic_can = true;
        for (Char c : spelled) {
            if (is_mark(c)) continue;
            if (is_latin(c)) {
                latin++;
                cyrillic_can = cyrillic_can && tables.cyrillic.count(c);
            } else {
                others++;
                latin_can = latin_can && tables.latin.count(c);
                cyrillic_can = cyrillic_can && is_cyrillic(c);
            }
        }
        if (!latin || !others) return word;
        if (latin_can && !(cyrillic_can && others > latin)) return spelled_with(spelled, tables.latin);
        if (cyrillic_can) return spelled_with(spelled, tables.cyrillic);
    }
    return word;
}

// Words that mix Latin with look-alikes are written in one alphabet.
void unmix(Text& text, const Tables& tables) {
    for (int at = 0; at < static_cast<int>(text.size());) {
        int end = text[at] < 0x80 && !is_alpha(text[at]) ? 0 : mixed_end(text, at);
        if (!end) {
            at++;
            continue;
        }
        text.replace(at, end - at, one_alphabet(text.substr(at, end - at), tables));
        at = end;
    }
}

// A letter with its marks as one, by Python's own answer.
const Text& cluster(const Text& text) {
    static auto* known = new std::unordered_map<Text, Text>();
    auto found = known->find(text);
    if (found != known->end()) return found->second;
    if (known->size() > 4096) known->clear();
    Ref function = attribute("folding", "_cluster");
    Ref composed = Ref::checked(PyObject_CallOneArg(function.get(), to_python(text).get()));
    return known->emplace(text, from_python(composed.get())).first->second;
}

bool between(const Text& text, int at, Char first, Char last) {
    return at < static_cast<int>(text.size()) && text[at] >= first && text[at] <= last;
}

constexpr Char FIRST_MARK = 0x300; // and no part of a Hangul syllable stands before it

// The end of what may become one character; `at` itself if nothing can.
int cluster_end(const Text& text, int at) {
    int size = static_cast<int>(text.size()), end = at + 1;
    if (!is_mark(text[at])) {
        while (end < size && is_mark(text[end])) end++;
        if (end > at + 1) return end;
    }
    if (between(text, at, 0x1100, 0x1112) && between(text, at + 1, 0x1161, 0x1175)) return between(text, at + 2, 0x11A8, 0x11C2) ? at + 3 : at + 2;
    if (between(text, at, 0xAC00, 0xD7A3) && between(text, at + 1, 0x11A8, 0x11C2)) return at + 2;
    return at;
}

void compose(Folded& folded) {
    std::vector<Edit> edits;
    const Text& text = folded.text;
    for (int at = 0; at < static_cast<int>(text.size());) {
        bool alone = at + 1 < static_cast<int>(text.size()) && text[at + 1] < FIRST_MARK; // what goes on is no mark
        int end = alone ? at : cluster_end(text, at);
        if (end == at) {
            at++;
            continue;
        }
        Text old = text.substr(at, end - at);
        const Text& composed = cluster(old);
        if (composed != old) edits.push_back({at, end, composed});
        at = end;
    }
    edit_text(folded, edits);
}

// Chinese digits in long numbers are digits.
void count(Text& text, const Tables& tables) {
    int size = static_cast<int>(text.size()), done = 0;
    auto is_chinese = [&](Char c) { return c >= tables.first_digit && c >= 0x80 && (tables[c].marks() & DIGIT) != 0; };
    auto is_one = [&](Char c) { return c < 0x80 ? c >= '0' && c <= '9' : is_chinese(c); };
    for (int at = next_wide(text.data(), 0, size); at < size; at = next_wide(text.data(), at, size)) { // rows of ASCII alone stay as they are
        if (!is_chinese(text[at])) {
            at++;
            continue;
        }
        int end = at;
        while (at > done && is_one(text[at - 1])) at--;
        while (end < size && is_one(text[end])) end++;
        bool number = end - at >= tables.shortest && !(end < size && tables.units.count(text[end]));
        for (int n = at; n < end && number; n++) {
            auto digit = tables.digits.find(text[n]);
            if (digit != tables.digits.end()) text[n] = digit->second;
        }
        at = done = end;
    }
}

// -- WeChat -----------------------------------------------------------------------------------------------------------

bool is_han(Char c) {
    return c >= 0x2E80 && script_of(c) == HAN;
}

bool is_gap(Char c) { return c == ' ' || c == ':' || c == '-'; }

// (Han)(?:[a-z]{0,3}[0-9]{1,6})?[ :-]? at the very end of `before`.
bool ends_with_han(View before) {
    size_t end = before.size();
    if (end && is_gap(before[end - 1])) end--;
    if (end && is_han(before[end - 1])) return true;
    size_t digits = end, letters;
    while (digits && before[digits - 1] >= '0' && before[digits - 1] <= '9') digits--;
    if (digits == end || end - digits > 6) return false;
    letters = digits;
    while (letters && before[letters - 1] >= 'a' && before[letters - 1] <= 'z') letters--;
    return digits - letters <= 3 && letters && is_han(before[letters - 1]);
}

// The same for Python's `$`, which also stands before a last line end.
bool has_han_before(View before) {
    if (ends_with_han(before)) return true;
    return !before.empty() && before.back() == '\n' && ends_with_han(before.substr(0, before.size() - 1));
}

bool has_han_behind(const Text& text, size_t at) {
    if (at < text.size() && is_gap(text[at])) at++;
    return at < text.size() && is_han(text[at]);
}

const Text WECHAT_NAME = U"微信";

// A row of tokens with each of them as 微信.
Text plain_chain(View chain) {
    Text found;
    for (size_t at = 0; at < chain.size();) {
        bool token = (chain[at] == 'v' || chain[at] == 'w') && at + 1 < chain.size();
        if (token && chain.substr(at + 1, 2) == U"亻言") {
            found += WECHAT_NAME;
            at += 3;
        } else if (token && !is_space(chain[at + 1])) {
            found += WECHAT_NAME;
            at += 2;
        } else {
            found += chain[at++];
        }
    }
    return found;
}

Text contact(const Match& match, const Text& text, View before, const Tables& tables) {
    const Span& chain = match.groups[tables.chain];
    if (chain.start < 0) return match.groups[tables.name].start >= 0 && match.groups[tables.name].end > match.groups[tables.name].start ? WECHAT_NAME : Text(U"微");
    View letters = View(text).substr(chain.start, chain.end - chain.start);
    bool sure = has_han_before(before) || has_han_behind(text, chain.end) || std::any_of(letters.begin(), letters.end(), is_han);
    const Span& code = match.groups[tables.code];
    if (!sure && !(code.start >= 0 && code.end > code.start && letters.back() != 'x')) return text.substr(match.start, match.end - match.start);
    return plain_chain(letters);
}

bool may_be_wechat(const Text& text, int at, const Tables& tables) {
    Char c = text[at], next = at + 1 < static_cast<int>(text.size()) ? text[at + 1] : 0;
    if (c == 'v' || c == 'w') return next == 'x' || next >= 0x80;
    return c == U'微' || tables[c].marks() & WECHAT;
}

constexpr int NEAR = 12;

// WeChat is 微信 where a code, 加 or a Han character makes sure that it is meant.
std::vector<Edit> edits_of_wechat(const Text& text, const Tables& tables) {
    std::vector<Edit> edits;
    int size = static_cast<int>(text.size()), done = 0;
    Text before;
    bool plain_ascii[128]; // not what WeChat may begin with
    for (Char c = 0; c < 128; c++) plain_ascii[c] = c != 'v' && c != 'w' && !(tables[c].marks() & WECHAT);
    for (int at = 0; at < size;) {
        if ((text[at] < 128 && plain_ascii[text[at]]) || !may_be_wechat(text, at, tables)) {
            at++;
            continue;
        }
        Match match;
        if (!tables.wechat->match(text.data(), at, size, &match)) {
            at++;
            continue;
        }
        int near = std::max(done, match.start - NEAR);
        before.append(text, near, match.start - near);
        Text plain = contact(match, text, View(before).substr(before.size() > NEAR ? before.size() - NEAR : 0), tables);
        if (plain != text.substr(match.start, match.end - match.start)) edits.push_back({match.start, match.end, plain});
        before = before.substr(before.size() > NEAR ? before.size() - NEAR : 0) + plain;
        done = at = match.end;
    }
    return edits;
}

bool tells_wechat(const Text& text, const Tables& tables) {
    for (size_t at = 0; at + 1 < text.size(); at++) {
        if (text[at] != 'v' && text[at] != 'w' && text[at] != U'微') continue;
        for (const Text& sign : tables.telling)
            if (sign[0] == text[at] && sign[1] == text[at + 1]) return true;
    }
    return false;
}

// -- order ------------------------------------------------------------------------------------------------------------

struct Seen {
    uint32_t marks = 0, traits = 0; // of all characters
};

// What Python says, where the pattern of WeChat is beyond the native engine.
Folded folded_by_python(View text) {
    Ref function = attribute("folding", "fold");
    Ref folded = Ref::checked(PyObject_CallOneArg(function.get(), to_python(text).get()));
    Folded found{from_python(member(folded.get(), "text").get()), {}, BY_NEIGHBOURS};
    Ref pieces = member(folded.get(), "pieces");
    each_item(pieces.get(), [&](PyObject* piece) {
        Piece one;
        if (!PyArg_ParseTuple(piece, "iiii", &one.start, &one.end, &one.source, &one.source_end)) throw PythonError();
        found.pieces.push_back(one);
    });
    return found;
}

// Numbers and WeChat, which come last.
Folded finished(Folded folded, const Seen& seen, View text, const Tables& tables) {
    if (seen.marks & DIGIT) count(folded.text, tables);
    if (seen.marks & EASTERN) folded.by |= BY_EASTERN;
    if (seen.marks & WECHAT || (seen.marks & EASTERN && tells_wechat(folded.text, tables))) {
        if (!tables.wechat) return folded_by_python(text);
        std::vector<Edit> edits = edits_of_wechat(folded.text, tables);
        folded.by |= edits.empty() ? BY_WECHAT : BY_NEIGHBOURS;
        edit_text(folded, edits);
    }
    return folded;
}

template <class Plain> bool seems_mixed(View text, bool among, Plain plain) {
    Alphabet before = NONE;
    for (Char c : text) {
        Alphabet now = alphabet_of(plain(c), among);
        if (now == SKIPPED) continue;
        if (now != before && now != NONE && before != NONE) return true;
        before = now;
    }
    return false;
}

bool seems_spaced(const Text& text, const Seen& seen, const Tables& tables) {
    bool marks = seen.traits & COMBINING;
    return has_spaced_letters(text, [&](Char c) { return marks && c >= 0x80 && is_mark(c) ? ~0u : tables[c].marks() & 3; });
}

// Stage after stage, for a text that calls for the rarer ones.
Folded fold_in_stages(View text, Seen seen, const Tables& tables) {
    Folded folded{Text(text), {}, 0};
    for (Char& c : folded.text) c = tables[c].single();
    if (seen.traits & (UNSEEN | SEVERAL)) {
        reveal(folded, tables);
        seen = Seen();
        for (Char c : folded.text) {
            seen.marks |= tables[c].marks();
            seen.traits |= tables[c].traits();
        }
    }
    if (seen.traits & REGIONAL) unflag(folded.text, tables);
    if (seems_spaced(folded.text, seen, tables)) collapse(folded);
    if (seen.marks & OTHER && seems_mixed(folded.text, seen.traits & AMONG, [](Char c) { return c; })) unmix(folded.text, tables);
    for (Char& c : folded.text) {
        c = c == 0x130 ? c : to_lower(c);
        if (c == 0x3C2) c = 0x3C3;
    }
    if (seen.traits & COMBINING) compose(folded);
    folded.by = BY_NEIGHBOURS;
    return finished(std::move(folded), seen, text, tables);
}

} // namespace

Folded fold(View text) {
    const Tables& tables = Tables::get();
    Folded folded;
    folded.text.resize(text.size());
    Char* out = folded.text.data();
    Seen seen;
    Char all = 0;
    uint32_t shapes = 0, spaced = 0;
    for (size_t at = 0; at < text.size(); at++) {
        const Entry& entry = tables[text[at]];
        out[at] = entry.lower();
        all |= text[at];
        seen.marks |= entry.marks();
        seen.traits |= entry.traits();
        shapes = shapes << 2 | (entry.marks() & 3);
        spaced |= (shapes & 0x3FFF) == 0x1999;
    }
    if (all < 0x80) {
        if (spaced) collapse(folded);
        if (spaced) folded.by = BY_NEIGHBOURS;
        return folded;
    }
    bool rare = seen.marks & RARE;
    auto plain = [&](Char c) { return tables[c].single(); };
    if (spaced && !rare) { // it looks so; nearly always no word is set apart
        Folded apart{Text(text), {}, 0};
        for (Char& c : apart.text) c = plain(c);
        rare = collapse(apart);
        folded.by = BY_NEIGHBOURS;
    }
    if (rare || (seen.marks & OTHER && seems_mixed(text, seen.traits & AMONG, plain))) return fold_in_stages(text, seen, tables);
    return finished(std::move(folded), seen, text, tables);
}

bool hides_wechat(const Text& folded) {
    const Tables& tables = Tables::get();
    return !tables.wechat || !edits_of_wechat(folded, tables).empty();
}

Text fold_each(View text) {
    const Tables& tables = Tables::get();
    Text folded(text.size(), 0);
    uint32_t marks = 0;
    const Char* in = text.data();
    Char* out = folded.data();
    for (size_t at = 0; at < text.size(); at++) {
#ifdef __SSE2__
        for (; at + 4 <= text.size(); at += 4) { // ASCII, four at once
            __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + at));
            if (_mm_movemask_epi8(_mm_cmpgt_epi32(four, _mm_set1_epi32(127)))) break;
            __m128i capital = _mm_and_si128(_mm_cmpgt_epi32(four, _mm_set1_epi32('A' - 1)), _mm_cmplt_epi32(four, _mm_set1_epi32('Z' + 1)));
            _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at), _mm_add_epi32(four, _mm_and_si128(capital, _mm_set1_epi32(32))));
        }
        if (at == text.size()) break;
#endif
        const Entry& entry = tables[in[at]];
        out[at] = entry.lower();
        marks |= entry.low;
    }
    if (marks >> 21 & DIGIT) count(folded, tables);
    return folded;
}

void fold_each(View text, Ascii& folded) {
    folded.resize(text.size());
    unsigned char* out = folded.data();
    const Char* in = text.data();
    int size = folded.size(), at = 0;
#ifdef __SSE2__
    auto four = [&](int n) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(in + n)); };
    for (; at + 16 <= size; at += 16) {
        __m128i here = _mm_packus_epi16(_mm_packs_epi32(four(at), four(at + 4)), _mm_packs_epi32(four(at + 8), four(at + 12)));
        __m128i capital = _mm_and_si128(_mm_cmpgt_epi8(here, _mm_set1_epi8('A' - 1)), _mm_cmplt_epi8(here, _mm_set1_epi8('Z' + 1)));
        _mm_storeu_si128(reinterpret_cast<__m128i*>(out + at), _mm_add_epi8(here, _mm_and_si128(capital, _mm_set1_epi8(32))));
    }
#endif
    for (; at < size; at++) {
        auto c = static_cast<unsigned char>(in[at]);
        out[at] = c + (static_cast<unsigned char>(c - 'A') < 26 ? 32 : 0);
    }
}

void fold_each(const unsigned char* bytes, size_t size, Ascii& folded) {
    folded.resize(size);
    constexpr size_t PART = 1 << 14;
    Breath breath;
    for (size_t from = 0; from < size; from += PART) {
        breath.take();
        unsigned char* out = folded.data();
        for (size_t at = from, end = std::min(size, from + PART); at < end; at++) out[at] = static_cast<unsigned char>(bytes[at] + (static_cast<unsigned char>(bytes[at] - 'A') < 26 ? 32 : 0));
    }
}

void widen(const Ascii& narrow, Text& wide) {
    wide.resize(narrow.size());
    scrub::widen(narrow.data(), wide.data(), wide.size());
}

bool fold_ascii(View text, Ascii& folded) {
    Char all = 0;
    for (Char c : text) all |= c;
    if (all >= 0x80) return false;
    fold_each(text, folded);
    const unsigned char* out = folded.data();
    int size = folded.size();
    uint64_t rows = 0, before = 0; // whether three separators stand two apart from each other
    for (int at = 0; at < size; at += BLOCK) {
        uint64_t gaps = mask_of_signs(out + at, " .-_*|~");
        rows |= gaps & (gaps << 2 | before >> 62) & (gaps << 4 | before >> 60);
        before = gaps;
    }
    if (!rows) return true;
    const Tables& tables = Tables::get();
    return !has_spaced_letters(text, [&](Char c) { return tables[c].marks() & 3; });
}

} // namespace matching
} // namespace scrub
