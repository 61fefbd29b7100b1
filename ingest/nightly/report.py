"""What a run of the nightly job did, for a person and for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from rich.console import Console

    from ingest.recap.reading import ReadRecap

State = Literal["read", "unchanged", "kept"]

# More lines than this are counted, not shown; `--json` has all of them.
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class RecapLine:
    """One recap in the report."""

    recap_id: str
    event_id: str | None
    day: int | None
    talks: int
    sections: int
    passages: int
    links: int  # talks with a link to a recording, slides or a page of the schedule
    event_certainty: float
    state: State = "read"  # "kept": the source failed, its last good reading stays


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed from the last build to this one, talks by title with their recap."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    passages_new: int = 0
    passages_removed: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did."""

    outcome: Literal["published", "unchanged"]
    build_id: str
    recaps: tuple[RecapLine, ...]
    failed: tuple[str, ...] = ()  # one line each
    uncertain: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by recap
    unlinked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by recap
    difference: Difference = field(default_factory=Difference)
    timings_s: Mapping[str, float] = field(default_factory=dict)
    unread: tuple[str, ...] = ()  # one line a kind of file that is not read
    withheld: tuple[str, ...] = ()  # one line each: recaps that say they are private
    ignored: tuple[str, ...] = ()  # recaps that an ignore file leaves out
    twins: tuple[str, ...] = ()  # one line each: the same recap in another form
    audiences: Mapping[str, str] = field(default_factory=dict)  # builds of private recaps by who may ask them
    repaired: str = ""  # why the build that was live could not be asked and was made anew

    @property
    def exit_status(self) -> int:
        """Return the status that the process leaves with: 0 done, 3 published, but some sources failed."""
        return 3 if self.failed else 0

    @property
    def counts(self) -> dict[str, int]:
        """Return the totals."""
        totals = {
            name: sum(getattr(line, name) for line in self.recaps)
            for name in ("talks", "sections", "passages", "links")
        }
        return {"recaps": len(self.recaps), **totals, "failed": len(self.failed)}

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {**asdict(self), "counts": self.counts, "exit_status": self.exit_status}


def print_report(report: Report, console: Console) -> None:
    """Print a report as a person wants to read it."""
    counts = report.counts
    if report.outcome == "unchanged":
        console.print(
            f"Nothing changed: build {report.build_id} stays live ({_totals(counts)}).", highlight=False
        )
    else:
        print_table(report.recaps, console)
        _print_difference(report.difference, console)
    print_lines(console, "Uncertain, worth a look with `confnotes inspect FILE`", _by_recap(report.uncertain))
    print_lines(
        console,
        "Left without a link: two candidates in the catalogue are too close to call",
        _by_recap(report.unlinked),
    )
    print_lines(
        console,
        "Rebuilt, because the last build could not be used",
        (report.repaired,) if report.repaired else (),
    )
    print_lines(
        console,
        "Private recaps, in builds of their own",
        tuple(f"for {ids}: build {build_id}" for ids, build_id in report.audiences.items()),
    )
    print_left_out(report.unread, report.withheld, report.ignored, console)
    print_lines(console, "In two forms", report.twins)
    print_lines(console, "Failed", report.failed)
    if report.outcome == "published":
        seconds = ", ".join(f"{name} {value:.1f} s" for name, value in report.timings_s.items())
        console.print(
            f"Published build {report.build_id}: {_totals(counts)}. ({seconds})",
            highlight=False,
            markup=False,
            emoji=False,
        )


def print_left_out(
    unread: tuple[str, ...], withheld: tuple[str, ...], ignored: tuple[str, ...], console: Console
) -> None:
    """Print what was found and not read, and why."""
    print_lines(console, "Not read", unread)
    print_lines(console, "Not published", withheld)
    if ignored:
        print_lines(console, f"Left out by an ignore pattern ({len(ignored)})", ignored)


def line_of(read: ReadRecap, state: State) -> RecapLine:
    """Sum a recap up."""
    sections = sum(talk.kind == "section" for talk in read.talks)
    return RecapLine(
        recap_id=read.recap.recap_id,
        event_id=read.recap.event_id,
        day=read.recap.day,
        talks=len(read.talks) - sections,
        sections=sections,
        passages=len(read.passages),
        links=sum(bool(talk.links.keys() & {"video", "slides", "schedule"}) for talk in read.talks),
        event_certainty=read.event_certainty,
        state=state,
    )


def print_table(recaps: Sequence[RecapLine], console: Console) -> None:
    """Print one row a recap."""
    from rich.table import Table
    from rich.text import Text

    from ingest.recap.matching import SURE_EVENT

    table = Table(
        "recap", "event", "day", *(_right(name) for name in ("talks", "sections", "passages", "linked")), ""
    )
    for line in recaps:
        sure = "" if line.event_certainty >= SURE_EVENT or line.event_id is None else "?"
        day = "" if line.day is None else str(line.day)
        numbers = [str(getattr(line, name)) for name in ("talks", "sections", "passages", "links")]
        table.add_row(Text(line.recap_id), Text(f"{line.event_id or '-'}{sure}"), day, *numbers, line.state)
    console.print(table)


def _right(name: str) -> Any:
    """Return a column of numbers."""
    from rich.table import Column

    return Column(name, justify="right")


def _print_difference(difference: Difference, console: Console) -> None:
    """Print what is new, changed and gone since the last build."""
    for words, titles in (
        ("New", difference.new),
        ("Changed", difference.changed),
        ("Gone", difference.removed),
    ):
        if titles and len(titles) <= _SHOWN:
            print_lines(console, f"{words} talks", titles)
        elif titles:
            console.print(f"{words}: {len(titles)} talks")
    if difference.passages_new or difference.passages_removed:
        console.print(
            f"Passages: {difference.passages_new} new, {difference.passages_removed} gone", highlight=False
        )


def print_lines(console: Console, heading: str, lines: tuple[str, ...]) -> None:
    """Print a heading and its lines; nothing where there are none."""
    if not lines:
        return
    console.print(f"{heading}:", highlight=False, markup=False, emoji=False)
    for line in lines[:_SHOWN]:
        console.print(f"  - {line}", highlight=False, markup=False, emoji=False)
    if len(lines) > _SHOWN:
        console.print(f"  … and {len(lines) - _SHOWN} more")


def _by_recap(lines: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Put each line's recap before it."""
    return tuple(f"{recap_id}: {line}" for recap_id, group in lines.items() for line in group)


def _totals(counts: Mapping[str, int]) -> str:
    """Say the totals in words."""
    return f"{counts['recaps']} recaps, {counts['talks']} talks, {counts['sections']} sections, {counts['passages']} passages"
