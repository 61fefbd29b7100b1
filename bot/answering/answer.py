"""The one door: a question in, an answer out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.evidence.confidence import confidence, doubt_below, refuse_below
from bot.answering.evidence.evidence import Found, gather
from bot.answering.evidence.expected import lacks_figure
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.markup import is_courtesy
from bot.answering.language.wordlists import is_real_word
from bot.answering.models import HITS_SHOWN, Answer, Block, Entry, Miss, Understood
from bot.answering.question.form import AnswerForm
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope, given_scope
from bot.answering.question.understanding import understand
from bot.answering.rendering import NEAREST_HEADING, answer_text
from bot.answering.reply import misses
from bot.answering.reply.coverage import asks_for_events, wrong_day_text
from bot.answering.reply.forms import WHOLE, form_of, reply_of
from bot.answering.reply.help import events_reply
from bot.answering.reply.quotes import quotes_reply
from bot.answering.reply.reply import Reply
from bot.errors import QuestionTooLong
from index.search import Searcher

MAX_QUESTION_CHARS = 2_000
_FEW_WORDS = 2
_TITLED = 0.9  # how sure an answer is that is about a talk named by its title
_UNSAID = 0.05  # how sure a passage is to answer what asks for a name that the notes never say
_UNCOVERED = "The notes do not say."
_DOUBTFUL = "The notes may not answer this; closest passages:"
_FOREIGN = "The notes are about conference talks. Ask what was said there, for example “what was said about autoscaling?”"


def answer(
    question: str,
    *,
    searcher: Searcher,
    history: Sequence[str] = (),
    event: str | None = None,
    day: int | None = None,
) -> Answer:
    """Answer a question with the notes' own words, or say why not.

    The same question, history and limits on the same build give the same answer, byte for byte.

    Args:
        question: As the person wrote it, Slack's mark-up included.
        searcher: The build that is asked.
        history: The person's earlier turns in the same thread, oldest first.
        event: Limits the answer to an event, by any of its names.
        day: Limits the answer to a conference day.

    Raises:
        QuestionTooLong: more than `MAX_QUESTION_CHARS` characters.
        UnknownEvent: the notes know no such event.
        UnknownDay: the notes know no such day.
        IndexFault: the build cannot be read.
    """
    if len(question) > MAX_QUESTION_CHARS:
        raise QuestionTooLong(len(question), MAX_QUESTION_CHARS)
    knowledge = knowledge_of(searcher)
    read = understand(question, searcher, history, given_scope(knowledge, event, day))
    return _Answering(read, searcher).run()


def prepare(searcher: Searcher) -> None:
    """Load what the first question would wait for: the model, the notes' words and the dictionary."""
    answer("warm up", searcher=searcher)
    is_real_word("warm")
    searcher.mentions("warm")


class _Answering:
    """One question on its way."""

    def __init__(self, question: Question, searcher: Searcher) -> None:
        self.question = question
        self.searcher = searcher
        self.knowledge = knowledge_of(searcher)
        self.notices = tuple(
            f"Searched for “{meant}” instead of “{written}”."
            for written, meant in question.corrections.items()
        )

    def run(self) -> Answer:
        if told := self._told_beforehand():
            return told
        question = self.question
        found = gather(question, self.searcher)
        sure = max(confidence(question, found), _TITLED if question.titled else 0.0)
        if names := misses.absent_names(question):
            everything = gather(question, self.searcher, Scope()) if not found.hits else found
            return self._miss(
                "absent", misses.absent_text(names, self.knowledge), everything, min(sure, _UNSAID)
            )
        if form_of(question) in WHOLE and (reply := reply_of(question, found, self.searcher)):
            return self._answer(reply, sure)
        return self._fact(found, sure)

    def _told_beforehand(self) -> Answer | None:
        """Answer what needs no look at the ranking: which events there are, small talk, and events and days that there are not."""
        question = self.question
        if self.knowledge.events and asks_for_events(question):
            return self._answer(events_reply(question, None, self.searcher), 0.9)
        if self._is_foreign():
            return self._miss("off_topic", _FOREIGN, Found(), 0.0)
        if question.scope.missing:
            found = gather(question, self.searcher, Scope())
            return self._miss(
                "absent", misses.missing_event_text(question.scope.missing, self.knowledge), found, 0.05
            )
        if wrong := wrong_day_text(question, self.knowledge):
            found = gather(question, self.searcher, replace(question.scope, day=None))
            return self._miss("filtered_out", wrong, found, 0.05)
        return None

    def _is_foreign(self) -> bool:
        """Tell whether the notes cannot even be asked: small talk, no word at all, or a few words and none that the notes contain."""
        question = self.question
        if is_courtesy(question.text):
            return True
        if (
            question.context
            or question.scope.spans
            or question.speakers
            or question.titled
            or question.form is not AnswerForm.QUOTES
        ):
            return False
        return len(question.words) <= _FEW_WORDS and not any(
            word.known or word.name_like for word in question.words
        )

    def _fact(self, found: Found, sure: float) -> Answer:
        outside, talks = misses.outside_names(self.question, self.searcher)
        if outside and self.question.scope.firm:
            return self._miss(
                "filtered_out",
                misses.filtered_text(outside, talks, self.question),
                found,
                min(sure, refuse_below() * 0.9),
            )
        if outside:
            found = gather(self.question, self.searcher, Scope())
            self.notices += (f"Nothing on it in {misses.limits_text(self.question)}; searched all notes.",)
        if missed := self._not_covered(found, sure):
            return missed
        reply = reply_of(self.question, found, self.searcher) or quotes_reply(
            self.question, found, self.searcher
        )
        if sure < doubt_below() and reply.headline is None:
            self.notices += (_DOUBTFUL,)
        return self._answer(reply, sure)

    def _not_covered(self, found: Found, sure: float) -> Answer | None:
        """Refuse what the passages found do not answer: a figure that they lack, else by how sure the answer is."""
        unsure = not found.hits or sure < refuse_below()
        if unsure and not any(word.known for word in self.question.words):
            return self._miss("off_topic", _UNCOVERED, found, sure)
        body = next(
            (hit for hit in found.hits if hit.passage.role == "body"), found.hits[0] if found.hits else None
        )
        if body and lacks_figure(self.question, body):
            return self._miss("not_covered", misses.NO_FIGURE, found, min(sure, refuse_below() * 0.9))
        return self._miss("not_covered", _UNCOVERED, found, sure) if unsure else None

    def _miss(self, miss: Miss, said: str, found: Found, sure: float) -> Answer:
        nearest = misses.nearest_talks(found.hits)
        blocks = (Block(NEAREST_HEADING, entries=tuple(map(Entry, nearest))),) if nearest else ()
        answer = self._answer(Reply(said, blocks, found.hits, miss=miss), sure)
        return replace(answer, nearest=nearest)

    def _answer(self, reply: Reply, sure: float) -> Answer:
        question = self.question
        return Answer(
            question=question.written,
            status="not_found" if reply.miss else "answered",
            miss=reply.miss,
            text=answer_text(self.notices, reply.headline, reply.blocks),
            understood=Understood(
                text=question.text,
                event=" or ".join(question.scope.event_ids) or None,
                day=question.scope.day,
                speaker=next(iter(question.speakers), None),
                kind=question.scope.kind,
                corrections=question.corrections,
                intent=form_of(question).intent,
                topic=reply.topic,
                follow_up=question.follow_up,
            ),
            confidence=sure if reply.sure is None else reply.sure,
            build=self.knowledge.build_id,
            headline=reply.headline,
            notices=self.notices,
            blocks=reply.blocks,
            hits=reply.hits if form_of(question) in WHOLE else reply.hits[:HITS_SHOWN],
            page=reply.page,
            pages=reply.pages,
        )
