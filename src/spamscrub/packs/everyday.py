"""Phrases that honest shops, firms and sites print, too: `everyday.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("everyday.toml")


@cache
def everyday() -> frozenset[str]:
    """The phrases of all languages, as matched: as offers, contacts or goods they tell nothing by themselves."""
    return frozenset(phrase for phrases in tomllib.loads(FILE.read_text("utf-8"))["phrases"].values() for phrase in phrases)
