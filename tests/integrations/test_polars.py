"""The polars namespace and frames."""

from __future__ import annotations

import polars as pl
import pytest

from spamscrub import Policy
from spamscrub.errors import FormatError
from spamscrub.integrations.arrow import BatchCleaner
from spamscrub.integrations.polars import clean_frame
from tests.integrations.conftest import AD, ARTICLE, Cleaned, Documents, by_id

CLEAN = ARTICLE.replace(AD, "")
FRAME = pl.DataFrame({"text": [CLEAN, None, ARTICLE, ""], "topic": pl.Series(["a", "b", "a", None], dtype=pl.Categorical)})


def test_a_frame_without_spam_stays_as_it_was() -> None:
    frame = FRAME.head(2)
    assert clean_frame(frame).drop("spamscrub_findings").equals(frame)
    assert clean_frame(frame)["spamscrub_findings"].to_list() == [[], []]


def test_an_empty_frame_has_the_schema_of_a_full_one() -> None:
    assert clean_frame(FRAME.clear()).schema == clean_frame(FRAME).schema


def test_a_lazy_frame_knows_its_schema_before_it_runs() -> None:
    lazy = clean_frame(FRAME.lazy())
    assert isinstance(lazy, pl.LazyFrame)
    assert lazy.collect_schema() == lazy.collect().schema
    assert lazy.collect()["text"].to_list() == [CLEAN, None, CLEAN, ""]


def test_the_streaming_engine_gives_what_the_cleaner_gives(documents: Documents) -> None:
    rows = clean_frame(pl.scan_parquet(documents.path).filter(pl.col("site") == "en")).collect(engine="streaming").to_dicts()
    expected: Cleaned = {row["id"]: documents.expected[row["id"]] for row in rows}
    assert len(expected) > 20
    assert by_id(rows) == expected


def test_the_namespace_takes_a_policy() -> None:
    review = Policy(remove_at=99.0)
    frame = FRAME.select(
        pl.col("text").spamscrub.clean(policy=review),  # type: ignore[attr-defined]
        pl.col("text").spamscrub.findings(policy=review).list.eval(pl.element().struct.field("verdict")),  # type: ignore[attr-defined]
    )
    assert frame["text"].to_list() == FRAME["text"].to_list()
    assert frame["spamscrub_findings"].to_list() == [[], [], ["review"], []]


def test_cleaning_within_groups_keeps_rows_apart() -> None:
    frame = FRAME.with_columns(pl.col("text").spamscrub.clean().over("topic"))  # type: ignore[attr-defined]
    assert frame["text"].to_list() == [CLEAN, None, CLEAN, ""]


def test_columns_that_do_not_fit_are_refused_before_anything_runs() -> None:
    with pytest.raises(FormatError, match="column 'body': no such column; there are text, topic"):
        clean_frame(FRAME.lazy(), BatchCleaner(column="body"))
    with pytest.raises(FormatError, match="column 'topic': is already there"):
        clean_frame(FRAME, BatchCleaner(findings="topic"))


def test_a_column_that_is_not_of_strings_is_refused() -> None:
    with pytest.raises(FormatError, match=r"column 'topic': holds Categorical.*, not String"):
        clean_frame(FRAME.lazy(), BatchCleaner(column="topic"))
    with pytest.raises((FormatError, pl.exceptions.ComputeError), match=r"column 'topic': holds Categorical.*, not String"):
        FRAME.select(pl.col("topic").spamscrub.clean())  # type: ignore[attr-defined]
