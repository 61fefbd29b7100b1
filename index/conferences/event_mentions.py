"""How people name conferences in recaps and questions: event ids, with the words that said them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from index.conferences.day_mentions import parse_days
from index.conferences.editions import Edition, Series, known_series
from index.languages.words import languages
from index.models import Event

Span = tuple[int, int]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_YEAR = r"(?:20(?:[1-3][0-9])|['’]?(?:1[5-9]|2[0-9]|30))"
_FULL_YEAR = r"20(?:0[5-9]|[1-3][0-9])"
_JOIN = r"[\s,:\-–—_/(]*"
_VIRTUAL = re.compile(
    r"\b(?:the\s+)?(?:virtual|online|virtuelle?n?|en ligne)\s+(?:one|event|edition|conference|kubecon|édition|konferenz)\b",
    re.IGNORECASE,
)
_YEAR_NEAR = re.compile(rf"(?<!\d)({_FULL_YEAR})(?!\d)")
_YEAR_BEFORE = re.compile(rf"(?<!\d)({_FULL_YEAR})[\s\-–—:]+$")
_YEAR_BEHIND = re.compile(rf"[\s,:\-–—(]*(?:['’](?P<short>\d\d)|(?P<year>{_FULL_YEAR}))(?!\d)")
_YEAR_JOINED = re.compile(r"['’]?(?P<year>(?:20)?[0-3]\d)(?!\d)")  # "SREcon23"
_PLACE_WORD = re.compile(r"\s+(?P<word>[^\W\d][^\s,:;()\[\]|]*)(?=[\s,:;()\[\]|]|$)")
_MOST_PLACE_WORDS = 3
# A conference that no file lists: words with a capital, one of which says what it is, and a year.
_KIND = (
    r"[\w:']{0,30}(?:[Cc]on|[Cc]onf|CONF|CON|[Cc]onference|[Kk]onferenz|[Ss]ummit|Days?|days|[Ff]est|[Cc]amp|[Ww]orld|[CcKk]ongress"
    r"|Rails|Forum|Tage|Expo|Symposium|Meetup|Offsite|Unconference|Hackathon|[Ff]ête|[a-z]Sec|[a-z]Con[A-Z]{2})\d*"
)
_WORD = r"(?:[A-ZÀ-Þ][\w'’.&+-]{0,40}|of|the|for|&)"
_OTHER_YEAR = rf"[\s,:\-–—(]*['’]?(?P<year>{_FULL_YEAR}|(?<=['’])\d\d)(?!\d)"
_OTHER = re.compile(rf"(?<![\w])(?P<name>(?:{_WORD}\s+){{0,5}}{_KIND}(?:\s+{_WORD}){{0,3}}?){_OTHER_YEAR}")
_ONE_KIND = re.compile(_KIND)
_JOINED = re.compile(r"(?<!\w)(?P<name>[A-Z]\w*[Cc]on)['’]?(?P<year>\d\d)(?!\d)")
_OTHER_OPEN = re.compile(
    rf"(?<![\w])(?P<name>(?:(?!(?:Day|Tag|Notes|Talks)\b){_WORD}\s+){{0,2}}(?!(?:Days?|Tage)\b){_KIND}"
    r"(?:\s+(?:[A-Z][a-z]+|US|EU|NA|UK|NYC|EMEA|APAC)){0,2})(?!\w)"
)
_FILE_NAME = re.compile(
    r"(?<![a-z])(?P<name>[a-z]*(?:con|conf|rails|days|fest|camp|summit|sec|congress|meetup|offsite|forum)(?:es)?)"
    rf"(?:\s+[a-z]+){{0,2}}?\s*(?P<year>{_FULL_YEAR})(?!\d)"
)
_BARE_KINDS = _words(
    """
    con conf conference summit day days fest camp world congress forum tage expo symposium meetup
    conferences
    """
)
# "Notes from the ...", "Best Talks of ...", "My Trip to ...": words before a name that do not belong to it
_LEADING = re.compile(
    r"^(?:(?:[Oo]f|[Tt]he|for|An?|&|At|In|From|My|Our|On|To|Notes?|Recap|Best|Report|Trip|Talks?|Team|Highlights|Impressions|Sessions"
    r"|Takeaways|Thoughts|Lessons|Summary|Review|Slides|Videos?|Day|Personal|Quick)\s+)+"
)
_DIGIT = re.compile(r"\d")  # no year without one, and looking is cheap
_ELSEWHERE = re.compile(
    rf"(?<!\w)(?!(?i:kubecon)){_KIND}\s+$"
)  # "QCon London": the city belongs to another conference
_CITY_NEAR = 30  # characters between a city or region and the year that belongs to it
# Words behind a conference's name that are not its place: "PyCon notes", "FOSDEM in February".
_NO_PLACE = _words(
    """
    in at on from and with by for day days note notes recap report trip review talk talks slides
    summary what i we my our team the of was is were are retro retrospective impressions highlights
    week blog part am im vom bericht rückblick notizen mitschrieb von du de le la les et en au y e à
    raw session sessions keynote keynotes workshop conference edition or to
    """
)
_MONTH = re.compile(
    "(?:"
    + "|".join(e for lang in languages() for month in lang["days"].get("months", ()) for e in month)
    + r")\.?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class EventMention:
    """Words that name a conference, or several when they leave it open."""

    event_ids: tuple[
        str, ...
    ]  # one: sure; several: oldest first, the words fit all of them; none: a conference nobody knows
    spans: tuple[Span, ...]  # the words, to be taken out of a question
    series: str | None = None  # "KubeCon", else the name without its year
    region: str | None = None
    year: int | None = None
    city: str | None = None
    implied: bool = False  # a region or a city alone, which means the series that such words usually mean

    @property
    def event_id(self) -> str | None:
        """Return the event when the words fit exactly one."""
        return self.event_ids[0] if len(self.event_ids) == 1 else None


class EventReader:
    """Finds the conferences that a text names, by a list of series."""

    def __init__(self, series: Sequence[Series]) -> None:
        self._implied = next((one for one in series if one.implied), None)
        self._listed = [one for one in series if not one.implied]
        cities = {
            name.lower(): name
            for edition in (self._implied.editions if self._implied else ())
            for name in (edition.city, edition.planned_city)
            if name
        }
        self._cities = cities | {
            other: cities[city] for other, city in (self._implied.city_names if self._implied else {}).items()
        }
        self._city = re.compile(
            r"(?<![a-z])("
            + ("|".join(sorted(map(re.escape, self._cities), key=len, reverse=True)) or "(?!)")
            + r")(?![a-z])"
        )
        self._listed_pattern = self._compile_listed(any_case=False)
        self._listed_in_names = self._compile_listed(any_case=True)
        self._compile_implied()

    def _compile_listed(self, *, any_case: bool) -> re.Pattern[str]:
        names = (
            f"(?P<s{at}>{one.pattern if one.exact and not any_case else f'(?i:{one.pattern})'})"
            for at, one in enumerate(self._listed)
        )
        return re.compile(r"(?<![^\W_])(?:" + ("|".join(names) or "(?!)") + r")(?![^\W\d_])(?!-[^\W\d])")

    def _compile_implied(self) -> None:
        one = self._implied
        regions = "|".join(one.region_words.values()) if one else "(?!)"
        keys = "|".join(re.escape(key) for key in one.regions) if one else "(?!)"
        names = "|".join(re.escape(name) for name in one.regions.values()) if one else "(?!)"
        self._named_implied_pattern = re.compile(
            rf"(?<![a-z0-9])(?:(?P<year0>{_FULL_YEAR})\s+)?(?:{one.pattern if one else '(?!)'})"
            rf"(?:{_JOIN}(?P<region1>{regions})(?![a-z]))?(?:{_JOIN}(?P<year1>{_YEAR})(?![0-9]))?"
            rf"(?:{_JOIN}(?P<region2>{regions})(?![a-z0-9]))?"
        )
        self._region_year = re.compile(
            rf"(?<![a-z0-9])(?P<region>{regions})[\s\-_,]*(?P<year>{_YEAR})(?![0-9a-z])"
        )
        self._year_region = re.compile(
            rf"(?<![a-z0-9])(?P<year>{_FULL_YEAR})\s+(?P<region>{keys}|{names})(?![a-z0-9])"
        )
        self._region_alone = re.compile(r"\b(?:at|in|from|of|for)\s+(?P<region>EU|NA)\b(?!\s*['’]?\d)")

    def read(self, text: str, known: Sequence[Event] = ()) -> tuple[EventMention, ...]:
        """Find every naming of a conference with its year, region or city, in order; mentions never overlap.

        Args:
            text: A title, a file name, a question.
            known: Further events with their aliases, such as those of the build that is asked.
        """
        found: list[EventMention] = []
        for finder in (self._named_implied, self._dated_listed, self._named_region, self._named_other, self._named_city,
                       self._named_virtual):  # fmt: skip
            found += [mention for mention in finder(text) if not _overlaps(mention, found)]
        found += [mention for mention in _named_known(text, known) if not _overlaps(mention, found)]
        found = [mention for mention in found if not _of_another(mention, found)]
        return tuple(sorted(found, key=lambda mention: mention.spans[0]))

    def read_file_name(self, name: str) -> list[EventMention]:
        """Find the conferences that a file's name speaks of, where capitals say nothing; dated ones first."""
        found = list(self._listed_mentions(name, self._listed_in_names))
        for match in _FILE_NAME.finditer(name.lower()):
            place, _ = _place(name.lower(), match.end("name"))
            series = " ".join(filter(None, [match["name"].title(), place]))
            year = int(match["year"])
            mention = EventMention((f"{series} {year}",), (match.span(),), series, None, year)
            if (
                match["name"] not in _BARE_KINDS
                and not self.names_implied(match["name"])
                and not _overlaps(mention, found)
            ):
                found.append(mention)
        return sorted(found, key=lambda mention: (mention.year is None, mention.spans[0]))

    def read_open(self, text: str) -> list[EventMention]:
        """Find the conferences that are named without their year: "my notes from QCon London"."""
        dated = self.read(text)
        found = [mention for mention in self._listed_mentions(text) if mention.year is None]
        if self._implied:
            for match in self._named_implied_pattern.finditer(_lowered(text)):
                if not any(match[name] for name in ("region1", "region2", "year0", "year1")):
                    found.append(EventMention((), (match.span(),), self._implied.short))
        for match in _OTHER_OPEN.finditer(text):
            name = _LEADING.sub("", " ".join(match["name"].split()))
            mention = EventMention((), (match.span(),), name)
            if name and name.lower() not in _BARE_KINDS and not _overlaps(mention, [*found, *dated]):
                found.append(mention)
        return sorted(found, key=lambda mention: mention.spans[0])

    def is_listed(self, mention: EventMention) -> bool:
        """Return whether a file lists the series that a mention names."""
        return self._listed_pattern.match(mention.series or "") is not None

    def names_implied(self, text: str) -> bool:
        """Return whether the text names the series that regions and cities imply."""
        return self._implied is not None and re.search(self._implied.pattern, text, re.IGNORECASE) is not None

    def event_of_host(self, address: str) -> str | None:
        """Return the event whose schedule an address belongs to."""
        if self._implied is None or not self._implied.hosts:
            return None
        hosts = "|".join(self._implied.hosts)
        match = re.search(rf"//([\w.-]*(?:{hosts})[\w.-]*)\.(?:sched|events)", address[:200], re.IGNORECASE)
        return (
            next((mention.event_id for mention in self.read(match[1]) if mention.event_id), None)
            if match
            else None
        )

    def _named_implied(self, text: str) -> Iterator[EventMention]:
        for match in self._named_implied_pattern.finditer(_lowered(text)):
            region = self._region(match["region1"] or match["region2"])
            year = _year(match["year0"] or match["year1"])
            spans = [match.span()]
            city = None
            if not (region and year):
                city, near = self._city_near(text, match.end())
                spans += [near] if near else []
            if year is None:
                year, near = _year_near(text, spans[-1][1])
                spans += [near] if near else []
            if region or year or city:
                ids = self._editions(region, year, city)
                yield EventMention(ids, tuple(spans), self._short, region, year, city)

    @property
    def _short(self) -> str | None:
        return self._implied.short if self._implied else None

    def _named_region(self, text: str) -> Iterator[EventMention]:
        dated = bool(_DIGIT.search(text))
        for pattern, words in ((self._region_year, _lowered(text)), (self._year_region, text)):
            for match in pattern.finditer(words) if dated else ():
                region, year = self._region(match["region"]), _year(match["year"])
                ids = self._editions(region, year, None)
                yield EventMention(ids, (match.span(),), self._short, region, year, implied=True)
        for match in self._region_alone.finditer(text):
            ids = self._editions(match["region"], None, None)
            yield EventMention(ids, (match.span("region"),), self._short, match["region"], implied=True)

    def _listed_mentions(self, text: str, pattern: re.Pattern[str] | None = None) -> Iterator[EventMention]:
        """Find listed series with place and year: "Devoxx Belgium 2024", "SREcon25 EMEA", "2023 KCD"."""
        for match in (pattern or self._listed_pattern).finditer(text):
            series = self._listed[int(str(match.lastgroup)[1:])]
            joined = _YEAR_JOINED.match(text, match.end())
            end = joined.end() if joined else match.end()
            region, end = self._listed_region(series, text, end)
            place, after = (region, end) if region else _place(text, end)
            behind = None if joined else _YEAR_BEHIND.match(text, after)
            before = _YEAR_BEFORE.search(text, 0, match.start()) if not joined and not behind else None
            start = match.start()
            if joined:
                year = _year(joined["year"])
                if not region:
                    after = end if not place else after
            elif behind:
                year, after = _year(behind["year"] or behind["short"]), behind.end()
            elif before:
                year, start = _year(before[1]), before.start(1)
            else:
                year = None
                if place and not _capital(place):
                    place, after = "", end  # only a year says that a small word belongs to the name
            name = " ".join(filter(None, [series.short, place]))
            ids = (f"{name} {year}",) if year else ()
            yield EventMention(ids, ((start, after),), name, region or None, year)

    def _listed_region(self, series: Series, text: str, end: int) -> tuple[str, int]:
        for key, words in series.region_words.items():
            match = re.compile(rf"[\s,\-–—/]*(?:{words})(?![^\W_])", re.IGNORECASE).match(text, end)
            if match:
                return key, match.end()
        return "", end

    def _dated_listed(self, text: str) -> Iterator[EventMention]:
        if not _DIGIT.search(text):
            return
        yield from (mention for mention in self._listed_mentions(text) if mention.year is not None)

    def _named_other(self, text: str) -> Iterator[EventMention]:
        if not _DIGIT.search(text):
            return
        for match in [*_OTHER.finditer(text), *_JOINED.finditer(text)]:
            name = _LEADING.sub("", " ".join(match["name"].split()))
            year = _year(match["year"])
            if not name or self.names_implied(name):
                continue
            start = match.start() + match["name"].rfind(name.split()[0])
            span = (max(start, match.start()), match.end())
            yield EventMention((f"{name} {year}",), (span,), name, None, year)

    def _named_city(self, text: str) -> Iterator[EventMention]:
        for match in self._city.finditer(_lowered(text)):
            if _ELSEWHERE.search(text[max(0, match.start() - 40) : match.start()]):
                continue
            city = self._cities[match[1].lower()]
            year, near = _year_near(text, match.end())
            spans = (match.span(), near) if near else (match.span(),)
            ids = self._editions(None, year, city)
            if ids:
                yield EventMention(ids, spans, self._short, None, year, city, implied=True)

    def _named_virtual(self, text: str) -> Iterator[EventMention]:
        for match in _VIRTUAL.finditer(text) if self._implied else ():
            year, near = _year_near(text, match.end())
            editions = self._implied.editions if self._implied else ()
            ids = tuple(e.event_id for e in editions if e.virtual and (year is None or e.year == year))
            spans = (match.span(), near) if near else (match.span(),)
            yield EventMention(ids, spans, self._short, None, year, implied=True)

    def _editions(self, region: str | None, year: int | None, city: str | None) -> tuple[str, ...]:
        if self._implied is None:
            return ()
        fits = [e for e in self._implied.editions if _fits(e, region, year, city)]
        if not fits and region and year and not city:
            return (self._implied.event_id(year, region),)
        return tuple(e.event_id for e in fits)

    def _region(self, words: str | None) -> str | None:
        if not words or self._implied is None:
            return None
        patterns = self._implied.region_words.items()
        return next(key for key, pattern in patterns if re.fullmatch(pattern, words, re.IGNORECASE))

    def _city_near(self, text: str, end: int) -> tuple[str | None, Span | None]:
        match = self._city.search(_lowered(text), end, end + _CITY_NEAR)
        return (self._cities[match[1].lower()], match.span(1)) if match else (None, None)


@cache
def reader() -> EventReader:
    """Return the reader of the series that ship with the project."""
    return EventReader(known_series())


def parse_event(text: str, known: Sequence[Event] = ()) -> tuple[str, ...]:
    """List the ids of the events that the text names, in the order of the words, without doubles.

    Args:
        text: A title, a file name, a question.
        known: Further events with their aliases, such as those of the build that is asked.
    """
    return tuple(
        dict.fromkeys(event_id for mention in parse_events(text, known) for event_id in mention.event_ids)
    )


def parse_events(text: str, known: Sequence[Event] = ()) -> tuple[EventMention, ...]:
    """Find every naming of a conference in the text, in order; mentions never overlap."""
    return reader().read(text, known) if known else _parsed(text)


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[EventMention, ...]:
    return reader().read(text)


def is_kind(word: str) -> bool:
    """Return whether a word with a capital says that a name is a conference's: "Summit", "QuayConf"."""
    return not word.islower() and _ONE_KIND.fullmatch(word) is not None


def _lowered(text: str) -> str:
    """Return the text in small letters, at the same offsets.

    Patterns without regard to case take three times as long.
    """
    lowered = text.lower()
    return (
        lowered
        if len(lowered) == len(text)
        else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    )


def _place(text: str, end: int) -> tuple[str, int]:
    """Read the place behind a series' name, up to three words: "Belgium", "San Francisco"; else ""."""
    words: list[str] = []
    at = end
    while len(words) < _MOST_PLACE_WORDS and (match := _PLACE_WORD.match(text, at)):
        word = match["word"].strip("'’\"“”.-–—")
        if not word or word.lower() in _NO_PLACE or _MONTH.fullmatch(word) or parse_days(word):
            break
        words.append(word)
        at = match.end()
    if words and not _YEAR_BEHIND.match(text, at):
        # Without the year behind it only capitals belong to the name: "PyCon US was held".
        while words and not _capital(words[-1]):
            at = text.rfind(words.pop(), end, at)
        at = at if words else end
        at = len(text[:at].rstrip()) if words else at
    return " ".join(word if not word.islower() else _title(word) for word in words), at


def _capital(word: str) -> bool:
    return word[:1].isupper()


def _title(word: str) -> str:
    return word.upper() if len(word) <= 2 or word in {"emea", "apac", "nyc"} else word.capitalize()


def _named_known(text: str, known: Sequence[Event]) -> list[EventMention]:
    folded = text.lower()
    mentions = []
    for event in known:
        for name in _known_names(event.event_id, event.name, event.aliases):
            # Most names stand nowhere in a question, and a pattern for each takes 40 ms with a thousand
            # conferences.
            match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", folded) if name and name in folded else None
            if match:
                mentions.append(EventMention((event.event_id,), (match.span(),), event.name))
                break
    return mentions


@lru_cache(maxsize=2**13)
def _known_names(event_id: str, name: str, aliases: tuple[str, ...]) -> tuple[str, ...]:
    """Return an event's names in lower case, the longest first."""
    return tuple(sorted({event_id.lower(), name.lower(), *aliases}, key=len, reverse=True))


def _fits(edition: Edition, region: str | None, year: int | None, city: str | None) -> bool:
    # A planned city counts only together with its year: "Amsterdam" alone is where people went.
    here = city is None or edition.city == city or (edition.planned_city == city and year == edition.year)
    return here and (region is None or edition.region == region) and (year is None or edition.year == year)


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    number = int(digits.strip("'’"))
    return number if number > 99 else 2000 + number


def _year_near(text: str, end: int) -> tuple[int | None, Span | None]:
    match = _YEAR_NEAR.search(text, end, end + _CITY_NEAR)
    return (int(match[1]), match.span(1)) if match else (None, None)


def _of_another(mention: EventMention, others: Sequence[EventMention]) -> bool:
    """Return whether a city is where another conference of the text took place: "BOB 2023 in Berlin"."""
    return (
        mention.implied
        and mention.city is not None
        and any(
            not other.implied and 0 <= mention.spans[0][0] - other.spans[-1][1] <= _CITY_NEAR
            for other in others
        )
    )


def _overlaps(mention: EventMention, others: Sequence[EventMention]) -> bool:
    taken = [span for other in others for span in other.spans]
    return any(
        start < end_taken and start_taken < end
        for start, end in mention.spans
        for start_taken, end_taken in taken
    )
