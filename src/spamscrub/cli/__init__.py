"""The command line: open, one library call, report."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from stat import S_ISREG

import click

from spamscrub import __version__
from spamscrub.errors import SpamscrubError

COMMANDS = {
    "clean": "spamscrub.cli.clean",
    "explain": "spamscrub.cli.explain",
    "restore": "spamscrub.cli.restore",
    "evaluate": "spamscrub.cli.evaluate",
    "packs": "spamscrub.cli.packs",
}
"""Each command and the module that holds it; imported when it is used, so that `--help` is quick."""

HELP = {
    "clean": "Cut injected advertising out of files, folders or standard input.",
    "explain": "Show every candidate of one text with its evidence, kept ones too.",
    "restore": "Put back what an audit log says was cut.",
    "evaluate": "Score predictions, or what would be cut, against gold data.",
    "packs": "List, show and check the spam families that are known.",
}


class Lazy(click.Group):
    """A group that imports a command only when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        if cmd_name == "clean":
            _head_start(sys.argv[1:])
        module = __import__(COMMANDS[cmd_name], fromlist=["command"])
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, HELP[name]) for name in COMMANDS])


def _head_start(arguments: list[str]) -> None:
    """Where the arguments name a file that is large enough for workers, have the process begin that they are forked from.

    What this process loads meanwhile takes as long. A guess that turns out wrong costs a little work on another core.
    """
    if arguments[:1] != ["clean"] or any(argument.startswith(("--packs", "--off")) for argument in arguments):
        return
    from spamscrub.processes import SMALL, WARM, context

    if any(_size(argument) > SMALL for argument in arguments):
        context(WARM)


def _size(argument: str) -> int:
    """How many bytes the file has that an argument names, 0 where it names none."""
    try:
        found = Path(argument).stat()
    except (OSError, ValueError):
        return 0
    return found.st_size if S_ISREG(found.st_mode) else 0


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="spamscrub")
def group() -> None:
    """Cut injected advertising out of scraped articles, leave every other character alone, and prove it.

    Exit codes: 0 done, 1 found something under --check, 2 usage, 3 some documents failed.
    """


def main() -> None:
    """Run the command line; every error of a user's making becomes one line on stderr."""
    try:
        status = group.main(standalone_mode=False)
        sys.stdout.flush()
        sys.exit(status if isinstance(status, int) else 0)
    except SpamscrubError as problem:
        click.echo(f"spamscrub: {problem}", err=True)
        sys.exit(2)
    except click.exceptions.Abort:
        click.echo("spamscrub: interrupted; nothing half-written was left behind", err=True)
        sys.exit(130)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
