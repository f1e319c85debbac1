"""Script: how this document uses the scripts of others, and whether the candidate is of one piece with that use."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

import regex

from spamscrub.classifiers.scene import Feature, Page, Scene, encodes
from spamscrub.tokenizer import MARKER

HAN = regex.compile(r"\p{Han}")
ENCLOSING_BEFORE = regex.compile(r"[\p{Ps}\p{Pi}\"'“‘«„:：—–-]\s?$")
ENCLOSING_AFTER = regex.compile(r"\s?[\p{Pe}\p{Pf}\"'”»(（,，:：—–-]")


def features(scene: Scene) -> Iterator[Feature]:
    """Other stretches of the same script in running text, at heads and on lines; Han forms that the host never uses."""
    if scene.kind in ("script", "mixed"):
        yield from _usage(scene)
    if scene.candidate.source == "run" or scene.kind == "script":
        yield from _cuts_run(scene)
    yield from _han_forms(scene)


def _usage(scene: Scene) -> Iterator[Feature]:
    page, own = scene.page, scene.candidate
    others = [run for run in page.runs if run[3] == scene.script and (run[1] <= own.start or run[0] >= own.end)]
    text = page.document.text
    inline = sum(_inline(page, run) for run in others)
    lines = {run[2] for run in others}
    if inline:
        yield Feature("script-in-prose", min(4.0, log2(1 + inline)), f"{inline} other stretches of this script inside sentences")
    if len(lines) > 3:
        yield Feature("script-on-lines", 6.0 * len(lines) / page.filled, f"on {len(lines)} of {page.filled} lines")
    standing = len(others) - inline
    if standing:
        yield Feature("script-at-edges", min(4.0, log2(1 + standing)), f"{standing} other stretches of this script alone or at heads and tails")
    quiet = {run[2] for run in others if not any(hit.role != "part" for hit in page.around.hits[run[2]])} - {own.line}
    if len(quiet) > 1:
        yield Feature("wordless-peers", min(4.0, log2(len(quiet))), f"{len(quiet)} other lines hold this script and no words of ads")
    same = sum(text[run[0] : run[1]] == scene.text for run in others)
    if same:
        yield Feature("repeated", min(2.0, float(same)), f"stands {same + 1} times")


def _inline(page: Page, run: tuple[int, int, int, str]) -> bool:
    """Whether a run stands inside a sentence or is set off by signs, as a gloss is."""
    line = page.document.lines[run[2]]
    before, after = page.document.text[line.start : run[0]], page.document.text[run[1] : line.end]
    if (ENCLOSING_BEFORE.search(before) and not MARKER.fullmatch(before)) or ENCLOSING_AFTER.match(after):
        return True
    return bool(before.strip()) and bool(after.strip()) and not regex.search(r"[.!?]\s*$", before)


def _cuts_run(scene: Scene) -> Iterator[Feature]:
    """A stretch of the same script goes on directly beside the candidate."""
    own = scene.candidate
    for start, end, line, script in scene.page.runs:
        if line == own.line and script == scene.script and start <= own.end and end >= own.start and (start < own.start or end > own.end):
            yield Feature("cuts-run", 1.0, "cuts a stretch of its script in two")
            return


def _han_forms(scene: Scene) -> Iterator[Feature]:
    """Characters that the host's own character set lacks: simplified forms in Japanese or traditional text."""
    home = scene.page.document.home
    if "Han" not in home or scene.kind != "same":
        return
    signs = HAN.findall(scene.text)
    charset = scene.page.charset
    if len(signs) < 2 or charset is None:
        return
    alien = sum(not encodes(sign, charset) for sign in signs)
    if alien:
        yield Feature("han-forms", min(3.0, float(alien)), f"{alien} characters that this host's writing does not have")
    if "Hiragana" in home and not regex.search(r"[\p{Hiragana}\p{Katakana}]", scene.text) and len(signs) >= 4:
        yield Feature("no-kana", 1.0, "no kana in a Japanese text")
