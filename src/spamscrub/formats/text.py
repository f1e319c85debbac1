"""Text files: one file is one document, read and written as bytes so that line ends and a BOM survive."""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from spamscrub.errors import FormatError
from spamscrub.formats import model
from spamscrub.formats.model import Chunk, Position, Problem, Record, Spellings, Splices
from spamscrub.streams import BLOCK, Source


def known_encoding(name: str) -> str:
    """The encoding's own name. Raises FormatError for one that Python does not have."""
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise FormatError(f"--encoding {name}: no such encoding; try utf-8, gb18030, big5, shift_jis or cp1252") from None


def decode(data: bytes, source: str, encoding: str = "utf-8") -> str:
    """The text of a file's bytes; a BOM stays in it. Raises FormatError naming the byte that does not fit."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        problem = undecodable(data, error, encoding)
        raise FormatError(f"{source}:{problem.line}: {problem.reason}") from None


def undecodable(data: bytes, error: UnicodeDecodeError, encoding: str, field: str = "") -> Problem:
    """What is wrong with bytes that are not in their encoding."""
    line = data[: error.start].count(b"\n") + 1
    found = f"byte {error.start} (0x{data[error.start]:02x}) is not {encoding}" if data else f"is not {encoding}"
    return Problem(f"{found}; name the file's encoding with --encoding", field, line)


@dataclass(frozen=True)
class Text:
    """A file that is one document."""

    encoding: str = "utf-8"

    name: ClassVar[str] = "text"
    member_per_record: ClassVar[bool] = False

    def split(self, source: Source, start: Position, limit: int) -> Iterator[Chunk]:
        """The whole file; a damaged one has no document."""
        if start.record:
            return
        found = source.peek(limit + 1)
        if source.damage:
            return
        if len(found) <= limit:
            yield Chunk(source.read(limit), start, Position(len(found), 1))
            return
        blocks = ((block, 1) for block in iter(lambda: source.read(BLOCK * 4), b""))
        yield from model.oversize(start, blocks, model.too_large(limit))

    def records(self, chunk: Chunk) -> Iterator[Record]:
        """The document."""
        try:
            yield Record(1, chunk.data, {"": chunk.data.decode(self.encoding)})
        except UnicodeDecodeError as error:
            yield Record(1, chunk.data, {}, (undecodable(chunk.data, error, self.encoding),))

    def spliced(self, record: Record, splices: Splices) -> tuple[bytes, Spellings]:
        """The document's bytes with another text, which has one spelling only."""
        return model.apply(record.texts[""], splices[""]).encode(self.encoding), {"": [None] * len(splices[""])}

    def again(self, record: Record, raw: bytes) -> Record:
        """The document as it reads when written."""
        return next(self.records(Chunk(raw, Position(), Position())))

    def join(self, chunk: Chunk, pieces: Sequence[Any]) -> bytes:
        """The bytes of the document."""
        return b"".join(pieces)

    def finish(self, joined: Path, target: Path) -> bool:
        """Nothing is left to do."""
        return False

    def settings(self) -> dict[str, Any]:
        """The encoding."""
        return {"encoding": self.encoding}


def read(path: Path) -> bytes:
    """The bytes of a file. Raises FormatError naming what is wrong."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FormatError(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise FormatError(f"{path}: a folder, not a file, or one without texts; name its files, or others with --include") from None
    except OSError as problem:
        raise FormatError(f"{path}: cannot be read ({problem.strerror}); check its permissions") from None


def write(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it, so that it is there whole or not at all. Raises FormatError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    except OSError as problem:
        raise FormatError(f"{path}: cannot be written ({problem.strerror}); choose another output") from None
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except OSError as problem:
        raise FormatError(f"{path}: cannot be written ({problem.strerror}); choose another output") from None
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
