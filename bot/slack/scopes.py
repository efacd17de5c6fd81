"""The scopes of the Slack app: what needs each of them, and why. Manifest, start-up and `doctor` derive from this."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """One scope of the bot token.

    `used_by` names the methods, and with a capital the events or features, that need it. Without a scope that is not
    `needed`, the bot starts, and `without` says what does not work. `on_request`: part of the manifest only when asked.
    """

    name: str
    used_by: tuple[str, ...]
    why: str
    without: str
    needed: bool = True
    on_request: bool = False


_FOLLOW_UPS = "to receive follow-ups without a mention in its own threads (other messages are dropped as they arrive)"
_LOOK_UP = "to look up whether a message of its own arrived, after a broken connection, so that nothing is posted twice"
_SHARED = "to see whether a channel is shared with another organisation: nothing of the register is shown there"
_HISTORY = ("conversations.history", "conversations.replies")

SCOPES = (
    Scope(
        "app_mentions:read", ("Event app_mention",), "to receive questions that mention the bot", "no mention arrives"
    ),
    Scope(
        "im:history",
        ("Event message.im", *_HISTORY),
        "to receive direct messages to the bot, and to look up whether a message of its own arrived",
        "no direct message arrives",
    ),
    Scope(
        "channels:history",
        ("Event message.channels", *_HISTORY),
        f"{_FOLLOW_UPS}; {_LOOK_UP}",
        "a message in a public channel may be posted twice, and follow-ups there need a mention",
    ),
    Scope(
        "groups:history",
        ("Event message.groups", *_HISTORY),
        "the same in private channels",
        "a message in a private channel may be posted twice, and follow-ups there need a mention",
        needed=False,
    ),
    Scope(
        "mpim:history",
        _HISTORY,
        "to look up whether a message of its own arrived in a group message",
        "a message to a group may be posted twice",
        needed=False,
    ),
    Scope("channels:read", ("conversations.info",), _SHARED, "the register is shown in no public channel"),
    Scope(
        "groups:read",
        ("conversations.info",),
        "to see whether a private channel is shared with another organisation",
        "the register is shown in no private channel",
        needed=False,
    ),
    Scope(
        "im:read",
        ("conversations.info",),
        "to see whether a direct message is shared with another organisation",
        "the register is shown to nobody",
    ),
    Scope(
        "mpim:read",
        ("conversations.info",),
        "to see whether a group message is shared with another organisation",
        "the register is shown in no message to a group",
        needed=False,
    ),
    Scope(
        "channels:join",
        ("conversations.join",),
        "to join a public channel by itself before posting there; asked for only with PROVISO_JOIN_CHANNELS",
        "somebody has to invite the bot to a channel",
        needed=False,
        on_request=True,
    ),
    Scope(
        "chat:write",
        ("chat.postMessage", "chat.postEphemeral", "chat.update", "assistant.threads.setStatus"),
        "to post answers and nudges, and to update its own",
        "nothing can be posted",
    ),
    Scope(
        "commands",
        ("Slash commands",),
        "to be reached by /ask, /checklist, /partner and /proviso",
        "no command arrives",
    ),
    Scope(
        "im:write",
        ("chat.postMessage", "conversations.open"),
        "to write to a person privately when an answer has no other way",
        "a private answer may not arrive where nobody has written to the bot",
        needed=False,
    ),
    Scope(
        "users:read",
        ("users.info",),
        "to see who is a guest or an app (the register is shown to neither), and which time zone to offer",
        "the register is shown to nobody",
    ),
)


def requested(*, join_channels: bool = False) -> tuple[Scope, ...]:
    """The scopes that the manifest asks for."""
    return tuple(scope for scope in SCOPES if join_channels or not scope.on_request)


def read_granted(header: str | None) -> frozenset[str] | None:
    """The scopes that the header `x-oauth-scopes` names; None when there is no header to tell."""
    return None if header is None else frozenset(scope.strip() for scope in header.split(","))


def missing(granted: Collection[str] | None, *, join_channels: bool = False) -> list[Scope]:
    """What a token lacks of what is asked for; nothing when nobody can tell."""
    return [] if granted is None else [s for s in requested(join_channels=join_channels) if s.name not in granted]


def names(scopes: Iterable[Scope]) -> str:
    """Their names in a sentence."""
    return ", ".join(scope.name for scope in scopes)
