// classifiers/code.py: what looks like a statement of code, and comments, whose words are the author's in whatever script they are.
#pragma once
#include <vector>

#include "base.hpp"

namespace scrub {

struct Document;

bool is_statement(View line);
bool is_code(const Document& document);
// For each line of code the place where a comment begins in it, -1 for none; nothing at all where there is none.
std::vector<int> comments(const Document& document);

} // namespace scrub
