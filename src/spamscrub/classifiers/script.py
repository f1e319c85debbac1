"""Script: how this document uses the scripts of others, and whether the candidate is of one piece with that use."""

from __future__ import annotations

from collections.abc import Iterator
from math import log2

from spamscrub.classifiers.scene import FEW_PEERS, HAN, Feature, Scene, Usage, is_alien, is_set_off, shared
from spamscrub.patterns import lazy
from spamscrub.scripts import main_script, profile

SILENT = lazy(r"[\p{Latin}\P{L}]+")
"""What says nothing of the script of a line's rest."""
KANA = lazy(r"[\p{Hiragana}\p{Katakana}]")
TELLING = 3
"""So many letters do."""
BRIEF_HAN = 8
"""Among more Han characters than this, one that the host's writing lacks may be part of a name."""


def features(scene: Scene) -> Iterator[Feature]:
    """Other stretches of the same script in running text, at heads and on lines; Han forms that the host never uses."""
    if scene.kind in ("script", "mixed"):
        yield from _usage(scene)
    if scene.candidate.source == "run" or scene.kind == "script":
        yield from _cuts_run(scene)
    yield from han_forms(scene)


def _usage(scene: Scene) -> Iterator[Feature]:
    page, own = scene.page, scene.candidate
    use = page.usage.get(scene.script)
    if use is None:
        return
    near = page.runs_beside(own.line, scene.script, own.start, own.end)
    inside = [run for run in near if run.start < own.end and run.end > own.start]
    if scene.script in page.document.home:
        inline, standing = _besides(scene, use)
        lines = len(use.lines) - (use.lines[own.line] == 1)
    else:
        inline = use.inline - sum(run.set_off for run in inside)
        standing = use.standing - sum(not run.set_off for run in inside)
        lines = len(use.lines) - (use.lines[own.line] == len(inside) > 0)
    rest = SILENT.sub("", scene.placement.before + scene.placement.after)
    own_letters = sum(count for name, count in profile(rest).items() if name in page.document.home) if rest else 0
    others = len(rest) - own_letters
    if others >= TELLING:
        yield Feature("rest-is-foreign-too", 1.0, f"{others} letters of the rest of its line are not the host's either")
    if inline:
        yield Feature("script-in-prose", min(4.0, log2(1 + inline)), f"{inline} other stretches of this script inside sentences")
    if lines > 3:
        yield Feature("script-on-lines", 6.0 * lines / page.filled, f"on {lines} of {page.filled} lines")
    if standing:
        yield Feature("script-at-edges", min(4.0, log2(1 + standing)), f"{standing} other stretches of this script alone or at heads and tails")
    quiet = len(use.quiet) - (own.line in use.quiet)
    if quiet > 1:
        yield Feature("wordless-peers", min(4.0, log2(quiet)), f"{quiet} other lines hold this script and no words of ads")
    peers = page.peers.get(shared(scene.script), set())
    others = len(peers) - (scene.text in peers)
    if others > FEW_PEERS:
        yield Feature("different-peers", min(3.0, log2(others / FEW_PEERS)), f"{others} different stretches of this script stand apart, and hardly a line that holds it has words of ads")
    others = len(page.bystanders - {shared(scene.script)})
    if others > 1:
        yield Feature("other-scripts", min(3.0, log2(others)), f"{others} other scripts stand apart here and hold no words of ads")
    told = len(page.told.get(scene.script, set()) - {own.line})
    if told:
        yield Feature("script-tells", min(3.0, log2(1 + told)), f"{told} other lines end with a sentence in this script and hold no words of ads")
    same = use.texts[scene.text] - any(run.start == own.start and run.end == own.end for run in inside)
    if same > 0:
        yield Feature("repeated", min(2.0, float(same)), f"stands {same + 1} times")


def _besides(scene: Scene, use: Usage) -> tuple[int, int]:
    """How often Chinese stands in a Japanese text inside sentences, and apart, besides the candidate itself."""
    set_off = is_set_off(scene.placement.before, scene.placement.after)
    return max(0, use.inline - set_off), max(0, use.standing - (not set_off))


def _cuts_run(scene: Scene) -> Iterator[Feature]:
    """A stretch of the same script goes on directly beside the candidate."""
    own = scene.candidate
    if any(run.start < own.start or run.end > own.end for run in scene.page.runs_beside(own.line, scene.script, own.start, own.end)):
        yield Feature("cuts-run", 1.0, "cuts a stretch of its script in two")
        where = scene.placement
        if any(main_script(sign) == scene.script for sign in (where.before[-1:], where.after[:1]) if sign):
            yield Feature("cuts-word", 1.0, "letters of its script touch it")


def han_forms(scene: Scene) -> Iterator[Feature]:
    """Characters that the host's own character set lacks: simplified forms in Japanese or traditional text."""
    home = scene.page.document.home
    if "Han" not in home or scene.kind != "same":
        return
    signs = HAN.findall(scene.text)
    charset = scene.page.charset
    if len(signs) < 2 or charset is None:
        return
    alien = len({sign for sign in signs if is_alien(sign, charset)})
    if alien > 1 or (alien and len(signs) <= BRIEF_HAN):
        yield Feature("han-forms", min(3.0, float(alien)), f"{alien} characters that this host's writing does not have")
    if "Hiragana" in home and not KANA.search(scene.text) and len(signs) >= 4:
        yield Feature("no-kana", 1.0, "no kana in a Japanese text")
