"""Nobody but the user who runs Proviso can read its state, whatever it finds when it starts."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.core import build
from bot.app.sandbox import sandbox_home
from bot.settings import Settings


@pytest.fixture(autouse=True)
def _a_usual_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(home: Path) -> list[str]:
    everything = [home, *home.rglob("*")]
    return [str(path.relative_to(home)) for path in everything if path.stat().st_mode & 0o077]


def settings(home: Path, url: str | None = None) -> Settings:
    return Settings(_env_file=None, proviso_home=home, database_url=url)


def test_a_fresh_home_is_closed_and_so_is_everything_made_in_it(tmp_path: Path) -> None:
    home = tmp_path / "state" / "home"
    environment = os.environ | {"PROVISO_HOME": str(home), "DATABASE_URL": "", "CHROMA_URL": ""}
    for command in (["tour"], ["ask", "When should support be suspended?"], ["backup", str(home / "b.backup")]):
        subprocess.run([sys.executable, "-m", "bot", *command], env=environment, check=True, capture_output=True)
    assert {path.name for path in home.iterdir()} >= {"proviso.db", "sandbox", "index", "b.backup"}
    assert open_to_others(home) == []
    assert not home.parent.stat().st_mode & 0o077


def test_a_home_that_was_open_is_closed_while_it_is_in_use(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for folder in (home, home / "sandbox", home / "index"):
        folder.mkdir()
    other = sqlite3.connect(home / "proviso.db")
    other.execute("PRAGMA journal_mode=WAL")
    other.execute("CREATE TABLE held (n)")
    other.commit()
    (home / "proviso.db.bak").write_bytes(b"")
    assert {"proviso.db", "proviso.db-wal", "proviso.db-shm", "proviso.db.bak"} <= set(open_to_others(home))
    core = build(settings(home))
    assert core.database.file == home / "proviso.db"
    assert open_to_others(home) == []
    core.close()
    other.close()


def test_a_database_elsewhere_is_closed_and_the_folder_it_lies_in_is_left_alone(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    (shared / "theirs.txt").write_text("")
    sqlite3.connect(shared / "own.db").execute("CREATE TABLE held (n)")
    core = build(settings(tmp_path / "home", f"sqlite:///{shared / 'own.db'}"))
    core.database.close()
    assert set(open_to_others(shared)) == {".", "theirs.txt"}


def test_the_sandbox_has_a_closed_home_in_a_closed_home(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    (home / "sandbox").mkdir(mode=0o755)
    with sandbox_home(home) as folder:
        assert folder == home / "sandbox"
        assert open_to_others(home) == []
