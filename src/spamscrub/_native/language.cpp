// The language of a document, and how foreign a piece is to it: language.py with ProfileIdentifier, step by step.
#include "language.hpp"

#include <algorithm>
#include <climits>
#include <cmath>
#include <cstring>
#include <map>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "language_tokens.hpp"

namespace scrub {

using namespace lang;

namespace {

using Words = std::vector<Text>;
using Scores = std::vector<double>; // by language; empty where nothing can be said

// Where the blocks of language._spread begin and end; one block for a short text.
std::vector<View> blocks_of(View text, size_t size, size_t blocks) {
    if (text.size() <= size) return {text};
    std::vector<View> found;
    double step = static_cast<double>(text.size()) / static_cast<double>(blocks);
    for (size_t n = 0; n < blocks; n++) found.push_back(text.substr(static_cast<size_t>(static_cast<double>(n) * step), size / blocks));
    return found;
}

Text joined(const std::vector<View>& blocks) {
    Text found;
    for (size_t n = 0; n < blocks.size(); n++) {
        if (n) found += U' ';
        found += blocks[n];
    }
    return found;
}

Text joined(const Words& words) { return joined(std::vector<View>(words.begin(), words.end())); }

size_t letters_of(const Words& words) {
    size_t letters = 0;
    for (const Text& word : words) letters += word.size();
    return letters;
}

// round(value, 4)
double rounded(double value) {
    Ref number = Ref::checked(PyFloat_FromDouble(value));
    Ref round = Ref::checked(PyObject_CallMethod(number.get(), "__round__", "i", 4));
    return PyFloat_AsDouble(round.get());
}

} // namespace

// Tokens that stand one behind the other.
struct TokenList {
    Token* const* first;
    size_t count;
    TokenList(Token* const* first, size_t count) : first(first), count(count) {}
    TokenList(const std::vector<Token*>& all) : TokenList(all.data(), all.size()) {}
    size_t size() const { return count; }
    Token* operator[](size_t at) const { return first[at]; }
    Token* const* begin() const { return first; }
    Token* const* end() const { return first + count; }
};

using Place = TokenPlace;

// Adds up rows of costs, several at a time: that saves most of the reading and writing of sums.
class Totals {
  public:
    explicit Totals(size_t stride) : stride(stride) { std::fill_n(totals, stride, 0); }
    void add(const int32_t* row) {
        if (row)
            for (size_t at : {0, 16, 32}) fetch(row + at); // all of most rows
        waiting[count] = row;
        count += row != nullptr;
        if (count == TOGETHER) add_waiting();
    }
    const int32_t* sums() {
        add_waiting();
        return totals;
    }

  private:
    static constexpr size_t TOGETHER = 32;
    size_t stride, count = 0;
    const int32_t* waiting[TOGETHER];
    alignas(16) int32_t totals[MOST_FIELDS + 8];

    void add_waiting() {
        size_t at = 0;
        for (; at + 16 <= stride; at += 16) add_columns<4>(at);
        for (; at < stride; at += 4) add_columns<1>(at);
        count = 0;
    }

    // Four columns at once, so many times.
    template <size_t TIMES> void add_columns(size_t at) {
#if defined(__SSE2__)
        auto load = [](const int32_t* from) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)); };
        __m128i sums[TIMES];
        for (size_t n = 0; n < TIMES; n++) sums[n] = load(totals + at + n * 4);
        for (size_t row = 0; row < count; row++)
            for (size_t n = 0; n < TIMES; n++) sums[n] = _mm_add_epi32(sums[n], load(waiting[row] + at + n * 4));
        for (size_t n = 0; n < TIMES; n++) _mm_storeu_si128(reinterpret_cast<__m128i*>(totals + at + n * 4), sums[n]);
#else
        for (size_t row = 0; row < count; row++)
            for (size_t column = at; column < at + TIMES * 4; column++) totals[column] += waiting[row][column];
#endif
    }
};

class LanguageTables : public Tokens {
  public:
    LanguageTables() {
        read_numbers();
        read_script_languages();
    }
    ~LanguageTables() {
        if (!Py_IsInitialized()) abandon();
    }

    size_t sample_letters, blocks, host_sample, piece_sample;
    double floor, capital_weight, enough_letters, ahead_steps;
    int seen_before;
    std::vector<Token*> held, sample; // room for those of the document that is being read
    RoomyVector<Place> spare;           // room for the places of the next document
    std::vector<uint32_t> habits;       // how often the document that is being judged uses each n-gram, by its number,
    std::vector<uint32_t> habitual;     // and which of these are not zero
    std::vector<uint32_t> times;        // room to count tokens by their numbers, zeros between calls
    const void* habits_owner = nullptr; // the model of that document
    std::unordered_map<Text, HostModel::Guest> guests; // what `guest_language` said of short texts
    uint16_t last_bound = 0;            // what the bounds were meant for in the last document: most likely the same

    // -- scripts --------------------------------------------------------------------------------------------------------

    // What the letters of a text say: language._weigh.
    struct Weighed {
        int script = NO_SCRIPT;
        bool eastern = false;
    };

    Weighed weigh(const Counts& counts) const {
        int best = NO_SCRIPT, east = NO_SCRIPT;
        long most = 0, eastern = 0;
        for (int script = 0; script < SCRIPT_COUNT; script++) {
            int count = counts[static_cast<size_t>(script)];
            if (!count) continue;
            if (is_east_asian(script)) {
                eastern += count;
                if (east < 0 || before(counts, east, script)) east = script;
            } else if (count > most || (count == most && std::strcmp(SCRIPT_NAMES[script], SCRIPT_NAMES[best]) < 0)) {
                best = script;
                most = count;
            }
        }
        if (eastern && east_asian_weight * static_cast<double>(eastern) >= static_cast<double>(most)) return {east, true};
        return {best, false};
    }

    // dominant_script of the text, by the letters of its plain form.
    int dominant_script(View text) {
        Counts counts{};
        if (text.size() <= PROFILED) {
            count(text, counts);
        } else {
            for (auto [script, letters] : profile(without_code(text))) counts[script] = letters;
        }
        return weigh(counts).script;
    }

    // language._without_code
    Text without_code(View text) {
        Text found;
        split(text, [&](View token) {
            if (!found.empty()) found += U' ';
            found += plain(token);
        });
        return found;
    }

    int open_number(int script) const { return script < 0 ? -1 : open_of[static_cast<size_t>(script)]; }

    // -- the language of a text -------------------------------------------------------------------------------------------

    // identify(text); an empty string for None. `counts` are the letters of its sample afterwards.
    std::string identify(View text, Counts& counts) {
        auto parts = blocks_of(text, sample_letters, blocks);
        for (View part : parts) count(part, counts);
        Weighed found = weigh(counts);
        if (open_number(found.script) < 0) return settled(found, counts);
        std::vector<Token*> tokens;
        Hold hold(*this);
        for (View part : parts) collect(part, tokens);
        return by_words(text, tokens, found.script, counts[static_cast<size_t>(found.script)], false);
    }

    // The same where the tokens of the sample are known already.
    std::string identify(View text, TokenList tokens, bool ascii) {
        if (ascii && has_letters(tokens)) return by_words(text, tokens, LATIN, 1, true);
        Counts counts{};
        count(tokens, ascii, counts);
        Weighed found = weigh(counts);
        if (open_number(found.script) < 0) return settled(found, counts);
        return by_words(text, tokens, found.script, counts[static_cast<size_t>(found.script)], ascii);
    }

    void collect(View text, std::vector<Token*>& into) {
        each_token(text, nullptr, [&](size_t, size_t, Token& token) { into.push_back(&token); });
    }

    static bool has_letters(TokenList tokens) {
        return std::any_of(tokens.begin(), tokens.end(), [](const Token* token) { return token->letters > 0; });
    }

    // The letters of each script in the plain forms of some tokens.
    void count(TokenList tokens, bool ascii, Counts& counts) {
        if (ascii) { // one letter says as much as all
            counts[LATIN] = has_letters(tokens);
            return;
        }
        for (const Token* token : tokens) {
            if (token->script == SEVERAL) Tokens::count(text_of(*token), counts);
            else if (token->script >= 0) counts[static_cast<size_t>(token->script)] += token->letters;
        }
    }
    using Tokens::count;

    // -- words and likelihoods --------------------------------------------------------------------------------------------

    // language.words_of
    Words words_of(View text, int number) {
        Words all;
        std::vector<bool> mixed;
        if (number < 0) return all;
        split(text, [&](View token) {
            make_room();
            each_word(find(token), token, number, [&](View word, bool is_mixed) {
                all.emplace_back(word);
                mixed.push_back(is_mixed);
            });
        });
        Words kept;
        bool any = std::find(mixed.begin(), mixed.end(), true) != mixed.end();
        for (size_t n = 0; n < all.size(); n++) {
            if (!any) kept.push_back(first_kept(all[n]));
            else if (mixed[n]) kept.push_back(std::move(all[n]));
        }
        return kept;
    }

    // language._log_likelihoods
    Scores log_likelihoods(int number, const Words& words) {
        Grams& grams = *open[static_cast<size_t>(number)];
        std::vector<Sum> sums(grams.count());
        for (const Text& word : words) {
            const auto& own = grams.scores(word);
            for (size_t n = 0; n < sums.size(); n++) sums[n].add(own[n]);
        }
        Scores totals;
        for (const Sum& sum : sums) totals.push_back(sum.value());
        bool any = std::any_of(totals.begin(), totals.end(), [](double total) { return total != 0.0; });
        return any ? totals : Scores();
    }

    // ProfileIdentifier.log_likelihoods, with the number of the script that it found.
    std::pair<int, Scores> log_likelihoods(View text) {
        int number = open_number(dominant_script(text));
        Words words = words_of(text, number);
        return {number, words.empty() ? Scores() : log_likelihoods(number, words)};
    }

    // language._best among all languages but one (-1 for none left out): their number, or -1.
    int best(int number, const Scores& scores, int without = -1) const {
        int found = -1;
        for (int n = 0; n < static_cast<int>(scores.size()); n++) {
            if (n == without) continue;
            if (found < 0 || std::pair(scores[n], name(number, n)) > std::pair(scores[found], name(number, found))) found = n;
        }
        return found;
    }

    const std::string& name(int number, int language) const { return open[static_cast<size_t>(number)]->languages[static_cast<size_t>(language)]; }

    // The number of a language among those of an open script, or -1.
    int column(int number, const std::string& language) const {
        const auto& languages = open[static_cast<size_t>(number)]->languages;
        auto found = std::find(languages.begin(), languages.end(), language);
        return found == languages.end() ? -1 : static_cast<int>(found - languages.begin());
    }

  private:
    static constexpr size_t PROFILED = 65'536; // scripts.SAMPLE
    std::map<int, std::string> script_languages;
    double east_asian_weight, hangul_share, kana_share, telling_count;

    void read_numbers() {
        auto size = [](const char* name) { return static_cast<size_t>(load_int("language", name)); };
        sample_letters = size("SAMPLE_LETTERS");
        blocks = size("BLOCKS");
        host_sample = size("HOST_SAMPLE");
        piece_sample = size("PIECE_SAMPLE");
        floor = load_double("language", "FLOOR");
        capital_weight = load_double("language", "CAPITAL_WEIGHT");
        enough_letters = load_double("language", "ENOUGH_LETTERS");
        ahead_steps = load_double("language", "AHEAD");
        seen_before = load_int("language", "SEEN_BEFORE");
        east_asian_weight = load_double("scripts", "EAST_ASIAN_WEIGHT");
        hangul_share = load_double("language", "HANGUL_SHARE");
        telling_count = load_double("language", "TELLING_COUNT");
        kana_share = load_double("scripts", "KANA_SHARE");
        if (host_sample / 2 > HELD) throw Unsupported("a sample of more tokens than can be held");
    }

    void read_script_languages() {
        Ref mapping = attribute("language", "SCRIPT_LANGUAGES");
        Ref items = Ref::checked(PyMapping_Items(mapping.get()));
        Ref each = Ref::checked(PySequence_Tuple(items.get()));
        for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(each.get()); n++) {
            PyObject* item = PyTuple_GET_ITEM(each.get(), n);
            const char *script = PyUnicode_AsUTF8(PyTuple_GET_ITEM(item, 0)), *language = PyUnicode_AsUTF8(PyTuple_GET_ITEM(item, 1));
            if (!script || !language) throw PythonError();
            script_languages[script_id(script)] = language;
        }
    }

    static bool is_east_asian(int script) { return script == HAN || script == BOPOMOFO || script == HIRAGANA || script == KATAKANA || script == HANGUL; }

    static bool before(const Counts& counts, int one, int other) {
        int a = counts[static_cast<size_t>(one)], b = counts[static_cast<size_t>(other)];
        return a != b ? a < b : std::strcmp(SCRIPT_NAMES[one], SCRIPT_NAMES[other]) < 0;
    }

    // The language of a script that leaves no question open; an empty string for none.
    std::string settled(Weighed found, const Counts& counts) const {
        if (found.eastern) return east_asian(counts);
        auto known = script_languages.find(found.script);
        return known == script_languages.end() ? std::string() : known->second;
    }

    std::string east_asian(const Counts& counts) const {
        int kana = counts[HIRAGANA] + counts[KATAKANA], hangul = counts[HANGUL];
        int total = kana + hangul + counts[HAN] + counts[BOPOMOFO];
        if (hangul >= std::max(static_cast<double>(kana), hangul_share * total)) return "ko";
        return kana >= kana_share * total ? "ja" : "zh";
    }

    std::string by_words(View text, TokenList tokens, int script, int letters, bool ascii) {
        if (!ascii && std::any_of(tokens.begin(), tokens.end(), [](const Token* token) { return token->is(Token::TELLING); })) {
            std::string told = by_letters(text, script, letters);
            if (!told.empty()) return told;
        }
        int number = open_number(script);
        int found = at_once(tokens, number);
        return found >= 0 ? name(number, found) : at_length(text, number);
    }

    Text sample_of(View text) { return without_code(joined(blocks_of(text, sample_letters, blocks))); }

    // language._by_letters of the sample of a text; an empty string for None.
    std::string by_letters(View text, int script, int letters) {
        Text small = lower(normal.nfc(sample_of(text)));
        for (const Telling& one : telling) {
            if (one.script != script) continue;
            auto is_in = [](const Text& letters) { return [&letters](Char c) { return letters.find(c) != Text::npos; }; };
            auto seen = std::count_if(small.begin(), small.end(), is_in(one.letters));
            bool enough = static_cast<double>(seen) >= std::max(telling_count, one.share * letters);
            if (enough && std::none_of(small.begin(), small.end(), is_in(one.without))) return one.language;
        }
        return {};
    }

    // language._at_once: -1 where the first is not far enough ahead.
    int at_once(TokenList tokens, int number) {
        const Grams& grams = *open[static_cast<size_t>(number)];
        Totals totals(grams.stride());
        for (Token* token : tokens) {
            if (token->studied == number && !token->is(Token::CUT)) totals.add(token->costs); // nearly always
            else if (!token->is(Token::CUT)) totals.add(costs(*token, number));
            else if (token->script != NO_SCRIPT) split(plain(text_of(*token)), [&](View part) { totals.add(costs(find(part), number)); });
        }
        const int32_t* sums = totals.sums();
        int first = 0;
        for (int n = 1; n < static_cast<int>(grams.count()); n++)
            if (sums[n] < sums[first]) first = n;
        for (int n = 0; n < static_cast<int>(grams.count()); n++)
            if (n != first && !(sums[first] + ahead_steps < sums[n])) return -1;
        return first;
    }

    std::string at_length(View text, int number) {
        auto [other, scores] = log_likelihoods(joined(words_of(sample_of(text), number)));
        int found = best(other, scores);
        return found < 0 ? std::string() : name(other, found);
    }
};

std::shared_ptr<LanguageTables> make_language_tables() { return std::make_shared<LanguageTables>(); }

// -- a piece against its host ---------------------------------------------------------------------------------------------

struct HostModel::State {
    State(LanguageTables& tables, const Document& document) : tables(tables), document(document), text(document.text), places(std::move(tables.spare)) {}
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() {
        if (tables.habits_owner == this) tables.habits_owner = nullptr;
        if (places.capacity() <= MOST_SPARE) tables.spare = std::move(places);
    }

    LanguageTables& tables;
    const Document& document;
    View text;
    std::string language; // empty for None
    int script = NO_SCRIPT;
    int number = -1;   // of the script among the open ones
    int stand_in = -1; // the column of the language that stands for the host

    static constexpr size_t MOST_SPARE = 1 << 16;
    RoomyVector<Place> places; // the tokens of the document,
    size_t place_count = 0;    // so many of them
    bool placed = false;       // whether they are known
    bool like_last = true;     // whether all have bounds that are meant for `LanguageTables::last_bound`
    uint64_t generation = 0;   // of their numbers; 0 where tokens were forgotten meanwhile
    size_t hint = 0;           // the tokens asked for next are mostly those behind the last ones
    std::optional<GramCounts> habits;  // where they are not counted in `tables.habits`
    std::array<long, 3> habit_totals{};
    bool habits_known = false;
    uint64_t habits_generation = 0;
    // What is told of a piece: its words, until its ratio is known, by how much the best other language explains them better,
    // how much of that the ratio can be, and which language that is, -1 for none.
    struct Told {
        Words words;
        double ahead = 0.0, most = 0.0;
        int other = -1;
        std::optional<double> ratio;
    };
    std::unordered_map<Text, Told> pieces;
    Told& told(View piece);

    void find_language();
    int script_of_all() const;
    int script_of(TokenList tokens) const;
    void find_stand_in();
    void read_bounds();
    TokenList read_tokens();
    static void describe(Place& place, const Token& token) {
        place.number = token.number;
        place.ink = token.ink;
        place.form = token.form;
        place.bound = token.bound;
    }
    void sample_tokens(TokenList tokens, std::vector<Token*>& sample);
    size_t first_from(int start);
    template <class Each> void each_bound(int start, int end, int most, Each each);
    // How many places there are before the first from `from` on for which it is not true.
    template <class Test> size_t count_before(size_t from, Test test) const {
        const Place* first = places.data();
        return static_cast<size_t>(std::partition_point(first + from, first + place_count, test) - first);
    }

    double bound_of(View token) {
        tables.make_room();
        return tables.bound(tables.find(token), number, static_cast<size_t>(stand_in));
    }
    static constexpr size_t SEVERAL_TOKENS = 1024; // there is room for so many
    static constexpr int LONG_PIECE = 20'000; // costs of shorter ones add up to less than 32 bits hold
    class Sharp;
    double sharp_bound(int start, int end);

    Words words(View piece) { return tables.words_of(joined(blocks_of(piece, tables.piece_sample, tables.blocks)), number); }
    Scores scores(const Words& words) { return words.empty() ? Scores() : tables.log_likelihoods(number, words); }
    double ahead(const Scores& scores) const;
    double counted(const Words& words) const;
    std::optional<double> ratio(const Words& words, double ahead, double least = -HUGE_VAL);
    double familiarity(const Words& words, double enough);
    GramCounts count(const Words& words) const;
    void find_habits();
    bool count_habits();
    std::vector<std::pair<Token*, uint32_t>> host_tokens();
    int habit(Gram g) const;
    View host_sample(Text& room) const;
};

// The script that the letters of the document say, and that of some of its tokens: of ASCII it is plain.
int HostModel::State::script_of_all() const {
    if (document.ascii && !document.letters.empty()) return LATIN;
    Counts counts{};
    for (auto [script, letters] : document.letters) counts[script] = letters;
    return tables.weigh(counts).script;
}

int HostModel::State::script_of(TokenList tokens) const {
    if (document.ascii && LanguageTables::has_letters(tokens)) return LATIN;
    Counts counts{};
    tables.count(tokens, document.ascii, counts);
    return tables.weigh(counts).script;
}

// A document in letters that leave its language open is read token by token, any other by its letters alone.
void HostModel::State::find_language() {
    auto samples = blocks_of(text, tables.host_sample, tables.blocks);
    if (tables.open_number(script_of_all()) < 0) {
        Counts own{};
        language = tables.identify(text, own);
        if (text.size() > tables.sample_letters) {
            own.fill(0);
            for (View sample : samples) tables.count(sample, own);
        }
        script = tables.weigh(own).script;
        find_stand_in();
        return;
    }
    Tokens::Hold hold(tables);
    auto& sample = tables.sample;
    sample.clear();
    bool whole = samples.size() == 1;
    TokenList tokens = whole ? read_tokens() : TokenList(sample);
    if (whole) sample_tokens(tokens, sample);
    else for (View block : blocks_of(text, tables.sample_letters, tables.blocks)) tables.collect(block, sample);
    language = tables.identify(text, sample, document.ascii);
    if (!whole) {
        sample.clear();
        for (View block : samples) tables.collect(block, sample);
        tokens = sample;
    }
    script = script_of(tokens);
    find_stand_in();
    if (!whole || stand_in < 0) return;
    uint16_t key = tables.bound_key(number, static_cast<size_t>(stand_in));
    if (!like_last || key != tables.last_bound)
        for (size_t n = 0; n < place_count; n++) places[n].bound = tables.bound(*tokens[n], number, static_cast<size_t>(stand_in));
    tables.last_bound = key;
    placed = true;
    generation = tables.generation;
}

void HostModel::State::find_stand_in() {
    number = tables.open_number(script);
    if (number < 0) return;
    stand_in = tables.column(number, language);
    if (stand_in >= 0) return;
    Text room;
    View sample = host_sample(room);
    stand_in = tables.best(number, scores(tables.words_of(joined(blocks_of(sample, tables.sample_letters, tables.blocks)), number)));
}

// HostModel._sample
View HostModel::State::host_sample(Text& room) const {
    if (text.size() <= tables.host_sample) return text;
    room = joined(blocks_of(text, tables.host_sample, tables.blocks));
    return room;
}

TokenList HostModel::State::read_tokens() {
    place_count = tables.find_places(text, document.bytes, places);
    auto& tokens = tables.held;
    if (tokens.size() < place_count) tokens.resize(place_count);
    Place* const found = places.data();
    Token** const known = tokens.data();
    unsigned other = 0; // whether a bound is meant for another host
    tables.each_token(text, found, place_count, [=, key = tables.last_bound, &other](size_t n, Token& token) {
        known[n] = &token;
        describe(found[n], token);
        other |= static_cast<unsigned>(token.bound_key ^ key);
    });
    like_last = !other;
    return {tokens.data(), place_count};
}

// The tokens of the blocks that `identify` reads; where a block begins or ends inside a token, it has a part of it.
void HostModel::State::sample_tokens(TokenList tokens, std::vector<Token*>& sample) {
    if (text.size() <= tables.sample_letters) {
        sample.assign(tokens.begin(), tokens.end());
        return;
    }
    auto part = [&](size_t at, int start, int end) {
        int from = std::max(places[at].start, start), to = std::min(places[at].end, end);
        if (from == places[at].start && to == places[at].end) sample.push_back(tokens[at]);
        else if (document.bytes) sample.push_back(&tables.find(text, document.bytes, static_cast<size_t>(from), static_cast<size_t>(to - from)));
        else sample.push_back(&tables.find(document.piece(from, to)));
    };
    for (View block : blocks_of(text, tables.sample_letters, tables.blocks)) {
        int start = static_cast<int>(block.data() - text.data()), end = start + static_cast<int>(block.size());
        auto ends_before = [start](const Place& place) { return place.end <= start; };
        auto starts_before = [end](const Place& place) { return place.start < end; };
        size_t first = count_before(0, ends_before), last = count_before(first, starts_before);
        if (first < last) part(first, start, end);
        if (first + 2 < last) sample.insert(sample.end(), tokens.begin() + first + 1, tokens.begin() + last - 1);
        if (first + 1 < last) part(last - 1, start, end);
    }
}

// The bounds of all tokens of a document that was not read as a whole.
void HostModel::State::read_bounds() {
    if (placed) return;
    placed = true;
    generation = tables.generation;
    places.resize(std::max(places.size(), text.size() / 5 + 64)); // most texts have no more
    tables.each_token(text, document.bytes, [&](size_t start, size_t end, Token& token) {
        double bound = tables.bound(token, number, static_cast<size_t>(stand_in));
        if (place_count == places.size()) places.resize(places.size() * 2 + 64);
        places[place_count++] = {static_cast<int>(start), static_cast<int>(end), tables.number_of(token), token.ink, token.form, bound};
        if (place_count % SEVERAL_TOKENS == 0) tables.make_room();
    });
    if (generation != tables.generation) generation = 0;
}

// The number of the first token that ends behind `start`.
size_t HostModel::State::first_from(int start) {
    auto is_before = [start](const Place& place) { return place.end <= start; };
    bool near = hint < place_count && !is_before(places[hint]) && (hint == 0 || is_before(places[hint - 1]));
    for (int steps = 0; !near && steps < 40 && hint < place_count && is_before(places[hint]); steps++) near = ++hint < place_count && !is_before(places[hint]);
    if (!near) hint = count_before(0, is_before);
    return hint;
}

// The bounds of the first tokens of a stretch; where it begins or ends inside a token, of the part.
template <class Each> void HostModel::State::each_bound(int start, int end, int most, Each each) {
    read_bounds();
    size_t at = first_from(start);
    for (; most > 0 && at < place_count && places[at].start < end; at++, most--) {
        const Place& place = places[at];
        bool inside = place.start >= start && place.end <= end;
        each(inside ? place.bound : bound_of(document.piece(std::max(place.start, start), std::min(place.end, end))));
        if (place.end > end) break;
    }
    hint = at;
}

// The rest of RatioBounds.of_piece: words that stand alone are summed up by language before the languages are compared.
class HostModel::State::Sharp {
  public:
    Sharp(State& state, bool is_long)
        : tables(state.tables), grams(*tables.open[static_cast<size_t>(state.number)]), number(state.number), column(static_cast<size_t>(state.stand_in)), totals(grams.stride()), is_long(is_long) {
        if (is_long) fields.fill(0);
    }

    void add(Token& token) {
        double bound = tables.bound(token, number, column);
        const int32_t* costs = tables.costs(token, number); // first: until then WHOLE may be meant for another script
        if (token.studied != number || !token.is(Token::WHOLE)) loose.add(bound);
        else if (!is_long) totals.add(costs);
        else for (size_t n = 0; costs && n <= grams.count(); n++) fields[n] += costs[n];
    }

    // Tokens may be forgotten, and their costs with them: those that wait are added first.
    void make_room() {
        totals.sums();
        tables.make_room();
    }

    double value() {
        if (is_long) grams.settle(fields);
        return is_long ? of(fields.data()) : of(totals.sums());
    }

  private:
    LanguageTables& tables;
    const Grams& grams;
    int number;
    size_t column;
    Totals totals;
    Fields fields; // in place of `totals` where 32 bits may not hold them
    Sum loose;
    bool is_long;

    template <class Number> double of(const Number* sums) const {
        double letters = static_cast<double>(std::max<Number>(1, sums[grams.count()]));
        return (grams.ahead(sums, column) + loose.value()) * std::min(1.0, tables.enough_letters / letters);
    }
};

double HostModel::State::sharp_bound(int start, int end) {
    Sharp sharp(*this, end - start > LONG_PIECE);
    read_bounds();
    for (size_t at = first_from(start); at < place_count && places[at].start < end; at++) {
        const Place& place = places[at];
        Token* known = place.start >= start && place.end <= end && generation == tables.generation ? tables.numbered(place.number) : nullptr;
        if (!known) sharp.make_room();
        sharp.add(known ? *known : tables.find(document.piece(std::max(place.start, start), std::min(place.end, end))));
    }
    return sharp.value();
}

double HostModel::bound_of_tokens(const TokenPlace* first, const TokenPlace* last) const {
    if (first == last) return 0.0;
    LanguageTables& tables = state->tables;
    State::Sharp sharp(*state, last[-1].end - first->start > State::LONG_PIECE);
    for (; first < last; first++) {
        Token* known = state->generation == tables.generation ? tables.numbered(first->number) : nullptr;
        if (!known) sharp.make_room(); // which may forget the others
        sharp.add(known ? *known : tables.find(state->document.piece(first->start, first->end)));
    }
    return sharp.value();
}

// HostModel._ahead
double HostModel::State::ahead(const Scores& scores) const {
    if (stand_in < 0 || scores.empty()) return 0.0;
    double most = -HUGE_VAL;
    for (size_t n = 0; n < scores.size(); n++)
        if (static_cast<int>(n) != stand_in) most = std::max(most, scores[n]);
    return most - scores[static_cast<size_t>(stand_in)];
}

// language._counted
double HostModel::State::counted(const Words& words) const {
    Sum sum;
    for (const Text& word : words) sum.add(static_cast<double>(word.size()) * (is_upper(word[0]) ? tables.capital_weight : 1.0));
    return std::min(tables.enough_letters, sum.value());
}

// HostModel._ratio with one occurrence; nothing where it is clear on the way that it is less than `least`.
std::optional<double> HostModel::State::ratio(const Words& words, double ahead, double least) {
    constexpr double SLACK = 1e-3; // more than rounding makes
    if (ahead == 0.0) return 0.0;
    double letters = static_cast<double>(letters_of(words)), scale = counted(words) / letters, enough = ahead - (least - SLACK) / scale;
    double familiar = familiarity(words, enough);
    if (familiar > enough) return {};
    return rounded((ahead - familiar) / letters * counted(words));
}

GramCounts HostModel::State::count(const Words& words) const {
    GramCounts counts;
    for (const Text& word : words) each_gram(word, [&](Gram g) { counts.add(g, 1); });
    return counts;
}

// HostModel._habits: counted by the numbers of n-grams that the tokens remember, where any word is not all capitals.
void HostModel::State::find_habits() {
    habits_known = true;
    if (count_habits()) return;
    Text room;
    habits = count(tables.words_of(host_sample(room), number));
    habit_totals = habits->totals;
}

bool HostModel::State::count_habits() {
    Tokens::Hold hold(tables);
    auto& counts = tables.habits;
    tables.habits_owner = this;
    for (uint32_t gram : tables.habitual) counts[gram] = 0;
    tables.habitual.clear();
    long letters = 0, words = 0;
    auto add = [&](uint32_t gram, uint32_t times) {
        if (gram >= counts.size()) counts.resize(std::max<size_t>(tables.gram_numbers.size(), gram + 1) * 2);
        if (!counts[gram]) tables.habitual.push_back(gram);
        counts[gram] += times;
    };
    const auto known = host_tokens();
    for (size_t at = 0; at < known.size(); at++) {
        auto [token, times] = known[at];
        if (at + 8 < known.size()) fetch(known[at + 8].first->grams);
        size_t own_letters, own_words;
        if (token->is(Token::LONG)) {
            auto found = tables.each_gram_of(*token, number, [&, many = times](uint32_t gram) { add(gram, many); });
            own_letters = found.letters, own_words = found.words;
        } else {
            tables.know_grams(*token, number);
            for (size_t n = 0; n < token->gram_count; n++) add(token->grams[n], times);
            own_letters = token->gram_letters, own_words = token->gram_words;
        }
        letters += static_cast<long>(own_letters) * times;
        words += static_cast<long>(own_words) * times;
    }
    habit_totals = {letters, letters + words, letters};
    habits_generation = tables.generation;
    return words > 0; // words in capitals count where there are no others
}

// The tokens that the host is known by, and how often each stands there: all of a short document, whose numbers may be at hand.
std::vector<std::pair<Token*, uint32_t>> HostModel::State::host_tokens() {
    std::vector<std::pair<Token*, uint32_t>> found;
    auto blocks = blocks_of(text, tables.host_sample, tables.blocks);
    auto has_number = [&](const Place& place) { return tables.numbered(place.number) != nullptr; };
    if (placed && generation == tables.generation && blocks.size() == 1 && std::all_of(places.data(), places.data() + place_count, has_number)) {
        auto& times = tables.times;
        for (size_t n = 0; n < place_count; n++) {
            uint32_t number = places[n].number;
            if (number >= times.size()) times.resize(number * 2 + 1);
            if (!times[number]++) found.emplace_back(tables.numbered(number), 0);
        }
        for (auto& [token, often] : found) std::swap(often, times[Tokens::number_of(*token)]);
        return found;
    }
    std::vector<Token*> tokens;
    for (View block : blocks) tables.collect(block, tokens);
    for (Token* token : tokens) found.emplace_back(token, 1);
    return found;
}

int HostModel::State::habit(Gram g) const {
    if (habits) return habits->of(g);
    uint32_t known = tables.gram_numbers.of(g);
    return known < tables.habits.size() ? static_cast<int>(tables.habits[known]) : 0;
}

// HostModel._familiarity with one occurrence, or a part of it that is more than `enough`.
double HostModel::State::familiarity(const Words& words, double enough) {
    bool stale = !habits && (tables.habits_owner != this || habits_generation != tables.generation);
    if (!habits_known || stale) find_habits();
    Grams& grams = *tables.open[static_cast<size_t>(number)];
    GramCounts piece = count(words);
    double gain = 0.0;
    for (const auto& [key, times] : piece.all()) {
        int often = habit(key) - times - tables.seen_before;
        const double* known = often > 0 ? grams.row(key) : nullptr;
        if (!known) continue;
        size_t length = static_cast<size_t>(length_of(key) - 1);
        double rest = static_cast<double>(std::max(1L, habit_totals[length] - piece.totals[length]));
        double own = std::log(tables.floor + often / rest);
        gain += times * std::max(0.0, own - known[stand_in]);
        if (gain > enough) break;
    }
    return gain;
}

HostModel::HostModel(LanguageTables& tables, const Document& document) : state(new State(tables, document)) { state->find_language(); }
HostModel::~HostModel() = default;

const char* HostModel::language() const { return state->language.empty() ? nullptr : state->language.c_str(); }
bool HostModel::silent() const { return state->stand_in < 0; }
bool HostModel::has_bounds() const { return state->stand_in >= 0; }

TokenPlaces HostModel::tokens() const {
    if (state->stand_in < 0) return {};
    state->read_bounds();
    if (!state->generation) return {};
    return {state->places.data(), state->place_count, state->generation};
}

double HostModel::bound_of_openings(int start, int end, int most_tokens) const {
    double most = -HUGE_VAL, total = 0.0;
    state->each_bound(start, end, most_tokens, [&](double bound) {
        total += bound;
        most = std::max(most, total);
    });
    return most == -HUGE_VAL ? 0.0 : most;
}

double HostModel::bound_of_piece(int start, int end, double enough) const {
    Sum rough;
    state->each_bound(start, end, INT_MAX, [&](double bound) { rough.add(bound); });
    return rough.value() < enough ? rough.value() : state->sharp_bound(start, end);
}

HostModel::State::Told& HostModel::State::told(View piece) {
    auto [place, fresh] = pieces.try_emplace(Text(piece));
    if (!fresh) return place->second;
    Told made;
    made.words = words(piece);
    Scores scored = scores(made.words);
    made.ahead = ahead(scored);
    if (made.ahead > 0) {
        made.most = made.ahead * counted(made.words) / static_cast<double>(letters_of(made.words)) + 1e-4;
        made.other = tables.best(number, scored, stand_in);
    }
    return place->second = std::move(made);
}

double HostModel::ratio(View piece) const {
    State::Told& told = state->told(piece);
    if (!told.ratio) {
        told.ratio = state->ratio(told.words, told.ahead);
        told.words = Words();
    }
    return *told.ratio;
}

bool HostModel::reaches(View piece, double least) const {
    State::Told& told = state->told(piece);
    if (!told.ratio) {
        if (told.most < least) return false;
        told.ratio = state->ratio(told.words, told.ahead, least);
        if (told.ratio) told.words = Words();
    }
    return told.ratio && *told.ratio >= least;
}

double HostModel::ahead(View piece) const { return state->told(piece).most; }

bool HostModel::prefers_host(View piece) const {
    Words words = state->words(piece);
    double ahead = state->ahead(state->scores(words));
    return ahead < 0 || state->ratio(words, ahead, 0.0).value_or(-1.0) < 0;
}

std::string HostModel::best_other(View piece) const {
    LanguageTables& tables = state->tables;
    if (tables.dominant_script(piece) != state->script) {
        Counts counts{};
        return tables.identify(piece, counts);
    }
    if (state->number < 0) return {};
    const State::Told& told = state->told(piece);
    int found = told.ahead > 0 ? told.other : tables.best(state->number, state->scores(state->words(piece)), state->stand_in);
    return found < 0 ? std::string() : tables.name(state->number, found);
}

// The first of the pieces with the largest ratio; `bounds` are never lower than that.
static int most_foreign_of(const HostModel& model, const std::vector<View>& pieces, const std::vector<double>& bounds) {
    std::vector<size_t> order(pieces.size());
    std::iota(order.begin(), order.end(), size_t(0));
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return bounds[a] > bounds[b]; });
    double most = 0.0;
    int best = -1;
    for (size_t n : order) {
        if (bounds[n] <= most) break;
        if (model.ahead(pieces[n]) <= most || !model.reaches(pieces[n], most)) continue;
        double own = model.ratio(pieces[n]);
        int number = static_cast<int>(n);
        if (own <= 0 || own < most || (own == most && number > best)) continue;
        most = own;
        best = number;
    }
    return best;
}

int HostModel::most_foreign(const std::vector<View>& pieces) const { return most_foreign_of(*this, pieces, std::vector<double>(pieces.size(), HUGE_VAL)); }

int HostModel::most_foreign(const std::vector<Span>& pieces) const {
    constexpr double ROUNDING = 1e-3;
    std::vector<View> texts;
    std::vector<double> bounds;
    for (Span piece : pieces) {
        texts.push_back(state->document.piece(piece.start, piece.end));
        bounds.push_back(has_bounds() ? state->sharp_bound(piece.start, piece.end) + ROUNDING : HUGE_VAL);
    }
    return most_foreign_of(*this, texts, bounds);
}

static HostModel::Guest guest_language_of(LanguageTables& tables, View text) {
    HostModel::Guest guest;
    Words words = tables.words_of(text, tables.open_number(LATIN));
    guest.words = static_cast<int>(words.size());
    if (words.size() < 2) return guest;
    auto [number, scores] = tables.log_likelihoods(joined(words));
    int best = tables.best(number, scores), english = best < 0 ? -1 : tables.column(number, "en");
    if (english < 0) return guest; // words in Latin letters that no profile knows
    guest.language = tables.name(number, best);
    guest.ahead = scores[static_cast<size_t>(best)] - scores[static_cast<size_t>(english)];
    return guest;
}

// The same names and phrases stand in many documents.
HostModel::Guest HostModel::guest_language(View text) const {
    constexpr size_t MOST = 1 << 14, LONGEST = 100;
    auto& known = state->tables.guests;
    if (text.size() > LONGEST) return guest_language_of(state->tables, text);
    auto found = known.find(Text(text));
    if (found != known.end()) return found->second;
    Guest guest = guest_language_of(state->tables, text);
    if (known.size() >= MOST) known.clear();
    known.emplace(text, guest);
    return guest;
}

} // namespace scrub
