"""The pages as a browser without scripts gets them."""

from __future__ import annotations

import html
import re
import socket
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.answering import answer
from bot.errors import SettingsFault
from bot.web.app import run
from index.search import Searcher


def words(body: str) -> str:
    """Return what stands on a page, tags removed and white space folded."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_answer_shows_quote_talk_and_link(client: TestClient, searcher: Searcher) -> None:
    """A question gets the same quotes that answer() gives, with the talk and its link."""
    found = answer("what did Lanternfish save?", searcher=searcher)

    page = client.get("/", params={"q": "what did Lanternfish save?"})

    assert page.status_code == 200
    assert found.quotes
    for shown in found.quotes:
        assert " ".join(shown.text.split()) in words(page.text)
        assert html.escape(shown.talk.url or "") in page.text
    assert "Harbour Pilots for Busy Clusters" in words(page.text)


def test_json_is_the_answer_object(client: TestClient, searcher: Searcher) -> None:
    """With format=json the page gives the object that the command line prints."""
    reply = client.get("/", params={"q": "what did Lanternfish save?", "format": "json"}).json()

    expected = answer("what did Lanternfish save?", searcher=searcher).to_json()
    assert {**reply, "ms": None} == {**expected, "ms": None}


def test_absent_name_is_an_honest_no(client: TestClient) -> None:
    """A name that the notes never mention is said to be absent, and no quote is shown."""
    page = client.get("/", params={"q": "what did they say about Zorbulator?"})

    assert "Zorbulator" in words(page.text)
    assert "<blockquote" not in page.text


def test_front_page_suggests_questions_that_are_answered(client: TestClient) -> None:
    """Every example on the front page leads to an answer with a quote."""
    front = client.get("/").text
    examples = [html.unescape(path) for path in re.findall(r'href="(/\?q=[^"]+)"', front)]

    assert examples
    for path in examples:
        assert "<blockquote" in client.get(path).text


def test_every_talk_has_its_own_page(client: TestClient, searcher: Searcher) -> None:
    """The events' lists name every talk, and each talk's page shows its passages word for word."""
    overview = client.get("/talks").text
    lists = [html.unescape(path) for path in re.findall(r'href="(/talks\?event=[^"&]+)"', overview)]
    listed = "".join(client.get(path).text for path in lists)

    for talk in searcher.build.talks.values():
        path = f"/talks/{quote(talk.talk_id)}"
        page = client.get(path)
        assert f'href="{path}"' in listed
        assert page.status_code == 200
        for passage in searcher.build.passages_of(talk.talk_id):
            if passage.role == "body":
                assert " ".join(passage.text.split()) in words(page.text)


def test_unknown_talk_is_a_page_with_the_way_out(client: TestClient) -> None:
    """A talk that is not in the build gives 404 and a way to the list."""
    page = client.get("/talks/nobody/said-this")

    assert page.status_code == 404
    assert 'href="/talks"' in page.text


def test_overlong_question_is_one_line(client: TestClient) -> None:
    """A question of 10,000 characters is refused in one sentence."""
    page = client.get("/", params={"q": "why " * 2500})

    assert page.status_code == 400
    assert "Cannot answer a question" in words(page.text)


def test_health_names_the_build(client: TestClient, searcher: Searcher) -> None:
    """The health check says which build answers."""
    assert client.get("/healthz").json()["build"] == searcher.build.build_id


def test_a_taken_port_is_one_line(searcher: Searcher) -> None:
    """Where the port is taken, the page says so with the way out instead of a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(SettingsFault, match=rf"127\.0\.0\.1:{port}.*--port"):
            run(lambda: searcher, "127.0.0.1", port)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile=st.text(alphabet=st.sampled_from("<>\"'&/ascriptonerljv:=()x "), min_size=1, max_size=60))
def test_a_question_never_becomes_markup(client: TestClient, hostile: str) -> None:
    """Whatever is asked, no tag but the page's own stands in the answer, and nothing else may load."""
    page = client.get("/", params={"q": hostile})
    tags = set(re.findall(r"<\s*([a-zA-Z][\w-]*)", page.text))

    assert not tags & {"script", "img", "svg", "iframe", "x"}
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/", "/talks", "/style.css"])
def test_pages_need_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    """No page loads a script, font or picture, so it works without a network."""
    body = client.get(path).text

    assert "<script" not in body
    assert "@import" not in body
    assert "src=" not in body
