"""Readers ask while small changes are applied one upon the other and the builder is killed: is every answer right?

What every document is at each edition follows from a seed, so a reader that learns the edition from a hit (the herald
names it) knows what each of the other hits has to be.
"""

from __future__ import annotations

import contextlib
import json
import random
import time
from dataclasses import dataclass, replace
from pathlib import Path

from retrieval.corpus.sources import Corpus, CorpusChange, Document
from retrieval.database import Database
from retrieval.errors import DecisionRefused
from retrieval.index import manifest as manifests
from retrieval.index.generations import Generations
from retrieval.ports import SystemClock
from retrieval.search.retriever import HybridRetriever
from retrieval.types import Hit
from tests.support.corpus import WordEmbedder, document, rule
from tests.support.generations_under_fire import PAUSE_SECONDS, Outcome, told
from tests.support.processes import start, wait

A_DOCUMENT, CHANGES = 15, 2
HERALD = "Herald: the town crier tells of edition"


@dataclass(frozen=True)
class Shape:
    """A document at one edition."""

    number: int
    path: str
    revision: int = 0
    decision: str = "active"

    def texts(self) -> list[str]:
        numbers = range(self.number * A_DOCUMENT, (self.number + 1) * A_DOCUMENT)
        return [f"{rule(n)} Revision {self.revision} holds." if n % 5 == 0 else rule(n) for n in numbers]

    def document(self) -> Document:
        return document(self.path, *self.texts(), title="Orders", content=f"1:{self.number}-{self.revision}")


def world(seed: int, edition: int, documents: int) -> list[Shape]:
    """Every document at `edition`."""
    shapes = [Shape(number, f"{number}.md") for number in range(documents)]
    for step in range(1, edition + 1):
        chance = random.Random(f"{seed}-{step}")
        for number in chance.sample(range(documents), CHANGES):
            shapes[number] = _changed(chance, shapes[number], step)
    return shapes


def _changed(chance: random.Random, shape: Shape, step: int) -> Shape:
    match chance.choice(("edit", "move", "withdraw", "supersede", "restore")):
        case "edit":
            return replace(shape, revision=step)
        case "move":
            return replace(shape, path=f"moved-{step}/{shape.number}.md")
        case "withdraw":
            return replace(shape, decision="withdrawn")
        case "supersede":
            return replace(shape, decision="superseded")
        case _:
            return replace(shape, decision="active")


def run(url: str, home: Path, *, readers: int, editions: int, kills: int, documents: int, seed: int) -> Outcome:
    """Publish `editions` upon each other with `kills` SIGKILLs, under the eyes of `readers` processes."""
    home.mkdir(parents=True, exist_ok=True)
    chance = random.Random(seed)
    build(url, home, 0, documents, seed)
    asking = [start(read, url, home, number, documents, seed) for number in range(readers)]
    wait(lambda: all((home / f"reader-{number}.ready").exists() for number in range(readers)), 300)
    killed = 0
    for edition in range(1, editions + 1):
        if killed < kills:
            killed += _kill(chance, url, home, edition, documents, seed)
        builder = start(build, url, home, edition, documents, seed)
        builder.join(240)
        assert builder.exitcode == 0, f"the builder of edition {edition} ended with {builder.exitcode}"
    time.sleep(1)
    return told(home, asking, killed)


def derived(home: Path, editions: int) -> int:
    """How many editions were applied to a copy of the one before."""
    return sum(int((home / f"drift-{edition}").read_text()) > 0 for edition in range(1, editions + 1))


def build(url: str, home: Path, edition: int, documents: int, seed: int) -> None:
    """Bring the corpus to `edition` and publish it; the same again when it was killed on the way."""
    database, clock = Database(url), SystemClock()
    corpus = Corpus(database)
    before, now = (world(seed, max(0, e), documents) for e in (edition - 1, edition))
    wanted = {shape.document().source.source_id for shape in now}
    gone = [id_ for shape in before if (id_ := shape.document().source.source_id) not in wanted]
    herald = document("herald.md", f"{HERALD} {edition} of all.", title="Herald", content=f"1:herald-{edition}")
    corpus.apply(CorpusChange((herald, *(shape.document() for shape in now)), tuple(gone)), clock.now())
    for shape in now:
        _decide(corpus, shape)
    generations = Generations(database, home, WordEmbedder(), clock)
    (home / f"building-{edition}").touch()
    folder = generations.folder(generations.build().id)
    (home / f"building-{edition}").unlink(missing_ok=True)
    (home / f"drift-{edition}").write_text(str(manifests.read(folder).drift))
    database.close()


def _decide(corpus: Corpus, shape: Shape) -> None:
    source = shape.document().source.source_id
    if shape.decision == "withdrawn":
        corpus.withdraw(source)
    elif shape.decision == "superseded":
        corpus.supersede(source)
    else:
        with contextlib.suppress(DecisionRefused):
            corpus.restore(source)


def _kill(chance: random.Random, url: str, home: Path, edition: int, documents: int, seed: int) -> int:
    builder = start(build, url, home, edition, documents, seed)
    wait((home / f"building-{edition}").exists, 300)
    time.sleep(chance.uniform(0.0, 0.6))
    builder.kill()
    builder.join()
    (home / f"building-{edition}").unlink(missing_ok=True)
    return int(builder.exitcode == -9)


def read(url: str, home: Path, reader: int, documents: int, seed: int) -> None:
    """Ask until told to stop, and write down what was seen."""
    database, embedder = Database(url), WordEmbedder()
    retriever = HybridRetriever(Generations(database, home, embedder, SystemClock()), embedder)
    chance = random.Random(reader)
    seen = {"answers": 0, "edition": 0, "wrong": [], "failed": []}
    while not (home / "stop").exists():
        time.sleep(PAUSE_SECONDS)
        number = chance.randrange(documents * A_DOCUMENT)
        try:
            hits = retriever.search(f"{rule(number)} {HERALD}", 40).hits
        except Exception as error:
            seen["failed"] = [*seen["failed"][:20], repr(error)]  # type: ignore[index]
            continue
        complaint, edition = _judge(hits, number, seen["edition"], documents, seed)  # type: ignore[arg-type]
        seen |= {"answers": seen["answers"] + 1, "edition": edition}  # type: ignore[operator]
        seen["wrong"] = [*seen["wrong"][:20], complaint] if complaint else seen["wrong"]  # type: ignore[index]
        (home / f"reader-{reader}.ready").touch()
    (home / f"reader-{reader}.json").write_text(json.dumps(seen))
    database.close()


def _judge(hits: tuple[Hit, ...], number: int, newest: int, documents: int, seed: int) -> tuple[str | None, int]:
    """A complaint about the hits for rule `number`, and the edition they are of."""
    heralds = [hit.passage.text for hit in hits if hit.passage.text.startswith(HERALD)]
    if len(heralds) != 1:
        return f"{len(heralds)} heralds for {number}", newest
    edition = int(heralds[0].removeprefix(HERALD).split()[0])
    if edition < newest:
        return f"edition {edition} after {newest}", edition
    shapes = world(seed, edition, documents)
    for hit in hits:
        complaint = _misfit(hit, shapes, edition)
        if complaint:
            return complaint, edition
    shape = shapes[number // A_DOCUMENT]
    found = any(hit.passage.text == shape.texts()[number % A_DOCUMENT] for hit in hits)
    if found == (shape.decision == "withdrawn"):
        return f"edition {edition}: rule {number} {'found' if found else 'not found'}", edition
    return None, edition


def _misfit(hit: Hit, shapes: list[Shape], edition: int) -> str | None:
    source = hit.passage.source
    if source.path == "herald.md":
        return None
    shape = next((shape for shape in shapes if shape.path == source.path), None)
    if shape is None or hit.passage.text not in shape.texts():
        return f"edition {edition}: {source.path} does not say {hit.passage.text}"
    if (source.status or "active") != shape.decision:
        return f"edition {edition}: {source.path} is {source.status}, not {shape.decision}"
    return None
