"""The sieve leaves out nothing that reaches the floor, and changes nothing about what does."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from spamscrub.cleaner import Cleaner
from spamscrub.judgement import Judge, Judged, fitted_weights
from spamscrub.packs import builtin_packs

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
FLOORS = (-1.0, -4.0)
CLEANER = Cleaner()
JUDGE = Judge(fitted_weights())


def texts() -> list[str]:
    """Articles with and without ads, texts that must stay, and the packs' examples."""
    found = [path.read_text("utf-8") for path in sorted((FIXTURES / "articles").glob("*.txt"))]
    for path in sorted((FIXTURES / "keep").glob("*.jsonl")):
        found += [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    for pack in builtin_packs():
        found += [example.dirty for example in pack.examples] + [keep.text for keep in pack.keeps]
    return found


def mixtures(count: int) -> list[str]:
    """Documents put together from lines of all texts, and from halves of lines: odd starts, ends and neighbours."""
    chance = random.Random(7)
    lines = [line for text in texts() for line in text.splitlines()]
    halves = [half for line in lines for half in (line[: len(line) // 2], line[len(line) // 2 :].lower())]
    return ["\n".join(chance.choices(chance.choice((lines, halves)), k=chance.randint(1, 12))) for _ in range(count)]


def reaching(text: str, floor: float, cleaner: Cleaner, judge: Judge) -> tuple[list[Judged], list[Judged]]:
    around = cleaner.surroundings(text)
    everything = [one for one in judge.judge(around) if one.score >= floor]
    return everything, [one for one in judge.judge(around, floor) if one.score >= floor]


@pytest.mark.parametrize("floor", FLOORS)
def test_what_reaches_the_floor_is_the_same_with_the_sieve_as_without(floor: float) -> None:
    for text in texts()[:: 6 if floor == -1.0 else 12]:
        everything, sifted = reaching(text, floor, CLEANER, JUDGE)
        assert sifted == everything, text


def test_the_sieve_holds_for_documents_of_odd_lines() -> None:
    for text in mixtures(60):
        everything, sifted = reaching(text, -2.0, CLEANER, JUDGE)
        assert sifted == everything, text


def test_the_sieve_holds_for_other_weights() -> None:
    chance = random.Random(3)
    other = {table: {name: weight + chance.uniform(-1, 1.5) for name, weight in row.items()} for table, row in fitted_weights().items()}
    judge = Judge(other)
    for text in mixtures(25):
        everything, sifted = reaching(text, -1.0, CLEANER, judge)
        assert sifted == everything, text


def test_the_sieve_holds_without_packs() -> None:
    cleaner = Cleaner(packs=())
    for text in mixtures(60):
        everything, sifted = reaching(text, -2.0, cleaner, JUDGE)
        assert sifted == everything, text
