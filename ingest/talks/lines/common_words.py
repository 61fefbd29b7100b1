"""Which words a language uses every day: a capitalised phrase made of them is a title, hardly a name."""

from __future__ import annotations

import gzip
import re
from functools import cache
from importlib.resources import files

# pyspellchecker's own reading of its words takes 0.3 s; as they lie in the package they are lines of
# `"word": count`, searched in 40 ms.
_COUNTED = re.compile(rb'"([^"]+)": (\d{3,})')
_LANGUAGES = ("en", "de", "fr", "es", "it", "pt")
# The German counts are a thousandth of the English ones, so that a smaller one says as much.
_LEAST = {"de": 100}
_LEAST_ELSEWHERE = 500

# Shorter texts were told wrong in trials (a title with a number became Shona); a longer sample changed
# nothing.
MIN_CHARS_TO_TELL_LANGUAGE = 200
MAX_CHARS_TO_TELL_LANGUAGE = 5_000


@cache
def common_words(language: str) -> frozenset[str]:
    """Return the common words of a language (ISO 639-1) in lower case; none for a language without a list."""
    if language not in _LANGUAGES:
        return frozenset()
    packed = files("spellchecker").joinpath("resources", f"{language}.json.gz").read_bytes()
    least = _LEAST.get(language, _LEAST_ELSEWHERE)
    return frozenset(
        word.decode("utf-8")
        for word, count in _COUNTED.findall(gzip.decompress(packed))
        if int(count) >= least
    )


def language_of(text: str) -> str:
    """Return the language that a text is written in (ISO 639-1), by its beginning; English where that is too short to tell."""
    if len(text) < MIN_CHARS_TO_TELL_LANGUAGE:
        return "en"
    import py3langid

    return str(py3langid.classify(text[:MAX_CHARS_TO_TELL_LANGUAGE])[0])
