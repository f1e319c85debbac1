"""The source articles that started the project come back byte for byte."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spamscrub.cleaner import Cleaner, restore

SEEDS = Path(__file__).resolve().parent.parent.parent / "shared" / "seeds"
NAMES = sorted(path.name.removesuffix(".clean.txt") for path in SEEDS.glob("*.clean.txt"))

pytestmark = pytest.mark.usefixtures("shared")


@pytest.fixture(params=NAMES or ["absent"])
def name(request: pytest.FixtureRequest) -> str:
    if not NAMES:
        pytest.skip("no folder `shared/seeds` beside the repository: the source articles are not part of it")
    return str(request.param)


def read(name: str) -> str:
    return (SEEDS / name).read_bytes().decode()


def test_a_clean_source_article_comes_back_as_the_same_object(name: str) -> None:
    """The cleaned form of a source article holds nothing more to remove."""
    clean = read(f"{name}.clean.txt")
    assert Cleaner().clean(clean).text is clean


def test_a_source_article_cleans_to_its_clean_form(name: str) -> None:
    """Cleaning a source article gives its clean form byte for byte."""
    assert Cleaner().clean(read(f"{name}.txt")).text.encode() == read(f"{name}.clean.txt").encode()


def test_a_source_article_loses_exactly_its_listed_strings(name: str) -> None:
    """The removed strings and their places are those of the gold file."""
    gold = json.loads(read(f"{name}.spans.json"))
    removed = Cleaner().clean(read(f"{name}.txt")).removed
    assert [finding.text for finding in removed] == gold["removed"]
    assert [[finding.start, finding.end] for finding in removed] == gold["spans"]


def test_a_source_article_can_be_restored(name: str) -> None:
    """The clean form and the findings give the infected article back."""
    text = read(f"{name}.txt")
    result = Cleaner().clean(text)
    assert restore(result.text, result.findings) == text
