"""The examples and look-alikes of the built-in packs, judged by the whole cleaner."""

from __future__ import annotations

import pytest

from spamscrub.cleaner import Cleaner
from spamscrub.packs import Example, Keep, builtin_packs

PACKS = builtin_packs(all=True)
EXAMPLES = {f"{pack.name}-{number}": example for pack in PACKS for number, example in enumerate(pack.examples, 1)}
KEEPS = {f"{pack.name}-{number}": keep for pack in PACKS for number, keep in enumerate(pack.keeps, 1)}


@pytest.fixture(scope="module")
def cleaner() -> Cleaner:
    return Cleaner(packs=PACKS)


@pytest.mark.parametrize("keep", KEEPS.values(), ids=KEEPS)
def test_a_look_alike_stays(keep: Keep, cleaner: Cleaner) -> None:
    assert cleaner.clean(keep.text).text is keep.text, keep.why


@pytest.mark.parametrize("example", EXAMPLES.values(), ids=EXAMPLES)
def test_an_example_comes_back_clean(example: Example, cleaner: Cleaner) -> None:
    assert cleaner.clean(example.dirty).text == example.clean
