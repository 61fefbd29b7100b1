"""Markdown of other tools: what they keep for themselves is not read, what they show is."""

from __future__ import annotations

import pytest

from ingest.loaders import load_bytes
from ingest.loaders.blocks import LoadedRecap

from .soundness import assert_sound


def read(source: str, name: str = "a.md") -> LoadedRecap:
    """Read Markdown and check what always holds."""
    recap = load_bytes(source.encode(), name)
    assert_sound(recap, source)
    return recap


def told(recap: LoadedRecap) -> list[tuple[str, str]]:
    """Give kind and words of what is no furniture."""
    return [(block.kind, recap.slice(block)) for block in recap.blocks if block.kind != "furniture"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("See [[Ada Byron]] and [[Quay|the quay]].", "See Ada Byron and the quay."),
        ("See [[Ropes#Knots]], [[#Knots]] and [[Ropes#Knots|knots]].", "See Ropes, Knots and knots."),
        ("Before ![[crane.png]] after", "Before  after"),
        ("A footnote [[1]](https://pier.example/1) stays", "A footnote [1] stays"),
        ("`if [[ -f x ]]; then` and [[ -f x ]]", "if [[ -f x ]]; then and [[ -f x ]]"),
        ("Gäste: ==très== [[Café|bar]] %%ä%% Ende", "Gäste: très bar Ende"),
        ("The rope ==held== and a == b, ++Ctrl++ C++ and C++", "The rope held and a == b, Ctrl C++ and C++"),
        ("H~2~O, x^2^, ~~gone~~", "H2O, x2, gone"),
        ("A fact. ^fact-1", "A fact."),
        ("Speaker:: Ada Byron", "Speaker: Ada Byron"),
        ("One %%a remark%% two 100%% sure, 5%% more", "One two 100%% sure, 5%% more"),
        ("One {/* a remark */}, two", "One, two"),
        ("One {>>a remark<<} and {++new++}{--old--} words", "One and new words"),
        ("One {{/* a remark */}} and {# another #} word", "One and word"),
        ("Made <% tp.date.now() %> today", "Made  today"),
    ],
)
def test_signs_within_a_line(source: str, expected: str) -> None:
    """Wiki links, highlights, block ids, fields and remarks leave the words that a reader sees."""
    assert read(source).text == expected


@pytest.mark.parametrize(
    "source",
    [
        "%%\nsecret\n\n# secret\n%%\n\nWords.",
        "%% secret, over\ntwo lines %%\n\nWords.",
        "{/*\nsecret\n\n## secret\n*/}\n\nWords.",
        "<!-- secret\n\nsecret -->\n\nWords.",
        "{% comment %}secret\n{% endcomment %}\n\nWords.",
        "%% secret and never closed\n\nWords.",
        "```dataview\nLIST FROM secret\n```\n\nWords.",
        "[//]: # (secret)\n\nWords.",
    ],
)
def test_remarks_are_never_read(source: str) -> None:
    """What a writer keeps for himself stands in no block, however long it is."""
    assert told(read(source)) == [("paragraph", "Words.")]


def test_remarks_in_code_are_code() -> None:
    """A sign in code is a sign of the code."""
    recap = read('```c\nprintf("%% [[x]] ==y==");\n```\n\nIt printed `%%a%%` once, and ``[[b]]``.')

    assert [words for _, words in told(recap)] == [
        'printf("%% [[x]] ==y==");',
        "It printed %%a%% once, and [[b]].",
    ]


def test_callouts_and_admonitions_are_quotes() -> None:
    """Obsidian's, GitHub's, MkDocs' and Docusaurus' boxes lose their marks and keep titles and lists."""
    source = (
        "> [!tip]- Take home\n> Page less.\n\n> [!NOTE]\n> Listen.\n\n"
        '!!! note "Mind the gap"\n    Never page on CPU.\n\n    - one\n    - two\n\n??? info\n    Folded.\n\n'
        ":::tip Crane\nRoute by team.\n:::\n\nEnd."
    )

    assert told(read(source)) == [
        ("quote", "Take home\nPage less."),
        ("quote", "Listen."),
        ("quote", "Mind the gap\nNever page on CPU."),
        ("bullet", "one"),
        ("bullet", "two"),
        ("quote", "Folded."),
        ("paragraph", "Crane\nRoute by team."),
        ("paragraph", "End."),
    ]


def test_modules_and_components_of_mdx() -> None:
    """Imports, exports and JavaScript are not read; a component's words and its player are."""
    source = (
        "import { Tabs,\n  Tab } from '@theme/Tabs'\nimport hero from \"./hero.png\";\n\n"
        "export const meta = {\n  secret: 1,\n}\n\n# Ropes\n\n"
        "<Tabs items={['a > b', 'c']} onClick={() => go('x')}>\n<Tab>\n\nInner *words* of {props.team}.\n\n</Tab>\n</Tabs>\n\n"
        'Watch it: <YouTube id="abcdefghijk" />\n'
    )
    recap = read(source, "a.mdx")

    assert told(recap) == [
        ("heading", "Ropes"),
        ("paragraph", "Inner words of ."),
        ("paragraph", "Watch it:"),
    ]
    assert recap.format == "markdown"
    assert [link.url for block in recap.blocks for link in block.links] == [
        "https://www.youtube.com/watch?v=abcdefghijk"
    ]


def test_offsets_lead_past_what_is_hidden() -> None:
    """A word behind a remark in another script is found where it stands in the file."""
    source = "Ä %%東京%% [[Quay|Kai]] rope"
    recap = read(source)
    start = recap.text.index("rope")

    assert source[slice(*recap.source_span(start, start + 4))] == "rope"
    assert recap.text == "Ä Kai rope"


def test_properties_unwrap_wiki_links() -> None:
    """Values of front matter are the words of their links, under one name a thing."""
    meta = read(
        '---\ntitle: "[[Ropes]]"\nspeakers: ["[[Ada Byron]]", "[[p/Bo|Bo Li]]"]\ncompany: [[Quay]]\nrecording: https://y.example\n---\nWords.'
    ).meta

    assert (meta["title"], meta["speaker"], meta["company"], meta["video"]) == (
        "Ropes", ("Ada Byron", "Bo Li"), "Quay", "https://y.example",
    )  # fmt: skip


def test_many_signs_cost_as_much_as_their_number() -> None:
    """Twice the signs are twice the pieces, not more: nothing is looked at again for each of them."""
    from ingest.loaders.markdown.marks import Signs

    counts = []
    for size in (500, 1000):
        signs = Signs("[[a|b]] ==c== %%d%% " * size)
        counts.append(sum(1 for _ in signs.around(0, len(signs.parsed))))

    assert counts[1] <= 2.1 * counts[0]


def test_a_bar_in_code_parts_no_cells() -> None:
    """A command with a pipe stays whole in its cell, escaped or not."""
    source = "| Talk | Note |\n|---|---|\n| Grep | `cat log \\| grep 500` and `a | b` é |\n"

    assert told(read(source))[1] == ("table_row", "Grep | cat log | grep 500 and a | b é")


@pytest.mark.parametrize("sign", ["•", "◦", "▪", "·", "–", "—"])
@pytest.mark.parametrize("indent", ["", "  "])
def test_lists_of_other_signs_are_lists(sign: str, indent: str) -> None:
    """Word processors and chats set bullets that Markdown takes for words; what is nested, bold or linked stays so."""
    source = (
        f"Été, in short\n\n{indent}{sign} **Knots** for höfe\n{indent}  - it slips\n"
        f"{indent}{sign} [Cranes](https://pier.example/c) in fog\n{indent}  goes on\n"
    )

    recap = read(source)

    assert [(block.kind, block.level, recap.slice(block)) for block in recap.blocks] == [
        ("paragraph", 0, "Été, in short"),
        ("bullet", 0, "Knots for höfe"),
        ("bullet", 1, "it slips"),
        ("bullet", 0, "Cranes in fog\n  goes on"),
    ]
    assert [block.marker for block in recap.blocks] == ["", sign, "-", sign]
    assert [recap.text[slice(*span)] for span in recap.blocks[1].strong] == ["Knots"]
    assert [link.url for link in recap.blocks[3].links] == ["https://pier.example/c"]


@pytest.mark.parametrize(
    "source",
    [
        "It held – and then\n\n– said nobody.\n\nThe end.",
        "> Ropes rot.\n\n— Ann Bee\n\nWords.\n\n— Carl Dee",
        "3 • 4 is no list, and • neither.",
        "```\n• code\n– code\n– code\n```",
        "•no space, no list",
    ],
)
def test_a_sign_within_words_or_code_is_no_list(source: str) -> None:
    """A dash alone may be dialogue or stand before a name; code stays as it is."""
    assert all(kind != "bullet" for kind, _ in told(read(source)))
