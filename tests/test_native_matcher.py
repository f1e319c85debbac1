"""The native folding and matcher give exactly what the Python modules give."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from spamscrub.folding import fold
from spamscrub.packs import Matcher, Pack, builtin_packs
from spamscrub.packs.model import Piece, Rule
from spamscrub.tokenizer import Document

_fast: Any = pytest.importorskip("spamscrub._fast")

FIXTURES = Path(__file__).parent.parent / "fixtures"
DISGUISES = (
    "\u200b", "\ufe0f", "\u0301", "\u0323", "\u20e3", "\u0336", "①", "Ⅳ", "㎡", "½", "ﬁ", "ⓐ", "🅱", "🇺🇸", "🇦🇧🇨", "❤", "微❤", "vx", "v信123456",
    "薇信: abc123", "加薇", "威信 a12345", " 溦123", "s l o t", "s-l-o-t g-a-m-e", "b·e·t·s", "\ud800", "\udfff", "а", "Α", "ｂｅｔ", "：",
    "一三八零零一三八零零零", "１３８", "İ", "ΟΣ", "\u0e31", "か\u3099", "\u1112\u1161\u11ab", "\u00ad", "😀", "+7 912 345-67-89", "138-1234-5678", "\n",
    "\r\n", "https://mp.weixin.qq.com/s?id=ab12", "www.wechat.com/", ".weixin", "whatsapp.", "://id=vx1234", "加v信", "q裙", "【微-abc123】", "_", "|", ".", "Ꭺ", "Հ", "1", "Ж", "١٢٣", "\u0345", "\u0483", "e\u0301\u0323\u0300\u0302\u0304", "喝茶vx 12345",
)  # fmt: skip


@cache
def matchers() -> tuple[Matcher, Any]:
    return Matcher(builtin_packs(), folded=True), _fast.matcher(builtin_packs(), True)


def short_texts() -> list[str]:
    return [
        text for pack in builtin_packs() for text in [*(e.dirty for e in pack.examples), *(k.text for k in pack.keeps)]
    ]


def long_texts() -> list[str]:
    return [
        path.read_text(encoding="utf-8")
        for path in sorted(FIXTURES.glob("articles/*.txt"))
        if ".clean." not in path.name
    ]


def disguised(text: str, chance: random.Random) -> str:
    """`text` with some of what ads do to their letters."""
    letters = list(text)
    for _ in range(chance.randint(1, 6)):
        at, end = sorted((chance.randint(0, len(letters)), chance.randint(0, len(letters))))
        end = min(end, at + 10)
        match chance.randint(0, 9):
            case 0:
                letters[at:end] = list(chance.choice(" .-·").join(letters[at:end]))
            case 1:
                letters[at:end] = [chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in letters[at:end]]
            case 2:
                letters[at:end] = [*"".join(letters[at:end]).upper()]
            case 3:
                letters[at:end] = [*unicodedata.normalize("NFD", "".join(letters[at:end]))]
            case _:
                letters[at:at] = [*chance.choice(DISGUISES)]
    return "".join(letters)


def assert_same(text: str, python: Matcher, native: Any) -> None:
    folded = fold(text)
    assert _fast.fold(text) == (folded.text, [tuple(piece) for piece in folded.pieces]), text
    reading, document = python.read(text), Document(text)
    lines = sorted({document.line_at(hit.start) for hit in python.triggers(reading)})
    expected = (lines, [tuple(span) for span in python.vocabulary(reading)])
    assert _fast.read(native, text) == expected, text
    for _ in range(2):  # the second time its tokens are known
        assert _fast.read(native, text, True) == expected, text
    for start, end in spans(document, lines):
        assert _fast.hits(native, text, start, end) == [tuple(hit) for hit in python.hits(text, start, end)], (
            text,
            start,
            end,
        )


def spans(document: Document, lines: list[int]) -> Iterator[tuple[int, int]]:
    for number in lines or range(min(1, len(document.lines))):
        line = document.lines[number]
        yield line.start, line.end
        yield line.start + (line.end - line.start) // 3, line.end


def test_texts_of_packs() -> None:
    for text in short_texts():
        assert_same(text, *matchers())


@pytest.mark.parametrize("number", range(3))
def test_articles(number: int) -> None:
    for text in long_texts()[number::3]:
        assert_same(text, *matchers())


def test_disguises() -> None:
    chance = random.Random(7)
    texts = short_texts()
    for _ in range(500):
        assert_same(disguised(chance.choice(texts)[:300], chance), *matchers())


def test_disguises_here_and_there_in_long_texts() -> None:
    chance = random.Random(11)
    ads, articles = short_texts(), [text[:2500] for text in long_texts()]
    for _ in range(150):
        text = chance.choice(articles)
        for _ in range(chance.randint(1, 6)):
            at = chance.choice([0, len(text), chance.randint(0, len(text))])
            put = chance.choice([chance.choice(DISGUISES), disguised(chance.choice(ads)[:60], chance), " " + chance.choice(ads)[:60] + chance.choice(DISGUISES)])
            text = text[:at] + put + text[at:]
        assert_same(text, *matchers())


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\n",
        "a",
        "微",
        "\ud800",
        "\u0301",
        "夜",
        "vx",
        "$",
        "casino",
        "xcasino",
        "İ",
        "s l o t",
        "ＶＸ：ａｂｃ１２３",
    ],
)
def test_smallest_texts(text: str) -> None:
    assert_same(text, *matchers())


def own_pack() -> Pack:
    rules = (
        Rule("brand", "part", "phrases", phrases=("Grand Casino", "ＭＥＧＡ slots", "мегабет онлайн", "메가벳카지노")),
        Rule("go", "part", "phrases", phrases=("!", "visit", "ok", "的", "e\u0301te")),
        Rule("ad", "ad", "template", template=(Piece("go", True), Piece("brand", False), Piece("code", True))),
        Rule("mail", "contact", "regex", pattern=r"[a-z]{2,9} @ [a-z]{2,9} [.] com (?! \w )", needs=("@", "com")),
    )
    return Pack("own", "", (), True, (), rules, (), (), Path("own.toml"))


def soup(chance: random.Random) -> str:
    """Phrases and what patterns need, some of them glued, cut or broken over lines, beside short tokens."""
    phrases = [text for pack in builtin_packs() for rule in pack.rules for text in (*rule.phrases[:40], *rule.needs)]
    pieces = []
    for _ in range(chance.randint(3, 20)):
        piece = chance.choice(phrases)
        short = chance.choice(["a", "b.c", "1-2", "+7 900 123-45-67", "me@gmail.com", "vx", "é", "wa.me/6281234567"])
        pieces.append(
            chance.choice(
                [
                    piece,
                    "qz" + piece,
                    piece + "qz",
                    piece.upper(),
                    piece.replace(" ", chance.choice("\n\t\xa0\u3000")),
                    short,
                    piece[1:],
                ]
            )
        )
    return chance.choice(["", " ", " ", "\n", ". "]).join(pieces)


def test_phrases_among_tokens() -> None:
    chance = random.Random(3)
    for _ in range(60):
        assert_same(soup(chance), *matchers())


def test_packs_that_are_not_written_as_matched() -> None:
    python, native = Matcher([own_pack()]), _fast.matcher([own_pack()], False)
    for text in (
        "visit GRAND casino sh1314!", "the newGrand Casino", "Grand Casinos", "mega slots-99 and МЕГАБЕТ Онлайнa", "new메가벳카지노에서 OK", "a МЕГАБЕТ Онлайн today",
        "write to joe@mail.com or joe@mail.community", "été的 e\u0301te\u0301", "grand casino 12 345", "visitgrand casino",
    ):  # fmt: skip
        assert_same(text, python, native)


def test_brief_phrases_inside_words_are_pieces_of_templates_where_one_ends() -> None:
    rules = (
        Rule("bet", "part", "phrases", phrases=("bet", "zu")),
        Rule("q", "part", "phrases", phrases=("q", "on", "é")),
        Rule("sum", "part", "regex", pattern=r"[0-9]+k\ [a-z]", needs=("k ",)),
        Rule("row", "ad", "template", template=(Piece("bet", False), Piece("q", False), Piece("q", True), Piece("q", True))),
        Rule("won", "ad", "template", template=(Piece("sum", False), Piece("q", False))),
    )
    pack = Pack("brief", "", (), True, (), rules, (), (), Path("brief.toml"))
    python, native = Matcher([pack], folded=True), _fast.matcher([pack], True)
    chance = random.Random(2)
    for text in ("betq", "betqon", "betonqq", "abetq", "betqs", "500k aq", "500k aon.", "500k on", "zuqonq zu q on é", "betéq", *("".join(chance.choices(["bet", "q", "on", "é", "500k a", " ", "-", "x", "zu", "0"], k=chance.randint(2, 12))) for _ in range(400))):
        assert_same(text, python, native)


def test_packs_that_say_nothing_have_no_parts() -> None:
    """Whether a pack speaks may show only where a brief phrase of it stands inside a word, behind a piece of it."""
    everyday = Rule("everyday", "part", "phrases", phrases=("q", "on", "zu", "bet", "k a"))
    number = Rule("number", "part", "regex", pattern=r"[0-9]+k\ [a-z]", needs=("k ",))
    loud = Rule("loud", "trade", "phrases", phrases=("x", "zu"))
    row = Rule("row", "ad", "template", template=(Piece("number", False), Piece("loud", False)))
    packs = [
        Pack(name, "", (), True, (), rules, (), (), Path(f"{name}.toml"))
        for name, rules in (("silent", (everyday, number)), ("a", (everyday, loud)), ("b", (everyday, number, loud, row)))
    ]
    python, native = Matcher(packs, folded=True), _fast.matcher(packs, True)
    chance = random.Random(5)
    for text in ("bet on q", "bet on x", "500k ax on q", "500k azu", *("".join(chance.choices(["bet", "q", "on", "500k a", " ", " ", "x", "zu"], k=chance.randint(2, 12))) for _ in range(400))):
        assert_same(text, python, native)
    assert {hit.pack for hit in python.hits("bet on x")} == {"a", "b"}


def test_what_only_python_can_do_is_said() -> None:
    pack = own_pack()
    with pytest.raises(NotImplementedError):
        _fast.matcher([pack, pack], False)
