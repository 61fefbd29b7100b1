"""The pages for people: plain HTML that works without scripts, each made from the live build at the moment of the request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.addresses import addresses_of, encoded, read_day, read_span, slug_of
from bot.answering import MAX_QUESTION_CHARS, answer, digest, examples, extent_text, person_card
from bot.answering.rendering import counted, is_placed, limits_text, people_of, place, source_text, spoken
from bot.errors import QuestionFault
from bot.holdings import Limits, holdings_of, listing
from bot.telemetry.questions import observing
from bot.web.marking import marked, notes_markup, telling_words
from bot.web.narrowing import choices_of, narrowed
from bot.web.openapi import document, parameters_of
from bot.web.pictures import day_bar, talk_map, topic_grid, trace_bars
from bot.web.problems import path_of, status_of
from bot.web.talk_map import talk_map_of
from bot.web.talk_notes import neighbours, related, with_quote
from bot.web.topics import topics_of
from index.models import Event, Talk
from index.search import Searcher

HERE = Path(__file__).parent
PASSAGES_PER_PAGE = 200
SPEAKERS_PER_PAGE = 200
_DIGEST_PER_PAGE = 30
_TREND = 0.04  # of a conference's talks, by which a topic has to have grown or shrunk to be named
_TRENDS = 4
_OF_A_GROUP = 12  # talks that are listed below the map
_MOST_PHRASE = 100  # characters of a topic or a name that is looked up


class Pages:
    """Makes the pages."""

    def __init__(self, searcher: Callable[[], Searcher], public_url: str | None = None) -> None:
        self._searcher = searcher
        self._public_url = public_url
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(
            marked=marked, notes=notes_markup, people=people_of, place=place, spoken=spoken, counted=counted
        )
        self._templates.globals.update(
            day_bar=day_bar,
            is_placed=is_placed,
            limits_text=limits_text,
            link_label=link_label,
            other_links=other_links,
            parameters_of=parameters_of,
            source_text=source_text,
        )

    def ask(self, request: Request) -> Response:
        """Show the question box and, where something was asked, the answer."""
        live = self._searcher()
        asked = request.query_params
        question = asked.get("q", "").strip()
        if not question:
            return self._page(
                "start.html", request, live, examples=examples(live, 4), holdings=holdings_of(live)
            )
        values: dict[str, Any] = {"question": question[:MAX_QUESTION_CHARS], "found": None, "fault": ""}
        limits = Limits(
            event=asked.get("event") or None,
            day=_number(asked.get("day")),
            kind=asked.get("kind") or None,
            speaker=asked.get("speaker") or None,
        )
        try:
            with observing("web") as observed:
                found = answer(question, searcher=live, event=limits.event, day=limits.day)
                observed.answered(found)
        except QuestionFault as fault:
            return self._page(
                "answer.html", request, live, status_of(fault), **{**values, "fault": str(fault)}
            )
        values |= {
            "found": narrowed(found, limits),
            "words": telling_words(found.understood.text, *found.understood.corrections.values()),
            "choices": choices_of(found, limits),
            "limits": limits,
        }
        return self._page("answer.html", request, live, **values)

    def talks(self, request: Request) -> Response:
        """Show the talks within limits, a page at a time, with the number of talks behind each further limit."""
        live = self._searcher()
        asked = request.query_params
        limits = Limits(
            event=asked.get("event") or None,
            day=_number(asked.get("day")),
            kind=asked.get("kind") or None,
            speaker=(asked.get("speaker") or "")[:_MOST_PHRASE] or None,
            about=(asked.get("about") or "")[:_MOST_PHRASE] or None,
        )
        found = listing(live, limits, _number(asked.get("page")) or 1)
        return self._page(
            "talks.html", request, live, limits=limits, found=found, groups=_by_place(found.talks)
        )

    def event(self, request: Request) -> Response:
        """Show a conference: its days, whose notes there are, its talks."""
        live = self._searcher()
        event = self._event(live, request)
        held = next(one for one in holdings_of(live).events if one.event.event_id == event.event_id)
        found = listing(live, Limits(event=event.event_id), _number(request.query_params.get("page")) or 1)
        sections = listing(live, Limits(event=event.event_id, kind="section")) if not found.total else None
        return self._page(
            "event.html",
            request,
            live,
            held=held,
            found=sections or found,
            groups=_by_place((sections or found).talks),
        )

    def day(self, request: Request) -> Response:
        """Show a day: each talk with what it is about."""
        live = self._searcher()
        event = self._event(live, request)
        day = _day(request)
        page = _number(request.query_params.get("page")) or 1
        if day is None:
            return self._undated(request, live, event, page)
        table = live.build.table
        if not addresses_of(live).talks_of(event.event_id, day):
            raise HTTPException(404, f"The notes have no day {day} of {event.event_id}.")
        found = digest(live, event=event.event_id, day=day, page=page, per_page=_DIGEST_PER_PAGE)
        others = table.days_of(addresses_of(live).event_talks(event.event_id))
        return self._page(
            "day.html",
            request,
            live,
            event=event,
            day=day,
            date=_date(event, day),
            days=others,
            found=found,
            words=frozenset(),
        )

    def _undated(self, request: Request, live: Searcher, event: Event, page: int) -> Response:
        within = addresses_of(live).talks_of(event.event_id, None)
        if not within:
            raise HTTPException(404, f"All talks of {event.event_id} have a day in the notes.")
        rows = live.build.table.in_order(within)
        pages = max(1, -(-len(rows) // PASSAGES_PER_PAGE))
        page = min(max(page, 1), pages)
        shown = rows[(page - 1) * PASSAGES_PER_PAGE : page * PASSAGES_PER_PAGE].tolist()
        talks = tuple(live.build.stored_talks.rows[row] for row in shown)
        return self._page(
            "undated.html", request, live, event=event, talks=talks, total=len(rows), page=page, pages=pages
        )

    def talk(self, request: Request) -> Response:
        """Show a talk with everything that the notes say about it, the words that the address names marked."""
        live = self._searcher()
        parts = request.path_params
        addresses = addresses_of(live)
        talk = addresses.find_talk(parts["event"], _day(request), parts["talk"])
        if talk is None:
            raise HTTPException(
                404, "The notes have no such talk; they may have been read again since the link was made."
            )
        path = addresses.talk(talk)
        if path != f"{parts['event']}/{parts['day']}/{parts['talk']}":
            return self._moved(request, path)
        return self._talk(request, live, talk)

    def old_talk(self, request: Request) -> Response:
        """Lead an address that names a talk by its id to the talk's own."""
        live = self._searcher()
        talk = live.build.talks.get(request.path_params["talk_id"])
        if talk is None:
            raise HTTPException(
                404, "The notes have no such talk; they may have been read again since the link was made."
            )
        return self._moved(request, addresses_of(live).talk(talk))

    def _talk(self, request: Request, live: Searcher, talk: Talk) -> Response:
        build = live.build
        row = build.stored_talks.row(talk.talk_id)
        rows = build.table.rows_of(row) if row is not None else []
        rows = [at for at in rows if not build.table.is_heading[at]]
        span = read_span(request.query_params.get("w", ""))
        lost = False
        if span and not span.fits(build.read_text(talk.recap_id)):
            span, lost = None, True
        page = _number(request.query_params.get("page")) or 1
        pages = max(1, -(-len(rows) // PASSAGES_PER_PAGE))
        if span and pages > 1:
            at = next((n for n, one in enumerate(rows) if build.passages[one].end > span.start), 0)
            page = at // PASSAGES_PER_PAGE + 1
        page = min(max(page, 1), pages)
        shown = [build.passages[at] for at in rows[(page - 1) * PASSAGES_PER_PAGE : page * PASSAGES_PER_PAGE]]
        before, after = neighbours(live, talk, row)
        return self._page(
            "talk.html",
            request,
            live,
            talk=talk,
            event=build.events.get(talk.event_id or ""),
            passages=with_quote(shown, span),
            words=telling_words(request.query_params.get("q", "")[:_MOST_PHRASE]),
            recap=build.recaps[talk.recap_id],
            lost=lost,
            before=before,
            after=after,
            related=related(live, row),
            page=page,
            pages=pages,
        )

    def speakers(self, request: Request) -> Response:
        """Show the speakers by name, a page at a time, or those with a name that begins as asked."""
        live = self._searcher()
        names = live.build.names
        wanted = request.query_params.get("starting", "").strip()[:_MOST_PHRASE]
        after = request.query_params.get("after", "")[:_MOST_PHRASE]
        if wanted:
            key = slug_of(wanted).replace("-", " ")
            found = sorted(names.speakers_starting(key), key=lambda one: one.key) if key else []
        else:
            found = names.speakers_after(after, SPEAKERS_PER_PAGE + 1)
        more = len(found) > SPEAKERS_PER_PAGE
        found = found[:SPEAKERS_PER_PAGE]
        return self._page(
            "speakers.html",
            request,
            live,
            speakers=found,
            starting=wanted,
            more=found[-1].key if more and not wanted else "",
            cut=more and bool(wanted),
        )

    def speaker(self, request: Request) -> Response:
        """Show somebody's talks, where they work, and where the notes name them besides."""
        live = self._searcher()
        slug = request.path_params["name"][:_MOST_PHRASE]
        key = slug.replace("-", " ")
        known = live.build.names.speaker(key)
        name = known.name if known else key.title()
        found = person_card(live, name)
        if found.miss:
            raise HTTPException(404, found.headline or "The notes name nobody of that name.")
        return self._page(
            "speaker.html",
            request,
            live,
            name=name,
            found=found,
            words=frozenset(),
        )

    def topics(self, request: Request) -> Response:
        """Show which names the notes speak of, conference by conference."""
        live = self._searcher()
        found = topics_of(live)
        addresses = addresses_of(live)
        root = root_of(request)
        by_trend = sorted(found.topics, key=lambda topic: topic.trend)
        return self._page(
            "topics.html",
            request,
            live,
            topics=found,
            picture=topic_grid(found, lambda name: f"{root}{encoded(addresses.topic(name))}"),
            rising=[topic for topic in reversed(by_trend) if topic.trend >= _TREND][:_TRENDS],
            falling=[topic for topic in by_trend if topic.trend <= -_TREND][:_TRENDS],
        )

    def map(self, request: Request) -> Response:
        """Show the talks on a map by what they are about, those of a conference apart where one is chosen."""
        live = self._searcher()
        drawn = talk_map_of(live)
        chosen = request.query_params.get("event") or None
        if chosen is not None and chosen not in live.build.events:
            raise HTTPException(404, "The notes have no such conference.")
        events = Counter(point.talk.event_id for point in drawn.points)
        return self._page(
            "map.html",
            request,
            live,
            drawn=drawn,
            picture=talk_map(drawn, root_of(request), chosen),
            listed=_OF_A_GROUP,
            choices=[(held.event.event_id, events[held.event.event_id]) for held in holdings_of(live).events],
            chosen=chosen,
        )

    def topic(self, request: Request) -> Response:
        """Show where the notes speak of something: how often at which conference, and in which talks."""
        live = self._searcher()
        phrase = request.path_params["phrase"][:_MOST_PHRASE].replace("-", " ")
        page = _number(request.query_params.get("page")) or 1
        found = listing(live, Limits(about=phrase), page)
        if not found.total:
            raise HTTPException(404, f"The notes never say “{phrase}”.")
        return self._page(
            "topic.html",
            request,
            live,
            phrase=phrase,
            found=found,
            groups=_by_place(found.talks),
            picture=trace_bars([(choice.label, choice.count) for choice in reversed(found.choices["event"])]),
        )

    def interface(self, request: Request) -> Response:
        """Show how programs ask."""
        live = self._searcher()
        return self._page("interface.html", request, live, document=document())

    def problem_page(self, request: Request, status: int, title: str, detail: str) -> str:
        """Return the page that says why a request cannot be answered, with the way out."""
        return self._render(
            "problem.html", request, self._searcher(), status=status, title=title, detail=detail
        )

    def _event(self, live: Searcher, request: Request) -> Event:
        event = addresses_of(live).find_event(request.path_params["event"])
        if event is None:
            raise HTTPException(404, "The notes have no such page.")
        return event

    def _moved(self, request: Request, path: str) -> Response:
        # Relative, so that it holds below whatever path a proxy puts the page.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{root_of(request)}{encoded(path)}{query}", 308)

    def _page(
        self, template: str, request: Request, live: Searcher, status_code: int = 200, **values: Any
    ) -> HTMLResponse:
        return HTMLResponse(self._render(template, request, live, **values), status_code)

    def _render(self, template: str, request: Request, live: Searcher, **values: Any) -> str:
        root = root_of(request)
        addresses = addresses_of(live)
        common: dict[str, Any] = {
            "root": root,
            "address": addresses,
            "href": lambda path: f"{root}{encoded(path)}",
            "asking": lambda **asked: f"{root}?{_query(asked)}",
            "with_query": lambda **changed: f"?{_query({**request.query_params, **changed})}",
            "extent": extent_text(live),
            "build_id": live.build.build_id,
            "made_at": holdings_of(live).made_at,
            "here": f"{self._public_url.rstrip('/')}{encoded(path_of(request.scope))}"
            if self._public_url
            else "",
            "public": self._public_url,
            "question": "",
        }
        return self._templates.get_template(template).render(**{**common, **values})


def root_of(request: Request) -> str:
    """Return the relative path from the requested page to the page's root."""
    depth = path_of(request.scope).count("/") - 1
    return "../" * depth or "./"


def link_label(talk: Talk) -> str:
    """Return what a talk's best link leads to."""
    return next((kind for kind, url in talk.links.items() if url == talk.url), "source")


def other_links(talk: Talk) -> dict[str, str]:
    """Return all links of a talk by what they lead to, each address once."""
    found = {kind: url for kind, url in talk.links.items() if url}
    if talk.url and talk.url not in found.values():
        found = {"source": talk.url, **found}
    return found


def _query(asked: Mapping[str, object]) -> str:
    return urlencode([(name, str(value)) for name, value in asked.items() if value not in {None, ""}])


def _number(value: str | None) -> int | None:
    """Read a number of a few digits.

    Raises:
        HTTPException: It is none.
    """
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 6):
        raise HTTPException(400, "Cannot read a number in the address: write digits only, such as day=3.")
    return int(value)


def _day(request: Request) -> int | None:
    try:
        return read_day(request.path_params["day"])
    except ValueError:
        raise HTTPException(404, "The notes have no such page.") from None


def _date(event: Event, day: int) -> datetime | None:
    from datetime import timedelta

    if event.starts_on is None:
        return None
    return datetime.combine(event.starts_on + timedelta(days=day - 1), datetime.min.time())


def _by_place(talks: tuple[Talk, ...]) -> list[tuple[str | None, int | None, list[Talk]]]:
    groups = groupby(talks, key=lambda talk: (talk.event_id, talk.day))
    return [(event_id, day, list(members)) for (event_id, day), members in groups]
