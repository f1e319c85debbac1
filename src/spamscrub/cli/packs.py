"""`spamscrub packs`: list, show and check the spam families that are known."""

from __future__ import annotations

from pathlib import Path

import click

from spamscrub.cleaner import Cleaner
from spamscrub.cli.screen import shown
from spamscrub.errors import PackError
from spamscrub.packs import Pack, builtin_packs, lint, load_pack, load_packs


@click.group("packs", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> int:
    """List, show and check the spam families that are known."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_packs)
    return 0


@command.command("list")
def list_packs() -> int:
    """The built-in packs, one a line."""
    for pack in builtin_packs(all=True):
        size = sum(len(rule.phrases) for rule in pack.rules)
        state = "on " if pack.enabled else "off"
        click.echo(f"{pack.name:<20} {state} {'/'.join(pack.languages):<12} {len(pack.rules):>3} rules {size:>5} phrases  {_first_sentence(pack.about)}")
    return 0


@command.command("show")
@click.argument("name")
def show(name: str) -> int:
    """One pack in full: what it is about, its sources, its rules and what must stay."""
    pack = _find(name)
    click.echo(f"{pack.name} ({', '.join(pack.languages)}){'' if pack.enabled else ', off unless named'}\n{pack.about}\n")
    for source in pack.sources:
        click.echo(f"source: {source}")
    for rule in pack.rules:
        template = " ".join(f"[{piece.name}]" if piece.optional else piece.name for piece in rule.template)
        click.echo(f"\n{rule.id} ({rule.role}): {', '.join(rule.phrases) or template or rule.pattern}")
    for keep in pack.keeps:
        click.echo(f"\nstays, {keep.why}: {shown(keep.text)}")
    return 0


@command.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE|FOLDER...")
def check(paths: tuple[Path, ...]) -> int:
    """Load packs, look for doubtful phrases and patterns, and try their examples; exit 3 if anything is wrong."""
    wrong = 0
    for pack in _packs_at(paths):
        problems = [*lint(pack), *_try_examples(pack)]
        wrong += bool(problems)
        click.echo(f"{pack.name}: {'fine' if not problems else f'{len(problems)} to look at'}")
        for problem in problems:
            click.echo(f"  {problem}")
    return 3 if wrong else 0


def _first_sentence(about: str) -> str:
    return " ".join(about.split()).split(". ")[0][:70]


def _find(name: str) -> Pack:
    for pack in builtin_packs(all=True):
        if pack.name == name:
            return pack
    raise PackError(f"{name}: no such pack; `spamscrub packs` lists them")


def _packs_at(paths: tuple[Path, ...]) -> list[Pack]:
    return [pack for path in paths for pack in (load_packs(path) if path.is_dir() else (load_pack(path),))]


def _try_examples(pack: Pack) -> list[str]:
    others = [other for other in builtin_packs() if other.name != pack.name]
    cleaner = Cleaner(packs=[*others, pack])
    dirty = [f"example {n}: is not cleaned as written" for n, e in enumerate(pack.examples, 1) if cleaner.clean(e.dirty).text != e.clean]
    kept = [f"look-alike {n}: is altered ({keep.why})" for n, keep in enumerate(pack.keeps, 1) if cleaner.clean(keep.text).text != keep.text]
    return dirty + kept
