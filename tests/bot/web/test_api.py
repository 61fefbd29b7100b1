"""The interface for programs, against its own description and against what people read."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlencode
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from starlette.testclient import TestClient

from bot.addresses import addresses_of
from bot.answering import answer
from bot.web.api import document, parameters_of
from bot.web.app import create_app
from bot.web.problems import MEDIA_TYPE
from index.build.talk_table import KINDS
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.web.conftest import visitor
from tests.notes import TALKS, Notes, publish_notes

OPERATIONS = {path: item["get"] for path, item in document()["paths"].items()}
ATOM = "{http://www.w3.org/2005/Atom}"


def check(content: Any, schema: dict[str, Any]) -> None:
    """Check a value against a schema of the description."""
    whole = {**schema, "components": document()["components"]}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(content)


def schema_of(path: str) -> dict[str, Any]:
    """Return the schema of what an operation returns."""
    found: dict[str, Any] = OPERATIONS[path]["responses"]["200"]["content"]["application/json"]["schema"]
    return found


def test_the_description_names_every_route_and_no_other(client: TestClient) -> None:
    """Each described path answers with what it describes, and each path of the interface is described."""
    assert set(OPERATIONS) == {
        "/api/ask",
        "/api/talks",
        "/api/talks/{id}",
        "/api/events",
        "/api/speakers",
        "/api/status",
    }
    for path, operation in OPERATIONS.items():
        if "{" not in path:
            reply = client.get(f"/{operation['x-example']}")
            assert reply.status_code == 200
            check(reply.json(), schema_of(path))
    assert client.get("/openapi.json").json() == document()
    assert client.get("/api/nothing").status_code == 404
    shown = client.get("/api").text
    assert all(f"GET {path}" in shown for path in OPERATIONS)


def test_an_answer_is_the_answer_object(client: TestClient, searcher: Searcher) -> None:
    """Programs get the object that the command line prints, limits and earlier turns included."""
    for question, limits, history in (
        ("what did Lanternfish save?", {}, ()),
        ("what about Lanternfish?", {"event": "NA 2019"}, ()),
        ("what happened?", {"event": "EU 2020", "day": 3}, ()),
        ("and who gave it?", {}, ("tell me about Tracing Without Tears",)),
        ("Zorbulator?", {}, ()),
    ):
        asked = [
            ("q", question),
            *((name, str(value)) for name, value in limits.items()),
            *(("history", turn) for turn in history),
        ]
        reply = client.get(f"/api/ask?{urlencode(asked)}").json()
        expected = answer(question, searcher=searcher, history=history, **limits).to_json()  # type: ignore[arg-type]
        assert {**reply, "ms": None} == {**expected, "ms": None}
        check(reply, schema_of("/api/ask"))


def test_talks_are_listed_whole_and_by_page(client: TestClient, searcher: Searcher) -> None:
    """All pages together are all talks, each once; a talk has its notes in order and the page that people read."""
    pages = [client.get(f"/api/talks?per_page=4&page={page}").json() for page in (1, 2)]
    listed = [talk["id"] for page in pages for talk in page["talks"]]

    assert sorted(listed) == sorted(searcher.build.talks)
    assert pages[0]["pages"] == 2
    for talk_id in listed:
        reply = client.get(f"/api/talks/{quote(talk_id)}").json()
        check(reply, schema_of("/api/talks/{id}"))
        body = [one for one in searcher.build.passages_of(talk_id) if one.role == "body"]
        assert [one["text"] for one in reply["passages"]] == [one.text for one in body]
        assert client.get(f"/{reply['path']}").status_code == 200
        part = client.get(f"/api/talks/{quote(talk_id)}?from=1&limit=1").json()["passages"]
        assert [one["text"] for one in part] == [one.text for one in body[1:2]]


def test_limits_on_talks_hold(client: TestClient, searcher: Searcher) -> None:
    """Each limit keeps the talks that it names and counts them."""
    talks = searcher.build.talks.values()
    for name, value, kept in (
        ("event", "KubeCon NA 2019", [talk for talk in talks if talk.event_id == "NA 2019"]),
        ("day", "4", [talk for talk in talks if talk.day == 4]),
        ("kind", "keynote", [talk for talk in talks if talk.kind == "keynote"]),
        ("speaker", "moreau", [talk for talk in talks if "Ines Moreau" in talk.speakers]),
        ("about", "Mossbank", [talk for talk in talks if talk.title == "Storage That Forgives"]),
    ):
        reply = client.get("/api/talks", params={name: value}).json()
        assert {talk["id"] for talk in reply["talks"]} == {talk.talk_id for talk in kept}
        assert reply["total"] == len(kept)


def test_speakers_come_by_name_without_gap(client: TestClient, searcher: Searcher) -> None:
    """Page after page gives every speaker once, by name; some letters give those whose name has a word that begins so."""
    found: list[str] = []
    after = ""
    while True:
        reply = client.get("/api/speakers", params={"limit": 2, "after": after}).json()
        check(reply, schema_of("/api/speakers"))
        found += [one["name"] for one in reply["speakers"]]
        after = reply["next"]
        if not after:
            break
    expected = {name for talk in searcher.build.talks.values() for name in talk.speakers}

    assert found == sorted(expected, key=str.lower)
    some = client.get("/api/speakers", params={"starting": "Mor"}).json()["speakers"]
    assert [one["name"] for one in some] == ["Ines Moreau"]
    assert some[0]["talks"] == 2


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/ask", 400),
        ("/api/ask?q=%20", 400),
        (f"/api/ask?q={'x' * 2001}", 400),
        ("/api/ask?q=a&q=b", 400),
        ("/api/ask?q=a&event=Nowhere", 404),
        ("/api/ask?q=a&day=77", 404),
        ("/api/ask?q=a&" + "&".join(["history=x"] * 21), 400),
        ("/api/talks?day=two", 400),
        ("/api/talks?kind=nap", 400),
        ("/api/talks?per_page=201", 400),
        ("/api/talks?page=0", 400),
        ("/api/talks?page=", 400),
        ("/api/talks/none", 404),
        ("/api/speakers?limit=0", 400),
        ("/api/none", 404),
        (f"/api/ask?q={'%F0%9F%90%9F' * 4000}", 414),
    ],
)
def test_problems_are_described(client: TestClient, path: str, status: int) -> None:
    """What cannot be answered is a problem object with one line that says the way out."""
    reply = client.get(path)

    assert reply.status_code == status
    assert reply.headers["content-type"] == MEDIA_TYPE
    check(reply.json(), document()["components"]["schemas"]["Problem"])
    assert reply.json()["status"] == status
    assert "\n" not in reply.json()["detail"]
    assert len(reply.json()["detail"]) < 400


def test_answers_of_a_build_are_known_by_their_tag(client: TestClient) -> None:
    """What a program holds of this build is not sent again."""
    first = client.get("/api/talks?kind=keynote")

    assert (
        client.get(
            "/api/talks?kind=keynote", headers={"If-None-Match": f'"x", {first.headers["etag"]}'}
        ).status_code
        == 304
    )
    assert client.get("/api/talks", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


def values(parameter: dict[str, Any]) -> st.SearchStrategy[str]:
    """Return what people and programs write for a parameter: right, nearly right and wrong."""
    wild = st.text(max_size=30) | st.sampled_from(
        ["0", "-1", "1e9", "٣", "null", "{}", "%00", "'", "<b>", "EU 2020", "day 3"]
    )
    kind = parameter["schema"].get("type")
    if kind == "integer":
        return wild | st.integers(-3, 300).map(str)
    if "enum" in parameter["schema"]:
        return wild | st.sampled_from(KINDS)
    return wild | st.sampled_from(
        ["Lanternfish", "who gave it?", "EU 2020", "ines", "what happened on day 3?"]
    )


def parameters(path: str) -> list[dict[str, Any]]:
    """Return an operation's parameters in the address."""
    shared = document()["components"]["parameters"]
    own = [
        shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one
        for one in OPERATIONS[path]["parameters"]
    ]
    return [one for one in own if one["in"] == "query"]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_asked_the_answer_is_as_described(client: TestClient, data: st.DataObject) -> None:
    """Made-up requests to every operation get what the description promises, or a described problem; never a defect."""
    path = data.draw(st.sampled_from(sorted(OPERATIONS)))
    asked = [
        (one["name"], data.draw(values(one)))
        for one in parameters(path)
        for _ in range(data.draw(st.sampled_from([0, 1, 1, 2])))
    ]
    talk_id = quote(data.draw(st.sampled_from(["eu-2020.md/0", "na-2019.md/1", "none", "../x", "é"])))
    reply = client.get(f"{path.replace('{id}', talk_id)}?{urlencode(asked, errors='surrogatepass')}")

    assert reply.status_code in {200, 400, 404}
    if reply.status_code == 200:
        check(reply.json(), schema_of(path))
    else:
        check(reply.json(), document()["components"]["schemas"]["Problem"])


def entries(client: TestClient) -> list[Element]:
    """Return the entries of the feed."""
    reply = client.get("/feed.atom")
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("application/atom+xml")
    feed = fromstring(reply.text)
    assert feed.find(f"{ATOM}id") is not None
    assert feed.find(f"{ATOM}updated") is not None
    found: list[Element] = feed.findall(f"{ATOM}entry")
    return found


def test_the_feed_has_new_talks_first(encoder: Encoder, tmp_path: Any) -> None:
    """After a build that brought talks, the feed begins with these, dated by it; those that were there keep their date."""
    from datetime import UTC, datetime

    publish_notes(tmp_path, encoder, TALKS, datetime(2026, 11, 20, 2, 15, tzinfo=UTC))
    new = (
        *TALKS,
        Notes(
            "Zebra <Crossings> & \x07 Queues", ("Lia Fink",), ("Lia Fink queues zebras.",), event_id="NA 2019"
        ),
    )
    publish_notes(tmp_path, encoder, new, datetime(2026, 11, 21, 2, 15, tzinfo=UTC))
    live = Searcher.open(tmp_path, encoder)
    client = visitor(create_app(lambda: live, public_url="https://notes.example.org"))
    found = [
        (one.findtext(f"{ATOM}title"), one.findtext(f"{ATOM}updated"), one.findtext(f"{ATOM}id"))
        for one in entries(client)
    ]

    assert len(found) == len(new)
    fresh = [title for title, updated, _ in found if updated and updated.startswith("2026-11-21")]
    assert fresh == [found[0][0]] == ["Zebra <Crossings> &  Queues"]
    assert {str(address) for _, _, address in found} == {
        f"https://notes.example.org/{addresses_of(live).talk(talk)}" for talk in live.build.talks.values()
    }


def test_only_a_public_page_is_for_search_machines(searcher: Searcher) -> None:
    """Without a public address there is no sitemap and robots are sent away; with one the conferences and days are listed."""
    private, public = (
        visitor(create_app(lambda: searcher, public_url=url)) for url in (None, "https://n.example.org/c/")
    )

    assert private.get("/sitemap.xml").status_code == 404
    assert "Disallow: /\n" in private.get("/robots.txt").text
    listed = re.findall(r"<loc>([^<]+)</loc>", public.get("/sitemap.xml").text)
    assert "https://n.example.org/c/eu-2020/day-3" in listed
    assert "Sitemap: https://n.example.org/c/sitemap.xml" in public.get("/robots.txt").text


@pytest.mark.parametrize("path", sorted(OPERATIONS))
def test_a_misspelt_parameter_is_not_lost_in_silence(client: TestClient, path: str) -> None:
    """Each operation refuses what its description does not name, and says what there is; pages take what links carry."""
    address = path.replace("{id}", "eu-2020.md/0")
    reply = client.get(
        address, params={"q": "Lanternfish", "evnt": "EU 2020"} if "ask" in path else {"evnt": "x"}
    )

    assert reply.status_code == 400
    assert "'evnt'" in reply.json()["detail"]
    assert all(f"`{one['name']}`" in reply.json()["detail"] for one in parameters_of(OPERATIONS[path]))
    assert client.get("/talks", params={"utm_source": "mail"}).status_code == 200
