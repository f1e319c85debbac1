"""DuckDB: an SQL function that cleans texts, run on Arrow batches."""

from __future__ import annotations

from collections.abc import Sequence

from spamscrub.integrations import MissingExtra
from spamscrub.integrations.arrow import FINDINGS, BatchCleaner
from spamscrub.packs import Pack
from spamscrub.policy import Policy

try:
    import duckdb
    import pyarrow as pa
except ImportError as missing:
    raise MissingExtra("duckdb", "duckdb") from missing

RESULT: pa.DataType = pa.struct([("text", pa.string()), ("findings", FINDINGS)])


def register(
    connection: duckdb.DuckDBPyConnection,
    *,
    name: str = "spamscrub",
    packs: Sequence[Pack] | None = None,
    policy: Policy | None = None,
) -> None:
    """Give a connection the SQL function `spamscrub(text)`; `packs` and `policy` are those of `Cleaner`.

    It returns a struct of the cleaned `text`, NULL for NULL, and the `findings`, a list of structs. DuckDB raises its own
    InvalidInputException for an error in a query.
    """
    cleaner = BatchCleaner(packs=None if packs is None else tuple(packs), policy=policy or Policy())

    def judge(texts: pa.Array | pa.ChunkedArray) -> pa.Array:
        plain = texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts
        return pa.StructArray.from_arrays(cleaner.clean_array(plain), fields=list(RESULT))

    connection.create_function(name, judge, ["VARCHAR"], _sql_type(RESULT), type="arrow", null_handling="special")


def _sql_type(kind: pa.DataType) -> str:
    if pa.types.is_list(kind):
        return f"{_sql_type(kind.value_type)}[]"
    if pa.types.is_struct(kind):
        fields = (f'"{field.name}" {_sql_type(field.type)}' for field in kind)
        return f"STRUCT({', '.join(fields)})"
    return {pa.string(): "VARCHAR", pa.int64(): "BIGINT", pa.float64(): "DOUBLE"}[kind]
