"""The list of licences is that of what is installed, and one that does not go with ours is refused."""

from __future__ import annotations

import pytest

from deploy.licences import accepted, page
from tests.conftest import ROOT


def test_the_list_is_current() -> None:
    """Every package of the locks stands in the document with the licence that its metadata names."""
    assert (ROOT / "docs" / "licences.md").read_text("utf-8") == page()


@pytest.mark.parametrize(
    "expression",
    [
        "GPL-3.0-only",
        "AGPL-3.0-or-later",
        "SSPL-1.0",
        "MIT AND GPL-2.0-only",
        "(MIT AND BUSL-1.1)",
        "(MIT OR GPL-3.0-only) AND GPL-3.0-only",
        "Proprietary",
        "",
    ],
)
def test_a_licence_that_does_not_go_with_ours_is_refused(expression: str) -> None:
    """Strong copyleft, restricted and unnamed licences end the listing."""
    assert not accepted(expression)


@pytest.mark.parametrize(
    "expression",
    ["MIT", "GPL-2.0-only OR MIT", "GPL-3.0-only WITH GCC-exception-3.1"],
)
def test_a_choice_or_an_exception_is_taken(expression: str) -> None:
    """Of alternatives one is enough, and a library's exception counts."""
    assert accepted(expression)
