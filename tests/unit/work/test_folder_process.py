"""The process beside the bot: what it says is taken over, and one that dies or is ended has failed."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.folder_process import FolderProcess, nightly
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from tests.support.clock import ManualClock


def ended(script: str) -> tuple[str, str]:
    return outcome_of(FolderProcess("/guidance", (sys.executable, "-c", script)))


def outcome_of(process: FolderProcess) -> tuple[str, str]:
    deadline = time.monotonic() + 60
    while (outcome := process.outcome()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return outcome


SAYS = "import json, sys; print(json.dumps([{'root': sys.argv[1], 'status': %r, 'says': sys.argv[1]}]))"


@pytest.mark.parametrize(("status", "state"), [("done", "done"), ("withheld", "withheld"), ("absent", "failed")])
def test_what_it_says_is_taken_over(status: str, state: str) -> None:
    assert ended(SAYS % status) == (state, "/guidance")


def test_a_process_that_dies_has_failed() -> None:
    assert ended("import os; os.kill(os.getpid(), 9)") == ("failed", "The process ended with -9; its log says why.")


def test_it_imports_nothing_from_the_folder_it_is_started_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("bot", "click", "numpy", "json"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('imported from the working directory')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PROVISO_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    root = tmp_path / "guidance"

    assert outcome_of(FolderProcess(str(root))) == (
        "failed",
        "It is empty or not on this machine; its sources stay as they are.",
    )


def test_a_process_can_be_ended() -> None:
    process = FolderProcess("/guidance", (sys.executable, "-c", "import time; time.sleep(60)"))
    assert process.outcome() is None
    began = time.monotonic()
    process.stop()
    assert time.monotonic() - began < 10


def test_it_can_be_switched_off_and_a_zone_that_is_none_is_refused(
    sqlite_database: Database, clock: ManualClock
) -> None:
    corpus = Corpus(sqlite_database)
    assert nightly(sqlite_database, corpus, clock, "one", at="off", zone="UTC") is None
    assert nightly(sqlite_database, corpus, clock, "one", at="3:05", zone="UTC") is not None
    with pytest.raises(SettingsError, match="PROVISO_ZONE Mars is no time zone"):
        nightly(sqlite_database, corpus, clock, "one", at="3:05", zone="Mars")
