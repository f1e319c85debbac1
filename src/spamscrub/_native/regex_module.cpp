// The engine as a test sees it.
#include <algorithm>
#include <map>
#include <string>
#include <string_view>

#include "regex.hpp"

namespace scrub {

namespace {

Ref spans_of(const Match& match, int groups) {
    Ref out = Ref::checked(PyTuple_New(groups + 1));
    for (int n = 0; n <= groups; n++)
        PyTuple_SET_ITEM(out.get(), n, Ref::checked(Py_BuildValue("(ii)", match.groups[n].start, match.groups[n].end)).release());
    return out;
}

// The pattern asked for last is kept: a test asks for the same many times in a row.
Regex made(const Text& pattern, int flags) {
    static Text last;
    static int last_flags = -1;
    static Regex regex(View(), 0);
    if (pattern != last || flags != last_flags) {
        regex = Regex(pattern, flags);
        last = pattern;
        last_flags = flags;
    }
    return regex;
}

} // namespace

// Whether a screen lets a stretch pass, a second time too, when it knows the way.
static bool screened(PyObject* pattern, int flags, const Text& text, int pos, int end) {
    static auto* screens = new std::map<std::pair<Text, int>, Screen>();
    std::pair<Text, int> key{from_python(pattern), flags};
    auto place = screens->find(key);
    if (place == screens->end()) place = screens->emplace(std::piecewise_construct, std::forward_as_tuple(key), std::forward_as_tuple(View(key.first), flags)).first;
    bool passes = place->second.may_match(text.data(), pos, end);
    if (place->second.may_match(text.data(), pos, end) != passes) throw std::logic_error("a screen that changes its mind");
    if (std::any_of(text.begin(), text.end(), [](Char c) { return c >= 128; })) return passes;
    std::string bytes(text.begin(), text.end());
    if (place->second.may_match(reinterpret_cast<const unsigned char*>(bytes.data()), pos, end) != passes) throw std::logic_error("a screen that reads bytes otherwise");
    return passes;
}

PyObject* regex_debug(PyObject* pattern, int flags, PyObject* text, int pos, int end, const char* how) {
    Regex regex = made(from_python(pattern), flags);
    Text all = from_python(text);
    end = std::clamp(end, 0, int(all.size()));
    pos = std::clamp(pos, 0, int(all.size()));
    Ref out = Ref::checked(PyList_New(0));
    auto add = [&](const Match& match) {
        if (PyList_Append(out.get(), spans_of(match, regex.groups()).get()) < 0) throw PythonError();
    };
    std::string_view way(how);
    Match match;
    if (way == "finditer") regex.finditer(all.data(), pos, end, add);
    else if (way == "search" && regex.search(all.data(), pos, end, &match)) add(match);
    else if (way == "match" && regex.match(all.data(), pos, end, &match)) add(match);
    else if (way == "fullmatch" && regex.fullmatch(all.data(), pos, end, &match)) add(match);
    else if (way == "found" && regex.search(all.data(), pos, end)) add(match);
    else if (way == "screen" && screened(pattern, flags, all, pos, end)) add(match);
    return out.release();
}

} // namespace scrub
