"""What somebody at a terminal is told of an error: what happened, and the next step."""

from __future__ import annotations

import sqlite3

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DatabaseError

from bot.backup import BackupError
from bot.errors import BotError
from ingest.errors import IngestError
from retrieval.errors import RetrievalError

UNANSWERED = "the database does not answer; check DATABASE_URL and the disk, then run `proviso doctor`"
UNREADABLE = (
    "the database file is damaged, or is not a database. Nothing was changed; put it aside, then run `proviso restore` "
    "with your newest backup"
)
# What SQLite says of a file that no waiting will mend.
WORDS_OF_SQLITE = frozenset({"file is not a database", "database disk image is malformed"})
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
            return UNREADABLE if str(getattr(error, "orig", error)) in WORDS_OF_SQLITE else UNANSWERED
        case OSError():
            where = f": {error.filename}" if error.filename else ""
            return f"{error.strerror or type(error).__name__}{where}; mend that and run the same command again"
        case ArgumentError() | OverflowError():
            return next(text for kind, text in SIMPLE.items() if isinstance(error, kind))
        case _:
            kind = type(error).__name__
            return f"something unforeseen went wrong ({kind}); run `proviso doctor`, and report this if it stays"
