"""Talks' addresses posted in a channel unfurl into cards, where that was set up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.slack.workspaces import UNFURL_SCOPES
from tests.bot.slack.conftest import Starter
from tests.slack_server import LocalSlack
from tests.slack_server.server import SCOPES
from tests.slack_server.transcript import block_text

CHANNEL = "C1NOTES"
TALK = "https://talks.example.org/tracing"


@pytest.fixture
def slack() -> Iterator[LocalSlack]:
    """Give a workspace whose app may unfurl addresses."""
    with LocalSlack(SCOPES | set(UNFURL_SCOPES)) as server:
        server.add_user("U1ADA", "ada")
        server.add_channel(CHANNEL, "notes", "U1ADA")
        yield server


def test_a_talks_address_unfurls_into_its_card(slack: LocalSlack, start: Starter) -> None:
    """The card says who, where and what the notes say, once however often the event comes; other addresses stay bare."""
    running = start(slack_unfurl=True)
    delivery = slack.share_links(CHANNEL, "U1ADA", TALK, "https://talks.example.org/none")
    slack.redeliver(delivery, 2)
    slack.wait_for(lambda: slack.space.unfurls)
    running.close()
    [unfurls] = slack.space.unfurls
    shown = "\n".join(map(block_text, unfurls[TALK]["blocks"]))

    assert list(unfurls) == [TALK]
    assert "Tracing Without Tears\nKenji Watanabe · EU 2020, day 4" in shown
    assert "samples one trace in 400" in shown
    assert "read 20 November 2026" in shown
    assert not slack.calls("chat.postMessage")


def test_a_draft_unfurls_by_its_id(slack: LocalSlack, start: Starter) -> None:
    """An address that is still being typed is unfurled under the id that Slack gives it."""
    start(slack_unfurl=True)
    slack.share_links(CHANNEL, "U1ADA", TALK, unfurl_id="U-1", source="composer")
    slack.wait_for(lambda: slack.space.unfurls)
    [call] = slack.calls("chat.unfurl")

    assert (call.arguments["unfurl_id"], call.arguments["source"]) == ("U-1", "composer")
    assert "channel" not in call.arguments


@pytest.mark.parametrize("more", [{}, {"slack_unfurl": True, "allowed_channels": ("C9ELSE",)}])
def test_nothing_unfurls_where_it_was_not_set_up(
    slack: LocalSlack, start: Starter, more: dict[str, object]
) -> None:
    """Without the setting, or in a channel that the bot is not switched on in, an address stays bare."""
    running = start(**more)
    delivery = slack.share_links(CHANNEL, "U1ADA", TALK)
    slack.wait_for(lambda: delivery.acked_at)
    running.close()

    assert not slack.space.unfurls
