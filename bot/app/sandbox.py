"""The bot as the sandbox runs it: a home of its own, and the sandbox's clock and tokens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import SecretStr

from bot.app.core import Core, build
from bot.app.home import only_for_this_user, secure
from bot.reminders.preview import anything_open, next_nudge
from bot.sandbox.clock import NextNudge, Plan
from bot.sandbox.model import TEAM
from bot.settings import Settings
from bot.work.workspace import claim
from retrieval.locks import FileLock

if TYPE_CHECKING:
    from bot.sandbox.server import Sandbox

SANDBOX_FOLDER = "sandbox"


@contextmanager
def sandbox_home(home: Path) -> Iterator[Path]:
    """A folder below `home` that no other running sandbox uses: two on one register would post each other's nudges."""
    only_for_this_user()
    secure(home, None)
    for number in count(1):
        folder = home / (SANDBOX_FOLDER if number == 1 else f"{SANDBOX_FOLDER}-{number}")
        folder.mkdir(mode=0o700, exist_ok=True)
        lock = FileLock(folder / "sandbox.lock")
        if lock.take():
            break
    try:
        yield folder
    finally:
        lock.release()


def build_sandbox(settings: Settings, sandbox: Sandbox, home: Path | None = None) -> Core:
    """The parts of the sandbox, in a home below the installation's.

    Raises SettingsError for a database that has known a real workspace.
    """
    own = {
        "proviso_home": home or settings.proviso_home / SANDBOX_FOLDER,
        "database_url": None,
        "chroma_url": None,
        "slack_bot_token": SecretStr(sandbox.bot_token),
        "slack_app_token": SecretStr(sandbox.app_token),
        "slack_signing_secret": SecretStr(sandbox.signing_secret),
        "slack_api_url": sandbox.api_url,
        "proviso_http": "127.0.0.1:0",
        "proviso_folder_sync": "off",
    }
    core = build(settings.model_copy(update=own), clock=sandbox.clock)
    with core.database.write() as session:
        claim(session, TEAM, take_over=False)
    sandbox.page.read_plan = lambda: _plan(core)
    return core


def _plan(core: Core) -> Plan:
    with core.database.read() as session:
        nudge = next_nudge(session, core.clock.now())
        return Plan(NextNudge(nudge.at, nudge.channel) if nudge else None, anything_open(session))
