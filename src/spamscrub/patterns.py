"""Patterns that are compiled when they are first used: the native road only reads what they say."""

from __future__ import annotations

from typing import Any, cast

import regex


class _Pattern:
    """A pattern with the attributes of a compiled one; asking for another than the first two compiles it."""

    def __init__(self, pattern: str, flags: int):
        self.pattern = pattern
        version = regex.V1 | regex.FULLCASE if flags & regex.V1 else regex.V0
        self.flags = int(flags | regex.UNICODE | version)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what `copy` and `pickle` look for is not there
            raise AttributeError(name)
        value = getattr(regex.compile(self.pattern, self.flags), name)
        setattr(self, name, value)
        return value


def lazy(pattern: str, flags: int = 0) -> regex.Pattern[str]:
    """What `regex.compile` gives, but compiled later. Flags inside the pattern would not be seen, and are refused.

    Raises ValueError for those, and when it is used, `regex.error` for what is no pattern.
    """
    if regex.match(r"\(\?[a-zA-Z0-9]+\)", pattern):
        raise ValueError(f"{pattern}: flags are given as flags")
    return cast("regex.Pattern[str]", _Pattern(pattern, flags))
