// classifiers/position.py: where it stands, and whether the rest reads well without.
#include "evidence.hpp"

namespace scrub {

namespace {

const char* words_of(Position position) {
    static const char* const words[] = {"alone on its line", "at the head of a line", "at the end of a line", "between two sentences",
                                        "a field between separators", "a list item", "behind a list marker", "inside a sentence"};
    return words[static_cast<int>(position)];
}

bool is_japanese_number_sign(Char c) { return c == U'年' || c == U'月' || c == U'日' || c == U'号'; }

// NUMBER_GOES_ON.match
bool number_goes_on(View after) {
    if (after.empty()) return false;
    if (has(after[0], trait::DIGIT) || one_of(after[0], U"年月日号點点:：.,/")) return true;
    return has(after[0], trait::WHITE) && after.size() > 1 && is_japanese_number_sign(after[1]);
}

// NUMBER_LAST.search
bool has_number_last(View text) {
    size_t at = text.size();
    while (at && has(text[at - 1], trait::DIGIT)) at--;
    return at < text.size() && at && has(text[at - 1], trait::WHITE);
}

// NUMBER_FIRST.match
bool has_number_first(View text) {
    if (!has_at(text, 0, trait::DIGIT)) return false;
    size_t at = 1;
    while (at < text.size() && (has(text[at], trait::DIGIT) || one_of(text[at], U":./-"))) at++;
    return has_at(text, at, trait::WHITE);
}

// TOKEN_GOES_ON.match
bool token_goes_on(View after) {
    if (after.empty() || !has(after[0], trait::TOKEN_SIGN)) return false;
    return after[0] != '.' || has_at(after, 1, trait::WORD);
}

// Whether an address, path or name with signs in it stands directly before.
bool in_token(View before) {
    if (before.empty() || is_space(before.back())) return false;
    for (size_t at = before.size(); at-- > 0;) {
        uint64_t own = traits(before[at]);
        if (own & trait::TOKEN_SIGN) return true;
        if (own & (trait::WHITE | trait::HAN)) return false;
    }
    return false;
}

// LATIN_BEFORE.search: a Latin word at the end, perhaps with a comma or space and one more white space behind it.
bool latin_before(View before) {
    auto word_at_end = [](View text) {
        for (size_t at = text.size(); at-- > 0;) {
            if (has(text[at], trait::LATIN)) return true;
            if (!has(text[at], trait::DIGIT) && text[at] != '\'' && text[at] != U'’') return false;
        }
        return false;
    };
    auto with_comma = [&](View text) {
        bool comma = !text.empty() && (text.back() == ' ' || text.back() == ',');
        return word_at_end(text) || (comma && word_at_end(text.substr(0, text.size() - 1)));
    };
    bool white = !before.empty() && has(before.back(), trait::WHITE);
    return with_comma(before) || (white && with_comma(before.substr(0, before.size() - 1)));
}

// LATIN_AFTER.match: the Latin letter that it ends with, or 0.
Char latin_after(View after) {
    size_t at = 0;
    if (is_at(after, at, ' ') || is_at(after, at, ',')) at++;
    if (has_at(after, at, trait::WHITE)) at++;
    return has_at(after, at, trait::LATIN) ? after[at] : 0;
}

// Latin words go on beside it in a host of another script: the stretch is cut too short, or in two.
void see_latin_going_on(Seen& seen) {
    if (!seen.where.after_stop && latin_before(seen.before))
        seen.add(saw::LATIN_BEFORE, 1.0, [&] { return "Latin letters stand before it: " + shown(last(seen.before, 8)); });
    if (Char letter = latin_after(seen.after))
        seen.add(is_upper(letter) ? saw::LATIN_NAME_BEHIND : saw::LATIN_BEHIND, 1.0, [&] { return "Latin letters go on: " + shown(seen.after.substr(0, 8)); });
}

// NAME_GOES_ON.match
bool name_goes_on(View after) {
    if (after.size() < 2) return false;
    return (has(after[0], trait::WHITE) && has(after[1], trait::CAPITAL)) || (after[0] == '-' && has(after[1], trait::LETTER));
}

// HOST_WORD.fullmatch
bool is_host_word(View word) {
    auto all = [](View rest, uint64_t of) { return skip(rest, 0, of) == rest.size(); };
    if (word.empty()) return false;
    uint64_t first = traits(word[0]);
    if (first & trait::CAPITAL) {
        if (all(word, trait::LETTER)) return true;
        for (Char c : word.substr(1))
            if (!has(c, trait::LATIN) && c != U'’' && c != '\'') return false;
        return true;
    }
    if (first & (trait::PUNCTUATION | trait::SYMBOL)) return all(word, trait::PUNCTUATION | trait::SYMBOL);
    if (first & trait::SMALL) return word.size() <= 3 && all(word, trait::SMALL);
    return word.size() <= 2 && all(word, trait::DIGIT);
}

// Whether a word at the edge of a foreign stretch looks like the first or last of the host's own.
bool may_be_the_hosts(Seen& seen, View word) {
    if (seen.latin() && is_alpha(word[0])) return is_upper(word[0]) && seen.is_known(word);
    if (!is_host_word(word)) return false;
    return !(seen.kind == Kind::SCRIPT && main_script(word) == seen.scene.script());
}

View last_word(View text) {
    size_t at = text.size();
    while (at && !is_space(text[at - 1])) at--;
    return text.substr(at);
}

// What stands before the first and behind the last white space of `\s+`.
bool has_host_word_at_edge(Seen& seen) {
    if (!(seen.look.any & trait::WHITE)) return false;
    View text = seen.text;
    size_t first = 0, after = text.size();
    while (!has(text[first], trait::WHITE)) first++;
    while (!has(text[after - 1], trait::WHITE)) after--;
    if (first && may_be_the_hosts(seen, text.substr(0, first)) && !seen.scene.begins_with_contact()) return true;
    return after < text.size() && may_be_the_hosts(seen, text.substr(after)) && !seen.scene.ends_with_contact();
}

// Signs that the candidate begins or ends in the wrong place.
void see_cuts(Seen& seen) {
    View text = seen.text, after = seen.after;
    bool ends_in_digit = is_digit(text.back());
    if (ends_in_digit && number_goes_on(after)) seen.add(saw::CUTS_NUMBER, 1.0, [&] { return "the number goes on: " + shown(after.substr(0, 4)); });
    if ((!seen.where.after_stop && in_token(seen.before)) || token_goes_on(after)) seen.add(saw::CUTS_TOKEN, 1.0, "inside an address, path or name");
    if (ends_in_digit && seen.where.follows != Follows::END && has_number_last(text) && !seen.scene.ends_with_contact())
        seen.add(saw::NUMBER_AT_END, 1.0, "ends with a number that may be the host's");
    if (seen.where.position != Position::OWN_LINE && has_number_first(text) && !seen.scene.begins_with_contact())
        seen.add(saw::NUMBER_AT_START, 1.0, "begins with a number or date that may be the host's");
    if (seen.latin()) see_latin_going_on(seen);
    if (is_lower(text[0]) && name_goes_on(after)) {
        View word = last_word(text);
        if (!word.empty() && is_upper(word[0]))
            seen.add(saw::CUTS_NAME, 1.0, [&] { return "words with capitals go on: " + shown(word.substr(0, 12)) + ", " + shown(strip(after).substr(0, 12)); });
    }
    if (!seen.same() && has_host_word_at_edge(seen)) seen.add(saw::HOST_WORD_AT_EDGE, 1.0, "begins or ends with what may be the host's word");
}

// A space where the host writes without: Han, space, Han.
void see_odd_space(Seen& seen) {
    View before = seen.before, after = seen.after;
    size_t size = before.size();
    bool left = size >= 2 && has(before[size - 1], trait::WHITE) && (has(before[size - 2], trait::DENSE) || one_of(before[size - 2], U"。！？”」》"));
    bool right = after.size() >= 2 && has(after[0], trait::WHITE) && (has(after[1], trait::DENSE | trait::DIGIT) || one_of(after[1], U"“「《"));
    if ((left || right) && seen.look.dense && seen.page.odd_spaces() <= 0.1 * seen.page.filled())
        seen.add(saw::ODD_SPACE, left + right, "set off by a space in a text written without");
}

// Whether a line begins with more of a sign, as its list marker, than what is behind a candidate.
bool repeats_more(View line, View rest) {
    size_t run = std::min(line.find_first_not_of(rest[0]), line.size());
    return run > 1 && (run == line.size() || is_space(line[run])) && std::min(rest.find_first_not_of(rest[0]), rest.size()) < run;
}

bool marker_fits(Seen& seen) {
    View rest = strip(seen.after);
    if (rest.empty()) return false;
    for (int other : {seen.line() - 1, seen.line() + 1}) {
        if (other < 0 || other >= seen.page.line_count()) continue;
        Char sign = seen.notes.marker(seen.page, other);
        if (sign == rest[0] && repeats_more(strip(seen.page.line_text(other)), rest)) continue;
        if (sign && (sign == rest[0] || (is_digit(rest[0]) && is_digit(sign)))) return true;
    }
    return false;
}

void see_alone(Seen& seen) {
    const Page& page = seen.page;
    int number = seen.line();
    bool above = number == 0 || page.blank(number - 1);
    bool below = number + 1 >= page.line_count() || page.blank(number + 1);
    if (number == 0) seen.add(saw::FIRST_LINE, 1.0, "the first line");
    else if (number == page.last_filled()) seen.add(saw::LAST_LINE, 1.0, "the last line");
    if (!above && !below && page.has_blanks()) {
        seen.add(saw::IN_PLACE_OF_BLANK, 1.0, "no blank line above or below, though the page has some");
    } else if (above && below) {
        if (page.spaced()) seen.add(saw::OWN_PARAGRAPH, 1.0, "blank lines round it, as round all paragraphs here");
        else seen.add(saw::OWN_BLOCK, 1.0, "a block of its own, where blocks have several lines");
    } else if (above != below) {
        seen.add(saw::BLOCK_EDGE, 1.0, "at the edge of a block");
    }
}

} // namespace

void see_position(Seen& seen) {
    const Placement& where = seen.where;
    Position position = where.position;
    seen.add(saw::OWN_LINE + static_cast<int>(position), 1.0, words_of(position));
    if (position == Position::HEAD || position == Position::BOUNDARY || position == Position::ITEM_HEAD || position == Position::MIDDLE)
        seen.add(saw::BEFORE_END + static_cast<int>(where.follows), 1.0, [&] {
            return std::string("followed by ") + name_of(where.follows) + ": " + shown(strip(seen.after).substr(0, 12));
        });
    if (position == Position::TAIL)
        seen.add(where.after_stop ? saw::AFTER_STOP : saw::AFTER_WORD, 1.0, where.after_stop ? "after a full stop" : "after a word");
    see_odd_space(seen);
    see_cuts(seen);
    if (where.glued_left) seen.add(saw::GLUED_LEFT, 1.0, [&] { return "touches " + shown(last(seen.before, 6)); });
    if (where.glued_right) seen.add(saw::GLUED_RIGHT, 1.0, [&] { return "touches " + shown(seen.after.substr(0, 6)); });
    if (where.follows == Follows::MARKER && marker_fits(seen)) seen.add(saw::MARKER_FITS, 1.0, "the list marker behind it is that of the lines around");
    if (position == Position::OWN_LINE) see_alone(seen);
}

} // namespace scrub
