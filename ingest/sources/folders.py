"""The recaps below a folder: what is read, what is left out and why, and what lets nobody look."""

from __future__ import annotations

import itertools
import os
import re
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from ingest.errors import SourcesError
from ingest.loaders import SUFFIXES

IGNORE_NAME = ".confnotesignore"
_WILDCARD = re.compile(r"[*?\[]")
MOST_IGNORE_BYTES = 1_000_000


@dataclass(slots=True)
class Listing:
    """The files that a path names, in order, and what could not be looked into."""

    files: list[Path] = field(default_factory=list)
    closed: dict[Path, str] = field(default_factory=dict)  # folder -> why; its recaps are not gone
    refused: dict[Path, str] = field(
        default_factory=dict
    )  # what bears a recap's ending, but is no file to be read
    unread: list[Path] = field(default_factory=list)  # of a kind that is not read
    ignored: list[Path] = field(default_factory=list)  # recaps that a pattern leaves out


def list_path(path: Path, roots: Sequence[Path] = ()) -> Listing:
    """List the recaps that a file, a folder or a pattern names.

    Args:
        path: As a person named it.
        roots: Folders in which what is found has to lie; anywhere where there are none.
    """
    try:
        if path.is_dir() and _inside(path, roots):
            return list_below(path)
        found = [path] if path.exists() or path.is_symlink() else _globbed(path)
        listing = Listing()
        for file in found:
            reason = _refused(file, roots or ([fixed_part(path)] if file != path else ()))
            if reason:
                listing.refused[file] = reason
            else:
                listing.files.append(file)
    except (OSError, ValueError) as error:  # ValueError: a name with a NUL in it
        return Listing(closed={path: getattr(error, "strerror", None) or str(error)})
    return listing


def list_below(folder: Path, patterns: Sequence[str] = ()) -> Listing:
    """List a folder's recaps, also in folders below, in order; hidden ones and READMEs are not recaps.

    Args:
        folder: Where to look. Links are followed to files within it only.
        patterns: What is left out, as in git's ignore files; a `.confnotesignore` in any folder adds to them.

    Raises:
        SourcesError: An ignore file cannot be read: what it keeps private would be published.
    """
    listing = Listing()
    ignores = Ignores(folder, patterns)

    def note(error: OSError) -> None:
        listing.closed[Path(error.filename or folder)] = error.strerror or str(error)

    for root, folders, names in os.walk(folder, onerror=note):
        here = Path(root)
        if IGNORE_NAME in names:
            ignores.add(here)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in folders:
            if (here / name).is_symlink() and not _inside(here / name, [folder]):
                listing.refused[here / name] = "it is a link that leads out of the folder"
        folders[:] = [name for name in folders if not ignores.cover(here / name, is_folder=True)]
        for name in sorted(names):
            _note_file(listing, here / name, folder, ignores)
    listing.files.sort()
    return listing


def _note_file(listing: Listing, path: Path, folder: Path, ignores: Ignores) -> None:
    """Put a file where it belongs in a listing."""
    if path.name.startswith(".") or path.stem.casefold() == "readme":
        return
    known = path.suffix.lower() in SUFFIXES
    if ignores.cover(path):
        listing.ignored += [path] if known else []
    elif not known:
        listing.unread.append(path)
    elif reason := _refused(path, [folder]):
        listing.refused[path] = reason
    else:
        listing.files.append(path)


class Ignores:
    """What is left out: by the patterns of the list, and of ignore files for what lies below them."""

    def __init__(self, folder: Path, patterns: Sequence[str]) -> None:
        self._folder = folder
        self._specs = [(folder, _spec(patterns, "sources.yaml"))] if patterns else []
        self._seen: set[Path] = set()

    def add(self, folder: Path) -> None:
        """Read a folder's ignore file.

        Raises:
            SourcesError: It cannot be read.
        """
        path = folder / IGNORE_NAME
        try:
            if not path.is_file() or path.stat().st_size > MOST_IGNORE_BYTES:
                raise SourcesError(
                    f"Cannot use {path}: it is not a small text file. Write one pattern a line."
                )
            content = path.read_bytes()
        except OSError as error:
            raise _unreadable(path, error.strerror or str(error)) from error
        self.take(folder, content)

    def take(self, folder: Path, content: bytes) -> None:
        """Take what a folder's ignore file says; those of the folders above it have to come first.

        Raises:
            SourcesError: It says nothing that can be understood.
        """
        path = folder / IGNORE_NAME
        try:
            lines = content.decode("utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise _unreadable(path, "not UTF-8") from error
        self._specs.append((folder, _spec(lines, str(path))))

    def covers(self, path: Path) -> bool:
        """Return whether a file is left out, by itself or with a folder above it."""
        if not path.is_relative_to(self._folder):
            return False
        for folder in self._above(path):
            if folder not in self._seen and (folder / IGNORE_NAME).exists():
                self.add(folder)
            self._seen.add(folder)
        return self.leave_out(path)

    def leave_out(self, path: Path) -> bool:
        """Return the same of a file by the patterns that were taken; the disk is not looked at."""
        above = self._above(path)[1:]
        return any(self.cover(folder, is_folder=True) for folder in above) or self.cover(path)

    def _above(self, path: Path) -> list[Path]:
        return [folder for folder in reversed(path.parents) if folder.is_relative_to(self._folder)]

    def cover(self, path: Path, *, is_folder: bool = False) -> bool:
        """Return whether a file or folder is left out: the last pattern that fits decides, as in git."""
        covered = False
        for folder, spec in self._specs:
            if path.is_relative_to(folder):
                name = path.relative_to(folder).as_posix() + ("/" if is_folder else "")
                found = spec.check_file(name).include
                covered = covered if found is None else found
        return covered


def _unreadable(path: Path, what: str) -> SourcesError:
    return SourcesError(f"Cannot read {path}: {what}. What it leaves out would be published; correct it.")


def _spec(patterns: Iterable[str], where: str):  # type: ignore[no-untyped-def]
    """Compile patterns.

    Raises:
        SourcesError: One is none.
    """
    import pathspec

    try:
        return pathspec.GitIgnoreSpec.from_lines(patterns)
    except (ValueError, TypeError) as error:
        raise SourcesError(
            f"Cannot use {where}: {' '.join(str(error).split())[:120]}. Write patterns as git does."
        ) from error


def _refused(path: Path, roots: Sequence[Path]) -> str:
    """Return why a path is no file to be read; empty where it is one."""
    try:
        if path.is_symlink() and not path.exists():
            return "it is a link to nothing"
        if not _inside(path, roots):
            return (
                "it is a link that leads out of the folder"
                if path.is_symlink()
                else "it lies outside of the folder"
            )
        return "" if stat.S_ISREG(path.stat().st_mode) else "it is not an ordinary file"
    except OSError:
        return ""  # to read it will fail, and say why


def _inside(path: Path, roots: Sequence[Path]) -> bool:
    """Return whether a path leads into one of the folders, links followed; always where there are none."""
    if not roots:
        return True
    try:
        found = path.resolve()
        return any(found.is_relative_to(root.resolve()) for root in roots)
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return False


def fixed_part(pattern: Path) -> Path:
    """Return the folder that a pattern starts from: its parts before the first wildcard."""
    return Path(*itertools.takewhile(lambda part: not _WILDCARD.search(part), pattern.parts))


def _globbed(pattern: Path) -> list[Path]:
    """Return the files that a pattern names, in order; none where it holds no wildcard."""
    folder = fixed_part(pattern)
    rest = pattern.parts[len(folder.parts) :]
    return sorted(path for path in folder.glob("/".join(rest)) if not path.is_dir()) if rest else []


# Files that lie among notes and are none: nobody misses their words.
_ASSETS = frozenset(
    " ".join(
        (
            ".png .jpg .jpeg .gif .webp .svg .ico .bmp .avif .heic .css .scss .sass .less .js .mjs .ts .tsx .jsx .map",
            ".woff .woff2 .ttf .otf .eot .py .go .rs .rb .sh .toml .lock .cfg .ini .yaml .yml .csv .jsonl .bib .license",
        )
    ).split()
)
# What holds notes in a form that is not read, and the way out.
_WAYS_OUT = {
    "Export it as Markdown, HTML or DOCX from where it was written": ".pdf .odt .rtf .doc .pages .tex .epub .one .textile .fodt .wpd",
    "Save the notes of its slides as text or DOCX": ".ppt .pptx .key .odp",
    "Export it as CSV and name it with --catalogue, if it lists talks": ".xls .xlsx .numbers .ods",
    "Name it with --catalogue, if it lists talks": ".json .xml .ics",
    "Give its transcript as VTT, SRT or text": ".mp3 .m4a .wav .ogg .mp4 .mkv .webm .mov .flac",
    "Save the message's text as a file": ".eml .msg .mbox",
    "Unpack it": ".zip .gz .tar .tgz .7z .rar .enex",
}
_WAY_OUT = {ending: way for way, endings in _WAYS_OUT.items() for ending in endings.split()}
_NAMED = 3  # files of a kind that are named


def unread_lines(names: Iterable[str]) -> tuple[str, ...]:
    """Say which files were not read, one line a kind, with the way out."""
    kinds: dict[str, list[str]] = {}
    for name in sorted(names):
        ending = PurePosixPath(name).suffix.lower()
        if ending not in _ASSETS:
            kinds.setdefault(ending, []).append(name)
    lines = []
    for ending, found in sorted(kinds.items()):
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        way = _WAY_OUT.get(ending, "Save it as Markdown, HTML, DOCX or text, if it holds notes")
        kind = f"{ending[1:].upper()} files are" if ending else "files without an ending are"
        lines.append(f"{', '.join(found[:_NAMED])}{more}: {kind} not read. {way}.")
    return tuple(lines)
