"""Recaps whose talks are bullets below days, as people write them: made up, in many forms, and lists that hold no talks."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest

from ingest.loaders import load_bytes
from ingest.talks import FoundTalk, find_talks

TITLE = "LockConf Ghent 2024, my notes"
TALKS = [  # day, title, speaker, company, notes
    (1, "Mooring on Mondays", "Lena Brandt", "Northquay", "loved it; they tie up 30 ships a day, never in fog"),
    (1, "Ropes that age well", "Xiomara Tennant", "Fjordlotse", "a strand is added, tested for a month, then trusted"),
    (1, "What the foghorn taught us", "Pablo Rivas", "Sundial", "two crews, and whoever was woken sleeps in"),
    (2, "Harbours without tears", "Mei Tanaka", "Tidewerk", "lost crates are looked at by a person every morning"),
    (2, "Small anchors, big trouble", "Anna Kowalska", "Pierworks", "they hated it first, then measured a slip of 12 percent"),
    (2, "A tide nobody noticed", "Godfrey Mielcarek", "Kelpie", "double knots for six weeks and a list of differences"),
]  # fmt: skip
ENTRIES = [
    '"{title}" / {name}, {company}',
    "{title} / {name} / {company}",
    "{title} / {name}",
    "{title} ({name}, {company})",
    "{title} [{name}, {company}]",
    "{title}: {name} ({company})",
    "{title} – {name}",
    "{title} - {name} @ {company}",
    "{title} — {name} ({company})",
    "{title} | {name} | {company}",
    "{title}, {name} ({company})",
    "{title}, {name}, {company}",
    "{title} by {name}",
    "“{title}” by {name} ({company})",
    "« {title} », {name} ({company})",
    "**{title}** ({name})",
    "*{title}* – {name}, {company}",
    "10:30 {title} – {name}",
    "11:00–11:45 {title}, {name} ({company})",
    "{title} ({name}, {company}) 4/5",
]
NAMES_FIRST = [
    "{name}: {title}",
    '{name}: "{title}"',
    "{name} - {title}",
    "{name}, {company} - {title}",
    "{name} ({company}): “{title}”",
    "**{name}** ({company}): {title}",
    "{name} - {company} - {title}",
]
MIXED = ENTRIES[0], ENTRIES[3], ENTRIES[5], ENTRIES[13], NAMES_FIRST[4], ENTRIES[6]
NOTES = [
    "",
    "\n{pad}- {notes}",
    "\n{pad}{notes}",
    "\n\n{pad}{notes}\n",
    "\n- {notes}",
    "\n{pad}- {notes}\n{pad}- asked about rust",
]
DAYS = [
    ("Thursday", "Friday"),
    ("Day 1", "Day 2"),
    ("Tag 1", "Tag 2"),
    ("Mittwoch", "Donnerstag"),
    ("mercredi", "jeudi"),
    ("Thursday, 14 May", "Friday, 15 May"),
]
HEADINGS = ["## {day}\n", "**{day}**\n\n", "**{day}:**\n", "{day}:\n", "{day}\n--------\n", "{day}\n\n"]
SIGNS = ["-", "*", "+", "{count}.", "{count})", "•", "–"]


def recap(
    *entries: str,
    notes: Sequence[str] = ("\n{pad}- {notes}",),
    days: Sequence[str] = DAYS[0],
    heading: str = HEADINGS[0],
    sign: str = "-",
    title: str = f"# {TITLE}\n\n",
) -> str:
    """Write the notes of all talks; several entries or notes take turns."""
    text, last, count = title, 0, 0
    for number, (day, name, speaker, company, said) in enumerate(TALKS):
        if day != last:
            text += ("\n" if last else "") + heading.format(day=days[day - 1])
            last, count = day, 0
        count += 1
        marker = sign.format(count=count)
        entry = entries[number % len(entries)].format(title=name, name=speaker, company=company)
        below = notes[number % len(notes)].format(pad=" " * (len(marker) + 1), notes=said)
        text += f"{marker} {entry}{below}\n"
    return text


def read(text: str, name: str = "notes.md") -> list[FoundTalk]:
    """Read a recap and return what is no section."""
    return [talk for talk in find_talks(load_bytes(text.encode(), name)).talks if talk.kind != "section"]


def told(text: str, name: str = "notes.md") -> list[tuple[int | None, str, tuple[str, ...]]]:
    """Return day, title and speakers of each talk."""
    return [(talk.day, talk.title, talk.speakers) for talk in read(text, name)]


EVERY = [(day, title, (name,)) for day, title, name, _, _ in TALKS]


@pytest.mark.parametrize("entry", [*ENTRIES, *NAMES_FIRST])
def test_an_entry_is_a_talk_however_it_is_written(entry: str) -> None:
    """Title and speaker in any order and between any signs, with notes below, behind, or none."""
    for notes in NOTES:
        assert told(recap(entry, notes=[notes])) == EVERY, notes


@pytest.mark.parametrize(
    "entry",
    ["{name} - {company} - {title}", "**{name} – {company} – {title}**"],
)
def test_a_company_between_name_and_title_is_the_speakers(entry: str) -> None:
    """It is left out of the title and kept with the speaker."""
    found = {talk.title: talk.affiliations for talk in read(recap(entry))}

    assert found == {title: (company,) for _, title, _, company, _ in TALKS}


def test_one_list_may_write_its_entries_in_many_ways() -> None:
    """Whoever takes notes in a hurry keeps to no form; some talks have notes and some do not."""
    for notes in ([""], NOTES, NOTES[2:4]):
        assert told(recap(*MIXED, notes=notes)) == EVERY, notes


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("days", DAYS)
def test_days_are_read_however_they_are_set(days: Sequence[str], heading: str) -> None:
    """Weekdays, numbers and dates of several languages, as headings, in bold or as plain lines."""
    assert told(recap(ENTRIES[0], ENTRIES[3], days=days, heading=heading)) == EVERY


@pytest.mark.parametrize("name", ["notes.md", "notes.txt"])
@pytest.mark.parametrize("sign", SIGNS)
def test_any_bullet_will_do(sign: str, name: str) -> None:
    """Markdown's own, numbers, and those of word processors; with Markdown's headings and in plain text."""
    assert told(recap(ENTRIES[0], ENTRIES[6], sign=sign), name) == EVERY
    assert told(recap(*ENTRIES[3:5], sign=sign, heading=HEADINGS[-1], title=f"{TITLE}\n\n"), name) == EVERY


def _html(entry: str) -> str:
    days = [
        f"<h2>{day}</h2><ul>"
        + "".join(
            f"<li>{entry.format(title=title, name=name, company=company)}<ul><li>{said}</li></ul></li>"
            for at, title, name, company, said in TALKS
            if at == number
        )
        + "</ul>"
        for number, day in enumerate(DAYS[0], 1)
    ]
    return f"<html><body><h1>{TITLE}</h1>{''.join(days)}</body></html>"


@pytest.mark.parametrize("entry", [ENTRIES[0], ENTRIES[4], NAMES_FIRST[0]])
def test_any_markup_will_do(entry: str) -> None:
    """HTML, Org, AsciiDoc and reStructuredText."""
    org = recap(entry, heading="* {day}\n", title=f"#+TITLE: {TITLE}\n\n")
    asciidoc = recap(entry, notes=["\n** {notes}"], heading="== {day}\n\n", sign="*", title=f"= {TITLE}\n\n")
    rst = recap(
        entry,
        notes=["\n\n  - {notes}\n"],
        heading="{day}\n--------\n\n",
        title=f"{TITLE}\n{'=' * len(TITLE)}\n\n",
    )

    for text, name in ((_html(entry), "a.html"), (org, "a.org"), (asciidoc, "a.adoc"), (rst, "a.rst")):
        assert told(text, name) == EVERY, name


@pytest.mark.parametrize(
    "behind",
    [" - {notes}", " – {notes}", ": {notes}", ". {notes}"],
)
@pytest.mark.parametrize("entry", [ENTRIES[0], ENTRIES[3], "“{title}” by {name}", "{title} – {name}"])
def test_notes_behind_the_speaker_are_no_part_of_the_entry(entry: str, behind: str) -> None:
    """They are the talk's words, and none of its title, speaker or company."""
    text = recap(entry, notes=[behind])

    talks = read(text)

    assert [(talk.title, talk.speakers) for talk in talks] == [(title, names) for _, title, names in EVERY]
    notes = load_bytes(text.encode(), "notes.md").text
    for talk, (*_, company, said) in zip(talks, TALKS, strict=True):
        assert said in " ".join(notes[start:end] for start, end in talk.body)
        assert set(talk.affiliations) <= {company}


@pytest.mark.parametrize(
    "below",
    [
        "\n  {name}, {company}\n  - {notes}",
        "\n  - {name}, {company}\n  - {notes}",
        "\n  - Speaker: {name}\n  - {notes}",
    ],
)
def test_the_speaker_may_stand_below_the_title(below: str) -> None:
    """On a line of the same bullet, or in the first bullet below."""
    assert told(recap("{title}" + below.replace("{notes}", "it slips"), notes=[""])) == EVERY


def test_remarks_may_stand_between_the_talks() -> None:
    """Whoever writes one bullet a thought sets talks, remarks and meals in one row; a day makes sure speakers enough."""
    text = (
        f"# {TITLE}\n\n## Thursday\n- rain all morning\n- Mooring on Mondays (Lena Brandt, Northquay)\n- loved it\n- 30 ships a day\n"
        "- Lunch (soup, good)\n- Ropes that age well / Pablo Rivas\n- a month of tests\n- Dinner at the pier with Mei Tanaka (Tidewerk)\n"
        "## Friday\n- Harbours without tears: Anna Kowalska (Pierworks)\n- nobody cries\n"
    )

    found = read(text)

    assert [(talk.day, talk.title) for talk in found] == [
        (1, "Mooring on Mondays"),
        (1, "Ropes that age well"),
        (2, "Harbours without tears"),
    ]
    notes = load_bytes(text.encode(), "notes.md").text
    assert "30 ships a day" in " ".join(notes[start:end] for start, end in found[0].body)
    assert all(before.body[-1][1] <= after.body[0][0] for before, after in pairwise(found))


@pytest.mark.parametrize(
    "text",
    [
        "thursday\n- mooring on mondays - lena brandt, northquay\n  - loved it\nfriday\n- ropes that age well - pablo rivas, sundial\n",
        "Thursday\n- Mooring on Mondays (Lena Brandt, Northquay)\nFriday\n- Ropes that age well (Pablo Rivas, Sundial)\n",
    ],
)
def test_two_talks_are_enough(text: str) -> None:
    """One a day, in small letters too, shows no habit but the days."""
    assert [
        (day, title.lower(), names) for day, title, names in told(f"{TITLE.lower()}\n\n{text}", "notes.txt")
    ] == [
        (1, "mooring on mondays", ("Lena Brandt",)),
        (2, "ropes that age well", ("Pablo Rivas",)),
    ]


NO_TALKS = {
    "remarks": "## Thursday\n- liked it / hated it\n- Food (good, plenty)\n- Wifi (slow, as always)\n- Crowd: friendly\n",
    "answers": "## Thursday\n- Does it float? / Yes, to a point\n- Who pays? / The crew that calls\n- CI / CD\n- Bow / Stern split\n",
    "to do": "## Thursday\n- [ ] Send Lena Brandt (Northquay) the plan\n- [ ] Ask Pablo Rivas, Sundial\n- Call Mei Tanaka\n",
    "breaks": "## Thursday\n- 09:00 Registration\n- 10:30 Coffee break\n- 12:30 Lunch (hall B)\n## Friday\n- 18:00 Drinks with the crew\n",
    "links": "## Links\n- [Rope handbook](https://rope.example/book)\n- [Tide guide - Sundial](https://sundial.example/g)\n",
    "sponsors": "## Sponsors\n- Northquay (gold)\n- Sundial (silver)\n- Tidewerk – booth 4\n- Pierworks, Kelpie, Fjordlotse\n",
    "who was met": "## Thursday\n- Long chat with Lena Brandt (Northquay) on ropes\n- Dinner out with Mei Tanaka (Tidewerk)\n"
    "- Train home with Pablo Rivas, Sundial\n",
    "quotes": "## Quotes\n- Lena Brandt: Never moor in fog.\n- Pablo Rivas: A rope is forever\n- Mei Tanaka: People look at crates\n",
    "who is who": "## Who is who\n- Lena Brandt: Works on ropes\n- Pablo Rivas - Runs the harbour\n- Mei Tanaka, Tidewerk - wants to hire\n",
    "tools": "## Thursday\n- Ropelock – locks for piers\n- Quay (storage, Rust)\n- Mole: a proxy by Sundial\n"
    "- Northquay Labs: two floors of booths\n",
}  # fmt: skip


@pytest.mark.parametrize("kind", NO_TALKS)
def test_other_lists_hold_no_talks(kind: str) -> None:
    """A bracket, a dash or a slash alone makes no talk, nor does a name."""
    assert told(f"# {TITLE}\n\n{NO_TALKS[kind]}") == []
