"""The command line over corpora: options, pipes, interruption, and what a person sees."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.corpus import AD, FEW_PACKS, plain, texts, write
from tests.test_cli import one_line, spamscrub

COMMAND = [sys.executable, "-c", "from spamscrub.cli import main; main()"]


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    """A small file of JSON lines."""
    return write(tmp_path / "in", "jsonl", "", texts())


def test_a_corpus_is_cleaned_logged_and_restored(corpus: Path, tmp_path: Path) -> None:
    out, log, back = tmp_path / "out.jsonl.gz", tmp_path / "log.parquet", tmp_path / "back.jsonl"
    result = spamscrub("clean", corpus, "-o", out, "--audit", log, "--id-field", "id", "--json")
    assert json.loads(result.stdout) == {"documents": 6, "changed": 2, "failed": 0, "removed": {"zh-escort-forum": 2}, "review": {}}
    assert spamscrub("restore", out, "--audit", log, "-o", back).returncode == 0
    assert back.read_bytes() == corpus.read_bytes()


def test_standard_input_is_read_in_any_format_and_any_codec(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "gz", texts())
    result = spamscrub("clean", "-", "--format", "jsonl", "--jobs", 1, *FEW_PACKS, stdin=source.read_bytes())
    assert result.returncode == 0
    assert result.stdout == plain(source).replace(AD.encode(), b"").replace(json.dumps(AD)[1:-1].encode(), b"")
    one_line(spamscrub("clean", write(tmp_path / "in", "parquet", "", texts())), 2, "-o FILE")


def test_check_and_diff_name_record_and_field(corpus: Path) -> None:
    found = spamscrub("clean", corpus, "--check")
    assert found.returncode == 1
    assert f"{corpus}:2:text:4:1: zh-escort-forum" in found.stdout.decode()
    assert f"--- {corpus}:2:text\n" in spamscrub("clean", corpus, "--diff").stdout.decode()


def test_a_dry_run_sums_up_and_writes_no_texts(corpus: Path, tmp_path: Path) -> None:
    result = spamscrub("clean", corpus, "--dry-run", "-o", tmp_path / "out.jsonl", "--audit", tmp_path / "log.jsonl")
    assert "6 documents; 2 with ads" in result.stderr.decode()
    assert (result.stdout, (tmp_path / "out.jsonl").exists(), (tmp_path / "log.jsonl").exists()) == (b"", False, True)


def test_failures_are_named_up_to_a_limit_and_all_written_down(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"{}\n" * 50)
    result = spamscrub("clean", source, "-o", tmp_path / "out.jsonl", "--failures", tmp_path / "bad.jsonl")
    lines = result.stderr.decode().splitlines()
    assert result.returncode == 3
    assert sum(line.startswith("spamscrub: ") for line in lines) == 20
    assert any(f"they stand in {tmp_path / 'bad.jsonl'}" in line for line in lines)
    assert len((tmp_path / "bad.jsonl").read_bytes().splitlines()) == 50


@pytest.mark.parametrize(
    ("options", "part"),
    [
        (["--shard", "3/2"], "1/8"),
        (["--shard", "x"], "1/8"),
        (["--max-document", "big"], "16MB"),
        (["--jobs", "0"], "--jobs"),
        (["--format", "pdf"], "jsonl"),
        (["--audit", "IN"], "is one of the texts"),
        (["--audit", "log", "--failures", "log"], "is the file of --audit"),
    ],
)
def test_a_wrong_option_is_a_usage_error(corpus: Path, tmp_path: Path, options: list[str], part: str) -> None:
    named = [str(corpus) if option == "IN" else str(tmp_path / option) if option == "log" else option for option in options]
    one_line(spamscrub("clean", corpus, "-o", tmp_path / "out.jsonl", *named), 2, part)


def test_a_closed_pipe_ends_a_corpus_quietly(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(20), padding=60_000)
    script = f"cat {source} | {COMMAND[0]} -c '{COMMAND[2]}' clean - --format jsonl --jobs 1 {' '.join(FEW_PACKS)} | head -1"
    result = subprocess.run(["bash", "-c", script], capture_output=True, timeout=120)
    assert result.stdout == source.read_bytes().splitlines(keepends=True)[0]
    assert result.stderr == b""


def test_control_c_leaves_a_run_that_goes_on_with_resume(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(600), padding=45_000)
    out, folder = tmp_path / "out" / "x.jsonl", tmp_path / "out"
    command = [*COMMAND, "clean", str(source), "-o", str(out), "--jobs", "1", *FEW_PACKS]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, start_new_session=True)
    partial = folder / ".x.jsonl.spamscrub-partial"
    while process.poll() is None and not (partial.exists() and partial.stat().st_size > 0):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    error = process.communicate(timeout=60)[1].decode()
    assert (process.returncode, error) == (130, "spamscrub: interrupted; go on with the same command and --resume\n")
    assert not out.exists()
    one_line(spamscrub("clean", source, "-o", out), 2, "--resume", "delete this file")
    assert spamscrub("clean", source, "-o", out, "--jobs", 1, "--resume", *FEW_PACKS).returncode == 0
    assert [path.name for path in folder.iterdir()] == ["x.jsonl"]
    assert AD.encode() not in out.read_bytes()
    assert len(out.read_bytes().splitlines()) == 600


@pytest.mark.skipif(sys.platform != "linux", reason="it is told by /proc when workers begin")
def test_control_c_while_workers_begin_is_one_line(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(40), padding=45_000)
    process = subprocess.Popen([*COMMAND, "clean", str(source), "-o", str(tmp_path / "out.jsonl"), "--jobs", "2"], stderr=subprocess.PIPE, start_new_session=True)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    while process.poll() is None and len(children.read_text().split()) < 2:
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGINT)
    error = process.communicate(timeout=60)[1].decode()
    assert process.returncode == 130
    assert [line.partition(";")[0] for line in error.splitlines() if line] == ["spamscrub: interrupted"]


def test_a_full_disk_stops_a_run_that_goes_on_with_resume(tmp_path: Path) -> None:
    source, out = write(tmp_path / "in", "jsonl", "", texts(14), padding=65_000), tmp_path / "out" / "x.jsonl"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, hard))
    try:
        one_line(spamscrub("clean", source, "-o", out, "--jobs", 1), 2, "x.jsonl: cannot be written (File too large)", "go on with the same command and --resume")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert not out.exists()
    assert spamscrub("clean", source, "-o", out, "--jobs", 1, "--resume").returncode == 0
    assert [path.name for path in out.parent.iterdir()] == ["x.jsonl"]
    assert len(out.read_bytes().splitlines()) == 14


def test_a_json_file_holds_lines_of_json_or_is_refused(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts()).rename(tmp_path / "in.json")
    assert "6 documents; 2 with ads" in spamscrub("clean", source, "-o", tmp_path / "out.json").stderr.decode()
    source.write_text(json.dumps({"text": "one"}, indent=2))
    one_line(spamscrub("clean", source, "-o", tmp_path / "out2.json"), 3, "JSON over several lines", "jq -c")
    assert not (tmp_path / "out2.json").exists()
