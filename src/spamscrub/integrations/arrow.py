"""Arrow batches in, cleaned Arrow batches with their findings out: the kernel under all frames and engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from typing import Any

from spamscrub import __version__
from spamscrub.audit import prove
from spamscrub.cleaner import Cleaner
from spamscrub.errors import FormatError
from spamscrub.integrations import MissingExtra
from spamscrub.packs import Pack
from spamscrub.policy import Policy
from spamscrub.spans import CleanResult, Evidence, Finding, Verdict

try:
    import pyarrow as pa
except ImportError as missing:
    raise MissingExtra("arrow", "pyarrow") from missing

EVIDENCE: pa.DataType = pa.struct([("name", pa.string()), ("weight", pa.float64()), ("detail", pa.string())])
FINDINGS: pa.DataType = pa.list_(
    pa.struct(
        [
            ("start", pa.int64()),
            ("end", pa.int64()),
            ("text", pa.string()),
            ("label", pa.string()),
            ("score", pa.float64()),
            ("verdict", pa.string()),
            ("evidence", pa.list_(EVIDENCE)),
        ]
    )
)
"""The type of the findings column, the same whatever a batch holds: engines that infer it fail on empty lists.

Offsets are code points of the original text. Every row has a list, empty where nothing was found or the text is null.
"""


@dataclass(frozen=True)
class BatchCleaner:
    """Cleans the text column of Arrow batches and adds a column of findings; all other columns stay as they are.

    `column` holds the texts, `findings` names the new column, and `id_column`, if given, the documents in error
    messages. `packs` and `policy` are those of `Cleaner`. An object of this class holds nothing else, so it can be sent
    to other processes; each of them builds one `Cleaner` for a recipe.
    """

    column: str = "text"
    findings: str = "spamscrub_findings"
    id_column: str | None = None
    packs: tuple[Pack, ...] | None = None
    policy: Policy = field(default_factory=Policy)

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """The batch with its texts cleaned, in order, nulls left null. Raises FormatError as `schema` does."""
        schema = self.schema(batch.schema)
        at = schema.get_field_index(self.column)
        ids = None if self.id_column is None else batch.column(schema.get_field_index(self.id_column))
        columns = list(batch.columns)
        columns[at], findings = self.clean_array(columns[at], ids)
        return pa.RecordBatch.from_arrays([*columns, findings], schema=schema)

    def table(self, table: pa.Table) -> pa.Table:
        """Like calling it, batch after batch, for a whole table."""
        batches = [self(batch) for batch in table.to_batches()]
        return pa.Table.from_batches(batches, schema=self.schema(table.schema))

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """The schema of what comes out for a schema of what goes in, metadata kept.

        Raises FormatError if there is no such column, if it does not hold text, or if the findings column exists.
        """
        self._check_text(schema.field(self.position(schema.names)).type)
        return schema.append(pa.field(self.findings, FINDINGS))

    def position(self, names: Sequence[str]) -> int:
        """Which of a table's columns holds the texts. Raises FormatError if the columns do not fit this cleaner."""
        if self.findings in names:
            raise FormatError(f"column {self.findings!r}: is already there; drop it or name another column for the findings")
        if self.id_column is not None:
            _only(names, self.id_column)
        return _only(names, self.column)

    def clean_array(self, texts: pa.Array, ids: pa.Array | None = None) -> tuple[pa.Array, pa.Array]:
        """The texts cleaned, in the type they came in and the very same array when nothing was cut; and their findings.

        A text that occurs again is judged once. Raises FormatError if the array does not hold text.
        """
        self._check_text(texts.type)
        plain = _plain(texts, self.column)
        results = self._results(plain, ids)
        if any(result is not None and result.removed for result in results):
            texts = _text_array([text if result is None else result.text for text, result in zip(plain, results, strict=True)], texts.type)
        return texts, pa.array([[finding_row(f) for f in r.findings] if r else [] for r in results], type=FINDINGS)

    def _results(self, texts: Sequence[str | None], ids: pa.Array | None) -> list[CleanResult | None]:
        """The results of the texts in which something was found."""
        cleaner = cleaner_for(None if self.packs is None else tuple(self.packs), self.policy)
        rows: dict[str, int] = {}
        for row, text in enumerate(texts):
            if text is not None:
                rows.setdefault(text, row)
        known: dict[str | None, CleanResult | None] = {}
        for (text, row), result in zip(rows.items(), cleaner.clean_each(list(rows)), strict=True):
            known[text] = result
            if result is not None:
                prove(f"row {row} of the batch" if ids is None else str(ids[row].as_py()), text, result)
        return [known.get(text) for text in texts]

    def _check_text(self, kind: pa.DataType) -> None:
        if not is_text(kind):
            raise FormatError(f"column {self.column!r}: holds {kind}, not text; name the column that holds the articles")

    def __reduce__(self) -> tuple[Any, ...]:
        """The version and the fields, sets sorted: the same bytes on every run, for engines that cache by them."""
        policy = {name: sorted(v) if isinstance(v, frozenset) else v for name, v in asdict(self.policy).items()}
        return _unpickled, (__version__, self.column, self.findings, self.id_column, self.packs, policy)


def _unpickled(
    version: str, column: str, findings: str, id_column: str | None, packs: tuple[Pack, ...] | None, policy: Mapping[str, Any]
) -> BatchCleaner:
    if version != __version__:
        raise FormatError(f"this cleaner comes from spamscrub {version}, here is {__version__}; install one version everywhere")
    settings: dict[str, Any] = {name: frozenset(value) if isinstance(value, list) else value for name, value in policy.items()}
    return BatchCleaner(column, findings, id_column, packs, Policy(**settings))


@cache
def cleaner_for(packs: tuple[Pack, ...] | None, policy: Policy) -> Cleaner:
    """The one `Cleaner` that this process has for a recipe: building it takes long, and engines call once a batch."""
    return Cleaner(packs=packs, policy=policy)


def findings_of(value: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """One value of a findings column as findings: what `restore` and `replay` take."""
    return tuple(
        Finding(
            start=row["start"],
            end=row["end"],
            text=row["text"],
            label=row["label"],
            score=row["score"],
            verdict=Verdict(row["verdict"]),
            evidence=tuple(Evidence(e["name"], e["weight"], e["detail"]) for e in row["evidence"]),
        )
        for row in value
    )


def finding_row(finding: Finding) -> dict[str, Any]:
    """A finding as plain values, in the order of `FINDINGS`."""
    return {
        "start": finding.start,
        "end": finding.end,
        "text": finding.text,
        "label": finding.label,
        "score": finding.score,
        "verdict": finding.verdict.value,
        "evidence": [evidence._asdict() for evidence in finding.evidence],
    }


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds text: string, large_string, string_view, or a dictionary of one of them."""
    plain = kind.value_type if pa.types.is_dictionary(kind) else kind
    views = hasattr(pa.types, "is_string_view") and pa.types.is_string_view(plain)
    return bool(pa.types.is_string(plain) or pa.types.is_large_string(plain) or views)


def _only(names: Sequence[str], name: str) -> int:
    if names.count(name) != 1:
        held = "more than one column has this name" if name in names else f"no such column; there are {', '.join(names) or 'none'}"
        raise FormatError(f"column {name!r}: {held}; name one column")
    return names.index(name)


def _plain(texts: pa.Array, column: str) -> list[str | None]:
    try:
        return list(texts.to_pylist())
    except UnicodeDecodeError as problem:
        raise FormatError(f"column {column!r}: holds bytes that are not UTF-8 ({problem}); decode the articles first") from None


def _text_array(texts: Sequence[str | None], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_dictionary(kind):
        return pa.array(texts, type=kind)
    encoded = pa.array(texts, type=kind.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.cast(kind.index_type), encoded.dictionary, ordered=kind.ordered)
