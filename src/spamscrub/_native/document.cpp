#include "document.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

namespace scrub {

namespace {

constexpr size_t SAMPLE = 65536, BLOCKS = 64; // scripts.SAMPLE, scripts.BLOCKS
constexpr double OWN_SHARE = 0.25, KANA_SHARE = 0.1, HANJA_SHARE = 0.1;
const int BRAILLE = script_id("Braille"), SIGN_WRITING = script_id("SignWriting");

bool is_ascii_letter(Char c) { return ((c | 32) - 'a') < 26; }

struct Counts {
    std::array<int, SCRIPT_COUNT> of{};

    void add(View text) {
        int latin = 0, last = -1, row = 0; // letters of one script stand in rows
        for (Char c : text) latin += is_ascii_letter(c); // many at once
        int size = static_cast<int>(text.size());
        for (int at = next_wide(text.data(), 0, size); at < size; at = next_wide(text.data(), at + 1, size)) {
            int script = letter_script(text[static_cast<size_t>(at)]);
            if (script == last) {
                row++;
                continue;
            }
            if (last >= 0) of[last] += row;
            last = script;
            row = 1;
        }
        if (last >= 0) of[last] += row;
        of[LATIN] += latin;
    }

    Profile in_order() const {
        Profile found;
        for (int script = 0; script < SCRIPT_COUNT; script++)
            if (of[script]) found.emplace_back(static_cast<uint8_t>(script), of[script]);
        std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
            return a.second != b.second ? a.second > b.second : std::strcmp(SCRIPT_NAMES[a.first], SCRIPT_NAMES[b.first]) < 0;
        });
        return found;
    }
};

int count_of(const Profile& letters, int script) {
    for (auto [name, count] : letters)
        if (name == script) return count;
    return 0;
}

bool is_east_asian(int script) { return script == HAN || script == HIRAGANA || script == KATAKANA || script == BOPOMOFO; }

bool is_break(Char c) { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }

// The pattern of a run of these scripts with its tail, made by tokenizer.run_pattern when a document first asks for it.
const Regex* run_pattern(const std::string& letters) {
    static auto* known = new std::map<std::string, std::unique_ptr<Regex>>();
    auto& found = (*known)[letters];
    if (!found) {
        Ref make = attribute("tokenizer", "run_pattern");
        Ref pattern = Ref::checked(PyObject_CallFunction(make.get(), "s", letters.c_str()));
        found = std::make_unique<Regex>(regex_from(pattern.get()));
    }
    return found.get();
}

} // namespace

bool is_dense(int script) {
    return script == HAN || script == HIRAGANA || script == KATAKANA || script == THAI || script == LAO || script == KHMER || script == MYANMAR || script == TIBETAN;
}

Profile profile(View text) {
    Counts counts;
    if (text.size() <= SAMPLE) {
        counts.add(text);
        return counts.in_order();
    }
    double step = static_cast<double>(text.size()) / BLOCKS;
    for (size_t n = 0; n < BLOCKS; n++) counts.add(text.substr(static_cast<size_t>(n * step), SAMPLE / BLOCKS));
    return counts.in_order();
}

int main_script(View text) {
    int seen = -1;
    bool one = true;
    uint16_t before = 0; // of no character; most are of the same sort as the one before
    for (Char c : text.substr(0, SAMPLE)) {
        if (c < 128 && !is_ascii_letter(c)) continue;
        uint16_t record = record_of(c);
        if (record == before) continue;
        before = record;
        int script = letter_script(c);
        if (script < 0 || script == seen) continue;
        one = one && seen < 0;
        seen = script;
    }
    if (one && text.size() <= SAMPLE) return seen;
    Profile letters = profile(text);
    return letters.empty() ? -1 : letters.front().first;
}

// Letters of ASCII, sixteen at a time where the compiler knows how.
int count_ascii_letters(const unsigned char* bytes, size_t size) {
    int found = 0;
    for (size_t at = 0; at < size;) {
        unsigned char few = 0; // of 255 bytes, so that one byte holds the count
        for (size_t stop = std::min(size, at + 255); at < stop; at++) few += static_cast<unsigned char>((bytes[at] | 32) - 'a') < 26;
        found += few;
    }
    return found;
}

// Where the next line ends in [at, end) of a text, or the end.
int next_break(const Char* text, int at, int end) {
#if defined(__SSE2__)
    const __m128i first = _mm_set1_epi32('\n' - 1), last = _mm_set1_epi32('\r' + 1), one = _mm_set1_epi32(1), separator = _mm_set1_epi32(0x2029);
    auto ends = [&](const Char* four) {
        __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(four));
        return _mm_or_si128(_mm_and_si128(_mm_cmpgt_epi32(here, first), _mm_cmplt_epi32(here, last)), _mm_cmpeq_epi32(_mm_or_si128(here, one), separator));
    };
    for (; at + 8 <= end; at += 8) {
        if (!_mm_movemask_epi8(_mm_or_si128(ends(text + at), ends(text + at + 4)))) continue;
        for (int stop = at + 8; at < stop; at++) // a tab of its line is none
            if (is_break(text[at])) return at;
        at -= 8;
    }
#endif
    while (at < end && !is_break(text[at])) at++;
    return at;
}

// Without a way out, so that many characters are looked at at once.
template <class Unit> bool holds_odd_space(const Unit* text, size_t size) {
    Unit found = 0;
    for (size_t at = 0; at < size; at++) found |= static_cast<Unit>(text[at] - 0x1c) < 4;
    return found != 0;
}

Document::Document(View text, const unsigned char* bytes) : text(text), bytes(bytes) {
    ascii = bytes || std::all_of(text.begin(), text.end(), [](Char c) { return c < 128; });
    odd_spaces = bytes ? holds_odd_space(bytes, text.size()) : holds_odd_space(text.data(), text.size());
    if (bytes) find_lines_of(bytes);
    else find_lines();
    if (bytes && text.size() <= SAMPLE) {
        int latin = count_ascii_letters(bytes, text.size());
        if (latin) letters.emplace_back(LATIN, latin);
    } else {
        letters = profile(text);
        find_greek();
    }
    find_home();
    if (!guests.empty()) runs.resize(lines.size());
}

// The same for ASCII, where only LF and CR end a line.
void Document::find_lines_of(const unsigned char* bytes) {
    int size = static_cast<int>(text.size());
    if (std::memchr(bytes, '\r', text.size())) return find_lines();
    lines.reserve(text.size() / 64 + 4);
    Breath breath;
    for (int start = 0; start < size;) {
        breath.take();
        auto end = static_cast<const unsigned char*>(std::memchr(bytes + start, '\n', static_cast<size_t>(size - start)));
        int at = end ? static_cast<int>(end - bytes) : size;
        lines.push_back({start, at, at + (end != nullptr)});
        start = at + 1;
    }
}

void Document::find_lines() {
    int size = static_cast<int>(text.size()), start = 0;
    lines.reserve(text.size() / 64 + 4);
    for (int at = next_break(text.data(), 0, size); at < size; at = next_break(text.data(), at, size)) {
        int stop = at + (text[at] == '\r' && at + 1 < size && text[at + 1] == '\n' ? 2 : 1);
        lines.push_back({start, at, stop});
        start = at = stop;
    }
    if (start < size) lines.push_back({start, size, size});
}

// Greek letters that stand one by one are signs, and in no profile.
void Document::find_greek() {
    if (!count_of(letters, GREEK)) return;
    int size = static_cast<int>(text.size());
    for (int at = next_wide(text.data(), 0, size), last = -2; at < size && !greek; at = next_wide(text.data(), at + 1, size)) {
        if (script_of(text[at]) != GREEK) continue;
        greek = at == last + 1;
        last = at;
    }
    if (!greek) letters.erase(std::remove_if(letters.begin(), letters.end(), [](const auto& one) { return one.first == GREEK; }), letters.end());
}

void Document::find_latin() {
    static const int EAST_ASIAN_WEIGHT = load_int("scripts", "EAST_ASIAN_WEIGHT");
    int east = 0, most = 0;
    for (auto [script, count] : letters) {
        if (is_east_asian(script) || script == HANGUL) east += count;
        if (script != LATIN) most = std::max(most, count);
    }
    is_latin = latin_only || (home[LATIN] && count_of(letters, LATIN) > std::max(EAST_ASIAN_WEIGHT * east, most));
}

// scripts.host_scripts, and the run patterns of tokenizer.Document.guests.
void Document::find_home() {
    if (letters.size() == 1 && letters[0].first == LATIN) { // the usual case
        home[LATIN] = latin_only = is_latin = true;
        home_count = 1;
        return;
    }
    long total = 0;
    for (auto [script, count] : letters) total += count;
    if (total) {
        int han = count_of(letters, HAN), kana = count_of(letters, HIRAGANA) + count_of(letters, KATAKANA);
        bool as_japanese = kana && kana >= KANA_SHARE * (kana + han);
        auto in_group = [&](int script) {
            if (as_japanese) return script == HAN || script == HIRAGANA || script == KATAKANA;
            return script == HAN || (script == BOPOMOFO && count_of(letters, BOPOMOFO) > 0);
        };
        std::map<int, long> merged;
        for (auto [script, count] : letters) merged[in_group(script) ? static_cast<int>(HAN) : script] += count;
        long most = 0;
        for (auto [script, count] : merged) most = std::max(most, count);
        for (auto [script, count] : merged)
            if (count == most || count >= OWN_SHARE * total) home[script] = true;
        bool with_hangul = home[HANGUL];
        if (home[HAN]) {
            if (as_japanese) home[HIRAGANA] = home[KATAKANA] = true;
            else if (count_of(letters, BOPOMOFO)) home[BOPOMOFO] = true;
        }
        int hangul = count_of(letters, HANGUL);
        if (with_hangul && han && han >= HANJA_SHARE * (han + hangul)) home[HAN] = true;
    }
    for (int script = 0; script < SCRIPT_COUNT; script++) {
        home_count += home[script];
        dense = dense || (home[script] && is_dense(script));
    }
    latin_only = home_count == 1 && home[LATIN];
    find_latin();
    japanese = home[HIRAGANA];
    std::set<std::vector<std::string>> groups;
    std::vector<std::string> eastern;
    for (auto [script, count] : letters) {
        if (home[script] || script == LATIN) continue;
        if (is_east_asian(script)) eastern.push_back(SCRIPT_NAMES[script]);
        else groups.insert({SCRIPT_NAMES[script]});
    }
    std::sort(eastern.begin(), eastern.end());
    if (!eastern.empty()) groups.insert(eastern);
    for (const auto& group : groups) {
        Guest& guest = guests.emplace_back();
        std::string letters_of_group = "[";
        for (const auto& name : group) {
            letters_of_group += "\\p{Script=" + name + "}";
            guest.scripts[static_cast<size_t>(script_id(name))] = true;
        }
        guest.pattern = run_pattern(letters_of_group + "]");
    }
}

static size_t number_of(Char dash) { return dash == '-' ? 0 : dash == U'–' ? 1 : 2; }

int Document::opened_by(Char dash) const {
    int& known = opening_dashes[number_of(dash)];
    if (known < 0) {
        known = 0;
        for (const Line& line : lines) {
            int at = line.start;
            while (at < line.end && is_space(text[at])) at++;
            known += at < line.end && text[at] == dash;
        }
    }
    return known;
}

int Document::parted_by(Char dash) const {
    int& known = parting_dashes[number_of(dash)];
    if (known < 0) {
        const Char parted[] = {' ', dash, ' '};
        known = 0;
        for (const Line& line : lines) {
            size_t at = piece(line.start, line.end).find(View(parted, 3));
            known += at != View::npos && at > 0;
        }
    }
    return known;
}

int Document::line_at(int offset) const {
    auto after = std::upper_bound(lines.begin(), lines.end(), offset, [](int at, const Line& line) { return at < line.stop; });
    int number = static_cast<int>(after - lines.begin());
    return std::min(number, static_cast<int>(lines.size()) - 1);
}

// scripts.has_foreign: the probes decide in a host of Latin letters where to look from.
bool Document::has_foreign(int start, int end) const {
    if (ascii) return false;
    bool probed = home_count - home[LATIN] > 0;
    for (int at = next_wide(text.data(), start, end); at < end; at = next_wide(text.data(), at + 1, end)) {
        Char c = text[at];
        if (c < 0x2ea) continue;
        probed = probed || (c >= 0x370 && c <= 0x1dff) || (c >= 0x1f00 && c <= 0x1fff) || c >= 0x2c00;
        if (!probed || c == 0x2126) continue;
        int script = script_of(c);
        if (script == LATIN || script == COMMON || script == INHERITED || script == UNKNOWN || home[script]) continue;
        if (script == BRAILLE || script == SIGN_WRITING) continue;
        return true;
    }
    return false;
}

// Where the next match of a run pattern begins: at its first letter, or with the code before that; -1 where there is none.
int Document::run_start(const Guest& guest, int from, int end) const {
    int letter = next_wide(text.data(), from, end);
    while (letter < end && !guest.scripts[script_of(text[letter])]) letter = next_wide(text.data(), letter + 1, end);
    if (letter == end) return -1;
    auto is_ascii = [&](int at) { return text[at] < 128 && is_ascii_letter(text[at]); };
    int digits = letter;
    while (digits > from && letter - digits < 6 && category(text[digits - 1]) == Nd) digits--;
    if (letter - digits < 2) return letter;
    for (int start = std::max(from, digits - 3); start <= letter - 2; start++) {
        int at = start;
        while (at < digits && is_ascii(at)) at++;
        int many = letter - std::max(at, start);
        if (at < digits || many < 2 || many > 5) continue;
        Char before = start > 0 ? text[start - 1] : U' ';
        if (!is_letter(before) && !is_number(before) && before != ':' && before != '.' && before != '/' && before != '-') return start;
    }
    return letter;
}

// Whether a stretch is what RUN_GAP matches. Most are a character or two, and the same ones again and again.
bool is_gap(View stretch) {
    static const auto* pattern = new Regex(load_text("tokenizer", "RUN_GAP"), 0);
    static auto* known = new std::unordered_map<uint64_t, bool>();
    if (stretch.size() > 2) return pattern->fullmatch(stretch);
    uint64_t key = uint64_t(stretch[0]) << 32 | (stretch.size() == 2 ? uint64_t(stretch[1]) : 0xffffffff);
    auto place = known->find(key);
    if (place != known->end()) return place->second;
    if (known->size() > 100'000) known->clear();
    return (*known)[key] = pattern->fullmatch(stretch);
}

// The end of the match of a run pattern at `start`; `end` is that of the line. -1 where there is no match.
int Document::run_end(const Guest& guest, int start, int end) const {
    static const auto* tail = new Regex(load_text("tokenizer", "CODE_TAIL"), 0);
    static const Text& lengtheners = *new Text(load_text("scripts", "LENGTHENERS"));
    auto is_own = [&](int at) { return text[at] >= 128 && guest.scripts[script_of(text[at])]; };
    auto is_digit_of_own = [&](int at) { return category(text[at]) == Nd; };
    auto goes_on = [&](int at) { return is_own(at) || (text[at] >= 128 && (is_mark(text[at]) || text[at] == 0x200c || text[at] == 0x200d || lengtheners.find(text[at]) != Text::npos)); };
    Match match;
    auto in_full = [&] { return guest.pattern->match(text.data(), start, end, &match) ? match.end : -1; };
    if (!is_own(start) || is_digit_of_own(start)) return in_full(); // it begins with a code, or may
    int at = start;
    while (true) {
        while (at < end && goes_on(at)) at++;
        int next = at;
        while (next < end && next - at <= WIDEST_GAP && !is_own(next)) next++;
        if (next == end || next - at > WIDEST_GAP) break;
        if (is_digit_of_own(next)) return in_full(); // a code may hold it
        if (!is_gap(text.substr(static_cast<size_t>(at), static_cast<size_t>(next - at)))) break;
        at = next;
    }
    bool may_be_tail = at < end && (text[at] < 128 ? is_alnum(text[at]) : category(text[at]) == Nd);
    return may_be_tail && tail->match(text.data(), at, end, &match) ? match.end : at;
}

const std::vector<Span>& Document::runs_of(int number) const {
    static const std::vector<Span> none;
    if (guests.empty()) return none;
    auto& [known, found] = runs[number];
    if (known) return found;
    known = true;
    const Line& line = lines[number];
    if (!has_foreign(line.start, line.end)) return found;
    for (const Guest& guest : guests)
        for (int at = run_start(guest, line.start, line.end), stop; at >= 0 && (stop = run_end(guest, at, line.end)) >= 0; at = run_start(guest, stop, line.end))
            found.push_back({at, stop});
    std::sort(found.begin(), found.end());
    return found;
}

} // namespace scrub
