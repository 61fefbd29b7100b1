"""Settings in a file: what cannot be read is one line, and nothing is left out silently."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from console.settings import read_settings
from ingest.errors import IngestError
from ingest.settings import IngestSettings


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('CONFNOTES_NOTES="notes\nCONFNOTES_KEEP_BUILDS=2\n', 1),
        ("# notes\nCONFNOTES_NOTES=notes\n'half\n" + "= = =\n" * 200, 3),
        ("CONFNOTES_NOTES='notes' and more\n", 1),
    ],
)
def test_a_line_that_is_no_setting_is_named_once(
    text: str, line: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The first line that cannot be read is the fault; no library warns of each."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    with caplog.at_level(logging.DEBUG), pytest.raises(IngestError, match=rf"line {line} is no NAME=value"):
        read_settings(IngestSettings, IngestError)

    assert caplog.text == ""


def test_what_a_file_may_hold_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Comments, blank lines, `export`, quotes and other programs' settings are no faults."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text(
        "# ours\n\nexport CONFNOTES_NOTES='my notes'\nCONFNOTES_KEEP_BUILDS=7 # enough\nOTHER\nPATH_TO=a b\n",
        encoding="utf-8",
    )
    settings = read_settings(IngestSettings, IngestError)

    assert (settings.notes, settings.keep_builds) == (Path("my notes"), 7)
