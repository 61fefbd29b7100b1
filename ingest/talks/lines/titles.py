"""What a heading says: the talk's title without its clock time, room, number, quotation marks and speakers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from index.conferences.event_mentions import parse_events
from index.languages.words import either
from ingest.talks.lines.affiliations import has_role, is_role
from ingest.talks.lines.heading_words import kind_of, kind_prefix
from ingest.talks.lines.names import ACCEPT, SURE, OrdinaryWords
from ingest.talks.lines.people import People, parse_people

_TIME = r"(?:\d{1,2}[:.]\d{2}(?:\s*(?:[ap]\.?m\.?|uhr|h)(?!\w))?|\d{1,2}\s?h(?:\s?\d{2})?(?!\w)|\d{1,2}\s*(?:[ap]\.?m\.?(?!\w)|uhr))"
_CLOCK = re.compile(
    rf"[\s(\[]*{_TIME}(?:\s*(?:[-–—~]|to|bis|à|al?)\s*(?:{_TIME}|\d{{1,2}}))?[\s)\]]*[-–—:|・,]*\s*(?=\S)",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    rf"(?:{either('kinds', 'announced')})\s*(?:#?\d{{1,3}}\s*[:：.\-–—]|[:：])\s*(?=\S)"
    rf"|(?:{either('kinds', 'prefixes')})\s+#?\d{{1,3}}\.\s+(?=\S)",
    re.IGNORECASE,
)
_ENUMERATOR = re.compile(r"(?:[A-Z]|\d{1,2})[.)](?:\s+|$)")
_CODE_WORD = r"[A-Z]{2,5}\d{2,4}(?:-[A-Z]\d?)?"
_CODE = re.compile(rf"(?:{_CODE_WORD}\s*[-–—:|]\s*|[(\[]{_CODE_WORD}[)\]]\s*[-–—:|]?\s*)(?=\S)")
# "(B.2.417 11:20 - 11:50)", "[REPEAT]", "(Room 2)", "(25 min)", "(CON421)" behind a title
_ROOM = rf"(?:{either('bylines', 'rooms')})"
_ASIDE = re.compile(r"\s*[(\[（](?P<words>[^()\[\]（）]{1,80})[)\]）]\s*$")
_ASIDE_FACT = re.compile(
    rf".*(?<![\w.]){_TIME}.*|{_ROOM}\s.{{1,30}}|{_CODE_WORD}|\d{{1,3}}\s?(?:min(?:ute)?s?|minuten|分|분)\.?"
    r"|beginner|intermediate|advanced|expert|(?:any|all) (?:skill )?levels?|repeat|recorded|live|video|recording|slides?"
    r"|cancelled|part \d|online|remote|virtual",
    re.IGNORECASE,
)
_TAIL_CLOCK = re.compile(rf"\s+[-–—|@,]\s*{_TIME}(?:\s*[-–—]\s*{_TIME})?\s*$", re.IGNORECASE)
# "4/5" behind a title is what the note-taker gives it; "part 2/5" is the title's own.
_RATING = re.compile(r"(?<!part)[\s,;:–—-]+[(\[]?\d{1,2}(?:[.,]\d)?\s?/\s?(?:5|10)[)\]]?\s*$", re.IGNORECASE)
# "Track A: ", "トラックA ", "Saal 2 - " before a title
_TRACK = re.compile(
    rf"{_ROOM}\s?(?:[A-Z]|\d{{1,2}})(?:\s*[:：|\-–—]\s*|(?<=[\u3040-\u9fff\uac00-\ud7af][A-Z0-9])\s+)(?=\S)",
    re.IGNORECASE,
)
_TAG = re.compile(r"^(?:\[[^\[\]]{1,12}\]|【[^【】]{1,12}】)\s*(?=[^\s(\[].{3})")  # "[A] ", "[Keynote] "
_KEYCAP = re.compile(r"^[0-9#*]\ufe0f?\u20e3\s*")
_LEAD = re.compile(r"^[^\w\"“”„«「『(\[#.'’‘*¿¡]+")
_QUOTED = re.compile(
    r"^\s*[“\"„«「『‹‘](?P<title>[^“”\"„»」』]{3,250}?)[,.]?[”\"“»」』›’]\s*(?P<rest>.*)$", re.DOTALL
)
_SURE_BY = re.compile(rf"(?:{either('bylines', 'by')})", re.IGNORECASE)
_BY = re.compile(
    rf"\s*[,–—-]?\s+(?P<by>{either('bylines', 'by')}|{either('bylines', 'with')})\s+(?=\S)", re.IGNORECASE
)
_DASH = re.compile(
    r"\s+[-–—|]+\s+|\s*[—|]\s*|\s+//\s+|\s*／\s*|\s+/\s+(?=[^\x00-\x7f])|(?<=[\u3040-\u9fff\uac00-\ud7af])\s*/\s+(?=\S)"
)
_SLASH = re.compile(r"\s+/\s+")  # "CI / CD" has one too, so that it parts a title from names alone
_COLON = re.compile(r"\s*[:：]\s+|：")
_PARTING = re.compile(r"[-–—|/／:：]")  # no dash and no colon without one of these
_COMMA = re.compile(r"(?<=\S),\s+")
_TAIL = re.compile(r"\s*[:：¶#]+\s*$")
_SYMBOL = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\\s]"
_SYMBOLS = re.compile(rf"^{_SYMBOL}+|{_SYMBOL}+$")
# "Ann Bee (Quay) - Words of a title": with the company said, what follows the dash is no role.
_PLACED = re.compile(r"[^()]{4,60}\([^()]{2,60}\)\s+[-–—|]\s+[^\s,]+(?:\s+[^\s,]+){3}")
_IN_PAREN = re.compile(r"^(?P<title>.+?)\s*[(（\[](?P<people>[^()（）]{2,200})[)）\]]\s*$", re.DOTALL)

_YEAR = re.compile(r"20[0-3]\d")
_EVENT_DASH = re.compile(r"\s+[-–—|]\s+")
_MOSTLY = 0.8
_SEVERAL = 0.6  # two names in parentheses prove each other
_AFTER_COMMA = 0.85  # a comma parts many things, and "with" names tools as often as people
_AFTER_COLON = 0.95  # what follows a colon mostly explains the title
_UNSPACED_SHAPE = 0.7
_MOST_DASHES = 4


@dataclass(frozen=True, slots=True)
class Style:
    """How sure names in headings must be: lower where the recap names speakers there as a habit."""

    right: float = SURE
    left: float = 0.9
    by: float = ACCEPT
    comma: float = _AFTER_COMMA
    colon: float = _AFTER_COLON
    names_first: bool = False


@dataclass(frozen=True, slots=True)
class Title:
    """A heading taken apart."""

    text: str
    people: People | None = None
    side: str = ""  # where the people stood: "right", "left", "only"
    kind: str = "session"
    signs: frozenset[str] = field(default=frozenset())  # "clock", "number", "code", "quoted", "prefix", "by"


@dataclass(frozen=True, slots=True)
class Split:
    """One way to part a heading into title and speakers."""

    text: str
    people: People
    by: str  # "by", "with", "dash", "paren", "comma", "colon", "before"


@dataclass(frozen=True, slots=True)
class Parted:
    """A heading with all the ways to part it; which one holds depends on the recap's habit."""

    text: str
    kind: str
    signs: frozenset[str]
    settled: Title | None = None  # quotation marks leave no choice
    whole: People | None = None  # it is names and nothing else
    alone: bool = False  # nothing parts the names, or a role among them explains what does
    rights: tuple[Split, ...] = ()
    lefts: tuple[Split, ...] = ()
    commas: tuple[Split, ...] = ()
    colons: tuple[Split, ...] = ()

    @property
    def right(self) -> float:
        """Return how surely names stand behind the title."""
        return max((split.people.certainty for split in self.rights), default=0.0)

    @property
    def comma(self) -> float:
        """Return how surely names stand behind the title's last comma."""
        return max((split.people.certainty for split in self.commas), default=0.0)

    @property
    def colon(self) -> float:
        """Return how surely names stand behind the title's last colon."""
        return max((split.people.certainty for split in self.colons), default=0.0)

    @property
    def left(self) -> float:
        """Return how surely names stand before the title."""
        return max((split.people.certainty for split in self.lefts), default=0.0)


@lru_cache(maxsize=8192)
def read_title(words: str, ordinary: frozenset[str] = frozenset(), style: Style | None = None) -> Title:
    """Take a heading's words apart.

    Args:
        words: The heading as the notes write it, without mark-up.
        ordinary: Words that the recap writes in lower case elsewhere.
        style: How sure names must be.
    """
    parted = part_title(words, ordinary)
    title = parted.settled or _choose(parted, style or Style())
    return replace(title, text=_clean(title.text), kind=parted.kind, signs=parted.signs | title.signs)


@lru_cache(maxsize=8192)
def part_title(words: str, ordinary: frozenset[str] = frozenset()) -> Parted:
    """Find all ways to part a heading; costs much more than to choose among them."""
    text, signs = _strip(" ".join(words.split()))
    if text.islower() and _PARTING.search(text):
        return _part_small(text, ordinary)
    kind = kind_of(text[:60] if kind_prefix(text) else words)
    prefix = kind_prefix(text)
    if prefix and len(text) > prefix.end():
        signs.add("prefix")
        text = _without_prefix(text, prefix, ordinary)
    quoted = _QUOTED.match(text)
    settled = _read_quoted(quoted, ordinary) if quoted else None
    if settled is not None:
        return Parted(text, kind, frozenset(signs), settled)
    parted = _PARTING.search(text) is not None
    whole = parse_people(text, ordinary)
    return Parted(
        text,
        kind,
        frozenset(signs),
        whole=whole,
        alone=whole is not None and _names_alone(text, whole),
        rights=(
            *_by(text, ordinary),
            *(_dashed(text, ordinary) if parted else ()),
            *_in_paren(text, ordinary),
        ),
        lefts=tuple(_before(text, ordinary)) if parted else (),
        commas=tuple(_behind_comma(text, ordinary)),
        colons=tuple(_behind_colon(text, ordinary)) if parted else (),
    )


def _part_small(text: str, ordinary: frozenset[str]) -> Parted:
    """Part a heading that has no capitals at all, as if each word had one."""
    language = ordinary.without_own() if isinstance(ordinary, OrdinaryWords) else frozenset[str]()
    parted = part_title(text.title(), language)

    def small(splits: tuple[Split, ...]) -> tuple[Split, ...]:
        return tuple(replace(split, text=split.text.lower()) for split in splits)

    return replace(
        parted,
        text=parted.text.lower(),
        settled=None,
        rights=small(parted.rights),
        lefts=small(parted.lefts),
        commas=small(parted.commas),
        colons=small(parted.colons),
    )


def stacked(words: str, ordinary: frozenset[str]) -> str:
    """Set a dash where a line of names stands over the title."""
    head, newline, rest = words.partition("\n")
    return f"{head.strip()} - {rest}" if newline and parse_people(head, ordinary) is not None else words


def _strip(text: str) -> tuple[str, set[str]]:
    """Take clock times, rooms, numbers and codes off both ends."""
    signs: set[str] = set()
    if not text.isascii():
        text = _SYMBOLS.sub("", _KEYCAP.sub("", text))
    text = _RATING.sub("", _TAIL.sub("", _LEAD.sub("", text.strip())))
    for sign, pattern in (
        ("clock", _CLOCK),
        ("number", _NUMBER),
        ("code", _CODE),
        ("enumerated", _ENUMERATOR),
        ("number", _NUMBER),
        ("track", _TRACK),
        ("tag", _TAG),
    ):
        match = pattern.match(text)
        if match:
            signs.add(sign)
            text = text[match.end() :]
    while text.endswith((")", "]", "）")) and (aside := _ASIDE.search(text)) and aside.start():
        words = aside["words"].strip()
        timed = re.search(rf"(?<![\w.]){_TIME}", words, re.IGNORECASE) is not None
        if not _ASIDE_FACT.fullmatch(words) or (not timed and parse_people(words) is not None):
            break
        text = text[: aside.start()]
        signs |= (
            {"clock"} if re.search(_TIME, words) else {"code"} if re.fullmatch(_CODE_WORD, words) else set()
        )
    if tail := _TAIL_CLOCK.search(text):
        text = text[: tail.start()]
        signs.add("clock")
    return _without_event(text), signs


def _without_event(text: str) -> str:
    """Drop a conference's name that a dash parts from the title: "Knots - NDC Oslo 2024", "GuildDay 2025 - Knots"."""
    if not _YEAR.search(text):
        return text
    parts = _EVENT_DASH.split(text)
    kept = [part for part in parts if not _is_event(part)]
    return text if len(kept) in {0, len(parts)} else " - ".join(kept)


def _is_event(words: str) -> bool:
    mentions = parse_events(words) if _YEAR.search(words) else ()
    named = [mention for mention in mentions if not mention.implied]
    return any(
        end - start >= _MOSTLY * len(words.strip())
        for m in named
        for start, end in [(m.spans[0][0], m.spans[-1][1])]
    )


def _without_prefix(text: str, prefix: re.Match[str], ordinary: frozenset[str]) -> str:
    """Drop "Keynote - " and "Chapter 2: ", but keep "Keynote: " and what has only speakers behind it."""
    rest = text[prefix.end() :]
    dashed = not prefix[0].rstrip().endswith((":", "："))
    if not (dashed or re.search(r"\d", prefix[0])) or parse_people(rest, ordinary) is not None:
        return text
    following = kind_prefix(rest)
    return _without_prefix(rest, following, ordinary) if following and len(rest) > following.end() else rest


def _read_quoted(match: re.Match[str], ordinary: frozenset[str]) -> Title | None:
    by = _BY.match(" " + match["rest"])
    rest = (" " + match["rest"])[by.end() :] if by else match["rest"]
    dash = _DASH.match(rest) or _SLASH.match(rest)
    words = rest[dash.end() :] if dash else rest
    people = parse_people(words, ordinary, labelled=bool(by)) if rest else None
    if rest and people is None:
        # A quotation and what follows it are words of the title, as in: "Magic" of networking.
        return None
    return Title(
        match["title"],
        people,
        "right" if people else "",
        signs=frozenset({"quoted"} | ({"by"} if by else set())),
    )


def _names_alone(text: str, whole: People) -> bool:
    plain = not _DASH.search(text) and not _COLON.search(text)
    short = len(whole.names) * 8 >= len(text.split())
    return short and (plain or has_role(text)) and not _PLACED.match(text)


def _choose(parted: Parted, style: Style) -> Title:
    """Choose among the ways to part a heading: after a dash, after "by", in parentheses, or before the title."""
    text = parted.text
    if {"number", "clock"} & parted.signs:
        style = replace(style, right=ACCEPT, left=ACCEPT)
    if parted.whole and parted.alone and parted.whole.certainty >= style.left:
        return Title(text, parted.whole, "only")
    right = next((split for split in parted.rights if split.people.certainty >= _least(split, style)), None)
    left = next((split for split in parted.lefts if split.people.certainty >= style.left), None)
    if left is not None and (right is None or (style.names_first and right.by != "by")):
        return Title(left.text, left.people, "left")
    behind = [
        *(split for split in parted.colons if split.people.certainty >= style.colon),
        *(split for split in parted.commas if split.people.certainty >= style.comma),
    ]
    right = right or next(iter(behind), None)
    if right is None:
        return Title(text)
    signs = frozenset({"by"}) if right.by in {"by", "with"} else frozenset[str]()
    return Title(right.text, right.people, "right", signs=signs)


def _least(split: Split, style: Style) -> float:
    if split.by == "by":
        return style.by
    if split.by == "with":
        return max(style.right, _AFTER_COMMA)
    return _SEVERAL if split.by == "paren" and len(split.people.names) > 1 else style.right


def _by(text: str, ordinary: frozenset[str]) -> Iterator[Split]:
    for match in reversed(list(_BY.finditer(text))):
        people = parse_people(text[match.end() :], ordinary)
        dashes = list(_DASH.finditer(text, 0, match.start()))
        if people and dashes and parse_people(text[dashes[-1].end() :], ordinary) is not None:
            continue  # "Title - Ann Bee with Carl Dee"
        if people and _apart(people, text[: match.start()]):
            yield Split(text[: match.start()], people, "by" if _SURE_BY.fullmatch(match["by"]) else "with")


def _apart(people: People, title: str) -> bool:
    """Tell names from words that the title has already used, as in "Paging Less by Paging Sooner"."""
    used = set(title.lower().split())
    return len(title) > 2 and not any(word.lower() in used for name in people.names for word in name.split())


def _dashed(text: str, ordinary: frozenset[str]) -> Iterator[Split]:
    for match in _DASH.finditer(text):
        people = parse_people(text[match.end() :], ordinary) if match.start() > 1 else None
        if people:
            yield Split(text[: match.start()], people, "dash")
    for match in _SLASH.finditer(text):
        people = parse_people(text[match.end() :], ordinary) if match.start() > 1 else None
        if (
            people and parse_people(text[: match.start()], ordinary) is None
        ):  # "Ann Bee / Carl Dee" are two people
            yield Split(text[: match.start()], people, "dash")


def _in_paren(text: str, ordinary: frozenset[str]) -> Iterator[Split]:
    match = _IN_PAREN.match(text) if text.rstrip().endswith((")", "）", "]")) else None
    people = parse_people(match["people"], ordinary, listing=True) if match else None
    if match and people and not match["people"].isascii() and people.certainty < SURE:
        # In scripts without capitals brackets say more than the shape of a name does.
        people = replace(people, certainty=SURE if people.certainty >= _UNSPACED_SHAPE else people.certainty)
    if match and people:
        yield Split(match["title"], people, "paren")


def _behind_comma(text: str, ordinary: frozenset[str]) -> Iterator[Split]:
    for match in list(_COMMA.finditer(text))[-2:]:
        people = parse_people(text[match.end() :], ordinary)
        if people and len(text[: match.start()].split()) >= 2:
            yield Split(text[: match.start()], people, "comma")


def _behind_colon(text: str, ordinary: frozenset[str]) -> Iterator[Split]:
    """Part "Title: Ann Bee, Quay"; a name without a company may as well be the title's subject."""
    for match in list(_COLON.finditer(text))[-1:]:
        people = parse_people(text[match.end() :], ordinary)
        if people and any(people.affiliations) and _apart(people, text[: match.start()]):
            yield Split(text[: match.start()], people, "colon")


def _before(text: str, ordinary: frozenset[str]) -> Iterator[Split]:
    for pattern in (_DASH, _COLON, _SLASH):
        for match in list(pattern.finditer(text))[:_MOST_DASHES]:
            people = parse_people(_COLON.sub(", ", text[: match.start()]), ordinary)
            rest = text[match.end() :].strip()
            if pattern is _SLASH and parse_people(rest, ordinary) is not None:
                continue
            if people and rest and (_PLACED.match(text) or not is_role(rest)):
                title, employed = _behind_company(rest, people)
                # Behind a colon it may as well be the first part of the title.
                yield Split(title, people if pattern is _COLON else employed, "before")


def _behind_company(rest: str, people: People) -> tuple[str, People]:
    """Take the company of "Name - Company - Title" from the title to the speakers, where they have none."""
    dash = _DASH.search(rest) or _SLASH.search(rest)
    company = rest[: dash.start()].split() if dash else []
    behind = rest[dash.end() :] if dash else ""
    if not (
        0 < len(company) <= 2 and all(word[0].isupper() for word in company) and len(behind.split()) >= 3
    ):
        return rest, people
    if not any(people.affiliations):
        people = replace(people, affiliations=(" ".join(company),) * len(people.names))
    return behind, people


def _clean(text: str) -> str:
    stripped = text.strip().strip("*_`").strip()
    pairs = {"“": "”", '"': '"', "«": "»", "「": "」", "『": "』", "„": "“"}
    if len(stripped) > 2 and pairs.get(stripped[0]) == stripped[-1]:
        stripped = stripped[1:-1].strip()
    return _TAIL.sub("", stripped).strip(" -–—|,")
