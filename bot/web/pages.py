"""The pages of answers, talks, days and conferences: plain HTML that works without scripts, made when it is asked for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.addresses import addresses_of, encoded, read_day, read_span
from bot.answering import MAX_QUESTION_CHARS, answer, digest, examples
from bot.answering.language.knowledge import knowledge_of
from bot.answering.models import Answer
from bot.errors import QuestionFault
from bot.holdings import Limits, holdings_of, listing
from bot.telemetry.questions import observing
from bot.web.api import document
from bot.web.layout import MOST_PHRASE, Layout, by_place, number_of, root_of
from bot.web.marking import telling_words
from bot.web.narrowing import choices_of, narrowed
from bot.web.problems import status_of
from bot.web.talk_notes import neighbours, related, with_quote
from index.models import Event, Talk
from index.ranking.fusion import Evidence
from index.search import Filter, Query, Searcher

EXAMPLES = 4  # questions on the start page
PASSAGES_PER_PAGE = 200
_DIGEST_PER_PAGE = 30
_DEPTH = 200  # candidates of each ranker whose scores are told


class Pages(Layout):
    """Makes the pages."""

    def ask(self, request: Request) -> Response:
        """Show the question box and, where something was asked, the answer."""
        live = self.searcher()
        asked = request.query_params
        question = asked.get("q", "").strip()
        if not question:
            return self.page(
                "start.html", request, live, examples=examples(live, EXAMPLES), holdings=holdings_of(live)
            )
        values: dict[str, Any] = {"question": question[:MAX_QUESTION_CHARS], "found": None, "fault": ""}
        limits = Limits(
            event=asked.get("event") or None,
            day=number_of(asked.get("day")),
            kind=asked.get("kind") or None,
            speaker=asked.get("speaker") or None,
        )
        try:
            with observing("web") as observed:
                found = answer(question, searcher=live, event=limits.event, day=limits.day)
                observed.answered(found)
        except QuestionFault as fault:
            return self.page(
                "answer.html", request, live, status_of(fault), **{**values, "fault": str(fault)}
            )
        values |= {
            "found": narrowed(found, limits),
            "words": telling_words(found.understood.text, *found.understood.corrections.values()),
            "choices": choices_of(found, limits),
            "limits": limits,
            "stages": _stages(found, live) if asked.get("how") else None,
        }
        return self.page("answer.html", request, live, **values)

    def talks(self, request: Request) -> Response:
        """Show the talks within limits, a page at a time, with the number of talks behind each further limit."""
        live = self.searcher()
        asked = request.query_params
        limits = Limits(
            event=asked.get("event") or None,
            day=number_of(asked.get("day")),
            kind=asked.get("kind") or None,
            speaker=(asked.get("speaker") or "")[:MOST_PHRASE] or None,
            about=(asked.get("about") or "")[:MOST_PHRASE] or None,
        )
        found = listing(live, limits, number_of(asked.get("page")) or 1)
        return self.page(
            "talks.html", request, live, limits=limits, found=found, groups=by_place(found.talks)
        )

    def event(self, request: Request) -> Response:
        """Show a conference: its days, whose notes there are, its talks."""
        live = self.searcher()
        event = self._event(live, request)
        held = next(one for one in holdings_of(live).events if one.event.event_id == event.event_id)
        found = listing(live, Limits(event=event.event_id), number_of(request.query_params.get("page")) or 1)
        sections = listing(live, Limits(event=event.event_id, kind="section")) if not found.total else None
        return self.page(
            "event.html",
            request,
            live,
            held=held,
            found=sections or found,
            groups=by_place((sections or found).talks),
        )

    def day(self, request: Request) -> Response:
        """Show a day: each talk with what it is about."""
        live = self.searcher()
        event = self._event(live, request)
        day = _day(request)
        page = number_of(request.query_params.get("page")) or 1
        if day is None:
            return self._undated(request, live, event, page)
        table = live.build.table
        if not addresses_of(live).talks_of(event.event_id, day):
            raise HTTPException(404, f"The notes have no day {day} of {event.event_id}.")
        found = digest(live, event=event.event_id, day=day, page=page, per_page=_DIGEST_PER_PAGE)
        others = table.days_of(addresses_of(live).event_talks(event.event_id))
        return self.page(
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
        return self.page(
            "undated.html", request, live, event=event, talks=talks, total=len(rows), page=page, pages=pages
        )

    def talk(self, request: Request) -> Response:
        """Show a talk with everything that the notes say about it, the words that the address names marked."""
        live = self.searcher()
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
        live = self.searcher()
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
        page = number_of(request.query_params.get("page")) or 1
        pages = max(1, -(-len(rows) // PASSAGES_PER_PAGE))
        if span and pages > 1:
            at = next((n for n, one in enumerate(rows) if build.passages[one].end > span.start), 0)
            page = at // PASSAGES_PER_PAGE + 1
        page = min(max(page, 1), pages)
        shown = [build.passages[at] for at in rows[(page - 1) * PASSAGES_PER_PAGE : page * PASSAGES_PER_PAGE]]
        before, after = neighbours(live, talk, row)
        return self.page(
            "talk.html",
            request,
            live,
            talk=talk,
            event=build.events.get(talk.event_id or ""),
            passages=with_quote(shown, span),
            layout_of=lambda passage: knowledge_of(live).layout_at(passage.recap_id, passage.start),
            words=telling_words(request.query_params.get("q", "")[:MOST_PHRASE]),
            recap=build.recaps[talk.recap_id],
            lost=lost,
            before=before,
            after=after,
            related=related(live, row),
            page=page,
            pages=pages,
        )

    def interface(self, request: Request) -> Response:
        """Show how programs ask."""
        live = self.searcher()
        return self.page("interface.html", request, live, document=document())

    def _event(self, live: Searcher, request: Request) -> Event:
        event = addresses_of(live).find_event(request.path_params["event"])
        if event is None:
            raise HTTPException(404, "The notes have no such page.")
        return event

    def _moved(self, request: Request, path: str) -> Response:
        # Relative, so that it holds below whatever path a proxy puts the page.
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"{root_of(request)}{encoded(path)}{query}", 308)


def _stages(found: Answer, live: Searcher) -> dict[str, Evidence]:
    """Return what each ranker says of the passages behind an answer, by passage; ranked anew, for few ask for it."""
    heard = found.understood
    limits = Filter(
        event_ids=frozenset(heard.event.split(" or ") if heard.event else ()),
        days=frozenset(() if heard.day is None else (heard.day,)),
    )
    ranking = live.search(Query(heard.text or found.question, limits, depth=_DEPTH, k=2 * _DEPTH))
    return {hit.passage.passage_id: evidence for hit, evidence in zip(ranking, ranking.evidence, strict=True)}


def _day(request: Request) -> int | None:
    try:
        return read_day(request.path_params["day"])
    except ValueError:
        raise HTTPException(404, "The notes have no such page.") from None


def _date(event: Event, day: int) -> datetime | None:
    if event.starts_on is None:
        return None
    return datetime.combine(event.starts_on + timedelta(days=day - 1), datetime.min.time())
