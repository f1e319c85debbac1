"""The cut, its exact inverse, and `Cleaner`, which runs the whole flow on one text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache, cached_property

from spamscrub.candidates import Surroundings
from spamscrub.judgement import Judge, Judged, Weights, fitted_weights, strongest
from spamscrub.language import HostModel, LanguageIdentifier, identify
from spamscrub.native import NativeJudge, builtin_native_judge, native_judge
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
        self._given = None if packs is None else tuple(packs)
        self.policy = policy or Policy()
        self.language = language
        self._weights = fitted_weights() if weights is None else weights
        self._is_shipped = packs is None and weights is None

    @property
    def packs(self) -> tuple[Pack, ...]:
        """The packs it knows; the built-in ones are only read where someone asks for them, as judging natively does without."""
        return builtin_packs() if self._given is None else self._given

    def clean(self, text: str, *, id: str | None = None) -> CleanResult:
        """Return `text` without injected strings, and the findings; the same object when there are none."""
        host, found = self._found(text)
        if not found:
            return CleanResult(text, (), host, id)
        return self._decided(text, found, host, id, explain=False)

    def explain(self, text: str, *, id: str | None = None) -> CleanResult:
        """Like `clean`, but the findings also hold the candidates that were kept, with their evidence."""
        host, found = self._explained(text)
        return self._decided(text, found, host, id, explain=True)

    def clean_many(self, texts: Iterable[str]) -> Iterator[CleanResult]:
        """Clean text after text, in order."""
        return (self.clean(text) for text in texts)

    def clean_all(self, texts: Sequence[str]) -> list[CleanResult]:
        """Clean texts at once, in order: a little quicker than one by one."""
        each = self._found_in_each(texts, hosts=True)
        if each is None:
            return [self.clean(text) for text in texts]
        return [self._decided(text, found, host, None, explain=False) if found else CleanResult(text, (), host) for text, (host, found) in zip(texts, filter(None, each), strict=True)]

    def clean_each(self, texts: Sequence[str]) -> list[CleanResult | None]:
        """The same, but None for a text that nothing is said of: quicker again where most texts hold no ads."""
        each = self._found_in_each(texts, hosts=False)
        if each is None:
            results: Iterable[CleanResult | None] = map(self.clean, texts)
        else:
            results = (found and self._decided(text, found[1], found[0], None, explain=False) for text, found in zip(texts, each, strict=True))
        return [result if result and result.findings else None for result in results]

    def surroundings(self, text: str) -> Surroundings:
        """What judging `text` rests on: the document, its lexicon hits and its language model."""
        document = Document(text)
        return Surroundings(document, self._matcher, HostModel(identify(text, self.language), text, self.language))

    @cached_property
    def _matcher(self) -> Matcher:
        return _builtin_matcher() if self.packs == builtin_packs() else Matcher(self.packs)

    @cached_property
    def _native(self) -> NativeJudge | None:
        """The native road, for all but languages that another identifier tells."""
        if self.language is not None:
            return None
        return builtin_native_judge() if self._is_shipped else native_judge(self.packs, self._weights, folded=self.packs == builtin_packs())

    def _decided(self, text: str, found: Sequence[Finding], host: Host, id: str | None, *, explain: bool) -> CleanResult:
        findings = self.policy.verdicts(text, found)
        kept = findings if explain else tuple(f for f in findings if f.verdict is not Verdict.KEEP)
        return CleanResult(replay(text, kept) if any(f.verdict is Verdict.REMOVE for f in kept) else text, kept, host, id)

    def _found(self, text: str) -> tuple[Host, list[Finding]]:
        """The host of a text and its findings from the score of review on, before the policy has its say."""
        native = self._native.findings(text, self.policy.review_at, self.policy.remove_at) if self._native else None
        if native is not None:
            return native
        host, judged = self._judged(text, self.policy.review_at)
        return host, self._findings(text, self._strongest(judged, self.policy.review_at))

    def _found_in_each(self, texts: Sequence[str], *, hosts: bool) -> list[tuple[Host, list[Finding]] | None] | None:
        """The same for many texts by the native road, None for one without findings unless hosts are asked for; None where it does not do."""
        if self._native is None or type(self).clean is not Cleaner.clean:
            return None
        return self._native.findings_of_each(texts, self.policy.review_at, self.policy.remove_at, hosts=hosts)

    def _explained(self, text: str) -> tuple[Host, list[Finding]]:
        """The same with what is kept."""
        everything = float("-inf")
        native = self._native.judge(text, everything) if self._native else None
        host, judged = native or self._judged(text, everything)
        shown = [j for j in judged if j.source in SHOWN_ALWAYS or j.score >= SHOWN_FROM]
        return host, self._findings(text, self._strongest(shown, everything))

    def _judged(self, text: str, floor: float) -> tuple[Host, list[Judged]]:
        """The host of a text, and its candidates that reach the floor, in order of position, by the Python modules."""
        around = self.surroundings(text)
        return Host(around.document.host_script, around.model.language), Judge(self._weights).judge(around, floor)

    def _strongest(self, judged: Sequence[Judged], floor: float) -> list[Judged]:
        return [judged[n] for n in strongest([j.span for j in judged], [self._rank(j) for j in judged], floor)]

    def _rank(self, judged: Judged) -> float:
        """Its score; of what is kept anyway, a run or phrase that a reader would ask about comes before other stretches."""
        kept = judged.score < self.policy.review_at
        return judged.score - LESS_ASKED_ABOUT if kept and judged.source not in SHOWN_ALWAYS else judged.score

    def _findings(self, text: str, chosen: Sequence[Judged]) -> list[Finding]:
        """Findings for the chosen candidates; those that will be cut take their separators along."""
        doubts = [j for j in chosen if not self.policy.removes(j.score)]
        cuts = [j for j in chosen if self.policy.removes(j.score)]
        spans = [j.span for j in doubts] + with_separators(Document(text), [j.span for j in cuts])
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
