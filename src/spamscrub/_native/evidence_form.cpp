// classifiers/form.py: ads are short, have no sentence form, and carry codes, links and lists of keywords.
#include <algorithm>
#include <cmath>

#include "evidence.hpp"
#include "folding.hpp"

namespace scrub {

namespace {

struct Form {
    Regex CODE = load_regex("classifiers.form", "CODE"), LINK = load_regex("classifiers.form", "LINK"), NAME = load_regex("classifiers.form", "NAME");
    int SYLLABLES = load_int("classifiers.form", "SYLLABLES"), MANY = load_int("classifiers.form", "MANY"), KEYWORD = load_int("classifiers.form", "KEYWORD");
    int LONGEST = load_int("classifiers.form", "LONGEST"), LONGEST_DENSE = load_int("classifiers.form", "LONGEST_DENSE");
    double USUAL = load_double("classifiers.form", "USUAL");
    static const Form& get() {
        static const auto* form = new Form();
        return *form;
    }
};

std::string characters(size_t size) { return std::to_string(size) + " characters"; }

// STOP_INSIDE.search
bool has_stop_inside(View text) {
    for (size_t at = 0; at < text.size(); at++) {
        uint64_t own = traits(text[at]);
        if (own & trait::HARD_STOP) return true;
        if ((own & trait::STOP) && has_at(text, at + 1, trait::WHITE | trait::HAN)) return true;
    }
    return false;
}

// YEAR.match
bool is_year(View code) {
    bool century = code.size() == 4 && ((code[0] == '1' && code[1] == '9') || (code[0] == '2' && code[1] == '0'));
    return century && has(code[2], trait::DIGIT) && has(code[3], trait::DIGIT);
}

// Without two digits side by side, and without `v` or `s` behind Han, there is no code.
bool may_hold_code(View text, const Look& look) {
    if (look.twice & trait::DIGIT) return true;
    if (!(look.any & trait::HAN) || !(look.any & trait::LATIN)) return false;
    for (size_t at = 1; at < text.size(); at++)
        if (one_of(text[at], U"vVsS\u017f") && has(text[at - 1], trait::HAN)) return true;
    return false;
}

// The first match of CODE that is no year. Without Han before it, it is a row of digits with up to three letters before it.
View first_code(View text, const Look& look) {
    if (!may_hold_code(text, look)) return View();
    const Regex& pattern = Form::get().CODE;
    View found;
    auto see = [&](const Match& match) {
        View code = text.substr(match.start, match.end - match.start);
        if (found.empty() && !is_year(code)) found = code;
    };
    int size = static_cast<int>(text.size());
    if (look.any & trait::HAN) {
        pattern.finditer(text.data(), 0, size, see);
        return found;
    }
    for (int at = 0, row = 0; at < size && found.empty(); at = row) {
        while (at < size && !has(text[at], trait::DIGIT)) at++;
        for (row = at; row < size && has(text[row], trait::DIGIT);) row++;
        Match match;
        for (int start = std::max(0, at - 3); row - at > 1 && start <= at; start++) {
            if (!pattern.match(text.data(), start, size, &match)) continue;
            see(match);
            break;
        }
    }
    return found;
}

// MEASURE.search
bool has_amount(View text, const Look& look) {
    if (!(look.any & trait::MONEY) || !(look.any & trait::DIGIT)) return false;
    for (size_t at = 0; at < text.size(); at++) {
        Char c = text[at];
        if (!has(c, trait::MONEY)) continue;
        size_t left = at && has(text[at - 1], trait::WHITE) ? at - 1 : at, right = at + 1 + has_at(text, at + 1, trait::WHITE);
        if (c != U'¥' && left && has(text[left - 1], trait::DIGIT)) return true;
        if (c != '%' && c != U'％' && has_at(text, right, trait::DIGIT)) return true;
    }
    return false;
}

// LINK.search: tried where `www`, `://` or a dot between a name and letters stands.
bool has_link(View text) {
    auto in_name = [&](size_t at) { return has(text[at], trait::WORD) || text[at] == '-'; };
    auto begins = [&](size_t at) { return Form::get().LINK.match(text.data(), static_cast<int>(at), static_cast<int>(text.size())); };
    for (size_t at = 1; at < text.size(); at++) {
        if (!has(text[at], trait::ADDRESS)) continue;
        Char before = text[at - 1];
        if ((before | 32) == 'w' && at >= 3 && begins(at - 3)) return true;
        if (before == ':' && ((at >= 5 && begins(at - 5)) || (at >= 6 && begins(at - 6)))) return true;
        if (text[at] != '.' || at < 2 || !has_at(text, at + 1, trait::LETTER) || !in_name(at - 1) || !in_name(at - 2)) continue;
        size_t start = at - 2; // where a word begins or ends, of all places in the name; what follows is the same for each
        auto at_edge = [&](size_t at) { return (at && has(text[at - 1], trait::WORD)) != has(text[at], trait::WORD); };
        while (start && !at_edge(start) && in_name(start - 1)) start--;
        if (at_edge(start) && begins(start)) return true;
    }
    return false;
}

// DISGUISE.search, and that of FULL_WIDTH unless `wide`
bool may_be_disguised(View text, const Look& look, bool wide) {
    if (look.any & (wide ? trait::MASKED : trait::MASKED | trait::FULL_WIDTH)) return true;
    bool mixed = (look.any & trait::CYRILLIC) && (look.any & trait::LATIN), heart = look.any & trait::EYE_CATCHER;
    if (!mixed && !heart) return false;
    for (size_t at = 1; at < text.size(); at++) {
        uint64_t before = traits(text[at - 1]), own = traits(text[at]);
        if (((before & trait::CYRILLIC) && (own & trait::LATIN)) || ((before & trait::LATIN) && (own & trait::CYRILLIC))) return true;
        if (text[at] == U'❤' && (text[at - 1] == 'v' || text[at - 1] == 'V')) return true;
    }
    return false;
}

bool is_disguised(Seen& seen) {
    const auto& home = seen.page.document.home;
    bool wide = home[HAN] || home[BOPOMOFO] || home[HIRAGANA] || home[KATAKANA] || home[HANGUL]; // language.EAST_ASIAN
    return may_be_disguised(seen.text, seen.look, wide) && fold(seen.text).text != seen.lowered();
}

// The pieces of KEYWORDS.split that are not blank: how many, and the longest.
struct Pieces {
    explicit Pieces(View text) {
        size_t start = 0;
        for (size_t at = 0; at < text.size(); at++) {
            if (!has(text[at], trait::KEYWORD)) continue;
            add(text.substr(start, at - start));
            if (has_at(text, at + 1, trait::WHITE)) at++;
            start = at + 1;
        }
        add(text.substr(start));
    }
    int count = 0, longest = 0;

  private:
    void add(View piece) {
        if (std::all_of(piece.begin(), piece.end(), is_space)) return;
        count++;
        longest = std::max(longest, static_cast<int>(piece.size()));
    }
};

// One word of a script that is not the host's and has spaces between words.
bool is_one_foreign_word(Seen& seen) {
    if (seen.kind != Kind::SCRIPT || is_dense(seen.scene.script())) return false;
    int words = 0;
    each_run_of_letters(seen.text, [&](View) { words++; });
    return words == 1;
}

// How it uses capitals; in a script that is not the host's that is no sign of anything.
void see_case(Seen& seen) {
    if (!(seen.look.any & trait::CASED)) return;
    int cased = 0;
    bool first_small = false, all_small = true, all_capital = true;
    each_run_of_letters(seen.text, [&](View word) {
        uint64_t seen_in = Look(word).any;
        if (!(seen_in & trait::CASED)) return;
        bool small = (seen_in & trait::LOWER) && !(seen_in & (trait::UPPER | trait::TITLE));
        if (!cased++) first_small = small;
        all_small = all_small && small;
        all_capital = all_capital && has(word[0], trait::UPPER);
    });
    if (!cased) return;
    if (cased == 1) seen.add(saw::ONE_WORD, 1.0, "one word");
    if (first_small) {
        seen.add(saw::LOWER_START, 1.0, "begins in lower case");
        if (all_small) seen.add(saw::LOWER_CASE, 1.0, "all in lower case");
    } else if (all_capital) {
        seen.add(saw::TITLE_CASE, 1.0, "every word capitalised");
    }
}

void see_sentence_form(Seen& seen) {
    View text = seen.text;
    if (ends_as_sentence(text)) seen.add(saw::ENDS_AS_SENTENCE, 1.0, [&] { return "ends with " + shown(last(text, 1)); });
    if ((seen.look.any & trait::STOP) && has_stop_inside(text.substr(0, text.size() - 1))) seen.add(saw::SENTENCES_INSIDE, 1.0, "holds a sentence end");
    if (seen.look.any & trait::COMMA) seen.add(saw::COMMA_INSIDE, 1.0, "holds a comma");
}

void see_signs(Seen& seen) {
    View text = seen.text, code = first_code(text, seen.look);
    if (!code.empty()) seen.add(saw::CODE, 1.0, [&] { return "carries the code " + shown(code); });
    if (has_amount(text, seen.look)) seen.add(saw::AMOUNT, 1.0, "carries an amount");
    if ((seen.look.any & trait::ADDRESS) && has_link(text)) seen.add(saw::LINK, 1.0, "carries an address");
    if (is_disguised(seen)) seen.add(saw::DISGUISED, 1.0, "letters or digits in disguise");
    if (seen.look.any & trait::EYE_CATCHER) seen.add(saw::SIGNS, 1.0, "carries eye-catching signs");
}

} // namespace

bool ends_as_sentence(View text) {
    size_t at = text.size();
    while (at && has(text[at - 1], trait::END_CLOSE)) at--;
    return at && has(text[at - 1], trait::END_STOP);
}

// Whether all of its letters that have a case are small, and there are some.
static bool is_small(const Look& look) { return (look.any & trait::LOWER) && !(look.any & (trait::UPPER | trait::TITLE)); }

void see_form(Seen& seen) {
    const Form& form = Form::get();
    size_t size = seen.text.size();
    double letters = static_cast<double>(size) + form.SYLLABLES * seen.look.dense + 1;
    seen.add(saw::LENGTH, std::min(form.USUAL, std::log2(letters) - 4.0), [&] { return characters(size); });
    if (size > 60) seen.add(saw::LONG, std::min(3.0, std::log2(static_cast<double>(size) / 60)), [&] { return characters(size); });
    if (size < 3) seen.add(saw::TINY, 1.0, [&] { return characters(size); });
    see_sentence_form(seen);
    see_signs(seen);
    bool cut = seen.look.any & trait::KEYWORD;
    Pieces pieces(cut ? seen.text : View());
    if (pieces.count >= 3 && pieces.longest <= (seen.look.dense ? form.LONGEST_DENSE : form.LONGEST) && !has_stop_inside(seen.text))
        seen.add(saw::KEYWORD_LIST, 1.0, [&] { return "a list of " + shown(pieces.count) + " keywords"; });
    if (seen.same() || seen.latin()) see_case(seen);
    if (is_one_foreign_word(seen)) seen.add(saw::ONE_WORD, 1.0, "one word");
    if (seen.kind == Kind::SCRIPT && (seen.look.any & trait::UPPER) && form.NAME.fullmatch(seen.text)) seen.add(saw::NAME_LIKE, 1.0, "capitalised words, as a name has");
    if ((seen.same() || seen.latin()) && seen.where.follows == Follows::CAPITAL && is_small(seen.look))
        seen.add(saw::SMALL_BEFORE_CAPITAL, 1.0, "all in lower case, and a capital follows");
    if (!seen.same() && (seen.look.any & trait::COMMA) && pieces.count >= form.MANY && pieces.longest <= form.KEYWORD && !has_stop_inside(seen.text))
        seen.add(saw::COMMA_LIST, 1.0, [&] { return shown(pieces.count) + " keywords between commas"; });
}

} // namespace scrub
