"""Whether a message asks something that conference notes could answer: not the weather, and not what people say to each other.

Both are logarithms of odds, sums of a few numbers with the weights of `belonging.json`, which `python -m training.judge.belonging`
learns. A message that is taken for one of both gets no answer, so the thresholds there are set by what is lost of real questions.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from bot.answering.evidence.evidence import Found
from bot.answering.form import AnswerForm
from bot.answering.language.wordlists import english
from bot.answering.question.examples import examples
from bot.answering.question.question import Question
from index.vocabulary.words import words

_MOST = 6.0  # of the odds by the vector alone
_LONG = 12  # words
_SHORT = 3
_ADDRESSED = re.compile(r"https?://|<[@#!]|(?<!\S)@\w")


def is_off_topic(question: Question, found: Found) -> bool:
    """Return whether a message is about something else than conferences and their subjects."""
    return _is_one("off_topic", off_topic_signals(question, found))


def is_chatter(question: Question) -> bool:
    """Return whether a message in a thread is said to other people rather than asked."""
    signals = chatter_signals(question)
    said = [word.form for word in words(question.text)]
    alone = len(said) == 1 and said[0] in examples().asking  # "help", but not "hmm"
    if question.form is AnswerForm.HELP and (signals["question_mark"] or signals["asks_first"] or alone):
        return False
    return _is_one("chatter", signals)


def off_topic_signals(question: Question, found: Found) -> dict[str, float]:
    """Return the numbers, each about 0 to 1 but for the odds by the vector."""
    late = max((item.late for item in found.evidence), default=0.0)
    other = float(question.language is not english())
    known = sum(word.known for word in question.words)
    return {
        "foreign": _bounded(question.foreign),
        "chatty": _bounded(question.chatty),
        "late": late,
        "dense": max((item.dense for item in found.evidence), default=0.0),
        "late_other_language": late * other,
        "other_language": other,
        "known": known / max(len(question.words), 1),
        "no_words": float(not question.words),
        "limits": float(bool(question.scope.spans)),
        "speakers": float(bool(question.speakers)),
        "talks": float(bool(question.talks)),
        "formed": float(question.form is not AnswerForm.QUOTES),
    }


def chatter_signals(question: Question) -> dict[str, float]:
    """Return the numbers, each about 0 to 1 but for the odds by the vector."""
    said = [word.form for word in words(question.text)]
    first = said[0] if said else ""
    spoken = {english(), question.language}
    # "by whom was that", "in which version ...": what leads to the word that asks is no word of its own.
    led = any(first in language.prepositions for language in spoken)
    asking = said[1] if led and len(said) > 1 else first
    asks = "?" in question.written or any(asking in language.asks for language in spoken)
    mine = any(form in language.speakers_own for form in said for language in spoken)
    names = any(word.known and word.name_like for word in question.words)
    return {
        "foreign": _bounded(question.foreign),
        "chatty": _bounded(question.chatty),
        "question_mark": float("?" in question.written),
        "asks_first": float(any(asking in language.asks for language in spoken)),
        "goes_on": float(any(first in language.continues for language in spoken)),
        "own_first": float(any(first in language.speakers_own for language in spoken)),
        "own": float(mine),
        "states_own": float(mine and not asks and len(said) > _SHORT),
        "length": min(len(said), _LONG) / _LONG,
        "known": sum(word.known for word in question.words) / max(len(question.words), 1),
        "no_words": float(not question.words),
        "names": float(names),
        "short_name": float(names and len(said) <= _SHORT),
        "formed": float(question.form is not AnswerForm.QUOTES or question.bare),
        "addressed": float(bool(_ADDRESSED.search(question.written))),
    }


def _bounded(odds: float) -> float:
    return max(-_MOST, min(_MOST, odds))


def _is_one(kind: str, values: Mapping[str, float]) -> bool:
    model = _model()[kind]
    weights: Mapping[str, float] = model["weights"]
    odds = float(model["intercept"]) + sum(weights[name] * value for name, value in values.items())
    return odds > float(model["refuse_above"])


@cache
def _model() -> Mapping[str, Any]:
    content: Mapping[str, Any] = json.loads(
        files("bot.answering.evidence").joinpath("belonging.json").read_text(encoding="utf-8")
    )
    return content
