"""What is cut of dictionary entries that stand alone on a line of an article, as headings do: words with a meaning of their own, none of them an ad.

    apt-get download edict dict-wn dict-freedict-deu-eng …; dpkg-deb -x PACKAGE.deb FOLDER       # what is used stands in RESULTS.md
    npm pack node-cc-cedict; …                                                                    # unpacked into FOLDER
    python benchmarks/headwords.py FOLDER ../shared/bench             # how many entries are cut, asked about, by language
    python benchmarks/headwords.py FOLDER ../shared/bench --show cut  # and which

Entries are taken from every dictd index (`.index`; its name says the language), from `edict` and from `cc-cedict.txt`. Each is put between two lines of one
of three untouched articles of the benchmark in its language. Languages with capitals are tried as in a sentence (`Moral hazard`) and as in a title (`Moral Hazard`).
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from typing import NamedTuple

from spamscrub import Cleaner, Verdict

LANGUAGES = {
    "wn": "en", "deu": "de", "fra": "fr", "ita": "it", "spa": "es", "por": "pt", "nld": "nl", "swe": "sv", "pol": "pl", "hun": "hu",
    "fin": "fi", "ell": "el", "ara": "ar", "srp": "sr", "tur": "tr", "lit": "lt", "ces": "cs", "jpn": "ja",
}  # fmt: skip
"""The language of a dictd index by the first part of its name behind `freedict-`."""
ARTICLES, LONGEST, BATCH = 3, 1_400, 500
"""Articles for each language, the characters that are taken of one, and the entries of one job."""
SENTENCE_ENDS = ".。!?।؟"
FORMS: Mapping[str, Callable[[str], str]] = {"as in a sentence": lambda word: word[:1].upper() + word[1:], "as in a title": str.title}


class Tried(NamedTuple):
    """One entry on its line: what is told of it."""

    lang: str
    form: str
    word: str
    verdict: str
    label: str
    score: float


def entries(folder: Path) -> dict[str, set[str]]:
    """The entries of all dictionaries under a folder, by language."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(folder.rglob("*.index")):
        lang = LANGUAGES.get(path.stem.removeprefix("freedict-").split("-")[0])
        if lang:
            found[lang].update(line.split("\t")[0] for line in path.read_text("utf-8", "replace").splitlines() if not line.startswith("00-"))
    for path in folder.rglob("edict"):
        if path.is_file() and path.stat().st_size > 1_000_000:
            found["ja"].update(line.split()[0] for line in path.read_text("euc-jp", "replace").splitlines()[1:] if line.strip())
    for path in folder.rglob("cc-cedict.txt"):
        for line in path.read_text("utf-8").splitlines():
            if not line.startswith("#"):
                traditional, simplified = line.split()[:2]
                found["zh"].add(simplified)
                found["zh-Hant"].add(traditional)
    return {lang: {word.strip() for word in words if 1 < len(word.strip()) < 40} for lang, words in found.items()}


def articles(bench: Path) -> dict[str, list[str]]:
    """The beginnings of some untouched articles of the benchmark, by language."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (bench / "dev.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if not row["ops"] and row["kind"] == "article" and len(row["text"]) > 900 and len(found[row["host_lang"]]) < ARTICLES:
            found[row["host_lang"]].append(row["text"])
    return found


def placed(article: str, word: str) -> tuple[str, int]:
    """An article with a word on a line of its own behind the end of a sentence in its middle, and where that begins."""
    lines: list[str] = []
    for line in article.split("\n"):
        lines.append(line)
        if sum(map(len, lines)) > LONGEST:
            break
    ends = [number for number in range(1, len(lines)) if lines[number - 1].strip()[-1:] in SENTENCE_ENDS]
    at = ends[len(ends) // 2] if ends else max(1, len(lines) // 2)
    before = "".join(line + "\n" for line in lines[:at])
    return before + "\n".join([word, *lines[at:]]), len(before)


@cache
def cleaner() -> Cleaner:
    """One for each process."""
    return Cleaner()


def tried(job: tuple[str, str, str, list[str]]) -> list[Tried]:
    """What is told of some entries in an article."""
    lang, form, article, words = job
    texts = [placed(article, word) for word in words]
    found = []
    for word, (_, at), result in zip(words, texts, cleaner().clean_each([text for text, _ in texts]), strict=True):
        touching = [one for one in result.findings if one.start < at + len(word) and one.end > at] if result else []
        for one in sorted(touching, key=lambda one: one.verdict is not Verdict.REMOVE)[:1]:
            found.append(Tried(lang, form, word, "cut" if one.verdict is Verdict.REMOVE else "asked", one.label, one.score))
    return found


def jobs(words: Mapping[str, Iterable[str]], hosts: Mapping[str, list[str]]) -> Iterator[tuple[str, str, str, list[str]]]:
    """Language, form, article and entries of each job."""
    for lang in sorted(words.keys() & hosts.keys()):
        inside = sorted(words[lang])
        cased = any(word.lower() != word.upper() for word in inside)
        for form, written in FORMS.items() if cased else [("as it is", str)]:
            for number in range(0, len(inside), BATCH):
                yield lang, form, hosts[lang][number // BATCH % len(hosts[lang])], [written(word) for word in inside[number : number + BATCH]]


def main() -> None:
    """Count, print, and show."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("bench", type=Path)
    parser.add_argument("--only", nargs="*", default=[], metavar="LANGUAGE")
    parser.add_argument("--show", choices=("cut", "asked"))
    options = parser.parse_args()
    words, hosts = entries(options.folder), articles(options.bench)
    words = {lang: inside for lang, inside in words.items() if not options.only or lang in options.only}
    if not words.keys() & hosts.keys():
        raise SystemExit(f"headwords: no dictionary under {options.folder} in a language that the benchmark has articles in; see --help")
    with ProcessPoolExecutor(2) as pool:
        found = [one for some in pool.map(tried, jobs(words, hosts)) for one in some]
    print("| language | entries | form | cut | asked about |\n|---|---|---|---|---|")
    for lang, form in sorted({(lang, form) for lang, form, _, _ in jobs(words, hosts)}):
        told = [one.verdict for one in found if (one.lang, one.form) == (lang, form)]
        print(f"| {lang} | {len(words[lang]):,} | {form} | {told.count('cut')} | {told.count('asked')} |")
    for one in found:
        if one.verdict == options.show:
            print(f"{one.lang} {one.form}: {one.word} ({one.label}, {one.score:.2f})")


if __name__ == "__main__":
    main()
