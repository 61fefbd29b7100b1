"""What a run would read and publish, told without writing a file or asking a server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from ingest.catalogue.catalogue import Catalogue
from ingest.catalogue.files import read_catalogue
from ingest.errors import SourcesError, Withheld
from ingest.job import Job, Progress
from ingest.nightly.report import RecapLine, line_of, print_left_out, print_lines, print_table
from ingest.nightly.twins import without_twins
from ingest.nightly.workers import read_all
from ingest.recap.reading import ReadRecap
from ingest.sources.folders import unread_lines
from ingest.sources.listing import gather
from ingest.sources.models import Remote

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What a run would do."""

    recaps: tuple[RecapLine, ...]
    visible_in: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by recap; others: everywhere
    remotes: tuple[str, ...] = ()  # would be asked for
    failed: tuple[str, ...] = ()
    uncertain: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    withheld: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    twins: tuple[str, ...] = ()

    @property
    def exit_status(self) -> int:
        """Return the status that the run would leave with, if nothing else went wrong."""
        return 3 if self.failed else 0

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {**asdict(self), "exit_status": self.exit_status}


def rehearse(job: Job, progress: Progress) -> Rehearsal:
    """Read everything that lies here, and write nothing.

    Raises:
        SourcesError: No recaps are named, or the list of them cannot be read.
        CatalogueError: The catalogue cannot be used.
    """
    sources = gather(job.paths)
    if not sources.recaps and not sources.remotes:
        named = ", ".join(str(path) for path in job.paths)
        raise SourcesError(
            f"Cannot read {named}: found no recaps there. {' '.join(sources.missing[:3])}".strip()
        )
    paths = [job.catalogue] if job.catalogue else list(sources.catalogues)
    catalogue = Catalogue.join([read_catalogue(path) for path in paths])
    outcomes = read_all(sources.recaps, catalogue, progress)
    readings, twins = without_twins([outcome for outcome in outcomes if isinstance(outcome, ReadRecap)])
    faults = [outcome for outcome in outcomes if isinstance(outcome, str)]
    return Rehearsal(
        recaps=tuple(line_of(read, "read") for read in readings),
        visible_in={source.recap_id: source.visible_in for source in sources.recaps if source.visible_in},
        remotes=tuple(_address(remote) for remote in sources.remotes),
        failed=(*sources.missing, *catalogue.faults, *faults),
        uncertain={read.recap.recap_id: read.uncertain for read in readings if read.uncertain},
        unread=unread_lines(sources.unread),
        withheld=tuple(str(outcome) for outcome in outcomes if isinstance(outcome, Withheld)),
        ignored=sources.ignored,
        twins=twins,
    )


def _address(remote: Remote) -> str:
    """Name a source that would be fetched, without a query, which may hold a key."""
    spec = remote.spec
    where = next((str(getattr(spec, name)) for name in ("url", "feed", "git") if hasattr(spec, name)), "")
    return where.partition("?")[0]


def print_rehearsal(rehearsal: Rehearsal, console: Console) -> None:
    """Print what would be read and published."""
    print_table(rehearsal.recaps, console)
    seen = tuple(f"{recap_id}: {', '.join(ids)}" for recap_id, ids in rehearsal.visible_in.items())
    print_lines(console, "Visible only in", seen)
    print_lines(console, "Would be fetched and read too", rehearsal.remotes)
    print_left_out(rehearsal.unread, rehearsal.withheld, rehearsal.ignored, console)
    print_lines(console, "In two forms", rehearsal.twins)
    lines = tuple(f"{recap_id}: {line}" for recap_id, group in rehearsal.uncertain.items() for line in group)
    print_lines(console, "Uncertain, worth a look with `confnotes inspect FILE`", lines)
    print_lines(console, "Failed", rehearsal.failed)
    talks = sum(line.talks for line in rehearsal.recaps)
    console.print(
        f"Would publish {len(rehearsal.recaps)} recaps with {talks} talks. Nothing was written.",
        highlight=False,
    )
