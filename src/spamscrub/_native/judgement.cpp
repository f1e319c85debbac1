// Scores for the candidates of a document: each alone first, then in the light of what is already certain (judgement.py).
#include <algorithm>
#include <cmath>
#include <map>

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
    std::map<int, int> letters;
    for (const Hit& hit : scene.hits())
        if (hit.role != PART) letters[hit.pack] += hit.end - hit.start;
    if (!letters.empty()) {
        auto best = letters.begin(); // packs are numbered by name, so the first of equals is the one wanted
        for (auto it = letters.begin(); it != letters.end(); ++it)
            if (it->second > best->second) best = it;
        return best->first;
    }
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
        for (int n : strongest(spans, alone, -99.0)) count(n);
        for (size_t n = 0; n < scenes.size(); n++)
            if (alone[n] >= rules.CERTAIN && !scenes[n].hits().empty()) lean.push_back({span_of(n), scenes[n].strays()});
    }

    void observe(size_t n, Sink& sink) const {
        const Scene& scene = scenes[n];
        int line = scene.candidate.line;
        bool foreign = scene.kind() != Kind::SAME;
        auto lines = certain_by_kin.find(kin[n]);
        int friends = lines == certain_by_kin.end() ? 0 : static_cast<int>(lines->second.size() - lines->second.count(line));
        if (friends && !beaten(span_of(n), sure))
            sink.add(rules.campaign, std::min(rules.MOST_CAMPAIGN, std::log2(1.0 + friends)), [&] { return std::to_string(friends) + " certain ads of its kind elsewhere"; });
        double weight = foreign ? backing_of(n, line) : 0.0;
        if (weight > 0 && !beaten(span_of(n), backers))
            sink.add(rules.campaign_likely, std::min(rules.MOST_CAMPAIGN, std::log2(1 + weight)), [&] { return "likely ads of its kind elsewhere weigh " + decimal(weight, 1); });
        bool own_line = !certain_lines.empty() && scene.placement().position == Position::OWN_LINE;
        if (own_line && (certain_lines.count(line - 1) || certain_lines.count(line + 1)))
            sink.add(rules.campaign_beside, 1.0, [] { return std::string("the line beside it is certainly an ad"); });
        int excess = scene.hits().empty() ? 0 : excess_of(span_of(n), scene.strays());
        if (excess > rules.MOST_STRAY)
            sink.add(rules.holds_certain, 1.0, [&] { return "a certain ad inside it does without " + std::to_string(excess) + " letters that are no words of ads"; });
        if (!foreign) return;
        int same = many(harmless, kin[n]), alike_ones = many(alike, form_of(scene));
        if (same > 2) sink.add(rules.harmless_kin, std::min(4.0, std::log2(static_cast<double>(same))), [&] { return std::to_string(same) + " of its kind look harmless"; });
        if (alike_ones > 1) sink.add(rules.harmless_alike, std::min(3.0, std::log2(static_cast<double>(alike_ones))), [&] { return std::to_string(alike_ones) + " harmless ones look like it"; });
    }

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
    std::map<Kin, std::map<int, double>> backing; // lines with likely ads in the order in which Python meets them: that of the text
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

    static Form form_of(const Scene& scene) {
        bool small = !scene.text.empty() && is_lower(scene.text[0]);
        return static_cast<int>(scene.kind()) * 4 + small * 2 + (scene.text.find(U' ') != View::npos);
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
        if (alone[n] < rules.HARMLESS && scene.placement().position != Position::MIDDLE) {
            harmless[kin[n]]++;
            alike[form_of(scene)]++;
        }
        if (alone[n] >= rules.LIKELY && scene.kind() != Kind::SAME) {
            backers.push_back(span_of(n));
            double& most = backing[kin[n]][line];
            most = std::max(most, std::min(alone[n] - rules.LIKELY, rules.CERTAIN));
        }
    }

    double backing_of(size_t n, int line) const {
        auto found = backing.find(kin[n]);
        Sum sum;
        if (found != backing.end())
            for (auto [number, much] : found->second)
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

double score_of(const Sink& sink, const std::vector<double>& weights) {
    Sum sum;
    for (size_t n = 0; n < sink.numbers.size(); n++) sum.add(weights[sink.numbers[n]] * sink.values[n]);
    return sum.value();
}

// What says something, the heaviest first.
std::vector<Evidence> evidence_of(const Sink& own, const Sink& extra, const std::vector<double>& weights) {
    std::vector<Evidence> found{{Rules::get().prior, weights[Rules::get().prior], "before anything is seen"}};
    for (const Sink* sink : {&own, &extra})
        for (size_t n = 0; n < sink->numbers.size(); n++) found.push_back({sink->numbers[n], weights[sink->numbers[n]] * sink->values[n], sink->explains ? sink->details[n] : std::string()});
    found.erase(std::remove_if(found.begin(), found.end(), [](const Evidence& one) { return one.weight == 0.0; }), found.end());
    std::stable_sort(found.begin(), found.end(), [](const Evidence& a, const Evidence& b) {
        double x = std::fabs(a.weight), y = std::fabs(b.weight);
        return x != y ? x > y : feature_names()[a.feature] < feature_names()[b.feature];
    });
    return found;
}

void calibrate(Sink& sink) {
    sink.add(Rules::get().calibration, 1.0, [] { return std::string("what no pack knows scores so much too low"); });
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

// The candidates of a document with what is seen in them: each alone, then in the light of the others.
class Judgement {
  public:
    Judgement(const Page& page, const Weights& weights) : page(page), weights(weights) {
        for (const Candidate& candidate : candidates(page)) {
            Scene scene(page, candidate);
            if (has_reason(scene)) scenes.push_back(std::move(scene));
        }
        for (const Scene& scene : scenes) {
            Sink& sink = seen.emplace_back(false);
            observe(scene, sink);
            const auto& table = weights.of(scene);
            alone.push_back(table[Rules::get().prior] + score_of(sink, table));
        }
        company.emplace(scenes, alone, page.matcher);
    }

    // Those that reach the floor, without the words of their evidence; `numbers` says which they are.
    std::vector<Judged> reaching(double floor) {
        std::vector<Judged> found;
        for (size_t n = 0; n < scenes.size(); n++) {
            const auto& table = weights.of(scenes[n]);
            Sink extra(false);
            company->observe(n, extra);
            calibrate(extra);
            if (alone[n] + score_of(extra, table) < floor) continue;
            found.push_back(judged(n, evidence_of(seen[n], extra, table)));
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
        return judged(n, evidence_of(own, extra, weights.of(scenes[n])));
    }

  private:
    const Page& page;
    const Weights& weights;
    std::vector<Scene> scenes;
    std::vector<Sink> seen;
    std::vector<double> alone;
    std::optional<Company> company;
    std::vector<size_t> numbers;

    Judged judged(size_t n, std::vector<Evidence> evidence) const {
        const Candidate& candidate = scenes[n].candidate;
        return {candidate.start, candidate.end, candidate.source, label_of(scenes[n]), std::move(evidence)};
    }
};

} // namespace

std::vector<Judged> judge(const Page& page, const Weights& weights, double floor) {
    Judgement judgement(page, weights);
    std::vector<Judged> found = judgement.reaching(floor);
    for (size_t n = 0; n < found.size(); n++) found[n] = judgement.explained(n);
    return found;
}

std::vector<Judged> winners(const Page& page, const Weights& weights, double floor) {
    Judgement judgement(page, weights);
    std::vector<Judged> reaching = judgement.reaching(floor), found;
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
