"""How notes read on a screen: wrapped lines joined again, the first sentence that says something. Words are never changed. Pure."""

from __future__ import annotations

import re

from bot.answering.rendering import tidy
from bot.slack.mrkdwn import clean
from index.vocabulary.words import fold

SHORTEST_GIST = 40
_SENTENCE = re.compile(r"(?<=[.!?…])[”\"’)]*\s+(?=[A-ZÀ-Þ0-9“\"‘(])|(?<=[。！？])|\n+")


def reflow(text: str) -> str:
    """Join lines that were wrapped and close empty ones; lists stay lists."""
    return tidy(clean(text))


def sentences(text: str) -> list[str]:
    """Return a text's sentences, wrapped lines joined."""
    return [part.strip() for part in _SENTENCE.split(reflow(text)) if part.strip()]


def first_sentence(text: str) -> str:
    """Return a text's first sentence."""
    return next(iter(sentences(text)), "")


def gist(texts: list[str], title: str) -> str:
    """Return the first sentence that says more than the title does, the first at all where there is none."""
    candidates = [sentence for text in texts for sentence in sentences(text)]
    telling = (one for one in candidates if _is_whole(one) and not _repeats(one, title))
    return next(telling, next(iter(candidates), ""))


def _is_whole(sentence: str) -> bool:
    return (
        len(sentence) >= SHORTEST_GIST
        and not sentence[0].islower()
        and sentence.endswith((".", "!", "?", "”", '"', ")", "。"))
    )


def _repeats(sentence: str, title: str) -> bool:
    return bool(title) and (fold(title) in fold(sentence) or fold(sentence) in fold(title))
