"""Does an index find what was put into it? Asked before it is published, and each time it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.index.lexical import tokens
from retrieval.index.manifest import Manifest, fingerprints
from retrieval.ports import LexicalIndex, VectorIndex, Vectors

PROBES, KEPT_PROBES, GOLDEN = 50, 20, 10
GOLDEN_WORDS = 6
PROBES_FILE = "probes.npy"
# A graph search may miss its own point now and then, and near-duplicates may crowd a passage out.
LEAST_FOUND_DENSE, LEAST_FOUND_GOLDEN = 0.96, 0.8
SAME = 0.999
WITHIN_DENSE, WITHIN_GOLDEN = 3, 10


def spread(count: int, wanted: int) -> list[int]:
    """At most `wanted` rows, spread evenly over `count`."""
    return sorted({int(row) for row in np.linspace(0, count - 1, min(count, wanted))}) if count else []


def probe_dense(index: VectorIndex, ids: Sequence[str], vectors: Vectors) -> list[int]:
    """Rows whose stored vector finds its own passage, at most 20. Raises IndexDamaged when too few do."""
    if index.count() != len(ids):
        raise IndexDamaged(f"The vector index holds {index.count()} of {len(ids)} passages.")
    row_of = {id_: row for row, id_ in enumerate(ids)}
    rows = spread(len(ids), PROBES)
    own, same = [], 0
    for row in rows:
        found = [id_ for id_, _ in index.search(vectors[row], WITHIN_DENSE)]
        if ids[row] in found:
            own.append(row)
        elif found and float(vectors[row_of[found[0]]] @ vectors[row]) >= SAME:
            same += 1  # another passage with the very same text
    _enough(len(own) + same, len(rows), LEAST_FOUND_DENSE, "vector")
    return own[:KEPT_PROBES]


def probe_lexical(index: LexicalIndex, ids: Sequence[str], texts: Sequence[str]) -> list[tuple[str, str]]:
    """Words of passages that find their own passage, with its id. Raises IndexDamaged when too few do."""
    if index.count() != len(ids):
        raise IndexDamaged(f"The lexical index holds {index.count()} of {len(ids)} passages.")
    counts: dict[str, int] = {}
    for text in texts:
        counts[text] = counts.get(text, 0) + 1
    single = [row for row, text in enumerate(texts) if counts[text] == 1 and len(set(tokens(text))) >= GOLDEN_WORDS]
    asked = [(_rarest_words(index, texts[single[row]]), ids[single[row]]) for row in spread(len(single), GOLDEN)]
    golden = [(words, id_) for words, id_ in asked if _finds(index, words, id_)]
    _enough(len(golden), len(asked), LEAST_FOUND_GOLDEN, "lexical")
    return golden


def verify(
    folder: Path, manifest: Manifest, lexical: LexicalIndex, dense: VectorIndex | None, *, files: bool = True
) -> None:
    """The probe of an opened generation: files, counts, and every recorded query. Raises IndexDamaged."""
    if files and manifest.files != fingerprints(folder):
        raise IndexDamaged("Files of an index are not as they were written.")
    if lexical.count() != manifest.passages or (dense is not None and dense.count() != manifest.vectors):
        raise IndexDamaged("An index does not hold as many passages as it was built from.")
    if not all(_finds(lexical, words, id_) for words, id_ in manifest.golden):
        raise IndexDamaged("The lexical index does not find passages by their own words.")
    if dense is None or not manifest.probes:
        return
    vectors: Vectors = np.load(folder / PROBES_FILE)
    for id_, vector in zip(manifest.probes, vectors, strict=True):
        if id_ not in [found for found, _ in dense.search(vector, WITHIN_DENSE)]:
            raise IndexDamaged("The vector index does not find passages by their own vectors.")


def _enough(found: int, asked: int, share: float, name: str) -> None:
    if found < int(asked * share):
        raise IndexDamaged(f"The {name} index found {found} of {asked} passages by themselves.")


def _finds(index: LexicalIndex, words: str, id_: str) -> bool:
    return id_ in [found for found, _ in index.search(words, WITHIN_GOLDEN)]


def _rarest_words(index: LexicalIndex, text: str) -> str:
    words = list(dict.fromkeys(word for word in text.split() if tokens(word)))
    weight = {word: max(index.terms(word).values()) for word in words}
    return " ".join(sorted(words, key=lambda word: -weight[word])[:GOLDEN_WORDS])
