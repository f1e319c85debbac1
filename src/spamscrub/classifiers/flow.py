"""Flow: lines that go on in each other, terminal sessions, numbered captions, and paragraphs in another language.

Manuals and other technical texts are full of lines in lower case without a full stop, and of commands, file names and
untranslated paragraphs in another language. What sets ads apart elsewhere says little there.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

from spamscrub.classifiers.code import is_statement
from spamscrub.classifiers.scene import CLEARLY, OPENS_SMALL, Feature, Page, Scene
from spamscrub.patterns import lazy

UNFINISHED = 40
"""A line of so many characters without a full stop at its end goes on in the next one."""
INDENT = 2
"""So much white space before a line sets it off from the margin."""
ENDS = lazy(r"[.!?…。！？؟۔।։:：;；][\"'”’»」』）)\]]*\s*$")
NUMBER_BEHIND = lazy(r"\s?\d{1,3}(?:[.:]\d{1,3})*[.:)]?(?:\s|$)")
NUMBER_INSIDE = lazy(r"\s?\d{1,3}(?:[.:]\d{1,3})*[.:)]?$")
DOTTED = lazy(r"\d[.:]\d")
NUMBER_BEFORE = lazy(r"\s*(?:\p{L}{1,15}\s?)?(?:\p{Lu}|\d{1,3})(?:\.\d{1,3})+\.?\s*")
TIME_CODE = lazy(r"\d:\d\d(?:[.,]\d+)?\s*-->")
READ = 40
"""A time code stands so near the beginning of its line, and no number that ends a caption is longer; bounds the work on endless ones."""
SUBTITLE = 3
"""No subtitle has more lines."""
SMALL_ITEM = lazy(r"\s*[-–—•·*]\s+\p{Ll}")
PARTICLE = lazy(r"\s?(?:から|まで|には|とは|への|との|での|による|という|として|について|および|または|など|[はがをにのとで])(?=\P{Hiragana})")
"""What ties a word to the rest of a Japanese sentence; before other hiragana it may begin a word of its own, as in とても."""


def features(scene: Scene) -> Iterator[Feature]:
    """Whether the text goes on through it, a terminal session, code, a caption, and how much prose is in another language."""
    where = scene.placement
    if not where.before.strip():
        yield from _goes_on_from_above(scene)
    if not where.after.strip() and _goes_on_below(scene):
        yield Feature("goes-on-below", 1.0, "the line below goes on in lower case")
    if where.follows == "marker" and SMALL_ITEM.match(where.after):
        yield Feature("small-behind-marker", 1.0, "what follows goes on in lower case, as behind a dash")
    if '"' in scene.text and '"' in (where.before[-1:], where.after[:1]):
        yield Feature("cuts-quote", 1.0, "holds a quotation mark, and another one stands beside it")
    if scene.kind != "same" and "Hiragana" in scene.page.document.home and PARTICLE.match(where.after):
        yield Feature("before-particle", 1.0, "a particle ties it to what follows")
    if _is_subtitle(scene):
        yield Feature("subtitle", 1.0, "a time code stands above")
    yield from _terminal(scene)
    yield from _code(scene)
    if scene.kind in ("script", "mixed"):
        yield from _numbered(scene)
    if scene.kind in ("same", "latin"):
        yield from _other_prose(scene)


def _goes_on_from_above(scene: Scene) -> Iterator[Feature]:
    page, number = scene.page, scene.candidate.line
    if number and _is_unfinished(page, number - 1):
        yield Feature("goes-on-from-above", 1.0, "the line above has not come to an end")
    if _indented_as_beside(scene):
        yield Feature("indented", 1.0, "as far from the margin as a line beside it")
    carried = page.carried(number) if OPENS_SMALL.match(scene.text) else 0.0
    if carried:
        yield Feature("lower-as-others", carried, f"{carried:.0%} of the other lines begin in lower case")


def _indented_as_beside(scene: Scene) -> bool:
    page, number, margin = scene.page, scene.candidate.line, scene.placement.before
    if len(margin) < INDENT:
        return False
    beside = [page.line_text(n) for n in (number - 1, number + 1) if 0 <= n < len(page.blank)]
    return any(line.startswith(margin) and bool(line[len(margin) : len(margin) + 1].strip()) for line in beside)


def _is_unfinished(page: Page, number: int) -> bool:
    """Whether a line is long enough to be full, and does not end as a sentence or heading does."""
    text = page.line_text(number).rstrip()
    return len(text) >= UNFINISHED and not ENDS.search(text[-UNFINISHED:])


def _goes_on_below(scene: Scene) -> bool:
    page, below = scene.page, scene.candidate.line + 1
    return below < len(page.blank) and not ENDS.search(scene.text[-UNFINISHED:]) and bool(OPENS_SMALL.match(page.line_text(below)))


def _is_subtitle(scene: Scene) -> bool:
    page, above = scene.page, scene.candidate.line - 1
    for number in range(above, max(-1, above - SUBTITLE), -1):
        if page.blank[number]:
            return False
        if TIME_CODE.search(page.line_text(number)[:READ]):
            return True
    return False


def _terminal(scene: Scene) -> Iterator[Feature]:
    page, number = scene.page, scene.candidate.line
    if page.is_terminal(number):
        yield Feature("terminal-line", 1.0, "the line looks like a command or its output")
    beside = sum(page.is_terminal(n) for n in (number - 1, number + 1) if 0 <= n < len(page.blank))
    if beside:
        yield Feature("terminal-beside", float(beside), f"{beside} lines beside it look like commands or their output")


def _code(scene: Scene) -> Iterator[Feature]:
    """A line of code, or a comment in it and others that hold the same script."""
    page, number = scene.page, scene.candidate.line
    column = page.comments.get(number)
    if column is not None and scene.candidate.start >= page.document.lines[number].start + column:
        yield Feature("comment", 1.0, "in a comment of code")
        others = len(page.scripts_of_comments.get(scene.script, set()) - {number})
        if others:
            yield Feature("comments-alike", min(4.0, log2(1 + others)), f"{others} other comments hold this script")
    elif scene.placement.position == "own-line" and is_statement(page.line_text(number)) and page.is_code:
        yield Feature("statement", 1.0, "a statement of code")


def _numbered(scene: Scene) -> Iterator[Feature]:
    """A word before a number, as before other numbers here; or a heading behind its number."""
    where = scene.placement
    if NUMBER_BEFORE.fullmatch(where.before):
        yield Feature("behind-number", 1.0, "behind the number of a section")
    head, tail = scene.text[:-READ], scene.text[-READ:]
    inside = NUMBER_INSIDE.search(tail)
    number = inside or NUMBER_BEHIND.match(where.after)
    if number is None:
        return
    if DOTTED.search(number[0]):
        yield Feature("dotted-number", 1.0, f"with the number {number[0].strip()!r}, as of a section or example")
    word = (head + tail[: inside.start()] if inside else scene.text).strip()
    others = 0 if where.before.strip() else scene.page.numbered[word] - 1
    if others > 0:
        yield Feature("numbered", min(3.0, log2(1 + others)), f"{others} other lines begin with it and a number")


def _other_prose(scene: Scene) -> Iterator[Feature]:
    """Other lines of prose in a language, or in letters, that are not the host's."""
    page, number = scene.page, scene.candidate.line
    if scene.kind == "same" and page.around.model.ratio(scene.text) < CLEARLY:
        return
    foreign = page.foreign_prose if scene.kind == "same" else page.latin_prose
    others = len(foreign) - (number in foreign)
    if others:
        yield Feature("foreign-prose", min(4.0, log2(1 + others)), f"{others} other lines of prose are not in the host's language")
    if {number - 1, number + 1} & foreign:
        yield Feature("foreign-prose-beside", 1.0, "a line of prose beside it is not in the host's language either")
