"""What docs/integrations.md shows works as printed, and gives what the cleaner gives."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.integrations.conftest import Cleaned, Documents, by_id

GUIDE = (Path(__file__).parents[2] / "docs" / "integrations.md").read_text("utf-8")
EXAMPLES = [
    (f"{title}-{number}", block)
    for title, section in re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", GUIDE, re.DOTALL | re.MULTILINE)
    for number, block in enumerate(re.findall(r"```python\n(.*?)```", section, re.DOTALL), 1)
]


def written(folder: Path) -> Cleaned:
    rows = pq.read_table(folder / "clean.parquet").to_pylist()
    for row in rows:
        if isinstance(row["spamscrub_findings"], str):
            row["spamscrub_findings"] = json.loads(row["spamscrub_findings"])
    return by_id(rows)


@pytest.mark.parametrize("block", [block for _, block in EXAMPLES], ids=[name for name, _ in EXAMPLES])
def test_an_example_runs_and_gives_what_the_cleaner_gives(
    block: str, documents: Documents, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "docs.parquet").write_bytes(documents.path.read_bytes())
    monkeypatch.chdir(tmp_path)
    exec(compile(block, "docs/integrations.md", "exec"), {})
    reads_empty_texts = "ParquetReader" not in block  # datatrove's readers skip them
    expected = {name: value for name, value in documents.expected.items() if value[0] or reads_empty_texts}
    assert written(tmp_path) == expected


def test_an_example_is_short() -> None:
    assert len(EXAMPLES) == 9
    for name, block in EXAMPLES:
        assert len([line for line in block.splitlines() if line.strip()]) <= 12, name
