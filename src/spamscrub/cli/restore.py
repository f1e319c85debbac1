"""`spamscrub restore`: put back what an audit log says was cut."""

from __future__ import annotations

from pathlib import Path

import click

from spamscrub import audit
from spamscrub.errors import AuditError, SpamscrubError
from spamscrub.formats import text
from spamscrub.runner import Job, plan


@click.command("restore")
@click.argument("inputs", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="CLEANED...")
@click.option("--audit", "log", required=True, type=click.Path(path_type=Path), help="The log of the run that cleaned them.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="Where the originals go: a file for one input, else a folder.")
@click.option("--label", "labels", multiple=True, metavar="LABEL", help="Put back only the findings of this label; may be repeated.")
@click.option("--include", multiple=True, metavar="GLOB", help="Which files of a folder are texts.  [default: *.txt *.text *.md]")
@click.option("--encoding", default="utf-8", show_default=True, help="The encoding of the texts.")
def command(inputs: tuple[Path, ...], log: Path, output: Path, labels: tuple[str, ...], include: tuple[str, ...], encoding: str) -> int:
    """Put back what an audit log says was cut; both texts are checked against the hashes in the log."""
    encoding = text.known_encoding(encoding)
    known = audit.read_log(log)
    failed = 0
    jobs = plan(inputs, output, include or text.PATTERNS)
    for job in jobs:
        try:
            _restore(job, _record(job, known, log, alone=len(jobs) == 1), labels, encoding)
        except SpamscrubError as problem:
            failed += 1
            click.echo(f"spamscrub: {problem}", err=True)
    click.echo(f"{len(jobs) - failed} restored" + (f"; {failed} failed" if failed else ""), err=True)
    return 3 if failed else 0


def _record(job: Job, known: dict[str, audit.DocumentRecord], log: Path, *, alone: bool) -> audit.DocumentRecord:
    """The log's record of a document; a log of one document needs no name."""
    if job.name in known:
        return known[job.name]
    if alone and len(known) == 1:
        return next(iter(known.values()))
    raise AuditError(f"{job.source}: {log} knows no document {job.name!r}; give the log of the run that wrote this file")


def _restore(job: Job, record: audit.DocumentRecord, labels: tuple[str, ...], encoding: str) -> None:
    data = text.read(job.source)
    original = audit.undo(record, text.decode(data, str(job.source), encoding), labels)
    if job.target is not None:
        text.write(job.target, data if not record.findings else original.encode(encoding))
