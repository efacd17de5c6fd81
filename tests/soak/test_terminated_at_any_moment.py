"""Real `serve` processes told to end at sixty random moments: each ends with 0 within twenty seconds."""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from bot.slack.manifest import render_manifest
from tests.support.postgresql import PostgresqlMissing, PostgresqlServer
from tests.support.served import Served

pytestmark = [pytest.mark.soak, pytest.mark.timeout(2400)]

MOMENTS = 12
LONGEST_SECONDS = 20.0
QUESTION = "When should support to a partner be suspended?"
End = Callable[[random.Random], float]


@pytest.fixture
def workspace() -> Iterator[Workspace]:
    with Sandbox(SandboxClock(), manifest=render_manifest()) as sandbox:
        yield Workspace(sandbox)


@pytest.fixture
def home(workspace: Workspace, tmp_path: Path) -> Path:
    """A home with its index built."""
    home = tmp_path / "home"
    served = Served(workspace.sandbox, home)
    served.wait_until_ready()
    served.terminate()
    return home


def judge(kind: str, end: End, moments: int = MOMENTS) -> None:
    chance = random.Random(kind)
    seconds = [end(chance) for _ in range(moments)]
    print(
        f"\nSIGTERM, {kind}: {moments} moments, each exit 0; "
        f"min {min(seconds):.1f}, median {statistics.median(seconds):.1f}, max {max(seconds):.1f} s"
    )
    assert max(seconds) < LONGEST_SECONDS


def test_while_it_starts(workspace: Workspace, home: Path) -> None:
    def end(chance: random.Random) -> float:
        served = Served(workspace.sandbox, home)
        served.wait_until_it_hears_signals()
        time.sleep(chance.uniform(0.0, 5.0))
        return served.terminate(60)

    judge("start", end)


def test_while_it_builds_its_index(workspace: Workspace, tmp_path: Path) -> None:
    def end(chance: random.Random) -> float:
        served = Served(workspace.sandbox, tmp_path / f"home-{chance.random()}")
        served.wait_until_it_hears_signals()
        time.sleep(chance.uniform(1.0, 9.0))
        return served.terminate(60)

    judge("build", end)


def test_while_it_scans_and_answers(workspace: Workspace, home: Path) -> None:
    def end(chance: random.Random) -> float:
        served = Served(workspace.sandbox, home)
        served.wait_until_ready()
        for _ in range(5):
            workspace.user("amal").mention("C-ops", QUESTION)
        time.sleep(chance.uniform(0.0, 2.0))
        return served.terminate(60)

    judge("scan and answers", end)


def test_while_it_posts_and_slack_is_slow(workspace: Workspace, home: Path) -> None:
    workspace.faults.arm("slow", method="chat.postMessage", seconds=7.0)

    def end(chance: random.Random) -> float:
        served = Served(workspace.sandbox, home)
        served.wait_until_ready()
        workspace.user("amal").mention("C-ops", QUESTION)
        time.sleep(chance.uniform(0.5, 3.0))
        return served.terminate(60)

    judge("post", end)


@pytest.mark.postgresql
def test_while_its_database_is_frozen(workspace: Workspace, tmp_path: Path) -> None:
    try:
        server = PostgresqlServer().start()
    except PostgresqlMissing as missing:
        pytest.skip(f"no PostgreSQL: {missing}")
    home = tmp_path / "home"
    first = Served(workspace.sandbox, home, DATABASE_URL=server.url)
    first.wait_until_ready()
    first.terminate()

    def end(chance: random.Random) -> float:
        served = Served(workspace.sandbox, home, DATABASE_URL=server.url)
        served.wait_until_it_hears_signals()
        while_serving = chance.random() < 0.7
        if while_serving:
            served.wait_until_ready()
        time.sleep(chance.uniform(0.0, 3.0))
        server.freeze()
        try:
            time.sleep(chance.uniform(0.0, 4.0))
            return served.terminate(60)
        finally:
            served.kill()
            server.thaw()

    judge("database frozen", end)
    server.remove()
