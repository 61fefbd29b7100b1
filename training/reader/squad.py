"""Public questions as lists: windows of a paragraph that answer, that look as if they did, and that did until a sentence was removed.

SQuAD 2.0: Rajpurkar, Jia, Liang, "Know What You Don't Know", ACL 2018.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]

from training.reader.texts import ANSWERS, OTHER, TAKEN_AWAY, UNANSWERED, ReadList, ReadText

SQUAD = "squad"  # the writer of these lists
_WINDOW = 75  # words of a text, as a passage of notes has
_WRONG = 4  # windows of other paragraphs
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"'(\d])")
_SEED = 8


def squad_lists(path: Path) -> list[ReadList]:
    """Return a list for each question, in the order of the file; the same file gives the same lists."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [one for article in articles for one in _of_article(article)]


def _of_article(article: dict[str, Any]) -> Iterator[ReadList]:
    paragraphs = article["paragraphs"]
    title = article["title"].replace("_", " ")
    split = [_SENTENCE_END.split(paragraph["context"]) for paragraph in paragraphs]
    table = TfidfVectorizer(sublinear_tf=True, stop_words="english")
    known = table.fit_transform([paragraph["context"] for paragraph in paragraphs])
    for at, paragraph in enumerate(paragraphs):
        for asked in paragraph["qas"]:
            chance = random.Random(f"{_SEED} {asked['id']}")  # noqa: S311
            near = (known @ table.transform([asked["question"]]).T).toarray().ravel()
            others = [other for other in (-near).argsort(kind="stable").tolist() if other != at][:_WRONG]
            texts = list(_own(asked, paragraph["context"], split[at], chance))
            texts += [
                (_window(split[other], chance.randrange(len(split[other])), chance), OTHER)
                for other in others
            ]
            if texts[0][1] != OTHER:
                yield ReadList(
                    asked["question"].strip(),
                    "unanswerable" if asked["is_impossible"] else "answerable",
                    SQUAD,
                    article["title"],
                    tuple(ReadText(f"{title}. ", text, label, article["title"]) for text, label in texts),
                )


def _own(
    asked: dict[str, Any], paragraph: str, sentences: Sequence[str], chance: random.Random
) -> Iterator[tuple[str, str]]:
    """Yield the question's own window, and the same without the sentence that answers."""
    told = asked["answers"] or asked.get("plausible_answers") or ()
    if not told:
        return
    at = _sentence_at(paragraph, sentences, told[0]["answer_start"])
    window = _window(sentences, at, chance)
    yield window, UNANSWERED if asked["is_impossible"] else ANSWERS
    left = window.replace(sentences[at], "").strip()
    if not asked["is_impossible"] and left and told[0]["text"].lower() not in left.lower():
        yield " ".join(left.split()), TAKEN_AWAY


def _sentence_at(paragraph: str, sentences: Sequence[str], start: int) -> int:
    end = 0
    for number, sentence in enumerate(sentences):
        end = paragraph.index(sentence, end) + len(sentence)
        if start < end:
            return number
    return len(sentences) - 1


def _window(sentences: Sequence[str], at: int, chance: random.Random) -> str:
    """Return a sentence with neighbours on either side, as many as fit."""
    first = last = at
    words = len(sentences[at].split())
    while True:
        sides = [side for side in (first - 1, last + 1) if 0 <= side < len(sentences)]
        fitting = [side for side in sides if words + len(sentences[side].split()) <= _WINDOW]
        if not fitting:
            return " ".join(sentences[first : last + 1])
        side = chance.choice(fitting)
        words += len(sentences[side].split())
        first, last = min(first, side), max(last, side)
