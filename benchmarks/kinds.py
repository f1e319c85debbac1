"""What is altered in kinds of clean text that have their own way with letters and languages, made from packages that hold such texts.

    python benchmarks/kinds.py FOLDER ../shared/bench                   # what is cut, by kind
    python benchmarks/kinds.py FOLDER ../shared/bench --show 20         # and some of it
    python benchmarks/kinds.py FOLDER ../shared/bench --write TEXTS     # the texts, a file for each kind

FOLDER holds the unpacked packages; which, stands in RESULTS.md. A kind whose files are not there is left out. None of the texts holds an ad, but for a
contact or two that readers left in reviews.
"""

from __future__ import annotations

import argparse
import bz2
import email
import email.policy
import gzip
import json
import lzma
import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from itertools import permutations
from pathlib import Path
from typing import Any

from headwords import articles, entries

from spamscrub import Cleaner, Verdict

Texts = Iterator[str]
FEW = 200
"""Shorter texts say nothing."""
MOST = 4_000
"""So many descriptions of one language are enough."""
DIGITS = {sign: n for n, sign in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")}
LATIN = ("en", "de", "fr", "es", "pl", "sv", "hu", "fi")
OTHERS = ("zh", "zh-Hant", "ja", "ko", "ru", "uk", "bg", "ar", "fa", "he", "hi", "th", "el")


def mails(folder: Path) -> Texts:
    """Messages of mailing lists and newsletters, with their subject."""
    for path in sorted(folder.rglob("*-ham-*/*.txt")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        try:
            body = message.get_body(("plain",))
            text = body.get_content() if body else ""  # type: ignore[attr-defined]
        except (LookupError, ValueError, AttributeError):
            continue
        yield f"{message.get('subject') or ''}\n\n{text}" if isinstance(text, str) else ""


def reviews(folder: Path) -> Texts:
    """Chinese reviews of hotels, books and computers, a dozen to a page."""
    for name in ("neg", "pos"):
        for path in sorted(folder.rglob(f"sentiment/{name}.txt")):
            lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
            random.Random(1).shuffle(lines)
            yield from ("\n".join(lines[n : n + 12]) for n in range(0, len(lines), 12))


def newspaper(folder: Path) -> Texts:
    """A month of a Chinese newspaper, with its signs full-width."""
    for path in sorted(folder.rglob("tag/199801.txt")):
        page: list[str] = []
        for line in path.read_text("utf-8").splitlines():
            if line.strip():
                page.append("".join(word.rsplit("/", 1)[0] for word in line.split()).replace("[", ""))
            if sum(map(len, page)) > 1_500:
                yield "\n".join(page)
                page = []


def descriptions(folder: Path) -> Texts:
    """What software packages are for, in many languages."""
    for path in sorted(folder.rglob("Translation-*")):
        opener = lzma.open if path.suffix == ".xz" else bz2.open
        found = []
        for record in opener(path, "rt", encoding="utf-8").read().split("\n\n"):
            at = re.search(r"^Description-(?!md5)\w+: ", record, re.MULTILINE)
            if at:
                found.append("\n".join("" if line == " ." else line.removeprefix(" ") for line in record[at.end() :].split("\n")))
        random.Random(4).shuffle(found)
        yield from found[:MOST]


def scripture(folder: Path) -> Mapping[str, list[list[tuple[str, str]]]]:
    """Chapters of (verse, its translation) by language."""
    found: dict[str, Any] = {}
    for path in sorted(folder.rglob("quran_*.json")):
        lang = path.stem.removeprefix("quran_")
        chapters = [[(verse["text"], verse.get("translation") or verse["transliteration"]) for verse in chapter["verses"]] for chapter in json.loads(path.read_text("utf-8"))]
        found.setdefault(lang, chapters)
    return found


def verses(folder: Path) -> Texts:
    """Verses with a translation below or behind each, a dozen to a page."""
    chance = random.Random(7)
    for chapters in scripture(folder).values():
        for chapter in chapters:
            for n in range(0, len(chapter), 12):
                some = chapter[n : n + 12]
                style = chance.randrange(3)
                yield "\n".join(f"{a}\n{b}\n" if style == 0 else f"{k}. {b} {a}" if style == 1 else b for k, (a, b) in enumerate(some, n + 1))


def two_languages(folder: Path) -> Texts:
    """The same sentences in two languages: in turn, side by side, one after the other, in brackets, or one sentence quoted."""
    chance = random.Random(11)
    chapters = {lang: found for lang, found in scripture(folder).items() if lang != "transliteration"}
    for one, other in permutations(sorted(chapters), 2):
        for number in chance.sample(range(114), 14):
            first, second = ([text for _, text in chapters[lang][number][:9]] for lang in (one, other))
            pairs = list(zip(first, second, strict=True))
            style = chance.randrange(5)
            if style == 0:
                yield "\n".join(f"{a}\n{b}\n" for a, b in pairs)
            elif style == 1:
                yield "\n".join(f"{a} / {b}" for a, b in pairs)
            elif style == 2:
                yield " ".join(first) + "\n\n" + " ".join(second)
            elif style == 3:
                yield "\n".join(f"{n}. {a} ({b})" for n, (a, b) in enumerate(pairs, 1))
            else:
                yield "\n".join([*first[: len(first) // 2], second[len(second) // 2], *first[len(first) // 2 :]])


def countries(folder: Path) -> Texts:
    """A country with its name in twenty-five languages, each on its own line."""
    for path in sorted(folder.rglob("countries.json"))[:1]:
        for country in json.loads(path.read_text("utf-8")):
            native = [f"{country['languages'].get(code, code)}: {name['official']} ({name['common']})" for code, name in country["name"].get("native", {}).items()]
            yield "\n".join([country["name"]["common"], *native, f"Capital: {', '.join(country['capital'])}", "In other languages", *(name["common"] for name in country["translations"].values())])


def glossaries(folder: Path) -> Texts:
    """Thirty entries of a dictionary that follow each other, whole."""
    chance = random.Random(5)
    for path in sorted(folder.rglob("freedict-*.index")):
        data = gzip.decompress(path.with_suffix(".dict.dz").read_bytes())
        places = [line.split("\t")[1:] for line in path.read_text("utf-8", "replace").splitlines() if not line.startswith("00-")]
        for _ in range(60):
            at = chance.randrange(max(1, len(places) - 40))
            some = [data[start : start + size] for start, size in ([_number(sign) for sign in place] for place in places[at : at + 30])]
            yield "\n\n".join(entry.decode("utf-8", "replace").strip() for entry in some)[:9_000]


def _number(written: str) -> int:
    value = 0
    for sign in written:
        value = value * 64 + DIGITS[sign]
    return value


def titles(folder: Path, bench: Path) -> Texts:
    """An article in other letters than Latin with a list of three to fourteen titles in these: bare, numbered, or with a year."""
    chance = random.Random(21)
    hosts = {lang: found for lang, found in articles(bench).items() if lang in OTHERS}
    words = {lang: [word for word in sorted(found) if 2 <= len(word.split()) <= 4 and word.replace(" ", "").isalpha()] for lang, found in entries(folder).items() if lang in LATIN}
    for host in sorted(hosts) if words else ():
        for _ in range(60):
            lines = chance.choice(hosts[host]).split("\n")
            lang, style = chance.choice(sorted(words)), chance.randrange(4)
            some = [chance.choice(words[lang]).title() for _ in range(chance.choice((3, 8, 14)))]
            items = [title if style == 0 else f"{n}. {title}" if style == 1 else f"{1990 + n} {title}" if style == 2 else f"{title} ({1990 + n})" for n, title in enumerate(some)]
            middle = len(lines) // 2
            yield "\n".join([*lines[:middle], "", *items, "", *lines[middle:]])


KINDS: Mapping[str, Callable[[Path], Texts]] = {
    "mails": mails, "newspaper": newspaper, "reviews": reviews, "descriptions": descriptions, "verses": verses,
    "two languages": two_languages, "countries": countries, "glossaries": glossaries,
}  # fmt: skip


@cache
def cleaner() -> Cleaner:
    """One for each process."""
    return Cleaner()


def looked_at(texts: Sequence[str]) -> list[list[tuple[str, str, str]]]:
    """For each text what is found: verdict, label and the string."""
    return [[(one.verdict.value, one.label, one.text) for one in result.findings] if result else [] for result in cleaner().clean_each(texts)]


def main() -> None:
    """Make, clean, count, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--show", type=int, default=0, metavar="N")
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    many = 0
    print("| kind | texts | altered | asked about | lost per million |\n|---|---|---|---|---|")
    for kind, make in {**KINDS, "titles": lambda folder: titles(folder, options.bench)}.items():
        texts = [text for text in make(options.folder) if len(text) > FEW]
        many += len(texts)
        if not texts:
            continue
        if options.write:
            options.write.mkdir(parents=True, exist_ok=True)
            lines = [json.dumps({"id": f"{kind}-{n}", "text": text}, ensure_ascii=False) + "\n" for n, text in enumerate(texts)]
            (options.write / f"{kind.replace(' ', '-')}.jsonl").write_text("".join(lines), "utf-8")
        with ProcessPoolExecutor(2) as pool:
            found = [one for some in pool.map(looked_at, (texts[n : n + 50] for n in range(0, len(texts), 50))) for one in some]
        cut = [[text for verdict, _, text in one if verdict == Verdict.REMOVE.value] for one in found]
        asked = sum(any(verdict == Verdict.REVIEW.value for verdict, _, _ in one) for one in found)
        lost = sum(len(text) for one in cut for text in one) / sum(map(len, texts)) * 1e6
        print(f"| {kind} | {len(texts):,} | {sum(map(bool, cut)) / len(texts):.2%} | {asked / len(texts):.2%} | {lost:,.0f} |", flush=True)
        shown = [(label, text) for one in found for verdict, label, text in one if verdict == Verdict.REMOVE.value]
        for label, text in random.Random(3).sample(shown, min(options.show, len(shown))):
            print(f"    {label}: {text!r}")
    if not many:
        raise SystemExit(f"kinds: none of the packages is under {options.folder}; RESULTS.md names them")


if __name__ == "__main__":
    main()
