"""Small corpora in every format, and a run over them: what the tests of formats and runs share."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from spamscrub.formats import Reading
from spamscrub.packs import builtin_packs
from spamscrub.runner import Options, Recipe, Run, plan
from spamscrub.streams import Source, compress

CLEAN = """The ferry leaves the east bank at half past six, before the office workers come.

On the upper deck an old man feeds the gulls, and nobody minds that it is forbidden.

What the harbour costs, "and who pays", the city has never said.
"""
AD = "爱上海论坛"
DIRTY = CLEAN.replace("forbidden.\n\nWhat", f"forbidden.\n{AD}\nWhat")
RECIPE = Recipe(())
"""No packs: runs start quickly, and a foreign line is still found."""
FEW_PACKS = [option for pack in builtin_packs() if pack.name != "zh-escort-forum" for option in ("--off", pack.name)]
"""Options with which a process of the command line starts quickly."""
CODECS = ("", "gz", "zst", "bz2", "xz")


def texts(count: int = 6) -> list[str]:
    """Texts of which every third is dirty."""
    return [DIRTY if n % 3 == 1 else CLEAN for n in range(count)]


def jsonl(bodies: Sequence[str], padding: int = 0) -> bytes:
    """JSON lines with numbers that a float cannot hold, and both ways to spell what is not ASCII."""
    rows = [{"id": f"a{n}", "n": 10**30 + n, "x": 1.0, "text": body, "page": "x" * padding} for n, body in enumerate(bodies)]
    return "".join(json.dumps(row, ensure_ascii=n % 2 == 0) + "\n" for n, row in enumerate(rows)).encode()


def table(bodies: Sequence[str], delimiter: str = ",", padding: int = 0) -> bytes:
    """CSV or TSV."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter)
    writer.writerow(["id", "text", "page"])
    writer.writerows([f"a{n}", body, "x" * padding] for n, body in enumerate(bodies))
    return out.getvalue().encode()


def parquet(bodies: Sequence[str], padding: int = 0) -> bytes:
    """Parquet with nested columns, several row groups and metadata."""
    rows = [{"id": n, "text": body, "meta": {"when": 1.5, "tags": ["a", None]}, "page": "x" * padding} for n, body in enumerate(bodies)]
    columns = pyarrow.Table.from_pylist(rows).replace_schema_metadata({"made": "by hand"})
    out = io.BytesIO()
    pyarrow.parquet.write_table(columns, out, row_group_size=4, compression={"id": "NONE", "text": "ZSTD", "page": "GZIP", "meta.when": "SNAPPY"})
    return out.getvalue()


def warc_record(kind: str, content: str, block: bytes, number: int = 0) -> bytes:
    """One WARC record whose digest is right."""
    digest = base64.b32encode(hashlib.sha1(block).digest()).decode()
    head = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: http://example.org/{number}\r\nWARC-Record-ID: <urn:{number}>\r\nContent-Type: {content}\r\nWARC-Block-Digest: sha1:{digest}\r\nContent-Length: {len(block)}\r\n\r\n"
    return head.encode() + block + b"\r\n\r\n"


def warc(bodies: Sequence[str], padding: int = 0) -> list[bytes]:
    """WET records with others among them."""
    records = [warc_record("warcinfo", "application/warc-fields", b"software: test\r\n")]
    for n, body in enumerate(bodies):
        records.append(warc_record("conversion", "text/plain; charset=utf-8", body.encode(), n))
        records.append(warc_record("response", "application/http; msgtype=response", b"HTTP/1.1 200 OK\r\n\r\n<p>" + AD.encode() + b"x" * padding, n))
    return records


def write(path: Path, kind: str, codec: str, bodies: Sequence[str], padding: int = 0) -> Path:
    """A corpus as a file of a format and a codec; its path."""
    path = path.with_name(f"{path.name}.{kind}{'.' if codec else ''}{codec}")
    if kind == "warc":
        path.write_bytes(b"".join(compress(record, codec) for record in warc(bodies, padding)))
        return path
    contents: dict[str, bytes] = {"txt": b"", "jsonl": b"", "csv": b"", "tsv": b"", "parquet": b""}
    contents["txt"] = bodies[1].encode()
    contents["jsonl"] = jsonl(bodies, padding)
    contents["csv"], contents["tsv"] = table(bodies, ",", padding), table(bodies, "\t", padding)
    if kind == "parquet":
        contents["parquet"] = parquet(bodies, padding)
    path.write_bytes(compress(contents[kind], codec))
    return path


def plain(path: Path) -> bytes:
    """The bytes of a file after decompression."""
    source = Source(str(path))
    found = source.read(1 << 30)
    source.close()
    assert not source.damage
    return found


def run(inputs: Sequence[Path], output: Path | None, **options: Any) -> Run:
    """Do a run to its end."""
    books = {name: str(options.pop(name)) for name in ("log", "failures") if options.get(name) is not None}
    reading = Reading(**{name: options.pop(name) for name in ("format", "fields", "id_field", "encoding") if name in options})
    done = Run(plan([str(path) for path in inputs], None if output is None else str(output)), options.pop("recipe", RECIPE), Options(reading, **options), **books)
    for _ in done.steps():
        pass
    return done
