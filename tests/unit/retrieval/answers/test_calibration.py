"""The shipped lines are what the question set gives, and they part what is covered from what only sounds like it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import retrieval.answers.calibration
from ingest.children import ReadingPool
from ingest.starter import starter_guidance
from ingest.sync import Ingestor
from retrieval.answering import Answerer
from retrieval.answers.calibration import DATA, Line, line_for, shipped
from retrieval.answers.evidence import Evidence
from retrieval.corpus.sources import Corpus
from retrieval.database import Base, Database
from retrieval.embedding.local import LocalEmbedder
from retrieval.evaluation.curve import area
from retrieval.index.generations import Generations
from retrieval.search.retriever import HybridRetriever
from tests.support.clock import ManualClock
from tests.support.fitting import MEANING, WORDING, fit, to_json

DATA_FOLDER = Path(__file__).parents[3] / "data"
# Questions about the starter guidance and near-topic ones it does not cover, some of them as planners put them; and the
# same about texts of another field, for the line must not hang on one subject.
SETS = {
    "guidance": (
        starter_guidance(),
        [Path(__file__).with_name("coverage.jsonl"), DATA_FOLDER / "coverage_planners.jsonl"],
    ),
    "pilotage": (DATA_FOLDER / "pilotage", [DATA_FOLDER / "coverage_pilotage.jsonl"]),
}


def _read(files: Sequence[Path]) -> list[dict[str, Any]]:
    return [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]


QUESTIONS = {name: _read(files) for name, (_, files) in SETS.items()}
COVERED = [question["covered"] for questions in QUESTIONS.values() for question in questions]


@pytest.fixture(scope="module")
def generations(tmp_path_factory: pytest.TempPathFactory, local_embedder: LocalEmbedder) -> dict[str, Generations]:
    return {name: _indexed(tmp_path_factory.mktemp(name), folder, local_embedder) for name, (folder, _) in SETS.items()}


def _indexed(home: Path, folder: Path, embedder: LocalEmbedder) -> Generations:
    database = Database(f"sqlite:///{home / 'guidance.db'}")
    Base.metadata.create_all(database.engine)
    generations = Generations(database, home, embedder, ManualClock())
    Ingestor(Corpus(database), generations, ManualClock(), pool=lambda: ReadingPool(1)).ingest([folder])
    return generations


@pytest.fixture(scope="module")
def by_meaning(generations: dict[str, Generations], local_embedder: LocalEmbedder) -> list[Evidence]:
    return _evidence(generations, local_embedder)


@pytest.fixture(scope="module")
def by_wording(generations: dict[str, Generations]) -> list[Evidence]:
    return _evidence(generations, None)


def _evidence(generations: dict[str, Generations], embedder: LocalEmbedder | None) -> list[Evidence]:
    answering = {name: Answerer(HybridRetriever(each, embedder), embedder) for name, each in generations.items()}
    return [
        answering[name].find(question["question"]).evidence
        for name, questions in QUESTIONS.items()
        for question in questions
    ]


def test_the_shipped_lines_are_what_a_fit_gives(by_meaning: list[Evidence], by_wording: list[Evidence]) -> None:
    """After a change of ranking, evidence or questions run this test once with UPDATE_LINE=1."""
    lines = {"meaning": fit(by_meaning, COVERED, MEANING), "wording": fit(by_wording, COVERED, WORDING)}
    if os.environ.get("UPDATE_LINE"):
        text = json.dumps({name: to_json(line) for name, line in lines.items()}, indent=1)
        Path(retrieval.answers.calibration.__file__).with_name(DATA).write_text(text + "\n", encoding="utf-8")
        shipped.cache_clear()
    for name, evidence in (("meaning", by_meaning), ("wording", by_wording)):
        fitted, kept = ([line.log_odds(each) for each in evidence] for line in (lines[name], shipped()[name]))
        assert max(abs(one - other) for one, other in zip(fitted, kept, strict=True)) < 0.5


@pytest.mark.parametrize(("name", "least_area", "least_abstained"), [("meaning", 0.85, 0.4), ("wording", 0.75, 0.15)])
def test_what_is_covered_is_told_from_what_only_sounds_like_it(
    name: str, least_area: float, least_abstained: float, request: pytest.FixtureRequest
) -> None:
    evidence: Sequence[Evidence] = request.getfixturevalue(f"by_{name}")
    odds = [shipped()[name].log_odds(each) for each in evidence]
    covered = [o for o, c in zip(odds, COVERED, strict=True) if c]
    others = [o for o, c in zip(odds, COVERED, strict=True) if not c]
    assert area(covered, others) >= least_area
    assert sum(o >= 0 for o in covered) >= 0.9 * len(covered)
    assert sum(o < 0 for o in others) >= least_abstained * len(others)


def test_evidence_without_words_is_judged_by_shared_terms_alone() -> None:
    known = {"dense": 0.4, "sentence": 0.5, "passage": 0.5, "names": 1.0, "figure": True}
    assert line_for(Evidence(similarity=0.9, **known)) is shipped()["wording"]
    assert line_for(Evidence(similarity=0.9, words=0.7, **known)) is shipped()["meaning"]


def test_a_line_is_the_weighted_sum_of_what_it_names() -> None:
    evidence = Evidence(similarity=0.5, dense=None, sentence=0.25, passage=0.0, names=1.0, figure=True)
    assert Line({"similarity": 2.0, "sentence": 4.0, "words": 9.0}, -1.5).log_odds(evidence) == 0.5
