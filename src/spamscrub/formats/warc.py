"""WARC and WET: records whose payload is plain text; lengths and digests are set right, all other headers stay.

FastWARC reads the headers of a record. Where it begins and ends in the file is kept track of here: a record that is not
changed goes on as the very bytes that it was read from, blank lines and broken ends included, which neither FastWARC nor
warcio writes back, and both stop at what is no record.
"""

from __future__ import annotations

import base64
import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import regex

from spamscrub.errors import FormatError
from spamscrub.formats import model
from spamscrub.formats.model import CHUNK, Chunk, Position, Problem, Record, Spellings, Splices
from spamscrub.formats.text import undecodable
from spamscrub.streams import BLOCK, Source

HEADERS = 1 << 16
"""A record's headers must end within so many bytes."""
WHOLE = 1 << 28
"""Records up to so many bytes stay whole, as tools expect of each member of a compressed file."""
END = b"\r\n\r\n"
RECORD = regex.compile(rb"WARC/[0-9]")
START_OF_RECORD = regex.compile(rb"[\r\n]*+(WARC/[0-9])")
LENGTH = regex.compile(rb"(?im)^Content-Length:[ \t]*([0-9]+)[ \t]*\r?$")
CHARSET = regex.compile(r"(?i)charset=[\"']?([A-Za-z0-9_.:-]+)")
DIGEST = regex.compile(rb"(?im)^WARC-(?:Block|Payload)-Digest:[ \t]*([A-Za-z0-9-]+):([A-Za-z0-9+/=_-]+)")
TEXTS = ("text/plain", "text/markdown")
TYPES = ("conversion", "resource")
"""Records of these types and contents are documents; all others, HTML above all, pass through."""


@dataclass(frozen=True)
class Warc:
    """A file of WARC records; `id_field` is the header that names a document in the log."""

    id_field: str | None = None

    name: ClassVar[str] = "warc"
    member_per_record: ClassVar[bool] = True

    def split(self, source: Source, start: Position, limit: int) -> Iterator[Chunk]:
        """Whole records."""
        at = start
        source.skip_to(at.offset)
        while source.peek(1):
            size, count, large = _fill(source, max(limit, WHOLE))
            if size:
                data = source.read(size)
                yield (chunk := Chunk(data, at, Position(at.offset + len(data), at.record + count)))
                at = chunk.end
            if large is not None:
                pieces = _lost(source, at.record + 1) if large == 0 else _pieces(source, large, at.record + 1)
                complaint = "is no WARC record, so all up to the next one was left as it is" if large == 0 else _complaint(source, limit)
                for chunk in model.oversize(at, pieces, complaint):
                    yield chunk
                at = chunk.end

    def records(self, chunk: Chunk) -> Iterator[Record]:
        """The records, those that are no texts among them."""
        at, number = 0, chunk.at.record
        while at < len(chunk.data):
            head = _head(chunk.data, at)
            end = len(chunk.data) if head is None else at + head.whole
            number += 1
            yield self._read(number, chunk.data[at:end], head)
            at = end

    def _read(self, number: int, raw: bytes, head: _Head | None) -> Record:
        if head is None or head.charset is None:
            return Record(number, raw, {}, is_document=False)
        id = head.values.get(self.id_field) if self.id_field else None
        block = raw[head.size : head.size + head.length]
        if len(block) < head.length:
            return Record(number, raw, {}, (Problem("the record ends early"),), id)
        try:
            return Record(number, raw, {"": block.decode(head.charset)}, (), id)
        except UnicodeDecodeError as error:
            return Record(number, raw, {}, (Problem(undecodable(block, error, head.charset).reason.partition(";")[0]),), id)
        except LookupError:
            return Record(number, raw, {}, (Problem(f"its charset {head.charset!r} is not known"),), id)

    def spliced(self, record: Record, splices: Splices) -> tuple[bytes, Spellings]:
        """The record with another text, its length, and those of its digests that were right."""
        raw = record.raw
        head = _head(raw)
        assert head is not None and head.charset is not None, "a text was read from this record"
        last = head.size + head.length
        changed = model.apply(record.texts[""], splices[""]).encode(head.charset)
        headers = LENGTH.sub(lambda m: _with(m, 1, b"%d" % len(changed)), raw[: head.size], count=1)
        headers = DIGEST.sub(lambda m: _with(m, 2, _digest(m, raw[head.size : last], changed)), headers)
        return headers + changed + raw[last:], {"": [None] * len(splices[""])}

    def again(self, record: Record, raw: bytes) -> Record:
        """The record as it reads when written."""
        return self._read(record.number, raw, _head(raw))

    def join(self, chunk: Chunk, pieces: Sequence[Any]) -> bytes:
        """The records that are left."""
        return b"".join(pieces)

    def finish(self, joined: Path, target: Path) -> bool:
        """Nothing is left to do."""
        return False

    def settings(self) -> dict[str, Any]:
        """The header with the id."""
        return {"id_field": self.id_field}


class _Head(NamedTuple):
    """The headers of a record: their size in bytes with all before the block, its length, and what FastWARC reads in them."""

    size: int
    length: int
    values: Any

    @property
    def whole(self) -> int:
        """The size of the record."""
        return self.size + self.length + len(END)

    @property
    def charset(self) -> str | None:
        """The encoding of the record's text, None when it is no text."""
        content, _, rest = (self.values.get("Content-Type") or "").partition(";")
        if (self.values.get("WARC-Type") or "").lower() not in TYPES or content.strip().lower() not in TEXTS:
            return None
        found = CHARSET.search(rest)
        return found[1] if found else "utf-8"


def _head(ahead: bytes, start: int = 0) -> _Head | None:
    """The headers of the record that begins here; None when there is none."""
    first = START_OF_RECORD.match(ahead, start)
    end = -1 if first is None else ahead.find(END, first.end())
    if first is None or end < 0:
        return None
    size = end + len(END) - start
    values = _headers(ahead[first.start(1) : start + size])
    length = (values.get("Content-Length") or "").strip()
    return _Head(size, int(length), values) if length.isascii() and length.isdecimal() and len(length) < 20 else None


def _headers(head: bytes) -> Any:
    fastwarc = _fastwarc()
    try:
        return next(fastwarc.ArchiveIterator(io.BytesIO(head), parse_http=False, stream_detect=False)).headers
    except (OSError, StopIteration):
        return {}


@cache
def _fastwarc() -> Any:
    try:
        import fastwarc.warc
    except ImportError:
        raise FormatError('WARC files need an extra: pip install "spamscrub[warc]"') from None
    return fastwarc.warc


def _fill(source: Source, limit: int) -> tuple[int, int, int | None]:
    """The bytes and records of the next chunk; and the size of a record too large behind it, 0 for something else."""
    size = count = 0
    while size < CHUNK:
        ahead = source.peek(HEADERS, size)
        if not ahead.strip(b"\r\n"):
            return size + len(ahead), count, None
        head = _head(ahead)
        if head is None:
            return size, count, 0
        if head.whole > limit:
            return size, count, head.whole
        size, count = size + head.whole, count + 1
    return size, count, None


def _with(match: regex.Match[bytes], group: int, value: bytes) -> bytes:
    """A match with another value for one of its groups."""
    whole: bytes = match[0]
    start, end = match.start(group) - match.start(), match.end(group) - match.start()
    return whole[:start] + value + whole[end:]


def _digest(match: regex.Match[bytes], block: bytes, changed: bytes) -> bytes:
    """A digest for the changed block, if it held for the block; else it means something else, and stays."""
    name = match[1].decode("ascii").lower().replace("-", "")
    for write in (_base32, _lower_hex, _upper_hex):
        try:
            if write(hashlib.new(name, block).digest()) == match[2]:
                return write(hashlib.new(name, changed).digest())
        except ValueError:
            break
    return bytes(match[2])


def _base32(digest: bytes) -> bytes:
    return base64.b32encode(digest)


def _lower_hex(digest: bytes) -> bytes:
    return digest.hex().encode("ascii")


def _upper_hex(digest: bytes) -> bytes:
    return _lower_hex(digest).upper()


def _complaint(source: Source, limit: int) -> str:
    """What is said of a record too large: nothing when it is no text."""
    head = _head(source.peek(HEADERS))
    return model.too_large(limit) if head is not None and head.charset else ""


def _pieces(source: Source, size: int, number: int) -> Iterator[tuple[bytes, int]]:
    while size and (data := source.read(min(size, BLOCK * 4))):
        size -= len(data)
        yield data, number


def _lost(source: Source, number: int) -> Iterator[tuple[bytes, int]]:
    """Bytes that are no record, up to the next one."""
    first = True
    while block := source.peek(BLOCK * 4):
        found = RECORD.search(block, 1 if first else 0)
        first = False
        keep = 0 if found or len(block) < BLOCK * 4 else 8
        yield source.read(found.start() if found else len(block) - keep), number
        if found:
            return


def opened(source: Source, id_field: str | None) -> Warc:
    """A WARC file. Raises FormatError when it is none."""
    _fastwarc()
    head = source.peek(8)
    if head and not RECORD.match(head):
        raise FormatError(f"{source.name}: does not begin with a WARC record; name its format with --format")
    return Warc(id_field)
