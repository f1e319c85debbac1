// A small backtracking engine with the matches of the Python package `regex`, for the syntax that this project uses.
#pragma once
#include <memory>

#include "base.hpp"

namespace scrub {

struct Match {
    int start = -1, end = -1;
    Span groups[8]; // groups[0] is the whole match; a group that took no part is {-1, -1}
};

namespace rx {
struct Program;
class Machine;
} // namespace rx

class Regex {
  public:
    enum Flag { IGNORECASE = 1, VERBOSE = 2, DOTALL = 4, V1 = 8 };

    Regex(View pattern, int flags); // throws Unsupported for syntax that it would not match exactly

    // As in Python with `pos` and `endpos`: lookbehind, \b and ^ see the text before `pos`, nothing sees what is behind `end`.
    bool search(const Char* text, int pos, int end, Match* out = nullptr) const;
    bool match(const Char* text, int pos, int end, Match* out = nullptr) const;
    bool fullmatch(const Char* text, int pos, int end, Match* out = nullptr) const;

    bool search(View text, Match* out = nullptr) const { return search(text.data(), 0, int(text.size()), out); }
    bool match(View text, Match* out = nullptr) const { return match(text.data(), 0, int(text.size()), out); }
    bool fullmatch(View text, Match* out = nullptr) const { return fullmatch(text.data(), 0, int(text.size()), out); }

    // Calls each(const Match&) for every match, empty ones too.
    template <class Each> void finditer(const Char* text, int pos, int end, Each each) const {
        Finder finder(*this, text, pos, end);
        while (finder.next()) each(static_cast<const Match&>(finder.found));
    }
    template <class Each> void finditer(View text, Each each) const { finditer(text.data(), 0, int(text.size()), each); }

    int groups() const;                      // how many groups there are, the whole match not counted
    int group(std::string_view name) const;  // the number of a named group, -1 if there is none

    // The matches of a text one after the other.
    class Finder {
      public:
        Finder(const Regex& pattern, const Char* text, int pos, int end);
        bool next(); // whether there is another one
        Match found;

      private:
        const rx::Program& program;
        const Char* text;
        int pos, end, required = -1;
        bool empty = false; // the last match was
    };

  private:
    std::shared_ptr<const rx::Program> program;
};

// Tells of most stretches without a match that they have none, one step a character: it reads a pattern as one that matches more,
// without what looks around and with repeats that go on.
class Screen {
  public:
    Screen(View pattern, int flags); // throws Unsupported as Regex does
    ~Screen();

    bool may_match(const unsigned char* text, int start, int end); // ASCII
    bool may_match(const Char* text, int start, int end);

  private:
    struct States;
    std::unique_ptr<States> states; // none for a pattern with too many parts: it may match anywhere
};

// Every match as a list of tuples of group spans, for tests; `how` is finditer, search, match or fullmatch.
PyObject* regex_debug(PyObject* pattern, int flags, PyObject* text, int pos, int end, const char* how);

} // namespace scrub
