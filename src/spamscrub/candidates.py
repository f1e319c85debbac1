"""Which stretches of a document are judged at all: generous, because judging is where precision is made."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise

import regex

from spamscrub import contacts
from spamscrub.language import HostModel
from spamscrub.packs import Hit, Matcher, Reading
from spamscrub.patterns import lazy
from spamscrub.scripts import CASELESS_DENSE
from spamscrub.spans import Span
from spamscrub.tokenizer import MARKER, SENTENCE_END, Document, Line

SHORT = 160
"""A longer line is no candidate as a whole."""

MOST_WORDS = 12
"""Ads of the same script are looked for in the first and last words of a sentence."""

LONG_WORDS = 24
"""So many words an ad has that is a sentence."""

MOST_JOINED = 3
"""Contacts join no more runs than so many to one."""

CROWDED = 80
"""A line with more lexicon hits is a list or a dictionary; only its single words and pairs are tried."""

WORD = lazy(r"[\p{L}\p{M}\p{N}][\p{L}\p{M}\p{N}'’%€$£.+/-]*(?<![.'’+/-])|[\p{Sc}+]\d[\d.,]*")
GOES_ON = lazy(rf"[\"“]?\p{{L}}\p{{Ll}}*+(?:,? \p{{Ll}}++(?:['’]\p{{Ll}}++)?+){{{MOST_WORDS}}}[ .,!?]")
"""The opening of a sentence that goes on in lower case for so many words."""
LATIN_PHRASE = lazy(
    r"(?:(?<![\p{L}\p{N}])\d+[%€$]?\s)?\p{Latin}[\p{Latin}\p{M}\d'’%&+/.-]*(?:[ ,|_]{1,2}[\p{Latin}\d$€£][\p{Latin}\p{M}\d'’%&+/.-]*)*(?<![.+/&'’-])"
)
SPACED_TAIL = lazy(r"[ ](?:[A-Za-z]{0,3}\d{1,6}(?:[.,]\d{1,3})?[ ]?[%％]?)(?![\p{N}\p{Ll}])")
GLUED_TAIL = lazy(r"[-_]?[A-Za-z]{0,3}\d{2,6}(?![\p{N}\p{Ll}])")
DIGITS_FIRST = lazy(r"[A-Za-z]{0,3}\d+")
DIGITS_LAST = lazy(r"\s?\d+$")
NAME_MAY_BEGIN = lazy(r"[ ](?=\p{Lu})|(?<=[\p{Ll}\d])(?=\p{Lu})|(?<=\p{L}{2})(?=\d)")
SPACE = lazy(r"\s")
CAPITAL = lazy(r"[\p{Lu}\p{Lt}]")
SET_OFF = lazy(r"\s*[-*•\"“«„('\[¿¡#–—√]+\s*")
HALT = lazy(r"[.!?:;]")
STOP_INSIDE = lazy(r"[.!?][\"”’»)]?\p{L}{3}")
GLUED_STOP = lazy(r"(?<=\p{Ll}{2}[.!?][\"”’»)]?)(?=\p{L}{3,}\s)(?!(?:com|net|org|html|htm|php|css|json|yml|txt|xml|info)\b)")
LETTER_TAIL = lazy(r"(?<=[^\p{Latin}\d])[A-Za-z]{1,3}$")
SIGNS = lazy(r"[\p{Sc}--[$]]\s?\d[\d.,]*(?<!\p{P})|[\uff01-\uff5e]{3,}", regex.V1)
"""Amounts in another currency and full-width letters: seldom an ad, and worth a word in an explanation."""
INNER = lazy(
    r"""(?:[\p{L}\p{N}\p{So}\p{Sc}+@¿¡✅❤]|\#(?=\p{L})|[\p{Ps}\p{Pi}"'](?=\S))
        (?:.*[\p{L}\p{M}\p{N}\p{So}\p{Sc}\p{Pe}\p{Pf}.!?…。！？%％"'✅❤])?""",
    regex.VERBOSE | regex.DOTALL,
)
"""What can begin and end an ad."""
CLOSING = {"(": ")", "（": "）", "[": "]", "【": "】", "《": "》", "〈": "〉", "「": "」", "『": "』", "“": "”", "„": "“”", "«": "»", "‹": "›", '"': '"'}
OPENING = {")": "(", "）": "（", "]": "[", "】": "【", "》": "《", "〉": "〈", "」": "「", "』": "『", "”": "“„", "»": "«", "›": "‹", '"': '"'}
CAMEL = lazy(r"(?<=[\p{Ll}\d%])(?=\p{Lu})")
BLOCK_START = lazy(r"[\p{Lu}\p{Lt}\p{Nd}\p{Ps}\p{Pi}\"'¿¡«„“»*#•√–—-]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A stretch that may be an ad: its span without separators, its line, and how it was come by."""

    start: int
    end: int
    line: int
    source: str


@dataclass(frozen=True)
class Surroundings:
    """What the candidate search may ask: the document, its lexicon hits and its language model."""

    document: Document
    matcher: Matcher
    model: HostModel

    @cached_property
    def reading(self) -> Reading:
        """The document as the packs' automata see it."""
        return self.matcher.read(self.document.text)

    @cached_property
    def hits(self) -> list[list[Hit]]:
        """The lexicon hits of each line."""
        found: list[list[Hit]] = [[] for _ in self.document.lines]
        for number in sorted({self.document.line_at(hit.start) for hit in self.matcher.triggers(self.reading)}):
            line = self.document.lines[number]
            found[number] = self.matcher.hits(self.document.text, line.start, line.end)
        return found


Worth = Callable[[int, Span], bool]
"""Whether what begins a sentence, a stretch of the line of that number, can be worth judging."""


def candidates(around: Surroundings, worth: Worth | None = None) -> list[Candidate]:
    """Every candidate of the document once, in order of position; of sentences that are not `worth` it, no heads."""
    document = around.document
    best: dict[Span, Candidate] = {}
    for number, line in enumerate(document.lines):
        if not document.text[line.start : line.end].strip():
            continue
        for source, span in _of_line(around, number, line, worth):
            trimmed = trim(document.text, span)
            if trimmed.end > trimmed.start:
                best.setdefault(trimmed, Candidate(trimmed.start, trimmed.end, number, source))
    return sorted(best.values(), key=lambda c: (c.start, c.end))


def _of_line(around: Surroundings, number: int, line: Line, worth: Worth | None) -> Iterator[tuple[str, Span]]:
    document, text = around.document, around.document.text
    starts = sentence_starts(text, line)
    hits = [hit for hit in around.hits[number] if hit.role != "part"]
    yield from (("run", span) for span in _runs(document, line))
    yield from (("lexicon", span) for span in _clusters(text, around.hits[number], line, starts))
    if "Latin" not in document.home or document.home & CASELESS_DENSE:
        yield from (("latin", span) for span in _latin(text, line))
    if hits and not document.home & CASELESS_DENSE:
        yield from (("piece", span) for span in _most_foreign(around.model, text, line, starts, hits))
        yield from (("piece", span) for span in _long_heads(text, line, starts, hits))
    opened = [Span(*ends) for ends in pairwise([*starts, line.end]) if worth is None or worth(number, Span(*ends))]
    yield from (("piece", span) for span in _pieces(document, line, starts, opened))
    if not text.isascii():
        yield from (("sign", Span(*match.span())) for match in SIGNS.finditer(text, line.start, line.end))


def _pieces(document: Document, line: Line, starts: Sequence[int], opened: Sequence[Span]) -> Iterator[Span]:
    """What of a line may be an ad by its place alone: the line, what begins one of some sentences, what ends the line."""
    if document.home & CASELESS_DENSE:
        yield from _dense_pieces(document.text, line, starts)
    else:
        yield from _spaced_pieces(document.text, line, starts, opened)
    if line.end - line.start <= SHORT:
        yield Span(line.start, line.end)


def sentence_starts(text: str, line: Line) -> list[int]:
    """Where sentences begin in a line: its start (after a list marker too) and after each sentence end."""
    starts = [line.start]
    marker = MARKER.match(text, line.start, line.end)
    if marker and line.start < marker.end() < line.end:
        starts.append(marker.end())
    ends = [match.end() for match in SENTENCE_END.finditer(text, line.start, line.end)]
    if STOP_INSIDE.search(text, line.start, line.end):
        ends += [match.end() for match in GLUED_STOP.finditer(text, line.start, line.end)]
    for at in sorted(ends):
        while at < line.end and text[at].isspace():
            at += 1
        if at < line.end:
            starts.append(at)
    return starts


def trim(text: str, span: Span) -> Span:
    """The span without white space and list, table or code signs at its ends; they are the host's."""
    inner = INNER.search(text, span.start, span.end)
    if not inner:
        return Span(span.start, span.start)
    start, end = inner.span()
    if text[start] in CLOSING and not any(sign in text[start + 1 : end] for sign in CLOSING[text[start]]):
        return trim(text, Span(start + 1, end))
    if text[end - 1] in OPENING and not any(sign in text[start : end - 1] for sign in OPENING[text[end - 1]]):
        return trim(text, Span(start, end - 1))
    return Span(start, end)


def _runs(document: Document, line: Line) -> Iterator[Span]:
    """Runs of a foreign script; also with a code or number behind a space, and without digits that may be the host's."""
    runs = document.foreign_runs(line.start, line.end)
    yield from _with_contacts(document.text, line, runs)
    for run in runs:
        yield run
        digits = DIGITS_FIRST.match(document.text, run.start, run.end)
        if digits:
            yield Span(digits.end(), run.end)
        letters = LETTER_TAIL.search(document.text, run.start, run.end)
        if letters:
            yield Span(run.start, letters.start())
        tail = SPACED_TAIL.match(document.text, run.end, line.end)
        if tail:
            yield Span(run.start, tail.end())


def _with_contacts(text: str, line: Line, runs: Sequence[Span]) -> Iterator[Span]:
    """Runs with the contact directly behind or before them, and on to the next ones where contacts stand between."""
    joined: dict[int, tuple[int, int]] = {}  # how far one reaches that begins there, and how many runs that are
    for run in reversed(runs):
        reach, many = run.end, 1
        stop = contacts.behind(text, run.end, line.end)
        if stop is not None:
            yield Span(run.start, stop)
            further, more = joined.get(stop + text.startswith(" ", stop), (stop, 0))
            reach, many = (further, 1 + more) if more < MOST_JOINED else (stop, 1)
            yield Span(run.start, reach)
        joined[run.start] = reach, many
        start = contacts.before(text, line.start, run.start)
        if start is not None:
            yield Span(start, run.end)
            yield Span(start, reach)


def _latin(text: str, line: Line) -> Iterator[Span]:
    """Latin phrases in a host without Latin letters; also cut before a capital, where a host's name may follow."""
    for match in LATIN_PHRASE.finditer(text, line.start, line.end):
        yield Span(*match.span())
        stop = contacts.behind(text, match.end(), line.end)
        if stop is not None:
            yield Span(match.start(), stop)
        digits = DIGITS_LAST.search(match[0])
        if digits:
            yield Span(match.start(), match.start() + digits.start())
        for cut in NAME_MAY_BEGIN.finditer(match[0]):
            yield Span(match.start(), match.start() + cut.start())
            yield Span(match.start() + cut.end(), match.end())


def _dense_pieces(text: str, line: Line, starts: Sequence[int]) -> Iterator[Span]:
    """In a host without spaces between words: what stands before the first or behind the last space."""
    for start in starts:
        stop = min([at for at in starts if at > start], default=line.end)
        spaces = [match.start() for match in SPACE.finditer(text[start:stop])]
        for at in spaces[:4]:
            if 1 < at <= 60:
                yield Span(start, start + at)
        for at in spaces[-4:]:
            if stop - start - at <= 60:
                yield Span(start + at + 1, stop)


def _spaced_pieces(text: str, line: Line, starts: Sequence[int], opened: Sequence[Span]) -> Iterator[Span]:
    """Heads of a sentence before a capital or marker, and the last sentence."""
    for start, stop in opened:
        if not GOES_ON.match(text, start, stop):
            yield from _heads(text, start, [Span(*match.span()) for match in islice(WORD.finditer(text, start, stop), MOST_WORDS + 1)])
    if WORD.search(text, starts[-1], line.end):
        yield Span(starts[-1], line.end)


def _heads(text: str, start: int, words: Sequence[Span]) -> Iterator[Span]:
    found = 0
    camel = bool(words) and CAMEL.search(text, start, words[-1].end) is not None
    for before, word in pairwise(words):
        gap = text[before.end : word.start]
        inside = CAMEL.search(text, before.start, before.end) if camel else None
        if inside:
            yield Span(start, inside.start())
            found += 1
        signs = gap != " " and gap.strip(" ")
        if signs and not SET_OFF.fullmatch(gap):
            if HALT.search(gap):
                return
            continue
        if signs or (not text[word.start].islower() and BLOCK_START.match(text, word.start)):
            yield Span(start, before.end)
            found += 1
        if found >= 4:
            return


def _most_foreign(model: HostModel, text: str, line: Line, starts: Sequence[int], hits: Sequence[Hit]) -> Iterator[Span]:
    """Of sentences with words of ads, the first and the last few words that another language explains best."""
    for start, stop in pairwise([*starts, line.end]):
        if not any(start <= hit.start < stop for hit in hits):
            continue
        words = [Span(*match.span()) for match in WORD.finditer(text, start, stop)]
        heads = [Span(words[0].start, word.end) for word in words[:MOST_WORDS]]
        tails = [Span(word.start, words[-1].end) for word in words[-MOST_WORDS:]]
        for spans in (heads, tails):
            best = model.most_foreign([text[span.start : span.end] for span in spans])
            if best is not None:
                yield spans[best]


def _long_heads(text: str, line: Line, starts: Sequence[int], hits: Sequence[Hit]) -> Iterator[Span]:
    """What begins a sentence and is as long as one, with words of ads in it, before a capital."""
    for start, stop in pairwise([*starts, line.end]):
        at = bisect_left(hits, start, key=_hit_start)
        if at == len(hits) or hits[at].start >= stop:
            continue
        words = [Span(*match.span()) for match in islice(WORD.finditer(text, start, stop), LONG_WORDS + 1)]
        ends = (before.end for before, word in pairwise(words[MOST_WORDS - 1 :]) if text[before.end : word.start] == " " and CAPITAL.match(text, word.start))
        yield from (Span(start, end) for end in islice(ends, 3) if hits[at].end <= end)


def _hit_start(hit: Hit) -> int:
    return hit.start


def _clusters(text: str, hits: Sequence[Hit], line: Line, starts: Iterable[int]) -> Iterator[Span]:
    """Stretches from one lexicon hit to another, also out to the ends of their sentence where those are near."""
    if not any(hit.role != "part" for hit in hits):
        return
    edges = sorted({*starts, line.start, line.end})
    tops = _widest([hit for hit in hits if hit.role != "part" or not text[hit.start : hit.end].isdigit()])
    for first, hit in enumerate(tops):
        left = edges[bisect_right(edges, hit.start) - 1]
        for last in range(first, min(len(tops), first + (10 if len(tops) <= CROWDED else 2))):
            if not any(h.role != "part" for h in tops[first : last + 1]):
                continue
            if last > first and tops[last].start - tops[last - 1].end > 25:
                break
            end = tops[last].end
            yield Span(hit.start, end)
            tail = SPACED_TAIL.match(text, end, line.end) or GLUED_TAIL.match(text, end, line.end)
            if tail:
                yield Span(hit.start, tail.end())
            stop, start = contacts.behind(text, end, line.end), contacts.before(text, left, hit.start)
            if stop is not None:
                yield Span(hit.start, stop)
            if start is not None:
                yield Span(start, stop or end)
            right = edges[bisect_left(edges, end)]
            if 0 < hit.start - left <= 25:
                yield Span(left, end)
            if 0 < right - end <= 25:
                yield Span(hit.start, right)


def _widest(hits: Sequence[Hit]) -> list[Hit]:
    """The hits that no other hit contains, in order."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end)):
        if not kept or hit.end > kept[-1].end:
            kept.append(hit)
    return kept
