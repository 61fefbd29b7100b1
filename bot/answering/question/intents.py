"""What kind of answer the words of a question ask for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Wanted = Literal["fact", "list", "speaker", "talk", "link", "change"]

_TALKS = (
    r"(?:talks|sessions|keynotes|workshops|panels|presentations|conférences|exposés|présentations|ateliers)"
)
_TALK = r"(?:talk|session|keynote|workshop|panel|presentation|conférence|exposé|présentation|atelier)"
_LIST = (
    re.compile(
        r"^(?:so |and |ok |okay )?(?:in |on |at )?(?:which|what|any|how many|quelles|quels|combien de)\s+"
        rf"(?:(?!did\b|do\b|does\b|was\b|is\b|two\b|three\b)[\w/+-]+\s+){{0,4}}?{_TALKS}\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:list|show|give me|enumerate|liste[rz]?)\b(?:\s+me)?\s+"
        rf"(?:all|every|everything|the|each|toutes|tous|les)\b.*(?:{_TALKS}|\b(?:about|on|sur)\b)",
        re.IGNORECASE,
    ),
    re.compile(rf"\b(?:list|show me|find|give me)\b(?:\s+[\w/+-]+){{0,4}}\s+{_TALKS}\b", re.IGNORECASE),
    re.compile(
        r"^(?:list |show |find |give me )?(?:everything|all|anything and everything)\b.{0,25}"
        r"\b(?:on|about|around|regarding|related to|mentioning)\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"^(?:all |all the |other |more )?{_TALKS}\s+(?:\w+\s+){{0,2}}?(?:about|on|around|covering|mentioning|regarding|that|which|sur)\b",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:are|were) there (?:any |other |more )?(?:[\w/+-]+\s+){{0,3}}{_TALKS}\b", re.IGNORECASE
    ),
    re.compile(rf"^{_TALKS}\b", re.IGNORECASE),
    re.compile(
        rf"^(?!(?:who|how|when|why|where|is|was|were|are|did|do|does|can|should|best|favou?rite)\b)(?:[\w/+'’.-]+\s+){{1,4}}{_TALKS}\s*\??$",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:where|who)\b.*\b(?:all )?(?:is|was|are|were|got|get)\s+.{2,40}\bmentioned\b", re.IGNORECASE
    ),
)
_EVERY_MENTION = re.compile(
    r"\b(?:mention|mentions|mentioned|mentioning|name[sd]?"
    r"|refer(?:s|red)? to|bring up|brought up|mentionn\w+|évoqu\w+|cit(?:e|ent|é))\b",
    re.IGNORECASE,
)
_SPEAKER = re.compile(
    rf"\bwho(?:'s| is| was| were| are)?\s+(?:the\s+)?(?:gave|give|gives|present\w*|did|ran|run|talk\w*"
    r"|spoke|speak\w*|held|led|deliver\w*|host\w*|speaker|said|says|showed"
    r"|demoed|explained|argued|recommended|wrote|behind)\b"
    rf"|\bwhich (?:speaker|presenter)s?\b|\bqui a (?:présenté|donné|parlé|animé)\b|\b(?:speakers?|presenters?) (?:of|for|at|in)\b"
    rf"|\bwho\b.{{0,30}}\b{_TALK}\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\b(?:links?|slides?|slide deck|video|recording|youtube|url|schedule page|sched|lien|vidéo|diapos|replay (?:of|du|de))\b",
    re.IGNORECASE,
)
_LINK_ASK = re.compile(
    r"\b(?:got|have|find|where|share|send|give|link|any|watch|t'as|as-tu|avez-vous|où|is there)\b",
    re.IGNORECASE,
)
_TALK_ASKED = re.compile(
    rf"\b(?:which|what)\s+(?:\w+\s+)?{_TALK}\b|^(?:the|that)\s+(?:\w+\s+){{0,3}}{_TALK}\b|\b(?:quelle?|dans quelle?)\s+{_TALK}\b"
    rf"|\b(?:talk|speak|present)(?:ed|ing)?\s+about\??$|'s\s+(?:\w+\s+)?{_TALK}\b"
    rf"|\bwhat did\b.{{2,40}}\b(?:present|talk about|speak about)\b",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:over (?:time|the years)|since then|evol(?:ve|ved|ution)|chang(?:e|ed|es)\b.{0,40}\b(?:between|since|from .{1,15} to|over)"
    r"|through the years|year (?:by|after|over) year"
    r"|from (?:20\d\d|eu|na).{1,12} to (?:20\d\d|eu|na)|au fil (?:du temps|des ans)|evolution)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """The kind of answer: for a list, whether every mention counts or only what a talk is about."""

    wanted: Wanted = "fact"
    every_mention: bool = False
    about_talk: bool = False  # asks for the talk itself: its name, its speakers, its links


def read_wish(text: str) -> Wish:
    """Read the kind of answer from a plain question."""
    if any(pattern.search(text) for pattern in _LIST):
        return Wish("list", every_mention=bool(_EVERY_MENTION.search(text)))
    if _LINK.search(text) and _LINK_ASK.search(text):
        return Wish("link", about_talk=True)
    if _CHANGE.search(text):
        return Wish("change")
    if _SPEAKER.search(text):
        return Wish("speaker", about_talk=True)
    if _TALK_ASKED.search(text):
        return Wish("talk", about_talk=True)
    return Wish()
