"""Lexicon: how much of the candidate is made of the packs' words, and whether the author writes on their topic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import log2

from spamscrub.classifiers import joint
from spamscrub.classifiers.scene import WORDS, Feature, Scene, between, coverage, ink
from spamscrub.packs import Hit
from spamscrub.patterns import lazy
from spamscrub.spans import Span, cut

CAPITAL = lazy(r"[^\p{L}\p{N}]*\p{Lu}")
SEPARATING = lazy(r"[\p{Ps}\p{Pe}\p{Pi}\p{Pf}\"'`—:：|<>=#*;；。]|%%|\s-|-\s")
TELLING_LETTERS = 8
"""Fewer letters of words that ads use are chance."""
FEW = 2
"""So many letters at both ends that are no words of ads: these may have been put between words of the host."""
REACH = 60
"""No hit that touches a candidate begins further before it."""
SLOTS = frozenset({"own-line", "head", "tail", "boundary", "field"})


def features(scene: Scene) -> Iterator[Feature]:
    """Ad phrases, trade words, offers, contacts; the share of the letters they cover; whether a sentence reads on without it; words just outside."""
    hits = [hit for hit in scene.hits if hit.role != "part"]
    if hits:
        yield from _roles(scene, hits)
        yield from _topic(scene, hits)
        if scene.speaks_as_ads_do:
            yield from joint.woven_in(scene)
            if scene.placement.position == "middle":
                yield from joint.features(scene)
    if scene.kind in ("same", "latin") and not scene.speaks_as_ads_do:
        yield from _vocabulary(scene)
    yield from _cut_off(scene)


def worded(scene: Scene) -> float:
    """The share of its letters in words that ads of any family are made of; nothing where those are too few to tell."""
    covered = scene.page.letters_of_ads(scene.candidate.line, Span(scene.candidate.start, scene.candidate.end))
    return covered / max(1, ink(scene.text)) if covered >= TELLING_LETTERS else 0.0


def _vocabulary(scene: Scene) -> Iterator[Feature]:
    """Words of ads where no family can be told: cities, prices, praise."""
    share = worded(scene)
    if share:
        yield Feature("ad-vocabulary", share, f"{share:.0%} of its letters are words that ads use")


def _roles(scene: Scene, hits: Sequence[Hit]) -> Iterator[Feature]:
    covered = coverage(scene, scene.hits)
    roles = Counter(hit.role for hit in hits)
    label = Counter(hit.pack for hit in hits).most_common(1)[0][0]
    for role in ("ad", "trade", "offer", "contact"):
        if roles[role]:
            seen = next(hit for hit in hits if hit.role == role)
            start = scene.candidate.start
            yield Feature(f"lexicon-{role}", 1.0, f"{label}: {scene.text[seen.start - start : seen.end - start]!r}")
    if roles["trade"] and (roles["offer"] or roles["contact"]):
        yield Feature("lexicon-trade-and-offer", 1.0, "names the goods and makes an offer")
    yield Feature("lexicon-coverage", 2 * covered - 1, f"{covered:.0%} of its letters are words of ads")
    found = [hit for hit in hits if hit.role == "ad"]
    ads = coverage(scene, found) if found else 0.0
    if ads > 0.9:
        yield Feature("lexicon-ad-whole", 1.0, "an advertisement from end to end")
    yield from _stray(scene)
    letters = covered * ink(scene.text)
    yield Feature("lexicon-letters", min(3.0, letters / 10), f"{letters:.0f} letters of words of ads")
    if covered > 0.95:
        yield Feature("lexicon-whole", 1.0, "made of such words alone")
        several = _apart(scene.hits) >= 2
        if several:
            yield Feature("lexicon-whole-several", 1.0, "made of several such words")
        if (several or ads > 0.9) and (roles["trade"] or roles["ad"]) and scene.placement.position in SLOTS:
            yield Feature("lexicon-in-slot", 1.0, "a whole ad where ads are put")


def _stray(scene: Scene) -> Iterator[Feature]:
    """Letters before the first or behind the last word of ads: the host's, where a capital or a sign sets them off."""
    start = scene.candidate.start
    first = min(hit.start for hit in scene.hits) - start
    last = max(hit.end for hit in scene.hits) - start
    head = cut(scene.text[:first], [span for span in scene.contacts if span.end <= first])
    tail = cut(scene.text[last:], [Span(span.start - last, span.end - last) for span in scene.contacts if span.start >= last])
    core = scene.text[first:last]
    before, behind = _strays(scene, head), _strays(scene, tail)
    letters = max(before, behind)
    if not letters:
        return
    yield Feature("lexicon-stray", log2(1 + letters), f"{letters} letters at its ends are no words of ads")
    if min(before, behind) >= FEW:
        yield Feature("stray-both", 1.0, "at both of them")
    if core[:1].islower() and (CAPITAL.match(head) or CAPITAL.match(tail)):
        yield Feature("stray-capital", 1.0, "a capital where they begin, and the words of ads are in lower case")
    if SEPARATING.search(head) or SEPARATING.search(tail):
        yield Feature("stray-sign", 1.0, "a sign between them and the words of ads")


def _strays(scene: Scene, text: str) -> int:
    """How many letters of `text` may be the host's: in one of another script those of Latin words that its prose has too."""
    if scene.kind != "latin":
        return ink(text)
    return sum(len(word) for word in WORDS.findall(text) if scene.is_known(word))


def _apart(hits: Sequence[Hit]) -> int:
    """How many hits stand side by side, not inside each other."""
    found, end = 0, -1
    for hit in sorted(hits, key=lambda hit: (hit.end, -hit.start)):
        if hit.start >= end:
            found, end = found + 1, hit.end
    return found


def _topic(scene: Scene, hits: Sequence[Hit]) -> Iterator[Feature]:
    """The same trade's words in prose elsewhere: then the author writes about it."""
    lines = [scene.page.spoken.get(pack, set()) for pack in {hit.pack for hit in hits}]
    spoken = max(len(found) - (scene.candidate.line in found) for found in lines)
    if spoken:
        yield Feature("topic", min(4.0, log2(1 + spoken)), f"{spoken} other lines speak of this trade in prose")


def _cut_off(scene: Scene) -> Iterator[Feature]:
    """More words of ads stand directly beside the candidate, or one is cut in two; everyday words of packs that have no say in it are none."""
    start, end = scene.candidate.start, scene.candidate.end
    near, own = 0, {hit.pack for hit in scene.hits}
    for hit in between(scene.page.around.hits[scene.candidate.line], start - REACH, end + 3):
        if hit.role == "part" and hit.pack not in own:
            continue
        if (hit.start >= end and hit.start - end <= 2) or (hit.end <= start and start - hit.end <= 2):
            near = max(near, 1 if hit.role == "part" else 2)
        elif hit.start < start < hit.end or hit.start < end < hit.end:
            near = 3
    if near:
        yield Feature(("", "part-beside", "lexicon-beside", "cuts-phrase")[near], 1.0, "more words of ads beside it")
