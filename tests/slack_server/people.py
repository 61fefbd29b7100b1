"""What people do in the local Slack: write, mention, command, click, fill in a form, open the Home tab."""

from __future__ import annotations

import re
import time
from typing import Any

from tests.slack_server.delivery import Delivery
from tests.slack_server.state import APP_ID, BOT_USER_ID, TEAM_ID, ResponseUrl, Workspace
from tests.slack_server.web_api import open_im

Json = dict[str, Any]


def slack_escape(text: str) -> str:
    """Escape what a person typed as Slack does before it sends it to apps."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class People:
    """The acts of people; each gives the deliveries that it caused."""

    space: Workspace
    url: str

    def deliver(self, kind: str, payload: Json, retry: int = 0) -> Delivery:
        """Send one payload to the app."""
        raise NotImplementedError

    def add_user(self, user_id: str, name: str) -> None:
        """Let a person into the workspace."""
        self.space.add_user(user_id, name)

    def add_channel(self, channel_id: str, name: str, *members: str, bot: bool = True) -> None:
        """Open a channel, with the bot unless told otherwise."""
        self.space.add_channel(channel_id, name, {*members, *([BOT_USER_ID] if bot else [])})

    def write(
        self, channel_id: str, user_id: str, text: str, thread_ts: str | None = None, **more: object
    ) -> list[Delivery]:
        """Write a message with mark-up as Slack sends it; `<@BOT>` in it also makes an `app_mention`."""
        text = text.replace("<@BOT>", f"<@{BOT_USER_ID}>")
        channel = self.space.channels[channel_id]
        message: Json = {
            "type": "message",
            "user": user_id,
            "text": text,
            "ts": self.space.next_ts(),
            "team": TEAM_ID,
            **more,
        }
        if thread_ts:
            message["thread_ts"] = thread_ts
        with self.space.changed:
            channel.messages.append(message)
        event = {**message, "channel": channel_id, "channel_type": channel.kind, "event_ts": message["ts"]}
        deliveries = [self.deliver("events_api", self.envelope(event))]
        if re.search(rf"<@{BOT_USER_ID}(\|[^>]*)?>", text) and channel.kind != "im":
            mention = {name: value for name, value in event.items() if name != "channel_type"} | {
                "type": "app_mention"
            }
            deliveries.append(self.deliver("events_api", self.envelope(mention)))
        return deliveries

    def write_quietly(self, channel_id: str, user_id: str, *texts: str) -> list[str]:
        """Write messages that no app hears of, as while it was down, and give their timestamps."""
        messages = [
            {"type": "message", "user": user_id, "text": text, "ts": self.space.next_ts(), "team": TEAM_ID}
            for text in texts
        ]
        with self.space.changed:
            self.space.channels[channel_id].messages.extend(messages)
        return [str(message["ts"]) for message in messages]

    def direct(self, user_id: str, text: str, thread_ts: str | None = None, **more: object) -> list[Delivery]:
        """Write to the bot in private."""
        return self.write(open_im(self.space, user_id).channel_id, user_id, text, thread_ts, **more)

    def envelope(self, event: Json) -> Json:
        """Wrap an event as the Events API does."""
        return {
            "type": "event_callback",
            "event_id": self.space.next_id("Ev"),
            "event_time": int(time.time()),
            "team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "authorizations": [{"team_id": TEAM_ID, "user_id": BOT_USER_ID, "is_bot": True}],
            "event": event,
        }

    def redeliver(self, delivery: Delivery, times: int = 1) -> list[Delivery]:
        """Send the same payload again, as Slack does when it saw no acknowledgement."""
        return [self.deliver(delivery.kind, delivery.payload, retry=number) for number in range(1, times + 1)]

    def react(
        self, message: Json, user_id: str, emoji: str, channel_id: str, *, gone: bool = False
    ) -> Delivery:
        """Put an emoji below a message, or take it away."""
        event = {
            "type": "reaction_removed" if gone else "reaction_added",
            "user": user_id,
            "reaction": emoji,
            "item": {"type": "message", "channel": channel_id, "ts": message["ts"]},
            "item_user": message["user"],
            "event_ts": self.space.next_ts(),
        }
        return self.deliver("events_api", self.envelope(event))

    def command(self, channel_id: str, user_id: str, text: str, command: str = "/kubecon") -> Delivery:
        """Type a slash command."""
        channel = self.space.channels[channel_id]
        payload = {
            "command": command,
            "text": text,
            "user_id": user_id,
            "user_name": self.space.users[user_id]["name"],
            "channel_id": channel_id,
            "channel_name": channel.name,
            "team_id": TEAM_ID,
            "api_app_id": APP_ID,
            "token": "legacy",
            "trigger_id": self.space.new_trigger(),
            "response_url": self.response_url(channel_id, user_id),
        }
        return self.deliver("slash_commands", payload)

    def click(
        self,
        message: Json,
        action_id: str,
        user_id: str,
        channel_id: str,
        value: str | None = None,
        *,
        late_s: float = 0.0,
    ) -> Delivery:
        """Click on the button of that `action_id`, on a message in a channel or one that only the person sees.

        With `late_s` the click has been on its way for so long: its trigger is that old.
        """
        block_id, action = _find_action(message, action_id)
        private = "for_user" in message
        action |= {} if value is None else {"value": value}
        payload = {
            "type": "block_actions",
            "api_app_id": APP_ID,
            "team": {"id": TEAM_ID},
            "user": {"id": user_id, "team_id": TEAM_ID},
            "channel": {"id": channel_id},
            "trigger_id": self.space.new_trigger(late_s),
            "response_url": self.response_url(channel_id, user_id, message["ts"]),
            "container": {
                "type": "message",
                "message_ts": message["ts"],
                "channel_id": channel_id,
                "is_ephemeral": private,
            },
            "actions": [{**action, "block_id": block_id, "action_ts": self.space.next_ts()}],
        }
        if not private:
            payload["message"] = message
        return self.deliver("interactive", payload)

    def click_home(self, view: Json, action_id: str, user_id: str) -> Delivery:
        """Click on a button of the Home tab, which comes without a message, a channel and a response address."""
        block_id, action = _find_action(view, action_id)
        payload = {
            "type": "block_actions",
            "api_app_id": APP_ID,
            "team": {"id": TEAM_ID},
            "user": {"id": user_id, "team_id": TEAM_ID},
            "trigger_id": self.space.new_trigger(),
            "container": {"type": "view", "view_id": "V1HOME"},
            "view": view,
            "actions": [{**action, "block_id": block_id, "action_ts": self.space.next_ts()}],
        }
        return self.deliver("interactive", payload)

    def shortcut(self, callback_id: str, message: Json, user_id: str, channel_id: str) -> Delivery:
        """Choose a message shortcut."""
        payload = {
            "type": "message_action",
            "callback_id": callback_id,
            "api_app_id": APP_ID,
            "team": {"id": TEAM_ID},
            "user": {"id": user_id, "team_id": TEAM_ID},
            "channel": {"id": channel_id},
            "message": message,
            "message_ts": message["ts"],
            "trigger_id": self.space.new_trigger(),
            "response_url": self.response_url(channel_id, user_id),
        }
        return self.deliver("interactive", payload)

    def submit(self, view: Json, user_id: str, values: Json) -> Delivery:
        """Fill in and send a modal."""
        payload = {
            "type": "view_submission",
            "api_app_id": APP_ID,
            "team": {"id": TEAM_ID},
            "user": {"id": user_id, "team_id": TEAM_ID},
            "trigger_id": self.space.new_trigger(),
            "view": {**view, "state": {"values": values}},
        }
        return self.deliver("interactive", payload)

    def view(self, user_id: str, *entities: Json) -> Delivery:
        """Look at something beside the conversation with an agent app."""
        event = {
            "type": "app_context_changed",
            "user": user_id,
            "channel": open_im(self.space, user_id).channel_id,
            "context": {"entities": list(entities)} if entities else {},
            "event_ts": self.space.next_ts(),
        }
        return self.deliver("events_api", self.envelope(event))

    def share_links(self, channel_id: str, user_id: str, *urls: str, **more: object) -> Delivery:
        """Post addresses of sites that the app's manifest names."""
        self.write(channel_id, user_id, " ".join(f"<{url}>" for url in urls))
        event = {
            "type": "link_shared",
            "channel": channel_id,
            "user": user_id,
            "message_ts": self.space.channels[channel_id].messages[-1]["ts"],
            "links": [{"url": url, "domain": url.split("/")[2]} for url in urls],
            "event_ts": self.space.next_ts(),
            **more,
        }
        return self.deliver("events_api", self.envelope(event))

    def open_home(self, user_id: str, tab: str = "home") -> Delivery:
        """Open the app's Home or Messages tab."""
        event = {
            "type": "app_home_opened",
            "user": user_id,
            "channel": open_im(self.space, user_id).channel_id,
            "tab": tab,
        }
        return self.deliver("events_api", self.envelope(event))

    def response_url(self, channel_id: str, user_id: str, message_ts: str | None = None) -> str:
        """Open an address to answer to."""
        key = self.space.next_id("r")
        self.space.response_urls[key] = ResponseUrl(channel_id, user_id, message_ts)
        return f"{self.url}/respond/{key}"


def _find_action(message: Json, action_id: str) -> tuple[str, Json]:
    for position, block in enumerate(message.get("blocks", [])):
        elements = [*block.get("elements", []), *([block["accessory"]] if "accessory" in block else [])]
        for element in elements:
            if element.get("action_id") == action_id:
                return str(block.get("block_id", f"b{position}")), {
                    k: v for k, v in element.items() if k in {"action_id", "type", "value"}
                }
    raise AssertionError(f"no button {action_id!r} in {message}")
