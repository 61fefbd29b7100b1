"""Chats and spoken text with a name before each stretch: who wrote or said what, without clock times between the words.

Slack, Teams, Zoom, Discord, WhatsApp, IRC and Matrix write a message's time and author before its words; Otter,
Granola and meeting recorders write a speaker above or before what was said.
"""

from __future__ import annotations

import re
from collections import Counter

from ingest.loaders.assembler import Assembler, OpenBlock
from ingest.loaders.blocks import LoadedText

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:[ \u202f]?[AaPp]\.?[Mm]\.?)?"
_DATE = r"(?:\d{4}-\d\d-\d\d|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{1,2}[- ][A-Z][a-z]{2}[- ]\d{2,4})"
_STAMP = rf"(?:{_DATE}[,T]?[ ]{{0,2}})?{_CLOCK}(?:Z|[+-]\d\d:?\d\d)?"
_NAME = r"[^\s:<>\[\](){}#*|/\"“”][^:<>\[\](){}#*|\n]{0,39}?"
# A message on a line of its own: time, author and words.
_MESSAGES = (
    re.compile(rf"\[{_STAMP}\][ \t]*(?:<(?P<nick>[^<>\s]{{1,40}})>|(?P<name>{_NAME}):)[ \t]+(?=\S)"),
    re.compile(
        rf"{_STAMP}[ \t]*(?:-[ \t]+|\t)?(?:<[@+% ~&]?(?P<nick>[^<>\s]{{1,40}})>|(?P<name>{_NAME}):)[ \t]+(?=\S)"
    ),
    re.compile(rf"{_STAMP}[ \t]+From[ \t]+(?P<name>.{{1,60}}?)[ \t]+[Tt]o[ \t]+.{{1,60}}?:[ \t]*(?=\S|\Z)"),
    re.compile(r"<[@+% ~&]?(?P<nick>[A-Za-z_\[\]\\`^{}|][\w\[\]\\`^{}|-]{0,30})>[ \t]+(?=\S)"),
)
_NOTICE = re.compile(rf"\[?(?:{_STAMP})\]?[ \t]*(?:[-*]{{1,3}}[ \t]|-!-|—>|-->|<--|==)")
# A line with author and time over the words of the message.
_HEADS = (
    re.compile(
        rf"(?P<name>{_NAME})(?:[ \t]{{2,}}|\t|[ \t]*[—–·|-][ \t]*)(?:Today at |Yesterday at )?\(?\[?{_STAMP}\]?\)?[ \t]*\Z"
    ),
    re.compile(rf"(?P<name>{_NAME})[ \t]+(?:APP[ \t]+)?\[?\(?{_CLOCK}\)?\]?[ \t]*\Z"),
    re.compile(rf"\[?\(?(?:{_STAMP})\)?\]?[ \t]*(?:-[ \t]+)?(?P<name>{_NAME}):?[ \t]*\Z"),
)
_ATTACHED = re.compile(
    r"(?:<Media omitted>|<attached:.*>|:[\w+-]+:( \d+)?|\d+ repl(?:y|ies).*|\(edited\)|Last reply .*|View thread|\+?\d+)\Z"
)
_LABEL = re.compile(
    r"(?P<name>[A-Z0-9À-Þ][\w.'’ -]{0,39}(?:[ ]\([^()\n]{1,30}\))?)[ \t]*:(?:[ \t]+(?=\S)|[ \t]*\Z)"
)
_SPEAKER = re.compile(r"Speaker \d{1,3}|Unknown Speaker|Me|Them|Sprecher \d{1,3}|Interviewer|Moderator")
_FACTS = frozenset(  # labels of a talk's facts, in notes that have no speakers of their own
    {
        "speaker", "speakers", "title", "talk", "session", "room", "track", "date", "day", "time", "when", "where", "who", "slides",
        "video", "recording", "link", "links", "url", "abstract", "notes", "summary", "level", "company", "event", "location", "tags",
        "author", "takeaway", "takeaways", "status", "source", "topic", "vortrag", "raum", "zeit", "sala", "hora", "salle",
    }
)  # fmt: skip
_FEWEST = 3  # messages or turns; fewer prove nothing
_SHARE = 0.5  # of the lines that are messages, or of the paragraphs that are turns
_SAMPLE = 400  # lines


def is_conversation(source: str) -> bool:
    """Say whether a text is a chat, or spoken text with its speakers."""
    lines = [line.strip() for line in source[:60_000].split("\n")[:_SAMPLE]]
    filled = [line for line in lines if line]
    messages = sum(_message(line) is not None for line in filled)
    if messages >= _FEWEST and messages >= _SHARE * len(filled):
        return True
    heads = Counter(
        name
        for at, line in enumerate(lines)
        if (name := _head(line)) and at + 1 < len(lines) and lines[at + 1] and not _head(lines[at + 1])
    )
    if (
        sum(heads.values()) >= _FEWEST
        and 2 * sum(heads.values()) >= 0.4 * len(filled)
        and len(heads) < sum(heads.values())
    ):
        return True
    labels = Counter(
        found["name"]
        for line in filled
        if (found := _LABEL.match(line)) and found["name"].lower() not in _FACTS
    )
    again = {name: count for name, count in labels.items() if count >= 2}
    turns = sum(again.values())
    named = any(_SPEAKER.fullmatch(name) for name in again)
    return (
        len(again) >= (1 if named else 2)
        and turns >= (_FEWEST if named else 2 * _FEWEST)
        and turns >= 0.7 * len(filled)
    )


def read(source: str) -> LoadedText:
    """Read a chat or spoken text.

    Args:
        source: The decoded file.

    Returns:
        One paragraph for each message, without its time and its author. Where somebody is heard rather than read,
        the speaker's name stands before the first words of a turn.
    """
    reader = _Conversation(source)
    lines = [found.span() for found in _LINE.finditer(source)]
    heads = _heads(source, lines)
    for number, (start, end) in enumerate(lines):
        raw = source[start:end]
        words = raw.strip()
        first = start + len(raw) - len(raw.lstrip()) if words else start
        if number in heads:
            reader.head(heads[number], first)
        elif words:
            reader.line(words, first)
        else:
            reader.empty()
    text, blocks, runs = reader.out.finish()
    return LoadedText(text, blocks, runs)


class _Conversation:
    """Takes lines."""

    def __init__(self, source: str) -> None:
        self.out = Assembler(source)
        self.spoken = _is_spoken(source)
        self.speaker = ""
        self.awaited: tuple[str, int, int] | None = None  # a name on a line of its own, and where it stands

    def head(self, found: re.Match[str], first: int) -> None:
        """Take a line with nothing but author and time: the words follow."""
        self.awaited = (found["name"].strip(), first + found.start("name"), first + found.end("name"))
        self.out.end()

    def empty(self) -> None:
        """Take an empty line: it parts a message's paragraphs."""
        if self.out.open is not None and not self.spoken:
            self.out.gap("\n")

    def line(self, words: str, first: int) -> None:
        """Take a line with words."""
        message = _message(words)
        if _ATTACHED.fullmatch(words[message.end() :] if message else words):
            if message:
                self.out.end()
        elif message:
            self._begin()
            self.out.take(first + message.end(), first + len(words))
        elif not _NOTICE.match(words):
            self._said(words, first)

    def _said(self, words: str, first: int) -> None:
        """Take the words of a turn, or of the message above."""
        label = _LABEL.match(words) if self.spoken else None
        if label:
            self._turn(label["name"], first, first + label.end("name"))
        elif self.awaited:
            self._turn(*self.awaited)
        elif self.out.open is None:
            self._begin()
        else:
            self.out.gap(" " if self.spoken else "\n")
        self.out.take(first + (label.end() if label else 0), first + len(words))

    def _turn(self, name: str, start: int, end: int) -> None:
        """Begin a message, with its speaker where somebody else spoke before."""
        self._begin()
        if self.spoken and name != self.speaker:
            self.out.take(start, end)
            self.out.gap(": ")
        self.speaker = name

    def _begin(self) -> None:
        self.awaited = None
        self.out.begin(OpenBlock("paragraph"))


def _message(line: str) -> re.Match[str] | None:
    """Match time and author before a message."""
    return next((found for form in _MESSAGES if (found := form.match(line))), None)


def _head(line: str) -> str:
    """Return the author of a line that holds nothing but author and time."""
    if len(line) > 90:
        return ""
    return next((found["name"].strip() for form in _HEADS if (found := form.fullmatch(line))), "")


def _heads(source: str, lines: list[tuple[int, int]]) -> dict[int, re.Match[str]]:
    """Find the lines with nothing but author and time."""
    heads = {}
    for number, (start, end) in enumerate(lines):
        words = source[start:end].strip()
        if words and len(words) <= 90:
            found = next((match for form in _HEADS if (match := form.fullmatch(words))), None)
            if found is not None:
                heads[number] = found
    return heads


def _is_spoken(source: str) -> bool:
    """Say whether speakers are told apart by labels or by running time rather than by the time of day."""
    lines = [line.strip() for line in source[:60_000].split("\n")[:_SAMPLE]]
    if any(_message(line) for line in lines):
        return False
    times = [
        found[0] for line in lines if _head(line) and (found := re.search(r"\d{1,2}:\d{2}(?::\d{2})?", line))
    ]
    return not times or (
        not re.search(r"\d[ \u202f]?[AaPp]\.?[Mm]", "\n".join(lines)) and _seconds(times[0]) < 600
    )


def _seconds(clock: str) -> int:
    total = 0
    for part in clock.split(":"):
        total = 60 * total + int(part)
    return total
