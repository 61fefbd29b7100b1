"""The forms that an answer can have, as a person reads them."""

from __future__ import annotations

import pytest

from bot.answering import (
    answer,
    digest,
    events,
    examples,
    extent_text,
    find_talk,
    help_answer,
    list_talks,
    person_card,
    talk_card,
)
from bot.errors import UnknownDay, UnknownEvent
from index.search import Searcher


def test_a_card_leads_with_what_the_talk_is_about(paris: Searcher) -> None:
    """A talk's card says who gave it and its links, then the defining sentence, then the points, none of them twice."""
    found = find_talk(paris, "Tidal Queues in Production")
    quoted = [quote.text for quote in found.quotes]

    assert found.headline == "Noor Haddad (Quayside) gave “Tidal Queues in Production” (EU 2024, day 1)."
    assert "Slides: https://slides.example.org/tidal.pdf" in found.text
    assert quoted[0].startswith("Tidal is a message queue")
    assert "an ack takes 40 ms" in found.text
    assert found.text.count("replaying a month costs two dollars") == 1


@pytest.mark.parametrize("words", ["tidal queues", "Fewer Dashboards", "scythe", "The quiet platform"])
def test_a_part_of_a_title_finds_its_talk(paris: Searcher, words: str) -> None:
    """Words that stand in one title only give that talk's card."""
    found = find_talk(paris, words)

    assert found.status == "answered"
    assert len({quote.talk.talk_id for quote in found.quotes}) == 1


def test_an_unsure_title_is_asked_back(many_shapes: Searcher) -> None:
    """Words that stand in several titles list them; words in none are said to be in none."""
    which, none = find_talk(many_shapes, "keynote"), find_talk(many_shapes, "underwater basket weaving")

    assert which.headline == "Which talk on “keynote” do you mean?"
    assert len(which.entries) > 1
    assert not which.quotes
    assert (none.status, none.miss, none.entries) == ("not_found", "absent", ())


def test_a_digest_names_each_talk_once_with_its_gist(paris: Searcher) -> None:
    """An event's digest has its talks in order, each with its people, its link and what it is about."""
    found = digest(paris, event="EU 2024")
    titles = [entry.talk.title for entry in found.entries]

    assert found.headline == "EU 2024: 5 talks in the notes."
    assert titles == [hit.talk.title for hit in found.hits]
    assert len(set(titles)) == len(titles) == 5
    assert all(entry.gist for entry in found.entries)
    assert "• Tidal Queues in Production · Noor Haddad (Quayside) · https://www.youtube.com" in found.text
    assert "the fullest room" not in found.text


def test_a_day_of_few_talks_is_told_by_its_points(paris: Searcher) -> None:
    """A day with two talks gives the points of each rather than one sentence."""
    found = digest(paris, event="EU 2024", day=2)

    assert [block.quotes[0].talk.title for block in found.blocks] == [
        "Sidecars Without Tears",
        "Sickle and Scythe: Deleting What Nobody Uses",
    ]
    assert "Jobs end now although a sidecar runs" in found.text
    assert "twenty days of patience" in found.text


def test_a_digest_turns_pages(many_shapes: Searcher) -> None:
    """Pages together show every talk once; each says which it is, and all have the same hits."""
    whole = digest(many_shapes, per_page=500)
    pages = [digest(many_shapes, page=at, per_page=20) for at in range(1, 5)]
    shown = [entry.talk.talk_id for page in pages for entry in page.entries]

    assert len(shown) == len(set(shown))
    assert shown == [entry.talk.talk_id for entry in whole.entries][: len(shown)]
    assert f"Page 2 of {pages[1].pages}." in (pages[1].headline or "")
    assert pages[0].hits == pages[1].hits == whole.hits


def test_limits_that_are_not_there_are_named(paris: Searcher) -> None:
    """An event or day that the notes do not have is an error with what they have."""
    with pytest.raises(UnknownEvent, match="EU 2024"):
        digest(paris, event="EU 1999")
    with pytest.raises(UnknownDay, match="1, 2"):
        list_talks(paris, event="EU 2024", day=9)


@pytest.mark.parametrize("name", ["Ilse Roth", "ilse roth", "Roth"])
def test_a_persons_card_says_where_they_work(paris: Searcher, name: str) -> None:
    """A speaker's card leads with the company and lists their talks."""
    found = person_card(paris, name)

    assert found.headline == "Ilse Roth, Kelpworks: 2 talks in the notes."
    assert [entry.talk.title for entry in found.entries] == [
        "Fewer Dashboards, Please",
        "Sickle and Scythe: Deleting What Nobody Uses",
    ]


def test_a_slip_in_a_name_is_asked_back(paris: Searcher) -> None:
    """A name that is nearly somebody's is not taken for theirs, but they are named."""
    found = person_card(paris, "Priya Lundt")

    assert found.status == "not_found"
    assert "They have Priya Lund." in found.text


def test_help_shows_questions_that_are_answered(paris: Searcher, many_shapes: Searcher) -> None:
    """Help names the conferences and three different examples, and each of them is answered on this build."""
    for searcher in (paris, many_shapes):
        shown = examples(searcher)
        found = help_answer(searcher)

        assert len(set(shown)) == 3
        assert all(example in found.text for example in shown)
        assert all(answer(example, searcher=searcher).status == "answered" for example in shown)
        assert extent_text(searcher) in found.text
        assert {line.ask for block in found.blocks for line in block.lines} >= set(shown)


def test_events_are_listed_oldest_first(paris: Searcher) -> None:
    """The overview has a line for each conference, with its talks and the days that the notes cover."""
    found = events(paris)

    assert [line.text.split(" · ")[0] for line in found.blocks[0].lines] == ["NA 2023", "EU 2024"]
    assert "5 talks · days 1 and 2" in found.text


def test_a_question_and_a_command_give_the_same_words(paris: Searcher) -> None:
    """Asked for the conferences in words or by command, the text is the same."""
    assert answer("which conferences are there?", searcher=paris).text == events(paris).text


def test_a_card_of_a_talk_that_is_only_named_says_so(paris: Searcher) -> None:
    """A talk without notes has a card that says no more than that."""
    table = paris.build.table
    bare = [row for row in range(len(table)) if row not in table.telling and row not in table.sections]

    assert bare
    for row in bare:
        found = talk_card(paris, paris.build.stored_talks.rows[row].talk_id)
        assert "The notes name it and say no more." in found.text


@pytest.mark.parametrize(
    ("question", "silent"),
    [
        ("compare Sickle and blockchain", "blockchain"),
        ("Tidal vs service mesh", "service mesh"),
        ("is Tidal better than rocket science?", "rocket science"),
        ("Unterschied zwischen Sickle und Schokolade", "Schokolade"),
    ],
)
def test_a_side_that_the_notes_lack_is_told(paris: Searcher, question: str, silent: str) -> None:
    """Of a comparison the notes' words on one side are shown below a line that says that there are none on the other."""
    found = answer(question, searcher=paris)

    assert found.status == "answered"
    assert found.headline == f"Nothing on “{silent}” in the notes."
    assert found.quotes


def test_a_word_that_asks_to_compare_is_no_side(paris: Searcher) -> None:
    """Notes that say “compared” themselves make no side of it."""
    found = answer("compare Tidal and Sickle", searcher=paris)

    assert {block.heading for block in found.blocks} >= {"Tidal:", "Sickle:"}
