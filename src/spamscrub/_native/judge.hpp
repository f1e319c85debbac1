// Candidates, reasons and scores (candidates.py, reasons.py, judgement.py).
#pragma once
#include "scene.hpp"

namespace scrub {

std::vector<Candidate> candidates(const Page& page);  // those of sentences worth opening, in order of position
bool has_reason(const Scene& scene);

// For each kind of candidate with and without words of a pack the weight of each evidence, by its number.
class Weights {
  public:
    explicit Weights(PyObject* tables); // a mapping of mappings, as in weights.toml
    const std::vector<double>& of(const Scene& scene) const { return tables[static_cast<int>(scene.kind()) * 2 + scene.speaks_as_ads_do()]; }

  private:
    std::vector<double> tables[8];
};

struct Evidence {
    int feature;
    double weight;
    std::string detail;
};

struct Judged {
    int start, end;
    Source source;
    int label; // a pack's number, or one of the following
    std::vector<Evidence> evidence;

    double score() const;
};
enum Label { FOREIGN_RUN = -1, FOREIGN_LATIN = -2, FOREIGN_LANGUAGE = -3 };

std::string label_name(const Matcher& matcher, int label);
const char* source_name(Source source);
std::vector<Judged> judge(const Page& page, const Weights& weights, double floor);   // all that reach the floor; they overlap
std::vector<Judged> winners(const Page& page, const Weights& weights, double floor); // of those that overlap the strongest

} // namespace scrub
