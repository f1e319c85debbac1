"""What is made of the built-in packs, as files in the user's cache folder: the packs, the extension's tables, what logs say of them.

The packs load four times as fast as from their TOML, the tables ten times as fast as they are built. A file counts only
if it was made from the very same packs and code by this user, and is whole; else it is made anew. Nothing depends on it:
without a folder that can be written all is made each time. SPAMSCRUB_CACHE names another folder, or is `off`.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b, sha256
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import orjson

from spamscrub import __version__
from spamscrub.packs import everyday
from spamscrub.packs.known import Known
from spamscrub.packs.model import Example, Keep, Pack, Piece, Rule

VARIABLE = "SPAMSCRUB_CACHE"
OTHERS_MAY_WRITE = 0o022
MOST_HEAD = 200
"""So many bytes has the first line of a file at most."""


def stored(files: Sequence[Path], load: Callable[[Path], Pack]) -> tuple[Pack, ...]:
    """The packs of some files, from the cache if it holds them, else as `load` reads them."""
    folder = cache_folder()
    if folder is None:
        return tuple(map(load, files))
    file, key = folder / f"packs-{__version__}.json", _key((*files, *_code("loader", "model", "stored")))
    packs = _packs(_read(file, key), files)
    if packs is None:
        packs = tuple(map(load, files))
        _write(file, key, orjson.dumps([_values(pack) for pack in packs]))
    return packs


def stored_tables(files: Sequence[Path], build: str) -> memoryview | None:
    """The tables that a build of the extension has made of the packs of some files, if they are stored."""
    place = _place_of_tables(files, build)
    return _read(*place) if place else None


def store_tables(files: Sequence[Path], build: str, make: Callable[[], bytes]) -> None:
    """Keep what `make` makes of them for the next time, where anything is kept."""
    place = _place_of_tables(files, build)
    if place:
        _write(*place, make())


def stored_known(files: Sequence[Path], make: Callable[[], Known]) -> Known:
    """What logs say of the packs of some files, from the cache or as `make` has it."""
    folder = cache_folder()
    if folder is None:
        return make()
    file, key = folder / f"known-{__version__}.json", _key((*files, everyday.FILE, *_code("known", "loader", "model", "stored")))
    found = _read(file, key)
    if found is not None:
        names, digest = orjson.loads(found)
        return Known(tuple(names), digest)
    made = make()
    _write(file, key, orjson.dumps([made.names, made.sha256]))
    return made


def _place_of_tables(files: Sequence[Path], build: str) -> tuple[Path, bytes] | None:
    """Their file and key; None where nothing is kept, and for a build that has no name."""
    folder = cache_folder()
    if folder is None or not build:
        return None
    return folder / f"tables-{__version__}.bin", _key((*files, everyday.FILE, *_code("loader", "matcher", "model", "required", "stored")), build)


def cache_folder() -> Path | None:
    """Where packs are kept, by the variable or the custom of the system; None for nowhere."""
    named = os.environ.get(VARIABLE)
    if named is not None:
        return None if named in ("", "off") else Path(named)
    try:
        if sys.platform == "win32":
            return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "spamscrub" / "cache"
        if sys.platform == "darwin":
            return Path.home() / "Library" / "Caches" / "spamscrub"
        given = os.environ.get("XDG_CACHE_HOME", "")
        return (Path(given) if Path(given).is_absolute() else Path.home() / ".cache") / "spamscrub"
    except RuntimeError:  # this user has no home
        return None


def _code(*names: str) -> Iterator[Path]:
    """The modules of this folder that have a say."""
    return (Path(__file__).with_name(f"{name}.py") for name in names)


def _key(files: Sequence[Path], build: str = "") -> bytes:
    """What is stored is made from this: files, by name and content, and a build of the extension."""
    made_from = blake2b(f"{__version__} {build} ".encode(), digest_size=16)
    for file in files:
        content = file.read_bytes()
        made_from.update(f"{file.name} {len(content)} ".encode() + content)
    return made_from.hexdigest().encode()


def _read(file: Path, key: bytes) -> memoryview | None:
    """What is stored under the key; None if there is nothing, it is damaged, or others may have written it."""
    try:
        with file.open("rb") as stream:
            if not _is_ours(os.fstat(stream.fileno())):
                return None
            head = stream.readline(MOST_HEAD)
            content = memoryview(mmap(stream.fileno(), 0, access=ACCESS_READ))[len(head) :]
    except (OSError, ValueError):  # an empty file has nothing to map
        return None
    return content if head == _head(key, content) else None


def _packs(content: memoryview | None, files: Sequence[Path]) -> tuple[Pack, ...] | None:
    """The packs of some files out of what is stored of them, if anything is."""
    if content is None:
        return None
    try:
        with _no_collection():
            return tuple(_pack(values, path) for values, path in zip(orjson.loads(content), files, strict=True))
    except (ValueError, TypeError):
        return None


@contextmanager
def _no_collection() -> Iterator[None]:
    """Python looks for garbage as objects are made; where a hundred thousand are made to stay that takes as long as making them."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def _write(file: Path, key: bytes, content: bytes) -> None:
    """Store something, whole or not at all; where that cannot be done nothing is said, as nothing is lost."""
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(_head(key, content))
            stream.write(content)
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def _head(key: bytes, content: bytes | memoryview) -> bytes:
    """The first line of a file: what it was made from, and that it is whole."""
    return b"%s %s\n" % (key, sha256(content).hexdigest().encode())


def _is_ours(status: os.stat_result) -> bool:
    return sys.platform == "win32" or (status.st_uid == os.getuid() and not status.st_mode & OTHERS_MAY_WRITE)


def _values(pack: Pack) -> list[Any]:
    rules = [[r.id, r.role, r.kind, r.phrases, [[*piece] for piece in r.template], r.pattern, r.needs, r.rare, r.everyday] for r in pack.rules]
    examples = [[example.dirty, example.clean] for example in pack.examples]
    return [pack.name, pack.about, pack.languages, pack.enabled, pack.sources, rules, examples, [[k.text, k.why] for k in pack.keeps]]


def _pack(values: Sequence[Any], path: Path) -> Pack:
    name, about, languages, enabled, sources, rules, examples, keeps = values
    return Pack(
        name=name,
        about=about,
        languages=tuple(languages),
        enabled=enabled,
        sources=tuple(sources),
        rules=tuple(map(_rule, rules)),
        examples=tuple(Example(*example) for example in examples),
        keeps=tuple(Keep(*keep) for keep in keeps),
        path=path,
    )


def _rule(values: Sequence[Any]) -> Rule:
    id, role, kind, phrases, template, pattern, needs, rare, everyday = values
    return Rule(id, role, kind, tuple(phrases), tuple(Piece(*piece) for piece in template), pattern, tuple(needs), rare, everyday)
