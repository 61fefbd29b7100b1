"""Which words belong to whom: lost headings, code lines, and keynote blocks that go on after a talk."""

from __future__ import annotations

from ingest.loaders import load_bytes
from ingest.talks import find_talks

OPENING = [
    "QuayCon 2020 notes",
    "Notes on ropes",
    "Hemp swells in water, and every sailor on the quay knows about it.",
]


def owners(source: str, name: str = "a.txt") -> dict[str, str]:
    """Give the words of each talk and section by its title."""
    loaded = load_bytes(source.encode(), name)
    found: dict[str, str] = {}
    for talk in find_talks(loaded).talks:
        words = " ".join(loaded.text[start:end] for start, end in sorted((*talk.heading, *talk.body)))
        found[talk.title] = " ".join(words.split())
    return found


def test_a_command_is_no_heading() -> None:
    """A line of code with notes beneath it stays in its section."""
    command = "RUN install ropes\nRUN splice <KNOT>"
    prose = "One may also call it by hand, which takes a minute or two."
    source = "\n\n".join(
        [
            *OPENING,
            "Rope Splicer",
            "It splices ropes while the ship is built.",
            command,
            prose,
            "Notes on knots",
            "It holds.",
        ]
    )
    found = owners(source)

    assert found["Rope Splicer"].endswith(f"RUN install ropes RUN splice <KNOT> {prose}")


def test_a_tools_small_name_is_a_heading_of_topical_notes() -> None:
    """Names that their makers write small head sections too."""
    kept = [
        *OPENING,
        "Notes on tools",
        "There were many of them.",
        "rope-spot-handler by Quay",
        "It watches ropes and warns in time.",
    ]
    found = owners("\n\n".join([*kept, "Notes on knots", "A bowline holds."]))

    assert (
        found["rope-spot-handler by Quay"] == "rope-spot-handler by Quay It watches ropes and warns in time."
    )


def test_a_heading_without_notes_is_no_section() -> None:
    """A last question with nothing but a pointer beneath it stays where it stands."""
    found = owners(
        "\n\n".join([*OPENING, "Is It Safe?", "Slides: Ropes and Hemp", "Notes on knots", "A bowline holds."])
    )

    assert found["Notes on ropes"].endswith("Is It Safe? Slides: Ropes and Hemp")


def test_a_lost_heading_of_topical_notes_is_named_after_its_subject() -> None:
    """A wide gap before words that introduce something new begins its section; a subject named before does not."""
    new = "Ropelock is a module of the ship that keeps every knot in its place."
    old = "Hemp is a plant that grows beside the quay, as was said before."
    source = (
        "\n\n".join([*OPENING, "Slides: Ropes and Hemp"])
        + f"\n\n\n{new}\n\n\n{old}\n\nNotes on knots\n\nA bowline holds.\n"
    )
    found = owners(source)

    assert found["Ropelock"] == f"{new} {old}"


def test_a_sentence_set_apart_heads_a_section() -> None:
    """In plain text a short exclamation behind two empty lines was a heading."""
    day = "Ropes were everywhere, and so were the people who had brought them along."
    first = f"HarbourConf 2022 recap\n\n\nIt began.\n\nRope Days\n\n{day}\n\nIt went well."
    source = f"{first}\n\n\nLook, the harbour has a new crane!\n\n{day} Again.\n"
    found = owners(source)

    assert found["Rope Days"].endswith("It went well.")
    assert found["Look, the harbour has a new crane!"].endswith("Again.")


KEYNOTES = "# QuayCon 2020\n\n## Day 2 keynotes\n\nAnna Bee opened.\n\nFog, part two by Mole. Foghorns are heard two miles away now.\n\n"
REST = "\n\n## Ropes - Carl Dee, Mole\n\nHemp swells.\n"


def test_a_keynote_block_goes_on_after_a_talk_in_it() -> None:
    """The next paragraph goes back to the block, unless it goes on about the talk."""
    other = "Quayside celebrated its tenth birthday with a cake and a game."
    found = owners(KEYNOTES + other + REST, "a.md")

    assert found["Day 2 keynotes"].endswith(other)
    assert found["Fog, part two"].endswith("miles away now.")


def test_a_paragraph_that_goes_on_stays_with_its_keynote() -> None:
    """First words that go on, or a rare word of the talk, tie the next paragraph to it."""
    for more in (
        "They also gave away lamps to everyone who came.",
        "Old foghorns were shown behind the stage.",
    ):
        found = owners(KEYNOTES + more + REST, "a.md")

        assert found["Fog, part two"].endswith(more)


def test_last_words_are_no_section() -> None:
    """A farewell that ends the recap stays in the section above it."""
    source = "\n\n".join([*OPENING, "Wrapping up", "That was fine.", "Looking forward to QuayCon 2021!"])
    found = owners(source)

    assert found["Wrapping up"].endswith("Looking forward to QuayCon 2021!")


def test_several_events_in_one_file_stay_apart() -> None:
    """Headings of one level that name different conferences give their talks their own event."""
    first = "## QuayCon 2019\n\n### Ropes - Anna Bee, Quay\n\nHemp.\n\n"
    second = "## PierCon 2020\n\n### Knots - Carl Dee, Mole\n\nKnot.\n"
    reading = find_talks(load_bytes(f"# Where I went\n\n{first}{second}".encode(), "a.md"))

    assert [(talk.title, talk.event_id) for talk in reading.talks if talk.kind != "section"] == [
        ("Ropes", "QuayCon 2019"),
        ("Knots", "PierCon 2020"),
    ]


def test_a_rows_notes_are_its_talks_body() -> None:
    """What stands behind title and speakers in a table is content, and a break is no talk."""
    rows = "| 9:00 | Ropes | Anna Bee | hemp swells in water |\n| 10:00 | Lunch | | fish and bread |\n"
    loaded = load_bytes(
        f"# QuayCon 2020\n\n| Time | Talk | Speaker | Notes |\n|---|---|---|---|\n{rows}".encode(), "a.md"
    )
    found = {talk.title: talk for talk in find_talks(loaded).talks}

    assert [loaded.text[start:end] for start, end in found["Ropes"].body] == ["hemp swells in water"]
    assert found["Lunch"].kind == "section"


def test_lists_that_prove_nothing_are_no_talks() -> None:
    """Numbered steps, names with a remark, and two bullets are not taken for talks."""
    steps = "1. Take the rope\n2. Tie a Knot - Bowline\n3. Pull\n"
    remarks = "- Anna Bee: hemp swells\n- Carl Dee: knots slip\n- Eva Eff: tides turn\n"
    for entries in (steps, remarks):
        reading = find_talks(load_bytes(f"# QuayCon 2020\n\nSome words.\n\n{entries}".encode(), "a.md"))

        assert [talk.title for talk in reading.talks if talk.kind != "section"] == []
