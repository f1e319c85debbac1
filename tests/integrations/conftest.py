"""Slow tests run when SPAMSCRUB_SLOW=1 asks for them; the corpus that the engines share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.integrations.corpus import Gold, single_machine, write_corpus

FEW, MANY = 120, 20_000
"""Documents in the suite, and in the slow tests."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
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
