"""How people name the days of a conference, in English, French, German and Japanese, with the words that said it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from index.models import Event

Span = tuple[int, int]

_ORDINALS = {
    1: "one|first|1st|premier|première|1er|1ère|ers(?:te[rnsm]?)|eins",
    2: "two|second|2nd|deux|deuxième|2e|2ème|seconde?|zweite[rnsm]?|zwei",
    3: "three|third|3rd|trois|troisième|3e|3ème|dritte[rnsm]?|drei",
    4: "four|fourth|4th|quatre|quatrième|4e|4ème|vierte[rnsm]?|vier",
    5: "five|fifth|5th|cinq|cinquième|5e|5ème|fünfte[rnsm]?|fünf",
    0: "zero|zéro|null",
}
_ORDINAL = "|".join(_ORDINALS.values())
_DAY = r"day|jour|journée|tag|dia|día"
# "day 2 operations" is a subject, not a day of the conference
_NOT_OPERATIONS = (
    r"(?![\s-]*(?:ops\b|operation|operations|problem|concern|task|challenge|kubernetes operation))"
)
_NUMBERED = re.compile(
    rf"(?<![a-z])(?<!\ba )(?:{_DAY})s?[\s_#-]*(?P<number>[0-9])(?![0-9:.]\d|\d){_NOT_OPERATIONS}",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"(?<![a-z])(?:{_DAY})[\s_-]+(?P<word>{_ORDINAL})(?![a-z]){_NOT_OPERATIONS}", re.IGNORECASE
)
_NTH = re.compile(rf"(?<![a-z0-9])(?P<word>{_ORDINAL})[\s_-]+(?:{_DAY})(?![a-z])", re.IGNORECASE)
_LETTER = re.compile(r"(?<![A-Za-z0-9])[DJT](?P<number>[0-5])(?![A-Za-z0-9])")
_JAPANESE = re.compile(r"(?P<number>[0-9０-９一二三四五])日目|(?P<first>初日)|(?P<last>最終日)")
_LAST = re.compile(
    r"(?<![a-z])(?:last|final|closing|dernier|dernière|letzter|letzten)[\s_-]+(?:conference\s+)?(?:day|jour|journée|tag)(?![a-z])",
    re.IGNORECASE,
)
# "Day 1, 2 and 3": the numbers that go on
_MORE = re.compile(r"(?:\s*(?:,|and|&|\+|et|und)\s*){1,2}(?P<number>[0-9])(?!\d|[:.]\d|%)")
_WEEKDAYS = (
    "monday|lundi|montag|月曜日?",
    "tuesday|mardi|dienstag|火曜日?",
    "wednesday|mercredi|mittwoch|水曜日?",
    "thursday|jeudi|donnerstag|木曜日?",
    "friday|vendredi|freitag|金曜日?",
    "saturday|samedi|samstag|sonnabend|土曜日?",
    "sunday|dimanche|sonntag|日曜日?",
)
_WEEKDAY = re.compile(
    "|".join(rf"(?P<w{i}>(?<![a-z])(?:{names})s?(?![a-z]))" for i, names in enumerate(_WEEKDAYS)),
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"(?<![A-Za-z])(?P<name>Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)\.?(?=\s*,|\s+\d|\s+[A-Z][a-z]{2}|\s*$|\s*[-–:])"
)
# Words without accents that name a day hold a digit or one of these; most lines hold neither.
_DIGIT = re.compile(r"\d")
_PARTS = ("day", "jour", "tag", "di", "woch", "abend", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SHORT_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = (
    "jan(?:uary|vier|uar)?|january",
    "feb(?:ruary|ruar)?|févr?(?:ier)?",
    "mar(?:ch|s)?|märz",
    "apr(?:il)?|avr(?:il)?",
    "may|mai",
    "june?|juin|juni",
    "july?|juill?(?:et)?|juli",
    "aug(?:ust)?|août",
    "sep(?:t|tember|tembre)?",
    "oct(?:ober|obre)?|okt(?:ober)?",
    "nov(?:ember|embre)?",
    "dec(?:ember)?|déc(?:embre)?|dez(?:ember)?",
)
_MONTH = "|".join(rf"(?P<m{i}>{names})" for i, names in enumerate(_MONTHS, 1))
_OF_YEAR = r"(?:\s*,?\s*(?P<year>20\d\d))?"
_MONTH_DAY = re.compile(
    rf"(?<![a-z])(?:{_MONTH})\.?\s+(?P<dom>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:]){_OF_YEAR}", re.IGNORECASE
)
_DAY_MONTH = re.compile(
    rf"(?<![\d.])(?P<dom>[0-3]?\d)(?:st|nd|rd|th|er|\.)?\s+(?:of\s+)?(?:{_MONTH})(?![a-z])\.?{_OF_YEAR}",
    re.IGNORECASE,
)
_ISO = re.compile(r"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>[01]?\d)[-/.](?P<dom>[0-3]?\d)(?!\d)")
_DOTTED = re.compile(r"(?<![\d.])(?P<dom>[0-3]?\d)\.(?P<month>[01]?\d)\.(?P<year>20\d\d)?(?!\d)")
_KANJI = re.compile(r"(?:(?P<year>20\d\d)年)?(?P<month>1?\d)月(?P<dom>[0-3]?\d)日(?!目)")


@dataclass(frozen=True, slots=True)
class DayMention:
    """Words that name a day: by its number, as the last one, by weekday or by date."""

    span: Span
    number: int | None = None
    last: bool = False
    weekday: int | None = None  # Monday is 0
    month: int | None = None
    day_of_month: int | None = None
    year: int | None = None

    def resolve(self, event: Event | None) -> int | None:
        """Give the conference day, None where the event's dates are needed and not known.

        Weekdays and dates before day 1 give 0 for the day before and negative numbers further back.
        """
        if self.number is not None:
            return self.number
        if event is None or event.starts_on is None:
            return None
        length = (event.ends_on - event.starts_on).days + 1 if event.ends_on else None
        if self.last:
            return length
        if self.day_of_month is not None and self.month is not None:
            return _offset(event.starts_on, self.month, self.day_of_month, self.year)
        if self.weekday is None:
            return None
        ahead = (self.weekday - event.starts_on.weekday()) % 7
        return ahead + 1 if ahead < (length or 5) else ahead - 6


def parse_days(text: str) -> tuple[DayMention, ...]:
    """Find every naming of a day, in order; a date wins over the weekday or number inside it."""
    if text.isascii() and not _DIGIT.search(text) and not any(part in text.lower() for part in _PARTS):
        return ()
    found: list[DayMention] = []
    for finder in (_dates, _numbers, _weekdays):
        for mention in finder(text):
            if not any(
                mention.span[0] < other.span[1] and other.span[0] < mention.span[1] for other in found
            ):
                found.append(mention)
    return tuple(sorted(found, key=lambda mention: mention.span))


def _numbers(text: str) -> Iterator[DayMention]:
    for match in _LAST.finditer(text):
        yield DayMention(match.span(), last=True)
    for pattern in (_NUMBERED, _LETTER):
        for match in pattern.finditer(text):
            yield DayMention(match.span(), number=int(match["number"]))
            yield from _more_numbers(text, match.end())
    for pattern in (_SPELLED, _NTH):
        for match in pattern.finditer(text):
            yield DayMention(match.span(), number=_ordinal(match["word"]))
    for match in _JAPANESE.finditer(text):
        if match["last"]:
            yield DayMention(match.span(), last=True)
        else:
            digit = match["number"] or "1"
            yield DayMention(
                match.span(), number="一二三四五".index(digit) + 1 if digit in "一二三四五" else int(digit)
            )


def _more_numbers(text: str, start: int) -> Iterator[DayMention]:
    while match := _MORE.match(text, start):
        yield DayMention(match.span("number"), number=int(match["number"]))
        start = match.end()


def _weekdays(text: str) -> Iterator[DayMention]:
    for match in _WEEKDAY.finditer(text):
        yield DayMention(match.span(), weekday=int(str(match.lastgroup)[1:]))
    for match in _SHORT.finditer(text):
        yield DayMention(match.span("name"), weekday=_SHORT_NAMES.index(match["name"][:3]))


def _dates(text: str) -> Iterator[DayMention]:
    for pattern in (_ISO, _DOTTED, _KANJI, _MONTH_DAY, _DAY_MONTH):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month = (
                int(groups["month"])
                if groups.get("month")
                else next((i for i in range(1, 13) if groups.get(f"m{i}")), 0)
            )
            dom = int(groups["dom"])
            if 1 <= month <= 12 and 1 <= dom <= 31:
                yield DayMention(
                    match.span(),
                    month=month,
                    day_of_month=dom,
                    year=int(groups["year"]) if groups["year"] else None,
                )


def _ordinal(word: str) -> int:
    return next(number for number, words in _ORDINALS.items() if re.fullmatch(words, word, re.IGNORECASE))


def _offset(starts_on: date, month: int, dom: int, year: int | None) -> int | None:
    try:
        named = date(year or starts_on.year, month, dom)
    except ValueError:
        return None
    ahead = (named - starts_on).days
    # Further away it is the date of something else: of the posting, of a release.
    return ahead + 1 if -3 <= ahead <= 7 else None
