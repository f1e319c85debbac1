"""Guests: how this document uses phrases in Latin letters, where those are not the host's own, or the script of a stranger."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

from spamscrub.classifiers.scene import WORDS, Feature, Scene, is_set_off
from spamscrub.patterns import lazy

TITLE = lazy(r"\p{Lu}\p{Ll}{2,}")
FUNCTION_WORDS = frozenset(
    [
        "a", "an", "the", "of", "and", "or", "to", "in", "on", "at", "by", "as", "is", "are", "was", "were", "be",
        "been", "it", "its", "that", "this", "which", "who", "from", "has", "have", "had", "not", "can", "will",
        "would", "but", "if", "then", "than", "when", "while", "their", "his", "her", "he", "she", "they", "we",
        "our", "there", "these", "those", "into", "also", "such",
    ]
)
"""English words that prose is held together by; ads in Latin letters do with few of them."""


def features(scene: Scene) -> Iterator[Feature]:
    """Other phrases of its kind in sentences or apart; prose words; a name of the host's at its end; a stranger in a slot."""
    if scene.kind == "latin":
        yield from _phrases(scene)
    if scene.kind == "latin" or (scene.kind == "same" and scene.hits):
        yield from _prose(scene)
    if scene.kind in ("latin", "same"):
        yield from _name_at_end(scene)
    if scene.kind in ("script", "mixed"):
        yield from _stranger(scene)


def _phrases(scene: Scene) -> Iterator[Feature]:
    own = scene.candidate
    if scene.text[:1].isupper() or " " not in scene.text.strip():
        return
    inside = scene.page.guests_inside - sum(not guest.apart for guest in scene.page.guests_in(own.start, own.end))
    apart = len(scene.page.guests_apart - {own.line})
    if inside:
        yield Feature("guests-in-prose", min(4.0, log2(1 + inside)), f"{inside} other Latin phrases in lower case inside sentences")
    if apart:
        yield Feature("guests-apart", min(4.0, log2(1 + apart)), f"{apart} other lines with a Latin phrase in lower case where ads stand")
    if not inside:
        yield Feature("no-guests-in-prose", 1.0, "no sentence here holds a Latin phrase in lower case")


def _prose(scene: Scene) -> Iterator[Feature]:
    words = WORDS.findall(scene.text.lower())
    held = sum(word in FUNCTION_WORDS for word in words)
    if held > 1:
        yield Feature("function-words", min(4.0, float(held - 1)), f"{held} of {len(words)} words hold sentences together")


def _name_at_end(scene: Scene) -> Iterator[Feature]:
    """It begins in lower case and ends with a name, as if the host's next word were taken along."""
    words = WORDS.findall(scene.text)
    if len(words) < 2 or not words[0][0].islower() or not TITLE.fullmatch(words[-1]):
        return
    if scene.is_known(words[-1]) and not scene.is_known(words[0]):
        yield Feature("known-name-at-end", 1.0, f"the host's own prose has {words[-1]!r}")


def _stranger(scene: Scene) -> Iterator[Feature]:
    """Where ads stand, in a script that no sentence here uses."""
    where, own = scene.placement, scene.candidate
    apart = where.position in ("own-line", "head", "boundary") or (where.position == "tail" and where.after_stop)
    if not apart or where.follows == "close" or is_set_off(where.before, where.after):
        return
    use = scene.page.usage.get(scene.script)
    if use is not None:
        inside = scene.page.runs_beside(own.line, scene.script, own.start, own.end)
        if use.inline - sum(run.set_off for run in inside if run.start < own.end and run.end > own.start) > 0:
            return
    yield Feature("stranger-in-slot", 1.0, "where ads stand, in a script that no sentence here uses")
