"""What every command needs: the services, JSON out, batches in."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.log import configure_log

if TYPE_CHECKING:
    from bot.app.core import Core
    from bot.settings import Settings

One = Callable[[dict[str, Any]], dict[str, Any]]


def configure() -> Settings:
    """The settings, and a log on standard error as they ask."""
    from bot.settings import Settings

    settings = Settings()
    configure_log(settings.proviso_log_level)
    return settings


@contextmanager
def services() -> Iterator[Core]:
    """The composed services of this installation, closed at the end."""
    from bot.app.core import build

    composed = build(configure())
    try:
        yield composed
    finally:
        composed.close()


def print_json(value: Any) -> None:
    """One line of JSON on standard output, at once."""
    print(json.dumps(value, ensure_ascii=False), flush=True)


def run_batch(lines: BinaryIO, one: One, field: str, options: Collection[str] = ()) -> int:
    """Answer each line of JSON in order; a bad one gets a failed line in its place. Returns the exit code.

    `options` are keys that name what the command line alone may ask for. Other keys are the caller's own.
    """
    failed = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        result = _one_line(line, number, one, field, options)
        failed += result.get("status") == "failed"
        print_json(result)
    return 1 if failed else 0


def _one_line(line: bytes, number: int, one: One, field: str, options: Collection[str]) -> dict[str, Any]:
    try:
        item = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _failed(None, f"line {number} is not UTF-8; save the file as UTF-8")
    except (ValueError, RecursionError):
        return _failed(None, f"line {number} is no JSON; write one object a line")
    given = item.get("id") if isinstance(item, dict) else None
    wrong = _wrong_with(item, field, options)
    if wrong:
        return _failed(given, f"line {number} {wrong}")
    try:
        return one(item)
    except Exception as error:
        from bot.complaints import message_for

        return _failed(given, message_for(error))


def _wrong_with(item: Any, field: str, options: Collection[str]) -> str | None:
    """What keeps a line from being answered; None when nothing does."""
    if not isinstance(item, dict) or not isinstance(item.get(field), str) or not item[field].strip():
        return f'has no text under "{field}"; add it'
    if any("\ud800" <= character <= "\udfff" for character in item[field]):
        return "holds half a character (a lone surrogate); write it whole"
    asked = ", ".join(f'"{key}"' for key in item if key in options)
    return f"has {asked}; remove it, and give it as an option, which holds for all lines" if asked else None


def _failed(given: Any, error: str) -> dict[str, Any]:
    return {"id": given, "status": "failed", "error": error}
