"""Whole corpora with Spark: frames in, cleaned frames out, their audit table and figures, and a job around them.

    python -m spamscrub.integrations.spark --input hdfs:///articles --output hdfs:///cleaned --audit hdfs:///audit
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from spamscrub.errors import FormatError, SpamscrubError
from spamscrub.integrations import MissingExtra

try:
    import pyarrow as pa
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import AnalysisException, PySparkRuntimeError
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql import functions as F
    from pyspark.sql.types import ArrayType, StringType, StructField, StructType
except ImportError as missing:
    raise MissingExtra("spark", "pyspark") from missing

from spamscrub.integrations.arrow import BatchCleaner
from spamscrub.packs import builtin_packs, load_packs
from spamscrub.policy import Policy, load_policy

EVIDENCE = StructType().add("name", "string").add("weight", "double").add("detail", "string")
FINDINGS = ArrayType(
    StructType()
    .add("start", "long")
    .add("end", "long")
    .add("text", "string")
    .add("label", "string")
    .add("score", "double")
    .add("verdict", "string")
    .add("evidence", ArrayType(EVIDENCE))
)
"""The type of the findings column: `arrow.FINDINGS` in Spark's words."""

FORMATS = {"parquet": "parquet", "jsonl": "json"}
"""What the job reads and writes, and Spark's name for it."""


def clean_frame(df: DataFrame, kernel: BatchCleaner) -> DataFrame:
    """The frame with its texts cleaned and a column of findings added; packs and policy travel inside `kernel`.

    Lazy: every action on the result cleans anew, so write it, or persist it, before it is used twice. Rows keep their
    partition, but Spark promises no order: match them by id. Raises FormatError if the columns do not fit the kernel.
    """
    # The kernel checks Arrow schemas; of Spark's types only text or not text matters to it.
    fields = [(field.name, pa.string() if isinstance(field.dataType, StringType) else pa.null()) for field in df.schema]
    kernel.schema(pa.schema(fields))
    # A new schema: `df.schema.add` would change the one that the frame holds.
    schema = StructType([*df.schema.fields, StructField(kernel.findings, FINDINGS)])

    def cleaned(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return map(kernel, batches)

    return df.mapInArrow(cleaned, schema)


def audit(df: DataFrame, *, id_column: str = "id", findings: str = BatchCleaner.findings) -> DataFrame:
    """The findings of a cleaned frame as a table: one row a finding, the document's id and the finding's fields.

    Give it a frame that was read back from disk, or persisted; else everything is cleaned a second time.
    """
    return df.select(id_column, F.explode(findings).alias("finding")).select(id_column, "finding.*")


def damage(df: DataFrame, *, findings: str = BatchCleaner.findings) -> DataFrame:
    """What was found in a cleaned frame: a row for each `label` and `verdict`, sorted.

    `findings` counts them, `documents` the documents that have one, and `characters` the code points that they hold:
    removed ones where the verdict is remove. The frame as in `audit`.
    """
    column = f"`{findings}`"
    kinds = f"transform({column}, f -> struct(f.label, f.verdict))"
    first = f"array_position({kinds}, struct(f.label, f.verdict)) = at + 1"
    fields = f"struct(f.label, f.verdict, f.end - f.start AS size, {first} AS first)"
    return (
        df.selectExpr(f"inline(transform({column}, (f, at) -> {fields}))")
        .groupBy("label", "verdict")
        .agg(F.count("*").alias("findings"), F.expr("count_if(first)").alias("documents"), F.sum("size").alias("characters"))
        .orderBy("label", "verdict")
    )


@dataclass(frozen=True, slots=True)
class Job:
    """Which folder is cleaned into which, as what; `partitions` None leaves Spark's own split of the input."""

    input: str
    output: str
    format: str = "parquet"
    audit: str | None = None
    partitions: int | None = None


def run(spark: SparkSession, job: Job, kernel: BatchCleaner) -> DataFrame:
    """Clean a folder into another, and give the `damage` of the output.

    Texts are cleaned once: the output is written with its findings column, and the audit table and the figures are
    read back from there. Raises FormatError before anything is cleaned if a path or a column is not right.
    """
    if job.audit is not None and kernel.id_column is None:
        raise FormatError(f"--audit {job.audit}: its rows need the documents' ids; name their column with --id-column")
    for option, path in (("--output", job.output), ("--audit", job.audit)):
        if path is not None and _exists(spark, path):
            raise FormatError(f"{option} {path}: is already there, and nothing is ever overwritten; give a new path")
    source = _read(spark, job)
    cleaned = clean_frame(source.repartition(job.partitions) if job.partitions else source, kernel)
    cleaned.write.format(FORMATS[job.format]).save(job.output)
    written = spark.read.format(FORMATS[job.format]).schema(cleaned.schema).load(job.output)
    if job.audit is not None and kernel.id_column is not None:
        audit(written, id_column=kernel.id_column, findings=kernel.findings).write.parquet(job.audit)
    return damage(written, findings=kernel.findings)


def _read(spark: SparkSession, job: Job) -> DataFrame:
    try:
        return spark.read.format(FORMATS[job.format]).load(job.input)
    except (AnalysisException, Py4JJavaError) as problem:
        said = problem.java_exception.getMessage() if isinstance(problem, Py4JJavaError) else str(problem)
        reason = str(said).partition("\n")[0]
        raise FormatError(f"--input {job.input}: cannot be read as {job.format} ({reason}); check the path and --format") from None


def _exists(spark: SparkSession, path: str) -> bool:
    try:
        spark.read.text(path)
    except AnalysisException as problem:
        if "PATH_NOT_FOUND" in str(problem):
            return False
        raise
    return True


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--input", "source", required=True, help="A folder, file or glob on any file system that Spark reads.")
@click.option("--output", required=True, help="The folder to write: the same columns, texts cleaned, findings added.")
@click.option("--format", "kind", type=click.Choice(list(FORMATS)), default="parquet", show_default=True, help="Of input and output.")
@click.option("--text-column", default="text", show_default=True, help="The column that holds the articles.")
@click.option("--id-column", help="The column that names the documents; needed for --audit.")
@click.option("--packs", "pack_folder", type=click.Path(path_type=Path), help="A folder with further packs (*.toml), here.")
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="Thresholds, damage bound and labels to leave, as TOML, here.")
@click.option("--audit", "log", help="Write the findings there too, as a Parquet table: one row a finding.")
@click.option("--partitions", type=click.IntRange(min=1), help="Spread the input evenly over so many tasks.  [default: as Spark splits it]")
def command(
    source: str, output: str, kind: str, text_column: str, id_column: str | None, pack_folder: Path | None,
    policy_file: Path | None, log: str | None, partitions: int | None,
) -> None:  # fmt: skip
    """Cut injected advertising out of a corpus with Spark."""
    policy = load_policy(policy_file) if policy_file else Policy()
    packs = (*builtin_packs(), *load_packs(pack_folder)) if pack_folder else None
    kernel = BatchCleaner(text_column, id_column=id_column, packs=packs, policy=policy)
    for row in run(_session(), Job(source, output, kind, log, partitions), kernel).collect():
        click.echo(f"{row.label} {row.verdict}: {row.findings} in {row.documents} documents, {row.characters} characters")


def _session() -> SparkSession:
    # Without it the workers take the `python3` of the path, which is seldom the one that spamscrub is installed in.
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        return SparkSession.builder.appName("spamscrub").getOrCreate()
    except PySparkRuntimeError as problem:
        raise SpamscrubError(f"Spark did not start ({problem}); it needs Java 17 or newer, by JAVA_HOME or on the path") from None


def main() -> None:
    """Run the job; an error of a user's making becomes one line on stderr and exit code 2."""
    try:
        command(prog_name="python -m spamscrub.integrations.spark")
    except SpamscrubError as problem:
        click.echo(f"spamscrub: {problem}", err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
