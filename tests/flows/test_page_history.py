"""The browser's Back on the sandbox's page: it leaves a dialog, a thread, a channel, one by one."""

from __future__ import annotations

import pytest

from bot.sandbox.driver import Workspace
from tests.flows.test_page import message, send
from tests.support.browser import PHONE, OpenPage, browser, open_page, page, playwright

__all__ = ["browser", "open_page", "page"]  # fixtures

pytestmark = pytest.mark.browser


def go(page: playwright.Page, channel: str) -> None:
    page.locator("#rail .place", has_text=channel).click()
    box(page, channel).wait_for()


def box(page: playwright.Page, channel: str) -> playwright.Locator:
    return page.get_by_role("textbox", name=f"Message #{channel}")


def wait_until_the_entry_is_left(page: playwright.Page) -> None:
    while page.evaluate("history.state.thread || history.state.dialog"):
        page.wait_for_timeout(20)


def test_back_returns_to_the_channel_before_and_forward_to_the_next(page: playwright.Page) -> None:
    go(page, "liaison")
    go(page, "review-cell")
    page.go_back()
    box(page, "liaison").wait_for()
    page.go_back()
    box(page, "ops").wait_for()
    page.go_forward()
    box(page, "liaison").wait_for()


@pytest.mark.parametrize("closed_by_hand", [True, False])
def test_back_closes_a_thread_and_then_leaves_the_channel(
    page: playwright.Page, workspace: Workspace, *, closed_by_hand: bool
) -> None:
    root = workspace.user("bo").say("C-ops", "Who has the keys?")
    workspace.user("bo").say("C-ops", "They are here.", thread=root)
    go(page, "liaison")
    go(page, "ops")
    message(page, "Who has the keys?").get_by_role("button", name="1 reply").click()
    page.locator("#thread-list > .message").first.wait_for()
    if closed_by_hand:
        page.get_by_role("button", name="Close thread").click()
    else:
        page.go_back()
    page.locator("#thread").wait_for(state="hidden")
    wait_until_the_entry_is_left(page)
    assert page.title() == "#ops · Partnership Cell"
    page.go_back()
    box(page, "liaison").wait_for()


@pytest.mark.parametrize("closed_by_hand", [True, False])
def test_back_closes_a_dialog_and_then_leaves_the_channel(
    page: playwright.Page, workspace: Workspace, *, closed_by_hand: bool
) -> None:
    go(page, "liaison")
    send(page, "/partner add")
    form = page.get_by_role("dialog", name="Add a partner")
    form.wait_for()
    if closed_by_hand:
        page.keyboard.press("Escape")
    else:
        page.go_back()
    form.wait_for(state="detached")
    wait_until_the_entry_is_left(page)
    assert workspace.world.stack("U0AMAL") == []
    box(page, "liaison").wait_for()
    page.go_back()
    box(page, "ops").wait_for()


def test_back_on_a_phone_leads_from_a_thread_to_its_channel(open_page: OpenPage, workspace: Workspace) -> None:
    root = workspace.user("bo").say("C-ops", "Who has the boat?")
    workspace.user("bo").say("C-ops", "It is here.", thread=root)
    page = open_page(PHONE)
    message(page, "Who has the boat?").get_by_role("button", name="1 reply").click()
    page.locator("#thread-list > .message").first.wait_for()
    page.reload()
    page.locator("#thread-list > .message").first.wait_for()
    page.go_back()
    page.locator("#thread").wait_for(state="hidden")
    assert page.title() == "#ops · Partnership Cell"
