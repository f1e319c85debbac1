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
            return [*found, _turned(text, Span(at, len(text)))]
        places = (text.find(clean[kept : kept + size], at, at + spare + size) for size in anchors)
        goes_on = next((place for place in places if place >= 0), -1)
        if goes_on < 0:
            return None
        found.append(_turned(text, Span(at, goes_on)))
        spare, at = spare - (goes_on - at), goes_on
    return found if text[at:] == clean[kept:] else None


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
        return Policy(**{name: frozenset(value) if isinstance(value, list) else value for name, value in row["policy"].items()})
    except (KeyError, TypeError, AttributeError):
        raise FormatError(f"{place}: names no policy that this version knows; give a log that it wrote") from None


# --- what came of one document ---


def ink(text: str) -> int:
    """How many characters are not white space."""
    return sum(map(len, text.split()))


def shared(one: Sequence[Span], other: Sequence[Span]) -> list[Span]:
    """Where two lists of spans, each sorted and apart, overlap."""
    found, first = [], 0
    for span in one:
        while first < len(other) and other[first].end <= span.start:
            first += 1
        for rival in other[first:]:
            if rival.start >= span.end:
                break
            found.append(Span(max(span.start, rival.start), min(span.end, rival.end)))
    return found


def _ink_of(text: str, spans: Iterable[Span]) -> int:
    return sum(ink(text[span.start : span.end]) for span in spans)


class Injection(NamedTuple):
    """What came of one injection: its characters, how many went, and how many of the host's went beside it."""

    span: Span
    size: int
    gone: int
    beside: int

    @property
    def found(self) -> bool:
        return self.gone >= FOUND * self.size and self.beside <= BESIDE


def injections(gold: Gold, spans: Sequence[Span]) -> list[Injection]:
    """What cutting `spans` did to each injection of a document."""
    lost = bytearray(len(gold.text))
    for mark, places in ((b"\1", spans), (b"\0", gold.spans)):
        for start, end in places:
            lost[start:end] = mark * (end - start)
    text = gold.text
    return [Injection(one, _ink_of(text, [one]), _ink_of(text, shared([one], spans)), _beside(text, lost, one)) for one in gold.spans]


def _beside(text: str, lost: bytearray, span: Span) -> int:
    """The host's characters lost directly left and right of an injection, white space passed over."""
    count = 0
    for at, step in ((span.start - 1, -1), (span.end, 1)):
        while 0 <= at < len(text) and (lost[at] or text[at].isspace()):
            count += not text[at].isspace()
            at += step
    return count


def is_spam(gold: Gold, spans: Sequence[Span]) -> bool:
    """Whether more than half of the characters in `spans` were injected."""
    return 2 * _ink_of(gold.text, shared(spans, gold.spans)) > _ink_of(gold.text, spans)


def count(gold: Gold, spans: Sequence[Span]) -> Counts:
    """What cutting `spans`, sorted and apart, came to in one document; counts of several documents add up."""
    text, cleaned = gold.text, cut(gold.text, spans)
    tp, gone, spam, size = (_ink_of(text, found) for found in (shared(spans, gold.spans), spans, gold.spans, [Span(0, len(text))]))
    found = Counter(tp=tp, fp=gone - tp, fn=spam - tp, lost=gone - tp, host=size - spam)
    found.update(_of_cuts(gold, spans))
    if not gold.spans:
        found.update(clean_docs=1, altered=cleaned != text, damaged=gone > 0, clean_lost=gone, clean_host=size)
        return found
    found.update(docs=1, strict=cleaned == gold.clean, exact=_filled_lines(cleaned) == _filled_lines(gold.clean))
    for one in injections(gold, spans):
        found.update(inj=1, found=one.found)
    return found


def _of_cuts(gold: Gold, spans: Sequence[Span]) -> Counts:
    """How many strings were cut, and how many of them with something injected and hardly anything of the host's."""
    found: Counts = Counter()
    for span in spans:
        size, spam = _ink_of(gold.text, [span]), _ink_of(gold.text, shared([span], gold.spans))
        found.update(cuts=size > 0, right_cuts=spam > 0 and size - spam <= BESIDE)
    return found


def _filled_lines(text: str) -> list[str]:
    return [line.rstrip() for line in text.split("\n") if line.strip()]


def rates(counts: Counts) -> dict[str, float | None]:
    """The figures of some documents or, from counts of single injections, those that apply; None for the others."""
    c = counts
    documents = c["docs"] + c["clean_docs"]
    precision, span_precision, found = _share(c["tp"], c["tp"] + c["fp"]), _share(c["right_cuts"], c["cuts"]), _share(c["found"], c["inj"])
    figures = {
        "docs": c["docs"],
        "inj": c["inj"],
        "P": precision,
        "R": _share(c["tp"], c["tp"] + c["fn"]),
        "F1": _share(2 * c["tp"], 2 * c["tp"] + c["fp"] + c["fn"]),
        "span P": span_precision,
        "found": found,
        "span F1": _share(2 * (span_precision or 0) * (found or 0), (span_precision or 0) + (found or 0)),
        "exact": _share(c["exact"], c["docs"]),
        "strict": _share(c["strict"], c["docs"]),
        "clean": c["clean_docs"],
        "altered": _share(c["altered"], c["clean_docs"]),
        "damaged": _share(c["damaged"], c["clean_docs"]),
        "lost/M": _share(1e6 * c["lost"], c["host"]),
        "clean/M": _share(1e6 * c["clean_lost"], c["clean_host"]),
    }
    return figures if documents else {name: value if name in ("inj", "R", "found") else None for name, value in figures.items()}


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None
