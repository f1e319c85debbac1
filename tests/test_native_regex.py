"""The native engine has the matches of `regex` for every pattern of the library."""

from __future__ import annotations

import importlib
import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import regex

from spamscrub.packs import builtin_packs
from spamscrub.scripts import _each_script, foreign_class, foreign_pattern
from spamscrub.tokenizer import run_pattern

fast = pytest.importorskip("spamscrub._fast")

FIXTURES = Path(__file__).parent.parent / "fixtures"
CLASSIFIERS = ("form", "guards", "guests", "letters", "lexicon", "position", "scene", "script", "wording")
MODULES = (
    *("tokenizer", "candidates", "placement", "separators", "language", "scripts", "folding", "packs.matcher"),
    *(f"classifiers.{name}" for name in CLASSIFIERS),
)
FLAGS = {regex.IGNORECASE: 1, regex.VERBOSE: 2, regex.DOTALL: 4, regex.VERSION1: 8}
HOSTS = ("Latin", "Han", "Cyrillic", "Hangul", "Arabic", "Thai")
ROUNDS = 12
WAYS = ("finditer", "search", "match", "fullmatch")


def _in_modules() -> Iterator[tuple[str, regex.Pattern[str]]]:
    for name in MODULES:
        module = importlib.import_module(f"spamscrub.{name}")
        for key, value in vars(module).items():
            values = value if isinstance(value, tuple) else (value,)
            yield from ((f"{module.__name__}.{key}", one) for one in values if isinstance(one, regex.Pattern) or type(one).__module__ == "spamscrub.patterns")


def _of_scripts() -> Iterator[tuple[str, regex.Pattern[str]]]:
    for host in HOSTS:
        yield f"run of {host}", run_pattern(foreign_class(frozenset({host})))
        yield f"foreign to {host}", foreign_pattern(frozenset({host}))
    language, scripts = importlib.import_module("spamscrub.language"), importlib.import_module("spamscrub.scripts")
    for script in ("Latin", "Katakana", "Thai"):
        yield f"word of {script}", language._word_pattern(script)
        yield f"letters of {script}", scripts._run_pattern(script)
    yield "wechat", importlib.import_module("spamscrub.folding")._tables().wechat


def _of_packs() -> Iterator[tuple[str, regex.Pattern[str]]]:
    for pack in builtin_packs():
        for rule in pack.rules:
            if rule.kind == "regex":
                yield f"{pack.name}.{rule.id}", regex.compile(rule.pattern, regex.VERBOSE | regex.VERSION0)


OTHERS = (
    *(r"(?<=ab)a", r"(?<!ab|b)a+?b", r"(?<=a(b|aa)+)c", r"(?<=(a+)(a*)b{1,2})c?", r"(?<=^(?:ab)*)a", r"(?<=a(?=b))b*?", r"(?<=\bab?)."),
    *(r"ab(?:c|ab)?$", r"(?:ab|a\s*)$", r"a{2,}?b$", r"(?:a|b\n)+$", r"a*$", r"^a?$|b$", r"\s*$", r"(?:abc|bc|c){2}$", r"[ab]+?\n?$"),
    *(r"(?:ab){2,3}?c", r"(?:a|ab)(?:c|bcd)*+a", r"(?>a+|b)(?:ab)++", r"(?:(a)|(b)|c){2,4}\1", r"(?:a{1,2}b?){2,}a", r"((a)|b)*?c", r"(?:a(?:b|c){1,2}){2}"),
    *(r"a*", r"a*?", r"a*|b", r"\b|a", r"(?=(a+))a", r"(?!ab)a", r"(a?)b\1", r"a{0,2}+a", r"(?:a|b)?+b", r"(?:ab|a)(?:bc)?$", r"\Ba\B", r"a++|ab", r".*a"),
    *(r"(?i)[a-k]+[^s]", r"(?i)ki|s[^k]", r"(?i)I\w", r"(?s)a.*?b", r"(?V1)[[a-z]--[b-d]&&\w]+", r"(?V1)[\w--\d||[.]]", r"(?V1)a[^[b]c-]", r"[]a-]+", r"[^]-a]"),
)
"""What the patterns of the library may come to use."""


def _made_up() -> Iterator[tuple[str, regex.Pattern[str]]]:
    return ((text, regex.compile(text)) for text in OTHERS)


def _each() -> list[tuple[str, regex.Pattern[str]]]:
    """Every pattern once, with the name it was met under first."""
    found = {(p.pattern, p.flags): (name, p) for name, p in reversed([*_in_modules(), *_of_scripts(), *_of_packs(), *_made_up()])}
    return [*found.values()]


PATTERNS = _each()


@cache
def _texts() -> tuple[str, ...]:
    articles = [path.read_text("utf-8") for path in sorted((FIXTURES / "articles").glob("*.txt"))]
    rows = [json.loads(line) for path in sorted((FIXTURES / "keep").glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
    return (*articles, *(str(row["text"]) for row in rows))


@cache
def _lines() -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for text in _texts() for line in text.splitlines(keepends=True)))


def _flags(pattern: regex.Pattern[str]) -> int:
    return sum(bit for flag, bit in FLAGS.items() if pattern.flags & flag)


def _native(pattern: regex.Pattern[str], text: str, pos: int, end: int, how: str) -> list[tuple[tuple[int, int], ...]]:
    found: list[tuple[tuple[int, int], ...]] = fast.regex(pattern.pattern, _flags(pattern), text, pos, end, how)
    return found


def _wanted(pattern: regex.Pattern[str], text: str, pos: int, end: int, how: str) -> list[tuple[tuple[int, int], ...]]:
    if how == "finditer":
        return [match.regs for match in pattern.finditer(text, pos, end)]
    match = getattr(pattern, how)(text, pos, end)
    return [match.regs] if match else []


def _check(pattern: regex.Pattern[str], text: str, pos: int, end: int) -> None:
    for how in WAYS:
        wanted = _wanted(pattern, text, pos, end, how)
        assert _native(pattern, text, pos, end, how) == wanted, (how, text, pos, end)
    found = bool(_wanted(pattern, text, pos, end, "search"))
    assert bool(_native(pattern, text, pos, end, "found")) is found, ("found", text, pos, end)
    empty = any(match[0][0] == match[0][1] for match in _wanted(pattern, text, pos, end, "finditer"))
    assert _native(pattern, text, pos, end, "screen") or not found or empty, ("screen", text, pos, end)


LIKELY = "aabzKkſsiIİıÉéфЯжαа中文国あカー한ไอعा\u0301\u200d0179٣ .,!?:;-–—\"'“”()[]【】。！？、\n\r\t\u3000\u2028$€%★①²_/@=word Word "


def _pieces(pattern: regex.Pattern[str]) -> list[str]:
    """What to make texts of: the words and signs of the pattern, and what its classes may mean."""
    plain = regex.sub(r"\\[pPuUx]\{?\w*\}?|\\\w|\(\?P?<\w+>", " ", pattern.pattern)
    codes = regex.findall(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))", pattern.pattern)
    own = [*regex.findall(r"\p{L}+|\d+|[^\s\\]", plain)[:200], *regex.findall(r"[\p{L}\d]", plain)[:50], *(chr(int(a or b, 16)) for a, b in codes[:100])]
    return [*LIKELY, *own * (100 // len(own) + 1)] if own else [*LIKELY]


def _random_text(pieces: list[str], chance: random.Random) -> str:
    few = chance.choices(pieces, k=chance.choice((3, 8)))  # the same again and again, so that rows of them come up
    return "".join(chance.choices(few if chance.random() < 0.5 else pieces, k=chance.randint(0, 24)))


@pytest.mark.parametrize(("name", "pattern"), PATTERNS, ids=[name for name, _ in PATTERNS])
def test_matches(name: str, pattern: regex.Pattern[str]) -> None:
    chance = random.Random(name)
    pieces = _pieces(pattern)
    for _ in range(ROUNDS):
        text = _random_text(pieces, chance)
        _check(pattern, text, 0, len(text))
        pos = chance.randint(0, len(text))
        _check(pattern, text, pos, chance.randint(pos, len(text)))
    for line in chance.sample(_lines(), 6):
        _check(pattern, line, 0, len(line))
        _check(pattern, line, len(line) // 3, len(line) // 3 * 2)
    text = chance.choice(_texts())
    _check(pattern, text, 0, len(text))


@pytest.mark.parametrize(
    ("text", "quiet", "telling"),
    [
        (r"(?<!\w)line\s?[:=]\s?@?[a-z]{3,9}", "the tram line was built in 1964", "line: abcd"),
        (r"[a-z](?=[a-z_-]{0,18}\d)[-_a-z0-9]{5,19}|\d{5,12}", "opened in 1964, rebuilt later", "abc12345"),
        (r"казино|слот\w+", "the slots are gone", "новые слоты"),
    ],
)
def test_a_screen_tells_of_prose_that_it_has_no_match(text: str, quiet: str, telling: str) -> None:
    assert not fast.regex(text, 0, quiet, 0, len(quiet), "screen")
    assert fast.regex(text, 0, telling, 0, len(telling), "screen")


def test_leaves_what_it_cannot_do() -> None:
    with pytest.raises(NotImplementedError, match="many groups"):
        _native(_each_script(), "a", 0, 1, "search")  # the native code asks its table instead


@pytest.mark.parametrize("text", [r"(?<!\\)(a", "(?i)ä", r"(?P=x)", "(?:a?)*", r"\X", "a{,b}", "[[:alpha:]]", r"\p{Grek}", "(?R)", r"\Ga", "(?m)^a"])
def test_refuses_other_syntax(text: str) -> None:
    with pytest.raises(NotImplementedError):
        fast.regex(text, 0, "a", 0, 1, "search")


def test_long_lines_do_not_overflow() -> None:
    text = "ab " * 100_000
    for pattern in (r"(?:\w+ )*x", r"(?:(a)b )+", r"(?:ab )*+", r"(?>(?:ab )*)$", r"(?=(?:ab )*$)a", r"(?:a|b| )*x"):
        assert _native(regex.compile(pattern), text, 0, len(text), "match") == _wanted(regex.compile(pattern), text, 0, len(text), "match")
