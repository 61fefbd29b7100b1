"""Transcripts: cues become paragraphs that know their second."""

from __future__ import annotations

from ingest.loaders import load_bytes

from .soundness import assert_sound

VTT = """\
WEBVTT - Ropes at Scale
Language: en

NOTE
url: https://youtu.be/abcdefghijk

1
00:00:01.500 --> 00:00:04.000 align:start
<v Ada Byron>Welcome &amp; hello.

00:00:04.000 --> 00:00:06.500
<v Ada Byron>Today<00:00:04.500><c> we talk</c>
about ropes.

00:00:06.500 --> 00:00:06.510
about ropes.

00:01:12.000 --> 00:01:14.000
And tar.

00:01:14.000 --> 00:01:16.000
<v Bo>Yes.
"""


def test_joins_cues_and_keeps_the_second() -> None:
    """A pause or another voice begins a paragraph; lines that roll are read once."""
    recap = load_bytes(VTT.encode(), "a.vtt")
    assert_sound(recap, VTT)

    assert [(block.second, recap.slice(block)) for block in recap.blocks] == [
        (1.5, "Ada Byron: Welcome & hello. Today we talk about ropes."),
        (72.0, "And tar."),
        (74.0, "Bo: Yes."),
    ]
    assert recap.meta == {"title": "Ropes at Scale", "language": "en", "url": "https://youtu.be/abcdefghijk"}


def test_reads_srt_with_missing_empty_lines() -> None:
    """Commas in times, tags and a cue's number directly below the cue before are understood."""
    source = "1\r\n00:00:01,000 --> 00:00:02,000\r\n<i>One</i> rope\r\n2\r\n00:00:02,000 --> 00:00:03,250\r\ntwo ropes.\r\n"
    recap = load_bytes(source.encode(), "a.srt")
    assert_sound(recap, source)

    assert [(block.second, recap.slice(block)) for block in recap.blocks] == [(1.0, "One rope two ropes.")]


def test_long_speech_is_cut_at_sentences() -> None:
    """Without pauses a paragraph ends at the first sentence end after its usual length."""
    cues = [
        f"00:{n // 60:02}:{n % 60:02}.000 --> 00:{n // 60:02}:{n % 60:02}.900\nSentence number {n} about mooring lines.\n"
        for n in range(60)
    ]
    recap = load_bytes(("WEBVTT\n\n" + "\n".join(cues)).encode(), "a.vtt")

    assert len(recap.blocks) > 5
    assert all(len(recap.slice(block)) < 420 for block in recap.blocks)


def test_without_cues_it_is_text() -> None:
    """A file that only bears the name is read as what it is."""
    recap = load_bytes(b"Just words.", "a.vtt")

    assert [recap.slice(block) for block in recap.blocks] == ["Just words."]


def spoken(source: str, name: str = "a.vtt") -> list[str]:
    """Give the paragraphs of a transcript."""
    recap = load_bytes(source.encode(), name)
    assert_sound(recap, source)
    return [recap.slice(block) for block in recap.blocks]


def cues(*texts: str) -> str:
    """Write cues of a second each."""
    return "WEBVTT\n\n" + "\n".join(
        f"00:00:{at:02}.000 --> 00:00:{at + 1:02}.000\n{text}\n" for at, text in enumerate(texts)
    )


def test_captions_that_roll_or_grow_are_read_once() -> None:
    """Lines that stay on the screen, and a line that is still being written, are each said once."""
    rolled = cues("the rope\nis long", "is long\nand the tar", "and the tar\nis black", "is black\nat night.")
    grown = cues(
        "the", "the rope", "the rope was", "The rope was cut,", "the rope was cut, twice.", "and again."
    )
    timed = cues(
        " \nso<00:00:00.400><c> the</c><c> crane</c>",
        "so the crane\n ",
        "so the crane\nlifts<00:00:02.6><c> it</c>",
        "lifts it\nup<c> high</c>",
    )

    assert spoken(rolled) == ["the rope is long and the tar is black at night."]
    assert spoken(grown) == ["the rope was cut, twice. and again."]
    assert spoken(timed) == ["so the crane lifts it up high"]


def test_words_that_are_said_twice_stay() -> None:
    """A file that shows nothing again keeps every repetition."""
    assert spoken(cues("we cut and cut", "and cut again", "no no", "no more of it", "that is all")) == [
        "we cut and cut and cut again no no no more of it that is all"
    ]


def test_voices_by_name_or_line() -> None:
    """Names before a colon, on a line of their own and in a tag begin a paragraph when they change."""
    named = cues(
        "Ada Byron: We cut it.", "Ada Byron: In steps.", "Bo Li: Why?", "Ada Byron: Note: it was long."
    )
    above = cues("Ada Byron\nWe cut it.", "Ada Byron\nIn steps.", "Bo Li\nWhy?", "Bo Li\nTell us.")

    assert spoken(named) == [
        "Ada Byron: We cut it. In steps.",
        "Bo Li: Why?",
        "Ada Byron: Note: it was long.",
    ]
    assert spoken(above) == ["Ada Byron: We cut it. In steps.", "Bo Li: Why? Tell us."]


def test_chapters_are_headings() -> None:
    """A list of chapters before the cues sets headings where they begin."""
    source = cues("Hello.", "We cut ropes.", "Any questions?").replace(
        "WEBVTT\n", "WEBVTT\n\nNOTE\n0:00 Welcome\n(00:02) - Questions of the room\n", 1
    )
    recap = load_bytes(source.encode(), "a.vtt")
    assert_sound(recap, source)

    assert [(block.kind, recap.slice(block), block.second) for block in recap.blocks] == [
        ("heading", "Welcome", 0.0),
        ("paragraph", "Hello.", 0.0),
        ("heading", "Questions of the room", 1.0),
        ("paragraph", "We cut ropes. Any questions?", 1.0),
    ]


def test_a_meeting_in_plain_text_is_a_transcript() -> None:
    """What Teams writes into a document has short times and names on lines of their own."""
    source = "".join(
        f"0:0:{at}.0 --> 0:0:{at + 4}.5\n{name}\nWords {at}.\n"
        for at, name in ((0, "Ada"), (5, "Bo"), (10, "Ada"), (15, "Bo"))
    )

    assert load_bytes(source.encode(), "call.txt").format == "transcript"
    assert spoken(source, "call.txt") == ["Ada: Words 0.", "Bo: Words 5.", "Ada: Words 10.", "Bo: Words 15."]
