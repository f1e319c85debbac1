// The engine: a pattern is parsed into a tree, the tree becomes a program of nodes, and a machine runs the program over a text.
#include "regex.hpp"

#include <algorithm>
#include <array>
#include <bitset>
#include <climits>
#include <cstring>
#include <cwchar>
#include <mutex>
#include <set>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "unicode.hpp"

namespace scrub {
namespace rx {

constexpr Char LAST = 0x10FFFF;
constexpr int MANY = INT_MAX; // no upper limit
constexpr int GROUPS = 8, COUNTERS = 24;

// -- sets of characters ------------------------------------------------------------------------------------------------

using Ranges = std::vector<std::pair<Char, Char>>; // sorted, with gaps between them, both ends included

Ranges joined(const Ranges& a, const Ranges& b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    Ranges all(a.size() + b.size()), out;
    std::merge(a.begin(), a.end(), b.begin(), b.end(), all.begin());
    out.reserve(all.size());
    for (const auto& range : all) {
        if (!out.empty() && range.first <= out.back().second + 1) out.back().second = std::max(out.back().second, range.second);
        else out.push_back(range);
    }
    return out;
}

Ranges inverted(const Ranges& ranges) {
    Ranges out;
    Char at = 0;
    for (const auto& [first, last] : ranges) {
        if (first > at) out.emplace_back(at, first - 1);
        at = last + 1;
    }
    if (at <= LAST) out.emplace_back(at, LAST);
    return out;
}

Ranges shared(const Ranges& a, const Ranges& b) {
    Ranges out;
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        Char first = std::max(a[i].first, b[j].first), last = std::min(a[i].second, b[j].second);
        if (first <= last) out.emplace_back(first, last);
        if (a[i].second < b[j].second) i++;
        else j++;
    }
    return out;
}

Ranges without(const Ranges& a, const Ranges& b) { return shared(a, inverted(b)); }

bool apart(const Ranges& a, const Ranges& b) {
    for (size_t i = 0, j = 0; i < a.size() && j < b.size();) {
        if (a[i].second < b[j].first) i++;
        else if (b[j].second < a[i].first) j++;
        else return false;
    }
    return true;
}

bool holds(const Ranges& ranges, Char c) {
    auto behind = std::upper_bound(ranges.begin(), ranges.end(), c, [](Char c, const auto& range) { return c < range.first; });
    return behind != ranges.begin() && c <= behind[-1].second;
}

// A few ranges around a set: sixteen characters at once are asked whether any of them may be in it.
struct Coarse {
    int32_t below[4], above[4];
    int count = 0;
    bool good = false; // it passes over most of ordinary text

    explicit Coarse(const Ranges& all) {
        Ranges ranges = few(all);
        good = !holds(ranges, ' ') && apart(ranges, {{'a', 'z'}});
        for (const auto& [first, last] : ranges) {
            below[count] = int32_t(first) - 1;
            above[count++] = int32_t(last) + 1;
        }
    }

    // Four ranges at most, with the widest gaps between them.
    static Ranges few(const Ranges& all) {
        if (all.size() <= 4) return all;
        std::vector<size_t> gaps(all.size() - 1); // by the range behind each
        for (size_t at = 0; at < gaps.size(); at++) gaps[at] = at + 1;
        auto width = [&](size_t at) { return all[at].first - all[at - 1].second; };
        std::partial_sort(gaps.begin(), gaps.begin() + 3, gaps.end(), [&](size_t a, size_t b) { return width(a) > width(b); });
        std::sort(gaps.begin(), gaps.begin() + 3);
        Ranges found{{all.front().first, all[gaps[0] - 1].second}};
        for (size_t n = 0; n < 3; n++) found.emplace_back(all[gaps[n]].first, n < 2 ? all[gaps[n + 1] - 1].second : all.back().second);
        return found;
    }

    template <int N> bool any(const Char* at) const {
        int32_t hit = 0;
        for (int i = 0; i < 16; i++) {
            int32_t c = int32_t(at[i]);
            for (int n = 0; n < N; n++) hit |= int32_t(c > below[n]) & int32_t(c < above[n]);
        }
        return hit;
    }

    bool any16(const Char* at) const {
        switch (count) {
        case 0: return false;
        case 1: return any<1>(at);
        case 2: return any<2>(at);
        case 3: return any<3>(at);
        default: return any<4>(at);
        }
    }
};

using Page = std::array<uint64_t, 4>;      // a bit for each of 256 characters
using Plane = std::array<const Page*, 256>; // the pages of 65536 characters
const Page EMPTY_PAGE{}, FULL_PAGE{~0ull, ~0ull, ~0ull, ~0ull};

// Pages and planes are the same in many sets and are kept once; they live as long as the process.
template <class Part> const Part* kept(const Part& part) {
    struct Hash {
        size_t operator()(const Part& one) const { return std::hash<std::string_view>()({reinterpret_cast<const char*>(one.data()), sizeof one}); }
    };
    static auto* parts = new std::unordered_set<Part, Hash>();
    return &*parts->insert(part).first;
}

class CharSet {
  public:
    explicit CharSet(const Ranges& ranges) : inside(ranges), outside(inverted(ranges)) {
        fill(ranges);
        for (Char c = 0; c < 256; c++) low[c] = paged(c);
        if (ranges.size() == 1 && ranges[0].first == ranges[0].second) only = ranges[0].first;
    }

    bool has(Char c) const { return c < 256 ? low[c] : paged(c); }

    // The first member, or the end.
    const Char* find(const Char* at, const Char* end) const {
        if (sizeof(wchar_t) == 4 && only != LAST + 1) {
            const wchar_t* found = std::wmemchr(reinterpret_cast<const wchar_t*>(at), wchar_t(only), size_t(end - at));
            return found ? reinterpret_cast<const Char*>(found) : end;
        }
        return hunt<true>(inside, at, end);
    }

    // The first that is no member, or the end.
    const Char* skip(const Char* at, const Char* end) const {
        for (const Char* soon = end - at > 8 ? at + 8 : end; at < soon; at++)
            if (!has(*at)) return at;
        return hunt<false>(outside, at, end);
    }

    // Back from `at`: where the members end.
    const Char* skip_back(const Char* at, const Char* start) const {
        while (at > start && has(at[-1])) at--;
        return at;
    }

    bool quick() const { return only != LAST + 1 || inside.good; }

  private:
    uint8_t low[256];
    Plane basic;                           // the plane of nearly everything, close at hand
    std::array<const Plane*, 17> planes;
    Coarse inside, outside;
    Char only = LAST + 1;

    bool paged(Char c) const {
        const Page* page = c < 0x10000 ? basic[c >> 8] : (*planes[c >> 16])[c >> 8 & 255];
        return (*page)[c >> 6 & 3] >> (c & 63) & 1;
    }

    static uint64_t bits(Char first, Char last) { return ~0ull >> (63 - (last - first)) << (first & 63); }

    void fill(const Ranges& ranges) {
        size_t at = 0;
        for (Char number = 0; number < 17; number++) {
            Plane plane;
            for (Char page = 0; page < 256; page++) plane[page] = page_of(ranges, at, number << 16 | page << 8);
            if (number == 0) basic = plane;
            planes[number] = kept(plane);
        }
    }

    // The page that begins at `start`; `at` is moved to the last range that reaches into it.
    static const Page* page_of(const Ranges& ranges, size_t& at, Char start) {
        while (at < ranges.size() && ranges[at].second < start) at++;
        if (at == ranges.size() || ranges[at].first > start + 255) return &EMPTY_PAGE;
        if (ranges[at].first <= start && ranges[at].second >= start + 255) return &FULL_PAGE;
        Page page{};
        for (size_t n = at; n < ranges.size() && ranges[n].first <= start + 255; n++) {
            Char first = std::max(ranges[n].first, start), last = std::min<Char>(ranges[n].second, start + 255);
            for (Char c = first; c <= last; c = (c | 63) + 1) page[c >> 6 & 3] |= bits(c, std::min<Char>(last, c | 63));
        }
        return kept(page);
    }

    template <bool MEMBER> const Char* hunt(const Coarse& coarse, const Char* at, const Char* end) const {
        if (coarse.good)
            for (; end - at >= 16; at += 16) {
                if (!coarse.any16(at)) continue;
                for (int i = 0; i < 16; i++)
                    if (has(at[i]) == MEMBER) return at + i;
            }
        for (; at < end; at++)
            if (has(*at) == MEMBER) return at;
        return end;
    }
};

struct HashRanges {
    size_t operator()(const Ranges& ranges) const {
        uint64_t hash = ranges.size();
        for (const auto& [first, last] : ranges) hash = (hash ^ (uint64_t(first) << 32 | last)) * 0x9E3779B97F4A7C15u, hash ^= hash >> 29;
        return size_t(hash);
    }
};

std::mutex making; // one pattern is made at a time

// Sets are the same in many patterns and are kept once.
const CharSet* set_of(const Ranges& ranges) {
    static auto* sets = new std::unordered_map<Ranges, std::unique_ptr<CharSet>, HashRanges>();
    auto& found = (*sets)[ranges];
    if (!found) found = std::make_unique<CharSet>(ranges);
    return found.get();
}

// -- properties --------------------------------------------------------------------------------------------------------

// The characters whose record has one of the values under the mask.
Ranges with_record(uint16_t mask, uint16_t value, uint32_t categories = ~0u) {
    Ranges out;
    auto test = [&](Char c) { return (record_of(c) & mask) == value && is_category(c, categories); };
    std::vector<int8_t> same(sizeof(UNICODE_RECORDS) / sizeof(*UNICODE_RECORDS) >> 7, -1); // 0 no, 1 yes, 2 some of the block
    auto add = [&](Char first, Char last) {
        if (!out.empty() && out.back().second + 1 == first) out.back().second = last;
        else out.emplace_back(first, last);
    };
    for (Char block = 0; block <= LAST; block += 128) {
        int8_t& kind = same[UNICODE_BLOCK[block >> 7]];
        if (kind < 0) {
            int count = 0;
            for (Char c = block; c < block + 128; c++) count += test(c);
            kind = count == 0 ? 0 : count == 128 ? 1 : 2;
        }
        if (kind == 1) add(block, block + 127);
        if (kind == 2)
            for (Char c = block; c < block + 128; c++)
                if (test(c)) add(c, c);
    }
    return out;
}

Ranges of_categories(uint32_t bits) { return with_record(0, 0, bits); }

// Names of categories as `regex` reads them, capitals without spaces and underscores.
const std::unordered_map<std::string, uint32_t>& category_names() {
    static const auto* names = [] {
        static const char* const each[] = {"LU", "LL", "LT", "LM", "LO", "MN", "MC", "ME", "ND", "NL", "NO", "PC", "PD", "PS", "PE",
                                           "PI", "PF", "PO", "SM", "SC", "SK", "SO", "ZS", "ZL", "ZP", "CC", "CF", "CS", "CO", "CN"};
        auto* out = new std::unordered_map<std::string, uint32_t>{
            {"L", LETTER_BITS}, {"M", MARK_BITS}, {"N", NUMBER_BITS}, {"P", PUNCTUATION_BITS}, {"S", SYMBOL_BITS}, {"Z", SEPARATOR_BITS}, {"C", OTHER_BITS},
            {"LETTER", LETTER_BITS}, {"MARK", MARK_BITS}, {"NUMBER", NUMBER_BITS}, {"PUNCTUATION", PUNCTUATION_BITS}, {"SYMBOL", SYMBOL_BITS}};
        for (int n = 0; n < 30; n++) out->emplace(each[n], category_bit(Category(n)));
        return out;
    }();
    return *names;
}

std::string plain_name(std::string_view name) {
    std::string out;
    for (char c : name)
        if (c != '_' && c != '-' && c != ' ') out += c >= 'a' && c <= 'z' ? char(c - 32) : c;
    return out;
}

Ranges named(const std::string& kind, const std::string& name) {
    const auto& categories = category_names();
    bool any = kind.empty(), category = kind == "GC" || kind == "GENERALCATEGORY", script = kind == "SCRIPT" || kind == "SC";
    if (auto found = categories.find(name); (any || category) && found != categories.end()) return of_categories(found->second);
    for (int id = 0; (any || script) && id < SCRIPT_COUNT; id++)
        if (plain_name(SCRIPT_NAMES[id]) == name) return with_record(0xFF, uint16_t(id));
    throw Unsupported("regex: property " + kind + " " + name);
}

// A property by its name in a pattern.
const Ranges& property(const std::string& kind, const std::string& name) {
    static auto* known = new std::unordered_map<std::string, Ranges>();
    auto found = known->find(kind + "=" + name);
    if (found == known->end()) found = known->emplace(kind + "=" + name, named(kind, name)).first;
    return found->second;
}

const Ranges& digits() { return property("", "ND"); }

const Ranges& words() {
    static const auto* ranges = new Ranges(with_record(1 << 13, 1 << 13));
    return *ranges;
}

const Ranges& whites() {
    static const auto* ranges = new Ranges(with_record(1 << 14, 1 << 14));
    return *ranges;
}

// -- from pattern to tree ----------------------------------------------------------------------------------------------

enum class Kind { One, Sequence, Branch, Repeat, Group, Atomic, Look, Again, Start, End, Edge, NoEdge };
enum class Greed { Greedy, Lazy, Possessive };

struct Tree {
    Kind kind;
    Ranges set = {};                                   // One
    std::vector<std::shared_ptr<const Tree>> kids = {}; // the parts; what is repeated, grouped or looked for is the only one
    int low = 1, high = 1;                             // Repeat
    Greed greed = Greed::Greedy;
    int group = 0;                                     // Group, Again
    bool behind = false, positive = true;              // Look
};
using TreeRef = std::shared_ptr<const Tree>;

TreeRef leaf(Kind kind) { return std::make_shared<Tree>(Tree{kind}); }
TreeRef one(Ranges set) { return std::make_shared<Tree>(Tree{Kind::One, std::move(set)}); }
TreeRef above(Kind kind, TreeRef kid) { return std::make_shared<Tree>(Tree{kind, {}, {std::move(kid)}}); }

struct Width {
    int low, high;
};

int times(int a, int b) { return int(std::min<int64_t>(int64_t(a) * b, MANY)); }
int plus(int a, int b) { return int(std::min<int64_t>(int64_t(a) + b, MANY)); }

Width width(const Tree& tree) {
    switch (tree.kind) {
    case Kind::One: return {1, 1};
    case Kind::Sequence: {
        Width out{0, 0};
        for (const auto& kid : tree.kids) {
            Width more = width(*kid);
            out = {plus(out.low, more.low), plus(out.high, more.high)};
        }
        return out;
    }
    case Kind::Branch: {
        Width out{MANY, 0};
        for (const auto& kid : tree.kids) {
            Width other = width(*kid);
            out = {std::min(out.low, other.low), std::max(out.high, other.high)};
        }
        return out;
    }
    case Kind::Repeat: {
        Width kid = width(*tree.kids[0]);
        return {times(kid.low, tree.low), kid.high ? times(kid.high, tree.high) : 0};
    }
    case Kind::Group:
    case Kind::Atomic: return width(*tree.kids[0]);
    case Kind::Again: return {0, MANY};
    default: return {0, 0};
    }
}

class Parser {
  public:
    Parser(View pattern, int flags) : pattern(pattern), flags(flags) {}

    TreeRef parse() {
        flags_at_start();
        verbose = flags & Regex::VERBOSE;
        if ((flags & Regex::V1) && (flags & Regex::IGNORECASE)) fail("full case folding");
        TreeRef tree = branches();
        if (more()) fail("unbalanced )");
        return tree;
    }

    int groups = 0;
    std::vector<std::pair<std::string, int>> names;

  private:
    View pattern;
    int flags;
    size_t at = 0;
    bool verbose = false;

    [[noreturn]] void fail(const std::string& what) const { throw Unsupported("regex: " + what + " at " + std::to_string(at)); }

    // White space and comments between the parts of a verbose pattern mean nothing.
    void pass() {
        while (verbose && at < pattern.size()) {
            if (is_space(pattern[at])) at++;
            else if (pattern[at] == '#') at = std::min(pattern.find(Char('\n'), at), pattern.size());
            else return;
        }
    }

    bool more() {
        pass();
        return at < pattern.size();
    }
    Char peek() const { return at < pattern.size() ? pattern[at] : LAST + 1; }
    Char take() {
        if (at >= pattern.size()) fail("end of pattern");
        return pattern[at++];
    }
    bool accept(Char c) { return peek() == c ? at++, true : false; }
    bool accept(const char* both) {
        if (peek() != Char(both[0]) || at + 1 >= pattern.size() || pattern[at + 1] != Char(both[1])) return false;
        at += 2;
        return true;
    }
    void expect(Char c) {
        if (!accept(c)) fail("something missing");
    }

    void flags_at_start() {
        while (pattern.substr(at, 2) == U"(?") {
            size_t end = pattern.find(Char(')'), at);
            View inside = pattern.substr(at + 2, end == View::npos ? 0 : end - at - 2);
            if (inside == U"V1") flags |= Regex::V1;
            else if (inside == U"i") flags |= Regex::IGNORECASE;
            else if (inside == U"s") flags |= Regex::DOTALL;
            else if (inside != U"V0") return;
            at = end + 1;
        }
    }

    TreeRef branches() {
        std::vector<TreeRef> all{sequence()};
        while (more() && accept('|')) all.push_back(sequence());
        if (all.size() == 1) return all[0];
        return std::make_shared<Tree>(Tree{Kind::Branch, {}, std::move(all)});
    }

    TreeRef sequence() {
        std::vector<TreeRef> all;
        bool repeatable = false;
        while (more() && peek() != '|' && peek() != ')') {
            Char c = take();
            if (c == '?' || c == '*' || c == '+' || c == '{') {
                if (!repeatable) fail("nothing to repeat");
                all.back() = repeated(all.back(), c);
                repeatable = false;
                continue;
            }
            all.push_back(part(c));
            repeatable = true;
        }
        if (all.size() == 1) return all[0];
        return std::make_shared<Tree>(Tree{Kind::Sequence, {}, std::move(all)});
    }

    TreeRef part(Char c) {
        switch (c) {
        case '\\': return escape();
        case '(': return parenthesis();
        case '[': return one(set());
        case '.': return one(flags & Regex::DOTALL ? inverted({}) : inverted({{'\n', '\n'}}));
        case '^': return leaf(Kind::Start);
        case '$': return leaf(Kind::End);
        default: return one(folded({{c, c}}));
        }
    }

    TreeRef repeated(const TreeRef& kid, Char sign) {
        Tree tree{Kind::Repeat, {}, {kid}};
        tree.low = sign == '+' ? 1 : 0;
        tree.high = sign == '?' ? 1 : MANY;
        if (sign == '{') counts(tree);
        size_t before = at;
        if (more() && accept('?')) tree.greed = Greed::Lazy;
        else if (accept('+')) tree.greed = Greed::Possessive;
        else at = before;
        if (tree.low == 1 && tree.high == 1) return kid;
        return std::make_shared<Tree>(std::move(tree));
    }

    void counts(Tree& tree) {
        auto number = [&](int missing) {
            if (peek() < '0' || peek() > '9') return missing;
            int64_t value = 0;
            while (peek() >= '0' && peek() <= '9' && value < MANY) value = value * 10 + (take() - '0');
            if (value > 100000) fail("a high count");
            return int(value);
        };
        tree.low = number(-1);
        if (accept(',')) {
            tree.low = std::max(tree.low, 0);
            tree.high = number(MANY);
        } else {
            tree.high = tree.low;
        }
        if (!accept('}') || tree.low < 0 || tree.high < tree.low) fail("a brace that is no count");
    }

    TreeRef until_closed() {
        TreeRef tree = branches();
        if (!more()) fail("missing )");
        expect(')');
        return tree;
    }

    TreeRef look(bool behind, bool positive) {
        Tree tree{Kind::Look, {}, {until_closed()}};
        tree.behind = behind;
        tree.positive = positive;
        return std::make_shared<Tree>(std::move(tree));
    }

    TreeRef group() {
        Tree tree{Kind::Group};
        tree.group = ++groups;
        if (groups >= GROUPS) fail("many groups");
        tree.kids = {until_closed()};
        return std::make_shared<Tree>(std::move(tree));
    }

    TreeRef named_group() {
        std::string name;
        while (peek() != '>') {
            Char c = take();
            if (c >= 128 || !(is_alnum(c) || c == '_')) fail("name");
            name += char(c);
        }
        at++;
        names.emplace_back(name, groups + 1);
        return group();
    }

    TreeRef parenthesis() {
        if (!accept('?')) {
            if (peek() == '*') fail("verb");
            return group();
        }
        switch (take()) {
        case ':': return whole(until_closed());
        case '=': return look(false, true);
        case '!': return look(false, false);
        case '>': return above(Kind::Atomic, until_closed());
        case 'P': expect('<'); return named_group();
        case '<':
            if (accept('=')) return look(true, true);
            if (accept('!')) return look(true, false);
            return named_group();
        default: fail("group");
        }
    }

    // A group without a number keeps its parts together when it is repeated.
    static TreeRef whole(TreeRef tree) {
        bool zero = tree->kind != Kind::One && tree->kind != Kind::Sequence && tree->kind != Kind::Branch && tree->kind != Kind::Group;
        return zero ? above(Kind::Sequence, std::move(tree)) : tree;
    }

    // -- escapes and sets

    struct Item {
        Ranges set;
        Char single = LAST + 1; // set when the item is one character
    };

    static Item single(Char c) { return {{{c, c}}, c}; }

    Char hexadecimal(int length) {
        Char value = 0;
        for (; length; length--) {
            Char c = take();
            if (c >= 128 || !std::isxdigit(int(c))) fail("hexadecimal");
            value = value * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
        }
        if (value > LAST) fail("code point");
        return value;
    }

    Ranges braced(bool positive) {
        expect('{');
        if (accept('^')) positive = !positive;
        std::string kind, name;
        while (peek() != '}') {
            Char c = take();
            if (c == '=' || c == ':') kind = plain_name(name), name.clear();
            else if (c < 128 && (is_alnum(c) || c == '_' || c == ' ' || c == '-')) name += char(c);
            else fail("property");
        }
        at++;
        name = plain_name(name);
        if (flags & Regex::IGNORECASE) {
            static const std::set<std::string> same{"N", "ND", "SC", "LATIN", "HAN", "HIRAGANA", "KATAKANA", "HANGUL"};
            if (!same.count(name)) fail("property without regard to case");
        }
        return positive ? property(kind, name) : inverted(property(kind, name));
    }

    Item escaped() {
        Char c = take();
        switch (c) {
        case 'd': return {digits()};
        case 'D': return {inverted(digits())};
        case 'w': return {words()};
        case 'W': return {inverted(words())};
        case 's': return {whites()};
        case 'S': return {inverted(whites())};
        case 'p': return {braced(true)};
        case 'P': return {braced(false)};
        case 't': return single('\t');
        case 'n': return single('\n');
        case 'r': return single('\r');
        case 'x': return single(hexadecimal(2));
        case 'u': return single(hexadecimal(4));
        case 'U': return single(hexadecimal(8));
        default:
            if (c < 128 && is_alnum(c)) fail("escape");
            return single(c);
        }
    }

    TreeRef escape() {
        Char c = peek();
        if (c == 'b' || c == 'B' || c == 'A') {
            at++;
            return leaf(c == 'A' ? Kind::Start : c == 'b' ? Kind::Edge : Kind::NoEdge);
        }
        if (c >= '1' && c <= '9') return again();
        Item item = escaped();
        return one(item.single <= LAST ? folded(item.set) : item.set);
    }

    TreeRef again() {
        Tree tree{Kind::Again};
        tree.group = int(take() - '0');
        if (tree.group > groups || (peek() >= '0' && peek() <= '9') || (flags & Regex::IGNORECASE)) fail("back reference");
        return std::make_shared<Tree>(std::move(tree));
    }

    // The characters with their other cases; only ASCII letters are known to have them.
    Ranges folded(Ranges ranges) const {
        if (!(flags & Regex::IGNORECASE)) return ranges;
        for (const auto& [first, last] : ranges)
            for (Char c = std::max<Char>(first, 128); c <= last; c++)
                if (!is_category(c, category_bit(Lo) | category_bit(Nd) | PUNCTUATION_BITS | SEPARATOR_BITS | category_bit(Sm) | category_bit(Sc)))
                    fail("cases beyond ASCII");
        Ranges out = ranges;
        auto add = [&](Char c, Char other) {
            if (holds(ranges, c)) out = joined(out, {{other, other}});
        };
        for (Char c = 'a'; c <= 'z'; c++) add(c, c - 32), add(c - 32, c);
        add('k', 0x212A), add('K', 0x212A), add('s', 0x17F), add('S', 0x17F), add('i', 0x130), add('I', 0x131);
        return out;
    }

    Ranges set() {
        bool negative = accept('^');
        Ranges out = flags & Regex::V1 ? set_of_operands() : members();
        expect(']');
        return negative ? inverted(out) : out;
    }

    // `--` binds more tightly than `&&`, and that more tightly than `||`.
    Ranges set_of_operands() {
        Ranges out = intersection();
        while (accept("||")) out = joined(out, intersection());
        if (accept("~~")) fail("symmetric difference");
        return out;
    }
    Ranges intersection() {
        Ranges out = difference();
        while (accept("&&")) out = shared(out, difference());
        return out;
    }
    Ranges difference() {
        Ranges out = members();
        while (accept("--")) out = without(out, members());
        return out;
    }

    bool at_operator() const {
        View next = pattern.substr(at, 2);
        return (flags & Regex::V1) && (next == U"--" || next == U"&&" || next == U"||" || next == U"~~");
    }

    Ranges members() {
        Ranges out = member();
        while (peek() != ']' && !at_operator()) out = joined(out, member());
        return out;
    }

    Item item() {
        if (accept('\\')) {
            if (accept('b')) return single('\b');
            return escaped();
        }
        if (pattern.substr(at, 2) == U"[:") fail("class of POSIX");
        if ((flags & Regex::V1) && accept('[')) return {set()};
        return single(take());
    }

    Ranges member() {
        Item start = item();
        if (start.single > LAST) return start.set;
        size_t before = at;
        if (!accept('-')) return folded(start.set);
        if ((flags & Regex::V1) && peek() == '-') {
            at = before;
            return start.set;
        }
        Ranges both = joined(start.set, {{'-', '-'}});
        if (peek() == ']') return folded(both);
        Item end = item();
        if (end.single > LAST) return joined(folded(both), end.set);
        if (start.single > end.single) fail("range");
        return folded({{start.single, end.single}});
    }
};

// -- what can be told from a tree --------------------------------------------------------------------------------------

template <class Test> bool some(const Tree& tree, Test test) {
    if (test(tree)) return true;
    for (const auto& kid : tree.kids)
        if (some(*kid, test)) return true;
    return false;
}

// What the next character is one of; `open` when there need not be one.
struct First {
    Ranges set;
    bool open;
};
const First OPEN{{}, true};

First first_of(const Tree& tree, const First& follow, bool back);

First either(const First& a, const First& b) {
    if (a.open || b.open) return OPEN;
    return {joined(a.set, b.set), false};
}

First first_of_look(const Tree& tree, const First& follow, bool back) {
    if (tree.behind != back) return follow;
    const Tree& kid = *tree.kids[0];
    if (!tree.positive) return kid.kind == Kind::One && !follow.open ? First{without(follow.set, kid.set), false} : follow;
    First inner = first_of(kid, OPEN, back);
    if (inner.open) return follow;
    return follow.open ? inner : First{shared(inner.set, follow.set), false};
}

First first_of(const Tree& tree, const First& follow, bool back) {
    switch (tree.kind) {
    case Kind::One: return {tree.set, false};
    case Kind::Sequence: {
        First out = follow;
        int count = int(tree.kids.size()), start = 0; // what stands before the first part that takes a character matters
        if (back) {
            for (start = count - 1; start > 0 && width(*tree.kids[size_t(start)]).low == 0;) start--;
            for (int n = std::max(start, 0); n < count; n++) out = first_of(*tree.kids[size_t(n)], out, back);
        } else {
            while (start < count - 1 && width(*tree.kids[size_t(start)]).low == 0) start++;
            for (int n = std::min(start, count - 1); n >= 0; n--) out = first_of(*tree.kids[size_t(n)], out, back);
        }
        return out;
    }
    case Kind::Branch: {
        First out = first_of(*tree.kids[0], follow, back);
        for (size_t n = 1; n < tree.kids.size() && !out.open; n++) out = either(out, first_of(*tree.kids[n], follow, back));
        return out;
    }
    case Kind::Repeat: {
        First kid = first_of(*tree.kids[0], follow, back);
        return tree.low ? kid : either(kid, follow);
    }
    case Kind::Group:
    case Kind::Atomic: return first_of(*tree.kids[0], follow, back);
    case Kind::Look: return first_of_look(tree, follow, back);
    case Kind::Start:
    case Kind::Edge:
    case Kind::NoEdge: return follow;
    default: return OPEN;
    }
}

// All the characters that a match can have.
Ranges consumed(const Tree& tree) {
    if (tree.kind == Kind::One) return tree.set;
    if (tree.kind == Kind::Look) return {};
    Ranges out;
    for (const auto& kid : tree.kids) out = joined(out, consumed(*kid));
    return out;
}

bool is_rare(const Ranges& set) { return !holds(set, ' ') && apart(set, {{'a', 'z'}}) && Coarse(set).good; }

// Characters of which every match has one, if rare ones are known.
Ranges required(const Tree& tree) {
    switch (tree.kind) {
    case Kind::One: return is_rare(tree.set) ? tree.set : Ranges{};
    case Kind::Group:
    case Kind::Atomic: return required(*tree.kids[0]);
    case Kind::Repeat: return tree.low ? required(*tree.kids[0]) : Ranges{};
    case Kind::Sequence: {
        Ranges best;
        for (const auto& kid : tree.kids)
            if (Ranges found = required(*kid); !found.empty() && (best.empty() || found.size() < best.size())) best = found;
        return best;
    }
    case Kind::Branch: {
        Ranges all;
        for (const auto& kid : tree.kids) {
            Ranges found = required(*kid);
            if (found.empty()) return {};
            all = joined(all, found);
        }
        return is_rare(all) ? all : Ranges{};
    }
    default: return {};
    }
}

// A way a match may begin: one of these, and then what the next is one of.
struct Head {
    Ranges set;
    First then;
};
using Heads = std::vector<Head>;

Heads heads_of(const Tree& tree, const Heads& follow, const First& then) {
    switch (tree.kind) {
    case Kind::One: return {{tree.set, then}};
    case Kind::Sequence: {
        Heads heads = follow;
        First next = then;
        for (size_t n = tree.kids.size(); n-- > 0;) {
            heads = heads_of(*tree.kids[n], heads, next);
            next = first_of(*tree.kids[n], next, false);
        }
        return heads;
    }
    case Kind::Branch: {
        Heads all;
        for (const auto& kid : tree.kids) {
            Heads some = heads_of(*kid, follow, then);
            all.insert(all.end(), some.begin(), some.end());
        }
        return all;
    }
    case Kind::Repeat: {
        const Tree& kid = *tree.kids[0];
        First next = tree.high == 1 ? then : either(first_of(kid, then, false), then);
        Heads all = heads_of(kid, follow, next);
        if (tree.low == 0) all.insert(all.end(), follow.begin(), follow.end());
        return all;
    }
    case Kind::Group:
    case Kind::Atomic: return heads_of(*tree.kids[0], follow, then);
    default: return follow;
    }
}

// Characters in 256 heaps: one for each of ASCII, the others by their page.
inline unsigned heap_of(Char c) { return c < 128 ? c : 128 | (c >> 8 & 127); }

using Heaps = std::array<uint64_t, 4>;

Heaps heaps_of(const Ranges& ranges) {
    Heaps out{};
    auto add = [&](unsigned heap) { out[heap >> 6] |= uint64_t(1) << (heap & 63); };
    for (const auto& [first, last] : ranges) {
        for (Char c = first; c <= last && c < 128; c++) add(c);
        if (last < 128) continue;
        Char page = std::max<Char>(first, 128) >> 8;
        for (Char n = page; n <= last >> 8 && n < page + 128; n++) add(heap_of(std::max<Char>(n << 8, 128)));
    }
    return out;
}

// For each heap of the first character the heaps of those that can come second.
std::vector<Heaps> pairs_of(const Tree& tree) {
    std::vector<Heaps> pairs(256, Heaps{});
    for (const auto& [set, then] : heads_of(tree, {}, OPEN)) {
        Heaps first = heaps_of(set), second = then.open ? Heaps{~0ull, ~0ull, ~0ull, ~0ull} : heaps_of(then.set);
        for (unsigned heap = 0; heap < 256; heap++)
            if (first[heap >> 6] >> (heap & 63) & 1)
                for (size_t n = 0; n < 4; n++) pairs[heap][n] |= second[n];
    }
    return pairs;
}

// What the character before a match is one of; `start` when there need not be one.
struct Before {
    Ranges set;
    bool start;
};

Before before_of(const Tree& tree);

Before before_of_look(const Tree& tree) {
    const Before any{inverted({}), true};
    if (!tree.behind) return any;
    const Tree& kid = *tree.kids[0];
    if (!tree.positive) return kid.kind == Kind::One ? Before{inverted(kid.set), true} : any;
    First last = first_of(kid, OPEN, true);
    return last.open ? any : Before{last.set, false};
}

Before before_of(const Tree& tree) {
    Before any{inverted({}), true};
    switch (tree.kind) {
    case Kind::Look: return before_of_look(tree);
    case Kind::Start: return {{}, true};
    case Kind::Group:
    case Kind::Atomic: return before_of(*tree.kids[0]);
    case Kind::Repeat: return tree.low ? before_of(*tree.kids[0]) : any;
    case Kind::Sequence:
        for (const auto& kid : tree.kids) {
            Before one = before_of(*kid);
            any = {shared(any.set, one.set), any.start && one.start};
            if (width(*kid).high > 0) break;
        }
        return any;
    case Kind::Branch: {
        Before all{{}, false};
        for (const auto& kid : tree.kids) {
            Before one = before_of(*kid);
            all = {joined(all.set, one.set), all.start || one.start};
        }
        return all;
    }
    default: return any;
    }
}

bool starts_at_start(const Tree& tree) {
    if (tree.kind == Kind::Start) return true;
    if (tree.kind == Kind::Branch) return std::all_of(tree.kids.begin(), tree.kids.end(), [](const TreeRef& kid) { return starts_at_start(*kid); });
    return tree.kind == Kind::Sequence && !tree.kids.empty() && starts_at_start(*tree.kids[0]);
}

// -- from tree to program ----------------------------------------------------------------------------------------------

enum class Op : uint8_t {
    Char, CharBack, String, StringBack, Set, SetBack,
    Many, ManyBack, Few, FewBack,      // one set again and again, greedy or lazy
    Branch, BranchBack,
    Save, Begin, Count, CountBack,     // groups, and loops that count
    Loop, Atomic, Look,                // programs of their own
    Ahead, Behind,                     // one character beside
    Again, Start, End, Edge, NoEdge, Accept, Done
};

struct Node {
    Op op;
    bool flag = false; // possessive, positive or lazy
    int next = -1;
    int a = 0, b = 0; // a program, arms from a to b, a string, a slot
    int low = 0, high = 0;
    Char c = 0;
    const CharSet* set = nullptr;
    const CharSet* guard = nullptr; // what can follow begins with one of these
};

struct Arm {
    const CharSet* guard; // null when it may need no character
    int node;
};

struct Program {
    std::vector<Node> nodes;
    std::vector<Arm> arms;
    std::vector<Text> strings;
    std::vector<std::array<uint64_t, 128>> masks; // for each ASCII character the arms it may choose
    std::vector<std::pair<std::string, int>> names;
    int start = 0, groups = 0, counters = 0;
    Width width{0, 0};
    const CharSet* first = nullptr;
    const CharSet* required = nullptr;
    bool anchored = false;             // all begin with ^
    std::vector<Heaps> pairs;          // which second characters can follow the first, when there is a first
    const CharSet* before = nullptr;   // what the character before a match is one of
    bool from_start = true, at_edge = false;
    int inner = 0;                     // the program without what `before` and `at_edge` have asked
    const CharSet* simple = nullptr;   // the pattern is one set, or a row of it
    int row_low = 1, row_high = 1;
    int tail = -1;                     // the program backwards from the `$` that all end in
    const CharSet* consumed = nullptr; // and what the characters before it are

    bool seek(const Char* text, int pos, int end, int barred, int& required_at, Match* out) const;
    bool here(const Char* text, int pos, int end, bool full, Match* out) const;
    bool ends_well(const Char* text, int pos, int end) const;
    bool fits(unsigned heap, unsigned second) const { return pairs[heap][second >> 6] >> (second & 63) & 1; }
    bool fits(const Char* text, int pos, int end) const { return pos + 1 >= end || fits(heap_of(text[pos]), heap_of(text[pos + 1])); }
    int candidate(const Char* text, int at, int stop, int end) const;
    bool after_right(const Char* text, int pos) const { return !before || (pos > 0 ? before->has(text[pos - 1]) : from_start); }
    bool well_placed(const Char* text, int pos, int end) const {
        if (!after_right(text, pos)) return false;
        return !at_edge || (pos > 0 && is_word(text[pos - 1])) != (pos < end && is_word(text[pos]));
    }
    int earliest(const Char* text, int pos, int end) const;
};

class Compiler {
  public:
    Compiler(Program& program) : program(program) {}

    int emit(Node node) {
        program.nodes.push_back(node);
        return int(program.nodes.size()) - 1;
    }

    // The node at which `tree` begins when `next` comes after it.
    int compile(const Tree& tree, int next, const First& follow, bool back) {
        switch (tree.kind) {
        case Kind::One: return compile_one(tree.set, next, back);
        case Kind::Sequence: return compile_sequence(tree, next, follow, back);
        case Kind::Branch: {
            std::vector<std::pair<First, int>> arms;
            for (const auto& kid : tree.kids) arms.emplace_back(first_of(*kid, follow, back), compile(*kid, next, follow, back));
            return branch(arms, back);
        }
        case Kind::Repeat: return compile_repeat(tree, next, follow, back);
        case Kind::Group: {
            Node save{Op::Save};
            save.next = next;
            save.a = tree.group * 2 + !back;
            Node other{Op::Save};
            other.next = compile(*tree.kids[0], emit(save), follow, back);
            other.a = tree.group * 2 + back;
            return emit(other);
        }
        case Kind::Atomic: return apart_from(Op::Atomic, *tree.kids[0], next, back);
        case Kind::Look: return compile_look(tree, next, back);
        case Kind::Again: {
            if (back) throw Unsupported("regex: back reference in lookbehind");
            Node node{Op::Again};
            node.next = next;
            node.a = tree.group;
            return emit(node);
        }
        case Kind::End:
            if (back) throw Unsupported("regex: $ in lookbehind");
            return plain(Op::End, next);
        case Kind::Start: return plain(Op::Start, next);
        case Kind::Edge: return plain(Op::Edge, next);
        default: return plain(Op::NoEdge, next);
        }
    }

  private:
    Program& program;

    int plain(Op op, int next) {
        Node node{op};
        node.next = next;
        return emit(node);
    }

    static Op way(Op forward, bool back) { return back ? Op(int(forward) + 1) : forward; }
    static bool is_char(const Tree& tree) { return tree.kind == Kind::One && tree.set.size() == 1 && tree.set[0].first == tree.set[0].second; }
    static const CharSet* guard_of(const First& first) { return first.open ? nullptr : set_of(first.set); }

    int compile_one(const Ranges& set, int next, bool back) {
        bool one = set.size() == 1 && set[0].first == set[0].second;
        Node node{way(one ? Op::Char : Op::Set, back)};
        node.next = next;
        if (one) node.c = set[0].first;
        else node.set = set_of(set);
        return emit(node);
    }

    int compile_sequence(const Tree& tree, int next, First follow, bool back) {
        int count = int(tree.kids.size());
        auto kid = [&](int n) -> const Tree& { return *tree.kids[size_t(back ? n : count - 1 - n)]; }; // from the end of the way
        for (int n = 0; n < count;) {
            int chars = 0;
            while (n + chars < count && is_char(kid(n + chars))) chars++;
            if (chars > 1) {
                Node node{way(Op::String, back)};
                node.next = next;
                node.a = int(program.strings.size());
                Text string;
                for (int at = 0; at < chars; at++) string += kid(n + at).set[0].first;
                std::reverse(string.begin(), string.end()); // they were met from the end of the way
                program.strings.push_back(string);
                next = emit(node);
                follow = first_of(kid(n + chars - 1), follow, back);
                n += chars;
                continue;
            }
            next = compile(kid(n), next, follow, back);
            if (n + 1 < count) follow = first_of(kid(n), follow, back);
            n++;
        }
        return next;
    }

    // Arms of which none can begin are not tried; `first` says with what each begins.
    int branch(const std::vector<std::pair<First, int>>& arms, bool back) {
        Node node{way(Op::Branch, back)};
        node.a = int(program.arms.size());
        for (const auto& [first, at] : arms) program.arms.push_back({guard_of(first), at});
        node.b = int(program.arms.size());
        node.low = mask(node.a, node.b);
        return emit(node);
    }

    int mask(int from, int to) {
        if (to - from < 4 || to - from > 64) return -1;
        std::array<uint64_t, 128> masks{};
        for (Char c = 0; c < 128; c++)
            for (int n = from; n < to; n++) {
                const CharSet* guard = program.arms[size_t(n)].guard;
                if (!guard || guard->has(c)) masks[c] |= uint64_t(1) << (n - from);
            }
        program.masks.push_back(masks);
        return int(program.masks.size()) - 1;
    }

    int compile_repeat(const Tree& tree, int next, const First& follow, bool back) {
        const Tree& kid = *tree.kids[0];
        if (tree.high == 0) throw Unsupported("regex: nothing repeated");
        if (kid.kind == Kind::One) return compile_row(tree, kid.set, next, follow, back);
        bool empty = width(kid).low == 0;
        if (empty && tree.high > 1) throw Unsupported("regex: what may be empty is repeated");
        if (tree.greed == Greed::Possessive) return compile_possessive(tree, next, back);
        bool lazy = tree.greed == Greed::Lazy;
        First begin = first_of(kid, follow, back);
        if (tree.high == 1) {
            std::pair<First, int> with{begin, compile(kid, next, follow, back)}, bare{follow, next};
            return lazy ? branch({bare, with}, back) : branch({with, bare}, back);
        }
        First after = either(begin, follow);
        if (tree.high == MANY && tree.low <= 1) return compile_loop(tree, begin, after, next, follow, back);
        Node count{way(Op::Count, back)};
        count.flag = lazy;
        count.low = tree.low;
        count.high = tree.high;
        count.next = next;
        count.b = program.counters++;
        if (program.counters > COUNTERS) throw Unsupported("regex: many counted loops");
        count.set = guard_of(begin);
        count.guard = guard_of(follow);
        int test = emit(count);
        int body = compile(kid, test, after, back);
        program.nodes[size_t(test)].a = body;
        Node start{Op::Begin};
        start.a = count.b;
        start.next = test;
        return emit(start);
    }

    // A loop without a count is a branch that one of its own arms comes back to.
    int compile_loop(const Tree& tree, const First& begin, const First& after, int next, const First& follow, bool back) {
        bool lazy = tree.greed == Greed::Lazy;
        int test = lazy ? branch({{follow, next}, {begin, -1}}, back) : branch({{begin, -1}, {follow, next}}, back);
        int arm = program.nodes[size_t(test)].a + lazy;
        int body = compile(*tree.kids[0], test, after, back);
        program.arms[size_t(arm)].node = body;
        return tree.low ? body : test;
    }

    int compile_possessive(const Tree& tree, int next, bool back) {
        if (tree.high == MANY && tree.low <= 1) {
            int loop = apart_from(Op::Loop, *tree.kids[0], next, back);
            program.nodes[size_t(loop)].low = tree.low;
            return loop;
        }
        Tree greedy = tree;
        greedy.greed = Greed::Greedy;
        return apart_from(Op::Atomic, greedy, next, back);
    }

    int apart_from(Op op, const Tree& tree, int next, bool back) {
        Node node{op};
        node.next = next;
        node.a = compile(tree, emit({Op::Done}), OPEN, back);
        if (op == Op::Loop) node.guard = guard_of(first_of(tree, OPEN, back)), node.flag = back;
        return emit(node);
    }

    // Giving back what was taken helps only where the rest can begin with it.
    int compile_row(const Tree& tree, const Ranges& set, int next, const First& follow, bool back) {
        bool lazy = tree.greed == Greed::Lazy;
        Node node{way(lazy ? Op::Few : Op::Many, back)};
        node.set = set_of(set);
        node.low = tree.low;
        node.high = tree.high;
        node.next = next;
        node.guard = guard_of(follow);
        const Node& after = program.nodes[size_t(next)];
        bool last = !back && after.op == Op::End && program.nodes[size_t(after.next)].op == Op::Accept;
        node.flag = tree.greed == Greed::Possessive || (!follow.open && apart(set, follow.set)) || (last && tree.high == MANY);
        return emit(node);
    }

    int compile_look(const Tree& tree, int next, bool) {
        const Tree& kid = *tree.kids[0];
        if (kid.kind == Kind::One) {
            Node node{tree.behind ? Op::Behind : Op::Ahead};
            node.set = set_of(kid.set);
            node.flag = tree.positive;
            node.next = next;
            return emit(node);
        }
        int look = apart_from(Op::Look, kid, next, tree.behind);
        program.nodes[size_t(look)].flag = tree.positive;
        return look;
    }
};

// What lies before a final `$`, if it may as well be read backwards.
TreeRef before_end(const Tree& tree) {
    if (tree.kind != Kind::Sequence || tree.kids.size() < 2 || tree.kids.back()->kind != Kind::End) return nullptr;
    Tree rest{Kind::Sequence, {}, {tree.kids.begin(), tree.kids.end() - 1}};
    bool strange = some(rest, [](const Tree& part) {
        return part.kind == Kind::Atomic || part.kind == Kind::Again || part.kind == Kind::End || part.kind == Kind::Group ||
               (part.kind == Kind::Repeat && part.greed == Greed::Possessive);
    });
    return strange ? nullptr : std::make_shared<Tree>(std::move(rest));
}

std::shared_ptr<const Program> make_program(View pattern, int flags) {
    if (flags & ~15) throw Unsupported("regex: flags");
    std::lock_guard<std::mutex> lock(making);
    Parser parser(pattern, flags);
    TreeRef tree = parser.parse();
    auto program = std::make_shared<Program>();
    program->groups = parser.groups;
    program->names = parser.names;
    program->width = width(*tree);
    Compiler compiler(*program);
    program->start = compiler.compile(*tree, compiler.emit({Op::Accept}), OPEN, false);
    First first = first_of(*tree, OPEN, false);
    if (!first.open) program->first = set_of(first.set);
    program->anchored = starts_at_start(*tree);
    if (program->first && program->width.low) program->pairs = pairs_of(*tree);
    program->inner = program->start;
    const Node& begin = program->nodes[size_t(program->start)];
    Before before = before_of(*tree);
    if (before.set != inverted({})) program->before = set_of(before.set), program->from_start = before.start;
    program->at_edge = begin.op == Op::Edge;
    if (begin.op == Op::Behind || begin.op == Op::Edge) program->inner = begin.next;
    Ranges needed = required(*tree);
    if (!needed.empty() && (first.open || !is_rare(first.set))) program->required = set_of(needed);
    if (tree->kind == Kind::One) program->simple = set_of(tree->set);
    if (tree->kind == Kind::Repeat && tree->kids[0]->kind == Kind::One && tree->low > 0 && tree->greed != Greed::Lazy) {
        program->simple = set_of(tree->kids[0]->set);
        program->row_low = tree->low;
        program->row_high = tree->high;
    }
    if (TreeRef rest = before_end(*tree)) {
        program->tail = compiler.compile(*rest, compiler.emit({Op::Done}), OPEN, true);
        program->consumed = set_of(consumed(*rest));
    }
    return program;
}

// -- running a program -------------------------------------------------------------------------------------------------

// What is tried or set back when the way forward fails.
struct Entry {
    enum Kind { Arm, Give, Take, Out, In, Saved, Counted } kind;
    int node, a, b;
};

void fill_plain(Match* out, int start, int stop) {
    if (!out) return;
    out->start = start;
    out->end = stop;
    out->groups[0] = {start, stop};
    for (int n = 1; n < GROUPS; n++) out->groups[n] = {-1, -1};
}

class Machine {
  public:
    Machine(const Program& program, const Char* text, int end) : program(program), text(text), end(end) {
        if (program.groups) std::fill(saves, saves + GROUPS * 2, -1);
    }

    int low = 0;         // nothing before it is taken on the way back
    int barred = -1;     // the match may not end here
    bool full = false;   // it must end at the end

    int run(int at, int pos);

    void fill(Match* out, int start, int stop) const {
        fill_plain(out, start, stop);
        for (int n = 1; out && n <= program.groups; n++) out->groups[n] = {saves[n * 2], saves[n * 2 + 1]};
    }

  private:
    const Program& program;
    const Char* text;
    int end;
    int size = 0, capacity = 32;
    Entry room[32];
    Entry* stack = room;
    std::unique_ptr<Entry[]> heap;
    int saves[GROUPS * 2];
    int counts[COUNTERS];

    void push(Entry::Kind kind, int node, int a, int b) {
        if (size == capacity) grow();
        stack[size++] = {kind, node, a, b};
    }

    void grow() {
        if (capacity > INT_MAX / 2) throw std::bad_alloc();
        std::unique_ptr<Entry[]> larger(new Entry[size_t(capacity) * 2]);
        std::copy(stack, stack + size, larger.get());
        heap = std::move(larger);
        stack = heap.get();
        capacity *= 2;
    }

    void set_back(const Entry& entry) {
        if (entry.kind == Entry::Saved) saves[entry.node] = entry.a;
        if (entry.kind == Entry::Counted) counts[entry.node] = entry.a;
    }

    // Forgets what else could have been tried since, but not what must be set back.
    void settle(int base) {
        int kept = base;
        for (int n = base; n < size; n++)
            if (stack[n].kind >= Entry::Saved) stack[kept++] = stack[n];
        size = kept;
    }

    void unwind(int base) {
        while (size > base) set_back(stack[--size]);
    }

    // The next arm, from `arm` on, that can begin here; node.b when there is none.
    template <bool BACK> int viable(const Node& node, int arm, int pos) const {
        bool any = BACK ? pos > low : pos < end;
        Char c = any ? text[BACK ? pos - 1 : pos] : 0;
        const Arm* arms = program.arms.data();
        if (any && c < 128 && node.low >= 0) {
            int from = arm - node.a;
            if (from >= 64) return node.b;
            uint64_t left = program.masks[size_t(node.low)][c] >> from;
            return left ? arm + __builtin_ctzll(left) : node.b;
        }
        while (arm < node.b && arms[arm].guard && !(any && arms[arm].guard->has(c))) arm++;
        return arm;
    }

    template <bool BACK> bool may(const CharSet* guard, int pos) const {
        return !guard || (BACK ? pos > low && guard->has(text[pos - 1]) : pos < end && guard->has(text[pos]));
    }

    template <bool BACK> int count(const Node& node, int at, int pos);
    bool look(const Node& node, int pos);
    bool edge(int pos) const { return (pos > 0 && is_word(text[pos - 1])) != (pos < end && is_word(text[pos])); }
    bool again(const Node& node, int& pos) const;
    bool loop(const Node& node, int& pos);
};

bool Machine::again(const Node& node, int& pos) const {
    int from = saves[node.a * 2], to = saves[node.a * 2 + 1];
    if (from < 0 || to < from || to - from > end - pos) return false;
    if (!std::equal(text + from, text + to, text + pos)) return false;
    pos += to - from;
    return true;
}

// A look succeeds or fails as a whole; behind it what was saved inside stays.
bool Machine::look(const Node& node, int pos) {
    int base = size, before = low;
    low = 0;
    bool found = run(node.a, pos) >= 0;
    low = before;
    if (found && node.flag) settle(base);
    else unwind(base);
    return found == node.flag;
}

// Again and again, and never anything else: the first way through the body is the one.
bool Machine::loop(const Node& node, int& pos) {
    int base = size, rounds = 0;
    for (;; rounds++) {
        if (!(node.flag ? may<true>(node.guard, pos) : may<false>(node.guard, pos))) break;
        int to = run(node.a, pos);
        if (to < 0) break;
        settle(base);
        pos = to;
    }
    return rounds >= node.low;
}

// One more round or on; the node that comes next, -1 when neither can be.
template <bool BACK> int Machine::count(const Node& node, int at, int pos) {
    int done = counts[node.b];
    bool in = done < node.high && may<BACK>(node.set, pos), out = done >= node.low && may<BACK>(node.guard, pos);
    if (!in && !out) return -1;
    bool round = in && !(node.flag && out);
    if (in && out) push(node.flag ? Entry::In : Entry::Out, at, pos, 0);
    if (!round) return node.next;
    push(Entry::Counted, node.b, done, 0);
    counts[node.b] = done + 1;
    return node.a;
}

int Machine::run(int at, int pos) {
    const int base = size;
    const Node* const nodes = program.nodes.data();
    const Char* const text = this->text;
    const int end = this->end;
    int arm;
    for (;;) {
        const Node& node = nodes[at];
        switch (node.op) {
        case Op::Char:
            if (pos >= end || text[pos] != node.c) goto fail;
            pos++;
            break;
        case Op::CharBack:
            if (pos <= low || text[pos - 1] != node.c) goto fail;
            pos--;
            break;
        case Op::Set:
            if (pos >= end || !node.set->has(text[pos])) goto fail;
            pos++;
            break;
        case Op::SetBack:
            if (pos <= low || !node.set->has(text[pos - 1])) goto fail;
            pos--;
            break;
        case Op::String: {
            const Text& string = program.strings[size_t(node.a)];
            int length = int(string.size());
            if (end - pos < length) goto fail;
            for (int n = 0; n < length; n++)
                if (text[pos + n] != string[size_t(n)]) goto fail;
            pos += length;
            break;
        }
        case Op::StringBack: {
            const Text& string = program.strings[size_t(node.a)]; // in the order of the way back
            int length = int(string.size());
            if (pos - low < length) goto fail;
            for (int n = 0; n < length; n++)
                if (text[pos - 1 - n] != string[size_t(n)]) goto fail;
            pos -= length;
            break;
        }
        case Op::Many: {
            int most = node.high < end - pos ? pos + node.high : end;
            int to = int(node.set->skip(text + pos, text + most) - text);
            if (to - pos < node.low) goto fail;
            if (!node.flag && to - pos > node.low) push(Entry::Give, at, pos + node.low, to);
            pos = to;
            break;
        }
        case Op::ManyBack: {
            int most = node.high < pos - low ? pos - node.high : low;
            int to = int(node.set->skip_back(text + pos, text + most) - text);
            if (pos - to < node.low) goto fail;
            if (!node.flag && pos - to > node.low) push(Entry::Give, at, pos - node.low, to);
            pos = to;
            break;
        }
        case Op::Few: {
            int to = pos + node.low;
            if (end - pos < node.low) goto fail;
            for (int n = pos; n < to; n++)
                if (!node.set->has(text[n])) goto fail;
            pos = to;
            push(Entry::Take, at, pos, node.high == MANY ? MANY : node.high - node.low);
            break;
        }
        case Op::FewBack: {
            int to = pos - node.low;
            if (to < low) goto fail;
            for (int n = pos; n > to; n--)
                if (!node.set->has(text[n - 1])) goto fail;
            pos = to;
            push(Entry::Take, at, pos, node.high == MANY ? MANY : node.high - node.low);
            break;
        }
        case Op::Branch:
            arm = viable<false>(node, node.a, pos);
            if (arm == node.b) goto fail;
            if (int other = viable<false>(node, arm + 1, pos); other < node.b) push(Entry::Arm, at, pos, other);
            at = program.arms[size_t(arm)].node;
            continue;
        case Op::BranchBack:
            arm = viable<true>(node, node.a, pos);
            if (arm == node.b) goto fail;
            if (int other = viable<true>(node, arm + 1, pos); other < node.b) push(Entry::Arm, at, pos, other);
            at = program.arms[size_t(arm)].node;
            continue;
        case Op::Save:
            push(Entry::Saved, node.a, saves[node.a], 0);
            saves[node.a] = pos;
            break;
        case Op::Begin:
            push(Entry::Counted, node.a, counts[node.a], 0);
            counts[node.a] = 0;
            break;
        case Op::Count:
        case Op::CountBack: {
            int to = node.op == Op::Count ? count<false>(node, at, pos) : count<true>(node, at, pos);
            if (to < 0) goto fail;
            at = to;
            continue;
        }
        case Op::Loop:
            if (!loop(node, pos)) goto fail;
            break;
        case Op::Atomic: {
            int before = size, to = run(node.a, pos);
            if (to < 0) goto fail;
            settle(before);
            pos = to;
            break;
        }
        case Op::Look:
            if (!look(node, pos)) goto fail;
            break;
        case Op::Ahead:
            if ((pos < end && node.set->has(text[pos])) != node.flag) goto fail;
            break;
        case Op::Behind:
            if ((pos > 0 && node.set->has(text[pos - 1])) != node.flag) goto fail;
            break;
        case Op::Again:
            if (!again(node, pos)) goto fail;
            break;
        case Op::Start:
            if (pos != 0) goto fail;
            break;
        case Op::End:
            if (pos != end && (pos != end - 1 || text[pos] != '\n')) goto fail;
            break;
        case Op::Edge:
            if (!edge(pos)) goto fail;
            break;
        case Op::NoEdge:
            if (edge(pos)) goto fail;
            break;
        case Op::Accept:
            if ((full && pos != end) || pos == barred) goto fail;
            return pos;
        case Op::Done: return pos;
        }
        at = node.next;
        continue;

    fail:
        for (;;) {
            if (size == base) return -1;
            Entry& entry = stack[size - 1];
            const Node& from = nodes[entry.node];
            if (entry.kind >= Entry::Saved) {
                set_back(entry);
                size--;
                continue;
            }
            at = entry.node;
            if (entry.kind == Entry::Arm) {
                pos = entry.a;
                arm = entry.b;
                int other = from.op == Op::Branch ? viable<false>(from, arm + 1, pos) : viable<true>(from, arm + 1, pos);
                if (other < from.b) entry.b = other;
                else size--;
                at = program.arms[size_t(arm)].node;
                break;
            }
            if (entry.kind == Entry::Give) {
                int to = entry.b;
                if (from.op == Op::Many) {
                    to--;
                    if (from.guard)
                        while (to >= entry.a && !from.guard->has(text[to])) to--;
                    if (to < entry.a) {
                        size--;
                        continue;
                    }
                } else {
                    to++;
                    if (from.guard)
                        while (to <= entry.a && !from.guard->has(text[to - 1])) to++;
                    if (to > entry.a) {
                        size--;
                        continue;
                    }
                }
                pos = to;
                if (to == entry.a) size--;
                else entry.b = to;
                at = from.next;
                break;
            }
            if (entry.kind == Entry::Take) {
                pos = entry.a;
                bool back = from.op == Op::FewBack;
                bool taken = entry.b > 0 && (back ? pos > low && from.set->has(text[pos - 1]) : pos < end && from.set->has(text[pos]));
                if (!taken) {
                    size--;
                    continue;
                }
                pos += back ? -1 : 1;
                entry.a = pos;
                if (entry.b != MANY) entry.b--;
                at = from.next;
                break;
            }
            pos = entry.a; // a counted loop goes on or goes in
            bool in = entry.kind == Entry::In;
            size--;
            if (in) {
                push(Entry::Counted, from.b, counts[from.b], 0);
                counts[from.b]++;
            }
            at = in ? from.a : from.next;
            break;
        }
    }
}

// Whether a match that must end at the end can be there at all.
bool Program::ends_well(const Char* text, int pos, int end) const {
    Machine machine(*this, text, end);
    machine.low = pos;
    if (machine.run(tail, end) >= 0) return true;
    return end > pos && text[end - 1] == '\n' && machine.run(tail, end - 1) >= 0;
}

// Before here no match that ends at the end can begin.
int Program::earliest(const Char* text, int pos, int end) const {
    int from = int(consumed->skip_back(text + end, text + pos) - text);
    if (end > pos && text[end - 1] == '\n') from = std::min(from, int(consumed->skip_back(text + end - 1, text + pos) - text));
    if (width.high < end - pos) from = std::max(from, std::max(pos, end - 1 - width.high));
    return from;
}

// The next place before `stop` that a match may begin at, by its first two characters.
int Program::candidate(const Char* text, int at, int stop, int end) const {
    if (at >= stop) return stop;
    if (pairs.empty()) return int(first->find(text + at, text + stop) - text);
    if (first->quick()) {
        for (; at < stop; at++) {
            at = int(first->find(text + at, text + stop) - text);
            if (at < stop && fits(text, at, end)) return at;
        }
        return stop;
    }
    unsigned heap = heap_of(text[at]);
    for (int most = std::min(stop, end - 1); at < most; at++) {
        unsigned second = heap_of(text[at + 1]);
        if (fits(heap, second) && (heap < 128 || first->has(text[at])) && after_right(text, at)) return at;
        heap = second;
    }
    return at < stop && first->has(text[at]) ? at : stop;
}

bool Program::seek(const Char* text, int pos, int end, int barred, int& required_at, Match* out) const {
    if (end - pos < width.low || (anchored && pos > 0)) return false;
    if (simple) {
        const Char* from = text + pos;
        const Char* stop = text + end;
        for (;;) {
            from = simple->find(from, stop);
            if (stop - from < row_low) return false;
            const Char* to = row_high == 1 ? from + 1 : simple->skip(from + 1, row_high < stop - from ? from + row_high : stop);
            if (to - from >= row_low) {
                fill_plain(out, int(from - text), int(to - text));
                return true;
            }
            from = to;
        }
    }
    int from = pos;
    if (tail >= 0) {
        if (!ends_well(text, pos, end)) return false;
        if (!out && barred < 0) return true;
        from = earliest(text, pos, end);
    } else if (required && required_at < pos) {
        required_at = int(required->find(text + pos, text + end) - text);
        if (required_at == end) return false;
    }
    Machine machine(*this, text, end);
    machine.barred = barred;
    int last = anchored ? 0 : end - width.low;
    int stop = std::min(last + 1, end);
    for (int at = from; at <= last; at++) {
        if (first && (at = candidate(text, at, stop, end)) >= stop) return false;
        if (!well_placed(text, at, end)) continue;
        int to = machine.run(inner, at);
        if (to < 0) continue;
        machine.fill(out, at, to);
        return true;
    }
    return false;
}

bool Program::here(const Char* text, int pos, int end, bool full, Match* out) const {
    if (pos > end || end - pos < width.low || (full && end - pos > width.high)) return false;
    if (first && !(pos < end && first->has(text[pos]))) return false;
    if (!pairs.empty() && !fits(text, pos, end)) return false;
    Machine machine(*this, text, end);
    machine.full = full;
    int to = machine.run(start, pos);
    if (to >= 0) machine.fill(out, pos, to);
    return to >= 0;
}

// -- screens ------------------------------------------------------------------------------------------------------------

// The characters that a match can consist of, one after the other: each is a place of the pattern, with those that may follow it.
class Places {
  public:
    static constexpr size_t MOST = 256;
    using Set = std::bitset<MOST>;

    explicit Places(const Tree& tree) {
        Part all = add(tree);
        first = all.first;
        ends |= all.last;
        good = good && !all.empty;
    }

    std::vector<std::pair<Ranges, Set>> sets; // with the places that have them
    std::vector<Set> follow;                  // by place
    Set first, ends; // where matches begin and end
    bool good = true;

  private:
    static constexpr int COPIES = 6; // of what is repeated more often than that

    struct Part {
        Set first, last;
        bool empty = true; // it may need no character
    };

    Part then(const Part& a, const Part& b) {
        for (size_t n = 0; n < follow.size(); n++)
            if (a.last[n]) follow[n] |= b.first;
        return {a.empty ? a.first | b.first : a.first, b.empty ? a.last | b.last : b.last, a.empty && b.empty};
    }

    Part add(const Tree& tree) {
        if (!good) return {};
        switch (tree.kind) {
        case Kind::One: return add_one(tree.set);
        case Kind::Sequence: return add_sequence(tree);
        case Kind::Branch: {
            Part all{{}, {}, false};
            for (const auto& kid : tree.kids) {
                Part one = add(*kid);
                all = {all.first | one.first, all.last | one.last, all.empty || one.empty};
            }
            return all;
        }
        case Kind::Repeat: return add_repeat(tree);
        case Kind::Group:
        case Kind::Atomic: return add(*tree.kids[0]);
        case Kind::Again: good = false; return {};
        default: return {}; // what looks around
        }
    }

    Part add_one(const Ranges& set) {
        if (follow.size() == MOST) {
            good = false;
            return {};
        }
        Set own;
        own.set(follow.size());
        follow.emplace_back();
        auto same = std::find_if(sets.begin(), sets.end(), [&](const auto& known) { return known.first == set; });
        if (same == sets.end()) same = sets.insert(same, {set, {}});
        same->second |= own;
        return {own, own, false};
    }

    // Whether every match has something that is neither a small letter nor a space.
    static bool needs_no_letter(const Tree& tree) {
        auto one = [](const TreeRef& kid) { return needs_no_letter(*kid); };
        switch (tree.kind) {
        case Kind::One: return !holds(tree.set, ' ') && apart(tree.set, {{'a', 'z'}});
        case Kind::Group:
        case Kind::Atomic: return one(tree.kids[0]);
        case Kind::Repeat: return tree.low && one(tree.kids[0]);
        case Kind::Sequence: return std::any_of(tree.kids.begin(), tree.kids.end(), one);
        case Kind::Branch: return std::all_of(tree.kids.begin(), tree.kids.end(), one);
        default: return false;
        }
    }

    // What looks ahead for something of that kind takes the place of all that comes behind it.
    Part add_sequence(const Tree& tree) {
        Part all;
        for (const auto& kid : tree.kids) {
            bool tells = kid->kind == Kind::Look && !kid->behind && kid->positive && needs_no_letter(*kid->kids[0]);
            all = then(all, add(tells ? *kid->kids[0] : *kid));
            if (!tells) continue;
            ends |= all.last;
            return {all.first, {}, false};
        }
        return all;
    }

    Part add_repeat(const Tree& tree) {
        Part all;
        int copies = std::min(tree.low, COPIES);
        bool more = tree.high > copies, again = tree.high > copies + 1;
        for (int n = 0; n < copies; n++) all = then(all, add(*tree.kids[0]));
        if (!more) return all;
        Part rest = add(*tree.kids[0]);
        if (again) then(rest, rest);
        rest.empty = true;
        return then(all, rest);
    }
};

} // namespace rx

// A state is the set of places that may have been reached; states are made when first met.
struct Screen::States {
    explicit States(rx::Places made) : places(std::move(made)) {
        state_of({});
        for (Char c = 0; c < 128; c++)
            if ((mask_of(c) & places.first).any()) begins.push_back(static_cast<unsigned char>(c));
    }

    template <class C> bool may_match(const C* text, int start, int end) {
        const bool leaps = sizeof(C) == 1 && begins.size() <= 2;
        const uint16_t* table = steps.data();
        size_t state = 0;
        int nexts[2] = {start - 1, start - 1}; // where each of `begins` stands next
        for (int at = start; at < end; at++) {
            if (leaps && !state && (at = next_begin(text, at, end, nexts)) == end) break;
            size_t next = table[state * COLUMNS + column_of(text[at])];
            if (next >= MATCH) {
                if (next == NEW) next = made(static_cast<uint16_t>(state), text[at]);
                if (next == MATCH) return true;
                table = steps.data();
            }
            state = next;
        }
        return false;
    }

  private:
    static constexpr uint16_t NEW = 0xffff, MATCH = 0xfffe;
    static constexpr size_t COLUMNS = 32, MOST = 512, MOST_WIDE = 4096;

    using Set = rx::Places::Set;
    rx::Places places;
    std::vector<Set> reached;                      // by state
    std::unordered_map<Set, uint16_t> states;
    std::vector<uint16_t> steps;                   // by state and column; all NEW in the first column
    std::vector<Set> masks{{}};                    // by column: the places that its characters fit
    uint8_t of_ascii[128] = {};                    // the column of a character, 0 where it is not known
    std::unordered_map<Char, uint8_t> of_wide;

    std::vector<unsigned char> begins;             // ASCII that a match may begin with

    // Where a match may begin from `at` on, where one or two characters tell.
    int next_begin(const Char*, int at, int, int*) const { return at; }
    int next_begin(const unsigned char* text, int at, int end, int* nexts) const {
        int first = end;
        for (size_t n = 0; n < begins.size(); n++) {
            if (nexts[n] < at) {
                auto found = static_cast<const unsigned char*>(std::memchr(text + at, begins[n], static_cast<size_t>(end - at)));
                nexts[n] = found ? static_cast<int>(found - text) : end;
            }
            first = std::min(first, nexts[n]);
        }
        return first;
    }

    uint8_t column_of(unsigned char c) const { return of_ascii[c]; }
    uint8_t column_of(Char c) const {
        if (c < 128) return of_ascii[c];
        auto known = of_wide.find(c);
        return known == of_wide.end() ? 0 : known->second;
    }

    uint16_t state_of(const Set& set) {
        auto [known, fresh] = states.try_emplace(set, static_cast<uint16_t>(reached.size()));
        if (fresh) {
            reached.push_back(set);
            steps.resize(reached.size() * COLUMNS, NEW);
        }
        return known->second;
    }

    Set mask_of(Char c) const {
        Set mask;
        for (const auto& [set, own] : places.sets)
            if (rx::holds(set, c)) mask |= own;
        return mask;
    }

    // 0 where there are too many.
    size_t new_column(Char c, const Set& mask) {
        size_t column = static_cast<size_t>(std::find(masks.begin() + 1, masks.end(), mask) - masks.begin());
        if (column == COLUMNS) return 0;
        if (column == masks.size()) masks.push_back(mask);
        if (c < 128) of_ascii[c] = static_cast<uint8_t>(column);
        else if (of_wide.size() < MOST_WIDE) of_wide[c] = static_cast<uint8_t>(column);
        return column;
    }

    // The next state; it is not kept where there are too many of them or too many kinds of characters.
    uint16_t made(uint16_t state, Char c) {
        Set mask = mask_of(c), set = places.first, before = reached[state];
        for (size_t n = 0; n < places.follow.size(); n++)
            if (before[n]) set |= places.follow[n];
        set &= mask;
        size_t column = new_column(c, mask);
        uint16_t next = MATCH;
        if ((set & places.ends).none()) {
            if (reached.size() >= MOST && !states.count(set)) return MATCH;
            next = state_of(set);
        }
        if (column) steps[state * COLUMNS + column] = next;
        return next;
    }
};

Screen::Screen(View pattern, int flags) {
    rx::Parser parser(pattern, flags);
    rx::Places places(*parser.parse());
    if (places.good) states = std::make_unique<States>(std::move(places));
}
Screen::~Screen() = default;

bool Screen::may_match(const unsigned char* text, int start, int end) { return !states || states->may_match(text, start, end); }
bool Screen::may_match(const Char* text, int start, int end) { return !states || states->may_match(text, start, end); }

// -- what others see ---------------------------------------------------------------------------------------------------

Regex::Regex(View pattern, int flags) : program(rx::make_program(pattern, flags)) {}

bool Regex::search(const Char* text, int pos, int end, Match* out) const {
    int required = -1;
    return program->seek(text, pos, end, -1, required, out);
}

bool Regex::match(const Char* text, int pos, int end, Match* out) const { return program->here(text, pos, end, false, out); }
bool Regex::fullmatch(const Char* text, int pos, int end, Match* out) const { return program->here(text, pos, end, true, out); }

int Regex::groups() const { return program->groups; }

int Regex::group(std::string_view name) const {
    for (const auto& [known, number] : program->names)
        if (known == name) return number;
    return -1;
}

Regex::Finder::Finder(const Regex& pattern, const Char* text, int pos, int end) : program(*pattern.program), text(text), pos(pos), end(end) {}

// Behind an empty match the next may not be empty and in the same place.
bool Regex::Finder::next() {
    if (pos > end || !program.seek(text, pos, end, empty ? pos : -1, required, &found)) {
        pos = end + 1;
        return false;
    }
    empty = found.start == found.end;
    pos = found.end;
    return true;
}

} // namespace scrub
