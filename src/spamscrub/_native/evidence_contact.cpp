// classifiers/contact.py: what the reader is to turn to, and what trade the name of a site speaks of.
#include <algorithm>

#include "evidence.hpp"
#include "load.hpp"

namespace scrub {

namespace {

// Whether a contact stands directly beside the candidate in its line.
bool is_beside_contact(Seen& seen) {
    View whole = seen.page.document.text;
    const Candidate& own = seen.scene.candidate;
    return contact_behind(whole, own.end, seen.scene.line.end) >= 0 || contact_before(whole, seen.scene.line.start, own.start) >= 0;
}

// How many of the lines around hold a contact of the sort that it begins or ends with.
int listed(Seen& seen, const std::vector<Span>& contacts) {
    static const int NEAR = load_int("classifiers.contact", "NEAR");
    int sorts = 0, found = 0;
    for (const Span& one : contacts)
        if (one.start == 0 || one.end == static_cast<int>(seen.text.size())) sorts |= sort_of_contact(seen.text.substr(one.start, one.end - one.start));
    for (int line = seen.line() - NEAR; sorts && line <= seen.line() + NEAR; line++)
        if (line != seen.line() && (seen.notes.contacts_in_line(seen.page, line) & sorts)) found++;
    return found;
}

} // namespace

void see_contact(Seen& seen) {
    const std::vector<Span>& contacts = seen.scene.contacts();
    if (!contacts.empty()) {
        Span first = contacts.front();
        seen.add(saw::HAS_CONTACT, 1.0, [&] { return "names a contact: " + shown(seen.text.substr(static_cast<size_t>(first.start), static_cast<size_t>(first.end - first.start))); });
        if (contacts.size() == 1 && first.start == 0 && first.end == static_cast<int>(seen.text.size())) {
            static const auto* LINK = new Regex(load_regex("classifiers.contact", "LINK"));
            seen.add(saw::CONTACT_ALONE, 1.0, "a contact and no more");
            const std::vector<Hit>& hits = seen.scene.hits();
            bool names_trade = seen.scene.trade_address() || std::any_of(hits.begin(), hits.end(), [](const Hit& hit) { return hit.role != CONTACT && hit.role != PART; });
            if (!names_trade && LINK->match(seen.text)) seen.add(saw::PLAIN_LINK, 1.0, "the address of a page, and its site's name speaks of no trade");
        }
    }
    if (int lines = listed(seen, contacts)) seen.add(saw::CONTACT_LISTED, std::min(4, lines), [&] { return "contacts of the same sort on " + shown(lines) + " lines near it"; });
    if (is_beside_contact(seen)) seen.add(saw::CONTACT_BESIDE, 1.0, "a contact directly beside it");
    if (double share = seen.scene.trade_address()) seen.add(saw::TRADE_ADDRESS, share, [&] { return percent(share) + " of a site's name is a word of the trade"; });
}

} // namespace scrub
