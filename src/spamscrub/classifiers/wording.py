"""Wording: another language than the host's, and words that the host uses nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from spamscrub.classifiers.scene import WORDS, Feature, Scene


def features(scene: Scene) -> Iterator[Feature]:
    """How much better another language explains the piece, and how much of its vocabulary is the host's own."""
    if scene.kind == "same":
        yield from _language(scene)
    if scene.kind in ("same", "latin"):
        yield from _vocabulary(scene)


def _language(scene: Scene) -> Iterator[Feature]:
    model = scene.page.around.model
    ratio = model.ratio(scene.text)
    if ratio == 0:
        return
    name = "foreign-language" if ratio > 0 else "host-language"
    yield Feature(name, min(4.0, abs(ratio) / 10), f"{model.best_other(scene.text)} against the host: {ratio:+.1f} nats")
    if ratio > 0:
        rate = ratio / len(scene.text)
        yield Feature("foreign-language-rate", min(2.0, rate), f"{rate:.2f} nats a character")
        if scene.placement.position != "own-line":
            rest = (scene.placement.before + scene.placement.after).strip()
            yield Feature("rest-is-host" if model.ratio(rest[:200]) < 0 else "rest-is-foreign", 1.0, "the line without it")


def _vocabulary(scene: Scene) -> Iterator[Feature]:
    words = [word for word in WORDS.findall(scene.text.lower()) if len(word) > 1]
    if not words:
        return
    own = Counter(words)
    known = sum(scene.page.words[word] > own[word] for word in words)
    share = known / len(words)
    yield Feature("words-new", 1.0 - share, f"{len(words) - known} of {len(words)} words stand nowhere else")
    if len(words) == known:
        yield Feature("words-known", 1.0, "every word stands elsewhere too")
