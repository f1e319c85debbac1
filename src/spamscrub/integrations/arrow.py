"""Arrow batches in, cleaned Arrow batches with their findings out: the kernel under all frames and engines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from spamscrub.audit import prove
from spamscrub.cleaner import Cleaner
from spamscrub.errors import FormatError
from spamscrub.integrations import MissingExtra
from spamscrub.packs import Pack
from spamscrub.policy import Policy
from spamscrub.spans import CleanResult, Evidence, Finding, Verdict

try:
    import pyarrow as pa
except ImportError:
    raise MissingExtra("arrow", "pyarrow") from None

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
        texts = _texts(batch.column(at), self.column)
        results = self._results(texts, batch)
        columns = [*batch.columns, _findings_array(results)]
        if any(result is not None and result.removed for result in results):
            columns[at] = _text_array([None if result is None else result.text for result in results], schema.field(at).type)
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    def schema(self, schema: pa.Schema) -> pa.Schema:
        """The schema of what comes out for a schema of what goes in, metadata kept.

        Raises FormatError if there is no such column, if it does not hold text, or if the findings column exists.
        """
        text = schema.field(_position(schema, self.column)).type
        if not is_text(text):
            raise FormatError(f"column {self.column!r}: holds {text}, not text; name the column that holds the articles")
        if self.findings in schema.names:
            raise FormatError(f"column {self.findings!r}: is already there; drop it or name another column for the findings")
        if self.id_column is not None:
            _position(schema, self.id_column)
        return schema.append(pa.field(self.findings, FINDINGS))

    def table(self, table: pa.Table) -> pa.Table:
        """Like calling it, batch after batch, for a whole table."""
        batches = [self(batch) for batch in table.to_batches()]
        return pa.Table.from_batches(batches, schema=self.schema(table.schema))

    def _results(self, texts: Sequence[str | None], batch: pa.RecordBatch) -> list[CleanResult | None]:
        """One result a row; a text that occurs again in the batch is judged once."""
        cleaner = cleaner_for(None if self.packs is None else tuple(self.packs), self.policy)
        known: dict[str | None, CleanResult | None] = {None: None}
        for row, text in enumerate(texts):
            if text not in known and text is not None:
                result = known[text] = cleaner.clean(text)
                if result.text is not text:
                    prove(self._name(batch, row), text, result)
        return [known[text] for text in texts]

    def _name(self, batch: pa.RecordBatch, row: int) -> str:
        if self.id_column is None:
            return f"row {row} of the batch"
        return str(batch.column(batch.schema.get_field_index(self.id_column))[row].as_py())


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


def _position(schema: pa.Schema, name: str) -> int:
    found = schema.get_all_field_indices(name)
    if len(found) != 1:
        held = f"{len(found)} columns have this name" if found else f"no such column, there are {', '.join(schema.names) or 'none'}"
        raise FormatError(f"column {name!r}: {held}; name one column of the batch")
    return int(found[0])


def _texts(column: pa.Array, name: str) -> list[str | None]:
    try:
        return list(column.to_pylist())
    except UnicodeDecodeError as problem:
        raise FormatError(f"column {name!r}: holds bytes that are not UTF-8 ({problem}); decode the articles first") from None


def _text_array(texts: Sequence[str | None], kind: pa.DataType) -> pa.Array:
    if not pa.types.is_dictionary(kind):
        return pa.array(texts, type=kind)
    encoded = pa.array(texts, type=kind.value_type).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.cast(kind.index_type), encoded.dictionary, ordered=kind.ordered)


def _findings_array(results: Sequence[CleanResult | None]) -> pa.Array:
    return pa.array([[finding_row(f) for f in result.findings] if result else [] for result in results], type=FINDINGS)
