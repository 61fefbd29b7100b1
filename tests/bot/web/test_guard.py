"""What stands in front of the page: names, origins, tokens, rates, headers, and work that waits for nobody."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.errors import SettingsFault
from bot.web.app import create_app
from bot.web.guard import SECURITY_HEADERS, Access, Rate, hosts_of
from bot.web.serving import check_reach
from index.search import Searcher
from tests.bot.web.conftest import served, visitor

TOKEN = "a-token-of-some-length"
EVERY_PATH = (
    "/",
    "/?q=x",
    "/talks",
    "/nothing",
    "/api/ask",
    "/api/nothing",
    "/static/style.css",
    "/static/none",
    "/livez",
)


@pytest.mark.parametrize("path", EVERY_PATH)
@pytest.mark.parametrize("host", ["localhost", "evil.example"])
def test_headers_stand_on_every_response(searcher: Searcher, path: str, host: str) -> None:
    """Pages, files, refusals and errors all carry the policy, and none of it needs an exception."""
    reply = visitor(create_app(lambda: searcher)).get(path, headers={"Host": host})

    for name, value in SECURITY_HEADERS.items():
        assert reply.headers[name] == value
    assert "unsafe" not in reply.headers["content-security-policy"]
    assert "cache-control" in reply.headers
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "evil.example:8000",
        "",
        "[::1",
        "a@localhost",
        "localhost/x",
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/ask?q=x", "/livez", "/static/style.css"])
def test_a_foreign_name_is_refused(client: TestClient, host: str, path: str) -> None:
    """A name that a foreign site may point at this machine reads nothing, whatever the path."""
    reply = client.get(path, headers={"Host": host})

    assert reply.status_code == 421
    assert "Lanternfish" not in reply.text


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "127.0.0.1:80", "[::1]:8000", "192.0.2.7", "localhost."]
)
def test_own_names_and_bare_addresses_are_let_in(client: TestClient, host: str) -> None:
    """Loopback by any of its names, and addresses, which no name can be pointed at, are answered."""
    assert client.get("/api/status", headers={"Host": host}).status_code == 200


def test_named_hosts_are_let_in(searcher: Searcher) -> None:
    """The names of the settings and of the public address are answered, others are not."""
    access = Access(hosts=hosts_of(["Notes.Example.org:8443"], "https://conf.example.org/notes/"))
    client = visitor(create_app(lambda: searcher, access=access))

    assert client.get("/", headers={"Host": "notes.example.org"}).status_code == 200
    assert client.get("/", headers={"Host": "conf.example.org:443"}).status_code == 200
    assert client.get("/", headers={"Host": "other.example.org"}).status_code == 421


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://localhost", 200),
        ("https://conf.example.org", 200),
        ("http://evil.example", 403),
        ("http://localhost:9999", 403),
        ("null", 403),
        ("file://localhost", 403),
        ("http://[::1", 403),
    ],
)
def test_pages_of_other_sites_are_refused(searcher: Searcher, origin: str, status: int) -> None:
    """A request that a page of another site or port makes is refused; one of our own is answered."""
    access = Access(hosts=("conf.example.org",))
    client = visitor(create_app(lambda: searcher, access=access))

    assert client.get("/api/status", headers={"Origin": origin}).status_code == status


def test_a_token_is_asked_for(searcher: Searcher) -> None:
    """With a token set, only who gives it reads anything, as bearer or as password; health needs none."""
    client = visitor(create_app(lambda: searcher, access=Access(token=TOKEN)))

    def basic(password: str) -> str:
        return f"Basic {base64.b64encode(f'anybody:{password}'.encode()).decode()}"

    for given_, status in (
        (None, 401),
        ("Bearer wrong", 401),
        (f"Bearer {TOKEN}x", 401),
        ("Basic %%%", 401),
        (basic("wrong"), 401),
        ("Bearer", 401),
        (f"Bearer {TOKEN}", 200),
        (basic(TOKEN), 200),
    ):
        reply = client.get("/", headers={"Authorization": given_} if given_ else {})
        assert reply.status_code == status, given_
        assert TOKEN not in reply.text
    assert "Basic" in client.get("/").headers["www-authenticate"]
    assert client.get("/livez").status_code == 200
    assert client.get("/readyz").status_code == 200
    assert TOKEN not in repr(Access(token=TOKEN))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "notes.example.org"])  # noqa: S104 what is refused
def test_other_machines_need_a_token(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Beyond loopback the page is not served without a token, unless somebody insists; then it says what that means."""
    with pytest.raises(SettingsFault, match=r"without a token.*CONFNOTES_WEB_TOKEN.*--insecure"):
        check_reach(host, "", insecure=False)
    assert not capsys.readouterr().err
    check_reach(host, "", insecure=True)
    assert capsys.readouterr().err.count("\n") == 1
    check_reach(host, TOKEN, insecure=False)
    for near in ("127.0.0.1", "::1", "localhost", "127.1.2.3"):
        check_reach(near, "", insecure=False)


def test_a_rate_fills_evenly() -> None:
    """A client may send a minute's worth at once and then one at a time; another client is not held up by it."""
    rate = Rate(60)

    assert [rate.wait_s("a", 0.0) for _ in range(60)] == [0] * 60
    assert rate.wait_s("a", 0.0) == 1
    assert rate.wait_s("b", 0.0) == 0
    assert rate.wait_s("a", 1.0) == 0
    assert rate.wait_s("a", 1.0) == 1
    assert rate.wait_s("a", 61.0) == 0


def test_too_many_requests_are_told_when_to_come_again(searcher: Searcher) -> None:
    """Over the limit a client gets 429 with a time; health is not counted."""
    client = visitor(create_app(lambda: searcher, access=Access(per_minute=3)))
    replies = [client.get("/api/status") for _ in range(4)]

    assert [reply.status_code for reply in replies] == [200, 200, 200, 429]
    assert int(replies[-1].headers["retry-after"]) >= 1
    assert replies[-1].headers["content-type"] == "application/problem+json"
    assert client.get("/livez").status_code == 200


def test_health_waits_for_no_search(searcher: Searcher) -> None:
    """While every place for work is taken and more requests wait, health and files answer at once; afterwards nothing is lost."""
    gate, begun = threading.Event(), threading.Semaphore(0)

    def held() -> Searcher:
        # The event loop asks for the build's id too; only the threads that work on requests are held.
        if threading.current_thread().name.startswith("AnyIO"):
            begun.release()
            assert gate.wait(90)
        return searcher

    with (
        served(create_app(held, at_once=2)) as address,
        ThreadPoolExecutor(24) as pool,
        httpx.Client() as visitor_,
    ):
        waiting = [pool.submit(httpx.get, f"{address}/api/status", timeout=90) for _ in range(20)]
        assert begun.acquire(timeout=90)
        assert begun.acquire(timeout=90)
        for path in ("/livez", "/readyz", "/healthz", "/static/style.css"):
            assert visitor_.get(address + path, timeout=90).status_code == 200
        assert not any(reply.done() for reply in waiting)
        gate.set()
        assert [reply.result().status_code for reply in waiting] == [200] * 20


def test_work_that_takes_too_long_is_given_up(searcher: Searcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes too long gets a time to come again and its place goes to the next; of what still works there may be only so much."""
    monkeypatch.setattr("bot.web.app.WITHIN_S", 0.3)
    monkeypatch.setattr("bot.web.app.GIVEN_UP", 2)
    gate = threading.Event()
    stuck = iter(range(3))

    def held() -> Searcher:
        if threading.current_thread().name.startswith("AnyIO") and next(stuck, None) is not None:
            assert gate.wait(90)
        return searcher

    with served(create_app(held, at_once=1)) as address:

        def ask() -> httpx.Response:
            return httpx.get(f"{address}/api/status", timeout=90)

        given_up = [ask() for _ in range(3)]
        refused = ask()
        gate.set()
        answered = ask()
        while answered.status_code == 503:
            answered = ask()

    assert [(reply.status_code, reply.headers["retry-after"]) for reply in given_up] == [(503, "5")] * 3
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert answered.status_code == 200


def test_readiness_names_the_build_and_its_trouble(searcher: Searcher) -> None:
    """Readiness says which build answers, and why the newest does not."""
    app = create_app(lambda: searcher, trouble=lambda: "the new build is damaged")
    reply = visitor(app).get("/readyz").json()

    assert reply["build"] == searcher.build.build_id
    assert reply["trouble"] == "the new build is damaged"


@pytest.mark.parametrize("path", ["/", "/api/status"])
def test_a_defect_is_a_line_with_an_id(
    searcher: Searcher, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A fault that nobody foresaw gives 500 with an id that the log knows, no traceback and no word of the fault."""

    def broken() -> Searcher:
        if threading.current_thread().name.startswith("AnyIO"):
            raise RuntimeError("kept secret")
        return searcher

    reply = visitor(create_app(broken)).get(path)

    assert reply.status_code == 500
    assert "secret" not in reply.text
    assert "Traceback" not in reply.text
    fault_id = reply.text.partition("logged as ")[2][:8]
    assert fault_id in caplog.text


def test_pages_are_compressed(client: TestClient) -> None:
    """Who takes gzip gets it, and the same words."""
    plain = client.get("/talks", headers={"Accept-Encoding": "identity"})
    packed = client.get("/talks", headers={"Accept-Encoding": "gzip"})

    assert packed.headers["content-encoding"] == "gzip"
    assert packed.text == plain.text
    assert int(packed.headers["content-length"]) < len(plain.content) / 2


def test_methods_that_change_things_are_refused(client: TestClient) -> None:
    """The page is for reading: everything but GET and HEAD is refused."""
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert client.request(method, "/talks").status_code == 405
    assert client.head("/talks").status_code == 200


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.text(alphabet="/.%2ftalkspieu0-3day~<>\"'\\?#&= \u00e9\u202e", max_size=40),
    query=st.text(alphabet="q=&eventdaykipg<>\"'%0123456789+\u00e9", max_size=60),
)
def test_no_address_breaks_the_page(client: TestClient, path: str, query: str) -> None:
    """Whatever is asked for, the answer is a page, a redirect within the page, or one clear refusal, never a defect."""
    asked = f"{quote(path.lstrip('/'), safe='%/.~')}?{quote(query, safe='%=&+')}"
    reply = client.get(f"http://localhost/{asked}")

    assert reply.status_code < 500
    assert "<<" not in reply.text
    location = reply.headers.get("location", "./")
    assert location.startswith("./") or location.startswith("../")
