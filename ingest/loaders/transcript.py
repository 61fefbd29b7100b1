"""WebVTT and SRT transcripts of a talk's recording: cues joined into paragraphs that keep their second."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ingest.loaders import text
from ingest.loaders.assembler import Assembler, OpenBlock
from ingest.loaders.blocks import LoadedText
from ingest.loaders.html.tags import entities

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}[^\n]*\n?", re.MULTILINE)
_LINE = re.compile(r"[^\r\n]+")
_TAG = re.compile(r"<[^<>\n]{0,200}>|\{\\[^{}\n]{0,80}\}")
_VOICE = re.compile(r"<v(?:\.[\w.-]{1,60})?[ \t]+([^<>\n]{1,120})>")
_EMPTY_LINE = re.compile(r"\r?\n\r?\n")
_CUE_NUMBER = re.compile(r"\n[ \t]*\d+[ \t]*\r?\n\Z")
_HEADER = re.compile(
    r"^(?:WEBVTT[ \t]+-?[ \t]*(?P<title>\S.*?)|(?P<key>[A-Za-z][\w -]{0,20}):[ \t]*(?P<value>\S.*?))[ \t\r]*$",
    re.MULTILINE,
)
_SENTENCE_END = re.compile(r"[.!?…。！？][\"'”’)]*\Z")
_LONG = 300  # characters: the next sentence end closes the paragraph, the size in which passages are quoted
_LONGEST = 600  # for captions without punctuation
_PAUSE_S = 2.0
_WORD = re.compile(r"\S+")
_LABEL = re.compile(r"(?P<name>[A-Z0-9À-Þ][\w.'’()-]{0,39}(?: [\w.'’()-]{1,30}){0,4}):(?= )")
_NAME = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?: [\w.'’()-]+){0,4}")
_LABEL_SHARE = 0.6  # of the cues
_FEWEST_AGAIN = 2  # words; one may be said twice
_ROLL_SHARE = 0.3  # of the cues: the file shows words again, and every overlap is one
_LONGEST_OVERLAP = 60  # words that a screen shows at once
_CHAPTER = re.compile(
    r"^[ \t]*[(\[]?(?:(\d{1,2}):)?(\d{1,2}):(\d{2})[)\]]?[ \t]+[–—-]?[ \t]*(?P<title>[^\s\d>-][^\n]{1,150}?)[ \t\r]*$",
    re.MULTILINE,
)
_FEWEST_CHAPTERS = 2
_CHAPTER_SLACK_S = 1.0  # a chapter is set by hand, a second before or after its first word
_HEAD = 20_000  # characters before the first cue


@dataclass(frozen=True, slots=True)
class _Cue:
    """When words were spoken, and where they stand in the source."""

    start_s: float
    end_s: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a cue: its words with their places, and who says them."""

    words: tuple[tuple[int, int, str], ...]  # start, end, folded
    voice: tuple[str, int, int] | None  # of a voice tag: the name and its place
    label: str  # the name that a colon sets apart
    name_alone: str = ""  # all of the line, where it may be a name


def read(source: str) -> LoadedText:
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
    first = next(_TIMING.finditer(source)).start()
    writer = _TranscriptWriter(source, _chapters(source, first))
    lines = [_lines(source, cue) for cue in cues]
    rolls, labels = _rolls(lines), _labels(lines)
    for cue, shown in zip(cues, lines, strict=True):
        writer.cue(cue, shown, labels, rolls=rolls)
    readable, blocks, runs = writer.out.finish()
    return LoadedText(readable, blocks, runs, _header(source[:first]))


def _lines(source: str, cue: _Cue) -> list[_Line]:
    """List a cue's lines that hold words."""
    lines = []
    for found in _LINE.finditer(source, cue.start, cue.end):
        tag = _VOICE.search(found[0])
        words = tuple(
            (word.start(), word.end(), _folded(word[0]))
            for word in _words(source, found.start(), found.end())
        )
        if words:
            plain = " ".join(source[start:end] for start, end, _ in words)
            label = None if tag else _LABEL.match(plain)
            voice = (
                (tag[1].strip(), found.start() + tag.start(1), found.start() + tag.end(1)) if tag else None
            )
            alone = plain if not voice and _NAME.fullmatch(plain) else ""
            lines.append(_Line(words, voice, label["name"] if label else "", alone))
    return lines


def _words(source: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """Find the words between tags."""
    at = start
    for tag in _TAG.finditer(source, start, end):
        yield from _WORD.finditer(source, at, tag.start())
        at = tag.end()
    yield from _WORD.finditer(source, at, end)


def _joined(source: str, words: Sequence[tuple[int, int, str]]) -> Iterator[tuple[int, int]]:
    """Join words that stand one space apart."""
    first, last = words[0][:2]
    for start, end, _ in words[1:]:
        if start - last != 1 or source[last] != " ":
            yield first, last
            first = start
        last = end
    yield first, last


def _folded(word: str) -> str:
    """Fold a word for comparison: captions that are still written change case and punctuation."""
    return "".join(character for character in word.casefold() if character.isalnum()) or word


def _rolls(cues: Sequence[Sequence[_Line]]) -> bool:
    """Say whether captions show words again: rolled up by lines, or growing word by word."""
    again = total = 0
    before: list[str] = []
    for lines in cues:
        words = [word for line in lines for _, _, word in line.words]
        if words and before:
            total += 1
            again += _overlap(before, words) >= _FEWEST_AGAIN
        before = words or before
    return again >= 2 and again >= _ROLL_SHARE * total


def _overlap(said: Sequence[str], words: Sequence[str]) -> int:
    """Count the first words that end what was said before."""
    for count in range(min(len(said), len(words), _LONGEST_OVERLAP), 0, -1):
        if said[-count:] == words[:count]:
            return count
    return 0


def _labels(cues: Sequence[Sequence[_Line]]) -> frozenset[str]:
    """Find the names that stand before what was said, or on a line above it: those that come back, or begin most cues."""
    counts = Counter(line.label for lines in cues for line in lines[:1] if line.label)
    above = Counter(lines[0].name_alone for lines in cues if len(lines) > 1 and lines[0].name_alone)
    if sum(count for count in above.values() if count >= 2) >= _LABEL_SHARE * len(cues):
        return frozenset(above)
    again = {name for name, count in counts.items() if count >= 2}
    if sum(counts.values()) >= _LABEL_SHARE * len(cues):
        return frozenset(counts)
    return frozenset(again) if len(again) >= 2 else frozenset()


def _chapters(source: str, end: int) -> list[tuple[float, int, int]]:
    """Read the list of chapters before the first cue: seconds and the place of each title."""
    found = list(_CHAPTER.finditer(source, 0, min(end, _HEAD)))
    if len(found) < _FEWEST_CHAPTERS:
        return []
    chapters = []
    for match in found:
        hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
        chapters.append((hours * 3600.0 + minutes * 60 + seconds, match.start("title"), match.end("title")))
    return chapters


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

    def __init__(self, source: str, chapters: Sequence[tuple[float, int, int]]) -> None:
        self.source = source
        self.out = Assembler(source)
        self.chapters = list(chapters)
        self.voice = ""
        self.above = ("", 0, 0)  # a name on a line of its own, and its place
        self.said: list[str] = []  # the last words, folded
        self.last_line: list[str] = []
        self.last_count = 0  # words of the cue before
        self.last_end_s = 0.0
        self.length = 0
        self.ends_sentence = True

    def cue(self, cue: _Cue, lines: Sequence[_Line], labels: frozenset[str], *, rolls: bool) -> None:
        """Add a cue's words, without those that it shows again."""
        again = 0
        if rolls:
            words = [word for line in lines for _, _, word in line.words]
            again = _overlap(self.said, words)
            if again == 1 and not (len(words) > 1 and 1 in (len(lines[0].words), self.last_count)):
                again = 0  # one word may be said twice; alone on its line or in its cue it is shown again
            self.last_count = len(words)
        for line in lines:
            skipped = min(again, len(line.words))
            again -= skipped
            folded = [word for _, _, word in line.words]
            # A line that stays on the screen is no second saying.
            if skipped < len(line.words) and folded != self.last_line:
                self._line(cue, line, skipped, labels)
            self.last_line = folded

    def _line(self, cue: _Cue, line: _Line, skipped: int, labels: frozenset[str]) -> None:
        """Add a line's words from the first that is new."""
        name, where, words = self._voice(line, skipped, labels)
        if not words:
            return
        first = self.source[words[0][0] : words[0][1]]
        changes = bool(name and name != self.voice) or first.startswith((">>", "&gt;&gt;"))
        self._chapter(cue)
        if self.out.open is None or changes or self._is_full(cue):
            self.length = 0
            self.out.begin(OpenBlock("paragraph", second=cue.start_s))
        if name and changes:
            self.voice = name
            self.out.take(*where)
            self.out.gap(": ")
        for start, end in _joined(self.source, words):
            self._plain(start, end)
            self.out.gap(" ")
        self.said = [*self.said, *(word for _, _, word in line.words[skipped:])][-_LONGEST_OVERLAP:]
        self.length += sum(end - start + 1 for start, end, _ in words)
        self.ends_sentence = bool(_SENTENCE_END.search(self.source[words[-1][0] : words[-1][1]]))
        self.last_end_s = cue.end_s

    def _voice(
        self, line: _Line, skipped: int, labels: frozenset[str]
    ) -> tuple[str, tuple[int, int], Sequence[tuple[int, int, str]]]:
        """Tell who says a line, where the name stands, and the words without it."""
        words = line.words[skipped:]
        if line.voice:
            return line.voice[0], line.voice[1:], words
        if line.name_alone in labels and not skipped:
            self.above = (line.name_alone, words[0][0], words[-1][1])
            return "", (0, 0), ()
        if self.above[0]:
            (name, *where), self.above = self.above, ("", 0, 0)
            return name, (where[0], where[1]), words
        if line.label in labels and not skipped:
            count = line.label.count(" ") + 1
            return line.label, (words[0][0], words[count - 1][1] - 1), words[count:]
        return "", (0, 0), words

    def _chapter(self, cue: _Cue) -> None:
        """Begin the chapters that this cue lies in: the last one is its heading."""
        title = None
        while self.chapters and self.chapters[0][0] <= cue.start_s + _CHAPTER_SLACK_S:
            title = self.chapters.pop(0)
        if title is not None:
            self.out.begin(OpenBlock("heading", 2, second=cue.start_s))
            self.out.echo(cue.start, self.source[title[1] : title[2]])
            self.out.end()

    def _is_full(self, cue: _Cue) -> bool:
        """Say whether the open paragraph ends before this cue."""
        pause = cue.start_s - self.last_end_s >= _PAUSE_S
        return self.length >= _LONGEST or (self.ends_sentence and (self.length >= _LONG or pause))

    def _plain(self, start: int, end: int) -> None:
        """Write a word, its character references decoded."""
        at = start
        for begin, finish, characters in entities(self.source, start, end):
            self.out.take(at, begin)
            self.out.write(begin, finish, characters)
            at = finish
        if at < end:
            self.out.take(at, end)
