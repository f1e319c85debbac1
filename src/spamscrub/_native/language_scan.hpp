// Finds the tokens between white space of a text, looking at sixteen characters at a time.
#pragma once
#include <cstring>
#include <vector>

#include "base.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace scrub::lang {

constexpr int BLOCK = 16;

// Makes each of sixteen characters one byte, 255 for all from U+00FF on, and takes `small` back where there is one of those.
// The bits of the answer say which are white space.
#if defined(__SSE2__)
inline uint32_t narrow(const Char* from, uint8_t* bytes, bool& small) {
    auto load = [&](int at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at)); };
    __m128i first = _mm_packs_epi32(load(0), load(4)), second = _mm_packs_epi32(load(8), load(12));
    __m128i packed = _mm_packus_epi16(first, second);
    _mm_storeu_si128(reinterpret_cast<__m128i*>(bytes), packed);
    auto five_from = [&](char low) {
        __m128i above = _mm_sub_epi8(packed, _mm_set1_epi8(low));
        return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(4)), above);
    };
    auto is = [&](int byte) { return _mm_cmpeq_epi8(packed, _mm_set1_epi8(static_cast<char>(byte))); };
    __m128i white = _mm_or_si128(_mm_or_si128(five_from(9), five_from(28)), _mm_or_si128(is(0x85), is(0xa0)));
    uint32_t found = static_cast<uint32_t>(_mm_movemask_epi8(white));
    if (!_mm_movemask_epi8(is(255))) return found;
    small = false;
    auto maybe = [](__m128i lanes) {
        auto is = [&](short c) { return _mm_cmpeq_epi16(lanes, _mm_set1_epi16(c)); };
        __m128i general = _mm_cmpeq_epi16(_mm_and_si128(lanes, _mm_set1_epi16(static_cast<short>(0xff80))), _mm_set1_epi16(0x2000));
        return _mm_or_si128(general, _mm_or_si128(is(0x1680), is(0x3000)));
    };
    uint32_t wide = static_cast<uint32_t>(_mm_movemask_epi8(_mm_packs_epi16(maybe(first), maybe(second))));
    for (; wide; wide &= wide - 1) {
        int at = __builtin_ctz(wide);
        if (is_space(from[at])) found |= 1u << at;
    }
    return found;
}
#else
inline uint32_t narrow(const Char* from, uint8_t* bytes, bool& small) {
    uint32_t found = 0;
    for (int at = 0; at < BLOCK; at++) {
        bytes[at] = static_cast<uint8_t>(from[at] < 255 ? from[at] : 255);
        small = small && from[at] < 255;
        if (is_space(from[at])) found |= 1u << at;
    }
    return found;
}
#endif

// The same for sixteen characters of ASCII.
#if defined(__SSE2__)
inline uint32_t white_of(const uint8_t* from) {
    __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
    auto five_from = [&](char low) {
        __m128i above = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
        return _mm_cmpeq_epi8(_mm_min_epu8(above, _mm_set1_epi8(4)), above);
    };
    return static_cast<uint32_t>(_mm_movemask_epi8(_mm_or_si128(five_from(9), five_from(28))));
}
#else
inline uint32_t white_of(const uint8_t* from) {
    uint32_t found = 0;
    for (int at = 0; at < BLOCK; at++) found |= static_cast<uint32_t>(is_space(from[at])) << at;
    return found;
}
#endif

inline int lowest_bit(uint64_t bits) {
#if defined(__GNUC__)
    return __builtin_ctzll(bits);
#else
    int at = 0;
    while (!(bits >> at & 1)) at++;
    return at;
#endif
}

// The bits of white space in a text of which there are some characters left; all places behind its end are white space.
inline uint64_t white_block(const uint8_t* from, size_t left) {
    uint8_t rest[64];
    if (left < 64) {
        std::memset(rest, ' ', 64);
        std::memcpy(rest, from, left);
        from = rest;
    }
    uint64_t bits = 0;
    for (size_t at = 0; at < 64; at += BLOCK) bits |= static_cast<uint64_t>(white_of(from + at)) << at;
    return bits;
}

// Looks for white space in a text, and has its characters as bytes.
class Scan {
  public:
    static constexpr size_t PADDING = 16; // may be read behind the text

    // `ascii`: the same text as bytes where that is at hand; they are used as they are.
    void read(View text, const uint8_t* ascii) {
        words = text.size() / 64 + 1; // at least one place behind the text
        small = true;
        if (white.size() < words) white.resize(words);
        given = ascii;
        if (ascii) {
            for (size_t word = 0; word < words; word++) white[word] = white_block(ascii + word * 64, text.size() - word * 64);
            safe = text.size();
        } else {
            if (narrowed.size() < words * 64 + PADDING) narrowed.resize(words * 64 + PADDING);
            for (size_t word = 0; word < words; word++) white[word] = bits_of(text, word * 64);
            safe = narrowed.size();
        }
    }

    bool small = false; // whether all characters are below 255, which stands for all others
    const uint8_t* bytes() const { return given ? given : narrowed.data(); }
    size_t readable() const { return safe; } // how many bytes there are

    // Writes down where the tokens start and end; `places` has room for them all. Gives how many there are.
    template <class Place> size_t find_tokens(Place* places) const {
        uint64_t before = 1; // the place before the text counts as white space
        Place *start = places, *end = places;
        for (size_t word = 0; word < words; word++) {
            uint64_t here = white[word], shifted = here << 1 | before;
            int base = static_cast<int>(word * 64);
            before = here >> 63;
            for (uint64_t bits = ~here & shifted; bits; bits &= bits - 1) (start++)->start = base + lowest_bit(bits);
            for (uint64_t bits = here & ~shifted; bits; bits &= bits - 1) (end++)->end = base + lowest_bit(bits);
        }
        return static_cast<size_t>(end - places);
    }

    // Lets memory go that only a long text needs.
    void rest() {
        if (narrowed.size() > KEPT || white.size() > KEPT) *this = Scan();
    }

  private:
    static constexpr size_t KEPT = 1 << 20;
    std::vector<uint8_t> narrowed;
    std::vector<uint64_t> white;
    const uint8_t* given = nullptr;
    size_t words = 0, safe = 0;

    uint64_t bits_of(View text, size_t start) {
        Char rest[64];
        const Char* from = text.data() + start;
        if (start + 64 > text.size()) {
            for (size_t at = 0; at < 64; at++) rest[at] = start + at < text.size() ? text[start + at] : U' ';
            from = rest;
        }
        uint64_t bits = 0;
        for (size_t at = 0; at < 64; at += BLOCK) bits |= static_cast<uint64_t>(narrow(from + at, narrowed.data() + start + at, small)) << at;
        return bits;
    }
};

} // namespace scrub::lang
