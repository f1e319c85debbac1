"""Two versions of spamscrub on the same texts: how many times as fast the second is.

    SPAMSCRUB_NATIVE=required pip install --no-deps --target ../before "git+file://$PWD@COMMIT"
    SPAMSCRUB_NATIVE=required pip install -e .
    python benchmarks/paired.py ../before src
    python benchmarks/paired.py ../before src --only english real-clean --rounds 21

Each version cleans in a process of its own, and they take turns, so that a machine that gets slower or quicker does so for both.
All of it is done twice, and the second time the other one starts first, as the place of a process in memory tells too. Shapes
are those of `texts.py`, clean and with ads; `real-clean` and the like are pages of ../shared/bench, all of them in turn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
BENCH = HERE.parent.parent / "shared" / "bench" / "dev.jsonl"
SECONDS = 0.25
"""How long a turn takes at least."""
SHAPES = ("english", "accented", "chinese", "mixed")
REAL = ("real-clean", "real-ads", "real-english", "real-chinese")


def texts(name: str) -> list[str]:
    """The texts of a set."""
    if not name.startswith("real-"):
        from texts import documents

        shape, _, share = name.partition(":")
        return documents(shape, 100, 3_000, float(share or 0))
    rows = [json.loads(line) for line in BENCH.read_text("utf-8").splitlines()]
    chosen = [row for row in rows if bool(row["ops"]) == (name == "real-ads")]
    language = {"real-english": "en", "real-chinese": "zh"}.get(name)
    found = [
        row["text"]
        for row in chosen
        if language in (None, row["host_lang"]) and (language != "en" or row["text"].isascii())
    ]
    random.Random(1).shuffle(found)
    return found


def serve() -> None:
    """What a version's process does: for each name of a set that comes in, one turn; seconds a text go out."""
    from spamscrub import Cleaner

    clean = Cleaner().clean
    sets: dict[str, list[str]] = {}
    for line in sys.stdin:
        name = line.strip()
        if name not in sets:
            sets[name] = texts(name)
            for text in sets[name]:
                clean(text)
        times, began = 0, time.process_time()
        while time.process_time() - began < SECONDS:
            for text in sets[name]:
                clean(text)
            times += 1
        print((time.process_time() - began) / times / len(sets[name]), flush=True)


class Version:
    """A process that cleans with the version in this folder."""

    def __init__(self, source: str):
        environment = {**os.environ, "PYTHONPATH": str(Path(source).resolve()), "PYTHONHASHSEED": "0"}
        self.process = subprocess.Popen(
            [sys.executable, __file__, "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def turn(self, name: str) -> float:
        """Seconds a text of a set."""
        assert self.process.stdin and self.process.stdout
        print(name, file=self.process.stdin, flush=True)
        answer = self.process.stdout.readline()
        if not answer:
            raise SystemExit("a version ended early; see what it printed above")
        return float(answer)

    def end(self) -> None:
        """Let the process go."""
        self.process.communicate()


def ratios(before: str, after: str, names: list[str], rounds: int) -> dict[str, list[float]]:
    """How many times as fast the second version is, round by round."""
    found: dict[str, list[float]] = {name: [] for name in names}
    for swapped in (False, True):
        started = [Version(source) for source in ((after, before) if swapped else (before, after))]
        old, new = reversed(started) if swapped else started
        for name in names:
            for version in started:
                version.turn(name)
            for turn in range(rounds):
                order = (old, new) if turn % 2 else (new, old)
                taken = {version: version.turn(name) for version in order}
                found[name].append(taken[old] / taken[new])
        for version in started:
            version.end()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", nargs="?")
    parser.add_argument("after", nargs="?")
    parser.add_argument("--only", nargs="+", help="sets: " + ", ".join((*SHAPES, "english:1 (all with ads)", *REAL)))
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve()
        return
    if not options.after:
        parser.error("give the folders of two versions")
    names = options.only or [*SHAPES, *(f"{shape}:1" for shape in SHAPES), *(REAL if BENCH.exists() else ())]
    for name, found in ratios(options.before, options.after, names, options.rounds).items():
        print(f"{name:14} {median(found):.2f} ({min(found):.2f} to {max(found):.2f})")


if __name__ == "__main__":
    main()
