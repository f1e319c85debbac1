"""The values that are passed around: Span, Evidence, Finding, CleanResult."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A half-open stretch `[start, end)` in code points of the original text."""

    start: int
    end: int


class Evidence(NamedTuple):
    """One reason for or against a span: its log-odds weight, and a few words on what was seen."""

    name: str
    weight: float
    detail: str = ""


class Verdict(StrEnum):
    """What the policy decides about a finding."""

    REMOVE = "remove"
    REVIEW = "review"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Finding:
    """A span of the original text with the evidence on it.

    `start` and `end` are code points of the original; `text` is `original[start:end]`, the injected string with the
    separator that came with it. `score` is the sum of the evidence weights: log-odds that an editor would cut it.
    """

    start: int
    end: int
    text: str
    label: str
    score: float
    verdict: Verdict
    evidence: tuple[Evidence, ...] = ()

    def decided(self, verdict: Verdict) -> Finding:
        """The same finding with this verdict."""
        return self if verdict is self.verdict else Finding(self.start, self.end, self.text, self.label, self.score, verdict, self.evidence)


@dataclass(frozen=True, slots=True)
class Host:
    """The document as its author wrote it: its dominant script (`Latin`, `Han`, `Japanese`, …) and language (`en`)."""

    script: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class CleanResult:
    """A cleaned text and every finding on the way, in the order of the original text.

    `text` is the very same object as the input when nothing was removed. `findings` holds the verdicts remove and
    review; `candidates` of `Cleaner.explain` holds the kept ones too.
    """

    text: str
    findings: tuple[Finding, ...]
    host: Host
    id: str | None = None

    @property
    def removed(self) -> tuple[Finding, ...]:
        """The findings that were cut out of the text."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.REMOVE)

    @property
    def review(self) -> tuple[Finding, ...]:
        """The findings that a person should look at; the text still holds them."""
        return tuple(finding for finding in self.findings if finding.verdict is Verdict.REVIEW)


def cut(text: str, spans: Sequence[Span]) -> str:
    """Return `text` without the given spans, which must be sorted and must not overlap."""
    kept, last = [], 0
    for start, end in spans:
        kept.append(text[last:start])
        last = end
    kept.append(text[last:])
    return "".join(kept)
