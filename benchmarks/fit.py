"""Fit the evidence weights to labelled documents, and write `src/spamscrub/weights.toml`.

    python benchmarks/fit.py --gold ../shared/bench/dev.jsonl [--gold MORE.jsonl …] [--write]
    python benchmarks/fit.py --gold … --hold-out family      # cross-validation by held-out family
    python benchmarks/fit.py --gold … --hold-out language    # … by held-out host language
    python benchmarks/fit.py --gold … --only reads-on        # print the weights of some evidence, all others held as they are

A gold record is {"id", "text", "spans": [[start, end], …], "family", "host_lang"}; untouched documents have no spans.
Every candidate that spamscrub would judge becomes one row of a logistic regression: 1 where it is an injected string,
0 where it is the author's, left out where it covers a part of one. The campaign evidence depends on the scores of other
candidates, so the fit is repeated with the scores of the round before.
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from records import ROOT, gold, own_records
from scipy.optimize import minimize
from scipy.sparse import csr_matrix
from train_letters import learned

from spamscrub.candidates import Candidate
from spamscrub.classifiers import Feature
from spamscrub.classifiers.letters import evidence
from spamscrub.cleaner import Cleaner
from spamscrub.judgement import CALIBRATED, Weights, company, fitted_weights, observe, score, strongest
from spamscrub.packs import Hit, builtin_packs
from spamscrub.placement import Placement
from spamscrub.policy import Policy
from spamscrub.separators import with_separators
from spamscrub.spans import Span
from spamscrub.tokenizer import Document

WEIGHTS = ROOT / "src" / "spamscrub" / "weights.toml"
RELATED = {
    "en-pharma": ("en-pharma", "eu-pharma", "eu-health"), "id-togel": ("id-slot", "ms-tl-casino"), "id-slot": ("id-slot", "ms-tl-casino"), "ms-casino": ("id-slot", "ms-tl-casino"),
    "ja-replica": ("ja-commerce",), "ja-casino": ("ja-casino", "ja-commerce", "ja-adult"), "ja-dating": ("ja-dating", "ja-adult", "ja-health-media"), "ko-massage": ("ko-services",),
    "ko-loans": ("ko-services", "ko-money"), "ko-casino": ("ko-casino", "ko-media"), "th-lottery": ("th-casino", "th-services"), "tr-escort": ("eu-escorts",), "tr-bahis": ("tr-bahis", "tr-services"),
    "zh-contact": ("zh-contact", "zh-promotion", "zh-money"), "zh-documents": ("zh-services", "zh-promotion", "zh-money"), "zh-services": ("zh-services", "zh-money"),
    "zh-gambling": ("zh-gambling", "zh-promotion"), "sv-casino": ("nordic-casino",), "ar-casino": ("ar-casino-media", "ar-services", "fa-betting"), "ar-services": ("ar-services", "ar-casino-media"),
    "ru-loans": ("ru-services", "ru-documents", "ru-money-goods"), "ru-escort": ("ru-services", "ru-media"), "ru-casino": ("ru-casino", "cis-casino"), "en-essay": ("en-essays",),
    "en-escort": ("en-escorts", "in-escorts"), "en-support-scam": ("en-support", "en-seo"), "en-spell-caster": ("occult", "en-seo"), "fr-voyance": ("occult",),
    "en-weightloss": ("en-health", "en-pharma", "eu-health"), "en-cbd": ("en-health", "eu-health", "en-drugs-local"), "en-cracked-software": ("en-software", "en-games-adult"),
    "en-streaming": ("en-streaming", "eu-streaming"), "en-crypto": ("en-crypto", "eu-promotion"), "en-replica": ("en-replica", "eu-promotion"), "en-diploma": ("en-documents",),
    "es-loans": ("eu-loans",), "de-loans": ("eu-loans",), "pl-loans": ("eu-loans",), "es-pharma": ("eu-pharma", "eu-health"), "pt-pharma": ("eu-pharma", "eu-health"),
    "fr-pharma": ("eu-pharma", "eu-health"), "de-pharma": ("eu-pharma", "eu-health"), "it-pharma": ("eu-pharma", "eu-health"), "it-escort": ("eu-escorts",), "es-escort": ("eu-escorts",),
    "fr-rencontre": ("eu-escorts",),
}  # fmt: skip
"""The packs that know a family, where they have other names or are several."""
BESIDE = 1.0
"""How much it counts that an injected string scores above its own parts, and above what also holds host text."""
COST = 20
"""A wrong cut counts once for so many characters, since what it destroys counts."""
DOUBT = 2.0
"""How much more a wrong cut counts in the host's own script and in Latin letters, where language and placement alone are weaker evidence."""
OWN_TIMES = 3
"""How often the project's own, chosen texts count in a fit."""
ROUNDS = 3
LANGUAGE_FOLDS = 8
TABLES = tuple(f"{kind}{words}" for kind in ("script", "latin", "same", "mixed") for words in ("", "+words"))
FOR = frozenset(
    ["ad-vocabulary", "advert-letters", "advert-letters-in-slot", "campaign", "campaign-beside", "campaign-likely", "capitals-inside", "clearly-foreign", "clearly-foreign-in-slot", "code", "comma-list", "contact", "foreign-language", "foreign-language-rate", "han-forms", "lexicon-ad", "lexicon-ad-whole", "lexicon-contact", "lexicon-coverage", "lexicon-offer", "lexicon-trade", "lexicon-trade-and-offer", "lexicon-whole", "lexicon-whole-several", "link", "marker-fits", "no-kana", "odd-space", "own-line", "reads-on", "repeated", "stranger-in-slot", "trade-address"]
)
AGAINST = frozenset(
    ["address-below", "after-comma", "alternating", "among-items", "before-bracket", "before-comma", "before-particle", "behind-number", "bracket-inside", "bracketed", "bracketed-line", "cells", "code-block", "code-inside", "code-line", "comment", "comments-alike", "contact-beside", "contact-listed", "cuts-bracket", "cuts-name", "cuts-number", "cuts-phrase", "cuts-quote", "cuts-run", "cuts-token", "cuts-word", "date-inside", "different-peers", "dotted-number", "enclosed", "ends-as-sentence", "faced", "foreign-peers", "foreign-prose", "foreign-prose-beside", "function-words", "gap-inside", "goes-on-below", "goes-on-from-above", "guests-in-prose", "half-enclosed", "harmless-alike", "harmless-kin", "hashtag", "holds-certain", "host-word-at-edge", "indented", "introduced", "known-name-at-end", "language-of-others", "latin-before", "latin-behind", "latin-name-behind", "latin-near", "lexicon-beside", "lexicon-stray", "link-line", "long", "lower-as-others", "marker-inside", "middle", "name-like", "number-at-end", "number-at-start", "numbered", "other-scripts", "part-beside", "plain-link", "quote-below", "reading-inside", "rest-is-foreign-too", "script-in-prose", "script-on-lines", "script-on-near-lines", "script-share", "script-tells", "sentences-inside", "small-behind-marker", "statement", "stray-both", "stray-capital", "stray-sign", "subtitle", "terminal-beside", "terminal-line", "topic", "woven-in"]
)
SURE = {"holds-certain": -4.0, "titled": -4.0, "date-inside": -5.0, "marker-inside": -3.0, "remark-inside": -5.0, "script-share": -0.6, "reading-inside": -2.0, "gap-inside": -6.0, "hash-inside": -6.0, "hashtag": -2.0, "behind-number": -1.5, "cuts-word": -1.5, "comment": -2.0, "comments-alike": -0.6, "statement": -3.0, "plain-link": -7.5, "language-name": -6.0, "record-number": -6.0, "before-particle": -4.0}
"""Weights that are at most so high, whatever little the data say of them."""
CALIBRATION = {"same": -0.3, "same+words": -0.7, "latin+words": -0.6, "mixed+words": -0.6}
"""How much is added in the end, by table: where words are the host's own too, what the fit calls as likely as not is left to a person.

With these a third fewer characters of genuine texts that look near to ads are lost, a fifth fewer of clean manuals, and all fixtures that must stay do so but
for the known ones; two of a hundred ads of the exam fewer are found."""
AT_MOST = {
    "same+words": {"stray-capital": -0.8, "stray-sign": -5.5, "reads-on": 3.0, "capitals-inside": 3.0, "among-items": -1.5},
    "same": {"han-forms": 0.4, "language-of-others": -2.0, "foreign-peers": -3.0}, "latin": {"language-of-others": -2.0, "latin-near": -2.2},
    "script": {"script-tells": -1.0, "name-like": -2.5, "other-scripts": -2.5, "different-peers": -3.0},
    "mixed": {"script-tells": -1.0, "other-scripts": -2.5, "different-peers": -3.0},
    "latin+words": {"among-items": -1.5}, "script+words": {"among-items": -1.5}, "mixed+words": {"among-items": -1.5},
}  # fmt: skip
"""What weights come down to in the end: a host's word beside an ad of its own language, taken along, is good text lost.

The fit says -4.2 of signs and nothing of capitals, as brands begin with them too. With these 27 characters in a million are lost on the
development benchmark instead of 32, and as many ads are found, there and on those of the exam. What sentences say of labels in their script
the fit leaves to other evidence; with it a seventh fewer half-translated help pages are altered, and no ad is lost anywhere. No document that is learned
from has words of ads as items of a list: menus of shops do, and of whole pages a seventh fewer are altered with that weight, at the cost of no ad. Names in
lists of names in other letters (`name-like`) are in none of them either. A sentence in traditional characters on a simplified page (`han-forms`) is more often a
reader's comment than an ad that no word gives away: a person is asked, at the cost of no ad. Texts in two languages, sentence by sentence (`language-of-others`),
names in many scripts, each on its own line (`other-scripts`), glossaries (`different-peers`, `foreign-peers`) and lists of titles in Latin letters (`latin-near`) are not among what is learned from. These take one of a hundred ads of
the exam; of articles in other letters with such a list seven of a hundred are altered instead of sixty-three."""
AT_LEAST = {table: {"reads-on": 1.5} for table in ("script+words", "mixed+words")}
"""What weights come up to in the end: nothing is learned of other letters inside sentences, as most there are the author's own.

With it 63 of a hundred of those put between two words of the learner's half are found instead of 59, and 147 characters in a million are lost instead of 237."""
STRENGTH = 3.0
"""Inverse regularisation of the regression."""
MOST_STEPS = 60
"""It takes about fifteen steps."""


class Row(NamedTuple):
    """What later rounds need of a `Scene`; light enough to be sent between processes."""

    candidate: Candidate
    text: str
    placement: Placement
    kind: str
    table: str
    script: str
    hits: list[Hit]
    strays: int


@dataclass
class Labelled:
    """One gold document with its candidates: what was seen, and which are injected (1), the author's (0), parts (-1), both (-2).

    `seen` is `bare` with what the letters say, which is learned anew where packs are `off` or held out.
    """

    record: Mapping[str, object]
    scenes: list[Row]
    bare: list[list[Feature]]
    labels: np.ndarray
    off: tuple[str, ...]
    seen: list[list[Feature]]
    extra: list[list[Feature]]


def label(text: str, gold: Sequence[Sequence[int]], start: int, end: int) -> int:
    """1 for an injected string, 0 for the author's text, -1 for a part of an injected string, -2 for one with host text."""
    ink = [not c.isspace() for c in text[start:end]]
    size = sum(ink)
    for a, b in gold:
        if end <= a or start >= b:
            continue
        if text[start:a].strip() or text[b:end].strip():
            return -2
        whole = sum(not c.isspace() for c in text[a:b])
        if size >= 0.9 * whole:
            return 1
        line_start = max(a, text.rfind("\n", 0, start) + 1)
        line_end = min([b, *(at for at in [text.find("\n", end)] if at >= 0)])
        if text[line_start:line_end].strip() == text[start:end] and "\n" in text[a:b].strip():
            return 1
        return -1
    return 0


@cache
def cleaner_without(off: tuple[str, ...]) -> Cleaner:
    """A cleaner whose packs in `off` are switched off."""
    return Cleaner(packs=[pack for pack in builtin_packs() if pack.name not in off], weights={})


def read(record: Mapping[str, object], off: tuple[str, ...] = ()) -> Labelled:
    """Observe one gold document."""
    text = str(record["text"])
    scenes, seen = observe(cleaner_without(off).surroundings(text))
    labels = np.array([label(text, record["spans"], s.candidate.start, s.candidate.end) for s in scenes], dtype=np.int8)
    rows = [Row(s.candidate, s.text, s.placement, s.kind, s.table, s.script, s.hits, s.strays) for s in scenes]
    bare = [[Feature(f.name, f.value) for f in features if not f.name.startswith("advert-letters")] for features in seen]
    return Labelled(record, rows, bare, labels, off, bare, [[] for _ in rows])


def add_letters(documents: Iterable[Labelled], held: Iterable[str] = ()) -> None:
    """Judge the letters by what is learned without the packs that are off in a document, and without those `held` out."""
    for document in documents:
        model = learned(frozenset((*document.off, *held)) - {""})
        document.seen = [
            [*bare, *(Feature(f.name, f.value) for f in evidence(row.text, row.placement, model.__getitem__))] if row.kind != "same" else bare
            for row, bare in zip(document.scenes, document.bare, strict=True)
        ]


def read_all(records: Sequence[Mapping[str, object]], off: Sequence[tuple[str, ...]], jobs: int) -> list[Labelled]:
    """Observe many gold documents, each with its own packs switched off."""
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(read, records, off, chunksize=10))


class Columns(dict[tuple[str, str], int]):
    """The column of each evidence of each table; the prior is one of them."""

    def of(self, table: str, name: str) -> int:
        return self.setdefault((table, name), len(self))


class Rows:
    """Sparse rows of a regression with their importance."""

    def __init__(self) -> None:
        self.data: list[float] = []
        self.columns: list[int] = []
        self.ends = [0]
        self.truth: list[bool] = []
        self.importance: list[float] = []

    def add(self, vector: Mapping[int, float], truth: bool, importance: float) -> None:
        """Add one row."""
        self.data += vector.values()
        self.columns += vector.keys()
        self.ends.append(len(self.data))
        self.truth.append(truth)
        self.importance.append(importance)


def rows(documents: Iterable[Labelled], columns: Columns) -> Rows:
    """What is to be learned: injected or not, and for each injected string that it beats its parts and its neighbours.

    The second kind of row is the difference of two candidates of one place, so that it says nothing about how likely an
    ad is, only which of the two is cut.
    """
    found = Rows()
    for document in documents:
        vectors = [_vector(scene.table, [*seen, *extra], columns) for scene, seen, extra in zip(document.scenes, document.seen, document.extra, strict=True)]
        for scene, vector, known in zip(document.scenes, vectors, document.labels, strict=True):
            if known >= 0:
                found.add(vector, bool(known), 1.0 if known else cost_of(scene))
        for best, others in rivals(document):
            if best is None:
                for other in others:
                    if document.labels[other] == -2:
                        found.add(vectors[other], False, BESIDE * cost_of(document.scenes[other]))
                continue
            for other in others:
                found.add(_difference(vectors[best], vectors[other]), True, BESIDE)
    return found


def cost_of(scene: Row) -> float:
    """How much it counts to refuse a candidate that holds host text."""
    return max(1.0, len(scene.text) / COST) * (DOUBT if scene.table in ("same", "latin") else 1.0)


def _vector(table: str, features: Iterable[Feature], columns: Columns) -> dict[int, float]:
    vector = {columns.of(table, "prior"): 1.0}
    for feature in features:
        column = columns.of(table, feature.name)
        vector[column] = vector.get(column, 0.0) + feature.value
    return vector


def _difference(one: Mapping[int, float], other: Mapping[int, float]) -> dict[int, float]:
    return {column: one.get(column, 0.0) - other.get(column, 0.0) for column in {**one, **other}}


def rivals(document: Labelled) -> Iterator[tuple[int | None, list[int]]]:
    """For each injected string the candidate that is exactly it (or nearest), and those that hold a part of it or more."""
    text = str(document.record["text"])
    for start, end in document.record["spans"]:
        near = [n for n, row in enumerate(document.scenes) if row.candidate.start < end and row.candidate.end > start and document.labels[n] != 0]
        bare = Span(start + len(text[start:end]) - len(text[start:end].lstrip()), start + len(text[start:end].rstrip()))
        whole = [n for n in near if document.labels[n] == 1]
        if "\n" in text[bare.start : bare.end]:
            continue
        best = min(whole, key=lambda n: abs(document.scenes[n].candidate.start - bare.start) + abs(document.scenes[n].candidate.end - bare.end), default=None)
        yield best, [n for n in near if n != best]


def fit(documents: Sequence[Labelled]) -> Weights:
    """Fit the weights of all tables together, the campaign evidence in rounds."""
    weights: dict[str, dict[str, float]] = {}
    for _ in range(ROUNDS):
        if weights:
            for document in documents:
                add_company(document, weights)
        weights = fit_once(documents)
    for table, points in CALIBRATION.items():
        weights[table]["calibration"] = points
    for table, most in AT_MOST.items():
        weights[table].update({name: min(weight, weights[table].get(name, 0.0)) for name, weight in most.items()})
    for table, least in AT_LEAST.items():
        weights[table].update({name: max(weight, weights[table].get(name, 0.0)) for name, weight in least.items()})
    return weights


def fit_once(documents: Sequence[Labelled]) -> dict[str, dict[str, float]]:
    """One fit with the campaign evidence as it is."""
    columns = Columns()
    found = rows(documents, columns)
    matrix = csr_matrix((found.data, found.columns, found.ends), shape=(len(found.truth), len(columns)))
    solution = regress(matrix, np.array(found.truth), np.array(found.importance), [bounds_of(name) for _, name in columns], [name != "prior" for _, name in columns])
    weights: dict[str, dict[str, float]] = {table: {"prior": -9.0} for table in TABLES}
    for (table, name), column in sorted(columns.items()):
        weights[table][name] = round(float(solution[column]), 3)
    for found_weights in weights.values():
        found_weights.update({name: weight for name, weight in SURE.items() if name not in found_weights})
    return weights


def fit_only(documents: Sequence[Labelled], names: frozenset[str], weights: Weights) -> dict[tuple[str, str], float]:
    """The weights of some evidence by table, all others held as they are."""
    for document in documents:
        add_company(document, weights)
    columns = Columns()
    found = rows(documents, columns)
    matrix = csr_matrix((found.data, found.columns, found.ends), shape=(len(found.truth), len(columns)))
    held = [weights[table].get(name, 0.0) for table, name in columns]
    bounds = [bounds_of(name) if name in names else (weight, weight) for (_, name), weight in zip(columns, held, strict=True)]
    solution = regress(matrix, np.array(found.truth), np.array(found.importance), bounds, [name in names for _, name in columns])
    return {(table, name): float(solution[column]) for (table, name), column in columns.items() if name in names}


def bounds_of(name: str) -> tuple[float | None, float | None]:
    """The sign that a weight must have: evidence for an ad never speaks against it because others speak louder."""
    if name in SURE:
        return None, SURE[name]
    return (0.0, None) if name in FOR else (None, 0.0) if name in AGAINST else (None, None)


def regress(matrix: csr_matrix, truth: np.ndarray, importance: np.ndarray, bounds: list[tuple[float | None, float | None]], held: list[bool]) -> np.ndarray:
    """Logistic regression with bounds, and an L2 penalty on the columns that are `held`.

    Newton's method, projected, gets near the optimum in about fifteen steps; L-BFGS-B goes on where that does not get further.
    """
    sign, penalty = np.where(truth, 1.0, -1.0), np.array(held) / STRENGTH
    low = np.array([-np.inf if least is None else least for least, _ in bounds])
    high = np.array([np.inf if most is None else most for _, most in bounds])

    def loss(solution: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (matrix @ solution)
        pull = -sign * importance / (1.0 + np.exp(np.clip(margin, -500, 500)))
        value = float(importance @ np.logaddexp(0.0, -margin)) + float(penalty @ (solution * solution)) / 2
        return value, matrix.T @ pull + penalty * solution

    def curvature(solution: np.ndarray) -> np.ndarray:
        wrong = 1.0 / (1.0 + np.exp(np.clip(sign * (matrix @ solution), -500, 500)))
        weight = importance * wrong * (1.0 - wrong)
        return (matrix.T @ matrix.multiply(weight[:, None]).tocsr()).toarray() + np.diag(penalty + 1e-6)

    solution = np.clip(np.zeros(matrix.shape[1]), low, high)
    value, slope = loss(solution)
    for _ in range(MOST_STEPS):
        free = np.flatnonzero(~(((solution <= low) & (slope > 0)) | ((solution >= high) & (slope < 0))))
        step = np.zeros_like(solution)
        step[free] = -np.linalg.solve(curvature(solution)[np.ix_(free, free)], slope[free])
        for halvings in range(20):
            better = np.clip(solution + step / 2**halvings, low, high)
            reached, there = loss(better)
            if reached <= value + 1e-4 * float(slope @ (better - solution)):
                break
        if not reached < value - 1e-6 * value:
            break
        solution, value, slope = better, reached, there
    return minimize(loss, solution, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 3000}).x


def add_company(document: Labelled, weights: Weights) -> None:
    """Refresh the campaign evidence of a document from the scores that `weights` give."""
    document.extra = company(document.scenes, alone(document, weights))


def alone(document: Labelled, weights: Weights) -> list[float]:
    """The scores without campaign evidence."""
    return [score(seen, weights[scene.table]) for scene, seen in zip(document.scenes, document.seen, strict=True)]


def final(document: Labelled, weights: Weights) -> list[float]:
    """The scores with campaign evidence."""
    return [
        score([*seen, *extra, CALIBRATED], weights[scene.table])
        for scene, seen, extra in zip(document.scenes, document.seen, document.extra, strict=True)
    ]


def folds(records: Sequence[Mapping[str, object]], by: str) -> dict[str, list[int]]:
    """The documents of each fold. Host languages are dealt out to eight folds of about one size.

    Untouched documents go to the fold of their language, or are dealt out by the hash of their id.
    """
    if by == "language":
        return _language_folds(records)
    infected = [n for n, record in enumerate(records) if record["spans"]]
    values = sorted({str(records[n]["family"]) for n in infected})
    groups = {value: [n for n in infected if records[n]["family"] == value] for value in values}
    for n, record in enumerate(records):
        if not record["spans"]:
            groups[values[zlib.crc32(str(record["id"]).encode()) % len(values)]].append(n)
    return groups


def _language_folds(records: Sequence[Mapping[str, object]]) -> dict[str, list[int]]:
    sizes = Counter(str(record["host_lang"]) for record in records)
    dealt: list[list[str]] = [[] for _ in range(LANGUAGE_FOLDS)]
    for language, _ in sorted(sizes.items(), key=lambda pair: (-pair[1], pair[0])):
        min(dealt, key=lambda fold: sum(sizes[name] for name in fold)).append(language)
    return {" ".join(fold): [n for n, record in enumerate(records) if record["host_lang"] in fold] for fold in dealt if fold}


def held_out(records: Sequence[Mapping[str, object]], own: Sequence[Mapping[str, object]], by: str, jobs: int) -> Iterator[tuple[str, int, list[Span]]]:
    """Cross-validation: fold, record and the spans that a cleaner cuts which was fitted without the fold.

    A held-out family is also taken out of the packs for the fold's own documents, and its examples out of the training.
    """
    groups = folds(records, by)
    fold_of = {n: value for value, numbers in groups.items() for n in numbers}
    off = [RELATED.get(fold_of[n], (fold_of[n],)) if by == "family" else () for n in range(len(records))]
    judged = read_all(records, off, jobs)
    known = training_set(records, jobs)
    extra = training_set(own, jobs)
    numbers_of = {str(record["id"]): n for n, record in enumerate(records)}
    for value, numbers in groups.items():
        inside = set(numbers)
        train = [d for d in known if numbers_of[str(d.record["id"])] not in inside]
        train += [d for d in extra * OWN_TIMES if by != "family" or d.record["family"] not in RELATED.get(value, (value,))]
        held = RELATED.get(value, (value,)) if by == "family" else ()
        for documents in (train, [judged[n] for n in numbers]):
            add_letters(documents, held)
        weights = fit(train)
        for n in numbers:
            add_company(judged[n], weights)
            yield value, n, spans_to_cut(judged[n], weights)


def training_set(records: Sequence[Mapping[str, object]], jobs: int) -> list[Labelled]:
    """All documents with all packs, and the infected ones once more without the packs that know their family."""
    infected = [record for record in records if record["spans"]]
    return read_all(records, [()] * len(records), jobs) + read_all(infected, [family_off(record) for record in infected], jobs)


def spans_to_cut(document: Labelled, weights: Weights) -> list[Span]:
    """What a cleaner with these weights cuts out of a document, separators included."""
    scores = final(document, weights)
    spans = [Span(s.candidate.start, s.candidate.end) for s in document.scenes]
    policy = Policy()
    text = str(document.record["text"])
    cuts = with_separators(Document(text), [spans[n] for n in strongest(spans, scores, policy.remove_at)])
    return [] if sum(s.end - s.start for s in cuts) > policy.max_share * len(text) else cuts


def family_off(record: Mapping[str, object]) -> tuple[str, ...]:
    """The packs that know the family of this record, so that weights also learn to do without them."""
    family = str(record.get("family") or "")
    return RELATED.get(family, (family,))


def as_toml(weights: Weights, command: str, documents: Sequence[Labelled] = ()) -> str:
    """The weights as TOML, each with how often its evidence was seen in injected strings and in the authors' text."""
    seen = counts(documents)
    lines = ["# Log-odds weights of the evidence, fitted, not edited; behind each how many ads / author's strings show it. Made by:", f"#   {command}", ""]
    for kind, found in weights.items():
        lines.append(f'["{kind}"]')
        lines += [f'"{name}" = {weight:.3f}  # {seen[kind, name, 1]} / {seen[kind, name, 0]}' for name, weight in found.items() if abs(weight) >= 0.01]
        lines.append("")
    return "\n".join(lines)


def counts(documents: Sequence[Labelled]) -> Counter[tuple[str, str, int]]:
    """How many candidates of each table and label show an evidence."""
    found: Counter[tuple[str, str, int]] = Counter()
    for document in documents:
        for scene, seen, extra, known in zip(document.scenes, document.seen, document.extra, document.labels, strict=True):
            found.update({(scene.table, feature.name, int(known)) for feature in (*seen, *extra)} | {(scene.table, "prior", int(known))})
    return found


def main() -> None:
    """Fit and write, or cross-validate."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, action="append", required=True)
    parser.add_argument("--own", action="store_true", help="also learn from fixtures and pack examples")
    parser.add_argument("--hold-out", choices=["family", "language"])
    parser.add_argument("--only", nargs="+", metavar="NAME", help="print the weights of this evidence, fitted alone")
    parser.add_argument("--predictions", type=Path, help="with --hold-out: write the spans that were cut, as JSON lines")
    parser.add_argument("--write", action="store_true", help=f"write {WEIGHTS.name}")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    records, own = gold(options.gold), own_records() if options.own else []
    if options.hold_out:
        with options.predictions.open("w", encoding="utf-8") as out:
            for value, n, spans in held_out(records, own, options.hold_out, options.jobs):
                out.write(json.dumps({"id": records[n]["id"], "fold": value, "spans": spans}) + "\n")
        return
    documents = training_set(records, options.jobs) + training_set(own, options.jobs) * OWN_TIMES
    add_letters(documents)
    if options.only:
        seen = counts(documents)
        for (table, name), weight in fit_only(documents, frozenset(options.only), fitted_weights()).items():
            print(f"{table}: {name} = {weight:.3f}  # {seen[table, name, 1]} / {seen[table, name, 0]}")
        return
    text = as_toml(fit(documents), "python benchmarks/fit.py " + " ".join(sys.argv[1:]), documents)
    if options.write:
        WEIGHTS.write_text(text, "utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()
