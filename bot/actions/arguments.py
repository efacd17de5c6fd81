"""Arguments as people type them: each kind knows its own form, so the order does not matter."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, TypeVar

from bot.errors import UserError
from bot.reminders.rules import zones

T = TypeVar("T")
Kind = Literal["text", "line", "person", "channel", "zone", "whole", "unit", "day"]

_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_CHANNEL = re.compile(r"<#([CG][A-Z0-9]+)(?:\|[^>]*)?>")
_WORD = re.compile(r"\S+")
_CLOSING = {'"': '"', "“": "”"}
LONGEST_COMMAND = 1000
_UNITS = {"day": "days", "days": "days", "month": "months", "months": "months"}


class UsageError(UserError):
    """That is not how it is typed. Nothing was changed; `/proviso help` shows every command."""


class FieldError(UserError):
    """A field of the form cannot be taken as it is. Nothing was changed; mend it and send the form again."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def for_field(name: str, check: Callable[[], T]) -> T:
    """What `check` returns; a UserError of its own becomes one of the field."""
    try:
        return check()
    except FieldError:
        raise
    except UserError as error:
        raise FieldError(name, error.message) from error


@dataclass(frozen=True)
class Argument:
    """One argument: `name` is the handler's keyword. A text argument takes every word that fits no other kind; a line
    takes everything as it was typed, so it has no other argument beside it.
    """

    name: str
    help: str
    kind: Kind = "text"
    required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def usage(self) -> str:
        """As help writes it: NAME, or [NAME] when it may be left out. Without its line, an action only gives help."""
        name = self.name.upper().replace("_", "-")
        return name if self.required or self.kind == "line" else f"[{name}]"


def check_length(text: str) -> None:
    """Raises UsageError for more than any command needs, before any of it is read."""
    if len(text) > LONGEST_COMMAND:
        raise UsageError(
            f"That is {len(text):,} characters long, and I read up to {LONGEST_COMMAND:,}. Nothing was changed; "
            "shorten it and send it again."
        )


def read(text: str, arguments: Sequence[Argument]) -> dict[str, Any]:
    """What was typed, as keywords; raises UsageError for a word that has no place or a required one that lacks."""
    values: dict[str, Any] = {}
    words: list[str] = []
    for quoted, token in _tokens(text):
        match = None if quoted else _recognised(token, [a for a in arguments if a.name not in values])
        if match:
            values[match[0]] = match[1]
        else:
            words.append(token)
    taken = next((a.name for a in arguments if a.kind == "text"), None)
    if words and taken is None:
        raise UsageError(f"I do not know what “{' '.join(words)}” means here. Nothing was changed.")
    if words and taken:
        values[taken] = " ".join(words)
    _require(values, arguments)
    return values


def _require(values: dict[str, Any], arguments: Sequence[Argument]) -> None:
    missing = [
        argument.name.replace("_", " ") for argument in arguments if argument.required and not values.get(argument.name)
    ]
    if missing:
        raise UsageError(f"The {' and the '.join(missing)} is missing. Nothing was changed.")


def _tokens(text: str) -> list[tuple[bool, str]]:
    """The words typed, each with whether it stood in quotation marks; a mark that is never closed is a letter."""
    found = []
    place = 0
    while match := _WORD.search(text, place):
        place, word, quoted = match.end(), match.group(), False
        closing = _CLOSING.get(word[0])
        end = text.find(closing, match.start() + 1) if closing else -1
        if end >= 0:
            place, word, quoted = end + 1, text[match.start() + 1 : end], True
        if word:
            found.append((quoted, word))
    return found


def _recognised(token: str, arguments: Sequence[Argument]) -> tuple[str, Any] | None:
    for argument in arguments:
        if argument.kind == "text":
            continue
        value = _READERS[argument.kind](token)
        if value is not None:
            return argument.name, value
    return None


def _person(token: str) -> str | None:
    match = _PERSON.fullmatch(token)
    return match[1] if match else None


def _channel(token: str) -> str | None:
    match = _CHANNEL.fullmatch(token)
    return match[1] if match else None


def _zone(token: str) -> str | None:
    return token if token in ("UTC", "GMT") or ("/" in token and token in zones()) else None


def _whole(token: str) -> int | None:
    return int(token) if re.fullmatch(r"[1-9][0-9]{0,3}", token) else None


def _day(token: str) -> date | None:
    try:
        return date.fromisoformat(token) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", token) else None
    except ValueError:
        return None


def _unit(token: str) -> str | None:
    return _UNITS.get(token.casefold())


_READERS: dict[Kind, Callable[[str], Any]] = {
    "person": _person,
    "channel": _channel,
    "zone": _zone,
    "whole": _whole,
    "unit": _unit,
    "day": _day,
}
