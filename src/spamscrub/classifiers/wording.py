"""Wording: another language than the host's, and words that the host uses nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Set
from math import log2

from spamscrub.classifiers.form import STOP_END
from spamscrub.classifiers.scene import CLEARLY, FEW_PEERS, PROSE, WORDS, Feature, Scene
from spamscrub.language import guest_language


def features(scene: Scene) -> Iterator[Feature]:
    """How much better another language explains the piece, and how much of its vocabulary is the host's own."""
    if scene.kind == "same":
        yield from _language(scene)
    if scene.kind == "latin":
        yield from _guest_language(scene)
        yield from _latin_near(scene)
    if scene.kind in ("same", "latin"):
        yield from _vocabulary(scene)


def _language(scene: Scene) -> Iterator[Feature]:
    model = scene.page.around.model
    ratio = model.ratio(scene.text)
    if ratio == 0:
        return
    seen = f"{model.best_other(scene.text)} against the host: {ratio:+.1f} nats"
    if ratio < 0:
        yield Feature("host-language", min(4.0, -ratio / 10), seen)
        return
    yield Feature("foreign-language", min(4.0, ratio / 10), seen)
    yield from _peers(scene)
    yield from _as_others(scene, scene.page.foreign_languages.get(model.best_other(scene.text), frozenset()))
    if model.best_other(scene.text) == "en":
        yield Feature("english-guest", 1.0, "English, as titles and quotations often are")
    if ratio >= CLEARLY:
        yield Feature("clearly-foreign", 1.0, seen)
        if in_a_slot(scene):
            yield Feature("clearly-foreign-in-slot", 1.0, "and stands where the host's own text goes on unhurt without it")
    rate = ratio / len(scene.text)
    yield Feature("foreign-language-rate", min(2.0, rate), f"{rate:.2f} nats a character")
    if scene.placement.position != "own-line":
        rest = (scene.placement.before + scene.placement.after).strip()
        yield Feature("rest-is-host" if model.prefers_host(rest[:200]) else "rest-is-foreign", 1.0, "the line without it")


def _guest_language(scene: Scene) -> Iterator[Feature]:
    """Words in Latin letters of another language than English: no term of the trade, as English words often are."""
    language, ahead = guest_language(scene.text) or ("", 0.0)
    if ahead >= CLEARLY:
        yield Feature("guest-not-english", min(3.0, ahead / 10), f"{language} against English: {ahead:+.1f} nats")
        yield from _as_others(scene, scene.page.latin_languages.get(language, frozenset()))


def _peers(scene: Scene) -> Iterator[Feature]:
    """Whether many different lines without a word of ads are not in the host's language, as in a glossary."""
    peers = len(scene.page.foreign_lines) - (scene.page.line_text(scene.candidate.line).strip() in scene.page.foreign_lines)
    if peers > FEW_PEERS:
        yield Feature("foreign-peers", min(3.0, log2(peers / FEW_PEERS)), f"{peers} different lines without a word of ads are not in the host's language")


def _latin_near(scene: Scene) -> Iterator[Feature]:
    """Whether lines in Latin letters stand around it, as in a list of titles or names."""
    near = len(scene.page.latin_near(scene.candidate.line))
    if near > 1:
        yield Feature("latin-near", min(3.0, log2(near)), f"{near} different lines near it are in Latin letters and hold no word of ads")


def _as_others(scene: Scene, lines: Set[int]) -> Iterator[Feature]:
    """How many other lines of prose are in its language: the text is in two languages, or quotes at length."""
    others = len(lines - {scene.candidate.line})
    if others:
        yield Feature("language-of-others", min(3.0, log2(1 + others)), f"{others} other lines of prose are in its language")


def in_a_slot(scene: Scene) -> bool:
    """Whether the words before it are finished and those behind it begin anew."""
    where = scene.placement
    opens = where.position in ("own-line", "head", "boundary") or (where.position == "tail" and where.after_stop)
    return opens and where.follows in ("end", "marker", "capital", "quote", "digit") and not STOP_END.search(scene.text)


def _vocabulary(scene: Scene) -> Iterator[Feature]:
    words = [word for word in WORDS.findall(scene.text.lower()) if len(word) > 1]
    if not words:
        return
    own = Counter(words) if scene.line.end - scene.line.start >= PROSE else Counter()
    known = sum(scene.page.words[word] > own[word] for word in words)
    share = known / len(words)
    yield Feature("words-new", 1.0 - share, f"{len(words) - known} of {len(words)} words stand nowhere else in the prose")
    if len(words) == known:
        yield Feature("words-known", 1.0, "every word stands elsewhere too")
