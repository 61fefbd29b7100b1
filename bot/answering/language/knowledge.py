"""What a build's notes know: their words as written, their names, their speakers, and the aliases that they explain."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from weakref import WeakKeyDictionary, proxy

from bot.answering.language.aliases import Aliases
from bot.answering.language.data import read_words
from bot.answering.language.wordlists import is_generic, is_stop, language_of
from bot.answering.lines import Layout, layout_at
from index.build.talk_table import TalkSet
from index.conferences.day_mentions import DayMention, parse_days
from index.models import Event, Passage, Talk
from index.search import Searcher
from index.vocabulary.words import MIN_JOINED, forms, singular, words
from index.wrapping import Wrapping

_CLIPPED = 6  # letters from which the beginning of a word stands for it
_STEM = 4  # letters that a word keeps without its ending
_EVERYWHERE_SHARE = 0.2
_EVERYWHERE = {
    "kubecon",
    "cloudnativecon",
    "conf",
    "conference",
    "europe",
    "america",
}  # words of many conferences' names
_TELLING = 4  # letters from which a word names a conference
_VERSION_PARTS = 6  # numbers of the longest version that is looked up with fewer
_LANGUAGE_CHARS = 4_000  # of a recap, enough to tell its language
# read on the first question in another language, in a third of a second; of a larger build its records are believed
_LANGUAGE_PASSAGES = 20_000
_YEAR = re.compile(r"(?<!\d)20[0-3]\d(?!\d)")
_REMEMBERED = 8_192  # words
_TEXTS = 4  # recaps whose lines are looked at
Shown = dict[tuple[tuple[str, ...], str | None, int | None], tuple[str, ...]]


class Knowledge:
    """What every answer on a build asks of its notes; looked up on disk, the last words remembered."""

    def __init__(self, searcher: Searcher) -> None:
        build = searcher.build
        # Held weakly, or the cache below would keep every build that was ever served in memory.
        self._searcher: Searcher = proxy(searcher)
        self._build = build
        self._names = build.names
        self.build_id: str = build.build_id
        self.events: tuple[Event, ...] = tuple(build.events.values())
        self._event_rows = {event.event_id: row for row, event in enumerate(self.events)}
        self.talk_by_id: Mapping[str, Talk] = build.talks
        self.table = build.table
        self.recap_count: int = len(build.recaps)
        self.talk_count: int = len(build.table) - len(build.table.sections)
        self.aliases = Aliases(lru_cache(_REMEMBERED)(build.names.aliases))
        self.frequency = lru_cache(_REMEMBERED)(self._frequency)
        self.shown: Shown = {}  # by turns and limits, the passages that were quoted last
        self.contains = lru_cache(_REMEMBERED)(self._contains)
        self.headed_days = lru_cache(_REMEMBERED)(self._headed_days)
        self.talks_within = lru_cache(64)(self._talks_within)
        self._text_of = lru_cache(_TEXTS)(build.read_text)
        self.width_of = lru_cache(_REMEMBERED)(lambda recap_id: Wrapping.of(self._text_of(recap_id)).width)

    def layout_at(self, recap_id: str, start: int) -> Layout:
        """Return how a recap lays out lines from one of its characters on."""
        return layout_at(self._text_of(recap_id), start, self.width_of(recap_id))

    @cached_property
    def languages(self) -> frozenset[str]:
        """Return the languages of the notes, by their records and by their grammar words."""
        read = (
            _read_languages(self._build.passages)
            if len(self._build.passages) <= _LANGUAGE_PASSAGES
            else frozenset()
        )
        return frozenset(self._build.manifest.languages) | read

    @cached_property
    def events_by_words(self) -> Mapping[tuple[str, ...], tuple[int, ...]]:
        """Return the rows of the events whose id or name says a telling word, or whose id says words side by side."""
        found: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, event in enumerate(self.events):
            said: set[tuple[str, ...]] = {
                (form,) for form in forms(f"{event.event_id} {event.name}") if _tells_an_event(form)
            }
            run = event_words(event)
            said |= {run[at:end] for at in range(len(run)) for end in range(at + 2, len(run) + 1)}
            for one in said:
                found[one].append(row)
        return {said: tuple(rows) for said, rows in found.items()}

    @cached_property
    def events_by_city(self) -> Mapping[tuple[str, ...], tuple[int, ...]]:
        """Return the rows of the events that were held in a city, by its folded words."""
        found: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for row, event in enumerate(self.events):
            if event.city:
                found[tuple(word.form for word in words(event.city))].append(row)
        return {city: tuple(rows) for city, rows in found.items()}

    @property
    def frequencies(self) -> Mapping[str, int]:
        """Return how often each folded word stands in the notes; neighbours that make one name count as one word too."""
        return _Frequencies(self, [form for form in self._names.keys_starting("") if self.frequency(form)])

    def near(self, word: str) -> Mapping[str, int]:
        """Return `frequencies` of the words that a slip may lead to: of one first letter, the first two swapped, or one dropped."""
        dropped = [letter + word for letter in self._names.first_letters()]
        prefixes = dict.fromkeys((word[:1], word[1::-1], *dropped))
        return _Frequencies(self, [form for prefix in prefixes for form in self._names.keys_starting(prefix)])

    def forms_starting(self, prefix: str) -> list[str]:
        """Return the notes' folded words and joined names that begin with a prefix."""
        joined = (
            name for name, pair in self._names.joined_starting(prefix) if _is_name(pair.left, pair.right)
        )
        return [*self._names.forms_starting(prefix), *joined]

    def _frequency(self, form: str) -> int:
        count = self._names.word(form)
        said = (count.occurrences if count else 0) + self._joined(form)
        return said or (count.passages if count else 0)

    def _joined(self, form: str) -> int:
        """Return how often two names side by side make this one: "Fluent Bit" is searched as "fluentbit", and mistyped as "fluntbit"."""
        return sum(pair.count for pair in self._names.joined(form) if _is_name(pair.left, pair.right))

    def _contains(self, form: str) -> bool:
        """Return whether the notes contain a folded word or its other number."""
        other = singular(form)
        return (
            self._stands(form)
            or self._has_stem(other)
            or (len(form) > 3 and self._has_stem(form.removesuffix("es")))
        )

    def _stands(self, form: str) -> bool:
        return bool(self.frequency(form))

    def _has_stem(self, stem: str) -> bool:
        return self._stands(stem) or any(pair is None or _is_name(*pair) for pair in self._names.stems(stem))

    def neighbour(self, passage: Passage, step: int) -> Passage | None:
        """Return the passage that stands some steps after one in the same talk, or before it."""
        row = self._build.stored_talks.row(passage.talk_id)
        wanted = passage.ordinal + step
        rows = [] if row is None or wanted < 0 else self.table.rows_of(row)
        guess = rows[wanted : wanted + 1]  # a talk's passages are counted in the order of the notes
        return next(
            (one for at in (*guess, *rows) if (one := self._build.passages[at]).ordinal == wanted), None
        )

    def is_everywhere(self, word: str) -> bool:
        """Return whether so many passages say a word that it tells none from another."""
        return self._searcher.doc_freq(word) > _EVERYWHERE_SHARE * len(self._build.passages)

    def whole_word(self, clipped: str) -> str | None:
        """Return the shortest of the notes' words that a clipped one begins: "misconfig" is "misconfiguration"."""
        if len(clipped) < _CLIPPED:
            return None
        longer = [
            form for form in self.forms_starting(clipped) if len(form) > len(clipped) + 2 and form.isalpha()
        ]
        return min(longer, key=lambda form: (len(form), form), default=None)

    def inflected(self, form: str) -> str | None:
        """Return the shortest of the notes' words that differs in its ending alone: "syndrom" is "syndrome", "fuzzen" "fuzzing"."""
        endings = read_words("endings")
        stems = {form, *(form.removesuffix(ending) for ending in endings if form.endswith(ending))}
        stems = {stem for stem in stems if len(stem) >= _STEM}
        found = self._names.forms_starting(min(stems, key=len)) if stems else ()
        same = [
            one for one in found if any(one == stem or one.removeprefix(stem) in endings for stem in stems)
        ]
        return min(same, key=lambda one: (len(one), one), default=None)

    def spelling(self, form: str, written: str) -> str | None:
        """Return a word as the notes spell it, None where they never say it: closed, in two words ("kube proxy"), or as it is."""
        if form[:1].isdigit() and "." in form:  # 1.19.2 where they say 1.19
            numbers = form.split(".")[:_VERSION_PARTS]
            shorter = (".".join(numbers[:count]) for count in range(len(numbers), 1, -1))
            return written if any(len(self._searcher.said.rows(one)) for one in shorter) else None
        if self.contains(form):
            return written if written.isalnum() or "'" in written else form
        if parts := self._build.phrases.split(form):
            return " ".join(parts)
        return written if len(form) >= MIN_JOINED and len(self._searcher.said.rows(written)) else None

    def closed(self, joined: str) -> bool:
        """Return whether the notes write two words mostly as this one."""
        count = (
            self._names.word(joined) or self._names.word(singular(joined)) or self._names.word(f"{joined}s")
        )
        return count is not None and 2 * count.passages >= len(self._searcher.said.rows(joined))

    def says(self, name: str) -> bool:
        """Return whether the notes contain a name, word for word."""
        forms = [word.form for word in words(name)]
        if not all(self.contains(form) for form in forms):
            return False
        return len(forms) == 1 or len(self._searcher.said.rows(name)) > 0

    def is_name(self, form: str) -> bool:
        """Return whether the notes write a word mostly with a capital."""
        count = self._names.word(form)
        return ((count.capitals if count else 0) + self._joined(form)) * 2 > self.frequency(form)

    def speakers_named(self, forms: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
        """Return the speakers whose whole name stands in a question's folded words, with the rows of their talks."""
        found = {}
        for start in range(len(forms)):
            for end in range(start + 2, len(forms) + 1):
                if not self._names.begins_speaker(" ".join(forms[start : end - 1])):
                    break
                if speaker := self._names.speaker(" ".join(forms[start:end])):
                    found[speaker.number] = speaker
        return {found[number].name: found[number].talks for number in sorted(found)}

    def speakers_called(self, forms: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
        """Return the speakers whose name contains the given folded words, whole and side by side, with the rows of their talks."""
        return {one.name: one.talks for one in self._names.speakers_with(" ".join(forms))} if forms else {}

    def titled(self, forms: tuple[str, ...]) -> list[int]:
        """Return the rows of the talks that have these folded words for a title, or for a longer part of it."""
        return self._names.titled(forms)

    def begins_title(self, forms: tuple[str, ...]) -> bool:
        """Return whether a title, or a longer part of one, begins with these folded words and goes on behind them."""
        return self._names.begins_title(" ".join(forms))

    def talk(self, row: int) -> Talk:
        """Return a talk by its row."""
        return self._build.stored_talks.rows[row]

    def event_rows(self, event_ids: Iterable[str]) -> list[int]:
        """Return the rows of some of the notes' events; others are left out."""
        return [self._event_rows[event_id] for event_id in event_ids if event_id in self._event_rows]

    def _talks_within(
        self, event_ids: tuple[str, ...], excluded_ids: tuple[str, ...] = (), day: int | None = None
    ) -> TalkSet:
        """Return the talks within limits; where events are named, one of no known day may be of any day of them."""
        table = self.table
        found = table.of_events(self.event_rows(event_ids)) if event_ids else table.everything()
        if excluded_ids:
            found = TalkSet(found.mask & ~table.of_events(self.event_rows(excluded_ids)).mask)
        if day is not None:
            found &= table.of_days([day]) | table.undated if event_ids else table.of_days([day])
        return found

    def _headed_days(self, event_id: str) -> tuple[tuple[int, DayMention], ...]:
        """Return the days of an event above whose talks a heading names a weekday or date, with how it does."""
        headings = map(self.talk, (self.talks_within((event_id,)) & self.table.sections).rows.tolist())
        return tuple(
            (heading.day, mention)
            for heading in headings
            if heading.day is not None
            for mention in parse_days(heading.title)
            if mention.number is None and not mention.last
        )

    def events_of_year(self, year: int) -> tuple[str, ...]:
        """Return the ids of the notes' events that took place in a year."""
        return tuple(event.event_id for event in self.events if event_year(event) == year)


def event_words(event: Event) -> tuple[str, ...]:
    """Return the folded words of an event's id, without its year."""
    return tuple(word.form for word in words(event.event_id) if not word.form.isdigit())


def _tells_an_event(form: str) -> bool:
    return len(form) >= _TELLING and form.isalpha() and form not in _EVERYWHERE and not is_generic(form)


class _Frequencies(Mapping[str, int]):
    """How often some words stand in the notes; 0 for neighbours that make no name."""

    def __init__(self, knowledge: Knowledge, forms: Iterable[str]) -> None:
        self._knowledge = knowledge
        self._forms = dict.fromkeys(forms)

    def __getitem__(self, form: str) -> int:
        return self._knowledge.frequency(form)

    def __iter__(self) -> Iterator[str]:
        return iter(self._forms)

    def __len__(self) -> int:
        return len(self._forms)


def _is_name(left: str, right: str) -> bool:
    return not (is_stop(left) or is_generic(left) or is_generic(right))


@lru_cache(maxsize=4_096)
def event_year(event: Event) -> int | None:
    """Return the year of an event from its dates or its name."""
    if event.starts_on:
        return event.starts_on.year
    match = _YEAR.search(f"{event.event_id} {event.name}")
    return int(match[0]) if match else None


def knowledge_of(searcher: Searcher) -> Knowledge:
    """Return what the searcher's build knows."""
    known = _CACHE.get(searcher)
    if known is None:
        known = _CACHE[searcher] = Knowledge(searcher)
    return known


def _read_languages(passages: Iterable[Passage]) -> frozenset[str]:
    """Tell by their grammar words in which languages recaps are written, whatever their sources said."""
    texts: dict[str, str] = defaultdict(str)
    for passage in passages:
        if len(texts[passage.recap_id]) < _LANGUAGE_CHARS:
            texts[passage.recap_id] += f"{passage.text}\n"
    return frozenset(language_of(text).code for text in texts.values())


_CACHE: WeakKeyDictionary[Searcher, Knowledge] = WeakKeyDictionary()
