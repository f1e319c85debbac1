"""The built-in packs as one file in the user's cache folder, which loads four times as fast as their TOML.

The file counts only if it was made from the very same packs and loader by this user, and is whole; else it is made anew.
Nothing depends on it: without a folder that can be written the TOML is read each time. SPAMSCRUB_CACHE names another
folder, or is `off`.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Any

import orjson

from spamscrub import __version__
from spamscrub.packs.model import Example, Keep, Pack, Piece, Rule

VARIABLE = "SPAMSCRUB_CACHE"
OTHERS_MAY_WRITE = 0o022


def stored(files: Sequence[Path], load: Callable[[Path], Pack]) -> tuple[Pack, ...]:
    """The packs of some files, from the cache if it holds them, else as `load` reads them."""
    folder = cache_folder()
    if folder is None:
        return tuple(map(load, files))
    file, key = folder / f"packs-{__version__}.json", _key(files)
    packs = _read(file, key, files)
    if packs is None:
        packs = tuple(map(load, files))
        _write(file, key, packs)
    return packs


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


def _key(files: Sequence[Path]) -> bytes:
    """What the stored packs are made from: the files, by name and content, and the code that reads them."""
    made_from = blake2b(__version__.encode(), digest_size=16)
    for file in (*files, *(Path(__file__).with_name(f"{name}.py") for name in ("loader", "model", "stored"))):
        content = file.read_bytes()
        made_from.update(f"{file.name} {len(content)} ".encode() + content)
    return made_from.hexdigest().encode()


def _read(file: Path, key: bytes, files: Sequence[Path]) -> tuple[Pack, ...] | None:
    """The packs that are stored under the key; None if there are none, they are damaged, or others may have written them."""
    try:
        with file.open("rb") as stream:
            if not _is_ours(os.fstat(stream.fileno())):
                return None
            head, _, content = stream.read().partition(b"\n")
        if head != _head(key, content):
            return None
        with _no_collection():
            return tuple(_pack(values, path) for values, path in zip(orjson.loads(content), files, strict=True))
    except (OSError, ValueError, TypeError):
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


def _write(file: Path, key: bytes, packs: Sequence[Pack]) -> None:
    """Store the packs, whole or not at all; where that cannot be done nothing is said, as nothing is lost."""
    content = orjson.dumps([_values(pack) for pack in packs])
    beside = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(_head(key, content) + b"\n" + content)
        beside.replace(file)
    except OSError:
        with suppress(OSError):
            beside.unlink()


def _head(key: bytes, content: bytes) -> bytes:
    return key + b" " + blake2b(content, digest_size=16).hexdigest().encode()


def _is_ours(status: os.stat_result) -> bool:
    return sys.platform == "win32" or (status.st_uid == os.getuid() and not status.st_mode & OTHERS_MAY_WRITE)


def _values(pack: Pack) -> list[Any]:
    rules = [[r.id, r.role, r.kind, r.phrases, [[*piece] for piece in r.template], r.pattern, r.needs, r.rare] for r in pack.rules]
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
    id, role, kind, phrases, template, pattern, needs, rare = values
    return Rule(id, role, kind, tuple(phrases), tuple(Piece(*piece) for piece in template), pattern, tuple(needs), rare)
