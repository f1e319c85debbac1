"""A corpus of small documents for the engines, what a single machine makes of it, and a worker that dies in the middle."""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from spamscrub import Cleaner, Policy
from spamscrub.integrations.arrow import BatchCleaner, finding_row

ENGLISH = (
    "The ferry leaves the east bank at half past six, before the {n} office workers come.",
    "On the upper deck an old man feeds {n} gulls, and nobody minds that it is forbidden.",
    "The pier was repaired twice, and {n} people signed a letter of thanks to the engineers.",
    "Nobody wrote to the paper when tickets rose by {n} yuan, for the boats were new.",
    "In winter the crossing takes longer, and the captain reads {n} pages of his novel.",
    "A night boat runs on Fridays, mostly empty, past {n} lamps and the old customs house.",
    "What the harbour costs in {n}",
)
MIXED = (
    "The 老年酒吧 (Old Jazz Bar) keeps a piano that has not been tuned for {n} weeks.",
    "- Tickets rose by {n} yuan, and nobody wrote to the paper",
    "今天下午河边很安静，第{n}号码头没有人说话。",
    "La bibliothèque ferme à {n} heures, sauf pendant l’été 🙂.",
    *ENGLISH[:3],
)
ADS = ("上海喝茶服务vx ", "爱上海论坛\n", "上海龙凤论坛419 ", "上海后花园\r\n", "казино Вулкан играть онлайн\n", "buy cheap viagra online no prescription\n")

Gold = dict[str, tuple[str | None, list[dict[str, Any]]]]
"""Text and findings of documents by id."""


def document(number: int) -> str | None:
    """The text of a document: 3 to 5 lines, every fourth in several scripts, an ad or two in every third; some empty ones and nulls."""
    dice = random.Random(number)
    if number % 97 == 13:
        return None if number % 2 else ""
    lines = [sentence.format(n=dice.randint(100, 99_999)) for sentence in dice.sample(ENGLISH if number % 4 else MIXED, k=dice.randint(3, 5))]
    if number % 3 == 0:
        for at in dice.sample(range(len(lines)), k=dice.randint(1, 2)):
            lines[at] = dice.choice(ADS) + lines[at]
    return "\n".join(lines)


def write_corpus(folder: Path, documents: int, files: int) -> Path:
    """Write a corpus as Parquet files with small row groups and further columns; gives the folder."""
    folder.mkdir(parents=True)
    for number in range(files):
        ids = range(number, documents, files)
        columns = {
            "id": pa.array([f"doc-{n:05}" for n in ids]),
            "text": pa.array([document(n) for n in ids], pa.string()),
            "links": pa.array([[f"https://example.org/{n}"] * (n % 3) for n in ids], pa.list_(pa.string())),
            "fetched": pa.array([n * 1_000_000 for n in ids], pa.timestamp("us", tz="UTC")),
        }
        pq.write_table(pa.table(columns), folder / f"{number:03}.parquet", row_group_size=50)
    return folder


def single_machine(documents: int, policy: Policy | None = None) -> Gold:
    """Text and findings of every document by id, as `Cleaner.clean` gives them."""
    cleaner = Cleaner(policy=policy)
    found: Gold = {}
    for number in range(documents):
        text = document(number)
        result = None if text is None else cleaner.clean(text)
        rows = [finding_row(finding) for finding in result.findings] if result else []
        found[f"doc-{number:05}"] = (result.text if result else None, rows)
    return found


def tallied(gold: Gold) -> list[tuple[str, str, int, int, int]]:
    """Label, verdict, findings, documents and characters, counted the long way."""
    tally: dict[tuple[str, str], list[int]] = {}
    for _, rows in gold.values():
        for kind in {(row["label"], row["verdict"]) for row in rows}:
            sizes = [row["end"] - row["start"] for row in rows if (row["label"], row["verdict"]) == kind]
            seen = tally.setdefault(kind, [0, 0, 0])
            tally[kind] = [seen[0] + len(sizes), seen[1] + 1, seen[2] + sum(sizes)]
    return sorted((label, verdict, *counts) for (label, verdict), counts in tally.items())


def audited(gold: Gold) -> list[dict[str, Any]]:
    """The rows of the audit table, by document and place."""
    return [{"id": id, **row} for id, (_, rows) in sorted(gold.items()) for row in rows]


def by_id(table: pa.Table) -> Gold:
    """Text and findings of a cleaned table by id; every id must be there once."""
    found = {row["id"]: (row["text"], row["spamscrub_findings"]) for row in table.to_pylist()}
    assert len(found) == len(table)
    return found


@dataclass(frozen=True)
class Watched(BatchCleaner):
    """A kernel that notes in the folder `notes` each document that it cleans, and may be killed once.

    The process that first comes to the document named `victim` is killed; it leaves the file `killed` in `notes`, so
    that whoever takes over the work lives on.
    """

    notes: str = ""
    victim: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Its own class and fields: what `BatchCleaner` pickles is a `BatchCleaner`."""
        return type(self), tuple(getattr(self, field.name) for field in fields(self))

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Clean the batch, or die."""
        ids, notes = batch["id"].to_pylist(), Path(self.notes)
        if self.victim in ids and not (notes / "killed").exists():
            (notes / "killed").touch()
            os.kill(os.getpid(), signal.SIGKILL)
        with (notes / f"cleaned-{os.getpid()}").open("a") as out:
            out.writelines(f"{id}\n" for id in ids)
        return super().__call__(batch)


def cleaned_ids(notes: Path) -> list[str]:
    """The documents that `Watched` kernels cleaned, as often as they did, sorted."""
    return sorted(line for path in notes.glob("cleaned-*") for line in path.read_text().splitlines())


@contextmanager
def one_is_killed(notes: Path, after: int) -> Iterator[None]:
    """Kill a process that runs a `Watched` kernel once `after` documents are cleaned; fails if that never came to be."""
    done, killed = threading.Event(), []

    def watch() -> None:
        while not killed and not done.wait(0.1):
            if len(cleaned_ids(notes)) >= after:
                latest = max(notes.glob("cleaned-*"), key=lambda path: path.stat().st_mtime_ns)
                killed.append(int(latest.name.removeprefix("cleaned-")))
                os.kill(killed[0], signal.SIGKILL)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
    assert killed, "the run was over before anybody was killed"
