// The n-grams of words with their log-probabilities, as spamscrub.language gives them, and the sums over them.
#pragma once
#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <limits>
#include <string>
#include <unordered_map>
#include <vector>

#include "base.hpp"
#include "load.hpp"

namespace scrub::lang {

using Gram = uint64_t; // one to three characters, 21 bits each

inline Gram gram(Char a, Char b = 0, Char c = 0) { return a | static_cast<Gram>(b) << 21 | static_cast<Gram>(c) << 42; }
inline int length_of(Gram g) { return g >> 42 ? 3 : g >> 21 ? 2 : 1; }

// language._ngrams, in its order.
template <class Each> void each_gram(View word, Each each) {
    size_t size = word.size();
    auto padded = [&](size_t at) { return at == 0 || at > size ? U' ' : word[at - 1]; };
    for (Char c : word) each(gram(c));
    for (size_t at = 0; at <= size; at++) each(gram(padded(at), padded(at + 1)));
    for (size_t at = 0; at < size; at++) each(gram(padded(at), padded(at + 1), padded(at + 2)));
}

struct MixedBits {
    size_t operator()(Gram key) const {
        key *= 0x9e3779b97f4a7c15ull;
        key ^= key >> 32;
        key *= 0x9e3779b97f4a7c15ull;
        return key ^ key >> 29;
    }
};

constexpr size_t MOST_FIELDS = 64;

// A packed cost of language.PackedCosts: the fields of 32 bits, the last one being the letters.
using Fields = std::array<int64_t, MOST_FIELDS>;

// How often each of some profiles has an n-gram, for all n-grams at once: those of one are found in one place.
class GramShares {
  public:
    struct Share {
        double often;
        uint32_t column, next; // of the same n-gram: its number, from 1; 0 for none
    };

    bool empty() const { return shares.empty(); }
    void add(Gram key, size_t column, double often) {
        if ((used + 1) * 2 > slots.size()) grow();
        Slot& slot = slots[place(key)];
        used += !slot.first;
        shares.push_back({often, static_cast<uint32_t>(column), slot.first});
        slot = {key, static_cast<uint32_t>(shares.size())};
    }
    template <class Each> void each(Gram key, Each each) const {
        for (uint32_t number = slots[place(key)].first; number; number = shares[number - 1].next) each(shares[number - 1]);
    }

  private:
    struct Slot {
        Gram key = 0;
        uint32_t first = 0;
    };
    std::vector<Slot> slots = std::vector<Slot>(1 << 16);
    std::vector<Share> shares;
    size_t used = 0;

    size_t place(Gram key) const {
        size_t at = MixedBits()(key) & (slots.size() - 1);
        while (slots[at].first && slots[at].key != key) at = (at + 1) & (slots.size() - 1);
        return at;
    }
    void grow() {
        std::vector<Slot> old(slots.size() * 2);
        old.swap(slots);
        for (const Slot& slot : old)
            if (slot.first) slots[place(slot.key)] = slot;
    }
};

// The profiles of one open script.
class Grams {
  public:
    Grams(std::string script, std::vector<std::string> languages) : script(std::move(script)), languages(std::move(languages)) {
        if (count() + 1 > MOST_FIELDS) throw Unsupported("more languages in one script than there is room for");
        steps = load_double("language", "STEPS");
    }

    const std::string script;
    const std::vector<std::string> languages;
    size_t count() const { return languages.size(); }
    size_t stride() const { return (count() + 1 + 7) / 8 * 8; } // of the costs of a token in memory

    // Log-probabilities by language, or nullptr where no profile knows the n-gram; holds until the next call.
    const double* row(Gram g) {
        if (rows.size() >= MOST_ROWS) rows.clear();
        auto [place, fresh] = rows.try_emplace(g);
        if (fresh) place->second = ask(g);
        return place->second.empty() ? nullptr : place->second.data();
    }

    // Adds what a word of few letters costs to `into`: PackedCosts.word. Many rows are looked up at once: memory is slow to answer.
    void add_word(View word, int32_t* into) {
        constexpr size_t TOGETHER = 32;
        Gram waiting[TOGETHER];
        size_t found = 0;
        auto add = [&] {
            for (size_t n = 0; n < found; n++) costs.expect_row(waiting[n]);
            for (size_t n = 0; n < found; n++) add_row(costs.of(waiting[n], *this), into, stride());
            found = 0;
        };
        each_gram(word, [&](Gram g) {
            costs.expect_slot(g);
            waiting[found++] = g;
            if (found == TOGETHER) add();
        });
        add();
        into[count()] += static_cast<int32_t>(word.size());
    }

    // The same for a word of any length.
    Fields word(View word) {
        Fields found{};
        each_gram(word, [&](Gram g) {
            const uint16_t* row = costs.of(g, *this);
            for (size_t n = 0; row && n < count(); n++) found[n] += row[n];
        });
        settle(found);
        found[count()] |= static_cast<int64_t>(word.size());
        return found;
    }

    template <class Number> static void add_row(const Number* row, int32_t* into, size_t stride) {
        if (!row) return;
        for (size_t at = 0; at < stride; at += 8)
            for (size_t n = at; n < at + 8; n++) into[n] += row[n];
    }

    // A field that overflows goes on in the next one, as in one large integer.
    void settle(Fields& fields) const {
        int64_t carry = 0;
        for (size_t n = 0; n < count(); n++) {
            int64_t sum = fields[n] + carry;
            fields[n] = sum & 0xffffffff;
            carry = sum >> 32;
        }
        fields[count()] += carry;
    }

    // RatioBounds._ahead.
    template <class Number> double ahead(const Number* fields, size_t column) const {
        Number best = std::numeric_limits<Number>::max();
        for (size_t n = 0; n < column; n++) best = std::min(best, fields[n]);
        for (size_t n = column + 1; n < count(); n++) best = std::min(best, fields[n]);
        return static_cast<double>(fields[column] - best + 4 * fields[count()]) / steps;
    }

    // language._word_scores; holds until the next call.
    const std::vector<double>& scores(View word) {
        auto place = word_scores.find(word);
        if (place != word_scores.end()) return place->second;
        if (word_scores.size() >= MOST_WORDS) {
            word_scores.clear();
            words_scored.clear();
        }
        return word_scores[words_scored.emplace_back(word)] = sum_of(word);
    }

    // References are let go without touching them where Python has ended already.
    void abandon() {
        ngrams.release();
        for (Column& column : columns) column.counts.release();
    }

  private:
    // What each n-gram costs, filled when it is first met.
    class Costs {
      public:
        // nullptr where the n-gram costs nothing; holds until the next call.
        const uint16_t* of(Gram g, Grams& grams) {
            size_t at = place(g);
            if (slots[at].key != g) at = add(g, grams.ask(g), grams);
            return slots[at].row == UNKNOWN ? nullptr : &rows[slots[at].row];
        }

        // Have on its way what `of` will read first, and then.
        void expect_slot(Gram g) const { fetch(&slots[home(g)]); }
        void expect_row(Gram g) const {
            const Slot& slot = slots[home(g)];
            if (slot.key == g && slot.row != UNKNOWN) fetch(&rows[slot.row]);
        }

      private:
        static constexpr size_t MOST = 1 << 19;
        static constexpr uint32_t UNKNOWN = UINT32_MAX;
        struct Slot {
            Gram key = 0;
            uint32_t row = UNKNOWN; // where it begins
        };
        std::vector<Slot> slots = std::vector<Slot>(1 << 12);
        std::vector<uint16_t> rows;
        size_t used = 0;

        size_t home(Gram g) const { return MixedBits()(g) & (slots.size() - 1); }

        size_t place(Gram g) const {
            size_t at = home(g);
            while (slots[at].key && slots[at].key != g) at = (at + 1) & (slots.size() - 1);
            return at;
        }

        size_t add(Gram g, const std::vector<double>& row, const Grams& grams) {
            if (used >= MOST) *this = Costs();
            if (used * 2 >= slots.size()) grow();
            size_t at = place(g);
            uint32_t start = row.empty() ? UNKNOWN : static_cast<uint32_t>(rows.size());
            for (double score : row) rows.push_back(small(std::nearbyint(-score * grams.steps)));
            if (!row.empty()) rows.resize(start + grams.stride());
            slots[at] = {g, start};
            used++;
            return at;
        }

        static uint16_t small(double cost) {
            if (!(cost >= 0 && cost <= UINT16_MAX)) throw Unsupported("a cost that is larger than there is room for");
            return static_cast<uint16_t>(cost);
        }

        void grow() {
            std::vector<Slot> old(slots.size() * 2);
            old.swap(slots);
            for (const Slot& slot : old)
                if (slot.key) slots[place(slot.key)] = slot;
        }
    };

    static constexpr size_t MOST_ROWS = 50'000, MOST_WORDS = 8'192;
    Ref ngrams;
    double steps;
    Costs costs;
    std::unordered_map<Gram, std::vector<double>, MixedBits> rows;
    std::deque<Text> words_scored; // what the keys of `word_scores` view
    std::unordered_map<View, std::vector<double>> word_scores;

    std::vector<double> ask(Gram g) {
        if (!ngrams) {
            Ref loaded = load();
            columns = read_columns(loaded.get());
            ngrams = loaded;
        }
        if (!columns.empty() && ++asked > ASKED_SINGLY) return row_of(g);
        Char letters[3] = {static_cast<Char>(g & 0x1fffff), static_cast<Char>(g >> 21 & 0x1fffff), static_cast<Char>(g >> 42)};
        Ref key = to_python(View(letters, static_cast<size_t>(length_of(g))));
        if (!columns.empty()) return row_of(key.get(), static_cast<size_t>(length_of(g)));
        Ref found = Ref::checked(PyObject_GetItem(ngrams.get(), key.get()));
        Ref tuple = Ref::checked(PySequence_Tuple(found.get()));
        std::vector<double> row;
        for (Py_ssize_t n = 0; n < PyTuple_GET_SIZE(tuple.get()); n++) row.push_back(PyFloat_AsDouble(PyTuple_GET_ITEM(tuple.get(), n)));
        if (PyErr_Occurred()) throw PythonError();
        if (!row.empty() && row.size() != count()) throw Unsupported("a profile row of another length");
        return row;
    }

    // language._Rows.__missing__
    std::vector<double> row_of(PyObject* ngram, size_t length) const {
        std::vector<double> row(columns.size(), rarest);
        bool any = false;
        for (size_t n = 0; n < row.size(); n++) {
            PyObject* often = PyDict_GetItemWithError(columns[n].counts.get(), ngram);
            if (!often && PyErr_Occurred()) throw PythonError();
            if (often) row[n] = score_of(PyFloat_AsDouble(often), n, length);
            any = any || often;
        }
        if (PyErr_Occurred()) throw PythonError();
        return any ? row : std::vector<double>();
    }

    // The same out of a table of all of them, which is worth its while where many are asked for.
    std::vector<double> row_of(Gram g) {
        if (shares.empty()) read_shares();
        std::vector<double> row;
        shares.each(g, [&](const GramShares::Share& share) {
            if (row.empty()) row.assign(columns.size(), rarest);
            row[share.column] = score_of(share.often, share.column, static_cast<size_t>(length_of(g)));
        });
        return row;
    }

    double score_of(double often, size_t column, size_t length) const { return std::log(floor + often / columns[column].totals[length - 1]); }

    void read_shares() {
        for (size_t column = 0; column < columns.size(); column++) {
            PyObject *key, *often;
            Py_ssize_t at = 0;
            while (PyDict_Next(columns[column].counts.get(), &at, &key, &often)) {
                Py_ssize_t length = PyUnicode_Check(key) ? PyUnicode_GET_LENGTH(key) : 0;
                if (length < 1 || length > 3) continue; // not asked for
                auto letter = [&](Py_ssize_t n) { return n < length ? PyUnicode_READ_CHAR(key, n) : 0; };
                shares.add(gram(letter(0), letter(1), letter(2)), column, PyFloat_AsDouble(often));
                if (PyErr_Occurred()) throw PythonError();
            }
        }
        if (shares.empty()) throw Unsupported("profiles without n-grams");
    }
    static constexpr size_t ASKED_SINGLY = 2000;
    size_t asked = 0;
    GramShares shares;

    // What the profile of one language says: how often it has each n-gram, and how many of one, two and three letters.
    struct Column {
        Ref counts;
        std::array<double, 3> totals;
    };
    std::vector<Column> columns; // none where the rows are other than those of language._Rows
    double floor = load_double("language", "FLOOR"), rarest = std::log(floor); // the score of what a profile does not have

    std::vector<Column> read_columns(PyObject* rows) const {
        std::vector<Column> found;
        Ref kind = attribute("language", "_Rows");
        if (reinterpret_cast<PyObject*>(Py_TYPE(rows)) != kind.get()) return found;
        Ref all = Ref::checked(PyObject_GetAttrString(rows, "_columns"));
        Ref each = Ref::checked(PySequence_Tuple(all.get()));
        for (Py_ssize_t at = 0; at < PyTuple_GET_SIZE(each.get()); at++) {
            PyObject *counts, *totals;
            Column& column = found.emplace_back();
            if (!PyArg_ParseTuple(PyTuple_GET_ITEM(each.get(), at), "O!O", &PyDict_Type, &counts, &totals)) throw PythonError();
            Py_INCREF(counts);
            column.counts = Ref(counts);
            Ref three = Ref::checked(PySequence_Tuple(totals));
            if (!PyArg_ParseTuple(three.get(), "ddd", &column.totals[0], &column.totals[1], &column.totals[2])) throw PythonError();
        }
        if (found.size() != count()) throw Unsupported("profiles of another number of languages");
        return found;
    }

    Ref load() {
        Ref profiles = attribute("language", "_profiles");
        Ref own = Ref::checked(PyObject_CallFunction(profiles.get(), "s", script.c_str()));
        return Ref::checked(PyObject_GetAttrString(own.get(), "ngrams"));
    }

    std::vector<double> sum_of(View word) {
        std::vector<Sum> sums(count());
        each_gram(word, [&](Gram g) {
            const double* known = row(g);
            for (size_t n = 0; known && n < count(); n++) sums[n].add(known[n]);
        });
        std::vector<double> found;
        for (const Sum& sum : sums) found.push_back(sum.value());
        return found;
    }
};

// A number for each n-gram, from 0 in the order in which they are met.
class GramNumbers {
  public:
    static constexpr uint32_t NONE = ~0u;

    uint32_t add(Gram key) {
        if (keys.size() * 2 >= slots.size()) grow();
        uint32_t& slot = slots[place(key)];
        if (!slot) {
            keys.push_back(key);
            slot = static_cast<uint32_t>(keys.size());
        }
        return slot - 1;
    }
    uint32_t of(Gram key) const { return slots.empty() ? NONE : slots[place(key)] - 1; } // NONE for one that was never met
    size_t size() const { return keys.size(); }
    void clear() {
        keys.clear();
        slots.clear();
    }

  private:
    std::vector<Gram> keys;
    std::vector<uint32_t> slots; // number of the key, from 1; 0 for none

    size_t place(Gram key) const {
        size_t at = MixedBits()(key) & (slots.size() - 1);
        while (slots[at] && keys[slots[at] - 1] != key) at = (at + 1) & (slots.size() - 1);
        return at;
    }

    void grow() {
        slots.assign(slots.empty() ? 4096 : slots.size() * 2, 0);
        for (size_t n = 0; n < keys.size(); n++) slots[place(keys[n])] = static_cast<uint32_t>(n + 1);
    }
};

// How often each n-gram was seen, in the order in which they were first seen.
class GramCounts {
  public:
    struct Entry {
        Gram key;
        int times;
    };

    void add(Gram key, int times) {
        if (entries.size() * 2 >= slots.size()) grow();
        uint32_t& slot = slots[place(key)];
        if (!slot) {
            entries.push_back({key, 0});
            slot = static_cast<uint32_t>(entries.size());
        }
        entries[slot - 1].times += times;
        totals[length_of(key) - 1] += times;
    }

    int of(Gram key) const {
        uint32_t slot = slots.empty() ? 0 : slots[place(key)];
        return slot ? entries[slot - 1].times : 0;
    }

    const std::vector<Entry>& all() const { return entries; }
    std::array<long, 3> totals{};

  private:
    std::vector<Entry> entries;
    std::vector<uint32_t> slots; // number of the entry, from 1; 0 for none

    size_t place(Gram key) const {
        size_t at = MixedBits()(key) & (slots.size() - 1);
        while (slots[at] && entries[slots[at] - 1].key != key) at = (at + 1) & (slots.size() - 1);
        return at;
    }

    void grow() {
        slots.assign(slots.empty() ? 256 : slots.size() * 2, 0);
        for (size_t n = 0; n < entries.size(); n++) slots[place(entries[n].key)] = static_cast<uint32_t>(n + 1);
    }
};

} // namespace scrub::lang
