"""The joint: what stands on both sides of an ad, and whether that stands together elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from spamscrub import Cleaner
from spamscrub.candidates import Candidate
from spamscrub.classifiers import joint, lexicon
from spamscrub.classifiers.scene import Page, Scene

TIDES = "The tide tables are printed in the spring. Nobody reads the tide tables before the winter storms.\n"
FERRY = "图书节本周六在河滨广场开幕，孩子可以免费参加手工课。\n渡轮每天两班，冬天也不停航。\n"


def scene_of(text: str, part: str) -> Scene:
    start = text.index(part)
    page = Page(Cleaner(weights={}).surroundings(text))
    return Scene(page, Candidate(start, start + len(part), page.document.line_at(start), "lexicon"))


def seen(text: str, part: str) -> dict[str, float]:
    """What the classifier sees in the first `part` of `text`, by name."""
    return {feature.name: feature.value for feature in joint.features(scene_of(text, part))}


@pytest.mark.parametrize(
    ("line", "ad", "value"),
    [
        ("We sell the tide online casino bonus tables here.", "online casino bonus", 1.0),
        ("We sell the tide  online casino bonus tables here.", "online casino bonus", 1.0),
        ("We sell the tideonline casino bonus tables here.", "online casino bonus", 1.0),
        ("We sell the taonline casino bonusbles here.", "online casino bonus", 1.0),
        ("We sell the high online casino bonus tables here.", "online casino bonus", 0.0),
        ("We sell the tide online casino bonus, tables here.", "online casino bonus", 0.0),
        ("We sell e tide online casino bonus table here.", "online casino bonus", 0.0),
        ("他说图书节本2024新澳门正版资料大全周六再来。", "2024新澳门正版资料大全", 1.5),
        ("他说图书节本 2024新澳门正版资料大全 周六再来。", "2024新澳门正版资料大全", 1.5),
        ("他说旧本2024新澳门正版资料大全周六再来。", "2024新澳门正版资料大全", 1.0),
        ("他说旧本2024新澳门正版资料大全周日再来。", "2024新澳门正版资料大全", 0.5),
        ("他说旧书2024新澳门正版资料大全周日再来。", "2024新澳门正版资料大全", 0.0),
    ],
)
def test_what_stands_together_elsewhere_reads_on(line: str, ad: str, value: float) -> None:
    assert seen(f"{TIDES}{line}\n{FERRY}", ad).get("reads-on", 0.0) == value


def test_letters_of_a_script_without_spaces_are_counted_in_pairs() -> None:
    text = "ตลาดน้ำเปิดทุกวันเสาร์\nเขาบอกว่าตลาดน้ำเปิสล็อตเว็บตรงดทุกวันเสาร์\n"
    assert seen(text, "สล็อตเว็บตรง")["reads-on"] == 1.5


def test_only_so_far_is_looked() -> None:
    line = "We sell the tide online casino bonus tables here.\n"
    far = "Grass grows on the dyke.\n" * (joint.FAR // 20)
    assert "reads-on" in seen(line + TIDES, "online casino bonus")
    assert "reads-on" not in seen(line + far + TIDES, "online casino bonus")
    assert "reads-on" not in seen(TIDES + far + line, "online casino bonus")


def test_it_is_asked_of_words_of_ads_inside_sentences_only() -> None:
    def names(text: str, part: str) -> set[str]:
        return {feature.name for feature in lexicon.features(scene_of(text, part))}

    inside = f"{TIDES}We sell the tide online casino bonus tables here.\n"
    assert "reads-on" in names(inside, "online casino bonus")
    assert "reads-on" not in names(f"{TIDES}We sell the tide lamp oil tables here.\n", "lamp oil")
    assert "reads-on" not in names(f"{TIDES}tide\nonline casino bonus\ntables\n", "online casino bonus")


def test_letters_that_are_no_words_of_ads_on_both_sides_are_evidence() -> None:
    def names(part: str) -> set[str]:
        return {feature.name for feature in lexicon.features(scene_of(f"{TIDES}Lamp oil casino bonus login for sale\n", part))}

    assert "stray-both" in names("Lamp oil casino bonus login for sale")
    assert "stray-both" not in names("casino bonus login for sale")


@pytest.mark.parametrize(
    ("line", "ad", "found"),
    [
        ("We sell the old Casino Online Bonus lamps here.", "Casino Online Bonus", True),
        ("We sell the old Casino Online Bonus 2024 lamps here.", "Casino Online Bonus 2024", True),
        ("We sell the old Casino Online lamps here.", "Casino Online", False),
        ("We sell the old Casino online Bonus lamps here.", "Casino online Bonus", False),
        ("We sell the Old Casino Online Bonus lamps here.", "Casino Online Bonus", False),
        ("We sell the old Casino Online Bonus Lamps here.", "Casino Online Bonus", False),
        ("We sell the old, Casino Online Bonus lamps here.", "Casino Online Bonus", False),
    ],
)
def test_words_in_capitals_stand_out_between_others(line: str, ad: str, found: bool) -> None:
    assert ("capitals-inside" in seen(f"{TIDES}{line}\n", ad)) is found


def test_words_of_the_sentences_own_language_may_be_a_part_of_it() -> None:
    def is_woven_in(text: str, part: str) -> bool:
        return bool(list(joint.woven_in(scene_of(text, part))))

    assert is_woven_in(f"{TIDES}We saw the online casino bonus adverts here.\n", "online casino bonus")
    assert is_woven_in(f"{TIDES}We saw the online casino bonus adverts here.\n", "We saw the online casino bonus")
    assert not is_woven_in(f"{TIDES}We saw the “online casino bonus” adverts here.\n", "online casino bonus")
    assert not is_woven_in(f"{TIDES}We saw the online casino bonus.\n", "online casino bonus")
    assert not is_woven_in(f"{TIDES}online casino bonus\n", "online casino bonus")
    text = (Path(__file__).parent.parent / "fixtures" / "articles" / "en-orchard-comments.txt").read_text("utf-8")
    assert not is_woven_in(f"{text}\nWe saw the prestamos personales sin aval ni nomina hoy mismo adverts here.\n", "prestamos personales sin aval ni nomina hoy mismo")


def test_an_ad_between_two_characters_of_a_headline_is_cut_and_nothing_else() -> None:
    ad = "2023澳门正版资料免费更新"
    text = f"图书节本周六在河滨广场开幕\n\n市图书馆介绍，{FERRY}"
    assert Cleaner().clean(text.replace("节本周", f"节本{ad}周", 1)).text == text
