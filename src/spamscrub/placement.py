"""Where a candidate stands in its line, and what the rest of the line looks like without it."""

from __future__ import annotations

from dataclasses import dataclass

from spamscrub.candidates import Candidate
from spamscrub.patterns import lazy
from spamscrub.tokenizer import DASHES, MARKER, Document, Line

STOP_BEFORE = lazy(r"(?:[.!?…。！？｡؟۔।॥።։；]|(?<=\p{Greek});)[\"'”’»›」』）)\]】》〉*_]*\s*$")
PARTING = 3
"""A dash that stands between words in so many lines may part words, as in a glossary."""
OPEN_BEFORE = lazy(r"[\p{Ps}\p{Pi}\"'“‘«„<`]\s?$")
DASH_BEFORE = lazy(r"(?:\s[-–—=~]+|[:：=→|｜]|—)\s*$")
DASH_AFTER = lazy(r"\s*(?:[-–—=~]+\s|[:：=→|｜]|—)")
BRACKET_AFTER = lazy(r"\s?[(（\[〔]")
CLOSE_AFTER = lazy(r"\s?[\p{Pe}\p{Pf}\"'”’»“>`]")
FIELD_BEFORE = lazy(r"(?:\s{2,}|\t|\u3000|\s?[·•|｜‧]\s?)$")
FIELD_AFTER = lazy(r"\s{2,}|\t|\u3000|\s?[·•|｜‧]")
QUOTE = lazy(r"[\p{Pi}\p{Pf}\p{Ps}\"'¿¡「『《【«„]")
VIEW = 300
"""Code points of its line that are looked at on either side; bounds the work on endless lines."""
LETTER = lazy(r"[\p{L}\p{M}\p{N}]")


@dataclass(frozen=True, slots=True)
class Placement:
    """A candidate's place: `position` is own-line, head, tail, boundary (after a sentence end), field (a slot
    between separators), item, item-head or middle.

    `before` and `after` are up to 300 code points next to it in the line, white space included; `follows` says what the rest
    begins with: end, marker, capital, lower, digit, quote, bracket, dash, close, caseless, sign.
    """

    position: str
    before: str
    after: str
    follows: str
    after_stop: bool
    glued_left: bool
    glued_right: bool


def place(document: Document, candidate: Candidate) -> Placement:
    """Say where `candidate` stands."""
    line = document.lines[candidate.line]
    before = document.text[max(line.start, candidate.start - VIEW) : candidate.start]
    after = document.text[candidate.end : min(line.end, candidate.end + VIEW)]
    after_stop = bool(STOP_BEFORE.search(before))
    return Placement(
        position=_position(before, after, after_stop),
        before=before,
        after=after,
        follows=_follows(document, candidate, line, before, after),
        after_stop=after_stop,
        glued_left=bool(before) and bool(LETTER.match(before[-1])),
        glued_right=bool(after) and bool(LETTER.match(after[0])),
    )


def _position(before: str, after: str, after_stop: bool) -> str:
    before = before.removeprefix("\ufeff")
    at_start = not before.strip().strip(".")
    at_end = not after.strip()
    if at_start and at_end:
        return "own-line"
    if FIELD_BEFORE.search(before[-4:]) and not MARKER.fullmatch(before) and (at_end or FIELD_AFTER.match(after)):
        return "field"
    if at_start:
        return "head"
    if MARKER.fullmatch(before):
        return "item" if at_end else "item-head"
    if at_end:
        return "tail"
    return "boundary" if after_stop else "middle"


def _follows(document: Document, candidate: Candidate, line: Line, before: str, after: str) -> str:
    rest = after.lstrip()
    if not rest:
        return "end"
    at = candidate.end + len(after) - len(rest)
    if after[:1].isspace() and MARKER.match(document.text, at, line.end) and not _is_dash(document, candidate, rest, before):
        return "marker"
    if BRACKET_AFTER.match(after):
        return "bracket"
    if DASH_AFTER.match(after):
        return "dash"
    if CLOSE_AFTER.match(after) and not after[:1].isspace():
        return "close"
    return _kind_of(rest[0])


def _is_dash(document: Document, candidate: Candidate, rest: str, before: str) -> bool:
    """Whether what looks like a list marker parts words: an item has its own, or it parts others three times as often as lines begin with it."""
    sign = rest[0]
    if MARKER.match(before) or document.text.find(f" {sign} ", candidate.start, candidate.end) >= 0:
        return True
    if sign not in DASHES:
        return False
    opening, behind = document.opening_dashes[sign], rest[1:].lstrip()[:1]
    if document.parting_dashes[sign] >= max(PARTING, 3 * opening):
        return True
    return sign != "-" and not opening and (behind == "(" or behind.islower())


def _kind_of(sign: str) -> str:
    if sign.isdigit():
        return "digit"
    if sign.isupper() or sign.istitle():
        return "capital"
    if sign.islower():
        return "lower"
    if sign.isalpha():
        return "caseless"
    return "quote" if QUOTE.match(sign) else "sign"
