"""Hugging Face data sets."""

from __future__ import annotations

import warnings

import pytest
from datasets import ClassLabel, Dataset, DatasetDict, Features, Value

from spamscrub import Policy
from spamscrub.errors import FormatError
from spamscrub.integrations.arrow import BatchCleaner
from spamscrub.integrations.hf import clean_dataset
from tests.integrations.conftest import AD, ARTICLE, Documents, by_id

CLEAN = ARTICLE.replace(AD, "")
FEATURES = Features({"text": Value("string"), "kind": ClassLabel(names=["news", "tea"])})
DATASET = Dataset.from_dict({"text": [CLEAN, None, "", CLEAN, ARTICLE], "kind": [0, 1, 0, 1, 0]}, features=FEATURES)


def test_a_first_batch_without_findings_does_not_decide_their_type() -> None:
    cleaned = clean_dataset(DATASET, batch_size=2, writer_batch_size=2)
    assert cleaned["text"][:] == [CLEAN, None, "", CLEAN, CLEAN]
    assert [len(found) for found in cleaned["spamscrub_findings"]] == [0, 0, 0, 0, 1]


def test_the_features_of_other_columns_stay() -> None:
    cleaned = clean_dataset(DATASET)
    assert {name: cleaned.features[name] for name in FEATURES} == dict(FEATURES)
    assert cleaned["kind"][:] == [0, 1, 0, 1, 0]


def test_a_streamed_data_set_gives_the_same_rows() -> None:
    streamed = clean_dataset(DATASET.to_iterable_dataset(), batch_size=2)
    assert list(streamed) == list(clean_dataset(DATASET))
    assert streamed.features == clean_dataset(DATASET).features


def test_all_splits_of_a_data_set_are_cleaned() -> None:
    cleaned = clean_dataset(DatasetDict(train=DATASET, test=DATASET.select([4])))
    assert cleaned["test"]["text"][:] == [CLEAN]
    assert cleaned["train"].num_rows == 5


def test_processes_give_what_the_cleaner_gives(documents: Documents, tmp_path: object) -> None:
    dataset = Dataset.from_parquet(str(documents.path), cache_dir=str(tmp_path)).filter(lambda row: row["site"] == "fr")
    rows = clean_dataset(dataset, num_proc=2).to_list()
    assert len(rows) > 4
    assert by_id(rows) == {row["id"]: documents.expected[row["id"]] for row in rows}


def test_a_recipe_has_one_fingerprint_and_another_recipe_another() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        same = [clean_dataset(DATASET, BatchCleaner(policy=Policy(off=frozenset(off))))._fingerprint for off in ("ab", "ba")]
        other = clean_dataset(DATASET, BatchCleaner(policy=Policy(off=frozenset("c"))))._fingerprint
    assert same[0] == same[1] != other


def test_a_column_that_is_not_text_is_refused_before_anything_runs() -> None:
    with pytest.raises(FormatError, match="column 'kind': holds int64, not text"):
        clean_dataset(DATASET.to_iterable_dataset(), BatchCleaner(column="kind"))
    with pytest.raises(FormatError, match="column 'body': no such column; there are text, kind"):
        clean_dataset(DATASET, BatchCleaner(column="body"))
