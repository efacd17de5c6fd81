"""What every command needs: the services, JSON out, batches in."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from bot.log import configure_log

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic.fields import FieldInfo

    from bot.app.core import Core
    from bot.settings import Settings

One = Callable[[dict[str, Any]], dict[str, Any]]


def configure() -> Settings:
    """The settings, and a log on standard error as they ask."""
    from pydantic import ValidationError

    from bot.errors import SettingsError
    from bot.settings import Settings

    try:
        settings = Settings()
    except ValidationError as error:
        raise SettingsError(_wrong_settings(error, Settings.model_fields)) from error
    configure_log(settings.proviso_log_level)
    return settings


def _wrong_settings(error: ValidationError, fields: Mapping[str, FieldInfo]) -> str:
    """Each setting that cannot be used, with what it is for; never its value, which may be a secret."""
    names = dict.fromkeys(str(wrong["loc"][0]) for wrong in error.errors())
    told = "; ".join(
        f"{name.upper()} ({(fields[name].description or '').rstrip('.')}{_bounds(fields[name])})" for name in names
    )
    return f"These settings cannot be used as they are: {told}. Nothing was started; correct or unset them."


def _bounds(field: FieldInfo) -> str:
    """The numbers that a setting takes, where it takes numbers between two."""
    limits = {key: getattr(part, key) for part in field.metadata for key in ("ge", "le") if hasattr(part, key)}
    return f"; from {limits['ge']} to {limits['le']}" if len(limits) == 2 else ""


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


def is_broken(text: str) -> bool:
    """Whether a text holds half a character: a lone surrogate, as bytes that are not UTF-8 become in an argument."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def _wrong_with(item: Any, field: str, options: Collection[str]) -> str | None:
    """What keeps a line from being answered; None when nothing does."""
    if not isinstance(item, dict) or not isinstance(item.get(field), str) or not item[field].strip():
        return f'has no text under "{field}"; add it'
    if is_broken(item[field]):
        return "holds half a character (a lone surrogate); write it whole"
    asked = ", ".join(f'"{key}"' for key in item if key in options)
    return f"has {asked}; remove it, and give it as an option, which holds for all lines" if asked else None


def _failed(given: Any, error: str) -> dict[str, Any]:
    return {"id": given, "status": "failed", "error": error}
