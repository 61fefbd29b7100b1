"""What people ask who were there and never saw the bot: talks by what they have, when a conference was, releases, names alone."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.search import Searcher


@pytest.mark.parametrize(
    ("question", "titles"),
    [
        ("which jprime talks have slides?", {"Virtual Threads: the Bill", "JFR in Production, All Day"}),
        (
            "jprime talks without a video",
            {
                "Postgres Is My Message Queue",
                "Legacy Is a Compliment",
                "JFR in Production, All Day",
                "Gradle, Maven and the Third Way",
            },
        ),
        ("which talks had no speaker at devoxx belgium", {"BOF: Java on Small Boards"}),
        (
            "welche Vorträge haben Folien auf der heise devSec",
            {
                "Secrets gehören nicht ins Git, auch nicht kurz",
                "Fuzzing für Faule",
                "Rust im Bestand: ein Erfahrungsbericht",
            },
        ),
        ("devfest lisbon talks with code", {"Passkeys in an Afternoon"}),
    ],
)
def test_talks_are_listed_by_what_they_have(many_shapes: Searcher, question: str, titles: set[str]) -> None:
    """Slides, a recording, code or a speaker that talks have or lack is a condition, whatever it is called."""
    found = answer(question, searcher=many_shapes)

    assert {entry.talk.title for entry in found.entries} == titles


def test_a_subject_goes_with_what_talks_have(paris: Searcher) -> None:
    """“Talks with slides on X” are those on X that have slides, and the first line says so."""
    found = answer("which talks on Tidal have slides?", searcher=paris)

    assert [entry.talk.title for entry in found.entries] == ["Tidal Queues in Production"]
    assert "with slides" in (found.headline or "")


@pytest.mark.parametrize("question", ["ndc oslo", "talks at NDC Oslo", "what was on at ndc oslo?"])
def test_two_words_of_its_name_name_a_conference(many_shapes: Searcher, question: str) -> None:
    """A short or plain word alone names nothing; side by side two words of a name do."""
    found = answer(question, searcher=many_shapes)

    assert found.understood.event == "NDC Oslo 2024"
    assert {hit.talk.title for hit in found.hits} == {
        "Cold Starts, Warm Hearts",
        "The Monolith Strikes Back",
        "Whisky Driven Development",
    }


@pytest.mark.parametrize(
    "question",
    ["when was KubeCon EU 2024?", "wann war die KubeCon EU 2024", "where did KubeCon EU 2024 take place?"],
)
def test_when_and_where_a_conference_was_is_said_first(paris: Searcher, question: str) -> None:
    """Dates, place and whose notes they are stand in the first line."""
    first = answer(question, searcher=paris).text.split("\n")[0]

    assert "20–22 March 2024" in first
    assert "Paris" in first
    assert "notes by Ada Quill" in first


@pytest.mark.parametrize("question", ["wann ist die BOB 2025", "when is BOB 2025?", "BOB 2025"])
def test_a_conference_that_is_only_named_is_quoted(many_shapes: Searcher, question: str) -> None:
    """Notes that do not cover the next edition may still say when it is."""
    found = answer(question, searcher=many_shapes)

    assert "do not cover BOB 2025" in found.text
    assert any("14. März" in quote.text for quote in found.quotes)


def test_what_is_asked_of_a_conference_that_is_only_named_is_refused(many_shapes: Searcher) -> None:
    """No other conference answers what was said on a subject at one that the notes lack."""
    assert answer("what was said about Racket at BOB 2025?", searcher=many_shapes).miss == "absent"


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("how many repos did they open up", "six and a half"),
        ("how long do backfills take", "six hours"),
        ("how long does a backfill take?", "six hours"),
    ],
)
def test_a_figure_is_found_beside_other_forms_of_the_words(
    many_shapes: Searcher, question: str, said: str
) -> None:
    """A figure stands beside an inflection of what is asked, or in the reply to somebody who asked the same."""
    found = answer(question, searcher=many_shapes)

    assert found.status == "answered"
    assert any(said in quote.text for quote in found.quotes)


def test_a_release_that_the_notes_say_leads(paris: Searcher) -> None:
    """A version is one word: the passage that says it is quoted first."""
    found = answer("what needs Kubernetes 1.27?", searcher=paris)

    assert "1.27" in found.quotes[0].text
    assert not found.notices


def test_a_release_that_the_notes_lack_is_told_and_the_product_answered(paris: Searcher) -> None:
    """What they say of the product is shown below the line that they never mention its release."""
    found = answer("what's new in Kubernetes 1.31?", searcher=paris)

    assert found.status == "answered"
    assert found.text.startswith("“1.31” is not mentioned in the notes")


@pytest.mark.parametrize("question", ["ilse roth", "Ilse Roth?", "Noor Haddad"])
def test_a_name_alone_asks_for_the_person(paris: Searcher, question: str) -> None:
    """Their company and talks stand first."""
    found = answer(question, searcher=paris)

    assert found.understood.form == "people"
    assert (found.headline or "").lower().startswith(question.lower().strip("?"))


def test_the_address_of_a_thing_asked_for_by_name_is_given(many_shapes: Searcher) -> None:
    """A name that the notes link is shown with its address, which no quote of them shows."""
    assert "https://github.com/greenbits/joulemeter" in answer("joulemeter", searcher=many_shapes).text
