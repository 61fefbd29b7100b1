"""Questions on a made-up corpus: names, topics, people, conferences, days, lists, slips, and what stands nowhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from benchmarks.made_up import Corpus, invented

_WORDS = re.compile(r"[A-Za-z][A-Za-z-]{3,}")


def questions(corpus: Corpus, count: int) -> list[str]:
    """Return so many questions, kinds in turn, the same for the same corpus."""
    chance = np.random.RandomState(11)
    kinds = _kinds(corpus, chance)
    return [kinds[at % len(kinds)]() for at in range(count)]


def _kinds(corpus: Corpus, chance: np.random.RandomState) -> list[Callable[[], str]]:
    def sentence() -> str:
        return corpus.pieces.sentences[chance.randint(len(corpus.pieces.sentences))]

    def words(count: int) -> str:
        found = _WORDS.findall(sentence()) or ["clusters"]
        start = chance.randint(max(len(found) - count, 0) + 1)
        return " ".join(found[start : start + count])

    def name() -> str:
        return next((word for word in _WORDS.findall(sentence())[1:] if word[0].isupper()), "Kubernetes")

    def talk() -> int:
        return int(chance.randint(len(corpus.talks)))

    def person() -> str:
        return corpus.talks[talk()].speakers[0]

    def event() -> str:
        return corpus.events[chance.randint(len(corpus.events))].event_id

    def slip() -> str:
        word = name()
        at = 1 + chance.randint(max(len(word) - 2, 1))
        return word[:at] + word[at + 1 :]

    return [
        lambda: f"what did they say about {name()}?",
        lambda: f"how do you {words(4).lower()}?",
        lambda: f"why {words(5).lower()}",
        lambda: f"{words(3)}",
        lambda: f"what did {person()} say about {words(2).lower()}?",
        lambda: f"{name()} at {event()}",
        lambda: f"what was said about {words(2).lower()} at {event()} on day {1 + chance.randint(3)}?",
        lambda: f"what about {name()} on day {1 + chance.randint(3)}?",
        lambda: f"{words(3).lower()} in {2005 + chance.randint(20)}",
        lambda: f"which talks cover {words(1).lower()} {words(1).lower()}?",
        lambda: f"which talks mention {name()}?",
        lambda: f"talks by {person()}",
        lambda: f"which keynotes were there at {event()}?",
        lambda: f"got the slides of the talk on {words(2)}?",
        lambda: f"who talked about {name()} and {words(1).lower()}?",
        lambda: f"what is {slip()} good for?",
        lambda: f"did anyone mention {invented(900_000 + chance.randint(10_000))}?",
        lambda: f"what do the notes say on “{corpus.talks[talk()].title}”?",
        lambda: f"how many {words(1).lower()} does {name()} need?",
        lambda: f"qu'est-ce qui a été dit sur {name()} ?",
    ]
