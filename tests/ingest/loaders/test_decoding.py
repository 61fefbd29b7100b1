"""Bytes become characters, or one line says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.errors import IngestError, RecapError
from ingest.loaders import load, load_bytes


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b" \n\t\n", "empty"),
        (b"\x00\x01\x02rest of it", "binary file (a NUL at byte 0)"),
        (b"PK\x03\x04\x00\x00rest", "an archive or an Office file"),
        (b"%PDF-1.7\n%\xe2\xe3", "it is a PDF. Export the notes"),
        (b"{\\rtf1\\ansi Notes}", "a rich text file (RTF). Save it as DOCX"),
        (b"\xd0\xcf\x11\xe0\x00\x00", "an old Office file"),
        (b"a talk\x01\x02\x03\x04\x05", "binary file (5 control characters)"),
        (b"\x81\x8d\x8f\xff\xfe\x90\x9d" * 9, "not valid UTF-8 at byte 0 (0x81)"),
        (b"\xff\xfea", "not valid UTF-16-LE at byte 2"),
    ],
)
def test_refuses_in_one_line(data: bytes, what: str) -> None:
    """A file that is no text is refused with its name, the place and the way out."""
    with pytest.raises(RecapError) as refused:
        load_bytes(data, "day1/notes.txt")

    message = str(refused.value)
    assert what in message
    assert "day1/notes.txt" in message
    assert "\n" not in message
    assert message.endswith(".")
    assert isinstance(refused.value, IngestError)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_reads_marked_encodings(encoding: str) -> None:
    """A byte order mark tells the encoding and is no part of the text."""
    recap = load_bytes("Señor 東京".encode(encoding), "a.txt")

    assert recap.text == "Señor 東京"


def test_reads_a_pages_declared_charset() -> None:
    """An HTML page in an older encoding is read as it says."""
    recap = load_bytes('<meta charset="iso-8859-1"><p>Café</p>'.encode("latin-1"), "a.html")

    assert recap.text == "Café"


def test_load_names_a_missing_file(tmp_path: Path) -> None:
    """A file that cannot be opened is one line too."""
    with pytest.raises(RecapError, match="No such file"):
        load(tmp_path / "none.md", "none.md")


def test_load_reads_a_file(tmp_path: Path) -> None:
    """The digest is of the bytes, the format follows from the name."""
    (tmp_path / "a.md").write_bytes(b"# Title\n")
    recap = load(tmp_path / "a.md", "notes/a.md")

    assert recap.recap_id == "notes/a.md"
    assert recap.format == "markdown"
    assert len(recap.source_sha256) == 64


def test_refuses_a_file_without_words() -> None:
    """A page that holds only scripts has nothing to read."""
    with pytest.raises(RecapError, match="no words"):
        load_bytes(b"<script>var a = 1</script>", "a.html")


def test_unknown_format_is_a_mistake_of_the_caller() -> None:
    """A format that no reader has is named with the known ones."""
    with pytest.raises(ValueError, match="known are asciidoc, conversation"):
        load_bytes(b"x", "a.txt", "word")


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.txt", "Just some notes.\n\n- one\n", "text"),
        ("a.txt", "# Talks\n\nSee [slides](https://a.example/b).\n", "markdown"),
        ("a.txt", "<!DOCTYPE html><p>Hello", "html"),
        ("a.md", "<html><body><p>Hello", "html"),
        ("a.html", "No mark-up at all here.", "text"),
        ("a.txt", ".. contents::\n\nTitle\n=====\n\nWords.\n", "rst"),
        ("a.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHi\n", "transcript"),
        ("a.txt", "1\n00:00:01,000 --> 00:00:02,000\nHi\n", "transcript"),
        ("notes", "Some words", "text"),
    ],
)
def test_tells_the_format_by_name_and_content(name: str, content: str, expected: str) -> None:
    """The content decides where the ending is general or plainly wrong."""
    assert load_bytes(content.encode(), name).format == expected


@pytest.mark.parametrize(
    ("words", "charset", "named"),
    [
        ("Three boards – she calls them “toys” – are enough.", "cp1252", "Windows-1252"),
        (
            "Das Gerät läuft über Nacht, größer wird es nicht. Ça suffit, déjà vu à Orléans.",
            "cp1252",
            "Windows-1252",
        ),
        (
            "Журнал конференции: канаты, краны и приливы. Докладчик рассказал о причале и о буксирах.",
            "cp1251",
            "Windows-1251",
        ),
        (
            "会議のメモです。クレーンは一時間に四十個の荷物を持ち上げます。ロープは長いです。",
            "cp932",
            "Shift JIS",
        ),
        ("大会笔记：起重机每小时吊起四十个箱子，绳子很长，潮汐表是一种缓存。", "gb18030", "GB18030"),
    ],
)
def test_older_encodings_are_read_and_told(words: str, charset: str, named: str) -> None:
    """What is not UTF-8 is read in the charset that fits best, and a line says so."""
    recap = load_bytes(words.encode(charset), "a.txt", "text")

    assert recap.text == words
    assert named in recap.notices[0]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_reads_utf_16_without_its_mark(encoding: str) -> None:
    """Notes from Windows' editor are read though nothing marks them."""
    assert load_bytes("Ropes and tar, übrigens.".encode(encoding), "a.txt").text == "Ropes and tar, übrigens."


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("a.txt", '{"talks": [{"title": "Ropes"}]}'),
        ("a.md", '[{"title": "Ropes"}, 3]'),
        ("a.txt", '{"title": "Ropes", "cut": ['),
        ("a.txt", '{"a": 1}\n{"a": 2}\n'),
        ("a.txt", '<?xml version="1.0"?><schedule><day/></schedule>'),
        ("a.html", "<schedule><day>Ropes</day></schedule>"),
        ("a.txt", '<rss version="2.0"><channel/></rss>'),
        ("a.txt", "[" * 100_000),
    ],
)
def test_data_is_never_published_as_prose(name: str, source: str) -> None:
    """JSON and XML are refused with the way out, whatever the file is called."""
    with pytest.raises(RecapError, match=r"it is JSON or XML.* --catalogue"):
        load_bytes(source.encode(), name)


@pytest.mark.parametrize(
    "source",
    [
        "[1] A footnote first.",
        "{x} marks the spot",
        "[Ropes](https://pier.example) held.",
        "<Ada> said so",
        "[ ] to do",
    ],
)
def test_notes_that_begin_with_a_bracket_are_notes(source: str) -> None:
    """A bracket alone is no data."""
    assert load_bytes(source.encode(), "a.md").text


def test_a_file_of_any_size_costs_little(tmp_path: Path) -> None:
    """A file that is too large, though it be empty on the disk, is refused before it is read; so is what is no file."""
    import os

    with (tmp_path / "huge.md").open("wb") as stream:
        stream.truncate(6_000_000_000)
    os.mkfifo(tmp_path / "pipe.md")

    for name, what in (
        ("huge.md", "6,000,000,000 bytes"),
        ("pipe.md", "not an ordinary file"),
        (".", "no ordinary file|directory"),
    ):
        with pytest.raises(RecapError, match=what):
            load(tmp_path / name, name)
