"""The folder that holds an installation's state is its user's alone: the register and the questions lie in it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from pathlib import Path

logger = logging.getLogger(__name__)

FOLDER_MODE = 0o700
FILE_MODE = 0o600
# What SQLite makes beside a database, and a copy that somebody made beside it.
BESIDE = ("", "-*", ".*")


def only_for_this_user() -> None:
    """From now on this process and its children make no file that another user can read."""
    os.umask(0o077)


def secure(home: Path, database: Path | None) -> None:
    """Make the home, and close it and what lies in it to other users, also where an earlier version left it open.

    `database` is the file of SQLite, wherever it lies. A path that belongs to somebody else is left as it is, and said.
    """
    home.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _close(home, FOLDER_MODE)
    for folder in (path for path in home.iterdir() if path.is_dir() and not path.is_symlink()):
        _close(folder, FOLDER_MODE)
    for file in {*_files(home), *_beside(database)}:
        _close(file, FILE_MODE)


def _files(home: Path) -> Iterator[Path]:
    return (path for path in home.iterdir() if path.is_file() and not path.is_symlink())


def _beside(database: Path | None) -> Iterator[Path]:
    for ending in BESIDE if database is not None and database.parent.is_dir() else ():
        assert database is not None
        yield from (path for path in database.parent.glob(f"{database.name}{ending}") if path.is_file())


def _close(path: Path, mode: int) -> None:
    try:
        if path.stat().st_mode & 0o777 != mode:
            path.chmod(mode)
    except FileNotFoundError:  # SQLite removes its own files at any time
        return
    except PermissionError:
        logger.warning("%s belongs to another user, so who may read it could not be limited", path)
