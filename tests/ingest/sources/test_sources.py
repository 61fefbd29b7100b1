"""Which recaps a run reads, and what a person said of them beforehand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.errors import SourcesError
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
        (
            "sources:\n- {path: a.md, evnt: EU 2021}\n",
            "entry 1 has the unknown key `evnt`. Known are path, event,",
        ),
        ("source: []\n", "unknown key `source`. Known are catalogue, gate, sources"),
        ("sources:\n- {path: a.md, day: two}\n", "entry 1 has the day 'two'"),
        (
            "sources:\n- {path: a.md, starts_on: soon, event: EU 2021}\n",
            "entry 1 has the starts_on 'soon'. Write it like 2021-05-05",
        ),
        ("sources:\n- event: EU 2021\n", "entry 1 names no `path`"),
        ("sources: a.md\n", "`sources` is no list"),
        ("sources: [\n", "no valid YAML at line 2"),
        ("sources:\n- {path: a.md, date: 2021-02-30}\n", "no valid YAML"),
        ("sources: " + "[" * 3000 + "\n", "no valid YAML"),
        ("just words", "found no keys"),
        (
            "sources:\n- {path: a.md, starts_on: 2031-05-04, ends_on: 2031-05-02}\n",
            "entry 1 ends on 2031-05-02, before it starts on 2031-05-04",
        ),
        ("sources:\n- {path: a.md, event: [1, 2]}\n", "entry 1 has the event [1, 2]. Give text"),
        (
            "sources:\n- {path: a.md}\n- {path: ./a.md, day: 2}\n",
            "entry 2 names the path ./a.md again, as entry 1 does",
        ),
        (
            "sources:\n- {path: a.md, url: 'ftp://quay.example/a'}\n",
            "entry 1 has the url 'ftp://quay.example/a'. Give one that begins with",
        ),
        ("sources:\n- {path: a.md, url: 'javascript:x'}\n", "entry 1 has the url 'javascript:x'"),
    ],
)
def test_a_wrong_list_is_one_line_with_its_place(tmp_path: Path, text: str, words: str) -> None:
    """What cannot be used is refused with the file, the entry and what would be right."""
    notes(tmp_path, "a.md")
    path = listed(tmp_path, text)
    with pytest.raises(SourcesError) as caught:
        gather([tmp_path])

    assert words in str(caught.value)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_path_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """A missing path and a pattern that fits nothing are told alike."""
    for name in ("nowhere", "*.md"):
        with pytest.raises(SourcesError, match="there is no such file or folder"):
            gather([tmp_path / name])
