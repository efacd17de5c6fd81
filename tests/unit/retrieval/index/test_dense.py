"""A sealed folder is read through Chroma's engine alone, and read exactly as Chroma's own client reads it."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexDamaged, IndexGone
from retrieval.index.dense import COLLECTION, ChromaFolder
from retrieval.ports import Vectors


def unit_vectors(count: int, seed: int) -> Vectors:
    drawn = np.random.default_rng(seed).normal(size=(count, 384)).astype(np.float32)
    return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), np.float32)


IDS = [f"version-{n}" for n in range(700)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sealed") / "chroma"
    ChromaFolder().create(folder, IDS, unit_vectors(len(IDS), 1))
    return folder


def test_the_engine_finds_what_the_client_finds(folder: Path) -> None:
    import chromadb

    index = ChromaFolder().open(folder)
    client = chromadb.PersistentClient(str(folder), settings=chromadb.Settings(anonymized_telemetry=False))
    collection = client.get_collection(COLLECTION, embedding_function=None)
    queries = unit_vectors(40, 2)
    found = collection.query(query_embeddings=queries, n_results=100, include=["distances"])
    pairs = zip(found["ids"], found["distances"] or [], strict=True)
    expected = [[(key, 1.0 - distance) for key, distance in zip(*pair, strict=True)] for pair in pairs]
    assert [index.search(query, 100) for query in queries] == expected
    assert index.count() == collection.count() == len(IDS)
    index.close()
    client.close()


def test_threads_share_an_index_and_it_is_closed_for_all(folder: Path) -> None:
    index = ChromaFolder().open(folder)
    vectors = unit_vectors(len(IDS), 1)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda row: index.search(vectors[row], 1)[0][0], range(200)))
    assert found == IDS[:200]
    index.close()
    with pytest.raises(IndexDamaged):
        index.search(vectors[0], 1)


def test_a_folder_without_an_index_is_gone_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(IndexGone):
        ChromaFolder().open(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_reading_does_not_import_the_client(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from retrieval.index.dense import ChromaFolder;"
        f"index = ChromaFolder().open(Path({str(folder)!r}));"
        "print(index.count(), 'chromadb' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"{len(IDS)} False\n"
