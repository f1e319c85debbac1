"""A text as `Document`: lines and segments that tile it exactly.

A segment is what is judged as one: a script run with its tail (`上海喝茶服务vx`), a quoted or bracketed stretch, a list
marker, a sentence or clause, a table cell. All offsets are code points of the text, half-open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache, cached_property
from typing import NamedTuple

import regex

from spamscrub import scripts
from spamscrub.patterns import lazy
from spamscrub.spans import Span

LINE = lazy(r"[^\r\n\u2028\u2029]*(?:\r\n|[\r\n\u2028\u2029])|[^\r\n\u2028\u2029]+")
"""A line with its end: LF, CRLF, CR, or the Unicode line and paragraph separators."""

MARKER = lazy(
    r"""[^\S\r\n]*(?:
        [-*•+·●▪◦‣–—√✓✔➢➤►★◆■□※>]+(?=[^\S\r\n])     # - item
      | [√✓✔•●▪➢►★◆■※](?=\S)                          # √item
      | \#{1,6}(?=\s)                                   # ## heading
      | \(?(?:\d{1,3}|[a-zA-Z]|[ivxIVX]{1,4})[.)](?=\s) # 1. item, (a) item
      | \d{1,3}(?:[、．]|[.)](?=[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]))   # 2、item, 2.项目
      | [（(]?[一二三四五六七八九十]{1,3}[、）)．]        # 一、项目
      | [\u2460-\u2473\u24F5-\u24FE\u2776-\u2793]       # ① item
    )[^\S\r\n]*""",
    regex.VERBOSE,
)
"""A list or heading marker with the white space round it; it belongs to the host."""

STOPS = ".!?…。！？｡؟۔।॥።։"
CLOSERS = "\"'”’»›」』）)\\]】》〉"
SENTENCE_END = lazy(rf"[{STOPS}]+[{CLOSERS}]*(?=\s|$|(?<=[。！？｡]['”’」』）]*)(?=\S))|[；;](?=\s|[\p{{Han}}])")
"""Where a sentence ends: before white space in spaced scripts, directly after 。！？ in scripts without spaces."""

CLAUSE_END = lazy(r"[,;:，；：、،؛](?=\s|[\p{Han}\p{Hiragana}\p{Katakana}])")
CELL_EDGE = lazy(r"\t+|[^\S\r\n]*[|｜丨│][^\S\r\n]*|[^\S\r\n]{3,}")
PAIRS = {"(": ")", "（": "）", "[": "]", "【": "】", "〔": "〕", "{": "}"}
QUOTES = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』", "《": "》", "〈": "〉", "‘": "’", "‹": "›"}
ENCLOSED = lazy("[" + regex.escape("".join(PAIRS) + "".join(QUOTES), special_only=True) + "]")
CODE_TAIL = r"(?:(?:[a-z]{1,3}|VX|QQ|TG|WX)(?![A-Za-z\d])|[A-Za-z]{0,3}\d{2,6}(?![a-z\d]))"
"""What an ad carries at its end without a space: `vx`, `419`, `sh1314`."""
_BETWEEN = r"[^\S\r\n\u2028\u2029]?[\-_·・•|｜,，、/~&+:：;；—–!！?？.。'’✅❤★☆%％#@+*]{0,3}[^\S\r\n\u2028\u2029]?"
RUN_GAP = rf"{_BETWEEN}(?:[A-Za-z]{{0,6}}\d{{0,8}}[A-Za-z]{{0,3}}[%％]?){_BETWEEN}"
"""What may stand between two words of one run: signs, spaces and a short code."""


EAST_ASIAN = frozenset({"Han", "Hiragana", "Katakana", "Bopomofo"})
"""Scripts that run together in one word."""
DASHES = frozenset("-–—")
"""What begins an item of a list, or parts words."""
GREEK_WORD = lazy(r"\p{Greek}{2}")
"""A Greek letter beside which no other stands is a sign."""


class Line(NamedTuple):
    """A line: text in `[start, end)`, its line end in `[end, stop)`."""

    start: int
    end: int
    stop: int


class Segment(NamedTuple):
    """A piece of a line that is judged as one.

    `kind` is `marker`, `run` (letters foreign to the host's scripts, with their tail), `quoted`, `bracketed`, `text`
    (a sentence, clause or cell), `edge` (between cells), `space` or `break` (the line end).
    """

    start: int
    end: int
    kind: str


@cache
def run_pattern(letters: str) -> regex.Pattern[str]:
    """The pattern of a script run with its tail; `letters` is a character class of the scripts that are foreign.

    A run goes on over spaces, commas and short codes as long as another foreign letter follows (`казино 777 вывод`).
    """
    head = rf"(?:(?<![\p{{L}}\p{{N}}:./-])[A-Za-z]{{0,3}}\d{{2,5}}(?={letters}))?"
    word = rf"{letters}[{letters[1:-1]}\p{{M}}\u200c\u200d{scripts.LENGTHENERS}]*+"
    return regex.compile(rf"{head}{word}(?:{RUN_GAP}{word})*+(?:{CODE_TAIL})?")


class Document:
    """One text with its lines, its host scripts and its segments; everything is computed when first asked for."""

    def __init__(self, text: str):
        self.text = text

    @cached_property
    def lines(self) -> list[Line]:
        """The lines in order; together with their ends they tile the text."""
        found = []
        for match in LINE.finditer(self.text):
            piece = match[0]
            ending = 2 if piece.endswith("\r\n") else 1 if piece[-1] in "\r\n\u2028\u2029" else 0
            found.append(Line(match.start(), match.end() - ending, match.end()))
        return found

    @cached_property
    def home(self) -> frozenset[str]:
        """The scripts at home in this document."""
        return scripts.host_scripts(self.profile)

    @cached_property
    def host_script(self) -> str | None:
        """One name for what the document is written in, such as `Latin` or `Japanese`."""
        return scripts.host_script(self.profile)

    @cached_property
    def profile(self) -> Mapping[str, int]:
        """How many letters of each script the document has; Greek ones that stand one by one are signs, as in α-helix, and 5 μs."""
        found = scripts.profile(self.text)
        return found if "Greek" not in found or GREEK_WORD.search(self.text) else {name: count for name, count in found.items() if name != "Greek"}

    @cached_property
    def is_latin(self) -> bool:
        """Whether it is written in Latin letters before all others, though those may be at home too: a translation line by line, a lesson."""
        if self.home == {"Latin"}:
            return True
        east = sum(count for name, count in self.profile.items() if name in EAST_ASIAN or name == "Hangul")
        others = [count for name, count in self.profile.items() if name != "Latin"]
        return "Latin" in self.home and self.profile["Latin"] > max(scripts.EAST_ASIAN_WEIGHT * east, *others)

    @cached_property
    def opening_dashes(self) -> Mapping[str, int]:
        """How many lines begin with each dash, as items of lists and talk do."""
        return Counter(sign for line in self.lines if (sign := self.text[line.start : line.end].lstrip()[:1]) in DASHES)

    @cached_property
    def parting_dashes(self) -> Mapping[str, int]:
        """In how many lines each dash stands between words."""
        return {sign: sum(self.text.find(f" {sign} ", line.start, line.end) > line.start for line in self.lines) for sign in DASHES}

    def line_at(self, offset: int) -> int:
        """The index of the line that holds `offset`."""
        low, high = 0, len(self.lines) - 1
        while low < high:
            middle = (low + high) // 2
            if self.lines[middle].stop <= offset:
                low = middle + 1
            else:
                high = middle
        return low

    @cached_property
    def segments(self) -> list[Segment]:
        """The segments of all lines; they tile the text exactly."""
        return [segment for line in self.lines for segment in self.segments_of(line)]

    def segments_of(self, line: Line) -> Iterator[Segment]:
        """The segments of one line, its line end included as `break`."""
        at = line.start
        marker = MARKER.match(self.text, line.start, line.end)
        if marker and marker.end() > at:
            yield Segment(at, marker.end(), "marker")
            at = marker.end()
        for island in self._islands(at, line.end):
            yield from self._prose(at, island.start)
            yield island
            at = island.end
        yield from self._prose(at, line.end)
        if line.stop > line.end:
            yield Segment(line.end, line.stop, "break")

    @cached_property
    def guests(self) -> list[str]:
        """A character class for each writing system in the text that is not at home, as `[…]`; Latin is never one."""
        strange = [name for name in self.profile if name not in self.home and name != "Latin"]
        groups = {frozenset(EAST_ASIAN.intersection(strange) if name in EAST_ASIAN else {name}) for name in strange}
        return ["[" + "".join(rf"\p{{Script={name}}}" for name in sorted(group)) + "]" for group in sorted(groups, key=sorted)]

    def foreign_runs(self, start: int = 0, end: int | None = None) -> list[Span]:
        """The runs of letters that are not at home in this document, with their tails, in order."""
        stop = len(self.text) if end is None else end
        if not self.guests:
            return []
        if (start, stop) not in self._runs:
            foreign = self.guests if scripts.has_foreign(self.text, self.home, start, stop) else []
            matches = (match for letters in foreign for match in run_pattern(letters).finditer(self.text, start, stop))
            self._runs[start, stop] = sorted(Span(*match.span()) for match in matches)
        return self._runs[start, stop]

    @cached_property
    def _runs(self) -> dict[tuple[int, int], list[Span]]:
        return {}

    def _islands(self, start: int, end: int) -> list[Segment]:
        """Everything in a line that is not plain text of the host, in order, without overlaps."""
        found = [Segment(span.start, span.end, "run") for span in self.foreign_runs(start, end)]
        found += [Segment(match.start(), match.end(), "edge") for match in CELL_EDGE.finditer(self.text, start, end)]
        found += self._enclosed(start, end)
        apart: list[Segment] = []
        for segment in sorted(found):
            if not apart or segment.start >= apart[-1].end:
                apart.append(segment)
        return apart

    def _enclosed(self, start: int, end: int) -> Iterator[Segment]:
        at = start
        while opening := ENCLOSED.search(self.text, at, end):
            first = opening.start()
            closing = _closing(self.text, first, end)
            at = first + 1 if closing is None else closing + 1
            if closing is not None:
                yield Segment(first, at, "bracketed" if opening[0] in PAIRS else "quoted")

    def _prose(self, start: int, end: int) -> Iterator[Segment]:
        """Plain text cut after each sentence and clause, the white space between them apart."""
        ends = [match.end() for pattern in (SENTENCE_END, CLAUSE_END) for match in pattern.finditer(self.text, start, end)]
        for stop in [*sorted(ends), end]:
            body = start
            while body < stop and self.text[body].isspace():
                body += 1
            if body > start:
                yield Segment(start, body, "space")
            if stop > body:
                yield Segment(body, stop, "text")
            start = max(stop, body)


def _closing(text: str, opening: int, end: int) -> int | None:
    """The offset of the sign that closes the bracket or quotation mark at `opening`, at most 300 code points on."""
    signs = PAIRS.get(text[opening]) or QUOTES[text[opening]]
    found = [at for at in (text.find(sign, opening + 1, min(end, opening + 300)) for sign in signs) if at > opening + 1]
    return min(found, default=None)
