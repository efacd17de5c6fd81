"""Answers worded by a model and held to their sources: retriever | prompt | model | grounding, else extractive.

Imported only when a model is set: LangChain costs half a second.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from prompts.loading import load
from retrieval import tracing
from retrieval.answers.composing import Drafted, answered
from retrieval.model.client import ChatServer, ModelFailure, Patience
from retrieval.model.grounding import Checked, Claims, Dropped, check
from retrieval.types import Answer, Passage

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.runnables import Runnable

    from retrieval.answering import Found
    from retrieval.answers.questions import Asked

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 60.0
PASSAGES_OFFERED = 8
MAX_CLAIMS = 5
MAX_CLAIMS_WITH_PARTS = 8
_OWN_BLOCKS = re.compile(r"<(?=\s*/?\s*(?:passage|question)\b)", re.IGNORECASE)


class ModelAnswerer:
    """Implements `answering.ModelAnswering`. Whatever the server does, an answer comes within the deadline."""

    def __init__(
        self,
        server: ChatServer,
        *,
        deadline: float = DEADLINE_SECONDS,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        from langchain_core.prompts import ChatPromptTemplate

        self.name = server.name
        self._server = server
        self._prompt = ChatPromptTemplate.from_messages(list(load("answer").messages))
        self._repair = load("repair")
        self._new_patience = partial(Patience, deadline, timer=timer, sleep=sleep)

    @classmethod
    def build(
        cls, model: str, api_key: str | None, base_url: str | None, *, deadline: float = DEADLINE_SECONDS
    ) -> ModelAnswerer:
        """For a model named "openai:NAME" (or NAME) on an OpenAI-compatible server; `base_url` None is OpenAI's own.

        Questions are sent to that server alone: LangChain's tracing is switched off for this process.
        """
        tracing.switch_off()
        return cls(ChatServer(model.removeprefix("openai:"), api_key, base_url, timeout=deadline), deadline=deadline)

    def answer(
        self,
        asked: Asked,
        retrieve: Callable[[Asked], Found],
        extract: Callable[[Found], Answer],
        abstain: Callable[[Found], Answer],
    ) -> Answer:
        """The grounded answer, `abstain`'s where the model finds nothing covered, `extract`'s where it fails."""
        from langsmith import tracing_context

        with tracing_context(enabled=False):
            return self.chain(retrieve, extract, abstain).invoke(asked)

    def chain(
        self,
        retrieve: Callable[[Asked], Found],
        extract: Callable[[Found], Answer],
        abstain: Callable[[Found], Answer],
    ) -> Runnable[Asked, Answer]:
        """The whole of it as one Runnable."""
        from langchain_core.runnables import RunnableAssign, RunnableLambda, RunnableParallel

        ask = self._prompt | self._server.runnable

        def asking(state: dict[str, Any]) -> Claims:
            return _patiently(ask, state)

        def grounding(state: dict[str, Any]) -> Answer:
            return self._ground(state, abstain)

        worded = (
            RunnableLambda(self._offer)
            | RunnableAssign(RunnableParallel(reply=RunnableLambda(asking)))
            | RunnableLambda(grounding)
        )
        return RunnableLambda(retrieve) | worded.with_fallbacks(
            [RunnableLambda(extract)], exceptions_to_handle=(ModelFailure,)
        )

    def _offer(self, found: Found) -> dict[str, Any]:
        """The state of one question: what the prompt is filled with, and what the reply will be held to."""
        hits = found.results.hits[:PASSAGES_OFFERED]
        if not hits:
            raise _noted(ModelFailure("nothing_found"))
        offered = {f"S{n}": hit.passage for n, hit in enumerate(hits, 1)}
        asked = found.asked
        return {
            "found": found,
            "offered": offered,
            "question": _as_data(asked.query if asked.follow_up else asked.question),
            "passages": _blocks(offered),
            "patience": self._new_patience(),
        }

    def _ground(self, state: Mapping[str, Any], abstain: Callable[[Found], Answer]) -> Answer:
        """The claims that stand up, after one repair of those that do not. Raises ModelFailure when none does."""
        reply: Claims = state["reply"]
        found: Found = state["found"]
        if not reply.covered:
            return replace(abstain(found), mode="model", model=self.name)
        checked = check(reply.claims, state["offered"])
        kept = [*checked.kept]
        if checked.dropped:
            kept += self._repaired(state, reply, checked)
        logger.info("model answer: %d claims kept, %d dropped", len(kept), len(checked.dropped))
        if not kept:
            raise _noted(ModelFailure("unsupported"))
        limit = MAX_CLAIMS if len(found.asked.parts) == 1 else MAX_CLAIMS_WITH_PARTS
        return answered(found.asked.question, kept[:limit], model=self.name)

    def _repaired(self, state: Mapping[str, Any], reply: Claims, checked: Checked) -> list[Drafted]:
        """What one repair request brings beyond the claims kept; a failure of it loses nothing."""
        from langchain_core.messages import AIMessage, HumanMessage

        ((_, text),) = self._repair.filled(failures=_failures(checked.dropped))
        messages: list[BaseMessage] = [
            *self._prompt.format_messages(question=state["question"], passages=state["passages"]),
            AIMessage(reply.model_dump_json()),
            HumanMessage(text),
        ]
        try:
            mended = state["patience"].spend(lambda: self._server.claims(messages))
        except ModelFailure as failure:
            _noted(failure)
            return []
        known = {draft.text for draft in checked.kept}
        again = check(mended.claims, state["offered"]).kept if mended.covered else ()
        return [draft for draft in again if draft.text not in known]


def _patiently(ask: Runnable[dict[str, Any], Claims], state: dict[str, Any]) -> Claims:
    """The first reply. Where the passages are too long for the model, once more with the better half of them."""
    patience: Patience = state["patience"]
    try:
        return patience.spend(lambda: ask.invoke(_values(state)))
    except ModelFailure as failure:
        _noted(failure)
        if failure.outcome != "too_long" or len(state["offered"]) < 2:
            raise
    half = dict(list(state["offered"].items())[: len(state["offered"]) // 2])
    state = {**state, "passages": _blocks(half)}
    return patience.spend(lambda: ask.invoke(_values(state)))


def _values(state: Mapping[str, Any]) -> dict[str, Any]:
    return {"question": state["question"], "passages": state["passages"]}


def _noted(failure: ModelFailure) -> ModelFailure:
    logger.info("model: %s", failure.outcome)
    return failure


def _blocks(offered: Mapping[str, Passage]) -> str:
    """The passages as data, each in a block of its own that no text can close."""
    return "\n".join(
        f'<passage id="{name}">\n{_as_data(_headed(passage))}\n</passage>' for name, passage in offered.items()
    )


def _headed(passage: Passage) -> str:
    head = " / ".join(part for part in (passage.source.title, passage.section) if part)
    return f"[{head}]\n{passage.text}" if head else passage.text


def _as_data(text: str) -> str:
    return _OWN_BLOCKS.sub("‹", text)


def _failures(dropped: Sequence[Dropped]) -> str:
    return "\n".join(f"- {_as_data(claim.text)!r}: {claim.reason}" for claim in dropped)
