"""Words of all languages, by what they are for.

A language is one YAML file beside this module; adding a file teaches every reader that language. Entries are
regular expressions without groups of their own, matched without regard to case.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

# All scalars are words ("on" and "no" are no truth values here). libyaml takes a tenth of the time that the
# parser in Python does.
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
_HERE = Path(__file__).parent


@cache
def languages() -> tuple[dict[str, Any], ...]:
    """Return all language files in the order of their names, English first."""
    files = sorted(_HERE.glob("*.yaml"), key=lambda path: (path.stem != "en", path.stem))
    return tuple(yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader) for path in files)  # noqa: S506


def phrases(section: str, name: str) -> list[str]:
    """Return what all languages list under `section: {name: [...]}`."""
    return [entry for language in languages() for entry in language.get(section, {}).get(name) or ()]


def either(section: str, name: str) -> str:
    """Return one alternation of all entries, for use inside a larger pattern; of none, one that never matches."""
    return "|".join(phrases(section, name)) or "(?!)"
