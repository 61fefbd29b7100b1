"""The words of notes, one file a language."""

from __future__ import annotations

import re

import pytest

from index.languages.words import either, languages, phrases

SECTIONS = {"days", "bylines", "links", "headings", "kinds", "closing", "tables", "names", "companies"}


def test_many_languages_are_there_and_english_is_first() -> None:
    """Days are named in all of them, and English wins where two languages share a word."""
    assert len(languages()) >= 9
    assert languages()[0]["days"]["day"] == ["day"]
    assert all("weekdays" in language["days"] for language in languages())


def test_weekdays_and_months_stand_in_their_order() -> None:
    """Readers count by place, so that a list of another length would shift all days behind it."""
    for language in languages():
        assert len(language["days"]["weekdays"]) == 7
        assert len(language["days"].get("months", range(12))) == 12


@pytest.mark.parametrize("language", languages(), ids=lambda language: str(language["days"]["weekdays"][0]))
def test_every_entry_is_a_pattern_without_capture(language: dict[str, dict[str, object]]) -> None:
    """Entries are joined into larger patterns, whose own groups they must not shift."""
    assert set(language) <= SECTIONS
    for entries in (lists for section in language.values() for lists in section.values()):
        for entry in _flat(entries):
            assert re.compile(entry.replace("{n}", "1")).groups == 0, entry


def _flat(entries: object) -> list[str]:
    if isinstance(entries, dict):
        return [entry for value in entries.values() for entry in _flat(value) if not entry.isdigit()]
    return [entry for one in entries for entry in _flat(one)] if isinstance(entries, list) else [str(entries)]


def test_what_no_language_lists_never_matches() -> None:
    """A name that is spelt wrong finds nothing, rather than everything."""
    assert phrases("bylines", "nothing of the kind") == []
    assert re.search(either("bylines", "nothing of the kind"), "any words") is None
