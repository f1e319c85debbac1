// Where the phrases, patterns and templates of packs stand in a text (packs/matcher.py, folding.py).
#pragma once
#include <memory>

#include "base.hpp"
#include "document.hpp"
#include "language.hpp"

namespace scrub {

enum Role : uint8_t { AD, CONTACT, OFFER, PART, TRADE }; // in the order of their names

struct Hit {
    int start, end;
    Role role;
    uint16_t pack; // by the order of the packs' names
    uint16_t rule; // by the order of the rules' names
    bool everyday; // stands in honest texts as well
};
// In the order of Python's Hit tuples: start, end, role, pack, rule.
bool operator<(const Hit& a, const Hit& b);
void keep_telling(std::vector<Hit>& hits); // leaves out the hits of packs that have no say, as packs_with_a_say

// What one pass over a whole document sees.
struct Reading {
    std::vector<int> places;     // starts of the hits of `Matcher.triggers`, in code points of the text; order does not matter
    std::vector<Span> vocabulary; // `Matcher.vocabulary`
};

class Matcher {
  public:
    // `packs` is a sequence of spamscrub.packs.Pack, `folded` says that phrases and needs are written as matched. Throws
    // Unsupported for what only Python can do.
    explicit Matcher(PyObject* packs, bool folded = false);
    Matcher(const char* image, size_t size); // as `image` gave it, by the same build
    std::string image() const;
    ~Matcher();

    // `tokens`: all of the document, where they are at hand; they make it quicker.
    Reading read(const Document& document, const TokenPlaces& tokens = {}) const;
    std::vector<Hit> hits(View text, int start, int end) const; // as Matcher.hits(text, start, end), sorted as there
    const std::string& pack_name(int pack) const;
    const std::string& rule_name(int rule) const;
    static const char* role_name(Role role);

  private:
    struct State;
    std::unique_ptr<State> state;
};

} // namespace scrub
