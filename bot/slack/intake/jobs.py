"""What is to be answered, and where: small records that survive a restart in the bot's memory."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Literal

Kind = Literal["mention", "direct", "follow_up", "command", "shortcut"]


@dataclass(frozen=True, slots=True)
class Job:
    """One thing to answer. `text` is what the person typed, unwrapped."""

    kind: Kind
    team_id: str
    channel_id: str
    user_id: str
    text: str
    ts: str = ""  # of the message; a command has none
    thread_ts: str = ""
    response_url: str = ""
    has_file: bool = False
    stranger: bool = False  # asked by somebody of another workspace

    @property
    def thread(self) -> str:
        """Name the thread that the answer belongs to."""
        return f"{self.team_id}:{self.channel_id}:{self.thread_ts or self.ts}"

    @property
    def place(self) -> str:
        """Return what the threads of the job's channel begin with in the bot's memory."""
        return f"{self.team_id}:{self.channel_id}:"

    @property
    def private(self) -> bool:
        """Say whether only the asker sees the answer."""
        return self.kind in {"command", "shortcut"}

    def to_json(self) -> str:
        """Write the job as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, body: str) -> Job:
        """Read what `to_json` wrote.

        Raises:
            ValueError: it is something else, such as a job of a later version.
        """
        try:
            return cls(**json.loads(body))
        except TypeError as error:
            raise ValueError(f"Cannot read a kept job: {error}.") from error
