"""What cleaning inside Spark, Ray, Scrapy and trafilatura costs on top of the kernel or the cleaner, in wall time.

    python benchmarks/engines.py [--documents 600] [--rounds 3]

Each has one core or process for cleaning. The documents are the articles of the fixtures again and again, each with a number, as the kernel judges equal texts of a batch once. Of Spark and
Ray the same job without the kernel is taken off, and the start is given by itself; of Scrapy a crawl without the pipeline.
The figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq
import ray
from pyspark.sql import SparkSession
from ray.data import DataContext

from spamscrub import Cleaner
from spamscrub.integrations.arrow import BatchCleaner
from spamscrub.integrations.ray import clean_dataset
from spamscrub.integrations.spark import clean_frame
from spamscrub.integrations.trafilatura import clean_output

ARTICLES = Path(__file__).parent.parent / "fixtures" / "articles"
CRAWL = '''
import json, sys, time
import scrapy
from scrapy.crawler import CrawlerProcess

class Spider(scrapy.Spider):
    name = "documents"
    start_urls = ["data:text/plain,x"]
    def parse(self, response):
        for number, text in enumerate(json.load(open(sys.argv[1]))):
            yield {"url": str(number), "text": text}

pipelines = {"spamscrub.integrations.scrapy.SpamscrubPipeline": 300} if sys.argv[2] == "with" else {}
process = CrawlerProcess({"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "ITEM_PIPELINES": pipelines, "SPAMSCRUB_FIELDS": ["text"]})
process.crawl(Spider)
before = time.perf_counter()
process.start()
print(time.perf_counter() - before)
'''


def seconds(run: Callable[[], object]) -> float:
    before = time.perf_counter()
    run()
    return time.perf_counter() - before


def crawl(texts: Path, how: str) -> float:
    return float(subprocess.run([sys.executable, "-c", CRAWL, texts, how], capture_output=True, text=True, check=True).stdout)


def spark_job(session: SparkSession, path: str, kernel: BatchCleaner | None) -> None:
    frame = session.read.parquet(path)
    (clean_frame(frame, kernel) if kernel else frame.mapInArrow(lambda batches: batches, frame.schema)).write.format("noop").mode("overwrite").save()


def ray_job(path: str, kernel: BatchCleaner | None) -> None:
    data = ray.data.read_parquet(path)
    (clean_dataset(data, kernel) if kernel else data.map_batches(lambda table: table, batch_format="pyarrow")).materialize()


def report(name: str, base: list[float], own: list[float], count: int, note: str = "") -> None:
    over = median(own) - median(base)
    print(f"| {name} | {median(base):.2f} | {median(own):.2f} | {median(own) / median(base):.2f} | {1e3 * over / count:+.2f} | {note} |", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--documents", type=int, default=600)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    known = [path.read_bytes().decode("utf-8") for path in sorted(ARTICLES.glob("*.txt"))]
    texts = [f"{known[n % len(known)].rstrip()}\n\nNumber {n}.\n" for n in range(given.documents)]
    table = pa.table({"id": [str(n) for n in range(len(texts))], "text": texts})
    kernel, cleaner, rounds, count = BatchCleaner(), Cleaner(), range(given.rounds), len(texts)
    kernel.table(table)
    bare = [seconds(lambda: kernel.table(table)) for _ in rounds]
    loop = [seconds(lambda: [cleaner.clean(text) for text in texts]) for _ in rounds]
    print("| | bare s | inside s | ratio | ms a document | |\n|---|---|---|---|---|---|")
    report("trafilatura `clean_output`, text", loop, [seconds(lambda: [clean_output(text, cleaner=cleaner) for text in texts]) for _ in rounds], count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        (path / "texts.json").write_text(json.dumps(texts), "utf-8")
        pq.write_table(table, path / "docs.parquet")
        without = [crawl(path / "texts.json", "without") for _ in rounds]
        inside = [crawl(path / "texts.json", "with") - median(without) for _ in rounds]
        report("Scrapy pipeline, first clean included", loop, inside, count, f"crawl without it {median(without):.2f} s")
        before = time.perf_counter()
        session = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
        session.sparkContext.setLogLevel("OFF")
        spark_job(session, str(path / "docs.parquet"), kernel)
        first = time.perf_counter() - before
        without = [seconds(lambda: spark_job(session, str(path / "docs.parquet"), None)) for _ in rounds]
        inside = [seconds(lambda: spark_job(session, str(path / "docs.parquet"), kernel)) - median(without) for _ in rounds]
        report("Spark, local[1], warm", bare, inside, count, f"start and first job {first:.1f} s, job without the kernel {median(without):.2f} s")
        session.stop()
        before = time.perf_counter()
        ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=200_000_000)
        DataContext.get_current().enable_progress_bars = False
        ray_job(str(path / "docs.parquet"), kernel)
        first = time.perf_counter() - before
        without = [seconds(lambda: ray_job(str(path / "docs.parquet"), None)) for _ in rounds]
        inside = [seconds(lambda: ray_job(str(path / "docs.parquet"), kernel)) - median(without) for _ in rounds]
        report("Ray, one CPU, warm", bare, inside, count, f"start and first job {first:.1f} s, job without the kernel {median(without):.2f} s")
        ray.shutdown()


if __name__ == "__main__":
    main()
