"""Why a string of the host's own script is judged at all: words of ads in it, another language, or letters the host never writes.

A string of another script than the host's is always judged. One of the host's own script is most of every document, and
where nothing about its words is odd, no place and no form makes it an ad. The cheap questions come first.
"""

from __future__ import annotations

import regex

from spamscrub.classifiers import Scene
from spamscrub.classifiers.lexicon import TELLING_LETTERS
from spamscrub.classifiers.scene import HAN, Page, coverage, encodes, ink
from spamscrub.classifiers.wording import CLEARLY, in_a_slot
from spamscrub.spans import Span

WORDED = 1 / 3
"""A string is worded as ads are where so much of its letters and digits lies in words that ads use."""
MOST_HAN = 4
"""So many Han characters without kana are odd in a Japanese text."""
TOKENS = 24
"""So many tokens between spaces, signs that stand alone counted in, hold the longest head of a sentence."""
KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}]")


def has_reason(scene: Scene) -> bool:
    """Whether a candidate is worth judging; signs are, because a reader may ask about them."""
    if scene.kind != "same" or scene.candidate.source == "sign":
        return True
    if scene.hits and coverage(scene.text, scene.candidate.start, scene.hits) >= WORDED:
        return True
    return _is_worded(scene) or _has_odd_letters(scene) or _is_foreign(scene)


def worth_opening(page: Page, number: int, sentence: Span) -> bool:
    """Whether what begins a sentence can have a reason; cheaper than to ask for each head of it."""
    if not page.is_plain(number) or page.around.hits[number]:
        return True
    text, model = page.document.text, page.around.model
    words = page.vocabulary_in(number, sentence)
    if sum(ink(text[max(sentence.start, word.start) : min(sentence.end, word.end)]) for word in words) >= TELLING_LETTERS:
        return True
    if model.silent or model.bounds is None:
        return not model.silent
    return model.bounds.of_openings(text[sentence.start : sentence.end].split(None, TOKENS)[:TOKENS]) >= CLEARLY


def _is_worded(scene: Scene) -> bool:
    """Whether a third of it is words that ads of any kind use, and it holds words of a pack or stands where ads stand."""
    text, start, end = scene.page.document.text, scene.candidate.start, scene.candidate.end
    words = scene.page.vocabulary_in(scene.candidate.line, Span(start, end))
    covered = sum(ink(text[max(start, word.start) : min(end, word.end)]) for word in words)
    if covered < TELLING_LETTERS or covered < WORDED * ink(scene.text):
        return False
    return bool(scene.hits) or in_a_slot(scene)


def _has_odd_letters(scene: Scene) -> bool:
    """Whether it holds Han characters that the host's writing lacks, or in a Japanese host nothing but Han."""
    home, charset = scene.page.document.home, scene.page.charset if "Han" in scene.page.document.home else None
    if charset is None or len(signs := HAN.findall(scene.text)) < 2:
        return False
    if "Hiragana" in home and len(signs) >= MOST_HAN and not KANA.search(scene.text):
        return True
    return not all(encodes(sign, charset) for sign in signs)


def _is_foreign(scene: Scene) -> bool:
    """Whether it is clearly of another language, and stands where ads stand."""
    model = scene.page.around.model
    if model.silent or (model.bounds is not None and model.bounds.of_piece(scene.text.split(), CLEARLY) < CLEARLY):
        return False
    return in_a_slot(scene) and model.ahead(scene.text) >= CLEARLY and model.ratio(scene.text) >= CLEARLY
