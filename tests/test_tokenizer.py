"""Lines and segments tile the text exactly, and break it where a reader would."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamscrub.tokenizer import Document

PIECES = st.sampled_from(
    ["上海龙凤419杨浦", "vx", " ", "\n", "\r\n", "\r", "\u2028", "\t", "- ", "1. ", "Hello", "world.", "“", "”", "(", ")", "“a b”",
     "казино 777", "。", "，", "|", "   ", "薇信：ab-12", "é", "👍", "\ufeff", "\u200b", "สล็อต", "السلام", "12", "№", "..."]
)
TEXTS = st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=30).map("".join))


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_lines_tile_the_text(text: str) -> None:
    lines = Document(text).lines
    assert "".join(text[line.start : line.stop] for line in lines) == text
    assert all(line.start <= line.end <= line.stop for line in lines)
    assert all(text[line.end : line.stop] in ("\n", "\r\n", "\r", "\u2028", "\u2029", "") for line in lines)
    assert all(line.stop > line.end for line in lines[:-1])


@given(TEXTS)
@settings(max_examples=500, deadline=None)
def test_segments_tile_the_text(text: str) -> None:
    segments = Document(text).segments
    assert "".join(text[s.start : s.end] for s in segments) == text
    assert all(s.end > s.start for s in segments)
    assert all(a.end == b.start for a, b in pairwise(segments))


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_every_offset_lies_in_the_line_that_is_named_for_it(text: str) -> None:
    document = Document(text)
    for offset in range(len(text)):
        line = document.lines[document.line_at(offset)]
        assert line.start <= offset < line.stop


PROSE = "The old tea houses of the lane are busy again this winter, and the river runs grey below them. "


def pieces(line: str) -> list[tuple[str, str]]:
    document = Document(PROSE * 3 + "\n" + line)
    return [(document.text[s.start : s.end], s.kind) for s in document.segments if s.start > len(PROSE) * 3]


@pytest.mark.parametrize("run", ["上海龙凤419杨浦", "上海喝茶服务vx", "419上海龙凤网", "上海贵族宝贝sh1314", "казино Адмирал 777 вывод"])
def test_a_script_run_keeps_its_tail(run: str) -> None:
    assert (run, "run") in pieces(f"{run} The Bund is wide.")


def test_digits_of_the_host_stay_outside_the_run() -> None:
    assert ("上海龙凤419", "run") in pieces("上海龙凤419 2025 was a good year.")


def test_a_list_marker_is_a_segment_of_its_own() -> None:
    assert pieces("- One item here")[0] == ("- ", "marker")
    assert pieces("12. One item here")[0] == ("12. ", "marker")


def test_quoted_and_bracketed_stretches_are_segments() -> None:
    found = pieces('He said "never again" (in 1932) and left.')
    assert ('"never again"', "quoted") in found
    assert ("(in 1932)", "bracketed") in found


def test_sentences_end_with_and_without_spaces() -> None:
    assert [p for p, kind in pieces("First one. Second one.") if kind == "text"] == ["First one.", "Second one."]
    host = Document("今天下雨了。我们都没有出门。" * 3)
    assert [host.text[s.start : s.end] for s in host.segments[:2]] == ["今天下雨了。", "我们都没有出门。"]


def test_table_cells_are_apart() -> None:
    assert [p for p, kind in pieces("Name | Age | Town") if kind == "text"] == ["Name", "Age", "Town"]


@pytest.mark.parametrize("word", ["プレビュー", "ｺﾋﾟｰ", "ブランドコピー 激安コピー", "كتـــ"])
def test_a_run_holds_the_signs_that_lengthen_its_last_letter(word: str) -> None:
    text = f"The ferry runs every forty minutes between the piers.\n{word}\nTickets are sold on board {word}, and nowhere else.\n"
    assert [text[span.start : span.end] for span in Document(text).foreign_runs()] == [word, word]


@pytest.mark.parametrize(("text", "greek"), [("Nach 30 μs endet das α-Signal.", False), ("αリノレン酸は脂肪酸です。", False), ("Boats at noon. Παίξε τώρα!", True), ("Το λ είναι γράμμα.", True)])
def test_greek_letters_that_stand_one_by_one_are_signs(text: str, greek: bool) -> None:
    document = Document(text)
    assert ("Greek" in document.profile) is greek
    assert bool(document.foreign_runs()) is (greek and "Greek" not in document.home)


@pytest.mark.parametrize(
    ("text", "is_latin"),
    [
        ("The bridge was opened in spring.", True),
        ("Мост был открыт весной.", False),
        ("أعدُّ النجوم فوق السطح\noch räknar stjärnorna på taket\n", True),
        ("أعدُّ النجوم فوق السطح كلَّ ليلة وأنتظر الصباح\noch räknar stjärnor\n", False),
        ("银河 the Milky Way\n北斗 the Plough\n", True),
        ("银河是一条光带 band of light\n", False),  # an East Asian character says as much as three letters
    ],
)
def test_a_text_of_several_scripts_is_latin_where_most_of_it_is(text: str, is_latin: bool) -> None:
    assert Document(text).is_latin is is_latin
