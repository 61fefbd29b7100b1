"""AsciiDoc, Org, MediaWiki and notebooks: blocks as their own tools show them, words where they stand in the file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import RecapError
from ingest.loaders import load_bytes
from ingest.loaders.blocks import LoadedRecap

from .soundness import assert_sound

ASCIIDOC = """\
= Harbour Days 2031
Ada Byron <ada@pier.example>
v1.2, 2031-05-04
:tool: https://tool.example/x[Hook]
:team: the quay's team

// a secret remark
Intro by {team}, {unknown}.

== Ropes at Scale

[.lead]
*Speaker:* Bo Li (https://pier.example/bo[profile])

. First
.. nested with `kubectl get *`
* star

[source,yaml]
----
a: 1
== no heading
----

.Block title
[TIP]
====
Use {tool} twice.
====

////
secret
////

|===
|Talk |Speaker

|Ropes
|Bo
|===

Crane:: lifts things
NOTE: Mind the _tide_ footnote:[Only in spring.].
See <<ropes,the ropes>> and link:slides.pdf[slides] image:x.png[alt] of H~2~O and snake_case_word.
"""
ORG = """\
#+TITLE: Harbour Days
#+AUTHOR: Ada Byron
# a secret remark
* Day 1
** TODO [#A] Ropes at Scale :talk:
:PROPERTIES:
:ID: secret
:SPEAKER: Bo Li
:END:
SCHEDULED: <2031-05-04 Sun>
- one /slow/ rope
  - nested *bold* one
- [X] done
#+BEGIN_SRC sh
ls * | wc
#+END_SRC
#+BEGIN_COMMENT
secret
#+END_COMMENT
See [[https://pier.example/s][the slides]] [fn:1] =code_here=.
| Talk  | Speaker |
|-------+---------|
| Ropes | Bo      |
* COMMENT Drafts
secret
** secret
* Notes :noexport:
secret
* Tar
words
"""
WIKI = """\
__TOC__
= Harbour Days =
<!-- secret -->{{Infobox|secret={{b}}}}
== Ropes ==
'''Speaker:''' [[User:Bo|Bo Li]], ''slow'' &amp; steady<ref>secret</ref> [https://pier.example/s slides] [[Rope]] [[File:x.png|thumb|secret]]
* one
** nested
# first
; Term
: Meaning
{| class="wikitable"
! Talk !! Speaker
|-
| Ropes || Bo
|-
| style="x" | Tar
| Ada
|}
<pre>code [[x]]</pre>
last AT&T a<b
"""


def read(source: str, name: str) -> LoadedRecap:
    """Read a file and check what always holds."""
    recap = load_bytes(source.encode(), name)
    assert_sound(recap, source)
    return recap


def told(recap: LoadedRecap) -> list[tuple[str, str]]:
    """Give kind and words of every block."""
    return [(block.kind, recap.slice(block)) for block in recap.blocks]


def test_asciidoc() -> None:
    """Attributes stand as their values, block attributes and comments are no words, a table has its rows."""
    recap = read(ASCIIDOC, "a.adoc")

    assert told(recap) == [
        ("heading", "Harbour Days 2031"),
        ("paragraph", "Intro by the quay's team, {unknown}."),
        ("heading", "Ropes at Scale"),
        ("paragraph", "Speaker: Bo Li (profile)"),
        ("bullet", "First"),
        ("bullet", "nested with kubectl get *"),
        ("bullet", "star"),
        ("code", "a: 1\n== no heading"),
        ("paragraph", "Block title"),
        ("paragraph", "Use Hook twice."),
        ("table_row", "Talk | Speaker"),
        ("table_row", "Ropes | Bo"),
        ("paragraph", "Crane"),
        ("paragraph", "lifts things"),
        (
            "paragraph",
            "NOTE: Mind the tide (Only in spring.).\nSee the ropes and slides of H2O and snake_case_word.",
        ),
    ]
    assert recap.meta == {"title": "Harbour Days 2031", "author": "Ada Byron", "date": "2031-05-04"}
    assert [link.url for block in recap.blocks for link in block.links] == [
        "https://pier.example/bo",
        "https://tool.example/x",
        "slides.pdf",
    ]
    assert [block.line for block in recap.blocks if block.kind == "heading"] == [1, 10]


def test_org() -> None:
    """Keywords and tags leave headings; drawers, remarks and subtrees that are not exported are not read."""
    recap = read(ORG, "a.org")

    assert told(recap) == [
        ("heading", "Day 1"),
        ("heading", "Ropes at Scale"),
        ("paragraph", "SPEAKER: Bo Li"),
        ("bullet", "one slow rope"),
        ("bullet", "nested bold one"),
        ("bullet", "done"),
        ("code", "ls * | wc"),
        ("paragraph", "See the slides code_here."),
        ("table_row", "Talk | Speaker"),
        ("table_row", "Ropes | Bo"),
        ("heading", "Tar"),
        ("paragraph", "words"),
    ]
    assert recap.meta == {"title": "Harbour Days", "author": "Ada Byron"}
    assert "secret" not in recap.text


def test_mediawiki() -> None:
    """Templates, references, files and comments are not read; links show their words."""
    recap = read(WIKI, "a.wiki")

    assert told(recap) == [
        ("heading", "Harbour Days"),
        ("heading", "Ropes"),
        ("paragraph", "Speaker: Bo Li, slow & steady slides Rope"),
        ("bullet", "one"),
        ("bullet", "nested"),
        ("bullet", "first"),
        ("paragraph", "Term"),
        ("paragraph", "Meaning"),
        ("table_row", "Talk | Speaker"),
        ("table_row", "Ropes | Bo"),
        ("table_row", "Tar | Ada"),
        ("code", "code [[x]]"),
        ("paragraph", "last AT&T a<b"),
    ]
    assert "secret" not in recap.text


@pytest.mark.parametrize(("source", "expected"), [(ASCIIDOC, "asciidoc"), (ORG, "org"), (WIKI, "mediawiki")])
def test_the_content_tells_the_format(source: str, expected: str) -> None:
    """A text file in one of these mark-ups is read as what it is."""
    assert load_bytes(source.encode(), "a.txt").format == expected


def test_notebook() -> None:
    """Markdown cells are read where they stand in the file; code and output are not."""
    cells = [
        {
            "cell_type": "markdown",
            "id": "# Ropes",
            "source": ["# Härbour \N{GRINNING FACE}\n", "\n", 'Says "hi"\tand *more*.\n'],
        },
        {"cell_type": "code", "source": "secret()", "outputs": [{"text": ["## secret"]}]},
        {"cell_type": "markdown", "source": "## Ropes\n- a\n- b"},
    ]
    source = json.dumps({"cells": cells, "metadata": {"title": "Days"}, "nbformat": 4})
    recap = read(source, "a.ipynb")

    assert told(recap) == [
        ("heading", "Härbour \N{GRINNING FACE}"),
        ("paragraph", 'Says "hi"\tand more.'),
        ("heading", "Ropes"),
        ("bullet", "a"),
        ("bullet", "b"),
    ]
    assert recap.meta["title"] == "Days"
    at = recap.text.index("more")
    assert source[slice(*recap.source_span(at, at + 4))] == "more"


@pytest.mark.parametrize("source", ["{}", "[1]", '{"cells": 3}', "no json", '{"cells": [' + "[" * 5000])
def test_a_damaged_notebook_is_one_line(source: str) -> None:
    """What is no notebook is refused by name."""
    with pytest.raises(RecapError, match="it is no Jupyter notebook"):
        load_bytes(source.encode(), "a.ipynb")


@given(st.lists(st.text(max_size=40), max_size=4))
@settings(max_examples=100, deadline=None)
def test_any_words_of_a_notebook_lead_back(lines: list[str]) -> None:
    """Whatever a cell holds, its characters are found in the file, escaped or not."""
    cell = {"cell_type": "markdown", "source": lines}
    source = json.dumps({"cells": [cell, cell], "nbformat": 4}, ensure_ascii=len(lines) % 2 == 0)
    try:
        recap = load_bytes(source.encode("utf-8", "replace"), "a.ipynb")
    except RecapError:
        return
    assert_sound(recap, source.encode("utf-8", "replace").decode())


WORDS = st.text("abc éß東 .,*_/=~+#-:'`[]{}|<>&;", min_size=1, max_size=60)


@pytest.mark.parametrize("form", ["asciidoc", "org", "mediawiki"])
@given(words=WORDS)
@settings(max_examples=100, deadline=None)
def test_letters_are_kept(form: str, words: str) -> None:
    """Whatever the marks among them, no letter of a line of prose gets lost but in what is never shown."""
    line = "Ropes " + words.replace("[", "(").replace("{", "(").replace("<", "(").replace("&", "+") + " held"
    recap = load_bytes(line.encode(), "a.txt", form)
    letters = "".join(character for character in line if character.isalpha())

    assert "".join(character for character in recap.text if character.isalpha()) == letters
