"""A run undone: cleaned files read side by side with the log, and what was cut put back."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from spamscrub import audit, streams
from spamscrub.audit import DocumentRecord, FailureRecord, Section
from spamscrub.errors import AuditError, SpamscrubError
from spamscrub.formats import Reading
from spamscrub.formats.model import Record, Splice, apply
from spamscrub.runner.feed import LIMIT, Begin, Broken, End, Feed, Options
from spamscrub.runner.plan import Job
from spamscrub.runner.state import Partial
from spamscrub.runner.work import Task
from spamscrub.spans import Verdict


class Restored(NamedTuple):
    """A file that was restored, or why it was not."""

    job: Job
    problem: str = ""


def restore(jobs: Sequence[Job], logs: Sequence[Path | str], labels: Sequence[str] = (), encoding: str = "utf-8") -> Iterator[Restored]:
    """Put back what the logs say was cut, or only the findings of `labels`; every text is checked against its hashes.

    Raises AuditError when a log cannot be read; what is wrong with one file is in what it yields.
    """
    known = [section for log in logs for section in audit.sections(log)]
    readers = {log: audit.Reader(log) for log in logs}
    for job in jobs:
        try:
            section = _section_of(job, known, alone=len(jobs) == 1)
            _File(job, section, readers[section.log], frozenset(labels), encoding).restore()
            yield Restored(job)
        except SpamscrubError as problem:
            yield Restored(job, str(problem))


def _section_of(job: Job, known: Sequence[Section], *, alone: bool) -> Section:
    """The log's part on a file: by the name that it was written under, or that it had; a log of one file needs no name."""
    names = (job.name, job.name.rsplit("/", 1)[-1])
    found = [s for s in known if s.settings.get("output") == names[1] and s.file.rpartition("/")[0] == job.name.rpartition("/")[0]]
    found += [s for s in known if s.file == job.name]
    if found:
        return found[0]
    if alone and len(known) == 1:
        return known[0]
    logs = ", ".join(sorted({str(s.log) for s in known})) or "the log"
    raise AuditError(f"{job.source}: {logs} knows no document {job.name!r}; give the log of the run that wrote this file")


class _File:
    """One file and its part of the log."""

    def __init__(self, job: Job, section: Section, reader: audit.Reader, labels: frozenset[str], encoding: str):
        self._job = job
        self._labels = labels
        self._is_text = section.settings["format"] == "text"
        self._reading = _reading(section, encoding)
        self._limit = sys.maxsize // 2 if self._is_text else int(section.settings.get("limit", LIMIT))
        self._entries = groupby(reader.entries(section), key=lambda entry: entry.record)

    def restore(self) -> None:
        """Write the original. Raises SpamscrubError, and then writes nothing."""
        assert self._job.target is not None
        partial = Partial(self._job.target)
        try:
            begin = self._copy(partial)
            if not partial.length and begin.codec:
                partial.append(streams.compress(b"", begin.codec))
            partial.finish(begin.format.finish)
        finally:
            partial.drop()

    def _copy(self, partial: Partial) -> Begin:
        begin: Begin | None = None
        for item in Feed([self._job], Options(self._reading, self._limit), alone=True, wants_rows=False).items():
            if isinstance(item, Broken):
                raise AuditError(f"{self._job.source}: {item.reason.removeprefix(f'{self._job.source}: ')}")
            if isinstance(item, End) and item.damage:
                raise AuditError(f"{self._job.source}: {item.damage}; give the file as spamscrub wrote it")
            if isinstance(item, Begin):
                begin = item
            if isinstance(item, Task):
                partial.append(item.packed(list(self._pieces(item))))
        assert begin is not None
        if self._next() is not None:
            raise AuditError(f"{self._job.source}: the log tells of more documents than there are here; give the file as spamscrub wrote it")
        return begin

    def _pieces(self, task: Task) -> Iterator[Any]:
        if task.chunk.passing:
            if task.chunk.complaint:
                self._next()
            yield task.chunk.data
            return
        for record in task.format.records(task.chunk):
            is_logged = record.is_document and (record.texts or record.problems)
            yield self._original(task, record) if is_logged else record.raw

    def _original(self, task: Task, record: Record) -> Any:
        entries = self._next()
        if entries is None:
            raise AuditError(f"{task.where.source}:{record.number}: the log ends before this document; give the log of the run that wrote this file")
        documents = [entry for entry in entries if isinstance(entry, DocumentRecord)]
        texts = {entry.field: self._text(entry, record, task) for entry in documents}
        splices = {entry.field: found for entry in documents if (found := self._splices(entry))}
        if not splices:
            return record.raw
        raw, _ = task.format.spliced(record, splices)
        if any(task.format.again(record, raw).texts[field] != text for field, text in texts.items()):
            raise AuditError(f"{task.where.source}:{record.number}: the original cannot be written here; please report this record")
        return raw

    def _text(self, entry: DocumentRecord, record: Record, task: Task) -> str:
        """The original of one text, checked against the log."""
        if entry.field not in record.texts:
            raise AuditError(f"{task.where.source}:{record.number}: there is no text {entry.field!r}; give the file as spamscrub wrote it")
        clean = record.texts[entry.field]
        original = audit.undo(entry, clean)
        return apply(clean, self._splices(entry)) if self._labels else original

    def _splices(self, entry: DocumentRecord) -> list[Splice]:
        """The pieces to put back into a cleaned text."""
        found, removed = [], 0
        for finding, raw in zip(entry.findings, entry.raws, strict=True):
            if finding.verdict is not Verdict.REMOVE:
                continue
            if not self._labels or finding.label in self._labels:
                found.append(Splice(finding.start - removed, finding.start - removed, finding.text, raw))
            removed += len(finding.text)
        return found

    def _next(self) -> list[DocumentRecord | FailureRecord] | None:
        """What the log says of the next record that was passed on."""
        for _, group in self._entries:
            entries = list(group)
            failures = [entry for entry in entries if isinstance(entry, FailureRecord)]
            is_about_the_file = not self._is_text and failures and not failures[0].record
            if not is_about_the_file and all(failure.kept for failure in failures):
                return entries
        return None


def _reading(section: Section, encoding: str) -> Reading:
    settings = section.settings
    fields = tuple(settings.get("fields") or ("text",))
    return Reading(str(settings["format"]), fields, settings.get("id_field"), str(settings.get("encoding") or encoding))
