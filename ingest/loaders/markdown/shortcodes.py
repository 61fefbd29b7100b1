"""Site generators' own mark-up inside Markdown: short codes, includes, attribute lists."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

# Hugo {{< >}} and {{% %}}, Liquid {% %}, Kramdown {: }; Liquid's {{ value }} stays, it stands for words.
_CODE = re.compile(r"\{\{[<%][^\n{}]{1,500}?[%>]\}\}|\{%-?\s*\w[^\n]{0,500}?%\}|\{:[^\n{}]{1,200}\}")
_CALL = re.compile(r"[{<%\s-]*(?P<name>[\w./-]+)\s*(?P<rest>.*?)[-%>}\s/]*\Z", re.DOTALL)
_URL = re.compile(r"https?://[^\s\"'%>}]+")
_VIDEO_ID = re.compile(r"""(?:\bid\s*[=:]\s*)?["']?([\w-]{6,20})["']?""")
_PLAYERS = {"youtube": "https://www.youtube.com/watch?v={}", "vimeo": "https://vimeo.com/{}"}


class Shortcodes:
    """Where short codes stand in a source, so that they are not read as words."""

    def __init__(self, source: str) -> None:
        self._found = (
            [(m.start(), m.end(), _address(m[0])) for m in _CODE.finditer(source)] if "{" in source else []
        )
        self._starts = [start for start, _, _ in self._found]

    def around(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Split a stretch of the source.

        Yields:
            Stretches of words (start, end, "") and, where a short code begins, (at, at, its address).
        """
        at = start
        first = max(0, bisect_right(self._starts, start) - 1)
        for number in range(first, len(self._found)):
            begin, finish, url = self._found[number]
            if begin >= end:
                break
            if finish <= at:
                continue
            if begin > at:
                yield at, begin, ""
            if begin >= start and url:
                yield begin, begin, url
            at = min(finish, end)
        if at < end:
            yield at, end, ""

    def __bool__(self) -> bool:
        return bool(self._found)


def _address(written: str) -> str:
    """Return the address that a short code embeds: a video by its id, anything by its URL."""
    url = _URL.search(written)
    if url:
        return url[0]
    call = _CALL.match(written)
    if call is None:
        return ""
    player = next(
        (form for name, form in _PLAYERS.items() if name in (call["name"] + " " + call["rest"]).lower()), ""
    )
    rest = re.sub(r"^\S+\.html?\s*", "", call["rest"])
    identity = _VIDEO_ID.match(rest)
    return player.format(identity[1]) if player and identity else ""
