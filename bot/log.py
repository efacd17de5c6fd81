"""The log on standard error: what our own packages say, and of other libraries only that and where they spoke."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from types import TracebackType
from typing import TextIO

OURS = frozenset({"bot", "ingest", "prompts", "retrieval"})
LINE = "%(levelname)s %(name)s: %(message)s"
_ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure_log(level: str, stream: TextIO | None = None) -> None:
    """Log to `stream` (standard error): our own packages from `level` on, every other library from WARNING on.

    Libraries copy levels from one logger to another and write out what they send and receive, so the handler
    decides, not the loggers: what another library says is withheld, and where in its code it spoke is told.
    """
    if logging.getLogger().handlers:
        return  # whoever embeds this has a log of their own
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(DiscreetFormatter(LINE))
    handler.addFilter(_admits)
    logging.basicConfig(level=max(logging.WARNING, _number(level)), handlers=[handler])
    for name in OURS:
        logging.getLogger(name).setLevel(level)
    threading.excepthook = _log_thread_end


class DiscreetFormatter(logging.Formatter):
    """Prints no message of another library, and of an exception its type and frames only: texts may quote people."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, with what another library says replaced by where it said it."""
        return super().format(record if _is_ours(record) else _withheld(record))

    def formatException(self, ei: _ExceptionInfo) -> str:  # noqa: N802 - the name is logging's
        """The frames and the type, without the exception's own text."""
        frames = "".join(traceback.format_tb(ei[2]))
        return f"{frames}{_name(ei[0])}"


def _admits(record: logging.LogRecord) -> bool:
    return _is_ours(record) or record.levelno >= logging.WARNING


def _is_ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in OURS


def _withheld(record: logging.LogRecord) -> logging.LogRecord:
    kind = _name(record.exc_info[0]) if record.exc_info else None
    where = f"{record.module}.{record.funcName}, line {record.lineno}"
    said = f"at {where}{f': {kind}' if kind else ''} (its text is withheld: it may quote what somebody wrote)"
    return logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, said, None, None)


def _log_thread_end(ended: threading.ExceptHookArgs) -> None:
    logging.getLogger(__name__).error("a thread ended by %s", _name(ended.exc_type))


def _name(kind: type[BaseException] | None) -> str:
    return kind.__name__ if kind else "no exception"


def _number(level: str) -> int:
    number = logging.getLevelName(level)
    assert isinstance(number, int)
    return number
