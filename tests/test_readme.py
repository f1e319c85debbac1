"""What the README shows works as printed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from spamscrub.cli import group

README = (Path(__file__).parent.parent / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
ARTICLE = """The ferry leaves the east bank at half past six, before the office workers come.

On the upper deck an old man feeds the gulls, and nobody minds that it is forbidden.
爱上海论坛
What the harbour costs
- The pier was repaired in 2019, for the third time
上海喝茶服务vx - Tickets rose by two yuan, and nobody wrote to the paper
- A night boat runs on Fridays, mostly empty
"""


COMMANDS = [line[line.index("spamscrub ") :] for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines() if "spamscrub " in line]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_line_is_understood(line: str) -> None:
    _, name, *arguments = shlex.split(line, comments=True)
    command = group.get_command(click.Context(group), name)
    assert command is not None
    assert command.make_context(name, arguments).info_name == name


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_python_block_runs(block: str, capsys: pytest.CaptureFixture[str]) -> None:
    exec(compile(block, "README.md", "exec"), {"text": ARTICLE})
    assert capsys.readouterr().out


def test_three_lines_clean_a_text(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in BLOCKS[0].splitlines() if line.strip()]
    assert len(lines) <= 3
    exec(BLOCKS[0], {"text": ARTICLE})
    printed = capsys.readouterr().out
    assert "爱上海" not in printed
    assert "- Tickets rose by two yuan" in printed
