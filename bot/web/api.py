"""The interface for programs: JSON as `openapi.yaml` describes it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import perf_counter
from typing import Any

import yaml
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.addresses import addresses_of, encoded, slug_of
from bot.answering import MAX_QUESTION_CHARS, answer
from bot.answering.models import talk_json
from bot.holdings import MOST_ROWS, Limits, holdings_of, listing, package_version
from index.build.talk_table import KINDS
from index.models import Talk
from index.search import Searcher

_MOST_TURNS = 20
_MOST_PHRASE = 100
_MOST_NAME = 200


class Interface:
    """Answers programs from the live build."""

    def __init__(self, searcher: Callable[[], Searcher], trouble: Callable[[], str | None]) -> None:
        self._searcher = searcher
        self._trouble = trouble

    def ask(self, request: Request) -> Response:
        """Answer a question."""
        live = self._searcher()
        question = text_of(request, "q", MAX_QUESTION_CHARS)
        if not question:
            raise HTTPException(400, "Cannot answer without a question: give it as `q`.")
        history = request.query_params.getlist("history")
        if len(history) > _MOST_TURNS or any(len(turn) > MAX_QUESTION_CHARS for turn in history):
            raise HTTPException(
                400, f"Cannot read the history: at most {_MOST_TURNS} questions of 2,000 characters each."
            )
        event, day = text_of(request, "event", _MOST_NAME) or None, number_of(request, "day", least=0)
        started = perf_counter()
        found = answer(question, searcher=live, history=history, event=event, day=day)
        return JSONResponse(found.to_json(ms=round((perf_counter() - started) * 1000, 1)))

    def talks(self, request: Request) -> Response:
        """List talks."""
        live = self._searcher()
        kind = text_of(request, "kind", _MOST_PHRASE) or None
        if kind is not None and kind not in KINDS:
            raise HTTPException(400, f"Cannot limit to the kind {kind!r}: there are {', '.join(KINDS)}.")
        limits = Limits(
            event=text_of(request, "event", _MOST_NAME) or None,
            day=number_of(request, "day", least=0),
            kind=kind,
            speaker=text_of(request, "speaker", _MOST_PHRASE) or None,
            about=text_of(request, "about", _MOST_PHRASE) or None,
        )
        per_page = number_of(request, "per_page", most=MOST_ROWS) or 50
        found = listing(live, limits, number_of(request, "page") or 1, per_page)
        return JSONResponse(
            {
                "total": found.total,
                "page": found.page,
                "pages": found.pages,
                "talks": [described(talk, live) for talk in found.talks],
                "build": live.build.build_id,
            }
        )

    def talk(self, request: Request) -> Response:
        """Return a talk with its notes."""
        live = self._searcher()
        build = live.build
        talk = build.talks.get(request.path_params["talk_id"])
        row = build.stored_talks.row(talk.talk_id) if talk else None
        if talk is None or row is None:
            raise HTTPException(404, "The notes have no talk of that id. List them with /api/talks.")
        first = number_of(request, "from", least=0) or 0
        limit = number_of(request, "limit", most=MOST_ROWS) or MOST_ROWS
        rows = [at for at in build.table.rows_of(row) if not build.table.is_heading[at]]
        passages = [build.passages[at] for at in rows[first : first + limit]]
        return JSONResponse(
            {
                **described(talk, live),
                "total_passages": len(rows),
                "passages": [
                    {
                        "passage_id": one.passage_id,
                        "text": one.text,
                        "start": one.start,
                        "end": one.end,
                        "voice": one.voice,
                        "links": list(one.links),
                    }
                    for one in passages
                ],
                "build": build.build_id,
            }
        )

    def events(self, _request: Request) -> Response:
        """List the conferences."""
        live = self._searcher()
        found = [
            {
                "id": held.event.event_id,
                "name": held.event.name,
                "path": encoded(held.path),
                "starts_on": held.event.starts_on.isoformat() if held.event.starts_on else None,
                "ends_on": held.event.ends_on.isoformat() if held.event.ends_on else None,
                "city": held.event.city,
                "talks": held.talks,
                "sections": held.sections,
                "days": [day for day, _ in held.days if day is not None],
            }
            for held in holdings_of(live).events
        ]
        return JSONResponse({"events": found, "build": live.build.build_id})

    def speakers(self, request: Request) -> Response:
        """List the speakers."""
        live = self._searcher()
        limit = number_of(request, "limit", most=MOST_ROWS) or 100
        starting = slug_of(text_of(request, "starting", _MOST_PHRASE)).replace("-", " ")
        after = text_of(request, "after", _MOST_NAME)
        names = live.build.names
        if starting:
            ordered = sorted(names.speakers_starting(starting), key=lambda one: one.key)
            found = [one for one in ordered if one.key > after][: limit + 1]
        else:
            found = names.speakers_after(after, limit + 1)
        addresses = addresses_of(live)
        return JSONResponse(
            {
                "speakers": [
                    {"name": one.name, "path": encoded(addresses.speaker(one.name)), "talks": len(one.talks)}
                    for one in found[:limit]
                ],
                "next": found[limit - 1].key if len(found) > limit else None,
                "build": live.build.build_id,
            }
        )

    def status(self, _request: Request) -> Response:
        """Return the state of the notes."""
        live = self._searcher()
        manifest = live.build.manifest
        return JSONResponse(
            {
                "build": live.build.build_id,
                "made_at": manifest.created_at,
                "counts": dict(manifest.counts),
                "languages": list(manifest.languages),
                "trouble": self._trouble(),
                "version": package_version(),
            }
        )

    def openapi(self, _request: Request) -> Response:
        """Return the description of this interface."""
        return JSONResponse(document(), media_type="application/openapi+json")


@cache
def document() -> dict[str, Any]:
    """Return the OpenAPI document."""
    content: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("openapi.yaml").read_text("utf-8"))
    return content


def parameters_of(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an operation's parameters, those that are written once for several in their place."""
    shared = document()["components"]["parameters"]
    return [
        shared[one["$ref"].rpartition("/")[2]] if "$ref" in one else one for one in operation["parameters"]
    ]


def described(talk: Talk, live: Searcher) -> dict[str, Any]:
    """Return a talk with its id and the path of its page."""
    return {"id": talk.talk_id, "path": encoded(addresses_of(live).talk(talk)), **talk_json(talk)}


def text_of(request: Request, name: str, most: int) -> str:
    """Return a parameter's text, empty where it is not given.

    Raises:
        HTTPException: It is longer than such a text, or given twice.
    """
    values = request.query_params.getlist(name)
    if len(values) > 1:
        raise HTTPException(400, f"Cannot read `{name}`: it is given {len(values)} times. Give it once.")
    text = values[0].strip() if values else ""
    if len(text) > most:
        raise HTTPException(
            400, f"Cannot read `{name}`: {len(text):,} characters, at most {most:,} are read."
        )
    return text


def number_of(request: Request, name: str, least: int = 1, most: int = 999_999) -> int | None:
    """Return a parameter's number, None where it is not given.

    Raises:
        HTTPException: It is no number in range, or given twice.
    """
    if name not in request.query_params:
        return None
    text = text_of(request, name, 100)
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most):
        raise HTTPException(400, f"Cannot read `{name}`: write a number from {least} to {most}, digits only.")
    return int(text)
