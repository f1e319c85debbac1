"""Logs of runs: one row a finding in every form, joined or compressed, and enough to undo a run or a part of it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pyarrow.compute
import pyarrow.parquet
import pytest

from spamscrub import audit
from spamscrub.errors import AuditError
from spamscrub.runner import plan, restore
from tests.corpus import AD, CLEAN, DIRTY, jsonl, run, texts, write


@pytest.mark.parametrize("name", ["log.jsonl", "log.jsonl.gz", "log.jsonl.zst", "log.parquet"])
def test_a_log_in_any_form_restores_the_run(tmp_path: Path, name: str) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(12))
    with source.open("ab") as file:
        file.write(b'{"no": "text"}\n' + jsonl([f"\ud800{DIRTY}"]))
    log = tmp_path / name
    assert run([source], tmp_path / "out.jsonl", log=log).totals.changed == 5
    assert [found.problem for found in restore(plan([str(tmp_path / "out.jsonl")], str(tmp_path / "back.jsonl")), [log])] == [""]
    assert (tmp_path / "back.jsonl").read_bytes() == source.read_bytes()
    records = audit.read_log(log)
    assert len(records) == 13
    assert records["in.jsonl:2 text"].findings[0].text == AD
    assert records["in.jsonl:14 text"].findings[0].text == AD


def test_a_log_in_parquet_is_a_table_of_findings(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(12))
    run([source], None, log=tmp_path / "log.parquet")
    table = pyarrow.parquet.read_table(tmp_path / "log.parquet")
    found = table.filter(pyarrow.compute.equal(table["type"], "finding"))
    assert found.group_by(["label", "text"]).aggregate([("score", "count")]).to_pylist() == [{"label": "foreign-run", "text": AD, "score_count": 4}]
    assert found["record"].to_pylist() == [2, 5, 8, 11]
    assert {e["name"] for e in found["evidence"].to_pylist()[0]} >= {"own-line"}
    header = json.loads(table["row"][0].as_py())
    assert len(header["packs_sha256"]) == 64


def test_logs_of_several_runs_joined_by_cat_restore_each_file(tmp_path: Path) -> None:
    logs = []
    for name, kind in (("a", "jsonl"), ("b", "csv"), ("c", "txt")):
        source = write(tmp_path / name, kind, "", texts())
        logs.append(tmp_path / f"{name}.log.jsonl.zst")
        run([source], tmp_path / "out" / source.name, log=logs[-1])
    joined = tmp_path / "log.jsonl.zst"
    joined.write_bytes(subprocess.run(["cat", *map(str, logs)], capture_output=True, check=True).stdout)
    assert [found.problem for found in restore(plan([str(tmp_path / "out")], str(tmp_path / "back")), [joined])] == ["", "", ""]
    for name in ("a.jsonl", "b.csv", "c.txt"):
        assert (tmp_path / "back" / name).read_bytes() == (tmp_path / name).read_bytes()


def test_chosen_labels_of_a_corpus_are_put_back_alone(tmp_path: Path) -> None:
    source, out, log = write(tmp_path / "in", "csv", "", texts()), tmp_path / "out.csv", tmp_path / "log.jsonl"
    run([source], out, log=log)
    for labels, wanted in ((["foreign-run"], source), (["other"], out)):
        assert [found.problem for found in restore(plan([str(out)], str(tmp_path / "back.csv")), [log], labels)] == [""]
        assert (tmp_path / "back.csv").read_bytes() == wanted.read_bytes()


def test_a_file_that_is_not_the_logged_one_is_not_restored(tmp_path: Path) -> None:
    bodies = [f"{number}. {text}" for number, text in enumerate(texts())]
    source, out, log = write(tmp_path / "in", "jsonl", "", bodies), tmp_path / "out.jsonl", tmp_path / "log.jsonl"
    run([source], out, log=log)
    lines = out.read_bytes().splitlines(keepends=True)
    for changed, part in (
        (lines[1:], "not the cleaned text"),
        (lines[:-1], "the log tells of more documents"),
        ([*lines, lines[0]], "the log ends before this document"),
        ([lines[0].replace(b"ferry", b"train"), *lines[1:]], "not the cleaned text"),
    ):
        out.write_bytes(b"".join(changed))
        found = list(restore(plan([str(out)], str(tmp_path / "back.jsonl")), [log]))
        assert part in found[0].problem
        assert not list(tmp_path.glob("*back*")) + list(tmp_path.glob(".*back*"))


@pytest.mark.parametrize("name", ["log.jsonl", "log.jsonl.zst", "log.parquet"])
@pytest.mark.parametrize("sign", ["\u2028", "\u2029", "\x85", "\x0c", "\x1c"])
def test_line_separators_inside_findings_do_not_cut_rows(tmp_path: Path, name: str, sign: str) -> None:
    source, out, log = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / name
    source.write_bytes(jsonl([DIRTY, DIRTY.replace(AD, f"{AD}{sign}{AD}{sign}"), CLEAN]))
    run([source], out, log=log, id_field="id")
    found = audit.read_log(log)
    assert len(found) == 3
    assert sign in "".join(finding.text for finding in found["a1 text"].findings)
    assert [item.problem for item in restore(plan([str(out)], str(tmp_path / "back.jsonl")), [log])] == [""]
    assert (tmp_path / "back.jsonl").read_bytes() == source.read_bytes()


def test_documents_with_the_same_id_stay_apart(tmp_path: Path) -> None:
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_bytes(jsonl([DIRTY]) + jsonl([CLEAN]) + jsonl([DIRTY]))
    run([source], out, log=tmp_path / "log.jsonl", id_field="id")
    assert [found.problem for found in restore(plan([str(out)], str(tmp_path / "back.jsonl")), [tmp_path / "log.jsonl"])] == [""]
    assert (tmp_path / "back.jsonl").read_bytes() == source.read_bytes()


def test_what_is_no_log_is_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    for content, part in ((b"", "1: this is not"), (b"{}\n", "1: this is not"), (b'{"spamscrub":"9","format":99}\n', "1: this is not"), (b"\xff\n", "1: byte 0"), (b"[]\n", "1: not a record"), (b"PAR1", "cannot be read as Parquet")):
        log.write_bytes(content)
        with pytest.raises(AuditError, match=r"log\.jsonl") as raised:
            audit.read_log(log)
        assert part in str(raised.value)
