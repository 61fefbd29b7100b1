"""What the bot remembers between messages: one store, kept in a SQLite file or in PostgreSQL."""

from bot.store.store import Store, Turn

__all__ = ["Store", "Turn"]
