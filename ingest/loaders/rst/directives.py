"""The directives of reStructuredText by what becomes of their bodies; what is not named here holds the author's words."""

from __future__ import annotations

CODE = {"code", "code-block", "sourcecode", "literalinclude", "parsed-literal", "prompt", "math"}
SILENT = {
    "spelling",
    "raw",
    "toctree",
    "image",
    "contents",
    "include",
    "index",
    "sectnum",
    "role",
    "default-role",
    "unicode",
    "replace",
}
SILENT |= {
    "date",
    "class",
    "title",
    "highlight",
    "tabularcolumns",
    "currentmodule",
    "module",
    "postlist",
    "disqus",
}
ABOUT = {"post", "meta", "author", "tags"}
BARE = {"image", "contents", "include", "index", "sectnum"}  # what follows indented is no part of them
PLAYERS = {"youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}"}
META_KEYS = {"authors": "author", "lang": "language", "keywords": "tags", "category": "categories"}
