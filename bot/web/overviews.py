"""The pages over all notes: speakers, companies, topics, the map, and the state of the notes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.addresses import addresses_of, encoded, slug_of
from bot.answering import person_card
from bot.feedback import Lacking
from bot.holdings import Limits, Listing, holdings_of, listing, rows_listed
from bot.web.layout import MOST_PHRASE, Layout, by_place, number_of, root_of
from bot.web.pictures import talk_map, trace_grid
from bot.web.state import first_lines, state_of
from bot.web.talk_map import talk_map_of
from bot.web.traces import Traces, companies_of, over_time, topics_of
from index.build.doubts import read_doubts
from index.models import Talk
from index.search import Searcher
from index.vocabulary.words import find_phrase

SPEAKERS_PER_PAGE = 200
_TREND = 0.04  # of a conference's talks, by which a topic has to have grown or shrunk to be named
_TRENDS = 4
_OF_A_GROUP = 12  # talks that are listed below the map


class Overviews(Layout):
    """Makes these pages."""

    def __init__(
        self,
        searcher: Callable[[], Searcher],
        public_url: str | None = None,
        asked_in_vain: Callable[[], Sequence[Lacking]] = tuple,
    ) -> None:
        super().__init__(searcher, public_url)
        self._asked_in_vain = asked_in_vain

    def speakers(self, request: Request) -> Response:
        """Show the speakers by name, a page at a time, or those with a name that begins as asked."""
        live = self.searcher()
        names = live.build.names
        wanted = request.query_params.get("starting", "").strip()[:MOST_PHRASE]
        after = request.query_params.get("after", "")[:MOST_PHRASE]
        if wanted:
            key = slug_of(wanted).replace("-", " ")
            found = sorted(names.speakers_starting(key), key=lambda one: one.key) if key else []
        else:
            found = names.speakers_after(after, SPEAKERS_PER_PAGE + 1)
        more = len(found) > SPEAKERS_PER_PAGE
        found = found[:SPEAKERS_PER_PAGE]
        return self.page(
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
        live = self.searcher()
        slug = request.path_params["name"][:MOST_PHRASE]
        key = slug.replace("-", " ")
        known = live.build.names.speaker(key)
        name = known.name if known else key.title()
        found = person_card(live, name)
        if found.miss:
            raise HTTPException(404, found.headline or "The notes name nobody of that name.")
        return self.page(
            "speaker.html",
            request,
            live,
            name=name,
            found=found,
            words=frozenset(),
            trace=over_time(live.build.table.set_of(known.talks if known else ()), live),
        )

    def companies(self, request: Request) -> Response:
        """Show which companies' people spoke, conference by conference."""
        live = self.searcher()
        found = companies_of(live)
        picture = _grid(request, found, addresses_of(live).company, "Companies over the conferences")
        return self.page("companies.html", request, live, companies=found, picture=picture)

    def company(self, request: Request) -> Response:
        """Show the talks of a company's people, and how many there were over the years."""
        live = self.searcher()
        slug = request.path_params["name"][:MOST_PHRASE]
        phrase = slug.replace("-", " ")
        found = _listed(request, live, Limits(company=phrase), f"The notes name no speaker from “{phrase}”.")
        return self.page(
            "company.html",
            request,
            live,
            name=_spelled(phrase, found.talks),
            found=found,
            groups=by_place(found.talks),
            trace=over_time(live.said.employed(phrase), live),
        )

    def topics(self, request: Request) -> Response:
        """Show which names the notes speak of, conference by conference."""
        live = self.searcher()
        found = topics_of(live)
        by_trend = sorted(found.rows, key=lambda topic: topic.trend)
        return self.page(
            "topics.html",
            request,
            live,
            topics=found,
            picture=_grid(request, found, addresses_of(live).topic, "Topics over the conferences"),
            rising=[topic for topic in reversed(by_trend) if topic.trend >= _TREND][:_TRENDS],
            falling=[topic for topic in by_trend if topic.trend <= -_TREND][:_TRENDS],
        )

    def map(self, request: Request) -> Response:
        """Show the talks on a map by what they are about, those of a conference apart where one is chosen."""
        live = self.searcher()
        drawn = talk_map_of(live)
        chosen = request.query_params.get("event") or None
        if chosen is not None and chosen not in live.build.events:
            raise HTTPException(404, "The notes have no such conference.")
        events = Counter(point.talk.event_id for point in drawn.points)
        return self.page(
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
        live = self.searcher()
        phrase = request.path_params["phrase"][:MOST_PHRASE].replace("-", " ")
        found = _listed(request, live, Limits(about=phrase), f"The notes never say “{phrase}”.")
        return self.page(
            "topic.html",
            request,
            live,
            phrase=phrase,
            found=found,
            groups=by_place(found.talks),
            trace=over_time(live.said.talks(phrase), live),
        )

    def state(self, request: Request) -> Response:
        """Show what the notes lack and what is uncertain in them, for whoever looks after them."""
        live = self.searcher()
        state = state_of(live)
        lack = request.query_params.get("lack") or None
        if lack is not None and lack not in state.lacking:
            raise HTTPException(404, f"Talks lack one of these here: {', '.join(state.lacking)}.")
        page = number_of(request.query_params.get("page")) or 1
        found = rows_listed(live, state.lacking[lack], page) if lack else None
        doubts = read_doubts(live.build.folder.parent, live.build.build_id)
        return self.page(
            "state.html",
            request,
            live,
            state=state,
            lack=lack,
            found=found,
            groups=by_place(found.talks) if found else [],
            doubts=doubts,
            uncertain=first_lines(doubts.uncertain, live) if doubts else [],
            unlinked=first_lines(doubts.unlinked, live) if doubts else [],
            vain=self._asked_in_vain(),
        )


def _listed(request: Request, live: Searcher, limits: Limits, nothing: str) -> Listing:
    """Return the page of talks that a request asks for; where no talk is within the limits, the reply is 404."""
    found = listing(live, limits, number_of(request.query_params.get("page")) or 1)
    if not found.total:
        raise HTTPException(404, nothing)
    return found


def _grid(request: Request, found: Traces, address: Callable[[str], str], described: str) -> Markup:
    """Return the picture of how often names occur at which conference, each name a link to its page."""
    root = root_of(request)
    return trace_grid(found, lambda name: f"{root}{encoded(address(name))}", described)


def _spelled(phrase: str, talks: tuple[Talk, ...]) -> str:
    """Return a company's name as the notes write it: where it is all that a speaker's company says, else within that."""
    said = [company for talk in talks for company in talk.affiliations]
    whole = next((company for company in said if slug_of(company) == slug_of(phrase)), None)
    within = (company[start:end] for company in said for start, end in find_phrase(company, phrase))
    return whole or next(within, phrase.title())
