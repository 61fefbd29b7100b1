"""Pages, sharing, thumbs, the message shortcut and the Home tab."""

from __future__ import annotations

import json
import re
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic import SecretStr

from bot.answering import examples
from bot.feedback import Feedback, Verdict
from bot.live import LiveIndex
from bot.slack.cli import doctor, feedback
from bot.store import Store
from index.encoder.base import Encoder
from tests.bot.slack.conftest import Starter
from tests.bot.slack.test_conversations import bot_messages
from tests.bot.slack.test_threads import Recorder
from tests.bot.slack.test_watches import NEWS
from tests.notes import TALKS, publish_notes
from tests.slack_server import LocalSlack
from tests.slack_server.faults import Fault
from tests.slack_server.transcript import block_text, message_text
from tests.slack_server.web_api import TRIGGER_LIFE_S

CHANNEL = "C1NOTES"


def named(memory: Path | SecretStr) -> dict[str, str]:
    """Return the environment that names the bot's memory."""
    return {"CONFNOTES_STORE": memory.get_secret_value() if isinstance(memory, SecretStr) else str(memory)}


def test_all_places_are_paged_for_the_one_who_asks_for_them(slack: LocalSlack, start: Starter) -> None:
    """The button below a public answer opens all places privately; Next turns the page in place."""
    start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> what is Lanternfish?")
    [public] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    slack.click(public, "page:hits", "U2BEN", CHANNEL)
    [private] = slack.wait_for(lambda: slack.space.ephemerals)
    first = message_text(private)
    slack.click(private, "page:next", "U2BEN", CHANNEL)
    slack.wait_for(lambda: message_text(private) != first)

    assert private["for_user"] == "U2BEN"
    assert private["thread_ts"] == public["thread_ts"]
    assert "places in the notes that are nearest to “what is Lanternfish?”" in first
    assert "[‹ Previous]" in message_text(private)
    assert len(slack.space.ephemerals) == 1
    assert len(bot_messages(slack, CHANNEL)) == 1


def test_sharing_posts_once_and_says_who_shared(slack: LocalSlack, start: Starter) -> None:
    """Share puts a private answer in the channel, once however often it is clicked, also where the bot is no member."""
    running = start()
    slack.command("C2OTHER", "U1ADA", "what is Quillwort?")
    [private] = slack.wait_for(lambda: slack.space.ephemerals)
    for delivery in [slack.click(private, "share", "U1ADA", "C2OTHER") for _ in range(2)]:
        slack.redeliver(delivery)
    [public] = slack.wait_for(lambda: bot_messages(slack, "C2OTHER"))
    slack.wait_for(lambda: not slack.space.ephemerals)
    running.close()

    assert len(bot_messages(slack, "C2OTHER")) == 1
    assert message_text(public).startswith("@U1ADA shared from the conference notes: “what is Quillwort?”")
    assert message_text(private).startswith("You asked: “what is Quillwort?”")
    assert "[Share in channel]" not in message_text(public)


def test_sharing_that_failed_can_be_repeated(slack: LocalSlack, start: Starter) -> None:
    """When Slack does not take what is shared, its sharer is told so, and the next clicks share it, once."""
    running = start()
    slack.command("C2OTHER", "U1ADA", "what is Quillwort?")
    [private] = slack.wait_for(lambda: slack.space.ephemerals)
    slack.faults.next("response_url", Fault(status=404, error="expired_url"))
    slack.click(private, "share", "U1ADA", "C2OTHER")
    apology = slack.wait_for(
        lambda: [message_text(one) for one in slack.space.ephemerals if "went wrong" in message_text(one)]
    )
    failed = bot_messages(slack, "C2OTHER")
    for _ in range(2):
        slack.click(private, "share", "U1ADA", "C2OTHER")
    slack.wait_for(lambda: bot_messages(slack, "C2OTHER"))
    running.close()

    assert len(apology) == 1
    assert failed == []
    assert len(bot_messages(slack, "C2OTHER")) == 1


def test_thumbs_are_kept_with_what_was_shown_and_a_reason(slack: LocalSlack, start: Starter) -> None:
    """👎 opens a form; verdict, question, build, quotes and reason are kept together."""
    running = start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> what is Quillwort?")
    [message] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    [thumbs] = [block["elements"][0] for block in message["blocks"] if block["type"] == "context_actions"]
    slack.click(message, "feedback", "U1ADA", CHANNEL, value=thumbs["negative_button"]["value"])
    [form] = slack.wait_for(lambda: slack.space.modals)
    slack.submit(form, "U1ADA", {"reason": {"text": {"type": "plain_text_input", "value": "too short"}}})
    slack.wait_for(lambda: slack.space.ephemerals and running.bot.desk.feedback.all()[0].reason)
    [kept] = running.bot.desk.feedback.all()

    assert (kept.verdict, kept.reason, kept.question) == ("down", "too short", "what is Quillwort?")
    assert kept.build == running.bot.live.searcher.build.build_id
    assert kept.quotes
    assert "Thank you" in message_text(slack.space.ephemerals[0])


def test_a_late_click_keeps_its_verdict(
    slack: LocalSlack, start: Starter, caplog: pytest.LogCaptureFixture
) -> None:
    """When Slack no longer takes the trigger there is no form, but the verdict is kept and its giver is thanked."""
    running = start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> what is Quillwort?")
    [message] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    [thumbs] = [block["elements"][0] for block in message["blocks"] if block["type"] == "context_actions"]
    delivery = slack.click(
        message,
        "feedback",
        "U1ADA",
        CHANNEL,
        value=thumbs["negative_button"]["value"],
        late_s=TRIGGER_LIFE_S + 0.5,
    )
    slack.wait_for(lambda: slack.space.ephemerals)

    assert delivery.acked_at is not None
    assert [call.answer["error"] for call in slack.calls("views.open")] == ["trigger_expired"]
    assert not slack.space.modals
    assert [given.verdict for given in running.bot.desk.feedback.all()] == ["down"]
    assert "trigger_expired" in caplog.text
    assert "Traceback" not in caplog.text


def test_reactions_count_as_thumbs_until_they_are_taken_back(slack: LocalSlack, start: Starter) -> None:
    """A thumb as an emoji below one of our answers is kept, below other messages it is not; taken away it is gone."""
    running = start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> what is Quillwort?")
    [answer] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    slack.react(slack.space.channels[CHANNEL].messages[0], "U1ADA", "+1", CHANNEL)
    slack.react(answer, "U1ADA", "+1::skin-tone-2", CHANNEL)
    slack.wait_for(running.bot.desk.feedback.all)
    [kept] = running.bot.desk.feedback.all()
    slack.react(answer, "U1ADA", "+1::skin-tone-2", CHANNEL, gone=True)
    slack.wait_for(lambda: not running.bot.desk.feedback.all())

    assert (kept.message, kept.verdict) == (f"{CHANNEL}:{answer['ts']}", "up")


def test_a_changed_verdict_drops_the_former_reason(memory: Path | SecretStr) -> None:
    """A reason belongs to the 👎 it was given for, in whatever order form and button arrive, and to nothing after it."""
    store = Store(memory)
    given = Feedback(store)
    given.add_reason("C1:1", "U1ADA", "wrong talk")
    given.add(Verdict("C1:1", "U1ADA", "down", "what is Quillwort?"))
    [down] = given.all()
    given.add(Verdict("C1:1", "U1ADA", "up", reaction=True))
    given.add_reason("C1:1", "U1ADA", "a form that was sent late")
    [up] = given.all()
    given.add(Verdict("C1:1", "U1ADA", "up", "what is Quillwort?"))
    given.take_back("C1:1", "U1ADA", "up")
    kept = given.all()
    store.close()

    assert (down.verdict, down.reason) == ("down", "wrong talk")
    assert (up.verdict, up.reason, up.question) == ("up", None, "what is Quillwort?")
    assert [one.verdict for one in kept] == ["up"]


def test_a_click_that_comes_twice_thanks_once(slack: LocalSlack, start: Starter) -> None:
    """One click that Slack delivers again is one verdict with one thanks and one form."""
    running = start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> what is Quillwort?")
    [message] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    [thumbs] = [block["elements"][0] for block in message["blocks"] if block["type"] == "context_actions"]
    click = slack.click(message, "feedback", "U1ADA", CHANNEL, value=thumbs["negative_button"]["value"])
    slack.redeliver(click, 2)
    slack.wait_for(lambda: slack.space.ephemerals)
    running.close()

    assert len(slack.space.ephemerals) == 1
    assert len(slack.calls("views.open")) == 1


def test_only_an_answer_can_be_judged_and_shared(slack: LocalSlack, start: Starter) -> None:
    """A refusal has neither thumbs nor Share, and whoever runs the bot can hide the thumbs."""
    running = start()
    for asked in ("what is Bladderwrack?", "help", "what is Quillwort?"):
        slack.command(CHANNEL, "U1ADA", asked)
        slack.wait_for(lambda: not running.bot.desk.store.open_jobs())
    refused, helped, answered = (message_text(message) for message in slack.space.ephemerals)
    running.close()
    start(slack_thumbs=False)
    slack.command(CHANNEL, "U1ADA", "what is Quillwort?")
    hidden = message_text(slack.wait_for(lambda: slack.space.ephemerals[3:])[0])

    assert "Share" not in refused + helped
    assert "👍" not in refused + helped + hidden
    assert "[👍] [👎]" in answered
    assert "[Share in channel]" in answered


def test_what_nobody_could_answer_can_be_watched(slack: LocalSlack, start: Starter) -> None:
    """Below a refusal a button watches the name that the notes lack, for whoever clicks it."""
    running = start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> what is Bladderwrack?")
    [message] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    slack.click(message, "watch:add", "U2BEN", CHANNEL)
    [told] = slack.wait_for(lambda: slack.space.ephemerals)

    assert "nearest talks" not in message_text(message)
    assert "when new notes have the words “bladderwrack”" in message_text(told)
    assert [(one.user_id, one.phrase) for one in running.bot.desk.teller.watches.all()] == [
        ("U2BEN", "bladderwrack")
    ]


def test_more_opens_in_place_for_everybody(slack: LocalSlack, start: Starter) -> None:
    """An answer begins short; More shows the rest in the same message, once for all who read it."""
    start()
    slack.write(CHANNEL, "U1ADA", "<@BOT> day 3")
    [message] = slack.wait_for(lambda: bot_messages(slack, CHANNEL))
    short = message_text(message)
    slack.click(message, "page:more", "U2BEN", CHANNEL)
    slack.wait_for(lambda: message_text(message) != short)

    assert "runs 120 clusters" not in short
    assert "runs 120 clusters" in message_text(message)
    assert "[More]" not in message_text(message)
    assert len(bot_messages(slack, CHANNEL)) == 1
    assert not slack.space.ephemerals


def test_the_message_shortcut_answers_privately(slack: LocalSlack, start: Starter) -> None:
    """The shortcut on somebody's message answers whoever chose it, and nobody else."""
    start()
    slack.write_quietly(CHANNEL, "U2BEN", "does anybody know what Mossbank is?")
    slack.shortcut("ask_notes", slack.space.channels[CHANNEL].messages[0], "U1ADA", CHANNEL)
    [message] = slack.wait_for(lambda: slack.space.ephemerals)

    assert message["for_user"] == "U1ADA"
    assert "thread_ts" not in message
    assert "Mossbank" in message_text(message)
    assert not bot_messages(slack, CHANNEL)


def test_the_message_shortcut_answers_where_the_message_is(slack: LocalSlack, start: Starter) -> None:
    """On a message in a thread the answer is shown in the thread, also where the words stand in blocks only."""
    start()
    [root] = slack.write_quietly(CHANNEL, "U2BEN", "an alert")
    words = {
        "type": "rich_text_section",
        "elements": [
            {"type": "text", "text": "what is "},
            {"type": "link", "url": "https://x.example", "text": "Mossbank"},
            {"type": "text", "text": "?"},
        ],
    }
    alert = {
        "type": "message",
        "user": "U2BEN",
        "ts": "1.1",
        "thread_ts": root,
        "text": "",
        "blocks": [{"type": "rich_text", "elements": [words]}],
    }
    slack.shortcut("ask_notes", alert, "U1ADA", CHANNEL)
    [message] = slack.wait_for(lambda: slack.space.ephemerals)

    assert message["thread_ts"] == root
    assert "You asked: “what is Mossbank?”" in message_text(message)
    assert "14 seconds" in message_text(message)


def test_the_shortcut_says_so_where_it_may_not_answer(slack: LocalSlack, start: Starter) -> None:
    """In a channel that the bot is not switched on in, whoever chose the shortcut is told so."""
    start(allowed_channels=("C9ELSE",))
    slack.write_quietly(CHANNEL, "U2BEN", "what is Mossbank?")
    slack.shortcut("ask_notes", slack.space.channels[CHANNEL].messages[0], "U1ADA", CHANNEL)
    [message] = slack.wait_for(lambda: slack.space.ephemerals)

    assert "I am not switched on in this channel" in message_text(message)


def test_the_home_tab_answers_what_is_clicked(slack: LocalSlack, start: Starter) -> None:
    """A suggested question clicked in Home is answered in the person's direct messages, where it goes on."""
    recorder = Recorder()
    running = start(answering=recorder)
    slack.open_home("U1ADA")
    home = slack.wait_for(lambda: slack.space.homes.get("U1ADA"))
    slack.click_home(home, "page:ask:0", "U1ADA")
    [message] = slack.wait_for(lambda: slack.space.channels["D1ADA"].messages)
    slack.wait_for(
        lambda: running.bot.store.open_jobs() == 0
    )  # what was answered is noted after it is posted
    [example, *_] = examples(running.bot.live.searcher)
    slack.direct("U1ADA", "who gave it?")
    slack.wait_for(lambda: len(bot_messages(slack, "D1ADA")) == 2)

    assert message_text(message).startswith(f"You asked: “{example}”")
    assert recorder.histories == [(), (example,)]


def test_the_home_tab_shows_ones_watches_and_what_is_new(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """Home lists one's own watches with a way to end each, and the talks that came since one last looked, once."""
    following = LiveIndex(index_dir, encoder)
    running = start(index=following, curators=("U1ADA",))
    slack.command(CHANNEL, "U1ADA", "watch Mossbank")
    slack.command(CHANNEL, "U2BEN", "watch Quillwort")
    slack.command(CHANNEL, "U2BEN", "what is Bladderwrack?")
    slack.wait_for(lambda: len(slack.space.ephemerals) == 3 and not running.bot.store.open_jobs())
    first = _home(slack, "U1ADA")
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following.refresh()
    second, third, bens = _home(slack, "U1ADA"), _home(slack, "U1ADA"), _home(slack, "U2BEN")
    slack.click_home(slack.space.homes["U1ADA"], "watch:remove:0", "U1ADA")
    slack.wait_for(lambda: len(running.bot.desk.teller.watches.all()) == 1)

    assert "“mossbank”\n[Stop watching]" in first
    assert "quillwort" not in first
    assert "bladderwrack (1 time)" in first
    assert "bladderwrack" not in bens
    assert NEWS.title not in first + third
    assert f"New since you last looked\n• {NEWS.title} · EU 2020, day 2" in second


def test_what_comes_right_after_one_looked_is_new(
    slack: LocalSlack, start: Starter, index_dir: Path, encoder: Encoder
) -> None:
    """Home shows the next time what came since one looked, though nobody looked at the notes before that."""
    following = LiveIndex(index_dir, encoder)
    start(index=following, looks_after=False)
    _home(slack, "U1ADA")
    publish_notes(index_dir, encoder, [*TALKS, NEWS])
    following.refresh()

    assert f"New since you last looked\n• {NEWS.title}" in _home(slack, "U1ADA")


def _home(slack: LocalSlack, user_id: str) -> str:
    """Open the Home tab and return what it shows."""
    before = len(slack.calls("views.publish"))
    slack.open_home(user_id)
    slack.wait_for(lambda: len(slack.calls("views.publish")) > before)
    return "\n".join(map(block_text, slack.space.homes[user_id]["blocks"]))


def test_the_home_tab_shows_what_is_covered(slack: LocalSlack, start: Starter) -> None:
    """Home names the conferences, gives questions that the notes answer and says how old the notes are."""
    running = start()
    slack.open_home("U1ADA", tab="messages")
    slack.open_home("U1ADA")
    view = slack.wait_for(lambda: slack.space.homes.get("U1ADA"))
    shown = "\n".join(map(block_text, view["blocks"]))

    assert "17–20 August 2020 · 4 talks · days 3 and 4" in shown
    assert "[What happened there?]" in shown
    assert all(f"[{example}]" in shown for example in examples(running.bot.live.searcher))
    assert "read 20 November 2026" in shown
    assert len(slack.calls("views.publish")) == 1


def test_unknown_clicks_are_acknowledged(slack: LocalSlack, start: Starter) -> None:
    """A button of an older version is acknowledged, so that Slack shows no error mark."""
    start()
    message = {
        "ts": "1.1",
        "blocks": [{"type": "actions", "elements": [{"type": "button", "action_id": "gone", "value": "x"}]}],
    }
    delivery = slack.click(message, "gone", "U1ADA", CHANNEL)

    assert delivery.acked_at is not None


def test_what_could_not_be_answered_is_reported_by_name(
    slack: LocalSlack, start: Starter, memory: Path | SecretStr
) -> None:
    """The week's report groups what was asked in vain by the name it is about, most often first."""
    running = start()
    asked = ("tell me about Sundew", "what is Bladderwrack?", "what about Bladderwrack?", "Bladderwracks?")

    def noted(count: int) -> bool:
        return sum(one.times for one in running.bot.desk.feedback.lacking(1)) == count

    for count, question in enumerate(asked, 1):  # one after the other: what was asked first is the example
        slack.command(CHANNEL, "U1ADA", question)
        slack.wait_for(partial(noted, count))
    running.close()
    reported = CliRunner().invoke(feedback, ["report"], env=named(memory))

    assert reported.output.splitlines() == [
        "4 questions in 7 days that the notes could not answer.",
        "   3  bladderwrack",
        "      what is Bladderwrack?",
        "      what about Bladderwrack?",
        "      Bladderwracks?",
        "   1  sundew",
        "      tell me about Sundew",
    ]


def _with_thumbs(slack: LocalSlack) -> tuple[dict, dict] | None:
    """Find the private message that has thumbs: thanks for earlier ones may still arrive."""
    found = [
        (message, block)
        for message in slack.space.ephemerals
        for block in message["blocks"]
        if block["type"] == "context_actions"
    ]
    return (found[0][0], found[0][1]["elements"][0]) if found else None


GOLDEN = {"id", "question", "type", "history", "doc", "talk", "talks", "evidence", "answer_regex"}


def test_thumbs_become_golden_questions(
    slack: LocalSlack, start: Starter, memory: Path | SecretStr, live: LiveIndex
) -> None:
    """What got 👍 is exported as golden questions whose evidence is verbatim; what got 👎 only for review, without evidence."""
    running = start()
    asked = (
        "what is Quillwort?",
        "which talks mention Lanternfish?",
        "what is Mossbank?",
    )
    for number, question in enumerate(asked):
        slack.command(CHANNEL, "U1ADA", question)
        message, thumbs = slack.wait_for(lambda: _with_thumbs(slack))
        button = thumbs["negative_button" if question == asked[-1] else "positive_button"]
        slack.click(message, "feedback", "U1ADA", CHANNEL, value=button["value"])
        slack.wait_for(lambda kept=number + 1: len(running.bot.desk.feedback.all()) == kept)
        slack.wait_for(lambda: not running.bot.desk.store.open_jobs())
        slack.space.ephemerals.clear()
    running.close()
    exported, reviewed = (
        [
            json.loads(line)
            for line in CliRunner().invoke(feedback, ["export", *more], env=named(memory)).output.splitlines()
        ]
        for more in ([], ["--review"])
    )
    quillwort, lanternfish = exported

    assert [line["type"] for line in reviewed] == ["keyword", "list", "review"]
    assert all(set(line) >= GOLDEN for line in reviewed)
    assert quillwort["talk"] == "Tracing Without Tears"
    text = "\n".join(passage.text for passage in live.searcher.build.passages)
    assert quillwort["evidence"]
    assert all(15 <= len(piece) <= 200 and piece in text for piece in quillwort["evidence"])
    assert re.search(quillwort["answer_regex"], quillwort["evidence"][0], re.IGNORECASE)
    assert set(lanternfish["talks"]) == {"Harbour Pilots for Busy Clusters", "Lanternfish, the First Year"}
    assert reviewed[-1]["evidence"] == []


@pytest.mark.shared
def test_golden_questions_have_the_fields_that_scoring_reads(shared: Path) -> None:
    """The fields that the export writes are those that every line of the golden set has."""
    lines = [
        json.loads(line) for line in (shared / "golden/dev.jsonl").read_text(encoding="utf-8").splitlines()
    ]

    assert set.intersection(*(set(line) for line in lines)) == GOLDEN


def test_the_doctor_ends_with_one_when_something_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without tokens and a build the doctor names both and exits with 1."""
    monkeypatch.chdir(tmp_path)
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "PORT"):
        monkeypatch.delenv(name, raising=False)
    examined = CliRunner().invoke(doctor, [])

    assert examined.exit_code == 1
    assert "FIX  index and model" in examined.output
    assert "SLACK_BOT_TOKEN is not set" in examined.output
