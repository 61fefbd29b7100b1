"""YAML as a person writes it: values read plainly, within bounds, and one kind of error whatever is wrong.

PyYAML's safe loader runs no code, but a value can still fail the whole file (a number of 5,000 digits, a date that no
calendar has) or grow without end (mappings merged into each other).
"""

from __future__ import annotations

from typing import Any

import yaml

__all__ = ["YAMLError", "line_of", "load"]

YAMLError = yaml.YAMLError
_MOST_DIGITS = 18
_MOST_MERGED = 1_000  # pairs that `<<` brings into one mapping


class _Plain(yaml.SafeLoader):
    """Reads numbers and dates that cannot be as the words they are."""

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        """Merge mappings, up to a bound: each level of aliases would double them."""
        super().flatten_mapping(node)
        if len(node.value) > _MOST_MERGED:
            raise yaml.constructor.ConstructorError(None, None, "too many merged keys", node.start_mark)


def _number(loader: _Plain, node: yaml.ScalarNode) -> Any:
    return loader.construct_yaml_int(node) if len(node.value) <= _MOST_DIGITS else node.value


def _date(loader: _Plain, node: yaml.ScalarNode) -> Any:
    try:
        return loader.construct_yaml_timestamp(node)
    except ValueError:
        return node.value


_Plain.add_constructor("tag:yaml.org,2002:int", _number)
_Plain.add_constructor("tag:yaml.org,2002:timestamp", _date)


def load(written: str | bytes) -> Any:
    """Read one YAML document.

    Raises:
        YAMLError: It is none, or goes beyond the bounds.
    """
    try:
        return yaml.load(written, _Plain)  # noqa: S506 a safe loader with narrower values
    except yaml.YAMLError:
        raise
    except (ValueError, RecursionError, TypeError, OverflowError) as error:
        raise YAMLError(f"{type(error).__name__}: {error}") from error


def line_of(error: YAMLError) -> str:
    """Say at which line a document is broken, where that is known."""
    mark = getattr(error, "problem_mark", None)
    return f" at line {mark.line + 1}" if mark else ""
