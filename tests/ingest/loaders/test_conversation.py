"""Chats and spoken text: the words of each message, and who speaks."""

from __future__ import annotations

import pytest

from ingest.loaders import load_bytes

from .soundness import assert_sound

SLACK = (
    "Rita Ora  9:30 AM\nnext up Quiet Nights\npage on symptoms only\n:+1: 2\n\n"
    "Tobi  9:41 AM\ncount the pages\n\nRita Ora  9:50 AM\nthanks\n"
)
WHATSAPP = "03/06/2025, 09:31 - Rita: next up\nand more\n03/06/2025, 09:32 - Tobi: <Media omitted>\n03/06/2025, 09:33 - Tobi: symptoms: only\n"
IPHONE = "[03.06.25, 09:30:12] Rita Ora: one\n[03.06.25, 09:31:12] Tobi: two\n[03.06.25, 09:32:12] Rita Ora: three\n"
IRC = "09:30 <rita> next up\n09:31 <@tobi> count\n09:32 -!- bo [bo@x] has joined #conf\n09:34 <bo> hello there\n"
BARE_IRC = "<rita> next up\n<tobi> count\n<rita> thanks\n"
ZOOM = "09:30:12 From  Rita  to  Everyone:\n\tnext up\n09:31:12 From  Tobi to  Everyone : count\n09:32:12 From  Rita  to  Everyone : ok\n"
DISCORD = "rita — 06/03/2025 9:30 AM\nnext up\n\ntobi — 06/03/2025 9:31 AM\ncount\n\nrita — 06/03/2025 9:35 AM\nthanks\n"
OTTER = (
    "Nadia Brunner  0:03\nWe cut it.\nAnd more.\n\nPaul Wirth  0:44\nWhy?\n\nNadia Brunner  1:02\nBecause.\n"
)
GRANOLA = "Me: hello there\nThem: the crane lifts\nMe: and then?\nThem: it stops\nand starts.\n"
LABELS = "Ada Byron: One.\nBo Li: Two.\nAda Byron: Three.\nBo Li: Four.\nAda Byron: Five.\nBo Li: Six.\n"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (SLACK, ["next up Quiet Nights\npage on symptoms only", "count the pages", "thanks"]),
        (WHATSAPP, ["next up\nand more", "symptoms: only"]),
        (IPHONE, ["one", "two", "three"]),
        (IRC, ["next up", "count", "hello there"]),
        (BARE_IRC, ["next up", "count", "thanks"]),
        (ZOOM, ["next up", "count", "ok"]),
        (DISCORD, ["next up", "count", "thanks"]),
        (OTTER, ["Nadia Brunner: We cut it. And more.", "Paul Wirth: Why?", "Nadia Brunner: Because."]),
        (
            GRANOLA,
            ["Me: hello there", "Them: the crane lifts", "Me: and then?", "Them: it stops and starts."],
        ),
        (
            LABELS,
            [
                "Ada Byron: One.",
                "Bo Li: Two.",
                "Ada Byron: Three.",
                "Bo Li: Four.",
                "Ada Byron: Five.",
                "Bo Li: Six.",
            ],
        ),
    ],
)
def test_messages_and_turns(source: str, expected: list[str]) -> None:
    """Times and authors of messages are no words of theirs; a speaker stands before a turn's first words."""
    recap = load_bytes(source.encode(), "log.txt")
    assert_sound(recap, source)

    assert recap.format == "conversation"
    assert [recap.slice(block) for block in recap.blocks] == expected


@pytest.mark.parametrize(
    "source",
    [
        "Ropes\nSpeaker: Bo Li\nRoom: 3\nThey held.\n\nTar\nSpeaker: Ada\nRoom: 4\nIt stuck.\n",
        "09:30 Opening\n10:00 Ropes by Bo Li\n11:00 Tar by Ada Byron\n12:00 Lunch\n",
        "Note: the rope held.\nNote: the tar stuck.\nThen we went home, all of us.\nIt rained.\n",
        "Harbour Days 2031\n\nThe morning began at 9:30 with ropes.\n",
    ],
)
def test_notes_are_no_conversation(source: str) -> None:
    """A programme, facts of talks and prose with colons are read as notes."""
    assert load_bytes(source.encode(), "notes.txt").format == "text"
