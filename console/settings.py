"""Settings from the environment and `.env`, and the one line about a wrong one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

S = TypeVar("S", bound=BaseSettings)


def read_settings(kind: type[S], fault: type[Exception]) -> S:
    """Read settings.

    Args:
        kind: The settings to read.
        fault: What is raised where a value cannot be used. Its one line names the setting and never shows the
            value, which may be a secret.

    Raises:
        fault: See above.
    """
    try:
        with _unparsed() as lines:
            settings = kind()
    except UnicodeDecodeError as error:
        raise fault(
            f"Cannot read .env: not valid UTF-8 at byte {error.start}. "
            "Save it as UTF-8, without a byte order mark."
        ) from None
    except OSError as error:
        raise fault(f"Cannot read .env: {error.strerror or error}. Check its permissions.") from None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = "_".join(str(part) for part in first["loc"])
        name = name if name.isupper() else f"CONFNOTES_{name.upper()}"
        raise fault(
            f"Cannot use the setting {name}: {first['msg'].removeprefix('Value error, ')}."
            " Correct it in the environment or in .env."
        ) from None
    if lines:
        raise fault(
            f"Cannot read .env: line {lines[0]} is no NAME=value. Correct it; what it sets would be missed."
        )
    return settings


@contextmanager
def _unparsed() -> Iterator[list[int]]:
    """Yield a list that takes the numbers of the lines that python-dotenv cannot read, for which it writes a warning each."""
    lines: list[int] = []

    def note(record: logging.LogRecord) -> bool:
        lines.extend(argument for argument in record.args or () if isinstance(argument, int))
        return False

    logger = logging.getLogger("dotenv.main")
    logger.addFilter(note)
    try:
        yield lines
    finally:
        logger.removeFilter(note)
