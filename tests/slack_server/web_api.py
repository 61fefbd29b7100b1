"""The Web API's methods: what each needs, what it refuses and what it changes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.slack_server.rules import MOST_CHARACTERS_IN_A_MESSAGE, characters, faults
from tests.slack_server.state import APP_ID, BOT_ID, BOT_TOKEN, BOT_USER_ID, TEAM_ID, Channel, Workspace

Json = dict[str, Any]
Method = Callable[[Workspace, Json], Json]

HISTORY_SCOPES = {"channel": "channels:history", "group": "groups:history", "im": "im:history"}
TRIGGER_LIFE_S = 30.0  # with Slack itself 3, in which a machine with ten other jobs may not get to it
RESPONSE_URL_USES = 5
RESPONSE_URL_LIFE_S = 30 * 60


class RefusalError(Exception):
    """An answer `{"ok": false, "error": …}`."""

    def __init__(self, error: str, **more: object) -> None:
        super().__init__(error)
        self.answer: Json = {"ok": False, "error": error, **more}


def check_message(space: Workspace, arguments: Json) -> None:
    """Refuse what chat.postMessage refuses in text and blocks."""
    blocks = arguments.get("blocks") or []
    text = arguments.get("text") or ""
    if not blocks and not text:
        raise RefusalError("no_text")
    if len(text) > 40_000:
        raise RefusalError("msg_too_long")
    lacking = [f"unsupported type: {block['type']}" for block in blocks if block.get("type") in space.lacks]
    if found := lacking or faults(blocks):
        raise RefusalError(
            "invalid_blocks", response_metadata={"messages": [f"[ERROR] {fault}" for fault in found]}
        )
    if characters(blocks) > MOST_CHARACTERS_IN_A_MESSAGE:
        raise RefusalError("msg_blocks_too_long")


def place(space: Workspace, channel_id: str) -> Channel:
    """Find the channel to post in; a user's id stands for the direct conversation with that person."""
    channel = space.channels.get(channel_id)
    if channel is None and channel_id in space.users:
        return open_im(space, channel_id)
    if channel is None:
        raise RefusalError("channel_not_found")
    if BOT_USER_ID not in channel.members:
        raise RefusalError("not_in_channel")
    return channel


def open_im(space: Workspace, user_id: str) -> Channel:
    """Find or open the direct conversation of a person with the bot."""
    channel_id = f"D{user_id[1:]}"
    return space.channels.get(channel_id) or space.add_channel(
        channel_id, user_id, {user_id, BOT_USER_ID}, kind="im"
    )


def new_message(space: Workspace, arguments: Json) -> Json:
    """Build the bot's message as it is stored."""
    message = {
        "type": "message",
        "user": BOT_USER_ID,
        "bot_id": BOT_ID,
        "app_id": APP_ID,
        "team": TEAM_ID,
        "ts": space.next_ts(),
    }
    for name in ("text", "blocks", "thread_ts", "metadata"):
        if arguments.get(name):
            message[name] = arguments[name]
    return message


def _auth_test(_space: Workspace, _arguments: Json) -> Json:
    return {
        "url": "https://local.slack.test/",
        "team": "Local",
        "user": "confnotes",
        "team_id": TEAM_ID,
        "user_id": BOT_USER_ID,
        "bot_id": BOT_ID,
    }


def _post_message(space: Workspace, arguments: Json) -> Json:
    channel = place(space, str(arguments.get("channel", "")))
    check_message(space, arguments)
    thread_ts = arguments.get("thread_ts")
    if thread_ts and not any(message["ts"] == thread_ts for message in channel.messages):
        raise RefusalError("thread_not_found")
    message = new_message(space, arguments)
    channel.messages.append(message)
    return {"channel": channel.channel_id, "ts": message["ts"], "message": message}


def _post_ephemeral(space: Workspace, arguments: Json) -> Json:
    channel = place(space, str(arguments.get("channel", "")))
    if arguments.get("user") not in channel.members:
        raise RefusalError("user_not_in_channel")
    check_message(space, arguments)
    message = {**new_message(space, arguments), "for_user": arguments["user"], "channel": channel.channel_id}
    space.ephemerals.append(message)
    return {"message_ts": message["ts"]}


def _update(space: Workspace, arguments: Json) -> Json:
    message = space.find_message(str(arguments.get("channel")), str(arguments.get("ts")))
    if message is None:
        raise RefusalError("message_not_found")
    if message.get("user") != BOT_USER_ID:
        raise RefusalError("cant_update_message")
    if len(arguments.get("text") or "") > 4_000:
        raise RefusalError("msg_too_long")
    check_message(space, arguments)
    message.update({name: arguments[name] for name in ("text", "blocks", "metadata") if name in arguments})
    return {"channel": arguments["channel"], "ts": message["ts"], "text": message.get("text", "")}


def _replies(space: Workspace, arguments: Json) -> Json:
    channel = place(space, str(arguments.get("channel", "")))
    root = str(arguments.get("ts"))
    found = [m for m in channel.messages if root in {m["ts"], m.get("thread_ts")}]
    if not found:
        raise RefusalError("thread_not_found")
    first, last = str(arguments.get("oldest") or ""), str(arguments.get("latest") or "~")
    # The thread's first message is given whatever the limits are, as Slack does.
    found = [m for m in found if m["ts"] == root or first <= m["ts"] < last]
    if not arguments.get("include_all_metadata"):
        found = [{name: value for name, value in m.items() if name != "metadata"} for m in found]
    most = int(arguments.get("limit") or 1000)
    return {"messages": found[:most], "has_more": len(found) > most}


def _history(space: Workspace, arguments: Json) -> Json:
    channel = place(space, str(arguments.get("channel", "")))
    found = [m for m in channel.messages if m.get("thread_ts") in {None, m["ts"]}]
    if not arguments.get("include_all_metadata"):
        found = [{name: value for name, value in m.items() if name != "metadata"} for m in found]
    most, first = int(arguments.get("limit") or 100), int(arguments.get("cursor") or 0)
    more = len(found) > first + most
    return {
        "messages": found[::-1][first : first + most],
        "has_more": more,
        "response_metadata": {"next_cursor": str(first + most) if more else ""},
    }


def _unfurl(space: Workspace, arguments: Json) -> Json:
    unfurls = arguments.get("unfurls") or {}
    for card in unfurls.values():
        if found := faults(card.get("blocks") or [], "unfurl"):
            raise RefusalError("invalid_blocks", response_metadata={"messages": found})
    if arguments.get("unfurl_id") and arguments.get("source") in {"composer", "conversations_history"}:
        space.unfurls.append(dict(unfurls))
        return {}
    message = space.find_message(str(arguments.get("channel")), str(arguments.get("ts")))
    if message is None:
        raise RefusalError("cannot_find_message")
    if not all(url in str(message["text"]) for url in unfurls):
        raise RefusalError("cannot_unfurl_url")
    message["attachments"] = list(unfurls.values())
    space.unfurls.append(dict(unfurls))
    return {}


def _conversations_open(space: Workspace, arguments: Json) -> Json:
    user_id = str(arguments.get("users", ""))
    if user_id not in space.users:
        raise RefusalError("user_not_found")
    return {"channel": {"id": open_im(space, user_id).channel_id}}


def _views_open(space: Workspace, arguments: Json) -> Json:
    opened_at = space.triggers.pop(str(arguments.get("trigger_id")), None)
    if opened_at is None:
        raise RefusalError("trigger_exchanged")
    if time.monotonic() - opened_at > TRIGGER_LIFE_S:
        raise RefusalError("trigger_expired")
    view = _view(arguments, "modal")
    view["id"] = space.next_id("V")
    space.modals.append(view)
    return {"view": view}


def _views_publish(space: Workspace, arguments: Json) -> Json:
    if arguments.get("user_id") not in space.users:
        raise RefusalError("user_not_found")
    space.homes[arguments["user_id"]] = _view(arguments, "home")
    return {"view": arguments["view"]}


def _view(arguments: Json, kind: str) -> Json:
    view: Json = dict(arguments.get("view") or {})
    found = (
        faults(view.get("blocks") or [], kind)
        if view.get("type") == kind
        else [f"view of type {kind} expected"]
    )
    if kind == "modal" and not 1 <= len(view.get("title", {}).get("text", "")) <= 24:
        found.append("title must have 1 to 24 characters")
    if len(view.get("private_metadata", "")) > 3_000:
        found.append("private_metadata is too long")
    if found:
        raise RefusalError(
            "invalid_arguments", response_metadata={"messages": [f"[ERROR] {fault}" for fault in found]}
        )
    return view


def _set_session_status(space: Workspace, arguments: Json) -> Json:
    status = arguments.get("status")
    if (
        status not in {"processing", "active", "suspended", "closed"}
        or len(arguments.get("title") or "") > 200
    ):
        raise RefusalError("invalid_arguments")
    channel = place(space, str(arguments.get("channel_id", "")))
    space.sessions.setdefault((channel.channel_id, str(arguments.get("thread_ts"))), []).append(str(status))
    return {}


def _set_suggested_prompts(space: Workspace, arguments: Json) -> Json:
    prompts = arguments.get("prompts") or []
    if not 1 <= len(prompts) <= 4 or not all(
        prompt.get("title") and prompt.get("message") for prompt in prompts
    ):
        raise RefusalError("invalid_arguments")
    if not arguments.get("thread_ts"):  # with one Slack answers ok to an agent app and shows nothing
        space.prompts[str(arguments["channel_id"])] = prompts
    return {}


def _oauth_access(_space: Workspace, arguments: Json) -> Json:
    if arguments.get("code") != "good-code":
        raise RefusalError("invalid_code")
    return {
        "app_id": APP_ID,
        "authed_user": {"id": "U1ADA"},
        "scope": "chat:write,commands",
        "token_type": "bot",
        "access_token": BOT_TOKEN,
        "bot_user_id": BOT_USER_ID,
        "team": {"id": TEAM_ID, "name": "Local"},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def _history_scope(space: Workspace, arguments: Json) -> str:
    """Name the scope that reading a channel needs, which depends on the channel's kind."""
    channel = space.channels.get(str(arguments.get("channel", "")))
    return HISTORY_SCOPES[channel.kind if channel else "channel"]


Scope = str | Callable[[Workspace, Json], str] | None
METHODS: dict[str, tuple[Method, Scope]] = {
    "oauth.v2.access": (_oauth_access, None),
    "auth.test": (_auth_test, None),
    "chat.postMessage": (_post_message, "chat:write"),
    "chat.postEphemeral": (_post_ephemeral, "chat:write"),
    "chat.update": (_update, "chat:write"),
    "conversations.replies": (_replies, _history_scope),
    "conversations.history": (_history, _history_scope),
    "chat.unfurl": (_unfurl, "links:write"),
    "conversations.open": (_conversations_open, "im:write"),
    "agents.sessions.setStatus": (_set_session_status, "assistant:write"),
    "assistant.threads.setSuggestedPrompts": (_set_suggested_prompts, "assistant:write"),
    "views.open": (_views_open, None),
    "views.publish": (_views_publish, None),
}


def respond(space: Workspace, key: str, body: Json) -> tuple[int, str]:
    """Take one use of a response URL; answer as hooks.slack.com does."""
    target = space.response_urls.get(key)
    if (
        target is None
        or target.uses >= RESPONSE_URL_USES
        or time.monotonic() - target.opened_at > RESPONSE_URL_LIFE_S
    ):
        return 404, '{"ok":false,"error":"expired_url"}'
    target.uses += 1
    if body.get("delete_original"):
        space.ephemerals[:] = [m for m in space.ephemerals if m["ts"] != target.message_ts]
        return 200, "ok"
    try:
        check_message(space, body)
    except RefusalError as refusal:
        return 400, f'{{"ok":false,"error":"{refusal}"}}'
    _deliver_response(space, target.channel_id, target.user_id, target.message_ts, body)
    return 200, "ok"


def _deliver_response(
    space: Workspace, channel_id: str, user_id: str, message_ts: str | None, body: Json
) -> None:
    if body.get("replace_original") and message_ts:
        for message in [*space.ephemerals, *space.channels[channel_id].messages]:
            if message["ts"] == message_ts:
                message.update({name: body[name] for name in ("text", "blocks") if name in body})
        return
    message = new_message(space, body)
    if body.get("response_type") == "in_channel":
        space.channels[channel_id].messages.append(message)
    else:
        space.ephemerals.append({**message, "for_user": user_id, "channel": channel_id})
