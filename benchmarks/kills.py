"""Kill runs at random moments, resume them, and compare all that they leave with an uninterrupted run.

    python benchmarks/kills.py --kills 50 --documents 400

Formats and numbers of processes take turns. Each run is killed (SIGKILL, to the main process only) again and again until
it gets through; then output, log and failures must equal those of a run that was left alone, and nothing else may lie
in the folder. Prints a line for each run, and exits 1 if one differs.
"""

from __future__ import annotations

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from make_corpus import write

from spamscrub.runner import Options, Recipe, Run, plan

NAMES = ("x.jsonl", "x.jsonl.gz", "x.csv", "x.parquet", "x.warc.gz", "x.tsv.zst", "folder")
LOGS = ("log.jsonl", "log.jsonl.zst", "log.parquet")


def child(source: str, target: str, log: str, jobs: int) -> None:
    """A run in a process of its own: without packs, so that it starts quickly; checkpoints come often."""
    options = Options(jobs=jobs, resume=True, pause=0.1)
    run = Run(plan([source], target), Recipe(()), options, log=log, failures=str(Path(log).with_name("failures.jsonl")), output=target)
    for _ in run.steps():
        pass


def start(source: Path, folder: Path, log: str, jobs: int) -> subprocess.Popen[bytes]:
    """Begin a run, or go on with it."""
    arguments = ["--child", str(source), str(folder / source.name), str(folder / log), str(jobs)]
    return subprocess.Popen([sys.executable, __file__, *arguments])


def contents(folder: Path) -> dict[str, bytes]:
    """All files below a folder, hidden ones too."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def make(folder: Path, name: str, count: int) -> Path:
    """The corpus to clean; a record that fails is in it where that is easy."""
    source = folder / name
    if name == "folder":
        source.mkdir()
        for number in range(count):
            (source / f"{number}.txt").write_text(f"The boat number {number} leaves at noon, as it always did.\n\n爱上海论坛\n\nNobody knows why.\n", "utf-8")
        return source
    write(source, 1 << 60, count, 15_000)
    if name == "x.jsonl":
        with source.open("ab") as out:
            out.write(b'{"no": "text"}\n')
    return source


def interrupted(source: Path, folder: Path, log: str, jobs: int, usual: float, chance: random.Random, most: int) -> int:
    """Run with kills until it gets through; how often it was killed."""
    kills = 0
    while True:
        process = start(source, folder, log, jobs)
        try:
            status = process.wait(timeout=chance.uniform(0.2, usual) if kills < most else None)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
            continue
        if status:
            raise SystemExit(f"{source}: the run ended with {status}")
        return kills


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, resume, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--child", nargs=4, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child:
        child(*given.child[:3], int(given.child[3]))
        return 0
    chance = random.Random(given.seed)
    done, turn, differing = 0, 0, 0
    while done < given.kills:
        name, log, jobs = NAMES[turn % len(NAMES)], LOGS[turn % len(LOGS)], 1 + turn % 3
        turn += 1
        with tempfile.TemporaryDirectory() as place:
            source = make(Path(place), name, given.documents)
            folders = [Path(place) / kind / "out" for kind in ("whole", "killed")]
            for folder in folders:
                folder.mkdir(parents=True)
            began = time.monotonic()
            start(source, folders[0], log, jobs).wait()
            usual = time.monotonic() - began
            kills = interrupted(source, folders[1], log, jobs, usual, chance, min(5, given.kills - done))
            whole, killed = (contents(folder.parent) for folder in folders)
            same = whole == killed
            if not same:
                print("  differ:", *(path for path in sorted({*whole, *killed}) if whole.get(path) != killed.get(path)))
            print(f"{name:<12} {log:<14} jobs {jobs}  {usual:5.1f} s  {kills} kills  {'same' if same else 'DIFFERENT'}", flush=True)
            done, differing = done + kills, differing + (not same)
    print(f"{done} kills over {turn} runs, {differing} different")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
