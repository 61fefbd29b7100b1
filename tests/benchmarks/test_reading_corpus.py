"""The corpus of recaps is what it says, and its measure counts what it names."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.reading_corpus import CORPUS, fold, likeness, recaps, same_event, score

RECAPS = CORPUS / "recaps"
TALKS = [json.loads(line) for line in (CORPUS / "talks.jsonl").read_text("utf-8").splitlines()]
QUESTIONS = [json.loads(line) for line in (CORPUS / "questions.jsonl").read_text("utf-8").splitlines()]
NAMES = list(recaps())
BOB = [talk for talk in TALKS if "bob" in talk["doc"]]


def files(name: str) -> list[Path]:
    """Return the files of a recap or of one of its talks."""
    path = RECAPS / name
    return sorted(path.iterdir()) if path.is_dir() else [path]


def words(name: str) -> str:
    """Return what a person reads in a recap, letters only, its file names included."""
    text = ""
    for path in files(name):
        source = path.read_text("utf-8")
        if path.suffix == ".ipynb":
            source = "\n".join("".join(cell["source"]) for cell in json.loads(source)["cells"])
        if path.suffix in {".html", ".vtt", ".srt"}:
            source = html.unescape(re.sub(r"<[^>]*>", " ", source))
        text += f" {path.name} {source}"
    return fold(
        re.sub(r"\n> |\n\s+", " ", text)
        .replace("`", "")
        .replace("**", "")
        .replace("[[", " ")
        .replace("]]", " ")
    )


def addresses(name: str) -> str:
    """Return a recap's source, in which its links stand: AsciiDoc's attributes put in, redirects' targets as they were."""
    source = html.unescape(" ".join(path.read_text("utf-8") for path in files(name)))
    for attribute, value in re.findall(r"^:([\w-]+): (http\S+)$", source, re.MULTILINE):
        source = source.replace(f"{{{attribute}}}", value)
    return f"{source} {unquote(source)}"


def found(talks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return talks as a reader without faults prints them."""
    return [
        {**talk, "event": talk["event"][0], "affiliations": talk.get("affiliations", [])} for talk in talks
    ]


def texts(talks: list[dict[str, Any]]) -> dict[str, str]:
    """Return the passages of a reader without faults."""
    return {talk["title"]: talk["first_words"] for talk in talks}


def test_every_recap_is_listed_and_half_are_held_out() -> None:
    """The list names every file and folder of the corpus once, and keeps half of them for final figures."""
    assert sorted(NAMES) == sorted(path.name for path in RECAPS.iterdir())
    assert sum(recaps().values()) * 2 == len(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_gold_names_only_what_a_recap_says(name: str) -> None:
    """Titles, speakers, companies, first words and links of every talk stand in its recap."""
    gold = [talk for talk in TALKS if Path(talk["doc"]).parts[0] == name]

    assert any(talk["kind"] != "section" for talk in gold)
    for talk in gold:
        assert (RECAPS / talk["doc"]).exists()
        read, source = words(talk["doc"]), addresses(talk["doc"])
        for said in (talk["title"], *talk["speakers"], *talk.get("affiliations", ()), talk["first_words"]):
            assert fold(said) in read, said
        for link in filter(None, (talk["url"], *talk.get("links", ()))):
            assert link in source or link.replace("&", "%26") in source, link


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["id"])
def test_what_a_question_demands_stands_in_its_recaps(question: dict[str, Any]) -> None:
    """Every phrase, person and link that an answer must hold is in the notes, and every talk is one of theirs."""
    read = " ".join(words(name) for name in question["doc"])
    demanded = [*question.get("people", ())]
    demanded += [phrase for key in ("must", "nuggets") for group in question.get(key, ()) for phrase in group]

    assert all(fold(phrase) in read for phrase in [*demanded, *question.get("first", ())])
    assert all(any(link in addresses(name) for name in question["doc"]) for link in question.get("links", ()))
    assert {*question.get("talks", ())} <= {
        talk["title"] for talk in TALKS if Path(talk["doc"]).parts[0] in question["doc"]
    }
    assert question["status"] == ("not_found" if question["kind"] in {"near", "absent"} else "answered")


def test_a_reader_without_faults_has_every_figure_whole() -> None:
    """Talks as the gold has them score 1 in all that is asked."""
    figures = score(TALKS, found(TALKS), texts(TALKS)).figures()

    assert {value for name, value in figures.items() if name != "talks"} == {1.0}


@given(st.permutations(found(BOB)))
def test_order_does_not_matter(shuffled: list[dict[str, Any]]) -> None:
    """The figures are the same in whatever order talks are found."""
    assert score(BOB, shuffled, texts(BOB)).figures() == score(BOB, found(BOB), texts(BOB)).figures()


@pytest.mark.parametrize(
    ("figure", "change"),
    [
        ("precision", lambda talks: [*talks, {**talks[0], "title": "Mittagessen und Kuchen"}]),
        ("recall", lambda talks: talks[1:]),
        ("clean titles", lambda talks: [{**talks[0], "title": f"{talks[0]['title']} (Raum 3, 10:15)"}, *talks[1:]]),
        ("speakers", lambda talks: [{**talks[0], "speakers": [*talks[0]["speakers"], "Berlin"]}, *talks[1:]]),
        ("companies", lambda talks: [{**talks[0], "affiliations": []}, *talks[1:]]),
        ("links", lambda talks: [{**talks[0], "url": None}, *talks[1:]]),
        ("conference", lambda talks: [{**talks[0], "event": "EU 2017"}, *talks[1:]]),
    ],
)  # fmt: skip
def test_a_fault_lowers_its_figure(figure: str, change: Any) -> None:
    """Each kind of fault is seen in the figure named after it, and leaves the speakers' figure alone unless it is theirs."""
    figures = score(BOB, change(found(BOB)), texts(BOB)).figures()

    assert (figures[figure] or 0) < 1
    assert figure == "speakers" or figures["speakers"] == 1


def test_words_of_another_talk_are_a_fault() -> None:
    """A talk whose passages lack its first words has the notes of something else."""
    swapped = texts(BOB) | {BOB[0]["title"]: BOB[1]["first_words"]}

    assert (score(BOB, found(BOB), swapped).figures()["notes"] or 0) < 1


def test_sections_count_neither_way() -> None:
    """What is no talk may be found as a section, and a section of the gold may be missing."""
    section = {"title": "Essen und Steckdosen", "kind": "section", "event": "BOB 2024"}
    gold = [*BOB, {**BOB[0], "title": "Begrüßung", "kind": "section", "aliases": []}]

    assert score(gold, [*found(BOB), section], texts(BOB)).figures()["f1"] == 1


@pytest.mark.parametrize(
    ("title", "other", "same"),
    [
        ("DNS: The Long Goodbye", "dns – the long goodbye", True),
        (
            "One Subnet to Bore Them All",
            "NET302 | One Subnet to Bore Them All (Mandalay Bay, 11:30 AM)",
            True,
        ),
        ("向量检索不是银弹", "演讲：向量检索不是银弹 - 钟鼓搜索", True),
        ("Cells, Again", "Cells", False),
        ("A Thousand Tiny Clusters", "A Thousand Tiny Lies", False),
        ("", "", False),
    ],
)
def test_titles_match_by_their_letters(title: str, other: str, same: bool) -> None:
    """Marks, codes and case do not count; a short title is not every title that holds it."""
    assert bool(likeness(title, other)) is same


@pytest.mark.parametrize(
    ("event", "same"),
    [
        ("SREcon25 EMEA", True),
        ("SREcon EMEA 2025, Dublin", True),
        ("Notes SREcon EMEA 2025", False),
        ("SREcon EMEA", False),
        ("EU 2025", False),
        (None, False),
    ],
)
def test_conference_is_right_by_all_words_of_a_name(event: str | None, same: bool) -> None:
    """A place behind it does not make another conference; words before it, a lacking year or another series do."""
    assert same_event(event, ["SREcon25 EMEA", "SREcon EMEA 2025"]) is same


def test_another_year_is_another_conference() -> None:
    """A name with two years is not that of one of them."""
    assert not same_event("QCon 2023 and 2024", ["QCon 2023"])


def test_every_made_up_recap_has_a_truth_that_stands_in_it() -> None:
    """The recaps made up for training are listed, and titles, speakers and first words of their talks are theirs."""
    training = CORPUS.parents[1] / "training"
    talks = [json.loads(line) for line in (training / "talks.jsonl").read_text("utf-8").splitlines()]
    texts = {
        path.name: fold(path.read_text("utf-8").replace("*", "")) for path in (training / "recaps").iterdir()
    }

    assert list(recaps(training)) == sorted(texts)
    assert {talk["doc"] for talk in talks} == set(texts)
    for talk in talks:
        told = [*talk["speakers"], talk["first_words"]]
        assert all(fold(one) in texts[talk["doc"]] for one in told), talk["title"]
