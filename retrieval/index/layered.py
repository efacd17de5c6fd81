"""What a generation keeps beside the sealed collection of a Chroma server: what is hidden of it, and what is new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.ports import Ranked, VectorIndex, Vectors

_HIDDEN, _IDS, _VECTORS = "hidden.json", "ids.json", "vectors.npy"
# What is hidden lies scattered as a rule, so a little more than is wanted mostly gives enough.
SPARE, AGAIN = 0.25, 4


@dataclass(frozen=True, slots=True)
class Layer:
    """`hidden` are ids of the collection that are not to be found; `vectors` has a unit row for each of `ids`."""

    hidden: frozenset[str]
    ids: Sequence[str]
    vectors: Vectors

    def write(self, place: Path) -> None:
        """Into the folder `place`, which is made."""
        place.mkdir()
        (place / _HIDDEN).write_text(json.dumps(sorted(self.hidden)))
        (place / _IDS).write_text(json.dumps(list(self.ids)))
        np.save(place / _VECTORS, self.vectors)

    @classmethod
    def read(cls, place: Path) -> Layer:
        """The layer in `place`, its vectors left on disk until they are compared. Raises IndexDamaged."""
        try:
            hidden, ids = (json.loads((place / name).read_text()) for name in (_HIDDEN, _IDS))
            vectors = np.asarray(np.load(place / _VECTORS, mmap_mode="r"))
        except (OSError, ValueError, EOFError) as error:
            raise IndexDamaged(f"What lies beside a collection cannot be read ({type(error).__name__}).") from error
        if len(vectors) != len(ids):
            raise IndexDamaged("What lies beside a collection is not whole.")
        return cls(frozenset(hidden), ids, vectors)


class Layered:
    """A sealed collection and the layer beside it, as one index. The layer's vectors are compared one by one.
    Safe to use from several threads.
    """

    def __init__(self, sealed: VectorIndex, layer: Layer) -> None:
        self._sealed = sealed
        self._layer = layer

    def search(self, vector: Vectors, k: int) -> Ranked:
        """Passage ids and cosines to the unit `vector`, best first. Raises what the collection raises."""
        found = [*self._of_the_sealed(vector, k), *self._beside(vector, k)]
        return sorted(found, key=lambda pair: -pair[1])[:k]

    def count(self) -> int:
        """How many vectors can be found. Raises what the collection raises."""
        return self._sealed.count() - len(self._layer.hidden) + len(self._layer.ids)

    def close(self) -> None:
        """Give memory and connections back."""
        self._sealed.close()

    def _of_the_sealed(self, vector: Vectors, k: int) -> Ranked:
        hidden = self._layer.hidden
        wanted = k + min(len(hidden), int(SPARE * k) + 1)
        while True:
            found = self._sealed.search(vector, wanted)
            seen = [pair for pair in found if pair[0] not in hidden]
            # With all that is hidden asked for besides, no more can come of it.
            if len(seen) >= k or wanted >= k + len(hidden):
                return seen[:k]
            wanted = min(AGAIN * wanted, k + len(hidden))

    def _beside(self, vector: Vectors, k: int) -> Ranked:
        if not self._layer.ids:
            return []
        cosines = self._layer.vectors @ vector
        best = np.argpartition(-cosines, k)[:k] if k < len(cosines) else range(len(cosines))
        return [(self._layer.ids[row], float(cosines[row])) for row in best]
