"""The chat model as questions use it: `prompt | model`, within one deadline, one budget and one breaker.

Imported only when a model is set: LangChain costs half a second.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Generic

from prompts.loading import Template
from retrieval import tracing
from retrieval.model.budgets import Budgets
from retrieval.model.client import ChatServer, Said
from retrieval.model.forms import Form, R
from retrieval.model.metering import Meter
from retrieval.model.patience import Breaker, Patience

if TYPE_CHECKING:
    from langchain_core.runnables import Runnable

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 60.0


class Request(Generic[R]):
    """One kind of request to a model: a prompt, and the form of the reply."""

    def __init__(self, template: Template, server: ChatServer, form: Form[R]) -> None:
        from langchain_core.prompts import ChatPromptTemplate

        self._prompt = ChatPromptTemplate.from_messages(list(template.messages))
        self.chain: Runnable[dict[str, str], Said[R]] = self._prompt | server.replying(form)

    def texts(self, values: Mapping[str, str]) -> list[str]:
        """The messages that are sent for these values."""
        return [str(message.content) for message in self._prompt.format_messages(**values)]

    def send(self, values: Mapping[str, str]) -> Said[R]:
        """The reply. Raises ModelFailure."""
        from langsmith import tracing_context

        with tracing_context(enabled=False):
            return self.chain.invoke(dict(values))


class ChatModel:
    """A model on a server, with what its use may cost. Safe to share between threads, and by all that ask it."""

    def __init__(
        self,
        server: ChatServer,
        *,
        budgets: Budgets | None = None,
        deadline: float = DEADLINE_SECONDS,
        timer: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = server.name
        self._server = server
        self._budgets = budgets
        self._deadline = deadline
        self._timer = timer
        self._sleep = sleep
        self._breaker = Breaker(timer)

    @classmethod
    def build(
        cls,
        model: str,
        api_key: str | None,
        base_url: str | None,
        *,
        budgets: Budgets | None = None,
        deadline: float = DEADLINE_SECONDS,
    ) -> ChatModel:
        """For a model named "openai:NAME" (or NAME) on an OpenAI-compatible server; `base_url` None is OpenAI's own.

        Questions are sent to that server alone: LangChain's tracing is switched off for this process.
        """
        tracing.switch_off()
        server = ChatServer(model.removeprefix("openai:"), api_key, base_url, timeout=deadline)
        return cls(server, budgets=budgets, deadline=deadline)

    def request(self, template: Template, form: Form[R]) -> Request[R]:
        """A kind of request to this model."""
        return Request(template, self._server, form)

    def meter(self, person: str | None) -> Meter:
        """What one question of `person` may take."""
        return Meter(
            self._budgets, self._breaker, Patience(self._deadline, timer=self._timer, sleep=self._sleep), person
        )
