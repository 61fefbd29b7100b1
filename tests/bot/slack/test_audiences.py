"""Private recaps are quoted to their channel and workspace, and elsewhere nothing tells that they exist."""

from __future__ import annotations

import itertools
import random
import shutil
from pathlib import Path

import pytest

from bot.live import LiveIndex
from index.build.layout import audience_folder
from index.encoder.base import Encoder
from tests.bot.slack.conftest import Starter
from tests.bot.slack.test_conversations import bot_messages
from tests.notes import TALKS, Notes, publish_notes
from tests.slack_server import LocalSlack
from tests.slack_server.state import TEAM_ID
from tests.slack_server.transcript import block_text, message_text

SECRETS = {
    "C1NOTES": Notes("Grebe Plans", ("Tova Lind",), ("Tova Lind keeps Lanternfish with Grebewort.",), day=5),
    TEAM_ID: Notes("Heron Plans", ("Pia Rask",), ("Pia Rask feeds Lanternfish to Heronsbill.",), day=6),
}
PLACES = ("C1NOTES", "C2OTHER", "D1ADA", TEAM_ID)


@pytest.fixture
def private(index_dir: Path, encoder: Encoder) -> LiveIndex:
    """Give a public build beside those of a channel, a workspace, and the channel of the workspace."""
    channel, team = SECRETS["C1NOTES"], SECRETS[TEAM_ID]
    for ids, notes in (
        (("C1NOTES",), [channel]),
        ((TEAM_ID,), [team]),
        ((TEAM_ID, "C1NOTES"), [channel, team]),
    ):
        publish_notes(audience_folder(index_dir, *ids), encoder, [*TALKS, *notes])
    return LiveIndex(index_dir, encoder)


def told(text: str) -> set[str]:
    """Return whose private notes a text tells of, by any word that only they have."""
    words = {
        "C1NOTES": ("grebe", "tova", "lind", "day 5"),
        TEAM_ID: ("heron", "pia", "rask", "day 6"),
    }
    return {place for place, found in words.items() if any(word in text.casefold() for word in found)}


ASKED = (
    "what is Lanternfish?",
    "which talks mention Lanternfish?",
    "events",
    "status",
    "help",
    "eu 2020",
    "day 9",
    "speaker Tova Lnd",
    "speaker Pia",
    "talk plans",
    "Grebewrt",
)


def test_private_notes_are_told_in_their_places_only(
    slack: LocalSlack, start: Starter, private: LiveIndex
) -> None:
    """A channel's notes are quoted in that channel, a workspace's where all who read belong to it, and nowhere else."""
    slack.add_channel("C3SHARED", "shared", "U1ADA")
    running = start(index=private, external_users=True)
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Lanternfish?")
    slack.direct("U1ADA", "what is Lanternfish?")
    shared = slack.envelope({})
    slack.write("C3SHARED", "U1ADA", "a shared channel")
    event = {
        "type": "app_mention",
        "user": "U1ADA",
        "text": "<@U0CONFBOT> what is Lanternfish?",
        "ts": slack.write_quietly("C3SHARED", "U1ADA", "what is Lanternfish?")[0],
        "channel": "C3SHARED",
        "team": TEAM_ID,
    }
    slack.deliver("events_api", {**shared, "event": event, "is_ext_shared_channel": True})
    slack.wait_for(lambda: all(bot_messages(slack, one) for one in ("C1NOTES", "D1ADA", "C3SHARED")))
    found = {place: told(_whole(slack, place, "U1ADA")) for place in ("C1NOTES", "D1ADA", "C3SHARED")}
    running.close()

    assert found == {"C1NOTES": {"C1NOTES", TEAM_ID}, "D1ADA": {TEAM_ID}, "C3SHARED": set()}


def _whole(slack: LocalSlack, place: str, user_id: str) -> str:
    """Return an answer opened whole for everybody and, where all who read belong together, with all of its places."""
    [message] = bot_messages(slack, place)
    if "[More]" in message_text(message):
        slack.click(message, "page:more", user_id, place)
        slack.wait_for(lambda: "[More]" not in message_text(message))
    if place == "C3SHARED":
        return message_text(message)
    before = len(slack.space.ephemerals)
    slack.click(message, "page:hits", user_id, place)
    [places] = slack.wait_for(lambda: slack.space.ephemerals[before:])
    return message_text(message) + message_text(places)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_leaks_through_any_surface(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder, seed: int
) -> None:
    """Whichever notes are private to which places, commands, lists, counts, Home, watches and digests elsewhere tell none."""
    chance = random.Random(seed)  # noqa: S311  reproducible, not secret
    visible = {secret: set(chance.sample(PLACES, chance.randint(1, 3))) for secret in SECRETS}
    for size in (1, 2):
        for ids in itertools.combinations((TEAM_ID, "C1NOTES", "C2OTHER", "D1ADA"), size):
            notes = [SECRETS[secret] for secret, places in visible.items() if places & {*ids}]
            if size == 1 or TEAM_ID in ids:
                publish_notes(audience_folder(index_dir, *ids), encoder, [*TALKS, *notes])
    live = LiveIndex(index_dir, encoder)
    running = start(index=live)

    for place in ("C1NOTES", "C2OTHER"):
        allowed = {secret for secret, places in visible.items() if places & {place, TEAM_ID}}
        for asked in ASKED:
            before = len(slack.space.ephemerals)
            slack.command(place, "U1ADA", asked)
            [message] = slack.wait_for(lambda before=before: slack.space.ephemerals[before:])
            told_of = told(re_asked(message_text(message), asked))

            assert told_of <= allowed, (place, asked, message_text(message))
    slack.open_home("U1ADA")
    home = slack.wait_for(lambda: slack.space.homes.get("U1ADA"))
    mine = {secret for secret, places in visible.items() if TEAM_ID in places}

    assert told("\n".join(map(block_text, home["blocks"]))) <= mine
    running.close()


def re_asked(shown: str, asked: str) -> str:
    """Return what is shown without the words that the person typed."""
    words = asked.split(" ", 1)[-1]
    return shown.replace(asked, " ").replace(words, " ").replace(words.casefold(), " ")


def test_an_audience_that_is_gone_sees_what_everybody_sees(
    slack: LocalSlack, start: Starter, private: LiveIndex
) -> None:
    """When no source names a channel any more, its private notes are no longer told there."""
    start(index=private)
    shutil.rmtree(audience_folder(private.index_dir, TEAM_ID, "C1NOTES"))
    shutil.rmtree(audience_folder(private.index_dir, "C1NOTES"))
    private.refresh()
    slack.command("C1NOTES", "U1ADA", "talk Grebe Plans")
    [message] = slack.wait_for(lambda: slack.space.ephemerals)

    assert "Tova" not in message_text(message)
