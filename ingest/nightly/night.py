"""One night's knowledge: which sources changed, what each gave, and what stays from the night before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from index.build.layout import FORMAT_VERSION
from index.encoder.adapter import adapter_digest
from index.encoder.base import DEFAULT_ENCODER
from index.encoder.load import REFERENCE_PREFIX
from index.encoder.weights import DEFAULT_WEIGHTS_SHA256, weights_sha256
from ingest.catalogue.catalogue import Catalogue
from ingest.errors import PublishError, RecapError, Withheld
from ingest.job import Job, Progress
from ingest.loaders import read_bytes
from ingest.nightly.cache import Readings, State, reading_key
from ingest.nightly.health import Checks
from ingest.nightly.report import RecapLine, line_of
from ingest.nightly.twins import without_twins
from ingest.nightly.workers import Outcome, read_all, read_one
from ingest.recap.reading import ReadRecap
from ingest.sources.models import Source


@dataclass(slots=True)
class Night:
    """What a run knows so far."""

    job: Job
    store: Readings
    last: State
    live: str | None
    trouble: str  # why the live build cannot be asked; empty where it can, or where there is none
    catalogue: Catalogue
    failed: list[str]
    sources: Mapping[str, Source]
    closed: tuple[str, ...] = ()  # how the ids of recaps begin that lie where nobody may look
    checks: Checks | None = None  # what is known of the live build's files
    keys: dict[str, str] = field(default_factory=dict)
    fresh: dict[str, ReadRecap] = field(default_factory=dict)  # read in this run
    kept: set[str] = field(default_factory=set)  # their source failed, the last good reading stays
    withheld: list[str] = field(default_factory=list)  # one line each: recaps that say they are private
    twins: tuple[str, ...] = ()  # one line each: recaps that are another one in another form
    timings_s: dict[str, float] = field(default_factory=dict)

    @property
    def trusted(self) -> bool:
        """Return whether there is a live build that can be asked."""
        return bool(self.live) and not self.trouble

    @property
    def source(self) -> str | None:
        """Return the build whose vectors may be taken over; None where everything is to be embedded again."""
        return None if self.job.full else self.live

    def stands(self, inputs: str) -> bool:
        """Return whether the live build is one of these inputs, and nobody wants it made anew."""
        return (
            not self.job.full
            and self.trusted
            and (inputs, self.live) == (self.last.inputs, self.last.build_id)
        )

    def read_changed(self, progress: Progress) -> None:
        """Read the sources whose content, hints or reader changed; for one that fails the last good reading stays."""
        changed: list[tuple[str, Source]] = []
        for source in self.sources.values():
            try:
                digest = sha256(read_bytes(source.path, source.recap_id)).hexdigest()
            except RecapError as error:
                self._keep_last(source.recap_id, str(error))
                continue
            key = reading_key(source, digest, self.catalogue.digest)
            if self.job.full or not self.store.has(key):
                changed.append((key, source))
            else:
                self.keys[source.recap_id] = key
        outcomes = read_all([source for _, source in changed], self.catalogue, progress)
        for (key, source), outcome in zip(changed, outcomes, strict=True):
            self._take(source.recap_id, key, outcome)
        for recap_id, key in self.last.keys.items():
            if recap_id not in self.sources and recap_id.startswith(self.closed) and self.store.has(key):
                self.keys[recap_id] = key
                self.kept.add(recap_id)

    def _take(self, recap_id: str, key: str, outcome: Outcome) -> None:
        """Store what one source gave."""
        if isinstance(outcome, Withheld):
            self.withheld.append(str(outcome))
            return
        if isinstance(outcome, str):
            self._keep_last(recap_id, outcome)
            return
        try:
            self.store.save(key, outcome)
        except UnicodeEncodeError as error:  # half a surrogate pair, which no file can hold
            what = f"what was read of it cannot be written ({error.reason})"
            self._keep_last(recap_id, str(RecapError(recap_id, what, "Correct the characters there.")))
            return
        self.keys[recap_id] = key
        self.fresh[recap_id] = outcome

    def _keep_last(self, recap_id: str, reason: str) -> None:
        """Note a failed source, and keep what it last gave."""
        last = self.last.keys.get(recap_id)
        if last and self.store.has(last):
            self.keys[recap_id] = last
            self.kept.add(recap_id)
            reason = f"{reason} What it last gave stays."
        self.failed.append(reason)

    def readings(self) -> list[ReadRecap]:
        """Return every recap's reading, those of this run and the stored ones."""
        readings = []
        for recap_id, key in sorted(self.keys.items()):
            read = self.fresh.get(recap_id) or self.store.load(key)
            if read is None:
                if recap_id not in self.sources:
                    raise PublishError(
                        f"Cannot publish: what {recap_id} last gave is damaged, and its folder cannot be looked into."
                    )
                # Its file was damaged after it was stored.
                outcome = read_one(self.sources[recap_id], self.catalogue)
                if isinstance(outcome, (str, Withheld)):
                    raise PublishError(f"Cannot publish: what {recap_id} last gave is damaged. {outcome}")
                self.store.save(key, outcome)
                read = self.fresh[recap_id] = outcome
            readings.append(read)
        readings, self.twins = without_twins(readings)
        return readings

    def line(self, read: ReadRecap) -> RecapLine:
        """Sum a recap up for the report."""
        recap_id = read.recap.recap_id
        return line_of(
            read, "kept" if recap_id in self.kept else "read" if recap_id in self.fresh else "unchanged"
        )

    def inputs(self) -> str:
        """Return a digest of everything that a build is made from."""
        parts = [
            str(FORMAT_VERSION),
            weights_name(self.job.model, self.job.adapter),
            *(f"{name} {key}" for name, key in sorted(self.keys.items())),
        ]
        return sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()


def weights_name(model: str | None, adapter: str | None = None) -> str:
    """Name the weights that will embed, and their adapter, without loading them.

    Raises:
        EncoderUnavailable: the adapter's file cannot be read.
    """
    digest = adapter_digest(adapter, (model or "").removeprefix(REFERENCE_PREFIX) or DEFAULT_ENCODER)
    return " ".join(filter(None, (_weights(model), digest)))


def _weights(model: str | None) -> str:
    if model in {None, "", DEFAULT_ENCODER}:
        return DEFAULT_WEIGHTS_SHA256
    folder = Path(str(model))
    return weights_sha256(folder) if folder.is_dir() else str(model)
