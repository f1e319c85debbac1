"""Chunks of whole lines: where a stream of lines may be cut, whatever its lines hold."""

from __future__ import annotations

from collections.abc import Iterator

from spamscrub.formats import model
from spamscrub.formats.model import CHUNK, Chunk, Position
from spamscrub.streams import BLOCK, Source

LARGE = 1 << 20
"""Far into a file chunks have so many bytes, as each costs something besides; at its beginning they are small, so that all workers soon have one."""
LONG = 400
"""Lines of so many bytes on average are long."""


def split(source: Source, start: Position, limit: int) -> Iterator[Chunk]:
    """The chunks of a file of lines; a chunk ends with the first line that fills it."""
    at = start
    source.skip_to(at.offset)
    while True:
        while data := source.whole_lines(wanted(at.offset), limit):
            yield (chunk := _chunk(data, at))
            at = chunk.end
        size = min(source.fill(wanted(at.offset)), wanted(at.offset))
        if not size:
            return
        last = source.ahead.rfind(b"\n", 0, size - 1) + 1
        length = _line_length(source, last, size, limit)
        if length > limit:
            if last:
                yield (chunk := _taken(source, at, last))
                at = chunk.end
            for chunk in model.oversize(at, _pieces(source, at.record), model.too_large(limit)):
                yield chunk
        else:
            yield (chunk := _taken(source, at, last + length))
        at = chunk.end


def wanted(offset: int) -> int:
    """How many bytes the chunk has that begins at an offset: where chunks end must not depend on where a run was resumed."""
    return min(max(CHUNK, offset >> 5), LARGE)


def _line_length(source: Source, start: int, size: int, limit: int) -> int:
    """The length of the line that starts `start` bytes ahead and reaches `size` at least, its end counted; more than `limit` is not looked at."""
    seen = size - 1
    while True:
        end = source.ahead.find(b"\n", seen)
        if end >= 0:
            return end + 1 - start
        seen = len(source.ahead)
        if seen - start > limit or source.fill(seen + 1) == seen:
            return seen - start


def _taken(source: Source, at: Position, size: int) -> Chunk:
    return _chunk(source.read(size), at)


def _chunk(data: bytes, at: Position) -> Chunk:
    lines = _ends(data) + (not data.endswith(b"\n"))
    return Chunk(data, at, Position(at.offset + len(data), at.record + lines))


def _ends(data: bytes) -> int:
    """How many lines end here. Long lines are leapt over, as `bytes.count` takes a nanosecond for each byte."""
    at = data.find(b"\n") + 1
    found = int(at > 0)
    while at and at >= found * LONG:
        at = data.find(b"\n", at) + 1
        found += at > 0
    return found + data.count(b"\n", at) if at else found


def _pieces(source: Source, record: int) -> Iterator[tuple[bytes, int]]:
    """One line of any length, piece by piece."""
    while block := source.peek(BLOCK * 4):
        end = block.find(b"\n") + 1
        yield source.read(end or len(block)), record + 1
        if end:
            return
