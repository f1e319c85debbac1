"""What is stored of the built-in packs: the same packs and tables, quickly, and never an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from spamscrub.packs import Pack, builtin_packs, known, load_pack
from spamscrub.packs.known import Known
from spamscrub.packs.loader import builtin_known
from spamscrub.packs.stored import VARIABLE, cache_folder, store_tables, stored, stored_known, stored_tables

PACK = """name = "{name}"
about = "A pack for tests."
languages = ["en", "zh"]
sources = ["Made up."]

[[rule]]
id = "goods"
role = "trade"
phrases = ["casino", "博彩"]

[[rule]]
id = "tel"
role = "contact"
regex = "tel [ ] \\\\d+"
needs = ["tel"]

[[rule]]
id = "ad"
role = "ad"
template = "goods [code] tel"

[[example]]
dirty = "casino tel 1"
clean = "."

[[keep]]
text = "casino"
why = "A word."
"""


class Loads:
    """Loads packs and counts how often."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, path: Path) -> Pack:
        self.count += 1
        return load_pack(path)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    found = []
    for name in ("one", "two"):
        path = tmp_path / f"{name}.toml"
        path.write_text(PACK.format(name=name), encoding="utf-8")
        found.append(path)
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = tmp_path / "cache" / "below"
    monkeypatch.setenv(VARIABLE, str(place))
    return place


def only_file(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_what_is_stored_is_what_was_loaded(files: list[Path], folder: Path) -> None:
    load = Loads()
    first = stored(files, load)
    assert stored(files, load) == first == tuple(map(load_pack, files))
    assert load.count == 2


def test_nothing_is_stored_where_the_variable_says_off(files: list[Path], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "off")
    load = Loads()
    assert stored(files, load) == stored(files, load)
    assert (load.count, folder.exists()) == (4, False)


def test_a_changed_pack_is_loaded_anew(files: list[Path], folder: Path) -> None:
    stored(files, load_pack)
    files[1].write_text(files[1].read_text("utf-8").replace("casino", "roulette"), "utf-8")
    assert "roulette" in stored(files, load_pack)[1].rules[0].phrases
    assert only_file(folder).is_file()


def cut_short(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20])


def altered(file: Path) -> None:
    file.write_bytes(file.read_bytes().replace("博彩".encode(), "博弈".encode()))


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def opened_to_all(file: Path) -> None:
    file.chmod(0o666)


def made_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("damage", [cut_short, altered, emptied, opened_to_all, made_a_folder], ids=lambda damage: damage.__name__)
def test_a_file_that_cannot_be_trusted_is_not_used(damage: Callable[[Path], None], files: list[Path], folder: Path) -> None:
    stored(files, load_pack)
    damage(only_file(folder))
    load = Loads()
    assert stored(files, load) == tuple(map(load_pack, files))
    assert load.count == 2


def test_a_damaged_file_is_replaced_by_a_whole_one(files: list[Path], folder: Path) -> None:
    stored(files, load_pack)
    cut_short(only_file(folder))
    stored(files, load_pack)
    load = Loads()
    stored(files, load)
    assert load.count == 0
    assert only_file(folder).stat().st_mode & 0o077 == 0


def test_a_place_that_cannot_hold_files_is_no_error(files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(VARIABLE, str(tmp_path / "file"))
    assert stored(files, load_pack) == tuple(map(load_pack, files))


def test_the_folder_is_the_one_for_caches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "spamscrub"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative, so not valid")
    assert cache_folder() == tmp_path / ".cache" / "spamscrub"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert cache_folder() == tmp_path / "x" / "spamscrub"


# -- tables ------------------------------------------------------------------------------------------------------------


def test_tables_are_those_of_the_same_packs_and_the_same_build(files: list[Path], folder: Path) -> None:
    assert stored_tables(files, "b1") is None
    store_tables(files, "b1", lambda: b"\x00tables\n")
    assert stored_tables(files, "b1") == b"\x00tables\n"
    assert stored_tables(files, "b2") is None
    files[1].write_text(files[1].read_text("utf-8").replace("casino", "roulette"), "utf-8")
    assert stored_tables(files, "b1") is None


def test_tables_of_a_build_without_a_name_are_not_kept(files: list[Path], folder: Path) -> None:
    store_tables(files, "", lambda: b"tables")
    assert stored_tables(files, "") is None
    assert not folder.exists()


def test_tables_are_not_kept_where_the_variable_says_off(files: list[Path], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "off")
    store_tables(files, "b1", lambda: b"tables")
    assert stored_tables(files, "b1") is None


def last_byte_altered(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize("damage", [cut_short, last_byte_altered, emptied, opened_to_all, made_a_folder], ids=lambda damage: damage.__name__)
def test_tables_that_cannot_be_trusted_are_not_used(damage: Callable[[Path], None], files: list[Path], folder: Path) -> None:
    store_tables(files, "b1", lambda: b"tables" * 100)
    damage(only_file(folder))
    assert stored_tables(files, "b1") is None


# -- what logs say -----------------------------------------------------------------------------------------------------


def test_what_logs_say_is_stored_for_the_same_packs(files: list[Path], folder: Path) -> None:
    said = known(tuple(map(load_pack, files)))
    assert (said.names, len(said.sha256)) == (("one", "two"), 64)
    assert stored_known(files, lambda: said) == said
    assert stored_known(files, lambda: Known((), "")) == said
    files[0].write_text(files[0].read_text("utf-8").replace("casino", "roulette"), "utf-8")
    changed = known(tuple(map(load_pack, files)))
    assert changed.sha256 != said.sha256
    assert stored_known(files, lambda: changed) == changed
    cut_short(only_file(folder))
    assert stored_known(files, lambda: said) == said


def test_logs_say_of_the_built_in_packs_what_is_said_of_others() -> None:
    assert builtin_known() == known(builtin_packs())


def test_the_hash_of_packs_tells_whatever_changes_findings() -> None:
    pack = builtin_packs()[0]
    rule = pack.rules[0]
    others = {"id": "other", "role": "contact", "kind": "other", "phrases": ("x",), "needs": ("x",), "pattern": "x", "rare": not rule.rare}
    for name, value in others.items():
        assert known([replace(pack, rules=(replace(rule, **{name: value}),))]) != known([replace(pack, rules=(rule,))]), name
