"""The databases of these tests are shared, and empty at the beginning of each."""

from __future__ import annotations

from tests.support.reused import database, shared_postgresql, shared_sqlite, sqlite_database

__all__ = ["database", "shared_postgresql", "shared_sqlite", "sqlite_database"]
