"""Which recaps are read: folders, files and patterns, and `sources.yaml` with what is known of them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest import plain_yaml
from ingest.errors import SourcesError
from ingest.loaders import SUFFIXES
from ingest.sources.entries import check_entry, check_keys, read_remote_entry, said_of
from ingest.sources.folders import Ignores, Listing, fixed_part, list_below, list_path
from ingest.sources.models import Remote, Source, Sources

LIST_NAME = "sources.yaml"
TOP_KEYS = ("catalogue", "gate", "ignore", "sources")
_MOST_LIST_BYTES = 5_000_000


@dataclass(slots=True)
class _Gathered:
    """What the paths of a run name so far."""

    found: dict[Path, Source] = field(default_factory=dict)  # by the file it leads to
    catalogues: list[Path] = field(default_factory=list)
    gates: list[Path] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    remotes: list[Remote] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)

    def take(self, listing: Listing, folder: Path) -> None:
        """Take what lies in a folder; what cannot be looked into is told, and what it last gave stays."""
        for path, reason in listing.closed.items():
            name = _name_below(path, folder)
            self.keep("" if name == "." else name if path.suffix.lower() in SUFFIXES else f"{name}/")
            self.missing.append(
                f"Cannot look into {path}: {reason}. Check its permissions. What it last gave stays."
            )
        for path, reason in listing.refused.items():
            way = "Remove it." if "nothing" in reason else "Copy the file into the folder, or leave it out."
            self.missing.append(f"Cannot read {_name_below(path, folder)}: {reason}. {way}")
        self.ignored += [_name_below(path, folder) for path in listing.ignored]

    def keep(self, beginning: str) -> None:
        """Keep what recaps last gave whose ids begin so."""
        self.closed.append(beginning)

    def sources(self) -> Sources:
        """Return everything, each once and in order."""
        recaps = tuple(
            sorted(_distinct(list(self.found.values()), self.missing), key=lambda source: source.recap_id)
        )
        told = {path.name for path in (*self.catalogues, *self.gates)} | {LIST_NAME}
        return Sources(
            recaps,
            tuple(dict.fromkeys(self.catalogues)),
            tuple(dict.fromkeys(self.missing)),
            tuple(dict.fromkeys(self.gates)),
            tuple(self.remotes),
            tuple(dict.fromkeys(self.closed)),
            tuple(name for name in dict.fromkeys(self.unread) if name.rpartition("/")[2] not in told),
            tuple(dict.fromkeys(self.ignored)),
        )


def gather(paths: Sequence[Path]) -> Sources:
    """List the recaps that folders, files, globs and lists name.

    A folder gives every file below it with a recap's ending, except hidden ones, those named README and what an ignore
    file leaves out; its `sources.yaml` adds to them and says what is known of them. A `sources.yaml` named itself
    gives only what it lists.

    Raises:
        SourcesError: A path does not exist, a list cannot be read, or two recaps have one name.
    """
    gathered = _Gathered()
    roots = [path for path in paths if path.is_dir()]
    for path in paths:
        folder, listed = _expand(path)
        top = _load(listed) if listed else {}
        broken = _take_list(gathered, listed, top, roots) if listed else set()
        if path.is_dir():
            _take_files(gathered, list_below(path, _patterns(path / LIST_NAME, top)), folder, broken)
        elif listed is None:
            _take_files(gathered, _named(path), folder, broken)
    return gathered.sources()


def _take_files(gathered: _Gathered, listing: Listing, folder: Path, broken: set[Path]) -> None:
    """Take the files of a folder that no list speaks of, and none whose entry there cannot be used."""
    gathered.take(listing, folder)
    for file in listing.files:
        if file.resolve() not in broken:
            gathered.found.setdefault(file.resolve(), Source(file, _name_below(file, folder)))
    gathered.unread += [_name_below(path, folder) for path in listing.unread]


def read_list(path: Path) -> Sources:
    """Read a `sources.yaml`: recaps with hints, and the catalogue.

    Raises:
        SourcesError: The file is no valid list, or has a key that nobody knows.
    """
    gathered = _Gathered()
    _take_list(gathered, path, _load(path), [])
    return gathered.sources()


def _patterns(path: Path, top: Mapping[str, Any]) -> list[str]:
    """Return what a list leaves out.

    Raises:
        SourcesError: It is no list of patterns.
    """
    given = top.get("ignore") or []
    patterns = [given] if isinstance(given, str) else given
    if not isinstance(patterns, list) or not all(isinstance(one, str) for one in patterns):
        raise SourcesError(
            f"Cannot use {path}: `ignore` is not a list of patterns. Give them as in git's ignore files."
        )
    return patterns


def _take_list(gathered: _Gathered, path: Path, top: Mapping[str, Any], roots: Sequence[Path]) -> set[Path]:
    """Take the entries of a list; one that cannot be used is a line, and the others are read.

    Returns:
        The files of entries that cannot be used: without what was to be said of them they are not read.

    Raises:
        SourcesError: The list as a whole cannot be used.
    """
    check_keys(path, top, TOP_KEYS, "")
    entries = top.get("sources") or []
    if not isinstance(entries, list):
        raise SourcesError(
            f"Cannot use {path}: `sources` is not a list. Give one entry with `path` for each recap."
        )
    reader = _ListReader(gathered, path, [path.parent, *roots], Ignores(path.parent, _patterns(path, top)))
    for number, entry in enumerate(entries, start=1):
        reader.take(f"entry {number}", entry)
    for key, found in (("catalogue", gathered.catalogues), ("gate", gathered.gates)):
        if top.get(key):
            found.append(path.parent / str(top[key]))
    return reader.broken - gathered.found.keys()


@dataclass(slots=True)
class _ListReader:
    """Takes the entries of one list."""

    gathered: _Gathered
    path: Path
    roots: Sequence[Path]
    ignores: Ignores
    named: dict[str, str] = field(default_factory=dict)  # paths, and the entry that names each
    broken: set[Path] = field(default_factory=set)

    def take(self, place: str, entry: Any) -> None:
        """Take one entry; where it cannot be used, what its recaps last gave stays.

        Raises:
            SourcesError: It cannot be used, and was to say who may see its recaps.
        """
        files: list[Path] = []
        try:
            files = self._files(place, entry)
            check_entry(self.path, place, entry)
            if remote := read_remote_entry(self.path, place, entry):
                self.gathered.remotes.append(remote)
            else:
                _once(self.path, place, str(entry["path"]), self.named)
                self._keep(files, said_of(self.path, place, entry))
        except SourcesError as error:
            if isinstance(entry, Mapping) and "visible_in" in entry:
                raise  # who may see a recap is not to be guessed: a mistake publishes nothing
            self.gathered.missing.append(str(error))
            for file in files:
                self.broken.add(file.resolve())
                self.gathered.keep(_name_below(file, self.path.parent))

    def _keep(self, files: Sequence[Path], said: Source) -> None:
        for file in files:
            name = _name_below(file, self.path.parent)
            if self.ignores.covers(file):
                self.gathered.ignored.append(name)
            else:
                self.gathered.found[file.resolve()] = replace(said, path=file, recap_id=name)

    def _files(self, place: str, entry: Any) -> list[Path]:
        """List the files that an entry names, which lie in the list's folder or in one that the run names.

        Raises:
            SourcesError: It names a file that may not be read.
        """
        name = entry.get("path") if isinstance(entry, Mapping) and not entry.get("git") else None
        if not name or not isinstance(name, (str, int, float)):
            return []
        listing = list_path(self.path.parent / str(name), self.roots)
        reason = next(iter(listing.refused.values()), "")
        if not listing.files and reason:
            out = "outside" in reason or "out of" in reason
            way = "Name its folder on the command line too" if out else "Name another file"
            raise SourcesError(f"Cannot use {self.path}: {place} names {name}: {reason}. {way}.")
        self.gathered.take(listing, self.path.parent)
        if not listing.files and not listing.closed:
            self.gathered.missing.append(f"{self.path.name}, {place}: no file {name}")
        return listing.files


def _once(path: Path, place: str, name: str, named: dict[str, str]) -> None:
    """Refuse a path that two entries name: one of them would be lost in silence."""
    before = named.setdefault(os.path.normpath(name), place)
    if before != place:
        raise SourcesError(
            f"Cannot use {path}: {place} names the path {name} again, as {before} does. Name it once."
        )


def _expand(path: Path) -> tuple[Path, Path | None]:
    """Return the folder that a path's recaps are named below, and the list that speaks of them.

    Raises:
        SourcesError: It cannot be looked at.
    """
    try:
        if path.is_dir():
            listed = path / LIST_NAME
            return path, listed if os.access(path, os.X_OK) and listed.is_file() else None
        if path.is_file():
            return path.parent, path if path.suffix.lower() in (".yaml", ".yml") else None
    except OSError as error:
        raise SourcesError(f"Cannot read {path}: {error.strerror}. Check its permissions.") from error
    return (path.parent if path.exists() else fixed_part(path)), None


def _named(path: Path) -> Listing:
    """List the files that a path on the command line names.

    Raises:
        SourcesError: There are none.
    """
    listing = list_path(path)
    if path not in listing.files:  # a pattern
        listing.files = [file for file in listing.files if file.suffix.lower() in SUFFIXES]
    if listing.files or listing.closed:
        return listing
    reason = listing.refused.get(path, "there is no such file or folder")
    raise SourcesError(
        f"Cannot read {path}: {reason}. Name a folder of recaps, a file, or a pattern in quotes."
    )


def _name_below(path: Path, folder: Path) -> str:
    """Name a recap by its path below a folder; by its own name where it lies elsewhere."""
    name = path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.name
    # A file name that is no UTF-8 reaches us with half surrogates, which no JSON holds; one with a line's end would
    # write a line of its own into the report.
    decoded = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(character if character.isprintable() else "\ufffd" for character in decoded)


def _distinct(sources: list[Source], missing: list[str]) -> Iterator[Source]:
    """Name recaps of one name by their folders too; where that fails, keep the first."""
    counts: dict[str, int] = {}
    for source in sources:
        counts[source.recap_id] = counts.get(source.recap_id, 0) + 1
    seen: set[str] = set()
    for source in sources:
        name = source.recap_id
        if counts[name] > 1:
            above = _name_below(source.path.resolve().parent, source.path.resolve().parent.parent)
            name = f"{above}/{name}"
        if name in seen:
            missing.append(
                f"Cannot tell two recaps named {name} apart: the first one is read. Rename one of them."
            )
            continue
        seen.add(name)
        yield replace(source, recap_id=name)


def _load(path: Path) -> Mapping[str, Any]:
    """Load a list's YAML."""
    try:
        with path.open("rb") as stream:
            loaded = plain_yaml.load(stream.read(_MOST_LIST_BYTES))
    except OSError as error:
        raise SourcesError(f"Cannot read {path}: {error.strerror}. Check its permissions.") from error
    except plain_yaml.YAMLError as error:
        raise SourcesError(
            f"Cannot use {path}: no valid YAML{plain_yaml.line_of(error)}. Check the indentation and quotation marks there."
        ) from error
    if loaded is None:
        return {}
    if not isinstance(loaded, Mapping):
        raise SourcesError(f"Cannot use {path}: found no keys in it. Start it with `sources:`.")
    return loaded
