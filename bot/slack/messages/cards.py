"""Messages that are no answer from the search: a talk's card, a speaker's talks, help, status, apologies. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from rapidfuzz import fuzz, process

from bot.slack.messages import kit
from bot.slack.messages.answers import talk_line
from bot.slack.messages.digest import talk_entry
from bot.slack.messages.excerpts import reflow
from bot.slack.messages.kit import Json
from bot.slack.messages.message import LONGEST_RESTATED, Frame, Message, Request, extent, facts, fit
from index.models import Talk
from index.vocabulary.words import find_phrase

MOST_FOUND = 8
QUOTES_ON_A_CARD = 3
# of what is compared: likeness costs the product of both lengths, and a message may have 40,000 characters
LONGEST_NAME = 200
SAME_TITLE = 90.0  # WRatio above which words are taken for a title's own
NEAR = 60.0
NOT_HERE = "I am not switched on in this channel. Ask me in a direct message."


def talk_message(words: str, frame: Frame) -> Message:
    """Show the talk whose title fits the words, or the few that do."""
    titles = {talk_id: talk.title[:LONGEST_NAME] for talk_id, talk in frame.build.talks.items()}
    found = process.extract(
        words[:LONGEST_NAME].lower(),
        titles,
        scorer=fuzz.WRatio,
        processor=str.lower,
        limit=MOST_FOUND,
        score_cutoff=NEAR,
    )
    talks = [frame.build.talks[talk_id] for _, _, talk_id in found]
    if not talks:
        return _nothing(f"No talk in the notes has a title like “{kit.cut(words, 120)}”.", words, frame)
    best, second = found[0][1], found[1][1] if len(found) > 1 else 0.0
    if (best >= SAME_TITLE and best - second >= 4) or len(talks) == 1:
        return _card(talks[0], frame)
    return _found(f"Talks with a title like “{kit.cut(words, 120)}”:", talks, frame)


def speaker_message(name: str, frame: Frame) -> Message:
    """List the talks of a speaker; a name that is spelt nearly so counts when no other does."""
    name = name[:LONGEST_NAME]
    said = kit.cut(name, 120)
    talks = [
        talk
        for talk in frame.build.talks.values()
        if any(find_phrase(speaker, name) for speaker in talk.speakers)
    ]
    if talks:
        return _found(
            f"{len(talks)} talk{'' if len(talks) == 1 else 's'} by {said} in the notes", talks, frame
        )
    speakers = sorted(
        {
            speaker
            for talk in frame.build.talks.values()
            for speaker in talk.speakers
            if len(speaker) <= LONGEST_NAME
        }
    )
    near = [
        speaker
        for speaker, _, _ in process.extract(
            name, speakers, scorer=fuzz.token_sort_ratio, limit=3, score_cutoff=75
        )
    ]
    talks = [talk for talk in frame.build.talks.values() if set(near) & set(talk.speakers)]
    if talks:
        return _found(f"The notes name no speaker “{said}”. Talks by {' and '.join(near)}:", talks, frame)
    return _nothing(f"The notes name no speaker “{said}”.", name, frame)


def help_message(frame: Frame, command: str) -> Message:
    """Say how to ask."""
    said = "Ask me about the conference notes: I answer with their own words, the talk and a link."
    ways = [
        ("@mention me", "in a channel, and go on in the thread without a mention"),
        ("Write to me", "in a direct message"),
        (f"{command} what did they say about autoscaling?", "privately, for you alone"),
        (f"{command} day3", "the talks of a day; also “eu2020 day 3”, “san diego”, “keynotes day 1”"),
        (f"{command} talk WORDS", "one talk"),
        (f"{command} speaker NAME", "a speaker’s talks"),
        (f"{command} events", "the conferences that the notes cover"),
        (f"{command} watch WORDS", "a message when new notes have them; also “unwatch WORDS” and “watches”"),
        (f"{command} status", "how old and how large the notes are"),
    ]
    lines = [kit.line(kit.text(what, bold=True), kit.text(f" – {why}")) for what, why in ways]
    blocks = (kit.rich(kit.line(kit.text(said)), kit.bullets(lines)), frame.footer())
    return Message(said, blocks, "\n".join([said, *(f"{what} – {why}" for what, why in ways)]))


def status_message(frame: Frame, trouble: str | None) -> Message:
    """Say which build is served, how old it is and what it holds."""
    manifest = frame.build.manifest
    made_at = datetime.fromisoformat(manifest.created_at).astimezone(UTC)
    lines = [
        f"Build {manifest.build_id}, made {made_at:%-d %B %Y, %H:%M} UTC",
        f"{extent(frame.build)}, {len(frame.build.events)} conferences, {len(frame.build.passages):,} passages",
        f"Model {manifest.encoder.name} ({manifest.encoder.revision[:12]})",
    ]
    lines += [f"A newer build could not be opened: {trouble}"] if trouble else []
    said = (
        "A newer build could not be opened; the last good one answers."
        if trouble
        else "All is well: the newest notes are served."
    )
    body = kit.rich(
        kit.line(kit.text(said, bold=True)), kit.bullets(kit.line(kit.text(one)) for one in lines)
    )
    return Message(said, (body, frame.footer()), "\n".join([said, *lines]))


def sorry(problem_id: str) -> Message:
    """Apologise for a defect, with the id under which the log has it."""
    said = (
        "Something went wrong on my side, and your question was not answered."
        f" Please ask again; if it stays, tell whoever runs me: {problem_id}."
    )
    return note(said)


def diverted(message: Message, channel_id: str, question: str, reason: str) -> Message:
    """Put in front of an answer why it comes in private, and to which question."""
    before, after = (
        "You asked in ",
        f": “{kit.cut(question, LONGEST_RESTATED)}” I cannot answer there: {reason}.",
    )
    why = kit.line(kit.text(before), kit.channel(channel_id), kit.text(after))
    return message.below(kit.rich(why), f"{before}a channel{after}")


def not_here() -> Message:
    """Say that the bot does not answer in a channel."""
    return note(NOT_HERE)


def note(said: str) -> Message:
    """Say one thing in plain words."""
    return Message(said, (kit.rich(kit.line(kit.text(said))),), said)


def _card(talk: Talk, frame: Frame) -> Message:
    bodies = [passage for passage in frame.build.passages_of(talk.talk_id) if passage.role == "body"]
    said = facts(talk, frame.build)
    links = [kit.link(url, name) for name, url in talk.links.items()]
    spaced = [element for link in links for element in (kit.text(" · "), link)][1:]
    about = (
        [kit.line(kit.text(", ".join(talk.affiliations)))] if talk.affiliations and not _paired(talk) else []
    )
    named = (
        replace(
            talk,
            speakers=tuple(
                f"{name} ({firm})" for name, firm in zip(talk.speakers, talk.affiliations, strict=True)
            ),
        )
        if _paired(talk)
        else talk
    )
    head = [kit.rich(talk_line(named, frame.build), *about, *([kit.line(*spaced)] if spaced else []))]
    groups = [[kit.rich(kit.quote(reflow(passage.text)))] for passage in bodies[:QUOTES_ON_A_CARD]]
    tail = [*_share(frame), frame.footer()]
    return Message(
        talk.title,
        fit(head, groups, tail)[0],
        "\n".join([talk.title, said, *(passage.text for passage in bodies[:QUOTES_ON_A_CARD])]),
    )


def _paired(talk: Talk) -> bool:
    return bool(talk.affiliations) and len(talk.affiliations) == len(talk.speakers)


def _found(title: str, talks: list[Talk], frame: Frame) -> Message:
    shown = talks[:MOST_FOUND]
    groups = [[talk_entry(talk, frame.build, with_place=True)] for talk in shown]
    left = [kit.quiet(f"and {len(talks) - len(shown)} more")] if len(talks) > len(shown) else []
    blocks, _ = fit(
        [kit.rich(kit.line(kit.text(title, bold=True)))], groups, [*left, *_share(frame), frame.footer()]
    )
    return Message(title, blocks, "\n".join([title, *(talk.title for talk in talks)]))


def _nothing(said: str, words: str, frame: Frame) -> Message:
    value = Request(words).to_value()
    way_on = [kit.actions(kit.button("Search the notes for it", "page:search", value))] if value else []
    return Message(said, (kit.rich(kit.line(kit.text(said))), *way_on, frame.footer()), said)


def _share(frame: Frame) -> list[Json]:
    return [kit.actions(*buttons)] if (buttons := frame.share()) else []
