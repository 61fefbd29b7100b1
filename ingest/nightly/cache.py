"""The store of readings beside the builds: what was read stays read until its source, its hints or the reader change."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import index
import ingest
from index.files.plain import is_folder, read_plain, remove
from ingest.nightly.health import Checks
from ingest.nightly.report import RecapLine
from ingest.recap.reading import ReadRecap
from ingest.sources.models import Source

FOLDER = "readings"
_STATE_FILE = "state.json"
_MOST_BYTES = 1_000_000_000  # of one reading


@dataclass(frozen=True, slots=True)
class State:
    """What the last run published."""

    build_id: str = ""
    inputs: str = ""  # digest of everything that the build was made from
    keys: Mapping[str, str] = field(default_factory=dict)  # recap_id -> its reading's key
    lines: tuple[RecapLine, ...] = ()
    checks: Checks | None = None  # of the build's files; None: they were not compared yet

    def checked(self, checks: Checks) -> State:
        """Return the same state after the build's files were looked at again."""
        return replace(self, checks=checks)

    def standing_for(self, build_id: str, checks: Checks) -> State:
        """Return the same state for another build, which somebody went back to."""
        return replace(self, build_id=build_id, checks=checks)


READ_BY = {
    index: ("conferences", "languages", "files/records.py", "models.py", "wrapping.py"),
    ingest: (
        "catalogue/catalogue.py", "links.py", "loaders", "plain_yaml.py", "recap", "sources/models.py", "sources/privacy.py", "talks",
    ),
}  # fmt: skip
"""What a reading depends on, below each package: code, and the data that it reads."""
_LIBRARIES = ("charset-normalizer", "mammoth", "pyromark", "py3langid")
_DATA = {".py", ".yaml", ".json"}


@cache
def reader_version() -> str:
    """Return a digest of what reads: a better reader reads every source again, without anybody counting versions."""
    digest = sha256()
    for package, names in READ_BY.items():
        folder = Path(str(package.__file__)).parent
        files = (path for name in names for path in [folder / name, *(folder / name).rglob("*")])
        for path in sorted(path for path in files if path.suffix in _DATA):
            digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}".encode())
    return digest.hexdigest()


def reading_key(source: Source, source_sha256: str, catalogue_digest: str) -> str:
    """Return what a reading depends on as one digest."""
    parts = (
        reader_version(),
        source.recap_id,
        source_sha256,
        repr((source.hints, source.event, source.retells)),
        catalogue_digest,
    )
    return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


class Readings:
    """Stored readings in one folder, one JSON file each.

    The first line of a file is the digest of the rest: what was damaged counts as not there, and no reader of
    JSON ever sees it.
    """

    def __init__(self, index_dir: Path) -> None:
        self._folder = index_dir / FOLDER
        if not is_folder(self._folder):  # of a link the folder that it leads to would be tidied
            remove(self._folder)
        self._folder.mkdir(parents=True, exist_ok=True)

    def has(self, key: str) -> bool:
        """Return whether a reading is stored."""
        return self._path(key).is_file()

    def load(self, key: str) -> ReadRecap | None:
        """Return a stored reading; None where there is none or its file is damaged: it is read again then."""
        try:
            return ReadRecap.from_json(self._read(self._path(key)))
        except ValueError:
            return None

    def save(self, key: str, read: ReadRecap) -> None:
        """Store a reading."""
        self._replace(self._path(key), read.to_json())

    def state(self) -> State:
        """Return what the last run published; an empty state where that is not known."""
        text = self._read(self._folder / _STATE_FILE)
        try:
            values = json.loads(text or "{}")
            lines = tuple(RecapLine(**line) for line in values.get("lines", ()))
            checks = Checks(**values["checks"]) if values.get("checks") else None
            return State(**{**values, "lines": lines, "checks": checks})
        except TypeError:  # another version wrote it
            return State()

    def save_state(self, state: State) -> None:
        """Store what was published."""
        self._replace(
            self._folder / _STATE_FILE, json.dumps(asdict(state), ensure_ascii=False, sort_keys=True)
        )

    def prune(self, keep: Iterable[str]) -> None:
        """Remove the readings that no build needs any more, and what a killed run left half written."""
        names = {self._path(key).name for key in keep} | {_STATE_FILE}
        for path in self._folder.iterdir():
            if path.name not in names:
                remove(path)

    @staticmethod
    def _read(path: Path) -> str:
        """Return what was written into a file; empty where it is not there, or not as it was written."""
        try:
            digest, _, content = read_plain(path, _MOST_BYTES).partition(b"\n")
        except OSError:
            return ""
        return content.decode("utf-8") if sha256(content).hexdigest().encode() == digest else ""

    def _path(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _replace(self, path: Path, text: str) -> None:
        """Write a file so that a killed run leaves the old one or the new one."""
        content = text.encode("utf-8")
        handle, temporary = tempfile.mkstemp(prefix=".writing-", dir=self._folder)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(sha256(content).hexdigest().encode() + b"\n" + content)
            if is_folder(path):
                remove(path)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
