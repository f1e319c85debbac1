"""Scores for the candidates of a document: each alone first, then in the light of what is already certain.

The score of a candidate is the sum of its evidence: log-odds that an editor would cut it. The weights are fitted by
`benchmarks/fit.py` and stand in `weights.toml`.
"""

from __future__ import annotations

import tomllib
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from math import log2
from pathlib import Path
from types import MappingProxyType

from spamscrub.candidates import Surroundings, candidates
from spamscrub.classifiers import ALL, Feature, Scene
from spamscrub.classifiers.scene import Page
from spamscrub.reasons import has_reason, worth_opening
from spamscrub.spans import Evidence, Span

CERTAIN = 2.0
"""A score from which a candidate says something about the others."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its evidence; `span` is the ad without separators, `source` how it became a candidate."""

    span: Span
    source: str
    label: str
    evidence: tuple[Evidence, ...]

    @property
    def score(self) -> float:
        return sum(item.weight for item in self.evidence)


LIKELY = -1.0
"""A score from which one in other letters than the host's says a little."""

MOST_INNER = 40
"""How many candidates inside another are looked at; bounds the work on crowded lines."""

MOST_STRAY = 14
"""So many letters that are no words of ads may belong to one, as a brand's name does."""

OTHER_LANGUAGE = "foreign-language"
"""The label of what is of the host's script and holds no words of ads."""

MOST_CAMPAIGN = 3.0
"""Seven certain ads of a kind say no less than seventy."""

HARMLESS = -1.5
"""A score below which a candidate is taken for the author's."""

CALIBRATED = Feature("calibration", 1.0, "what is as likely as not is left to a person")
"""Comes last: it decides what is done about a candidate, and says nothing about the others."""

Weights = Mapping[str, Mapping[str, float]]
"""For each table (see `Scene.table`) the weight of each evidence."""


@cache
def fitted_weights() -> Weights:
    """The weights that ship with spamscrub."""
    table = tomllib.loads(Path(__file__).with_name("weights.toml").read_text("utf-8"))
    return MappingProxyType({kind: MappingProxyType(weights) for kind, weights in table.items()})


def observe(around: Surroundings) -> tuple[list[Scene], list[list[Feature]]]:
    """All candidates of a document with a reason to be judged, and what every classifier sees in each of them."""
    page = Page(around)
    found = candidates(around, partial(worth_opening, page))
    scenes = [scene for scene in (Scene(page, candidate) for candidate in found) if has_reason(scene)]
    return scenes, [[feature for classifier in ALL for feature in classifier(scene)] for scene in scenes]


class Judge:
    """Scores the candidates of documents with a table of weights; build it once, use it for many."""

    def __init__(self, weights: Weights):
        self.weights = weights

    def judge(self, around: Surroundings, floor: float | None = None) -> list[Judged]:
        """The candidates with their final scores, in order of position; they overlap. With a `floor`, those that reach it."""
        return self._scored(*observe(around), float("-inf") if floor is None else floor)

    def _scored(self, scenes: Sequence[Scene], seen: Sequence[Sequence[Feature]], floor: float) -> list[Judged]:
        """Those that reach the floor in the light of the others, with their evidence."""
        alone = [score(features, self.weights.get(scene.table, {})) for scene, features in zip(scenes, seen, strict=True)]
        judged = []
        for scene, features, extra, points in zip(scenes, seen, company(scenes, alone), alone, strict=True):
            weights = self.weights.get(scene.table, {})
            extra = [*extra, CALIBRATED]
            if points + sum(weights.get(f.name, 0.0) * f.value for f in extra) < floor:
                continue
            span = Span(scene.candidate.start, scene.candidate.end)
            judged.append(Judged(span, scene.candidate.source, label_of(scene), _evidence([*features, *extra], weights)))
        return judged


def score(features: Sequence[Feature], weights: Mapping[str, float]) -> float:
    """The log-odds of the features, the prior included."""
    return weights.get("prior", 0.0) + sum(weights.get(f.name, 0.0) * f.value for f in features)


def _evidence(features: Sequence[Feature], weights: Mapping[str, float]) -> tuple[Evidence, ...]:
    found = [Evidence("prior", weights.get("prior", 0.0), "before anything is seen")]
    found += [Evidence(f.name, weights.get(f.name, 0.0) * f.value, f.detail) for f in features]
    return tuple(sorted((e for e in found if e.weight), key=lambda e: (-abs(e.weight), e.name)))


def label_of(scene: Scene) -> str:
    """The pack whose words the candidate is made of, else what is odd about it."""
    letters: Counter[str] = Counter()
    for hit in scene.hits:
        if hit.role != "part":
            letters[hit.pack] += hit.end - hit.start
    if letters:
        return min(letters, key=lambda pack: (-letters[pack], pack))
    return {"script": "foreign-run", "mixed": "foreign-run", "latin": "foreign-latin"}.get(scene.kind, OTHER_LANGUAGE)


def strongest(spans: Sequence[Span], scores: Sequence[float], at_least: float) -> list[int]:
    """The indices of the spans that win where candidates overlap, in order of position."""
    chosen: list[int] = []
    taken: list[Span] = []
    for index in sorted(range(len(spans)), key=lambda n: (-scores[n], spans[n].start, -spans[n].end)):
        if scores[index] < at_least:
            break
        span = spans[index]
        at = bisect_left(taken, span)
        free_left = at == 0 or taken[at - 1].end <= span.start
        if free_left and (at == len(taken) or taken[at].start >= span.end):
            taken.insert(at, span)
            chosen.append(index)
    return sorted(chosen, key=lambda n: spans[n].start)


def company(scenes: Sequence[Scene], alone: Sequence[float]) -> list[list[Feature]]:
    """The second pass: for each candidate, what the certain and the harmless ones elsewhere say about it."""
    spans = [Span(scene.candidate.start, scene.candidate.end) for scene in scenes]
    winners = strongest(spans, alone, -99.0)
    kin = [_kin(scene) for scene in scenes]
    certain = [n for n in winners if alone[n] >= CERTAIN]
    harmless = Counter(kin[n] for n in winners if alone[n] < HARMLESS and _stands_apart(scenes[n]))
    alike = Counter(_form(scenes[n]) for n in winners if alone[n] < HARMLESS and _stands_apart(scenes[n]))
    certain_lines = {scenes[n].candidate.line for n in certain if scenes[n].placement.position == "own-line"}
    by_kin: dict[str, set[int]] = {}
    for n in certain:
        by_kin.setdefault(kin[n], set()).add(scenes[n].candidate.line)
    sure = [spans[n] for n in certain]
    likely = [n for n in winners if alone[n] >= LIKELY and scenes[n].kind != "same"]
    backing = _backing(scenes, alone, kin, likely)
    backers = [spans[n] for n in likely]
    lean = [(spans[n], scenes[n].strays) for n in range(len(scenes)) if alone[n] >= CERTAIN and scenes[n].hits]
    out = []
    for number, scene in enumerate(scenes):
        line = scene.candidate.line
        lines = by_kin.get(kin[number], set())
        friends = len(lines) - (line in lines)
        features = []
        if friends and not _beaten(spans[number], sure):
            features.append(Feature("campaign", min(MOST_CAMPAIGN, log2(1 + friends)), f"{friends} certain ads of its kind elsewhere"))
        weight = sum(much for n, much in backing.get(kin[number], {}).items() if n != line) if scene.kind != "same" else 0.0
        if weight > 0 and not _beaten(spans[number], backers):
            features.append(Feature("campaign-likely", min(MOST_CAMPAIGN, log2(1 + weight)), f"likely ads of its kind elsewhere weigh {weight:.1f}"))
        if {line - 1, line + 1} & certain_lines and scene.placement.position == "own-line":
            features.append(Feature("campaign-beside", 1.0, "the line beside it is certainly an ad"))
        excess = _excess(spans[number], scene.strays, lean) if scene.hits else 0
        if excess > MOST_STRAY:
            features.append(Feature("holds-certain", 1.0, f"a certain ad inside it does without {excess} letters that are no words of ads"))
        if harmless[kin[number]] > 2 and scene.kind != "same":
            features.append(Feature("harmless-kin", min(4.0, log2(harmless[kin[number]])), f"{harmless[kin[number]]} of its kind look harmless"))
        if alike[_form(scene)] > 1 and scene.kind != "same":
            features.append(Feature("harmless-alike", min(3.0, log2(alike[_form(scene)])), f"{alike[_form(scene)]} harmless ones look like it"))
        out.append(features)
    return out


def _backing(scenes: Sequence[Scene], alone: Sequence[float], kin: Sequence[str], likely: Sequence[int]) -> dict[str, dict[int, float]]:
    """For each kind of ad the lines with likely ones, and how likely: by how much they score more than `LIKELY`, up to `CERTAIN`."""
    found: dict[str, dict[int, float]] = {}
    for n in likely:
        lines, line = found.setdefault(kin[n], {}), scenes[n].candidate.line
        lines[line] = max(lines.get(line, 0.0), min(alone[n] - LIKELY, CERTAIN))
    return found


def _beaten(span: Span, sure: Sequence[Span]) -> bool:
    """Whether another candidate at the same place, one of the sorted `sure`, is already certain."""
    at = bisect_left(sure, Span(span.end, -1))
    return at > 0 and sure[at - 1].end > span.start and sure[at - 1] != span


def _excess(span: Span, strays: int, lean: Sequence[tuple[Span, int]]) -> int:
    """How many letters more than a certain ad inside it a candidate holds that are no words of ads."""
    first = bisect_left(lean, (Span(span.start, -1), -1))
    fewest = strays
    for inner, letters in lean[first : first + MOST_INNER]:
        if inner.start >= span.end:
            break
        if inner.end <= span.end and inner != span:
            fewest = min(fewest, letters)
    return strays - fewest


def _kin(scene: Scene) -> str:
    """What makes two candidates one campaign: the same pack, or the same script."""
    label = label_of(scene)
    return f"{label}:{scene.script}" if label.startswith("foreign-") else label


def _form(scene: Scene) -> tuple[str, bool, bool]:
    """What a reader sees at a glance: its kind, whether it begins in lower case, whether it is several words."""
    return scene.kind, scene.text[:1].islower(), " " in scene.text


def _stands_apart(scene: Scene) -> bool:
    """Whether it stands where ads stand; words inside sentences say nothing about those."""
    return scene.placement.position != "middle"
