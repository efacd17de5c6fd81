"""axe-core on every view of the sandbox's page, light and dark, on a desktop screen and on a phone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from tests.flows.conftest import Bot
from tests.flows.test_page import QUESTION, guide, message, send
from tests.support.browser import DESKTOP, PHONE, OpenPage, browser, open_page, playwright

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="no axe-core: the page is not checked")

__all__ = ["browser", "open_page"]  # fixtures

pytestmark = pytest.mark.browser

RULES = {
    "resultTypes": ["violations"],
    # Experimental in axe-core, hence off unless named.
    "rules": {"label-content-name-mismatch": {"enabled": True}},
}


def violations(page: playwright.Page, view: str) -> list[str]:
    """What axe-core calls serious or critical, one line each."""
    found = axe.Axe().run(page, options=RULES).response["violations"]
    return [
        f"{view}: {rule['id']} ({rule['impact']}): {node['html'][:160]}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]


def nudge(bot: Bot, sandbox: Sandbox, workspace: Workspace) -> None:
    """A nudge in #ops."""
    amal, name = workspace.user("amal"), f"Partner {sandbox.clock.now():%d %B}"
    amal.command("/partner add")
    amal.wait_for_modal()
    amal.submit({"Name of the partner": name, "Reassess every": "6"})
    sandbox.clock.advance(timedelta(days=7))
    bot.scan()
    workspace.wait_for(lambda: any(f"coming up: {name}" in line for line in workspace.transcript("C-ops")))


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_view_has_a_serious_fault(
    open_page: OpenPage, bot: Bot, sandbox: Sandbox, workspace: Workspace, size: tuple[int, int], scheme: str
) -> None:
    page = open_page(size, scheme)
    found = violations(page, "first visit")
    send(page, f"@proviso {QUESTION}")
    page.locator("#thread-list").get_by_role("button", name="Show passage").first.wait_for()
    found += violations(page, "thread and guide")
    page.locator("#thread-list").get_by_role("button", name="Show passage").first.click()
    page.get_by_role("dialog").get_by_text("par.").first.wait_for()
    found += violations(page, "passage")
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_role("button", name="Close thread").click()
    send(page, "/checklist assessment")
    message(page, "Assessing a partner").wait_for()
    found += violations(page, "checklist")
    found += in_forms(page, bot, sandbox, workspace)
    page.locator("#clock").click()
    found += violations(page, "clock")
    page.keyboard.press("Escape")
    page.locator("#composer-text").fill("/")
    page.get_by_role("option", name="/checklist").wait_for()
    found += violations(page, "completion")
    page.locator("#composer-text").fill("")
    found += elsewhere(page, sandbox, workspace)
    assert found == []


def in_forms(page: playwright.Page, bot: Bot, sandbox: Sandbox, workspace: Workspace) -> list[str]:
    send(page, "/partner add")
    form = page.get_by_role("dialog", name="Add a partner")
    form.get_by_role("combobox", name="Focal point").click()
    found = violations(page, "partner form with a list open")
    page.keyboard.press("Escape")
    form.get_by_role("button", name="Add", exact=True).click()
    form.get_by_text("Please complete this required field.").first.wait_for()
    found += violations(page, "partner form sent back")
    page.keyboard.press("Escape")
    form.wait_for(state="detached")
    nudge(bot, sandbox, workspace)
    found += violations(page, "nudge")
    for button, title in (("Snooze…", "Snooze"), ("Record…", "Record an assessment")):
        message(page, "coming up").get_by_role("button", name=button).click()
        page.get_by_role("dialog", name=title).wait_for()
        found += violations(page, title)
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="detached")
    return found


def elsewhere(page: playwright.Page, sandbox: Sandbox, workspace: Workspace) -> list[str]:
    menu = page.get_by_role("button", name="Channels")
    if menu.is_visible():
        menu.click()
    found = violations(page, "list of channels")
    sandbox.manifest.home_tab = True
    page.locator("#rail").get_by_role("button", name="Proviso").click()
    page.get_by_role("textbox", name="Message Proviso").wait_for()
    workspace.user("amal").dm(QUESTION)
    page.get_by_role("button", name="Show passage").first.wait_for()
    found += violations(page, "direct message")
    page.get_by_role("tab", name="Home").click()
    page.get_by_text("Proviso has not published anything").wait_for()
    found += violations(page, "Home")
    assert guide(page).count() == 1
    return found
