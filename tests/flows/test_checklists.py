"""Somebody looks a checklist up."""

from __future__ import annotations

import re

import pytest

from bot.checklists.catalogue import Catalogue
from bot.sandbox.driver import Workspace
from bot.views import limits
from tests.flows.conftest import Bot


def newest(workspace: Workspace, name: str) -> str:
    return workspace.text(workspace.user(name).ephemerals("C-ops")[-1])


def typed(workspace: Workspace, name: str, command: str) -> str:
    person = workspace.user(name)
    before = len(person.ephemerals("C-ops"))
    assert person.command(command).acked
    workspace.wait_for(lambda: len(person.ephemerals("C-ops")) > before, what=f"an answer to {command}")
    return newest(workspace, name)


def test_a_checklist_is_shown_to_whom_asked_with_why_and_source(bot: Bot, workspace: Workspace) -> None:
    said = typed(workspace, "amal", "/checklist assessment")
    assert said.startswith("Assessing a partner\n")
    assert "Why: Risks that come with a support relationship" in said
    assert "Ask: Has any support already begun" in said
    assert "Risks and Opportunities in Security Partnerships”, ICRC, 2022, par. 3" in said
    assert workspace.bot_messages("C-ops") == []


def test_everything_is_also_reached_by_the_one_command_that_no_other_app_takes(bot: Bot, workspace: Workspace) -> None:
    assert typed(workspace, "amal", "/proviso checklist assessment").startswith("Assessing a partner\n")
    assert "`/proviso checklist`?" in typed(workspace, "amal", "/proviso cheklist assessment")
    amal = workspace.user("amal")
    assert amal.command('/proviso partner add "9th Brigade"').acked
    amal.wait_for_modal("partner")
    amal.close_modal()


def test_a_misspelt_topic_is_understood(bot: Bot, workspace: Workspace) -> None:
    assert typed(workspace, "amal", "/checklist asessment").startswith("Assessing a partner\n")


def test_without_a_topic_or_a_match_the_checklists_are_named(bot: Bot, workspace: Workspace) -> None:
    assert "[Assessing a partner]" in typed(workspace, "amal", "/checklist")
    assert "There is no checklist for “pizza”." in typed(workspace, "amal", "/checklist pizza")


def test_a_button_leads_to_another_checklist(bot: Bot, workspace: Workspace) -> None:
    typed(workspace, "amal", "/checklist assessment")
    amal = workspace.user("amal")
    before = len(amal.ephemerals("C-ops"))
    assert amal.click("Detention and transfers by or to a partner").acked
    workspace.wait_for(lambda: len(amal.ephemerals("C-ops")) > before)
    assert newest(workspace, "amal").startswith("Detention and transfers by or to a partner\n")


def test_help_names_every_command_with_an_example(bot: Bot, workspace: Workspace) -> None:
    said = typed(workspace, "bo", "/proviso help")
    for part in ("/checklist [TOPIC]", "/partner add [NAME]", "/partner list", "/partner show NAME", "/proviso help"):
        assert part in said
    assert "Not for classified information." in said


def test_an_error_is_private_and_names_the_next_step(bot: Bot, workspace: Workspace) -> None:
    said = typed(workspace, "bo", "/partner lst")
    assert said == (
        "`/partner` does not know “lst”. Did you mean `/partner list`? Nothing was changed. "
        "You can type `/partner add [NAME]`, `/partner list`, `/partner show NAME`."
    )
    assert workspace.bot_messages("C-ops") == []


def test_what_a_message_does_not_hold_comes_with_a_button(
    bot: Bot, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BLOCKS", 20)
    first = typed(workspace, "amal", "/checklist assessment")
    items = len(Catalogue.load().find("assessment").checklist.items)
    assert re.findall(r"^\*?(\d+)\. ", first, re.MULTILINE) == [str(n) for n in range(1, 8)]
    assert f"{items} items" in first
    assert "items 1 to 7 shown" in first
    amal = workspace.user("amal")
    before = len(amal.ephemerals("C-ops"))
    assert amal.click(f"Show more ({items - 7} left)").acked
    workspace.wait_for(lambda: len(amal.ephemerals("C-ops")) > before)
    rest = newest(workspace, "amal")
    assert re.findall(r"^\*?(\d+)\. ", rest, re.MULTILINE) == [str(n) for n in range(8, items + 1)]
    assert "Show more" not in rest
