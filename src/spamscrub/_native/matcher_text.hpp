// A folded text as the matcher looks at it, and which of its characters make words with their neighbours.
#pragma once
#include <array>
#include <memory>
#include <unordered_map>

#include "automaton.hpp"
#include "folding.hpp"

namespace scrub {
inline namespace matching {

// What a character joins up with, `_kind` of packs/matcher.py as a number; the alphabets follow behind HANGUL.
enum LetterKind : uint8_t { KIND_NONE, KIND_DIGIT, KIND_MARK, KIND_UNSPACED, KIND_HANGUL, KIND_LATIN };

class Kinds {
  public:
    static Kinds& get();

    uint8_t of(Char c) {
        const uint8_t* block = blocks[c >> 8].get();
        uint8_t known = block ? block[c & 0xFF] : UNKNOWN;
        return known == UNKNOWN ? ask(c) : known;
    }

  private:
    Kinds();
    uint8_t ask(Char c);

    static constexpr uint8_t UNKNOWN = 0xFF;
    std::array<std::unique_ptr<uint8_t[]>, 0x1100> blocks;
    std::unordered_map<Text, uint8_t> names;
};

inline bool of_one_word(uint8_t before, uint8_t after, bool right) {
    if (right && before == KIND_HANGUL) return false;
    return before == after && before != KIND_NONE && before != KIND_UNSPACED;
}

// Whether it is a digit or a small letter.
inline bool is_ascii_alnum(unsigned char c) { return (static_cast<unsigned char>(c - 'a') < 26) | (static_cast<unsigned char>(c - '0') < 10); }

// Folded text: as bytes where all is ASCII, else as code points with their kinds.
class Shown {
  public:
    explicit Shown(View text);
    // A text folded as `fold_each` does; `ascii`: it is all ASCII, and perhaps at hand as bytes.
    static Shown folded_each(View text, bool ascii, const unsigned char* bytes);
    // A part of what is folded already, for a look at it alone.
    static Shown part_of(View folded);

    uint8_t folded_by() const { return folded.by; } // as FoldedBy
    bool is_ascii() const { return ascii; }
    int size() const { return ascii ? bytes.size() : static_cast<int>(folded.text.size()); }
    const unsigned char* narrow() const { return bytes.data(); }
    const Char* wide() const { return folded.text.data(); }
    const unsigned char* shadow() const { return bytes.data(); } // of `wide`, see Shadowed; after `join`
    Char operator[](int at) const { return ascii ? Char(bytes.data()[at]) : folded.text[at]; }
    uint8_t kind(int at) const { return kinds[PAD + at]; } // where not all is ASCII; after `join`
    Span placed(int start, int end) const { return folded.pieces.empty() ? Span{start, end} : folded.span(start, end); }
    int index(int original) const { return folded.pieces.empty() ? original : folded.index(original); }
    const std::vector<Piece>& pieces() const { return folded.pieces; } // where the lengths differ

    const Text& text() const;    // also of ASCII
    PyObject* python() const;    // as a str
    int find(int start, int end, const Text& word) const; // where a word stands first; -1 if it does not
    int alnum(int start, int end, int enough) const; // letters and digits, counted up to `enough`

    // Whether a word goes on across the edge `at`; at a right edge Korean particles do not count.
    bool glued(int at, bool right) const { return !joined ? glued_here(at, right) : right ? right_joints()[at] : left[at]; }
    // Looks at the whole text, for what follows.
    void join() const {
        if (!joined) find_joints();
    }
    // Whether a word may begin there whose script has words of more than one character.
    bool begins_word(int at) const { return ascii ? is_ascii_alnum(bytes.data()[at]) : kind(at) == KIND_DIGIT || kind(at) >= KIND_LATIN; }
    const Bits& left_joints() const { return left; }
    const Bits& right_joints() const { return ascii ? left : right; }
    Bits filled() const;                                  // what is no space
    int rare(int start, int end) const;                   // how many characters RARE of packs/required.py
    bool is_rare(int at) const;
    bool is_rare_here(int at) const; // the same without a look at all of the text; where not all is ASCII
    int next_rare(int at) const; // the first one from `at` on; there has to be one
    void set_rare(const std::vector<Span>& places) const; // where they are known

  private:
    Shown() = default;
    uint8_t kind_of(int at) const { return at < 0 || at >= size() ? uint8_t(KIND_NONE) : Kinds::get().of(folded.text[at]); }
    bool glued_here(int at, bool right) const;
    bool glued_behind_marks(int at, bool right) const;
    void find_joints() const;
    void join_ascii() const;
    void join_wide() const;
    void find_rare() const;

    mutable Ascii bytes;
    bool ascii = false;
    mutable Folded folded; // the text of ASCII is filled in when asked for
    mutable bool joined = false;
    mutable std::vector<uint8_t> kinds;  // with PAD places on both sides
    mutable Bits left, right;            // where words go on; of ASCII only `left`
    mutable Bits rares;
    mutable std::vector<int> rare_sums;
    mutable Ref object;
};

} // namespace matching
} // namespace scrub
