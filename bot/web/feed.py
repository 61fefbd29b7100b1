"""What is new: an Atom feed (RFC 4287) of the talks that came with the last builds, and a sitemap of the conferences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import numpy as np
from numpy.typing import NDArray
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.addresses import addresses_of, encoded
from bot.answering.rendering import people_of, place, spoken
from bot.holdings import holdings_of
from bot.per_build import once_a_build
from index.build.layout import list_builds, read_manifest
from index.build.talk_table import TalkSet
from index.errors import IndexFault
from index.files.arrays import load_array
from index.files.records import IDS_SUFFIX
from index.models import Talk
from index.search import Searcher

ENTRIES = 50
_BUILDS = 8  # older ones that are compared: as many as are kept by most
Dated = tuple[int, datetime]


class Feed:
    """Makes the feed and the sitemap."""

    def __init__(self, searcher: Callable[[], Searcher], public_url: str | None) -> None:
        self._searcher = searcher
        self._public_url = public_url

    def atom(self, request: Request) -> Response:
        """Return the newest talks, newest first."""
        live = self._searcher()
        base = self._base(request)
        addresses = addresses_of(live)
        talks = live.build.stored_talks.rows
        entries = []
        for row, added_at in newest_talks(live):
            talk = talks[row]
            entries.append(_entry(talk, f"{base}{encoded(addresses.talk(talk))}", added_at))
        body = (
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
            f"<title>New talks in the conference notes</title><id>{escape(base)}feed.atom</id>"
            f'<link rel="self" href={quoteattr(base + "feed.atom")}/><link href={quoteattr(base)}/>'
            f"<updated>{holdings_of(live).made_at.isoformat()}</updated>"
            f"<author><name>confnotes</name></author>{''.join(entries)}</feed>\n"
        )
        return Response(body, media_type="application/atom+xml")

    def sitemap(self, _request: Request) -> Response:
        """Return the pages of all conferences and days, where the page is public."""
        if not self._public_url:
            raise HTTPException(404, "There is no sitemap: the page has no public address.")
        live = self._searcher()
        base = f"{self._public_url.rstrip('/')}/"
        addresses = addresses_of(live)
        paths = [""]
        for held in holdings_of(live).events:
            paths.append(held.path)
            paths += [addresses.day(held.event.event_id, day) for day, _ in held.days]
        listed = "".join(f"<url><loc>{escape(base + encoded(path))}</loc></url>" for path in paths[:50_000])
        body = f'<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>\n'
        return Response(body, media_type="application/xml")

    def robots(self, _request: Request) -> Response:
        """Return that only a page with a public address is for search machines."""
        if not self._public_url:
            return Response("User-agent: *\nDisallow: /\n", media_type="text/plain")
        base = self._public_url.rstrip("/")
        return Response(
            f"User-agent: *\nDisallow: /api/\nSitemap: {base}/sitemap.xml\n", media_type="text/plain"
        )

    def _base(self, request: Request) -> str:
        return f"{(self._public_url or str(request.base_url)).rstrip('/')}/"


@once_a_build
def newest_talks(live: Searcher) -> tuple[Dated, ...]:
    """Return the rows of the talks that were last added, newest first, each with when its first kept build was made.

    Builds are compared by the digests of their talks' ids. Talks that the oldest kept build has
    are dated by it, the newest conference first.
    """
    build = live.build
    own, rows = _ids(build.folder)
    waiting = TalkSet(~build.table.sections.mask)
    found: list[Dated] = []
    added_at = datetime.fromisoformat(build.manifest.created_at)
    older = [one for one in list_builds(build.folder.parent) if one < build.build_id][-_BUILDS:]
    for build_id in reversed(older):
        folder = build.folder.parent / build_id
        try:
            before, _ = _ids(folder)
            made_at = datetime.fromisoformat(read_manifest(folder).created_at)
        except (IndexFault, OSError, ValueError):
            break  # a build that was pruned meanwhile, or is of another format: it dates nothing
        fresh = build.table.set_of(rows[~np.isin(own, before)].astype(np.int64)) & waiting
        found += [(row, added_at) for row in build.table.in_order(fresh)[::-1].tolist()]
        waiting = TalkSet(waiting.mask & ~fresh.mask)
        if len(found) >= ENTRIES:
            return tuple(found[:ENTRIES])
        added_at = made_at
    found += [(row, added_at) for row in build.table.in_order(waiting)[::-1][:ENTRIES].tolist()]
    return tuple(found[:ENTRIES])


def _ids(folder: Path) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return the digests of a build's talk ids, and the row of each."""
    found = np.asarray(load_array(folder / f"talks{IDS_SUFFIX}"))
    return found[0], found[1]


def _entry(talk: Talk, address: str, added_at: datetime) -> str:
    said = " · ".join(filter(None, (spoken(people_of(talk)), place(talk))))
    # A control character, which XML cannot hold, is dropped.
    title = "".join(letter for letter in talk.title or "Notes" if letter.isprintable())
    said = "".join(letter for letter in said if letter.isprintable())
    return (
        f"<entry><title>{escape(title)}</title><id>{escape(address)}</id><link href={quoteattr(address)}/>"
        f"<updated>{added_at.isoformat()}</updated><summary>{escape(said)}</summary></entry>"
    )
