"""The places that tests share: the fixtures of this repository and, where present, the folder of acceptance data."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

os.environ["SPAMSCRUB_CACHE"] = "off"  # what one run of the tests leaves behind must not reach the next

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"


@pytest.fixture(scope="session")
def fixtures() -> Path:
    """The repository's own fixtures."""
    return ROOT / "fixtures"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of acceptance data beside the repository; the test is skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("no folder `shared` beside the repository: acceptance data is not part of it")
    return SHARED
