"""Who talks with people in a thread of ours is left alone; who goes on asking is heard."""

from __future__ import annotations

import pytest

from bot.answering import answer
from bot.live import LiveIndex
from bot.slack.desk.compose import asks

HISTORY = ("what is Lanternfish?",)
TO_PEOPLE = (
    "+1",
    "ok cool, let's talk tomorrow",
    "see https://example.com/x",
    "I'll check with the team and come back",
    "we use it in production since 2022 and it works",
    "brb, the train is late",
    "sounds good to me",
    "happy birthday!",
    "on my way, start without me",
    "lol same here",
    "ok thanks",
    "lol nice",
    "great, thank you all!",
    "for me it never worked",
)
TO_THE_BOT = (
    "how many nodes did it save?",
    "and Mossbank?",
    "and Quillwort",
    "who gave that talk?",
    "tell me more",
    "which talks mention Mossbank",
    "what about storage?",
    "when was that?",
    "does it need a pod disruption budget",
    "any link?",
    "by whom was that",
    "in which version was that added",
)


@pytest.mark.parametrize("said", TO_PEOPLE)
def test_what_people_say_to_each_other_asks_nothing(live: LiveIndex, said: str) -> None:
    """Agreement, plans, experience and links to elsewhere get no answer in an answered thread."""
    assert not asks(answer(said, searcher=live.searcher, history=HISTORY), live.searcher)


@pytest.mark.parametrize("said", TO_THE_BOT)
def test_what_goes_on_asking_is_heard(live: LiveIndex, said: str) -> None:
    """Questions, names of the notes and words that lean on the answer before are answered without a mention."""
    assert asks(answer(said, searcher=live.searcher, history=HISTORY), live.searcher)
