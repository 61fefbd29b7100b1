"""Requests that Slack signs for a person: Slackbot asks the server by HTTP and says who asks, without a sign-in of their own.

The signature is the one of all requests of Slack (docs.slack.dev, "Verifying requests from Slack"), made with the
app's signing secret; who asks stands in the request's `_meta`, under `slack`.
"""

from __future__ import annotations

import json
from collections.abc import Collection

from slack_sdk.signature import Clock, SignatureVerifier
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SIGNATURE = "x-slack-signature"
MOST_BYTES = 262_144  # of a signed request
_REFUSED = -32600  # JSON-RPC: invalid request


def is_signed(scope: Scope) -> bool:
    """Return whether a request claims to be Slack's."""
    return SIGNATURE in Headers(scope=scope)


class SlackIdentity:
    """ASGI middleware that lets through what is not signed, and of what is signed only what Slack signed."""

    def __init__(
        self, app: ASGIApp, signing_secret: str, teams: Collection[str] = (), clock: Clock | None = None
    ) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret, clock or Clock())
        self._teams = frozenset(teams)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Verify a signed request before anything reads it."""
        if scope["type"] != "http" or not is_signed(scope):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None or not self._allows(body, dict(Headers(scope=scope))):
            error = {"code": _REFUSED, "message": "The request is not signed by Slack for this app."}
            refused = JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, 401)
            await refused(scope, receive, send)
            return
        sent = False

        async def again() -> Message:
            nonlocal sent
            if sent:
                return await receive()
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        await self._app(scope, again, send)

    def _allows(self, body: bytes, headers: dict[str, str]) -> bool:
        try:
            if not self._verifier.is_valid_request(body, headers):
                return False
            return not self._teams or _teams_of(json.loads(body)) <= self._teams
        except (ValueError, TypeError, RecursionError):  # a time that is no number, a body that is no JSON
            return False


def _teams_of(content: object) -> set[str]:
    """Return the workspaces that a request's people are of; an empty name where it does not say."""
    messages = content if isinstance(content, list) else [content]
    found: set[str] = set()
    for message in messages:
        params = message.get("params") if isinstance(message, dict) else None
        meta = params.get("_meta") if isinstance(params, dict) else None
        person = meta.get("slack") if isinstance(meta, dict) else None
        team = person.get("team_id") if isinstance(person, dict) else None
        # What only negotiates the protocol names nobody; a call of a tool must.
        if team is not None or (isinstance(message, dict) and message.get("method") == "tools/call"):
            found.add(str(team or ""))
    return found


async def _read(receive: Receive) -> bytes | None:
    """Return a request's body; None where it is too long or does not come."""
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return body
