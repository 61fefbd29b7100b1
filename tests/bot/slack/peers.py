"""What others think of the bot's messages: `make slack-checks`, or `python -m tests.bot.slack.peers`.

Three judges that share no line with this project: slackblocks' surface and length rules, slack_sdk's own
validation, and the TypeScript compiler against Slack's `@slack/types`. A fourth, `slack-message-parser`,
reads every text as Slack would. The two of npm are pinned in `js/package.json`; without npm only the first
two judge.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import slackblocks
from slack_sdk.models.blocks import Block
from slackblocks import rich_text
from slackblocks._surfaces import validate_surface_blocks

from bot.live import LiveIndex
from tests.bot.slack.samples import Sample, samples

Json = dict[str, Any]

SAMPLES = 4_000  # messages and views, made of more than 10,000 hostile notes
TYPED = 400  # messages for the compiler, which takes its time
JS = Path(__file__).parent / "js"


def judge(sample: Sample) -> None:
    """Let slackblocks and slack_sdk look at a sample.

    Raises:
        Exception: whatever a judge finds wrong.
    """
    # slackblocks' check takes what it knows a type of; the classes below it check lengths and kinds.
    validate_surface_blocks(sample.blocks, sample.surface)  # type: ignore[arg-type]
    rebuilt = [_block(block) for block in sample.blocks]
    if sample.surface == "message":
        slackblocks.Message(channel="C1", text=sample.parsed[0], blocks=rebuilt)
    elif sample.surface == "home":
        slackblocks.HomeTabView(rebuilt)
    else:
        view = sample.view or {}
        slackblocks.ModalView(
            _text(view["title"]), rebuilt, submit=_text(view["submit"]), close=_text(view["close"])
        )
    for parsed in Block.parse_all(sample.blocks):
        parsed.validate_json()
        parsed.to_dict()


def _block(block: Json) -> slackblocks.Block:
    make = {
        "rich_text": lambda: slackblocks.RichTextBlock([_rich(one) for one in block["elements"]]),
        "table": lambda: slackblocks.TableBlock(
            [[_rich(cell["elements"][0]) for cell in row] for row in block["rows"]]
        ),
        "section": lambda: slackblocks.SectionBlock(
            _text(block["text"]), accessory=_button(block["accessory"])
        ),
        "header": lambda: slackblocks.HeaderBlock(_text(block["text"])),
        "context": lambda: slackblocks.ContextBlock([_text(one) for one in block["elements"]]),
        "actions": lambda: slackblocks.ActionsBlock([_button(one) for one in block["elements"]]),
        "context_actions": lambda: slackblocks.ContextActionsBlock(
            [_thumbs(one) for one in block["elements"]]
        ),
        "input": lambda: slackblocks.InputBlock(
            _text(block["label"]), _input(block["element"]), optional=block["optional"]
        ),
    }
    return make[block["type"]]()


def _text(text: Json) -> slackblocks.Text:
    return slackblocks.Text.from_dict(text)


def _button(button: Json) -> slackblocks.Button:
    return slackblocks.Button(
        _text(button["text"]), button["action_id"], value=button["value"], style=button.get("style")
    )


def _thumbs(thumbs: Json) -> slackblocks.FeedbackButtons:
    sides = [
        slackblocks.FeedbackButton(_text(side["text"]), side["value"], side["accessibility_label"])
        for side in (thumbs["positive_button"], thumbs["negative_button"])
    ]
    return slackblocks.FeedbackButtons(*sides, action_id=thumbs["action_id"])


def _input(element: Json) -> slackblocks.PlainTextInput:
    return slackblocks.PlainTextInput(
        element["action_id"], multiline=element["multiline"], max_length=element["max_length"]
    )


def _rich(element: Json) -> rich_text.RichTextObject:
    inner = element["elements"]
    if element["type"] == "rich_text_list":
        return rich_text.RichTextList(
            element["style"], [_rich(one) for one in inner], indent=element["indent"]
        )
    kind = {"rich_text_section": rich_text.RichTextSection, "rich_text_quote": rich_text.RichTextQuote}[
        element["type"]
    ]
    return kind([_inline(one) for one in inner])


def _inline(inner: Json) -> rich_text.RichTextElement:
    style = inner.get("style", {})
    if inner["type"] == "link":
        return rich_text.RichTextLink(inner["url"], inner["text"], **style)
    if inner["type"] == "user":
        return rich_text.RichTextUser(inner["user_id"])
    if inner["type"] == "channel":
        return rich_text.RichTextChannel(inner["channel_id"])
    return rich_text.RichText(inner["text"], **style)


def _compile(found: list[Sample], folder: Path) -> None:
    """Let the TypeScript compiler compare messages and views with Slack's types."""
    lists = json.dumps([one.blocks for one in found if one.view is None])
    views = {
        kind: json.dumps([one.view for one in found if one.surface == kind]) for kind in ("home", "modal")
    }
    (folder / "messages.ts").write_text(
        'import type { HomeView, KnownBlock, ModalView } from "@slack/types";\n'
        f"export const messages: KnownBlock[][] = {lists};\n"
        f"export const homes: HomeView[] = {views['home']};\n"
        f"export const forms: ModalView[] = {views['modal']};\n",
        encoding="utf-8",
    )
    options = {"noEmit": True, "strict": True, "skipLibCheck": True, "module": "nodenext", "types": []}
    (folder / "tsconfig.json").write_text(
        json.dumps({"compilerOptions": options, "files": ["messages.ts"]}), encoding="utf-8"
    )
    (folder / "node_modules").symlink_to(JS / "node_modules")
    subprocess.run([JS / "node_modules/.bin/tsc", "--project", folder], check=True)
    print(f"@slack/types: {len(found)} messages and views fit Slack's types")


def _read(found: list[Sample], folder: Path) -> None:
    """Let the npm parser read every text that Slack parses."""
    texts = folder / "texts.jsonl"
    texts.write_text("\n".join(json.dumps(text) for one in found for text in one.parsed), encoding="utf-8")
    print("slack-message-parser:", end=" ", flush=True)
    subprocess.run(["node", JS / "read_texts.cjs", texts], check=True)


def main(index_dir: Path) -> int:
    """Let every judge look; return the exit status."""
    found = list(samples(LiveIndex(index_dir).searcher, SAMPLES))
    for sample in found:
        judge(sample)
    notes = sum(sample.notes for sample in found)
    print(
        f"slackblocks and slack_sdk: {len(found)} messages and views of {notes} hostile notes keep the rules of their surface"
    )
    if not shutil.which("npm"):
        print("npm is not installed: @slack/types and slack-message-parser did not judge")
        return 1
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], check=True, cwd=JS)
    with tempfile.TemporaryDirectory() as folder:
        _compile(found[:TYPED], Path(folder))
        _read(found, Path(folder))
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
