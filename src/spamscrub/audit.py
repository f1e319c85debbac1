"""Findings to a log and back: JSON lines or Parquet with a header, one row a document and one a finding.

The log alone is enough to undo a run: every removed string is in it, with its place, and the hashes of both texts.
Offsets are code points of the original, `byte_start` and `byte_end` its UTF-8 bytes, lines and columns count from 1.
Logs may be joined one behind the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import orjson

from spamscrub import __version__
from spamscrub.cleaner import replay, restore
from spamscrub.errors import AuditError, FormatError
from spamscrub.packs import Pack, builtin_known, known
from spamscrub.policy import Policy
from spamscrub.spans import CleanResult, Evidence, Finding, Span, Verdict
from spamscrub.streams import Source, open_input
from spamscrub.tokenizer import Document

if TYPE_CHECKING:
    import pyarrow

FORMAT = 1
"""The version of the log's own form; a reader refuses one that it does not know."""
NOT_A_LOG = "give the file that --audit wrote"


def sha256(text: str) -> str:
    """The hash of a text's UTF-8 bytes; lone surrogates are hashed as they would be written by `surrogatepass`."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """One text of a run: its document's id, the hashes of both texts, and its findings in order.

    In files of records `file`, `record` (line or row, from 1) and `field` say where it stands. `raws` says for each
    finding how the file spelled its text, None for the usual way.
    """

    doc: str
    sha256: str
    sha256_clean: str
    findings: tuple[Finding, ...]
    file: str = ""
    record: int = 0
    field: str = ""
    raws: tuple[str | None, ...] = ()


class FailureRecord(NamedTuple):
    """A record of a file that could not be cleaned, and whether it was passed on."""

    record: int
    kept: bool


def header(packs: Sequence[Pack] | None, policy: Policy) -> dict[str, Any]:
    """The first line of a log: versions, packs (None: the enabled built-in ones) and policy, from which the run can be repeated."""
    settings = {name: sorted(value) if isinstance(value, frozenset) else value for name, value in asdict(policy).items()}
    names, packs_sha256 = builtin_known() if packs is None else known(packs)
    return {
        "spamscrub": __version__,
        "format": FORMAT,
        "packs": list(names),
        "packs_sha256": packs_sha256,
        "policy": settings,
    }


def records(doc: str, original: str, result: CleanResult, **place: Any) -> Iterator[dict[str, Any]]:
    """The rows of one text: itself, then its findings. Raises AuditError if the cut could not be undone exactly.

    `place` (file, record, field) goes into every row.
    """
    prove(doc, original, result)
    yield document_row(doc, original, result, **place)
    yield from finding_rows(doc, original, result.findings, **place)


def document_row(doc: str, original: str, result: CleanResult, **place: Any) -> dict[str, Any]:
    """The first of these rows."""
    hashed = sha256(original)
    return {
        "type": "document",
        **place,
        "doc": doc,
        "sha256": hashed,
        "sha256_clean": hashed if result.text is original else sha256(result.text),
        "length": len(original),
        "host_script": result.host.script,
        "host_language": result.host.language,
        "removed": len(result.removed) if result.findings else 0,
        "review": len(result.review) if result.findings else 0,
    }


def finding_rows(doc: str, original: str, findings: Sequence[Finding], **place: Any) -> Iterator[dict[str, Any]]:
    """One row a finding, with every way to point at its place."""
    if not findings:
        return
    document = Document(original)
    chars = bytes_before = removed = 0
    for finding in findings:
        bytes_before += _size(original[chars : finding.start])
        chars = finding.start
        number = document.line_at(finding.start)
        yield {
            "type": "finding",
            **place,
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
    if result.text is original and not result.findings:
        return
    if restore(result.text, result.findings) != original or replay(original, result.findings) != result.text:
        raise AuditError(f"{doc}: the cut could not be undone exactly, so nothing was written; please report this text")


def dumps(row: Mapping[str, Any]) -> str:
    """A row as one line of JSON; a lone surrogate, which UTF-8 cannot hold, is escaped."""
    try:
        return orjson.dumps(row).decode("utf-8")
    except orjson.JSONEncodeError:
        return json.dumps(row, separators=(",", ":"))


def line(row: Mapping[str, Any]) -> bytes:
    """A row as a whole line of a log."""
    try:
        return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)
    except orjson.JSONEncodeError:
        return f"{dumps(row)}\n".encode("ascii")


# --------------------------------------------------------------------------------------------------- reading


def read_log(path: Path | str) -> dict[str, DocumentRecord]:
    """The texts of a log by document, or by `document field` where a field is named. Raises AuditError naming file and line."""
    found = (record for record in entries(rows(path), str(path)) if isinstance(record, DocumentRecord))
    return {f"{record.doc} {record.field}".rstrip(): record for record in found}


class Row(NamedTuple):
    """A row of a log, its number, and the place behind it, from which `rows` can go on."""

    number: int
    values: dict[str, Any]
    end: int


def rows(path: Path | str, start: int = 0) -> Iterator[Row]:
    """The rows of a log, headers left out, from a place on. Raises AuditError naming file and line."""
    read = _parquet_rows if _is_parquet(path) else _json_rows
    checked = start > 0
    for row in read(path, start):
        is_header = "spamscrub" in row.values
        if (is_header and row.values.get("format") != FORMAT) or not (checked or is_header):
            break
        checked = True
        if not is_header:
            yield row
    else:
        if checked:
            return
    raise AuditError(f"{path}:1: this is not a spamscrub audit log of format {FORMAT}; {NOT_A_LOG}")


def _source(path: Path | str) -> Source:
    try:
        return Source(str(path))
    except FormatError as problem:
        raise AuditError(f"{problem}") from None


def _is_parquet(path: Path | str) -> bool:
    source = _source(path)
    try:
        return source.peek(4) == b"PAR1"
    finally:
        source.close()


def _json_rows(path: Path | str, start: int) -> Iterator[Row]:
    source = _source(path)
    source.skip_to(start)
    try:
        for number, (line, end) in enumerate(_log_lines(source), 1):
            yield Row(number, _row(path, number, line), end)
    finally:
        source.close()
    if source.damage:
        raise AuditError(f"{path}: {source.damage}; {NOT_A_LOG}, unchanged")


def _log_lines(source: Source) -> Iterator[tuple[bytes, int]]:
    while ahead := source.peek(1 << 20):
        size = 1 << 20
        while b"\n" not in ahead and len(ahead) == size:
            size *= 2
            ahead = source.peek(size)
        whole = source.read(ahead.rfind(b"\n") + 1 or len(ahead))
        end = source.offset - len(whole)
        for line in whole.split(b"\n") if not whole.endswith(b"\n") else whole[:-1].split(b"\n"):
            end += len(line) + 1
            yield line, end


def _row(path: Path | str, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = _loads(line)
    except UnicodeDecodeError as problem:
        raise AuditError(f"{path}:{number}: byte {problem.start} is not UTF-8, so this is not an audit log; {NOT_A_LOG}") from None
    except ValueError:
        raise AuditError(f"{path}:{number}: not a line of JSON; {NOT_A_LOG}, unchanged") from None
    if not isinstance(row, dict):
        raise AuditError(f"{path}:{number}: not a record; {NOT_A_LOG}, unchanged")
    return row


def _loads(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except ValueError:
        return json.loads(line.decode("utf-8"))


def entries(found: Iterable[Row], name: str) -> Iterator[DocumentRecord | FailureRecord]:
    """The texts and failures that rows tell of, in order; `name` is that of the log. Raises AuditError."""
    head: Row | None = None
    findings: list[dict[str, Any]] = []
    for row in found:
        if row.values.get("type") == "finding" and head is not None:
            findings.append(row.values)
            continue
        if head is not None:
            yield _document(head, findings, name)
        head, findings = None, []
        if row.values.get("type") == "document":
            head = row
        elif row.values.get("type") == "failure":
            yield FailureRecord(int(row.values.get("record") or 0), bool(row.values.get("kept")))
        elif row.values.get("type") != "file":
            raise AuditError(f"{name}:{row.number}: a row that belongs to no document; give an unchanged log")
    if head is not None:
        yield _document(head, findings, name)


def _document(head: Row, findings: Sequence[Mapping[str, Any]], name: str) -> DocumentRecord:
    row = head.values
    try:
        found = tuple(_finding(finding) for finding in findings)
        raws = tuple(finding.get("raw") for finding in findings)
        place = (row.get("file") or "", row.get("record") or 0, row.get("field") or "")
        return DocumentRecord(str(row["doc"]), row["sha256"], row["sha256_clean"], found, *place, raws)
    except (KeyError, TypeError, ValueError) as problem:
        raise AuditError(f"{name}: the records of {row.get('doc')!r} are incomplete ({problem}); give an unchanged log") from None


def _finding(row: Mapping[str, Any]) -> Finding:
    evidence = tuple(Evidence(item["name"], item["weight"], item["detail"]) for item in row["evidence"])
    return Finding(row["start"], row["end"], row["text"], row["label"], row["score"], Verdict(row["verdict"]), evidence)


class Section(NamedTuple):
    """One file's part of a log: the rows between two places. `settings` says how the file was read."""

    log: Path | str
    file: str
    settings: Mapping[str, Any]
    start: int
    end: int | None


def sections(path: Path | str) -> list[Section]:
    """The files that a log tells of, in order. Raises AuditError."""
    found: list[Section] = []
    before = 0
    for row in rows(path):
        kind = row.values.get("type")
        file = row.values.get("file")
        if kind == "file" or (kind in ("document", "failure") and not file):
            if found and found[-1].end is None:
                found[-1] = found[-1]._replace(end=before)
            settings = row.values if kind == "file" else {"format": "text"}
            found.append(Section(path, str(file or row.values.get("doc")), settings, before, None))
        before = row.end
    return found


class Reader:
    """The entries of a log, section by section; quick when they are asked for in the log's own order."""

    def __init__(self, path: Path | str):
        self.path = path
        self._rows: Iterator[Row] = iter(())
        self._at = -1

    def entries(self, section: Section) -> Iterator[DocumentRecord | FailureRecord]:
        """The texts and failures of one file."""
        if self._at != section.start:
            self._rows, self._at = rows(self.path, section.start), section.start
        yield from entries(self._until(section.end), str(self.path))

    def _until(self, end: int | None) -> Iterator[Row]:
        while end is None or self._at < end:
            row = next(self._rows, None)
            if row is None:
                return
            self._at = row.end
            yield row


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


# --------------------------------------------------------------------------------------------------- Parquet

WHOLE = "row"
"""The column that holds a whole row as JSON where the other columns cannot: headers, files, lone surrogates."""
TEXTS = ("type", "file", "field", "doc", "sha256", "sha256_clean", "host_script", "host_language", "text", "raw", "label", "verdict", "reason", WHOLE)
NUMBERS = ("record", "length", "removed", "review", "start", "end", "line", "column", "byte_start", "byte_end", "clean_start")
ROWS_AT_ONCE = 20_000


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise AuditError('an audit log in Parquet needs an extra: pip install "spamscrub[parquet]"') from None
    return pyarrow


def parquet_schema() -> pyarrow.Schema:
    """The columns of a log in Parquet: those of the JSON rows, empty where a row has no such value."""
    arrow = _arrow()
    evidence = arrow.list_(arrow.struct([("name", arrow.string()), ("weight", arrow.float64()), ("detail", arrow.string())]))
    columns = [(name, arrow.string()) for name in TEXTS] + [(name, arrow.int64()) for name in NUMBERS]
    return arrow.schema([*columns, ("score", arrow.float64()), ("kept", arrow.bool_()), ("evidence", evidence)])


def to_parquet(log: Path | str, target: Path) -> None:
    """Write a log of JSON lines as Parquet, a row for each of its rows."""
    arrow = _arrow()
    schema = parquet_schema()
    with arrow.parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        batch: list[dict[str, Any]] = []
        for row in _json_rows(log, 0):
            batch.append(_columns(row.values))
            if len(batch) == ROWS_AT_ONCE:
                writer.write_table(arrow.Table.from_pylist(batch, schema))
                batch = []
        if batch:
            writer.write_table(arrow.Table.from_pylist(batch, schema))


def _columns(values: dict[str, Any]) -> dict[str, Any]:
    line = dumps(values)
    kind = values.get("type", "run")
    if kind in ("run", "file"):
        return {"type": kind, "file": values.get("file"), WHOLE: line}
    if "\\ud" in line:
        safe = json.loads(json.dumps(values).encode("ascii"), object_hook=_without_surrogates)
        return {**safe, WHOLE: line}
    return values


def _without_surrogates(values: dict[str, Any]) -> dict[str, Any]:
    return {key: value.encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else value for key, value in values.items()}


def _parquet_rows(path: Path | str, start: int) -> Iterator[Row]:
    arrow = _arrow()
    number = 0
    with open_input(str(path)) as raw:
        try:
            file = arrow.parquet.ParquetFile(raw)
        except (OSError, arrow.ArrowException) as problem:
            raise AuditError(f"{path}: cannot be read as Parquet ({problem}); {NOT_A_LOG}, unchanged") from None
        for batch in file.iter_batches(ROWS_AT_ONCE):
            if number + batch.num_rows <= start:
                number += batch.num_rows
                continue
            for values in batch.to_pylist():
                number += 1
                if number > start:
                    yield Row(number, _values(values), number)


def _values(columns: dict[str, Any]) -> dict[str, Any]:
    whole = columns.get(WHOLE)
    found: dict[str, Any] = json.loads(whole) if whole else {key: value for key, value in columns.items() if value is not None}
    return found
