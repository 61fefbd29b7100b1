"""Private recaps: what a channel may not see is in no file that it is answered from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.live import LiveIndex
from index.build.layout import audience_folder, current_build_id
from index.encoder.base import Encoder
from ingest.errors import PublishError, SourcesError
from ingest.job import Job
from ingest.nightly.report import Report
from ingest.nightly.run import run

CHANNELS, WORKSPACES = ("C0QUAY", "C0PIER"), ("T0NORTH", "T0SOUTH")
SECRETS = ("Marlinspike", "Bollardine", "Capstanova")


def write_recaps(folder: Path, visible: dict[str, tuple[str, ...]]) -> None:
    """Write a public recap, and one for each secret with who may see it."""
    folder.mkdir(exist_ok=True)
    entries = ""
    (folder / "open.md").write_text(
        "# HarbourConf 2024\n\n## Tides - Ann Bee\n\nTides are caches.\n", "utf-8"
    )
    for secret, ids in visible.items():
        name = f"{secret.lower()}.md"
        text = f"# HarbourConf 2024\n\n## {secret} in Depth - {secret} Person\n\n{secret} halves the bill.\n"
        (folder / name).write_text(text, encoding="utf-8")
        seen = f"\n    visible_in: [{', '.join(ids)}]" if ids else ""
        entries += f"  - path: {name}\n    author: Somebody{seen}\n"
    (folder / "sources.yaml").write_text(f"sources:\n{entries}", encoding="utf-8")


def held(folder: Path) -> set[str]:
    """Return the secrets that stand anywhere in the live build of a folder, in whatever file."""
    build = folder / current_build_id(folder)
    files = [path.read_bytes().lower() for path in build.rglob("*") if path.is_file()]
    return {secret for secret in SECRETS if any(secret.lower().encode() in content for content in files)}


who = st.lists(st.sampled_from([*CHANNELS, *WORKSPACES]), unique=True, max_size=3).map(tuple)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(visible=st.fixed_dictionaries(dict.fromkeys(SECRETS, who)))
def test_each_channel_gets_what_it_may_see_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, encoder: Encoder, visible: dict[str, tuple[str, ...]]
) -> None:
    """For any visibilities, the build that a channel is answered from holds its recaps and no word of another's."""
    folder = tmp_path_factory.mktemp("private")
    index_dir = folder / "index"
    write_recaps(folder / "notes", visible)
    run(Job(paths=(folder / "notes",), index_dir=index_dir), encoder=encoder)
    live = LiveIndex(index_dir, encoder)

    assert held(index_dir) == {secret for secret, ids in visible.items() if not ids}
    for channel in (*CHANNELS, "C0OTHER"):
        for team in (*WORKSPACES, "T0OTHER", ""):
            seen = {secret for secret, ids in visible.items() if not ids or {channel, team} & {*ids}}
            assert held(live.for_audience(channel, team).build.folder.parent) == seen


def test_what_is_no_longer_named_is_removed(
    harbour: Path, tmp_path: Path, night: Callable[..., Report]
) -> None:
    """When the last recap of a channel becomes public or goes, the channel's builds go too."""
    write_recaps(harbour, {"Marlinspike": ("C0QUAY",)})
    first = night()
    write_recaps(harbour, {"Marlinspike": ()})
    second = night()

    assert list(first.audiences) == ["C0QUAY"]
    assert not second.audiences
    assert not audience_folder(tmp_path / "index", "C0QUAY").exists()
    assert "Marlinspike" in held(tmp_path / "index")


@pytest.mark.parametrize("named", ["general", "#quay", "c0quay", "[]", "[C0QUAY, 7]", "", "../C0QUAY"])
def test_a_mistake_publishes_nothing(harbour: Path, night: Callable[..., Report], named: str) -> None:
    """A channel's name where its id is wanted is refused: else everybody would see what few should."""
    write_recaps(harbour, {"Marlinspike": ()})
    listed = harbour / "sources.yaml"
    listed.write_text(listed.read_text("utf-8") + f"    visible_in: {named}\n", encoding="utf-8")

    with pytest.raises(SourcesError, match="visible_in"):
        night()


def test_where_everything_is_private_a_person_is_told_what_stays_public(
    harbour: Path, night: Callable[..., Report]
) -> None:
    """Nothing goes live without a public recap, and the line says that the last public build may still quote."""
    write_recaps(harbour, {"Marlinspike": ()})
    for name in ("open.md", "day1.md", "day2.md"):
        (harbour / name).unlink()
    night()
    write_recaps(harbour, {"Marlinspike": ("C0QUAY",)})
    (harbour / "open.md").unlink()

    with pytest.raises(PublishError, match="every recap is private"):
        night()
