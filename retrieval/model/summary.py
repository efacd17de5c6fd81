"""A summary that a model words from the quotes of an answer: only when a reader asks for it, and labelled as such."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from prompts.loading import load
from retrieval.answers.law import asks_for_law
from retrieval.model.blocks import as_data, quote_blocks, quoted
from retrieval.model.faithful import keeps_to, leaks
from retrieval.model.forms import SUMMARY, SummaryReply
from retrieval.model.outcomes import TELLINGS, ModelFailure, Outcome
from retrieval.ports import Failure
from retrieval.types import Answer, SummarySentence

if TYPE_CHECKING:
    from retrieval.model.chat import ChatModel

logger = logging.getLogger(__name__)

MOST_SENTENCES = 3
NO_MODEL = "There is no summary: no chat model is set here, or PROVISO_SUMMARY is off."
OF_LAW = "There is no summary: what the law is must be read in its own words."
_MARKS = re.compile(r"\s*\[\d+(?:, ?\d+)*\]")


def may_be_summarised(answer: Answer, of_law: Callable[[str], bool] = asks_for_law) -> bool:
    """Whether a summary may be offered: of quotes that answer, never of what the law is or what a model worded."""
    suited = answer.status == "answered" and bool(answer.citations) and not answer.earlier
    return suited and not of_law(answer.question)


def with_summary(answer: Answer, summariser: Summariser | None, asker: str | None = None) -> Answer:
    """The answer with its summary, or with a note that says why there is none. What has no quotes stays as it is."""
    if answer.status != "answered":
        return answer
    if not may_be_summarised(answer):
        return _noted(answer, OF_LAW)
    if summariser is None:
        return _noted(answer, NO_MODEL)
    summary = summariser.summarise(answer, asker)
    if isinstance(summary, Failure):
        return _noted(answer, f"There is no summary: {summary.note}")
    return replace(answer, summary=summary)


class Summariser:
    """Asks a model for a summary, and keeps of it what holds to the quotes. Safe to share between threads."""

    def __init__(self, chat: ChatModel) -> None:
        self._chat = chat
        self._template = load("summarise")
        self._request = chat.request(self._template, SUMMARY)

    def summarise(self, answer: Answer, asker: str | None = None) -> tuple[SummarySentence, ...] | Failure:
        """At most three sentences, each with the numbers of the citations that it rests on."""
        question = f"<question>{as_data(answer.question)}</question>" if answer.question else ""
        values = {"question": question, "quotes": quote_blocks(answer.citations)}
        try:
            with self._chat.meter(asker) as meter:
                reply = meter.ask(self._request, values)
            return self._kept(reply, answer)
        except ModelFailure as failure:
            return Failure(failure.outcome, TELLINGS[failure.outcome].note)

    def _kept(self, reply: SummaryReply, answer: Answer) -> tuple[SummarySentence, ...]:
        """The sentences that keep to their quotes. Raises ModelFailure: leaked, or unsupported where none does."""
        instructions = " ".join(text for _, text in self._template.messages)
        everything = " ".join([answer.question, *(quoted(citation) for citation in answer.citations)])
        if any(leaks(sentence.text, instructions, everything) for sentence in reply.sentences):
            raise _named("leaked")
        kept = tuple(_supported(reply, answer, f"{_lower(answer.question)} {_lower(instructions)}"))
        logger.info("model: %d of %d sentences of a summary kept", len(kept), len(reply.sentences))
        if not kept:
            raise _named("unsupported")
        return kept[:MOST_SENTENCES]


def _supported(reply: SummaryReply, answer: Answer, common: str) -> Iterator[SummarySentence]:
    quotes = {citation.n: quoted(citation) for citation in answer.citations}
    for sentence in reply.sentences:
        text = " ".join(_MARKS.sub("", sentence.text).split())
        numbers = tuple(dict.fromkeys(sentence.quotes))
        if numbers and quotes.keys() >= set(numbers):
            evidence = " ".join(quotes[n] for n in numbers)
            if keeps_to(text, evidence, common):
                yield SummarySentence(text, numbers)


def _lower(text: str) -> str:
    """The words of a text that are no names: those without a capital."""
    return " ".join(word for word in text.split() if word == word.lower())


def _named(outcome: Outcome) -> ModelFailure:
    logger.info("model: %s", outcome)
    return ModelFailure(outcome)


def _noted(answer: Answer, note: str) -> Answer:
    return replace(answer, note=f"{answer.note} {note}" if answer.note else note)
