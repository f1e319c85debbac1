"""The examples and look-alikes of the built-in packs, judged by the whole cleaner."""

from __future__ import annotations

import pytest

from spamscrub.cleaner import Cleaner
from spamscrub.packs import builtin_packs
from tests.known_failures import with_known_failures

PACKS = builtin_packs(all=True)
EXAMPLES = {f"{pack.name}-{number}": example for pack in PACKS for number, example in enumerate(pack.examples, 1)}
KEEPS = {f"{pack.name}-{number}": keep for pack in PACKS for number, keep in enumerate(pack.keeps, 1)}


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner(packs=PACKS)


@pytest.mark.parametrize("name", with_known_failures(KEEPS, "look-alikes"))
def test_a_look_alike_stays(name: str, cleaner: Cleaner) -> None:
    keep = KEEPS[name]
    assert cleaner.clean(keep.text).text is keep.text, keep.why


@pytest.mark.parametrize("name", with_known_failures(EXAMPLES, "examples"))
def test_an_example_comes_back_clean(name: str, cleaner: Cleaner) -> None:
    assert cleaner.clean(EXAMPLES[name].dirty).text == EXAMPLES[name].clean
