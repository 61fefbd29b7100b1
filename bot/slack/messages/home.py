"""The Home tab: conferences, questions to begin with, what is new, and one's own watches. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering import events, examples, extent_text
from bot.slack.messages import kit
from bot.slack.messages.answers import ask_button
from bot.slack.messages.kit import Json
from bot.slack.messages.message import Frame

SUGGESTED = 3
MOST_EVENTS = 20
MOST_WATCHES = 20
MOST_NEW = 5


def home_view(
    frame: Frame,
    command: str,
    *,
    trouble: str | None = None,
    watches: Sequence[str] = (),
    new: Sequence[str] = (),
    lacking: Sequence[str] = (),
) -> Json:
    """Lay the Home tab out.

    Args:
        frame: The build.
        command: The slash command's name.
        trouble: Why a newer build could not be opened.
        watches: The phrases that the person watches.
        new: What has come into the notes since the person last looked.
        lacking: What people asked and the notes could not answer, for those who look after the notes.
    """
    ways = [
        "Mention me in a channel and go on in the thread, or write to me in Messages.",
        f"{command} QUESTION answers you alone; {command} day 3 gives the talks of a day; {command} help says the rest.",
    ]
    promise = (
        "I answer with the notes’ own words, the talk and a link. What the notes do not say, I do not know."
    )
    blocks = [
        kit.header("Ask the conference notes"),
        kit.rich(kit.line(kit.text(promise))),
        *_new(new),
        *_asked("Try", [(question, question) for question in examples(frame.searcher, SUGGESTED)]),
        *_covered(frame),
        *_watched(watches),
        *_titled("Asked this week, without an answer", lacking),
        *_titled("How to ask", ways),
        kit.quiet(
            f"From notes on {extent_text(frame.searcher)}, {frame.read_on()}",
            *([f"A newer build could not be opened: {trouble}"] if trouble else []),
        ),
    ]
    return {"type": "home", "blocks": blocks[:100]}


def _new(new: Sequence[str]) -> list[Json]:
    more = [f"and {len(new) - MOST_NEW} more"] if len(new) > MOST_NEW else []
    return _titled("New since you last looked", [*new[:MOST_NEW], *more])


def _covered(frame: Frame) -> list[Json]:
    """List the conferences, the newest first, each with a button that tells what happened there."""
    lines = [line for block in events(frame.searcher).blocks for line in block.lines]
    shown: list[Json] = []
    for number, line in enumerate(reversed(lines[-MOST_EVENTS:])):
        button = ask_button(line.ask, number, "What happened there?") if line.ask else None
        shown.append(kit.row(line.text, button) if button else kit.rich(kit.line(kit.text(line.text))))
    return [*_heading("The notes cover"), *shown] if shown else []


def _watched(watches: Sequence[str]) -> list[Json]:
    rows = [
        kit.row(f"“{phrase}”", kit.button("Stop watching", f"watch:remove:{number}", {"phrase": phrase}))
        for number, phrase in enumerate(watches[:MOST_WATCHES])
    ]
    return [*_heading("You watch"), *rows] if rows else []


def _asked(title: str, asks: Sequence[tuple[str, str]]) -> list[Json]:
    buttons = [
        button for number, (label, ask) in enumerate(asks) if (button := ask_button(ask, number, label))
    ]
    return [*_heading(title), kit.actions(*buttons)] if buttons else []


def _titled(title: str, lines: Sequence[str]) -> list[Json]:
    bullets = kit.bullets(kit.line(kit.text(one)) for one in lines)
    return [kit.rich(kit.line(kit.text(title, bold=True)), bullets)] if lines else []


def _heading(title: str) -> list[Json]:
    return [kit.rich(kit.line(kit.text(title, bold=True)))]
