"""Nothing at Slack's edge grows with the notes: what is read for a footer, Home, a card or a watch does not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.answering import answer
from bot.live import LiveIndex
from bot.slack.desk.compose import Composer
from bot.slack.desk.watches import Watch, news_of
from bot.slack.messages.home import home_view
from bot.slack.messages.message import Frame, Request
from index.encoder.base import Encoder
from index.files.records import Rows
from index.search import Searcher
from tests.notes import Notes, publish_notes

FEW, MANY = 30, 120
LOOKED_AT = 24  # talks at most, of which Home and help make examples


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory, encoder: Encoder) -> dict[int, LiveIndex]:
    """Give builds of few and of four times as many talks."""
    made = {}
    for size in (FEW, MANY):
        index_dir = tmp_path_factory.mktemp(f"talks{size}") / "index"
        talks = [
            Notes(f"Harbour Story {n}", (f"Speaker {n}",), (f"Story {n} is about pier {n}.",), day=1 + n % 4)
            for n in range(size)
        ]
        publish_notes(index_dir, encoder, talks)
        made[size] = LiveIndex(index_dir, encoder)
    return made


def records_read(act: Callable[[Searcher], object], live: LiveIndex, monkeypatch: pytest.MonkeyPatch) -> int:
    """Count the records that something reads of a freshly opened build."""
    count = 0
    parse = Rows._parse

    def counting(self: Rows, line: str, row: int) -> object:
        nonlocal count
        count += 1
        return parse(self, line, row)

    searcher = Searcher.open(live.index_dir, live.searcher.encoder)
    answer("warm up", searcher=searcher)
    with monkeypatch.context() as patch:
        patch.setattr(Rows, "_parse", counting)
        act(searcher)
    return count


def typed(words: str) -> Callable[[Searcher], object]:
    """Make the message of a command."""

    def act(searcher: Searcher) -> object:
        composer = Composer(_Still(searcher), answer, "/kubecon")  # type: ignore[arg-type]
        return composer.compose(Request(words), searcher)

    return act


class _Still:
    """A build that does not change."""

    trouble = None

    def __init__(self, searcher: Searcher) -> None:
        self.searcher = searcher


ACTS: dict[str, Callable[[Searcher], object]] = {
    "the footer": lambda searcher: Frame(Request(""), searcher).footer(),
    "Home": lambda searcher: home_view(Frame(Request(""), searcher), "/kubecon"),
    "a watch": lambda searcher: news_of([Watch("T1", "U1", "pier 17", frozenset())], searcher),
    "status": typed("status"),
    "help": typed("help"),
    "events": typed("events"),
    "a talk": typed("talk Harbour Story 17"),
    "a speaker": typed("speaker Speaker 17"),
}


@pytest.mark.parametrize("what", ACTS)
def test_what_is_read_does_not_grow(
    sizes: dict[int, LiveIndex], monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    """With four times as many talks no more records are read, but for those that examples are made from."""
    few, many = (records_read(ACTS[what], sizes[size], monkeypatch) for size in (FEW, MANY))

    assert many <= few + LOOKED_AT
