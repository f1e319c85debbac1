"""Placement: ads stand alone, at the head or tail of a line or between sentences, where the rest reads well without."""

from __future__ import annotations

from collections.abc import Iterator

from spamscrub.classifiers.scene import DENSE, Feature, Scene
from spamscrub.patterns import lazy
from spamscrub.placement import Placement
from spamscrub.scripts import main_script
from spamscrub.tokenizer import MARKER

HOST_WORD = lazy(r"\p{Lu}[\p{Latin}’']*|\p{Lu}\p{L}*|[\p{P}\p{S}]+|\p{Ll}{1,3}|\d{1,2}")
SPACE_AFTER = lazy(r"\s[\p{Han}\p{Hiragana}\p{Katakana}“「《\d]")
SPACE_BEFORE = lazy(r"[\p{Han}\p{Hiragana}\p{Katakana}。！？”」》]\s")
LATIN_BEFORE = lazy(r"\p{Latin}[\p{Latin}\d'’]*[ ,]?\s?$")
LATIN_AFTER = lazy(r"[ ,]?\s?\p{Latin}")
NUMBER_GOES_ON = lazy(r"[\d年月日号點点:：.,/]\d?|\s?[年月日号]")
NUMBER_LAST = lazy(r"\s\d+$")
NUMBER_FIRST = lazy(r"\d[\d:./-]*\s")
TOKEN_GOES_ON = lazy(r"[/@=_\\]|\.\w")
TOKEN_END = lazy(r"[^\s\p{Han}]*$")
SPACES = lazy(r"\s+")
NAME_GOES_ON = lazy(r"\s\p{Lu}|-\p{L}")


def features(scene: Scene) -> Iterator[Feature]:
    """Where it stands, for letters of a foreign script, Latin letters in another host, and letters at home."""
    where = scene.placement
    yield Feature(where.position, 1.0, _words(where.position))
    if where.position in ("head", "boundary", "item-head", "middle"):
        yield Feature(f"before-{where.follows}", 1.0, f"followed by {where.follows}: {where.after.strip()[:12]!r}")
    if where.position == "tail":
        yield Feature(f"after-{'stop' if where.after_stop else 'word'}", 1.0, "after a full stop" if where.after_stop else "after a word")
    yield from _odd_space(scene)
    yield from _cuts(scene)
    if where.glued_left:
        yield Feature("glued-left", 1.0, f"touches {where.before[-6:]!r}")
    if where.glued_right:
        yield Feature("glued-right", 1.0, f"touches {where.after[:6]!r}")
    if where.follows == "marker" and _marker_fits(scene):
        yield Feature("marker-fits", 1.0, "the list marker behind it is that of the lines around")
    if where.position == "own-line":
        yield from _alone(scene)


def _words(position: str) -> str:
    return {"own-line": "alone on its line", "head": "at the head of a line", "tail": "at the end of a line", "boundary": "between two sentences",
            "item": "a list item", "item-head": "behind a list marker", "field": "a field between separators"}.get(position, "inside a sentence")


def _cuts(scene: Scene) -> Iterator[Feature]:
    """Signs that the candidate begins or ends in the wrong place."""
    where, text = scene.placement, scene.text
    if text[-1].isdigit() and NUMBER_GOES_ON.match(where.after):
        yield Feature("cuts-number", 1.0, f"the number goes on: {where.after[:4]!r}")
    if (_in_token(where.before) and not where.after_stop) or TOKEN_GOES_ON.match(where.after):
        yield Feature("cuts-token", 1.0, "inside an address, path or name")
    if text[-1].isdigit() and where.after.strip() and NUMBER_LAST.search(text) and not scene.ends_with_contact:
        yield Feature("number-at-end", 1.0, "ends with a number that may be the host's")
    if where.position != "own-line" and NUMBER_FIRST.match(text) and not scene.begins_with_contact:
        yield Feature("number-at-start", 1.0, "begins with a number or date that may be the host's")
    if scene.kind == "latin":
        yield from _latin_goes_on(where)
    words = text.split()
    if text[0].islower() and words[-1][:1].isupper() and NAME_GOES_ON.match(where.after):
        yield Feature("cuts-name", 1.0, f"words with capitals go on: {words[-1][:12]!r}, {where.after.strip()[:12]!r}")
    if scene.kind in ("script", "latin", "mixed"):
        edges = SPACES.split(text)
        first, last = edges[: not scene.begins_with_contact], edges[len(edges) - (not scene.ends_with_contact) :]
        if len(edges) > 1 and any(_may_be_the_hosts(scene, word) for word in (*first, *last)):
            yield Feature("host-word-at-edge", 1.0, "begins or ends with what may be the host's word")


def _latin_goes_on(where: Placement) -> Iterator[Feature]:
    """Latin words go on beside it in a host of another script: the stretch is cut too short, or in two."""
    if not where.after_stop and LATIN_BEFORE.search(where.before):
        yield Feature("latin-before", 1.0, f"Latin letters stand before it: {where.before[-8:]!r}")
    goes_on = LATIN_AFTER.match(where.after)
    if goes_on:
        name = "latin-name-behind" if goes_on[0][-1].isupper() else "latin-behind"
        yield Feature(name, 1.0, f"Latin letters go on: {where.after[:8]!r}")


def _in_token(before: str) -> bool:
    """Whether an address, path or name with signs in it stands directly before."""
    if before[-1:].isspace():
        return False
    token = TOKEN_END.search(before[before.rfind(" ") + 1 :])
    return token is not None and any(sign in token[0] for sign in "/@=_.\\")


def _may_be_the_hosts(scene: Scene, word: str) -> bool:
    """Whether a word at the edge of a foreign stretch looks like the first or last of the host's own.

    Latin words are the host's in a text of other letters where its prose has them too.
    """
    if scene.kind == "latin" and word[0].isalpha():
        return word[0].isupper() and scene.is_known(word)
    foreign = scene.kind == "script" and main_script(word) == scene.script
    return not foreign and bool(HOST_WORD.fullmatch(word))


def _odd_space(scene: Scene) -> Iterator[Feature]:
    """A space where the host writes without: Han, space, Han."""
    where = scene.placement
    sides = bool(SPACE_BEFORE.fullmatch(where.before[-2:])) + bool(SPACE_AFTER.fullmatch(where.after[:2]))
    if sides and scene.page.odd_spaces <= 0.1 * scene.page.filled and DENSE.search(scene.text):
        yield Feature("odd-space", float(sides), "set off by a space in a text written without")


def _marker_fits(scene: Scene) -> bool:
    document, number = scene.page.document, scene.candidate.line
    rest = scene.placement.after.strip()
    own = rest[:1]
    for other in (number - 1, number + 1):
        if 0 <= other < len(document.lines):
            line = document.lines[other]
            marker = MARKER.match(document.text, line.start, line.end)
            sign = marker[0].strip() if marker else ""
            if set(sign) == {own} and not rest.startswith(sign):  # a dash beside two of them
                continue
            if sign and (sign[:1] == own or (own.isdigit() and sign[:1].isdigit())):
                return True
    return False


def _alone(scene: Scene) -> Iterator[Feature]:
    blank, number = scene.page.blank, scene.candidate.line
    above = blank[number - 1] if number else True
    below = blank[number + 1] if number + 1 < len(blank) else True
    if number == 0:
        yield Feature("first-line", 1.0, "the first line")
    elif number == scene.page.last_filled:
        yield Feature("last-line", 1.0, "the last line")
    if not above and not below and scene.page.has_blanks:
        yield Feature("in-place-of-blank", 1.0, "no blank line above or below, though the page has some")
    elif above and below:
        if scene.page.spaced:
            yield Feature("own-paragraph", 1.0, "blank lines round it, as round all paragraphs here")
        else:
            yield Feature("own-block", 1.0, "a block of its own, where blocks have several lines")
    elif above != below:
        yield Feature("block-edge", 1.0, "at the edge of a block")
