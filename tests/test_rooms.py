"""Imports point down the list of rooms only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOMS = (
    "errors", "patterns", "spans", "contacts", "scripts", "folding", "tokenizer", "language", "packs", "candidates", "placement", "classifiers",
    "reasons", "judgement", "native", "policy", "separators", "cleaner", "streams", "audit", "evaluation", "mining", "formats", "processes", "runner", "report",
    "integrations", "cli", "__main__",
)  # fmt: skip
"""From the lowest room to the highest."""

SOURCE = Path(__file__).parent.parent / "src" / "spamscrub"
FILES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "spamscrub":
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("spamscrub."):
            found.add((node.module or "").split(".")[1])
        elif isinstance(node, ast.Import):
            found |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("spamscrub.")}
    return found - {"__version__"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_module_imports_only_rooms_below_its_own(path: Path) -> None:
    own = ROOMS.index(room_of(path))
    above = {room for room in imported_rooms(path) if room not in ROOMS or ROOMS.index(room) > own}
    assert not above, f"{path.name} imports {sorted(above)}, which stand above {room_of(path)}"


def test_every_room_is_in_the_list() -> None:
    assert {room_of(path) for path in FILES} <= set(ROOMS)
