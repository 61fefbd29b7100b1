"""What is understood of a question, as frozen records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.answering.question.form import AnswerForm
from bot.answering.question.intents import Wish
from bot.answering.question.scope import Scope

_FRENCH = re.compile(r"[àâçéèêëîïôûùœ]|(?:er|ez|ent|ons|ais|ait|eur|euse|ment|tion|ique|age|oir|aux)s?$")


LinkKind = Literal["video", "slides", "code", "schedule", "recap"]


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
class Question:
    """A question, understood."""

    written: str  # as it came
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
    form: AnswerForm = AnswerForm.QUOTES
    focus: tuple[AskedWord, ...] = ()  # those of `words` that the question is about, asides left out
    talks: frozenset[int] = frozenset()  # rows of the talks named in part: "the harbor talk"
    companies: tuple[str, ...] = ()  # that speakers work for, named in the question, as the notes write them
    sides: tuple[str, ...] = ()  # what is compared, as the question writes it: two or more, or none
    excluded: tuple[str, ...] = ()  # subjects that it does not want: "not about Karpenter"
    link_kind: LinkKind | None = None  # which address is asked for, None for any
    address: str = ""  # a web address in the question


def looks_french(word: AskedWord) -> bool:
    """Tell whether a word of a French question is plain French rather than a name."""
    # Dictionaries of French lack many a verb's forms.
    return word.text.islower() and bool(_FRENCH.search(word.text))


def is_name_like(word: AskedWord) -> bool:
    """Tell whether a word names something: written with a capital, or a word of no language."""
    return word.capital or not (word.real or word.form[0].isdigit())
