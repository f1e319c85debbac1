#include "automaton.hpp"

namespace scrub {
inline namespace matching {

namespace {

constexpr uint64_t TARGET = 0x1FFFFF;

int bits_for(size_t entries) {
    int bits = 10;
    while ((size_t(1) << bits) < entries) bits++;
    return bits;
}

} // namespace

// -- the trie ---------------------------------------------------------------------------------------------------------

Automaton::Automaton(size_t expected) {
    int bits = bits_for(expected * 5);
    edges.assign(size_t(1) << bits, 0);
    mask = edges.size() - 1;
    shift = 64 - bits;
    nodes.reserve(expected * 2);
    nodes.emplace_back();
    bytes.reserve(expected * 16);
    offsets.reserve(expected);
    lengths.reserve(expected);
    narrow.reserve(expected);
}

int Automaton::add(PyObject* literal) {
    if (!PyUnicode_Check(literal)) throw Unsupported("a literal that is no text");
    int size = static_cast<int>(PyUnicode_GET_LENGTH(literal));
    if (!size) return -1;
    const void* data = PyUnicode_DATA(literal);
    switch (PyUnicode_KIND(literal)) {
    case PyUnicode_1BYTE_KIND: return insert(static_cast<const Py_UCS1*>(data), size);
    case PyUnicode_2BYTE_KIND: return insert(static_cast<const Py_UCS2*>(data), size);
    default: return insert(static_cast<const Py_UCS4*>(data), size);
    }
}

int Automaton::add(View literal) {
    return literal.empty() ? -1 : insert(literal.data(), static_cast<int>(literal.size()));
}

Text Automaton::text(int literal) const {
    Text found;
    for (int place = 0; place < lengths[literal]; place++) found += at(literal, place);
    return found;
}

// The last five bits of the next character, a bit for each; all where a literal may end there.
uint32_t Automaton::next_of(Target target, int depth, Wanted wanted) const {
    if (!(target & LEAF)) {
        const Node& node = nodes[target];
        return node.literal >= 0 && wanted(node.literal) ? ~0u : node.children;
    }
    int literal = target & ~LEAF;
    if (!wanted(literal)) return 0;
    return lengths[literal] <= depth ? ~0u : uint32_t(1) << (at(literal, depth) & 31);
}

bool Automaton::add_pairs(Target target, int depth, Wanted wanted, uint64_t& pairs) const {
    uint32_t first = next_of(target, depth, wanted);
    if (first == ~0u) pairs = ~0ull;
    for (Char c = 0; c < 128 && pairs != ~0ull; c++) {
        if (!(first >> (c & 31) & 1)) continue;
        bool leaf = target & LEAF;
        Target behind = !leaf ? step(target, c) : at(target & ~LEAF, depth) == c ? target : 0;
        uint32_t second = behind ? next_of(behind, depth + 1, wanted) : 0;
        unsigned turn = (c & 31) * 11 % 64; // as `pair_bit` for every character of `second`
        pairs |= uint64_t(second) << turn | (turn ? uint64_t(second) >> (64 - turn) : 0);
    }
    return first;
}

bool Automaton::behind_space(Target target, int depth, const std::vector<uint8_t>& flags, uint8_t some, uint64_t& pairs) const {
    static const Text* spaces = new Text(U"\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\x1680\x2000\x2001\x2002\x2003\x2004\x2005\x2006\x2007\x2008\x2009\x200a\x2028\x2029\x202f\x205f\x3000");
    Wanted wanted{flags, some};
    pairs = 0;
    if (target & LEAF) return is_space(at(target & ~LEAF, depth)) && add_pairs(target, depth + 1, wanted, pairs);
    bool any = false;
    for (Char space : *spaces)
        if (Target behind = step(target, space)) any |= add_pairs(behind, depth + 1, wanted, pairs);
    return any;
}

template <class C> int Automaton::insert(const C* text, int size) {
    Target node = 0;
    for (int depth = 0; depth < size; depth++) {
        Char c = text[depth];
        uint64_t* found = edge(node, c);
        Target target = found ? *found & TARGET : 0;
        if (!found && depth > 0) {
            int literal = fresh(text, size);
            link(node, c, LEAF | literal);
            return literal;
        }
        if (!found) { // behind every first character is a node
            target = fresh_node();
            link(node, c, target);
        } else if (target & LEAF) {
            int other = target & ~LEAF;
            if (lengths[other] == size && same(other, depth + 1, text)) return other;
            target = split(found, depth + 1);
        }
        node = target;
    }
    if (nodes[node].literal < 0) nodes[node].literal = fresh(text, size);
    return nodes[node].literal;
}

// A node in the place of a leaf, which comes behind it.
Automaton::Target Automaton::split(uint64_t* leaf, int depth) {
    int other = *leaf & TARGET & ~LEAF;
    Target node = fresh_node();
    *leaf = (*leaf & ~TARGET) | node;
    if (lengths[other] == depth) nodes[node].literal = other;
    else link(node, at(other, depth), LEAF | other);
    return node;
}

template <class C> int Automaton::fresh(const C* text, int size) {
    if (lengths.size() >= LEAF) throw Unsupported("more literals than the automaton has numbers for");
    bool ascii = true;
    for (int n = 0; n < size; n++) ascii = ascii && text[n] < 0x80;
    narrow.push_back(ascii);
    lengths.push_back(size);
    offsets.push_back(static_cast<uint32_t>(ascii ? bytes.size() : wide.size()));
    if (ascii) bytes.insert(bytes.end(), text, text + size);
    else wide.append(text, text + size);
    return count() - 1;
}

Automaton::Target Automaton::fresh_node() {
    if (nodes.size() >= LEAF) throw Unsupported("more literals than the automaton has numbers for");
    nodes.emplace_back();
    return static_cast<Target>(nodes.size() - 1);
}

uint64_t* Automaton::edge(Target node, Char c) {
    if (!(nodes[node].children >> (c & 31) & 1)) return nullptr;
    uint64_t key = uint64_t(node) << 21 | c;
    for (size_t at = mixed(key) >> shift; edges[at]; at = (at + 1) & mask)
        if (edges[at] >> 21 == key) return &edges[at];
    return nullptr;
}

void Automaton::link(Target node, Char c, Target target) {
    if (++used * 2 > edges.size()) grow();
    nodes[node].children |= uint32_t(1) << (c & 31);
    uint64_t key = uint64_t(node) << 21 | c;
    size_t at = mixed(key) >> shift;
    while (edges[at]) at = (at + 1) & mask;
    edges[at] = key << 21 | target;
}

void Automaton::grow() {
    std::vector<uint64_t> old(edges.size() * 2, 0);
    old.swap(edges);
    mask = edges.size() - 1;
    shift--;
    for (uint64_t one : old) {
        if (!one) continue;
        size_t at = mixed(one >> 21) >> shift;
        while (edges[at]) at = (at + 1) & mask;
        edges[at] = one;
    }
}

// -- where literals begin ---------------------------------------------------------------------------------------------

void Starts::add(const Automaton& automaton, int literal) {
    Char c = automaton.at(literal, 0);
    spaces = spaces || c <= ' ';
    if (automaton.length(literal) == 1) {
        if (c < 128) ones[c] = literal;
        else single.add(mixed(c));
        return;
    }
    Char next = automaton.at(literal, 1);
    if (c < 128 && next < 128) pairs[c << 7 | next] = 1;
    else bloom.add(pair_hash(c, next));
}

// The targets behind the pairs, which are known when all literals are.
void Starts::finish(const Automaton& automaton) {
    for (int pair = 0; pair < 128 * 128; pair++)
        if (pairs[pair]) pairs[pair] = automaton.step(automaton.step(0, pair >> 7), pair & 127);
}

// Whatever stands behind a literal of fewer than four characters.
void Beginnings::add(const Automaton& automaton, int literal, bool inside) {
    starts.add(automaton, literal);
    if (automaton.at(literal, 0) >= 128) return;
    int length = automaton.length(literal), fixed = std::min(4, length);
    if (length == 1) {
        singles[automaton.at(literal, 0)] = inside ? ANYWHERE : BRIEF;
        return;
    }
    uint32_t first = 0, six = 0;
    for (int at = 0; at < fixed; at++) first = first << 5 | (automaton.at(literal, at) & 31);
    for (int at = 0; at < 6 && length >= 6; at++) six = six << 5 | (automaton.at(literal, at) & 31);
    if (length >= 6) sixes.add(mixed(six));
    Set& set = length >= 6 ? of_six : inside ? anywhere : brief;
    uint32_t many = uint32_t(1) << (4 - fixed) * 5;
    for (uint32_t four = first * many; four < (first + 1) * many; four++) {
        set[four >> 6] |= uint64_t(1) << (four & 63);
        any[four >> 6] |= uint64_t(1) << (four & 63);
    }
}

// -- words ------------------------------------------------------------------------------------------------------------

void Words::add(const Automaton& automaton, int literal, int length, bool is_long) {
    Text text = automaton.text(literal);
    int size = static_cast<int>(text.size());
    if (is_long && length == size) glued.add(mixed(word_key(text.data(), 8)));
    uint64_t key = word_key(text.data(), length);
    if (size < length + 2) brief.add(mixed(key));
    else if (size < length + 4) some.add(mixed(key + mixed(two_key(text.data() + length))));
    else if (size < length + 8) more.add(mixed(key + mixed(four_key(text.data() + length))));
    else most.add(mixed(key + mixed(last_eight(text.data() + length + 8))));
    size_t slot = mixed(key) >> shift;
    for (; table[slot].literal >= 0; slot = (slot + 1) & (table.size() - 1)) {
        const Word& known = table[slot];
        if (known.key == key && known.length == length && starts_with(automaton, known.literal, text.data(), length)) return;
    }
    bool ascii = std::all_of(text.begin(), text.begin() + length, [](Char c) { return c < 0x80; });
    table[slot] = {key, literal, length, 0, ascii};
    if (++used * 2 > table.size()) grow();
}

void Words::grow() {
    std::vector<Word> old(table.size() * 2);
    old.swap(table);
    shift--;
    for (const Word& word : old) {
        if (word.literal < 0) continue;
        size_t slot = mixed(word.key) >> shift;
        while (table[slot].literal >= 0) slot = (slot + 1) & (table.size() - 1);
        table[slot] = word;
    }
}

void Words::finish(const Automaton& automaton) {
    for (Word& word : table) {
        if (word.literal < 0) continue;
        word.target = automaton.step(0, automaton.at(word.literal, 0));
        for (int n = 1; n < word.length && !(word.target & Automaton::LEAF); n++) word.target = automaton.step(word.target, automaton.at(word.literal, n));
    }
}

// -- wherever they stand ----------------------------------------------------------------------------------------------

void Needles::add(const Automaton& automaton, int literal) {
    int length = automaton.length(literal);
    Char c = automaton.at(literal, 0), next = length > 1 ? automaton.at(literal, 1) : 0;
    if (length > 1) bloom.add(pair_hash(c, next));
    else single.add(mixed(c));
    by_pair[length > 1 ? uint64_t(c) << 21 | next : c].push_back(literal);
    if (!automaton.is_ascii(literal)) return;
    Needle one{0, 0, length, literal, automaton.ascii(literal)};
    for (int n = 0; n < length && n < 8; n++) {
        one.value |= uint64_t(one.bytes[n]) << (8 * n);
        one.mask |= uint64_t(0xFF) << (8 * n);
    }
    uint32_t first = (c & 31) << 10, second = length > 1 ? (next & 31) << 5 : 0, third = length > 2 ? one.bytes[2] & 31u : 0;
    uint32_t seconds = length > 1 ? 1 : 32, thirds = length > 2 ? 1 : 32; // how many characters may follow
    for (uint32_t n = 0; n < seconds; n++)
        for (uint32_t m = 0; m < thirds; m++) {
            uint32_t three = first | (second + (n << 5)) | (third + m);
            threes[three >> 6] |= uint64_t(1) << (three & 63);
        }
    for (int follows = 0; follows < 128; follows++)
        if (length == 1 || Char(follows) == next) by_bytes[c << 7 | follows].push_back(one);
}

void Needles::finish() {
    listed.resize(1);
    for (auto& [pair, needles] : by_bytes) {
        groups[pair] = static_cast<uint16_t>(listed.size());
        listed.push_back(std::move(needles));
    }
    by_bytes.clear();
}

// -- how they end -----------------------------------------------------------------------------------------------------

namespace {

uint64_t ending_of(const Automaton& automaton, int literal) {
    Char end[8];
    for (int n = 0; n < 8; n++) end[n] = automaton.at(literal, automaton.length(literal) - 8 + n);
    return last_eight(end + 8);
}

} // namespace

Endings::Endings(size_t expected) {
    int bits = bits_for(expected * 3 / 2);
    table.assign(size_t(1) << bits, {0, 0});
    shift = 64 - bits;
}

void Endings::add(const Automaton& automaton, int literal) {
    Char c = automaton.at(literal, automaton.length(literal) - 1);
    spaces = spaces || c <= ' ';
    if (c < 128) last[c] = true;
    else single.add(mixed(c));
    uint64_t key = ending_of(automaton, literal);
    bloom.add(mixed(key));
    add_tail(automaton, literal);
    size_t at = mixed(key) >> shift;
    while (table[at].number && table[at].key != key) at = (at + 1) & (table.size() - 1);
    next.push_back(table[at].number - 1);
    literals.push_back(literal);
    table[at] = {key, static_cast<int>(literals.size())};
}

void Endings::add_tail(const Automaton& automaton, int literal) {
    int length = automaton.length(literal), start = length;
    while (start > 0 && !is_space(automaton.at(literal, start - 1))) start--;
    if (!start) return;
    uint64_t tail = 0;
    for (int n = start; n < length; n++) tail = tail_hash(tail, automaton.at(literal, n));
    tails.add(mixed(tail));
    uint64_t& before = befores[mixed(tail) % befores.size()];
    if (start < 3) before = ~0ull;
    else before |= Automaton::pair_bit(automaton.at(literal, start - 3), automaton.at(literal, start - 2));
}

int Endings::first_of(uint64_t key) const {
    for (size_t at = mixed(key) >> shift; table[at].number; at = (at + 1) & (table.size() - 1))
        if (table[at].key == key) return table[at].number - 1;
    return -1;
}

} // namespace matching
} // namespace scrub
