"""`./run screenshots`: the pictures of README, from the real page with the real bot behind it."""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from bot.app.sandbox import build_sandbox
from bot.app.service import build_service
from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from bot.settings import Settings
from bot.slack.manifest import render_manifest

FOLDER = Path(__file__).parents[1] / "docs"
SIZE = {"width": 1280, "height": 800}
FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking")
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@contextmanager
def running() -> Iterator[Workspace]:
    """A sandbox with the bot connected to it."""
    with tempfile.TemporaryDirectory() as home, Sandbox(SandboxClock(MORNING), manifest=render_manifest()) as sandbox:
        composed = build_sandbox(Settings(_env_file=None, proviso_home=Path(home)), sandbox)
        composed.ensure_corpus()
        service, stop, ready = build_service(composed, scan_seconds=0.5), threading.Event(), threading.Event()
        arguments = {"app_token": sandbox.app_token, "address": "127.0.0.1:0", "stop": stop, "on_ready": ready.set}
        thread = threading.Thread(target=service.serve, kwargs=arguments)
        thread.start()
        ready.wait(60)
        try:
            yield Workspace(sandbox)
        finally:
            stop.set()
            thread.join()
            composed.close()


def take(page: Page, workspace: Workspace) -> None:
    """The four pictures, in the order a newcomer would meet them."""
    amal = workspace.user("amal")
    question = amal.mention("C-ops", "When should support to a partner be suspended?")
    workspace.wait_for_reply(question)
    page.goto(workspace.sandbox.url)
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    thread.get_by_text("Show passage").first.wait_for()
    page.get_by_role("region", name="Getting started").get_by_role("button").first.click()
    shoot(page, "answer")
    thread.get_by_text("Show passage").first.click()
    page.get_by_role("dialog").get_by_text("par.").first.wait_for()
    shoot(page, "passage")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="liaison").click()
    amal.command("/checklist assessment", channel="C-liaison")
    page.get_by_text("Only visible to you").first.wait_for()
    shoot(page, "checklist")
    amal.command("/partner add", channel="C-ops")
    amal.wait_for_modal()
    amal.submit({"Name of the partner": "4th Brigade", "Reassess every": "6"})
    workspace.advance(timedelta(days=28))
    workspace.wait_for(lambda: any("overdue" in line for line in workspace.transcript("C-ops")), 20)
    page.get_by_role("button", name="ops").first.click()
    page.get_by_role("button", name="Acknowledge").last.wait_for()
    shoot(page, "nudge")


def shoot(page: Page, name: str) -> None:
    page.wait_for_timeout(400)
    page.screenshot(path=FOLDER / f"{name}.png")
    print(f"docs/{name}.png")


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        sys.exit("error: no chromium was found; install Debian's package `chromium`, then run this again")
    FOLDER.mkdir(exist_ok=True)
    with running() as workspace, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        take(browser.new_page(viewport=SIZE), workspace)
        browser.close()


if __name__ == "__main__":
    main()
