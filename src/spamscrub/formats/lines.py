"""Chunks of whole lines: where a stream of lines may be cut, whatever its lines hold."""

from __future__ import annotations

from collections.abc import Iterator

from spamscrub.formats import model
from spamscrub.formats.model import CHUNK, Chunk, Position
from spamscrub.streams import BLOCK, Source


def split(source: Source, start: Position, limit: int) -> Iterator[Chunk]:
    """The chunks of a file of lines; a chunk ends with the first line that fills it."""
    at = start
    source.skip_to(at.offset)
    while head := source.peek(CHUNK):
        last = head.rfind(b"\n", 0, len(head) - 1) + 1
        length = _line_length(source, last, limit)
        if length > limit:
            if last:
                yield (chunk := _taken(source, at, last))
                at = chunk.end
            for chunk in model.oversize(at, _pieces(source, at.record), model.too_large(limit)):
                yield chunk
        else:
            yield (chunk := _taken(source, at, last + length))
        at = chunk.end


def _line_length(source: Source, start: int, limit: int) -> int:
    """The length of the line that starts `start` bytes ahead, its end counted; more than `limit` is not looked at."""
    size = CHUNK
    while True:
        ahead = source.peek(size)
        end = ahead.find(b"\n", start)
        if end >= 0:
            return end + 1 - start
        if len(ahead) < size or len(ahead) - start > limit:
            return len(ahead) - start
        size = min(size * 2, start + limit + 1)


def _taken(source: Source, at: Position, size: int) -> Chunk:
    data = source.read(size)
    lines = data.count(b"\n") + (not data.endswith(b"\n"))
    return Chunk(data, at, Position(at.offset + len(data), at.record + lines))


def _pieces(source: Source, record: int) -> Iterator[tuple[bytes, int]]:
    """One line of any length, piece by piece."""
    while block := source.peek(BLOCK * 16):
        end = block.find(b"\n") + 1
        yield source.read(end or len(block)), record + 1
        if end:
            return
