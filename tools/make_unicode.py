"""Writes src/spamscrub/_native/unicode_tables.inc: what the installed `regex` knows about every code point.

Run it again after an update of `regex`:  python tools/make_unicode.py
"""

from __future__ import annotations

from pathlib import Path

import regex

from spamscrub.scripts import SHARED, all_scripts

TARGET = Path(__file__).parent.parent / "src" / "spamscrub" / "_native" / "unicode_tables.inc"
CATEGORIES = ["Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"]
EVERYTHING = "".join(map(chr, range(0x110000)))
NAMES = (*all_scripts(), *SHARED)
BLOCK = 128
"""Code points in one block of the second stage."""


def members(item: str) -> set[int]:
    """The code points that an item of a pattern matches."""
    return {at for match in regex.finditer(f"{item}+", EVERYTHING) for at in range(*match.span())}


def each_in_one(items: dict[str, str]) -> list[int]:
    """For every code point the number of the item that it belongs to; there must be exactly one."""
    found = [-1] * 0x110000
    for number, (name, item) in enumerate(items.items()):
        for at in members(item):
            assert found[at] < 0, f"U+{at:04X} is {name} and something else"
            found[at] = number
    assert -1 not in found, f"U+{found.index(-1):04X} is nothing"
    return found


def records() -> list[int]:
    """Script, category and two bits of every code point in one number, as unicode.hpp takes it apart."""
    script = each_in_one({name: rf"\p{{Script={name}}}" for name in NAMES})
    category = each_in_one({name: rf"\p{{{name}}}" for name in CATEGORIES})
    word, white = members(r"\w"), members(r"\s")
    assert members(r"\d") == {at for at, number in enumerate(category) if CATEGORIES[number] == "Nd"}
    return [script[at] | category[at] << 8 | (at in word) << 13 | (at in white) << 14 for at in range(0x110000)]


def lines(numbers: list[int]) -> str:
    rows = (numbers[at : at + 64] for at in range(0, len(numbers), 64))
    return "".join(",".join(map(str, row)) + ",\n" for row in rows)


def main() -> None:
    every = records()
    blocks: dict[tuple[int, ...], int] = {}
    index = [blocks.setdefault(tuple(every[at : at + BLOCK]), len(blocks)) for at in range(0, len(every), BLOCK)]
    names = "".join(f'"{name}",\n' for name in NAMES)
    TARGET.write_text(
        "// Made by `python tools/make_unicode.py`; do not edit.\n"
        f"// From regex {regex.__version__}.\n"
        f"inline constexpr const char* const SCRIPT_NAMES[] = {{\n{names}}};\n"
        f"inline constexpr uint16_t UNICODE_BLOCK[] = {{\n{lines(index)}}};\n"
        f"inline constexpr uint16_t UNICODE_RECORDS[] = {{\n{lines([number for block in blocks for number in block])}}};\n",
        encoding="ascii",
    )


if __name__ == "__main__":
    main()
