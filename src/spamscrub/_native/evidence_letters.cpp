// classifiers/letters.py: how much a stretch reads like advertising of any trade, by the groups of letters it is made of.
#include <algorithm>
#include <cmath>

#include "evidence.hpp"
#include "judge.hpp"

#ifdef _MSC_VER
#include <intrin.h>
#endif

namespace scrub {

namespace {

#ifdef _MSC_VER
int lowest_bit(uint64_t bits) {
    unsigned long at;
    _BitScanForward64(&at, bits);
    return static_cast<int>(at);
}
#else
int lowest_bit(uint64_t bits) { return __builtin_ctzll(bits); }
#endif

constexpr int BITS = 12, MOST_SIZE = 5; // a group is a number: its characters by their place in the alphabet, the first one on top
constexpr int MOST_LETTERS = 1 << BITS;
constexpr int SIZE = 3, DENSE_SIZE = 1; // of the shortest groups; others are one and two characters longer

Char decoded(const unsigned char*& at) {
    Char c = *at++;
    if (c < 0x80) return c;
    int more = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
    c &= 0x3f >> more;
    while (more--) c = c << 6 | (*at++ & 0x3f);
    return c;
}

Ref shipped_text() {
    Ref bytes = Ref::checked(PyObject_CallMethod(attribute("classifiers.letters", "SHIPPED").get(), "read_bytes", nullptr));
    if (!PyBytes_Check(bytes.get())) throw Unsupported("letters.txt cannot be read");
    return bytes;
}

// The weights of letters.txt, the groups in the order of Python's strings; as numbers they are, because the alphabet is.
class Table {
  public:
    Table() {
        Ref bytes = shipped_text();
        auto text = reinterpret_cast<const unsigned char*>(PyBytes_AS_STRING(bytes.get()));
        auto end = text + PyBytes_GET_SIZE(bytes.get());
        each_line(text, end, [&](const unsigned char* at, const unsigned char* stop) { collect(at, stop); });
        make_alphabet();
        each_line(text, end, [&](const unsigned char* at, const unsigned char* stop) { fill(at, stop); });
        std::stable_sort(read.begin(), read.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [group, weight] : read) {
            if (groups.empty() || groups.back() != group) groups.push_back(group), weights.push_back(weight);
            else weights.back() = weight;
        }
        read = {};
        make_index();
    }

    int letter(Char c) const { return alphabet[c]; } // 0 for one that is in no group
    int letters() const { return count; }
    size_t size() const { return groups.size(); }
    double weight(size_t place) const { return values[weights[place]]; }

    // The place of the first group that begins with `prefix`, which is a group of one or three characters; -1 for none.
    int first_with(uint64_t prefix, int size) const {
        if (size == 1) {
            uint64_t letter = prefix >> BITS * (MOST_SIZE - 1);
            return letter < starts.size() - 1 && starts[letter] < starts[letter + 1] ? starts[letter] : -1;
        }
        uint64_t hash = hashed(prefix);
        for (size_t at = slot(hash); index[at]; at = (at + 1) & (index.size() - 1)) {
            if ((index[at] & TAG) != (hash & TAG)) continue;
            int found = static_cast<int>(index[at] >> TAG_BITS) - 1;
            if ((groups[found] & THREE) == prefix) return found;
        }
        return -1;
    }

    // Says that `first_with` will be asked for three characters.
    void expect(uint64_t prefix) const { fetch(&index[slot(hashed(prefix))]); }

    // The place of the first group that is not before `group`, looked for from `from` on; both begin with the same `size` letters.
    int place(uint64_t group, int from, int size) const {
        auto at = groups.begin() + from;
        if (size > 1) while (at != groups.end() && *at < group) ++at;
        else at = std::lower_bound(at, groups.begin() + starts[(group >> BITS * (MOST_SIZE - 1)) + 1], group);
        return static_cast<int>(at - groups.begin());
    }
    bool is_group(uint64_t group, int place) const { return place < static_cast<int>(groups.size()) && groups[place] == group; }

    static const Table& get() {
        static const auto* table = new Table();
        return *table;
    }

  private:
    static constexpr int TAG_BITS = 14;
    static constexpr uint32_t TAG = (1u << TAG_BITS) - 1;
    static constexpr uint64_t THREE = ((1ull << 3 * BITS) - 1) << 2 * BITS;
    uint16_t* alphabet = static_cast<uint16_t*>(std::calloc(0x110000, sizeof(uint16_t)));
    Text met; // the characters of all groups
    int count = 0;
    std::vector<std::pair<uint64_t, uint16_t>> read;
    std::vector<uint64_t> groups;
    std::vector<uint16_t> weights; // numbers of `values`
    std::vector<double> values;
    std::vector<int> starts; // for each letter the place of the first group that begins with it
    std::vector<uint32_t> index; // the same for three letters, hashed: the place + 1, and some bits of the hash

    static uint64_t hashed(uint64_t prefix) { return prefix * 0x9e3779b97f4a7c15ull >> 16; }
    size_t slot(uint64_t hash) const { return (hash >> 20) & (index.size() - 1); }

    template <class Each> static void each_line(const unsigned char* at, const unsigned char* end, Each each) {
        while (at < end) {
            auto stop = std::find(at, end, '\n');
            if (at < stop && *at != '#') each(at, stop);
            at = stop + 1;
        }
    }

    static Char letter_at(const unsigned char*& at) {
        Char c = decoded(at);
        return c == '_' ? ' ' : c;
    }

    void collect(const unsigned char* at, const unsigned char* stop) {
        at = std::find(at, stop, ' ');
        while (at < stop) {
            if (*at == ' ') at++;
            else mark(letter_at(at));
        }
    }

    void mark(Char c) {
        if (!alphabet[c]) met.push_back(c);
        alphabet[c] = 1;
    }

    void make_alphabet() {
        std::sort(met.begin(), met.end());
        if (met.size() > MOST_LETTERS - 512) throw Unsupported("letters.txt has too many characters");
        for (Char c : met) alphabet[c] = static_cast<uint16_t>(++count);
    }

    void fill(const unsigned char* at, const unsigned char* stop) {
        auto space = std::find(at, stop, ' ');
        std::string number(at, space);
        double value = PyOS_string_to_double(number.c_str(), nullptr, nullptr);
        if (value == -1.0 && PyErr_Occurred()) throw PythonError();
        auto known = std::find(values.begin(), values.end(), value);
        auto weight = static_cast<uint16_t>(known - values.begin());
        if (known == values.end()) values.push_back(value);
        for (at = space; at < stop;) {
            at++;
            uint64_t group = 0;
            int size = 0;
            while (at < stop && *at != ' ') group = group << BITS | alphabet[letter_at(at)], size++;
            if (size > MOST_SIZE) throw Unsupported("letters.txt has too long groups");
            if (size) read.emplace_back(group << BITS * (MOST_SIZE - size), weight);
        }
    }

    void make_index() {
        size_t size = 1024;
        while (size < groups.size() / 2) size *= 2;
        if (groups.size() >= 1u << (32 - TAG_BITS)) throw Unsupported("letters.txt has too many groups");
        index.assign(size, 0);
        starts.assign(count + 2, static_cast<int>(groups.size()));
        for (size_t at = groups.size(); at-- > 0;) starts[groups[at] >> BITS * (MOST_SIZE - 1)] = static_cast<int>(at);
        for (size_t letter = starts.size() - 1; letter-- > 0;) starts[letter] = std::min(starts[letter], starts[letter + 1]);
        uint64_t before = 0;
        size_t used = 0;
        for (size_t at = 0; at < groups.size(); at++) {
            uint64_t prefix = groups[at] & THREE;
            bool short_group = !(prefix >> 2 * BITS & (MOST_LETTERS - 1));
            if (short_group || prefix == before) continue;
            before = prefix;
            insert(prefix, static_cast<int>(at));
            if (++used > size - size / 4) throw Unsupported("letters.txt has too many groups of three letters");
        }
    }

    void insert(uint64_t prefix, int place) {
        uint64_t hash = hashed(prefix);
        size_t at = slot(hash);
        while (index[at]) at = (at + 1) & (index.size() - 1);
        index[at] = static_cast<uint32_t>(place + 1) << TAG_BITS | static_cast<uint32_t>(hash & TAG);
    }
};

struct Letters {
    int LONGEST = load_int("classifiers.letters", "LONGEST"), SHORT = load_int("classifiers.letters", "SHORT");
    double SCALE = load_double("classifiers.letters", "SCALE"), MOST = load_double("classifiers.letters", "MOST");
    Letters() {
        check("GROUPS", SIZE);
        check("DENSE_GROUPS", DENSE_SIZE);
    }
    static const Letters& get() {
        static const auto* letters = new Letters();
        return *letters;
    }

  private:
    // The groups are of `shortest` letters, and of one and two more.
    static void check(const char* name, int shortest) {
        Ref tuple = attribute("classifiers.letters", name);
        int sizes[3];
        if (!PyArg_ParseTuple(tuple.get(), "iii", &sizes[0], &sizes[1], &sizes[2])) throw PythonError();
        for (int n = 0; n < 3; n++)
            if (sizes[n] != shortest + n) throw Unsupported("groups of letters of other sizes");
    }
};

// What is used again for every text.
struct Scratch {
    std::vector<uint64_t> codes;            // the characters of the padded text, by their number
    std::vector<uint64_t> shortest;         // the shortest group that begins at each place
    std::vector<uint64_t> marked, words;    // one bit for each known group; one for each filled word of `marked`
    std::vector<int> heads, next, from;     // where the same beginning stands in the text, and among the groups
    static Scratch& get() {
        static thread_local Scratch scratch;
        return scratch;
    }
};

// The words of a text in lower case, a space round each and digits as 0, each character by its number; empty without words.
class Padded {
  public:
    Padded(const Table& table, View lowered, std::vector<uint64_t>& codes) : table(table) {
        uint64_t space = table.letter(' '), zero = number(U'0');
        bool inside = false;
        codes.assign(1, space);
        for (Char c : lowered) {
            uint64_t own = traits(c);
            bool word = own & (trait::LETTER | trait::MARK | trait::NUMBER);
            if (word) codes.push_back(own & trait::DIGIT ? zero : number(c));
            else if (inside) codes.push_back(space);
            inside = word;
        }
        if (inside) codes.push_back(space);
        if (codes.size() == 1) codes.clear();
    }

  private:
    const Table& table;
    Text strange; // characters of no group; they still make groups of their own

    uint64_t number(Char c) {
        if (int known = table.letter(c)) return known;
        size_t at = strange.find(c);
        if (at == Text::npos) at = strange.size(), strange.push_back(c);
        if (table.letters() + 1 + static_cast<int>(at) >= MOST_LETTERS) throw Unsupported("too many different characters");
        return table.letters() + 1 + at;
    }
};

// The different groups of SIZE to SIZE + 2 characters in a padded text: how many, and the known ones marked.
template <int SIZE> class Groups {
  public:
    Groups(const Table& table, Scratch& scratch) : table(table), codes(scratch.codes), scratch(scratch), size(static_cast<int>(codes.size())), space(group(table.letter(' '), 0)) {
        int slots = 64, bits = 6, places = size - SIZE + 1;
        while (slots < 2 * size) slots *= 2, bits++;
        shift = 64 - bits;
        scratch.heads.assign(slots, -1);
        scratch.next.resize(size);
        scratch.from.resize(size);
        scratch.shortest.resize(size);
        scratch.marked.resize((table.size() + 63) / 64);
        scratch.words.resize((scratch.marked.size() + 63) / 64);
        for (int at = 0; at < places; at++) {
            uint64_t first = 0;
            for (int n = 0; n < SIZE; n++) first |= group(codes[at + n], n);
            scratch.shortest[at] = first;
            if (SIZE > 1) table.expect(first);
        }
        for (int at = 0; at < places; at++) scratch.from[at] = table.first_with(scratch.shortest[at], SIZE);
        for (int at = 0; at < places; at++) look(at);
    }

    int count = 0;

    // The sum of the weights in the order of the groups; those of no weight change nothing. It takes the marks away.
    double sum() {
        Sum sum;
        for (size_t block = 0; block < scratch.words.size(); block++) {
            for (; scratch.words[block]; scratch.words[block] &= scratch.words[block] - 1) {
                size_t word = block * 64 + lowest_bit(scratch.words[block]);
                for (; scratch.marked[word]; scratch.marked[word] &= scratch.marked[word] - 1)
                    sum.add(table.weight(word * 64 + lowest_bit(scratch.marked[word])));
            }
        }
        return sum.value();
    }

  private:
    const Table& table;
    const std::vector<uint64_t>& codes;
    Scratch& scratch;
    int size, shift;
    uint64_t space;

    // A character as the one of that number in a group.
    static uint64_t group(uint64_t code, int number) { return code << BITS * (MOST_SIZE - 1 - number); }

    bool same(int one, int other, int number) const { return other + number < size && one + number < size && codes[one + number] == codes[other + number]; }

    // The groups that begin at a place: of those with the same beginning as earlier ones only what follows can be new.
    void look(int at) {
        uint64_t shortest = scratch.shortest[at];
        int& head = scratch.heads[shortest * 0x9e3779b97f4a7c15ull >> shift];
        bool known = false, longer = at + SIZE < size, longest = at + SIZE + 1 < size;
        for (int earlier = head; earlier >= 0; earlier = scratch.next[earlier]) {
            if (scratch.shortest[earlier] != shortest) continue;
            known = true;
            if (!same(earlier, at, SIZE)) continue;
            longer = false;
            if (same(earlier, at, SIZE + 1)) longest = false;
            if (!longest) break;
        }
        int place = scratch.from[at];
        if (!known && !(SIZE == 1 && shortest == space)) add(shortest, place);
        if (longer) add(shortest | group(codes[at + SIZE], SIZE), place);
        if (longest) add(shortest | group(codes[at + SIZE], SIZE) | group(codes[at + SIZE + 1], SIZE + 1), place);
        scratch.next[at] = head;
        head = at;
    }

    // Counts a group, and marks it where it is known; `place` moves on to where it stands or would stand.
    void add(uint64_t group, int& place) {
        count++;
        if (place < 0) return;
        place = table.place(group, place, SIZE);
        if (!table.is_group(group, place)) return;
        scratch.marked[place / 64] |= 1ull << place % 64;
        scratch.words[place / 4096] |= 1ull << place / 64 % 64;
    }
};

// round(value, 3) of Python; only where the decimal digits are near a half is it asked itself.
double rounded(double value) {
    double scaled = value * 1000, whole = std::floor(scaled), part = scaled - whole;
    if (std::fabs(part - 0.5) > 1e-6) return (part > 0.5 ? whole + 1 : whole) / 1000;
    char* digits = PyOS_double_to_string(value, 'f', 3, 0, nullptr);
    if (!digits) throw PythonError();
    double out = PyOS_string_to_double(digits, nullptr, nullptr);
    PyMem_Free(digits);
    return out;
}

// How much a stretch reads like ads, a group; nothing where it has no words.
std::optional<double> mean_of(const Table& table, View lowered, bool dense) {
    Scratch& scratch = Scratch::get();
    Padded(table, lowered, scratch.codes);
    if (scratch.codes.empty()) return std::nullopt;
    auto mean = [](auto groups) { return groups.sum() / (groups.count + Letters::get().SHORT); };
    return dense ? mean(Groups<DENSE_SIZE>(table, scratch)) : mean(Groups<SIZE>(table, scratch));
}

// The same, remembered for short texts: one ad stands in many documents.
std::optional<double> remembered_mean(View text, View lowered, bool dense) {
    constexpr size_t LONGEST_KEPT = 80, MOST_KEPT = 8192;
    static auto* known = new std::unordered_map<Text, std::optional<double>>();
    static Text key;
    if (text.size() > LONGEST_KEPT) return mean_of(Table::get(), lowered, dense);
    key.assign(text);
    auto found = known->find(key);
    if (found != known->end()) return found->second;
    if (known->size() >= MOST_KEPT) known->clear();
    return (*known)[key] = mean_of(Table::get(), lowered, dense);
}

// The same, remembered by the stretch.
std::optional<double> mean_of(Seen& seen, int writing) {
    auto [known, fresh] = seen.notes.means.try_emplace(seen.text);
    if (!fresh) return known->second;
    size_t longest = Letters::get().LONGEST;
    bool dense = is_dense(writing) && writing != THAI;
    known->second = seen.text.size() <= longest ? remembered_mean(seen.text, seen.lowered(), dense) : mean_of(Table::get(), lower(seen.text.substr(0, longest)), dense);
    return known->second;
}

} // namespace

void see_letters(Seen& seen) {
    if (seen.same()) return;
    const Letters& letters = Letters::get();
    size_t longest = letters.LONGEST;
    int writing = seen.text.size() <= longest ? seen.scene.script() : main_script(seen.text.substr(0, longest));
    std::optional<double> known = mean_of(seen, writing);
    if (!known) return;
    double mean = *known, least = writing == LATIN ? -letters.MOST : 0.0;
    double value = rounded(std::min(letters.MOST, std::max(least, letters.SCALE * mean)));
    if (value == 0) return;
    seen.add(saw::ADVERT_LETTERS, value, [&] { return std::string("its letters read like ") + (value > 0 ? "ads" : "ordinary text") + ": " + shown(mean, 'f', 2, true) + " a group"; });
    if (value > 0 && seen.where.position <= Position::BOUNDARY) seen.add(saw::ADVERT_LETTERS_IN_SLOT, value, "and it stands where ads are put");
}

} // namespace scrub
