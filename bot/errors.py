"""Every error a user can meet. A class's docstring is its default message, and ends with the next step."""

from __future__ import annotations

import inspect


class BotError(Exception):
    """Something went wrong on our side. Nothing was changed; try again, and run `proviso doctor` if it stays."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or inspect.cleandoc(type(self).__doc__ or ""))

    @property
    def message(self) -> str:
        """What happened, what was kept, and the next step: fit for a user's eyes."""
        return str(self)


class UserError(BotError):
    """That could not be done as asked. Nothing was changed; check what you typed and try again."""


class NotAllowed(BotError):
    """You may not do that here. Nothing was changed; ask the owner or an administrator of this workspace."""


class NotFound(UserError):
    """There is no such thing here. Nothing was changed; list what there is and use a name from the list."""


class Conflict(BotError):
    """Somebody else was quicker. Your change was not made; look at the present state and decide again."""


class SettingsError(BotError):
    """A setting is missing or wrong. Nothing was started; run `proviso doctor` to see which."""


class ServiceUnavailable(BotError):
    """A service this needs does not answer. Nothing was lost; it is tried again, and `proviso doctor` says which."""
