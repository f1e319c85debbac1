// What every part of the fast road shares: code points, positions, views of text, and Python's own answers about characters.
#pragma once
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "memory.hpp"

namespace scrub {

using Char = char32_t;                     // a code point, half of a surrogate pair included
using Text = std::basic_string<Char>;      // = std::u32string
using View = std::basic_string_view<Char>; // a stretch of a text that lives elsewhere

struct Span {
    int start = 0, end = 0; // half-open, in code points
    friend bool operator==(const Span& a, const Span& b) { return a.start == b.start && a.end == b.end; }
    friend bool operator<(const Span& a, const Span& b) { return a.start != b.start ? a.start < b.start : a.end < b.end; }
};

// A Python error is set; whoever called from Python returns NULL.
struct PythonError {};

// Something that only the Python road knows how to do; the whole call is left to it.
struct Unsupported : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Lets other threads of Python have a turn, an event loop for one, now and then; and a person who presses Ctrl-C. Not too often:
// a thread that waits is only sure to get it once it has waited undisturbed for sys.getswitchinterval(), 5 ms.
class Breath {
  public:
    void take() {
        if (++calls % BETWEEN == 0) pause();
    }
    static void pause() {
        auto now = std::chrono::steady_clock::now();
        if (now - last < PAUSE) return;
        Py_BEGIN_ALLOW_THREADS
        Py_END_ALLOW_THREADS
        last = std::chrono::steady_clock::now();
        if (PyErr_CheckSignals() < 0) throw PythonError();
    }

  private:
    static constexpr unsigned BETWEEN = 128;
    static constexpr std::chrono::milliseconds PAUSE{8};
    unsigned calls = 0;
    static inline std::chrono::steady_clock::time_point last{}; // whoever reads it holds Python's lock
};

// Owns one reference.
class Ref {
  public:
    Ref() = default;
    explicit Ref(PyObject* owned) : object(owned) {}
    Ref(const Ref& other) : object(other.object) { Py_XINCREF(object); }
    Ref(Ref&& other) noexcept : object(other.object) { other.object = nullptr; }
    Ref& operator=(Ref other) noexcept { std::swap(object, other.object); return *this; }
    ~Ref() { Py_XDECREF(object); }
    PyObject* get() const { return object; }
    PyObject* release() { PyObject* out = object; object = nullptr; return out; }
    explicit operator bool() const { return object != nullptr; }
    // The object, or the Python error that its absence stands for.
    static Ref checked(PyObject* owned) {
        if (!owned) throw PythonError();
        return Ref(owned);
    }

  private:
    PyObject* object = nullptr;
};

Ref to_python(View text);           // a str
Text from_python(PyObject* text);   // the code points of a str

void widen(const uint8_t* from, Char* to, size_t size); // ASCII or Latin-1 as code points

// The code points of a str that is too long to be written twice.
class Held {
  public:
    explicit Held(PyObject* text);
    View view() const { return View(characters.data(), characters.size()); }

  private:
    RoomyVector<Char> characters;
};

// Has memory on its way that will be read soon.
inline void fetch(const void* from) {
#if defined(__GNUC__)
    __builtin_prefetch(from);
#else
    (void)from;
#endif
}
template <class Item> void fetch_all(const Item* item) {
    for (size_t at = 0; at < sizeof(Item); at += 64) fetch(reinterpret_cast<const char*>(item) + at);
}

// Characters as Python's str methods see them.
inline bool is_space(Char c) { return Py_UNICODE_ISSPACE(c); }
inline bool is_upper(Char c) { return c < 128 ? c - 'A' < 26 : Py_UNICODE_ISUPPER(c); }
inline bool is_lower(Char c) { return c < 128 ? c - 'a' < 26 : Py_UNICODE_ISLOWER(c); }
inline bool is_title(Char c) { return Py_UNICODE_ISTITLE(c); }
inline bool is_digit(Char c) { return c < 128 ? c - '0' < 10 : Py_UNICODE_ISDIGIT(c); }
inline bool is_alpha(Char c) { return c < 128 ? (c | 32) - 'a' < 26 : Py_UNICODE_ISALPHA(c); }
inline bool is_alnum(Char c) { return c < 128 ? (c | 32) - 'a' < 26 || c - '0' < 10 : Py_UNICODE_ISALNUM(c); }
inline Char to_lower(Char c) { return c < 128 ? c + (c - 'A' < 26 ? 32 : 0) : Py_UNICODE_TOLOWER(c); }

// The first character in [at, end) of a text that is not ASCII, or the end; many are looked at at once.
inline int next_wide(const Char* text, int at, int end) {
    if (at < end && text[at] >= 128) return at; // they stand in rows
    for (; at + 8 <= end; at += 8) {
        Char any = 0;
        for (int n = 0; n < 8; n++) any |= text[at + n];
        if (any >= 128) break;
    }
    while (at < end && text[at] < 128) at++;
    return at;
}

bool all_upper(View text); // str.isupper
bool all_lower(View text); // str.islower
Text lower(View text);     // str.lower, final sigma and dotted capital I included
View strip(View text);     // str.strip

// The stretches between white space, as str.split() gives them.
template <class Each> void split(View text, Each each) {
    size_t at = 0;
    while (true) {
        while (at < text.size() && is_space(text[at])) at++;
        if (at >= text.size()) return;
        size_t start = at;
        while (at < text.size() && !is_space(text[at])) at++;
        each(text.substr(start, at - start));
    }
}

// What the built-in `sum` of Python makes of floats: it carries along what rounding loses from Python 3.12 on.
class Sum {
  public:
    void add(double value) {
#if PY_VERSION_HEX >= 0x030C0000
        double next = total + value;
        lost += std::fabs(total) >= std::fabs(value) ? (total - next) + value : (value - next) + total;
        total = next;
#else
        total += value;
#endif
    }
    double value() const { return lost != 0.0 && std::isfinite(lost) ? total + lost : total; }

  private:
    double total = 0.0, lost = 0.0;
};

} // namespace scrub
