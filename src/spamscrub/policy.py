"""Evidence in, verdicts out: thresholds, damage bound, switched-off labels, allow list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from spamscrub.spans import Evidence, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done to a text without a person.

    `remove_at` and `review_at` are scores (log-odds); a finding at or above the first is cut, between the two it is
    reported. `max_share` is the largest share of a document's characters that may go; beyond it everything in that
    document becomes review. `off` names labels that are left alone; `allow` lists strings that always stay.
    """

    remove_at: float = 2.0
    review_at: float = 0.0
    max_share: float = 0.3
    off: frozenset[str] = frozenset()
    allow: frozenset[str] = frozenset()

    def removes(self, score: float) -> bool:
        """Whether a score is high enough to cut without a person."""
        return score >= self.remove_at

    def verdicts(self, text: str, findings: Sequence[Finding]) -> tuple[Finding, ...]:
        """The findings of one document with their verdicts."""
        judged = [self._judged(text, finding) for finding in findings]
        removed = sum(f.end - f.start for f in judged if f.verdict is Verdict.REMOVE)
        if removed > self.max_share * len(text):
            return tuple(_held_back(f, removed / len(text)) for f in judged)
        return tuple(judged)

    def _judged(self, text: str, finding: Finding) -> Finding:
        if finding.label in self.off:
            return _noted(finding, Verdict.KEEP, "switched-off", f"the label {finding.label} is switched off")
        allowed = self._allowed(text, finding)
        if allowed:
            return _noted(finding, Verdict.KEEP, "allowed", f"{allowed!r} is on the allow list")
        if self.removes(finding.score):
            return replace(finding, verdict=Verdict.REMOVE)
        return replace(finding, verdict=Verdict.REVIEW if finding.score >= self.review_at else Verdict.KEEP)

    def _allowed(self, text: str, finding: Finding) -> str | None:
        """The allowed string that the finding lies in, if any; an ad that only contains one is still an ad."""
        bare = finding.text.strip()
        start = finding.start + finding.text.find(bare) if bare else finding.start
        end = start + len(bare)
        for phrase in sorted(self.allow):
            at = text.find(phrase, max(0, end - len(phrase)), start + len(phrase))
            if phrase and at >= 0:
                return phrase
        return None


def _noted(finding: Finding, verdict: Verdict, name: str, detail: str) -> Finding:
    return replace(finding, verdict=verdict, evidence=(*finding.evidence, Evidence(name, 0.0, detail)))


def _held_back(finding: Finding, share: float) -> Finding:
    if finding.verdict is not Verdict.REMOVE:
        return finding
    return _noted(finding, Verdict.REVIEW, "damage-bound", f"cutting all would take {share:.0%} of the document")
