"""What the letters of a stretch say about it, and how that is learned."""

from importlib import resources

import pytest

from spamscrub.candidates import Candidate
from spamscrub.classifiers.letters import MOST, evidence, groups, parse, shipped
from spamscrub.placement import Placement, place
from spamscrub.tokenizer import Document


def alone(text: str) -> Placement:
    """The placement of a text that is a line of its own."""
    return place(Document(text), Candidate(0, len(text), 0, "line"))


def read(text: str) -> dict[str, float]:
    """The evidence of a text that stands alone, by name."""
    return {feature.name: feature.value for feature in evidence(text, alone(text), shipped())}


@pytest.mark.parametrize("text", ["...", "12", "一"])
def test_a_stretch_of_no_or_unknown_letters_shows_little(text: str) -> None:
    assert all(abs(value) < 1.0 for value in read(text).values())


@pytest.mark.parametrize("text", ["The bridge was opened in the spring", "Der Bahnhof liegt am Rande der Stadt", "University of the North"])
def test_ordinary_words_do_not_read_like_ads(text: str) -> None:
    assert read(text).get("advert-letters", 0.0) < 0.2


@pytest.mark.parametrize("text", ["no deposit casino bonus online", "apuestas online bono gratis", "деньги онлайн без отказа срочно"])
def test_words_of_ads_read_like_ads(text: str) -> None:
    assert read(text)["advert-letters"] > 0.2


def test_the_evidence_is_bounded() -> None:
    assert all(abs(value) <= MOST for value in read("casino bonus " * 40).values())


def test_case_digits_and_signs_make_no_difference() -> None:
    assert groups("Casino-Bonus 500", "Latin") == groups("casino  bonus 123", "Latin")


def test_a_table_is_read_as_it_is_written() -> None:
    assert parse("# remark\n-0.5 _ab abc\n1.2 x_y\n") == {" ab": -0.5, "abc": -0.5, "x y": 1.2}


def test_the_shipped_table_is_small_and_says_how_it_was_made() -> None:
    text = resources.files("spamscrub").joinpath("letters.txt").read_text("utf-8")
    assert len(text.encode()) < 450_000
    assert "train_letters.py" in text.splitlines()[1]
