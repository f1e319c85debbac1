"""Labelled documents to learn from: gold files, and the project's own fixtures, examples and look-alikes."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from pathlib import Path

from spamscrub.packs import builtin_packs

ROOT = Path(__file__).parent.parent


def gold(paths: Sequence[Path]) -> list[dict[str, object]]:
    """Gold records of all files, with the fields that may be left out filled in."""
    records = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()]
    for record in records:
        record.setdefault("spans", [])
        record.setdefault("host_lang", record.get("lang", "und"))
        record.setdefault("family", None)
    return records


def own_records() -> list[dict[str, object]]:
    """Gold records of the project itself: fixtures, the texts near to ads that are not for the exam, and the examples and look-alikes of all packs."""
    records: list[dict[str, object]] = []
    for path in sorted((ROOT / "fixtures" / "articles").glob("*.spans.json")):
        about = json.loads(path.read_text("utf-8"))
        text = path.with_name(path.name.replace(".spans.json", ".txt")).read_bytes().decode("utf-8")
        records.append({"id": about["id"], "host_lang": about["host_lang"], "family": about["family"], "text": text, "spans": about["spans"]})
    for path in sorted((ROOT / "fixtures" / "keep").glob("*.jsonl")):
        records += gold([path])
    records += gold([ROOT / "benchmarks" / "exam" / "near.jsonl"])
    for pack in builtin_packs():
        for n, example in enumerate(pack.examples):
            spans = deletions(example.dirty, example.clean)
            records.append({"id": f"{pack.name}#{n}", "host_lang": "und", "family": pack.name, "text": example.dirty, "spans": spans})
        for n, keep in enumerate(pack.keeps):
            records.append({"id": f"{pack.name}#keep{n}", "host_lang": "und", "family": None, "text": keep.text, "spans": []})
    return records


def deletions(dirty: str, clean: str) -> list[tuple[int, int]]:
    """The stretches of `dirty` that are missing in `clean`: whole lines, or one stretch of a line."""
    old, new = dirty.splitlines(keepends=True), clean.splitlines(keepends=True)
    spans, at = [], 0
    for tag, i, j, k, m in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = "".join(old[i:j]), "".join(new[k:m])
        if tag == "replace" and j - i == m - k:
            for line, kept in zip(old[i:j], new[k:m], strict=True):
                spans.append(_one_deletion(line, kept, at))
                at += len(line)
            continue
        if before != after:
            spans.append(_one_deletion(before, after, at))
        at += len(before)
    return spans


def _one_deletion(before: str, after: str, at: int) -> tuple[int, int]:
    head = _shared(before, after)
    tail = _shared(before[head:][::-1], after[head:][::-1])
    return at + head, at + len(before) - tail


def _shared(one: str, other: str) -> int:
    """How many characters two strings begin with alike."""
    return next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
