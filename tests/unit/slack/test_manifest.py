"""The committed manifest is what the code says."""

from __future__ import annotations

import json
from pathlib import Path

from bot.actions.table import REGISTRY
from bot.slack.manifest import SCOPES, missing_scopes, render_manifest

COMMITTED = Path(__file__).parents[3] / "manifest.json"


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
    assert missing_scopes(",".join(SCOPES)) == []
    assert missing_scopes(None) == []
    assert missing_scopes(", ".join(s for s in SCOPES if s not in ("commands", "im:write"))) == ["commands", "im:write"]
