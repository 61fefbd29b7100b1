"""People in by-lines and titles."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.talks.lines.bylines import is_material, read_byline
from ingest.talks.lines.names import ACCEPT, OrdinaryWords
from ingest.talks.lines.people import parse_people


@pytest.mark.parametrize(
    ("words", "names", "affiliations"),
    [
        ("Ann Bee & Carl Dee, Harbour Works", ("Ann Bee", "Carl Dee"), ("Harbour Works", "Harbour Works")),
        ("Ann Bee, Quay & Carl Dee, Mole, Inc.", ("Ann Bee", "Carl Dee"), ("Quay", "Mole, Inc")),
        ("Ann Bee (Senior Engineer, Quay) and Carl Dee (Mole)", ("Ann Bee", "Carl Dee"), ("Quay", "Mole")),
        (
            "Ann Bee, Quay; Carl Dee, Mole; Eva Eff, Pier Group",
            ("Ann Bee", "Carl Dee", "Eva Eff"),
            ("Quay", "Mole", "Pier Group"),
        ),
        ("Ann Bee, Founder Quay", ("Ann Bee",), ("Quay",)),
        ("Ann Bee, Founder and CEO Quay Works", ("Ann Bee",), ("Quay Works",)),
        ("Ann Bee Product Architect, Quay", ("Ann Bee",), ("Quay",)),
        ("Ann Bee Engineer, Quay - Carl Dee Engineer, Mole", ("Ann Bee", "Carl Dee"), ("Quay", "Mole")),
        ("Ann Bee, Director – Platform Services, Quay Labs", ("Ann Bee",), ("Quay Labs",)),
        ("Ann Bee, Quay Data & Analytics", ("Ann Bee",), ("Quay Data & Analytics",)),
        ("Anna Bee from Quay", ("Anna Bee",), ("Quay",)),
        ("Kyle & Mario, Quay", ("Kyle", "Mario"), ("Quay", "Quay")),
        ("Chloé Martin et Hugo Lefèvre", ("Chloé Martin", "Hugo Lefèvre"), ("", "")),
        (
            "Xiomara Tennant and Evander Quispe, Skerry Insurance",
            ("Xiomara Tennant", "Evander Quispe"),
            ("Skerry Insurance", "Skerry Insurance"),
        ),
        ("Xiomara Tennant / Kelpie Games", ("Xiomara Tennant",), ("Kelpie Games",)),
        ("Xiomara Tennant, Skerry Bäckerei", ("Xiomara Tennant",), ("Skerry Bäckerei",)),
        ("Xiomara Tennant / Kelpie Assurances", ("Xiomara Tennant",), ("Kelpie Assurances",)),
        ("Xiomara Tennant, Skerry Seguros", ("Xiomara Tennant",), ("Skerry Seguros",)),
        (
            "Jürgen Weiß und Mia van Dyk (Otto GmbH)",
            ("Jürgen Weiß", "Mia van Dyk"),
            ("Otto GmbH", "Otto GmbH"),
        ),
    ],
)
def test_people_and_companies_are_told_apart(
    words: str, names: tuple[str, ...], affiliations: tuple[str, ...]
) -> None:
    """Every usual way to write speakers gives the same people."""
    people = parse_people(words)

    assert people is not None
    assert (people.names, people.affiliations) == (names, affiliations)


@pytest.mark.parametrize(
    "words",
    [
        "Matchmaking Framework",
        "A Human Approach to Coping",
        "the speaker",
        "Deep Dive",
        "Director of Ecosystem",
        "Landing Zone",
        "42",
        "",
    ],
)
def test_other_capitalised_words_are_no_people(words: str) -> None:
    """Titles, roles and things have the shape of names, but are none."""
    assert parse_people(words) is None


def test_words_that_the_recap_writes_small_make_poor_names() -> None:
    """What is an ordinary word elsewhere in the recap is hardly a surname here."""
    plain = parse_people("Tjorben Pelican")
    doubted = parse_people("Tjorben Pelican", frozenset({"tjorben", "pelican"}))

    assert plain is not None
    assert doubted is None


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ann Bee (Software Engineer, Quay)", ("Ann Bee",)),
        ("Speaker: Ann Bee, Quay", ("Ann Bee",)),
        ("speaker: ann bee", ("ann bee",)),
        ("Speakers: Ann Bee, Carl Dee (Quay)", ("Ann Bee", "Carl Dee")),
        ("Présenté par Chloé Martin", ("Chloé Martin",)),
        ("Vortragende: Jürgen Weiß (Otto)", ("Jürgen Weiß",)),
        ("登壇者: 山田 花子", ("山田 花子",)),
        ("Christopher Dee, Quay Works", ("Christopher Dee",)),
    ],
)
def test_bylines_are_read_in_four_languages(line: str, names: tuple[str, ...]) -> None:
    """Labels, "by" and bare names under a title name the speakers."""
    people = read_byline(line)

    assert people is not None
    assert people.names == names


@pytest.mark.parametrize(
    "line",
    [
        "By far the best talk.",
        "With 400 cranes.",
        "Ropes are heavy.",
        'speaker: "the cost grows"',
        "Name - Company - A Title of Its Own",
    ],
)
def test_sentences_are_no_bylines(line: str) -> None:
    """A line of notes that begins like a by-line is none."""
    assert read_byline(line) is None


@pytest.mark.parametrize(
    "line",
    [
        "https://youtu.be/abc",
        "Slides: https://a.example/x.pdf",
        "Slides",
        "Video",
        "URL: <https://a.example>",
    ],
)
def test_lines_that_only_point_are_material(line: str) -> None:
    """An address alone, or with a label, belongs to the title."""
    assert is_material(line)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_line_is_read_without_error(line: str) -> None:
    """Arbitrary characters never raise, and every name stands in the line."""
    people = parse_people(line, labelled=True)

    assert people is None or all(name for name in people.names)
    assert read_byline(line) is None or line.strip()


@pytest.mark.parametrize(
    ("words", "names", "companies"),
    [
        ("Chinwe Okafor", ("Chinwe Okafor",), ("",)),
        ("Nadia BRUNNER (Pier)", ("Nadia Brunner",), ("Pier",)),
        ("Omar TAHIR", ("Omar Tahir",), ("",)),
        ("Patrick de Saint Aubin", ("Patrick de Saint Aubin",), ("",)),
        ("Anna von Hagen", ("Anna von Hagen",), ("",)),
        ("Di Ebb", ("Di Ebb",), ("",)),
        ("Jonte Asmund von Nordbahn Systeme", ("Jonte Asmund",), ("Nordbahn Systeme",)),
        ("Oriane Gaillet et Patrick Leroux", ("Oriane Gaillet", "Patrick Leroux"), ("", "")),
        ("Nadia Brunner (@nbrunner) 🎤", ("Nadia Brunner",), ("",)),
        ("Jonas Petrov 🇧🇬", ("Jonas Petrov",), ("",)),
        ("Ann Lee (she/her), Quay", ("Ann Lee",), ("Quay",)),
        ("Uma Feld and Ian Crane, Dock", ("Uma Feld", "Ian Crane"), ("Dock", "Dock")),
        ("Prof. Dr. Roswitha Engel, HAW Küste", ("Roswitha Engel",), ("HAW Küste",)),
        (
            "Mirko Vesel und Anneke de Buhr (beide Tidenwerk)",
            ("Mirko Vesel", "Anneke de Buhr"),
            ("Tidenwerk",) * 2,
        ),
        ("Alasdair McCrindle - slides, video", ("Alasdair McCrindle",), ("",)),
        ("김민수 (부두회사)", ("김민수",), ("부두회사",)),
        ("한도윤, 윤서아", ("한도윤", "윤서아"), ("", "")),
        ("王小明（码头公司）", ("王小明",), ("码头公司",)),
        ("南渡物流 司徒静怡", ("司徒静怡",), ("南渡物流",)),
        ("鈴木 花子さん", ("鈴木 花子",), ("",)),
    ],
)
def test_names_that_no_list_has_are_read(
    words: str, names: tuple[str, ...], companies: tuple[str, ...]
) -> None:
    """Rare given names, surnames in capitals, particles, emoji, pronouns, shared companies, and other scripts."""
    people = parse_people(words)

    assert people is not None
    assert people.names == names
    assert people.affiliations == companies


@pytest.mark.parametrize(
    "words",
    ["Advice Well Taken", "Smaller Images", "Quiet Nights", "Palo Alto", "San Diego", "Buenos Aires", "Goldman Sachs",
     "HAProxy Hardware", "OpenShift Everywhere", "HAW Küstenstadt", "적은 걱정", "高可用的系统", "Loud Days"],
)  # fmt: skip
def test_phrases_cities_companies_and_products_are_no_people(words: str) -> None:
    """Everyday words with capitals, and what has a name of its own but is nobody."""
    people = parse_people(words)

    assert people is None or people.certainty < ACCEPT


def test_everyday_words_are_those_of_the_recaps_language() -> None:
    """A French phrase is a title in a French recap, whatever English makes of it."""
    french = OrdinaryWords.of((), "fr")

    assert parse_people("Conseil Bien Suivi", french) is None
    assert parse_people("Dalia Ilinov", french) is not None


@pytest.mark.parametrize(
    ("words", "company"),
    [
        ("Tom Reed (Harbour Times. Recording)", "Harbour Times"),
        ("Tom Reed, Halde. Slides, video", "Halde"),
        ("Lena Vogt (Halde; Aufzeichnung)", "Halde"),
        ("Luc Morel (Halde. Vidéo et diapos)", "Halde"),
        ("Tom Reed (Halde. Talk video.)", "Halde"),
        ("Tom Reed, Harbour Times. Recording,", "Harbour Times"),
        ("Lena Vogt, Halde. Folien und", "Halde"),
        ("Tom Reed, Halde. Video, slides,", "Halde"),
        ("Tom Reed, Halde. Recording (slides)", "Halde"),
        ("Tom Reed, Halde. Recording · slides |", "Halde"),
        ("Tom Reed, Halde - recap", "Halde"),
        ("Tom Reed, Halde. Recap;", "Halde"),
        ("Tom Reed (Halde. Recap)", "Halde"),
        ("Tom Reed (Halde. Recording Studio)", "Halde. Recording Studio"),
        ("Tom Reed, Halde. Watch now", "Halde"),
        ("Tom Reed, Halde. Session page, source code", "Halde"),
        ("Tom Reed (Code.org)", "Code.org"),
        ("Tom Reed (Video Halde)", "Video Halde"),
    ],
)
def test_the_name_of_a_recording_is_no_part_of_a_company(words: str, company: str) -> None:
    """What stands behind the company's full stop and names a material is dropped, a company's own words are kept."""
    people = parse_people(words)

    assert people is not None
    assert people.affiliations == (company,)


def test_a_long_row_of_links_behind_a_company_is_read_at_once() -> None:
    """A row of names of materials that ends in other words costs no more than any line of its length."""
    start = time.perf_counter()
    parse_people("Tom Reed, Halde. " + "video, " * 50 + "tar")
    read_byline("By Tom Reed" + ", video" * 40 + " tar video")

    assert time.perf_counter() - start < 1


@pytest.mark.parametrize(
    "words", ["Tom Reed & Tom Reed", "Tom Reed, Halde; Tom Reed", "Tom Reed and Tom REED"]
)
def test_a_person_who_is_named_twice_is_one(words: str) -> None:
    """A name that stands twice in a by-line is one speaker."""
    people = parse_people(words)

    assert people is not None
    assert [name.casefold() for name in people.names] == ["tom reed"]
