"""What is done to one chunk: its records read, changed, proved, and written into rows and totals."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from spamscrub import audit, streams
from spamscrub.cleaner import Cleaner
from spamscrub.errors import FormatError, SpamscrubError
from spamscrub.formats import model
from spamscrub.formats.model import Chunk, Format, Problem, Record, Splices
from spamscrub.packs import Pack
from spamscrub.policy import Policy
from spamscrub.spans import CleanResult, Verdict


class Recipe(NamedTuple):
    """All that it takes to build a Cleaner in another process; `packs` is None for the built-in ones."""

    packs: tuple[Pack, ...] | None = None
    policy: Policy = Policy()

    def build(self) -> Cleaner:
        """The Cleaner."""
        return Cleaner(packs=self.packs, policy=self.policy)


class Where(NamedTuple):
    """A file of a run: its name in the log, and the path that a person knows it by."""

    file: str
    source: str


class Task(NamedTuple):
    """One chunk, and all that a worker needs to know about it.

    `codec` compresses the output; `keep` says whether records that fail are passed on, `keep_large` whether those are
    that are too large; with `wants_rows` the rows for
    the log are made, with `wants_changes` the texts before and after. `only` and `skip` choose records by their place
    in the chunk: those to do, and those that a worker died of. `unit` counts the parts of the file that shards share
    out, `consumed` the bytes of the file that were read. With a `stamp` a worker may read the chunk from the file itself,
    as long as that bears it.
    """

    format: Format
    chunk: Chunk
    where: Where
    limit: int
    codec: str = ""
    keep: bool = True
    keep_large: bool = True
    wants_rows: bool = True
    wants_changes: bool = False
    only: frozenset[int] | None = None
    skip: frozenset[int] = frozenset()
    unit: int = 0
    consumed: int = 0
    stamp: streams.Stamp | None = None

    def packed(self, pieces: Sequence[Any]) -> bytes:
        """The output of the records that are left, compressed."""
        if self.format.member_per_record and self.codec:
            return b"".join(streams.compress(piece, self.codec) for piece in pieces)
        whole = self.format.join(self.chunk, pieces)
        return streams.compress(whole, self.codec) if whole else b""


class Failure(NamedTuple):
    """A record, or a whole file (record 0), that could not be cleaned; `kept` when it was passed on unchanged."""

    where: Where
    record: int
    reason: str
    kept: bool
    field: str = ""
    doc: str = ""
    line: int = 0

    def __str__(self) -> str:
        number = self.line or self.record
        place = f"{self.where.source}:{number}: " if number else f"{self.where.source}: " if self.where.source else ""
        return f"{place}{self.field + ': ' if self.field else ''}{self.reason}"

    def row(self) -> dict[str, Any]:
        """The failure as a row of the failures file and of the log."""
        place = {"file": self.where.file, "record": self.record} if self.record else {}
        named = {"field": self.field} if self.field else {}
        return {"type": "failure", **place, **named, "doc": self.doc or self.where.file, "reason": str(self), "kept": self.kept}


class Change(NamedTuple):
    """A text before and after."""

    name: str
    before: str
    result: CleanResult


@dataclass
class Totals:
    """What a run came to."""

    documents: int = 0
    changed: int = 0
    failed: int = 0
    labels: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, other: Totals) -> None:
        """Count what another part came to."""
        self.documents += other.documents
        self.changed += other.changed
        self.failed += other.failed
        self.labels.update(other.labels)

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

    def state(self) -> dict[str, Any]:
        """The totals for a manifest."""
        return {"documents": self.documents, "changed": self.changed, "failed": self.failed, "labels": [[*key, n] for key, n in sorted(self.labels.items())]}

    @classmethod
    def of_state(cls, state: Mapping[str, Any]) -> Totals:
        """The totals that a manifest holds."""
        labels = Counter({(verdict, label): n for verdict, label, n in state["labels"]})
        return cls(state["documents"], state["changed"], state["failed"], labels)


@dataclass(slots=True)
class Processed:
    """What became of a chunk: its output (None: the chunk as it stands), its rows as lines, its failures, what it came to."""

    output: bytes | None = b""
    rows: bytes = b""
    failures: list[Failure] = field(default_factory=list)
    totals: Totals = field(default_factory=Totals)
    changes: list[Change] = field(default_factory=list)


class Edited(NamedTuple):
    """A record's texts as judged: what to change, what to log and to show, and what is to be counted."""

    splices: Splices
    rows: Sequence[dict[str, Any]] = ()
    labels: Sequence[tuple[str, str]] = ()
    changes: Sequence[Change] = ()


UNTOUCHED = Edited({})
"""Nothing is to be changed, logged, shown or counted."""


def doc_of(task: Task, record: Record) -> str:
    """A record's id in the log: that of its id field, else file and number; a text file's is its name."""
    if record.id is not None:
        return record.id
    return task.where.file if task.format.name == "text" else f"{task.where.file}:{record.number}"


class Cleaning:
    """What decides the changes of records: it cuts advertising out."""

    def __init__(self, cleaner: Cleaner):
        self.cleaner = cleaner
        self._results: dict[int, CleanResult] = {}
        """What was found at once, by the numbers of the records; each is asked for once."""

    def untouched(self, task: Task, records: Sequence[Record]) -> Sequence[bytes | None]:
        """For each record that stays as it is its rows for the log; None for others, and for all where that cannot be told at once."""
        self._results = {}
        try:
            rows = {} if task.skip else self._look_at_once(task, [record for record in records if _is_plain(record) and not _is_too_large(task, record)])
        except Exception:  # it comes again, and is told of, when its record has its turn
            self._results, rows = {}, {}
        return [rows.get(record.number) for record in records]

    def _look_at_once(self, task: Task, plain: Sequence[Record]) -> dict[int, bytes]:
        """The rows of the records without findings, by their numbers; the results of the others are kept."""
        texts = [text for record in plain for text in record.texts.values()]
        results: Sequence[CleanResult | None] = self.cleaner.clean_all(texts) if task.wants_rows else self.cleaner.clean_each(texts)
        rows: dict[int, bytes] = {}
        for record, text, result in zip(plain, texts, results, strict=True):
            if result is None:
                rows[record.number] = b""
            elif result.findings:
                self._results[record.number] = result
            else:
                rows[record.number] = audit.line(audit.document_row(doc_of(task, record), text, result, **_place(task, record, next(iter(record.texts)))))
        return rows

    def __call__(self, task: Task, record: Record) -> Edited:
        """The changes of one record."""
        results: dict[str, CleanResult] = {}
        untouched = not task.wants_rows
        at_once = self._results.pop(record.number, None)
        for name, text in record.texts.items():
            results[name] = result = at_once or self.cleaner.clean(text)
            untouched = untouched and not result.findings and result.text is text
        if untouched:
            return UNTOUCHED
        splices: dict[str, Sequence[model.Splice]] = {}
        rows: list[dict[str, Any]] = []
        labels: list[tuple[str, str]] = []
        changes: list[Change] = []
        doc = doc_of(task, record)
        for name, result in results.items():
            text, result = record.texts[name], replace(result, id=doc)
            if task.wants_rows:
                rows += audit.records(doc, text, result, **_place(task, record, name))
            if not result.findings and result.text is text:
                continue
            audit.prove(doc, text, result)
            labels += [(f.verdict.value, f.label) for f in result.findings]
            if task.wants_changes:
                changes.append(Change(_shown_place(task, record, name), text, result))
            if result.removed:
                splices[name] = model.cuts(result.findings)
        return Edited(splices, rows, labels, changes)


def _is_plain(record: Record) -> bool:
    """Whether it is a document of one text, with nothing wrong."""
    return len(record.texts) == 1 and not record.problems and record.is_document


def _place(task: Task, record: Record, name: str) -> dict[str, Any]:
    if task.format.name == "text":
        return {}
    return {"file": task.where.file, "record": record.number, "field": name}


def _shown_place(task: Task, record: Record, name: str) -> str:
    return task.where.source if task.format.name == "text" else f"{task.where.source}:{record.number}:{name}"


def process(task: Task, editor: Cleaning) -> Processed:
    """Do one chunk. Nothing in it makes this raise; what cannot be done is a failure."""
    done = Processed()
    if task.chunk.passing:
        _pass(task, done)
        return done
    records = [(n, record) for n, record in enumerate(task.format.records(task.chunk)) if task.only is None or n in task.only]
    untouched = editor.untouched(task, [record for _, record in records])
    pieces: list[Any] = []
    rows: list[bytes] = []
    is_same = task.only is None and not task.codec
    for (n, record), own_rows in zip(records, untouched, strict=True):
        if own_rows is not None:
            done.totals.documents += 1
            pieces.append(record.raw)
            rows.append(own_rows)
            continue
        piece = _one(task, n, record, editor, done, rows)
        is_same = is_same and piece is record.raw
        if piece is not None:
            pieces.append(piece)
    done.output = None if is_same else task.packed(pieces)
    done.rows = b"".join(rows)
    return done


def _pass(task: Task, done: Processed) -> None:
    """A piece of a record that is too large, or what stands before the records."""
    kept = task.keep_large or task.chunk.head
    if kept:
        done.output = task.packed([task.chunk.data])
    if task.chunk.complaint:
        number = task.chunk.at.record + 1
        doc = task.where.file if task.format.name == "text" else f"{task.where.file}:{number}"
        rows: list[bytes] = []
        _fail(task, done, rows, [Failure(task.where, number if task.format.name != "text" else 0, task.chunk.complaint, kept, doc=doc)])
        done.rows = b"".join(rows)
        done.totals.documents += 1


def _one(task: Task, n: int, record: Record, editor: Cleaning, done: Processed, rows: list[bytes]) -> Any:
    """The record as it goes on, None when it is dropped."""
    if not record.is_document:
        return record.raw
    done.totals.documents += 1
    raw, edited = record.raw, None
    too_large = _is_too_large(task, record)
    problems = [*record.problems, Problem(model.too_large(task.limit))] if too_large else list(record.problems)
    if n in task.skip:
        problems.append(Problem("a worker died of it twice, so it was left as it is"))
    elif record.texts and not too_large:
        try:
            edited = editor(task, record)
            raw = proved(task, record, edited) if edited.splices else raw
        except SpamscrubError as problem:
            edited = None
            problems.append(Problem(str(problem)))
        except Exception as problem:
            edited = None
            problems.append(Problem(f"{type(problem).__name__}: {problem}, so it was left as it is; please report this text"))
    if edited is UNTOUCHED and not problems:
        return raw
    kept = not problems or (task.keep_large if too_large else task.keep)
    if problems:
        _fail(task, done, rows, [_failure(task, record, problem, kept) for problem in problems])
    if edited is not None and kept:
        _count(done, rows, edited, changed=raw is not record.raw)
    return raw if kept else None


def _is_too_large(task: Task, record: Record) -> bool:
    size = len(record.raw) if isinstance(record.raw, bytes) else sum(map(len, record.texts.values()))
    return size > task.limit


def _failure(task: Task, record: Record, problem: Problem, kept: bool) -> Failure:
    number = 0 if task.format.name == "text" else record.number
    return Failure(task.where, number, problem.reason, kept, problem.field, doc_of(task, record), problem.line)


def _fail(task: Task, done: Processed, rows: list[bytes], failures: Sequence[Failure]) -> None:
    done.failures += failures
    done.totals.failed += 1
    if task.wants_rows:
        rows += [audit.line(failure.row()) for failure in failures]


def _count(done: Processed, rows: list[bytes], edited: Edited, *, changed: bool) -> None:
    rows += [audit.line(row) for row in edited.rows]
    done.totals.changed += changed
    if edited.labels:
        done.totals.labels.update(edited.labels)
        done.changes += edited.changes


def proved(task: Task, record: Record, edited: Edited) -> Any:
    """The record with its changes, once it reads as it should and the change can be undone to the last byte.

    Notes in the rows how the file spelled what goes. Raises FormatError when the proof fails.
    """
    raw, spelled = task.format.spliced(record, edited.splices)
    again = task.format.again(record, raw)
    wanted = {name: model.apply(text, edited.splices.get(name, ())) for name, text in record.texts.items()}
    back = {name: model.inverse(record.texts[name], splices, spelled[name]) for name, splices in edited.splices.items()}
    if again.texts != wanted or task.format.spliced(again, back)[0] != record.raw:
        raise FormatError("the cut could not be undone exactly in this record, so it was left as it is")
    _note_spelling(edited.rows, spelled)
    return raw


def _note_spelling(rows: Sequence[dict[str, Any]], spelled: model.Spellings) -> None:
    at = {name: iter(raws) for name, raws in spelled.items()}
    for row in rows:
        if row["type"] == "finding" and row["verdict"] == Verdict.REMOVE:
            raw = next(at[row.get("field", "")])
            if raw is not None:
                row["raw"] = raw
