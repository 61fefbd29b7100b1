"""How people name conferences, in recaps and in questions, read into event ids with the words that said it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.conferences.editions import EDITIONS, Edition
from index.models import Event

Span = tuple[int, int]

_YEAR = r"(?:20(?:1[0-9]|2[0-9]|30)|['’]?(?:1[5-9]|2[0-9]|30))"
_FULL_YEAR = r"20(?:0[5-9]|1[0-9]|2[0-9]|30)"
_REGIONS = {
    "EU": r"eu|europe|european|europa",
    "NA": r"na|north[ -]?america|north american|nord[ -]?amerika|amérique du nord",
    "China": r"china|chine|cn",
    "India": r"india|inde|indien",
    "Japan": r"japan|japon|jp",
}
_REGION = "|".join(_REGIONS.values())
_SERIES = (
    r"kube[ -]?con(?:s\b)?(?:\s*(?:\+|/|&|and|et|und)\s*cloud\s?native\s?con[fn]?\w*|\s+cloudnativecon)?"
    r"|cloudnativecon(?:\s*\+\s*kubecon)?|kccnc|colocatedevents"
)
_JOIN = r"[\s,:\-–—_/(]*"
_KUBECON = re.compile(
    rf"(?<![a-z0-9])(?:(?P<year0>{_FULL_YEAR})\s+)?(?:{_SERIES})"
    rf"(?:{_JOIN}(?P<region1>{_REGION})(?![a-z]))?(?:{_JOIN}(?P<year1>{_YEAR})(?![0-9]))?"
    rf"(?:{_JOIN}(?P<region2>{_REGION})(?![a-z0-9]))?",
    re.IGNORECASE,
)
_REGION_YEAR = re.compile(
    rf"(?<![a-z0-9])(?P<region>{_REGION})[\s\-_,]*(?P<year>{_YEAR})(?![0-9a-z])", re.IGNORECASE
)
_YEAR_REGION = re.compile(
    rf"(?<![a-z0-9])(?P<year>{_FULL_YEAR})\s+(?P<region>EU|NA|Europe|North America|China|India|Japan)(?![a-z0-9])"
)
_REGION_ALONE = re.compile(r"\b(?:at|in|from|of|for)\s+(?P<region>EU|NA)\b(?!\s*['’]?\d)")
_CITIES = {name.lower(): name for e in EDITIONS for name in (e.city, e.planned_city) if name}
_CITY = re.compile(
    r"(?<![a-z])(" + "|".join(sorted(map(re.escape, _CITIES), key=len, reverse=True)) + r")(?![a-z])",
    re.IGNORECASE,
)
_CITY_WORDS = {
    "copenhague": "copenhagen",
    "kopenhagen": "copenhagen",
    "barcelone": "barcelona",
    "londres": "london",
    "valence": "valencia",
}
_CITY_OTHER = re.compile(r"(?<![a-z])(" + "|".join(_CITY_WORDS) + r")(?![a-z])", re.IGNORECASE)
_VIRTUAL = re.compile(
    r"\b(?:the\s+)?(?:virtual|online|virtuelle?n?|en ligne)\s+(?:one|event|edition|conference|kubecon|édition|konferenz)\b",
    re.IGNORECASE,
)
_YEAR_NEAR = re.compile(rf"(?<!\d)({_FULL_YEAR})(?!\d)")
# A conference by another name: words with a capital, one of which says what it is, and a year.
_KIND = (
    r"[\w:']{0,30}(?:[Cc]on|[Cc]onf|CONF|CON|[Cc]onference|[Ss]ummit|[Dd]ays?|[Ff]est|[Cc]amp|[Ww]orld|[Cc]ongress|Invent|FOSDEM|SciPy"
    r"|PyData|Velocity|Devoxx|Strata|USENIX|Rails|PyGotham|Rejekts|OSCON|LISA|Google I/O|Forum|Tage)\d*"
)
_WORD = r"(?:[A-ZÀ-Þ][\w'’.&+-]{0,40}|re:Invent|of|the|for)"
_OTHER_YEAR = rf"[\s,:\-–—(]*['’]?(?P<year>{_FULL_YEAR}|(?<=['’])\d\d)(?!\d)"
_OTHER = re.compile(rf"(?<![\w])(?P<name>(?:{_WORD}\s+){{0,3}}{_KIND}(?:\s+{_WORD}){{0,3}}?){_OTHER_YEAR}")
_JOINED = re.compile(r"(?<!\w)(?P<name>[A-Z]\w*[Cc]on)['’]?(?P<year>\d\d)(?!\d)")  # SREcon23
_DIGIT = re.compile(r"\d")  # no year without one, and looking is cheap
_ELSEWHERE = re.compile(
    rf"(?<!\w)(?!(?i:kubecon)){_KIND}\s+$"
)  # "QCon London": the city belongs to another conference
_CITY_NEAR = 30  # characters between a city or region and the year that belongs to it


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

    @property
    def event_id(self) -> str | None:
        """Give the event when the words fit exactly one."""
        return self.event_ids[0] if len(self.event_ids) == 1 else None


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
    found: list[EventMention] = []
    for finder in (_named_kubecon, _named_region, _named_other, _named_city, _named_virtual):
        found += [mention for mention in finder(text) if not _overlaps(mention, found)]
    found += [mention for mention in _named_known(text, known) if not _overlaps(mention, found)]
    return tuple(sorted(found, key=lambda mention: mention.spans[0]))


def _named_kubecon(text: str) -> list[EventMention]:
    mentions = []
    for match in _KUBECON.finditer(text):
        region = _region(match["region1"] or match["region2"])
        year = _year(match["year0"] or match["year1"])
        spans = [match.span()]
        city = None
        if not (region and year):
            city, near = _city_near(text, match.end())
            spans += [near] if near else []
        if year is None:
            year, near = _year_near(text, spans[-1][1])
            spans += [near] if near else []
        ids = _editions(region, year, city)
        if region or year or city:
            mentions.append(EventMention(ids, tuple(spans), "KubeCon", region, year, city))
    return mentions


def _named_region(text: str) -> list[EventMention]:
    mentions = []
    for pattern in (_REGION_YEAR, _YEAR_REGION) if _DIGIT.search(text) else ():
        for match in pattern.finditer(text):
            region, year = _region(match["region"]), _year(match["year"])
            mentions.append(
                EventMention(_editions(region, year, None), (match.span(),), "KubeCon", region, year)
            )
    for match in _REGION_ALONE.finditer(text):
        mentions.append(
            EventMention(
                _editions(match["region"], None, None), (match.span("region"),), "KubeCon", match["region"]
            )
        )
    return mentions


def _named_other(text: str) -> list[EventMention]:
    mentions = []
    if not _DIGIT.search(text):
        return []
    for match in [*_OTHER.finditer(text), *_JOINED.finditer(text)]:
        name = re.sub(
            r"^(?:(?:of|the|for|The|At|In|From|My|Our|Notes|Recap)\s+)+", "", " ".join(match["name"].split())
        )
        year = _year(match["year"])
        if not name or _KUBECON.search(name):
            continue
        start = match.start() + match["name"].rfind(name.split()[0])
        mentions.append(
            EventMention((f"{name} {year}",), ((max(start, match.start()), match.end()),), name, None, year)
        )
    return mentions


def _named_city(text: str) -> list[EventMention]:
    mentions = []
    for match in [*_CITY.finditer(text), *_CITY_OTHER.finditer(text)]:
        if _ELSEWHERE.search(text[max(0, match.start() - 40) : match.start()]):
            continue
        city = _CITIES[_CITY_WORDS.get(match[1].lower(), match[1].lower())]
        year, near = _year_near(text, match.end())
        spans = (match.span(), near) if near else (match.span(),)
        ids = _editions(None, year, city)
        if ids:
            mentions.append(EventMention(ids, spans, "KubeCon", None, year, city))
    return mentions


def _named_virtual(text: str) -> list[EventMention]:
    mentions = []
    for match in _VIRTUAL.finditer(text):
        year, near = _year_near(text, match.end())
        ids = tuple(e.event_id for e in EDITIONS if e.virtual and (year is None or e.year == year))
        mentions.append(
            EventMention(ids, (match.span(), near) if near else (match.span(),), "KubeCon", None, year)
        )
    return mentions


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


def _editions(region: str | None, year: int | None, city: str | None) -> tuple[str, ...]:
    fits = [e for e in EDITIONS if _fits(e, region, year, city)]
    if not fits and region and year and not city:
        return (f"{region} {year}",)
    return tuple(e.event_id for e in fits)


def _fits(edition: Edition, region: str | None, year: int | None, city: str | None) -> bool:
    # A planned city counts only together with its year: "Amsterdam" alone is where people went.
    here = city is None or edition.city == city or (edition.planned_city == city and year == edition.year)
    return here and (region is None or edition.region == region) and (year is None or edition.year == year)


def _region(words: str | None) -> str | None:
    if not words:
        return None
    return next(region for region, pattern in _REGIONS.items() if re.fullmatch(pattern, words, re.IGNORECASE))


def _year(digits: str | None) -> int | None:
    if not digits:
        return None
    number = int(digits.strip("'’"))
    return number if number > 99 else 2000 + number


def _year_near(text: str, end: int) -> tuple[int | None, Span | None]:
    match = _YEAR_NEAR.search(text, end, end + _CITY_NEAR)
    return (int(match[1]), match.span(1)) if match else (None, None)


def _city_near(text: str, end: int) -> tuple[str | None, Span | None]:
    match = _CITY.search(text, end, end + _CITY_NEAR)
    return (_CITIES[match[1].lower()], match.span(1)) if match else (None, None)


def _overlaps(mention: EventMention, others: Sequence[EventMention]) -> bool:
    taken = [span for other in others for span in other.spans]
    return any(
        start < end_taken and start_taken < end
        for start, end in mention.spans
        for start_taken, end_taken in taken
    )
