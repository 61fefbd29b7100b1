"""Take the wrapping off a question: Slack's mark-up, emoji, greetings and politeness."""

from __future__ import annotations

import html
import re
import unicodedata
from functools import cache

from bot.answering.language.data import read_data
from bot.answering.language.wordlists import languages
from index.vocabulary.words import is_unspaced

_LABELLED = re.compile(r"<(?:https?://|mailto:|[#@!])[^|<>]*\|([^<>]*)>")
_LINK = re.compile(r"<((?:https?://|mailto:)[^|<>]*)>")
_MENTION = re.compile(r"<[@#!][^<>]*>|(?<!\S)@[\w.-]+(?=[\s,:]|$)")
_EMOJI_NAME = re.compile(r"(?<![\w/]):[a-z0-9_+'-]{2,40}:(?![\w/])")
_FENCE = re.compile(r"`{1,3}")
_STYLE = re.compile(r"(?<![\w*~])([*~_])(\S(?:[^*~\n]*\S)?)\1(?![\w*~])")
_QUOTE_LINE = re.compile(r"^[^\S\n]*(?:>|&gt;)\s?", re.MULTILINE)
_SPACES = re.compile(r"\s+")
_AFTER = r"[\s,!.:;–—-]*"
_MOST = 4  # greetings and politeness that stand one behind the other: "hi all, good morning, please ..."


# An abbreviation with a sign inside, which would part it into two words that nobody means.
_TLDR = re.compile(r"\btl\s?[;:,/]\s?dr\b", re.IGNORECASE)


def plain_question(text: str) -> str:
    """Return the question's own words on one line.

    Slack escapes `&`, `<` and `>` and wraps mentions, channels and links in angle brackets
    (https://docs.slack.dev/messaging/formatting-message-text).
    """
    text = _LABELLED.sub(r" \1 ", text)
    text = html.unescape(_QUOTE_LINE.sub("", _MENTION.sub(" ", _LINK.sub(r" \1 ", text))))
    text = _STYLE.sub(r"\2", _FENCE.sub("", _EMOJI_NAME.sub(" ", text)))
    text = "".join(" " if _is_ornament(c) else c for c in text)
    text = _TLDR.sub("tldr", text)
    text = _SPACES.sub(" ", _scripts_apart(text).replace("’", "'")).strip()
    return _without_politeness(text) or text


def spelt_out(text: str) -> str:
    """Return a question with the shorthand of chat written out: "how many ppl" is "how many people"."""
    return _shorthand().sub(lambda match: str(read_data("shorthand.yaml")[match[0].lower()]), text)


@cache
def _shorthand() -> re.Pattern[str]:
    listed = sorted(read_data("shorthand.yaml"), key=lambda said: (-len(said), said))
    return re.compile(rf"(?<![\w/.-])(?:{'|'.join(map(re.escape, listed))})(?![\w/.-])", re.IGNORECASE)


def is_courtesy(text: str) -> bool:
    """Return whether a plain question is a greeting or a thank-you and nothing else."""
    return not _without_politeness(text).strip(" !.?,")


def _without_politeness(text: str) -> str:
    starts, ends = _courtesies()
    for _ in range(_MOST):
        bare = ends.sub("", starts.sub("", text, count=1), count=1).strip()
        if bare == text:
            break
        text = bare
    return text


@cache
def _courtesies() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return what is taken off a question's beginning and its end, in all languages."""
    greetings = _any_of("greetings")
    # Whom a greeting is for: "all", "folks", "tous", at most two words up to a sign.
    addressed = rf"(?:\s+[\w@'-]+){{0,2}}\s*(?:[,!.:;]|\s[–—-]\s){_AFTER}"
    please = _any_of("please")
    starts = rf"^(?:{greetings}){addressed}|^(?:{please}|{greetings})\b(?![-'’]){_AFTER}(?:if\s+)?"
    # A run of signs is tried from its beginning alone: from each of its signs, 2,000 commas took 2 s.
    ends = rf"(?:^|(?<![\s,;–—-])[\s,;–—-]+)(?:{please}|{_any_of('thanks')})[\s!.]*$"
    return re.compile(starts, re.IGNORECASE), re.compile(ends, re.IGNORECASE)


def _any_of(kind: str) -> str:
    listed = {said for language in languages().values() for said in getattr(language, kind)}
    return "|".join(re.escape(said) for said in sorted(listed, key=lambda said: (-len(said), said)))


def _scripts_apart(text: str) -> str:
    """Put blanks between Latin letters and those of a script without blanks: a name in a Japanese sentence is a word."""
    if text.isascii():
        return text
    pieces: list[str] = []
    for before, character in zip(" " + text, text, strict=False):
        if before.isalnum() and character.isalnum() and is_unspaced(before) != is_unspaced(character):
            pieces.append(" ")
        pieces.append(character)
    return "".join(pieces)


def _is_ornament(character: str) -> bool:
    # So: emoji and pictures, Sk above ASCII: skin tones, Cf: joiners, Co and Cs: no characters at all.
    category = unicodedata.category(character)
    return category in {"So", "Cf", "Co", "Cs", "Cc"} or (category == "Sk" and ord(character) > 0x7F)
