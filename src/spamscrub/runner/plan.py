"""Which document goes where, settled before anything is read."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from spamscrub import formats, streams
from spamscrub.errors import FormatError
from spamscrub.streams import STDIN


@dataclass(frozen=True, slots=True)
class Root:
    """One of the inputs of a run: a file or a folder, where it goes (None: nowhere), and what its names begin with."""

    source: str
    target: str | None
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One file of a run: below a root, or the root itself."""

    root: Root
    inner: str = ""

    @property
    def name(self) -> str:
        """Its name in the log."""
        if self.inner:
            return self.root.prefix + self.inner
        return "stdin" if self.root.source == STDIN else PurePath(self.root.source).name

    @property
    def source(self) -> str:
        """Where it comes from."""
        return join(self.root.source, self.inner) if self.inner else self.root.source

    @property
    def target(self) -> str | None:
        """Where it goes."""
        if self.root.target is None or not self.inner:
            return self.root.target
        return join(self.root.target, self.root.prefix + self.inner)


def join(folder: str, inner: str) -> str:
    """A path below a folder or an address."""
    return f"{folder.rstrip('/')}/{inner}" if streams.is_remote(folder) else str(Path(folder, inner))


def plan(inputs: Sequence[str], output: str | None, include: Sequence[str] = formats.PATTERNS) -> list[Job]:
    """The files of a run, in order. Raises FormatError before anything is read when an output cannot be right.

    One file goes to `output` itself unless that is a folder; several inputs and folders go below `output`, a folder's
    structure kept.
    """
    many = len(inputs) > 1 or streams.is_folder(inputs[0])
    if many and output is not None and Path(output).is_file():
        raise FormatError(f"-o {output}: a file, and there are several inputs; give a folder")
    into_folder = output is not None and (many or streams.is_folder(output) or output.endswith("/"))
    jobs = [job for name in inputs for job in _jobs_of(name, output, into_folder, len(inputs) > 1, include)]
    _refuse_overwriting(jobs)
    return jobs


def shared_out(jobs: Sequence[Job], shard: tuple[int, int] | None) -> list[Job]:
    """The jobs of one shard, (number from 1, of how many); a single file is shared out by its chunks instead."""
    if shard is None or len(jobs) == 1:
        return list(jobs)
    return list(jobs[shard[0] - 1 :: shard[1]])


def _jobs_of(name: str, output: str | None, into_folder: bool, several: bool, include: Sequence[str]) -> Iterator[Job]:
    if streams.is_folder(name):
        last = PurePath(name).name
        prefix = f"{last}/" if several and last not in ("", ".", "..") else ""
        root = Root(name, output, prefix)
        found = [Job(root, inner) for inner in streams.files_below(name) if any(PurePath(inner).match(glob) for glob in include)]
        found = [job for job in found if not _is_below(job.source, output)]
        if not found and several:
            yield Job(Root(name, None))  # fails when it is read, and the other inputs are still done
        elif not found:
            raise FormatError(f"{name}: no text files ({_listed(include)}) in this folder; name the files, or others with --include '*.xyz'")
        yield from found
        return
    job = Job(Root(name, output))
    yield Job(Root(name, join(output, job.name))) if output is not None and into_folder else job


def _listed(patterns: Sequence[str]) -> str:
    plain = [glob for glob in patterns if not streams.codec_of(glob)]
    return ", ".join(plain or patterns)


def _is_below(path: str, folder: str | None) -> bool:
    if folder is None or streams.is_remote(folder) != streams.is_remote(path):
        return False
    return path.startswith(folder.rstrip("/") + "/") if streams.is_remote(folder) else os.path.realpath(path).startswith(os.path.realpath(folder) + os.sep)


def _refuse_overwriting(jobs: Sequence[Job]) -> None:
    identities: set[tuple[int, int]] | None = None
    targets: set[str] = set()
    several_roots = len({id(job.root) for job in jobs}) > 1
    for job in jobs:
        target = job.target
        if target is None:
            continue
        if target == job.source:
            raise _is_an_input(target)
        if several_roots:
            if target in targets:
                raise FormatError(f"-o {target}: two inputs would be written to it; clean them into folders of their own")
            targets.add(target)
        if not streams.is_remote(target) and Path(target).exists():
            identities = _identities(jobs) if identities is None else identities
            if _identity(target) in identities:
                raise _is_an_input(target)


def _is_an_input(target: str) -> FormatError:
    return FormatError(f"-o {target}: is an input; inputs are never overwritten, give another output")


def _identities(jobs: Sequence[Job]) -> set[tuple[int, int]]:
    local = (job.source for job in jobs if job.source != STDIN and not streams.is_remote(job.source))
    return {_identity(path) for path in local if Path(path).exists()}


def _identity(path: str) -> tuple[int, int]:
    stat = Path(path).stat()
    return stat.st_dev, stat.st_ino
