"""Permanent addresses: words that lead back to what they name, on this build and the next."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.addresses import Addresses, addresses_of, public_url, read_day, read_span, slug_of
from bot.answering import answer
from index.build.layout import audience_folder
from index.encoder.base import Encoder
from index.models import Talk
from index.search import Searcher
from index.vocabulary.words import words
from tests.notes import TALKS, Notes, publish_notes

NAMESAKES = (
    Notes("Opening", ("Ada Lund",), ("Ada Lund opens the day.",)),
    Notes("Opening", ("Cem Oz",), ("Cem Oz opens the other room.",)),
    Notes("Opening 2", ("Eva Roy",), ("Eva Roy opens the second part.",)),
    Notes("???", ("Fay Moss",), ("Fay Moss has no words in her title.",)),
    Notes("Ça marche : l'été des grappes", ("Guy Noël",), ("Guy Noël parle d'un été de grappes.",)),
    Notes("Скорость и покой", ("Inna Orlova",), ("Inna Orlova measures speed.",)),
    Notes(
        "A very long title about how we came to run many small ships on one large and rather stormy sea, "
        "and what we learnt: the first part",
        ("Jon Ask",),
        ("Jon Ask speaks long.",),
    ),
    Notes(
        "A very long title about how we came to run many small ships on one large and rather stormy sea, "
        "and what we learnt: the second part",
        ("Jon Ask",),
        ("Jon Ask speaks longer.",),
    ),
)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build with titles that are hard to tell apart."""
    index_dir = tmp_path_factory.mktemp("addresses")
    publish_notes(index_dir, encoder, (*TALKS, *NAMESAKES))
    return Searcher.open(index_dir, encoder)


def find(addresses: Addresses, path: str) -> Talk | None:
    """Return the talk at a path."""
    event, day, title = path.split("/")
    return addresses.find_talk(event, read_day(day), title)


def test_every_talk_has_an_address_of_its_own(searcher: Searcher) -> None:
    """Each talk's address leads back to it, whatever its title is and whoever else has it."""
    addresses = addresses_of(searcher)
    paths = {addresses.talk(talk): talk for talk in searcher.build.talks.values()}

    assert len(paths) == len(searcher.build.talks)
    assert {path: find(addresses, path) for path in paths} == paths
    assert "eu-2020/day-3/harbour-pilots-for-busy-clusters" in paths
    assert {"eu-2020/day-3/opening", "eu-2020/day-3/opening~2", "eu-2020/day-3/opening-2"} < set(paths)


def test_an_address_outlives_a_rebuild(searcher: Searcher, encoder: Encoder, tmp_path: Path) -> None:
    """After talks were added, taken away, moved to another day and given a longer title, old addresses still find them."""
    before = addresses_of(searcher)
    moved = Notes(TALKS[2].title, TALKS[2].speakers, TALKS[2].paragraphs, day=2)
    longer = Notes(
        f"{TALKS[0].title}: A Year at Sea", TALKS[0].speakers, TALKS[0].paragraphs, url=TALKS[0].url
    )
    publish_notes(
        tmp_path, encoder, (Notes("Something New", ("Kai Berg",), ("Kai Berg is new.",)), moved, longer)
    )
    after = addresses_of(Searcher.open(tmp_path, encoder))
    talks = {talk.title: talk for talk in searcher.build.talks.values()}

    found = find(after, before.talk(talks[TALKS[2].title]))
    assert found is not None
    assert (found.title, found.day) == (TALKS[2].title, 2)
    assert after.talk(found) == "eu-2020/day-2/tracing-without-tears"
    renamed = find(after, before.talk(talks[TALKS[0].title]))
    assert renamed is not None
    assert renamed.title == longer.title
    assert find(after, before.talk(talks["Storage That Forgives"])) is None


def test_a_quote_points_at_its_words(searcher: Searcher) -> None:
    """A quote's address names its characters and fits the notes; changed notes are noticed."""
    addresses = addresses_of(searcher)
    quotes = answer("what did Lanternfish save?", searcher=searcher).quotes

    assert quotes
    for quote in quotes:
        path, _, rest = addresses.quote(quote).partition("?w=")
        span = read_span(rest.removesuffix("#w"))
        text = searcher.build.read_text(quote.talk.recap_id)
        assert find(addresses, path) == quote.talk
        assert span is not None
        assert text[span.start : span.end] == quote.text
        assert span.fits(text)
        assert not span.fits(f" {text}")
        assert not span.fits(text[: span.end - 1])


def test_public_url_needs_a_public_page(searcher: Searcher) -> None:
    """Without a public address there is none; with one, sub-paths and closing slashes are kept right."""
    talk = next(iter(searcher.build.talks.values()))
    passage = searcher.build.passages_of(talk.talk_id)[1]
    path = addresses_of(searcher).talk(talk)

    assert public_url(None, searcher, talk) is None
    assert (
        public_url("https://notes.example.org/conf/", searcher, talk)
        == f"https://notes.example.org/conf/{path}"
    )
    assert (
        public_url("https://notes.example.org", searcher, passage) == f"https://notes.example.org/{path}#p1"
    )


def test_private_notes_have_no_public_address(searcher: Searcher, encoder: Encoder, tmp_path: Path) -> None:
    """What is asked in a build with private recaps gets no address of the page, which does not show that build."""
    folder = audience_folder(tmp_path, "C1BOARD")
    publish_notes(folder, encoder, TALKS[:1])
    private = Searcher.open(folder, encoder)
    talk = next(iter(private.build.talks.values()))

    assert public_url("https://notes.example.org", private, talk) is None
    assert public_url("https://notes.example.org", searcher, talk) is not None


def test_an_event_never_hides_a_page() -> None:
    """A conference called like one of the page's own paths gets another one."""

    class Build:
        """As much of a build as names its events."""

        def __init__(self, *names: str) -> None:
            from index.models import Event

            self.events = {name: Event(name, name) for name in names}

    addresses = Addresses(Build("API", "Talks", "EU 2020", "EU-2020", "!!!"))  # type: ignore[arg-type]

    assert list(addresses.events) == ["api-event", "talks-event", "eu-2020", "eu-2020-2", "event"]


@given(text=st.text(max_size=120))
def test_a_slug_has_nothing_that_an_address_cannot_hold(text: str) -> None:
    """No title makes a slug with a slash, a dot, a query or an upper-case letter; its parts are the title's words."""
    slug = slug_of(text)

    assert not re.search(r"[/?&%.\s\"'<>\\A-Z]", slug)
    assert [part for part in slug.split("-") if part] == [word.form for word in words(text)][:16]


@pytest.mark.parametrize(
    "value", ["", "1-2", "2-1-abcdef", "1-2-abcdeg", "1-2-abcdef0", "-1-2-abcdef", "1-1-abcdef"]
)
def test_what_is_no_span_points_nowhere(value: str) -> None:
    """A made-up span is ignored."""
    assert read_span(value) is None
