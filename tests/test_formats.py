"""Formats: only cleaned texts differ, the log brings the original back, and traps of each format are survived."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from spamscrub.errors import FormatError
from spamscrub.formats import lines
from spamscrub.formats.csv import Csv
from spamscrub.formats.jsonl import Jsonl, steps
from spamscrub.formats.model import START, Chunk, Position, Record, Splice, inverse
from spamscrub.formats.warc import Warc
from spamscrub.runner import plan, restore
from spamscrub.runner.work import Edited, Task, Where, proved
from spamscrub.streams import Source
from tests.corpus import AD, CLEAN, CODECS, DIRTY, plain, run, texts, warc_record, write

KINDS = ("txt", "jsonl", "csv", "tsv", "warc")


def problems(out: Path, back: Path, *logs: Path) -> list[str]:
    """What restoring a file complains of."""
    return [found.problem for found in restore(plan([str(out)], str(back)), logs) if found.problem]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("kind", KINDS)
def test_only_cleaned_texts_differ_and_the_log_brings_the_file_back(tmp_path: Path, kind: str, codec: str) -> None:
    source = write(tmp_path / "in", kind, codec, texts())
    out, log, back = tmp_path / ("out" + "".join(source.suffixes)), tmp_path / "log.jsonl", tmp_path / f"back.{kind}"
    totals = run([source], out, log=log).totals
    assert (totals.changed, totals.failed) == ((1, 0) if kind == "txt" else (2, 0))
    before, after = plain(source), plain(out)
    unlogged = tmp_path / ("unlogged" + "".join(source.suffixes))
    assert (run([source], unlogged).totals, plain(unlogged)) == (totals, after)
    assert out.read_bytes()[:2] == source.read_bytes()[:2]
    if kind != "warc":
        assert after == before.replace(AD.encode(), b"").replace(json.dumps(AD)[1:-1].encode(), b"")
    assert problems(out, back, log) == []
    assert plain(back) == before


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_without_ads_comes_out_byte_for_byte(tmp_path: Path, kind: str, codec: str) -> None:
    source = write(tmp_path / "in", kind, codec, [CLEAN, CLEAN])
    out = tmp_path / ("out" + "".join(source.suffixes))
    run([source], out)
    assert plain(out) == plain(source)


@pytest.mark.parametrize("kind", [*KINDS, "parquet"])
def test_an_empty_file_stays_one(tmp_path: Path, kind: str) -> None:
    source = write(tmp_path / "in", kind, "", ["", ""])
    if kind not in ("csv", "tsv", "parquet"):
        source.write_bytes(b"")
    out = tmp_path / f"out.{kind}"
    assert run([source], out, format="text" if kind == "txt" else None if kind in ("warc",) else kind.replace("tsv", "csv")).totals.failed == 0
    assert kind == "parquet" or out.read_bytes() == source.read_bytes()


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 7, 300, 3_000, 90_000, 400_000]), min_size=1, max_size=60), st.booleans())
def test_chunks_of_lines_tile_a_file_and_count_its_lines(lengths: list[int], is_ended: bool) -> None:
    data = b"\n".join(b"x" * length for length in lengths) + b"\n" * is_ended
    chunks = list(lines.split(Source("-", io.BytesIO(data)), START, 500_000))
    assert b"".join(chunk.data for chunk in chunks) == data
    for chunk in chunks:
        assert chunk.end == Position(chunk.at.offset + len(chunk.data), data[: chunk.at.offset + len(chunk.data)].count(b"\n") + (chunk is chunks[-1] and not data.endswith(b"\n")))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([0, 1, 7, 300, 3_000, 20_000, 90_000, 400_000]), min_size=1, max_size=80), st.booleans(), st.sampled_from([1_000, 500_000]))
def test_a_plain_file_is_cut_where_a_stream_is(tmp_path_factory: pytest.TempPathFactory, lengths: list[int], is_ended: bool, limit: int) -> None:
    data = b"\n".join(b"x" * length for length in lengths) + b"\n" * is_ended
    file = tmp_path_factory.mktemp("plain") / "lines.jsonl"
    file.write_bytes(data)
    source = Source(str(file))
    assert list(lines.split(source, START, limit)) == list(lines.split(Source("-", io.BytesIO(data)), START, limit))
    assert source.consumed == len(data)
    source.close()


def test_chunks_grow_with_the_file_and_end_at_the_same_places_from_wherever_it_is_read(tmp_path: Path) -> None:
    source = tmp_path / "long.jsonl"
    source.write_bytes((b"x" * 99_999 + b"\n") * 400)
    chunks = list(lines.split(Source(str(source)), START, 500_000))
    assert (len(chunks[0].data), len(chunks[-2].data)) == (300_000, 1_100_000)
    for n in (1, len(chunks) // 2, len(chunks) - 1):
        assert list(lines.split(Source(str(source)), chunks[n].at, 500_000)) == chunks[n:]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_warc_file_with_any_damage_is_passed_on_whole(data: st.DataObject) -> None:
    whole = bytearray(warc_record("conversion", "text/plain", b"One.") * 4)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 20))
        whole[at : at + data.draw(st.integers(0, 9))] = data.draw(st.sampled_from([b"", b"\r\n", b"9", b"\xff", b"WARC/1.0\r\n", b":"]))
    out = b""
    for chunk in Warc().split(Source("-", io.BytesIO(bytes(whole))), START, 1000):
        assert chunk.at.offset == len(out)
        assert chunk.passing or b"".join(record.raw for record in Warc().records(chunk)) == chunk.data
        out += chunk.data
    assert out == whole


# ------------------------------------------------------------------------------------------------ JSON lines


def clean_jsonl(tmp_path: Path, lines: bytes, **options: Any) -> bytes:
    """Lines as they come out, once they were restored from the log."""
    source, out, log, back = (tmp_path / name for name in ("in.jsonl", "out.jsonl", "log.jsonl", "back.jsonl"))
    source.write_bytes(lines)
    assert run([source], out, log=log, **options).totals.failed == 0
    assert problems(out, back, log) == []
    assert back.read_bytes() == lines
    return out.read_bytes()


TRAPS = (
    '{"n": 123456789012345678901234567890, "text": %s}',
    '{"a": 1e400, "b": NaN, "c": -Infinity, "text": %s}',
    '{ "text" :%s , "x": 1.0, "text2": "\\u00e9\\/" }\r',
    '{"other": "\\ud800 alone", "text": %s}',
    '{"text": "first", "text": %s}',
    '{"a": [{"text": "x"}, "}"], "b": "\\"text\\": \\\\", "text": %s, "\\u0074ext2": 0}',
    '\ufeff{"text": %s}',
)


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("ascii", [True, False])
def test_all_of_a_line_but_the_ad_stays(tmp_path: Path, trap: str, ascii: bool) -> None:
    dirty, clean = (json.dumps(text, ensure_ascii=ascii) for text in (DIRTY, DIRTY.replace(AD, "")))
    assert clean_jsonl(tmp_path, (trap % dirty).encode() + b"\n") == (trap % clean).encode() + b"\n"


def test_the_log_remembers_how_the_file_spelled_what_was_cut(tmp_path: Path) -> None:
    spelled = json.dumps(DIRTY).replace("/", "\\/").replace("\\u7231", "\\u7231".upper().replace("U", "u"))
    clean_jsonl(tmp_path, f'{{"text": {spelled}}}\n'.encode())
    clean_jsonl(tmp_path, f'{{"text": {json.dumps(DIRTY, ensure_ascii=False).replace("爱上", "爱" + chr(92) + "u4e0a")}}}\n'.encode())


def test_several_fields_and_lists_are_cleaned_in_one_pass(tmp_path: Path) -> None:
    row = {"title": "A ferry", "meta": {"a.b": DIRTY}, "paragraphs": [{"text": CLEAN}, {"text": DIRTY}, {"text": None}], "lines": [DIRTY, DIRTY], "keep": AD}
    out = json.loads(clean_jsonl(tmp_path, json.dumps(row).encode(), fields=("title", "meta.a\\.b", "paragraphs[].text", "lines[]")))
    gone = DIRTY.replace(AD, "")
    assert out == row | {"meta": {"a.b": gone}, "paragraphs": [{"text": CLEAN}, {"text": gone}, {"text": None}], "lines": [gone, gone]}
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert [row["field"] for row in rows[1:] if row["type"] == "finding"] == ["meta.a\\.b", "paragraphs[1].text", "lines[0]", "lines[1]"]


def test_a_record_is_named_by_its_id_field(tmp_path: Path) -> None:
    clean_jsonl(tmp_path, json.dumps({"text": DIRTY, "meta": {"url": 17}}).encode(), id_field="meta.url")
    rows = [json.loads(line) for line in (tmp_path / "log.jsonl").read_text("utf-8").splitlines()]
    assert {row["doc"] for row in rows[2:]} == {"17"}
    assert {(row["file"], row["record"]) for row in rows[2:]} == {("in.jsonl", 1)}


def test_a_cut_that_would_join_two_lone_surrogates_is_refused() -> None:
    format = Jsonl(("text",))
    record = next(format.records(Chunk(b'{"text": "a\\ud83dad\\ude00"}', START, START)))
    task = Task(format, Chunk(b"", START, START), Where("x", "x"), limit=1000)
    with pytest.raises(FormatError, match="could not be undone exactly"):
        proved(task, record, Edited({"text": [Splice(2, 4)]}))
    assert proved(task, record, Edited({"text": [Splice(0, 1)]})) == b'{"text": "\\ud83dad\\ude00"}'


JSON = st.sampled_from([None, 10**30, 'b": "', [{"b": "x"}, "]"], {"a": [{"b": "}"}], "": {"": "\\"}}])


@given(st.text(st.characters(), min_size=1, max_size=12), JSON, st.booleans(), st.data())
@settings(max_examples=60, deadline=None)
def test_any_piece_of_any_string_can_be_cut_out_of_a_line_and_put_back(text: str, other: Any, ascii: bool, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    format = Jsonl(("a[].b",))
    escaped = ascii or any("\ud800" <= char <= "\udfff" for char in text)  # half a character has no UTF-8
    line = json.dumps({"x": other, "a": [{"b": "no", "c": other}, {"c": other, "b": text}], "y": other}, ensure_ascii=escaped).encode()
    record = next(format.records(Chunk(line, START, START)))
    splices = {"a[1].b": [Splice(start, end)]}
    raw, spelled = format.spliced(record, splices)
    assert format.again(record, raw).texts == {"a[0].b": "no", "a[1].b": text[:start] + text[end:]}
    back = {"a[1].b": inverse(text, splices["a[1].b"], spelled["a[1].b"])}
    assert format.spliced(format.again(record, raw), back)[0] == line


def test_paths_have_steps() -> None:
    assert steps("meta.title") == ("meta", "title")
    assert steps("paragraphs[].text") == ("paragraphs", "[]", "text")
    assert steps("a\\.b[][]") == ("a.b", "[]", "[]")


def test_a_json_list_is_refused_with_the_way_out(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    source.write_bytes(b' [{"text": "a"}]')
    done = run([source], tmp_path / "out.jsonl", failures=tmp_path / "failures.jsonl")
    assert done.totals.failed == 1
    assert "jq -c" in (tmp_path / "failures.jsonl").read_text()


# ------------------------------------------------------------------------------------------------ CSV


@given(st.lists(st.lists(st.text(st.sampled_from('ab",;\n\r 爱'), max_size=6), min_size=2, max_size=2), min_size=1, max_size=5), st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL)))
@settings(max_examples=60, deadline=None)
def test_rows_are_read_as_the_csv_module_reads_them(rows: list[list[str]], quoting: Any) -> None:
    out = io.StringIO()
    csv.writer(out, quoting=quoting).writerows(rows)
    records = Csv(("a", "b"), ("a", "b")).records(Chunk(out.getvalue().encode(), START, START))
    found = [[record.texts["a"], record.texts["b"]] for record in records if record.is_document]
    assert found == [row for row in csv.reader(io.StringIO(out.getvalue(), newline="")) if row]


@given(st.text(st.sampled_from('ab",;\n\r 爱'), min_size=1, max_size=12), st.data())
@settings(max_examples=60, deadline=None)
def test_any_piece_of_a_quoted_field_can_be_cut_out_and_put_back(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerow([text, "x"])
    format = Csv(("a",), ("a", "b"))
    record: Record = next(format.records(Chunk(out.getvalue().encode(), START, Position())))
    raw, spelled = format.spliced(record, {"a": [Splice(start, end)]})
    assert next(csv.reader(io.StringIO(raw.decode(), newline=""))) == [text[:start] + text[end:], "x"]
    back = {"a": inverse(text, [Splice(start, end)], spelled["a"])}
    assert format.spliced(format.again(record, raw), back)[0] == record.raw


def test_other_delimiters_encodings_and_a_bom_are_known(tmp_path: Path) -> None:
    for n, (delimiter, encoding, bom) in enumerate(((";", "utf-8", ""), ("|", "gb18030", ""), ("\t", "utf-8", "\ufeff"))):
        source, out = tmp_path / f"{n}.csv", tmp_path / f"{n}.out.csv"
        rows = "".join(f'{n}{delimiter}"{text}"{delimiter}"say ""so"""\r\n' for text in (CLEAN.replace('"', '""'), DIRTY.replace('"', '""')))
        source.write_bytes(f"{bom}id{delimiter}text{delimiter}note\r\n{rows}".encode(encoding))
        assert run([source], out, encoding=encoding).totals.changed == 1
        assert out.read_bytes() == source.read_bytes().replace(AD.encode(encoding), b"")


def test_a_field_of_a_megabyte_and_an_unclosed_quote_do_no_harm(tmp_path: Path) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_bytes(b'id,text\r\n1,"x"\r\n2,' + b"y" * 1_000_000 + b'\r\n3,"never closed\r\n4,x\r\n')
    done = run([source], out, limit=300_000, failures=tmp_path / "failures.jsonl")
    assert (done.totals.documents, done.totals.failed) == (3, 2)
    assert out.read_bytes() == source.read_bytes()
    reasons = [json.loads(line)["reason"] for line in (tmp_path / "failures.jsonl").read_text().splitlines()]
    assert "in.csv:3: larger than" in reasons[0]
    assert "in.csv:4: text: something follows its closing quote" in reasons[1]


def test_a_missing_column_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    for kind in ("csv", "parquet"):
        source = write(tmp_path / "in", kind, "", texts())
        run([source], tmp_path / f"out.{kind}", fields=("body",), failures=tmp_path / "failures.jsonl")
        reason = json.loads((tmp_path / "failures.jsonl").read_text())["reason"]
        assert "there is no column 'body' (the columns are id, text" in reason
        assert "--text-field" in reason


# ------------------------------------------------------------------------------------------------ Parquet


def test_parquet_keeps_schema_row_groups_codecs_and_other_columns(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "parquet", "", texts(10))
    out, log, back = tmp_path / "out.parquet", tmp_path / "log.jsonl", tmp_path / "back.parquet"
    assert run([source], out, log=log).totals.changed == 3
    before, after = pyarrow.parquet.ParquetFile(source), pyarrow.parquet.ParquetFile(out)
    assert after.schema_arrow.equals(before.schema_arrow, check_metadata=True)
    assert after.schema.equals(before.schema)
    groups = [[f.metadata.row_group(n) for n in range(f.num_row_groups)] for f in (before, after)]
    assert [g.num_rows for g in groups[0]] == [g.num_rows for g in groups[1]] == [4, 4, 2]
    codecs = [[(g.column(n).path_in_schema, g.column(n).compression) for n in range(g.num_columns)] for g in (groups[0][0], groups[1][0])]
    assert codecs[0] == codecs[1]
    assert after.read().column("text").to_pylist() == [text.replace(AD, "") for text in texts(10)]
    assert after.read().drop_columns("text").equals(before.read().drop_columns("text"))
    assert problems(out, back, log) == []
    assert pyarrow.parquet.read_table(back).equals(pyarrow.parquet.read_table(source), check_metadata=True)


COLUMNS = {
    "large": (pyarrow.large_string(), DIRTY, DIRTY.replace(AD, "")),
    "dictionary": (pyarrow.dictionary(pyarrow.int32(), pyarrow.string()), DIRTY, DIRTY.replace(AD, "")),
    "view": (pyarrow.string_view(), DIRTY, DIRTY.replace(AD, "")),
    "struct.text": (pyarrow.struct([("text", pyarrow.string()), ("n", pyarrow.int64())]), {"text": DIRTY, "n": 2**60}, {"text": DIRTY.replace(AD, ""), "n": 2**60}),
    "list[]": (pyarrow.list_(pyarrow.string()), [CLEAN, None, DIRTY], [CLEAN, None, DIRTY.replace(AD, "")]),
}


@pytest.mark.parametrize("path", COLUMNS)
def test_a_parquet_column_of_any_kind_of_text_is_cleaned_and_nulls_stay(tmp_path: Path, path: str) -> None:
    kind, dirty, clean = COLUMNS[path]
    name = steps(path)[0]
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pyarrow.parquet.write_table(pyarrow.table({"n": [1, 2, 3], name: pyarrow.array([None, dirty, dirty], kind)}), source)
    done = run([source], out, fields=(path,), log=tmp_path / "log.jsonl")
    assert (done.totals.documents, done.totals.changed, done.totals.failed) == (3, 2, 0)
    assert pyarrow.parquet.read_table(out).equals(pyarrow.table({"n": [1, 2, 3], name: pyarrow.array([None, clean, clean], kind)}))
    assert problems(out, tmp_path / "back.parquet", tmp_path / "log.jsonl") == []
    assert pyarrow.parquet.read_table(tmp_path / "back.parquet").equals(pyarrow.parquet.read_table(source))


def test_rows_that_fail_in_parquet_are_kept_or_dropped(tmp_path: Path) -> None:
    source, out = tmp_path / "in.parquet", tmp_path / "out.parquet"
    bad = pyarrow.Array.from_buffers(pyarrow.string(), 1, pyarrow.array([b"bad \xff"], pyarrow.binary()).buffers())
    column = pyarrow.chunked_array([pyarrow.array([DIRTY]), bad, pyarrow.array([CLEAN])])
    pyarrow.parquet.write_table(pyarrow.table({"n": [1, 2, 3], "text": column}), source)
    assert run([source], out).totals.failed == 1
    assert pyarrow.parquet.read_table(out).column("n").to_pylist() == [1, 2, 3]
    run([source], out, on_failure="drop")
    assert pyarrow.parquet.read_table(out).to_pydict() == {"n": [1, 3], "text": [DIRTY.replace(AD, ""), CLEAN]}


def test_a_parquet_column_without_text_and_a_broken_file_are_named(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "parquet", "", texts())
    failures = tmp_path / "failures.jsonl"
    for field, part in (("id", "a column of int64 holds no text"), ("meta.nothing", "there is no 'nothing'")):
        run([source], tmp_path / "out.parquet", fields=(field,), failures=failures)
        assert part in failures.read_text("utf-8")
    source.write_bytes(source.read_bytes()[:-10])
    run([source], tmp_path / "out.parquet", failures=failures)
    assert "cannot be read as Parquet" in failures.read_text("utf-8")


# ------------------------------------------------------------------------------------------------ WARC


@pytest.mark.parametrize("codec", ["", "gz"])
def test_lengths_and_digests_of_warc_records_hold_after_cleaning(tmp_path: Path, codec: str) -> None:
    source = write(tmp_path / "in", "warc", codec, texts())
    out = tmp_path / ("out" + "".join(source.suffixes))
    assert run([source], out).totals.changed == 2
    with source.open("rb") as before, out.open("rb") as after:
        pairs = zip(ArchiveIterator(before), ArchiveIterator(after, check_digests="raise"), strict=True)
        for old, new in pairs:
            assert new.content_stream().read() == old.content_stream().read().replace(b"" if old.rec_type == "response" else AD.encode(), b"")
            kept = [[pair for pair in r.rec_headers.headers if pair[0] not in ("Content-Length", "WARC-Block-Digest")] for r in (old, new)]
            assert kept[0] == kept[1]


def test_a_digest_that_means_something_else_stays(tmp_path: Path) -> None:
    source, out, log = tmp_path / "in.warc", tmp_path / "out.warc", tmp_path / "log.jsonl"
    record = warc_record("conversion", "text/plain", DIRTY.encode()).replace(b"WARC-Block-Digest: sha1:", b"WARC-Payload-Digest: md5:00\r\nWARC-Block-Digest: sha1:A")
    source.write_bytes(record)
    assert run([source], out, log=log).totals.changed == 1
    assert b"md5:00\r\n" in out.read_bytes()
    assert problems(out, tmp_path / "back.warc", log) == []
    assert (tmp_path / "back.warc").read_bytes() == record


def test_what_is_no_warc_record_is_passed_over(tmp_path: Path) -> None:
    source, out = tmp_path / "in.warc", tmp_path / "out.warc"
    good = warc_record("conversion", "text/plain", DIRTY.encode())
    source.write_bytes(good + b"WARC/1.0\r\nno length\r\n\r\nrubbish " + good + warc_record("conversion", "text/plain", b"bad \xff") + good[:-200])
    done = run([source], out, failures=tmp_path / "failures.jsonl")
    reasons = [json.loads(line)["reason"] for line in (tmp_path / "failures.jsonl").read_text().splitlines()]
    assert (done.totals.changed, done.totals.failed) == (2, 3)
    for reason, part in zip(reasons, ("is no WARC record", "byte 4 (0xff) is not utf-8", "ends early"), strict=True):
        assert part in reason
    assert out.read_bytes().endswith(good[:-200])


# ------------------------------------------------------------------------------------------------ stores and names


def test_files_of_a_remote_store_are_read_and_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import fsspec

    monkeypatch.chdir(tmp_path)
    store = fsspec.filesystem("memory")
    for n in (1, 2):
        store.pipe(f"/in/sub{n}/x.jsonl.gz", write(tmp_path / "x", "jsonl", "gz", texts()).read_bytes())
    store.pipe("/in/y.parquet", write(tmp_path / "y", "parquet", "", texts()).read_bytes())
    found = run(["memory://in"], "memory://out", log="memory://log.jsonl", jobs=1)  # type: ignore[list-item, arg-type]
    assert (found.totals.documents, found.totals.changed) == (18, 6)
    assert sorted(store.find("/out")) == ["/out/sub1/x.jsonl.gz", "/out/sub2/x.jsonl.gz", "/out/y.parquet"]
    assert store.cat("/log.jsonl").count(b'"type":"finding"') == 6
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.jsonl.gz", "y.parquet"]


def test_formats_are_not_converted(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "jsonl", "", texts())
    run([source], tmp_path / "out.csv", failures=tmp_path / "failures.jsonl")
    assert "formats are not converted" in (tmp_path / "failures.jsonl").read_text()


def test_content_goes_before_the_name(tmp_path: Path) -> None:
    source = write(tmp_path / "in", "warc", "gz", texts())
    renamed = source.rename(tmp_path / "in.txt")
    assert run([renamed], tmp_path / "out.txt").totals.changed == 2
    assert (tmp_path / "out.txt").read_bytes().startswith(b"\x1f\x8b")
