"""A question with the texts that are read for it, and what each text is to it."""

from __future__ import annotations

from dataclasses import dataclass

ANSWERS = "answers"
UNANSWERED = "unanswered"  # what a near miss is about: close, and no answer
TAKEN_AWAY = "taken away"  # a text that answered until its answering sentence was removed
OTHER = "other"  # found by the ranking; mostly no answer


@dataclass(frozen=True, slots=True)
class ReadText:
    """A text behind what stands before it, and what it is to the question."""

    context: str
    text: str
    label: str
    group: str = ""  # the notes' file or the article that it is of
    score: float | None = None  # the fusion's; none where the ranking did not find it among its best
    taught: float | None = None  # the teacher's cosine

    @property
    def whole(self) -> str:
        """Return the text as it is read."""
        return self.context + self.text


@dataclass(frozen=True, slots=True)
class ReadList:
    """A question as it is searched and what is read for it; texts stand as they are ranked."""

    question: str
    style: str
    writer: str
    group: str  # the notes' file or the article: what is left out as a whole
    texts: tuple[ReadText, ...]
