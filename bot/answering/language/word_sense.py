"""What sort of word each word of a question is, found out once.

Everything that follows asks the record: whether a word carries grammar only, speaks about talks as such, stands in the notes (in
whatever spelling), is an ordinary word that they lack, or names something that they lack.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache

from bot.answering.language.knowledge import Knowledge
from bot.answering.language.spelling import closest_word, grammar_meant, hasty_contractions
from bot.answering.language.wordlists import (
    Language,
    english,
    is_common_elsewhere,
    is_generic,
    is_product,
    is_real_word,
    is_stop,
    language_of,
)
from index.vocabulary.words import MIN_JOINED, Word, fold, is_unspaced, words

_SHOUTED = 0.5  # share of capitals from which they tell nothing
_FOREIGN = 3  # words that no dictionary has, of a sentence in a language that we do not know
_SEPARATE = re.compile(r"\s+|\s?[-‐‑–]\s?")  # between the parts of a compound
_FEWEST_FOREIGN = 2  # words beside a name
_SHORTEST_ENGLISH = 3  # letters up to which a list of English words has those of other languages too
_ASKING_WORDS = 5  # of the longest expression that asks for a quantity
_SHORT = 2  # letters of a name that notes may also say as a grammar word
_GLUE = "./@:_"
_VERSION = re.compile(r"\d+(?:\.\d+)+")


class Sense(StrEnum):
    """What sort of word a word is, beside what the notes say."""

    GRAMMAR = "grammar"  # carries grammar only, or is a slip of such a word
    GENERIC = "generic"  # speaks about notes, talks and speakers as such
    KNOWN = "known"  # stands in the notes, in this or another spelling or under another name
    PLAIN = "plain"  # an ordinary word that the notes lack
    NAME = "name"  # names something that the notes lack


@dataclass(frozen=True, slots=True)
class WordSense:
    """A word of a question."""

    text: str  # as it is searched: a slip corrected, a compound as the notes write it
    form: str  # folded
    start: int  # in the text that is searched
    sense: Sense
    capital: bool = False  # written like a name, not merely at the start of a sentence
    real: bool = False  # a dictionary knows it
    others: tuple[str, ...] = ()  # what the notes call it

    @property
    def end(self) -> int:
        """Return where it ends in the text that is searched."""
        return self.start + len(self.text)

    @property
    def known(self) -> bool:
        """Return whether the notes contain it."""
        return self.sense is Sense.KNOWN

    @property
    def topical(self) -> bool:
        """Return whether it carries a subject."""
        return self.sense not in {Sense.GRAMMAR, Sense.GENERIC}

    @property
    def name_like(self) -> bool:
        """Return whether it names something, in the notes or not: written with a capital, or a word of no language."""
        return self.capital or not (self.real or self.form[:1].isdigit())


@dataclass(frozen=True, slots=True)
class SensedText:
    """A text with the senses of its words, slips corrected."""

    text: str
    words: tuple[WordSense, ...]
    language: Language
    corrections: Mapping[str, str] = field(default_factory=dict)  # to words of the notes, as a person is told
    is_foreign: bool = False  # a name of the notes among words of a language that we do not know


def sense(text: str, knowledge: Knowledge) -> SensedText:
    """Return a text's words with their senses, and the text as it is searched."""
    reader = _Reader(text, knowledge)
    pieces: list[str] = []
    found: list[WordSense] = []
    corrections: dict[str, str] = {}
    at = length = 0
    for word in reader.words:
        read = reader.read(word)
        pieces += [text[at : word.start], read.text]
        found.append(
            WordSense(
                read.text,
                read.form,
                length + word.start - at,
                read.sense,
                read.capital,
                read.real,
                read.others,
            )
        )
        length += word.start - at + len(read.text)
        at = word.end
        if read.corrected:
            corrections[text[word.start : word.end]] = read.text
    whole = "".join([*pieces, text[at:]])
    found = _without_quantities(found, reader.language)
    said = _in_a_language(found, reader.language)
    return SensedText(whole, said, reader.language, corrections, reader.is_foreign)


def _without_quantities(found: list[WordSense], language: Language) -> list[WordSense]:
    """Take the words that ask for a quantity for grammar: "how long was it down?" is about no length."""
    forms = tuple(word.form for word in found)
    for at in range(len(forms)):
        for end in range(at + 2, min(at + _ASKING_WORDS, len(forms)) + 1):
            if forms[at:end] in english().quantities or forms[at:end] in language.quantities:
                found[at:end] = [replace(word, sense=Sense.GRAMMAR) for word in found[at:end]]
    return found


def _in_a_language(found: Sequence[WordSense], language: Language) -> tuple[WordSense, ...]:
    """Take the words of a language that we do not know for plain ones: most of a sentence are no names.

    Where the notes know none of its words, it asks for what they lack, in whatever language, or in none: "asdf qwer zxcv".
    """
    unknown = sum(_is_unknown(word) for word in found)
    others = sum(word.sense is not Sense.GRAMMAR for word in found) - unknown
    known = any(word.known for word in found)
    if language is not english() or unknown < _FOREIGN or unknown <= others or not known:
        return tuple(found)
    return tuple(
        replace(word, sense=Sense.PLAIN, real=True)
        if _is_unknown(word) and not is_product(word.form)
        else word
        for word in found
    )


def _is_unknown(word: WordSense) -> bool:
    return word.sense is Sense.NAME and not word.capital


@dataclass(frozen=True, slots=True)
class _Read:
    text: str
    form: str
    sense: Sense
    capital: bool = False
    real: bool = False
    others: tuple[str, ...] = ()
    corrected: bool = False


class _Reader:
    """Reads the words of one text."""

    def __init__(self, text: str, knowledge: Knowledge) -> None:
        self.text = text
        self.knowledge = knowledge
        self.language = language_of(text)
        self.words = _compounds_joined(text, knowledge)
        self._capitals_tell = _capitals_tell(text)
        # A word that a question says again is not looked up again.
        self._spelt = cache(knowledge.spelling)
        self._closest = cache(self._look_closest)
        self.is_foreign = self._names_among_foreign_words()

    def read(self, word: Word) -> _Read:
        """Return what a word is."""
        written = self.text[word.start : word.end]
        capital = self._is_capital(word)
        if is_unspaced(word.form[:1]):
            known = self.knowledge.contains(word.form)
            return _Read(written, word.form, Sense.KNOWN if known else Sense.PLAIN, real=True)
        if small := self._small(word, capital=capital):
            return small
        real = is_real_word(written, self.language) or self._is_part(word)
        if spelling := self._spelling(word):
            return _Read(spelling, word.form, Sense.KNOWN, capital, real)
        others = self._others(word, capital=capital)
        if others or self._is_translated(word):
            return _Read(written, word.form, Sense.KNOWN, capital, real, others)
        return self._unknown(word, capital=capital, real=real)

    def _small(self, word: Word, *, capital: bool) -> _Read | None:
        """Return what a word is that carries no subject, None for the others."""
        written = self.text[word.start : word.end]
        foreign = self.is_foreign and not capital and not self.knowledge.contains(word.form)
        if foreign or self._is_grammar(word, capital=capital):
            return _Read(written, word.form, Sense.GRAMMAR, real=True)
        if is_generic(written):
            return _Read(written, word.form, Sense.GENERIC, real=True)
        if not capital and word.form in hasty_contractions():
            meant = grammar_meant(written.lower(), self.language) or written
            return _Read(meant, meant, Sense.GRAMMAR, real=True)
        return None

    def _unknown(self, word: Word, *, capital: bool, real: bool) -> _Read:
        """Return what a word is that the notes contain in no spelling."""
        written = self.text[word.start : word.end]
        product = is_product(word.form)
        if not product and not capital and (meant := grammar_meant(written.lower(), self.language)):
            return _Read(meant, meant, Sense.GRAMMAR, real=True)
        if not product and not capital and is_common_elsewhere(written.lower()):
            return _Read(written, word.form, Sense.PLAIN, real=True)
        if real and not product:
            return _Read(written, word.form, Sense.NAME if capital else Sense.PLAIN, capital, real)
        if product or self._in_address(word):
            return _Read(written, word.form, Sense.NAME, capital)
        if meant := self._closest(word.form, capital):
            return _Read(
                meant, meant, Sense.KNOWN, capital, is_real_word(meant, self.language), corrected=True
            )
        is_name = not word.form[0].isdigit() or (is_version(word.form) and self._follows_a_name(word))
        return _Read(written, word.form, Sense.NAME if is_name else Sense.PLAIN, capital)

    def _names_among_foreign_words(self) -> bool:
        """Return whether a name of the notes stands among words of a language that we do not know: "hva sa de om Karpenter?".

        None of them is one of English, where even a line of catchwords has some, and one is as short as a word of grammar.
        """
        others = [one.form for one in self.words if not self._names_something(one.form)]
        if len(others) == len(self.words) or len(others) < _FEWEST_FOREIGN:
            return False
        if 2 * sum(is_stop(form, self.language) for form in others) > len(others):
            return False  # all but subjects are words of a language that we know
        return min(map(len, others)) <= _SHORTEST_ENGLISH and not any(
            (len(form) > 1 and is_stop(form))
            or is_generic(form)
            or is_product(form)
            or (len(form) > _SHORTEST_ENGLISH and is_real_word(form))
            for form in others
        )

    def _follows_a_name(self, word: Word) -> bool:
        """Return whether a product or a name of the notes stands before a word: the release of something."""
        at = bisect_left(self.words, word.start, key=lambda one: one.end)
        return any(
            is_product(one.form)
            or self.knowledge.is_name(one.form)
            or self.knowledge.aliases.others(
                self.text[one.start : one.end]
            )  # "k8s" where they say Kubernetes
            for one in self.words[max(at - 1, 0) : at]
        )

    def _is_grammar(self, word: Word, *, capital: bool) -> bool:
        written = self.text[word.start : word.end]
        if capital and written not in {"I", "A"} and self._names_something(word.form):
            return False  # the languages Go, C and R
        if len(written) == 1 and not written.isdigit():
            return True
        return is_stop(written, self.language) or is_stop(self._chunk(word), self.language)

    def _names_something(self, form: str) -> bool:
        return self.knowledge.contains(form) and (len(form) <= _SHORT or self.knowledge.is_name(form))

    def _is_capital(self, word: Word) -> bool:
        written = self.text[word.start : word.end]
        if not self._capitals_tell or not any(c.isupper() for c in written) or self._opens_sentence(word):
            return False
        # German writes every noun with a capital.
        plain_noun = (
            self.language.compounds and written[1:].islower() and self.language.knows(written.lower())
        )
        return not plain_noun

    def _opens_sentence(self, word: Word) -> bool:
        if any(c.isupper() for c in self.text[word.start + 1 : word.end]):
            return False
        before = self.text[: word.start].rstrip(" \"'“(*-–")
        return not before or before[-1] in ".?!:;"

    def _chunk(self, word: Word) -> str:
        """Return the word with what an apostrophe ties to it: "shouldn't" is one word to a list of grammar words."""
        before = re.search(r"[\w']*$", self.text[: word.start][-20:])
        after = re.match(r"[\w']*", self.text[word.end :][:20])
        return (before[0] if before else "") + self.text[word.start : word.end] + (after[0] if after else "")

    def _is_part(self, word: Word) -> bool:
        # One side of a compound ("on-prem", "re-run") says little on its own.
        around = {self.text[max(word.start - 1, 0) : word.start], self.text[word.end : word.end + 1]}
        return self.text[word.start : word.end].islower() and "-" in around

    def _in_address(self, word: Word) -> bool:
        # "m5.xlarge", "demo.nats.io", "https://...": parts of an identifier are not words of a language.
        before, after = self.text[max(word.start - 2, 0) : word.start], self.text[word.end : word.end + 2]
        return bool(re.search(r"\w[./@:_]$", before) or re.match(r"[./@:_]\w", after)) and any(
            mark in before[-1:] + after[:1] for mark in _GLUE
        )

    def _spelling(self, word: Word) -> str | None:
        """Return a word as the notes write it, None where they do not contain it: in one word or in two."""
        written = self.text[word.start : word.end]
        return self._spelt(word.form, written)

    def _others(self, word: Word, *, capital: bool) -> tuple[str, ...]:
        """Return what the notes call a thing that they do not call so."""
        written = self.text[word.start : word.end]
        named = [other for other in self.knowledge.aliases.others(written) if self.knowledge.says(other)]
        whole = (None if capital else self.knowledge.whole_word(word.form)) or (
            None if is_product(word.form) else self.knowledge.inflected(word.form)
        )
        return tuple([*named, whole] if whole else named)

    def _is_translated(self, word: Word) -> bool:
        """Return whether the notes say a word in English."""
        english_words = self.language.english.get(word.form, "").split()
        return any(self.knowledge.contains(fold(other)) for other in english_words if not is_stop(other))

    def _look_closest(self, form: str, capital: bool) -> str | None:
        near = self.knowledge.near(form)
        meant = closest_word(
            form, near, is_name=self.knowledge.is_name, capital=capital, is_plain=is_real_word
        )
        return None if meant and is_generic(meant) else meant


def is_version(form: str) -> bool:
    """Return whether a folded word is numbers with points between them."""
    return _VERSION.fullmatch(form) is not None


def _capitals_tell(text: str) -> bool:
    """Return whether capitals mean names: not in a shouted text, and not where most words have one."""
    letters = [c for c in text if c.isalpha()]
    if sum(c.isupper() for c in letters) > _SHOUTED * len(letters):
        return False
    rest = text.split()[1:]
    return len(rest) < _FOREIGN or sum(word[:1].isupper() for word in rest) <= _SHOUTED * len(rest) + 1


def _compounds_joined(text: str, knowledge: Knowledge) -> list[Word]:
    """Return a text's words, two of them as one where the notes write them so: "micro services" is "microservices".

    A version is one word.
    """
    found: list[Word] = []
    for word in words(text):
        before = found[-1] if found else None
        if before and is_version(point := f"{before.form}{text[before.end : word.start]}{word.form}"):
            found[-1] = Word(before.start, word.end, point)
        elif (
            before
            and _SEPARATE.fullmatch(text, before.end, word.start)
            and len(before.form) + len(word.form) >= MIN_JOINED
            and _is_compound(text, before, word, knowledge)
        ):
            found[-1] = Word(before.start, word.end, before.form + word.form)
        else:
            found.append(word)
    return found


def _is_compound(text: str, left: Word, right: Word, knowledge: Knowledge) -> bool:
    if not (left.form.isalpha() and right.form.isalpha()) or is_unspaced(left.form[:1]):
        return False
    joined = left.form + right.form
    if not knowledge.closed(joined) or is_stop(joined):
        return False
    # "in side" may be two words, "on demand" is one where the notes write "ondemand".
    return not is_stop(text[left.start : left.end]) or not is_real_word(joined)
