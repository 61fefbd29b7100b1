"""Pictures for link previews: what a page is about, drawn as PNG, since previewers take no SVG.

Pillow draws them in Roboto, both an extra of the package. Where they are not installed, a preview has its words alone;
a page with letters that the typeface lacks has the picture of the whole page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.addresses import addresses_of, read_day
from bot.answering import extent_text
from bot.answering.rendering import beside, counted, people_of, place, shortened
from index.models import Event, Talk
from index.search import Searcher

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 630  # pixels, what previewers ask for
_PAPER, _INK, _SOFT, _ACCENT = "#fbfaf7", "#1c2127", "#57606c", "#0a5580"
_LEFT, _RIGHT, _TOP = 88, 72, 176
_TITLE_SIZES = (80, 68, 58, 50, 44)
_TITLE_HEIGHT = 300  # pixels
_LEADING = 1.16
_SMALL = 34
_LINE_CHARS = 70
_TITLE_CHARS = 240
_KEPT = 128  # pictures, of some 20 kB
_NO_LETTER = "\U0010fffe"  # no typeface has it


@dataclass(frozen=True, slots=True)
class Card:
    """The words on a picture."""

    title: str
    people: str = ""
    place: str = ""


class Cards:
    """Makes the pictures."""

    def __init__(self, searcher: Callable[[], Searcher]) -> None:
        self._searcher = searcher

    def card(self, request: Request) -> Response:
        """Return the picture of a page."""
        path = request.path_params["path"].removesuffix(".png")
        found = card_of(path, self._searcher())
        if found is None or not is_writable(found):
            raise HTTPException(404, "There is no picture of that page.")
        return Response(drawn(found), media_type="image/png")


def is_there() -> bool:
    """Return whether pictures can be drawn here."""
    return all(find_spec(name) for name in ("PIL", "font_roboto"))


def address_of(path: str, live: Searcher) -> str:
    """Return the path of a page's picture, that of the whole page where it has none of its own."""
    bare = path.strip("/")
    found = card_of(bare, live) if bare else None
    return f"cards/{bare}.png" if found and is_writable(found) else "cards/all.png"


def card_of(path: str, live: Searcher) -> Card | None:
    """Return what the picture of a page says: of a talk, a conference, a day or a speaker; None for any other."""
    if path == "all":
        return Card("What did they say at the conference?", place=extent_text(live))
    addresses = addresses_of(live)
    first, *rest = path.split("/")
    if first == "speakers" and len(rest) == 1:
        known = live.build.names.speaker(rest[0].replace("-", " "))
        return (
            Card(known.name, counted(len(known.talks), "talk"), "In the conference notes") if known else None
        )
    event = addresses.find_event(first)
    if not rest:
        return _of_event(event) if event else None
    try:
        day = read_day(rest[0])
    except ValueError:
        return None
    if len(rest) == 1:
        return _of_event(event, day) if event and day is not None else None
    talk = addresses.find_talk(first, day, rest[1]) if len(rest) == 2 else None
    return _of_talk(talk) if talk else None


def _of_event(event: Event, day: int | None = None) -> Card:
    when = event.starts_on.strftime("%B %Y") if event.starts_on else ""
    where = " · ".join(filter(None, (when, event.city)))
    return Card(f"{event.event_id}{'' if day is None else f', day {day}'}", event.name, where)


def _of_talk(talk: Talk) -> Card:
    return Card(talk.title or "Notes", beside(talk, people_of(talk)), place(talk))


def is_writable(card: Card) -> bool:
    """Return whether the typeface has every letter of a picture."""
    letters = set(f"{card.title}{card.people}{card.place}") - {" "}
    return all(map(_has_letter, letters))


@lru_cache(maxsize=2_048)
def _has_letter(letter: str) -> bool:
    font = _font("Regular", _SMALL)
    return bytes(font.getmask(letter)) != bytes(font.getmask(_NO_LETTER))


@cache
def _font(weight: str, size: int) -> FreeTypeFont:
    from PIL.ImageFont import truetype

    with as_file(files("font_roboto") / "files" / f"Roboto-{weight}.ttf") as path:
        return truetype(path, size)


@lru_cache(maxsize=_KEPT)
def drawn(card: Card) -> bytes:
    """Return a picture as PNG; equal words give equal bytes."""
    from PIL import Image
    from PIL.ImageDraw import Draw

    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    draw = Draw(image)
    draw.rectangle((0, 0, 20, HEIGHT), fill=_ACCENT)
    _sign(draw)
    size, lines = _fitted(card.title[:_TITLE_CHARS])
    y = float(_TOP)
    for line in lines:
        draw.text((_LEFT, y), line, font=_font("Medium", size), fill=_INK)
        y += size * _LEADING
    small = _font("Regular", _SMALL)
    if card.people:
        draw.text((_LEFT, y + 14), shortened(card.people, _LINE_CHARS), font=small, fill=_SOFT)
    draw.text((_LEFT, HEIGHT - 92), shortened(card.place, _LINE_CHARS), font=small, fill=_ACCENT)
    stored = BytesIO()
    image.quantize(32, Image.Quantize.FASTOCTREE).save(stored, "PNG")
    return stored.getvalue()


def _sign(draw: ImageDraw) -> None:
    """Draw the sign of the page and its name, as the page's own head has them."""
    x, y = _LEFT, 72
    draw.polygon(
        [
            (x, y),
            (x + 56, y),
            (x + 56, y + 36),
            (x + 20, y + 36),
            (x + 8, y + 50),
            (x + 8, y + 36),
            (x, y + 36),
        ],
        fill=_ACCENT,
    )
    for at, long in ((11, 36), (22, 24)):
        draw.line((x + 10, y + at, x + 10 + long, y + at), fill=_PAPER, width=4)
    draw.text((x + 76, y + 2), "confnotes", font=_font("Medium", 38), fill=_INK)


def _fitted(title: str) -> tuple[int, list[str]]:
    """Return the largest size at which a title fits, and its lines; a title that fits at none is cut."""
    for size in _TITLE_SIZES:
        lines = _wrapped(title, size)
        if len(lines) * size * _LEADING <= _TITLE_HEIGHT:
            return size, lines
    most = int(_TITLE_HEIGHT / (size * _LEADING))
    return size, [*lines[: most - 1], f"{lines[most - 1].rstrip(' ,;:–-')}…"]


def _wrapped(title: str, size: int) -> list[str]:
    """Return the lines of a title at a size, broken between words, a word that is wider than the picture within it."""
    font, room = _font("Medium", size), WIDTH - _LEFT - _RIGHT
    lines = [""]
    for word in title.split():
        joined = f"{lines[-1]} {word}".strip()
        if font.getlength(joined) <= room:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for letter in word:
            if font.getlength(lines[-1] + letter) > room:
                lines.append("")
            lines[-1] += letter
    return lines
