"""Which format a recap is written in, by its ending and its content."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_BY_SUFFIX = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".mdx": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".rst": "rst",
    ".vtt": "transcript",
    ".srt": "transcript",
}
_HEAD = 20_000  # characters that are looked at
_PAGE = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype\s+html|html|head|body|article)\b",
    re.IGNORECASE | re.DOTALL,
)
_CUES = re.compile(r"\s*(?:WEBVTT\b|\d+\s*\n\d\d:\d\d:\d\d[,.]\d{3}\s+-->)")
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


def format_of(recap_id: str, source: str) -> str:
    """Name the format: "text", "markdown", "html", "rst" or "transcript".

    The ending decides unless the content plainly is something else; a text file is what its content says.
    """
    named = _BY_SUFFIX.get(PurePosixPath(recap_id).suffix.lower())
    head = source[:_HEAD]
    if _PAGE.match(head) and named in {None, "markdown"}:
        return "html"
    if named == "html" and "<" not in source:
        named = None
    if named:
        return named
    if _CUES.match(head):
        return "transcript"
    if _kinds(_RST, head) >= 2 or (_RST[0].search(head) and not _MARKDOWN[0].search(head)):
        return "rst"
    if _kinds(_MARKDOWN, head) >= 2 or len(_MARKDOWN[1].findall(head)) >= 2:
        return "markdown"
    return "text"


def _kinds(marks: tuple[re.Pattern[str], ...], head: str) -> int:
    """Count how many of a format's own marks occur."""
    return sum(bool(mark.search(head)) for mark in marks)
