"""The shipped line is the one the phrases and patterns give."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

import retrieval.answers.likeness
from retrieval.answers.likeness import LINE, Likeness, Line, fit, shipped, shipped_line
from retrieval.answers.refusal import screen
from retrieval.ports import Embedder


def test_the_shipped_line_is_what_a_fit_gives(local_embedder: Embedder) -> None:
    """After a change of phrases or patterns run this test once with UPDATE_LINE=1."""
    line = fit(local_embedder, screen().clearest)
    recipe = local_embedder.recipe.split("+")[0]
    if os.environ.get("UPDATE_LINE"):
        text = json.dumps({"recipe": recipe, **line.to_json()})
        Path(retrieval.answers.likeness.__file__).with_name(LINE).write_text(text + "\n", encoding="utf-8")
    shipped_one = shipped_line(recipe)
    assert shipped_one is not None
    assert abs(shipped_one.bias - line.bias) < 0.1
    cosine = shipped_one.weights @ line.weights / np.linalg.norm(shipped_one.weights) / np.linalg.norm(line.weights)
    assert cosine > 0.995
    assert list(shipped_one.kinds) == list(line.kinds)


def test_the_phrases_lie_on_their_side_of_the_line(local_embedder: Embedder) -> None:
    likeness = Likeness(local_embedder, screen().clearest)
    phrases = shipped()
    right = [
        (likeness.judge(text)[0] > 0) == (kind is not None)
        for text, kind in zip(phrases.texts, phrases.kinds, strict=True)
    ]
    assert np.mean(right) > 0.97


def test_another_embedder_has_no_shipped_line() -> None:
    assert shipped_line("another-model@1234+int8") is None


def test_a_line_survives_its_journey_as_json() -> None:
    line = Line(np.array([0.5, -1.25], dtype=np.float32), 0.125, {"noise": np.array([1.0, 0.0], dtype=np.float32)})
    assert Line.from_json(line.to_json()).to_json() == line.to_json()
