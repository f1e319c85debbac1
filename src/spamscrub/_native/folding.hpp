// Undisguised text that maps back to original offsets (folding.py).
#pragma once
#include <memory>

#include "automaton.hpp"
#include "base.hpp"

namespace scrub {
inline namespace matching {

// Folded [start, end) stands for original [source, source_end); between pieces the texts run in parallel.
struct Piece {
    int start, end, source, source_end;
};

// What told how a text was folded.
enum FoldedBy : uint8_t {
    BY_NEIGHBOURS = 1, // more than each character for itself, and numbers
    BY_EASTERN = 2,    // Han is there, or what is behind it: signs of WeChat are looked for
    BY_WECHAT = 4,     // WeChat was looked for, and is in no disguise
};

struct Folded {
    Text text;
    std::vector<Piece> pieces;
    uint8_t by = 0;

    Span span(int start, int end) const;
    int source(int start) const;     // where the original of the folded character at `start` begins
    int source_end(int end) const;   // where the original of the folded character before `end` ends
    int index(int original) const;   // the folded offset of an original one; for a character that was dropped, where it would stand
};

Folded fold(View text);

// What `fold` gives where it is BY_NEIGHBOURS for no token of a text, and no letters are set apart.
Text fold_each(View text);
// Whether `fold` would write WeChat where it is in disguise, in a text that `fold_each` gave and that has signs of it; true where
// only Python knows.
bool hides_wechat(const Text& folded);

// The same of ASCII.
void fold_each(View text, Ascii& folded);
void fold_each(const unsigned char* bytes, size_t size, Ascii& folded); // where it is at hand as bytes

// ASCII as code points.
void widen(const Ascii& narrow, Text& wide);

// ASCII text in lower case; false where letters set apart may have to be put together, or where there is more than ASCII.
bool fold_ascii(View text, Ascii& folded);

} // namespace matching
} // namespace scrub
