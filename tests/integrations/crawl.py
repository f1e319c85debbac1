"""A crawl for the tests: `python crawl.py REACTOR FOLDER URL…`, one spider with items of every kind and choices of its own."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import attrs
import scrapy
import trafilatura
from scrapy.crawler import Crawler, CrawlerProcess
from scrapy.http import Response

LONG = "The tide tables of the harbour office fill a cupboard, a year to a volume, and nobody has thrown one away.\n" * 240_000


class Article(scrapy.Item):
    url = scrapy.Field()
    text = scrapy.Field()
    spam = scrapy.Field()


@dataclass
class Page:
    url: str
    text: str
    spam: list[Any] = field(default_factory=list)


@attrs.define
class Leaf:
    url: str
    text: str
    spam: list[Any] = attrs.field(factory=list)


class Harbour(scrapy.Spider):
    """Yields an item a page, each of another kind, and after the first page some that are odd."""

    name = "harbour"
    start_urls = sys.argv[3:]
    kinds = (dict, Article, Page, Leaf, dict)

    def parse(self, response: Response) -> Iterator[Any]:
        number = self.start_urls.index(response.url)
        text = trafilatura.extract(response.text)
        yield self.kinds[number](url=response.url, text=text)
        if number == 0:
            yield {"url": "lists", "paragraphs": response.css("p::text").getall(), "body": {"text": "爱上海", "n": 3}}
            yield {"url": "broken", "text": text}
            yield {"url": "kept", "text": text}
            yield {"url": "long", "text": LONG}

    def spamscrub_fields(self, item: Any) -> list[str] | None:
        if isinstance(item, dict) and item["url"] == "broken":
            raise LookupError("this spider does not know its own pages")
        return ["paragraphs"] if isinstance(item, dict) and "paragraphs" in item else None

    def spamscrub_policy(self, item: Any) -> dict[str, Any] | None:
        return {"allow": ["上海喝茶服务vx"]} if isinstance(item, dict) and item["url"] == "kept" else None


class Clock:
    """Stands before and after the cleaning, and notes how long the long item took and how late the reactor's calls came."""

    started = 0.0

    def __init__(self, crawler: Crawler):
        self.stats = crawler.stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Clock:
        return cls(crawler)

    def process_item(self, item: Any, spider: Any = None) -> Any:
        if isinstance(item, dict) and item["url"] == "long":
            self.seen()
        return item

    def seen(self) -> None:
        Clock.started = self.last = time.monotonic()
        self.tick()

    def tick(self) -> None:
        from twisted.internet import reactor

        if not Clock.started:
            return  # what the reactor is busy with afterwards, such as a log of the item, is its own
        now = time.monotonic()
        self.stats.max_value("clock/gap", now - self.last)
        self.last = now
        reactor.callLater(0.01, self.tick)


class After(Clock):
    def seen(self) -> None:
        self.stats.set_value("clock/took", time.monotonic() - Clock.started)
        Clock.started = 0.0


if __name__ == "__main__":
    reactor_name, folder = sys.argv[1], Path(sys.argv[2])
    process = CrawlerProcess(
        {
            "TWISTED_REACTOR": reactor_name,
            "ITEM_PIPELINES": {Clock: 200, "spamscrub.integrations.scrapy.SpamscrubPipeline": 300, After: 400},
            "SPAMSCRUB_AUDIT": str(folder / "log" / "audit.jsonl"),
            "SPAMSCRUB_AUDIT_FIELD": "spam",
            "FEEDS": {str(folder / "feed.jsonl"): {"format": "jsonlines"}},
            "TELNETCONSOLE_ENABLED": False,
        }
    )
    crawler = process.create_crawler(Harbour)
    process.crawl(crawler)
    process.start()
    (folder / "stats.json").write_text(json.dumps(crawler.stats.get_stats(), default=str), "utf-8")
