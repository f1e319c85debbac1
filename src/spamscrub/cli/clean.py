"""`spamscrub clean`: files, folders or standard input in, cleaned text and an audit log out."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

import click

from spamscrub import audit
from spamscrub.cli.options import build_reading, build_recipe, judging, reading, with_options
from spamscrub.cli.screen import Watch, shown, styled, summary_table
from spamscrub.errors import SpamscrubError
from spamscrub.formats import PATTERNS
from spamscrub.runner import LIMIT, Change, Job, Options, Run, Step, Totals, plan
from spamscrub.spans import Span, Verdict
from spamscrub.streams import STDIN

Command = TypeVar("Command", bound=Callable[..., Any])
NAMED_FAILURES = 20
"""So many failures are named on stderr; all of them stand in the file of --failures."""


def _shard(ctx: click.Context, param: click.Parameter, value: str | None) -> tuple[int, int] | None:
    """`I/N`: the I-th of N parts."""
    if value is None:
        return None
    number, _, count = value.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise click.BadParameter(f"{value!r} is not a part of a whole; write 1/8 for the first of eight", ctx, param)
    return int(number), int(count)


def _size(ctx: click.Context, param: click.Parameter, value: str) -> int:
    """A number of bytes, or one with KB, MB or GB behind it."""
    digits = value.upper().removesuffix("B")
    factor = {"K": 1_000, "M": 1_000_000, "G": 1_000_000_000}.get(digits[-1:], 1)
    try:
        size = int(float(digits.rstrip("KMG")) * factor)
    except (ValueError, OverflowError):
        size = 0
    if size < 1:
        raise click.BadParameter(f"{value!r} is not a size; write 16MB", ctx, param)
    return size


def running(command: Command) -> Command:
    """Add the options that say how a run goes about its work."""
    return with_options(
        command,
        click.option("--failures", type=str, metavar="FILE", help="Write what could not be cleaned to this file, as JSON lines."),
        click.option("--on-failure", type=click.Choice(["keep", "drop"]), help="Pass on what could not be cleaned, or leave it out.  [default: keep records, drop files that are no text]"),
        click.option("--max-document", "limit", metavar="SIZE", callback=_size, default=f"{LIMIT // 1_000_000}MB", show_default=True, help="Larger records are failures, passed on as they are."),
        click.option("--jobs", type=click.IntRange(min=1), help="How many processes.  [default: one a core]"),
        click.option("--shard", metavar="I/N", callback=_shard, help="Do the I-th of N parts only: every N-th file, or chunk of a single file."),
        click.option("--resume", is_flag=True, help="Go on where the same command was stopped."),
        click.option("--dry-run", is_flag=True, help="Judge all and sum up, but write no texts."),
        click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Judge N documents picked at random, and write no texts."),
        click.option("--progress/--no-progress", default=None, help="Show progress.  [default: on a terminal]"),
    )  # fmt: skip


@click.command("clean")
@click.argument("inputs", nargs=-1, required=True, metavar="IN...")
@click.option("-o", "--output", help="Where cleaned texts go: a file for one input, a folder for more.")
@click.option("--audit", "log", help="Write the findings to this file: JSON lines (.jsonl, .jsonl.zst, ...) or .parquet.")
@click.option("--check", is_flag=True, help="Write nothing; list what would go, and exit 1 if anything would.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change as a unified diff.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON (on stdout unless the text goes there).")
@reading
@running
@judging
@click.pass_context
def command(
    ctx: click.Context, inputs: tuple[str, ...], output: str | None, log: str | None, check: bool, diff: bool, as_json: bool,
    format_name: str | None, fields: tuple[str, ...], id_field: str | None, include: tuple[str, ...],
    failures: str | None, on_failure: str | None, limit: int, jobs: int | None, shard: tuple[int, int] | None, resume: bool, dry_run: bool,
    sample: int | None, progress: bool | None,
    policy_file: Path | None, pack_folder: Path | None, allow_file: Path | None, off: tuple[str, ...], encoding: str,
) -> int:  # fmt: skip
    """Cut injected advertising out of files, folders (recursive, structure kept) or standard input (-).

    Reads text, JSON lines, CSV, Parquet and WARC, plain or compressed, from local files and remote stores.
    Without -o the text of a single input goes to standard output. Inputs are never touched.
    """
    read = build_reading(format_name, fields, id_field, encoding)
    looks_only = check or diff or dry_run or sample is not None
    planned = plan(inputs, None if looks_only else output, include or PATTERNS)
    to_stdout = output is None and not looks_only
    if to_stdout and len(planned) > 1:
        raise click.UsageError("several texts and no -o; give -o FOLDER, or --check or --diff to look first")
    _refuse_books(planned, {"--audit": log, "--failures": failures})
    options = Options(read, limit, on_failure, jobs, shard, sample, resume, wants_changes=check or diff)
    recipe = build_recipe(policy_file, pack_folder, allow_file, off)
    run = Run(
        planned, recipe, options, log=log, failures=failures, stdin=_stdin(), output=None if looks_only else output,
        stdout=sys.stdout.buffer if to_stdout else None,
    )  # fmt: skip
    _follow(ctx, run, Report(check, diff, failures), progress)
    _summary(run, as_json, to_stdout)
    return 3 if run.totals.failed else 1 if check and run.totals.changed else 0


def _stdin() -> BinaryIO:
    return sys.stdin.buffer


def _refuse_books(jobs: list[Job], books: dict[str, str | None]) -> None:
    """A log must not take the place of a text, nor of the other log."""
    taken: dict[Path, str] = {}
    for job in jobs:
        for name in (job.source, job.target):
            if name is not None and name != STDIN:
                taken[Path(name).absolute()] = "is one of the texts"
    for option, name in books.items():
        if name is not None:
            path = Path(name).absolute()
            if path in taken or path.resolve() in taken:
                raise click.UsageError(f"{option} {name}: {taken.get(path) or taken[path.resolve()]}; give a file of its own")
            taken[path] = "is the file of --audit"


@dataclass
class Report:
    """What is told of each step on the way: findings, changes and failures."""

    check: bool
    diff: bool
    failures: str | None
    named: int = 0

    def tell(self, step: Step) -> None:
        """Show a step's changes on stdout and its failures on stderr."""
        for change in step.processed.changes:
            if self.check:
                _show_findings(change)
            if self.diff and change.result.removed:
                _show_diff(change)
        for failure in step.processed.failures:
            self.named += 1
            if self.named <= NAMED_FAILURES:
                click.echo(f"spamscrub: {failure}", err=True)
            elif self.named == NAMED_FAILURES + 1:
                where = f"they stand in {self.failures}" if self.failures else "name a file for them with --failures"
                click.echo(f"further failures are not named here; {where}", err=True)


def _follow(ctx: click.Context, run: Run, report: Report, progress: bool | None) -> None:
    try:
        with Watch(run, progress) as watch:
            for step in run.steps():
                report.tell(step)
                watch.saw(step)
    except SpamscrubError as problem:
        if not run.is_left or "--resume" in str(problem):
            raise
        raise type(problem)(f"{problem}, or see to it and go on with the same command and --resume") from None
    except KeyboardInterrupt:
        way = "go on with the same command and --resume" if run.resumable else "nothing half-written was left behind"
        click.echo(f"spamscrub: interrupted; {way}", err=True)
        ctx.exit(130)


def _show_findings(change: Change) -> None:
    for finding in change.result.findings:
        line, column = audit.place_of(change.before, Span(finding.start, finding.end))
        note = " (review)" if finding.verdict is Verdict.REVIEW else ""
        click.echo(f"{change.name}:{line}:{column}: {finding.label} {finding.score:+.1f} {shown(finding.text)}{note}")


def _show_diff(change: Change) -> None:
    before, after = (t.splitlines(keepends=True) for t in (change.before, change.result.text))
    for line in difflib.unified_diff(before, after, change.name, f"{change.name} (cleaned)", n=1):
        click.echo(styled(line if line.endswith("\n") else f"{line}\n"), nl=False)


def _summary(run: Run, as_json: bool, to_stdout: bool) -> None:
    totals = run.totals
    if as_json:
        click.echo(json.dumps(totals.as_json(), ensure_ascii=False), err=to_stdout)
    elif sys.stderr.isatty() and totals.documents > 1:
        summary_table(totals, run.seconds)
    else:
        click.echo(_in_words(totals), err=True)


def _in_words(totals: Totals) -> str:
    removed, review = totals.of(Verdict.REMOVE), totals.of(Verdict.REVIEW)
    parts = [_counted(totals.documents, "document"), f"{totals.changed} with ads"]
    parts.append(_counted(sum(removed.values()), "string") + " cut" + (f" ({_by_label(removed)})" if removed else ""))
    if review:
        parts.append(f"{sum(review.values())} to review ({_by_label(review)})")
    if totals.failed:
        parts.append(f"{totals.failed} failed")
    return "; ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _by_label(found: dict[str, int]) -> str:
    return ", ".join(f"{label} {n}" for label, n in found.items())
