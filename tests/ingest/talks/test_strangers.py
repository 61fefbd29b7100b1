"""What people who had never seen the reader wrote: shapes of by-lines, tables and titles, in other words."""

from __future__ import annotations

import pytest

from ingest.loaders import load_bytes
from ingest.talks import FoundTalk, find_talks
from ingest.talks.lines.names import companies_by_habit


def talks_of(text: str, name: str = "notes.md") -> list[FoundTalk]:
    """Read a recap and return what is no section."""
    return [talk for talk in find_talks(load_bytes(text.encode(), name)).talks if talk.kind != "section"]


NOTE = "They moved the mooring lines to the other pier, and it took three weeks of nights.\n"


@pytest.mark.parametrize(
    "heading",
    [
        "## {title} ({name}, {company})\n\n",
        "## {title} — {name}, {company}\n\n",
        "## {title}\n*{name}, {company}*\n\n",
        "## {title}\n{name}, {company}\n\n",
        "## {title}: {name}, {company}\n\n",
    ],
)
def test_a_company_of_two_rare_words_is_no_second_speaker(heading: str) -> None:
    """Where a recap has companies behind the comma, two rare words there are one too."""
    told = [
        ("Moorings for mortals", "Xiomara Tennant", "Quaywerk"),
        ("Tides we did not buy", "Godfrey Mielcarek", "Sundial Shipping Services"),
        ("Ropes that rot", "Evander Quispe", "Kelpie Barkassen"),
        ("Buoys at scale", "Rosamund Iyengar", "Fjordlotse"),
    ]
    text = "# PierConf 2024\n\n" + "".join(
        heading.format(title=title, name=name, company=company) + NOTE + "\n" for title, name, company in told
    )

    assert [(talk.title, talk.speakers, talk.affiliations) for talk in talks_of(text)] == [
        (title, (name,), (company,)) for title, name, company in told
    ]


def test_one_name_behind_two_people_is_their_company() -> None:
    """Nobody sits on stage beside everybody."""
    text = "Xiomara Tennant, Kelpie Barkassen\n\nEvander Quispe, Kelpie Barkassen\n"

    assert companies_by_habit(text) == {"kelpie barkassen"}


@pytest.mark.parametrize(
    "line",
    [
        "Speaker: Xiomara Tennant, Kelpie Barkassen",
        "Speakers: Xiomara Tennant, Kelpie Barkassen",
        "Xiomara Tennant / Kelpie Barkassen",
        "by Xiomara Tennant, Kelpie Barkassen",
    ],
)
def test_what_stands_in_a_speaker_s_brackets_is_a_company_all_through_the_recap(line: str) -> None:
    """One speaker's brackets tell whose company the next one's comma or slash leads to."""
    text = (
        "# PierConf 2024\n\n"
        f"## Moorings for mortals\nSpeaker: Evander Quispe (Kelpie Barkassen)\n\n{NOTE}\n"
        f"## Ropes that rot\n{line}\n\n{NOTE}\n"
        f"## Buoys at scale\nSpeaker: Anna Iyengar (Quaywerk)\n\n{NOTE}\n"
        f"## Tides we did not buy\nSpeaker: Godfrey Mielcarek (Fjordlotse)\n\n{NOTE}\n"
    )

    ropes = talks_of(text)[1]

    assert (ropes.speakers, ropes.affiliations) == (("Xiomara Tennant",), ("Kelpie Barkassen",))


def test_a_speaker_in_the_brackets_of_a_title_is_a_speaker() -> None:
    """Brackets hold people as well: where one of them surely is one, the others are no companies."""
    text = (
        "Kelpie Barkassen (Anna Iyengar)\n\nQuaywerk Tonnage (Xiomara Tennant)\n\nFjordlotse Twins (Quispe)\n"
    )

    assert companies_by_habit(text) == frozenset()


@pytest.mark.parametrize(
    "lines",
    [
        # a second person who is surely one
        "Xiomara Tennant, Quaywerk\nEvander Quispe, Fjordlotse\nAnna Iyengar, Peter Mielcarek\nGodfrey Otero, Solveig Hallorand\n",
        # who has a company of her own elsewhere
        "Xiomara Tennant, Quaywerk\nEvander Quispe, Fjordlotse\nSolveig Hallorand (Mole)\nGodfrey Otero, Solveig Hallorand\n",
    ],
)
def test_a_second_speaker_stays_one(lines: str) -> None:
    """Two people behind each other are no person and a company."""
    assert "solveig hallorand" not in companies_by_habit(lines)


@pytest.mark.parametrize(
    ("byline", "company"),
    [
        ("Xiomara Tennant, startup Quaywerk", "Quaywerk"),
        ("Xiomara Tennant, city of Ghent", "city of Ghent"),
        ("Xiomara Tennant, laboratoire Quaywerk", "laboratoire Quaywerk"),
        ("Xiomara Tennant, Quaywerk (a hobby, 9 people)", "Quaywerk"),
        ("Xiomara Tennant, public library consortium", ""),
        ("Xiomara Tennant, auditor", ""),
    ],
)
def test_what_somebody_does_is_no_company(byline: str, company: str) -> None:
    """Everyday words in small letters say what a speaker or a company is."""
    text = f"# PierConf 2024\n\n## Moorings for mortals\n*{byline}*\n\n{NOTE}\n## Ropes that rot\n*Evander Quispe, Fjordlotse*\n\n{NOTE}"

    first = talks_of(text)[0]

    assert (first.speakers, first.affiliations) == (("Xiomara Tennant",), (company,) if company else ())


def test_numbered_titles_in_capitals_over_a_speaker_s_line_are_talks() -> None:
    """Plain text numbers its titles; the line below says who spoke."""
    text = "NAUTICA FORUM 2022, GHENT\nNotes of hall B.\n\n" + "".join(
        f"{number}. {title}\nSpeaker: {name}\n\n{NOTE}\n"
        for number, title, name in (
            (1, "MOORING IN MIXED WEATHER", "Xiomara Tennant, Quaywerk"),
            (2, "WHY WE KEPT THE OLD PIER", "Evander Quispe, Fjordlotse"),
        )
    )

    assert [(talk.title, talk.speakers) for talk in talks_of(text, "nautica.txt")] == [
        ("MOORING IN MIXED WEATHER", ("Xiomara Tennant",)),
        ("WHY WE KEPT THE OLD PIER", ("Evander Quispe",)),
    ]


TABLE = "| # | Talk | Who |\n|---|---|---|\n| 1 | {a} | Xiomara Tennant, Quaywerk |\n| 2 | {b} | Evander Quispe, Fjordlotse |\n\n"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("1. Moorings", "2. Ropes that rot"),
        ("Moorings for mortals", "Ropes that rot"),
        ("Moorings", "Ropes that rot, a debate"),
    ],
)
def test_a_table_of_talks_is_not_told_twice(first: str, second: str) -> None:
    """Its rows are the headings below, which take their speakers from it and keep their notes."""
    text = f"# PierConf 2024\n\n{TABLE.format(a='Moorings', b='Ropes that rot')}## {first}\n\n{NOTE}\n## {second}\n\n{NOTE}"

    found = talks_of(text)

    assert [talk.speakers for talk in found] == [("Xiomara Tennant",), ("Evander Quispe",)]
    assert all(talk.body for talk in found)


def test_a_talk_that_stands_in_the_table_alone_stays_one() -> None:
    """Only rows that headings take up are told by them."""
    row = "| 3 | Buoys at scale | Rosamund Iyengar, Mole Labs |\n\n"
    table = TABLE.format(a="Moorings", b="Ropes that rot").rstrip() + "\n" + row
    text = f"# PierConf 2024\n\n{table}## 1. Moorings\n\n{NOTE}\n## 2. Ropes that rot\n\n{NOTE}"

    assert sorted(talk.title for talk in talks_of(text)) == ["Buoys at scale", "Moorings", "Ropes that rot"]


@pytest.mark.parametrize(
    "label", ["Panel", "panel with", "Panel discussion", "Podiumsdiskussion", "Table ronde", "Mesa redonda"]
)
def test_a_panel_names_its_people(label: str) -> None:
    """All who sit on it are its speakers."""
    text = (
        f"# PierConf 2024\n\n## Who moors the moorings?\n*{label}: Xiomara Tennant, Evander Quispe (Quaywerk), Rosamund Iyengar*\n\n{NOTE}\n"
        f"## Ropes that rot\n*Godfrey Mielcarek, Fjordlotse*\n\n{NOTE}"
    )

    assert talks_of(text)[0].speakers == ("Xiomara Tennant", "Evander Quispe", "Rosamund Iyengar")


@pytest.mark.parametrize(
    ("line", "title", "speakers"),
    [
        ("KEYNOTE 1. Xiomara Tennant: Mooring is a product", "Mooring is a product", ("Xiomara Tennant",)),
        (
            "5. Xiomara Tennant: On-call for frontend people",
            "On-call for frontend people",
            ("Xiomara Tennant",),
        ),
        (
            "Moorings — Xiomara Tennant with Evander Quispe (Quaywerk)",
            "Moorings",
            ("Xiomara Tennant", "Evander Quispe"),
        ),
    ],
)
def test_speakers_in_headings_are_found(line: str, title: str, speakers: tuple[str, ...]) -> None:
    """Behind a number, before a role's word, joined by "with"."""
    text = f"# PierConf 2024\n\n## {line}\n\n{NOTE}\n## 6. Peter Otero: Ropes that rot at sea\n\n{NOTE}"

    first = talks_of(text)[0]

    assert (first.title, first.speakers) == (title, speakers)


def test_a_title_may_begin_with_a_small_letter_and_a_capital() -> None:
    """GRPC and eBPF begin titles as their makers write them."""
    first = f"**gRPC without a pier** — Xiomara Tennant, Quaywerk\n\n{NOTE}"
    text = f"# PierConf 2024\n\n{first}\n**eBPF at sea** — Evander Quispe, Fjordlotse\n\n{NOTE}"

    assert [talk.title for talk in talks_of(text)] == ["gRPC without a pier", "eBPF at sea"]


PANEL = ("Xiomara Tennant", "Evander Quispe", "Solveig Hallorand")


@pytest.mark.parametrize(
    "lines",
    [
        "With {}, {}, and {} (Kelpie)",
        "with: {}, {}, {} (Kelpie)",
        "With {}, {} & {} (Kelpie)",
        "Mit {}, {} und {} (Kelpie)",
        "avec {}, {} et {} (Kelpie)",
        "Con {}, {} y {} (Kelpie)",
        "feat. {}, {} and {} (Kelpie)",
        "Panelists: {}, {}, {} (Kelpie)",
        "Moderator: {}\nPanelists: {}, {} (Kelpie)",
        "Moderator: {}\nWith {}, {} (Kelpie)",
    ],
)
@pytest.mark.parametrize("name", ["mail.txt", "notes.md"])
def test_a_panel_s_people_stand_on_lines_of_their_own(lines: str, name: str) -> None:
    """The line is no talk, and brackets behind the last of many are about nobody else."""
    mark = "## " if name.endswith("md") else ""
    below = lines.format(*PANEL)
    text = (
        f"{mark}PierConf 2024\n\n{mark}Moorings for mortals\nSpeaker: Godfrey Mielcarek (Quaywerk)\n{NOTE}\n"
        f"{mark}Panel: do buoys dream?\n{below}\n{NOTE}\n"
        f"{mark}Ropes that rot\nSpeaker: Anna Iyengar (Fjordlotse)\n{NOTE}"
    )

    found = talks_of(text, name)

    assert [talk.title for talk in found] == [
        "Moorings for mortals",
        "Panel: do buoys dream?",
        "Ropes that rot",
    ]
    assert (found[1].speakers, found[1].affiliations) == (PANEL, ("", "", "Kelpie"))


TWO = f"# PierConf 2024\n\n## Knots in the dark\n{{}}\n\n{NOTE}\n## Ropes that rot\nby Anna Iyengar\n\n{NOTE}"


def test_two_who_came_together_share_their_company() -> None:
    """Brackets behind two names that "and" joins are about both."""
    text = TWO.format("With Xiomara Tennant and Evander Quispe (Kelpie)")

    assert talks_of(text)[0].affiliations == ("Kelpie", "Kelpie")


@pytest.mark.parametrize(
    "line", ["With Kelpie Barkassen", "With more rope, less knot", "mit Fjordlotse Tonnage"]
)
def test_a_note_that_begins_with_a_joining_word_names_nobody(line: str) -> None:
    """Notes say what something was done with."""
    text = TWO.format(line)

    assert [name for talk in talks_of(text) for name in talk.speakers] == ["Anna Iyengar"]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("🗓️ Day 1 (Fri)", "🗓️ Day 2 (Sat)"),
        ("📅 Friday", "📅 Saturday"),
        ("Tag 1 (Fr.)", "Tag 2 (Sa.)"),
        ("☀️ Jour 1 (ven)", "🌙 Jour 2 (sam)"),
        ("⚓ March 6", "⚓ March 7"),
    ],
)
def test_days_are_read_behind_emoji_and_with_a_weekday_in_brackets(first: str, second: str) -> None:
    """A page exported from a note-taking tool: its days head the talks of each."""
    text = (
        "# 🪢 Rope Jam Lisbon\n\nDate: March 6, 2026 → March 7, 2026\nTags: ropes, travel\n\n---\n\n"
        f"### {first}\n\n- 09:30 – 10:10 🚀 **Moorings for mortals** — Xiomara Tennant @ Kelpie\n    - {NOTE}"
        f"- 10:20 🔥 **Ropes that rot** — Evander Quispe (Quaywerk)\n    - {NOTE}"
        f"\n### {second}\n\n- 10:00 🔭 **Buoys at scale** — Anna Iyengar (Fjordlotse)\n    - {NOTE}"
        f"- 11:00 🐘 **Tides we did not buy** — Godfrey Mielcarek (Kelpie)\n    - {NOTE}"
    )
    reading = find_talks(load_bytes(text.encode(), "jam.md"))

    assert reading.event is not None
    assert reading.event.event_id == "Rope Jam Lisbon 2026"
    assert [talk.day for talk in reading.talks if talk.kind != "section"] == [1, 1, 2, 2]


def words_of(text: str, name: str) -> list[str]:
    """Return the words of each talk's notes."""
    loaded = load_bytes(text.encode(), name)
    return [
        "".join(loaded.text[start:end] for start, end in talk.body).strip()
        for talk in find_talks(loaded).talks
        if talk.kind != "section"
    ]


LISTED = (
    "# PierConf 2024\n\n## Day 1\n\n- 09:30 **Moorings for mortals** — Xiomara Tennant (Kelpie)\n    - three weeks of nights\n"
    "{0}- 13:20 **Ropes that rot** — Evander Quispe (Quaywerk)\n    - hemp swells\n{1}\n## Day 2\n\n"
    "- 10:00 **Buoys at scale** — Anna Iyengar (Fjordlotse)\n    - nine hundred of them\n{2}"
)


@pytest.mark.parametrize(
    "line",
    [
        "- 12:30 lunch was late, cod again 👍\n",
        "- 12:30 – 13:10 🍲 Lunch\n    - the queue went round the pier\n",
        "- 12:30 Mittagessen im Zelt\n",
        "- 10:45 ☕ coffee break, met the people of Halde\n",
        "- 12:30 déjeuner, encore du poisson\n",
    ],
)
def test_a_break_in_a_timed_list_is_about_no_talk(line: str) -> None:
    """Neither in the middle of a day, nor at its end, nor at the recap's."""
    expected = ["three weeks of nights", "hemp swells", "nine hundred of them"]

    assert words_of(LISTED.format(line, "", ""), "a.md") == expected
    assert words_of(LISTED.format("", line, ""), "a.md") == expected
    assert words_of(LISTED.format("", "", line), "a.md") == expected


@pytest.mark.parametrize(
    "line",
    [
        "✅ TODO: send Xiomara the template",
        "To-do: ask for the slides",
        "Action items:\n\n- write to Anna\n",
        "☐ À faire : réserver",
    ],
)
def test_a_to_do_below_a_list_of_talks_is_about_none(line: str) -> None:
    """It stands beside the list, not in the notes of its last talk."""
    assert words_of(LISTED.format("", "", f"\n{line}\n"), "a.md")[-1] == "nine hundred of them"


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("a.md", LISTED.format("    - TODO: try this at home\n", "", ""), "TODO: try this at home"),
        ("a.md", LISTED.format("    - 12:30 lunch pods were evicted\n", "", ""), "12:30 lunch pods were evicted"),
        (
            "a.md",
            "# PierConf 2024\n\n## Moorings for mortals - Anna Iyengar, Kelpie\n\n- 12:20 the rope breaks\n- 12:30 lunch, nobody sees it\n"
            "- 12:50 the ship is gone\n\n## Ropes that rot - Evander Quispe, Mole\n\n- hemp\n",
            "12:30 lunch, nobody sees it",
        ),
        (
            "a.md",
            "# PierConf 2024\n\n## Moorings for mortals - Anna Iyengar, Kelpie\n\n- hemp\n\nTODO: read their paper\n\nThey moved to steel.\n"
            "\n## Ropes that rot - Evander Quispe, Mole\n\n- hemp\n",
            "TODO: read their paper",
        ),
    ],
)  # fmt: skip
def test_what_stands_in_the_notes_stays_in_them(name: str, text: str, kept: str) -> None:
    """A to-do among the notes, a lunch in the story that a talk tells."""
    assert kept in words_of(text, name)[0]


MAIL = (
    "Subject: PierConf 2024, my notes\nFrom: Godfrey Mielcarek\nDate: Fri, 18 Oct 2024\n\nHi all,\n\nback from the pier.\n\n"
    "Moorings for mortals\nSpeaker: Xiomara Tennant (Kelpie)\nThey moved the lines to the other pier, and it took weeks.\n\n"
    "Ropes that rot\nSpeaker: Evander Quispe (Quaywerk)\nHemp swells when it is wet, so they went to steel.\n\n{}"
)


@pytest.mark.parametrize(
    "farewell",
    [
        "The fish was fine. Ask me anything.\nGodfrey\n",
        "The fish was fine.\nGodfrey\n",
        "Ask me anything about it.\n\nGodfrey Mielcarek\n",
        "Cheers,\nG.\n",
        "Let me know if you want the slides.\n\nBest regards,\nGodfrey Mielcarek\nRigging and Ropes\n",
        "Fragen gern an mich.\n\nViele Grüße\nGodfrey\n",
        "N'hésitez pas à demander.\n\nBien cordialement,\nGodfrey\n",
        "Un saludo,\nGodfrey\n",
        "LG Godfrey\n",
    ],
)
def test_a_mail_s_farewell_is_about_no_talk(farewell: str) -> None:
    """What leads to the signature goes with it."""
    assert (
        words_of(MAIL.format(farewell), "mail.txt")[-1]
        == "Hemp swells when it is wet, so they went to steel."
    )


@pytest.mark.parametrize(
    "notes",
    [
        "Steel rusts, though, and nobody asked about it.\n",
        "Thanks to the new ropes they sleep at night.\n",
        "Best of all, the pier still stands.\n",
        "Evander said that Godfrey\n",
        "Best Practices\n",
    ],
)
def test_last_notes_that_say_no_farewell_stay(notes: str) -> None:
    """Words that could begin a farewell, or end with a name, are notes."""
    assert words_of(MAIL.format(notes), "mail.txt")[-1].endswith(notes.strip())
