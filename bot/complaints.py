"""What somebody at a terminal is told of an error: what happened, and the next step."""

from __future__ import annotations

import sqlite3

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DatabaseError

from bot.errors import BotError
from ingest.errors import IngestError
from retrieval.backup import BackupError
from retrieval.errors import RetrievalError

SIMPLE: dict[type[Exception], str] = {
    ArgumentError: "DATABASE_URL is no address of a database; write sqlite:///… or postgresql://…, or unset it",
    OverflowError: "that date or number is too far away; choose a nearer one",
}


def message_for(error: Exception) -> str:
    """One line for the last line of standard error; never a traceback, never a secret."""
    match error:
        case BotError() | IngestError() | RetrievalError() | BackupError():
            return " ".join(str(error).split())
        case ValidationError():
            names = ", ".join(sorted({str(e["loc"][0]).upper() for e in error.errors()}))
            return f"the setting {names} cannot be used; correct it, then run `proviso doctor`"
        case DatabaseError() | sqlite3.Error():
            return "the database does not answer; check DATABASE_URL and the disk, then run `proviso doctor`"
        case OSError():
            where = f": {error.filename}" if error.filename else ""
            return f"{error.strerror or type(error).__name__}{where}; mend that and run the same command again"
        case ArgumentError() | OverflowError():
            return next(text for kind, text in SIMPLE.items() if isinstance(error, kind))
        case _:
            kind = type(error).__name__
            return f"something unforeseen went wrong ({kind}); run `proviso doctor`, and report this if it stays"
