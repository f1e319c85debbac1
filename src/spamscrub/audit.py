"""Findings to a log and back: JSON lines with a header, one line a document and one a finding.

The log alone is enough to undo a run: every removed string is in it, with its place, and the hashes of both texts.
Offsets are code points of the original, `byte_start` and `byte_end` its UTF-8 bytes, lines and columns count from 1.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import orjson

from spamscrub import __version__
from spamscrub.cleaner import replay, restore
from spamscrub.errors import AuditError
from spamscrub.packs import Pack
from spamscrub.policy import Policy
from spamscrub.spans import CleanResult, Evidence, Finding, Span, Verdict
from spamscrub.tokenizer import Document

FORMAT = 1
"""The version of the log's own form; a reader refuses one that it does not know."""


def sha256(text: str) -> str:
    """The hash of a text's UTF-8 bytes; lone surrogates are hashed as they would be written by `surrogatepass`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One document of a run: its id, the hashes of both texts, its host, and its findings in order."""

    doc: str
    sha256: str
    sha256_clean: str
    findings: tuple[Finding, ...]


def header(packs: Sequence[Pack], policy: Policy) -> dict[str, Any]:
    """The first line of a log: versions, packs and policy, from which the run can be repeated."""
    settings = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(policy).items()}
    return {"spamscrub": __version__, "format": FORMAT, "packs": sorted(pack.name for pack in packs), "policy": settings}


def records(doc: str, original: str, result: CleanResult) -> Iterator[dict[str, Any]]:
    """The lines of one document: itself, then its findings. Raises AuditError if the cut could not be undone exactly."""
    prove(doc, original, result)
    yield {
        "type": "document",
        "doc": doc,
        "sha256": sha256(original),
        "sha256_clean": sha256(result.text),
        "length": len(original),
        "host_script": result.host.script,
        "host_language": result.host.language,
        "removed": len(result.removed),
        "review": len(result.review),
    }
    yield from finding_rows(doc, original, result.findings)


def finding_rows(doc: str, original: str, findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    """One row a finding, with every way to point at its place."""
    document = Document(original)
    chars = bytes_before = removed = 0
    for finding in findings:
        bytes_before += _size(original[chars : finding.start])
        chars = finding.start
        number = document.line_at(finding.start)
        yield {
            "type": "finding",
            "doc": doc,
            "start": finding.start,
            "end": finding.end,
            "line": number + 1,
            "column": finding.start - document.lines[number].start + 1,
            "byte_start": bytes_before,
            "byte_end": bytes_before + _size(finding.text),
            "clean_start": finding.start - removed,
            "text": finding.text,
            "label": finding.label,
            "score": finding.score,
            "verdict": finding.verdict.value,
            "evidence": [{"name": e.name, "weight": round(e.weight, 4), "detail": e.detail} for e in finding.evidence],
        }
        if finding.verdict is Verdict.REMOVE:
            removed += finding.end - finding.start


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def prove(doc: str, original: str, result: CleanResult) -> None:
    """Raise AuditError unless the original comes back from the cleaned text, and the cut repeats on the original."""
    if restore(result.text, result.findings) != original or replay(original, result.findings) != result.text:
        raise AuditError(f"{doc}: the cut could not be undone exactly, so nothing was written; please report this text")


def dumps(row: Mapping[str, Any]) -> str:
    """A row as one line of JSON; a lone surrogate, which UTF-8 cannot hold, is escaped."""
    try:
        return orjson.dumps(row).decode("utf-8")
    except orjson.JSONEncodeError:
        return json.dumps(row, separators=(",", ":"))


def read_log(path: Path) -> dict[str, DocumentRecord]:
    """The documents of a log by id. Raises AuditError naming file and line."""
    rows = list(_rows(path))
    if not rows or rows[0].get("format") != FORMAT or "spamscrub" not in rows[0]:
        raise AuditError(f"{path}:1: this is not a spamscrub audit log of format {FORMAT}; give the file that --audit wrote")
    found: dict[str, DocumentRecord] = {}
    for doc, group in groupby(rows[1:], key=lambda row: row.get("doc")):
        lines = list(group)
        try:
            head, findings = lines[0], tuple(_finding(row) for row in lines[1:])
            found[str(doc)] = DocumentRecord(str(doc), head["sha256"], head["sha256_clean"], findings)
        except (KeyError, TypeError, ValueError) as problem:
            raise AuditError(f"{path}: the records of {doc!r} are incomplete ({problem}); give an unchanged log") from None
    return found


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8").splitlines()
    except OSError as problem:
        raise AuditError(f"{path}: the audit log cannot be read ({problem.strerror}); check the path") from None
    except UnicodeDecodeError as problem:
        raise AuditError(f"{path}: byte {problem.start} is not UTF-8, so this is not an audit log; give the file that --audit wrote") from None
    for number, line in enumerate(lines, 1):
        try:
            row = json.loads(line)
        except ValueError:
            raise AuditError(f"{path}:{number}: not a line of JSON; give the file that --audit wrote, unchanged") from None
        if not isinstance(row, dict):
            raise AuditError(f"{path}:{number}: not a record; give the file that --audit wrote, unchanged")
        yield row


def _finding(row: Mapping[str, Any]) -> Finding:
    evidence = tuple(Evidence(item["name"], item["weight"], item["detail"]) for item in row["evidence"])
    return Finding(row["start"], row["end"], row["text"], row["label"], row["score"], Verdict(row["verdict"]), evidence)


def undo(record: DocumentRecord, clean: str, labels: Iterable[str] = ()) -> str:
    """The original of a cleaned text, or only the findings of `labels` put back.

    Raises AuditError when `clean` is not the text that the log was written for, or the original's hash does not match.
    """
    if sha256(clean) != record.sha256_clean:
        raise AuditError(f"{record.doc}: this is not the cleaned text that the log describes; give the file as spamscrub wrote it")
    original = restore(clean, record.findings)
    if sha256(original) != record.sha256:
        raise AuditError(f"{record.doc}: the log does not give back the original; it was changed or belongs to another run")
    chosen = frozenset(labels)
    if not chosen:
        return original
    still_cut = [f for f in record.findings if f.verdict is Verdict.REMOVE and f.label not in chosen]
    return replay(original, still_cut)


def place_of(original: str, span: Span) -> tuple[int, int]:
    """Line and column of a span, counted from 1."""
    document = Document(original)
    number = document.line_at(span.start)
    return number + 1, span.start - document.lines[number].start + 1
