"""CSV and TSV: texts are changed inside their own quotes, so that every other byte of a file stays."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

import regex

from spamscrub.errors import FormatError
from spamscrub.formats import model
from spamscrub.formats.model import CHUNK, START, Chunk, Position, Problem, Record, Spellings, Splice, Splices
from spamscrub.formats.text import undecodable
from spamscrub.streams import BLOCK, Source

DELIMITERS = (",", "\t", ";", "|")
QUOTE = regex.compile('""')
"""What stands for one code point in a quoted field."""
NOTHING = regex.compile(r"(?!)")
HEADER = 1 << 20
"""The header must end within so many bytes."""
BOM = "\ufeff"


@cache
def _field(delimiter: str) -> str:
    """One field: quoted, with whatever follows its closing quote; or bare."""
    d = regex.escape(delimiter)
    return rf'(?:"(?:[^"]++|"")*+(?:"[^{d}\r\n]*+)?+|[^{d}\r\n"][^{d}\r\n]*+|)'


@cache
def _record(delimiter: str) -> regex.Pattern[bytes]:
    field, d = _field(delimiter), regex.escape(delimiter)
    return regex.compile(rf"{field}(?:{d}{field})*+(?:\r\n|\n|\r|\Z)".encode("ascii"))


@cache
def _column(delimiter: str, number: int) -> regex.Pattern[str]:
    """The field of a column, counted from 0, in a record."""
    field, d = _field(delimiter), regex.escape(delimiter)
    return regex.compile(rf"(?:{field}{d}){{{number}}}+({field})")


@dataclass(frozen=True)
class Csv:
    """A file of fields between delimiters whose first record names the columns."""

    fields: tuple[str, ...]
    columns: tuple[str, ...]
    delimiter: str = ","
    id_field: str | None = None
    encoding: str = "utf-8"

    name: ClassVar[str] = "csv"
    member_per_record: ClassVar[bool] = False

    def split(self, source: Source, start: Position, limit: int) -> Iterator[Chunk]:
        """The header, then whole records; a record's number is the line that it begins on."""
        at = start
        source.skip_to(at.offset)
        if at == START:
            header = _record(self.delimiter).match(source.peek(HEADER))
            assert header is not None
            data = source.read(header.end())
            yield (chunk := Chunk(data, at, Position(len(data), _lines_in(data)), passing=True, head=True, opens=False))
            at = chunk.end
        while source.peek(1):
            size, last = self._fill(source, limit)
            if size:
                data = source.read(size)
                yield (chunk := Chunk(data, at, Position(at.offset + size, at.record + _lines_in(data))))
                at = chunk.end
            if last > limit:
                for chunk in model.oversize(at, _pieces(source, at.record), model.too_large(limit)):
                    yield chunk
                at = chunk.end

    def _fill(self, source: Source, limit: int) -> tuple[int, int]:
        """How many bytes the next chunk takes, and how many the record behind it, if that is too large."""
        wanted, size = CHUNK, 0
        ahead = source.peek(wanted)
        while size < CHUNK and size < len(ahead):
            match = _record(self.delimiter).match(ahead, size)
            assert match is not None
            if match.end() < len(ahead) or len(ahead) < wanted:
                if match.end() - size > limit:
                    return size, match.end() - size
                size = match.end()
            elif len(ahead) - size > limit:
                return size, len(ahead) - size
            else:
                wanted *= 2
                ahead = source.peek(wanted)
        return size, 0

    def records(self, chunk: Chunk) -> Iterator[Record]:
        """One record a row."""
        number, at = chunk.at.record + 1, 0
        while at < len(chunk.data):
            match = _record(self.delimiter).match(chunk.data, at)
            assert match is not None
            yield self._read(number, match[0])
            number += _lines_in(match[0])
            at = match.end()

    def _read(self, number: int, raw: bytes) -> Record:
        if not raw.strip():
            return Record(number, raw, {}, is_document=False)
        try:
            row = raw.decode(self.encoding)
        except UnicodeDecodeError as error:
            return Record(number, raw, {}, (undecodable(raw, error, self.encoding)._replace(line=0),))
        texts: dict[str, str] = {}
        problems: list[Problem] = []
        for name in self.fields:
            value = self._value(row, name)
            if isinstance(value, Problem):
                problems.append(value)
            else:
                texts[name] = value
        id = self._value(row, self.id_field) if self.id_field else None
        return Record(number, raw, texts, tuple(problems), id if isinstance(id, str) else None)

    def _value(self, row: str, name: str) -> str | Problem:
        match = self._cell(row, name)
        if match is None:
            return Problem(f"the row has fewer than {len(self.columns)} columns", name)
        cell = match[1]
        if not cell.startswith('"'):
            return str(cell)
        if len(cell) < 2 or not cell.endswith('"'):
            return Problem("something follows its closing quote, or there is none; write quotes inside a field twice", name)
        value = cell[1:-1].replace('""', "")
        if '"' in value:
            return Problem("something follows its closing quote; write quotes inside a field twice", name)
        return str(cell[1:-1].replace('""', '"'))

    def _cell(self, row: str, name: str) -> regex.Match[str] | None:
        return _column(self.delimiter, self.columns.index(name)).match(row)

    def spliced(self, record: Record, splices: Splices) -> tuple[bytes, Spellings]:
        """The row with its fields changed, quoted as they were."""
        row = record.raw.decode(self.encoding)
        changes, spelled = [], {}
        for name, places in splices.items():
            match = self._cell(row, name)
            assert match is not None, "a text was read from this cell"
            start, end = match.span(1)
            if match[1].startswith('"'):
                inner, spelled[name] = model.respell(row[start + 1 : end - 1], QUOTE, record.texts[name], places, _doubled)
                changes.append(Splice(start + 1, end - 1, inner))
            else:
                inner, spelled[name] = model.respell(match[1], NOTHING, record.texts[name], places, str)
                changes.append(Splice(start, end, inner))
        return model.apply(row, sorted(changes)).encode(self.encoding), spelled

    def again(self, record: Record, raw: bytes) -> Record:
        """The row as it reads when written."""
        match = _record(self.delimiter).fullmatch(raw)
        return self._read(record.number, raw) if match else Record(record.number, raw, {})

    def join(self, chunk: Chunk, pieces: Sequence[Any]) -> bytes:
        """The rows that are left."""
        return b"".join(pieces)

    def finish(self, joined: Path, target: Path) -> bool:
        """Nothing is left to do."""
        return False

    def settings(self) -> dict[str, Any]:
        """The columns that are texts, and how the file is written."""
        return {"fields": list(self.fields), "id_field": self.id_field, "encoding": self.encoding, "delimiter": self.delimiter}


def opened(source: Source, fields: tuple[str, ...], id_field: str | None, encoding: str) -> Csv:
    """A file's columns and its delimiter, told by its header. Raises FormatError when a field is no column."""
    if ",\n".encode(encoding) != b",\n":
        raise FormatError(f"{source.name}: a CSV file in {encoding} cannot be split, as it is no superset of ASCII; convert it to UTF-8")
    head = source.peek(HEADER)
    found = [(delimiter, _columns(source, head, delimiter, encoding)) for delimiter in DELIMITERS]
    wanted = {*fields, *((id_field,) if id_field else ())}
    for delimiter, columns in found:
        if wanted <= set(columns):
            return Csv(fields, columns, delimiter, id_field, encoding)
    _, columns = max(found, key=lambda pair: len(pair[1]))
    missing = min(wanted - set(columns))
    listed = ", ".join(columns[:12]) or "none"
    raise FormatError(f"{source.name}: there is no column {missing!r} (the columns are {listed}); name the text with --text-field")


def _columns(source: Source, head: bytes, delimiter: str, encoding: str) -> tuple[str, ...]:
    match = _record(delimiter).match(head)
    if match is None or (match.end() == HEADER == len(head)):
        raise FormatError(f"{source.name}: the header does not end; look for a quote that is never closed")
    try:
        row = match[0].decode(encoding).removeprefix(BOM).rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise FormatError(f"{source.name}: {undecodable(match[0], error, encoding).reason}") from None
    cells = regex.findall(rf"(?:^|{regex.escape(delimiter)})({_field(delimiter)})", row)
    return tuple(cell[1:-1].replace('""', '"') if cell.startswith('"') else cell for cell in cells)


def _doubled(piece: str) -> str:
    return piece.replace('"', '""')


def _lines_in(data: bytes) -> int:
    """How many lines records take: a line ends with a line feed, or a carriage return that stands alone."""
    ends = data.count(b"\n") + data.count(b"\r") - data.count(b"\r\n")
    return ends + (not data.endswith((b"\n", b"\r")))


def _pieces(source: Source, record: int) -> Iterator[tuple[bytes, int]]:
    """One record of any length, piece by piece: it ends with a line whose quotes are all closed."""
    is_open = False
    while block := source.peek(BLOCK * 4):
        end = 0
        for match in regex.finditer(rb'["\n]', block):
            if match[0] == b'"':
                is_open = not is_open
            elif not is_open:
                end = match.end()
                break
        data = source.read(end or len(block))
        record += data.count(b"\n") + (not end and len(block) < BLOCK * 4 and not data.endswith(b"\n"))
        yield data, record
        if end:
            return
