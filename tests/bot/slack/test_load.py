"""A busy hour in seconds: many questions at once, each delivered three times, Slack limiting, the process killed in between."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from pathlib import Path

from tests.bot.slack.test_running import process
from tests.slack_server import BOT_USER_ID, LocalSlack
from tests.slack_server.delivery import Delivery
from tests.slack_server.faults import Fault

# The whole bar is 500 questions in ten seconds over ten channels: CONFNOTES_LOAD=500 runs it.
QUESTIONS = int(os.environ.get("CONFNOTES_LOAD", "40"))
CHANNELS = 10
SECONDS = QUESTIONS / 50
PATIENCE_S = 0.5


def test_every_question_is_answered_exactly_once_through_a_crash(
    slack: LocalSlack, tmp_path: Path, published: Path
) -> None:
    """Nothing is lost and nothing doubled when one in ten calls is limited and the process is killed and started again in between."""
    for number in range(CHANNELS):
        slack.add_channel(f"C{number}", f"load{number}", "U1ADA")
    slack.faults.every("chat.postMessage", 10, Fault(status=429, error="ratelimited", retry_after_s=1))
    deliveries: list[Delivery] = []
    burst = threading.Thread(target=_ask, args=(slack, deliveries))
    with process(slack, tmp_path, published) as first:
        slack.wait_for(lambda: len(slack.sockets.connections) == 2 or first.poll() is not None, timeout_s=90)
        began = time.monotonic()
        burst.start()
        slack.wait_for(lambda: len(deliveries) >= QUESTIONS * 3, timeout_s=60)  # half of the six a question
        answered_before = len(_answered(slack))
        first.send_signal(signal.SIGKILL)
        first.wait()
    with process(slack, tmp_path, published) as second:
        burst.join()
        lasted_s = time.monotonic() - began
        slack.wait_for(lambda: len(slack.sockets.connections) == 2 or second.poll() is not None, timeout_s=90)
        time.sleep(PATIENCE_S)  # what is not acknowledged by now was sent to the process that died
        unheard = [one for one in deliveries if one.acked_at is None]
        again = [
            again for one in unheard for again in slack.redeliver(one)
        ]  # as Slack does with what was not acknowledged
        slack.wait_for(lambda: len(_answered(slack)) == QUESTIONS, timeout_s=90)
        second.send_signal(signal.SIGTERM)
        second.wait(timeout=60)

    waits = sorted(delivery.ack_s for delivery in [*deliveries, *again] if delivery.ack_s is not None)
    p50, p99 = (waits[int(len(waits) * share)] for share in (0.5, 0.99))
    print(
        f"{QUESTIONS} questions in {lasted_s:.1f} s, {len(deliveries)} deliveries, {len(unheard)} unheard and sent again;"
        f" acknowledged p50 {p50:.3f} s, p99 {p99:.3f} s, most {waits[-1]:.3f} s; answers {sum(_answered(slack).values())}"
    )
    assert answered_before < QUESTIONS // 2, (
        "the process was idle when it was killed: nothing was put to the test"
    )
    assert Counter(_answered(slack).values()) == {1: QUESTIONS}
    assert p99 < 1


def _ask(slack: LocalSlack, deliveries: list[Delivery]) -> None:
    began = time.monotonic()
    for number in range(QUESTIONS):
        for delivery in slack.write(f"C{number % CHANNELS}", "U1ADA", f"<@BOT> what is Mossbank? ({number})"):
            deliveries += [delivery, *slack.redeliver(delivery, 2)]
        time.sleep(max(0.0, began + SECONDS * (number + 1) / QUESTIONS - time.monotonic()))


def _answered(slack: LocalSlack) -> Counter[str]:
    channels = list(slack.space.channels.values())
    return Counter(
        message["thread_ts"]
        for channel in channels
        for message in channel.messages
        if message["user"] == BOT_USER_ID
    )
