"""What tests of retrieval share: the local model, converted once a machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from retrieval.embedding.local import LocalEmbedder
from retrieval.errors import ModelMissing


@pytest.fixture(scope="session")
def model_cache() -> Path:
    """Kept between runs: the folder is sealed with its own hashes, and converting takes five seconds."""
    return Path(tempfile.gettempdir()) / "proviso-test-models"


@pytest.fixture(scope="session")
def local_embedder(model_cache: Path) -> LocalEmbedder:
    try:
        return LocalEmbedder.load(model_cache, threads=2)
    except ModelMissing as missing:
        pytest.skip(str(missing))
