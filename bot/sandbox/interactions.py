"""What people do in the workspace, as the payloads an app receives, and what its acks then change."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.blocks import check_view
from bot.sandbox.calls import Call
from bot.sandbox.chat_methods import content
from bot.sandbox.delivery import Deliveries, Delivery
from bot.sandbox.forms import options, unfit
from bot.sandbox.model import APP, BOT_USER, TEAM, TEAM_DOMAIN, Channel, Json, Message, Refusal, User, View
from bot.sandbox.typed import from_typed
from bot.sandbox.world import World

logger = logging.getLogger(__name__)

SCOPES = (
    "app_mentions:read",
    "assistant:write",
    "channels:history",
    "channels:join",
    "channels:read",
    "chat:write",
    "commands",
    "groups:history",
    "groups:read",
    "im:history",
    "im:read",
    "im:write",
    "reactions:read",
    "reactions:write",
    "users:read",
)
EVENTS = ("app_mention", "app_home_opened", "message.channels", "message.groups", "message.im")
NOT_IN_TIME = "did not respond in time. Try again in a moment."
VIEW_TROUBLE = "We had some trouble connecting. Try again?"


@dataclass
class AppManifest:
    """What the app declared: its commands (none: any is delivered), scopes, event subscriptions, and its Home tab."""

    commands: list[Json] = field(default_factory=list)
    scopes: list[str] = field(default_factory=lambda: list(SCOPES))
    events: list[str] = field(default_factory=lambda: list(EVENTS))
    home_tab: bool = True

    def read(self, manifest: Mapping[str, Any]) -> None:
        """Take over a Slack app manifest."""
        self.commands = list(manifest.get("features", {}).get("slash_commands", []))
        self.scopes = list(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", []))
        self.events = list(manifest.get("settings", {}).get("event_subscriptions", {}).get("bot_events", []))
        self.home_tab = bool(manifest.get("features", {}).get("app_home", {}).get("home_tab_enabled", False))


class Interactions:
    """Turns people's doings into deliveries. Every method runs on the server's event loop."""

    def __init__(
        self, world: World, deliveries: Deliveries, manifest: AppManifest, base_url: Callable[[], str]
    ) -> None:
        self._world = world
        self._deliveries = deliveries
        self._manifest = manifest
        self._base_url = base_url

    # -- messages -------------------------------------------------------------------------------------------------

    async def say(self, user: User, channel: Channel, typed: str, thread_ts: str | None = None) -> Message:
        """A message by a person, and the events the app is subscribed to for it."""
        if user.id not in channel.members:
            raise Refusal("not_in_channel")
        if channel.is_archived:
            raise Refusal("is_archived")
        message = self._world.post(channel, user.id, from_typed(self._world, typed), thread_ts=thread_ts)
        if BOT_USER in channel.members:
            self._announce(message, channel)
        return message

    def _announce(self, message: Message, channel: Channel) -> None:
        event = message.to_slack() | {"channel": channel.id, "event_ts": message.ts}
        if not channel.im_with and f"<@{BOT_USER}>" in message.text:
            self._event("app_mention", event | {"type": "app_mention"})
        self._event(f"message.{channel.kind}s".replace("ims", "im"), event | {"channel_type": channel.kind})

    def _event(self, subscription: str, event: Json) -> None:
        if subscription not in self._manifest.events:
            return
        authorization = {"team_id": TEAM, "user_id": BOT_USER, "is_bot": True, "is_enterprise_install": False}
        payload: Json = {"token": "sandbox", "team_id": TEAM, "api_app_id": APP, "event": event}
        payload |= {"type": "event_callback", "event_id": self._deliveries.new_event_id()}
        payload |= {"event_time": int(self._world.clock.now().timestamp()), "authorizations": [authorization]}
        place = self._world.channels.get(event["channel"])
        shared = place is not None and place.is_shared
        self._deliveries.start(Delivery("events_api", payload | {"is_ext_shared_channel": shared}))

    async def open_app(self, user: User, tab: str) -> None:
        """A person opens the app's Home or Messages tab."""
        channel = self._world.im(user.id)
        event = {"type": "app_home_opened", "user": user.id, "channel": channel.id, "tab": tab}
        home = self._world.homes.get(user.id)
        shown = {"view": home.to_slack()} if home and tab == "home" else {}
        self._event("app_home_opened", event | shown | {"event_ts": self._world.next_ts()})

    # -- commands -------------------------------------------------------------------------------------------------

    async def command(self, user: User, channel: Channel, typed: str) -> Delivery:
        """A slash command; its ack may carry an answer."""
        name, _, rest = typed.strip().partition(" ")
        known = next((command for command in self._manifest.commands if command["command"] == name), None)
        if self._manifest.commands and known is None:
            self._note(user, channel, f"{name} is not a valid command.")
            return Delivery("slash_commands", {}, problem="unknown_command")
        escaped = known is None or known.get("should_escape", False)
        text = from_typed(self._world, rest.strip(), labels=True, escape=False) if escaped else rest.strip()
        payload: Json = self._person_fields(user) | {"command": name, "text": text, "api_app_id": APP}
        payload |= {"channel_id": channel.id, "channel_name": "directmessage" if channel.im_with else channel.name}
        payload |= {"trigger_id": self._world.new_trigger(user.id), "is_enterprise_install": "false"}
        payload["response_url"] = self._response_url(channel, user)
        delivery = await self._deliveries.once(Delivery("slash_commands", payload))
        if not delivery.acked:
            self._note(user, channel, f"{name} {NOT_IN_TIME}")
        elif delivery.answer.get("text") or delivery.answer.get("blocks"):
            self._answer(delivery.answer, user, channel)
        return delivery

    def _person_fields(self, user: User) -> Json:
        person = {"user_id": user.id, "user_name": user.name}
        return person | {"token": "sandbox", "team_id": TEAM, "team_domain": TEAM_DOMAIN}

    def _response_url(self, channel: Channel, user: User, message: Message | None = None) -> str:
        key = self._world.new_response_url(channel.id, user.id, message)
        return f"{self._base_url()}/response/{key}"

    def _note(self, user: User, channel: Channel, text: str) -> None:
        """A line of Slack's own that only this person sees."""
        self._world.post(channel, "USLACKBOT", text, visible_to=user.id)

    def _answer(self, answer: Json, user: User, channel: Channel) -> None:
        hidden = user.id if answer.get("response_type", "ephemeral") == "ephemeral" else None
        try:
            text, blocks = content(Call(self._world, answer, self._base_url()))
        except Refusal as refusal:
            logger.warning("the ack of a command was refused: %s", refusal.body)
            self._note(user, channel, f"failed with the error {refusal.code}")
            return
        self._world.post(channel, BOT_USER, text, blocks=blocks, visible_to=hidden)

    # -- clicks and choices ---------------------------------------------------------------------------------------

    def _interaction(self, kind: str, user: User, view: View | None) -> Json:
        person = {"id": user.id, "username": user.name, "name": user.name, "team_id": TEAM}
        team = {"id": TEAM, "domain": TEAM_DOMAIN}
        payload: Json = {"type": kind, "user": person, "team": team, "api_app_id": APP, "token": "sandbox"}
        return (
            payload | {"enterprise": None, "is_enterprise_install": False} | ({"view": view.to_slack()} if view else {})
        )

    async def act(self, user: User, action: Json, source: Message | View, values: Json | None = None) -> Delivery:
        """A click or a choice in a message or a view; `action` is as in block_actions, `values` the form's state."""
        action = action | {"action_ts": self._world.next_ts()}
        view = source if isinstance(source, View) else None
        if view is not None:
            view.values = values if values is not None else view.values
        payload = self._interaction("block_actions", user, view) | {"actions": [action]}
        payload["trigger_id"] = self._world.new_trigger(user.id, view.id if view else None)
        if isinstance(source, View):
            payload["container"] = {"type": "view", "view_id": source.id}
        else:
            payload |= self._message_fields(user, source) | {"state": {"values": values or {}}}
        return await self._deliveries.once(Delivery("interactive", payload))

    async def suggest(self, user: User, view: View, block: Json, element: Json, typed: str) -> list[Json]:
        """The options the app offers for what was typed into a select of a form."""
        action_id = element.get("action_id", "")
        about: Json = {"action_id": action_id, "block_id": block["block_id"], "value": typed}
        about["container"] = {"type": "view", "view_id": view.id}
        payload = self._interaction("block_suggestion", user, view) | about
        delivery = await self._deliveries.once(Delivery("interactive", payload))
        found = options(delivery.answer)
        view.suggested.setdefault(action_id, []).extend(found)
        return found

    def _message_fields(self, user: User, message: Message) -> Json:
        channel = self._world.channels[message.channel]
        container: Json = {"type": "message", "message_ts": message.ts, "channel_id": channel.id}
        container["is_ephemeral"] = bool(message.visible_to)
        if message.thread_ts:
            container["thread_ts"] = message.thread_ts
        name = "directmessage" if channel.im_with else channel.name
        fields: Json = {"container": container, "channel": {"id": channel.id, "name": name}}
        if not message.visible_to:
            fields["message"] = message.to_slack()
        return fields | {"response_url": self._response_url(channel, user, message)}

    # -- modals ---------------------------------------------------------------------------------------------------

    async def submit(self, user: User, view: View, values: Json) -> Delivery:
        """Submit the open modal with Slack's state `values`; the ack says what becomes of it."""
        view.values, view.errors = values, unfit(view.blocks, values)
        if view.errors:
            self._world.changed()
            return Delivery("interactive", {}, problem="incomplete")
        payload = self._interaction("view_submission", user, view)
        payload |= {"trigger_id": self._world.new_trigger(user.id, view.id), "response_urls": []}
        delivery = await self._deliveries.once(Delivery("interactive", payload))
        if delivery.acked:
            self._after_submit(user, view, delivery.answer)
        else:
            view.errors = {"": VIEW_TROUBLE}
        self._world.changed()
        return delivery

    def _after_submit(self, user: User, view: View, answer: Json) -> None:
        stack = self._world.stack(user.id)
        response = answer.get("response_action")
        try:
            if response == "errors":
                view.errors = answer.get("errors", {})
            elif response == "update":
                self._world.update_view(view, check_view(answer.get("view"), "modal"))
            elif response == "push":
                self._world.open_view(user.id, check_view(answer.get("view"), "modal"), push=True)
            elif response == "clear":
                stack.clear()
            elif view in stack:
                stack.remove(view)
        except Refusal as refusal:
            logger.warning("the view in an ack was refused: %s", refusal.body)
            view.errors = {"": VIEW_TROUBLE}

    async def close(self, user: User, view: View, *, whole_stack: bool = False) -> None:
        """Close the visible modal; the app hears of it when it asked to."""
        stack = self._world.stack(user.id)
        closed = list(stack) if whole_stack else [view]
        self._world.modals[user.id] = [kept for kept in stack if kept not in closed]
        self._world.changed()
        for gone in closed:
            if gone.body.get("notify_on_close"):
                payload = self._interaction("view_closed", user, gone) | {"is_cleared": whole_stack}
                await self._deliveries.once(Delivery("interactive", payload))
