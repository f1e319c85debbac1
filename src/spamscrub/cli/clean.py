"""`spamscrub clean`: files, folders or standard input in, cleaned text and an audit log out."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from spamscrub import audit
from spamscrub.cli.options import build_cleaner, judging
from spamscrub.cli.screen import shown, styled, watched
from spamscrub.formats import text
from spamscrub.runner import STDIN, Done, Failed, Job, Totals, plan, run
from spamscrub.spans import Span, Verdict


@click.command("clean")
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="IN...")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Where cleaned texts go: a file for one input, a folder for more.")
@click.option("--audit", "log", type=click.Path(path_type=Path), help="Write the findings to this file, as JSON lines.")
@click.option("--check", is_flag=True, help="Write nothing; list what would go, and exit 1 if anything would.")
@click.option("--diff", is_flag=True, help="Write nothing; show what would change as a unified diff.")
@click.option("--json", "as_json", is_flag=True, help="The summary as JSON (on stdout unless the text goes there).")
@click.option("--include", multiple=True, metavar="GLOB", help="Which files of a folder are texts.  [default: *.txt *.text *.md]")
@judging
@click.pass_context
def command(
    ctx: click.Context, inputs: tuple[Path, ...], output: Path | None, log: Path | None, check: bool, diff: bool, as_json: bool,
    include: tuple[str, ...], policy_file: Path | None, pack_folder: Path | None, allow_file: Path | None, off: tuple[str, ...], encoding: str,
) -> int:  # fmt: skip
    """Cut injected advertising out of files, folders (recursive, structure kept) or standard input (-).

    Without -o the text of a single input goes to standard output. Inputs are never touched.
    """
    encoding = text.known_encoding(encoding)
    jobs = plan(inputs, None if check or diff else output, include or text.PATTERNS)
    to_stdout = output is None and not check and not diff
    if to_stdout and len(jobs) > 1:
        raise click.UsageError("several texts and no -o; give -o FOLDER, or --check or --diff to look first")
    cleaner = build_cleaner(policy_file, pack_folder, allow_file, off)
    totals = Totals()
    with _log(log, jobs, audit.header(cleaner.packs, cleaner.policy)) as rows:
        for outcome in watched(run(jobs, cleaner, encoding=encoding, stdin=sys.stdin.buffer.read), len(jobs)):
            totals.add(outcome)
            if isinstance(outcome, Failed):
                click.echo(f"spamscrub: {outcome.reason}", err=True)
                continue
            rows += [audit.dumps(row) for row in audit.records(outcome.job.name, outcome.original, outcome.result)]
            _show(outcome, check, diff, to_stdout, encoding)
    _summary(totals, as_json, to_stdout)
    return 3 if totals.failed else 1 if check and totals.changed else 0


@contextmanager
def _log(path: Path | None, jobs: Iterable[Job], header: dict[str, Any]) -> Iterator[list[str]]:
    rows = [audit.dumps(header)]
    if path and any(path.resolve() in (job.source.resolve(), job.target and job.target.resolve()) for job in jobs if job.source != STDIN):
        raise click.UsageError(f"--audit {path}: is one of the texts; give a file of its own")
    yield rows
    if path:
        text.write(path, ("\n".join(rows) + "\n").encode("utf-8"))


def _show(done: Done, check: bool, diff: bool, to_stdout: bool, encoding: str) -> None:
    if to_stdout:
        sys.stdout.buffer.write(done.result.text.encode(encoding))
        return
    if check:
        for finding in done.result.findings:
            line, column = audit.place_of(done.original, Span(finding.start, finding.end))
            note = " (review)" if finding.verdict is Verdict.REVIEW else ""
            click.echo(f"{done.job.source}:{line}:{column}: {finding.label} {finding.score:+.1f} {shown(finding.text)}{note}")
    if diff and done.result.removed:
        _show_diff(done)


def _show_diff(done: Done) -> None:
    before, after = (t.splitlines(keepends=True) for t in (done.original, done.result.text))
    for line in difflib.unified_diff(before, after, f"{done.job.source}", f"{done.job.source} (cleaned)", n=1):
        click.echo(styled(line if line.endswith("\n") else f"{line}\n"), nl=False)


def _summary(totals: Totals, as_json: bool, to_stdout: bool) -> None:
    if as_json:
        click.echo(json.dumps(totals.as_json(), ensure_ascii=False), err=to_stdout)
        return
    removed, review = totals.of(Verdict.REMOVE), totals.of(Verdict.REVIEW)
    parts = [f"{totals.documents} documents", f"{totals.changed} with ads"]
    parts.append(f"{sum(removed.values())} strings cut" + (f" ({_by_label(removed)})" if removed else ""))
    if review:
        parts.append(f"{sum(review.values())} to review ({_by_label(review)})")
    if totals.failed:
        parts.append(f"{totals.failed} failed")
    click.echo("; ".join(parts), err=True)


def _by_label(found: dict[str, int]) -> str:
    return ", ".join(f"{label} {n}" for label, n in found.items())
