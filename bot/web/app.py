"""The web application: its routes, what stands in front of them, and how much work it takes on at once."""

from __future__ import annotations

import os
import threading
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

import anyio
import anyio.from_thread
import anyio.to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Scope

from bot.errors import QuestionFault
from bot.feedback import Lacking
from bot.holdings import package_version
from bot.web import cards
from bot.web.api import Interface
from bot.web.cards import Cards
from bot.web.feed import Feed
from bot.web.guard import Access, Guard, defect
from bot.web.overviews import Overviews
from bot.web.pages import Pages
from bot.web.problems import problem, status_of, wants_json
from index.errors import IndexFault
from index.search import Searcher

HERE = Path(__file__).parent
WITHIN_S = 20.0  # an answer that takes longer is not waited for
WAITING = 512  # requests that wait for a place; one more is told to come again
GIVEN_UP = 8  # threads that still work on what nobody waits for any more
_QUERY_BYTES = 32_000  # 2,000 characters, percent-encoded, of up to nine bytes each, and as much again
_COMPRESSED_FROM_BYTES = 700
Handler = Callable[[Request], Response]
Result = TypeVar("Result")


class Work:
    """Runs work on threads, a few at a time, so that what only needs the event loop (health, files) never waits for it.

    What takes too long is no longer waited for and gives its place away, but its thread goes on: of such there may be
    only so many before new work is refused.
    """

    def __init__(self, at_once: int = 0) -> None:
        self._at_once = at_once or max(2, (os.cpu_count() or 2) - 1)
        self._limiter: anyio.CapacityLimiter | None = None
        self._waiting = 0
        self._working = 0
        self._counting = threading.Lock()

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run something, after what came before it.

        Raises:
            HTTPException: Too much waits already, or it takes too long once it has begun.
        """
        if self._waiting >= WAITING or self._working >= self._at_once + GIVEN_UP:
            raise HTTPException(
                503, "Too many questions at once. Ask again in a moment.", {"Retry-After": "2"}
            )
        self._limiter = self._limiter or anyio.CapacityLimiter(self._at_once)
        self._waiting += 1
        try:
            with anyio.CancelScope() as scope:
                begun = partial(self._begin, scope, work)
                return await anyio.to_thread.run_sync(begun, abandon_on_cancel=True, limiter=self._limiter)
        finally:
            self._waiting -= 1
        raise HTTPException(
            503, "It takes too long to answer this just now. Ask again, in fewer words.", {"Retry-After": "5"}
        )

    def _begin(self, scope: anyio.CancelScope, work: Callable[[], Result]) -> Result:
        """Let the time run from now on, on the thread that has a place, and work."""
        anyio.from_thread.run_sync(_limit, scope)
        with self._counting:
            self._working += 1
        try:
            return work()
        finally:
            with self._counting:
                self._working -= 1


def _limit(scope: anyio.CancelScope) -> None:
    scope.deadline = anyio.current_time() + WITHIN_S


class Site:
    """What all requests share: the live build, the work, and how answers are kept by browsers."""

    def __init__(
        self, searcher: Callable[[], Searcher], trouble: Callable[[], str | None], work: Work
    ) -> None:
        self._searcher = searcher
        self._trouble = trouble
        self._work = work
        self._made_by = _made_by()

    def route(self, path: str, handler: Handler) -> Route:
        """Return a route to a handler that runs on a thread; what it returns is a function of the build and the address."""

        async def answered(request: Request) -> Response:
            if len(request.scope["query_string"]) > _QUERY_BYTES:
                raise HTTPException(
                    414, "Cannot read so long an address: ask one thing in a sentence or two."
                )
            tag = self._tag(request)
            if _holds(request.headers.get("if-none-match", ""), tag):
                return Response(status_code=304, headers=_kept(tag))
            try:
                response = await self._work.run(partial(handler, request))
            except (HTTPException, QuestionFault, IndexFault):
                raise
            except Exception as fault:
                raise HTTPException(500, defect(fault)) from fault
            if response.status_code == 200:
                response.headers.update(_kept(tag))
            return response

        return Route(path, answered, methods=["GET"], name=path)

    async def live(self, _request: Request) -> Response:
        """Answer that the process runs."""
        return PlainTextResponse("ok\n")

    async def ready(self, _request: Request) -> Response:
        """Answer which build is served, and why the newest is not where it is not."""
        build = self._searcher().build
        return JSONResponse(
            {"status": "ok", "build": build.build_id, "talks": len(build.talks), "trouble": self._trouble()}
        )

    def _tag(self, request: Request) -> str:
        url = request.url
        asked = f"{self._searcher().build.build_id} {self._made_by} {url.path}?{url.query} {wants_json(request.scope)}"
        return f'W/"{blake2b(asked.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()}"'


class Files(StaticFiles):
    """The style, the script and the icon, looked at again with every new page view."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file that a browser may keep and has to ask about."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(
    searcher: Callable[[], Searcher],
    *,
    access: Access | None = None,
    public_url: str | None = None,
    trouble: Callable[[], str | None] = lambda: None,
    at_once: int = 0,
    signing_secret: str = "",
    teams: Collection[str] = (),
    asked_in_vain: Callable[[], Sequence[Lacking]] = tuple,
) -> ASGIApp:
    """Return the web application.

    Args:
        searcher: Gives the live build's searcher; asked once a request, so that a page never mixes two builds.
        access: Who may ask; by default whoever reaches this machine's own addresses.
        public_url: Address of the page's root where others reach it.
        trouble: Says why the newest build is not served.
        at_once: Requests that are worked on at the same time; 0: one less than cores, two at least.
        signing_secret: The Slack app's, for requests to /mcp that Slack signs; empty: there are none.
        teams: Workspaces whose people may ask that way; empty: all that have the app.
        asked_in_vain: Gives what people asked and the notes could not answer, for the page on their state.
    """
    work = Work(at_once)
    site = Site(searcher, trouble, work)
    pages = Pages(searcher, public_url)
    overviews = Overviews(searcher, public_url, asked_in_vain)
    api = Interface(searcher, trouble)
    feed = Feed(searcher, public_url)
    routes = [
        Route("/livez", site.live),
        Route("/readyz", site.ready),
        Route("/healthz", site.ready),
        Mount("/static", Files(directory=HERE / "static")),
        site.route("/", pages.ask),
        site.route("/talks", pages.talks),
        site.route("/talks/{talk_id:path}", pages.old_talk),
        site.route("/speakers", overviews.speakers),
        site.route("/speakers/{name}", overviews.speaker),
        site.route("/companies", overviews.companies),
        site.route("/companies/{name}", overviews.company),
        site.route("/map", overviews.map),
        site.route("/topics", overviews.topics),
        site.route("/topics/{phrase}", overviews.topic),
        site.route("/state", overviews.state),
        site.route("/feed.atom", feed.atom),
        site.route("/sitemap.xml", feed.sitemap),
        site.route("/robots.txt", feed.robots),
        site.route("/api", pages.interface),
        site.route("/openapi.json", api.openapi),
        site.route("/api/ask", api.ask),
        site.route("/api/talks", api.talks),
        site.route("/api/talks/{talk_id:path}", api.talk),
        site.route("/api/events", api.events),
        site.route("/api/speakers", api.speakers),
        site.route("/api/status", api.status),
        site.route("/{event}", pages.event),
        site.route("/{event}/{day}", pages.day),
        site.route("/{event}/{day}/{talk}", pages.talk),
    ]

    def refused(request: Request, fault: Exception) -> Response:
        status, detail, headers = _why(fault)
        page = partial(pages.problem_page, request)
        return problem(request.scope, status, detail, headers=headers, page=page)

    if cards.is_there():  # an extra of the package
        routes.insert(0, site.route("/cards/{path:path}", Cards(searcher).card))
    running = []
    if find_spec("mcp"):  # an extra of the package
        from bot.mcp.serving import mounted

        tools = mounted(
            searcher, public_url=public_url, run=work.run, signing_secret=signing_secret, teams=teams
        )
        routes.insert(0, tools.route)
        running.append(tools.running)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for part in running:
                await stack.enter_async_context(part())
            yield

    handlers = {HTTPException: refused, QuestionFault: refused, IndexFault: refused}
    app = Starlette(
        routes=routes,
        middleware=[Middleware(GZipMiddleware, minimum_size=_COMPRESSED_FROM_BYTES)],
        exception_handlers=handlers,
        lifespan=lifespan,
    )
    # Behind a proxy the page may live below a path that is taken away on the way: a slash is never redirected.
    app.router.redirect_slashes = False
    return Guard(app, access or Access())


def _why(fault: Exception) -> tuple[int, str, dict[str, str]]:
    if isinstance(fault, HTTPException):
        bare = fault.detail in {"Not Found", "Method Not Allowed"}
        detail = "There is no such page here." if fault.status_code == 404 and bare else fault.detail
        return fault.status_code, detail, dict(fault.headers or {})
    if isinstance(fault, QuestionFault):
        return status_of(fault), str(fault), {}
    return 503, str(fault), {"Retry-After": "60"}


def _kept(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"}


def _holds(given: str, tag: str) -> bool:
    bare = tag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") in {bare, "*"} for one in given.split(","))


def _made_by() -> str:
    """Return a digest of what makes the pages: pages of one build differ between versions of the program."""
    newest = max(path.stat().st_mtime_ns for path in HERE.rglob("*") if path.is_file())
    return f"{package_version()} {newest}"
