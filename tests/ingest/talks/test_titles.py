"""What a heading says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.talks.lines.places import read_place
from ingest.talks.lines.titles import Style, read_title


@pytest.mark.parametrize(
    ("heading", "title", "names"),
    [
        ("Ropes and Knots - Ann Bee, Quay", "Ropes and Knots", ("Ann Bee",)),
        ("Keynote: Tides – Anna Bee, Chief Pilot, Quay", "Keynote: Tides", ("Anna Bee",)),
        ("Talk 3: Anna Bee - Ropes and Knots", "Ropes and Knots", ("Anna Bee",)),
        ("Talk 4: Ropes and Knots - Anna Bee", "Ropes and Knots", ("Anna Bee",)),
        ("Session: Ropes and Knots", "Ropes and Knots", ()),
        ("14h30 - Ropes and Knots - Anna Bee (Quay)", "Ropes and Knots", ("Anna Bee",)),
        ("10:00–10:45 Ropes and Knots", "Ropes and Knots", ()),
        ("C. Ropes and Knots", "Ropes and Knots", ()),
        ("“Ropes and Knots” by Anna Bee", "Ropes and Knots", ("Anna Bee",)),
        ("Ropes and Knots (Anna Bee)", "Ropes and Knots", ("Anna Bee",)),
        ("Ropes and Knots (TBD)", "Ropes and Knots (TBD)", ()),
        ("QUA101 - Ropes and Knots", "Ropes and Knots", ()),
        ("⚡ Ropes and Knots:", "Ropes and Knots", ()),
        (
            "Featuring Ropes by Quay – A Story – Anna Bee & Carl Dee",
            "Featuring Ropes by Quay – A Story",
            ("Anna Bee", "Carl Dee"),
        ),
        ("Paging Less by Paging Sooner", "Paging Less by Paging Sooner", ()),
        ("“Magic” of Networking", "“Magic” of Networking", ()),
    ],
)
def test_a_heading_is_taken_apart(heading: str, title: str, names: tuple[str, ...]) -> None:
    """Numbers, times, quotation marks and speakers are no part of the title."""
    read = read_title(heading)

    assert read.text == title
    assert (read.people.names if read.people else ()) == names


def test_the_recaps_habit_settles_doubtful_names() -> None:
    """A bare unknown name counts where other headings name speakers on that side."""
    assert read_title("Ropes and Knots - Tjorben Barrel").people is None
    assert read_title("Ropes and Knots - Tjorben Barrel", style=Style(right=0.5)).people is not None


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        ("Day 1", "day"),
        ("06.11. - Wednesday", "day"),
        ("Dernier jour de KubeCon !", "day"),
        ("1日目", "day"),
        ("Day 1 Keynotes", "container"),
        ("Day 1, 2 and 3: Sessions", "container"),
        ("Lightning Talks", "container"),
        ("Les conférences", "container"),
        ("Vorträge", "container"),
        ("Wrapping up", "section"),
        ("Notes on ropes", "section"),
        ("Things to check out:", "section"),
        ("Mittagspause", "section"),
        ("まとめ", "section"),
        ("Platform Engineering Day", "event"),
        ("KubeCon + CloudNativeCon EU 2021 recap", "event"),
        ("Check out other days:", "elsewhere"),
        ("Table of contents", "contents"),
    ],
)
def test_headings_that_are_no_talks(heading: str, role: str) -> None:
    """Days, blocks of talks, sections and pointers are told from titles in four languages."""
    place = read_place(heading)

    assert place is not None
    assert place.role == role


@pytest.mark.parametrize(
    "heading",
    [
        "Managing Ropes: What You Need to Know About Day 2",
        "Lessons Learned from Building a Quay",
        "Intro to Ropes",
        "Top-Down Knots",
    ],
)
def test_titles_are_no_places(heading: str) -> None:
    """A title that contains such words stays a title."""
    assert read_place(heading) is None


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_heading_is_read_without_error(heading: str) -> None:
    """Arbitrary characters never raise."""
    read_title(heading)
    read_place(heading)


@pytest.mark.parametrize(
    ("heading", "title", "names"),
    [
        (
            "Smaller Images, Fewer Worries (Nadia Brunner)",
            "Smaller Images, Fewer Worries",
            ("Nadia Brunner",),
        ),
        ("Keynote - The Tide Table - Ilse Roorda", "The Tide Table", ("Ilse Roorda",)),
        ("Chapter 3: Locks and Keys - Béla Szentpéteri", "Locks and Keys", ("Béla Szentpéteri",)),
        ("9h30 – Nights without Pages (Lena HAAN)", "Nights without Pages", ("Lena Haan",)),
        ("11h – Loud Days (Omar TAHIR)", "Loud Days", ("Omar Tahir",)),
        ("nib4 - a tiny core (B.2.417 11:20 - 11:50)", "nib4 - a tiny core", ()),
        ("Ropes on Boats [REPEAT] (Hall C, Level 2, 10:00 AM)", "Ropes on Boats", ()),
        ("[OPS301] Runbooks that run (Saal 2)", "Runbooks that run", ()),
        ("Two Draws (CON421)", "Two Draws", ()),
        ("Desplegar dos veces, por Pedro Petrov", "Desplegar dos veces", ("Pedro Petrov",)),
        ("🐳 Smaller Sails 🐳 — Nadia Brunner 🎤", "Smaller Sails 🐳", ("Nadia Brunner",)),
        ("Cold Sterns - Ingunn Solbakken - NDC Oslo 2024", "Cold Sterns", ("Ingunn Solbakken",)),
        ("Pier Day 2025 - Knots, one year on", "Knots, one year on", ()),
        ("tests are letters - hilma shikongo", "tests are letters", ("Hilma Shikongo",)),
        ("작은 이미지, 적은 걱정 - 김민수 (부두회사)", "작은 이미지, 적은 걱정", ("김민수",)),
    ],
)
def test_rooms_times_codes_and_conferences_leave_the_title(
    heading: str, title: str, names: tuple[str, ...]
) -> None:
    """What stands beside a title is no part of it, on either side."""
    read = read_title(heading)

    assert read.text == title
    assert (read.people.names if read.people else ()) == names
