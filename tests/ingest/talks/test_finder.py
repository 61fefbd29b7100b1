"""The finder as a whole: shapes it was not written for, and words that never get lost."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import RecapError
from ingest.loaders import load, load_bytes
from ingest.loaders.blocks import LoadedRecap
from ingest.talks import Reading, RecapHints, find_talks

RECAPS = Path(__file__).parent / "recaps"
GOLD = [json.loads(line) for line in (RECAPS / "gold.jsonl").read_text(encoding="utf-8").splitlines()]


def read(text: str, name: str = "notes.md", **hints: Any) -> Reading:
    """Read a recap from its words."""
    return find_talks(load_bytes(text.encode(), name), RecapHints(**hints))


def talks(reading: Reading) -> list[str]:
    """List the titles of what is no section."""
    return [talk.title for talk in reading.talks if talk.kind != "section"]


def words_of(loaded: LoadedRecap, reading: Reading, title: str) -> str:
    """Join the words that a talk owns."""
    [talk] = [talk for talk in reading.talks if talk.title == title]
    return " ".join(loaded.text[start:end] for start, end in sorted((*talk.heading, *talk.body)))


@pytest.mark.parametrize("gold", GOLD, ids=[gold["recap"] for gold in GOLD])
def test_recaps_of_other_shapes_are_read(gold: dict[str, Any]) -> None:
    """Titles, speakers, days and event of recaps in many shapes, in the order of the recap."""
    reading = find_talks(load(RECAPS / gold["recap"], gold["recap"]))
    found = [[talk.title, list(talk.speakers), talk.day] for talk in reading.talks if talk.kind != "section"]

    assert found == gold["talks"]
    assert (reading.event.event_id if reading.event else None) == gold["event"]


@pytest.mark.parametrize(
    ("first", "second"), [("wed", "thu"), ("Mi", "Do."), ("mer", "jeu"), ("Wednesday", "thu")]
)
@pytest.mark.parametrize(
    "byline",
    ["w/ Tom Reed", "with Tom Reed", "by Tom Reed", "— Tom Reed", "avec Tom Reed", "mit Tom Reed (Halde)"],
)
def test_bold_titles_below_weekdays_are_talks(first: str, second: str, byline: str) -> None:
    """Headings that are a weekday only are days, and a bold line with a by-line behind it is a talk."""
    reading = read(
        f"# {first}\n\n**Kernel modules are fine** {byline}\n\n- modules crash hosts\n- and the loader checks\n\n"
        f"**Paying for idle nodes** {byline}\n\nidle nodes cost a third of the bill.\n\n"
        f"# {second}\n\n**Feeds and speeds** {byline}\n\n- nine feeds, one queue\n"
    )

    found = [(talk.title, talk.speakers, talk.day) for talk in reading.talks if talk.kind != "section"]
    assert found == [
        ("Kernel modules are fine", ("Tom Reed",), 1),
        ("Paying for idle nodes", ("Tom Reed",), 1),
        ("Feeds and speeds", ("Tom Reed",), 2),
    ]


def assert_tiled(loaded: LoadedRecap, reading: Reading) -> None:
    """Check that every word outside furniture has exactly one owner."""
    spans = sorted(span for talk in reading.talks for span in (*talk.heading, *talk.body))
    spans = sorted(spans + [(dropped.start, dropped.end) for dropped in reading.furniture])
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    owned = bytearray(len(loaded.text))
    for start, end in spans:
        owned[start:end] = b"x" * (end - start)
    for block in loaded.blocks:
        if block.kind not in {"furniture", "rule"}:
            assert all(owned[at] or loaded.text[at].isspace() for at in range(block.start, block.end))


PARTS = st.sampled_from(
    [
        "# Day 1",
        "## Ropes and Knots - Anna Bee, Quay",
        "### What is a rope?",
        "Keynotes",
        "Wrapping up",
        "By Carl Dee (Engineer, Mole)",
        "*Speaker: Eva Eff, Pier*",
        "- Slides: https://a.example/x.pdf",
        "- a rope\n  - a knot",
        "I liked **Tides Before Breakfast** by Anna Bee. Then came “Fog Lights for Beginners” by Carl Dee. It was good.",
        "Check out other days:",
        "KubeCon EU 2020, Day 1",
        "| Talk | Speaker |\n|---|---|\n| Ropes | Anna Bee |\n| Knots | Carl Dee |",
        "---",
        "5 views0 comments",
        "A plain paragraph of notes about ropes, which goes on for a while and says nothing else.",
    ]
)


@settings(max_examples=120, deadline=None)
@given(
    st.lists(st.one_of(PARTS, st.text(max_size=60)), max_size=14),
    st.sampled_from(["a.md", "a.txt", "a.html"]),
)
def test_every_word_has_exactly_one_owner(parts: list[str], name: str) -> None:
    """Whatever a recap is made of, its words are tiled by talks, sections and dropped parts."""
    format_name = {"a.md": "markdown", "a.txt": "text", "a.html": "html"}[name]
    try:
        loaded = load_bytes("\n\n".join(parts).encode("utf-8", "ignore"), name, format_name)
    except RecapError:
        return  # a source without words, or a binary one, is refused by the reader
    reading = find_talks(loaded)

    assert_tiled(loaded, reading)
    assert all(
        any(a <= start and end <= b for a, b in talk.body)
        for talk in reading.talks
        for start, end in talk.author_spans
    )


def test_notes_stay_with_their_talk() -> None:
    """The paragraphs under a title belong to it, up to the next title."""
    ropes = "## Ropes - Anna Bee, Quay\n\nHemp swells.\n\n### Knots\n\nA bowline holds."
    source = f"# HarbourConf 2022\n\n{ropes}\n\n## Tides - Carl Dee, Mole\n\nIt ebbs.\n"
    loaded = load_bytes(source.encode(), "a.md")
    reading = find_talks(loaded)

    assert (
        " ".join(words_of(loaded, reading, "Ropes").split())
        == "Ropes - Anna Bee, Quay Hemp swells. Knots A bowline holds."
    )


def test_two_talks_in_one_paragraph_share_it_by_sentence() -> None:
    """A second talk begins with its own sentence."""
    source = "At HarbourConf 2022 I saw **Ropes and Hemp** by Anna Bee. Hemp swells. Then **Tides at Night** by Carl Dee came. It ebbs at six."
    loaded = load_bytes(source.encode(), "a.md")
    reading = find_talks(loaded)

    assert words_of(loaded, reading, "Ropes and Hemp").endswith("Hemp swells. ")
    assert (
        words_of(loaded, reading, "Tides at Night") == "Then Tides at Night by Carl Dee came. It ebbs at six."
    )


def test_links_are_the_talks_own() -> None:
    """Slides, recording and page are kept; what is linked in passing is not the talk's."""
    source = (
        "## Ropes - Anna Bee, Quay\n\nhttps://www.youtube.com/watch?v=abc\n\nShe said so [before](https://www.youtube.com/watch?v=old). "
        "[Slides](https://a.example/ropes.pdf)\n\n## Tides - Carl Dee, Mole\n\nSee [her talk](https://youtu.be/other).\n"
    )
    ropes, tides = (talk for talk in read(source).talks if talk.kind != "section")

    assert ropes.links == {
        "video": "https://www.youtube.com/watch?v=abc",
        "slides": "https://a.example/ropes.pdf",
    }
    assert "slides" not in tides.links


def test_a_keynote_block_of_many_speakers_is_one_section() -> None:
    """Names with a remark each are no titles."""
    reading = read(
        "# QuayCon 2020\n\n## Keynotes\n\n- Anna Bee (Quay): hemp swells\n- Carl Dee (Mole)\n\n## Ropes\n*Eva Eff (Pier)*\n\n- bowline\n"
    )

    assert talks(reading) == ["Ropes"]


def test_topics_are_sections() -> None:
    """Notes by topic claim no talks."""
    source = "# What I took home\n\nSome notes.\n\n## Networking\n\nPods talk.\n\n## Storage\n\nDisks spin.\n\n## Security\n\nLocks hold.\n"

    assert talks(read(source)) == []


def test_known_titles_are_found_in_prose() -> None:
    """The catalogue's titles mark talks that nothing else marks, whatever their typography."""
    loaded = load_bytes(
        "HarbourConf 2022\n\nLater we heard what hemp can’t hold, and nobody left early.\n".encode(), "a.txt"
    )

    assert talks(find_talks(loaded, known_titles=["What Hemp Can't Hold"])) == ["what hemp can’t hold"]


def test_other_pages_and_counters_are_dropped_with_a_reason() -> None:
    """Pointers to other days and page counters are no words of any talk."""
    opening = "KubeCon EU 2020, Day 3\n\nRelated posts\n\nKubeCon EU 2020, Day 1"
    source = f"{opening}\n\nRopes\n\nBy Anna Bee (Engineer, Quay)\n\nHemp swells.\n\n5 views0 comments\n"
    reading = read(source, "a.txt")

    assert [source[d.start : d.end] for d in reading.furniture] == [
        "Related posts",
        "KubeCon EU 2020, Day 1",
        "5 views0 comments",
    ]
    assert all(dropped.reason for dropped in reading.furniture)
    assert reading.day == 3


def test_lost_day_headings_follow_from_gaps() -> None:
    """As many wide gaps before an opening keynote as the event had days are its days."""
    day = "After the {} keynote I watched {} which was long. It said a lot about hemp and about rope.\n"
    source = "KubeCon EU 2021 recap\n\n\n" + "\n\n\n".join(
        day.format(word, title)
        for word, title in [
            ("opening", "Ropes for Every Single Day,"),
            ("second", "Knots and How They Fail,"),
            ("last", "Tides in the Age of Fog,"),
        ]
    )
    reading = read(source, "a.txt")

    assert [talk.day for talk in reading.talks if talk.kind != "section"] == [1, 2, 3]


def test_hints_win() -> None:
    """What sources.yaml says of event and day replaces what the recap says."""
    reading = read(
        "# KubeCon EU 2021 - Day 1\n\n## Ropes - Anna Bee, Quay\n\nHemp.\n", event_id="NA 2019", day=2
    )

    assert reading.event is not None
    assert reading.event.event_id == "NA 2019"
    assert reading.day == 2


def test_a_talk_by_its_heading_alone_says_so() -> None:
    """Uncertain readings carry a remark for a person."""
    reading = read(
        "# QuayCon 2020\n\n## Ropes - Anna Bee, Quay\n\nHemp.\n\n## Serverless Knots BOF\n\nTalk.\n\n## Tides - Carl Dee, Mole\n\nEbb.\n"
    )
    [bof] = [talk for talk in reading.talks if "BOF" in talk.title]

    assert bof.certainty < 1
    assert bof.remarks


@pytest.mark.parametrize(
    "source",
    ["#", "- ", "\u200b", "\u202e# Day 1", "By", "“”", "x" * 50_000, "a / b\n" * 5_000, "[](", "# " * 300],
)
def test_odd_sources_are_read(source: str) -> None:
    """Fragments, invisible characters and endless words never raise."""
    loaded = load_bytes(source.encode(), "a.txt", "text")

    assert_tiled(loaded, find_talks(loaded))


def test_topical_notes_keep_their_source_lines() -> None:
    """A line that names slides is a part of its section, and a list that lost its bullets makes no sections."""
    parts = [
        "QuayCon 2020 notes",
        "Notes on ropes",
        "Hemp swells in water.",
        "Manila Rope",
        "Sisal Rope",
        "Jute Rope",
        "Slides: Ropes and Hemp",
    ]
    source = "\n\n".join([*parts, "Notes on knots", "A bowline holds.", "Well done!"])
    reading = read(source, "a.txt")
    titles = [talk.title for talk in reading.talks]

    assert "Notes on ropes" in titles
    assert "Notes on knots" in titles
    assert not {"Manila Rope", "Sisal Rope", "Slides: Ropes and Hemp", "Well done!"} & set(titles)
    assert talks(reading) == []


def test_linked_titles_in_sentence_case_are_talks_by_who_follows() -> None:
    """A linked recording with its speakers behind "by" is a talk in small letters too, over a break before "&" as well."""
    reading = read(
        "# QuayCon 2031, takeaways by topic\n\n## Notes on ropes\n\nWhat holds, holds.\n"
        "[The way to knotless moorings](https://www.youtube.com/watch?v=aaaaaaaaaaa) by Ann Bee, Quay & Carl Dee, IBM\n"
        "shows what went wrong on the way there ([slides](https://quay.example/a.pdf)).\n\n"
        "## Notes on tides\n\n"
        "Source: [Tides and Patience](https://www.youtube.com/watch?v=bbbbbbbbbbb) by Anna Holm\n"
        "& Peter Fay, Mole Works\n\n"
        "## Notes on tar\n\n"
        "[This talk about old tar](https://www.youtube.com/watch?v=ccccccccccc) by Tom Reed, Halde says it well.\n"
        "[Fine notes about old tar](https://blog.example/tar) by Lena Vogt, Halde too.\n\n"
        "## Keynotes\n\n### Nets of steel hold the tide\n\nBy Eva Eff, Pier Nine\n"
    )

    assert [(t.title, t.speakers, t.affiliations) for t in reading.talks if t.kind != "section"] == [
        ("The way to knotless moorings", ("Ann Bee", "Carl Dee"), ("Quay", "IBM")),
        ("Tides and Patience", ("Anna Holm", "Peter Fay"), ("Mole Works", "Mole Works")),
        ("Nets of steel hold the tide", ("Eva Eff",), ("Pier Nine",)),
    ]


def test_linked_titles_over_two_lines_keep_their_own_speakers() -> None:
    """One link over a line of names and a line of title is one talk; its neighbours take nothing from it."""
    reading = read(
        "# QuayCon 2031\n\n##Talks\nWhat I heard there.\n\n"
        "**[Ann Bee - Knots that hold in every weather](talks/a.md)**\n\n"
        "[Carla Dee (Pier Nine) \nWhat tides teach us about patience and rope](talks/b.md)\n\n"
        "Wim Elm (Dry Dock) \nTar has always been about wood\n\n"
        "**[Peter Fay (Harbour Works) \nThe arithmetic of mooring lines](talks/c.md)**\n"
    )
    found = [
        (talk.title, talk.speakers, talk.affiliations) for talk in reading.talks if talk.kind != "section"
    ]

    assert ("Knots that hold in every weather", ("Ann Bee",), ()) in found
    assert ("What tides teach us about patience and rope", ("Carla Dee",), ("Pier Nine",)) in found
    assert ("The arithmetic of mooring lines", ("Peter Fay",), ("Harbour Works",)) in found
    assert "Tar has always been about wood" not in [
        name for _, _, affiliations in found for name in affiliations
    ]


def test_linked_entries_that_begin_with_names_share_the_habit() -> None:
    """Where surely named entries show that the speaker comes first, less certain names are read so too."""
    reading = read(
        "# QuayCon 2031\n\nWhat I heard there:\n\n"
        "- [Ann Bee (Quay) - You do not sink alone: living with holes](a.md)\n"
        "- [Peter Fay (Pier) - A boat named after nobody](b.md)\n"
        "- [Gopalan Ramathan (TMN) - Test driven rope engineering](c.md)\n"
    )
    found = [(talk.title, talk.speakers) for talk in reading.talks if talk.kind != "section"]

    assert found == [
        ("You do not sink alone: living with holes", ("Ann Bee",)),
        ("A boat named after nobody", ("Peter Fay",)),
        ("Test driven rope engineering", ("Gopalan Ramathan",)),
    ]


@pytest.mark.parametrize("day", ["**{}**", "# {}"])
def test_a_day_goes_on_behind_its_keynotes(day: str) -> None:
    """A day's name holds to the next one, also where a heading of the talks' level names the same day again."""
    reading = read(
        f"# KubeCon EU 2018\n\nWhat I heard in the harbour.\n\n{day.format('Wednesday')}\n\n## Day 1 Keynotes\n\nShort ones.\n\n"
        "## Ropes for Beginners - Ann Bee, Quay\n\nA rope holds.\n\n"
        "## Tides for Beginners - Cyril Deedee, Mole Labs\n\nA tide turns.\n\n"
        f"{day.format('Thursday')}\n\n## Day 2 Keynotes\n\nLong ones.\n\n"
        "## Knots for Beginners - Eve Effing, Pier\n\nA knot comes loose.\n"
    )

    assert [(talk.title, talk.day) for talk in reading.talks if talk.kind != "section"] == [
        ("Ropes for Beginners", 1),
        ("Tides for Beginners", 1),
        ("Knots for Beginners", 2),
    ]


@pytest.mark.parametrize(
    "words",
    ["That's it for this year. See you in the next harbour!", "Overall, a great conference with good fish."],
)
def test_closing_words_are_the_recaps_own(words: str) -> None:
    """Words that take leave at the end belong to the recap, not to its last talk."""
    text = (
        "# QuayCon 2031\n\nTwo days of rain.\n\n## Ropes for Beginners - Ann Bee, Quay\n\nA rope holds.\n\n"
        f"## Tides for Beginners - Cyril Deedee, Mole Labs\n\nA tide turns.\n\nShe will see you pull.\n\n{words}\n"
    )
    loaded = load_bytes(text.encode(), "quay.md")
    reading = find_talks(loaded)

    assert_tiled(loaded, reading)
    assert words in words_of(loaded, reading, "QuayCon 2031")
    assert "She will see you pull." in words_of(loaded, reading, "Tides for Beginners")


def test_a_summary_inside_the_last_talk_stays_there() -> None:
    """Words that sum up a talk, and what a speaker said of next year, are no farewell."""
    text = (
        "# QuayCon 2031\n\nTwo days of rain.\n\n## Ropes for Beginners - Ann Bee, Quay\n\nA rope holds.\n\n"
        "## Tides for Beginners - Cyril Deedee, Mole Labs\n\nA tide turns.\n\nOverall, tides are slow.\n\nThat is all you need to moor.\n"
    )
    loaded = load_bytes(text.encode(), "quay.md")

    assert "all you need" in words_of(loaded, find_talks(loaded), "Tides for Beginners")


@pytest.mark.parametrize(
    "entry",
    [
        "- **{title}** by {name}: {notes}",
        "- **{title}** ({name}, Quay): {notes}",
        "- {title} by {name}: {notes}",
        "* *{title}* by {name}: {notes}",
    ],
)
def test_an_entry_with_its_notes_on_one_line_keeps_both(entry: str) -> None:
    """Speakers of an item are found before the colon, and what follows it is the talk's notes, wrapped or not."""
    told = (
        ("Seven Knots of Rope", "Lena Brandt", "why seven is enough and\n  eight is a tangle"),
        ("The Fog of Prod", "Tom Okafor", "alerts that say nothing should not wake anybody"),
        ("Barnacles on Every Hull", "Mira Voss", "scrape them off in spring"),
    )
    lines = "\n".join(entry.format(title=title, name=name, notes=notes) for title, name, notes in told)
    text = f"# Quay Days 2024\n\n## Lightning talks\n\n{lines}\n"
    loaded, reading = load_bytes(text.encode(), "notes.md"), read(text)
    found = [(talk.title, talk.speakers) for talk in reading.talks if talk.kind != "section"]
    bodies = [" ".join(loaded.text[a:b] for a, b in talk.body).split() for talk in reading.talks[-3:]]

    assert found == [(title, (name,)) for title, name, _ in told]
    assert bodies == [notes.split() for _, _, notes in told]
