"""Does an index find what was put into it? Asked before it is published, and each time it is opened."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from retrieval.errors import IndexDamaged
from retrieval.index.lexical import Bm25Index
from retrieval.index.manifest import Manifest, fingerprints
from retrieval.ports import LexicalIndex, VectorIndex, Vectors
from retrieval.text.tokens import tokens

PROBES, KEPT_PROBES, GOLDEN = 50, 20, 10
GOLDEN_WORDS = 6
PROBES_FILE = "probes.npy"
# A graph search may miss its own point now and then, and near-duplicates may crowd a passage out.
LEAST_FOUND_DENSE, LEAST_FOUND_GOLDEN = 0.96, 0.8
SAME = 0.999
# Scores are added up in single precision.
EXACT = 1e-3
WITHIN_DENSE, WITHIN_GOLDEN = 3, 10


def spread(count: int, wanted: int) -> list[int]:
    """At most `wanted` rows, spread evenly over `count`."""
    return sorted({int(row) for row in np.linspace(0, count - 1, min(count, wanted))}) if count else []


def probe_points(
    index: VectorIndex, ids: Sequence[str], vectors: Vectors, count: int, vector_of: Callable[[str], Vectors]
) -> list[int]:
    """The rows of `ids` that their own vector finds, in an index of `count` points. Raises IndexDamaged when it holds
    more or less than these, or finds too few. `vector_of` gives the vector that was stored for any id.
    """
    if index.count() != count:
        raise IndexDamaged(f"The vector index holds {index.count()} of {count} passages.")
    own, same = [], 0
    for row, id_ in enumerate(ids):
        found = index.search(vectors[row], WITHIN_DENSE)
        if id_ in [other for other, _ in found]:
            own.append(row)
        elif found and float(vector_of(found[0][0]) @ vectors[row]) >= SAME:
            same += 1  # another passage that says nearly the same
    _enough(len(own) + same, len(ids), LEAST_FOUND_DENSE, "vector")
    return own


def probe_golden(
    index: Bm25Index, count: int, ids: Sequence[str], texts: Sequence[str], golden: Sequence[tuple[str, str]] = ()
) -> list[tuple[str, str]]:
    """At most 10 of `golden` and of words of `texts` that find their own passage in an index of `count`.

    Raises IndexDamaged when it holds more or less than these, or finds too few. A passage that others of the same few
    words crowd out is asked for no more, and is all right when it earns what its text is due.
    """
    if index.count() != count:
        raise IndexDamaged(f"The lexical index holds {index.count()} of {count} passages.")
    counts = Counter(texts)
    single = [row for row, text in enumerate(texts) if counts[text] == 1 and len(set(tokens(text))) >= GOLDEN_WORDS]
    asked = [single[row] for row in spread(len(single), GOLDEN)]
    new = [(_rarest_words(index, texts[row]), ids[row]) for row in asked]
    found = [[(words, id_) for words, id_ in pairs if _finds(index, words, id_)] for pairs in (golden, new)]
    crowded = [(pair, texts[row]) for pair, row in zip(new, asked, strict=True) if pair not in found[1]]
    held = sum(_earns_its_due(index, words, id_, text) for (words, id_), text in crowded)
    _enough(sum(map(len, found)) + held, len(golden) + len(new), LEAST_FOUND_GOLDEN, "lexical")
    # Half of what was asked before, so that a chain of changes does not forget the passages it began with.
    before = found[0][: GOLDEN // 2] if found[1] else found[0]
    return [*before, *found[1]][:GOLDEN]


def probe_finders(
    index: Bm25Index,
    count: int,
    lines: Mapping[str, Sequence[str]],
    texts: Mapping[str, str],
    before: Sequence[tuple[str, str]] = (),
) -> list[tuple[str, str]]:
    """At most 20 lines of finders that find their passage, with its id, in an index of `count` passages.

    `lines` has those of each passage, `texts` what is searched of it; `before` was asked of an earlier index. Raises
    IndexDamaged when too few do; one that others crowd out is all right when its passage earns what it is due.
    """
    if index.count() != count:
        raise IndexDamaged(f"The index of finders holds {index.count()} of {count} passages.")
    passages = [id_ for id_ in lines if id_ in texts]
    asked = [(lines[passages[row]][0], passages[row]) for row in spread(len(passages), KEPT_PROBES)]
    found = [pair for pair in asked if _finds(index, *pair)]
    held = sum(_earns_its_due(index, line, id_, texts[id_]) for line, id_ in asked if (line, id_) not in found)
    again = [pair for pair in before if pair not in asked and _finds(index, *pair)]
    _enough(len(found) + held, len(asked), LEAST_FOUND_GOLDEN, "finder")
    kept = again[: KEPT_PROBES // 2] if found else again
    return [*kept, *found][:KEPT_PROBES]


def verify(
    folder: Path,
    manifest: Manifest,
    lexical: LexicalIndex,
    dense: VectorIndex | None,
    found: LexicalIndex | None,
) -> None:
    """The probe of an opened generation: files, counts, and every recorded query. Raises IndexDamaged."""
    if manifest.files != fingerprints(folder):
        raise IndexDamaged("Files of an index are not as they were written.")
    if lexical.count() != manifest.passages or (dense is not None and dense.count() != manifest.vectors):
        raise IndexDamaged("An index does not hold as many passages as it was built from.")
    if not all(_finds(lexical, words, id_) for words, id_ in manifest.golden):
        raise IndexDamaged("The lexical index does not find passages by their own words.")
    if found is not None and found.count() != manifest.passages:
        raise IndexDamaged("The index of finders does not hold as many passages as it was built from.")
    if manifest.finders and not (found and all(_finds(found, line, id_) for line, id_ in manifest.finders)):
        raise IndexDamaged("The index does not find passages by their finders.")
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


def _earns_its_due(index: Bm25Index, words: str, id_: str, text: str) -> bool:
    own = np.array([other == id_ for other in index.ids], np.bool_)
    return any(math.isclose(score, index.due(words, text), rel_tol=EXACT) for _, score in index.search(words, 1, own))


def _rarest_words(index: LexicalIndex, text: str) -> str:
    words = list(dict.fromkeys(word for word in text.split() if tokens(word)))
    weight = {word: max(index.terms(word).values()) for word in words}
    return " ".join(sorted(words, key=lambda word: -weight[word])[:GOLDEN_WORDS])
