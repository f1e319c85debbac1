"""Undisguised text that maps back to original offsets; it is for matching only, the text itself is never changed.

Each stage looks first whether its characters occur at all, so plain text costs little more than `str.lower`. Stages that
keep the number of characters need no map; the others leave `Piece`s where folded and original text differ in length.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import regex

from spamscrub.patterns import lazy
from spamscrub.spans import Span


class Piece(NamedTuple):
    """Folded `[start, end)` stands for original `[source, source_end)`; between pieces the texts run in parallel."""

    start: int
    end: int
    source: int
    source_end: int


class Edit(NamedTuple):
    """`[start, end)` of a text becomes `text`."""

    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Folded:
    """Folded text; `span` and `index` translate between its offsets and those of the original."""

    text: str
    pieces: tuple[Piece, ...] = ()

    def span(self, start: int, end: int) -> Span:
        """The original span of folded `[start, end)`, in code points.

        It covers every character that made the folded ones, combining marks, overlays and variation selectors behind
        them, and zero-width characters between them; not the zero-width characters at its edges.
        """
        first = self._source(start)
        return Span(first, self._source_end(end) if end > start else first)

    def index(self, original: int) -> int:
        """The folded offset of an original offset; for a character that was dropped, where it would stand."""
        number = bisect_right(self.pieces, original, key=_by_source_end)
        if number < len(self.pieces) and self.pieces[number].source <= original:
            return self.pieces[number].start
        if number == 0:
            return original
        before = self.pieces[number - 1]
        return before.end + original - before.source_end

    def _source(self, start: int) -> int:
        """Where the original of the folded character at `start` begins."""
        number = bisect_right(self.pieces, start, key=_by_start) - 1
        if number < 0:
            return start
        piece = self.pieces[number]
        return piece.source if start < piece.end else piece.source_end + start - piece.end

    def _source_end(self, end: int) -> int:
        """Where the original of the folded character before `end` ends."""
        number = bisect_right(self.pieces, end - 1, key=_by_start) - 1
        if number < 0:
            return end
        piece = self.pieces[number]
        return piece.source_end if end <= piece.end else piece.source_end + end - piece.end


def _by_start(piece: Piece) -> int:
    return piece.start


def _by_source_end(piece: Piece) -> int:
    return piece.source_end


def fold(text: str) -> Folded:
    """Undisguise `text` for matching: lower case, ordinary width, one way of writing for each letter.

    Undone are full-width and half-width forms (punctuation too: ： is :), fancy, enclosed and small-capital letters,
    circled, raised and keycap digits, zero-width characters, overlays, decomposed accents, look-alike letters in mixed
    words, l-e-t-t-e-r-e-d words of four letters and more, WeChat in disguise (薇信, V❤, 喝茶vx: 微信), Chinese digits in
    long numbers. Accents, and traditional or simplified characters, stay. Folding folded text changes nothing.
    """
    if text.isascii():
        lowered = text.lower()
        return _collapsed(Folded(lowered)) if _seems_spaced(lowered) else Folded(lowered)
    tables = _tables()
    chars: AbstractSet[str] = set(text)
    present = chars & tables.single.keys()
    folded = Folded(_one_to_one(text, present, tables.single))
    if chars & tables.hidden or chars & tables.several.keys():
        folded = _edited(folded, list(_revealed(folded.text, chars)))
        chars = set(folded.text)
    elif present:
        chars = (chars - present) | {tables.single[char] for char in present}
    for stage in STAGES:
        folded = stage(folded, chars)
    return folded


# -- offsets -----------------------------------------------------------------------------------------------------------


def _edited(folded: Folded, edits: list[Edit]) -> Folded:
    """`folded` after some edits of its text, which are sorted and apart; pieces keep pointing to the original."""
    if not edits:
        return folded
    text, at, parts = folded.text, 0, []
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    parts.append(text[at:])
    unequal = [edit for edit in edits if len(edit.text) != edit.end - edit.start]
    return Folded("".join(parts), tuple(_moved(folded, unequal)) if unequal else folded.pieces)


def _moved(folded: Folded, edits: list[Edit]) -> Iterator[Piece]:
    """The pieces after edits that change the length; a piece inside an edit is part of it."""
    grown = number = 0
    if not folded.pieces:
        for edit in edits:
            start = edit.start + grown
            yield Piece(start, start + len(edit.text), edit.start, edit.end)
            grown += len(edit.text) - (edit.end - edit.start)
        return
    for edit in edits:
        source, source_end = folded.span(edit.start, edit.end)
        while number < len(folded.pieces) and folded.pieces[number].end <= edit.start:
            yield _shifted(folded.pieces[number], grown)
            number += 1
        at = number
        while number < len(folded.pieces) and folded.pieces[number].start < edit.end:
            number += 1
        if at < number and folded.pieces[at].start < edit.start:
            yield _shifted(folded.pieces[at]._replace(end=edit.start), grown)
        start = edit.start + grown
        grown += len(edit.text) - (edit.end - edit.start)
        yield Piece(start, start + len(edit.text), source, source_end)
        if at < number and folded.pieces[number - 1].end > edit.end:
            yield _shifted(folded.pieces[number - 1]._replace(start=edit.end), grown)
    yield from (_shifted(piece, grown) for piece in folded.pieces[number:])


def _shifted(piece: Piece, by: int) -> Piece:
    return Piece(piece.start + by, piece.end + by, piece.source, piece.source_end) if by else piece


# -- characters --------------------------------------------------------------------------------------------------------

SINGLES = (
    (0x2000, 0x209D), (0x2100, 0x2150), (0x2160, 0x2180), (0x2460, 0x2500), (0x2776, 0x2794),
    (0x2C7C, 0x2C7E), (0x2F00, 0x2FD6), (0x3192, 0x31A0), (0x3220, 0x3260), (0x3280, 0x32C0), (0x32D0, 0x3300), (0xA69C, 0xA69E),
    (0xA730, 0xA732), (0xA770, 0xA771), (0xA7F2, 0xA7FA), (0xAB5C, 0xAB60), (0xF900, 0xFAE0), (0xFB00, 0xFDC8), (0xFE70, 0xFEFD),
    (0xFF01, 0xFFEF), (0x1D400, 0x1D800), (0x1F100, 0x1F18A), (0x1FBF0, 0x1FBFA), (0x2F800, 0x2FA1E), (0x00A0, 0x00BB),
    (0x0250, 0x02E5), (0x1D00, 0x1DC0), (0x3000, 0x3001), (0x0149, 0x014A), (0x01C4, 0x01CD),
)  # fmt: skip
"""The blocks that hold compatibility, enclosed and styled characters: half-open ranges to look through, not a table."""

HIDDEN = (
    (0x80, 0x700), (0x1100, 0x1200), (0x1780, 0x1820), (0x2000, 0x2100), (0x3160, 0x3170), (0xFE00, 0xFF00), (0xFFA0, 0x10000),
    (0x1BC00, 0x1BD00), (0x1D100, 0x1D200), (0xE0000, 0xE1000),
)  # fmt: skip
"""The blocks that hold characters which are not seen, overlays among them."""

ALPHABETS = (
    (0x370, 0x590), (0x13A0, 0x1400), (0x1C80, 0x1C90), (0x1D00, 0x1E00), (0x1F00, 0x2000), (0x2100, 0x2130), (0x2DE0, 0x2E00),
    (0xA4D0, 0xA500), (0xA640, 0xA6A0), (0xAB60, 0xABC0),
)  # fmt: skip
"""The blocks that hold letters of the alphabets with look-alikes of Latin ones."""

OVERLAYS = lazy(r"[\u0305\u0332-\u0338\u033f\u035c-\u0362\u0489\u20d0-\u20f0]")
"""Lines, strokes and frames laid over a letter; keycaps among them."""

NAMED = lazy(
    r"""(?:LATIN \s LETTER \s SMALL \s CAPITAL
      | (?:NEGATIVE \s)? (?:CIRCLED|SQUARED) \s LATIN \s CAPITAL \s LETTER) \s (?P<letter>[A-Z])""",
    regex.VERBOSE,
)
"""Names of letters that Unicode gives no compatibility mapping."""

STRIPPED = lazy(r"[\s().,〔〕]")
"""What encloses or follows the digit in ⑴ ⒈ 🄁."""

REGIONAL = 0x1F1E6
"""The regional letter A."""
REGIONAL_LETTERS = frozenset(map(chr, range(REGIONAL, REGIONAL + 26)))


@dataclass(frozen=True, slots=True)
class _Tables:
    """`single`: character for character; `several`: character for more than one; the rest as in folding_tables.toml."""

    single: Mapping[str, str]
    several: Mapping[str, str]
    glued: frozenset[str]
    hidden: frozenset[str]
    latin: Mapping[str, str]
    cyrillic: Mapping[str, str]
    other: frozenset[str]
    digits: Mapping[str, str]
    number: re.Pattern[str]
    wechat: regex.Pattern[str]
    wechat_marks: frozenset[str]
    flags: frozenset[str]


@cache
def _tables() -> _Tables:
    data = tomllib.loads(Path(__file__).with_name("folding_tables.toml").read_text(encoding="utf-8"))
    unseen = _characters(HIDDEN)
    ignorable = set(regex.findall(r"[\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]", unseen))
    glued = frozenset([*filter(regex.compile(r"\p{M}").match, ignorable), *OVERLAYS.findall(unseen)])
    styled = {char: plain for char in _characters(SINGLES) if (plain := _plain(char)) != char and char not in ignorable}
    styled |= _pairs(data["always"]["pairs"])
    styled = {char: "".join(styled.get(letter, letter) for letter in plain) for char, plain in styled.items()}
    styled |= {char.upper(): plain for char, plain in styled.items() if char.upper() != char == char.upper().lower()}
    foreign = _pairs(" ".join(data["lookalikes"].values()))
    digits = _pairs(data["numbers"]["digits"])
    return _Tables(
        single={char: plain for char, plain in styled.items() if len(plain) == 1},
        several={char: plain for char, plain in styled.items() if len(plain) > 1},
        glued=glued,
        hidden=glued.union(ignorable),
        latin=foreign,
        cyrillic=_everyday_cyrillic(_pairs(data["lookalikes"]["Cyrillic"])),
        other=frozenset(regex.findall(_OTHER, _characters(ALPHABETS))),
        digits=digits,
        number=_number_pattern("".join(digits), data["numbers"]["shortest"], data["numbers"]["units"]),
        wechat=_wechat_pattern(data["wechat"]),
        wechat_marks=frozenset(data["wechat"]["rare"] + data["wechat"]["common"] + data["wechat"]["hearts"]),
        flags=frozenset(data["flags"]["regions"].split()),
    )


def _pairs(row: str) -> dict[str, str]:
    return {pair[0]: pair[1:] for pair in row.split()}


def _everyday_cyrillic(latin: Mapping[str, str]) -> dict[str, str]:
    """Latin letters with the Cyrillic ones that look like them: letters of Russian and Ukrainian only."""
    return {plain: char for char, plain in reversed(list(latin.items())) if "Ѐ" <= char <= "џ" and char not in "ЅѕЈј"}


def _characters(blocks: Iterable[tuple[int, int]]) -> str:
    return "".join(chr(point) for first, stop in blocks for point in range(first, stop))


def _plain(char: str) -> str:
    """What a styled character stands for, or itself."""
    named = NAMED.fullmatch(unicodedata.name(char, ""))
    if named:
        return str(named["letter"]).lower()
    number = unicodedata.numeric(char, None)
    normal = unicodedata.normalize("NFKC", char)
    if normal == char and unicodedata.category(char) == "No" and number is not None and number == int(number):
        return str(int(number))
    if len(normal) == 1:
        return normal
    plain = str(STRIPPED.sub("", normal))
    return plain if plain.isalnum() and not 0x2100 <= ord(char) < 0x2150 else char  # ™ and № would be glued to words


def _one_to_one(text: str, present: AbstractSet[str], single: Mapping[str, str]) -> str:
    """`text` with each of the characters `present` replaced; the length stays."""
    if len(present) > 30:
        return "".join(single.get(char, char) for char in text)
    for char in sorted(present):
        text = text.replace(char, single[char])
    return text


@lru_cache(maxsize=256)
def _finder(several: str, hidden: str) -> regex.Pattern[str]:
    unseen = f"[{regex.escape(hidden)}]" if hidden else "(?!)"
    return regex.compile(f"[{regex.escape(several)}](?:{unseen})*|(?:{unseen})+" if several else f"{unseen}+")


def _revealed(text: str, chars: AbstractSet[str]) -> Iterator[Edit]:
    """Edits that drop what is not seen and write out ligatures; marks and selectors go with the character before them."""
    tables = _tables()
    several = "".join(sorted(chars & tables.several.keys()))
    hidden = "".join(sorted(chars & tables.hidden))
    for match in _finder(several, hidden).finditer(text):
        start, end = match.span()
        plain = tables.several.get(text[start])
        seen = start + 1 if plain else start  # what is not seen begins here,
        glued = end  # and up to here it belongs to the character before it
        while glued > seen and text[glued - 1] not in tables.glued:
            glued -= 1
        if plain:
            yield Edit(start, glued, plain)
        elif glued > seen and start:
            yield Edit(start - 1, glued, text[start - 1])
        else:
            glued = start
        if end > glued:
            yield Edit(glued, end, "")


# -- stages ------------------------------------------------------------------------------------------------------------


def _unflagged(folded: Folded, chars: AbstractSet[str]) -> Folded:
    """Regional letters that make no row of flags are letters."""
    if chars.isdisjoint(REGIONAL_LETTERS):
        return folded
    return Folded(regex.sub(r"[\U0001f1e6-\U0001f1ff]+", _letters_of_flags, folded.text), folded.pieces)


def _letters_of_flags(match: regex.Match[str]) -> str:
    letters = "".join(chr(ord(char) - REGIONAL + ord("a")) for char in match[0])
    pairs = {letters[at : at + 2] for at in range(0, len(letters), 2)}
    return str(match[0]) if pairs <= _tables().flags else letters


SEPARATORS = " .-_*|~·•"
"""What is put between the letters of a word."""

SHORTEST = 4
"""A word of this many letters set apart is put together: `s l o t`, but not `a b c`."""

_SINGLE = r"[\p{L}\p{N}]\p{M}*+(?![\p{L}\p{N}])"
SPACED = lazy(
    rf"(?<![\p{{L}}\p{{M}}\p{{N}}]){_SINGLE}(?:([{regex.escape(SEPARATORS)}]){_SINGLE}(?:\1{_SINGLE})*+)"
)
LETTER = lazy(r"\p{L}")

_CONTINUATION = bytes(range(0x80, 0xC0))
_SHAPES = bytes(
    ord("a") if byte >= 0xC0 or chr(byte).isalnum() else ord(" ") if chr(byte) in SEPARATORS else ord("x")
    for byte in range(256)
)


def _seems_spaced(text: str) -> bool:
    """A quick look for four letters set apart, at 400 MB/s: one byte a character, letters as `a`, separators as a space."""
    return b"a a a a" in text.encode("utf-8", "surrogatepass").translate(_SHAPES, _CONTINUATION)


def _together(folded: Folded, chars: AbstractSet[str]) -> Folded:
    text = folded.text
    if not chars.isdisjoint("·•"):
        text = text.replace("·", "-").replace("•", "-")
    if not chars.isdisjoint(_combining()):
        text = _MARKS.sub("", text)
    return _collapsed(folded) if _seems_spaced(text) else folded


def _collapsed(folded: Folded) -> Folded:
    """Put together the letters of words set apart; words of such a row are two to four spaces apart and stay words."""
    text = folded.text
    edits: list[Edit] = []
    row: list[regex.Match[str]] = []
    for match in SPACED.finditer(text):
        if row and not _next_in_row(text, row[-1], match):
            edits += _joined(row)
            row = []
        row.append(match)
    return _edited(folded, edits + _joined(row))


def _next_in_row(text: str, before: regex.Match[str], after: regex.Match[str]) -> bool:
    between = text[before.end() : after.start()]
    return before[1] == after[1] and 2 <= len(between) <= 4 and not between.strip(" ")


def _joined(row: list[regex.Match[str]]) -> list[Edit]:
    """Edits for a row of words set apart, none if no word is long enough or it is mostly numbers."""
    words = [match[0].replace(match[1], "") for match in row]
    if not any(_is_word(word) for word in words):
        return []
    edits: list[Edit] = []
    for number, match in enumerate(row):
        if number:
            edits.append(Edit(row[number - 1].end(), match.start(), " "))
        edits.append(Edit(match.start(), match.end(), words[number]))
    return edits


def _is_word(word: str) -> bool:
    letters = len(LETTER.findall(word))
    return letters >= SHORTEST - 1 and letters + sum(char.isdigit() for char in word) >= SHORTEST


_FAMILY = r"\p{Latin}\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Lisu}"
_OTHER = rf"(?!\p{{Latin}})[{_FAMILY}]"
_MIXED_WORD = lazy(
    rf"""(?<![{_FAMILY}])
      (?: \p{{Latin}}[\p{{Latin}}\p{{M}}]*+(?={_OTHER}) | {_OTHER}(?:{_OTHER}|\p{{M}})*+(?=\p{{Latin}}) )
      [{_FAMILY}\p{{M}}]*+""",
    regex.VERBOSE,
)
_LATIN = lazy(r"\p{Latin}")
_CYRILLIC = lazy(r"\p{Cyrillic}")
_MARK = lazy(r"\p{M}")
_MARKS = lazy(r"\p{M}+")
_ALPHABETS = bytes(
    ord("o")
    if byte in range(0xCD, 0xE0) or byte in (0xE1, 0xEA)
    else ord("l")
    if byte >= 0xC2 or chr(byte).isalpha()
    else ord("x")
    for byte in range(256)
)


_SIGNS = bytes(ord("x") if byte in (0xC2, 0xE2) else shape for byte, shape in enumerate(_ALPHABETS))
"""The same where letters among the signs, from U+2000 on, are known to be absent."""
_AMONG_SIGNS = frozenset(regex.findall(r"[\p{L}\p{M}]", "".join(map(chr, range(0x2000, 0x3000)))))


def _seems_mixed(text: str, chars: AbstractSet[str]) -> bool:
    """A quick look for letters of two alphabets side by side: first bytes of UTF-8 as `l` for Latin, `o` for others."""
    alphabets = _SIGNS if chars.isdisjoint(_AMONG_SIGNS) else _ALPHABETS
    shapes = text.encode("utf-8", "surrogatepass").translate(alphabets, _CONTINUATION + b"\xcc")
    return b"lo" in shapes or b"ol" in shapes


def _unmixed(folded: Folded, chars: AbstractSet[str]) -> Folded:
    """Words that mix Latin with look-alikes are written in one alphabet; words of one alphabet stay as they are."""
    text = folded.text
    if chars.isdisjoint(_tables().other) or not _seems_mixed(text, chars):
        return folded
    return Folded(_MIXED_WORD.sub(_one_alphabet, text), folded.pieces)


def _one_alphabet(match: regex.Match[str]) -> str:
    """A mixed word in the alphabet of most of its letters, in the other one, or as it is where neither can spell it."""
    word: str = match[0]
    for spelled in (word, word.lower().replace("ς", "σ")):
        letters = [char for char in spelled if not _MARK.match(char)]
        latin = [char for char in letters if _LATIN.match(char)]
        others = [char for char in letters if not _LATIN.match(char)]
        if not latin or not others:
            return word
        tables = _tables()
        russian = tables.cyrillic.keys() >= set(latin) and all(map(_CYRILLIC.match, others))
        if tables.latin.keys() >= set(others) and not (russian and len(others) > len(latin)):
            return "".join(tables.latin.get(char, char) for char in spelled)
        if russian:
            return "".join(tables.cyrillic.get(char, char) for char in spelled)
    return word


def _lowered(folded: Folded, chars: AbstractSet[str]) -> Folded:
    """Lower case; final sigma too is σ, as what a stretch ends with must not depend on where it is cut."""
    lowered = folded.text.lower().replace("ς", "σ")
    if len(lowered) != len(folded.text):  # a capital that this Python writes with two small characters, as İ
        lowered = "".join(small if len(small := char.lower()) == 1 else char for char in folded.text).replace("ς", "σ")
    return Folded(lowered, folded.pieces)


_COMPOSABLE = lazy(r"[\u0300-\u036f\u3099\u309a\u1100-\u1112\u1161-\u1175\u11a8-\u11c2]")
_CLUSTER = lazy(r"\P{M}\p{M}+|[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[\uac00-\ud7a3][\u11a8-\u11c2]")


@cache
def _combining() -> frozenset[str]:
    return frozenset(_COMPOSABLE.findall("".join(map(chr, range(0x300, 0x3100)))))


def _composed(folded: Folded, chars: AbstractSet[str]) -> Folded:
    """Letters and their marks as one character where Unicode has it; letters under a heap of marks lose them."""
    if chars.isdisjoint(_combining()):
        return folded
    found = (Edit(match.start(), match.end(), _cluster(match[0])) for match in _CLUSTER.finditer(folded.text))
    return _edited(folded, [edit for edit in found if edit.text != folded.text[edit.start : edit.end]])


@lru_cache(maxsize=4096)
def _cluster(text: str) -> str:
    if text[0] == "i":
        text = text.replace("\u0307", "")  # what is left of İ
    composed = unicodedata.normalize("NFC", text)
    return composed[0] if len(text) > HEAP and len(composed) > HEAP and _COMPOSABLE.match(text[1]) else composed


HEAP = 3
"""This many marks on one letter that do not combine with it are scrawl, not writing."""


def _counted(folded: Folded, chars: AbstractSet[str]) -> Folded:
    """Chinese digits in long numbers are digits."""
    tables = _tables()
    if tables.digits.keys().isdisjoint(chars):
        return folded
    return Folded(tables.number.sub(_digits, folded.text), folded.pieces)


def _digits(match: re.Match[str]) -> str:
    return "".join(_tables().digits.get(char, char) for char in match[0])


def _number_pattern(digits: str, shortest: int, units: str) -> re.Pattern[str]:
    digit = f"[0-9{digits}]"
    return re.compile(f"(?<!{digit}){digit}{{{shortest},}}+(?![{units}])")  # a class of many Han: `re` is twice as fast


# -- WeChat ------------------------------------------------------------------------------------------------------------

TELLING = ("vx", "wx", "v信", "v芯", "v伩", "v亻", "微亻", "微伩", "微信", "微芯", "微心")
"""Without one of these, a heart, or an odd 微 there is no WeChat in disguise."""

HAN = "\u2e80"
"""The first Han character; all others are behind it."""


def _wechat_pattern(data: Mapping[str, Any]) -> regex.Pattern[str]:
    """微信 in disguise, in lower-case text."""
    rare, common, hearts = data["rare"], data["common"], f"[{data['hearts']}]"
    sign = "(?:" + "|".join(data["signs"]) + f"|{hearts})"
    code = r"[\ :+_-]{0,3}(?=[a-z_-]{0,12}[0-9])[a-z0-9_-]{3}"
    token = rf"(?:[vw]x|v{sign})"
    pattern = rf"""
        (?=[{rare}{common}微vw])(?:
        (?P<name>
            [{rare}][\ ._·-]?{sign}                              # 薇信
          | 微(?:亻言|伩|{hearts})                               # 微❤
          | [{rare}{common}][\ ._·-]?(?:心|{sign})(?={code})     # 威信: abc123
          | 微(?:心|{sign})(?={code})                            # 微芯 abc123
          | (?<=[加+])[{common}](?:心|{sign})                    # 加威信
        )
      | (?P<sign>
            (?<=[加+])[{rare}{common}](?!\p{{Han}})              # 加薇
          | 溦(?={code})                                         # 溦123
          | (?<!\p{{Han}})[{rare}{common}](?={code})             # 【薇-123
        )
      | (?P<chain>(?<![a-z]){token}(?:[\ :-]?{token})*+(?![a-z]))
        (?:(?=(?P<code>{code})))?
        )
    """
    return regex.compile(pattern, regex.VERBOSE)


REACH = 12
"""Code points before `vx` that are looked at for a Han character."""

_HAN_BEFORE = lazy(r"\p{Han}(?:[a-z]{0,3}[0-9]{1,6})?[ :-]?$")
_HAN_BEHIND = lazy(r"[ :-]?\p{Han}")


def _undisguised(folded: Folded, chars: AbstractSet[str]) -> Folded:
    """WeChat is 微信 where a code, 加 or a Han character makes sure that it is meant."""
    tables, text = _tables(), folded.text
    if not chars & tables.wechat_marks and (max(chars, default="") < HAN or not any(sign in text for sign in TELLING)):
        return folded
    edits, at, before = [], 0, ""
    for match in tables.wechat.finditer(text):
        before += text[max(at, match.start() - REACH) : match.start()]
        plain = _contact(match, before[-REACH:])
        if plain != match[0]:
            edits.append(Edit(match.start(), match.end(), plain))
        before, at = before[-REACH:] + plain, match.end()
    return _edited(folded, edits)


def _contact(match: regex.Match[str], before: str) -> str:
    if not match["chain"]:
        return "微信" if match["name"] else "微"
    chain, text, end = match["chain"], match.string, match.end("chain")
    sure = _HAN_BEFORE.search(before) or _HAN_BEHIND.match(text, end) or regex.search(r"\p{Han}", chain)
    if not sure and not (match["code"] and not chain.endswith("x")):
        return str(match[0])
    return str(regex.sub(r"[vw](?:亻言|\S)", "微信", chain))


# -- order -------------------------------------------------------------------------------------------------------------

STAGES: tuple[Callable[[Folded, AbstractSet[str]], Folded], ...] = (
    _unflagged,
    _together,
    _unmixed,
    _lowered,
    _composed,
    _counted,
    _undisguised,
)
"""What is done after single characters, in this order; each is given the text so far and the set of its characters."""
