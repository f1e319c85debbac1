// classifiers/flow.py: lines that go on in each other, terminal sessions, numbered captions, and paragraphs in another language.
#include <algorithm>
#include <cmath>

#include "code.hpp"
#include "evidence.hpp"

namespace scrub {

namespace {

struct Flow {
#define FROM_FLOW(name) Regex name = load_regex("classifiers.flow", #name)
    FROM_FLOW(ENDS);
    FROM_FLOW(NUMBER_BEHIND);
    FROM_FLOW(NUMBER_INSIDE);
    FROM_FLOW(NUMBER_BEFORE);
    FROM_FLOW(DOTTED);
    FROM_FLOW(SMALL_ITEM);
    FROM_FLOW(PARTICLE);
    FROM_FLOW(TIME_CODE);
#undef FROM_FLOW
    size_t UNFINISHED = static_cast<size_t>(load_int("classifiers.flow", "UNFINISHED"));
    size_t READ = static_cast<size_t>(load_int("classifiers.flow", "READ"));
    int SUBTITLE = load_int("classifiers.flow", "SUBTITLE");
    size_t INDENT = static_cast<size_t>(load_int("classifiers.flow", "INDENT"));
    double CLEARLY = load_double("classifiers.scene", "CLEARLY");
    static const Flow& get() {
        static const auto* flow = new Flow();
        return *flow;
    }
};

bool comes_to_an_end(View text) { return Flow::get().ENDS.search(last(text, Flow::get().UNFINISHED)); }

// Whether a line is long enough to be full, and does not end as a sentence or heading does.
bool is_unfinished(const Page& page, int number) {
    View text = page.line_text(number);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text.size() >= Flow::get().UNFINISHED && !comes_to_an_end(text);
}

bool is_indented_as_beside(Seen& seen) {
    View margin = seen.before;
    if (margin.size() < Flow::get().INDENT) return false;
    for (int other : {seen.line() - 1, seen.line() + 1}) {
        if (other < 0 || other >= seen.page.line_count()) continue;
        View line = seen.page.line_text(other);
        if (line.size() > margin.size() && line.substr(0, margin.size()) == margin && !is_space(line[margin.size()])) return true;
    }
    return false;
}

void see_above(Seen& seen) {
    if (seen.line() && is_unfinished(seen.page, seen.line() - 1)) seen.add(saw::GOES_ON_FROM_ABOVE, 1.0, "the line above has not come to an end");
    if (is_indented_as_beside(seen)) seen.add(saw::INDENTED, 1.0, "as far from the margin as a line beside it");
    if (!opens_small(seen.text)) return;
    if (double carried = seen.page.carried(seen.line()))
        seen.add(saw::LOWER_AS_OTHERS, carried, [&] { return percent(carried) + " of the other lines begin in lower case"; });
}

bool goes_on_below(Seen& seen) {
    int below = seen.line() + 1;
    return below < seen.page.line_count() && opens_small(seen.page.line_text(below)) && !comes_to_an_end(seen.text);
}

bool cuts_quote(Seen& seen) {
    bool beside = (!seen.before.empty() && seen.before.back() == '"') || is_at(seen.after, 0, '"');
    return beside && seen.text.find('"') != View::npos;
}

bool is_subtitle(Seen& seen) {
    const Flow& flow = Flow::get();
    for (int number = seen.line() - 1; number >= 0 && number >= seen.line() - flow.SUBTITLE; number--) {
        if (seen.page.blank(number)) return false;
        if (flow.TIME_CODE.search(seen.page.line_text(number).substr(0, flow.READ))) return true;
    }
    return false;
}

void see_terminal(Seen& seen) {
    int number = seen.line(), beside = 0;
    if (seen.page.is_terminal(number)) seen.add(saw::TERMINAL_LINE, 1.0, "the line looks like a command or its output");
    for (int other : {number - 1, number + 1}) beside += other >= 0 && other < seen.page.line_count() && seen.page.is_terminal(other);
    if (beside) seen.add(saw::TERMINAL_BESIDE, beside, [&] { return shown(beside) + " lines beside it look like commands or their output"; });
}

void see_code(Seen& seen) {
    int number = seen.line(), column = seen.page.comment(number);
    if (column >= 0 && seen.scene.candidate.start >= seen.page.document.lines[number].start + column) {
        seen.add(saw::COMMENT, 1.0, "in a comment of code");
        if (int others = seen.page.comments_of(seen.scene.script(), number))
            seen.add(saw::COMMENTS_ALIKE, std::min(4.0, std::log2(1.0 + others)), [&] { return shown(others) + " other comments hold this script"; });
    } else if (seen.where.position == Position::OWN_LINE && is_statement(seen.page.line_text(number)) && seen.page.is_code()) {
        seen.add(saw::STATEMENT, 1.0, "a statement of code");
    }
}

// A word before a number, as before other numbers here; or a heading behind its number.
void see_numbered(Seen& seen) {
    const Flow& flow = Flow::get();
    if (!seen.before.empty() && flow.NUMBER_BEFORE.fullmatch(seen.before)) seen.add(saw::BEHIND_NUMBER, 1.0, "behind the number of a section");
    Match found;
    View tail = last(seen.text, flow.READ);
    bool inside = flow.NUMBER_INSIDE.search(tail, &found);
    if (!inside && !flow.NUMBER_BEHIND.match(seen.after, &found)) return;
    size_t start = static_cast<size_t>(found.start);
    View number = (inside ? tail : seen.after).substr(start, static_cast<size_t>(found.end) - start);
    if (flow.DOTTED.search(number)) seen.add(saw::DOTTED_NUMBER, 1.0, [&] { return "with the number " + shown(strip(number)) + ", as of a section or example"; });
    View word = strip(inside ? seen.text.substr(0, seen.text.size() - tail.size() + start) : seen.text);
    int others = strip(seen.before).empty() ? seen.page.numbered(word) - 1 : 0;
    if (others > 0) seen.add(saw::NUMBERED, std::min(3.0, std::log2(1.0 + others)), [&] { return shown(others) + " other lines begin with it and a number"; });
}

// Other lines of prose in a language, or in letters, that are not the host's.
void see_other_prose(Seen& seen) {
    if (seen.same() && !seen.page.model.reaches(seen.text, Flow::get().CLEARLY)) return;
    const std::set<int>& foreign = seen.same() ? seen.page.foreign_prose() : seen.page.latin_prose();
    int number = seen.line(), others = static_cast<int>(foreign.size() - foreign.count(number));
    if (others)
        seen.add(saw::FOREIGN_PROSE, std::min(4.0, std::log2(1.0 + others)), [&] { return shown(others) + " other lines of prose are not in the host's language"; });
    if (foreign.count(number - 1) || foreign.count(number + 1))
        seen.add(saw::FOREIGN_PROSE_BESIDE, 1.0, "a line of prose beside it is not in the host's language either");
}

} // namespace

void see_flow(Seen& seen) {
    if (strip(seen.before).empty()) see_above(seen);
    if (strip(seen.after).empty() && goes_on_below(seen)) seen.add(saw::GOES_ON_BELOW, 1.0, "the line below goes on in lower case");
    if (seen.where.follows == Follows::MARKER && Flow::get().SMALL_ITEM.match(seen.after))
        seen.add(saw::SMALL_BEHIND_MARKER, 1.0, "what follows goes on in lower case, as behind a dash");
    if (cuts_quote(seen)) seen.add(saw::CUTS_QUOTE, 1.0, "holds a quotation mark, and another one stands beside it");
    if (!seen.same() && seen.page.document.japanese && Flow::get().PARTICLE.match(seen.after)) seen.add(saw::BEFORE_PARTICLE, 1.0, "a particle ties it to what follows");
    if (is_subtitle(seen)) seen.add(saw::SUBTITLE, 1.0, "a time code stands above");
    see_terminal(seen);
    see_code(seen);
    if (seen.foreign()) see_numbered(seen);
    if (seen.same() || seen.latin()) see_other_prose(seen);
}

} // namespace scrub
