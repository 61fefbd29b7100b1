"""Answers as messages: what is said first, the notes' words below it, then where else, what was understood, and the source.

Pure: no Slack call, no settings. One design serves answers, lists and misses, so that people learn it once.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.answering.language.wordlists import is_generic, is_stop
from bot.answering.models import Answer, Quote
from bot.slack.intake.commands import without_scope
from bot.slack.messages import kit
from bot.slack.messages.excerpts import first_sentence, reflow
from bot.slack.messages.kit import Json
from bot.slack.messages.message import Frame, Message, Request, event_name, facts, fit, title_of
from index.build.reader import Build
from index.models import Hit, Talk
from index.vocabulary.words import singular, words

LISTED = 10  # talks of a list on one page
ALSO = 3  # talks named below an answer before the rest goes behind a button
HITS_A_PAGE = 5


def answer_message(answer: Answer, frame: Frame) -> Message:
    """Lay an answer out."""
    if frame.request.view == "hits":
        return hits_message(answer, frame)
    if answer.status == "not_found":
        return _miss(answer, frame)
    if answer.understood.intent == "list" and not answer.quotes:
        return _talk_list(answer, frame)
    return _quoted(answer, frame)


def hits_message(answer: Answer, frame: Frame) -> Message:
    """Show one page of every place in the notes that bears on a question."""
    pages = max(1, -(-len(answer.hits) // HITS_A_PAGE))
    page = min(frame.request.page, pages)
    shown = answer.hits[(page - 1) * HITS_A_PAGE : page * HITS_A_PAGE]
    title = (
        f"The {_places(len(answer.hits))} in the notes that are nearest to “{kit.cut(answer.question, 120)}”"
    )
    groups = [
        [kit.rich(kit.quote(reflow(hit.passage.text)), talk_line(hit.talk, frame.build))] for hit in shown
    ]
    tail = [*turning(frame, page, pages, "hits"), frame.footer()]
    blocks, _ = fit([kit.rich(kit.line(kit.text(title, bold=True)))], groups, tail)
    return Message(
        title,
        blocks,
        "\n\n".join([title, *(f"“{hit.passage.text}”\n{_said_at(hit.talk, frame.build)}" for hit in shown)]),
    )


def talk_line(talk: Talk, build: Build) -> Json:
    """Name a talk with its link, its speakers, event and day."""
    said = facts(talk, build)
    return kit.line(kit.link(talk.url, title_of(talk), bold=True), *([kit.text(f"\n{said}")] if said else []))


def turning(frame: Frame, page: int, pages: int, view: str) -> list[Json]:
    """Make the row of buttons that turn pages and share."""
    buttons = []
    if page > 1 and (value := frame.request.on_page(page - 1, view).to_value()):
        buttons.append(kit.button("‹ Previous", "page:previous", value))
    if page < pages and (value := frame.request.on_page(page + 1, view).to_value()):
        buttons.append(kit.button(f"Next › ({page}/{pages})", "page:next", value))
    buttons += frame.share()
    return [kit.actions(*buttons)] if buttons else []


def understood_line(answer: Answer, build: Build) -> str:
    """Say what was understood and what was corrected."""
    heard = answer.understood
    parts = [
        event_name(heard.event, build),
        f"day {heard.day}" if heard.day is not None else "",
        heard.speaker or "",
    ]
    parts += [
        (heard.topic and f"searched for “{heard.topic}”") or "",
        *(notice.rstrip(".") for notice in answer.notices),
    ]
    said = " · ".join(part for part in parts if part)
    return kit.cut(said, 600)


def _quoted(answer: Answer, frame: Frame) -> Message:
    head = [kit.rich(kit.line(kit.text(answer.headline)))] if answer.headline else []
    by_talk: dict[str, list[Quote]] = {}
    for quote in answer.quotes:
        by_talk.setdefault(quote.talk.talk_id, []).append(quote)
    groups = [[_quote_block(quotes, frame.build)] for quotes in by_talk.values()]
    if not groups and not head:
        head = [kit.rich(kit.line(kit.text(answer.text)))]
    blocks, _ = fit(head, groups, _tail(answer, frame, set(by_talk)))
    return Message(_notice(answer), blocks, answer.text)


def _quote_block(quotes: Sequence[Quote], build: Build) -> Json:
    """Show what is quoted from one talk, and the talk below it."""
    elements: list[Json] = []
    for quote in quotes:
        elements += (
            [kit.line(kit.text("The note-taker’s own remark:", italic=True))]
            if quote.voice == "author"
            else []
        )
        elements.append(kit.quote(reflow(quote.text)))
    return kit.rich(*elements, talk_line(quotes[0].talk, build))


def _talk_list(answer: Answer, frame: Frame) -> Message:
    talks = _unique(hit.talk for hit in answer.hits)
    pages = max(1, -(-len(talks) // LISTED))
    page = min(frame.request.page, pages)
    shown = talks[(page - 1) * LISTED : page * LISTED]
    groups = [[kit.rich(talk_line(talk, frame.build))] for talk in shown]
    tail = [
        *turning(frame, page, pages, "answer"),
        *_understood(answer, frame),
        *_thumbs(frame),
        frame.footer(),
    ]
    title = answer.headline or first_sentence(answer.text)
    blocks, _ = fit([kit.rich(kit.line(kit.text(title, bold=True)))], groups, tail)
    return Message(title, blocks, answer.text)


def _miss(answer: Answer, frame: Frame) -> Message:
    said = answer.headline or first_sentence(answer.text)
    near = answer.nearest[:ALSO]
    nearest = (
        [kit.line(kit.text("The nearest talks:")), kit.bullets(talk_line(talk, frame.build) for talk in near)]
        if near
        else []
    )
    head = [kit.rich(kit.line(kit.text(said)), *nearest)]
    share = [kit.actions(*buttons)] if (buttons := _everywhere(answer) + frame.share()) else []
    blocks, _ = fit(head, (), [*share, *_understood(answer, frame), *_thumbs(frame), frame.footer()])
    return Message(_notice(answer), blocks, answer.text)


def _tail(answer: Answer, frame: Frame, quoted: set[str]) -> list[Json]:
    others = _unique(
        hit.talk for hit in answer.hits if hit.talk.talk_id not in quoted and _mentions(hit, answer)
    )
    tail = [_also(others[:ALSO], frame.build)] if others else []
    buttons = []
    value = frame.request.on_page(1, "hits").to_value()
    if value and len(answer.hits) > len(answer.quotes):
        buttons.append(kit.button(f"All places ({len(answer.hits)})", "page:hits", value))
    buttons += _everywhere(answer) + frame.share()
    tail += [kit.actions(*buttons)] if buttons else []
    return [*tail, *_understood(answer, frame), *_thumbs(frame), frame.footer()]


def _also(talks: Sequence[Talk], build: Build) -> Json:
    elements = [kit.text("Also mentioned in: ")]
    for position, talk in enumerate(talks):
        said = event_name(talk.event_id, build)
        elements += [kit.text("; ")] if position else []
        elements += [kit.link(talk.url, title_of(talk)), *([kit.text(f" ({said})")] if said else [])]
    return kit.rich(kit.line(*elements))


def _mentions(hit: Hit, answer: Answer) -> bool:
    """Say whether a hit has the words of the question that its quotes answer; what is merely near waits behind the button."""
    asked = _forms(answer.understood.text) & _forms(*(quote.text for quote in answer.quotes))
    return bool(asked) and asked <= _forms(hit.passage.text, hit.talk.title)


def _forms(*texts: str) -> set[str]:
    found = (word.form for text in texts for word in words(text))
    return {singular(form) for form in found if len(form) > 2 and not is_stop(form) and not is_generic(form)}


def _everywhere(answer: Answer) -> list[Json]:
    """Offer the same question without its conference and day."""
    if answer.understood.event is None and answer.understood.day is None:
        return []
    value = Request(wider).to_value() if (wider := without_scope(answer.question)) else None
    return [kit.button("Search all conferences", "page:everywhere", value)] if value else []


def _understood(answer: Answer, frame: Frame) -> list[Json]:
    said = understood_line(answer, frame.build)
    return [kit.quiet(said)] if said else []


def _thumbs(frame: Frame) -> list[Json]:
    value = frame.request.on_page(1).to_value()
    return [kit.thumbs(value)] if value else []


def _notice(answer: Answer) -> str:
    if answer.quotes and not answer.headline:
        return f"“{first_sentence(answer.quotes[0].text)}” – {title_of(answer.quotes[0].talk)}"
    return answer.headline or first_sentence(answer.text) or "The notes don’t say."


def _places(number: int) -> str:
    return f"{number:,} place{'' if number == 1 else 's'}"


def _said_at(talk: Talk, build: Build) -> str:
    return " · ".join(part for part in (talk.title, facts(talk, build), talk.url or "") if part)


def _unique(talks: Iterable[Talk]) -> list[Talk]:
    return list({talk.talk_id: talk for talk in talks}.values())
