"""What sort of word each word of a question is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.answering.language import wordlists
from bot.answering.language.knowledge import knowledge_of
from bot.answering.language.word_sense import Sense, sense
from bot.answering.language.wordlists import is_real_word, language_of, languages
from index.search import Searcher


def senses(text: str, searcher: Searcher) -> dict[str, str]:
    """Return each word as it is searched, with its sense."""
    return {word.text: word.sense.value for word in sense(text, knowledge_of(searcher)).words}


@pytest.mark.parametrize(
    ("text", "word", "kind"),
    [
        ("what did they say about Quillwort?", "Quillwort", Sense.KNOWN),
        ("what did they say about quillwort?", "quillwort", Sense.KNOWN),
        ("lanternfishes", "lanternfishes", Sense.KNOWN),
        ("is there a talk on tides?", "talk", Sense.GENERIC),
        ("what about the spares", "what", Sense.GRAMMAR),
        ("did anyone mention Crossplane?", "Crossplane", Sense.NAME),
        ("did anyone mention crossplane?", "crossplane", Sense.NAME),
        ("can I cook lasagne with it", "lasagne", Sense.PLAIN),
        ("wie kann man Knoten drainen?", "drainen", Sense.KNOWN),
        ("can it be archivado", "archivado", Sense.KNOWN),
        ("btw what is Quillwort", "btw", Sense.PLAIN),
        ("warum will man Quillwort loswerden?", "loswerden", Sense.PLAIN),
        ("was gibt es über Netzwerkausfälle?", "Netzwerkausfälle", Sense.PLAIN),
        ("qu'est-ce qui a été amélioré dans Quillwort ?", "amélioré", Sense.PLAIN),
    ],
)
def test_a_word_has_one_sense(searcher: Searcher, text: str, word: str, kind: Sense) -> None:
    """Names, plain words, grammar and words about talks are told apart in several languages."""
    assert senses(text, searcher)[word] == kind


@pytest.mark.parametrize(
    ("written", "searched"),
    [
        ("waht is Quillwort", "what is Quillwort"),
        ("waht abuot teh spares", "what about the spares"),
        ("hwo doesnt it work", "how doesn't it work"),
        ("qeu dit Quillwort, c'est quoi ?", "que dit Quillwort, c'est quoi ?"),
    ],
)
def test_slips_in_small_words_are_read_as_what_was_meant(
    searcher: Searcher, written: str, searched: str
) -> None:
    """Two letters swapped, or an apostrophe left out, make no name of a grammar word, and nobody is told of it."""
    found = sense(written, knowledge_of(searcher))

    assert found.text == searched
    assert not found.corrections


@pytest.mark.parametrize("written", ["tidetable", "tide-table", "tide table", "Tide Tables"])
def test_a_compound_is_known_in_any_spelling(searcher: Searcher, written: str) -> None:
    """What the notes write in two words may be asked for in one, with a hyphen, or in the plural."""
    assert {word.sense for word in sense(written, knowledge_of(searcher)).words} == {Sense.KNOWN}


def test_a_closed_compound_is_searched_as_the_notes_write_it(searcher: Searcher) -> None:
    """Both spellings of a compound are one search."""
    closed, spaced = (sense(text, knowledge_of(searcher)).text for text in ("marlin spike", "marlinspike"))

    assert closed == spaced == "marlinspike"


def test_words_of_an_unknown_language_are_no_names(searcher: Searcher) -> None:
    """Where no dictionary has most of a sentence, its words are words of a language, not names that the notes lack."""
    found = senses("jak działa równoważenie obciążenia w Quillwort?", searcher)

    assert Sense.NAME not in found.values()


def test_a_script_without_blanks_holds_no_absent_name(searcher: Searcher) -> None:
    """A Japanese sentence is no name; the Latin name inside it is found."""
    found = senses("Quillwortとは何ですか", searcher)

    assert found["Quillwort"] == Sense.KNOWN
    assert Sense.NAME not in found.values()


def test_adding_a_language_is_adding_a_file(tmp_path: Path) -> None:
    """A file for Swedish beside the others makes its questions Swedish."""
    folder = tmp_path / "words"
    shutil.copytree(Path(wordlists.__file__).with_name("words"), folder)
    (folder / "sv.yaml").write_text(
        "name: Swedish\ngrammar: vad är det som sägs om och inte vem hur varför\nasks: vad vem hur varför\n"
        "english:\n  lagring: storage\n",
        encoding="utf-8",
    )

    assert language_of("vad sägs om Quillwort?").code != "sv"
    assert language_of("vad sägs om Quillwort?", folder).code == "sv"
    assert languages(folder)["sv"].english == {"lagring": "storage"}
    assert language_of("what is said about Quillwort?", folder).code == "en"


@pytest.mark.parametrize("code", sorted(languages()))
def test_every_language_has_what_questions_are_made_of(code: str) -> None:
    """Each file holds grammar words that its own dictionary knows, and the words that ask."""
    language = languages()[code]

    assert language.name
    assert language.asks
    assert language.generic
    assert sum(language.frequency(word) > 4 for word in language.grammar) > 50


def test_german_compounds_are_words() -> None:
    """Two words written as one are a word where the language does so."""
    german = languages()["de"]

    assert is_real_word("speicherverbrauch", german)
    assert is_real_word("reihenfolgeproblem", german)
    assert not is_real_word("kubecost", german)
