// The matcher for Python, for tests.
#pragma once
#include "base.hpp"

namespace scrub {

PyObject* matcher_make(PyObject*, PyObject* arguments);  // matcher(packs, folded=False) -> capsule
PyObject* matcher_fold(PyObject*, PyObject* text);       // fold(text) -> (text, [(start, end, source, source_end)])
PyObject* matcher_read(PyObject*, PyObject* arguments);  // read(matcher, text, by_tokens=False) -> ([line], [(start, end)])
PyObject* matcher_hits(PyObject*, PyObject* arguments);  // hits(matcher, text, start, end) -> [(start, end, role, pack, rule)]

} // namespace scrub
