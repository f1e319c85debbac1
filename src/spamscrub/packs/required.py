"""What every match of a pattern must hold, so that a stretch of text without it need not be searched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, NamedTuple

RARE = re.compile(r"[\d:=@+#/_]")
"""Characters that prose seldom has many of; what phone numbers, addresses and account names are made of."""

CLASS_OF_LETTERS = re.compile(r"\\[pP]\{[^}]*\}")
LETTERS = r"\\S"
"""What stands for them: any character that is seen."""
UNBOUNDED = 1 << 20
"""So long is what has no bound."""
MOST = 8
"""So many ways to match are told apart; of more only what all have in common is kept."""


class Need(NamedTuple):
    """One way to match: it holds so many RARE characters at least, and one of the `words` if there are any."""

    rare: int = 0
    words: frozenset[str] = frozenset()


Needs = tuple[Need, ...]
"""Every match is one of these ways."""
ANYTHING: Needs = (Need(),)


class Shape(NamedTuple):
    """What is told of a pattern by its parts: what its matches need, and how long they can be at most."""

    needs: Needs = ANYTHING
    width: int = UNBOUNDED


def shape_of(pattern: str) -> Shape:
    """The shape of a verbose pattern; what cannot be told of it has the widest meaning."""
    try:
        from re import _parser  # type: ignore[attr-defined]  # the parser of `re`; what it does not know tells nothing

        parsed = _parser.parse(CLASS_OF_LETTERS.sub(LETTERS, pattern), re.VERBOSE)
        needs = ANYTHING if parsed.state.flags & re.IGNORECASE else _of_all(parsed)
        return Shape(needs, min(parsed.getwidth()[1], UNBOUNDED))
    except (ImportError, re.error, AttributeError, KeyError, TypeError, ValueError):
        return Shape()


def needs_of(pattern: str) -> Needs:
    """What the matches of a verbose pattern hold at least; ANYTHING where that cannot be told."""
    return shape_of(pattern).needs


def may_match(needs: Needs, text: str) -> bool:
    """Whether a text holds what one of the ways needs."""
    held = -1
    for rare, words in needs:
        if words and not any(map(text.__contains__, words)):
            continue
        if rare and held < 0:
            held = len(RARE.findall(text))
        if not rare or rare <= held:
            return True
    return False


def _of_all(nodes: Iterable[tuple[Any, Any]]) -> Needs:
    """What a row of nodes needs: all that each of them does."""
    needs = ANYTHING
    for literal, group in groupby(nodes, key=lambda node: str(node[0]) == "LITERAL"):
        for more in (_of_word("".join(chr(code) for _, code in group)),) if literal else map(_of_node, group):
            needs = _joined(needs, more)
    return needs


def _of_word(word: str) -> Needs:
    return (Need(len(RARE.findall(word)), frozenset({word})),)


def _of_node(node: tuple[Any, Any]) -> Needs:
    operation, value = str(node[0]), node[1]
    if operation == "IN":
        return (Need(int(all(_is_rare(str(kind), what) for kind, what in value))),)
    if operation == "BRANCH":
        return _merged(need for branch in value[1] for need in _of_all(branch))
    if operation == "SUBPATTERN":
        return ANYTHING if value[1] else _of_all(value[3])
    if operation == "ATOMIC_GROUP":
        return _of_all(value)
    if operation in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT") and value[0]:
        return _merged(Need(rare * (value[0] if len(once) == 1 else 1), words) for once in (_of_all(value[2]),) for rare, words in once)
    return ANYTHING  # what may be absent, looks around, refers back, or is any character


def _joined(some: Needs, more: Needs) -> Needs:
    """What both need: of two choices of words the one that is less likely to be met by chance."""
    if len(some) * len(more) > MOST:
        some, more = (_common(some), more) if len(some) > len(more) else (some, _common(more))
    return _merged(Need(a.rare + b.rare, max(a.words, b.words, key=_tells)) for a in some for b in more)


def _tells(words: frozenset[str]) -> tuple[int, int]:
    return min(map(len, words), default=0), -len(words)


def _merged(needs: Iterable[Need]) -> Needs:
    """The ways with equal numbers as one; few of them."""
    found: dict[tuple[int, bool], frozenset[str]] = {}
    for rare, words in needs:
        found[rare, not words] = found.get((rare, not words), frozenset()) | words
    merged = tuple(Need(rare, words) for (rare, _), words in sorted(found.items(), key=lambda item: item[0]))
    return merged if len(merged) <= MOST else _common(merged)


def _common(needs: Sequence[Need]) -> Needs:
    """What all ways need, as one."""
    words = frozenset[str]() if any(not need.words for need in needs) else frozenset(_words(needs))
    return (Need(min(need.rare for need in needs), words),)


def _words(needs: Iterable[Need]) -> Iterator[str]:
    for need in needs:
        yield from need.words


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
