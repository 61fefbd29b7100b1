"""What people and channels are told of without asking again: topics that they watch, and digests."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from pydantic import SecretStr

from bot.live import LiveIndex
from bot.slack.desk.delivery import NEWS_READ
from bot.slack.desk.news import Arrivals
from bot.slack.desk.teller import Notice
from bot.slack.desk.watches import MOST_PLACES
from bot.store import Store
from index.build.layout import audience_folder
from index.encoder.base import Encoder
from index.models import Talk
from index.search import Searcher
from tests.bot.slack.conftest import Starter
from tests.notes import TALKS, Notes, publish_notes
from tests.slack_server import BOT_USER_ID, LocalSlack
from tests.slack_server.faults import Fault
from tests.slack_server.state import TEAM_ID
from tests.slack_server.transcript import message_text

IN_BOTH_DATABASES = True
NEWS = Notes("Mossbank Grows Up", ("Nadia Sund",), ("Nadia Sund moved Mossbank to four regions.",), day=2)


def test_a_watched_topic_is_told_once(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A later build with new notes on a watched topic sends its watcher one message that quotes only what is new."""
    following = LiveIndex(index_dir, encoder)
    running = start(index=following)
    slack.command("C1NOTES", "U1ADA", "watch Mossbank")
    slack.wait_for(lambda: slack.space.ephemerals)
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following.refresh()
    [told] = slack.wait_for(
        lambda: slack.space.channels.get("D1ADA") and slack.space.channels["D1ADA"].messages
    )
    running.bot.desk.tell_news()
    publish_notes(index_dir, encoder, [NEWS, *TALKS])
    following.refresh()
    running.close()

    assert "They are in 2 places so far" in message_text(slack.space.ephemerals[0])
    assert "> Nadia Sund moved Mossbank to four regions." in message_text(told)
    assert "14 seconds" not in message_text(told)
    assert len(slack.space.channels["D1ADA"].messages) == 1


def test_a_watched_topic_is_told_after_a_night_without_a_bot(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A build that was published while the bot was down is looked at when it starts again, once."""
    first = start(index=LiveIndex(index_dir, encoder))
    slack.command("C1NOTES", "U1ADA", "watch Mossbank")
    slack.wait_for(lambda: slack.space.ephemerals)
    first.close()
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    second = start(index=LiveIndex(index_dir, encoder))
    [told] = slack.wait_for(
        lambda: slack.space.channels.get("D1ADA") and slack.space.channels["D1ADA"].messages
    )
    second.close()
    start(index=LiveIndex(index_dir, encoder)).close()

    assert "> Nadia Sund moved Mossbank to four regions." in message_text(told)
    assert len(slack.space.channels["D1ADA"].messages) == 1


def test_news_that_could_not_be_posted_are_told_later(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder, caplog: pytest.LogCaptureFixture
) -> None:
    """A message that Slack did not take is in the log and comes when it is looked the next time, once."""
    following = LiveIndex(index_dir, encoder)
    running = start(index=following)
    slack.command("C1NOTES", "U1ADA", "watch Mossbank")
    slack.wait_for(lambda: slack.space.ephemerals)
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    slack.faults.next("chat.postMessage", Fault(error="fatal_error"))
    following.refresh()
    slack.wait_for(lambda: "in telling of a watched topic" in caplog.text)
    failed = list(slack.space.channels["D1ADA"].messages) if "D1ADA" in slack.space.channels else []
    running.close()
    second = start(index=following)
    [told] = slack.wait_for(
        lambda: slack.space.channels.get("D1ADA") and slack.space.channels["D1ADA"].messages
    )
    second.bot.desk.tell_news()
    second.close()

    assert failed == []
    assert "> Nadia Sund moved Mossbank to four regions." in message_text(told)
    assert len(slack.space.channels["D1ADA"].messages) == 1


def test_news_of_a_process_that_is_gone_are_told_by_the_next(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder, memory: Path | SecretStr
) -> None:
    """A process that dies between its claim and its message loses nothing: the next one tells, once."""
    first = start(index=LiveIndex(index_dir, encoder))
    slack.command("C1NOTES", "U1ADA", "watch Mossbank")
    slack.wait_for(lambda: slack.space.ephemerals)
    first.close()
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following = LiveIndex(index_dir, encoder)
    notice = Notice(TEAM_ID, "U1ADA", fresh={"mossbank": ["0" * 12]})
    gone = Store(memory)
    gone.take([notice.key], f"due:{notice.to_json()}")
    gone.close()
    second = start(index=following)
    slack.wait_for(lambda: slack.space.channels.get("D1ADA") and slack.space.channels["D1ADA"].messages)
    second.bot.desk.tell_news()
    second.close()

    assert len(slack.space.channels["D1ADA"].messages) == 1


@pytest.mark.parametrize("words", ["watch Mossbank", "digest daily here"])
@pytest.mark.parametrize("more", [0, NEWS_READ + 1])
def test_news_that_slack_took_without_saying_so_are_not_told_twice(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder, *, words: str, more: int
) -> None:
    """Where the connection breaks behind a message the next process finds it, however much was said since, and goes on from there."""
    place = "D1ADA" if words.startswith("watch") else "C1NOTES"
    following = LiveIndex(index_dir, encoder)
    running = start(index=following)
    slack.command("C1NOTES", "U1ADA", words)
    slack.wait_for(lambda: slack.space.ephemerals)
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    slack.faults.next("chat.postMessage", Fault(status=500, silent=True, works_first=True))
    following.refresh()
    slack.wait_for(lambda: place in slack.space.channels and slack.space.channels[place].messages)
    running.close()
    told = slack.space.channels[place].messages
    told += [{"ts": slack.space.next_ts(), "user": "U1ADA", "text": "Well."} for _ in range(more)]
    second = start(index=LiveIndex(index_dir, encoder))
    slack.wait_for(lambda: second.bot.store.open_jobs() == 0 and slack.calls("conversations.history"))
    later = Notes("Mossbank Retires", ("Nadia Sund",), ("Nadia Sund switched Mossbank off.",), day=2)
    with second.bot.store.changing() as memory:
        memory.execute("UPDATE digests SET posted_at = posted_at - 7 * 86400")
    publish_notes(index_dir, encoder, [*TALKS, NEWS, later])
    second.bot.live.refresh()
    slack.wait_for(lambda: len(told) == 2 + more)
    second.bot.desk.tell_news()
    second.close()
    said = [message_text(message) for message in told if message["user"] == BOT_USER_ID]

    assert ["moved Mossbank to four regions" in text for text in said] == [True, False]
    assert ["switched Mossbank off" in text for text in said] == [False, True]


def test_news_that_come_while_somebody_is_told_are_told_next(
    slack: LocalSlack,
    start: Starter,
    index_dir: Path,
    encoder: Encoder,
    *,
    memory: Path | SecretStr,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where another process is telling a person something, a new build's news wait for that, not for the next night."""
    monkeypatch.setattr("bot.slack.desk.desk.NEWS_EVERY_S", 0.1)
    following = LiveIndex(index_dir, encoder)
    start(index=following)
    slack.command("C1NOTES", "U1ADA", "watch Mossbank")
    slack.wait_for(lambda: slack.space.ephemerals)
    notice = Notice(TEAM_ID, "U1ADA")
    other = Store(memory)
    telling = other.take([notice.key], "")
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following.refresh()
    before = "D1ADA" in slack.space.channels
    other.finish(str(telling), notice.key)
    other.close()
    [told] = slack.wait_for(
        lambda: slack.space.channels.get("D1ADA") and slack.space.channels["D1ADA"].messages
    )

    assert not before
    assert "moved Mossbank to four regions" in message_text(told)


@pytest.mark.parametrize("words", ["watch Mossbank", "digest daily here"])
def test_two_processes_tell_news_once(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder, words: str
) -> None:
    """Processes that see different builds, each with the same news, do not both tell them."""
    place = "D1ADA" if words.startswith("watch") else "C1NOTES"
    bots = [start(index=LiveIndex(index_dir, encoder)) for _ in range(2)]
    slack.command("C1NOTES", "U1ADA", words)
    slack.wait_for(lambda: slack.space.ephemerals)
    for number, one in enumerate(bots):
        publish_notes(index_dir, encoder, [*TALKS, NEWS] if number else [NEWS, *TALKS])
        one.bot.live.refresh()
    slack.wait_for(lambda: place in slack.space.channels and slack.space.channels[place].messages)
    for one in bots:
        one.bot.desk.tell_news()
        one.close()

    assert len(slack.space.channels[place].messages) == 1


def test_one_message_tells_all_that_is_new_to_a_person(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A passage that several watched words stand in is told once, by its sentence, and headings are no news of their own."""
    following = LiveIndex(index_dir, encoder)
    start(index=following)
    for words in ("Mossbank", "four regions", "Nadia Sund"):
        slack.command("C1NOTES", "U1ADA", f"watch {words}")
    slack.wait_for(lambda: len(slack.space.ephemerals) == 3)
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following.refresh()
    [told] = slack.wait_for(
        lambda: slack.space.channels.get("D1ADA") and slack.space.channels["D1ADA"].messages
    )

    assert "New in the notes on “four regions”, “mossbank” and “nadia sund”: 1 place." in message_text(told)
    assert message_text(told).count("> ") == 1
    assert len(slack.space.channels["D1ADA"].messages) == 1


def test_a_word_that_stands_everywhere_is_not_watched(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A watch that would write every night is refused with its count and what to watch instead."""
    said = tuple(f"Bo Ek said “a” the {number}. time." for number in range(MOST_PLACES + 1))
    publish_notes(index_dir, encoder, [*TALKS, Notes("Counting", ("Bo Ek",), said)])
    running = start(index=LiveIndex(index_dir, encoder))
    slack.command("C1NOTES", "U1ADA", "watch bo ek")
    [refused] = slack.wait_for(lambda: slack.space.ephemerals)

    assert re.search(r"“bo ek” is in 10\d places already", message_text(refused))
    assert running.bot.desk.teller.watches.all() == []


def test_a_channel_is_told_what_is_new_once(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A digest that a channel asked for says which talks are new, once, when there is something and its time has come."""
    following = LiveIndex(index_dir, encoder)
    running = start(index=following)
    _say(slack, "digest weekly here")
    running.bot.desk.tell_news()
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following.refresh()
    [told] = slack.wait_for(lambda: slack.space.channels["C1NOTES"].messages)
    later = Notes("Mossbank Retires", ("Nadia Sund",), ("Nadia Sund switched Mossbank off.",), day=2)
    publish_notes(index_dir, encoder, [*TALKS, NEWS, later])
    following.refresh()
    running.close()
    early = len(slack.space.channels["C1NOTES"].messages)
    second = start(index=following)
    with second.bot.store.changing() as memory:
        memory.execute("UPDATE digests SET posted_at = posted_at - 7 * 86400")
    second.bot.desk.tell_news()
    slack.wait_for(lambda: len(slack.space.channels["C1NOTES"].messages) == 2)
    second.bot.desk.tell_news()
    second.close()
    texts = [message_text(message) for message in slack.space.channels["C1NOTES"].messages]

    assert "New in the conference notes: 1 talk." in message_text(told)
    assert "Nadia Sund moved Mossbank to four regions." in message_text(told)
    assert early == 1
    assert [later.title in text for text in texts] == [False, True]
    assert NEWS.title not in texts[1]


def test_what_comes_right_after_a_channel_asked_is_told(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """A channel is told what came since it asked, though nobody looked at the notes before that."""
    following = LiveIndex(index_dir, encoder)
    start(index=following, looks_after=False)
    _say(slack, "digest daily here")
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following.refresh()
    [told] = slack.wait_for(lambda: slack.space.channels["C1NOTES"].messages)

    assert "New in the conference notes: 1 talk." in message_text(told)
    assert NEWS.title in message_text(told)


@dataclass
class _Meanwhile:
    """The talks of a build, which are read while another build is noted."""

    searcher: Searcher
    arrivals: Arrivals
    other: Searcher

    @property
    def rows(self) -> Sequence[Talk]:
        """Read them."""
        self.arrivals.note(self.other)
        return self.searcher.build.stored_talks.rows


def test_two_builds_that_are_seen_at_once_are_not_both_the_first(
    memory: Path | SecretStr, index_dir: Path, encoder: Encoder
) -> None:
    """Where one thread notes the first build's talks and another the next one's meanwhile, what only that has is news."""
    with closing(Store(memory)) as store:
        arrivals, first = Arrivals(store), Searcher.open(index_dir, encoder)
        publish_notes(index_dir, encoder, [*TALKS, NEWS])
        second = Searcher.open(index_dir, encoder)
        build = SimpleNamespace(
            build_id=second.build.build_id, stored_talks=_Meanwhile(second, arrivals, first)
        )
        arrivals.note(SimpleNamespace(build=build))  # type: ignore[arg-type]
        came = arrivals.since(0.0, second)

    assert [talk.title for talk, _ in came] == [NEWS.title]


def test_what_a_channel_keeps_to_itself_is_no_news_when_it_asks(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """Private notes that were there when their channel asked for a digest are not told as new; later ones are."""
    private = audience_folder(index_dir, "C1NOTES")
    publish_notes(private, encoder, [*TALKS, NEWS])
    running = start(index=LiveIndex(index_dir, encoder))
    _say(slack, "digest daily here")
    running.bot.desk.tell_news()
    later = Notes("Mossbank Retires", ("Nadia Sund",), ("Nadia Sund switched Mossbank off.",), day=2)
    publish_notes(private, encoder, [*TALKS, NEWS, later])
    running.bot.live.refresh()
    running.bot.desk.tell_news()
    [told] = slack.wait_for(lambda: slack.space.channels["C1NOTES"].messages)
    running.close()

    assert "New in the conference notes: 1 talk." in message_text(told)
    assert later.title in message_text(told)
    assert len(slack.space.channels["C1NOTES"].messages) == 1


def test_a_channel_that_cannot_be_told_is_told_no_more(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """Where the bot may not post, whoever asked for the digest learns why, once."""
    following = LiveIndex(index_dir, encoder)
    running = start(index=following)
    _say(slack, "digest daily here", "C2OTHER")
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following.refresh()
    slack.wait_for(lambda: slack.space.channels.get("D1ADA") and slack.space.channels["D1ADA"].messages)
    running.bot.desk.tell_news()
    running.close()
    [told] = slack.space.channels["D1ADA"].messages

    assert "I am not in it" in message_text(told)
    assert not slack.space.channels["C2OTHER"].messages


def test_a_digest_is_asked_for_and_ended(slack: LocalSlack, start: Starter) -> None:
    """`digest` says how often the channel is told; `digest off` ends it."""
    start()
    said = [
        _say(slack, words) for words in ("digest", "digest weekly here", "digest", "digest off", "digest off")
    ]

    assert said[0].startswith("“/kubecon digest weekly here” (or “daily”) sets it")
    assert said[1].startswith("From now on I say here once a week what is new")
    assert said[2].startswith("I say here once a week what is new in the notes.")
    assert said[3:] == ["I no longer say here what is new.", "I do not say here what is new anyway."]


def _say(slack: LocalSlack, words: str, channel_id: str = "C1NOTES") -> str:
    """Type a command and return what it answers."""
    before = len(slack.space.ephemerals)
    slack.command(channel_id, "U1ADA", words)
    return message_text(slack.wait_for(lambda: slack.space.ephemerals[before:])[0])


def test_watches_are_listed_and_taken_back(slack: LocalSlack, start: Starter) -> None:
    """`watches` lists, `unwatch` takes back, and says when there was nothing."""
    start()
    replies = []
    for typed in ("watches", "watch Quillwort", "watches", "unwatch quillwort", "unwatch quillwort"):
        slack.command("C1NOTES", "U1ADA", typed)
        replies.append(slack.wait_for(lambda: slack.space.ephemerals[len(replies) :])[0])

    assert [message_text(reply)[:24] for reply in replies] == [
        "You watch nothing yet. T",
        "I will write to you when",
        "You watch “quillwort”.",
        "I no longer watch “quill",
        "You do not watch “quillw",
    ]
