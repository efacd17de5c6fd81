"""Locks that die with their holder."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from retrieval.errors import IndexBusy
from retrieval.locks import FileLock, exclusive


def test_readers_share_and_a_sweeper_waits_for_them(tmp_path: Path) -> None:
    one, two, sweeper = (FileLock(tmp_path / "lock") for _ in range(3))

    assert one.take(shared=True)
    assert two.take(shared=True)
    assert not sweeper.take()
    one.release()
    assert not sweeper.take()
    two.release()
    two.release()
    assert sweeper.take()
    assert not one.take(shared=True)


def test_a_lock_in_a_folder_that_was_moved_away_is_not_held(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "generation"
    folder.mkdir()
    lock = FileLock(folder / "lock")
    import fcntl

    flock = fcntl.flock

    def moved_meanwhile(file: int, flags: int) -> None:
        folder.rename(tmp_path / "swept")
        flock(file, flags)

    monkeypatch.setattr(fcntl, "flock", moved_meanwhile)
    assert not lock.take(shared=True)


def test_a_lock_in_a_folder_that_is_gone_is_not_held(tmp_path: Path) -> None:
    folder = tmp_path / "generation"
    folder.mkdir()
    shutil.rmtree(folder)

    assert not FileLock(folder / "lock").take(shared=True)


def test_waiting_ends_with_the_next_step(tmp_path: Path) -> None:
    with exclusive(tmp_path / "lock", 1), pytest.raises(IndexBusy) as caught, exclusive(tmp_path / "lock", 0.1):
        raise AssertionError("two held it at once")
    assert str(caught.value) == (
        "Another process is building the index. What was read is kept; run the same command again once it is done."
    )
    with exclusive(tmp_path / "lock", 0):
        pass


def test_a_killed_holder_lets_go(tmp_path: Path) -> None:
    script = (
        "import fcntl, sys, time; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); "
        "print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen([sys.executable, "-c", script, tmp_path / "lock"], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    lock = FileLock(tmp_path / "lock")
    assert not lock.take()
    holder.kill()
    holder.wait()
    assert lock.take()
    holder.stdout.close()
