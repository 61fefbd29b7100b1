"""HTML: the article found, the furniture named, offsets exact."""

from __future__ import annotations

import pytest

from ingest.loaders import load_bytes
from ingest.loaders.blocks import LoadedRecap

from .soundness import assert_sound

PAGE = """\
<!doctype html><html lang="en"><head><title>Harbour Days &mdash; Bo's site</title>
<meta property="og:title" content="Harbour Days, day 2"><meta name="author" content="Bo Li">
<meta property="article:published_time" content="2031-05-04T10:00:00Z"><meta name="keywords" content="ropes, tar">
<link rel=canonical href="https://pier.example/day2"><style>p{}</style></head>
<body class="nav-open"><div id="cookie-consent">We use cookies.</div>
<header class="site"><a href="/">Bo's site</a><nav><ul><li><a href="/about">About</a></ul></nav></header>
<main><article>
<header><h1 id="top">Harbour Days<a class="headerlink" href="#top">&#182;</a></h1></header>
<p>By <b>Bo &amp; <i>Ada</i></b>,
   see <a href="https://pier.example/s">the   slides</a>.<br>Second line
<p>A second paragraph about ropes that is long enough to be prose, with tar and with hemp &#x26; wire in it.</p>
<ol start="3"><li>three<ul><li>inner</ul><li><p>four</p><p>more</p></ol>
<table><tr><th>Talk<th>Speaker<tr><td><p>Ropes</p><td>Bo</table>
<pre>a = 1
  b</pre>
<blockquote><p>Quoted.</p></blockquote>
<dl><dt>Term<dd>Meaning</dl>
<a href="https://youtu.be/abcdefghijk"><h2>Linked title</h2></a>
<iframe src="//www.youtube.com/embed/lmnopqrstuv"></iframe>
<div class="share-buttons"><a href="#">Tweet</a></div>
</article><section id="comments"><p>First!</p></section></main>
<aside>Other posts</aside><footer>Imprint</footer><script>var x = "<p>no</p>"</script></body></html>
"""


def read(source: str) -> LoadedRecap:
    """Read a page and check what always holds."""
    recap = load_bytes(source.encode(), "a.html")
    assert_sound(recap, source)
    return recap


def told(recap: LoadedRecap) -> list[tuple[str, str]]:
    """Give kind and words of what is no furniture."""
    return [(block.kind, recap.slice(block)) for block in recap.blocks if block.kind != "furniture"]


def test_reads_the_article() -> None:
    """Blocks come out as a browser shows them, unclosed elements included."""
    assert told(read(PAGE)) == [
        ("heading", "Harbour Days"),
        ("paragraph", "By Bo & Ada, see the slides.\nSecond line"),
        (
            "paragraph",
            "A second paragraph about ropes that is long enough to be prose, with tar and with hemp & wire in it.",
        ),
        ("bullet", "three"),
        ("bullet", "inner"),
        ("bullet", "four"),
        ("paragraph", "more"),
        ("table_row", "Talk | Speaker"),
        ("table_row", "Ropes | Bo"),
        ("code", "a = 1\n  b"),
        ("quote", "Quoted."),
        ("paragraph", "Term"),
        ("bullet", "Meaning"),
        ("heading", "Linked title"),
    ]


def test_items_of_a_list_are_marked() -> None:
    """The readable text shows a list as a list, nested and numbered ones too; the blocks are the words alone."""
    recap = read(
        "<p>Rules:</p><ul><li>no ropes on deck<ol><li>not even short ones</li><li>nor tar</li></ol></li>"
        "<li><a href='https://example.org/tar'>tar</a> stays below</li><li></li></ul><dl><dt>Tar</dt><dd>black</dd></dl>"
    )

    assert recap.text == (
        "Rules:\n\n• no ropes on deck\n  1. not even short ones\n  2. nor tar\n• tar stays below\n\nTar\n\nblack"
    )
    assert [words for kind, words in told(recap) if kind == "bullet"] == [
        "no ropes on deck",
        "not even short ones",
        "nor tar",
        "tar stays below",
        "black",
    ]


def test_furniture_stays_visible_with_its_reason() -> None:
    """What was dropped is in the blocks, so that a person can see it and why."""
    recap = read(PAGE)
    dropped = {recap.slice(block): block.reason for block in recap.blocks if block.kind == "furniture"}

    assert dropped == {
        "We use cookies.": "cookie banner",
        "Bo's site": "header",
        "About": "navigation",
        "Tweet": "share buttons",
        "First!": "comments",
        "Other posts": "aside",
        "Imprint": "footer",
    }


def test_page_tells_of_itself() -> None:
    """Title, author, date, address, language and tags come from the head."""
    meta = read(PAGE).meta

    assert meta["title"] == "Harbour Days, day 2"
    assert meta["author"] == "Bo Li"
    assert meta["date"] == "2031-05-04T10:00:00Z"
    assert meta["url"] == "https://pier.example/day2"
    assert meta["language"] == "en"
    assert meta["tags"] == ("ropes", "tar")


def test_spans_links_levels_and_anchors() -> None:
    """Spans hold nested spans; numbered items count on; a link around a heading stays with it."""
    recap = read(PAGE)
    paragraph = recap.blocks[[recap.slice(block)[:5] for block in recap.blocks].index("By Bo")]
    bullets = [(block.marker, block.level) for block in recap.blocks if block.kind == "bullet"]
    linked = next(block for block in recap.blocks if recap.slice(block) == "Linked title")

    assert [recap.text[start:end] for start, end in paragraph.strong] == ["Bo & Ada"]
    assert [recap.text[start:end] for start, end in paragraph.emphasis] == ["Ada"]
    assert [(recap.text[link.start : link.end], link.url) for link in paragraph.links] == [
        ("the slides", "https://pier.example/s")
    ]
    assert bullets[:3] == [("3.", 0), ("•", 1), ("4.", 0)]
    assert next(block.anchor for block in recap.blocks if block.kind == "heading") == "top"
    assert [link.url for link in linked.links] == [
        "https://youtu.be/abcdefghijk",
        "https://www.youtube.com/embed/lmnopqrstuv",
    ]


def test_offsets_lead_back_to_the_file() -> None:
    """An entity in the source is one character in the text and still found."""
    recap = read(PAGE)
    start = recap.text.index("hemp & wire")
    first, last = recap.source_span(start, start + len("hemp & wire"))

    assert PAGE[first:last] == "hemp &#x26; wire"


def test_page_without_semantic_elements() -> None:
    """The prose is found by where it is; link lists beside it are furniture, its title is kept."""
    prose = "".join(
        f"<p>Paragraph {n} tells what was said about mooring lines and why they were cut again.</p>"
        for n in range(8)
    )
    recap = read(
        f"<div><div class=x><a href=/a>Home</a> <a href=/b>All posts</a></div><div><h2>Ropes</h2>{prose}</div></div>"
    )

    assert told(recap)[0] == ("heading", "Ropes")
    assert len(told(recap)) == 9
    assert recap.blocks[0].reason == "mostly links, outside the article"


def test_a_name_never_outweighs_the_prose() -> None:
    """An element called sidebar that holds the text is read."""
    prose = "<p>All that was said about mooring lines stands in here.</p>" * 5

    assert len(told(read(f"<div class='content has-sidebar'>{prose}</div><div class=sidebar>Ads</div>"))) == 5


def test_several_articles_are_all_read() -> None:
    """A page of one article a talk keeps them all."""
    talks = "".join(
        f"<article><h2>Talk {n}</h2><p>What was said in talk {n} about ropes and tar.</p></article>"
        for n in range(4)
    )

    assert len(told(read(f"<body>{talks}</body>"))) == 8


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>a<!-- b -->c", "ac"),
        ("<p>a<!-- b", "a"),
        ("a < b and <3", "a < b and <3"),
        ("<p title='x>y'>words", "words"),
        ("<p it's>words</p>", "words"),
        ('<a href="never closed>words', "words"),
        ("</div></p>words</b>", "words"),
        ("<p>x<h2>last", "x\n\nlast"),
        ("<textarea>no</textarea>yes", "yes"),
        ("<p>&notanentity; &lt;b&gt;", "¬anentity; <b>"),
        ("<p>a\u200bb\u202ec", "a\u200bb\u202ec"),
    ],
)
def test_broken_mark_up(source: str, expected: str) -> None:
    """Comments, quotes and tags that never close lose no words that a browser shows."""
    assert read(source).text == expected


def test_page_of_breaks_and_styles() -> None:
    """Two breaks set paragraphs apart; bold by style is bold; a player's own element is a link."""
    recap = read(
        "<div>First talk was <span style='font-weight: bold'>Ropes</span><br>by Bo.<br>\n<br/>Then tar.</div>"
        "<lite-youtube videoid=abcdefghijk></lite-youtube>"
    )
    first, second = recap.blocks

    assert [recap.slice(block) for block in recap.blocks] == ["First talk was Ropes\nby Bo.", "Then tar."]
    assert [recap.text[start:end] for start, end in first.strong] == ["Ropes"]
    assert [link.url for link in second.links] == ["https://www.youtube.com/watch?v=abcdefghijk"]


def test_sections_named_by_their_headings_are_read() -> None:
    """An id made from a heading's words does not make its section furniture."""
    recap = read(
        "<section id=search><h2>Search</h2><p>What was said about search.</p></section><div id=sidebar><p>Ads.</p></div><p>"
        + "Prose. " * 20
    )

    assert told(recap)[:2] == [("heading", "Search"), ("paragraph", "What was said about search.")]
    assert [recap.slice(block) for block in recap.blocks if block.reason == "sidebar"] == ["Ads."]


def test_sections_about_the_site_are_furniture() -> None:
    """Related posts go by their heading alone, up to the next heading of that level."""
    recap = read(
        "<h2>Ropes</h2><p>Words.</p><h3>Related posts</h3><p>Other.</p><h2>Tar</h2><p><a href=/all>Back to all posts</a></p>"
    )

    assert [words for _, words in told(recap)] == ["Ropes", "Words.", "Tar"]
