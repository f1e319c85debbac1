"""TOML files in, packs out; everything that is wrong with a file is said here."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, NoReturn

import orjson
import regex

from spamscrub.errors import PackError
from spamscrub.packs.known import Known, known
from spamscrub.packs.model import BUILTIN_PIECES, ROLES, Example, Keep, Pack, Piece, Rule
from spamscrub.packs.stored import store_tables, stored, stored_known, stored_tables
from spamscrub.patterns import lazy

BUILTIN = Path(__file__).with_name("builtin")
PACK_KEYS = ("name", "about", "languages", "enabled", "sources", "rule", "example", "keep")
RULE_KEYS = ("id", "role", "phrases", "template", "regex", "needs", "rare", "everyday")
KINDS = ("phrases", "template", "regex")
NAME = lazy(r"[a-z0-9]+(?:-[a-z0-9]+)*")
PIECE = lazy(r"(?P<optional>\[)?(?P<name>[a-z0-9-]+)(?(optional)\])")
PLAIN_LIST = re.compile(r"""(?m)^(phrases|needs) = \[((?:\s*+"[^"\\\x00-\x1f\x7f]*+",?)*+)\s*+\]$""")
"""A list of texts without escapes and comments, which means the same in JSON: orjson reads it forty times as fast."""


class _Table:
    """A TOML table that knows where it stands, for the errors."""

    def __init__(self, values: object, where: str, keys: tuple[str, ...]):
        self.where = where
        if not isinstance(values, dict):
            self.fail("is not a table", f"Write it as [[...]] with the keys {', '.join(keys)}.")
        self.values: Mapping[str, Any] = values
        for key in values:
            if key not in keys:
                near = get_close_matches(key, keys, n=1)
                hint = f"Did you mean {near[0]!r}?" if near else f"Known keys are {', '.join(keys)}."
                self.fail(f"unknown key {key!r}", hint)

    def fail(self, what: str, way_out: str) -> NoReturn:
        raise PackError(f"{self.where}: {what}. {way_out}")

    def text(self, key: str) -> str:
        value = self.values.get(key)
        if value is None:
            self.fail(f"{key!r} is missing", f'Add {key} = "...".')
        if not isinstance(value, str):
            self.fail(f"{key!r} is {value!r}, not a text", "Put it in quotation marks.")
        if not value.strip():
            self.fail(f"{key!r} is empty", "Fill it in.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.values.get(key)
        if value is None:
            self.fail(f"{key!r} is missing", f'Add {key} = ["..."].')
        if not isinstance(value, list) or not {*map(type, value)} <= {str}:
            self.fail(f"{key!r} is not a list of texts", f'Write {key} = ["...", "..."].')
        if not value or not all(map(str.strip, value)):
            self.fail(f"{key!r} is empty or holds an empty text", "Fill it in, or leave the rule out.")
        return tuple(value)

    def flag(self, key: str, default: bool) -> bool:
        value = self.values.get(key, default)
        if not isinstance(value, bool):
            self.fail(f"{key!r} is {value!r}", "Write true or false.")
        return value

    def tables(self, key: str) -> list[Any]:
        value = self.values.get(key, [])
        if not isinstance(value, list):
            self.fail(f"{key!r} is a single table", f"Write it with double brackets: [[{key}]].")
        return value


def load_pack(path: str | Path) -> Pack:
    """Read one pack from a TOML file in UTF-8.

    Raises PackError, which names file and rule and says what would be right.
    """
    return _pack(Path(path), trusted=False)


def _pack(path: Path, *, trusted: bool) -> Pack:
    """Read a pack; the patterns of a `trusted` one are compiled when a text calls for them, not to see whether they can be."""
    table = _Table(_toml(path), str(path), PACK_KEYS)
    rules = tuple(_rule(values, path, number, trusted) for number, values in enumerate(table.tables("rule"), 1))
    _check(table, path, rules)
    return Pack(
        name=table.text("name"),
        about=table.text("about"),
        languages=table.texts("languages"),
        enabled=table.flag("enabled", True),
        sources=table.texts("sources"),
        rules=rules,
        examples=tuple(_example(v, path, n) for n, v in enumerate(table.tables("example"), 1)),
        keeps=tuple(_keep(v, path, n) for n, v in enumerate(table.tables("keep"), 1)),
        path=path,
    )


def load_packs(folder: str | Path) -> tuple[Pack, ...]:
    """Read every `*.toml` of a folder, in order of name; raises PackError for the first that is wrong."""
    folder = Path(folder)
    if not folder.is_dir():
        raise PackError(f"{folder}: is not a folder. Name a folder that holds packs, or a single file for load_pack.")
    files = sorted(folder.glob("*.toml"))
    if not files:
        raise PackError(f"{folder}: holds no packs (*.toml). Name a folder that holds packs.")
    return tuple(map(load_pack, files))


def builtin_packs(*, all: bool = False) -> tuple[Pack, ...]:
    """The packs that come with spamscrub: the enabled ones, or with `all` those that must be asked for too."""
    return tuple(pack for pack in _builtin() if all or pack.enabled)


def builtin_tables(build: str) -> memoryview | None:
    """The tables that a build of the extension has made of the enabled built-in packs, if they are stored."""
    return stored_tables(_builtin_files(), build)


def keep_builtin_tables(build: str, make: Callable[[], bytes]) -> None:
    """Store what `make` makes of them for the next time."""
    store_tables(_builtin_files(), build, make)


@cache
def builtin_known() -> Known:
    """What is said of the enabled built-in packs in logs, without reading them where that is stored."""
    return stored_known(_builtin_files(), lambda: known(builtin_packs()))


@cache
def _builtin() -> tuple[Pack, ...]:
    return stored(_builtin_files(), partial(_pack, trusted=True))


def _builtin_files() -> list[Path]:
    return sorted(BUILTIN.glob("*.toml"))


def _toml(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise PackError(
            f"{path}: there is no such file. Check the path; `spamscrub packs` lists the built-in ones."
        ) from None
    except OSError as error:
        raise PackError(f"{path}: cannot be read ({error.strerror}). Name a file that this user may read.") from error
    try:
        text = raw.decode("utf-8-sig")
        return _quickly(text) or tomllib.loads(text)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise PackError(f"{path}, line {line}: is not UTF-8. Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise PackError(f"{path}: is not valid TOML: {error}. Correct that line.") from error


def _quickly(text: str) -> dict[str, Any] | None:
    """What `tomllib` makes of a pack, with the long lists read as JSON; None if only `tomllib` can tell."""
    lists: list[list[str]] = []  # in their places stand their numbers while `tomllib` reads the rest

    def numbered(match: re.Match[str]) -> str:
        lists.append(orjson.loads(f"[{match[2].rstrip(',')}]"))
        return f"{match[1]} = [{len(lists) - 1}]"

    try:
        table = tomllib.loads(PLAIN_LIST.sub(numbered, text))
    except ValueError:
        return None  # said with the lines of the file by `tomllib`
    rules = table.get("rule")
    known = [rule for rule in rules if isinstance(rule, dict)] if isinstance(rules, list) else []
    places = [(rule, key) for rule in known for key in ("phrases", "needs") if _starts_with_number(rule.get(key))]
    if [rule[key] for rule, key in places] != [[number] for number in range(len(lists))]:
        return None  # what looked like a list was text, or a list holds numbers
    for (rule, key), texts in zip(places, lists, strict=True):
        rule[key] = texts
    return table


def _starts_with_number(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], int)


def _rule(values: object, path: Path, number: int, trusted: bool) -> Rule:
    named = values.get("id") if isinstance(values, dict) else None
    table = _Table(values, f"{path}, rule {named or number}", RULE_KEYS)
    id, role = table.text("id"), table.text("role")
    if not NAME.fullmatch(id):
        table.fail(f"the id {id!r} is not a plain name", "Use lower-case letters, digits and hyphens.")
    if id in BUILTIN_PIECES:
        table.fail(f"the id {id!r} is a built-in piece of templates", "Choose another id.")
    if role not in ROLES:
        table.fail(f"unknown role {role!r}", f"Roles are {', '.join(ROLES)}.")
    kinds = [kind for kind in KINDS if kind in table.values]
    if len(kinds) != 1:
        table.fail(f"has {' and '.join(kinds) or 'nothing to match'}", f"Give it exactly one of {', '.join(KINDS)}.")
    if "needs" in table.values and kinds != ["regex"]:
        table.fail(f"'needs' beside {kinds[0]!r}", "Only regex rules have needs; leave it out.")
    if "rare" in table.values and kinds == ["template"]:
        table.fail("'rare' beside 'template'", "Say of a rule that the template names that it is rare.")
    rare, everyday = table.flag("rare", False), table.flag("everyday", False)
    if kinds == ["phrases"]:
        return Rule(id, role, "phrases", phrases=table.texts("phrases"), rare=rare, everyday=everyday)
    if kinds == ["template"]:
        return Rule(id, role, "template", template=_template(table), everyday=everyday)
    pattern = table.text("regex") if trusted else _pattern(table)
    return Rule(id, role, "regex", pattern=pattern, needs=table.texts("needs"), rare=rare, everyday=everyday)


def _pattern(table: _Table) -> str:
    pattern = table.text("regex")
    try:
        compiled = regex.compile(pattern, regex.VERBOSE | regex.VERSION0)
    except regex.error as error:
        table.fail(
            f"the regex does not compile: {error}", "Correct it; in verbose patterns write a space as [ ] and # as [#]."
        )
    if compiled.match("") is not None:
        table.fail("the regex matches an empty text", "Make at least one part of it required.")
    return pattern


def _template(table: _Table) -> tuple[Piece, ...]:
    words = table.text("template").split()
    pieces = tuple(piece for piece in map(_piece, words) if piece)
    for word in words if len(pieces) < len(words) else ():
        if _piece(word) is None:
            table.fail(f"the template has {word!r}", "A template is rule ids with spaces between; [id] may be absent.")
    if len(pieces) < 2 or all(piece.optional or piece.name in BUILTIN_PIECES for piece in pieces):
        table.fail(
            "the template is too open", "Give it two pieces or more, at least one a required phrase or regex rule."
        )
    return pieces


@lru_cache(maxsize=4096)
def _piece(word: str) -> Piece | None:
    match = PIECE.fullmatch(word)
    return Piece(match["name"], bool(match["optional"])) if match else None


def _example(values: object, path: Path, number: int) -> Example:
    table = _Table(values, f"{path}, example {number}", ("dirty", "clean"))
    return Example(table.text("dirty"), table.text("clean"))


def _keep(values: object, path: Path, number: int) -> Keep:
    table = _Table(values, f"{path}, keep {number}", ("text", "why"))
    return Keep(table.text("text"), table.text("why"))


def _check(table: _Table, path: Path, rules: tuple[Rule, ...]) -> None:
    """Raise PackError for what only the whole pack shows: its name, ids used twice, templates that name nothing."""
    if table.text("name") != path.stem:
        table.fail(
            f"the name {table.text('name')!r} is not the file's", f'Write name = "{path.stem}", or rename the file.'
        )
    if not rules:
        table.fail("has no rules", "Add a [[rule]].")
    for id, times in Counter(rule.id for rule in rules).items():
        if times > 1:
            raise PackError(f"{path}, rule {id}: the id is used {times} times. Give every rule its own id.")
    known = sorted({rule.id for rule in rules if rule.kind != "template"} | BUILTIN_PIECES)
    for rule in rules:
        for piece in rule.template:
            if piece.name not in known:
                raise PackError(
                    f"{path}, rule {rule.id}: the template names {piece.name!r}, which is no phrase or regex rule of this "
                    f"pack. Add that rule, or use one of {', '.join(known)}."
                )
