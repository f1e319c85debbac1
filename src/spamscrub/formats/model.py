"""What every format offers: chunks of whole records, texts in them, and the same record with other texts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol

import regex

from spamscrub.spans import Finding, Verdict
from spamscrub.streams import Source

CHUNK = 1 << 18
"""A chunk holds whole records of about this many bytes; it ends where the input says, never where a worker is free."""


class Position(NamedTuple):
    """A place between two records: bytes before it (Parquet: rows), and lines, rows or records before it."""

    offset: int = 0
    record: int = 0


START = Position()
"""The beginning of a file."""


class Chunk(NamedTuple):
    """Whole records as they stand in the file, and where they stand.

    A record beyond the limit comes as chunks that are `passing`: pieces of its bytes, the first with the `complaint`.
    `head` marks what stands before the records, such as the header of a CSV file: it passes too, and every shard has it.
    Shards share a file out only where a chunk `opens`.
    """

    data: bytes
    at: Position
    end: Position
    passing: bool = False
    complaint: str = ""
    head: bool = False
    opens: bool = True


class Splice(NamedTuple):
    """`[start, end)` of a text, in code points, gives way to `text`; `raw` is how the file spells it, if not the usual way."""

    start: int
    end: int
    text: str = ""
    raw: str | None = None


Splices = Mapping[str, Sequence[Splice]]
"""Changes of one record: for each field its splices, in order, not overlapping."""

Spellings = Mapping[str, Sequence[str | None]]
"""For each splice of each field, how the file spelled what gave way; None when it is the way that `spliced` would."""


class Problem(NamedTuple):
    """Something that is wrong with a record, or with one field of it; `line` counts inside a text of several lines."""

    reason: str
    field: str = ""
    line: int = 0


class Record(NamedTuple):
    """One record: its number (line, row), its bytes or values, the texts to clean by field, and what is wrong with it.

    A record without texts and problems is no document: a blank line, a header, an image in a WARC file.
    """

    number: int
    raw: Any
    texts: Mapping[str, str]
    problems: tuple[Problem, ...] = ()
    id: str | None = None
    is_document: bool = True


class Format(Protocol):
    """One way to hold documents in a file. A value that can be pickled; a worker gets it with each chunk."""

    name: ClassVar[str]
    member_per_record: ClassVar[bool]
    """Whether each record of a compressed file is a member of its own."""

    def split(self, source: Source, start: Position, limit: int) -> Iterator[Chunk]:
        """The chunks of a file from `start` on; a record of more than `limit` bytes comes as chunks that pass through."""
        ...

    def records(self, chunk: Chunk) -> Iterator[Record]:
        """The records of a chunk, in order; nothing in the bytes makes this raise."""
        ...

    def spliced(self, record: Record, splices: Splices) -> tuple[Any, Spellings]:
        """The record's bytes or values with other texts, and how it spelled what gave way.

        Raises FormatError when they cannot be written so.
        """
        ...

    def again(self, record: Record, raw: Any) -> Record:
        """The record as it reads when it is written as `raw`."""
        ...

    def join(self, chunk: Chunk, pieces: Sequence[Any]) -> bytes:
        """The output of a chunk: the records that are left, in order."""
        ...

    def finish(self, joined: Path, target: Path) -> bool:
        """Write a file of this format from the joined outputs; False when these are one as they stand."""
        ...

    def settings(self) -> dict[str, Any]:
        """What one needs to know to read the output again: written to the log."""
        ...


def cuts(findings: Sequence[Finding]) -> list[Splice]:
    """The splices that take the removed findings out of an original."""
    return [Splice(f.start, f.end) for f in findings if f.verdict is Verdict.REMOVE]


def apply(text: str, splices: Sequence[Splice]) -> str:
    """A text with its splices made."""
    pieces, last = [], 0
    for splice in splices:
        pieces += [text[last : splice.start], splice.text]
        last = splice.end
    return "".join([*pieces, text[last:]])


def inverse(text: str, splices: Sequence[Splice], raws: Sequence[str | None]) -> list[Splice]:
    """The splices that undo `splices` of `text`, with the spelling of each piece that they took out."""
    back, shift = [], 0
    for splice, raw in zip(splices, raws, strict=True):
        at = splice.start + shift
        back.append(Splice(at, at + len(splice.text), text[splice.start : splice.end], raw))
        shift += len(splice.text) - (splice.end - splice.start)
    return back


def spelled_offsets(spelled: str, escape: regex.Pattern[str], offsets: Sequence[int]) -> list[int]:
    """Where code points of a text stand in its spelling, in which each match of `escape` is one of them."""
    found: list[int] = []
    text_at = spelled_at = 0
    escapes = escape.finditer(spelled)
    match = next(escapes, None)
    for offset in sorted(offsets):
        while match is not None and text_at + match.start() - spelled_at < offset:
            text_at += match.start() - spelled_at + 1
            spelled_at = match.end()
            match = next(escapes, None)
        found.append(spelled_at + offset - text_at)
    return found


def respell(spelled: str, escape: regex.Pattern[str], text: str, splices: Sequence[Splice], spell: Callable[[str], str]) -> tuple[str, list[str | None]]:
    """The spelling of `text` with its splices made, and how it spelled what gave way; `spell` is the usual way."""
    offsets = spelled_offsets(spelled, escape, [offset for s in splices for offset in (s.start, s.end)])
    places = list(zip(offsets[::2], offsets[1::2], strict=True))
    changes = [Splice(*place, spell(s.text) if s.raw is None else s.raw) for s, place in zip(splices, places, strict=True)]
    gone = [spelled[start:end] for start, end in places]
    usual = [spell(text[s.start : s.end]) for s in splices]
    return apply(spelled, changes), [None if raw == plain else raw for raw, plain in zip(gone, usual, strict=True)]


def too_large(limit: int) -> str:
    """The complaint about a record beyond the limit."""
    return f"larger than {limit / 1e6:g} MB, so it was left as it is; raise --max-document to clean it"


def oversize(at: Position, pieces: Iterable[tuple[bytes, int]], complaint: str) -> Iterator[Chunk]:
    """The chunks of a record that is too large, from pairs of bytes and the record number after them."""
    for data, record in pieces:
        end = Position(at.offset + len(data), record)
        yield Chunk(data, at, end, passing=True, complaint=complaint, opens=bool(complaint))
        at, complaint = end, ""
