"""Whatever the bytes, readers give sound blocks or one clear line."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser

import pyromark
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.errors import RecapError
from ingest.loaders import load_bytes

from .soundness import assert_sound, characters

FORMATS = (
    "text", "markdown", "mdx", "html", "rst", "transcript", "asciidoc", "org", "mediawiki", "conversation",
)  # fmt: skip
MARKS = (
    *"#*_`~|<>[](){}=-+.:!\\&;\"' \t\n\r",
    *(
        "\n\n",
        "# ",
        "== ",
        "- ",
        "  - ",
        "1. ",
        "> ",
        "```",
        "---\n",
        "===\n",
        "|-|-|\n",
        "[a](http://b.example)",
        "![i](j)",
        "[^1]: ",
    ),
    *(
        "<p>",
        "</p>",
        "<div class=nav>",
        "</div>",
        "<li>",
        "<ul>",
        "</ul>",
        "<td>",
        "<table>",
        "<h2 id=q>",
        "</h2>",
        "<pre>",
        "<b>",
        "</b>",
    ),
    *(
        "<a href='http://x.example/y'>",
        "</a>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<br>",
        "&amp;",
        "&#x200b;",
        "&nbsp;",
        "<![CDATA[",
    ),
    *(
        "{{< youtube abcdefghijk >}}",
        "{% x %}",
        "{#id}",
        ".. note:: ",
        ".. image:: x\n",
        "::\n",
        "`t <http://u.example>`_",
        ":f: v\n",
        "| a | b |",
    ),
    *(
        "00:00:01.000 --> 00:00:02.000\n",
        "WEBVTT\n",
        "• ",
        "\u200b",
        "\u202e",
        "\u2028",
        "\x0b",
        "\x0c",
        "\xa0",
        "é",
        "東京",
        "😀",
        "\ufeff",
    ),
    *(
        "[[Page|shown]]",
        "![[p.png]]",
        "[[",
        "]]",
        "%%",
        "==",
        "^id\n",
        "> [!info] ",
        "{/*",
        "*/}",
        "{x}",
        "<Tab a={'>'}>",
        "<%",
        "%>",
    ),
    *(
        '!!! note "T"\n',
        "    indented\n",
        ":::tip T\n",
        ":::\n",
        "Key:: v\n",
        "import a from 'b'\n",
        "export const x = 1\n",
    ),
    *(
        "= T\n",
        ":attr: v\n",
        "{attr}",
        "[TIP]\n",
        "====\n",
        "----\n",
        "|===\n",
        "|a |b\n",
        "footnote:[f]",
        "https://c.example[w]",
        ".T\n",
    ),
    *("term:: d\n", "// c\n", "////\n", "<<a,b>>", "* * ", ". ", "video::abcdefghijk[youtube]\n", "`+c+`"),
    *(
        "#+TITLE: T\n",
        "* TODO T :tag:\n",
        "* COMMENT T\n",
        "#+BEGIN_SRC\n",
        "#+END_SRC\n",
        "#+BEGIN_COMMENT\n",
        ":PROPERTIES:\n",
    ),
    *(
        ":SPEAKER: S\n",
        ":END:\n",
        "| a | b |\n",
        "|---+---|\n",
        "[[http://d.example][w]]",
        "/i/",
        "~c~",
        "[fn:1]",
        "SCHEDULED: <2025>\n",
    ),
    *(
        "'''b'''",
        "''i''",
        "{{t|x}}",
        "{{",
        "}}",
        "{|\n",
        "|-\n",
        "! h !! h\n",
        "|}\n",
        "<ref>r</ref>",
        "<nowiki>",
        "[http://e.example w]",
        "** b\n",
    ),
    *(
        "[09:30:12] Rita: m\n",
        "<rita> m\n",
        "Rita  9:30 AM\n",
        "Bo: said\n",
        "Speaker 1  0:03\n",
        "00:10 Chapter\n",
        "<v Bo>",
        "Bo Li: hi. ",
    ),
    *("word", "Title", "By Ada", "youtu.be/abc", "title: x\n"),
)
written = st.lists(st.sampled_from(MARKS), max_size=60).map("".join)


def sound(data: bytes, name: str, form: str | None) -> None:
    """Read bytes and check what always holds; a refusal is one line."""
    refused = ""
    try:
        assert_sound(load_bytes(data, name, form), data.decode("utf-8-sig"))
    except RecapError as error:
        refused = str(error)

    assert "\n" not in refused


@pytest.mark.parametrize("form", FORMATS)
@given(source=written)
@settings(max_examples=100, deadline=None)
def test_any_mark_up_is_read_soundly(form: str, source: str) -> None:
    """Nested and broken mark-up, invisible and bidirectional characters never break a reader."""
    sound(source.encode(), "a.txt", form)


@given(
    data=st.binary(max_size=300),
    name=st.sampled_from(["a.txt", "b.mdx", "c.html", "d.rst", "e.srt", "f", "g.docx", "h.ipynb", "i.adoc"]),
)
@settings(max_examples=100, deadline=None)
def test_arbitrary_bytes_are_read_or_refused(data: bytes, name: str) -> None:
    """No bytes raise anything but the one error."""
    refused = ""
    try:
        load_bytes(data, name)
    except RecapError as error:
        refused = str(error)

    assert not refused or name in refused


@given(source=written)
@settings(max_examples=100, deadline=None)
def test_plain_text_loses_only_marks(source: str) -> None:
    """Between the blocks of a plain text stand bullets, rules and heading marks, nothing else."""
    try:
        recap = load_bytes(source.encode(), "a.txt", "text")
    except RecapError:
        return
    at, between = 0, []
    for block in recap.blocks:
        between.append(recap.text[at : block.start])
        at = block.end
    between.append(recap.text[at:])

    assert recap.text == source.removeprefix("\ufeff")
    assert not [gap for gap in between if not re.fullmatch(r"\W*(?:\(?\d{1,3}[.)]|[a-z]\))?\W*|[\W_]*", gap)]


PROSE = (
    "word ",
    "Ropes",
    "*tar*",
    "**b c**",
    "`code`",
    " [l](http://a.example)",
    "\n",
    "\n\n",
    "\n\n- item\n",
    "\n\n# Head\n\n",
    "&amp;",
    "\\*",
    "é ",
)


@given(source=st.lists(st.sampled_from(PROSE), max_size=40).map("".join))
@settings(max_examples=100, deadline=None)
def test_every_character_of_markdown_text_is_in_a_block(source: str) -> None:
    """The blocks hold what the parser calls text, all of it and in order."""
    said = []
    for event in pyromark.events(source):
        if isinstance(event, dict):
            said.append(event.get("Text", event.get("Code", "")))
    expected = "".join("".join(said).split())
    if expected:
        assert characters(load_bytes(source.encode(), "a.md", "markdown")) == expected


class Words(HTMLParser):
    """The standard library's idea of a page's text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        """Collect."""
        self.said.append(data)


ELEMENTS = ("p", "div", "b", "a", "ul", "li", "h2", "pre", "nav", "section", "span", "blockquote")
page = st.recursive(
    st.sampled_from(["words ", "Ropes", " &amp; ", "é", "\n", "a &lt; b"]),
    lambda inner: st.tuples(st.sampled_from(ELEMENTS), st.lists(inner, max_size=4)).map(
        lambda x: f"<{x[0]}>{''.join(x[1])}</{x[0]}>"
    ),
    max_leaves=25,
)


@given(source=page)
@settings(max_examples=100, deadline=None)
def test_every_character_of_a_page_is_in_a_block(source: str) -> None:
    """Article and furniture together hold the page's text, all of it and in order."""
    parser = Words()
    parser.feed(source)
    parser.close()
    expected = "".join("".join(parser.said).split())
    if expected:
        assert characters(load_bytes(source.encode(), "a.html", "html")) == expected


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "piece",
    [
        "word ",
        "<b><p>",
        "<a x=\">'",
        "*a ",
        "[![a](b)](",
        "> ",
        "<!--",
        " ",
        "\u200b",
        "a.",
        "{% a",
        "`",
        "[[a|b]] ",
        "%%",
        "={",
        "{",
        "a:b ",
        "{{",
        "*a* ",
        "/a",
        "<ref>",
        "'",
        "#",
        "^b ",
        ":::",
    ],
)
def test_time_is_linear_in_the_length_of_a_line(form: str, piece: str) -> None:
    """A long line takes no second, or about four times what a quarter takes, nine on a busy machine; quadratic work takes sixteen."""

    def least_s(length: int) -> float:
        return min(cpu_s(form, piece, length) for _ in range(3))

    assert cpu_s(form, piece, 40_000) < 1 or least_s(40_000) < 12 * least_s(10_000)


def cpu_s(form: str, piece: str, length: int) -> float:
    """Return how long the processor is at work on a line of so many characters, however busy the machine is."""
    began = time.process_time()
    sound(("x" + piece * (length // len(piece)) + "x").encode(), "a.txt", form)
    return time.process_time() - began
