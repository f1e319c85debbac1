"""Evidence in, verdicts out: thresholds, damage bound, switched-off labels, allow list."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from spamscrub.errors import PolicyError
from spamscrub.spans import Evidence, Finding, Verdict


@dataclass(frozen=True, slots=True)
class Policy:
    """What may be done to a text without a person.

    `remove_at` and `review_at` are scores (log-odds); a finding at or above the first is cut, between the two it is
    reported. `max_share` is the largest share of a document's characters that may go; beyond it everything in that
    document becomes review. `off` names labels that are left alone; `allow` lists strings that always stay.
    """

    remove_at: float = 1.0
    review_at: float = -1.0
    max_share: float = 0.3
    off: frozenset[str] = frozenset()
    allow: frozenset[str] = frozenset()

    def allowing(self, phrases: Iterable[str]) -> Policy:
        """This policy with further strings that always stay."""
        return replace(self, allow=self.allow | frozenset(phrases))

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
        allowed = self._allowed(text, finding) if self.allow else None
        if allowed:
            return _noted(finding, Verdict.KEEP, "allowed", f"{allowed!r} is on the allow list")
        return finding.decided(Verdict.REMOVE if self.removes(finding.score) else Verdict.REVIEW if finding.score >= self.review_at else Verdict.KEEP)

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


def load_policy(path: Path) -> Policy:
    """A policy from a TOML file whose keys are the fields of `Policy`. Raises PolicyError naming file and key."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as problem:
        raise PolicyError(f"{path}: the policy cannot be read ({problem.strerror}); check the path") from None
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise PolicyError(f"{path}: the policy is not TOML ({problem}); write lines such as `remove_at = 3.0`") from None
    known = {field.name for field in fields(Policy)}
    for key in table:
        if key not in known:
            raise PolicyError(f"{path}: {key}: no such setting; the settings are {', '.join(sorted(known))}")
    return Policy(**{key: _setting(path, key, value) for key, value in table.items()})


def _setting(path: Path, key: str, value: Any) -> Any:
    if key in ("off", "allow"):
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise PolicyError(f"{path}: {key}: {value!r} is not a list of strings; write {key} = ['one', 'two']")
        return frozenset(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise PolicyError(f"{path}: {key}: {value!r} is not a number; write {key} = {getattr(Policy(), key)}")
    if key == "max_share" and not 0 <= value <= 1:
        raise PolicyError(f"{path}: max_share: {value} is not a share; write a number from 0 to 1")
    return float(value)
