"""List the worst failures on a gold file, grouped by cause, without quoting its texts.

    python benchmarks/worst.py GOLD [--most 50] [--jobs 2] > benchmarks/WORST.md

Every row names a document and the code points of the place, so that whoever has the gold file can look it up
(`spamscrub evaluate GOLD --worst 50` prints the same places with their words).
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from fit import Labelled, add_company, final, gold, read_all, spans_to_cut

from spamscrub.judgement import fitted_weights
from spamscrub.policy import Policy
from spamscrub.spans import Span

CAUSES = {
    "no candidate": "missed, and nothing that was judged is exactly it",
    "low score": "missed, because the right candidate scored too low",
    "damage bound": "missed, because too much of the document would have gone",
    "only a part": "a part of it was cut",
    "host text with it": "cut, and more than two letters of the host's with it",
    "author's words": "nothing injected stands here, and it was cut",
}


class Failure(NamedTuple):
    """One place where the cut is wrong; `size` is how many characters are lost or left, `why` the evidence that weighed most."""

    size: int
    cause: str
    doc: str
    span: Span
    score: float | None
    why: str


def failures(document: Labelled) -> Iterator[Failure]:
    """All wrong cuts of one document."""
    weights = fitted_weights()
    add_company(document, weights)
    text, injected = str(document.record["text"]), [Span(*span) for span in document.record["spans"]]
    cuts, scores = spans_to_cut(document, weights), final(document, weights)
    doc = str(document.record["id"])
    for span in injected:
        found = _missed(document, text, span, cuts, scores)
        if found:
            cause, best = found
            yield Failure(_ink(text, span), cause, doc, span, None if best is None else scores[best], _why(document, best))
    for cut in cuts:
        if not any(cut.start < span.end and cut.end > span.start for span in injected):
            best = max(_inside(document, cut), key=lambda n: scores[n], default=None)
            yield Failure(_ink(text, cut), "author's words", doc, cut, None if best is None else scores[best], _why(document, best))


def _missed(document: Labelled, text: str, span: Span, cuts: Sequence[Span], scores: Sequence[float]) -> tuple[str, int | None] | None:
    ink = {at for at in range(span.start, span.end) if not text[at].isspace()}
    gone = {at for cut in cuts if cut.start < span.end and cut.end > span.start for at in range(cut.start, cut.end) if not text[at].isspace()}
    beside = gone - {at for a, b in document.record["spans"] for at in range(a, b)}
    if len(ink & gone) >= 0.9 * len(ink) and len(beside) <= 2:
        return None
    right = [n for n in _inside(document, span) if document.labels[n] == 1]
    best = max(right, key=lambda n: scores[n], default=None)
    if len(beside) > 2:
        return "host text with it", best
    if ink & gone:
        return "only a part", best
    if best is None:
        return "no candidate", None
    return ("damage bound" if scores[best] >= Policy().remove_at and not cuts else "low score"), best


def _inside(document: Labelled, span: Span) -> list[int]:
    return [n for n, row in enumerate(document.scenes) if row.candidate.start < span.end and row.candidate.end > span.start]


def _ink(text: str, span: Span) -> int:
    return sum(not sign.isspace() for sign in text[span.start : span.end])


def _why(document: Labelled, best: int | None) -> str:
    """The evidence that speaks loudest, with its weight."""
    if best is None:
        return ""
    table = fitted_weights()[document.scenes[best].table]
    told = [(table.get(f.name, 0.0) * f.value, f.name) for f in (*document.seen[best], *document.extra[best])]
    loud = sorted(told, key=lambda pair: (-abs(pair[0]), pair[1]))[:4]
    return f"{document.scenes[best].table}: " + ", ".join(f"{name} {weight:+.1f}" for weight, name in loud)


def main() -> None:
    """Print the list as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--most", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    records = gold([options.gold])
    found = [failure for document in read_all(records, [()] * len(records), options.jobs) for failure in failures(document)]
    totals = Counter(failure.cause for failure in found)
    print(f"# The worst failures on {options.gold.name}\n\nMade by `python benchmarks/worst.py {options.gold.name}`; the texts are not ours to print.\n")
    for cause, words in CAUSES.items():
        print(f"\n## {cause}: {totals[cause]}\n\n{words[0].upper()}{words[1:]}.\n")
        worst = sorted((f for f in found if f.cause == cause), key=lambda f: (-f.size, f.doc, f.span))[: options.most]
        if worst:
            print("| document | code points | letters | score | loudest evidence |\n|---|---|---|---|---|")
        for f in worst:
            print(f"| {json.dumps(f.doc)[1:-1]} | {f.span.start}-{f.span.end} | {f.size} | {'' if f.score is None else f'{f.score:+.1f}'} | {f.why} |")


if __name__ == "__main__":
    main()
