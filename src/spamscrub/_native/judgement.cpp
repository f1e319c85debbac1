// Scores for the candidates of a document: each alone first, then in the light of what is already certain (judgement.py).
#include <algorithm>
#include <cmath>
#include <map>

#include "evidence.hpp"
#include "judge.hpp"

namespace scrub {

namespace {

// The constants of judgement.py, and the numbers of the evidence that it adds.
struct Rules {
    double CERTAIN = load_double("judgement", "CERTAIN"), LIKELY = load_double("judgement", "LIKELY"), HARMLESS = load_double("judgement", "HARMLESS");
    double MOST_CAMPAIGN = load_double("judgement", "MOST_CAMPAIGN");
    int MOST_INNER = load_int("judgement", "MOST_INNER"), MOST_STRAY = load_int("judgement", "MOST_STRAY");
    int prior = feature_number("prior"), campaign = feature_number("campaign"), campaign_likely = feature_number("campaign-likely");
    int campaign_beside = feature_number("campaign-beside"), holds_certain = feature_number("holds-certain");
    int harmless_kin = feature_number("harmless-kin"), harmless_alike = feature_number("harmless-alike"), calibration = feature_number("calibration");

    static const Rules& get() {
        static const auto* rules = new Rules();
        return *rules;
    }
};

int label_of(const Scene& scene) {
    static thread_local std::vector<int> letters; // for each pack, none between calls
    int best = -1;
    for (const Hit& hit : scene.hits()) {
        if (hit.role == PART) continue;
        if (hit.pack >= letters.size()) letters.resize(hit.pack + 1u);
        letters[hit.pack] += hit.end - hit.start;
    }
    for (const Hit& hit : scene.hits()) { // packs are numbered by name: of equals the first is the one wanted
        int pack = hit.pack;
        if (hit.role != PART && (best < 0 || letters[pack] > letters[best] || (letters[pack] == letters[best] && pack < best))) best = pack;
    }
    for (const Hit& hit : scene.hits())
        if (hit.role != PART) letters[hit.pack] = 0;
    if (best >= 0) return best;
    switch (scene.kind()) {
    case Kind::SCRIPT: case Kind::MIXED: return FOREIGN_RUN;
    case Kind::LATIN: return FOREIGN_LATIN;
    default: return FOREIGN_LANGUAGE;
    }
}

std::string decimal(double value, int digits) {
    char* made = PyOS_double_to_string(value, 'f', digits, 0, nullptr);
    std::string out(made);
    PyMem_Free(made);
    return out;
}

using Kin = std::pair<int, int>; // the label, and for foreign ones the script
using Form = int;

constexpr double LEAST = -99.0; // what scores less says nothing about others

// judgement.strongest: the spans that win where candidates overlap, in order of position.
std::vector<int> strongest(const std::vector<Span>& spans, const std::vector<double>& scores, double at_least) {
    std::vector<int> order(spans.size());
    for (size_t n = 0; n < order.size(); n++) order[n] = static_cast<int>(n);
    std::stable_sort(order.begin(), order.end(), [&](int a, int b) {
        if (scores[a] != scores[b]) return scores[a] > scores[b];
        Span x = spans[a], y = spans[b];
        return x.start != y.start ? x.start < y.start : x.end > y.end;
    });
    std::vector<int> chosen;
    std::map<int, int> taken; // ends by starts
    for (int n : order) {
        if (scores[n] < at_least) break;
        int start = spans[n].start, end = spans[n].end;
        auto next = taken.lower_bound(start);
        if (next != taken.end() && next->first < end) continue;
        if (next != taken.begin() && std::prev(next)->second > start) continue;
        taken[start] = end;
        chosen.push_back(n);
    }
    std::sort(chosen.begin(), chosen.end(), [&](int a, int b) { return spans[a].start < spans[b].start; });
    return chosen;
}

// What the certain and the harmless candidates elsewhere say about each (judgement.company).
class Company {
  public:
    Company(const std::vector<Scene>& scenes, const std::vector<double>& alone, const Matcher& matcher) : scenes(scenes), alone(alone), matcher(matcher), rules(Rules::get()) {
        for (const Scene& scene : scenes) kin.push_back(kin_of(scene));
        std::vector<Span> spans;
        for (size_t n = 0; n < scenes.size(); n++) spans.push_back(span_of(n));
        for (int n : strongest(spans, alone, LEAST)) count(n);
        for (size_t n = 0; n < scenes.size(); n++)
            if (alone[n] >= rules.CERTAIN && !scenes[n].hits().empty()) lean.push_back({span_of(n), scenes[n].strays()});
    }

    void observe(size_t n, Sink& sink) const {
        observe_certain(n, sink);
        observe_harmless(n, sink);
    }

    // What ads elsewhere say about it.
    void observe_certain(size_t n, Sink& sink) const {
        const Scene& scene = scenes[n];
        int line = scene.candidate.line;
        bool foreign = scene.kind() != Kind::SAME;
        auto lines = certain_by_kin.find(kin[n]);
        int friends = lines == certain_by_kin.end() ? 0 : static_cast<int>(lines->second.size() - lines->second.count(line));
        if (friends && !beaten(span_of(n), sure))
            sink.add(rules.campaign, std::min(rules.MOST_CAMPAIGN, std::log2(1.0 + friends)), [&] { return std::to_string(friends) + " certain ads of its kind elsewhere"; });
        double weight = foreign ? backing_of(n, line, sink.explains) : 0.0;
        if (weight > 0 && !beaten(span_of(n), backers))
            sink.add(rules.campaign_likely, std::min(rules.MOST_CAMPAIGN, std::log2(1 + weight)), [&] { return "likely ads of its kind elsewhere weigh " + decimal(weight, 1); });
        bool own_line = !certain_lines.empty() && scene.placement().position == Position::OWN_LINE;
        if (own_line && (certain_lines.count(line - 1) || certain_lines.count(line + 1)))
            sink.add(rules.campaign_beside, 1.0, [] { return std::string("the line beside it is certainly an ad"); });
        int excess = scene.hits().empty() ? 0 : excess_of(span_of(n), scene.strays());
        if (excess > rules.MOST_STRAY)
            sink.add(rules.holds_certain, 1.0, [&] { return "a certain ad inside it does without " + std::to_string(excess) + " letters that are no words of ads"; });
    }

    // What harmless ones elsewhere say about it.
    void observe_harmless(size_t n, Sink& sink) const {
        const Scene& scene = scenes[n];
        if (scene.kind() == Kind::SAME) return;
        int same = many(harmless, kin[n]), alike_ones = many(alike, form_of(scene));
        if (same > 2) sink.add(rules.harmless_kin, std::min(4.0, std::log2(static_cast<double>(same))), [&] { return std::to_string(same) + " of its kind look harmless"; });
        if (alike_ones > 1) sink.add(rules.harmless_alike, std::min(3.0, std::log2(static_cast<double>(alike_ones))), [&] { return std::to_string(alike_ones) + " harmless ones look like it"; });
    }

    // Which candidates are of one kind, and which look alike: their harmless ones are counted together.
    const Kin& kin_of(size_t n) const { return kin[n]; }
    static Form form_of(const Scene& scene) {
        bool small = !scene.text.empty() && is_lower(scene.text[0]);
        return static_cast<int>(scene.kind()) * 4 + small * 2 + (scene.text.find(U' ') != View::npos);
    }
    static bool counts_as_harmless(const Scene& scene) { return scene.placement().position != Position::MIDDLE; }

  private:
    const std::vector<Scene>& scenes;
    const std::vector<double>& alone;
    const Matcher& matcher;
    const Rules& rules;
    std::vector<Kin> kin;
    std::map<Kin, int> harmless;
    std::map<Form, int> alike;
    std::set<int> certain_lines;
    std::map<Kin, std::set<int>> certain_by_kin;
    struct Backing {
        std::map<int, double> lines; // lines with likely ads in the order in which Python meets them: that of the text
        double total = 0.0;
    };
    std::map<Kin, Backing> backing;
    std::vector<Span> sure, backers;
    std::vector<std::pair<Span, int>> lean;

    Span span_of(size_t n) const { return {scenes[n].candidate.start, scenes[n].candidate.end}; }

    template <class Key> static int many(const std::map<Key, int>& counts, const Key& key) {
        auto found = counts.find(key);
        return found == counts.end() ? 0 : found->second;
    }

    Kin kin_of(const Scene& scene) const {
        int label = label_of(scene);
        bool foreign = label < 0 || matcher.pack_name(label).compare(0, 8, "foreign-") == 0;
        return {label, foreign ? scene.script() : -9};
    }

    // What one of the winners says about others.
    void count(int n) {
        const Scene& scene = scenes[n];
        int line = scene.candidate.line;
        if (alone[n] >= rules.CERTAIN) {
            sure.push_back(span_of(n));
            certain_by_kin[kin[n]].insert(line);
            if (scene.placement().position == Position::OWN_LINE) certain_lines.insert(line);
        }
        if (alone[n] < rules.HARMLESS && counts_as_harmless(scene)) {
            harmless[kin[n]]++;
            alike[form_of(scene)]++;
        }
        if (alone[n] >= rules.LIKELY && scene.kind() != Kind::SAME) {
            backers.push_back(span_of(n));
            Backing& kind = backing[kin[n]];
            double &most = kind.lines[line], before = most;
            most = std::max(most, std::min(alone[n] - rules.LIKELY, rules.CERTAIN));
            kind.total += most - before;
        }
    }

    // What likely ads on other lines weigh. The sum is made in the order of Python only where its last digits matter: beyond
    // the most that counts it is only shown, with one decimal.
    double backing_of(size_t n, int line, bool shown) const {
        auto found = backing.find(kin[n]);
        if (found == backing.end()) return 0.0;
        const auto& lines = found->second.lines;
        auto own = lines.find(line);
        double near = found->second.total - (own == lines.end() ? 0.0 : own->second), tenths = near * 10;
        bool counts = near <= std::exp2(rules.MOST_CAMPAIGN), halfway = std::fabs(tenths - std::floor(tenths) - 0.5) < 1e-3;
        if (!counts && !(shown && halfway)) return near;
        Sum sum;
        for (auto [number, much] : lines)
            if (number != line) sum.add(much);
        return sum.value();
    }

    // Whether another candidate at the same place, one of the sorted spans, is already certain.
    static bool beaten(Span span, const std::vector<Span>& spans) {
        auto at = std::lower_bound(spans.begin(), spans.end(), Span{span.end, -1});
        return at != spans.begin() && std::prev(at)->end > span.start && !(*std::prev(at) == span);
    }

    // How many letters more than a certain ad inside it a candidate holds that are no words of ads.
    int excess_of(Span span, int strays) const {
        auto first = std::lower_bound(lean.begin(), lean.end(), std::pair<Span, int>{{span.start, -1}, -1}, [](const auto& a, const auto& b) {
            return a.first == b.first ? a.second < b.second : a.first < b.first;
        });
        int fewest = strays;
        for (int looked = 0; looked < rules.MOST_INNER && first != lean.end() && first->first.start < span.end; ++first, looked++)
            if (first->first.end <= span.end && !(first->first == span)) fewest = std::min(fewest, first->second);
        return strays - fewest;
    }
};

// Adds the weights of some of what was seen, in order.
void add_scores(Sum& sum, const Sink& sink, size_t from, size_t to, const std::vector<double>& weights) {
    for (size_t n = from; n < to; n++) sum.add(weights[sink.numbers[n]] * sink.values[n]);
}

double score_of(const Sink& sink, const std::vector<double>& weights) {
    Sum sum;
    add_scores(sum, sink, 0, sink.numbers.size(), weights);
    return sum.value();
}

// The evidence of one candidate while it is gathered.
class Listing {
  public:
    explicit Listing(const std::vector<double>& weights) : weights(weights), found{{Rules::get().prior, weights[Rules::get().prior], "before anything is seen"}} {}

    void add(const Sink& sink, size_t from, size_t to) {
        for (size_t n = from; n < to; n++) found.push_back({sink.numbers[n], weights[sink.numbers[n]] * sink.values[n], sink.explains ? sink.details[n] : std::string()});
    }

    // What says something, the heaviest first.
    std::vector<Evidence> done() {
        found.erase(std::remove_if(found.begin(), found.end(), [](const Evidence& one) { return one.weight == 0.0; }), found.end());
        std::stable_sort(found.begin(), found.end(), [](const Evidence& a, const Evidence& b) {
            double x = std::fabs(a.weight), y = std::fabs(b.weight);
            return x != y ? x > y : feature_names()[a.feature] < feature_names()[b.feature];
        });
        return std::move(found);
    }

  private:
    const std::vector<double>& weights;
    std::vector<Evidence> found;
};

void calibrate(Sink& sink) {
    sink.add(Rules::get().calibration, 1.0, [] { return std::string("what is as likely as not is left to a person"); });
}

} // namespace

const char* source_name(Source source) {
    static const char* const names[] = {"run", "lexicon", "latin", "piece", "sign"};
    return names[static_cast<int>(source)];
}

std::string label_name(const Matcher& matcher, int label) {
    switch (label) {
    case FOREIGN_RUN: return "foreign-run";
    case FOREIGN_LATIN: return "foreign-latin";
    case FOREIGN_LANGUAGE: return "foreign-language";
    default: return matcher.pack_name(label);
    }
}

Weights::Weights(PyObject* given) {
    size_t many = feature_names().size();
    for (int table = 0; table < 8; table++) {
        tables[table].assign(many, 0.0);
        std::string name = std::string(name_of(static_cast<Kind>(table / 2))) + (table % 2 ? "+words" : "");
        Ref own(PyMapping_GetItemString(given, name.c_str()));
        if (!own) {
            if (!PyErr_ExceptionMatches(PyExc_KeyError)) throw PythonError();
            PyErr_Clear();
            continue;
        }
        for (size_t feature = 0; feature < many; feature++) {
            Ref weight(PyMapping_GetItemString(own.get(), feature_names()[feature].c_str()));
            if (!weight) {
                if (!PyErr_ExceptionMatches(PyExc_KeyError)) throw PythonError();
                PyErr_Clear();
                continue;
            }
            tables[table][feature] = PyFloat_AsDouble(weight.get());
            if (PyErr_Occurred()) throw PythonError();
        }
    }
}

double Judged::score() const {
    Sum sum;
    for (const Evidence& one : evidence) sum.add(one.weight);
    return sum.value();
}

namespace {

// The order in which classifiers are asked about each kind of candidate: first those that settle most for little.
constexpr int ASKED[][part::MANY] = {
    {part::POSITION, part::CONTACTS, part::LEXICON, part::SCRIPT, part::FORM, part::GUARDS, part::LETTERS, part::GUESTS, part::WORDING, part::FLOW}, // SCRIPT
    {part::POSITION, part::CONTACTS, part::LEXICON, part::FORM, part::LETTERS, part::GUESTS, part::GUARDS, part::WORDING, part::SCRIPT, part::FLOW}, // LATIN
    {part::POSITION, part::CONTACTS, part::LEXICON, part::FORM, part::SCRIPT, part::GUARDS, part::LETTERS, part::GUESTS, part::WORDING, part::FLOW}, // SAME
    {part::POSITION, part::CONTACTS, part::LEXICON, part::FORM, part::SCRIPT, part::LETTERS, part::GUARDS, part::GUESTS, part::WORDING, part::FLOW}, // MIXED
};

struct Range {
    double low = 0.0, high = 0.0;
};

// How much the classifiers that are not asked yet can add to the score of a candidate with this table of weights.
class Bounds {
  public:
    Bounds() = default;
    Bounds(const std::vector<double>& weights, Kind kind) {
        Range own[2][part::MANY];
        auto most = [&](int feature) { return std::max(0.0, weights[feature]); };
        foreign = most(saw::FOREIGN_LANGUAGE), rate = most(saw::FOREIGN_LANGUAGE_RATE), guest = most(saw::ENGLISH_GUEST);
        clearly = most(saw::CLEARLY_FOREIGN) + most(saw::CLEARLY_FOREIGN_IN_SLOT);
        sound = std::all_of(weights.begin(), weights.end(), [](double weight) { return std::fabs(weight) < MOST_WEIGHT; });
        for (bool in_slot : {false, true}) {
            add_limits(weights, 1u << static_cast<int>(kind), in_slot, own[in_slot]);
            for (int step = part::MANY; step-- > 0;) {
                const Range &behind = after[in_slot][step + 1], &here = own[in_slot][ASKED[static_cast<int>(kind)][step]];
                after[in_slot][step] = {behind.low + here.low, behind.high + here.high};
            }
        }
    }

    bool sound = false; // whether rounding is small against MARGIN
    // `step` classifiers have been asked
    Range rest(int step, bool in_slot) const { return after[in_slot][step]; }
    // How much less the language of a piece of so many characters can add, where its ratio is so much at most.
    double less(double ratio, size_t size) const { return language(HUGE_VAL, 1) - language(ratio, size); }

    static constexpr double MARGIN = 1e-6, MOST_WEIGHT = 1e4, ROUNDING = 1e-3;

  private:
    Range after[2][part::MANY + 1];
    double foreign = 0.0, rate = 0.0, guest = 0.0, clearly = 0.0; // what these can add, a foreign language and its rate for each unit

    // What is seen of another language than the host's adds so much at most (see_language).
    double language(double ratio, size_t size) const {
        static const double CLEARLY = load_double("classifiers.scene", "CLEARLY");
        if (ratio <= 0) return 0.0;
        double most = std::min(4.0, ratio / 10) * foreign + std::min(2.0, ratio / static_cast<double>(size)) * rate + guest;
        return ratio < CLEARLY ? most : most + clearly;
    }

    static void add_limits(const std::vector<double>& weights, unsigned kind, bool in_slot, Range* own) {
        Range last;
        for (const Limit& limit : limits()) {
            if (!(limit.kinds & kind) || (limit.in_slot && !in_slot)) continue;
            double weight = weights[limit.feature], one = weight * limit.least, other = weight * limit.most;
            Range here{std::min({0.0, one, other}), std::max({0.0, one, other})};
            own[limit.part].low += limit.or_the_last ? std::min(0.0, here.low - last.low) : here.low;
            own[limit.part].high += limit.or_the_last ? std::max(0.0, here.high - last.high) : here.high;
            last = here;
        }
    }
};

// What is known of a candidate's score alone; its evidence stands in the sink of all, a stretch for each classifier.
struct Case {
    const std::vector<double>* weights;
    const Bounds* bounds;
    int asked = 0; // so many of ASKED for its kind
    double sum;    // of what was seen, in the order of ASKED: near enough for bounds
    Range score;
    bool reaches = false;  // whether it may reach the floor
    bool doubtful = false; // whether it has a reason to be judged is not asked yet
    bool gone = false;     // it has none
    uint32_t starts[part::MANY], ends[part::MANY];
    bool known() const { return asked == part::MANY; }
};

// The candidates of a document with what is seen in them: each alone, then in the light of the others. One that cannot
// reach the floor, nor say more of others than that it is harmless, is only looked at as far as that shows.
class Judgement {
  public:
    Judgement(const Page& page, const Weights& weights, double floor) : page(page), weights(weights), floor(floor) {
        Breath breath;
        for (const Candidate& candidate : candidates(page)) {
            breath.take();
            Scene scene(page, candidate);
            bool doubtful = may_wait(scene);
            if (!doubtful && !has_reason(scene)) continue;
            scenes.push_back(std::move(scene));
            begin();
            cases.back().doubtful = doubtful;
            if (cases.back().known() && !is_candidate(scenes.size() - 1)) scenes.pop_back(), cases.pop_back();
            else hopeful = hopeful || counts(cases.back());
        }
    }

    // Those that reach the floor, without the words of their evidence; `numbers` says which they are.
    std::vector<Judged> reaching() {
        std::vector<Judged> found;
        if (!hopeful) return found;
        for (const Case& one : cases) alone.push_back(one.score.high);
        company.emplace(scenes, alone, page.matcher);
        bool changed = look_at_helped();
        if (settle_order() || changed) company.emplace(scenes, alone, page.matcher);
        Sink extra(false);
        for (size_t n = 0; n < scenes.size(); n++) {
            if (!cases[n].reaches) continue;
            extra.clear();
            company->observe(n, extra);
            calibrate(extra);
            if (alone[n] + score_of(extra, *cases[n].weights) < floor) continue;
            found.push_back(judged(n, listing(n, extra)));
            numbers.push_back(n);
        }
        return found;
    }

    // The same with a few words of what was seen.
    Judged explained(size_t index) const {
        size_t n = numbers[index];
        Sink own(true), extra(true);
        observe(scenes[n], own);
        company->observe(n, extra);
        calibrate(extra);
        Listing listing(*cases[n].weights);
        for (const Sink* sink : {&own, &extra}) listing.add(*sink, 0, sink->numbers.size());
        return judged(n, listing.done());
    }

  private:
    const Page& page;
    const Weights& weights;
    double floor;
    std::vector<Scene> scenes;
    std::vector<Case> cases;
    Sink sink{false}; // of all scenes
    bool hopeful = false;
    Bounds bounds[8];
    const std::vector<double>* tables[8] = {}; // of the bounds that are known
    std::vector<double> alone;
    std::optional<Company> company;
    std::vector<size_t> numbers;

    const Bounds& bounds_of(const Scene& scene, const std::vector<double>& table) {
        int number = static_cast<int>(scene.kind()) * 2 + scene.speaks_as_ads_do();
        if (!tables[number]) bounds[number] = Bounds(table, scene.kind());
        tables[number] = &table;
        return bounds[number];
    }

    // Below this a candidate does not reach the floor but by the help of ads elsewhere.
    double needed(const std::vector<double>& table) const {
        const Rules& rules = Rules::get();
        return floor - table[rules.calibration] - std::max(0.0, 4.0 * table[rules.harmless_kin]) - std::max(0.0, 3.0 * table[rules.harmless_alike]) - Bounds::MARGIN;
    }

    // Whether it may reach the floor, or help others to: where no candidate does, none is found.
    bool counts(const Case& one) const {
        const Rules& rules = Rules::get();
        return one.reaches || one.score.high >= std::min(rules.LIKELY, rules.CERTAIN) - Bounds::MARGIN;
    }

    // Below this, besides, it says no more than that it is harmless.
    double limit_of(const std::vector<double>& table) const {
        const Rules& rules = Rules::get();
        return std::min({rules.HARMLESS - Bounds::MARGIN, rules.LIKELY - Bounds::MARGIN, rules.CERTAIN - Bounds::MARGIN, needed(table)});
    }

    void begin() {
        const Scene& scene = scenes.back();
        Case& one = cases.emplace_back();
        one.weights = &weights.of(scene);
        one.bounds = &bounds_of(scene, *one.weights);
        one.sum = (*one.weights)[Rules::get().prior];
        look(scene, one, one.bounds->sound ? limit_of(*one.weights) : -INFINITY);
        one.reaches = one.known() && one.score.high >= needed(*one.weights);
    }

    // Asks one classifier after the other until the score can only be below the limit.
    void look(const Scene& scene, Case& one, double limit) {
        Seen seen(scene, sink);
        bool in_slot = seen.where.position <= Position::BOUNDARY;
        const int* const order = ASKED[static_cast<int>(scene.kind())];
        double less = less_of_language(scene, one, [&] { return scene.foreign_bound() + Bounds::ROUNDING; });
        while (!one.known()) {
            if (order[one.asked] == part::WORDING && scene.kind() == Kind::SAME) {
                less = less_of_language(scene, one, [&] { return page.model.ahead(scene.text); });
                one.score.high = one.sum + one.bounds->rest(one.asked, in_slot).high - less;
                if (one.score.high < limit) return;
            }
            int part = order[one.asked++];
            one.starts[part] = static_cast<uint32_t>(sink.numbers.size());
            see_part(seen, part);
            one.ends[part] = static_cast<uint32_t>(sink.numbers.size());
            for (size_t n = one.starts[part]; n < one.ends[part]; n++) one.sum += (*one.weights)[sink.numbers[n]] * sink.values[n];
            if (part == part::WORDING) less = 0.0;
            Range rest = one.bounds->rest(one.asked, in_slot);
            one.score = {one.sum + rest.low, one.sum + rest.high - less};
            if (!one.known() && one.score.high < limit) return;
        }
        Sum sum;
        for (int part = 0; part < part::MANY; part++) add_scores(sum, sink, one.starts[part], one.ends[part], *one.weights);
        one.score.low = one.score.high = (*one.weights)[Rules::get().prior] + sum.value();
    }

    // How much less than its bound the language of a candidate can add, by the most that its ratio can be.
    template <class Most> double less_of_language(const Scene& scene, const Case& one, Most most) const {
        if (scene.kind() != Kind::SAME || page.model.silent() || !page.model.has_bounds()) return 0.0;
        const int *order = ASKED[static_cast<int>(Kind::SAME)], *end = order + one.asked;
        return std::find(order, end, part::WORDING) == end ? one.bounds->less(most(), scene.text.size()) : 0.0;
    }

    // Whether to ask for its reason last, where the answer needs the languages that may explain it.
    bool may_wait(const Scene& scene) const {
        static const double CLEARLY = load_double("classifiers.scene", "CLEARLY");
        if (!std::isfinite(floor) || scene.kind() != Kind::SAME || page.model.silent() || !page.model.has_bounds()) return false;
        return scene.foreign_bound() >= CLEARLY && in_a_slot(scene);
    }

    // Whether it has a reason to be judged.
    bool is_candidate(size_t n) {
        Case& one = cases[n];
        if (one.doubtful) one.gone = !has_reason(scenes[n]);
        one.doubtful = false;
        return !one.gone;
    }

    void look_at_all(size_t n) {
        if (!cases[n].known()) look(scenes[n], cases[n], -INFINITY);
        alone[n] = cases[n].score.high;
    }

    // Looks at those to the end that may reach the floor by the help of ads elsewhere.
    bool look_at_helped() {
        bool found = false;
        Sink extra(false);
        for (size_t n = 0; n < scenes.size(); n++) {
            if (cases[n].reaches) continue;
            extra.clear();
            company->observe_certain(n, extra);
            if (extra.numbers.empty() || alone[n] + score_of(extra, *cases[n].weights) < needed(*cases[n].weights) || !is_candidate(n)) continue;
            look_at_all(n);
            found = cases[n].reaches = true;
        }
        return found;
    }

    // Looks further where it is open which of two candidates that overlap is the stronger, if anyone asks how many of
    // their sort are harmless.
    bool settle_order() {
        std::set<Kin> kin;
        std::set<Form> forms;
        for (size_t n = 0; n < scenes.size(); n++) {
            if (!cases[n].reaches || scenes[n].kind() == Kind::SAME) continue;
            if ((*cases[n].weights)[Rules::get().harmless_kin] != 0.0) kin.insert(company->kin_of(n));
            if ((*cases[n].weights)[Rules::get().harmless_alike] != 0.0) forms.insert(Company::form_of(scenes[n]));
        }
        if (kin.empty() && forms.empty()) return false;
        bool found = false;
        for (size_t first = 0, last; first < scenes.size(); first = last) {
            bool asked = false;
            int end = scenes[first].candidate.end;
            for (last = first; last < scenes.size() && (last == first || scenes[last].candidate.start < end); last++) {
                end = std::max(end, scenes[last].candidate.end);
                asked = asked || (Company::counts_as_harmless(scenes[last]) && (kin.count(company->kin_of(last)) || forms.count(Company::form_of(scenes[last]))));
            }
            if (asked && settle(first, last)) found = true;
        }
        return found;
    }

    // The same among candidates that overlap in one heap: each whose score may be that of another is looked at to the end.
    bool settle(size_t first, size_t last) {
        std::vector<size_t>& order = scratch;
        order.clear();
        bool found = false;
        for (size_t n = first; n < last; n++) {
            if (is_candidate(n)) {
                order.push_back(n);
            } else {
                alone[n] = -INFINITY;
                found = true;
            }
        }
        std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return cases[a].score.low < cases[b].score.low; });
        for (size_t at = 0, behind; at < order.size(); at = behind) {
            double high = cases[order[at]].score.high;
            for (behind = at + 1; behind < order.size() && cases[order[behind]].score.low <= high + Bounds::MARGIN; behind++) high = std::max(high, cases[order[behind]].score.high);
            if (behind == at + 1 && cases[order[at]].score.low > LEAST + Bounds::MARGIN) continue;
            for (size_t n = at; n < behind; n++) {
                found = found || !cases[order[n]].known();
                look_at_all(order[n]);
            }
        }
        return found;
    }
    std::vector<size_t> scratch;

    std::vector<Evidence> listing(size_t n, const Sink& extra) const {
        const Case& one = cases[n];
        Listing listing(*one.weights);
        for (int part = 0; part < part::MANY; part++) listing.add(sink, one.starts[part], one.ends[part]);
        listing.add(extra, 0, extra.numbers.size());
        return listing.done();
    }

    Judged judged(size_t n, std::vector<Evidence> evidence) const {
        const Candidate& candidate = scenes[n].candidate;
        return {candidate.start, candidate.end, candidate.source, label_of(scenes[n]), std::move(evidence)};
    }
};

} // namespace

std::vector<Judged> judge(const Page& page, const Weights& weights, double floor) {
    Judgement judgement(page, weights, floor);
    std::vector<Judged> found = judgement.reaching();
    for (size_t n = 0; n < found.size(); n++) found[n] = judgement.explained(n);
    return found;
}

std::vector<Judged> winners(const Page& page, const Weights& weights, double floor) {
    Judgement judgement(page, weights, floor);
    std::vector<Judged> reaching = judgement.reaching(), found;
    std::vector<Span> spans;
    std::vector<double> ranks;
    for (const Judged& one : reaching) {
        double score = one.score();
        spans.push_back({one.start, one.end});
        ranks.push_back(score < floor && one.source == Source::PIECE ? score - load_double("cleaner", "LESS_ASKED_ABOUT") : score);
    }
    for (int n : strongest(spans, ranks, floor)) found.push_back(judgement.explained(static_cast<size_t>(n)));
    return found;
}

} // namespace scrub
