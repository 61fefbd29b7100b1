"""The four tools, called by the SDK's own client: in memory, as a child process, and over HTTP."""

from __future__ import annotations

import hmac
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from jsonschema import Draft202012Validator
from tokenizers import Tokenizer

pytest.importorskip("mcp")

from mcp import Client, StdioServerParameters

from bot.answering import answer
from bot.mcp.server import ROOM_BYTES, create_server
from bot.web.app import create_app
from bot.web.guard import Access
from index.encoder.base import Encoder
from index.encoder.onnx import TOKENIZER_FILE
from index.encoder.weights import default_folder
from index.search import Searcher
from tests.bot.web.conftest import served
from tests.notes import TALKS, Notes, publish_notes

SECRET = "shh-of-the-app"
TOKEN = "a-token-of-some-length"
MODES = ("auto", "legacy")
CALLS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("ask_notes", {"question": "what did Lanternfish save?"}),
    ("ask_notes", {"question": "what about Lanternfish?", "event": "NA 2019", "day": 3}),
    ("find_talks", {"topic": "Lanternfish"}),
    ("find_talks", {"speaker": "Ines Moreau", "event": "EU 2020"}),
    ("get_talk", {"talk_id": "eu-2020.md/0"}),
    ("notes_status", {}),
)
# A model reads about a token in three bytes of JSON; 2,000 tokens are the most that a tool may give.
MOST_BYTES = 6_000
MOST_TOKENS = 2_000


@pytest.fixture(scope="module")
def index_dir(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Path:
    """Give the folder of a build with a very long talk, many talks alike, and words that take many bytes."""
    folder = tmp_path_factory.mktemp("mcp")
    long = Notes(
        "The Longest Talk of the Year",
        ("Pat Quill",),
        tuple(
            f"Part {number}: the quillwheel turned {number} times, and everybody wrote it down again."
            for number in range(160)
        ),
    )
    cyrillic = Notes(
        "Скорость и покой",
        ("Инна Орлова",),
        tuple(f"Мы измерили скорость номер {n} и записали её." for n in range(60)),
    )
    many = tuple(
        Notes(
            f"Barnacle Report {number}",
            (f"Speaker Number{number}",),
            ("Barnacles grew.",),
            url=f"https://www.youtube.com/watch?v=Xq{number:02}ZbK7_Jw",
        )
        for number in range(60)
    )
    publish_notes(folder, encoder, (*TALKS, long, cyrillic, *many))
    return folder


@pytest.fixture(scope="module")
def pieces() -> Tokenizer:
    """Give what counts tokens: the encoder's own tokenizer, without its limit."""
    found = Tokenizer.from_file(str(default_folder() / TOKENIZER_FILE))
    found.no_truncation()
    found.no_padding()
    return found


@pytest.fixture(scope="module")
def searcher(index_dir: Path, encoder: Encoder) -> Searcher:
    """Give the opened build."""
    return Searcher.open(index_dir, encoder)


@pytest.fixture(scope="module")
def address(searcher: Searcher) -> Iterator[str]:
    """Give the address of the web application with a token, which takes requests that Slack signs."""
    access = Access(token=TOKEN, signed=True)
    with served(create_app(lambda: searcher, access=access, signing_secret=SECRET, teams=("T1",))) as found:
        yield found


def called(server: Any, calls: Callable[[Client], Awaitable[Any]], mode: str = "auto") -> Any:
    """Return what a client gets that is connected to a server."""

    async def connected() -> Any:
        async with Client(server, mode=mode) as client:
            return await calls(client)

    return anyio.run(connected)


async def every_call(client: Client) -> list[Any]:
    """Call every tool, and check what it gives against what it promises."""
    listed = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(listed) == {"ask_notes", "find_talks", "get_talk", "notes_status"}
    found = []
    for name, given in CALLS:
        tool = listed[name]
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.description
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator(tool.input_schema).validate(given)
        result = await client.call_tool(name, given)
        assert not result.is_error, result.content
        assert tool.output_schema is not None
        Draft202012Validator(tool.output_schema).validate(result.structured_content)
        assert json.loads(result.content[0].text) == result.structured_content  # type: ignore[union-attr]
        found.append({key: value for key, value in result.structured_content.items() if key != "age_hours"})
    return found


@pytest.mark.parametrize("mode", MODES)
def test_the_tools_answer_in_memory(searcher: Searcher, mode: str) -> None:
    """A client of the current and of the former protocol lists the four tools and gets what they promise."""
    found = called(create_server(lambda: searcher), every_call, mode)
    expected = answer("what did Lanternfish save?", searcher=searcher)

    assert found[0]["answer"] == expected.text
    assert [quote["text"] for quote in found[0]["quotes"]] == [quote.text for quote in expected.quotes][:3]
    assert [quote["url"] for quote in found[0]["quotes"]] == [quote.talk.url for quote in expected.quotes][:3]
    assert found[1]["quotes"][0]["event"] == "NA 2019"
    assert found[2]["total"] == 2
    assert [talk["title"] for talk in found[3]["talks"]] == ["Harbour Pilots for Busy Clusters"]
    assert found[4]["notes"] == list(TALKS[0].paragraphs)
    assert found[5]["build"] == searcher.build.build_id


def test_the_tools_answer_as_a_child_process(index_dir: Path) -> None:
    """`confnotes mcp` speaks the protocol on its output and nothing else, and ends when its input is closed."""
    command = StdioServerParameters(
        command=sys.executable, args=["-m", "confnotes", "mcp", "--index", str(index_dir)], cwd=Path.cwd()
    )

    assert called(command, every_call)[2]["total"] == 2


@pytest.mark.parametrize("mode", MODES)
def test_the_tools_answer_over_http(address: str, searcher: Searcher, mode: str) -> None:
    """With the token a client is answered over HTTP as in memory."""
    from mcp.client.streamable_http import streamable_http_client

    async def over_http() -> Any:
        import httpx2

        async with httpx2.AsyncClient(headers={"Authorization": f"Bearer {TOKEN}"}) as line:
            transport = streamable_http_client(f"{address}/mcp", http_client=line)
            async with Client(transport, mode=mode) as client:
                return await every_call(client)

    assert anyio.run(over_http) == called(create_server(lambda: searcher), every_call)


def call_body(team: str | None = "T1", method: str = "tools/call") -> bytes:
    """Return a call of a tool as Slackbot sends it for a person."""
    person = {} if team is None else {"slack": {"team_id": team, "user_id": "U1"}}
    params = {"name": "notes_status", "arguments": {}, "_meta": person}
    return json.dumps({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).encode()


def posted(address: str, body: bytes, **headers: str) -> httpx.Response:
    """Send a message as a client of the former protocol does."""
    common = {
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
        "MCP-Protocol-Version": "2025-11-25",
    }
    return httpx.post(f"{address}/mcp", content=body, headers={**common, **headers}, timeout=90)


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """Return the headers with which Slack signs a request."""
    stamp = str(int(at if at is not None else time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}


def test_a_person_in_slack_is_answered(address: str) -> None:
    """A request that Slack signed for somebody of an allowed workspace needs no token."""
    body = call_body()
    reply = posted(address, body, **signed(body))

    assert reply.status_code == 200
    assert reply.json()["result"]["structuredContent"]["recaps"] == 2


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (call_body(), signed(call_body(), secret="another")),
        (call_body(), signed(call_body("T2"))),
        (call_body(), signed(call_body(), at=time.time() - 3600)),
        (call_body(), {"X-Slack-Signature": "v0=", "X-Slack-Request-Timestamp": "now"}),
        (call_body(), {"X-Slack-Signature": "v0=abc"}),
        (call_body("T2"), signed(call_body("T2"))),
        (call_body(None), signed(call_body(None))),
        (b"[" * 5000, signed(b"[" * 5000)),
        (b"x" * 300_000, signed(b"x" * 300_000)),
    ],
    ids=["secret", "body", "old", "no time", "half", "another workspace", "nobody", "no json", "too long"],
)
def test_what_slack_did_not_sign_is_refused(address: str, body: bytes, headers: dict[str, str]) -> None:
    """A forged, altered, repeated, strange or oversized signed request reads nothing."""
    reply = posted(address, body, **headers)

    assert reply.status_code == 401
    assert "recaps" not in reply.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": f"Bearer {TOKEN}", "Host": "evil.example"}, 421),
        ({"Authorization": f"Bearer {TOKEN}", "Origin": "https://evil.example"}, 403),
        ({**signed(call_body()), "Host": "evil.example"}, 421),
        ({**signed(call_body()), "Origin": "null"}, 403),
    ],
)
def test_strangers_and_foreign_pages_are_refused(address: str, headers: dict[str, str], status: int) -> None:
    """Without the token, by a foreign name or from a foreign page nothing is read, signed or not."""
    reply = posted(address, call_body(), **headers)

    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "given"),
    [
        *CALLS,
        ("ask_notes", {"question": "which talks mention barnacles?"}),
        ("ask_notes", {"question": "summarize The Longest Talk of the Year"}),
        ("ask_notes", {"question": "what happened on day 3 of EU 2020?"}),
        ("ask_notes", {"question": "Скорость и покой?"}),
        ("find_talks", {}),
        ("get_talk", {"talk_id": "eu-2020.md/4"}),
        ("get_talk", {"talk_id": "eu-2020.md/5"}),
    ],
)
def test_no_answer_floods_the_context(
    searcher: Searcher, pieces: Tokenizer, name: str, given: dict[str, Any]
) -> None:
    """Whatever is asked of notes however long, an answer has at most some 2,000 tokens; what is left out can be asked for."""

    async def once(client: Client) -> Any:
        return await client.call_tool(name, given)

    result = called(create_server(lambda: searcher), once)

    assert not result.is_error
    assert len(json.dumps(result.structured_content, ensure_ascii=False).encode()) <= ROOM_BYTES + 600
    text = "".join(part.text for part in result.content)
    assert len(text.encode()) <= MOST_BYTES
    # The encoder's pieces of other scripts than Latin are single letters, which no model's are.
    assert not text.isascii() or len(pieces.encode(text, add_special_tokens=False).ids) <= MOST_TOKENS


def test_pages_join_without_gap(searcher: Searcher) -> None:
    """Following the cursors gives every talk once, and every passage of a long talk in order, verbatim."""

    async def follow(client: Client) -> tuple[list[str], int, list[str]]:
        talks: list[str] = []
        cursor: str | None = None
        while True:
            page = (await client.call_tool("find_talks", {"cursor": cursor})).structured_content or {}
            talks += [talk["talk_id"] for talk in page["talks"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        notes: list[str] = []
        first: int | None = 0
        while first is not None:
            part = (
                await client.call_tool("get_talk", {"talk_id": "eu-2020.md/4", "from": first})
            ).structured_content or {}
            notes += part["notes"]
            first = part["next_from"]
        return talks, page["total"], notes

    talks, total, notes = called(create_server(lambda: searcher), follow)

    assert sorted(talks) == sorted(searcher.build.talks)
    assert total == len(talks)
    passages = searcher.build.passages_of("eu-2020.md/4")
    assert notes == [one.text for one in passages if one.role == "body"]
    assert len(notes) == 160


@pytest.mark.parametrize(
    ("name", "given", "told"),
    [
        ("ask_notes", {"question": "x", "event": "Nowhere 1999"}, "Cannot limit to the event"),
        ("ask_notes", {"question": "x", "day": 99}, "Cannot limit to day 99"),
        ("ask_notes", {"question": "x" * 2001}, "2000"),
        ("find_talks", {"cursor": "next"}, "Cannot go on from that cursor"),
        ("get_talk", {"talk_id": "none"}, "no talk of that id"),
        ("get_talk", {"talk_id": "eu-2020.md/0", "from": -1}, "greater than or equal to 0"),
    ],
)
def test_the_model_is_told_what_a_person_would_be(
    searcher: Searcher, name: str, given: dict[str, Any], told: str
) -> None:
    """What cannot be answered is an error whose words have the way out."""

    async def once(client: Client) -> Any:
        return await client.call_tool(name, given)

    result = called(create_server(lambda: searcher), once)

    assert result.is_error
    assert told in result.content[0].text


def test_an_honest_no_says_so(searcher: Searcher) -> None:
    """A name that the notes never say gives `not_found` with its reason and no quote."""

    async def once(client: Client) -> Any:
        return await client.call_tool("ask_notes", {"question": "what did they say about Zorbulator?"})

    found = called(create_server(lambda: searcher), once).structured_content

    assert (found["status"], found["miss"], found["quotes"]) == ("not_found", "absent", [])
    assert "Zorbulator" in found["answer"]
