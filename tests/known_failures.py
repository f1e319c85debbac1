"""Fixtures that are known to fail: strict, so that a lucky improvement is noticed and the entry removed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

LIST = Path(__file__).parent.parent / "fixtures" / "known-failures.toml"


def with_known_failures(names: Iterable[str], section: str) -> list[object]:
    """Test parameters for all names; those in the section of the list are expected to fail, with its reason."""
    known = tomllib.loads(LIST.read_text("utf-8"))[section]
    every = list(names)
    stale = sorted(set(known) - set(every))
    assert not stale, f"{LIST.name}: no such {section}: {stale}"
    return [pytest.param(name, marks=pytest.mark.xfail(reason=known[name], strict=True)) if name in known else name for name in every]
