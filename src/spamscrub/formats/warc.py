"""WARC and WET: records whose payload is plain text; lengths and digests are set right, all other headers stay."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

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
START_OF_RECORD = regex.compile(rb"WARC/[0-9]")
LENGTH = regex.compile(rb"(?im)^Content-Length:[ \t]*([0-9]+)[ \t]*\r?$")
TYPE = regex.compile(rb"(?im)^WARC-Type:[ \t]*([a-z]+)")
CONTENT = regex.compile(rb"(?im)^Content-Type:[ \t]*([^\r\n;]+)(?:;[^\r\n]*?charset=[\"']?([A-Za-z0-9_.:-]+))?")
DIGEST = regex.compile(rb"(?im)^WARC-(?:Block|Payload)-Digest:[ \t]*([A-Za-z0-9-]+):([A-Za-z0-9+/=_-]+)")
TEXTS = (b"text/plain", b"text/markdown")
TYPES = (b"conversion", b"resource")
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
            size = _size(chunk.data[at : at + HEADERS]) or len(chunk.data)
            number += 1
            yield self._read(number, chunk.data[at : at + size])
            at += size

    def _read(self, number: int, raw: bytes) -> Record:
        head, block, _ = _parts(raw)
        charset = _charset(head)
        if charset is None:
            return Record(number, raw, {}, is_document=False)
        id = self._id(head)
        length = LENGTH.search(head)
        if length is None or len(block) < int(length[1]):
            return Record(number, raw, {}, (Problem("the record ends early"),), id)
        try:
            return Record(number, raw, {"": block.decode(charset)}, (), id)
        except UnicodeDecodeError as error:
            return Record(number, raw, {}, (Problem(undecodable(block, error, charset).reason.partition(";")[0]),), id)
        except LookupError:
            return Record(number, raw, {}, (Problem(f"its charset {charset!r} is not known"),), id)

    def _id(self, head: bytes) -> str | None:
        if self.id_field is None:
            return None
        found = regex.search(rb"(?im)^" + regex.escape(self.id_field).encode() + rb":[ \t]*([^\r\n]*)", head)
        return found[1].decode("utf-8", "replace").strip() if found else None

    def spliced(self, record: Record, splices: Splices) -> tuple[bytes, Spellings]:
        """The record with another text, its length, and those of its digests that were right."""
        head, block, tail = _parts(record.raw)
        changed = model.apply(record.texts[""], splices[""]).encode(_charset(head) or "utf-8")
        head = LENGTH.sub(lambda m: _with(m, 1, b"%d" % len(changed)), head, count=1)
        head = DIGEST.sub(lambda m: _with(m, 2, _digest(m, block, changed)), head)
        return head + changed + tail, {"": [None] * len(splices[""])}

    def again(self, record: Record, raw: bytes) -> Record:
        """The record as it reads when written."""
        return self._read(record.number, raw)

    def join(self, chunk: Chunk, pieces: Sequence[Any]) -> bytes:
        """The records that are left."""
        return b"".join(pieces)

    def finish(self, joined: Path, target: Path) -> bool:
        """Nothing is left to do."""
        return False

    def settings(self) -> dict[str, Any]:
        """The header with the id."""
        return {"id_field": self.id_field}


def _size(ahead: bytes) -> int | None:
    """The size of the record that begins here, by its headers; None when there is none."""
    blank = len(ahead) - len(ahead.lstrip(b"\r\n"))
    end = ahead.find(END, blank)
    if end < 0 or not START_OF_RECORD.match(ahead, blank):
        return None
    length = LENGTH.search(ahead, blank, end + 2)
    return None if length is None else end + len(END) + int(length[1]) + len(END)


def _fill(source: Source, limit: int) -> tuple[int, int, int | None]:
    """The bytes and records of the next chunk; and the size of a record too large behind it, 0 for something else."""
    size = count = 0
    while size < CHUNK:
        ahead = source.peek(HEADERS, size)
        if not ahead.strip(b"\r\n"):
            return size + len(ahead), count, None
        record = _size(ahead)
        if record is None or record > limit:
            return size, count, record or 0
        size, count = size + record, count + 1
    return size, count, None


def _parts(raw: bytes) -> tuple[bytes, bytes, bytes]:
    """Headers, block and end of a record."""
    blank = len(raw) - len(raw.lstrip(b"\r\n"))
    end = raw.find(END, blank) + len(END)
    length = LENGTH.search(raw, blank, end - 2)
    last = end + int(length[1]) if length else len(raw)
    return raw[:end], raw[end:last], raw[last:]


def _charset(head: bytes) -> str | None:
    """The encoding of a record's text, None when it is no text."""
    kind, content = TYPE.search(head), CONTENT.search(head)
    if kind is None or content is None or kind[1].lower() not in TYPES or content[1].strip().lower() not in TEXTS:
        return None
    return (content[2] or b"utf-8").decode("ascii")


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
    head, _, _ = _parts(source.peek(HEADERS))
    return model.too_large(limit) if _charset(head) else ""


def _pieces(source: Source, size: int, number: int) -> Iterator[tuple[bytes, int]]:
    while size and (data := source.read(min(size, BLOCK * 4))):
        size -= len(data)
        yield data, number


def _lost(source: Source, number: int) -> Iterator[tuple[bytes, int]]:
    """Bytes that are no record, up to the next one."""
    first = True
    while block := source.peek(BLOCK * 4):
        found = START_OF_RECORD.search(block, 1 if first else 0)
        first = False
        keep = 0 if found or len(block) < BLOCK * 4 else 8
        yield source.read(found.start() if found else len(block) - keep), number
        if found:
            return


def opened(source: Source, id_field: str | None) -> Warc:
    """A WARC file. Raises FormatError when it is none."""
    head = source.peek(8)
    if head and not START_OF_RECORD.match(head):
        raise FormatError(f"{source.name}: does not begin with a WARC record; name its format with --format")
    return Warc(id_field)
