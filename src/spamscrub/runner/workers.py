"""Processes that do chunks: results in order, a bounded number on the way, and the dead replaced."""

from __future__ import annotations

import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from spamscrub import processes, streams
from spamscrub.errors import RunError
from spamscrub.runner.feed import Item
from spamscrub.runner.work import Cleaning, Processed, Recipe, Task, process

ON_THE_WAY = 8
"""For each worker so many items may be read ahead: some for others to do, some waiting for their turn in the output."""
AT_HAND = 4
"""So many tasks a worker may hold: the one that it does, and the next ones, so that it does not wait while this process waits for the disk."""
STILLBORN = 10
"""When more workers than this end before they take anything, there is no sense in starting others."""
SWITCH = 0.0002
"""After so many seconds the thread of a worker that takes tasks in may interrupt the one that does them: else this process waits for it."""


class Inline:
    """The same without processes: one item after the other, here."""

    def __init__(self, editor: Cleaning):
        self._editor = editor

    def ordered(self, items: Iterable[Item]) -> Iterator[tuple[Item, Processed | None]]:
        """Each item, and for a task what became of it."""
        for item in items:
            yield item, process(item, self._editor) if isinstance(item, Task) else None

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class _Entry:
    item: Item
    done: Processed | None = None
    deaths: int = 0


def _is_ready(entry: _Entry) -> bool:
    return entry.done is not None or not isinstance(entry.item, Task)


class _Worker:
    """One process and the wire to it."""

    def __init__(self, recipe: Recipe):
        context = processes.context(processes.WARM if recipe.packs is None else "spamscrub.runner.work")
        self.wire, theirs = context.Pipe()
        self.process: Any = context.Process(target=_serve, args=(theirs, recipe), daemon=True)
        self.process.start()
        theirs.close()
        self.entries: deque[_Entry] = deque()
        """What it holds: the first is being done."""

    def give(self, task: Task) -> bool:
        """Hand it a task, if possible without the chunk's bytes; False when it is dead."""
        try:
            self.wire.send(_lean(task))
            return True
        except OSError:
            return False

    def take(self) -> Processed | Changed | None:
        """What became of its first task; None when it died of it."""
        try:
            found: Processed | Changed = self.wire.recv()
            return found
        except (EOFError, OSError):
            return None

    def stop(self) -> None:
        self.wire.close()
        self.process.terminate()
        self.process.join()
        self.process.close()


class Changed(NamedTuple):
    """A worker's answer where the file of a task is not the one any more that was read here."""

    source: str


def _lean(task: Task) -> Task:
    """The task without the bytes that a worker can read from the file itself."""
    chunk = task.chunk
    if task.stamp is None or chunk.end.offset - chunk.at.offset != len(chunk.data):
        return task
    return task._replace(chunk=chunk._replace(data=b""))


def _whole(task: Task) -> Task | None:
    """The task with its bytes; None where the file has changed."""
    chunk = task.chunk
    size = chunk.end.offset - chunk.at.offset
    if task.stamp is None or chunk.data or not size:
        return task
    try:
        with Path(task.where.source).open("rb", buffering=0) as file:
            data = os.pread(file.fileno(), size, chunk.at.offset)
            same = len(data) == size and streams.Stamp.of(os.fstat(file.fileno())) == task.stamp
    except OSError:
        return None
    return task._replace(chunk=chunk._replace(data=data)) if same else None


def _serve(wire: Connection, recipe: Recipe) -> None:
    """A worker's life: it ends with the wire, so that it never outlives the run."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.setswitchinterval(SWITCH)
    tasks: SimpleQueue[Task | None] = SimpleQueue()
    Thread(target=_receive, args=(wire, tasks), daemon=True).start()
    editor = Cleaning(recipe.build())
    with suppress(OSError):
        while (task := tasks.get()) is not None:
            whole = _whole(task)
            wire.send(Changed(task.where.source) if whole is None else process(whole, editor))


def _receive(wire: Connection, tasks: SimpleQueue[Task | None]) -> None:
    """Take tasks as they come, so that nobody waits who gives one; None is the end."""
    with suppress(EOFError, OSError):
        while True:
            tasks.put(wire.recv())
    tasks.put(None)


class Workers:
    """A number of processes, each with a Cleaner of its own.

    A task whose worker dies is done once more; when that worker dies too, its records are done one by one, each alone,
    and those that a worker dies of are failures.
    """

    def __init__(self, recipe: Recipe, count: int):
        self._recipe = recipe
        self._count = count
        self._workers: list[_Worker] = []
        self._stillborn = 0
        """So many ended one after the other before they took anything."""

    def ordered(self, items: Iterable[Item]) -> Iterator[tuple[Item, Processed | None]]:
        """Each item in order, and for a task what became of it."""
        source = iter(items)
        waiting: deque[_Entry] = deque()
        to_do: deque[_Entry] = deque()
        more = True
        while more or waiting:
            if more and len(waiting) < ON_THE_WAY * self._count:
                more = self._read_on(source, waiting, to_do)
            first_is_ready = not waiting or _is_ready(waiting[0])
            self._collect(to_do, patient=not first_is_ready and not (more and len(waiting) < ON_THE_WAY * self._count))
            while waiting and _is_ready(waiting[0]):
                entry = waiting.popleft()
                yield entry.item, entry.done

    def _read_on(self, source: Iterator[Item], waiting: deque[_Entry], to_do: deque[_Entry]) -> bool:
        """Take one more item; False when there is none."""
        for item in source:
            entry: _Entry = _Entry(item)
            waiting.append(entry)
            if isinstance(item, Task):
                to_do.append(entry)
            self._hand_out(to_do)
            return True
        return False

    def close(self) -> None:
        """End the processes."""
        for worker in self._workers:
            worker.stop()
        self._workers = []

    def _hand_out(self, to_do: deque[_Entry]) -> None:
        while to_do and (worker := self._next_worker()) is not None:
            entry = to_do.popleft()
            assert isinstance(entry.item, Task)
            if worker.give(entry.item):
                worker.entries.append(entry)
            else:
                to_do.appendleft(entry)
                self._stillborn += not worker.entries
                if self._stillborn > STILLBORN:
                    raise RunError(f"{entry.item.where.source}: workers end as soon as they start; what they print tells why, and --jobs 1 with a small file does without them")
                self._bury(worker, to_do)

    def _next_worker(self) -> _Worker | None:
        """The one with the least to do; None while all have enough."""
        least = min(self._workers, key=lambda worker: len(worker.entries), default=None)
        if least is not None and not least.entries:
            return least
        if len(self._workers) < self._count:
            self._workers.append(_Worker(self._recipe))
            return self._workers[-1]
        return least if least is not None and len(least.entries) < AT_HAND else None

    def _collect(self, to_do: deque[_Entry], *, patient: bool) -> None:
        """Take what workers have done, waiting for one if `patient`; they get their next tasks before anything is written."""
        busy = {worker.wire: worker for worker in self._workers if worker.entries}
        for wire in wait(list(busy), None if patient else 0) if busy else ():
            worker = busy[wire]
            done = worker.take()
            if done is None:
                self._bury(worker, to_do)
                continue
            entry = worker.entries.popleft()
            self._stillborn = 0
            if isinstance(done, Changed):
                assert isinstance(entry.item, Task)
                entry.item = entry.item._replace(stamp=None)
                to_do.appendleft(entry)
            else:
                entry.done = done
        self._hand_out(to_do)

    def _bury(self, worker: _Worker, to_do: deque[_Entry]) -> None:
        """Take leave of a worker that died: what it held is done again, the first with care, as it may have died of it."""
        self._workers.remove(worker)
        worker.stop()
        if worker.entries:
            first = worker.entries[0]
            first.deaths += 1
            if first.deaths > 1:
                assert isinstance(first.item, Task)
                first.done = self._one_by_one(first.item)
                worker.entries.popleft()
        to_do.extendleft(reversed(worker.entries))

    def _one_by_one(self, task: Task) -> Processed:
        """A task that two workers died of: find the records that kill, then do the others."""
        task = task._replace(stamp=None)
        count = sum(1 for _ in task.format.records(task.chunk))
        tasks = (task._replace(only=frozenset({n})) for n in range(count))
        deadly = frozenset(n for n, done in enumerate(self._alone(tasks)) if done is None)
        last_tries = (task._replace(skip=skip) for skip in (deadly, frozenset(range(count))))
        done = next((done for done in self._alone(last_tries) if done is not None), None)
        if done is None:
            raise RunError(f"{task.where.source}: workers die even when they judge nothing; see what ends them (memory?), and go on with --resume")
        return done

    def _alone(self, tasks: Iterable[Task]) -> Iterator[Processed | None]:
        """Tasks one by one in a process of their own; None for those that it died of."""
        worker: _Worker | None = None
        try:
            for task in tasks:
                worker = worker or _Worker(self._recipe)
                done = worker.take() if worker.give(task) else None
                assert not isinstance(done, Changed), "such tasks have their bytes with them"
                if done is None:
                    worker.stop()
                    worker = None
                yield done
        finally:
            if worker is not None:
                worker.stop()


def cores() -> int:
    """How many processes can run at once here."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


Pool = Inline | Workers
