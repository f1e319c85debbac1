"""The joint: whether words of ads inside a sentence were put there. What they part stands together elsewhere, or they are in capitals between words that are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import takewhile

import regex

from spamscrub.classifiers.scene import CLEARLY, WORDS, Feature, Scene
from spamscrub.patterns import lazy

IDEOGRAMS = lazy(r"[\p{Han}\p{Hiragana}\p{Katakana}]+")
UNSPACED = lazy(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}\p{Tibetan}]+")
WORD_BEFORE = lazy(r"[\p{L}\p{M}\p{N}'’-]*[\p{L}\p{M}]$")
WORD_AFTER = lazy(r"[\p{L}\p{M}][\p{L}\p{M}\p{N}'’-]*")
LETTER = lazy(r"[\p{L}\p{M}]")
IN_WORD = lazy(r"[\p{L}\p{M}\p{N}]")
SEVERAL = 3
"""So many words with capitals are more than most names have."""
LONGEST = 40
"""No word is longer."""
FAR = 8000
"""So many code points before and behind it are looked through; bounds the work on endless texts."""
STEPS = ((1, 1), (1, 2), (2, 2))
"""So many ideograms on either side, or the other way round, are looked for, the next ones where those are found."""
STEPS_OF_LETTERS = ((2, 2), (3, 3), (4, 4))
"""The same of letters of scripts without spaces."""


def features(scene: Scene) -> Iterator[Feature]:
    """Whether the sentence reads on without it, and whether it stands out by its capitals."""
    before, after = scene.placement.before.rstrip(" "), scene.placement.after.lstrip(" ")
    yield from _reads_on(scene, before, after)
    if _is_small(WORD_BEFORE.search(before[-LONGEST:])) and _is_small(WORD_AFTER.match(after[:LONGEST])) and _is_capitalised(scene.text):
        yield Feature("capitals-inside", 1.0, "every word capitalised, between two in lower case")


def woven_in(scene: Scene) -> Iterator[Feature]:
    """Whether its words of ads, from the first to the last, may be a part of the sentence: in its language, a letter on either side."""
    if scene.kind != "same" or scene.placement.position == "own-line":
        return
    start = scene.candidate.start
    first, last = min(hit.start for hit in scene.hits) - start, max(hit.end for hit in scene.hits) - start
    before, after = (scene.placement.before + scene.text[:first]).rstrip(" "), (scene.text[last:] + scene.placement.after).lstrip(" ")
    if LETTER.match(before[-1:]) and LETTER.match(after[:1]) and scene.page.around.model.ratio(scene.text) < CLEARLY:
        yield Feature("woven-in", 1.0, "words of ads between two others, in the language of the sentence")


def _reads_on(scene: Scene, before: str, after: str) -> Iterator[Feature]:
    """How much of what it parts stands together elsewhere: a word of either side, or ideograms or letters where words are not set apart."""
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


def _is_small(word: regex.Match[str] | None) -> bool:
    return word is not None and word[0][:1].islower()


def _is_capitalised(text: str) -> bool:
    """Whether several words begin with a capital, and none of more than one letter with a small one."""
    words = [word for word in WORDS.findall(text) if len(word) > 1]
    return sum(word[0].isupper() for word in words) >= SEVERAL and not any(word[0].islower() for word in words)


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
