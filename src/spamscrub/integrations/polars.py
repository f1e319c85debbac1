"""Polars: `pl.col("text").spamscrub.clean()` and `.findings()`, and whole frames, eager or lazy."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TypeVar

from spamscrub.errors import FormatError
from spamscrub.integrations import MissingExtra
from spamscrub.integrations.arrow import FINDINGS, BatchCleaner
from spamscrub.packs import Pack
from spamscrub.policy import Policy

try:
    import polars as pl
    import pyarrow as pa
except ImportError as missing:
    raise MissingExtra("polars", "polars") from missing

Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


@pl.api.register_expr_namespace("spamscrub")
class SpamscrubNamespace:
    """What an expression of strings can do once this module is imported; `packs` and `policy` are those of `Cleaner`.

    `clean` and `findings` each judge the texts; `clean_frame` judges them once for both.
    """

    def __init__(self, expression: pl.Expr):
        self._expression = expression

    def clean(self, *, packs: Sequence[Pack] | None = None, policy: Policy | None = None) -> pl.Expr:
        """The texts without injected strings. Raises FormatError, when run, if the expression is not of strings."""
        return _judged(self._expression, _recipe(packs, policy)).struct.field("text")

    def findings(self, *, packs: Sequence[Pack] | None = None, policy: Policy | None = None) -> pl.Expr:
        """The findings, a list of structs a text, empty where there are none."""
        return _judged(self._expression, _recipe(packs, policy)).struct.field("findings").alias("spamscrub_findings")


def clean_frame(frame: Frame, cleaner: BatchCleaner | None = None) -> Frame:
    """The frame with its texts cleaned and a column of findings. Raises FormatError as `BatchCleaner.schema` does.

    A lazy frame stays lazy, and may be run by the streaming engine.
    """
    cleaner = cleaner or BatchCleaner()
    schema = frame.collect_schema()
    cleaner.position(schema.names())
    _check(cleaner.column, schema[cleaner.column])
    judged = pl.col(_JUDGED)
    return (
        frame.with_columns(_judged(pl.col(cleaner.column), cleaner).alias(_JUDGED))
        .with_columns(judged.struct.field("text").alias(cleaner.column), judged.struct.field("findings").alias(cleaner.findings))
        .drop(_JUDGED)
    )


_JUDGED = "__spamscrub_judged__"
_TYPE = pl.Struct({"text": pl.String, "findings": pl.Series(pl.from_arrow(pa.array([], FINDINGS))).dtype})


def _recipe(packs: Sequence[Pack] | None, policy: Policy | None) -> BatchCleaner:
    return BatchCleaner(packs=None if packs is None else tuple(packs), policy=policy or Policy())


def _judged(expression: pl.Expr, cleaner: BatchCleaner) -> pl.Expr:
    return expression.map_batches(partial(_judge, cleaner), return_dtype=_TYPE, is_elementwise=True)


def _judge(cleaner: BatchCleaner, texts: pl.Series) -> pl.Series:
    _check(texts.name, texts.dtype)
    columns = cleaner.clean_array(texts.to_arrow())
    return pl.Series(texts.name, pl.from_arrow(pa.StructArray.from_arrays(columns, names=["text", "findings"])))


def _check(name: str, kind: pl.DataType) -> None:
    if kind != pl.String:
        raise FormatError(f"column {name!r}: holds {kind}, not String; cast it, or name the column of the articles")
