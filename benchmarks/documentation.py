"""What is altered in clean technical text: manuals in many languages, none of which holds an ad.

    apt-get download debian-faq-de debian-reference-ja …; dpkg-deb -x PACKAGE.deb FOLDER/PACKAGE
    python benchmarks/documentation.py FOLDER                   # what is cut, by package
    python benchmarks/documentation.py FOLDER --only debian-faq debian-reference --most 700 --write manuals.jsonl
    python benchmarks/documentation.py FOLDER --files 90        # of packages with thousands of pages
    npm pack PACKAGE; pip download --no-deps PACKAGE; …         # unpacked into FOLDER/PACKAGE:
    python benchmarks/documentation.py FOLDER --sources         # what is cut in their READMEs and source files,
    python benchmarks/documentation.py FOLDER --pages --half b  # in whole HTML pages, menus and footers included (pip install inscriptis),
    python benchmarks/documentation.py FOLDER --catalogues      # and in message catalogues (.mo), as .po

FOLDER holds one folder for each package. HTML is read by trafilatura, manual pages by mandoc, plain text as it is; texts are cut
into pieces of about 8,000 characters. With `--write` they become gold records without spans, for `fit.py` and for the
development benchmark's own `make.py`. Which packages were used stands in `benchmarks/RESULTS.md`.
"""

from __future__ import annotations

import argparse
import gettext
import gzip
import hashlib
import json
import random
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache, partial
from pathlib import Path

import trafilatura

from spamscrub import Cleaner, Verdict

PIECE, MOST_PIECE, LEAST = 8_000, 12_000, 400
MOST_FILES = 250
"""So many manual pages of one package are enough."""
STUB = 2_500
"""A file of fewer bytes is one."""
COOKIES = 12
SOURCES = (".py", ".js", ".ts", ".vue", ".less", ".scss", ".yml")
READMES = (".md", ".mdx", ".rst", "METADATA", "PKG-INFO")
PIECE_OF_SOURCE, MOST_OF_SOURCE, MOST_SOURCES = 4_500, 60_000, 60
"""Source files with more bytes are generated, and so many files of one package are enough."""
LEAST_PAGE, LEAST_TEXT = 2_000, 200
"""Pages of fewer bytes, and their texts of fewer characters, say nothing."""
ENTRIES, MOST_ENTRIES, LEAST_ENTRIES = 60, 240, 20
"""So many entries of a catalogue are a text, and so many of one are enough."""
LANGUAGE = re.compile(r"[./_-]([a-z]{2})(?:[-_][A-Za-z]{2})?(?=[./])")


def pieces(text: str, usual: int = PIECE) -> Iterator[str]:
    """A text cut at blank lines, each piece a little longer than `usual`; where there are none, at line ends."""
    lines: list[str] = []
    size = 0
    for line in text.splitlines(keepends=True):
        if size > (MOST_PIECE if line.strip() else usual):
            yield "".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line)
    if lines:
        yield "".join(lines)


def texts(path: Path) -> Iterator[str]:
    """The texts of one file; none where it is of another kind, or cannot be read."""
    name = path.name.removesuffix(".gz")
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        if name.endswith(".html"):
            yield from pieces(trafilatura.extract(raw, include_comments=False, favor_recall=True) or "")
        elif name.endswith((".txt", ".text")):
            yield from pieces(raw.decode())
        elif "/man/" in str(path):
            page = subprocess.run(["mandoc", "-Tutf8", "-Owidth=88"], input=raw, capture_output=True, check=False).stdout
            yield from pieces(subprocess.run(["col", "-bx"], input=page, capture_output=True, check=True).stdout.decode())
        elif "/fortunes/" in str(path) and path.suffix not in (".dat", ".u8"):
            cookies = raw.decode().split("\n%\n")
            for at in range(0, len(cookies), COOKIES):
                yield "\n\n".join(cookies[at : at + COOKIES]) + "\n"
    except UnicodeDecodeError:
        return


def source_texts(path: Path) -> Iterator[str]:
    """The same of a README or source file."""
    try:
        yield from pieces(path.read_text("utf-8"), PIECE_OF_SOURCE)
    except UnicodeDecodeError:
        return


def page_texts(path: Path) -> Iterator[str]:
    """The text of a whole page, with its menus and footer."""
    from inscriptis import get_text

    html = trafilatura.utils.decode_file(path.read_bytes())
    yield re.sub(r"\n{3,}", "\n\n", get_text(html))


def catalogue_texts(path: Path) -> Iterator[str]:
    """Entries of a message catalogue as its translator sees them, in an order of chance that is always the same."""
    try:
        with path.open("rb") as file:
            entries = sorted((key.split("\x04")[-1], text) for key, text in vars(gettext.GNUTranslations(file))["_catalog"].items() if key and text and isinstance(key, str))
    except (UnicodeDecodeError, OSError, ValueError, IndexError):
        return
    random.Random(3).shuffle(entries)
    for at in range(0, min(len(entries), MOST_ENTRIES) if len(entries) >= LEAST_ENTRIES else 0, ENTRIES):
        yield "\n\n".join(f"msgid {json.dumps(key, ensure_ascii=False)}\nmsgstr {json.dumps(text, ensure_ascii=False)}" for key, text in entries[at : at + ENTRIES]) + "\n"


def records(root: Path, read: Callable[[Path], Iterator[str]], path: Path) -> list[dict[str, object]]:
    """The texts of one file as gold records without spans."""
    name = str(path.relative_to(root))
    found = LANGUAGE.search(name)
    language = found[1] if found else "en"
    least = LEAST_TEXT if read is page_texts else LEAST
    return [{"id": f"{name}#{n}", "lang": language, "kind": "docs", "text": text} for n, text in enumerate(read(path)) if len(text) >= least]


def source_files(package: Path) -> list[Path]:
    """READMEs and the like of a package, and source files that hold more than ASCII, in an order of chance that is always the same."""
    found = sorted(path for path in package.rglob("*") if path.is_file() and not path.is_symlink() and path.name.endswith((*SOURCES, *READMES)))
    found = [path for path in found if path.name.endswith(READMES) or (path.stat().st_size < MOST_OF_SOURCE and not path.read_bytes().isascii())]
    random.Random(1).shuffle(found)
    return found[:MOST_SOURCES]


def page_files(package: Path, half: str | None) -> list[Path]:
    """HTML pages of a package; `half`: one of two, by the last digit of their SHA-1."""
    found = [path for path in sorted(package.rglob("*")) if path.suffix.lower() in (".html", ".htm") and path.is_file() and path.stat().st_size >= LEAST_PAGE]
    return [path for path in found if not half or "ba"[int(hashlib.sha1(path.read_bytes()).hexdigest()[-1], 16) % 2] == half]


def catalogue_files(package: Path) -> list[Path]:
    """Message catalogues of a package."""
    return sorted(path for path in package.rglob("*.mo") if path.is_file())


def files(package: Path, most: int | None) -> list[Path]:
    """The files of a package in an order of chance that is always the same; `most`: of HTML and text, only so many that are no stubs."""
    found = sorted(path for path in package.rglob("*") if path.is_file() and not path.is_symlink())
    if most:
        found = [path for path in found if path.name.removesuffix(".gz").endswith((".html", ".txt", ".text")) and path.stat().st_size > STUB]
    random.Random(1).shuffle(found)
    return found[: most or (MOST_FILES if package.name.startswith("manpages") else None)]


def corpus(packages: Iterable[Path], jobs: int, choose: Callable[[Path], list[Path]], read: Callable[[Path], Iterator[str]]) -> Iterator[tuple[str, dict[str, object]]]:
    """The records of all packages with the name of each one's, no text twice."""
    seen: set[bytes] = set()
    with ProcessPoolExecutor(jobs) as pool:
        for package in packages:
            for found in pool.map(partial(records, package.parent, read), choose(package), chunksize=20):
                for record in found:
                    key = hashlib.sha1(str(record["text"]).encode()).digest()
                    if key not in seen:
                        seen.add(key)
                        yield package.name, record


@cache
def cleaner() -> Cleaner:
    """One for each process."""
    return Cleaner()


def judged(item: tuple[str, dict[str, object]]) -> tuple[str, int, list[tuple[str, str, str]]]:
    """The package and size of a text, and the verdict, label and string of all that is found in it."""
    package, record = item
    found = cleaner().clean(str(record["text"])).findings
    return package, len(str(record["text"])), [(f.verdict.value, f.label, f.text) for f in found]


def report(items: Iterable[tuple[str, dict[str, object]]], jobs: int, show: bool) -> None:
    """Clean all and print what that alters."""
    documents: Counter[str] = Counter()
    altered: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    size: Counter[str] = Counter()
    with ProcessPoolExecutor(jobs) as pool:
        for package, letters, found in pool.map(judged, items, chunksize=20):
            cut = [text for verdict, _, text in found if verdict == Verdict.REMOVE.value]
            for own in (package, "all"):
                documents[own] += 1
                size[own] += letters
                altered[own] += bool(cut)
                asked[own] += any(verdict == Verdict.REVIEW.value for verdict, _, _ in found)
                lost[own] += sum(map(len, cut))
            if show:
                for verdict, label, text in found:
                    print(json.dumps([package, verdict, label, text], ensure_ascii=False))
    print(f"{'package':28} documents  altered   review  lost per million characters")
    for package in [*sorted(documents.keys() - {"all"}), "all"]:
        rate, questions = altered[package] / documents[package], asked[package] / documents[package]
        print(f"{package:28} {documents[package]:9,} {rate:8.4f} {questions:8.4f} {lost[package] / size[package] * 1e6:8.0f}")


def chosen(options: argparse.Namespace) -> tuple[Callable[[Path], list[Path]], Callable[[Path], Iterator[str]]]:
    """Which files are read, and how."""
    if options.sources:
        return source_files, source_texts
    if options.pages:
        return partial(page_files, half=options.half), page_texts
    return (catalogue_files, catalogue_texts) if options.catalogues else (partial(files, most=options.files), texts)


def main() -> None:
    """Write gold records, or clean and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", nargs="+", default=[""], metavar="PREFIX", help="packages whose names begin so")
    parser.add_argument("--files", type=int, metavar="N", help="of each package only so many HTML and text files")
    parser.add_argument("--sources", action="store_true", help="READMEs and source files")
    parser.add_argument("--pages", action="store_true", help="whole HTML pages")
    parser.add_argument("--half", choices=("a", "b"), help="of the pages only those of one half")
    parser.add_argument("--catalogues", action="store_true", help="message catalogues")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write gold records instead of cleaning")
    parser.add_argument("--most", type=int, metavar="N", help="only so many texts, chosen by their ids")
    parser.add_argument("--show", action="store_true", help="also print all that is found")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    choose, read = chosen(options)
    found = corpus(sorted(path for path in options.folder.iterdir() if path.name.startswith(tuple(options.only))), options.jobs, choose, read)
    if options.most:
        found = iter(sorted(found, key=lambda item: hashlib.sha1(str(item[1]["id"]).encode()).digest())[: options.most])
    if options.write:
        with options.write.open("w", encoding="utf-8") as out:
            out.writelines(json.dumps(record, ensure_ascii=False) + "\n" for _, record in found)
    else:
        report(found, options.jobs, options.show)


if __name__ == "__main__":
    main()
