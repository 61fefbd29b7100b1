"""What a question asks: its words, the limits they set, the corrections they need, and the kind of answer it wants."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.answering.language.knowledge import Knowledge
from bot.answering.language.markup import plain_question
from bot.answering.language.spelling import closest_word
from bot.answering.language.wordlists import (
    glossary,
    is_french,
    is_generic,
    is_german,
    is_product,
    is_real_word,
    is_stop,
)
from bot.answering.question.form import AnswerForm
from bot.answering.question.intents import Wish, read_wish
from bot.answering.question.people import person_asked
from bot.answering.question.question import AskedWord, Question, is_name_like, looks_french
from bot.answering.question.scope import Scope, Span, read_scope
from bot.answering.question.titles import titled_talks
from index.vocabulary.words import Word, fold, singular, words

_FORMS = {
    "fact": AnswerForm.QUOTES,
    "list": AnswerForm.LIST,
    "speaker": AnswerForm.PEOPLE,
    "talk": AnswerForm.TALK,
    "link": AnswerForm.LINK,
    "change": AnswerForm.CHANGE,
}
_PRONOUN = re.compile(
    r"\b(?:it|its|they|them|their|that|those|this|these|he|him|his|she|her|there|one|ones|same|il|elle|ils|elles|ça|cela|celui-ci|leur|y|en|lui)\b",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"^(?:and|but|so|or|also|what about|how about|why|et|mais|donc|ou|any\b|which one|more|else)\b",
    re.IGNORECASE,
)
_TURNS = re.compile(
    r"^(?:(?:and|so|ok|et)\s+)?(?:what about|how about|and|et|qu'en est-il de|quid de)\b", re.IGNORECASE
)
_ASKS = re.compile(r"\b(?:what|how|why|who|when|quoi|que|comment|pourquoi|qui|quand)\b", re.IGNORECASE)
_LED_IN = re.compile(
    r"^(?:[\s,;:–—-]|\b(?:at|in|on|for|from|and|of|kubecon|cloudnativecon|à|au|en)\b)+", re.IGNORECASE
)


def understand(
    written: str, knowledge: Knowledge, history: Sequence[str] = (), given: Scope | None = None
) -> Question:
    """Read a question in the light of what the notes contain and of the earlier turns."""
    question = _read(written, knowledge, None)
    earlier = [turn for turn in map(plain_question, history) if turn]
    if earlier and _is_follow_up(question, earlier, knowledge):
        before = _read(" ".join(_standing_on(earlier, knowledge)), knowledge, None)
        context = "" if _turns_to_a_name(question, earlier, knowledge) else before.search_text
        question = replace(_read(written, knowledge, before.scope), context=context, follow_up=True)
        if context and not question.speakers and before.speakers:
            question = replace(question, speakers=before.speakers)
    return replace(question, scope=_narrowed(question.scope, given)) if given else question


def _read(written: str, knowledge: Knowledge, inherited: Scope | None) -> Question:
    plain = plain_question(written)
    french = is_french(plain)
    text, corrections = _corrected(plain, knowledge, french)
    scope = read_scope(text, knowledge, inherited)
    asked = tuple(_asked(text, scope.spans, knowledge, french))
    titled = titled_talks(text, knowledge)
    wish = _wish(text, scope.spans)
    if titled and wish.wanted in {"fact", "list"}:
        wish = Wish("talk", about_talk=True)
    person = person_asked(text) if wish.wanted == "list" else ""
    speakers = knowledge.speakers_named(tuple(word.form for word in words(text)))
    # "got the slides of the talk on tides?" has one word to search for.
    searched = " ".join(word.text for word in asked) if wish.wanted == "link" and asked else text
    return Question(
        written=written,
        text=text,
        search_text=_search_text(searched, scope.spans if searched is text else (), asked, knowledge, french),
        context="",
        wish=wish,
        scope=scope,
        words=asked,
        corrections=corrections,
        speakers=speakers or knowledge.speakers_called(tuple(word.form for word in words(person))),
        french=french,
        titled=titled,
        person=person,
        form=_FORMS[wish.wanted],
        focus=asked,
    )


def _wish(text: str, scoped: Sequence[Span]) -> Wish:
    """Read the kind of answer; "EU 2021 day 2 talks about tracing" asks for a list once its limits are out of the way."""
    wish = read_wish(text)
    bare = _LED_IN.sub("", _without(text, scoped)) if scoped and wish.wanted == "fact" else ""
    return wish if not bare or _ASKS.search(bare) else read_wish(bare)


def _is_follow_up(question: Question, earlier: Sequence[str], knowledge: Knowledge) -> bool:
    if _CONTINUES.search(question.text) or _PRONOUN.search(question.text):
        return True
    said = {singular(word.form) for turn in earlier for word in words(turn)}
    fresh = [word for word in question.words if singular(word.form) not in said]
    if len(fresh) > 1 and not question.french and not any(word.known for word in fresh):
        return False  # "how do I cook pasta?" stands on no talk; French words stand in no English notes
    # A new name opens a new subject; plain words go on with the old one.
    return not any(
        (is_name_like(word) or knowledge.is_name(word.form))
        and not (question.french and not word.known and looks_french(word))
        for word in fresh
    )


def _turns_to_a_name(question: Question, earlier: Sequence[str], knowledge: Knowledge) -> bool:
    """Tell whether a follow-up leaves the old subject for a name: "what about Envoy?" keeps the limits of the earlier turn only."""
    if not (match := _TURNS.match(question.text)) or _PRONOUN.search(question.text, match.end()):
        return False
    said = {singular(word.form) for turn in earlier for word in words(turn)}
    return bool(question.words) and all(
        singular(word.form) not in said
        and (is_name_like(word) or knowledge.is_name(word.form) or is_product(word.form))
        for word in question.words
    )


def _standing_on(earlier: Sequence[str], knowledge: Knowledge) -> list[str]:
    """Return the earlier turns that a follow-up stands on: the last one, and the one that named the subject, however far back."""
    for at in range(len(earlier) - 1, 0, -1):
        if not _is_follow_up(_read(earlier[at], knowledge, None), earlier[:at], knowledge):
            return list(dict.fromkeys([earlier[at], earlier[-1]]))
    return list(dict.fromkeys([earlier[0], earlier[-1]]))


def _narrowed(scope: Scope, given: Scope) -> Scope:
    return replace(
        scope,
        event_ids=given.event_ids or scope.event_ids,
        excluded_ids=() if given.event_ids else scope.excluded_ids,
        day=given.day if given.day is not None else scope.day,
        missing=None if given.event_ids else scope.missing,
        firm=True,
    )


def _corrected(text: str, knowledge: Knowledge, french: bool) -> tuple[str, dict[str, str]]:
    corrections: dict[str, str] = {}
    pieces: list[str] = []
    at = 0
    for word in words(text):
        written = text[word.start : word.end]
        meant = _meant(written, word, text, knowledge, french)
        if meant and meant != word.form:
            corrections[written] = meant
            pieces += [text[at : word.start], meant]
            at = word.end
    return "".join([*pieces, text[at:]]), corrections


def _meant(written: str, word: Word, text: str, knowledge: Knowledge, french: bool) -> str | None:
    if (
        knowledge.contains(word.form)
        or _is_grammar(written, word, text, french)
        or is_generic(written)
        or is_real_word(written)
        or is_product(word.form)
        or _in_address(word, text)
    ):
        return None
    capital = written[0].isupper() and word.start > 0
    if _other_names(written, word.form, capital, knowledge):
        return None
    meant = closest_word(
        word.form,
        knowledge.near(word.form),
        is_name=knowledge.is_name,
        capital=capital,
        is_plain=is_real_word,
    )
    return None if meant and is_generic(meant) else meant


def _is_grammar(written: str, word: Word, text: str, french: bool) -> bool:
    return is_stop(written, french=french, german=is_german(text)) or is_stop(
        _chunk(word, text), french=french
    )


def _chunk(word: Word, text: str) -> str:
    """Return the word with what an apostrophe ties to it: "shouldn't" is one word to a list of stop words."""
    before = re.search(r"[\w']*$", text[: word.start])
    after = re.match(r"[\w']*", text[word.end :])
    return (before[0] if before else "") + text[word.start : word.end] + (after[0] if after else "")


def _in_address(word: Word, text: str) -> bool:
    # "m5.xlarge", "demo.nats.io", "https://...": parts of an identifier are not words of a language.
    around = text[max(word.start - 1, 0) : word.start] + text[word.end : word.end + 1]
    inside = re.search(r"[./@:_](?=\w)", text[word.end : word.end + 2]) or re.search(
        r"\w[./@:_]$", text[max(word.start - 2, 0) : word.start]
    )
    return bool(inside) and any(mark in around for mark in "./@:_")


def _asked(text: str, scoped: Sequence[Span], knowledge: Knowledge, french: bool) -> list[AskedWord]:
    found: list[AskedWord] = []
    letters = [c for c in text if c.isalpha()]
    shouted = sum(c.isupper() for c in letters) * 2 > len(letters)
    for word in words(text):
        written = text[word.start : word.end]
        if (
            _is_grammar(written, word, text, french)
            or is_generic(written)
            or (len(written) == 1 and not written.isdigit())
        ):
            continue
        if any(start <= word.start < end for start, end in scoped):
            continue
        capital = not shouted and any(c.isupper() for c in written) and not _opens_sentence(word, text)
        known = knowledge.contains(word.form) or any(
            knowledge.says(other) for other in _other_names(written, word.form, capital, knowledge)
        )
        # "backstage" is a word, but where the notes never say it, the product.
        plain = is_real_word(written) and (known or not is_product(word.form))
        found.append(AskedWord(written, word.form, word.start, capital, known, plain or _is_part(word, text)))
    return found


def _opens_sentence(word: Word, text: str) -> bool:
    if any(c.isupper() for c in text[word.start + 1 : word.end]):
        return False
    before = text[: word.start].rstrip(" \"'“(*-–")
    return not before or before[-1] in ".?!:;"


def _is_part(word: Word, text: str) -> bool:
    # One side of a compound ("on-prem", "re-run") says little on its own.
    return text[word.start : word.end].islower() and "-" in {
        text[max(word.start - 1, 0) : word.start],
        text[word.end : word.end + 1],
    }


def _search_text(
    text: str, scoped: Sequence[Span], asked: Sequence[AskedWord], knowledge: Knowledge, french: bool
) -> str:
    """Take the limits out, put other names and translations in."""
    searched = _without(text, scoped)
    if french:
        translated = _translated(searched, knowledge)
        searched = (
            f"{searched} {translated}"
            if "fr" in knowledge.languages and translated != searched
            else translated
        )
    added = [
        other
        for word in asked
        for other in _other_names(word.text, word.form, word.capital, knowledge)[:2]
        if knowledge.says(other)
    ]
    bare = " ".join(searched.split()).strip(" ,;:-–—")
    return " ".join([bare if any(c.isalnum() for c in bare) else text, *added])


def _without(text: str, spans: Sequence[Span]) -> str:
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]} {text[end:]}"
    return text


def _other_names(written: str, form: str, capital: bool, knowledge: Knowledge) -> list[str]:
    """Return what the notes may call a thing that they do not call so."""
    if knowledge.contains(form):
        return []
    others = list(knowledge.aliases.others(written))
    whole = None if capital else knowledge.whole_word(form)
    return [*others, whole] if whole else others


def _translated(text: str, knowledge: Knowledge) -> str:
    pieces: list[str] = []
    at = 0
    found = list(words(text))
    position = 0
    while position < len(found):
        taken = 1
        for length in (3, 2, 1):
            run = found[position : position + length]
            english = (
                glossary().get(" ".join(fold(word.form) for word in run)) if len(run) == length else None
            )
            if english and not all(knowledge.contains(word.form) for word in run):
                pieces += [text[at : run[0].start], english]
                at, taken = run[-1].end, length
                break
        position += taken
    return "".join([*pieces, text[at:]])
