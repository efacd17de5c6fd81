"""Somebody who only says hello is helped on, by buttons that work."""

from __future__ import annotations

import pytest

from bot.sandbox.driver import Workspace
from bot.sandbox.model import Message
from tests.flows.conftest import Bot
from tests.flows.test_checklists import typed


@pytest.fixture
def helped(bot: Bot, workspace: Workspace) -> Message:
    return workspace.wait_for_reply(workspace.user("amal").mention("C-ops", "hello!"))


@pytest.mark.parametrize("said", ["hello", "Thanks a lot!", "help", "?", "<@U0BO> @jan", "👋"])
def test_what_asks_for_nothing_is_answered_with_help_and_buttons(bot: Bot, workspace: Workspace, said: str) -> None:
    reply = workspace.wait_for_reply(workspace.user("amal").mention("C-ops", said))
    text = workspace.text(reply)
    assert text.startswith("Proviso\n")
    assert "Not in the guidance" not in text
    assert "[Try a question] [See the checklists] [Add a partner…]" in text


def test_a_question_can_be_tried_and_is_answered_in_the_thread(helped: Message, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    seen, told = len(workspace.replies(helped)), len(amal.ephemerals("C-ops"))
    assert amal.click("Try a question", helped).acked
    answer = workspace.wait_for(lambda: workspace.replies(helped)[seen:], what="the answer")[0]
    assert "should assess a partner before support begins" in workspace.text(answer)
    assert answer.thread_ts == helped.thread_ts
    notice = workspace.wait_for(lambda: amal.ephemerals("C-ops")[told:], what="the notice")[0]
    assert workspace.text(notice) == (
        "You asked: “What should be assessed before support to a partner begins?” The answer follows in a moment."
    )


def test_below_a_private_help_the_answer_is_private(bot: Bot, workspace: Workspace) -> None:
    typed(workspace, "bo", "/proviso help")
    bo = workspace.user("bo")
    public, told = len(workspace.bot_messages("C-ops")), len(bo.ephemerals("C-ops"))
    assert bo.click("Try a question").acked
    workspace.wait_for(lambda: len(bo.ephemerals("C-ops")) == told + 2, what="the notice and the answer")
    assert any("should assess a partner" in workspace.text(m) for m in bo.ephemerals("C-ops")[told:])
    assert len(workspace.bot_messages("C-ops")) == public


def test_the_checklists_and_the_form_are_one_click_away(helped: Message, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    told = len(amal.ephemerals("C-ops"))
    assert amal.click("See the checklists", helped).acked
    shown = workspace.wait_for(lambda: amal.ephemerals("C-ops")[told:], what="the checklists")[0]
    assert "[Assessing a partner]" in workspace.text(shown)
    assert amal.click("Add a partner…", helped).acked
    amal.wait_for_modal("Add a partner")
    amal.close_modal()


def test_a_direct_greeting_is_helped_on_as_well(bot: Bot, workspace: Workspace) -> None:
    amal = workspace.user("amal")
    helped = workspace.wait_for_reply(amal.dm("good morning"))
    seen = len(workspace.bot_messages("@amal"))
    assert amal.click("Try a question", helped).acked
    workspace.wait_for(
        lambda: any("should assess" in workspace.text(m) for m in workspace.bot_messages("@amal")[seen:]),
        what="the answer",
    )
