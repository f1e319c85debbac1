#include "matcher_text.hpp"

#include "load.hpp"

namespace scrub {
inline namespace matching {

// -- kinds ------------------------------------------------------------------------------------------------------------

Kinds& Kinds::get() {
    static Kinds* kinds = nullptr; // not made in its initializer: Python may switch threads while it is made
    if (!kinds) {
        Kinds* made = new Kinds();
        if (!kinds) kinds = made;
        else delete made;
    }
    return *kinds;
}

Kinds::Kinds() : names{{U"", KIND_NONE}, {U"digit", KIND_DIGIT}, {U"mark", KIND_MARK}, {U"unspaced", KIND_UNSPACED}, {U"hangul", KIND_HANGUL}, {U"latin", KIND_LATIN}} {
    for (Char c = 0; c < 0x100; c++) ask(c);
}

uint8_t Kinds::ask(Char c) {
    Ref function = attribute("packs.matcher", "_kind");
    Ref answer = Ref::checked(PyObject_CallOneArg(function.get(), to_python(View(&c, 1)).get()));
    if (names.size() >= UNKNOWN) throw Unsupported("more alphabets than there are numbers for");
    uint8_t kind = names.emplace(from_python(answer.get()), static_cast<uint8_t>(names.size())).first->second;
    std::unique_ptr<uint8_t[]>& block = blocks[c >> 8];
    if (!block) {
        block = std::make_unique<uint8_t[]>(256);
        std::fill(block.get(), block.get() + 256, UNKNOWN);
    }
    return block[c & 0xFF] = kind;
}

// -- text -------------------------------------------------------------------------------------------------------------

namespace {

// The bits of `size` places and the edge behind them; `is_set` may be asked about the places up to the next multiple of 64.
template <class IsSet> Bits bits_of(int size, IsSet is_set) {
    Bits bits(size);
    for (int number = 0; number < bits.count(); number++) {
        unsigned char bytes[BLOCK];
        for (int n = 0; n < BLOCK; n++) bytes[n] = is_set(number * BLOCK + n);
        bits.word(number) = packed(bytes);
    }
    return bits;
}

// Where a character comes next in [at, end) of a text; `end` where it does not.
int next_of(const Char* text, int at, int end, Char c) {
#ifdef __SSE2__
    const __m128i wanted = _mm_set1_epi32(static_cast<int>(c));
    for (; at + 4 <= end; at += 4) {
        __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at));
        int found = _mm_movemask_epi8(_mm_cmpeq_epi32(here, wanted));
        if (found) return at + lowest_bit(static_cast<uint64_t>(found)) / 4;
    }
#endif
    while (at < end && text[at] != c) at++;
    return std::min(at, end);
}

constexpr char RARE_SIGNS[] = ":=@+#/_";

} // namespace

Shown::Shown(View text) : ascii(fold_ascii(text, bytes)) {
    if (!ascii) folded = fold(text);
}

Shown Shown::folded_each(View text, bool ascii, const unsigned char* bytes) {
    Shown shown;
    shown.ascii = ascii;
    if (bytes) fold_each(bytes, text.size(), shown.bytes);
    else if (ascii) fold_each(text, shown.bytes);
    else shown.folded.text = fold_each(text);
    return shown;
}

Shown Shown::part_of(View folded) {
    Shown shown;
    shown.folded.text = Text(folded);
    return shown;
}

void Shown::find_joints() const {
    if (ascii) {
        join_ascii();
        joined = true;
        return;
    }
    Kinds& known = Kinds::get();
    kinds.resize(folded.text.size() + 2 * PAD);
    bytes.resize(folded.text.size());
    for (size_t at = 0; at < folded.text.size(); at++) {
        Char c = folded.text[at];
        kinds[PAD + at] = known.of(c);
        bytes.data()[at] = static_cast<unsigned char>(c < 0x80 ? c : 0xFF);
    }
    join_wide();
    joined = true;
}

// Before a letter stands a letter, before a digit a digit.
void Shown::join_ascii() const {
    left = Bits(size());
    uint64_t letter = 0, digit = 0; // the last of the block before
    for (int number = 0; number < left.count(); number++) {
        const unsigned char* text = bytes.data() + number * BLOCK;
        uint64_t letters = mask_of_range(text, 'a', 'z'), digits = mask_of_range(text, '0', '9');
        left.word(number) = (letters & (letters << 1 | letter)) | (digits & (digits << 1 | digit));
        letter = letters >> 63;
        digit = digits >> 63;
    }
}

void Shown::join_wide() const {
    int length = size();
    const uint8_t* kind = kinds.data() + PAD;
    auto joined = [kind](int at) -> unsigned char {
        return (kind[at - 1] == kind[at]) & (kind[at] != KIND_NONE) & (kind[at] != KIND_UNSPACED);
    };
    left = bits_of(length, joined);
    right = bits_of(length, [=](int at) -> unsigned char { return joined(at) & (kind[at] != KIND_HANGUL); });
    if (!std::count(kind, kind + length, KIND_MARK)) return;
    for (int at = 1; at < length; at++) {
        bool mark = kind[at] == KIND_MARK;
        if (!mark && kind[at - 1] != KIND_MARK) continue;
        left.set(at, mark ? kind[at - 1] != KIND_NONE && kind[at - 1] != KIND_DIGIT : glued_behind_marks(at, false));
        right.set(at, mark ? left[at] : glued_behind_marks(at, true));
    }
}

Bits Shown::filled() const {
    if (ascii) {
        Bits found(size());
        for (int number = 0; number < found.count(); number++) found.word(number) = mask_of_range(bytes.data() + number * BLOCK, '!', 127);
        return found;
    }
    return bits_of(size(), [text = shadow()](int at) -> unsigned char { return text[at] > ' '; });
}

void Shown::set_rare(const std::vector<Span>& places) const {
    rares = Bits(size());
    for (const Span& place : places)
        for (int at = place.start; at < place.end; at++) rares.set(at, true);
    rare_sums = rares.sums();
}

bool Shown::is_rare_here(int at) const {
    Char c = folded.text[at];
    return (c && c < 0x80 && std::strchr(RARE_SIGNS, static_cast<int>(c))) || kind_of(at) == KIND_DIGIT;
}

bool Shown::is_rare(int at) const {
    if (rare_sums.empty()) find_rare();
    return rares[at];
}

int Shown::next_rare(int at) const { return rares.next_set(at); }

void Shown::find_rare() const {
    if (!ascii) join();
    rares = Bits(size());
    for (int number = 0; number < rares.count() && ascii; number++) {
        const unsigned char* text = bytes.data() + number * BLOCK;
        rares.word(number) = mask_of_range(text, '0', '9') | mask_of_signs(text, RARE_SIGNS);
    }
    if (!ascii) {
        rares = bits_of(size(), [kind = kinds.data() + PAD](int at) -> unsigned char { return kind[at] == KIND_DIGIT; });
        for (int number = 0; number < rares.count(); number++) rares.word(number) |= mask_of_signs(bytes.data() + number * BLOCK, RARE_SIGNS);
    }
    rare_sums = rares.sums();
}

int Shown::rare(int start, int end) const {
    if (rare_sums.empty()) find_rare();
    return rares.before(end, rare_sums) - rares.before(start, rare_sums);
}

const Text& Shown::text() const {
    if (ascii && folded.text.empty()) widen(bytes, folded.text);
    return folded.text;
}

PyObject* Shown::python() const {
    if (!object) object = to_python(text());
    return object.get();
}

// Where one or two characters stand first in [at, end), or the end; a text may be read a little behind its end.
static int next_pair(const unsigned char* text, int at, int end, const unsigned char (&two)[2], bool both) {
#if defined(__SSE2__)
    const __m128i first = _mm_set1_epi8(static_cast<char>(two[0])), second = _mm_set1_epi8(static_cast<char>(two[1]));
    for (; at < end; at += 16) {
        __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at)), next = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + at + both));
        int bits = _mm_movemask_epi8(_mm_and_si128(_mm_cmpeq_epi8(here, first), _mm_cmpeq_epi8(next, second)));
        if (bits) return std::min(end, at + lowest_bit(static_cast<uint64_t>(static_cast<unsigned>(bits))));
    }
    return end;
#else
    while (at < end && !(text[at] == two[0] && text[at + both] == two[1])) at++;
    return at;
#endif
}

int Shown::find(int start, int end, const Text& word) const {
    if (!ascii) {
        const Char* wide = folded.text.data();
        int last = end - static_cast<int>(word.size());
        if (word.empty()) return start <= last ? start : -1;
        for (int at = next_of(wide, start, last + 1, word[0]); at <= last; at = next_of(wide, at + 1, last + 1, word[0]))
            if (std::equal(word.begin(), word.end(), wide + at)) return at;
        return -1;
    }
    int size = static_cast<int>(word.size()), last = end - size;
    if (word.empty()) return start <= last ? start : -1;
    unsigned char two[2] = {static_cast<unsigned char>(word[0]), static_cast<unsigned char>(word[size > 1])};
    if (word[0] >= 0x80 || word[size > 1] >= 0x80) return -1;
    const unsigned char* text = bytes.data();
    for (int at = next_pair(text, start, last + 1, two, size > 1); at <= last; at = next_pair(text, at + 1, last + 1, two, size > 1))
        if (std::equal(word.begin(), word.end(), text + at, [](Char a, unsigned char b) { return a == b; })) return at;
    return -1;
}

int Shown::alnum(int start, int end, int enough) const {
    int found = 0;
    for (int at = start; at < end && found < enough; at++) found += is_alnum((*this)[at]);
    return found;
}

// As the bits of `find_joints` say, of one place.
bool Shown::glued_here(int at, bool right) const {
    if (ascii) {
        const unsigned char* here = bytes.data() + at;
        auto letter = [](unsigned char c) { return static_cast<unsigned char>(c - 'a') < 26; };
        auto digit = [](unsigned char c) { return static_cast<unsigned char>(c - '0') < 10; };
        return (letter(here[-1]) & letter(here[0])) | (digit(here[-1]) & digit(here[0]));
    }
    uint8_t before = kind_of(at - 1), after = kind_of(at);
    if (at > 0 && at < size() && after == KIND_MARK) return before != KIND_NONE && before != KIND_DIGIT;
    if (at > 0 && at < size() && before == KIND_MARK) return glued_behind_marks(at, right);
    return of_one_word(before, after, right);
}

bool Shown::glued_behind_marks(int at, bool right) const {
    uint8_t before = KIND_NONE;
    for (int n = at - 1; n >= std::max(0, at - 4); n--) {
        if (kind_of(n) == KIND_MARK) continue;
        before = kind_of(n);
        break;
    }
    return of_one_word(before, kind_of(at), right);
}

} // namespace matching
} // namespace scrub
