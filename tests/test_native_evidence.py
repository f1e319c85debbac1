"""The native classifiers see exactly what the Python ones see, to the last digit and letter of the details."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spamscrub import Cleaner
from spamscrub.judgement import fitted_weights, observe
from spamscrub.packs import builtin_packs

_fast = pytest.importorskip("spamscrub._fast")

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"

SIGNS = (
    """Kurzer Text über Hütten: siehe www.example.org/foo/bar, “上海 abc” (1998) – und 3.4.5.
Vорлo ＡＢＣ kаzino, 加薇信 abc123 √item 12:30
\tcode => call(x) {;}
| a | b |  c   d |
1) one, two; three_four| five
2) 《 казино 》 100 € ab12
《казино онлайн》 (чат: 24) #казино — играть
- a_b=c #tag
```
fenced 上海喝茶服务vx
```
Following:
key = value казино
[12] казино 2020年5月1日
上海 (Shanghai) 北京 (Beijing) 广州 (Guangzhou) x
https://example.com/казино/бонус 5f3a9b0c1d2e4f5a
x 《казино》 y
[4] казино онлайн игра
casino bonus Paris is the best of all that we have, visit www.casino-bonus.com
"""
    + "\ud800 lone 上海喝茶\udfff İstanbul ΣΑΣ ǅ ﬁ ß "
    + "казино " * 60
    + "\n"
    + "word and " * 90
    + "上海喝茶服务vx "
    + "more words, " * 60
)
"""A line or more for each kind of evidence, half characters, and lines longer than what is looked at."""


HOSTS = (
    "",
    "We walked to the old mill by the river and had our lunch there. " * 8,
    "今天天气很好，我们去公园散步，然后回家吃饭。" * 12,
    "昨日は公園で散歩をしてから、家に帰りました。" * 12,
    "Мы гуляли по парку весь день и вернулись домой. " * 8,
)


@cache
def engine() -> Any:
    return _fast.Engine(list(builtin_packs()), fitted_weights(), folded=True)


def articles() -> Iterator[Any]:
    """The articles of the fixtures, and what must be kept."""
    for path in sorted(FIXTURES.glob("articles/*.txt")):
        yield pytest.param(path.read_bytes().decode(), id=path.stem)
    for path in sorted(FIXTURES.glob("keep/*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").split("\n")):
            if line:
                yield pytest.param(json.loads(line)["text"], id=f"{path.stem}-{number}")


def in_python(text: str) -> list[tuple[Any, ...]]:
    scenes, seen = observe(Cleaner().surroundings(text))
    found = zip((scene.candidate for scene in scenes), scenes, seen, strict=True)
    return [
        (own.start, own.end, own.line, own.source, scene.kind, list(map(tuple, features)))
        for own, scene, features in found
    ]


@pytest.mark.parametrize("text", list(articles()))
def test_same_evidence(text: str) -> None:
    assert engine().observe(text) == in_python(text)


@pytest.mark.parametrize("host", HOSTS)
def test_signs_in_hosts(host: str) -> None:
    """Every kind of sign in texts of several writings, and each line of it by itself."""
    texts = [f"{host}\n{SIGNS}", *(f"{host}\n\n{line} {host}\n" for line in SIGNS.splitlines())]
    for text in texts:
        assert engine().observe(text) == in_python(text)


NAMES = "\n".join(["RunnerConfigurationReader LibraryMapLoader"] * 4)


@pytest.mark.parametrize("line", ["package main", "free bonus code", "register now", "上海喝茶服务", "plain words here"])
def test_words_of_ads_where_the_script_leaves_no_language_to_tell(line: str) -> None:
    """Much of the page is Latin letters, but more of its words are Chinese: no language of it is asked for."""
    chinese = "这座小城的老图书馆建于一百年前，如今仍然对所有人开放。"
    text = "\n\n".join([chinese, NAMES, line, chinese, NAMES])
    assert Cleaner().surroundings(text).model.silent
    assert engine().observe(text) == in_python(text)


@pytest.mark.parametrize("floor", [-6.0, -1.0, 2.0])
@pytest.mark.parametrize("text", list(articles()))
def test_a_floor_changes_no_score(text: str, floor: float) -> None:
    """Candidates that cannot reach the floor are not looked at to the end; those that do have the same evidence as without."""
    *host, judged = engine().judge(text, float("-inf"))
    reaching = [one for one in judged if sum(item.weight for item in one[4]) >= floor]
    assert engine().judge(text, floor) == (*host, reaching)
