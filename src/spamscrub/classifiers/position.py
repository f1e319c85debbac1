"""Placement: ads stand alone, at the head or tail of a line or between sentences, where the rest reads well without."""

from __future__ import annotations

from collections.abc import Iterator

from spamscrub.classifiers.scene import Feature, Scene
from spamscrub.tokenizer import MARKER


def features(scene: Scene) -> Iterator[Feature]:
    """Where it stands, for letters of a foreign script, Latin letters in another host, and letters at home."""
    where = scene.placement
    yield Feature(where.position, 1.0, _words(where.position))
    if where.position in ("head", "boundary", "item-head", "middle"):
        yield Feature(f"before-{where.follows}", 1.0, f"followed by {where.follows}: {where.after.strip()[:12]!r}")
    if where.position == "tail":
        yield Feature(f"after-{'stop' if where.after_stop else 'word'}", 1.0, "after a full stop" if where.after_stop else "after a word")
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
            "item": "a list item", "item-head": "behind a list marker"}.get(position, "inside a sentence")


def _marker_fits(scene: Scene) -> bool:
    document, number = scene.page.document, scene.candidate.line
    own = scene.placement.after.strip()[:1]
    for other in (number - 1, number + 1):
        if 0 <= other < len(document.lines):
            line = document.lines[other]
            marker = MARKER.match(document.text, line.start, line.end)
            if marker and (marker[0].strip()[:1] == own or (own.isdigit() and marker[0].strip()[:1].isdigit())):
                return True
    return False


def _alone(scene: Scene) -> Iterator[Feature]:
    blank, number = scene.page.blank, scene.candidate.line
    above = blank[number - 1] if number else True
    below = blank[number + 1] if number + 1 < len(blank) else True
    if number == 0:
        yield Feature("first-line", 1.0, "the first line")
    elif all(blank[number + 1 :]):
        yield Feature("last-line", 1.0, "the last line")
    if not above and not below and any(blank):
        yield Feature("in-place-of-blank", 1.0, "no blank line above or below, though the page has some")
    elif above and below:
        yield Feature("own-block", 1.0, "a block of its own")
    elif above != below:
        yield Feature("block-edge", 1.0, "at the edge of a block")
