"""What cutting some spans came to in a document, and the published figures of many.

White space is ignored everywhere but in `exact`, `strict` and `altered`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from spamscrub.evaluation.gold import Gold
from spamscrub.spans import Span, cut

FOUND, BESIDE = 0.9, 2
"""An injection is found when this share of it went, with at most so many of the host's characters beside it."""

Counts = Counter[str]



def ink(text: str) -> int:
    """How many characters are not white space."""
    return sum(map(len, text.split()))


def shared(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Where two lists of spans, each sorted and apart, overlap."""
    found, first = [], 0
    for span in one:
        while first < len(other) and other[first].end <= span.start:
            first += 1
        for rival in other[first:]:
            if rival.start >= span.end:
                break
            found.append(Span(max(span.start, rival.start), min(span.end, rival.end)))
    return found


def _ink_of(text: str, spans: Iterable[Span]) -> int:
    return sum(ink(text[span.start : span.end]) for span in spans)


class Injection(NamedTuple):
    """What came of one injection: its characters, how many went, and how many of the host's went beside it."""

    span: Span
    size: int
    gone: int
    beside: int

    @property
    def found(self) -> bool:
        return self.gone >= FOUND * self.size and self.beside <= BESIDE


def injections(gold: Gold, spans: Sequence[Span]) -> list[Injection]:
    """What cutting `spans` did to each injection of a document."""
    lost = bytearray(len(gold.text))
    for mark, places in ((b"\1", spans), (b"\0", gold.spans)):
        for start, end in places:
            lost[start:end] = mark * (end - start)
    text = gold.text
    return [Injection(one, _ink_of(text, [one]), _ink_of(text, shared([one], spans)), _beside(text, lost, one)) for one in gold.spans]


def _beside(text: str, lost: bytearray, span: Span) -> int:
    """The host's characters lost directly left and right of an injection, white space passed over."""
    count = 0
    for at, step in ((span.start - 1, -1), (span.end, 1)):
        while 0 <= at < len(text) and (lost[at] or text[at].isspace()):
            count += not text[at].isspace()
            at += step
    return count


def is_spam(gold: Gold, spans: Sequence[Span]) -> bool:
    """Whether more than half of the characters in `spans` were injected."""
    return 2 * _ink_of(gold.text, shared(spans, gold.spans)) > _ink_of(gold.text, spans)


def count(gold: Gold, spans: Sequence[Span]) -> Counts:
    """What cutting `spans`, sorted and apart, came to in one document; counts of several documents add up."""
    text, cleaned = gold.text, cut(gold.text, spans)
    tp, gone, spam, size = (_ink_of(text, found) for found in (shared(spans, gold.spans), spans, gold.spans, [Span(0, len(text))]))
    found = Counter(tp=tp, fp=gone - tp, fn=spam - tp, lost=gone - tp, host=size - spam)
    found.update(_of_cuts(gold, spans))
    if not gold.spans:
        found.update(clean_docs=1, altered=cleaned != text, damaged=gone > 0, clean_lost=gone, clean_host=size)
        return found
    found.update(docs=1, strict=cleaned == gold.clean, exact=_filled_lines(cleaned) == _filled_lines(gold.clean))
    for one in injections(gold, spans):
        found.update(inj=1, found=one.found)
    return found


def _of_cuts(gold: Gold, spans: Sequence[Span]) -> Counts:
    """How many strings were cut, and how many of them with something injected and hardly anything of the host's."""
    found: Counts = Counter()
    for span in spans:
        size, spam = _ink_of(gold.text, [span]), _ink_of(gold.text, shared([span], gold.spans))
        found.update(cuts=size > 0, right_cuts=spam > 0 and size - spam <= BESIDE)
    return found


def _filled_lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def rates(counts: Counts) -> dict[str, float | None]:
    """The figures of some documents or, from counts of single injections, those that apply; None for the others."""
    c = counts
    documents = c["docs"] + c["clean_docs"]
    precision, span_precision, found = _share(c["tp"], c["tp"] + c["fp"]), _share(c["right_cuts"], c["cuts"]), _share(c["found"], c["inj"])
    figures = {
        "docs": c["docs"],
        "inj": c["inj"],
        "P": precision,
        "R": _share(c["tp"], c["tp"] + c["fn"]),
        "F1": _share(2 * c["tp"], 2 * c["tp"] + c["fp"] + c["fn"]),
        "span P": span_precision,
        "found": found,
        "span F1": 2 * span_precision * found / (span_precision + found) if span_precision and found else _share(0, c["cuts"] + c["inj"]),
        "exact": _share(c["exact"], c["docs"]),
        "strict": _share(c["strict"], c["docs"]),
        "clean": c["clean_docs"],
        "altered": _share(c["altered"], c["clean_docs"]),
        "damaged": _share(c["damaged"], c["clean_docs"]),
        "lost/M": _share(1e6 * c["lost"], c["host"]),
        "clean/M": _share(1e6 * c["clean_lost"], c["clean_host"]),
    }
    return figures if documents else {name: value if name in ("inj", "R", "found") else None for name, value in figures.items()}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
