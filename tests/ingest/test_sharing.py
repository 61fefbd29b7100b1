"""The nightly job with an object store, as a person meets it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest
from click.testing import Result

from index.build.layout import current_build_id
from index.build.remote import EVERYBODY, connect
from index.build.replica import Replica
from tests.ingest.test_cli import confnotes
from tests.s3_server import ADDRESS, S3Server


@pytest.fixture
def server(object_store: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> S3Server:
    """Name an empty object store and a folder of builds in the environment."""
    monkeypatch.setenv("CONFNOTES_INDEX", ADDRESS)
    monkeypatch.setenv("CONFNOTES_INDEX_DIR", str(tmp_path / "index"))
    return object_store


def live() -> str:
    """Return the id of the public build that is live in the store."""
    pointer = connect(ADDRESS).live()
    assert pointer is not None
    return pointer.builds[EVERYBODY]


def ingested(folder: Path, *arguments: str) -> Result:
    """Run the job, which must end well."""
    done = confnotes("ingest", folder, *arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    return done


def test_a_night_is_published_and_the_next_job_goes_on_from_it(
    server: S3Server, harbour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job on another machine, with an empty disk, is held to the build that is live; how runs end travels along."""
    ingested(harbour)
    first = live()
    assert first == current_build_id(tmp_path / "index")
    assert {"last-run.json", "doubts.json"} <= {*server.names()}

    monkeypatch.setenv("CONFNOTES_INDEX_DIR", str(tmp_path / "other"))
    (harbour / "day2.md").write_text("# KubeCon EU 2021\n\nNothing was written.\n", encoding="utf-8")
    (harbour / "day1.md").write_text("# KubeCon EU 2021\n\n## One Talk - Ann Bee\n\nShort.\n", "utf-8")
    gate = tmp_path / "gate.jsonl"
    gate.write_text(
        json.dumps(
            {"question": "How many crates does the crane lift?", "expect": "forty crates", "must": True}
        ),
        encoding="utf-8",
    )
    refused = confnotes("ingest", harbour, "--gate", gate)

    assert refused.exit_code == 4
    assert live() == first
    assert json.loads(server.objects["builds/last-run.json"][0])["exit_status"] == 4


def test_the_job_that_was_overtaken_says_so(server: S3Server, harbour: Path, tmp_path: Path) -> None:
    """Where another job publishes while this one works, this one ends with 4 and one line, and the other's build stays."""
    ingested(harbour)
    before = server.objects["builds/CURRENT"]
    other = before[0].replace(b'"token": "', b'"token": "f')

    def overtake(name: str, written: bool) -> None:
        if not written and name.endswith("manifest.json"):
            server.objects["builds/CURRENT"] = (other, before[1])

    server.on_put = overtake
    (harbour / "day3.md").write_text(
        "# KubeCon EU 2021\n\n## Tides - Ann Bee\n\nTides are caches.\n", "utf-8"
    )
    done = confnotes("ingest", harbour)

    assert done.exit_code == 4
    [line] = done.stderr.splitlines()
    assert "another job published there" in line
    assert server.objects["builds/CURRENT"][0] == other
    server.on_put = lambda _name, _written: None
    ingested(harbour)
    assert live() == current_build_id(tmp_path / "index")


def test_going_back_goes_back_everywhere(server: S3Server, harbour: Path, tmp_path: Path) -> None:
    """`confnotes index rollback` makes the earlier build live in the store; replicas follow, and the next night keeps it."""
    ingested(harbour)
    first = live()
    replica = Replica(connect(ADDRESS), tmp_path / "replica")
    (harbour / "day3.md").write_text(
        "# KubeCon EU 2021\n\n## Tides - Ann Bee\n\nTides are caches.\n", "utf-8"
    )
    ingested(harbour)
    replica.start()
    assert live() != first
    done = confnotes("index", "rollback")

    assert (done.exit_code, done.stderr) == (0, "")
    assert live() == first
    assert replica.fetch() is None
    assert current_build_id(tmp_path / "replica") == first
    ingested(harbour)
    assert live() == first


def test_private_recaps_travel_apart(server: S3Server, harbour: Path, tmp_path: Path) -> None:
    """No word of a private recap is in an object outside its audience's builds; when it is taken back, its builds go."""
    (harbour / "own.md").write_text(
        "# KubeCon EU 2021\n\n## Marlinspike in Depth - Eve Dean\n\nMarlinspike halves the bill.\n", "utf-8"
    )
    sources = harbour / "sources.yaml"
    own = "  - path: own.md\n    author: Somebody\n    visible_in: [C0QUAY]\n"
    rest = "sources:\n  - path: day1.md\n    author: Ann Bee\n"
    sources.write_text(rest + own, encoding="utf-8")
    ingested(sources)

    holding = {name for name, (content, _) in server.objects.items() if b"marlinspike" in content.lower()}
    assert holding
    assert all(name.startswith("builds/audiences/C0QUAY/") for name in holding)

    sources.write_text(rest, encoding="utf-8")
    ingested(sources)
    assert not [name for name in server.names() if name.startswith("audiences/")]


def test_a_store_that_refuses_is_one_line(server: S3Server, harbour: Path) -> None:
    """Before anything is read the job ends with 4; the line shows no credential."""
    server.refusing = True
    done = confnotes("ingest", harbour)

    assert done.exit_code == 4
    [line] = done.stderr.splitlines()
    assert "refuses these credentials" in line
    assert server.environment["AWS_SECRET_ACCESS_KEY"] not in line


def test_a_folder_that_is_named_stays_at_home(server: S3Server, harbour: Path, tmp_path: Path) -> None:
    """With --index a run is for that folder, and nothing leaves the machine."""
    ingested(harbour, "--index", str(tmp_path / "own"))

    assert not server.objects


def embedded(folder: Path, own: Path, share: str, key: str = "") -> Result:
    """Let a job on a machine of its own embed a share."""
    return confnotes(
        "ingest", folder, "--shard", share, CONFNOTES_INDEX_DIR=str(own), CONFNOTES_BUILD_KEY=key
    )


def test_shards_of_several_machines_become_one_build(server: S3Server, harbour: Path, tmp_path: Path) -> None:
    """Jobs on machines of their own put shards there and nothing else; another machine publishes them, and they are gone."""
    (harbour / "own.md").write_text(
        "# KubeCon EU 2021\n\n## Marlinspike in Depth - Eve Dean\n\nMarlinspike halves the bill.\n", "utf-8"
    )
    sources = harbour / "sources.yaml"
    sources.write_text(
        "sources:\n  - path: day1.md\n    author: Ann Bee\n"
        "  - path: own.md\n    author: Somebody\n    visible_in: [C0QUAY]\n",
        "utf-8",
    )
    for number in (1, 2):
        done = embedded(sources, tmp_path / str(number), f"{number}/2")
        assert (done.exit_code, done.stderr) == (0, "")
    folders = {name.rpartition("/")[0] for name in server.names()}
    before = os.umask(0o077)
    try:
        ingested(sources, "--merge", "2")
    finally:
        os.umask(before)
    confnotes("ingest", sources, "--index", tmp_path / "one")

    assert folders == {f"{where}shards/{n}-of-2" for where in ("", "audiences/C0QUAY/") for n in (1, 2)}
    assert not [name for name in server.names() if "shards" in name]
    for place in (Path(), Path("audiences/C0QUAY")):
        ours, theirs = tmp_path / "index" / place, tmp_path / "one" / place
        assert current_build_id(ours)[-6:] == current_build_id(theirs)[-6:]  # the digest of every file
        assert stat.S_IMODE(ours.stat().st_mode) == 0o755  # the bot's account may enter
    again = ingested(sources, "--merge", "2", "--index", str(tmp_path / "index"))
    assert again.stdout.startswith("Nothing changed")


def lose(server: S3Server, name: str) -> None:
    """Remove an object."""
    del server.objects[f"builds/{name}"]


def change(server: S3Server, name: str) -> None:
    """Change an object's last byte."""
    content, at = server.objects[f"builds/{name}"]
    server.objects[f"builds/{name}"] = (content[:-1] + bytes([content[-1] ^ 1]), at)


KEY = "a key that nobody else has"
BROKEN = {
    "killed before the last upload": (lose, "shard.json", "1/1 is missing"),
    "a file is missing": (lose, "tokens.npy", "shard 1/1 in s3://notes/builds: tokens.npy is missing"),
    "not signed": (lose, "shard.hmac", "it is not signed"),
    "a file was changed": (change, "tokens.npy", "tokens.npy was changed"),
    "the record was changed": (change, "shard.json", "its signature is not by CONFNOTES_BUILD_KEY"),
    "the signature was changed": (change, "shard.hmac", "its signature is not by CONFNOTES_BUILD_KEY"),
}


def test_a_shard_that_did_not_arrive_whole_is_refused(
    server: S3Server, harbour: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The merge ends with 4 and one line, nothing is published, and with the whole shard all is well."""
    monkeypatch.setenv("CONFNOTES_BUILD_KEY", KEY)
    assert embedded(harbour, tmp_path / "own", "1/1", KEY).exit_code == 0
    whole = dict(server.objects)
    for how, (do, name, said) in BROKEN.items():
        do(server, f"shards/1-of-1/{name}")
        refused = confnotes("ingest", harbour, "--merge", 1, CONFNOTES_INDEX_DIR=str(tmp_path / how))
        server.objects = server.objects | whole

        assert refused.exit_code == 4, how
        [line] = refused.stderr.splitlines()
        assert said in line
        assert connect(ADDRESS).live() is None
    ingested(harbour, "--merge", "1")
