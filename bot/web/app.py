"""The web page: a question box, the answer with its quotes and links, and the talks by event and day.

Pages are plain HTML without scripts; everything that stands on them is escaped by the template engine, and
the content security policy lets nothing else load.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from jinja2 import Environment, FileSystemLoader, select_autoescape
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.answering import answer, examples, extent_text, list_talks
from bot.answering.rendering import limits_text, source_text, tidy
from bot.errors import QuestionFault, SettingsFault
from bot.web.listing import overview, related, talk_path, unplaced
from index.search import Searcher

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Pages:
    """The pages, each made from the live build at the moment of the request."""

    def __init__(self, searcher: Callable[[], Searcher]) -> None:
        self._searcher = searcher
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"), autoescape=select_autoescape(default=True)
        )
        self._templates.globals.update(talk_path=talk_path, tidy=tidy, source_text=source_text)
        self._style = (HERE / "style.css").read_text("utf-8")

    def ask(self, request: Request) -> Response:
        """Show the question box and, where something was asked, the answer."""
        live = self._searcher()
        question = request.query_params.get("q", "").strip()
        if not question:
            return self._page("ask.html", live, question="", suggestions=examples(live))
        started = perf_counter()
        try:
            found = answer(question, searcher=live)
        except QuestionFault as fault:
            return self._page("ask.html", live, status_code=400, question=question[:200], fault=str(fault))
        ms = (perf_counter() - started) * 1000
        if request.query_params.get("format") == "json":
            return JSONResponse(found.to_json(ms=round(ms, 1)), headers=HEADERS)
        limits = limits_text(found.understood)
        return self._page(
            "ask.html", live, question=question, found=found, also=related(found), limits=limits, ms=ms
        )

    def talks(self, request: Request) -> Response:
        """Show the events with their days, or the talks of one of them."""
        live = self._searcher()
        event, day = request.query_params.get("event"), request.query_params.get("day", "")
        if event is None:
            return self._page("talks.html", live, events=overview(live))
        if not event:
            return self._page("talks.html", live, heading="Event unknown", blocks=unplaced(live))
        try:
            found = list_talks(live, event=event, day=int(day) if day.isdigit() else None, sections=True)
        except QuestionFault:
            return self._page("missing.html", live, status_code=404)
        return self._page("talks.html", live, heading=found.headline, blocks=found.blocks)

    def talk(self, request: Request) -> Response:
        """Show one talk with everything that the notes say about it."""
        live = self._searcher()
        wanted = live.build.talks.get(request.path_params["talk_id"])
        if wanted is None:
            return self._page("missing.html", live, status_code=404)
        passages = [passage for passage in live.build.passages_of(wanted.talk_id) if passage.role == "body"]
        return self._page(
            "talk.html", live, talk=wanted, passages=passages, recap=live.build.recaps[wanted.recap_id]
        )

    def health(self, _request: Request) -> Response:
        """Say that the page is up and which build answers."""
        build = self._searcher().build
        return JSONResponse(
            {"status": "ok", "build": build.build_id, "talks": len(build.talks)}, headers=HEADERS
        )

    def style(self, _request: Request) -> Response:
        """Give the style sheet."""
        return Response(self._style, media_type="text/css", headers=HEADERS)

    def _page(
        self, template: str, live: Searcher, *, status_code: int = 200, **values: object
    ) -> HTMLResponse:
        footer = f"{extent_text(live)} · build {live.build.build_id}"
        body = self._templates.get_template(template).render(footer=footer, **values)
        return HTMLResponse(body, status_code=status_code, headers=HEADERS)


def create_app(searcher: Callable[[], Searcher]) -> Starlette:
    """Return the web application.

    Args:
        searcher: gives the live build's searcher; asked once a request, so that a page never mixes two
            builds.
    """
    pages = Pages(searcher)
    return Starlette(
        routes=[
            Route("/", pages.ask),
            Route("/talks", pages.talks),
            Route("/talks/{talk_id:path}", pages.talk),
            Route("/healthz", pages.health),
            Route("/style.css", pages.style),
        ]
    )


def run(searcher: Callable[[], Searcher], host: str, port: int) -> None:
    """Serve the web page until the process is told to stop.

    Args:
        searcher: gives the live build's searcher.
        host: address to listen on; loopback unless a person sets another.
        port: TCP port.

    Raises:
        SettingsFault: the address cannot be listened on.
    """
    import uvicorn

    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise SettingsFault(
            f"Cannot serve the web page on {host}:{port}: {reason}. Name another with --host and --port."
        ) from error
    shown = f"[{host}]" if ":" in host else host
    print(f"Serving on http://{shown}:{port}/ (Ctrl-C stops)", flush=True)
    uvicorn.Server(uvicorn.Config(create_app(searcher), log_level="warning")).run(sockets=[listening])
