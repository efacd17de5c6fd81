"""What one question may take of the model: its time, its person's turn, and tokens counted around each call."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING

from retrieval.model.budgets import Budgets, Reservation, estimate
from retrieval.model.client import REPLY_TOKENS, Said
from retrieval.model.forms import R
from retrieval.model.outcomes import ModelFailure, Outcome, Usage
from retrieval.model.patience import Breaker, Patience

if TYPE_CHECKING:
    from retrieval.model.chat import Request

logger = logging.getLogger(__name__)

_NOTHING = Usage(0, 0)
# A server that never began to write charges nothing; whatever else goes wrong may have been charged.
_FREE: frozenset[Outcome] = frozenset(
    {"rate_limited", "server_error", "unreachable", "unauthorized", "no_such_model", "rejected", "too_long"}
)


class Meter:
    """The calls of one question. Use it as a context: at its end the person's turn is over."""

    def __init__(self, budgets: Budgets | None, breaker: Breaker, patience: Patience, person: str | None) -> None:
        self._budgets = budgets
        self._breaker = breaker
        self._patience = patience
        self._person = person
        self._under_way = ExitStack()
        self._begun = False

    def __enter__(self) -> Meter:
        return self

    def __exit__(self, *_: object) -> None:
        self._under_way.close()

    def ask(self, request: Request[R], values: Mapping[str, str]) -> R:
        """The reply to a request with these values. Raises ModelFailure, named in the log."""
        usage = estimate(request.texts(values), REPLY_TOKENS)
        try:
            self._begin(usage)
            said = self._patience.spend(lambda: self._counted(usage, lambda: request.send(values)))
        except ModelFailure as failure:
            logger.info("model: %s", failure.outcome)
            self._breaker.note(failure)
            raise
        self._breaker.note(None)
        return said.reply

    def _begin(self, usage: Usage) -> None:
        self._breaker.check()
        if not self._begun and self._budgets is not None:
            # Whoever has nothing left costs a read and no more.
            self._budgets.check(self._person, usage)
            self._under_way.enter_context(self._budgets.turn(self._person, self._patience.left))
        self._begun = True

    def _counted(self, usage: Usage, call: Callable[[], Said[R]]) -> Said[R]:
        if self._budgets is None:
            return call()
        reservation = self._budgets.reserve(self._person, usage)
        try:
            said = call()
        except ModelFailure as failure:
            self._settle(reservation, failure.usage or (_NOTHING if failure.outcome in _FREE else reservation.usage))
            raise
        # A server that does not count is counted for.
        reply = estimate([said.reply.model_dump_json()], 0).prompt
        self._settle(reservation, said.usage or Usage(reservation.usage.prompt, reply))
        return said

    def _settle(self, reservation: Reservation, usage: Usage) -> None:
        if self._budgets is not None:
            self._budgets.settle(reservation, Usage(max(0, usage.prompt), max(0, usage.reply)))
