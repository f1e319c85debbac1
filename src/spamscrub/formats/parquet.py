"""Parquet: texts of columns, nested ones too; schema, row groups, codecs and all other columns stay as they are."""

from __future__ import annotations

import copy
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from spamscrub.errors import FormatError
from spamscrub.formats import model
from spamscrub.formats.jsonl import EACH, Found, steps, texts_at, values_at
from spamscrub.formats.model import CHUNK, Chunk, Position, Problem, Record, Spellings, Splices
from spamscrub.streams import STDIN, Source, open_input

if TYPE_CHECKING:
    import pyarrow

PIECE = struct.Struct("<QQ")
"""Before each piece of the joined output: its length, and the number of its row group."""


def _arrow() -> Any:
    try:
        import pyarrow
        import pyarrow.ipc
        import pyarrow.parquet
    except ImportError:
        raise FormatError('Parquet files need an extra: pip install "spamscrub[parquet]"') from None
    return pyarrow


@dataclass(frozen=True)
class Row:
    """A row's values in the columns that hold texts, and whether they were changed."""

    index: int
    values: dict[str, Any]
    is_changed: bool = field(default=False, compare=False)


@dataclass(frozen=True)
class Parquet:
    """A Parquet file; `fields` are columns, or paths into columns of structs and lists."""

    path: str
    fields: tuple[str, ...] = ("text",)
    id_field: str | None = None

    name: ClassVar[str] = "parquet"
    member_per_record: ClassVar[bool] = False

    def split(self, source: Source, start: Position, limit: int) -> Iterator[Chunk]:
        """Some rows of a row group at a time."""
        arrow = _arrow()
        with open_input(self.path) as raw, _reader(arrow, raw, self.path) as file:
            before, total = 0, file.metadata.num_rows
            for number in range(file.num_row_groups):
                group = file.metadata.row_group(number)
                first, before = before, before + group.num_rows
                if before <= start.record:
                    continue
                for chunk in self._chunks(arrow, file, number, first):
                    if chunk.at.record >= start.record:
                        source.elsewhere = source.size * chunk.end.record // total
                        yield chunk

    def _chunks(self, arrow: Any, file: pyarrow.parquet.ParquetFile, number: int, first: int) -> Iterator[Chunk]:
        group = file.metadata.row_group(number)
        size = max(1, CHUNK * group.num_rows // max(1, group.total_byte_size))
        at = first
        try:
            for batch in file.iter_batches(min(size, group.num_rows), row_groups=[number], use_threads=False):
                end = at + batch.num_rows
                yield Chunk(_piece(number, _packed(arrow, batch)), Position(at, at), Position(end, end), opens=at == first)
                at = end
        except (OSError, arrow.ArrowException) as problem:
            raise FormatError(f"{self.path}: row group {number} cannot be read ({problem}); write the file anew") from None

    def records(self, chunk: Chunk) -> Iterator[Record]:
        """One record a row."""
        arrow = _arrow()
        batch = _unpacked(arrow, chunk.data)
        roots = {path: self._root(batch.schema, path) for path in self.fields}
        columns = {root: _values(arrow, batch.column(root)) for root in roots.values()}
        ids = _ids(batch, self.id_field)
        frozen = [Problem("holds values that Python cannot write back, so it is left as it is", r) for r, c in columns.items() if c is None]
        paths = [path for path, root in roots.items() if columns[root] is not None]
        for n in range(batch.num_rows):
            values = {root: column[n] for root, column in columns.items() if column is not None}
            texts, problems = _texts(values, paths)
            yield Record(chunk.at.record + n + 1, Row(n, values), texts, (*frozen, *problems), ids[n] if ids else None)

    def _root(self, schema: pyarrow.Schema, path: str) -> str:
        return path if path in schema.names else steps(path)[0]

    def spliced(self, record: Record, splices: Splices) -> tuple[Row, Spellings]:
        """The row with other texts."""
        values = copy.deepcopy(record.raw.values)
        places = {name: place for name, place in _places(values, self.fields).items() if name in splices}
        for name, changes in splices.items():
            *trail, last = places[name]
            holder = values
            for step in trail:
                holder = holder[step]
            holder[last] = model.apply(record.texts[name], changes)
        return Row(record.raw.index, values, True), {name: [None] * len(changes) for name, changes in splices.items()}

    def again(self, record: Record, raw: Row) -> Record:
        """The row as it reads when written."""
        texts, problems = _texts(raw.values, [path for path in self.fields if path in raw.values or steps(path)[0] in raw.values])
        return Record(record.number, raw, texts, tuple(problems))

    def join(self, chunk: Chunk, pieces: Sequence[Any]) -> bytes:
        """The rows that are left, as a piece of the row group."""
        arrow = _arrow()
        batch = _unpacked(arrow, chunk.data)
        changed = {row.index: row.values for row in pieces if row.is_changed}
        columns = [self._column(arrow, batch, n, changed) for n in range(batch.num_columns)] if changed else batch.columns
        whole = arrow.RecordBatch.from_arrays(columns, schema=batch.schema)
        if len(pieces) < batch.num_rows:
            whole = whole.take(arrow.array([row.index for row in pieces], arrow.int64()))
        return _piece(PIECE.unpack_from(chunk.data)[1], _packed(arrow, whole))

    def _column(self, arrow: Any, batch: Any, number: int, changed: dict[int, dict[str, Any]]) -> Any:
        name, column = batch.schema.names[number], batch.column(number)
        if not any(name in values for values in changed.values()):
            return column
        values = _values(arrow, column)
        assert values is not None, "rows of such a column have no texts to change"
        for index, row in changed.items():
            values[index] = row[name]
        if not any(isinstance(value, bytes) for value in values):
            return arrow.array(values, column.type)
        binary = arrow.large_binary() if arrow.types.is_large_string(column.type) else arrow.binary()
        encoded = arrow.array([value.encode("utf-8") if isinstance(value, str) else value for value in values], binary)
        return encoded.view(column.type)

    def finish(self, joined: Path, target: Path) -> bool:
        """Write the pieces as the row groups that they come from. Raises FormatError when the schema would not be the same."""
        arrow = _arrow()
        with open_input(self.path) as raw, _reader(arrow, raw, self.path) as file:
            schema, metadata = file.schema_arrow, file.metadata
            with arrow.parquet.ParquetWriter(target, schema, **_properties(metadata)) as writer:
                for table in _row_groups(arrow, joined, schema):
                    writer.write_table(table, row_group_size=max(1, table.num_rows))
        with arrow.parquet.ParquetFile(target) as written:
            if not written.schema_arrow.equals(schema, check_metadata=True):
                raise FormatError(f"{self.path}: its schema cannot be written exactly as it is; please report it")
        return True

    def settings(self) -> dict[str, Any]:
        """The columns."""
        return {"fields": list(self.fields), "id_field": self.id_field}


def opened(source: Source, fields: tuple[str, ...], id_field: str | None) -> Parquet:
    """A Parquet file whose columns are checked. Raises FormatError when a field is no text."""
    arrow = _arrow()
    if source.name == STDIN or source.codec:
        what = "standard input" if source.name == STDIN else f"a {source.codec} file"
        raise FormatError(f"{source.name}: Parquet cannot be read from {what}, as its index is at its end; give a plain file")
    with open_input(source.name) as raw, _reader(arrow, raw, source.name) as file:
        schema = file.schema_arrow
    for path in (*fields, *((id_field,) if id_field else ())):
        _check(arrow, source.name, schema, path, is_text=path in fields)
    return Parquet(source.name, fields, id_field)


def _reader(arrow: Any, raw: Any, name: str) -> Any:
    try:
        return arrow.parquet.ParquetFile(raw, buffer_size=1 << 20, pre_buffer=False)
    except (OSError, arrow.ArrowException) as problem:
        raise FormatError(f"{name}: cannot be read as Parquet ({problem}); give a whole file") from None


def _check(arrow: Any, name: str, schema: Any, path: str, *, is_text: bool) -> None:
    whole = path in schema.names
    root, *rest = (path,) if whole else steps(path)
    if root not in schema.names:
        listed = ", ".join(schema.names[:12]) or "none"
        raise FormatError(f"{name}: there is no column {root!r} (the columns are {listed}); name the text with --text-field")
    kind = schema.field(root).type
    for step in rest:
        is_list = arrow.types.is_list(kind) or arrow.types.is_large_list(kind) or arrow.types.is_fixed_size_list(kind)
        if step == EACH and is_list:
            kind = kind.value_type
        elif step != EACH and arrow.types.is_struct(kind) and kind.get_field_index(step) >= 0:
            kind = kind.field(step).type
        else:
            raise FormatError(f"{name}: {path}: there is no {step!r} in {kind}; name the text with --text-field")
    if is_text and not _is_text(arrow, kind):
        raise FormatError(f"{name}: {path}: a column of {kind} holds no text; name the text with --text-field")


def _is_text(arrow: Any, kind: Any) -> bool:
    kind = kind.value_type if arrow.types.is_dictionary(kind) else kind
    is_view = getattr(arrow.types, "is_string_view", lambda _: False)
    return bool(arrow.types.is_string(kind) or arrow.types.is_large_string(kind) or is_view(kind))


def _piece(group: int, data: bytes) -> bytes:
    return PIECE.pack(len(data), group) + data


def _packed(arrow: Any, batch: Any) -> bytes:
    sink = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue())


def _unpacked(arrow: Any, data: bytes) -> Any:
    with arrow.ipc.open_stream(arrow.py_buffer(data)[PIECE.size :]) as reader:
        return reader.read_next_batch()


def _values(arrow: Any, column: Any) -> list[Any] | None:
    """A column's values; None when they would not be the same once written back."""
    if _is_text(arrow, column.type):
        try:
            values: list[Any] = column.to_pylist()
            return values
        except UnicodeDecodeError:
            binary = column.cast(arrow.large_binary()) if not arrow.types.is_dictionary(column.type) else column.dictionary_decode().cast(arrow.large_binary())
            return [_decoded(value) for value in binary.to_pylist()]
    try:
        values = column.to_pylist()
        return values if arrow.array(values, column.type).equals(column) else None
    except (UnicodeDecodeError, ValueError, TypeError, arrow.ArrowException):
        return None


def _decoded(value: bytes | None) -> str | bytes | None:
    try:
        return None if value is None else value.decode("utf-8")
    except UnicodeDecodeError:
        return value


def _ids(batch: Any, id_field: str | None) -> list[str | None] | None:
    if id_field is None:
        return None
    if id_field in batch.schema.names:
        return [None if value is None else str(value) for value in batch.column(id_field).to_pylist()]
    path = steps(id_field)
    found = [next(iter(values_at(value, path[1:])), None) for value in batch.column(path[0]).to_pylist()]
    return [str(item.value) if isinstance(item, Found) and item.value is not None else None for item in found]


def _texts(values: dict[str, Any], paths: Sequence[str]) -> tuple[dict[str, str], list[Problem]]:
    """The texts of a row: a column's own name goes before a path."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        if path not in values:
            inner, wrong = texts_at(values, [path])
            texts |= inner
            problems += wrong
        elif isinstance(values[path], str):
            texts[path] = values[path]
        elif values[path] is not None:
            problems.append(Problem("is not UTF-8", path))
    return texts, problems


def _places(values: dict[str, Any], paths: Sequence[str]) -> dict[str, tuple[str | int, ...]]:
    places: dict[str, tuple[str | int, ...]] = {path: (path,) for path in paths if path in values}
    for path in paths:
        if path not in values:
            places |= {found.name: found.place for found in values_at(values, steps(path)) if isinstance(found, Found)}
    return places


def _row_groups(arrow: Any, joined: Path, schema: Any) -> Iterator[Any]:
    """The pieces of each row group as one table; they stay in the file, mapped into memory while their group is written."""
    for _, pieces in groupby(_pieces(joined), key=lambda piece: piece.group):
        with arrow.memory_map(str(joined)) as mapped:
            batches = []
            for piece in pieces:
                with arrow.ipc.open_stream(mapped.read_at(piece.length, piece.start)) as reader:
                    batches.append(reader.read_next_batch())
            yield arrow.Table.from_batches(batches, schema)


class _Piece(NamedTuple):
    """Where a piece of the joined output stands."""

    group: int
    start: int
    length: int


def _pieces(joined: Path) -> Iterator[_Piece]:
    with joined.open("rb") as file:
        while head := file.read(PIECE.size):
            length, group = PIECE.unpack(head)
            yield _Piece(group, file.tell(), length)
            file.seek(length, 1)


def _properties(metadata: Any) -> dict[str, Any]:
    """How a file was written, as far as it tells."""
    found: dict[str, Any] = {"version": metadata.format_version, "store_schema": b"ARROW:schema" in (metadata.metadata or {})}
    if not metadata.num_row_groups:
        return found
    group = metadata.row_group(0)
    columns = [group.column(n) for n in range(group.num_columns)]
    found["compression"] = {c.path_in_schema: c.compression.replace("UNCOMPRESSED", "NONE") for c in columns}
    found["use_dictionary"] = [c.path_in_schema for c in columns if {"PLAIN_DICTIONARY", "RLE_DICTIONARY"} & set(c.encodings)]
    found["write_statistics"] = [c.path_in_schema for c in columns if c.is_stats_set]
    found["use_deprecated_int96_timestamps"] = any(c.physical_type == "INT96" for c in columns)
    found["use_compliant_nested_type"] = not any(".list.item" in c.path_in_schema for c in columns)
    found["write_page_index"] = any(c.has_column_index for c in columns)
    return found
