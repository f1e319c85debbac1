"""Ray gives what a single machine gives, whatever the blocks and whoever dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import ray
from ray import cloudpickle
from ray.data import DataContext

from spamscrub.errors import FormatError
from spamscrub.integrations.arrow import BatchCleaner
from spamscrub.integrations.ray import audit, clean_dataset, damage
from tests.integrations import corpus
from tests.integrations.corpus import Gold, Watched, audited, by_id, cleaned_ids, one_is_killed, tallied
from tests.integrations.examples import example

KERNEL = BatchCleaner(id_column="id")

pytestmark = pytest.mark.xdist_group("ray")


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """A local Ray with two workers."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    cloudpickle.register_pickle_by_value(corpus)
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, object_store_memory=200_000_000)
    DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def test_a_run_gives_the_texts_findings_and_figures_of_a_single_machine_and_cleans_once(few: Path, few_gold: Gold, tmp_path: Path) -> None:
    source = ray.data.read_parquet(str(few)).repartition(5)
    clean_dataset(source, Watched(id_column="id", notes=str(tmp_path)), batch_size=16).write_parquet(str(tmp_path / "out"))
    written = ray.data.read_parquet(str(tmp_path / "out"))
    log = pa.concat_tables(audit(written).iter_batches(batch_format="pyarrow", batch_size=None))
    assert cleaned_ids(tmp_path) == sorted(few_gold)
    assert by_id(pq.read_table(tmp_path / "out")) == few_gold
    assert log.sort_by([("id", "ascending"), ("start", "ascending")]).to_pylist() == audited(few_gold)
    assert [tuple(row.values()) for row in damage(written).to_pylist()] == tallied(few_gold)


def test_a_killed_worker_changes_nothing(few: Path, few_gold: Gold, tmp_path: Path) -> None:
    kernel = Watched(notes=str(tmp_path), victim=f"doc-{len(few_gold) // 2:05}")
    cleaned = clean_dataset(ray.data.read_parquet(str(few)), kernel, batch_size=16)
    assert by_id(pa.concat_tables(cleaned.iter_batches(batch_format="pyarrow", batch_size=None))) == few_gold
    assert (tmp_path / "killed").exists()


def test_the_documented_program_works(few: Path, few_gold: Gold, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "articles").symlink_to(few)
    exec(example("scale.md", "ray program", tmp_path), {})
    assert by_id(pq.read_table(tmp_path / "cleaned")) == few_gold
    assert len(pq.read_table(tmp_path / "audit")) == len(audited(few_gold))
    assert "zh-escort-forum" in capsys.readouterr().out


def test_the_schema_stays_and_other_columns_too(few: Path) -> None:
    source = pq.read_table(few)
    cleaned = pa.concat_tables(clean_dataset(ray.data.from_arrow(source), KERNEL).iter_batches(batch_format="pyarrow"))
    assert cleaned.schema.equals(KERNEL.schema(source.schema))
    others = ["id", "links", "fetched"]
    assert cleaned.select(others).sort_by("id") == source.select(others).sort_by("id")


def test_a_wrong_column_is_named_before_anything_is_cleaned(few: Path) -> None:
    with pytest.raises(FormatError, match="'body': no such column"):
        clean_dataset(ray.data.read_parquet(str(few)), BatchCleaner("body"))


def test_a_data_set_without_findings_has_an_empty_audit() -> None:
    cleaned = clean_dataset(ray.data.from_arrow(pa.table({"id": ["a"], "text": ["The ferry leaves at six."]})), KERNEL).materialize()
    assert audit(cleaned).count() == 0
    assert damage(cleaned).num_rows == 0


@pytest.mark.slow
def test_20000_documents_come_out_as_from_a_single_machine(many: Path, many_gold: Gold, tmp_path: Path) -> None:
    clean_dataset(ray.data.read_parquet(str(many)).repartition(7), KERNEL).write_parquet(str(tmp_path / "out"))
    written = ray.data.read_parquet(str(tmp_path / "out"))
    assert by_id(pq.read_table(tmp_path / "out")) == many_gold
    assert [tuple(row.values()) for row in damage(written).to_pylist()] == tallied(many_gold)


@pytest.mark.slow
def test_a_worker_killed_from_outside_changes_nothing(many: Path, many_gold: Gold, tmp_path: Path) -> None:
    with one_is_killed(tmp_path, after=len(many_gold) // 3):
        kernel = Watched(notes=str(tmp_path))
        clean_dataset(ray.data.read_parquet(str(many)), kernel, batch_size=40).write_parquet(str(tmp_path / "out"))
    assert by_id(pq.read_table(tmp_path / "out")) == many_gold
