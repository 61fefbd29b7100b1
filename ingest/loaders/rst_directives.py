"""The directives of reStructuredText by what becomes of their bodies."""

from __future__ import annotations

CODE = {"code", "code-block", "sourcecode", "literalinclude", "parsed-literal", "prompt", "math", "highlight", "raw"}
HOLDERS = {"note", "warning", "tip", "hint", "important", "attention", "caution", "danger", "error", "seealso", "admonition", "topic"}
HOLDERS |= {"sidebar", "epigraph", "highlights", "pull-quote", "container", "rubric", "list-table", "table", "compound", "only", "update"}
ABOUT = {"post", "meta", "date", "author", "tags"}
BARE = {"image", "contents", "include", "index", "youtube", "vimeo", "sectnum", "toctree"}  # what follows indented is no part of them
PLAYERS = {"youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}"}
META_KEYS = {"authors": "author", "lang": "language", "keywords": "tags", "category": "categories"}
