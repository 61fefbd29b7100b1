"""What a heading says: the talk's title without its clock time, number, quotation marks and speakers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ingest.talks.lines.heading_words import kind_of, kind_prefix
from ingest.talks.lines.people import ACCEPT, SURE, People, has_role, parse_people

_CLOCK = re.compile(
    r"[\s(\[]*(?:\d{1,2}[:.h]\d{2}\s*(?:[ap]\.?m\.?|uhr)?|\d{1,2}\s*[ap]\.?m\.?)"
    r"(?:\s*(?:[-–—]|to|bis|à)\s*\d{1,2}(?:[:.h]\d{2})?\s*(?:[ap]\.?m\.?|uhr)?)?[\s)\]]*[-–—:|・,]*\s*(?=\S)",
    re.IGNORECASE,
)
_ANNOUNCED = "talk|session|title|titre|titel|vortrag|présentation|conférence|セッション|タイトル"
_NUMBER = re.compile(rf"(?:{_ANNOUNCED})\s*(?:#?\d{{1,3}}\s*[:：.\-–—]|[:：])\s*(?=\S)", re.IGNORECASE)
_ENUMERATOR = re.compile(r"(?:[A-Z]|\d{1,2})[.)](?:\s+|$)")
_CODE = re.compile(r"(?:[A-Z]{2,5}\d{2,4}(?:-[A-Z]\d?)?)\s*[-–—:|]\s*(?=\S)")
_LEAD = re.compile(r"^[^\w\"“”„«「『(\[#.'’‘*¿]+")
_QUOTED = re.compile(
    r"^\s*[“\"„«「『‹‘](?P<title>[^“”\"„»」』]{3,250}?)[,.]?[”\"“»」』›’]\s*(?P<rest>.*)$", re.DOTALL
)
_BY = re.compile(r"\s*[,–—-]?\s+(?:by|presented by|von|par|mit|with|de|présenté par)\s+(?=\S)", re.IGNORECASE)
_DASH = re.compile(r"\s+[-–—|]+\s+|\s*[—|]\s*|\s+//\s+|\s*／\s*|\s+/\s+(?=[^\x00-\x7f])")
_COLON = re.compile(r"\s*[:：]\s+|：")
_PARTING = re.compile(r"[-–—|/／:：]")  # no dash and no colon without one of these
_COMMA = re.compile(r"(?<=\S),\s+")
_TAIL = re.compile(r"\s*[:：¶#]+\s*$")
# "Ann Bee (Quay) - Words of a title": with the company said, what follows the dash is no role.
_PLACED = re.compile(r"[^()]{4,60}\([^()]{2,60}\)\s+[-–—|]\s+[^\s,]+(?:\s+[^\s,]+){3}")
_IN_PAREN = re.compile(r"^(?P<title>.+?)\s*[(（\[](?P<people>[^()（）]{4,200})[)）\]]\s*$", re.DOTALL)

_SEVERAL = 0.6  # two names in parentheses prove each other


@dataclass(frozen=True, slots=True)
class Style:
    """How sure names in headings must be: lower where the recap names speakers there as a habit."""

    right: float = SURE
    left: float = 0.9
    by: float = ACCEPT
    names_first: bool = False


@dataclass(frozen=True, slots=True)
class Title:
    """A heading taken apart."""

    text: str
    people: People | None = None
    side: str = ""  # where the people stood: "right", "left", "only"
    kind: str = "session"
    signs: frozenset[str] = field(default=frozenset())  # "clock", "number", "code", "quoted", "prefix", "by"


@lru_cache(maxsize=8192)
def read_title(words: str, ordinary: frozenset[str] = frozenset(), style: Style | None = None) -> Title:
    """Take a heading's words apart.

    Args:
        words: The heading as the notes write it, without mark-up.
        ordinary: Words that the recap writes in lower case elsewhere.
        style: How sure names must be.
    """
    style = style or Style()
    text, signs = _strip_front(" ".join(words.split()))
    kind = kind_of(text[:60] if kind_prefix(text) else words)
    prefix = kind_prefix(text)
    if prefix and len(text) > prefix.end():
        signs.add("prefix")
    quoted = _QUOTED.match(text)
    if quoted:
        return _read_quoted(quoted, ordinary, kind, signs)
    numbered = "number" in signs or "clock" in signs
    if numbered:
        style = replace(style, right=ACCEPT, left=ACCEPT)
    title = _split(text, ordinary, style)
    return replace(title, text=_clean(title.text), kind=kind, signs=frozenset(signs) | title.signs)


def stacked(words: str, ordinary: frozenset[str]) -> str:
    """Set a dash where a line of names stands over the title."""
    head, newline, rest = words.partition("\n")
    return f"{head.strip()} - {rest}" if newline and parse_people(head, ordinary) is not None else words


def _strip_front(text: str) -> tuple[str, set[str]]:
    signs: set[str] = set()
    text = _TAIL.sub("", _LEAD.sub("", text.strip()))
    for sign, pattern in (
        ("clock", _CLOCK),
        ("number", _NUMBER),
        ("code", _CODE),
        ("enumerated", _ENUMERATOR),
        ("number", _NUMBER),
    ):
        match = pattern.match(text)
        if match:
            signs.add(sign)
            text = text[match.end() :]
    return text, signs


def _read_quoted(match: re.Match[str], ordinary: frozenset[str], kind: str, signs: set[str]) -> Title:
    rest = _BY.sub("", " " + match["rest"], count=1) if _BY.match(" " + match["rest"]) else match["rest"]
    people = (
        parse_people(
            _DASH.sub(" ", rest, count=1) if _DASH.match(rest) else rest,
            ordinary,
            labelled=rest != match["rest"],
        )
        if rest
        else None
    )
    if rest and people is None:
        # A quotation and what follows it are words of the title, as in: "Magic" of networking.
        return Title(_clean(match.string), None, "", kind, frozenset(signs))
    side = "right" if people else ""
    return Title(
        _clean(match["title"]),
        people,
        side,
        kind,
        frozenset(signs | {"quoted"} | ({"by"} if rest != match["rest"] else set())),
    )


def _split(text: str, ordinary: frozenset[str], style: Style) -> Title:
    """Find the speakers in a heading: after a dash, after "by", in parentheses, or before the title."""
    whole = parse_people(text, ordinary)
    parted = _PARTING.search(text) is not None
    plain = not parted or (not _DASH.search(text) and not _COLON.search(text))
    if (
        whole
        and not _PLACED.match(text)
        and whole.certainty >= style.left
        and (plain or has_role(text))
        and len(whole.names) * 8 >= len(text.split())
    ):
        return Title(text, whole, "only")
    right = (
        _after_by(text, ordinary, style)
        or (_after_dash(text, ordinary, style) if parted else None)
        or _in_paren(text, ordinary, style)
    )
    left = _before(text, ordinary, style) if parted else None
    if right is None or (left is not None and style.names_first and "by" not in right.signs):
        return left or right or _after_comma(text, ordinary, style) or Title(text)
    return right


def _after_by(text: str, ordinary: frozenset[str], style: Style) -> Title | None:
    for match in reversed(list(_BY.finditer(text))):
        people = parse_people(text[match.end() :], ordinary)
        strict = match[0].strip(" ,–—-").lower() not in {"by", "presented by", "par", "présenté par", "von"}
        if (
            people
            and people.certainty >= (style.right if strict else style.by)
            and _apart(people, text[: match.start()])
        ):
            return Title(text[: match.start()], people, "right", signs=frozenset({"by"}))
    return None


def _apart(people: People, title: str) -> bool:
    """Tell names from words that the title has already used, as in "Paging Less by Paging Sooner"."""
    used = set(title.lower().split())
    return len(title) > 2 and not any(word.lower() in used for name in people.names for word in name.split())


def _after_dash(text: str, ordinary: frozenset[str], style: Style) -> Title | None:
    for match in _DASH.finditer(text):
        people = parse_people(text[match.end() :], ordinary)
        if people and people.certainty >= style.right and match.start() > 1:
            return Title(text[: match.start()], people, "right")
    return None


def _in_paren(text: str, ordinary: frozenset[str], style: Style) -> Title | None:
    match = _IN_PAREN.match(text) if text.rstrip().endswith((")", "）", "]")) else None
    if not match:
        return None
    people = parse_people(match["people"], ordinary, listing=True)
    if people is None or people.certainty < (_SEVERAL if len(people.names) > 1 else style.right):
        return None
    return Title(match["title"], people, "right")


def _after_comma(text: str, ordinary: frozenset[str], style: Style) -> Title | None:
    matches = list(_COMMA.finditer(text))
    for match in matches[-2:]:
        people = parse_people(text[match.end() :], ordinary)
        if people and people.certainty >= max(style.right, SURE) and len(text[: match.start()].split()) >= 2:
            return Title(text[: match.start()], people, "right")
    return None


def _before(text: str, ordinary: frozenset[str], style: Style) -> Title | None:
    for pattern in (_DASH, _COLON):
        for match in list(pattern.finditer(text))[:4]:
            head = _COLON.sub(", ", text[: match.start()])
            people = parse_people(head, ordinary)
            rest = text[match.end() :].strip()
            if (
                people
                and people.certainty >= style.left
                and rest
                and (_PLACED.match(text) or not has_role(rest))
            ):
                return Title(_behind_company(rest), people, "left")
    return None


def _behind_company(rest: str) -> str:
    """Drop the company of "Name - Company - Title"."""
    dash = _DASH.search(rest)
    company = rest[: dash.start()].split() if dash else []
    behind = rest[dash.end() :] if dash else ""
    return (
        behind
        if 0 < len(company) <= 2 and all(word[0].isupper() for word in company) and len(behind.split()) >= 3
        else rest
    )


def _clean(text: str) -> str:
    stripped = text.strip().strip("*_`").strip()
    pairs = {"“": "”", '"': '"', "«": "»", "「": "」", "『": "』", "„": "“"}
    if len(stripped) > 2 and pairs.get(stripped[0]) == stripped[-1]:
        stripped = stripped[1:-1].strip()
    return _TAIL.sub("", stripped).strip(" -–—|,")
