"""The cut, its exact inverse, and `Cleaner`, which runs the whole flow on one text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from spamscrub.candidates import Surroundings
from spamscrub.judgement import Judge, Judged, Weights, fitted_weights, strongest
from spamscrub.language import HostModel, LanguageIdentifier, identify
from spamscrub.packs import Matcher, Pack, builtin_packs
from spamscrub.policy import Policy
from spamscrub.separators import with_separators
from spamscrub.spans import CleanResult, Finding, Host, Span, Verdict, cut
from spamscrub.tokenizer import Document

SHOWN_FROM = -2.0
"""`explain` lists every foreign run, pack phrase and odd sign, and pieces of the host's own text from this score on."""
LESS_ASKED_ABOUT = 1000.0
SHOWN_ALWAYS = frozenset({"run", "latin", "lexicon", "sign"})


def replay(original: str, findings: Iterable[Finding]) -> str:
    """Return `original` without the removed findings: the cleaned text. Findings are in order of position."""
    return cut(original, [Span(f.start, f.end) for f in findings if f.verdict is Verdict.REMOVE])


def restore(clean: str, findings: Iterable[Finding]) -> str:
    """Return the original of a cleaned text, every removed string back at its place. Findings are in order."""
    pieces: list[str] = []
    at = removed = 0
    for finding in findings:
        if finding.verdict is not Verdict.REMOVE:
            continue
        here = finding.start - removed
        pieces += [clean[at:here], finding.text]
        at = here
        removed += len(finding.text)
    pieces.append(clean[at:])
    return "".join(pieces)


class Cleaner:
    """Cuts injected advertising out of texts; build it once, use it for many.

    `packs` are the spam families it knows (default: `builtin_packs()`; an empty tuple judges by context alone),
    `policy` says what may be cut, `language` identifies the language of short pieces (default: langdetect's profiles).
    """

    def __init__(
        self,
        *,
        packs: Sequence[Pack] | None = None,
        policy: Policy | None = None,
        language: LanguageIdentifier | None = None,
        weights: Weights | None = None,
    ):
        self.packs = tuple(builtin_packs() if packs is None else packs)
        self.policy = policy or Policy()
        self.language = language
        self._judge = Judge(fitted_weights() if weights is None else weights)
        self._matcher = _builtin_matcher() if packs is None else Matcher(self.packs)

    def clean(self, text: str, *, id: str | None = None) -> CleanResult:
        """Return `text` without injected strings, and the findings; the same object when there are none."""
        return self._run(text, id, explain=False)

    def explain(self, text: str, *, id: str | None = None) -> CleanResult:
        """Like `clean`, but the findings also hold the candidates that were kept, with their evidence."""
        return self._run(text, id, explain=True)

    def clean_many(self, texts: Iterable[str]) -> Iterator[CleanResult]:
        """Clean text after text, in order."""
        return (self.clean(text) for text in texts)

    def surroundings(self, text: str) -> Surroundings:
        """What judging `text` rests on: the document, its lexicon hits and its language model."""
        document = Document(text)
        return Surroundings(document, self._matcher, HostModel(identify(text, self.language), text, self.language))

    def _run(self, text: str, id: str | None, *, explain: bool) -> CleanResult:
        around = self.surroundings(text)
        host = Host(around.document.host_script, around.model.language)
        judged = self._judge.judge(around, None if explain else self.policy.review_at)
        if explain:
            judged = [j for j in judged if j.source in SHOWN_ALWAYS or j.score >= SHOWN_FROM]
        floor = float("-inf") if explain else self.policy.review_at
        chosen = [judged[n] for n in strongest([j.span for j in judged], [self._rank(j) for j in judged], floor)]
        findings = self.policy.verdicts(text, self._findings(around.document, chosen))
        kept = findings if explain else tuple(f for f in findings if f.verdict is not Verdict.KEEP)
        return CleanResult(replay(text, kept) if any(f.verdict is Verdict.REMOVE for f in kept) else text, kept, host, id)

    def _rank(self, judged: Judged) -> float:
        """Its score; of what is kept anyway, a run or phrase that a reader would ask about comes before other stretches."""
        kept = judged.score < self.policy.review_at
        return judged.score - LESS_ASKED_ABOUT if kept and judged.source not in SHOWN_ALWAYS else judged.score

    def _findings(self, document: Document, chosen: Sequence[Judged]) -> list[Finding]:
        """Findings for the chosen candidates; those that will be cut take their separators along."""
        doubts = [j for j in chosen if not self.policy.removes(j.score)]
        cuts = [j for j in chosen if self.policy.removes(j.score)]
        spans = [j.span for j in doubts] + with_separators(document, [j.span for j in cuts])
        text = document.text
        found = [
            Finding(span.start, span.end, text[span.start : span.end], j.label, round(j.score, 4), Verdict.REVIEW, j.evidence)
            for j, span in zip([*doubts, *cuts], spans, strict=True)
        ]
        return sorted(found, key=lambda finding: finding.start)


@cache
def _builtin_matcher() -> Matcher:
    return Matcher(builtin_packs(), folded=True)


@cache
def _default() -> Cleaner:
    return Cleaner()


def clean(text: str) -> CleanResult:
    """Return `text` without injected strings, judged with the built-in packs and the default policy."""
    return _default().clean(text)
