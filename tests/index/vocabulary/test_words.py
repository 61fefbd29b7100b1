"""Folding and finding: spellings of one name meet, other words do not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.vocabulary.words import find_phrase, fold, singular, words
from tests.index.vocabulary.test_phrases import said

WORDS = st.text(alphabet="abcdeABCDE0123456789é", min_size=1, max_size=6)
GAPS = st.sampled_from([" ", "-", "\n", "  ", "_", "/", ". ", ", ", " – ", ": "])


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
        ("Upgraded to v1.19.2", "1.19"),
        ("since 1.19", "v1.19"),
        ("K3s and K8s", "k3s"),
        ("an S3 bucket", "s3"),
        ("10,000 nodes", "10000"),
        ("𝗞𝘂𝗯𝗲𝗖𝗼𝗻 starts", "kubecon"),
        ("ＫｕｂｅＣｏｎ", "KubeCon"),
        ("cafe\u0301 owners", "café"),
        ("Kubernetes集群管理", "集群"),
        ("クバネティスのガイド", "ガイド"),
        ("쿠버네티스를 씁니다", "쿠버네티스"),
        ("\u110f\u116e\u1107\u1165를", "쿠버"),
        ("การประชุมคลาวด์", "คลาวด์"),
        ("नमस्ते दुनिया", "नमस्ते"),
        ("PodTopologySpread", "pod topology spread"),
    ],
)
def test_spellings_of_one_name_meet(text: str, phrase: str) -> None:
    """Case, accents, gaps, possessives and number do not matter."""
    assert find_phrase(text, phrase)
    assert said([text], phrase) == [0]


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
        ("F#", "F"),
        ("K3s", "k3"),
        ("version 1.190", "1.19"),
        ("ガイド", "カイト"),
        ("クラウド会議", "会社"),
        ("", "anything"),
        ("anything", "?!"),
    ],
)
def test_other_words_do_not_meet(text: str, phrase: str) -> None:
    """Parts of words, other numbers and words across a comma are no mention."""
    assert find_phrase(text, phrase) == ()
    assert said([text], phrase) == []


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(WORDS, GAPS), min_size=1, max_size=8), st.data())
def test_every_run_of_words_is_found_where_it_stands(
    pieces: list[tuple[str, str]], data: st.DataObject
) -> None:
    """A stretch of a text's own words, joined by single blanks or hyphens, is found over exactly that stretch."""
    pieces = [(word, " " if gap in {". ", ", ", ": "} else gap) for word, gap in pieces]
    text = "".join(word + gap for word, gap in pieces)
    spans = list(words(text))
    first = data.draw(st.integers(0, len(spans) - 1))
    last = data.draw(st.integers(first, len(spans) - 1))
    span = (spans[first].start, spans[last].end)

    assert (
        span in find_phrase(text, text[slice(*span)])
        or len({s for s, _ in find_phrase(text, text[slice(*span)])} & {span[0]}) == 1
    )
    assert said([text], text[slice(*span)]) == [0]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=60), st.text(max_size=12))
def test_what_is_found_is_whole_words(text: str, phrase: str) -> None:
    """Spans begin where a word begins and end where one ends."""
    spans = find_phrase(text, phrase)

    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert {start for start, _ in spans} <= {word.start for word in words(text)}
    assert {end for _, end in spans} <= {word.end for word in words(text)}


@settings(max_examples=100, deadline=None)
@given(WORDS)
def test_folding_twice_changes_nothing(word: str) -> None:
    """A folded word is its own folded form."""
    assert fold(fold(word)) == fold(word)


@pytest.mark.parametrize(
    ("plural", "one"),
    [("clusters", "cluster"), ("policies", "policy"), ("buses", "buse"), ("class", "class"), ("aws", "aws")],
)
def test_plurals_fold_as_harman_describes(plural: str, one: str) -> None:
    """The S stemmer drops a plural's ending and leaves short words alone."""
    assert singular(plural) == one
