"""What somebody at a terminal is told of a database that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ArgumentError, DatabaseError

from bot.complaints import message_for
from retrieval.database import Database


def test_a_file_that_is_no_database_is_named_for_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "proviso.db"
    path.write_bytes(b"something else altogether" * 100)
    with pytest.raises(DatabaseError) as failed, Database(f"sqlite:///{path}").read() as session:
        session.execute(text("SELECT 1"))
    assert message_for(failed.value) == (
        "the database file is damaged, or is not a database. Nothing was changed; put it aside, then run "
        "`proviso restore` with your newest backup"
    )


@pytest.mark.parametrize("url", ["nonsense", "postgresql://planner:secret@127.0.0.1:notaport/proviso"])
def test_what_is_no_address_of_a_database_is_named_without_quoting_it(url: str) -> None:
    with pytest.raises(ArgumentError) as failed:
        Database(url)
    assert message_for(failed.value) == (
        "DATABASE_URL is no address of a database; write sqlite:///… or postgresql://…, or unset it"
    )
