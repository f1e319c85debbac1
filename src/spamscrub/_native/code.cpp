#include "code.hpp"

#include <algorithm>
#include <utility>

#include "document.hpp"
#include "load.hpp"
#include "regex.hpp"

namespace scrub {

namespace {

struct Shapes {
    Regex STATEMENT = load_regex("classifiers.code", "STATEMENT"), SIGN = load_regex("classifiers.code", "SIGN");
    Text STATEMENT_SIGNS = load_text("classifiers.code", "STATEMENT_SIGNS");
    std::vector<std::pair<Text, Text>> blocks = pairs(load_text("classifiers.code", "BLOCKS"));
    size_t READ = static_cast<size_t>(load_int("classifiers.code", "READ"));
    int FEW = load_int("classifiers.code", "FEW");
    double SHARE = load_double("classifiers.code", "SHARE");
    static std::vector<std::pair<Text, Text>> pairs(const Text& listed) {
        std::vector<Text> words;
        split(listed, [&](View word) { words.emplace_back(word); });
        std::vector<std::pair<Text, Text>> found;
        for (size_t n = 0; n + 1 < words.size(); n += 2) found.emplace_back(words[n], words[n + 1]);
        return found;
    }
    static const Shapes& get() {
        static const auto* shapes = new Shapes();
        return *shapes;
    }
};

// What a line may hold: a sign that opens a comment, and one that opens a block.
enum : unsigned { NOTHING = 0, SIGNS = 1, BLOCKS = 2 };

unsigned may_hold(View line) {
    unsigned found = NOTHING;
    auto is = [&](size_t at, Char c) { return at < line.size() && line[at] == c; };
    for (size_t at = 0; at < line.size(); at++) {
        Char c = line[at];
        if (c == '#') found |= SIGNS;
        else if ((c == '/' && (is(at + 1, '/') || is(at + 1, '*'))) || (c == '<' && is(at + 1, '!'))) found |= SIGNS | BLOCKS;
        else if ((c == '"' || c == '\'') && is(at + 1, c) && is(at + 2, c)) found |= BLOCKS;
    }
    return found;
}

// What closes the block that begins in a line and goes on behind it, if one does; `place` is no farther on than where it begins.
const Text* open_block(View line, int& place) {
    for (const auto& [opens, closes] : Shapes::get().blocks) {
        size_t at = line.find(opens);
        if (at == View::npos) continue;
        place = place < 0 ? static_cast<int>(at) : std::min(place, static_cast<int>(at));
        return line.find(closes, at + opens.size()) == View::npos ? &closes : nullptr;
    }
    return nullptr;
}

} // namespace

bool is_statement(View line) {
    const Shapes& shapes = Shapes::get();
    View cut = strip(line);
    return (!cut.empty() && shapes.STATEMENT_SIGNS.find(cut.back()) != Text::npos) || shapes.STATEMENT.match(line.substr(0, shapes.READ));
}

bool is_code(const Document& document) {
    int filled = 0, statements = 0;
    for (const Line& one : document.lines) {
        View line = document.piece(one.start, one.end);
        if (strip(line).empty()) continue;
        filled++;
        statements += is_statement(line);
    }
    return statements >= std::max(static_cast<double>(Shapes::get().FEW), Shapes::get().SHARE * filled);
}

std::vector<int> comments(const Document& document) {
    std::vector<int> found(document.lines.size(), -1);
    const Shapes& shapes = Shapes::get();
    const Text* closing = nullptr; // of the block that goes on
    bool any = false;
    for (size_t number = 0; number < found.size(); number++) {
        View line = document.line_text(static_cast<int>(number));
        int& place = found[number];
        if (closing) {
            place = 0;
            if (line.find(*closing) != View::npos) closing = nullptr;
            continue;
        }
        unsigned signs = may_hold(line);
        if (!signs) continue;
        Match match;
        if (signs & SIGNS && shapes.SIGN.search(line.substr(0, shapes.READ), &match)) place = match.start;
        if (signs & BLOCKS) closing = open_block(line, place);
        any = any || place >= 0;
    }
    if (!any) found.clear();
    return found;
}

} // namespace scrub
