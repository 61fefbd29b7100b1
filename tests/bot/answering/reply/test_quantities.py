"""Questions for how long, how often, how much: the words that ask for it are no subject, and what has the quantity answers."""

from __future__ import annotations

import pytest

from bot.answering import answer
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import sense
from index.search import Searcher


@pytest.mark.parametrize(
    "question",
    [
        "how long was the registry down?",
        "for how long was the registry gone",
        "how long did the registry sleep?",
        "how often do they run a drill at the registry?",
        "wie lange war die Registry weg?",
        "combien de temps le registry était-il en panne ?",
        "cuánto tiempo estuvo caído el registry?",
        "quanto tempo è stato giù il registry?",
        "hoe lang lag de registry plat?",
    ],
)
def test_what_has_the_quantity_answers(london: Searcher, question: str) -> None:
    """A passage under the subject's own title answers with its figure, although another line of it says “long”."""
    found = answer(question, searcher=london)

    assert found.status == "answered"
    assert "9 days down" in found.text


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("how long was the winch down?", ["winch"]),
        ("how far away is the winch?", ["winch"]),
        ("how expensive is a winch", ["winch"]),
        ("how soon does a winch break", ["winch", "break"]),
        ("wie oft bricht die Winch", ["bricht", "winch"]),
        ("con qué frecuencia falla la winch", ["falla", "winch"]),
        ("the long winch", ["long", "winch"]),
    ],
)
def test_the_words_that_ask_are_no_subject(london: Searcher, question: str, subject: list[str]) -> None:
    """Behind “how”, “long” asks; elsewhere it is a word like any other."""
    told = [word.form for word in sense(question, knowledge_of(london)).words if word.topical]

    assert told == subject


def test_a_quantity_that_is_not_there_is_refused(london: Searcher) -> None:
    """What the notes touch on without a figure is not answered with a figure on something else."""
    found = answer("how many winches does Gannet Labs rent out?", searcher=london)

    assert (found.status, found.miss) == ("not_found", "not_covered")
