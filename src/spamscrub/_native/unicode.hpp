// What Unicode says about a code point, as the Python package `regex` knows it: script, general category, \w and \s.
#pragma once
#include <cstdint>
#include <string_view>

#include "base.hpp"

namespace scrub {

enum Category : uint8_t { Lu, Ll, Lt, Lm, Lo, Mn, Mc, Me, Nd, Nl, No, Pc, Pd, Ps, Pe, Pi, Pf, Po, Sm, Sc, Sk, So, Zs, Zl, Zp, Cc, Cf, Cs, Co, Cn };

#include "unicode_tables.inc"

constexpr int SCRIPT_COUNT = sizeof(SCRIPT_NAMES) / sizeof(*SCRIPT_NAMES);

// The number of a script, -1 if there is none of this name.
constexpr int script_id(std::string_view name) {
    for (int id = 0; id < SCRIPT_COUNT; id++)
        if (name == SCRIPT_NAMES[id]) return id;
    return -1;
}

constexpr uint8_t LATIN = script_id("Latin"), HAN = script_id("Han"), HIRAGANA = script_id("Hiragana"), KATAKANA = script_id("Katakana"),
                  HANGUL = script_id("Hangul"), BOPOMOFO = script_id("Bopomofo"), COMMON = script_id("Common"),
                  INHERITED = script_id("Inherited"), UNKNOWN = script_id("Unknown"), THAI = script_id("Thai"), LAO = script_id("Lao"),
                  KHMER = script_id("Khmer"), MYANMAR = script_id("Myanmar"), TIBETAN = script_id("Tibetan"),
                  CYRILLIC = script_id("Cyrillic"), GREEK = script_id("Greek"), ARABIC = script_id("Arabic"), HEBREW = script_id("Hebrew"),
                  DEVANAGARI = script_id("Devanagari");

// Several categories at once, one bit each.
constexpr uint32_t category_bit(Category category) { return uint32_t(1) << category; }
constexpr uint32_t LETTER_BITS = category_bit(Lu) | category_bit(Ll) | category_bit(Lt) | category_bit(Lm) | category_bit(Lo), MARK_BITS = category_bit(Mn) | category_bit(Mc) | category_bit(Me),
                   NUMBER_BITS = category_bit(Nd) | category_bit(Nl) | category_bit(No),
                   PUNCTUATION_BITS = category_bit(Pc) | category_bit(Pd) | category_bit(Ps) | category_bit(Pe) | category_bit(Pi) | category_bit(Pf) | category_bit(Po),
                   SYMBOL_BITS = category_bit(Sm) | category_bit(Sc) | category_bit(Sk) | category_bit(So), SEPARATOR_BITS = category_bit(Zs) | category_bit(Zl) | category_bit(Zp),
                   OTHER_BITS = category_bit(Cc) | category_bit(Cf) | category_bit(Cs) | category_bit(Co) | category_bit(Cn);

// Script in the low byte, category in the next five bits, then the bits of \w and \s.
inline uint16_t record_of(Char c) { return UNICODE_RECORDS[UNICODE_BLOCK[c >> 7] << 7 | (c & 127)]; }

inline uint8_t script_of(Char c) { return uint8_t(record_of(c)); }
inline Category category(Char c) { return Category(record_of(c) >> 8 & 31); }
inline bool is_category(Char c, uint32_t bits) { return bits >> (record_of(c) >> 8 & 31) & 1; }
inline bool is_word(Char c) { return record_of(c) >> 13 & 1; }
inline bool is_white(Char c) { return record_of(c) >> 14 & 1; }
inline bool is_letter(Char c) { return is_category(c, LETTER_BITS); }
inline bool is_mark(Char c) { return is_category(c, MARK_BITS); }
inline bool is_number(Char c) { return is_category(c, NUMBER_BITS); }
inline bool is_punctuation(Char c) { return is_category(c, PUNCTUATION_BITS); }
inline bool is_symbol(Char c) { return is_category(c, SYMBOL_BITS); }

} // namespace scrub
