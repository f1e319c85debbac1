#include "contacts.hpp"

#include <algorithm>

#include "load.hpp"
#include "matcher_bits.hpp"
#include "unicode.hpp"

namespace scrub {

namespace {

struct Contacts {
    Regex CONTACT = load_regex("contacts", "CONTACT"), STRICT = load_regex("contacts", "STRICT"), AFTER = load_regex("contacts", "AFTER"), SITE = load_regex("contacts", "SITE"), SCHEME = load_regex("contacts", "SCHEME");
    int REACH = load_int("contacts", "REACH");
    size_t LONGEST = static_cast<size_t>(load_int("contacts", "LONGEST"));
    static const Contacts& get() {
        static const auto* contacts = new Contacts();
        return *contacts;
    }
};

bool is_ascii_letter(Char c) { return (c | 32) - 'a' < 26; }
bool is_decimal(Char c) { return c < 128 ? c - '0' < 10 : category(c) == Nd; }

// MAY_BE.search, and what else a match of CONTACT holds: a sign of an address or handle, digits behind letters or a plus sign, or
// as many as a telephone number has at least.
bool may_hold_contact(View text) {
    constexpr int FEWEST = 6;
    int digits = 0;
    bool may_be = false, holds = false;
    Char before = 0;
    for (size_t at = 0; at < text.size(); before = text[at++]) {
        Char c = text[at];
        if (is_decimal(c)) {
            may_be = true;
            holds = holds || ++digits == FEWEST || is_ascii_letter(before) || before == '_' || before == '-' || before == '+';
        } else if (c == '@') {
            may_be = holds = true;
        } else if (c == '.' || c == '/') {
            bool ends = c == '.' && at + 1 < text.size() && is_ascii_letter(text[at + 1]); // what may be a part of a site's name
            may_be = may_be || (ends && is_ascii_letter(before));
            holds = holds || (ends && (is_ascii_letter(before) || is_decimal(before) || before == '-')) || before == 'w' || before == ':';
        }
        if (may_be && holds) return true;
    }
    return false;
}

// Whether a character is one without which what stands between two spaces is no contact, nor a part of one.
bool is_telling(Char c) { return c - '0' < 10 || c == '@' || c == '.' || c == '/' || c >= 128; }

} // namespace

std::vector<Span> contacts_in(View text) {
    std::vector<Span> found;
    const Contacts& contacts = Contacts::get();
    if (text.size() > contacts.LONGEST || !may_hold_contact(text)) return found;
    contacts.CONTACT.finditer(text, [&](const Match& match) { found.push_back({match.start, match.end}); });
    return found;
}

unsigned sort_of_contact(View contact) {
    enum : unsigned { HANDLE = 1, PHONE = 2, SITE = 4, CODE = 8 };
    if (contact[0] == '@') return HANDLE;
    if (std::none_of(contact.begin(), contact.end(), is_ascii_letter)) return PHONE;
    return contact.find_first_of(U"./") != View::npos ? SITE : CODE;
}

Text without(View text, const std::vector<Span>& spans) {
    Text kept;
    size_t at = 0;
    for (const Span& span : spans) {
        kept.append(text.substr(at, static_cast<size_t>(span.start) - at));
        at = static_cast<size_t>(span.end);
    }
    return kept.append(text.substr(at));
}

int contact_behind(View text, int at, int end) {
    int first = at;
    if (first < end && text[first] == ' ') first++;
    if (first < end && (text[first] == ':' || text[first] == U'：')) {
        first++;
        if (first < end && text[first] == ' ') first++;
    }
    bool telling = false;
    for (int next = first; next < end && text[next] > ' ' && !telling; next++) telling = is_telling(text[next]);
    Match match;
    return telling && Contacts::get().AFTER.match(text.data(), at, end, &match) ? match.end : -1;
}

int contact_before(View text, int start, int at) {
    int edge = at - (at > start && text[at - 1] == ' '), near = std::max(start, edge - Contacts::get().REACH);
    if (edge <= near || text[edge - 1] >= 128 || !is_alnum(text[edge - 1])) return -1;
    bool telling = false;
    for (int next = edge - 1; next >= near && text[next] > ' ' && !telling; next--) telling = is_telling(text[next]);
    int found = -1;
    if (telling)
        Contacts::get().STRICT.finditer(text.data(), near, edge, [&](const Match& match) {
            if (match.end == edge) found = match.start;
        });
    return found;
}

namespace {

// The next dot or slash in [at, end) with no white space behind it, or the end.
template <class Unit> int joint_one_by_one(const Unit* text, int at, int end) {
    while (at + 1 < end && !((text[at] == '.' || text[at] == '/') && text[at + 1] > ' ')) at++;
    return at + 1 < end ? at : end;
}

template <class Unit> int next_joint(const Unit* text, int at, int end) { return joint_one_by_one(text, at, end); }

#ifdef __SSE2__
// The same, sixteen bytes at a time.
template <> int next_joint(const unsigned char* text, int at, int end) {
    const __m128i dot = _mm_set1_epi8('.'), slash = _mm_set1_epi8('/'), black = _mm_set1_epi8('!');
    for (; at + 16 < end; at += 16) {
        __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at)), next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at + 1));
        __m128i joint = _mm_or_si128(_mm_cmpeq_epi8(here, dot), _mm_cmpeq_epi8(here, slash)), goes_on = _mm_cmpeq_epi8(_mm_max_epu8(next, black), next);
        if (int found = _mm_movemask_epi8(_mm_and_si128(joint, goes_on))) return at + lowest_bit(static_cast<uint64_t>(found));
    }
    return joint_one_by_one(text, at, end);
}
#endif

// An address has no white space in it, and a dot before a small letter, or a slash behind a colon, or either behind `www`.
template <class Unit> void each_place_of_site(const Unit* text, int size, const std::function<void(Span)>& each) {
    Breath breath;
    for (int at = next_joint(text, 1, size); at + 1 < size; at = next_joint(text, at + 1, size)) {
        breath.take();
        Char before = text[at - 1], next = text[at + 1];
        bool ends = is_alnum(before) && (next - 'a' < 26 || next == 'C' || next == 'N'); // of a name, COM and NET among them
        if (!((before | 32) == 'w' && is_ascii_letter(before)) && !(text[at] == '.' ? ends : before == ':')) continue;
        int start = at, end = at;
        while (start > 0 && text[start - 1] > ' ') start--;
        while (end < size && text[end] > ' ') end++;
        each({start, end});
        at = end;
    }
}

} // namespace

void each_site(View text, const unsigned char* bytes, const std::function<void(Span)>& each) {
    auto look = [&](Span place) { Contacts::get().SITE.finditer(text.data(), place.start, place.end, [&](const Match& match) { each({match.start, match.end}); }); };
    int size = static_cast<int>(text.size());
    if (bytes) each_place_of_site(bytes, size, look);
    else each_place_of_site(text.data(), size, look);
}

const std::unordered_set<std::string>& site_words() {
    static std::unordered_set<std::string>* words = nullptr; // not made in its initializer: Python may switch threads while it is made
    if (words) return *words;
    Ref find = attribute("contacts", "site_words"), found = Ref::checked(PyObject_CallNoArgs(find.get())), each = Ref::checked(PyObject_GetIter(found.get()));
    std::unordered_set<std::string> read;
    while (Ref word = Ref(PyIter_Next(each.get()))) {
        const char* letters = PyUnicode_AsUTF8(word.get());
        if (!letters) throw PythonError();
        read.insert(letters);
    }
    if (PyErr_Occurred()) throw PythonError();
    if (!words) words = new std::unordered_set<std::string>(std::move(read));
    return *words;
}

std::string site_name(View address) {
    Text lowered = lower(address);
    View host = lowered;
    Match match;
    if (Contacts::get().SCHEME.match(host, &match)) host.remove_prefix(static_cast<size_t>(match.end));
    host = host.substr(0, host.find('/'));
    size_t dot = host.rfind('.');
    std::string name;
    for (Char c : host.substr(0, dot))
        if (c - 'a' < 26) name.push_back(static_cast<char>(c));
    return name;
}

} // namespace scrub
