"""Where the phrases, patterns and templates of packs stand in a text."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

import regex
from ahocorasick_rs import AhoCorasick

from spamscrub.folding import fold
from spamscrub.packs.model import BUILTIN_PIECES, CODE, ROLES, Pack, Piece, Rule
from spamscrub.spans import Span

CONTEXT = 32
"""Code points looked at on both sides of a slice, so that its edges are judged like any other place."""

REACH = 64
"""A regex match lies within this many characters of one of the rule's literals; bounds the work on endless lines."""

LONG = 8
"""A phrase of this many letters may be glued to a host word on one side, as ads pasted into words are."""

SEPARATORS = frozenset(" -_·|,，、/")
"""One of these may stand between two pieces of a template."""

TIGHT = frozenset("-_")
"""The only separators beside bare digits: in `…419 2025年` the number after the space is the host's."""

CODE_AT = regex.compile(r"[a-z]{0,3}[0-9]{2,5}(?![a-z0-9年月日])")
NUMBER_AT = regex.compile(r"[0-9]+(?![a-z0-9年月日])")

SURROGATE = regex.compile(r"[\ud800-\udfff]")
"""Half a character, which a broken decoder leaves; the automaton does not take it."""

UNSPACED = (
    "CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"
)  # fmt: skip


class Hit(NamedTuple):
    """A rule of a pack applies to `[start, end)` of the original text."""

    start: int
    end: int
    role: str
    pack: str
    rule: str


class _Use(NamedTuple):
    """What a literal of the automaton stands for; `whole`: a phrase; else one of the literals that a pattern needs."""

    pack: str
    rule: str
    role: str
    whole: bool


class _Found(NamedTuple):
    """A hit in folded text."""

    start: int
    end: int
    use: _Use


class Matcher:
    """Finds every hit of some packs; build it once, use it for many texts.

    All literals are found in one pass over the folded text, so 20,000 phrases cost about as much as 200. Can be
    pickled; the automata are built again on the other side.
    """

    def __init__(self, packs: Iterable[Pack]):
        self.packs = tuple(packs)
        rules = [(pack.name, rule) for pack in self.packs for rule in pack.rules]
        folded = cache(_folded)  # two indexes, and fifty thousand phrases in both
        self._all = _Index(_literals(rules, parts=True), folded)
        self._telling = _Index([*_literals(rules, parts=False), *_anchors(self.packs)], folded)
        self._patterns = {
            (pack, rule.id): regex.compile(rule.pattern, regex.VERBOSE | regex.VERSION0)
            for pack, rule in rules
            if rule.kind == "regex"
        }
        self._templates = [(_use(pack, rule, True), rule.template) for pack, rule in rules if rule.kind == "template"]

    def __reduce__(self) -> tuple[type[Matcher], tuple[tuple[Pack, ...]]]:
        return Matcher, (self.packs,)

    def triggers(self, text: str) -> list[Hit]:
        """Where a closer look at `text` pays, sorted: phrases and patterns of every role but `part`.

        A template made of parts is reported where its rarest part stands, in the template's role: the cheap pass does
        not put templates together, `hits` does.
        """
        folded = fold(text)
        literals = list(self._telling.find(folded.text))
        phrases = (one for one in literals if one.use.whole and _stands_alone(folded.text, one.start, one.end))
        found = {*phrases, *self._pattern_hits(folded.text, [one for one in literals if not one.use.whole])}
        return sorted(_placed(folded.span(one.start, one.end), 0, one.use) for one in found)

    def hits(self, text: str, start: int = 0, end: int | None = None) -> list[Hit]:
        """Every hit inside `[start, end)` of `text`, sorted by start, the longest first.

        A part of fewer than two letters is no hit, only a piece of templates. Offsets are code points of `text`. A hit inside a longer one of the same pack and role is left out.
        """
        end = len(text) if end is None else end
        base = max(0, start - CONTEXT)
        folded = fold(text[base : end + CONTEXT])
        hits = (_placed(folded.span(one.start, one.end), base, one.use) for one in _widest(self._found(folded.text)))
        inside = {hit for hit in hits if start <= hit.start and hit.end <= end}
        return sorted(inside, key=lambda hit: (hit.start, -hit.end, hit.role, hit.pack, hit.rule))

    def vocabulary(self, text: str) -> list[Span]:
        """Where any phrase of any pack stands, `part` included: stretches of `text` that do not touch, in order."""
        folded = fold(text)
        found: list[Span] = []
        for one in sorted(one for one in self._all.find(folded.text) if one.use.whole):
            if not _stands_alone(folded.text, one.start, one.end):
                continue
            span = folded.span(one.start, one.end)
            if found and span.start <= found[-1].end:
                found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
            else:
                found.append(span)
        return found

    def _found(self, folded: str) -> list[_Found]:
        """Phrase hits, pattern hits and template hits in folded text."""
        literals = list(self._all.find(folded))
        phrases = [one for one in literals if one.use.whole]
        patterns = list(self._pattern_hits(folded, [one for one in literals if not one.use.whole]))
        pieces = _Pieces(folded, [*phrases, *patterns])
        alone = [one for one in phrases if _stands_alone(folded, one.start, one.end)]
        found = [one for one in (*alone, *patterns) if _tells(folded, one)]
        return [*found, *(hit for use, template in self._templates for hit in pieces.matches(use, template))]

    def _pattern_hits(self, folded: str, literals: Sequence[_Found]) -> Iterator[_Found]:
        """Matches of the patterns near their literals."""
        places: dict[_Use, list[tuple[int, int]]] = defaultdict(list)
        for one in sorted(literals, key=lambda one: (one.start, one.end)):
            spans = places[one.use]
            left, right = max(0, one.start - REACH), min(len(folded), one.end + REACH)
            if spans and left <= spans[-1][1]:
                left, right = spans[-1][0], max(right, spans.pop()[1])
            spans.append((left, right))
        for use, spans in places.items():
            pattern = self._patterns[use.pack, use.rule]
            for left, right in spans:
                for match in pattern.finditer(folded, left, right):
                    # At the end of the stretch a pattern takes the cut for the end of the text.
                    if match[0] and (match.end() < right or right == len(folded)):
                        yield _Found(match.start(), match.end(), use)


def _folded(literal: str) -> str:
    return fold(literal).text


class _Index:
    """Literals with their uses, found in one pass."""

    def __init__(self, literals: Iterable[tuple[str, _Use]], folded: Callable[[str], str]):
        uses: dict[str, set[_Use]] = defaultdict(set)
        for literal, use in literals:
            uses[folded(literal)].add(use)
        uses.pop("", None)
        self._uses = [tuple(sorted(found)) for found in uses.values()]
        self._automaton = AhoCorasick(list(uses), store_patterns=False) if uses else None

    def find(self, folded: str) -> Iterator[_Found]:
        """Every literal in folded text, inside words too."""
        if self._automaton is None:
            return
        try:
            matches = self._automaton.find_matches_as_indexes(folded, overlapping=True)
        except UnicodeEncodeError:
            encodable = SURROGATE.sub("\ufffd", folded)
            matches = self._automaton.find_matches_as_indexes(encodable, overlapping=True)
        for number, start, end in matches:
            yield from (_Found(start, end, use) for use in self._uses[number])


class _Path(NamedTuple):
    """A template of a pack on its way through a text; `reached` remembers the ends, so that time stays linear."""

    pack: str
    template: Sequence[Piece]
    reached: dict[tuple[int, int, bool], int]


class _Pieces:
    """The places of every rule in one folded text, as the pieces that templates are put together from."""

    def __init__(self, folded: str, found: Iterable[_Found]):
        self.folded = folded
        self.ends: dict[tuple[str, str], dict[int, set[int]]] = defaultdict(lambda: defaultdict(set))
        for one in found:
            self.ends[one.use.pack, one.use.rule][one.start].add(one.end)

    def matches(self, use: _Use, template: Sequence[Piece]) -> Iterator[_Found]:
        """The longest match of a template at every place where it can begin."""
        pack = use.pack
        if any((pack, p.name) not in self.ends for p in template if not p.optional and p.name not in BUILTIN_PIECES):
            return
        path = _Path(pack, template, {})
        for number, piece in enumerate(template):
            for start in self._starts(pack, piece):
                end = self._longest(path, number, start)
                if end > start and not _glued(self.folded, start):
                    yield _Found(start, end, use)
            if not piece.optional:
                return

    def _starts(self, pack: str, piece: Piece) -> Iterable[int]:
        if piece.name in BUILTIN_PIECES:
            return [match.start() for match in _builtin(piece).finditer(self.folded)]
        return sorted(self.ends.get((pack, piece.name), ()))

    def _longest(self, path: _Path, number: int, start: int) -> int:
        """The farthest end of the template from piece `number` on, which stands at `start`; -1 if there is none."""
        piece = path.template[number]
        digits = piece.name in BUILTIN_PIECES
        ends = self._ends(path.pack, piece, start)
        return max((self._reach(path, number + 1, end, digits) for end in ends), default=-1)

    def _reach(self, path: _Path, number: int, end: int, digits: bool) -> int:
        """The farthest end of the template from piece `number` on, after a piece that ended at `end`, with `digits`."""
        if number == len(path.template):
            return -1 if _glued(self.folded, end, right=True) else end
        key = number, end, digits
        if key not in path.reached:
            piece = path.template[number]
            starts = self._joints(piece, end, digits)
            best = max((self._longest(path, number, start) for start in starts), default=-1)
            if piece.optional:
                best = max(best, self._reach(path, number + 1, end, digits))
            path.reached[key] = best
        return path.reached[key]

    def _joints(self, piece: Piece, end: int, digits: bool) -> Iterator[int]:
        """Where a piece may begin after one that ended at `end`: right there, or behind one separator."""
        yield end
        if end + 1 >= len(self.folded) or self.folded[end] not in SEPARATORS:
            return
        bare = digits or (piece.name in BUILTIN_PIECES and self.folded[end + 1].isdigit())
        if not bare or self.folded[end] in TIGHT:
            yield end + 1

    def _ends(self, pack: str, piece: Piece, start: int) -> Iterable[int]:
        if piece.name in BUILTIN_PIECES:
            match = _builtin(piece).match(self.folded, start)
            return (match.end(),) if match else ()
        return self.ends.get((pack, piece.name), {}).get(start, ())


def _builtin(piece: Piece) -> regex.Pattern[str]:
    return CODE_AT if piece.name == CODE else NUMBER_AT


def _use(pack: str, rule: Rule, whole: bool) -> _Use:
    return _Use(pack, rule.id, rule.role, whole)


def _literals(rules: Iterable[tuple[str, Rule]], *, parts: bool) -> Iterator[tuple[str, _Use]]:
    """The phrases of phrase rules and the needs of regex rules; without `parts` those of telling roles only."""
    for pack, rule in rules:
        if parts or rule.role != "part":
            yield from ((phrase, _use(pack, rule, True)) for phrase in rule.phrases)
            yield from ((need, _use(pack, rule, False)) for need in rule.needs)


def _anchors(packs: Iterable[Pack]) -> Iterator[tuple[str, _Use]]:
    """The literals by which templates are noticed: those of their most telling required piece, in the template's role."""
    for pack in packs:
        rules: Mapping[str, Rule] = {rule.id: rule for rule in pack.rules}
        roles: dict[str, str] = {}
        for template in pack.rules:
            required = [rules[piece.name] for piece in template.template if not piece.optional and piece.name in rules]
            if required:
                anchor = min(required, key=lambda rule: (rule.role == "part", len(rule.phrases), rule.id))
                role = template.role if anchor.role == "part" else anchor.role
                roles[anchor.id] = min(role, roles.get(anchor.id, role), key=ROLES.index)
        for id, role in roles.items():
            yield from _anchor_literals(pack.name, rules[id], role)


def _anchor_literals(pack: str, anchor: Rule, role: str) -> Iterator[tuple[str, _Use]]:
    for literal in (*anchor.phrases, *anchor.needs):
        yield literal, _Use(pack, anchor.id, role, anchor.kind == "phrases")


def _tells(folded: str, one: _Found) -> bool:
    """Whether a hit says anything outside a template; parts such as `夜`, `网` or `: ` do not."""
    return one.use.role != "part" or sum(letter.isalnum() for letter in folded[one.start : one.end]) > 1


def _placed(span: tuple[int, int], base: int, use: _Use) -> Hit:
    return Hit(span[0] + base, span[1] + base, use.role, use.pack, use.rule)


def _widest(found: Iterable[_Found]) -> Iterator[_Found]:
    """Without the hits that lie inside a longer one of the same pack and role."""
    reach: dict[tuple[str, str], tuple[int, int]] = {}
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        family = one.use.pack, one.use.role
        widest = reach.get(family, (-1, -1))
        if one.end > widest[1]:
            reach[family] = widest = (one.start, one.end)
        if widest == (one.start, one.end):
            yield one


def _stands_alone(folded: str, start: int, end: int) -> bool:
    """Whether words begin and end at both edges; a long phrase may be glued to a host word on one side."""
    left, right = _glued(folded, start), _glued(folded, end, right=True)
    if not left and not right:
        return True
    return not (left and right) and sum(letter.isalpha() for letter in folded[start:end]) >= LONG


def _glued(folded: str, at: int, *, right: bool = False) -> bool:
    """Whether a word goes on across the edge `at`; at a right edge Korean particles do not count."""
    if at <= 0 or at >= len(folded):
        return False
    before, after = _kind(folded[at - 1]), _kind(folded[at])
    if after == "mark":
        return before not in ("", "digit")
    if before == "mark":
        before = next((kind for kind in map(_kind, reversed(folded[max(0, at - 4) : at])) if kind != "mark"), "")
    if right and before == "hangul":
        return False
    return before == after and before not in ("", "unspaced")


@lru_cache(maxsize=4096)
def _kind(letter: str) -> str:
    """What a character joins up with: `digit`, `mark`, `hangul`, `unspaced`, an alphabet's name, or nothing."""
    if letter.isascii():
        return "latin" if letter.isalpha() else "digit" if letter.isdigit() else ""
    category = unicodedata.category(letter)
    name = unicodedata.name(letter, "")
    if category == "Nd":
        return "digit"
    if category in ("Mn", "Mc"):
        return "" if name.startswith("VARIATION") else "mark"
    if not category.startswith("L"):
        return ""
    if name.startswith(UNSPACED):
        return "unspaced"
    return name.split(" ")[0].lower()
