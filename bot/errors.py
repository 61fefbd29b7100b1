"""What can go wrong on the way from a question to a message.

BotFault
├── SettingsFault      a setting is missing or wrong
├── StoreFault         the bot's memory cannot be used
│   ├── StoreAway      the bot's memory cannot be reached or written just now
│   └── JobLost        another process took over what this one had begun
├── SlackFault         Slack refuses the bot's tokens or a message
│   └── SlackAway      Slack cannot be reached just now
└── QuestionFault      the question cannot be taken as it stands
    ├── QuestionTooLong
    ├── UnknownEvent
    └── UnknownDay
"""

from __future__ import annotations

from collections.abc import Sequence


class BotFault(Exception):  # noqa: N818  (a fault is the house's word)
    """The base of this package's errors; the message is one line that a person can act on."""


class SettingsFault(BotFault):
    """A setting is missing or has a value that cannot be used."""


class StoreFault(BotFault):
    """The file or database in which the bot keeps claims, threads and feedback cannot be used."""


class StoreAway(StoreFault):
    """The bot's memory cannot be reached or written just now; later it may."""


class JobLost(StoreFault):
    """Another process took over what this one had begun, and answers it."""


class SlackFault(BotFault):
    """Slack does not let the bot in, or does not take what it posts."""


class SlackAway(SlackFault):
    """Slack cannot be reached, or answers with nothing but server errors; later it may."""


class QuestionFault(BotFault):
    """The question, or the event and day given with it, cannot be taken."""


class QuestionTooLong(QuestionFault):
    """The question is longer than a question."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(
            f"Cannot answer a question of {length:,} characters: at most {limit:,} are read. Ask one thing in a sentence or two."
        )


class UnknownEvent(QuestionFault):
    """The notes hold no event of that name."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        listed = ", ".join(known) if known else "none, the notes name no event"
        super().__init__(
            f"Cannot limit to the event {name!r}: the notes know {listed}. Use one of these names."
        )


class UnknownDay(QuestionFault):
    """The notes hold no talk of that day."""

    def __init__(self, day: int, event: str | None, known: Sequence[int]) -> None:
        where = f" of {event}" if event else ""
        listed = ", ".join(map(str, known)) if known else "no days"
        super().__init__(f"Cannot limit to day {day}{where}: the notes know {listed}. Use one of these days.")
