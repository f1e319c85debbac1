#include "matcher_tokens.hpp"

#include "load.hpp"

namespace scrub {
inline namespace matching {

namespace {

// What a folded character is in a row of letters set apart, as the marks of folding.cpp.
uint32_t row_shape(Char c) {
    if (c == 0xB7 || c == 0x2022 || (c && c < 0x80 && std::strchr(" .-_*|~", static_cast<int>(c)))) return 2;
    return c >= 0x80 || is_alnum(c);
}

// Whether four letters are set apart in a stretch of folded text.
bool has_row(const Shown& shown, int start, int end) {
    uint32_t shapes = 0;
    for (int at = std::max(0, start); at < std::min(end, shown.size()); at++) {
        shapes = shapes << 2 | row_shape(shown[at]);
        if ((shapes & 0x3FFF) == 0x1999) return true;
    }
    return false;
}

// Whether the first or last characters of a token are as many letters with a gap between each two.
bool is_edge_row(const Shown& token, int letters) {
    int length = 2 * letters - 1, size = token.size();
    if (size < length) return false;
    bool first = true, last = true;
    for (int n = 0; n < length; n++) {
        uint32_t shape = n % 2 ? 2 : 1;
        first = first && row_shape(token[n]) == shape;
        last = last && row_shape(token[size - 1 - n]) == shape;
    }
    return first || last;
}

uint8_t apart(const Shown& token) {
    int size = token.size();
    if (is_edge_row(token, 3) || (size == 3 && is_edge_row(token, 2))) return IN_ROW | APART;
    return is_edge_row(token, 2) || (size == 1 && is_edge_row(token, 1)) ? APART : 0;
}

} // namespace

// -- tokens -----------------------------------------------------------------------------------------------------------

TokenFinds::TokenFinds(const Rules& rules) : rules(rules) {
    Ref all = attribute("folding", "TELLING");
    Ref each = Ref::checked(PySequence_Tuple(all.get()));
    for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(each.get()); n++) signs.push_back(from_python(PyTuple_GET_ITEM(each.get(), n)));
}

TokenFinds::Reader::Reader(TokenFinds& finds, uint64_t generation) : good(!finds.readers || finds.generation == generation), finds(finds) {
    finds.readers++;
    if (finds.generation == generation || !good) return;
    finds.known.clear();
    finds.besides.clear();
    finds.calm.assign(1, false);
    finds.entries.clear();
    finds.generation = generation;
}

// Nothing is kept until all is known of it: Python may switch threads on the way.
const TokenEntry& TokenFinds::new_entry(const TokenPlace& place, View text, TokenEntry& room) {
    room = described(text.substr(place.start, place.end - place.start));
    if (place.number == TokenPlace::NONE) return room;
    if (place.number >= known.size()) {
        size_t size = std::max<size_t>(place.number + 1, known.size() * 2);
        known.resize(size);
        besides.resize(size);
        calm.resize(size + 1);
    }
    if (!room.empty()) entries.push_back(room);
    known[place.number] = room.empty() ? &nothing : &entries.back();
    besides[place.number] = beside(room);
    calm[place.number] = room.empty();
    return *known[place.number];
}

TokenFinds::Beside TokenFinds::beside(const TokenEntry& entry) {
    Beside found;
    bool one_word = entry.words.size() == 1 && entry.words[0].end <= UINT16_MAX, always = entry.traits & ~APART || std::any_of(entry.finds.begin(), entry.finds.end(), [](const TokenFind& find) { return find.kind != TokenFind::HALF; });
    if (one_word) found.word_start = static_cast<uint16_t>(entry.words[0].start), found.word_end = static_cast<uint16_t>(entry.words[0].end);
    found.apart = entry.traits & APART;
    found.rare = !entry.rare.empty();
    if (always || (!one_word && !entry.words.empty())) return found;
    found.before = entry.before;
    found.next = entry.next;
    if (entry.openings.size() == 1 && entry.openings[0].is_word && entry.finds.empty()) found.key = entry.openings[0].key;
    return found;
}

TokenEntry TokenFinds::described(View text) const {
    TokenEntry entry;
    Shown token(text);
    entry.traits = traits_of(token);
    if (entry.traits & UNUSUAL) return entry;
    Needed needed;
    auto add = [&](TokenFind::Kind kind, int start, int end, uint32_t value) { entry.finds.push_back({kind, start, end, value}); };
    scan(rules, token, needed, [&](int literal, int start, int end) {
        if (rules.flags[literal] & VOCABULARY) entry.words.push_back({start, end});
        if (rules.flags[literal] & TELLING_PHRASE) add(TokenFind::PLACE, start, end, 0);
    });
    for (const Found& need : needed) add(TokenFind::NEED, need.start, need.end, need.rule);
    for (int at = 0; at < token.size(); at++) {
        int start = at;
        while (at < token.size() && token.is_rare(at)) at++;
        if (at > start) entry.rare.push_back({start, at});
    }
    if (token.is_ascii()) {
        find_openings(token, token.narrow(), entry);
        find_endings(token, token.narrow(), entry);
    } else {
        find_openings(token, token.wide(), entry);
        find_endings(token, token.wide(), entry);
    }
    find_halves(token, entry);
    return entry;
}

uint8_t TokenFinds::traits_of(const Shown& token) const {
    uint8_t traits = token.folded_by() & BY_NEIGHBOURS ? UNUSUAL : 0;
    if (token.folded_by() & BY_EASTERN) traits |= EASTERN;
    if (token.folded_by() & BY_WECHAT) traits |= WECHAT;
    for (int at = 0; at + 1 < token.size(); at++)
        if (begins_with_sign(token, at)) traits |= SIGN;
    return traits | apart(token);
}

bool TokenFinds::begins_with_sign(const Shown& token, int at) const {
    Char c = token[at];
    if (c != 'v' && c != 'w' && c != U'微') return false;
    return std::any_of(signs.begin(), signs.end(), [&](const Text& sign) { return sign[0] == c && sign[1] == token[at + 1]; });
}

// `depth` is the length of the first word, or 1 for what begins with any character.
template <class C> void TokenFinds::add_opening(const Shown& token, const C* text, int at, Automaton::Target target, int depth, bool by_word, TokenEntry& entry) const {
    int end = token.size();
    target = rules.automaton.at_end(text, at, end, target, depth);
    uint64_t next;
    if (!target || !rules.automaton.behind_space(target, end - at, rules.flags, READ, next)) return;
    bool is_word = by_word && at + depth == end;
    entry.openings.push_back({at, target, next, is_word, is_word ? word_key(text + at, depth) : 0});
    entry.next |= next;
}

template <class C> void TokenFinds::find_openings(const Shown& token, const C* text, TokenEntry& entry) const {
    const Bits& left = token.left_joints();
    for (int at = 0, size = token.size(); at < size; at++) {
        if (left[at] || text[at] <= ' ') continue;
        if (token.begins_word(at)) {
            int length = left.next_unset(at) - at;
            add_opening(token, text, at, rules.words.behind(rules.automaton, text + at, length), length, true, entry);
            if (sizeof(C) == 1) continue;
        }
        bool any = at + 1 < size ? rules.others.may_begin_with(text[at], text[at + 1]) : true;
        if (any) add_opening(token, text, at, rules.automaton.step(0, text[at]), 1, false, entry);
    }
}

template <class C> void TokenFinds::find_endings(const Shown& token, const C* text, TokenEntry& entry) const {
    const Bits& right = token.right_joints();
    uint64_t tail = 0;
    for (int end = 1; end <= token.size(); end++) {
        tail = Endings::tail_hash(tail, text[end - 1]);
        if (right[end] || !rules.endings->may_end_so(tail)) continue;
        entry.closes.push_back(end);
        entry.before |= rules.endings->before_tail(tail);
    }
}

void TokenFinds::find_halves(const Shown& token, TokenEntry& entry) const {
    auto halves = token.size() ? rules.spaced_needs.find(token[token.size() - 1]) : rules.spaced_needs.end();
    if (halves == rules.spaced_needs.end()) return;
    for (int literal : halves->second) {
        int length = 0, size = token.size();
        while (!is_space(rules.automaton.at(literal, length))) length++;
        bool same = length <= size;
        for (int n = 0; n < length && same; n++) same = rules.automaton.at(literal, n) == token[size - length + n];
        if (same) add_half(literal, length, size, entry);
    }
}

// A literal whose first `length` characters end a token of so many, before white space.
void TokenFinds::add_half(int literal, int length, int size, TokenEntry& entry) const {
    int behind = rules.automaton.length(literal) - length - 1;
    Char next = behind > 0 ? rules.automaton.at(literal, length + 1) : 0;
    entry.finds.push_back({TokenFind::HALF, size - length, size, static_cast<uint32_t>(literal), next});
    if (!behind) entry.next = ~0ull;
    if (behind == 1)
        for (Char second = 0; second < 32; second++) entry.next |= Automaton::pair_bit(next, second);
    if (behind > 1) entry.next |= Automaton::pair_bit(next, rules.automaton.at(literal, length + 2));
}

// -- documents --------------------------------------------------------------------------------------------------------

namespace {

class Tokenwise {
  public:
    Tokenwise(const Rules& rules, const Document& document, Met& met) : rules(rules), text(document.text), bytes(document.bytes), ascii(document.ascii), met(met) {}

    // False where so many tokens are odd that a pass over the whole text is less work.
    bool read(TokenFinds& finds, const TokenPlaces& tokens) {
        const size_t most = text.size() / (2 * static_cast<size_t>(rules.reach())) + 1;
        Breath breath;
        met.words.reserve(tokens.count / 8 + 8); // most texts have fewer of each
        met.needed.reserve(tokens.count / 8 + 8);
        if (!ascii) met.rare.reserve(tokens.count / 16 + 8);
        for (size_t n = 0; n < tokens.count; n += SEVERAL) {
            breath.take();
            size_t last = std::min(n + SEVERAL, tokens.count);
            if (ascii) read_ascii(finds, tokens, n, last);
            else read_wide(finds, tokens, n, last);
            if (met.odd.size() > most) return false;
        }
        bool signs = seen & WECHAT || (seen & EASTERN && seen & SIGN);
        met.wechat = signs && hides_wechat(shown().text());
        return true;
    }

  private:
    static constexpr size_t SEVERAL = 32;

    // First what can be told of some tokens without a branch, then what calls for a closer look.
    void read_ascii(TokenFinds& finds, const TokenPlaces& tokens, size_t first, size_t last) {
        const unsigned char* const bytes = shown().narrow(); // with zeros on both sides
        const TokenPlace *const place = tokens.first + first, *const end = tokens.first + last;
        const TokenFinds::Beside* const besides = finds.all_besides().data();
        const size_t known = finds.all_besides().size();
        static constexpr TokenFinds::Beside UNKNOWN;
        Span* word = worded;
        Due* next_due = due;
        bool before = apart_before;
        for (const TokenPlace* one = place; one < end; one++) {
            const TokenFinds::Beside& beside = one->number < known ? besides[one->number] : UNKNOWN;
            *word = {one->start + beside.word_start, one->start + beside.word_end};
            bool has_word = beside.word_end, is_behind = before & beside.apart;
            word += has_word;
            before = beside.apart;
            *next_due = {one, has_word, is_behind};
            next_due += is_behind | around(beside, bytes, *one);
        }
        apart_before = before;
        met.words.insert(met.words.end(), worded, word);
        next_due = std::remove_if(due, next_due, [&](const Due& one) { return !goes_on(finds, bytes, one); });
        for (const Due* one = due; one < next_due; one++) finds.expect(*one->place);
        for (const Due* one = due; one < next_due; one++) look_at(finds, *one);
    }

    // A token that calls for a closer look, whether its words are told already, and whether one set apart stands before it.
    struct Due {
        const TokenPlace* place;
        bool worded, is_behind;
    };

    // Whether what stands behind it goes on as its opening does, where that is all that calls for a closer look.
    bool goes_on(const TokenFinds& finds, const unsigned char* bytes, const Due& due) const {
        const TokenPlace& place = *due.place;
        if (place.number >= finds.all_besides().size()) return true;
        const TokenFinds::Beside& beside = finds.all_besides()[place.number];
        return !beside.key || due.is_behind || beside.before & before(bytes, place) || rules.words.may_go_on(beside.key, bytes + place.end);
    }

    void look_at(TokenFinds& finds, const Due& due) {
        const TokenEntry& entry = finds.of(*due.place, text, room);
        read_one(entry, *due.place, due.is_behind);
        if (!due.worded) add_words(entry, *due.place);
    }

    // The two characters on either side of a token, behind the white space.
    static uint64_t before(const unsigned char* bytes, const TokenPlace& place) { return Automaton::pair_bit(bytes + place.start - 3); }
    static uint64_t next(const unsigned char* bytes, const TokenPlace& place) { return Automaton::pair_bit(bytes + place.end + 1); }
    static bool around(const TokenFinds::Beside& beside, const unsigned char* bytes, const TokenPlace& place) {
        return ((beside.next & next(bytes, place)) | (beside.before & before(bytes, place))) != 0;
    }

    // The same of a text with more than ASCII, where most tokens are calm or nothing that matters stands beside them.
    void read_wide(TokenFinds& finds, const TokenPlaces& tokens, size_t first, size_t last) {
        const uint8_t* const calm = finds.all_calm().data();
        const size_t known = finds.all_calm().size() - 1;
        Due* next_due = due;
        for (size_t n = first; n < last; n++) {
            const TokenPlace& place = tokens.first[n];
            *next_due = {&place, false, false};
            next_due += !calm[std::min<size_t>(place.number, known)];
        }
        next_due = std::remove_if(due, next_due, [&](const Due& one) { return is_told(finds, *one.place); });
        for (const Due* one = due; one < next_due; one++) finds.expect(*one->place);
        for (const Due* one = due; one < next_due; one++) look_at(finds, *one->place);
    }

    // Whether all of a token is told by what stands beside it.
    bool is_told(const TokenFinds& finds, const TokenPlace& place) {
        if (place.number >= finds.all_besides().size()) return false;
        const TokenFinds::Beside& beside = finds.all_besides()[place.number];
        if (beside.apart || beside.rare || may_go_on(beside.next, place.end) || may_come(beside.before, place.start)) return false;
        if (beside.word_end) met.words.push_back({place.start + beside.word_start, place.start + beside.word_end});
        return true;
    }

    void look_at(TokenFinds& finds, const TokenPlace& place) {
        const TokenEntry& entry = finds.of(place, text, room);
        bool is_apart = entry.traits & APART;
        read_one(entry, place, is_apart && last_apart == &place - 1);
        if (is_apart) last_apart = &place;
        add_words(entry, place);
        for (const Span& rare : entry.rare) met.rare.push_back({place.start + rare.start, place.start + rare.end});
    }

    void add_words(const TokenEntry& entry, const TokenPlace& place) {
        for (const Span& word : entry.words) met.words.push_back({place.start + word.start, place.start + word.end});
    }

    void read_one(const TokenEntry& entry, const TokenPlace& place, bool behind_apart) {
        if (entry.traits && !is_usual(entry.traits, place, behind_apart)) return met.odd.push_back({place.start, place.end});
        if (entry.before && may_come(entry.before, place.start)) end_in(entry, place.start);
        if (!entry.openings.empty() && may_go_on(entry.next, place.end)) go_on(entry, place);
        for (const TokenFind& find : entry.finds) add(find, place.start);
    }

    const Shown& shown() {
        if (!met.shown) met.shown.emplace(Shown::folded_each(text, ascii, bytes));
        return *met.shown;
    }

    // Whether a token with traits is folded as it is by itself.
    bool is_usual(uint8_t traits, const TokenPlace& place, bool behind_apart) {
        seen |= traits;
        if (traits & UNUSUAL) return false;
        if (!(traits & APART)) return true;
        return !(traits & IN_ROW || behind_apart) || !has_row(shown(), place.start - ROW, place.end + ROW);
    }

    void add(const TokenFind& find, int base) {
        int start = base + find.start, end = base + find.end;
        switch (find.kind) {
        case TokenFind::PLACE: met.places.push_back({start, end}); break;
        case TokenFind::NEED: met.needed.push_back({start, end, static_cast<int>(find.value)}); break;
        case TokenFind::HALF:
            if (!find.next || (end + 1 < static_cast<int>(text.size()) && shown()[end + 1] == find.next)) complete(static_cast<int>(find.value), start);
            break;
        }
    }

    void add_hit(int literal, int start, int end) {
        if (rules.flags[literal] & VOCABULARY) met.words.push_back({start, end});
        if (rules.flags[literal] & TELLING_PHRASE) met.places.push_back({start, end});
    }

    // Whether what stands behind the white space at `end` may be what an opening calls for.
    bool may_go_on(uint64_t next, int end) const {
        if (next == ~0ull) return true;
        if (end + 2 >= static_cast<int>(text.size())) return true;
        Char first = text[end + 1], second = text[end + 2];
        return (first | second) >= 0x80 || next & Automaton::pair_bit(first, second);
    }

    // Whether what stands before the white space at `start` may be what a long phrase ends with before that.
    bool may_come(uint64_t before, int start) const {
        if (before == 0 || before == ~0ull) return before;
        if (start < 3) return true;
        Char first = text[start - 3], second = text[start - 2];
        return (first | second) >= 0x80 || before & Automaton::pair_bit(first, second);
    }

    void go_on(const TokenEntry& entry, const TokenPlace& place) {
        const Shown& all = shown();
        int end = place.end;
        auto free = [&](int literal, int from, int to) {
            if (to > end && is_free(rules, all, literal, to)) add_hit(literal, from, to);
        };
        for (const Opening& opening : entry.openings) {
            if (!may_go_on(opening.next, end)) continue;
            int start = place.start + opening.start;
            if (ascii) {
                if (opening.is_word && !rules.words.may_go_on(opening.key, all.narrow() + end)) continue;
                rules.automaton.walk(all.narrow(), all.size(), start, opening.target, end - start, free);
            } else {
                if (opening.is_word && !rules.words.may_go_on(opening.key, all.wide() + end, all.size() - end)) continue;
                rules.automaton.walk(all.wide(), all.size(), start, opening.target, end - start, free);
            }
        }
    }

    void end_in(const TokenEntry& entry, int base) {
        const Shown& all = shown();
        int only = entry.closes.size() == 1 ? base + entry.closes[0] : 0;
        if (only >= 8 && ascii && !rules.may_end(all, all.narrow(), only)) return;
        auto glued = [&](int literal, int from, int to) {
            if (all.glued(from, false)) add_hit(literal, from, to);
        };
        for (int close : entry.closes) {
            int end = base + close;
            if (end < 8) continue;
            if (ascii && rules.may_end(all, all.narrow(), end)) rules.endings->find(rules.automaton, all.narrow(), end, glued);
            if (!ascii && rules.endings->may_end(all.wide(), end)) rules.endings->find(rules.automaton, all.wide(), end, glued);
        }
    }

    void complete(int literal, int start) {
        const Shown& all = shown();
        int end = start + rules.automaton.length(literal);
        if (end > all.size()) return;
        bool same = ascii ? rules.automaton.same(literal, 0, all.narrow() + start) : rules.automaton.same(literal, 0, all.wide() + start);
        if (same) add_needs(rules, met.needed, literal, start, end);
    }

    static constexpr int ROW = 8;

    const Rules& rules;
    View text;
    const unsigned char* bytes;
    bool ascii;
    Met& met;
    TokenEntry room;
    uint8_t seen = 0;
    bool apart_before = false; // whether the token before may belong to a row of letters set apart,
    const TokenPlace* last_apart = nullptr; // and the last one that may
    Span worded[SEVERAL];      // room for what is seen of some tokens
    Due due[SEVERAL];
};

} // namespace

bool read_tokens(const Rules& rules, TokenFinds& finds, const Document& document, const TokenPlaces& tokens, Met& met) {
    if (!tokens.count || !rules.inside_tokens) return false;
    TokenFinds::Reader reader(finds, tokens.generation);
    return reader.good && Tokenwise(rules, document, met).read(finds, tokens);
}

} // namespace matching
} // namespace scrub
