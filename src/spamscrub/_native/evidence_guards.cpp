// classifiers/guards.py: glosses, quotations, titles, lessons, tables and code, where foreign words are the author's.
#include <algorithm>

#include "evidence.hpp"

namespace scrub {

namespace {

struct Guards {
#define FROM_GUARDS(name) Regex name = load_regex("classifiers.guards", #name)
    FROM_GUARDS(DATE);
    FROM_GUARDS(BRACKET_INSIDE);
    FROM_GUARDS(HASH);
    FROM_GUARDS(READING);
    FROM_GUARDS(RECORD);
    FROM_GUARDS(CODE_WORD);
    FROM_GUARDS(GLOSS_INSIDE);
#undef FROM_GUARDS
    size_t READ = static_cast<size_t>(load_int("classifiers.guards", "READ"));
    static const Guards& get() {
        static const auto* guards = new Guards();
        return *guards;
    }
};

// classifiers/endonyms.py
struct Endonyms {
    std::set<Text> names = load_texts("classifiers.endonyms", "names");
    Text around = load_text("classifiers.endonyms", "AROUND");
    size_t longest = static_cast<size_t>(load_int("classifiers.endonyms", "LONGEST"));
    static const Endonyms& get() {
        static const auto* endonyms = new Endonyms();
        return *endonyms;
    }
};

bool is_language_name(View text) {
    const Endonyms& known = Endonyms::get();
    if (text.size() >= known.longest) return false;
    size_t start = text.find_first_not_of(known.around), end = text.find_last_not_of(known.around);
    return start != View::npos && known.names.count(lower(text.substr(start, end - start + 1)));
}

bool begins_with(View text, View with) { return text.substr(0, with.size()) == with; }

// A character that ends a text, one white space behind it allowed.
Char before_space(View text) {
    if (text.empty()) return 0;
    if (!has(text.back(), trait::WHITE)) return text.back();
    return text.size() > 1 ? text[text.size() - 2] : 0;
}

// A character that begins a text, one white space before it allowed.
Char behind_space(View text) {
    size_t at = has_at(text, 0, trait::WHITE);
    return at < text.size() ? text[at] : 0;
}

View trimmed_right(View text) {
    while (!text.empty() && has(text.back(), trait::WHITE)) text.remove_suffix(1);
    return text;
}

bool is_dash(Char c) { return one_of(c, U"-–—=~"); }
bool is_firm_dash(Char c) { return one_of(c, U":：=→|｜—"); }

// DASH_BEFORE.search
bool dash_before(View before) {
    before = trimmed_right(before);
    if (before.empty()) return false;
    if (is_firm_dash(before.back())) return true;
    size_t at = before.size();
    while (at && is_dash(before[at - 1])) at--;
    return at < before.size() && at && has(before[at - 1], trait::WHITE);
}

// DASH_AFTER.match
bool dash_after(View after) {
    size_t at = skip(after, 0, trait::WHITE), start = at;
    if (at < after.size() && is_firm_dash(after[at])) return true;
    while (at < after.size() && is_dash(after[at])) at++;
    return at > start && has_at(after, at, trait::WHITE);
}

// -- the text itself --------------------------------------------------------------------------------------------------

// QUOTED.fullmatch
bool is_quoted(View text) {
    auto closes = [](Char c) { return one_of(c, U"\"“”»」』"); };
    size_t size = text.size();
    if (size < 2 || !one_of(text[0], U"\"“„«「『")) return false;
    return closes(text[size - 1]) || (size > 2 && one_of(text[size - 1], U".,!?。，") && closes(text[size - 2]));
}

bool opens_remark(Char c) { return one_of(c, U"(（[〔{"); }
bool closes_remark(Char c) { return one_of(c, U")）]〕}"); }

// BRACKETED.fullmatch
bool is_bracketed(View text) {
    size_t size = text.size();
    if (size < 2 || !opens_remark(text[0])) return false;
    return closes_remark(text[size - 1]) || (size > 2 && has(text[size - 1], trait::PUNCTUATION) && closes_remark(text[size - 2]));
}

// Without a digit and one of some signs behind it there is no date.
bool may_hold_date(View text, const Look& look) {
    if (!(look.any & trait::DIGIT) || !(look.any & trait::DATE_SIGN)) return false;
    for (size_t at = 0; at < text.size(); at++) {
        if (!has(text[at], trait::DATE_SIGN)) continue;
        if (text[at] == U'公' || (at && has(text[at - 1], trait::DIGIT | trait::WHITE))) return true;
    }
    return false;
}

bool holds_any(View text, View of) {
    return std::any_of(text.begin(), text.end(), [&](Char c) { return one_of(c, of); });
}

// Without twelve hexadecimal digits side by side there is no checksum.
bool may_hold_hash(View text, const Look& look) {
    if (text.size() < 12 || !(look.any & trait::DIGIT)) return false;
    int run = 0;
    for (Char c : text) {
        run = (c >= 'a' && c <= 'f') || has(c, trait::DIGIT) ? run + 1 : 0;
        if (run == 12) return true;
    }
    return false;
}

// How often a sign or word that is not Latin stands before white space and Latin letters, as before a reading.
int possible_readings(View text, const Look& look) {
    if (!(look.any & trait::UNREAD) || !(look.any & trait::LATIN) || !(look.any & trait::WHITE)) return 0;
    int found = 0;
    for (size_t at = 1; at + 1 < text.size(); at++) {
        if (!has(text[at], trait::WHITE) || !has(text[at - 1], trait::UNREAD)) continue;
        bool bracket = text[at + 1] == '(' || text[at + 1] == '[';
        found += has_at(text, at + 1 + bracket, trait::LATIN);
    }
    return found;
}

// Whether it is a sign or word with its reading in Latin letters, or a row of them.
bool is_reading(View text, const Look& look) {
    const Guards& guards = Guards::get();
    int possible = possible_readings(text, look);
    if (text.size() <= guards.READ) return possible && guards.READING.match(text);
    if (possible <= 2) return false;
    int found = 0;
    guards.READING.finditer(text, [&](const Match&) { found++; });
    return found > 2;
}

// REMARK_INSIDE.search
bool has_remark_inside(View text) {
    size_t opened = View::npos;
    for (size_t at = 0; at < text.size(); at++) {
        if (one_of(text[at], U")）]〕】")) {
            if (opened != View::npos && at - opened > 30) return true;
            opened = View::npos;
        } else if (opened == View::npos && one_of(text[at], U"(（[〔【")) {
            opened = at;
        }
    }
    return false;
}

bool cuts_bracket(View text) {
    for (View pair : {View(U"()"), View(U"[]"), View(U"{}"), View(U"（）"), View(U"【】"), View(U"「」"), View(U"《》")})
        if (std::count(text.begin(), text.end(), pair[0]) != std::count(text.begin(), text.end(), pair[1])) return true;
    return false;
}

// MARKER_FIRST.match
bool has_marker_first(View text) {
    size_t at = skip(text.substr(0, 3), 0, trait::DIGIT);
    return at && at < text.size() && one_of(text[at], U".)、．") && has_at(text, at + 1, trait::WHITE);
}

// `\d+\.\d+\.\d+`, from its first dot
bool is_version(View text, size_t dot) {
    size_t behind = skip(text, dot + 1, trait::DIGIT);
    return dot && has(text[dot - 1], trait::DIGIT) && behind > dot + 1 && is_at(text, behind, '.') && has_at(text, behind + 1, trait::DIGIT);
}

// CODE_INSIDE.search
bool has_code_inside(View text) {
    for (size_t at = 0; at < text.size(); at++) {
        if (!has(text[at], trait::CODE_SIGN)) continue;
        bool word_before = at && has(text[at - 1], trait::WORD);
        switch (text[at]) {
        case ';': case '{': case '}': case '\\': case '`': return true;
        case '_': case '=': case '<': case '>':
            if (word_before && has_at(text, at + 1, trait::WORD)) return true;
            break;
        case '(': case '[':
            if (word_before && text.find_first_of(U")]}", at + 1) != View::npos) return true;
            break;
        case '/': {
            size_t behind = skip(text, at + 1, trait::WORD);
            if (word_before && behind > at + 1 && behind < text.size() && (text[behind] == '-' || text[behind] == '.' || has(text[behind], trait::WHITE))) return true;
            break;
        }
        case '.':
            if (is_version(text, at)) return true;
        }
    }
    return false;
}

bool has_code_without_contacts(Seen& seen) {
    const std::vector<Span>& contacts = seen.scene.contacts();
    return contacts.empty() ? has_code_inside(seen.text) : has_code_inside(without(seen.text, contacts));
}

// GAP.search
bool has_gap(View text, const Look& look) {
    if (!(look.twice & trait::WHITE) && text.find('\t') == View::npos) return false;
    for (size_t at = 1; at < text.size(); at++) {
        if (!has(text[at], trait::WHITE)) continue;
        size_t behind = skip(text, at, trait::WHITE);
        if (behind < text.size() && !has(text[at - 1], trait::WHITE) && (behind - at > 1 || text[at] == '\t')) return true;
        at = behind;
    }
    return false;
}

void see_brackets_inside(Seen& seen, bool bracketed) {
    View text = seen.text;
    if (text.size() >= 32 && !bracketed && has_remark_inside(text)) seen.add(saw::REMARK_INSIDE, 1.0, "holds a sentence in brackets");
    if (cuts_bracket(text)) seen.add(saw::CUTS_BRACKET, 1.0, "holds one of a pair of brackets without the other");
}

bool has_bracket_inside(View text) { return holds_any(text, U"(（〔") && holds_any(text, U")）〕") && Guards::get().BRACKET_INSIDE.search(text); }

// Signs inside the candidate that it is a remark, a record, a row of a table or code.
void see_inside(Seen& seen) {
    const Guards& guards = Guards::get();
    View text = seen.text;
    const Look& look = seen.look;
    bool brackets = look.any & trait::BRACKET, bracketed = brackets && is_bracketed(text);
    if (bracketed) seen.add(saw::BRACKETED, 1.0, "in brackets of its own");
    if (may_hold_date(text, look) && guards.DATE.search(text)) seen.add(saw::DATE_INSIDE, 1.0, "holds a date or time");
    if (brackets && has_bracket_inside(text)) seen.add(saw::BRACKET_INSIDE, 1.0, "holds a remark in brackets");
    if (may_hold_hash(text, look) && guards.HASH.search(text)) seen.add(saw::HASH_INSIDE, 1.0, "holds a checksum or part of one");
    if ((look.any & trait::HAN) && guards.RECORD.search(text)) seen.add(saw::RECORD_NUMBER, 1.0, "the number under which an authority knows the site");
    if (is_reading(text, look) && !guards.CODE_WORD.search(text)) seen.add(saw::READING_INSIDE, 1.0, "a sign or word and its reading");
    if (brackets) see_brackets_inside(seen, bracketed);
    if (has_marker_first(text)) seen.add(saw::MARKER_INSIDE, 1.0, "begins with the number of a list item");
    if ((look.any & trait::CODE_SIGN) && has_code_without_contacts(seen)) seen.add(saw::CODE_INSIDE, 1.0, "holds what looks like code or a name of a program");
    if ((look.any & trait::WHITE) && has_gap(text, look)) seen.add(saw::GAP_INSIDE, 1.0, "holds a gap as between cells");
}

// -- the line ---------------------------------------------------------------------------------------------------------

// The parts of CODE_LINE that only stand at the ends of a line.
bool is_code_at_ends(View line) {
    size_t at = skip(line, 0, trait::WHITE);
    if (at == line.size()) return false;
    if ((at == 1 && line[0] == '\t') || at >= 4) return true;
    View rest = line.substr(at);
    for (View sign : {View(U"#"), View(U"//"), View(U"--"), View(U"/*"), View(U"*")})
        if (begins_with(rest, sign) && has_at(rest, sign.size(), trait::WHITE)) return true;
    for (View word : {View(U"import"), View(U"from"), View(U"def"), View(U"class"), View(U"return"), View(U"const"), View(U"let"), View(U"var")})
        if (rest[0] == word[0] && begins_with(rest, word) && !has_at(rest, word.size(), trait::WORD)) return true;
    return one_of(trimmed_right(line).back(), U"{};");
}

// Signs in a line that it is code, holds a link or is part of a table.
void see_line(Seen& seen) {
    LineFacts& facts = seen.notes.facts;
    if (facts.line != seen.line()) facts.read(seen.page.document, seen.line());
    int start = seen.scene.candidate.start - static_cast<int>(seen.before.size()), end = seen.scene.candidate.end + static_cast<int>(seen.after.size());
    if (facts.code.inside(start, end) || facts.calls.inside(start, end, 2) || is_code_at_ends(seen.window()))
        seen.add(saw::CODE_LINE, 1.0, "the line looks like code");
    if (facts.links.inside(start, end) || facts.squares.inside(start, end, 1)) seen.add(saw::LINK_LINE, 1.0, "the line holds a link or bracket");
    if (facts.cells.inside(start, end) || facts.bars.inside(start, end, 1)) seen.add(saw::CELLS, 1.0, "the line is part of a table");
}

// What kind of list a marker belongs to: `1` for all numbers, the sign itself for bullets.
Char kind_of_marker(Char sign) { return is_digit(sign) ? '1' : sign; }

// Whether it is all that its list marker introduces, and a line beside it has such a marker too.
bool is_among_items(Seen& seen) {
    int number = seen.line();
    Char own = seen.notes.marker(seen.page, number);
    if (!own) return false;
    for (int other : {number - 1, number + 1}) {
        if (other < 0 || other >= seen.page.line_count()) continue;
        Char sign = seen.notes.marker(seen.page, other);
        if (sign && kind_of_marker(sign) == kind_of_marker(own)) return true;
    }
    return false;
}

// COLON.search
bool ends_with_colon(View line) {
    line = trimmed_right(line);
    return !line.empty() && (line.back() == ':' || line.back() == U'：');
}

// Whether a line ending with a colon stands above the block that the line belongs to.
bool is_introduced(const Page& page, int number) {
    int above = number - 1;
    while (above >= 0 && !page.blank(above) && number - above <= 6) {
        if (ends_with_colon(page.line_text(above))) return true;
        above--;
    }
    while (above >= 0 && page.blank(above)) above--;
    return above >= 0 && ends_with_colon(page.line_text(above));
}

// KEY_VALUE.match of a stripped line
bool is_key_value(View line) {
    bool sign = is_at(line, 0, '+') || is_at(line, 0, '-');
    size_t at = sign;
    while (at < line.size() && (has(line[at], trait::WORD) || line[at] == '.' || line[at] == '-')) at++;
    size_t key = at - sign;
    bool fits = (key >= 1 && key <= 20) || (is_at(line, 0, '-') && at <= 20);
    if (!fits) return false;
    if (has_at(line, at, trait::WHITE)) at++;
    if (!is_at(line, at, ':') && !is_at(line, at, '=')) return false;
    size_t value = skip(line, at + 1, trait::WHITE);
    return value > at + 1 && value < line.size();
}

// REFERENCE.match of a stripped line
bool is_reference(View line) {
    if (!is_at(line, 0, '[')) return false;
    size_t at = skip(line, 1, trait::DIGIT);
    return at > 1 && at <= 4 && is_at(line, at, ']') && has_at(line, at + 1, trait::WHITE);
}

bool has_gloss_inside(View line) { return holds_any(line, U"(=–—") && Guards::get().GLOSS_INSIDE.search(line); }

// In how many directions the line but one is in its script, and the line between is not.
int alternating_steps(Seen& seen) {
    int script = seen.scene.script(), number = seen.line(), steps = 0;
    for (int step : {-1, 1}) steps += seen.notes.owner(seen.page, number + 2 * step) == script && seen.notes.owner(seen.page, number + step) != script;
    return steps;
}

// A line that the host introduces, a link in brackets, or one of two languages line by line.
void see_among_lines(Seen& seen) {
    View line = strip(seen.window());
    if (is_introduced(seen.page, seen.line())) seen.add(saw::INTRODUCED, 1.0, "a line that ends with a colon stands above");
    if (is_key_value(line)) seen.add(saw::KEY_VALUE, 1.0, "a key with its value");
    if (is_reference(line)) seen.add(saw::REFERENCE, 1.0, "an entry of a list of sources");
    if (has_gloss_inside(line)) seen.add(saw::GLOSS_INSIDE, 1.0, "a word and its explanation");
    if (one_of(line.front(), U"[({（【") && one_of(line.back(), U"])}）】")) seen.add(saw::BRACKETED_LINE, 1.0, "the whole line stands in brackets");
    if ((seen.kind == Kind::SCRIPT || seen.latin()) && !seen.page.document.at_home(seen.scene.script()))
        if (int steps = alternating_steps(seen)) seen.add(saw::ALTERNATING, steps, "every second line is in this script");
}

// The host's words for it stand below: a caption, a sign and its reading, a line of verse; or an address does.
void see_facing(Seen& seen) {
    const Page& page = seen.page;
    int number = seen.line();
    if (number + 1 >= page.line_count() || page.blank(number + 1)) return;
    View below = strip(page.line_text(number + 1));
    if (begins_with(below, U"http://") || begins_with(below, U"https://") || begins_with(below, U"www."))
        seen.add(saw::ADDRESS_BELOW, 1.0, "a link stands below, whose title it may be");
    if (one_of(below.front(), U"\"“„«「『‘")) seen.add(saw::QUOTE_BELOW, 1.0, "quoted words stand below");
    const std::set<int>* faced = page.faced(seen.scene.script());
    if (!faced || !faced->count(number)) return;
    int lines = static_cast<int>(faced->size());
    seen.add(saw::FACED, std::min(4, lines), [&] { return "a short line of the host's stands below, here and " + shown(lines - 1) + " times elsewhere"; });
}

// -- round it ---------------------------------------------------------------------------------------------------------

bool is_titled(Seen& seen) {
    Char before = before_space(seen.before), after = behind_space(seen.after);
    return (before == U'《' || before == U'〈') && (after == U'》' || after == U'〉');
}

bool is_quoted_in_reverse(Seen& seen) {
    Char before = seen.before.empty() ? 0 : seen.before.back(), after = seen.after.empty() ? 0 : seen.after.front();
    return (before == U'»' && after == U'«') || (before == U'›' && after == U'‹') || (before == U'”' && after == U'”');
}

void see_enclosing(Seen& seen) {
    Char before = before_space(seen.before), after = behind_space(seen.after);
    bool opened = before && has(before, trait::OPENING), closed = after && has(after, trait::CLOSING);
    if (is_titled(seen)) seen.add(saw::TITLED, 1.0, "between title marks");
    else if ((opened && closed) || is_quoted_in_reverse(seen)) seen.add(saw::ENCLOSED, 1.0, "inside brackets or quotation marks");
    else if (opened || (closed && seen.where.follows == Follows::CLOSE)) seen.add(saw::HALF_ENCLOSED, 1.0, "beside a bracket or quotation mark");
}

void see_beside(Seen& seen) {
    if (dash_before(seen.before)) seen.add(saw::AFTER_DASH, 1.0, "behind a dash or colon");
    if (seen.where.follows != Follows::MARKER && dash_after(seen.after)) seen.add(saw::BEFORE_DASH, 1.0, "before a dash or colon");
    if (!seen.before.empty() && seen.before.back() == '#') seen.add(saw::HASHTAG, 1.0, "a hashtag");
    Char behind = behind_space(seen.after), before = before_space(seen.before);
    if (behind && one_of(behind, U",，、;；.。!?！？؟…")) seen.add(saw::BEFORE_COMMA, 1.0, "a comma or stop follows");
    if (before && one_of(before, U",，、")) seen.add(saw::AFTER_COMMA, 1.0, "a comma stands before it");
}

// Other lines that hold foreign letters at the same place: a lesson, a list of names, a bilingual text.
void see_shape(Seen& seen) {
    const Page& page = seen.page;
    int script = seen.scene.script(), number = seen.line();
    if (seen.kind != Kind::SCRIPT || page.document.at_home(script)) return;
    int near = 0;
    for (int other = std::max(0, number - 3); other <= std::min(number + 3, page.line_count() - 1); other++) {
        const auto& runs = page.runs(other);
        near += other != number && std::any_of(runs.begin(), runs.end(), [&](const ForeignRun& run) { return run.script == script; });
    }
    if (near) seen.add(saw::SCRIPT_ON_NEAR_LINES, std::min(4, near), [&] { return shown(near) + " of the lines around hold this script"; });
    long own = 0, all = 0;
    for (auto [name, count] : page.document.letters) {
        all += count;
        if (name == script) own = count;
    }
    double share = static_cast<double>(own) / static_cast<double>(std::max(1L, all));
    if (share > 0.05) seen.add(saw::SCRIPT_SHARE, std::min(0.5, share) * 10, [&] { return percent(share) + " of the document's letters are of this script"; });
}

} // namespace

void see_guards(Seen& seen) {
    Position position = seen.where.position;
    if (is_quoted(seen.text)) seen.add(saw::QUOTES_ITSELF, 1.0, "in quotation marks of its own");
    see_enclosing(seen);
    see_beside(seen);
    see_line(seen);
    if (seen.page.fenced(seen.line())) seen.add(saw::CODE_BLOCK, 1.0, "inside a fenced code block");
    see_inside(seen);
    if ((position == Position::ITEM || position == Position::OWN_LINE) && is_among_items(seen))
        seen.add(saw::AMONG_ITEMS, 1.0, "an item of a list, its marker left without it");
    if (position == Position::OWN_LINE) {
        see_among_lines(seen);
        see_facing(seen);
    }
    see_shape(seen);
    if (is_language_name(seen.text)) seen.add(saw::LANGUAGE_NAME, 1.0, "the name of a language, for readers to choose");
}

} // namespace scrub
