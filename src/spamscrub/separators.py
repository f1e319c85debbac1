"""What goes together with an injected string: the space, separator or line end that came with it.

Seen on infected pages: a prefix brought one space, an own line mostly replaced a blank line and sometimes was inserted,
a tail brought the space before it, a list at the end of the page the line ends before it. Where both readings of an
own line are possible, the spacing of the rest of the document decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise, zip_longest
from typing import NamedTuple

import regex

from spamscrub.patterns import lazy
from spamscrub.spans import Span
from spamscrub.tokenizer import MARKER, Document

DENSE = lazy(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}。！？；，、「」『』《》“”（）【】]")
FIELD = lazy(r"\s*[·•|｜/‧]\s*|\s{2,}|\u3000")
STOP = lazy(r"[.!?…。！？؟۔।:：;；][\"'”’»)）」』]*\s*$")
LONG = 80
"""A line longer than this is a paragraph even without a full stop."""


def with_separators(document: Document, contents: Sequence[Span]) -> list[Span]:
    """The spans to cut for ads that stand at `contents` (sorted, apart): each with its own separators."""
    if not contents:
        return []
    spacing = Spacing(document, contents)
    out: list[Span] = []
    number = 0
    while number < len(contents):
        block = spacing.block_at(number)
        if block:
            out += spacing.cut_block(contents[number : number + len(block)], block)
            number += len(block)
        else:
            out.append(_inside_line(document, contents[number]))
            number += 1
    return _apart(out, contents)


def _apart(spans: Sequence[Span], contents: Sequence[Span]) -> list[Span]:
    """The same spans, none reaching into the ad behind it, and a later one giving way where two claim one separator."""
    out: list[Span] = []
    for span, behind in zip_longest(spans, contents[1:]):
        start = max(span.start, out[-1].end) if out else span.start
        out.append(Span(start, min(span.end, behind.start) if behind else span.end))
    return out


class Gap(NamedTuple):
    """Two neighbouring filled lines, by what they look like."""

    above: str
    below: str


ANY = Gap("", "")
"""Two filled lines of any look."""


class Spacing:
    """How a document separates its lines, asked where an own line is cut."""

    def __init__(self, document: Document, contents: Sequence[Span]):
        self.document = document
        self.contents = contents
        text, lines = document.text, document.lines
        self.heads = {span.start: span.end for span in contents}
        self.own: dict[int, int] = {}
        for number, span in enumerate(contents):
            at = document.line_at(span.start)
            line = lines[at]
            rest = text[line.start : span.start].removeprefix("\ufeff") + text[span.end : line.end]
            if not rest.strip() or (MARKER.fullmatch(text[line.start : span.start]) and not text[span.end : line.end].strip()):
                self.own[number] = at
        cut = set(self.own.values())
        self.kept = [n for n, line in enumerate(lines) if n not in cut and text[line.start : line.end].strip()]
        self.tallies = self._tally(cut)

    def _tally(self, cut: set[int]) -> dict[Gap, Counter[int]]:
        """How many blank lines stand between two filled lines of each look; an empty look stands for any."""
        found: dict[Gap, Counter[int]] = {}
        looks = [self._look(number) for number in self.kept]
        for (above, below), (upper, lower) in zip(pairwise(self.kept), pairwise(looks), strict=True):
            if cut.isdisjoint(range(above, below)):
                for gap in _ever_less_alike(Gap(upper, lower)):
                    found.setdefault(gap, Counter())[below - above - 1] += 1
        return found

    def _look(self, number: int) -> str:
        line = self.document.lines[number]
        piece = self.document.text[self.heads.get(line.start, line.start) : line.end].lstrip(" ")
        marker = MARKER.match(piece)
        if marker:
            sign = marker[0].strip()[:1]
            return "1" if sign.isalnum() else sign
        return "paragraph" if len(piece) > LONG or STOP.search(piece) else "heading"

    def block_at(self, number: int) -> list[int]:
        """The lines of the own-line ads that follow each other directly from content `number` on."""
        block: list[int] = []
        while number in self.own and (not block or self.own[number] == block[-1] + 1):
            block.append(self.own[number])
            number += 1
        return block

    def cut_block(self, contents: Sequence[Span], block: Sequence[int]) -> list[Span]:
        """The spans for ads that fill the consecutive lines `block`."""
        lines, text = self.document.lines, self.document.text
        at = bisect_left(self.kept, block[0])
        above = self.kept[at - 1] if at else None
        below = self.kept[at] if at < len(self.kept) else None
        whole = [Span(lines[n].start, lines[n].stop) for n in block]
        if below is None:
            return self._at_the_end(block, above)
        if above is None:
            whole[-1] = Span(whole[-1].start, lines[below].start)
            if text.startswith("\ufeff"):
                whole[0] = Span(max(1, whole[0].start), whole[0].end)
            return whole
        blanks = below - above - 1 - len(block)
        if self._left_blank(Gap(self._look(above), self._look(below)), blanks):
            whole[-1] = Span(lines[block[-1]].start, lines[block[-1]].end)
        elif blanks >= 2 and block[0] - 1 > above and below > block[-1] + 1 and not self._usual(blanks):
            whole[-1] = Span(whole[-1].start, lines[block[-1] + 1].stop)
        return whole

    def _at_the_end(self, block: Sequence[int], above: int | None) -> list[Span]:
        """Ads below the last line take the line ends before them; the text keeps its own last line end."""
        lines = self.document.lines
        if above is None:
            return [Span(lines[n].start, lines[n].end) for n in block]
        starts = [lines[above].end, *(lines[n].end for n in block[:-1])]
        return [Span(start, lines[n].end) for start, n in zip(starts, block, strict=True)]

    def _usual(self, blanks: int) -> bool:
        return self.tallies.get(ANY, Counter())[blanks] > 0

    def _left_blank(self, gap: Gap, blanks: int) -> bool:
        """Whether the ad replaced a blank line: then the rest of the document has one more blank line at such places."""
        everywhere = self.tallies.get(ANY)
        if not everywhere:
            return False
        has_blanks = any(everywhere[n] for n in everywhere if n)
        inserted = self._frequency(gap, blanks) + 0.02 * (blanks > 0)
        replaced = self._frequency(gap, blanks + 1) + 0.02 * (blanks == 0 and has_blanks)
        return replaced > inserted

    def _frequency(self, gap: Gap, blanks: int) -> float:
        """How usual `blanks` blank lines are between such lines, looking at ever less alike places."""
        seen = [self.tallies.get(kind, Counter()) for kind in _ever_less_alike(gap)]
        return sum(weight * tally[blanks] / (tally.total() + 0.5) for weight, tally in zip((4.0, 1.0, 1.0, 0.5), seen, strict=True))


def _ever_less_alike(gap: Gap) -> tuple[Gap, Gap, Gap, Gap]:
    return gap, Gap("", gap.below), Gap(gap.above, ""), ANY


def _inside_line(document: Document, content: Span) -> Span:
    """The span for an ad that shares its line with the host."""
    text = document.text
    line = document.lines[document.line_at(content.start)]
    before, after = text[line.start : content.start], text[content.end : line.end]
    field = FIELD.match(after)
    if field and before and _ends_with(before, field[0]):
        return Span(content.start, content.end + len(field[0]))
    if not before.strip():
        return Span(content.start, content.end + after[:1].isspace())
    if not after.strip():
        return Span(content.start - before[-1:].isspace(), content.end)
    spaced_left, spaced_right = before[-1:].isspace(), after[:1].isspace()
    if spaced_left and spaced_right:
        return Span(content.start, content.end + 1)
    if spaced_right and DENSE.match(before[-1]) and DENSE.match(after.lstrip()):
        return Span(content.start, content.end + 1)
    if spaced_left and regex.match(r"[\p{Po}\p{Pe}\p{Pf}]", after) and not MARKER.fullmatch(before):
        return Span(content.start - 1, content.end)
    return content


def _ends_with(before: str, separator: str) -> bool:
    """Whether the same field separator stands before the ad as behind it."""
    return before.endswith(separator) or (bool(separator.strip()) and before.rstrip().endswith(separator.strip()))
