#include "matcher_module.hpp"

#include <algorithm>
#include <chrono>
#include <set>

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

const Matcher& matcher_of(PyObject* capsule) {
    auto* matcher = static_cast<const Matcher*>(PyCapsule_GetPointer(capsule, NAME));
    if (!matcher) throw PythonError();
    return *matcher;
}

void destroy(PyObject* capsule) { delete static_cast<Matcher*>(PyCapsule_GetPointer(capsule, NAME)); }

void append(const Ref& list, PyObject* item) {
    Ref owned = Ref::checked(item);
    if (PyList_Append(list.get(), owned.get()) < 0) throw PythonError();
}

} // namespace

PyObject* matcher_make(PyObject*, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject* packs;
        int folded = 0;
        if (!PyArg_ParseTuple(arguments, "O|p", &packs, &folded)) throw PythonError();
        auto matcher = std::make_unique<Matcher>(packs, folded != 0);
        Ref capsule = Ref::checked(PyCapsule_New(matcher.get(), NAME, destroy));
        matcher.release();
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
        if (!PyArg_ParseTuple(arguments, "OU", &capsule, &given)) throw PythonError();
        Text text = from_python(given);
        Document document(text);
        Reading reading = matcher_of(capsule).read(document);
        std::set<int> numbers;
        for (int place : reading.places) numbers.insert(document.line_at(place));
        Ref lines = Ref::checked(PyList_New(0)), vocabulary = Ref::checked(PyList_New(0));
        for (int number : numbers) append(lines, PyLong_FromLong(number));
        for (const Span& span : reading.vocabulary) append(vocabulary, Py_BuildValue("(ii)", span.start, span.end));
        return Py_BuildValue("(NN)", lines.release(), vocabulary.release());
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
            append(hits, Py_BuildValue("(iisss)", hit.start, hit.end, Matcher::role_name(hit.role), matcher.pack_name(hit.pack).c_str(), matcher.rule_name(hit.rule).c_str()));
        return hits.release();
    });
}

PyObject* matcher_speed(PyObject*, PyObject* arguments) {
    return guarded([&]() -> PyObject* {
        PyObject *capsule, *given;
        int times;
        const char* what;
        if (!PyArg_ParseTuple(arguments, "OO!is", &capsule, &PyList_Type, &given, &times, &what)) throw PythonError();
        const Matcher& matcher = matcher_of(capsule);
        std::vector<Text> texts;
        for (Py_ssize_t n = 0; n < PyList_GET_SIZE(given); n++) texts.push_back(from_python(PyList_GET_ITEM(given, n)));
        std::vector<Document> documents;
        for (const Text& text : texts) documents.emplace_back(text);
        double best = 1e18;
        for (int n = 0; n < times; n++) {
            auto begun = std::chrono::steady_clock::now();
            for (const Document& document : documents) {
                Ascii bytes;
                if (*what == 'r') matcher.read(document);
                else if (*what == 'h') matcher.hits(document.text, 0, static_cast<int>(document.text.size()));
                else if (!fold_ascii(document.text, bytes)) fold(document.text);
            }
            std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - begun;
            best = std::min(best, spent.count());
        }
        return PyFloat_FromDouble(best);
    });
}

} // namespace scrub
