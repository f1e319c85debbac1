"""The project's own articles and hard negatives: what must go goes exactly, what must stay stays untouched."""

from __future__ import annotations

import importlib.util
import itertools
import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from spamscrub.cleaner import Cleaner, restore
from spamscrub.spans import Finding, Span, cut
from tests.known_failures import with_known_failures

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ARTICLES = sorted(path.name.removesuffix(".spans.json") for path in (FIXTURES / "articles").glob("*.spans.json"))
KEEP: dict[str, dict[str, Any]] = {
    f"{path.stem}:{record['id']}": record
    for path in sorted((FIXTURES / "keep").glob("*.jsonl"))
    for record in map(json.loads, path.read_text(encoding="utf-8").splitlines())
}

LINE_END = r"(?:\r\n|\n)"
# What stands before the span, what the span looks like, what stands after it: the separator rule of each operator.
OPERATORS = {
    "REPLACE_BLANK": (rf"{LINE_END}$", r"\S[^\r\n]*\S", rf"^{LINE_END}"),
    "OWN_LINE": (rf"{LINE_END}$", rf"\S[^\r\n]*\S{LINE_END}", r"^\S"),
    "LINE_PREFIX": (rf"(?:^\ufeff?|{LINE_END})$", r"\S[^\r\n]*\S ", r"^\S"),
    "BULLET_PREFIX": (rf"{LINE_END}$", r"\S[^\r\n]*\S ", r"^(?:[-*•–·√]|\d+[.)]|[①-⑩])"),
    "LINE_SUFFIX": (r"\S$", r" \S[^\r\n]*\S", rf"^(?:{LINE_END}|$)"),
    "MID_SENTENCE": (r"\S ?$", r"\S[^\r\n]*\S ?", r"^\S"),
    "GLUED": (r"(?:\S|\n)$", r"\S[^\r\n]*\S", r"^(?:\S|\r?\n|$)"),
    "DOC_HEAD": (r"^\ufeff?$", rf"\S.*\S{LINE_END}+", r"^\S"),
    "DOC_TAIL": (r"\S$", rf"{LINE_END}+\S.*\S", r"^$"),
    "META_TAG": (r"\S\s*$", r"\S.*?\S\s*|\s*\S.*\S", r""),
    "TITLE": (r"^\ufeff?$", rf"\S[^\r\n]*\S{LINE_END}", r"^\S"),
}


def article(name: str) -> tuple[str, str, dict[str, Any]]:
    """Return the infected text, the clean text and the gold record of one article."""
    folder = FIXTURES / "articles"
    text, clean = ((folder / f"{name}{ending}").read_bytes().decode() for ending in (".txt", ".clean.txt"))
    return text, clean, json.loads((folder / f"{name}.spans.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def build() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fixtures_build", FIXTURES / "build.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner()


@pytest.mark.parametrize("name", with_known_failures(KEEP, "keep"))
def test_a_hard_negative_comes_back_as_the_same_object(cleaner: Cleaner, name: str) -> None:
    """A genuine document loses nothing, however much it looks like spam."""
    text = KEEP[name]["text"]
    result = cleaner.clean(text)
    assert [finding.text for finding in result.removed] == []
    assert result.text is text


@pytest.mark.parametrize("name", ARTICLES)
def test_the_clean_form_of_an_article_loses_nothing(cleaner: Cleaner, name: str) -> None:
    """An article without its advertisements comes back as the same object."""
    _, clean, _ = article(name)
    assert cleaner.clean(clean).text is clean


def joined(findings: Sequence[Finding]) -> list[str]:
    """The removed strings, those of lines that follow each other as one."""
    strings: list[str] = []
    end = -1
    for finding in findings:
        if finding.start == end:
            strings[-1] += finding.text
        else:
            strings.append(finding.text)
        end = finding.end
    return strings


@pytest.mark.parametrize("name", with_known_failures(ARTICLES, "articles"))
def test_an_infected_article_loses_exactly_its_advertisements(cleaner: Cleaner, name: str) -> None:
    """The removed strings are those of the gold file, and what is left is the clean form byte for byte."""
    text, clean, gold = article(name)
    result = cleaner.clean(text)
    assert joined(result.removed) == gold["removed"]
    assert result.text == clean


@pytest.mark.parametrize("name", ARTICLES)
def test_an_infected_article_can_be_restored(cleaner: Cleaner, name: str) -> None:
    """The cleaned text and the findings give the infected article back."""
    text, _, _ = article(name)
    result = cleaner.clean(text)
    assert restore(result.text, result.findings) == text


def test_the_articles_are_what_their_sources_say(build: ModuleType) -> None:
    """No file in fixtures/articles differs from what fixtures/build.py would write."""
    assert build.stale() == []


def test_an_unmarked_text_has_no_spans(build: ModuleType) -> None:
    """Text without marks is its own clean form."""
    assert build.unmark("plain") == ("plain", "plain", ())
    assert build.unmark("a⟦b ⟧c⟦d⟧") == ("ab cd", "ac", ((1, 3), (4, 5)))


@pytest.mark.parametrize("name", ARTICLES)
def test_the_spans_of_an_article_agree_with_its_texts(name: str) -> None:
    """Cutting the spans out of the infected text gives the clean text, and the removed strings are those spans."""
    text, clean, gold = article(name)
    spans = [Span(*pair) for pair in gold["spans"]]
    assert spans == sorted(spans)
    assert all(one.end < two.start for one, two in itertools.pairwise(spans))
    assert cut(text, spans) == clean
    assert [text[span.start : span.end] for span in spans] == gold["removed"]
    assert len(gold["ops"]) == len(spans) > 0


@pytest.mark.parametrize("name", ARTICLES)
def test_each_span_takes_the_separator_that_came_with_it(name: str) -> None:
    """A prefix takes its space, an inserted line its line end, a replaced blank line leaves its line end behind."""
    text, _, gold = article(name)
    for (start, end), op in zip(gold["spans"], gold["ops"], strict=True):
        before, inside, after = OPERATORS[op]
        assert re.search(before, text[:start]), (op, text[start:end])
        assert re.fullmatch(inside, text[start:end], re.DOTALL), (op, text[start:end])
        assert re.search(after, text[end:]), (op, text[start:end])


def test_the_articles_cover_every_position_and_many_languages() -> None:
    """Every operator, both line endings, a byte order mark and a page on one line occur among the articles."""
    articles = [article(name) for name in ARTICLES]
    assert {op for _, _, gold in articles for op in gold["ops"]} == set(OPERATORS)
    assert len({gold["host_lang"] for _, _, gold in articles}) >= 18
    texts = [text for text, _, _ in articles]
    assert any("\r\n" in text for text in texts)
    assert any(text.startswith("\ufeff") for text in texts)
    assert any("\n" not in text for text in texts)
    assert any("\n" in text and "\n\n" not in text for text in texts)


def test_the_hard_negatives_are_many_and_in_many_languages() -> None:
    """There are at least 160 of them in at least 25 languages, each an id of its own, a kind and a reason."""
    assert len(KEEP) >= 160
    assert len({record["id"] for record in KEEP.values()}) == len(KEEP)
    assert len({record["lang"] for record in KEEP.values()}) >= 25
    for name, record in KEEP.items():
        assert record.keys() == {"id", "lang", "kind", "why", "text"}, name
        assert all(record.values()), name
        assert 300 <= len(record["text"]) <= 1500, name
