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

void keep_telling(std::vector<Hit>& hits) {
    enum : char { MORE = 1, GOODS = 2, AN_OFFER = 4 };
    static thread_local std::vector<char> telling; // for each pack, nothing between calls
    bool mixed = false;
    for (const Hit& hit : hits) {
        if (hit.pack >= telling.size()) telling.resize(hit.pack + 1u);
        mixed = mixed || hit.role == PART || hit.everyday;
        if (hit.role != PART) telling[hit.pack] |= !hit.everyday ? MORE : hit.role == TRADE ? GOODS : AN_OFFER;
    }
    auto has_a_say = [](char kinds) { return kinds & MORE || kinds == (GOODS | AN_OFFER); };
    if (!mixed) {
        for (const Hit& hit : hits) telling[hit.pack] = 0;
        return;
    }
    size_t kept = 0, size = hits.size();
    for (size_t n = 0; n < size; n++)
        if (has_a_say(telling[hits[n].pack])) std::swap(hits[kept++], hits[n]);
    for (const Hit& hit : hits) telling[hit.pack] = 0;
    hits.resize(kept);
}

struct Matcher::State {
    template <class... From> explicit State(From... from) : rules(from...) {}

    Rules rules;
    TokenFinds finds{rules};
    PieceSigns signs;
    Regex address_behind = load_regex("packs.matcher", "ADDRESS_BEHIND");
    int address_read = load_int("packs.matcher", "ADDRESS_READ");
    int context = load_int("packs.matcher", "CONTEXT"), near = load_int("packs.matcher", "REACH");
    std::vector<uint32_t> first_of_pattern; // room for `sort_by_rule`,
    Needed sorted;                          // and for what it sorts

    void scan_all(Met& met) const;
    class Redo;
    Reading reading(const Document& document, Met& met);
    void sort_by_rule(Needed& needed);
    template <class Each> void each_pattern_match(const Shown& shown, Needed& needed, const Marked* marked, Each each);
    std::vector<Span> stretches(const Needed& needed, size_t first, size_t last, int length) const;
    class Finding;
    std::vector<Found> widest(std::vector<Found> found) const;
};

// -- whole documents --------------------------------------------------------------------------------------------------

// A document with tokens that are folded in another way where they stand: what lies apart from them is kept, what is near them
// is found anew.
class Matcher::State::Redo {
  public:
    Redo(const State& state, const Document& document, Met& met) : state(state), rules(state.rules), document(document), met(met), now(document.text) {}

    // The text as it is folded, and what was met in it.
    void run() {
        find_changes();
        size_t looked_at = changes.size() * 2 * static_cast<size_t>(rules.reach());
        for (const Span& change : changes) looked_at += static_cast<size_t>(change.end - change.start);
        if (looked_at > document.text.size()) run_all();
        else run_apart();
    }

  private:
    static constexpr int NEAR = 8; // more than the characters beside a phrase that tell whether it stands alone

    const State& state;
    const Rules& rules;
    const Document& document;
    Met& met;
    Shown now;                 // folded as a whole,
    std::vector<Span> changes; // and where that is other than character by character, with the odd tokens: of the text itself

    void run_all() {
        met = Met();
        met.shown.emplace(std::move(now));
        state.scan_all(met);
    }

    void run_apart() {
        Needed needed;
        std::vector<Span> words, places;
        for (const Found& one : met.needed)
            if (Span span = kept({one.start, one.end}); span.end) needed.push_back({span.start, span.end, one.rule});
        for (const Span& one : met.words)
            if (Span span = kept(one); span.end) words.push_back(span);
        for (const Span& one : met.places)
            if (Span span = kept(one); span.end) places.push_back(span);
        met.needed.swap(needed);
        met.words.swap(words);
        met.places.swap(places);
        if (!document.ascii) find_rare();
        for (const Span& change : changes) scan_near({now.index(change.start), now.index(change.end)});
        met.shown.emplace(std::move(now));
        if (!document.ascii) met.shown->set_rare(met.rare);
    }

    void find_changes() {
        const Text each = fold_each(document.text);
        const Text& all = now.text();
        int before = 0, shift = 0; // the end of the piece before in the text itself, and how much farther it ends in `all`
        auto compare = [&](int end) {
            for (int at = before; at < end; at++)
                if (each[at] != all[at + shift]) met.odd.push_back({at, at + 1});
        };
        for (const Piece& piece : now.pieces()) {
            compare(piece.source);
            met.odd.push_back({piece.source, piece.source_end});
            before = piece.source_end;
            shift = piece.end - piece.source_end;
        }
        compare(static_cast<int>(each.size()));
        std::sort(met.odd.begin(), met.odd.end());
        for (const Span& one : met.odd) {
            if (!changes.empty() && one.start <= changes.back().end + 2 * NEAR) changes.back().end = std::max(changes.back().end, one.end);
            else changes.push_back(one);
        }
    }

    // The first change that ends behind `at`.
    std::vector<Span>::const_iterator change_behind(int at) const {
        return std::upper_bound(changes.begin(), changes.end(), at, [](int at, const Span& change) { return at < change.end; });
    }

    // Where something stands now that is no change and not near one; empty for all others.
    Span kept(Span span) const {
        auto next = change_behind(span.start - NEAR);
        if (next != changes.end() && next->start < span.end + NEAR) return {};
        int start = now.index(span.start);
        return {start, start + span.end - span.start};
    }

    void find_rare() {
        std::vector<Span> rare;
        for (const Span& one : met.rare)
            for (int at = one.start; at < one.end; at++) {
                auto next = change_behind(at);
                if (next != changes.end() && next->start <= at) continue;
                int here = now.index(at);
                if (!rare.empty() && rare.back().end == here) rare.back().end++;
                else rare.push_back({here, here + 1});
            }
        for (const Span& change : changes)
            for (int at = now.index(change.start), end = now.index(change.end); at < end; at++)
                if (now.is_rare_here(at)) rare.push_back({at, at + 1});
        met.rare.swap(rare);
    }

    void scan_near(Span change) {
        const Text& all = now.text();
        int base = std::max(0, change.start - rules.reach()), end = std::min(now.size(), change.end + rules.reach());
        Shown part = Shown::part_of(View(all).substr(static_cast<size_t>(base), static_cast<size_t>(end - base)));
        auto near = [&](int start, int end) { return start + base < change.end + NEAR && end + base > change.start - NEAR; };
        Needed needed;
        scan(rules, part, needed, [&](int literal, int start, int end) {
            if (!near(start, end)) return;
            if (rules.flags[literal] & VOCABULARY) met.words.push_back({start + base, end + base});
            if (rules.flags[literal] & TELLING_PHRASE) met.places.push_back({start + base, end + base});
        });
        for (const Found& one : needed)
            if (near(one.start, one.end)) met.needed.push_back({one.start + base, one.end + base, one.rule});
    }
};

Reading Matcher::read(const Document& document, const TokenPlaces& tokens) const {
    Met met;
    if (read_tokens(state->rules, state->finds, document, tokens, met)) {
        if (!met.odd.empty() || met.wechat) {
            State::Redo(*state, document, met).run();
        } else {
            if (!met.shown && !met.needed.empty()) met.shown.emplace(Shown::folded_each(document.text, document.ascii, document.bytes));
            if (met.shown && !document.ascii) met.shown->set_rare(met.rare);
        }
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
        if (flags[literal] & TELLING_PHRASE) met.places.push_back({start, end});
    });
}

// Tries the patterns, and has all places in the text as it was; what is not `shown` is folded place by place.
Reading Matcher::State::reading(const Document& document, Met& met) {
    Reading reading;
    Marked marked(document, reading.places);
    auto placed = [&](int start, int end) { return met.shown ? met.shown->placed(start, end) : Span{start, end}; };
    for (const Span& place : met.places) marked.add(placed(place.start, place.start).start);
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
            if (pattern.least_rare() > shown.rare(stretch.start, stretch.end)) continue;
            if (marked && marked->all(shown.placed(stretch.start, stretch.start).start, shown.placed(stretch.end, stretch.end).start)) continue;
            if (!pattern.may_match(shown, stretch)) continue;
            // At the end of the stretch a pattern takes the cut for the end of the text.
            pattern.matches(shown, stretch, [&](int start, int end) {
                if (end > start && (end < stretch.end || stretch.end == shown.size())) each(pattern.rule, start, end);
            });
        }
    }
}

// -- stretches --------------------------------------------------------------------------------------------------------

// Finds what stands in a folded text. What tells something is looked for first, and after that only what belongs to the packs that
// it is of: most literals are everyday words to many packs. A brief phrase inside a word is only looked for where a piece of a template
// ends: a template begins where a word may begin, and each of its pieces where the last one ends or behind a sign.
class Matcher::State::Finding {
  public:
    Finding(State& state, const Shown& shown) : state(state), rules(state.rules), shown(shown), speaking(state.rules.always_speaking), ends(shown.size()) { shown.join(); }

    // Phrase hits, pattern hits and template hits of the packs that may have a hit of another role than part.
    std::vector<Found> all() {
        std::vector<Found> hits, pieces;
        find_telling();
        if (!speaking) return hits;
        places.reserve(USUAL);
        find_places();
        find_patterns([&](const MatchRule& rule) { return !rule.told && speaks(rule); });
        look_behind();
        for (const Place& place : places) add_uses(place, hits, pieces);
        for (const Found& match : matches)
            if (speaks(rules.rules[match.rule])) add_match(match, hits, pieces);
        Templates(rules, state.signs, shown, pieces).find(hits);
        return hits;
    }

  private:
    static constexpr size_t USUAL = 256; // literals of a line

    struct Place {
        int start, end, literal;
    };

    State& state;
    const Rules& rules;
    const Shown& shown;
    PackSet speaking; // the packs that may have something telling
    Bits ends;        // of pieces of templates
    bool all_read = false; // brief phrases are looked for behind the pieces so far,
    std::vector<int> late; // and not yet behind those that end here
    std::vector<Place> places;
    std::vector<Found> matches; // of patterns

    bool tells(int start, int end) const { return end - start > 1 && shown.alnum(start, end, 2) > 1; }
    bool speaks(const MatchRule& rule) const { return pack_set(rule.pack) & speaking; }
    bool is_spoken(Automaton::Target target) const { return rules.packs_from(target) & speaking; }

    // Calls each(literal, start, end) for the literals of these that are `worth` a look, inside words where they count there.
    template <class Inside, class Each, class Worth> void find_literals(const Beginnings& beginnings, Inside inside, Each each, Worth worth) const {
        auto one = [&](int at) { walk_one(beginnings, at, each); };
        auto more = [&](int at) { walk_on(beginnings, at, each, worth); };
        if (shown.is_ascii()) beginnings.find(shown.narrow(), shown.size(), inside, one, more);
        else beginnings.find(shown.wide(), shown.size(), inside, one, more);
    }

    template <class Each> void walk_one(const Beginnings& beginnings, int at, Each each) const {
        if (shown.is_ascii()) beginnings.walk_one(shown.narrow(), at, each);
        else beginnings.walk_one(shown.wide(), at, each);
    }

    template <class Each, class Worth> void walk_on(const Beginnings& beginnings, int at, Each each, Worth worth) const {
        if (shown.is_ascii()) beginnings.walk_on(rules.automaton, shown.narrow(), shown.size(), at, each, worth);
        else beginnings.walk_on(rules.automaton, shown.wide(), shown.size(), at, each, worth);
    }

    // Which packs may have something telling: of phrases those whose literals stand there, wherever that is, of patterns those that match.
    void find_telling() {
        Needed needed;
        auto inside = [&](int at) { return shown.glued(at, false); };
        auto worth = [&](Automaton::Target target) { return rules.flags_from(target) & TELLING; };
        auto each = [&](int literal, int start, int end) {
            if (!(rules.flags[literal] & TELLING)) return;
            rules.each_use(literal, [&](int number) {
                const MatchRule& rule = rules.rules[number];
                if (!rule.told) return;
                if (!rule.phrases) needed.push_back({start, end, rule.pattern});
                else if (rules.is_told(literal, number)) speaking |= pack_set(rule.pack);
            });
        };
        find_literals(rules.telling, inside, each, worth);
        match(needed);
        for (const Found& match : matches) speaking |= pack_set(rules.rules[match.rule].pack);
    }

    // The literals of packs that speak.
    void find_places() {
        auto inside = [&](int at) { return shown.glued(at, false) && !ends[at]; };
        auto each = [&](int literal, int start, int end) { note(literal, start, end); };
        find_literals(rules.every, inside, each, [&](Automaton::Target target) { return is_spoken(target); });
        all_read = true;
    }

    // The same where pieces end that were found late.
    void look_behind() {
        auto each = [&](int literal, int start, int end) { note(literal, start, end); };
        while (!late.empty()) {
            int at = late.back();
            late.pop_back();
            if (at >= shown.size() || !shown.glued(at, false)) continue;
            walk_one(rules.every, at, each);
            walk_on(rules.every, at, each, [&](Automaton::Target target) { return is_spoken(target); });
        }
    }

    void note(int literal, int start, int end) {
        if (!(rules.packs_of(literal) & speaking)) return;
        places.push_back({start, end, literal});
        if (rules.flags[literal] & PIECE) end_piece(end);
    }

    void end_piece(int end) {
        if (all_read && !ends[end]) late.push_back(end);
        ends.set(end, true);
    }

    // The matches of some patterns.
    template <class Wanted> void find_patterns(Wanted wanted) {
        Needed needed;
        for (const Place& place : places)
            if (rules.flags[place.literal] & NEED)
                rules.each_use(place.literal, [&](int number) {
                    const MatchRule& rule = rules.rules[number];
                    if (!rule.phrases && wanted(rule)) needed.push_back({place.start, place.end, rule.pattern});
                });
        match(needed);
    }

    void match(Needed& needed) {
        state.each_pattern_match(shown, needed, nullptr, [&](int rule, int start, int end) {
            matches.push_back({start, end, rule});
            if (rules.rules[rule].in_template) end_piece(end);
        });
    }

    void add_uses(const Place& place, std::vector<Found>& hits, std::vector<Found>& pieces) {
        auto [start, end, literal] = place;
        int alone = -1, telling = -1, where = -1; // asked when first needed; `alone`: 2 where no word goes on beside it, 1 where it counts all the same
        rules.each_use(literal, [&, start = start, end = end, literal = literal](int number) {
            const MatchRule& rule = rules.rules[number];
            if (!rule.phrases || !speaks(rule)) return;
            if (where < 0) where = address_of(literal, start, end);
            if (where == PATH || (where == SITE && rule.role != AD && rule.role != TRADE) || (where == BARE && rule.role == CONTACT)) return;
            if (rule.in_template) pieces.push_back({start, end, number});
            if (rule.role == PART && telling < 0) telling = tells(start, end);
            if (rule.role == PART && !telling) return;
            if (alone < 0) {
                bool left = shown.glued(start, false), right = shown.glued(end, true);
                alone = !left && !right ? 2 : !(left && right) && rules.flags[literal] & LONG_PHRASE;
            }
            if (alone > (rule.role == PART)) hits.push_back({start, end, number, rules.is_everyday(literal, rule)});
        });
    }

    // Whether a word stands in the name of a site in an address, behind that, or in an address without a scheme; an address is of ASCII.
    enum Where { NOWHERE, SITE, PATH, BARE };
    Where address_of(int literal, int start, int end) const {
        bool ascii = rules.automaton.is_ascii(literal);
        if (!ascii && (!start || shown[start - 1] != '/')) return NOWHERE;
        int at = start;
        while (at > 0 && at > start - state.address_read && shown[at - 1] < 128 && !is_space(shown[at - 1])) at--;
        std::string before;
        if (start - at >= 3)
            for (; at < start; at++) before.push_back(static_cast<char>(shown[at]));
        size_t scheme = before.rfind("://");
        if (scheme != std::string::npos || before.compare(0, 4, "www.") == 0) {
            bool path = before.find('/', scheme == std::string::npos ? 0 : scheme + 3) != std::string::npos;
            return path ? PATH : ascii ? SITE : NOWHERE;
        }
        if (!ascii) return NOWHERE;
        bool dot = start > 1 && shown[start - 1] == '.' && shown[start - 2] < 128 && is_alnum(shown[start - 2]);
        return dot || is_behind(end) ? BARE : NOWHERE;
    }
    bool is_behind(int end) const { return end < shown.size() && shown[end] == '.' && state.address_behind.match(shown.text().data(), end, shown.size()); }

    void add_match(const Found& match, std::vector<Found>& hits, std::vector<Found>& pieces) const {
        if (rules.rules[match.rule].in_template) pieces.push_back(match);
        if (rules.rules[match.rule].role != PART || tells(match.start, match.end)) hits.push_back(match);
    }
};

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
    for (const Found& one : state->widest(State::Finding(*state, shown).all())) {
        Span span = shown.placed(one.start, one.end);
        const MatchRule& rule = state->rules.rules[one.rule];
        Hit hit{span.start + base, span.end + base, rule.role, rule.pack_name, rule.name, one.everyday || rule.everyday};
        if (start <= hit.start && hit.end <= end) inside.push_back(hit);
    }
    keep_telling(inside);
    std::sort(inside.begin(), inside.end(), comes_first);
    inside.erase(std::unique(inside.begin(), inside.end(), same), inside.end());
    return inside;
}

// -- the matcher ------------------------------------------------------------------------------------------------------

Matcher::Matcher(PyObject* packs, bool folded) : state(std::make_unique<State>(packs, folded)) {}
Matcher::Matcher(const char* image, size_t size) : state(std::make_unique<State>(image, size)) {}
Matcher::~Matcher() = default;

std::string Matcher::image() const { return state->rules.image(); }

const std::string& Matcher::pack_name(int pack) const { return state->rules.pack_names.at(pack); }
const std::string& Matcher::rule_name(int rule) const { return state->rules.rule_names.at(rule); }

const char* Matcher::role_name(Role role) {
    static const char* names[] = {"ad", "contact", "offer", "part", "trade"};
    return names[role];
}

} // namespace scrub
