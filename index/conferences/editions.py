"""The editions of KubeCon + CloudNativeCon: where and when, as the CNCF announced them.

`starts_on` is the day that people call day 1: the first day of the main conference, not of the co-located
events before it. The four days of Europe 2020 were counted from the first. A date that is not known surely is
left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from index.models import Event

REGION_NAMES = {"EU": "Europe", "NA": "North America", "China": "China", "India": "India", "Japan": "Japan"}


@dataclass(frozen=True, slots=True)
class Edition:
    """One conference of the series."""

    region: str  # a key of REGION_NAMES
    year: int
    city: str | None  # None: nobody travelled
    starts_on: date | None = None
    days: int | None = None
    planned_city: str | None = None  # where it would have been

    @property
    def event_id(self) -> str:
        """Give the short name that people write."""
        return f"{self.region} {self.year}"

    @property
    def virtual(self) -> bool:
        """Tell whether it was held online only."""
        return self.city is None

    def as_event(self) -> Event:
        """Give it as a record of the index."""
        last = self.starts_on + timedelta(days=self.days - 1) if self.starts_on and self.days else None
        full = REGION_NAMES[self.region]
        short = self.region.lower()
        aliases = [f"kubecon {short} {self.year}", f"{short}{self.year % 100}", f"kccnc{short}{self.year}"]
        places = [city.lower() for city in (self.city, self.planned_city) if city]
        return Event(
            event_id=self.event_id,
            name=f"KubeCon + CloudNativeCon {full} {self.year}",
            starts_on=self.starts_on,
            ends_on=last,
            city=self.city,
            aliases=tuple(aliases + places),
        )


EDITIONS = (
    Edition("NA", 2015, "San Francisco", date(2015, 11, 9), 3),
    Edition("EU", 2016, "London", date(2016, 3, 10), 2),
    Edition("NA", 2016, "Seattle", date(2016, 11, 8), 2),
    Edition("EU", 2017, "Berlin", date(2017, 3, 29), 2),
    Edition("NA", 2017, "Austin", date(2017, 12, 6), 3),
    Edition("EU", 2018, "Copenhagen", date(2018, 5, 2), 3),
    Edition("China", 2018, "Shanghai", date(2018, 11, 14), 2),
    Edition("NA", 2018, "Seattle", date(2018, 12, 11), 3),
    Edition("EU", 2019, "Barcelona", date(2019, 5, 21), 3),
    Edition("China", 2019, "Shanghai", date(2019, 6, 24), 3),
    Edition("NA", 2019, "San Diego", date(2019, 11, 19), 3),
    Edition("EU", 2020, None, date(2020, 8, 17), 4, planned_city="Amsterdam"),
    Edition("NA", 2020, None, date(2020, 11, 18), 3, planned_city="Boston"),
    Edition("EU", 2021, None, date(2021, 5, 5), 3),
    Edition("NA", 2021, "Los Angeles", date(2021, 10, 13), 3),
    Edition("China", 2021, None, date(2021, 12, 9), 2),
    Edition("EU", 2022, "Valencia", date(2022, 5, 18), 3),
    Edition("NA", 2022, "Detroit", date(2022, 10, 26), 3),
    Edition("EU", 2023, "Amsterdam", date(2023, 4, 19), 3),
    Edition("China", 2023, "Shanghai", date(2023, 9, 26), 3),
    Edition("NA", 2023, "Chicago", date(2023, 11, 7), 3),
    Edition("EU", 2024, "Paris", date(2024, 3, 20), 3),
    Edition("China", 2024, "Hong Kong", date(2024, 8, 21), 3),
    Edition("NA", 2024, "Salt Lake City", date(2024, 11, 13), 3),
    Edition("India", 2024, "Delhi", date(2024, 12, 11), 2),
    Edition("EU", 2025, "London", date(2025, 4, 2), 3),
    Edition("China", 2025, "Hong Kong", date(2025, 6, 10), 2),
    Edition("Japan", 2025, "Tokyo", date(2025, 6, 16), 2),
    Edition("India", 2025, "Hyderabad", date(2025, 8, 6), 2),
    Edition("NA", 2025, "Atlanta", date(2025, 11, 11), 3),
    Edition("EU", 2026, "Amsterdam", date(2026, 3, 24), 3),
    Edition("India", 2026, "Mumbai"),
    Edition("Japan", 2026, "Yokohama"),
    Edition("China", 2026, "Shanghai"),
    Edition("NA", 2026, "Salt Lake City"),
    Edition("EU", 2027, "Barcelona"),
)

BY_ID = {edition.event_id: edition for edition in EDITIONS}


def event_for(event_id: str) -> Event:
    """Give the record of a named event; one outside the table has its name only."""
    edition = BY_ID.get(event_id)
    if edition is not None:
        return edition.as_event()
    region, _, year = event_id.rpartition(" ")
    if region in REGION_NAMES and year.isdigit():
        return Edition(region, int(year), "").as_event()
    return Event(event_id=event_id, name=event_id, aliases=(event_id.lower(),))
