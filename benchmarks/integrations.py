"""What each integration costs on top of the Arrow kernel, from its own kind of table to its own kind of table.

    python benchmarks/integrations.py [--real dev.jsonl] [--rounds 7] [--documents 400]

Two loads: `light` repeats ten lines, which the kernel judges once a batch, so that moving the data shows; `real` are
the articles of the fixtures, or the `text` of each line of a JSONL file. All get one batch, but a lazy polars frame and
DuckDB may cut it up, so that repeated lines are judged more than once. Adapter and base run in turns in one process; the
base is the kernel, and for the kernel itself and for datatrove, which has no batches, `Cleaner` in a loop. The figures
are medians over the rounds of CPU time, all threads: microseconds a document, and the adapter's time over its base's.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import datasets
import duckdb
import polars as pl
import pyarrow as pa
from datatrove.data import Document

from spamscrub import CleanResult
from spamscrub.integrations.arrow import BatchCleaner, cleaner_for
from spamscrub.integrations.datatrove import SpamscrubStep
from spamscrub.integrations.duckdb import register
from spamscrub.integrations.hf import clean_dataset
from spamscrub.integrations.pandas import clean_frame as clean_pandas
from spamscrub.integrations.polars import clean_frame as clean_polars
from spamscrub.policy import Policy

ARTICLES = Path(__file__).parent.parent / "fixtures" / "articles"
BATCH = 2000
QUERY = "SELECT id, s.text, s.findings FROM (SELECT id, spamscrub(text) AS s FROM docs)"


class Contestant(NamedTuple):
    """An adapter: what it takes, made of the table before the clock runs, what is timed, and what it is compared with."""

    name: str
    prepare: Callable[[pa.Table], Any]
    run: Callable[[Any], object]
    base: Callable[[pa.Table], object] = BatchCleaner().table


def loop(table: pa.Table) -> list[CleanResult]:
    """Text after text, without Arrow's part."""
    cleaner = cleaner_for(None, Policy())
    return [cleaner.clean(text) for text in table["text"].to_pylist()]


def contestants() -> list[Contestant]:
    connection = duckdb.connect()
    register(connection)

    def loaded(given: pa.Table) -> duckdb.DuckDBPyConnection:
        connection.execute("CREATE OR REPLACE TABLE docs AS SELECT * FROM given")
        return connection

    return [
        Contestant("kernel", lambda table: table, BatchCleaner().table, loop),
        Contestant("polars, eager", pl.from_arrow, clean_polars),
        Contestant("polars, lazy", pl.from_arrow, lambda frame: clean_polars(frame.lazy()).collect()),
        Contestant("pandas", lambda table: table.to_pandas(), clean_pandas),
        Contestant("datasets", datasets.Dataset, lambda dataset: clean_dataset(dataset, batch_size=BATCH)),
        Contestant("DuckDB", loaded, lambda opened: opened.sql(QUERY).to_arrow_table()),
        Contestant("datatrove", documents, lambda found: list(SpamscrubStep()(found)), loop),
    ]


def documents(table: pa.Table) -> list[Document]:
    return [Document(row["text"], row["id"]) for row in table.to_pylist()]


def seconds(run: Callable[[Any], object], given: object) -> float:
    before = time.process_time()
    run(given)
    return time.process_time() - before


def compare(contestant: Contestant, table: pa.Table, rounds: int) -> tuple[float, float, float]:
    """Microseconds a document of the base and of the adapter, and the median of their paired ratios."""
    pairs = []
    for n in range(rounds + 1):
        given = contestant.prepare(table)
        order: list[tuple[Callable[[Any], object], object]] = [(contestant.base, table), (contestant.run, given)]
        times = [seconds(*entry) for entry in (order if n % 2 else reversed(order))]
        pairs.append(times if n % 2 else times[::-1])
    base, own = zip(*pairs[1:], strict=True)  # the first round warms up
    each = 1e6 / table.num_rows
    return median(base) * each, median(own) * each, median(b / a for a, b in zip(base, own, strict=True))


def table_of(texts: Iterable[str]) -> pa.Table:
    found = list(texts)
    return pa.table({"id": [str(n) for n in range(len(found))], "text": found})


def real_texts(path: Path | None, count: int) -> list[str]:
    if path is not None:
        with path.open(encoding="utf-8") as lines:
            return [json.loads(line)["text"] for line in lines][:count]
    return [found.read_bytes().decode("utf-8") for found in sorted(ARTICLES.glob("*.txt"))][:count]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--real", type=Path)
    options.add_argument("--rounds", type=int, default=7)
    options.add_argument("--documents", type=int, default=400)
    given = options.parse_args()
    datasets.disable_caching()
    datasets.disable_progress_bars()
    light = table_of(f"Ferry {n % 10} leaves the east bank at half past six." for n in range(BATCH))
    loads = {"light": light, "real": table_of(real_texts(given.real, given.documents))}
    for load, table in loads.items():
        size = sum(len(text) for text in table["text"].to_pylist()) / table.num_rows
        print(f"\n{load}: {table.num_rows} documents of {size:,.0f} characters\n")
        print(f"{'':20} {'base us':>10} {'adapter us':>10} {'over':>8} {'ratio':>7}")
        for contestant in contestants():
            base, own, ratio = compare(contestant, table, given.rounds)
            print(f"{contestant.name:20} {base:10.1f} {own:10.1f} {own - base:8.1f} {ratio:7.3f}", flush=True)


if __name__ == "__main__":
    main()
