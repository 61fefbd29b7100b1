"""Pictures drawn on the server as SVG: no script, readable in grey, each with words beside it for who cannot see it.

Everything is placed with attributes, since the page's policy allows no style within a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from markupsafe import Markup

from bot.addresses import encoded
from bot.answering.rendering import shortened
from bot.holdings import Held
from bot.web.talk_map import TalkMap
from bot.web.traces import Traces

_ROW, _COLUMN, _HEAD = 26, 50, 74  # pixels
_LABEL_CHARS, _LETTER = 18, 7.4  # of a name beside a row: at most so many, so wide
_MOST_RADIUS = 11.0
_LABEL_APART, _LABEL_WIDE, _LETTER_WIDE = 17.0, 150.0, 8.2  # of names on the map
_BAR_WIDTH, _BAR_HEIGHT, _GAP = 150, 12, 1.5


def trace_grid(traces: Traces, href: Callable[[str], str], described: str) -> Markup:
    """Return a grid of dots: a row a name, a column a conference, the dot's area the share of its talks that have it."""
    names = [shortened(trace.name, _LABEL_CHARS) for trace in traces.rows]
    label_width = 18 + _LETTER * max(map(len, names), default=0)
    width = label_width + _COLUMN * len(traces.events) + 60
    height = _HEAD + _ROW * len(traces.rows) + 8
    most = max((share for trace in traces.rows for share in trace.shares), default=0.0) or 1.0
    parts = [
        _opening(
            "chart",
            width,
            height,
            f"{described}; the table below has the same numbers",
            linked=True,
        )
    ]
    for column, event in enumerate(traces.events):
        x = label_width + _COLUMN * (column + 0.5)
        turned = Markup('<text transform="translate({},{}) rotate(-35)" class="quiet">{}</text>')
        parts.append(turned.format(_short(x - 6), _HEAD - 12, event.event_id))
    for row, trace in enumerate(traces.rows):
        y = _HEAD + _ROW * (row + 0.5)
        line = Markup('<line x1="{}" x2="{}" y1="{}" y2="{}" class="rule"/>')
        parts.append(line.format(_short(label_width), width - 60, _short(y), _short(y)))
        label = Markup('<a href="{}" aria-label="{}"><text x="{}" y="{}" text-anchor="end">{}</text></a>')
        parts.append(
            label.format(href(trace.name), trace.name, _short(label_width - 12), _short(y + 4), names[row])
        )
        for column, (share, count) in enumerate(zip(trace.shares, trace.counts, strict=True)):
            if not count:
                continue
            x = label_width + _COLUMN * (column + 0.5)
            dot = Markup('<circle cx="{}" cy="{}" r="{}" class="bar"><title>{}</title></circle>')
            said = f"{trace.name}: {count} of {traces.talks[column]} at {traces.events[column].event_id}"
            parts.append(dot.format(_short(x), _short(y), _short(_MOST_RADIUS * (share / most) ** 0.5), said))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def day_bar(held: Held, most: int) -> Markup:
    """Return a bar of a conference's talks, a part a day, as long as the conference with most talks has the longest."""
    parts = [_opening("chart inline", _BAR_WIDTH, _BAR_HEIGHT, _days_in_words(held))]
    x = 0.0
    counted = held.days if held.talks else ()
    for number, (_day, count) in enumerate(counted):
        width = max(_BAR_WIDTH * count / max(most, 1) - _GAP, 1.0)
        shade = "bar" if number % 2 == 0 else "bar pale"
        rect = Markup('<rect x="{}" y="0" width="{}" height="{}" class="{}"/>')
        parts.append(rect.format(_short(x), _short(width), _BAR_HEIGHT, shade))
        x += width + _GAP
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def trace_bars(trace: Sequence[tuple[str, int]]) -> Markup:
    """Return a column for each conference or year, as high as it has talks."""
    most = max((count for _, count in trace), default=0) or 1
    width, height = 46 * len(trace) + 50, 150
    parts = [_opening("chart", width, height, "; ".join(f"{name}: {count}" for name, count in trace))]
    for at, (name, count) in enumerate(trace):
        x, tall = 46 * at + 8, 80 * count / most
        rect = Markup('<rect x="{}" y="{}" width="30" height="{}" class="bar"><title>{}</title></rect>')
        parts.append(rect.format(x, _short(100 - tall), _short(tall), f"{name}: {count}"))
        number = Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>')
        parts.append(number.format(x + 15, _short(94 - tall), count))
        label = Markup('<text transform="translate({},{}) rotate(35)" class="quiet">{}</text>')
        parts.append(label.format(x + 8, 116, name))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def talk_map(drawn: TalkMap, root: str, chosen: str | None) -> Markup:
    """Return a map: a dot a talk, which leads to it; those of a chosen conference are full, others then hollow."""
    width, height, edge = 400, 420, 26
    described = f"A map of {len(drawn.points)} talks in {len(drawn.groups)} groups, which are listed below"
    parts = [_opening("chart map", width, height, described, linked=True)]
    for point in drawn.points:
        talk = point.talk
        faint = chosen is not None and talk.event_id != chosen
        dot = Markup(
            '<a href="{}" aria-label="{}"><circle cx="{}" cy="{}" r="{}" class="{}"><title>{}</title></circle></a>'
        )
        said = " · ".join(filter(None, (talk.title, ", ".join(talk.speakers), talk.event_id)))
        x, y = edge + point.x * (width - 2 * edge), edge + point.y * (height - 2 * edge)
        kind, radius = ("dot faint", "4") if faint else ("dot", "5")
        address = f"{root}{encoded(point.path)}"
        parts.append(dot.format(address, talk.title, _short(x), _short(y), radius, kind, said))
    taken: list[tuple[float, float]] = []
    for group in drawn.groups:
        x, y = edge + group.x * (width - 2 * edge), edge + group.y * (height - 2 * edge)
        while any(abs(y - other) < _LABEL_APART and abs(x - across) < _LABEL_WIDE for across, other in taken):
            y += _LABEL_APART
        taken.append((x, y))
        label = Markup('<text x="{}" y="{}" text-anchor="middle" class="halo">{}</text>')
        half = min(len(group.name) * _LETTER_WIDE / 2, width / 2)
        parts.append(label.format(_short(min(max(x, half), width - half)), _short(y), group.name))
    parts.append(Markup("</svg>"))
    return Markup("").join(parts)


def _opening(kind: str, width: float, height: float, described: str, *, linked: bool = False) -> Markup:
    """Return the beginning of a picture; one with links in it is a group to whoever cannot see it, else an image."""
    form = Markup('<svg class="{}" width="{}" height="{}" viewBox="0 0 {} {}" role="{}" aria-label="{}">')
    wide, high = _short(width), _short(height)
    return form.format(kind, wide, high, wide, high, "group" if linked else "img", described)


def _days_in_words(held: Held) -> str:
    named = (f"{'day not known' if day is None else f'day {day}'}: {count}" for day, count in held.days)
    return f"Talks of {held.event.event_id}: {', '.join(named)}"


def _short(number: float) -> str:
    """Return a number as an attribute has it, to a tenth of a pixel."""
    return f"{number:.1f}".removesuffix(".0")
