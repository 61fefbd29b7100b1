"""A first `sources.yaml` for a folder of notes: what each recap says, and what a person should fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ingest.errors import IngestError, SourcesError
from ingest.inspection.inspect import inspect_file
from ingest.sources.folders import list_below
from ingest.sources.listing import LIST_NAME

SURE = 0.75  # how sure a conference has to be to be written down without asking
_HEAD = """# What confnotes should know of these notes. An entry's keys win over what a recap says of itself;
# all of them are in docs/ingest.md. Delete a line that says what would be found anyway, or correct it.
sources:
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What could be read of one recap."""

    name: str  # its path below the folder
    event: str | None
    certainty: float
    day: int | None
    author: str | None
    talks: int
    sections: int
    trouble: str = ""  # why it could not be read

    @property
    def sure(self) -> bool:
        """Return whether the conference need not be asked for."""
        return self.event is not None and self.certainty >= SURE


Ask = Callable[[Draft], str | None]


def draft_sources(folder: Path) -> list[Draft]:
    """Read every recap below a folder as `confnotes ingest` would.

    Raises:
        SourcesError: The folder holds no recaps, or has a `sources.yaml` already.
    """
    if (folder / LIST_NAME).exists():
        raise SourcesError(f"Cannot start in {folder}: it has a {LIST_NAME} already. Correct that one.")
    files = list_below(folder).files if folder.is_dir() else []
    if not files:
        raise SourcesError(
            f"Cannot start in {folder}: found no recaps there. Put notes there as .md, .txt or .html files, "
            "or name another folder."
        )
    return [_draft(path, folder) for path in files]


def write_sources(folder: Path, drafts: Iterable[Draft], ask: Ask) -> Path:
    """Write a folder's `sources.yaml` and return its path.

    Args:
        folder: Where the notes are.
        drafts: What was read of each.
        ask: Asked for the conference of a recap that did not say; None leaves it open.

    Raises:
        SourcesError: It cannot be written.
    """
    path = folder / LIST_NAME
    entries = "".join(_entry(draft, ask) for draft in drafts if not draft.trouble)
    try:
        with path.open("x", encoding="utf-8") as stream:
            stream.write(_HEAD + entries)
    except OSError as error:
        raise SourcesError(
            f"Cannot write {path}: {error.strerror}. Check the folder's permissions."
        ) from error
    return path


def _draft(path: Path, folder: Path) -> Draft:
    name = path.relative_to(folder).as_posix()
    try:
        found = inspect_file(path)
    except IngestError as error:
        return Draft(name, None, 0.0, None, None, 0, 0, str(error))
    sections = sum(talk.kind == "section" for talk in found.talks)
    talks = len(found.talks) - sections
    return Draft(name, found.event, found.event_certainty, found.day, found.author, talks, sections)


def _entry(draft: Draft, ask: Ask) -> str:
    event = draft.event if draft.sure else ask(draft) or None
    known: dict[str, Any] = {"event": event, "day": draft.day, "author": draft.author}
    lines = [f"  - path: {_quoted(draft.name)}"]
    lines += [f"    {key}: {_quoted(value)}" for key, value in known.items() if value is not None]
    if event is None:
        guess = f" (perhaps {draft.event})" if draft.event else ""
        lines.append(f"    # event: which conference?{guess}")
    return "\n".join(lines) + "\n"


def _quoted(value: object) -> str:
    import yaml

    line: str = yaml.safe_dump(value, allow_unicode=True, width=10_000, default_flow_style=True)
    return line.removesuffix("\n").removesuffix("\n...")
