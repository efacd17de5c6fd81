"""What tests of retrieval share: the local model, loaded once a run."""

from __future__ import annotations

import pytest

from retrieval.embedding.local import LocalEmbedder


@pytest.fixture(scope="session")
def local_embedder() -> LocalEmbedder:
    return LocalEmbedder.load(threads=2)
