"""Pasted addresses lead to the talk they are an address of, in whatever spelling."""

from __future__ import annotations

import pytest

from bot.answering import answer as answer_to
from bot.answering.question.addresses import address_key, addresses_in, talks_at
from index.encoder.base import Encoder
from index.search import Searcher
from tests.notes import TALKS, Notes, publish_notes

VIDEO = "https://www.youtube.com/watch?v=q-1_wErTyUi"
EVENT = "https://kccn.sched.com/event/ZfGQ/keynote-small-things-ann-lee"
SLIDES = "https://static.example.org/hosted/Small%20Things.pdf"
PAGE = "https://conf.example.org/2031/talk?id=17&lang=en"
LINKED = [
    Notes(f"Talk {number}", ("Ann Lee",), (f"Ann Lee said thing {number}.",), url=url)
    for number, url in enumerate((VIDEO, EVENT, SLIDES, PAGE))
]


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build whose talks have links of several sites."""
    index_dir = tmp_path_factory.mktemp("addresses") / "index"
    publish_notes(index_dir, encoder, [*TALKS, *LINKED])
    return Searcher.open(index_dir, encoder)


@pytest.mark.parametrize(
    ("pasted", "title"),
    [
        (VIDEO, "Talk 0"),
        ("https://youtu.be/q-1_wErTyUi?si=AbC", "Talk 0"),
        ("http://m.youtube.com/watch?app=desktop&v=q-1_wErTyUi&t=42s", "Talk 0"),
        ("youtube.com/watch?v=q-1_wErTyUi", "Talk 0"),
        ("https://www.youtube.com/embed/q-1_wErTyUi", "Talk 0"),
        ("https://www.youtube-nocookie.com/embed/q-1_wErTyUi?start=3", "Talk 0"),
        ("https://youtube.com/shorts/q-1_wErTyUi", "Talk 0"),
        ("https://www.youtube.com/live/q-1_wErTyUi?feature=share", "Talk 0"),
        ("https://www.youtube.com/watch?list=PL1&v=q-1_wErTyUi&index=2", "Talk 0"),
        (EVENT, "Talk 1"),
        ("https://kccn.sched.com/event/ZfGQ", "Talk 1"),
        ("https://sched.co/ZfGQ", "Talk 1"),
        ("https://kccn.sched.com/event/ZfGQ/renamed-since?iframe=no", "Talk 1"),
        (SLIDES, "Talk 2"),
        ("http://static.example.org/hosted/Small Things.pdf".replace(" ", "%20"), "Talk 2"),
        (PAGE, "Talk 3"),
        ("https://www.conf.example.org/2031/talk/?lang=en&id=17&utm_source=chat", "Talk 3"),
        ("https://conf.example.org/2031/talk?id=18&lang=en", None),
        ("https://www.youtube.com/watch?v=q-1_wErTyUx", None),
        ("https://www.youtube.com/playlist?list=q-1_wErTyUi", None),
        ("https://conf.example.org/", None),
        ("https://[bad", None),
    ],
)
def test_an_address_leads_to_its_talk(searcher: Searcher, pasted: str, title: str | None) -> None:
    """Every spelling of a recording's, an event's or a page's address finds its talk, and no other."""
    rows = talks_at(pasted, searcher)

    assert [searcher.build.stored_talks.rows[row].title for row in rows] == ([title] if title else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"any notes on {VIDEO}?", [VIDEO]),
        (f"({EVENT}), and youtu.be/q-1_wErTyUi.", [EVENT, "youtu.be/q-1_wErTyUi"]),
        ("what is CI/CD, and who said node.js?", []),
        ("is razee.io any good?", []),
    ],
)
def test_addresses_are_found_in_a_text(text: str, found: list[str]) -> None:
    """An address ends before what ends its sentence, and a name with a dot or a slash is none."""
    addresses = addresses_in(text)

    assert [address.url for address in addresses] == found
    assert all(text[address.start : address.end] == address.url for address in addresses)


def test_few_records_are_read(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking an address up reads the records that hold it, not all of them."""
    read: list[int] = []
    rows = searcher.build.stored_talks.rows
    get = type(rows).__getitem__
    monkeypatch.setattr(type(rows), "__getitem__", lambda self, row: (read.append(row), get(self, row))[1])
    talks_at(VIDEO, searcher)

    assert len(read) == 1


def test_what_is_no_address_has_no_key() -> None:
    """Words without a host and a path lead nowhere."""
    assert address_key("lunch") is None
    assert address_key("https://example.org") is None


@pytest.mark.parametrize("asked", [VIDEO, f"any notes on {VIDEO}?", "who gave https://youtu.be/q-1_wErTyUi"])
def test_a_pasted_address_is_answered_like_the_talks_title(searcher: Searcher, asked: str) -> None:
    """A question with a talk's address is about that talk, and keeps its own words."""
    answer = answer_to(asked, searcher=searcher)

    assert answer.status == "answered"
    assert answer.question == asked
    assert "Talk 0" in str(answer.headline)
    assert {quote.talk.title for quote in answer.quotes} == {"Talk 0"}
