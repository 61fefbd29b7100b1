"""Measure how soon Slack hears an acknowledgement, with sync and with async Bolt around the same claims and answers.

`python -m benchmarks.slack_bolt INDEX_DIR [QUESTIONS]`: 500 questions in ten seconds over ten channels by
default, each event delivered three times, the bot in a process of its own; one line a kind. Figures:
`docs/decisions/0005-threads-in-slack.md`.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.answering import answer
from bot.settings import Settings
from bot.slack.app import SlackBot, create_app
from bot.slack.intake.incoming import Doors, from_mention, from_message, keys_of
from bot.slack.sockets import Sockets
from tests.slack_server import APP_TOKEN, BOT_TOKEN, BOT_USER_ID, SIGNING_SECRET, LocalSlack
from tests.slack_server.delivery import Delivery
from tests.slack_server.state import TEAM_ID

SECONDS = 10.0
CHANNELS = 10


def main(index_dir: Path, questions: int) -> None:
    """Measure both kinds, one after the other."""
    for kind in ("sync", "async", "sync", "async"):
        waits, answered = measure(kind, index_dir, questions)
        p50, p99 = (waits[int(len(waits) * share)] * 1000 for share in (0.5, 0.99))
        print(
            f"{kind:5}  {len(waits)} acknowledged: p50 {p50:.0f} ms, p99 {p99:.0f} ms, most {waits[-1] * 1000:.0f} ms; {answered} answers"
        )


def measure(kind: str, index_dir: Path, questions: int) -> tuple[list[float], int]:
    """Run one kind of bot under the burst; return the waits in seconds, sorted, and the number of answers."""
    with LocalSlack() as slack, tempfile.TemporaryDirectory() as folder:
        slack.add_user("U1ADA", "ada")
        for number in range(CHANNELS):
            slack.add_channel(f"C{number}", f"load{number}", "U1ADA")
        names = {
            "CONFNOTES_INDEX_DIR": str(index_dir),
            "CONFNOTES_STORE": f"{folder}/bot.sqlite",
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_API_URL": slack.api_url,
        }
        running = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.slack_bolt", "--serve", kind], env={**os.environ, **names}
        )
        try:
            slack.wait_for(
                lambda: len(slack.sockets.connections) == 2 or running.poll() is not None, timeout_s=60
            )
            deliveries = _ask(slack, questions)
            slack.wait_for(
                lambda: all(one.acked_at for one in deliveries) and _answers(slack) == questions, timeout_s=90
            )
        finally:
            running.kill()
            running.wait()
        return sorted(one.ack_s or 0.0 for one in deliveries), _answers(slack)


def _ask(slack: LocalSlack, questions: int) -> list[Delivery]:
    deliveries: list[Delivery] = []
    began = time.monotonic()
    for number in range(questions):
        for delivery in slack.write(
            f"C{number % CHANNELS}", "U1ADA", f"<@BOT> what is a service mesh? ({number})"
        ):
            deliveries += [delivery, *slack.redeliver(delivery, 2)]
        time.sleep(max(0.0, began + SECONDS * (number + 1) / questions - time.monotonic()))
    return deliveries


def _answers(slack: LocalSlack) -> int:
    return sum(
        one["user"] == BOT_USER_ID
        for channel in list(slack.space.channels.values())
        for one in channel.messages
    )


def serve(kind: str) -> None:
    """Run one kind of bot until it is killed."""
    settings = Settings()
    bot = create_app(settings, answering=answer)
    bot.desk.start()
    if kind == "async":
        asyncio.run(_serve_async(bot, settings))
        return
    Sockets(bot.app, APP_TOKEN).connect()
    time.sleep(3600)


async def _serve_async(bot: SlackBot, settings: Settings) -> None:
    """Take events on an event loop; claims go to threads, since SQLite blocks, and answers to the same desk."""
    app = AsyncApp(
        client=AsyncWebClient(token=BOT_TOKEN, base_url=settings.slack_api_url or ""),
        signing_secret=SIGNING_SECRET,
    )
    doors = Doors(BOT_USER_ID, TEAM_ID)

    def accept(body: dict[str, Any]) -> None:
        mention = body["event"]["type"] == "app_mention"
        job = from_mention(body, doors) if mention else from_message(body, doors, bot.store)
        if job is not None:
            bot.desk.accept(keys_of(body), job)

    async def claim(body: dict[str, Any], next: Any) -> None:
        await asyncio.to_thread(accept, body)
        await next()

    async def acknowledged() -> None:
        """Do nothing more."""

    for name in ("app_mention", "message"):
        app.event(name, middleware=[claim])(acknowledged)
    for _ in range(2):
        await AsyncSocketModeHandler(app, APP_TOKEN).connect_async()
    await asyncio.sleep(3600)


if __name__ == "__main__":
    if sys.argv[1] == "--serve":
        serve(sys.argv[2])
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 500)
