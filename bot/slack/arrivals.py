"""Which events of channels reach this process: nothing else tells what the app is subscribed to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

_OF_CHANNELS = {"app_mention": "mentions", "message": "messages"}


class Arrivals:
    """Counts mentions and messages of channels. With `message.channels` each mention comes as a message too."""

    def __init__(self) -> None:
        self._counted: Counter[str] = Counter()

    def count(self, event: Mapping[str, Any]) -> None:
        """Count an event, unless it is of a direct message or of another kind."""
        kind = _OF_CHANNELS.get(str(event.get("type")))
        if kind and event.get("channel_type") != "im" and not str(event.get("channel", "")).startswith("D"):
            self._counted[kind] += 1

    def to_json(self) -> dict[str, int]:
        """As `/healthz` tells it."""
        return {kind: self._counted[kind] for kind in _OF_CHANNELS.values()}
