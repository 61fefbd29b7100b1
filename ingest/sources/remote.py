"""Pages, feeds and repositories of `sources.yaml`, fetched into files that are read like any other."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.files.plain import is_folder, remove
from ingest.errors import SourcesError
from ingest.job import Job
from ingest.sources.models import Remote, Source, Sources
from ingest.sources.web import (
    FeedSpec,
    Fetched,
    GitSpec,
    PoliteClient,
    SourceSpec,
    SourceStore,
    WebSpec,
    fetch_source,
    prune,
    query_of,
)

FOLDER = "sources"  # beside the builds
_OPTIONS = {
    "path": ("url",),
    "url": ("show_query", "on_missing"),
    "feed": ("match", "most", "show_query", "on_missing"),
    "git": ("ref", "path", "on_missing"),
}
_ALL = ("path", "url", "feed", "git", "match", "most", "ref", "show_query", "on_missing")


def read_remote(listed: Path, place: str, entry: Mapping[str, Any], said: Source) -> Remote:
    """Read an entry that names a `url`, a `feed` or a `git` repository.

    Raises:
        SourcesError: Its keys do not fit together, or a value cannot be used.
    """
    kind = next((key for key in ("git", "feed", "path", "url") if entry.get(key)), "path")
    unfit = [key for key in _ALL if key in entry and key != kind and key not in _OPTIONS[kind]]
    if unfit:
        raise SourcesError(
            f"Cannot use {listed}: {place} has `{unfit[0]}` beside `{kind}`. With `{kind}` go {_known(kind)}."
        )
    if not isinstance(entry.get("show_query", False), bool):
        raise SourcesError(
            f"Cannot use {listed}: {place} has the show_query {entry['show_query']!r}. Give true or false."
        )
    for key in _ALL:
        value = entry.get(key) if key != "show_query" else None
        if value is not None and (
            not isinstance(value, str) if key != "most" else type(value) is not int or value < 1
        ):
            wanted = "a number from 1" if key == "most" else "text, in quotes where it looks like a number"
            raise SourcesError(f"Cannot use {listed}: {place} has the {key} {value!r}. Give {wanted}.")
    missing = entry.get("on_missing", "keep")
    if missing not in ("keep", "drop"):
        raise SourcesError(f"Cannot use {listed}: {place} has the on_missing {missing!r}. Give keep or drop.")
    return Remote(_spec(kind, listed, place, entry), said)


def fetch_remotes(sources: Sources, job: Job, progress: Callable[[str, int, int], None]) -> Sources:
    """Fetch what lies elsewhere and give it as files of the store, each fault as a line.

    What two entries give under one name is read once; where it differs, the first one is read.
    """
    folder = job.index_dir / FOLDER
    if not is_folder(folder):  # of a link the folder that it leads to would be tidied
        remove(folder)
    store = SourceStore(folder)
    client = PoliteClient(job.contact, job.allowed_hosts)
    found = {source.recap_id: source for source in sources.recaps}
    faults: list[str] = []
    for number, remote in enumerate(sources.remotes):
        progress("fetch", number, len(sources.remotes))
        for fetched in fetch_source(remote.spec, store, client):
            faults += [fetched.fault] if fetched.fault else []
            source = _file(remote.said, fetched)
            if source and found.setdefault(fetched.name, source).path != source.path:
                faults.append(
                    f"Cannot read two recaps named {fetched.name}: the first one is read. Name one of them only."
                )
    prune([remote.spec for remote in sources.remotes], store)
    in_order = tuple(sorted(found.values(), key=lambda source: source.recap_id))
    return replace(sources, recaps=in_order, missing=(*sources.missing, *faults))


def _file(said: Source, fetched: Fetched) -> Source | None:
    """Return what was fetched as a file with a person's hints, linked to where it lies."""
    if fetched.data is None or fetched.path is None:
        return None
    return replace(
        said,
        path=fetched.path,
        recap_id=fetched.name,
        hints=replace(said.hints, url=fetched.url or said.hints.url),
    )


def _spec(kind: str, listed: Path, place: str, entry: Mapping[str, Any]) -> SourceSpec:
    """Make what is fetched."""
    missing = entry.get("on_missing", "keep")
    # What stands behind the question mark may be a key.
    hidden = "" if entry.get("show_query") or kind == "git" else query_of(entry[kind])
    if kind == "git":
        where = entry["git"] if "://" in entry["git"] else str(listed.parent / entry["git"])
        return GitSpec(where, entry.get("ref") or "HEAD", entry.get("path") or "", missing)
    if kind == "feed":
        match = entry.get("match") or ""
        try:
            re.compile(match)
        except re.error as error:
            raise SourcesError(
                f"Cannot use {listed}: {place} has the match {match!r}, which is not a pattern ({error})."
            ) from error
        return FeedSpec(entry["feed"], match, entry.get("most") or FeedSpec("").most, missing, hidden)
    return WebSpec(entry["url"], missing, hidden)


def _known(kind: str) -> str:
    """List the keys that go with a kind of source."""
    return ", ".join(f"`{key}`" for key in _OPTIONS[kind])
