"""Which format a recap is written in, by its ending and its content."""

from __future__ import annotations

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
    r"\s*(?:WEBVTT\b|(?:\d+\s*\n)?\s*(?:\d{1,3}:)?\d{1,2}:\d\d[,.]\d{1,3}[ \t]+-->[ \t]*(?:\d{1,3}:)?\d{1,2}:\d\d[,.]\d{1,3})"
)
_CUE = re.compile(r"^(?:\d{1,3}:)?\d{1,2}:\d\d[,.]\d{1,3}[ \t]+-->", re.MULTILINE)
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
_DATA = re.compile(r"\s*(?:<\?xml\b|<(?!/)[\w-]+(?:\s|>)|[\[{])")
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
    return _by_content(head, source)


def _by_content(head: str, source: str) -> str:
    """Name the format of a text that bears no ending of its own."""
    if _CUES.match(head) or len(_CUE.findall(head)) >= 3:
        return "transcript"
    if _kinds(_ORG[:1] + _ORG[2:], head) >= 1 and _kinds(_ORG, head) >= 2:
        return "org"
    if _kinds(_MEDIAWIKI, head) >= 2 and not _MARKDOWN[0].search(head):
        return "mediawiki"
    if _ASCIIDOC[0].search(head) and _kinds(_ASCIIDOC[1:], head) >= 1 and not _MARKDOWN[0].search(head):
        return "asciidoc"
    if _kinds(_RST, head) >= 2 or (_RST[0].search(head) and not _MARKDOWN[0].search(head)):
        return "rst"
    if (
        _kinds(_MARKDOWN, head) >= 2
        or len(_MARKDOWN[1].findall(head)) >= 2
        or len(_HASH_HEADING.findall(head)) >= 2
    ):
        return "markdown"
    return "conversation" if is_conversation(head) else "text"


def is_data(source: str) -> bool:
    """Say whether a text is JSON or XML, which nobody wrote to be read."""
    import json

    if not _DATA.match(source):
        return False
    stripped = source.strip()
    if stripped[0] in "[{":
        if stripped[-1] not in "]}" or (
            stripped[1:2] in {"[", "%", "{", "<", "#"} and not stripped.startswith(("[[", "[{", "{{"))
        ):
            return False
        try:
            value = json.loads(stripped, parse_int=str, parse_float=str)
        except RecursionError:
            return True
        except ValueError:
            return bool(_JSON_PAIRS.search(stripped[:_HEAD])) and stripped[0] == "{"
        return isinstance(value, dict) or (
            isinstance(value, list) and any(isinstance(one, (dict, list)) for one in value)
        )
    found = _XML.match(source)
    root = found["root"].lower() if found else ""
    return (source.lstrip().startswith("<?xml") and root not in {"html", "!doctype"}) or root in _XML_ROOTS


_JSON_PAIRS = re.compile(r"\A\{\s*\"[^\"\n]{1,100}\"\s*:\s*[\[{\"\d]")
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


def _kinds(marks: tuple[re.Pattern[str], ...], head: str) -> int:
    """Count how many of a format's own marks occur."""
    return sum(bool(mark.search(head)) for mark in marks)
