"""What the lexical index holds of a text: its words, and the names that several words or parts of one make.

- A version is one term, and so is what it is a release of: "v1.19.2" gives "1.19" and "1.19.2", never "1".
- Words that a mark joins are also one: "kube-proxy" gives "kube", "proxy" and "kubeproxy", "CVE-2019-5736"
  also "cve2019.5736".
- A name in humps is also its parts: "StatefulSet" gives "statefulset", "stateful" and "set".
- A flag and a name with a leading point are also what they are: "--force", ".net".
- Scripts without blanks give pairs of characters.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from index.vocabulary.words import Word, fold, is_unspaced, join, words

_TIGHT = frozenset("-‐‑–_./'’&+")  # between two words, alone, it makes them one name
_HUMP = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HUMPED = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]")
_PART = 3  # letters that a part of a name in humps has at least
_YEAR = 3  # digits of a number that is also a term without those behind its point


class Unit(NamedTuple):
    """A word, a version or a character of a text: its span, its form, and the terms that it gives."""

    start: int
    end: int
    form: str
    tight: bool  # a single mark joins it to the unit before
    flag: bool  # two hyphens stand before it
    terms: tuple[str, ...]

    @property
    def is_version(self) -> bool:
        """Return whether it is numbers with points between them."""
        return "." in self.form


@lru_cache(maxsize=64)  # a question is taken apart for each ranker
def units(text: str) -> tuple[Unit, ...]:
    """Return a text's units in order."""
    found: list[Unit] = []
    group: list[Word] = []
    for word in (*words(text), None):
        if word is not None and group and _goes_on(text, group[-1], word):
            group.append(word)
            continue
        if group:
            before = found[-1].end if found else None
            found.append(_unit(text, group, before))
        group = [word] if word is not None else []
    return tuple(_paired(found))


def terms(text: str) -> Iterator[str]:
    """Yield the terms of a text in order, names that several units make behind their last one."""
    run: list[Unit] = []
    for unit in units(text):
        if not unit.tight:
            yield from _whole(run)
            run = []
        yield from unit.terms
        run.append(unit)
        if len(run) > 1:
            yield join((run[-2].form, unit.form))
    yield from _whole(run)


def parts(name: str) -> list[str]:
    """Return the folded parts of a name in humps ("PodTopologySpread"); none if one of them is short."""
    if not _HUMPED.search(name):
        return []
    found = _HUMP.findall(name)
    return [fold(part) for part in found] if min(map(len, found)) >= _PART else []


def _goes_on(text: str, before: Word, word: Word) -> bool:
    """Return whether a word is the next number of a version."""
    return text[before.end : word.start] == "." and before.form[-1:].isdigit() and word.form[:1].isdigit()


def _unit(text: str, group: Sequence[Word], before: int | None) -> Unit:
    start, end = group[0].start, group[-1].end
    form = join(word.form for word in group)
    gap = None if before is None else text[before:start]
    if len(group) > 1:
        numbers = [word.form for word in group]
        made = [".".join(numbers[:count]) for count in range(2, len(numbers) + 1)]
        first = [numbers[0]] if len(numbers[0]) >= _YEAR else []
        return Unit(start, end, form, gap in _TIGHT, False, (*first, *made))
    other = parts(text[start:end])
    if form.isalpha() and text[start - 1 : start] == "." and _opens(text, start - 1):
        other.append(f".{form}")
    flag = text[max(start - 2, 0) : start] == "--" and _opens(text, start - 2)
    return Unit(start, end, form, gap in _TIGHT, flag, (form, *other) if form else ())


def _opens(text: str, at: int) -> bool:
    """Return whether a name may begin at a mark: white space or an opening mark stands before it."""
    return at <= 0 or not (text[at - 1].isalnum() or text[at - 1] in "-.…")


def _paired(found: list[Unit]) -> list[Unit]:
    """Return units with the pairs that characters of scripts without blanks begin; the last begins none."""
    made: list[Unit] = []
    alone = True  # nothing stands right before the unit
    for unit, behind in pairwise((*found, None)):
        if unit is None or not is_unspaced(unit.form):
            made += [unit] if unit else []
            alone = True
            continue
        joined = behind is not None and behind.start == unit.end and is_unspaced(behind.form)
        pair = (unit.form + behind.form,) if joined and behind else (unit.form,) if alone else ()
        made.append(unit._replace(terms=pair))
        alone = not joined
    return made


def _whole(run: Sequence[Unit]) -> Iterator[str]:
    """Yield the flag that joined units make, and the name where they are more than two."""
    name = join(unit.form for unit in run)
    if len(run) > 2:
        yield name
    if run and run[0].flag:
        yield f"--{name}"
