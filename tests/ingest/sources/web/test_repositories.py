"""Git repositories: the recaps of one commit, by the real git command, from a folder and over HTTP on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import SimpleNamespace

import pytest

from ingest.sources.web import Fetched, GitSpec, PoliteClient, SourceStore, fetch_source
from ingest.sources.web.repositories import _link, _place  # the links of hosts that no test may reach
from tests.ingest.sources.web.conftest import LIMITS

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git command")


class Quay:
    """A repository of notes that a test writes to."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        """Run git there."""
        env = {
            **os.environ,
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "HOME": str(self.folder),
        }
        who = ["-c", "user.name=Eve", "-c", "user.email=eve@quay.example"]
        return subprocess.run(
            ["git", *who, *words], cwd=self.folder, env=env, check=True, capture_output=True, text=True
        ).stdout.strip()

    def commit(self, **files: str | None) -> str:
        """Commit files, None removes one; `__` in a name is a folder, `_` a dot."""
        for name, words in files.items():
            path = self.folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if words is not None:
                path.write_text(words, encoding="utf-8")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", "notes")
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def quay(tmp_path: Path) -> Quay:
    """Give a repository with three recaps and other files."""
    made = Quay(tmp_path / "quay")
    made.commit(
        day1_md="# Day 1",
        eu__day2_md="# Day 2",
        eu__day3_txt="Day 3",
        README_md="no recap",
        crane_py="no recap",
        _hidden__x_md="no recap",
    )
    return made


def names(given: list[Fetched]) -> list[str]:
    """List the recaps' names."""
    return [one.name for one in given]


def test_recaps_of_a_branch(quay: Quay, store: SourceStore, client: PoliteClient) -> None:
    """A repository gives its recaps, not its READMEs, hidden files and programs."""
    given = fetch_source(GitSpec(str(quay.folder)), store, client)

    assert names(given) == ["quay/day1.md", "quay/eu/day2.md", "quay/eu/day3.txt"]
    assert [one.data for one in given] == [b"# Day 1", b"# Day 2", b"Day 3"]
    assert all(one.changed and one.fault is None and one.url is None for one in given)
    assert all(one.path and one.path.read_bytes() == one.data for one in given)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("eu", ["quay/eu/day2.md", "quay/eu/day3.txt"]),
        ("eu/day2.md", ["quay/eu/day2.md"]),
        ("*.md", ["quay/day1.md", "quay/eu/day2.md"]),
    ],
)
def test_part_of_a_repository(
    path: str, found: list[str], quay: Quay, store: SourceStore, client: PoliteClient
) -> None:
    """A path is a folder, a file or a pattern."""
    assert names(fetch_source(GitSpec(str(quay.folder), path=path), store, client)) == found


@pytest.mark.parametrize(
    ("ignores", "left"),
    [
        ({"_confnotesignore": "eu/\n"}, ["day1.md"]),
        ({"_confnotesignore": "*.md\n!day1.md\n"}, ["day1.md", "eu/day3.txt"]),
        ({"eu___confnotesignore": "day2.md"}, ["day1.md", "eu/day3.txt"]),
        ({"_confnotesignore": "*.md", "eu___confnotesignore": "!day2.md"}, ["eu/day2.md", "eu/day3.txt"]),
        ({"_confnotesignore": "/day2.md"}, ["day1.md", "eu/day2.md", "eu/day3.txt"]),
    ],
)
def test_what_a_repository_ignores_is_not_read(
    ignores: dict[str, str], left: list[str], quay: Quay, store: SourceStore, client: PoliteClient
) -> None:
    """Its `.confnotesignore` files count as those of a folder do: what they keep private is not published from there."""
    quay.commit(**ignores)
    given = fetch_source(GitSpec(str(quay.folder)), store, client)

    assert names(given) == [f"quay/{name}" for name in left]


def test_an_ignore_file_without_sense_publishes_nothing_new(
    quay: Quay, store: SourceStore, client: PoliteClient
) -> None:
    """Where it cannot be said what is private, what the repository last gave stays, with the fault."""
    before = fetch_source(GitSpec(str(quay.folder)), store, client)
    (quay.folder / ".confnotesignore").write_bytes(b"caf\xe9.md\n")
    quay.commit(secret_md="# Not yet")
    fault, *after = fetch_source(GitSpec(str(quay.folder)), store, client)

    assert "not UTF-8" in (fault.fault or "")
    assert [(one.name, one.data) for one in after] == [(one.name, one.data) for one in before]


def test_a_full_disk_of_temporary_files_is_named(
    tmp_path: Path, store: SourceStore, client: PoliteClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where git fails and there is no room for what it reads, the line says so and not that the address is wrong."""
    (tmp_path / "empty").mkdir()
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=0))
    [given] = fetch_source(GitSpec(str(tmp_path / "empty")), store, client)

    assert "the disk of temporary files is full" in (given.fault or "")
    assert "TMPDIR" in (given.fault or "")


def test_a_commit_stays_and_a_branch_moves(quay: Quay, store: SourceStore, client: PoliteClient) -> None:
    """A branch gives what was added, changed and removed since; a commit or tag gives what it always gave."""
    first = quay.git("rev-parse", "HEAD")
    quay.git("tag", "-a", "v1", "-m", "v1")
    branch, commit, tag = (GitSpec(str(quay.folder), ref=ref) for ref in ("main", first, "v1"))
    before = [fetch_source(spec, store, client) for spec in (branch, commit, tag)]
    quay.commit(day1_md="# Day One", eu__day2_md=None, new_md="# New")
    after = [fetch_source(spec, store, client) for spec in (branch, commit, tag)]

    assert names(before[0]) == names(before[1]) == names(before[2])
    assert {one.name: one.changed for one in after[0]} == {
        "quay/day1.md": True,
        "quay/eu/day3.txt": False,
        "quay/new.md": True,
    }
    assert names(after[1]) == names(after[2]) == names(before[0])
    assert not any(one.changed for one in (*after[1], *after[2]))


def test_a_repository_that_is_gone_takes_no_notes_away(
    quay: Quay, store: SourceStore, client: PoliteClient
) -> None:
    """The fault is one line and the recaps stay; with on_missing: drop they go."""
    spec = GitSpec(str(quay.folder))
    fetch_source(spec, store, client)
    shutil.rmtree(quay.folder)
    fault, *kept = fetch_source(spec, store, client)
    dropped = fetch_source(replace(spec, on_missing="drop"), store, client)

    assert "there is no such folder" in (fault.fault or "")
    assert len(kept) == 3
    assert [one.data for one in dropped] == [None]


@pytest.mark.parametrize(
    "ref", ["nosuch", "--upload-pack=touch x", "-x", "a..b", "", "a\nb", "0" * 40, "refs/heads/main:x"]
)
def test_references_that_are_none(ref: str, quay: Quay, store: SourceStore, client: PoliteClient) -> None:
    """A reference that is unknown, or an option in disguise, is one line."""
    [fault] = fetch_source(GitSpec(str(quay.folder), ref=ref), store, client)

    assert fault.data is None
    assert (fault.fault or "").startswith("Cannot fetch ")
    assert (fault.fault or "").isprintable()


@pytest.mark.parametrize(
    "address",
    [
        "ext::sh -c 'touch owned'",
        "--upload-pack=x",
        "ssh://127.0.0.1/x",
        "git://127.0.0.1/x",
        "file:///etc",
        "http://10.0.0.1/x",
        "https://a:b@quay.example/x",
        "\0",
    ],
)
def test_addresses_that_are_not_taken(address: str, store: SourceStore, client: PoliteClient) -> None:
    """Other protocols, commands and inside addresses are one line."""
    [fault] = fetch_source(GitSpec(address), store, client)

    assert fault.data is None
    assert "Cannot fetch" in (fault.fault or "")


def test_links_and_submodules_are_not_followed(quay: Quay, store: SourceStore, client: PoliteClient) -> None:
    """A link out of the repository is not read, and hooks and filters of the repository do not run."""
    (quay.folder / "passwd.md").symlink_to("/etc/passwd")
    (quay.folder / ".gitattributes").write_text("*.md filter=evil\n", encoding="utf-8")
    quay.git("config", "filter.evil.smudge", "touch owned")
    quay.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub.md")
    quay.commit()

    assert names(fetch_source(GitSpec(str(quay.folder)), store, client)) == [
        "quay/day1.md",
        "quay/eu/day2.md",
        "quay/eu/day3.txt",
    ]
    assert not (quay.folder / "owned").exists()


def test_files_and_repositories_that_are_too_large(
    quay: Quay, store: SourceStore, client: PoliteClient
) -> None:
    """A large file is told and left out; a repository larger than the limit is one line."""
    quay.commit(long_md="x" * 300_000)
    given = fetch_source(GitSpec(str(quay.folder)), store, client)
    (quay.folder / "noise.bin").write_bytes(os.urandom(200_000))
    quay.commit()
    small = PoliteClient(limits=replace(LIMITS, repository_bytes=100_000))
    few = PoliteClient(limits=replace(LIMITS, repository_files=2))
    fault, *_ = fetch_source(GitSpec(str(quay.folder)), store, small)
    many, *_ = fetch_source(GitSpec(str(quay.folder), path="*"), store, few)

    assert names(given) == ["quay/long.md", "quay/day1.md", "quay/eu/day2.md", "quay/eu/day3.txt"]
    assert "longer than 0.2 MB" in (given[0].fault or "")
    assert "larger than 0.1 MB" in (fault.fault or "")
    assert "more than 2" in (many.fault or "")


def test_a_place_without_recaps(quay: Quay, store: SourceStore, client: PoliteClient) -> None:
    """A path that holds no recap is told, so that a folder that was renamed drops nothing."""
    [fault] = fetch_source(GitSpec(str(quay.folder), path="na"), store, client)

    assert "holds no recap at na" in (fault.fault or "")


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://github.com/harbour/notes", "https://github.com/harbour/notes/blob/c0ffee/eu/day%201.md"),
        (
            "https://github.com/harbour/notes.git",
            "https://github.com/harbour/notes/blob/c0ffee/eu/day%201.md",
        ),
        (
            "https://gitlab.com/harbour/sub/notes/",
            "https://gitlab.com/harbour/sub/notes/-/blob/c0ffee/eu/day%201.md",
        ),
        (
            "https://codeberg.org/harbour/notes",
            "https://codeberg.org/harbour/notes/src/commit/c0ffee/eu/day%201.md",
        ),
        ("https://git.quay.example/harbour/notes", ""),
    ],
)
def test_links_are_pinned_to_the_commit(address: str, link: str) -> None:
    """A recap is linked at its commit, on hosts whose addresses are known."""
    assert _link(_place(GitSpec(address)), "c0ffee", "eu/day 1.md") == link


class _GitOverHttp(BaseHTTPRequestHandler):
    """Serves a repository with git's own CGI program."""

    root: str
    hosts: list[str]

    def do_GET(self) -> None:
        """Answer what git asks for; /moved/ is redirected."""
        self.hosts.append(self.headers["Host"])
        if self.path.startswith("/moved/"):
            self.send_response(301)
            self.send_header("Location", self.path.replace("/moved/", "/quay/"))
            self.end_headers()
            return
        path, _, query = self.path.partition("?")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        env = {
            **{
                "PATH": os.environ["PATH"],
                "GIT_PROJECT_ROOT": self.root,
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_CONFIG_NOSYSTEM": "1",
                "HOME": self.root,
            },
            **{
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_LENGTH": str(len(body)),
            },
            **{
                "CONTENT_TYPE": self.headers.get("Content-Type") or "",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol") or "",
            },
            **{"HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding") or ""},
        }
        done = subprocess.run(
            ["git", "http-backend"], env=env, input=body, capture_output=True, check=False
        ).stdout
        head, _, rest = done.partition(b"\r\n\r\n")
        lines = dict(line.split(": ", 1) for line in head.decode().splitlines())
        self.send_response(int(lines.pop("Status", "200").split()[0]))
        for name, value in lines.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(rest)

    do_POST = do_GET  # noqa: N815

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def git_server(quay: Quay) -> Iterator[tuple[int, list[str]]]:
    """Serve the repository over HTTP; give the port and the hosts that were asked for."""
    hosts: list[str] = []
    handler = type("Handler", (_GitOverHttp,), {"root": str(quay.folder.parent), "hosts": hosts})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield running.server_address[1], hosts
        running.shutdown()


def test_over_http_git_is_tied_to_the_checked_address(
    git_server: tuple[int, list[str]], store: SourceStore
) -> None:
    """Git connects where the checked look-up led, under the host's name; a name that leads inside is refused."""
    port, hosts = git_server
    client = PoliteClient("", {"git.quay.example"}, LIMITS, lambda _host, _port: ["127.0.0.1"])
    given = fetch_source(GitSpec(f"http://git.quay.example:{port}/quay/.git", ref="main"), store, client)
    asked = len(hosts)
    [refused] = fetch_source(GitSpec(f"http://inside.example:{port}/quay/.git"), store, client)

    assert [one.fault for one in given] == [None] * 3
    assert given[0].name == "git.quay.example/quay/day1.md"
    assert set(hosts) == {f"git.quay.example:{port}"}
    assert "127.0.0.1, an inside address" in (refused.fault or "")
    assert len(hosts) == asked


def test_git_follows_no_redirects(
    git_server: tuple[int, list[str]], store: SourceStore, client: PoliteClient
) -> None:
    """A redirect could lead inside, where nobody checks: it is a fault; a repository that is not there is one too."""
    port, _ = git_server
    [moved] = fetch_source(GitSpec(f"http://127.0.0.1:{port}/moved/.git"), store, client)
    [absent] = fetch_source(GitSpec(f"http://127.0.0.1:{port}/absent/.git"), store, client)

    assert moved.data is None
    assert "Cannot fetch" in (moved.fault or "")
    assert "not found" in (absent.fault or "")
