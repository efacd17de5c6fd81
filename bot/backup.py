"""Backup and restore: every table as lines of JSON, from one consistent view, between any two databases.

A backup is a gzip file. Its first line is a manifest {"format", "revision", "created"}; each further line is
{"table", "row"}; the last is {"rows": {table: count}}, so that a file cut short is known for one. Indexes are not
in it: they are built again from what is.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, MetaData, Table, func, insert, inspect, select, text
from sqlalchemy.exc import InterfaceError, OperationalError, StatementError
from sqlalchemy.orm import Session

from retrieval.database import Base, Database

FORMAT = 1
BATCH = 500


class BackupError(Exception):
    """The backup could not be used. Nothing was changed; name a file that `proviso backup` wrote, and an empty home."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back: when the backup was written, and how many rows by table. What happened since is not in it."""

    created: datetime
    rows: dict[str, int]


def write_backup(
    database: Database, path: Path, revision: str | None, created: datetime, metadata: MetaData = Base.metadata
) -> dict[str, int]:
    """Write all rows to `path` (whole or not at all) while others go on writing; returns rows by table."""
    partial = path.with_name(path.name + ".partial")
    counts: Counter[str] = Counter()
    partial.touch(mode=0o600)
    with database.engine.connect() as connection, gzip.open(partial, "wt", encoding="utf-8") as file:
        _one_view(database, connection)
        _refuse_unknown_tables(connection, metadata)
        file.write(_line({"format": FORMAT, "revision": revision, "created": created.isoformat()}))
        for table in metadata.sorted_tables:
            for row in connection.execution_options(yield_per=BATCH).execute(select(table)).mappings():
                file.write(_line({"table": table.name, "row": {key: _encode(v) for key, v in row.items()}}))
                counts[table.name] += 1
        file.write(_line({"rows": counts}))
    _publish(partial, path)
    return dict(counts)


def _publish(partial: Path, path: Path) -> None:
    """Give the file its name once the disk has all of it: a power cut leaves a whole backup or none."""
    _to_disk(partial)
    partial.replace(path)
    _to_disk(path.absolute().parent)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _leave(_session: Session, _created: datetime) -> None:
    """Leave the rows as they were written."""


def read_backup(
    database: Database,
    path: Path,
    revision: str | None,
    metadata: MetaData = Base.metadata,
    *,
    before_commit: Callable[[Session, datetime], object] = _leave,
) -> Restored:
    """Fill an empty, migrated database from `path` in one transaction.

    `before_commit` is called in that transaction with the moment the backup was written.
    Raises BackupError when the file is no whole backup, is of another schema revision, or rows are there already.
    """
    tables = {table.name: table for table in metadata.sorted_tables}
    try:
        with database.write() as session:
            _refuse_rows(session, tables)
            restored = _fill(session, tables, path, revision)
            before_commit(session, restored.created)
            if not database.is_sqlite:
                _restart_sequences(session.connection(), metadata)
    except (OperationalError, InterfaceError):
        raise
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, StatementError) as error:
        raise _foreign(path) from error
    return restored


def _refuse_rows(session: Session, tables: dict[str, Table]) -> None:
    taken = [name for name, table in tables.items() if session.scalar(select(func.count()).select_from(table))]
    if taken:
        raise BackupError(
            f"the database already holds {', '.join(taken)}. Nothing was changed; restore to an empty one"
        )


def _fill(session: Session, tables: dict[str, Table], path: Path, revision: str | None) -> Restored:
    counts: Counter[str] = Counter()
    lines = _lines(path)
    manifest = next(lines, None)
    if manifest is None:
        raise BackupError(f"{path.name} is empty. Nothing was changed; name a file that `proviso backup` wrote")
    created = _check_manifest(path, manifest, revision)
    for line in lines:
        if "rows" in line:
            # The checksum of the whole file is compared when its end is read, and that is the last line.
            if line["rows"] != dict(counts) or next(lines, None) is not None:
                raise _damaged(path)
            return Restored(created, dict(counts))
        table = tables[line["table"]]
        session.execute(insert(table).values(_decode_row(table, line["row"])))
        counts[table.name] += 1
    raise _cut_short(path)


def _foreign(path: Path) -> BackupError:
    return BackupError(
        f"{path.name} is not a backup of Proviso. Nothing was changed; name a file that `proviso backup` wrote"
    )


def _damaged(path: Path) -> BackupError:
    return BackupError(f"{path.name} is damaged. Nothing was changed; use another copy of it")


def _cut_short(path: Path) -> BackupError:
    return BackupError(f"{path.name} is cut short. Nothing was changed; use a whole backup")


def _refuse_unknown_tables(connection: Connection, metadata: MetaData) -> None:
    """A table that the code has not declared would be left out in silence."""
    unknown = set(inspect(connection).get_table_names()) - set(metadata.tables) - {"alembic_version"}
    if unknown:
        raise BackupError(f"the database holds {', '.join(sorted(unknown))}, unknown here. Nothing was written")


def _one_view(database: Database, connection: Connection) -> None:
    if not database.is_sqlite:
        connection.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Each line of the file; BackupError where it ends early, is damaged, or never was a backup."""
    begun = False
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
                begun = True
    except EOFError as error:
        raise _cut_short(path) from error
    except (gzip.BadGzipFile, ValueError, RecursionError) as error:
        raise (_damaged if begun else _foreign)(path) from error
    except zlib.error as error:
        raise _damaged(path) from error
    except OSError as error:
        raise BackupError(
            f"{path.name} cannot be read ({error.strerror}). Nothing was changed; mend that and run it again"
        ) from error


def _check_manifest(path: Path, manifest: dict[str, Any], revision: str | None) -> datetime:
    if "format" not in manifest or "revision" not in manifest:
        raise _foreign(path)
    if manifest["format"] != FORMAT:
        raise BackupError(
            f"{path.name} is of a form that this version does not read. Nothing was changed; restore with the version "
            "that wrote it"
        )
    if manifest["revision"] != revision:
        raise BackupError(
            f"the backup is of schema {manifest['revision']}, this version's is {revision}. Nothing was changed; "
            "restore with the version that wrote it, then upgrade"
        )
    return datetime.fromisoformat(manifest["created"])


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False) + "\n"


def _encode(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    return value


def _decode_row(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return {key: _decode(table.c[key].type.python_type, value) for key, value in row.items()}


def _decode(kind: type, value: Any) -> Any:
    if value is None:
        return None
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is bytes:
        return base64.b64decode(value)
    return value


def _restart_sequences(connection: Connection, metadata: MetaData) -> None:
    """PostgreSQL's own counters do not see rows that bring their numbers along."""
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        connection.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', '{column.name}'), "  # noqa: S608 - our own names
                f"(SELECT COALESCE(MAX({column.name}), 0) + 1 FROM {table.name}), false)"
            )
        )
