"""What a question costs grows with its length, no faster: operations are counted, no clock is read."""

from __future__ import annotations

import sys
import time
from collections import Counter
from types import CodeType, FrameType
from typing import Any

import pytest

from bot.answering import MAX_QUESTION_CHARS, answer
from bot.answering.language.markup import plain_question
from index.search import Searcher

# Families of questions that made an answer take seconds, and their siblings: every separator, letters that stand
# alone, signs between words, quotation marks, words that begin names, versions, combining marks, other scripts.
FAMILIES = {
    "slashes": "a/b/c/",
    "question marks": "a?",
    "signs": "%s%n",
    "letters": "a b c d ",
    "underscores": "x_y_",
    "combining marks": "e\u0301 ",
    "quotation marks": '"a" ',
    "apostrophes": "l'a d'b ",
    "by": "talks by ",
    "numbers": "1.2.3-4 ",
    "one long version": "1.",
    "commas": ",",
    "hyphens": "pod-pod-",
    "and or": "crates and quays or ",
    "one word": "lanternfish ",
    "names": "Ines Moreau ",
    "one long word": "lantern",
    "brackets": "([{",
    "days": "day 3 ",
    "years": "in 2021 ",
    "years and a word": "in 2021 quay ",
    "words that ask": "what who ",
    "questions in a row": "who spoke on quays and when was it and ",
    "other scripts": "日本 как ",
    "emoji": "🚀🏽 ",
    "addresses": "http://a.b/c?d=e&f=#g ",
    "mentions": "<@U1> ",
    "mentions and words": "<@U1> quay ",
    "camels": "aBcDeF",
    "names that the notes have and lack": "quay Zorblax ",
}


class Counted:
    """Calls of Python functions and of functions in C while something runs, by where they stand."""

    def __init__(self) -> None:
        self.calls: Counter[CodeType | str] = Counter()

    def __enter__(self) -> Counted:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _note(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "call":
            self.calls[frame.f_code] += 1
        elif event == "c_call":
            self.calls[getattr(argument, "__qualname__", "")] += 1

    @property
    def total(self) -> int:
        """Return how many calls there were."""
        return sum(self.calls.values())


def cost(question: str, searcher: Searcher) -> Counted:
    """Return the calls that an answer takes."""
    with Counted() as counted:
        answer(question, searcher=searcher)
    return counted


@pytest.mark.parametrize("family", FAMILIES)
def test_twice_the_question_is_at_most_2_2_times_the_calls(family: str, searcher: Searcher) -> None:
    """Each family at a quarter and at half of what a question may have, beside what any question costs.

    Both end with a whole part: half a mention is a word to look up where a whole one is nothing.
    """
    part = FAMILIES[family]
    times = MAX_QUESTION_CHARS // 4 // len(part)
    answer(part * 4 * times, searcher=searcher)  # what is remembered from then on
    half, whole = (cost(part * count, searcher) for count in (times, 2 * times))
    grown = Counter({what: count for what, count in whole.calls.items()})
    grown.subtract(half.calls)

    assert whole.total <= 2.2 * half.total + 2_000, grown.most_common(6)


@pytest.mark.parametrize(
    "sign", [",", ";", ", ", "- ", "– ", "\n", "> ", "! ", "please, ", "hi, ", "*a ", "<@"]
)
def test_a_run_of_signs_costs_next_to_nothing(sign: str) -> None:
    """What a pattern reads again and again is no call: a run of signs that took 8 s of CPU takes some thousandths."""
    started = time.process_time()
    plain_question((sign * 4_000)[:4_000])

    assert time.process_time() - started < 0.5
