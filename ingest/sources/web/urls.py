"""Addresses of pages: which are taken, how they are shown, and which recap's name they give."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import PurePosixPath
from urllib.parse import unquote

import httpx

from ingest.errors import SourceFault
from ingest.loaders import SUFFIXES

_LONGEST = 2_000  # characters; servers refuse longer ones, and no recap has one
_LONGEST_NAME = 160
_UNSAFE = re.compile(r"[^\w.,=+~@()-]+")
_SUFFIX_OF = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/markdown": ".md",
    "text/x-rst": ".rst",
    "text/vtt": ".vtt",
}


def web_url(address: str, base: str | None = None) -> httpx.URL:
    """Read an address, relative to another where one is given; its fragment is dropped.

    Raises:
        SourceFault: It is no http or https address with a host, is too long, or holds a password.
    """
    try:
        url = httpx.URL(base).join(address.strip()) if base else httpx.URL(address.strip())
        url = url.copy_with(fragment=None)
        host, scheme, port = url.host, url.scheme, url.port
    except (httpx.InvalidURL, ValueError, TypeError) as error:
        raise SourceFault(
            _bare(address), f"it is not an address ({error})", "Check how it is written."
        ) from error
    if len(str(url)) > _LONGEST:
        raise SourceFault(
            _bare(address), f"it is longer than {_LONGEST} characters", "Use a shorter address."
        )
    if scheme not in ("http", "https"):
        raise SourceFault(
            _bare(str(url)), f"{scheme or 'no scheme'} is not fetched", "Only http and https are."
        )
    if not host or (port is not None and not 0 < port < 65536):
        raise SourceFault(
            _bare(str(url)), "it names no host and port that can be reached", "Check how it is written."
        )
    if url.userinfo:
        raise SourceFault(
            shown(url), "it holds a user name or password", "Take it out: addresses are shown in reports."
        )
    return url


def port_of(url: httpx.URL) -> int:
    """Return the port that an address leads to."""
    return url.port or (443 if url.scheme == "https" else 80)


def shown(url: httpx.URL | str) -> str:
    """Write an address as it may be seen: without query and password, which may be secrets."""
    if isinstance(url, str):
        return _bare(url)
    return str(url.copy_with(query=None, fragment=None, username=None, password=None))


def query_of(address: str) -> str:
    """Return an address's query; empty where it has none, or where it is no address, which whoever asks for it says."""
    try:
        return httpx.URL(address.strip()).query.decode("ascii", "replace")
    except (httpx.InvalidURL, ValueError, TypeError):
        return ""


def public_link(address: str, hidden: str) -> str:
    """Return an address as a link for everybody: without those parts of its query that a source's own query has."""
    secret = set(hidden.split("&")) if hidden else set()
    before, mark, query = address.partition("?")
    kept = "&".join(part for part in query.split("&") if part not in secret)
    return f"{before}?{kept}" if mark and kept else before if secret else address


def recap_name(url: httpx.URL, media_type: str) -> str:
    """Name the recap that lies at an address: its host and path, with an ending that tells its format.

    A query that tells pages apart becomes a short digest.
    """
    parts = [_UNSAFE.sub("-", unquote(part)).strip(".-") for part in url.path.split("/")]
    name = "/".join(part for part in parts if part) or "index"
    suffix = PurePosixPath(name).suffix.lower()
    ending = "" if suffix in SUFFIXES else _SUFFIX_OF.get(media_type, ".txt")
    if url.query:
        stem = name.removesuffix(PurePosixPath(name).suffix) if not ending else name
        ending = ending or suffix
        name = f"{stem}-{sha256(url.query).hexdigest()[:8]}"
    if len(name) > _LONGEST_NAME:
        ending = ending or suffix
        name = f"{name[:_LONGEST_NAME]}-{sha256(name.encode()).hexdigest()[:8]}"
    host = url.host.replace(":", "-")
    port = f"-{url.port}" if url.port else ""
    return f"{host}{port}/{name}{ending}"


def _bare(address: str) -> str:
    """Cut query, fragment and password off an address that may be none."""
    before = re.split(r"[?#]", address.strip(), maxsplit=1)[0]
    return re.sub(r"//[^/]*@", "//", before)
