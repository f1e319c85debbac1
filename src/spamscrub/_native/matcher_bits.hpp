// One bit for each place of a text.
#pragma once
#include <algorithm>
#include <cstring>

#include "base.hpp"

#ifdef _MSC_VER
#include <intrin.h>
#endif
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace scrub {
inline namespace matching { // apart from names of other parts

inline int lowest_bit(uint64_t word) {
#ifdef _MSC_VER
    unsigned long at;
    _BitScanForward64(&at, word);
    return static_cast<int>(at);
#else
    return __builtin_ctzll(word);
#endif
}

inline int count_bits(uint64_t word) {
    word -= word >> 1 & 0x5555555555555555ull;
    word = (word & 0x3333333333333333ull) + (word >> 2 & 0x3333333333333333ull);
    return static_cast<int>(((word + (word >> 4)) & 0x0F0F0F0F0F0F0F0Full) * 0x0101010101010101ull >> 56);
}

// Eight bytes as a number, the first one lowest.
inline uint64_t eight_bytes(const unsigned char* at) {
    uint64_t value;
    std::memcpy(&value, at, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
    value = __builtin_bswap64(value);
#endif
    return value;
}

// 64 bytes, each 0 or 1, as the bits of a number.
inline uint64_t packed(const unsigned char* bytes) {
    uint64_t word = 0;
    for (int n = 0; n < 8; n++) word |= (eight_bytes(bytes + 8 * n) * 0x0102040810204080ull >> 56) << (8 * n);
    return word;
}

constexpr int BLOCK = 64;

#ifdef __SSE2__
// Of 64 ASCII characters one bit each.
template <class IsSet> uint64_t mask_of(const unsigned char* text, IsSet is_set) {
    uint64_t mask = 0;
    for (int n = 0; n < 4; n++) {
        __m128i here = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text + 16 * n));
        mask |= uint64_t(static_cast<uint32_t>(_mm_movemask_epi8(is_set(here)))) << (16 * n);
    }
    return mask;
}

// Which of 64 ASCII characters lie between two others, which count too.
inline uint64_t mask_of_range(const unsigned char* text, char first, char last) {
    __m128i low = _mm_set1_epi8(static_cast<char>(first - 1)), high = _mm_set1_epi8(last);
    return mask_of(text, [=](__m128i here) { return _mm_andnot_si128(_mm_cmpgt_epi8(here, high), _mm_cmpgt_epi8(here, low)); });
}

// Which of 64 ASCII characters are one of some signs.
template <size_t Count> uint64_t mask_of_signs(const unsigned char* text, const char (&signs)[Count]) {
    return mask_of(text, [&](__m128i here) {
        __m128i found = _mm_setzero_si128();
        for (size_t sign = 0; sign + 1 < Count; sign++) found = _mm_or_si128(found, _mm_cmpeq_epi8(here, _mm_set1_epi8(signs[sign])));
        return found;
    });
}
#else
inline uint64_t mask_of_range(const unsigned char* text, char first, char last) {
    unsigned char marks[BLOCK];
    for (int n = 0; n < BLOCK; n++) marks[n] = static_cast<unsigned char>(text[n] - first) <= static_cast<unsigned char>(last - first);
    return packed(marks);
}

template <size_t Count> uint64_t mask_of_signs(const unsigned char* text, const char (&signs)[Count]) {
    unsigned char marks[BLOCK] = {};
    for (size_t sign = 0; sign + 1 < Count; sign++)
        for (int n = 0; n < BLOCK; n++) marks[n] |= static_cast<unsigned char>(text[n] == static_cast<unsigned char>(signs[sign]));
    return packed(marks);
}
#endif

class Bits {
  public:
    Bits() = default;
    explicit Bits(int size) : words(size / 64 + 1) {}

    bool operator[](int at) const { return words[at >> 6] >> (at & 63) & 1; }
    void set(int at, bool on) {
        uint64_t bit = uint64_t(1) << (at & 63);
        words[at >> 6] = on ? words[at >> 6] | bit : words[at >> 6] & ~bit;
    }
    uint64_t word(int number) const { return words[number]; }
    uint64_t& word(int number) { return words[number]; }
    int count() const { return static_cast<int>(words.size()); }

    // The first place behind `at` that is not set; there is one behind the last place of the text.
    int next_unset(int at) const {
        int number = ++at >> 6;
        uint64_t unset = ~words[number] >> (at & 63) << (at & 63);
        while (!unset) unset = ~words[++number];
        return number * 64 + lowest_bit(unset);
    }

    // The first place from `at` on that is set; there has to be one.
    int next_set(int at) const {
        int number = at >> 6;
        uint64_t set = words[number] >> (at & 63) << (at & 63);
        while (!set) set = words[++number];
        return number * 64 + lowest_bit(set);
    }

    // How many are set before `at`, by the sums that `sums` gives.
    int before(int at, const std::vector<int>& sums) const { return sums[at >> 6] + count_bits(words[at >> 6] & ((uint64_t(1) << (at & 63)) - 1)); }
    std::vector<int> sums() const {
        std::vector<int> found(words.size() + 1);
        for (size_t number = 0; number < words.size(); number++) found[number + 1] = found[number] + count_bits(words[number]);
        return found;
    }

  private:
    std::vector<uint64_t> words;
};

} // namespace matching
} // namespace scrub
