#include "separators.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "judge.hpp"

namespace scrub {

namespace {

struct Rules {
    Regex DENSE = load_regex("separators", "DENSE"), FIELD = load_regex("separators", "FIELD"), STOP = load_regex("separators", "STOP");
    Regex MARKER = load_regex("tokenizer", "MARKER");
    size_t LONG = static_cast<size_t>(load_int("separators", "LONG"));

    static const Rules& get() {
        static const auto* rules = new Rules();
        return *rules;
    }
};

// What a line looks like: the sign of its list marker, a number, or one of these; NO_LOOK stands for any.
constexpr int NO_LOOK = 0, PARAGRAPH = -1, HEADING = -2;
using Gap = std::pair<int, int>;        // two neighbouring filled lines
using Tally = std::map<int, int>;       // how often so many blank lines
const Gap ANY{NO_LOOK, NO_LOOK};

std::array<Gap, 4> ever_less_alike(Gap gap) { return {gap, Gap{NO_LOOK, gap.second}, Gap{gap.first, NO_LOOK}, ANY}; }

bool is_blank(View text) { return strip(text).empty(); }

// separators.Spacing: how a document separates its lines, asked where an own line is cut.
class Spacing {
  public:
    Spacing(const Document& document, const std::vector<Span>& contents) : document(document), contents(contents), rules(Rules::get()) {
        for (size_t n = 0; n < contents.size(); n++) {
            heads[contents[n].start] = contents[n].end;
            find_own(n);
        }
        for (auto [n, line] : own) cut.insert(line);
        for (int n = 0; n < static_cast<int>(document.lines.size()); n++)
            if (!cut.count(n) && !is_blank(document.line_text(n))) kept.push_back(n);
    }

    // The lines of the own-line ads that follow each other directly from content `n` on.
    std::vector<int> block_at(size_t n) const {
        std::vector<int> block;
        for (auto found = own.find(n); found != own.end() && (block.empty() || found->second == block.back() + 1); found = own.find(++n)) block.push_back(found->second);
        return block;
    }

    // The spans for ads that fill the consecutive lines `block`.
    std::vector<Span> cut_block(const std::vector<int>& block) {
        const auto& lines = document.lines;
        auto at = std::lower_bound(kept.begin(), kept.end(), block.front());
        int above = at == kept.begin() ? -1 : *(at - 1), below = at == kept.end() ? -1 : *at;
        if (below < 0) return at_the_end(block, above);
        std::vector<Span> whole;
        for (int n : block) whole.push_back({lines[n].start, lines[n].stop});
        int last = block.back();
        if (above < 0) {
            whole.back().end = lines[below].start;
            if (document.text.front() == 0xfeff) whole.front().start = std::max(1, whole.front().start);
            return whole;
        }
        int blanks = below - above - 1 - static_cast<int>(block.size());
        if (left_blank({look(above), look(below)}, blanks)) whole.back() = {lines[last].start, lines[last].end};
        else if (blanks >= 2 && block.front() - 1 > above && below > last + 1 && !times(ANY, blanks)) whole.back().end = lines[last + 1].stop;
        return whole;
    }

  private:
    const Document& document;
    const std::vector<Span>& contents;
    const Rules& rules;
    std::map<int, int> heads;
    std::map<size_t, int> own;
    std::set<int> cut;
    std::vector<int> kept;
    std::map<Gap, Tally> tallies;
    bool tallied = false;

    void find_own(size_t n) {
        Span span = contents[n];
        int at = document.line_at(span.start);
        const Line& line = document.lines[at];
        View before = document.piece(line.start, span.start), after = document.piece(span.end, std::max(span.end, line.end));
        View rest = !before.empty() && before.front() == 0xfeff ? before.substr(1) : before;
        if ((is_blank(rest) && is_blank(after)) || (!before.empty() && rules.MARKER.fullmatch(before) && is_blank(after))) own[n] = at;
    }

    int look(int number) const {
        const Line& line = document.lines[number];
        auto head = heads.find(line.start);
        View piece = document.piece(head == heads.end() ? line.start : head->second, line.end);
        piece.remove_prefix(std::min(piece.find_first_not_of(U' '), piece.size()));
        Match marker;
        if (rules.MARKER.match(piece, &marker)) {
            View sign = strip(piece.substr(0, marker.end));
            return sign.empty() ? HEADING - 1 : is_alnum(sign[0]) ? '1' : static_cast<int>(sign[0]);
        }
        return piece.size() > rules.LONG || rules.STOP.search(piece) ? PARAGRAPH : HEADING;
    }

    // How many blank lines stand between two filled lines of each look.
    void tally() {
        tallied = true;
        std::vector<int> looks;
        for (int number : kept) looks.push_back(look(number));
        for (size_t n = 0; n + 1 < kept.size(); n++) {
            auto next = cut.lower_bound(kept[n]);
            if (next != cut.end() && *next < kept[n + 1]) continue;
            for (Gap gap : ever_less_alike({looks[n], looks[n + 1]})) tallies[gap][kept[n + 1] - kept[n] - 1]++;
        }
    }

    const Tally* tally_of(Gap gap) {
        if (!tallied) tally();
        auto found = tallies.find(gap);
        return found == tallies.end() ? nullptr : &found->second;
    }

    int times(Gap gap, int blanks) {
        const Tally* tally = tally_of(gap);
        if (!tally) return 0;
        auto found = tally->find(blanks);
        return found == tally->end() ? 0 : found->second;
    }

    // Ads below the last line take the line ends before them; the text keeps its own last line end.
    std::vector<Span> at_the_end(const std::vector<int>& block, int above) const {
        const auto& lines = document.lines;
        std::vector<Span> found;
        int start = above < 0 ? -1 : lines[above].end;
        for (int n : block) {
            found.push_back({above < 0 ? lines[n].start : start, lines[n].end});
            start = lines[n].end;
        }
        return found;
    }

    // Whether the ad replaced a blank line: then the rest of the document has one more blank line at such places.
    bool left_blank(Gap gap, int blanks) {
        const Tally* everywhere = tally_of(ANY);
        if (!everywhere) return false;
        bool has_blanks = std::any_of(everywhere->begin(), everywhere->end(), [](auto pair) { return pair.first && pair.second; });
        double inserted = frequency(gap, blanks) + 0.02 * (blanks > 0);
        double replaced = frequency(gap, blanks + 1) + 0.02 * (blanks == 0 && has_blanks);
        return replaced > inserted;
    }

    // How usual `blanks` blank lines are between such lines, looking at ever less alike places.
    double frequency(Gap gap, int blanks) {
        static const double weights[] = {4.0, 1.0, 1.0, 0.5};
        Sum sum;
        int n = 0;
        for (Gap kind : ever_less_alike(gap)) {
            int total = 0;
            if (const Tally* tally = tally_of(kind))
                for (auto [many, count] : *tally) total += count;
            sum.add(weights[n++] * times(kind, blanks) / (total + 0.5));
        }
        return sum.value();
    }
};

// Whether the same field separator stands before the ad as behind it.
bool ends_with(View before, View separator) {
    auto ends = [](View text, View tail) { return text.size() >= tail.size() && text.substr(text.size() - tail.size()) == tail; };
    if (ends(before, separator)) return true;
    View bare = strip(separator);
    size_t size = before.size();
    while (size && is_space(before[size - 1])) size--;
    return !bare.empty() && ends(before.substr(0, size), bare);
}

// The span for an ad that shares its line with the host.
Span inside_line(const Document& document, Span content) {
    const Rules& rules = Rules::get();
    const Line& line = document.lines[document.line_at(content.start)];
    View before = document.piece(line.start, content.start), after = document.piece(content.end, std::max(content.end, line.end));
    Match field;
    if (rules.FIELD.match(after, &field) && !before.empty() && ends_with(before, after.substr(0, field.end))) return {content.start, content.end + field.end};
    bool spaced_left = !before.empty() && is_space(before.back()), spaced_right = !after.empty() && is_space(after.front());
    if (is_blank(before)) return {content.start, content.end + spaced_right};
    if (is_blank(after)) return {content.start - spaced_left, content.end};
    if (spaced_left && spaced_right) return {content.start, content.end + 1};
    View rest = after;
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (spaced_right && rules.DENSE.match(before.substr(before.size() - 1)) && rules.DENSE.match(rest)) return {content.start, content.end + 1};
    Category sign = category(after.front());
    if (spaced_left && (sign == Po || sign == Pe || sign == Pf) && !rules.MARKER.fullmatch(before)) return {content.start - 1, content.end};
    return content;
}

// The same spans, none reaching into the ad behind it, and a later one giving way where two claim one separator.
std::vector<Span> apart(const std::vector<Span>& spans, const std::vector<Span>& contents) {
    std::vector<Span> out;
    for (size_t n = 0; n < spans.size(); n++) {
        int start = out.empty() ? spans[n].start : std::max(spans[n].start, out.back().end);
        out.push_back({start, n + 1 < contents.size() ? std::min(spans[n].end, contents[n + 1].start) : spans[n].end});
    }
    return out;
}

} // namespace

std::vector<Span> with_separators(const Document& document, const std::vector<Span>& contents) {
    if (contents.empty()) return {};
    Spacing spacing(document, contents);
    std::vector<Span> out;
    for (size_t n = 0; n < contents.size();) {
        std::vector<int> block = spacing.block_at(n);
        if (block.empty()) {
            out.push_back(inside_line(document, contents[n++]));
            continue;
        }
        for (Span span : spacing.cut_block(block)) out.push_back(span);
        n += block.size();
    }
    return apart(out, contents);
}

} // namespace scrub
