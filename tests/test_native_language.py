"""The language model in native code gives what language.py gives, to the last digit."""

from __future__ import annotations

import random
import zlib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest
import regex

from spamscrub.classifiers.wording import CLEARLY
from spamscrub.language import HostModel, ProfileIdentifier, identify, words_of

FIXTURES = Path(__file__).parent.parent / "fixtures"
SENTENCE = regex.compile(r"[^.!?。！？\n]+[.!?。！？\n]*")
SCRAPS = (
    "", " ", "x", "Der Bürgermeister hat gesagt", "BUY CHEAP VIAGRA ONLINE", "上海喝茶服务vx", "онлайн казино бесплатно", "слоты Casino online",
    "slot gacor hari ini maxwin", "www.example.com/path?x=1", "foo_bar naïve", "cafe\u0301 noir", "ĐẠI HỌC QUỐC GIA", "مرحبا بالعالم\u064b", "Ελλάδα και",
    "日本語のテキスト", "한국어 텍스트", "İSTANBUL'DA", "ΣΑΣ", "ngày\u0300 đẹp", "3,5 km/h", "don't mother-in-law's", "ОБЪЯВЛЕНИЕ", "हिन्दी में समाचार", "Ǆungla ǅez",
)  # fmt: skip
EXTREMES = (
    "", " ", "\u3000", "a", "www.foo_bar.com", "12 34 !!", "the\u2003quick\x1cbrown\x85fox\u3000jumps", "ÿÿÿ ÿ þorn þá þú", "a\0b a a\0 b",
    "x" * 300, "ab" * 40 + " " + "-".join(["word"] * 60), "é" * 70 + " naïve " * 30, "e\u0323 s\u0323 ẹṣẹ " * 9, "ҚҒҰ қала ғылым " * 9, "ў " * 40,
    "\ud800 lone \udfff halves", "FOO BAR BAZ " * 30, "中文" * 700, "中文 text " * 300, "ქართული ენა " * 30, "ﷺ ۀ ی ـ کتاب " * 20, "ﬁne ﬂoor Å ñ Ω",
    "əəə dəniz gəlir " * 40, "ɗan ƙasa ɓera " * 40, "ịụ ọzọ " * 40, "Đây là ẹṣ ăn " * 40, "日本語です。" * 40, "한국어 漢字 " * 40, "ㄅㄆㄇ " * 5,
    "the bank and the river " * 120, "Über Straße " * 200, "\U0001d400\U0001d401 math \U0001f600 " * 20, "þ" + "the library " * 300,
)  # fmt: skip


def stretches(text: str) -> list[tuple[int, int]]:
    """Sentences and lines."""
    found = [match.span() for match in SENTENCE.finditer(text)]
    edges = [0, *(at + 1 for at, char in enumerate(text) if char == "\n"), len(text)]
    return [*found, *pairwise(edges)]


def requests_for(text: str, most: int = 12) -> list[tuple[Any, ...]]:
    """Questions about a text: sentences, lines and any other stretches of it, and texts from elsewhere."""
    chance = random.Random(zlib.crc32(text.encode("utf-8", "surrogatepass")))
    spans = stretches(text)
    chosen = chance.sample(spans, min(most, len(spans)))
    for _ in range(most):
        start = chance.randint(0, len(text))
        chosen.append((start, min(len(text), start + chance.choice((1, 5, 20, 60, 300, 3000)))))
    pieces = [text[start:end] for start, end in chosen] + chance.sample(SCRAPS, 8)
    asked: list[tuple[Any, ...]] = [("language",), ("silent",), ("bounds",)]
    for start, end in [*chosen, *spans[:200]]:
        asked += [("openings", start, end, chance.choice((24, 24, 3, 1))), ("piece", start, end, chance.choice((CLEARLY, 0.0, -1e9)))]
    for piece in pieces:
        asked += [(name, piece) for name in ("ratio", "ahead", "prefers_host", "best_other", "guest")]
    asked.append(("most_foreign", pieces))
    asked.append(("most_foreign", [text[:at] for at in range(0, min(len(text), 200), 9)]))
    return asked


def _guest(text: str) -> tuple[int, str, float] | None:
    words = words_of(text, "Latin")
    if len(words) < 2:
        return len(words), "", 0.0
    scores = ProfileIdentifier().log_likelihoods(" ".join(words))
    if not scores:
        return None
    language = max(scores, key=lambda name: (scores[name], name))
    return len(words), language, scores[language] - scores["en"]


def expected(text: str, requests: list[tuple[Any, ...]]) -> Iterator[Any]:
    """The answers of the Python modules."""
    model = HostModel(identify(text), text)
    for name, *given in requests:
        match name:
            case "language":
                yield model.language
            case "silent":
                yield model.silent
            case "bounds":
                yield model.bounds is not None
            case "openings":
                start, end, most = given
                yield model.bounds.of_openings(text[start:end].split(None, most)[:most]) if model.bounds else None
            case "piece":
                start, end, enough = given
                yield model.bounds.of_piece(text[start:end].split(), enough) if model.bounds else None
            case "guest":
                yield _guest(given[0])
            case _:
                yield getattr(model, name)(*given)


def check(native: Any, text: str, requests: list[tuple[Any, ...]]) -> None:
    """Compares all answers; where there are no bounds, or no profile knows the words of a guest, nothing is asked."""
    wanted = list(expected(text, requests))
    asked = [pair for pair in zip(requests, wanted, strict=True) if pair[1] is not None or pair[0][0] not in ("openings", "piece", "guest")]
    found = native(text, [request for request, _ in asked])
    for (request, answer), own in zip(asked, found, strict=True):
        assert own == answer, (text[:80], request)


def _fixtures() -> list[str]:
    articles = [path.read_text("utf-8") for path in sorted(FIXTURES.glob("articles/*.txt"))]
    kept = [orjson.loads(line)["text"] for path in sorted(FIXTURES.glob("keep/*.jsonl")) for line in path.read_bytes().splitlines() if line]
    return articles + kept


@pytest.fixture(scope="module")
def native() -> Any:
    return pytest.importorskip("spamscrub._fast").language


@pytest.mark.parametrize("text", EXTREMES)
def test_extremes(native: Any, text: str) -> None:
    check(native, text, requests_for(text))


def test_fixtures(native: Any) -> None:
    for text in _fixtures():
        check(native, text, requests_for(text))


def test_long_texts(native: Any) -> None:
    chance = random.Random(7)
    texts = _fixtures()
    for size in (20_100, 30_000, 70_000, 150_000):
        for _ in range(3):
            chance.shuffle(texts)
            joined = "\n".join(texts)
            text = joined[: size + chance.randint(0, 999)]
            check(native, text, requests_for(text))
