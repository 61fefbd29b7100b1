"""Which recaps a run reads, and what a person said of them beforehand."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from ingest.errors import SourcesError
from ingest.sources.folders import unread_lines
from ingest.sources.listing import gather


def notes(folder: Path, *names: str) -> Path:
    """Write files with a few words each."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("# Notes\n\nWords.\n", encoding="utf-8")
    return folder


def listed(folder: Path, text: str) -> Path:
    """Write a list beside the notes."""
    path = folder / "sources.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def ids(*paths: Path) -> list[str]:
    """Give the ids of the recaps that paths name."""
    return [source.recap_id for source in gather(paths).recaps]


def test_a_folder_gives_its_recaps_by_their_path_below_it(tmp_path: Path) -> None:
    """Folders below count; hidden files, READMEs, tables and lists are no recaps."""
    notes(
        tmp_path,
        "b.txt",
        "eu/day1.md",
        "page.html",
        ".hidden.md",
        ".git/x.md",
        "README.md",
        "talks.csv",
        "talk.vtt",
    )

    assert ids(tmp_path) == ["b.txt", "eu/day1.md", "page.html", "talk.vtt"]


def test_a_file_is_named_by_itself_and_a_pattern_by_its_folder(tmp_path: Path) -> None:
    """A file keeps its name; a pattern's recaps are named below the part without wildcards."""
    notes(tmp_path, "eu/day1.md", "eu/day2.md", "na/day1.md", "README.md")

    assert ids(tmp_path / "eu/day1.md") == ["day1.md"]
    assert ids(tmp_path / "*/day1.md") == ["eu/day1.md", "na/day1.md"]
    assert ids(tmp_path / "README.md") == ["README.md"]


def test_a_recap_named_twice_is_read_once(tmp_path: Path) -> None:
    """A folder and a file in it give each recap once."""
    notes(tmp_path, "day1.md", "day2.md")

    assert ids(tmp_path, tmp_path / "day1.md") == ["day1.md", "day2.md"]


def test_recaps_of_one_name_are_told_apart_by_their_folder(tmp_path: Path) -> None:
    """Two folders with a file of the same name give two recaps."""
    notes(tmp_path, "eu/day1.md", "na/day1.md")

    assert ids(tmp_path / "eu", tmp_path / "na") == ["eu/day1.md", "na/day1.md"]


def test_a_list_beside_the_notes_says_what_is_known_of_them(tmp_path: Path) -> None:
    """Hints apply to their files; unlisted files of the folder are read as well."""
    notes(tmp_path, "a.md", "b.md", "more/c.md")
    listed(
        tmp_path,
        "catalogue: talks.csv\nsources:\n"
        "- {path: a.md, event: Kubecon Europe 2021, day: 2, language: fr, author: Ann Bee, url: 'https://a.example/', date: 2021-05-09}\n"
        "- {path: 'more/*.md', event: HarbourConf, event_name: Harbour Conference 2019, starts_on: 2019-03-04, city: Hull}\n",
    )
    sources = gather([tmp_path])
    hints = {source.recap_id: source for source in sources.recaps}

    assert list(hints) == ["a.md", "b.md", "more/c.md"]
    assert sources.catalogues == (tmp_path / "talks.csv",)
    first = hints["a.md"].hints
    assert (first.event_id, first.day, first.language, first.author, first.published_on) == (
        "EU 2021",
        2,
        "fr",
        "Ann Bee",
        date(2021, 5, 9),
    )
    assert first.starts_on == date(2021, 5, 5)
    assert hints["b.md"].event is None
    event = hints["more/c.md"].event
    assert event is not None
    assert (event.event_id, event.name, event.starts_on, event.city) == (
        "HarbourConf",
        "Harbour Conference 2019",
        date(2019, 3, 4),
        "Hull",
    )


def test_a_list_named_itself_gives_only_what_it_lists(tmp_path: Path) -> None:
    """The README is read when it is listed; the rest of the folder is not."""
    notes(tmp_path, "a.md", "b.md", "README.md")

    assert ids(listed(tmp_path, "sources:\n- path: README.md\n- path: a.md\n")) == ["README.md", "a.md"]


def test_a_listed_file_that_is_gone_is_told(tmp_path: Path) -> None:
    """The line names the list and the entry; the other recaps are read."""
    notes(tmp_path, "a.md")
    listed(tmp_path, "sources:\n- path: a.md\n- path: gone.md\n")

    assert gather([tmp_path]).missing == ("sources.yaml, entry 2: no file gone.md",)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("source: []\n", "unknown key `source`. Known are catalogue, gate, ignore, sources"),
        ("sources: a.md\n", "`sources` is not a list"),
        ("ignore: {a: b}\n", "`ignore` is not a list of patterns"),
        ("sources: [\n", "no valid YAML at line 2"),
        ("sources: " + "[" * 3000 + "\n", "no valid YAML"),
        ("just words", "found no keys"),
        ("? [a]\n: b\n", "no valid YAML"),
        ("sources:\n- {path: a.md, visible_in: [], day: 1}\n", "has the visible_in []"),
        ("sources:\n- {path: a.md, visible_in: C0QUAY, dya: 1}\n", "unknown key `dya`"),
    ],
)
def test_a_wrong_list_is_one_line_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    """A list that cannot be used as a whole is refused: what it says of every recap would be lost."""
    notes(tmp_path, "a.md")
    path = listed(tmp_path, text)
    with pytest.raises(SourcesError) as caught:
        gather([tmp_path])

    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("{path: b.md, evnt: EU 2021}", "has the unknown key `evnt`. Known are path, event,"),
        ("{path: b.md, day: two}", "has the day 'two'"),
        ("{path: b.md, day: 20210505100000}", "has the day 20210505100000. Give a number"),
        ("{path: b.md, day: " + "9" * 5000 + "}", "has the day '9999"),
        (
            "{path: b.md, starts_on: soon, event: EU 2021}",
            "has the starts_on 'soon'. Write it like 2021-05-05",
        ),
        ("{path: b.md, date: 2021-02-30}", "has the date '2021-02-30'. Write it like"),
        ("{event: EU 2021}", "names no `path`"),
        (
            "{path: b.md, starts_on: 2031-05-04, ends_on: 2031-05-02}",
            "ends on 2031-05-02, before it starts on 2031-05-04",
        ),
        ("{path: b.md, event: [1, 2]}", "has the event [1, 2]. Give text"),
        ("{path: b.md, event: &a [*a]}", "has the event […]. Give text"),
        ('{path: b.md, title: "Half of a pair \\ud83d"}', "has the title 'Half of a pair"),
        (
            "{path: b.md, url: 'ftp://quay.example/a'}",
            "has the url 'ftp://quay.example/a'. Give one that begins with",
        ),
        ("{path: b.md, url: 'javascript:x'}", "has the url 'javascript:x'"),
        ("just words", "names no `path`"),
    ],
)
def test_a_wrong_entry_is_one_line_and_the_others_are_read(tmp_path: Path, entry: str, words: str) -> None:
    """What one entry says wrongly is told with its place; its recap is not read without it, and stays as it was."""
    notes(tmp_path, "a.md", "b.md", "c.md")
    path = listed(tmp_path, f"sources:\n- {{path: a.md, day: 1}}\n- {entry}\n- {{path: c.md, day: 3}}\n")
    sources = gather([tmp_path])
    [line] = sources.missing

    assert f"{path}: entry 2 {words}" in line
    assert line.isprintable()
    assert {source.recap_id: source.hints.day for source in sources.recaps if source.recap_id != "b.md"} == {
        "a.md": 1,
        "c.md": 3,
    }
    assert ("b.md" in [source.recap_id for source in sources.recaps]) == ("b.md" not in entry)
    assert sources.closed == (("b.md",) if "b.md" in entry else ())


def test_a_path_that_two_entries_name_is_told(tmp_path: Path) -> None:
    """The first entry counts."""
    notes(tmp_path, "a.md")
    listed(tmp_path, "sources:\n- {path: a.md, day: 1}\n- {path: ./a.md, day: 2}\n")
    sources = gather([tmp_path])

    assert "entry 2 names the path ./a.md again, as entry 1 does" in sources.missing[0]
    assert [source.hints.day for source in sources.recaps] == [1]


def test_links_lead_only_within_the_folder(tmp_path: Path) -> None:
    """A link to a file or folder elsewhere, one to nothing and one to itself are a line each; one within is read once."""
    outside = notes(tmp_path / "outside", "secret.md", "more/secret.md")
    folder = notes(tmp_path / "notes", "a.md", "b.md")
    (folder / "harmless.md").symlink_to(outside / "secret.md")
    (folder / "more").symlink_to(outside / "more")
    (folder / "gone.md").symlink_to(folder / "nothing.md")
    (folder / "round.md").symlink_to(folder / "round.md")
    (folder / "same.md").symlink_to(folder / "a.md")
    os.mkfifo(folder / "pipe.md")
    sources = gather([folder])

    assert [source.path.resolve().name for source in sources.recaps] == ["a.md", "b.md"]
    assert sorted(line.split(": ")[0] for line in sources.missing) == [
        f"Cannot read {name}" for name in ("gone.md", "harmless.md", "more", "pipe.md", "round.md")
    ]
    assert ids(folder / "*.md") == ids(folder)


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "../outside/secret.md", "../outside", "../outside/*.md", "link.md"]
)
def test_a_list_names_only_what_lies_in_its_folder(tmp_path: Path, path: str) -> None:
    """A list cannot lead out of its folder, unless the run names the other folder too."""
    outside = notes(tmp_path / "outside", "secret.md")
    folder = notes(tmp_path / "notes", "a.md")
    (folder / "link.md").symlink_to(outside / "secret.md")
    listed(folder, f"sources:\n- path: {path}\n- path: a.md\n")
    alone = gather([folder / "sources.yaml"])

    assert [source.recap_id for source in alone.recaps] == ["a.md"]
    assert "entry 1" in alone.missing[0]
    if "etc" not in path:
        assert "secret.md" in {source.path.resolve().name for source in gather([folder, outside]).recaps}


def test_a_special_file_named_itself_is_one_line(tmp_path: Path) -> None:
    """A pipe or a device on the command line is refused at once."""
    os.mkfifo(tmp_path / "pipe.md")
    for path in (tmp_path / "pipe.md", Path("/dev/zero")):
        with pytest.raises(SourcesError, match="it is not an ordinary file"):
            gather([path])


def test_names_that_are_no_text_are_told_apart_or_told(tmp_path: Path) -> None:
    """Two names that differ in bytes nobody can read cost one recap, not the run; a line's end in a name writes no line."""
    for name in (b"day-\xff.md", b"day-\xfe.md", b"a\nError: forged.md"):
        (Path(os.fsdecode(os.fsencode(tmp_path) + b"/" + name))).write_text(
            "# Notes\n\nWords.\n", encoding="utf-8"
        )
    sources = gather([tmp_path])

    assert len(sources.recaps) == 2
    assert all(source.recap_id.isprintable() for source in sources.recaps)
    assert len(sources.missing) == 1
    assert sources.missing[0].isprintable()


def test_ignore_files_keep_notes_private(tmp_path: Path) -> None:
    """Patterns as in git: in any folder, in the list, for files that the list names too; a later one takes back."""
    notes(
        tmp_path,
        "a.md",
        "b.md",
        "drafts/c.md",
        "drafts/keep.md",
        "eu/private-1.md",
        "eu/d.md",
        "eu/old/e.md",
        "x.draft.md",
    )
    (tmp_path / ".confnotesignore").write_text(
        "# mine\ndrafts/*\n!drafts/keep.md\n*.draft.md\n", encoding="utf-8"
    )
    (tmp_path / "eu" / ".confnotesignore").write_text("private-*\nold/\n", encoding="utf-8")
    listed(
        tmp_path,
        "ignore: [b.md]\nsources:\n- {path: b.md, day: 1}\n- {path: eu/private-1.md}\n- {path: eu/d.md}\n",
    )

    assert ids(tmp_path) == ["a.md", "drafts/keep.md", "eu/d.md"]
    assert ids(tmp_path / "sources.yaml") == ["eu/d.md"]
    assert set(gather([tmp_path]).ignored) == {"b.md", "drafts/c.md", "eu/private-1.md", "x.draft.md"}


def test_an_ignore_file_that_cannot_be_read_publishes_nothing(tmp_path: Path) -> None:
    """What it keeps private would go out: the run is refused."""
    notes(tmp_path, "a.md")
    (tmp_path / ".confnotesignore").write_bytes(b"a\xff.md\n")
    with pytest.raises(SourcesError, match="What it leaves out would be published"):
        gather([tmp_path])


def test_files_of_other_kinds_are_told_with_the_way_out(tmp_path: Path) -> None:
    """What is not read is counted by kind; pictures, code and the list's own files are not notes."""
    notes(tmp_path, "a.md")
    for name in (
        "trip.pdf",
        "b/1.pdf",
        "b/2.pdf",
        "b/3.pdf",
        "talk.mp4",
        "plan.json",
        "NOTES",
        "x.png",
        "talks.csv",
        "gate.jsonl",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    listed(tmp_path, "catalogue: plan.json\nsources: []\n")

    assert unread_lines(gather([tmp_path]).unread) == (
        "NOTES: files without an ending are not read. Save it as Markdown, HTML, DOCX or text, if it holds notes.",
        "talk.mp4: MP4 files are not read. Give its transcript as VTT, SRT or text.",
        "b/1.pdf, b/2.pdf, b/3.pdf and 1 more: PDF files are not read. Export it as Markdown, HTML or DOCX from where it was written.",
    )


def test_a_path_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A missing path and a pattern that fits nothing are told alike."""
    for name in ("nowhere", "*.md"):
        with pytest.raises(SourcesError, match="there is no such file or folder"):
            gather([tmp_path / name])
