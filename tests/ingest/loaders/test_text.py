"""Plain text: blocks as a reader sees them."""

from __future__ import annotations

from ingest.loaders import load_bytes
from ingest.loaders.blocks import LoadedRecap

COPIED = """\
Harbour Days 2031 - Day 2

Second day of the fair.


Mooring at Scale

By Ada Byron (Engineer, Pier Nine) and Bo Li

  • 38 berths

  • Two cranes:

    ◦ a red one

    ◦ a blue one

  1. first
Slides: https://pier.example/slides (new).
"""
WRAPPED = """\
The morning opened with a long story about ropes that were cut too short for
the ships of the season, and about the people who had to splice them again in
the rain while everyone else was at breakfast.
Knots and Their Names
By Grace Quay
She showed eleven knots and asked the audience which of them would hold in a
storm; almost nobody knew.

- a bullet that is so long that it needs a second line to be written out
  in full
- another
"""


def read(text: str) -> LoadedRecap:
    """Read plain text."""
    return load_bytes(text.encode(), "a.txt", "text")


def words(recap: LoadedRecap) -> list[str]:
    """Give every block's words."""
    return [recap.slice(block) for block in recap.blocks]


def test_text_is_the_source() -> None:
    """Offsets into the readable text are offsets into the file."""
    recap = read("a\r\n\r\nb\r\n")

    assert recap.text == "a\r\n\r\nb\r\n"
    assert words(recap) == ["a", "b"]
    assert recap.source_span(3, 5) == (3, 5)


def test_bullets_keep_marker_and_depth_outside_their_words() -> None:
    """A bullet's words begin after its marker; indentation gives its depth."""
    recap = read(COPIED)
    bullets = [
        (block.marker, block.level, recap.slice(block)) for block in recap.blocks if block.kind == "bullet"
    ]

    assert bullets == [
        ("•", 0, "38 berths"),
        ("•", 0, "Two cranes:"),
        ("◦", 1, "a red one"),
        ("◦", 1, "a blue one"),
        ("1.", 0, "first"),
    ]


def test_short_lines_stay_blocks_of_their_own() -> None:
    """A title, a by-line and a line after a list are not joined with their neighbours."""
    recap = read(COPIED)

    assert "Mooring at Scale" in words(recap)
    assert "By Ada Byron (Engineer, Pier Nine) and Bo Li" in words(recap)
    assert words(recap)[-1] == "Slides: https://pier.example/slides (new)."


def test_addresses_lose_the_sentences_punctuation() -> None:
    """A bare address ends before the full stop or bracket of its sentence."""
    recap = read("See (https://a.example/b_(c)), www.d.example/e. and youtu.be/Xyz12!")

    assert [link.url for link in recap.blocks[0].links] == [
        "https://a.example/b_(c)",
        "https://www.d.example/e",
        "https://youtu.be/Xyz12",
    ]
    assert [recap.text[link.start : link.end] for link in recap.blocks[0].links][1] == "www.d.example/e"


def test_wrapped_lines_are_one_paragraph() -> None:
    """Lines broken at a width are joined; a title over its by-line is not."""
    recap = read(WRAPPED)
    found = words(recap)

    assert found[0].startswith("The morning opened")
    assert found[0].endswith("at breakfast.")
    assert found[1:3] == ["Knots and Their Names", "By Grace Quay"]
    assert found[3].endswith("almost nobody knew.")
    assert (
        found[4].endswith("in\n  full") or found[4].endswith("in full") or found[4].endswith("out\n  in full")
    )
    assert found[5] == "another"


def test_one_paragraph_a_line() -> None:
    """Without a width every line is a paragraph."""
    recap = read("Rope Basics\nBy Bo Li\nHe spoke about rope.\nAnd about tar.\n")

    assert len(recap.blocks) == 4


def test_marked_headings() -> None:
    """Underlined and wiki headings are headings; their marks are no words."""
    recap = read("Ropes\n=====\n\nText.\n\nTar\n---\n\n== Wiki ==\n* a\n\n-----\n\nend\n\n=== Last")
    headings = [(block.level, recap.slice(block)) for block in recap.blocks if block.kind == "heading"]

    assert headings == [(1, "Ropes"), (2, "Tar"), (2, "Wiki"), (3, "Last")]
    assert [block.kind for block in recap.blocks].count("rule") == 1


def test_code_is_kept_together() -> None:
    """Fenced and indented code is one block."""
    recap = read("Run:\n\n```\na = 1\n\nb = 2\n```\n\nor\n\n    mooring --fast {\n    }\n\nend")
    code = [recap.slice(block) for block in recap.blocks if block.kind == "code"]

    assert code == ["```\na = 1\n\nb = 2\n```", "mooring --fast {\n    }"]


def test_lines_are_counted_from_one() -> None:
    """A block knows its line in the file."""
    assert [block.line for block in read("a\n\n\nb\n").blocks] == [1, 4]
