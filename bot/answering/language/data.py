"""The lists that lie beside this package as YAML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

# libyaml reads all lists in 5 ms, the parser in Python in 50: a fifth of a single question's whole time.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@cache
def read_words(name: str) -> frozenset[str]:
    """Return one of the lists of words in `definitions.yaml`."""
    return frozenset(map(str, read_data("definitions.yaml")[name]))


def read_data(path: Path | str) -> Any:
    """Return the content of a YAML file, by its path or by its name in this package."""
    file = Path(__file__).with_name(path) if isinstance(path, str) else path
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506  both are safe loaders
