"""Whose words: the note-taker's own remarks, told by the first person and by judgement of the talk itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from ingest.talks.lines.name_words import REMARK_WORDS
from ingest.talks.models import Span

_FIRST_PERSON = re.compile(
    r"\b(?:I|I['’](?:m|d|ve|ll)|my|mine|myself)\b(?!\s*/\s*O)(?![.:]\d)"
    r"|\b[Ww]e(?:['’]d|['’]ve)?\s+(?:(?:would|will|have|had|also|really|all|both|then|\w+ly)\s+){0,3}(?:think|thought|like[d]?"
    r"|love[d]?|enjoy(?:ed)?|appreciate[d]?|recommend|believe|hope|wish|attended|watched|wonder|regret"
    r"|f(?:ou|i)nd (?:it|this|the (?:talk|session)))\b|\band (?:\w+ly )?(?:lov|lik|enjoy)ed (?:it|this|that|every)\b"
    r"|\b[Ww]e (?:were|are) (?:\w+ )?(?:impressed|surprised|excited|glad|happy|curious|disappointed)\b"
    r"|\b[Ii]n (?:my|our) (?:opinion|view)\b|\b(?:my|our) (?:take|opinion|feeling|impression|team)\b",
)
# Where somebody went is no opinion, and such sentences go on with what was said there.
_ATTENDED = re.compile(
    r"\b(?:I|[Ww]e) (?:(?:then|also|next|first|finally|had to|decided to|went to|chose to|was able to) )*(?:attend(?:ed)?|watch(?:ed)?|saw"
    r"|see|visit(?:ed)?|join(?:ed)?|caught|went to|started (?:the|my) day|chose|listened to|sat in on|took part in|arrived at)\b"
)
_JUDGEMENT = re.compile(
    r"^\W*(?:(?:a|an|this|that|the|it|very|really|overall|another|such|what|quite|one of)\b[\w\s,’'-]{0,60})?"
    r"\b(?:great|good|nice|excellent|interesting|informative|amazing|awesome|fantastic|brilliant|insightful|boring|disappointing"
    r"|fun|cool|impressive|useful"
    r"|must[- ]watch|recommended|entertaining|inspiring)\b[\w\s,’'-]{0,40}\b(?:talk|session|presentation|keynote|conference"
    r"|workshop|topic|speaker|demo|overview|stuff)\b"
    r"|^\W*(?:this|the)\s+(?:talk|session|sessions|presentation|keynote|conference|workshop|topic|demonstration)\s+(?:was|is"
    r"|were)\s+(?:\w+\s+){0,2}?"
    r"(?:great|good|nice|excellent|interesting|informative|amazing|awesome|fantastic|brilliant|boring|disappointing|fun"
    r"|impressive|useful|the best)\b"
    r"|^\W*(?:meh|wow|good stuff|great stuff|highly recommended|must[- ]watch|well done|kudos)\b",
    re.IGNORECASE,
)
_FOREIGN = re.compile(
    r"\b(?:je|j['’](?:ai|aime|aurais|étais|avais)|mon avis|à mon sens|m['’]a)\b|\b(?:ich|mir|mich|mein(?:e[rnms]?)?"
    r"|meiner meinung|wir fanden)\b"
    r"|(?:と思った|と思いました|と感じ(?:た|ました)|個人的に|面白かった|良かった|よかった)",
    re.IGNORECASE,
)
# Most notes hold none of these words, and one look at a block is cheaper than one a sentence.
_FOREIGN_HINTS = ("j'", "j’", "m’a", "m'a", "と思", "と感", "個人的", "面白", "良かった", "よかった")
# Set look-up of whole tokens costs a tenth of taking punctuation off first.
_FORMS = frozenset(
    before + word + after for word in REMARK_WORDS for before in ("", "(") for after in ("", *".,:;!?)…")
)
# "What if I want to scale?", "How do we debug?": the question that a talk answers, or that its sub-heading
# asks.
_ASKED = re.compile(
    r"(?:^|[(:–—-])\W*(?:and |but |so )?(?:what|how|why|when|where|who|which|can|could|should|do|does|did|is|are|will|would|comment"
    r"|pourquoi|quand|wie|warum|wann|wo)\b.*\?\W*$",
    re.IGNORECASE | re.DOTALL,
)
_BOUNDARY = re.compile(r"(?<=[.!?])[\"”’)]*\s+|(?<=[。！？])|\n+")
_QUOTES = re.compile(r"“[^”]*”|\"[^\"]*\"|«[^»]*»|「[^」]*」")
_SHORT_PRAISE = 100  # characters; a longer sentence of praise also says what the talk was about
_MOSTLY_PRAISE = 0.5
_FULL_LINE = 50  # characters; nobody wraps narrower
_LONGEST = 20_000  # a body piece longer than this is no prose


def author_spans(text: str, body: Iterable[Span]) -> tuple[Span, ...]:
    """Mark the sentences in which the note-taker speaks for himself.

    Args:
        text: The readable text.
        body: The spans to look at.

    Returns:
        Sentence spans, joined where they touch; words inside quotation marks never count.
    """
    found: list[Span] = []
    for start, end in body:
        if end - start > _LONGEST or not _may_remark(text[start:end]):
            continue
        for first, last in _sentences(text, start, end):
            sentence = text[first:last]
            if _may_remark(sentence) and is_own_remark(sentence):
                _join(found, first, last, start)
    return tuple(found)


def _sentences(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for match in _BOUNDARY.finditer(text, start, end):
        if match.end() > at and not _wrapped(text, at, match):
            yield at, match.end()
            at = match.end()
    if at < end:
        yield at, end


def _wrapped(text: str, at: int, match: re.Match[str]) -> bool:
    """Return whether a line only breaks because it was full, so that its sentence goes on."""
    if not match[0].startswith("\n") or len(match[0]) > 1:
        return False
    line = max(at, text.rfind("\n", at, match.start()) + 1)
    following = text[match.end() : match.end() + 1]
    return text[match.start() - 1] not in ".!?:" and (
        following.islower() or match.start() - line >= _FULL_LINE
    )


def _may_remark(words: str) -> bool:
    folded = words.lower()
    if not _FORMS.isdisjoint(folded.split()):
        return True
    return "j'" in folded if folded.isascii() else any(hint in folded for hint in _FOREIGN_HINTS)


def is_own_remark(sentence: str) -> bool:
    """Return whether a sentence is the note-taker's own remark."""
    bare = _QUOTES.sub(" ", sentence)
    own = (
        _judges(bare)
        or _FOREIGN.search(bare) is not None
        or _FIRST_PERSON.search(_ATTENDED.sub(" ", bare)) is not None
    )
    return own and not ("?" in bare and _ASKED.search(bare))


def _judges(sentence: str) -> bool:
    """Return whether a sentence is a judgement of the talk, not one word of praise before what was said."""
    match = _JUDGEMENT.search(sentence)
    # "The main points of this excellent talk were:" announces what was said.
    if match is None or sentence.rstrip().endswith((":", "：")):
        return False
    return len(sentence) <= _SHORT_PRAISE or match.end() - match.start() >= _MOSTLY_PRAISE * len(sentence)


def _join(found: list[Span], start: int, end: int, lower: int) -> None:
    if found and found[-1][1] >= start and found[-1][0] >= lower:
        found[-1] = (found[-1][0], end)
    else:
        found.append((start, end))
