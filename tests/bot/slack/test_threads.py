"""Conversations go on in threads, without mentions, across restarts, and among people undisturbed."""

from __future__ import annotations

from typing import Any

import pytest

from bot.answering.models import Answer
from tests.bot.slack.conftest import Starter, answer
from tests.bot.slack.test_conversations import bot_messages
from tests.slack_server import LocalSlack
from tests.slack_server.transcript import message_text


class Recorder:
    """The real answering, keeping what it was asked with."""

    def __init__(self) -> None:
        self.histories: list[tuple[str, ...]] = []

    def __call__(self, question: str, **how: Any) -> Answer:
        """Answer and keep the history that came with the question."""
        self.histories.append(how.get("history", ()))
        return answer(question, **how)


def ask(slack: LocalSlack, user_id: str = "U1ADA") -> str:
    """Begin a thread and give its timestamp."""
    before = len(bot_messages(slack, "C1NOTES"))
    slack.write("C1NOTES", user_id, "<@BOT> what is Lanternfish?")
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) > before)
    return str(bot_messages(slack, "C1NOTES")[-1]["thread_ts"])


def test_a_follow_up_needs_no_mention_and_survives_a_restart(slack: LocalSlack, start: Starter) -> None:
    """In a thread of ours the asker goes on without a mention; a bot started anew knows the turns before."""
    recorder = Recorder()
    first = start(answering=recorder)
    thread = ask(slack)
    first.close()
    start(answering=recorder)
    slack.write("C1NOTES", "U1ADA", "how many nodes did it save?", thread)
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 2)

    assert recorder.histories == [(), ("what is Lanternfish?",)]
    assert bot_messages(slack, "C1NOTES")[1]["thread_ts"] == thread
    assert "38%" in message_text(bot_messages(slack, "C1NOTES")[1])


def test_five_turns_with_pronouns_go_through_a_restart(slack: LocalSlack, start: Starter) -> None:
    """Each turn says only "it" or less and is answered about the same thing, also by a bot started in between; a new name changes it."""
    turns = [
        ("how much did it save them?", "38%"),
        ("and which budget does it need?", "pod disruption budget"),
        ("where was its first cluster?", "the test lab in Lyon"),
        ("who talked about it?", "Ines Moreau"),
        ("what is Quillwort?", "2 TB a day"),
    ]
    running = start()
    thread = ask(slack)
    for number, (said, expected) in enumerate(turns, start=2):
        if number == 4:
            running.close()
            running = start()
        slack.write("C1NOTES", "U1ADA", said, thread)
        slack.wait_for(lambda number=number: len(bot_messages(slack, "C1NOTES")) == number)

        assert expected in message_text(bot_messages(slack, "C1NOTES")[-1]), said


@pytest.mark.parametrize(
    "said",
    ["thanks!", "ok cool", ":+1:", "<@U2BEN> what is Mossbank?", "<!here> what is Mossbank?"],
)
def test_words_for_nobody_or_for_others_are_left_alone(slack: LocalSlack, start: Starter, said: str) -> None:
    """Courtesy, emoji and messages to somebody else get no answer in a thread of ours."""
    running = start()
    thread = ask(slack)
    slack.write("C1NOTES", "U1ADA", said, thread)
    running.close()

    assert len(bot_messages(slack, "C1NOTES")) == 1


def test_people_who_talk_with_each_other_are_left_alone(slack: LocalSlack, start: Starter) -> None:
    """Once somebody else spoke in the thread, the asker is talking with that person until the bot is named again."""
    running = start()
    thread = ask(slack)
    slack.write("C1NOTES", "U2BEN", "were you there, ada?", thread)
    slack.write("C1NOTES", "U1ADA", "only for the keynote, what about you?", thread)
    slack.write("C1NOTES", "U1ADA", "<@BOT> and what is Quillwort?", thread)
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 2)
    running.close()

    assert len(bot_messages(slack, "C1NOTES")) == 2
    assert "2 TB" in message_text(bot_messages(slack, "C1NOTES")[1])


@pytest.mark.parametrize("sockets", [2, 0], ids=["socket", "http"])
def test_a_message_between_people_is_left_alone_however_often_it_comes(
    slack: LocalSlack, start: Starter, sockets: int
) -> None:
    """What was rightly left alone stays so when Slack delivers it again, down both sockets, and late."""
    slack.sockets.doubles = True
    running = start(sockets=sockets)
    thread = ask(slack)
    between = slack.write("C1NOTES", "U2BEN", "were you there, ada?", thread)
    slack.wait_for(lambda: between[0].acked_at)
    reply = slack.write("C1NOTES", "U1ADA", "ben, which rules does Lanternfish need?", thread)
    for delivery in [*reply, *between, *reply]:
        slack.redeliver(delivery, 2)
    slack.write("C1NOTES", "U1ADA", "<@BOT> and what is Quillwort?", thread)
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 2)
    running.close()

    assert "2 TB" in message_text(bot_messages(slack, "C1NOTES")[1])
    assert len(bot_messages(slack, "C1NOTES")) == 2


def test_messages_that_come_out_of_order_are_read_in_theirs(slack: LocalSlack, start: Starter) -> None:
    """Whoever spoke last is told by the time of the messages, not by when they are delivered."""
    running = start()
    thread = ask(slack)
    later = slack.space.next_ts()
    earlier_ts, later_ts = f"{later[:-1]}1", f"{later[:-1]}9"
    slack.write("C1NOTES", "U2BEN", "were you there, ada?", thread, ts=later_ts)
    slack.write("C1NOTES", "U1ADA", "how many nodes did it save?", thread, ts=earlier_ts)
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 2)
    running.close()

    assert "38%" in message_text(bot_messages(slack, "C1NOTES")[1])


def test_a_direct_message_goes_on_with_the_last_exchange(slack: LocalSlack, start: Starter) -> None:
    """Typed where people type, beside the thread, a message stands on the question before it; another person's does not."""
    recorder = Recorder()
    start(answering=recorder)
    slack.direct("U2BEN", "what is Mossbank?")
    slack.direct("U1ADA", "what is Lanternfish?")
    slack.wait_for(lambda: bot_messages(slack, "D1ADA") and bot_messages(slack, "D2BEN"))
    slack.direct("U1ADA", "how many nodes did it save?")
    slack.wait_for(lambda: len(bot_messages(slack, "D1ADA")) == 2)

    assert recorder.histories[-1] == ("what is Lanternfish?",)
    assert "38%" in message_text(bot_messages(slack, "D1ADA")[1])


def test_an_exchange_of_yesterday_is_over(slack: LocalSlack, start: Starter) -> None:
    """A direct message long after the last exchange stands alone."""
    recorder = Recorder()
    running = start(answering=recorder)
    slack.direct("U1ADA", "what is Lanternfish?")
    slack.wait_for(lambda: bot_messages(slack, "D1ADA"))
    with running.bot.store.changing() as memory:
        memory.execute("UPDATE turns SET asked_at = asked_at - 86400")
    slack.direct("U1ADA", "what is Quillwort?")
    slack.wait_for(lambda: len(bot_messages(slack, "D1ADA")) == 2)

    assert recorder.histories[-1] == ()


@pytest.mark.parametrize(
    ("kind", "said", "history"),
    [
        (
            "channel",
            "what do the notes say about that?",
            ("does anyone use Lanternfish?", "how many nodes did it save them?"),
        ),
        ("group", "^^", ("does anyone use Lanternfish?",)),
    ],
)
def test_a_mention_in_somebody_elses_thread_reads_it(
    slack: LocalSlack, start: Starter, kind: str, said: str, history: tuple[str, ...]
) -> None:
    """A mention below other people's words stands on them; a bare one asks what stands right above; it is read once."""
    recorder = Recorder()
    slack.space.channels["C1NOTES"].kind = kind
    [root] = slack.write_quietly("C1NOTES", "U2BEN", "does anyone use Lanternfish?")
    for text in ("not me", "how many nodes did it save them?"):
        slack.write("C1NOTES", "U2BEN", text, root)
    start(answering=recorder)
    slack.write("C1NOTES", "U1ADA", f"<@BOT> {said}", root)
    slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
    shown = message_text(bot_messages(slack, "C1NOTES")[0])
    slack.write("C1NOTES", "U1ADA", "and what is Mossbank?", root)
    slack.wait_for(lambda: len(bot_messages(slack, "C1NOTES")) == 2)

    assert recorder.histories[0] == history
    assert "38%" in shown
    assert ("Asked above" in shown) is (said == "^^")
    assert recorder.histories[1][: len(history)] == history
    assert len(slack.calls("conversations.replies")) == 1


def test_a_thread_that_may_not_be_read_costs_no_answer(slack: LocalSlack, start: Starter) -> None:
    """Without the scope to read the thread the mention is answered by its own words."""
    slack.scopes -= {"channels:history"}
    [root] = slack.write_quietly("C1NOTES", "U2BEN", "lunch?")
    start()
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?", root)
    [message] = slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))

    assert "14 seconds" in message_text(message)


def test_threads_of_others_are_left_alone(slack: LocalSlack, start: Starter) -> None:
    """A thread that the bot was never named in is none of its business."""
    running = start()
    [root] = slack.write_quietly("C1NOTES", "U2BEN", "lunch?")
    slack.write("C1NOTES", "U1ADA", "what is Mossbank?", root)
    running.close()

    assert not bot_messages(slack, "C1NOTES")


def test_questions_are_not_kept_where_that_is_switched_off(slack: LocalSlack, start: Starter) -> None:
    """With no days to keep questions, none is on disk after it was answered."""
    running = start(keep_questions_days=0)
    ask(slack)
    with running.bot.store.reading() as memory:
        kept = memory.execute("SELECT count(*) FROM turns").fetchone()[0]
    slack.wait_for(lambda: running.bot.store.open_jobs() == 0)
    with running.bot.store.reading() as memory:
        bodies = memory.execute("SELECT count(*) FROM jobs WHERE body IS NOT NULL").fetchone()[0]

    assert kept == 0
    assert bodies == 0


def test_a_file_without_words_gets_a_hint(slack: LocalSlack, start: Starter) -> None:
    """Whoever sends only a file learns what the bot reads."""
    start()
    slack.direct("U1ADA", "", subtype="file_share", files=[{"id": "F1"}])
    [message] = slack.wait_for(lambda: slack.space.channels["D1ADA"].messages[1:])

    assert "I read words only" in message_text(message)


def test_people_of_other_workspaces_are_not_served_unless_allowed(slack: LocalSlack, start: Starter) -> None:
    """A stranger in a shared channel gets no answer by default."""
    running = start()
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?", user_team="T9OTHER")
    running.close()
    assert not bot_messages(slack, "C1NOTES")

    start(external_users=True)
    slack.write("C1NOTES", "U1ADA", "<@BOT> what is Mossbank?", user_team="T9OTHER")

    assert slack.wait_for(lambda: bot_messages(slack, "C1NOTES"))
