"""Whether plain text breaks its lines at a width, or writes one paragraph a line."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SAMPLE = 200_000  # characters are evidence enough, and the cost stays the same for any file
_WIDTHS = range(45, 131)  # nobody wraps narrower or wider by hand or by editor
_FULL = 0.8  # of the width: a line this long was broken because it was full
_TELLING = 0.5  # of the width: shorter lines are titles and last lines, no evidence either way
_OVERFLOW = 1.3
_OVERFLOW_SHARE = 0.05
_FULL_SHARE = 0.6
_LOWER_SHARE = 0.4  # wrapped prose goes on in lower case more often than not, titles over by-lines do not
_STARTS_ANEW = re.compile(
    r"(?:By|From|Speakers?|Presenters?|Slides?|Video|Recording|Link|Who|When|Where)\b|https?://|[\"“*#>]"
)
_BULLET_LIKE = re.compile(r"\s*(?:[•◦▪▫‣⁃∙●○■□·*+–—-]|\(?\d{1,3}[.)])\s")


@dataclass(frozen=True, slots=True)
class Wrapping:
    """The width at which a text breaks its lines; 0 where it does not."""

    width: int

    @classmethod
    def of(cls, source: str) -> Wrapping:
        """Estimate from the breaks between lines that directly follow each other."""
        breaks = _breaks(source[:_SAMPLE])
        lengths = sorted(length for length, _ in breaks)
        if not lengths:
            return cls(0)
        width = lengths[int(0.95 * (len(lengths) - 1))]
        if width not in _WIDTHS or _overflows(source[:_SAMPLE], width):
            return cls(0)
        breaks = [found for found in breaks if found[0] >= _TELLING * width]
        full = sum(length + 1 + len(after.split(maxsplit=1)[0]) > _FULL * width for length, after in breaks)
        cased = [after for _, after in breaks if after[0].lower() != after[0].upper()]
        lower = sum(after[0].islower() for after in cased)
        wrapped = full >= _FULL_SHARE * len(breaks) and lower >= _LOWER_SHARE * len(cased)
        return cls(width if wrapped else 0)

    def goes_on(self, line_length: int, last: str, following: str) -> bool:
        """Return whether the paragraph goes on after a line.

        Args:
            line_length: The line's length with its indentation.
            last: Its last character.
            following: The next line's words.
        """
        if not self.width:
            return False
        next_word = following.split(maxsplit=1)[0]
        full = line_length + 1 + len(next_word) > _FULL * self.width
        return (full and not _STARTS_ANEW.match(following)) or (following[0].islower() and last not in ".!?:")


def _overflows(sample: str, width: int) -> bool:
    """Return whether many lines of prose are far longer than the width: then nothing was wrapped at it."""
    lengths = [len(line) for line in sample.split("\n") if line.count(" ") > 3]
    return sum(length > _OVERFLOW * width for length in lengths) > _OVERFLOW_SHARE * len(lengths)


def _breaks(sample: str) -> list[tuple[int, str]]:
    """List the line breaks inside paragraphs: the line's length and the words after it."""
    breaks = []
    previous = ""
    for line in sample.split("\n"):
        words = line.strip()
        if previous and words and not _BULLET_LIKE.match(line) and len(set(words[:20])) > 1:
            breaks.append((len(previous), words))
        previous = line.rstrip() if words and len(set(words[:20])) > 1 else ""
    return breaks
