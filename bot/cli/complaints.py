"""What the command line says of an error: what happened, and the next step."""

from __future__ import annotations

import sqlite3

from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError

from bot.errors import BotError
from ingest.errors import IngestError
from retrieval.backup import BackupError
from retrieval.errors import RetrievalError

KNOWN = (BotError, IngestError, RetrievalError, BackupError)


def message_for(error: Exception) -> str:
    """One line for the last line of standard error; never a traceback, never a secret."""
    if isinstance(error, KNOWN):
        return " ".join(str(error).split())
    if isinstance(error, ValidationError):
        names = ", ".join(sorted({str(e["loc"][0]).upper() for e in error.errors()}))
        return f"the setting {names} cannot be used; correct it, then run `proviso doctor`"
    if isinstance(error, ArgumentError):
        return "DATABASE_URL is no address of a database; write sqlite:///… or postgresql://…, or unset it"
    if isinstance(error, OperationalError | DatabaseError | sqlite3.Error):
        return "the database does not answer; check DATABASE_URL and the disk, then run `proviso doctor`"
    if isinstance(error, PermissionError | FileNotFoundError | IsADirectoryError | NotADirectoryError):
        return f"{error.strerror}: {error.filename}; name another path or mend its permissions"
    if isinstance(error, OSError):
        return f"{error.strerror or type(error).__name__}; nothing was changed, mend that and try again"
    return (
        f"something unforeseen went wrong ({type(error).__name__}); run `proviso doctor`, and report this if it stays"
    )
