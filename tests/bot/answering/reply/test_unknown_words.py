"""Words that nobody knows: nonsense is refused, and a name of the notes is found among words of any language."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.search import Searcher


@pytest.mark.parametrize(
    "question",
    [
        "asdf qwer zxcv",
        "blorp fnord wibble",
        "lkjh poiu mnbv talk?",
        "tell me about asdf qwer zxcv",
        "what did they say about blorp fnord wibble?",
        "gribbit",
    ],
)
def test_nonsense_is_not_mentioned(paris: Searcher, question: str) -> None:
    """However many words the notes lack, they are told so, and nothing is quoted."""
    found = answer(question, searcher=paris)

    assert (found.status, found.miss) == ("not_found", "absent")
    assert not found.quotes


@pytest.mark.parametrize(
    "question",
    [
        "hva sa de om Sickle?",
        "hvad sagde de om Sickle?",
        "vad sa de om Sickle?",
        "hvem snakket om Sickle?",
        "wat zeiden ze over Sickle?",
        "cosa hanno detto di Sickle?",
        "o que disseram sobre Sickle?",
        "co mówili o Sickle?",
        "Sickle hakkında ne dediler?",
        "ce au spus despre Sickle?",
    ],
)
def test_a_name_is_found_among_words_of_any_language(paris: Searcher, question: str) -> None:
    """A question in a language that nobody taught the bot is about the name in it."""
    found = answer(question, searcher=paris)

    assert found.status == "answered"
    assert "Sickle" in found.quotes[0].text


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("what about flimzor and Sickle", "flimzor"),
        ("flimzor integration with Sickle", "flimzor"),
        ("sickle flimzor integration", "flimzor"),
        ("does Tidal work with argocd?", "argocd"),
    ],
)
def test_an_unknown_product_beside_a_name_is_told(paris: Searcher, question: str, name: str) -> None:
    """What stands in an English question, or beside English words, is no word of another language."""
    assert f"“{name}” is not mentioned" in answer(question, searcher=paris).text


@pytest.mark.parametrize("question", ["what is sikcle?", "tidel vs sickle"])
def test_a_slip_is_still_read(paris: Searcher, question: str) -> None:
    """A misspelt name is searched as the notes write it."""
    found = answer(question, searcher=paris)

    assert found.status == "answered"
    assert "Searched for" in found.text
