"""The sandbox's page while its server is away, and when another server answers at the same address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from tests.flows.conftest import MONDAY
from tests.support.browser import DESKTOP, PHONE, browser, playwright

__all__ = ["browser"]  # fixtures

pytestmark = pytest.mark.browser


@pytest.fixture
def first_server() -> Iterator[Sandbox]:
    with Sandbox(SandboxClock(MONDAY)) as sandbox:
        yield sandbox


def started_again(stopped: Sandbox) -> Sandbox:
    """Another server at the address of one that has stopped."""
    return Sandbox(SandboxClock(MONDAY)).start(int(stopped.url.rsplit(":", 1)[1]))


def visit(browser: playwright.Browser, sandbox: Sandbox, size: tuple[int, int] = DESKTOP) -> Any:
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page.set_default_timeout(15_000)
    page.goto(f"{sandbox.url}/#C0OPS")
    page.locator(".intro").wait_for()
    return page


def test_the_page_loads_again_when_another_server_answers_and_keeps_what_was_typed(
    browser: playwright.Browser, first_server: Sandbox
) -> None:
    page = visit(browser, first_server)
    page.locator("#composer-text").fill("When should support be suspended?")
    first_server.stop()
    page.get_by_text("The sandbox does not answer. Trying again…").wait_for()
    with started_again(first_server) as second:
        page.get_by_text("The sandbox was started again: this is a new workspace. What you typed is kept.").wait_for()
        assert page.locator("#composer-text").input_value() == "When should support be suspended?"
        assert page.locator("#banner").is_hidden()
        page.locator("#composer-text").press("Enter")
        page.locator("#list > .message", has_text="When should support be suspended?").wait_for()
        assert second.world.channels["C0OPS"].messages[-1].text == "When should support be suspended?"
    page.close()


def test_what_is_sent_to_another_server_is_back_in_the_message_box(
    browser: playwright.Browser, first_server: Sandbox
) -> None:
    page = visit(browser, first_server)
    page.locator("#composer-text").fill("Who has the keys?")
    first_server.stop()
    with started_again(first_server) as second:
        page.locator("#composer-text").press("Enter")
        page.get_by_text("The sandbox was started again").wait_for()
        assert page.locator("#composer-text").input_value() == "Who has the keys?"
        assert second.world.channels["C0OPS"].messages == []
    page.close()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_while_no_server_answers_the_page_says_so_and_covers_nothing(
    browser: playwright.Browser, first_server: Sandbox, size: tuple[int, int]
) -> None:
    page = visit(browser, first_server, size)
    first_server.stop()
    banner = page.get_by_text("The sandbox does not answer. Trying again…")
    banner.wait_for()
    below = banner.bounding_box()["height"]
    for part in ("#head", "#clock", "#menu:visible", "#rail:visible"):
        assert all(node.bounding_box()["y"] >= below - 1 for node in page.locator(part).all()), part
    assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
    if size == DESKTOP:
        page.get_by_role("button", name="liaison").click()
        assert page.locator("#stream .intro").count() == 1
    page.close()
