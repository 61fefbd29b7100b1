"""Questions in, answers out, on real builds of notes that we wrote."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.answering import answer
from bot.cli import ask
from bot.errors import QuestionTooLong, UnknownDay, UnknownEvent
from index.encoder.base import Encoder
from index.errors import BuildDamaged
from index.search import Searcher

_WORDS = (
    "lanternfish Quillwort autoscaling what who gave the budget EU 2021 day 2 2018 PDB ? talks about mention Mira Voss crossplane",
    "<@U123> * “ é video and 14 🐟 not workshop which over time",
)


def test_a_fact_is_answered_with_the_notes_own_words(searcher: Searcher) -> None:
    """A fact's best quote comes first, verbatim, with talk, speakers, place and link."""
    found = answer("how much did Lanternfish save?", searcher=searcher)

    assert found.status == "answered"
    assert "38% of its machines" in found.quotes[0].text
    assert found.text.startswith("“Lanternfish drains idle nodes")
    assert (
        "— Keynote: Lanterns at Sea · Mira Voss · EU 2021, day 1 · https://talks.example.org/lanterns"
        in found.text
    )


def test_slack_markup_and_politeness_do_not_change_the_answer(searcher: Searcher) -> None:
    """A mention, an emoji, a greeting and a thank-you lead to the same quotes."""
    plain = answer("how much did Lanternfish save?", searcher=searcher)
    wrapped = answer("<@U0BOT> hi all, how much did *Lanternfish* save? :fish: thanks!", searcher=searcher)

    assert wrapped.quotes == plain.quotes
    assert wrapped.understood.text == "how much did Lanternfish save?"


def test_a_name_nobody_mentioned_is_said_to_be_absent(searcher: Searcher) -> None:
    """A product that stands nowhere is refused by name, with the extent of the notes; what lies near it is something else."""
    found = answer("what did they say about Crossplane compositions?", searcher=searcher)

    assert (found.status, found.miss) == ("not_found", "absent")
    assert "“Crossplane” is not mentioned in the notes (3 recaps, 8 talks)." in found.text
    assert not found.nearest
    assert not found.quotes


def test_a_lower_case_product_is_absent_too(searcher: Searcher) -> None:
    """A word of no language counts as a name without a capital."""
    found = answer("velero backups, any talk?", searcher=searcher)

    assert (found.status, found.miss) == ("not_found", "absent")


def test_a_conference_that_the_notes_do_not_cover_is_named(searcher: Searcher) -> None:
    """A question on another edition says which events there are."""
    found = answer("how many attendees were there in Barcelona in 2019?", searcher=searcher)

    assert found.miss == "absent"
    assert "EU 2018, EU 2021, PierConf 2023" in found.text


def test_a_limit_that_hides_the_answer_says_where_it_is(searcher: Searcher) -> None:
    """A name that stands only at another event is not called absent."""
    found = answer("what was said about Lanternfish at KubeCon EU 2018?", searcher=searcher)

    assert (found.status, found.miss) == ("not_found", "filtered_out")
    assert "EU 2021, day 1" in found.text


def test_limits_come_from_the_words(searcher: Searcher) -> None:
    """The event and day in a question limit the quotes and are shown back."""
    then = answer("KubeCon EU 2018: how long does Quillwort keep logs?", searcher=searcher)
    now = answer("how long does Quillwort keep the audit trail, EU 2021 day 2", searcher=searcher)

    assert (then.understood.event, then.quotes[0].talk.event_id) == ("EU 2018", "EU 2018")
    assert (now.understood.event, now.understood.day) == ("EU 2021", 2)
    assert "14 days" in now.quotes[0].text


def test_an_excluded_year_stays_out(searcher: Searcher) -> None:
    """A negated year leaves its events out."""
    found = answer("anything about Quillwort? not the 2018 stuff", searcher=searcher)

    assert {quote.talk.event_id for quote in found.quotes} == {"EU 2021"}


def test_a_conference_is_known_without_its_year(searcher: Searcher) -> None:
    """A series of the notes is enough when it took place once."""
    found = answer("what was said about caches at pierconf?", searcher=searcher)

    assert found.understood.event == "PierConf 2023"


def test_a_typo_is_corrected_towards_the_notes_and_announced(searcher: Searcher) -> None:
    """A misspelled name finds its talk, and the answer says what was searched."""
    found = answer("lanternfsh limitations", searcher=searcher)

    assert found.understood.corrections == {"lanternfsh": "lanternfish"}
    assert "Searched for “lanternfish” instead of “lanternfsh”." in found.text
    assert found.quotes[0].talk.title == "Keynote: Lanterns at Sea"


@pytest.mark.parametrize(
    "word",
    ["lantern", "budgets", "pancake", "gazebo", "trade", "docks", "hostname", "onboarding", "flour", "tidy"],
)
def test_real_words_are_left_alone(searcher: Searcher, word: str) -> None:
    """A real word is never read as a typo of the notes' words, however near."""
    assert not answer(f"what did they say about {word}?", searcher=searcher).understood.corrections


def test_an_acronym_finds_its_long_name(searcher: Searcher) -> None:
    """A pair that the notes explain works in both directions."""
    found = answer("what's a PDB?", searcher=searcher)
    listed = answer("which talks mention pier disruption budget?", searcher=searcher)

    assert "Pier Disruption Budget (PDB)" in found.quotes[0].text
    assert [hit.talk.title for hit in listed.hits] == ["Pier Budgets in Practice"]


def test_a_follow_up_stands_on_the_earlier_turn(searcher: Searcher) -> None:
    """A question full of pronouns is about what was asked before."""
    found = answer("and what can it not move?", searcher=searcher, history=["what is Lanternfish?"])

    assert found.understood.follow_up
    assert "cannot move a pod" in found.quotes[0].text


def test_a_new_name_opens_a_new_subject(searcher: Searcher) -> None:
    """A question that names something else does not drag the earlier turn along."""
    found = answer(
        "how long does Quillwort retain data?", searcher=searcher, history=["what is Lanternfish?"]
    )

    assert not found.understood.follow_up


def test_who_gave_a_talk_gets_a_card(searcher: Searcher) -> None:
    """A question for speakers opens with their names."""
    found = answer("who gave the talk on budgets?", searcher=searcher)

    assert found.headline == "Tom Okafor and Lena Brandt gave “Pier Budgets in Practice” (EU 2021, day 2)."


def test_a_speaker_is_recognised(searcher: Searcher) -> None:
    """A name in full leads to that person's talk."""
    found = answer("what did Kenji Watanabe talk about?", searcher=searcher)

    assert found.understood.speaker == "Kenji Watanabe"
    assert found.hits[0].talk.title == "Tracing workshop"


def test_a_link_is_given_when_asked_for(searcher: Searcher) -> None:
    """A question for the video opens with the address that the notes give."""
    found = answer("got the video link for the lanterns keynote?", searcher=searcher)

    assert "Video: https://talks.example.org/lanterns" in found.text


def test_a_list_has_every_mention_once(searcher: Searcher) -> None:
    """A list counts exactly the talks that say the word, each once, oldest event first."""
    found = answer("which talks mention Quillwort?", searcher=searcher)

    assert found.understood.intent == "list"
    assert [hit.talk.title for hit in found.hits] == ["Autoscaling by Hand", "Pier Budgets in Practice"]
    assert found.headline == "2 talks mention “Quillwort”."


def test_a_list_is_limited_to_an_event_and_a_kind(searcher: Searcher) -> None:
    """Workshops of an event are all its workshops and nothing else."""
    found = answer("what workshops were there in Copenhagen?", searcher=searcher)

    assert [hit.talk.title for hit in found.hits] == ["Tracing workshop"]


def test_a_list_by_subject_has_the_talks_about_it(searcher: Searcher) -> None:
    """Talks on a subject are those named after it."""
    found = answer("list everything we have on autoscaling", searcher=searcher)

    assert {"Autoscaling by Hand", "Autoscaling Without Tears"} <= {hit.talk.title for hit in found.hits}


def test_change_over_time_is_told_in_order_with_silent_events(searcher: Searcher) -> None:
    """Quotes stand oldest first, and an event without a word on it is named."""
    found = answer("how did Quillwort retention change over the years?", searcher=searcher)

    assert [quote.talk.event_id for quote in found.quotes] == ["EU 2018", "EU 2021"]
    assert "PierConf 2023: nothing." in found.text


def test_the_note_takers_opinion_is_labelled(searcher: Searcher) -> None:
    """A remark that is not the talk's says so."""
    found = answer("would anybody run lanternfish on a cluster that they love?", searcher=searcher)

    assert "The note-taker's own remark: “I would not run it" in found.text


@pytest.mark.parametrize("question", ["thanks!", "hello", "merci beaucoup", "guten Morgen"])
def test_small_talk_is_answered_in_one_line(searcher: Searcher, question: str) -> None:
    """A greeting gets a kind line, not a quote."""
    found = answer(question, searcher=searcher)

    assert (found.status, found.understood.intent) == ("answered", "help")
    assert not found.quotes
    assert "\n" not in found.text


@pytest.mark.parametrize("question", ["", "???", ":tada:"])
def test_a_message_without_words_is_no_question(searcher: Searcher, question: str) -> None:
    """What holds no word is off-topic."""
    assert answer(question, searcher=searcher).miss == "off_topic"


def test_a_french_question_finds_english_notes(searcher: Searcher) -> None:
    """French grammar and computing words do not stand in the way."""
    found = answer("Quelle est la durée de rétention par défaut de Quillwort ?", searcher=searcher)

    assert "14 days" in " ".join(quote.text for quote in found.quotes)


def test_wrong_limits_name_the_right_ones(searcher: Searcher) -> None:
    """An event or a day that the notes do not have is refused with those they have."""
    with pytest.raises(UnknownEvent, match="EU 2018, EU 2021, PierConf 2023"):
        answer("anything", searcher=searcher, event="EU 2035")
    with pytest.raises(UnknownDay, match="1, 2"):
        answer("anything", searcher=searcher, event="EU 2021", day=9)


def test_an_essay_is_refused(searcher: Searcher) -> None:
    """A question of ten thousand characters is refused in one line that names the limit."""
    with pytest.raises(QuestionTooLong, match="at most 2,000"):
        answer("a" * 10_000, searcher=searcher)


def test_a_changed_text_gives_no_quote(index_dir: Path, encoder: Encoder, tmp_path: Path) -> None:
    """A flipped byte in the stored text is an error, never a wrong quote."""
    copy = Path(shutil.copytree(index_dir, tmp_path / "index"))
    opened = Searcher.open(copy, encoder)
    stored = next(path for path in copy.rglob("texts/*") if b"Lanternfish" in path.read_bytes())
    stored.chmod(0o644)
    stored.write_bytes(stored.read_bytes().replace(b"38%", b"83%"))

    with pytest.raises(BuildDamaged, match="was changed"):
        answer("how much did Lanternfish save?", searcher=opened)


def test_the_command_line_names_a_changed_text_and_quotes_nothing(index_dir: Path, tmp_path: Path) -> None:
    """`ask` on a build with a flipped byte prints one line of error with the way out, and no answer."""
    copy = Path(shutil.copytree(index_dir, tmp_path / "index"))
    stored = next(path for path in copy.rglob("texts/*") if b"Lanternfish" in path.read_bytes())
    stored.chmod(0o644)
    stored.write_bytes(stored.read_bytes().replace(b"38%", b"39%"))
    found = CliRunner().invoke(ask, ["how much did Lanternfish save?", "--index", str(copy)])

    assert found.exit_code == 5
    assert not found.stdout
    assert found.stderr.count("\n") == 1
    assert "has sha256" in found.stderr


_QUESTIONS = st.one_of(
    st.text(max_size=80), st.lists(st.sampled_from(" ".join(_WORDS).split()), max_size=12).map(" ".join)
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_QUESTIONS)
def test_quotes_are_slices_of_the_notes_whatever_is_asked(
    searcher: Searcher, texts: dict[str, str], question: str
) -> None:
    """No question raises, and every quote has the bytes of the stored source at its offsets."""
    found = answer(question, searcher=searcher)

    assert all(
        quote.text.encode() == texts[quote.talk.recap_id][quote.start : quote.end].encode()
        for quote in found.quotes
    )
    assert found.status == "answered" or found.miss


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_QUESTIONS, st.lists(st.text(max_size=30), max_size=2))
def test_asking_again_gives_the_same_bytes(searcher: Searcher, question: str, history: list[str]) -> None:
    """The same question, history and build give one answer object, byte for byte."""
    found = answer(question, searcher=searcher, history=history)
    again = answer(question, searcher=searcher, history=history)

    assert json.dumps(found.to_json()) == json.dumps(again.to_json())


@pytest.mark.parametrize(
    "asked",
    ["anything about zzyphler or Lanternfish?", "zzyphler vs Lanternfish", "Lanternfish and Zzyphler"],
)
def test_a_name_beside_one_that_the_notes_lack_is_answered(asked: str, searcher: Searcher) -> None:
    """What is missing is told first, and what the notes know is quoted all the same."""
    found = answer(asked, searcher=searcher)

    assert found.status == "answered"
    assert "not mentioned" in found.text.splitlines()[0]
    assert any("Lanternfish" in quote.text for quote in found.quotes)


@pytest.mark.parametrize("asked", ["who gave it?", "who was the speaker?", "slides?"])
def test_a_follow_up_without_a_subject_is_about_the_talk_that_was_quoted_last(
    asked: str, searcher: Searcher
) -> None:
    """An earlier subject does not win over the one that was turned to."""
    turns = ("how much did Lanternfish save?", "what about Quillwort?")
    last = answer(turns[1], searcher=searcher, history=turns[:1])
    found = answer(asked, searcher=searcher, history=turns)

    assert last.quotes[0].talk.title in found.text


@pytest.mark.parametrize("asked", ["tl;dr of day 2", "TL;DR of day 2", "tl; dr of day 2"])
def test_an_abbreviation_with_a_sign_inside_is_one_word(asked: str, searcher: Searcher) -> None:
    """It asks for what the same words without the sign ask for."""
    assert answer(asked, searcher=searcher).text == answer("tldr of day 2", searcher=searcher).text
