"""Folding and finding: spellings of one name meet, other words do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.mentions import MentionScan
from index.models import Passage, Talk
from index.words import find_phrase, fold, singular, words

WORDS = st.text(alphabet="abcdeABCDE0123456789é", min_size=1, max_size=6)
GAPS = st.sampled_from([" ", "-", "\n", "  ", "_", "/", ". ", ", ", " – ", ": "])


def scan(*texts: str, title: str = "Untitled") -> MentionScan:
    """Make a scan of one talk's passages."""
    passages = [Passage(f"t#{i}", "t", "r", i, text, 0, len(text), 0, len(text)) for i, text in enumerate(texts)]
    return MentionScan(passages, {"t": Talk("t", "r", title, "session", ("Ann Bee",))})


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("We use cert-manager here", "CertManager"),
        ("We use CertManager here", "cert manager"),
        ("cert\nmanager", "cert-manager"),
        ("Café owners", "cafe owner"),
        ("Ann's VMs", "vm"),
        ("all policies", "policy"),
        ("one policy", "policies"),
        ("Karpenter’s nodes", "karpenter"),
        ("node.js and C++", "NodeJS"),
        ("written in C++.", "c++"),
        ("The CRDs", "CRD"),
        ("Kubernetes 1.18", "kubernetes 1.18"),
        ("R&D", "R&D"),
    ],
)
def test_spellings_of_one_name_meet(text: str, phrase: str) -> None:
    """Case, accents, gaps, possessives and number do not matter."""
    assert find_phrase(text, phrase)
    assert scan(text).rows(phrase) == [0]


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("GitOps", "ops"),
        ("the envoys", "envoyproxy"),
        ("version 1.18", "118"),
        ("I/O throughput", "iot"),
        ("we sell cert. Manager left", "x"),
        ("cert, manager", "cert manager"),
        ("C", "C++"),
        ("", "anything"),
        ("anything", "?!"),
    ],
)
def test_other_words_do_not_meet(text: str, phrase: str) -> None:
    """Parts of words, other numbers and words across a comma are no mention."""
    assert find_phrase(text, phrase) == ()
    assert scan(text).rows(phrase) == []


def test_a_title_or_speaker_gives_the_first_passage() -> None:
    """A talk that says a name only in its title or by-line is found by its first passage, once."""
    found = scan("one", "two", title="Taming Karpenter")

    assert found.rows("karpenter") == [0]
    assert found.rows("ann bee") == [0]
    assert scan("one", "on Karpenter", title="Taming Karpenter").rows("karpenter") == [1]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=8), st.data())
def test_every_run_of_words_is_found_where_it_stands(pieces: list[tuple[str, str]], data: st.DataObject) -> None:
    """A stretch of a text's own words, joined by single blanks or hyphens, is found over exactly that stretch."""
    pieces = [(word, " " if gap in {". ", ", ", ": "} else gap) for word, gap in pieces]
    text = "".join(word + gap for word, gap in pieces)
    spans = list(words(text))
    first = data.draw(st.integers(0, len(spans) - 1))
    last = data.draw(st.integers(first, len(spans) - 1))
    span = (spans[first].start, spans[last].end)

    assert span in find_phrase(text, text[slice(*span)]) or len({s for s, _ in find_phrase(text, text[slice(*span)])} & {span[0]}) == 1
    assert scan(text).rows(text[slice(*span)]) == [0]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=12))
def test_the_scan_misses_nothing_that_a_careful_reader_finds(text: str, phrase: str) -> None:
    """The scan's quick test never rules out a passage in which the phrase is found; spans are slices of whole words."""
    spans = find_phrase(text, phrase)

    assert bool(scan(text, title="").rows(phrase)) == bool(spans) or find_phrase("Ann Bee", phrase)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert {start for start, _ in spans} <= {word.start for word in words(text)}
    assert {end for _, end in spans} <= {word.end for word in words(text)}


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_folding_twice_changes_nothing(word: str) -> None:
    """A folded word is its own folded form."""
    assert fold(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("plural", "one"), [("clusters", "cluster"), ("policies", "policy"), ("buses", "buse"), ("class", "class"), ("aws", "aws")]
)
def test_plurals_fold_as_harman_describes(plural: str, one: str) -> None:
    """The S stemmer drops a plural's ending and leaves short words alone."""
    assert singular(plural) == one
