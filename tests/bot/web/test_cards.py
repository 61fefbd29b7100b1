"""Pictures for link previews: of the build's own words only, within their edges, and gone where nothing can draw them."""

from __future__ import annotations

import re
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from starlette.testclient import TestClient

from bot.addresses import addresses_of, encoded
from bot.web.app import create_app
from bot.web.cards import HEIGHT, WIDTH, Card, drawn, is_writable
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.web.conftest import visitor
from tests.notes import TALKS, Notes, publish_notes

PUBLIC = "https://notes.example.org/conf/"
TITLES = ("Élan & Łódź: “größe” — part 2", "港の灯", "Скорость и покой", "🚢 Ships", "x" * 300)


@pytest.fixture(scope="module")
def searcher(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build with titles of many alphabets."""
    index_dir = tmp_path_factory.mktemp("cards")
    more = [
        Notes(title, ("José Ńwosu",), (f"José Ńwosu spoke, part {at}.",)) for at, title in enumerate(TITLES)
    ]
    publish_notes(index_dir, encoder, (*TALKS, *more))
    return Searcher.open(Path(index_dir), encoder)


@pytest.fixture(scope="module")
def site(searcher: Searcher) -> TestClient:
    """Give a client of the public page over it."""
    return visitor(create_app(lambda: searcher, public_url=PUBLIC))


def picture_of(site: TestClient, path: str) -> str:
    """Return the path of the picture that a page names."""
    [address] = re.findall(r'<meta property="og:image" content="([^"]+)">', site.get(path).text)
    assert address.startswith(PUBLIC)
    return f"/{address.removeprefix(PUBLIC)}"


def test_every_page_names_a_picture_that_is_there(site: TestClient, searcher: Searcher) -> None:
    """Talks, days, conferences and speakers have their own, other pages and other alphabets the whole page's."""
    addresses = addresses_of(searcher)
    talks = {talk.title: f"/{encoded(addresses.talk(talk))}" for talk in searcher.build.talks.values()}
    paths = ["/", "/talks", "/topics", "/?q=what+did+Lanternfish+save%3F", "/eu-2020", "/eu-2020/day-3"]
    paths += ["/speakers/ines-moreau", *talks.values()]
    own = {}
    for path in paths:
        address = picture_of(site, path)
        reply = site.get(address)
        assert reply.headers["content-type"] == "image/png"
        with Image.open(BytesIO(reply.content)) as image:
            assert image.size == (WIDTH, HEIGHT)
        assert len(reply.content) < 60_000
        own[path] = address != "/cards/all.png"

    assert not any(own[path] for path in paths[:4])
    assert all(own[path] for path in paths[4:7])
    assert {title for title, path in talks.items() if not own[path]} == {"港の灯", "🚢 Ships"}


@pytest.mark.parametrize(
    "path",
    ["nothing.png", "eu-2020/day-3/buy-now.png", "speakers/nobody.png", "a/b/c/d.png", ".png", "talks.png"],
)
def test_no_picture_says_what_the_notes_do_not(site: TestClient, path: str) -> None:
    """Nobody can have words of their own drawn under this address."""
    assert site.get(f"/cards/{path}").status_code == 404


def test_a_page_that_nobody_else_reaches_names_no_picture(searcher: Searcher) -> None:
    """Previewers come from elsewhere: without a public address a page names none."""
    assert "og:image" not in visitor(create_app(lambda: searcher)).get("/eu-2020").text


@pytest.mark.parametrize("missing", ["PIL", "font_roboto"])
def test_without_the_extra_the_words_are_left(
    searcher: Searcher, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    """Where nothing can draw, pages name no picture, and all else is as it was."""
    monkeypatch.setitem(sys.modules, missing, None)
    site = visitor(create_app(lambda: searcher, public_url=PUBLIC))
    page = site.get("/eu-2020").text

    assert "og:image" not in page
    assert 'content="summary"' in page
    assert site.get("/cards/all.png").status_code == 404


@settings(max_examples=15, deadline=None)
@given(
    *(
        st.text(st.characters(codec="latin-1", exclude_categories=["Cc", "Cf"]), max_size=most)
        for most in (300, 120, 120)
    )
)
def test_nothing_is_written_over_the_edge(title: str, people: str, place: str) -> None:
    """Whatever words there are, the margins stay empty, and the same words give the same picture."""
    card = Card(title, people, place)
    stored = drawn(card)
    with Image.open(BytesIO(stored)) as image:
        shown = image.convert("RGB")

    for edge in ((WIDTH - 40, 0, WIDTH, HEIGHT), (40, HEIGHT - 30, WIDTH, HEIGHT), (40, 0, WIDTH, 40)):
        assert len(shown.crop(edge).getcolors() or []) == 1
    assert drawn.__wrapped__(card) == stored


def test_letters_without_a_shape_are_noticed() -> None:
    """A title of another script than the typeface's is told apart from one with accents."""
    assert is_writable(Card("Ça marche : l’été", "Łukasz Ğ", "Αθήνα · Київ"))
    assert not is_writable(Card("Cloud 日本"))
