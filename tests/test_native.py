"""The native road gives what the Python modules give, to the last digit; where it cannot, they do."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from spamscrub import Cleaner, CleanResult, Policy, builtin_packs
from spamscrub.judgement import fitted_weights
from spamscrub.native import VARIABLE, native_judge
from spamscrub.packs import Pack, Rule

fast: Any = pytest.importorskip("spamscrub._fast", reason="the extension was not compiled here")

ADS = ("上海龙凤419论坛", "上海喝茶服务vx ", "爱上海", "казино онлайн бесплатно ", "buy cheap viagra online without prescription", "slot gacor maxwin", "บาคาร่า", "加微信 abc13145")
ODD = ("\u200b", "\ufeff", "\x1c", "\u2028", "İ", "Σ", "\ud800", "é", "ﬁ", "１２３", "ＡＢＣ", "。”", "…", "\t", "  ", "¿", "№", "€5", "e.g. Then", "s l o t s", "U.S.A.", "don’t", "«", "»", "上海 ")


def by_python(policy: Policy | None = None) -> Cleaner:
    """A cleaner that judges in Python, whatever is installed."""
    cleaner = Cleaner(policy=policy)
    cleaner.__dict__["_native"] = None
    return cleaner


def texts(folder: Path) -> list[str]:
    articles = [path.read_bytes().decode() for path in sorted((folder / "articles").glob("*.txt"))]
    kept = [json.loads(line)["text"] for path in sorted((folder / "keep").glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return articles + kept


def damaged(text: str, chance: random.Random) -> str:
    """A text with ads and odd signs put in anywhere."""
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(ADS + ODD) + text[at:]
    return text


@pytest.fixture(scope="module")
def roads() -> tuple[Cleaner, Cleaner]:
    return Cleaner(), by_python()


def same(one: CleanResult, other: CleanResult) -> bool:
    return one == other and [f.evidence for f in one.findings] == [f.evidence for f in other.findings]


def test_findings_are_the_same_on_every_fixture(roads: tuple[Cleaner, Cleaner], fixtures: Path) -> None:
    fast, slow = roads
    for text in texts(fixtures):
        assert same(fast.clean(text), slow.clean(text)), text[:80]


def test_findings_are_the_same_where_ads_and_odd_signs_are_put_in_anywhere(roads: tuple[Cleaner, Cleaner], fixtures: Path) -> None:
    fast, slow = roads
    chance = random.Random(5)
    pool = texts(fixtures)
    for _ in range(120):
        text = damaged(chance.choice(pool)[:2500], chance)
        assert same(fast.clean(text), slow.clean(text)), repr(text)


def test_explanations_are_the_same(roads: tuple[Cleaner, Cleaner], fixtures: Path) -> None:
    fast, slow = roads
    for text in texts(fixtures)[:40:4]:
        assert same(fast.explain(text), slow.explain(text)), text[:80]


def test_explanations_are_the_same_of_ads_between_what_stands_together_elsewhere(roads: tuple[Cleaner, Cleaner], fixtures: Path) -> None:
    fast, slow = roads
    chance = random.Random(6)
    pool = [text for text in texts(fixtures) if len(text) > 100]
    seen: set[float] = set()
    for _ in range(120):
        text = chance.choice(pool)[:1500]
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(("", " ")) + chance.choice(ADS) + text[at:] + "\n" + text[max(0, at - 6) : at + 6]
        explained = fast.explain(text)
        assert same(explained, slow.explain(text)), text
        seen |= {evidence.weight for finding in explained.findings for evidence in finding.evidence if evidence.name == "reads-on"}
    assert len(seen) > 3


HOSTS = {
    "zh": "这座小城的老图书馆建于一百年前，如今仍然对所有人开放。",
    "ru": "Старая библиотека этого города открыта для всех уже сто лет.",
    "en": "The old library of this town has been open to everyone for a hundred years.",
    "ja": "この町の古い図書館は、百年前から誰でも利用できます。",
}
SCRAPS = (
    *"abzAZ09 .,|_'’%&+/-$€£:;!?()#\t@w中文的。，éßſıⅧª½٣аяҚا한", "http://", "www.", "a.com", "foo.bet ", "12 ", "5% ", "  ", "://", "vx", "v12", "\u0301",
)  # fmt: skip
"""What phrases in Latin letters, links, amounts and codes are made of."""


@pytest.mark.parametrize("host", HOSTS)
def test_explanations_are_the_same_of_lines_of_any_signs(roads: tuple[Cleaner, Cleaner], host: str) -> None:
    fast, slow = roads
    chance = random.Random(7)
    for _ in range(30):
        lines = ["".join(chance.choices(SCRAPS, k=chance.randint(1, 40))) for _ in range(6)]
        text = "\n".join(line for scrap in lines for line in (HOSTS[host], scrap))
        assert same(fast.explain(text), slow.explain(text)), repr(text)


@pytest.mark.parametrize("text", ["", "\n", "\ufeff", " \r\n\r\n", "a", "上", "\ud800", "。", "\x00", "1. 2. 3.", "é" * 300, "x" * 100_000, "上海 " * 3000])
def test_findings_are_the_same_on_the_smallest_and_the_oddest(roads: tuple[Cleaner, Cleaner], text: str) -> None:
    fast, slow = roads
    assert same(fast.clean(text), slow.clean(text))


@pytest.mark.parametrize("unit", ["сasino ", "wo\u200brd ", "st 5 mg ", "Buy cheap viagra online. ", "13800138000 ", "line: 1 @ab ", "爱上海论坛 "])
def test_lines_of_the_same_again_and_again_take_linear_time(roads: tuple[Cleaner, Cleaner], unit: str) -> None:
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        began = time.process_time()
        roads[0].clean(text)
        return time.process_time() - began

    seconds(2_000)
    short, long = min(seconds(30_000) for _ in range(3)), min(seconds(240_000) for _ in range(2))
    assert long < 24 * short + 0.1  # eight times the text; 64 times the time where each was compared with each


def test_what_was_forgotten_is_learnt_again(roads: tuple[Cleaner, Cleaner], fixtures: Path) -> None:
    fast, slow = roads
    chance = random.Random(9)
    kept = [text for text in texts(fixtures) if len(text) > 200][::5]
    expected = [slow.clean(text) for text in kept]
    letters = "abcdefghiklmnoprstuvzäéñoø"
    for _ in range(60):  # more different words than are remembered
        fast.clean(" ".join("".join(chance.choices(letters, k=chance.randint(3, 20))) for _ in range(3_000)) + ".")
        assert same(fast.clean(kept[0]), expected[0])
    for text, wanted in zip(kept, expected, strict=True):
        assert same(fast.clean(text), wanted), text[:80]


def test_what_is_kept_of_many_words_may_begin_with_one_of_no_letters() -> None:
    cleaner, chance = Cleaner(), random.Random(13)  # a new one: the first token that it meets is a number
    line = "1990 was the year in which the ferry left the east bank for the last time, before the office workers came.\n"
    page = (line + "Compra ahora zapatos baratos.\n") * 3 + line  # a line that asks for the n-grams of the host's words
    wanted = cleaner.clean(page)
    for _ in range(50):
        cleaner.clean(" ".join("".join(chance.choices("abcdefghiklmnoprstuvz", k=9)) for _ in range(3_000)) + ".")
    assert same(cleaner.clean(page), wanted)


def test_a_page_of_more_words_than_are_remembered_is_read_to_its_end(roads: tuple[Cleaner, Cleaner]) -> None:
    fast, slow = roads
    chance = random.Random(11)
    words = ("".join(chance.choices("aaabcdeeefghiiijklmnoooprstuuvz", k=chance.randint(3, 14))) for _ in range(200_000))
    prose = "The ferry leaves the east bank at half past six, before the office workers come.\n"
    page = prose * 40_000 + "\n".join(map(" ".join, zip(*[words] * 8, strict=False)))
    found = fast.clean(page)  # what it remembers of words is full in the middle of a line; see .ci/sanitize
    assert same(found, fast.clean(page))
    assert found.host == slow.clean(prose * 100).host


def test_another_policy_decides_the_same(fixtures: Path) -> None:
    policy = Policy(remove_at=4.0, review_at=-3.0, max_share=0.1, off=frozenset({"zh-contact"}), allow=frozenset({"上海龙凤"}))
    fast, slow = Cleaner(policy=policy), by_python(policy)
    for text in texts(fixtures)[:30]:
        assert same(fast.clean(text), slow.clean(text))


def test_own_packs_and_none_are_judged_the_same(fixtures: Path) -> None:
    rule = Rule("goods", "trade", "phrases", phrases=("Widget Palace", "ＷＩＤＧＥＴ"))
    pack = Pack("widgets", "For a test.", ("en",), True, ("Made up.",), (rule,), (), (), Path("widgets.toml"))
    for packs in ((), (pack,)):
        fast, slow = Cleaner(packs=packs), Cleaner(packs=packs)
        slow.__dict__["_native"] = None
        assert fast._native is not None
        for text in [*texts(fixtures)[:12], "A quiet day.\n\nwidget palace\n\nThe end of it.\n"]:
            assert same(fast.clean(text), slow.clean(text))


def test_a_pattern_that_only_python_knows_leaves_all_to_python() -> None:
    rule = Rule("call", "contact", "regex", pattern=r"(?P<a>call)(?(a) \s\d{3})", needs=("call",))
    pack = Pack("conditional", "For a test.", ("en",), True, ("Made up.",), (rule,), (), (), Path("conditional.toml"))
    cleaner = Cleaner(packs=[pack])
    slow = Cleaner(packs=[pack])
    slow.__dict__["_native"] = None
    text = "The old mill stands beside the river, and nobody goes there now.\n\ncall 555\n\nThe river is deep in spring.\n"
    assert same(cleaner.clean(text), slow.clean(text))


def test_threads_that_share_a_cleaner_get_the_same(fixtures: Path) -> None:
    pool = texts(fixtures)[:60]
    chance = random.Random(3)
    pool += [damaged(text[:1500], chance) for text in pool]
    wanted = [Cleaner().clean(text) for text in pool]
    packs = [Pack("widgets", "For a test.", ("en",), True, ("Made up.",), (Rule("goods", "trade", "phrases", phrases=("widget",)),), (), (), Path("widgets.toml"))]
    shared, others = Cleaner(), Cleaner(packs=packs)  # two engines share what is known of characters and words
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as threads:
            background = [threads.submit(others.clean, text) for text in pool]
            found = list(threads.map(shared.clean, pool))
            assert all(one.result().host == result.host for one, result in zip(background, wanted, strict=True))
    finally:
        sys.setswitchinterval(interval)
    assert found == wanted


def test_other_threads_have_their_turn_while_many_texts_are_cleaned_at_once(roads: tuple[Cleaner, Cleaner], fixtures: Path) -> None:
    some = texts(fixtures)[:40]
    roads[0].clean_each(some)  # what is loaded at first use is loaded
    began = time.perf_counter()
    roads[0].clean_each(some)
    many = some * (1 + int(0.5 / (time.perf_counter() - began)))
    turns, done = [0], threading.Event()

    def tick() -> None:
        while not done.wait(0.001):
            turns[0] += 1

    with ThreadPoolExecutor(1) as threads:
        threads.submit(tick)
        time.sleep(0.02)
        before = turns[0]
        found = roads[0].clean_each(many)
        during = turns[0] - before
        done.set()
    assert found[: len(some)] == roads[0].clean_each(some)
    assert during >= 5  # each may wait a few hundredths of a second; none did in half a second


def test_the_variable_switches_it_off() -> None:
    code = "from spamscrub import Cleaner; print(Cleaner()._native)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env={**os.environ, VARIABLE: "off"})
    assert done.stdout.strip() == "None"


def test_without_the_extension_python_judges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spamscrub._fast", None)
    assert native_judge(builtin_packs(), {}) is None


def test_an_engine_out_of_tables_is_the_one_they_were_made_by() -> None:
    built = fast.Engine(builtin_packs(), fitted_weights(), True)
    tables = built.tables()
    read = fast.Engine(tables, fitted_weights(), True)
    assert read.tables() == tables
    texts = [text for pack in builtin_packs() for text in (*(e.dirty for e in pack.examples), *(k.text for k in pack.keeps))]
    for text in ("", "\n".join(texts[::3]), *texts[::2]):
        assert read.judge(text, float("-inf")) == built.judge(text, float("-inf"))


def test_tables_that_are_none_are_refused() -> None:
    tables = fast.Engine([], fitted_weights(), True).tables()
    for damaged in (b"", tables[:-1], tables + b"x", tables[: len(tables) // 2], b"\xff" * 64):
        with pytest.raises(NotImplementedError):
            fast.Engine(damaged, fitted_weights(), True)


def test_packs_are_not_read_where_their_tables_are_stored(tmp_path: Path) -> None:
    if not fast.BUILD:
        pytest.skip("tables of a build without a name are not kept")
    code = (
        "from spamscrub import clean; from spamscrub.packs.loader import _builtin\n"
        "print(clean('This is a text.\\n上海喝茶服务vx \\nIt goes on.').text, _builtin.cache_info().currsize)"
    )
    environment = {**os.environ, "SPAMSCRUB_CACHE": str(tmp_path)}
    run = lambda: subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment).stdout  # noqa: E731
    assert [run().split()[-1] for _ in range(2)] == ["1", "0"]
    (_, tables) = sorted(tmp_path.iterdir())
    tables.write_bytes(tables.read_bytes()[:-9])
    assert run().split() == ["This", "is", "a", "text.", "It", "goes", "on.", "1"]
    assert run().split()[-1] == "0"


def test_what_is_no_text_is_said() -> None:
    with pytest.raises(TypeError):
        Cleaner().clean(b"bytes")  # type: ignore[arg-type]
