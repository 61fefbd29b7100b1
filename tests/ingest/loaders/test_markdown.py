"""Markdown: words without mark-up, spans, links, front matter."""

from __future__ import annotations

import pytest

from ingest.loaders import load_bytes
from ingest.loaders.blocks import LoadedRecap

from .soundness import assert_sound

PAGE = """\
---
title: "Harbour Days: Day 2"
authors:
  - Ada Byron
date: 2031-05-04
tags: [ropes, tar]
lang: fr
permalink: https://pier.example/day2
---

# Day *two* {#second}

Setext & co
-----------

By **Bo Li** (_Pier Nine_), see [the `slides`](https://pier.example/s "t") &amp; <https://pier.example/v>.
Second line with https://bare.example/x.

* one
  continued
    1. inner
* <b>two</b><br>lines

> quoted
> words

| Talk | Speaker |
|------|---------|
| Ropes | Bo |

```yaml
key: value
```

<!-- dropped -->
<p>Raw <em>HTML</em> <a href="https://pier.example/r">here</a>.</p>

[![thumb](t.jpg)](https://youtu.be/abcdefghijk)

{{< youtube lmnopqrstuv >}}

Word[^1] \\*escaped\\*

[^1]: A note below.
"""


def read(text: str) -> LoadedRecap:
    """Read Markdown and check what always holds."""
    recap = load_bytes(text.encode(), "a.md")
    assert_sound(recap, text)
    return recap


def blocks(text: str) -> list[tuple[str, str]]:
    """Give kind and words of every block."""
    recap = read(text)
    return [(block.kind, recap.slice(block)) for block in recap.blocks]


def test_reads_a_page_of_everything() -> None:
    """Every kind of block comes out in order without its mark-up."""
    assert blocks(PAGE) == [
        ("heading", "Day two"),
        ("heading", "Setext & co"),
        (
            "paragraph",
            "By Bo Li (Pier Nine), see the slides & https://pier.example/v.\nSecond line with https://bare.example/x.",
        ),
        ("bullet", "one\n  continued"),
        ("bullet", "inner"),
        ("bullet", "two\nlines"),
        ("quote", "quoted\nwords"),
        ("table_row", "Talk | Speaker"),
        ("table_row", "Ropes | Bo"),
        ("code", "key: value"),
        ("paragraph", "Raw HTML here."),
        ("paragraph", "Word *escaped*"),
        ("paragraph", "A note below."),
    ]


def test_front_matter_is_meta() -> None:
    """Keys are folded to one name a thing."""
    meta = read(PAGE).meta

    assert meta["title"] == "Harbour Days: Day 2"
    assert meta["author"] == "Ada Byron"
    assert meta["date"] == "2031-05-04"
    assert meta["tags"] == ("ropes", "tar")
    assert meta["language"] == "fr"
    assert meta["url"] == "https://pier.example/day2"


@pytest.mark.parametrize(
    "head",
    [
        '+++\ntitle = "A day"\nauthors = ["Bo"]\n+++\n',
        '{"title": "A day", "author": {"name": "Bo"}}\n\n',
        "Title: A day\nAuthor: Bo\n\n",
        "---\ntitle: A day\nauthor: Bo\nbroken: [a\n---\n",
        "<!--\n.. title: A day\n.. author: Bo\n-->\n",
        "\ufeff---\r\ntitle: A day\r\nauthor: Bo\r\n---\r\n",
    ],
)
def test_front_matter_of_every_usual_kind(head: str) -> None:
    """TOML, JSON, plain lines, broken YAML and comments are all read."""
    recap = load_bytes((head + "Words.\n").encode(), "a.md")

    assert recap.text == "Words."
    assert (recap.meta["title"], recap.meta["author"]) == ("A day", "Bo")


def test_aliases_that_nest_without_end_are_no_value() -> None:
    """A list that holds itself, or nine of nine of nine, is left out, and the rest is read."""
    nested = "".join(f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 12))
    recap = read(
        f"---\na0: &a0 [x]\n{nested}title: A day\nauthor: {{name: *a11}}\ntags: &t [*t, ropes]\n---\n\nWords.\n"
    )

    assert recap.meta["title"] == "A day"
    assert "author" not in recap.meta
    assert recap.meta["tags"] == ("ropes",)


def test_a_line_of_dashes_is_no_front_matter() -> None:
    """A separator at the top hides nothing."""
    assert blocks("---\n\nWords here.\n\n---\n\nMore.\n") == [
        ("paragraph", "Words here."),
        ("paragraph", "More."),
    ]


def test_spans_and_links_point_at_their_words() -> None:
    """Bold, italic and links are offsets into the readable text."""
    recap = read(PAGE)
    block = recap.blocks[2]

    assert [recap.text[start:end] for start, end in block.strong] == ["Bo Li"]
    assert [recap.text[start:end] for start, end in block.emphasis] == ["Pier Nine"]
    assert [(recap.text[link.start : link.end], link.url) for link in block.links] == [
        ("the slides", "https://pier.example/s"),
        ("https://pier.example/v", "https://pier.example/v"),
        ("https://bare.example/x", "https://bare.example/x"),
    ]


def test_links_without_words_stay_with_the_block_before() -> None:
    """A thumbnail's and a short code's address is not lost."""
    recap = read(PAGE)

    assert [link.url for link in recap.blocks[10].links] == [
        "https://pier.example/r",
        "https://youtu.be/abcdefghijk",
        "https://www.youtube.com/watch?v=lmnopqrstuv",
    ]


def test_offsets_lead_back_to_the_file() -> None:
    """A stretch of readable words is found in the source, mark-up inside it included."""
    recap = read(PAGE)
    start = recap.text.index("Bo Li (Pier Nine)")
    first, last = recap.source_span(start, start + len("Bo Li (Pier Nine)"))

    assert PAGE[first:last] == "Bo Li** (_Pier Nine_)"


def test_headings_have_githubs_anchors() -> None:
    """Punctuation goes, spaces become hyphens, repeats are counted, an id of one's own counts most."""
    recap = read("# A talk: *really*?\n\n## Q & A\n\n## Q & A\n\n## Own {#mine}\n")

    assert [block.anchor for block in recap.blocks] == ["a-talk-really", "q--a", "q--a-1", "mine"]


def test_wiki_headings_and_lists_below() -> None:
    """A line marked as in a wiki is a heading also where Markdown sees a paragraph."""
    assert blocks("== Ropes ==\n* Bo Li\n\n=== Tar\nwords\n") == [
        ("heading", "Ropes"),
        ("bullet", "Bo Li"),
        ("heading", "Tar"),
        ("paragraph", "words"),
    ]


def test_contents_are_furniture() -> None:
    """A list that leads to headings of the page is dropped, a list of links elsewhere is not."""
    recap = read(
        "- [A](#a)\n- [B](#b)\n  - [C](#c)\n\n# A\n\n- [V](https://v.example)\n- [W](https://w.example)\n- [X](https://x.example)\n"
    )

    assert [block.kind for block in recap.blocks] == ["furniture"] * 3 + ["heading"] + ["bullet"] * 3
    assert recap.blocks[0].reason == "table of contents"


def test_heading_as_last_line_without_newline() -> None:
    """The end of the file ends a heading."""
    assert blocks("Words\n\n# Last") == [("paragraph", "Words"), ("heading", "Last")]


SWALLOWED = """\
# Pier Days

## Talk: Knots for sailors

A knot that holds is one that somebody else can open again in the dark.

{fence}

## Talk: Ropes that last

Dry every rope before the winter, or buy a new one each spring and be sorry.

## Talk: Tides and tables

The harbour master read us the tables, and nobody fell asleep before noon this time.
A second line says that the tide waits for nobody, not even for the speaker of the day.

{close}
"""


@pytest.mark.parametrize(
    ("fence", "close"),
    [("```", ""), ("```python", ""), ("~~~", ""), ("```", "```"), ("```", "```python\nx = 1\n```")],
)
def test_stray_fences_swallow_no_headings(fence: str, close: str) -> None:
    """A fence that would make code of headings and prose is none, and offsets stay exact."""
    source = SWALLOWED.format(fence=fence, close=close)

    recap = load_bytes(source.encode(), "pier.md")

    assert_sound(recap, source)
    assert [recap.slice(block) for block in recap.blocks if block.kind == "heading"][1:] == [
        "Talk: Knots for sailors",
        "Talk: Ropes that last",
        "Talk: Tides and tables",
    ]


@pytest.mark.parametrize(
    "code",
    [
        "```sh\n# install\nmake\n\n# run\nmake run\n```\n",
        "```\n# install\n\nmake all\n\n# run\n\nmake run\n```\n",
        "```python\n# first\nx = 1\n",
    ],
)
def test_comments_in_code_stay_code(code: str) -> None:
    """Comments look like headings; without prose among them they are code, closed or not."""
    recap = load_bytes(f"# Pier Days\n\nWe tied a knot.\n\n{code}".encode(), "pier.md")

    assert [recap.slice(block) for block in recap.blocks if block.kind == "heading"] == ["Pier Days"]


def test_headings_without_a_space_are_headings() -> None:
    """Signs right before a word were a heading before CommonMark; a number behind them is a ticket."""
    source = "##Day 2\nWe sailed.\n\n##42 is fixed.\n\n#harbour\n"
    recap = load_bytes(source.encode(), "pier.md")

    assert_sound(recap, source)
    assert [(block.level, recap.slice(block)) for block in recap.blocks if block.kind == "heading"] == [
        (2, "Day 2")
    ]
