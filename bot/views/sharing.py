"""What one person was shown, and may show to everybody in the same place."""

from __future__ import annotations

from abc import abstractmethod
from typing import Self

from bot.views import kit
from bot.views.view import StoredView

# The name of the action of the button.
SHARE = "share"
_LABEL = "Share in channel"


class ShareableView(StoredView):
    """A view that can be shown to one person first, and shared by that person afterwards."""

    @property
    @abstractmethod
    def rests_on(self) -> frozenset[str]:
        """The ids of the documents behind it: whoever may not see one of them may not see it."""

    @abstractmethod
    def as_shared(self, by: str, reference: str) -> Self:
        """The same for everybody, saying who shared it (Slack's id). `reference` names the message that shows it."""


def share_button(reference: str) -> kit.Block:
    """The button that shares the message with this reference."""
    return kit.button(_LABEL, SHARE, reference)
