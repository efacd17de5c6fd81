"""The shipped lines are what the set of requests gives, and they tell our own things from guidance."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import bot.actions.routing
from bot.actions.pointing import SURE, ActionPointer, masked
from bot.actions.routing import DATA, SCALE, Lines, Router, route_of, shipped
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from retrieval.embedding.local import LocalEmbedder
from retrieval.ports import Vectors
from tests.support.fitting import logistic

DATA_FOLDER = Path(__file__).parents[2] / "data"
GUIDANCE = "guidance"
# Weights of 384 columns that hardly differ need more of it than seven kinds of evidence.
PENALTY = 200.0
FOLDS = 5


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


QUESTIONS = [*DATA_FOLDER.glob("coverage_*.jsonl"), DATA_FOLDER.parent / "unit/retrieval/answers/coverage.jsonl"]
ROWS = [(row["text"], row["kind"]) for row in _read(DATA_FOLDER / "requests.jsonl")] + [
    (row["question"], GUIDANCE) for path in sorted(QUESTIONS) for row in _read(path)
]
COVERED = {row["question"] for path in QUESTIONS for row in _read(path) if row["covered"]}
KINDS = np.array([kind for _, kind in ROWS])


@pytest.fixture(scope="module")
def local_embedder() -> LocalEmbedder:
    return LocalEmbedder.load(threads=2)


@pytest.fixture(scope="module")
def vectors(local_embedder: LocalEmbedder) -> Vectors:
    return np.array([list(row) for row in local_embedder.embed([masked(text) for text, _ in ROWS])])


def _fit(vectors: Vectors, kinds: Any) -> Lines:
    def line(truth: Any, rows: Any) -> Vectors:
        weights, bias = logistic(vectors[rows], truth[rows], PENALTY)
        return np.append(weights, bias)

    ours = kinds != GUIDANCE
    everything = np.ones(len(kinds), dtype=bool)
    return Lines(
        line(ours, everything), {str(kind): line(kinds == kind, ours) for kind in sorted(set(kinds[ours].tolist()))}
    )


def _rounded(row: Vectors) -> list[int]:
    return [round(float(value) * SCALE) for value in row]


def test_the_shipped_lines_are_what_a_fit_gives(vectors: Vectors) -> None:
    """After a change of the requests run this test once with UPDATE_LINE=1."""
    fitted = _fit(vectors, KINDS)
    if os.environ.get("UPDATE_LINE"):
        rows = {"ours": fitted.ours} | dict(fitted.kinds)
        text = "{\n" + ",\n".join(f'"{name}": {json.dumps(_rounded(row))}' for name, row in rows.items()) + "\n}\n"
        Path(bot.actions.routing.__file__).with_name(DATA).write_text(text, encoding="utf-8")
        shipped.cache_clear()
    kept = [route_of(vector, shipped()).odds for vector in vectors]
    assert max(abs(route_of(v, fitted).odds - odds) for v, odds in zip(vectors, kept, strict=True)) < 0.3


def test_requests_are_told_from_guidance_by_lines_that_never_saw_them(vectors: Vectors) -> None:
    folds = np.arange(len(ROWS)) % FOLDS
    odds, named = np.empty(len(ROWS)), np.empty(len(ROWS), dtype=object)
    for fold in range(FOLDS):
        lines = _fit(vectors[folds != fold], KINDS[folds != fold])
        for at in np.flatnonzero(folds == fold):
            route = route_of(vectors[at], lines)
            odds[at], named[at] = route.odds, route.kinds[0]
    ours = KINDS != GUIDANCE
    covered = np.array([kind == GUIDANCE and text in COVERED for text, kind in ROWS])
    assert (odds[ours] >= SURE).mean() >= 0.55
    assert (odds[covered] >= SURE).mean() <= 0.01
    # The others are questions of every kind that nothing of ours and no guidance answers, and look-alikes.
    assert (odds[~ours] >= SURE).mean() <= 0.025
    assert (named[ours] == KINDS[ours]).mean() >= 0.85


def test_another_embedder_than_the_local_model_gives_no_route() -> None:
    assert Router(lambda: None).route("what is overdue") is None


def test_a_request_in_words_that_no_form_knows_leads_to_its_thing(local_embedder: LocalEmbedder) -> None:
    catalogue = Catalogue.load()
    pointer = ActionPointer(REGISTRY, lambda: catalogue, route=Router(lambda: local_embedder).route)
    (offer,) = pointer.point("who's our man for Harbour Guard again")
    assert offer.action == "partner.list"
    likely = pointer.offer("I want boxes to tick for those on the way", [])
    assert likely is not None
    assert likely.action == "checklist.show"
    assert pointer.point("What should be agreed before detainees change hands?") == ()
    assert list(pointer.point("What does Rule 8 say?")) == []
    assert pointer.offer("What does Rule 8 say?", []) is None
