"""How well language tells a foreign phrase from the host's own text, and a host's language from its text.

    python benchmarks/language_accuracy.py dev.jsonl [--lid]

Reads a benchmark file (one document a line: host_lang, kind, pair, text, clean, spans) and prints, for Latin and Cyrillic hosts,
the share of foreign pieces above the threshold that 0.1, 0.5, 1 and 5 % of the host's own pieces exceed. Foreign are: injected
phrases of another language in the same script, and pieces of other hosts' articles. Own are: random pieces of 2 to 8 words, short
whole lines and sentences. Some of those are genuine quotations in another language, which bounds the first two columns.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import regex

from spamscrub.language import (
    HostModel,
    LanguageIdentifier,
    ProfileIdentifier,
    Py3LangidIdentifier,
    dominant_script,
    identify,
    plain_code,
    words_of,
)

RATES = (0.001, 0.005, 0.01, 0.05)
SCRIPTS = ("Latin", "Cyrillic")
SAME = ({"en", "pcm"}, {"id", "ms"}, {"hr", "sr", "sl"})
Score = Callable[[str, int], float]


class Case(NamedTuple):
    """A document with its foreign pieces, its own pieces, and its script."""

    doc: dict[str, Any]
    script: str
    injected: list[str]
    borrowed: list[str]
    own: list[str]


def pieces_of(text: str, rng: random.Random, n: int) -> list[str]:
    """Random pieces of 2 to 8 words from the longer lines."""
    lines = [line.split() for line in text.splitlines() if len(line) > 60]
    found = []
    for _ in range(n if lines else 0):
        words, size = rng.choice(lines), rng.randint(2, 8)
        if len(words) > size:
            start = rng.randrange(len(words) - size)
            found.append(" ".join(words[start : start + size]))
    return found


def own_pieces(text: str, script: str, rng: random.Random) -> list[str]:
    """Random pieces, short lines and sentences of a clean text."""
    lines = [line.strip() for line in text.splitlines()]
    short = [line for line in lines if 4 <= len(line) <= 60]
    long = [line for line in lines if len(line) > 60]
    sentences = [part for line in long for part in regex.split(r"(?<=[.!?])\s+", line) if 20 <= len(part) <= 250]
    picked = rng.sample(short, min(7, len(short))) + rng.sample(sentences, min(4, len(sentences)))
    picked += pieces_of(text, rng, 7)
    return [piece for piece in picked if len(regex.findall(rf"\p{{{script}}}", piece)) >= 4]


def injected_pieces(doc: dict[str, Any], script: str) -> list[str]:
    """The distinct same-script phrases of another language, 12 to 60 characters long."""
    if doc["pair"] != "same-script":
        return []
    found = {doc["text"][start:end].strip(" \n,|、") for start, end in doc["spans"]}
    return sorted(piece for piece in found if 12 <= len(piece) <= 60 and dominant_script(piece) == script)


def cases_of(docs: list[dict[str, Any]], seed: int) -> list[Case]:
    """The documents in a Latin or Cyrillic host language, with their pieces."""
    rng = random.Random(seed)
    hosts = [(doc, script) for doc in docs if (script := dominant_script(doc["clean"])) in SCRIPTS]
    pool: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for doc, script in hosts:
        fit = [piece for piece in pieces_of(doc["clean"], rng, 6) if 12 <= len(piece) <= 60]
        pool[script or ""] += [(doc["host_lang"], piece) for piece in fit if doc["kind"] == "article"]
    cases = []
    for doc, script in hosts:
        home = {doc["host_lang"]}.union(*(group for group in SAME if doc["host_lang"] in group))
        by_language: dict[str, list[str]] = defaultdict(list)
        for language, piece in pool[script or ""]:
            if language not in home:
                by_language[language].append(piece)
        borrowed = [rng.choice(by_language[rng.choice(sorted(by_language))]) for _ in range(4)]
        own = own_pieces(doc["clean"], script or "", rng)
        cases.append(Case(doc, script or "", injected_pieces(doc, script or ""), borrowed, own))
    return cases


def plain(identifier: LanguageIdentifier) -> Callable[[Case], Score]:
    """Best other language minus host, nothing learnt from the document."""

    def scorer(case: Case) -> Score:
        model = HostModel(case.doc["host_lang"], case.doc["text"], identifier)

        def score(piece: str, occurrences: int) -> float:
            scores = identifier.log_likelihoods(" ".join(words_of(piece, case.script)))
            if model.stand_in not in scores:
                return 0.0
            return max(value for code, value in scores.items() if code != model.stand_in) - scores[model.stand_in]

        return score

    return scorer


def adapted(identifier: LanguageIdentifier) -> Callable[[Case], Score]:
    """The ratio of `HostModel`."""

    def scorer(case: Case) -> Score:
        model = HostModel(case.doc["host_lang"], case.doc["text"], identifier)
        return lambda piece, occurrences: model.ratio(piece, occurrences=occurrences)

    return scorer


def row(positive: list[float], negative: list[float]) -> str:
    ranked = sorted(negative, reverse=True)
    bounds = [ranked[int(rate * len(ranked))] for rate in RATES]
    return "  ".join(f"{sum(p > b for p in positive) / len(positive):6.1%} >{b:7.2f}" for b in bounds)


def report(name: str, scorer: Callable[[Case], Score], cases: list[Case]) -> None:
    injected, borrowed, article, every, english = [], [], [], [], []
    for case in cases:
        score, text = scorer(case), case.doc["text"]
        injected += [score(piece, text.count(piece)) for piece in case.injected]
        borrowed += [score(piece, 0) for piece in case.borrowed]
        own = [score(piece, max(1, text.count(piece))) for piece in case.own]
        every += own
        article += own if case.doc["kind"] == "article" else []
        english += own if case.doc["kind"] == "article" and case.doc["host_lang"] == "en" else []
    print(f"{name}: {len(injected)} injected, {len(borrowed)} borrowed")
    for label, negative in (("articles", article), ("English articles", english), ("all kinds", every)):
        print(f"  own: {label} ({len(negative)})")
        print(f"    injected  {row(injected, negative)}\n    borrowed  {row(borrowed, negative)}", flush=True)


def report_hosts(docs: list[dict[str, Any]], identifier: LanguageIdentifier) -> None:
    wrong: dict[tuple[str, str | None], int] = defaultdict(int)
    for doc in docs:
        want, got = plain_code(doc["host_lang"]), identify(doc["text"], identifier)
        wrong[want, got] += want != got
    print(f"host language: {1 - sum(wrong.values()) / len(docs):.1%} of {len(docs)} right")
    often = sorted(wrong.items(), key=lambda item: -item[1])
    print("  " + ", ".join(f"{want}>{got} {n}" for (want, got), n in often if n))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("benchmark", type=Path)
    parser.add_argument("--lid", action="store_true", help="measure py3langid too")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    docs = [json.loads(line) for line in options.benchmark.read_text(encoding="utf-8").split("\n") if line]
    cases = cases_of(docs, options.seed)
    identifiers: list[LanguageIdentifier] = [ProfileIdentifier()]
    if options.lid:
        identifiers.append(Py3LangidIdentifier())
    for identifier in identifiers:
        name = type(identifier).__name__
        report_hosts(docs, identifier)
        report(f"{name}, plain", plain(identifier), cases)
        report(f"{name}, adapted to the document", adapted(identifier), cases)


if __name__ == "__main__":
    main()
