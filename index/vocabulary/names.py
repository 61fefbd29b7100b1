"""What the notes name, looked up on disk: words, names of two, explained aliases, titles and speakers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from index.files.lines import SortedLines

JOINED_FILE = "joined_names.tsv"
STEMS_FILE = "stems.tsv"
ALIASES_FILE = "aliases.tsv"
TITLES_FILE = "titles.tsv"
SPEAKERS_FILE = "speakers.tsv"


@dataclass(frozen=True, slots=True)
class WordCount:
    """How often the notes say a word."""

    passages: int  # that say it, in their text or their talk's title and people
    occurrences: int  # in passages, titles and speakers' names
    capitals: int  # of those, written with a capital


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Two words with capitals that stand side by side, such as "Fluent Bit"."""

    left: str
    right: str
    count: int


@dataclass(frozen=True, slots=True)
class Speaker:
    """Somebody whose talks the notes hold."""

    number: int  # by the order in which the notes first name them
    key: str  # the name's folded words
    name: str  # as it is first written
    talks: tuple[int, ...]  # rows, in order


class Names:
    """The names of a build."""

    def __init__(self, folder: Path, vocabulary: SortedLines) -> None:
        self.vocabulary = vocabulary
        self._joined = SortedLines(folder / JOINED_FILE)
        self._stems = SortedLines(folder / STEMS_FILE)
        self._aliases = SortedLines(folder / ALIASES_FILE)
        self._titles = SortedLines(folder / TITLES_FILE)
        self._speakers = SortedLines(folder / SPEAKERS_FILE)

    def word(self, form: str) -> WordCount | None:
        """Return how often the notes say a folded word; None where they never do."""
        return next((_count(value) for value in self.vocabulary.values(form)), None)

    def joined(self, name: str) -> list[Neighbours]:
        """Return the neighbours that make a name when they are written as one word."""
        return [Neighbours(*json.loads(value)) for value in self._joined.values(name)]

    def forms_starting(self, prefix: str) -> list[str]:
        """Return the folded words that begin with a prefix, in order."""
        return self.vocabulary.keys_starting(prefix)

    def first_letters(self) -> list[str]:
        """Return the letters with which the notes' words begin."""
        return self.vocabulary.first_letters

    def keys_starting(self, prefix: str) -> list[str]:
        """Return the folded words that begin with a prefix, neighbours with capitals written as one included."""
        return [*self.vocabulary.keys_starting(prefix), *self._joined.keys_starting(prefix)]

    def words_starting(self, prefix: str) -> Iterator[tuple[str, WordCount]]:
        """Yield the folded words that begin with a prefix, in order."""
        return ((form, _count(value)) for form, value in self.vocabulary.starting(prefix))

    def joined_starting(self, prefix: str) -> Iterator[tuple[str, Neighbours]]:
        """Yield names of two words, written as one, that begin with a prefix."""
        return ((name, Neighbours(*json.loads(value))) for name, value in self._joined.starting(prefix))

    def stems(self, stem: str) -> list[tuple[str, str] | None]:
        """Return what has this stem, if anything: None for a word, (left, right) for a name of two words."""
        found = (json.loads(value) if value else None for value in self._stems.values(stem))
        return [pair and (str(pair[0]), str(pair[1])) for pair in found]

    def aliases(self, key: str) -> list[str]:
        """Return the other names that the notes explain for a name, by its key, in the notes' order."""
        return [str(json.loads(value)) for value in self._aliases.values(key)]

    def titled(self, forms: tuple[str, ...]) -> list[int]:
        """Return the rows of the talks whose title, or a longer part of it, has these folded words."""
        return [int(value) for value in self._titles.values(" ".join(forms))]

    def titles_starting(self, forms: tuple[str, ...]) -> list[int]:
        """Return the rows of the talks whose title, or a longer part of it, begins with these folded words."""
        return list(dict.fromkeys(int(value) for _, value in self._titles.starting(" ".join(forms))))

    def speakers_after(self, key: str, most: int) -> list[Speaker]:
        """Return the speakers whose folded name comes after a key, by their names, at most so many."""
        found = ((one, _speaker(value)) for one, value in self._speakers.after(key))
        return list(islice((speaker for one, speaker in found if speaker.key == one), most))

    def begins_title(self, part: str) -> bool:
        """Return whether a title, or a longer part of one, begins with these folded words and goes on."""
        return self._titles.any_starting(f"{part} ")

    def speaker(self, key: str) -> Speaker | None:
        """Return the speaker of this folded name."""
        return next((one for one in map(_speaker, self._speakers.values(key)) if one.key == key), None)

    def begins_speaker(self, part: str) -> bool:
        """Return whether a speaker's folded name, or one of its endings, begins with these words and goes on."""
        return self._speakers.any_starting(f"{part} ")

    def speakers_with(self, part: str) -> list[Speaker]:
        """Return the speakers whose folded name has these words side by side, in the notes' order."""
        found = [*self._speakers.values(part), *(value for _, value in self._speakers.starting(f"{part} "))]
        return sorted({one.number: one for one in map(_speaker, found)}.values(), key=lambda one: one.number)

    def speakers_starting(self, prefix: str) -> list[Speaker]:
        """Return the speakers with a word in their name that begins with a folded prefix, in the notes' order."""
        found = (_speaker(value) for _, value in self._speakers.starting(prefix))
        return sorted({one.number: one for one in found}.values(), key=lambda one: one.number)


def _count(value: str) -> WordCount:
    return WordCount(*json.loads(value)[:3])


def _speaker(value: str) -> Speaker:
    number, key, name, talks = json.loads(value)
    return Speaker(number, key, name, tuple(talks))
