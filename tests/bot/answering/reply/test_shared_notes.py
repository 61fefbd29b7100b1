"""Two talks that the notes tell of in one breath: both are counted, listed and found, with the notes that they share."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.search import Searcher

_BOTH = ["Warm Caches, Cold Hands", "A Cache for Every Dock"]


def _titles(searcher: Searcher, question: str) -> list[str]:
    return [hit.talk.title for hit in answer(question, searcher=searcher).hits]


def test_every_talk_is_counted(london: Searcher) -> None:
    """A talk without a passage of its own is one of the talks that there are."""
    found = answer("how many talks are there?", searcher=london)

    assert found.headline == "6 talks in the notes."
    assert len(found.hits) == len({hit.talk.talk_id for hit in found.hits}) == 6


@pytest.mark.parametrize(
    "question",
    [
        "which talks were there on day 2?",
        "what happened on day 2?",
        "talks without a speaker",
        "talks on caches",
        "which talks mention a cache?",
        "talks on layers",
    ],
)
def test_lists_and_digests_have_both(london: Searcher, question: str) -> None:
    """Whichever way a list is made, the second talk stands behind the first."""
    found = [title for title in _titles(london, question) if title in _BOTH]

    assert found == _BOTH


@pytest.mark.parametrize("question", ["what happened at EU 2025?", "what happened on day 2 of EU 2025?"])
def test_a_digest_says_what_they_share_once(london: Searcher, question: str) -> None:
    """The words on both stand under the first; the second is named."""
    told = answer(question, searcher=london).text

    assert told.count("two talks in a row") == 1
    assert "• A Cache for Every Dock" in told


@pytest.mark.parametrize(
    "question", ["what was said in “A Cache for Every Dock”?", "tldr of A Cache for Every Dock"]
)
def test_the_second_talk_has_the_notes_that_it_shares(london: Searcher, question: str) -> None:
    """Asked for by its title, it is introduced and quoted, as itself."""
    found = answer(question, searcher=london)

    assert found.status == "answered"
    assert "“A Cache for Every Dock”" in (found.headline or "")
    assert "keep layers on a disk" in found.text
    assert {quote.talk.title for quote in found.quotes} == {"A Cache for Every Dock"}


def test_the_first_talk_stays_itself(london: Searcher) -> None:
    """What is asked of the talk that the words belong to is told of it alone."""
    found = answer("tldr of Warm Caches, Cold Hands", searcher=london)

    assert {quote.talk.title for quote in found.quotes} == {"Warm Caches, Cold Hands"}
