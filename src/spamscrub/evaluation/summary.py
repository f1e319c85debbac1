"""The summary of many documents: figures by field, thresholds, calibration, and the worst mistakes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp
from typing import Any, NamedTuple

from spamscrub.cleaner import SHOWN_FROM, Cleaner
from spamscrub.errors import FormatError
from spamscrub.evaluation.evidence import Row, by_evidence, by_label, by_rule, rules_of
from spamscrub.evaluation.figures import FOUND, Counts, Injection, count, injections, ink, is_spam, rates, shared
from spamscrub.evaluation.gold import Answer, Gold
from spamscrub.packs import Pack
from spamscrub.policy import Policy
from spamscrub.spans import Finding, Span, Verdict

FIELDS = ("pair", "kind", "host_lang", "spam_lang", "family", "op")
"""The fields of a gold file that get a table of their own unless others are asked for."""

STEPS = tuple(step / 4 for step in range(-8, 33))
"""The scores at which cutting is tried, for the table of thresholds and the curve."""

STAYS = frozenset({"switched-off", "allowed"})
"""What the policy notes on findings that stay whatever their score."""

BINS = 10
"""Into how many equal parts predicted probabilities are sorted."""


def answer(cleaner: Cleaner, text: str) -> Answer:
    """Judge `text` once; every table is made from what comes out."""
    result = cleaner.explain(text)
    hits = tuple(hit for line in cleaner.surroundings(text).hits for hit in line)
    return Answer(tuple(Span(f.start, f.end) for f in result.removed), result.findings, hits)


def chosen_fields(gold: Iterable[Gold], wanted: Sequence[str] = ()) -> tuple[str, ...]:
    """The fields to make tables of: the `wanted` ones, else the usual ones that the gold data has.

    Raises FormatError for a field that no document has.
    """
    known = {name for document in gold for fields in (document.fields, *document.marks) for name in fields}
    for name in wanted:
        if name not in known:
            raise FormatError(f"--by {name}: no document of the gold data has this field; it has {', '.join(sorted(known)) or 'none'}")
    return tuple(dict.fromkeys(wanted)) or tuple(name for name in FIELDS if name in known)


class Case(NamedTuple):
    """A mistake: the host's characters that were cut at a place, or the injected ones that were not cut as one wants.

    `size` says how many characters are wrong, `note` how it came about.
    """

    gold: Gold
    span: Span
    size: int
    note: str


@dataclass
class Bin:
    """Candidates of like predicted probability: how many, how many of them spam, and the sum of the predictions."""

    candidates: int = 0
    spam: int = 0
    predicted: float = 0.0

    @property
    def mean(self) -> float:
        """The mean probability that was predicted."""
        return self.predicted / self.candidates

    @property
    def observed(self) -> float:
        """The share that is spam."""
        return self.spam / self.candidates


@dataclass
class Evaluation:
    """What came of all documents so far.

    `policy` is the policy of the run; None where only spans are known, and then there are no tables of evidence,
    thresholds and calibration. `floor` is the score from which on all candidates are known.
    """

    fields: tuple[str, ...]
    policy: Policy | None = None
    floor: float = SHOWN_FROM
    packs: Sequence[Pack] = ()
    total: Counts = field(default_factory=Counter)
    by: dict[str, dict[str, Counts]] = field(default_factory=dict)
    labels: dict[str, Counts] = field(default_factory=dict)
    evidence: dict[str, Counts] = field(default_factory=dict)
    rules: dict[str, Counts] = field(default_factory=dict)
    thresholds: dict[float, Counts] = field(default_factory=dict)
    bins: list[Bin] = field(default_factory=lambda: [Bin() for _ in range(BINS)])
    false_cuts: list[Case] = field(default_factory=list)
    misses: list[Case] = field(default_factory=list)
    missing: int = 0

    def __post_init__(self) -> None:
        self.rules.update((name, Counter()) for name in rules_of(self.packs))

    def add(self, gold: Gold, answer: Answer | None) -> None:
        """Count one document; without an answer it counts as left as it was."""
        self.missing += answer is None
        answer = answer or Answer(())
        counts, outcomes = count(gold, answer.spans), injections(gold, answer.spans)
        self.total.update(counts)
        for name in self.fields:
            _add(self.by.setdefault(name, {}), _by_field(gold, name, counts, outcomes))
        self.false_cuts += _false_cuts(gold, answer)
        self.misses += _misses(gold, answer, outcomes)
        if self.policy is not None:
            self._add_evidence(gold, answer, self.policy)

    def _add_evidence(self, gold: Gold, answer: Answer, policy: Policy) -> None:
        _add(self.labels, by_label(gold, answer))
        _add(self.evidence, by_evidence(gold, answer, policy.remove_at))
        _add(self.rules, by_rule(gold, answer, policy.remove_at))
        for threshold, counts in _at_thresholds(gold, answer, policy, self.floor):
            self.thresholds.setdefault(threshold, Counter()).update(counts)
        for finding in answer.findings:
            probability = 1 / (1 + exp(-finding.score)) if finding.score > -700 else 0.0
            own = self.bins[min(BINS - 1, int(BINS * probability))]
            own.candidates += 1
            own.spam += is_spam(gold, [Span(finding.start, finding.end)])
            own.predicted += probability

    @property
    def calibration_error(self) -> float | None:
        """By how much the predicted probability is off on average."""
        total = sum(one.candidates for one in self.bins)
        return sum(one.candidates * abs(one.mean - one.observed) for one in self.bins if one.candidates) / total if total else None

    def as_json(self, worst: int = 0) -> dict[str, Any]:
        """All figures, for `--json`; None where one does not apply."""
        return {
            "all": rates(self.total),
            "by": {name: {value: rates(counts) for value, counts in sorted(rows.items())} for name, rows in self.by.items()},
            "labels": _sorted(self.labels),
            "evidence": _sorted(self.evidence),
            "rules": _sorted(self.rules),
            "thresholds": [{"remove_at": at, **rates(counts)} for at, counts in sorted(self.thresholds.items())],
            "calibration": [
                {"candidates": one.candidates, "predicted": one.mean if one.candidates else None, "observed": one.observed if one.candidates else None}
                for one in self.bins
            ],
            "calibration_error": self.calibration_error,
            "without_prediction": self.missing,
            "false_cuts": [_case(case) for case in largest(self.false_cuts, worst)],
            "misses": [_case(case) for case in largest(self.misses, worst)],
        }


def _add(table: dict[str, Counts], rows: Iterable[Row]) -> None:
    for name, counts in rows:
        table.setdefault(name, Counter()).update(counts)


def _sorted(table: Mapping[str, Counts]) -> dict[str, dict[str, int]]:
    return {name: dict(sorted(table[name].items())) for name in sorted(table)}


def _case(case: Case) -> dict[str, Any]:
    return {"id": case.gold.id, "start": case.span.start, "end": case.span.end, "characters": case.size, "note": case.note}


def largest(cases: Iterable[Case], number: int) -> list[Case]:
    """The worst mistakes first, ties by place."""
    return sorted(cases, key=lambda case: (-case.size, case.gold.id, case.span))[:number]


def _by_field(gold: Gold, name: str, counts: Counts, outcomes: Sequence[Injection]) -> Iterator[Row]:
    """What a document adds to the table of a field: each injection by itself where the field describes injections."""
    marked = [(mark[name], one) for mark, one in zip(gold.marks, outcomes, strict=True) if name in mark]
    for value, one in marked:
        yield value, Counter(inj=1, found=one.found, tp=one.gone, fn=one.size - one.gone)
    if not marked and name in gold.fields:
        yield gold.fields[name], counts


def _at_thresholds(gold: Gold, answer: Answer, policy: Policy, floor: float) -> Iterator[tuple[float, Counts]]:
    """What cutting from each score on would come to, under the same damage bound; switched-off and allowed ones stay."""
    steps = sorted({*(step for step in STEPS if step >= floor), policy.remove_at})
    open_ones = [f for f in answer.findings if f.score >= steps[0] and STAYS.isdisjoint(item.name for item in f.evidence)]
    bound = Policy(max_share=policy.max_share)
    known: dict[int, Counts] = {}
    for step in steps:
        number = sum(finding.score >= step for finding in open_ones)
        if number not in known:
            known[number] = count(gold, _cut_at(gold.text, open_ones, replace(bound, remove_at=step)))
        yield step, known[number]


def _cut_at(text: str, findings: Sequence[Finding], policy: Policy) -> list[Span]:
    return [Span(f.start, f.end) for f in policy.verdicts(text, findings) if f.verdict is Verdict.REMOVE]


def _false_cuts(gold: Gold, answer: Answer) -> Iterator[Case]:
    for span in answer.spans:
        host = ink(gold.text[span.start : span.end]) - sum(ink(gold.text[a:b]) for a, b in shared([span], gold.spans))
        if host:
            yield Case(gold, span, host, _best(answer.findings, span) or "predicted")


def _misses(gold: Gold, answer: Answer, outcomes: Sequence[Injection]) -> Iterator[Case]:
    for one in outcomes:
        if one.found:
            continue
        best = _best(answer.findings, one.span)
        if one.gone >= FOUND * one.size:
            yield Case(gold, one.span, one.beside, f"{one.beside} of the host's characters beside it; {best}")
        else:
            what = f"{one.gone} of {one.size} characters cut"
            yield Case(gold, one.span, one.size - one.gone, f"{what}; {best or 'no candidate'}")


def _best(findings: Sequence[Finding], span: Span) -> str:
    """The best-judged candidate that touches a span, in a few words, with what the policy noted on it."""
    touching = [f for f in findings if f.start < span.end and f.end > span.start]
    best = max(touching, key=lambda finding: finding.score, default=None)
    if best is None:
        return ""
    notes = [item.name for item in best.evidence if not item.weight]
    return f"{best.label} {best.score:+.1f} {best.verdict}{f' ({notes[0]})' if notes else ''}"
