"""Measure what is refused: off-topic messages, near misses, chatter in an answered thread; and follow-ups.

    python -m benchmarks.refusing --texts ../shared/training/texts --texts ../shared/seeds \
        --build training=data/questions/training --build seeds=data/questions/seeds

Off-topic messages are asked of every build. Lines that are held out are counted and not shown.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.everyday import READ_CHARS, folded
from benchmarks.question_sets import FOLDER, Row, add_options, ask, open_builds, read_set, share, within
from bot.evaluation.evaluation import same_title
from index.search import Searcher
from training.pairs import Texts, run

_LEAD_CHARS = 200
_DOUBT = re.compile(r"\b(may not|do not say|does not say|not sure whether|no answer)\b")
Answers = Mapping[str, Any]
Rules = Mapping[str, Callable[[Row, Answers], bool]]
Pairs = Sequence[tuple[Row, Answers]]


def is_refused(_row: Row, given: Answers) -> bool:
    """Return whether an answer is no answer: nothing found, and nothing quoted."""
    return given["status"] == "not_found" and not given["quotes"]


def is_doubted(row: Row, given: Answers) -> bool:
    """Return whether an answer is none, or says in its first words that it may be none."""
    return is_refused(row, given) or bool(_DOUBT.search(folded(given["answer"])[:_LEAD_CHARS]))


def is_told_off_topic(row: Row, given: Answers) -> bool:
    """Return whether a message is told to be none for the notes."""
    return is_refused(row, given) and given["miss"] == "off_topic"


def is_left_alone(_row: Row, given: Answers) -> bool:
    """Return whether the bot says nothing to a message in a thread that does not mention it."""
    return not given["asks"]


def is_heard(row: Row, given: Answers) -> bool:
    """Return whether a follow-up gets any reply in a thread."""
    return not is_left_alone(row, given)


def is_right(row: Row, given: Answers) -> bool:
    """Return whether a follow-up's answer has the right words or link, or opens with the right talk."""
    if given["status"] != "answered":
        return False
    text = folded(given["answer"])[:READ_CHARS]
    if any(folded(words) in text for words in [*row.get("about", []), *row.get("links", [])]):
        return True
    first = (given["quotes"] or given["hits"] or [{}])[0].get("talk") or ""
    return any(same_title(title, first) for title in row.get("talks", []))


SETS: dict[str, Rules] = {
    "off_topic": {"refused": is_refused, "told to be off-topic": is_told_off_topic},
    "near": {"refused": is_refused, "refused or doubted": is_doubted},
    "chatter": {"left alone": is_left_alone, "not answered": is_refused},
    "follow_ups": {"heard": is_heard, "right": is_right},
}


def asked(rows: Sequence[Row], builds: Mapping[str, Searcher]) -> list[tuple[Row, Answers]]:
    """Return rows with their answers; a row of no build is asked of each."""
    alone = [{name: searcher} for name, searcher in builds.items()]
    return [(row, ask(row, one)) for row in rows for one in ([builds] if row.get("build") else alone)]


def figures(pairs: Pairs, rules: Rules) -> dict[str, Any]:
    """Return how many there are and the share that keeps each rule."""
    kept = {name: sum(keeps(*pair) for pair in pairs) for name, keeps in rules.items()}
    return {"messages": len(pairs)} | {name: share(count, len(pairs)) for name, count in kept.items()}


def main() -> int:
    """Ask every set and print the figures as one JSON object."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add_options(parser)
    parser.add_argument("--only", action="append", choices=SETS, help="a set; all where none is given")
    parser.add_argument("--misses", action="store_true", help="show open lines that break the first rule")
    given = parser.parse_args()
    builds, texts = open_builds(given.build), Texts(given.texts)
    told = {}
    for name in given.only or SETS:
        rules = SETS[name]
        pairs = asked(within(read_set(FOLDER / f"{name}.jsonl", texts), builds), builds)
        shown = [pair for pair in pairs if not pair[0]["held_out"]]
        hidden = [pair for pair in pairs if pair[0]["held_out"]]
        told[name] = {"open": figures(shown, rules), "held_out": figures(hidden, rules)}
        if given.misses:
            keeps = rules[next(iter(rules))]
            for row, answer in shown:
                if not keeps(row, answer):
                    print(
                        row["id"],
                        answer["status"],
                        row["question"],
                        answer["answer"][:90].replace("\n", " / "),
                        sep=" | ",
                    )
    print(json.dumps(told, ensure_ascii=False, indent=1))
    return 0


if __name__ == "__main__":
    run(main)
