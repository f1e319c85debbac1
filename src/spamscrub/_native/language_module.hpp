// What the tests ask of the language model.
#pragma once
#include "base.hpp"

namespace scrub {

// The answers of HostModel for one text: `requests` is a list of tuples, the name of a method and its arguments.
PyObject* language_debug(PyObject* text, PyObject* requests);

} // namespace scrub
