"""Answers as messages: in the order of the answer's own text, the first of it at once, the rest on request.

Pure: no Slack call, no settings. One design serves quotes, digests, lists, cards and refusals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.addresses import public_url
from bot.answering.form import AnswerForm
from bot.answering.language.knowledge import knowledge_of
from bot.answering.lines import Layout, one_line, tidy
from bot.answering.models import Answer, Block, Entry, Quote
from bot.answering.rendering import beside, is_placed, led, people_of, place, source_text
from bot.feedback import topic_of
from bot.slack.intake.commands import without_scope
from bot.slack.messages import kit
from bot.slack.messages.kit import Json
from bot.slack.messages.message import MOST_CHARACTERS, Frame, Message, Request, fit
from bot.slack.mrkdwn import clean
from index.models import Hit, Talk
from index.vocabulary.words import find_phrase

PHONE_CHARS = 44  # of a line on a phone
SHORT_LINES = 10  # of what is shown at once; with the buttons below it some 14
SHORT_QUOTE = 240  # characters of a quote that is shown at once, to the end of a sentence
SHORT_GIST = 90
TALKS_A_PAGE = 8
FEWEST_ROWS = 3  # of a table; fewer talks are told with what they are about
LONGEST_CELL = 100
HITS_A_PAGE = 5
MOST_ASKS = 5  # buttons of one row that stay readable on a phone
LONGEST_TITLE = 400
LONGEST_PEOPLE = 400
CUT = " […]"
_SENTENCE = re.compile(r"(?<=[.!?…])[”\"’)]*\s+(?=[A-ZÀ-Þ0-9“\"‘(])|(?<=[。！？])|\n+")


def answer_message(answer: Answer, frame: Frame) -> Message:
    """Lay an answer out."""
    if frame.request.view == "hits":
        return _hits_message(answer, frame)
    shown = _Shown.of(answer, frame)
    head = [kit.rich(kit.line(kit.text(said))) for said in answer.notices]
    head += [kit.rich(kit.line(kit.text(answer.headline, bold=True)))] if answer.headline else []
    groups = [list(block_of(block, frame)) for block in shown.blocks]
    if not head and not groups:
        head = [kit.rich(kit.line(kit.text(answer.text)))]
    as_list, _ = fit(head, groups, _tail(answer, shown, frame))
    table = _table(answer, shown, frame)
    # A table names talks and leaves it to More what they are about.
    hidden = any(entry.gist for block in shown.blocks for entry in block.entries)
    tail = _tail(answer, replace(shown, more=shown.more or hidden), frame)
    if table is None or kit.characters([*head, *table, *tail]) > MOST_CHARACTERS:
        return Message(_notice(answer), as_list, answer.text)
    # A workspace that has no tables yet gets the list.
    return Message(_notice(answer), (*head, *table, *tail), answer.text, simple=as_list)


def talk_lines(talk: Talk, frame: Frame, *facts: str) -> Json:
    """Name a talk with its link, and below it the people, the place and what else there is to say of it."""
    said = [kit.cut(beside(talk, people_of(talk)), LONGEST_PEOPLE), *facts]
    below = " · ".join(part for part in said if part)
    return kit.line(talk_link(talk, frame), *([kit.text(f"\n{below}")] if below else []))


def talk_link(talk: Talk, frame: Frame) -> Json:
    """Write a talk's title with its link, or with its page of this bot where the notes give none."""
    page = None if talk.url else public_url(frame.look.page_url, frame.searcher, talk)
    return kit.link(talk.url or page, kit.cut(talk.title, LONGEST_TITLE) or "Notes", bold=True)


def reflow(text: str, layout: Layout | None = None) -> str:
    """Join lines that were wrapped and close empty ones; lists stay lists."""
    return tidy(clean(text), layout)


def first_sentence(text: str, layout: Layout | None = None) -> str:
    """Return a text's first sentence."""
    return next((part.strip() for part in _SENTENCE.split(reflow(text, layout)) if part.strip()), "")


def clipped(text: str, most: int) -> str:
    """Return a text's first sentences within so many characters, the first one at least.

    A mark tells that more follows.
    """
    if len(text) <= most:
        return text
    ends = [found.start() for found in _SENTENCE.finditer(text) if found.start() > 0]
    fitting = [end for end in ends if end <= most] or ends[:1]
    return text[: fitting[-1]].rstrip() + CUT if fitting else text


def sentences_with(text: str, phrases: Sequence[str], most: int = SHORT_QUOTE) -> str:
    """Return a text's sentences from the first that says one of the phrases, within so many characters."""
    spans = [span[0] for phrase in phrases for span in find_phrase(text, phrase)]
    starts = [0, *(found.end() for found in _SENTENCE.finditer(text))]
    start = max(at for at in starts if at <= min(spans, default=0))
    return clipped(text[start:], most)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What of an answer a message shows: its blocks, the page of its talks, and whether there is more."""

    blocks: tuple[Block, ...]
    page: int = 1
    pages: int = 1
    more: bool = False

    @classmethod
    def of(cls, answer: Answer, frame: Frame) -> _Shown:
        """Choose what a request's view and page show."""
        blocks, page, pages = answer.blocks, answer.page, answer.pages
        if pages == 1 and len(answer.entries) > TALKS_A_PAGE:
            pages = -(-len(answer.entries) // TALKS_A_PAGE)
            page = min(frame.request.page, pages)
            blocks = _entries_of(blocks, (page - 1) * TALKS_A_PAGE, page * TALKS_A_PAGE)
        whole = frame.request.view == "more" or answer.understood.intent == "help"
        short = blocks if whole else tuple(_first_of(blocks, answer))
        return cls(short, page, pages, short != blocks)


def _entries_of(blocks: Sequence[Block], first: int, last: int) -> tuple[Block, ...]:
    """Return the blocks with the talks of one page; what is no list of talks stands on the first."""
    kept: list[Block] = []
    at = 0
    for block in blocks:
        if not block.entries:
            kept += [block] if first == 0 else []
            continue
        entries = block.entries[max(0, first - at) : max(0, last - at)]
        at += len(block.entries)
        kept += [replace(block, entries=entries)] if entries else []
    return tuple(kept)


def _first_of(blocks: Sequence[Block], answer: Answer) -> Iterator[Block]:
    """Yield what a phone shows at once; of an answer to two questions, for each of them."""
    parted = next((at for at, block in enumerate(blocks) if block.second), len(blocks))
    yield from _first_screen(blocks[:parted], answer)
    yield from _first_screen(blocks[parted:], answer)


def _first_screen(blocks: Sequence[Block], answer: Answer) -> Iterator[Block]:
    """Yield whole quotes, the first one at least, and talks with the beginning of their gist."""
    room = SHORT_LINES
    for number, block in enumerate(blocks):
        if answer.miss and block.entries:
            return  # the nearest talks are no answer
        if block.entries:
            yield replace(block, entries=tuple(map(_short_entry, block.entries)))
            continue
        quotes: list[Quote] = []
        for quote in block.quotes:
            short = _shortened(quote)
            room -= _phone_lines(_words(short)) + (0 if quotes else 2)
            if room < 0 and (quotes or number):
                break
            quotes.append(short)
        room -= sum(_phone_lines(line.text) for line in block.lines)
        if not quotes and not (block.lines and (room >= 0 or not number)):
            return
        yield replace(block, quotes=tuple(quotes))
        if len(quotes) < len(block.quotes):
            return


def _shortened(quote: Quote) -> Quote:
    text = clipped(quote.text, SHORT_QUOTE)
    end = quote.start + len(text.removesuffix(CUT))
    return quote if text == quote.text else replace(quote, text=text, end=end, cut=False)


def _short_entry(entry: Entry) -> Entry:
    if entry.gist is None:
        return entry
    text = kit.cut(first_sentence(entry.gist.text, entry.gist.layout), SHORT_GIST)
    return replace(entry, gist=replace(entry.gist, text=text, cut=False))


def _phone_lines(text: str) -> int:
    return sum(-(-max(1, len(line)) // PHONE_CHARS) for line in text.split("\n"))


def _table(answer: Answer, shown: _Shown, frame: Frame) -> list[Json] | None:
    """Lay a list of talks or events out as a table.

    None for what is no list, or where More tells what each is about.
    """
    if frame.request.view == "more" or answer.miss:
        return None
    if len(shown.blocks) == 1 and (lines := shown.blocks[0].lines) and all(line.ask for line in lines):
        halves = [line.text.partition(" · ")[::2] for line in lines]
        rows = [[kit.line(kit.text(name, bold=True)), kit.line(kit.text(facts))] for name, facts in halves]
        asks = list(block_of(shown.blocks[0], frame))[1:]
        laid = kit.table(("Conference", "What the notes have"), rows)
        return [laid, *asks] if _whole(laid, rows) else None
    entries = [(block, entry) for block in shown.blocks for entry in block.entries]
    if len(entries) < FEWEST_ROWS or any(not block.entries for block in shown.blocks):
        return None
    placed = {place(entry.talk) for _, entry in entries}
    one = next(iter(placed)) if len(placed) == 1 else ""
    rows = [
        [
            *([] if one else [kit.line(kit.text(place(entry.talk) or "–"))]),
            kit.line(talk_link(entry.talk, frame), *([kit.text(f"\n{entry.why}")] if entry.why else [])),
            kit.line(kit.text(kit.cut(", ".join(people_of(entry.talk)), LONGEST_CELL) or "–")),
        ]
        for _, entry in entries
    ]
    heads = ("Talk", "By") if one else ("Where", "Talk", "By")
    above = [kit.rich(kit.line(kit.text(f"{one}:", bold=True)))] if one else []
    laid = kit.table(heads, rows)
    return [*above, laid] if _whole(laid, rows) else None


def _whole(table: Json, rows: Sequence[Sequence[Json]]) -> bool:
    """Return whether a table took all rows below its headings; else a list, which has pages, shows them."""
    return len(table["rows"]) == len(rows) + 1


def block_of(block: Block, frame: Frame) -> Iterator[Json]:
    """Yield a block of an answer as blocks of a message."""
    if block.heading:
        yield kit.rich(kit.line(kit.text(block.heading, bold=True)))
    if block.quotes:
        yield kit.rich(*_quoted(block.quotes), _named(block.quotes[-1], frame))
    for entry in block.entries:
        yield kit.rich(_listed(entry, frame, placed=not is_placed(entry, block)))
    if block.lines:
        yield kit.rich(kit.bullets(kit.line(*kit.with_links(line.text)) for line in block.lines))
    asks = [line.ask for line in block.lines if line.ask][:MOST_ASKS]
    if buttons := [button for number, ask in enumerate(asks) if (button := ask_button(ask, number))]:
        yield kit.actions(*buttons)


def ask_button(question: str, number: int, label: str | None = None) -> Json | None:
    """Make a button that asks a question, None for one that is too long to travel."""
    value = Request(question).to_value()
    return kit.button(label or question, f"page:ask:{number}", value) if value else None


def _quoted(quotes: Sequence[Quote]) -> Iterator[Json]:
    for quote in quotes:
        if quote.voice == "author":
            yield kit.line(kit.text("The note-taker’s own remark:", italic=True))
        yield kit.quote(_words(quote))


def _words(quote: Quote) -> str:
    """Return a quote's words, with the line that introduces it."""
    text = reflow(quote.text, quote.layout)
    words = led(one_line(clean(quote.lead.text)), text) if quote.lead else text
    return f"{words}{'…' if quote.cut else ''}"


def _named(quote: Quote, frame: Frame) -> Json:
    """Name the talk of a quote, whose notes it is from, and when they were read.

    The notes' link leads to the quoted words where this bot has a page, else to the notes as they were published.
    """
    talk = talk_lines(quote.talk, frame, place(quote.talk))
    source = quote.source
    words = public_url(frame.look.page_url, frame.searcher, quote)
    whose = source_text(quote) or ("in the notes" if words else "")
    read = frame.read_on()
    notes = words or (source.url if source else None)
    noted = [kit.link(notes, whose, italic=True), kit.text(f", {read}", italic=True)] if whose else []
    return {
        **talk,
        "elements": [*talk["elements"], kit.text("\n"), *(noted or [kit.text(read, italic=True)])],
    }


def _listed(entry: Entry, frame: Frame, *, placed: bool) -> Json:
    """Show a talk of a list: its people, why it is there, and what the notes say of it."""
    talk = talk_lines(entry.talk, frame, place(entry.talk) if placed else "")
    said = [kit.text(f"\n{entry.why}")] if entry.why else []
    said += [kit.text(f"\n“{_words(entry.gist)}”", italic=True)] if entry.gist else []
    return {**talk, "elements": [*talk["elements"], *said]}


def _tail(answer: Answer, shown: _Shown, frame: Frame) -> list[Json]:
    """Make what stands below an answer.

    The ways on, the thumbs, and of what has no source of its own the footer.
    """
    answered = _is_answered(answer)
    rows = [_ways_on(answer, shown, frame), _days(answer)]
    tail = [kit.actions(*buttons) for buttons in rows if buttons]
    value = frame.request.on_page(1, "answer").to_value()
    tail += [kit.thumbs(value)] if value and answered and frame.look.thumbs else []
    return tail if any(block.quotes for block in shown.blocks) else [*tail, frame.footer()]


def _ways_on(answer: Answer, shown: _Shown, frame: Frame) -> list[Json]:
    asked = frame.request
    ways: list[tuple[str, str, Json | None]] = []
    if shown.more:
        ways.append(("More", "page:more", asked.on_page(shown.page, "more").to_value()))
    if shown.page > 1:
        ways.append(("‹ Previous", "page:previous", asked.on_page(shown.page - 1).to_value()))
    if shown.page < shown.pages:
        label = f"Next › ({shown.page}/{shown.pages})"
        ways.append((label, "page:next", asked.on_page(shown.page + 1).to_value()))
    if answer.quotes and len(answer.hits) > len(answer.quotes):
        ways.append((f"All places ({len(answer.hits)})", "page:hits", asked.on_page(1, "hits").to_value()))
    if (answer.understood.event or answer.understood.day is not None) and (
        wider := without_scope(asked.text)
    ):
        ways.append(("Search all conferences", "page:everywhere", Request(wider).to_value()))
    told_later = answer.miss in {"absent", "not_covered"} and answer.understood.form is not AnswerForm.OPINION
    if answer.status == "not_found" and told_later:
        ways.append(("Tell me when the notes have it", "watch:add", {"phrase": topic_of(answer)[:100]}))
    buttons = [kit.button(label, action, value) for label, action, value in ways if value]
    return buttons + (frame.share() if _is_answered(answer) else [])


def _is_answered(answer: Answer) -> bool:
    """Return whether there is something to judge and to share.

    Not a refusal, and not what the bot says of itself.
    """
    return answer.status == "answered" and answer.understood.intent != "help"


def _days(answer: Answer) -> list[Json]:
    """Offer the days of a conference that was asked for whole."""
    heard = answer.understood
    if heard.intent != "digest" or heard.day is not None or not heard.event or " or " in heard.event:
        return []
    days = sorted({hit.talk.day for hit in answer.hits if hit.talk.day is not None})
    buttons = [ask_button(f"{heard.event} day {day}", day, f"Day {day}") for day in days[:MOST_ASKS]]
    return [button for button in buttons if button]


def _hits_message(answer: Answer, frame: Frame) -> Message:
    """Show one page of every place in the notes that bears on a question."""
    pages = max(1, -(-len(answer.hits) // HITS_A_PAGE))
    page = min(frame.request.page, pages)
    hits = answer.hits[(page - 1) * HITS_A_PAGE : page * HITS_A_PAGE]
    count = f"{len(answer.hits):,} place{'' if len(answer.hits) == 1 else 's'}"
    title = f"The {count} in the notes that are nearest to “{kit.cut(answer.question, 120)}”"
    groups = [[kit.rich(*places_of(hit, frame))] for hit in hits]
    shown = _Shown((), page, pages)
    ways = _ways_on(replace(answer, blocks=()), shown, frame)
    tail = [*([kit.actions(*ways)] if ways else []), frame.footer()]
    blocks, _ = fit([kit.rich(kit.line(kit.text(title, bold=True)))], groups, tail)
    plain = [title, *(f"“{hit.passage.text}”\n{hit.talk.title} · {place(hit.talk)}" for hit in hits)]
    return Message(title, blocks, "\n\n".join(plain))


def places_of(hit: Hit, frame: Frame) -> tuple[Json, Json]:
    """Quote a passage and name its talk."""
    passage = hit.passage
    layout = knowledge_of(frame.searcher).layout_at(passage.recap_id, passage.start)
    return kit.quote(reflow(passage.text, layout)), talk_lines(hit.talk, frame, place(hit.talk))


def _notice(answer: Answer) -> str:
    """Return what a notification says: the doubt, then the first sentence that answers."""
    quote = next(iter(answer.quotes), None)
    first = f"“{first_sentence(_words(quote))}” – {quote.talk.title}" if quote and not answer.headline else ""
    said = " ".join(part for part in (*answer.notices, answer.headline or first) if part)
    return said or first_sentence(answer.text) or "The notes don’t say."
