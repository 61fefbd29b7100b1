"""Messages that are no answer from the notes.

Help, status, apologies, and why an answer comes another way. Pure.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.answering import extent_text
from bot.answering.models import Answer
from bot.answering.rendering import beside, counted, people_of, place, source_text
from bot.slack.messages import kit
from bot.slack.messages.answers import SHORT_QUOTE, answer_message, clipped, reflow
from bot.slack.messages.kit import Json
from bot.slack.messages.message import LONGEST_RESTATED, Frame, Message
from index.models import Talk

NOT_HERE = "I am not switched on in this channel. Ask me in a direct message."


def help_message(answer: Answer, frame: Frame, command: str) -> Message:
    """Say what can be asked, and the ways to ask it in Slack."""
    ways = [
        ("@mention me", "in a channel, and go on in the thread without a mention"),
        ("Write to me", "in a direct message"),
        (f"{command} QUESTION", "privately, for you alone"),
        (f"{command} day 3", "the talks of a day; also “eu 2020 day 3”, “san diego”, “keynotes day 1”"),
        (f"{command} talk WORDS", "one talk, by words of its title or its address"),
        (f"{command} speaker NAME", "a speaker’s talks"),
        (f"{command} events", "the conferences that the notes cover"),
        (f"{command} watch WORDS", "a message when new notes have them; also “unwatch WORDS” and “watches”"),
        (f"{command} digest weekly here", "what is new in the notes, once a week in this channel"),
        (f"{command} status", "how old and how large the notes are"),
    ]
    lines = kit.bullets(kit.line(kit.text(what, bold=True), kit.text(f" – {why}")) for what, why in ways)
    said = answer_message(answer, frame)
    title = "In Slack:"
    own = kit.rich(kit.line(kit.text(title, bold=True)), lines)
    plain = "\n".join([title, *(f"{what} – {why}" for what, why in ways)])
    return Message(said.notice, (*said.blocks[:-1], own, said.blocks[-1]), f"{said.plain}\n\n{plain}")


def status_message(frame: Frame, trouble: str | None) -> Message:
    """Say which build is served, how old it is and what it holds."""
    build = frame.searcher.build
    made_at = datetime.fromisoformat(build.manifest.created_at).astimezone(UTC)
    holds = (
        extent_text(frame.searcher),
        counted(len(build.events), "conference"),
        counted(len(build.passages), "passage"),
    )
    lines = [
        f"Build {build.build_id}, made {made_at:%-d %B %Y, %H:%M} UTC",
        ", ".join(holds),
        f"Model {build.manifest.encoder.name} ({build.manifest.encoder.revision[:12]})",
    ]
    lines += [f"A newer build could not be opened: {trouble}"] if trouble else []
    said = (
        "A newer build could not be opened; the last good one answers."
        if trouble
        else "All is well: the newest notes are served."
    )
    body = kit.rich(
        kit.line(kit.text(said, bold=True)), kit.bullets(kit.line(kit.text(one)) for one in lines)
    )
    return Message(said, (body, frame.footer()), "\n".join([said, *lines]))


def unfurled(talk: Talk, card: Answer, frame: Frame) -> list[Json]:
    """Lay a talk's card out for below its address.

    Who, where, the first of what the notes say, and whose notes they are.
    """
    said = [beside(talk, people_of(talk)), place(talk)]
    facts = " · ".join(part for part in said if part)
    blocks = [kit.words("\n".join(part for part in (talk.title, facts) if part))]
    quote = next(iter(card.quotes), None)
    if quote is None:
        return blocks
    whose = source_text(quote)
    blocks.append(kit.words(f"“{clipped(reflow(quote.text, quote.layout), SHORT_QUOTE)}”"))
    return [*blocks, kit.quiet(", ".join(part for part in (whose, frame.read_on()) if part))]


def sorry(problem_id: str) -> Message:
    """Apologise for a defect, with the id under which the log has it."""
    said = (
        "Something went wrong on my side, and your question was not answered."
        f" Please ask again; if it stays, tell whoever runs me: {problem_id}."
    )
    return note(said)


def diverted(message: Message, channel_id: str, question: str, reason: str) -> Message:
    """Put in front of an answer why it comes in private, and to which question."""
    before, after = (
        "You asked in ",
        f": “{kit.cut(question, LONGEST_RESTATED)}” I cannot answer there: {reason}.",
    )
    why = kit.line(kit.text(before), kit.channel(channel_id), kit.text(after))
    return message.below(kit.rich(why), f"{before}a channel{after}")


def not_here() -> Message:
    """Say that the bot does not answer in a channel."""
    return note(NOT_HERE)


def usage(command: str, verb: str, words: str) -> Message:
    """Say how a command is used that was given without its words."""
    return note(f"Say what after it: “{command} {verb} {words}”.")


def note(said: str) -> Message:
    """Say one thing in plain words."""
    return Message(said, (kit.rich(kit.line(kit.text(said))),), said)
