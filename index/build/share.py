"""Which part of the new passages one of several jobs embeds."""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_SHARDS = 1_000


@dataclass(frozen=True, slots=True)
class Share:
    """The share `number` of `count`, counted from 1."""

    number: int
    count: int

    @classmethod
    def read(cls, written: str) -> Share:
        """Read a share as it is written on the command line, such as 3/8.

        Raises:
            ValueError: It is none; in a few words why.
        """
        match = re.fullmatch(r"\s*([0-9]{1,6})\s*/\s*([0-9]{1,6})\s*", written)
        if match is None:
            raise ValueError("two numbers are wanted")
        number, count = int(match[1]), int(match[2])
        if not 1 <= count <= MOST_SHARDS:
            raise ValueError(f"there can be 1 to {MOST_SHARDS:,} of them")
        if not 1 <= number <= count:
            raise ValueError(f"they are counted from 1 to {count}")
        return cls(number, count)

    def __str__(self) -> str:
        """Return it as it is written on the command line."""
        return f"{self.number}/{self.count}"

    @property
    def name(self) -> str:
        """Return its folder's name."""
        return f"{self.number}-of-{self.count}"

    def has(self, key: bytes) -> bool:
        """Return whether a passage belongs to it, by a digest of what is embedded: jobs need not talk to each other."""
        return int.from_bytes(key, "big") % self.count == self.number - 1
