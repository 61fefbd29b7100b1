"""The question sets hold what their page says and point at words; they are judged as an asker would."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from benchmarks.everyday import judge, report
from benchmarks.metamorphic import Variants, compare, figures
from benchmarks.question_sets import FOLDER, open_builds, read_set, resolved
from benchmarks.refusing import SETS, asked, is_doubted, is_heard, is_left_alone, is_right, is_told_off_topic
from index.encoder.base import Encoder
from index.search import Searcher
from tests.bot.answering.conftest import write_notes
from training.pairs import PairsError, Texts

LEAST = {"everyday": 160, "fresh": 250, "off_topic": 60, "near": 60, "chatter": 120, "follow_ups": 70}
KINDS = {
    *("name", "about", "definition", "figure", "howto", "paraphrase", "who", "people", "list", "digest"),
    *("compare", "link", "opinion", "followup", "slip", "language", "absent", "near", "meta"),
}


def lines(name: str) -> list[dict[str, Any]]:
    """Return a set as it stands, its spans unread."""
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> dict[str, Searcher]:
    """Give a small build under the name that rows of these tests give it."""
    folder = tmp_path_factory.mktemp("sets")
    write_notes(folder, encoder)
    return open_builds([f"pier={folder}"])


@pytest.mark.parametrize("name", LEAST)
def test_a_set_is_large_enough_and_half_of_it_is_held_out(name: str) -> None:
    """Nothing stands twice, four to six lines in ten are held out, and a conference lies on one side."""
    rows = lines(name)
    held = sum(row["held_out"] for row in rows) / len(rows)
    sides = {(row["conference"], row["held_out"]) for row in rows if row.get("conference")}

    assert len(rows) >= LEAST[name]
    assert len({row["id"] for row in rows}) == len(rows)
    assert len({(*row.get("history", ()), row["question"].lower()) for row in rows}) == len(rows)
    assert 0.4 <= held <= 0.6
    assert max(Counter(conference for conference, _ in sides).values(), default=1) == 1


def test_every_kind_of_question_is_asked_on_both_sides() -> None:
    """Each kind can be judged where it was looked at and where it was not."""
    for held in (False, True):
        assert {row["kind"] for row in lines("everyday") if row["held_out"] == held} == KINDS


def test_the_page_counts_the_lines() -> None:
    """The numbers in the README are those of the files."""
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    told = {name: int(count) for name, count in re.findall(r"`(\w+)\.jsonl` \| (\d+)", page)}

    assert told == {name: len(lines(name)) for name in LEAST}


@pytest.mark.shared
@pytest.mark.parametrize("name", LEAST)
def test_every_span_points_at_words(name: str, shared: Path) -> None:
    """Each place that a set names is there and unchanged, and reads as a piece of a line, not as markup."""
    texts = Texts([shared / "training" / "texts", shared / "recaps" / "texts", shared / "seeds"])
    for row in read_set(FOLDER / f"{name}.jsonl", texts):
        for words in _texts([row.get(field) for field in ("first", "must", "nuggets", "about", "talks")]):
            assert words.strip()
            assert "**" not in words


def _texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else [text for part in value or () for text in _texts(part)]


def test_a_changed_file_is_said(tmp_path: Path) -> None:
    """A span whose words are no longer there is refused with its place."""
    (tmp_path / "a.md").write_text("the tide turns at noon", encoding="utf-8")
    good = hashlib.sha256(b"tide turns").hexdigest()[:12]
    span = {"file": "a.md", "start": 4, "end": 14, "sha256": good}
    texts = Texts([tmp_path])
    row = resolved({"must": [[span, "own words"]], "need": 0.5}, texts)

    assert row == {"must": [["tide turns", "own words"]], "need": 0.5}
    with pytest.raises(PairsError, match=r"characters 5 to 14 of a\.md"):
        resolved([span | {"start": 5}], texts)


def answered(text: str, **other: Any) -> dict[str, Any]:
    """Return an answer object with a text."""
    given = {"status": "answered", "miss": None, "answer": text, "quotes": [], "hits": []}
    return given | {"understood": {"intent": "answer"}} | other


@pytest.mark.parametrize(
    ("demand", "text", "reasons"),
    [
        ({"first": ["a “good” start"]}, 'Here: a "GOOD"\nstart', []),
        ({"first": ["far down"]}, "x" * 420 + " far down", ["does not lead with it"]),
        ({"must": [["one"], ["two", "zwei"]]}, "one and zwei", []),
        ({"must": [["one"], ["two"]]}, "x" * 1_500 + "one, two", ["lacks 2 of 2"]),
        ({"nuggets": [["a1"], ["b1"], ["c1"]]}, "a1 b1", []),
        ({"nuggets": [["a1"], ["b1"], ["c1"]], "need": 0.9}, "a1 b1", ["67% of 3 facts"]),
        ({"must_not": ["wrong"]}, "this is wrong", ["says what is wrong"]),
        ({"people": ["Ana Sol", "Rui North"]}, "x" * 2_000 + "ana sol", ["lacks 1 of 2 people"]),
        ({"links": ["talks.example.org/a", "slides.example.org/b"]}, "see HTTPS://slides.example.org/b", []),
        ({"links": ["https://talks.example.org/a"]}, "no link", ["lacks the link"]),
        ({"status": "not_found"}, "something", ["status answered"]),
    ],
)
def test_an_answer_is_judged_by_what_stands_where(demand: Any, text: str, reasons: list[str]) -> None:
    """What leads, what is read at all and what is named counts; case and quotation marks do not."""
    row = {"id": "1", "status": "answered", "kind": "name"} | demand

    assert judge(row, answered(text)).reasons == reasons


def test_a_list_is_judged_by_the_talks_that_its_text_names() -> None:
    """Talks that a person does not read do not count, optional ones neither way."""
    row = {"status": "answered", "talks": ["Tide Tables", "Ropes and Knots"], "talks_optional": ["Welcome"]}
    hits = [{"talk": title} for title in ("Tide Tables", "Ropes and Knots", "Welcome", "Unseen Harbours")]
    listed = {"hits": hits, "understood": {"intent": "list"}}

    assert judge(row, answered("• Tide Tables • Ropes and Knots • Welcome", **listed)).satisfied
    assert judge(row, answered("• Tide Tables • Ropes and Knots • Unseen Harbours", **listed)).satisfied
    assert judge(row, answered("• Tide Tables", **listed)).reasons == ["talks F1 0.67"]


def test_held_out_lines_are_counted_and_not_broken_down() -> None:
    """A report shows kinds and conferences of the open half alone, and what was left out apart."""
    rows = [
        {"id": str(at), "kind": kind, "conference": conference, "held_out": held, "status": "answered"}
        for at, (kind, conference, held) in enumerate(
            [("name", "A", False), ("list", "A", False), ("list", "B", False), ("secret", "C", True)]
        )
    ]
    told = report([judge(row, answered("")) for row in rows], ["B"])

    assert told["open"]["by_kind"] == {"name": "1/1", "list": "1/1"}
    assert told["open"]["by_conference"] == {"A": "2/2"}
    assert (told["left_out"]["questions"], told["held_out"]["questions"]) == (1, 1)
    assert "secret" not in json.dumps(told)


def test_refusal_doubt_and_off_topic_are_told_apart() -> None:
    """A doubt counts where it leads, off-topic is a refusal for that reason alone."""
    refused = {"status": "not_found", "miss": "absent", "answer": "Not there.", "quotes": [], "hits": []}
    doubted = answered("The notes may not answer this; closest passages:", quotes=[{"talk": "T"}])

    assert is_doubted({}, refused)
    assert is_doubted({}, doubted)
    assert not is_doubted({}, answered("x" * 300 + "may not answer", quotes=[{"talk": "T"}]))
    assert not is_told_off_topic({}, refused)
    assert is_told_off_topic({}, refused | {"miss": "off_topic"})
    assert not is_told_off_topic({}, doubted | {"miss": "off_topic"})


@pytest.mark.parametrize(
    ("message", "silent"),
    [
        ("thanks a lot!", True),
        ("merci beaucoup", True),
        ("hello", True),
        ("could you book a table for six", True),
        ("who is Rui North?", False),
        ("who is Otto Lindqvist?", False),
        ("which talks were about zeppelins?", False),
    ],
)
def test_silence_is_what_a_thread_sees(builds: dict[str, Searcher], message: str, silent: bool) -> None:
    """Thanks and greetings are replied to where the bot is spoken to, and left alone in a thread."""
    [(row, given)] = asked([{"id": "1", "question": message, "build": "pier"}], builds)

    assert is_left_alone(row, given) == silent
    assert is_heard(row, given) != silent


def test_a_follow_up_is_right_by_words_link_or_talk() -> None:
    """One of them suffices, and an answer that was refused is never right."""
    row = {
        "about": ["holds under load"],
        "links": ["https://talks.example.org/pier"],
        "talks": ["Pier Budgets in Practice"],
    }

    assert is_right(row, answered("a bowline Holds under load"))
    assert is_right(row, answered("see https://talks.example.org/pier"))
    assert is_right(row, answered("…", quotes=[{"talk": "Pier budgets in practice"}]))
    assert not is_right(row, answered("…", quotes=[{"talk": "Seven Knots of Rope"}]))
    assert not is_right(row, answered("holds under load", status="not_found"))


def test_rows_without_a_build_are_asked_of_each(builds: dict[str, Searcher]) -> None:
    """An off-topic message is one wherever it is asked."""
    both = {**builds, "other": builds["pier"]}
    rows = [{"id": "1", "question": "hello"}, {"id": "2", "question": "who is Rui North?", "build": "pier"}]
    pairs = asked(rows, both)

    assert [row["id"] for row, _ in pairs] == ["1", "1", "2"]
    assert pairs[2][1]["status"] == "answered"
    assert set(SETS) == LEAST.keys() - {"everyday", "fresh"}


def test_variants_change_the_wording_by_kind() -> None:
    """Each kind changes what it names and nothing else."""
    question = "What's the load-balancer's limit? Which talks on auto scaling?"
    found: dict[str, list[str]] = {}
    for kind, text in Variants().of(question, 0):
        found.setdefault(kind, []).append(text)

    assert all(question in text for text in found["filler"] + found["please"] + found["thanks"])
    assert found["lower case"] == [question.lower()]
    assert found["upper case"] == [question.upper()]
    assert found["no punctuation"] == ["Whats the load-balancers limit Which talks on auto scaling"]
    assert found["slip"] == [question.replace("What", "Waht")]
    assert found["singular or plural"] == [question.replace("limit", "limits")]
    assert question.replace("auto scaling", "autoscaling") in found["compound"]
    assert question.replace("load-balancer", "load balancer") in found["compound"]


@pytest.mark.parametrize("question", ["--max-node-count", "https://a-b.example.org/c-d", "v1.19-rc1"])
def test_flags_versions_and_addresses_are_no_compounds(question: str) -> None:
    """What has a hyphen by its nature keeps it."""
    assert "compound" not in dict(Variants().of(question, 0))


def test_fillers_of_the_final_measurement_are_others() -> None:
    """Enough fillers, in several languages, half of them never seen while working."""
    seen, kept = Variants().fillers, Variants(held_out=True).fillers

    assert len(seen) + len(kept) >= 40
    assert not set(seen) & set(kept)
    assert abs(len(seen) - len(kept)) <= 2
    assert all(filler.count("{}") == 1 for filler in [*seen, *kept])


def test_variants_are_compared_by_what_the_answer_opens_with(builds: dict[str, Searcher]) -> None:
    """An upper-case question keeps its quote; what is not answered as it stands is left out."""
    rows = [{"id": "1", "question": "what is Quillwort's retention?"}, {"id": "2", "question": "Crossplane"}]
    told = compare(rows, builds, Variants())
    counted = figures(told)

    assert counted["questions"] == 1
    assert counted["variants"] == len(told) > 5
    assert [one["same"] for one in told if one["kind"] == "upper case"] == [True]


def test_a_build_is_named_and_there(tmp_path: Path) -> None:
    """A build without a name, or a folder without a build, is refused in one line."""
    with pytest.raises(PairsError, match="expected NAME=FOLDER"):
        open_builds(["data/index"])
    with pytest.raises(PairsError, match="Cannot"):
        open_builds([f"seeds={tmp_path / 'none'}"])
