"""Runs over corpora: the same bytes for any number of workers, after any interruption, whatever the documents are."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from spamscrub.cleaner import Cleaner
from spamscrub.errors import RunError
from spamscrub.formats import Reading
from spamscrub.policy import Policy
from spamscrub.runner import Options, Recipe, Run, plan, restore
from spamscrub.spans import CleanResult
from tests.corpus import AD, CLEAN, DIRTY, RECIPE, jsonl, plain, run, texts, write

DEADLY = "This one ends its reader."


class DeadlyCleaner(Cleaner):
    """A cleaner whose process is killed by some texts, as the system kills one that takes too much memory."""

    def clean(self, text: str, *, id: str | None = None) -> CleanResult:
        if DEADLY in text:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().clean(text, id=id)


class DeadlyRecipe(Recipe):
    """The recipe of such a cleaner."""

    def build(self) -> Cleaner:
        return DeadlyCleaner(packs=())


class StumblingRecipe(Recipe):
    """The recipe of a cleaner that some texts make stumble."""

    def build(self) -> Cleaner:
        class Stumbling(Cleaner):
            def clean(self, text: str, *, id: str | None = None) -> CleanResult:
                if DEADLY in text:
                    raise ZeroDivisionError("stumbled")
                return super().clean(text, id=id)

        return Stumbling(packs=())


class StillbornRecipe(Recipe):
    """A recipe that no worker survives reading."""

    def __reduce__(self) -> Any:
        return os._exit, (1,)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("kind", "codec", "log"), [("jsonl", "gz", "log.jsonl"), ("parquet", "", "log.parquet")])
def test_any_number_of_workers_writes_the_same_bytes(tmp_path: Path, kind: str, codec: str, log: str) -> None:
    source = write(tmp_path / "in", kind, codec, texts(20), padding=60_000)
    found = []
    for jobs in (1, 3):
        folder = tmp_path / f"jobs{jobs}"
        totals = run([source], folder / source.name, log=folder / log, jobs=jobs).totals
        assert (totals.documents, totals.changed) == (20, 7)
        found.append(contents(folder))
    assert found[0] == found[1]
    assert len(found[0]) == 2


def test_a_worker_that_dies_is_replaced_and_its_document_reported(tmp_path: Path) -> None:
    bodies = [*texts(4), f"{CLEAN}{DEADLY}", *texts(10)]
    source = tmp_path / "in.jsonl"
    source.write_bytes(jsonl(bodies, padding=45_000))
    done = run([source], tmp_path / "out.jsonl", recipe=DeadlyRecipe(), jobs=2, failures=tmp_path / "failures.jsonl")
    assert (done.totals.documents, done.totals.changed, done.totals.failed) == (15, 4, 1)
    failure = json.loads((tmp_path / "failures.jsonl").read_text())
    assert (failure["record"], failure["kept"]) == (5, True)
    assert "a worker died of it twice" in failure["reason"]
    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert lines[4] == source.read_bytes().splitlines()[4]
    assert AD not in json.loads(lines[1])["text"]


def test_workers_that_cannot_start_end_the_run(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(4), padding=600_000)
    with pytest.raises(RunError, match=r"workers (end as soon as they start|die even when they judge nothing)"):
        run([source], tmp_path / "out.jsonl", recipe=StillbornRecipe(()), jobs=2)


def test_a_worker_that_is_killed_from_outside_loses_nothing(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(20), padding=60_000)
    run([source], tmp_path / "whole.jsonl", jobs=2)
    steps = Run(plan([str(source)], str(tmp_path / "out.jsonl")), RECIPE, Options(jobs=2)).steps()
    next(steps)
    victims = [int(pid) for pid in subprocess.run(["pgrep", "-P", str(_forkserver())], capture_output=True, text=True).stdout.split()]
    os.kill(victims[0], signal.SIGKILL)
    assert all(not step.processed.failures for step in steps)
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_file_that_changes_meanwhile_is_done_as_it_was_read(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(40), padding=60_000)
    run([source], tmp_path / "whole.jsonl", jobs=2)
    steps = Run(plan([str(source)], str(tmp_path / "out.jsonl")), RECIPE, Options(jobs=2)).steps()
    next(steps)
    (tmp_path / "other").write_bytes(b"x" * source.stat().st_size)
    (tmp_path / "other").replace(source)  # the file that was opened has no name any more
    assert all(not step.processed.failures for step in steps)
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def _forkserver() -> int:
    """The process that workers are forked from."""
    from multiprocessing import forkserver

    found = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]
    assert found
    return int(found)


@pytest.mark.parametrize("log", [None, "log.jsonl"])
def test_a_text_that_the_cleaner_stumbles_over_is_passed_on_and_the_others_are_cleaned(tmp_path: Path, log: str | None) -> None:
    source = write(tmp_path / "in", "jsonl", "", [CLEAN, DIRTY, DEADLY, DIRTY])
    out = tmp_path / "out.jsonl"
    totals = run([source], out, recipe=StumblingRecipe(()), **({"log": tmp_path / log} if log else {})).totals
    assert (totals.documents, totals.changed, totals.failed) == (4, 2, 1)
    assert plain(out) == plain(source).replace(AD.encode(), b"").replace(json.dumps(AD)[1:-1].encode(), b"")


# ------------------------------------------------------------------------------------------------ interruption

CHILD = """
import sys, time
from spamscrub.runner import Options, Recipe, Run, plan
if __name__ == "__main__":
    source, target, log, jobs = sys.argv[1:]
    for _ in Run(plan([source], target), Recipe(()), Options(jobs=int(jobs), resume=True, pause=0.0), log=log, output=target).steps():
        time.sleep(0.05)
"""


def start(source: Path, folder: Path, log: str, jobs: int) -> subprocess.Popen[bytes]:
    """Begin a run in a process of its own; it takes its time."""
    return subprocess.Popen([sys.executable, "-c", CHILD, str(source), str(folder / source.name), str(folder / log), str(jobs)])


def checkpoints(folder: Path) -> int:
    """How many lines the manifest has."""
    return sum(path.read_bytes().count(b"\n") for path in folder.glob(".*-run"))


@pytest.mark.parametrize(("kind", "codec", "log"), [("jsonl", "gz", "log.jsonl.zst"), ("csv", "", "log.jsonl"), ("parquet", "", "log.parquet"), ("warc", "gz", "log.jsonl"), ("jsonl", "", "log.jsonl.gz")])
def test_what_lies_on_the_disk_at_any_step_is_enough_to_go_on(tmp_path: Path, kind: str, codec: str, log: str) -> None:
    source = write(tmp_path / "in", kind, codec, texts(14), padding=65_000)
    folder, whole = tmp_path / "out", tmp_path / "whole"
    run([source], whole / source.name, log=whole / log)

    def begun(**options: Any) -> Run:
        return Run(plan([str(source)], str(folder / source.name)), RECIPE, Options(pause=0.0, **options), log=str(folder / log))

    steps = begun().steps()
    for number, _ in enumerate(steps):
        shutil.copytree(folder, tmp_path / f"step{number}")
    for number in range(1, len(list(tmp_path.glob("step*"))) - 1):
        shutil.rmtree(folder)
        shutil.copytree(tmp_path / f"step{number}", folder)
        resumed = list(begun(resume=True).steps())
        assert contents(folder) == contents(whole), number
    assert 0 < sum(step.processed.totals.documents for step in resumed) < 14


@pytest.mark.parametrize(("kind", "codec", "log", "jobs"), [("jsonl", "gz", "log.jsonl.zst", 2), ("parquet", "", "log.parquet", 1)])
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path, kind: str, codec: str, log: str, jobs: int) -> None:
    source = write(tmp_path / "in", kind, codec, texts(20), padding=60_000)
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    run([source], whole / source.name, log=whole / log, jobs=1)
    killed.mkdir()
    process = start(source, killed, log, jobs)
    wanted = random.Random(f"{kind}{codec}{jobs}").choice((2, 3))
    while checkpoints(killed) < wanted and process.poll() is None:
        time.sleep(0.005)
    process.kill()
    process.wait()
    assert checkpoints(killed) >= 2
    assert not (killed / source.name).exists()
    run([source], killed / source.name, log=killed / log, jobs=jobs, resume=True)
    assert contents(killed) == contents(whole)


def interrupted(source: Path, folder: Path, **options: Any) -> Run:
    """A run that is left after its second step."""
    begun = Run(plan([str(source)], str(folder / source.name)), RECIPE, Options(jobs=1, **options), log=str(folder / "log.jsonl"))
    steps = begun.steps()
    next(steps)
    next(steps)
    steps.close()
    return begun


def test_a_run_that_was_left_says_how_to_go_on(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(14), padding=65_000)
    folder = tmp_path / "out"
    begun = interrupted(source, folder, pause=0.0)
    assert begun.resumable
    assert not (folder / source.name).exists()
    with pytest.raises(RunError, match=r"--resume, or delete this file"):
        run([source], folder / source.name, log=folder / "log.jsonl", jobs=1)
    resumed = run([source], folder / source.name, log=folder / "log.jsonl", jobs=1, resume=True)
    assert (resumed.totals.documents, resumed.totals.changed) == (14, 5)
    run([source], tmp_path / "whole" / source.name, log=tmp_path / "whole" / "log.jsonl", jobs=1)
    assert contents(folder) == contents(tmp_path / "whole")


def test_a_changed_input_or_policy_is_not_resumed(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(14), padding=65_000)
    folder = tmp_path / "out"
    interrupted(source, folder, pause=0.0)
    same = {"log": folder / "log.jsonl", "jobs": 1, "resume": True}
    with pytest.raises(RunError, match=r"policy was .* and is .*; repeat what was said then"):
        run([source], folder / source.name, recipe=Recipe((), Policy(remove_at=2.0)), **same)
    with pytest.raises(RunError, match=r"options was"):
        run([source], folder / source.name, fields=("page",), **same)
    source.write_bytes(source.read_bytes() + b"\n")
    with pytest.raises(RunError, match=r"the input .*in\.jsonl was changed since"):
        run([source], folder / source.name, **same)


def test_a_run_that_cannot_be_resumed_leaves_nothing(tmp_path: Path) -> None:
    with (write(tmp_path / "in", "jsonl", "", texts(14), padding=65_000)).open("rb") as stdin:
        folder = tmp_path / "out"
        begun = Run(plan(["-"], str(folder / "x.jsonl")), RECIPE, Options(Reading("jsonl"), jobs=1), log=str(folder / "log.jsonl"), stdin=stdin)
        steps = begun.steps()
        next(steps)
        steps.close()
    assert not begun.resumable
    assert contents(folder) == {}


def test_a_folder_is_resumed_between_its_files(tmp_path: Path) -> None:
    source = tmp_path / "texts"
    source.mkdir()
    for number in range(12):
        (source / f"{number}.txt").write_text(f"{number}\n{DIRTY}", "utf-8")
    folders = [tmp_path / "whole", tmp_path / "stopped"]
    jobs = [plan([str(source)], str(folder / "out")) for folder in folders]
    runs = [Run(job, RECIPE, Options(pause=0.0, resume=True), log=str(f / "log.jsonl"), output=str(f / "out")) for job, f in zip(jobs, folders, strict=True)]
    list(runs[0].steps())
    steps = runs[1].steps()
    for _ in range(9):
        next(steps)
    steps.close()
    assert 0 < len(list((folders[1] / "out").iterdir())) < 12
    list(Run(jobs[1], RECIPE, Options(resume=True), log=str(folders[1] / "log.jsonl"), output=str(folders[1] / "out")).steps())
    assert contents(folders[1]) == contents(folders[0])


# ------------------------------------------------------------------------------------------------ shards, samples


def test_shards_of_one_file_hold_each_record_once_and_their_logs_merge(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(14), padding=65_000)
    lines: list[bytes] = []
    for number in (1, 2, 3):
        run([source], tmp_path / f"part{number}.jsonl", log=tmp_path / f"log{number}.jsonl", shard=(number, 3), jobs=1)
        lines += (tmp_path / f"part{number}.jsonl").read_bytes().splitlines()
    run([source], tmp_path / "whole.jsonl", jobs=1)
    assert sorted(lines) == sorted((tmp_path / "whole.jsonl").read_bytes().splitlines())
    merged = tmp_path / "log.jsonl"
    merged.write_bytes(b"".join((tmp_path / f"log{number}.jsonl").read_bytes() for number in (1, 2, 3)))
    found = list(restore(plan([str(tmp_path / f"part{n}.jsonl") for n in (1, 2, 3)], str(tmp_path / "back")), [merged]))
    assert [item.problem for item in found] == ["", "", ""]
    back = b"".join((tmp_path / "back" / f"part{n}.jsonl").read_bytes() for n in (1, 2, 3))
    assert sorted(back.splitlines()) == sorted(source.read_bytes().splitlines())


def test_shards_of_a_csv_file_all_have_its_header(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "csv", "", texts(14), padding=65_000)
    for number in (1, 2):
        run([source], tmp_path / f"part{number}.csv", shard=(number, 2), jobs=1)
    parts = [(tmp_path / f"part{number}.csv").read_bytes() for number in (1, 2)]
    assert all(part.startswith(b"id,text,page\r\n") for part in parts)
    assert sum(part.count(b"\r\n") for part in parts) == 16


def test_shards_of_a_folder_take_every_nth_file(tmp_path: Path) -> None:
    source = tmp_path / "texts"
    source.mkdir()
    for number in range(5):
        (source / f"{number}.txt").write_text(DIRTY, "utf-8")
    for number in (1, 2):
        run([source], tmp_path / f"out{number}", shard=(number, 2))
    assert [sorted(contents(tmp_path / f"out{number}")) for number in (1, 2)] == [["0.txt", "2.txt", "4.txt"], ["1.txt", "3.txt"]]


def test_a_sample_judges_so_many_documents_and_writes_no_texts(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts(14), padding=65_000)
    totals = [run([source], tmp_path / "out.jsonl", sample=5, jobs=1).totals for _ in range(2)]
    assert totals[0] == totals[1]
    assert totals[0].documents == 5
    assert not (tmp_path / "out.jsonl").exists()


# ------------------------------------------------------------------------------------------------ failures

BAD_LINES = (
    (b'{"text": "broken', "not JSON"),
    (b'{"body": "no text here"}', "there is no 'text' (the keys are body)"),
    (b'{"text": ["a", "list"]}', "is list, not a text"),
    (b'{"text": 12}', "is int, not a text"),
    (b'["a list"]', "not an object"),
    (b'{"text": "bad \xff byte"}', "byte 14 (0xff) is not UTF-8"),
    (b"[" * 100_000, "not JSON"),
    (b"\x00\x00", "not JSON"),
)


def test_bad_records_are_reported_with_their_place_and_passed_on_or_dropped(tmp_path: Path) -> None:
    good = jsonl([DIRTY])
    source = tmp_path / "in.jsonl"
    source.write_bytes(good + b"".join(line + b"\n" for line, _ in BAD_LINES) + b"\n" + jsonl([CLEAN]).rstrip(b"\n"))
    kept = run([source], tmp_path / "kept.jsonl", failures=tmp_path / "failures.jsonl", log=tmp_path / "log.jsonl")
    assert (kept.totals.documents, kept.totals.changed, kept.totals.failed) == (2 + len(BAD_LINES), 1, len(BAD_LINES))
    rows = [json.loads(line) for line in (tmp_path / "failures.jsonl").read_text("utf-8").splitlines()]
    assert [row["record"] for row in rows] == list(range(2, 2 + len(BAD_LINES)))
    for row, (_, part) in zip(rows, BAD_LINES, strict=True):
        assert part in row["reason"]
        assert f"in.jsonl:{row['record']}: " in row["reason"]
    assert (tmp_path / "kept.jsonl").read_bytes().splitlines()[1:] == source.read_bytes().splitlines()[1:]
    assert [item.problem for item in restore(plan([str(tmp_path / "kept.jsonl")], str(tmp_path / "back.jsonl")), [tmp_path / "log.jsonl"])] == [""]
    assert (tmp_path / "back.jsonl").read_bytes() == source.read_bytes()
    run([source], tmp_path / "dropped.jsonl", on_failure="drop", log=tmp_path / "log2.jsonl")
    assert (tmp_path / "dropped.jsonl").read_bytes() == good.replace(json.dumps(AD)[1:-1].encode(), b"") + b"\n" + jsonl([CLEAN]).rstrip(b"\n")
    assert [item.problem for item in restore(plan([str(tmp_path / "dropped.jsonl")], str(tmp_path / "back2.jsonl")), [tmp_path / "log2.jsonl"])] == [""]


@pytest.mark.parametrize("size", [40_000, 600_000])
@pytest.mark.parametrize("kind", ["jsonl", "csv", "parquet", "txt", "warc"])
def test_a_record_beyond_the_limit_passes_through_and_is_reported(tmp_path: Path, kind: str, size: int) -> None:
    bodies = [DIRTY, DIRTY + CLEAN * (size // len(CLEAN)), DIRTY]
    source = write(tmp_path / "in", kind, "", bodies)
    out, log, back = tmp_path / f"out.{kind}", tmp_path / "log.jsonl", tmp_path / f"back.{kind}"
    done = run([source], out, log=log, failures=tmp_path / "failures.jsonl", limit=30_000)
    assert (done.totals.documents, done.totals.changed, done.totals.failed) == ((1, 0, 1) if kind == "txt" else (3, 2, 1))
    assert "larger than 0.03 MB" in json.loads((tmp_path / "failures.jsonl").read_text())["reason"]
    if kind != "parquet":
        assert out.read_bytes().count(AD.encode()) + out.read_bytes().count(json.dumps(AD)[1:-1].encode()) == (4 if kind == "warc" else 1)
        assert [item.problem for item in restore(plan([str(out)], str(back)), [log])] == [""]
        assert back.read_bytes() == source.read_bytes()


def test_a_truncated_file_is_reported_and_what_came_before_is_kept(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "gz", [f"{CLEAN}{random.Random(n).random()}" for n in range(60)])
    source.write_bytes(source.read_bytes()[:-200])
    done = run([source], tmp_path / "out.jsonl", failures=tmp_path / "failures.jsonl")
    reasons = [json.loads(line)["reason"] for line in (tmp_path / "failures.jsonl").read_text("utf-8").splitlines()]
    assert "gz data that ends early or is broken" in reasons[-1]
    assert "the records before were read" in reasons[-1]
    assert done.totals.documents > 10
    assert plain(source.with_name("out.jsonl")) in jsonl([f"{CLEAN}{random.Random(n).random()}" for n in range(60)])


def test_a_truncated_text_is_no_document(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "txt", "gz", texts())
    source.write_bytes(source.read_bytes()[:-20])
    assert run([source], tmp_path / "out.txt.gz").totals.failed == 1
    assert not (tmp_path / "out.txt.gz").exists()
    run([source], tmp_path / "out.txt.gz", on_failure="keep")
    assert (tmp_path / "out.txt.gz").read_bytes() == source.read_bytes()
