"""Answers worded by a model and held to their sources: retriever | prompt | model | grounding, else extractive.

Imported only when a model is set: LangChain costs half a second.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from prompts.loading import load
from retrieval import tracing
from retrieval.answers.composing import Drafted, answered
from retrieval.documents import Passage
from retrieval.model.budgets import Budgets
from retrieval.model.cache import AnswerCache, for_keeping, for_this_request
from retrieval.model.client import ChatServer, Said
from retrieval.model.grounding import Checked, Claims, Dropped, check, quoted_instead
from retrieval.model.metering import Meter
from retrieval.model.outcomes import TELLINGS, ModelFailure
from retrieval.model.patience import Breaker, Patience
from retrieval.types import Answer

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage
    from langchain_core.prompt_values import PromptValue
    from langchain_core.runnables import Runnable

    from retrieval.answering import Found
    from retrieval.answers.questions import Asked

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 60.0
PASSAGES_OFFERED = 8
MAX_CLAIMS = 5
MAX_CLAIMS_WITH_PARTS = 8
INSTEAD = "What follows are the sources' own sentences."
_OWN_BLOCKS = re.compile(r"<(?=\s*/?\s*(?:passage|question)\b)", re.IGNORECASE)

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Reply:
    """What there is to ground: a model's claims, said now or kept from before."""

    claims: Claims
    recalled: bool = False


class ModelAnswerer:
    """Implements `answering.ModelAnswering`. Whatever the server does, an answer comes within the deadline."""

    def __init__(
        self,
        server: ChatServer,
        *,
        budgets: Budgets | None = None,
        cache: AnswerCache | None = None,
        deadline: float = DEADLINE_SECONDS,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        new_mark: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        from langchain_core.prompts import ChatPromptTemplate

        template = load("answer")
        self.name = server.name
        self._server = server
        self._budgets = budgets
        self._cache = cache
        self._prompt = ChatPromptTemplate.from_messages(list(template.messages))
        self._prompt_again = self._prompt + ChatPromptTemplate.from_messages(list(load("form").messages))
        self._repair = load("repair")
        self._written_by = f"{server.name}, prompt {template.version}.{self._repair.version}"
        self._breaker = Breaker(timer)
        self._new_patience = partial(Patience, deadline, timer=timer, sleep=sleep)
        self._new_mark = new_mark

    @classmethod
    def build(
        cls,
        model: str,
        api_key: str | None,
        base_url: str | None,
        *,
        budgets: Budgets | None = None,
        cache: AnswerCache | None = None,
        deadline: float = DEADLINE_SECONDS,
    ) -> ModelAnswerer:
        """For a model named "openai:NAME" (or NAME) on an OpenAI-compatible server; `base_url` None is OpenAI's own.

        Questions are sent to that server alone: LangChain's tracing is switched off for this process.
        """
        tracing.switch_off()
        server = ChatServer(model.removeprefix("openai:"), api_key, base_url, timeout=deadline)
        return cls(server, budgets=budgets, cache=cache, deadline=deadline)

    def answer(
        self,
        asked: Asked,
        retrieve: Callable[[Asked], Found],
        extract: Callable[[Found], Answer],
        abstain: Callable[[Found], Answer],
    ) -> Answer:
        """The grounded answer, `abstain`'s where the model finds nothing covered, `extract`'s where it fails."""
        from langsmith import tracing_context

        with (
            tracing_context(enabled=False),
            Meter(self._budgets, self._breaker, self._new_patience(), asked.asker) as meter,
        ):
            return self.chain(retrieve, extract, abstain, meter).invoke(asked)

    def chain(
        self,
        retrieve: Callable[[Asked], Found],
        extract: Callable[[Found], Answer],
        abstain: Callable[[Found], Answer],
        meter: Meter,
    ) -> Runnable[Asked, Answer]:
        """The whole of it as one Runnable; `meter` bounds and counts what it takes."""
        from langchain_core.runnables import RunnableAssign, RunnableLambda, RunnableParallel

        model = self._server.runnable

        def metered(prompt: PromptValue) -> Said:
            return meter.spend(_texts(prompt), lambda: model.invoke(prompt))

        retriever = RunnableLambda(retrieve) | RunnableLambda(_as_state)
        reply = RunnableParallel(reply=RunnableLambda(partial(self._asked, RunnableLambda(metered))))
        worded = (
            RunnableLambda(self._offer) | RunnableAssign(reply) | RunnableLambda(partial(self._ground, abstain, meter))
        )
        instead = RunnableLambda(partial(_instead, extract))
        return retriever | worded.with_fallbacks(
            [instead], exceptions_to_handle=(ModelFailure,), exception_key="failure"
        )

    def _offer(self, state: State) -> State:
        """What the prompt is filled with, and what the reply will be held to."""
        found: Found = state["found"]
        hits = found.results.hits[:PASSAGES_OFFERED]
        if not hits:
            raise ModelFailure("nothing_found")
        offered = {f"S{n}": hit.passage for n, hit in enumerate(hits, 1)}
        asked = found.asked
        mark = self._new_mark()
        values = {
            "question": _as_data(asked.query if asked.follow_up else asked.question),
            "passages": _blocks(offered),
            "mark": mark,
        }
        return {"found": found, "offered": offered, "values": values, "mark": mark, "key": self._key(found)}

    def _key(self, found: Found) -> str | None:
        if self._cache is None or not found.results.generation:
            return None
        return self._cache.key(found.asked, found.results.generation, self._written_by)

    def _asked(self, model: Runnable[PromptValue, Said], state: State) -> Reply:
        """What was kept for this question, as far as it still stands up; else what the model says now."""
        kept = self._cache.find(state["key"]) if self._cache and state["key"] else None
        recalled = None if kept is None else for_this_request(kept, state["offered"])
        if recalled is not None and not check(recalled.claims, state["offered"]).dropped:
            logger.info("model answer: kept from before")
            return Reply(recalled, recalled=True)
        return Reply(self._said(model, state))

    def _said(self, model: Runnable[PromptValue, Said], state: State) -> Claims:
        """The first reply. One more try where it was not in the form asked for, and, with the better half of the
        passages, where they were too long for the model."""
        ask = self._prompt | model
        try:
            said = ask.invoke(state["values"])
        except ModelFailure as failure:
            offered: dict[str, Passage] = state["offered"]
            if failure.outcome == "malformed":
                said = (self._prompt_again | model).invoke(state["values"])
            elif failure.outcome == "too_long" and len(offered) > 1:
                half = dict(list(offered.items())[: len(offered) // 2])
                said = ask.invoke(state["values"] | {"passages": _blocks(half)})
            else:
                raise
        return _faithful(said, state)

    def _ground(self, abstain: Callable[[Found], Answer], meter: Meter, state: State) -> Answer:
        """The claims that stand up, after one repair of those that do not; what is beyond repair is quoted instead.

        Raises ModelFailure when none stands up.
        """
        reply: Reply = state["reply"]
        found: Found = state["found"]
        if not reply.claims.covered:
            self._keep(state, [])
            return replace(abstain(found), mode="model", model=self.name)
        checked = check(reply.claims.claims, state["offered"])
        kept = [*checked.kept]
        if checked.dropped:
            kept += self._repaired(meter, state, checked)
        logger.info("model answer: %d claims kept, %d dropped", len(kept), len(checked.dropped))
        if not kept:
            logger.info("model: unsupported")
            raise ModelFailure("unsupported")
        kept += quoted_instead(checked.dropped, kept)
        self._keep(state, kept)
        limit = MAX_CLAIMS if len(found.asked.parts) == 1 else MAX_CLAIMS_WITH_PARTS
        return answered(found.asked.question, kept[:limit], model=self.name)

    def _keep(self, state: State, drafts: Sequence[Drafted]) -> None:
        if self._cache is not None and state["key"] and not state["reply"].recalled:
            self._cache.keep(state["key"], state["found"].results.generation, for_keeping(drafts))

    def _repaired(self, meter: Meter, state: State, checked: Checked) -> list[Drafted]:
        """What one repair request brings beyond the claims kept; a failure of it loses nothing."""
        from langchain_core.messages import AIMessage, HumanMessage

        ((_, text),) = self._repair.filled(failures=_failures(checked.dropped))
        messages: list[BaseMessage] = [
            *self._prompt.format_messages(**state["values"]),
            AIMessage(state["reply"].claims.model_dump_json()),
            HumanMessage(text),
        ]
        try:
            said = meter.spend([str(m.content) for m in messages], lambda: self._server.claims(messages))
            mended = _faithful(said, state)
        except ModelFailure:
            return []
        known = {draft.text for draft in checked.kept}
        again = check(mended.claims, state["offered"]).kept if mended.covered else ()
        return [draft for draft in again if draft.text not in known]


def _as_state(found: Found) -> State:
    return {"found": found}


def _texts(prompt: PromptValue) -> list[str]:
    return [str(message.content) for message in prompt.to_messages()]


def _faithful(said: Said, state: State) -> Claims:
    """The claims, unless they give away the mark that no reply may hold: then something else than us steers them."""
    if state["mark"] in said.claims.model_dump_json():
        logger.info("model: leaked")
        raise ModelFailure("leaked")
    return said.claims


def _instead(extract: Callable[[Found], Answer], state: State) -> Answer:
    """The extractive answer, with a word on why the model has none."""
    answer = extract(state["found"])
    cause = TELLINGS[state["failure"].outcome].note
    if cause is None:
        return answer
    note = f"{cause} {INSTEAD}" if answer.status == "answered" else cause
    return replace(answer, text=f"{note}\n{answer.text}", note=note)


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
