"""Letters: how much a stretch reads like advertising of any trade, by the groups of letters that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from spamscrub.classifiers.scene import Feature, Scene
from spamscrub.patterns import lazy
from spamscrub.placement import Placement
from spamscrub.scripts import CASELESS_DENSE, main_script

SHIPPED = Path(__file__).parent.with_name("letters.txt")
"""Where the weights of groups stand."""
WORDS = lazy(r"[\p{L}\p{M}\p{N}]+")
DIGIT = lazy(r"\d")
GROUPS = (3, 4, 5)
"""How many letters make a group, the spaces round words counted,"""
DENSE_GROUPS = (1, 2, 3)
"""and in scripts whose words are a letter or two long."""
LONGEST = 200
"""So many characters tell enough."""
SHORT = 6
"""Adds so many groups that say nothing, so that one short word decides little."""
SCALE = 4.0
MOST = 1.5
"""The mean of the groups is multiplied by the one and bounded by the other, to lie among the other evidence."""
SLOTS = frozenset({"own-line", "head", "tail", "boundary"})

Weight = Callable[[str], float]
"""For each group of letters the log-odds that it was taken from an ad; 0 for one that is not known."""


def features(scene: Scene) -> Iterator[Feature]:
    """How much it reads like ads, by the groups of letters that ship with spamscrub; the host's own script is left to the packs."""
    if scene.kind != "same":
        yield from evidence(scene.text, scene.placement, shipped())


def evidence(text: str, placement: Placement, weight: Weight) -> Iterator[Feature]:
    """The evidence of one stretch; where its alphabet is not Latin, only that it reads like ads, as ordinary text is scarce."""
    writing = main_script(text[:LONGEST])
    found = groups(text[:LONGEST], writing)
    if not found:
        return
    mean = sum(map(weight, sorted(found))) / (len(found) + SHORT)
    value = round(min(MOST, max(-MOST if writing == "Latin" else 0.0, SCALE * mean)), 3)
    if not value:
        return
    yield Feature("advert-letters", value, f"its letters read like {'ads' if value > 0 else 'ordinary text'}: {mean:+.2f} a group")
    if value > 0 and placement.position in SLOTS:
        yield Feature("advert-letters-in-slot", value, "and it stands where ads are put")


def groups(text: str, writing: str) -> set[str]:
    """The groups of letters in the words of `text`, in lower case, digits as 0, a space round each word."""
    words = " ".join(WORDS.findall(text.lower()))
    padded = f" {DIGIT.sub('0', words)} "
    sizes = DENSE_GROUPS if writing in CASELESS_DENSE and writing != "Thai" else GROUPS
    found = {padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1)}
    return found - {" ", "  ", "   "}


class _Weights(dict[str, float]):
    def __missing__(self, group: str) -> float:
        return 0.0


@cache
def shipped() -> Weight:
    """The weights in `letters.txt`."""
    return _Weights(parse(SHIPPED.read_text("utf-8"))).__getitem__


def parse(text: str) -> dict[str, float]:
    """Lines of a weight and the groups that have it, `_` for a space; `#` begins a remark."""
    table: dict[str, float] = {}
    for line in text.splitlines():
        if line and not line.startswith("#"):
            weight, *found = line.split(" ")
            table.update(dict.fromkeys((group.replace("_", " ") for group in found), float(weight)))
    return table
