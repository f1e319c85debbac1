"""The datatrove step, run by its local executor."""

from __future__ import annotations

import json
from pathlib import Path

import dill
import pytest
from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader, ParquetReader
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

from spamscrub import Policy, clean
from spamscrub.errors import FormatError
from spamscrub.integrations.arrow import findings_of
from spamscrub.integrations.datatrove import SpamscrubStep
from tests.integrations.conftest import AD, ARTICLE, Documents, by_id

CLEAN = ARTICLE.replace(AD, "")
TOO_MUCH = Policy(max_share=0.0)


def documents_of(*texts: str) -> list[Document]:
    return [Document(text, str(number)) for number, text in enumerate(texts)]


def test_documents_are_edited_in_place_and_in_order() -> None:
    given = documents_of(CLEAN, ARTICLE, "")
    returned = list(SpamscrubStep()(given))
    assert [id(document) for document in returned] == [id(document) for document in given]
    assert [document.text for document in returned] == [CLEAN, CLEAN, ""]


def test_metadata_holds_the_findings_beside_what_was_there() -> None:
    document = Document(ARTICLE, "1", metadata={"url": "a"})
    list(SpamscrubStep(findings="cuts")([document]))
    assert findings_of(json.loads(document.metadata.pop("cuts"))) == clean(ARTICLE).findings
    assert document.metadata == {"url": "a"}


def test_stats_count_documents_characters_and_findings() -> None:
    step = SpamscrubStep()
    list(step(documents_of(CLEAN, ARTICLE, ARTICLE)))
    totals = {name: step.stats[name].total for name in ("total", "forwarded", "changed", "characters_removed", "remove_zh-escort-forum")}
    assert totals == {"total": 3, "forwarded": 3, "changed": 2, "characters_removed": 2 * len(AD), "remove_zh-escort-forum": 2}


@pytest.mark.parametrize("exclude", ["damage-bound", "review"])
def test_excluded_documents_go_to_the_writer_unedited(exclude: str, tmp_path: Path) -> None:
    step = SpamscrubStep(policy=TOO_MUCH, exclude=exclude, exclusion_writer=JsonlWriter(str(tmp_path), compression=None))
    assert [document.text for document in step(documents_of(CLEAN, ARTICLE), rank=3)] == [CLEAN]
    row = json.loads((tmp_path / "00003.jsonl").read_text("utf-8"))
    assert (row["text"], row["id"], row["metadata"]["filter_reason"]) == (ARTICLE, "1", exclude)
    assert step.stats["dropped"].total == step.stats[f"dropped_{exclude}"].total == 1


def test_a_finding_for_review_is_not_over_the_damage_bound() -> None:
    kept = list(SpamscrubStep(policy=Policy(remove_at=99.0), exclude="damage-bound")(documents_of(ARTICLE)))
    assert [document.text for document in kept] == [ARTICLE]


def test_nothing_is_excluded_unless_asked_for() -> None:
    assert len(list(SpamscrubStep(policy=TOO_MUCH)(documents_of(ARTICLE)))) == 1


def test_a_writer_without_a_rule_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="exclude=None: says not which documents to exclude; give 'damage-bound' or 'review'"):
        SpamscrubStep(exclusion_writer=JsonlWriter(str(tmp_path)))


def test_findings_that_are_there_are_not_overwritten() -> None:
    with pytest.raises(FormatError, match="1: has 'spamscrub_findings' in its metadata already"):
        list(SpamscrubStep()([Document("x", "1", metadata={"spamscrub_findings": "[]"})]))


def test_a_step_can_be_sent_to_a_worker_even_after_it_ran() -> None:
    step = SpamscrubStep(policy=Policy(allow=frozenset({AD})))
    list(step(documents_of(ARTICLE)))
    sent = dill.loads(dill.dumps(step))
    assert sent.policy == step.policy
    assert [document.text for document in sent(documents_of(ARTICLE))] == [ARTICLE]


def test_tasks_of_the_executor_give_what_the_cleaner_gives(documents: Documents, tmp_path: Path) -> None:
    given = list(ParquetReader(str(documents.path), limit=40)())
    for part in range(2):
        with ParquetWriter(str(tmp_path / "in"), f"{part}.parquet", expand_metadata=True) as writer:
            for document in given[part::2]:
                writer.write(document)
    steps = [ParquetReader(str(tmp_path / "in")), SpamscrubStep(), JsonlWriter(str(tmp_path / "out"), compression=None)]
    LocalPipelineExecutor(steps, tasks=2, workers=1, logging_dir=str(tmp_path / "logs")).run()
    rows = [{"id": doc.id, "text": doc.text, **doc.metadata} for doc in JsonlReader(str(tmp_path / "out"))()]
    for row in rows:
        row["spamscrub_findings"] = json.loads(row["spamscrub_findings"])
    assert len(rows) == 40
    assert by_id(rows) == {row["id"]: documents.expected[row["id"]] for row in rows}
