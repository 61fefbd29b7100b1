"""`python -m bot` runs the Slack bot, as `confnotes bot` does."""

from __future__ import annotations

from bot.cli import bot

if __name__ == "__main__":
    bot(prog_name="python -m bot")
