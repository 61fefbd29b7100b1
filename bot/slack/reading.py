"""How notes read on a screen: wrapped lines joined again, the first sentence that says something. Words are never changed. Pure."""

from __future__ import annotations

import re

from bot.slack.mrkdwn import clean
from index.words import fold

WRAPPED_AT = 70  # a line as long as this that ends without a stop was broken by an editor, not by its author
SHORTEST_GIST = 40
_SENTENCE = re.compile(r"(?<=[.!?…])[”\"’)]*\s+(?=[A-ZÀ-Þ0-9“\"‘(])|(?<=[。！？])|\n+")
_BULLET = re.compile(r"\s*(?:[-*•‣–—>#|]|\d+[.)])\s")
_GOES_ON = re.compile(r"(?:,|\b(?:a|an|and|as|at|by|for|from|in|into|is|of|on|or|that|the|to|was|with))$", re.IGNORECASE)


def reflow(text: str) -> str:
    """Join lines that were wrapped and close empty ones; lists stay lists."""
    lines = [line.rstrip() for line in clean(text).strip().split("\n") if line.strip()]
    joined = lines[:1]
    for line in lines[1:]:
        if _is_wrapped(joined[-1].rsplit("\n", 1)[-1], line):
            joined[-1] = f"{joined[-1]} {line.lstrip()}"
        else:
            joined.append(line)
    return "\n".join(joined)


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
    return len(sentence) >= SHORTEST_GIST and not sentence[0].islower() and sentence.endswith((".", "!", "?", "”", '"', ")", "。"))


def _repeats(sentence: str, title: str) -> bool:
    return bool(title) and (fold(title) in fold(sentence) or fold(sentence) in fold(title))


def _is_wrapped(before: str, line: str) -> bool:
    if _BULLET.match(line) or before.endswith((".", ";", ":", "!", "?")):
        return False
    if _BULLET.match(before) and not line.lstrip()[:1].islower():
        return False  # what follows on a list's last item, not the item's second line
    return len(before) >= WRAPPED_AT or bool(_GOES_ON.search(before))
