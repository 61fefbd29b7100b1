"""What is read from a question before anything is searched."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answering.language.aliases import Aliases
from bot.answering.language.markup import plain_question
from bot.answering.language.spelling import closest_word
from bot.answering.language.wordlists import is_real_word, language_of
from bot.answering.reply.outline import split_units
from index.vocabulary.explained import Explained, explained_pairs

_NAMES = (
    "kubernetes prometheus karpenter lanternfish quillwort gitlab bottlerocket tekton ephemeral",
    "containers metrics tenancy autoscaler fluentbit linkerd opentelemetry buildpacks",
)
NAMES = dict.fromkeys(" ".join(_NAMES).split(), 3)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("<@U0BOT> what is k3s?", "what is k3s?"),
        ("see <https://example.org/a|the page> &amp; <#C1|notes>", "see the page & notes"),
        ("*bold* and _italic_ `code`", "bold and italic code"),
        ("hi team, please what's eBPF :thinking_face: thanks a lot!", "what's eBPF"),
        ("Bonjour, c'est quoi Flux, merci !", "c'est quoi Flux"),
        ("is a_b_c kept?", "is a_b_c kept?"),
    ],
)
def test_the_wrapping_comes_off(written: str, read: str) -> None:
    """Slack's mark-up, emoji and politeness go; names with underscores stay."""
    assert plain_question(written) == read


@settings(max_examples=100)
@given(st.text(max_size=60))
def test_taking_the_wrapping_off_never_fails(text: str) -> None:
    """Any text becomes one line without white space around it."""
    plain = plain_question(text)

    assert plain == plain.strip()
    assert "\n" not in plain


@pytest.mark.parametrize(
    ("text", "pair"),
    [
        ("the Pier Disruption Budget (PDB) is", ("PDB", "Pier Disruption Budget")),
        ("Cloud Native Application Bundles (CNAB) enter", ("CNAB", "Cloud Native Application Bundles")),
        ("HNC (Hierarchical Namespace Controller) helps", ("HNC", "Hierarchical Namespace Controller")),
        ("quality of service (QoS)", ("QoS", "quality of service")),
    ],
)
def test_pairs_are_learnt_from_brackets(text: str, pair: tuple[str, str]) -> None:
    """A long name and its initials beside it are one pair, and each finds the other."""
    explained = Explained()
    explained.read(text)

    assert pair in list(explained_pairs(text))
    assert pair[1] in Aliases(explained.others).others(pair[0])
    assert pair[0] in Aliases(explained.others).others(pair[1])


@pytest.mark.parametrize("text", ["we ran it (twice)", "the demo (NASA) was", "a list (e.g. pods)", "(HPA)"])
def test_brackets_that_explain_nothing_teach_nothing(text: str) -> None:
    """Brackets without the initials of the words before them are left alone."""
    assert not list(explained_pairs(text))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("kuberntes", "kubernetes"),
        ("promethues", "prometheus"),
        ("karpentr", "karpenter"),
        ("gitlba", "gitlab"),
        ("bottelrocket", "bottlerocket"),
        ("tektn", "tekton"),
        ("ephermal", "ephemeral"),
        ("contaniers", "containers"),
        ("tenency", "tenancy"),
        ("fluntbit", "fluentbit"),
        ("lnkerd", "linkerd"),
        ("opentelemtry", "opentelemetry"),
    ],
)
def test_slips_of_one_or_two_letters_are_read(written: str, meant: str) -> None:
    """A slip finds the notes' word that was meant."""
    assert closest_word(written, NAMES, is_name=lambda _: True) == meant


@pytest.mark.parametrize(
    "word", ["istio", "velero", "spotify", "backstage", "kyverno", "dockershim", "m5", "x"]
)
def test_other_names_are_not_bent_to_known_ones(word: str) -> None:
    """A name that is near to nothing stays as it is."""
    assert closest_word(word, NAMES, is_name=lambda _: True) is None


@pytest.mark.parametrize(
    ("word", "near"),
    [("kueue", "queue"), ("vcluster", "cluster"), ("syft", "soft"), ("kmesh", "mesh"), ("jkube", "kube")],
)
def test_a_product_is_no_slip_of_a_plain_word(word: str, near: str) -> None:
    """Another first letter, or a short plain word nearby, makes no slip of a name."""
    assert closest_word(word, {near: 9}, is_name=lambda _: False, is_plain=is_real_word) is None


@pytest.mark.parametrize(
    ("slip", "meant"), [("uberenetes", None), ("ubernetes", "kubernetes"), ("ukbernetes", "kubernetes")]
)
def test_the_first_letter_is_missed_or_swapped_alone(slip: str, meant: str | None) -> None:
    """A slip in the first letter counts when it is the only one."""
    assert closest_word(slip, NAMES, is_name=lambda _: True) == meant


@pytest.mark.parametrize(
    "word",
    [
        "haiku",
        "squeegee",
        "gazebo",
        "datacentre",
        "favourite",
        "hostname",
        "onboarding",
        "microservices",
    ],
)
def test_rare_words_are_real(word: str) -> None:
    """English and the trade's words are known, British spelling included."""
    assert is_real_word(word)


@pytest.mark.parametrize("word", ["karpentr", "crossplane", "velero", "debuging", "contaniers"])
def test_slips_and_products_are_not_real_words(word: str) -> None:
    """What no dictionary has is a slip or a name."""
    assert not is_real_word(word)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Quelle est la taille du binaire de k3s ?", "fr"),
        ("c'est quoi Flux", "fr"),
        ("what is on the CI page of k3s?", "en"),
        ("warum will man den Zookeeper loswerden?", "de"),
        ("und Cilium?", "de"),
        ("¿qué es Tekton?", "es"),
        ("cos'è Flux", "it"),
        ("o que é Flux", "pt"),
        ("wat is Flux", "nl"),
        ("karpenter", "en"),
    ],
)
def test_languages_are_told_apart(text: str, code: str) -> None:
    """Grammar words decide, not names."""
    assert language_of(text).code == code


@settings(max_examples=100)
@given(st.text(alphabet="ab .!?\n•-A", max_size=120))
def test_units_are_slices_in_order(text: str) -> None:
    """Sentences and bullets never overlap, and no word is lost between them."""
    units = split_units(text)
    kept = "".join(text[start:end] for start, end in units)

    assert all(before[1] <= after[0] for before, after in itertools.pairwise(units))
    assert kept.replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")
