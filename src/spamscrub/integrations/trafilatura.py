"""What trafilatura extracts, cleaned: its outputs as text, Markdown, JSON, XML and CSV, and its Document objects."""

from __future__ import annotations

import copy
import html as entities
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, NamedTuple

from spamscrub.cleaner import Cleaner, replay
from spamscrub.errors import FormatError
from spamscrub.integrations import MissingExtra
from spamscrub.integrations.pieces import Piece, by_piece, laid_out
from spamscrub.spans import CleanResult, Evidence, Finding, Host, Verdict

try:
    import trafilatura
    from lxml import etree
except ImportError:
    raise MissingExtra("trafilatura", "trafilatura") from None

TEXT = "text"
"""The field that holds the article. It is judged by itself; every other field is judged beside it."""
FIELDS = ("title", "description", "excerpt", TEXT, "comments", "raw_text")
"""The fields that are running text, as they are laid out. Names, keywords, addresses and dates stay as they are."""
NEVER_EMPTIED = ("title", "description", "excerpt")
"""A cut that would leave nothing of these goes to review instead."""


def extract(html: Any, *, cleaner: Cleaner | None = None, id: str | None = None, **options: Any) -> CleanResult | None:
    """What `trafilatura.extract(html, **options)` gives, cleaned as by `clean_output`; None where it gives None.

    `options` are trafilatura's own. Formats are `txt`, `markdown`, `json`, `xml` and `csv`, with or without metadata;
    raises FormatError for others. `id` is the page's `url` unless it is given.
    """
    output_format = options["options"].format if options.get("options") else options.get("output_format", "txt")
    _reader(output_format)  # before the work of extracting
    output = trafilatura.extract(html, **options)
    return None if output is None else clean_output(output, output_format=output_format, cleaner=cleaner, id=id or options.get("url"))


def clean_output(output: str, *, output_format: str = "txt", cleaner: Cleaner | None = None, id: str | None = None) -> CleanResult:
    """An output of trafilatura without injected strings, still valid in its format, and the findings.

    Offsets count in `output` as it is, escapes included, so `restore(result.text, result.findings) == output` holds
    for every format. Raises FormatError if `output` is not in `output_format`.
    """
    places = _reader(output_format)(output)
    host, judged = _judge(places, cleaner or Cleaner())
    found = [finding for place, own in zip(places, judged, strict=True) for finding in _in_output(place, own)]
    return _result(output, sorted(found, key=lambda finding: finding.start), host, id)


@dataclass(frozen=True, slots=True)
class CleanDocument:
    """A document without injected strings, and what was found in each field of the one that came in.

    `document` is the very same object when nothing was removed. Offsets in `results` count in the field as it was;
    the field `body` is the XML of both trees, the article's and that of the comments.
    """

    document: Any
    results: Mapping[str, CleanResult]


def clean_document(document: Any, *, cleaner: Cleaner | None = None, id: str | None = None) -> CleanDocument:
    """A result of `trafilatura.bare_extraction`, a Document or a dict, with its texts and trees cleaned in a copy.

    Raises FormatError for anything else.
    """
    known = document if isinstance(document, Mapping) else document.as_dict() if hasattr(document, "as_dict") else {}
    if not isinstance(known.get(TEXT), str):
        raise FormatError(f"{type(document).__name__}: holds no text; give what trafilatura.bare_extraction returns")
    cleaner = cleaner or Cleaner()
    places = [Place(name, known[name], PLAIN) for name in FIELDS if isinstance(known.get(name), str)]
    host, judged = _judge(places, cleaner)
    results = {place.field: _result(place.source, own, host, id) for place, own in zip(places, judged, strict=True)}
    fresh: dict[str, Any] = {name: result.text for name, result in results.items() if result.removed}
    if etree.iselement(known.get("body")):
        results["body"] = clean_output(_trees(known), output_format="xml", cleaner=cleaner, id=id)
        fresh |= _trees_of(results["body"].text, known) if results["body"].removed else {}
    return CleanDocument(_with(document, fresh), results)


def _result(original: str, findings: Sequence[Finding], host: Host, id: str | None) -> CleanResult:
    removed = any(finding.verdict is Verdict.REMOVE for finding in findings)
    return CleanResult(replay(original, findings) if removed else original, tuple(findings), host, id)


def _with(document: Any, fresh: Mapping[str, Any]) -> Any:
    if not fresh:
        return document
    if isinstance(document, Mapping):
        return {**document, **fresh}
    changed = copy.copy(document)
    for name, value in fresh.items():
        setattr(changed, name, value)
    return changed


def _trees(known: Mapping[str, Any]) -> str:
    """The trees of a document as one XML output."""
    root = etree.Element("doc")
    for name, tag in (("body", "main"), ("commentsbody", "comments")):
        if etree.iselement(known.get(name)):
            tree = copy.deepcopy(known[name])
            tree.tag, tree.tail = tag, None
            root.append(tree)
    return str(etree.tostring(root, encoding="unicode"))


def _trees_of(output: str, known: Mapping[str, Any]) -> dict[str, Any]:
    """The trees that `_trees` wrote, under the names and tags that they had."""
    trees = {}
    for tree in list(_parsed(output)):
        name = "body" if tree.tag == "main" else "commentsbody"
        trees[name] = copy.deepcopy(tree)
        trees[name].tag = known[name].tag
    return trees


class Form(NamedTuple):
    """How text is written in an output.

    `unit` matches what stands for one code point, `decode` gives the text that is meant, and `holds` says whether
    what a cut leaves may be written in the same form.
    """

    unit: re.Pattern[str]
    decode: Callable[[str], str]
    holds: Callable[[str], bool] = lambda text: True


def _is_plain_yaml(text: str) -> bool:
    """Whether a text needs no quotes in YAML, on the safe side."""
    return text == text.strip() and text[:1].isalpha() and ": " not in text and " #" not in text and not text.endswith(":")


PLAIN = Form(re.compile(r".", re.DOTALL), str)
YAML = Form(PLAIN.unit, str, _is_plain_yaml)
CSV = Form(re.compile(r'""|.', re.DOTALL), lambda written: written.replace('""', '"'))
XML = Form(re.compile(r"&[^;]*;|.", re.DOTALL), entities.unescape)
SURROGATES = r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
JSON = Form(re.compile(rf"{SURROGATES}|\\u[0-9a-fA-F]{{4}}|\\.|."), lambda written: str(json.loads(f'"{written}"')))


class Place(NamedTuple):
    """A stretch of an output that holds text: its field, how it is written there and in which form, and where.

    `joint` stands before it while it is judged.
    """

    field: str
    source: str
    form: Form
    start: int = 0
    joint: str = "\n\n"

    def piece(self) -> Piece:
        """The text that is meant, with its joint."""
        return Piece(self.form.decode(self.source), self.joint)


def _judge(places: Sequence[Place], cleaner: Cleaner) -> tuple[Host, list[tuple[Finding, ...]]]:
    """The host, and the findings of each place with offsets into its text.

    The article gets exactly what `Cleaner.clean` finds in it. A title or a comment is too short to tell what is foreign
    to it, so it is judged with the article around.
    """
    pieces = [place.piece() for place in places]
    article = [n for n, place in enumerate(places) if place.field == TEXT]
    others = [n for n, place in enumerate(places) if place.field != TEXT and pieces[n].text.strip()]
    found: dict[int, tuple[Finding, ...]] = {}
    if others:
        order = sorted([*article, *others], key=lambda n: FIELDS.index(places[n].field))
        whole = [pieces[n] for n in order]
        found.update(zip(order, by_piece(whole, cleaner.clean(laid_out(whole)).findings), strict=True))
    alone = [pieces[n] for n in article]
    result = cleaner.clean(laid_out(alone))
    found.update(zip(article, by_piece(alone, result.findings), strict=True))
    return result.host, [_spared(place, pieces[n].text, found.get(n, ())) for n, place in enumerate(places)]


def _spared(place: Place, text: str, findings: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The findings of a place; they go to review if what they leave cannot stand there."""
    rest = replay(text, findings)
    if place.field in NEVER_EMPTIED and not rest.strip():
        why = Evidence("whole-field", 0.0, f"nothing would be left of the {place.field}")
    elif rest != text and not place.form.holds(rest):
        why = Evidence("needs-quotes", 0.0, f"{rest!r} would not be valid there")
    else:
        return findings
    return tuple(
        replace(f, verdict=Verdict.REVIEW, evidence=(*f.evidence, why)) if f.verdict is Verdict.REMOVE else f for f in findings
    )


def _in_output(place: Place, findings: Sequence[Finding]) -> Iterator[Finding]:
    """The findings of a place with offsets into the output, and the text as it is written there."""
    if not findings:
        return
    ends = [0, *accumulate(len(unit) for unit in place.form.unit.findall(place.source))]
    for finding in findings:
        start, end = ends[finding.start], ends[finding.end]
        yield replace(finding, start=place.start + start, end=place.start + end, text=place.source[start:end])


def _reader(output_format: str) -> Callable[[str], list[Place]]:
    if output_format not in READERS:
        raise FormatError(f"output_format {output_format!r}: cannot be cleaned; choose one of {', '.join(READERS)}")
    return READERS[output_format]


FRONT_MATTER = re.compile(r"---\n(?:[a-z_]+: .*\n)+---\n")
META_LINE = re.compile(r'^(title|description): (?:"(?P<quoted>.*)"|(?P<plain>.*))$', re.MULTILINE)


def _text_places(output: str) -> list[Place]:
    """The title and the description of a header, if there is one, and all that follows."""
    head = FRONT_MATTER.match(output)
    start = head.end() if head else 0
    return [*(_meta_place(line) for line in META_LINE.finditer(output, 0, start)), Place(TEXT, output[start:], PLAIN, start)]


def _meta_place(line: re.Match[str]) -> Place:
    group, form = ("plain", YAML) if line["quoted"] is None else ("quoted", JSON)
    return Place(line[1], line[group], form, line.start(group))


JSON_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|[{}\[\],:]')


def _json_places(output: str) -> list[Place]:
    """The strings of the outermost object under the names in FIELDS."""
    try:
        is_object = isinstance(json.loads(output), dict)
    except ValueError as problem:
        raise FormatError(f"the output is not JSON ({problem}); give what trafilatura wrote, unchanged") from None
    if not is_object:
        raise FormatError("the output is not a JSON object; give what trafilatura wrote for one page")
    places, depth, key, last = [], 0, "", ""
    for token in JSON_TOKEN.finditer(output):
        depth += (token[0] in "{[") - (token[0] in "}]")
        if token[0] in ":,":
            key = last if token[0] == ":" and depth == 1 else ""
        elif token[1] is not None:
            last = JSON.decode(token[1])
            if key in FIELDS and depth == 1:
                places.append(Place(key, token[1], JSON, token.start(1)))
    return places


CSV_CELL = re.compile(r'(?:"(?P<quoted>(?:[^"]|"")*)"|(?P<plain>[^"\t\r\n][^\t\r\n]*|))(?P<end>\t|\r?\n|\Z)')
CSV_COLUMNS = ("url", "id", "fingerprint", "hostname", "title", "image", "date", TEXT, "comments", "license", "pagetype")
"""The columns of a row as `trafilatura.xml.xmltocsv` writes them, in every version that is supported."""


def _csv_places(output: str) -> list[Place]:
    places, at = [], 0
    for column in CSV_COLUMNS:
        cell = CSV_CELL.match(output, at)
        is_last = column == CSV_COLUMNS[-1]
        if cell is None or (cell["end"] == "\t") == is_last or (is_last and cell.end() < len(output)):
            raise FormatError(f"the output is not one row of {len(CSV_COLUMNS)} cells with tabs between; give what trafilatura wrote for one page")
        at = cell.end()
        group = "plain" if cell["quoted"] is None else "quoted"
        if column in FIELDS and cell[group] != "null":
            places.append(Place(column, cell[group], CSV if group == "quoted" else PLAIN, cell.start(group)))
    return places


XML_TOKEN = re.compile(
    r"""
    <!--.*?--> | <\?.*?\?> | <!\[CDATA\[.*?\]\]>            # no text of trafilatura's; passed over
    | <(?P<close>/?) (?P<tag>[\w.-]+) (?: "[^"]*" | '[^']*' | [^>"'] )* >
    | (?P<text>[^<]+)
    """,
    re.VERBOSE | re.DOTALL,
)
XML_ATTRIBUTE = re.compile(r'\s(title|description)="([^"]*)"')
AREAS = {"main": TEXT, "comments": "comments"}
INLINE = frozenset({"code", "del", "graphic", "hi", "ref"})
"""Elements inside a line; all others stand on lines of their own."""
MARKS = {"item": "- ", "cell": "| "}
"""What stands before these in trafilatura's plain text."""


def _xml_places(output: str) -> list[Place]:
    """The title and the description of a `doc`, and the texts of its `main` and its `comments`, node by node."""
    if _parsed(output).tag != "doc":
        raise FormatError("the output is not the XML of trafilatura, whose root is <doc>; give what output_format='xml' wrote")
    places: list[Place] = []
    field = joint = ""
    for token in XML_TOKEN.finditer(output):
        tag, closing = token["tag"], token["close"]
        if tag == "doc":
            places += [Place(a[1], a[2], XML, token.start() + a.start(2)) for a in XML_ATTRIBUTE.finditer(token[0])]
        elif tag in AREAS:
            field, joint = "" if closing else AREAS[tag], "\n\n"
        elif tag and tag not in INLINE:
            joint = _joint(joint, tag, bool(closing))
        elif token["text"] and field and not _is_indent(token["text"]):
            places.append(Place(field, token["text"], XML, token.start(), joint))
            joint = ""
    return places


def _joint(joint: str, tag: str, closing: bool) -> str:
    """What stands between two texts, once this tag between them is read too."""
    if closing:
        return " " if tag == "cell" else "\n"
    return (joint or "\n") + MARKS.get(tag, "")


def _is_indent(text: str) -> bool:
    return "\n" in text and text.isspace()


def _parsed(output: str) -> Any:
    """The root of an XML output; nothing outside it is ever read. Raises FormatError."""
    try:
        return etree.fromstring(output, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    except (etree.XMLSyntaxError, ValueError) as problem:
        raise FormatError(f"the output is not XML ({problem}); give what trafilatura wrote, unchanged") from None


READERS: dict[str, Callable[[str], list[Place]]] = {
    "txt": _text_places,
    "markdown": _text_places,
    "json": _json_places,
    "xml": _xml_places,
    "csv": _csv_places,
}
