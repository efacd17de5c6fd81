"""A sealed collection and what lies beside it answer as one index of what can be found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.errors import IndexDamaged
from retrieval.index.layered import Layer, Layered
from retrieval.ports import Vectors


class Sealed:
    """Compares all there is; counts how often it is asked."""

    def __init__(self, ids: list[str], vectors: Vectors) -> None:
        self._ids, self._vectors = ids, vectors
        self.wanted: list[int] = []
        self.closed = False

    def search(self, vector: Vectors, k: int) -> list[tuple[str, float]]:
        self.wanted.append(k)
        cosines = self._vectors @ vector
        return [(self._ids[row], float(cosines[row])) for row in np.argsort(-cosines, kind="stable")[:k]]

    def count(self) -> int:
        return len(self._ids)

    def close(self) -> None:
        self.closed = True


def drawn(count: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@given(data=st.data(), k=st.integers(1, 70), seed=st.integers(0, 999))
@settings(deadline=None)
def test_what_is_hidden_is_not_found_and_what_is_new_is(data: st.DataObject, k: int, seed: int) -> None:
    vectors = drawn(60, seed)
    ids = [f"p{row}" for row in range(60)]
    held = data.draw(st.integers(1, 60))
    hidden = data.draw(st.frozensets(st.sampled_from(ids[:held])))
    layered = Layered(Sealed(ids[:held], vectors[:held]), Layer(hidden, ids[held:], vectors[held:]))
    query = drawn(1, seed + 1)[0]
    rows = [row for row in range(60) if ids[row] not in hidden]
    anew = Sealed([ids[row] for row in rows], vectors[rows])

    assert layered.count() == anew.count()
    found, expected = layered.search(query, k), anew.search(query, k)
    assert [id_ for id_, _ in found] == [id_ for id_, _ in expected]
    assert [cosine for _, cosine in found] == pytest.approx([cosine for _, cosine in expected], abs=1e-6)


def test_more_is_asked_for_where_the_nearest_are_hidden() -> None:
    vectors = drawn(500, 1)
    ids = [f"p{row}" for row in range(500)]
    sealed = Sealed(ids, vectors)
    nearest = [id_ for id_, _ in sealed.search(vectors[0], 110)]
    layered = Layered(sealed, Layer(frozenset(nearest[:100]), [], np.zeros((0, 0), np.float32)))
    sealed.wanted.clear()

    assert [id_ for id_, _ in layered.search(vectors[0], 10)] == nearest[100:]
    assert sealed.wanted == [13, 52, 110]


def test_what_is_closed_closes_the_collection() -> None:
    sealed = Sealed(["p0"], drawn(1, 1))
    Layered(sealed, Layer(frozenset(), [], drawn(0, 1))).close()
    assert sealed.closed


def test_a_layer_is_read_as_it_was_written(tmp_path: Path) -> None:
    vectors = drawn(3, 1)
    Layer(frozenset({"a", "b"}), ["x", "y", "z"], vectors).write(tmp_path / "layer")
    layer = Layer.read(tmp_path / "layer")

    assert (layer.hidden, layer.ids) == ({"a", "b"}, ["x", "y", "z"])
    assert np.array_equal(layer.vectors, vectors)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("hidden.json", b"[", "What lies beside a collection cannot be read (JSONDecodeError)."),
        ("ids.json", None, "What lies beside a collection cannot be read (FileNotFoundError)."),
        ("ids.json", b'["x"]', "What lies beside a collection is not whole."),
        ("vectors.npy", b"nonsense", "What lies beside a collection cannot be read (ValueError)."),
        ("vectors.npy", b"", "What lies beside a collection cannot be read (EOFError)."),
    ],
)
def test_a_layer_that_is_not_whole_is_damaged(tmp_path: Path, name: str, content: bytes | None, message: str) -> None:
    place = tmp_path / "layer"
    Layer(frozenset({"a"}), ["x", "y"], drawn(2, 1)).write(place)
    if content is None:
        (place / name).unlink()
    else:
        (place / name).write_bytes(content)

    with pytest.raises(IndexDamaged) as raised:
        Layer.read(place)
    assert str(raised.value) == message
