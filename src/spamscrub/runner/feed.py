"""The input side of a run: files opened one after the other, and cut into tasks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from spamscrub import formats, streams
from spamscrub.errors import FormatError, RunError, SpamscrubError
from spamscrub.formats import Format, Reading
from spamscrub.formats.model import START, Chunk, Position
from spamscrub.runner.plan import Job
from spamscrub.runner.work import Task, Where
from spamscrub.streams import STDIN, Source

LIMIT = 16_000_000
"""Records of more bytes pass through unless another limit is asked for."""


@dataclass(frozen=True)
class Options:
    """How a run goes about its work.

    `limit` is the largest record in bytes (Parquet: characters); `on_failure` is "keep", "drop", or None: keep records,
    drop files that are no text; `jobs` is the number of processes (None: one a core); `shard` is (number from 1, of how
    many); `sample` is how many documents to pick at random, writing none; `pause` is the time in seconds between
    checkpoints, more where the disk is slow.
    """

    reading: Reading = field(default_factory=Reading)
    limit: int = LIMIT
    on_failure: str | None = None
    jobs: int | None = None
    shard: tuple[int, int] | None = None
    sample: int | None = None
    resume: bool = False
    wants_changes: bool = False
    pause: float = 1.0


class Begin(NamedTuple):
    """A file was opened, and is read from a place on."""

    number: int
    job: Job
    format: Format
    codec: str
    at: Position


class End(NamedTuple):
    """A file is read to its end; `damage` says why that came too early."""

    damage: str


class Broken(NamedTuple):
    """A file that cannot be read at all."""

    number: int
    job: Job
    reason: str


Item = Task | Begin | End | Broken
Chosen = Mapping[tuple[int, Position], frozenset[int]]
"""Which documents of which chunks are to be done: by the index of the job and the place of the chunk."""


@dataclass
class Feed:
    """The files of a run as tasks. `alone` says that there is one file only, so that shards share out its chunks."""

    jobs: Sequence[Job]
    options: Options
    alone: bool
    wants_rows: bool
    stdin: BinaryIO | None = None
    chosen: Chosen | None = None

    def items(self, first: int = 0, at: Position = START, unit: int = -1) -> Iterator[Item]:
        """The tasks from a place on: that of the first file, when it is not read from its beginning."""
        for number, job in enumerate(self.jobs[first:], first):
            try:
                yield from self._file(number, job, at, unit)
            except RunError:
                raise
            except SpamscrubError as problem:
                yield Broken(number, job, str(problem))
            at, unit = START, -1

    def format_of(self, job: Job) -> Format:
        """The format that a file is read in. Raises FormatError."""
        source = Source(job.source)
        try:
            return formats.opened(source, self.options.reading)
        finally:
            source.close()

    def _file(self, number: int, job: Job, at: Position, unit: int) -> Iterator[Item]:
        source = Source(job.source, self.stdin if job.source == STDIN else None)
        try:
            format = formats.opened(source, self.options.reading)
            codec = self._codec(job, source, format)
            yield Begin(number, job, format, codec, at)
            basis = self._basis(job, format, codec)._replace(stamp=source.stamp() if format.name == "jsonl" else None)
            for chunk in format.split(source, at, self.options.limit):
                unit += chunk.opens
                if self._is_ours(chunk, unit):
                    only = None if self.chosen is None else self.chosen.get((number, chunk.at), frozenset())
                    yield basis._replace(chunk=chunk, unit=unit, consumed=source.consumed, only=only)
            yield End(source.damage)
        finally:
            source.close()

    def _basis(self, job: Job, format: Format, codec: str) -> Task:
        """What all tasks of a file have in common."""
        keep = self.options.on_failure
        where = Where(job.name, job.source)
        return Task(
            format, Chunk(b"", START, START), where, self.options.limit, codec,
            keep=keep == "keep" or (keep is None and format.name != "text"), keep_large=keep != "drop",
            wants_rows=self.wants_rows, wants_changes=self.options.wants_changes,
        )  # fmt: skip

    def _is_ours(self, chunk: Chunk, unit: int) -> bool:
        if self.options.shard is None or not self.alone or chunk.head:
            return True
        number, count = self.options.shard
        return unit % count == number - 1

    def _codec(self, job: Job, source: Source, format: Format) -> str:
        """How the output is compressed: as its name says, else as the input is."""
        if job.target is None:
            return ""
        other = formats.format_of(job.target)
        if other is not None and other != format.name and "text" not in (other, format.name):
            raise FormatError(f"-o {job.target}: its name says {other}, but {job.source} is {format.name}, and formats are not converted; name it so")
        told = streams.codec_of(job.target)
        return told or ("" if job.source == STDIN or streams.codec_of(job.source) else source.codec)


def sample(feed: Feed, size: int) -> Chosen:
    """Documents picked at random, the same on every run. All files are read, but nothing is judged."""
    counts = [(place, count) for place, count in _counts(feed) if count]
    total = sum(count for _, count in counts)
    picked = sorted(random.Random(total).sample(range(total), min(size, total)))
    chosen: dict[tuple[int, Position], frozenset[int]] = {}
    before, rest = 0, iter(picked)
    at = next(rest, None)
    for place, count in counts:
        inside = set()
        while at is not None and at < before + count:
            inside.add(at - before)
            at = next(rest, None)
        if inside:
            chosen[place] = frozenset(inside)
        before += count
    return chosen


def _counts(feed: Feed) -> Iterator[tuple[tuple[int, Position], int]]:
    number = 0
    for item in feed.items():
        if isinstance(item, Begin):
            number = item.number
        elif isinstance(item, Task) and not item.chunk.passing:
            yield (number, item.chunk.at), sum(1 for _ in item.format.records(item.chunk))
