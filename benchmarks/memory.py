"""Peak memory of runs over a small and a large corpus, for the main process and its workers.

    python benchmarks/memory.py --sizes 200MB 2GB --kinds jsonl jsonl.gz csv parquet warc
    python benchmarks/memory.py --sizes 200MB --kinds one

Writes each corpus with `make_corpus.py` (documents of 20 kB: a text of 300 characters beside its page), cleans it with
two workers, and prints the highest resident memory of each process (VmHWM, Linux) and the time. Texts are short beside
their pages, so that a corpus of any size is judged in reasonable time. The kind `one` is a file of JSON lines in which one
document has the whole size, beyond the limit for documents: it must come out as it is, and be named as a failure.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from pathlib import Path

import orjson
from make_corpus import bytes_of, documents, write

from spamscrub.runner import Options, Recipe, Run, plan


def high_water(pid: int) -> float:
    """The most memory that a process has held so far, in MB; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM")), 0.0)


def descendants(pid: int) -> list[int]:
    """The processes below one."""
    try:
        children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [found for child in children for found in (child, *descendants(child))]


class Watcher(threading.Thread):
    """Notes the highest memory of this process's descendants until it is told to stop."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid = pid
        self.peaks: dict[int, float] = {}
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(0.25):
            for child in descendants(self.pid):
                self.peaks[child] = max(self.peaks.get(child, 0.0), high_water(child))


def child(source: str, target: str, jobs: int) -> None:
    """One run; prints the peak of its own process."""
    watcher = Watcher(int(Path("/proc/self").resolve().name))
    watcher.start()
    run = Run(plan([source], target), Recipe(), Options(jobs=jobs), log=f"{target}.log.jsonl", failures=f"{target}.failures.jsonl")
    began = time.monotonic()
    for _ in run.steps():
        pass
    seconds = time.monotonic() - began
    watcher.stopped.set()
    watcher.join()
    workers = max(watcher.peaks.values(), default=0.0)
    totals = run.totals
    print(
        f"main {high_water(watcher.pid):6.0f} MB   worker {workers:6.0f} MB   {totals.documents:>7} documents, {totals.changed} with ads, "
        f"{totals.failed} failed   {seconds:7.1f} s", flush=True,
    )  # fmt: skip


def write_one(path: Path, size: int) -> None:
    """Three documents of which the second has the size."""
    small, large = (next(documents(0, length)) for length in (0, size))
    path.write_bytes(b"".join(orjson.dumps(document) + b"\n" for document in (small, large, small)))


def check_one(source: Path, target: Path) -> None:
    """The large document came out as it was, and is the one failure."""
    reasons = [json.loads(line)["reason"] for line in Path(f"{target}.failures.jsonl").read_text("utf-8").splitlines()]
    if target.read_bytes() != source.read_bytes() or len(reasons) != 1 or "larger than" not in reasons[0]:
        raise SystemExit(f"the large document was touched, or not reported: {reasons}")


def main() -> int:
    """Write the corpora and measure a run over each."""
    import subprocess

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="+", default=["200MB", "2GB"])
    parser.add_argument("--kinds", nargs="+", default=["jsonl"])
    parser.add_argument("--page", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        child(*given.child, given.jobs)
        return 0
    for kind in given.kinds:
        for size in given.sizes:
            with tempfile.TemporaryDirectory() as place:
                name = "jsonl" if kind == "one" else kind
                source, target = Path(place) / f"in.{name}", Path(place) / f"out.{name}"
                if kind == "one":
                    write_one(source, bytes_of(size))
                else:
                    write(source, bytes_of(size), 1 << 40, given.page)
                print(f"{kind:<10} {size:>6}   ", end="", flush=True)
                subprocess.run([sys.executable, __file__, "--jobs", str(given.jobs), "--child", str(source), str(target)], check=True)
                if kind == "one":
                    check_one(source, target)
    return 0


if __name__ == "__main__":
    sys.exit(main())
