// From characters to words: normal forms, langdetect's folding, and which words of a text can tell its language.
#pragma once
#include <algorithm>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base.hpp"
#include "language_grams.hpp"
#include "load.hpp"
#include "unicode.hpp"

namespace scrub::lang {

// NFC, asked of Python only for texts that it can change.
class Normal {
  public:
    Text nfc(View text) { return is_settled(text) ? Text(text) : by_python(text); }
    void nfc(View text, Text& into) {
        if (is_settled(text)) into.assign(text);
        else into = by_python(text);
    }

    // Whether NFC leaves the text alone.
    bool is_settled(View text) {
        for (Char c : text)
            if (!is_settled(c)) return false;
        return true;
    }

    void abandon() { module.release(); }

  private:
    enum : uint8_t { UNSEEN, SETTLED, LOOSE };
    Ref module;
    std::vector<uint8_t> seen;

    // Whether NFC leaves the character alone, whatever stands beside it.
    bool is_settled(Char c) {
        if (c < 0x300) return true;
        if (seen.empty()) seen.resize(0x110000);
        if (seen[c] == UNSEEN) seen[c] = find(c) ? SETTLED : LOOSE;
        return seen[c] == SETTLED;
    }

    // Marks and the parts of Hangul syllables are joined with what stands before them.
    bool find(Char c) {
        bool joins = is_mark(c) || (c >= 0x1100 && c <= 0x11ff) || (c >= 0x16d63 && c <= 0x16d6a);
        return !joins && by_python(View(&c, 1)) == View(&c, 1);
    }

    Text by_python(View text) {
        if (!module) module = Ref::checked(PyImport_ImportModule("unicodedata"));
        Ref whole = to_python(text);
        Ref normal = Ref::checked(PyObject_CallMethod(module.get(), "normalize", "sO", "NFC", whole.get()));
        return from_python(normal.get());
    }
};

// str.translate with language.FOLDED.
class Folding {
  public:
    Folding() {
        Ref mapping = attribute("language", "FOLDED");
        Ref items = Ref::checked(PyMapping_Items(mapping.get()));
        Ref each = Ref::checked(PySequence_Tuple(items.get()));
        for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(each.get()); n++) add(PyTuple_GET_ITEM(each.get(), n));
        std::sort(pairs.begin(), pairs.end());
        first = pairs.empty() ? 0x110000 : pairs.front().first;
    }

    void apply(Text& text) const {
        size_t kept = 0;
        for (Char c : text) {
            Char now = c < first ? c : folded(c);
            if (now != GONE) text[kept++] = now;
        }
        text.resize(kept);
    }

  private:
    static constexpr Char GONE = 0x110000;
    std::vector<std::pair<Char, Char>> pairs;
    Char first;

    Char folded(Char c) const {
        auto found = std::lower_bound(pairs.begin(), pairs.end(), std::make_pair(c, Char(0)));
        return found != pairs.end() && found->first == c ? found->second : c;
    }

    void add(PyObject* item) {
        PyObject* to = PyTuple_GET_ITEM(item, 1);
        if (to != Py_None && PyUnicode_GET_LENGTH(to) != 1) throw Unsupported("a folding into several characters");
        Char from = static_cast<Char>(PyLong_AsLong(PyTuple_GET_ITEM(item, 0)));
        pairs.emplace_back(from, to == Py_None ? GONE : PyUnicode_READ_CHAR(to, 0));
    }
};

// Which letters belong to a script; worked out once, because few characters are asked for again and again.
inline bool is_letter_of(Char c, int script) { return is_letter(c) && script_of(c) == script; }

// The matches of language._word_pattern.
template <class Each> void each_match(View text, int script, Each each) {
    for (size_t at = 0; at < text.size();) {
        if (!is_letter_of(text[at], script)) {
            at++;
            continue;
        }
        size_t start = at++;
        while (at < text.size() && (is_letter_of(text[at], script) || is_mark(text[at]))) at++;
        each(text.substr(start, at - start));
    }
}

inline bool in_capitals(View word) { return word.size() > 1 && all_upper(word); }

// The first letter as it is, the others small.
inline Text first_kept(View word) { return Text(word.substr(0, 1)) + lower(word.substr(1)); }

} // namespace scrub::lang
