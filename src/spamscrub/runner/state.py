"""What a run leaves on disk while it goes on: partial files, and a manifest from which it can be resumed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, BinaryIO

from spamscrub import streams
from spamscrub.errors import FormatError, RunError

MANIFEST = 1
"""The version of the manifest's form; another one cannot be resumed."""
MANY = 16
"""From so many new files on, the whole disk is asked to keep what it has, rather than one file after the other."""


def hidden(target: str, ending: str) -> Path:
    """The hidden file that belongs to a target: beside it, or in the current folder for a remote one."""
    if streams.is_remote(target):
        return Path(f".spamscrub-{hashlib.sha256(target.encode()).hexdigest()[:12]}.{ending}")
    path = Path(target).absolute()
    return path.with_name(f".{path.name}.spamscrub-{ending}")


def drop_if_empty(target: str) -> None:
    """Delete the partial file of a target that was made in the very moment of an interruption, before anything was written."""
    partial = hidden(target, "partial")
    with contextlib.suppress(OSError):
        if not partial.stat().st_size:
            partial.unlink()


class Partial:
    """A file that grows under a hidden name and gets its own when it is complete. Raises FormatError when it cannot be written."""

    def __init__(self, target: str, *, keep: int | None = None):
        self.target = target
        self.path = hidden(target, "partial")
        self.length = 0
        with self._writing():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] = self.path.open("wb" if keep is None else "r+b")
            if keep is not None:
                self._cut(keep)

    def append(self, data: bytes) -> None:
        """Add bytes at the end."""
        with self._writing():
            self._file.write(data)
            self.length += len(data)

    def sync(self) -> None:
        """Return when the disk holds what was appended."""
        with self._writing():
            self._file.flush()
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Leave the file as it is, to be resumed."""
        with self._writing():
            self._file.close()

    def finish(self, transform: Callable[[Path, Path], bool] | None = None) -> None:
        """Give the file its name. `transform` may write another file from it, which then gets the name; it says whether it did."""
        self.close()
        other = hidden(self.target, "finish")
        with self._writing():
            if transform is not None and transform(self.path, other):
                streams.publish(other, self.target)
                self.path.unlink()
            else:
                streams.publish(self.path, self.target)

    def drop(self) -> None:
        """Delete the file."""
        with contextlib.suppress(OSError):
            self._file.close()
        self.path.unlink(missing_ok=True)

    def _cut(self, length: int) -> None:
        if os.fstat(self._file.fileno()).st_size < length:
            raise RunError(f"{self.path}: is shorter than the manifest says, so the run cannot be resumed; start it afresh")
        self._file.truncate(length)
        self._file.seek(length)
        self.length = length

    @contextlib.contextmanager
    def _writing(self) -> Any:
        try:
            yield
        except OSError as problem:
            raise FormatError(f"{self.target}: cannot be written ({problem.strerror or problem}); choose another output") from None


class Manifest:
    """The file that a run is resumed from: a line of what it is, then a line for each checkpoint."""

    def __init__(self, path: Path, what: Mapping[str, Any], inputs: Sequence[str]):
        self.path = path
        self._what = what
        self._inputs = inputs
        self._file: BinaryIO | None = None

    def left_over(self) -> bool:
        """Whether a run was left unfinished here."""
        return self.path.exists()

    def resume(self) -> dict[str, Any] | None:
        """The last checkpoint of the run that was left here; None when there is none. Raises RunError when it was another run."""
        lines = self._lines() if self.left_over() else []
        if not lines:
            return None
        if why := _difference(lines[0], header(self._what, self._inputs)):
            raise RunError(f"{self.path}: cannot be resumed, as {why}; repeat what was said then, or delete this file to start afresh")
        return lines[-1] if len(lines) > 1 else None

    def write(self, checkpoint: Mapping[str, Any]) -> None:
        """Add a checkpoint; it is on the disk when this returns. Raises RunError when it cannot be written."""
        try:
            if self._file is None:
                self._open()
            assert self._file is not None
            self._file.write(json.dumps(checkpoint, separators=(",", ":")).encode("ascii") + b"\n")
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as problem:
            raise RunError(f"{self.path}: cannot be written ({problem.strerror or problem}); see to it, and go on with --resume") from None

    def close(self) -> None:
        """Leave the file for the next run."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def remove(self) -> None:
        """Delete the file: the run is complete."""
        self.close()
        for path in (self.path, self._fresh):
            if path.exists():
                path.unlink()

    @property
    def _fresh(self) -> Path:
        return self.path.with_name(self.path.name + "-new")

    def _open(self) -> None:
        """Begin the file, or go on behind its last whole line; a new one appears with its first line in it."""
        if self.path.exists():
            self._file = self.path.open("r+b")
            whole = self._file.read()
            self._file.truncate(whole.rfind(b"\n") + 1)
            self._file.seek(0, os.SEEK_END)
            return
        self._fresh.write_bytes(json.dumps(header(self._what, self._inputs), separators=(",", ":")).encode("ascii") + b"\n")
        self._fresh.replace(self.path)
        self._file = self.path.open("ab")
        sync_folder(self.path.parent)

    def _lines(self) -> list[dict[str, Any]]:
        """The first line and the last whole one."""
        whole = self.path.read_bytes()
        whole = whole[: whole.rfind(b"\n") + 1]
        lines = whole.splitlines()
        try:
            return [json.loads(line) for line in ([lines[0], lines[-1]] if len(lines) > 1 else lines)]
        except ValueError:
            raise RunError(f"{self.path}: is not a manifest of spamscrub; delete it to start afresh") from None


def header(what: Mapping[str, Any], inputs: Iterable[str]) -> dict[str, Any]:
    """The first line of a manifest: what the run is, and what tells its inputs from changed ones."""
    names = list(inputs)
    if len(names) <= 100:
        return {"manifest": MANIFEST, **what, "inputs": [streams.identity(name) for name in names]}
    whole = hashlib.sha256()
    for name in names:
        whole.update(json.dumps(streams.identity(name, head=False)).encode("ascii"))
    return {"manifest": MANIFEST, **what, "inputs": {"count": len(names), "sha256": whole.hexdigest()}}


def _difference(then: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What is not as it was, in words; empty when all is."""
    for key, value in json.loads(json.dumps(now)).items():
        before = then.get(key)
        if before == value:
            continue
        if key == "inputs":
            return _changed_input(before, value)
        return f"{key} was {_short(before)} and is {_short(value)}"
    return ""


def _changed_input(then: Any, now: Any) -> str:
    if isinstance(then, list) and isinstance(now, list) and [i["name"] for i in then] == [i["name"] for i in now]:
        changed = next(after for before, after in zip(then, now, strict=True) if before != after)
        return f"the input {changed['name']} was changed since"
    return "the inputs are not the same files, or some were changed since"


def _short(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."


def sync_files(paths: Sequence[Path]) -> None:
    """Return when the disk holds these new files under their names."""
    if len(paths) > MANY and sys.platform == "linux":
        os.sync()
        return
    for path in paths:
        with path.open("rb") as file:
            os.fsync(file.fileno())
    for folder in {path.parent for path in paths}:
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Return when the disk holds the names in a folder, on systems that can tell."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
