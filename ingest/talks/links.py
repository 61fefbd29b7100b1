"""Links of a talk: its recording, its slides, its page in the schedule."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

LinkKind = Literal["video", "slides", "schedule"]

_SLIDES_WORDS = re.compile(
    r"\b(?:slides?|slide ?deck|deck|pdf|pptx?|presentation|folien|diapos?|diapositives|transparents)\b|スライド|資料", re.IGNORECASE
)
_VIDEO_WORDS = re.compile(
    r"\b(?:video|recording|youtube|vidéo|aufzeichnung|watch|replay|mitschnitt|enregistrement)\b|動画|録画|ビデオ", re.IGNORECASE
)
_SCHEDULE_WORDS = re.compile(
    r"\b(?:session(?: page| link| details)?|page de la session|abstract|sched(?:ule)?|talk page|details|description|programme?)\b"
    r"|セッション",
    re.IGNORECASE,
)
_SLIDES_HOST = re.compile(
    r"slideshare\.net/|speakerdeck\.com/|docs\.google\.com/presentation|slides\.com/|hosted_files|noti\.st/|/slides/|\.(?:pdf"
    r"|pptx?|key|odp)(?:[?#]|$)",
    re.IGNORECASE,
)
_VIDEO_HOST = re.compile(
    r"youtube\.com/(?:watch|embed|live|shorts)|youtu\.be/|vimeo\.com/|infoq\.com/presentations|media\.ccc\.de/v|peertube"
    r"|\.mp4(?:[?#]|$)|twitch\.tv/videos",
    re.IGNORECASE,
)
_SCHEDULE_HOST = re.compile(
    r"sched\.(?:com|org|co)/event/|usenix\.org/conference/\w+/(?:\w+/)?presentation|sessionize\.com|pretalx|/(?:session|sessions"
    r"|talk|talks|schedule|events?)/[^/]+/?$",
    re.IGNORECASE,
)
_LISTS = re.compile(r"[?&]list=|/playlist|page-schedule", re.IGNORECASE)


def kind_of_link(url: str, words: str = "") -> LinkKind | None:
    """Classify a link by the words that carry it, else by its host; None where it is no talk's own."""
    if not url.lower().startswith(("http://", "https://")):
        return None
    label = "" if len(words) > 60 or "://" in words else words
    for kind, pattern in (("slides", _SLIDES_WORDS), ("video", _VIDEO_WORDS), ("schedule", _SCHEDULE_WORDS)):
        if pattern.search(label) and not (kind == "schedule" and _hosted(url) not in {None, "schedule"}):
            return kind  # type: ignore[return-value]
    return _hosted(url)


def _hosted(url: str) -> LinkKind | None:
    if _SLIDES_HOST.search(url):
        return "slides"
    if _VIDEO_HOST.search(url) and not _LISTS.search(url):
        return "video"
    return "schedule" if _SCHEDULE_HOST.search(url) else None


def is_talk_page(url: str) -> bool:
    """Tell whether the host alone says that the address is one talk's recording, slides or schedule page."""
    return url.lower().startswith(("http://", "https://")) and _hosted(url) is not None


def names_material(words: str) -> bool:
    """Tell whether a link's words name talk material ("Slides", "Page de la session") rather than a title."""
    short = len(words.split()) <= 4
    return short and any(p.search(words) for p in (_SLIDES_WORDS, _VIDEO_WORDS, _SCHEDULE_WORDS))


def own_links(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keep the first link of each kind of (address, words) pairs."""
    links: dict[str, str] = {}
    for url, words in found:
        kind = kind_of_link(url, words)
        if kind is not None:
            links.setdefault(kind, url)
    return links
