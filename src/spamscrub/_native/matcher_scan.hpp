// The one pass over a text that finds what `Matcher::read` looks for.
#pragma once
#include "matcher_rules.hpp"
#include "matcher_templates.hpp"

namespace scrub {
inline namespace matching {

// Where the literals stand that patterns need, as `Found` with the number of the pattern in place of the rule.
using Needed = std::vector<Found>;

inline bool may_end_there(const Rules& rules, const Shown& shown, int end) {
    if (end < 8 || end > shown.size()) return false;
    return shown.is_ascii() ? rules.may_end(shown, shown.narrow(), end) : rules.may_end(shown, shown.wide(), end);
}

// Whether a literal that begins where a word may begin is a hit.
inline bool is_free(const Rules& rules, const Shown& shown, int literal, int end) {
    uint8_t flags = rules.flags[literal];
    return flags & READ && (flags & LONG_PHRASE || !shown.glued(end, true));
}

inline void add_needs(const Rules& rules, Needed& needed, int literal, int start, int end) {
    rules.each_use(literal, [&](int rule) {
        if (rules.rules[rule].pattern >= 0 && rules.rules[rule].told) needed.push_back({start, end, rules.rules[rule].pattern});
    });
}

// Calls each(literal, start, end) for the literals of `read` that stand alone, and finds the needs.
template <class C, class Each> void scan_text(const Rules& rules, const Shown& shown, const C* text, Needed& needed, Each each) {
    shown.join();
    int size = shown.size();
    const Automaton& automaton = rules.automaton;
    auto free = [&](int literal, int start, int end) {
        if (is_free(rules, shown, literal, end)) each(literal, start, end);
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
    rules.each_need(shown, text, [&](int literal, int start, int end) { add_needs(rules, needed, literal, start, end); });
}

template <class Each> void scan(const Rules& rules, const Shown& shown, Needed& needed, Each each) {
    if (shown.is_ascii()) scan_text(rules, shown, shown.narrow(), needed, each);
    else scan_text(rules, shown, shown.wide(), needed, each);
}

} // namespace matching
} // namespace scrub
