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
from scrapy.crawler import CrawlerProcess
from scrapy.http import Response

LONG = "The tide tables of the harbour office fill a cupboard, a year to a volume, and nobody has thrown one away.\n" * 4000


class Article(scrapy.Item):  # type: ignore[misc]
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


class Harbour(scrapy.Spider):  # type: ignore[misc]
    """Yields an item a page, each of another kind, and at the end a long one while the reactor's clock is watched."""

    name = "harbour"
    start_urls = sys.argv[3:]
    kinds = (dict, Article, Page, Leaf, dict)

    def parse(self, response: Response) -> Iterator[Any]:
        number = self.start_urls.index(response.url)
        yield self.kinds[number](url=response.url, text=trafilatura.extract(response.text))
        if number == 0:
            yield {"url": "lists", "paragraphs": response.css("p::text").getall(), "body": {"text": "爱上海", "n": 3}}
            yield {"url": "broken", "text": trafilatura.extract(response.text)}
            yield {"url": "kept", "text": trafilatura.extract(response.text)}
            self.watch()
            yield {"url": "long", "text": LONG}

    def spamscrub_fields(self, item: Any) -> list[str] | None:
        if isinstance(item, dict) and item["url"] == "broken":
            raise LookupError("this spider does not know its own pages")
        return ["paragraphs"] if isinstance(item, dict) and "paragraphs" in item else None

    def spamscrub_policy(self, item: Any) -> dict[str, Any] | None:
        return {"allow": ["上海喝茶服务vx"]} if isinstance(item, dict) and item["url"] == "kept" else None

    def watch(self) -> None:
        """Note how late the reactor's own calls come from now on."""
        from twisted.internet import reactor

        last = time.monotonic()

        def tick() -> None:
            nonlocal last
            now = time.monotonic()
            self.crawler.stats.max_value("watch/gap", now - last)
            self.crawler.stats.inc_value("watch/ticks")
            last = now
            reactor.callLater(0.01, tick)

        reactor.callLater(0.01, tick)


class Clock:
    """A pipeline before and after the cleaning, to know how long the long item took."""

    @classmethod
    def from_crawler(cls, crawler: Any) -> Clock:
        clock = cls()
        clock.stats = crawler.stats  # type: ignore[attr-defined]
        return clock

    def process_item(self, item: Any, spider: Any = None) -> Any:
        if isinstance(item, dict) and item["url"] == "long":
            self.stats.set_value(f"watch/{type(self).__name__}", time.monotonic())  # type: ignore[attr-defined]
        return item


class After(Clock):
    """The same, after the cleaning."""


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
