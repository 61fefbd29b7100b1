"""Series of conferences and their editions: data files beside this module, one entry a series.

`starts_on` is the day that people call day 1. A date that is not known surely is left out. How to add a series or an
edition is described in docs/extend.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from index.models import Event

# libyaml reads the files in a tenth of the time that the parser in Python takes.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SERIES_FOLDER = Path(__file__).parent / "series"


@dataclass(frozen=True, slots=True)
class Edition:
    """One conference of a series."""

    series: Series
    year: int
    region: str | None = None  # a key of the series' regions
    city: str | None = None  # None: held online, or not known
    starts_on: date | None = None
    days: int | None = None
    planned_city: str | None = None  # where it would have been

    @property
    def event_id(self) -> str:
        """Return the short name that people write."""
        return self.series.event_id(self.year, self.region)

    @property
    def virtual(self) -> bool:
        """Return whether it was held online only."""
        return self.city is None

    def as_event(self) -> Event:
        """Return it as a record of the index."""
        last = self.starts_on + timedelta(days=self.days - 1) if self.starts_on and self.days else None
        return Event(
            event_id=self.event_id,
            name=" ".join(
                filter(
                    None,
                    [
                        self.series.name,
                        self.series.regions.get(self.region or "", self.region),
                        str(self.year),
                    ],
                )
            ),
            starts_on=self.starts_on,
            ends_on=last,
            city=self.city,
            aliases=self._aliases(),
        )

    def _aliases(self) -> tuple[str, ...]:
        if not self.series.implied:
            return (self.event_id.lower(),)
        short, region = self.series.short.lower(), (self.region or "").lower()
        hosts = [f"{host}{region}{self.year}" for host in self.series.hosts[:1]]
        places = [city.lower() for city in (self.city, self.planned_city) if city]
        return (f"{short} {region} {self.year}", f"{region}{self.year % 100}", *hosts, *places)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Conferences that come again under one name."""

    name: str
    short: str  # as people write it
    pattern: str  # a regular expression for all that people write, in small letters unless `exact`
    exact: bool = False  # the name is an ordinary word as well, and counts only in these capitals
    implied: bool = False  # region and year, or city and year, mean this series without naming it
    regions: Mapping[str, str] = field(default_factory=dict)  # key: full name
    region_words: Mapping[str, str] = field(default_factory=dict)  # key: a regular expression
    city_names: Mapping[str, str] = field(
        default_factory=dict
    )  # other languages' names of cities, lower case
    hosts: tuple[str, ...] = ()  # how its schedules' addresses begin
    editions: tuple[Edition, ...] = ()

    def event_id(self, year: int, region: str | None = None) -> str:
        """Return the short name of an edition: "EU 2020", "SREcon EMEA 2025", "FOSDEM 2025"."""
        return f"{region} {year}" if self.implied else " ".join(filter(None, [self.short, region, str(year)]))


def read_series(folder: Path) -> tuple[Series, ...]:
    """Read all series that the files of a folder list, in the order of the files' names.

    Raises:
        ValueError: An entry is no series; the message names the file and the entry.
    """
    found: list[Series] = []
    for path in sorted(folder.glob("*.yaml")):
        for at, entry in enumerate(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) or ()):  # noqa: S506
            try:
                found.append(_series(entry))
            except (KeyError, TypeError, AttributeError) as error:
                raise ValueError(
                    f"cannot read {path.name}: entry {at + 1} is not a series ({error}). See docs/extend.md."
                ) from error
    return tuple(found)


def _series(entry: Mapping[str, Any]) -> Series:
    regions = entry.get("regions") or {}
    series = Series(
        name=entry["name"],
        short=entry.get("short", entry["name"]),
        pattern=entry.get("pattern") or r"\s?".join(entry["name"].split()),
        exact=bool(entry.get("exact")),
        implied=bool(entry.get("implied")),
        regions={key: region["name"] for key, region in regions.items()},
        region_words={key: "|".join(region["words"]) for key, region in regions.items()},
        city_names={other: city.lower() for other, city in (entry.get("city_names") or {}).items()},
        hosts=tuple(entry.get("hosts") or ()),
    )
    editions = tuple(Edition(series, **edition) for edition in entry.get("editions") or ())
    object.__setattr__(series, "editions", editions)  # series and editions know each other
    return series


@cache
def known_series() -> tuple[Series, ...]:
    """Return the series that ship with the project."""
    return read_series(SERIES_FOLDER)


@cache
def _implied() -> Series:
    return next(series for series in known_series() if series.implied)


EDITIONS = _implied().editions
_BY_ID = {edition.event_id: edition for series in known_series() for edition in series.editions}


def event_for(event_id: str) -> Event:
    """Return the record of a named event; one that no file lists has its name only."""
    edition = _BY_ID.get(event_id)
    if edition is not None:
        return edition.as_event()
    region, _, year = event_id.rpartition(" ")
    if region in _implied().regions and year.isdigit():
        return Edition(_implied(), int(year), region, "").as_event()
    return Event(event_id=event_id, name=event_id, aliases=(event_id.lower(),))
