"""Whose words a sentence of notes holds."""

from __future__ import annotations

import pytest

from ingest.talks.evidence.voice import author_spans, is_own_remark


@pytest.mark.parametrize(
    "sentence",
    [
        "We especially appreciate the lazy hemp.",
        "I liked the part on knots.",
        "A very interesting talk on how to tie ropes.",
        "This conference was informative.",
        "In my opinion hemp is fine.",
        "We would have appreciated a longer demo.",
        "J’ai beaucoup aimé la partie sur les nœuds.",
        "Ich fand die Demo großartig.",
        "とても面白かったです。",
        "Meh.",
        "We were really impressed.",
        "We attended this one and loved it.",
        "Next I watched Ropes, and I think it was fine.",
    ],
)
def test_the_note_takers_own_remarks(sentence: str) -> None:
    """First person and judgement of the talk are the note-taker's."""
    assert is_own_remark(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Hemp swells by 4 percent in water.",
        "We have three harbours and one crane.",
        "The I/O scheduler waits for the tide.",
        "The speaker said: “I love hemp”.",
        "A good rope lasts nine years.",
        "Interesting failure modes come from salt.",
        "What if I want to tie two ropes?",
        "Two ropes (so what if I need a third one?)",
        "Then I attended Ropes by Anna Bee, which showed how hemp swells.",
        "We also discuss some of the knots that hold the quay.",
        "We found that half of all ropes lie idle.",
        "The main points of this excellent session were:",
        "An interesting talk, in which the speaker walked through eleven steps from raw fibre to a rope that holds forty crates.",
    ],
)
def test_the_talks_own_content(sentence: str) -> None:
    """What the speaker said is not put into the note-taker's mouth."""
    assert not is_own_remark(sentence)


def test_remarks_are_marked_sentence_by_sentence() -> None:
    """Only the remark inside a paragraph is marked."""
    text = "Hemp swells. I liked that. Knots slip."

    assert [text[start:end].strip() for start, end in author_spans(text, [(0, len(text))])] == [
        "I liked that."
    ]


def test_a_remark_goes_on_over_the_end_of_a_full_line() -> None:
    """Lines of a wrapped paragraph are one sentence; a line that ends early is one of its own."""
    wrapped = "I liked that the ropes of this harbour were all made of hemp that\nhad grown beside the quay. Knots slip."
    stacked = "Hemp swells\nI liked that\nKnots slip"

    assert [wrapped[start:end] for start, end in author_spans(wrapped, [(0, len(wrapped))])] == [
        wrapped[: -len("Knots slip.")]
    ]
    assert [stacked[start:end].strip() for start, end in author_spans(stacked, [(0, len(stacked))])] == [
        "I liked that"
    ]
