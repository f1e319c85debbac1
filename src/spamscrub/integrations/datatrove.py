"""datatrove: a pipeline step that cleans documents in place."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from typing import Literal

from spamscrub.audit import prove
from spamscrub.cleaner import Cleaner
from spamscrub.errors import FormatError
from spamscrub.integrations import MissingExtra
from spamscrub.integrations.arrow import cleaner_for, finding_row
from spamscrub.packs import Pack
from spamscrub.policy import Policy
from spamscrub.spans import CleanResult

try:
    from datatrove.data import Document
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.writers.disk_base import DiskWriter
    from datatrove.utils.typeshelper import StatHints
except ImportError as missing:
    raise MissingExtra("datatrove", "datatrove") from missing

Exclude = Literal["damage-bound", "review"]


class SpamscrubStep(PipelineStep):
    """Cleans the text of each document and adds its findings to its metadata.

    `packs` and `policy` are those of `Cleaner`. The findings are JSON, the objects of `finding_row`, under the key
    `findings`: datatrove's ParquetWriter takes its types from the first document, and fails where that has an empty list.
    `exclude` drops documents and gives them to `exclusion_writer`, unedited: `damage-bound` those of which the policy
    would not cut that much, `review` all with a finding that a person should see.
    """

    name = "🧽 spamscrub"
    type = "✂️ - FORMAT"

    def __init__(
        self,
        *,
        packs: Sequence[Pack] | None = None,
        policy: Policy | None = None,
        findings: str = "spamscrub_findings",
        exclude: Exclude | None = None,
        exclusion_writer: DiskWriter | None = None,
    ):
        super().__init__()
        if exclude not in (None, "damage-bound", "review") or (exclusion_writer and exclude is None):
            raise FormatError(f"exclude={exclude!r}: says not which documents to exclude; give 'damage-bound' or 'review'")
        self.packs = None if packs is None else tuple(packs)
        self.policy = policy or Policy()
        self.findings = findings
        self.exclude = exclude
        self.exclusion_writer = exclusion_writer

    def run(self, data: Iterable[Document], rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The documents, in order, cleaned; without those that are excluded."""
        cleaner = cleaner_for(self.packs, self.policy)
        with self.exclusion_writer or nullcontext() as writer:
            for document in data:
                with self.track_time():
                    result = self._judged(document, cleaner)
                reason = self._reason(result)
                if reason is None:
                    document.text = result.text
                    self._count(document, result)
                    yield document
                    continue
                self.stat_update(StatHints.dropped, f"dropped_{reason}")
                if writer:
                    document.metadata["filter_reason"] = reason
                    writer.write(document, rank)

    def _judged(self, document: Document, cleaner: Cleaner) -> CleanResult:
        self.stat_update(StatHints.total)
        if self.findings in document.metadata:
            raise FormatError(f"{document.id}: has {self.findings!r} in its metadata already; name another key for the findings")
        result = cleaner.clean(document.text, id=document.id)
        if result.findings:
            prove(document.id, document.text, result)
        rows = [finding_row(finding) for finding in result.findings]
        document.metadata[self.findings] = json.dumps(rows, ensure_ascii=False)
        return result

    def _reason(self, result: CleanResult) -> str | None:
        if self.exclude == "review":
            return "review" if result.review else None
        evidence = (evidence.name for finding in result.review for evidence in finding.evidence)
        return self.exclude if "damage-bound" in evidence and self.exclude else None

    def _count(self, document: Document, result: CleanResult) -> None:
        self.stat_update(StatHints.forwarded)
        self.update_doc_stats(document)
        self.stat_update("changed", value=int(bool(result.removed)))
        self.stat_update("characters_removed", value=sum(f.end - f.start for f in result.removed))
        for finding in result.findings:
            self.stat_update(f"{finding.verdict.value}_{finding.label}", unit="finding")
