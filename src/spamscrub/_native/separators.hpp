// What goes together with an injected string: the space, separator or line end that came with it (separators.py).
#pragma once
#include "document.hpp"

namespace scrub {

// The spans to cut for ads that stand at `contents` (sorted, apart): each with its own separators.
std::vector<Span> with_separators(const Document& document, const std::vector<Span>& contents);

} // namespace scrub
