// A text with its lines and the scripts at home in it (tokenizer.py, scripts.py).
#pragma once
#include <array>
#include <optional>
#include <utility>

#include "base.hpp"
#include "load.hpp"
#include "unicode.hpp"

namespace scrub {

struct Line {
    int start, end, stop; // text in [start, end), its line end in [end, stop)
};

using Scripts = std::array<bool, 256>;                  // which scripts, by number
using Profile = std::vector<std::pair<uint8_t, int>>;   // letters of each script, most frequent first, then by name

Profile profile(View text);                 // scripts.profile
int main_script(View text);                 // scripts.main_script; -1 where there are no letters
// The script of a letter as `profile` counts it; -1 for all else.
inline int letter_script(Char c) {
    uint16_t record = record_of(c);
    if (!(LETTER_BITS >> (record >> 8 & 31) & 1)) return -1;
    uint8_t script = static_cast<uint8_t>(record);
    return script == COMMON || script == INHERITED || script == UNKNOWN ? -1 : script;
}

class Document {
  public:
    explicit Document(View text, const unsigned char* bytes = nullptr);

    View text;                      // owned by the caller
    const unsigned char* bytes;     // the same, where it is all ASCII and they are at hand; else nullptr
    bool ascii;
    bool odd_spaces = false;        // holds one of U+001C to U+001F, white space to Python's str and not to patterns
    std::vector<Line> lines;
    Profile letters;                // Document.profile
    Scripts home{};                 // the scripts at home
    int home_count = 0;
    bool latin_only = false;        // home is exactly {Latin}
    bool is_latin = false;          // it is written in Latin letters before all others
    bool dense = false;             // home holds a script of CASELESS_DENSE
    bool japanese = false;          // Hiragana is at home
    bool greek = false;             // Greek letters are in the profile

    bool at_home(int script) const { return script >= 0 && home[script]; }
    View piece(int start, int end) const { return text.substr(start, end - start); }
    View line_text(int number) const { return piece(lines[number].start, lines[number].end); }
    int line_at(int offset) const;
    const std::vector<Span>& runs_of(int number) const; // foreign_runs of one line
    int opened_by(Char dash) const;                     // opening_dashes[dash]
    int parted_by(Char dash) const;                     // parting_dashes[dash]

  private:
    void find_lines();
    void find_lines_of(const unsigned char* bytes);
    void find_greek();
    void find_latin();
    void find_home();
    bool has_foreign(int start, int end) const;
    // A writing system that is not at home: its scripts, and the pattern of a run of its letters.
    struct Guest {
        Scripts scripts{};
        const Regex* pattern = nullptr;
    };
    std::vector<Guest> guests;
    int run_start(const Guest& guest, int from, int end) const;
    int run_end(const Guest& guest, int start, int end) const;
    static constexpr int WIDEST_GAP = 28; // of RUN_GAP
    mutable std::vector<std::pair<bool, std::vector<Span>>> runs;
    mutable std::array<int, 3> opening_dashes{-1, -1, -1}, parting_dashes{-1, -1, -1}; // of tokenizer.DASHES
};

inline bool is_one_of_dashes(Char c) { return c == '-' || c == U'–' || c == U'—'; } // tokenizer.DASHES

bool is_dense(int script); // whether it is one of scripts.CASELESS_DENSE

} // namespace scrub
