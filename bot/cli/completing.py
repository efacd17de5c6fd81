"""What a shell offers after Tab. It is asked at a key press, so nothing heavy is imported and nothing is created."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import click
from click.shell_completion import CompletionItem

SOURCES = "SELECT source_id, path FROM corpus_source ORDER BY path"
FINDERS = "SELECT finder_id, line FROM corpus_anchored_finder WHERE origin = 'curator' ORDER BY line"
PARTNERS = "SELECT name, status FROM partner ORDER BY name"


def topics(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The checklists by their ids, which their files are named after."""
    folder = Path(__file__).parents[1] / "checklists"
    return [CompletionItem(path.stem) for path in sorted(folder.glob("*.yaml")) if path.stem.startswith(begun)]


def source_ids(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The ids of the sources in the index, with their paths."""
    return [CompletionItem(id_, help=path) for id_, path in _rows(SOURCES) if id_.startswith(begun)]


def finder_ids(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The ids of the lines that a curator wrote, with the lines."""
    return [CompletionItem(id_, help=line) for id_, line in _rows(FINDERS) if id_.startswith(begun)]


def partner_names(_context: click.Context, _parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """The names in the register, in whatever case they were begun, with how each stands."""
    wanted = begun.casefold()
    return [CompletionItem(name, help=status) for name, status in _rows(PARTNERS) if name.casefold().startswith(wanted)]


def _rows(query: str) -> list[tuple[str, str]]:
    """From the database on this machine, read only; nothing where there is none, or another kind."""
    file = _database()
    if file is None or not file.is_file():
        return []
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True, timeout=0.1)) as connection:
            return connection.execute(query).fetchall()
    except sqlite3.Error:
        return []


def _database() -> Path | None:
    if url := os.environ.get("DATABASE_URL"):
        return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    if home := os.environ.get("PROVISO_HOME"):
        return Path(home) / "proviso.db"
    from platformdirs import user_data_path

    return user_data_path("proviso", appauthor=False) / "proviso.db"
