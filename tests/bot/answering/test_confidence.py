"""How sure an answer is, and what a person is told of it, on real builds of notes that we wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.answering import answer
from bot.answering.evidence.confidence import confidence, doubt_below, refuse_below
from bot.answering.evidence.evidence import Found, gather
from bot.answering.evidence.signals import signals
from bot.answering.question.understanding import understand
from index.ranking.fusion import Reading
from index.search import Searcher


def _sure(question: str, searcher: Searcher) -> float:
    read = understand(question, searcher)
    return confidence(read, gather(read, searcher))


@pytest.mark.parametrize(
    ("told", "untold"),
    [
        ("what keeps the audit trail?", "does Quillwort encrypt the audit trail at rest?"),
        ("how long does Quillwort keep its logs?", "how much does a licence of Quillwort cost?"),
        (
            "who showed that a budget of one blocks every upgrade?",
            "does Lena Brandt compare budgets with priority classes?",
        ),
    ],
)
def test_what_the_notes_say_is_surer_than_what_they_only_touch_on(
    searcher: Searcher, told: str, untold: str
) -> None:
    """A question that the notes answer gives a higher confidence than one about the same thing that they leave out."""
    assert _sure(told, searcher) > _sure(untold, searcher)


def test_confidence_falls_when_the_answering_passage_is_gone(searcher: Searcher) -> None:
    """The same question is less sure of the passages that are left without the one that answers."""
    question = understand("what saved the team 38% of its machines?", searcher)
    found = gather(question, searcher)
    kept = [at for at, hit in enumerate(found.hits) if "38%" not in hit.passage.text]
    left = Found(tuple(found.hits[at] for at in kept), tuple(found.evidence[at] for at in kept))

    assert len(kept) == len(found.hits) - 1
    assert confidence(question, left) < confidence(question, found)


def test_the_reader_alone_withholds_nothing(searcher: Searcher) -> None:
    """Where only reading speaks against it, an answer is shown with a line of doubt; where both do, the surer one counts."""
    question = understand("what keeps the audit trail?", searcher)
    found = gather(question, searcher)
    plain = Found(found.hits, tuple(replace(item, reading=None) for item in found.evidence))
    against = Found(found.hits, tuple(replace(item, reading=Reading(0.0, -30.0)) for item in found.evidence))

    assert confidence(question, plain) >= doubt_below(plain)
    assert refuse_below(against) <= confidence(question, against) < doubt_below(against)


def test_an_answer_that_reads_better_is_surer(searcher: Searcher) -> None:
    """The more reading speaks for the passages, the higher is the confidence."""
    question = understand("what keeps the audit trail?", searcher)
    found = gather(question, searcher)
    sure = [
        confidence(
            question,
            Found(found.hits, tuple(replace(item, reading=Reading(0.0, said)) for item in found.evidence)),
        )
        for said in (-3.0, -1.0, 1.0, 3.0)
    ]

    assert sure == sorted(sure)
    assert sure[0] < sure[-1]


def test_nothing_found_is_no_confidence(searcher: Searcher) -> None:
    """Without a passage there is nothing to judge."""
    question = understand("what about ropes?", searcher)

    assert signals(question, Found()) == {}
    assert confidence(question, Found()) == 0


@pytest.mark.parametrize(
    "question",
    ["lanternfish", "?", "who?", "Rui North", "compare EU 2018 and EU 2021 or not", "c'est quoi le budget ?"],
)
def test_every_signal_is_a_small_number(searcher: Searcher, question: str) -> None:
    """Odd and short questions give the same signals as others, each within what the model can take."""
    read = understand(question, searcher)
    values = signals(read, gather(read, searcher))
    usual = understand("how much did Lanternfish save?", searcher)

    assert values.keys() == signals(usual, gather(usual, searcher)).keys()
    assert all(-1.5 <= value <= 1.5 for value in values.values())


def test_a_doubtful_answer_says_so(searcher: Searcher) -> None:
    """Between the two thresholds the closest passages are shown under a line that says they may be no answer."""
    asked = "what does Quillwort cost a month?"
    found = answer(asked, searcher=searcher)
    held = gather(understand(asked, searcher), searcher)

    assert refuse_below(held) <= found.confidence < doubt_below(held)
    assert found.status == "answered"
    assert found.notices == ("The notes may not answer this; closest passages:",)
    assert found.text.startswith("The notes may not answer this; closest passages:\n")
    assert found.quotes
