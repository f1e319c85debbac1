"""Spark gives what a single machine gives, whatever the partitions and whoever dies."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark import cloudpickle
from pyspark.sql import SparkSession

from spamscrub.errors import FormatError
from spamscrub.integrations.arrow import FINDINGS, BatchCleaner
from spamscrub.integrations.spark import Job, audit, clean_frame, damage, run
from spamscrub.integrations.spark import FINDINGS as SPARK_FINDINGS
from tests.integrations import corpus
from tests.integrations.corpus import Gold, Mortal, audited, by_id, tallied

DOCS = Path(__file__).parent.parent.parent / "docs" / "scale.md"
KERNEL = BatchCleaner(id_column="id")

pytestmark = pytest.mark.xdist_group("spark")


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """A local Spark with two workers, which tries a failed task up to four times as a cluster does."""
    if not shutil.which("java") and "JAVA_HOME" not in os.environ:
        pytest.fail("Spark needs Java 17 or newer: apt-get install openjdk-17-jre-headless, or set JAVA_HOME")
    os.environ["PYSPARK_PYTHON"] = sys.executable
    cloudpickle.register_pickle_by_value(corpus)
    builder = SparkSession.builder.master("local[2,4]").config("spark.ui.enabled", "false")
    session = builder.config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1").getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def test_the_findings_column_has_the_type_of_the_kernel() -> None:
    from pyspark.sql.pandas.types import to_arrow_type

    assert str(to_arrow_type(SPARK_FINDINGS)).replace("element: ", "item: ") == str(FINDINGS)


@pytest.mark.parametrize("partitions", [1, 5])
def test_texts_and_findings_are_those_of_a_single_machine(spark: SparkSession, few: Path, few_gold: Gold, partitions: int) -> None:
    source = spark.read.parquet(str(few)).repartition(partitions)
    before = source.schema.json()
    cleaned = clean_frame(source, KERNEL)
    assert source.schema.json() == before
    assert by_id(cleaned.toArrow()) == few_gold
    assert cleaned.drop("text", KERNEL.findings).exceptAll(source.drop("text")).isEmpty()
