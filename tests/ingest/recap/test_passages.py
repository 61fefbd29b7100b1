"""Passages: verbatim slices that hold every word once."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.loaders.blocks import Block, BlockKind, Link, LoadedRecap, Run
from ingest.recap.cutting import cut, sentence_ends
from ingest.recap.passages import make_passages
from ingest.recap.stretches import MAX_CHARS, TARGET_CHARS
from ingest.talks import FoundTalk

KINDS: tuple[BlockKind, ...] = ("heading", "paragraph", "bullet", "code", "quote", "table_row")
SENTENCE = "The crane lifted forty crates an hour before the winter storms came in. "


def recap(*parts: tuple[BlockKind, str], links: tuple[Link, ...] = ()) -> LoadedRecap:
    """Make a recap of blocks with an empty line between two."""
    text, blocks = "", []
    for kind, words in parts:
        start = len(text)
        text += words + "\n\n"
        own = tuple(link for link in links if start <= link.start < start + len(words))
        blocks.append(Block(kind, start, start + len(words), line=text.count("\n"), links=own))
    return LoadedRecap("day1.txt", "0" * 64, text, tuple(blocks), (Run(0, len(text), 0, len(text)),), "text")


def spans(loaded: LoadedRecap) -> tuple[tuple[int, int], ...]:
    """Give all blocks but furniture as a talk's body."""
    return tuple((block.start, block.end) for block in loaded.blocks if block.kind != "furniture")


def texts(loaded: LoadedRecap, found: FoundTalk | None = None) -> list[str]:
    """Cut a recap that is one talk and give its passages' words."""
    found = found or FoundTalk("Talk", "session", body=spans(loaded))
    return [passage.text for passage in make_passages(loaded, found, "day1.txt/talk")]


def test_short_paragraphs_join_to_passages_of_about_the_target_size() -> None:
    """Neighbours are joined until another one would lead further away from the target."""
    sizes = [len(text) for text in texts(recap(*[("paragraph", SENTENCE.strip())] * 20))]

    assert all(TARGET_CHARS / 2 <= size <= TARGET_CHARS * 1.5 for size in sizes)


def test_a_long_paragraph_is_cut_at_sentence_ends() -> None:
    """Each passage of a long paragraph is whole sentences."""
    found = texts(recap(("paragraph", (SENTENCE * 30).strip())))

    assert len(found) > 5
    assert all(
        text.startswith("The crane") and text.endswith("came in.") and len(text) <= MAX_CHARS
        for text in found
    )


def test_a_long_sentence_is_cut_at_clauses_then_between_words() -> None:
    """Without a sentence end the cut falls behind a comma, else between two words."""
    clauses = texts(recap(("paragraph", "and then the tide came in with ships, " * 60)))
    words = texts(recap(("paragraph", "crate " * 400)))

    assert all(text.rstrip().endswith(",") for text in clauses)
    assert all(set(text.split()) == {"crate"} and len(text) <= MAX_CHARS for text in words)


def test_what_an_announcement_leads_to_may_stand_pages_away() -> None:
    """A talk whose list stands behind another talk's pages is cut all the same, and nothing is lost."""
    loaded = recap(
        ("paragraph", "Key features:"), ("paragraph", SENTENCE * 40), ("paragraph", "crate " * 400)
    )
    first, _, last = spans(loaded)
    found = texts(loaded, FoundTalk("Talk", "session", body=(first, last)))

    assert " ".join(found).split() == ["Key", "features:", *["crate"] * 400]
    assert all(len(text) <= MAX_CHARS for text in found)


def test_a_single_word_is_never_cut() -> None:
    """A word longer than any limit stays whole."""
    assert texts(recap(("paragraph", "x" * 5000))) == ["x" * 5000]


def test_abbreviations_end_no_sentence() -> None:
    """Abbreviations, initials and decimals do not look like the end of a sentence."""
    text = "Cranes (e.g. the big one) by J. Doe lift 1.5 t. They are slow! Are they? Yes"

    assert [text[:end].rsplit(maxsplit=1)[-1] for end in sentence_ends(text, 0, len(text))] == [
        "slow!",
        "they?",
    ]


def test_japanese_is_cut_at_its_own_marks() -> None:
    """Sentences end at their mark where no white space follows."""
    found = texts(recap(("paragraph", "港のクレーンは一時間に四十個の箱を持ち上げた。" * 60)))

    assert len(found) > 2
    assert all(text.endswith("。") and len(text) <= MAX_CHARS for text in found)


def test_a_lead_in_stays_with_its_first_bullets() -> None:
    """Words before a colon, and sub-headings, begin a passage rather than end one."""
    filler = ("paragraph", SENTENCE.strip())
    bullets = [("bullet", f"point number {n} about the harbour") for n in range(3)]
    loaded = recap(
        filler,
        filler,
        filler,
        filler,
        ("paragraph", "What the crane can lift:"),
        *bullets,
        filler,
        filler,
        ("heading", "Costs"),
        filler,
    )  # type: ignore[arg-type]
    found = texts(loaded)

    assert any("can lift:\n\npoint number 0" in text for text in found)
    assert any(text.startswith("Costs\n\nThe crane") for text in found)


def test_a_passage_knows_the_headings_above_it() -> None:
    """Every passage behind a sub-heading has it, the words that announce a list go on to the list's end, a new heading ends both."""
    loaded = recap(
        ("paragraph", SENTENCE * 12),
        ("heading", "Gotchas with the crane"),
        ("paragraph", SENTENCE * 12),
        ("paragraph", "What it cannot lift:"),
        *[("bullet", f"{number}. {SENTENCE}") for number in range(12)],
        ("paragraph", SENTENCE * 12),
        ("heading", "Costs"),
        ("paragraph", SENTENCE * 12),
    )  # type: ignore[arg-type]
    made = make_passages(loaded, FoundTalk("Talk", "session", body=spans(loaded)), "day1.txt/talk")
    above = [(passage.headings, passage.text) for passage in made]
    listed = [headings for headings, text in above if re.match(r"[4-9]\. |1\d\. ", text)]

    assert above[0][0] == ()
    assert len(listed) > 1
    assert set(listed) == {("Gotchas with the crane", "What it cannot lift:")}
    assert [headings for headings, text in above if text.startswith("Costs")] == [()]
    assert above[-1][0] == ("Costs",)
    assert {headings for headings, _ in above} == {(), ("Gotchas with the crane",), *listed, ("Costs",)}


def test_a_passage_never_spans_words_of_another_talk() -> None:
    """Where another talk's words or furniture lie between, a new passage starts."""
    loaded = recap(
        ("paragraph", "First part."), ("paragraph", "Another talk's words."), ("paragraph", "Second part.")
    )
    first, _, last = spans(loaded)

    assert texts(loaded, FoundTalk("Talk", "session", body=(first, last))) == ["First part.", "Second part."]


def test_a_talks_heading_is_a_passage_of_its_own() -> None:
    """Title and by-line are marked, so that an answer does not quote them as content."""
    loaded = recap(
        ("heading", "Lifting Crates"), ("paragraph", "By Ann Bee"), ("paragraph", SENTENCE.strip())
    )
    blocks = spans(loaded)
    passages = make_passages(
        loaded,
        FoundTalk("Lifting Crates", "session", heading=blocks[:2], body=blocks[2:]),
        "day1.txt/lifting",
    )

    assert [(p.role, p.text) for p in passages] == [
        ("heading", "Lifting Crates\n\nBy Ann Bee"),
        ("body", SENTENCE.strip()),
    ]
    assert [p.passage_id for p in passages] == ["day1.txt/lifting#0", "day1.txt/lifting#1"]


def test_the_authors_remarks_stand_apart() -> None:
    """A paragraph of the note-taker's own is never put in a speaker's mouth."""
    loaded = recap(
        ("paragraph", "It lifts crates."),
        ("paragraph", "We liked this one most."),
        ("paragraph", "It is cheap."),
    )
    blocks = spans(loaded)
    passages = make_passages(loaded, FoundTalk("T", "session", body=blocks, author_spans=(blocks[1],)), "t")

    assert [(p.voice, p.text) for p in passages] == [
        ("notes", "It lifts crates."),
        ("author", "We liked this one most."),
        ("notes", "It is cheap."),
    ]


def test_links_stay_with_their_passage() -> None:
    """A passage knows the addresses that stand in it, each once; what no browser opens is left out."""
    links = (
        Link(0, 2, "https://a.example/"),
        Link(3, 5, "https://a.example/"),
        Link(6, 8, "javascript:alert(1)"),
    )
    loaded = recap(("paragraph", SENTENCE * 5), ("paragraph", SENTENCE * 5), links=links)
    passages = make_passages(loaded, FoundTalk("T", "session", body=spans(loaded)), "t")

    assert [p.links for p in passages] == [("https://a.example/",)] + [()] * (len(passages) - 1)


def test_a_transcripts_passage_opens_the_recording_at_its_second() -> None:
    """The first cue of a passage gives the second."""
    block = Block("paragraph", 0, 11, line=1, second=83.4)
    loaded = LoadedRecap("t.vtt", "0" * 64, "lift crates", (block,), (Run(0, 11, 40, 11),), "transcript")
    found = FoundTalk(
        "T", "session", body=((0, 11),), links={"video": "https://www.youtube.com/watch?v=abcdefgh"}
    )
    [passage] = make_passages(loaded, found, "t")

    assert passage.links == ("https://youtu.be/abcdefgh?t=83",)
    assert (passage.source_start, passage.source_end) == (40, 51)


SIGNS = st.sampled_from("ab.,:;!?。é \n-–\u200b\u202e")
blocks = st.lists(
    st.tuples(
        st.sampled_from(KINDS), st.one_of(st.text(SIGNS, min_size=1, max_size=n) for n in (70, 400, 1500))
    ),
    max_size=12,
)


@settings(max_examples=120, deadline=None)
@given(blocks, st.data())
def test_every_word_lands_in_exactly_one_exact_slice(
    parts: list[tuple[BlockKind, str]], data: st.DataObject
) -> None:
    """Whatever the blocks hold, passages are slices at their offsets, in order, and no word is lost, cut or doubled."""
    loaded = recap(*parts)
    mine = [span for span in spans(loaded) if data.draw(st.booleans())]
    own = tuple(span for span in mine if data.draw(st.booleans()))
    passages = make_passages(loaded, FoundTalk("T", "session", body=tuple(mine), author_spans=own), "t")

    assert all(passage.text == loaded.text[passage.start : passage.end] for passage in passages)
    assert all(before.end <= after.start for before, after in pairwise(passages))
    expected = [
        (m.start() + start, m.group())
        for start, end in mine
        for m in re.finditer(r"\w+", loaded.text[start:end])
    ]
    assert [
        (m.start() + p.start, m.group()) for p in passages for m in re.finditer(r"\w+", p.text)
    ] == expected


@settings(max_examples=120, deadline=None)
@given(st.text(st.sampled_from("ab .,;:。、!…\n"), max_size=3000), st.integers(10, 60))
def test_cutting_keeps_words_and_limits(text: str, target: int) -> None:
    """Parts hold every sign but white space in order; one is longer than the limit only where a word is."""
    limit = target * 2
    parts = cut(text, 0, len(text), target, limit)

    assert "".join("".join(text[s:e].split()) for s, e in parts) == "".join(text.split())
    assert all(e - s <= limit or not re.search(r"\s", text[s:e]) for s, e in parts)
    for _, end in parts:
        assert not re.match(r"\w\w", text[end - 1 : end + 1]) or len(text[end - 1 : end + 1]) < 2


@pytest.mark.parametrize(
    "text", ["." * 300_000, "a" * 300_000, "a " * 150_000, "a, " * 100_000, "。" * 300_000, '."' * 150_000]
)
def test_cutting_is_linear_on_hostile_text(text: str) -> None:
    """Long rows of one sign are cut in a moment."""
    assert sum(e - s for s, e in cut(text, 0, len(text), 300, 600)) <= len(text)


def test_a_subheading_opens_its_passage_and_never_ends_one() -> None:
    """Notes do not run on over a sub-heading, whether it is marked as such or a short line of plain text."""
    notes = ("paragraph", SENTENCE.strip())
    for title in (("heading", "Costs of Lifting"), ("paragraph", "Costs of Lifting")):
        found = texts(recap(notes, title, notes, notes))

        assert found == [SENTENCE.strip(), f"Costs of Lifting\n\n{SENTENCE.strip()}\n\n{SENTENCE.strip()}"]


def test_a_list_that_lost_its_bullets_stays_together() -> None:
    """Of short lines in a row none is a sub-heading."""
    items = [("paragraph", words) for words in ("Harbour cranes", "Floating cranes", "Tower cranes")]
    found = texts(recap(("paragraph", "There are three kinds:"), *items))  # type: ignore[arg-type]

    assert found == ["There are three kinds:\n\nHarbour cranes\n\nFloating cranes\n\nTower cranes"]


def test_a_bullet_keeps_its_marker_where_the_text_holds_it() -> None:
    """A quoted list reads as one, and a number before an item does not part it from its neighbours."""
    text = "Steps of lifting:\n\n1. Hook the crate up.\n2. Lift it over the rail and wait."
    blocks = [Block("paragraph", 0, 17, line=1)]
    for marker, words in (("1.", "Hook the crate up."), ("2.", "Lift it over the rail and wait.")):
        at = text.index(words)
        blocks.append(Block("bullet", at, at + len(words), line=3, marker=marker))
    loaded = LoadedRecap("a.txt", "0" * 64, text, tuple(blocks), (Run(0, len(text), 0, len(text)),), "text")

    assert texts(loaded) == [text]
    assert texts(loaded, FoundTalk("T", "session", body=spans(loaded)[1:])) == [text[text.index("1.") :]]


def test_an_announcement_stays_with_words_that_are_nearly_too_long() -> None:
    """What a colon leads to is cut, rather than parted from it."""
    found = texts(
        recap(
            ("paragraph", "What the cranes of this old harbour did all winter long:"),
            ("paragraph", (SENTENCE * 8).strip()),
        )
    )

    assert found[0].startswith("What the cranes of this old harbour did all winter long:\n\nThe crane")
    assert all(len(text) <= MAX_CHARS and text.endswith("in.") for text in found)
