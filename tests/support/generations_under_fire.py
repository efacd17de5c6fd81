"""Readers ask while a builder publishes edition after edition and is killed: is every answer right?

Every passage of an edition names it, so an answer that mixes two, or that misses what its edition holds, shows.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

from retrieval.corpus.sources import Corpus, CorpusChange
from retrieval.database import Database
from retrieval.index.generations import Generations
from retrieval.ports import SystemClock
from retrieval.search.retriever import HybridRetriever
from tests.support.corpus import WordEmbedder, document, rule
from tests.support.processes import start, wait

# Between two questions of a reader: all of them together leave the builder half a processor.
PAUSE_SECONDS = 0.02
_EDITION = re.compile(r"edition (\d+)")


@dataclass
class Outcome:
    """What the readers saw, and what was done to the builder."""

    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    editions: list[int] = field(default_factory=list)
    killed: int = 0
    folders: list[str] = field(default_factory=list)


def run(
    url: str, home: Path, *, readers: int, editions: int, kills: int, passages: int, seed: int, grace: timedelta
) -> Outcome:
    """Publish `editions` with `kills` SIGKILLs in the midst of builds, under the eyes of `readers` processes."""
    home.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    _build(url, home, 0, passages, grace)
    asking = [start(_read, url, home, number, passages, grace) for number in range(readers)]
    wait(lambda: all((home / f"reader-{number}.ready").exists() for number in range(readers)), 60)
    killed = 0
    for edition in range(1, editions + 1):
        if killed < kills:
            killed += _kill_while_building(chance, url, home, edition, passages, grace)
        builder = start(_build, url, home, edition, passages, grace)
        builder.join(120)
        assert builder.exitcode == 0, f"the builder of edition {edition} ended with {builder.exitcode}"
    time.sleep(0.5)
    outcome = told(home, asking, killed)
    _sweep(url, home, grace)
    outcome.folders = sorted(path.name for path in (home / "index").iterdir())
    return outcome


def _kill_while_building(
    chance: random.Random, url: str, home: Path, edition: int, passages: int, grace: timedelta
) -> int:
    builder = start(_build, url, home, edition, passages, grace)
    building = home / f"building-{edition}"
    wait(building.exists, 60)
    time.sleep(chance.uniform(0.0, 0.5))
    builder.kill()
    builder.join()
    building.unlink(missing_ok=True)
    return int(builder.exitcode == -9)


def told(home: Path, asking: Sequence[BaseProcess], killed: int) -> Outcome:
    """Stop the readers; what they saw."""
    (home / "stop").touch()
    outcome = Outcome(killed=killed)
    for number, process in enumerate(asking):
        process.join(120)
        assert process.exitcode == 0, f"a reader ended with {process.exitcode}"
        seen = json.loads((home / f"reader-{number}.json").read_text())
        outcome.answers += seen["answers"]
        outcome.wrong += seen["wrong"]
        outcome.failed += seen["failed"]
        outcome.editions.append(seen["edition"])
    return outcome


def _text(edition: int, number: int) -> str:
    return f"{rule(number)} This is edition {edition}."


def _generations(url: str, home: Path, grace: timedelta) -> tuple[Database, Generations, WordEmbedder]:
    database, embedder = Database(url), WordEmbedder()
    return database, Generations(database, home, embedder, SystemClock(), grace=grace), embedder


def _build(url: str, home: Path, edition: int, passages: int, grace: timedelta) -> None:
    database, generations, _ = _generations(url, home, grace)
    texts = [_text(edition, number) for number in range(passages)]
    documents = tuple(document(f"{n}.md", *texts[n::7], content=str(edition)) for n in range(7))
    Corpus(database).apply(CorpusChange(documents), SystemClock().now())
    (home / f"building-{edition}").touch()
    generations.build()
    (home / f"building-{edition}").unlink(missing_ok=True)
    database.close()


def _sweep(url: str, home: Path, grace: timedelta) -> None:
    """What the scheduler does in service: the readers held the last folder but one when its builder swept."""
    database, generations, _ = _generations(url, home, grace)
    generations.sweep(SystemClock().now())
    database.close()


def _read(url: str, home: Path, reader: int, passages: int, grace: timedelta) -> None:
    database, generations, embedder = _generations(url, home, grace)
    retriever = HybridRetriever(generations, embedder)
    chance = random.Random(reader)
    answers, edition = 0, 0
    wrong: list[str] = []
    failed: list[str] = []
    while not (home / "stop").exists():
        time.sleep(PAUSE_SECONDS)
        number = chance.randrange(passages)
        try:
            complaint, edition = _ask(retriever, number, edition)
        except Exception as error:
            failed.append(repr(error))
            continue
        answers += 1
        wrong += [complaint] if complaint else []
        if answers == 1:
            (home / f"reader-{reader}.ready").touch()
    seen = {"answers": answers, "wrong": wrong[:20], "failed": failed[:20], "edition": edition}
    (home / f"reader-{reader}.json").write_text(json.dumps(seen))
    database.close()


def _ask(retriever: HybridRetriever, number: int, edition: int) -> tuple[str | None, int]:
    """A complaint about the answer to a question on rule `number`, and the edition it came from."""
    hits = retriever.search(rule(number), 10).hits
    if not hits:
        return f"nothing found for {number}", edition
    found = {int(match[1]) for hit in hits if (match := _EDITION.search(hit.passage.text))}
    now = max(found)
    if len(found) > 1:
        return f"editions {found} mixed", now
    if now < edition:
        return f"edition {now} after edition {edition}", now
    if hits[0].passage.text != _text(now, number):
        return f"asked for {number}, found {hits[0].passage.text}", now
    if hits[0].dense is None or hits[0].lexical is None:
        return f"only one leg answered for {number}", now
    return None, now
