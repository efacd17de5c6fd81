"""SIGTERM ends `serve` with 0 and soon, whatever it does: building its index, serving, waiting for a database."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.server import Sandbox
from bot.slack.manifest import render_manifest
from tests.support.postgresql import PostgresqlMissing, PostgresqlServer
from tests.support.served import Served, running

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="signals are looked up in /proc")

AT_ONCE, SOON = 5.0, 12.0


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxClock(), manifest=render_manifest()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def home(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with its index built."""
    home = tmp_path_factory.mktemp("ending") / "home"
    served = Served(sandbox, home)
    served.wait_until_ready()
    assert served.terminate() < SOON
    return home


def test_it_ends_at_once_while_it_imports(sandbox: Sandbox, home: Path) -> None:
    served = Served(sandbox, home)
    served.wait_until_it_hears_signals()
    assert served.terminate() < AT_ONCE
    assert "ready" not in served.log


def test_it_ends_at_once_while_it_builds_its_index_and_leaves_nothing_running(sandbox: Sandbox, tmp_path: Path) -> None:
    home = tmp_path / "home"
    served = Served(sandbox, home)
    served.wait_until_it_hears_signals()
    while not list(home.glob("index/*/*")) and served.process.poll() is None:
        time.sleep(0.01)
    assert served.terminate() < AT_ONCE
    assert served.log == ""
    deadline = time.monotonic() + AT_ONCE
    while running(home) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert running(home) == []


def test_it_ends_while_another_process_holds_its_database_at_the_start(
    sandbox: Sandbox, home: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    holder = sqlite3.connect(copy / "proviso.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    served = Served(sandbox, copy)
    served.wait_until_it_hears_signals()
    time.sleep(1.5)
    assert served.terminate() < AT_ONCE
    holder.close()


@pytest.mark.postgresql
def test_it_says_that_the_database_is_away_and_ends_while_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    try:
        server = PostgresqlServer().start()
    except PostgresqlMissing as missing:
        pytest.skip(f"no PostgreSQL: {missing}")
    served = Served(sandbox, tmp_path / "home", DATABASE_URL=server.url)
    try:
        served.wait_until_ready()
        served.wait_for_health(200)
        server.freeze()
        began = time.monotonic()
        assert served.health() == 503
        assert time.monotonic() - began < 8
        assert served.terminate() < SOON
    finally:
        served.kill()
        server.thaw()
        server.remove()
