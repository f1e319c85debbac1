"""`spamscrub explain`: every candidate of one text with its evidence, kept ones too."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from spamscrub import audit
from spamscrub.cli.options import build_cleaner, judging
from spamscrub.cli.screen import shown
from spamscrub.formats import text
from spamscrub.runner import STDIN
from spamscrub.spans import CleanResult, Finding, Span


@click.command("explain")
@click.argument("source", type=click.Path(path_type=Path), metavar="FILE|-")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a candidate.")
@judging
def command(
    source: Path, as_json: bool, policy_file: Path | None, pack_folder: Path | None, allow_file: Path | None, off: tuple[str, ...], encoding: str
) -> int:
    """Show every candidate of one text with its evidence; the weights add up to the score."""
    data = sys.stdin.buffer.read() if source == STDIN else text.read(source)
    original = text.decode(data, str(source), text.known_encoding(encoding))
    result = build_cleaner(policy_file, pack_folder, allow_file, off).explain(original)
    if as_json:
        for row in audit.finding_rows(str(source), original, result.findings):
            click.echo(audit.dumps(row))
        return 0
    (_table if sys.stdout.isatty() else _plain)(original, result)
    return 0


def _heading(original: str, finding: Finding) -> str:
    line, column = audit.place_of(original, Span(finding.start, finding.end))
    return f"{line}:{column}  {finding.verdict.upper():<6}  {finding.score:+.2f}  {finding.label}  {shown(finding.text)}"


def _host(result: CleanResult) -> str:
    return f"host: {result.host.script or 'no letters'}, language {result.host.language or 'unknown'}; {len(result.findings)} candidates"


def _plain(original: str, result: CleanResult) -> None:
    click.echo(_host(result))
    for finding in result.findings:
        click.echo(f"\n{_heading(original, finding)}")
        for item in finding.evidence:
            click.echo(f"    {item.weight:+6.2f}  {item.name:<26}{shown(item.detail)}")


def _table(original: str, result: CleanResult) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    console.print(_host(result))
    colours = {"remove": "bold red", "review": "bold yellow", "keep": "green"}
    for finding in result.findings:
        table = Table(title=Text(_heading(original, finding), style=colours[finding.verdict]), title_justify="left", show_edge=False)
        table.add_column("weight", justify="right")
        table.add_column("evidence")
        table.add_column("seen")
        for item in finding.evidence:
            table.add_row(f"{item.weight:+.2f}", item.name, Text(shown(item.detail)))
        console.print()
        console.print(table)


