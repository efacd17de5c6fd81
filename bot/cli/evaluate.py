"""`proviso evaluate retrieval|answers`: measure on data of one's own, in an index that is thrown away."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.cli.context import configure, print_json
from bot.cli.figures import difference_rows, markdown_table, plain_table, plotted, rows
from bot.cli.progress import progress
from bot.errors import UserError
from retrieval.corpus.passages import EVERYTHING
from retrieval.search.parts import PARTS

if TYPE_CHECKING:
    from bot.app.core import Core
    from retrieval.evaluation.answers import Judged
    from retrieval.search.retriever import HybridRetriever

FOLDER = click.Path(path_type=Path, exists=True, file_okay=False)
NEEDED = ("question", "kind", "answerable")
LIMITS = tuple(f"proviso_{unit}_per_{whose}day" for unit in ("tokens", "money") for whose in ("", "person_"))
DIFFERENCE = ("what the parts give", "difference", "95 % interval")


@dataclass(frozen=True)
class Wanted:
    """How a measurement is taken and told."""

    without: frozenset[str]
    compare: bool
    details: Path | None
    as_json: bool
    as_markdown: bool


@click.group()
def evaluate() -> None:
    """Measure search and answers on your own data."""


def _measuring(command: Callable[..., None]) -> Callable[..., None]:
    """The options both measurements have, given to `command` as one Wanted."""

    def call(**options: Any) -> None:
        names = ("without", "compare", "details", "as_json", "as_markdown")
        given = {name: options.pop(name) for name in names}
        if given["compare"] and not given["without"]:
            raise click.UsageError("--compare needs --without PART: it tells what the part gives")
        command(**options, wanted=Wanted(**given | {"without": frozenset(given["without"])}))

    call.__name__, call.__doc__ = command.__name__, command.__doc__
    parts = "; ".join(f"{name}: {what}" for name, what in PARTS.items())
    for option in reversed(
        (
            click.option(
                "--without",
                multiple=True,
                metavar="PART",
                type=click.Choice(tuple(PARTS)),
                help=f"Leave a part of search out; may be given several times. {parts}.",
            ),
            click.option("--compare", is_flag=True, help="Measure with the parts as well, and tell the difference."),
            click.option(
                "--details",
                type=click.Path(path_type=Path, dir_okay=False),
                help="Write a JSON line a question to FILE.",
            ),
            click.option("--markdown", "as_markdown", is_flag=True, help="Print Markdown tables."),
            click.option("--json", "as_json", is_flag=True, help="Print JSON alone."),
        )
    ):
        call = option(call)
    return call


@evaluate.command()
@click.argument("folder", type=FOLDER)
@_measuring
def retrieval(folder: Path, wanted: Wanted) -> None:
    """Rank the documents of FOLDER (BEIR form: corpus.jsonl, queries.jsonl, qrels/test.tsv) and score the ranking."""
    from ingest.evaluation import index_collection, measure_search

    with _throw_away() as composed, progress() as show:
        collection, passages = index_collection(
            folder,
            composed.corpus,
            composed.generations,
            clock=composed.clock,
            count=composed.count,
            progress=show,
        )
        measured = {parts: measure_search(collection, _search(composed, parts)) for parts in _variants(wanted)}
    ours = measured[wanted.without]
    _details(wanted, ours.details())
    figures = {parts: found.figures() | {"passages": passages} for parts, found in measured.items()}
    _tell(wanted, figures, measured[frozenset()].differences(ours) if wanted.compare else {})


@evaluate.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--corpus", "folder", required=True, type=FOLDER, help="The documents the questions are about.")
@click.option("--model", metavar="NAME", help="Have this chat model choose the sentences (openai:NAME).")
@click.option("--curve", is_flag=True, help="Plot what abstaining costs and brings instead; --json gives the points.")
@_measuring
def answers(file: Path, folder: Path, model: str | None, curve: bool, wanted: Wanted) -> None:
    """Answer the questions of FILE (JSON lines) from the documents in --corpus and score the answers.

    A chat model, by --model or PROVISO_CHAT_MODEL, is asked each question anew, without the limits of a day.
    """
    from ingest.evaluation import paragraph_reader
    from retrieval.evaluation.answers import differences, figures, model_use

    questions = _questions(file)
    with _throw_away(model) as composed, progress() as show:
        composed.ingestor.ingest([folder], yes=True, progress=show)
        if curve:
            _plot(composed, wanted, questions)
            return
        judged = {parts: _judged(composed, parts, questions) for parts in _variants(wanted)}
    ours = judged[wanted.without]
    _details(wanted, [each.to_json() for each in ours])
    paragraph = paragraph_reader(folder)
    used = composed.model is not None
    told = {parts: figures(found, paragraph) | (model_use(found) if used else {}) for parts, found in judged.items()}
    _tell(wanted, told, differences(judged[frozenset()], ours) if wanted.compare else {})


def _questions(file: Path) -> list[dict[str, Any]]:
    try:
        questions = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except ValueError as error:
        raise UserError(f"{file.name} is no JSON lines file; write one question a line") from error
    for number, question in enumerate(questions, start=1):
        lacking = [name for name in NEEDED if not isinstance(question, dict) or name not in question]
        if lacking:
            raise UserError(
                f"question {number} of {file.name} lacks {', '.join(lacking)}. Nothing was measured; add it"
            )
    return questions


def _judged(composed: Core, parts: frozenset[str], questions: Sequence[Mapping[str, Any]]) -> list[Judged]:
    from retrieval.answering import Answerer
    from retrieval.evaluation.answers import judge

    search = _search(composed, parts)
    answerer = Answerer(search, composed.embedder, composed.model, glossary=search.glossary)
    ask = partial(answerer.answer, scope=EVERYTHING)
    return [judge(question, lambda text, context: ask(text, context=context)) for question in questions]


def _plot(composed: Core, wanted: Wanted, questions: Sequence[Mapping[str, Any]]) -> None:
    from retrieval.answering import Answerer
    from retrieval.answers.abstention import log_odds
    from retrieval.evaluation.curve import trade_off

    search = _search(composed, wanted.without)
    answerer = Answerer(search, composed.embedder, glossary=search.glossary)
    find = partial(answerer.find, scope=EVERYTHING)
    figures = trade_off(questions, lambda text, context: log_odds(find(text, context=context).evidence))
    if wanted.as_json:
        print_json(figures)
    else:
        click.echo(plotted(figures))


def _search(composed: Core, without: frozenset[str]) -> HybridRetriever:
    return composed.retriever.lacking(without)


def _variants(wanted: Wanted) -> tuple[frozenset[str], ...]:
    return (frozenset(), wanted.without) if wanted.compare else (wanted.without,)


@contextmanager
def _throw_away(model: str | None = None) -> Iterator[Core]:
    """The parts on a home that is gone afterwards; what is set for the model stays, its limits of a day aside."""
    from bot.app.core import build

    settings = configure()
    with tempfile.TemporaryDirectory(prefix="proviso-evaluate-") as home:
        own = {"proviso_home": Path(home), "database_url": None, "chroma_url": None}
        chat = {"proviso_chat_model": model} if model else {}
        composed = build(settings.model_copy(update=own | dict.fromkeys(LIMITS) | chat))
        composed.afresh = True
        try:
            yield composed
        finally:
            composed.close()


def _details(wanted: Wanted, lines: Sequence[Mapping[str, Any]]) -> None:
    if wanted.details is not None:
        wanted.details.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def _tell(wanted: Wanted, figures: Mapping[frozenset[str], Mapping[str, Any]], differences: Mapping[str, Any]) -> None:
    """One object of figures; of a comparison {"without", "parts", "with", "difference"}: what the parts give."""
    ours = figures[wanted.without]
    parts = sorted(wanted.without)
    if wanted.as_json:
        whole = {"without": parts, "parts": ours, "with": figures.get(frozenset()), "difference": differences}
        print_json(whole if wanted.compare else ours)
        return
    table = markdown_table if wanted.as_markdown else plain_table
    if wanted.compare:
        click.echo(table(rows(figures[frozenset()])) + "\n")
    if parts:
        click.echo(f"without {', '.join(parts)}:\n")
    click.echo(table(rows(ours)))
    if wanted.compare:
        click.echo("\n" + table(difference_rows(differences), DIFFERENCE))
