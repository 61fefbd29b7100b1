"""Where claimed work is done.

On threads of its own, so that no answer, however slow, holds an acknowledgement back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext, suppress
from dataclasses import replace
from functools import partial

from slack_sdk.errors import SlackApiError

from bot.answering.stages import stage
from bot.errors import JobLost, SlackAway, SlackFault, StoreAway, StoreFault
from bot.feedback import Feedback
from bot.slack.client import end_waits_with
from bot.slack.desk import delivery
from bot.slack.desk.audience import Audiences
from bot.slack.desk.compose import Composer, asks
from bot.slack.desk.sessions import Sessions
from bot.slack.desk.teller import VERBS, Notice, Teller
from bot.slack.intake.commands import parse
from bot.slack.intake.incoming import says_something
from bot.slack.intake.jobs import Job
from bot.slack.messages import cards
from bot.slack.messages.message import Message, Request
from bot.slack.mrkdwn import words_of
from bot.slack.workspaces import Workspaces
from bot.store import Store
from bot.telemetry import metrics
from bot.telemetry.logs import told
from bot.telemetry.questions import Asked, identified, observing
from index.search import Searcher

LOOK_EVERY_S = 5.0
AGAIN_AFTER_S = 1.0  # and twice as long each time
LONGEST_AWAY_S = 300.0
THREADS = (
    16  # most of their time goes to waiting for Slack; how many search at once is the composer's business
)
PATIENCE_S = 20.0  # after SIGTERM; a supervisor waits for 30 s, of which connections may have taken some
ORDER_S = 1.0  # for what only has to end
TIDY_EVERY_S = 3600.0
NEWS_EVERY_S = 10.0  # at most, where somebody was being told something when there was more
EXCHANGE_S = 4 * 3600.0  # a direct message goes on with the last exchange for so long
LONGEST_CONTEXT = 1_000  # characters of a message that is read for a mention below it
CLAIMS_KEPT_S = 26 * 3600  # Slack's "delayed events" repeat an event for up to 24 hours
_AWAY = (SlackAway, StoreAway)  # what is begun stays open and is tried again
_DUE = "due:"  # how the body of a job begins that is no question
_log = logging.getLogger(__name__)


class Desk:
    """Takes jobs in, answers them, and looks after those that another process left unfinished."""

    def __init__(
        self,
        workspaces: Workspaces,
        store: Store,
        composer: Composer,
        *,
        keep_questions_s: float = 30 * 86_400.0,
        sessions: Sessions | None = None,
        curators: Collection[str] = (),
    ) -> None:
        self.workspaces = workspaces
        self.store = store
        self.composer = composer
        self.sessions = sessions
        self.curators = curators
        self._keep_questions_s = keep_questions_s
        self._closing = threading.Event()
        self._workers = ThreadPoolExecutor(THREADS, "answer", end_waits_with, (self._closing,))
        self.feedback = Feedback(store)
        self.audiences = Audiences(composer.live, store)
        self.teller = Teller(workspaces, store, composer, self.audiences)
        composer.live.on_change(lambda _: self.tell_news())
        # Job -> when to try again, how often it was tried, and what it is: of a notice its body.
        self._put_off: dict[str, tuple[float, int, Job | str]] = {}
        self._missed = False  # whether there may be news that could not be told when they came
        self._clicks: set[Future[None]] = set()  # what is done without a job, and still under way
        self._left_open = 0
        self._caretaker: threading.Thread | None = None

    def accept(self, keys: Sequence[str], job: Job) -> bool:
        """Claim a job and queue it; say whether it was ours to take.

        Quick: it runs before the acknowledgement.
        """
        job_id = self.store.take(keys, job.to_json())
        metrics.CLAIMS.labels("repeated" if job_id is None else "taken").inc()
        if job_id is None:
            return False
        self._workers.submit(self._work, job_id, job, taken_at=time.monotonic())
        return True

    @property
    def keeps_questions(self) -> bool:
        """Return whether question texts may be kept at all."""
        return self._keep_questions_s > 0

    def claim(self, key: str) -> bool:
        """Claim something that needs no recovery, such as a click; say whether it was ours to take."""
        job_id = self.store.take([key], "")
        if job_id is not None:
            self.store.finish(job_id)
        return job_id is not None

    def run(self, what: str, act: Callable[[], None], apologise: Callable[[Message], None]) -> None:
        """Do something that a click asked for; a failure ends in an apology with an id."""
        clicked = self._workers.submit(self._guarded, what, act, apologise)
        self._clicks.add(clicked)
        clicked.add_done_callback(self._clicks.discard)

    def start(self, look_every_s: float = LOOK_EVERY_S) -> None:
        """Take over what dead processes left, tell what is new, and forget what is too old, from now on."""
        self._caretaker = threading.Thread(
            target=self._look_after, args=(look_every_s,), name="caretaker", daemon=True
        )
        self._caretaker.start()

    def close(self, patience_s: float = PATIENCE_S) -> None:
        """Finish what was begun, within the patience that a supervisor has after SIGTERM, then stop.

        What waits for Slack to come back stays open, for the next process.
        """
        self._closing.set()
        deadline = time.monotonic() + patience_s
        while self._under_way() and time.monotonic() < deadline:
            time.sleep(0.05)
        self._left_open = self.store.open_jobs()
        self._workers.shutdown(wait=not self._under_way(), cancel_futures=True)
        if self._caretaker is not None:
            self._caretaker.join(max(ORDER_S, deadline - time.monotonic()))

    def left(self) -> str:
        """Return whether everything was finished when the desk was closed."""
        if not self._left_open:
            return "everything that was begun is finished"
        return f"{self._left_open} answers are still owed and are given by the next process"

    def tell_news(self) -> None:
        """Tell people and channels what the builds have that they asked to be told of."""
        self.teller.tell(self._once)

    def _once(self, notice: Notice, what: str, act: Callable[[str], bool]) -> None:
        """Tell something that nobody asked for just now, whatever process sees first that it is due.

        What fails, or is left by a process that is gone, may have been posted: it is looked for before it is
        due again.
        """
        body = f"{_DUE}{notice.to_json()}"
        job_id = self.store.take([notice.key], body)
        if job_id is None:  # they are being told something: what else is new is looked for again
            self._missed = True
            return

        def put_off() -> None:
            self._put_off[job_id] = (time.monotonic() + TIDY_EVERY_S, 0, body)

        def done() -> None:
            if not self.store.owns(job_id):
                raise JobLost("another process took it over while this one was silent, and tells it")
            try:
                self._missed |= not act(job_id)
            except SlackAway:
                put_off()
            else:
                self.store.finish(job_id, notice.key)

        def failed(_apology: Message) -> None:  # nobody waits for an apology; the log has the failure
            put_off()

        self.run(what, done, failed)

    def recover(self) -> int:
        """Take over what dead processes left, look whether it was answered, and queue what was not."""
        orphans = self.store.take_over()
        metrics.TAKEOVERS.inc(len(orphans))
        for job_id, body in orphans:
            self._workers.submit(self._resume, job_id, body)
        return len(orphans)

    def _look_after(self, look_every_s: float) -> None:
        tidy_at = news_at = time.monotonic()
        while True:
            try:
                if count := self.recover():
                    _log.warning("took over %d unfinished jobs of a process that is gone", count)
                self._try_again()
                self.store.wipe()
                if self._missed and time.monotonic() >= news_at:
                    news_at, self._missed = time.monotonic() + NEWS_EVERY_S, False
                    self.tell_news()
                if time.monotonic() >= tidy_at:
                    self._tidy()
                    tidy_at = time.monotonic() + TIDY_EVERY_S
            except StoreAway:
                pass  # the store says so itself, once
            except Exception:
                tidy_at = max(tidy_at, time.monotonic() + TIDY_EVERY_S)
                _log.exception("the caretaker stumbled and goes on")
            if self._closing.wait(look_every_s):
                return

    def _tidy(self) -> None:
        """Do what is seldom due: forgetting reads whole tables while nobody else can write."""
        self.store.forget(claims_after_s=CLAIMS_KEPT_S, questions_after_s=self._keep_questions_s)
        self.tell_news()  # the build may have changed while no bot ran, or Slack was away

    def _resume(self, job_id: str, body: str) -> None:
        if body.startswith(_DUE):
            self._settle(job_id, body)
            return
        try:
            job = Job.from_json(body)
        except ValueError:
            _log.exception("job %s: cannot be taken over", job_id)
            self.store.finish(job_id)
            return
        self._work(job_id, job, begun=True)

    def _settle(self, job_id: str, body: str) -> None:
        """Look what became of a notice that was begun; tell what was not told."""
        try:
            notice = Notice.from_json(body.removeprefix(_DUE))
            self.teller.settle(notice, job_id)
        except ValueError:
            _log.exception("job %s: cannot be taken over", job_id)
            self.store.finish(job_id)
        except Exception:  # Slack is away, or the memory cannot be written: it stays open
            _log.exception("job %s: cannot say whether it was told", job_id)
            self._put_off[job_id] = (time.monotonic() + TIDY_EVERY_S, 0, body)
            return
        else:
            self.store.finish(job_id, notice.key)
        self.tell_news()

    def _work(
        self, job_id: str, job: Job, tries: int = 0, *, begun: bool = False, taken_at: float | None = None
    ) -> None:
        """Answer a job, once: one that was begun before may be answered already.

        Where Slack or the memory is away it stays open.
        """
        waited_s = 0.0 if taken_at is None else time.monotonic() - taken_at
        act = partial(self._answer_again if begun else self._answer, job_id, job, waited_s)
        try:
            with self.sessions.working(job) if self.sessions else nullcontext():
                self._guarded(f"job {job_id}", act, partial(self._deliver, job_id, job), job_id)
        except _AWAY as away:
            pause_s = min(LONGEST_AWAY_S, AGAIN_AFTER_S * 2 ** min(tries, 20))
            _log.warning("job %s: put off for %.0f s: %s", job_id, pause_s, away)
            self._put_off[job_id] = (time.monotonic() + pause_s, tries + 1, job)
        except JobLost as lost:
            _log.warning("job %s: %s", job_id, lost)
            self.store.leave(job_id)
        else:
            self.store.finish(job_id)

    def _try_again(self) -> None:
        """Queue what was put off and is due."""
        for job_id, (due, tries, what) in list(self._put_off.items()):
            if due <= time.monotonic() and not self._closing.is_set():
                del self._put_off[job_id]
                if isinstance(what, Job):
                    self._workers.submit(self._work, job_id, what, tries, begun=True)
                else:
                    self._workers.submit(self._settle, job_id, what)

    def _under_way(self) -> bool:
        return bool(self._clicks) or self.store.open_jobs() > len(self._put_off)

    def _answer_again(self, job_id: str, job: Job, waited_s: float) -> None:
        with delivery.while_slack_is_there():
            answered = not job.private and delivery.is_posted(
                self.workspaces.client(job.team_id), job, job_id
            )
        if not answered:
            self._answer(job_id, job, waited_s)

    def _answer(self, job_id: str, job: Job, waited_s: float) -> None:
        with observing("slack", job.kind, waited_s=waited_s) as observed:
            self._reply(job_id, job, observed)

    def _reply(self, job_id: str, job: Job, observed: Asked) -> None:
        if job.has_file and not job.text:
            self._deliver(
                job_id,
                job,
                cards.note("I read words only, not files. Ask me about the conference notes, or say “help”."),
            )
            return
        if job.kind == "follow_up" and not self._is_still_for_us(job):
            observed.silent()
            return
        request, searcher = self._asked(job), self.audiences.of_job(job)
        if job.ts and self.keeps_questions:
            self.store.add_turn(job.thread, job.ts, job.user_id, request.text)
        command = parse(request.text)
        if command.verb in VERBS:
            self._deliver(job_id, job, self.teller.answer(command, job, searcher))
            return
        taken_up = request.text != job.text
        request = self._beside_what_is_viewed(job, request, searcher)
        composed = self.composer.compose(request, searcher, private=job.private, taken_up=taken_up)
        if job.kind == "follow_up" and composed.answer is not None and not asks(composed.answer, searcher):
            observed.silent()
            return  # people go on talking in a thread
        composed.note(observed)
        self._deliver(job_id, job, composed.message)
        if self.keeps_questions and composed.answer is not None and composed.answer.status == "not_found":
            with suppress(StoreFault):  # it is answered: no failing note may have it answered again
                self.feedback.add_miss(composed.answer)

    def _is_still_for_us(self, job: Job) -> bool:
        """Return whether nobody else spoke before a follow-up.

        Two messages that come at once are taken in any order.
        """
        return self.store.speaker_before(job.thread, job.ts, job.user_id) in {None, "", job.user_id}

    def _asked(self, job: Job) -> Request:
        """Return the question of a job, with the conversation that it stands in."""
        if not job.ts:
            return Request(job.text)
        turns = self.store.turns(job.thread, job.ts)
        if not turns and job.kind == "direct" and not job.thread_ts:
            turns = self.store.last_turns(job.place, job.ts, EXCHANGE_S)
        if turns or job.kind != "mention" or not job.thread_ts:
            return Request(job.text, history=tuple(turn.question for turn in turns))
        return self._asked_of_others(job)

    def _beside_what_is_viewed(self, job: Job, asked: Request, searcher: Searcher) -> Request:
        """Return a question to the agent with the message that its asker looks at, where it leans on one."""
        viewed = (
            self.sessions.viewed(job.user_id) if self.sessions is not None and job.kind == "direct" else None
        )
        if viewed is None or asked.history or not self.composer.leans(asked, searcher):
            return asked
        with delivery.while_slack_is_there():
            client = self.workspaces.client(job.team_id)
            message = delivery.message_viewed(client, viewed.channel_id, viewed.message_ts)
        words = words_of(message)[:LONGEST_CONTEXT] if message else ""
        return replace(asked, history=(words,)) if says_something(words) else asked

    def _asked_of_others(self, job: Job) -> Request:
        """Read a thread that the bot was not in before.

        What began it, and what stands right above the mention.
        """
        with delivery.while_slack_is_there():
            before = delivery.thread_before(self.workspaces.client(job.team_id), job)
        said = [(str(message["ts"]), words_of(message)[:LONGEST_CONTEXT]) for message in before]
        said = [(ts, words) for ts, words in said if says_something(words)]
        around = list(dict(said[:1] + said[-1:]).items())
        if self.keeps_questions:
            for ts, words in around:
                self.store.add_turn(job.thread, ts, "", words)
        context = [words for _, words in around]
        if context and not says_something(job.text):  # "^^": the message above is the question
            return Request(context[-1], history=tuple(context[:-1]))
        return Request(job.text, history=tuple(context))

    def tell(self, job: Job, message: Message) -> None:
        """Show a person something about what they asked for, to them alone."""
        self._deliver_privately(job, message)

    @stage("deliver")
    def _deliver(self, job_id: str, job: Job, message: Message) -> None:
        if not self.store.owns(job_id):
            raise JobLost("another process took it over while this one was silent, and answers it")
        if job.private:
            with delivery.while_slack_is_there():
                self._deliver_privately(job, message)
            return
        if self.sessions is not None and self.sessions.is_stopped(job):
            return
        # First, so that a follow-up that comes right behind the answer finds its thread.
        self.store.join_thread(job.thread, job.user_id, job.ts)
        with delivery.while_slack_is_there():
            posted_at = delivery.post_answer(self.workspaces.client(job.team_id), job, job_id, message)
        if posted_at is not None:
            with suppress(StoreFault):
                self.store.note_answer(job.thread, posted_at)

    def _deliver_privately(self, job: Job, message: Message) -> None:
        """Show an answer to the asker, in the thread it belongs to, else where the response address leads."""
        client = self.workspaces.client(job.team_id)
        # A response address leads to the channel, not to the thread (bolt-js issue 963).
        if job.thread_ts and delivery.show_in_thread(client, job, message):
            return
        try:
            delivery.respond(job.response_url, message)
        except (SlackFault, *delivery.LOST) as fault:
            _log.warning("a response address failed, trying in the channel: %s", told(fault))
            try:
                delivery.show_privately(client, job.channel_id, job.user_id, None, message)
            except SlackApiError:
                delivery.post_to_person(client, job.user_id, message)

    def _guarded(
        self,
        what: str,
        act: Callable[[], None],
        apologise: Callable[[Message], None],
        problem_id: str | None = None,
    ) -> None:
        """Run one piece of work. The process's catch-all off Bolt's threads.

        The log has the traceback, the person an id. What has a job is tried again where Slack or the memory is
        away.
        """
        passed_on: tuple[type[Exception], ...] = (*_AWAY, JobLost) if problem_id else (SlackAway,)
        with identified(problem_id or f"p{time.time_ns() % 10**9:09d}") as problem:
            try:
                act()
            except passed_on:
                raise
            except Exception:
                _log.exception("problem %s in %s", problem, what)
                try:
                    apologise(cards.sorry(problem))
                except passed_on:
                    raise
                except Exception:
                    _log.exception("problem %s: could not even apologise", problem)
