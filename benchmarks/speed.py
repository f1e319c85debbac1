"""Speed of cleaning, beside tools that do a part of it: rates, stages, start-up, memory, jobs, and whether cost is linear.

    pip install -e ".[bench]"
    python benchmarks/speed.py --quick                  # about five minutes
    python benchmarks/speed.py --write                  # longer; renews the section of RESULTS.md and speed.svg
    python benchmarks/speed.py --only rates linear --cap 20 --largest 200MB

Texts come from `texts.py`, and from ../shared/bench where that is there. Every cell runs in a process of its own that ends
at `--cap` seconds; a cell that did not get through is shown as `> cap`, never left out. Rates are bytes of UTF-8 by
processor time of one core. Ratios are medians over rounds in which both tools work on the same texts, turn by turn.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import Any

from texts import ADS, SHAPES, article, documents, infected

HERE = Path(__file__).parent
ROOT = HERE.parent
BENCH = ROOT.parent / "shared" / "bench" / "dev.jsonl"
RESULTS, CHART = HERE / "RESULTS.md", HERE / "speed.svg"
HEADING = "## Speed beside other tools"
PARTS = ("rates", "real", "stages", "startup", "jobs", "linear")
Cell = dict[str, Any]
Tool = Callable[[str], object]


# -- tools -------------------------------------------------------------------------------------------------------------


def spamscrub() -> Tool:
    from spamscrub import Cleaner

    return Cleaner().clean


def orjson_copy() -> Tool:
    import orjson

    return lambda text: orjson.dumps(orjson.loads(orjson.dumps({"text": text})))


def script_filter() -> Tool:
    """What a script of ten lines does: cut every run of a script that is not the most frequent one."""
    import re

    scripts = {"latin": "A-Za-zÀ-ɏ", "han": "\u4e00-\u9fff", "cyrillic": "\u0400-\u04ff", "hangul": "\uac00-\ud7a3"}
    letters = {name: re.compile(f"[{chars}]") for name, chars in scripts.items()}
    others = {name: re.compile(f"[{''.join(chars for other, chars in scripts.items() if other != name)}]{{2,}}") for name in scripts}

    def cut(text: str) -> str:
        most = max(letters, key=lambda name: len(letters[name].findall(text)))
        return others[most].sub("", text)

    return cut


def ftfy_fix() -> Tool:
    import ftfy

    return ftfy.fix_text


def clean_text() -> Tool:
    import cleantext

    return lambda text: cleantext.clean(text, lower=False)


def presidio() -> Tool:
    from presidio_analyzer import Pattern, PatternRecognizer

    pattern = Pattern("ad", "|".join(ADS), 0.9)
    recognizer = PatternRecognizer(supported_entity="AD", patterns=[pattern])
    return lambda text: recognizer.analyze(text, ["AD"])


def datatrove_c4() -> Tool:
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter

    c4 = C4QualityFilter(split_paragraph=True, min_num_sentences=-1)
    return lambda text: c4.filter(Document(text=text, id="x"))


def langdetect_lines() -> Tool:
    import langdetect

    langdetect.DetectorFactory.seed = 0

    def lines(text: str) -> int:
        found = 0
        for line in text.split("\n"):
            if any(map(str.isalpha, line)):
                langdetect.detect(line)
                found += 1
        return found

    return lines


TOOLS: dict[str, Callable[[], Tool]] = {
    "spamscrub": spamscrub, "orjson copy": orjson_copy, "regex script filter": script_filter, "presidio, one pattern": presidio,
    "datatrove C4 lines": datatrove_c4, "ftfy": ftfy_fix, "clean-text": clean_text, "langdetect per line": langdetect_lines,
}  # fmt: skip
"""Each tool as a function from a text; those not installed are named as absent."""


# -- what a cell's own process does ------------------------------------------------------------------------------------


def size_of(texts: Sequence[str]) -> int:
    return sum(len(text.encode("utf-8", "replace")) for text in texts)


def corpus(cell: Cell) -> list[str]:
    if cell["shape"] == "dev":
        return [json.loads(line)["text"] for line in BENCH.read_text("utf-8").splitlines()[: cell["count"]]]
    return documents(cell["shape"], cell["count"], cell["size"], cell["share"])


def rate(tool: Tool, texts: Sequence[str], seconds: float) -> float:
    """MB/s over some seconds of going through the texts, again and again where there is time; one text at least."""
    sized = [(text, size_of([text])) for text in texts]
    done = 0
    began = time.process_time()
    for text, size in cycle(sized):
        tool(text)
        done += size
        if time.process_time() - began > seconds:
            break
    return done / (time.process_time() - began) / 1e6


def cell_rates(cell: Cell) -> Cell:
    """Rates of every tool, round by round on the same texts."""
    texts = corpus(cell)
    rate(spamscrub(), texts, cell["seconds"])
    held = peak()  # before other tools are loaded
    tools, absent = {}, []
    for name, build in TOOLS.items():
        try:
            tools[name] = build()
        except ImportError:
            absent.append(name)
    for tool in tools.values():
        rate(tool, texts[:20], 0.3)  # what is built on first use is built now
    rounds = [{name: rate(tool, texts, cell["seconds"]) for name, tool in tools.items()} for _ in range(cell["rounds"])]
    return {"rounds": rounds, "absent": absent, "bytes": size_of(texts) / len(texts), "peak": held}


def peak() -> float:
    """The most memory this process has held, in MB (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1000 for line in lines if line.startswith("VmHWM"))


def cell_stages(cell: Cell) -> Cell:
    """Shares of the time of cleaning: the stages that the engine tells, and what Python takes around it."""
    from spamscrub import Policy
    from spamscrub.judgement import fitted_weights
    from spamscrub.packs import builtin_packs

    texts, clean = corpus(cell), spamscrub()
    try:
        from spamscrub._fast import Engine
    except ImportError:
        return {"absent": "the compiled extension"}
    engine, review_at = Engine(builtin_packs(), fitted_weights(), True), Policy().review_at
    spent: Counter[str] = Counter()
    began = time.process_time()
    while time.process_time() - began < cell["seconds"]:
        for text in texts:
            spent.update(engine.stages(text, review_at))
        before = time.perf_counter()
        for text in texts:
            clean(text)
        spent["all"] += time.perf_counter() - before
    whole = spent.pop("all")
    return {"stages": {**{name: part / whole for name, part in spent.items()}, "Python": max(0.0, 1 - sum(spent.values()) / whole)}}


def one_text(cell: Cell) -> str:
    """A text of a linearity cell; each kind varies one thing."""
    kind, amount, size, seed = cell["kind"], cell["amount"], cell.get("size", 300_000), cell.get("seed", 0)
    if kind == "document":
        return article("english", amount, seed)
    body = article("english", size, seed).replace("\n\n", "\n").split("\n")
    if kind == "lines":
        words = " ".join(body).split(" ")
        step = max(1, len(words) // amount)
        return "\n".join(" ".join(words[at : at + step]) for at in range(0, len(words), step))
    if kind == "findings":
        return infected("\n".join(body), amount, seed)
    if kind == "line":
        return " ".join(article("english", amount, seed).split("\n"))
    if kind == "runs":
        return runs(" ".join(body).split(" "), amount)
    return "\n".join(body)


def runs(words: Sequence[str], amount: int) -> str:
    """A text of twelve host words and a short foreign run, so many times; forty runs a line."""
    rows = [" ".join([*(words[(at * 12 + n) % len(words)] for n in range(12)), ADS[at % 4][:2]]) for at in range(amount)]
    return "\n".join(" ".join(rows[at : at + 40]) for at in range(0, amount, 40))


def phrases(amount: int) -> Tool:
    """A cleaner with one pack of so many phrases of the built-in ones, as they come."""
    from spamscrub import Cleaner, builtin_packs
    from spamscrub.packs import Pack, Rule

    known = sorted({phrase for pack in builtin_packs() for rule in pack.rules if rule.role in ("ad", "trade") for phrase in rule.phrases})
    step = max(1, len(known) // amount)
    rule = Rule("goods", "trade", "phrases", phrases=tuple(known[::step][:amount]))
    return Cleaner(packs=[Pack("sized", "For the benchmark.", ("en",), True, ("Built-in packs.",), (rule,), (), (), Path("sized.toml"))]).clean


VARIED = 2_000_000
"""A processor learns a short text by heart that it sees again and again, so others take turns with it."""


def cell_linear(cell: Cell) -> Cell:
    """Seconds per MB, the median of a few passes over as many texts of the kind as make up `VARIED` bytes, one at least."""
    clean = phrases(cell["amount"]) if cell["kind"] == "phrases" else spamscrub()
    texts = [one_text(cell)]
    texts += [one_text({**cell, "seed": seed}) for seed in range(1, VARIED // size_of(texts))]
    clean(article("english", 3_000))
    taken: list[float] = []
    while len(taken) < 7 and (len(taken) < 3 or sum(taken) < cell["seconds"]):
        began = time.process_time()
        for text in texts:
            clean(text)
        taken.append(time.process_time() - began)
    return {"per_mb": median(taken) / size_of(texts) * 1e6, "bytes": size_of(texts) / len(texts), "peak": peak()}


def cell_real(cell: Cell) -> Cell:
    """MB/s on pages of the development benchmark: at first sight, once a fifth of them is read, and again."""
    rows = [json.loads(line) for line in BENCH.read_text("utf-8").splitlines()]
    chosen = [row for row in rows if bool(row["ops"]) == cell["with_ads"] and cell["language"] in ("", row["host_lang"])]
    texts = [row["text"] for row in chosen if row["text"].isascii() or not cell["ascii"]]
    random.Random(1).shuffle(texts)
    clean, known = spamscrub(), len(texts) // 5
    for text in texts[:known]:
        clean(text)
    found = []
    for _ in range(5):
        began = time.process_time()
        for text in texts[known:]:
            clean(text)
        found.append(size_of(texts[known:]) / (time.process_time() - began) / 1e6)
    return {"first": found[0], "again": median(found[1:])}


CELLS = {"rates": cell_rates, "real": cell_real, "stages": cell_stages, "linear": cell_linear}


# -- cells in processes of their own -----------------------------------------------------------------------------------


def run(cell: Cell, cap: float) -> Cell:
    """The result of a cell; `{"over": cap}` where it took longer."""
    command = [sys.executable, "-W", "ignore", __file__, "--cell", json.dumps(cell)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=cap, env={**os.environ, "PYTHONHASHSEED": "0"})
    except subprocess.TimeoutExpired:
        return {"over": cap}
    if done.returncode:
        raise SystemExit(f"{cell}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def rates(options: argparse.Namespace) -> Iterator[str]:
    """A table for each shape: the median rate of every tool and its ratio to spamscrub's."""
    rounds, seconds = (3, 0.4) if options.quick else (7, 1.5)
    kinds = [(shape, share) for shape in SHAPES for share in ((0.0, 1.0) if options.quick else (0.0, 0.01, 0.2, 1.0))]
    cells = [{"cell": "rates", "shape": shape, "share": share, "count": 200, "size": 3_000} for shape, share in kinds]
    cells.append({"cell": "rates", "shape": "english", "share": 0.0, "count": 20_000, "size": 60, "tiny": True})
    if BENCH.exists():
        cells.append({"cell": "rates", "shape": "dev", "count": 400, "share": None})
    bars: list[tuple[str, dict[str, float]]] = []
    yield "| texts | " + " | ".join(TOOLS) + " | docs/s | peak MB |"
    yield "|" + "---|" * (len(TOOLS) + 3)
    for cell in cells:
        name = label(cell)
        found = run({**cell, "rounds": rounds, "seconds": seconds}, options.cap + rounds * seconds * len(TOOLS) * 4)
        if "over" in found:
            yield f"| {name} | > {found['over']:.0f} s |"
            continue
        middle = {tool: median(turn[tool] for turn in found["rounds"]) for tool in found["rounds"][0]}
        own = middle["spamscrub"]
        bars.append((name, middle))
        columns = [f"**{own:.2f}**"] + [_versus(found["rounds"], tool) for tool in list(TOOLS)[1:]]
        yield f"| {name} | " + " | ".join(columns) + f" | {own * 1e6 / found['bytes']:.0f} | {found['peak']:.0f} |"
    if options.write:
        CHART.write_text(chart(bars), "utf-8")
    yield ""
    yield "spamscrub in MB/s, with the peak memory of its process; the others in MB/s and, in brackets, how many times as fast spamscrub is (median of paired rounds)."


def real(options: argparse.Namespace) -> Iterator[str]:
    """Real pages, whose words are many; medians of fresh processes."""
    if not BENCH.exists():
        yield f"There is no {BENCH} here."
        return
    kinds = {
        "in 50 languages, clean": (False, "", False), "in 50 languages, with ads": (True, "", False),
        "in English and ASCII, clean": (False, "en", True), "in Chinese, clean": (False, "zh", False),
    }  # fmt: skip
    for name, (with_ads, language, ascii) in kinds.items():
        cells = [run({"cell": "real", "with_ads": with_ads, "language": language, "ascii": ascii}, options.cap) for _ in range(3 if options.quick else 7)]
        first, again = (median(cell[when] for cell in cells) for when in ("first", "again"))
        yield f"- pages {name}: {first:.1f} MB/s at first sight, once a fifth of them is read; {again:.1f} MB/s again"


def _versus(rounds: Sequence[dict[str, float]], tool: str) -> str:
    if tool not in rounds[0]:
        return "not installed"
    ratio = median(turn["spamscrub"] / turn[tool] for turn in rounds)
    middle = median(turn[tool] for turn in rounds)
    return f"{figure(middle, 3)} ({figure(ratio, 2)}x)"


def figure(value: float, digits: int) -> str:
    """A figure of so many digits that count, large ones written out."""
    return f"{value:.{digits}g}" if value < 10**digits else f"{value:.0f}"


def label(cell: Cell) -> str:
    if cell["shape"] == "dev":
        return "development benchmark"
    if cell.get("tiny"):
        return "english, tiny documents"
    return f"{cell['shape']}, clean" if not cell["share"] else f"{cell['shape']}, {cell['share']:.0%} infected"


def stages(options: argparse.Namespace) -> Iterator[str]:
    """Where the time goes, for clean and infected texts."""
    for shape in ("english", "chinese", "mixed"):
        for share in (0.0, 1.0):
            found = run({"cell": "stages", "shape": shape, "share": share, "count": 200, "size": 3_000, "seconds": 2 if options.quick else 6}, options.cap + 30)
            parts = ", ".join(f"{name} {part:.0%}" for name, part in found.get("stages", {}).items())
            yield f"- {label({'shape': shape, 'share': share})}: {parts or found.get('absent') or 'over the cap'}"


FIRST = """
import time; wall, began = time.perf_counter(), time.process_time()
from spamscrub import clean
imported = time.process_time()
clean({text!r})
print(imported - began, time.process_time() - imported, time.process_time() - began, time.perf_counter() - wall)
"""


def startup(options: argparse.Namespace) -> Iterator[str]:
    """Fresh processes, medians: wall time, and for the first `clean` processor time as well, which a busy machine leaves alone."""
    times = 5 if options.quick else 15

    def wall(*arguments: str) -> float:
        began = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
        return time.perf_counter() - began

    bare = median(wall("-c", "pass") for _ in range(times))
    imported = median(wall("-c", "import spamscrub") for _ in range(times)) - bare
    shown = median(wall("-c", "from spamscrub.cli import main; main()", "--help") for _ in range(times))
    yield f"- `import spamscrub` {imported * 1000:.0f} ms (python itself {bare * 1000:.0f} ms); `spamscrub --help` {shown * 1000:.0f} ms, python included"
    for name, text in (("clean english", article("english", 3_000)), ("infected english", infected(article("english", 3_000), 3)), ("clean chinese", article("chinese", 3_000))):
        found = [tuple(map(float, _output(FIRST.format(text=text)).split())) for _ in range(times)]
        steps = [median(column) * 1000 for column in zip(*found, strict=True)]
        yield f"- first `clean`, {name}: {steps[1]:.0f} ms after {steps[0]:.0f} ms of importing, {steps[2]:.0f} ms together; {steps[3]:.0f} ms of wall time"


def _output(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


COPY = "import sys, orjson\nwith open(sys.argv[1], 'rb') as a, open(sys.argv[2], 'wb') as b:\n    for line in a: b.write(orjson.dumps(orjson.loads(line)) + b'\\n')"
CLEAN = "from spamscrub.cli import main; main()"


def jobs(options: argparse.Namespace) -> Iterator[str]:
    """JSON lines to JSON lines by the command line with one and two jobs, beside an orjson copy; wall seconds, medians."""
    amount = parsed(options.jsonl)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "in.jsonl"), Path(folder, "out.jsonl")
        texts = documents("english", 200)
        with source.open("w", encoding="utf-8") as out:
            for number in range(amount // size_of(texts) + 1):
                out.writelines(json.dumps({"id": f"{number}-{n}", "text": text}) + "\n" for n, text in enumerate(texts))
        commands = {"orjson copy": [COPY, source, target]} | {f"{n} jobs": [CLEAN, "clean", source, "-o", target, "--jobs", n] for n in (1, 2)}
        found: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(2 if options.quick else 5):
            for name, (code, *arguments) in commands.items():
                target.unlink(missing_ok=True)
                began = time.perf_counter()
                try:
                    subprocess.run([sys.executable, "-c", code, *map(str, arguments)], check=True, capture_output=True, timeout=options.cap * 4)
                except subprocess.TimeoutExpired:
                    yield f"- {name}: over {options.cap * 4:.0f} s"
                    return
                found[name].append(time.perf_counter() - began)
        size = source.stat().st_size / 1e6
    one = median(a / b for a, b in zip(found["1 jobs"], found["orjson copy"], strict=True))
    two = median(a / b for a, b in zip(found["1 jobs"], found["2 jobs"], strict=True))
    yield f"- {size:.0f} MB of clean English: " + ", ".join(f"{name} {median(taken):.2f} s" for name, taken in found.items())
    yield f"- one job takes {one:.1f} times as long as an orjson copy; two jobs are {two:.2f} times as fast as one (start-up included)"


def linear(options: argparse.Namespace) -> Iterator[str]:
    """Seconds per MB along one measure at a time; `spread` is the dearest cell over the cheapest."""
    largest = parsed(options.largest)
    sizes = [size for size in (1_000, 10_000, 100_000, 1_000_000, 10_000_000, 50_000_000, 200_000_000) if size <= largest]
    rows = {
        "document": sizes,
        "lines": (1, 10, 100, 1_000, 10_000),
        "findings": (0, 10, 100, 1_000),
        "phrases": (200, 2_000, 20_000),
        "line": [size for size in (10_000, 100_000, 1_000_000, 10_000_000) if size <= largest],
        "runs": (100, 1_000, 10_000) if options.quick else (100, 1_000, 10_000, 100_000),
    }
    yield "| measure | s/MB at each value | spread | peak MB |"
    yield "|---|---|---|---|"
    for kind, amounts in rows.items():
        parts, costs, held = [], [], 0.0
        for amount in amounts:
            found = run({"cell": "linear", "kind": kind, "amount": amount, "seconds": 0.5 if options.quick else 3}, options.cap)
            parts.append(f"{amount:,}: > {options.cap:.0f} s" if "over" in found else f"{amount:,}: {found['per_mb']:.3f}")
            costs += [] if "over" in found else [found["per_mb"]]
            held = max(held, found.get("peak", 0.0))
            if "over" in found:
                break
        yield f"| {kind} | {', '.join(parts)} | {max(costs, default=0) / min(costs, default=1):.1f} | {held:.0f} |"
    yield ""
    yield "`document` is bytes of English; `lines`, `findings` and `phrases` vary a text of 300 kB; `line` is one line of so many bytes; `runs` so many short foreign runs. Medians of several passes, over several texts up to 1 MB."


def parsed(size: str) -> int:
    """`200MB` in bytes."""
    digits = size.upper().removesuffix("B")
    return int(float(digits.rstrip("KMG")) * {"K": 1e3, "M": 1e6, "G": 1e9}.get(digits[-1:], 1))


# -- what is written ---------------------------------------------------------------------------------------------------

COLOURS = ("#b3440b", "#1c5d99", "#4c8c4a", "#8a63a8", "#c9a227", "#5d7f8c", "#a8576b", "#777")
DECADES = (0.1, 1, 10, 100, 1000)


def chart(rows: Sequence[tuple[str, dict[str, float]]]) -> str:
    """Rates as bars on a logarithmic axis, one group for each kind of text."""
    from math import log10

    left, width, bar, gap = 210, 660, 9, 16
    height = 70 + sum(bar * len(rates) + gap for _, rates in rows) + 30

    def across(value: float) -> float:
        return left + width * (log10(max(value, 0.05)) - log10(0.05)) / (log10(2000) - log10(0.05))

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 60} {height}" width="{left + width + 60}" height="{height}" role="img">',
        "<title>Speed of spamscrub and of tools that do a part of its work, in MB/s of one core</title>",
        "<style>text{font:12px system-ui,Helvetica,Arial,sans-serif;fill:#333}.small{font-size:10px;fill:#666}.own{font-weight:600;fill:#b3440b}</style>",
        f'<rect width="{left + width + 60}" height="{height}" fill="#fff"/>',
    ]
    for number, tool in enumerate(TOOLS):
        x = 20 + number % 4 * 220
        y = 20 + number // 4 * 18
        parts.append(f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{COLOURS[number]}"/><text x="{x + 15}" y="{y}">{tool}</text>')
    for decade in DECADES:
        parts.append(f'<line x1="{across(decade):.1f}" x2="{across(decade):.1f}" y1="56" y2="{height - 26}" stroke="#e3e3e3"/>')
        parts.append(f'<text class="small" x="{across(decade):.1f}" y="{height - 12}" text-anchor="middle">{decade:g} MB/s</text>')
    y = 66
    for name, rates in rows:
        parts.append(f'<text x="{left - 10}" y="{y + bar * len(rates) / 2 + 4}" text-anchor="end">{name}</text>')
        for tool, value in rates.items():
            colour = COLOURS[list(TOOLS).index(tool)]
            parts.append(f'<rect x="{left}" y="{y}" width="{max(1.0, across(value) - left):.1f}" height="{bar - 1}" fill="{colour}"/>')
            own = ' own"' if tool == "spamscrub" else '"'
            parts.append(f'<text class="small{own} x="{across(value) + 4:.1f}" y="{y + bar - 1}">{figure(value, 3)}</text>')
            y += bar
        y += gap
    return "\n".join([*parts, "</svg>", ""])


def write_section(text: str) -> None:
    """Put the section in the place of the one that is there, or at the end."""
    before, found, rest = RESULTS.read_text("utf-8").partition(HEADING)
    after = rest.partition("\n## ")
    tail = f"\n## {after[2]}" if found and after[1] else ""
    RESULTS.write_text(f"{before.rstrip()}\n\n{text.rstrip()}\n{tail}", "utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and shapes")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="parts to run")
    parser.add_argument("--cap", type=float, default=60.0, metavar="SECONDS", help="the most a cell may take")
    parser.add_argument("--largest", default="200MB", help="the largest document of the check for linear cost")
    parser.add_argument("--jsonl", default="20MB", help="how much JSON lines the command line cleans")
    parser.add_argument("--write", action="store_true", help="renew RESULTS.md and speed.svg")
    parser.add_argument("--cell", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.cell:
        cell = json.loads(options.cell)
        print(json.dumps(CELLS[cell["cell"]](cell)))
        return
    lines = [f"{HEADING}, {date.today()}", "", f"    python benchmarks/speed.py {' '.join(sys.argv[1:])}", "", "![Speed in MB/s](speed.svg)"]
    print("\n".join(lines))
    for name in options.only:
        lines += ["", f"### {name.capitalize()}", ""]
        print(f"\n### {name}\n", flush=True)
        for line in globals()[name](options):
            lines.append(line)
            print(line, flush=True)
    if options.write:
        write_section("\n".join(lines))


if __name__ == "__main__":
    main()
