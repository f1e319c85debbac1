"""Patterns that are compiled late: they say the same as compiled ones, and do the same."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
import sys
from types import ModuleType

import pytest
import regex

import spamscrub
from spamscrub.patterns import lazy


def modules() -> list[ModuleType]:
    """The modules that judging is made of."""
    return [importlib.import_module(found.name) for found in pkgutil.walk_packages(spamscrub.__path__, "spamscrub.") if found.name.split(".")[1] not in ("integrations", "__main__", "_fast")]


def test_every_pattern_says_of_itself_what_its_compiled_form_does() -> None:
    late = {id(value): value for module in modules() for value in vars(module).values() if type(value).__module__ == "spamscrub.patterns"}
    assert len(late) > 100
    for one in late.values():
        compiled = regex.compile(one.pattern, one.flags)
        assert (one.pattern, one.flags, one.groupindex) == (compiled.pattern, compiled.flags, compiled.groupindex)


def test_it_is_compiled_when_it_is_used() -> None:
    wrong = lazy("(")
    with pytest.raises(regex.error):
        wrong.search("")
    word = lazy(r"(?P<first>\w)\w*", regex.I)
    assert [match["first"] for match in word.finditer("one two")] == ["o", "t"]
    assert word.sub("", "one, two") == ", "


def test_flags_inside_a_pattern_are_refused() -> None:
    with pytest.raises(ValueError, match="flags are given as flags"):
        lazy("(?i)word")
    assert lazy("(?:word)?(?P<x>)").match("word")


def test_importing_the_cleaner_compiles_nothing() -> None:
    code = "import regex; made = []; compile = regex.compile; regex.compile = lambda *a, **k: made.append(a) or compile(*a, **k); import spamscrub.cleaner; print(made)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
