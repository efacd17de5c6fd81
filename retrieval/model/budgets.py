"""What the model may cost, and how often one person may ask it: reserved in SQL before a call, settled after it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from retrieval.database import Database, dialect_insert
from retrieval.model.outcomes import ModelFailure, Outcome, Usage
from retrieval.model.tables import SpendRow, TurnRow
from retrieval.ports import Clock

EVERYBODY = "*"
# English takes four letters to a token and more, other languages fewer: a guess that is rather too high.
BYTES_PER_TOKEN = 3
MESSAGE_TOKENS = 16
HOUR = timedelta(hours=1)
# Sums of days past are of no use once nobody asks about them.
KEPT = timedelta(days=32)
_PRICE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*/\s*(\d+(?:\.\d+)?)\s*\Z")


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in and out, in any currency."""

    prompt: float
    reply: float

    @classmethod
    def parse(cls, text: str) -> Price:
        """From "IN/OUT", such as "2.50/10". Raises ValueError for anything else."""
        found = _PRICE.match(text)
        if not found:
            raise ValueError('a price is written "IN/OUT": what a million tokens of prompt and of reply cost')
        return cls(float(found[1]), float(found[2]))

    def of(self, usage: Usage) -> int:
        """Millionths of the currency, rounded up."""
        return -int(-(usage.prompt * self.prompt + usage.reply * self.reply) // 1)


@dataclass(frozen=True, slots=True)
class Caps:
    """The most of a day, by person and for the installation: tokens, and money in millionths. None is no limit."""

    person_tokens: int | None = None
    tokens: int | None = None
    person_money: int | None = None
    money: int | None = None
    person_per_hour: int = 20
    person_at_once: int = 2


def estimate(messages: Sequence[str], reply_tokens: int) -> Usage:
    """A guess, rather too high, at what these messages and a reply of the greatest length will cost."""
    return Usage(sum(len(m.encode()) // BYTES_PER_TOKEN + MESSAGE_TOKENS for m in messages), reply_tokens)


@dataclass(frozen=True, slots=True)
class Reservation:
    """An estimate that counts as spent until `Budgets.settle` puts the true figure in its place."""

    day: date
    spenders: tuple[str, ...]
    usage: Usage


class Budgets:
    """Sums in SQL that any number of replicas share.

    A sum is only raised by an UPDATE that also holds it below its cap, so no race spends more. What a dead process
    had reserved stays spent, at its estimate; its turns end when their time is over. Days are those of `zone`.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        caps: Caps,
        *,
        zone: str = "UTC",
        price: Price | None = None,
        new_id: Callable[[], str] = lambda: uuid.uuid4().hex,
    ) -> None:
        self._database = database
        self._clock = clock
        self._caps = caps
        self._zone = ZoneInfo(zone)
        self._price = price
        self._new_id = new_id

    @contextmanager
    def turn(self, person: str | None, seconds: float) -> Iterator[None]:
        """One question under way for at most `seconds`. Raises ModelFailure("too_often") past a person's rate."""
        if person is None:
            yield
            return
        turn = self._begin(person, timedelta(seconds=seconds))
        try:
            yield
        finally:
            with self._database.write() as session:
                session.execute(update(TurnRow).where(TurnRow.turn_id == turn).values(until=self._clock.now()))

    def check(self, person: str | None, usage: Usage) -> None:
        """Whether there is room for an estimate just now, at the cost of a read. Raises as `reserve` does."""
        money = self._cost(usage)
        for spender in _spenders(person):
            spent_tokens, spent_money = self.spent(spender)
            token_cap, money_cap = self._caps_of(spender)
            over = token_cap is not None and spent_tokens + usage.prompt + usage.reply > token_cap
            if over or (money_cap is not None and spent_money + money > money_cap):
                raise ModelFailure(_over(spender))

    def reserve(self, person: str | None, usage: Usage) -> Reservation:
        """Count the estimate before the call. Raises ModelFailure: person_budget or daily_budget."""
        reservation = Reservation(self._today, _spenders(person), usage)
        with self._database.write() as session:
            for spender in reservation.spenders:
                self._raise(session, reservation, spender)
        return reservation

    def settle(self, reservation: Reservation, usage: Usage) -> None:
        """Put what the call did cost in the place of its estimate."""
        tokens = usage.prompt + usage.reply - reservation.usage.prompt - reservation.usage.reply
        money = self._cost(usage) - self._cost(reservation.usage)
        with self._database.write() as session:
            # One row after the other, in the order in which `reserve` locks them: otherwise two of these wait for
            # each other on PostgreSQL.
            for spender in reservation.spenders:
                here = (SpendRow.day == reservation.day, SpendRow.spender == spender)
                changed = {"tokens": SpendRow.tokens + tokens, "money": SpendRow.money + money}
                session.execute(update(SpendRow).where(*here).values(**changed))

    def spent(self, spender: str = EVERYBODY) -> tuple[int, int]:
        """Tokens and millionths of money that a spender has used today, reservations included."""
        with self._database.read() as session:
            row = session.get(SpendRow, (self._today, spender))
        return (row.tokens, row.money) if row else (0, 0)

    def sweep(self, now: datetime) -> None:
        """Erase turns older than an hour, and sums older than a month."""
        with self._database.write() as session:
            session.execute(delete(TurnRow).where(TurnRow.began_at < now - HOUR, TurnRow.until < now))
            session.execute(delete(SpendRow).where(SpendRow.day < (now - KEPT).date()))

    @property
    def _today(self) -> date:
        return self._clock.now().astimezone(self._zone).date()

    def _cost(self, usage: Usage) -> int:
        return self._price.of(usage) if self._price else 0

    def _caps_of(self, spender: str) -> tuple[int | None, int | None]:
        if spender == EVERYBODY:
            return self._caps.tokens, self._caps.money
        return self._caps.person_tokens, self._caps.person_money

    def _begin(self, person: str, span: timedelta) -> str:
        now = self._clock.now()
        turn = self._new_id()
        with self._database.write() as session:
            # The person's own row of today is the lock under which two replicas count one after the other.
            self._row(session, self._today, person, lock=True)
            hour = _count(session, person, TurnRow.began_at > now - HOUR)
            at_once = _count(session, person, TurnRow.until > now)
            if hour >= self._caps.person_per_hour or at_once >= self._caps.person_at_once:
                raise ModelFailure("too_often")
            session.add(TurnRow(turn_id=turn, person=person, began_at=now, until=now + span))
        return turn

    def _row(self, session: Session, day: date, spender: str, *, lock: bool = False) -> None:
        """Have the row there, and hold it to the end of the transaction where asked."""
        values = {"day": day, "spender": spender, "tokens": 0, "money": 0}
        session.execute(dialect_insert(session, SpendRow).values(values).on_conflict_do_nothing())
        if lock:
            here = (SpendRow.day == day, SpendRow.spender == spender)
            session.execute(update(SpendRow).where(*here).values(tokens=SpendRow.tokens))

    def _raise(self, session: Session, reservation: Reservation, spender: str) -> None:
        """UPDATE … WHERE spent + estimate <= cap; the exception undoes the transaction."""
        tokens = reservation.usage.prompt + reservation.usage.reply
        money = self._cost(reservation.usage)
        token_cap, money_cap = self._caps_of(spender)
        self._row(session, reservation.day, spender)
        statement = update(SpendRow).where(SpendRow.day == reservation.day, SpendRow.spender == spender)
        if token_cap is not None:
            statement = statement.where(SpendRow.tokens + tokens <= token_cap)
        if money_cap is not None:
            statement = statement.where(SpendRow.money + money <= money_cap)
        raised = statement.values(tokens=SpendRow.tokens + tokens, money=SpendRow.money + money)
        if session.execute(raised.returning(SpendRow.day)).first() is None:
            raise ModelFailure(_over(spender))


def _spenders(person: str | None) -> tuple[str, ...]:
    return (EVERYBODY,) if person is None else (person, EVERYBODY)


def _over(spender: str) -> Outcome:
    return "daily_budget" if spender == EVERYBODY else "person_budget"


def _count(session: Session, person: str, condition: Any) -> int:
    return session.scalar(select(func.count()).select_from(TurnRow).where(TurnRow.person == person, condition)) or 0
