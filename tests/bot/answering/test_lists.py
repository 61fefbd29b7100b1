"""Lists: of a person's talks, of everything within limits, and talks asked for by title."""

from __future__ import annotations

import pytest

from bot.answering import answer
from bot.answering.question.people import is_company
from index.search import Searcher


def _titles(searcher: Searcher, question: str) -> list[str]:
    return [hit.talk.title for hit in answer(question, searcher=searcher).hits]


@pytest.mark.parametrize(
    "question",
    [
        "talks by Rui North",
        "which talks did Rui North give?",
        "talks by North",
        "list the talks by rui north",
    ],
)
def test_a_persons_talks_are_exactly_theirs(searcher: Searcher, question: str) -> None:
    """Another person of the same first name and a continent of the same last name bring no talk in, and none is missed."""
    found = answer(question, searcher=searcher)

    assert _titles(searcher, question) == ["Charting the North", "Seven Knots of Rope"]
    assert found.headline == "2 talks by Rui North."


def test_a_first_name_lists_all_who_bear_it(searcher: Searcher) -> None:
    """A name given in part stands for every speaker who has it."""
    assert set(_titles(searcher, "talks by Rui")) == {
        "Charting the North",
        "Seven Knots of Rope",
        "Tide Tables as a Cache",
    }


def test_a_person_without_a_talk_is_said_to_have_none(searcher: Searcher) -> None:
    """Names that stand apart in the notes make no person."""
    found = answer("talks by Mira North", searcher=searcher)

    assert (found.status, found.miss) == ("not_found", "absent")
    assert "“Mira North” is not mentioned" in found.text


def test_a_list_without_a_subject_has_a_plain_headline(searcher: Searcher) -> None:
    """The limits are all that the headline names."""
    assert answer("list all talks", searcher=searcher).headline == "8 talks in the notes."
    assert answer("talks on EU 2021 day 2", searcher=searcher).headline == "2 talks at EU 2021, day 2."


def test_talks_of_unknown_day_are_counted_not_listed(searcher: Searcher) -> None:
    """A day's list names the talks of that day and how many might belong to it."""
    found = answer("talks at PierConf 2023 day 1", searcher=searcher)

    assert found.headline == "1 talk at PierConf 2023, day 1; 1 more has no known day."
    assert [hit.talk.title for hit in found.hits] == ["Tide Tables as a Cache"]


@pytest.mark.parametrize(
    "question",
    [
        "give me the talk “Autoscaling by Hand”",
        'the talk "autoscaling by hand"',
        "Autoscaling by hand",
        "what was Autoscaling by Hand about?",
    ],
)
def test_a_title_gives_its_talk(searcher: Searcher, question: str) -> None:
    """A talk named by its title is the only one that is quoted, under its own headline."""
    found = answer(question, searcher=searcher)

    assert (found.headline or "").startswith("“Autoscaling by Hand” (EU 2018, day 3).")
    assert {quote.talk.title for quote in found.quotes} == {"Autoscaling by Hand"}


def test_a_plain_word_that_is_all_that_is_asked_is_absent(searcher: Searcher) -> None:
    """Whether somebody spoke of what the notes never say is answered with that."""
    found = answer("did Mira Voss talk about blockchain?", searcher=searcher)

    assert (found.status, found.miss) == ("not_found", "absent")
    assert found.headline == "The notes say nothing on “blockchain” (3 recaps, 8 talks)."


def test_what_is_quoted_on_a_rare_name_says_it(searcher: Searcher) -> None:
    """No quote on something near stands beside those that say the name that was asked for."""
    found = answer("what was said about Quillwort?", searcher=searcher)

    assert found.quotes
    assert all("Quillwort" in quote.text for quote in found.quotes)


def test_a_new_name_leaves_the_old_subject(searcher: Searcher) -> None:
    """“What about” and a name asks for that name alone; an absent one is absent whatever came before."""
    history = ["what did they say about Lanternfish?"]
    found = answer("what about Quillwort?", searcher=searcher, history=history)
    absent = answer("what about backstage?", searcher=searcher, history=history)

    assert all("Quillwort" in quote.text for quote in found.quotes)
    assert absent.miss == "absent"


@pytest.mark.parametrize(
    "question", ["what conferences are covered?", "which events do you know?", "list all events"]
)
def test_the_events_are_listed_with_dates_and_talks(searcher: Searcher, question: str) -> None:
    """Who asks what the notes cover gets the events, oldest first."""
    found = answer(question, searcher=searcher)

    assert found.status == "answered"
    assert (
        "• EU 2018 · KubeCon + CloudNativeCon Europe 2018 · 2–4 May 2018 · Copenhagen · 2 talks" in found.text
    )
    assert found.text.index("EU 2018") < found.text.index("EU 2021") < found.text.index("PierConf 2023")


@pytest.mark.parametrize(
    "question", ["talks at KubeCon 2031", "what was said at PierConf 2031?", "KubeCon EU 2031 keynotes"]
)
def test_an_edition_that_never_was_names_those_that_were(searcher: Searcher, question: str) -> None:
    """A conference with a year of which there are no notes is not answered from another year."""
    found = answer(question, searcher=searcher)

    assert (found.status, found.miss) == ("not_found", "absent")
    assert "They cover EU 2018, EU 2021, PierConf 2023." in found.text


@pytest.mark.parametrize(
    "question",
    ["day 9 of KubeCon EU 2021", "what happened on day 9 at KubeCon EU 2021?", "talks at EU 2021 day 9"],
)
def test_a_day_that_there_was_not_names_the_days(searcher: Searcher, question: str) -> None:
    """A day beyond the conference is answered with the days that the notes have."""
    found = answer(question, searcher=searcher)

    assert (found.status, found.miss) == ("not_found", "filtered_out")
    assert "no talk of day 9 of EU 2021: they have days 1, 2, 3." in found.text


@pytest.mark.parametrize(
    "question",
    ["quels talks parlent de Quillwort ?", "was ist Quillwort?", "was wurde über Quillwort gesagt?"],
)
def test_grammar_of_other_languages_is_no_subject(searcher: Searcher, question: str) -> None:
    """French and German function words are neither searched for nor called absent."""
    found = answer(question, searcher=searcher)

    assert found.status == "answered"
    assert found.understood.topic in {None, "Quillwort"}


def test_change_names_no_event_outside_the_years(searcher: Searcher) -> None:
    """Between two years only the events of that time are quoted or said to be silent."""
    found = answer("what changed in Quillwort between 2018 and 2021?", searcher=searcher)

    assert [quote.talk.event_id for quote in found.quotes] == ["EU 2018", "EU 2021"]
    assert "PierConf" not in found.text


def test_a_list_of_a_kind_that_there_is_none_of_says_so(searcher: Searcher) -> None:
    """No subject is made up where only the kind and the conference were named."""
    assert (
        answer("keynotes at PierConf 2023", searcher=searcher).headline
        == "No keynote at PierConf 2023 in the notes."
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("retention settings mentioned at EU 2021", "default retention is 14 days"),
        ("idle machines mentioned at EU 2021", "drains idle nodes"),
        ("night savings mentioned", "38% of its machines"),
    ],
)
def test_things_that_no_talk_is_about_are_quoted_where_a_passage_names_them(
    searcher: Searcher, question: str, said: str
) -> None:
    """Who asks for things, not for talks, is told that no talk is about them, and shown what comes closest."""
    found = answer(question, searcher=searcher)

    assert found.status == "answered"
    assert found.text.startswith("No talk ")
    assert "The closest passages:" in found.text
    assert any(said in quote.text for quote in found.quotes)


@pytest.mark.parametrize("question", ["talks on night savings", "sessions about quantum computers"])
def test_talks_that_there_are_not_are_no_quotes(searcher: Searcher, question: str) -> None:
    """Who asks for talks gets talks or none."""
    found = answer(question, searcher=searcher)

    assert found.understood.form == "list"
    assert "The closest passages:" not in found.text


@pytest.mark.parametrize("question", ["spares at KubeCon 2021", "replicas on day 2", "retention in 2021?"])
def test_a_bare_subject_with_a_limit_is_quoted(searcher: Searcher, question: str) -> None:
    """Nothing is asked of it but what was said, whatever the noun: attendees are no speakers."""
    found = answer(question, searcher=searcher)

    assert found.understood.form == "quotes"
    assert found.quotes


@pytest.mark.parametrize("question", ["Rui North talks", "Rui North's talks"])
def test_a_name_before_talks_lists_them(searcher: Searcher, question: str) -> None:
    """A list may be asked for in two words."""
    assert _titles(searcher, question) == ["Charting the North", "Seven Knots of Rope"]


def test_when_that_was_gives_the_day_of_the_talk_before(searcher: Searcher) -> None:
    """A follow-up on the day is answered with the day, not with the quotes alone."""
    found = answer("which day was that?", searcher=searcher, history=["how much did Lanternfish save?"])

    assert found.headline == "“Keynote: Lanterns at Sea”: EU 2021, day 1."


@pytest.mark.parametrize(
    ("name", "affiliation", "stands"),
    [
        ("Quayside", "Quayside", True),
        ("fenworx", "Fenworx Labs", True),
        ("Quayside", "SRE at Quayside", True),
        ("Harbour Times", "The Harbour Times. Recording", True),
        ("Google", "Google Cloud", True),
        ("docker", "Docker", True),
        ("anchor", "Anchor Cloud", True),
        ("bridge", "CTO, Bridge Systems GmbH", True),
        ("security", "Security Systems Engineer", False),
        ("security", "Head of Cloud Security Engineering", False),
        ("security", "Security Engineer", False),
        ("data", "VP of Data", False),
        ("Harbour", "Old Harbour Bank", False),
    ],
)
def test_a_company_is_what_stands_as_one(name: str, affiliation: str, stands: bool) -> None:
    """A word of somebody's role, or of another company's name, is no company."""
    assert is_company(name, affiliation) is stands
