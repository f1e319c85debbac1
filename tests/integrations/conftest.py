"""The documents that every integration is tried on, and what the cleaner itself makes of them; which tests wait to be asked for."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spamscrub import Finding, clean
from spamscrub.integrations.arrow import findings_of
from tests.integrations.corpus import Gold, single_machine, write_corpus

LINES, PIECES = 2, 5
"""Lines of an article in one small document, and documents an article."""

AD = "上海喝茶服务vx "
ARTICLE = f"""The ferry leaves the east bank at half past six, before the office workers come.

What the harbour costs
- The pier was repaired in 2019, for the third time
{AD}- Tickets rose by two yuan, and nobody wrote to the paper
- A night boat runs on Fridays, mostly empty
"""

Cleaned = Mapping[str, tuple[str | None, tuple[Finding, ...]]]
"""By id, the cleaned text and its findings."""


class Documents(NamedTuple):
    """A Parquet file of documents with `id`, `text` and `site`, and by id what cleaning must give."""

    path: Path
    expected: Cleaned


def small_documents(articles: Path) -> list[dict[str, Any]]:
    """The heads of the infected articles in pieces, some of them twice, an empty text and none."""
    found: list[dict[str, Any]] = [{"id": "empty", "text": "", "site": None}, {"id": "none", "text": None, "site": "en"}]
    for path in sorted(articles.glob("*.txt")):
        if path.name.endswith(".clean.txt"):
            continue
        lines = path.read_bytes().decode("utf-8").splitlines(keepends=True)
        for piece in range(PIECES):
            text = "".join(lines[piece * LINES : (piece + 1) * LINES])
            found.append({"id": f"{path.stem}:{piece}", "text": text, "site": path.stem[:2]})
        found.append({**found[-1], "id": f"{path.stem}:copy"})
    return found


@pytest.fixture(scope="session")
def documents(fixtures: Path, tmp_path_factory: pytest.TempPathFactory) -> Documents:
    """About 200 documents, in several row groups so that batches differ."""
    rows = small_documents(fixtures / "articles")
    schema = pa.schema([("id", pa.string()), ("text", pa.string()), ("site", pa.string())])
    path = tmp_path_factory.mktemp("documents") / "docs.parquet"
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, row_group_size=64)
    results = {row["id"]: clean(row["text"]) if row["text"] is not None else None for row in rows}
    return Documents(path, {name: (r.text, r.findings) if r else (None, ()) for name, r in results.items()})


def by_id(rows: list[dict[str, Any]]) -> Cleaned:
    """Cleaned rows as `Documents.expected` has them."""
    return {row["id"]: (row["text"], findings_of(row["spamscrub_findings"])) for row in rows}


FEW, MANY = 120, 20_000
"""Documents for Spark and Ray in the suite, and in the slow tests."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, and leave out the slow ones unless SPAMSCRUB_SLOW=1 asks for them."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.xdist_group("many"))  # one process, which works out once what must come back
    if os.environ.get("SPAMSCRUB_SLOW") == "1":
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if item not in slow]


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small corpus in two Parquet files."""
    return write_corpus(tmp_path_factory.mktemp("few") / "corpus", FEW, files=2)


@pytest.fixture(scope="session")
def few_gold() -> Gold:
    """What a single machine makes of it."""
    return single_machine(FEW)


@pytest.fixture(scope="session")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """20,000 documents in four Parquet files."""
    return write_corpus(tmp_path_factory.mktemp("many") / "corpus", MANY, files=4)


@pytest.fixture(scope="session")
def many_gold() -> Gold:
    """What a single machine makes of them."""
    return single_machine(MANY)
