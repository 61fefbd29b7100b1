"""An answer narrowed down: which conferences, days, kinds and speakers its talks are of, with how many of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.answering.models import Answer, Block
from bot.answering.rendering import counted
from bot.holdings import Choice, Limits
from index.models import Talk

_MOST_SPEAKERS = 8  # with several talks each
_FEW = 3  # talks, whose kinds are seen at once


def choices_of(found: Answer, limits: Limits) -> Mapping[str, tuple[Choice, ...]]:
    """Return what an answer may be limited to, by the limit's name; a limit that would leave out nothing is not offered.

    Conferences and days are counted over the talks behind the answer, since it is asked anew with them; kinds and
    speakers over the talks that it shows.
    """
    behind = list({hit.talk.talk_id: hit.talk for hit in found.hits}.values())
    shown = list({talk.talk_id: talk for talk in _talks_of(found.blocks)}.values())
    choices = {
        "event": _counted((talk.event_id for talk in behind), limits.event, str),
        "kind": _counted((talk.kind for talk in shown), limits.kind, str.capitalize),
    }
    if limits.event:
        choices["day"] = _counted((talk.day for talk in behind), limits.day, "Day {}".format)
    names = _counted((name for talk in shown for name in talk.speakers), limits.speaker, str)
    choices["speaker"] = tuple(one for one in names if one.count > 1 or one.chosen)[:_MOST_SPEAKERS]
    order: tuple[str, ...] = ("event", "day", "kind", "speaker")
    if found.miss:  # nothing is narrowed down where nothing was found; a limit in force may be lifted
        order = tuple(name for name in order if getattr(limits, name) is not None)
    return {
        name: choices[name] for name in order if _tells_apart(name, choices.get(name, ()), limits, len(shown))
    }


def narrowed(found: Answer, limits: Limits) -> Answer:
    """Return an answer with the talks of a kind and a speaker only, and say how many are left."""
    if limits.kind is None and limits.speaker is None:
        return found

    def wanted(talk: Talk) -> bool:
        return limits.kind in {None, talk.kind} and (
            limits.speaker is None or limits.speaker in talk.speakers
        )

    blocks = tuple(filter(None, (_narrowed(block, wanted) for block in found.blocks)))
    before, left = (len({talk.talk_id for talk in _talks_of(part)}) for part in (found.blocks, blocks))
    limited = " by ".join(filter(None, (f"{limits.kind or 'talk'}s", limits.speaker)))
    notice = f"Narrowed to {limited}: {left} of {counted(before, 'talk')}."
    return replace(found, blocks=blocks, notices=(*found.notices, notice))


def _narrowed(block: Block, wanted: Callable[[Talk], bool]) -> Block | None:
    quotes = tuple(quote for quote in block.quotes if wanted(quote.talk))
    entries = tuple(entry for entry in block.entries if wanted(entry.talk))
    return replace(block, quotes=quotes, entries=entries) if quotes or entries else None


def _talks_of(blocks: Iterable[Block]) -> Iterable[Talk]:
    for block in blocks:
        yield from (quote.talk for quote in block.quotes)
        yield from (entry.talk for entry in block.entries)


def _counted(
    values: Iterable[str | int | None], chosen: str | int | None, label: Callable[[str], str]
) -> tuple[Choice, ...]:
    """Return each value with how often it stands, most often first, equals by their names."""
    count = Counter(value for value in values if value is not None)
    ordered = sorted(count.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return tuple(Choice(str(value), label(str(value)), number, value == chosen) for value, number in ordered)


def _tells_apart(name: str, offered: tuple[Choice, ...], limits: Limits, shown: int) -> bool:
    """Return whether a limit is in force, or would leave something out."""
    if getattr(limits, name) is not None:
        return name != "day" or limits.event is not None
    if name == "kind" and shown < _FEW:
        return False
    return len(offered) > 1 or (name == "speaker" and any(one.count < shown for one in offered))
