"""Records as JSON lines: what is written is read, and a line of another format is refused."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.errors import BuildDamaged
from index.files.records import from_line, read_lines, to_line, write_lines
from index.models import Event, Passage, Recap, Talk

TEXT = st.text(alphabet=st.characters(codec="utf-8"), max_size=20)
TEXTS = st.lists(TEXT, max_size=3).map(tuple)
DATES = st.none() | st.dates(date(1990, 1, 1), date(2100, 1, 1))
NUMBER = st.integers(0, 10**9)
RECORDS = st.one_of(
    st.builds(Event, TEXT, TEXT, DATES, DATES, st.none() | TEXT, TEXTS),
    st.builds(
        Recap,
        TEXT,
        TEXT,
        st.none() | TEXT,
        st.none() | NUMBER,
        TEXT,
        st.none() | TEXT,
        st.none() | TEXT,
        TEXT,
    ),
    st.builds(
        Talk,
        TEXT,
        TEXT,
        TEXT,
        st.just("session"),
        TEXTS,
        TEXTS,
        st.none() | TEXT,
        st.none() | NUMBER,
        TEXT,
        st.dictionaries(TEXT, TEXT),
    ),
    st.builds(
        Passage,
        TEXT,
        TEXT,
        TEXT,
        NUMBER,
        TEXT,
        NUMBER,
        NUMBER,
        NUMBER,
        NUMBER,
        st.just("body"),
        st.just("notes"),
        TEXTS,
    ),
)


@settings(max_examples=150, deadline=None)
@given(RECORDS)
def test_a_record_comes_back_from_one_line(record: Event | Recap | Talk | Passage) -> None:
    """Whatever a record holds, it is one line, and the line gives the record back."""
    line = to_line(record)

    assert "\n" not in line
    assert from_line(type(record), line) == record


@settings(max_examples=50, deadline=None)
@given(texts=st.lists(TEXT, max_size=5))
def test_line_n_is_row_n(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """A file of records gives them back in order, also where texts hold other scripts' line ends."""
    records = [Event(text, text) for text in texts]
    path = tmp_path_factory.mktemp("records") / "events.jsonl"

    assert write_lines(path, records) == len(records)
    assert read_lines(path, Event) == records


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda values: values | {"colour": "red"}, "unknown field 'colour'"),
        (
            lambda values: {name: value for name, value in values.items() if name != "name"},
            "missing field 'name'",
        ),
        (lambda values: [1], "not an object"),
        (lambda values: values | {"starts_on": "soon"}, "soon"),
    ],
)
def test_a_line_of_another_format_is_refused_with_its_number(change, reason: str, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    """A field too many or too few is named with the file and the line, in one line with the way out."""
    path = tmp_path / "events.jsonl"
    write_lines(path, [Event("a", "A")])
    values = change(json.loads(to_line(Event("b", "B"))))
    path.write_text(path.read_text() + json.dumps(values) + "\n")
    with pytest.raises(BuildDamaged, match=reason) as caught:
        read_lines(path, Event)

    assert "line 2" in str(caught.value)
    assert "confnotes ingest --full" in str(caught.value)
    assert "\n" not in str(caught.value)
