"""What each integration costs on top of the Arrow kernel, from its own kind of table to its own kind of table.

    python benchmarks/integrations.py [--real dev.jsonl] [--rounds 7] [--documents 400]

Two loads: `light` are distinct one-line texts, where cleaning is cheap and the adapter shows; `real` are the articles of
the fixtures, or the `text` of each line of a JSONL file. Kernel and adapter run in turns in one process; the figures are
medians over the rounds of CPU time, all threads: microseconds a document, and the adapter's time over the kernel's.
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

from spamscrub import Cleaner
from spamscrub.integrations.arrow import BatchCleaner, cleaner_for
from spamscrub.integrations.datatrove import SpamscrubStep
from spamscrub.integrations.duckdb import register
from spamscrub.integrations.hf import clean_dataset
from spamscrub.integrations.pandas import clean_frame as clean_pandas
from spamscrub.integrations.polars import clean_frame as clean_polars
from spamscrub.policy import Policy

ARTICLES = Path(__file__).parent.parent / "fixtures" / "articles"
BATCH = 1000
QUERY = "SELECT id, s.text, s.findings FROM (SELECT id, spamscrub(text) AS s FROM docs)"


class Contestant(NamedTuple):
    """An adapter: what it takes, made of the table before the clock runs, and what is timed."""

    name: str
    prepare: Callable[[pa.Table], Any]
    run: Callable[[Any], object]


def plain(cleaner: Cleaner) -> Callable[[list[str]], object]:
    return lambda texts: [cleaner.clean(text) for text in texts]


def kernel(table: pa.Table) -> pa.Table:
    """The bare kernel, batch after batch."""
    return pa.Table.from_batches([BatchCleaner()(batch) for batch in table.to_batches(max_chunksize=BATCH)])


def contestants() -> list[Contestant]:
    connection = duckdb.connect()
    register(connection)

    def loaded(table: pa.Table) -> duckdb.DuckDBPyConnection:
        connection.execute("CREATE OR REPLACE TABLE docs AS SELECT * FROM table")
        return connection

    return [
        Contestant("Cleaner in a loop", lambda table: table["text"].to_pylist(), plain(cleaner_for(None, Policy()))),
        Contestant("polars, eager", pl.from_arrow, clean_polars),
        Contestant("polars, lazy", pl.from_arrow, lambda frame: clean_polars(frame.lazy()).collect()),
        Contestant("pandas", lambda table: table.to_pandas(), clean_pandas),
        Contestant("datasets", lambda table: datasets.Dataset(table), clean_dataset),
        Contestant("DuckDB", loaded, lambda opened: opened.execute(QUERY).to_arrow_table()),
        Contestant("datatrove", documents, lambda found: list(SpamscrubStep()(found))),
    ]


def documents(table: pa.Table) -> list[Document]:
    return [Document(row["text"], row["id"]) for row in table.to_pylist()]


def seconds(run: Callable[[Any], object], given: object) -> float:
    before = time.process_time()
    run(given)
    return time.process_time() - before


def compare(contestant: Contestant, table: pa.Table, rounds: int) -> tuple[float, float, float]:
    """Microseconds a document of the kernel and of the adapter, and the median of their paired ratios."""
    pairs = []
    for n in range(rounds + 1):
        given = contestant.prepare(table)
        order: list[tuple[Callable[[Any], object], object]] = [(kernel, table), (contestant.run, given)]
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
    light = table_of(f"Ferry {n} leaves the east bank at half past six." for n in range(5000))
    loads = {"light": light, "real": table_of(real_texts(given.real, given.documents))}
    for load, table in loads.items():
        size = sum(len(text) for text in table["text"].to_pylist()) / table.num_rows
        print(f"\n{load}: {table.num_rows} documents of {size:,.0f} characters\n")
        print(f"{'':20} {'kernel us':>10} {'adapter us':>10} {'over':>8} {'ratio':>7}")
        for contestant in contestants():
            base, own, ratio = compare(contestant, table, given.rounds)
            print(f"{contestant.name:20} {base:10.1f} {own:10.1f} {own - base:8.1f} {ratio:7.3f}", flush=True)


if __name__ == "__main__":
    main()
