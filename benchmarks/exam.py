"""Score the built-in packs and weights on ads and pages that were written by others, who had not seen them (exam/).

    python benchmarks/exam.py ../shared/bench                     # the half that nothing was learned from
    python benchmarks/exam.py ../shared/bench --learned           # the other half
    python benchmarks/exam.py ../shared/bench --styled            # ads as short as those of the benchmark, of 42 other families
    python benchmarks/exam.py ../shared/bench --write FOLDER      # gold records of the learner's half, for fit.py

`exam/` holds phrases of 60 and 72 families of ads, genuine texts that look near to ads, and infected pages with comment spam, paragraphs that turn
to a product and disguised contacts. Phrases are put into the clean texts of the development benchmark in two ways: by its own `make.py`, and between two
words of a sentence (`anchors.py`). Those texts are known to the weights, the files whose names hold "exam" are not: do not look at what is missed there.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from anchors import anchored
from quality import predictions

from spamscrub.spans import cut

HERE = Path(__file__).parent / "exam"
Record = Mapping[str, Any]
STYLED = "-styled"
ROWS = ("all", "cross-script", "same-script", "same-lang")


def hosts(bench: Path) -> Iterator[Record]:
    """The clean texts of the benchmark, as its make.py takes them."""
    seen: set[str] = set()
    for name in ("dev.jsonl", "clean_dev.jsonl"):
        for row in read(bench / name):
            if row["id"] not in seen:
                seen.add(row["id"])
                yield {"id": row["id"], "lang": row.get("host_lang", row.get("lang")), "kind": row["kind"], "text": row.get("clean", row["text"])}


def read(path: Path) -> list[Record]:
    """The records of a file."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def write(path: Path, records: Sequence[Record]) -> Path:
    """Writes records, and gives the path back."""
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), "utf-8")
    return path


def make(bench: Path, folder: Path, half: str) -> dict[str, Path]:
    """The gold files of a half, made in `folder`: phrases at usual places, and anchors inside sentences."""
    found = list(hosts(bench))
    clean, phrases, seed = write(folder / "hosts.jsonl", found), HERE / f"phrases{half}.jsonl", "23" if half else "11"
    made = folder / f"phrases{half}.gold.jsonl"
    command = [sys.executable, str(bench / "make.py"), "--clean", str(clean), "--phrases", str(phrases), "--docs", "1000", "--seed", seed, "--out", str(made)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    anchors = list(anchored(found, read(phrases), 500, random.Random(seed)))
    if half == STYLED:
        return {"phrases": made, "anchors": write(folder / f"anchors{half}.gold.jsonl", anchors)}
    pages = [{"kind": "article", "ops": ["PAGE"] * len(row["spans"]), "clean": cut(row["text"], row["spans"]), **row} for row in read(HERE / f"pages{half}.jsonl")]
    return {
        "phrases": made,
        "anchors": write(folder / f"anchors{half}.gold.jsonl", anchors),
        "pages": write(folder / f"pages{half}.gold.jsonl", pages),
    }


def is_gloss(row: Record) -> bool:
    """Whether its ads stand inside sentences in other letters than the host's, as the author's own words do: nothing good is learned from that."""
    return "ANCHOR" in row["ops"] and row["pair"] == "cross-script"


def near(half: str, jobs: int) -> str:
    """What is cut out of genuine texts."""
    path = HERE / f"near{half}.jsonl"
    cut = predictions(path, jobs)
    lost = sum(end - start for spans in cut.values() for start, end in spans)
    size = sum(len(row["text"]) for row in read(path))
    return f"{sum(map(bool, cut.values()))} of {len(cut)} genuine texts that look near to ads altered, {lost / size * 1e6:,.0f} characters lost per million"


def main() -> None:
    """Make, clean, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--learned", action="store_true", help="the half that the weights were fitted to")
    parser.add_argument("--styled", action="store_true", help="short ads that others wrote in the style of the benchmark's")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the learner's half and leave")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        for path in make(options.bench, options.write, "").values():
            write(path, [{**row, "id": f"exam-{row['id']}"} for row in read(path) if row["spans"] and not is_gloss(row)])
        return
    half = STYLED if options.styled else "" if options.learned else "-exam"
    print("| set | ads | P | found | exact documents | untouched altered | lost per million |\n|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for name, gold in make(options.bench, Path(folder), half).items():
            found = write(Path(folder) / "found.jsonl", [{"id": key, "spans": spans} for key, spans in predictions(gold, options.jobs).items()])
            told = subprocess.run([sys.executable, str(options.bench / "score.py"), str(gold), str(found), "--json"], capture_output=True, text=True, check=True)
            table = json.loads(told.stdout)
            for row, rates in {"all": table["all"]["all"], **table["pair"]}.items():
                if row in ROWS:
                    untouched = f"{rates['altered'] * rates['clean']:.0f} of {rates['clean']}" if rates.get("clean") else "-"
                    print(f"| {name}, {row} | {rates['inj']:,} | {rates['P']:.3f} | {rates['found']:.3f} | {rates['exact']:.3f} | {untouched} | {rates['lost/M']:.0f} |", flush=True)
    if half != STYLED:
        print("\n" + near(half, options.jobs))


if __name__ == "__main__":
    main()
