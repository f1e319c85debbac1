"""The documents that every integration is tried on, and what the cleaner itself makes of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spamscrub import Finding, clean
from spamscrub.integrations.arrow import findings_of

LINES = 9
"""Lines of an article in one small document: enough for a host, an ad and its neighbours."""


class Documents(NamedTuple):
    """A Parquet file of documents with `id`, `text` and `site`, and by id what cleaning must give."""

    path: Path
    expected: Mapping[str, tuple[str, tuple[Finding, ...]]]


def small_documents(articles: Path) -> list[dict[str, Any]]:
    """The articles of the fixtures in pieces, some of them twice, and an empty text."""
    found = [{"id": "empty", "text": "", "site": None}]
    for path in sorted(articles.glob("*.txt")):
        if path.name.endswith(".clean.txt"):
            continue
        lines = path.read_bytes().decode("utf-8").splitlines(keepends=True)
        for start in range(0, len(lines), LINES):
            row = {"id": f"{path.stem}:{start}", "text": "".join(lines[start : start + LINES]), "site": path.stem[:2]}
            found.append(row)
            if start == 0:
                found.append({**row, "id": f"{path.stem}:copy"})
    return found


@pytest.fixture(scope="session")
def documents(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """About 200 documents, in several row groups so that batches differ."""
    rows = small_documents(fixtures / "articles")
    schema = pa.schema([("id", pa.string()), ("text", pa.string()), ("site", pa.string())])
    path = tmp_path_factory.mktemp("documents") / "docs.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=64)
    results = {row["id"]: clean(row["text"]) for row in rows}
    return Documents(path, {name: (result.text, result.findings) for name, result in results.items()})


def by_id(rows: list[dict[str, Any]]) -> dict[str, tuple[str, tuple[Finding, ...]]]:
    """Cleaned rows as `Documents.expected` has them."""
    return {row["id"]: (row["text"], findings_of(row["spamscrub_findings"])) for row in rows}
