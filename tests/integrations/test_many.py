"""20,000 documents in every tool on this machine: texts and findings are those of the cleaner, by id."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader, ParquetReader
from datatrove.pipeline.writers import JsonlWriter

from spamscrub.audit import read_log
from spamscrub.integrations.arrow import BatchCleaner, finding_row
from spamscrub.integrations.datatrove import SpamscrubStep
from spamscrub.integrations.duckdb import register
from spamscrub.integrations.hf import clean_dataset
from spamscrub.integrations.pandas import clean_frame as clean_pandas
from spamscrub.integrations.polars import clean_frame as clean_polars
from tests.integrations.corpus import Gold, by_id

pytestmark = pytest.mark.slow


def test_the_command_line(many: Path, many_gold: Gold, tmp_path: Path) -> None:
    words = [sys.executable, "-m", "spamscrub", "clean", many, "-o", tmp_path / "out", "--audit", tmp_path / "log.jsonl", "--id-field", "id", "--jobs", "2"]
    subprocess.run(words, check=True)
    texts = {row["id"]: row["text"] for row in pq.read_table(tmp_path / "out", columns=["id", "text"]).to_pylist()}
    found = {record.doc: [finding_row(finding) for finding in record.findings] for record in read_log(tmp_path / "log.jsonl").values()}
    assert texts == {id: text for id, (text, _) in many_gold.items()}
    assert {id: rounded(rows) for id, rows in found.items() if rows} == {id: rounded(rows) for id, (_, rows) in many_gold.items() if rows}


def rounded(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Findings with their weights as a log has them."""
    return [{**row, "evidence": [{**one, "weight": round(one["weight"], 4)} for one in row["evidence"]]} for row in rows]


def test_the_arrow_kernel(many: Path, many_gold: Gold) -> None:
    assert by_id(BatchCleaner().table(pq.read_table(many))) == many_gold


def test_polars(many: Path, many_gold: Gold) -> None:
    assert by_id(clean_polars(pl.scan_parquet(many)).collect(engine="streaming").to_arrow()) == many_gold


def test_pandas(many: Path, many_gold: Gold) -> None:
    frame = clean_pandas(pd.read_parquet(many, columns=["id", "text"]))
    assert by_id(pa.Table.from_pandas(frame)) == many_gold


def test_datasets(many: Path, many_gold: Gold, tmp_path: Path) -> None:
    dataset = Dataset.from_parquet([str(path) for path in sorted(many.iterdir())], cache_dir=str(tmp_path))
    assert by_id(clean_dataset(dataset, num_proc=2).with_format("arrow")[:]) == many_gold


def test_duckdb(many: Path, many_gold: Gold) -> None:
    with duckdb.connect() as connection:
        register(connection)
        cleaned = f"SELECT id, spamscrub(text) AS s FROM read_parquet('{many}/*.parquet')"
        rows = connection.execute(f"SELECT id, s.text AS text, s.findings AS spamscrub_findings FROM ({cleaned})").to_arrow_table()
    assert by_id(rows) == many_gold


def test_datatrove(many: Path, many_gold: Gold, tmp_path: Path) -> None:
    steps = [ParquetReader(str(many)), SpamscrubStep(), JsonlWriter(str(tmp_path / "out"), compression=None)]
    LocalPipelineExecutor(steps, tasks=4, workers=2, logging_dir=str(tmp_path / "logs")).run()
    rows: list[dict[str, Any]] = [{"id": doc.id, "text": doc.text, **doc.metadata} for doc in JsonlReader(str(tmp_path / "out"))()]
    found = {row["id"]: (row["text"], json.loads(row["spamscrub_findings"])) for row in rows}
    assert found == {id: cleaned for id, cleaned in many_gold.items() if cleaned[0]}  # its readers pass over empty documents
