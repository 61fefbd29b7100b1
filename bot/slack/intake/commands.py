"""What a person asks for: one of a few commands, the talks of a day, or a question. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

from bot.answering.language.markup import plain_question
from index.conferences.day_mentions import parse_days
from index.conferences.event_mentions import parse_events

Verb = Literal[
    "help",
    "events",
    "status",
    "talk",
    "speaker",
    "watch",
    "unwatch",
    "watches",
    "digest",
    "subscribe",
    "question",
]

_WHOLE = {
    "": "help",
    "help": "help",
    "?": "help",
    "hilfe": "help",
    "aide": "help",
    "events": "events",
    "status": "status",
    "watches": "watches",
}
_FIRST = re.compile(
    r"(?P<verb>talk|speaker|watch|unwatch)(?:\s+(?!(?:about|on|of|for|at|in|from|to|by|is|was|who)\b)(?P<words>\S.*))?",
    re.IGNORECASE | re.DOTALL,
)
_SUBSCRIBE = re.compile(r"digest(?:\s+(?P<words>daily|weekly|off|stop|none)(?:\s+here)?)?", re.IGNORECASE)
_KIND = re.compile(r"\b(?:keynote|session|workshop|tutorial|panel)s?\b", re.IGNORECASE)
# Words that may stand beside a day or a conference without turning it into a question on their content.
_FILLER = re.compile(
    r"\b(?:talks?|show|me|list|all|the|of|at|on|from|for|in|digest|agenda|programme?|schedule|notes?|and|please)\b|[\W_]+",
    re.IGNORECASE,
)
# What is left hanging when "at KubeCon EU 2020 on day 3" is taken out of a question.
_DANGLING = re.compile(
    r"(?:\s+(?:at|in|on|of|from|for|during|the))+(?=\s*[?.!]*$)|(?<=\s)(?:at|in|on|during)\s+(?=(?:at|in|on|about)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Command:
    """What was asked for; `words` are its argument, empty where it was given none."""

    verb: Verb
    words: str = ""


def parse(text: str) -> Command:
    """Read what a person typed after the command's name or to the bot.

    A text made of conferences, days and kinds of talk only asks for a digest; anything else that is no
    command is a question.
    """
    words = text.strip()
    if whole := _WHOLE.get(words.lower().rstrip("!.")):
        return Command(_verb(whole))
    if not plain_question(words):
        return Command("help")  # nothing but emoji
    if first := _FIRST.fullmatch(words):
        return Command(_verb(first["verb"].lower()), (first["words"] or "").strip())
    if subscribed := _SUBSCRIBE.fullmatch(words):
        return Command("subscribe", (subscribed["words"] or "").lower())
    return Command("digest" if _is_scope(words) else "question", words)


def _is_scope(words: str) -> bool:
    """Tell whether a text names conferences, days and kinds of talks, and nothing else."""
    spans = _limits(words)
    kinds = [match.span() for match in _KIND.finditer(words)]
    return bool(spans) and not _FILLER.sub("", _without(words, [*spans, *kinds]))


def _limits(text: str) -> list[tuple[int, int]]:
    events = [span for mention in parse_events(text) for span in mention.spans]
    return events + [mention.span for mention in parse_days(text)]


def without_scope(text: str) -> str:
    """Return a question without the words that limit it to a conference or a day; empty where nothing else is left."""
    rest = " ".join(_without(text, _limits(text)).split())
    return _DANGLING.sub("", rest) if _FILLER.sub("", rest) else ""


def _without(text: str, spans: Iterable[tuple[int, int]]) -> str:
    kept = list(text)
    for start, end in spans:
        kept[start:end] = " " * (end - start)
    return "".join(kept)


def _verb(word: str) -> Verb:
    return next(verb for verb in get_args(Verb) if verb == word)
