#include "matcher.hpp"

#include <tuple>

#include "load.hpp"
#include "matcher_rules.hpp"
#include "matcher_templates.hpp"
#include "matcher_tokens.hpp"

namespace scrub {

bool operator<(const Hit& a, const Hit& b) { return std::tie(a.start, a.end, a.role, a.pack, a.rule) < std::tie(b.start, b.end, b.role, b.pack, b.rule); }

namespace {

bool comes_first(const Hit& a, const Hit& b) { return std::make_tuple(a.start, -a.end, a.role, a.pack, a.rule) < std::make_tuple(b.start, -b.end, b.role, b.pack, b.rule); }

bool same(const Hit& a, const Hit& b) { return !(a < b) && !(b < a); }

// The lines of a document that are already marked.
class Marked {
  public:
    explicit Marked(const Document& document, std::vector<int>& places) : document(document), places(places), lines(document.lines.size()) {}

    void add(int place) {
        int line = document.line_at(place);
        if (lines[line]) return;
        lines[line] = any = true;
        places.push_back(place);
    }
    bool all(int start, int end) const {
        if (!any) return false;
        for (int line = document.line_at(start), last = document.line_at(end); line <= last; line++)
            if (!lines[line]) return false;
        return true;
    }

  private:
    const Document& document;
    std::vector<int>& places;
    std::vector<bool> lines;
    bool any = false;
};

} // namespace

struct Matcher::State {
    State(PyObject* packs, bool folded)
        : rules(packs, folded), context(load_int("packs.matcher", "CONTEXT")), near(load_int("packs.matcher", "REACH")) {}

    Rules rules;
    TokenFinds finds{rules};
    PieceSigns signs;
    int context, near;
    std::vector<uint32_t> first_of_pattern; // room for `sort_by_rule`,
    Needed sorted;                          // and for what it sorts

    void scan_all(Met& met) const;
    Reading reading(const Document& document, Met& met);
    void sort_by_rule(Needed& needed);
    template <class Each> void each_pattern_match(const Shown& shown, Needed& needed, const Marked* marked, Each each);
    std::vector<Span> stretches(const Needed& needed, size_t first, size_t last, int length) const;
    std::vector<Found> found(const Shown& shown);
    std::vector<Found> widest(std::vector<Found> found) const;
};

// -- whole documents --------------------------------------------------------------------------------------------------

Reading Matcher::read(const Document& document, const TokenPlaces& tokens) const {
    Met met;
    if (read_tokens(state->rules, state->finds, document.text, document.ascii, tokens, met)) {
        if (!met.shown && !met.needed.empty()) met.shown.emplace(Shown::folded_each(document.text, document.ascii));
        if (met.shown) met.shown->set_rare(met.rare);
    } else {
        met = Met();
        met.shown.emplace(document.text);
        state->scan_all(met);
    }
    return state->reading(document, met);
}

// Finds by a pass over the whole text.
void Matcher::State::scan_all(Met& met) const {
    const Shown& shown = *met.shown;
    const uint8_t* flags = rules.flags.data();
    scan(rules, shown, met.needed, [&](int literal, int start, int end) {
        if (flags[literal] & VOCABULARY) met.words.push_back({start, end});
        if (flags[literal] & TELLING_PHRASE) met.places.push_back(start);
    });
}

// Tries the patterns, and has all places in the text as it was; what is not `shown` is folded place by place.
Reading Matcher::State::reading(const Document& document, Met& met) {
    Reading reading;
    Marked marked(document, reading.places);
    auto placed = [&](int start, int end) { return met.shown ? met.shown->placed(start, end) : Span{start, end}; };
    for (int place : met.places) marked.add(placed(place, place).start);
    if (met.shown) each_pattern_match(*met.shown, met.needed, &marked, [&](int, int start, int end) { marked.add(placed(start, end).start); });
    std::vector<Span>& words = met.words;
    if (!std::is_sorted(words.begin(), words.end())) std::sort(words.begin(), words.end());
    std::vector<Span>& known = reading.vocabulary;
    for (const Span& word : words) {
        Span span = placed(word.start, word.end);
        if (!known.empty() && span.start <= known.back().end) known.back().end = std::max(known.back().end, span.end);
        else known.push_back(span);
    }
    return reading;
}

// -- patterns ---------------------------------------------------------------------------------------------------------

// What lies near some places of one pattern; stretches that touch are one.
std::vector<Span> Matcher::State::stretches(const Needed& needed, size_t first, size_t last, int length) const {
    std::vector<Span> found;
    for (size_t at = first; at < last; at++) {
        int left = std::max(0, needed[at].start - near), right = std::min(length, needed[at].end + near);
        if (!found.empty() && left <= found.back().end) found.back().end = std::max(found.back().end, right);
        else found.push_back({left, right});
    }
    return found;
}

// Puts places in the order of their patterns; those of one pattern mostly come in order already.
void Matcher::State::sort_by_rule(Needed& needed) {
    auto& first = first_of_pattern;
    first.assign(rules.patterns.size() + 1, 0);
    for (const Found& one : needed) first[static_cast<size_t>(one.rule) + 1]++;
    for (size_t n = 1; n < first.size(); n++) first[n] += first[n - 1];
    sorted.resize(needed.size());
    for (const Found& one : needed) sorted[first[static_cast<size_t>(one.rule)]++] = one;
    needed.swap(sorted);
    if (!std::is_sorted(needed.begin(), needed.end())) std::sort(needed.begin(), needed.end());
}

// Calls each(rule, start, end) for the matches of the patterns near their literals, except where all lines are marked.
template <class Each>
void Matcher::State::each_pattern_match(const Shown& shown, Needed& needed, const Marked* marked, Each each) {
    if (needed.empty()) return;
    int rare = shown.rare(0, shown.size());
    sort_by_rule(needed);
    for (size_t first = 0, last; first < needed.size(); first = last) {
        for (last = first; last < needed.size() && needed[last].rule == needed[first].rule;) last++;
        Pattern& pattern = rules.patterns[needed[first].rule];
        if (pattern.least_rare() > rare) continue;
        for (const Span& stretch : stretches(needed, first, last, shown.size())) {
            int held = shown.rare(stretch.start, stretch.end);
            if (pattern.least_rare() > held) continue;
            if (marked && marked->all(shown.placed(stretch.start, stretch.start).start, shown.placed(stretch.end, stretch.end).start)) continue;
            if (!pattern.may_match(shown, stretch, held) || !pattern.passes_screen(shown, stretch)) continue;
            // At the end of the stretch a pattern takes the cut for the end of the text.
            pattern.matches(shown, stretch, [&](int start, int end) {
                if (end > start && (end < stretch.end || stretch.end == shown.size())) each(pattern.rule, start, end);
            });
        }
    }
}

// -- stretches --------------------------------------------------------------------------------------------------------

// Phrase hits, pattern hits and template hits in folded text.
std::vector<Found> Matcher::State::found(const Shown& shown) {
    std::vector<Found> hits, met;
    Needed needed;
    auto each = [&](int literal, int start, int end) {
        int alone = -1; // asked when first needed
        bool tells = end - start > 1 && shown.alnum(start, end, 2) > 1;
        rules.each_use(literal, [&](int number) {
            const MatchRule& rule = rules.rules[number];
            if (!rule.phrases) {
                needed.push_back({start, end, rule.pattern});
                return;
            }
            if (rule.in_template) met.push_back({start, end, number});
            if (rule.role == PART && !tells) return;
            if (alone < 0) {
                bool left = shown.glued(start, false), right = shown.glued(end, true);
                alone = left || right ? !(left && right) && rules.flags[literal] & LONG_PHRASE : 1;
            }
            if (alone) hits.push_back({start, end, number});
        });
    };
    int size = shown.size();
    if (shown.is_ascii()) rules.fours.find(shown.narrow(), size, [&](int at) { rules.every.walk(rules.automaton, shown.narrow(), size, at, each); });
    else rules.fours.find(shown.wide(), size, [&](int at) { rules.every.walk(rules.automaton, shown.wide(), size, at, each); });
    each_pattern_match(shown, needed, nullptr, [&](int rule, int start, int end) {
        if (rules.rules[rule].in_template) met.push_back({start, end, rule});
        bool tells = end - start > 1 && shown.alnum(start, end, 2) > 1;
        if (rules.rules[rule].role != PART || tells) hits.push_back({start, end, rule});
    });
    Templates(rules, signs, shown, met).find(hits);
    return hits;
}

// Without the hits that lie inside a longer one of the same pack and role.
std::vector<Found> Matcher::State::widest(std::vector<Found> found) const {
    std::sort(found.begin(), found.end(), [](const Found& a, const Found& b) { return a.start != b.start ? a.start < b.start : a.end > b.end; });
    std::vector<Span> reach(rules.pack_count * 5, Span{-1, -1});
    std::vector<Found> kept;
    for (const Found& one : found) {
        Span& family = reach[rules.rules[one.rule].pack * 5 + rules.rules[one.rule].role];
        if (one.end > family.end) family = {one.start, one.end};
        if (family == Span{one.start, one.end}) kept.push_back(one);
    }
    return kept;
}

std::vector<Hit> Matcher::hits(View text, int start, int end) const {
    int base = std::max(0, start - state->context);
    Shown shown(text.substr(base, end + state->context - base));
    std::vector<Hit> inside;
    for (const Found& one : state->widest(state->found(shown))) {
        Span span = shown.placed(one.start, one.end);
        const MatchRule& rule = state->rules.rules[one.rule];
        Hit hit{span.start + base, span.end + base, rule.role, rule.pack_name, rule.name};
        if (start <= hit.start && hit.end <= end) inside.push_back(hit);
    }
    std::sort(inside.begin(), inside.end(), comes_first);
    inside.erase(std::unique(inside.begin(), inside.end(), same), inside.end());
    return inside;
}

// -- the matcher ------------------------------------------------------------------------------------------------------

Matcher::Matcher(PyObject* packs, bool folded) : state(std::make_unique<State>(packs, folded)) {}
Matcher::~Matcher() = default;

const std::string& Matcher::pack_name(int pack) const { return state->rules.pack_names.at(pack); }
const std::string& Matcher::rule_name(int rule) const { return state->rules.rule_names.at(rule); }

const char* Matcher::role_name(Role role) {
    static const char* names[] = {"ad", "contact", "offer", "part", "trade"};
    return names[role];
}

} // namespace scrub
