"""What every match of a pattern must hold, so that a stretch of text without it need not be searched."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import regex

RARE = re.compile(r"[\d:=@+#/_]")
"""Characters that prose seldom has many of; what phone numbers, addresses and account names are made of."""

CLASS_OF_LETTERS = regex.compile(r"\\[pP]\{[^}]*\}")


def fewest_rare(pattern: str) -> int:
    """How many RARE characters each match of a verbose pattern holds at least; 0 where that cannot be told."""
    try:
        from re import _parser  # type: ignore[attr-defined]  # the parser of `re`; what it does not know counts as 0

        return _fewest(_parser.parse(CLASS_OF_LETTERS.sub(r"\\w", pattern), re.VERBOSE))
    except (ImportError, re.error, KeyError, TypeError, ValueError):
        return 0


def _fewest(nodes: Iterable[tuple[Any, Any]]) -> int:
    return sum(_fewest_of(str(operation), value) for operation, value in nodes)


def _fewest_of(operation: str, value: Any) -> int:
    match operation:
        case "LITERAL":
            return int(bool(RARE.match(chr(value))))
        case "IN":
            return int(all(_is_rare(str(kind), what) for kind, what in value))
        case "BRANCH":
            return min(_fewest(branch) for branch in value[1])
        case "SUBPATTERN":
            return _fewest(value[3])
        case "ATOMIC_GROUP":
            return _fewest(value)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            return int(value[0]) * _fewest(value[2])
    return 0  # looks around, back references, any character


def _is_rare(kind: str, what: Any) -> bool:
    """Whether one member of a class of characters is rare."""
    match kind:
        case "LITERAL":
            return bool(RARE.match(chr(what)))
        case "RANGE":
            return bool(ord("0") <= what[0] and what[1] <= ord("9"))
        case "CATEGORY":
            return str(what) == "CATEGORY_DIGIT"
    return False
