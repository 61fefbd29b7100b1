"""The description of the interface for programs, as OpenAPI has it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml


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
