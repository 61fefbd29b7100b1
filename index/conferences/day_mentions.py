"""How people name the days of a conference, in every language of `index.languages`, and with which words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from index.languages.words import either, languages, phrases
from index.models import Event

Span = tuple[int, int]

_LETTER_BEFORE, _LETTER_AFTER = r"(?<![^\W\d_])", r"(?![^\W\d_])"
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


def _bounded(entries: list[str]) -> str:
    """Return an alternation that matches whole words; scripts without spaces have no words to keep whole."""
    spaced = "|".join(entry for entry in entries if not _CJK.search(entry))
    unspaced = [entry for entry in entries if _CJK.search(entry)]
    return "|".join([f"{_LETTER_BEFORE}(?:{spaced}){_LETTER_AFTER}", *unspaced] if spaced else unspaced)


def _by_position(name: str) -> list[str]:
    """Return one alternation for each place of a list that all languages give in the same order."""
    lists = [found for language in languages() if (found := language["days"].get(name))]
    return [_bounded([entry for one in lists for entry in one[at]]) for at in range(len(lists[0]))]


_ORDINALS: dict[int, str] = {
    number: "|".join(
        e for language in languages() for e in language["days"].get("ordinals", {}).get(str(number), ())
    )
    for number in range(1, 6)
}
_CARDINALS = [
    "|".join(
        language["days"]["cardinals"][n] for language in languages() if language["days"].get("cardinals")
    )
    for n in range(6)
]
_ORDINAL, _CARDINAL = "|".join(_ORDINALS.values()), "|".join(_CARDINALS)
_DAY = either("days", "day")
# "day 2 operations" is a subject, not a day of the conference
_NOT_OPERATIONS = (
    r"(?![\s-]*(?:ops\b|operation|operations|problem|concern|task|challenge|kubernetes operation))"
)
_NUMBERED = re.compile(
    rf"{_LETTER_BEFORE}(?<!\ba )(?:{_DAY})s?[\s_#-]*(?P<number>[0-9])(?![0-9:.]\d|\d){_NOT_OPERATIONS}",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    rf"{_LETTER_BEFORE}(?:{_DAY})[\s_-]+(?P<word>{_ORDINAL}|{_CARDINAL}){_LETTER_AFTER}{_NOT_OPERATIONS}",
    re.IGNORECASE,
)
_NTH = re.compile(rf"(?<![^\W_])(?P<word>{_ORDINAL})[\s_-]+(?:{_DAY}){_LETTER_AFTER}", re.IGNORECASE)
_LETTER = re.compile(r"(?<![A-Za-z0-9])[DJT](?P<number>[0-5])(?![A-Za-z0-9])")
_DIGITS = "0123456789０１２３４５６７８９"
_NUMERALS = "".join(
    dict.fromkeys("".join(str(lang["days"].get("numerals", [""])[0]) for lang in languages()))
)
_COUNTED = re.compile(
    "|".join(
        entry.replace("{n}", f"(?P<n{at}>[{_DIGITS}{_NUMERALS}])")
        for at, entry in enumerate(phrases("days", "counted"))
    )
)
_NAMED = {
    entry: int(number)
    for language in languages()
    for entry, number in language["days"].get("spelled", {}).items()
} | dict.fromkeys(phrases("days", "first"), 1)
_NAMED_DAY = re.compile("|".join(f"(?P<d{at}>{entry})" for at, entry in enumerate(_NAMED)))
_NAMED_NUMBERS = list(_NAMED.values())
_LAST = re.compile(_bounded([e.replace(r"\s+", r"[\s_-]+") for e in phrases("days", "last")]), re.IGNORECASE)
# "Day 1, 2 and 3": the numbers that go on
_MORE = re.compile(rf"(?:\s*(?:,|&|\+|{either('bylines', 'and')})\s*){{1,2}}(?P<number>[0-9])(?!\d|[:.]\d|%)")
# "Days 1-3", "Day 1 to 3"; behind "Day 1 - " stands a title, which a number may begin
_UP_TO = re.compile(
    rf"(?:[-–—~]|(?<=s[ ][0-9])\s*[-–—]\s*|\s+(?:{either('days', 'to')})\s+)(?P<number>[1-9])(?!\w|[:.]\d|%)",
    re.IGNORECASE,
)
_WEEKDAYS = _by_position("weekdays")
_WEEKDAY = re.compile("|".join(f"(?P<w{i}>{names})" for i, names in enumerate(_WEEKDAYS)), re.IGNORECASE)
_SHORT = re.compile(
    r"(?<![A-Za-z])(?P<name>Mon|Tue|Tues|Wed|Thu|Thur|Thurs|Fri|Sat|Sun)\.?(?=\s*,|\s+\d|\s+[A-Z][a-z]{2}|\s*$|\s*[-–:])"
)
_SHORT_NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
# "Wed", "Do.", "土": too short to be told from other words unless they stand alone or in pairs.
_ABBREVIATED = _by_position("weekdays_short")
_ALONE = re.compile(
    rf"\W*(?P<name>{'|'.join(f'(?P<w{i}>{names})' for i, names in enumerate(_ABBREVIATED))})\W*",
    re.IGNORECASE,
)
_ABBREVIATION = rf"(?:(?=[^\W\d_]{{3}})|(?-i:(?=[A-ZÀ-Þ])))(?:{'|'.join(_ABBREVIATED)})\.?"
_PAIR = re.compile(rf"{_ABBREVIATION}(?:\s*[+&/–-]\s*{_ABBREVIATION})+", re.IGNORECASE)
# Behind a day's number or date in brackets: "Day 1 (Fri)".
_BESIDE = re.compile(rf"\(\s*(?P<name>{'|'.join(_ABBREVIATED)})\.?\s*\)", re.IGNORECASE)
_PART = re.compile(r"[^\W\d_]+")
_MONTH = "|".join(f"(?P<m{i}>{names})" for i, names in enumerate(_by_position("months"), 1))
_MONTH2 = _MONTH.replace("(?P<m", "(?P<n")
_OF = either("days", "of")
_OF_YEAR = rf"(?:\s*,?\s*(?:(?:{_OF})\s+)?(?P<year>20\d\d))?"
_DOM = r"[0-3]?\d"
_TH = r"(?:st|nd|rd|th|er|º|ª|°|\.)?"
_MONTH_DAY = re.compile(
    rf"(?:{_MONTH})\.?\s+(?P<dom>{_DOM})(?:st|nd|rd|th)?(?![\d:]){_OF_YEAR}", re.IGNORECASE
)
_DAY_MONTH = re.compile(
    rf"(?<![\d.])(?P<dom>{_DOM}){_TH}\s+(?:(?:{_OF})\s+)?(?:{_MONTH})\.?{_OF_YEAR}", re.IGNORECASE
)
_ISO = re.compile(rf"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>[01]?\d)[-/.](?P<dom>{_DOM})(?!\d)")
_DOTTED = re.compile(rf"(?<![\d.])(?P<dom>{_DOM})\.(?P<month>[01]?\d)\.(?P<year>20\d\d)?(?!\d)")
_KANJI = re.compile(
    rf"(?:(?P<year>20\d\d)[年년]\s*)?(?P<month>1?\d)[月월]\s*(?P<dom>{_DOM})[日号일](?!目|차|째)"
)
# "7 to 9 October 2025", "October 17-19, 2023", "Nov 27 - Dec 1", "12. und 13. September", "12.-13.09.2023"
# and as note-taking tools write them: "March 6, 2026 → March 7, 2026"
_TO = rf"\s*(?:[-–—=]*[>→➔➜⟶⇒]|[-–—~〜～/&]|(?<![^\W\d_])(?:{either('days', 'to')})(?![^\W\d_]))\s*"
_SAID_TWICE = r"(?:,?\s*20\d\d)?(?:,?\s+\d{1,2}:\d\d(?:\s*[AP]M)?(?:\s*\([^()\n]{3,8}\))?)?"
_WEEKDAY_BEFORE = r"(?:[^\W\d_]{3,12},?\s+(?:the\s+|der\s+|den\s+|le\s+|el\s+)?)?"
_RANGES = (
    re.compile(
        rf"(?:{_MONTH})\.?\s+(?P<dom>{_DOM})(?:st|nd|rd|th)?{_TO}(?P<dom2>{_DOM})(?:st|nd|rd|th)?(?!\d){_OF_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?:{_MONTH})\.?\s+(?P<dom>{_DOM})(?:st|nd|rd|th)?{_SAID_TWICE}{_TO}{_WEEKDAY_BEFORE}(?:{_MONTH2})\.?\s+(?P<dom2>{_DOM})"
        rf"(?:st|nd|rd|th)?(?!\d){_OF_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\d.:])(?P<dom>{_DOM}){_TH}{_TO}{_WEEKDAY_BEFORE}(?P<dom2>{_DOM}){_TH}\s+(?:(?:{_OF})\s+)?(?:{_MONTH})\.?"
        rf"{_OF_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\d.:])(?P<dom>{_DOM}){_TH}\s+(?:(?:{_OF})\s+)?(?:{_MONTH})\.?(?:\s+(?:{_OF}))?{_SAID_TWICE}{_TO}{_WEEKDAY_BEFORE}(?P<dom2>{_DOM}){_TH}\s+"
        rf"(?:(?:{_OF})\s+)?(?:{_MONTH2})\.?{_OF_YEAR}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"(?<![\d.])(?P<dom>{_DOM})\.(?:(?P<month>[01]?\d)\.(?:20\d\d)?)?{_TO}(?P<dom2>{_DOM})\.(?P<month2>[01]?\d)\.(?P<year>20\d\d)?(?!\d)"
    ),
    re.compile(
        rf"(?:(?P<year>20\d\d)[年년]\s*)?(?P<month>1?\d)[月월]\s*(?P<dom>{_DOM})[日号일]?\s*(?:[-–—~〜～→]|から|到|至|부터)\s*"
        rf"(?:20\d\d[年년]\s*)?(?:(?P<month2>1?\d)[月월]\s*)?(?P<dom2>{_DOM})[日号일]"
    ),
    re.compile(
        rf"(?<!\d)(?P<year>20\d\d)[-/.](?P<month>[01]?\d)[-/.](?P<dom>{_DOM})(?:\s*(?:[-–—=]*[>→➔➜⟶⇒]|/|\s[-–—]\s)\s*)"
        rf"20\d\d[-/.](?P<month2>[01]?\d)[-/.](?P<dom2>{_DOM})(?!\d)"
    ),
)
_LONGEST_CONFERENCE = 14  # days; a longer stretch is a season, not a conference
# What names a day holds a digit or one of these; most lines hold neither.
_MAYBE = re.compile(
    rf"\d|{_WEEKDAY.pattern}|{_PAIR.pattern}|{_LETTER_BEFORE}(?:{_DAY})|{_LAST.pattern}|(?-i:{'|'.join(_SHORT_NAMES)})",
    re.IGNORECASE,
)
_MAYBE_CJK = re.compile("|".join([_COUNTED.pattern, _NAMED_DAY.pattern]))


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
        """Return the conference day, None where the event's dates are needed and not known.

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

    def on(self, year: int | None) -> date | None:
        """Return the date that the words name; `year` where they leave it out."""
        if self.month is None or self.day_of_month is None or not (self.year or year):
            return None
        try:
            return date(self.year or year or 0, self.month, self.day_of_month)
        except ValueError:
            return None


@lru_cache(maxsize=4096)
def parse_days(text: str) -> tuple[DayMention, ...]:
    """Find every naming of a day, in order; a date wins over the weekday or number inside it."""
    if not _MAYBE.search(text) and (text.isascii() or not _MAYBE_CJK.search(text)):
        return ()
    found: list[DayMention] = []
    for finder in (_dates, _numbers, _weekdays):
        for mention in finder(text):
            if not any(
                mention.span[0] < other.span[1] and other.span[0] < mention.span[1] for other in found
            ):
                found.append(mention)
    return tuple(sorted(found, key=lambda mention: mention.span))


def parse_heading_days(text: str) -> tuple[DayMention, ...]:
    """Find the days in a heading, which may be an abbreviated weekday and nothing else, or in brackets: "Do.", "Day 1 (Fri)"."""
    alone = _ALONE.fullmatch(text)
    if alone is None:
        found = parse_days(text)
        beside = _BESIDE.search(text) if found else None
        if beside is None or any(mention.weekday is not None for mention in found):
            return found
        return (*found, DayMention(beside.span("name"), weekday=_short_weekday(beside["name"])))
    return (DayMention(alone.span("name"), weekday=_short_weekday(alone["name"])),)


def parse_range(text: str, year: int | None = None) -> tuple[date, date] | None:
    """Find the first and last day of a conference in words such as "7 to 9 October 2025".

    Args:
        text: A sentence or two.
        year: Of the conference, where the words may leave it out.

    Returns:
        Both dates, or None where the text names no stretch of days that a conference may last.
    """
    for pattern in _RANGES:
        for match in pattern.finditer(text):
            groups = match.groupdict()
            named = int(groups["year"]) if groups.get("year") else year
            second = _month_of(groups, "n", "month2")
            first = _month_of(groups, "m", "month") or second
            if named is None or not first:
                continue
            try:
                starts = date(named, first, int(groups["dom"]))
                ends = date(named, second or first, int(groups["dom2"]))
            except ValueError:
                continue
            if timedelta(0) < ends - starts < timedelta(days=_LONGEST_CONFERENCE):
                return starts, ends
    return None


def _month_of(groups: dict[str, str | None], letter: str, digits: str) -> int:
    """Return the month that a match names, 0 for none."""
    written = groups.get(digits)
    return int(written) if written else next((i for i in range(1, 13) if groups.get(f"{letter}{i}")), 0)


def _numbers(text: str) -> Iterator[DayMention]:
    for match in _LAST.finditer(text):
        yield DayMention(match.span(), last=True)
    for pattern in (_NUMBERED, _LETTER):
        for match in pattern.finditer(text):
            number = int(match["number"])
            yield DayMention(match.span(), number=number)
            if (last := _UP_TO.match(text, match.end())) and int(last["number"]) > number:
                # The days between have no words of their own.
                between = range(number + 1, int(last["number"]))
                yield from (DayMention((match.end(), match.end()), number=day) for day in between)
                yield DayMention(last.span("number"), number=int(last["number"]))
            else:
                yield from _more_numbers(text, match.end())
    for pattern in (_SPELLED, _NTH):
        for match in pattern.finditer(text):
            yield DayMention(match.span(), number=_ordinal(match["word"]))
    if not text.isascii():
        yield from _unspaced_numbers(text)


def _unspaced_numbers(text: str) -> Iterator[DayMention]:
    for match in _COUNTED.finditer(text):
        digit = match[str(match.lastgroup)]
        number = _NUMERALS.index(digit) if digit in _NUMERALS else _DIGITS.index(digit) % 10
        yield DayMention(match.span(), number=number)
    for match in _NAMED_DAY.finditer(text):
        yield DayMention(match.span(), number=_NAMED_NUMBERS[int(str(match.lastgroup)[1:])])


def _more_numbers(text: str, start: int) -> Iterator[DayMention]:
    while match := _MORE.match(text, start):
        yield DayMention(match.span("number"), number=int(match["number"]))
        start = match.end()


def _weekdays(text: str) -> Iterator[DayMention]:
    for match in _WEEKDAY.finditer(text):
        yield DayMention(match.span(), weekday=int(str(match.lastgroup)[1:]))
    for pair in _PAIR.finditer(text):
        for part in _PART.finditer(text, *pair.span()):
            yield DayMention(part.span(), weekday=_short_weekday(part[0]))
    for match in _SHORT.finditer(text):
        yield DayMention(match.span("name"), weekday=_SHORT_NAMES.index(match["name"][:3]))


def _short_weekday(name: str) -> int:
    found = _ALONE.fullmatch(name)
    return next(day for day in range(7) if found and found[f"w{day}"])


def _dates(text: str) -> Iterator[DayMention]:
    for pattern in (_ISO, _DOTTED, _KANJI, _MONTH_DAY, _DAY_MONTH):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            month, dom = _month_of(groups, "m", "month"), int(groups["dom"])
            if 1 <= month <= 12 and 1 <= dom <= 31:
                year = int(groups["year"]) if groups["year"] else None
                yield DayMention(match.span(), month=month, day_of_month=dom, year=year)


def _ordinal(word: str) -> int:
    for number, words in _ORDINALS.items():
        if re.fullmatch(words, word, re.IGNORECASE):
            return number
    return next(n for n, words in enumerate(_CARDINALS) if re.fullmatch(words, word, re.IGNORECASE))


def _offset(starts_on: date, month: int, dom: int, year: int | None) -> int | None:
    try:
        named = date(year or starts_on.year, month, dom)
    except ValueError:
        return None
    ahead = (named - starts_on).days
    # Further away it is the date of something else: of the posting, of a release.
    return ahead + 1 if -3 <= ahead <= 7 else None
