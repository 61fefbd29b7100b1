"""Which format a recap is written in, by its ending and its content."""

from __future__ import annotations

import json
import re
from pathlib import PurePosixPath

from ingest.loaders.conversation import is_conversation

BY_SUFFIX = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "mdx",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".rst": "rst",
    ".vtt": "transcript",
    ".srt": "transcript",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".asc": "asciidoc",
    ".org": "org",
    ".wiki": "mediawiki",
    ".mediawiki": "mediawiki",
    ".ipynb": "notebook",
    ".docx": "word",
}
"""The format that an ending names, before the content is looked at."""

_HEAD = 20_000  # characters that are looked at
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body|article)\b",
    re.IGNORECASE | re.DOTALL,
)
_CUES = re.compile(
    r"\s*(?:WEBVTT\b|(?:\d+\s*\n)?\s*(?:\d{1,3}:)?\d{1,2}:\d{1,2}[,.]\d{1,3}[ \t]+-->[ \t]*(?:\d{1,3}:)?\d{1,2}:\d{1,2}[,.]\d{1,3})"
)
_CUE = re.compile(r"^(?:\d{1,3}:)?\d{1,2}:\d{1,2}[,.]\d{1,3}[ \t]+-->", re.MULTILINE)
_RST = (
    re.compile(r"^\.\. [a-z-]+::", re.MULTILINE),
    re.compile(r"`[^`<>\n]+<[^`<>\n]+>`__?"),
    re.compile(r"^([=~^\-]{4,})\n[^\n]+\n\1$", re.MULTILINE),
    re.compile(r"^:[a-z]+: \S", re.MULTILINE | re.IGNORECASE),
)
_MARKDOWN = (
    re.compile(r"^#{1,6} \S", re.MULTILINE),
    re.compile(r"\[[^\[\]\n]+\]\((?:https?:|/|\.|#)[^()\s]*\)"),
    re.compile(r"(?<!\*)\*\*[^*\n]+\*\*(?!\*)"),
    re.compile(r"\A---\n.+?\n---\n", re.DOTALL),
)
_HASH_HEADING = re.compile(
    r"(?:\A|\n[ \t]*\r?\n|\n#{1,6} [^\n]*\n)#{1,6} [^\s#]"
)  # a comment in a script stands with its lines
_MEDIAWIKI = (
    re.compile(r"'''[^'\n]+'''|(?<!')''[^'\n]+''(?!')"),
    re.compile(r"\[\[[^\[\]\n]+\]\]|\[https?://\S+ [^\[\]\n]+\]"),
    re.compile(r"^(={2,6})[ \t]*[^=\n]+?[ \t]*\1[ \t]*$", re.MULTILINE),
    re.compile(r"\{\{[^{}\n]+\}\}|^\{\|", re.MULTILINE),
)
_ASCIIDOC = (
    re.compile(r"^={1,5} [^=\n]+$", re.MULTILINE),
    re.compile(r"^:[a-z][\w-]*:(?: |$)", re.MULTILINE),
    re.compile(
        r"^\[(?:TIP|NOTE|WARNING|IMPORTANT|CAUTION|source[^\]\n]*|quote[^\]\n]*)\]$|^(?:TIP|NOTE|WARNING): ",
        re.MULTILINE,
    ),
    re.compile(r"(?:link:|https?://)[^\s\[\]]+\[[^\]\n]+\]"),
    re.compile(r"^\|={3,}$", re.MULTILINE),
)
_ORG = (
    re.compile(r"^#\+(?:TITLE|AUTHOR|DATE|BEGIN_\w+|OPTIONS|STARTUP):?", re.MULTILINE | re.IGNORECASE),
    re.compile(r"^\*{1,6} [^*\n]+$", re.MULTILINE),
    re.compile(r"\[\[[^\[\]\n]+\]\[[^\[\]\n]+\]\]|^:PROPERTIES:$", re.MULTILINE),
)
_JSON_PAIRS = re.compile(r"\[?\s*\{\s*\"[^\"\n]{1,100}\"\s*:\s*[\[{\"\d]")
_XML_ROOTS = {
    "schedule",
    "rss",
    "feed",
    "rdf:rdf",
    "opml",
    "mediawiki",
    "plist",
    "urlset",
    "xliff",
    "tei",
    "svg",
}
_XML = re.compile(r"\s*(?:<\?xml[^>]{0,300}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?P<root>[\w:.-]+)", re.DOTALL)


def format_of(recap_id: str, source: str) -> str:
    """Name the format of a text.

    The ending decides unless the content plainly is something else; a text file is what its content says.

    Returns:
        "text", "markdown", "mdx", "html", "rst", "asciidoc", "org", "mediawiki", "notebook", "transcript",
        "conversation", or "data" for what no person wrote to be read (JSON, XML).
    """
    named = BY_SUFFIX.get(PurePosixPath(recap_id).suffix.lower())
    head = source[:_HEAD]
    if _PAGE.match(head) and named in {None, "markdown", "mdx"}:
        return "html"
    if named == "word" or (named == "html" and "<" not in source):
        named = None
    if named == "notebook" or (named is None and '"nbformat"' in source and '"cells"' in source):
        return "notebook"
    if is_data(source):
        return "data"
    if named:
        return named
    return _by_content(head)


def _by_content(head: str) -> str:
    """Name the format of a text that bears no ending of its own."""
    marked = bool(_MARKDOWN[0].search(head))
    signs = {
        "transcript": bool(_CUES.match(head)) or len(_CUE.findall(head)) >= 3,
        "org": _kinds(_ORG, head) >= 2 and _kinds((_ORG[0], _ORG[2]), head) >= 1,
        "mediawiki": _kinds(_MEDIAWIKI, head) >= (3 if marked else 2),  # "# one" is an item in a wiki
        "asciidoc": bool(_ASCIIDOC[0].search(head)) and _kinds(_ASCIIDOC[1:], head) >= 1 and not marked,
        "rst": _kinds(_RST, head) >= 2 or (bool(_RST[0].search(head)) and not marked),
        "markdown": _kinds(_MARKDOWN, head) >= 2
        or len(_MARKDOWN[1].findall(head)) >= 2
        or len(_HASH_HEADING.findall(head)) >= 2,
    }
    found = next((name for name, speaks in signs.items() if speaks), "")
    return found or ("conversation" if is_conversation(head) else "text")


def is_data(source: str) -> bool:
    """Say whether a text is JSON or XML, which nobody wrote to be read."""
    stripped = source.strip()
    if stripped[:1] in {"[", "{"}:
        return _is_json(stripped)
    found = _XML.match(source)
    root = found["root"].lower() if found else ""
    return root in _XML_ROOTS or (stripped.startswith("<?xml") and root != "html")


def _is_json(stripped: str) -> bool:
    """Say whether a text is one JSON object or list of them, cut short or not."""
    try:
        value = json.loads(stripped, parse_int=str, parse_float=str)
    except RecursionError:
        return True
    except json.JSONDecodeError as error:
        if error.msg.startswith("Extra data"):  # front matter before a text, or one object a line
            return stripped[error.pos :].lstrip()[:1] in {"[", "{"}
        return bool(_JSON_PAIRS.match(stripped))
    return isinstance(value, dict) or any(isinstance(one, (dict, list)) for one in value)


def _kinds(marks: tuple[re.Pattern[str], ...], head: str) -> int:
    """Count how many of a format's own marks occur."""
    return sum(bool(mark.search(head)) for mark in marks)
