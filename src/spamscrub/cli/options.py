"""Options that several commands share, and what they describe: a Cleaner's recipe, and how files are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click

from spamscrub.cleaner import Cleaner
from spamscrub.formats import FORMATS, Reading, text
from spamscrub.packs import builtin_packs, load_packs
from spamscrub.policy import Policy, load_policy
from spamscrub.runner import Recipe

Command = TypeVar("Command", bound=Callable[..., Any])


def judging(command: Command) -> Command:
    """Add the options that decide how texts are judged."""
    return with_options(
        command,
        click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="Thresholds, damage bound and labels to leave, as TOML."),
        click.option("--packs", "pack_folder", type=click.Path(path_type=Path), help="A folder with further packs (*.toml)."),
        click.option("--allow", "allow_file", type=click.Path(path_type=Path), help="Strings that always stay, one a line."),
        click.option("--off", "off", multiple=True, metavar="PACK", help="A built-in pack to leave out; may be repeated."),
        click.option("--encoding", default="utf-8", show_default=True, help="The encoding of the texts."),
    )


def reading(command: Command) -> Command:
    """Add the options that say what the files hold."""
    return with_options(
        command,
        click.option("--format", "format_name", type=click.Choice(FORMATS), help="What the files are.  [default: by name and content]"),
        click.option("--text-field", "fields", multiple=True, metavar="PATH", help="A field to clean, such as meta.title or paragraphs[].text; may be repeated.  [default: text]"),
        click.option("--id-field", metavar="PATH", help="The field that names a record in the log.  [default: file and line]"),
        click.option("--include", multiple=True, metavar="GLOB", help="Which files of a folder are read.  [default: those of known formats]"),
    )  # fmt: skip


def with_options(command: Command, *options: Callable[[Command], Command]) -> Command:
    """A command with options added, shown in this order."""
    for option in reversed(options):
        command = option(command)
    return command


def build_reading(format_name: str | None, fields: Sequence[str], id_field: str | None, encoding: str) -> Reading:
    """How files are read. Raises FormatError for an encoding that is not known."""
    return Reading(format_name, tuple(fields) or ("text",), id_field, text.known_encoding(encoding))


def build_recipe(policy_file: Path | None, pack_folder: Path | None, allow_file: Path | None, off: tuple[str, ...]) -> Recipe:
    """What the options say of judging. Raises SpamscrubError for a broken policy, pack or allow list."""
    policy = load_policy(policy_file) if policy_file else Policy()
    if allow_file:
        lines = text.decode(text.read(allow_file), str(allow_file)).splitlines()
        policy = policy.allowing(line.strip() for line in lines if line.strip())
    if not off and not pack_folder:
        return Recipe(None, policy)
    known = builtin_packs()
    unknown = sorted(set(off) - {pack.name for pack in known})
    if unknown:
        raise click.UsageError(f"--off {unknown[0]}: no such pack; `spamscrub packs` lists them")
    packs = [pack for pack in known if pack.name not in off]
    return Recipe((*packs, *(load_packs(pack_folder) if pack_folder else ())), policy)


def build_cleaner(policy_file: Path | None, pack_folder: Path | None, allow_file: Path | None, off: tuple[str, ...]) -> Cleaner:
    """The Cleaner that the options describe. Raises SpamscrubError for a broken policy, pack or allow list."""
    return build_recipe(policy_file, pack_folder, allow_file, off).build()
