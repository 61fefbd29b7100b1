"""The pages as a browser without scripts gets them."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urljoin

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from bot.addresses import addresses_of
from bot.answering import answer, digest
from bot.answering.lines import Layout, one_line, tidy
from bot.answering.models import Answer
from bot.web.app import create_app
from bot.web.marking import notes_markup, telling_words
from index.encoder.base import Encoder
from index.search import Filter, Query, Searcher
from tests.bot.web.conftest import visitor
from tests.notes import TALKS, Notes, publish_notes

QUESTIONS = (
    "what did Lanternfish save?",
    "what did Lanternfsh save?",
    "who gave Tracing Without Tears?",
    "which talks mention Lanternfish?",
    "what happened on day 3 of EU 2020?",
    "which conferences are there?",
    "what did they say about Zorbulator?",
    "what can you do?",
)
PAGES = (
    "/",
    "/?q=what+did+Lanternfish+save%3F",
    "/talks",
    "/eu-2020",
    "/eu-2020/day-3",
    "/eu-2020/day-3/harbour-pilots-for-busy-clusters",
    "/speakers",
    "/speakers/ines-moreau",
    "/companies",
    "/state",
    "/state?lack=link",
    "/topics",
    "/map",
    "/topics/lanternfish",
    "/api",
    "/nothing/here",
)


def words(body: str) -> str:
    """Return what stands on a page, tags removed and white space folded."""
    inline = re.sub(r"</?(?:a|code|mark|small|span|time)\b[^>]*>", "", body)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", inline)).split())


def main_of(body: str) -> str:
    """Return a page's answer."""
    return body.partition('<div class="answer"')[2].partition('<details class="how"')[0]


class Links(HTMLParser):
    """Collects where a page leads."""

    def __init__(self, body: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []
        self.feed(body)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link and an id."""
        named = dict(attrs)
        self.found += [value for name in ("href", "src", "action") if (value := named.get(name)) is not None]
        if named.get("id"):
            self.ids.append(str(named["id"]))


def parts_of(found: Answer) -> list[str]:
    """Return the words of an answer that stand on every surface, in order."""
    parts: list[str] = [*found.notices, found.headline or ""]
    for block in found.blocks:
        parts.append(block.heading)
        for quote in block.quotes:
            parts += [one_line(quote.lead.text) if quote.lead else "", tidy(quote.text, quote.layout)]
        parts += [quote.talk.title for quote in block.quotes[:1]]
        for entry in block.entries:
            parts += [
                entry.talk.title,
                entry.why,
                tidy(entry.gist.text, entry.gist.layout) if entry.gist else "",
            ]
        parts += [line.text for line in block.lines]
    return [" ".join(part.split()) for part in parts if part]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_has_the_words_and_the_order_of_every_surface(
    client: TestClient, searcher: Searcher, question: str
) -> None:
    """Doubts, first line, quotes, talks and lines stand on the page as in the answer's text, one after the other."""
    found = answer(question, searcher=searcher)

    shown = words(main_of(client.get("/", params={"q": question}).text))
    text = " ".join(found.text.split())
    at = 0
    for part in parts_of(found):
        assert part in text
        assert part in shown[at:]
        at = shown.index(part, at) + len(part)
    assert found.text


def test_the_words_of_the_question_stand_out(client: TestClient) -> None:
    """The name that was asked for is marked in the quotes, grammar is not."""
    page = client.get("/", params={"q": "what did Lanternfish save?"}).text

    assert "<mark>Lanternfish</mark>" in page
    assert not re.search(r"<mark>(?:what|did|the|a)</mark>", page, re.IGNORECASE)


def test_an_answer_can_be_limited(client: TestClient, searcher: Searcher) -> None:
    """Each conference offered with an answer leads to the answer of that conference, and the way back is there."""
    question = "what did they say about Lanternfish?"
    page = client.get("/", params={"q": question}).text
    offered = re.findall(r'<a href="([^"]*event=[^"]*)">([^<]+) <small>', page)

    assert {label for _, label in offered} == {"EU 2020", "NA 2019"}
    for address, label in offered:
        limited = client.get(urljoin("http://localhost/", html.unescape(address)))
        expected = answer(question, searcher=searcher, event=label)
        assert all(" ".join(quote.text.split()) in words(limited.text) for quote in expected.quotes)
        assert 'class="all"' in limited.text


def test_an_answer_is_narrowed_to_kinds_and_speakers(client: TestClient, searcher: Searcher) -> None:
    """A digest offers its kinds and speakers with their numbers; each leads to just these talks, and says what is left out."""
    talks = list(searcher.build.talks.values())
    page = client.get("/", params={"q": "list all talks"}).text
    offered = re.findall(r'<a href="([^"]*(?:kind|speaker)=[^"]*)">([^<]+) <small>(\d+)', page)

    assert {label for _, label, _ in offered} == {"Keynote", "Session", "Ines Moreau"}
    for address, label, number in offered:
        wanted = [talk.title for talk in talks if label.lower() == talk.kind or label in talk.speakers]
        limited = client.get(urljoin("http://localhost/", html.unescape(address))).text
        shown = re.findall(r'<a class="title"[^>]*>([^<]+)</a>', main_of(limited))
        assert sorted(map(html.unescape, shown)) == sorted(wanted)
        assert int(number) == len(wanted)
        assert f"{number} of {len(talks)} talks" in words(limited)


def test_absent_name_is_an_honest_no(client: TestClient) -> None:
    """A name that the notes never mention is said to be absent, and no quote is shown."""
    page = client.get("/", params={"q": "what did they say about Zorbulator?"})

    assert "Zorbulator" in words(page.text)
    assert "<blockquote>" not in page.text


def test_the_start_says_what_this_is(client: TestClient, searcher: Searcher) -> None:
    """The first page names every conference with its talks and days, how much there is and how fresh, and examples that are answered."""
    page = client.get("/").text
    examples = [html.unescape(one) for one in re.findall(r'<li><a href="(\./\?q=[^"]+)"', page)]

    for event in searcher.build.events.values():
        assert event.event_id in words(page)
    assert "6 talks in 2 recaps of 2 conferences" in words(page)
    assert "20 November 2026" in words(page)
    assert "autofocus" in page
    assert examples
    for example in examples:
        assert "<blockquote" in client.get(urljoin("http://localhost/", example)).text


def test_the_caret_waits_in_the_box_on_the_first_page_only(client: TestClient) -> None:
    """Below an answer the box does not take the keyboard."""
    assert "autofocus" not in client.get("/", params={"q": "what did Lanternfish save?"}).text


def test_every_talk_has_its_own_page(client: TestClient, searcher: Searcher) -> None:
    """The list leads to every talk, and each talk's page shows its passages word for word, each with an anchor."""
    listed = {urljoin("http://localhost/talks", link) for link in Links(client.get("/talks").text).found}

    for talk in searcher.build.talks.values():
        address = f"http://localhost/{addresses_of(searcher).talk(talk)}"
        page = client.get(address)
        assert address in listed
        assert page.status_code == 200
        for passage in searcher.build.passages_of(talk.talk_id):
            if passage.role == "body":
                assert " ".join(passage.text.split()) in words(page.text)
                assert f"p{passage.ordinal}" in Links(page.text).ids


def test_a_quote_leads_to_its_words(client: TestClient, searcher: Searcher) -> None:
    """The link of a quote opens the talk with just these words marked, at an anchor."""
    found = answer("what did Lanternfish save?", searcher=searcher)
    page = client.get("/", params={"q": "what did Lanternfish save?"}).text
    links = {html.unescape(link) for link in Links(page).found if "?w=" in link}

    assert len(links) == len(found.quotes)
    for quote in found.quotes:
        address = f"./{addresses_of(searcher).quote(quote)}"
        assert address in links
        talk = client.get(urljoin("http://localhost/", address)).text
        marked = " ".join(words(one) for one in re.findall(r"<mark[^>]*>(.*?)</mark>", talk, re.DOTALL))
        assert marked == " ".join(tidy(quote.text, quote.layout).split())
        assert talk.count('<mark id="w">') == 1


def test_words_that_changed_are_not_marked(client: TestClient) -> None:
    """A link to words that no longer stand there shows the talk as it is, and says so."""
    page = client.get("/eu-2020/day-3/harbour-pilots-for-busy-clusters?w=10-30-abcdef")

    assert page.status_code == 200
    assert "<mark" not in page.text
    assert "no longer in the notes as they were" in words(page.text)


def test_old_addresses_lead_on(client: TestClient, searcher: Searcher) -> None:
    """Addresses that name a talk by its id, by a part of its title or by a day that it was thought to be of redirect to its own."""
    for talk in searcher.build.talks.values():
        reply = client.get(f"/talks/{talk.talk_id}?w=1-2-abcdef")
        target = urljoin(f"http://localhost/talks/{talk.talk_id}", reply.headers["location"])
        assert reply.status_code == 308
        assert target == f"http://localhost/{addresses_of(searcher).talk(talk)}?w=1-2-abcdef"
    moved = client.get("/eu-2020/day-4/small-teams-large-platforms")
    assert urljoin("http://localhost/eu-2020/day-4/x", moved.headers["location"]).endswith(
        "/eu-2020/day-3/keynote-small-teams-large-platforms"
    )


def test_a_day_is_its_digest(client: TestClient, searcher: Searcher) -> None:
    """A day's page lists its talks as the digest does."""
    found = digest(searcher, event="EU 2020", day=3)
    page = words(client.get("/eu-2020/day-3").text)

    assert found.headline is not None
    assert found.headline in page
    assert all(entry.talk.title in page for entry in found.entries)


def test_talks_are_counted_and_limited(client: TestClient, searcher: Searcher) -> None:
    """Each limit on the list of talks says how many it leaves, and leaves just those."""
    page = client.get("/talks").text
    offered = re.findall(r'<option value="([^"]+)">[^<(]+\((\d+)\)</option>', page)

    assert dict(offered)["EU 2020"] == "4"
    assert dict(offered)["keynote"] == "1"
    for name, value in (
        ("event", "NA 2019"),
        ("kind", "keynote"),
        ("day", "4"),
        ("speaker", "Ines"),
        ("about", "Quillwort"),
    ):
        limited = client.get("/talks", params={name: value}).text
        shown = len(re.findall(r'class="title"', limited))
        expected = {
            "event": sum(talk.event_id == value for talk in searcher.build.talks.values()),
            "kind": 1,
            "day": sum(talk.day == 4 for talk in searcher.build.talks.values()),
            "speaker": sum("Ines Moreau" in talk.speakers for talk in searcher.build.talks.values()),
            "about": 1,
        }[name]
        assert shown == expected


def test_speakers_and_topics_lead_to_talks(client: TestClient) -> None:
    """A speaker's page has their talks of all years, a topic's the talks that say it, and each links on."""
    person = client.get("/speakers/ines-moreau").text
    topic = client.get("/topics/lanternfish").text

    assert "Ines Moreau: 2 talks in the notes." in words(person)
    for page in (person, topic):
        assert "Harbour Pilots for Busy Clusters" in words(page)
        assert "Lanternfish, the First Year" in words(page)
    assert 'href="../speakers/ines-moreau"' in topic


def test_a_refusal_offers_nothing_to_narrow_it_by(client: TestClient) -> None:
    """Limits stand above what was found; above a refusal only one that is in force can be lifted."""
    question = "what did they say about Zorbulator?"
    limited = client.get("/", params={"q": question, "event": "EU 2020"}).text

    assert 'class="choices"' not in client.get("/", params={"q": question}).text
    assert re.findall(r'aria-label="Limit to ([^"]*)"', limited) in ([], ["a conference"])


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/eu-2020/day-9",
        "/eu-2020/someday",
        "/eu-2020/day-3/nothing-of-the-kind",
        "/speakers/nobody-at-all",
        "/topics/zorbulator",
        "/talks/nobody/said-this",
    ],
)
def test_a_missing_page_has_a_way_out(client: TestClient, path: str) -> None:
    """What is not there is a page in the house's style with a box to ask in and a way to the talks."""
    page = client.get(path)

    assert page.status_code == 404
    assert 'lang="en"' in page.text
    assert 'name="q"' in page.text
    assert any(link.endswith("talks") for link in Links(page.text).found)


@pytest.mark.parametrize("path", PAGES)
def test_links_are_relative_and_lead_somewhere(client: TestClient, path: str) -> None:
    """No link of the page's own begins at the root, so that it can live below a path; none is dead."""
    page = client.get(path).text
    base = f"http://localhost{path}"

    for link in {html.unescape(one) for one in Links(page).found}:
        assert not link.startswith("/")
        target = urljoin(base, link)
        if link.startswith("#"):
            assert link[1:] in Links(page).ids
        elif target.startswith("http://localhost/"):
            assert client.get(target.partition("#")[0], follow_redirects=True).status_code == 200, link
        else:
            assert target.startswith("https://talks.example.org/")


@pytest.mark.parametrize("path", PAGES)
def test_pages_need_nothing_from_elsewhere(client: TestClient, path: str) -> None:
    """No page holds a script, a style or a picture but the page's own files, so that the policy needs no exception."""
    page = client.get(path).text
    scripts = re.findall(r"<script[^>]*>", page)

    assert all('src="' in tag and "//" not in tag for tag in scripts)
    assert not re.search(r"<[^>]+\s(?:style|on\w+)=", page)
    assert "<style" not in page
    assert len(set(Links(page).ids)) == len(Links(page).ids)
    assert page.count("<h1") == 1


def test_pages_are_small(client: TestClient) -> None:
    """The first load, style, script and icon included, is far under 60 kB as it is sent."""
    sizes = 0
    for path in ("/", "/static/style.css", "/static/ask.js", "/static/icon.svg"):
        reply = client.get(path, headers={"Accept-Encoding": "gzip"})
        sizes += int(reply.headers["content-length"])

    assert sizes < 15_000


def test_overlong_question_is_one_line(client: TestClient) -> None:
    """A question of 10,000 characters is refused in one sentence."""
    page = client.get("/", params={"q": "why " * 2500})

    assert page.status_code == 400
    assert "Cannot answer a question" in words(page.text)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("event=Nowhere 1999", 404),
        ("day=99", 404),
        ("page=x", 400),
        ("day=-1", 400),
        ("page=99999999999", 400),
        ("day=٣", 400),
    ],
)
def test_a_bad_limit_is_one_line(client: TestClient, query: str, status: int) -> None:
    """A limit that is none is a page that says what can be used."""
    page = client.get(f"/talks?{query}")

    assert page.status_code == status
    assert "Cannot" in words(page.text)


def test_a_page_that_is_known_is_not_made_again(client: TestClient, searcher: Searcher) -> None:
    """A browser that holds a page of this build gets 304; another question or representation does not."""
    first = client.get("/talks")
    tag = first.headers["etag"]

    assert client.get("/talks", headers={"If-None-Match": tag}).status_code == 304
    assert client.get("/talks?kind=keynote", headers={"If-None-Match": tag}).status_code == 200
    assert client.get("/speakers", headers={"If-None-Match": tag}).status_code == 200
    assert client.get("/nothing").headers.get("etag") is None


def test_a_link_preview_has_a_title_and_words(searcher: Searcher) -> None:
    """With a public address a talk's page names it, its own address and a description; without one it asks not to be listed."""
    path = "/eu-2020/day-3/harbour-pilots-for-busy-clusters"
    public = (
        visitor(create_app(lambda: searcher, public_url="https://notes.example.org/conf/")).get(path).text
    )
    private = visitor(create_app(lambda: searcher)).get(path).text

    assert '<meta property="og:title" content="Harbour Pilots for Busy Clusters · EU 2020">' in public
    assert f'<meta property="og:url" content="https://notes.example.org/conf{path}">' in public
    assert 'property="og:description" content="Ines Moreau and Bo Ek' in public
    assert "noindex" not in public
    assert "noindex" in private


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(hostile=st.text(alphabet=st.sampled_from("<>\"'&/ascriptonerljv:=()x{}%# "), min_size=1, max_size=60))
def test_a_question_never_becomes_markup(client: TestClient, hostile: str) -> None:
    """Whatever is asked, no tag but the page's own stands in the answer."""
    page = client.get("/", params={"q": hostile})
    tags = set(re.findall(r"<\s*([a-zA-Z][\w-]*)", page.text))

    assert not tags & {"img", "iframe", "x", "a0", "style"}
    assert len(re.findall(r"<script", page.text)) == 1
    assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', page.text))


@settings(max_examples=40, deadline=None)
@given(
    text=st.text(alphabet="ab <>&\"'\n-• .é", max_size=80),
    cut=st.tuples(st.integers(0, 80), st.integers(0, 80)),
)
def test_marks_change_no_word(text: str, cut: tuple[int, int]) -> None:
    """Notes with marked words are the notes, escaped; what is marked is what was named, white space aside."""
    start, end = sorted(cut)
    start, end = min(start, len(text)), min(end, len(text))
    shown = str(notes_markup(text, Layout(), telling_words("ab"), (start, end)))
    marked = "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", shown))

    assert "".join(words(shown).split()) == "".join(text.split())
    assert "".join(html.unescape(marked).split()) == "".join(text[start:end].split())


@settings(max_examples=40, deadline=None)
@given(text=st.text(alphabet="htps:/javcri.<>\"'&()[] x", max_size=60))
def test_a_note_links_only_to_the_web(text: str) -> None:
    """Whatever a note says, its links are web addresses that stand in it, and its words are all there."""
    shown = str(notes_markup(f"see https://a.example/x?y=1&z, {text}", Layout(), linked=True))
    links = [html.unescape(one) for one in Links(shown).found]

    assert "https://a.example/x?y=1&z" in links
    assert all(re.match(r"https?://", one, re.IGNORECASE) for one in links)
    assert "".join(words(shown).split()) == "".join(f"see https://a.example/x?y=1&z, {text}".split())


def test_the_page_lives_below_a_path(searcher: Searcher) -> None:
    """Behind a proxy that takes a path away, and mounted below one, every link stays below it."""
    from starlette.applications import Starlette
    from starlette.routing import Mount

    inner = create_app(lambda: searcher)
    client = visitor(Starlette(routes=[Mount("/conf/notes", inner)]))

    for path in ("/", "/eu-2020/day-3", "/talks", "/speakers/ines-moreau", "/nothing/at/all"):
        page = client.get(f"/conf/notes{path}")
        for link in Links(page.text).found:
            target = urljoin(f"http://localhost/conf/notes{path}", html.unescape(link))
            assert target.startswith(("http://localhost/conf/notes/", "https://talks.example.org/")), link
    assert client.get("/conf/notes/api/none").headers["content-type"] == "application/problem+json"
    assert client.get("/conf/notes/livez").status_code == 200
    moved = client.get("/conf/notes/eu-2020/day-4/small-teams-large-platforms")
    target = urljoin("http://localhost/conf/notes/eu-2020/day-4/x", moved.headers["location"])
    assert target == "http://localhost/conf/notes/eu-2020/day-3/keynote-small-teams-large-platforms"


@pytest.mark.parametrize(
    ("recording", "link", "shown"),
    [
        ("https://www.youtube.com/watch?v=abcdefgh", "https://youtu.be/abcdefgh?t=754", "12:34"),
        ("https://media.ccc.de/v/tides", "https://media.ccc.de/v/tides#t=3683", "1:01:23"),
        ("https://vimeo.com/12345", "https://vimeo.com/12345#t=83s", "1:23"),
        ("https://www.twitch.tv/videos/7", "https://www.twitch.tv/videos/7?t=1h0m5s", "1:00:05"),
        (
            "https://tube.example/w/kkGMgK9ZtnKfYAgnEtQxbv",
            "https://tube.example/w/kkGMgK9ZtnKfYAgnEtQxbv?start=5s",
            "0:05",
        ),
        ("https://media.ccc.de/v/tides", "https://forum.example/thread?t=754", None),
        ("https://vimeo.com/12345", "https://vimeo.com/12345?t=soon", None),
        ("https://vimeo.com/12345", "https://vimeo.com/678", None),
    ],
)
def test_a_recording_opens_at_the_second_of_a_passage(
    encoder: Encoder, tmp_path: Path, recording: str, link: str, shown: str | None
) -> None:
    """Beside a passage and a quote stands its talk's recording at the second; another link with a number is no time."""
    told = Notes(
        "Tide Tables", ("Gus Haitch",), ("Gus Haitch reads tide tables.",), url=recording, links=(link,)
    )
    publish_notes(tmp_path, encoder, (*TALKS, told))
    live = Searcher.open(tmp_path, encoder)
    site = visitor(create_app(lambda: live))
    for path in ("/eu-2020/day-3/tide-tables", "/?q=what+does+Gus+Haitch+read%3F"):
        found = re.findall(
            rf'<a class="out" href="{re.escape(html.escape(link))}"[^>]*>([^<]*)</a>', site.get(path).text
        )

        if shown:
            assert found == [f"Video at {shown}"]
        else:
            assert not [label for label in found if label.startswith("Video at")]


def test_links_behind_words_stand_beside_their_passage(encoder: Encoder, tmp_path: Path) -> None:
    """A link that the notes put behind words is shown with where it leads, once; those of the talk stand above only."""
    links = ("https://code.example/gus/tides", "https://talks.example.org/tides", "https://code.example/said")
    words = "Gus Haitch reads tide tables, see https://code.example/said and more."
    told = Notes("Tide Tables", ("Gus Haitch",), (words,), url="https://talks.example.org/tides", links=links)
    publish_notes(tmp_path, encoder, (*TALKS, told))
    live = Searcher.open(tmp_path, encoder)
    page = visitor(create_app(lambda: live)).get("/eu-2020/day-3/tide-tables").text
    page = page.partition("</article>")[0]

    assert re.findall(r'href="(https://[^"]*)"', page) == [
        "https://talks.example.org/tides",
        "https://code.example/said",
        "https://code.example/gus/tides",
    ]
    assert "code.example/gus/tides</a>" in page


@pytest.mark.parametrize(
    "question",
    ["what did Lanternfish save?", "which talks mention Lanternfish?", "what happened on day 3 of EU 2020?"],
)
def test_how_an_answer_was_found_is_told_stage_by_stage(
    client: TestClient, searcher: Searcher, question: str
) -> None:
    """Asked for it, a page gives what each ranker says of the passages behind the answer, as the search has it."""
    found = answer(question, searcher=searcher)
    plain = client.get("/", params={"q": question}).text
    [link] = re.findall(r'href="([^"]*how=1[^"]*)"', plain)
    told = client.get(urljoin("http://localhost/", html.unescape(link))).text
    heard = found.understood
    limits = Filter(
        frozenset([heard.event] if heard.event else []), frozenset([] if heard.day is None else [heard.day])
    )
    ranking = searcher.search(Query(heard.text, limits, depth=200, k=400))
    ranked = {hit.passage.passage_id: one for hit, one in zip(ranking, ranking.evidence, strict=True)}

    assert "Word by word" not in plain
    rows = re.findall(r"<tr><td>\d+</td>.*?</tr>", told)
    assert len(rows) == len(found.hits[:10])
    for row, hit in zip(rows, found.hits, strict=False):
        one = ranked.get(hit.passage.passage_id)
        stages = (
            [f"{value:.2f}" for value in (one.lexical, one.dense, one.late, one.talk)] if one else ["–"] * 4
        )
        assert re.findall(r'<td class="number">([^<]*)</td>', row) == [*stages, f"{hit.score:.2f}"]
