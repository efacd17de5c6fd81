"""The local embedder: all-MiniLM-L6-v2 in onnxruntime. The only file that imports onnxruntime and tokenizers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from retrieval.embedding.weights import WEIGHTS_SHA256, prepare
from retrieval.errors import ModelDamaged
from retrieval.ports import TextVectors, Vectors

DIMENSIONS = 384
MAX_WORD_PIECES = 256
MOST_THREADS = 4
# int8 differs from float32 by a cosine of .98 to .995; a processor that saturates its sums falls to .93 and below.
LEAST_AGREEMENT = 0.975
REFERENCE_TEXTS = (
    "Support to a partner is conditional on what the partner does with it, and the condition is reviewed.",
    "Who checks the arrangements for people held by a partner force, how often, and what follows if they are poor?",
    "A ferry leaves the harbour at noon unless the wind stands above seven.",
)


class Session:
    """A loaded model and its tokenizer. Safe to use from several threads."""

    def __init__(self, session: Any, tokenizer: Any) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._end: int = tokenizer.token_to_id("[SEP]")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One unit vector a text, in order; a text is cut at 256 word pieces.

        Texts go through one by one. int8 scales its sums to what a batch holds, so a text embedded in company gets
        another vector each time (cosine .986 to .992 when padded); alone it is always the same, in a third of the
        memory, and no slower on few cores.
        """
        vectors = np.empty((len(texts), DIMENSIONS), np.float32)
        for row, text in enumerate(texts):
            ids = np.array([self._word_pieces(text)], np.int64)
            inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
            vectors[row] = self._session.run(["embedding"], inputs)[0][0]
        return vectors

    def embed_words(self, text: str) -> TextVectors:
        """A text's vector and, from the same pass, those of its word pieces; the model's own marks are left out."""
        encoded = self._tokenizer.encode(text)
        ids = np.array([self._cut(encoded.ids)], np.int64)
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        whole, pieces = self._session.run(["embedding", "tokens"], inputs)
        inner = slice(1, ids.shape[1] - 1)
        return TextVectors(whole[0], pieces[0][inner], tuple(encoded.offsets[inner]))

    def count(self, text: str) -> int:
        """Word pieces of the whole text, without the two marks the model adds."""
        return len(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def _word_pieces(self, text: str) -> list[int]:
        return self._cut(self._tokenizer.encode(text).ids)

    def _cut(self, ids: list[int]) -> list[int]:
        return ids if len(ids) <= MAX_WORD_PIECES else [*ids[: MAX_WORD_PIECES - 1], self._end]


class LocalEmbedder:
    """The local model as an Embedder. Vectors do not depend on what else is embedded with a text."""

    dimensions = DIMENSIONS

    def __init__(self, session: Session, recipe: str) -> None:
        self._session = session
        self.recipe = recipe

    @classmethod
    def load(cls, cache: Path, threads: int | None = None) -> LocalEmbedder:
        """The model from `cache`, converted there at first use; `threads` defaults to the processors, at most 4.

        Raises ModelMissing when it is not installed, ModelDamaged when it is not the official model or when this
        machine cannot compute its reference vectors.
        """
        threads = threads or min(os.cpu_count() or 1, MOST_THREADS)
        for anew in (False, True):  # a home that moved to another processor is converted again
            files = prepare(cache, anew=anew)
            session = open_session(files.model, files.tokenizer, threads)
            if agrees(session.embed(REFERENCE_TEXTS), np.load(files.reference)):
                return cls(session, f"all-MiniLM-L6-v2@{WEIGHTS_SHA256[:12]}+{files.precision}")
        raise ModelDamaged("This machine computes the local model wrongly. It was not loaded; search goes on by words.")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One float32 row of unit length (384 wide) a text, in order."""
        return self._session.embed(texts)

    def embed_words(self, texts: Sequence[str]) -> list[TextVectors]:
        """Each text's vector and those of its word pieces."""
        return [self._session.embed_words(text) for text in texts]

    def count(self, text: str) -> int:
        """Word pieces of `text`, without the model's own two marks; what is above 254 is not embedded."""
        return self._session.count(text)


def open_session(model: Path, tokenizer: Path, threads: int) -> Session:
    """Load a converted model."""
    # Before the import: its telemetry writes a device id to disk and looks for its maker's servers.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    # Threads that spin while they wait would take the processor from the other workers of the process.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    pieces = Tokenizer.from_file(str(tokenizer))
    pieces.no_truncation()
    pieces.no_padding()
    session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return Session(session, pieces)


def agrees(vectors: Vectors, reference: Vectors) -> bool:
    """Whether unit vectors are those of the reference, up to what rounding to int8 costs."""
    return bool((vectors * reference).sum(axis=1).min() >= LEAST_AGREEMENT)
