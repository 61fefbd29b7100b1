"""A small server for probes and scrapes on a thread of its own, so that it answers however busy the process is.

It has no token and no TLS: it is meant for the kubelet and for Prometheus, never for the addresses that people use.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from typing import ClassVar

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.errors import SettingsFault
from bot.telemetry.gauges import Gauges
from bot.telemetry.health import Health
from bot.telemetry.metrics import REGISTRY

_WITHIN_S = 5.0  # a request that takes longer to arrive is no probe's


def metrics_page(gauges: Gauges | None) -> bytes:
    """Return everything in Prometheus's text format."""
    page = generate_latest(REGISTRY)
    if gauges is not None:
        registry = CollectorRegistry()
        registry.register(gauges)
        page += generate_latest(registry)
    return page


class Probes:
    """Answers /livez, /readyz, /healthz and /metrics."""

    def __init__(self, address: str, health: Health) -> None:
        """Take the address, `host:port`, and begin to answer.

        Raises:
            SettingsFault: It cannot be listened on.
        """
        self.health = health
        self.gauges: Gauges | None = None  # until there is something to read off
        host, _, port = address.rpartition(":")
        handler = type("Handler", (_Handler,), {"probes": self})
        kind = _Server6 if ":" in host else _Server
        try:
            self._server = kind((host.strip("[]"), int(port)), handler)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise SettingsFault(
                f"Cannot listen on {address} for probes: {reason}. Set CONFNOTES_PROBES to an address that is free."
            ) from error
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, name="probes", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def probing(address: str | None, health: Health) -> Iterator[Probes | None]:
    """Answer probes while something else is done; nobody where no address is set.

    Raises:
        SettingsFault: The address cannot be listened on.
    """
    if address is None:
        yield None
        return
    probes = Probes(address, health)
    try:
        yield probes
    finally:
        probes.close()


class _Server(ThreadingTCPServer):  # http.server's own one looks up the name of the host first
    daemon_threads = True
    allow_reuse_address = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Handler(BaseHTTPRequestHandler):
    probes: ClassVar[Probes]
    timeout = _WITHIN_S
    server_version = "confnotes"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer a probe or a scrape."""
        path = self.path.partition("?")[0]
        if path in {"/livez", "/healthz"}:
            self._send(HTTPStatus.OK, b"ok\n", "text/plain; charset=utf-8")
        elif path == "/readyz":
            ready, said = self.probes.health.state()
            status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
            self._send(status, json.dumps(said).encode() + b"\n", "application/json")
        elif path == "/metrics":
            self._send(HTTPStatus.OK, metrics_page(self.probes.gauges), CONTENT_TYPE_LATEST)
        else:
            self._send(HTTPStatus.NOT_FOUND, b"not here\n", "text/plain; charset=utf-8")

    def do_HEAD(self) -> None:
        """Answer who wants no body."""
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Write nothing: a probe every few seconds is no news."""

    def _send(self, status: HTTPStatus, body: bytes, content_type: str) -> None:
        with suppress(ConnectionError):  # whoever asked went away
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
