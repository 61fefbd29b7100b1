"""What a build's notes know: their words as written, their names, their speakers, and the aliases that they explain."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from weakref import WeakKeyDictionary, proxy

from bot.answering.aliases import Aliases
from bot.answering.wordlists import is_french, is_generic, is_stop
from index.models import Event, Passage, Talk
from index.search import Searcher
from index.words import fold, singular, words

_TITLE_CUT = re.compile(r":\s+|\s+[-–—|]\s+")
_PART_WORDS = 3  # of a title's part that names the talk on its own
_CLIPPED = 6  # letters from which the beginning of a word stands for it
_EVERYWHERE_SHARE = 0.2
_LANGUAGE_CHARS = 4_000  # of a recap, enough to tell its language
_YEAR = re.compile(r"(?<!\d)20[0-3]\d(?!\d)")


class Knowledge:
    """Read once a build; every answer on that build uses it."""

    def __init__(self, searcher: Searcher) -> None:
        build = searcher.build
        # Held weakly, or the cache below would keep every build that was ever served in memory.
        self._searcher: Searcher = proxy(searcher)
        self.build_id: str = build.build_id
        self.events: tuple[Event, ...] = tuple(build.events.values())
        self.talks: tuple[Talk, ...] = tuple(build.talks.values())
        self.talk_by_id: Mapping[str, Talk] = build.talks
        self.recap_count: int = len(build.recaps)
        self._passages = {(passage.talk_id, passage.ordinal): passage for passage in build.passages}
        self.languages = frozenset(recap.language for recap in build.recaps.values()) | _read_languages(build.passages)
        self.talk_count: int = sum(talk.kind != "section" for talk in self.talks)
        self.aliases = Aliases(passage.text for passage in build.passages)
        self._frequencies: Counter[str] = Counter()
        self._capitals: Counter[str] = Counter()
        for text in (*(p.text for p in build.passages), *(t.title for t in self.talks), *(" ".join(t.speakers) for t in self.talks)):
            self._count(text)
        self._frequencies.update({form: count for form, count in searcher.vocabulary().items() if form not in self._frequencies})
        self._sorted = sorted(self._frequencies)
        # "KMSes" is "KMS", "KEP" stands in "KEP753".
        self._stems = {singular(form) for form in self._frequencies} | {form.rstrip("0123456789") for form in self._frequencies}
        self._speakers = _speaker_talks(self.talks)
        self.titles: Mapping[tuple[str, ...], tuple[str, ...]] = _title_talks(self.talks)

    @property
    def frequencies(self) -> Mapping[str, int]:
        """Return how often each folded word stands in the notes; neighbours that make one name count as one word too."""
        return self._frequencies

    def contains(self, form: str) -> bool:
        """Tell whether the notes contain a folded word or its other number."""
        return form in self._frequencies or singular(form) in self._stems or (len(form) > 3 and form.removesuffix("es") in self._stems)

    def neighbour(self, passage: Passage, step: int) -> Passage | None:
        """Return the passage that stands some steps after one in the same talk, or before it."""
        return self._passages.get((passage.talk_id, passage.ordinal + step))

    def is_everywhere(self, word: str) -> bool:
        """Tell whether so many passages say a word that it tells none from another."""
        return self._searcher.doc_freq(word) > _EVERYWHERE_SHARE * len(self._passages)

    def whole_word(self, clipped: str) -> str | None:
        """Return the shortest of the notes' words that a clipped one begins: "misconfig" is "misconfiguration"."""
        if len(clipped) < _CLIPPED:
            return None
        longer: list[str] = []
        for form in self._sorted[bisect_left(self._sorted, clipped) :]:
            if not form.startswith(clipped):
                break
            if len(form) > len(clipped) + 2 and form.isalpha():
                longer.append(form)
        return min(longer, key=lambda form: (len(form), form), default=None)

    def says(self, name: str) -> bool:
        """Tell whether the notes contain a name, word for word."""
        forms = [word.form for word in words(name)]
        if not all(self.contains(form) for form in forms):
            return False
        return len(forms) == 1 or bool(self._searcher.mentions(name))

    def is_name(self, form: str) -> bool:
        """Tell whether the notes write a word mostly with a capital."""
        return self._capitals[form] * 2 > self._frequencies[form]

    def speakers_named(self, forms: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Return the speakers whose whole name stands in a question's folded words, with the ids of their talks."""
        joined = f" {' '.join(forms)} "
        return {name: talk_ids for name, (key, talk_ids) in self._speakers.items() if f" {key} " in joined}

    def speakers_called(self, forms: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
        """Return the speakers whose name contains the given folded words, whole and side by side, with the ids of their talks."""
        part = f" {' '.join(forms)} "
        return {name: talk_ids for name, (key, talk_ids) in self._speakers.items() if forms and part in f" {key} "}

    def events_of_year(self, year: int) -> tuple[str, ...]:
        """Return the ids of the notes' events that took place in a year."""
        return tuple(event.event_id for event in self.events if event_year(event) == year)

    def _count(self, text: str) -> None:
        found = list(words(text))
        for at, word in enumerate(found):
            self._frequencies[word.form] += 1
            capital = text[word.start].isupper()
            self._capitals[word.form] += capital
            if at and capital and text[found[at - 1].start].isupper() and text[found[at - 1].end : word.start] in {" ", "-"}:
                self._count_joined(found[at - 1].form, word.form)

    def _count_joined(self, left: str, right: str) -> None:
        # "Fluent Bit" is searched as "fluentbit", and mistyped as "fluntbit".
        if not (is_stop(left) or is_generic(left) or is_generic(right)):
            self._frequencies[left + right] += 1
            self._capitals[left + right] += 1


def event_year(event: Event) -> int | None:
    """Return the year of an event from its dates or its name."""
    if event.starts_on:
        return event.starts_on.year
    match = _YEAR.search(f"{event.event_id} {event.name}")
    return int(match[0]) if match else None


def knowledge_of(searcher: Searcher) -> Knowledge:
    """Return what the searcher's build knows, read on the first question."""
    known = _CACHE.get(searcher)
    if known is None:
        known = _CACHE[searcher] = Knowledge(searcher)
    return known


def _read_languages(passages: Iterable[Passage]) -> frozenset[str]:
    """Tell by its grammar words whether a recap is written in French, whatever its source said."""
    texts: dict[str, str] = defaultdict(str)
    for passage in passages:
        if len(texts[passage.recap_id]) < _LANGUAGE_CHARS:
            texts[passage.recap_id] += f"{passage.text}\n"
    return frozenset({"fr"} if any(map(is_french, texts.values())) else ())


_CACHE: WeakKeyDictionary[Searcher, Knowledge] = WeakKeyDictionary()


def _title_talks(talks: Iterable[Talk]) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return talk ids by the folded words of their title, and by those of its longer parts beside a colon or a dash."""
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for talk in talks:
        whole, *parts = (tuple(word.form for word in words(part)) for part in (talk.title, *_TITLE_CUT.split(talk.title)))
        for key in dict.fromkeys((whole, *(part for part in parts if len(part) >= _PART_WORDS))):
            if key:
                found[key] = (*found.get(key, ()), talk.talk_id)
    return found


def _speaker_talks(talks: Iterable[Talk]) -> dict[str, tuple[str, tuple[str, ...]]]:
    ids: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for talk in talks:
        for name in talk.speakers:
            key = " ".join(fold(part) for part in re.findall(r"[^\W_]+(?:['’-][^\W_]+)*", name))
            if " " in key:
                names.setdefault(key, name)
                ids[key].append(talk.talk_id)
    return {names[key]: (key, tuple(found)) for key, found in ids.items()}
