"""trafilatura's outputs, cleaned: the same cuts in every format, each valid and undoable."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import trafilatura
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from spamscrub import Cleaner, CleanResult, audit, replay, restore
from spamscrub.errors import FormatError, SpamscrubError
from spamscrub.integrations import trafilatura as adapter
from spamscrub.integrations.trafilatura import clean_document, clean_output, extract
from tests.integrations.pages import INJECTED, PAGES, harbour, page

FORMATS = ("txt", "markdown", "json", "xml", "csv")
URL = "https://harbour.example/accounts"
CLEANER = Cleaner()
GUIDE = (Path(__file__).parents[2] / "docs" / "scrapers.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", GUIDE.split("## trafilatura")[1], re.DOTALL)
DOUBLY = page(
    'Accounts & "sums"',
    harbour(own_line="<p>爱上海龙凤论坛</p>\n", prefix="上海喝茶服务vx ") + "<ul><li>A list with R&amp;D &lt;b&gt;</li><li>上海龙凤419 A second line of it, somewhat longer</li></ul>",
    '<meta name="description" content="爱上海论坛 &quot;What it costs&quot; &amp; who pays">',
)
"""A page with ads in description, own line, prefix and list, and with all that the formats have to escape."""


@cache
def output_of(html: str, output_format: str, with_metadata: bool = True) -> str:
    output = trafilatura.extract(html, output_format=output_format, with_metadata=with_metadata, url=URL)
    assert output
    return str(output)


@cache
def cleaned(html: str, output_format: str, with_metadata: bool = True) -> CleanResult:
    result = extract(html, cleaner=CLEANER, output_format=output_format, with_metadata=with_metadata, url=URL)
    assert result
    return result


def fields_of(output: str, output_format: str) -> dict[str, str]:
    """What a program that reads the format finds in it; the trees of XML as the texts of their nodes."""
    if output_format == "json":
        return dict(json.loads(output))
    if output_format == "csv":
        [row] = csv.reader(io.StringIO(output, newline=""), delimiter="\t")
        return dict(enumerate(row))  # type: ignore[arg-type]
    root = etree.fromstring(output)
    texts = {f"{number} {node.tag}": f"{node.text}|{node.tail}" for number, node in enumerate(root.iter())}
    return {**root.attrib, **texts}


@pytest.mark.parametrize("with_metadata", [False, True])
@pytest.mark.parametrize("output_format", FORMATS)
@pytest.mark.parametrize("path", ["/clean", "/bilingual"])
def test_a_page_without_ads_comes_out_as_trafilatura_wrote_it(path: str, output_format: str, with_metadata: bool) -> None:
    result = cleaned(PAGES[path], output_format, with_metadata)
    assert result.text == output_of(PAGES[path], output_format, with_metadata)
    assert result.removed == ()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("output_format", ["txt", "markdown"])
def test_a_text_gets_exactly_what_the_cleaner_finds_in_it(path: str, output_format: str) -> None:
    expected = CLEANER.clean(output_of(PAGES[path], output_format, False), id=URL)
    assert cleaned(PAGES[path], output_format, False) == expected


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("with_metadata", [False, True])
def test_the_article_is_the_same_in_json_and_csv_as_in_plain_text(path: str, with_metadata: bool) -> None:
    expected = CLEANER.clean(output_of(PAGES[path], "txt", False)).text
    assert fields_of(cleaned(PAGES[path], "json", with_metadata).text, "json")["text"] == expected
    assert list(fields_of(cleaned(PAGES[path], "csv", with_metadata).text, "csv").values())[7] == expected


@pytest.mark.parametrize("path", INJECTED)
@pytest.mark.parametrize("output_format", ["txt", "json", "xml", "csv"])
def test_an_infected_page_has_no_ads_left_in_any_field(path: str, output_format: str) -> None:
    output, result = output_of(PAGES[path], output_format), cleaned(PAGES[path], output_format)
    for ad in INJECTED[path]:
        assert ad in output
        assert ad not in result.text


@pytest.mark.parametrize("html", [DOUBLY, *PAGES.values()])
@pytest.mark.parametrize("output_format", FORMATS)
def test_the_cut_is_undone_byte_for_byte_in_every_format(output_format: str, html: str) -> None:
    output, result = output_of(html, output_format), cleaned(html, output_format)
    assert restore(result.text, result.findings) == output
    assert replay(output, result.findings) == result.text
    rows = list(audit.records(URL, output, result))
    assert [row["text"] for row in rows[1:]] == [finding.text for finding in result.findings]


@pytest.mark.parametrize("output_format", ["json", "xml", "csv"])
def test_an_output_stays_valid_and_only_running_text_changes(output_format: str) -> None:
    before = fields_of(output_of(DOUBLY, output_format), output_format)
    after = fields_of(cleaned(DOUBLY, output_format).text, output_format)
    assert before.keys() == after.keys()
    changed = {name for name in before if before[name] != after[name]}
    assert all(re.search("上海", before[name]) and not re.search("上海", after[name]) for name in changed)
    assert not any("上海" in str(value) for value in after.values())
    assert {"json": {"text", "raw_text", "excerpt"}, "csv": {7}, "xml": {"description"}}[output_format] <= changed


def test_escapes_around_a_cut_stay_whole() -> None:
    assert 'description="&quot;What it costs&quot; &amp; who pays"' in cleaned(DOUBLY, "xml").text.replace("'", '"')
    assert json.loads(cleaned(DOUBLY, "json").text)["excerpt"] == '"What it costs" & who pays'


def test_a_header_of_metadata_is_cleaned_only_in_title_and_description() -> None:
    header = "---\ntitle: 上海喝茶服务vx What the harbour costs\nauthor: 上海龙凤419\nurl: https://e.example/爱上海\n---\n"
    body = output_of(PAGES["/clean"], "txt", False)
    result = clean_output(header + body, cleaner=CLEANER)
    assert result.text == (header + body).replace("上海喝茶服务vx What", "What")


def test_a_cut_that_would_break_the_header_is_left_to_a_person() -> None:
    output = f"---\ntitle: 上海喝茶服务vx - 1,200 metres of wall\n---\n{output_of(PAGES['/clean'], 'txt', False)}"
    result = clean_output(output, cleaner=CLEANER)
    assert result.text is output
    assert [finding.text for finding in result.review] == ["上海喝茶服务vx "]
    assert result.review[0].evidence[-1].name == "needs-quotes"


def test_a_title_is_never_emptied() -> None:
    output = json.dumps({"title": "上海喝茶服务vx", "text": output_of(PAGES["/prefix"], "txt", False)}, ensure_ascii=False)
    result = clean_output(output, output_format="json", cleaner=CLEANER)
    assert json.loads(result.text)["title"] == "上海喝茶服务vx"
    assert "上海" not in json.loads(result.text)["text"]
    assert result.review[0].evidence[-1].name == "whole-field"


def test_escaped_letters_and_nested_objects_of_json_are_read_rightly() -> None:
    article = output_of(PAGES["/prefix"], "txt", False)
    output = json.dumps({"more": {"text": "爱上海论坛"}, "text": f"😀 {article}", "tags": ["text", "爱上海"]})
    result = clean_output(output, output_format="json", cleaner=CLEANER)
    assert json.loads(result.text) == json.loads(output) | {"text": "😀 " + CLEANER.clean(article).text}
    assert restore(result.text, result.findings) == output


@settings(max_examples=50, deadline=None)
@given(st.text())
def test_each_unit_of_a_form_is_one_code_point(text: str) -> None:
    whole = text.encode("utf-8", "replace").decode()
    as_xml = etree.tostring(_element(whole), encoding="unicode")[3:-4] if _element(whole).text else ""
    written = {
        adapter.PLAIN: whole,
        adapter.JSON: json.dumps(whole)[1:-1],
        adapter.CSV: whole.replace('"', '""'),
        adapter.XML: as_xml,
    }
    for form, source in written.items():
        units = form.unit.findall(source)
        assert "".join(units) == source
        assert [form.decode(unit) for unit in units] == list(form.decode(source))
    assert adapter.JSON.decode(written[adapter.JSON]) == whole


def _element(text: str) -> Any:
    """A paragraph with what of the text XML can hold."""
    element = etree.Element("p")
    element.text = "".join(c for c in text if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff"))
    return element


@pytest.mark.parametrize("as_dict", [False, True])
def test_a_document_is_cleaned_in_a_copy_with_its_trees(as_dict: bool) -> None:
    document = trafilatura.bare_extraction(DOUBLY, with_metadata=True)
    given_in: Any = document.as_dict() if as_dict else document
    result = clean_document(given_in, cleaner=CLEANER)
    before = given_in if as_dict else given_in.as_dict()
    after = result.document if as_dict else result.document.as_dict()
    assert type(result.document) is type(given_in)
    assert "上海" in before["text"]
    assert "上海" in etree.tostring(before["body"], encoding="unicode")
    assert after["text"] == CLEANER.clean(before["text"]).text
    assert after["description"] == '"What it costs" & who pays'
    assert "上海" not in etree.tostring(after["body"], encoding="unicode") + after["raw_text"]
    assert [node.tag for node in after["body"].iter()] == [node.tag for node in before["body"].iter()]
    for name in ("text", "description", "raw_text", "title"):
        assert restore(after[name], result.results[name].findings) == before[name]


def test_a_document_without_ads_is_the_same_object() -> None:
    document = trafilatura.bare_extraction(PAGES["/bilingual"], with_metadata=True)
    assert clean_document(document, cleaner=CLEANER).document is document


@pytest.mark.parametrize(
    ("output_format", "output", "says"),
    [
        ("html", "<p>a</p>", "txt, markdown, json, xml, csv"),
        ("xmltei", "<TEI/>", "txt, markdown, json, xml, csv"),
        ("json", "{", "not JSON"),
        ("json", "[]", "not a JSON object"),
        ("xml", "<doc>", "not XML"),
        ("xml", "<TEI/>", "<doc>"),
        ("csv", "a\tb\n", "11 cells"),
        ("csv", "\t" * 10 + "\r\n" + "\t" * 10, "11 cells"),
    ],
)
def test_an_output_of_another_format_is_refused_on_one_line(output_format: str, output: str, says: str) -> None:
    with pytest.raises(FormatError, match=re.escape(says)) as problem:
        clean_output(output, output_format=output_format)
    assert "\n" not in str(problem.value)


def test_another_format_is_refused_before_anything_is_extracted() -> None:
    with pytest.raises(FormatError, match="html"):
        extract(None, output_format="html")


def test_what_is_no_document_is_refused() -> None:
    with pytest.raises(FormatError, match="bare_extraction"):
        clean_document("a text")


def test_a_page_without_an_article_gives_none() -> None:
    assert extract("<html><body></body></html>") is None


def test_without_trafilatura_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    monkeypatch.delitem(sys.modules, "spamscrub.integrations.trafilatura")
    with pytest.raises(ImportError, match=r"spamscrub\[trafilatura\]") as problem:
        import_module("spamscrub.integrations.trafilatura")
    assert isinstance(problem.value, SpamscrubError)


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_of_the_guide_runs_and_prints_the_cleaned_article(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {"html": DOUBLY}
    exec(compile(example, "docs/scrapers.md", "exec"), names)
    printed = capsys.readouterr().out
    assert "metres of quay wall" in printed
    assert "上海" not in printed.split("remove zh-")[0]
    if "original" in names:
        assert names["original"] == trafilatura.extract(DOUBLY, output_format="xml", with_metadata=True)
