// Many literals, found at once: a trie over code points whose edges live in one hash table.
#pragma once
#include <unordered_map>

#include "base.hpp"
#include "image.hpp"
#include "matcher_bits.hpp"

namespace scrub {
inline namespace matching {

constexpr int PAD = 128; // readable bytes before and after the characters of an `Ascii`

// ASCII text as bytes, with room on both sides to look at many at once.
class Ascii {
  public:
    void resize(size_t length) {
        bytes.resize(length + 2 * PAD);
        std::fill_n(bytes.begin(), PAD, 0);
        std::fill_n(bytes.end() - PAD, PAD, 0);
        count = static_cast<int>(length);
    }
    unsigned char* data() { return bytes.data() + PAD; }
    const unsigned char* data() const { return bytes.data() + PAD; }
    int size() const { return count; }

  private:
    RoomyVector<unsigned char> bytes;
    int count = 0;
};

constexpr uint64_t ALL_BYTES = ~uint64_t(0);

inline uint64_t mixed(uint64_t value) { return value * 0x9E3779B97F4A7C15ull; }
inline uint64_t pair_hash(Char first, Char second) { return mixed(uint64_t(first) << 21 | second); }

// A set of hashes that may say yes to what is not in it.
class Sieve {
  public:
    explicit Sieve(int bits = 16) : shift(64 - bits), words(size_t(1) << (bits - 6)) {}
    void add(uint64_t hash) { words[hash >> shift >> 6] |= uint64_t(1) << (hash >> shift & 63); }
    bool may_hold(uint64_t hash) const { return words[hash >> shift >> 6] >> (hash >> shift & 63) & 1; }
    template <class Image> void pass(Image& image) { image(shift), image(words); }

  private:
    int shift;
    std::vector<uint64_t> words;
};

// The last eight characters of a text as a number: its bytes where all are ASCII.
inline uint64_t last_eight(const unsigned char* end) { return eight_bytes(end - 8); }
inline uint64_t last_eight(const Char* end) {
    uint64_t bytes = 0, hash = 0;
    Char all = 0;
    for (int n = 0; n < 8; n++) {
        Char c = end[n - 8];
        all |= c;
        bytes |= uint64_t(c & 0xFF) << (8 * n);
        hash = (hash + c) * 0xD6E8FEB86659FD93ull;
    }
    return all < 0x80 ? bytes : hash;
}

// The first `length` characters as a number: their bytes where they are ASCII and at most eight.
inline uint64_t word_key(const unsigned char* text, int length) {
    uint64_t first = eight_bytes(text), last = last_eight(text + length);
    return (first & ALL_BYTES >> (8 * std::max(0, 8 - length))) + (length > 8 ? last * 0xD6E8FEB86659FD93ull : 0);
}
inline uint64_t word_key(const Char* text, int length) {
    Char all = 0;
    for (int n = 0; n < length; n++) all |= text[n];
    if (all < 0x80) {
        uint64_t first = 0, last = 0;
        for (int n = 0; n < length && n < 8; n++) first |= uint64_t(text[n]) << (8 * n);
        for (int n = 0; n < 8 && length > 8; n++) last |= uint64_t(text[length - 8 + n]) << (8 * n);
        return first + last * 0xD6E8FEB86659FD93ull;
    }
    uint64_t hash = length;
    for (int n = 0; n < length; n++) hash = (hash + text[n]) * 0xD6E8FEB86659FD93ull;
    return hash;
}

// Four characters as a number, their bytes where all are ASCII.
inline uint64_t four_key(const unsigned char* text) { return eight_bytes(text) & 0xFFFFFFFFull; }
inline uint64_t four_key(const Char* text) {
    if ((text[0] | text[1] | text[2] | text[3]) < 0x80) return text[0] | text[1] << 8 | text[2] << 16 | uint64_t(text[3]) << 24;
    return mixed(mixed(mixed(uint64_t(text[0]) << 32 | text[1]) + text[2]) + text[3]);
}

// The same of two characters.
inline uint64_t two_key(const Char* text) { return (text[0] | text[1]) < 0x80 ? text[0] | text[1] << 8 : mixed(uint64_t(text[0]) << 32 | text[1]); }

constexpr uint64_t HIGH_BITS = 0x8080808080808080ull;

// A text of more than ASCII, with a byte for each character in which the high bit is set where it is not ASCII.
struct Shadowed {
    const Char* text;
    const unsigned char* bytes;

    bool is_ascii(int at, int length) const {
        for (; length > 8; at += 8, length -= 8)
            if (eight_bytes(bytes + at) & HIGH_BITS) return false;
        return !(eight_bytes(bytes + at) & HIGH_BITS & ALL_BYTES >> (8 * (8 - length)));
    }
    uint64_t word(int at, int length) const { return is_ascii(at, length) ? word_key(bytes + at, length) : word_key(text + at, length); }
    uint64_t two(int at) const { return is_ascii(at, 2) ? eight_bytes(bytes + at) & 0xFFFF : two_key(text + at); }
    uint64_t four(int at) const { return is_ascii(at, 4) ? four_key(bytes + at) : four_key(text + at); }
    uint64_t eight_before(int end) const { return is_ascii(end - 8, 8) ? eight_bytes(bytes + end - 8) : last_eight(text + end); }
};

class Automaton {
  public:
    using Target = uint32_t; // a node, or a literal with LEAF set; 0 is nothing
    static constexpr Target LEAF = 1u << 20;

    explicit Automaton(size_t expected);

    int add(PyObject* literal); // the number of a literal, the same for the same text; -1 for the empty one
    int add(View literal);

    int count() const { return static_cast<int>(lengths.size()); }
    int length(int literal) const { return lengths[literal]; }
    Text text(int literal) const;
    Char at(int literal, int place) const {
        return narrow[literal] ? bytes[offsets[literal] + place] : wide[offsets[literal] + place];
    }
    bool is_ascii(int literal) const { return narrow[literal]; }
    // Bytes of an ASCII literal.
    const unsigned char* ascii(int literal) const { return bytes.data() + offsets[literal]; }

    Target step(Target node, Char c) const {
        const Node& from = nodes[node];
        if (!(from.children >> (c & 31) & 1)) return 0;
        return find(node, c);
    }

    // Every literal that begins at `at`, longer than `depth` or as long, from a target of that depth on, as far as it is `worth` it.
    template <class C, class Each, class Worth> void walk(const C* text, int size, int at, Target target, int depth, Each each, Worth worth) const {
        while (target && !(target & LEAF)) {
            if (!worth(target)) return;
            int found = nodes[target].literal;
            if (found >= 0) each(found, at, at + depth);
            if (at + depth >= size) return;
            target = step(target, text[at + depth]);
            depth++;
        }
        if (!target || !worth(target)) return;
        int literal = target & ~LEAF;
        if (at + lengths[literal] <= size && same(literal, depth, text + at)) each(literal, at, at + lengths[literal]);
    }
    template <class C, class Each> void walk(const C* text, int size, int at, Target target, int depth, Each each) const {
        walk(text, size, at, target, depth, each, [](Target) { return true; });
    }

    // Calls each(target) for what a walk meets on the way to a literal.
    template <class Each> void each_target(int literal, Each each) const {
        Target target = 0;
        for (int depth = 0; depth < lengths[literal] && !(target & LEAF); depth++) each(target = step(target, at(literal, depth)));
    }
    int node_count() const { return static_cast<int>(nodes.size()); }

    // Where the trie stands at `end` for what begins at `at`, from a target of some depth on; 0 if no longer literal begins so.
    template <class C> Target at_end(const C* text, int at, int end, Target target, int depth) const {
        while (target && !(target & LEAF)) {
            if (at + depth >= end) return target;
            target = step(target, text[at + depth]);
            depth++;
        }
        if (!target) return 0;
        int literal = target & ~LEAF;
        bool longer = lengths[literal] > end - at;
        for (int n = depth; longer && n < end - at; n++) longer = this->at(literal, n) == Char(text[at + n]);
        return longer ? target : 0;
    }

    // Which two characters may stand behind white space that comes next from a target of some depth, on the way to a literal with
    // one of the `wanted` flags, a bit of `pair_bit` for each; all bits where one may end with the white space or one character
    // behind that. Of first characters only ASCII is told; false where none may follow at all.
    bool behind_space(Target target, int depth, const std::vector<uint8_t>& flags, uint8_t wanted, uint64_t& pairs) const;
    // The case of a letter does not show in it.
    static uint64_t pair_bit(Char c, Char next) { return uint64_t(1) << ((c & 31) * 11 + (next & 31)) % 64; }
    static uint64_t pair_bit(const unsigned char* text) { // of the two characters there, all at once
        uint32_t two = static_cast<uint32_t>(text[0] | text[1] << 8) & 0x1F1F;
        return uint64_t(1) << (two * 0x0B01 >> 8) % 64;
    }

    // Whether the text goes on as the literal does from `depth` on.
    template <class C> bool same(int literal, int depth, const C* text) const {
        int length = lengths[literal];
        if (narrow[literal]) return equal(bytes.data() + offsets[literal], text, depth, length);
        return sizeof(C) > 1 && equal(wide.data() + offsets[literal], text, depth, length);
    }

    template <class Image> void pass(Image& image) { image(edges), image(nodes), image(used), image(mask), image(shift), image(bytes), image(wide), image(offsets), image(lengths), image(narrow); }

  private:
    struct Node {
        int32_t literal = -1;
        uint32_t children = 0; // one bit for each value of the last five bits of their characters
    };

    template <class A, class B> static bool equal(const A* a, const B* b, int from, int to) {
        for (int n = from; n < to; n++)
            if (Char(a[n]) != Char(b[n])) return false;
        return true;
    }

    template <class C> int insert(const C* text, int size);
    template <class C> int fresh(const C* text, int size);
    Target fresh_node();
    struct Wanted {
        const std::vector<uint8_t>& flags;
        uint8_t some;
        bool operator()(int literal) const { return flags[literal] & some; }
    };
    uint32_t next_of(Target target, int depth, Wanted wanted) const;
    bool add_pairs(Target target, int depth, Wanted wanted, uint64_t& pairs) const;
    uint64_t* edge(Target node, Char c);
    void link(Target node, Char c, Target target);
    Target split(uint64_t* leaf, int depth);
    void grow();

    Target find(Target node, Char c) const {
        uint64_t key = uint64_t(node) << 21 | c;
        for (size_t at = mixed(key) >> shift;; at = (at + 1) & mask) {
            if (edges[at] >> 21 == key) return edges[at] & 0x1FFFFF;
            if (!edges[at]) return 0;
        }
    }

    std::vector<uint64_t> edges; // 22 bits node, 21 bits character, 21 bits target
    std::vector<Node> nodes;
    size_t used = 0, mask = 0;
    int shift = 0;

    std::vector<unsigned char> bytes; // the ASCII literals
    Text wide;                        // all others
    std::vector<uint32_t> offsets;
    std::vector<int32_t> lengths;
    std::vector<char> narrow;
};

// Where a literal may begin: told by two characters.
class Starts {
  public:
    Starts() : pairs(128 * 128, 0), bloom(19), single(16) { std::fill(ones, ones + 128, -1); }
    void add(const Automaton& automaton, int literal);
    void finish(const Automaton& automaton);

    bool begins_with_space() const { return spaces; }
    template <class Image> void pass(Image& image) { image(pairs), image(ones), image(spaces), image(bloom), image(single); }

    bool may_begin(const unsigned char* text, int at) const { return ones[text[at]] >= 0 || pairs[text[at] << 7 | text[at + 1]]; }
    bool may_begin(const Char* text, int size, int at) const {
        Char c = text[at], next = at + 1 < size ? text[at + 1] : 0;
        if (c < 128 && next < 128) return ones[c] >= 0 || pairs[c << 7 | next];
        return (c < 128 ? ones[c] >= 0 : single.may_hold(mixed(c))) || bloom.may_hold(pair_hash(c, next));
    }

    template <class C, class Each> void walk(const Automaton& automaton, const C* text, int size, int at, Each each) const {
        walk_one(text, at, each);
        walk_on(automaton, text, size, at, each, [](Automaton::Target) { return true; });
    }

    // The literal that is one character of ASCII,
    template <class C, class Each> void walk_one(const C* text, int at, Each each) const {
        if (text[at] < 128 && ones[text[at]] >= 0) each(ones[text[at]], at, at + 1);
    }

    // and all others, as far as it is `worth` it to look at what they begin with.
    template <class Each, class Worth> void walk_on(const Automaton& automaton, const unsigned char* text, int size, int at, Each each, Worth worth) const {
        if (at + 1 >= size) return;
        Automaton::Target target = pairs[text[at] << 7 | text[at + 1]];
        if (target) automaton.walk(text, size, at, target, 2, each, worth);
    }

    template <class Each, class Worth> void walk_on(const Automaton& automaton, const Char* text, int size, int at, Each each, Worth worth) const {
        Char c = text[at];
        if (c < 128) {
            if (at + 1 >= size) return;
            if (text[at + 1] < 128) {
                Automaton::Target target = pairs[c << 7 | text[at + 1]];
                if (target) automaton.walk(text, size, at, target, 2, each, worth);
                return;
            }
        }
        bool alone = single.may_hold(mixed(c)), goes_on = at + 1 < size && bloom.may_hold(pair_hash(c, text[at + 1]));
        if (!alone && !goes_on) return;
        Automaton::Target target = automaton.step(0, c);
        if (target) automaton.walk(text, size, at, target, 1, [&](int literal, int start, int end) {
            if (c >= 128 || end > start + 1) each(literal, start, end);
        }, worth);
    }

    // Whether one may begin with two characters; never no where one does.
    bool may_begin_with(Char c, Char next) const { return c < 128 && next < 128 ? pairs[c << 7 | next] != 0 : bloom.may_hold(pair_hash(c, next)); }

  private:
    std::vector<Automaton::Target> pairs; // what follows two ASCII characters
    int ones[128];
    bool spaces = false;
    Sieve bloom, single;
};

// Where literals begin; those that begin with ASCII are told by the last five bits of four or six characters first.
class Beginnings {
  public:
    // `inside`: it counts inside words too; those of six characters and more do in any case.
    void add(const Automaton& automaton, int literal, bool inside);
    void finish(const Automaton& automaton) { starts.finish(automaton); }
    template <class Image> void pass(Image& image) { image(starts), image(singles), image(anywhere), image(brief), image(of_six), image(sixes), image(any); }

    // As those of Starts.
    template <class C, class Each> void walk_one(const C* text, int at, Each each) const { starts.walk_one(text, at, each); }
    template <class C, class Each, class Worth> void walk_on(const Automaton& automaton, const C* text, int size, int at, Each each, Worth worth) const {
        starts.walk_on(automaton, text, size, at, each, worth);
    }

    // Calls one(at) for the places of a text where a literal of one character stands, and each(at) where any other may begin, in
    // order; inside words, where `inside` says so, only for those that count there.
    template <class C, class Inside, class One, class Each> void find(const C* text, int size, Inside inside, One one, Each each) const {
        uint32_t six = 0;
        for (int at = -5; at < size; at++) {
            six = (six << 5 | (at + 5 < size ? text[at + 5] & 31u : 0)) & 0x3FFFFFFF;
            if (at < 0) continue;
            uint32_t four = six >> 10;
            if (text[at] < 128 && singles[text[at]] && (singles[text[at]] == ANYWHERE || !inside(at))) one(at);
            if (text[at] < 128 && !has(any, four)) continue; // most do not begin one
            if (text[at] >= 128 || has(anywhere, four) || (has(of_six, four) && sixes.may_hold(mixed(six))) || (has(brief, four) && !inside(at))) each(at);
        }
    }

  private:
    using Set = std::vector<uint64_t>; // of four characters
    static bool has(const Set& set, uint32_t four) { return set[four >> 6] >> (four & 63) & 1; }

    enum : uint8_t { BRIEF = 1, ANYWHERE = 2 };
    Starts starts;
    uint8_t singles[128] = {};
    Set anywhere = Set(1 << 14), brief = Set(1 << 14); // how literals of fewer than six characters begin
    Set of_six = Set(1 << 14);                          // and the others,
    Sieve sixes{18};                                    // told by more of them;
    Set any = Set(1 << 14);                             // and all of them
};

// Where literals that begin with a word may begin: told by the whole word. No other word of a text can begin one, except a
// longer one that a long literal of one word is glued to.
class Words {
  public:
    Words() : table(1 << 15), shift(64 - 15) {}
    void add(const Automaton& automaton, int literal, int length, bool is_long); // `length`: of its first word
    void finish(const Automaton& automaton);                                      // when all literals are known
    template <class Image> void pass(Image& image) { image(table), image(used), image(shift), image(brief), image(some), image(more), image(most), image(glued); }

    // Whether one may begin with a word of a text; without a branch, as most words begin none.
    bool may_begin(const unsigned char* text, int, int at, int length) const {
        uint64_t key = word_key(text + at, length);
        bool long_word = (length > 8) & glued.may_hold(mixed(eight_bytes(text + at)));
        return brief.may_hold(mixed(key)) | may_go_on(key, text + at + length) | long_word;
    }
    bool may_begin(const Shadowed& text, int size, int at, int length) const {
        uint64_t key = text.word(at, length);
        if (length > 8 && glued.may_hold(mixed(text.word(at, 8)))) return true;
        int left = size - at - length;
        if (brief.may_hold(mixed(key)) || (left >= 2 && some.may_hold(mixed(key + mixed(text.two(at + length)))))) return true;
        if (left >= 4 && more.may_hold(mixed(key + mixed(text.four(at + length))))) return true;
        return left >= 8 && most.may_hold(mixed(key + mixed(text.eight_before(at + length + 8))));
    }

    // Whether one may begin with a word of this key, and go on as the text behind it does for two characters or more.
    bool may_go_on(uint64_t key, const unsigned char* behind) const {
        uint64_t eight = eight_bytes(behind);
        return some.may_hold(mixed(key + mixed(eight & 0xFFFF))) | more.may_hold(mixed(key + mixed(eight & 0xFFFFFFFF))) | most.may_hold(mixed(key + mixed(eight)));
    }
    bool may_go_on(uint64_t key, const Char* behind, int left) const {
        if (left >= 2 && some.may_hold(mixed(key + mixed(two_key(behind))))) return true;
        if (left >= 4 && more.may_hold(mixed(key + mixed(four_key(behind))))) return true;
        return left >= 8 && most.may_hold(mixed(key + mixed(last_eight(behind + 8))));
    }

    // Every literal of these that begins at `at`, where a word of `length` characters does.
    template <class C, class Each> void walk(const Automaton& automaton, const C* text, int size, int at, int length, Each each) const {
        if (length > 8 && glued.may_hold(mixed(word_key(text + at, 8)))) walk_glued(automaton, text, size, at, length, each);
        Automaton::Target target = behind(automaton, text + at, length);
        if (target) automaton.walk(text, size, at, target, length, each);
    }

    // Where a first word leads; 0 if none of these begins with it.
    template <class C> Automaton::Target behind(const Automaton& automaton, const C* text, int length) const {
        uint64_t key = word_key(text, length);
        for (size_t slot = mixed(key) >> shift; table[slot].literal >= 0; slot = (slot + 1) & (table.size() - 1)) {
            const Word& word = table[slot];
            if (word.key != key || word.length != length) continue;
            bool told = sizeof(C) == 1 && length <= 8; // by the key
            if ((told && word.ascii) || starts_with(automaton, word.literal, text, length)) return word.target;
        }
        return 0;
    }

  private:
    struct Word {
        uint64_t key = 0;
        int literal = -1; // one that begins so
        int length = 0;
        Automaton::Target target = 0; // where it leads
        bool ascii = false;
    };

    template <class C> static bool starts_with(const Automaton& automaton, int literal, const C* text, int length) {
        for (int n = 0; n < length; n++)
            if (automaton.at(literal, n) != Char(text[n])) return false;
        return true;
    }

    // Literals that end inside the word.
    template <class C, class Each> static void walk_glued(const Automaton& automaton, const C* text, int size, int at, int length, Each each) {
        automaton.walk(text, size, at, automaton.step(0, text[at]), 1, [&](int literal, int start, int end) {
            if (end < at + length) each(literal, start, end);
        });
    }

    void grow();

    std::vector<Word> table;
    size_t used = 0;
    int shift;
    Sieve brief{17}; // the words of literals that end with them or one character behind them
    Sieve some{15};  // of those with two or three more, with the first two of these
    Sieve more{18};  // of those with up to seven, with the first four,
    Sieve most{19};  // and of all others, with the eight characters behind them
    Sieve glued{16}; // how long literals of one word begin
};

// Some literals, wherever they stand.
class Needles {
  public:
    void add(const Automaton& automaton, int literal);
    void finish();

    template <class Each> void find(const Automaton&, const unsigned char* text, int size, Each each) const {
        const uint64_t* begin = threes.data();
        uint32_t three = (text[0] & 31u) << 5 | (text[1] & 31u); // the last bits of this character and the two behind it
        int places[BLOCK];
        for (int base = 0; base < size; base += BLOCK) {
            int found = 0;
            for (int at = base; at < base + BLOCK; at++) {
                three = (three << 5 | (text[at + 2] & 31u)) & 0x7FFF;
                places[found] = at; // written over by the next one if nothing begins here: faster than a branch
                found += begin[three >> 6] >> (three & 63) & 1;
            }
            for (int n = 0; n < found; n++) {
                uint16_t group = groups[text[places[n]] << 7 | text[places[n] + 1]];
                if (group) in_group(group, text, size, places[n], each);
            }
        }
    }

    template <class Each> void find(const Automaton& automaton, const Shadowed& text, int size, Each each) const {
        const uint64_t* begin = threes.data();
        for (int at = 0; at < size; at++) {
            const unsigned char* here = text.bytes + at;
            uint32_t three = (here[0] & 31u) << 10 | (here[1] & 31u) << 5 | (here[2] & 31u);
            bool ascii = (here[0] | here[1] | here[2]) < 0x80;
            if (ascii && !(begin[three >> 6] >> (three & 63) & 1)) continue;
            Char c = text.text[at];
            if (single.may_hold(mixed(c))) among(automaton, c, text.text, size, at, each);
            if (at + 1 < size && bloom.may_hold(pair_hash(c, text.text[at + 1])))
                among(automaton, uint64_t(c) << 21 | text.text[at + 1], text.text, size, at, each);
        }
    }

  private:
    struct Needle {
        uint64_t value, mask; // the first eight bytes
        int length, literal;
        const unsigned char* bytes;
    };

    template <class Each> void in_group(int group, const unsigned char* text, int size, int at, Each each) const {
        uint64_t here = eight_bytes(text + at);
        for (const Needle& one : listed[group]) {
            if ((here & one.mask) != one.value || at + one.length > size) continue;
            if (one.length > 8 && std::memcmp(text + at, one.bytes, one.length)) continue;
            each(one.literal, at, at + one.length);
        }
    }

    template <class Each>
    void among(const Automaton& automaton, uint64_t key, const Char* text, int size, int at, Each each) const {
        auto found = by_pair.find(key);
        if (found == by_pair.end()) return;
        for (int literal : found->second) {
            int end = at + automaton.length(literal);
            if (end <= size && automaton.same(literal, 0, text + at)) each(literal, at, end);
        }
    }

    std::unordered_map<int, std::vector<Needle>> by_bytes;
    std::vector<uint16_t> groups = std::vector<uint16_t>(128 * 128, 0);
    std::vector<std::vector<Needle>> listed;
    std::vector<uint64_t> threes = std::vector<uint64_t>(512, 0); // how they begin, by the last five bits of three characters
    std::unordered_map<uint64_t, std::vector<int>> by_pair;
    Sieve bloom{16}, single{16};
};

// Long literals by how they end, for those that begin inside a word.
class Endings {
  public:
    explicit Endings(size_t expected);
    void add(const Automaton& automaton, int literal);

    bool ends_with_space() const { return spaces; }
    template <class Image> void pass(Image& image) { image(literals), image(next), image(table), image(last), image(spaces), image(bloom), image(single), image(tails), image(befores), image(shift); }
    bool ends(Char c) const { return c < 128 ? last[c] : single.may_hold(mixed(c)); }

    // Whether one may end before `end`; there are eight characters before it.
    bool may_end(const unsigned char* text, int end) const { return bloom.may_hold(mixed(last_eight(text + end))); }
    bool may_end(const Char* text, int end) const { return ends(text[end - 1]) && bloom.may_hold(mixed(last_eight(text + end))); }
    bool may_end(const Shadowed& text, int end) const { return ends(text.text[end - 1]) && bloom.may_hold(mixed(text.eight_before(end))); }

    // Whether what stands behind the last white space of one may be this, by the hash of `tail_hash`.
    bool may_end_so(uint64_t tail) const { return tails.may_hold(mixed(tail)); }
    // Which two characters may stand before that white space, a bit of Automaton::pair_bit for each.
    uint64_t before_tail(uint64_t tail) const { return befores[mixed(tail) % befores.size()]; }
    static uint64_t tail_hash(uint64_t before, Char c) { return (before + c) * 0xD6E8FEB86659FD93ull; }

    // Every one that does.
    template <class C, class Each> void find(const Automaton& automaton, const C* text, int end, Each each) const {
        uint64_t key = last_eight(text + end);
        for (int number = first_of(key); number >= 0; number = next[number]) {
            int literal = literals[number], start = end - automaton.length(literal);
            if (start >= 0 && automaton.same(literal, 0, text + start)) each(literal, start, end);
        }
    }

  private:
    int first_of(uint64_t key) const;
    void add_tail(const Automaton& automaton, int literal);

    std::vector<int> literals, next;
    struct Slot {
        uint64_t key;
        int number; // and one more, 0 where empty
    };
    std::vector<Slot> table;
    bool last[128] = {};
    bool spaces = false;
    Sieve bloom{19}, single{16}, tails{18};
    std::vector<uint64_t> befores = std::vector<uint64_t>(1 << 15); // those of several tails may be in one place
    int shift = 0;
};

} // namespace matching
} // namespace scrub
