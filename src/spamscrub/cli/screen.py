"""What a person sees: colours and progress on a terminal, plain text anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

import click
import regex

from spamscrub.runner import Run, Step, Totals
from spamscrub.spans import Verdict
from spamscrub.streams import STDIN, size_of

Item = TypeVar("Item")
UNSEEN = regex.compile(r"[\p{C}\p{Z}--[ ]]", regex.V1)


def shown(text: str) -> str:
    """A text on one line, with what cannot be seen written as escapes."""
    return str(UNSEEN.sub(lambda match: match[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text))


def styled(line: str) -> str:
    """A line of a diff in the usual colours; click strips them where there is no terminal."""
    colour = {"+": "green", "-": "red", "@": "cyan"}.get(line[:1])
    return click.style(line, fg=colour) if colour else line


def watched(items: Iterable[Item], total: int) -> Iterator[Item]:
    """The items one by one, with a progress bar on stderr when that is a terminal and there are several."""
    if total < 2 or not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, "judging", total=total, console=Console(stderr=True), transient=True)


class Watch:
    """Progress of a run on stderr: how far, how fast, how long still, found so far. Nothing when that is no terminal."""

    def __init__(self, run: Run, wanted: bool | None = None):
        self._run = run
        self._wanted = sys.stderr.isatty() if wanted is None else wanted
        self._before = 0
        self._bar: Any = None

    def __enter__(self) -> Watch:
        if self._wanted and not (len(self._run.jobs) == 1 and self._run.jobs[0].source == STDIN and sys.stdin.isatty()):
            self._begin()
        return self

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (TextColumn("cleaning"), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=Console(stderr=True), transient=True, refresh_per_second=4)
        self._task = self._bar.add_task("", total=self._run.size())
        self._bar.start()

    def saw(self, step: Step) -> None:
        """Show a further step."""
        if self._bar is None:
            return
        totals = self._run.totals
        if step.at_end:
            self._before += size_of(step.job.source) or 0
        cut = sum(totals.of(Verdict.REMOVE).values())
        found = f"{totals.documents} documents, {cut} strings cut" + (f", {totals.failed} failed" if totals.failed else "")
        self._bar.update(self._task, completed=self._before + step.consumed, description=found)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()


def summary_table(totals: Totals, seconds: float) -> None:
    """What a run came to, as a table on stderr."""
    from rich.console import Console
    from rich.table import Table

    removed, review = totals.of(Verdict.REMOVE), totals.of(Verdict.REVIEW)
    table = Table(title_justify="left", title=f"{totals.documents} documents in {duration(seconds)}: {totals.changed} with ads, {totals.failed} failed")
    for name in ("label", "cut", "to review"):
        table.add_column(name, justify="left" if name == "label" else "right")
    for label in sorted({*removed, *review}, key=lambda label: (-removed.get(label, 0), -review.get(label, 0), label)):
        table.add_row(label, str(removed.get(label, 0)), str(review.get(label, 0)))
    table.add_section()
    table.add_row("all", str(sum(removed.values())), str(sum(review.values())))
    Console(stderr=True).print(table)


def duration(seconds: float) -> str:
    """A time in words."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min" if hours else f"{minutes} min {rest:02} s" if minutes else f"{seconds:.1f} s"
