"""`proviso ask` and `proviso search`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

import click

from bot.cli.context import is_broken, print_json, run_batch, services
from bot.cli.scope import KEYS, scoped
from bot.cli.terminal import show
from bot.views.answers.model import AnswerView
from retrieval.corpus.passages import Scope
from retrieval.types import Answer, Hit, Results, Turn

if TYPE_CHECKING:
    from bot.app.core import Core

BATCH = click.option("--file", "file", type=click.File("rb"), help='JSON lines; "-" reads them here.')
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON alone.")


@click.command()
@click.argument("question", required=False)
@click.option("--summary", is_flag=True, help="Have the chat model sum up the quotes; labelled, and no guidance.")
@click.option("--more", is_flag=True, help="Show the further quotes too.")
@BATCH
@scoped
@AS_JSON
def ask(question: str | None, *, summary: bool, more: bool, file: BinaryIO | None, scope: Scope, as_json: bool) -> int:
    """Answer QUESTION from the indexed guidance, every sentence quoted."""
    _one_of(question, file, "QUESTION")
    with services() as composed:
        _prepare(composed, scope)
        composed.afresh = file is not None
        if file is not None:
            return run_batch(file, lambda item: _answer(composed, item, scope, summary), "question", KEYS)
        answer = _summed_up(composed, composed.answerer.answer(str(question), scope=scope), summary)
        view = AnswerView(answer, ageing=composed.ageing(), more=more)
        if as_json:
            print_json(view.to_json())
        else:
            show(view)
            _show_summary(answer)
        return 1 if answer.status == "failed" else 0


@click.command()
@click.argument("query", required=False)
@click.option("-k", "k", default=10, show_default=True, type=click.IntRange(1, 100), help="How many passages.")
@BATCH
@scoped
@AS_JSON
def search(query: str | None, k: int, file: BinaryIO | None, scope: Scope, as_json: bool) -> int:
    """Show the passages nearest to QUERY. Of those that say nearly the same, the one that stands best."""
    _one_of(query, file, "QUERY")
    with services() as composed:
        _prepare(composed, scope)
        if file is not None:
            return run_batch(
                file,
                lambda item: {"id": item.get("id")} | _found(composed, item["query"], k, scope),
                "query",
                KEYS | {"k"},
            )
        found = _found(composed, str(query), k, scope)
        if as_json:
            print_json(found)
            return 0
        for passage in found["passages"]:
            where = " · ".join(str(part) for part in (passage["path"], passage["section"]) if part)
            also = ", ".join(source["title"] or source["path"] for source in passage.get("also", ()))
            click.echo(
                f"{passage['rank']}. {where}\n   {passage['text']}\n" + (f"   Also in: {also}\n" if also else "")
            )
        return 0


def _prepare(composed: Core, scope: Scope) -> None:
    """Have something to search. Raises SourceUnknown for a scope that names a source there is not."""
    composed.ensure_corpus()
    if scope.sources:
        composed.corpus.check(scope.sources)


def _one_of(text: str | None, file: BinaryIO | None, name: str) -> None:
    if (text is None) == (file is None):
        raise click.UsageError(f"give either {name} or --file")
    if text is not None and not text.strip():
        raise click.UsageError(f"{name} is empty")
    if text is not None and is_broken(text):
        raise click.UsageError(f"{name} is not UTF-8; type it anew, or give it in a file with --file")


def _summed_up(composed: Core, answer: Answer, wanted: bool) -> Answer:
    """The answer, with a summary of its quotes where one is wanted."""
    if not wanted:
        return answer
    from retrieval.model.summary import with_summary

    return with_summary(answer, composed.summariser)


def _show_summary(answer: Answer) -> None:
    if answer.summary is None:
        return
    from bot.views.summaries.model import summary_of

    click.echo()
    show(summary_of(answer, answer.summary))


def _answer(composed: Core, item: dict[str, Any], scope: Scope, summary: bool) -> dict[str, Any]:
    context = item.get("context") or []
    good = isinstance(context, list) and all(
        isinstance(t, dict) and t.get("role") in ("user", "assistant") and isinstance(t.get("text"), str)
        for t in context
    )
    if not good:
        return {
            "id": item.get("id"),
            "status": "failed",
            "error": '"context" must be a list of {"role": "user" or "assistant", "text"}',
        }
    turns = [Turn(t["role"], t["text"]) for t in context]
    answer = _summed_up(composed, composed.answerer.answer(item["question"], context=turns, scope=scope), summary)
    return {"id": item.get("id")} | AnswerView(answer, ageing=composed.ageing()).to_json()


def _found(composed: Core, query: str, k: int, scope: Scope) -> dict[str, Any]:
    from retrieval.search.folding import fold
    from retrieval.search.succession import yield_to_successors

    # Twice as many as are shown, so that what was folded does not leave gaps.
    results: Results = composed.retriever.search(query, 2 * k, scope)
    shown = fold(yield_to_successors(results.hits))[:k]
    return {"query": query, "passages": [_passage(rank, hit) for rank, hit in enumerate(shown, start=1)]}


def _passage(rank: int, hit: Hit) -> dict[str, Any]:
    passage = hit.passage
    also = [{"source_id": source.source_id, "title": source.title, "path": source.path} for source in hit.also]
    return {
        "rank": rank,
        "score": hit.score,
        "passage_id": passage.passage_id,
        "source_id": passage.source.source_id,
        "title": passage.source.title,
        "kind": passage.source.kind,
        "path": passage.source.path,
        "section": passage.section,
        "locator": passage.locator,
        "page": passage.page,
        "paragraphs": list(passage.paragraphs) or None,
        "text": passage.text,
    } | ({"also": also} if also else {})
