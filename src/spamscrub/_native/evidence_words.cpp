// classifiers/wording.py and lexicon.py: the language of a piece, its vocabulary, and the words of packs in it.
#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

#include "evidence.hpp"

namespace scrub {

namespace {

struct Words {
    double CLEARLY = load_double("classifiers.scene", "CLEARLY");
    int PROSE = load_int("classifiers.scene", "PROSE"), TELLING_LETTERS = load_int("classifiers.lexicon", "TELLING_LETTERS"), REACH = load_int("classifiers.lexicon", "REACH");
    int FEW = load_int("classifiers.lexicon", "FEW");
    static const Words& get() {
        static const auto* words = new Words();
        return *words;
    }
};

// -- wording.py -------------------------------------------------------------------------------------------------------

// Whether the host's words before and behind it, without it, are in the host's language.
void see_rest(Seen& seen) {
    Text joined(seen.before);
    joined.append(seen.after);
    bool host = seen.page.model.prefers_host(strip(joined).substr(0, 200));
    seen.add(host ? saw::REST_IS_HOST : saw::REST_IS_FOREIGN, 1.0, "the line without it");
}

// Whether many different lines without a word of ads are not in the host's language.
void see_peers(Seen& seen) {
    static const int FEW_PEERS = load_int("classifiers.scene", "FEW_PEERS");
    if (int peers = seen.page.foreign_peers(seen.line()); peers > FEW_PEERS)
        seen.add(saw::FOREIGN_PEERS, std::min(3.0, std::log2(static_cast<double>(peers) / FEW_PEERS)), [&] { return shown(peers) + " different lines without a word of ads are not in the host's language"; });
}

// Whether lines in Latin letters stand around it, as in a list of titles or names.
void see_latin_near(Seen& seen) {
    if (int near = seen.page.latin_near(seen.line()); near > 1)
        seen.add(saw::LATIN_NEAR, std::min(3.0, std::log2(static_cast<double>(near))), [&] { return shown(near) + " different lines near it are in Latin letters and hold no word of ads"; });
}

// How many other lines of prose are in its language.
void see_others(Seen& seen, const std::string& language, bool latin) {
    if (int others = seen.page.others_in(language, latin, seen.line()))
        seen.add(saw::LANGUAGE_OF_OTHERS, std::min(3.0, std::log2(1.0 + others)), [&] { return shown(others) + " other lines of prose are in its language"; });
}

void see_language(Seen& seen) {
    const HostModel& model = seen.page.model;
    double ratio = model.ratio(seen.text);
    if (ratio == 0) return;
    std::string other = ratio > 0 || seen.sink.explains ? model.best_other(seen.text) : std::string();
    auto told = [&] { return other + " against the host: " + shown(ratio, 'f', 1, true) + " nats"; };
    if (ratio < 0) return seen.add(saw::HOST_LANGUAGE, std::min(4.0, -ratio / 10), told);
    seen.add(saw::FOREIGN_LANGUAGE, std::min(4.0, ratio / 10), told);
    see_peers(seen);
    see_others(seen, other, false);
    if (other == "en") seen.add(saw::ENGLISH_GUEST, 1.0, "English, as titles and quotations often are");
    if (ratio >= Words::get().CLEARLY) {
        seen.add(saw::CLEARLY_FOREIGN, 1.0, told);
        if (in_a_slot(seen.scene)) seen.add(saw::CLEARLY_FOREIGN_IN_SLOT, 1.0, "and stands where the host's own text goes on unhurt without it");
    }
    double rate = ratio / static_cast<double>(seen.text.size());
    seen.add(saw::FOREIGN_LANGUAGE_RATE, std::min(2.0, rate), [&] { return shown(rate, 'f', 2) + " nats a character"; });
    if (seen.where.position != Position::OWN_LINE) see_rest(seen);
}

// Words in Latin letters of another language than English: no term of the trade, as English words often are.
void see_guest_language(Seen& seen) {
    auto [known, fresh] = seen.notes.guests.try_emplace(seen.text);
    if (fresh) known->second = seen.page.model.guest_language(seen.text);
    const HostModel::Guest& guest = known->second;
    if (guest.words < 2 || guest.ahead < Words::get().CLEARLY) return;
    seen.add(saw::GUEST_NOT_ENGLISH, std::min(3.0, guest.ahead / 10), [&] { return guest.language + " against English: " + shown(guest.ahead, 'f', 1, true) + " nats"; });
    see_others(seen, guest.language, true);
}

// How much of its vocabulary is the host's own.
void see_own_vocabulary(Seen& seen) {
    std::vector<View> words;
    words.reserve(16);
    each_run_of_letters(seen.lowered(), [&](View word) {
        if (word.size() > 1) words.push_back(word);
    });
    if (words.empty()) return;
    bool prose = seen.scene.line.end - seen.scene.line.start >= Words::get().PROSE;
    int size = static_cast<int>(words.size()), known = 0;
    std::unordered_map<View, int> own; // of many words; few are counted one by one
    constexpr size_t FEW = 24;
    if (prose && words.size() > FEW)
        for (View each : words) own[each]++;
    for (View each : words) {
        int times = seen.page.words(each);
        if (times && prose && times <= size) times -= words.size() > FEW ? own[each] : static_cast<int>(std::count(words.begin(), words.end(), each));
        known += times > 0;
    }
    double share = static_cast<double>(known) / size;
    seen.add(saw::WORDS_NEW, 1.0 - share, [&] { return shown(size - known) + " of " + shown(size) + " words stand nowhere else in the prose"; });
    if (size == known) seen.add(saw::WORDS_KNOWN, 1.0, "every word stands elsewhere too");
}

// -- lexicon.py -------------------------------------------------------------------------------------------------------

// Its hits of every role but `part`, and what is said of them.
struct Telling {
    explicit Telling(const std::vector<Hit>& all) {
        for (const Hit& hit : all) {
            if (hit.role == PART) continue;
            hits.push_back(hit);
            if (!first[hit.role]++) seen[hit.role] = hit;
            if (hit.role == AD) ads.push_back(hit);
        }
    }
    std::vector<Hit> hits, ads;
    int first[5] = {}; // how many of each role
    Hit seen[5];       // the first of each role
    bool holds(Role role) const { return first[role]; }

    // The pack of most hits, the first of them where several have as many.
    int label() const {
        int best = -1, most = 0;
        std::map<uint16_t, int> times;
        for (const Hit& hit : hits) times[hit.pack]++;
        for (const Hit& hit : hits)
            if (times[hit.pack] > most) best = hit.pack, most = times[hit.pack];
        return best;
    }
};

constexpr size_t MANY_LETTERS = 64; // are counted together

bool in_slot(Position position) { return position <= Position::FIELD; }

// How many hits stand side by side, not inside each other.
int apart(std::vector<Hit> hits) {
    std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) { return a.end != b.end ? a.end < b.end : a.start > b.start; });
    int found = 0, end = -1;
    for (const Hit& hit : hits)
        if (hit.start >= end) found++, end = hit.end;
    return found;
}

// CAPITAL.match
bool begins_with_capital(View text) {
    for (Char c : text) {
        uint64_t own = traits(c);
        if (own & (trait::LETTER | trait::NUMBER)) return own & trait::CAPITAL;
    }
    return false;
}

// SEPARATING.search
bool has_separating(View text) {
    for (size_t at = 0; at < text.size(); at++) {
        if (has(text[at], trait::SEPARATING)) return true;
        if (text[at] == '%' && is_at(text, at + 1, '%')) return true;
        if (text[at] == '-' && ((at && has(text[at - 1], trait::WHITE)) || has_at(text, at + 1, trait::WHITE))) return true;
    }
    return false;
}

// How many letters of `text` may be the host's: in one of another script those of Latin words that its prose has too.
int strays_of(Seen& seen, View text) {
    if (!seen.latin()) return ink(text);
    int found = 0;
    each_run_of_letters(text, [&](View word) { found += seen.is_known(word) ? static_cast<int>(word.size()) : 0; });
    return found;
}

// Letters before the first or behind the last word of ads: the host's, where a capital or a sign sets them off.
void see_stray(Seen& seen) {
    int first = seen.scene.candidate.end, last = 0;
    for (const Hit& hit : seen.scene.hits()) first = std::min(first, hit.start), last = std::max(last, hit.end);
    first -= seen.scene.candidate.start, last -= seen.scene.candidate.start;
    std::vector<Span> before, behind;
    for (const Span& span : seen.scene.contacts()) {
        if (span.end <= first) before.push_back(span);
        else if (span.start >= last) behind.push_back({span.start - last, span.end - last});
    }
    Text head = without(seen.text.substr(0, first), before), tail = without(seen.text.substr(last), behind);
    View core = seen.text.substr(first, last - first);
    int ahead = strays_of(seen, head), behind_it = strays_of(seen, tail), letters = std::max(ahead, behind_it);
    if (!letters) return;
    seen.add(saw::LEXICON_STRAY, std::log2(static_cast<double>(1 + letters)), [&] { return shown(letters) + " letters at its ends are no words of ads"; });
    if (std::min(ahead, behind_it) >= Words::get().FEW) seen.add(saw::STRAY_BOTH, 1.0, "at both of them");
    if (!core.empty() && is_lower(core[0]) && (begins_with_capital(head) || begins_with_capital(tail)))
        seen.add(saw::STRAY_CAPITAL, 1.0, "a capital where they begin, and the words of ads are in lower case");
    if (has_separating(head) || has_separating(tail)) seen.add(saw::STRAY_SIGN, 1.0, "a sign between them and the words of ads");
}

void see_roles(Seen& seen, const Telling& telling) {
    static constexpr std::pair<Role, int> ROLES[] = {{AD, saw::LEXICON_AD}, {TRADE, saw::LEXICON_TRADE}, {OFFER, saw::LEXICON_OFFER}, {CONTACT, saw::LEXICON_CONTACT}};
    for (auto [role, feature] : ROLES) {
        if (!telling.holds(role)) continue;
        const Hit& hit = telling.seen[role];
        seen.add(feature, 1.0, [&, hit = hit] { return seen.page.matcher.pack_name(telling.label()) + ": " + shown(seen.page.document.piece(hit.start, hit.end)); });
    }
    if (telling.holds(TRADE) && (telling.holds(OFFER) || telling.holds(CONTACT)))
        seen.add(saw::LEXICON_TRADE_AND_OFFER, 1.0, "names the goods and makes an offer");
}

void see_covered(Seen& seen, const Telling& telling) {
    int start = seen.scene.candidate.start;
    const std::vector<Hit>& all = seen.scene.hits();
    double covered = seen.scene.covered();
    seen.add(saw::LEXICON_COVERAGE, 2 * covered - 1, [&] { return percent(covered) + " of its letters are words of ads"; });
    double ads = telling.ads.empty() ? 0.0 : coverage(seen.text, start, telling.ads, seen.scene.contacts());
    if (ads > 0.9) seen.add(saw::LEXICON_AD_WHOLE, 1.0, "an advertisement from end to end");
    see_stray(seen);
    double letters = covered * seen.scene.inked();
    seen.add(saw::LEXICON_LETTERS, std::min(3.0, letters / 10), [&] { return shown(letters, 'f', 0) + " letters of words of ads"; });
    if (covered <= 0.95) return;
    seen.add(saw::LEXICON_WHOLE, 1.0, "made of such words alone");
    bool several = apart(all) >= 2;
    if (several) seen.add(saw::LEXICON_WHOLE_SEVERAL, 1.0, "made of several such words");
    if ((several || ads > 0.9) && (telling.holds(TRADE) || telling.holds(AD)) && in_slot(seen.where.position))
        seen.add(saw::LEXICON_IN_SLOT, 1.0, "a whole ad where ads are put");
}

// The same trade's words in prose elsewhere: then the author writes about it.
void see_topic(Seen& seen, const Telling& telling) {
    int spoken = 0;
    for (const Hit& hit : telling.hits)
        if (const std::set<int>* lines = seen.page.spoken(hit.pack)) spoken = std::max(spoken, static_cast<int>(lines->size() - lines->count(seen.line())));
    if (spoken)
        seen.add(saw::TOPIC, std::min(4.0, std::log2(static_cast<double>(1 + spoken))), [&] { return shown(spoken) + " other lines speak of this trade in prose"; });
}

bool has_pack(const std::vector<Hit>& hits, uint16_t pack) {
    return std::any_of(hits.begin(), hits.end(), [&](const Hit& hit) { return hit.pack == pack; });
}

// More words of ads stand directly beside the candidate, or one is cut in two.
void see_cut_off(Seen& seen) {
    const std::vector<Hit>& hits = seen.page.hits(seen.line());
    if (hits.empty()) return;
    int start = seen.scene.candidate.start, end = seen.scene.candidate.end, near = 0;
    auto begins_before = [](const Hit& hit, int at) { return hit.start < at; };
    auto hit = std::lower_bound(hits.begin(), hits.end(), start - Words::get().REACH, begins_before);
    for (; hit != hits.end() && hit->start < end + 3; ++hit) {
        bool inside = hit->start >= start && hit->end <= end;
        if (inside || (hit->role == PART && !has_pack(seen.scene.hits(), hit->pack))) continue;
        if ((hit->start >= end && hit->start - end <= 2) || (hit->end <= start && start - hit->end <= 2)) near = std::max(near, hit->role == PART ? 1 : 2);
        else if ((hit->start < start && start < hit->end) || (hit->start < end && end < hit->end)) near = 3;
    }
    static constexpr int FEATURES[] = {0, saw::PART_BESIDE, saw::LEXICON_BESIDE, saw::CUTS_PHRASE};
    if (near) seen.add(FEATURES[near], 1.0, "more words of ads beside it");
}

} // namespace

bool in_a_slot(const Scene& scene) {
    if (ends_as_sentence(scene.text)) return false;
    const Placement& where = scene.placement();
    Position position = where.position;
    bool opens = position == Position::OWN_LINE || position == Position::HEAD || position == Position::BOUNDARY || (position == Position::TAIL && where.after_stop);
    if (!opens) return false;
    Follows follows = where.follows;
    return follows == Follows::END || follows == Follows::MARKER || follows == Follows::CAPITAL || follows == Follows::QUOTE || follows == Follows::DIGIT;
}

double worded(const Scene& scene) {
    int covered = scene.page.letters_of_ads(scene.candidate.line, Span{scene.candidate.start, scene.candidate.end});
    return covered >= Words::get().TELLING_LETTERS ? static_cast<double>(covered) / std::max(1, scene.inked()) : 0.0;
}

// Letters are counted as far as that settles it.
bool is_worded(const Scene& scene, double share) {
    int covered = scene.page.letters_of_ads(scene.candidate.line, Span{scene.candidate.start, scene.candidate.end}), inked = 0;
    if (covered < Words::get().TELLING_LETTERS) return false;
    for (size_t at = 0; at < scene.text.size(); at += MANY_LETTERS) {
        inked += ink(scene.text.substr(at, MANY_LETTERS));
        if (static_cast<double>(covered) / std::max(1, inked) < share) return false;
    }
    return true;
}

void see_wording(Seen& seen) {
    if (seen.same()) see_language(seen);
    if (seen.latin()) see_guest_language(seen), see_latin_near(seen);
    if (seen.same() || seen.latin()) see_own_vocabulary(seen);
}

void see_lexicon(Seen& seen) {
    if (!seen.scene.hits().empty()) {
        Telling telling(seen.scene.hits());
        if (!telling.hits.empty()) {
            see_roles(seen, telling);
            see_covered(seen, telling);
            see_topic(seen, telling);
            if (seen.scene.speaks_as_ads_do()) {
                see_woven_in(seen);
                if (seen.where.position == Position::MIDDLE) see_joint(seen);
            }
        }
    }
    if ((seen.same() || seen.latin()) && !seen.scene.speaks_as_ads_do()) {
        double share = worded(seen.scene);
        if (share) seen.add(saw::AD_VOCABULARY, share, [&] { return percent(share) + " of its letters are words that ads use"; });
    }
    see_cut_off(seen);
}

} // namespace scrub
