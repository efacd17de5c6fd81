"""The schema's history. A database is brought to the newest revision when it is first opened."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

from bot.errors import SettingsError
from retrieval.database import Database

HEAD = "0009"
"""The newest revision; a test holds it to the scripts."""

_LOCK = 0x70726F76
"""Key of PostgreSQL's advisory lock while migrating; SQLite's write lock serves the same end there."""


def _known() -> set[str]:
    return {path.name.partition("_")[0] for path in (Path(__file__).parent / "versions").glob("[0-9]*.py")}


def revision(database: Database) -> str | None:
    """The revision the database is at; None when it is new."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def upgrade(database: Database, target: str = "head") -> None:
    """Bring the database to `target`. Any number of replicas may call this at once; one does the work.

    Raises SettingsError for a database that is newer than this code.
    """
    at = revision(database)
    if at is not None and at not in _known():
        raise SettingsError(
            f"The database is of schema {at}, which this version does not know: it goes up to {HEAD}. Nothing was "
            "changed; run the newer version that made it, or restore a backup of this version into an empty home."
        )
    if target == "head" and at == HEAD:
        return
    # Importing Alembic costs most of a second, and nearly every start finds nothing to do.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    # A change of a large table, and waiting for the replica that makes it, may take minutes.
    with database.write() as session, database.unlimited(session):
        if not database.is_sqlite:
            session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        config.attributes["connection"] = session.connection()
        command.upgrade(config, target)
