"""Converse with the bot on the terminal, through the local Slack: `python -m tests.slack_server [INDEX_DIR]`.

Type a message to write to the bot, `/kubecon …` for the command, `@channel` and `@dm` to change place, `@new`
for a new thread, an empty line to leave.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.answering import answer
from bot.settings import Settings
from bot.slack.app import create_app
from bot.slack.sockets import Sockets
from index.errors import IndexFault
from tests.slack_server import APP_TOKEN, BOT_TOKEN, BOT_USER_ID, LocalSlack
from tests.slack_server.transcript import message_text

PATIENCE_S = 20.0


def main(index_dir: Path) -> None:
    """Run the local Slack and the bot, and pass on what is typed."""
    with tempfile.TemporaryDirectory() as folder, LocalSlack() as slack:
        slack.add_user("U1YOU", "you")
        slack.add_channel("C1NOTES", "notes", "U1YOU")
        given: dict[str, Any] = {
            "index_dir": index_dir,
            "store": Path(folder) / "bot.sqlite",
            "slack_bot_token": SecretStr(BOT_TOKEN),
            "slack_app_token": SecretStr(APP_TOKEN),
            "slack_api_url": slack.api_url,
        }
        bot = create_app(Settings(**given), answering=answer)
        sockets = Sockets(bot.app, APP_TOKEN, connections=1)
        sockets.connect()
        slack.wait_connected()
        print(f"{__doc__}\nAsking the build {bot.live.searcher.build.build_id}.")
        try:
            _converse(slack)
        finally:
            sockets.close()
            bot.close()


def _converse(slack: LocalSlack) -> None:
    in_channel = False
    thread_ts: str | None = None
    while typed := _read("#notes> " if in_channel else "dm> "):
        shown = len(_visible(slack))
        words = typed.removeprefix("@confnotes").strip() or typed
        if typed in ("@channel", "@dm", "@new"):
            in_channel, thread_ts = in_channel if typed == "@new" else typed == "@channel", None
            continue
        if typed.startswith("/"):
            name, _, arguments = typed.partition(" ")
            slack.command("C1NOTES", "U1YOU", arguments, name)
        elif in_channel:
            slack.write("C1NOTES", "U1YOU", words if thread_ts else f"<@BOT> {words}", thread_ts)
        else:
            slack.direct("U1YOU", words, thread_ts)
        thread_ts = _show(slack, shown) or thread_ts


def _show(slack: LocalSlack, shown: int) -> str | None:
    """Print what comes back and give the thread it came in."""
    deadline = time.monotonic() + PATIENCE_S
    while len(_visible(slack)) == shown and time.monotonic() < deadline:
        time.sleep(0.02)
    fresh = _visible(slack)[shown:]
    for message in fresh or [{"text": "(no answer)"}]:
        print(f"\n{message_text(message)}\n")
    return next((message["thread_ts"] for message in fresh if message.get("thread_ts")), None)


def _visible(slack: LocalSlack) -> list[dict[str, Any]]:
    posted = [
        one
        for channel in list(slack.space.channels.values())
        for one in channel.messages
        if one["user"] == BOT_USER_ID
    ]
    return sorted([*posted, *slack.space.ephemerals], key=lambda message: str(message["ts"]))


def _read(prompt: str) -> str:
    try:
        return input(prompt).strip()
    except EOFError:
        return ""


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]) if len(sys.argv) > 1 else Settings().index_dir)
    except IndexFault as fault:
        sys.exit(f"Error: {fault}")
