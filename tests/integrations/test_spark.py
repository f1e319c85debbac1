"""Spark gives what a single machine gives, whatever the partitions and whoever dies."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result
from pyspark import cloudpickle
from pyspark.sql import SparkSession

from spamscrub import Policy
from spamscrub.integrations import spark as module
from spamscrub.integrations.arrow import FINDINGS, BatchCleaner
from spamscrub.integrations.spark import Job, clean_frame, run
from tests.integrations import corpus
from tests.integrations.corpus import (
    Gold,
    Watched,
    audited,
    by_id,
    cleaned_ids,
    document,
    one_is_killed,
    single_machine,
    tallied,
)
from tests.integrations.examples import example

SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "40",  # several batches a partition
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",  # quick to start is enough here
}
KERNEL = BatchCleaner(id_column="id")

pytestmark = [pytest.mark.xdist_group("spark"), pytest.mark.filterwarnings("ignore:PySpark does not yet:FutureWarning")]


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """A local Spark with two workers, which tries a failed task up to four times as a cluster does."""
    if not shutil.which("java") and "JAVA_HOME" not in os.environ:
        pytest.fail("Spark needs Java 17 or newer: apt-get install openjdk-17-jre-headless, or set JAVA_HOME")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    cloudpickle.register_pickle_by_value(corpus)
    builder = SparkSession.builder.master("local[2,4]")
    for setting, value in SETTINGS.items():
        builder = builder.config(setting, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def audit_rows(folder: Path) -> list[dict[str, Any]]:
    return sorted(pq.read_table(folder).to_pylist(), key=lambda row: (row["id"], row["start"]))


def job(*arguments: object) -> Result:
    """The job as the command line runs it, on the Spark that is there."""
    return CliRunner().invoke(module.command, [str(argument) for argument in arguments])


def documented_options(folder: Path) -> list[str]:
    """The options that the documentation gives the job, for a corpus in `folder`."""
    words = shlex.split(example("scale.md", "spark job", folder))
    return words[words.index("--input") :]


def test_the_findings_column_has_the_type_of_the_kernel() -> None:
    from pyspark.sql.pandas.types import to_arrow_type

    assert to_arrow_type(module.FINDINGS) == FINDINGS


def test_a_run_gives_the_texts_findings_and_figures_of_a_single_machine_and_cleans_once(
    spark: SparkSession, few: Path, few_gold: Gold, tmp_path: Path
) -> None:
    out, log = tmp_path / "out", tmp_path / "log"
    table = run(spark, Job(str(few), str(out), audit=str(log), partitions=5), Watched(id_column="id", notes=str(tmp_path)))
    assert [tuple(row) for row in table.collect()] == tallied(few_gold)
    assert cleaned_ids(tmp_path) == sorted(few_gold)
    written, source = pq.read_table(out), pq.read_table(few)
    assert by_id(written) == few_gold
    assert audit_rows(log) == audited(few_gold)
    others = ["id", "links", "fetched"]
    assert written.select(others).sort_by("id") == source.select(others).sort_by("id").cast(written.select(others).schema)


def test_a_killed_worker_changes_nothing(spark: SparkSession, few: Path, few_gold: Gold, tmp_path: Path) -> None:
    kernel = Watched(notes=str(tmp_path), victim=f"doc-{len(few_gold) // 2:05}")
    assert by_id(clean_frame(spark.read.parquet(str(few)), kernel).toArrow()) == few_gold
    assert (tmp_path / "killed").exists()


def test_the_frame_that_went_in_keeps_its_schema(spark: SparkSession, few: Path) -> None:
    source = spark.read.parquet(str(few))
    before = source.schema.json()
    cleaned = clean_frame(source, KERNEL)
    assert source.schema.json() == before
    assert cleaned.columns == [*source.columns, "spamscrub_findings"]


def test_the_job_reads_and_writes_jsonl(spark: SparkSession, tmp_path: Path) -> None:
    rows = [{"key": n, "body": document(n), "extra": {"n": [n]}} for n in range(20)]
    (tmp_path / "in.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    (tmp_path / "policy.toml").write_text('off = ["en-pharma"]\n', "utf-8")
    out, log = tmp_path / "out", tmp_path / "log"
    result = job(
        "--input", tmp_path / "in.jsonl", "--output", out, "--format", "jsonl", "--text-column", "body", "--id-column", "key",
        "--policy", tmp_path / "policy.toml", "--audit", log, "--partitions", 2,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    gold = {int(id[4:]): value for id, value in single_machine(20, Policy(off=frozenset({"en-pharma"}))).items()}
    assert "zh-escort-forum remove: " in result.output
    written = [json.loads(line) for path in out.glob("*.json") for line in path.read_text("utf-8").splitlines()]
    assert {row["key"]: (row.get("body"), row["spamscrub_findings"]) for row in written} == gold
    assert len(pq.read_table(log)) == sum(len(findings) for _, findings in gold.values())


def test_the_documented_job_works(spark: SparkSession, few: Path, few_gold: Gold, tmp_path: Path) -> None:
    (tmp_path / "articles").symlink_to(few)
    assert job(*documented_options(tmp_path)).exit_code == 0
    assert by_id(pq.read_table(tmp_path / "cleaned")) == few_gold
    assert audit_rows(tmp_path / "audit") == audited(few_gold)


def test_the_documented_program_works(spark: SparkSession, few: Path, few_gold: Gold, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "articles").symlink_to(few)
    names: dict[str, Any] = {}
    exec(example("scale.md", "spark program", tmp_path), names)
    assert by_id(pq.read_table(tmp_path / "cleaned")) == few_gold
    assert audit_rows(tmp_path / "audit") == audited(few_gold)
    assert "zh-escort-forum" in capsys.readouterr().out
    exec(example("scale.md", "spark restore", tmp_path), names)
    assert capsys.readouterr().out.removesuffix("\n") == document(int(names["row"].id[4:]))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--input", "{here}/nothing", "--output", "{here}/out"], "cannot be read as parquet"),
        (["--input", "{here}/policy.toml", "--output", "{here}/out"], "cannot be read as parquet"),
        (["--input", "{few}", "--output", "{here}"], "is already there"),
        (["--input", "{few}", "--output", "{here}/out", "--audit", "{here}", "--id-column", "id"], "is already there"),
        (["--input", "{few}", "--output", "{here}/out", "--audit", "{here}/log"], "--id-column"),
        (["--input", "{few}", "--output", "{here}/out", "--text-column", "body"], "no such column"),
        (["--input", "{few}", "--output", "{here}/out", "--text-column", "links"], "not text"),
        (["--input", "{few}", "--output", "{here}/out", "--id-column", "url"], "no such column"),
        (["--input", "{few}", "--output", "{here}/out", "--packs", "{here}/nothing"], "is not a folder"),
    ],
)
def test_a_mistake_is_named_before_anything_is_cleaned(
    spark: SparkSession, few: Path, tmp_path: Path, arguments: list[str], message: str
) -> None:
    (tmp_path / "policy.toml").write_text("remove_at = 2.0\n", "utf-8")
    result = job(*(argument.format(few=few, here=tmp_path) for argument in arguments))
    assert isinstance(result.exception, module.SpamscrubError)
    assert message in str(result.exception)
    assert "\n" not in str(result.exception)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("home", "options", "message"),
    [
        (None, ["--packs", "no-such-folder"], "spamscrub: no-such-folder: is not a folder"),
        ("no-such-java", [], "it needs Java 17 or newer"),
    ],
)
def test_an_error_of_the_users_ends_in_one_line_and_exit_code_2(home: str | None, options: list[str], message: str) -> None:
    words = [sys.executable, "-m", "spamscrub.integrations.spark", "--input", "articles", "--output", "cleaned", *options]
    environment = {**os.environ, **({"JAVA_HOME": home} if home else {})}
    result = subprocess.run(words, capture_output=True, text=True, env=environment)
    assert result.returncode == 2
    assert message in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(("name", "package"), [("spark", "pyspark"), ("ray", "ray[data]")])
def test_without_its_engine_a_module_names_the_extra(name: str, package: str) -> None:
    code = f"import sys; sys.modules[{package.partition('[')[0]!r}] = None; import spamscrub.integrations.{name}"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    last = result.stderr.splitlines()[-1]
    assert package in last
    assert f'pip install "spamscrub[{name}]"' in last


@pytest.mark.slow
def test_the_submitted_job_cleans_20000_documents_as_a_single_machine_does(many: Path, many_gold: Gold, tmp_path: Path) -> None:
    (tmp_path / "articles").symlink_to(many)
    (tmp_path / "job.py").write_text("from spamscrub.integrations.spark import main; main()\n")
    programs = Path(sys.executable).parent
    submit = [programs / "spark-submit", "--master", "local[2,4]", "--conf", "spark.ui.enabled=false"]
    words = [*submit, tmp_path / "job.py", *documented_options(tmp_path), "--partitions", "7"]
    path = f"{programs}{os.pathsep}{os.environ['PATH']}"  # its shell script looks for Spark beside `python3`
    result = subprocess.run(words, capture_output=True, text=True, env={**os.environ, "PATH": path})
    assert result.returncode == 0, result.stderr
    assert by_id(pq.read_table(tmp_path / "cleaned")) == many_gold
    assert audit_rows(tmp_path / "audit") == audited(many_gold)
    printed = [f"{kind} {verdict}: {n} in {of} documents, {size} characters" for kind, verdict, n, of, size in tallied(many_gold)]
    assert result.stdout.splitlines()[-len(printed) :] == printed


@pytest.mark.slow
def test_a_worker_killed_from_outside_changes_nothing(spark: SparkSession, many: Path, many_gold: Gold, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with one_is_killed(tmp_path, after=len(many_gold) // 3):
        run(spark, Job(str(many), str(out), partitions=5), Watched(notes=str(tmp_path)))
    assert by_id(pq.read_table(out)) == many_gold
