"""What slackblocks and slack_sdk say of every kind of message; `make slack-checks` asks two judges of npm as well."""

from __future__ import annotations

import pytest

from bot.live import LiveIndex
from tests.bot.slack.samples import samples

SAMPLES = 120


def test_independent_judges_find_nothing_wrong(live: LiveIndex) -> None:
    """Messages, the Home tab and the form keep the rules that others wrote down for their surfaces."""
    pytest.importorskip("slackblocks", reason="slackblocks is not installed")
    from tests.bot.slack.peers import judge

    surfaces = set()
    for sample in samples(live.searcher, SAMPLES):
        judge(sample)
        surfaces.add(sample.surface)

    assert surfaces == {"message", "home", "modal"}
