"""The file of questions that `confnotes eval` asks: its format, and one line about what does not fit it."""

from __future__ import annotations

import re
from collections.abc import Container
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    field_validator,
)

from bot.errors import QuestionFault

LIST, UNANSWERABLE = "list", "unanswerable"
DESCRIBED = "docs/evaluate.md describes the format (`confnotes help evaluate`)."
_TO_REVIEW = "review"  # what `confnotes feedback export --review` writes for a person to complete
_PLAIN = "question"  # the type of a question that names none

_SAID = {
    "model_type": 'expected an object, {"question": …}',
    "missing": "it is missing",
    "string_type": "expected a text in quotes",
    "string_too_short": "it is empty",
    "list_type": 'expected a list of texts, ["…"]',
}

# An empty piece of evidence would stand in every answer.
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Pieces = Annotated[list[Words], BeforeValidator(lambda given: [] if given is None else given)]


class Asked(BaseModel):
    """One line of the file. Unknown names stay; a program may keep its own beside ours."""

    model_config = ConfigDict(extra="allow", strict=True)

    question: Words
    type: str | None = None
    id: str | int | None = None
    history: Pieces = []
    evidence: Pieces = []
    answer_regex: str | None = None
    talk: str | None = None
    also_ok: Pieces = []
    talks: Pieces = []
    talks_optional: Pieces = []

    @field_validator("answer_regex")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"it is not a regular expression ({error})") from error
        return pattern

    def kind(self) -> str:
        """Return the type that is named, else the one that the rest of the line means.

        Raises:
            ValueError: Nothing says what a right answer is.
        """
        if self.type == _TO_REVIEW:
            raise ValueError('it waits for a review: give it "evidence" and another "type", or delete it')
        kind = self.type or (LIST if self.talks and not (self.evidence or self.answer_regex) else _PLAIN)
        judged_by = self.talks if kind == LIST else (self.evidence or self.answer_regex)
        if kind != UNANSWERABLE and not (judged_by or self.evidence):
            wanted = '"talks"' if kind == LIST else '"evidence", "talks" or "type": "unanswerable"'
            raise ValueError(f"nothing says what a right answer is: give it {wanted}")
        return kind


def read_questions(path: Path) -> list[dict[str, Any]]:
    """Read a file of questions, one JSON object a line; each gets an id and a type where it has none.

    Raises:
        QuestionFault: The file cannot be read, or a line does not fit the format.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")  # no other sign ends a line of JSON
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionFault(f"Cannot read the questions in {path}: {error}. {DESCRIBED}") from error
    rows: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = _row(line, number, rows.keys())
        except ValueError as error:
            raise QuestionFault(
                f"Cannot read {path}, line {number}: {_defect(error)}. {DESCRIBED}"
            ) from error
        rows[row["id"]] = row
    if not rows:
        raise QuestionFault(f"Cannot measure anything: {path} holds no question. {DESCRIBED}")
    return list(rows.values())


def _row(line: str, number: int, taken: Container[str]) -> dict[str, Any]:
    asked = Asked.model_validate_json(line)
    name = str(number if asked.id is None else asked.id)
    if name in taken:
        raise ValueError(f'another line has the "id" {name} already')
    return {**asked.model_dump(), "id": name, "type": asked.kind()}


def _defect(error: ValueError) -> str:
    """Return what is wrong with a line, the first fault of several."""
    if not isinstance(error, ValidationError):
        return str(error)
    first = error.errors(include_input=False, include_url=False)[0]
    place = "".join(f" {at + 1}" if isinstance(at, int) else f'"{at}"' for at in first["loc"][:2])
    said = _SAID.get(first["type"], first["msg"]).removeprefix("Value error, ").partition(" at line ")[0]
    said = said.replace("Invalid JSON", "it is not JSON")
    return f"{place}: {said}" if place else said
