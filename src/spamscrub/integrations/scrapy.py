"""An item pipeline for Scrapy that cleans the text fields of items and logs what it cut."""

from __future__ import annotations

import asyncio
import copy
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import IO, Any, NamedTuple, TypeVar

from spamscrub import audit
from spamscrub.cleaner import Cleaner, replay
from spamscrub.errors import PolicyError, SpamscrubError
from spamscrub.integrations import MissingExtra
from spamscrub.integrations.pieces import Piece, by_piece, laid_out, within_pieces
from spamscrub.packs import builtin_packs, load_packs
from spamscrub.policy import Policy, _setting, load_policy
from spamscrub.spans import CleanResult

try:
    from itemadapter import ItemAdapter
    from scrapy.crawler import Crawler
    from scrapy.exceptions import NotConfigured
    from scrapy.settings import BaseSettings
    from twisted.internet.defer import Deferred
except ImportError:
    raise MissingExtra("scrapy", "Scrapy") from None

logger = logging.getLogger(__name__)
Outcome = TypeVar("Outcome")


class SettingsError(SpamscrubError):
    """A setting, or what a spider chose for an item, makes no sense; the message names it."""


class SpamscrubPipeline:
    """Cleans the text fields of every item; name it in `ITEM_PIPELINES`, before whatever stores the items.

    Settings, all optional: `SPAMSCRUB_FIELDS` (default `["text"]`; `"body.paragraphs"` reaches into nested items and
    lists), `SPAMSCRUB_PACKS` (a folder with further packs), `SPAMSCRUB_OFF` (built-in packs to leave out),
    `SPAMSCRUB_POLICY` (fields of `Policy` as a dict, or a TOML file), `SPAMSCRUB_AUDIT` (a file for the audit log),
    `SPAMSCRUB_AUDIT_FIELD` (a field of the item for its findings), `SPAMSCRUB_ID_FIELD` (default `"url"`).

    A spider chooses for itself with `spamscrub_fields` and `spamscrub_policy`: a value, or a method that is given the
    item. Raises NotConfigured when there are no fields, and SpamscrubError for a wrong setting, before the crawl starts.
    """

    def __init__(self, crawler: Crawler):
        settings = crawler.settings
        self.crawler = crawler
        self.fields = _names("SPAMSCRUB_FIELDS", settings.get("SPAMSCRUB_FIELDS", ["text"]))
        if not self.fields:
            raise NotConfigured("SPAMSCRUB_FIELDS is empty, so there is nothing to clean")
        self.id_field = _name("SPAMSCRUB_ID_FIELD", settings.get("SPAMSCRUB_ID_FIELD", "url"))
        self.audit_field = _name("SPAMSCRUB_AUDIT_FIELD", settings.get("SPAMSCRUB_AUDIT_FIELD", ""))
        self.cleaner = cleaner_of(settings)
        path = settings.get("SPAMSCRUB_AUDIT")
        self.log = Log(_path("SPAMSCRUB_AUDIT", path), audit.header(self.cleaner.packs, self.cleaner.policy)) if path else None
        # One thread: judging is pure Python, and several would only keep the interpreter from the reactor.
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="spamscrub")
        self.seen = 0

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SpamscrubPipeline:
        """The pipeline that the crawler's settings describe."""
        return cls(crawler)

    def open_spider(self, spider: Any = None) -> None:
        """Open the audit log. Raises SettingsError if it cannot be written or belongs to another run."""
        if self.log:
            self.log.open()

    def close_spider(self, spider: Any = None) -> None:
        """Close the audit log."""
        self.thread.shutdown()
        if self.log:
            self.log.close()

    async def process_item(self, item: Any, spider: Any = None) -> Any:
        """The item with its fields cleaned; one that cannot be cleaned passes unchanged, is counted and logged."""
        self.seen += 1
        self._count("items")
        name = self._name_of(item)
        try:
            await self._clean(ItemAdapter(item), name)
        except Exception as problem:
            # Whatever goes wrong with one item must not lose it, nor end the crawl.
            self._count("failed")
            logger.error("%s: passes as it was scraped: %s", name, problem, exc_info=not isinstance(problem, SpamscrubError))
        return item

    async def _clean(self, adapter: Any, name: str) -> None:
        texts = {field: strings(adapter.item, field) for field in self._fields(adapter.item)}
        doc = self.log.unique(name) if self.log else name
        cleaner = self._cleaner(adapter.item)
        done = await self._in_thread(partial(_judged, cleaner, doc, texts))
        if cleaner is not self.cleaner:
            for one in done:
                one.rows[0]["policy"] = audit.header((), cleaner.policy)["policy"]
        self._put(adapter, done)
        found = [finding for one in done for finding in one.result.removed]
        self._count("changed", bool(found))
        self._count("removed", len(found))
        self._count("review", sum(len(one.result.review) for one in done))
        for label, times in Counter(finding.label for finding in found).items():
            self._count(f"label/{label}", times)

    def _put(self, adapter: Any, done: Sequence[Judged]) -> None:
        """Change the item and write its log, both or neither."""
        before = dict(adapter)
        try:
            for one in done:
                if one.result.removed:
                    put_strings(adapter.item, one.field, one.cleaned)
            if self.audit_field:
                _put_findings(adapter, self.audit_field, done)
            if self.log:
                self.log.write(row for one in done for row in one.rows)
        except Exception:
            for field in [field for field in adapter if field not in before]:
                del adapter[field]
            adapter.update({field: value for field, value in before.items() if adapter[field] is not value})
            raise

    def _fields(self, item: Any) -> Sequence[str]:
        chosen = self._choice("spamscrub_fields", item)
        return self.fields if chosen is None else _names("spamscrub_fields", chosen)

    def _cleaner(self, item: Any) -> Cleaner:
        chosen = self._choice("spamscrub_policy", item)
        if chosen is None:
            return self.cleaner
        cleaner = copy.copy(self.cleaner)  # the packs' words, which take long to index, are shared
        cleaner.policy = policy_of("spamscrub_policy", chosen)
        return cleaner

    def _choice(self, name: str, item: Any) -> Any:
        choice = getattr(self.crawler.spider, name, None)
        return choice(item) if callable(choice) else choice

    def _name_of(self, item: Any) -> str:
        known = ItemAdapter(item).get(self.id_field) if ItemAdapter.is_item(item) else None
        return str(known) if known else f"item {self.seen}"

    def _count(self, name: str, times: int = 1) -> None:
        if self.crawler.stats:
            self.crawler.stats.inc_value(f"spamscrub/{name}", int(times))

    async def _in_thread(self, work: Callable[[], Outcome]) -> Outcome:
        """What `work` returns, on whichever loop Scrapy runs, which goes on meanwhile."""
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            outcome: Outcome = await _deferred(self.thread.submit(work))
            return outcome
        return await loop.run_in_executor(self.thread, work)


class Judged(NamedTuple):
    """One field of an item: how it was judged, its cleaned strings in order, and the rows for the log."""

    field: str
    result: CleanResult
    cleaned: list[str]
    rows: list[dict[str, Any]]


def _judged(cleaner: Cleaner, doc: str, texts: Mapping[str, Sequence[str]]) -> list[Judged]:
    return [_judged_field(cleaner, f"{doc}#{field}", field, found) for field, found in texts.items() if found]


def _judged_field(cleaner: Cleaner, doc: str, field: str, texts: Sequence[str]) -> Judged:
    """Judge one string by itself, and several as one text with a line end between them."""
    pieces = [Piece(text) for text in texts]
    original = texts[0] if len(texts) == 1 else laid_out(pieces)
    result = cleaner.clean(original, id=doc)
    if len(texts) == 1:
        cleaned = [result.text]
    else:
        findings = within_pieces(pieces, result.findings)
        result = replace(result, text=replay(original, findings), findings=findings)
        cleaned = [replay(piece.text, own) for piece, own in zip(pieces, by_piece(pieces, findings), strict=True)]
    return Judged(field, result, cleaned, list(audit.records(doc, original, result)))


def strings(item: Any, field: str) -> list[str]:
    """The strings of a field in order: the field itself, or all that its lists and nested items hold.

    Dots lead into nested items and dicts: `body.paragraphs`. What is no string, or is not there, gives nothing.
    """
    found: list[str] = []

    def collect(text: str) -> str:
        found.append(text)
        return text

    _mapped_field(item, field, collect)
    return found


def put_strings(item: Any, field: str, texts: Iterable[str]) -> None:
    """Put other strings in the places that `strings` gives for a field, in the same order; lists keep their length.

    Lists and nested items are replaced, not changed: the spider may still hold them.
    """
    fresh = iter(texts)
    name, value = _mapped_field(item, field, lambda _: next(fresh))
    ItemAdapter(item)[name] = value


def _mapped_field(item: Any, field: str, change: Callable[[str], str]) -> tuple[str, Any]:
    name, *path = field.split(".")
    return name, _mapped(ItemAdapter(item).get(name), path, change)


def _mapped(value: Any, path: Sequence[str], change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return value if path else change(value)
    if type(value) in (list, tuple):
        return type(value)(_mapped(part, path, change) for part in value)
    if not ItemAdapter.is_item(value):
        return value
    fresh = ItemAdapter(copy.deepcopy(value))
    for name in path[:1] or list(fresh):
        if name in fresh:
            fresh[name] = _mapped(fresh[name], path[1:], change)
    return fresh.item


def _put_findings(adapter: Any, field: str, done: Sequence[Judged]) -> None:
    rows = [{"field": one.field, **row} for one in done for row in one.rows if row["type"] == "finding"]
    try:
        adapter[field] = [{key: value for key, value in row.items() if key not in ("type", "doc")} for row in rows]
    except KeyError:
        raise SettingsError(
            f"SPAMSCRUB_AUDIT_FIELD: {type(adapter.item).__name__} has no field {field!r}; declare it, or name one that it has"
        ) from None


class Log:
    """The audit log of a crawl, written item by item; a crawl that goes on appends to the log of the same settings."""

    def __init__(self, path: Path, header: Mapping[str, Any]):
        self.path = path
        self.header = audit.dumps(header)
        self.names: dict[str, int] = {}
        self.file: IO[bytes] | None = None

    def open(self) -> None:
        """Open the file. Raises SettingsError if it cannot be written, is no log, or is one of other settings."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            goes_on = self.path.exists() and self.path.stat().st_size > 0
            if goes_on:
                self._check()
            self.file = self.path.open("ab")
            if not goes_on:
                self._write([self.header])
        except OSError as problem:
            raise SettingsError(f"SPAMSCRUB_AUDIT: {self.path}: cannot be written ({problem.strerror}); name another file") from None

    def _check(self) -> None:
        """Learn the names in a log that goes on."""
        with self.path.open(encoding="utf-8", errors="replace") as file:
            if file.readline().rstrip("\n") != self.header:
                raise SettingsError(f"SPAMSCRUB_AUDIT: {self.path}: holds something else than a log of these packs and this policy; name a new file")
        try:
            self.names.update((name.rpartition("#")[0], 1) for name in audit.read_log(self.path))
        except SpamscrubError as problem:
            raise SettingsError(f"SPAMSCRUB_AUDIT: {problem}, or name a new file") from None

    def unique(self, name: str) -> str:
        """The name of an item in the log: one that was there before gets a number."""
        fresh = name
        while fresh in self.names:
            self.names[name] += 1
            fresh = f"{name} ({self.names[name]})"
        self.names[fresh] = 1
        return fresh

    def write(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Write rows so that they are on disk before the item goes on."""
        self._write([audit.dumps(row) for row in rows])

    def _write(self, lines: Sequence[str]) -> None:
        if self.file and lines:
            self.file.write(("\n".join(lines) + "\n").encode("utf-8"))
            self.file.flush()

    def close(self) -> None:
        """Close the file."""
        if self.file:
            self.file.close()


def cleaner_of(settings: BaseSettings) -> Cleaner:
    """The Cleaner that the settings describe. Raises SettingsError, PackError or PolicyError."""
    chosen = settings.get("SPAMSCRUB_POLICY")
    policy = Policy() if chosen is None else policy_of("SPAMSCRUB_POLICY", chosen)
    off = _names("SPAMSCRUB_OFF", settings.get("SPAMSCRUB_OFF", ()))
    folder = settings.get("SPAMSCRUB_PACKS")
    known = builtin_packs()
    for name in off:
        if name not in {pack.name for pack in known}:
            raise SettingsError(f"SPAMSCRUB_OFF: {name}: no such pack; `spamscrub packs` lists them")
    if not off and not folder:
        return Cleaner(policy=policy)
    further = load_packs(_path("SPAMSCRUB_PACKS", folder)) if folder else ()
    return Cleaner(packs=[*(pack for pack in known if pack.name not in off), *further], policy=policy)


def policy_of(setting: str, value: Any) -> Policy:
    """A policy from a Policy, a dict of its fields, or the path of a TOML file. Raises PolicyError."""
    if isinstance(value, Policy):
        return value
    if isinstance(value, str | Path):
        return load_policy(Path(value))
    if not isinstance(value, Mapping):
        raise PolicyError(f"{setting}: {value!r} is no policy; give a dict such as {{'remove_at': 3.0}}, or the path of a TOML file")
    known = sorted(field.name for field in fields(Policy))
    for key in value:
        if key not in known:
            raise PolicyError(f"{setting}: {key}: no such setting; the settings are {', '.join(known)}")
    lists = {key: sorted(one) if isinstance(one, set | frozenset | tuple) else one for key, one in value.items()}
    return Policy(**{key: _setting(Path(setting), key, one) for key, one in lists.items()})


def _names(setting: str, value: Any) -> tuple[str, ...]:
    """Names in a list, or in a string with commas, as the command line's `-s` gives them."""
    names = [name.strip() for name in value.split(",") if name.strip()] if isinstance(value, str) else value
    if not isinstance(names, list | tuple | set | frozenset) or not all(isinstance(name, str) and name for name in names):
        raise SettingsError(f"{setting}: {value!r} is not a list of names; write {setting} = ['one', 'two']")
    return tuple(sorted(names) if isinstance(names, set | frozenset) else names)


def _name(setting: str, value: Any) -> str:
    if not isinstance(value, str):
        raise SettingsError(f"{setting}: {value!r} is not the name of a field; write {setting} = 'name'")
    return value


def _path(setting: str, value: Any) -> Path:
    if not isinstance(value, str | Path):
        raise SettingsError(f"{setting}: {value!r} is not a path; write {setting} = 'path/to/it'")
    return Path(value)


def _deferred(future: Future[Outcome]) -> Deferred[Outcome]:
    """What a future brings, for a reactor that does not run on asyncio."""
    from twisted.internet import reactor  # importing it installs one, so this waits until Scrapy has chosen

    waiting: Deferred[Outcome] = Deferred()

    def settle() -> None:
        problem = future.exception()
        if problem is None:
            waiting.callback(future.result())
        else:
            waiting.errback(problem)

    future.add_done_callback(lambda _: reactor.callFromThread(settle))
    return waiting
