"""Take the wrapping off a question: Slack's mark-up, emoji, greetings and politeness."""

from __future__ import annotations

import html
import re
import unicodedata

_LABELLED = re.compile(r"<(?:https?://|mailto:|[#@!])[^|<>]*\|([^<>]*)>")
_LINK = re.compile(r"<((?:https?://|mailto:)[^|<>]*)>")
_MENTION = re.compile(r"<[@#!][^<>]*>")
_EMOJI_NAME = re.compile(r"(?<![\w/]):[a-z0-9_+'-]{2,40}:(?![\w/])")
_FENCE = re.compile(r"`{1,3}")
_STYLE = re.compile(r"(?<![\w*~])([*~_])(\S(?:[^*~\n]*\S)?)\1(?![\w*~])")
_QUOTE_LINE = re.compile(r"^\s*(?:>|&gt;)\s?", re.MULTILINE)
_SPACES = re.compile(r"\s+")

_GREETING = re.compile(
    r"^(?:(?:hi|hey|hello|yo|good (?:morning|afternoon|evening)|bonjour|salut|coucou|hallo|dear)\b"
    r"(?:\s+(?:all|folks|team|everyone|everybody|there|guys|bot|again|tous|à tous|@\w+))?[\s,!.:;–—-]*)+",
    re.IGNORECASE,
)
_POLITE_START = re.compile(
    r"^(?:(?:please|pls|plz|quick question|quick one|question|just wondering|i was wondering|svp|s'il (?:te|vous) pla[iî]t)\b"
    r"[\s,!.:;–—-]*(?:if\s+)?)+",
    re.IGNORECASE,
)
_POLITE_END = re.compile(
    r"(?:^|[\s,;–—-]+)(?:please|pls|plz|thanks(?: a lot| in advance)?|thank you|thx|ty|cheers|svp"
    r"|merci(?: d'avance)?|s'il (?:te|vous) pla[iî]t)[\s!.]*$",
    re.IGNORECASE,
)
_ABOUT_BOT = re.compile(
    r"(?:help|test|ping|who are you|what are you|what can you do|how are you|how do you work)", re.IGNORECASE
)


def plain_question(text: str) -> str:
    """Return the question's own words on one line.

    Slack escapes `&`, `<` and `>` and wraps mentions, channels and links in angle brackets
    (https://docs.slack.dev/messaging/formatting-message-text).
    """
    text = _MENTION.sub(" ", _LINK.sub(r" \1 ", _LABELLED.sub(r" \1 ", text)))
    text = html.unescape(_QUOTE_LINE.sub("", text))
    text = _STYLE.sub(r"\2", _FENCE.sub("", _EMOJI_NAME.sub(" ", text)))
    text = "".join(" " if _is_ornament(c) else c for c in text)
    text = _SPACES.sub(" ", text.replace("’", "'")).strip()
    return _without_politeness(text)


def is_small_talk(text: str) -> bool:
    """Tell whether a plain question is a greeting or a thank-you and nothing else."""
    bare = text.strip(" !.?,")
    for pattern in (_GREETING, _POLITE_START, _POLITE_END):
        bare = pattern.sub("", bare, count=1)
    return not bare.strip(" !.?,") or bool(_ABOUT_BOT.fullmatch(bare.strip(" !.?,")))


def _without_politeness(text: str) -> str:
    bare = text
    for pattern in (_GREETING, _POLITE_START, _POLITE_END):
        bare = pattern.sub("", bare, count=1)
    return bare.strip() or text


def _is_ornament(character: str) -> bool:
    # So: emoji and pictures, Sk above ASCII: skin tones, Cf: joiners, Co and Cs: no characters at all.
    category = unicodedata.category(character)
    return category in {"So", "Cf", "Co", "Cs", "Cc"} or (category == "Sk" and ord(character) > 0x7F)
