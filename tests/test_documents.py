"""What is documented is true: settings, make targets, commands and links between documents."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import AliasChoices
from pydantic_settings import BaseSettings

from bot.settings import Settings
from confnotes import main
from ingest.inspection.inspect import inspect_file
from ingest.settings import IngestSettings
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")] + sorted(
    (ROOT / "docs").rglob("*.md")
)

# What was true then need not be true now.
CURRENT = [one for one in DOCUMENTS if one.name != "CHANGELOG.md" and one.parent.name != "decisions"]


def variables(settings: type[BaseSettings]) -> dict[str, object]:
    """Return a settings class's environment variables with their defaults."""
    found = {}
    for name, field in settings.model_fields.items():
        alias = field.validation_alias
        first = alias.choices[0] if isinstance(alias, AliasChoices) else f"CONFNOTES_{name.upper()}"
        found[str(first)] = field.default
    return found


def written(default: object) -> str:
    """Return a default as it stands in an environment file."""
    if default is None or default == ():
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def test_env_example_holds_every_setting_with_its_default() -> None:
    """The example environment file names all settings of both rooms, with their defaults, and no others."""
    expected = {
        name: written(default)
        for name, default in {**variables(IngestSettings), **variables(Settings)}.items()
    }
    lines = (ROOT / ".env.example").read_text("utf-8").splitlines()
    found = dict(line.lstrip("# ").split("=", 1) for line in lines if re.match(r"#? ?[A-Z_]+=", line))

    assert found == expected


def test_rooms_agree_on_the_settings_they_share() -> None:
    """A variable that both rooms read has one default."""
    first, second = variables(IngestSettings), variables(Settings)

    for name in first.keys() & second.keys():
        assert first[name] == second[name]


def test_readme_names_only_commands_that_exist() -> None:
    """Every `confnotes COMMAND` of the README is a command, and every command is in the README."""
    named = set(re.findall(r"`(?:\.venv/bin/)?confnotes ([a-z]+)", README)) | set(
        re.findall(r"^(?:\.venv/bin/)?confnotes ([a-z]+)", README, re.M)
    )

    assert named == set(main.commands)


@pytest.mark.parametrize("document", CURRENT, ids=lambda path: str(path.relative_to(ROOT)))
def test_documents_name_only_make_targets_that_exist(document: Path) -> None:
    """Every `make TARGET` of a document is a target of the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))

    assert set(re.findall(r"(?:^|`)make ([a-z-]+)", document.read_text("utf-8"), re.M)) <= targets


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    """Every relative link of a document names a file of the project."""
    for target in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", document.read_text("utf-8")):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_torch_index_that_is_not_reached_changes_nothing() -> None:
    """Where the index of CPU builds does not answer, pip gets no option and the command succeeds."""
    done = subprocess.run(
        [sys.executable, ROOT / "deploy" / "torch_index.py", "https://127.0.0.1:9/whl"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == ""


NOTES_READ = {
    0: [("Fast Tests with Less Luck", ("Ada Quill",)), ("Typing at the Edges", ("Bo Marsh",))],
    1: [("Typing at the Edges", ("Bo Marsh",))],
    2: [
        ("Cheaper Nights", ("Cy Dune",)),
        ("Queues Without Fear", ("Di Ebb",)),
        ("Ten Years of Pagers", ("Eo Fell",)),
    ],
}


@pytest.mark.parametrize("number", NOTES_READ)
def test_the_recaps_that_the_guide_shows_are_read_without_a_doubt(number: int, tmp_path: Path) -> None:
    """Whoever writes notes as docs/notes.md says gets these talks with these speakers."""
    guide = (ROOT / "docs" / "notes.md").read_text(encoding="utf-8")
    example = re.findall(r"```markdown\n(.*?)```", guide, re.DOTALL)[number]
    (tmp_path / "recap.md").write_text(example, encoding="utf-8")
    found = inspect_file(tmp_path / "recap.md")

    talks = [(talk.title, talk.speakers) for talk in found.talks if talk.kind != "section"]
    assert talks == NOTES_READ[number]
    assert not found.uncertain
