"""Finding phrases without reading texts: exactly those are found that a careful reader finds."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.files import lines
from index.vocabulary.phrases import Phrases
from index.vocabulary.words import find_phrase
from index.vocabulary.writer import WordWriter

WORDS = st.sampled_from(
    [
        "a",
        "aa",
        "b",
        "ab",
        "s",
        "1",
        "18",
        "1.18",
        "Cert",
        "certs",
        "Policies",
        "y",
        "ies",
        "é",
        "C++",
        "x's",
        "½",
        "ﾞ",
        "ﷺ",
        "v1",
        "1,000",
        "日",
        "本語",
        "ガ",
        "한",
        "𝗞",
    ]
)
GAPS = st.sampled_from([" ", "-", "\n", "  ", "_", "/", ". ", ", ", " – ", ": ", "", "’"])
TEXTS = st.lists(
    st.lists(st.tuples(WORDS, GAPS), max_size=7).map(lambda pieces: "".join(a + b for a, b in pieces)),
    max_size=5,
)


def written(folder: Path, texts: Sequence[str]) -> Phrases:
    """Write the places of the texts' words and open them."""
    with WordWriter(folder) as writer:
        for text in texts:
            writer.add_heading([text])
        writer.write(folder)
    return Phrases(folder)


def said(texts: Sequence[str], phrase: str) -> list[int]:
    """Return the numbers of the texts that say a phrase, by their words' places."""
    with tempfile.TemporaryDirectory() as folder:
        return written(Path(folder), texts).texts(phrase).tolist()


@settings(max_examples=150, deadline=None)
@given(
    TEXTS,
    st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=4).map(
        lambda pieces: "".join(a + b for a, b in pieces)
    ),
)
@example(["a aa aaa", "aaa aa a"], "aaaaa")
@example(["1 18", "118", "1.18"], "1.18")
@example(["I/O T", "IoT"], "iot")
def test_phrases_are_found_where_reading_every_text_finds_them(texts: list[str], phrase: str) -> None:
    """Whatever the words and the marks between them, the places give what `find_phrase` gives on each text."""
    assert said(texts, phrase) == [number for number, text in enumerate(texts) if find_phrase(text, phrase)]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=12))
def test_any_text_and_any_phrase_agree(text: str, phrase: str) -> None:
    """Also signs of other scripts, marks and white space of any kind are found alike."""
    assert bool(said([text], phrase)) == bool(find_phrase(text, phrase))


def test_a_phrase_never_spans_two_texts_or_parts(tmp_path: Path) -> None:
    """The last word of one text and the first of the next are no neighbours, nor are those of two speakers."""
    with WordWriter(tmp_path) as writer:
        writer.add_heading(["cert", "manager"])
        writer.add_heading(["cert manager"])
        writer.add_heading([])
        writer.add_heading(["manager"])
        writer.write(tmp_path)

    assert Phrases(tmp_path).texts("cert manager").tolist() == [1]
    assert Phrases(tmp_path).texts("manager").tolist() == [0, 1, 3]


@pytest.mark.parametrize(
    ("text", "word", "split"),
    [
        ("a load balancer in front", "loadbalancer", ("load", "balancer")),
        ("two load balancers", "loadbalancer", ("load", "balancers")),
        ("read-ahead helps", "readahead", ("read", "ahead")),
        ("a load, balancer", "loadbalancer", None),
        ("loadbalancer, load balancer", "loadbalancer", None),
        ("the I/O T", "iot", None),
    ],
)
def test_closed_compounds_are_split_as_the_notes_write_them(
    text: str, word: str, split: tuple[str, str] | None, tmp_path: Path
) -> None:
    """A word that stands nowhere is two neighbours of the notes, if they make it; a word of the notes is itself."""
    assert written(tmp_path, [text]).split(word) == split


@pytest.mark.parametrize("held_bytes", [0, 4_000_000])
def test_keys_are_found_alike_in_memory_and_on_disk(held_bytes: int, tmp_path: Path) -> None:
    """A file too large to be held gives the same values, ranges and beginnings."""
    lines.write_sorted(tmp_path / "some.tsv", [("b", "1"), ("é", "2"), ("ab", "3"), ("b", "4"), ("abc", "5")])
    found = lines.SortedLines(tmp_path / "some.tsv", held_bytes)

    assert found.values("b") == ["1", "4"]
    assert found.values("a") == []
    assert list(found.starting("a")) == [("ab", "3"), ("abc", "5")]
    assert found.keys_starting("b") == ["b", "b"]
    assert list(found.beginnings("abcd")) == ["abc", "ab"]
    assert found.first_letters == ["a", "b", "é"]
