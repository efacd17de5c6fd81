"""Tell requests to the product from questions to the guidance by the vector of a text; the tests fit the lines."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np

from retrieval.embedding.local import RECIPE
from retrieval.errors import RetrievalError
from retrieval.ports import Embedder, Vectors

# A test holds it to `tests/data/requests.jsonl`, and writes it anew when told to.
DATA = "routing.json"
# A weight has this many parts to one: three digits are enough, and the file stays small.
SCALE = 100
KEPT = 64


@dataclass(frozen=True, slots=True)
class Lines:
    """Weights, and a bias at the end: `ours` tells what asks for ours from guidance, `kinds` tell the kinds apart."""

    ours: Vectors
    kinds: Mapping[str, Vectors]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a text leads: the log-odds that it asks for something of ours, and the kinds of thing, likeliest first."""

    odds: float
    kinds: tuple[str, ...]


class Router:
    """Routes texts by their vectors. The lines hold for the local model alone: another embedder gives no route."""

    def __init__(self, embedder: Callable[[], Embedder | None]) -> None:
        self._embedder = embedder
        self._routed = lru_cache(KEPT)(self._read)

    def route(self, text: str) -> Route | None:
        """Where a text leads; None without the local model. A question is asked for twice where nothing answers it."""
        return self._routed(text)

    def _read(self, text: str) -> Route | None:
        embedder = self._embedder()
        if embedder is None or embedder.recipe != RECIPE:
            return None
        try:
            return route_of(np.asarray(embedder.embed([text])[0]), shipped())
        except RetrievalError:
            return None


def route_of(vector: Vectors, lines: Lines) -> Route:
    """The route of a vector."""
    value = np.append(vector, 1.0)
    kinds = sorted(lines.kinds, key=lambda kind: -float(value @ lines.kinds[kind]))
    return Route(float(value @ lines.ours), tuple(kinds))


@cache
def shipped() -> Lines:
    """The product's lines, read once."""
    data = json.loads(files("bot.actions").joinpath(DATA).read_text("utf-8"))
    rows = {name: np.array(row, np.float32) / np.float32(SCALE) for name, row in data.items()}
    return Lines(rows.pop("ours"), rows)
