"""What a question asks to be told: a number, a duration or a date; and whether the notes' best words hold one.

A question can be near to what the notes say and still ask for what they leave out ("how many events a second
does it take?"). A similarity cannot tell; a passage on the very subject without any number can.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from bot.answering.question.question import Question
from index.models import Hit
from index.vocabulary.words import forms, singular, words

_UNITS = (
    r"seconds?|secs?|minutes?|mins?|hours?|days?|weeks?|months?|years?|decades?|ms|overnight|weekend|daily|hourly|weekly|yearly|forever"
    r"|instant\w*|immediate\w*|permanent\w*|secondes?|heures?|jours?|semaines?|mois|ans?|années?"
)
_NUMBERS = (
    r"no|none|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|ninety"
    r"|hundreds?|thousands?|millions?|billions?|dozens?|half|halves|halved|thirds?|quarters?|twice|doubled?|tripled?|tenfold|both|single"
    r"|couple|several|deux|trois|quatre|cinq|sept|huit|neuf|dix|cent|mille|millier|moitié"
)
_DATES = (
    r"january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|apr|jun|jul|aug|sept?|oct|nov|dec|q[1-4]"
    r"|janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre"
    r"|today|tomorrow|yesterday|next|last|soon|now|\d{4}"
)
_MEASURES = (
    r"percent\w*|share|fraction|version|number|rate|price|cost|latency|throughput|port|size|speed|amount|limit|maximum|minimum|budget|ratio"
    r"|salary|bandwidth"
)
# What is asked for: the words that ask, and the words that may answer beside digits.
_KINDS = tuple(
    (re.compile(asks, re.IGNORECASE), re.compile(rf"\b(?:{answers})\b", re.IGNORECASE))
    for asks, answers in (
        (r"\bhow many\b|\bcombien d", _NUMBERS),
        (
            r"\bhow (?:much|big|large|fast|far|small|high|low|wide|deep|old|heavy|tall|often|frequently)\b"
            rf"|\b(?:what|which) (?:\w+ )?(?:{_MEASURES})\b|\bper (?:second|minute|hour|day|month|year)\b|\bin (?:milli)?seconds\b",
            rf"{_NUMBERS}|{_UNITS}|free|always|every|never",
        ),
        (
            r"\bhow long\b|\bcombien de temps\b|\bhow many (?:seconds|minutes|hours|days|weeks|months|years)\b",
            _UNITS,
        ),
        (
            r"\bwhen (?:exactly|were|can we expect|(?:is|was|will|did)(?! (?:it|that|this) (?:ok|right|useful|worth|better|best|good)))\b"
            r"|\b(?:what|which) (?:year|month|date)\b|\bquand (?:est|sort)\b|\ben quelle année\b",
            rf"{_DATES}|{_UNITS}",
        ),
    )
)
_DIGITS = re.compile(r"(?<![^\W\d_])\d[\d.,]*")
_ADDRESS = re.compile(r"https?://\S+|\bwww\.\S+")
_SENTENCE = re.compile(r"\n|(?<=[.!?])\s(?!\()")  # what stands in brackets belongs to the sentence before it
# Share of the question's words that a passage says from which it is on the very subject: then the number must
# stand in a sentence with one of them. On 1,444 questions written for sixteen other notes this refuses 41 of
# 205 near misses and 4 of 1,239 others.
_ON_SUBJECT = 0.4
_BEGINNING = 4  # letters from which a word stands for the longer ones that it begins
_REPLY = 2  # sentences behind one that asks


def figures_asked(text: str) -> tuple[bool, ...]:
    """Return whether a question asks how many, how much, how long, and when."""
    return tuple(bool(asks.search(text)) for asks, _ in _KINDS)


def holds_number(question: Question, best: Hit) -> bool:
    """Return whether a passage or its talk's title holds a number in digits that the question does not."""
    mine = {match[0].strip(".,") for match in _DIGITS.finditer(question.text)}
    text = _ADDRESS.sub(" ", f"{best.passage.text}\n{best.talk.title}")
    return any(match[0].strip(".,") not in mine for match in _DIGITS.finditer(text))


def lacks_figure(question: Question, best: Hit) -> bool:
    """Return whether a question asks for a number, duration or date and the best passage holds none that could be it."""
    asked = [answers for asks, answers in _KINDS if asks.search(question.text)]
    if not asked:
        return False
    asked_forms = {singular(word.form) for word in question.words}
    titled = {singular(form) for form in forms(best.talk.title)}
    said = titled.union(map(singular, forms(best.passage.text)))
    on_subject = sum(_says(form, said) for form in asked_forms) >= _ON_SUBJECT * max(len(asked_forms), 1)
    text = _ADDRESS.sub(" ", best.passage.text)
    # Where the title alone says the subject, all that stands below it is on it.
    sentences = _near_subject(text, asked_forms) if on_subject else [text]
    if not on_subject or any(_says(form, titled) for form in asked_forms):
        sentences.append(best.talk.title)
    mine = {match[0].strip(".,") for match in _DIGITS.finditer(question.text)}
    return not all(any(_holds(sentence, answers, mine) for sentence in sentences) for answers in asked)


def _near_subject(text: str, asked: Collection[str]) -> list[str]:
    """Return the sentences with a word of the question and those that follow one that asks; all where there is none."""
    sentences = _SENTENCE.split(text)
    said = [{singular(word.form) for word in words(sentence)} for sentence in sentences]
    near = [at for at, forms_said in enumerate(said) if any(_says(form, forms_said) for form in asked)]
    told = {at + step for at in near for step in range(1 + _REPLY * sentences[at].rstrip().endswith("?"))}
    return [sentences[at] for at in sorted(told) if at < len(sentences)] or sentences


def _says(form: str, said: Collection[str]) -> bool:
    """Return whether words hold one, or a longer one that it begins: "repo" and "repository", "open" and "opened"."""
    return form in said or (len(form) >= _BEGINNING and any(one.startswith(form) for one in said))


def _holds(sentence: str, answers: re.Pattern[str], mine: Collection[str]) -> bool:
    # A number of the question's own is no answer to it.
    return bool(answers.search(sentence)) or any(
        match[0].strip(".,") not in mine for match in _DIGITS.finditer(sentence)
    )
