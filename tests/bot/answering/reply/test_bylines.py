"""Questions that name the speaker or their company, where only the by-line says the name."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.search import Searcher


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("how long does a switchover take at Ternbank?", "14 seconds"),
        ("how many clusters does greywater have?", "31 clusters"),
        ("how many clusters does Greywater Freight run?", "31 clusters"),
        ("how often does Ternbank rotate keys?", "every 45 days"),
        ("how often are snapshots made at Ternbank", "every 20 minutes"),
        ("how long does a switchover take for Mirela?", "14 seconds"),
        ("wie lange dauert ein switchover bei Ternbank?", "14 seconds"),
    ],
)
def test_the_talk_of_a_named_company_or_speaker_answers(trieste: Searcher, question: str, told: str) -> None:
    """What stands below a by-line is on whom the by-line names, whether a line of it says so or not."""
    found = answer(question, searcher=trieste)

    assert found.status == "answered"
    assert told in found.quotes[0].text
    assert "may not answer" not in found.text


@pytest.mark.parametrize(
    "question",
    [
        "how many clusters does Polecat have?",
        "how many playbooks does Greywater have?",
        "how long does a rollback take at Ternbank?",
        "how many incidents did Polecat Parcels have?",
    ],
)
def test_what_their_talks_leave_out_is_not_answered(trieste: Searcher, question: str) -> None:
    """A figure of another company's, or on something else, is no answer."""
    found = answer(question, searcher=trieste)

    assert found.status == "not_found" or "may not answer" in found.text


@pytest.mark.parametrize(
    "question",
    [
        "wer hat über Ansible gesprochen?",
        "who talked about Ansible?",
        "qui a parlé de Ansible ?",
        "quién habló de Ansible?",
        "chi ha parlato di Ansible?",
        "wie sprak over Ansible?",
    ],
)
def test_who_spoke_of_a_name_is_shown_with_what_is_on_it(trieste: Searcher, question: str) -> None:
    """Behind the talk on the name stands no passage of another talk without a word on it."""
    found = answer(question, searcher=trieste)

    assert "Odile Farrow" in found.text
    assert {quote.talk.title for quote in found.quotes} == {"Ansible on the last mile"}
