"""What the form of a string says: one word of another script, which is a label sooner than an ad."""

from __future__ import annotations

import pytest

from spamscrub import Cleaner
from spamscrub.candidates import Candidate
from spamscrub.classifiers import form
from spamscrub.classifiers.scene import Page, Scene

HOST = "The ferry runs every forty minutes between the two piers, and on market days every twenty.\n"


def seen(string: str) -> set[str]:
    """What the classifier sees in a string on a line of its own in an English text, by name."""
    page = Page(Cleaner(weights={}).surroundings(f"{HOST}{string}\n{HOST}"))
    scene = Scene(page, Candidate(len(HOST), len(HOST) + len(string), 1, "run"))
    return {feature.name for feature in form.features(scene)}


@pytest.mark.parametrize("label", ["Справка", "चित्रशाला", "더보기", "راهنما", "Ανάλυση"])
def test_one_word_of_another_script(label: str) -> None:
    assert "one-word" in seen(label)


@pytest.mark.parametrize("several", ["Имя сервера", "문자 크기", "続きを読む", "分享", "อ่านต่อ"])
def test_several_words_or_a_script_without_spaces(several: str) -> None:
    assert "one-word" not in seen(several)
