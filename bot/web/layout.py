"""What all pages share: the templates, the head and the foot, and how an address of one leads to another."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, partial
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.addresses import addresses_of, encoded
from bot.answering import extent_text
from bot.answering.lines import one_line
from bot.answering.rendering import counted, is_placed, limits_text, people_of, place, source_text, spoken
from bot.holdings import holdings_of
from bot.web import cards
from bot.web.api import parameters_of
from bot.web.marking import marked, notes_markup
from bot.web.pictures import day_bar, trace_bars
from bot.web.problems import path_of
from bot.web.talk_notes import links_beside, moment_of
from index.models import Talk
from index.search import Searcher

MOST_PHRASE = 100  # characters of a topic or a name that is looked up


class Layout:
    """Makes pages of templates, each from the live build."""

    def __init__(self, searcher: Callable[[], Searcher], public_url: str | None = None) -> None:
        self.searcher = searcher
        self._public_url = public_url
        self._templates = templates()

    def problem_page(self, request: Request, status: int, title: str, detail: str) -> str:
        """Return the page that says why a request cannot be answered, with the way out."""
        return self.render(
            "problem.html", request, self.searcher(), status=status, title=title, detail=detail
        )

    def page(
        self, template: str, request: Request, live: Searcher, status_code: int = 200, **values: Any
    ) -> HTMLResponse:
        """Return a page."""
        return HTMLResponse(self.render(template, request, live, **values), status_code)

    def render(self, template: str, request: Request, live: Searcher, **values: Any) -> str:
        """Return a template filled in."""
        root = root_of(request)
        addresses = addresses_of(live)
        base = self._public_url.rstrip("/") if self._public_url else ""
        card = cards.address_of(path_of(request.scope), live) if base and cards.is_there() else ""
        common: dict[str, Any] = {
            "root": root,
            "address": addresses,
            "moment_of": partial(moment_of, live),
            "href": lambda path: f"{root}{encoded(path)}",
            "asking": lambda **asked: f"{root}?{_query(asked)}",
            "with_query": lambda **changed: f"?{_query({**request.query_params, **changed})}",
            "extent": extent_text(live),
            "build_id": live.build.build_id,
            "made_at": holdings_of(live).made_at,
            "here": f"{base}{encoded(path_of(request.scope))}" if base else "",
            "card": f"{base}/{encoded(card)}" if card else "",
            "public": self._public_url,
            "question": "",
        }
        return self._templates.get_template(template).render(**{**common, **values})


@cache
def templates() -> Environment:
    """Return the pages' templates, compiled, so that no visitor waits for that."""
    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters.update(
        marked=marked,
        notes=notes_markup,
        one_line=one_line,
        people=people_of,
        place=place,
        spoken=spoken,
        counted=counted,
    )
    found.globals.update(
        day_bar=day_bar,
        is_placed=is_placed,
        limits_text=limits_text,
        link_label=link_label,
        links_beside=links_beside,
        other_links=other_links,
        parameters_of=parameters_of,
        source_text=source_text,
        trace_bars=trace_bars,
    )
    for name in found.list_templates():
        found.get_template(name)
    return found


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


def number_of(value: str | None) -> int | None:
    """Read a number of a few digits; None where there is none.

    Raises:
        HTTPException: It is none.
    """
    if not value:
        return None
    if not (value.isascii() and value.isdigit() and len(value) <= 6):
        raise HTTPException(400, "Cannot read a number in the address: write digits only, such as day=3.")
    return int(value)


def by_place(talks: tuple[Talk, ...]) -> list[tuple[str | None, int | None, list[Talk]]]:
    """Return talks that stand in order, grouped by conference and day."""
    groups = groupby(talks, key=lambda talk: (talk.event_id, talk.day))
    return [(event_id, day, list(members)) for (event_id, day), members in groups]


def _query(asked: Mapping[str, object]) -> str:
    return urlencode([(name, str(value)) for name, value in asked.items() if value not in {None, ""}])
