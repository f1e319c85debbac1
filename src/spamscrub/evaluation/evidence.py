"""What each piece of evidence is worth: its hits in spam and in clean text, and the verdicts that hang on it alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from spamscrub.evaluation.figures import Counts, is_spam
from spamscrub.evaluation.gold import Answer, Gold
from spamscrub.packs import Hit, Pack
from spamscrub.spans import Finding, Span, Verdict

OF_PACKS = "lexicon-"
"""How the names of evidence begin that rests on the words of packs."""

Row = tuple[str, Counts]
"""A name, and what one occurrence adds to its counts: `spam` or `clean` for the place where it stands."""


def by_label(gold: Gold, answer: Answer) -> Iterator[Row]:
    """The label of every finding that was cut."""
    for finding in answer.findings:
        if finding.verdict is Verdict.REMOVE:
            yield finding.label, _standing(gold, finding.start, finding.end)


def by_evidence(gold: Gold, answer: Answer, remove_at: float) -> Iterator[Row]:
    """Every piece of evidence on every candidate.

    `cut_spam` and `cut_clean` count the findings that would not be cut without it, `held_spam` and `held_clean` those
    that would.
    """
    for finding in answer.findings:
        standing = _standing(gold, finding.start, finding.end)
        for name, weight in _weights(finding).items():
            yield name, standing + _flipped(standing, finding, weight, remove_at)


def by_rule(gold: Gold, answer: Answer, remove_at: float) -> Iterator[Row]:
    """Every hit of a pack's rule, in candidates or not.

    `cut_spam` and `cut_clean` count the findings in which no other rule hits (parts aside) and that would not be cut
    without the evidence that rests on packs.
    """
    for hit in answer.hits:
        yield rule_name(hit.pack, hit.rule, hit.role), _standing(gold, hit.start, hit.end)
    for finding in answer.findings if answer.hits else ():
        names = {rule_name(hit.pack, hit.rule, hit.role) for hit in _telling(answer.hits, finding)}
        weight = sum(weight for name, weight in _weights(finding).items() if name.startswith(OF_PACKS))
        if len(names) == 1 and weight > 0:
            yield names.pop(), _flipped(_standing(gold, finding.start, finding.end), finding, weight, remove_at)


def rule_name(pack: str, rule: str, role: str) -> str:
    """How a rule is named in the tables."""
    return f"{pack}/{rule} ({role})"


def rules_of(packs: Sequence[Pack]) -> list[str]:
    """The names of all rules, so that those without a hit are counted too."""
    return [rule_name(pack.name, rule.id, rule.role) for pack in packs for rule in pack.rules]


def _standing(gold: Gold, start: int, end: int) -> Counts:
    return Counter({"spam" if is_spam(gold, [Span(start, end)]) else "clean": 1})


def _weights(finding: Finding) -> dict[str, float]:
    """The weight of each kind of evidence; the prior is none, and notes of the policy weigh nothing."""
    found: dict[str, float] = {}
    for item in finding.evidence:
        if item.weight and item.name != "prior":
            found[item.name] = found.get(item.name, 0.0) + item.weight
    return found


def _flipped(standing: Counts, finding: Finding, weight: float, remove_at: float) -> Counts:
    """One more verdict that hangs on `weight` alone, or none."""
    without = finding.score - weight >= remove_at
    if finding.verdict is Verdict.REMOVE and not without:
        return Counter({f"cut_{name}": 1 for name in standing})
    if finding.score < remove_at and without:
        return Counter({f"held_{name}": 1 for name in standing})
    return Counter()


def _telling(hits: Sequence[Hit], finding: Finding) -> list[Hit]:
    return [hit for hit in hits if hit.role != "part" and finding.start <= hit.start and hit.end <= finding.end]
