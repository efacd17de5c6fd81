"""Embeddings over the wire, through the real SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from retrieval.embedding import openai_server as openai_embedding
from retrieval.embedding.openai_server import OpenAIEmbedder
from retrieval.errors import EmbeddingRefused, EmbeddingUnavailable
from tests.support.embedding_server import EmbeddingServer, Reply, embeddings, error

Serve = Callable[[Callable[[list[str]], Reply]], EmbeddingServer]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    monkeypatch.setattr(openai_embedding, "RETRIES", 0)
    servers: list[EmbeddingServer] = []

    def start(reply: Callable[[list[str]], Reply]) -> EmbeddingServer:
        servers.append(EmbeddingServer(reply))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


def test_vectors_come_in_batches_in_order_and_of_unit_length(serve: Serve) -> None:
    server = serve(lambda inputs: embeddings([[float(len(text)), 4.0] for text in inputs]))
    embedder = OpenAIEmbedder("some-model", "key", server.url)
    texts = ["x" * 3] * 70 + [""]

    vectors = embedder.embed(texts)

    assert vectors.shape == (71, 2)
    assert vectors.dtype == np.float32
    assert vectors[0] == pytest.approx([0.6, 0.8])
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(71))
    assert [len(asked["input"]) for asked in server.asked] == [64, 7]
    assert server.asked[1]["input"][-1] == " "
    assert {asked["model"] for asked in server.asked} == {"some-model"}
    assert {asked["path"] for asked in server.asked} == {"/v1/embeddings"}
    assert set(server.keys) == {"Bearer key"}


def test_the_recipe_is_the_model_and_nothing_is_asked_for_no_texts(serve: Serve) -> None:
    server = serve(lambda inputs: embeddings([[1.0, 0.0, 0.0] for _ in inputs]))
    embedder = OpenAIEmbedder("some-model", "key", server.url)

    assert embedder.recipe == "openai:some-model"
    assert len(embedder.embed([])) == 0
    assert server.asked == []


@pytest.mark.parametrize(
    ("status", "kind", "message"),
    [
        (
            401,
            EmbeddingRefused,
            "The embedding server refused the key. What was indexed is kept; check OPENAI_API_KEY.",
        ),
        (
            403,
            EmbeddingRefused,
            "The embedding server refused the key. What was indexed is kept; check OPENAI_API_KEY.",
        ),
        (
            404,
            EmbeddingRefused,
            "The embedding server does not know the model. What was indexed is kept; check PROVISO_EMBEDDING_MODEL "
            "and OPENAI_BASE_URL.",
        ),
        (
            400,
            EmbeddingRefused,
            "The embedding server refused the request (BadRequestError). What was indexed is kept; check the key and "
            "the model's name.",
        ),
        (
            429,
            EmbeddingUnavailable,
            "The embedding server does not answer (RateLimitError). What was indexed is kept; try again in a while.",
        ),
        (
            500,
            EmbeddingUnavailable,
            "The embedding server does not answer (InternalServerError). What was indexed is kept; try again in a "
            "while.",
        ),
    ],
)
def test_each_failure_says_what_was_kept_and_what_to_do_and_repeats_no_text(
    serve: Serve, status: int, kind: type[Exception], message: str
) -> None:
    server = serve(lambda _inputs: error(status))

    with pytest.raises(kind) as caught:
        OpenAIEmbedder("some-model", "key", server.url).embed(["secret plans"])
    assert str(caught.value) == message


def test_a_server_that_is_not_there_is_unavailable(serve: Serve) -> None:
    server = serve(lambda inputs: embeddings([[1.0] for _ in inputs]))
    server.stop()

    with pytest.raises(EmbeddingUnavailable, match="APIConnectionError"):
        OpenAIEmbedder("some-model", "key", server.url).embed(["text"])


def test_a_server_that_sends_too_few_vectors_is_refused(serve: Serve) -> None:
    server = serve(lambda _inputs: embeddings([[1.0, 0.0]]))

    with pytest.raises(EmbeddingRefused, match="sent 1 vectors for 2 texts"):
        OpenAIEmbedder("some-model", "key", server.url).embed(["one", "two"])


def test_a_server_of_ones_own_needs_no_key_and_the_public_one_does(serve: Serve) -> None:
    server = serve(lambda inputs: embeddings([[1.0] for _ in inputs]))

    assert OpenAIEmbedder("some-model", None, server.url).embed(["text"]).shape == (1, 1)
    with pytest.raises(EmbeddingRefused):
        OpenAIEmbedder("some-model", None).embed(["text"])
