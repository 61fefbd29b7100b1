"""Private recaps: a build of its own for each channel or workspace that may see them.

The public build, which the web page, the API, the terminal and every other channel ask, never holds a word of a
private recap, so no list, count, spelling or suggestion can tell of one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from pathlib import Path

from index.build.layout import AUDIENCES_FOLDER, audience_folder
from index.files.plain import is_folder, remove
from ingest.sources.models import Source, Sources

_WORKSPACE = "T"  # how the ids of workspaces begin; those of channels begin with C, D or G


def public(sources: Sources) -> Sources:
    """Return what everybody may see."""
    return replace(sources, recaps=tuple(source for source in sources.recaps if not source.visible_in))


def audiences(sources: Sources, index_dir: Path) -> Iterator[tuple[Path, Sources]]:
    """Yield the folder of each audience's builds with what that audience may see: public recaps and its own.

    An audience is a channel, a workspace, or a channel of a workspace where both are named and one of them alone
    would miss something.
    """
    named = sorted({one for source in sources.recaps for one in source.visible_in})
    workspaces = [one for one in named if one.startswith(_WORKSPACE)]
    channels = [one for one in named if not one.startswith(_WORKSPACE)]
    for ids in [*((one,) for one in named), *product(workspaces, channels)]:
        recaps = tuple(source for source in sources.recaps if _may_see(ids, source))
        yield audience_folder(index_dir, *ids), replace(sources, recaps=recaps)


def forget_others(index_dir: Path, kept: set[Path]) -> None:
    """Remove the builds of audiences that no source names any more.

    Raises:
        OSError: One cannot be removed.
    """
    folder = index_dir / AUDIENCES_FOLDER
    for path in sorted(folder.iterdir()) if is_folder(folder) else ():
        if path not in kept:
            remove(path)


def _may_see(ids: tuple[str, ...], source: Source) -> bool:
    return not source.visible_in or bool({*ids} & {*source.visible_in})
