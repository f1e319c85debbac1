"""Where the phrases, patterns and templates of packs stand in a text."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import filterfalse, pairwise
from typing import NamedTuple

import regex
from ahocorasick_rs import AhoCorasick

from spamscrub.folding import Folded, fold
from spamscrub.packs.everyday import everyday
from spamscrub.packs.model import BUILTIN_PIECES, CODE, ROLES, Pack, Piece, Rule
from spamscrub.packs.required import Needs, may_match, needs_of
from spamscrub.patterns import lazy
from spamscrub.spans import Span

CONTEXT = 32
"""Code points looked at on both sides of a slice, so that its edges are judged like any other place."""

REACH = 64
"""A regex match lies within this many characters of one of the rule's literals; bounds the work on endless lines."""

UNSPACED_WORDS = 4
"""So many characters of a script without spaces are several words."""

LONG = 8
"""A phrase of this many letters may be glued to a host word on one side, as ads pasted into words are; a part may not: it may be a piece of that word."""

SEPARATORS = frozenset(" -_·|,，、/")
"""One of these may stand between two pieces of a template."""

TIGHT = frozenset("-_")
"""The only separators beside bare digits: in `…419 2025年` the number after the space is the host's."""

CODE_AT = lazy(r"[a-z]{0,3}[0-9]{2,5}(?![a-z0-9年月日])")
NUMBER_AT = lazy(r"[0-9]+(?![a-z0-9年月日])")

ADDRESS_BEHIND = lazy(r"(?:\.[a-z\d-]{1,20})?\.(?:com|cn|net|org|me|io|hk|tw)(?![a-z\d])")
"""What stands behind a word inside the address of a site: `weixin` and `id` in `https://mp.weixin.qq.com/wiki?id=` call nobody."""
ADDRESS_READ = 128
"""An address is looked for so far before a word."""

SURROGATE = lazy(r"[\ud800-\udfff]")
"""Half a character, which a broken decoder leaves; the automaton does not take it."""

BLOCKS = (0x80, 0x250, 0x2000, 0x2E80, 0x110000)
"""Where the blocks end into which the literals are parted: ASCII, Latin, other alphabets, signs, Han and the like."""

PROBES = tuple(lazy(f"[{chr(first)}-{chr(stop - 1)}]") for first, stop in pairwise(BLOCKS))
"""Classes of a single range, which `regex` looks for at 1 GB/s."""

UNSPACED_FROM = "\u2e80"
"""Before this, characters are letters of alphabets; behind it most are syllables and words."""

UNSPACED = (
    "CJK", "HIRAGANA", "KATAKANA", "BOPOMOFO", "IDEOGRAPHIC", "THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN"
)  # fmt: skip


class Hit(NamedTuple):
    """A rule of a pack applies to `[start, end)` of the original text; what is `everyday` stands in honest texts as well."""

    start: int
    end: int
    role: str
    pack: str
    rule: str
    everyday: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Use:
    """What a literal stands for; `whole`: a phrase; else one of the literals that a pattern needs. One of each kind exists."""

    pack: str
    rule: str
    role: str
    whole: bool
    everyday: bool = False


class _Found(NamedTuple):
    """A hit in folded text."""

    start: int
    end: int
    use: _Use


class _Template(NamedTuple):
    """A template with its use and the rules that must be met before it is worth a try."""

    use: _Use
    pieces: Sequence[Piece]
    required: frozenset[RuleName]


RuleName = tuple[str, str]
"""A rule by the names of its pack and itself."""
Place = tuple[int, int]
"""`[start, end)` of folded text."""
Match = tuple[int, int, int]
"""The number of a literal, and where it is."""


class Reading(NamedTuple):
    """A text folded, with where the literals stand in it that are worth a closer look."""

    folded: Folded
    telling: Sequence[tuple[Sequence[str], Sequence[Match]]]


class Matcher:
    """Finds every hit of some packs; build it once, use it for many texts.

    All literals are found in one pass over the folded text, so 20,000 phrases cost about as much as 200. Can be
    pickled; the automata are built again on the other side. `folded` says that all phrases and needs are written as
    matched, as `lint` demands, and saves the time to make sure.
    """

    def __init__(self, packs: Iterable[Pack], *, folded: bool = False):
        self.packs = tuple(packs)
        self._as_matched = folded
        rules = [(pack.name, rule) for pack in self.packs for rule in pack.rules]
        literals = {(pack, rule.id): _matched(rule, folded) for pack, rule in rules if rule.kind != "template"}
        uses = [_Use(pack, rule.id, rule.role, rule.kind == "phrases", rule.everyday) for pack, rule in rules if rule.kind != "template"]
        anchors = {(use.pack, use.rule, use.role): use for use in _anchors(self.packs)}
        telling = anchors | {(use.pack, use.rule, use.role): use for use in uses if use.role != "part"}
        self._known = _merged(part for use in uses for part in _parted(literals[use.pack, use.rule], use))
        anchored = {(pack, rule) for pack, rule, _ in anchors}
        told = ((part, use) for use in telling.values() for part in _parted(literals[use.pack, use.rule], use))
        self._told = _merged((part, use) for (part, own), use in told if (use.pack, use.rule) in anchored or _calls(own))
        self._telling = _Index(self._told)
        parts = [literal for literal in self._known if literal not in self._told]
        self._words = _Index([literal for literal in parts if _is_word(literal)])
        self._fillers = _Index([literal for literal in parts if not _is_word(literal)])
        self._patterns = {(pack, rule.id): rule.pattern for pack, rule in rules if rule.kind == "regex"}
        self._compiled = lru_cache(maxsize=None)(_compiled)
        self._templates = _by_rarest(self.packs)

    def __reduce__(self) -> tuple[Callable[..., Matcher], tuple[tuple[Pack, ...], bool]]:
        return _rebuilt, (self.packs, self._as_matched)

    def read(self, text: str) -> Reading:
        """A text as `triggers` and `vocabulary` look at it."""
        folded = fold(text)
        return Reading(folded, self._telling.find(folded.text))

    def triggers(self, text: str | Reading) -> list[Hit]:
        """Where a closer look at `text` pays, sorted: phrases and patterns of every role but `part`.

        A template made of parts is reported where its rarest part stands, in the template's role: the cheap pass does
        not put templates together, `hits` does.
        """
        folded, telling = self.read(text) if isinstance(text, str) else text
        shown = folded.text
        found: set[_Found] = set()
        needs: dict[_Use, list[Place]] = defaultdict(list)
        for literals, matches in telling:
            for number, start, end in matches:
                uses = self._told[literals[number]]
                for use in uses:
                    if not use.whole:
                        needs[use].append((start, end))
                if uses[0].whole and _stands_alone(shown, start, end):
                    found.update(_Found(start, end, use) for use in uses if use.whole)
        found.update(self._pattern_hits(shown, needs))
        return sorted(_placed(folded, 0, one) for one in found)

    def hits(self, text: str, start: int = 0, end: int | None = None) -> list[Hit]:
        """Every hit inside `[start, end)` of `text`, sorted by start, the longest first.

        A part of fewer than two letters is no hit, only a piece of templates, and those of packs without a say are none (see
        `packs_with_a_say`). A hit inside a longer one of the same pack and role is left out. Offsets are code
        points of `text`.
        """
        end = len(text) if end is None else end
        base = max(0, start - CONTEXT)
        folded = fold(text[base : end + CONTEXT])
        hits = (_placed(folded, base, one) for one in _widest(self._found(folded.text)))
        inside = {hit for hit in hits if start <= hit.start and hit.end <= end}
        telling = packs_with_a_say(inside)
        return sorted((hit for hit in inside if hit.pack in telling), key=lambda hit: (hit.start, -hit.end, hit.role, hit.pack, hit.rule))

    def vocabulary(self, text: str | Reading) -> list[Span]:
        """Where the phrases of all packs stand in `text`: stretches that do not touch, in order. Of role `part` only those of several words."""
        folded, telling = self.read(text) if isinstance(text, str) else text
        shown = folded.text
        places = [
            (start, end)
            for literals, matches in (*telling, *self._words.find(shown))
            for number, start, end in matches
            if self._is_of_ads(literals[number]) and _stands_alone(shown, start, end)
        ]
        found: list[Span] = []
        for place in sorted(places):
            span = folded.span(*place) if folded.pieces else Span(*place)
            if found and span.start <= found[-1].end:
                found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
            else:
                found.append(span)
        return found

    def _is_of_ads(self, literal: str) -> bool:
        """Whether it is a phrase, and tells something of ads by itself."""
        uses = self._known[literal]
        return uses[0].whole and literal not in everyday() and (_is_word(literal) or any(use.role != "part" and not use.everyday for use in uses))

    def _found(self, folded: str) -> list[_Found]:
        """Phrase hits, pattern hits and template hits in folded text."""
        phrases: dict[_Use, list[Place]] = defaultdict(list)
        needs: dict[_Use, list[Place]] = defaultdict(list)
        hits: list[_Found] = []
        for literals, matches in (*self._telling.find(folded), *self._words.find(folded), *self._fillers.find(folded)):
            for number, start, end in matches:
                uses = self._uses(folded, literals[number], start, end)
                for use in uses:
                    (phrases if use.whole else needs)[use].append((start, end))
                hits += _phrase_hits(folded, start, end, uses)
        patterns = [*self._pattern_hits(folded, needs)]
        return [
            *(one for one in patterns if one.use.role != "part" or _tells(folded, one.start, one.end)),
            *hits,
            *self._template_hits(folded, phrases, patterns),
        ]

    def _uses(self, folded: str, literal: str, start: int, end: int) -> Sequence[_Use]:
        """What a literal stands for there: nothing in the path of a site's address; in its name it is no part, no offer and no messenger."""
        uses, place = self._known[literal], _in_address(folded, start)
        if not literal.isascii():
            return [use for use in uses if not use.whole] if place == "path" and folded[start - 1] == "/" else uses
        if not place and _in_bare_address(folded, start, end):
            return [use for use in uses if not use.whole or use.role != "contact"]
        return [use for use in uses if not (use.whole and place) or (place == "site" and use.role in ("ad", "trade"))]

    def _pattern_hits(self, folded: str, needs: Mapping[_Use, Sequence[Place]]) -> Iterator[_Found]:
        """Matches of the patterns near their literals."""
        for use, places in needs.items():
            pattern, required = self._compiled(self._patterns[use.pack, use.rule])
            for left, right in _stretches(places, len(folded)):
                if not may_match(required, folded[left:right]):
                    continue
                for match in pattern.finditer(folded, left, right):
                    # At the end of the stretch a pattern takes the cut for the end of the text.
                    if match[0] and (match.end() < right or right == len(folded)):
                        yield _Found(match.start(), match.end(), use)

    def _template_hits(self, folded: str, phrases: Mapping[_Use, Iterable[Place]], patterns: Iterable[_Found]) -> Iterator[_Found]:
        """Matches of the templates all of whose required rules were met."""
        met: dict[RuleName, list[Place]] = defaultdict(list)
        for use, places in phrases.items():
            met[use.pack, use.rule] += places
        for one in patterns:
            met[one.use.pack, one.use.rule].append((one.start, one.end))
        due = [t for name in (*met, None) for t in self._templates.get(name, ()) if t.required <= met.keys()]
        if due:
            packs = {template.use.pack for template in due}
            pieces = _Pieces(folded, {name: places for name, places in met.items() if name[0] in packs})
            for template in due:
                yield from pieces.matches(template.use, template.pieces)


def packs_with_a_say(hits: Iterable[Hit]) -> set[str]:
    """The packs that know more of a stretch with these hits than parts and everyday words; goods and an offer together are more."""
    found: dict[str, set[str]] = defaultdict(set)
    for hit in hits:
        if hit.role != "part":
            found[hit.pack].add("more" if not hit.everyday else "goods" if hit.role == "trade" else "offer")
    return {pack for pack, kinds in found.items() if "more" in kinds or kinds == {"goods", "offer"}}


def _rebuilt(packs: tuple[Pack, ...], folded: bool) -> Matcher:
    return Matcher(packs, folded=folded)


def _compiled(pattern: str) -> tuple[regex.Pattern[str], Needs]:
    """A pattern, and what its matches hold at least."""
    return regex.compile(pattern, regex.VERBOSE | regex.VERSION0), needs_of(pattern)


def _matched(rule: Rule, folded: bool) -> Sequence[str]:
    """The phrases or needs of a rule as they are looked for."""
    literals = rule.phrases or rule.needs
    joined = "\n".join(literals)
    if folded or fold(joined).text == joined:  # line ends keep their neighbours apart; without a change all are as matched
        return literals
    return [text for literal in literals if (text := fold(literal).text)]


def _parted(literals: Sequence[str], use: _Use) -> Iterator[tuple[Sequence[str], _Use]]:
    """The literals of a rule with their use, everyday offers by themselves."""
    known = everyday() if use.role not in ("ad", "part") and use.whole and not use.everyday else frozenset()
    found = known.intersection(literals)
    yield ([literal for literal in literals if literal not in found] if found else literals), use
    if found:
        yield sorted(found), replace(use, everyday=True)


def _calls(use: _Use) -> bool:
    """Whether it calls for a closer look by itself: everyday phrases do as goods, which an offer beside them makes an ad."""
    return not (use.everyday and use.whole) or use.role == "trade"


def _merged(lists: Iterable[tuple[Iterable[str], _Use]]) -> dict[str, tuple[_Use, ...]]:
    """Each literal of the lists with its uses, as a phrase first."""
    found: dict[str, tuple[_Use, ...]] = {}
    for literals, use in lists:
        fresh: dict[str, tuple[_Use, ...]] = dict.fromkeys(literals, (use,))
        shared = () if found.keys().isdisjoint(fresh) else found.keys() & fresh.keys()
        for literal in shared:
            fresh[literal] = (use, *found[literal]) if use.whole else (*found[literal], use)
        found |= fresh
    found.pop("", None)
    return found


class _Index:
    """Literals, found in one pass for each block of Unicode that a text has letters of.

    A literal belongs to the block of its first character, or of another if that is ASCII: a text without this block
    cannot hold it. The automaton of a block is built when a text calls for it; plain English never asks for the Chinese.
    """

    def __init__(self, literals: Iterable[str]):
        self._literals = literals
        self._automaton = lru_cache(maxsize=None)(self._built)

    def find(self, folded: str) -> list[tuple[Sequence[str], Sequence[Match]]]:
        """Every literal in folded text, inside words too: lists of literals, each with the matches by their numbers."""
        found: list[tuple[Sequence[str], Sequence[Match]]] = []
        for block in _blocks(folded):
            literals, automaton = self._automaton(block)
            if automaton is not None:
                try:
                    matches = automaton.find_matches_as_indexes(folded, overlapping=True)
                except UnicodeEncodeError:
                    encodable = SURROGATE.sub("\ufffd", folded)
                    matches = automaton.find_matches_as_indexes(encodable, overlapping=True)
                found.append((literals, matches))
        return found

    @cached_property
    def _of_block(self) -> Mapping[int, list[str]]:
        found: dict[int, list[str]] = defaultdict(list, {0: [*filter(str.isascii, self._literals)]})
        for literal in filterfalse(str.isascii, self._literals):
            found[bisect_right(BLOCKS, ord(literal[0])) or bisect_right(BLOCKS, ord(max(literal)))].append(literal)
        return found

    def _built(self, block: int) -> tuple[list[str], AhoCorasick | None]:
        literals = self._of_block[block]
        return literals, AhoCorasick(literals, store_patterns=False) if literals else None


def _blocks(folded: str) -> list[int]:
    """The blocks that a text has letters of: 0 is ASCII, n ends before `BLOCKS[n]`."""
    if folded.isascii():
        return [0]
    return [0, *(number for number, probe in enumerate(PROBES, 1) if probe.search(folded))]


def _stretches(places: Iterable[Place], length: int) -> list[Place]:
    """What lies within REACH of some places, which are sorted here; stretches that touch are one."""
    found: list[Place] = []
    for start, end in sorted(places):
        left, right = max(0, start - REACH), min(length, end + REACH)
        if found and left <= found[-1][1]:
            left, right = found[-1][0], max(right, found.pop()[1])
        found.append((left, right))
    return found


def _phrase_hits(folded: str, start: int, end: int, uses: Sequence[_Use]) -> Iterable[_Found]:
    """The hits of a literal that stands there, where it stands alone; as a part only where it tells something and no word goes on beside it."""
    tells = _tells(folded, start, end)
    wanted = [use for use in uses if use.whole and (tells or use.role != "part")]
    if not wanted or not _stands_alone(folded, start, end):
        return ()
    glued = _glued(folded, start) or _glued(folded, end, right=True)
    return [_Found(start, end, use) for use in wanted if use.role != "part" or not glued]


def _in_address(folded: str, start: int) -> str:
    """Whether a word stands in the name of a site (`site`) in an address, behind that (`path`), or in none; an address is of ASCII."""
    at = start
    while at > max(0, start - ADDRESS_READ) and folded[at - 1].isascii() and not folded[at - 1].isspace():
        at -= 1
    before = folded[at:start]
    _, scheme, name = before.rpartition("://")
    if not scheme and not before.startswith("www."):
        return ""
    return "path" if "/" in name else "site"


def _in_bare_address(folded: str, start: int, end: int) -> bool:
    """Whether a word stands in an address without a scheme: behind another name and a dot, or before a dot and the end of a site's name."""
    return (start > 1 and folded[start - 1] == "." and folded[start - 2].isascii() and folded[start - 2].isalnum()) or bool(ADDRESS_BEHIND.match(folded, end))


class _Path(NamedTuple):
    """A template of a pack on its way through a text; `reached` remembers the ends, so that time stays linear."""

    pack: str
    template: Sequence[Piece]
    reached: dict[tuple[int, int, bool], int]


class _Pieces:
    """The places of every rule in one folded text, as the pieces that templates are put together from."""

    def __init__(self, folded: str, met: Mapping[RuleName, Iterable[Place]]):
        self.folded = folded
        self.ends: dict[RuleName, dict[int, set[int]]] = {}
        for name, places in met.items():
            ends = self.ends[name] = {}
            for start, end in places:
                ends.setdefault(start, set()).add(end)

    def matches(self, use: _Use, template: Sequence[Piece]) -> Iterator[_Found]:
        """The longest match of a template, whose required rules are met, at every place where it can begin."""
        pack = use.pack
        template = [piece for piece in template if piece.name in BUILTIN_PIECES or (pack, piece.name) in self.ends]
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


def _rarest(template: Rule, rules: Mapping[str, Rule]) -> Rule | None:
    """The most telling required piece of a template: never a part if another is there, one called rare, the one of fewest phrases."""
    required = [rules[piece.name] for piece in template.template if not piece.optional and piece.name in rules]
    return min(required, key=lambda rule: (rule.role == "part", not rule.rare, len(rule.phrases), rule.id), default=None)


def _anchors(packs: Iterable[Pack]) -> Iterator[_Use]:
    """The uses by which templates are noticed: those of their rarest piece, in the template's role."""
    for pack in packs:
        rules: Mapping[str, Rule] = {rule.id: rule for rule in pack.rules}
        roles: dict[str, str] = {}
        for template in pack.rules:
            anchor = _rarest(template, rules)
            if anchor:
                role = template.role if anchor.role == "part" else anchor.role
                roles[anchor.id] = min(role, roles.get(anchor.id, role), key=ROLES.index)
        for id, role in roles.items():
            yield _Use(pack.name, id, role, rules[id].kind == "phrases")


def _by_rarest(packs: Iterable[Pack]) -> Mapping[RuleName | None, Sequence[_Template]]:
    """The templates by their rarest piece; under None those that require no rule."""
    found: dict[RuleName | None, list[_Template]] = defaultdict(list)
    for pack in packs:
        rules: Mapping[str, Rule] = {rule.id: rule for rule in pack.rules}
        for rule in pack.rules:
            if rule.template:
                anchor = _rarest(rule, rules)
                named = [piece.name for piece in rule.template if not piece.optional and piece.name not in BUILTIN_PIECES]
                required = frozenset((pack.name, name) for name in named)
                use = _Use(pack.name, rule.id, rule.role, True, rule.everyday)
                found[(pack.name, anchor.id) if anchor else None].append(_Template(use, rule.template, required))
    return found


def _tells(folded: str, start: int, end: int) -> bool:
    """Whether a part says anything outside a template; `夜`, `网` or `: ` do not."""
    return end - start > 1 and (folded[start:end].isalnum() or sum(map(str.isalnum, folded[start:end])) > 1)


def _is_word(literal: str) -> bool:
    """Whether a literal that is a part says anything about what it stands in: it holds several words. One is likely an everyday word."""
    return " " in literal.strip() or (len(literal) >= UNSPACED_WORDS and max(literal) >= UNSPACED_FROM)


def _placed(folded: Folded, base: int, one: _Found) -> Hit:
    start, end = folded.span(one.start, one.end) if folded.pieces else (one.start, one.end)
    return Hit(start + base, end + base, one.use.role, one.use.pack, one.use.rule, one.use.everyday)


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
    left = start > 0 and _goes_on(folded[start - 1 : start + 1], False)
    if left is None:
        left = _goes_on_behind_marks(folded, start, False)
    if left and end - start < LONG:
        return False
    if not _glued(folded, end, right=True):
        return not left or sum(map(str.isalpha, folded[start:end])) >= LONG
    return not left and end - start >= LONG and sum(map(str.isalpha, folded[start:end])) >= LONG


def _glued(folded: str, at: int, *, right: bool = False) -> bool:
    """Whether a word goes on across the edge `at`; at a right edge Korean particles do not count."""
    if at <= 0 or at >= len(folded):
        return False
    goes_on = _goes_on(folded[at - 1 : at + 1], right)
    return _goes_on_behind_marks(folded, at, right) if goes_on is None else goes_on


@lru_cache(maxsize=1 << 16)
def _goes_on(pair: str, right: bool) -> bool | None:
    """Whether a word goes on from the first to the second character; None if that depends on what is before them."""
    before, after = _kind(pair[0]), _kind(pair[1])
    if after == "mark":
        return before not in ("", "digit")
    if before == "mark":
        return None
    return _of_one_word(before, after, right)


def _goes_on_behind_marks(folded: str, at: int, right: bool) -> bool:
    before = next((kind for kind in map(_kind, reversed(folded[max(0, at - 4) : at])) if kind != "mark"), "")
    return _of_one_word(before, _kind(folded[at]), right)


def _of_one_word(before: str, after: str, right: bool) -> bool:
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
