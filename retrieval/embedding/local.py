"""The local embedder: all-MiniLM-L6-v2 in onnxruntime. The only file that imports onnxruntime and tokenizers."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import numpy as np

from retrieval.embedding.weights import MODEL_SHA256, read_model, read_tokenizer
from retrieval.errors import ModelDamaged
from retrieval.ports import TextVectors, Vectors

DIMENSIONS = 384
MAX_WORD_PIECES = 256
MOST_THREADS = 4
REFERENCE_TEXT = "A ferry leaves the harbour at noon unless the wind stands above seven."
# The original float32 weights give a cosine above .999 with ours; a processor that computes wrongly falls far below.
LEAST_AGREEMENT = 0.995
RECIPE = f"all-MiniLM-L6-v2@{MODEL_SHA256[:12]}"


class LocalEmbedder:
    """The local model as an Embedder. Safe to use from several threads.

    The weights are stored as int8 and computed with as float32, so that every processor gives the same vectors but for
    the last digits. A text goes through alone: its vector does not depend on what else is embedded with it.
    """

    dimensions = DIMENSIONS
    recipe = RECIPE

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._end: int = tokenizer.token_to_id("[SEP]")

    @classmethod
    def load(cls, threads: int | None = None) -> LocalEmbedder:
        """Load the installed model; `threads` defaults to the processors, at most 4.

        Raises ModelMissing when it is not installed, ModelDamaged when it is not the official model or when this
        machine does not compute its reference vector.
        """
        embedder = cls(_session(read_model(), threads or min(os.cpu_count() or 1, MOST_THREADS)), _tokenizer())
        if not agrees(embedder.embed([REFERENCE_TEXT])[0], reference_vector()):
            raise ModelDamaged(
                "This machine computes the local model wrongly. It was not loaded; search goes on by words."
            )
        return embedder

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One float32 row of unit length (384 wide) a text, in order; a text is cut at 256 word pieces."""
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            vectors[row] = _whole(self._run(self._tokenizer.encode(text).ids))
        return vectors

    def embed_words(self, texts: Sequence[str]) -> list[TextVectors]:
        """Each text's vector and, from the same pass, those of its word pieces without the model's own two marks."""
        return [self._embed_words(text) for text in texts]

    def count(self, text: str) -> int:
        """Word pieces of `text`, without the model's own two marks; what is above 254 is not embedded."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _embed_words(self, text: str) -> TextVectors:
        encoded = self._tokenizer.encode(text)
        pieces = self._run(encoded.ids)
        inner = slice(1, len(pieces) - 1)
        return TextVectors(_whole(pieces), _unit(pieces[inner]), tuple(encoded.offsets[inner]))

    def _run(self, ids: list[int]) -> Vectors:
        """What the model gives for each word piece."""
        kept = ids if len(ids) <= MAX_WORD_PIECES else [*ids[: MAX_WORD_PIECES - 1], self._end]
        rows = np.array([kept], np.int64)
        inputs = {"input_ids": rows, "attention_mask": np.ones_like(rows), "token_type_ids": np.zeros_like(rows)}
        [[pieces]] = self._session.run(["last_hidden_state"], inputs)
        found: Vectors = pieces
        return found


def reference_vector() -> Vectors:
    """The vector of `REFERENCE_TEXT`, computed from the original float32 weights and rounded to four decimals."""
    return np.array(json.loads(files("retrieval.embedding").joinpath("reference.json").read_text("utf-8")), np.float32)


def agrees(vector: Vectors, reference: Vectors) -> bool:
    """Whether a unit vector is that of the reference, up to rounding."""
    return bool(vector @ reference >= LEAST_AGREEMENT)


def _whole(pieces: Vectors) -> Vectors:
    """A text's unit vector: the mean over all its pieces, the model's own marks among them."""
    return _unit(pieces.mean(axis=0))


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    unit: Vectors = np.divide(vectors, lengths, dtype=np.float32)
    return unit


def _session(model: bytes, threads: int) -> Any:
    # Before the import: its telemetry writes a device id to disk and looks for its maker's servers.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin while they wait would take the processor from the other workers of the process.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def _tokenizer() -> Any:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_buffer(read_tokenizer())
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer
