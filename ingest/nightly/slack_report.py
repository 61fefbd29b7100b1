"""A short message to a Slack channel about a night, through an incoming webhook, only when something changed or failed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ingest.nightly.report import Report

_MOST_TITLES = 5
_MOST_CHARS = (
    2_900  # a section's text holds 3,000: https://docs.slack.dev/reference/block-kit/blocks/section-block
)
_TIMEOUT_S = 10.0


def tell(webhook: str, night: Report | str, complain: Callable[[str], None]) -> None:
    """Post what a night brought, or why nothing was published; a message that is not taken is one line and changes nothing else.

    Args:
        webhook: The webhook's address, a secret; empty: nothing is posted.
        night: The report, or the line that says why nothing was published.
        complain: Is given the line about a message that was not taken.
    """
    text = message(night) if webhook else None
    if not text:
        return
    import httpx

    try:
        response = httpx.post(webhook, json={"text": text, "unfurl_links": False}, timeout=_TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        what = type(error).__name__
    else:
        if response.is_success:
            return
        # Slack says in a word why, such as no_service or channel_is_archived.
        word = "".join(char for char in response.text[:60] if char.isalnum() or char == "_")
        what = f"{response.status_code} {word}".strip()
    complain(
        f"Cannot post the report to Slack: {what}. Check CONFNOTES_REPORT_WEBHOOK; the night itself is not affected."
    )


def message(night: Report | str) -> str | None:
    """Write a night as Slack's mrkdwn; None where nothing changed and nothing failed."""
    if isinstance(night, str):
        return f":warning: *The nightly job published nothing.* {_escaped(night)}"[:_MOST_CHARS]
    if night.outcome == "unchanged" and not night.failed:
        return None
    parts = []
    if night.outcome == "published":
        counts, changes = night.counts, night.difference
        parts.append(
            f"*New notes are live*: {counts['talks']} talks of {counts['recaps']} recaps. Build `{night.build_id}`."
        )
        for words, titles in (("New", changes.new), ("Changed", changes.changed), ("Gone", changes.removed)):
            parts += _listed(words, titles)
    if night.repaired:
        parts += _listed(
            ":adhesive_bandage: Rebuilt, because the last build could not be used", [night.repaired]
        )
    if night.failed:
        parts += _listed(":warning: Failed, what they last gave stays", night.failed)
    return "\n".join(parts)[:_MOST_CHARS]


def _listed(heading: str, lines: Sequence[str]) -> list[str]:
    """Return a heading with its first lines; nothing where there are none."""
    if not lines:
        return []
    more = [f"• … and {len(lines) - _MOST_TITLES} more"] if len(lines) > _MOST_TITLES else []
    return [f"{heading} ({len(lines)}):", *(f"• {_escaped(line)}" for line in lines[:_MOST_TITLES]), *more]


def _escaped(words: str) -> str:
    """Make words that somebody else wrote plain text for Slack: no mention, no link, one line."""
    line = " ".join(words.split())
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
