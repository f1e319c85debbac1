#include "language_module.hpp"

#include <cstring>

#include "document.hpp"
#include "language.hpp"

namespace scrub {

namespace {

PyObject* str(const std::string& text) { return PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())); }

// One request: the name of the question, then numbers or texts.
struct Request {
    explicit Request(PyObject* tuple) : tuple(tuple) {
        if (!PyTuple_Check(tuple) || !PyTuple_GET_SIZE(tuple)) throw Unsupported("a request is a tuple");
        name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(tuple, 0));
        if (!name) throw PythonError();
    }

    PyObject* tuple;
    const char* name;

    bool is(const char* other) const { return std::strcmp(name, other) == 0; }
    PyObject* argument(int number) const {
        PyObject* found = PyTuple_GetItem(tuple, number);
        if (!found) throw PythonError();
        return found;
    }
    int integer(int number) const {
        long value = PyLong_AsLong(argument(number));
        if (value == -1 && PyErr_Occurred()) throw PythonError();
        return static_cast<int>(value);
    }
    double real(int number) const {
        double value = PyFloat_AsDouble(argument(number));
        if (value == -1.0 && PyErr_Occurred()) throw PythonError();
        return value;
    }
    Text text(int number) const {
        if (!PyUnicode_Check(argument(number))) throw Unsupported("an argument is no text");
        return from_python(argument(number));
    }
};

PyObject* most_foreign(const HostModel& model, PyObject* list) {
    std::vector<Text> texts;
    for (Py_ssize_t n = 0; n < PyList_Size(list); n++) texts.push_back(from_python(PyList_GetItem(list, n)));
    int found = model.most_foreign(std::vector<View>(texts.begin(), texts.end()));
    return found < 0 ? Py_NewRef(Py_None) : PyLong_FromLong(found);
}

PyObject* guest(const HostModel& model, View text) {
    auto found = model.guest_language(text);
    return Py_BuildValue("(isd)", found.words, found.language.c_str(), found.ahead);
}

PyObject* answer(const HostModel& model, const Request& request) {
    if (request.is("language")) return model.language() ? PyUnicode_FromString(model.language()) : Py_NewRef(Py_None);
    if (request.is("silent")) return PyBool_FromLong(model.silent());
    if (request.is("bounds")) return PyBool_FromLong(model.has_bounds());
    if (request.is("openings")) return PyFloat_FromDouble(model.bound_of_openings(request.integer(1), request.integer(2), request.integer(3)));
    if (request.is("piece")) return PyFloat_FromDouble(model.bound_of_piece(request.integer(1), request.integer(2), request.real(3)));
    if (request.is("most_foreign")) return most_foreign(model, request.argument(1));
    Text piece = request.text(1);
    if (request.is("ratio")) return PyFloat_FromDouble(model.ratio(piece));
    if (request.is("ahead")) return PyFloat_FromDouble(model.ahead(piece));
    if (request.is("prefers_host")) return PyBool_FromLong(model.prefers_host(piece));
    if (request.is("best_other")) return str(model.best_other(piece));
    if (request.is("guest")) return guest(model, piece);
    throw Unsupported("no such request");
}

// Never given back: at the end of the process there may be no Python left to ask.
LanguageTables& tables() {
    static auto* made = new std::shared_ptr<LanguageTables>(make_language_tables());
    return **made;
}

PyObject* answers(PyObject* text, PyObject* requests) {
    Text characters = from_python(text);
    Document document{View(characters)};
    HostModel model(tables(), document);
    Ref all = Ref::checked(PyList_New(0));
    for (Py_ssize_t n = 0; n < PyList_Size(requests); n++) {
        Ref found = Ref::checked(answer(model, Request(PyList_GetItem(requests, n))));
        if (PyList_Append(all.get(), found.get()) < 0) throw PythonError();
    }
    return all.release();
}

} // namespace

PyObject* language_debug(PyObject* text, PyObject* requests) {
    try {
        return answers(text, requests);
    } catch (const PythonError&) {
    } catch (const std::exception& problem) {
        PyErr_SetString(PyExc_RuntimeError, problem.what());
    }
    return nullptr;
}

} // namespace scrub
