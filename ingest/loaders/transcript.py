"""WebVTT and SRT transcripts of a talk's recording: cues joined into paragraphs that keep their second."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.loaders import text
from ingest.loaders.assembler import Assembler, OpenBlock
from ingest.loaders.html.tags import entities
from ingest.loaders.loaded import Reading

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\n]*\n?", re.MULTILINE)
_LINE = re.compile(r"[^\r\n]+")
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,80}\}")
_VOICE = re.compile(r"<v(?:\.[\w.-]{1,60})?[ \t]+([^<>\n]{1,120})>")
_EMPTY_LINE = re.compile(r"\r?\n[ \t]*\r?\n")
_CUE_NUMBER = re.compile(r"\n[ \t]*\d+[ \t]*\r?\n\Z")
_HEADER = re.compile(
    r"^(?:WEBVTT[ \t]+-?[ \t]*(?P<title>\S.*?)|(?P<key>[A-Za-z][\w -]{0,20}):[ \t]*(?P<value>\S.*?))[ \t\r]*$",
    re.MULTILINE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)]*\Z")
_LONG = 300  # characters: the next sentence end closes the paragraph, the size in which passages are quoted
_LONGEST = 600  # for captions without punctuation
_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class _Cue:
    """When words were spoken, and where they stand in the source."""

    start_s: float
    end_s: float
    start: int
    end: int


def read(source: str) -> Reading:
    """Read a transcript into paragraphs of a few sentences.

    Args:
        source: The decoded file.

    Returns:
        The spoken words; a paragraph begins after a pause, with another voice, or when one is long enough,
        and carries its first cue's second. A voice's name stands before its first words. Without any cue the
        file is read as text.
    """
    cues = _cues(source)
    if not cues:
        return text.read(source)
    writer = _TranscriptWriter(source)
    for cue in cues:
        writer.cue(cue)
    readable, blocks, runs = writer.out.finish()
    first = next(_TIMING.finditer(source)).start()
    return Reading(readable, blocks, runs, _header(source[:first]))


def _cues(source: str) -> list[_Cue]:
    """List the cues; a cue's words end at the empty line, or before the number or timing of the next."""
    timings = list(_TIMING.finditer(source))
    cues = []
    for number, found in enumerate(timings):
        limit = timings[number + 1].start() if number + 1 < len(timings) else len(source)
        blank = _EMPTY_LINE.search(source, max(found.start(), found.end() - 1), limit)
        end = blank.start() if blank else limit
        if (
            not blank
            and limit < len(source)
            and (numbered := _CUE_NUMBER.search(source, max(found.end(), end - 20), end))
        ):
            end = numbered.start()
        times = [float(part or 0) for part in found.groups()]
        cues.append(
            _Cue(
                _seconds(times[:4], found[4]),
                _seconds(times[4:], found[8]),
                found.end(),
                max(found.end(), end),
            )
        )
    return cues


def _seconds(parts: list[float], fraction: str) -> float:
    hours, minutes, seconds, _ = parts
    return hours * 3600 + minutes * 60 + seconds + float(f"0.{fraction}")


def _header(head: str) -> dict[str, str | tuple[str, ...]]:
    """Read what stands before the first cue: a title, and `key: value` lines, also in a NOTE."""
    meta: dict[str, str | tuple[str, ...]] = {}
    for found in _HEADER.finditer(head[:5000]):
        if found["title"]:
            meta.setdefault("title", found["title"])
        else:
            key = found["key"].strip().lower()
            meta.setdefault({"lang": "language", "video": "url"}.get(key, key), found["value"])
    return meta


class _TranscriptWriter:
    """Joins cues."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.out = Assembler(source)
        self.voice = ""
        self.last_line = ""
        self.last_end_s = 0.0
        self.length = 0
        self.ends_sentence = True

    def cue(self, cue: _Cue) -> None:
        """Add a cue's words."""
        for line in _LINE.finditer(self.source, cue.start, cue.end):
            plain = _TAG.sub("", line[0]).strip()
            # Captions that roll show every line twice: the second time is no second saying.
            if not plain or plain == self.last_line:
                continue
            self.last_line = plain
            voice = _VOICE.search(line[0])
            changes = bool(voice and voice[1] != self.voice) or plain.startswith((">>", "&gt;&gt;"))
            if self.out.open is None or changes or self._is_full(cue):
                self._begin(cue)
            if voice and changes:
                self.voice = voice[1]
                self.out.take(line.start() + voice.start(1), line.start() + voice.end(1))
                self.out.gap(": ")
            self._words(line.start(), line.end())
            self.length += len(plain)
            self.ends_sentence = bool(_SENTENCE_END.search(plain))
            self.last_end_s = cue.end_s

    def _is_full(self, cue: _Cue) -> bool:
        """Say whether the open paragraph ends before this cue."""
        pause = cue.start_s - self.last_end_s >= _PAUSE_S
        return self.length >= _LONGEST or (self.ends_sentence and (self.length >= _LONG or pause))

    def _begin(self, cue: _Cue) -> None:
        self.length = 0
        self.out.begin(OpenBlock("paragraph", second=cue.start_s))

    def _words(self, start: int, end: int) -> None:
        """Write a line without its tags, entities decoded."""
        at = start
        for tag in _TAG.finditer(self.source, start, end):
            self._plain(at, tag.start())
            at = tag.end()
        self._plain(at, end)
        self.out.gap(" ")

    def _plain(self, start: int, end: int) -> None:
        at = start
        for begin, finish, characters in entities(self.source, start, end):
            self.out.take(at, begin)
            self.out.write(begin, finish, characters)
            at = finish
        if at < end:
            self.out.take(at, end)
