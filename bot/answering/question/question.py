"""What is understood of a question, as one frozen record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.answering.form import AnswerForm
from bot.answering.language.word_sense import WordSense
from bot.answering.language.wordlists import Holding, Language, english
from bot.answering.question.scope import Scope

LinkKind = Literal["video", "slides", "code", "schedule", "recap"]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood."""

    written: str  # as it came
    text: str  # without mark-up, politeness and asides, spelling corrected
    search_text: str  # what is searched: `text` without limits, with other names and translations
    context: str  # the earlier turns that a follow-up stands on
    scope: Scope
    words: tuple[WordSense, ...]  # those that carry a subject
    form: AnswerForm = AnswerForm.QUOTES
    every_mention: bool = False  # a list of all talks that mention something, not only of those about it
    language: Language = field(default_factory=english)
    corrections: Mapping[str, str] = field(default_factory=dict)
    speakers: Mapping[str, tuple[int, ...]] = field(
        default_factory=dict
    )  # named in full, with their talks' rows
    follow_up: bool = False  # stands on an earlier question
    shown: frozenset[str] = frozenset()  # passages quoted to the earlier turns, which do not open its answer
    titled: frozenset[int] = frozenset()  # the rows of the talks that the question names by their title
    person: str = ""  # whose talks a list asks for, as the question writes the name
    focus: tuple[WordSense, ...] = ()  # those of `words` that the question is about
    bare: bool = False  # a subject and a limit, and nothing asked of them
    talks: frozenset[int] = frozenset()  # rows of the talks named in part: "the harbor talk"
    companies: tuple[str, ...] = ()  # that speakers work for, named in the question, as it writes them
    sides: tuple[str, ...] = ()  # what is compared, as the question writes it: two or more, or none
    excluded: tuple[str, ...] = ()  # subjects that it does not want: "not about Karpenter"
    holding: tuple[Holding, bool] | None = (
        None  # what the talks of a list have, or lack: "with slides", "no speaker"
    )
    link_kind: LinkKind | None = None  # which address is asked for, None for any
    address: str = ""  # a web address in the question
    is_foreign: bool = False  # a name of the notes among words of a language that we do not know
    # How much it reads like what is no question on a conference, and like what people say to each other: logarithms of odds.
    foreign: float = 0.0
    chatty: float = 0.0

    @property
    def unknown_names(self) -> tuple[WordSense, ...]:
        """Return the names in focus that the notes contain in no spelling."""
        return tuple(word for word in self.focus if word.sense == "name")
