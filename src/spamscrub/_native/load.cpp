// Patterns, numbers and tables out of the Python modules.
#include "load.hpp"

namespace scrub {

Ref attribute(const char* module, const char* name) {
    std::string full = std::string("spamscrub.") + module;
    Ref home = Ref::checked(PyImport_ImportModule(full.c_str()));
    return Ref::checked(PyObject_GetAttrString(home.get(), name));
}

// The bits of the package `regex` that change what a pattern means.
static int flags_of(long flags) {
    int out = 0;
    if (flags & 0x2) out |= Regex::IGNORECASE;
    if (flags & 0x40) out |= Regex::VERBOSE;
    if (flags & 0x10) out |= Regex::DOTALL;
    if (flags & 0x100) out |= Regex::V1;
    return out;
}

Regex regex_from(PyObject* pattern) {
    Ref source = Ref::checked(PyObject_GetAttrString(pattern, "pattern"));
    Ref flags = Ref::checked(PyObject_GetAttrString(pattern, "flags"));
    long bits = PyLong_AsLong(flags.get());
    if (bits == -1 && PyErr_Occurred()) throw PythonError();
    return Regex(from_python(source.get()), flags_of(bits));
}

Regex load_regex(const char* module, const char* name) { return regex_from(attribute(module, name).get()); }

double load_double(const char* module, const char* name) {
    double value = PyFloat_AsDouble(attribute(module, name).get());
    if (value == -1.0 && PyErr_Occurred()) throw PythonError();
    return value;
}

int load_int(const char* module, const char* name) { return static_cast<int>(load_double(module, name)); }

Text load_text(const char* module, const char* name) { return from_python(attribute(module, name).get()); }

std::set<Text> load_texts(const char* module, const char* function) {
    Ref all = Ref::checked(PyObject_CallNoArgs(attribute(module, function).get()));
    Ref each = Ref::checked(PySequence_Tuple(all.get()));
    std::set<Text> found;
    for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(each.get()); n++) found.insert(from_python(PyTuple_GET_ITEM(each.get(), n)));
    return found;
}

} // namespace scrub
