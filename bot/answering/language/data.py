"""The lists that lie beside this package as YAML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

# libyaml reads all lists in 4 ms, the parser in Python in 40: a sixth of a single question's whole time.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read_words(name: str) -> frozenset[str]:
    """Return one of the lists of words in `definitions.yaml`."""
    return frozenset(map(str, read_data("definitions.yaml")[name]))


def read_data(name: str) -> Any:
    """Return the content of a YAML file of this package."""
    return yaml.load(Path(__file__).with_name(name).read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  both are safe loaders
