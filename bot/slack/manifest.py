"""The Slack app manifest, derived from the registry and the table of scopes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from bot.actions.registry import HOME, Action, Registry
from bot.actions.table import REGISTRY
from bot.slack.scopes import requested

EVENTS = ("app_mention", "message.channels", "message.groups", "message.im")
_NOUNS = {
    "ask": "Ask a question that you alone see answered",
    "checklist": "Look a checklist up",
    "partner": "The register of partners",
    "proviso": "What Proviso can do",
}


def render_manifest(registry: Registry = REGISTRY, *, join_channels: bool = False) -> dict[str, Any]:
    """The manifest for Socket Mode; for HTTP, set `socket_mode_enabled` to false and name the request URLs.

    With `join_channels` it asks for the scope with which the bot joins public channels by itself.
    """
    return {
        "_metadata": {"major_version": 2, "minor_version": 1},
        "display_information": {
            "name": "Proviso",
            "description": "Good practice for partnered operations: cited answers, checklists, reminders.",
            "background_color": "#1d3a4c",
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Proviso", "always_online": True},
            "slash_commands": [_command(registry, noun, actions) for noun, actions in registry.nouns("slash").items()],
        },
        "oauth_config": {"scopes": {"bot": sorted(scope.name for scope in requested(join_channels=join_channels))}},
        "settings": {
            "event_subscriptions": {"bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True},
            "org_deploy_enabled": False,
            "socket_mode_enabled": True,
            "token_rotation_enabled": False,
        },
    }


def _command(registry: Registry, noun: str, actions: Iterable[Action]) -> dict[str, Any]:
    hints = [action.usage.removeprefix(f"/{noun}").strip() for action in actions]
    if noun == HOME:
        hints += [a.usage_at_home.removeprefix(f"/{noun}").strip() for a in registry.on("slash") if a.noun != noun]
    return {
        "command": f"/{noun}",
        "description": _NOUNS[noun],
        "usage_hint": " | ".join(hint for hint in hints if hint)[:1000],
        # Mentions arrive as ids: names are not unique.
        "should_escape": True,
    }
