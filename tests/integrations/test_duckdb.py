"""The SQL function for DuckDB."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest

from spamscrub import Policy
from spamscrub.integrations.arrow import findings_of
from spamscrub.integrations.duckdb import register
from tests.integrations.conftest import AD, ARTICLE

CLEAN = ARTICLE.replace(AD, "")


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        opened.execute("CREATE TABLE articles AS SELECT * FROM (VALUES (1, ?), (2, NULL), (3, ''), (4, ?)) AS t(id, text)", [CLEAN, ARTICLE])
        yield opened


def test_texts_come_back_cleaned_and_null_stays_null(connection: duckdb.DuckDBPyConnection) -> None:
    register(connection)
    rows = connection.execute("SELECT s.text, len(s.findings) FROM (SELECT id, spamscrub(text) AS s FROM articles) ORDER BY id").fetchall()
    assert rows == [(CLEAN, 0), (None, 0), ("", 0), (CLEAN, 1)]


def test_findings_can_be_queried_as_rows(connection: duckdb.DuckDBPyConnection) -> None:
    register(connection)
    found = connection.execute("SELECT unnest(spamscrub(text).findings, recursive := true) FROM articles")
    assert found.fetchall()[0][2:4] == (AD, "zh-escort-forum")


def test_two_functions_can_have_two_policies(connection: duckdb.DuckDBPyConnection) -> None:
    register(connection)
    register(connection, name="spamscrub_review", policy=Policy(remove_at=99.0))
    strict, lenient = connection.execute("SELECT spamscrub(text), spamscrub_review(text) FROM articles WHERE id = 4").fetchone()
    assert (strict["text"], lenient["text"]) == (CLEAN, ARTICLE)
    assert [finding.verdict.value for finding in findings_of(lenient["findings"])] == ["review"]


def test_more_rows_than_a_vector_of_duckdb_keep_their_places(connection: duckdb.DuckDBPyConnection) -> None:
    register(connection)
    wrong = connection.execute(
        "SELECT count(*), count(*) FILTER (s.text <> n::VARCHAR) FROM (SELECT n, spamscrub(n::VARCHAR) AS s FROM range(5000) AS r(n))"
    )
    assert wrong.fetchone() == (5000, 0)


def test_a_column_that_is_not_text_is_refused_by_duckdb(connection: duckdb.DuckDBPyConnection) -> None:
    register(connection)
    with pytest.raises(duckdb.BinderException, match="spamscrub"):
        connection.execute("SELECT spamscrub(id) FROM articles")
