#include "matcher_module.hpp"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "folding.hpp"
#include "matcher.hpp"

namespace scrub {

namespace {

constexpr const char* NAME = "spamscrub._fast.matcher";

template <class Body> PyObject* guarded(Body body) {
    try {
        return body();
    } catch (const PythonError&) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_SystemError, "an error without a name");
    } catch (const Unsupported& problem) {
        PyErr_SetString(PyExc_NotImplementedError, problem.what());
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& problem) {
        PyErr_SetString(PyExc_RuntimeError, problem.what());
    }
    return nullptr;
}

// A matcher, and the numbers of the tokens of all texts that it read.
struct Tested {
    Matcher matcher;
    std::unordered_map<Text, uint32_t> numbers;
};

Tested& tested(PyObject* capsule) {
    auto* known = static_cast<Tested*>(PyCapsule_GetPointer(capsule, NAME));
    if (!known) throw PythonError();
    return *known;
}

const Matcher& matcher_of(PyObject* capsule) { return tested(capsule).matcher; }

void destroy(PyObject* capsule) { delete static_cast<Tested*>(PyCapsule_GetPointer(capsule, NAME)); }

constexpr size_t LONGEST_KEPT = 40; // so that tests see tokens without a number

std::vector<TokenPlace> places_of(View text, std::unordered_map<Text, uint32_t>& numbers) {
    std::vector<TokenPlace> found;
    split(text, [&](View token) {
        TokenPlace place{};
        place.start = static_cast<int>(token.data() - text.data());
        place.end = place.start + static_cast<int>(token.size());
        place.number = TokenPlace::NONE;
        if (token.size() <= LONGEST_KEPT) place.number = numbers.emplace(Text(token), static_cast<uint32_t>(numbers.size())).first->second;
        found.push_back(place);
    });
    return found;
}

void append(const Ref& list, PyObject* item) {
    Ref owned = Ref::checked(item);
    if (PyList_Append(list.get(), owned.get()) < 0) throw PythonError();
}

// The lines that are marked, and the vocabulary.
PyObject* reading_of(const Document& document, const Reading& reading) {
    std::set<int> numbers;
    for (int place : reading.places) numbers.insert(document.line_at(place));
    Ref lines = Ref::checked(PyList_New(0)), vocabulary = Ref::checked(PyList_New(0));
    for (int number : numbers) append(lines, PyLong_FromLong(number));
    for (const Span& span : reading.vocabulary) append(vocabulary, Py_BuildValue("(ii)", span.start, span.end));
    return Py_BuildValue("(NN)", lines.release(), vocabulary.release());
}

} // namespace

PyObject* matcher_make(PyObject*, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject* packs;
        int folded = 0;
        if (!PyArg_ParseTuple(arguments, "O|p", &packs, &folded)) throw PythonError();
        std::unique_ptr<Tested> made(new Tested{Matcher(packs, folded != 0), {}});
        Ref capsule = Ref::checked(PyCapsule_New(made.get(), NAME, destroy));
        made.release();
        return capsule.release();
    });
}

PyObject* matcher_fold(PyObject*, PyObject* text) {
    return guarded([&]() -> PyObject* {
        if (!PyUnicode_Check(text)) throw Unsupported("no text");
        Folded folded = fold(from_python(text));
        Ref pieces = Ref::checked(PyList_New(0));
        for (const Piece& piece : folded.pieces) append(pieces, Py_BuildValue("(iiii)", piece.start, piece.end, piece.source, piece.source_end));
        return Py_BuildValue("(NN)", to_python(folded.text).release(), pieces.release());
    });
}

PyObject* matcher_read(PyObject*, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject *capsule, *given;
        int by_tokens = 0;
        if (!PyArg_ParseTuple(arguments, "OU|p", &capsule, &given, &by_tokens)) throw PythonError();
        Tested& known = tested(capsule);
        Text text = from_python(given);
        Document document(text);
        std::vector<TokenPlace> places;
        if (by_tokens) places = places_of(text, known.numbers);
        return reading_of(document, known.matcher.read(document, {places.data(), places.size(), 1}));
    });
}

PyObject* matcher_hits(PyObject*, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject *capsule, *given;
        int start, end;
        if (!PyArg_ParseTuple(arguments, "OUii", &capsule, &given, &start, &end)) throw PythonError();
        const Matcher& matcher = matcher_of(capsule);
        Ref hits = Ref::checked(PyList_New(0));
        Text text = from_python(given);
        for (const Hit& hit : matcher.hits(text, start, end))
            append(hits, Py_BuildValue("(iisssN)", hit.start, hit.end, Matcher::role_name(hit.role), matcher.pack_name(hit.pack).c_str(), matcher.rule_name(hit.rule).c_str(), PyBool_FromLong(hit.everyday)));
        return hits.release();
    });
}

} // namespace scrub
