"""Follow-ups that only turn a limit, ask for people or links of what came before, or ask nothing."""

from __future__ import annotations

import pytest

from bot.answering import answer
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.answering.reply.conftest import build_of

EARLIER = """# KubeCon EU 2018, Copenhagen

## Day 1

### Signing Every Sail - Mara Lindt, Quayside

Security begins with signed images; nobody signed one then.

### Bread for a Thousand - Otto Blum, Fenworks

The oven queue was the bottleneck, so they baked at night.

## Day 2

### Locks on the Pier - Jonas Petrov, Head of Harbour Security Engineering

Security of the runtime was a list of system calls that nobody read.

### Knots and Ropes - Zita Falk, Fenworks

A rope of three strands holds four tons.
"""
LATER = """# KubeCon EU 2021, Virtual

## Day 1

### Keys in Plain Sight - Ilse Roth, Kelpworks

[Slides](https://slides.example.org/keys.pdf) [Video](https://www.youtube.com/watch?v=keysinplain)

Security teams rotate keys every ninety minutes at Kelpworks.

### Tide Clocks - Bram Okoye, Quayside

A tide clock runs on lunar days.

## Day 2

### Policies at the Dock - Priya Lund, Fenworks

Security policies are tested like code before a ship may dock.

### Bells and Buoys - Yaro Melnyk, Fenworks

A buoy rings when the swell is two metres.
"""


@pytest.fixture(scope="module")
def harbours(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> Searcher:
    """Give a build of two conferences that share a subject."""
    return build_of(
        {"copenhagen.md": EARLIER, "virtual.md": LATER}, tmp_path_factory.mktemp("harbours"), encoder
    )


@pytest.mark.parametrize("question", ["who talked about security", "which talks are about security?"])
def test_a_word_of_a_role_is_a_subject(harbours: Searcher, question: str) -> None:
    """Where somebody's role has the word, talks and speakers on the subject are told, and no company is made of it."""
    found = answer(question, searcher=harbours)

    assert "by security" not in found.text
    assert "from security" not in found.text
    assert {"Locks on the Pier", "Policies at the Dock"} <= {entry.talk.title for entry in found.entries}


@pytest.mark.parametrize(
    ("asked", "then", "alone"),
    [
        ("security in 2021", "and in 2018?", "security in 2018"),
        ("security in 2021", "only 2018", "security in 2018"),
        ("security in 2021", "und 2018?", "security in 2018"),
        ("security in 2021", "et en 2018 ?", "security in 2018"),
        ("security in 2018", "what about EU 2021?", "security in EU 2021"),
        ("security in 2021", "what about day 2?", "security in 2021 day 2"),
        (
            "which talks in 2018 were about security?",
            "and in 2021?",
            "which talks in 2021 were about security?",
        ),
        ("who talked about security in 2018?", "and at EU 2021?", "who talked about security at EU 2021?"),
        ("ropes in 2018", "and in 2021?", "ropes in 2021"),
    ],
)
def test_a_follow_up_that_turns_a_limit_keeps_the_subject(
    harbours: Searcher, asked: str, then: str, alone: str
) -> None:
    """It answers with the talks that the earlier question has with the other limit, in its form."""
    found = answer(then, searcher=harbours, history=[asked])
    whole = answer(alone, searcher=harbours)

    assert found.understood.follow_up
    assert (found.understood.form, found.understood.event, found.understood.day) == (
        whole.understood.form,
        whole.understood.event,
        whole.understood.day,
    )
    assert {hit.talk.title for hit in found.hits} == {hit.talk.title for hit in whole.hits}


def test_a_limit_is_turned_again_and_again(harbours: Searcher) -> None:
    """The last limit counts, the subject stays."""
    turns = ["security in 2021", "and in 2018?"]
    found = answer("and in 2021?", searcher=harbours, history=turns)

    assert found.understood.event == "EU 2021"
    assert "Policies at the Dock" in found.text
    assert "Tide Clocks" not in found.text


@pytest.mark.parametrize(
    "then", ["who talked about it?", "who spoke on that?", "wer hat darüber gesprochen?"]
)
@pytest.mark.parametrize(("asked", "alone"), [("security", ""), ("security in 2021", " in 2021")])
def test_who_talked_about_it_is_about_the_earlier_subject(
    harbours: Searcher, asked: str, alone: str, then: str
) -> None:
    """The people are those of the subject, within the earlier limits, not all of the conference."""
    found = answer(then, searcher=harbours, history=[asked])
    whole = answer(f"who talked about security{alone}?", searcher=harbours)

    assert "Priya Lund" in found.text
    assert "Bram Okoye" not in found.text
    assert found.understood.event == whole.understood.event


@pytest.mark.parametrize(
    ("then", "day", "other"),
    [
        ("what else on that day?", 1, "Tide Clocks"),
        ("what else was there the same day?", 1, "Tide Clocks"),
        ("was gab es sonst an diesem Tag?", 1, "Tide Clocks"),
        ("which talks were there that day?", 1, "Tide Clocks"),
        ("what about day 2?", 2, "Bells and Buoys"),
        ("et le jour 2 ?", 2, "Bells and Buoys"),
    ],
)
def test_a_day_after_one_talk_is_of_its_conference(
    harbours: Searcher, then: str, day: int, other: str
) -> None:
    """Other talks of the day are told, and none of another conference."""
    found = answer(then, searcher=harbours, history=["how often does Kelpworks rotate keys?"])

    assert (found.understood.event, found.understood.day) == ("EU 2021", day)
    assert other in found.text
    assert "Bread for a Thousand" not in found.text


@pytest.mark.parametrize("then", ["link?", "any link?"])
def test_a_link_after_an_answer_is_the_talks_own(harbours: Searcher, then: str) -> None:
    """The recording leads, the slides follow."""
    found = answer(then, searcher=harbours, history=["how often does Kelpworks rotate keys?"])

    assert found.headline == "“Keys in Plain Sight”: Video: https://www.youtube.com/watch?v=keysinplain"
    assert "https://slides.example.org/keys.pdf" in found.text


@pytest.mark.parametrize("said", ["thanks", "thanks!", "merci", "danke", "hello", "help", "/help"])
def test_small_talk_and_help_are_the_same_in_a_conversation(harbours: Searcher, said: str) -> None:
    """What asks nothing of the notes has the same answer first and after a question."""
    first = answer(said, searcher=harbours)
    later = answer(said, searcher=harbours, history=["security in 2021"])

    assert (later.text, later.understood.form) == (first.text, first.understood.form)
    assert later.status == "answered"
