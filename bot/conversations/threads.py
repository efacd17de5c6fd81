"""The store of threads: who asked first in each, and its last turns, for as long as they are remembered."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.conversations.tables import ThreadRow, TurnRow
from bot.work.people import person_id
from bot.work.statements import change, insert_once
from bot.work.tables import OutboxRow, PersonRow
from retrieval.database import Database
from retrieval.ports import Clock
from retrieval.types import Turn

MOST_TURNS = 6
MOST_CHARACTERS = 600
# In a direct message outside its threads, what was asked longer ago is another matter.
DIRECT_AGE = timedelta(minutes=30)
_NOTHING = {"question": "", "answer": None, "answer_hash": None}


@dataclass(frozen=True, slots=True)
class Place:
    """A thread of a workspace, by Slack's ids. `thread` is empty for a direct message outside its threads.

    It is the key of a message of ours where the thread stands below that and it was not posted yet.
    """

    team_id: str
    channel: str
    thread: str = ""


class Conversations:
    """Threads and turns in SQL. A thread is live for `age` after its last question; no age: nothing is remembered."""

    def __init__(self, database: Database, clock: Clock, age: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._age = age

    def asked_first(self, place: Place, slack_user: str) -> bool:
        """Whether the thread is live and this person was the first to ask in it."""
        query = (
            select(ThreadRow.thread_id)
            .join(PersonRow, PersonRow.person_id == ThreadRow.asker)
            .where(PersonRow.slack_user == slack_user, ThreadRow.used_at > self._clock.now() - self._age)
        )
        with self._database.read() as session:
            return session.scalar(query.where(*_is(_begun(session, place)))) is not None

    def note(
        self,
        session: Session,
        place: Place,
        *,
        key: str,
        ts: str,
        slack_user: str,
        question: str,
        answer: str | None = None,
    ) -> None:
        """Remember a question as the newest turn of its thread, in the transaction that keeps the question.

        `key` is the key of the post that answers it, now or later.
        """
        if not self._age:
            return
        now, person = self._clock.now(), person_id(session, place.team_id, slack_user)
        thread = self._thread(session, _begun(session, place), person, now)
        values = {"key": key, "thread_id": thread, "person_id": person, "ts": ts, "asked_at": now}
        said = _NOTHING if answer is None else _answered(answer)
        insert_once(session, TurnRow, values | said | {"question": _short(question)})
        newest = select(TurnRow.key).where(TurnRow.thread_id == thread).order_by(TurnRow.ts.desc()).limit(MOST_TURNS)
        kept = session.scalars(newest).all()
        change(session, delete(TurnRow).where(TurnRow.thread_id == thread, TurnRow.key.not_in(kept)))

    def _thread(self, session: Session, place: Place, person: str, now: datetime) -> str:
        values = {"thread_id": str(uuid.uuid4()), "team_id": place.team_id, "channel": place.channel}
        insert_once(session, ThreadRow, values | {"thread_ts": place.thread, "asker": person, "used_at": now})
        change(session, update(ThreadRow).where(*_is(place)).values(used_at=now))
        return session.scalars(select(ThreadRow.thread_id).where(*_is(place))).one()

    def answered(self, key: str, answer: str) -> None:
        """Remember what was answered to a question: in short, and the hash of the whole."""
        with self._database.write() as session:
            change(session, update(TurnRow).where(TurnRow.key == key).values(_answered(answer)))

    def forget(self, key: str) -> None:
        """Erase what a turn said, which was no question to us. It keeps its place, should it be handled once more."""
        with self._database.write() as session:
            change(session, update(TurnRow).where(TurnRow.key == key).values(_NOTHING))

    def before(self, key: str) -> tuple[Turn, ...]:
        """The turns that a question follows, oldest first; none for a question that was not noted."""
        with self._database.read() as session:
            return tuple(said for row in self._earlier(session, key) for said in _said(row))

    def repeats(self, key: str, answer: str) -> bool:
        """Whether a turn that a question follows was answered with these words and no others."""
        with self._database.read() as session:
            return any(row.answer_hash == _hash(answer) for row in self._earlier(session, key))

    def _earlier(self, session: Session, key: str) -> Sequence[TurnRow]:
        query = select(TurnRow, ThreadRow).join(ThreadRow, ThreadRow.thread_id == TurnRow.thread_id)
        found = session.execute(query.where(TurnRow.key == key)).first()
        if found is None:
            return ()
        turn, thread = found
        since = self._clock.now() - (self._age if thread.thread_ts else min(DIRECT_AGE, self._age))
        here = or_(TurnRow.thread_id == thread.thread_id, TurnRow.key.in_(_beginning(thread)))
        earlier = select(TurnRow).where(here, TurnRow.ts < turn.ts, TurnRow.asked_at > since, TurnRow.question != "")
        return session.scalars(earlier.order_by(TurnRow.ts)).all()

    def erase(self, session: Session, now: datetime) -> int:
        """Erase threads that are live no more, and old turns of direct messages outside threads; how many of both."""
        direct, past = ThreadRow.thread_ts == "", now - DIRECT_AGE
        outside = select(ThreadRow.thread_id).where(direct)
        turns = delete(TurnRow).where(TurnRow.thread_id.in_(outside), TurnRow.asked_at <= past)
        over = or_(ThreadRow.used_at <= now - self._age, and_(direct, ThreadRow.used_at <= past))
        return change(session, turns) + change(session, delete(ThreadRow).where(over))


def _short(text: str) -> str:
    """As much of a question or an answer as is remembered."""
    return text[:MOST_CHARACTERS]


def _answered(answer: str) -> dict[str, str]:
    return {"answer": _short(answer), "answer_hash": _hash(answer)}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _begun(session: Session, place: Place) -> Place:
    """The place as it was noted: before the message of ours that a thread stands below had a timestamp, by its key."""
    below = (
        select(ThreadRow.thread_ts)
        .join(OutboxRow, OutboxRow.key == ThreadRow.thread_ts)
        .where(ThreadRow.team_id == place.team_id, ThreadRow.channel == place.channel)
        .where(OutboxRow.slack_ts == place.thread)
    )
    return replace(place, thread=session.scalar(below) or place.thread)


def _is(place: Place) -> tuple[ColumnElement[bool], ...]:
    """Condition: a row is that of the place."""
    return (
        ThreadRow.team_id == place.team_id,
        ThreadRow.channel == place.channel,
        ThreadRow.thread_ts == place.thread,
    )


def _beginning(thread: ThreadRow) -> Select[str]:
    """The keys of what a thread of a direct message stands below: a question outside threads, or its answer."""
    answered = select(OutboxRow.key).where(
        OutboxRow.team_id == thread.team_id,
        OutboxRow.channel == thread.channel,
        OutboxRow.slack_ts == thread.thread_ts,
    )
    return (
        select(TurnRow.key)
        .join(ThreadRow, ThreadRow.thread_id == TurnRow.thread_id)
        .where(*_is(Place(thread.team_id, thread.channel)))
        .where(or_(TurnRow.ts == thread.thread_ts, TurnRow.key.in_(answered)))
    )


def _said(row: TurnRow) -> tuple[Turn, ...]:
    asked = Turn("user", row.question)
    return (asked,) if row.answer is None else (asked, Turn("assistant", row.answer))
