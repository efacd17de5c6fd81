"""What a workspace is made of: people, channels, messages and views, each with its Slack form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

Json = dict[str, Any]

TEAM = "T0SANDBOX"
TEAM_NAME = "Partnership Cell"
TEAM_DOMAIN = "partnership-cell"
APP = "A0PROVISO"
BOT_USER = "U0PROVISO"
BOT = "B0PROVISO"


class Refusal(Exception):
    """What Slack would answer with `ok: false`: its error code, and what stands beside it."""

    def __init__(self, code: str, messages: list[str] | None = None, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.body: Json = {"ok": False, "error": code, **extra}
        if messages:
            self.body["response_metadata"] = {"messages": messages}


@dataclass
class User:
    """A member. `tz` is an IANA zone name."""

    id: str
    name: str
    real_name: str
    title: str = ""
    tz: str = "Europe/Brussels"
    is_admin: bool = False
    is_bot: bool = False
    is_guest: bool = False
    deleted: bool = False

    def to_slack(self, now: datetime) -> Json:
        """The object of users.info."""
        offset = now.astimezone(ZoneInfo(self.tz)).utcoffset()
        profile = {"real_name": self.real_name, "display_name": self.name, "title": self.title, "team": TEAM}
        return {
            "id": self.id,
            "team_id": TEAM,
            "name": self.name,
            "real_name": self.real_name,
            "deleted": self.deleted,
            "tz": self.tz,
            "tz_label": self.tz,
            "tz_offset": int(offset.total_seconds()) if offset else 0,
            "is_admin": self.is_admin,
            "is_owner": self.is_admin,
            "is_primary_owner": False,
            "is_restricted": self.is_guest,
            "is_ultra_restricted": False,
            "is_bot": self.is_bot,
            "is_app_user": False,
            "updated": int(now.timestamp()),
            "profile": profile | ({"api_app_id": APP, "bot_id": BOT} if self.is_bot else {}),
        }


@dataclass
class Message:
    """One message. `visible_to` is set on an ephemeral one; `revision` grows with every change."""

    channel: str
    ts: str
    user: str
    text: str
    thread_ts: str | None = None
    blocks: list[Json] = field(default_factory=list)
    metadata: Json | None = None
    client_msg_id: str | None = None
    visible_to: str | None = None
    broadcast: bool = False
    edited: str | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    revision: int = 0

    @property
    def is_reply(self) -> bool:
        """Whether it stands in a thread, below another message."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    @property
    def by_bot(self) -> bool:
        """Whether the app posted it."""
        return self.user == BOT_USER

    def to_slack(self, *, metadata: bool = False) -> Json:
        """The object of conversations.history; metadata only when asked for, as Slack does."""
        data: Json = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts, "team": TEAM}
        if self.by_bot:
            data |= {"bot_id": BOT, "app_id": APP, "bot_profile": {"id": BOT, "app_id": APP, "name": "proviso"}}
        optional = {"thread_ts": self.thread_ts, "client_msg_id": self.client_msg_id, "blocks": self.blocks}
        data |= {name: value for name, value in optional.items() if value}
        if self.edited:
            data["edited"] = {"user": self.user, "ts": self.edited}
        if self.reactions:
            items = self.reactions.items()
            data["reactions"] = [{"name": name, "users": users, "count": len(users)} for name, users in items]
        if metadata and self.metadata:
            data["metadata"] = self.metadata
        return data


@dataclass
class Channel:
    """A channel or, when `im_with` names a user, the app's direct message with that user."""

    id: str
    name: str
    members: list[str]
    topic: str = ""
    is_private: bool = False
    is_archived: bool = False
    is_shared: bool = False
    im_with: str | None = None
    created: int = 0
    messages: list[Message] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The `channel_type` of message events."""
        if self.im_with:
            return "im"
        return "group" if self.is_private else "channel"

    def to_slack(self) -> Json:
        """The object of conversations.info."""
        base: Json = {"id": self.id, "created": self.created, "is_archived": self.is_archived, "context_team_id": TEAM}
        if self.im_with:
            return base | {"is_im": True, "is_channel": False, "user": self.im_with}
        return base | {
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.is_private,
            "is_member": BOT_USER in self.members,
            "is_ext_shared": self.is_shared,
            "is_shared": self.is_shared,
            "is_general": False,
            "num_members": len(self.members),
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }


def with_options(block: Json, suggested: Mapping[str, list[Json]]) -> Json:
    """A block whose external selects carry as options what they start with and what was suggested, by action id."""

    def filled(element: Json) -> Json:
        if "external_select" not in element.get("type", ""):
            return element
        start = element.get("initial_options", [element["initial_option"]] if "initial_option" in element else [])
        return element | {"options": [*start, *suggested.get(element.get("action_id", ""), [])]}

    single = {name: filled(block[name]) for name in ("accessory", "element") if name in block}
    several = {"elements": [filled(element) for element in block["elements"]]} if block["type"] == "actions" else {}
    return block | single | several


@dataclass
class View:
    """A modal or a Home tab as it is open for one user. `errors` are by block id, as the app gave them."""

    id: str
    user: str
    body: Json
    hash: str
    root: str
    previous: str | None = None
    errors: Mapping[str, str] = field(default_factory=dict)
    values: Json = field(default_factory=dict)
    suggested: dict[str, list[Json]] = field(default_factory=dict)  # options the app offered, by action id

    @property
    def title(self) -> str:
        """What its head says."""
        return str(self.body.get("title", {}).get("text", ""))

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, block ids filled in."""
        blocks: list[Json] = self.body.get("blocks", [])
        return blocks

    @property
    def fillable_blocks(self) -> list[Json]:
        """Its blocks; a select whose options come from the app has those it offered so far."""
        return [with_options(block, self.suggested) for block in self.blocks]

    def to_slack(self) -> Json:
        """The object apps receive."""
        body = {"private_metadata": "", "callback_id": "", "external_id": ""} | self.body
        return body | {
            "id": self.id,
            "team_id": TEAM,
            "state": {"values": self.values},
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }
