"""The sandbox's page in a real browser, with the real bot behind it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from tests.flows.conftest import Bot

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: the page is not looked at")

pytestmark = pytest.mark.browser

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
NASTY = "<img src=x onerror=\"document.title='owned'\"> </script><b>bold</b> [x](javascript:alert(1))"


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium: the page is not looked at")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture
def page(browser: playwright.Browser, sandbox: Sandbox, bot: Bot, workspace: Workspace) -> Iterator[playwright.Page]:
    """The page as a stranger meets it; fails when a script failed, or anything but this server was asked."""
    workspace.wait_until_connected()
    context = browser.new_context(viewport={"width": 1360, "height": 860})
    context.set_default_timeout(15_000)
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("request", lambda sent: None if sent.url.startswith(sandbox.url) else troubles.append(sent.url))
    page.goto(sandbox.url)
    yield page
    context.close()
    assert troubles == []


def test_a_first_visit_leads_through_all_three_uses(page: playwright.Page) -> None:
    guide = page.get_by_role("region", name="Getting started")
    guide.get_by_role("button", name="What should an assessment").click()
    thread = page.get_by_role("complementary", name="Thread")
    thread.locator(".message .app-badge").wait_for()
    guide.get_by_role("button", name="Look up a checklist").click()
    page.get_by_text("Only visible to you").first.wait_for()
    guide.get_by_role("button", name="Register a partner").click()
    page.get_by_role("dialog", name="Add a partner").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="detached")


def test_commands_complete_and_a_question_needs_only_the_keyboard(page: playwright.Page, workspace: Workspace) -> None:
    box = page.get_by_role("textbox", name="Message #ops")
    box.press_sequentially("/che")
    page.get_by_role("option", name="/checklist").wait_for()
    box.press("Tab")
    assert box.input_value() == "/checklist "
    box.fill("")
    box.press_sequentially("@pro")
    box.press("Enter")
    box.press_sequentially("may we share?")
    box.press("Enter")
    workspace.wait_for(lambda: "amal: @proviso may we share?" in workspace.transcript("C-ops"))


def test_nothing_said_becomes_part_of_the_page(page: playwright.Page, workspace: Workspace) -> None:
    workspace.user("bo").say("C-ops", NASTY)
    message = page.locator(".message", has_text="onerror").last
    message.wait_for()
    assert NASTY.split(" [", maxsplit=1)[0] in (message.locator(".rich").text_content() or "")
    assert message.locator("img:not(.avatar), b, script, a").count() == 0
    assert page.title() == "#ops · Partnership Cell"


def test_each_person_sees_only_what_is_theirs(page: playwright.Page, workspace: Workspace) -> None:
    workspace.user("amal").command("/proviso help", channel="C-liaison")
    page.get_by_role("button", name="liaison").click()
    page.get_by_text("Only visible to you").first.wait_for()
    page.get_by_role("radio", name="Bo Lindqvist").click()
    page.get_by_role("radio", name="Bo Lindqvist", checked=True).wait_for()
    page.get_by_role("heading", name="liaison").first.wait_for()
    assert page.get_by_text("Only visible to you").count() == 0


def test_what_is_typed_stays_when_the_form_is_sent_back(page: playwright.Page, workspace: Workspace) -> None:
    box = page.get_by_role("textbox", name="Message #ops")
    box.fill("/partner add")
    box.press("Enter")
    form = page.get_by_role("dialog", name="Add a partner")
    name = form.get_by_label("Name of the partner")
    form.get_by_role("button", name="Add", exact=True).click()
    form.get_by_text("Please complete this required field.").first.wait_for()
    name.fill("River Guard")
    form.get_by_label("Reassess every").fill("six")
    form.get_by_role("button", name="Add", exact=True).click()
    form.get_by_text("Give a whole number").wait_for()
    assert name.input_value() == "River Guard"
    form.get_by_label("Reassess every").fill("6")
    form.get_by_role("button", name="Add", exact=True).click()
    workspace.wait_for(lambda: any("River Guard" in line for line in workspace.transcript("C-ops")))
    form.wait_for(state="detached")


def test_the_clock_moves_from_the_page(page: playwright.Page, sandbox: Sandbox, workspace: Workspace) -> None:
    before = sandbox.clock.offset
    shown = page.locator(".ahead").text_content()
    page.get_by_label("The sandbox's clock").click()
    page.get_by_role("button", name="+1 week").click()
    workspace.wait_for(lambda: sandbox.clock.offset - before == timedelta(days=7), what="the clock")
    page.wait_for_function("shown => document.querySelector('.ahead').textContent !== shown", arg=shown)


def test_on_a_narrow_screen_everything_is_still_reached(page: playwright.Page) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    page.get_by_role("button", name="Channels").click()
    page.get_by_role("button", name="review-cell").click()
    page.get_by_role("textbox", name="Message #review-cell").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
