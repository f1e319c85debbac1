"""Options that several commands share, and the Cleaner that they describe."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from spamscrub.cleaner import Cleaner
from spamscrub.formats import text
from spamscrub.packs import builtin_packs, load_packs
from spamscrub.policy import Policy, load_policy

Command = TypeVar("Command", bound=Callable[..., Any])


def judging(command: Command) -> Command:
    """Add the options that decide how texts are judged."""
    for option in (
        click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="Thresholds, damage bound and labels to leave, as TOML."),
        click.option("--packs", "pack_folder", type=click.Path(path_type=Path), help="A folder with further packs (*.toml)."),
        click.option("--allow", "allow_file", type=click.Path(path_type=Path), help="Strings that always stay, one a line."),
        click.option("--off", "off", multiple=True, metavar="PACK", help="A built-in pack to leave out; may be repeated."),
        click.option("--encoding", default="utf-8", show_default=True, help="The encoding of the texts."),
    ):
        command = option(command)
    return command


def build_cleaner(policy_file: Path | None, pack_folder: Path | None, allow_file: Path | None, off: tuple[str, ...]) -> Cleaner:
    """The Cleaner that the options describe. Raises SpamscrubError for a broken policy, pack or allow list."""
    policy = load_policy(policy_file) if policy_file else Policy()
    if allow_file:
        lines = text.decode(text.read(allow_file), str(allow_file)).splitlines()
        policy = policy.allowing(line.strip() for line in lines if line.strip())
    known = builtin_packs()
    unknown = sorted(set(off) - {pack.name for pack in known})
    if unknown:
        raise click.UsageError(f"--off {unknown[0]}: no such pack; `spamscrub packs` lists them")
    if not off and not pack_folder:
        return Cleaner(policy=policy)
    packs = [pack for pack in known if pack.name not in off]
    return Cleaner(packs=[*packs, *(load_packs(pack_folder) if pack_folder else ())], policy=policy)
