// What an ad asks its reader to turn to: addresses of sites, handles, telephone numbers, codes of a messenger (contacts.py).
#pragma once
#include <functional>
#include <string>
#include <unordered_set>

#include "base.hpp"

namespace scrub {

std::vector<Span> contacts_in(View text);                      // contacts.contacts
unsigned sort_of_contact(View contact);                        // contacts.sort_of: one bit for each sort
Text without(View text, const std::vector<Span>& spans);       // contacts.without
int contact_behind(View text, int at, int end);                // contacts.behind: where it ends; -1 where there is none
int contact_before(View text, int start, int at);              // contacts.before: where it begins; -1 where there is none
// The matches of contacts.SITE; `bytes`: the same text, where it is all ASCII and they are at hand.
void each_site(View text, const unsigned char* bytes, const std::function<void(Span)>& each);
const std::unordered_set<std::string>& site_words();           // contacts.site_words
std::string site_name(View address);                           // contacts.site_name

} // namespace scrub
