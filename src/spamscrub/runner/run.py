"""Many documents: split, done by workers, written in the order of the input, and resumable at every chunk."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from spamscrub import audit, streams
from spamscrub.errors import FormatError, RunError, SpamscrubError
from spamscrub.formats.model import START, Position
from spamscrub.processes import SMALL
from spamscrub.runner import feed, state
from spamscrub.runner.feed import Begin, Broken, End, Feed, Item, Options
from spamscrub.runner.plan import Job, shared_out
from spamscrub.runner.state import Manifest, Partial
from spamscrub.runner.work import Cleaning, Failure, Processed, Recipe, Task, Totals, Where
from spamscrub.runner.workers import Inline, Pool, Workers, cores
from spamscrub.streams import STDIN

SLOW = 10
"""A checkpoint waits for the disk; where that is slow, the pause after one is so many times as long as it took,"""
MOST = 30
"""but so many usual pauses at most."""


class Step(NamedTuple):
    """What a run tells as it goes: what became of a part of a file, and how many bytes of that file are behind it."""

    job: Job
    processed: Processed
    consumed: int
    at_end: bool = False


@dataclass
class _Progress:
    """How far a run is: all that a checkpoint holds."""

    job: int = 0
    at: Position = START
    unit: int = -1
    output: int = 0
    audit: int = 0
    failures: int = 0
    complete: bool = False
    seconds: float = 0.0
    totals: Totals = field(default_factory=Totals)

    def row(self) -> dict[str, Any]:
        return {**vars(self), "totals": self.totals.state()}

    @classmethod
    def of_row(cls, row: Mapping[str, Any]) -> _Progress:
        return cls(**{**row, "at": Position(*row["at"]), "totals": Totals.of_state(row["totals"])})

    def copy(self) -> _Progress:
        return replace(self, totals=Totals.of_state(self.totals.state()))


@dataclass
class _File:
    """The file that is being written."""

    begin: Begin
    before: _Progress
    partial: Partial | None = None
    noted: bool = False
    is_left_out: bool = False


class Run:
    """One run of a Cleaner over files: iterate over `steps()`; `totals` and `seconds` grow on the way.

    `log` and `failures` are files to write; `stdout` takes the texts of files that have no target; `output` is what a
    person knows as the output (default: the first target), and the manifest lies beside it. Raises SpamscrubError
    when the run cannot begin or go on; what is wrong with documents is in the steps.
    """

    def __init__(
        self, jobs: Sequence[Job], recipe: Recipe, options: Options | None = None, *,
        log: str | None = None, failures: str | None = None, stdin: BinaryIO | None = None, stdout: BinaryIO | None = None, output: str | None = None,
    ):  # fmt: skip
        self.options = options or Options()
        self.jobs = shared_out(jobs, self.options.shard)
        self._feed = Feed(self.jobs, self.options, alone=len(jobs) == 1, wants_rows=log is not None, stdin=stdin)
        self._recipe = recipe
        self._output = output or (jobs[0].root.target if jobs else None)
        self._names = {"audit": log, "failures": failures}
        self._stdout = stdout
        self._done = self._safe = _Progress()
        self._began = time.monotonic()
        self._next_checkpoint = self._began + self.options.pause
        self._manifest = self._new_manifest()
        self._books: dict[str, Partial] = {}
        self._file: _File | None = None
        self._new_files: list[Path] = []

    @property
    def totals(self) -> Totals:
        """What the run came to so far."""
        return self._done.totals

    @property
    def seconds(self) -> float:
        """How long it took so far, what it was resumed from counted."""
        return self._done.seconds + time.monotonic() - self._began

    @property
    def resumable(self) -> bool:
        """Whether the run can be resumed when it is interrupted."""
        return self._manifest is not None

    @property
    def is_left(self) -> bool:
        """Whether something lies on the disk from which it can be resumed."""
        return self._manifest is not None and self._manifest.left_over()

    def size(self) -> int | None:
        """How many bytes all the inputs have; None when that is not known."""
        sizes = [streams.size_of(job.source) for job in self.jobs]
        return None if None in sizes else sum(size or 0 for size in sizes)

    def steps(self) -> Iterator[Step]:
        """Do all the work. Close the iterator, or leave it by an exception, to stop in a state that can be resumed."""
        if self.options.sample is not None:
            if any(job.source == STDIN for job in self.jobs):
                raise RunError("standard input cannot be sampled, as it is read twice; give a file")
            self._feed.chosen = feed.sample(self._feed, self.options.sample)
        self._begin()
        pool = self._pool()
        try:
            for item, processed in pool.ordered(self._feed.items(self._done.job, self._done.at, self._done.unit)):
                yield from self._took(item, processed)
                self._safe = self._done.copy()
                if isinstance(item, Task | End):
                    self._checkpoint_if_due()
            self._finish()
        except BaseException:
            self._leave()
            raise
        finally:
            pool.close()

    # ------------------------------------------------------------------------------------------- beginning

    def _new_manifest(self) -> Manifest | None:
        """The manifest of a run that writes files and whose inputs can be read again."""
        if any(job.source == STDIN for job in self.jobs) or self._stdout is not None or self.options.sample is not None:
            return None
        main = self._output or self._names["audit"] or self._names["failures"]
        if main is None:
            return None
        shard = "" if self.options.shard is None else "-{}-of-{}".format(*self.options.shard)
        what = {**audit.header(self._recipe.packs, self._recipe.policy), "options": self._what()}
        return Manifest(state.hidden(main, f"run{shard}"), what, [job.source for job in self.jobs])

    def _what(self) -> dict[str, Any]:
        """The options that decide what is written."""
        chosen = {name: getattr(self.options, name) for name in ("limit", "on_failure", "shard")}
        outputs = {"output": self._output, **self._names}
        return {**asdict(self.options.reading), **chosen, **outputs}

    def _begin(self) -> None:
        checkpoint = None
        if self._manifest is not None:
            if self._manifest.left_over() and not self.options.resume:
                path = self._manifest.path
                raise RunError(f"{path}: a run was left unfinished here; go on with the same command and --resume, or delete this file to start afresh")
            checkpoint = self._manifest.resume() if self.options.resume else None
        self._done = _Progress.of_row(checkpoint) if checkpoint else _Progress()
        if checkpoint and self._done.complete:
            self._finish_left_over()
        if checkpoint is None or self._done.job < len(self.jobs):
            self._open_books(resumed=checkpoint is not None)

    def _open_books(self, *, resumed: bool) -> None:
        for book, name in self._names.items():
            if name is not None:
                self._books[book] = Partial(name, keep=getattr(self._done, book) if resumed else None)
        if not resumed and self._names["audit"] is not None:
            self._enter("audit", audit.line(audit.header(self._recipe.packs, self._recipe.policy)))

    def _finish_left_over(self) -> None:
        """Give a file its name that was complete when the run was stopped, unless it has it already."""
        job = self.jobs[self._done.job]
        assert job.target is not None
        if state.hidden(job.target, "partial").exists():
            left_over = Partial(job.target, keep=self._done.output)
            left_over.finish(self._feed.format_of(job).finish)
        self._next_job()

    def _next_job(self) -> None:
        self._done = replace(self._done, job=self._done.job + 1, at=START, unit=-1, output=0, complete=False)

    def _pool(self) -> Pool:
        jobs = self.options.jobs
        sizes = [streams.size_of(job.source) for job in self.jobs[:1000]]
        is_small = len(self.jobs) < 1000 and sum(SMALL + 1 if size is None else size for size in sizes) <= SMALL
        is_text_from_stdin = len(self.jobs) == 1 and self.jobs[0].source == STDIN and self.options.reading.format in (None, "text")
        if (jobs is None or jobs == 1) and (is_small or is_text_from_stdin):
            return Inline(Cleaning(self._recipe.build()))
        return Workers(self._recipe, jobs or cores())

    # ------------------------------------------------------------------------------------------- going on

    def _took(self, item: Item, processed: Processed | None) -> Iterator[Step]:
        """Write what became of an item, and tell of it."""
        if isinstance(item, Begin):
            self._begin_file(item)
        elif isinstance(item, Broken):
            yield self._broken(item)
        elif isinstance(item, End):
            yield from self._end_file(item)
        elif processed is not None:
            yield self._took_task(item, processed)

    def _begin_file(self, item: Begin) -> None:
        resumed = item.at != START
        if item.format.name == "parquet" and self._stdout is not None:
            raise FormatError(f"{item.job.source}: Parquet cannot go to standard output, as it is written from its end; give -o FILE")
        if not resumed:
            self._done = replace(self._done, job=item.number, at=START, unit=-1, output=0)
        self._file = _File(item, self._done.copy(), noted=resumed)
        if resumed and item.job.target is not None:
            self._file.partial = Partial(item.job.target, keep=self._done.output)
        if not resumed and item.format.name != "text":
            name = None if item.job.target is None else Path(item.job.target).name
            row = {"type": "file", "file": item.job.name, "output": name, "format": item.format.name, **item.format.settings(), "limit": self.options.limit}
            self._enter("audit", audit.line(row))

    def _took_task(self, task: Task, processed: Processed) -> Step:
        file = self._now()
        file.is_left_out |= task.format.name == "text" and any(not failure.kept for failure in processed.failures)
        try:
            if not file.is_left_out:
                self._write(file, task.chunk.data if processed.output is None else processed.output)
        except FormatError as problem:
            if not _is_small_text(file):
                raise
            processed = _unwritten(task, problem)
            file.is_left_out = True
        self._enter("audit", processed.rows)
        self._enter("failures", _lines_of(processed.failures))
        self._done.totals.add(processed.totals)
        self._done.at, self._done.unit = task.chunk.end, task.unit
        return Step(file.begin.job, processed, task.consumed)

    def _write(self, file: _File, data: bytes) -> None:
        target = file.begin.job.target
        if self._stdout is not None and target is None:
            self._stdout.write(data)
            self._stdout.flush()
        if target is None or self.options.sample is not None:
            return
        if file.partial is None:
            file.partial = Partial(target)
        file.partial.append(data)
        self._done.output = file.partial.length

    def _end_file(self, item: End) -> Iterator[Step]:
        file = self._now()
        job = file.begin.job
        if item.damage:
            yield self._damaged(file, item.damage)
        if not file.is_left_out:
            self._close_file(file)
        elif file.partial is not None:
            file.partial.drop()
        self._go_on(file.noted)
        yield Step(job, Processed(), 0, at_end=True)

    def _close_file(self, file: _File) -> None:
        self._write(file, b"")
        if file.partial is None:
            return
        if not file.partial.length and file.begin.codec:
            self._write(file, streams.compress(b"", file.begin.codec))
        if file.noted:
            self._done.complete = True
            self._safe = self._done.copy()
            self._checkpoint()
        file.partial.finish(file.begin.format.finish)
        if not streams.is_remote(file.partial.target):
            self._new_files.append(Path(file.partial.target))

    def _go_on(self, noted: bool) -> None:
        """Turn to the next file; a manifest that knows the last one as unfinished must learn of it."""
        self._file = None
        self._next_job()
        if noted:
            self._checkpoint()

    def _damaged(self, file: _File, damage: str) -> Step:
        """A file that ends too early: a text is no document then, of others the records before are done."""
        job, is_text = file.begin.job, file.begin.format.name == "text"
        kept = self.options.on_failure == "keep" or not is_text
        reason = damage if is_text else f"{damage}; the records before were read"
        failure = Failure(Where(job.name, job.source), 0, reason, kept)
        if is_text and kept:
            self._copy_whole(file)
        file.is_left_out = not kept
        return self._failed(job, failure, documents=int(is_text))

    def _copy_whole(self, file: _File) -> None:
        with streams.open_input(file.begin.job.source) as source:
            while block := source.read(1 << 20):
                self._write(file, block)

    def _broken(self, item: Broken) -> Step:
        noted = self._file is not None and self._file.noted
        if self._file is not None and self._file.partial is not None:
            self._file.partial.drop()
        self._done = replace(self._done, job=item.number)
        self._go_on(noted)
        reason = item.reason.removeprefix(f"{item.job.source}: ")
        return self._failed(item.job, Failure(Where(item.job.name, item.job.source), 0, reason, False), documents=1)

    def _failed(self, job: Job, failure: Failure, *, documents: int) -> Step:
        processed = Processed(failures=[failure], totals=Totals(documents=documents, failed=1))
        for book in self._names:
            self._enter(book, _lines_of([failure]))
        self._done.totals.add(processed.totals)
        return Step(job, processed, 0)

    def _enter(self, book: str, rows: bytes) -> None:
        """Add rows to the log or to the failures, if they are kept."""
        if book in self._books and rows:
            self._books[book].append(rows)
            setattr(self._done, book, self._books[book].length)

    def _now(self) -> _File:
        assert self._file is not None, "a chunk comes only between the beginning and the end of a file"
        return self._file

    # ------------------------------------------------------------------------------------------- stopping

    def _checkpoint_if_due(self) -> None:
        if self._manifest is not None and time.monotonic() >= self._next_checkpoint:
            self._checkpoint()

    def _checkpoint(self, progress: _Progress | None = None) -> None:
        """Write down how far the run is, once the disk holds all that was written so far."""
        if self._manifest is None:
            return
        began = time.monotonic()
        if self._file is not None:
            self._file.noted = True
            if self._file.partial is not None:
                self._file.partial.sync()
        for book in self._books.values():
            book.sync()
        state.sync_files(self._new_files)
        self._new_files = []
        self._manifest.write({**(progress or self._done).row(), "seconds": round(self.seconds, 3)})
        now = time.monotonic()
        self._next_checkpoint = now + min(max(self.options.pause, SLOW * (now - began)), MOST * self.options.pause)

    def _finish(self) -> None:
        if self._books and self._manifest is not None and self._manifest.left_over():
            self._checkpoint()
        for book, name in self._names.items():
            if name is not None and (book in self._books or state.hidden(name, "partial").exists()):
                partial = self._books.pop(book, None) or Partial(name, keep=getattr(self._done, book))
                partial.finish(_book_finisher(name))
        if self._manifest is not None:
            self._manifest.remove()

    def _leave(self) -> None:
        """Stop so that the run can be resumed; when it cannot be, leave nothing behind."""
        file = self._file
        if self._manifest is None:
            for partial in [*self._books.values(), *([file.partial] if file and file.partial else [])]:
                partial.drop()
            if file is not None and file.begin.job.target is not None:
                state.drop_if_empty(file.begin.job.target)
            return
        try:
            if file is not None and not file.noted:
                if file.partial is not None:
                    file.partial.drop()
                elif file.begin.job.target is not None:
                    state.drop_if_empty(file.begin.job.target)
                self._file = None
            self._checkpoint(file.before if file is not None and not file.noted else self._safe)
        except (SpamscrubError, OSError, ValueError):
            pass
        finally:
            self._manifest.close()


def _lines_of(failures: Sequence[Failure]) -> bytes:
    return b"".join(audit.line(failure.row()) for failure in failures)


def _is_small_text(file: _File) -> bool:
    return file.begin.format.name == "text" and file.partial is None


def _unwritten(task: Task, problem: FormatError) -> Processed:
    """What became of a text that was cleaned but could not be written."""
    failure = Failure(Where(task.where.file, ""), 0, str(problem), False)
    return Processed(failures=[failure], totals=Totals(documents=1, failed=1))


def _book_finisher(name: str) -> Any:
    """How a log of JSON lines becomes what its name says: Parquet, or compressed."""
    codec = streams.codec_of(name)

    def finish(plain: Path, target: Path) -> bool:
        if name.lower().endswith(".parquet"):
            audit.to_parquet(plain, target)
        elif codec:
            streams.compress_file(plain, target, codec)
        return codec != "" or name.lower().endswith(".parquet")

    return finish
