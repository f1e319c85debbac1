"""What a person sees: colours and progress on a terminal, plain text anywhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TypeVar

import click
import regex

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
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("cleaning"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("cleaning", total=total)
        for item in items:
            yield item
            bar.advance(task)
