"""The committed manifest is what the code says."""

from __future__ import annotations

import json
import re
from pathlib import Path

from bot.actions.table import REGISTRY
from bot.slack.manifest import EVENTS, render_manifest
from bot.slack.scopes import SCOPES, missing, names, read_granted, requested

ROOT = Path(__file__).parents[3]
COMMITTED = ROOT / "manifest.json"


def test_the_committed_manifest_is_the_codes_own() -> None:
    assert json.loads(COMMITTED.read_text(encoding="utf-8")) == render_manifest()


def test_every_noun_that_can_be_typed_is_a_command() -> None:
    commands = {command["command"] for command in render_manifest()["features"]["slash_commands"]}
    assert commands == {f"/{noun}" for noun in REGISTRY.nouns("slash")}


def test_slacks_limits_on_a_manifest_are_kept() -> None:
    manifest = render_manifest()
    display = manifest["display_information"]
    assert len(display["name"]) <= 35
    assert len(display["description"]) <= 140
    for command in manifest["features"]["slash_commands"]:
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000
        assert command["should_escape"]


def test_what_a_token_lacks_is_named() -> None:
    everything = [scope.name for scope in requested()]
    assert missing(read_granted(", ".join(everything))) == []
    assert missing(read_granted(None)) == []
    lacking = missing(read_granted(", ".join(s for s in everything if s not in ("commands", "im:write"))))
    assert names(lacking) == "commands, im:write"


def test_the_scope_to_join_channels_is_asked_for_only_by_who_wants_that() -> None:
    assert "channels:join" not in render_manifest()["oauth_config"]["scopes"]["bot"]
    assert "channels:join" in render_manifest(join_channels=True)["oauth_config"]["scopes"]["bot"]
    granted = read_granted(",".join(scope.name for scope in requested()))
    assert names(missing(granted, join_channels=True)) == "channels:join"


def test_every_method_that_is_called_has_its_scope_and_no_scope_is_there_without_use() -> None:
    """Methods without a scope of their own aside, the table names what the code calls, and nothing else."""
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "bot" / "slack").rglob("*.py"))
    written = set(re.findall(r"lient\.((?:chat|conversations|users|views|auth|assistant|apps|bots)_\w+)\(", code))
    called = {name.replace("_", ".") for name in written}
    unscoped = {"auth.test", "chat.getPermalink", "views.open", "views.update", "apps.connections.open"}
    listed = {use for scope in SCOPES for use in scope.used_by if use[0].islower()}
    assert listed == called - unscoped
    events = {use.removeprefix("Event ") for scope in SCOPES for use in scope.used_by if use.startswith("Event ")}
    assert events == set(EVENTS)


def test_every_scope_says_why_and_what_fails_without_it() -> None:
    assert len({scope.name for scope in SCOPES}) == len(SCOPES)
    for scope in SCOPES:
        assert scope.why.startswith("to ") or scope.why.startswith("the same ")
        assert scope.without
        assert "|" not in scope.why + scope.without
