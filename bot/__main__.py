"""`python -m bot` runs the Slack bot, as `confnotes bot` does."""

from __future__ import annotations

import os

from bot.cli import bot
from console.defects import boundary

if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `confnotes` does, before numpy is imported
    with boundary():
        bot(prog_name="python -m bot")
