"""Documents in and out, one file for each format."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePath

from spamscrub import streams
from spamscrub.errors import FormatError
from spamscrub.formats.jsonl import Jsonl
from spamscrub.formats.model import Format
from spamscrub.formats.text import Text
from spamscrub.streams import Source

SUFFIXES = {
    "text": (".txt", ".text", ".md"),
    "jsonl": (".jsonl", ".ndjson", ".jsonlines"),
    "csv": (".csv", ".tsv", ".tab"),
    "parquet": (".parquet", ".pq"),
    "warc": (".warc", ".wet"),
}
"""The formats and the names of their files."""
MAGIC = ((b"PAR1", "parquet"), (b"WARC/", "warc"))
"""How files of some formats begin, whatever their names."""
PATTERNS = tuple(f"*{suffix}{codec}" for suffixes in SUFFIXES.values() for suffix in suffixes for codec in ("", *streams.CODECS))
"""The files of a folder that are taken unless others are asked for."""


@dataclass(frozen=True)
class Reading:
    """How files are to be read: a format (None: by name and content), the fields of records, the encoding of texts."""

    format: str | None = None
    fields: tuple[str, ...] = ("text",)
    id_field: str | None = None
    encoding: str = "utf-8"


def format_of(name: str) -> str | None:
    """The format that a file's name tells, if any."""
    suffix = PurePath(streams.bare(name)).suffix.lower()
    if suffix == ".json":
        return "jsonl"  # in a folder such a file may be anything, but one that is named holds the texts
    return next((format for format, suffixes in SUFFIXES.items() if suffix in suffixes), None)


def opened(source: Source, reading: Reading) -> Format:
    """The format of a file, told by the reading, by its first bytes or by its name; else it is text. Raises FormatError."""
    head = source.peek(8)
    name = reading.format or next((format for magic, format in MAGIC if head.startswith(magic)), None) or format_of(source.name) or "text"
    return _OPENERS[name](source, reading)


def _text(source: Source, reading: Reading) -> Format:
    return Text(reading.encoding)


def _jsonl(source: Source, reading: Reading) -> Format:
    first = source.peek(256).lstrip(b"\xef\xbb\xbf \t\r\n")
    if first.startswith(b"["):
        raise FormatError(f"{source.name}: begins with '[', so it is one JSON list and not JSON lines; write one object a line, as `jq -c '.[]'` does")
    if first.partition(b"\n")[0].strip() == b"{":
        raise FormatError(f"{source.name}: its first line is '{{', so it is JSON over several lines and not JSON lines; write one object a line, as `jq -c .` does")
    return Jsonl(reading.fields, reading.id_field)


def _csv(source: Source, reading: Reading) -> Format:
    from spamscrub.formats import csv  # when there is such a file

    return csv.opened(source, reading.fields, reading.id_field, reading.encoding)


def _parquet(source: Source, reading: Reading) -> Format:
    from spamscrub.formats import parquet

    return parquet.opened(source, reading.fields, reading.id_field)


def _warc(source: Source, reading: Reading) -> Format:
    from spamscrub.formats import warc

    return warc.opened(source, reading.id_field)


_OPENERS: dict[str, Callable[[Source, Reading], Format]] = {"text": _text, "jsonl": _jsonl, "csv": _csv, "parquet": _parquet, "warc": _warc}
FORMATS = tuple(_OPENERS)

__all__ = ["FORMATS", "PATTERNS", "Format", "Reading", "format_of", "opened"]
