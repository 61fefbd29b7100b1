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
