"""Qdrant's HTTP door on loopback, before its client's re-implementation: bodies have to fit the API's own models."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError
from qdrant_client import QdrantClient
from qdrant_client.http import models

Model = TypeVar("Model", bound=BaseModel)
KEY = "key-of-the-tests"


class QdrantServer:
    """A server that asks for `KEY`; `asked` lists what was asked of it."""

    def __init__(self) -> None:
        self.held = QdrantClient(":memory:", force_disable_check_same_thread=True)
        self.asked: list[tuple[str, str]] = []
        self._lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing."""

            def answer(self) -> None:
                """Answer any method."""
                content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, result = outer._answer(self.command, self.path, self.headers.get("api-key"), content)
                body = json.dumps({"result": result, "status": "ok", "time": 0.0}).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = do_PUT = do_DELETE = answer  # noqa: N815

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def close(self) -> None:
        """Stop listening, however often it is said."""
        if not self._thread.is_alive():
            return
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.held.close()

    def _answer(self, method: str, path: str, key: str | None, body: bytes) -> tuple[int, Any]:
        path = urlsplit(path).path
        self.asked.append((method, path))
        if key != KEY:
            return 401, None
        for (wanted, pattern), act in self._doors().items():
            if wanted == method and (found := re.fullmatch(pattern, path)):
                with self._lock:
                    try:
                        return 200, act(*found.groups(), body)
                    except ValidationError as error:  # as the server does
                        return 400, str(error)
        return 404, None

    def _doors(self) -> dict[tuple[str, str], Callable[..., Any]]:
        held, name = self.held, r"/collections/([^/]+)"
        return {
            ("GET", f"{name}/exists"): lambda one, _: {"exists": held.collection_exists(one)},
            ("GET", "/collections"): lambda _: held.get_collections().model_dump(mode="json"),
            ("POST", "/collections/aliases"): lambda body: held.update_collection_aliases(
                _fitting(models.ChangeAliasesOperation, body).actions
            ),
            ("POST", f"{name}/points/count"): lambda one, body: held.count(
                one, exact=_fitting(models.CountRequest, body).exact
            ).model_dump(mode="json"),
            ("DELETE", name): lambda one, _: held.delete_collection(one),
            ("PUT", name): lambda one, body: self._create(one, _fitting(models.CreateCollection, body)),
            ("PUT", f"{name}/index"): lambda one, body: _done(_fitting(models.CreateFieldIndex, body)),
            ("PUT", f"{name}/points"): lambda one, body: _done(
                held.upsert(one, _fitting(models.PointsList, body).points)
            ),
            ("POST", f"{name}/points/query/batch"): lambda one, body: [
                answer.model_dump(mode="json")
                for answer in held.query_batch_points(one, _fitting(models.QueryRequestBatch, body).searches)
            ],
        }

    def _create(self, name: str, wanted: models.CreateCollection) -> bool:
        return self.held.create_collection(
            name, vectors_config=wanted.vectors, sparse_vectors_config=wanted.sparse_vectors
        )


def _fitting(model: type[Model], body: bytes) -> Model:
    """Read a body as the API has it: no field that it does not know, no number written as text, nothing missing."""
    return model.model_validate_json(body, strict=True)


def _done(_: object) -> dict[str, Any]:
    return {"operation_id": 0, "status": "completed"}
