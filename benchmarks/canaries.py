"""Start commands that fail, with a canary in twelve secrets, and look for the canaries in all that is said and written.

    python -m benchmarks.canaries

Each start is a process of its own with everything imported already. A start has to fail with its status and one
line that says why and is no traceback, an ingestion with one more where its report found nobody; no canary may stand
on a stream or in a file that was not there before.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# A child then starts with everything imported.
import bot.slack.app
import bot.slack.http
import bot.slack.sockets
import bot.web.serving  # noqa: F401
import console.screen  # noqa: F401
import ingest.nightly.run
import ingest.nightly.slack_report
import ingest.sources.remote  # noqa: F401
from confnotes import main as main_command

_BLANK = "it has a blank, a line end or a letter that no token has"
NOBODY = "127.0.0.1:9"  # nothing listens there
_MOST_S = 60
_HEX = "0123456789abcdef"

# Well formed, so that what fails is not the secret itself.
SECRETS = {
    "SLACK_BOT_TOKEN": "xoxb-1234567890-CANARY01",
    "SLACK_APP_TOKEN": "xapp-1-A1234567890-CANARY02",
    "SLACK_SIGNING_SECRET": f"{_HEX}{_HEX}CANARY03"[-32:],
    "SLACK_CLIENT_SECRET": f"{_HEX}{_HEX}CANARY04"[-32:],
    "CONFNOTES_WEB_TOKEN": f"{_HEX}CANARY05",
    "CONFNOTES_REPORT_WEBHOOK": f"http://{NOBODY}/services/CANARY06",
    "SLACK_API_URL": f"http://{NOBODY}/CANARY07/",
    "CONFNOTES_PUBLIC_URL": f"http://{NOBODY}/CANARY08/",
    "HTTPS_PROXY": f"http://ann:CANARY09@{NOBODY}",
}
SOURCES = {
    "url": f"https://{NOBODY}/notes?key=CANARY10",
    "feed": f"https://{NOBODY}/feed?key=CANARY11",
    "git": f"https://ann:CANARY12@{NOBODY}/notes.git",
}
# What copying does to a secret. A password in an address is refused as such.
FORMS: dict[str, Callable[[str], str]] = {
    "a line end inside": lambda secret: f"{secret}\n{secret}",
    "a blank inside": lambda secret: f"{secret} {secret}",
    "a letter of another script": lambda secret: f"{secret}\u00e9",
    "a control character": lambda secret: f"{secret}\x1b[2J",
    "something before it": lambda secret: f"token={secret} ",
}
_ADDRESS_FORMS: dict[str, Callable[[str], str]] = {
    "a password": lambda address: address.replace("://", "://ann:CANARY13@"),
    "an impossible port": lambda address: address.replace(":9/", ":99999999/"),
    "half a bracket": lambda address: address.replace("127.0.0.1", "[127.0.0.1"),
    "another scheme": lambda address: address.replace("http", "ftp", 1),
}


@dataclass(frozen=True, slots=True)
class Start:
    """A command that fails, and what surrounds it."""

    name: str
    command: tuple[str, ...]
    changes: dict[str, str] = field(default_factory=dict)
    prepare: Callable[[Path], None] = lambda _folder: None
    in_file: bool = False  # the secrets stand in .env
    status: int = 2  # with which it has to leave
    says: str = ""  # what stands in its line


def _notes(folder: Path, text: str = "") -> None:
    (folder / "notes").mkdir(exist_ok=True)
    (folder / "notes" / "a.md").write_text(text, encoding="utf-8")


def _sources(name: str, form: Callable[[str], str]) -> Callable[[Path], None]:
    """List a source with a secret in its address, and nothing else."""

    def prepare(folder: Path) -> None:
        (folder / "sources.yaml").write_text(
            f"sources:\n- {name}: {json.dumps(form(SOURCES[name]))}\n", encoding="utf-8"
        )

    return prepare


def _broken_pointer(folder: Path) -> None:
    (folder / "data" / "index").mkdir(parents=True)
    (folder / "data" / "index" / "CURRENT").write_text("20200101T000000Z-abcdef\n", encoding="utf-8")


def _file_for_folder(folder: Path) -> None:
    (folder / "data").write_text("", encoding="utf-8")


def _store_is_folder(folder: Path) -> None:
    (folder / "data" / "bot.sqlite").mkdir(parents=True)


def _undecodable(folder: Path) -> None:
    (folder / ".env").write_bytes(b"SLACK_BOT_TOKEN=xoxb-CANARY14\nCONFNOTES_WEB_CONTACT=caf\xe9\n")


def _without_sense(folder: Path) -> None:
    (folder / ".env").write_text('SLACK_BOT_TOKEN="xoxb-CANARY14\nPORT=zero\n', encoding="utf-8")


def starts() -> Iterator[Start]:
    """List the starts that fail."""
    yield from _spoiled_secrets()
    yield from _spoiled_addresses()
    for in_file in (False, True):
        yield from _nothing_to_work_with(in_file)
    for command in ("bot", "web", "ask"):
        words = (command, "x") if command == "ask" else (command,)
        yield Start(f"{command}, an undecodable .env", words, {}, _undecodable)
        yield Start(f"{command}, a .env without sense", words, {}, _without_sense)


def _spoiled_secrets() -> Iterator[Start]:
    for form, change in FORMS.items():
        # It is noticed in tokens, which have a beginning; elsewhere something else fails.
        sound = form == "something before it"
        for secret in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CLIENT_SECRET"):
            says = _BLANK if not sound else "swapped?" if secret.endswith("_TOKEN") else "Cannot reach Slack"
            changes = {secret: change(SECRETS[secret])}
            yield Start(f"bot, {secret} with {form}", ("bot",), changes, says=says)
        yield Start(
            f"web, CONFNOTES_WEB_TOKEN with {form}",
            ("web", "--host", "0.0.0.0"),  # noqa: S104
            {"CONFNOTES_WEB_TOKEN": change(SECRETS["CONFNOTES_WEB_TOKEN"])},
            status=5 if sound else 2,
            says="Cannot open the index" if sound else _BLANK,
        )
        yield _hook(form, change)


def _hook(form: str, change: Callable[[str], str]) -> Start:
    hook = {"CONFNOTES_REPORT_WEBHOOK": change(SECRETS["CONFNOTES_REPORT_WEBHOOK"])}
    return Start(f"ingest, the hook with {form}", ("ingest",), hook, _notes, status=4)


def _spoiled_addresses() -> Iterator[Start]:
    for form, change in _ADDRESS_FORMS.items():
        for secret in ("SLACK_API_URL", "CONFNOTES_PUBLIC_URL"):
            changes, says = {secret: change(SECRETS[secret])}, f"{secret}: it is not a web address"
            yield Start(f"bot, {secret} with {form}", ("bot",), changes, says=says)
        yield _hook(form, change)
        for name in SOURCES:
            yield Start(f"ingest, {name} with {form}", ("ingest", "sources.yaml"), {}, _sources(name, change))
    for name in SOURCES:
        yield Start(f"ingest, {name} away", ("ingest", "sources.yaml"), {}, _sources(name, str))


def _nothing_to_work_with(in_file: bool) -> Iterator[Start]:
    where = " in .env" if in_file else ""
    http, no_way = {"PORT": "18999"}, {"SLACK_APP_TOKEN": "", "SLACK_SIGNING_SECRET": ""}
    many = {"CONFNOTES_KEEP_BUILDS": "x"}
    yield Start(f"bot, Slack away{where}", ("bot",), {}, in_file=in_file, says="Cannot reach Slack")
    yield Start(f"bot over HTTP, Slack away{where}", ("bot",), http, _broken_pointer, in_file)
    yield Start(f"bot, swapped tokens{where}", ("bot",), _swapped(), in_file=in_file, says="swapped?")
    yield Start(f"bot, no token{where}", ("bot",), {"SLACK_BOT_TOKEN": ""}, in_file=in_file)
    yield Start(f"bot, no way to hear{where}", ("bot",), no_way, in_file=in_file)
    yield Start(f"bot, impossible port{where}", ("bot",), {"PORT": "99999999"}, in_file=in_file)
    yield Start(f"bot, store is a folder{where}", ("bot",), {}, _store_is_folder, in_file)
    yield Start(f"web, no index{where}", ("web",), {}, in_file=in_file, status=5)
    yield Start(f"web, broken pointer{where}", ("web",), {}, _broken_pointer, in_file, 5)
    yield Start(f"ask, broken pointer{where}", ("ask", "x"), {}, _broken_pointer, in_file, 5)
    yield Start(f"ask, data is a file{where}", ("ask", "x"), {}, _file_for_folder, in_file, 5)
    yield Start(f"ingest, empty notes{where}", ("ingest",), {}, _notes, in_file, 4)
    yield Start(f"ingest, nothing{where}", ("ingest",), {}, in_file=in_file)
    yield Start(f"ingest, impossible number{where}", ("ingest",), many, _notes, in_file)


def _swapped() -> dict[str, str]:
    return {
        "SLACK_BOT_TOKEN": SECRETS["SLACK_APP_TOKEN"],
        "SLACK_APP_TOKEN": SECRETS["SLACK_BOT_TOKEN"],
    }


def tried(start: Start) -> str:
    """Start a command in a process of its own; return what is wrong with how it failed, or an empty text."""
    with tempfile.TemporaryDirectory(prefix="confnotes-canaries-") as name:
        folder = Path(name) / "work"
        folder.mkdir()
        start.prepare(folder)
        values = {**SECRETS, **start.changes}
        if start.in_file:
            lines = [f"{key}={json.dumps(value)}\n" for key, value in values.items()]
            (folder / ".env").write_text("".join(lines), encoding="utf-8")
            values = {}
        before = set(folder.rglob("*"))
        said = [Path(name) / stream for stream in ("out", "err")]
        child = os.fork()
        if child == 0:
            _be(start, folder, values, said)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        out, err = (path.read_bytes() for path in said)
        written = [
            path.name
            for path in folder.rglob("*")
            if path not in before and path.is_file() and b"CANARY" in path.read_bytes()
        ]
    if status != start.status:
        return f"status {status}, not {start.status}: {err[-200:]!r}"
    if b"CANARY" in out + err:
        return f"said: {(out + err)[:300]!r}"
    lines = (1, 2) if start.command[0] == "ingest" else (1,)
    if b"Traceback" in err or err.count(b"\n") not in lines:
        return f"more than a line, or none: {err[-300:]!r}"
    if start.says.encode() not in err:
        return f"not {start.says!r}: {err[-300:]!r}"
    return f"written to {written}" if written else ""


def _be(start: Start, folder: Path, values: dict[str, str], said: list[Path]) -> None:
    """Be the command: streams go to files as they are, whoever writes."""
    status = 1
    try:
        signal.alarm(_MOST_S)
        os.chdir(folder)
        for key in [key for key in os.environ if key.startswith(("CONFNOTES_", "SLACK_"))]:
            del os.environ[key]
        os.environ.update(values)
        for number, path in enumerate(said, start=1):
            os.dup2(os.open(path, os.O_CREAT | os.O_WRONLY), number)
        try:
            main_command([*start.command], standalone_mode=True)
            status = 0
        except SystemExit as left:
            status = int(left.code or 0)
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException as error:  # the child must not go on as its parent
        os.write(2, f"Traceback: {type(error).__name__}\n".encode())
    finally:
        os._exit(status)


def main() -> None:
    """Try all starts and print what was found as one object."""
    found = {start.name: wrong for start in starts() if (wrong := tried(start))}
    for name, wrong in found.items():
        print(f"{name}: {wrong}", file=sys.stderr)
    count = sum(1 for _ in starts())
    print(
        json.dumps(
            {"starts": count, "secrets": len(SECRETS) + len(SOURCES), "faults": len(found), "found": found}
        )
    )
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
