"""Git repositories of notes: the recaps in one commit, read from its objects without ever checking them out."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from hashlib import sha256
from pathlib import Path, PurePosixPath
from urllib.parse import quote

import httpx

from ingest.errors import SourceFault, SourceGone, SourcesError
from ingest.loaders import SUFFIXES
from ingest.sources.folders import IGNORE_NAME, MOST_IGNORE_BYTES, Ignores
from ingest.sources.web.addresses import literal
from ingest.sources.web.client import TIME_IS_UP, PoliteClient
from ingest.sources.web.gitcommand import CagedGit, branches, one_word
from ingest.sources.web.specs import Fetched, GitSpec, Limits
from ingest.sources.web.store import Part, Record, SourceStore
from ingest.sources.web.urls import port_of, shown, web_url

_ROOT = Path("/")  # of a commit's files, none of which is on the disk
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ENTRY = re.compile(rb"(\d{6}) blob ([0-9a-f]{40,64}) +(\d+)\t(.+)", re.DOTALL)
# Hosts whose addresses of a file in a commit are known; elsewhere a link would be a guess.
_FILE_AT = {
    "github.com": "{repo}/blob/{commit}/{path}",
    "gitlab.com": "{repo}/-/blob/{commit}/{path}",
    "codeberg.org": "{repo}/src/commit/{commit}/{path}",
}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a repository lies."""

    address: str  # what git is given
    protocol: str
    name: str  # what its recaps' names begin with
    public: str  # the address of its page; empty where none is known
    url: httpx.URL | None = None

    @property
    def shown(self) -> str:
        """Return it as it may be seen."""
        return shown(self.address)


@dataclass(frozen=True, slots=True)
class _File:
    """A recap in a commit."""

    path: str
    blob: str
    size_bytes: int


def fetch_repository(spec: GitSpec, store: SourceStore, client: PoliteClient) -> list[Fetched]:
    """Read the recaps of a repository; where that fails, give what it last gave."""
    last = store.record(spec.key)
    try:
        place = _place(spec)
        if last and last.commit == spec.ref:
            return _given(last, last, store)
        with tempfile.TemporaryDirectory(prefix="confnotes-git-") as folder:
            git = _caged(place, Path(folder), client)
            commit = _commit(git, place, spec.ref)
            if last and last.commit == commit:
                return _given(last, last, store)
            parts, bodies, faults = _read(git, place, spec.path, commit, client.limits)
            record = store.keep(Record(spec.key, place.shown, commit=commit, parts=parts), bodies)
    except SourceFault as fault:
        return _kept(spec, store, last, fault)
    return [*faults, *_given(record, last, store)]


def _place(spec: GitSpec) -> _Place:
    """Say where a repository lies: on the web, or on this machine."""
    if not one_word(spec.ref) or ".." in spec.ref or spec.ref.endswith("/") or not one_word(spec.git):
        raise SourceFault(
            spec.git,
            f"{spec.ref!r} can be no reference there",
            "Name a repository, and a branch, tag or full commit of it.",
        )
    if "://" not in spec.git:
        path = Path(spec.git).expanduser().resolve()
        if not path.is_dir():
            raise SourceGone(
                spec.git, "there is no such folder", "Give a repository's folder, or its https address."
            )
        return _Place(path.as_uri(), "file", path.name.removesuffix(".git") or "repository", "")
    url = web_url(spec.git)
    path_name = url.path.strip("/").removesuffix(".git")
    known = url.host in _FILE_AT
    # GitLab redirects to the address that ends in .git, and redirects are not followed.
    address = str(url.copy_with(path=f"/{path_name}.git")) if known else str(url)
    safe = "/".join(part for part in path_name.split("/") if part.strip("."))
    return _Place(
        address,
        url.scheme,
        f"{url.host.replace(':', '-')}/{safe}",
        f"https://{url.host}/{path_name}" if known else "",
        url,
    )


def _caged(place: _Place, folder: Path, client: PoliteClient) -> CagedGit:
    """Make an empty repository to fetch into, tied to the address that was checked."""
    pinned = ""
    if place.url is not None:
        port = port_of(place.url)
        try:
            addresses = client.gate.opened_for(place.url.host, port).addresses(
                place.url.host, port, client.limits.connect_s
            )
        except SourceFault as fault:
            raise SourceFault(place.shown, fault.what, fault.way_out) from fault
        if literal(place.url.host) is None:
            pinned = f"{place.url.host}:{port}:{','.join(addresses)}"
    left_s = min(client.limits.repository_s, client.left_s())
    if not left_s:
        raise SourceFault(place.shown, TIME_IS_UP, "The next run tries again.")
    git = CagedGit(folder, place.shown, place.protocol, replace(client.limits, repository_s=left_s), pinned)
    git.check_version()
    git.run("init", "--quiet", "--bare", "--template=", str(folder / "repository"))
    return git


def _commit(git: CagedGit, place: _Place, ref: str) -> str:
    """Find the commit that a reference names now."""
    if _COMMIT.fullmatch(ref):
        return ref
    wanted = ["HEAD"] if ref == "HEAD" else branches([ref])
    listed = git.run("ls-remote", "--quiet", "--", place.address, *wanted).decode("utf-8", "replace")
    found = {name: commit for commit, _, name in (line.partition("\t") for line in listed.splitlines())}
    commit = next((found[name] for name in wanted if name in found), "")
    if not _COMMIT.fullmatch(commit):
        raise SourceGone(
            place.shown, f"it has no such branch or tag as {ref}", "Name a branch, a tag or a full commit."
        )
    return commit


def _read(
    git: CagedGit, place: _Place, below: str, commit: str, limits: Limits
) -> tuple[tuple[Part, ...], list[bytes], list[Fetched]]:
    """Fetch a commit's recaps; a file that is too large is told and left out."""
    git.run(
        "fetch",
        "--quiet",
        "--depth=1",
        "--no-tags",
        "--no-recurse-submodules",
        "--no-write-fetch-head",
        "--",
        place.address,
        commit,
    )
    listed = _files(git.run("ls-tree", "-r", "-z", "-l", "--full-tree", commit))
    ignores = _ignores(git, place, [file for file in listed if PurePosixPath(file.path).name == IGNORE_NAME])
    files = [
        file for file in listed if _wanted(file.path, below) and not ignores.leave_out(_ROOT / file.path)
    ]
    if not files:
        raise SourceFault(
            place.shown,
            f"commit {commit[:12]} holds no recap at {below or 'any place'}",
            "Check `path` in sources.yaml.",
        )
    if len(files) > limits.repository_files:
        raise SourceFault(
            place.shown,
            f"it holds {len(files)} recaps, more than {limits.repository_files}",
            "Narrow `path` in sources.yaml.",
        )
    small = [file for file in files if file.size_bytes <= limits.body_bytes]
    bodies = _bodies(git, small, place)
    parts = tuple(
        Part(
            f"{place.name}/{file.path}",
            _link(place, commit, file.path),
            _media_type(file.path),
            sha256(body).hexdigest(),
        )
        for file, body in zip(small, bodies, strict=True)
    )
    return parts, bodies, [_too_long(place, file, limits) for file in files if file not in small]


def _too_long(place: _Place, file: _File, limits: Limits) -> Fetched:
    """Tell of a file that is left out."""
    what = f"the file is longer than {limits.body_bytes / 1e6:g} MB"
    fault = SourceFault(f"{place.shown} {file.path}", what, "Split it, or leave it out with `path`.")
    return Fetched(f"{place.name}/{file.path}", None, fault=str(fault))


def _files(listing: bytes) -> list[_File]:
    """Read git's listing of a commit: plain files only, no links and no submodules, with names that can be shown."""
    files = []
    for line in listing.split(b"\0"):
        entry = _ENTRY.fullmatch(line)
        if entry and entry[1].startswith(b"100"):
            path = entry[4].decode("utf-8", "replace")
            if path.isprintable():
                files.append(_File(path, entry[2].decode("ascii"), int(entry[3])))
    return files


def _wanted(path: str, pattern: str) -> bool:
    """Return whether a file is a recap at the place that is read; hidden files and READMEs are none."""
    name = PurePosixPath(path)
    if (
        name.suffix.lower() not in SUFFIXES
        or name.stem.casefold() == "readme"
        or any(part.startswith(".") for part in name.parts)
    ):
        return False
    place = pattern.strip("/")
    return not place or path == place or path.startswith(f"{place}/") or fnmatchcase(path, place)


def _ignores(git: CagedGit, place: _Place, files: Sequence[_File]) -> Ignores:
    """Read what the repository's ignore files leave out: what they keep private must not be published from here.

    Raises:
        SourceFault: One cannot be understood.
    """
    ignores = Ignores(_ROOT, ())
    files = sorted(files, key=lambda file: file.path.count("/"))
    if any(file.size_bytes > MOST_IGNORE_BYTES for file in files):
        raise SourceFault(place.shown, "its ignore file is no small text file", "Write one pattern a line.")
    try:
        for file, body in zip(files, _bodies(git, files, place), strict=True):
            ignores.take((_ROOT / file.path).parent, body)
    except SourcesError as error:
        raise SourceFault(
            place.shown, f"its ignore file says nothing ({error})", "Correct it there."
        ) from error
    return ignores


def _bodies(git: CagedGit, files: Sequence[_File], place: _Place) -> list[bytes]:
    """Read files of a commit by `git cat-file --batch`."""
    if not files:
        return []
    batch = git.run("cat-file", "--batch", given="".join(f"{file.blob}\n" for file in files).encode())
    bodies, at = [], 0
    for _ in files:
        head, _, _ = batch[at : at + 200].partition(b"\n")
        words = head.split()
        if len(words) != 3 or words[1] != b"blob":
            raise SourceFault(place.shown, "an object of the commit is missing", "The next run tries again.")
        start = at + len(head) + 1
        bodies.append(batch[start : start + int(words[2])])
        at = start + int(words[2]) + 1
    return bodies


def _link(place: _Place, commit: str, path: str) -> str:
    """Return the address of a file in a commit, where the host's way of writing it is known."""
    if not place.public or place.url is None:
        return ""
    return _FILE_AT[place.url.host].format(repo=place.public, commit=commit, path=quote(path))


def _media_type(path: str) -> str:
    """Name a file's kind by its ending."""
    suffix = PurePosixPath(path).suffix.lower()
    markup = {
        ".html": "text/html",
        ".htm": "text/html",
        ".xhtml": "text/html",
        ".rst": "text/x-rst",
        ".vtt": "text/vtt",
    }
    return "text/markdown" if suffix in (".md", ".markdown", ".mdx") else markup.get(suffix, "text/plain")


def _given(record: Record, last: Record | None, store: SourceStore) -> list[Fetched]:
    """Return a repository's recaps."""
    before = {part.name: part.sha256 for part in last.parts} if last else {}
    return [
        Fetched(
            part.name,
            store.body(part.sha256),
            part.media_type,
            part.url or None,
            before.get(part.name) != part.sha256,
            path=store.path(part.sha256),
        )
        for part in record.parts
    ]


def _kept(spec: GitSpec, store: SourceStore, last: Record | None, fault: SourceFault) -> list[Fetched]:
    """Return what a repository last gave, with the fault."""
    if last and isinstance(fault, SourceGone) and spec.on_missing == "drop":
        store.forget(spec.key)
        return [Fetched(spec.git, None, fault=f"{fault} Its notes are dropped, as on_missing says.")]
    if last is None:
        return [Fetched(spec.git, None, fault=str(fault))]
    return [Fetched(spec.git, None, fault=f"{fault} What it last gave stays."), *_given(last, last, store)]
