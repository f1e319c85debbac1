"""Evaluation: figures that can be counted by hand, the same as the benchmark's own scorer, and one line for each mistake."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
from collections import Counter
from math import log
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spamscrub import audit
from spamscrub.cleaner import Cleaner
from spamscrub.evaluation import (
    Answer,
    Evaluation,
    Gold,
    answer,
    chosen_fields,
    count,
    largest,
    rates,
    read_gold,
    read_predictions,
)
from spamscrub.evaluation.evidence import by_evidence, by_rule
from spamscrub.evaluation.gold import left_out
from spamscrub.packs import Hit
from spamscrub.policy import Policy
from spamscrub.report.chart import chart
from spamscrub.spans import CleanResult, Evidence, Finding, Span, Verdict, cut
from tests.test_cli import CLEAN, DIRTY, one_line, spamscrub

HOST = "The ferry leaves early.\nSPAM SPAM\nThe gulls stay on the pier."
AD = Span(24, 34)


def gold_of(text: str = HOST, *spans: Span, **fields: str) -> Gold:
    return Gold("a", text, cut(text, spans), spans, fields, tuple({} for _ in spans), "gold.jsonl:1")


def finding_of(start: int, end: int, *weights: float, names: str = "abcdef", verdict: Verdict = Verdict.REMOVE, text: str = HOST) -> Finding:
    evidence = tuple(Evidence(name, weight) for name, weight in zip(names, weights, strict=False))
    return Finding(start, end, text[start:end], "label", sum(weights), verdict, evidence)


def lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A folder with an infected document, an untouched one and one in a folder below."""
    folder = tmp_path / "pairs"
    (folder / "deep").mkdir(parents=True)
    for name, text in (("dirty", DIRTY), ("calm", CLEAN), ("deep/crlf", DIRTY.replace("\n", "\r\n"))):
        clean = CLEAN.replace("\n", "\r\n") if "crlf" in name else CLEAN
        (folder / f"{name}.txt").write_bytes(text.encode())
        (folder / f"{name}.clean.txt").write_bytes(clean.encode())
    return folder


# --- figures ---


def test_a_document_left_as_it_was_costs_recall_and_nothing_else() -> None:
    figures = rates(count(gold_of(HOST, AD), ()))
    assert (figures["P"], figures["R"], figures["found"], figures["exact"], figures["lost/M"]) == (None, 0, 0, 0, 0)


def test_an_untouched_document_that_is_cut_is_altered_and_one_that_loses_a_space_is_not_damaged() -> None:
    for spans, altered, damaged in (((), 0, 0), ((Span(3, 4),), 1, 0), ((Span(3, 5),), 1, 1)):
        figures = rates(count(gold_of(), spans))
        assert (figures["clean"], figures["altered"], figures["damaged"]) == (1, altered, damaged)


def test_a_perfect_cut_is_perfect_in_every_figure() -> None:
    figures = rates(count(gold_of(HOST, AD), (AD,)))
    assert all(figures[name] == 1 for name in ("P", "R", "F1", "span P", "found", "span F1", "exact", "strict"))


def test_an_injection_is_found_with_nine_tenths_of_it_and_two_characters_of_the_host() -> None:
    text = "ab cd 0123456789 ef gh"
    for span, found in ((Span(7, 16), 1), (Span(8, 16), 0), (Span(3, 16), 1), (Span(1, 16), 0), (Span(3, 18), 0), (Span(6, 19), 1)):
        assert count(gold_of(text, Span(6, 16)), (span,))["found"] == found, span


def test_precision_and_recall_are_shares_of_characters_without_white_space() -> None:
    figures = rates(count(gold_of("ab cd 0123456789 ef gh", Span(6, 16)), (Span(3, 11),)))
    assert figures["P"] == pytest.approx(5 / 7)
    assert figures["R"] == pytest.approx(5 / 10)
    assert figures["lost/M"] == pytest.approx(1e6 * 2 / 8)
    assert (figures["span P"], figures["found"]) == (1, 0)


def test_blank_lines_count_for_strict_and_not_for_exact() -> None:
    assert rates(count(gold_of(HOST, AD), (Span(24, 33),)))["strict"] == 0
    assert rates(count(gold_of(HOST, AD), (Span(24, 33),)))["exact"] == 1


def test_figures_are_those_of_the_benchmark_scorer(shared: Path, tmp_path: Path) -> None:
    """The same gold data and predictions give the same figures, overall and in every table."""
    scorer = _scorer(shared / "bench" / "score.py")
    source = (shared / "bench" / "dev.jsonl").read_text("utf-8").split("\n")[:-1:8]
    records = [json.loads(line) for line in source]
    made = lines(tmp_path / "predictions.jsonl", *_distorted(records))
    (tmp_path / "gold.jsonl").write_text("\n".join(source), "utf-8")
    theirs = scorer.score(records, {row["id"]: row for row in map(json.loads, made.read_text("utf-8").splitlines())})
    ours = json.loads(spamscrub("evaluate", tmp_path / "gold.jsonl", made, "--json").stdout)
    assert 0 < ours["without_prediction"] < len(records)
    for axis, rows in theirs.items():
        for value, counts in rows.items():
            mine = ours["all"] if axis == "all" else ours["by"][axis][value]
            expected = scorer.rates(counts, axis)
            assert {name: mine[name] for name in expected} == pytest.approx(expected), (axis, value)


def _scorer(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location("bench_score", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _distorted(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Gold spans with some left out, some shifted, and some cuts in clean text; one document in ten has none at all."""
    dice, rows = random.Random(7), []
    for record in records:
        size = len(record["text"])
        spans = [[max(0, a + dice.choice([0, 0, 0, -1, 3, -4])), min(size, b + dice.choice([0, 0, 0, 1, -2, 5]))] for a, b in record["spans"] if dice.random() < 0.8]
        if dice.random() < 0.2:
            at = dice.randrange(size)
            spans.append([at, min(size, at + dice.randrange(1, 30))])
        rows.append({"id": record["id"], "spans": [[a, b] for a, b in spans if a < b]})
    return [row for row in rows if dice.random() < 0.9]


# --- gold data ---


@pytest.mark.parametrize(
    ("text", "clean", "cut_out"),
    [
        ("same", "same", []),
        ("one\nspam\ntwo", "one\ntwo", ["spam\n"]),
        ("one spam two spam three", "one two three", ["spam ", "spam "]),
        ("spa\nspring", "spring", ["spa\n"]),
        ("text spam", "text", [" spam"]),
        ("all of it", "", ["all of it"]),
    ],
)
def test_what_a_clean_text_leaves_out_is_found(text: str, clean: str, cut_out: list[str]) -> None:
    spans = left_out(text, clean)
    assert spans is not None
    assert [text[start:end] for start, end in spans] == cut_out


@pytest.mark.parametrize(("text", "clean"), [("text", "texts"), ("text", "tax"), ("abc", "acb"), ("", "a"), ("spam", "SPA")])
def test_a_text_that_holds_anything_else_is_not_the_text_with_parts_left_out(text: str, clean: str) -> None:
    assert left_out(text, clean) is None


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text("ab \n", max_size=6), st.booleans()), max_size=12))
def test_leaving_out_what_was_found_gives_the_clean_text(pieces: list[tuple[str, bool]]) -> None:
    text, clean = "".join(piece for piece, _ in pieces), "".join(piece for piece, kept in pieces if kept)
    spans = left_out(text, clean)
    assert spans is not None
    assert cut(text, spans) == clean


def test_spans_clean_texts_and_pairs_of_files_are_the_same_gold(pairs: Path, tmp_path: Path) -> None:
    spans = left_out(DIRTY, CLEAN)
    forms = [{"id": "a", "text": DIRTY, "spans": spans}, {"id": "b", "text": DIRTY, "clean": CLEAN}, {"id": "c", "text": DIRTY, "clean": CLEAN, "spans": spans}]
    from_lines = read_gold(lines(tmp_path / "gold.jsonl", *forms))
    from_folder = {gold.id: gold for gold in read_gold(pairs)}
    assert set(from_folder) == {"calm.txt", "dirty.txt", "deep/crlf.txt"}
    assert {(gold.text, gold.clean, gold.spans) for gold in (*from_lines, from_folder["dirty.txt"])} == {(DIRTY, CLEAN, tuple(spans or ()))}
    assert from_folder["calm.txt"].spans == ()


def test_lists_and_objects_describe_single_injections(tmp_path: Path) -> None:
    rows = [
        {"id": "a", "text": "spam host spam", "spans": [[0, 5], [9, 14]], "ops": ["HEAD", "TAIL"], "kind": "note"},
        {"id": "b", "text": "spam host", "spans": [{"start": 0, "end": 5, "op": "HEAD"}]},
    ]
    gold = read_gold(lines(tmp_path / "gold.jsonl", *rows))
    assert [[dict(mark) for mark in document.marks] for document in gold] == [[{"op": "HEAD"}, {"op": "TAIL"}], [{"op": "HEAD"}]]
    evaluation = Evaluation(chosen_fields(gold))
    for document in gold:
        evaluation.add(document, Answer((Span(0, 5),)))
    table = evaluation.as_json()["by"]
    assert {value: (row["inj"], row["found"]) for value, row in table["op"].items()} == {"HEAD": (2, 1), "TAIL": (1, 0)}
    assert set(table) == {"kind", "op"}


def test_documents_without_any_spans_are_untouched_when_all_of_the_file_are(tmp_path: Path) -> None:
    assert [gold.spans for gold in read_gold(lines(tmp_path / "gold.jsonl", {"id": "a", "text": CLEAN}, {"id": "b", "text": DIRTY}))] == [(), ()]


GOOD = {"id": "a", "text": "spam host", "spans": [[0, 5]]}


@pytest.mark.parametrize(
    ("rows", "parts"),
    [
        ('{"id": "a"', ("gold.jsonl:1", "not a line of JSON")),
        ("[1, 2]", ("gold.jsonl:1", "not an object")),
        ("\n" + json.dumps({"text": "x", "spans": []}), ("gold.jsonl:2", "no id")),
        (json.dumps({"id": "a", "spans": []}), ("gold.jsonl:1", "no text")),
        (json.dumps(GOOD) + "\n" + json.dumps(GOOD), ("gold.jsonl:2", "gold.jsonl:1 already")),
        (json.dumps(GOOD) + "\n" + json.dumps({"id": "b", "text": "x"}), ("gold.jsonl:2", "neither spans nor clean")),
        (json.dumps({**GOOD, "spans": [[0, 99]]}), ("gold.jsonl:1", "[0, 99]", "9 characters")),
        (json.dumps({**GOOD, "spans": [[0, 5], [4, 6]]}), ("gold.jsonl:1", "[4, 6]")),
        (json.dumps({**GOOD, "spans": [[3, 3]]}), ("gold.jsonl:1", "empty")),
        (json.dumps({**GOOD, "spans": [["0", 3]]}), ("gold.jsonl:1", "whole numbers")),
        (json.dumps({**GOOD, "spans": 7}), ("gold.jsonl:1", "not a list")),
        (json.dumps({**GOOD, "clean": "ghost"}), ("gold.jsonl:1", "does not give `clean`")),
        (json.dumps({"id": "a", "text": "spam host", "clean": "ghost"}), ("gold.jsonl:1", "parts left out")),
        (json.dumps({"id": "a", "text": "spam host", "clean": 3}), ("gold.jsonl:1", "not a string")),
        ("", ("gold.jsonl", "no documents")),
    ],
)
def test_a_broken_gold_file_is_named_with_its_line(tmp_path: Path, rows: str, parts: tuple[str, ...]) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(rows, "utf-8")
    one_line(spamscrub("evaluate", path), 2, *parts)


def test_a_gold_file_or_pair_that_is_missing_is_named(pairs: Path, tmp_path: Path) -> None:
    one_line(spamscrub("evaluate", tmp_path / "none.jsonl"), 2, "none.jsonl", "check the path")
    (pairs / "calm.clean.txt").unlink()
    one_line(spamscrub("evaluate", pairs), 2, "calm.txt", "calm.clean.txt")
    (pairs / "calm.clean.txt").write_bytes(b"\xff")
    one_line(spamscrub("evaluate", pairs), 2, "calm.clean.txt", "byte 0", "--encoding")


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        ({"spans": []}, ("made.jsonl:1", "no id")),
        ({"id": "a", "cleaned": "x"}, ("made.jsonl:1", "no spans")),
        ({"id": "a", "spans": [[2, 10]]}, ("made.jsonl:1", "[2, 10]", "9 characters")),
        ({"id": "b", "spans": []}, ("made.jsonl", "gold data's ids")),
    ],
)
def test_a_broken_prediction_is_named_with_its_line(tmp_path: Path, row: dict[str, Any], parts: tuple[str, ...]) -> None:
    one_line(spamscrub("evaluate", lines(tmp_path / "gold.jsonl", GOOD), lines(tmp_path / "made.jsonl", row)), 2, *parts)


def test_predictions_that_overlap_are_one_cut(tmp_path: Path) -> None:
    gold = read_gold(lines(tmp_path / "gold.jsonl", GOOD))
    made, policy = read_predictions(lines(tmp_path / "made.jsonl", {"id": "a", "spans": [[2, 5], [0, 3], [4, 4]]}), gold)
    assert (made["a"].spans, policy) == ((Span(0, 5),), None)


# --- evidence, thresholds, calibration ---


def test_evidence_counts_where_it_was_seen_and_what_hangs_on_it_alone() -> None:
    """Findings that would stay without it, and findings that would be cut without it."""
    findings = (
        finding_of(24, 33, 3.0, 1.0),
        finding_of(4, 9, 2.5, -1.0, 0.5),
        finding_of(38, 43, -4.0, 3.0, verdict=Verdict.KEEP),
    )
    table: dict[str, Counter[str]] = {}
    for name, counts in by_evidence(gold_of(HOST, AD), Answer((), findings), 1.75):
        table.setdefault(name, Counter()).update(counts)
    assert table == {
        "a": Counter(spam=1, clean=2, cut_spam=1, cut_clean=1, held_clean=1),
        "b": Counter(spam=1, clean=2),
        "c": Counter(clean=1, cut_clean=1),
    }


def test_the_prior_and_the_notes_of_the_policy_are_no_evidence() -> None:
    noted = Finding(24, 33, HOST[24:33], "x", 5.0, Verdict.REVIEW, (Evidence("prior", 5.0), Evidence("damage-bound", 0.0)))
    assert list(by_evidence(gold_of(HOST, AD), Answer((), (noted,)), 1.0)) == []


def test_a_rule_decides_alone_where_no_other_rule_hits() -> None:
    finding = finding_of(24, 33, 1.0, 2.0, names=["own-line", "lexicon-trade"])  # type: ignore[arg-type]
    first, part, second = (Hit(start, start + 4, role, "pack", rule) for start, role, rule in ((24, "trade", "goods"), (29, "part", "filler"), (29, "offer", "deal")))
    for hits, alone in (((first,), 1), ((first, part), 1), ((first, second), 0)):
        table: dict[str, Counter[str]] = {}
        for name, counts in by_rule(gold_of(HOST, AD), Answer((), (finding,), hits), 1.5):
            table.setdefault(name, Counter()).update(counts)
        assert table["pack/goods (trade)"] == +Counter(spam=1, cut_spam=alone)


def test_every_rule_of_the_packs_is_listed_even_without_a_hit() -> None:
    packs = Cleaner().packs
    assert len(Evaluation((), Policy(), packs=packs).rules) == sum(len(pack.rules) for pack in packs)


def test_a_text_is_judged_once() -> None:
    class Counting(Cleaner):
        judged = 0

        def explain(self, text: str, *, id: str | None = None) -> CleanResult:
            self.judged += 1
            return super().explain(text, id=id)

        def clean(self, text: str, *, id: str | None = None) -> CleanResult:
            self.judged += 1
            return super().clean(text, id=id)

    cleaner = Counting()
    found = answer(cleaner, DIRTY)
    assert cleaner.judged == 1
    assert found.spans == tuple(Span(f.start, f.end) for f in Cleaner().clean(DIRTY).removed)
    assert {hit.pack for hit in found.hits} >= {"zh-escort-forum"}


def test_the_threshold_in_force_gives_the_figures_of_the_run_and_higher_ones_find_less() -> None:
    cleaner = Cleaner(policy=Policy(remove_at=1.3, allow=frozenset({"爱上海论坛"})))
    evaluation = Evaluation((), cleaner.policy)
    for id, text, spans in (("a", DIRTY, left_out(DIRTY, CLEAN)), ("b", CLEAN, [])):
        evaluation.add(Gold(id, text, CLEAN, tuple(spans or ()), {}, tuple({} for _ in spans or ()), id), answer(cleaner, text))
    assert evaluation.thresholds[1.3] == evaluation.total
    assert evaluation.total["found"] == 1
    recalls = [counts["tp"] for _, counts in sorted(evaluation.thresholds.items())]
    assert recalls == sorted(recalls, reverse=True)
    assert {1.3} < {score for score in evaluation.thresholds if score >= 1.3}


def test_no_threshold_breaks_the_damage_bound() -> None:
    policy = Policy(max_share=0.2)
    evaluation = Evaluation((), policy)
    spam = finding_of(24, 34, 5.0, verdict=Verdict.REMOVE)
    evaluation.add(gold_of(HOST, AD), Answer((Span(24, 34),), (spam, finding_of(0, 9, 2.0, verdict=Verdict.REVIEW))))
    assert evaluation.thresholds[1.0]["tp"] == 0
    assert evaluation.thresholds[3.0]["tp"] == 8


def test_calibration_compares_predicted_probability_with_the_share_of_spam() -> None:
    evaluation = Evaluation((), Policy())
    findings = (finding_of(24, 33, log(3)), finding_of(0, 3, -800.0, verdict=Verdict.KEEP), finding_of(4, 9, log(3)))
    evaluation.add(gold_of(HOST, AD), Answer((), findings))
    assert [(one.candidates, one.spam) for one in evaluation.bins if one.candidates] == [(1, 0), (2, 1)]
    assert evaluation.bins[7].mean == pytest.approx(0.75)
    assert evaluation.calibration_error == pytest.approx((0 + 2 * 0.25) / 3)


def test_the_worst_mistakes_come_first() -> None:
    evaluation = Evaluation(())
    evaluation.add(gold_of(HOST, AD), Answer((Span(0, 3), Span(34, 43), Span(4, 5))))
    assert [(case.span, case.size) for case in largest(evaluation.false_cuts, 2)] == [(Span(34, 43), 8), (Span(0, 3), 3)]
    assert [(case.span, case.size, case.note) for case in evaluation.misses] == [(AD, 8, "0 of 8 characters cut; no candidate")]


# --- the picture ---


def test_the_picture_shows_every_threshold_and_every_bin() -> None:
    evaluation = Evaluation((), Policy())
    evaluation.add(gold_of(HOST, AD), Answer((Span(24, 33),), (finding_of(24, 33, 3.0), finding_of(0, 9, 0.5, verdict=Verdict.REVIEW))))
    picture = chart(evaluation)
    root = ElementTree.fromstring(picture)
    spot = "{http://www.w3.org/2000/svg}"
    texts = [node.text for node in root.iter(f"{spot}text")]
    dots = list(root.iter(f"{spot}circle"))
    possible = sum(rates(counts)["P"] is not None for counts in evaluation.thresholds.values())
    assert len(dots) == possible + 2
    assert {"precision", "1", "observed share of spam", "predicted probability 1/(1+exp(-score))"} <= set(texts)
    assert all(0 <= float(dot.attrib["cx"]) <= 980 and 0 <= float(dot.attrib["cy"]) <= 500 for dot in dots)
    assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")
    assert picture == chart(evaluation)


def test_a_picture_without_candidates_says_so() -> None:
    assert "no candidates" in chart(Evaluation((), Policy()))


# --- the command ---


def test_a_log_gives_the_figures_of_the_run_that_wrote_it(pairs: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    spamscrub("clean", pairs, "-o", tmp_path / "out", "--audit", log)
    from_log, own = (json.loads(spamscrub("evaluate", pairs, *more, "--json").stdout) for more in ((log,), ()))
    assert from_log["all"] == own["all"]
    assert from_log["all"]["strict"] == 1
    assert from_log["labels"] == own["labels"] == {"zh-escort-forum": {"spam": 4}}
    assert from_log["evidence"]["lexicon-trade"]["spam"] == own["evidence"]["lexicon-trade"]["spam"] > 0


def test_a_log_of_other_texts_is_refused(pairs: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    spamscrub("clean", pairs, "-o", tmp_path / "out", "--audit", log)
    for name in ("dirty.txt", "dirty.clean.txt"):
        (pairs / name).write_text("Other words.", "utf-8")
    one_line(spamscrub("evaluate", pairs, log), 2, "dirty.txt", "another text")
    row = json.loads(log.read_text("utf-8").splitlines()[0])
    lines(log, {**row, "policy": {"nonsense": 1}}, *map(json.loads, log.read_text("utf-8").splitlines()[1:]))
    (pairs / "dirty.txt").write_bytes(DIRTY.encode())
    (pairs / "dirty.clean.txt").write_bytes(CLEAN.encode())
    one_line(spamscrub("evaluate", pairs, log), 2, "log.jsonl:1", "policy")


def test_several_processes_give_the_same_bytes(pairs: Path) -> None:
    one, two = (spamscrub("evaluate", pairs, "--json", "--worst", 3, "--jobs", jobs) for jobs in (1, 2))
    assert one.stdout == two.stdout
    assert json.loads(one.stdout)["all"]["inj"] == 4


def test_the_options_that_judge_texts_are_obeyed_and_refused_beside_predictions(pairs: Path, tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text('off = ["zh-escort-forum"]\n')
    assert json.loads(spamscrub("evaluate", pairs, "--json", "--policy", policy).stdout)["all"]["R"] == 0
    made = lines(tmp_path / "made.jsonl", {"id": "dirty.txt", "spans": []})
    one_line(spamscrub("evaluate", pairs, made, "--policy", policy), 2, "leave out")
    one_line(spamscrub("evaluate", pairs, made, "--chart", tmp_path / "x.svg"), 2, "audit log")


def test_tables_and_mistakes_are_plain_lines_where_there_is_no_terminal(tmp_path: Path) -> None:
    text = DIRTY.replace("an old man", "老年人 (an old man)")
    gold = lines(tmp_path / "gold.jsonl", {"id": "a", "text": text, "clean": text.replace("爱上海论坛\n", "\n"), "kind": "note", "colour": "red"})
    made = lines(tmp_path / "made.jsonl", {"id": "a", "spans": [[0, 9], [len(text) - 5, len(text)]]})
    shown = spamscrub("evaluate", gold, made, "--worst", 1, "--by", "colour").stdout.decode().splitlines()
    assert " ".join(shown[0].split()) == "all docs inj P R F1 span P found span F1 exact strict clean lost/M"
    assert [line.split()[0] for line in shown if line][:4] == ["all", "all", "colour", "red"]
    assert "worst false cuts (1 of 2)" in shown
    assert next(line for line in shown if " a:1:1 " in line).split()[:3] == ["8", "a:1:1", "predicted"]
    assert next(line for line in shown if " a:4:1 " in line).endswith("0 of 5 characters cut; no candidate  s that it is forbidden.\\n[[爱上海论坛]]\\nWhat the harbour costs,")
    one_line(spamscrub("evaluate", gold, made, "--by", "size"), 2, "--by size", "colour, kind")


def test_all_tables_and_the_picture_come_of_a_run(pairs: Path, tmp_path: Path) -> None:
    result = spamscrub("evaluate", pairs, "--chart", tmp_path / "picture.svg")
    heads = [line.split("  ")[0] for line in result.stdout.decode().splitlines()]
    assert {"all", "cut from a score of", "1 (in force)", "predicted probability", "label of what was cut", "evidence", "rule"} <= set(heads)
    assert (tmp_path / "picture.svg").read_text("utf-8").startswith("<svg ")


def test_a_field_of_many_values_folds_the_thin_ones(tmp_path: Path) -> None:
    rows = [{"id": str(n), "text": "spam host", "spans": [[0, 5]], "kind": f"k{n}" if n < 15 else "usual"} for n in range(40)]
    gold = lines(tmp_path / "gold.jsonl", *rows)
    shown = spamscrub("evaluate", gold, lines(tmp_path / "made.jsonl", {"id": "3", "spans": [[0, 5]]})).stdout.decode()
    assert [line.split("  ")[0] for line in shown.splitlines()][3:6] == ["kind", "usual", "(15 others)"]


def test_a_terminal_gets_ruled_tables_with_every_figure_however_narrow_it_is(pairs: Path, tmp_path: Path) -> None:
    main_end, other_end = os.openpty()
    made = lines(tmp_path / "made.jsonl", {"id": "dirty.txt", "spans": []})
    command = [sys.executable, "-c", "from spamscrub.cli import main; main()", "evaluate", str(pairs), str(made)]
    result = subprocess.run(command, stdout=other_end, stderr=subprocess.PIPE, env={**os.environ, "TERM": "xterm", "COLUMNS": "40"}, timeout=60)
    os.close(other_end)
    shown = os.read(main_end, 100_000).decode()
    os.close(main_end)
    assert result.returncode == 0
    assert "───" in shown
    assert "1.000" not in shown
    assert shown.count("0.000") == 8
    assert "…" not in shown
    assert b"2 documents had no prediction" in result.stderr


def test_the_hash_of_the_process_changes_nothing(pairs: Path, tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    spamscrub("clean", pairs, "-o", tmp_path / "out", "--audit", log)
    command = [sys.executable, "-c", "from spamscrub.cli import main; main()", "evaluate", str(pairs), str(log), "--worst", "2"]
    outputs = {subprocess.run(command, capture_output=True, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, timeout=60).stdout for seed in ("1", "2")}
    assert len(outputs) == 1
    assert b"label of what was cut" in outputs.pop()


def test_the_log_of_a_run_names_the_policy(tmp_path: Path) -> None:
    gold = read_gold(lines(tmp_path / "gold.jsonl", {"id": "a", "text": DIRTY, "clean": CLEAN}))
    cleaner = Cleaner(policy=Policy(remove_at=2.5, off=frozenset({"en-seo"})))
    rows = [audit.header(cleaner.packs, cleaner.policy), *audit.records("a", DIRTY, cleaner.clean(DIRTY))]
    log = tmp_path / "log.jsonl"
    log.write_text("".join(audit.dumps(row) + "\n" for row in rows), "utf-8")
    assert read_predictions(log, gold)[1] == cleaner.policy
