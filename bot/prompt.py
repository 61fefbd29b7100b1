"""A conversation on the terminal: questions one after the other, follow-ups included, until the input ends."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from bot.answering import answer
from bot.errors import QuestionFault
from bot.terminal import print_answer
from index.search import Searcher

TURNS = 5  # earlier ones that a follow-up may stand on
_GREETING = "Ask the notes; follow-ups work too. An empty line or Ctrl-D ends."
_MARK = "> "
_ENDS = frozenset({"exit", "quit", "bye", ":q"})


def converse(
    searcher: Searcher, event: str | None, day: int | None, read: Callable[[str], str] = input
) -> None:
    """Answer questions from a terminal until an empty line or the end of the input.

    Args:
        searcher: The build that is asked.
        event: Limits every answer to a conference.
        day: Limits every answer to a conference day.
        read: Reads one line after showing a mark; `input`, with the keys and the history of readline.
    """
    with suppress(ImportError):  # Windows has none
        import readline  # noqa: F401  importing it is what gives `input` its keys
    print(_GREETING)
    history: list[str] = []
    while (question := _next(read)) and question.lower() not in _ENDS:
        try:
            print_answer(answer(question, searcher=searcher, history=history[-TURNS:], event=event, day=day))
            history.append(question)
        except QuestionFault as fault:
            print(fault)
        print()


def _next(read: Callable[[str], str]) -> str:
    try:
        return read(_MARK).strip()
    except (EOFError, KeyboardInterrupt):
        return ""
