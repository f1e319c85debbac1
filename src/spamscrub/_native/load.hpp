// Patterns, numbers and tables come from the Python modules: what is said there is said once.
#pragma once
#include <set>

#include "base.hpp"
#include "regex.hpp"

namespace scrub {

Ref attribute(const char* module, const char* name);   // module is relative: "classifiers.form"
Regex regex_from(PyObject* pattern);                     // a compiled pattern of the package `regex`; throws Unsupported
Regex load_regex(const char* module, const char* name); // the same, by its name in a module
double load_double(const char* module, const char* name);
int load_int(const char* module, const char* name);
Text load_text(const char* module, const char* name);
std::set<Text> load_texts(const char* module, const char* function); // what it returns

} // namespace scrub
