"""What an address points to, and which of a talk's addresses is its link."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.links import best_url, kind_of, kind_of_link, merge_links, recap_link, timed_url, valid_url


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.youtube.com/watch?v=o5h6s3A9bXY", "video"),
        ("https://youtu.be/o5h6s3A9bXY?t=12", "video"),
        ("https://www.youtube.com/playlist?list=PLj6h78yzYM2", None),
        ("https://www.youtube.com/@somebody", None),
        ("https://vimeo.com/123456789", "video"),
        ("http://www.infoq.com/presentations/some-talk", "video"),
        ("https://media.ccc.de/v/36c3-10565-some_talk", "video"),
        ("https://speakerdeck.com/somebody/some-deck", "slides"),
        ("https://speakerdeck.com/somebody", None),
        ("https://www.slideshare.net/somebody/some-deck-1234", "slides"),
        ("https://static.sched.com/hosted_files/conf/1a/deck.pptx", "slides"),
        ("http://conf.example/dl/slides/Deck.pdf", "slides"),
        ("https://docs.google.com/presentation/d/abc/edit", "slides"),
        ("https://kccnceu2021.sched.com/event/iE66", "schedule"),
        ("https://www.usenix.org/conference/lisa19/presentation/somebody", "schedule"),
        ("https://2018.pycon.example/talks/some-talk/", "schedule"),
        ("https://github.com/kubernetes/kubernetes", None),
        ("https://en.wikipedia.org/wiki/Kubernetes", None),
    ],
)
def test_hosts_and_paths_tell_what_an_address_is(url: str, kind: str | None) -> None:
    """Known hosts and paths tell recordings, slides and schedule pages; channels and playlists are no talk's recording."""
    assert kind_of(url) == kind


def test_the_words_of_a_link_tell_where_the_address_does_not() -> None:
    """A link called "Slides" leads to slides, wherever it points."""
    assert kind_of_link("https://example.org/x/42", "Slides") == "slides"
    assert kind_of_link("https://example.org/x/42", "Page de la session") == "schedule"
    assert kind_of_link("https://youtu.be/o5h6s3A9bXY", "Session details") == "video"
    assert kind_of_link("https://example.org/x/42", "our product") is None


@pytest.mark.parametrize(
    "url",
    [
        *(
            "javascript:alert(1)",
            "file:///etc/passwd",
            "/talks/1",
            "https://",
            "https://local",
            "http://[",
            "",
        ),
        *("https://a.b/ c", "https://a.b/<x>", "https://a.b/\x9c", "https://a.b/\u202e"),
    ],
)
def test_what_is_no_web_address_is_no_link(url: str) -> None:
    """Only addresses that a browser opens from anywhere are links."""
    assert valid_url(url) is None
    assert kind_of(url) is None


def test_an_address_is_kept_as_it_is_written() -> None:
    """Queries and odd signs stay: a link is never made up, nor tidied."""
    url = "https://kccnceu2024.sched.com/event/1YeLj/x?iframe=no&w=100%&sidebar=yes&bg=no"

    assert valid_url(f" {url} ") == url


def test_a_recording_goes_before_the_schedule_before_slides_before_the_recap() -> None:
    """A talk's link is the one that a person would rather open."""
    links = {
        "recap": "https://r.example/#a",
        "slides": "https://s.example/a.pdf",
        "schedule": "https://c.example/talks/a",
        "video": "https://youtu.be/abcdefgh",
    }

    chosen = []
    while links:
        chosen.append(best_url(links))
        links = {kind: url for kind, url in links.items() if url != chosen[-1]}

    assert chosen == [
        "https://youtu.be/abcdefgh",
        "https://c.example/talks/a",
        "https://s.example/a.pdf",
        "https://r.example/#a",
    ]
    assert best_url({}) is None


def test_the_notes_links_go_before_the_catalogues() -> None:
    """The catalogue fills in what the notes lack."""
    merged = merge_links(
        {"video": "https://youtu.be/notes-own"},
        {"video": "https://youtu.be/cataloguevideo", "slides": "https://s.example/a.pdf"},
    )

    assert merged == {"video": "https://youtu.be/notes-own", "slides": "https://s.example/a.pdf"}


def test_unusable_addresses_are_left_out() -> None:
    """What no browser opens, and kinds that nobody knows, do not become links."""
    assert merge_links({"video": "javascript:alert(1)", "shop": "https://shop.example/"}) == {}


def test_a_talk_without_links_leads_to_its_heading_in_the_recap() -> None:
    """The heading's anchor is used where the page has one, else the browser looks for the title's words."""
    assert (
        recap_link("https://blog.example/recap/#top", "day-2", "Any") == "https://blog.example/recap/#day-2"
    )
    assert (
        recap_link("https://blog.example/recap", None, "Zero-cost, really")
        == "https://blog.example/recap#:~:text=Zero%2Dcost%2C%20really"
    )
    assert recap_link("https://blog.example/recap", None, "") == "https://blog.example/recap"
    assert recap_link(None, "day-2", "Any") is None
    assert recap_link("ftp://blog.example/recap", "day-2", "Any") is None


@given(st.text(min_size=1).filter(str.split))
def test_a_text_fragment_carries_the_titles_words_whatever_they_are(words: str) -> None:
    """Signs with a meaning in a text fragment are escaped, and the words come back whole."""
    words = words.encode("utf-8", "replace").decode("utf-8")
    link = recap_link("https://blog.example/recap", None, words)

    assert link is not None
    fragment = urlsplit(link).fragment.removeprefix(":~:text=")
    assert unquote(fragment) == " ".join(words.split())
    assert not set(fragment) & set("-,& ")


@pytest.mark.parametrize(
    ("url", "timed"),
    [
        ("https://www.youtube.com/watch?v=o5h6s3A9bXY&list=PL1", "https://youtu.be/o5h6s3A9bXY?t=3683"),
        ("https://youtu.be/o5h6s3A9bXY", "https://youtu.be/o5h6s3A9bXY?t=3683"),
        ("https://youtu.be/o5h6s3A9bXY?t=5", "https://youtu.be/o5h6s3A9bXY?t=3683"),
        ("https://www.youtube.com/live/o5h6s3A9bXY?si=x", "https://youtu.be/o5h6s3A9bXY?t=3683"),
        ("https://vimeo.com/123456789", "https://vimeo.com/123456789#t=3683s"),
        (
            "https://player.vimeo.com/video/123456789?h=1",
            "https://player.vimeo.com/video/123456789?h=1#t=3683s",
        ),
        ("https://media.ccc.de/v/37c3-1-talk", "https://media.ccc.de/v/37c3-1-talk#t=3683"),
        ("https://www.dailymotion.com/video/x8k", "https://www.dailymotion.com/video/x8k?start=3683"),
        ("https://www.twitch.tv/videos/12?t=0h1m0s", "https://www.twitch.tv/videos/12?t=1h1m23s"),
        (
            "https://tube.example/w/kkGMgK9ZtnKfYAgnEtQxbv",
            "https://tube.example/w/kkGMgK9ZtnKfYAgnEtQxbv?start=3683s",
        ),
        ("https://video.example/2020/keynote.webm", "https://video.example/2020/keynote.webm#t=3683"),
        ("https://www.infoq.com/presentations/caches", None),
        ("https://slides.example/deck.pdf", None),
        ("https://youtu.be/", None),
        ("http://[", None),
    ],
)
def test_a_cue_of_a_transcript_opens_the_recording_at_its_second(url: str, timed: str | None) -> None:
    """The second stands where the host's player reads it, and only with an address that takes one."""
    assert timed_url(url, 3683.7) == timed
