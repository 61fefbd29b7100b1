"""Many nights of changes at random: the incremental build is the full build, byte for byte, and answers the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from index.build.layout import current_build_id, file_names, file_sha256, read_manifest
from index.encoder.base import Encoder, TokenVectors, Vectors
from index.search import Query, Searcher
from ingest.job import Job
from ingest.nightly.run import run

NIGHTS = 30
SAID = (
    "The crane lifts forty crates an hour.",
    "A tide table is a cache until the wind turns.",
    "The quay grew by 40 metres last year.",
    "Eve Effing mended it without being asked.",
    "A bowline holds a ship.",
    "Fog horns are heard two miles out.",
)
TITLES = (
    "Lifting Crates - Ann Bee",
    "Tides for Beginners - Cyril Deedee",
    "Piers - Eve Effing",
    "Knots in Practice - Gus Haitch",
)
QUESTIONS = ("who lifts crates?", "tide", "what grew?", "bowline")


class Shore:
    """A folder of notes and what may happen to it in a day."""

    def __init__(self, folder: Path, chance: random.Random) -> None:
        self.folder, self.chance, self.count = folder, chance, 0
        folder.mkdir()
        for _ in range(3):
            self.add()

    def act(self) -> str:
        """Do something at random and say what."""
        deeds: list[Callable[[], object]] = [
            self.add,
            self.change,
            self.change,
            self.rename,
            self.touch,
            self.hint,
        ]
        if len(list(self.folder.glob("*.md"))) > 2:
            deeds.append(self.remove)
        deed = self.chance.choice(deeds)
        deed()
        return deed.__name__

    def add(self) -> None:
        """Add a recap."""
        self.count += 1
        self._write(self.folder / f"recap{self.count}.md")

    def change(self) -> None:
        """Write a recap anew."""
        self._write(self._any())

    def rename(self) -> None:
        """Give a recap another name."""
        self.count += 1
        self._any().rename(self.folder / f"recap{self.count}.md")

    def remove(self) -> None:
        """Take a recap away."""
        self._any().unlink()

    def touch(self) -> None:
        """Write the same words again."""
        path = self._any()
        path.write_bytes(path.read_bytes())

    def hint(self) -> None:
        """Say of one recap which day it is about."""
        listed = f"sources:\n- {{path: {self._any().name}, day: {self.chance.randrange(1, 4)}}}\n"
        (self.folder / "sources.yaml").write_text(listed, encoding="utf-8")

    def _any(self) -> Path:
        return self.chance.choice(sorted(self.folder.glob("*.md")))

    def _write(self, path: Path) -> None:
        talks = self.chance.sample(TITLES, self.chance.randrange(1, 3))
        parts = [f"## {title}\n\n{self.chance.choice(SAID)}\n" for title in talks]
        path.write_text(
            f"# KubeCon Europe 2021 - Day {self.chance.randrange(1, 4)}\n\n" + "\n".join(parts),
            encoding="utf-8",
        )


def answers(folder: Path, encoder: Encoder) -> list[list[tuple[str, str, float]]]:
    """Return what a build answers, with scores."""
    searcher = Searcher.open(folder, encoder=encoder)
    return [
        [(hit.passage.passage_id, hit.passage.text, hit.score) for hit in searcher.search(Query(text))]
        for text in QUESTIONS
    ]


def test_thirty_nights_end_as_one_full_night(tmp_path: Path, encoder: Encoder) -> None:
    """Recaps are added, changed, renamed, removed, touched and described; each tenth is compared with a build made from nothing."""
    chance = random.Random(20261120)  # noqa: S311 nights, not secrets
    shore = Shore(tmp_path / "notes", chance)
    ordinary = Job(
        paths=(shore.folder,), index_dir=tmp_path / "index", keep_builds=2, grace_s=0.0, accept=True
    )
    deeds: dict[str, int] = {}
    for number in range(1, NIGHTS + 1):
        deed = shore.act()
        deeds[deed] = deeds.get(deed, 0) + 1
        report = run(ordinary, encoder=encoder)
        assert not [line for line in report.failed if "sources.yaml" not in line]
        if number % 10:
            continue
        other = tmp_path / f"full{number}"
        run(Job(paths=(shore.folder,), index_dir=other, full=True), encoder=encoder)
        ours, full = (folder / current_build_id(folder) for folder in (ordinary.index_dir, other))
        names = file_names(full)

        assert {name: file_sha256(ours / name) for name in file_names(ours)} == {
            name: file_sha256(full / name) for name in names
        }
        assert read_manifest(ours).content_sha256 == read_manifest(full).content_sha256
        assert answers(ordinary.index_dir, encoder) == answers(other, encoder)
    assert set(deeds) == {"add", "change", "rename", "remove", "touch", "hint"}


class Halfway:
    """An encoder whose vectors lie halfway between two numbers of half precision, where libraries round differently."""

    name, revision, dim, max_tokens, form, adapter = "halfway", "0" * 64, 8, 256, "test", ""
    check: Mapping[str, float | int | str] = {}

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text."""
        return np.stack([tokens.pooled for tokens in self.encode_tokens(texts)])

    def encode_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Return one token a text: the text's length decides the numbers, odd steps of half a unit in the last place."""
        found = []
        for text in texts:
            steps = (2 * np.arange(self.dim) + 2 * len(text) + 1).astype(np.float32)
            vectors = (np.float32(0.25) + steps * np.float32(2.0**-13))[None, :]
            found.append(TokenVectors(vectors, ((0, len(text)),), (0,), vectors[0]))
        return found


def test_numbers_that_round_both_ways_round_one_way(tmp_path: Path) -> None:
    """Vectors that were stored and vectors that are fresh give the same bytes, ties of rounding included."""
    shore = Shore(tmp_path / "notes", random.Random(1))  # noqa: S311 notes, not secrets
    encoder = Halfway()
    folders = [tmp_path / "index", tmp_path / "full"]
    run(Job(paths=(shore.folder,), index_dir=folders[0]), encoder=encoder)
    shore.add()
    for folder in folders:
        run(Job(paths=(shore.folder,), index_dir=folder), encoder=encoder)

    assert len({read_manifest(folder / current_build_id(folder)).content_sha256 for folder in folders}) == 1
