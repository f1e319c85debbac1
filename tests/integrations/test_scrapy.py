"""The Scrapy pipeline: real crawls of infected pages, every kind of item, and every setting that can be wrong."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pytest
import scrapy
import trafilatura
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.statscollectors import MemoryStatsCollector

from spamscrub import Cleaner, Policy, audit
from spamscrub.errors import SpamscrubError
from spamscrub.integrations.scrapy import SpamscrubPipeline, put_strings, strings
from tests.integrations.pages import INJECTED, PAGES, served

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "scrapers.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", GUIDE.split("## Scrapy")[1].split("## trafilatura")[0], re.DOTALL)
SELECT = "twisted.internet.selectreactor.SelectReactor"
"""Not asyncio, which is the default and what the guide's spider runs on."""
CLEANER = Cleaner()
TEXTS = {path: str(trafilatura.extract(html)) for path, html in PAGES.items()}
DIRTY = TEXTS["/own-line"]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the pages."""
    with served() as address:
        yield address


def lines_of(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def run(*arguments: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, *map(str, arguments)], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done


def pipeline(settings: dict[str, Any] | None = None, **of_spider: Any) -> SpamscrubPipeline:
    """The pipeline as a crawler builds it, with a spider that has these attributes."""
    spider = type("Own", (scrapy.Spider,), {"name": "own", **of_spider})
    crawler = Crawler(spider, settings or {})
    crawler.stats = MemoryStatsCollector(crawler)
    crawler.spider = spider()
    return SpamscrubPipeline.from_crawler(crawler)


def passed(item: Any, settings: dict[str, Any] | None = None, **of_spider: Any) -> tuple[Any, dict[str, Any]]:
    """What comes out for an item, and Scrapy's stats without the prefix."""
    cleaning = pipeline(settings, **of_spider)
    [out], stats = through(cleaning, item)
    return out, stats


def through(cleaning: SpamscrubPipeline, *items: Any) -> tuple[list[Any], dict[str, Any]]:
    async def all_items() -> list[Any]:
        return list(await asyncio.gather(*map(cleaning.process_item, items)))

    cleaning.open_spider()
    out = asyncio.run(all_items())
    cleaning.close_spider()
    assert cleaning.crawler.stats
    return out, {name.removeprefix("spamscrub/"): value for name, value in cleaning.crawler.stats.get_stats().items()}


def test_the_spider_of_the_guide_stores_clean_items_and_a_log_that_brings_the_originals_back(site: str, tmp_path: Path) -> None:
    (tmp_path / "spider.py").write_text(EXAMPLES[0], "utf-8")
    done = run("spider.py", *(site + path for path in PAGES), cwd=tmp_path)
    items = {item["url"].removeprefix(site): item["text"] for item in lines_of(tmp_path / "clean.jsonl")}
    log = audit.read_log(tmp_path / "audit.jsonl")
    assert items.keys() == PAGES.keys()
    for path, text in items.items():
        expected = CLEANER.clean(TEXTS[path])
        record = log[f"{site}{path}#text"]
        assert text == expected.text
        assert [(f.start, f.end, f.text, f.verdict) for f in record.findings] == [(f.start, f.end, f.text, f.verdict) for f in expected.findings]
        assert audit.undo(record, text) == TEXTS[path]
    for path, ads in INJECTED.items():
        assert not any(ad in items[path] for ad in ads)
    assert "'spamscrub/items': 5" in done.stderr
    assert "'spamscrub/changed': 3" in done.stderr


def test_a_crawl_on_another_reactor_cleans_items_of_every_kind_and_never_stands_still(site: str, tmp_path: Path) -> None:
    urls = [f"{site}{path}" for path in ("/prefix", "/own-line", "/casino", "/bilingual", "/clean")]
    run(ROOT / "tests" / "integrations" / "crawl.py", SELECT, tmp_path, *urls, cwd=ROOT)
    items = {item["url"].removeprefix(site): item for item in lines_of(tmp_path / "feed.jsonl")}
    stats = json.loads((tmp_path / "stats.json").read_text("utf-8"))
    log = audit.read_log(tmp_path / "log" / "audit.jsonl")
    for path, text in TEXTS.items():
        expected = CLEANER.clean(text)
        assert items[path]["text"] == expected.text
        assert [row["text"] for row in items[path]["spam"]] == [finding.text for finding in expected.findings]
        assert audit.undo(log[f"{site}{path}#text"], items[path]["text"]) == text
    assert "上海喝茶服务vx - 1,200" in items["kept"]["text"]
    assert items["broken"]["text"] == TEXTS["/prefix"]
    assert "- 1,200 metres of quay wall, rebuilt twice" in items["lists"]["paragraphs"]
    assert items["lists"]["body"]["text"] == "爱上海"
    assert {name: stats[f"spamscrub/{name}"] for name in ("items", "changed", "failed")} == {"items": 9, "changed": 4, "failed": 1}
    assert stats["spamscrub/removed"] == sum(value for name, value in stats.items() if name.startswith("spamscrub/label/")) == 5
    gap, took = stats["clock/gap"], stats["clock/took"]
    assert gap < took / 2, f"the reactor stood still for {gap:.2f} of {took:.2f} seconds"


def test_asyncio_goes_on_while_an_item_is_judged() -> None:
    async def longest_gap(cleaning: SpamscrubPipeline) -> tuple[float, float]:
        started = last = time.monotonic()
        gap = 0.0
        task = asyncio.create_task(cleaning.process_item({"text": TEXTS["/clean"] * 10_000}))
        while not task.done():
            await asyncio.sleep(0.01)
            gap, last = max(gap, time.monotonic() - last), time.monotonic()
        return gap, last - started

    gap, took = asyncio.run(longest_gap(pipeline()))
    assert gap < took / 2, f"the loop stood still for {gap:.2f} of {took:.2f} seconds"


class AsItem(scrapy.Item):
    url = scrapy.Field()
    text = scrapy.Field()


@dataclass
class AsDataclass:
    url: str
    text: Any


@attrs.define
class AsAttrs:
    url: str
    text: Any


@pytest.mark.parametrize("kind", [dict, AsItem, AsDataclass, AsAttrs])
def test_an_item_without_ads_keeps_the_very_same_text(kind: Any) -> None:
    text = TEXTS["/bilingual"]
    out, stats = passed(kind(url="u", text=text))
    assert strings(out, "text")[0] is text
    assert (stats["items"], stats["changed"], stats["removed"]) == (1, 0, 0)


@pytest.mark.parametrize("kind", [dict, AsItem, AsDataclass, AsAttrs])
def test_an_item_of_any_kind_is_cleaned_in_place(kind: Any) -> None:
    item = kind(url="u", text=DIRTY)
    out, stats = passed(item)
    assert out is item
    assert strings(out, "text") == [CLEANER.clean(DIRTY).text]
    assert stats == {"items": 1, "changed": 1, "removed": 1, "review": 0, "label/zh-escort-forum": 1}


@pytest.mark.parametrize("item", [{}, {"url": "u"}, {"text": None}, {"text": 3}, {"text": []}, {"text": b"bytes"}, {"text": ""}])
def test_a_field_that_is_missing_or_no_text_is_left_alone(item: dict[str, Any]) -> None:
    out, stats = passed(dict(item))
    assert out == item
    assert "failed" not in stats


def test_the_strings_of_a_list_are_judged_together_and_cut_each_in_its_place() -> None:
    lines = DIRTY.split("\n")
    given = list(lines)
    out, _ = passed({"text": given})
    assert given == lines
    assert out["text"] == ["" if line == "爱上海龙凤论坛" else line for line in lines]


def test_a_log_of_a_list_brings_its_lines_back(tmp_path: Path) -> None:
    lines = TEXTS["/casino"].split("\n")
    out, _ = passed({"url": "u", "text": lines}, {"SPAMSCRUB_AUDIT": str(tmp_path / "audit.jsonl")})
    record = audit.read_log(tmp_path / "audit.jsonl")["u#text"]
    assert out["text"] != lines
    assert audit.undo(record, "\n".join(out["text"])).split("\n") == lines


def test_dots_lead_into_nested_items_dicts_and_lists() -> None:
    section = AsDataclass("u", DIRTY)
    item = {"body": {"sections": [section, {"text": "A short line."}], "text": DIRTY}, "other": DIRTY}
    out, _ = passed(item, {"SPAMSCRUB_FIELDS": "body.sections.text"})
    assert out["body"]["sections"][0].text == CLEANER.clean(DIRTY).text
    assert out["body"]["text"] == out["other"] == section.text == DIRTY


def test_a_field_that_is_a_dict_is_cleaned_wherever_it_holds_text() -> None:
    item = {"text": {"a": ("one", 2, ["two"]), "b": {"c": "three"}}}
    assert strings(item, "text") == ["one", "two", "three"]
    put_strings(item, "text", ["1", "2", "3"])
    assert item == {"text": {"a": ("1", 2, ["2"]), "b": {"c": "3"}}}


def test_findings_land_in_the_item_with_their_field() -> None:
    settings = {"SPAMSCRUB_FIELDS": ["title", "text"], "SPAMSCRUB_AUDIT_FIELD": "spam"}
    out, _ = passed({"title": "What the harbour costs", "text": DIRTY}, settings)
    [row] = json.loads(json.dumps(out["spam"]))
    assert (row["field"], row["verdict"], row["label"]) == ("text", "remove", "zh-escort-forum")
    assert DIRTY[row["start"] : row["end"]] == row["text"]
    assert sum(item["weight"] for item in row["evidence"]) == pytest.approx(row["score"], abs=0.01)


def test_an_item_without_findings_has_an_empty_list_of_them() -> None:
    out, _ = passed({"text": TEXTS["/clean"]}, {"SPAMSCRUB_AUDIT_FIELD": "spam"})
    assert out["spam"] == []


def test_the_settings_choose_packs_and_policy(tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text("remove_at = 99.0\n", "utf-8")
    for settings in ({"SPAMSCRUB_POLICY": {"allow": ("爱上海龙凤论坛",)}}, {"SPAMSCRUB_POLICY": str(tmp_path / "policy.toml")}):
        assert passed({"text": DIRTY}, settings)[0] == {"text": DIRTY}
    pack = (ROOT / "src" / "spamscrub" / "packs" / "builtin" / "zh-escort-forum.toml").read_text("utf-8")
    (tmp_path / "packs").mkdir()
    (tmp_path / "packs" / "own-forum.toml").write_text(pack.replace('"zh-escort-forum"', '"own-forum"'), "utf-8")
    settings = {"SPAMSCRUB_OFF": "zh-escort-forum, zh-services", "SPAMSCRUB_PACKS": str(tmp_path / "packs")}
    assert passed({"text": DIRTY}, settings)[1]["label/own-forum"] == 1


def test_the_spider_of_the_guide_chooses_fields_and_policy_by_item() -> None:
    names: dict[str, Any] = {"scrapy": scrapy}
    exec(compile(EXAMPLES[1], "docs/scrapers.md", "exec"), names)
    news = {key: value for key, value in vars(names["News"]).items() if key.startswith("spamscrub")}
    foreign = TEXTS["/clean"].replace("In winter", "北京同仁堂药店 In winter")
    for section, policy in (("languages", Policy(off=frozenset({"foreign-run"}))), ("towns", Policy())):
        out, _ = passed({"section": section, "headline": "", "paragraphs": foreign, "text": DIRTY}, **news)
        assert out["paragraphs"] == Cleaner(policy=policy).clean(foreign).text
        assert out["text"] == DIRTY


def test_the_log_says_which_policy_a_spider_chose_for_an_item(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    cleaning = pipeline({"SPAMSCRUB_AUDIT": str(path)}, spamscrub_policy=lambda self, item: {"remove_at": 99} if item["url"] == "a" else None)
    through(cleaning, {"url": "a", "text": DIRTY}, {"url": "b", "text": DIRTY})
    header, *rows = lines_of(path)
    of_documents = {row["doc"]: row.get("policy") for row in rows if row["type"] == "document"}
    assert of_documents == {"a#text": {**header["policy"], "remove_at": 99.0}, "b#text": None}


@pytest.mark.parametrize("choice", [{"spamscrub_policy": {"remove_at": "high"}}, {"spamscrub_fields": 3}, {"spamscrub_policy": 7}])
def test_a_spider_that_chooses_nonsense_gets_its_items_unchanged_and_told_so(choice: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    out, stats = passed({"url": "u", "text": DIRTY}, **choice)
    assert out["text"] == DIRTY
    assert stats == {"items": 1, "failed": 1}
    [record] = caplog.records
    assert record.getMessage().startswith(f"u: passes as it was scraped: {next(iter(choice))}: ")
    assert not record.exc_info


def test_an_item_that_has_no_field_for_its_findings_passes_unchanged_and_is_not_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = {"SPAMSCRUB_AUDIT_FIELD": "spam", "SPAMSCRUB_AUDIT": str(tmp_path / "audit.jsonl")}
    out, stats = passed(AsItem(url="u", text=DIRTY), settings)
    assert out == AsItem(url="u", text=DIRTY)
    assert stats == {"items": 1, "failed": 1}
    assert "AsItem has no field 'spam'" in caplog.text
    assert len(lines_of(tmp_path / "audit.jsonl")) == 1


def test_an_item_whose_log_cannot_be_written_passes_unchanged(caplog: pytest.LogCaptureFixture) -> None:
    cleaning = pipeline({"SPAMSCRUB_AUDIT": "/dev/full", "SPAMSCRUB_AUDIT_FIELD": "spam"})
    assert cleaning.log
    cleaning.log.file = Path("/dev/full").open("wb", buffering=0)  # noqa: SIM115
    out = asyncio.run(cleaning.process_item({"url": "u", "text": DIRTY}))
    assert out == {"url": "u", "text": DIRTY}
    assert "No space left" in caplog.text


def test_what_is_no_item_passes_unchanged() -> None:
    out, stats = passed(["no item"])
    assert out == ["no item"]
    assert stats["failed"] == 1


def test_an_item_that_comes_twice_has_two_records(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    for _ in range(2):
        through(pipeline({"SPAMSCRUB_AUDIT": str(path)}), {"url": "u", "text": DIRTY}, {"url": "u", "text": TEXTS["/casino"]}, {"text": DIRTY})
    assert list(audit.read_log(path)) == ["u#text", "u (2)#text", "item 3#text", "u (3)#text", "u (4)#text", "item 3 (2)#text"]


@pytest.mark.parametrize("content", ["a text\n", '{"spamscrub": "0.0.1"}\n'])
def test_a_file_that_is_not_the_log_of_these_settings_is_never_written_to(content: str, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.write_text(content, "utf-8")
    with pytest.raises(SpamscrubError, match="name a new file"):
        pipeline({"SPAMSCRUB_AUDIT": str(path)}).open_spider()
    assert path.read_text("utf-8") == content


def test_a_log_that_was_cut_off_is_never_written_to(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    passed({"url": "u", "text": DIRTY}, {"SPAMSCRUB_AUDIT": str(path)})
    path.write_bytes(path.read_bytes()[:-20])
    before = path.read_bytes()
    with pytest.raises(SpamscrubError, match=r"audit.jsonl:3: .*name a new file"):
        pipeline({"SPAMSCRUB_AUDIT": str(path)}).open_spider()
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"SPAMSCRUB_FIELDS": 3}, "SPAMSCRUB_FIELDS: 3 is not a list of names"),
        ({"SPAMSCRUB_FIELDS": ["text", ""]}, "SPAMSCRUB_FIELDS"),
        ({"SPAMSCRUB_PACKS": "nowhere"}, "nowhere: is not a folder"),
        ({"SPAMSCRUB_PACKS": ["a", "b"]}, "SPAMSCRUB_PACKS: ['a', 'b'] is not a path"),
        ({"SPAMSCRUB_OFF": ["zh-nonsense"]}, "SPAMSCRUB_OFF: zh-nonsense: no such pack"),
        ({"SPAMSCRUB_POLICY": "nowhere.toml"}, "nowhere.toml: the policy cannot be read"),
        ({"SPAMSCRUB_POLICY": {"remove": 2}}, "SPAMSCRUB_POLICY: remove: no such setting"),
        ({"SPAMSCRUB_POLICY": {"max_share": 30}}, "SPAMSCRUB_POLICY: max_share: 30 is not a share"),
        ({"SPAMSCRUB_POLICY": {"off": "en-seo"}}, "SPAMSCRUB_POLICY: off: 'en-seo' is not a list"),
        ({"SPAMSCRUB_POLICY": 2.0}, "SPAMSCRUB_POLICY: 2.0 is no policy"),
        ({"SPAMSCRUB_AUDIT": 7}, "SPAMSCRUB_AUDIT: 7 is not a path"),
        ({"SPAMSCRUB_AUDIT": "/dev/null/audit.jsonl"}, "SPAMSCRUB_AUDIT: /dev/null/audit.jsonl: cannot be written"),
        ({"SPAMSCRUB_AUDIT_FIELD": ["spam"]}, "SPAMSCRUB_AUDIT_FIELD: ['spam'] is not the name of a field"),
        ({"SPAMSCRUB_ID_FIELD": 1}, "SPAMSCRUB_ID_FIELD: 1 is not the name of a field"),
    ],
)
def test_a_wrong_setting_ends_the_crawl_on_one_line_that_names_it(settings: dict[str, Any], says: str) -> None:
    with pytest.raises(SpamscrubError, match=re.escape(says)) as problem:
        pipeline(settings).open_spider()
    assert "\n" not in str(problem.value)


def test_without_fields_the_pipeline_is_switched_off() -> None:
    with pytest.raises(NotConfigured, match="SPAMSCRUB_FIELDS is empty"):
        pipeline({"SPAMSCRUB_FIELDS": []})


def test_without_scrapy_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "itemadapter", None)
    monkeypatch.delitem(sys.modules, "spamscrub.integrations.scrapy")
    with pytest.raises(ImportError, match=r"spamscrub\[scrapy\]") as problem:
        import_module("spamscrub.integrations.scrapy")
    assert isinstance(problem.value, SpamscrubError)
