"""`proviso evaluate retrieval|answers`: measure on data of one's own, in an index that is thrown away."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from bot.app import Services, build
from bot.cli.context import configure, print_json, progress
from bot.errors import UserError
from retrieval.types import Answer, Turn

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")


@click.group()
def evaluate() -> None:
    """Measure search and answers on your own data."""


@evaluate.command()
@click.argument("folder", type=FOLDER)
@AS_JSON
def retrieval(folder: Path, as_json: bool) -> None:
    """Rank the documents of FOLDER (BEIR form: corpus.jsonl, queries.jsonl, qrels/test.tsv) and score the ranking."""
    from ingest.evaluation import evaluate_collection

    with _throw_away() as composed, progress("Evaluating") as show:
        figures = evaluate_collection(
            folder,
            composed.corpus,
            composed.generations,
            searcher=composed.retriever,
            clock=composed.clock,
            count=composed.count,
            progress=show,
        )
    _print(figures, as_json)


@evaluate.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--corpus", "folder", required=True, type=FOLDER, help="The documents the questions are about.")
@AS_JSON
def answers(file: Path, folder: Path, as_json: bool) -> None:
    """Answer the questions of FILE (JSON lines) from the documents in --corpus and score the answers."""
    from ingest.evaluation import paragraph_reader
    from retrieval.evaluation.answers import evaluate as score

    try:
        questions = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except ValueError as error:
        raise UserError(f"{file.name} is no JSON lines file; write one question a line") from error
    with _throw_away() as composed, progress("Evaluating") as show:
        composed.ingestor.ingest([folder], yes=True, progress=show)
        figures = score(questions, _answer_with(composed), paragraph_reader(folder))
    _print(figures, as_json)


def _answer_with(composed: Services) -> Callable[[str, Sequence[Turn]], Answer]:
    return lambda question, context: composed.answerer.answer(question, context=context)


@contextmanager
def _throw_away() -> Iterator[Services]:
    """Services on a home that is gone afterwards; the model settings are the installation's own."""
    settings = configure()
    with tempfile.TemporaryDirectory(prefix="proviso-evaluate-") as home:
        own = {"proviso_home": Path(home), "database_url": None, "chroma_url": None}
        composed = build(settings.model_copy(update=own), model_cache=settings.proviso_home)
        try:
            yield composed
        finally:
            composed.close()


def _print(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(figures)
        return
    for name, value in figures.items():
        click.echo(f"{name:<14} {value:.3f}" if isinstance(value, float) else f"{name:<14} {value}")
