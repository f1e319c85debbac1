"""The values that a pack is made of."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

ROLES = ("ad", "trade", "offer", "contact", "part")
"""Kinds of evidence, strongest first: an advertisement by itself; a word naming the goods; a call to action or a
price; a contact code; no evidence alone, but part of ads."""

CODE, NUMBER = "code", "number"
BUILTIN_PIECES = frozenset({CODE, NUMBER})
"""Pieces that every template may name: `sh1314` (up to 3 ASCII letters, 2-5 digits) and a run of digits."""


class Piece(NamedTuple):
    """One place of a template: the id of a phrase or regex rule of the same pack, or a built-in piece."""

    name: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """One list of phrases, one template or one regular expression; `kind` says which of the three is filled.

    `phrases` and `needs` are written as folded text. `pattern` is verbose and matched on folded text, only near one of
    the literals in `needs`. What is `rare` is seldom seen in honest texts: a template of parts is noticed by it. What is
    `everyday` says nothing where the pack has no other hit, as a phone number does.
    """

    id: str
    role: str
    kind: str
    phrases: tuple[str, ...] = ()
    template: tuple[Piece, ...] = ()
    pattern: str = ""
    needs: tuple[str, ...] = ()
    rare: bool = False
    everyday: bool = False


@dataclass(frozen=True, slots=True)
class Example:
    """An infected text and what must come back from cleaning it."""

    dirty: str
    clean: str


@dataclass(frozen=True, slots=True)
class Keep:
    """A text that only looks like this family and must come back unchanged, and why."""

    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One spam family: its rules, the texts that show what they do, and where the knowledge comes from.

    `name` is the label of its findings. A pack that is not `enabled` is shipped but used only when named.
    """

    name: str
    about: str
    languages: tuple[str, ...]
    enabled: bool
    sources: tuple[str, ...]
    rules: tuple[Rule, ...]
    examples: tuple[Example, ...]
    keeps: tuple[Keep, ...]
    path: Path
