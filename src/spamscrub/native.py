"""The native road: what `Judge` does in Python, by the compiled extension, wherever that is there and knows how."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from spamscrub.judgement import Judged, Weights, fitted_weights
from spamscrub.packs import Pack, builtin_packs, builtin_tables, keep_builtin_tables
from spamscrub.spans import Evidence, Finding, Host, Span, Verdict

VARIABLE = "SPAMSCRUB_NATIVE"
"""`off` in this variable of the environment leaves everything to the Python modules."""

Candidate = tuple[int, int, str, str, tuple[Evidence, ...]]
Winner = tuple[int, int, str, float, tuple[Evidence, ...]]
Won = tuple[str | None, str | None, list[Winner]]


class _Engine(Protocol):
    def tables(self) -> bytes: ...
    def judge(self, text: str, floor: float, /) -> tuple[str | None, str | None, list[Candidate]]: ...
    def findings(self, text: str, review_at: float, remove_at: float, /) -> Won: ...
    def findings_of_each(self, texts: tuple[str, ...], review_at: float, remove_at: float, hosts: bool, /) -> list[Won | None]: ...


class NativeJudge:
    """Judges texts with some packs and weights; the answers are those of the Python modules, to the last digit."""

    def __init__(self, engine: _Engine):
        self._judge = engine.judge
        self._findings = engine.findings
        self._findings_of_each = engine.findings_of_each

    def judge(self, text: str, floor: float) -> tuple[Host, list[Judged]] | None:
        """The host and the candidates that reach the floor, in order of position; None for a text that only Python can judge."""
        try:
            script, language, found = self._judge(text, floor)
        except NotImplementedError:
            return None
        return _host(script, language), [Judged(Span(start, end), source, label, evidence) for start, end, source, label, evidence in found]

    def findings(self, text: str, review_at: float, remove_at: float) -> tuple[Host, list[Finding]] | None:
        """The host and the findings before the policy has its say; those from `remove_at` on take their separators along."""
        try:
            return _findings(text, self._findings(text, review_at, remove_at), remove_at)
        except NotImplementedError:
            return None

    def findings_of_each(self, texts: Sequence[str], review_at: float, remove_at: float, *, hosts: bool) -> list[tuple[Host, list[Finding]] | None] | None:
        """The same for many texts, but without `hosts` None for one without findings, and for all of them where one is for Python to judge."""
        try:
            each = self._findings_of_each(tuple(texts), review_at, remove_at, hosts)
        except NotImplementedError:
            return None
        return [won and _findings(text, won, remove_at) for text, won in zip(texts, each, strict=True)]


def _findings(text: str, won: Won, remove_at: float) -> tuple[Host, list[Finding]]:
    script, language, found = won
    host = _host(script, language)
    findings = []
    for start, end, label, score, evidence in found:
        score = round(score, 4)
        verdict = Verdict.REMOVE if score >= remove_at else Verdict.REVIEW
        findings.append(Finding(start, end, text[start:end], label, score, verdict, evidence))
    return host, findings


@cache
def _host(script: str | None, language: str | None) -> Host:
    return Host(script, language)


def native_judge(packs: Sequence[Pack], weights: Weights, *, folded: bool = False) -> NativeJudge | None:
    """A native judge with these packs and weights; None where the extension is missing, switched off, or cannot do it."""
    return _judge(lambda fast: fast.Engine(packs, weights, folded))


@cache
def builtin_native_judge() -> NativeJudge | None:
    """The one with the built-in packs and the weights that ship with spamscrub, shared by everyone who asks."""
    return _judge(_builtin_engine)


def _builtin_engine(fast: Any) -> _Engine:
    """From tables that were stored, else from the packs, and then their tables are stored."""
    tables = builtin_tables(fast.BUILD)
    made: _Engine = fast.Engine(builtin_packs() if tables is None else tables, fitted_weights(), True)
    if tables is None:
        keep_builtin_tables(fast.BUILD, made.tables)
    return made


def _judge(made: Callable[[Any], _Engine]) -> NativeJudge | None:
    if os.environ.get(VARIABLE) == "off":
        return None
    try:
        return NativeJudge(made(import_module("spamscrub._fast")))
    except (ImportError, NotImplementedError):
        return None
