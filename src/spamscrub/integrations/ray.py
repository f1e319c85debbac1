"""Whole corpora with Ray Data: data sets in, cleaned data sets out, with their audit table and figures."""

from __future__ import annotations

from functools import partial

from spamscrub.integrations import MissingExtra

try:
    import pyarrow as pa
    import pyarrow.compute as pc
    from ray.data import Dataset
except ImportError as missing:
    raise MissingExtra("ray", "ray[data]") from missing

from spamscrub.integrations.arrow import BatchCleaner

COUNTS = ("findings", "documents", "characters")
"""The figures of `damage`, each a sum over the batches."""

COUNTED: pa.Schema = pa.schema([("label", pa.string()), ("verdict", pa.string()), *((name, pa.int64()) for name in COUNTS)])


def clean_dataset(ds: Dataset, kernel: BatchCleaner, *, batch_size: int | None = 1024) -> Dataset:
    """The data set with its texts cleaned and a column of findings added; packs and policy travel inside `kernel`.

    `batch_size` is in rows. Lazy: every use of the result cleans anew, so write it, or `materialize()` it, before it is
    used twice. Ray promises no order: match rows by id. Raises FormatError if the columns do not fit the kernel: here
    where Ray knows them already, else when it runs.
    """
    known = ds.schema(fetch_if_missing=False)
    if known is not None and isinstance(known.base_schema, pa.Schema):
        kernel.schema(known.base_schema)
    return ds.map_batches(kernel.table, batch_format="pyarrow", batch_size=batch_size, zero_copy_batch=True)


def audit(ds: Dataset, *, id_column: str = "id", findings: str = BatchCleaner.findings) -> Dataset:
    """The findings of a cleaned data set as a table: one row a finding, the document's id and the finding's fields.

    Give it a data set that was read back from disk, or materialized; else everything is cleaned a second time.
    """
    rows = partial(_rows, column=id_column, findings=findings)
    return ds.select_columns([id_column, findings]).map_batches(rows, batch_format="pyarrow", batch_size=None)


def damage(ds: Dataset, *, findings: str = BatchCleaner.findings) -> pa.Table:
    """What was found in a cleaned data set: a row for each `label` and `verdict`, sorted.

    `findings` counts them, `documents` the documents that have one, and `characters` the code points that they hold:
    removed ones where the verdict is remove. The data set as in `audit`.
    """
    counted = ds.select_columns([findings]).map_batches(partial(_counts, findings=findings), batch_format="pyarrow", batch_size=None)
    # Ray gives no batch at all where there is no row.
    parts = [COUNTED.empty_table(), *counted.iter_batches(batch_format="pyarrow", batch_size=None)]
    total = pa.concat_tables(parts).group_by(["label", "verdict"]).aggregate([(name, "sum") for name in COUNTS])
    return total.rename_columns(COUNTED.names).sort_by([("label", "ascending"), ("verdict", "ascending")])


def _rows(table: pa.Table, *, column: str, findings: str) -> pa.Table:
    """One row a finding: the column of its document, and its fields."""
    lists = table[findings].combine_chunks()
    found = pa.Table.from_struct_array(pc.list_flatten(lists))
    return found.add_column(0, table.schema.field(column), table[column].take(pc.list_parent_indices(lists)))


def _counts(table: pa.Table, *, findings: str) -> pa.Table:
    """The figures of one batch; a document lies in one batch only, so they can be added up."""
    numbered = table.append_column("document", pa.array(range(len(table)), pa.int64()))
    found = _rows(numbered, column="document", findings=findings)
    found = found.append_column("size", pc.subtract(found["end"], found["start"]))
    kinds = found.group_by(["label", "verdict"])
    counts = kinds.aggregate([("start", "count"), ("document", "count_distinct"), ("size", "sum")])
    return counts.rename_columns(COUNTED.names)
