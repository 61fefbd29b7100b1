"""Byte offsets of UTF-8 to character offsets."""

from __future__ import annotations

from collections.abc import Mapping


class CharacterOffsets:
    """Maps a parser's byte ranges to characters; cheap because they come nearly in order."""

    def __init__(self, source: str, begin: int) -> None:
        self._begin = begin
        self._data = b"" if source.isascii() else source[begin:].encode()
        self._byte = self._character = 0

    def span(self, where: Mapping[str, int]) -> tuple[int, int]:
        """Map a range of bytes, counted from where parsing began, to the whole source's characters."""
        first, last = where["start"], where["end"]
        if not self._data:
            return first + self._begin, last + self._begin
        if first >= self._byte:
            self._character += _characters(self._data[self._byte : first])
        else:
            self._character -= _characters(self._data[first : self._byte])
        self._byte = first
        start = self._character + self._begin
        return start, start + _characters(self._data[first:last])


def _characters(data: bytes) -> int:
    """Count characters: every byte but the continuation bytes begins one."""
    return len(data) if data.isascii() else len(data.decode("utf-8", "replace"))
