"""Code: statements are no ads, and comments are the author's in whatever script they are."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from spamscrub import Cleaner
from spamscrub.candidates import Candidate
from spamscrub.classifiers import code, flow
from spamscrub.classifiers.scene import Page, Scene
from spamscrub.packs import Hit, Matcher, builtin_packs

KEEP = Path(__file__).parent.parent / "fixtures" / "keep" / "commented-code.jsonl"
PYTHON = """\
import csv

def levels(path):
    rows = list(csv.reader(open(path)))  # 读取文件
    # 排序
    return sorted(rows)
"""


def seen(text: str, part: str) -> dict[str, float]:
    """What the classifier sees in the first `part` of `text`, by name."""
    start = text.index(part)
    page = Page(Cleaner(weights={}).surroundings(text))
    scene = Scene(page, Candidate(start, start + len(part), page.document.line_at(start), "run"))
    return {feature.name: feature.value for feature in flow.features(scene)}


@pytest.mark.parametrize("line", ["x = 1", "import csv", "for (;;) {", "}", "@cached(1)", "print(x)", "return x", "from a import b", "if x:", "self.rows += more", "def f(a):", "});", "const a = 1", 'msgid "Open"', 'msgstr[1] "%d файлов"'])
def test_a_line_of_code_is_a_statement(line: str) -> None:
    assert code.is_statement(line)
    assert code.is_statement("    " + line)


@pytest.mark.parametrize("line", ["", "   ", "The end of it.", "Returns were late (see below).", "Name: Anna", "# Heading", "潮位表", "for whom the bell tolls", "if it rains", "@anna yes", "Paris (the old part) is quiet", "a == b", 'messages "by hand"'])
def test_a_line_of_prose_is_none(line: str) -> None:
    assert not code.is_statement(line)


@pytest.mark.parametrize(
    ("line", "place"),
    [("x = 1  # 一", 6), ("x();  // 一", 5), ("/* 一 */", 0), ("<!-- 一 -->", 0), ('"""一"""', 0), ("#一", 0), ("  #: 一", 1), ('f("""一""")', 2)],
)
def test_a_comment_is_found_where_it_begins(line: str, place: int) -> None:
    assert code.comments([line]) == {0: place}


@pytest.mark.parametrize("line", ["x = 1", "https://example.org/a", "color: #fff", "see #12", "a * b", "it's", "3 * 4", "a /b/c", "* 一"])
def test_what_only_looks_like_one_is_none(line: str) -> None:
    assert code.comments([line]) == {}


def test_a_block_goes_on_until_it_is_closed() -> None:
    lines = ["f()", '"""', "一", "二", '"""', "g()", "/* 三", "四 */", "h()"]
    assert code.comments(lines) == {1: 0, 2: 0, 3: 0, 4: 0, 6: 0, 7: 0}


def test_prose_with_headings_is_no_code() -> None:
    assert not code.is_code(["# Tides", "", "The water rises twice a day, and falls twice.", "The tables say when."] * 4)
    assert code.is_code(PYTHON.splitlines())


def test_comments_and_statements_are_evidence() -> None:
    assert seen(PYTHON, "读取文件") == {"comment": 1.0, "comments-alike": 1.0}
    assert seen(PYTHON, "import csv")["statement"] == 1.0
    assert "statement" not in seen(PYTHON, "rows = list")
    assert "comment" not in seen("# Tides\n\nThe water rises twice a day.\n" * 4, "Tides")


def test_an_ad_in_code_is_cut_all_the_same() -> None:
    ad = "上海喝茶服务vx"
    assert Cleaner().clean(PYTHON.replace("def", f"{ad}\ndef")).text == PYTHON
    assert Cleaner().clean(PYTHON.replace("(path):", f"(path): {ad}")).text == PYTHON


def test_endless_lines_take_linear_time() -> None:
    for line in ("# ", "a = ", " " * 8, "/* ", '"""', "x" * 8):
        taken = []
        for times in (20_000, 80_000):
            began = time.process_time()
            code.comments([line * times])
            code.is_statement(line * times)
            taken.append(time.process_time() - began)
        assert taken[1] < 0.05 + 12 * taken[0], line


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("https://mp.weixin.qq.com/s/Qa8UXUnlH", "weixin", False),
        ("api.weixin.qq.com", "weixin", False),
        ("https://git.example.org/wechat/desk", "wechat", False),
        ("www.wechat.com", "wechat", False),
        ("qq/wechat: harbour", "wechat", True),
        ("加 weixin: harbour", "weixin", True),
        ("harbour wechat.", "wechat", True),
    ],
)
def test_a_messenger_in_an_address_calls_nobody(text: str, word: str, found: bool) -> None:
    hits = Matcher(builtin_packs(), folded=True).hits(text)
    assert any(is_name(hit, text, word) for hit in hits) is found


def is_name(hit: Hit, text: str, word: str) -> bool:
    return hit.role == "contact" and word in text[hit.start : hit.end]


def test_both_roads_see_the_same_in_code() -> None:
    fast, slow = Cleaner(), Cleaner()
    if fast._native is None:
        pytest.skip("there is no compiled road here")
    slow._native = None
    for line in KEEP.read_text("utf-8").splitlines():
        text = json.loads(line)["text"]
        assert fast.explain(text) == slow.explain(text)


@pytest.mark.parametrize(
    ("text", "word", "found"),
    [
        ("https://news.example.org/society/online-casino-review", "casino", False),
        ("www.example.org/casino/", "casino", False),
        ("https://ja.example.org/wiki/六合彩", "六合彩", False),
        ("https://casino.example.org/news", "casino", True),
        ("https://example.org/news casino", "casino", True),
        ("看https://example.org/news。casino", "casino", True),
        ("see /casino/ there", "casino", True),
        ("六合彩/六合彩", "六合彩", True),
    ],
)
def test_words_in_the_path_of_an_address_are_no_words_of_ads(text: str, word: str, found: bool) -> None:
    hits = Matcher(builtin_packs(), folded=True).hits(text)
    assert any(hit.role == "trade" and word in text[hit.start : hit.end].casefold() for hit in hits) is found
