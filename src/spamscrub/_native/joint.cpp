// classifiers/joint.py: whether words of ads inside a sentence were put there.
#include <algorithm>

#include "evidence.hpp"
#include "load.hpp"

namespace scrub {

namespace {

struct Joints {
    Regex IDEOGRAMS = load_regex("classifiers.joint", "IDEOGRAMS"), UNSPACED = load_regex("classifiers.joint", "UNSPACED");
    Regex WORD_BEFORE = load_regex("classifiers.joint", "WORD_BEFORE"), WORD_AFTER = load_regex("classifiers.joint", "WORD_AFTER");
    size_t LONGEST = static_cast<size_t>(load_int("classifiers.joint", "LONGEST"));
    double CLEARLY = load_double("classifiers.scene", "CLEARLY");
    int FAR = load_int("classifiers.joint", "FAR"), SEVERAL = load_int("classifiers.joint", "SEVERAL");
    static const Joints& get() {
        static const auto* joints = new Joints();
        return *joints;
    }
};

View without_last_spaces(View text) {
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

View without_first_spaces(View text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    return text;
}

struct Step { // the steps are those of joint.py, which the tests of both roads compare
    size_t one, other;
};
constexpr Step STEPS[] = {{1, 1}, {1, 2}, {2, 2}}, STEPS_OF_LETTERS[] = {{2, 2}, {3, 3}, {4, 4}};

// Whether a string stands in a stretch of the text, no letter beside it if `whole`.
bool is_in(View text, View join, size_t start, size_t end, bool whole) {
    constexpr uint64_t IN_WORD = trait::LETTER | trait::MARK | trait::NUMBER;
    View part = text.substr(0, end);
    size_t at = part.find(join, start);
    while (at != View::npos && whole && ((at && has(text[at - 1], IN_WORD)) || has_at(text, at + join.size(), IN_WORD))) at = part.find(join, at + 1);
    return at != View::npos;
}

bool stands(const Seen& seen, View join, bool whole = false) {
    View text = seen.page.document.text;
    int start = seen.scene.candidate.start, end = seen.scene.candidate.end, far = Joints::get().FAR, size = static_cast<int>(text.size());
    return is_in(text, join, static_cast<size_t>(std::max(0, start - far)), static_cast<size_t>(start), whole) ||
           is_in(text, join, static_cast<size_t>(end), static_cast<size_t>(std::min(size, end + far)), whole);
}

// What stands beside it, so many characters of either side; nothing where there are not so many.
Text join_of(View before, View after, size_t left, size_t right) {
    if (before.size() < left || after.size() < right) return {};
    return Text(last(before, left)).append(after.substr(0, right));
}

bool is_taken(const Seen& seen, View before, View after, const Regex& script, Step step) {
    for (auto [left, right] : {step, Step{step.other, step.one}}) {
        Text join = join_of(before, after, left, right);
        if (!join.empty() && script.fullmatch(join) && stands(seen, join)) return true;
    }
    return false;
}

void see_unspaced(Seen& seen, View before, View after, const Regex& script, const Step (&steps)[3]) {
    int taken = 0;
    while (taken < 3 && is_taken(seen, before, after, script, steps[taken])) taken++;
    if (taken) seen.add(saw::READS_ON, taken / 2.0, [&] { return shown(join_of(before, after, steps[0].one, steps[0].other)) + " stands elsewhere without it"; });
}

void see_words(Seen& seen, View before, View after) {
    const Joints& joints = Joints::get();
    Match left, right;
    before = last(before, joints.LONGEST), after = after.substr(0, joints.LONGEST);
    if (!joints.WORD_BEFORE.search(before, &left) || !joints.WORD_AFTER.match(after, &right)) return;
    Text join(before.substr(static_cast<size_t>(left.start)));
    if (!seen.where.glued_left || !seen.where.glued_right) join.push_back(' ');
    join.append(after.substr(0, static_cast<size_t>(right.end)));
    if (stands(seen, join, true)) seen.add(saw::READS_ON, 1.0, [&] { return shown(join) + " stands elsewhere without it"; });
}

void see_reading_on(Seen& seen, View before, View after) {
    Text joint = join_of(before, after, 1, 1);
    if (joint.empty()) return;
    const Joints& joints = Joints::get();
    if (joints.IDEOGRAMS.fullmatch(joint)) return see_unspaced(seen, before, after, joints.IDEOGRAMS, STEPS);
    if (joints.UNSPACED.fullmatch(joint)) return see_unspaced(seen, before, after, joints.UNSPACED, STEPS_OF_LETTERS);
    see_words(seen, before, after);
}

// Whether words in lower case stand on either side.
bool is_between_small(View before, View after) {
    const Joints& joints = Joints::get();
    Match left;
    before = last(before, joints.LONGEST), after = after.substr(0, joints.LONGEST);
    return !after.empty() && is_lower(after[0]) && joints.WORD_AFTER.match(after) && joints.WORD_BEFORE.search(before, &left) && is_lower(before[static_cast<size_t>(left.start)]);
}

// Whether several words begin with a capital, and none of more than one letter with a small one.
bool is_capitalised(View text) {
    int capitals = 0, small = 0;
    each_run_of_letters(text, [&](View word) {
        if (word.size() < 2) return;
        capitals += is_upper(word[0]);
        small += is_lower(word[0]);
    });
    return capitals >= Joints::get().SEVERAL && !small;
}

} // namespace

void see_joint(Seen& seen) {
    View before = without_last_spaces(seen.before), after = without_first_spaces(seen.after);
    see_reading_on(seen, before, after);
    if (is_between_small(before, after) && is_capitalised(seen.text)) seen.add(saw::CAPITALS_INSIDE, 1.0, "every word capitalised, between two in lower case");
}

// Whether its words of ads, from the first to the last, may be a part of the sentence: in its language, a letter on either side.
void see_woven_in(Seen& seen) {
    constexpr uint64_t LETTER = trait::LETTER | trait::MARK;
    if (!seen.same() || seen.where.position == Position::OWN_LINE) return;
    int first = seen.scene.candidate.end, last = 0;
    for (const Hit& hit : seen.scene.hits()) first = std::min(first, hit.start), last = std::max(last, hit.end);
    View window = seen.window();
    size_t from = seen.before.size() + static_cast<size_t>(first - seen.scene.candidate.start), to = seen.before.size() + static_cast<size_t>(last - seen.scene.candidate.start);
    View before = without_last_spaces(window.substr(0, from)), after = without_first_spaces(window.substr(to));
    if (before.empty() || !has(before.back(), LETTER) || !has_at(after, 0, LETTER) || seen.page.model.reaches(seen.text, Joints::get().CLEARLY)) return;
    seen.add(saw::WOVEN_IN, 1.0, "words of ads between two others, in the language of the sentence");
}

} // namespace scrub
