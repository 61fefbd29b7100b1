"""What cannot be answered: problem details (RFC 9457) for programs, a page with the way out for people."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import Scope

from bot.errors import QuestionFault, UnknownDay, UnknownEvent

MEDIA_TYPE = "application/problem+json"


class ProblemResponse(JSONResponse):
    """Problem details as RFC 9457 has them."""

    media_type = MEDIA_TYPE


def problem(
    scope: Scope,
    status: int,
    detail: str,
    *,
    headers: Mapping[str, str] | None = None,
    page: Callable[[int, str, str], str] | None = None,
) -> Response:
    """Return why a request cannot be answered, in the form that the client reads.

    Args:
        scope: The request's.
        status: HTTP status.
        detail: One line with the way out.
        headers: Further ones.
        page: Makes the page for a person from status, title and detail; a bare one by default.
    """
    title = HTTPStatus(status).phrase
    if wants_json(scope):
        details = {"type": "about:blank", "title": title, "status": status, "detail": detail}
        return ProblemResponse(details, status, headers)
    return HTMLResponse((page or bare_page)(status, title, detail), status, headers)


def status_of(fault: QuestionFault) -> int:
    """Return 404 for an event or a day that the notes do not have, 400 for a question that cannot be taken."""
    return 404 if isinstance(fault, (UnknownEvent, UnknownDay)) else 400


def wants_json(scope: Scope) -> bool:
    """Return whether a program asks: of the interfaces for programs, or for JSON."""
    accepted = Headers(scope=scope).get("accept", "")
    return path_of(scope).startswith(("/api/", "/mcp")) or ("json" in accepted and "html" not in accepted)


def path_of(scope: Scope) -> str:
    """Return the path within the application, wherever it is mounted."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", "")) or "/"


def bare_page(status: int, title: str, detail: str) -> str:
    """Return a page that needs nothing else: the request may not have been let in."""
    import html

    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta '
        f'content="initial-scale=1, width=device-width" name="viewport"><title>{status} {html.escape(title)}</title></head>'
        f"<body><main><h1>{html.escape(title)}</h1><p>{html.escape(detail)}</p></main></body></html>"
    )
