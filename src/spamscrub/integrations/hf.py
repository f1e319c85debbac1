"""Hugging Face datasets: a data set with its texts cleaned and a column of findings."""

from __future__ import annotations

from typing import Any, TypeVar

from spamscrub.integrations import MissingExtra
from spamscrub.integrations.arrow import FINDINGS, BatchCleaner

try:
    import datasets
    import pyarrow as pa
except ImportError as missing:
    raise MissingExtra("datasets", "datasets") from missing

Data = TypeVar("Data", datasets.Dataset, datasets.IterableDataset, datasets.DatasetDict, datasets.IterableDatasetDict)


def clean_dataset(dataset: Data, cleaner: BatchCleaner | None = None, **options: Any) -> Data:
    """The data set, or all its splits, with texts cleaned and a column of findings; `options`, as `num_proc`, go to `map`.

    The result gives plain Python rows until `with_format`. Its cache is used again only for the same recipe and version
    of spamscrub. Raises FormatError as `BatchCleaner.schema` does; a streamed data set without features, when it is read.
    """
    cleaner = cleaner or BatchCleaner()
    if isinstance(dataset, dict):
        return type(dataset)({name: clean_dataset(split, cleaner, **options) for name, split in dataset.items()})
    features = dataset.features
    if features is not None:
        cleaner.schema(features.arrow_schema)
        added = datasets.Features.from_arrow_schema(pa.schema([(cleaner.findings, FINDINGS)]))
        features = datasets.Features({**features, **added})
    cleaned = dataset.with_format("arrow").map(cleaner.table, batched=True, features=features, **options)
    return cleaned.with_format(None)
