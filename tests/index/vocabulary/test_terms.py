"""Terms: what a text is searched by, names in one piece and in parts."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.vocabulary.terms import parts, terms, units
from index.vocabulary.words import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("v1.19.2 and 1.18", ["1.19", "1.19.2", "and", "1.18"]),
        ("on 2019.11.18", ["on", "2019", "2019.11", "2019.11.18"]),
        ("StatefulSet", ["statefulset", "stateful", "set"]),
        ("HTTPRoute", ["httproute", "http", "route"]),
        ("GitHub eBPF iOS", ["github", "git", "hub", "ebpf", "ios"]),
        ("kube-proxy", ["kube", "proxy", "kubeproxy"]),
        ("CVE-2019-5736", ["cve", "2019", "cve2019", "5736", "2019.5736", "cve2019.5736"]),
        ("--dry-run", ["dry", "run", "dryrun", "--dryrun"]),
        ("use --force now", ["use", "force", "--force", "now"]),
        (".NET, .env", ["net", ".net", "env", ".env"]),
        ("the end. Next", ["the", "end", "next"]),
        ("C++ C# F# R Go", ["c++", "c#", "f#", "r", "go"]),
        ("K8s k3s S3 EC2 VMs", ["k8s", "k3s", "s3", "ec2", "vm"]),
        ("日本語 K8s的集群", ["日本", "本語", "k8s", "的集", "集群"]),
        ("会", ["会"]),
        ("", []),
    ],
)
def test_a_text_gives_its_terms(text: str, expected: list[str]) -> None:
    """Versions, objects, flags, compounds and scripts without blanks give what people type for them."""
    assert list(terms(text)) == expected


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=80))
def test_units_are_the_words_in_order(text: str) -> None:
    """Every word lies in exactly one unit, units do not overlap, and no term holds white space."""
    found = units(text)
    spans = [(unit.start, unit.end) for unit in found]

    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    assert all(any(s <= word.start and word.end <= e for s, e in spans) for word in words(text))
    assert all(term and " " not in term.strip() for unit in found for term in unit.terms)


def test_short_humps_make_no_parts() -> None:
    """A name whose parts would be single letters or pairs stays one."""
    assert parts("PodTopologySpread") == ["pod", "topology", "spread"]
    assert parts("JSONSchema") == ["json", "schema"]
    assert parts("eBPF") == parts("iOS") == parts("Kubernetes") == parts("LaTeX") == []
