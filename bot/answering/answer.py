"""The one door: a question in, an answer out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.answering.evidence.belonging import is_chatter, is_off_topic
from bot.answering.evidence.bylines import below_bylines
from bot.answering.evidence.confidence import confidence, doubt_below, refuse_below
from bot.answering.evidence.coverage import wrong_day_text
from bot.answering.evidence.evidence import Found, fresh_first, gather
from bot.answering.evidence.expected import lacks_figure
from bot.answering.evidence.releases import release_first
from bot.answering.form import AnswerForm
from bot.answering.language.knowledge import Shown, knowledge_of
from bot.answering.language.markup import is_courtesy, plain_question
from bot.answering.language.wordlists import is_real_word
from bot.answering.models import HITS_SHOWN, Answer, Block, Entry, Miss, Understood
from bot.answering.question.clauses import clauses, halves
from bot.answering.question.question import Question
from bot.answering.question.scope import Scope, given_scope
from bot.answering.question.understanding import understand
from bot.answering.rendering import NEAREST_HEADING, answer_text
from bot.answering.reply import misses
from bot.answering.reply.attendance import attendance_reply
from bot.answering.reply.card import asks_when
from bot.answering.reply.forms import WHOLE, form_of, reply_of
from bot.answering.reply.halves import are_two, joined
from bot.answering.reply.help import examples
from bot.answering.reply.lists import asks_for_talks
from bot.answering.reply.opinions import is_on_talks, only_judges, opinion_reply
from bot.answering.reply.quotes import quote_blocks, quotes_reply
from bot.answering.reply.reply import Reply
from bot.answering.stages import stage
from bot.errors import QuestionTooLong
from index.search import Searcher

MAX_QUESTION_CHARS = 2_000
_TITLED = 0.9  # how sure an answer is that is about a talk named by its title
_UNSAID = 0.05  # how sure a passage is to answer what asks for a name that the notes never say
_NAMED, _NAMED_SURE = (
    3,
    0.5,
)  # quotes that name a conference that the notes do not cover, and how sure they answer
# Logarithm of odds from which a message with a name reads like another subject: a ticket to Nice at -.1, what
# is asked of a product that the notes lack at -8 and below.
_READS_FOREIGN = -1.0
_LONGEST_TWO = 400  # characters of a message that is looked at for two questions
_TURNS = 4  # earlier ones whose quotes are not shown again
_KEPT = 256  # turns whose quotes are remembered
_DOUBTFUL = "The notes may not answer this; closest passages:"
_ELSEWHERE = "I only know what was noted at conferences. Ask what was said there."
_GREETING = "Happy to help. Ask what was said at a conference."
_ABOUT_US = frozenset({AnswerForm.HELP, AnswerForm.EVENTS})


@stage("write")
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
    told = _both_halves(question, searcher, history, event, day)
    return told or _as_a_whole(question, searcher, history, event, day)


def _as_a_whole(
    question: str, searcher: Searcher, history: Sequence[str], event: str | None, day: int | None
) -> Answer:
    """Answer a message as one question."""
    knowledge = knowledge_of(searcher)
    with stage("read"):
        turns = tuple(history[-_TURNS:])
        read = understand(
            question,
            searcher,
            history,
            given_scope(knowledge, event, day),
            shown=lambda: _talks_shown(turns, searcher, event, day),
        )
    if read.follow_up:
        read = replace(read, shown=_shown(turns, searcher, event, day))
        if not read.words:  # "who gave it?" is about the talk that was quoted last
            last = frozenset(_talks_shown(turns, searcher, event, day)[:1])
            read = replace(read, talks=last or read.talks)
    told = _Answering(read, searcher, in_thread=bool(history)).run()
    _keep(knowledge.shown, ((*history[-_TURNS + 1 :], question), event, day), told)
    return told


def _both_halves(
    question: str, searcher: Searcher, history: Sequence[str], event: str | None, day: int | None
) -> Answer | None:
    """Answer the two questions of a message one after the other; None where it asks one, or tells a long story."""
    asked = halves(plain_question(question)) if len(question) <= _LONGEST_TWO else None
    if asked is None:
        return None
    limits = given_scope(knowledge_of(searcher), event, day)
    turns = (*history, asked[0])
    forms = [
        understand(asked[0], searcher, history, limits).form,
        understand(asked[1], searcher, turns, limits).form,
    ]
    if not are_two(forms):
        return None
    first = _as_a_whole(asked[0], searcher, history, event, day)
    if first.status != "answered" and not understand(asked[1], searcher, (), limits).words:
        return None  # what points at something that the notes lack has no answer of its own
    told = joined(question, first, _as_a_whole(asked[1], searcher, turns, event, day))
    if told:
        shown = knowledge_of(searcher).shown
        _keep(shown, ((*history[-_TURNS + 1 :], question), event, day), told)
    return told


def prepare(searcher: Searcher) -> None:
    """Load what the first question would wait for: the model, the notes' words and the dictionary."""
    answer("warm up", searcher=searcher)
    is_real_word("warm")
    searcher.mentions("warm")


def _shown(
    history: tuple[str, ...], searcher: Searcher, event: str | None, day: int | None
) -> frozenset[str]:
    """Return the passages that the answers to earlier turns quoted; the bot has mostly just answered them."""
    if not history:
        return frozenset()
    quoted = frozenset(_quoted_in_order(history, searcher, event, day))
    return quoted | _shown(history[:-1], searcher, event, day)


def _talks_shown(
    history: tuple[str, ...], searcher: Searcher, event: str | None, day: int | None
) -> tuple[int, ...]:
    """Return the rows of the talks that the answer to the last turn quoted, each once, first one first."""
    if not history:
        return ()
    quoted = _quoted_in_order(history, searcher, event, day)
    rows = (searcher.build.stored_talks.row(passage_id.rpartition("#")[0]) for passage_id in quoted)
    return tuple(dict.fromkeys(row for row in rows if row is not None))


def _quoted_in_order(
    history: tuple[str, ...], searcher: Searcher, event: str | None, day: int | None
) -> tuple[str, ...]:
    """Return the passages that the answer to the last turn quoted, first one first."""
    kept = knowledge_of(searcher).shown
    key = (history, event, day)
    if key not in kept:
        before = answer(history[-1], searcher=searcher, history=history[:-1], event=event, day=day)
        _keep(kept, key, before)
    return kept[key]


def _keep(kept: Shown, key: tuple[tuple[str, ...], str | None, int | None], told: Answer) -> None:
    while len(kept) >= _KEPT:
        kept.pop(next(iter(kept)), None)
    kept[key] = tuple(quote.passage_id for quote in told.quotes)


class _Answering:
    """One question on its way."""

    def __init__(self, question: Question, searcher: Searcher, *, in_thread: bool) -> None:
        # "is a feature store worth it?" asks what was said of it, not how good a talk was.
        on_talks = question.form is not AnswerForm.OPINION or is_on_talks(question, searcher)
        self.question = question if on_talks else replace(question, form=AnswerForm.QUOTES)
        self.in_thread = in_thread
        self.searcher = searcher
        self.knowledge = knowledge_of(searcher)
        self.notices = tuple(
            f"Searched for “{meant}” instead of “{written}”."
            for written, meant in question.corrections.items()
        )

    def run(self) -> Answer:
        """Return the answer in the form that is asked for, or what the notes lack, or that this is no question for them."""
        question = self.question
        if told := self._told_beforehand():
            return told
        found = gather(question, self.searcher)
        sure = max(confidence(question, found), _TITLED if question.titled else 0.0)
        if told := self._none_for_the_notes(found, sure):
            return told
        if sure < doubt_below(found):
            below, surer = below_bylines(question, self.searcher)
            found, sure = (below, surer) if surer > sure else (found, sure)
        if question.form is AnswerForm.OPINION:
            return self._answer(opinion_reply(question, self.searcher), sure)
        if plain := misses.unsaid_words(question):
            return self._miss("absent", misses.unsaid_text(plain, self.knowledge), found, min(sure, _UNSAID))
        found = fresh_first(found, question)
        if form_of(question) in WHOLE and (reply := reply_of(question, found, self.searcher)):
            if reply.miss != "not_covered" or asks_for_talks(question) or sure < doubt_below(found):
                return self._answer(reply, sure)
            # No talk is about such things, and yet a passage names them.
            self.notices += (f"{reply.headline} The closest passages:",)
            self.question = replace(question, form=AnswerForm.QUOTES)
        return self._fact(found, sure)

    def _none_for_the_notes(self, found: Found, sure: float) -> Answer | None:
        """Refuse what is about something else than conferences, or about a name that the notes lack."""
        question = self.question
        names = misses.absent_names(question)
        # A name that the notes lack is told so, unless nothing else speaks of a conference either.
        only_names = bool(names) and len(question.unknown_names) == len(question.words)
        if self._is_off_topic(found) and not only_names and (not names or question.foreign > _READS_FOREIGN):
            return self._told(AnswerForm.OFF_TOPIC)
        if names and misses.has_another(question):
            # "kyverno or OPA?" is answered for the one that the notes know.
            self.notices += (misses.absent_text(names, self.knowledge),)
        elif names:
            return self._miss("absent", misses.absent_text(names, self.knowledge), found, min(sure, _UNSAID))
        return None

    def _told_beforehand(self) -> Answer | None:
        """Answer what needs no look at the ranking: what there is and what the bot can do, events and days that there are not."""
        question = self.question
        if told := self._small_talk():
            return told
        if question.form in _ABOUT_US and not question.scope.missing:
            found = gather(question, self.searcher) if question.scope.event_ids else Found()
            if reply := reply_of(question, found, self.searcher):
                return self._answer(reply, 0.9)
        if name := question.scope.missing:
            if not question.words and (hits := self.searcher.mentions(name)):
                # Not covered, and yet named: "the next one is in March".
                blocks = quote_blocks(hits, name.lower().split(), self.searcher, most=_NAMED)
                said = f"The notes do not cover {name}, but name it:"
                return self._answer(Reply(said, blocks, tuple(hits)), _NAMED_SURE)
            return self._miss("absent", misses.missing_event_text(name, self.knowledge), Found(), _UNSAID)
        if wrong := wrong_day_text(question, self.knowledge):
            found = gather(question, self.searcher, replace(question.scope, day=None, also=()))
            return self._miss("filtered_out", wrong, found, _UNSAID)
        came = attendance_reply(question, self.searcher)
        return self._answer(came, _UNSAID, AnswerForm.QUOTES) if came else None

    def _small_talk(self) -> Answer | None:
        """Answer what asks nothing: chatter in a thread, a message without words, greetings and thanks."""
        question = self.question
        plain = plain_question(question.written)
        if self.in_thread and is_chatter(question):
            if any(is_courtesy(plain[start:end]) for start, end in clauses(plain)):
                return self._greeted()
            return self._told(AnswerForm.SMALL_TALK)
        if not any(c.isalnum() for c in question.text):
            return self._told(AnswerForm.OFF_TOPIC)
        return self._greeted() if is_courtesy(plain) else None

    def _greeted(self) -> Answer:
        return self._answer(Reply(self._with_example(_GREETING)), 0.9, AnswerForm.SMALL_TALK)

    def _with_example(self, said: str) -> str:
        """Add a question that these notes answer, for who does not know yet what to ask."""
        return " For example: ".join([said, *examples(self.searcher, 1)])

    def _is_off_topic(self, found: Found) -> bool:
        question = self.question
        if question.titled or question.follow_up or question.address or question.is_foreign:
            return False
        if question.form is AnswerForm.OPINION and only_judges(question):
            return False
        return is_off_topic(question, found)

    def _fact(self, found: Found, sure: float) -> Answer:
        outside, talks = misses.outside_names(self.question, self.searcher)
        if outside and self.question.scope.firm:
            return self._miss(
                "filtered_out",
                misses.filtered_text(outside, talks, self.question),
                found,
                min(sure, refuse_below(found) * 0.9),
            )
        if outside:
            found = gather(self.question, self.searcher, Scope())
            self.notices += (f"Nothing on it in {misses.limits_text(self.question)}; searched all notes.",)
        if missed := self._not_covered(found, sure):
            return missed
        reply, told = reply_of(self.question, found, self.searcher), True
        if reply is None:
            found, told = release_first(found, self.question, self.searcher)
            reply = quotes_reply(self.question, found, self.searcher)
        if (sure < doubt_below(found) or not told) and reply.headline is None:
            self.notices += (_DOUBTFUL,)  # it leads the passages
        return self._answer(reply, sure)

    def _not_covered(self, found: Found, sure: float) -> Answer | None:
        """Refuse what the passages found do not answer: a figure that they lack, else by how sure the answer is."""
        bodies = [hit for hit in found.hits if hit.passage.role == "body"] or found.hits
        body = max(bodies, key=lambda hit: hit.score, default=None)
        tells_figures = self.question.form is not AnswerForm.LINK and not asks_when(self.question)
        if tells_figures and body and lacks_figure(self.question, body):
            said = misses.touched_text(self.question, "give the figure or date that was asked for")
            return self._miss("not_covered", said, found, min(sure, refuse_below(found) * 0.9))
        if found.hits and self.question.titled:
            return None
        if found.hits and sure >= refuse_below(found) and not misses.is_unmet(self.question, found):
            return None
        return self._miss("not_covered", misses.touched_text(self.question), found, sure)

    def _told(self, form: AnswerForm) -> Answer:
        """Tell in one line that a message is none for the notes."""
        return self._answer(Reply(self._with_example(_ELSEWHERE), miss="off_topic"), 0.0, form)

    def _miss(self, miss: Miss, said: str, found: Found, sure: float) -> Answer:
        # What lies near a name that the notes lack is something else.
        nearest = misses.nearest_talks(found.hits) if miss != "absent" else ()
        blocks = (Block(NEAREST_HEADING, entries=tuple(map(Entry, nearest))),) if nearest else ()
        answer = self._answer(Reply(said, blocks, found.hits, miss=miss), sure)
        return replace(answer, nearest=nearest)

    def _answer(self, reply: Reply, sure: float, form: AnswerForm | None = None) -> Answer:
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
                form=form or question.form,
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
