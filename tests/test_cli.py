"""The command line: exit codes, exact bytes, and one line for every mistake a user can make."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from spamscrub.cli import main
from tests.corpus import FEW_PACKS

CLEAN = """The ferry leaves the east bank at half past six, before the office workers come.

On the upper deck an old man feeds the gulls, and nobody minds that it is forbidden.

What the harbour costs, and who pays for it in the end, the city has never said.

The pier was repaired in 2019, for the third time, and the tickets rose by two yuan.
"""
DIRTY = CLEAN.replace("forbidden.\n\nWhat", "forbidden.\n爱上海论坛\nWhat").replace("The pier", "上海龙凤419论坛 The pier")


def spamscrub(*arguments: object, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Run the command line in this process, as `main` runs it; pipes and signals have real processes below."""
    status: object = 0
    with pytest.MonkeyPatch.context() as patch, CliRunner().isolation(input=stdin) as (out, error, _):
        patch.setattr(sys, "argv", ["spamscrub", *map(str, arguments)])
        try:
            main()
        except SystemExit as stop:
            status = stop.code
        sys.stdout.flush()
        sys.stderr.flush()
        return subprocess.CompletedProcess(sys.argv, int(str(status or 0)), out.getvalue(), error.getvalue())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a dirty, a clean and a nested text."""
    texts = tmp_path / "texts"
    (texts / "deep").mkdir(parents=True)
    (texts / "dirty.txt").write_bytes(DIRTY.encode())
    (texts / "clean.txt").write_bytes(CLEAN.encode())
    (texts / "deep" / "crlf.txt").write_bytes(DIRTY.replace("\n", "\r\n").encode())
    (texts / ".hidden.txt").write_bytes(DIRTY.encode())
    return texts


def one_line(result: subprocess.CompletedProcess[bytes], status: int, *parts: str) -> None:
    """The run ended with `status`, and its complaint is one line holding all `parts`."""
    error = result.stderr.decode()
    assert result.returncode == status, error
    lines = [line for line in error.splitlines() if line.startswith(("spamscrub:", "Error:"))]
    assert len(lines) == 1, error
    assert "Traceback" not in error
    for part in parts:
        assert part in lines[0]


def test_standard_input_goes_to_standard_output_without_the_ads() -> None:
    result = spamscrub("clean", "-", stdin=DIRTY.encode())
    assert result.returncode == 0
    assert result.stdout.decode() == CLEAN


@pytest.mark.parametrize(
    "data",
    [b"", b"one line without end", CLEAN.encode(), CLEAN.replace("\n", "\r").encode(), b"\xef\xbb\xbf" + CLEAN.encode(), CLEAN.replace("\n\n", "\u2028").encode()],
)
def test_a_text_without_ads_comes_out_byte_for_byte(data: bytes) -> None:
    result = spamscrub("clean", "-", stdin=data)
    assert (result.returncode, result.stdout) == (0, data)


def test_a_folder_keeps_its_structure_and_comes_back_from_the_log(folder: Path, tmp_path: Path) -> None:
    out, log, back = tmp_path / "out", tmp_path / "log.jsonl", tmp_path / "back"
    assert spamscrub("clean", folder, "-o", out, "--audit", log).returncode == 0
    names = ["clean.txt", "deep/crlf.txt", "dirty.txt"]
    assert sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()) == names
    assert (out / "dirty.txt").read_bytes() == CLEAN.encode()
    assert (out / "deep" / "crlf.txt").read_bytes() == CLEAN.replace("\n", "\r\n").encode()
    assert spamscrub("restore", out, "--audit", log, "-o", back).returncode == 0
    for name in names:
        assert (back / name).read_bytes() == (folder / name).read_bytes()


def test_the_log_points_at_each_string_in_every_way(folder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    spamscrub("clean", folder / "dirty.txt", "-o", tmp_path / "out.txt", "--audit", log)
    rows = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert rows[0]["spamscrub"]
    assert rows[0]["packs"]
    assert rows[0]["policy"]["max_share"]
    assert rows[1]["type"] == "document"
    assert rows[1]["host_language"] == "en"
    for row in rows[2:]:
        assert DIRTY[row["start"] : row["end"]] == row["text"]
        assert DIRTY.encode()[row["byte_start"] : row["byte_end"]].decode() == row["text"]
        assert DIRTY.splitlines()[row["line"] - 1][row["column"] - 1 :].startswith(row["text"].strip())
        assert sum(item["weight"] for item in row["evidence"]) == pytest.approx(row["score"], abs=0.01)
        assert (row["verdict"], row["label"]) == ("remove", "zh-escort-forum")


def test_one_label_is_put_back_alone(folder: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "out.txt", tmp_path / "log.jsonl"
    spamscrub("clean", folder / "dirty.txt", "-o", out, "--audit", log)
    spamscrub("restore", out, "--audit", log, "-o", tmp_path / "a.txt", "--label", "zh-escort-forum")
    spamscrub("restore", out, "--audit", log, "-o", tmp_path / "b.txt", "--label", "en-casino")
    assert (tmp_path / "a.txt").read_text("utf-8") == DIRTY
    assert (tmp_path / "b.txt").read_text("utf-8") == CLEAN


def test_check_writes_nothing_and_tells_by_its_exit_code(folder: Path, tmp_path: Path) -> None:
    found = spamscrub("clean", folder, "--check", "-o", tmp_path / "out")
    assert found.returncode == 1
    assert "dirty.txt:4:1: zh-escort-forum" in found.stdout.decode()
    assert not (tmp_path / "out").exists()
    assert spamscrub("clean", folder / "clean.txt", "--check").returncode == 0


def test_diff_shows_what_would_go(folder: Path) -> None:
    shown = spamscrub("clean", folder / "dirty.txt", "--diff").stdout.decode()
    assert "-爱上海论坛\n" in shown
    assert "+The pier was" in shown
    assert "\x1b" not in shown


def test_the_summary_comes_as_json(folder: Path, tmp_path: Path) -> None:
    result = spamscrub("clean", folder, "-o", tmp_path / "out", "--json")
    assert json.loads(result.stdout) == {"documents": 3, "changed": 2, "failed": 0, "removed": {"zh-escort-forum": 4}, "review": {}}


def test_explain_lists_kept_candidates_with_evidence_that_adds_up(tmp_path: Path) -> None:
    text = DIRTY.replace("an old man", "老年人 (an old man)")
    shown = spamscrub("explain", "-", stdin=text.encode()).stdout.decode()
    assert "KEEP" in shown
    assert "老年人" in shown
    rows = [json.loads(line) for line in spamscrub("explain", "-", "--json", stdin=text.encode()).stdout.decode().splitlines()]
    assert {row["verdict"] for row in rows} >= {"keep", "remove"}


def test_packs_are_listed_shown_and_checked(tmp_path: Path) -> None:
    assert "zh-escort-forum" in spamscrub("packs").stdout.decode()
    assert "stays" in spamscrub("packs", "show", "zh-escort-forum").stdout.decode()
    one_line(spamscrub("packs", "show", "nothing"), 2, "nothing", "spamscrub packs")
    broken = tmp_path / "broken.toml"
    broken.write_text('name = "broken"\n[[rule]]\nid = "x"\n')
    one_line(spamscrub("packs", "check", broken), 2, "broken.toml")


def test_a_pack_of_ones_own_is_used(tmp_path: Path) -> None:
    pack = tmp_path / "own.toml"
    pack.write_text(
        'name = "own"\nabout = "Test."\nlanguages = ["en"]\nenabled = true\nsources = ["none"]\n'
        '[[rule]]\nid = "line"\nrole = "ad"\nphrases = [\n  "quixotic flapdoodle bargains",\n]\n'
        '[[rule]]\nid = "goods"\nrole = "trade"\nphrases = [\n  "quixotic flapdoodle",\n]\n'
    )
    text = CLEAN.replace("forbidden.\n\nWhat", "forbidden.\nquixotic flapdoodle bargains\nWhat")
    result = spamscrub("explain", "-", "--json", "--packs", tmp_path, stdin=text.encode())
    assert any(json.loads(line)["label"] == "own" for line in result.stdout.decode().splitlines())


def test_the_policy_and_the_allow_list_are_obeyed(folder: Path, tmp_path: Path) -> None:
    policy, allow = tmp_path / "policy.toml", tmp_path / "allow.txt"
    policy.write_text('off = ["zh-escort-forum"]\n')
    allow.write_text("爱上海论坛\n上海龙凤419论坛\n", "utf-8")
    assert spamscrub("clean", folder / "dirty.txt", "--policy", policy).stdout == DIRTY.encode()
    assert spamscrub("clean", folder / "dirty.txt", "--allow", allow).stdout == DIRTY.encode()


def test_a_broken_policy_is_named_with_file_and_key(folder: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    for content, part in (("nonsense = 1", "nonsense"), ("max_share = 7", "max_share"), ("remove_at = 'x'", "remove_at"), ("= =", "TOML"), ("off = 3", "off")):
        policy.write_text(content)
        one_line(spamscrub("clean", folder / "dirty.txt", "--policy", policy), 2, "policy.toml", part)


def test_a_file_that_is_not_utf8_is_named_with_its_byte_and_the_others_are_done(folder: Path, tmp_path: Path) -> None:
    (folder / "bad.txt").write_bytes(b"good line\nbad \xff byte\n")
    result = spamscrub("clean", folder, "-o", tmp_path / "out")
    one_line(result, 3, "bad.txt:2: byte 14 (0xff)", "--encoding")
    assert (tmp_path / "out" / "dirty.txt").read_bytes() == CLEAN.encode()
    assert not (tmp_path / "out" / "bad.txt").exists()


def test_another_encoding_is_read_and_written(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(DIRTY.encode("gb18030"))
    assert spamscrub("clean", tmp_path / "a.txt", "--encoding", "gb18030").stdout == CLEAN.encode("gb18030")
    one_line(spamscrub("clean", tmp_path / "a.txt", "--encoding", "klingon"), 2, "klingon", "gb18030")


def test_a_missing_file_is_named_and_the_others_are_done(folder: Path, tmp_path: Path) -> None:
    result = spamscrub("clean", folder / "none.txt", folder / "dirty.txt", "-o", tmp_path / "out")
    one_line(result, 3, "none.txt", "no such file")
    assert (tmp_path / "out" / "dirty.txt").read_bytes() == CLEAN.encode()


def test_a_folder_without_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    one_line(spamscrub("clean", tmp_path / "empty", "-o", tmp_path / "out"), 2, "empty", "--include")


@pytest.mark.parametrize("kind", ["same", "symbolic", "hard"])
def test_an_output_that_equals_an_input_is_refused(folder: Path, tmp_path: Path, kind: str) -> None:
    source, target = folder / "dirty.txt", tmp_path / "link.txt"
    if kind == "same":
        target = source
    elif kind == "symbolic":
        target.symlink_to(source)
    else:
        target.hardlink_to(source)
    one_line(spamscrub("clean", source, "-o", target), 2, "is an input")
    assert source.read_bytes() == DIRTY.encode()


def test_several_texts_need_a_folder(folder: Path, tmp_path: Path) -> None:
    one_line(spamscrub("clean", folder), 2, "-o FOLDER")
    (tmp_path / "file").write_text("x")
    one_line(spamscrub("clean", folder, "-o", tmp_path / "file"), 2, "give a folder")


def test_an_output_that_cannot_be_written_is_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    one_line(spamscrub("clean", folder / "dirty.txt", "-o", tmp_path / "file" / "out.txt"), 3, "out.txt", "cannot be written")


def test_a_log_of_another_file_is_refused(folder: Path, tmp_path: Path) -> None:
    out, log = tmp_path / "out.txt", tmp_path / "log.jsonl"
    spamscrub("clean", folder / "dirty.txt", "-o", out, "--audit", log)
    (tmp_path / "other.txt").write_text("Something else.\n")
    one_line(spamscrub("restore", tmp_path / "other.txt", "--audit", log, "-o", tmp_path / "x.txt"), 3, "not the cleaned text")
    one_line(spamscrub("restore", out, "--audit", folder / "dirty.txt", "-o", tmp_path / "x.txt"), 2, "dirty.txt:1")
    one_line(spamscrub("restore", out, "--audit", tmp_path / "none.jsonl", "-o", tmp_path / "x.txt"), 2, "none.jsonl")
    lines = log.read_text("utf-8").splitlines()
    log.write_text("\n".join([*lines[:2], lines[2].replace("爱上海", "爱北京"), *lines[3:]]) + "\n", "utf-8")
    one_line(spamscrub("restore", out, "--audit", log, "-o", tmp_path / "x.txt"), 3, "does not give back the original")
    assert not (tmp_path / "x.txt").exists()


def test_an_unknown_pack_or_option_is_a_usage_error(folder: Path) -> None:
    one_line(spamscrub("clean", folder / "dirty.txt", "--off", "nothing"), 2, "nothing")
    one_line(spamscrub("clean", folder / "dirty.txt", "--nothing"), 2, "--nothing")
    one_line(spamscrub("clean"), 2, "IN")


def test_a_closed_pipe_ends_quietly(folder: Path) -> None:
    script = f"{sys.executable} -c 'from spamscrub.cli import main; main()' clean - {' '.join(FEW_PACKS)} | head -c 1"
    result = subprocess.run(["bash", "-c", script], input=DIRTY.encode() * 170, capture_output=True, timeout=120)
    assert result.stdout == b"T"
    assert b"Traceback" not in result.stderr


def test_control_c_leaves_nothing_half_written(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    for number in range(400):
        (texts / f"{number}.txt").write_bytes(DIRTY.encode() * 3)
    command = [sys.executable, "-c", "from spamscrub.cli import main; main()", "clean", str(texts), "-o", str(tmp_path / "out"), *FEW_PACKS]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE)
    for _ in range(400):
        if len(list((tmp_path / "out").glob("*.txt"))) > 2:
            break
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    error = process.communicate(timeout=30)[1].decode()
    assert process.returncode == 130
    assert "interrupted" in error
    assert "Traceback" not in error
    written = list((tmp_path / "out").iterdir())
    assert 0 < len(written) < 400
    assert all(path.suffix == ".txt" and path.read_bytes().count(b"The ferry") == 3 for path in written)


def test_a_folder_without_text_among_other_inputs_fails_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    one_line(spamscrub("clean", tmp_path / "empty", folder / "dirty.txt", "-o", tmp_path / "out"), 3, "empty", "--include")
    assert (tmp_path / "out" / "dirty.txt").read_bytes() == CLEAN.encode()


def test_a_folder_of_packs_without_packs_is_an_error(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "packs").mkdir()
    one_line(spamscrub("clean", folder / "dirty.txt", "--packs", tmp_path / "packs"), 2, "packs", "*.toml")
