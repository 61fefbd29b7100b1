"""What the reader learns from: questions, each with texts that answer it, that nearly do and that do not.

    python -m training.reader.lists --corpus INDEX --texts FOLDER [--texts FOLDER ...] [--quoted FILE ...]
                                    [--squad FILE] [--teacher FOLDER] --out LISTS.jsonl

INDEX holds a build of the texts that the pairs ask about. Every question is asked as the product asks it; the
wrong texts are the best of what our own ranking finds, passages of the same talk among them. `--teacher` names a
folder of a larger sentence-transformers model whose cosines are written beside the texts as soft targets. The
file holds other people's words and stays outside the repository.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from bot.answering.question.understanding import understand
from index.build.contents import context_text
from index.models import Passage
from index.search import Query, Searcher
from training.pairs import NEAR_MISS, Pair, Texts, lines_of, read_pairs, read_quoted, run, shared
from training.reader.squad import squad_lists
from training.reader.texts import ANSWERS, OTHER, UNANSWERED, ReadList, ReadText

ROOT = Path(__file__).resolve().parents[1]
_DEPTH = 50  # as the product asks
_READ = 12  # of the best texts that are kept for a question
_MIN_SHARED = 0.3  # of the shorter one: a quote may begin in the line above
_SAME_WORDS = 0.5  # passages that share so many of their words are the same notes in two files
_TOLD_EVERY = 500


@dataclass(frozen=True, slots=True)
class Notes:
    """A build's passages as they are read: with what stands before them, and their words."""

    searcher: Searcher
    passages: tuple[Passage, ...]
    contexts: tuple[str, ...]
    words: tuple[frozenset[str], ...]

    @classmethod
    def of(cls, searcher: Searcher) -> Notes:
        """Read them all."""
        build = searcher.build
        passages = tuple(build.passages)
        return cls(
            searcher,
            passages,
            tuple(context_text(passage, *build.around(passage)) for passage in passages),
            tuple(frozenset(passage.text.lower().split()) for passage in passages),
        )

    def same(self, one: int, other: int) -> bool:
        """Return whether two rows are the same notes."""
        left, right = self.words[one], self.words[other]
        return one == other or len(left & right) > _SAME_WORDS * len(left | right)

    def quoted(self, pair: Pair) -> list[int]:
        """Return the rows of the passages that hold what a pair quotes."""
        return [row for row, passage in enumerate(self.passages) if shared(pair, passage) >= _MIN_SHARED]

    def event_of(self, recap_id: str) -> str:
        """Return a recap's conference; the recap where the notes name none."""
        recap = self.searcher.build.recaps.get(recap_id)
        return (recap.event_id if recap else None) or recap_id


def main() -> None:
    """Write the lists."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--corpus", type=Path, required=True)
    options.add_argument("--adapter", help="the encoder's that the build was made with")
    options.add_argument("--texts", type=Path, action="append", required=True)
    options.add_argument("--pairs", type=Path, default=ROOT / "pairs")
    options.add_argument("--quoted", type=Path, action="append", default=[])
    options.add_argument("--squad", type=Path, help="questions of SQuAD 2.0, as they are published")
    options.add_argument("--teacher", type=Path, help="folder of the model whose cosines are soft targets")
    options.add_argument("--out", type=Path, required=True)
    arguments = options.parse_args()
    texts = Texts(arguments.texts)
    notes = Notes.of(Searcher.open(arguments.corpus, adapter=arguments.adapter))
    lists = list(pair_lists(known_pairs(arguments.pairs, arguments.quoted, texts), notes))
    if arguments.teacher:
        lists = taught(lists, arguments.teacher)
    if arguments.squad:
        lists += squad_lists(arguments.squad)
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    with arguments.out.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(asdict(one)) + "\n" for one in lists)
    print(f"wrote {len(lists)} lists of {sum(len(one.texts) for one in lists)} texts to {arguments.out}")


def known_pairs(folder: Path, quoted: Iterable[Path], texts: Texts) -> list[tuple[Pair, str]]:
    """Return all pairs with whoever wrote them: what stands behind the notes' name in the pairs' file."""
    known = [(pair, "quoted") for path in quoted for pair in read_quoted(path, texts)]
    for path in sorted(folder.glob("*.jsonl")):
        known += [
            (pair, path.stem.removeprefix(Path(pair.file).stem.removesuffix(".rst")).lstrip("-") or "first")
            for pair in read_pairs(path)
        ]
    return known


def pair_lists(known: Sequence[tuple[Pair, str]], notes: Notes) -> Iterator[ReadList]:
    """Yield each pair's question with the texts that our ranking puts first and those that it quotes."""
    for number, (pair, writer) in enumerate(known, 1):
        if found := _list_of(pair, writer, notes):
            yield found
        if number % _TOLD_EVERY == 0:
            print(f"{number} of {len(known)} questions asked", flush=True)


def _list_of(pair: Pair, writer: str, notes: Notes) -> ReadList | None:
    searcher = notes.searcher
    reading = understand(pair.question, searcher, pair.history)
    quoted = notes.quoted(pair)
    query = Query(reading.search_text, context=reading.context, depth=_DEPTH, k=_READ + len(quoted))
    scores = {item.row: round(item.score, 5) for item in searcher.rank(query)}
    rows = [row for row in scores if row in quoted or not any(notes.same(row, one) for one in quoted)]
    if not quoted:
        return None
    label = UNANSWERED if pair.style == NEAR_MISS else ANSWERS
    return ReadList(
        question=f"{reading.context} {reading.search_text}".strip(),
        style=pair.style,
        writer=writer,
        group=pair.file,
        texts=tuple(
            ReadText(
                notes.contexts[row],
                notes.passages[row].text,
                label if row in quoted else OTHER,
                notes.passages[row].recap_id,
                scores.get(row),
            )
            for row in [*rows, *(row for row in quoted if row not in scores)]
        ),
    )


def taught(lists: Sequence[ReadList], teacher: Path) -> list[ReadList]:
    """Return the lists with the teacher's cosine of each text to its question."""
    import torch
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(teacher), device="cpu", local_files_only=True)
    model.max_seq_length = 192
    told = list(
        dict.fromkeys([one.question for one in lists] + [t.whole for one in lists for t in one.texts])
    )
    with torch.autocast("cpu", torch.bfloat16):
        vectors = model.encode(told, batch_size=32, normalize_embeddings=True)
    at = {text: number for number, text in enumerate(told)}
    return [
        replace(
            one,
            texts=tuple(
                replace(
                    text, taught=round(float(np.dot(vectors[at[one.question]], vectors[at[text.whole]])), 4)
                )
                for text in one.texts
            ),
        )
        for one in lists
    ]


def read_lists(path: Path) -> list[ReadList]:
    """Read the lists of a file.

    Raises:
        PairsError: a line is not a list.
    """
    return [
        ReadList(**{**fields, "texts": tuple(ReadText(**text) for text in fields["texts"])})
        for _, fields in lines_of(path)
    ]


def without_groups(lists: Iterable[ReadList], groups: Iterable[str]) -> list[ReadList]:
    """Return the lists of other notes and articles, and of their texts those of others.

    As wrong texts of other questions they would be learnt by heart: a run that saw them put every one of them
    behind all others.
    """
    left_out = set(groups)
    return [
        replace(one, texts=tuple(text for text in one.texts if text.group not in left_out))
        for one in lists
        if one.group not in left_out
    ]


if __name__ == "__main__":
    run(main)
