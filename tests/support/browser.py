"""The sandbox's page in a real browser: the fixtures of every test that looks at it."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from bot.reminders.preview import anything_open, next_nudge
from bot.sandbox.clock import NextNudge, Plan
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from retrieval.database import Database
from tests.flows.conftest import Bot

playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: the page is not looked at")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
)
DESKTOP = (1280, 800)
PHONE = (390, 844)

# Both edges of an element lie inside the window and inside what scrolls around it, and nothing covers its beginning.
IN_VIEW = """(node) => {
  const box = node.getBoundingClientRect();
  const frame = (node.closest("#stream, #thread-list") ?? document.documentElement).getBoundingClientRect();
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + 6);
  const fits = box.height <= frame.height;
  return node.contains(top) && box.top >= frame.top - 1 && box.top < frame.bottom - 20
    && (fits ? box.bottom <= frame.bottom + 1 : true);
}"""

OpenPage = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium: the page is not looked at")
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        yield browser
        browser.close()


@pytest.fixture
def open_page(
    browser: playwright.Browser, sandbox: Sandbox, bot: Bot, workspace: Workspace, story_database: Database
) -> Iterator[OpenPage]:
    """Opens the page as a stranger meets it; fails when a script failed, or anything but this server was asked."""
    workspace.wait_until_connected()
    sandbox.page.read_plan = partial(_plan, sandbox, story_database)
    troubles: list[str] = []
    contexts: list[playwright.BrowserContext] = []

    def open_(size: tuple[int, int] = DESKTOP, scheme: str = "light", channel: str = "C0OPS") -> playwright.Page:
        viewport = {"width": size[0], "height": size[1]}
        context = browser.new_context(viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
        contexts.append(context)
        context.set_default_timeout(15_000)
        page = context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
        page.on("request", lambda sent: None if sent.url.startswith(sandbox.url) else troubles.append(sent.url))
        page.goto(f"{sandbox.url}/#{channel}")
        page.locator("#composer-text").wait_for()
        page.locator(".message, .intro").first.wait_for()
        return page

    yield open_
    for context in contexts:
        context.close()
    for user in ("U0AMAL", "U0BO"):
        workspace.world.stack(user).clear()
    assert troubles == []


@pytest.fixture
def page(open_page: OpenPage) -> playwright.Page:
    """The page on a desktop screen."""
    return open_page()


def _plan(sandbox: Sandbox, database: Database) -> Plan:
    with database.read() as session:
        nudge = next_nudge(session, sandbox.clock.now())
        return Plan(NextNudge(nudge.at, nudge.channel) if nudge else None, anything_open(session))


def wait_until_in_view(locator: playwright.Locator, seconds: float = 15.0) -> None:
    """Until the element is seen without scrolling: whole, or from its beginning when it is taller than the screen."""
    end = time.monotonic() + seconds
    while not (locator.count() and locator.evaluate(IN_VIEW)):
        assert time.monotonic() < end, f"not in view after {seconds} s: {locator}"
        locator.page.wait_for_timeout(50)
