"""A message ready to be posted, kept within what Slack takes, with the frame that all messages share."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.answering import extent_text
from bot.slack.messages import kit
from bot.slack.messages.kit import Json
from bot.slack.mrkdwn import clean, escape
from index.search import Searcher

MOST_BLOCKS = 50
# Slack answers msg_blocks_too_long at about 13,200 (https://github.com/slackapi/bolt-js/issues/2509)
MOST_CHARACTERS = 12_000
LONGEST_NOTICE = 300
LONGEST_RESTATED = 250


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: blocks for the screen, a first sentence for notifications, plain words when blocks are refused."""

    notice: str
    blocks: tuple[Json, ...]
    plain: str
    simple: tuple[
        Json, ...
    ] = ()  # the same without blocks that not every workspace has; empty: the same blocks

    @property
    def text(self) -> str:
        """Return the notification text, escaped."""
        return cut_escaped(self.notice, LONGEST_NOTICE)

    @property
    def plain_text(self) -> str:
        """Return all words for a message without blocks, escaped."""
        return cut_escaped(self.plain or self.notice, 3_900)

    def below(self, block: Json, said: str) -> Message:
        """Return the message with a block above it, which says these words."""
        simple = (block, *self.simple)[:MOST_BLOCKS] if self.simple else ()
        plain = f"{said}\n\n{self.plain}"
        return replace(self, blocks=(block, *self.blocks)[:MOST_BLOCKS], simple=simple, plain=plain)


@dataclass(frozen=True, slots=True)
class Request:
    """What a message answers, small enough to travel in a button and exact enough to make the message again."""

    text: str
    view: str = "answer"  # "more": all of it; "hits": every place that bears on the question
    page: int = 1
    history: tuple[str, ...] = ()

    def on_page(self, page: int, view: str | None = None) -> Request:
        """Return the same request for another page."""
        return replace(self, page=page, view=view or self.view)

    def to_value(self) -> Json | None:
        """Return the request for a button's value; earlier turns are left out where they do not fit, None where nothing fits."""
        for history in (self.history[-2:], self.history[-1:], ()):
            value = {"t": self.text, "w": self.view, "p": self.page, "h": list(history)}
            if len(kit.pack(value)) <= kit.LONGEST_VALUE - 100:
                return value
        return None

    @classmethod
    def from_value(cls, value: str) -> Request:
        """Read what `to_value` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            fields = json.loads(value)
            return cls(
                str(fields["t"]), str(fields["w"]), max(1, int(fields["p"])), tuple(map(str, fields["h"]))
            )
        except (KeyError, TypeError, ValueError) as error:
            # Neither the value nor what the cause says of it: a question's text must not reach the log.
            raise ValueError(
                f"Cannot read a button's value of {len(value)} characters ({type(error).__name__})."
                " Ask again for a new button."
            ) from None


@dataclass(frozen=True, slots=True)
class Look:
    """What whoever runs the bot chose of how its messages look."""

    thumbs: bool = True
    page_url: str | None = None  # of the web page, for talks that have no link of their own


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every message: the request it answers, who sees it, and the build it was made from."""

    request: Request
    searcher: Searcher
    private: bool = False
    shared_by: str | None = None  # who shows it to a channel
    taken_up: bool = False  # the question is somebody's earlier message
    look: Look = Look()

    def restated(self, message: Message) -> Message:
        """Put what was asked, and who shares it, above a message that stands apart from its question."""
        asked = f"“{kit.cut(' '.join(self.request.text.split()), LONGEST_RESTATED)}”"
        if self.shared_by:
            said = f" shared from the conference notes: {asked}"
            return message.below(
                kit.rich(kit.line(kit.user(self.shared_by), kit.text(said))), f"Shared: {asked}"
            )
        said = f"You asked: {asked}" if self.private else f"Asked above: {asked}"
        return message.below(kit.quiet(said), said) if self.private or self.taken_up else message

    def read_on(self) -> str:
        """Say when the notes were read."""
        created_at = datetime.fromisoformat(self.searcher.build.manifest.created_at).astimezone(UTC)
        return f"read {created_at:%-d %B %Y}"

    def footer(self) -> Json:
        """Return the last, quiet line: how old and how large the notes are."""
        return kit.quiet(f"From notes on {extent_text(self.searcher)}, {self.read_on()}")

    def share(self) -> list[Json]:
        """Return the button that makes a private message public, where it is private."""
        value = self.request.to_value()
        return [kit.button("Share in channel", "share", value)] if self.private and value else []


def fit(
    head: Sequence[Json], groups: Sequence[Sequence[Json]], tail: Sequence[Json]
) -> tuple[tuple[Json, ...], int]:
    """Put a message together within Slack's limits: head and tail always, of the groups as many as fit from the first.

    Returns:
        The blocks and how many groups were left out.
    """
    blocks = list(head)
    room = MOST_BLOCKS - len(tail)
    characters = kit.characters(blocks) + kit.characters(list(tail))
    taken = 0
    for group in groups:
        characters += kit.characters(list(group))
        if len(blocks) + len(group) > room or characters > MOST_CHARACTERS:
            break
        blocks.extend(group)
        taken += 1
    return (*blocks, *tail), len(groups) - taken


def cut_escaped(text: str, most: int) -> str:
    """Escape and shorten so that no entity is cut through."""
    kept = kit.cut(clean(text).strip(), most) or "…"
    while len(escape(kept)) > most:
        kept = kit.cut(kept, max(1, len(kept) - (len(escape(kept)) - most) // 5 - 1))
    return escape(kept)
