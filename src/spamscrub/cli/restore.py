"""`spamscrub restore`: put back what an audit log says was cut."""

from __future__ import annotations

import click

from spamscrub.formats import PATTERNS, text
from spamscrub.runner import plan, restore


@click.command("restore")
@click.argument("inputs", nargs=-1, required=True, metavar="CLEANED...")
@click.option("--audit", "logs", required=True, multiple=True, metavar="LOG", help="The log of the run that cleaned them; may be repeated.")
@click.option("-o", "--output", required=True, help="Where the originals go: a file for one input, else a folder.")
@click.option("--label", "labels", multiple=True, metavar="LABEL", help="Put back only the findings of this label; may be repeated.")
@click.option("--include", multiple=True, metavar="GLOB", help="Which files of a folder are read.  [default: those of known formats]")
@click.option("--encoding", default="utf-8", show_default=True, help="The encoding of the texts.")
def command(inputs: tuple[str, ...], logs: tuple[str, ...], output: str, labels: tuple[str, ...], include: tuple[str, ...], encoding: str) -> int:
    """Put back what an audit log says was cut; every text is checked against the hashes in the log.

    The log knows the format and the fields of each file.
    """
    jobs = plan(inputs, output, include or PATTERNS)
    failed = 0
    for restored in restore(jobs, logs, labels, text.known_encoding(encoding)):
        if restored.problem:
            failed += 1
            click.echo(f"spamscrub: {restored.problem}", err=True)
    click.echo(f"{len(jobs) - failed} restored" + (f"; {failed} failed" if failed else ""), err=True)
    return 3 if failed else 0
