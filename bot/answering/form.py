"""The forms that an answer can have."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

Intent = Literal["answer", "brief", "list", "digest", "people", "sides", "change", "link", "talk", "help"]


class AnswerForm(StrEnum):
    """What kind of answer a question asks for; `bot/answering/reply` has a module for each."""

    QUOTES = "quotes"  # what the notes say on something
    BRIEF = "brief"  # the main points of a talk or subject
    DIGEST = "digest"  # the talks of a day or event, each with its gist
    LIST = "list"  # the talks about or mentioning something, of somebody, of a kind
    PEOPLE = "people"  # who: speakers by company, subject, event or talk
    SIDES = "sides"  # two or more things compared
    OPINION = "opinion"  # how good a talk was, or which of a conference were
    CHANGE = "change"  # how something developed from event to event
    LINK = "link"  # a recording, slides, code or another address of a talk
    TALK = "talk"  # one talk itself: its name, speakers, event and day
    EVENTS = "events"  # which conferences and days the notes cover
    HELP = "help"  # what the bot can do
    SMALL_TALK = "small_talk"  # greetings, thanks, chatter
    OFF_TOPIC = "off_topic"  # nothing that conference notes could answer

    @property
    def intent(self) -> Intent:
        """Return the name of the form in the answer object that `confnotes ask --json` prints."""
        return _INTENTS[self]


_INTENTS: Mapping[AnswerForm, Intent] = {
    AnswerForm.QUOTES: "answer",
    AnswerForm.BRIEF: "brief",
    AnswerForm.DIGEST: "digest",
    AnswerForm.LIST: "list",
    AnswerForm.PEOPLE: "people",
    AnswerForm.SIDES: "sides",
    AnswerForm.OPINION: "answer",
    AnswerForm.CHANGE: "change",
    AnswerForm.LINK: "link",
    AnswerForm.TALK: "talk",
    AnswerForm.EVENTS: "answer",
    AnswerForm.HELP: "help",
    AnswerForm.SMALL_TALK: "help",
    AnswerForm.OFF_TOPIC: "answer",
}
