"""A local Slack for tests and for conversing with the bot without any Slack."""

from tests.slack_server.server import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, LocalSlack
from tests.slack_server.state import BOT_USER_ID

__all__ = ["APP_TOKEN", "BOT_TOKEN", "BOT_USER_ID", "SIGNING_SECRET", "LocalSlack"]
