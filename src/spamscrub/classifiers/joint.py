"""The joint: whether what stands on both sides of a stretch stands together elsewhere, as it does where something was put between."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

from spamscrub.classifiers.scene import Feature, Scene
from spamscrub.patterns import lazy

IDEOGRAMS = lazy(r"[\p{Han}\p{Hiragana}\p{Katakana}]+")
UNSPACED = lazy(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]+")
WORD_BEFORE = lazy(r"[\p{L}\p{M}\p{N}'’-]*[\p{L}\p{M}]$")
WORD_AFTER = lazy(r"[\p{L}\p{M}][\p{L}\p{M}\p{N}'’-]*")
IN_WORD = lazy(r"[\p{L}\p{M}\p{N}]")
LONGEST = 40
"""No word is longer."""
FAR = 8000
"""So many code points before and behind it are looked through; bounds the work on endless texts."""
STEPS = ((1, 1), (1, 2), (2, 2))
"""So many ideograms on either side, or the other way round, are looked for, the next ones where those are found."""
STEPS_OF_LETTERS = ((2, 2), (3, 3), (4, 4))
"""The same of letters of scripts without spaces."""


def features(scene: Scene) -> Iterator[Feature]:
    """How much of what it parts stands together elsewhere: a word of either side, or ideograms or letters where words are not set apart."""
    before, after = scene.placement.before.rstrip(" "), scene.placement.after.lstrip(" ")
    for script, steps in ((IDEOGRAMS, STEPS), (UNSPACED, STEPS_OF_LETTERS)):
        if script.fullmatch(before[-1:] + after[:1]):
            taken = _taken(scene, [[join for join in _joins(before, after, step) if script.fullmatch(join)] for step in steps])
            if taken:
                yield Feature("reads-on", taken / 2, f"{_joins(before, after, steps[0])[0]!r} stands elsewhere without it")
            return
    left, right = WORD_BEFORE.search(before[-LONGEST:]), WORD_AFTER.match(after[:LONGEST])
    if left and right:
        inside = scene.placement.glued_left and scene.placement.glued_right
        join = left[0] + " " * (not inside) + right[0]
        if _stands(scene, join, whole=True):
            yield Feature("reads-on", 1.0, f"{join!r} stands elsewhere without it")


def _taken(scene: Scene, steps: Sequence[Sequence[str]]) -> int:
    """How many steps have a string that stands elsewhere, up to the first that has none."""
    return sum(1 for _ in takewhile(lambda joins: any(_stands(scene, join) for join in joins), steps))


def _joins(before: str, after: str, step: tuple[int, int]) -> list[str]:
    """What stands beside it, so many characters of either side and the other way round."""
    return [before[-left:] + after[:right] for left, right in {step, step[::-1]} if len(before) >= left and len(after) >= right]


def _stands(scene: Scene, join: str, *, whole: bool = False) -> bool:
    """Whether a string stands in the text before or behind it, no letter beside it if `whole`."""
    text, start, end = scene.page.document.text, scene.candidate.start, scene.candidate.end
    return any(_is_in(text, join, *part, whole=whole) for part in ((max(0, start - FAR), start), (end, min(len(text), end + FAR))))


def _is_in(text: str, join: str, start: int, end: int, *, whole: bool) -> bool:
    at = text.find(join, start, end)
    while at >= 0 and whole and (IN_WORD.match(text[at - 1 : at]) or IN_WORD.match(text[at + len(join) : at + len(join) + 1])):
        at = text.find(join, at + 1, end)
    return at >= 0
