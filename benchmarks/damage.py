"""Ways in which an index is damaged: bits, cuts, swaps, other types, modes, links, pipes, folders, rot with times kept."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from index.build.layout import CURRENT_FILE, MANIFEST_FILE, current_build_id, list_builds

_VALUES: tuple[Any, ...] = (None, 5, -1, 1e300, "x", "", [], {}, [[]], {"x": None}, True, "\x00", "../x")
_MODES = (0o000, 0o200, 0o111, 0o600)


def damage(index_dir: Path, chance: random.Random, kind: str) -> str:
    """Damage the live build, or what points to it, in one way; return what was done."""
    live = index_dir / current_build_id(index_dir)
    return f"{kind}: {KINDS[kind](index_dir, live, chance)}"


def _pick(live: Path, chance: random.Random) -> Path:
    """Return one of the build's files, the manifest as often as all others of its size would be."""
    files = [path for path in sorted(live.rglob("*")) if path.is_file() and path.suffix != ".lock"]
    return live / MANIFEST_FILE if chance.random() < 0.2 else chance.choice(files)


def _flipped(content: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(content or b"\0")
    spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def _bit(_index_dir: Path, live: Path, chance: random.Random) -> str:
    path = _pick(live, chance)
    path.write_bytes(_flipped(path.read_bytes(), chance))
    return path.name


def _rot(_index_dir: Path, live: Path, chance: random.Random) -> str:
    path = _pick(live, chance)
    times = path.stat()
    with path.open("r+b") as stream:
        content = stream.read()
        stream.seek(0)
        stream.write(_flipped(content, chance)[: len(content)])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    return path.name


def _cut(_index_dir: Path, live: Path, chance: random.Random) -> str:
    path = _pick(live, chance)
    size = path.stat().st_size
    os.truncate(path, chance.choice((0, size // 2, max(size - 1, 0), size + 3)))
    return path.name


def _gone(_index_dir: Path, live: Path, chance: random.Random) -> str:
    path = _pick(live, chance)
    path.unlink()
    return path.name


def _swapped(_index_dir: Path, live: Path, chance: random.Random) -> str:
    first, second = _pick(live, chance), _pick(live, chance)
    one, other = first.read_bytes(), second.read_bytes()
    first.write_bytes(other)
    second.write_bytes(one)
    return f"{first.name} and {second.name}"


def _of_another(index_dir: Path, live: Path, chance: random.Random) -> str:
    others = [name for name in list_builds(index_dir) if name != live.name]
    path = _pick(live, chance)
    source = index_dir / others[0] / path.relative_to(live) if others else path
    path.write_bytes(source.read_bytes() if source.is_file() else b"")
    return path.name


def _type(_index_dir: Path, live: Path, chance: random.Random) -> str:
    path = live / MANIFEST_FILE
    values = json.loads(path.read_text(encoding="utf-8"))
    holder, name = values, chance.choice(sorted(values))
    if isinstance(values[name], dict) and values[name] and chance.random() < 0.6:
        holder, name = values[name], chance.choice(sorted(values[name]))
    if chance.random() < 0.1:
        del holder[name]
    else:
        holder[name] = chance.choice(_VALUES)
    text = json.dumps(values) if chance.random() < 0.9 else "[" * 100_000
    path.write_text(text, encoding="utf-8")
    return f"{name} of the manifest"


def _mode(_index_dir: Path, live: Path, chance: random.Random) -> str:
    path = chance.choice([_pick(live, chance), live, live / "texts", live / "lexical"])
    mode = chance.choice(_MODES)
    path.chmod(mode)
    return f"{path.name} {mode:03o}"


def _instead(path: Path, chance: random.Random) -> str:
    """Put something else in a file's place."""
    copy = path.with_name(f".copy-{path.name}")
    what = chance.choice(
        ("a link to its copy", "a link to a device", "a link to nowhere", "a pipe", "a folder")
    )
    path.rename(copy)
    match what:
        case "a link to its copy":
            path.symlink_to(copy.name)
        case "a link to a device":
            path.symlink_to("/dev/zero")
        case "a link to nowhere":
            path.symlink_to("nowhere")
        case "a pipe":
            os.mkfifo(path)
        case _:
            path.mkdir()
    return f"{what} instead of {path.name}"


def _no_file(_index_dir: Path, live: Path, chance: random.Random) -> str:
    return _instead(_pick(live, chance), chance)


def _folder(_index_dir: Path, live: Path, chance: random.Random) -> str:
    path = chance.choice((live / "texts", live / "lexical"))
    shutil.rmtree(path)
    path.symlink_to("/tmp")  # noqa: S108 somewhere else
    return f"a link instead of {path.name}"


def _pointer(index_dir: Path, _live: Path, chance: random.Random) -> str:
    path = index_dir / CURRENT_FILE
    contents = (
        b"",
        b"..\n",
        b"../x\n",
        b"\xff\xfe",
        b"\0",
        b"x" * 1_000_000,
        b"20200101T000000Z-abcdef\n",
        b"a/b\n",
    )
    if chance.random() < 0.5:
        content = chance.choice((*contents, _flipped(path.read_bytes(), chance)))
        path.write_bytes(content)
        return f"{content[:30]!r}"
    done = _instead(path, chance)
    path.with_name(f".copy-{path.name}").unlink()
    return done


def _stray(index_dir: Path, live: Path, chance: random.Random) -> str:
    """Put something beside the build, or into it, that nobody wrote."""
    name = chance.choice((".writing-x", ".current-x", "20990101T000000Z-abcdef", "readings"))
    path = index_dir / name
    if path.exists():
        shutil.rmtree(path)
    if chance.random() < 0.3:
        (live / "dense_codes.faiss").write_bytes(b"x")
        return "a file in the build"
    path.symlink_to(chance.choice(("/tmp", "nowhere", live.name)))  # noqa: S108 somewhere else
    return f"{name}, a link"


def _state(index_dir: Path, _live: Path, chance: random.Random) -> str:
    path = chance.choice(sorted((index_dir / "readings").iterdir()))
    path.write_bytes(
        chance.choice((b"", b"[" * 100_000, b"{}", _flipped(path.read_bytes(), chance), b"null"))
    )
    return path.name if path.name == "state.json" else "a reading"


KINDS: Mapping[str, Callable[[Path, Path, random.Random], str]] = {
    "a bit": _bit,
    "rot, size and time kept": _rot,
    "a cut": _cut,
    "a file gone": _gone,
    "two files swapped": _swapped,
    "a file of another build": _of_another,
    "another type in the manifest": _type,
    "a mode": _mode,
    "no file": _no_file,
    "no folder": _folder,
    "the pointer": _pointer,
    "a stray": _stray,
    "the job's own memory": _state,
}
