"""A bot whose database file is removed or replaced under it says so and ends, rather than answer into nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from bot.slack.manifest import render_manifest
from retrieval.database import Database
from tests.support.served import Served


def test_it_ends_with_an_error_within_a_minute(tmp_path: Path) -> None:
    home = tmp_path / "home"
    with Sandbox(SandboxClock(), manifest=render_manifest()) as sandbox:
        served = Served(sandbox, home)
        try:
            served.wait_until_ready()
            served.wait_for_health(200)
            shutil.copy(home / "proviso.db", home / "copy.db")
            (home / "copy.db").replace(home / "proviso.db")
            assert served.health() == 503
            assert served.process.wait(60) == 1
        finally:
            served.kill()
    assert served.log.splitlines()[-1] == (
        "error: The database file was removed or replaced while the bot served, so it ended. What came since is not "
        "in the new file; put the old file back or run `proviso restore` with your newest backup, then start the bot "
        "again."
    )


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_not_the_one_that_was_opened_is_noticed(tmp_path: Path, *, replaced: bool) -> None:
    path = tmp_path / "proviso.db"
    database = Database(f"sqlite:///{path}")
    with database.write():
        pass
    assert database.still_there()
    path.rename(tmp_path / "kept.db")
    if replaced:
        path.touch()
    assert not database.still_there()
    database.close()
