"""Who may speak to the page: checks that stand in front of every request, and the headers on every response.

A page on loopback is open to whatever runs in the person's browser: a foreign site may point its own name at
127.0.0.1 and read private notes (DNS rebinding). So names are checked, and addresses of other sites are refused.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.mcp.identity import is_signed
from bot.telemetry.questions import current_id
from bot.web.problems import path_of, problem

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
HEALTH = frozenset({"/livez", "/readyz", "/healthz"})
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
SECURITY_HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_CLIENTS = 4_096  # whose rate is remembered
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """Who may ask, and how much."""

    hosts: tuple[str, ...] = ()  # names besides those of loopback
    token: str = field(default="", repr=False)
    per_minute: int = 0  # requests of one client; 0: no limit
    signed: bool = False  # whether /mcp itself verifies requests that Slack signs, which carry no token

    def allows_host(self, host: str | None) -> bool:
        """Return whether a Host header names this server: by a known name, or by an address, which no foreign site can take over."""
        name = _host_name(host)
        return name is not None and (name in LOOPBACK or name in self.hosts or _is_address(name))

    def allows_origin(self, origin: str | None, host: str | None) -> bool:
        """Return whether a request comes from no page, or from a page of this server."""
        if origin is None:
            return True
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        if parts.scheme not in {"http", "https"}:
            return False
        return parts.netloc.lower() == (host or "").lower() or _host_name(parts.netloc) in self.hosts

    def allows_token(self, authorization: str | None) -> bool:
        """Return whether the token was given: as a bearer's, or as the password that a browser asks for."""
        if not self.token:
            return True
        kind, _, given = (authorization or "").partition(" ")
        if kind.lower() == "basic":
            given = _password(given)
        return hmac.compare_digest(given.strip().encode(), self.token.encode())


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app = app
        self._access = access
        self._rate = Rate(access.per_minute)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what may not come in, answer the rest, and put the headers on either."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        started = False

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        refusal = self._refusal(scope)
        try:
            await (refusal or self._app)(scope, receive, send_guarded)
        except Exception as fault:
            said = defect(fault)
            if not started:
                await problem(scope, 500, said)(scope, receive, send_guarded)

    def _refusal(self, scope: Scope) -> Response | None:
        headers = Headers(scope=scope)
        host = headers.get("host")
        if not self._access.allows_host(host):
            return problem(
                scope,
                421,
                "This server does not go by that name. Name it with CONFNOTES_ALLOWED_HOSTS or CONFNOTES_PUBLIC_URL.",
            )
        if not self._access.allows_origin(headers.get("origin"), host):
            return problem(scope, 403, "Cannot answer a page of another site.")
        return None if path_of(scope) in HEALTH else self._stranger(scope, headers)

    def _stranger(self, scope: Scope, headers: Headers) -> Response | None:
        """Refuse who asks too much, or does not have the token."""
        client = (scope.get("client") or ("",))[0]
        if wait_s := self._rate.wait_s(client, time.monotonic()):
            detail = "Too many requests from here. Wait a little."
            return problem(scope, 429, detail, headers={"Retry-After": str(wait_s)})
        if self._access.signed and path_of(scope) == "/mcp" and is_signed(scope):
            return None
        if self._access.allows_token(headers.get("authorization")):
            return None
        asked = {"WWW-Authenticate": 'Basic realm="confnotes: the token as password", charset="UTF-8"'}
        return problem(scope, 401, "Cannot answer without the token. Give it as the password.", headers=asked)


class Rate:
    """Requests of each client in a minute: a bucket that fills evenly and holds a minute's worth."""

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # client -> requests left, when

    def wait_s(self, client: str, now_s: float) -> int:
        """Take a request off a client's bucket; return 0, or in how many seconds it may come again."""
        if not self._per_minute:
            return 0
        left, at = self._buckets.pop(client, (float(self._per_minute), now_s))
        left = min(left + (now_s - at) * self._per_minute / 60, self._per_minute)
        self._buckets[client] = (max(left - 1, 0.0) if left >= 1 else left, now_s)
        if len(self._buckets) > _CLIENTS:
            self._buckets.popitem(last=False)
        return 0 if left >= 1 else max(1, round((1 - left) * 60 / self._per_minute))


def defect(fault: Exception) -> str:
    """Log a fault that nobody foresaw; return the line for whoever asked, with the id under which the log has it."""
    fault_id = current_id() or secrets.token_hex(4)
    _log.error("a request failed, id %s", fault_id, exc_info=fault)
    return f"Cannot answer this: a defect, logged as {fault_id}. Try again."


def hosts_of(names: Iterable[str], public_url: str | None) -> tuple[str, ...]:
    """Return the names that this server goes by besides loopback's, folded, without ports."""
    given = [*names, *([urlsplit(public_url).netloc] if public_url else [])]
    return tuple(dict.fromkeys(name for one in given if (name := _host_name(one))))


def is_loopback(host: str) -> bool:
    """Return whether only this machine reaches an address that is listened on."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host_name(host: str | None) -> str | None:
    """Return the name in a Host header, None where it is none."""
    if not host or any(letter in host for letter in "/@?#\\ "):
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port
    except ValueError:
        return None
    name = (parts.hostname or "").rstrip(".")
    return f"[{name}]" if ":" in name else name or None


def _is_address(name: str) -> bool:
    try:
        ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _password(encoded: str) -> str:
    try:
        return base64.b64decode(encoded, validate=True).decode("utf-8").partition(":")[2]
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
