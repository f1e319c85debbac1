// classifiers/script.py and guests.py: how this document uses the scripts and phrases of others.
#include <algorithm>
#include <cmath>

#include "evidence.hpp"

namespace scrub {

namespace {

// Short ASCII words of the Python side, each packed into a number, to ask whether a stretch of a text is one of them.
class WordSet {
  public:
    WordSet(const char* module, const char* name) {
        Ref words = attribute(module, name), each = Ref::checked(PyObject_GetIter(words.get()));
        while (Ref word{PyIter_Next(each.get())}) {
            uint64_t number = packed(from_python(word.get()));
            if (!number) throw Unsupported("a word that is long or not of ASCII letters");
            numbers.push_back(number);
        }
        if (PyErr_Occurred()) throw PythonError();
        std::sort(numbers.begin(), numbers.end());
    }
    bool holds(View word) const {
        uint64_t number = packed(word);
        return number && std::binary_search(numbers.begin(), numbers.end(), number);
    }

  private:
    std::vector<uint64_t> numbers;

    static uint64_t packed(View word) {
        if (word.size() > 8) return 0;
        uint64_t out = 0;
        for (Char c : word) {
            if (c >= 128) return 0;
            out = out << 8 | c;
        }
        return out;
    }
};

const WordSet& function_words() {
    static const auto* words = new WordSet("classifiers.guests", "FUNCTION_WORDS");
    return *words;
}

// At most four, and the more others the less each counts.
double growing(int others) { return std::min(4.0, std::log2(static_cast<double>(1 + others))); }

// How often its script stands inside sentences, apart and on other lines, besides the candidate itself.
struct Others {
    int inside, standing, lines;
};

Others others_of(Seen& seen, const Usage& use) {
    auto own = use.lines.find(seen.line());
    int on_line = own == use.lines.end() ? 0 : own->second;
    int lines = static_cast<int>(use.lines.size());
    if (seen.page.document.at_home(seen.scene.script())) { // Chinese in a Japanese text
        bool set_off = is_set_off(seen.before, seen.after);
        return {std::max(0, use.inside - set_off), std::max(0, use.standing - !set_off), lines - (on_line == 1)};
    }
    int count = 0, set_off = 0;
    for (const ForeignRun& run : seen.beside()) {
        if (!seen.overlaps(run)) continue;
        count++;
        set_off += run.set_off;
    }
    return {use.inside - set_off, use.standing - (count - set_off), lines - (on_line == count && count > 0)};
}

// How many letters of the rest of its line, as far as it is looked at, are neither Latin nor the host's.
int foreign_rest(Seen& seen) {
    const Candidate& own = seen.scene.candidate;
    const Document& document = seen.page.document;
    LineFacts& facts = seen.notes.facts;
    int before = facts.foreign_letters(document, own.line, own.start - static_cast<int>(seen.before.size()), own.start);
    return before + facts.foreign_letters(document, own.line, own.end, own.end + static_cast<int>(seen.after.size()));
}

int repeated(Seen& seen, const Usage& use) {
    if (use.texts.empty()) return 0;
    auto found = use.texts.find(seen.text);
    if (found == use.texts.end()) return 0;
    for (const ForeignRun& run : seen.beside())
        if (run.start == seen.scene.candidate.start && run.end == seen.scene.candidate.end) return found->second - 1;
    return found->second;
}

void see_usage(Seen& seen) {
    static const int TELLING = load_int("classifiers.script", "TELLING");
    const Usage* use = seen.page.usage(seen.scene.script());
    if (!use) return;
    Others others = others_of(seen, *use);
    int letters = foreign_rest(seen);
    if (letters >= TELLING) seen.add(saw::REST_IS_FOREIGN_TOO, 1.0, [&] { return shown(letters) + " letters of the rest of its line are not the host's either"; });
    if (others.inside)
        seen.add(saw::SCRIPT_IN_PROSE, growing(others.inside), [&] { return shown(others.inside) + " other stretches of this script inside sentences"; });
    if (others.lines > 3) {
        int filled = seen.page.filled();
        seen.add(saw::SCRIPT_ON_LINES, 6.0 * others.lines / filled, [&] { return "on " + shown(others.lines) + " of " + shown(filled) + " lines"; });
    }
    if (others.standing)
        seen.add(saw::SCRIPT_AT_EDGES, growing(others.standing), [&] { return shown(others.standing) + " other stretches of this script alone or at heads and tails"; });
    int quiet = static_cast<int>(use->quiet.size() - use->quiet.count(seen.line()));
    if (quiet > 1)
        seen.add(saw::WORDLESS_PEERS, std::min(4.0, std::log2(static_cast<double>(quiet))), [&] { return shown(quiet) + " other lines hold this script and no words of ads"; });
    static const int FEW_PEERS = load_int("classifiers.scene", "FEW_PEERS");
    if (int others = seen.page.peers(seen.scene.script(), seen.text); others > FEW_PEERS)
        seen.add(saw::DIFFERENT_PEERS, std::min(3.0, std::log2(static_cast<double>(others) / FEW_PEERS)),
                 [&] { return shown(others) + " different stretches of this script stand apart, and hardly a line that holds it has words of ads"; });
    if (int others = seen.page.bystanders(seen.scene.script()); others > 1)
        seen.add(saw::OTHER_SCRIPTS, std::min(3.0, std::log2(static_cast<double>(others))), [&] { return shown(others) + " other scripts stand apart here and hold no words of ads"; });
    if (int told = seen.page.told(seen.scene.script(), seen.line()))
        seen.add(saw::SCRIPT_TELLS, std::min(3.0, std::log2(1.0 + told)), [&] { return shown(told) + " other lines end with a sentence in this script and hold no words of ads"; });
    int same = repeated(seen, *use);
    if (same > 0) seen.add(saw::REPEATED, std::min(2.0, static_cast<double>(same)), [&] { return "stands " + shown(same + 1) + " times"; });
}

// A stretch of the same script goes on directly beside the candidate.
void see_cuts_run(Seen& seen) {
    for (const ForeignRun& run : seen.beside())
        if (run.start < seen.scene.candidate.start || run.end > seen.scene.candidate.end) {
            seen.add(saw::CUTS_RUN, 1.0, "cuts a stretch of its script in two");
            bool left = !seen.before.empty() && main_script(last(seen.before, 1)) == seen.scene.script(), right = !seen.after.empty() && main_script(seen.after.substr(0, 1)) == seen.scene.script();
            if (left || right) seen.add(saw::CUTS_WORD, 1.0, "letters of its script touch it");
            return;
        }
}

// Different characters of another country's writing, and whether kana is missing.
struct HanForms {
    explicit HanForms(const Scene& scene) {
        const Document& document = scene.page.document;
        if (!document.home[HAN] || scene.kind() != Kind::SAME) return;
        int charset = scene.page.charset(), signs = 0;
        bool kana = false;
        if (charset < 0) return;
        Text strange;
        for (Char c : scene.text) {
            uint64_t own = traits(c);
            kana = kana || (own & trait::KANA);
            if (!(own & trait::HAN)) continue;
            signs++;
            if (is_alien(c, charset) && strange.find(c) == Text::npos) strange += c;
        }
        static const int BRIEF_HAN = load_int("classifiers.script", "BRIEF_HAN");
        alien = static_cast<int>(strange.size());
        if (signs < 2 || (alien == 1 && signs > BRIEF_HAN)) alien = 0;
        no_kana = document.japanese && !kana && signs >= 4;
    }
    int alien = 0;
    bool no_kana = false;
};

void see_han_forms(Seen& seen) {
    if (!(seen.look.any & trait::HAN)) return;
    HanForms forms(seen.scene);
    if (forms.alien)
        seen.add(saw::HAN_FORMS, std::min(3.0, static_cast<double>(forms.alien)), [&] { return shown(forms.alien) + " characters that this host's writing does not have"; });
    if (forms.no_kana) seen.add(saw::NO_KANA, 1.0, "no kana in a Japanese text");
}

// Other phrases of its kind in sentences or apart.
void see_phrases(Seen& seen) {
    if (is_upper(seen.text[0]) || strip(seen.text).find(U' ') == View::npos) return;
    const Page& page = seen.page;
    auto [first, last] = page.guests_in(seen.scene.candidate.start, seen.scene.candidate.end);
    int inside = page.guests_inside();
    for (size_t at = first; at < last; at++) inside -= !page.guests()[at].apart;
    int apart = static_cast<int>(page.guests_apart().size() - page.guests_apart().count(seen.line()));
    if (inside) seen.add(saw::GUESTS_IN_PROSE, growing(inside), [&] { return shown(inside) + " other Latin phrases in lower case inside sentences"; });
    if (apart) seen.add(saw::GUESTS_APART, growing(apart), [&] { return shown(apart) + " other lines with a Latin phrase in lower case where ads stand"; });
    if (!inside) seen.add(saw::NO_GUESTS_IN_PROSE, 1.0, "no sentence here holds a Latin phrase in lower case");
}

// English words that prose is held together by.
void see_prose(Seen& seen) {
    int words = 0, held = 0;
    each_run_of_letters(seen.lowered(), [&](View word) {
        words++;
        held += function_words().holds(word);
    });
    if (held > 1)
        seen.add(saw::FUNCTION_WORDS, std::min(4.0, static_cast<double>(held - 1)), [&] { return shown(held) + " of " + shown(words) + " words hold sentences together"; });
}

// TITLE.fullmatch
bool is_title_word(View word) { return word.size() >= 3 && has(word[0], trait::CAPITAL) && skip(word, 1, trait::SMALL) == word.size(); }

// It begins in lower case and ends with a name, as if the host's next word were taken along.
void see_name_at_end(Seen& seen) {
    if (!(seen.look.any & trait::CAPITAL)) return;
    View first, last;
    each_run_of_letters(seen.text, [&](View word) {
        if (first.empty()) first = word;
        last = word;
    });
    if (first.data() == last.data() || !is_lower(first[0]) || !is_title_word(last)) return;
    if (seen.is_known(last) && !seen.is_known(first))
        seen.add(saw::KNOWN_NAME_AT_END, 1.0, [&] { return "the host's own prose has " + shown(last); });
}

// Where ads stand, in a script that no sentence here uses.
void see_stranger(Seen& seen) {
    const Placement& where = seen.where;
    Position position = where.position;
    bool apart = position == Position::OWN_LINE || position == Position::HEAD || position == Position::BOUNDARY || (position == Position::TAIL && where.after_stop);
    if (!apart || where.follows == Follows::CLOSE) return;
    if (const Usage* use = seen.page.usage(seen.scene.script())) {
        int inside = use->inside;
        for (const ForeignRun& run : seen.beside()) inside -= run.set_off && seen.overlaps(run);
        if (inside > 0) return;
    }
    if (!is_set_off(seen.before, seen.after)) seen.add(saw::STRANGER_IN_SLOT, 1.0, "where ads stand, in a script that no sentence here uses");
}

} // namespace

bool has_han_forms(const Scene& scene) {
    if (!scene.page.document.home[HAN]) return false;
    HanForms forms(scene);
    return forms.alien || forms.no_kana;
}

bool has_alien_han(const Page& page, View text) {
    int charset = page.charset();
    return charset >= 0 && std::any_of(text.begin(), text.end(), [charset](Char c) { return has(c, trait::HAN) && is_alien(c, charset); });
}

void see_script(Seen& seen) {
    if (seen.foreign()) see_usage(seen);
    if (seen.scene.candidate.source == Source::RUN || seen.kind == Kind::SCRIPT) see_cuts_run(seen);
    see_han_forms(seen);
}

void see_guests(Seen& seen) {
    if (seen.latin()) see_phrases(seen);
    if (seen.latin() || (seen.same() && !seen.scene.hits().empty())) see_prose(seen);
    if (seen.latin() || seen.same()) see_name_at_end(seen);
    if (seen.foreign()) see_stranger(seen);
}

} // namespace scrub
