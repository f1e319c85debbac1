"""Formats: only cleaned texts differ, and the log brings the original back."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from spamscrub.runner import plan, restore
from tests.corpus import AD, CLEAN, CODECS, DIRTY, plain, run, texts, warc, write

KINDS = ("txt", "jsonl", "csv", "tsv", "warc")


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("kind", KINDS)
def test_only_cleaned_texts_differ_and_the_log_brings_the_file_back(tmp_path: Path, kind: str, codec: str) -> None:
    source = write(tmp_path / "in", kind, codec, texts())
    out, log, back = tmp_path / f"out{source.suffixes[0]}{source.suffixes[1] if codec else ''}", tmp_path / "log.jsonl", tmp_path / f"back.{kind}"
    totals = run([source], out, log=log).totals
    assert (totals.changed, totals.failed) == ((1, 0) if kind == "txt" else (2, 0))
    before, after = plain(source), plain(out)
    assert out.read_bytes()[:2] == source.read_bytes()[:2]
    if kind != "warc":
        assert after == before.replace(AD.encode(), b"").replace(json.dumps(AD)[1:-1].encode(), b"")
    assert [found.problem for found in restore(plan([str(out)], str(back)), [log])] == [""]
    assert plain(back) == before


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_ads_comes_out_byte_for_byte(tmp_path: Path, kind: str, codec: str) -> None:
    source = write(tmp_path / "in", kind, codec, [CLEAN, CLEAN])
    out = tmp_path / ("out" + "".join(source.suffixes))
    run([source], out)
    assert plain(out) == plain(source)


def test_parquet_keeps_schema_row_groups_codecs_and_other_columns(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "parquet", "", texts(10))
    out, log, back = tmp_path / "out.parquet", tmp_path / "log.jsonl", tmp_path / "back.parquet"
    assert run([source], out, log=log).totals.changed == 3
    before, after = pyarrow.parquet.ParquetFile(source), pyarrow.parquet.ParquetFile(out)
    assert after.schema_arrow.equals(before.schema_arrow, check_metadata=True)
    assert after.schema.equals(before.schema)
    groups = [[f.metadata.row_group(n) for n in range(f.num_row_groups)] for f in (before, after)]
    assert [g.num_rows for g in groups[0]] == [g.num_rows for g in groups[1]] == [4, 4, 2]
    codecs = [[(g.column(n).path_in_schema, g.column(n).compression) for n in range(g.num_columns)] for g in (groups[0][0], groups[1][0])]
    assert codecs[0] == codecs[1]
    assert after.read().column("text").to_pylist() == [CLEAN.replace("\n\nWhat", "\n\nWhat") if t == CLEAN else DIRTY.replace(AD, "") for t in texts(10)]
    assert after.read().drop_columns("text").equals(before.read().drop_columns("text"))
    assert [found.problem for found in restore(plan([str(out)], str(back)), [log])] == [""]
    assert pyarrow.parquet.read_table(back).equals(pyarrow.parquet.read_table(source), check_metadata=True)
