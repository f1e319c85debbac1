"""What a run costs around the judge: a judge that finds nothing, against a copy of the same file through orjson.

    python benchmarks/overhead.py --size 200MB --rounds 5

Writes clean English documents of 3 kB as JSON lines, and measures over paired rounds: the copy (read a line, `orjson.loads`,
`orjson.dumps`, write); the run in one process, without and with a log, in CPU time; what the main process of a run with
workers uses, which bounds how far workers scale. Prints medians, as multiples of the copy.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from unittest import mock

import orjson
from make_corpus import bytes_of, write

from spamscrub.cleaner import Cleaner
from spamscrub.runner import Options, Recipe, Run, plan, run
from spamscrub.spans import CleanResult, Host

HOST = Host("Latin", "en")


class Nothing(Cleaner):
    """A judge that finds nothing."""

    def clean(self, text: str, *, id: str | None = None) -> CleanResult:
        return CleanResult(text, (), HOST, id)


class NothingRecipe(Recipe):
    """The recipe of such a judge."""

    def build(self) -> Cleaner:
        return Nothing(packs=())


def copy(source: Path, target: Path) -> None:
    """The floor: every record parsed and written."""
    with source.open("rb") as lines, target.open("wb") as out:
        for line in lines:
            out.write(orjson.dumps(orjson.loads(line)) + b"\n")


def clean(source: Path, target: Path, jobs: int, log: str | None = None) -> None:
    """A whole run."""
    for _ in Run(plan([str(source)], str(target)), NothingRecipe(()), Options(jobs=jobs), log=log).steps():
        pass


def cpu(source: Path, target: Path, jobs: int | None, log: str | None = None) -> float:
    """The CPU time of this process: for the copy (no jobs), for a run in this process (0 jobs), or beside its workers."""
    target.unlink(missing_ok=True)
    began = time.process_time()
    if jobs is None:
        copy(source, target)
    elif jobs:
        clean(source, target, jobs, log)
    else:
        with mock.patch.object(run, "SMALL", 1 << 60):
            clean(source, target, 1, log)
    return time.process_time() - began


def main() -> None:
    """Write the corpus and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=bytes_of, default=200_000_000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        source, target, log = Path(place) / "in.jsonl", Path(place) / "out.jsonl", f"{place}/log.jsonl"
        write(source, given.size, 1 << 40, 0, 3000, clean=True)
        rounds = []
        for _ in range(given.rounds):
            floor = cpu(source, target, None)
            rounds.append((floor, *(cpu(source, target, jobs, log_) / floor for jobs, log_ in ((0, None), (0, log), (1, None), (1, log)))))
        floor, *ratios = map(statistics.median, zip(*rounds, strict=True))
    print(f"orjson copy: {floor:.2f} s of CPU, {given.size / 1e6 / floor:.0f} MB/s")
    for name, ratio in zip(("run", "run with a log", "main process beside workers", "the same with a log"), ratios, strict=True):
        print(f"{name}: {ratio:.2f} times the copy")


if __name__ == "__main__":
    main()
