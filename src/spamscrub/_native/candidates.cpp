// Which stretches of a document are judged at all, and why (candidates.py, reasons.py).
#include <algorithm>
#include <climits>
#include <unordered_set>

#include "judge.hpp"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace scrub {

namespace {

// The numbers and patterns of candidates.py and reasons.py, by their names there.
struct Rules {
    int SHORT = load_int("candidates", "SHORT"), MOST_WORDS = load_int("candidates", "MOST_WORDS"), CROWDED = load_int("candidates", "CROWDED");
    int LONG_WORDS = load_int("candidates", "LONG_WORDS"), MOST_JOINED = load_int("candidates", "MOST_JOINED");
    int TOKENS = load_int("reasons", "TOKENS"), TELLING_LETTERS = load_int("classifiers.lexicon", "TELLING_LETTERS");
    double WORDED = load_double("reasons", "WORDED"), CLEARLY = load_double("classifiers.scene", "CLEARLY");
    Regex SPACED_TAIL = load_regex("candidates", "SPACED_TAIL"), GLUED_TAIL = load_regex("candidates", "GLUED_TAIL");
    Regex DIGITS_FIRST = load_regex("candidates", "DIGITS_FIRST");
    Regex SET_OFF = load_regex("candidates", "SET_OFF"), HALT = load_regex("candidates", "HALT");
    Regex GLUED_STOP = load_regex("candidates", "GLUED_STOP"), LETTER_TAIL = load_regex("candidates", "LETTER_TAIL");
    Regex SIGNS = load_regex("candidates", "SIGNS");
    Text stops = U".!?…。！？؟۔।։:：,，;；、", after_stops = U"\"'”’»」』）)"; // as in STOP_END of classifiers/form.py
    Regex MARKER = load_regex("tokenizer", "MARKER"), SENTENCE_END = load_regex("tokenizer", "SENTENCE_END");

    static const Rules& get() {
        static const auto* rules = new Rules();
        return *rules;
    }
};

// -- trimming ---------------------------------------------------------------------------------------------------------

bool is_opening(Char c) { return category(c) == Ps || category(c) == Pi; }

// What may begin an ad, the first part of INNER.
bool may_begin(View text, int at, int end) {
    Char c = text[at];
    bool more = at + 1 < end;
    if (c < 128) {
        if ((c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '+' || c == '@' || c == '$') return true;
        if (c == '#') return more && is_letter(text[at + 1]);
        if (c == '"' || c == '\'' || c == '(' || c == '[' || c == '{') return more && !is_white(text[at + 1]);
        return false;
    }
    if (is_letter(c) || is_number(c) || category(c) == So || category(c) == Sc) return true;
    if (c == 0xbf || c == 0xa1 || c == 0x2705 || c == 0x2764) return true;
    return is_opening(c) && more && !is_white(text[at + 1]);
}

// What may end an ad, the second part of INNER.
bool may_end(Char c) {
    if (c < 128) return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '.' || c == '!' || c == '?' || c == '%' || c == '"' || c == '\'' || c == ')' || c == ']' || c == '}' || c == '$';
    if (is_letter(c) || is_mark(c) || is_number(c)) return true;
    switch (category(c)) {
    case So: case Sc: case Pe: case Pf: return true;
    default: break;
    }
    return c == 0x2026 || c == 0x3002 || c == 0xff01 || c == 0xff1f || c == 0xff05 || c == 0x2705 || c == 0x2764;
}

const char32_t* closing_of(Char c) {
    switch (c) {
    case U'(': return U")";
    case U'（': return U"）";
    case U'[': return U"]";
    case U'【': return U"】";
    case U'《': return U"》";
    case U'〈': return U"〉";
    case U'「': return U"」";
    case U'『': return U"』";
    case U'“': return U"”";
    case U'„': return U"“”";
    case U'«': return U"»";
    case U'‹': return U"›";
    case U'"': return U"\"";
    default: return nullptr;
    }
}

const char32_t* opening_of(Char c) {
    switch (c) {
    case U')': return U"(";
    case U'）': return U"（";
    case U']': return U"[";
    case U'】': return U"【";
    case U'》': return U"《";
    case U'〉': return U"〈";
    case U'」': return U"「";
    case U'』': return U"『";
    case U'”': return U"“„";
    case U'»': return U"«";
    case U'›': return U"‹";
    case U'"': return U"\"";
    default: return nullptr;
    }
}

// candidates.trim: without white space and list, table or code signs at the ends; an empty span where nothing is left.
Span trim(View text, Span span) {
    auto is_plain = [](Char c) { return c < 128 && is_alnum(c); };
    if (span.start < span.end && is_plain(text[span.start]) && (is_plain(text[span.end - 1]) || text[span.end - 1] == '.')) return span; // as most are
    while (true) {
        int start = span.start, end = span.end;
        while (start < end && !may_begin(text, start, end)) start++;
        if (start >= end) return {span.start, span.start};
        while (end > start + 1 && !may_end(text[end - 1])) end--;
        const char32_t* signs = closing_of(text[start]);
        if (signs && text.substr(start + 1, end - start - 1).find_first_of(signs) == View::npos) {
            span = {start + 1, end};
            continue;
        }
        signs = opening_of(text[end - 1]);
        if (signs && text.substr(start, end - 1 - start).find_first_of(signs) == View::npos) {
            span = {start, end - 1};
            continue;
        }
        return {start, end};
    }
}

// A few characters: told apart from nearly all others by their last six bits.
class SmallSet {
  public:
    explicit SmallSet(Text text) : members(std::move(text)) {
        for (Char c : members) maybe |= bit(c);
    }
    bool has(Char c) const { return maybe & bit(c) && members.find(c) != Text::npos; }

  private:
    Text members;
    uint64_t maybe = 0;
    static uint64_t bit(Char c) { return uint64_t(1) << ((c ^ c >> 6 ^ c >> 12) & 63); }
};

// -- words ------------------------------------------------------------------------------------------------------------

bool is_wordy(Char c) {
    if (c < 128) return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
    return is_category(c, LETTER_BITS | MARK_BITS | NUMBER_BITS);
}

// What goes on with a word, but does not end it, and what may do both.
bool is_joint(Char c) { return c == '.' || c == '\'' || c == U'’' || c == '+' || c == '/' || c == '-'; }
bool is_unit(Char c) { return c == '%' || c == U'€' || c == '$' || c == U'£'; }

// The next match of WORD in [at, stop).
bool next_word(View text, int at, int stop, Span& word) {
    for (; at < stop; at++) {
        Char c = text[at];
        if (is_wordy(c)) {
            int end = at + 1;
            while (end < stop && (is_wordy(text[end]) || is_joint(text[end]) || is_unit(text[end]))) end++;
            while (is_joint(text[end - 1])) end--;
            word = {at, end};
            return true;
        }
        if ((c == '+' || category(c) == Sc) && at + 1 < stop && category(text[at + 1]) == Nd) {
            int end = at + 2;
            while (end < stop && (category(text[end]) == Nd || text[end] == '.' || text[end] == ',')) end++;
            word = {at, end};
            return true;
        }
    }
    return false;
}

bool is_small(Char c) { return c < 128 ? c >= 'a' && c <= 'z' : category(c) == Ll; }

// GOES_ON: a sentence whose opening goes on in lower case for so many words.
bool opens_long(View text, int at, int stop, int words) {
    auto small = [&] {
        int from = at;
        while (at < stop && is_small(text[at])) at++;
        return at > from;
    };
    if (at < stop && (text[at] == '"' || text[at] == U'“')) at++;
    if (at >= stop || !is_letter(text[at])) return false;
    at++;
    small();
    for (int n = 0; n < words; n++) {
        if (at < stop && text[at] == ',') at++;
        if (at >= stop || text[at] != ' ') return false;
        at++;
        if (!small()) return false;
        if (at + 1 < stop && (text[at] == '\'' || text[at] == U'’') && is_small(text[at + 1])) {
            at++;
            small();
        }
    }
    return at < stop && (text[at] == ' ' || text[at] == '.' || text[at] == ',' || text[at] == '!' || text[at] == '?');
}

// -- the search -------------------------------------------------------------------------------------------------------

// reasons._offers
bool offers(const Scene& scene) {
    unsigned roles = 0;
    for (const Hit& hit : scene.hits()) roles |= 1u << hit.role;
    return (roles & (1u << AD | 1u << TRADE)) && (roles & (1u << OFFER | 1u << CONTACT)) && in_a_slot(scene);
}

class Search {
  public:
    explicit Search(const Page& page) : page(page), document(page.document), text(page.document.text), rules(Rules::get()) {
        some_signs = !document.ascii && may_hold_signs({0, static_cast<int>(text.size()), 0});
        if (document.home[HAN] || document.japanese || document.dense || document.odd_spaces) return;
        tokens = page.model.tokens();
        may_be_quiet = tokens.count > 0;
        next_token = tokens.first;
    }

    std::vector<Candidate> all() {
        Breath breath;
        for (number = 0; number < page.line_count(); number++) {
            breath.take();
            if (!page.blank(number) && !is_quiet()) of_line();
        }
        return std::move(found);
    }

  private:
    const Page& page;
    const Document& document;
    View text;
    const Rules& rules;
    TokenPlaces tokens;
    bool may_be_quiet = false, some_signs = false;
    const TokenPlace* next_token = nullptr; // the first of the lines that were not looked at yet
    int number = 0;
    size_t first_of_line = 0;
    Line line{};
    std::vector<int> starts;
    std::vector<Candidate> found;

    // Whether it is plain to see that no candidate of the line can have a reason: it is the host's own prose, token by token.
    bool is_quiet() {
        bool silent = page.model.silent();
        if (!(may_be_quiet || silent) || !page.hits(number).empty() || !page.is_plain(number)) return false;
        line = document.lines[number];
        if (page.trade_in(line.start, line.end)) return false;
        if (some_signs && may_hold_signs(line)) return false;
        if (silent) return page.letters_of_ads(number, {line.start, line.end}) < rules.TELLING_LETTERS && !has_odd_han();
        Match marker;
        int behind = may_be_marked() && matches(rules.MARKER, line.start, line.end, &marker) && marker.end < line.end ? marker.end : line.start;
        while (next_token < end_of_tokens() && next_token->start < line.start) next_token++;
        const TokenPlace* const first = next_token;
        Prose prose{first};
        if (behind > line.start) {
            if (!reads_quietly(behind, prose) || (first < next_token && next_token[-1].end > behind)) return false;
            if (next_token < end_of_tokens() && next_token->start < line.end) prose = Prose{next_token, prose.whole};
        }
        if (!reads_quietly(line.end, prose)) return false;
        return ends_quietly(prose.first == first ? line.start : prose.first->start, std::max(prose.total, prose.whole));
    }
    const TokenPlace* end_of_tokens() const { return tokens.first + tokens.count; }

    // Whether `has_han_forms` may be true of a part of the line.
    bool has_odd_han() const {
        if (!document.home[HAN]) return false;
        return document.japanese || has_alien_han(page, document.piece(line.start, line.end));
    }

    // What is seen of a sentence so far.
    struct Prose {
        const TokenPlace* first;
        double whole = 0.0, total = 0.0; // of the bounds of the tokens of its line, and of its own
        int worded = 0;                  // letters and digits in words of ads
    };
    static constexpr double SLACK = 1e-6; // more than the order of a sum makes

    // Whether no head of the sentences that the tokens before `end` belong to can have a reason.
    bool reads_quietly(int end, Prose& prose) {
        const TokenPlace *token = next_token, *const last = end_of_tokens();
        double whole = prose.whole, total = 0.0;
        const double limit = rules.CLEARLY - SLACK;
        int next_word = next_vocabulary(), words = 0;
        bool worded = prose.worded >= rules.TELLING_LETTERS;
        const int most = rules.MOST_WORDS;
        unsigned before = TokenPlace::WORDY; // the form of the token before this one
        for (; token < last && token->start < end; token++) {
            unsigned form = token->form;
            if (form & TokenPlace::JOINS) return false;
            if (before & TokenPlace::STOPS) {
                prose = Prose{token};
                total = 0.0;
                worded = false;
                words = 0;
                next_word = next_vocabulary_from(token->start);
            }
            double next = total + token->bound;
            if (words <= most) { // what stands farther on belongs to no head
                bool head = !(before & TokenPlace::PAUSE) && (!(before & TokenPlace::WORDY) || !(form & TokenPlace::SMALL));
                bool breaks = (head && words) || form & TokenPlace::ODD; // a head may end before or inside it
                if (next_word < token->end || (breaks && (worded || total >= limit || next >= limit))) {
                    prose.total = total;
                    if (!begins_quietly(token, head && words, prose)) return false;
                    next_word = next_vocabulary();
                    worded = prose.worded >= rules.TELLING_LETTERS;
                }
                words += token->ink > 0;
            }
            total = next;
            whole += token->bound;
            before = form;
        }
        next_token = token;
        prose.total = total;
        prose.whole = whole;
        return true;
    }

    // Whether no head of a sentence that ends before or inside a token can have a reason: heads end before what is not in lower
    // case, and at signs.
    bool begins_quietly(const TokenPlace* token, bool may_end, Prose& prose) {
        if (may_end && !is_quiet_head(prose, token, token, prose.total)) return false;
        if (next_vocabulary() < token->end) add_vocabulary(*token, prose);
        return !token->is(TokenPlace::ODD) || is_quiet_head(prose, token, token + 1, std::max(prose.total, prose.total + token->bound));
    }

    // Where the next word of ads begins that no token was asked for yet.
    int next_vocabulary() const { return next_worded < page.vocabulary.size() ? page.vocabulary[next_worded].start : INT_MAX; }
    int next_vocabulary_from(int start) {
        while (next_worded < page.vocabulary.size() && page.vocabulary[next_worded].start < start) next_worded++;
        return next_vocabulary();
    }
    size_t next_worded = 0;

    // The words of ads in a token.
    void add_vocabulary(const TokenPlace& token, Prose& prose) {
        const auto& known = page.vocabulary;
        next_vocabulary_from(token.start);
        for (; next_worded < known.size() && known[next_worded].start < token.end; next_worded++)
            prose.worded += inked(known[next_worded]);
    }

    // Letters and digits in a stretch; bytes lie closer together than characters, which counts in a long text.
    int inked(Span span) const {
        if (!document.bytes) return ink(document.piece(span.start, span.end));
        return static_cast<int>(std::count_if(document.bytes + span.start, document.bytes + span.end, [](unsigned char c) { return is_alnum(c); }));
    }

    // A head of tokens that ends before `last` and behind all that end before `inner`, where the bounds come to `total` at most:
    // not worded as ads are, nor of another language.
    bool is_quiet_head(const Prose& prose, const TokenPlace* inner, const TokenPlace* last, double total) const {
        if (prose.worded >= rules.TELLING_LETTERS) {
            int inked = 0;
            for (const TokenPlace* token = prose.first; token < inner; token++) inked += token->ink;
            if (prose.worded >= rules.WORDED * inked - SLACK) return false;
        }
        return total < rules.CLEARLY - SLACK || page.model.bound_of_tokens(prose.first, last) < rules.CLEARLY - SLACK;
    }

    // Whether the last sentence and the whole line end as sentences do, which is no place for an ad, or can have no reason.
    bool ends_quietly(int from, double bound) const {
        Span sentence = trim(text, {from, line.end});
        if (!is_quiet_end(sentence, bound)) return false;
        if (from == line.start || line.end - line.start > rules.SHORT) return true;
        Span whole = trim(text, {line.start, line.end});
        return whole == sentence || is_quiet_end(whole, bound);
    }
    bool is_quiet_end(Span piece, double bound) const {
        if (piece.end <= piece.start || ends_as_sentence(piece)) return true;
        if (page.letters_of_ads(number, piece) >= rules.TELLING_LETTERS) return false;
        return bound < rules.CLEARLY - SLACK || page.model.bound_of_piece(piece.start, piece.end, rules.CLEARLY) < rules.CLEARLY;
    }

    // STOP_END of classifiers/form.py.
    bool ends_as_sentence(Span piece) const {
        int end = piece.end;
        while (end > piece.start && rules.after_stops.find(text[end - 1]) != Text::npos) end--;
        return end > piece.start && rules.stops.find(text[end - 1]) != Text::npos;
    }

    // The first that names a span keeps it.
    void add(Source source, int start, int end) {
        Span span = trim(text, {start, end});
        if (span.end <= span.start || !is_new(span)) return;
        found.push_back({span.start, span.end, number, source});
    }

    // Few are compared one by one; a crowded line gets a table.
    bool is_new(Span span) {
        size_t held = found.size() - first_of_line;
        if (held < FEW) {
            for (size_t n = first_of_line; n < found.size(); n++)
                if (found[n].start == span.start && found[n].end == span.end) return false;
            return true;
        }
        if (held == FEW) {
            crowd.clear();
            for (size_t n = first_of_line; n < found.size(); n++) crowd.insert(key_of({found[n].start, found[n].end}));
        }
        return crowd.insert(key_of(span)).second;
    }
    static uint64_t key_of(Span span) { return static_cast<uint64_t>(span.start) << 32 | static_cast<uint32_t>(span.end); }
    static constexpr size_t FEW = 24;
    std::unordered_set<uint64_t> crowd;

    bool search(const Regex& pattern, int start, int end, Match* match = nullptr) const { return pattern.search(text.data(), start, end, match); }
    bool matches(const Regex& pattern, int start, int end, Match* match = nullptr) const { return pattern.match(text.data(), start, end, match); }

    void of_line() {
        line = document.lines[number];
        first_of_line = found.size();
        find_starts();
        const auto& hits = page.hits(number);
        bool telling = std::any_of(hits.begin(), hits.end(), [](const Hit& hit) { return hit.role != PART; });
        runs();
        if (telling) clusters(hits);
        if (!document.home[LATIN] || document.dense) latin();
        if (telling && !document.dense) most_foreign(hits), long_heads(hits);
        pieces();
        if (some_signs) signs();
        std::sort(found.begin() + first_of_line, found.end(), [](const Candidate& a, const Candidate& b) { return a.start != b.start ? a.start < b.start : a.end < b.end; });
    }

    // candidates.sentence_starts
    void find_starts() {
        starts.assign(1, line.start);
        Match match;
        if (may_be_marked() && matches(rules.MARKER, line.start, line.end, &match) && line.start < match.end && match.end < line.end) starts.push_back(match.end);
        std::vector<int>& ends = scratch;
        ends.clear();
        bool inside = find_ends(ends);
        if (inside) {
            rules.GLUED_STOP.finditer(text.data(), line.start, line.end, [&](const Match& stop) { ends.push_back(stop.end); });
            std::sort(ends.begin(), ends.end());
        }
        for (int at : ends) {
            while (at < line.end && is_space(text[at])) at++;
            if (at < line.end) starts.push_back(at);
        }
    }

    // Whether MARKER may match: most lines begin with a word, which is none, or with a quotation mark.
    bool may_be_marked() const {
        int at = line.start;
        while (at < line.end && is_white(text[at])) at++;
        if (at == line.end || text[at] == '"' || text[at] == U'“') return false;
        int letter = at;
        while (letter < line.end && letter < at + 5 && text[letter] < 128 && is_alpha(text[letter])) letter++;
        return letter == at || (letter < line.end && (text[letter] == '.' || text[letter] == ')'));
    }

    static bool is_stop(Char c) {
        if (c < 128) return c == '.' || c == '!' || c == '?';
        static const auto* stops = new SmallSet(load_text("tokenizer", "STOPS"));
        return stops->has(c);
    }
    static bool is_dense_stop(Char c) { return c == U'。' || c == U'！' || c == U'？' || c == U'｡'; }
    static bool closes(Char c) {
        static const auto* closers = new SmallSet(load_text("tokenizer", "CLOSERS"));
        return c != '\\' && closers->has(c); // there it marks the bracket behind it
    }

    // Where SENTENCE_END matches, found by its first sign; whether STOP_INSIDE matches anywhere.
    bool find_ends(std::vector<int>& ends) const {
        bool inside = false;
        for (int at = next_stop(line.start); at < line.end; at = next_stop(at)) {
            Char c = text[at];
            if (c == ';' || c == U'；') {
                bool over = at + 1 < line.end && (is_white(text[at + 1]) || script_of(text[at + 1]) == HAN);
                at++;
                if (over) ends.push_back(at);
            } else {
                if (!inside && c < 128) inside = is_inside(at);
                at = find_end(at, ends);
            }
        }
        return inside;
    }

    // The next stop or semicolon of the line from `at` on, or its end.
    int next_stop(int at) const {
        auto is_found = [this](int at) {
            Char c = text[at];
            return c < FIRST_STOP ? c < 64 && ASCII_STOPS >> c & 1 : c == U'；' || is_stop(c);
        };
        while (true) {
            at = next_possible_stop(at);
            while (at < line.end && text[at] >= FIRST_STOP && !is_found(at)) at++; // letters of a script stand in rows
            if (at == line.end || is_found(at)) return at;
        }
    }

    int next_possible_stop(int at) const {
#ifdef __SSE2__
        auto is = [](__m128i four, char sign) { return _mm_cmpeq_epi32(four, _mm_set1_epi32(sign)); };
        for (; at + 4 <= line.end; at += 4) {
            __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text.data() + at));
            __m128i ascii = _mm_or_si128(_mm_or_si128(is(four, '.'), is(four, '!')), _mm_or_si128(is(four, '?'), is(four, ';')));
            if (_mm_movemask_epi8(_mm_or_si128(ascii, _mm_cmpgt_epi32(four, _mm_set1_epi32(FIRST_STOP - 1))))) break;
        }
#endif
        while (at < line.end && (text[at] < 64 ? !(ASCII_STOPS >> text[at] & 1) : text[at] < FIRST_STOP)) at++;
        return at;
    }
    static constexpr uint64_t ASCII_STOPS = uint64_t(1) << '.' | uint64_t(1) << '!' | uint64_t(1) << '?' | uint64_t(1) << ';';
    static constexpr Char FIRST_STOP = 0x589; // no stop lies between the question mark and this

    // Where to go on behind a stop at `at`; if a sentence ends with it, that is added to `ends`.
    int find_end(int at, std::vector<int>& ends) const {
        int stop = at, dense = 0;
        while (stop < line.end && is_stop(text[stop])) dense |= is_dense_stop(text[stop++]);
        int behind = stop;
        while (behind < line.end && closes(text[behind])) behind++;
        if (behind == line.end || is_white(text[behind]) || (behind == stop && is_dense_stop(text[stop - 1]))) {
            ends.push_back(behind);
            return behind;
        }
        Match match;
        if (dense && matches(rules.SENTENCE_END, at, line.end, &match)) {
            ends.push_back(match.end);
            return match.end;
        }
        return stop;
    }

    // Whether a stop stands before three letters, a closing sign between them or not.
    bool is_inside(int at) const {
        int next = at + 1;
        if (next < line.end && (text[next] == '"' || text[next] == U'”' || text[next] == U'’' || text[next] == U'»' || text[next] == ')')) next++;
        return next + 2 < line.end && is_letter(text[next]) && is_letter(text[next + 1]) && is_letter(text[next + 2]);
    }
    std::vector<int> scratch;

    int stop_of(size_t index) const { return index + 1 < starts.size() ? starts[index + 1] : line.end; }

    // candidates._with_contacts
    void runs_with_contacts() {
        const std::vector<Span>& runs = document.runs_of(number);
        joined.clear();
        for (size_t n = runs.size(); n-- > 0;) {
            Span run = runs[n];
            int reach = run.end, many = 1;
            int stop = contact_behind(text, run.end, line.end);
            if (stop >= 0) {
                add(Source::RUN, run.start, stop);
                auto next = joined.find(stop + (stop < static_cast<int>(text.size()) && text[stop] == ' '));
                reach = stop;
                if (next != joined.end() && next->second.second < rules.MOST_JOINED) reach = next->second.first, many = 1 + next->second.second;
                add(Source::RUN, run.start, reach);
            }
            joined[run.start] = {reach, many};
            int start = contact_before(text, line.start, run.start);
            if (start >= 0) {
                add(Source::RUN, start, run.end);
                add(Source::RUN, start, reach);
            }
        }
    }
    std::unordered_map<int, std::pair<int, int>> joined; // how far a run reaches that begins there, and how many runs that are

    void runs() {
        runs_with_contacts();
        for (Span run : document.runs_of(number)) {
            add(Source::RUN, run.start, run.end);
            Match match;
            if (matches(rules.DIGITS_FIRST, run.start, run.end, &match)) add(Source::RUN, match.end, run.end);
            if (search(rules.LETTER_TAIL, run.start, run.end, &match)) add(Source::RUN, run.start, match.start);
            if (matches(rules.SPACED_TAIL, run.end, line.end, &match)) add(Source::RUN, run.start, match.end);
        }
    }

    void latin() {
        for (Span phrase; next_phrase(phrase.end ? phrase.end : line.start, phrase);) {
            add(Source::LATIN, phrase.start, phrase.end);
            int stop = contact_behind(text, phrase.end, line.end);
            if (stop >= 0) add(Source::LATIN, phrase.start, stop);
            int digits = phrase.end; // DIGITS_LAST.search
            while (digits > phrase.start && is_decimal(text[digits - 1])) digits--;
            if (digits < phrase.end) add(Source::LATIN, phrase.start, digits - (digits > phrase.start && is_white(text[digits - 1])));
            each_name(phrase, [&](int end, int start) {
                add(Source::LATIN, phrase.start, end);
                add(Source::LATIN, start, phrase.end);
            });
        }
    }

    static bool is_decimal(Char c) { return category(c) == Nd; }
    static bool is_latin(Char c) { return script_of(c) == LATIN; }
    static bool in_phrase(Char c) {
        if (c < 128) return is_alnum(c) || c == '\'' || c == '%' || c == '&' || c == '+' || c == '/' || c == '.' || c == '-';
        return is_latin(c) || c == U'’' || is_mark(c) || is_decimal(c);
    }
    static bool goes_on(Char c) { return c < 128 ? is_alnum(c) || c == '$' : is_latin(c) || c == U'€' || c == U'£' || is_decimal(c); }

    // The next match of LATIN_PHRASE in the line from `from` on.
    bool next_phrase(int from, Span& phrase) const {
        int at = from;
        while (at < line.end && !(text[at] < 128 ? is_alpha(text[at]) : is_latin(text[at]))) at++;
        if (at >= line.end) return false;
        phrase.start = start_of_phrase(from, at);
        for (at++;;) {
            while (at < line.end && in_phrase(text[at])) at++;
            int next = at;
            while (next < line.end && next - at < 3 && (text[next] == ' ' || text[next] == ',' || text[next] == '|' || text[next] == '_')) next++;
            if (next == at || next - at > 2 || next == line.end || !goes_on(text[next])) break;
            at = next + 1;
        }
        auto hangs = [](Char c) { return c == '.' || c == '+' || c == '/' || c == '&' || c == '\'' || c == U'’' || c == '-'; };
        while (hangs(text[at - 1])) at--;
        phrase.end = at;
        return true;
    }

    // With an amount before the first Latin letter.
    int start_of_phrase(int from, int letter) const {
        int at = letter;
        if (at <= from || !is_white(text[at - 1])) return letter;
        at--;
        if (at > from && (text[at - 1] == '%' || text[at - 1] == U'€' || text[at - 1] == '$')) at--;
        int digits = at;
        while (digits > from && is_decimal(text[digits - 1])) digits--;
        bool is_apart = digits == 0 || !(is_letter(text[digits - 1]) || is_number(text[digits - 1]));
        return digits < at && is_apart ? digits : letter;
    }

    // Calls each(end, start) where NAME_MAY_BEGIN matches: the host's words may begin at `start`, and what is before them ends at `end`.
    template <class Each> void each_name(Span phrase, Each each) const {
        for (int at = phrase.start; at < phrase.end; at++) {
            Category own = category(text[at]);
            if (text[at] == ' ') {
                if (at + 1 < phrase.end && category(text[at + 1]) == Lu) each(at, at + 1);
            } else if (at > phrase.start && (own == Lu || own == Nd)) {
                Category before = category(text[at - 1]);
                bool letters = at > phrase.start + 1 && is_letter(text[at - 1]) && is_letter(text[at - 2]);
                if (own == Lu ? before == Ll || before == Nd : letters) each(at, at);
            }
        }
    }

    void clusters(const std::vector<Hit>& hits) {
        std::vector<int> edges(starts);
        edges.push_back(line.start);
        edges.push_back(line.end);
        std::sort(edges.begin(), edges.end());
        edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
        std::vector<Hit> tops = widest(hits);
        size_t reach = tops.size() <= static_cast<size_t>(rules.CROWDED) ? 10 : 2;
        for (size_t first = 0; first < tops.size(); first++) {
            const Hit& hit = tops[first];
            int left = *(std::upper_bound(edges.begin(), edges.end(), hit.start) - 1);
            bool telling = false;
            for (size_t last = first; last < std::min(tops.size(), first + reach); last++) {
                telling = telling || tops[last].role != PART;
                if (!telling) continue;
                if (last > first && tops[last].start - tops[last - 1].end > 25) break;
                cluster(hit.start, tops[last].end, left, *std::lower_bound(edges.begin(), edges.end(), tops[last].end));
            }
        }
    }

    void cluster(int start, int end, int left, int right) {
        add(Source::LEXICON, start, end);
        Match tail;
        if (matches(rules.SPACED_TAIL, end, line.end, &tail) || matches(rules.GLUED_TAIL, end, line.end, &tail)) add(Source::LEXICON, start, tail.end);
        int stop = contact_behind(text, end, line.end), head = contact_before(text, left, start);
        if (stop >= 0) add(Source::LEXICON, start, stop);
        if (head >= 0) add(Source::LEXICON, head, stop >= 0 ? stop : end);
        if (0 < start - left && start - left <= 25) add(Source::LEXICON, left, end);
        if (0 < right - end && right - end <= 25) add(Source::LEXICON, start, right);
    }

    // The hits that no other hit contains, in order; of parts that are nothing but digits none.
    std::vector<Hit> widest(const std::vector<Hit>& hits) const {
        std::vector<Hit> sorted;
        for (const Hit& hit : hits) {
            View own = document.piece(hit.start, hit.end);
            if (hit.role != PART || !std::all_of(own.begin(), own.end(), is_digit) || own.empty()) sorted.push_back(hit);
        }
        std::stable_sort(sorted.begin(), sorted.end(), [](const Hit& a, const Hit& b) { return a.start != b.start ? a.start < b.start : a.end > b.end; });
        std::vector<Hit> kept;
        for (const Hit& hit : sorted)
            if (kept.empty() || hit.end > kept.back().end) kept.push_back(hit);
        return kept;
    }

    // Whether a candidate of a line that is plain to read may have a reason.
    bool may_have_reason(Span span) const {
        Span own = trim(text, span);
        if (own.end <= own.start) return false;
        Scene scene(page, {own.start, own.end, number, Source::PIECE});
        if (!scene.hits().empty() && (scene.covered() >= rules.WORDED || offers(scene))) return true;
        return scene.trade_address() || is_worded(scene, rules.WORDED) || !page.model.has_bounds() || scene.foreign_bound() >= rules.CLEARLY;
    }

    // Of sentences with words of ads, the first and the last few words that another language explains best.
    void most_foreign(const std::vector<Hit>& hits) {
        std::vector<int> telling; // where they begin, in order
        for (const Hit& hit : hits)
            if (hit.role != PART) telling.push_back(hit.start);
        for (size_t n = 0; n < starts.size(); n++) {
            int start = starts[n], stop = stop_of(n);
            auto first = std::lower_bound(telling.begin(), telling.end(), start);
            if (first == telling.end() || *first >= stop) continue;
            std::vector<Span> words;
            for (Span word; next_word(text, words.empty() ? start : words.back().end, stop, word);) words.push_back(word);
            if (words.empty()) throw Unsupported("a sentence with words of ads and no words");
            std::vector<Span> heads, tails;
            size_t most = static_cast<size_t>(rules.MOST_WORDS);
            for (size_t k = 0; k < std::min(most, words.size()); k++) heads.push_back({words[0].start, words[k].end});
            for (size_t k = words.size() > most ? words.size() - most : 0; k < words.size(); k++) tails.push_back({words[k].start, words.back().end});
            for (const auto* spans : {&heads, &tails}) {
                if (may_be_quiet && page.is_plain(number) && std::none_of(spans->begin(), spans->end(), [this](Span span) { return may_have_reason(span); })) continue;
                int best = page.model.most_foreign(*spans);
                if (best >= 0) add(Source::PIECE, (*spans)[best].start, (*spans)[best].end);
            }
        }
    }

    // What begins a sentence and is as long as one, with words of ads in it, before a capital.
    void long_heads(const std::vector<Hit>& hits) {
        std::vector<Hit> telling;
        std::copy_if(hits.begin(), hits.end(), std::back_inserter(telling), [](const Hit& hit) { return hit.role != PART; });
        for (size_t n = 0; n < starts.size(); n++) {
            int start = starts[n], stop = stop_of(n);
            auto first = std::lower_bound(telling.begin(), telling.end(), start, [](const Hit& hit, int at) { return hit.start < at; });
            if (first == telling.end() || first->start >= stop) continue;
            int words = 0, many = 0;
            Span before{}, word{};
            for (; words <= rules.LONG_WORDS && many < 3 && next_word(text, words ? before.end : start, stop, word); words++, before = word) {
                if (words < rules.MOST_WORDS || document.piece(before.end, word.start) != U" " || !begins_with_capital(word.start)) continue;
                many++;
                if (first->end <= before.end) add(Source::PIECE, start, before.end);
            }
        }
    }
    // CAPITAL.match
    bool begins_with_capital(int at) const { return category(text[at]) == Lu || category(text[at]) == Lt; }

    // reasons.worth_opening; of a line that is not plain a sentence without foreign letters is looked at as one of others is.
    bool worth_opening(int start, int stop) const {
        if (!page.hits(number).empty()) return true;
        if (!page.is_plain(number) && (!document.is_latin || has_other_letters(start, stop))) return true;
        if (page.trade_in(start, stop) || page.letters_of_ads(number, {start, stop}) >= rules.TELLING_LETTERS) return true;
        if (page.model.silent() || !page.model.has_bounds()) return !page.model.silent();
        return page.model.bound_of_openings(start, stop, rules.TOKENS) >= rules.CLEARLY;
    }

    // Letters that are not Latin.
    bool has_other_letters(int start, int stop) const {
        for (int at = next_wide(text.data(), start, stop); at < stop; at = next_wide(text.data(), at + 1, stop)) {
            int script = letter_script(text[at]);
            if (script >= 0 && script != LATIN) return true;
        }
        return false;
    }

    void pieces() {
        if (document.dense) {
            dense_pieces();
        } else {
            for (size_t n = 0; n < starts.size(); n++) {
                int start = starts[n], stop = stop_of(n);
                if (worth_opening(start, stop) && !opens_long(text, start, stop, rules.MOST_WORDS)) heads(start, stop);
            }
            if (has_word(starts.back(), line.end)) add(Source::PIECE, starts.back(), line.end);
        }
        if (line.end - line.start <= rules.SHORT) add(Source::PIECE, line.start, line.end);
    }

    // Whether WORD matches anywhere: a letter, mark or number is a word.
    bool has_word(int start, int end) const {
        return std::any_of(text.begin() + start, text.begin() + end, is_wordy);
    }

    // In a host without spaces between words: what stands before the first or behind the last space.
    void dense_pieces() {
        for (size_t n = 0; n < starts.size(); n++) {
            int start = starts[n];
            auto next = std::upper_bound(starts.begin(), starts.end(), start);
            int stop = next == starts.end() ? line.end : *next;
            std::vector<int>& spaces = scratch;
            spaces.clear();
            for (int at = start; at < stop; at++)
                if (is_white(text[at])) spaces.push_back(at - start);
            for (size_t k = 0; k < std::min<size_t>(4, spaces.size()); k++)
                if (1 < spaces[k] && spaces[k] <= 60) add(Source::PIECE, start, start + spaces[k]);
            for (size_t k = spaces.size() > 4 ? spaces.size() - 4 : 0; k < spaces.size(); k++)
                if (stop - start - spaces[k] <= 60) add(Source::PIECE, start + spaces[k] + 1, stop);
        }
    }

    // Heads of a sentence before a capital or a sign.
    void heads(int start, int stop) {
        Span before, word;
        if (!next_word(text, start, stop, before)) return;
        int many = 0;
        for (int words = 1; words <= rules.MOST_WORDS && next_word(text, before.end, stop, word); words++, before = word) {
            View gap = document.piece(before.end, word.start);
            int inside = camel_at(before.start, before.end);
            if (inside >= 0) {
                add(Source::PIECE, start, inside);
                many++;
            }
            bool signs = gap != U" " && gap.find_first_not_of(U' ') != View::npos;
            if (signs && !rules.SET_OFF.fullmatch(gap)) {
                if (rules.HALT.search(gap)) return;
                continue;
            }
            if (signs || starts_block(text[word.start])) {
                add(Source::PIECE, start, before.end);
                many++;
            }
            if (many >= 4) return;
        }
    }

    // BLOCK_START for the first character of a word that is not in lower case.
    static bool starts_block(Char c) {
        if (c < 128) return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        Category kind = category(c);
        return !is_lower(c) && (kind == Lu || kind == Lt || kind == Nd);
    }

    // Where CAMEL matches first, a capital right behind a small letter, digit or per cent sign; -1 for nowhere.
    int camel_at(int start, int end) const {
        for (int at = std::max(start, 1); at < end; at++) {
            Char c = text[at];
            if (c < 128 ? c < 'A' || c > 'Z' : category(c) != Lu) continue;
            Char before = text[at - 1];
            if (before == '%' || category(before) == Ll || category(before) == Nd) return at;
        }
        return -1;
    }

    // Whether SIGNS may match: it begins with an amount's sign, or three full-width characters in a row.
    bool may_hold_signs(const Line& line) const {
        int wide = 0;
        for (int at = line.start; at < line.end; at++) {
            Char c = text[at];
            if (c < 0xa2) continue;
            wide = c >= 0xff01 && c <= 0xff5e ? wide + 1 : 0;
            if (wide == 3 || category(c) == Sc) return true;
        }
        return false;
    }

    void signs() {
        if (!may_hold_signs(line)) return;
        rules.SIGNS.finditer(text.data(), line.start, line.end, [&](const Match& match) { add(Source::SIGN, match.start, match.end); });
    }
};

// reasons._is_foreign: clearly of another language, and standing where ads stand.
bool is_foreign(const Scene& scene) {
    const Rules& rules = Rules::get();
    const HostModel& model = scene.page.model;
    if (model.silent()) return false;
    if (model.has_bounds() && scene.foreign_bound() < rules.CLEARLY) return false;
    return in_a_slot(scene) && model.reaches(scene.text, rules.CLEARLY);
}

} // namespace

std::vector<Candidate> candidates(const Page& page) { return Search(page).all(); }

bool has_reason(const Scene& scene) {
    const Rules& rules = Rules::get();
    if (scene.kind() != Kind::SAME || scene.candidate.source == Source::SIGN) return true;
    bool hit = !scene.hits().empty();
    if (hit && scene.covered() >= rules.WORDED) return true;
    if (is_worded(scene, rules.WORDED) && (hit || in_a_slot(scene))) return true;
    if ((hit && offers(scene)) || scene.trade_address()) return true;
    return has_han_forms(scene) || is_foreign(scene);
}

} // namespace scrub
