"""What is fetched and what comes of it: specifications of pages, feeds and repositories, and their results."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

OnMissing = Literal["keep", "drop"]


@dataclass(frozen=True, slots=True)
class WebSpec:
    """A page on the web."""

    url: str
    on_missing: OnMissing = "keep"  # when the server says that it is gone
    hidden: str = (
        ""  # a query whose parts no link shows: that of the address in sources.yaml, where it may be a secret
    )

    @property
    def key(self) -> str:
        """Name it in the store."""
        return f"page {self.url}"


@dataclass(frozen=True, slots=True)
class FeedSpec:
    """A feed whose posts are recaps."""

    feed: str
    # regular expression, searched in title, categories and address, whatever the case; empty: every post
    match: str = ""
    most: int = 50  # posts, the newest first
    on_missing: OnMissing = "keep"
    hidden: str = ""  # as a page's

    @property
    def key(self) -> str:
        """Name it in the store."""
        return f"feed {self.feed}"

    @property
    def posts_key(self) -> str:
        """Name its list of posts in the store."""
        return f"posts {self.feed}"


@dataclass(frozen=True, slots=True)
class GitSpec:
    """A git repository of notes."""

    git: str  # https address, or the path of a repository on this machine
    ref: str = "HEAD"  # branch, tag or full commit
    path: str = ""  # file, folder or pattern below it; empty: every recap in it
    on_missing: OnMissing = "keep"

    @property
    def key(self) -> str:
        """Name it in the store."""
        return f"git {self.git} {self.ref} {self.path}"


SourceSpec = WebSpec | FeedSpec | GitSpec


@dataclass(frozen=True, slots=True)
class Fetched:
    """One recap that a source gave, tonight or last, or the reason why there is none."""

    name: str  # recap_id
    data: bytes | None  # UTF-8 where it is text; None: nothing to read, `fault` says why
    media_type: str = ""
    url: str | None = None  # where a person finds it
    changed: bool = False  # other bytes than the last time
    fault: str | None = None  # one line; with data: what it last gave stays
    path: Path | None = None  # the file in the store that holds `data`


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a source may cost."""

    redirects: int = 5
    body_bytes: int = 10_000_000  # after decompression
    connect_s: float = 10.0  # to one address
    read_s: float = 20.0  # between two packets
    total_s: float = 60.0  # for a page with its redirects, pauses not counted
    # After so much no further page is asked for: for a source, a feed with all its posts, pauses counted
    source_s: float = 300.0
    night_s: float = 1_800.0  # for all sources together: as long the job may hold its lock for them
    silences: int = 3  # of a host, after which it is not asked again in this run
    pause_s: float = 1.0  # between two requests to a host
    longest_pause_s: float = 30.0  # what a robots.txt may ask for
    repository_bytes: int = 200_000_000
    repository_files: int = 2_000
    repository_s: float = 300.0
