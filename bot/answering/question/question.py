"""What is understood of a question, as frozen records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.answering.question.intents import Wish
from bot.answering.question.scope import Scope

_FRENCH = re.compile(r"[àâçéèêëîïôûùœ]|(?:er|ez|ent|ons|ais|ait|eur|euse|ment|tion|ique|age|oir|aux)s?$")


@dataclass(frozen=True, slots=True)
class AskedWord:
    """A word of the question that carries a topic."""

    text: str  # as it is searched
    form: str  # folded
    start: int
    capital: bool  # written like a name, not merely at the start of the sentence
    known: bool  # the notes contain it, or another name of it
    real: bool  # a dictionary knows it


@dataclass(frozen=True, slots=True)
class Reading:
    """A question, understood."""

    question: str  # as it came
    text: str  # without mark-up and politeness, spelling corrected
    search_text: str  # what is searched: `text` with other names and translations
    context: str  # the earlier turns that a follow-up stands on
    wish: Wish
    scope: Scope
    words: tuple[AskedWord, ...]
    corrections: Mapping[str, str] = field(default_factory=dict)
    speakers: Mapping[str, tuple[int, ...]] = field(
        default_factory=dict
    )  # named in full, with their talks' rows
    french: bool = False
    follow_up: bool = False  # stands on an earlier question
    titled: frozenset[int] = frozenset()  # the rows of the talks that the question names by their title
    person: str = ""  # whose talks a list asks for, as the question writes the name


def looks_french(word: AskedWord) -> bool:
    """Tell whether a word of a French question is plain French rather than a name."""
    # Dictionaries of French lack many a verb's forms.
    return word.text.islower() and bool(_FRENCH.search(word.text))


def is_name_like(word: AskedWord) -> bool:
    """Tell whether a word names something: written with a capital, or a word of no language."""
    return word.capital or not (word.real or word.form[0].isdigit())
