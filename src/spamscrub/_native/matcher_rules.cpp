#include "matcher_rules.hpp"

#include <map>

#include "load.hpp"

namespace scrub {
inline namespace matching {

namespace {

constexpr size_t TYPICAL = 80000;

Ref member(PyObject* object, const char* name) { return Ref::checked(PyObject_GetAttrString(object, name)); }

Text text_member(PyObject* object, const char* name) {
    Ref text = member(object, name);
    if (!PyUnicode_Check(text.get())) throw Unsupported("a name that is no text");
    return from_python(text.get());
}

template <class Each> void each_item(PyObject* items, Each each) {
    Ref iterator = Ref::checked(PyObject_GetIter(items));
    while (Ref item{PyIter_Next(iterator.get())}) each(item.get());
    if (PyErr_Occurred()) throw PythonError();
}

std::string utf8(const Text& text) {
    Ref object = to_python(text);
    const char* bytes = PyUnicode_AsUTF8(object.get());
    if (!bytes) throw PythonError();
    return bytes;
}

Role role_of(const Text& name) {
    for (Role role : {AD, CONTACT, OFFER, PART, TRADE}) {
        std::string known = Matcher::role_name(role);
        if (name == Text(known.begin(), known.end())) return role;
    }
    throw Unsupported("an unknown role");
}

} // namespace

// -- patterns ---------------------------------------------------------------------------------------------------------

const Pattern::Prepared& Pattern::prepared() {
    if (!shape.needs.empty()) return shape;
    Ref function = attribute("packs.required", "shape_of");
    Ref told = Ref::checked(PyObject_CallOneArg(function.get(), to_python(source).get()));
    Prepared made;
    made.least = 1 << 30;
    each_item(member(told.get(), "needs").get(), [&](PyObject* need) {
        Need one{static_cast<int>(PyLong_AsLong(member(need, "rare").get())), {}};
        each_item(member(need, "words").get(), [&](PyObject* word) { one.words.push_back(from_python(word)); });
        std::sort(one.words.begin(), one.words.end()); // a set of Python has another order each time
        made.least = std::min(made.least, one.rare);
        made.needs_nothing = made.needs_nothing || (!one.rare && one.words.empty());
        made.needs.push_back(std::move(one));
    });
    made.width = static_cast<int>(PyLong_AsLong(member(told.get(), "width").get()));
    made.looks_ahead = source.find(U"(?=") != Text::npos;
    if (PyErr_Occurred()) throw PythonError();
    if (shape.needs.empty()) shape = std::move(made);
    return shape;
}

bool Pattern::may_match(const Shown& shown, Span stretch) {
    parts.clear();
    if (find_parts(shown, stretch)) return true;
    std::sort(parts.begin(), parts.end());
    for (size_t n = 0; n < parts.size();) {
        Span part = screened(parts[n], stretch);
        for (n++; n < parts.size() && parts[n].start <= part.end; n++) part.end = std::max(part.end, parts[n].end);
        if (passes_screen(shown, part)) return true;
    }
    return false;
}

// What is to be screened for a part of a stretch, to the end of which a pattern may look ahead.
Span Pattern::screened(Span part, Span stretch) { return {part.start, prepared().looks_ahead ? stretch.end : part.end}; }

// Where a match may lie, by what it needs and how long it can be; true where one may lie in the first of these parts.
bool Pattern::find_parts(const Shown& shown, Span stretch) {
    if (prepared().needs_nothing) {
        parts.push_back(stretch);
        return false;
    }
    int rare = shown.rare(stretch.start, stretch.end);
    for (const Need& need : prepared().needs) {
        if (need.rare > rare) continue;
        find_windows(shown, stretch, need.rare, rare);
        for (const Span& window : windows) {
            if (need.words.empty()) parts.push_back(window);
            for (const Text& word : need.words) {
                for (int at = shown.find(window.start, window.end, word); at >= 0; at = shown.find(at + 1, window.end, word)) {
                    bool first = parts.empty();
                    add_parts(shown, window, need, {at, at + static_cast<int>(word.size())});
                    if (first && !parts.empty() && passes_screen(shown, screened(parts[0], stretch))) return true;
                }
            }
        }
    }
    return false;
}

// The parts of a stretch with so many RARE characters near enough to each other for one match; `all` are in the stretch.
void Pattern::find_windows(const Shown& shown, Span stretch, int rare, int all) {
    windows.assign(1, stretch);
    if (!rare || all > MOST_RARE) return;
    int places[MOST_RARE], count = 0, width = prepared().width;
    for (int at = stretch.start - 1; count < all;) places[count++] = at = shown.next_rare(at + 1);
    windows.clear();
    for (int n = 0; n + rare <= count; n++) {
        int end = places[n + rare - 1] + 1;
        if (end - places[n] > width) continue;
        Span window{std::max(stretch.start, end - width), std::min(stretch.end, places[n] + width)};
        if (!windows.empty() && window.start <= windows.back().end) windows.back().end = std::max(windows.back().end, window.end);
        else windows.push_back(window);
    }
}

// The same for one way to match, with a word that stands there.
void Pattern::add_parts(const Shown& shown, Span window, const Need& need, Span word) {
    int width = prepared().width;
    Span all{std::max(window.start, word.end - width), std::min(window.end, word.start + width)};
    int rare = shown.rare(all.start, all.end);
    if (rare < need.rare) return;
    if (!need.rare || rare > MOST_RARE) return parts.push_back(all);
    int places[MOST_RARE], count = 0;
    for (int at = all.start - 1; count < rare;) places[count++] = at = shown.next_rare(at + 1);
    for (int n = 0; n + need.rare <= count; n++) { // so many one behind the other, and the word
        int first = std::min(word.start, places[n]), end = std::max(word.end, places[n + need.rare - 1] + 1);
        if (end - first <= width) parts.push_back({std::max(all.start, end - width), std::min(all.end, first + width)});
    }
}

bool Pattern::passes_screen(const Shown& shown, Span part) {
    compile();
    if (!screen) return true;
    return shown.is_ascii() ? screen->may_match(shown.narrow(), part.start, part.end) : screen->may_match(shown.wide(), part.start, part.end);
}

void Pattern::compile() {
    if (native || python) return;
    try {
        native.emplace(source, Regex::VERBOSE);
        screen = std::make_unique<Screen>(source, Regex::VERBOSE);
    } catch (const Unsupported&) {
        Ref function = attribute("packs.matcher", "_compiled");
        Ref compiled = Ref::checked(PyObject_CallOneArg(function.get(), to_python(source).get()));
        python = Ref::checked(PySequence_GetItem(compiled.get(), 0));
    }
}

std::vector<Span> Pattern::python_matches(const Shown& shown, Span stretch) {
    std::vector<Span> found;
    Ref matches = Ref::checked(PyObject_CallMethod(python.get(), "finditer", "Oii", shown.python(), stretch.start, stretch.end));
    each_item(matches.get(), [&](PyObject* match) {
        Ref span = Ref::checked(PyObject_CallMethod(match, "span", nullptr));
        Span one;
        if (!PyArg_ParseTuple(span.get(), "ii", &one.start, &one.end)) throw PythonError();
        found.push_back(one);
    });
    return found;
}

// -- packs ------------------------------------------------------------------------------------------------------------

Rules::Rules(PyObject* packs, bool folded) : automaton(TYPICAL) {
    first_use.reserve(TYPICAL);
    uses.reserve(TYPICAL);
    each_item(packs, [&](PyObject* pack) { read_pack(pack, pack_count++, folded); });
    number_names();
    flag_literals();
}

// What is in an image; all else of the rules comes of it.
template <class Image> void Rules::pass(Image& image) {
    image(rules), image(patterns), image(pack_names), image(rule_names), image(pack_count);
    image(automaton), image(flags), image(every), image(telling), image(words), image(others), image(*endings);
    image(longest), image(inside_tokens), image(templates), image(loose_templates), image(always_speaking), image(uses), image(first_use), image(packs), image(packs_below), image(flags_below);
}

Rules::Rules(const char* image, size_t size) : automaton(0) {
    endings.emplace(0);
    ImageReader reader(image, size);
    pass(reader);
    if (!reader.is_done()) throw Unsupported("an image of something else");
    for (int literal = 0; literal < automaton.count(); literal++)
        if (flags[literal] & TELLING_NEED) add_needle(literal);
    needles.finish();
}

std::string Rules::image() {
    for (Pattern& pattern : patterns) pattern.prepared();
    ImageWriter writer;
    pass(writer);
    return writer.done();
}

void Rules::read_pack(PyObject* pack, int number, bool folded) {
    Text name = text_member(pack, "name");
    if (std::count(packs_read.begin(), packs_read.end(), name)) throw Unsupported("two packs of one name");
    packs_read.push_back(name);
    int first = static_cast<int>(rules.size());
    std::vector<Source> sources;
    each_item(member(pack, "rules").get(), [&](PyObject* rule) {
        Py_INCREF(rule);
        sources.push_back({Ref(rule), member(rule, "id")});
        names_read.push_back(text_member(rule, "id"));
        Text kind = text_member(rule, "kind");
        MatchRule made{};
        made.pack = static_cast<uint16_t>(number);
        made.role = role_of(text_member(rule, "role"));
        made.phrases = kind == U"phrases";
        made.told = made.role != PART;
        made.everyday = PyObject_IsTrue(member(rule, "everyday").get()) == 1;
        bool phrases = made.phrases, pattern = kind == U"regex";
        if (!phrases && !pattern && kind != U"template") throw Unsupported("an unknown kind of rule");
        int own = static_cast<int>(rules.size());
        if (pattern) {
            made.pattern = static_cast<int>(patterns.size());
            patterns.emplace_back(own, text_member(rule, "pattern"));
        }
        rules.push_back(std::move(made));
        Ref listed = member(rule, "phrases");
        Py_ssize_t count = PyObject_Size(listed.get());
        if (count < 0) throw PythonError();
        sources.back().phrases = static_cast<size_t>(count);
        sources.back().rare = PyObject_IsTrue(member(rule, "rare").get()) == 1;
        if ((phrases || pattern) && count) add_literals(own, listed.get(), folded);
        else if (phrases || pattern) add_literals(own, member(rule, "needs").get(), folded);
    });
    std::vector<Text> ids(names_read.begin() + first, names_read.end());
    std::sort(ids.begin(), ids.end());
    if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) throw Unsupported("two rules of one name");
    read_pieces(sources, first);
}

// The templates of a pack, whose pieces are named.
void Rules::read_pieces(const std::vector<Source>& sources, int first) {
    std::map<Text, int> by_name;
    for (size_t n = 0; n < sources.size(); n++) by_name[names_read[first + n]] = first + static_cast<int>(n);
    Text code = load_text("packs.model", "CODE"), number = load_text("packs.model", "NUMBER");
    templates.resize(rules.size());
    for (size_t n = 0; n < sources.size(); n++) {
        MatchRule& rule = rules[first + n];
        Ref named = member(sources[n].rule.get(), "template");
        bool is_template = PyObject_Size(named.get()) > 0, possible = true;
        if (is_template && (rule.phrases || rule.pattern >= 0)) throw Unsupported("a rule of two kinds");
        each_item(named.get(), [&](PyObject* piece) {
            Text name = text_member(piece, "name");
            int optional = PyObject_IsTrue(member(piece, "optional").get());
            auto known = by_name.find(name);
            if (name == code || name == number) {
                rule.pieces.push_back({name == code ? CODE_PIECE : NUMBER_PIECE, optional != 0});
            } else if (known != by_name.end()) {
                rule.pieces.push_back({known->second, optional != 0});
                rules[known->second].in_template = true;
                if (!optional) rule.required.push_back(known->second);
            } else if (!optional) {
                possible = false;
            }
        });
        if (!is_template) continue;
        int anchor = rarest(rule, sources, first);
        if (anchor >= 0) rules[anchor].told = true;
        if (possible && anchor >= 0) templates[anchor].push_back(first + static_cast<int>(n));
        else if (possible) loose_templates.push_back(first + static_cast<int>(n));
    }
}

// The most telling required piece of a template: never a part if another is there, one called rare, the one of fewest phrases.
int Rules::rarest(const MatchRule& rule, const std::vector<Source>& sources, int first) const {
    int best = -1;
    auto key = [&](int number) { return std::make_tuple(rules[number].role == PART, !sources[number - first].rare, sources[number - first].phrases, View(names_read[number])); };
    for (int number : rule.required)
        if (best < 0 || key(number) < key(best)) best = number;
    return best;
}

// The phrases or needs of a rule as they are looked for.
void Rules::add_literals(int rule, PyObject* literals, bool folded) {
    each_item(literals, [&](PyObject* literal) {
        if (folded) add_use(automaton.add(literal), rule);
        else if (PyUnicode_Check(literal)) add_use(automaton.add(fold(from_python(literal)).text), rule);
        else throw Unsupported("a literal that is no text");
    });
}

void Rules::add_use(int literal, int rule) {
    if (literal < 0) return;
    if (literal == static_cast<int>(first_use.size())) first_use.push_back(-1);
    if (first_use[literal] >= 0 && uses[first_use[literal]].rule == rule) return;
    uses.push_back({rule, first_use[literal]});
    first_use[literal] = static_cast<int>(uses.size()) - 1;
}

// Names as numbers that sort as they do.
void Rules::number_names() {
    auto numbered = [](const std::vector<Text>& names, std::vector<std::string>& sorted) {
        std::vector<Text> known = names;
        std::sort(known.begin(), known.end());
        known.erase(std::unique(known.begin(), known.end()), known.end());
        if (known.size() > 0xFFFF) throw Unsupported("more names than there are numbers for");
        for (const Text& name : known) sorted.push_back(utf8(name));
        std::vector<uint16_t> numbers;
        for (const Text& name : names) numbers.push_back(static_cast<uint16_t>(std::lower_bound(known.begin(), known.end(), name) - known.begin()));
        return numbers;
    };
    std::vector<uint16_t> packs = numbered(packs_read, pack_names), names = numbered(names_read, rule_names);
    for (size_t n = 0; n < rules.size(); n++) {
        rules[n].pack_name = packs[rules[n].pack];
        rules[n].name = names[n];
    }
}

// -- literals ---------------------------------------------------------------------------------------------------------

uint8_t Rules::flags_of(int literal) const {
    int length = automaton.length(literal), letters = 0;
    bool told = false, whole = false, spaced = false;
    uint8_t found = 0;
    each_use(literal, [&](int number) {
        const MatchRule& rule = rules[number];
        told = told || (rule.role != PART && !is_everyday(literal, rule));
        whole = whole || rule.phrases;
        if (rule.told && !rule.phrases) found |= TELLING_NEED;
        if (rule.phrases && is_told(literal, number)) found |= TELLING_PHRASE;
        if (!rule.phrases) found |= NEED;
        else if (rule.in_template) found |= PIECE;
    });
    Char last = 0;
    for (int at = 0; at < length; at++) {
        Char c = automaton.at(literal, at);
        if (c == 0xFFFD || (c >= 0xD800 && c < 0xE000)) throw Unsupported("a literal with what stands for no character");
        letters += is_alpha(c);
        last = std::max(last, c);
    }
    for (int at = 1; at + 1 < length; at++) spaced = spaced || automaton.at(literal, at) == ' ';
    bool word = spaced || (length >= UNSPACED_WORDS && last >= 0x2E80); // _is_word
    if (whole && (told || word) && !(flags[literal] & EVERYDAY)) found |= VOCABULARY;
    if (length >= 8 && letters >= 8) found |= LONG_PHRASE;
    return found;
}

// How long the word is that a literal begins with; 0 if it begins with none, or words of its script end in another way.
int Rules::first_word(int literal) const {
    Kinds& kinds = Kinds::get();
    auto kind = [&](int at) { return kinds.of(automaton.at(literal, at)); };
    uint8_t first = kind(0), before = first;
    if (first == KIND_NONE || first == KIND_MARK || first == KIND_UNSPACED || first == KIND_HANGUL) return 0;
    int length = 1;
    for (; length < automaton.length(literal); length++) {
        uint8_t now = kind(length);
        if (now == KIND_MARK) {
            if (before == KIND_DIGIT) break;
        } else if (kind(length - 1) == KIND_MARK) {
            return 0; // whether the word goes on is told by more than two characters
        } else if (now != before) {
            break;
        }
        if (now != KIND_MARK) before = now;
    }
    return length;
}

void Rules::see_spaces(int literal) {
    int length = automaton.length(literal);
    bool begins = is_space(automaton.at(literal, 0)), ends = is_space(automaton.at(literal, length - 1));
    if (begins && flags[literal] & (READ | TELLING_NEED)) inside_tokens = false;
    if (ends && flags[literal] & LONG_PHRASE && flags[literal] & READ) inside_tokens = false;
}

void Rules::add_needle(int literal) {
    needles.add(automaton, literal);
    for (int at = 0; at < automaton.length(literal); at++) {
        if (!is_space(automaton.at(literal, at))) continue;
        if (at) spaced_needs[automaton.at(literal, at - 1)].push_back(literal); // or it begins with it, and tokens do not tell
        return;
    }
}

void Rules::flag_literals() {
    int count = automaton.count();
    flags.resize(count);
    packs.resize(count);
    packs_below.resize(static_cast<size_t>(automaton.node_count()));
    flags_below.resize(packs_below.size());
    for (int number : loose_templates) always_speaking |= pack_set(rules[number].pack);
    endings.emplace(count);
    const std::set<Text> known = load_texts("packs.everyday", "everyday");
    Kinds& kinds = Kinds::get();
    for (int literal = 0; literal < count; literal++) {
        flags[literal] = known.count(automaton.text(literal)) ? EVERYDAY : 0; // which `flags_of` asks for
        uint8_t found = flags[literal] |= flags_of(literal);
        each_use(literal, [&](int rule) { packs[literal] |= pack_set(rules[rule].pack); });
        automaton.each_target(literal, [&](Automaton::Target target) {
            if (target & Automaton::LEAF) return;
            packs_below[target] |= packs[literal];
            flags_below[target] |= found;
        });
        every.add(automaton, literal, found & NEED);
        if (found & TELLING) telling.add(automaton, literal, found & (NEED | PIECE));
        see_spaces(literal);
        if (found & (READ | TELLING_NEED)) longest = std::max(longest, automaton.length(literal));
        if (found & TELLING_NEED) add_needle(literal);
        if (!(found & READ)) continue;
        int word = first_word(literal);
        if (word) words.add(automaton, literal, word, found & LONG_PHRASE);
        else others.add(automaton, literal);
        uint8_t kind = kinds.of(automaton.at(literal, 0));
        if (found & LONG_PHRASE && kind != KIND_NONE && kind != KIND_UNSPACED) endings->add(automaton, literal);
    }
    every.finish(automaton);
    telling.finish(automaton);
    others.finish(automaton);
    words.finish(automaton);
    needles.finish();
}

} // namespace matching
} // namespace scrub
