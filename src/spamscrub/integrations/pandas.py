"""pandas: a frame with its texts cleaned and a column of findings."""

from __future__ import annotations

from spamscrub.errors import FormatError
from spamscrub.integrations import MissingExtra
from spamscrub.integrations.arrow import FINDINGS, BatchCleaner

try:
    import pandas as pd
    import pyarrow as pa
except ImportError as missing:
    raise MissingExtra("pandas", "pandas") from missing


def clean_frame(frame: pd.DataFrame, cleaner: BatchCleaner | None = None) -> pd.DataFrame:
    """A new frame with its texts cleaned and a column of findings; index, dtypes and missing values as they were.

    The findings are of the Arrow type `FINDINGS`: a value is a list of dicts, and Parquet keeps their types. Raises
    FormatError for columns that do not fit the cleaner, and for a column that does not hold text.
    """
    cleaner = cleaner or BatchCleaner()
    at = cleaner.position([str(name) for name in frame.columns])
    texts = frame.iloc[:, at]
    cleaned, findings = cleaner.clean_array(_arrow(texts))
    result = frame.copy(deep=False)
    result.isetitem(at, _replaced(texts, cleaned))
    result[cleaner.findings] = pd.arrays.ArrowExtensionArray(pa.chunked_array([findings], FINDINGS))
    return result


def _arrow(texts: pd.Series) -> pa.Array:
    kind = pd.api.types.infer_dtype(texts.astype(object), skipna=True)
    if kind not in ("string", "empty"):
        raise FormatError(f"column {str(texts.name)!r}: holds {kind} values, not text; name the column that holds the articles")
    try:
        return pa.array(texts.astype(object), type=pa.large_string(), from_pandas=True)
    except UnicodeEncodeError as problem:
        half = problem.object[problem.start]
        row = next(row for row, text in enumerate(texts) if isinstance(text, str) and half in text)
        raise FormatError(f"column {str(texts.name)!r}: row {row} holds half a character ({half!r}); decode the articles again") from None


def _replaced(texts: pd.Series, cleaned: pa.Array) -> pd.Series:
    """The column with its edited rows replaced: rewriting it whole could change dtype, missing values or speed."""
    after = cleaned.to_pylist()
    edited = [row for row, (old, new) in enumerate(zip(texts, after, strict=True)) if new is not None and old != new]
    if not edited:
        return texts
    plain = texts.astype(object) if isinstance(texts.dtype, pd.CategoricalDtype) else texts.copy()
    plain.iloc[edited] = [after[row] for row in edited]
    return plain.astype("category") if isinstance(texts.dtype, pd.CategoricalDtype) else plain
