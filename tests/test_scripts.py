"""Letters have the script that Unicode gives them, and a document's own scripts are told from strangers."""

from __future__ import annotations

from itertools import pairwise

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from spamscrub import scripts

ENGLISH = "The old tea houses of the lane are busy again this winter, and the river runs grey below them. "
LATIN, HAN = frozenset({"Latin"}), frozenset({"Han"})
PIECES = st.sampled_from(
    [
        "龙凤",
        "vx",
        " ",
        "\n",
        "é",
        "казино",
        "ひらがな",
        "カー",
        "・",
        "สล็อต",
        "می‌شود",
        "’",
        "1",
        "\ud800",
        "👍🏽",
        "𝐀",
        "Ω",
    ]
)
TEXTS = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=20).map("".join))


# -- nothing to see ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("char", [*"1 ,.-😀。ー\n€µ√", "\u0301", "\u200d", "\ud800", "\0", "𝐀", "①"])
def test_a_sign_of_no_script_has_none(char: str) -> None:
    assert scripts.script_of(char) is None


@pytest.mark.parametrize("text", ["", "2025 — 12:30, 100 %", "😀👍🏽 ✅", "\ud800\0"])
def test_a_text_without_letters_has_an_empty_profile(text: str) -> None:
    assert scripts.profile(text) == {}
    assert scripts.host_scripts(scripts.profile(text)) == frozenset()
    assert scripts.host_script(scripts.profile(text)) is None
    assert scripts.main_script(text) == ""
    assert scripts.runs(text) == []


@pytest.mark.parametrize(
    "text",
    [
        ENGLISH,
        "Le café où l’élève “naïf” a déjà lu…",
        "Phở ở Hà Nội",
        "ﬁne ✅ 100 € 😀",
        "5 k\u2126",
        "𝐁𝐨𝐥𝐝",
        "ＡＢＣ",
        "①②",
        "⠀",
    ],
)
def test_latin_text_with_accents_signs_and_units_holds_nothing_foreign(text: str) -> None:
    assert not scripts.has_foreign(text, LATIN)
    assert scripts.foreign_pattern(LATIN).search(text) is None


def test_latin_is_ordinary_in_a_chinese_host() -> None:
    assert not scripts.has_foreign("他用 Python 写代码，约 3 km。", HAN)


# -- letters -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("char", "script"),
    [("a", "Latin"), ("é", "Latin"), ("Ａ", "Latin"), ("Ж", "Cyrillic"), ("龙", "Han"), ("々", "Han"), ("𠮷", "Han"), ("ひ", "Hiragana"),
     ("ｶ", "Katakana"), ("한", "Hangul"), ("ส", "Thai"), ("ا", "Arabic"), ("न", "Devanagari"), ("ㄅ", "Bopomofo"), ("ა", "Georgian")],
)  # fmt: skip
def test_a_letter_has_its_script(char: str, script: str) -> None:
    assert scripts.script_of(char) == script


def test_every_letter_of_unicode_has_a_script_or_is_shared() -> None:
    everything = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x40000)]))
    letters = regex.findall(r"(?V1)[\p{L}--[\p{Script=Common}\p{Script=Inherited}]]", everything)
    assert len(letters) > 100_000
    named = regex.compile("[" + "".join(rf"\p{{Script={name}}}" for name in scripts.all_scripts()) + "]")
    assert [char for char in letters if not named.match(char)] == []


def test_scripts_of_one_writing_system_are_one_family() -> None:
    assert scripts.family_of("Katakana") == {"Han", "Hiragana", "Katakana"}
    assert scripts.family_of("Hangul") == {"Hangul", "Han"}
    assert scripts.family_of("Han") == {"Han", "Bopomofo"}
    assert scripts.family_of("Thai") == {"Thai"}


# -- profiles ----------------------------------------------------------------------------------------------------------


def test_a_profile_counts_letters_most_frequent_script_first() -> None:
    assert list(scripts.profile("Жизнь 生活 life 123 ты").items()) == [("Cyrillic", 7), ("Latin", 4), ("Han", 2)]


def test_marks_digits_and_signs_are_not_letters() -> None:
    assert scripts.profile("e\u0301 ๑๒ ส็ ー") == {"Latin": 1, "Thai": 1}


def test_a_long_text_is_sampled_evenly() -> None:
    text = "a" * 500_000 + "龙" * 500_000
    counted = scripts.profile(text)
    assert sum(counted.values()) == scripts.SAMPLE
    assert abs(counted["Latin"] - counted["Han"]) <= 2 * scripts.SAMPLE // scripts.BLOCKS


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_a_profile_agrees_with_its_letters_one_by_one(text: str) -> None:
    letters = [scripts.script_of(char) for char in text if regex.match(r"\p{L}", char)]
    assert scripts.profile(text) == {name: letters.count(name) for name in set(letters) - {None}}


# -- hosts -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "home"),
    [
        (ENGLISH, {"Latin"}),
        (ENGLISH + "上海龙凤419杨浦", {"Latin"}),
        ("老年人在公园里喝茶，聊天，看孩子们放风筝。API 和 SDK", {"Han"}),
        ("ㄅ是注音符號，老師教學生", {"Han", "Bopomofo"}),
        ("東京の古い喫茶店は静かだ", {"Han", "Hiragana", "Katakana"}),
        ("コーヒーとケーキ", {"Han", "Hiragana", "Katakana"}),
        ("中国的媒体说动漫の世界受年轻人欢迎，很多人都喜欢看", {"Han"}),
        ("서울의 오래된 찻집은 조용하다", {"Hangul"}),
        ("서울의 오래된 찻집은 조용하다. 오늘도 비가 내리고 사람들이 모여 이야기를 나눈다. 上海", {"Hangul"}),
        ("大韓民國은 民主共和國이다", {"Hangul", "Han"}),
        ("Живот у граду је леп. Zivot u gradu je lep.", {"Cyrillic", "Latin"}),
        ("Привет, мир. Это обычный текст про Windows", {"Cyrillic"}),
        ("ชีวิตในเมืองนี้ดี", {"Thai"}),
    ],
)
def test_the_scripts_of_the_author_are_at_home(text: str, home: set[str]) -> None:
    assert scripts.host_scripts(scripts.profile(text)) == home


@pytest.mark.parametrize(
    ("text", "name"), [(ENGLISH, "Latin"), ("喝茶聊天", "Han"), ("東京の店は静か", "Japanese"), ("서울", "Hangul")]
)
def test_a_host_has_one_name(text: str, name: str) -> None:
    assert scripts.host_script(scripts.profile(text)) == name


def test_a_tie_between_scripts_is_settled_the_same_way_each_time() -> None:
    assert scripts.main_script("жa") == scripts.main_script("aж") == "Cyrillic"


# -- runs --------------------------------------------------------------------------------------------------------------


def cut(text: str) -> list[tuple[str, str]]:
    return [(text[run.start : run.end], run.script) for run in scripts.runs(text)]


def test_spaces_digits_and_punctuation_end_a_run() -> None:
    assert cut("上海龙凤419杨浦, the Bund") == [
        ("上海龙凤", "Han"),
        ("杨浦", "Han"),
        ("the", "Latin"),
        ("Bund", "Latin"),
    ]


def test_letters_of_two_scripts_are_two_runs() -> None:
    assert cut("喝茶vx食べる") == [("喝茶", "Han"), ("vx", "Latin"), ("食", "Han"), ("べる", "Hiragana")]


@pytest.mark.parametrize(
    "word", ["cafe\u0301", "l’élève", "don't", "コーヒー", "ジョン・スミス", "ｶﾞﾗｽ", "می‌شود", "क्‍ष", "สล็อต", "ســلام"]
)
def test_marks_and_joiners_stay_in_their_word(word: str) -> None:
    assert [piece for piece, _ in cut(f"({word})")] == [word]


def test_runs_of_a_stretch_have_offsets_into_the_whole_text() -> None:
    assert scripts.runs("ab cd ef", 3, 7) == [scripts.Run(3, 5, "Latin"), scripts.Run(6, 7, "Latin")]


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_runs_are_in_order_and_hold_every_letter_of_a_script(text: str) -> None:
    runs = scripts.runs(text)
    assert all(a.end <= b.start for a, b in pairwise(runs))
    inside = {at for run in runs for at in range(run.start, run.end)}
    assert all(at in inside for at, char in enumerate(text) if regex.match(r"\p{L}", char) and scripts.script_of(char))


# -- strangers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "home", "found"),
    [
        ("Tea 上海龙凤 house", LATIN, ["上海龙凤"]),
        ("казино и слоты", LATIN, ["казино", "и", "слоты"]),
        ("ἤ", LATIN, ["ἤ"]),
        ("คาสิโน๒๔", LATIN, ["คาสิโน๒๔"]),
        ("スーパーコピー 激安", HAN, ["スーパーコピー"]),
        ("喝茶 카지노", HAN, ["카지노"]),
        ("бой 上海 ὁ λόγος", frozenset({"Cyrillic"}), ["上海", "ὁ", "λόγος"]),
    ],
)
def test_letters_of_other_scripts_are_foreign(text: str, home: frozenset[str], found: list[str]) -> None:
    assert scripts.foreign_pattern(home).findall(text) == found
    assert scripts.has_foreign(text, home)


def test_a_stretch_is_asked_on_its_own() -> None:
    assert not scripts.has_foreign("café 上海 bar", LATIN, 0, 5)
    assert scripts.has_foreign("café 上海 bar", LATIN, 5, 7)


HOMES = st.sets(
    st.sampled_from(["Latin", "Han", "Cyrillic", "Greek", "Hiragana", "Katakana", "Hangul"]), max_size=3
).map(frozenset)


@given(TEXTS, HOMES)
@settings(max_examples=300, deadline=None)
def test_pattern_class_and_quick_look_agree(text: str, home: frozenset[str]) -> None:
    found = bool(scripts.foreign_pattern(home).search(text))
    assert scripts.has_foreign(text, home) == found
    if found:
        assert regex.search(scripts.foreign_class(home), text)


def test_the_class_of_foreign_letters_holds_all_of_them_and_no_other_assigned_character() -> None:
    everything = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x40000)]))
    for home in (LATIN, frozenset({"Han", "Greek"})):
        letters = set(regex.findall(scripts.foreign_class(home), everything))
        starts = set(regex.findall(scripts.foreign_pattern(home).pattern.split("]")[0] + "]", everything))
        assert starts <= letters
        assert all(regex.match(r"\p{Script=Unknown}", char) for char in letters - starts)


def test_a_very_long_line_is_handled_in_linear_time() -> None:
    text = "龙凤 " * 50_000 + "ー" * 50_000
    assert len(scripts.runs(text)) == 50_000
    assert scripts.main_script(text) == "Han"
