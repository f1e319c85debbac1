"""JSON lines: one object a line; texts are changed inside the line's own bytes, so that nothing else of it moves."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import orjson
import regex

from spamscrub.errors import FormatError
from spamscrub.formats import lines, model
from spamscrub.formats.model import Chunk, Position, Problem, Record, Spellings, Splices
from spamscrub.streams import Source

BOM = b"\xef\xbb\xbf"
ESCAPE = regex.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2} | \\u[0-9a-fA-F]{4} | \\.", regex.VERBOSE)
"""What stands for one code point in a JSON string; two surrogates stand for one."""
TOKEN = regex.compile(r'"(?:[^"\\]++|\\.)*+" | [{}\[\],:] | [^\s{}\[\],:"]++', regex.VERBOSE)
EACH = "[]"
"""The step of a path that goes into every item of a list."""

Path_ = tuple[str, ...]


@cache
def steps(path: str) -> Path_:
    """The steps of a path such as `meta.title` or `paragraphs[].text`; `\\.` is a dot in a key."""
    found: list[str] = []
    for part in regex.split(r"(?<!\\)\.", path):
        key, *each = regex.split(r"(\[\])", part)
        found += [key.replace("\\.", ".")] * bool(key) + [step for step in each if step]
    return tuple(found)


class Found(NamedTuple):
    """A value and the name of the place where it stands, such as `paragraphs[3].text`."""

    name: str
    place: tuple[str | int, ...]
    value: Any


def values_at(value: Any, path: Path_, name: str = "", place: tuple[str | int, ...] = ()) -> Iterator[Found | Problem]:
    """Every value of a record that a path leads to, or what is in its way."""
    if not path:
        yield Found(name, place, value)
        return
    step, *rest = path
    if step == EACH and isinstance(value, list):
        for n, item in enumerate(value):
            yield from values_at(item, tuple(rest), f"{name}[{n}]", (*place, n))
    elif step != EACH and isinstance(value, dict) and step in value:
        dotted = step.replace(".", "\\.")
        yield from values_at(value[step], tuple(rest), f"{name}.{dotted}" if name else dotted, (*place, step))
    elif step != EACH and isinstance(value, dict):
        keys = ", ".join(list(value)[:12]) or "none"
        yield Problem(f"there is no {step!r} (the keys are {keys}); name the text with --text-field", f"{name}.{step}".lstrip("."))
    elif value is not None:
        wanted = "a list" if step == EACH else "an object"
        yield Problem(f"is not {wanted}, so {''.join(path)!r} cannot be found in it", name)


def texts_at(value: Any, paths: Sequence[str]) -> tuple[dict[str, str], list[Problem]]:
    """The texts that the paths lead to, by their names, and what is wrong; null is no text and no problem."""
    texts: dict[str, str] = {}
    problems: list[Problem] = []
    for path in paths:
        if isinstance(text := _plain(value, path), str):
            texts[path] = text
            continue
        for found in values_at(value, steps(path)):
            if isinstance(found, Problem):
                problems.append(found)
            elif isinstance(found.value, str):
                texts[found.name] = found.value
            elif found.value is not None:
                problems.append(Problem(f"is {type(found.value).__name__}, not a text", found.name))
    return texts, problems


def _plain(value: Any, path: str) -> Any:
    """What a path of one plain key leads to, the usual case; None when it is another, or there is nothing."""
    return value.get(path) if isinstance(value, dict) and steps(path) == (path,) else None


def loads(line: bytes) -> Any:
    """A line of JSON as `json` reads it; orjson does the work where both agree on texts. Raises ValueError."""
    try:
        return orjson.loads(line)
    except ValueError:
        return json.loads(line.decode("utf-8"))


@dataclass(frozen=True)
class Jsonl:
    """A file of JSON lines; `fields` are the paths of the texts, `id_field` that of the id."""

    fields: tuple[str, ...] = ("text",)
    id_field: str | None = None

    name: ClassVar[str] = "jsonl"
    member_per_record: ClassVar[bool] = False

    def split(self, source: Source, start: Position, limit: int) -> Iterator[Chunk]:
        """Whole lines."""
        return lines.split(source, start, limit)

    def records(self, chunk: Chunk) -> Iterator[Record]:
        """One record a line."""
        usual = self.fields[0] if len(self.fields) == 1 and self.id_field is None and steps(self.fields[0]) == self.fields else None
        for number, line in enumerate(BytesIO(chunk.data), chunk.at.record + 1):  # a line ends with a line feed only
            try:
                value = orjson.loads(line)
            except ValueError:
                yield self._odd(number, line)
                continue
            if usual is not None and type(value) is dict and type(text := value.get(usual)) is str:
                yield Record(number, line, {usual: text})  # nearly always
            else:
                yield self._of(number, line, value)

    def _record(self, number: int, line: bytes) -> Record:
        try:
            value = orjson.loads(line)
        except ValueError:
            return self._odd(number, line)
        return self._of(number, line, value)

    def _odd(self, number: int, line: bytes) -> Record:
        """A line that is blank, begins with a BOM, or holds what orjson does not take."""
        bare = line.strip(b" \t\r\n") if not line.startswith(BOM) else line[len(BOM) :].strip(b" \t\r\n")
        if not bare:
            return Record(number, line, {}, is_document=False)
        try:
            value = loads(bare)
        except UnicodeDecodeError as error:
            return Record(number, line, {}, (Problem(f"byte {error.start} (0x{bare[error.start]:02x}) is not UTF-8"),))
        except (ValueError, RecursionError) as error:
            return Record(number, line, {}, (Problem(f"not JSON ({error})"),))
        return self._of(number, line, value)

    def _of(self, number: int, line: bytes, value: Any) -> Record:
        if not isinstance(value, dict):
            return Record(number, line, {}, (Problem(f"is {type(value).__name__}, not an object"),))
        texts, problems = texts_at(value, self.fields)
        return Record(number, line, texts, tuple(problems), self._id(value))

    def _id(self, value: Mapping[str, Any]) -> str | None:
        if self.id_field is None:
            return None
        if isinstance(plain := _plain(value, self.id_field), str):
            return plain
        found = next(iter(values_at(value, steps(self.id_field))), None)
        return str(found.value) if isinstance(found, Found) and isinstance(found.value, str | int | float) else None

    def spliced(self, record: Record, splices: Splices) -> tuple[bytes, Spellings]:
        """The line with its string literals changed. Raises FormatError when one cannot be found."""
        line = record.raw.decode("utf-8")
        literals = _literals(line, splices.keys())
        changes, spelled = [], {}
        for field, places in splices.items():
            start, end = literals[field]
            literal, spelled[field] = model.respell(line[start:end], ESCAPE, record.texts[field], places, _spell)
            changes.append(model.Splice(start, end, literal))
        return model.apply(line, sorted(changes)).encode("utf-8"), spelled

    def again(self, record: Record, raw: bytes) -> Record:
        """The line as it reads when written."""
        return self._record(record.number, raw)

    def join(self, chunk: Chunk, pieces: Sequence[Any]) -> bytes:
        """The lines that are left."""
        return b"".join(pieces)

    def finish(self, joined: Path, target: Path) -> bool:
        """Nothing is left to do."""
        return False

    def settings(self) -> dict[str, Any]:
        """The fields."""
        return {"fields": list(self.fields), "id_field": self.id_field}


def _spell(piece: str) -> str:
    """A piece of text inside a JSON string; only what must be escaped is."""
    spelled = json.dumps(piece, ensure_ascii=False)[1:-1]
    try:
        spelled.encode("utf-8")
        return spelled
    except UnicodeEncodeError:
        return json.dumps(piece)[1:-1]


def _literals(line: str, fields: Any) -> dict[str, tuple[int, int]]:
    """Where the string literals of fields stand in a line, quotes left out; of a key that stands twice, the last.

    Raises FormatError when a field is not there.
    """
    found: dict[str, tuple[int, int]] = {}
    trail: list[str | int | None] = []
    opened: list[str] = []
    key: str | None = None
    for token in TOKEN.finditer(line):
        sign = token[0][0]
        if sign in "{[":
            opened.append(sign)
            trail.append(None if sign == "{" else 0)
        elif sign in "}]":
            opened.pop()
            trail.pop()
        elif sign == ",":
            last = trail[-1]
            trail[-1] = last + 1 if isinstance(last, int) else None
        elif sign == ":":
            trail[-1] = key
        elif sign == '"':
            if opened and opened[-1] == "{" and trail[-1] is None:
                key = json.loads(token[0])
            elif (name := _name(trail)) in fields:
                found[name] = (token.start() + 1, token.end() - 1)
    if missing := set(fields) - found.keys():
        raise FormatError(f"{sorted(missing)[0]!r} cannot be found in the line's bytes, as its keys stand twice")
    return found


def _name(trail: Sequence[str | int | None]) -> str:
    name = ""
    for step in trail:
        name += f"[{step}]" if isinstance(step, int) else ("." if name else "") + str(step).replace(".", "\\.")
    return name
