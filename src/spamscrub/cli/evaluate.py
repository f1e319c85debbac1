"""`spamscrub evaluate`: gold data in, figures out as tables, JSON or a picture."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import NamedTuple

import click

from spamscrub import audit
from spamscrub.cleaner import SHOWN_FROM, Cleaner
from spamscrub.cli.options import build_cleaner, judging
from spamscrub.cli.screen import shown, watched
from spamscrub.evaluation import (
    Answer,
    Case,
    Counts,
    Evaluation,
    Gold,
    answer,
    chosen_fields,
    largest,
    rates,
    read_gold,
    read_predictions,
)
from spamscrub.formats import text
from spamscrub.report.chart import chart

FEW, MANY = 20, 12
"""In a table of more than MANY values those with fewer than FEW injections and untouched documents share one row."""
MOST_RULES = 40
"""So many rules are listed, those with the most hits; parts, which say nothing alone, are left to --json."""
CONTEXT, LONGEST = 24, 80
"""So many characters are shown on either side of a mistake, and of itself."""
COUNTED = frozenset({"docs", "inj", "clean", "lost/M", "clean/M"})


class Judging(NamedTuple):
    """The options that a Cleaner is built from, small enough to be sent to other processes."""

    policy_file: Path | None
    pack_folder: Path | None
    allow_file: Path | None
    off: tuple[str, ...]


class Table(NamedTuple):
    """What is printed: a heading for each column, rows of as many cells, and a line below."""

    head: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    note: str = ""


@click.command("evaluate")
@click.argument("gold_path", type=click.Path(path_type=Path), metavar="GOLD")
@click.argument("predictions", required=False, type=click.Path(path_type=Path), metavar="[PREDICTIONS]")
@click.option("--by", "fields", multiple=True, metavar="FIELD", help="A field of GOLD to make a table of; may be repeated.  [default: the usual ones]")
@click.option("--json", "as_json", is_flag=True, help="Everything as one JSON object.")
@click.option("--chart", "picture", type=click.Path(path_type=Path), help="Write the precision-recall and calibration curves to this SVG file.")
@click.option("--worst", type=click.IntRange(min=0), default=0, metavar="N", help="Show the N worst false cuts and the N worst misses.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="How many processes judge texts.")
@judging
def command(
    gold_path: Path, predictions: Path | None, fields: tuple[str, ...], as_json: bool, picture: Path | None, worst: int, jobs: int,
    policy_file: Path | None, pack_folder: Path | None, allow_file: Path | None, off: tuple[str, ...], encoding: str,
) -> int:  # fmt: skip
    """Score PREDICTIONS, or what this version would cut, against GOLD.

    GOLD is JSON lines with id, text and spans or clean, or a folder with pairs x.txt and x.clean.txt. PREDICTIONS are
    JSON lines with id and spans, or the log of `clean --audit`.
    """
    how = Judging(policy_file, pack_folder, allow_file, off)
    if predictions and any(how):
        raise click.UsageError("PREDICTIONS are scored as they are; leave out --policy, --packs, --allow and --off, or the predictions")
    gold = read_gold(gold_path, text.known_encoding(encoding))
    chosen = chosen_fields(gold, fields)
    evaluation = _of_predictions(gold, predictions, chosen) if predictions else _of_cleaner(gold, how, chosen, jobs)
    if picture and evaluation.policy is None:
        raise click.UsageError("--chart needs scores; give an audit log as PREDICTIONS, or none")
    if picture:
        text.write(picture, chart(evaluation).encode("utf-8"))
    if as_json:
        click.echo(json.dumps(evaluation.as_json(worst), ensure_ascii=True))
        return 0
    _print(evaluation, worst)
    return 0


def _of_predictions(gold: Sequence[Gold], path: Path, fields: tuple[str, ...]) -> Evaluation:
    found, policy = read_predictions(path, gold)
    evaluation = Evaluation(fields, policy, floor=policy.review_at if policy else 0.0)
    for document in gold:
        evaluation.add(document, found.get(document.id))
    return evaluation


def _of_cleaner(gold: Sequence[Gold], how: Judging, fields: tuple[str, ...], jobs: int) -> Evaluation:
    cleaner = build_cleaner(*how)
    evaluation = Evaluation(fields, cleaner.policy, packs=cleaner.packs)
    answers = _answers(cleaner, how, [document.text for document in gold], jobs)
    for document, found in zip(gold, watched(answers, len(gold)), strict=True):
        evaluation.add(document, found)
    return evaluation


def _answers(cleaner: Cleaner, how: Judging, texts: Sequence[str], jobs: int) -> Iterator[Answer]:
    if jobs == 1:
        yield from (answer(cleaner, one) for one in texts)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(partial(_answer_there, how), texts, chunksize=8)


def _answer_there(how: Judging, original: str) -> Answer:
    return answer(_cleaner_there(how), original)


@lru_cache(maxsize=1)
def _cleaner_there(how: Judging) -> Cleaner:
    """The Cleaner of a process of its own, built once."""
    return build_cleaner(*how)


def _print(evaluation: Evaluation, worst: int) -> None:
    show = _rich if sys.stdout.isatty() else _plain
    for table in _tables(evaluation):
        show(table)
    for title, cases in (("worst false cuts", evaluation.false_cuts), ("worst misses", evaluation.misses)):
        if worst:
            click.echo(f"{title} ({min(worst, len(cases))} of {len(cases)})")
            for case in largest(cases, worst):
                click.echo(_mistake(case))
            click.echo()
    if evaluation.missing:
        click.echo(f"note: {evaluation.missing} documents had no prediction and count as left as they were", err=True)


def _tables(evaluation: Evaluation) -> Iterator[Table]:
    yield _figures("all", {"all": evaluation.total})
    for name, rows in evaluation.by.items():
        yield _figures(name, _folded(rows))
    if evaluation.policy is None:
        return
    yield _thresholds(evaluation, evaluation.policy.remove_at)
    yield _calibration(evaluation)
    yield Table(("label of what was cut", "spam", "clean", "share"), [[name, *_hits(c)] for name, c in _most_first(evaluation.labels)])
    yield _evidence(evaluation)
    if evaluation.packs:
        yield _rules(evaluation)


def _figures(title: str, rows: Mapping[str, Counts]) -> Table:
    """A table of the figures that apply to at least one row."""
    figures = {value: rates(counts) for value, counts in rows.items()}
    names = [name for name in rates(Counter()) if any(row[name] is not None for row in figures.values())]
    return Table((title, *names), [[value, *(_cell(name, row[name]) for name in names)] for value, row in figures.items()])


def _cell(name: str, figure: float | None) -> str:
    return "-" if figure is None else f"{figure:.0f}" if name in COUNTED else f"{figure:.3f}"


def _folded(rows: Mapping[str, Counts]) -> dict[str, Counts]:
    """The rows, the largest first; where there are many, those too thin to mean anything as one."""
    ordered = dict(sorted(rows.items(), key=lambda row: (-row[1]["inj"], -row[1]["clean_docs"], row[0])))
    thin = [value for value, counts in ordered.items() if counts["inj"] + counts["clean_docs"] < FEW]
    if len(ordered) <= MANY or len(thin) < 2:
        return ordered
    rest: Counts = Counter()
    for value in thin:
        rest.update(ordered.pop(value))
    return {**ordered, f"({len(thin)} others)": rest}


def _thresholds(evaluation: Evaluation, remove_at: float) -> Table:
    names = ("P", "R", "F1", "span P", "found", "span F1", "altered", "lost/M")
    rows = []
    for at, counts in sorted(evaluation.thresholds.items()):
        if at == int(at) or at == remove_at:
            figures = rates(counts)
            rows.append([f"{at:g}{' (in force)' if at == remove_at else ''}", *(_cell(name, figures[name]) for name in names)])
    return Table(("cut from a score of", *names), rows, "the policy's damage bound holds at every score")


def _calibration(evaluation: Evaluation) -> Table:
    rows = [[f"{one.mean:.3f}", f"{one.observed:.3f}", f"{one.candidates}"] for one in evaluation.bins if one.candidates]
    error = evaluation.calibration_error
    note = "no candidates" if error is None else f"off by {error:.3f} on average"
    if evaluation.floor > SHOWN_FROM:
        note += f"; the log holds no candidate with a score below {evaluation.floor:g}"
    return Table(("predicted probability", "observed", "candidates"), rows, note)


def _evidence(evaluation: Evaluation) -> Table:
    head = ("evidence", "spam", "clean", "share", "cuts spam", "cuts clean", "holds clean", "holds spam")
    rows = [[name, *_hits(c), *(f"{c[n]}" for n in ("cut_spam", "cut_clean", "held_clean", "held_spam"))] for name, c in _most_first(evaluation.evidence)]
    return Table(head, rows, "cuts, holds: candidates whose cutting or staying hangs on this evidence alone")


def _rules(evaluation: Evaluation) -> Table:
    telling = {name: counts for name, counts in evaluation.rules.items() if not name.endswith("(part)")}
    hit = _most_first({name: counts for name, counts in telling.items() if counts["spam"] + counts["clean"]})
    rows = [[name, *_hits(c), f"{c['cut_spam']}", f"{c['cut_clean']}"] for name, c in hit[:MOST_RULES]]
    more = f"{max(0, len(hit) - MOST_RULES)} more rules with hits, {len(telling) - len(hit)} without, {len(evaluation.rules) - len(telling)} parts; --json has all"
    return Table(("rule", "spam", "clean", "share", "cuts spam", "cuts clean"), rows, more)


def _hits(counts: Counts) -> list[str]:
    spam, clean = counts["spam"], counts["clean"]
    return [f"{spam}", f"{clean}", f"{spam / (spam + clean):.3f}" if spam + clean else "-"]


def _most_first(rows: Mapping[str, Counts]) -> list[tuple[str, Counts]]:
    return sorted(rows.items(), key=lambda row: (-row[1]["spam"] - row[1]["clean"], row[0]))


def _mistake(case: Case) -> str:
    original, (start, end) = case.gold.text, case.span
    line, column = audit.place_of(original, case.span)
    inside = original[start:end] if end - start <= LONGEST else f"{original[start : start + LONGEST // 2]}…{original[end - LONGEST // 2 : end]}"
    before, after = original[max(0, start - CONTEXT) : start], original[end : end + CONTEXT]
    place = f"{case.gold.id}:{line}:{column}"
    return f"{case.size:>5}  {place}  {case.note}  {shown(before)}[[{shown(inside)}]]{shown(after)}"


def _plain(table: Table) -> None:
    for cells in _aligned([table.head, *table.rows]):
        click.echo(cells)
    click.echo(f"{table.note}\n" if table.note else "")


def _aligned(rows: Sequence[Sequence[str]]) -> Iterable[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for first, *others in rows:
        yield "  ".join([first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))]).rstrip()


def _rich(table: Table) -> None:
    from rich.box import SIMPLE
    from rich.console import Console
    from rich.table import Table as Grid
    from rich.text import Text

    grid = Grid(box=SIMPLE, pad_edge=False, header_style="bold", caption=table.note or None, caption_justify="left")
    for number, name in enumerate(table.head):
        grid.add_column(name, justify="right" if number else "left", no_wrap=True)
    for row in table.rows:
        grid.add_row(*map(Text, row))
    console = Console()
    # A figure cut short is a wrong figure: a terminal too narrow for the table breaks its lines instead.
    Console(width=max(console.width, Console(width=500).measure(grid).maximum)).print(grid)
