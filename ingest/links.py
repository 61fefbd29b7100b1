"""What an address points to, and which of a talk's addresses is its link. No address is ever made up."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal
from urllib.parse import parse_qs, quote, urlsplit, urlunsplit

from index.languages.words import either, phrases

LinkKind = Literal["video", "slides", "schedule", "code"]

# A talk's link: what a person would rather open, first.
PREFERENCE = ("video", "schedule", "slides", "recap", "code")

MAX_URL_CHARS = 2048

_VIDEO = re.compile(
    r"^(?:(?:www\.|m\.|music\.)?youtube(?:-nocookie)?\.com/(?:watch|live/|embed/|v/|shorts/)|youtu\.be/[\w-]{6,}"
    r"|(?:www\.|player\.)?vimeo\.com/(?:video/|channels/[\w-]+/)?\d+|(?:www\.)?infoq\.com/presentations/."
    r"|media\.ccc\.de/v/|(?:www\.)?dailymotion\.com/video/|(?:www\.)?twitch\.tv/videos/|(?:www\.)?pyvideo\.org/."
    r"|(?:www\.)?confreaks\.tv/videos/|channel9\.msdn\.com/|(?:www\.)?bilibili\.com/video/|[\w.-]+/(?:w|videos/watch)/[\w-]{20,})",
    re.IGNORECASE,
)
_VIDEO_FILE = re.compile(r"\.(?:mp4|webm|mkv|m4v|mov)$", re.IGNORECASE)
_SLIDES = re.compile(
    r"^(?:(?:www\.)?speakerdeck\.com/[^/]+/.|(?:www\.)?slideshare\.net/[^/]+/.|docs\.google\.com/presentation/|slides\.com/[^/]+/."
    r"|(?:static\.sched\.(?:com|org)|schd\.ws)/hosted_files/|noti\.st/[^/]+/.|(?:www\.)?slid\.es/|prezi\.com/.|gitpitch\.com/.)",
    re.IGNORECASE,
)
_SLIDES_FILE = re.compile(r"/slides/|\.(?:pdf|pptx?|key|odp)$", re.IGNORECASE)
_SCHEDULE = re.compile(
    r"^(?:[\w-]+\.sched\.(?:com|org)/event/|sched\.co/.|(?:www\.)?usenix\.org/conference/[^/]+/presentation/"
    r"|[\w.-]*sessionize\.com/|pretalx\.[\w.-]+/.+/talk/|cfp\.[\w.-]+/.+/talk/|(?:www\.)?fosdem\.org/\d+/schedule/event/"
    r"|conferences\.oreilly\.com/.+/detail/|[\w.-]+/(?:\d{4}/)?(?:schedule|sessions?|talks?|presentations?|program)/(?:[\w-]+/)*[\w%.-]*\w)",
    re.IGNORECASE,
)
_SCHEDULE_PATH = re.compile(r"/(?:sessions?|talks?|schedule|events?)/[^/]+/?$", re.IGNORECASE)
_CODE_HOST = re.compile(r"(?:.+\.)?(?:github|gitlab|codeberg|gitea|bitbucket)\.(?:com|org)$")
# Where the players of other hosts read the second from.
_TIMES = {
    re.compile(r"^(?:player\.)?vimeo\.com/"): ("fragment", "t={s}s"),
    re.compile(r"^media\.ccc\.de/v/"): ("fragment", "t={s}"),
    re.compile(r"^dailymotion\.com/video/"): ("query", "start={s}"),
    re.compile(r"^twitch\.tv/videos/"): ("query", "t={h}h{m}m{rest}s"),
    re.compile(r"^[\w.-]+/(?:w|videos/watch)/[\w-]{20,}"): ("query", "start={s}s"),  # PeerTube
}
_YOUTUBE_ID = re.compile(r"^[\w-]{6,20}$")

# Words that name a kind of material in a link: "Folien", "the slides", "スライド".
_WORDS: tuple[tuple[LinkKind, re.Pattern[str]], ...] = tuple(
    (
        kind,
        re.compile(
            rf"(?<![^\W_])(?:{either('links', kind)})(?![^\W_])"
            + "".join(f"|{entry}" for entry in phrases("links", kind) if not entry.isascii()),
            re.IGNORECASE,
        ),
    )
    for kind in ("slides", "video", "schedule", "code")
)
_ONLY_CODE = re.compile(rf"\W*(?:the )?(?:{either('links', 'code')})\W*", re.IGNORECASE)
_LONGEST_LABEL = 60

_NO_ADDRESS = re.compile(r"[\s<>\"`|\\]")


@lru_cache(maxsize=4096)
def valid_url(url: str) -> str | None:
    """Return the address as written when it is a web address that a browser opens, else None.

    Only http and https; anything else (`javascript:`, `file:`, relative paths) is no link to a talk.
    """
    url = url.strip()
    if not url or len(url) > MAX_URL_CHARS or not url.isprintable() or _NO_ADDRESS.search(url):
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return None
    return url if parts.scheme.lower() in ("http", "https") and "." in host else None


@lru_cache(maxsize=4096)
def kind_of(url: str) -> LinkKind | None:
    """Say what an address points to, by its host and path alone.

    Args:
        url: The address.

    Returns:
        "video", "slides", "schedule" (the talk's page on the conference's site), or None.
    """
    if valid_url(url) is None:
        return None
    parts = urlsplit(url.strip())
    address = f"{(parts.hostname or '').lower()}{parts.path}"
    if _VIDEO.match(address) or _VIDEO_FILE.search(parts.path):
        return "video"
    if _SLIDES.match(address) or _SLIDES_FILE.search(parts.path):
        return "slides"
    return "schedule" if _SCHEDULE.match(address) or _SCHEDULE_PATH.search(parts.path) else None


def kinds_named(words: str) -> Iterator[LinkKind]:
    """Return the kinds of material that a link's words name: "Slides", "Page de la session"."""
    return iter(_kinds_named(words))


@lru_cache(maxsize=4096)
def _kinds_named(words: str) -> tuple[LinkKind, ...]:
    return tuple(kind for kind, pattern in _WORDS if pattern.search(words))


def merge_links(*sources: Mapping[str, str]) -> dict[str, str]:
    """Join links by kind; earlier sources win, and addresses that no browser opens are left out."""
    joined: dict[str, str] = {}
    for source in sources:
        for kind, url in source.items():
            checked = valid_url(url)
            if kind in PREFERENCE and checked is not None:
                joined.setdefault(kind, checked)
    return {kind: joined[kind] for kind in PREFERENCE if kind in joined}


def best_url(links: Mapping[str, str]) -> str | None:
    """Choose a talk's link: its video, else its page in the schedule, else its slides, else the recap itself."""
    return next((links[kind] for kind in PREFERENCE if links.get(kind)), None)


def recap_link(recap_url: str | None, anchor: str | None, words: str) -> str | None:
    """Build the address of a talk inside the recap's own page.

    The heading's anchor where the page has one; else a text fragment, so that the browser scrolls to the
    title's words (https://wicg.github.io/scroll-to-text-fragment/: a dash, a comma and an ampersand have a
    meaning there and are escaped).

    Args:
        recap_url: The recap's public address.
        anchor: The heading's id in the page.
        words: The title as the page writes it; empty where the page has other words.
    """
    checked = valid_url(recap_url or "")
    if checked is None:
        return None
    page = checked.split("#", 1)[0]
    if anchor:
        return f"{page}#{quote(anchor, safe='')}"
    words = " ".join(words.split())
    return f"{page}#:~:text={quote(words, safe='').replace('-', '%2D')}" if words else checked


def _hosts_code(url: str) -> bool:
    return bool(_CODE_HOST.match((urlsplit(url).hostname or "").lower()))


def shows_markdown(url: str) -> bool:
    """Return whether a page is a Markdown file as a code host shows it: its headings have the anchors that their words give."""
    return _hosts_code(url)


def timed_url(url: str, second: float) -> str | None:
    """Return the address that opens a recording at a second, None where its host is not known to take one.

    YouTube's is its short form, without an ampersand. Files take a media fragment (W3C, `#t=`).
    """
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").lower().removeprefix("www.").removeprefix("m.")
    at = int(second)
    if host in ("youtu.be", "youtube.com", "youtube-nocookie.com"):
        named = parse_qs(parts.query).get("v") or [parts.path.strip("/").rsplit("/", 1)[-1]]
        return f"https://youtu.be/{named[0]}?t={at}" if _YOUTUBE_ID.match(named[0]) else None
    if _VIDEO_FILE.search(parts.path):
        return urlunsplit(parts._replace(fragment=f"t={at}"))
    for known, (place, form) in _TIMES.items():
        if known.search(f"{host}{parts.path}"):
            value = form.format(s=at, h=at // 3600, m=at % 3600 // 60, rest=at % 60)
            if place == "fragment":
                return urlunsplit(parts._replace(fragment=value))
            name = value.partition("=")[0]
            others = [one for one in parts.query.split("&") if one and one.partition("=")[0] != name]
            return urlunsplit(parts._replace(query="&".join([*others, value]), fragment=""))
    return None


def host_of(url: str) -> str:
    """Return the host of an address, "" where it has none."""
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.")
    except ValueError:
        return ""


def kind_of_link(url: str, words: str = "") -> LinkKind | None:
    """Classify a link by the words that carry it, else by its address; None where it is no talk's own."""
    if not url.lower().startswith(("http://", "https://")):
        return None
    by_address = kind_of(url)
    label = "" if len(words) > _LONGEST_LABEL or "://" in words else words
    # "Session details" is said of many a page, and of recordings too: there the address knows better.
    named = (kind for kind in kinds_named(label) if kind != "schedule" or by_address in {None, "schedule"})
    return next((kind for kind in named if kind != "code" or _hosts_code(url)), by_address)


def is_talk_page(url: str) -> bool:
    """Return whether the address alone says that it is one talk's recording, slides or schedule page."""
    return kind_of(url) is not None


def names_material(words: str) -> bool:
    """Return whether a link's words name talk material ("Slides", "Page de la session") rather than a title."""
    if len(words.split()) > 4:
        return False
    # "Policies as Code" is a title.
    return any(kind != "code" or _ONLY_CODE.fullmatch(words) for kind in kinds_named(words))


def own_links(found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keep the first link of each kind of (address, words) pairs."""
    links: dict[str, str] = {}
    for url, words in found:
        kind = kind_of_link(url, words)
        if kind is not None:
            links.setdefault(kind, url)
    return links
