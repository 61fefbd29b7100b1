"""An object store on loopback: the part of S3's interface that builds travel by, with its conditional writes.

Objects are kept in memory; signatures of requests are not checked, but one has to be there.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape, unescape

BUCKET = "notes"
ADDRESS = f"s3://{BUCKET}/builds"


class S3Server:
    """The server, as a context; `on_put` is called with an object's name before and after it is written."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, datetime]] = {}
        self.on_put: Callable[[str, bool], None] = lambda _name, _written: None
        self.refusing = False  # every request, as with the rights taken away
        self.lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self._server.store = self  # type: ignore[attr-defined]
        self._server.daemon_threads = True
        # A client that was killed is no news.
        self._server.handle_error = lambda *_: None  # type: ignore[method-assign]

    @property
    def environment(self) -> dict[str, str]:
        """Return what a client needs to know."""
        return {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self._server.server_address[1]}",
            "AWS_ACCESS_KEY_ID": "AKIATEST",
            "AWS_SECRET_ACCESS_KEY": "hidden-words-of-the-tests",
            "AWS_REGION": "eu-central-1",
        }

    def names(self) -> list[str]:
        """Return the names of the objects below the prefix."""
        return sorted(name.removeprefix("builds/") for name in self.objects)

    def __enter__(self) -> S3Server:
        """Start it."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()


def _e_tag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # headers and content in one packet

    @property
    def store(self) -> S3Server:
        return self.server.store  # type: ignore[attr-defined,no-any-return]

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if (name := self._name()) is None:
            return
        self.store.on_put(name, False)
        with self.store.lock:
            there = self.store.objects.get(name)
            wanted = self.headers.get("If-Match")
            if self.headers.get("If-None-Match") == "*" and there is not None:
                return self._refuse(412, "PreconditionFailed")
            if wanted and (there is None or wanted != _e_tag(there[0])):
                return self._refuse(412, "PreconditionFailed")
            self.store.objects[name] = (content, datetime.now(UTC))
        self.store.on_put(name, True)
        self._answer(200, b"", {"ETag": _e_tag(content)})

    def do_GET(self) -> None:
        if (name := self._name()) is None:
            return None
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            return self._list(query)
        if name not in self.store.objects:
            return self._refuse(404, "NoSuchKey")
        content, changed = self.store.objects[name]
        if self.headers.get("If-None-Match") == _e_tag(content):
            return self._answer(304, b"", {"ETag": _e_tag(content)})
        return self._answer(
            200,
            content,
            {"ETag": _e_tag(content), "Last-Modified": f"{changed:%a, %d %b %Y %H:%M:%S GMT}"},
        )

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self._name() is not None:
            names = re.findall("<Key>(.*?)</Key>", content)
            for name in names:
                self.store.objects.pop(unescape(name), None)
            gone = "".join(f"<Deleted><Key>{name}</Key></Deleted>" for name in names)
            self._answer(200, f"<DeleteResult>{gone}</DeleteResult>".encode(), {})

    def _name(self) -> str | None:
        if self.store.refusing or "AWS4-HMAC-SHA256" not in self.headers.get("Authorization", ""):
            return self._refuse(403, "AccessDenied")
        bucket, _, name = unquote(urlsplit(self.path).path).lstrip("/").partition("/")
        return name if bucket == BUCKET else self._refuse(404, "NoSuchBucket")

    def _list(self, query: dict[str, list[str]]) -> None:
        prefix = query.get("prefix", [""])[0]
        delimiter = query.get("delimiter", [""])[0]
        rows, folders = [], set()
        for name, (content, changed) in sorted(self.store.objects.items()):
            rest = name.removeprefix(prefix)
            if not name.startswith(prefix):
                continue
            if delimiter and delimiter in rest:
                folders.add(prefix + rest.partition(delimiter)[0] + delimiter)
                continue
            rows.append(
                f"<Contents><Key>{escape(name)}</Key><LastModified>{changed:%Y-%m-%dT%H:%M:%S.000Z}</LastModified>"
                f"<ETag>{escape(_e_tag(content))}</ETag><Size>{len(content)}</Size></Contents>"
            )
        rows += [
            f"<CommonPrefixes><Prefix>{escape(one)}</Prefix></CommonPrefixes>" for one in sorted(folders)
        ]
        said = f"<ListBucketResult><IsTruncated>false</IsTruncated>{''.join(rows)}</ListBucketResult>"
        self._answer(200, said.encode(), {"Content-Type": "application/xml"})

    def _refuse(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode(), {})

    def _answer(self, status: int, content: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for header, value in headers.items():
            self.send_header(header, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if status not in {204, 304}:
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass
