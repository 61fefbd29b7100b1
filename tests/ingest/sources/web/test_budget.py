"""What sources may cost of a night: a feed whose posts drip is left when its time is over, and the rest comes later."""

from __future__ import annotations

from dataclasses import replace

from ingest.sources.web import FeedSpec, GitSpec, PoliteClient, SourceStore, WebSpec, fetch_source
from tests.ingest.sources.web.conftest import HURRIED, LIMITS
from tests.ingest.sources.web.hostile import HostileServer, dripping, page

NOTES = "<html><body><h1>{}</h1><p>The crane lifts forty crates.</p></body></html>"
POSTS = 50


class Clock:
    """A clock that goes on by so much each time somebody looks at it."""

    def __init__(self, step_s: float) -> None:
        self.now_s = 0.0
        self.step_s = step_s

    def __call__(self) -> float:
        """Return the time."""
        self.now_s += self.step_s
        return self.now_s


def feed(server: HostileServer) -> FeedSpec:
    """Serve a feed of many posts."""
    items = "".join(f"<item><title>Day {n}</title><link>/day{n}</link></item>" for n in range(POSTS))
    server.acts["/feed"] = page(f"<rss><channel>{items}</channel></rss>", kind="text/xml")
    server.acts |= {f"/day{n}": page(NOTES.format(n)) for n in range(POSTS)}
    return FeedSpec(server.url("/feed"))


def client(step_s: float = 0.0, **limits: float) -> PoliteClient:
    """Return a client with a clock of its own."""
    return PoliteClient(
        allowed_hosts={"127.0.0.1"},
        limits=replace(LIMITS, **limits),  # type: ignore[arg-type]
        clock=Clock(step_s),
    )


def test_a_feed_that_takes_long_goes_on_the_next_night(server: HostileServer, store: SourceStore) -> None:
    """Some posts are read tonight, one line tells how many were not, and nights later all were asked for."""
    spec = feed(server)
    first = fetch_source(spec, store, client(1.0, source_s=60.0))
    lines = [one.fault for one in first if one.fault]
    read = [one for one in first if one.data]
    for _ in range(8):
        last = fetch_source(spec, store, client(1.0, source_s=60.0))

    assert 0 < len(read) < POSTS
    assert len(lines) == 1
    assert f"{POSTS - len(read)} posts were not asked for. The next run goes on." in lines[0]
    assert len([one for one in last if one.data]) == POSTS
    assert len({path for path in server.paths() if path.startswith("/day")}) == POSTS


def test_all_sources_together_have_one_nights_time(server: HostileServer, store: SourceStore) -> None:
    """When the night's time is over, pages are given as they were kept, each with one line, and no server is asked."""
    server.acts["/here"] = page(NOTES.format("here"))
    spec = WebSpec(server.url("/here"))
    fetch_source(spec, store, client())
    asked = len(server.paths())
    late = client(1.0, night_s=0.5)
    [kept] = fetch_source(spec, store, late)
    [new] = fetch_source(WebSpec(server.url("/new")), store, late)
    [repository] = fetch_source(GitSpec(server.url("/quay.git")), store, late)

    assert (kept.data, new.data) == (NOTES.format("here").encode(), None)
    assert all("in a night is over" in (one.fault or "") for one in (kept, new, repository))
    assert len(server.paths()) == asked


def test_a_host_that_lets_us_wait_is_left_alone(server: HostileServer, store: SourceStore) -> None:
    """After a few pages that drip the others of that host are not asked for in this run."""
    spec = feed(server)
    server.acts |= {f"/day{n}": dripping(b"HTTP/1.1 200 OK\r\n", 0.1, b"X: y\r\n") for n in range(POSTS)}
    patient = PoliteClient(allowed_hosts={"127.0.0.1"}, limits=replace(HURRIED, silences=2))
    given = fetch_source(spec, store, patient)

    assert len([path for path in server.paths() if path.startswith("/day")]) == 2
    assert any("let us wait 2 times in this run" in (one.fault or "") for one in given)
