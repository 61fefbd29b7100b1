"""`confnotes help TOPIC`: the pages of docs/, read on the terminal."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path

import click

from console.command import Status, leave

_HERE = Path(__file__).resolve().parent
_PAGES = _HERE / "pages"  # in a wheel, see setup.py
_DOCS = _HERE.parent / "docs"  # in a checkout
_CONTENTS = "README"  # the page that lists the others in the order of a reader
_WIDTH = 100
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_PICTURE = re.compile(r"^<img .*>$\n?", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\((?!https?:)([^)\s]+)\)")


def _topics(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[str]:
    return [name for name in guides() if name.startswith(begun)]


@click.command("help", short_help="Read a guide: confnotes help notes.")
@click.argument("topic", required=False, shell_complete=_topics)
@click.pass_context
def guide(context: click.Context, topic: str | None) -> None:
    """Read a guide; without a TOPIC, list them. The guides are the pages of docs/."""
    pages = guides()
    if not pages:
        leave(
            "Cannot find the guides: they were not installed with confnotes. Install it again.", Status.DEFECT
        )
    if topic is None:
        click.echo("Guides, in the order of a reader; confnotes help TOPIC shows one.\n")
        for name, path in pages.items():
            click.echo(f"  {name:<14} {path.read_text(encoding='utf-8').partition(chr(10))[0].lstrip('# ')}")
        click.echo(
            "\nconfnotes COMMAND --help says what a command takes; confnotes --help lists the commands."
        )
        return
    name = topic.lower().removesuffix(".md")
    commands = getattr(context.find_root().command, "commands", {})
    if name in pages:
        _show(shown_text(pages[name].read_text(encoding="utf-8"), pages))
    elif name in commands:
        command = commands[name]
        click.echo(command.get_help(click.Context(command, context.find_root(), info_name=name)))
    else:
        near = get_close_matches(name, [*pages, *commands], 1)
        hint = f"Did you mean {near[0]}? " if near else ""
        leave(f"Cannot find a guide on {topic}. {hint}`confnotes help` lists the guides.", Status.USAGE)


def guides() -> Mapping[str, Path]:
    """Return the pages by name, in the order in which the page of contents names them."""
    folder = _PAGES if _PAGES.is_dir() else _DOCS
    pages = {path.stem: path for path in sorted(folder.glob("*.md"))}
    contents = pages.pop(_CONTENTS, None)
    if contents is None:
        return {}
    order = re.findall(r"\]\((\w[\w-]*)\.md\)", contents.read_text(encoding="utf-8"))
    return {name: pages[name] for name in dict.fromkeys(order) if name in pages}


def shown_text(text: str, pages: Mapping[str, Path]) -> str:
    """Return a page without what only a browser shows; a link to a page becomes the command that shows it."""

    def linked(match: re.Match[str]) -> str:
        label, name = match[1], Path(match[2].partition("#")[0]).stem
        if name not in pages:
            return label
        return f"`confnotes help {name}`" if label.endswith(".md") else f"{label} (`confnotes help {name}`)"

    return _LINK.sub(linked, _PICTURE.sub("", _COMMENT.sub("", text)))


def _show(text: str) -> None:
    """Print a page: laid out and paged on a terminal, as it is in a file or a pipe."""
    if not sys.stdout.isatty():
        click.echo(text)
        return
    from rich.markdown import Markdown

    from console.screen import Screen

    screen = Screen(highlight=False)
    screen.width = min(screen.width, _WIDTH)
    with screen.capture() as captured:
        screen.print(Markdown(text, hyperlinks=True))
    laid_out = captured.get()
    if laid_out.count("\n") < screen.height:
        click.echo(laid_out)
    else:
        click.echo_via_pager(laid_out)
