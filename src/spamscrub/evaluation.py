"""Gold data in; precision, recall, damage, and what each piece of evidence is worth, out.

White space is ignored everywhere but in `exact`, `strict` and `altered`. Offsets are code points of the original.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import exp
from pathlib import Path
from typing import Any, NamedTuple

from spamscrub import audit
from spamscrub.cleaner import SHOWN_FROM, Cleaner
from spamscrub.errors import FormatError
from spamscrub.packs import Hit
from spamscrub.policy import Policy
from spamscrub.spans import Finding, Span, Verdict, cut

FOUND, BESIDE = 0.9, 2
"""An injection is found when this share of it went, with at most so many of the host's characters beside it."""

FIELDS = ("pair", "kind", "host_lang", "spam_lang", "family", "op")
"""The fields of a gold file that get a table of their own unless others are asked for."""

STEPS = tuple(step / 4 for step in range(-8, 33))
"""The scores at which cutting is tried, for the table of thresholds and the curve."""

ANCHORS = (32, 16, 8, 4, 2, 1)
"""How many characters must agree where a text goes on behind something that was cut, from safe to desperate."""

Counts = Counter[str]
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Gold:
    """A document with the truth: deleting `spans` from `text` gives `clean`.

    `fields` describe the document, `marks` each of its injections (one for each span); `place` is its `file:line`.
    """

    id: str
    text: str
    clean: str
    spans: tuple[Span, ...]
    fields: Fields
    marks: tuple[Fields, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What was cut out of a document and, where it is known, every candidate with its evidence and every pack hit."""

    spans: tuple[Span, ...]
    findings: tuple[Finding, ...] = ()
    hits: tuple[Hit, ...] = ()


def answer(cleaner: Cleaner, text: str) -> Answer:
    """Judge `text` once; every table is made from what comes out."""
    result = cleaner.explain(text)
    hits = tuple(hit for line in cleaner.surroundings(text).hits for hit in line)
    return Answer(tuple(Span(f.start, f.end) for f in result.removed), result.findings, hits)


# --- gold and predictions from disk ---


def read_gold(path: Path, encoding: str = "utf-8") -> list[Gold]:
    """The documents of a gold file, or of a folder with pairs `x.txt` and `x.clean.txt`.

    A line of the file is an object with `id`, `text` and `spans` ([[start, end], …], or objects with `start` and
    `end`), or `clean`, or both; a document with neither is taken for untouched. A list as long as the spans, such as
    `ops`, describes them. Raises FormatError naming file and line.
    """
    rows = _pairs(path, encoding) if path.is_dir() else _json_lines(path)
    found: dict[str, Gold] = {}
    for place, row in rows:
        gold = _gold(place, row)
        if gold.id in found:
            raise FormatError(f"{place}: the id {gold.id!r} stands at {found[gold.id].place} already; give each document one of its own")
        found[gold.id] = gold
    if not found:
        raise FormatError(f"{path}: holds no documents; give JSON lines with id, text and spans")
    return list(found.values())


def _read(path: Path, encoding: str) -> str:
    try:
        return path.read_bytes().decode(encoding)
    except OSError as problem:
        raise FormatError(f"{path}: cannot be read ({problem.strerror}); check the path") from None
    except UnicodeDecodeError as problem:
        raise FormatError(f"{path}: byte {problem.start} is not {encoding}; gold lines are UTF-8, texts what --encoding says") from None


def _json_lines(path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(_read(path, "utf-8").removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path}:{number}"
        try:
            row = json.loads(line)
        except ValueError as problem:
            raise FormatError(f"{place}: not a line of JSON ({problem}); write one object a line") from None
        if not isinstance(row, dict):
            raise FormatError(f'{place}: not an object; write lines such as {{"id": "a", "text": "…", "spans": [[0, 5]]}}')
        yield place, row


def _pairs(folder: Path, encoding: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each `x.txt` with its `x.clean.txt`, and with what an `x.spans.json` beside them says."""
    for path in sorted(folder.rglob("*.txt")):
        name = path.relative_to(folder).as_posix()
        if name.endswith(".clean.txt") or any(part.startswith(".") for part in name.split("/")):
            continue
        clean, notes = path.with_suffix(".clean.txt"), path.with_suffix(".spans.json")
        if not clean.exists():
            raise FormatError(f"{path}: has no {clean.name} beside it; write one, the same text if nothing is to go")
        row = {"text": _read(path, encoding), "clean": _read(clean, encoding)}
        yield str(path), {**(_notes(notes) if notes.exists() else {}), **row, "id": name}


def _notes(path: Path) -> Mapping[str, Any]:
    try:
        notes = json.loads(_read(path, "utf-8"))
    except ValueError as problem:
        raise FormatError(f"{path}: not JSON ({problem}); correct it or leave it out") from None
    if not isinstance(notes, dict):
        raise FormatError(f'{path}: not an object; write {{"spans": [[start, end], …]}}')
    return notes


def _gold(place: str, row: Mapping[str, Any]) -> Gold:
    id, text, clean = _id(place, row), row.get("text"), row.get("clean")
    if not isinstance(text, str):
        raise FormatError(f"{place}: has no text; write the infected document as a string under `text`")
    if clean is not None and not isinstance(clean, str):
        raise FormatError(f"{place}: `clean` is not a string; write the document without its ads, or leave it out")
    spans = _gold_spans(place, text, row["spans"]) if "spans" in row else left_out(text, text if clean is None else clean)
    if spans is None:
        raise FormatError(f"{place}: `clean` is not `text` with parts left out; it must hold nothing else")
    if clean is not None and cut(text, spans) != clean:
        raise FormatError(f"{place}: deleting `spans` from `text` does not give `clean`; correct one of them, or leave one out")
    plain = {name: str(value) for name, value in row.items() if isinstance(value, str | int | float) and name not in ("id", "text", "clean")}
    return Gold(id, text, cut(text, spans), tuple(spans), {n: v for n, v in plain.items() if v}, _marks(row, len(spans)), place)


def _id(place: str, row: Mapping[str, Any]) -> str:
    id = row.get("id")
    if isinstance(id, bool) or not isinstance(id, str | int):
        raise FormatError(f"{place}: has no id; give every document a string of its own under `id`")
    return str(id)


def _marks(row: Mapping[str, Any], number: int) -> tuple[Fields, ...]:
    """What is known of each injection: from lists as long as `spans` (`ops` is the field `op`), or from its object."""
    found: list[dict[str, str]] = [{} for _ in range(number)]
    for name, values in row.items():
        if isinstance(values, list) and len(values) == number:
            for mark, value in zip(found, values, strict=True):
                if name == "spans" and isinstance(value, dict):
                    mark.update({n: str(v) for n, v in value.items() if n not in ("start", "end")})
                elif isinstance(value, str) and value:
                    mark[name.removesuffix("s")] = value
    return tuple(found)


def _gold_spans(place: str, text: str, value: Any) -> list[Span]:
    spans = sorted(_spans(place, text, value))
    for before, span in zip([Span(0, 0), *spans], spans, strict=False):
        if span.start == span.end or span.start < before.end:
            raise FormatError(f"{place}: the span [{span.start}, {span.end}] is empty or begins inside another; give each injection once")
    return spans


def _spans(place: str, text: str, value: Any) -> list[Span]:
    if not isinstance(value, list):
        raise FormatError(f"{place}: `spans` is not a list; write [[start, end], …]")
    pairs = [(one.get("start"), one.get("end")) if isinstance(one, dict) else one for one in value]
    for pair in pairs:
        if not isinstance(pair, list | tuple) or len(pair) != 2 or not all(type(at) is int for at in pair):
            raise FormatError(f"{place}: {pair!r} is not a span; write [start, end] with two whole numbers")
        if not 0 <= pair[0] <= pair[1] <= len(text):
            raise FormatError(f"{place}: the span {list(pair)} lies outside the text of {len(text)} characters; count code points from 0")
    return [Span(start, end) for start, end in pairs]


def left_out(text: str, clean: str) -> list[Span] | None:
    """The stretches of `text` that `clean` leaves out, as few as can be told; None when `clean` holds anything else."""
    return _left_out(text, clean, ANCHORS) or _left_out(text, clean, ANCHORS[-1:]) if text != clean else []


def _left_out(text: str, clean: str, anchors: Sequence[int]) -> list[Span] | None:
    spare, at, found = len(text) - len(clean), 0, []
    for_clean = 0
    while spare > 0:
        same = _same(text, at, clean, for_clean)
        at, for_clean = at + same, for_clean + same
        if for_clean == len(clean):
            found.append(_turned(text, Span(at, len(text))))
            return found
        places = (text.find(clean[for_clean : for_clean + size], at, at + spare + size) for size in anchors)
        start = next((place for place in places if place >= 0), -1)
        if start < 0:
            return None
        found.append(_turned(text, Span(at, start)))
        spare, at = spare - (start - at), start
    return found if text[at:] == clean[for_clean:] else None


def _same(text: str, at: int, clean: str, start: int) -> int:
    """How many characters from both places on agree."""
    most = min(len(text) - at, len(clean) - start)
    return next((n for n in range(most) if text[at + n] != clean[start + n]), most)


def _turned(text: str, span: Span) -> Span:
    """Where deleting at several places leaves the same text, the one that begins a line or at least a word."""
    places = [span]
    while span.start and text[span.start - 1] == text[span.end - 1] and len(places) < 99:
        span = Span(span.start - 1, span.end - 1)
        places.append(span)
    return max(places, key=lambda place: 2 * (text[:place.start][-1:] in ("", "\n")) + text[:place.start][-1:].isspace())
