"""By-lines: the lines under a title that name its speakers or carry its links."""

from __future__ import annotations

import re
from functools import lru_cache

from index.languages.words import either
from ingest.talks.lines.affiliations import has_role
from ingest.talks.lines.names import ACCEPT, RARE, SURE, begins_like_a_name
from ingest.talks.lines.people import People, parse_people

_COLON = r"\**\s*(?:[:：]|[-–—]\s)\**\s*"
_LABEL = re.compile(
    rf"^\W*(?P<label>{either('bylines', 'labels')}){_COLON}(?P<names>\S.*)$", re.IGNORECASE | re.DOTALL
)
_BY = re.compile(rf"^\W*(?P<label>{either('bylines', 'by')}):?\s+(?P<names>\S.*)$", re.IGNORECASE | re.DOTALL)
_PANEL = re.compile(
    rf"^\W*(?:{either('bylines', 'panels')}){_COLON}(?P<names>\S.*)$", re.IGNORECASE | re.DOTALL
)
# "With Ann Bee, Carl Dee and Eva Eff (Quay)" is a line of its own below a title; so are "mit ...", "feat. ...".
_WITH = re.compile(
    rf"^\W*(?:{either('bylines', 'with')}|featuring|feat\.?|ft\.)\**\s*:?\**\s+(?P<names>\S.*)$",
    re.IGNORECASE,
)
_ON_A_PANEL = re.compile(r"panel|moderat|podium|guests?\b", re.IGNORECASE)  # where many companies sit
_MATERIAL_NAMES = "|".join(either("links", kind) for kind in ("slides", "video", "schedule", "code", "other"))
_MATERIAL = re.compile(
    rf"^\W*(?:(?:the |session |talk )?(?:{_MATERIAL_NAMES}))(?![^\W\d_])\**\s*(?:[:：\-–—]|are at|at|\()?\s*",
    re.IGNORECASE,
)
_TIME = r"\d{1,2}[:.h]\d{2}"
_KIND_WORDS = f"{either('kinds', 'keynote')}|{either('kinds', 'workshop')}|{either('kinds', 'prefixes')}"
_FACT = re.compile(
    rf"^\W*(?:(?:{either('bylines', 'facts')}|{either('bylines', 'rooms')}|{either('bylines', 'company')})\**\s*[:：]"
    rf"|{_TIME}(?:\s*[-–—]\s*{_TIME})?\s*(?:[-–—]|$|,\s|[|·•]|\(?(?:{either('bylines', 'rooms')})(?:\s|$)|(?:{_KIND_WORDS})\s*$))",
    re.IGNORECASE,
)
# "10:00 - Quays without queues" is a programme's line, "10:00 - Room 2" a fact.
_TIMED_TITLE = re.compile(
    rf"^\s*{_TIME}(?:\s*[-–—]\s*{_TIME})?\s*[-–—:|]\s+(?!(?:{either('bylines', 'rooms')})(?:\s|$))[^\W\d]\S*\s+\S",
    re.IGNORECASE,
)
_COMPANY = re.compile(
    rf"^\W*(?:{either('bylines', 'company')})\**\s*[:：]\s*(?P<company>\S.*)$", re.IGNORECASE
)
_WEAK_LABEL = re.compile(either("bylines", "weak_labels"), re.IGNORECASE)
# "By Ann Bee, May 12, 2023 · 9 min read" is the author of the post.
_POSTED = re.compile(
    r"\bmin(?:ute)?s?[ -]read\b|\b(?:posted|published|updated|last modified|created)\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
    r"|dec)[a-z]*\.? \d{1,2},? 20\d\d\b|\b\d{1,2}\.? [a-zéû]{3,10}\.? 20\d\d\b|\b20\d\d-\d\d-\d\d\b",
    re.IGNORECASE,
)
# "Ann Bee, Quay · Watch · Slides": links behind the names.
_LINKS_BEHIND = re.compile(
    rf"(?>\s*[·•|–—\-/,]\s*[\[(]*(?:{_MATERIAL_NAMES}|https?://\S+)[\])]*(?=\s*[·•|–—\-/,]|\s*$))+\s*$",
    re.IGNORECASE,
)
_NAMES_MATERIAL = re.compile(_MATERIAL_NAMES, re.IGNORECASE)
# Most lines fail these, at a tenth of the cost: no links behind without such a sign, no date of posting
# without such letters.
_COLON_SIGN = re.compile(r"[:：]|[-–—]\s")
_SIGN = re.compile("[·•|–—/,-]")
_MAYBE_POSTED = re.compile(r"[Ee][Dd]|[Rr][Ee][Aa][Dd]|20")
# A panel names its people in two breaths: "Moderator: Ann Bee. Panelists: Carl Dee, Eva Eff".
_LABEL_WITHIN = re.compile(
    r"[.;,]?\s+(?:and\s+)?(?:panell?ists?|guests?|speakers?|participants?|moderators?)\s*[:：]\s*",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w+")
_URL = re.compile(r"https?://\S+")
_LONGEST = 320
_NO_THING = RARE + 0.01  # a known given name, or a role or company beside it


@lru_cache(maxsize=8192)
def read_byline(words: str, ordinary: frozenset[str] = frozenset(), *, marked: bool = False) -> People | None:
    """Read a line as a by-line, None where it is none.

    Args:
        words: One line, without mark-up.
        ordinary: Words that the recap writes in lower case elsewhere.
        marked: The whole line is set in italics, bold or parentheses, so that bare names are proof enough.
    """
    line = words.strip()[: _LONGEST + 1]
    if not line or len(line) > _LONGEST:
        return None
    if (line[0] in "(（" and line[-1] in ")）") or (line[0] == line[-1] and line[0] in "_*"):
        line, marked = line[1:-1], True
    if (several := _PANEL.match(line) or _WITH.match(line)) is not None:
        return _several(several, ordinary)
    announced = _announced(line)
    # Most lines are sentences of notes, and go no further.
    bare = not (announced or marked)
    if bare and (line.endswith((".", ":", "?", "!")) or not begins_like_a_name(line.lstrip("–—-~ "))):
        return None
    if _SIGN.search(line) and _leads(line):
        line = _LINKS_BEHIND.sub("", line)
        announced = _announced(line)
    if not line or (_MAYBE_POSTED.search(line) and _POSTED.search(line)):
        return None
    if announced:
        return (
            _labelled(announced, ordinary)
            if announced.re is _LABEL
            else _sure(parse_people(announced["names"], ordinary), ACCEPT)
        )
    return _bare(line, ordinary, marked=marked)


def _announced(line: str) -> re.Match[str] | None:
    """Match what says by a label or a by-word that names follow: "Speaker: Ann Bee", "by Ann Bee"."""
    label = _LABEL.match(line) if _COLON_SIGN.search(line) else None
    return label or _BY.match(line)


def _several(match: re.Match[str], ordinary: frozenset[str]) -> People | None:
    """Read what stands behind "Panel:" or "With": several people, or with one whose name no thing can have.

    A title may stand behind the first, and many a note begins with the second.
    """
    people = parse_people(match["names"], ordinary, listing=True, apart=True)
    if people is None or (match.re is _PANEL and len(people.names) > 1):
        return people
    if match.re is _PANEL:
        return None
    return _sure(people, SURE if len(people.names) > 1 else _NO_THING)


def _bare(line: str, ordinary: frozenset[str], *, marked: bool) -> People | None:
    """Read a line that is names and nothing else."""
    dashed = re.split(r"\s[-–—|]\s", line)
    if (len(dashed) > 2 or (len(dashed) == 2 and len(dashed[1].split()) > 3)) and not has_role(line):
        return None  # "Name - Company - Title" is a talk of its own
    people = parse_people(line.lstrip("–—-~ "), ordinary, listing=marked)
    if marked:
        return _sure(people, ACCEPT)
    # A bare line of names must say so itself: by words that are no everyday words, or a role or company beside it.
    return _sure(people, SURE)


def _leads(line: str) -> bool:
    """Return whether a line's last words may lead to slides or a recording."""
    words = [word.strip("[]()") for word in line.split()[-2:]]
    return (
        words[-1:] != [] and ("://" in words[-1] or _NAMES_MATERIAL.fullmatch(words[-1]) is not None)
    ) or _NAMES_MATERIAL.fullmatch(" ".join(words)) is not None


def _labelled(label: re.Match[str], ordinary: frozenset[str]) -> People | None:
    plural = label["label"].lower().rstrip(")").endswith(("s", "(s", "en", "innen", "ori", "atori"))
    names = _LABEL_WITHIN.sub(", ", label["names"].strip().rstrip("."))
    plural = plural or names != label["names"].strip().rstrip(".")
    if _WEAK_LABEL.fullmatch(label["label"]):
        return _sure(parse_people(names, ordinary), ACCEPT)
    apart = _ON_A_PANEL.search(label["label"]) is not None
    people = parse_people(names, ordinary, labelled=True, listing=plural, apart=apart)
    return people or parse_people(names.title(), ordinary, labelled=True, listing=plural, apart=apart)


def _sure(people: People | None, least: float) -> People | None:
    return people if people is not None and people.certainty >= least else None


def adds_people(words: str) -> bool:
    """Return whether a line below a by-line names more people: "Panelists: ..." below "Moderator: ...", "With ..."."""
    line = words.strip()[:_LONGEST]
    label = _LABEL.match(line)
    return bool(_WITH.match(line) or (label and not _WEAK_LABEL.fullmatch(label["label"])))


def is_labelled(words: str) -> bool:
    """Return whether the line says by a label that it names speakers."""
    return bool(_LABEL.match(words.strip()[:_LONGEST]))


@lru_cache(maxsize=8192)
def is_material(words: str) -> bool:
    """Return whether a line only points to slides, recording or schedule, or is an address alone."""
    line = words.strip()
    if len(line) > 600:
        return False
    rest = _URL.sub("", line)
    if not rest.strip(" <>()[]*-–•|,"):
        return bool(rest != line)
    if line.startswith(("http://", "https://")) and len(_WORD.findall(rest)) <= 1:
        return True  # "https://... | Rating: *****"
    label = _MATERIAL.match(rest)
    words_left = len(_WORD.findall(rest[label.end() :])) if label else 0
    return bool(label and words_left <= 3 and (rest != line or len(rest.split()) <= 5))


def is_fact(words: str) -> bool:
    """Return whether a line gives a talk's time, room or the like."""
    line = words.strip()
    return len(line) < 120 and bool(_FACT.match(line))


def is_property(words: str) -> bool:
    """Return whether a line is one of a page's properties, "Date: ...", "Status: ...", or several of them."""
    lines = [line for line in words.split("\n") if line.strip()]
    if any(_TIMED_TITLE.match(line) for line in lines):
        return False
    return bool(lines) and all(is_fact(line) or is_labelled(line) or is_material(line) for line in lines)


def read_company(words: str) -> str | None:
    """Read "Company: Quay" under a title, None where the line says no such thing."""
    match = _COMPANY.match(words.strip()) if len(words) < 120 else None
    return match["company"].strip() if match else None
