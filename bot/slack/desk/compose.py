"""From what a person typed to the message that answers it, the same on every surface."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bot import answering
from bot.answering.form import AnswerForm
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import Sense, sense
from bot.answering.models import Answer
from bot.answering.question.addresses import talks_at
from bot.answering.question.scope import read_scope
from bot.answering.stages import stage
from bot.errors import QuestionFault, UnknownDay, UnknownEvent
from bot.live import LiveIndex
from bot.slack.desk.places import Places
from bot.slack.intake.commands import Command, parse
from bot.slack.messages import cards
from bot.slack.messages.answers import TALKS_A_PAGE, answer_message
from bot.slack.messages.message import Frame, Look, Message, Request
from bot.telemetry.questions import Asked
from index.search import Searcher

PLAIN = Look()
_ANYTHING = ("notes",)  # an earlier turn about nothing in particular
_WORDS = {"talk": "WORDS of its title, or its address", "speaker": "NAME"}


class Answering(Protocol):
    """The one function behind every surface."""

    def __call__(self, question: str, *, searcher: Searcher, history: tuple[str, ...] = ()) -> Answer:
        """Answer a question."""
        ...


@dataclass(frozen=True, slots=True)
class Composed:
    """A message and, where it came from the notes, the answer in it."""

    message: Message
    answer: Answer | None = None
    refused: bool = False  # it says why the question cannot be taken

    def note(self, observed: Asked) -> None:
        """Tell whoever observes the question what came of it."""
        if self.answer is not None:
            observed.answered(self.answer)
        elif self.refused:
            observed.refused()


class Composer:
    """Makes messages with a build and the one `answer()`."""

    def __init__(
        self, live: LiveIndex, answer: Answering, command: str, at_once: int = 0, look: Look = PLAIN
    ) -> None:
        self.live = live
        self.command = command
        self.look = look
        self._answer = answer
        # One core stays free for acknowledgements: with every core searching, their 99th percentile rose from
        # 0.06 s to 3.4 s.
        self._places = Places(at_once or max(1, (os.cpu_count() or 2) - 1))

    def compose(
        self,
        request: Request,
        searcher: Searcher,
        *,
        private: bool = False,
        shared_by: str | None = None,
        taken_up: bool = False,
    ) -> Composed:
        """Make the message that a request asks for.

        Args:
            request: What is asked.
            searcher: The build that may be asked for whoever reads the message.
            private: Whether only the asker sees the message.
            shared_by: Who shows it to everybody in a channel.
            taken_up: Whether the question is a message above the one that named the bot.

        Raises:
            Exception: whatever the search raises that is not about the question itself.
        """
        frame = Frame(request, searcher, private, shared_by, taken_up, self.look)
        command = parse(request.text)
        if command.verb == "status":
            return Composed(cards.status_message(frame, self.live.trouble))
        if command.verb in _WORDS and not command.words:
            return Composed(cards.usage(self.command, command.verb, _WORDS[command.verb]))
        try:
            with self._places.one(), stage("write"):
                answer = self._answered(command, request, frame.searcher)
        except QuestionFault as fault:
            return Composed(cards.note(str(fault)), refused=True)
        if answer.understood.intent == "help" and answer.blocks:
            return Composed(cards.help_message(answer, frame, self.command), answer)
        return Composed(frame.restated(answer_message(answer, frame)), answer)

    def leans(self, request: Request, searcher: Searcher) -> bool:
        """Return whether a question stands on something said before it.

        "and what do they say about that?".
        """
        with self._places.one():
            answer = self._answer(request.text, searcher=searcher, history=_ANYTHING)
        return answer.understood.follow_up

    def _answered(self, command: Command, request: Request, searcher: Searcher) -> Answer:
        if (view := _VIEWS.get(command.verb)) is not None:
            return view(searcher, command.words)
        if command.verb == "digest" and (found := _digest(command.words, request.page, searcher)):
            return found
        return self._answer(request.text, searcher=searcher, history=request.history)


def _talk(searcher: Searcher, typed: str) -> Answer:
    """Return the card of the talk that an address or words of a title name."""
    if rows := talks_at(typed, searcher):
        return answering.talk_card(searcher, searcher.build.stored_talks.rows[rows[0]].talk_id)
    return answering.find_talk(searcher, typed)


_VIEWS: Mapping[str, Callable[[Searcher, str], Answer]] = {
    "help": lambda searcher, _: answering.help_answer(searcher),
    "events": lambda searcher, _: answering.events(searcher),
    "talk": _talk,
    "speaker": answering.person_card,
}


def asks(answer: Answer, searcher: Searcher) -> bool:
    """Return whether a message without a mention asks something of the notes, not of the people in its thread.

    Of 75 lines that people write to each other 2 count as asking, of 50 follow-ups 3 do not
    (benchmarks/questions, on the seeds, 2026-11-26).
    """
    heard = answer.understood
    if answer.miss == "off_topic" or heard.form is AnswerForm.SMALL_TALK:
        return False
    if "?" in answer.question:
        return True
    if answer.status == "answered" and answer.notices and not heard.corrections:
        return False  # nobody asked, and the notes may have nothing on it
    knowledge = knowledge_of(searcher)
    named = any(word.sense is Sense.NAME or word.name_like for word in sense(heard.text, knowledge).words)
    return heard.form is not AnswerForm.QUOTES or heard.follow_up or named


def _digest(typed: str, page: int, searcher: Searcher) -> Answer | None:
    """Return the talks of a day or conference, None where the words name none that is covered, or several."""
    scope = read_scope(typed, knowledge_of(searcher))
    if scope.missing or len(scope.event_ids) > 1:
        return None
    try:
        return answering.digest(
            searcher,
            event=next(iter(scope.event_ids), None),
            day=scope.day,
            kind=scope.kind,
            page=page,
            per_page=TALKS_A_PAGE,
        )
    except (UnknownDay, UnknownEvent):
        return None
