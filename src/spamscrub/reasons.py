"""Why a string of the host's own script is judged at all: words of ads in it, another language, or letters the host never writes.

A string of another script than the host's is always judged. One of the host's own script is most of every document, and
where nothing about its words is odd, no place and no form makes it an ad. The cheap questions come first.
"""

from __future__ import annotations

from spamscrub.classifiers import Scene
from spamscrub.classifiers.lexicon import TELLING_LETTERS, worded
from spamscrub.classifiers.scene import CLEARLY, Page, coverage
from spamscrub.classifiers.script import han_forms
from spamscrub.classifiers.wording import in_a_slot
from spamscrub.spans import Span

WORDED = 1 / 3
"""A string is worded as ads are where so much of its letters and digits lies in words that ads use."""
TOKENS = 24
"""So many tokens between spaces, signs that stand alone counted in, hold the longest head of a sentence."""


def has_reason(scene: Scene) -> bool:
    """Whether a candidate is worth judging; signs are, because a reader may ask about them."""
    if scene.kind != "same" or scene.candidate.source == "sign":
        return True
    if scene.hits and coverage(scene, scene.hits) >= WORDED:
        return True
    if worded(scene) >= WORDED and (scene.hits or in_a_slot(scene)):
        return True
    if _offers(scene) or scene.trade_address:
        return True
    return any(han_forms(scene)) or _is_foreign(scene)


def _offers(scene: Scene) -> bool:
    """Whether it names goods and says what to do about them, as a sentence of its own."""
    roles = {hit.role for hit in scene.hits}
    return ("ad" in roles or "trade" in roles) and ("offer" in roles or "contact" in roles) and in_a_slot(scene)


def worth_opening(page: Page, number: int, sentence: Span) -> bool:
    """Whether what begins a sentence can have a reason; cheaper than to ask for each head of it."""
    if not page.is_plain(number) or page.around.hits[number]:
        return True
    if page.trade_in(sentence.start, sentence.end) or page.letters_of_ads(number, sentence) >= TELLING_LETTERS:
        return True
    text, model = page.document.text, page.around.model
    if model.silent or model.bounds is None:
        return not model.silent
    return model.bounds.of_openings(text[sentence.start : sentence.end].split(None, TOKENS)[:TOKENS]) >= CLEARLY


def _is_foreign(scene: Scene) -> bool:
    """Whether it is clearly of another language, and stands where ads stand."""
    model = scene.page.around.model
    if model.silent or (model.bounds is not None and model.bounds.of_piece(scene.text.split(), CLEARLY) < CLEARLY):
        return False
    return in_a_slot(scene) and model.ahead(scene.text) >= CLEARLY and model.ratio(scene.text) >= CLEARLY
