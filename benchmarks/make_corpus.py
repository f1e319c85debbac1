"""Write a corpus of any size, with some ads in it: for the benchmarks of memory, speed and interruption.

    python benchmarks/make_corpus.py corpus.jsonl --size 2GB --page 20000
    python benchmarks/make_corpus.py corpus.warc.gz --documents 600
    python benchmarks/make_corpus.py clean.jsonl --size 200MB --text 3000 --clean

The name tells the format (.jsonl, .csv, .tsv, .parquet, .warc) and the compression (.gz, .zst, .bz2, .xz). Each document has an
id, a text of `--text` characters at least, every fourth with a line of advertising unless `--clean` is said, and a field
`page` of `--page` other characters, as dumps that keep the page beside its text have it. The same call writes the same
bytes.
"""

from __future__ import annotations

import argparse
import csv
import io
import itertools
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from spamscrub.streams import bare, codec_of, compress

SENTENCES = (
    "The ferry leaves the east bank at half past six, before the office workers come.",
    "On the upper deck an old man feeds the gulls, and nobody minds that it is forbidden.",
    "What the harbour costs, and who pays for it in the end, the city has never said.",
    "The pier was repaired in 2019, for the third time, and the tickets rose by two yuan.",
    "A night boat runs on Fridays, mostly empty, with the lamps turned low.",
    "The captain keeps a list of the days on which the fog came in before noon.",
)
ADS = ("爱上海论坛", "上海龙凤419论坛", "上海喝茶服务vx", "夜上海论坛爱上海")
AT_ONCE = 500

Document = dict[str, Any]


def documents(page: int, length: int = 0, *, clean: bool = False, seed: int = 0) -> Iterator[Document]:
    """Documents without end."""
    chance = random.Random(seed)
    filling = "".join(chance.choices("abcdefgh <>/=", k=page))
    for number in itertools.count():
        lines = chance.sample(SENTENCES, 4)
        have = sum(map(len, lines))
        while have < length:
            lines.append(" ".join(chance.sample(SENTENCES, 3)))
            have += len(lines[-1])
        if number % 4 == 1 and not clean:
            lines.insert(2, chance.choice(ADS))
        text = "\n\n".join(lines) + "\n"
        turn = number % max(1, page)
        yield {"id": f"d{number}", "text": text, "page": filling[turn:] + filling[:turn]}


def as_jsonl(batch: list[Document]) -> list[bytes]:
    """Lines of JSON."""
    return ["".join(json.dumps(document, ensure_ascii=False) + "\n" for document in batch).encode()]


def as_table(delimiter: str) -> Callable[[list[Document]], list[bytes]]:
    """Rows of CSV or TSV; the header comes before the first document."""

    def rows(batch: list[Document]) -> list[bytes]:
        out = io.StringIO()
        writer = csv.DictWriter(out, ("id", "text", "page"), delimiter=delimiter)
        if batch[0]["id"] == "d0":
            writer.writeheader()
        writer.writerows(batch)
        return [out.getvalue().encode()]

    return rows


def as_warc(batch: list[Document]) -> list[bytes]:
    """WET records, each with the page as a record of its own that is no text."""
    found = []
    for document in batch:
        for kind, content, field in (("conversion", "text/plain", "text"), ("response", "application/http; msgtype=response", "page")):
            block = document[field].encode()
            head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:{document['id']}>\r\nContent-Type: {content}\r\nContent-Length: {len(block)}\r\n\r\n"
            found.append(head.encode() + block + b"\r\n\r\n")
    return found


def write(path: Path, size: int, count: int, page: int, length: int = 0, *, clean: bool = False) -> None:
    """Write documents until the file has `size` bytes before compression, or `count` documents."""
    kind = Path(bare(path.name)).suffix
    endless = documents(page, length, clean=clean)
    batches = (list(itertools.islice(endless, min(AT_ONCE, count - done))) for done in range(0, count, AT_ONCE))
    if kind == ".parquet":
        _write_parquet(path, size, batches)
        return
    ways = {".jsonl": as_jsonl, ".csv": as_table(","), ".tsv": as_table("\t"), ".warc": as_warc}
    written = 0
    with path.open("wb") as out:
        for batch in batches:
            for piece in ways[kind](batch):
                written += len(piece)
                out.write(compress(piece, codec_of(path.name)))
            if written >= size:
                return


def _write_parquet(path: Path, size: int, batches: Iterator[list[Document]]) -> None:
    import pyarrow
    import pyarrow.parquet

    schema = pyarrow.schema([(name, pyarrow.string()) for name in ("id", "text", "page")])
    written = 0
    with pyarrow.parquet.ParquetWriter(path, schema, compression="zstd") as out:
        for batch in batches:
            table = pyarrow.Table.from_pylist(batch, schema)
            written += table.nbytes
            out.write_table(table)
            if written >= size:
                return


def bytes_of(size: str) -> int:
    """A size such as 200MB in bytes."""
    digits = size.upper().removesuffix("B")
    return int(float(digits.rstrip("KMG")) * {"K": 1e3, "M": 1e6, "G": 1e9}.get(digits[-1:], 1))


def main() -> None:
    """Read the command line and write the corpus."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", type=Path)
    parser.add_argument("--size", type=bytes_of, default=1 << 60)
    parser.add_argument("--documents", type=int, default=1 << 40)
    parser.add_argument("--page", type=int, default=0)
    parser.add_argument("--text", type=int, default=0)
    parser.add_argument("--clean", action="store_true")
    given = parser.parse_args()
    write(given.path, given.size, given.documents, given.page, given.text, clean=given.clean)


if __name__ == "__main__":
    main()
