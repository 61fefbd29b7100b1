"""What a question and the best passages show of whether the passages answer it: the numbers that the confidence is made of.

A near miss is close to the notes and asks for what they leave out. So the numbers say what the best passages
leave unmet of the question's words, how far the best passage stands out, what kind of thing is asked for, and
whether the passage holds such a thing. How a person writes (question marks, capitals, length, "we" and "my")
tells pairs written for training apart and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from bot.answering.evidence.evidence import Found
from bot.answering.evidence.expected import figures_asked, holds_number, lacks_figure
from bot.answering.language.wordlists import is_generic, is_stop
from bot.answering.question.question import Question
from index.models import Hit
from index.ranking.fusion import Evidence
from index.vocabulary.words import fold, forms, singular

_MET = 0.5  # cosine from which a word counts as met
_SAME = 0.75  # the same word in another sentence
_SHOWN = 3  # passages that an answer quotes at most
_NEAR = 8  # passages that the best one is held against
_LED_BY = r"^(?:(?:and|so|but|ok|okay|hey|hi|et|also|btw)\b[ ,]*)*"
# What is asked for, by the words that ask.
_ASKED = {
    "yes_no": re.compile(
        _LED_BY
        + r"(?:is|are|was|were|do|does|did|can|could|will|would|has|have|had|should|est-ce|peut-on|y a-t-il)\b",
        re.IGNORECASE,
    ),
    "who": re.compile(
        r"\b(?:who|whom|whose|which (?:person|speaker|engineer|maintainer)|qui)\b", re.IGNORECASE
    ),
    "which": re.compile(r"\b(?:which|what|quel(?:le)?s?|name of)\b", re.IGNORECASE),
    "why": re.compile(r"\b(?:why|pourquoi|reason|how come)\b", re.IGNORECASE),
    "how": re.compile(
        r"\b(?:how (?:do|does|did|can|to|is|are|was|were|would|should)|comment)\b", re.IGNORECASE
    ),
    "compares": re.compile(
        r"\b(?:compare[sd]?|comparison|versus|vs|faster|slower|better|cheaper|than|difference)\b",
        re.IGNORECASE,
    ),
    "plans": re.compile(r"\b(?:will|going to|plans? to|planned|future|next)\b", re.IGNORECASE),
    "either": re.compile(r"\b(?:or|ou)\b", re.IGNORECASE),
    # Who remembers that somebody said it asks for what was said.
    "recalls": re.compile(
        r"\b(?:talk|session|someone|somebody|anyone|speaker|quelqu'un|remember)\b", re.IGNORECASE
    ),
}
_ASKING = ("yes_no", "who", "which", "why", "how")
_Forms = frozenset[str]
_ATTRIBUTE = re.compile(
    r"\b(?:how (?:many|much)|which|what|combien de|quel(?:le)?s?)\s+([\w-]+)(?:\s+([\w-]+))?", re.IGNORECASE
)


def signals(question: Question, found: Found) -> dict[str, float]:
    """Return the numbers, each about 0 to 1; empty where nothing was found."""
    kept = [at for at, hit in enumerate(found.hits) if hit.passage.role == "body"] or range(len(found.hits))
    hits = [found.hits[at] for at in kept]
    evidence = [found.evidence[at] for at in kept]
    if not hits:
        return {}
    words = _Words(evidence, hits)
    said, shown = _said(hits[:1]), _said(hits[:_SHOWN])
    asked = _asked(question, hits[0])
    values = {
        **words.profile(),
        **_standing(evidence, hits),
        **words.coverage(said, shown),
        **_names(question, said, shown),
        **asked,
    }
    values["yes_no_unmet"] = asked["yes_no"] * (1 - values["shown_least"])
    values["figure_unmet"] = float(any(figures_asked(question.text))) * (1 - values["shown_met"])
    values["which_unmet"] = asked["which"] * (1 - values["shown_met"])
    values["attribute"], values["attribute_unmet"] = words.attribute(question.text)
    return values


class _Words:
    """The question's words that carry its subject, each with its weight and how well passages meet it."""

    def __init__(self, evidence: Sequence[Evidence], hits: Sequence[Hit]) -> None:
        query = evidence[0].query
        self._pieces = query.tokens
        told = [at for at, word in enumerate(query.words) if query.weights[at] > 0]
        topical = {at for at in told if not (is_stop(query.words[at]) or is_generic(query.words[at]))} or set(
            told
        )
        self._topical = sorted(topical) or list(range(len(query.words)))
        self._grammar = [at for at in told if at not in topical]
        self._forms = [fold(query.words[at]) for at in self._topical]
        total = sum(query.weights[at] for at in self._topical) or 1.0
        self._weights = [query.weights[at] / total for at in self._topical]
        similarities = np.stack([item.similarities for item in evidence[: _SHOWN + 2]])
        same_talk = [at for at in range(len(similarities)) if hits[at].talk.talk_id == hits[0].talk.talk_id]
        self._best = self._met(similarities[0].tolist(), self._topical)
        self._in_grammar = self._met(similarities[0].tolist(), self._grammar)
        self._in_talk = self._met(similarities[same_talk].max(axis=0).tolist(), self._topical)
        self._shown = self._met(similarities[:_SHOWN].max(axis=0).tolist(), self._topical)

    def _met(self, pieces: Sequence[float], positions: Sequence[int]) -> list[float]:
        groups = (self._pieces[at] for at in positions)
        return [sum(pieces[piece] for piece in group) / len(group) for group in groups]

    def profile(self) -> dict[str, float]:
        """Return how well the best passage, those of its talk, and those that would be shown meet the words."""
        least, second = sorted(self._best)[:2] if len(self._best) > 1 else self._best * 2
        heaviest = sorted(range(len(self._weights)), key=lambda at: -self._weights[at])[:2]
        return {
            "mean": self._mean(self._best),
            "least": least,
            "second_least": second,
            "met": self._share(self._best, _MET),
            "same": self._share(self._best, _SAME),
            "heaviest": sum(self._best[at] for at in heaviest) / len(heaviest),
            "grammar": sum(self._in_grammar) / len(self._in_grammar)
            if self._in_grammar
            else self._mean(self._best),
            "talk_least": min(self._in_talk),
            "shown_mean": self._mean(self._shown),
            "shown_least": min(self._shown),
            "shown_met": self._share(self._shown, _MET),
        }

    def coverage(self, best: _Forms, shown: _Forms) -> dict[str, float]:
        """Return the weight of the words that the best passage and those shown say, to the letter but for their number."""
        pairs = list(zip(self._forms, self._weights, strict=True))
        return {
            "said": sum(weight for form, weight in pairs if _says(best, form)),
            "said_shown": sum(weight for form, weight in pairs if _says(shown, form)),
        }

    def attribute(self, text: str) -> tuple[float, float]:
        """Return whether "how many", "which" or "what" is followed by words of weight, and how badly the worst is met."""
        match = _ATTRIBUTE.search(text)
        wanted = {fold(word) for word in (match.groups() if match else ()) if word}
        met = [
            similarity for form, similarity in zip(self._forms, self._shown, strict=True) if form in wanted
        ]
        return (1.0, 1 - min(met)) if met else (0.0, 0.0)

    def _mean(self, similarities: Sequence[float]) -> float:
        return sum(
            weight * similarity for weight, similarity in zip(self._weights, similarities, strict=True)
        )

    def _share(self, similarities: Sequence[float], least: float) -> float:
        return sum(
            weight
            for weight, similarity in zip(self._weights, similarities, strict=True)
            if similarity >= least
        )


def _standing(evidence: Sequence[Evidence], hits: Sequence[Hit]) -> dict[str, float]:
    """Return the best passage's scores, and how far it stands out among the others found."""
    scores = [item.score for item in evidence]
    best = evidence[0]
    rest = scores[_NEAR:] or scores
    spread = sum((one - sum(scores) / len(scores)) ** 2 for one in scores) / len(scores)
    distance = scores[0] - sum(rest) / len(rest)
    lates = [item.late for item in evidence[1:_NEAR]] or [best.late]
    others = hits[1 : _SHOWN + 2]
    return {
        "late": best.late,
        "dense": best.dense,
        "talk": best.talk,
        "margin": scores[0] - sum(scores[1:_NEAR]) / len(scores[1:_NEAR]) if len(scores) > 1 else 0.0,
        "margin_next": -max((after - before for before, after in pairwise(scores[:2])), default=0.0),
        "margin_all": distance,
        "stands_out": distance / (spread**0.5 + 0.02) / 5,
        "margin_late": best.late - sum(lates) / len(lates),
        "same_talk": sum(hit.talk.talk_id == hits[0].talk.talk_id for hit in others) / max(len(others), 1),
    }


def _names(question: Question, best: _Forms, shown: _Forms) -> dict[str, float]:
    """Return how many of the question's names the best passage and those shown lack."""
    names = [word.form for word in question.words if word.name_like]
    return {
        "names_missing": sum(not _says(best, name) for name in names) / max(len(names), 1),
        "names_missing_shown": sum(not _says(shown, name) for name in names) / max(len(names), 1),
    }


def _asked(question: Question, best: Hit) -> dict[str, float]:
    """Return what kind of thing is asked for, and whether the best passage holds no figure where one is."""
    figures = figures_asked(question.text)
    kinds = {name: float(bool(pattern.search(question.text))) for name, pattern in _ASKED.items()}
    return {
        **kinds,
        "how": kinds["how"] * (not any(figures)),
        "states": float(not any(figures) and not any(kinds[name] for name in _ASKING)),
        **{
            name: float(asks)
            for name, asks in zip(("how_many", "how_much", "how_long", "when"), figures, strict=True)
        },
        "no_number": float(any(figures) and not holds_number(question, best)),
        "no_figure": float(any(figures) and lacks_figure(question, best)),
    }


def _said(hits: Sequence[Hit]) -> _Forms:
    """Return the folded words of passages, their titles and speakers."""
    return frozenset().union(
        *(forms(text) for hit in hits for text in (hit.passage.text, hit.talk.title, *hit.talk.speakers))
    )


def _says(said: _Forms, form: str) -> bool:
    """Return whether folded words hold one in either number; the few spellings of one word are looked up, not those of a whole passage."""
    bare = singular(form)
    return not said.isdisjoint((form, bare, f"{bare}s", f"{bare[:-1]}ies"))
