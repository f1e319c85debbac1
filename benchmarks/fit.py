"""Fit the evidence weights to labelled documents, and write `src/spamscrub/weights.toml`.

    python benchmarks/fit.py --gold ../shared/bench/dev.jsonl [--gold MORE.jsonl …] [--write]
    python benchmarks/fit.py --gold … --hold-out family      # cross-validation by held-out family
    python benchmarks/fit.py --gold … --hold-out language    # … by held-out host language

A gold record is {"id", "text", "spans": [[start, end], …], "family", "host_lang"}; untouched documents have no spans.
Every candidate that spamscrub would judge becomes one row of a logistic regression: 1 where it is an injected string,
0 where it is the author's, left out where it covers a part of one. The campaign evidence depends on the scores of other
candidates, so the fit is repeated with the scores of the round before.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression

from spamscrub.classifiers import Feature
from spamscrub.cleaner import Cleaner
from spamscrub.judgement import Weights, company, observe, score
from spamscrub.packs import builtin_packs

ROUNDS = 3
KINDS = ("script", "latin", "same", "mixed")
STRENGTH = 3.0
"""Inverse regularisation of the regression."""


@dataclass
class Labelled:
    """One gold document with its candidates: what was seen, and which are injected (1), the author's (0), parts (-1)."""

    record: Mapping[str, object]
    scenes: list
    seen: list[list[Feature]]
    labels: np.ndarray
    extra: list[list[Feature]]


def label(text: str, gold: Sequence[Sequence[int]], start: int, end: int) -> int:
    """1 for an injected string, 0 for the author's text, -1 for a part of an injected string."""
    ink = [not c.isspace() for c in text[start:end]]
    size = sum(ink)
    for a, b in gold:
        if end <= a or start >= b:
            continue
        if start < a and text[start:a].strip() or end > b and text[b:end].strip():
            return 0
        whole = sum(not c.isspace() for c in text[a:b])
        if size >= 0.9 * whole:
            return 1
        line_start = max(a, text.rfind("\n", 0, start) + 1)
        line_end = min([b, *(at for at in [text.find("\n", end)] if at >= 0)])
        if text[line_start:line_end].strip() == text[start:end] and "\n" in text[a:b].strip():
            return 1
        return -1
    return 0


_cleaners: dict[tuple[str, ...], Cleaner] = {}


def cleaner_without(off: tuple[str, ...]) -> Cleaner:
    """A cleaner whose packs for the families in `off` are switched off."""
    if off not in _cleaners:
        _cleaners[off] = Cleaner(packs=[pack for pack in builtin_packs() if pack.name not in off], weights={})
    return _cleaners[off]


def read(record: Mapping[str, object], off: tuple[str, ...] = ()) -> Labelled:
    """Observe one gold document."""
    text = str(record["text"])
    scenes, seen = observe(cleaner_without(off).surroundings(text))
    labels = np.array([label(text, record["spans"], s.candidate.start, s.candidate.end) for s in scenes], dtype=np.int8)
    return Labelled(record, scenes, seen, labels, [[] for _ in scenes])


def vectors(documents: Iterable[Labelled], kind: str, names: dict[str, int]) -> csr_matrix:
    """The features of all candidates of a kind as rows; `names` receives each feature's column."""
    data, columns, rows = [], [], [0]
    for document in documents:
        for scene, seen, extra in zip(document.scenes, document.seen, document.extra, strict=True):
            if scene.kind != kind:
                continue
            for feature in (*seen, *extra):
                data.append(feature.value)
                columns.append(names.setdefault(feature.name, len(names)))
            rows.append(len(data))
    return csr_matrix((data, columns, rows), shape=(len(rows) - 1, len(names)))


def fit(documents: Sequence[Labelled], part_weight: float = 0.15) -> Weights:
    """Fit the weights of each kind, the campaign evidence in rounds."""
    weights: dict[str, dict[str, float]] = {}
    for _ in range(ROUNDS):
        if weights:
            for document in documents:
                add_company(document, weights)
        weights = {kind: fit_kind(documents, kind, part_weight) for kind in KINDS}
    return weights


def fit_kind(documents: Sequence[Labelled], kind: str, part_weight: float) -> dict[str, float]:
    """Fit the weights for the candidates of one kind."""
    names: dict[str, int] = {}
    matrix = vectors(documents, kind, names)
    labels = np.concatenate([d.labels[[s.kind == kind for s in d.scenes]] for d in documents])
    if not (labels > 0).any():
        return {"prior": -9.0}
    model = LogisticRegression(C=STRENGTH, max_iter=3000, solver="lbfgs")
    model.fit(matrix, labels > 0, sample_weight=np.where(labels < 0, part_weight, 1.0))
    found = {name: round(float(model.coef_[0][column]), 3) for name, column in names.items()}
    return {"prior": round(float(model.intercept_[0]), 3), **dict(sorted(found.items()))}


def add_company(document: Labelled, weights: Weights) -> None:
    """Refresh the campaign evidence of a document from the scores that `weights` give."""
    document.extra = company(document.scenes, alone(document, weights))


def alone(document: Labelled, weights: Weights) -> list[float]:
    """The scores without campaign evidence."""
    return [score(seen, weights[scene.kind]) for scene, seen in zip(document.scenes, document.seen, strict=True)]


def final(document: Labelled, weights: Weights) -> list[float]:
    """The scores with campaign evidence."""
    return [
        score([*seen, *extra], weights[scene.kind])
        for scene, seen, extra in zip(document.scenes, document.seen, document.extra, strict=True)
    ]
