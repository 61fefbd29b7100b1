"""Write the dictionaries of `bot/answering/language/words` from wordfreq's lists.

    pip install wordfreq
    python -m training.dictionaries [--language sv]

Each file is a gzip of sorted lines, `word frequency`: the frequency is ten times the Zipf value, the logarithm of a word's
occurrences among a billion. wordfreq (Robyn Speer, https://github.com/rspeer/wordfreq) is under Apache-2.0, its lists under
CC BY-SA 4.0, and so are these files; `words/README.md` says so beside them. Rarer words are left out: below two, English holds
as many products and slips as words.
"""

from __future__ import annotations

import argparse
import gzip
import math
from collections.abc import Iterator, Mapping
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "bot" / "answering" / "language" / "words"
LANGUAGES = ("de", "en", "es", "fr", "it", "nl", "pt")
RAREST = 2.0  # Zipf
_LONGEST = 30


def main() -> None:
    """Write the dictionaries of some languages, of all without `--language`."""
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--language", action="append", help="a code such as sv; may be given several times")
    for language in options.parse_args().language or LANGUAGES:
        size = write(FOLDER / f"{language}.txt.gz", _frequencies(language))
        print(f"{language}: {size:,} words")


def write(path: Path, frequencies: Mapping[str, float]) -> int:
    """Write a dictionary that reads the same whenever it is made, and return its number of words.

    Args:
        path: The file.
        frequencies: Words and their share of all words, 0 to 1.
    """
    lines = sorted(set(_lines(frequencies)))
    path.write_bytes(gzip.compress("".join(lines).encode(), compresslevel=9, mtime=0))
    return len(lines)


def _lines(frequencies: Mapping[str, float]) -> Iterator[str]:
    for word, share in frequencies.items():
        zipf = math.log10(share) + 9
        bare = word.replace("'", "").replace("’", "")
        if zipf >= RAREST and bare.isalpha() and 1 < len(word) <= _LONGEST:
            yield f"{word.replace('’', chr(39))} {round(zipf * 10)}\n"


def _frequencies(language: str) -> Mapping[str, float]:
    from wordfreq import get_frequency_dict

    found: Mapping[str, float] = get_frequency_dict(language, wordlist="large")
    return found


if __name__ == "__main__":
    main()
