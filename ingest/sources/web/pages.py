"""Pages: asked whether they changed, kept as they last were."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from ingest.errors import SourceFault, SourceGone
from ingest.loaders import SUFFIXES
from ingest.sources.web.charsets import to_utf8
from ingest.sources.web.client import ACCEPT_NOTES, Page, PoliteClient, Validators
from ingest.sources.web.specs import Fetched, WebSpec
from ingest.sources.web.store import Part, Record, SourceStore
from ingest.sources.web.urls import public_link, recap_name, shown, web_url

_TEXT = frozenset(
    [
        "text/html",
        "application/xhtml+xml",
        "text/plain",
        "text/markdown",
        "text/x-markdown",
        "text/x-rst",
        "text/vtt",
        "application/x-subrip",
    ]
)
# Servers that do not know an ending say one of these; then the ending decides.
_UNSURE = frozenset(["", "application/octet-stream", "binary/octet-stream"])
_KEPT = "What it last gave stays."


@dataclass(frozen=True, slots=True)
class Answered:
    """What asking for an address gave: its record, and whether that is new."""

    record: Record
    data: bytes
    changed: bool


def fetch_page(spec: WebSpec, store: SourceStore, client: PoliteClient, named: str | None = None) -> Fetched:
    """Fetch a page, which the source at `named` may have led to; where that fails, give what it last gave."""
    try:
        answered = ask(spec.key, spec.url, store, client, named=named)
    except SourceFault as fault:
        return kept_page(spec, store, fault)
    return _fetched(answered, store, spec.hidden)


def kept_page(spec: WebSpec, store: SourceStore, fault: SourceFault | None = None) -> Fetched:
    """Return what a page last gave, with the fault that kept it from being asked."""
    record = store.record(spec.key)
    data = store.body(record.parts[0].sha256) if record and record.parts else None
    if isinstance(fault, SourceGone) and spec.on_missing == "drop":
        store.forget(spec.key)
        return Fetched(spec.url, None, fault=f"{fault} Its notes are dropped, as on_missing says.")
    if record is None or data is None:
        return Fetched(
            spec.url,
            None,
            fault=str(fault) if fault else f"Cannot use {shown(spec.url)}: nothing was kept of it.",
        )
    fetched = _fetched(Answered(record, data, changed=False), store, spec.hidden)
    return Fetched(
        fetched.name,
        data,
        fetched.media_type,
        fetched.url,
        fault=f"{fault} {_KEPT}" if fault else None,
        path=fetched.path,
    )


def ask(
    key: str,
    address: str,
    store: SourceStore,
    client: PoliteClient,
    accept: str = ACCEPT_NOTES,
    *,
    notes: bool = True,
    named: str | None = None,
) -> Answered:
    """Ask for an address and keep the answer.

    Args:
        key: Names the source in the store.
        address: Where it lies.
        store: What it last gave.
        client: The way there.
        accept: Media types, for the server.
        notes: It must be a page of text; else its bytes are kept as they come.
        named: The address that sources.yaml gives, where this one was found there.

    Raises:
        SourceFault: There is no answer that can be used.
    """
    last = store.record(key)
    known = Validators(last.final_url, last.etag, last.last_modified) if last and last.parts else None
    page = client.get(address, known, accept, named)
    if page.body is None and last:
        data = store.body(last.parts[0].sha256)
        if data is None:
            raise SourceFault(shown(address), "what was kept of it disappeared in this run", "Run again.")
        return Answered(store.keep(last), data, changed=False)  # with the time at which it was asked
    part, data = (
        _part(address, page)
        if notes
        else (Part(address, address, page.content_type, _digest(page.body or b"")), page.body or b"")
    )
    found = page.validators
    record = store.keep(Record(key, str(page.url), found.etag, found.last_modified, parts=(part,)), [data])
    return Answered(record, data, changed=last is None or last.parts[0].sha256 != part.sha256)


def _part(address: str, page: Page) -> tuple[Part, bytes]:
    """Make the recap of a page: named after the address that was asked for, so that a new redirect renames nothing."""
    where = shown(address)
    media_type = page.content_type.partition(";")[0].strip().lower()
    ending = "." + page.url.path.rpartition(".")[2].lower()
    if media_type not in _TEXT and not (media_type in _UNSURE and (ending in SUFFIXES or not media_type)):
        raise SourceFault(
            where,
            f"it is {media_type or 'of an unknown kind'}, not a page of text",
            "Name a page, Markdown or text.",
        )
    data = to_utf8(page.body or b"", page.content_type, where)
    if not data.strip():
        raise SourceFault(where, "the page is empty", "Check it in a browser.")
    if not media_type:
        media_type = "text/html" if data.lstrip().startswith(b"<") else "text/plain"
    return Part(recap_name(web_url(address), media_type), str(page.url), media_type, _digest(data)), data


def _digest(data: bytes) -> str:
    """Name a body by its content."""
    return sha256(data).hexdigest()


def _fetched(answered: Answered, store: SourceStore, hidden: str) -> Fetched:
    """Return a page's recap."""
    part = answered.record.parts[0]
    return Fetched(
        part.name,
        answered.data,
        part.media_type,
        public_link(part.url, hidden),
        answered.changed,
        path=store.path(part.sha256),
    )
