"""Builds in an object store (S3, Google Cloud Storage, Azure): what is there, and how a job publishes there.

<prefix>/CURRENT                            which builds are live together, replaced last and on a condition
<prefix>/<build_id>/                        a build as it lies on disk, its manifest written last
<prefix>/audiences/<ids>/<build_id>/        likewise, the builds of private recaps
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.build.doubts import DOUBTS_FILE
from index.build.last_run import NAME as LAST_RUN_FILE
from index.build.layout import AUDIENCES_FOLDER, CURRENT_FILE, MANIFEST_FILE, current_build_id, verify
from index.errors import BuildUnusable, IndexFault, OthersPublished, StoreUnusable
from index.files.plain import is_folder

if TYPE_CHECKING:
    from obstore.store import ObjectStore

EVERYBODY = ""  # the audience of the public build
BESIDE = {LAST_RUN_FILE: 10_000, DOUBTS_FILE: 8_000_000}  # files beside the builds, with their most bytes
SIGNATURE_FILE = "manifest.hmac"
SCHEMES = ("s3", "gs", "az", "abfs", "abfss")
_MOST_POINTER_BYTES = 1_000_000
_ID = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{6}")
_AUDIENCE = re.compile(r"(?:[A-Za-z0-9]+(?:\+[A-Za-z0-9]+)*)?")
# A job may still be uploading what is younger.
_ABANDONED_AFTER = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Which builds are live together, by audience; everybody's is there always."""

    builds: Mapping[str, str]
    token: str  # differs from one publication to the next
    e_tag: str


def connect(address: str, key: str = "") -> Remote:
    """Return the store at an address; nothing is sent yet.

    The client takes its credentials from where its cloud's tools do: the environment, or the machine's role.

    Raises:
        StoreUnusable: The address is none, or the client is not installed.
    """
    scheme, _, rest = address.partition("://")
    if scheme not in SCHEMES or not rest or not re.fullmatch(r"[A-Za-z0-9._/-]+(?:@[A-Za-z0-9.-]+)?", rest):
        raise StoreUnusable(
            "Cannot use CONFNOTES_INDEX: it is not the address of an object store. Write s3://BUCKET/PREFIX, gs://BUCKET/PREFIX "
            "or az://CONTAINER/PREFIX; credentials go into the environment."
        )
    try:
        from obstore.store import from_url
    except ImportError as error:
        raise StoreUnusable(
            "Cannot use the object store: the package obstore is missing. Install it with `pip install 'confnotes[objectstore]'`."
        ) from error
    remote = Remote(None, address.rstrip("/"), key)
    with remote.faults(CURRENT_FILE):
        remote.store = from_url(
            address.rstrip("/"),
            # An address with http:// is the wish of whoever wrote it; the clouds' own all have https://.
            client_options={"allow_http": True, "connect_timeout": "5s", "timeout": "120s"},
            retry_config={"max_retries": 4, "retry_timeout": timedelta(seconds=60)},
        )
    return remote


class Remote:
    """Builds in an object store.

    Args:
        store: The client, its prefix included.
        address: What messages call it.
        key: What manifests are signed with; empty for no signature.
    """

    def __init__(self, store: ObjectStore | None, address: str, key: str = "") -> None:
        self.store: Any = store
        self.address = address
        self.key = key.encode()

    @contextlib.contextmanager
    def faults(self, path: str) -> Iterator[None]:
        """Turn what the client says into one line; it never holds a header, and so no credential.

        Raises:
            StoreUnusable: The client failed.
        """
        from obstore.exceptions import BaseError

        try:
            yield
        except (BaseError, FileNotFoundError, OSError, ValueError) as error:
            raise StoreUnusable(f"Cannot use {self.address} ({path}): {_said(error)}") from error

    def get(self, path: str, most_bytes: int) -> bytes | None:
        """Return an object; None where there is none.

        Raises:
            StoreUnusable: It cannot be had, or is longer than that.
        """
        return found[0] if (found := self.changed(path, None, most_bytes)) else None

    def changed(self, path: str, e_tag: str | None, most_bytes: int) -> tuple[bytes, str] | None:
        """Return an object with its ETag; None where there is none, or still the one with that ETag.

        Raises:
            StoreUnusable: It cannot be had, or is longer than that.
        """
        import obstore
        from obstore.exceptions import NotModifiedError

        with self.faults(path):
            try:
                found = obstore.get(self.store, path, options={"if_none_match": e_tag} if e_tag else None)
            except (FileNotFoundError, NotModifiedError):
                return None
            if found.meta["size"] > most_bytes:
                raise StoreUnusable(
                    f"Cannot use {self.address} ({path}): it has {found.meta['size']} bytes, no such file is so "
                    "long. Publish again with `confnotes ingest --full`."
                )
            return bytes(found.bytes()), str(found.meta["e_tag"])

    def download(self, path: str, target: Path, size: int) -> None:
        """Write an object to a file; no more than its manifest says it has.

        Raises:
            BuildUnusable: It is not there, or longer than that.
            StoreUnusable: It cannot be had.
        """
        import obstore

        with self.faults(path), target.open("wb") as stream:
            try:
                chunks = obstore.get(self.store, path).stream()
            except FileNotFoundError as error:
                raise self._not_whole(path, "it is missing") from error
            for chunk in chunks:
                if stream.tell() + len(chunk) > size:
                    raise self._not_whole(path, "it is longer than its manifest says")
                stream.write(chunk)

    def _not_whole(self, path: str, what: str) -> BuildUnusable:
        return BuildUnusable(
            f"Cannot use {self.address} ({path}): {what}. Publish again with `confnotes ingest --full`."
        )

    def put(self, path: str, content: bytes | Path) -> None:
        """Write an object.

        Raises:
            StoreUnusable: It cannot be written.
        """
        import obstore

        with self.faults(path):
            obstore.put(self.store, path, content)

    def remove(self, path: str, first: str, age: timedelta = timedelta(0)) -> None:
        """Remove what lies below a path, the file that vouches for the others first, unless some of it is younger than that.

        Raises:
            StoreUnusable: The store cannot be used.
        """
        import obstore

        with self.faults(path):
            found = [one for some in obstore.list(self.store, path) for one in some]
            if any(datetime.now(UTC) - one["last_modified"] < age for one in found):
                return
            paths = [one["path"] for one in found]
            for is_first in (True, False):
                obstore.delete(self.store, [one for one in paths if one.endswith(first) is is_first])

    def live(self) -> Pointer | None:
        """Return which builds are live; None where nothing was published.

        Raises:
            StoreUnusable: That cannot be read.
        """
        return self.newer(None)

    def newer(self, e_tag: str | None) -> Pointer | None:
        """Return which builds are live; None where nothing was published, or nothing since that ETag.

        Raises:
            StoreUnusable: That cannot be read.
        """
        found = self.changed(CURRENT_FILE, e_tag, _MOST_POINTER_BYTES)
        if found is None:
            return None
        content, e_tag = found
        try:
            values = json.loads(content)
            builds = {str(audience): str(build_id) for audience, build_id in values["builds"].items()}
            named = all(_AUDIENCE.fullmatch(one) and _ID.fullmatch(builds[one]) for one in builds)
            token = str(values["token"])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            named, builds, token = False, {}, ""
        if not named or EVERYBODY not in builds:
            raise StoreUnusable(
                f"Cannot use {self.address} ({CURRENT_FILE}): it names no builds. Remove that object and publish again "
                "with `confnotes ingest`."
            )
        return Pointer(builds, token, e_tag)

    def point(self, builds: Mapping[str, str], before: Pointer | None) -> None:
        """Make builds the live ones, all at once, where the pointer is still the one that was read before.

        Raises:
            OthersPublished: It is another one.
            StoreUnusable: It cannot be written.
        """
        import obstore
        from obstore.exceptions import AlreadyExistsError, PreconditionError

        token = secrets.token_hex(8)
        content = json.dumps({"builds": dict(sorted(builds.items())), "token": token}).encode()
        with self.faults(CURRENT_FILE):
            try:
                obstore.put(
                    self.store, CURRENT_FILE, content, mode={"e_tag": before.e_tag} if before else "create"
                )
            except (AlreadyExistsError, PreconditionError) as error:
                # A put whose answer was lost is sent again by the client, and then meets itself.
                found = self.live()
                if found is None or found.token != token:
                    raise OthersPublished(
                        f"Cannot publish to {self.address}: another job published there since this one began, and its "
                        "build stays live. Run this job again."
                    ) from error

    def signature(self, audience: str, manifest: bytes) -> str:
        """Return a manifest's signature; it holds for this audience alone, so that no private build passes for the public one."""
        return hmac.new(self.key, audience.encode() + b"\0" + manifest, hashlib.sha256).hexdigest()

    def check_signature(self, audience: str, build_id: str, manifest: bytes) -> None:
        """Check a manifest's signature where there is a key.

        Raises:
            BuildUnusable: It is missing, or another one.
            StoreUnusable: It cannot be had.
        """
        if not self.key:
            return
        path = f"{place(audience, build_id)}/{SIGNATURE_FILE}"
        found = (self.get(path, 1000) or b"").decode("utf-8", "replace").strip()
        if not hmac.compare_digest(found.encode(), self.signature(audience, manifest).encode()):
            what = "its signature is not by CONFNOTES_BUILD_KEY" if found else "it is not signed"
            raise BuildUnusable(
                f"Cannot use the build {place(audience, build_id)} in {self.address}: {what}. Give the nightly job the "
                "same key, and let it run once."
            )


def place(audience: str, build_id: str = "") -> str:
    """Return where an audience's builds lie, or one of them, below the prefix and below the folder of builds alike."""
    return "/".join(filter(None, (AUDIENCES_FOLDER if audience else "", audience, build_id)))


def push(remote: Remote, index_dir: Path, before: Pointer | None, keep: int) -> str:
    """Publish what is live in a folder of builds: files first, each manifest after its files, the pointer last.

    Args:
        remote: Where to.
        index_dir: The folder of builds; private recaps' builds in it travel along.
        before: The pointer as it was when this job began.
        keep: How many builds stay there.

    Returns:
        Why what nobody needs could not be removed afterwards; empty where it could.

    Raises:
        OthersPublished: Another job published meanwhile; its builds stay.
        StoreUnusable: The store cannot be used; what is live there stays.
        IndexFault: The folder's live build is not whole.
    """
    builds = {EVERYBODY: current_build_id(index_dir)}
    folder = index_dir / AUDIENCES_FOLDER
    for path in sorted(folder.iterdir()) if is_folder(folder) else ():
        with contextlib.suppress(IndexFault):  # the job told of it
            builds[path.name] = current_build_id(path)
    for audience, build_id in builds.items():
        _upload(remote, index_dir, audience, build_id)
    if before and before.builds == builds:
        return ""
    remote.point(builds, before)
    try:
        for audience, build_id in builds.items():
            _prune(remote, place(audience), build_id, keep)
        _forget(remote, builds, before.builds if before else {})
    except StoreUnusable as fault:
        return f"{fault} The build is live."
    return ""


def _upload(remote: Remote, index_dir: Path, audience: str, build_id: str) -> None:
    """Upload a build that is not there; a manifest that is there says that its files are."""
    path = place(audience, build_id)
    folder = index_dir / path
    manifest = verify(folder)
    content = (folder / MANIFEST_FILE).read_bytes()
    there = remote.get(f"{path}/{MANIFEST_FILE}", 2 * len(content) + 1000)
    if there is not None and there != content:
        raise OthersPublished(
            f"Cannot publish to {remote.address}: another build is there as {path}. Run this job again with --full."
        )
    if there is None:
        for name in manifest.files:
            remote.put(f"{path}/{name}", folder / name)
    if remote.key:
        remote.put(f"{path}/{SIGNATURE_FILE}", remote.signature(audience, content).encode())
    if there is None:
        remote.put(f"{path}/{MANIFEST_FILE}", content)


def _prune(remote: Remote, where: str, live: str, keep: int) -> None:
    """Remove older builds, and what killed jobs left, once no job can be at work on it."""
    builds = _build_ids(remote, where)
    for build_id in builds[: max(len(builds) - keep, 0)]:
        if build_id != live:
            remote.remove(f"{where}/{build_id}".lstrip("/"), MANIFEST_FILE, _ABANDONED_AFTER)


def _forget(remote: Remote, kept: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Remove the builds of audiences that nobody names any more.

    Those up to the one that was live go at once, since they are private; a later one may be another job's.
    """
    for audience in _folders(remote, AUDIENCES_FOLDER):
        if audience not in kept:
            for build_id in _build_ids(remote, place(audience)):
                known = build_id <= before.get(audience, "")
                remote.remove(
                    place(audience, build_id), MANIFEST_FILE, timedelta(0) if known else _ABANDONED_AFTER
                )


def _build_ids(remote: Remote, where: str) -> list[str]:
    """Return the ids under which something lies there, oldest first."""
    return [name for name in _folders(remote, where) if _ID.fullmatch(name)]


def audiences(remote: Remote) -> list[str]:
    """Return everybody and the audiences that something lies there for.

    Raises:
        StoreUnusable: The store cannot be used.
    """
    return [EVERYBODY, *filter(_AUDIENCE.fullmatch, _folders(remote, AUDIENCES_FOLDER))]


def _folders(remote: Remote, where: str) -> list[str]:
    import obstore

    with remote.faults(where or "builds"):
        found = obstore.list_with_delimiter(remote.store, where or None)
    return sorted(path.rstrip("/").rpartition("/")[2] for path in found["common_prefixes"])


def _said(error: Exception) -> str:
    """Return what the client found in a few words, with the way out."""
    from obstore.exceptions import PermissionDeniedError, UnauthenticatedError

    said = str(error).partition("\n")[0]
    if "169.254.169.254" in said or "metadata" in said.lower() or "credential" in said.lower():
        return "no credentials were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or what your cloud asks for."
    if isinstance(error, (PermissionDeniedError, UnauthenticatedError)):
        return "the store refuses these credentials. Check them, and their rights to list, read, write and delete there."
    if isinstance(error, FileNotFoundError):
        return "no such bucket or object is there. Check the address."
    if "error sending request" in said:
        return "the store does not answer. Check the address and the network."
    status = re.search(r"status code: (\d{3}[\w ]*)", said)
    what = status[1].strip() if status else re.sub(r"https?://\S+", "…", said)[:120]
    return f"the store says {what}. Check the address and the credentials."
