"""Many documents: which go where, in order, one failure never stopping the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spamscrub import audit
from spamscrub.cleaner import Cleaner
from spamscrub.errors import FormatError, SpamscrubError
from spamscrub.formats import text
from spamscrub.spans import CleanResult, Verdict

STDIN = Path("-")
"""The path that stands for standard input."""


@dataclass(frozen=True, slots=True)
class Job:
    """One document: its name in the log, where it comes from, and where it goes (None: nowhere)."""

    name: str
    source: Path
    target: Path | None


@dataclass(frozen=True, slots=True)
class Done:
    """A document that was read and judged."""

    job: Job
    original: str
    result: CleanResult


@dataclass(frozen=True, slots=True)
class Failed:
    """A document that could not be done, and why."""

    job: Job
    reason: str


@dataclass
class Totals:
    """What a run came to."""

    documents: int = 0
    changed: int = 0
    failed: int = 0
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, outcome: Done | Failed) -> None:
        """Count one document."""
        self.documents += 1
        if isinstance(outcome, Failed):
            self.failed += 1
            return
        self.changed += bool(outcome.result.removed)
        self.labels.update((finding.verdict.value, finding.label) for finding in outcome.result.findings)

    def of(self, verdict: Verdict) -> dict[str, int]:
        """How many findings of each label had this verdict, most frequent first."""
        found = [(label, n) for (seen, label), n in self.labels.items() if seen == verdict.value]
        return dict(sorted(found, key=lambda pair: (-pair[1], pair[0])))

    def as_json(self) -> dict[str, Any]:
        """The totals for `--json`."""
        return {
            "documents": self.documents,
            "changed": self.changed,
            "failed": self.failed,
            "removed": self.of(Verdict.REMOVE),
            "review": self.of(Verdict.REVIEW),
        }


def plan(inputs: Sequence[Path], output: Path | None, include: Sequence[str] = text.PATTERNS) -> list[Job]:
    """Which document goes where. Raises FormatError before anything is read when an output cannot be right.

    One file goes to `output` itself unless that is a folder; several inputs and folders go below `output`, a folder's
    structure kept.
    """
    many = len(inputs) > 1 or any(path.is_dir() for path in inputs)
    if many and output is not None and output.exists() and not output.is_dir():
        raise FormatError(f"-o {output}: a file, and there are several inputs; give a folder")
    into_folder = output is not None and (many or output.is_dir())
    several = len(inputs) > 1
    jobs = [job for path in inputs for job in _jobs_of(path, output, into_folder, several, include)]
    _refuse_overwriting(jobs)
    return jobs


def _jobs_of(path: Path, output: Path | None, into_folder: bool, several: bool, include: Sequence[str]) -> Iterator[Job]:
    if path.is_dir():
        for found in text.files_in(path, include, leave_out=output):
            inner = found.relative_to(path.parent if several and path.name else path)
            yield Job(inner.as_posix(), found, output / inner if output else None)
        return
    name = "stdin" if path == STDIN else path.name
    yield Job(name, path, output / name if output and into_folder else output)


def _refuse_overwriting(jobs: Sequence[Job]) -> None:
    sources = {job.source.resolve(): job.source for job in jobs if job.source != STDIN}
    identities = {(stat.st_dev, stat.st_ino) for stat in (path.stat() for path in sources.values() if path.exists())}
    targets: Counter[Path] = Counter()
    for job in jobs:
        if job.target is None:
            continue
        targets[job.target.resolve()] += 1
        same_file = job.target.exists() and (job.target.stat().st_dev, job.target.stat().st_ino) in identities
        if job.target.resolve() in sources or same_file:
            raise FormatError(f"-o {job.target}: is an input; inputs are never overwritten, give another output")
        if targets[job.target.resolve()] > 1:
            raise FormatError(f"-o {job.target}: two inputs would be written to it; clean them into folders of their own")


def run(
    jobs: Iterable[Job], cleaner: Cleaner, *, encoding: str = "utf-8", stdin: Callable[[], bytes] | None = None
) -> Iterator[Done | Failed]:
    """Clean document after document and write each one that has a target, once its cut is proved to be undoable."""
    for job in jobs:
        try:
            yield _one(job, cleaner, encoding, stdin)
        except SpamscrubError as problem:
            yield Failed(job, str(problem))


def _one(job: Job, cleaner: Cleaner, encoding: str, stdin: Callable[[], bytes] | None) -> Done:
    data = stdin() if job.source == STDIN and stdin else text.read(job.source)
    original = text.decode(data, str(job.source), encoding)
    result = cleaner.clean(original, id=job.name)
    audit.prove(job.name, original, result)
    if job.target is not None:
        text.write(job.target, data if result.text is original else result.text.encode(encoding))
    return Done(job, original, result)
