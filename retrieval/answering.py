"""Bring a question to exactly one end: refused, answered, abstained, or failed with a reference."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retrieval.answers import abstention
from retrieval.answers.composing import MOST_SHOWN, compose, related
from retrieval.answers.evidence import Evidence, weigh, words_met
from retrieval.answers.extractive import choose
from retrieval.answers.following import added_not_found, together
from retrieval.answers.located import located
from retrieval.answers.questions import Asked, mended, points_back, put_otherwise, understand
from retrieval.answers.sentences import Candidate, SentenceRanker
from retrieval.corpus.passages import PUBLIC, Passage, Scope
from retrieval.limits import QUESTION, too_long
from retrieval.ports import Embedder, Failure, Pointer, Selection
from retrieval.screening.addressing import without_addressees
from retrieval.screening.refusal import Kind, refused_as
from retrieval.search.glossary import Glossary
from retrieval.search.succession import overtaken, yield_to_successors
from retrieval.text.places import asked_places
from retrieval.text.tokens import tokens
from retrieval.text.wording import words
from retrieval.types import Answer, Failing, Results, Turn

if TYPE_CHECKING:
    from retrieval.model.selecting import ModelSelector
    from retrieval.search.retriever import HybridRetriever

logger = logging.getLogger(__name__)

HITS = 10
# A part of a question is named as not answered only where it plainly is: log-odds of about one to three.
PART_LACKING = -1.0
INSTEAD = "The program chose the sentences in its place."
ABOUT = (
    "I answer questions about partnered military operations from an indexed guidance corpus, and every sentence I give "
    "is quoted from a source you can open. Where the guidance does not cover a question I say so. For example: What "
    "should we assess before supporting a partner? When should support be suspended? What safeguards apply to "
    "intelligence sharing?"
)
POINTED = "This is not a question to the guidance. Here is where it leads:"


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found for a question, and how strong the evidence is; `missing` are places that nothing is at."""

    asked: Asked
    results: Results
    ranked: Sequence[Candidate]
    evidence: Evidence
    missing: tuple[str, ...] = ()

    @property
    def passages(self) -> list[Passage]:
        """The passages found, best first."""
        return [hit.passage for hit in self.results.hits]


class Timings:
    """Milliseconds spent in each stage, measured with a timer in seconds."""

    def __init__(self, timer: Callable[[], float]) -> None:
        self._timer = timer
        self._started = self._last = timer()
        self._stages: dict[str, float] = {}

    def mark(self, stage: str) -> None:
        """Add the time since the last mark to `stage`."""
        now = self._timer()
        self._stages[stage] = round(self._stages.get(stage, 0.0) + 1000 * (now - self._last), 2)
        self._last = now

    def total(self) -> dict[str, float]:
        """Return the time of each stage and the total."""
        return {**self._stages, "total": round(1000 * (self._timer() - self._started), 2)}


class Answerer:
    """Brings a question to its one end, with a language model if given. Safe to share between threads."""

    def __init__(
        self,
        searcher: HybridRetriever,
        embedder: Embedder | None = None,
        selector: ModelSelector | None = None,
        timer: Callable[[], float] = time.perf_counter,
        new_reference: Callable[[], str] = lambda: uuid.uuid4().hex[:8],
        *,
        glossary: Glossary | None = None,
        pointer: Pointer | None = None,
    ) -> None:
        self._searcher = searcher
        self._pointer = pointer
        self._ranker = SentenceRanker(embedder)
        self._selector = selector
        self._glossary = glossary
        self._timer = timer
        self._new_reference = new_reference

    def answer(
        self,
        question: str,
        *,
        context: Sequence[Turn] = (),
        id: str | None = None,
        asker: str | None = None,
        scope: Scope = PUBLIC,
    ) -> Answer:
        """Answer a question. Never raises: an unexpected error becomes `failed` with a reference, which is logged."""
        timings = Timings(self._timer)
        try:
            said = without_addressees(question)
            answer = _unsearched(said) or self._answer(
                replace(understand(said, context), scope=scope, asker=asker), timings
            )
        except Exception as error:
            answer = self._failed(question, error)
        return replace(answer, id=id, question=question, timings_ms=timings.total())

    def find(self, question: str, *, context: Sequence[Turn] = (), scope: Scope = PUBLIC) -> Found:
        """Search for a question and weigh the evidence, whether or not it would be answered."""
        return self._find(replace(understand(question, context), scope=scope), Timings(self._timer))

    def _answer(self, asked: Asked, timings: Timings) -> Answer:
        refusal = refused_as(asked)
        timings.mark("screen")
        if refusal is not None:
            return self._refused(asked, refusal, timings)
        offers = tuple(self._pointer.point(asked.question)) if self._pointer else ()
        if offers:
            text = ABOUT if offers[0].kind == "help" else POINTED
            return Answer(asked.question, "pointed", text, offers=offers, reason=offers[0].kind)
        found = self._find(asked, timings)
        answer = self._offered(found, self._select(found))
        if found.missing and answer.status == "answered":
            named = " and ".join(f"“{name}”" for name in found.missing)
            answer = replace(answer, note=f"Not found in the indexed documents: {named}. Nothing is quoted for it.")
        timings.mark("answer" if self._selector is None else "model")
        return replace(answer, generation=found.results.generation or None)

    def _select(self, found: Found) -> Answer:
        """The answer of the sentences that the model chose, or of those the program chooses where it chose none."""
        if self._selector is None or not found.results.hits or found.evidence.unnamed or found.evidence.unplaced:
            return self._extract(found)
        selection = self._selector.select(found.asked, found.passages, found.results.generation)
        if isinstance(selection, Failure):
            answer = self._extract(found)
            note = f"{selection.note} {INSTEAD}" if answer.status == "answered" else selection.note
            return replace(answer, note=note, reason="law" if answer.reason == "law" else selection.outcome)
        if asked_places(found.asked.question):
            there = {(c.hit.passage.passage_id, c.position) for c in found.ranked}
            selection = Selection(tuple(c for c in selection.chosen if (c.passage.passage_id, c.position) in there))
        composed = self._composed(found, selection, model=self._selector.name)
        return composed or replace(abstain(found), mode="model", model=self._selector.name)

    def _extract(self, found: Found) -> Answer:
        """The answer of sentences that the program chooses, or why there is none."""
        if not abstention.covered(found.evidence):
            return abstain(found)
        choice = choose(found.asked, found.ranked, self._unanswered(found))
        return self._composed(found, choice.selection, firm=choice.firm) or abstain(found)

    def _unanswered(self, found: Found) -> frozenset[int]:
        """The parts of the question, from 1, that nothing found answers; none where that would be all of them.

        A part that points back ("why is that?") says too little by itself to be judged.
        """
        parts = found.asked.parts
        if len(parts) == 1:
            return frozenset()
        judged = enumerate(parts, 1)
        lacking = {n for n, part in judged if not points_back(part) and self._odds(found, part) < PART_LACKING}
        return frozenset(lacking) if len(lacking) < len(parts) else frozenset()

    def _odds(self, found: Found, part: str) -> float:
        """The log-odds that what was found for the whole question covers a part of it."""
        stems = set(tokens(part))
        asked = replace(found.asked, question=part, query=part, parts=(part,), names=None, follow_up=False)
        terms = {term: weight for term, weight in found.results.terms.items() if term in stems}
        results = replace(found.results, query=part, terms=terms)
        return abstention.log_odds(self._weighed(asked, results, self._ranker.rank(asked, results)).evidence)

    def _weighed(self, asked: Asked, results: Results, ranked: Sequence[Candidate]) -> Found:
        """What was found, as far as it is at the places that are asked for, and the evidence of it."""
        there = located(asked, results, ranked)
        evidence = weigh(asked, there.results, there.ranked)
        unplaced = () if there.ranked else there.missing
        evidence = replace(evidence, unplaced=unplaced, placed=there.placed)
        return Found(asked, there.results, there.ranked, evidence, there.missing)

    def _composed(
        self, found: Found, selection: Selection, *, firm: int = MOST_SHOWN, model: str | None = None
    ) -> Answer | None:
        """The answer that quotes a selection; None where nothing can be quoted."""
        return compose(found.asked, selection, found.passages, beside=self._searcher.beside, firm=firm, model=model)

    def _offered(self, found: Found, answer: Answer) -> Answer:
        """The answer with what may be offered under it; nothing is offered where a question is of another field."""
        if self._pointer is None or (answer.status == "abstained" and abstention.foreign(found.evidence)):
            return answer
        cited = {citation.passage_id for citation in answer.citations}
        offer = self._pointer.offer(found.asked.question, [p for p in found.passages if p.passage_id in cited])
        return replace(answer, offers=(offer,) if offer else ())

    def _find(self, asked: Asked, timings: Timings) -> Found:
        """Search for the question; if too little was found, without what only leads up to it, and with corrected
        spelling."""
        found = self._in_their_words(self._look(asked, timings), timings)
        alone = " ".join(asked.parts)
        if not abstention.covered(found.evidence) and not asked.follow_up and len(alone) < len(asked.query):
            without = self._look(replace(asked, query=alone), timings)
            found = without if abstention.covered(without.evidence) else found
        if not abstention.covered(found.evidence):
            vocabulary = {word for hit in found.results.hits for word in words(hit.passage.text)}
            again = mended(found.asked, vocabulary)
            found = found if again is None else _furthest(found, self._look(again, timings))
        # However it was put to find more, what was asked is what the reader is told of.
        return replace(found, asked=asked)

    def _in_their_words(self, found: Found, timings: Timings) -> Found:
        """Search with short forms and synonyms as the sources write them; keep the result with more evidence."""
        if self._glossary is None:
            return found
        text = " ".join(hit.passage.indexed_text for hit in found.results.hits)
        readings = self._glossary.readings(found.asked.query, text)
        return _furthest(found, *(self._look(put_otherwise(found.asked, each), timings) for each in readings))

    def _look(self, asked: Asked, timings: Timings) -> Found:
        results = self._searcher.search(asked.query, HITS, asked.scope)
        if asked.follow_up:
            results = together(results, self._searcher.search(asked.question, HITS, asked.scope))
        # A superseded text ranks below a successor that says nearly the same.
        results = replace(results, hits=tuple(yield_to_successors(results.hits)))
        timings.mark("retrieve")
        ranked = self._ranker.rank(asked, results)
        past = overtaken([(candidate.hit.passage.source, candidate.text) for candidate in ranked])
        ranked = [candidate for place, candidate in enumerate(ranked) if place not in past]
        timings.mark("rank")
        found = self._weighed(asked, results, ranked)
        return replace(found, evidence=replace(found.evidence, added=self._added_met(asked, results)))

    def _added_met(self, asked: Asked, results: Results) -> float | None:
        """Score how well the results match the words that a follow-up adds; None when one of those words was found.

        The score compares meaning. Without an embedder it is 0.
        """
        added = added_not_found(asked, results)
        if not added:
            return None
        alone = replace(asked, query=" ".join(asked.parts), follow_up=False)
        return words_met(self._ranker.rank(alone, replace(results, terms=added))) or 0.0

    def _refused(self, asked: Asked, kind: Kind, timings: Timings) -> Answer:
        nearest = related(self._searcher.search(kind.related, HITS, asked.scope).hits)
        timings.mark("retrieve")
        return Answer(asked.question, "refused", kind.text, nearest=nearest, reason=kind.name)

    def _failed(self, question: str, error: Exception) -> Answer:
        reference = self._new_reference()
        # Log only the type: messages and tracebacks of libraries may contain the question.
        logger.error("answering failed: reference %s, %s", reference, type(error).__name__)
        text = (
            "Something went wrong on my side, and there is no answer. Next step: ask again; if it fails again, give "
            f"your administrator the reference {reference}."
        )
        return Answer(question, "failed", text, reason="failed", error=Failing(reference, text))


def _furthest(*found: Found) -> Found:
    """Return the result with the most evidence; the first one of equals."""
    return max(found, key=lambda each: abstention.log_odds(each.evidence))


def abstain(found: Found) -> Answer:
    """Say that the guidance does not cover the question. Show the nearest passages unless the subject is foreign."""
    question = found.asked.question
    if not found.results.generation:
        return Answer(question, "abstained", abstention.NOTHING_INDEXED, reason="nothing_indexed")
    apart = abstention.foreign(found.evidence) or found.evidence.unplaced
    nearest = () if apart else related(found.results.hits)
    text, reason = abstention.not_covered(question, found.evidence), abstention.reason(question, found.evidence)
    return Answer(question, "abstained", text, nearest=nearest, reason=reason)


def _unsearched(question: str) -> Answer | None:
    """Return the reply to an empty question or one that is too long; None for a question to search."""
    if not question.strip():
        text = "There is no question here. Next step: ask one about partnered operations in a sentence."
        return Answer(question, "abstained", text, reason="empty")
    if len(question) > QUESTION:
        return Answer(question, "refused", too_long(len(question)), reason="too_long")
    return None
