// Text to and from Python, and what str methods do to it.
#include "base.hpp"

#include <algorithm>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace scrub {

Ref to_python(View text) {
    return Ref::checked(PyUnicode_FromKindAndData(PyUnicode_4BYTE_KIND, text.data(), static_cast<Py_ssize_t>(text.size())));
}

// Widens code units; told apart from all other memory, so that many are done at once.
template <class Unit> static void widen(const Unit* __restrict from, Char* __restrict to, size_t size) {
    for (size_t at = 0; at < size; at++) to[at] = from[at];
}

void widen(const uint8_t* from, Char* to, size_t size) { widen<uint8_t>(from, to, size); }

constexpr size_t LARGE = 1 << 20;

// The same of many: they go past the caches, which keep what is in use then.
#if defined(__SSE2__)
static void widen_many(const Py_UCS1* from, Char* to, size_t size) {
    size_t at = 0;
    while (at < size && reinterpret_cast<uintptr_t>(to + at) % 16) to[at] = from[at], at++;
    const __m128i zero = _mm_setzero_si128();
    auto put = [&](size_t n, __m128i four) { _mm_stream_si128(reinterpret_cast<__m128i*>(to + n), four); };
    for (; at + 16 <= size; at += 16) {
        __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at));
        __m128i low = _mm_unpacklo_epi8(here, zero), high = _mm_unpackhi_epi8(here, zero);
        put(at, _mm_unpacklo_epi16(low, zero));
        put(at + 4, _mm_unpackhi_epi16(low, zero));
        put(at + 8, _mm_unpacklo_epi16(high, zero));
        put(at + 12, _mm_unpackhi_epi16(high, zero));
    }
    _mm_sfence();
    for (; at < size; at++) to[at] = from[at];
}
#else
static void widen_many(const Py_UCS1* from, Char* to, size_t size) { widen(from, to, size); }
#endif

static void copy_part(PyObject* text, size_t from, Char* to, size_t size, bool large) {
    const void* data = PyUnicode_DATA(text);
    switch (PyUnicode_KIND(text)) {
    case PyUnicode_1BYTE_KIND: return (large ? widen_many : widen<Py_UCS1>)(static_cast<const Py_UCS1*>(data) + from, to, size);
    case PyUnicode_2BYTE_KIND: return widen(static_cast<const Py_UCS2*>(data) + from, to, size);
    default: widen(static_cast<const Py_UCS4*>(data) + from, to, size);
    }
}

// A large text is copied part by part, so that others have their turn.
static void copy_of(PyObject* text, Char* to, size_t size) {
    constexpr size_t PART = 1 << 13;
    if (size < LARGE) return copy_part(text, 0, to, size, false);
    Breath breath;
    for (size_t at = 0; at < size; at += PART) {
        breath.take();
        copy_part(text, at, to + at, std::min(PART, size - at), true);
    }
}

Text from_python(PyObject* text) {
    Text out(static_cast<size_t>(PyUnicode_GET_LENGTH(text)), U'\0');
    copy_of(text, out.data(), out.size());
    return out;
}

Held::Held(PyObject* text) : characters(static_cast<size_t>(PyUnicode_GET_LENGTH(text))) { copy_of(text, characters.data(), characters.size()); }

bool all_upper(View text) {
    bool cased = false;
    for (Char c : text) {
        if (is_lower(c) || is_title(c)) return false;
        cased = cased || is_upper(c);
    }
    return cased;
}

bool all_lower(View text) {
    bool cased = false;
    for (Char c : text) {
        if (is_upper(c) || is_title(c)) return false;
        cased = cased || is_lower(c);
    }
    return cased;
}

// Capital sigma depends on its place in the word, and dotted capital I becomes two characters: Python knows how.
static Text lower_by_python(View text) {
    Ref whole = to_python(text);
    Ref lowered = Ref::checked(PyObject_CallMethod(whole.get(), "lower", nullptr));
    return from_python(lowered.get());
}

Text lower(View text) {
    Text out(text);
    for (Char& c : out) {
        if (c < 128) {
            if (c >= 'A' && c <= 'Z') c += 32;
        } else if (c == 0x130 || c == 0x3a3) {
            return lower_by_python(text);
        } else {
            c = Py_UNICODE_TOLOWER(c);
        }
    }
    return out;
}

View strip(View text) {
    size_t start = 0, end = text.size();
    while (start < end && is_space(text[start])) start++;
    while (end > start && is_space(text[end - 1])) end--;
    return text.substr(start, end - start);
}

} // namespace scrub
