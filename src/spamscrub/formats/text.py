"""Text files: one file is one document, read and written as bytes so that line ends and a BOM survive."""

from __future__ import annotations

import codecs
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from spamscrub.errors import FormatError

PATTERNS = ("*.txt", "*.text", "*.md")
"""The files of a folder that are taken for text unless others are asked for."""


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
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise FormatError(
            f"{source}:{line}: byte {problem.start} (0x{data[problem.start]:02x}) is not {encoding}; name the file's encoding with --encoding"
        ) from None


def read(path: Path) -> bytes:
    """The bytes of a file. Raises FormatError naming what is wrong."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FormatError(f"{path}: no such file; check the path") from None
    except IsADirectoryError:
        raise FormatError(f"{path}: a folder, not a file; name files, or the folder as an input of `clean`") from None
    except OSError as problem:
        raise FormatError(f"{path}: cannot be read ({problem.strerror}); check its permissions") from None


def files_in(folder: Path, patterns: Sequence[str] = PATTERNS, leave_out: Path | None = None) -> list[Path]:
    """The text files below a folder, sorted; hidden ones and those below `leave_out` are passed over.

    Raises FormatError when there are none.
    """
    found = sorted(
        {
            path
            for pattern in patterns
            for path in folder.rglob(pattern)
            if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
        }
    )
    if leave_out is not None:
        found = [path for path in found if not path.resolve().is_relative_to(leave_out.resolve())]
    if not found:
        raise FormatError(f"{folder}: no text files ({', '.join(patterns)}) in this folder; name the files, or others with --include '*.xyz'")
    return found


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
