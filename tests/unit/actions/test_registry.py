"""What is typed becomes a call, or a message that shows how it is typed."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.actions.arguments import Argument, UsageError, read
from bot.actions.help import BUTTONS, TRY, help_view
from bot.actions.registry import Action, Registry
from bot.actions.table import REGISTRY
from bot.views.checklists.model import SHOW as SHOW_CHECKLIST
from bot.views.feedback.model import HELPFUL, UNHELPFUL
from bot.views.nudges.model import ACKNOWLEDGE, RECORD, SNOOZE
from bot.views.partners.model import ADD
from bot.views.passages.values import SHOW as SHOW_PASSAGE

EVERYTHING = (
    "`/proviso ask QUESTION`, `/proviso checklist [TOPIC]`, `/proviso partner add [NAME]`, `/proviso partner list`, "
    "`/proviso partner show NAME`, `/proviso help`, `/proviso sources`"
)


@pytest.mark.parametrize(
    ("noun", "text", "action", "values"),
    [
        ("checklist", "assessment", "checklist.show", {"topic": "assessment"}),
        ("checklist", "show assessment", "checklist.show", {"topic": "assessment"}),
        ("checklist", "", "checklist.show", {}),
        ("checklist", "hand over  of detainees", "checklist.show", {"topic": "hand over of detainees"}),
        ("partner", "list", "partner.list", {}),
        ("partner", "LIST", "partner.list", {}),
        ("partner", "show 4th Brigade", "partner.show", {"name": "4th Brigade"}),
        ("partner", "add", "partner.add", {}),
        ("partner", 'add "4th Brigade"', "partner.add", {"name": "4th Brigade"}),
        ("partner", "add “4th Brigade”", "partner.add", {"name": "4th Brigade"}),
        (
            "partner",
            'add every-day "6 months" <@U0BO|bo> <#C0OPS|ops> Europe/Brussels 6 months 2026-03-30',
            "partner.add",
            {
                "name": "every-day 6 months",
                "focal": "U0BO",
                "channel": "C0OPS",
                "zone": "Europe/Brussels",
                "every": 6,
                "unit": "months",
                "first_due": date(2026, 3, 30),
            },
        ),
        ("partner", "add UNIFIL 1 day", "partner.add", {"name": "UNIFIL", "every": 1, "unit": "days"}),
        ("partner", "add Team 2026-02-30", "partner.add", {"name": "Team 2026-02-30"}),
        ("proviso", "help", "proviso.help", {}),
        ("proviso", "", "proviso.help", {}),
        ("partner", "help", "proviso.help", {}),
        ("checklist", "Help ", "proviso.help", {}),
        ("proviso", "checklist", "checklist.show", {}),
        ("proviso", "checklist detention", "checklist.show", {"topic": "detention"}),
        ("proviso", "Partner LIST", "partner.list", {}),
        ("proviso", 'partner add "4th Brigade"', "partner.add", {"name": "4th Brigade"}),
        ("proviso", "partner help", "proviso.help", {}),
        ("ask", "help", "proviso.help", {}),
        ("ask", " When should we stop?", "ask.privately", {"question": "When should we stop?"}),
        (
            "ask",
            "privately and “in quotes” <@U0BO>  why",
            "ask.privately",
            {"question": "privately and “in quotes” <@U0BO>  why"},
        ),
        ("ask", "w" * 9000, "ask.privately", {"question": "w" * 9000}),
        ("ask", "", "ask.privately", {"question": ""}),
        ("proviso", "Ask why 6 months?", "ask.privately", {"question": "why 6 months?"}),
        ("checklist", "help for detainees", "checklist.show", {"topic": "help for detainees"}),
    ],
)
def test_what_is_typed_is_understood(noun: str, text: str, action: str, values: dict[str, Any]) -> None:
    call = REGISTRY.parse(noun, text)
    assert (call.action.name, call.values) == (action, values)


@pytest.mark.parametrize(
    ("noun", "text", "message"),
    [
        (
            "partner",
            "lst",
            "`/partner` does not know “lst”. Did you mean `/partner list`? Nothing was changed. "
            "You can type `/partner add [NAME]`, `/partner list`, `/partner show NAME`.",
        ),
        (
            "partner",
            "",
            "`/partner` needs to know what to do. Nothing was changed. "
            "You can type `/partner add [NAME]`, `/partner list`, `/partner show NAME`.",
        ),
        (
            "partner",
            "show",
            "The name is missing. Nothing was changed. Type `/partner show NAME`, "
            "for example `/partner show 4th Brigade`.",
        ),
        (
            "partner",
            "list all of them",
            "I do not know what “all of them” means here. Nothing was changed. Type `/partner list`, "
            "for example `/partner list`.",
        ),
        ("proviso", "sing", f"`/proviso` does not know “sing”. Nothing was changed. You can type {EVERYTHING}."),
        (
            "proviso",
            "chekclist detention",
            "`/proviso` does not know “chekclist”. Did you mean `/proviso checklist`? Nothing was changed. "
            f"You can type {EVERYTHING}.",
        ),
        (
            "proviso",
            'add "4th Brigade"',
            "`/proviso` does not know “add”. Did you mean `/proviso partner add`? Nothing was changed. "
            f"You can type {EVERYTHING}.",
        ),
        (
            "proviso",
            "partner lst",
            "`/proviso partner` does not know “lst”. Did you mean `/proviso partner list`? Nothing was changed. "
            "You can type `/proviso partner add [NAME]`, `/proviso partner list`, `/proviso partner show NAME`.",
        ),
        (
            "proviso",
            "partner show",
            "The name is missing. Nothing was changed. Type `/proviso partner show NAME`, "
            "for example `/proviso partner show 4th Brigade`.",
        ),
    ],
)
def test_what_is_not_understood_is_answered_with_how_it_is_typed(noun: str, text: str, message: str) -> None:
    with pytest.raises(UsageError) as error:
        REGISTRY.parse(noun, text)
    assert error.value.message == message


@given(st.text(max_size=60))
def test_whatever_is_typed_there_is_a_call_or_a_usage_error(text: str) -> None:
    for noun in REGISTRY.nouns("slash"):
        try:
            REGISTRY.parse(noun, text)
        except UsageError as error:
            assert "/" in error.message


def test_several_missing_arguments_are_named_together() -> None:
    arguments = (Argument("name", "", required=True), Argument("first_due", "", "day", required=True))
    with pytest.raises(UsageError, match="The name and the first due is missing"):
        read("", arguments)


def test_everything_that_can_be_typed_can_be_typed_after_the_one_command_that_is_always_ours() -> None:
    for action in REGISTRY.on("slash"):
        assert action.example is not None
        noun, _, rest = action.example.removeprefix("/").partition(" ")
        own = REGISTRY.parse(noun, rest)
        assert noun == "proviso" or REGISTRY.parse("proviso", f"{noun} {rest}") == own


def test_help_is_the_registry_read_aloud() -> None:
    entries = help_view(REGISTRY).entries
    assert [(entry.usage, entry.also) for entry in entries[1:4]] == [
        ("/ask QUESTION", "/proviso ask QUESTION"),
        ("/checklist [TOPIC]", "/proviso checklist [TOPIC]"),
        ("/partner add [NAME]", "/proviso partner add [NAME]"),
    ]
    assert [entry.usage for entry in entries[1:]] == [action.usage for action in REGISTRY.on("slash")]
    for action in REGISTRY.on("slash"):
        assert action.example is not None
        noun, _, rest = action.example.removeprefix("/").partition(" ")
        assert REGISTRY.parse(noun, rest).action is action


def test_every_button_and_form_a_view_shows_is_in_the_registry() -> None:
    shown = {ACKNOWLEDGE, SNOOZE, RECORD, SHOW_PASSAGE, SHOW_CHECKLIST, ADD, TRY}
    # What is offered to a request is a button too.
    shown |= {HELPFUL, UNHELPFUL, "ask.privately", "partner.list", "proviso.help", "proviso.sources"}
    assert shown == {action.name for action in REGISTRY.on("button")}
    assert {ADD, SNOOZE, RECORD, UNHELPFUL} == {action.name for action in REGISTRY.on("form")}
    assert all(action.form for action in REGISTRY.on("form"))


def test_help_offers_a_question_the_checklists_and_a_partner_by_button() -> None:
    assert [button.says for button in BUTTONS] == ["Try a question", "See the checklists", "Add a partner…"]
    buttons = {action.name for action in REGISTRY.on("button")}
    assert {button.action for button in BUTTONS} <= buttons
    assert help_view(REGISTRY).buttons == BUTTONS


def test_whatever_touches_the_register_is_for_insiders() -> None:
    assert {action.noun for action in REGISTRY.actions if action.who == "insiders"} == {"partner", "nudge"}
    anyone = {action.noun for action in REGISTRY.actions if action.who == "anyone"}
    assert anyone == {"ask", "feedback", "checklist", "question", "proviso", "passage"}


def test_two_actions_may_not_share_a_name() -> None:
    one = REGISTRY.get("proviso.help")
    with pytest.raises(ValueError, match="same noun and verb"):
        Registry([one, Action("proviso", "help", "Again.", one.handler, one.surfaces)])
