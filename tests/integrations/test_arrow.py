"""The Arrow kernel."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spamscrub import Cleaner, Policy, builtin_packs, restore
from spamscrub.errors import FormatError
from spamscrub.integrations.arrow import FINDINGS, BatchCleaner, cleaner_for, findings_of
from tests.integrations.conftest import AD, ARTICLE, Documents, by_id

TYPES = [
    pa.string(),
    pa.large_string(),
    pa.string_view(),
    pa.dictionary(pa.int8(), pa.string()),
    pa.dictionary(pa.uint32(), pa.large_string(), ordered=True),
]
CLEAN = ARTICLE.replace(AD, "")


def batch_of(*texts: str | None, kind: pa.DataType | None = None, **columns: list[object]) -> pa.RecordBatch:
    kind = kind or pa.string()
    array = pa.array(texts, type=kind.value_type if pa.types.is_dictionary(kind) else kind)
    if pa.types.is_dictionary(kind):
        encoded = array.dictionary_encode()
        array = pa.DictionaryArray.from_arrays(encoded.indices.cast(kind.index_type), encoded.dictionary, ordered=kind.ordered)
    return pa.record_batch({"text": array, **columns})


def test_a_batch_without_spam_keeps_its_very_columns() -> None:
    batch = batch_of(CLEAN, None, "", site=["a", "b", "c"])
    cleaned = BatchCleaner()(batch)
    assert cleaned.drop_columns(["spamscrub_findings"]).equals(batch, check_metadata=True)
    assert cleaned["text"].buffers()[2].address == batch["text"].buffers()[2].address
    assert cleaned["spamscrub_findings"].to_pylist() == [[], [], []]


def test_a_table_of_no_rows_has_the_same_schema_as_any_other() -> None:
    full = pa.Table.from_batches([batch_of(ARTICLE)])
    empty = full.slice(0, 0)
    assert BatchCleaner().table(empty).schema == BatchCleaner().table(full).schema == BatchCleaner().schema(full.schema)
    assert BatchCleaner().table(empty).num_rows == 0
    assert BatchCleaner()(batch_of()).schema.field("spamscrub_findings").type == FINDINGS


@pytest.mark.parametrize("kind", TYPES, ids=str)
def test_the_text_column_keeps_its_type_its_nulls_and_its_order(kind: pa.DataType) -> None:
    batch = batch_of(None, ARTICLE, CLEAN, "", None, ARTICLE, kind=kind)
    cleaned = BatchCleaner()(batch)
    cleaned.validate(full=True)
    assert cleaned["text"].type == kind
    assert cleaned["text"].to_pylist() == [None, CLEAN, CLEAN, "", None, CLEAN]
    assert [len(found) for found in cleaned["spamscrub_findings"].to_pylist()] == [0, 1, 0, 0, 0, 1]


def test_a_cleaned_dictionary_names_no_text_twice() -> None:
    cleaned = BatchCleaner()(batch_of(ARTICLE, CLEAN, kind=TYPES[3]))
    assert cleaned["text"].dictionary.to_pylist() == [CLEAN]


def test_a_slice_of_a_batch_is_cleaned_as_if_it_stood_alone() -> None:
    batch = batch_of(CLEAN, ARTICLE, None, CLEAN)
    assert BatchCleaner()(batch.slice(1, 2)).equals(BatchCleaner()(batch_of(ARTICLE, None)))


def test_other_columns_and_all_metadata_stay() -> None:
    field = pa.field("text", pa.string(), nullable=False, metadata={"from": "a crawl"})
    schema = pa.schema([pa.field("tags", pa.list_(pa.int8())), field], metadata={"made by": "a test"})
    batch = pa.record_batch([pa.array([[1, 2]], pa.list_(pa.int8())), pa.array([ARTICLE])], schema=schema)
    cleaned = BatchCleaner()(batch)
    assert cleaned.schema.metadata == schema.metadata
    assert cleaned.schema.field("text").equals(field, check_metadata=True)
    assert cleaned["tags"].equals(batch["tags"])


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_the_size_of_batches_changes_nothing(size: int, documents: Documents) -> None:
    table = pq.read_table(documents.path).filter(pa.compute.field("site") == "en")
    batches = [BatchCleaner()(batch) for batch in table.to_batches(max_chunksize=size)]
    expected = {row: documents.expected[row] for row in table["id"].to_pylist()}
    assert by_id(pa.Table.from_batches(batches).to_pylist()) == expected


def test_findings_come_back_whole_and_restore_the_original() -> None:
    row = BatchCleaner()(batch_of(ARTICLE)).to_pylist()[0]
    findings = findings_of(row["spamscrub_findings"])
    assert findings == Cleaner().clean(ARTICLE).findings
    assert restore(row["text"], findings) == ARTICLE


def test_the_columns_can_have_any_name() -> None:
    batch = batch_of("a title").append_column("body", pa.array([ARTICLE]))
    cleaned = BatchCleaner(column="body", findings="cuts")(batch)
    assert cleaned.schema.names == ["text", "body", "cuts"]
    assert cleaned["body"].to_pylist() == [CLEAN]


def test_packs_and_policy_decide_as_in_a_cleaner() -> None:
    packs = tuple(pack for pack in builtin_packs() if pack.name.startswith("zh-"))
    policy = Policy(remove_at=99.0, allow=frozenset({"茶"}))
    row = BatchCleaner(packs=packs, policy=policy)(batch_of(ARTICLE)).to_pylist()[0]
    result = Cleaner(packs=packs, policy=policy).clean(ARTICLE)
    assert (row["text"], findings_of(row["spamscrub_findings"])) == (ARTICLE, result.findings)
    assert [finding.verdict.value for finding in result.findings] == ["review"]


def test_a_process_builds_one_cleaner_for_a_recipe() -> None:
    policy = Policy(off=frozenset({"en-seo"}))
    sent = pickle.loads(pickle.dumps(BatchCleaner(policy=policy)))
    assert cleaner_for(None, sent.policy) is cleaner_for(None, policy)
    assert cleaner_for(None, policy) is not cleaner_for(None, Policy())


def test_a_cleaner_survives_pickling_with_its_packs() -> None:
    cleaner = BatchCleaner("body", "cuts", "id", tuple(builtin_packs()[:2]), Policy(off=frozenset({"a", "b"})))
    assert pickle.loads(pickle.dumps(cleaner)) == cleaner


def test_a_cleaner_pickles_to_the_same_bytes_under_any_hash_seed() -> None:
    script = (
        "import pickle, hashlib; from spamscrub import Policy; from spamscrub.integrations.arrow import BatchCleaner\n"
        "cleaner = BatchCleaner(policy=Policy(off=frozenset('abcdefgh'), allow=frozenset('stuvwxyz')))\n"
        "print(hashlib.sha256(pickle.dumps(cleaner)).hexdigest())"
    )
    runs = [subprocess.run([sys.executable, "-c", script], env={"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
                           capture_output=True, text=True, check=True) for seed in ("1", "2")]  # fmt: skip
    assert runs[0].stdout == runs[1].stdout != ""


def test_a_cleaner_of_another_version_is_refused() -> None:
    function, (_, *fields) = BatchCleaner().__reduce__()
    with pytest.raises(FormatError, match=r"spamscrub 0\.0\.1, here is .*; install one version everywhere"):
        function("0.0.1", *fields)


def test_a_missing_column_is_named_with_those_there_are() -> None:
    with pytest.raises(FormatError, match=r"column 'body': no such column; there are text, id; name one column"):
        BatchCleaner(column="body")(batch_of("x", id=["1"]))
    with pytest.raises(FormatError, match=r"column 'url': no such column"):
        BatchCleaner(id_column="url")(batch_of("x"))


def test_two_columns_of_one_name_are_refused() -> None:
    batch = pa.RecordBatch.from_arrays([pa.array(["x"]), pa.array(["y"])], names=["text", "text"])
    with pytest.raises(FormatError, match="column 'text': more than one column has this name"):
        BatchCleaner()(batch)


@pytest.mark.parametrize("kind", [pa.int64(), pa.binary(), pa.null(), pa.dictionary(pa.int8(), pa.int64())], ids=str)
def test_a_column_that_is_not_text_is_refused(kind: pa.DataType) -> None:
    with pytest.raises(FormatError, match=r"column 'text': holds .*, not text; name the column that holds the articles"):
        BatchCleaner().schema(pa.schema([("text", kind)]))


def test_a_findings_column_is_never_overwritten() -> None:
    cleaned = BatchCleaner()(batch_of("x"))
    with pytest.raises(FormatError, match="column 'spamscrub_findings': is already there"):
        BatchCleaner()(cleaned)


def test_bytes_that_are_not_utf8_are_refused() -> None:
    array = pa.Array.from_buffers(pa.string(), 1, [None, pa.array([0, 2], pa.int32()).buffers()[1], pa.py_buffer(b"a\xff")])
    with pytest.raises(FormatError, match="column 'text': holds bytes that are not UTF-8"):
        BatchCleaner()(pa.record_batch({"text": array}))


def test_importing_a_module_without_its_tool_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    tools = {"arrow": "pyarrow", "polars": "polars", "pandas": "pandas", "duckdb": "duckdb", "datatrove": "datatrove", "hf": "datasets"}
    for module, package in tools.items():
        extra = "datasets" if module == "hf" else module
        with monkeypatch.context() as patch:
            for name in [name for name in sys.modules if name.split(".")[0] == package]:
                patch.delitem(sys.modules, name)
            patch.setitem(sys.modules, package, None)
            patch.delitem(sys.modules, f"spamscrub.integrations.{module}", raising=False)
            with pytest.raises(ImportError, match=rf'{package}: not installed.*pip install "spamscrub\[{extra}\]"'):
                __import__(f"spamscrub.integrations.{module}")
