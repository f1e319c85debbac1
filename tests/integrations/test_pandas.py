"""pandas frames."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spamscrub import restore
from spamscrub.errors import FormatError
from spamscrub.integrations.arrow import FINDINGS, BatchCleaner, findings_of
from spamscrub.integrations.pandas import clean_frame
from tests.integrations.conftest import AD, ARTICLE

CLEAN = ARTICLE.replace(AD, "")
DTYPES = ["object", "string", "string[pyarrow]", "str", "category", pd.ArrowDtype(pa.large_string())]


def frame_of(*texts: object, dtype: object = "object") -> pd.DataFrame:
    return pd.DataFrame({"text": pd.Series(texts, dtype=dtype)}).assign(place=range(len(texts)))


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_frame_without_spam_stays_as_it_was(dtype: object) -> None:
    frame = frame_of(CLEAN, None, "", dtype=dtype)
    cleaned = clean_frame(frame)
    pd.testing.assert_frame_equal(cleaned.drop(columns="spamscrub_findings"), frame)
    assert list(cleaned["spamscrub_findings"]) == [[], [], []]


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_an_edited_column_keeps_its_dtype_and_its_missing_values(dtype: object) -> None:
    frame = frame_of(CLEAN, None, ARTICLE, dtype=dtype)
    cleaned = clean_frame(frame)
    expected = frame_of(CLEAN, None, CLEAN, dtype=dtype)
    pd.testing.assert_frame_equal(cleaned.drop(columns="spamscrub_findings"), expected)


def test_the_frame_that_is_given_is_not_touched() -> None:
    frame = frame_of(ARTICLE)
    clean_frame(frame)
    pd.testing.assert_frame_equal(frame, frame_of(ARTICLE))


def test_the_index_stays_even_where_it_repeats() -> None:
    frame = frame_of(ARTICLE, CLEAN, ARTICLE).set_axis(["b", "a", "b"])
    cleaned = clean_frame(frame)
    assert list(cleaned.index) == ["b", "a", "b"]
    assert list(cleaned["text"]) == [CLEAN] * 3
    assert [len(found) for found in cleaned["spamscrub_findings"]] == [1, 0, 1]


def test_an_empty_frame_comes_back_with_both_columns() -> None:
    cleaned = clean_frame(frame_of())
    assert list(cleaned.columns) == ["text", "place", "spamscrub_findings"]
    assert cleaned["spamscrub_findings"].dtype == pd.ArrowDtype(FINDINGS)


def test_findings_restore_the_original() -> None:
    row = clean_frame(frame_of(ARTICLE)).iloc[0]
    assert restore(row["text"], findings_of(row["spamscrub_findings"])) == ARTICLE


def test_parquet_keeps_the_type_of_findings_that_are_all_empty(tmp_path: object) -> None:
    clean_frame(frame_of(CLEAN)).to_parquet(f"{tmp_path}/x.parquet")
    kind = pq.read_schema(f"{tmp_path}/x.parquet").field("spamscrub_findings").type
    assert [field.name for field in kind.value_type] == [field.name for field in FINDINGS.value_type]


def test_a_column_whose_name_is_no_string_can_be_cleaned() -> None:
    cleaned = clean_frame(pd.DataFrame({0: [ARTICLE]}), BatchCleaner(column="0"))
    assert list(cleaned.columns) == [0, "spamscrub_findings"]
    assert cleaned[0][0] == CLEAN


def test_a_missing_column_is_refused() -> None:
    with pytest.raises(FormatError, match="column 'body': no such column; there are text, place"):
        clean_frame(frame_of(CLEAN), BatchCleaner(column="body"))


@pytest.mark.parametrize("values", [[1, 2], [b"bytes"], ["text", 3], [1.5, None]], ids=repr)
def test_a_column_that_is_not_text_is_refused(values: list[object]) -> None:
    with pytest.raises(FormatError, match=r"column 'text': holds .* values, not text"):
        clean_frame(frame_of(*values))


def test_half_a_character_is_refused() -> None:
    with pytest.raises(FormatError, match="column 'text': row 1 holds half a character"):
        clean_frame(frame_of("whole", "half \ud83d"))
