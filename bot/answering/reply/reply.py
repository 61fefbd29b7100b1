"""What a form of answer hands over: a first line, the blocks below it, and the hits behind them."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering.models import Block, Miss
from index.models import Hit


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before doubts and corrections are put in front of it."""

    headline: str | None = None
    blocks: tuple[Block, ...] = ()
    hits: tuple[Hit, ...] = ()
    sure: float | None = None  # how sure it is, where the form knows better than the ranking does
    miss: Miss | None = None  # why nothing was found, said in the headline
    topic: str | None = None  # what a list was made for
    page: int = 1
    pages: int = 1
