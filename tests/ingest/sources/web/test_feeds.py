"""Feeds: the posts that match become recaps, and stay when the feed names them no more."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.errors import SourceFault
from ingest.sources.web import FeedSpec, PoliteClient, SourceStore, fetch_source, prune
from ingest.sources.web.feeds import read_feed
from tests.ingest.sources.web.hostile import HostileServer, page, status, tagged

NOTES = "<html><body><h1>{}</h1><p>The crane lifts forty crates.</p></body></html>"
RSS = """<?xml version="1.0"?>
<rss version="2.0"><channel><title>Quay</title>
<item><title>Quay Day 2 recap</title><link>/day2</link></item>
<item><title>Holiday</title><link>/holiday</link><category>Private</category></item>
<item><title>Quay Day 1</title><guid>{base}/day1</guid><category>recap</category></item>
<item><title>Write to me: recap</title><link>mailto:eve@quay.example</link></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/posts/">
<entry><title type="html">Day &lt;b&gt;1&lt;/b&gt;</title><link rel="self" href="x"/><link href="day1"/><category term="recap"/></entry>
<entry><title>Day 2</title><link rel="alternate" href="http://127.0.0.1/day2"/><id>urn:x</id></entry></feed>"""
RDF = """<rdf:RDF xmlns="http://purl.org/rss/1.0/" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<channel/><item><title>Day 1</title><link>http://127.0.0.1/day1</link></item></rdf:RDF>"""
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rss><channel><item><title>&b;</title></item></channel></rss>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss><channel><item><title>&a;</title></item></channel></rss>'


@pytest.fixture
def quay(server: HostileServer) -> HostileServer:
    """Serve a feed and its posts."""
    server.acts["/feed"] = page(RSS.format(base=server.url("")), 'ETag: "f"', kind="application/rss+xml")
    server.acts |= {f"/{name}": page(NOTES.format(name)) for name in ("day1", "day2", "holiday")}
    return server


def test_posts_that_match_are_fetched(quay: HostileServer, store: SourceStore, client: PoliteClient) -> None:
    """A pattern is looked for in title, categories and address; posts that do not match are not asked for."""
    given_ = fetch_source(FeedSpec(quay.url("/feed"), "recap"), store, client)

    assert [one.url for one in given_] == [quay.url("/day2"), quay.url("/day1")]
    assert all(one.fault is None and one.changed for one in given_)
    assert quay.paths() == ["/feed", "/day2", "/day1"]


def test_posts_stay_when_the_feed_names_them_no_more(
    quay: HostileServer, store: SourceStore, client: PoliteClient
) -> None:
    """An older post is given as it was kept, without asking; a new one is added; a wider pattern finds what was seen before."""
    spec = FeedSpec(quay.url("/feed"), "recap")
    fetch_source(spec, store, client)
    newer = "<rss><channel><item><title>Day 3 recap</title><link>/day3</link></item></channel></rss>"
    quay.acts |= {
        "/feed": page(newer, kind="text/xml"),
        "/day3": page(NOTES.format("day3")),
        "/day1": status(404),
    }
    quay.asked.clear()
    second = fetch_source(spec, store, client)
    wider = fetch_source(replace(spec, match=""), store, client)

    assert [(one.url, one.changed, one.fault) for one in second] == [
        (quay.url("/day3"), True, None),
        (quay.url("/day2"), False, None),
        (quay.url("/day1"), False, None),
    ]
    assert quay.paths()[:2] == ["/feed", "/day3"]
    assert quay.url("/holiday") in [one.url for one in wider]


def test_an_unchanged_feed_asks_its_posts_again(
    quay: HostileServer, store: SourceStore, client: PoliteClient
) -> None:
    """A feed that answers 304 is read as it was kept, and the posts that it names are asked whether they changed."""
    quay.acts["/feed"] = tagged(RSS.format(base=quay.url("")), '"f"')
    spec = FeedSpec(quay.url("/feed"), "day")
    fetch_source(spec, store, client)
    quay.acts["/day2"] = page(NOTES.format("day two"))
    second = fetch_source(spec, store, client)

    assert quay.last("/feed").headers["if-none-match"] == '"f"'
    assert {one.url: one.changed for one in second}[quay.url("/day2")]


def test_only_so_many_new_posts_a_night(
    quay: HostileServer, store: SourceStore, client: PoliteClient
) -> None:
    """The number of new posts is limited, and what is kept is given besides."""
    spec = FeedSpec(quay.url("/feed"), most=1)
    nights = [len(fetch_source(spec, store, client)) for _ in range(4)]

    assert nights == [1, 2, 3, 3]


def test_a_feed_that_fails_takes_no_posts_away(
    quay: HostileServer, store: SourceStore, client: PoliteClient
) -> None:
    """The fault is one line, and the posts come from the store."""
    spec = FeedSpec(quay.url("/feed"), "recap")
    fetch_source(spec, store, client)
    quay.acts = {"/feed": status(500)}
    fault, *posts = fetch_source(spec, store, client)

    assert fault.data is None
    assert "answered 500" in (fault.fault or "")
    assert [one.data is not None for one in posts] == [True, True]


def test_pruning_keeps_the_posts_of_a_feed(
    quay: HostileServer, store: SourceStore, client: PoliteClient
) -> None:
    """Posts are kept as long as their feed is named."""
    spec = FeedSpec(quay.url("/feed"), "recap")
    fetch_source(spec, store, client)
    prune([spec], store)
    quay.acts.clear()
    kept = [one.data for one in fetch_source(spec, store, client)]
    prune([], store)

    assert sum(data is not None for data in kept) == 2
    assert [path for path in store.folder.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("words", "addresses"),
    [
        (ATOM, ["http://127.0.0.1/posts/day1", "http://127.0.0.1/day2"]),
        (RDF, ["http://127.0.0.1/day1"]),
        (
            "\n " + RSS.format(base="http://127.0.0.1"),
            ["http://127.0.0.1/day2", "http://127.0.0.1/holiday", "http://127.0.0.1/day1"],
        ),
        ("<rss/>", []),
    ],
)
def test_kinds_of_feeds(words: str, addresses: list[str]) -> None:
    """Atom, RSS 2.0 and RSS 1.0 give their posts' addresses."""
    assert [
        post.url for post in read_feed(words.encode(), "application/xml", "http://127.0.0.1/feed")
    ] == addresses


BASES = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:base="http://127.0.0.1/blog/">
<entry xml:base="2025/06/"><title>Day 1</title><link href="day1.html"/></entry>
<entry><title>Day 2</title><link xml:base="http://127.0.0.1/other/z/" href="p.html"/></entry></feed>"""
ITEM = "<item><title>Day 1</title><link>http://127.0.0.1/day1</link></item>"


@pytest.mark.parametrize(
    "words",
    [
        f"<rss><channel>{ITEM.replace('Day 1', 'Day&nbsp;1')}</channel></rss>",
        f"<rss><channel>{ITEM.replace('Day 1', 'Ropes & Tar')}</channel></rss>",
        "<rss><channel>" + ITEM.replace("Day 1", "Ro\x08pes") + "</channel></rss>",
        f"<!-- made by hand --><?xml version='1.0'?><rss><channel>{ITEM}</channel></rss>",
        f"<rss><channel>{ITEM}<item><title>Cut",
        f"<?xml version='1.0' encoding='utf-16'?><rss><channel>{ITEM}</channel></rss>",
        f"\ufeff\n\n<rss><channel>{ITEM}</channel></rss>",
    ],
)
def test_broken_feeds_give_what_can_be_read(words: str) -> None:
    """Characters that XML refuses, a comment before the prolog and a cut end take no post away."""
    posts = read_feed(words.encode(), "application/rss+xml; charset=utf-8", "http://127.0.0.1/feed")

    assert [post.url for post in posts][:1] == ["http://127.0.0.1/day1"]


def test_bases_within_bases() -> None:
    """An address is relative to the nearest base, which is relative to the one around it."""
    posts = read_feed(BASES.encode(), "application/atom+xml", "http://127.0.0.1/feed.xml")

    assert [post.url for post in posts] == [
        "http://127.0.0.1/blog/2025/06/day1.html",
        "http://127.0.0.1/other/z/p.html",
    ]


def test_entities_lead_nowhere() -> None:
    """Entities that grow or name a file are not followed."""
    for words in (LAUGHS, OUTSIDE):
        with_link = words.replace("</title>", "</title><link>http://127.0.0.1/x</link>")
        [post] = read_feed(with_link.encode(), "application/xml", "http://127.0.0.1/feed")

        assert len(post.title) < 20
        assert "root:" not in post.title


@pytest.mark.parametrize(
    "words", ["<html><body>404</body></html>", "{}", "", "/etc/passwd", "http://127.0.0.1:9/", "\0"]
)
def test_what_is_no_feed_is_one_line(words: str) -> None:
    """Pages, data, and bodies that name a file or an address are refused, and nothing is opened."""
    with pytest.raises(SourceFault, match=r"Cannot fetch http://127\.0\.0\.1/feed: it is not a feed"):
        read_feed(words.encode(), "application/xml", "http://127.0.0.1/feed")


def test_a_body_that_names_a_file_opens_none(tmp_path: Path) -> None:
    """What a server sends is read as it is: a path in it, though a feed lies there, is not followed."""
    inside = tmp_path / "inside.xml"
    inside.write_text(f"<rss version='2.0'><channel>{ITEM}</channel></rss>", encoding="utf-8")
    with pytest.raises(SourceFault, match="it is not a feed"):
        read_feed(str(inside).encode(), "application/xml", "http://127.0.0.1/feed")


def test_a_pattern_that_is_none_is_one_line(
    quay: HostileServer, store: SourceStore, client: PoliteClient
) -> None:
    """A pattern that cannot be read is told before anything is fetched."""
    [fault] = fetch_source(FeedSpec(quay.url("/feed"), "re(cap"), store, client)

    assert "'re(cap' is not a pattern" in (fault.fault or "")
    assert quay.asked == []


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.binary(max_size=300), st.integers(0, 400))
def test_any_bytes_are_posts_or_a_fault(noise: bytes, at: int) -> None:
    """A feed with noise in it gives posts or a fault, nothing else."""
    data = RSS.encode()[:at] + noise + RSS.encode()[at:]
    try:
        posts = read_feed(data, "application/xml", "http://127.0.0.1/feed")
    except SourceFault:
        posts = []

    assert all(post.url.startswith("http") for post in posts)
