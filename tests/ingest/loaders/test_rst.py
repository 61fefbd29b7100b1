"""reStructuredText: sections, inline mark-up, directives."""

from __future__ import annotations

from ingest.loaders import load_bytes

from .soundness import assert_sound

PAGE = """\
:author: Bo Li
:date: 2031-05-04

============
Harbour Days
============

.. contents::
   :local:

The *first* talk was **long**, see `the slides <https://pier.example/s>`_ and
ropes_ in ``mooring`` by :ref:`someone`. A \\*star.

.. _ropes: https://pier.example/ropes

Ropes & *tar*
=============

https://youtu.be/abcdefghijk

* one
  continued

  - inner

1. first

Code::

    a = 1

    b = 2

.. note:: Mind the gap
   between ship and pier.

.. image:: x.png

    A quote.

+-------+---------+
| Talk  | Speaker |
+=======+=========+
| Ropes | Bo      |
+-------+---------+

----

.. youtube:: lmnopqrstuv

.. a comment

Last
----"""


def test_reads_a_page_of_everything() -> None:
    """Sections get levels in the order of their adornments; comments and targets are no words."""
    recap = load_bytes(PAGE.encode(), "a.rst")
    assert_sound(recap, PAGE)

    assert [(block.kind, block.level, recap.slice(block)) for block in recap.blocks] == [
        ("heading", 1, "Harbour Days"),
        ("furniture", 0, ".. contents::\n   :local:"),
        (
            "paragraph",
            0,
            "The first talk was long, see the slides and\nropes in mooring by someone. A *star.",
        ),
        ("heading", 2, "Ropes & tar"),
        ("paragraph", 0, "https://youtu.be/abcdefghijk"),
        ("bullet", 0, "one\ncontinued"),
        ("bullet", 1, "inner"),
        ("bullet", 0, "first"),
        ("paragraph", 0, "Code:"),
        ("code", 0, "    a = 1\n\n    b = 2"),
        ("paragraph", 0, "Mind the gap"),
        ("paragraph", 0, "between ship and pier."),
        ("furniture", 0, ".. image:: x.png"),
        ("quote", 0, "A quote."),
        ("table_row", 0, "Talk | Speaker"),
        ("table_row", 0, "Ropes | Bo"),
        ("heading", 3, "Last"),
    ]


def test_links_spans_anchors_and_meta() -> None:
    """References are links, roles are words, fields above the text are meta."""
    recap = load_bytes(PAGE.encode(), "a.rst")
    paragraph = recap.blocks[2]

    assert [(recap.text[link.start : link.end], link.url) for link in paragraph.links] == [
        ("the slides", "https://pier.example/s"),
        ("ropes", "https://pier.example/ropes"),
    ]
    assert [recap.text[start:end] for start, end in paragraph.strong] == ["long"]
    assert [recap.text[start:end] for start, end in paragraph.emphasis] == ["first", "someone"]
    assert recap.blocks[3].anchor == "ropes-tar"
    assert recap.meta == {"author": "Bo Li", "date": "2031-05-04", "title": "Harbour Days"}
    assert any(link.url.endswith("lmnopqrstuv") for block in recap.blocks for link in block.links)
