// Which language a document is in, and how foreign a piece is to it (language.py, with ProfileIdentifier).
#pragma once
#include <memory>
#include <string>

#include "base.hpp"
#include "document.hpp"

namespace scrub {

class LanguageTables; // what is shared by all documents: words, tokens and n-grams with their costs, filled when first met

// Makes the tables; the profiles are asked of spamscrub.language when an n-gram is first met.
std::shared_ptr<LanguageTables> make_language_tables();

// A token between white space of a document.
struct TokenPlace {
    static constexpr uint32_t NONE = ~0u;
    int start, end;
    uint32_t number; // the same for the same text, as long as the tables do not forget (`TokenPlaces::generation`); NONE for one that is not kept
    uint16_t ink;    // how many letters, marks and digits it has; MUCH for more than that
    uint8_t form;    // what is seen of its signs
    double bound;    // the most that it adds to the ratio of a piece
    static constexpr uint16_t MUCH = 0xffff;
    enum Form : uint8_t {
        JOINS = 1,  // a sentence may end, or an ad begin, inside it
        STOPS = 2,  // a sentence ends with it
        SMALL = 4,  // begins in lower case
        WORDY = 8,  // ends as a word does, without a sign
        ODD = 16,   // holds signs between words
        PAUSE = 32, // ends with signs, but not with those that set an ad off
    };
    bool is(Form one) const { return form & one; }
};

// All tokens of a document in order.
struct TokenPlaces {
    const TokenPlace* first = nullptr;
    size_t count = 0;
    uint64_t generation = 0; // numbers of another generation mean other tokens
};

// HostModel of language.py for one document, with the language that `identify` gives.
class HostModel {
  public:
    HostModel(LanguageTables& tables, const Document& document);
    ~HostModel();

    const char* language() const;  // ISO code, or nullptr
    bool silent() const;           // `ratio` is zero for whatever piece
    bool has_bounds() const;       // `bounds` is not None

    double bound_of_openings(int start, int end, int most_tokens) const; // bounds.of_openings(text[start:end].split(None, most)[:most])
    double bound_of_piece(int start, int end, double enough) const;      // bounds.of_piece(text[start:end].split(), enough)
    double bound_of_tokens(const TokenPlace* first, const TokenPlace* last) const;    // the same of some of `tokens`, and never a rough one
    double ratio(View piece) const;        // ratio(piece), remembered by piece
    bool reaches(View piece, double least) const; // whether it is so much at least, which is more than nothing; quicker
    double ahead(View piece) const;        // ahead(piece)
    bool prefers_host(View piece) const;
    std::string best_other(View piece) const;
    int most_foreign(const std::vector<View>& pieces) const; // -1 for None
    int most_foreign(const std::vector<Span>& pieces) const; // the same for pieces of the document

    // The tokens of the document; none where its script settles the language, or where it has more tokens than are kept.
    TokenPlaces tokens() const;

    // classifiers.wording._guest_language: the words in Latin letters, and the language that explains them best
    struct Guest { int words = 0; std::string language; double ahead = 0.0; };
    Guest guest_language(View text) const;

  private:
    struct State;
    std::unique_ptr<State> state;
};

} // namespace scrub
