"""Embeddings from an OpenAI-compatible server, through the openai SDK."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

from retrieval.errors import EmbeddingRefused, EmbeddingUnavailable
from retrieval.ports import Vectors

BATCH = 64
TIMEOUT_SECONDS = 30.0
RETRIES = 2


class OpenAIEmbedder:
    """An Embedder behind `POST {base_url}/embeddings`. Safe to use from several threads."""

    def __init__(self, model: str, api_key: str | None, base_url: str | None = None) -> None:
        self.recipe = f"openai:{model}"
        self._model = model
        self._key = api_key
        self._base_url = base_url
        self._connecting = threading.Lock()

    def embed(self, texts: Sequence[str]) -> Vectors:
        """As the port says. Raises EmbeddingUnavailable when trying again later may help, else EmbeddingRefused."""
        if not texts:
            return np.empty((0, 0), np.float32)
        parts = [self._batch(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        return np.concatenate(parts)

    def _batch(self, texts: Sequence[str]) -> Vectors:
        # Servers refuse an empty input, which stands for nothing anyway.
        inputs = [text or " " for text in texts]
        with self._connecting:
            client = self._client
        with _sdk_errors():
            reply = client.embeddings.create(model=self._model, input=inputs, encoding_format="float")
        rows = sorted(reply.data, key=lambda item: item.index)
        vectors = np.array([row.embedding for row in rows], np.float32)
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise EmbeddingRefused(
                f"The embedding server sent {len(rows)} vectors for {len(texts)} texts. What was indexed is kept; "
                "check that OPENAI_BASE_URL names an embedding server."
            )
        lengths: Vectors = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.divide(vectors, np.maximum(lengths, 1e-12), dtype=np.float32)

    @cached_property
    def _client(self) -> Any:
        import openai

        # Servers of one's own often want no key, and the SDK does not start without one.
        key = self._key or ("none" if self._base_url else None)
        with _sdk_errors():
            return openai.OpenAI(api_key=key, base_url=self._base_url, timeout=TIMEOUT_SECONDS, max_retries=RETRIES)


@contextmanager
def _sdk_errors() -> Iterator[None]:
    """The SDK's typed errors as ours; their texts may repeat what was sent, so only their kind is told."""
    import openai

    try:
        yield
    except (openai.AuthenticationError, openai.PermissionDeniedError):
        raise EmbeddingRefused(
            "The embedding server refused the key. What was indexed is kept; check OPENAI_API_KEY."
        ) from None
    except openai.NotFoundError:
        raise EmbeddingRefused(
            "The embedding server does not know the model. What was indexed is kept; check PROVISO_EMBEDDING_MODEL "
            "and OPENAI_BASE_URL."
        ) from None
    except (openai.APIConnectionError, openai.RateLimitError, openai.InternalServerError) as error:
        raise EmbeddingUnavailable(
            f"The embedding server does not answer ({type(error).__name__}). What was indexed is kept; try again in "
            "a while."
        ) from None
    except openai.OpenAIError as error:
        raise EmbeddingRefused(
            f"The embedding server refused the request ({type(error).__name__}). What was indexed is kept; check the "
            "key and the model's name."
        ) from None
