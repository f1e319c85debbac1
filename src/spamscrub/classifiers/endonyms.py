"""The names of languages in themselves, by which sites let their readers choose one: `endonyms.txt`, a code and a name on each line."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("endonyms.txt")
AROUND = " \t\u00a0|/,·•–—-:[]"
"""What may stand round such a name."""
LONGEST = 32
"""So many characters has none of them."""


@cache
def names() -> frozenset[str]:
    """All names, in lower case."""
    return frozenset(line.split(maxsplit=1)[1].lower() for line in FILE.read_text("utf-8").splitlines())


def is_language_name(text: str) -> bool:
    """Whether a text is the name of a language and no more."""
    return len(text) < LONGEST and text.strip(AROUND).lower() in names()
