#include "matcher_templates.hpp"

#include "load.hpp"

namespace scrub {
inline namespace matching {

namespace {

std::unordered_set<Char> characters(const char* name) {
    Ref items = attribute("packs.matcher", name);
    Ref iterator = Ref::checked(PyObject_GetIter(items.get()));
    std::unordered_set<Char> found;
    while (Ref item{PyIter_Next(iterator.get())}) found.insert(from_python(item.get()).at(0));
    if (PyErr_Occurred()) throw PythonError();
    return found;
}

} // namespace

PieceSigns::PieceSigns()
    : code(load_regex("packs.matcher", "CODE_AT")), number(load_regex("packs.matcher", "NUMBER_AT")), separators(characters("SEPARATORS")), tight(characters("TIGHT")) {}

Templates::Templates(const Rules& rules, PieceSigns& signs, const Shown& shown, std::vector<Found>& met)
    : rules(rules), signs(signs), shown(shown), met(met), places_of(signs.places_of), noted(signs.noted), reached(signs.reached) {}

void Templates::find(std::vector<Found>& found) {
    note_rules();
    std::vector<int>& due = signs.due;
    due = rules.loose_templates;
    for (int rule : noted)
        for (int number : rules.templates[rule])
            if (is_due(number)) due.push_back(number);
    if (due.empty()) return;
    keep_pieces(due);
    std::sort(met.begin(), met.end());
    note_places();
    for (int number : due) find_one(number, found);
}

// Of the places only those of rules that these templates have.
void Templates::keep_pieces(const std::vector<int>& due) {
    std::vector<bool>& wanted = signs.wanted;
    wanted.assign(rules.rules.size(), false);
    for (int number : due)
        for (const RulePiece& piece : rules.rules[number].pieces)
            if (!piece.builtin()) wanted[static_cast<size_t>(piece.rule)] = true;
    met.erase(std::remove_if(met.begin(), met.end(), [&](const Found& one) { return !wanted[static_cast<size_t>(one.rule)]; }), met.end());
}

// Which rules were met; what was noted for the last text is taken back.
void Templates::note_rules() {
    places_of.resize(rules.rules.size());
    for (int rule : noted) places_of[static_cast<size_t>(rule)] = {};
    noted.clear();
    for (const Found& one : met) {
        auto& place = places_of[static_cast<size_t>(one.rule)];
        if (!place.second) noted.push_back(one.rule);
        place.second = 1;
    }
}

// Where the places of each rule stand in `met`, which is sorted by now.
void Templates::note_places() {
    for (int rule : noted) places_of[static_cast<size_t>(rule)] = {};
    for (size_t at = 0; at < met.size(); at++) {
        auto& place = places_of[static_cast<size_t>(met[at].rule)];
        if (!at || met[at].rule != met[at - 1].rule) place.first = static_cast<uint32_t>(at);
        place.second = static_cast<uint32_t>(at) + 1;
    }
}

Templates::Range Templates::places(int rule) const {
    const auto& [first, last] = places_of[static_cast<size_t>(rule)];
    return {met.data() + first, met.data() + last};
}

Templates::Range Templates::places(int rule, int start) const {
    Range range = places(rule);
    while (range.second - range.first > 8) { // the rest one by one
        const Found* middle = range.first + (range.second - range.first) / 2;
        if (middle->start < start) range.first = middle + 1;
        else if (middle->start > start) range.second = middle;
        else break;
    }
    while (range.first < range.second && range.first->start < start) range.first++;
    const Found* last = range.first;
    while (last < range.second && last->start == start) last++;
    return {range.first, last};
}

bool Templates::is_due(int number) const {
    const auto& required = rules.rules[number].required;
    return std::all_of(required.begin(), required.end(), [&](int rule) { return places_of[static_cast<size_t>(rule)].second > 0; });
}

void Templates::find_one(int number, std::vector<Found>& found) {
    pieces.clear();
    reached.clear();
    for (const RulePiece& piece : rules.rules[number].pieces) {
        if (!piece.builtin()) {
            Range range = places(piece.rule);
            if (range.first == range.second) continue;
        }
        pieces.push_back(piece);
    }
    for (size_t piece = 0; piece < pieces.size(); piece++) {
        for (int start : starts(pieces[piece])) {
            int end = longest(piece, start);
            if (end > start && !shown.glued(start, false)) found.push_back({start, end, number});
        }
        if (!pieces[piece].optional) return;
    }
}

std::vector<int> Templates::starts(const RulePiece& piece) const {
    std::vector<int> found;
    if (piece.builtin()) {
        pattern(piece).finditer(View(shown.text()), [&](const Match& match) { found.push_back(match.start); });
        return found;
    }
    Range range = places(piece.rule);
    for (const Found* one = range.first; one != range.second; one++)
        if (found.empty() || found.back() != one->start) found.push_back(one->start);
    return found;
}

// The farthest end of the template from piece `number` on, which stands at `start`; -1 if there is none.
int Templates::longest(size_t number, int start) {
    const RulePiece piece = pieces[number];
    if (piece.builtin()) {
        Match match;
        return pattern(piece).match(shown.text().data(), start, shown.size(), &match) ? reach(number + 1, match.end, true) : -1;
    }
    int best = -1;
    Range range = places(piece.rule, start);
    for (const Found* one = range.first; one != range.second; one++) best = std::max(best, reach(number + 1, one->end, false));
    return best;
}

// The same after a piece that ended at `end`, with `digits`: the next one stands right there, or behind one separator.
int Templates::reach(size_t number, int end, bool digits) {
    if (number == pieces.size()) return shown.glued(end, true) ? -1 : end;
    uint64_t key = (uint64_t(end) << 16 | number) << 1 | digits;
    if (auto [end, known] = reached.place(key); known) return *end;
    int best = longest(number, end);
    if (end + 1 < shown.size() && signs.separators.count(shown[end])) {
        bool bare = digits || (pieces[number].builtin() && is_digit(shown[end + 1]));
        if (!bare || signs.tight.count(shown[end])) best = std::max(best, longest(number, end + 1));
    }
    if (pieces[number].optional) best = std::max(best, reach(number + 1, end, digits));
    reached.set(key, best);
    return best;
}

} // namespace matching
} // namespace scrub
