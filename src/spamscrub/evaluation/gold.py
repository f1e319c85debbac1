"""Gold data and predictions from disk."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spamscrub import audit
from spamscrub.errors import FormatError
from spamscrub.packs import Hit
from spamscrub.policy import Policy
from spamscrub.spans import Finding, Span, Verdict, cut

ANCHORS = (32, 16, 8, 4, 2, 1)
"""How many characters must agree where a text goes on behind something that was cut, from safe to desperate."""

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


def read_gold(path: Path, encoding: str = "utf-8") -> list[Gold]:
    """The documents of a gold file, or of a folder with pairs `x.txt` and `x.clean.txt`.

    A line of the file is an object with `id`, `text` and `spans` ([[start, end], …], or objects with `start` and
    `end`), or `clean`, or both; where no line has either, all documents are untouched. A list as long as the spans,
    such as `ops`, describes them. Raises FormatError naming file and line.
    """
    rows = list(_pairs(path, encoding) if path.is_dir() else _json_lines(path))
    found: dict[str, Gold] = {}
    silent = [place for place, row in rows if "spans" not in row and "clean" not in row]
    if len(silent) < len(rows) and silent:
        raise FormatError(f"{silent[0]}: has neither spans nor clean, as other lines have; write an empty list if nothing is to go")
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
    return [_span(place, text, one) for one in value]


def _span(place: str, text: str, value: Any) -> Span:
    pair = [value.get("start"), value.get("end")] if isinstance(value, dict) else value
    if not isinstance(pair, list) or len(pair) != 2 or not all(type(at) is int for at in pair):
        raise FormatError(f"{place}: {value!r} is not a span; write [start, end] with two whole numbers")
    start, end = pair
    if not 0 <= start <= end <= len(text):
        raise FormatError(f"{place}: the span {pair} lies outside the text of {len(text)} characters; count code points from 0")
    return Span(start, end)


def left_out(text: str, clean: str) -> list[Span] | None:
    """The stretches of `text` that `clean` leaves out, as few as can be told; None when `clean` holds anything else."""
    if text == clean:
        return []
    return _left_out(text, clean, ANCHORS) or _left_out(text, clean, ANCHORS[-1:])


def _left_out(text: str, clean: str, anchors: Sequence[int]) -> list[Span] | None:
    found: list[Span] = []
    at = kept = 0
    spare = len(text) - len(clean)
    while spare > 0:
        same = _same(text, at, clean, kept)
        at, kept = at + same, kept + same
        if kept == len(clean):
            return [*found, _turned(text, Span(at, len(text)), found)]
        places = (text.find(clean[kept : kept + size], at, at + spare + size) for size in anchors)
        goes_on = next((place for place in places if place >= 0), -1)
        if goes_on < 0:
            return None
        found.append(_turned(text, Span(at, goes_on), found))
        spare, at = spare - (goes_on - at), goes_on
    return found if text[at:] == clean[kept:] else None


def _same(text: str, at: int, clean: str, start: int) -> int:
    """How many characters from both places on agree."""
    most = min(len(text) - at, len(clean) - start)
    return next((n for n in range(most) if text[at + n] != clean[start + n]), most)


def _turned(text: str, span: Span, before: Sequence[Span]) -> Span:
    """Where deleting at several places leaves the same text, the one that begins a line or at least a word."""
    places, first = [span], before[-1].end if before else 0
    while span.start > first and text[span.start - 1] == text[span.end - 1] and len(places) < 99:
        span = Span(span.start - 1, span.end - 1)
        places.append(span)
    return max(places, key=lambda place: _fitness(text[: place.start][-1:]))


def _fitness(before: str) -> int:
    """How well an ad can begin behind this character: at a line start, at a word's, anywhere."""
    return 2 if before in ("", "\n") else int(before.isspace())


def read_predictions(path: Path, gold: Sequence[Gold]) -> tuple[dict[str, Answer], Policy | None]:
    """What was cut out of each document, by id: JSON lines with `id` and `spans`, or the audit log of a run.

    A log also gives the findings with their evidence, and the run's policy. Raises FormatError naming file and line,
    AuditError for a log that cannot be used.
    """
    rows = list(_json_lines(path))
    known = {document.id: document for document in gold}
    is_log = bool(rows) and "spamscrub" in rows[0][1]
    found = _logged(path, known) if is_log else _predicted(rows, known)
    if not found.keys() & known.keys():
        raise FormatError(f"{path}: none of its documents is in the gold data; give predictions with the gold data's ids")
    return found, _policy(rows[0]) if is_log else None


def _predicted(rows: Iterable[tuple[str, Mapping[str, Any]]], gold: Mapping[str, Gold]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for place, row in rows:
        id = _id(place, row)
        if id in found:
            raise FormatError(f"{place}: a second prediction for {id!r}; give each document one")
        if "spans" not in row:
            raise FormatError(f"{place}: has no spans; write what is cut as [[start, end], …], an empty list for nothing")
        found[id] = Answer(_joined(_spans(place, gold[id].text, row["spans"])) if id in gold else ())
    return found


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same stretches sorted and apart; those that overlap become one."""
    apart: list[Span] = []
    for span in sorted(span for span in spans if span.end > span.start):
        if apart and span.start < apart[-1].end:
            apart[-1] = Span(apart[-1].start, max(apart[-1].end, span.end))
        else:
            apart.append(span)
    return tuple(apart)


def _logged(path: Path, gold: Mapping[str, Gold]) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for id, record in audit.read_log(path).items():
        if id in gold and record.sha256 != audit.sha256(gold[id].text):
            raise FormatError(f"{path}: {id!r} in this log is another text than at {gold[id].place}; give the log of a run on these texts")
        removed = (Span(f.start, f.end) for f in record.findings if f.verdict is Verdict.REMOVE)
        found[id] = Answer(tuple(removed), record.findings)
    return found


def _policy(head: tuple[str, Mapping[str, Any]]) -> Policy:
    """The policy that a log's first line names."""
    place, row = head
    try:
        settings: dict[str, Any] = {name: frozenset(value) if isinstance(value, list) else value for name, value in row["policy"].items()}
        return Policy(**settings)
    except (KeyError, TypeError, AttributeError):
        raise FormatError(f"{place}: names no policy that this version knows; give a log that it wrote") from None
