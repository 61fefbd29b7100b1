"""The MCP server: what its tools take and give. An answer stays under 2,000 tokens; the rest waits behind a cursor."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from inspect import Parameter, Signature
from typing import Annotated, Any, TypeVar

import anyio
import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field
from starlette.exceptions import HTTPException

from bot.addresses import public_url
from bot.answering import MAX_QUESTION_CHARS, answer
from bot.answering.models import Answer, Quote
from bot.answering.rendering import block_text, join_text
from bot.errors import QuestionFault
from bot.holdings import Limits, holdings_of, package_version, talks_from
from index.errors import IndexFault
from index.models import Talk
from index.search import Searcher

# JSON with UTF-8 has about three bytes a token, in scripts other than Latin too; half of 2,000 tokens are
# left to what stands around the words.
ROOM_BYTES = 4_800
_TALKS_BYTES = 3_500  # ids and addresses have 2.6 bytes a token
_ANSWER_BYTES = 2_300
_QUOTES_BYTES = 2_000
_MOST_QUOTES = 3
_MOST_TALKS = 25
_MOST_PASSAGES = 40
_MOST_EVENTS = 24
_MOST_CHARS = 200  # of a topic, a name, an event
_INSTRUCTIONS = """\
Notes that people took at conference talks. Quote them verbatim, name the talk and its speakers, and give the link that \
comes with it. Where `status` is `not_found`, say that the notes do not cover it; do not answer from elsewhere as if they did. \
`answer` is what a person would read: doubts stand first in it, keep them."""
_READS = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
Result = TypeVar("Result")
Run = Callable[[Callable[[], Result]], Awaitable[Result]]

Question = Annotated[
    str, Field(description="A question in a sentence or two.", max_length=MAX_QUESTION_CHARS)
]
Event = Annotated[str | None, Field(description="A conference, by any of its names.", max_length=_MOST_CHARS)]
Day = Annotated[int | None, Field(description="A day of the conference, from 1; 0 is the day before.", ge=0)]
Words = Annotated[str | None, Field(max_length=_MOST_CHARS)]


First = Annotated[int, Field(alias="from", ge=0, description="The first passage, from 0.")]
Limit = Annotated[int, Field(ge=1, le=_MOST_PASSAGES, description="How many passages.")]
_TALK_PARAMETERS = (
    Parameter("talk_id", Parameter.KEYWORD_ONLY, annotation=Annotated[str, Field(max_length=2_000)]),
    Parameter("from_", Parameter.KEYWORD_ONLY, default=0, annotation=First),
    Parameter("limit", Parameter.KEYWORD_ONLY, default=_MOST_PASSAGES, annotation=Limit),
)


@dataclass(frozen=True)
class QuotedWords:
    """Words of the notes, verbatim, and the talk that they are about."""

    text: str
    talk: str
    talk_id: str
    speakers: tuple[str, ...]
    event: str | None
    day: int | None
    url: str | None


@dataclass(frozen=True)
class NotesAnswer:
    """What the notes say to a question."""

    status: str
    miss: str | None
    headline: str | None
    answer: str
    quotes: tuple[QuotedWords, ...]
    more: str | None  # how to get at what there was no room for
    build: str


@dataclass(frozen=True)
class TalkFacts:
    """A talk that the notes have."""

    talk_id: str
    title: str
    speakers: tuple[str, ...]
    event: str | None
    day: int | None
    kind: str
    url: str | None


@dataclass(frozen=True)
class TalksFound:
    """Some of the talks that were looked for, and how many there are."""

    total: int
    talks: tuple[TalkFacts, ...]
    next_cursor: str | None
    build: str


@dataclass(frozen=True)
class TalkNotes:
    """A talk's notes in order, from a passage on."""

    talk: TalkFacts
    total: int
    first: int
    notes: tuple[str, ...]
    next_from: int | None
    build: str


@dataclass(frozen=True)
class EventFacts:
    """A conference and how much the notes have of it."""

    event: str
    name: str
    starts_on: str | None
    talks: int
    days: tuple[int, ...]


@dataclass(frozen=True)
class NotesStatus:
    """Which notes answer, how old they are, and what they hold."""

    build: str
    made_at: str
    age_hours: float
    talks: int
    sections: int
    recaps: int
    events: tuple[EventFacts, ...]
    more_events: int


class Tools:
    """What the tools do, on the build that is live when they are called."""

    def __init__(self, searcher: Callable[[], Searcher], public_url: str | None = None) -> None:
        self._searcher = searcher
        self._public_url = public_url

    def ask_notes(self, question: str, event: str | None, day: int | None) -> NotesAnswer:
        """Answer a question.

        Raises:
            QuestionFault: The question is too long, or the notes know no such event or day.
        """
        live = self._searcher()
        found = answer(question, searcher=live, event=event or None, day=day)
        quotes = _fitting([self._quoted(quote, live) for quote in found.quotes[:_MOST_QUOTES]], _QUOTES_BYTES)
        text, whole = _shortened(found)
        return NotesAnswer(
            status=found.status,
            miss=found.miss,
            headline=found.headline,
            answer=text,
            quotes=tuple(quotes),
            more=None
            if whole
            else "The answer is longer: narrow it by event and day, or list with find_talks.",
            build=found.build,
        )

    def find_talks(
        self, topic: str | None, speaker: str | None, event: str | None, day: int | None, cursor: str | None
    ) -> TalksFound:
        """List talks.

        Raises:
            QuestionFault: The notes know no such event or day.
            ToolError: The cursor is none of these answers.
        """
        live = self._searcher()
        if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) <= 9):
            raise ToolError("Cannot go on from that cursor: give next_cursor of the page before, or none.")
        first = int(cursor or 0)
        limits = Limits(
            event or None, day, None, (speaker or "").strip() or None, (topic or "").strip() or None
        )
        total, talks = talks_from(live, limits, first, _MOST_TALKS)
        shown = _fitting([self._facts(talk, live) for talk in talks], _TALKS_BYTES)
        reached = first + len(shown)
        return TalksFound(total, tuple(shown), str(reached) if reached < total else None, live.build.build_id)

    def get_talk(self, talk_id: str, first: int, limit: int) -> TalkNotes:
        """Return a talk's notes.

        Raises:
            ToolError: There is no such talk.
        """
        live = self._searcher()
        build = live.build
        row = build.stored_talks.row(talk_id)
        if row is None:
            raise ToolError("The notes have no talk of that id. Take one from find_talks or from a quote.")
        rows = [at for at in build.table.rows_of(row) if not build.table.is_heading[at]]
        wanted = [build.passages[at].text for at in rows[first : first + min(limit, _MOST_PASSAGES)]]
        notes = _fitting(wanted, ROOM_BYTES - 900)
        reached = first + len(notes)
        return TalkNotes(
            talk=self._facts(build.stored_talks.rows[row], live),
            total=len(rows),
            first=first,
            notes=tuple(notes),
            next_from=reached if notes and reached < len(rows) else None,
            build=build.build_id,
        )

    def notes_status(self) -> NotesStatus:
        """Return which notes answer."""
        live = self._searcher()
        holdings = holdings_of(live)
        events = [
            EventFacts(
                event=held.event.event_id,
                name=held.event.name[:_MOST_CHARS],
                starts_on=held.event.starts_on.isoformat() if held.event.starts_on else None,
                talks=held.talks,
                days=tuple(day for day, _ in held.days if day is not None),
            )
            for held in holdings.events[:_MOST_EVENTS]
        ]
        shown = _fitting(events, ROOM_BYTES - 500)
        sections = len(live.build.table.sections)
        return NotesStatus(
            build=live.build.build_id,
            made_at=holdings.made_at.isoformat(),
            age_hours=round((datetime.now(UTC) - holdings.made_at).total_seconds() / 3600, 1),
            talks=len(live.build.table) - sections,
            sections=sections,
            recaps=len(live.build.recaps),
            events=tuple(shown),
            more_events=len(holdings.events) - len(shown),
        )

    def _quoted(self, quote: Quote, live: Searcher) -> QuotedWords:
        talk = quote.talk
        url = talk.url or public_url(self._public_url, live, quote)
        return QuotedWords(quote.text, talk.title, talk.talk_id, talk.speakers, talk.event_id, talk.day, url)

    def _facts(self, talk: Talk, live: Searcher) -> TalkFacts:
        url = talk.url or public_url(self._public_url, live, talk)
        return TalkFacts(talk.talk_id, talk.title, talk.speakers, talk.event_id, talk.day, talk.kind, url)


def create_server(
    searcher: Callable[[], Searcher], public_url: str | None = None, run: Run[Any] | None = None
) -> MCPServer:
    """Return the server.

    Args:
        searcher: Gives the live build's searcher; asked once a call.
        public_url: Address of the web page's root, for talks without a link of their own.
        run: Runs a tool's work off the event loop; on two threads by default.
    """
    tools = Tools(searcher, public_url)
    work = _telling(run or _on_threads())
    server = MCPServer(
        "confnotes",
        title="Conference notes",
        instructions=_INSTRUCTIONS,
        version=package_version(),
        log_level="WARNING",
    )

    @server.tool(annotations=_READS)
    async def ask_notes(question: Question, event: Event = None, day: Day = None) -> NotesAnswer:
        """Answer a question about what was said at conferences, in the notes' own words; says so where they do not."""
        found: NotesAnswer = await work(partial(tools.ask_notes, question, event, day))
        return found

    @server.tool(annotations=_READS)
    async def find_talks(
        topic: Words = None,
        speaker: Words = None,
        event: Event = None,
        day: Day = None,
        cursor: Annotated[str | None, Field(description="next_cursor of the page before.")] = None,
    ) -> TalksFound:
        """List the talks that say a topic, of a speaker, a conference or a day, with their exact number, a page at a time."""
        found: TalksFound = await work(partial(tools.find_talks, topic, speaker, event, day, cursor))
        return found

    async def get_talk(**given: Any) -> TalkNotes:
        """Return what the notes say about a talk, verbatim and in order, from a passage on."""
        found: TalkNotes = await work(
            partial(tools.get_talk, given["talk_id"], given["from"], given["limit"])
        )
        return found

    # A parameter of Python's cannot be called `from`; the signature that the server reads can give it that name.
    get_talk.__signature__ = Signature(_TALK_PARAMETERS, return_annotation=TalkNotes)  # type: ignore[attr-defined]
    server.tool(annotations=_READS)(get_talk)

    @server.tool(annotations=_READS)
    async def notes_status() -> NotesStatus:
        """Return which notes answer, how old they are, and which conferences they cover."""
        found: NotesStatus = await work(tools.notes_status)
        return found

    return server


def _telling(run: Run[Any]) -> Run[Any]:
    """Return `run` that tells the model what a person would be told; any other fault's words stay on the server."""

    async def told(work: Callable[[], Any]) -> Any:
        try:
            return await run(work)
        except (QuestionFault, IndexFault) as fault:
            raise ToolError(str(fault)) from fault
        except HTTPException as fault:
            raise ToolError(fault.detail) from fault

    return told


def _on_threads(at_once: int = 2) -> Run[Any]:
    limiter: list[anyio.CapacityLimiter] = []

    async def run(work: Callable[[], Any]) -> Any:
        if not limiter:
            limiter.append(anyio.CapacityLimiter(at_once))
        return await anyio.to_thread.run_sync(work, limiter=limiter[0])

    return run


def _shortened(found: Answer) -> tuple[str, bool]:
    """Return an answer's text, cut after whole blocks where there is too much of it, and whether it is whole."""
    if _size(found.text) <= _ANSWER_BYTES:
        return found.text, True
    head = join_text(*found.notices, found.headline)
    lines = "\n\n".join(map(block_text, found.blocks)).split("\n")
    kept: list[str] = []
    room = _ANSWER_BYTES - _size(head)
    for line in lines:
        room -= _size(line)
        if room < 0:
            break
        kept.append(line)
    return join_text(head, "\n".join([*kept, "[…]"])), False


def _fitting(parts: Sequence[Result], room: int) -> list[Result]:
    """Return the first parts that fit into some bytes, one at least."""
    found: list[Result] = []
    for part in parts:
        room -= _size(part) + 2
        if room < 0 and found:
            break
        found.append(part)
    return found


def _size(part: object) -> int:
    content = part if isinstance(part, str) else asdict(part)  # type: ignore[call-overload]
    return len(json.dumps(content, ensure_ascii=False).encode("utf-8", "surrogatepass"))
