"""Runs on a remote store: files, logs, interruption and errors, over the S3 protocol against a server that runs here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spamscrub.errors import FormatError, RunError
from spamscrub.formats import Reading
from spamscrub.runner import Options, Run, plan, restore
from tests.corpus import RECIPE, jsonl, texts, write

pytestmark = [pytest.mark.engine, pytest.mark.xdist_group("s3")]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the server answers."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield "http://{}:{}".format(*server.get_host_and_port())
    server.stop()


@pytest.fixture
def store(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A bucket of its own for each test, named `dumps`; the current folder is empty."""
    import fsspec
    import s3fs

    for name, value in {"ENDPOINT_URL": address, "ACCESS_KEY_ID": "me", "SECRET_ACCESS_KEY": "secret", "DEFAULT_REGION": "us-east-1"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.chdir(tmp_path)
    s3fs.S3FileSystem.clear_instance_cache()
    found = fsspec.filesystem("s3")
    if found.exists("dumps"):
        found.rm("dumps", recursive=True)
    found.mkdir("dumps")
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return found


def files(store: Any, folder: str) -> dict[str, bytes]:
    """Every file below a folder of the store."""
    store.invalidate_cache()
    return {path.removeprefix(f"{folder}/"): store.cat_file(path) for path in store.find(folder)}


def job(**options: Any) -> Run:
    """A run from one address to another, with a log there."""
    return Run(plan(["s3://dumps/in.jsonl"], "s3://dumps/out.jsonl"), RECIPE, Options(jobs=1, **options), log="s3://dumps/log.jsonl.zst")


@pytest.mark.parametrize("log", ["log.jsonl", "log.jsonl.zst", "log.parquet"])
def test_a_folder_of_all_formats_is_cleaned_logged_and_restored_there(store: Any, tmp_path: Path, log: str) -> None:
    for place, kind, codec in (("a/x", "jsonl", "gz"), ("a/y", "parquet", ""), ("b/z", "csv", "zst"), ("b/w", "warc", "gz"), ("t", "txt", "")):
        source = write(tmp_path / "x", kind, codec, texts())
        store.pipe_file(f"dumps/in/{place}.{source.name.partition('.')[2]}", source.read_bytes())
    run = Run(plan(["s3://dumps/in"], "s3://dumps/out"), RECIPE, Options(jobs=1), log=f"s3://dumps/{log}", failures="s3://dumps/bad.jsonl")
    list(run.steps())
    assert (run.totals.documents, run.totals.changed, run.totals.failed) == (25, 9, 0)
    assert list(restore(plan(["s3://dumps/out"], "s3://dumps/back"), [f"s3://dumps/{log}"])) and list(Path.cwd().iterdir()) == []
    before, back = files(store, "dumps/in"), files(store, "dumps/back")
    assert before.keys() == back.keys() == files(store, "dumps/out").keys()
    assert {name for name in before if before[name] != back[name]} <= {"a/x.jsonl.gz", "a/y.parquet", "b/z.csv.zst", "b/w.warc.gz"}
    assert back["t.txt"] == before["t.txt"]
    assert list(files(store, "dumps/bad.jsonl").values()) == [b""]


def test_a_run_that_was_stopped_goes_on_where_it_was(store: Any) -> None:
    store.pipe_file("dumps/in.jsonl", jsonl(texts(60), padding=20_000))
    list(job().steps())
    whole = files(store, "dumps")
    for name in ("out.jsonl", "log.jsonl.zst"):
        store.rm_file(f"dumps/{name}")
    begun = job(pause=0.0)
    steps = begun.steps()
    next(steps), next(steps)
    steps.close()
    assert begun.resumable
    assert list(files(store, "dumps")) == ["in.jsonl"]
    with pytest.raises(RunError, match="--resume"):
        list(job().steps())
    resumed = job(resume=True)
    assert 1 < sum(1 for _ in resumed.steps()) < 6
    assert files(store, "dumps") == whole
    assert list(Path.cwd().iterdir()) == []


def test_a_changed_object_is_not_resumed(store: Any) -> None:
    store.pipe_file("dumps/in.jsonl", jsonl(texts(60), padding=20_000))
    steps = job(pause=0.0).steps()
    next(steps), next(steps)
    steps.close()
    store.pipe_file("dumps/in.jsonl", jsonl(texts(61), padding=20_000))
    with pytest.raises(RunError, match=r"the input s3://dumps/in\.jsonl was changed since"):
        list(job(resume=True).steps())


def test_a_store_that_cannot_be_written_is_named_and_the_work_is_kept(store: Any) -> None:
    store.pipe_file("dumps/in.jsonl", jsonl(texts(60), padding=20_000))
    jobs = plan(["s3://dumps/in.jsonl"], "s3://nowhere/out.jsonl")
    with pytest.raises(FormatError, match=r"s3://nowhere/out\.jsonl: cannot be written \(The specified bucket does not exist\); "):
        list(Run(jobs, RECIPE, Options(jobs=1, pause=0.0)).steps())
    assert len(list(Path.cwd().iterdir())) == 2
    store.mkdir("nowhere")
    list(Run(jobs, RECIPE, Options(jobs=1, resume=True)).steps())
    assert list(Path.cwd().iterdir()) == []
    assert len(files(store, "nowhere")["out.jsonl"].splitlines()) == 60


def test_an_object_that_is_not_there_or_not_ours_is_a_failure_of_that_file(store: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    missing = Run(plan(["s3://dumps/missing.jsonl"], "out.jsonl"), RECIPE, Options(Reading("jsonl"), jobs=1))
    assert [str(failure) for step in missing.steps() for failure in step.processed.failures] == ["s3://dumps/missing.jsonl: no such file; check the path"]
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    store.clear_instance_cache()
    with pytest.raises(FormatError, match=r"s3://dumps/in\.jsonl: cannot be read \(.*\); check the address"):
        plan(["s3://dumps/in.jsonl"], "out.jsonl")


def test_a_store_that_fails_in_the_middle_of_a_file_stops_the_run_and_publishes_nothing(store: Any) -> None:
    store.pipe_file("dumps/in.jsonl", jsonl(texts(60), padding=400_000))
    run = job(pause=0.0)
    steps = run.steps()
    next(steps)
    store.rm_file("dumps/in.jsonl")
    with pytest.raises(RunError, match=r"s3://dumps/in\.jsonl: cannot be read any further \(.*\) after \d+ bytes; see to it, and go on with --resume"):
        list(steps)
    assert run.is_left
    assert files(store, "dumps") == {}
