"""A string of the host's own script is judged only for a reason; every other string is judged."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from spamscrub import Cleaner
from spamscrub.candidates import candidates
from spamscrub.classifiers.scene import Page, Scene
from spamscrub.judgement import observe
from spamscrub.reasons import has_reason

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
ALL_PACKS, NO_PACK = Cleaner(), Cleaner(packs=())
ENGLISH = (
    "The library at the harbour\n\nThe mayor opened the new reading room on Tuesday, and forty people came to see it. "
    "Nobody in Port Ellen had expected so many.\n\nThe old room stays open until the spring, the librarian said.\n"
)
CHINESE = "古桥的修缮工程将于明年完成。\n\n村里的老人还记得，从前桥边有一条小河，夏天孩子们在河里游泳。\n\n馆长说，桥上的石狮子共有二十四只。\n"
JAPANESE = "港の図書館\n\n新しい閲覧室が火曜日に開き、多くの人が見に来ました。\n\n古い部屋は春まで使われます。\n"


def judged(text: str, cleaner: Cleaner = ALL_PACKS) -> list[str]:
    """The strings of a text that are judged."""
    return [scene.text for scene in observe(cleaner.surroundings(text))[0]]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE, JAPANESE])
def test_plain_prose_holds_nothing_to_judge(text: str) -> None:
    assert judged(text) == []


def test_every_string_of_another_script_is_judged() -> None:
    text = ENGLISH + "She calls the dish хачапури, as her grandmother did.\n"
    assert "хачапури" in judged(text, NO_PACK)


def test_words_of_a_pack_are_a_reason_anywhere() -> None:
    assert "online casino bonus" in judged(ENGLISH.replace("reading room", "reading online casino bonus room"))


def test_words_that_ads_use_are_a_reason_where_ads_stand_and_none_inside_a_sentence() -> None:
    packs = [pack for pack in ALL_PACKS.packs if pack.name == "en-pharma"]
    cleaner = Cleaner(packs=packs)
    words = "without prescription"
    assert words in judged(ENGLISH + "\n" + words + "\n", cleaner)
    page = Page(cleaner.surroundings(ENGLISH.replace("came to see it", f"came {words} to see it")))
    assert not any(has_reason(scene) for scene in (Scene(page, one) for one in candidates(page.around)) if not scene.hits)


def test_another_language_is_a_reason_where_ads_stand() -> None:
    line = "permainan terbaik dengan hadiah besar setiap hari"
    assert line in judged(ENGLISH + "\n" + line + "\n", NO_PACK)


def test_another_language_inside_a_sentence_is_none() -> None:
    text = ENGLISH.replace("came to see it", "dengan hadiah besar setiap hari came to see it")
    assert judged(text, NO_PACK) == []


def test_characters_that_the_host_never_writes_are_a_reason() -> None:
    assert "东京图书馆网站" in judged(JAPANESE + "\n东京图书馆网站\n", NO_PACK)


def test_nothing_but_han_is_a_reason_in_japanese_and_none_in_chinese() -> None:
    assert "東京図書館" in judged(JAPANESE + "\n東京図書館\n", NO_PACK)
    assert judged(CHINESE + "\n村边的石桥\n", NO_PACK) == []


def texts() -> list[str]:
    """Articles with ads, texts that must stay, and documents put together from lines of all of them."""
    found = [path.read_text("utf-8") for path in sorted((FIXTURES / "articles").glob("*.txt"))]
    for path in sorted((FIXTURES / "keep").glob("*.jsonl")):
        found += [json.loads(line)["text"] for line in path.read_text("utf-8").splitlines()]
    chance = random.Random(7)
    lines = [line for text in found for line in text.splitlines()]
    return found[::3] + ["\n".join(chance.choices(lines, k=chance.randint(1, 12))) for _ in range(60)]


@pytest.mark.parametrize("cleaner", [ALL_PACKS, NO_PACK])
def test_sentences_that_are_passed_over_hold_nothing_with_a_reason(cleaner: Cleaner) -> None:
    for text in texts():
        around = cleaner.surroundings(text)
        page = Page(around)
        everything = [one for one in candidates(around) if has_reason(Scene(page, one))]
        assert [scene.candidate for scene in observe(around)[0]] == everything, text
