// What is known of each token between spaces, filled when it is first met.
#pragma once
#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <memory>
#include <unordered_map>
#include <vector>

#include "base.hpp"
#include "document.hpp"
#include "language.hpp"
#include "language_grams.hpp"
#include "language_scan.hpp"
#include "language_words.hpp"
#include "load.hpp"
#include "memory.hpp"
#include "unicode.hpp"

namespace scrub::lang {

using Counts = std::array<int, 256>; // letters by script

// Memory that is given back all at once.
class Arena {
  public:
    void* take(size_t bytes) {
        bytes = (bytes + 15) / 16 * 16;
        if (blocks.empty() || used + bytes > size) grow(bytes); // nothing at all needs a place, too
        void* found = blocks.back().get() + used;
        used += bytes;
        return found;
    }
    void clear() {
        blocks.clear();
        used = size = total = 0;
    }
    size_t bytes() const { return total; }

  private:
    static constexpr size_t USUAL = 1 << 18;
    std::vector<std::unique_ptr<char[]>> blocks;
    size_t used = 0, size = 0, total = 0;

    void grow(size_t bytes) {
        size = std::max(bytes, USUAL);
        blocks.emplace_back(new char[size]);
        total += size;
        used = 0;
    }
};

constexpr int NO_SCRIPT = -1, SEVERAL = -2;

struct alignas(64) Token { // what most texts ask for is in the first 64 bytes
    enum : uint8_t { JUNK = 1, CUT = 2, TELLING = 4, WHOLE = 8, LONG = 16 };
    uint64_t low = 0, high = 0;       // the characters where they are few and small, else what no such token has
    double bound = 0.0;               // RatioBounds of it for the host that `bound_key` stands for
    const int32_t* costs = nullptr;   // PackedCosts of it, nullptr for nothing
    uint32_t length = 0;
    uint32_t number = TokenPlace::NONE; // among all that are kept
    uint16_t ink = 0;                 // letters, marks and digits, 0xffff for more
    uint8_t form = 0;                 // TokenPlace::Form
    uint8_t flags = 0;                // CUT: a part is code; TELLING: has a letter of TELLING_LETTERS; WHOLE: in `RatioBounds.whole`
    uint16_t bound_key = UINT16_MAX;
    int16_t script = NO_SCRIPT;       // of the letters that are left without code and addresses
    uint16_t letters = 0;
    uint8_t studied = UINT8_MAX;      // the open script that costs, parts and WHOLE are meant for
    uint8_t wordless = 0;             // a bit for each open script that it has no words of
    uint8_t part_count = 0, gram_words = 0, gram_script = UINT8_MAX;
    bool again = false;               // it was met more than once
    const Char* text = nullptr;       // the characters elsewhere, where they are not in the key
    const int32_t* parts = nullptr;   // what each word costs, as it is and as it is read in capitals
    const uint32_t* grams = nullptr;  // the numbers of the n-grams of its words that are not all capitals, in the script `gram_script`
    uint16_t gram_count = 0, gram_letters = 0;

    bool is(uint8_t flag) const { return flags & flag; }
};

class Tokens {
  public:
    Tokens() : junk(load_regex("language", "TOKEN_JUNK")), simple(is_known_pattern()), longest_word(static_cast<size_t>(load_int("language", "LONGEST_WORD"))) {
        tokens.reserve(MOST + HELD);
        slots.resize(SLOTS);
        read_open_scripts();
        read_telling();
        closers.erase(std::remove(closers.begin(), closers.end(), U'\\'), closers.end()); // there it marks the bracket behind it
    }

    std::vector<std::unique_ptr<Grams>> open; // the open scripts in the order of OPEN_SCRIPTS
    std::array<int8_t, 256> open_of;          // the number in `open` of a script, or -1
    Normal normal;
    Folding folding;
    Scan scan;

    int script_of_open(int number) const { return open_scripts[static_cast<size_t>(number)]; }

    uint64_t generation = 1; // counts how often tokens were forgotten, and got other numbers
    static uint32_t number_of(const Token& token) { return token.number; }

    Token* numbered(uint32_t number) { return number < tokens.size() ? &tokens[number] : nullptr; }

    // Forgets tokens where there are many: none that was found before may be used afterwards, but for those found under a `Hold`.
    void make_room() {
        if (holds) return;
        if (tokens.size() >= MOST || arena.bytes() >= MOST_BYTES) forget();
        if (long_tokens.size() >= MOST_LONG) forget_long();
    }

    // Keeps the tokens that are found while it is there; there is room for so many as HELD.
    static constexpr size_t HELD = 1 << 14;
    class Hold {
      public:
        explicit Hold(Tokens& tokens) : tokens(tokens) {
            tokens.make_room();
            tokens.holds++;
        }
        Hold(const Hold&) = delete;
        Hold& operator=(const Hold&) = delete;
        ~Hold() { tokens.holds--; }

      private:
        Tokens& tokens;
    };

    // Where the tokens of a text start and end, in order. `ascii`: the same text as bytes, where it is all ASCII and they are at hand.
    template <class Place> size_t find_places(View text, const uint8_t* ascii, RoomyVector<Place>& places) {
        size_t most = text.size() / 2 + 1;
        if (places.size() < most) places.resize(most);
        scan.read(text, ascii);
        return scan.find_tokens(places.data());
    }

    // Calls each(number, token) for the tokens at places that were found in this text, in order; nothing else may be scanned meanwhile.
    template <class Place, class Each> void each_token(View text, const Place* places, size_t count, Each each) {
        Breath breath;
        const Slot* const table = slots.data();
        Token* const known = tokens.data(); // they never move
        const uint8_t* const bytes = scan.bytes();
        const size_t last = scan.readable() < SHORT ? 0 : scan.readable() - SHORT + 1; // what starts before can be read at once
        const bool small = scan.small;
        for (size_t first = 0; first < count; first += TOGETHER) { // memory is slow to answer: it is asked for several at once
            breath.take();
            Key keys[TOGETHER];
            const size_t many = std::min(TOGETHER, count - first);
            for (size_t n = 0; n < many; n++) {
                size_t start = static_cast<size_t>(places[first + n].start), size = static_cast<size_t>(places[first + n].end) - start;
                uint64_t low = 0, high = BY_TEXT;
                if (size <= SHORT && start < last) low = load(bytes + start) & MASKS[8 + size], high = load(bytes + start + 8) & MASKS[size];
                bool packed = high != BY_TEXT && (small || (!has_255(low) && !has_255(high)));
                keys[n] = packed ? Key{low, high, mixed(low, high)} : key_by_text(text, start, size);
                fetch(&table[slot_of(keys[n].hash)]);
            }
            for (size_t n = 0; n < many; n++) fetch(known + std::max(1u, table[slot_of(keys[n].hash)].number) - 1);
            for (size_t n = 0; n < many; n++) {
                const Key& key = keys[n];
                size_t start = static_cast<size_t>(places[first + n].start), size = static_cast<size_t>(places[first + n].end) - start;
                const Slot& slot = table[slot_of(key.hash)];
                Token* token = slot.tag == tag_of(key.hash) && slot.number && key.high != BY_TEXT ? known + (slot.number - 1) : nullptr;
                if (token && token->low == key.low && token->high == key.high && token->length == size) {
                    if (!token->again) token->again = true;
                    each(first + n, *token);
                } else {
                    each(first + n, find_slowly(key, text, start, size));
                }
            }
        }
        scan.rest();
    }

    // Calls each(start, end, token) for every token of a text of any length; `ascii` as in `find_places`.
    template <class Each> void each_token(View text, const uint8_t* ascii, Each each) {
        auto places = std::move(spare_places);
        for (size_t base = 0; base < text.size();) {
            size_t size = block_of(text, base);
            View block = text.substr(base, size);
            size_t count = find_places(block, ascii ? ascii + base : nullptr, places);
            each_token(block, places.data(), count, [&](size_t n, Token& token) { each(base + static_cast<size_t>(places[n].start), base + static_cast<size_t>(places[n].end), token); });
            base += size;
        }
        spare_places = std::move(places);
    }

    // A stretch of a text that is all ASCII, which is at hand as bytes.
    Token& find(View text, const uint8_t* ascii, size_t start, size_t size) {
        if (size > SHORT || start + SHORT > text.size()) return find(text.substr(start, size));
        uint64_t low = load(ascii + start) & MASKS[8 + size], high = load(ascii + start + 8) & MASKS[size], hash = mixed(low, high);
        const Slot& slot = slots[slot_of(hash)];
        if (slot.tag == tag_of(hash) && slot.number) {
            Token& token = tokens[slot.number - 1];
            if (token.low == low && token.high == high && token.length == size) return token;
        }
        return find(text.substr(start, size));
    }

    Token& find(View text) { return find(key_by_text(text, 0, text.size()), text); }

    Text text_of(const Token& token) const {
        if (token.text) return Text(token.text, token.length);
        Text found(token.length, U'\0');
        for (size_t at = 0; at < token.length; at++) found[at] = (at < 8 ? token.low >> at * 8 : token.high >> (at - 8) * 8) & 255;
        return found;
    }

    // PackedCosts[token] in an open script; nullptr where it costs nothing.
    const int32_t* costs(Token& token, int number) {
        if (token.studied != number) {
            if (token.wordless >> number & 1) return nullptr;
            study(token, number);
        }
        return token.costs;
    }

    // Finds out the n-grams of the words of a token in an open script; one that is LONG does not keep them.
    void know_grams(Token& token, int number) {
        if (token.gram_script == number) return;
        found_grams.clear();
        GramTotals found = each_gram_of(token, number, [&](uint32_t gram) { found_grams.push_back(gram); });
        auto room = static_cast<uint32_t*>(arena.take(found_grams.size() * sizeof(uint32_t)));
        std::copy(found_grams.begin(), found_grams.end(), room);
        token.grams = room;
        token.gram_count = static_cast<uint16_t>(found_grams.size());
        token.gram_letters = static_cast<uint16_t>(found.letters);
        token.gram_words = static_cast<uint8_t>(found.words);
        token.gram_script = static_cast<uint8_t>(number);
    }

    // Calls each(number) for every n-gram of the words of a token that are not all capitals; how many letters and words these have.
    struct GramTotals { size_t letters = 0, words = 0; };
    template <class Each> GramTotals each_gram_of(const Token& token, int number, Each each) {
        GramTotals found;
        each_word(token, text_of(token), number, [&](View word, bool is_mixed) {
            if (!is_mixed) return;
            each_gram(word, [&](Gram g) { each(gram_numbers.add(g)); });
            found.letters += word.size();
            found.words++;
        });
        return found;
    }
    GramNumbers gram_numbers;

    // What the bound of a token is meant for.
    static uint16_t bound_key(int number, size_t column) { return static_cast<uint16_t>(static_cast<size_t>(number) << 8 | column); }

    // RatioBounds[token].
    double bound(Token& token, int number, size_t column) {
        uint16_t key = bound_key(number, column);
        if (token.bound_key == key) return token.bound;
        double found = new_bound(token, number, column);
        token.bound = found;
        token.bound_key = key;
        return found;
    }

    // language.words_of of one token, every word with whether it is kept beside words that are not all capitals.
    template <class Each> void each_word(const Token& token, View text, int number, Each each) {
        if (token.is(Token::JUNK)) return;
        fold(text, folded);
        each_match(folded, script_of_open(number), [&](View word) {
            if (word.size() <= longest_word) each(word, !in_capitals(word));
        });
    }

    // language._plain_token.
    Text plain(View text) {
        Text found;
        each_part(text, [&](View part, bool ascii) {
            if (ascii && is_junk(part)) found += U' ';
            else found += part;
        });
        return found;
    }

    // The letters of each script in the plain form of a text: scripts.profile of language._without_code of a short text.
    void count(View text, Counts& counts) {
        each_part(text, [&](View part, bool ascii) {
            if (!ascii) {
                int script = letter_script(part[0]);
                if (script >= 0) counts[static_cast<size_t>(script)]++;
                return;
            }
            int letters = 0;
            for (Char c : part) letters += ((c | 32) - 'a') < 26;
            if (letters && !find(part).is(Token::JUNK)) counts[LATIN] += letters;
        });
    }

    void abandon() {
        normal.abandon();
        for (auto& grams : open) grams->abandon();
    }

    struct Telling {
        int script;
        std::string language;
        Text letters, without;
        double share;
    };
    std::vector<Telling> telling;

  private:
    // How much of a text is scanned at once: up to white space.
    static size_t block_of(View text, size_t base) {
        size_t end = std::min(text.size(), base + SCANNED);
        while (end < text.size() && !is_space(text[end])) end++;
        return end - base;
    }

    static constexpr size_t SCANNED = 1 << 15, TOGETHER = 32;
    static constexpr size_t SHORT = 16, LONGEST = 64, MOST = 1 << 17, SLOT_BITS = 18, SLOTS = 1 << SLOT_BITS, MOST_LONG = 512;
    static constexpr size_t MOST_BYTES = 1 << 26, MOST_LETTERS = 1 << 16, MOST_GRAMS = 1 << 19;
    struct Slot {
        uint32_t tag = 0, number = 0; // the number of the token, from 1; 0 for none
    };
    Regex junk;
    bool simple; // whether it is the pattern that `is_plain` knows
    size_t longest_word;
    std::vector<int> open_scripts;
    Text telling_letters;
    std::vector<Slot> slots;
    std::vector<Token> tokens;
    std::deque<Token> long_tokens;
    Arena arena, long_arena;
    RoomyVector<Span> spare_places;
    std::vector<uint32_t> found_grams;
    Text folded;             // the token that is being studied,
    std::vector<View> words; // and its words
    int holds = 0;

    struct Key {
        uint64_t low, high, hash;
    };
    static constexpr uint64_t BY_TEXT = ~0ull;

#if defined(__GNUC__)
    __attribute__((noinline)) // or the common case gets slower
#endif
    Token& find_slowly(const Key& key, View text, size_t start, size_t size) {
        return find(key, text.substr(start, size));
    }

#if defined(__GNUC__)
    __attribute__((noinline))
#endif
    static Key key_by_text(View text, size_t start, size_t size) {
        uint8_t narrow[SHORT] = {};
        View token = text.substr(start, size);
        for (size_t at = 0; at < size && at < SHORT; at++) narrow[at] = static_cast<uint8_t>(std::min<Char>(token[at], 255));
        return key_of(token, narrow);
    }

    static uint64_t load(const uint8_t* from) {
        uint64_t bytes;
        std::memcpy(&bytes, from, 8);
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
        bytes = __builtin_bswap64(bytes);
#endif
        return bytes;
    }
    // The first bytes of eight, none for a size below nine: MASKS[size + 8] are those of the first eight of a token of this size,
    // MASKS[size] those of the eight behind them.
    static constexpr std::array<uint64_t, SHORT + 9> MASKS = [] {
        std::array<uint64_t, SHORT + 9> masks{};
        for (size_t at = 9; at < masks.size(); at++) masks[at] = at >= 16 ? ~0ull : (1ull << (at - 8) * 8) - 1;
        return masks;
    }();
    static bool has_255(uint64_t bytes) { return (~bytes - 0x0101010101010101ull) & bytes & 0x8080808080808080ull; }

    static uint64_t mixed(uint64_t low, uint64_t high) { return (low ^ high * 0xbf58476d1ce4e5b9ull) * 0x9e3779b97f4a7c15ull; }
    static size_t slot_of(uint64_t hash) { return hash >> (64 - SLOT_BITS); }
    static uint32_t tag_of(uint64_t hash) { return static_cast<uint32_t>(hash >> (32 - SLOT_BITS)); }

    // The characters of a token where they are few and small, else a hash of them and what no such token has.
    static Key key_of(View text, const uint8_t* bytes, bool small = false) {
        size_t size = text.size();
        if (size <= SHORT) {
            uint64_t low = load(bytes) & MASKS[8 + size], high = load(bytes + 8) & MASKS[size];
            if (small || (!has_255(low) && !has_255(high))) return {low, high, mixed(low, high)};
        }
        if (size > LONGEST) return {0, BY_TEXT, 0};
        uint64_t hash = size;
        for (Char c : text) hash = (hash ^ c) * 0x9e3779b97f4a7c15ull, hash ^= hash >> 32;
        return {hash, BY_TEXT, hash};
    }

    static bool is_same(const Token& token, const Key& key, View text) {
        bool same = token.low == key.low && token.high == key.high && token.length == text.size();
        return same && (key.high != BY_TEXT || View(token.text, token.length) == text);
    }

    Token& find(const Key& key, View text) {
        if (text.size() > LONGEST) return add_long(text);
        size_t at = slot_of(key.hash);
        for (; slots[at].number; at = (at + 1) & (SLOTS - 1)) {
            if (slots[at].tag != tag_of(key.hash)) continue;
            Token& token = tokens[slots[at].number - 1];
            if (!is_same(token, key, text)) continue;
            token.again = true;
            return token;
        }
        return add(key, text, at);
    }

    Token& add(const Key& key, View text, size_t at) {
        if (tokens.size() == tokens.capacity()) throw std::logic_error("more tokens are held than there is room for");
        Token token;
        token.low = key.low;
        token.high = key.high;
        if (key.high == BY_TEXT) token.text = copy_of(text);
        describe(token, text);
        token.number = static_cast<uint32_t>(tokens.size());
        tokens.push_back(token);
        slots[at] = {tag_of(key.hash), static_cast<uint32_t>(tokens.size())};
        return tokens.back();
    }

    const Char* copy_of(View text) { return copy_of(text.data(), text.size()); }

    // A token that is not kept: its text has to stay where it is.
    Token& add_long(View text) {
        Token token;
        token.text = text.data();
        token.flags = Token::LONG;
        describe(token, text);
        long_tokens.push_back(token);
        return long_tokens.back();
    }

    // Lets the tokens go that were met only once since the last time, and the youngest of too many others.
    void forget() {
        generation++;
        std::fill(slots.begin(), slots.end(), Slot());
        if (gram_numbers.size() > MOST_GRAMS) {
            gram_numbers.clear();
            for (Token& token : tokens) token.gram_script = UINT8_MAX;
        }
        Arena old = std::move(arena);
        arena = Arena();
        size_t kept = 0;
        for (size_t n = 0; n < tokens.size() && kept < MOST / 2 && arena.bytes() < MOST_BYTES / 2; n++)
            if (tokens[n].again) keep(tokens[n], kept++);
        tokens.resize(kept);
        forget_long();
    }

    // A token with all that is known of it, at another place; what it points to is copied.
    void keep(Token token, size_t number) {
        if (token.text) token.text = copy_of(View(token.text, token.length));
        if (token.studied != UINT8_MAX) {
            size_t stride = open[token.studied]->stride();
            token.costs = copy_of(token.costs, stride);
            token.parts = copy_of(token.parts, stride * 2 * token.part_count);
        }
        if (token.gram_script != UINT8_MAX) token.grams = copy_of(token.grams, token.gram_count);
        token.again = false;
        token.number = static_cast<uint32_t>(number);
        uint64_t hash = token.high == BY_TEXT ? token.low : mixed(token.low, token.high);
        size_t at = slot_of(hash);
        while (slots[at].number) at = (at + 1) & (SLOTS - 1);
        slots[at] = {tag_of(hash), static_cast<uint32_t>(number) + 1};
        tokens[number] = token;
    }

    template <class Item> const Item* copy_of(const Item* items, size_t count) {
        if (!items) return nullptr;
        auto copy = static_cast<Item*>(arena.take(count * sizeof(Item)));
        std::copy(items, items + count, copy);
        return copy;
    }

    void forget_long() {
        long_tokens.clear();
        long_arena.clear();
    }

    bool is_junk(View text) const { return !(simple && is_plain(text)) && junk.search(text); }

    // The pattern that `is_plain` knows.
    static constexpr const char* JUNK_PATTERN = R"([_\d@\\=<>{}$]|://|^www\.|\p{L}\.[a-z]{2,}|\p{Ll}\p{Lu})";

    // Whether a token is nothing but ASCII letters, no capital behind a small one, with a few signs that make no junk.
    static bool is_plain(View text) {
        if (text.substr(0, 3) == U"www") return false;
        bool small = false;
        for (size_t at = 0; at < text.size(); at++) {
            Char c = text[at];
            bool now_small = c >= 'a' && c <= 'z', capital = c >= 'A' && c <= 'Z';
            bool last = at + 1 == text.size();
            bool sign = c == ',' || c == '-' || c == '\'' || c == '"' || c == '(' || c == ')' || c == ';' || c == '!' || c == '?' || (last && (c == '.' || c == ':'));
            if (!(now_small || sign || (capital && !small))) return false;
            small = now_small;
        }
        return true;
    }

    static bool is_known_pattern() {
        Ref source = Ref::checked(PyObject_GetAttrString(attribute("language", "TOKEN_JUNK").get(), "pattern"));
        return PyUnicode_CompareWithASCIIString(source.get(), JUNK_PATTERN) == 0;
    }

    // The runs of visible ASCII characters, language.ASCII_TOKEN, and every other character by itself.
    template <class Each> static void each_part(View text, Each each) {
        auto visible = [](Char c) { return c >= '!' && c <= '~'; };
        for (size_t at = 0; at < text.size();) {
            size_t start = at++;
            bool ascii = visible(text[start]);
            while (ascii && at < text.size() && visible(text[at])) at++;
            each(text.substr(start, at - start), ascii);
        }
    }

    void describe(Token& token, View text) {
        token.length = static_cast<uint32_t>(text.size());
        if (is_junk(text)) token.flags |= Token::JUNK;
        int script = NO_SCRIPT, letters = 0;
        auto letter = [&](int its) {
            script = script == NO_SCRIPT || script == its ? its : SEVERAL;
            letters++;
        };
        bool small = true;
        each_part(text, [&](View part, bool ascii) {
            small = small && part[0] < 128;
            if (!ascii) {
                int its = letter_script(part[0]);
                if (its >= 0) letter(its);
            } else if (part.size() == text.size() ? token.is(Token::JUNK) : is_junk(part)) {
                token.flags |= Token::CUT;
            } else {
                for (Char c : part)
                    if (((c | 32) - 'a') < 26) letter(LATIN);
            }
        });
        token.script = static_cast<int16_t>(script);
        token.letters = static_cast<uint16_t>(std::min(letters, 0xffff));
        if (!small && has_telling(text)) token.flags |= Token::TELLING;
        auto inked = std::count_if(text.begin(), text.end(), is_inked);
        token.ink = static_cast<uint16_t>(std::min<ptrdiff_t>(inked, TokenPlace::MUCH));
        token.form = token.ink == TokenPlace::MUCH ? TokenPlace::JOINS : form_of(text); // too long to be looked at like others
    }

    static bool is_inked(Char c) { return is_letter(c) || is_mark(c) || is_number(c); }

    // What a token looks like to the search for candidates: WORD of candidates.py says what a word is.
    uint8_t form_of(View text) const {
        if (text.empty()) return 0;
        auto joint = [](Char c) { return c == '.' || c == '\'' || c == U'’' || c == '+' || c == '/' || c == '-'; };
        auto unit = [](Char c) { return c == '%' || c == U'€' || c == '$' || c == U'£'; };
        bool odd = false, after_word = false, after_sign = false;
        for (Char c : text) {
            odd = odd || (after_sign && is_inked(c));
            if (is_inked(c)) after_word = true;
            else if (after_word && !joint(c) && !unit(c)) after_sign = true;
        }
        size_t word = text.size();
        while (word && !is_inked(text[word - 1]) && !unit(text[word - 1])) word--;
        bool small = is_lower(text.front()), wordy = word == text.size(), pause = !wordy && !set_off.fullmatch(text.substr(word));
        return static_cast<uint8_t>(joins(text) * TokenPlace::JOINS | stops(text) * TokenPlace::STOPS | small * TokenPlace::SMALL | wordy * TokenPlace::WORDY
                                    | odd * TokenPlace::ODD | pause * TokenPlace::PAUSE);
    }

    // Whether a sentence may end inside a token, or an ad: a stop before three letters, one that needs no space behind it, or a
    // capital behind a small letter, digit or per cent sign.
    static bool joins(View text) {
        int letters = -1; // in a row behind a stop and perhaps a closing sign; -1 where no stop is before them
        for (size_t at = 0; at < text.size(); at++) {
            Char c = text[at], before = at ? text[at - 1] : U' ';
            if (c == U'。' || c == U'！' || c == U'？' || c == U'｡' || c == U'；') return true;
            bool stop = c == '.' || c == '!' || c == '?', closing = c == '"' || c == U'”' || c == U'’' || c == U'»' || c == ')';
            if (stop) letters = 0;
            else if (letters >= 0 && is_letter(c)) letters++;
            else if (!(letters == 0 && closing && (before == '.' || before == '!' || before == '?'))) letters = -1;
            if (letters == 3) return true;
            bool capital = c < 128 ? c >= 'A' && c <= 'Z' : category(c) == Lu;
            if (capital && (before == '%' || category(before) == Ll || category(before) == Nd)) return true;
        }
        return false;
    }

    // Whether a sentence ends with a token: tokenizer.SENTENCE_END before white space.
    bool stops(View text) const {
        size_t end = text.size();
        if (end && text[end - 1] == ';') return true;
        while (end && closers.find(text[end - 1]) != Text::npos) end--;
        return end && sentence_stops.find(text[end - 1]) != Text::npos;
    }
    Text closers = load_text("tokenizer", "CLOSERS"), sentence_stops = load_text("tokenizer", "STOPS");
    Regex set_off = load_regex("candidates", "SET_OFF");


    bool has_telling(View text) {
        if (!normal.is_settled(text)) return lower(normal.nfc(text)).find_first_of(telling_letters) != Text::npos;
        for (Char c : text)
            if (c >= 128 && telling_letters.find(Py_UNICODE_TOLOWER(c)) != Text::npos) return true;
        return false;
    }

    void fold(View text, Text& into) {
        normal.nfc(text, into);
        folding.apply(into);
    }

    // Finds out what the words of a token cost in a script.
    void study(Token& token, int number) {
        Text text = text_of(token);
        fold(text, folded);
        words.clear();
        each_match(folded, script_of_open(number), [&](View word) { words.push_back(word); });
        token.studied = UINT8_MAX; // should a profile turn out to be unreadable
        token.flags &= static_cast<uint8_t>(~Token::WHOLE);
        token.costs = token.parts = nullptr;
        token.part_count = 0;
        if (words.empty()) {
            token.wordless |= static_cast<uint8_t>(1 << number);
        } else if (words.size() == 1 && words[0].size() <= longest_word && !in_capitals(words[0]) && !token.is(Token::JUNK)) {
            token.flags |= Token::WHOLE;
            keep_word(token, text, number);
        } else if (!token.is(Token::LONG)) {
            keep_parts(token, number);
            keep_costs(token, text, number);
        } else {
            keep_long(token, text, number);
        }
        token.studied = static_cast<uint8_t>(number);
    }

    int32_t* room_for(const Token& token, int number, size_t rows) {
        size_t size = rows * open[static_cast<size_t>(number)]->stride() * sizeof(int32_t);
        auto room = static_cast<int32_t*>((token.is(Token::LONG) ? long_arena : arena).take(size));
        std::memset(room, 0, size);
        return room;
    }

    // What folding made partly small counts as capitals still.
    void keep_word(Token& token, View text, int number) {
        if (words[0].size() > 1 && all_upper(text)) return;
        int32_t* sum = room_for(token, number, 1);
        open[static_cast<size_t>(number)]->add_word(words[0], sum);
        token.costs = sum;
    }

    void keep_parts(Token& token, int number) {
        Grams& grams = *open[static_cast<size_t>(number)];
        int32_t* parts = room_for(token, number, words.size() * 2);
        for (size_t n = 0; n < words.size(); n++) {
            int32_t* plain = parts + n * 2 * grams.stride();
            grams.add_word(words[n], plain);
            if (all_upper(words[n])) grams.add_word(first_kept(words[n]), plain + grams.stride());
            else std::copy(plain, plain + grams.stride(), plain + grams.stride());
        }
        token.parts = parts;
        token.part_count = static_cast<uint8_t>(words.size());
    }

    // Calls each(number of the word, whether it is read in capitals) for the words that PackedCosts sums up.
    template <class Each> void each_costly(const Token& token, View text, Each each) const {
        if (token.is(Token::JUNK)) return;
        auto fits = [&](View word) { return word.size() <= longest_word; };
        bool mixed = std::any_of(words.begin(), words.end(), [&](View word) { return fits(word) && !in_capitals(word); });
        bool upper = all_upper(text);
        for (size_t n = 0; n < words.size(); n++) {
            View word = words[n];
            if (!fits(word) || (mixed && in_capitals(word)) || (word.size() > 1 && upper)) continue;
            each(n, !mixed);
        }
    }

    // PackedCosts[token], out of the costs of its words.
    void keep_costs(Token& token, View text, int number) {
        size_t stride = open[static_cast<size_t>(number)]->stride();
        int32_t* sum = nullptr;
        each_costly(token, text, [&](size_t n, bool capitals) {
            if (!sum) sum = room_for(token, number, 1);
            Grams::add_row(token.parts + (n * 2 + capitals) * stride, sum, stride);
        });
        token.costs = sum;
    }

    // A long token may have words of any length and any number of them, but those that cost are none that long.
    void keep_long(Token& token, View text, int number) {
        int32_t* sum = nullptr;
        size_t letters = 0;
        each_costly(token, text, [&](size_t n, bool capitals) {
            letters += words[n].size();
            if (letters > MOST_LETTERS) throw Unsupported("very many words without white space");
            if (!sum) sum = room_for(token, number, 1);
            open[static_cast<size_t>(number)]->add_word(capitals ? first_kept(words[n]) : Text(words[n]), sum);
        });
        token.costs = sum;
    }

    double new_bound(Token& token, int number, size_t column) {
        bool wordless = token.studied != number && (token.wordless >> number & 1);
        if (wordless) return 0.0;
        if (token.studied != number) study(token, number);
        const Grams& grams = *open[static_cast<size_t>(number)];
        if (token.is(Token::WHOLE)) return token.costs ? grams.ahead(token.costs, column) : 0.0;
        if (token.is(Token::LONG)) return bound_of_long(text_of(token), number, column);
        Sum sum;
        for (size_t n = 0; n < token.part_count; n++) {
            const int32_t* word = token.parts + n * 2 * grams.stride();
            sum.add(std::max({0.0, grams.ahead(word, column), grams.ahead(word + grams.stride(), column)}));
        }
        return sum.value();
    }

    double bound_of_long(View text, int number, size_t column) {
        Grams& grams = *open[static_cast<size_t>(number)];
        fold(text, folded);
        Sum sum;
        each_match(folded, script_of_open(number), [&](View word) {
            Fields plain = grams.word(word), read = grams.word(as_read(word));
            sum.add(std::max({0.0, grams.ahead(plain.data(), column), grams.ahead(read.data(), column)}));
        });
        return sum.value();
    }

    // language._capitalised.
    static Text as_read(View word) { return all_upper(word) ? first_kept(word) : Text(word); }

    void read_open_scripts() {
        open_of.fill(-1);
        Ref mapping = attribute("language", "OPEN_SCRIPTS");
        Ref items = Ref::checked(PyMapping_Items(mapping.get()));
        Ref each = Ref::checked(PySequence_Tuple(items.get()));
        for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(each.get()); n++) add_open_script(PyTuple_GET_ITEM(each.get(), n));
        if (open.size() > 8) throw Unsupported("more open scripts than there is room for");
    }

    void add_open_script(PyObject* item) {
        const char* name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(item, 0));
        if (!name) throw PythonError();
        Ref codes = Ref::checked(PySequence_Tuple(PyTuple_GET_ITEM(item, 1)));
        std::vector<std::string> languages;
        for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(codes.get()); n++) languages.emplace_back(PyUnicode_AsUTF8(PyTuple_GET_ITEM(codes.get(), n)));
        int script = script_id(name);
        open_of[static_cast<size_t>(script)] = static_cast<int8_t>(open.size());
        open_scripts.push_back(script);
        open.push_back(std::make_unique<Grams>(name, languages));
    }

    void read_telling() {
        Ref all = attribute("language", "TELLING_LETTERS");
        Ref each = Ref::checked(PySequence_Tuple(all.get()));
        for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(each.get()); n++) {
            PyObject* item = PyTuple_GET_ITEM(each.get(), n);
            auto part = [&](const char* name) { return Ref::checked(PyObject_GetAttrString(item, name)); };
            Telling found;
            found.script = script_id(PyUnicode_AsUTF8(part("script").get()));
            found.language = PyUnicode_AsUTF8(part("language").get());
            found.letters = from_python(part("letters").get());
            found.without = from_python(part("without").get());
            found.share = PyFloat_AsDouble(part("share").get());
            telling_letters += found.letters;
            telling.push_back(found);
        }
    }
};

} // namespace scrub::lang
