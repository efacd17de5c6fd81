"""What every view model states: its name and what it shows."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self

from bot.access.policy import Content
from bot.work.kinds import PostKind


class View:
    """What a renderer needs to know of one thing, and nothing else. `thing` is its name.

    `shows` decides who may see it (`bot.access`): a view that states nothing is shown to nobody.
    """

    thing: ClassVar[str]
    shows: ClassVar[Content | None] = None

    @property
    def audience(self) -> frozenset[str]:
        """The labels of the documents it quotes; none for what is for everybody."""
        return frozenset()


class StoredView(View, ABC):
    """A view that waits in the outbox as data, and goes out as a message of the kind `posted_as`."""

    posted_as: ClassVar[PostKind]

    @abstractmethod
    def to_data(self) -> dict[str, Any]:
        """The view as JSON."""

    @classmethod
    @abstractmethod
    def from_data(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_data`."""
