#include "matcher.hpp"

#include <tuple>

#include "load.hpp"
#include "matcher_rules.hpp"
#include "matcher_templates.hpp"

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
    PieceSigns signs;
    int context, near;

    // Where the literals stand that patterns need, as `Found` with the number of the pattern in place of the rule.
    using Needed = std::vector<Found>;

    template <class Each> void scan(const Shown& shown, Needed& needed, Each each) const;
    template <class C, class Each> void scan_text(const Shown& shown, const C* text, Needed& needed, Each each) const;
    template <class Each> void each_pattern_match(const Shown& shown, Needed& needed, const Marked* marked, Each each);
    std::vector<Span> stretches(const Needed& needed, size_t first, size_t last, int length) const;
    std::vector<Found> found(const Shown& shown);
    std::vector<Found> widest(std::vector<Found> found) const;
};

// -- whole documents --------------------------------------------------------------------------------------------------

// Calls each(literal, start, end) for the literals of `reading` that stand alone, and finds the needs.
template <class C, class Each>
void Matcher::State::scan_text(const Shown& shown, const C* text, Needed& needed, Each each) const {
    int size = shown.size();
    const Automaton& automaton = rules.automaton;
    const uint8_t* flags = rules.flags.data();
    auto free = [&](int literal, int start, int end) {
        if (flags[literal] & READ && (flags[literal] & LONG_PHRASE || !shown.glued(end, true))) each(literal, start, end);
    };
    auto glued = [&](int literal, int start, int end) {
        if (shown.glued(start, false)) each(literal, start, end);
    };
    const Bits &left = shown.left_joints(), &right = shown.right_joints();
    Bits filled = shown.filled();
    bool any_start = rules.others.begins_with_space(), any_end = rules.endings->ends_with_space();
    uint64_t before = 0; // whether something stands before the first place of a block
    for (int number = 0; number < filled.count(); number++) {
        uint64_t here = filled.word(number), starts = ~left.word(number), ends = ~right.word(number);
        if (!any_start) starts &= here;
        if (number == size / BLOCK) starts &= (uint64_t(1) << size % BLOCK) - 1;
        if (!any_end) ends &= here << 1 | before;
        before = here >> 63;
        int places[BLOCK], found = 0; // those worth a closer look
        for (; starts; starts &= starts - 1) {
            int at = places[found] = number * BLOCK + lowest_bit(starts);
            found += rules.begins(shown, text, at, left.next_unset(at) - at);
        }
        for (int n = 0; n < found; n++) {
            int at = places[n];
            if (shown.begins_word(at)) rules.words.walk(automaton, text, size, at, left.next_unset(at) - at, free);
            if (sizeof(C) > 1 || !shown.begins_word(at)) rules.others.walk(automaton, text, size, at, free);
        }
        for (found = 0; ends; ends &= ends - 1) {
            int at = places[found] = number * BLOCK + lowest_bit(ends);
            found += at >= 8 && at <= size && rules.may_end(shown, text, at);
        }
        for (int n = 0; n < found; n++) rules.endings->find(automaton, text, places[n], glued);
    }
    rules.each_need(shown, text, [&](int literal, int start, int end) {
        rules.each_use(literal, [&](int rule) {
            if (rules.rules[rule].pattern >= 0 && rules.rules[rule].told) needed.push_back({start, end, rules.rules[rule].pattern});
        });
    });
}

template <class Each> void Matcher::State::scan(const Shown& shown, Needed& needed, Each each) const {
    if (shown.is_ascii()) scan_text(shown, shown.narrow(), needed, each);
    else scan_text(shown, shown.wide(), needed, each);
}

Reading Matcher::read(const Document& document) const {
    Reading reading;
    Shown shown(document.text);
    Marked marked(document, reading.places);
    State::Needed needed;
    std::vector<Span> words;
    const uint8_t* flags = state->rules.flags.data();
    state->scan(shown, needed, [&](int literal, int start, int end) {
        if (flags[literal] & VOCABULARY) words.push_back({start, end});
        if (flags[literal] & TELLING_PHRASE) marked.add(shown.placed(start, end).start);
    });
    state->each_pattern_match(shown, needed, &marked, [&](int, int start, int end) { marked.add(shown.placed(start, end).start); });
    if (!std::is_sorted(words.begin(), words.end())) std::sort(words.begin(), words.end());
    for (const Span& word : words) {
        Span span = shown.placed(word.start, word.end);
        std::vector<Span>& known = reading.vocabulary;
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

// Calls each(rule, start, end) for the matches of the patterns near their literals, except where all lines are marked.
template <class Each>
void Matcher::State::each_pattern_match(const Shown& shown, Needed& needed, const Marked* marked, Each each) {
    if (needed.empty()) return;
    int rare = shown.rare(0, shown.size());
    std::sort(needed.begin(), needed.end());
    for (size_t first = 0, last; first < needed.size(); first = last) {
        for (last = first; last < needed.size() && needed[last].rule == needed[first].rule;) last++;
        Pattern& pattern = rules.patterns[needed[first].rule];
        if (pattern.least_rare() > rare) continue;
        for (const Span& stretch : stretches(needed, first, last, shown.size())) {
            int held = shown.rare(stretch.start, stretch.end);
            if (pattern.least_rare() > held) continue;
            if (marked && marked->all(shown.placed(stretch.start, stretch.start).start, shown.placed(stretch.end, stretch.end).start)) continue;
            if (!pattern.may_match(shown, stretch, held)) continue;
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
            met.push_back({start, end, number});
            if (rule.role == PART && !tells) return;
            if (alone < 0) {
                bool left = shown.glued(start, false), right = shown.glued(end, true);
                alone = left || right ? !(left && right) && rules.flags[literal] & LONG_PHRASE : 1;
            }
            if (alone) hits.push_back({start, end, number});
        });
    };
    for (int at = 0; at < shown.size(); at++) {
        if (shown.is_ascii()) rules.every.walk(rules.automaton, shown.narrow(), shown.size(), at, each);
        else rules.every.walk(rules.automaton, shown.wide(), shown.size(), at, each);
    }
    each_pattern_match(shown, needed, nullptr, [&](int rule, int start, int end) {
        met.push_back({start, end, rule});
        bool tells = end - start > 1 && shown.alnum(start, end, 2) > 1;
        if (rules.rules[rule].role != PART || tells) hits.push_back({start, end, rule});
    });
    std::sort(met.begin(), met.end());
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
