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

struct Folded {
    Text text;
    std::vector<Piece> pieces;

    Span span(int start, int end) const;
    int source(int start) const;     // where the original of the folded character at `start` begins
    int source_end(int end) const;   // where the original of the folded character before `end` ends
};

Folded fold(View text);

// ASCII text in lower case; false where letters set apart may have to be put together, or where there is more than ASCII.
bool fold_ascii(View text, Ascii& folded);

} // namespace matching
} // namespace scrub
