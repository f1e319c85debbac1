"""Bytes in and out: compression by name or content, local files and remote stores, damage told from the end."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import lzma
import os
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path, PurePath
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from spamscrub.errors import FormatError, RunError

if TYPE_CHECKING:
    from types import ModuleType

STDIN = "-"
"""The name that stands for standard input."""
CODECS = {".gz": "gz", ".zst": "zst", ".bz2": "bz2", ".xz": "xz"}
"""Suffixes of compressed files and the codecs that they stand for."""
_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "abfs", "abfss", "az", "oss"})
"""Stores without folders, which would create a bucket of a misspelled name if they were asked for one."""
MAGIC = ((b"\x1f\x8b", "gz"), (b"\x28\xb5\x2f\xfd", "zst"), (b"BZh", "bz2"), (b"\xfd7zXZ\x00", "xz"))
"""How compressed files begin."""
BLOCK = 1 << 18
"""How many bytes are asked of a file at a time."""
AT_ONCE = 1 << 23
"""How many bytes are asked of a remote store at a time."""
LINE = 1 << 14
"""A line that goes on for more bytes is long."""
HEAD = 1 << 20
"""A file's identity holds the hash of this many bytes at its start."""


def codec_of(name: str) -> str:
    """The codec that a file's name tells, or an empty string."""
    return CODECS.get(PurePath(name).suffix.lower(), "")


def bare(name: str) -> str:
    """A file's name without the suffix of its compression."""
    return name[: -len(PurePath(name).suffix)] if codec_of(name) else name


def codec_in(head: bytes) -> str:
    """The codec that a file's first bytes tell, or an empty string."""
    return next((codec for magic, codec in MAGIC if head.startswith(magic)), "")


def compress(data: bytes, codec: str) -> bytes:
    """`data` as a whole member of a compressed file; members may follow each other. The same bytes on every run."""
    if codec == "gz":
        return gzip.compress(data, 6, mtime=0)
    if codec == "zst":
        return cast(bytes, _zstd().compress(data))
    if codec == "bz2":
        return bz2.compress(data)
    return lzma.compress(data) if codec == "xz" else data


def _zstd() -> ModuleType:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        raise FormatError('zstandard files need an extra: pip install "spamscrub[zstd]"') from None
    return zstd


def _decompressed(raw: BinaryIO, codec: str) -> BinaryIO:
    if codec == "gz":
        return cast(BinaryIO, gzip.GzipFile(fileobj=raw))
    if codec == "zst":
        return cast(BinaryIO, _zstd().ZstdFile(raw))
    if codec == "bz2":
        return cast(BinaryIO, bz2.BZ2File(raw))
    return cast(BinaryIO, lzma.LZMAFile(raw)) if codec == "xz" else raw


def _damages() -> tuple[type[Exception], ...]:
    """What the decompressors raise for data that is cut off or broken."""
    zstd = sys.modules.get("backports.zstd") or sys.modules.get("compression.zstd")
    return (EOFError, zlib.error, lzma.LZMAError, OSError, *((zstd.ZstdError,) if zstd else ()))


class Stamp(NamedTuple):
    """What tells a file on this machine from others, and from itself after a change."""

    device: int
    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, found: os.stat_result) -> Stamp:
        """The stamp of a file, by what the system says of it."""
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


class Source:
    """A file that is read from one end to the other: its bytes after decompression.

    `codec` is what the content shows. `ahead` holds the bytes that were read but not yet taken: look, but change nothing.
    `elsewhere` is for formats that read the file by other ways, and say here how far. `damage` says why the bytes end
    early, and is empty while all is well.
    Raises FormatError when the file cannot be opened, RunError when its disk or store fails in the middle.
    """

    def __init__(self, name: str, stdin: BinaryIO | None = None):
        self.name = name
        self.offset = 0
        self.damage = ""
        self.elsewhere = 0
        self._raw = _Counted(stdin or open_input(name), name)
        self.ahead = bytearray()
        self.codec = codec_in(self._raw.peek(6))
        self._stream = _decompressed(cast(BinaryIO, self._raw), self.codec)
        self._step = getattr(self._stream, "read1", self._stream.read)

    def stamp(self) -> Stamp | None:
        """What another process needs to know to read the same bytes at the same offsets; None where it cannot."""
        if self.codec or self.name == STDIN or is_remote(self.name) or not hasattr(os, "pread"):
            return None
        found = self._raw.stat()
        return Stamp.of(found) if found is not None and S_ISREG(found.st_mode) else None

    @property
    def consumed(self) -> int:
        """How many bytes of the file itself were read, before decompression."""
        return max(self._raw.consumed, self.elsewhere)

    @property
    def size(self) -> int:
        """How many bytes the file has, 0 when that is not known."""
        return size_of(self.name) or 0

    def fill(self, size: int) -> int:
        """Read on until `size` bytes are ahead; how many there are, fewer only at the end."""
        while len(self.ahead) < size:
            block = self._more()
            if not block:
                break
            self.ahead += block
        return len(self.ahead)

    def peek(self, size: int, start: int = 0) -> bytes:
        """The bytes that follow `start` bytes ahead, without moving past them: `size`, or fewer at the end."""
        self.fill(start + size)
        with memoryview(self.ahead) as ahead:
            return bytes(ahead[start : start + size])

    def read(self, size: int) -> bytes:
        """The next bytes: `size`, or fewer at the end."""
        found = self.peek(size)
        del self.ahead[: len(found)]
        self.offset += len(found)
        return found

    def whole_lines(self, size: int, most: int) -> bytes:
        """The next `size` bytes with the rest of the line that they end in, read at once; `most` bytes at most.

        Nothing where that takes a closer look: at the end, in long lines, and where this is no plain file.
        """
        if not self._is_plain:
            return b""
        with suppress(OSError):  # it comes again where the closer look is taken
            handle = self._raw.fileno()
            end = os.pread(handle, LINE, self.offset + size - 1).find(b"\n")
            size += end
            data = os.pread(handle, size, self.offset) if end >= 0 and size <= most else b""
            if len(data) == size and data.endswith(b"\n"):
                self.ahead.clear()
                self.offset = self._raw.seek(self.offset + size)
                return data
        return b""

    @cached_property
    def _is_plain(self) -> bool:
        return self.stamp() is not None

    def skip_to(self, offset: int) -> None:
        """Move on to a place that lies ahead, in bytes after decompression."""
        if not self.codec and self._raw.seekable() and offset > self.offset + len(self.ahead):
            self.ahead.clear()
            self._raw.seek(offset)
            self.offset = offset
        while self.offset < offset and self.read(min(BLOCK, offset - self.offset)):
            pass

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self.name != STDIN:
            self._raw.close()

    def _more(self) -> bytes:
        if self.damage:
            return b""
        try:
            return cast(bytes, self._step(BLOCK))
        except _damages() as problem:
            self.damage = f"{self.codec} data that ends early or is broken after {self.offset + len(self.ahead)} bytes ({problem})"
            return b""


class _Counted(io.RawIOBase):
    """A file that counts what is read of it, and can be peeked into."""

    def __init__(self, raw: BinaryIO, name: str):
        self._raw = raw
        self._name = name
        self._head = b""
        self.consumed = 0

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._raw.fileno()

    def stat(self) -> os.stat_result | None:
        """What the system says of the file that is open, whatever its name stands for by now; None of what is no file."""
        try:
            return os.fstat(self._raw.fileno())
        except (AttributeError, OSError):
            return None

    def seekable(self) -> bool:
        return self._raw.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        self._head = b""
        self.consumed = self._raw.seek(offset, whence)
        return self.consumed

    def tell(self) -> int:
        return self.consumed

    def peek(self, size: int) -> bytes:
        while len(self._head) < size:
            block = self._bytes(size - len(self._head))
            if not block:
                break
            self._head += block
        return self._head

    def read(self, size: int = -1) -> bytes:
        """The next bytes, as soon as there are any."""
        found, self._head = (self._head, b"") if self._head else (self._bytes(size), b"")
        if 0 <= size < len(found):
            found, self._head = found[:size], found[size:]
        self.consumed += len(found)
        return found

    def _bytes(self, size: int) -> bytes:
        try:
            return cast(bytes, getattr(self._raw, "read1", self._raw.read)(size))
        except Exception as problem:  # stores raise errors of their own, such as botocore's
            way = "see to it, and go on with --resume" if self._name != STDIN else "give the file itself"
            raise RunError(f"{self._name}: cannot be read any further ({reason(problem)}) after {self.consumed} bytes; {way}") from None

    def readinto(self, buffer: Any) -> int:
        found = self.read(len(buffer))
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        self._raw.close()
        super().close()


def is_remote(name: str) -> bool:
    """Whether a name is an address such as `s3://bucket/file` rather than a local path."""
    return "://" in name


def remote(name: str) -> tuple[Any, str]:
    """The fsspec store of an address, and the path in it. Raises FormatError when the store cannot be used."""
    try:
        import fsspec
    except ImportError:
        raise FormatError(f'{name}: remote files need an extra: pip install "spamscrub[remote]"') from None
    try:
        store, path = fsspec.core.url_to_fs(name)
    except (ImportError, ValueError) as problem:
        raise FormatError(f"{name}: this store cannot be used ({problem}); install the package that it names") from None
    return store, path


def reason(problem: Exception) -> str:
    """What an error says, on one line."""
    told = (problem.strerror if isinstance(problem, OSError) else None) or str(problem) or type(problem).__name__
    return " ".join(told.split())


@contextmanager
def _used(name: str, verb: str = "read") -> Iterator[tuple[Any, str]]:
    """The store of an address and the path in it; whatever the store raises, but that a file is not there, is a FormatError."""
    store, path = remote(name)
    try:
        yield store, path
    except (FileNotFoundError, IsADirectoryError):
        raise
    except Exception as problem:  # stores raise errors of their own, such as botocore's
        raise FormatError(f"{name}: cannot be {verb} ({reason(problem)}); check the address, and what this store asks of its users") from None


def open_input(name: str) -> BinaryIO:
    """A file for reading. Raises FormatError naming what is wrong."""
    try:
        if is_remote(name):
            with _used(name) as (store, path):
                return cast(BinaryIO, store.open(path, "rb", block_size=AT_ONCE))
        return Path(name).open("rb")
    except FileNotFoundError:
        raise FormatError(f"{name}: no such file; check the path") from None
    except IsADirectoryError:
        raise FormatError(f"{name}: a folder, not a file, or one without texts; name its files, or others with --include") from None
    except OSError as problem:
        raise FormatError(f"{name}: cannot be read ({problem.strerror or problem}); check its permissions") from None


def identity(name: str, *, head: bool = True) -> dict[str, Any]:
    """What tells a file from a changed one: its size, its time of change, and the hash of its first MiB."""
    found: dict[str, Any] = {"name": name}
    if name == STDIN:
        return found
    if is_remote(name):
        try:
            with _used(name) as (store, path):
                info = store.info(path)
        except FileNotFoundError:
            return found
        found |= {"size": info.get("size"), "changed": str(info.get("mtime") or info.get("LastModified") or info.get("ETag") or "")}
    else:
        try:
            stat = Path(name).stat()
        except OSError:
            return found
        found |= {"size": stat.st_size, "changed": stat.st_mtime_ns}
    if head:
        with suppress(FormatError), open_input(name) as file:  # one that cannot be read fails when it is its turn
            found["head"] = hashlib.sha256(file.read(HEAD)).hexdigest()
    return found


def files_below(folder: str) -> Iterator[str]:
    """The files of a folder and of those inside it, as paths relative to it, in order of name; hidden ones are left out."""
    if is_remote(folder):
        with _used(folder) as (store, path):
            root = path.rstrip("/") + "/"
            inner = sorted(str(found).split(root, 1)[-1] for found in store.find(path))
        yield from (name for name in inner if not any(part.startswith(".") for part in name.split("/")))
        return
    yield from _local_files(Path(folder), "")


def _local_files(folder: Path, prefix: str) -> Iterator[str]:
    with os.scandir(folder) as entries:
        found = sorted((entry.name, entry.is_dir(follow_symlinks=False), entry.is_file()) for entry in entries if not entry.name.startswith("."))
    for name, is_folder, is_file in found:
        if is_folder:
            yield from _local_files(folder / name, f"{prefix}{name}/")
        elif is_file:
            yield f"{prefix}{name}"


def is_folder(name: str) -> bool:
    """Whether a name is that of a folder that is there."""
    if name == STDIN:
        return False
    if is_remote(name):
        with _used(name) as (store, path):
            return bool(store.isdir(path))
    return Path(name).is_dir()


def publish(partial: Path, target: str) -> None:
    """Give a finished file its name: whole or not at all. Raises FormatError when it cannot be written."""
    try:
        if not is_remote(target):
            partial.replace(target)
            return
        with _used(target, "written") as (store, path):
            protocols = (store.protocol,) if isinstance(store.protocol, str) else store.protocol
            if _BUCKETS.isdisjoint(protocols):
                store.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
            store.put_file(str(partial), path)
        partial.unlink()
    except OSError as problem:
        raise FormatError(f"{target}: cannot be written ({problem.strerror or problem}); choose another output") from None


def size_of(name: str) -> int | None:
    """How many bytes a file has, None when that is not known."""
    found = identity(name, head=False).get("size")
    return found if isinstance(found, int) else None


def compress_file(plain: Path, target: Path, codec: str) -> None:
    """Write a file as a compressed one, member by member."""
    with plain.open("rb") as source, target.open("wb") as out:
        while block := source.read(HEAD):
            out.write(compress(block, codec))
