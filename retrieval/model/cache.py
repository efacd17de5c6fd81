"""Selections, stored for the next person who asks the same question. No question and no text is stored."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from retrieval.corpus.passages import Passage
from retrieval.database import Database, dialect_insert
from retrieval.model.tables import CachedRow, SecretRow
from retrieval.ports import Clock, Selected, Selection
from retrieval.text.wording import normal

if TYPE_CHECKING:
    from retrieval.answers.questions import Asked

AGE = timedelta(days=7)
_NAME = "answers"
_SECRET_BYTES = 32


class AnswerCache:
    """Stores selections under a keyed hash of the question and of everything else that led to them.

    The secret of the hash is drawn once and lies in SQL. Without it, nobody can tell from the table whether a guessed
    question was asked.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        age: timedelta = AGE,
        new_secret: Callable[[], bytes] = lambda: secrets.token_bytes(_SECRET_BYTES),
    ) -> None:
        self._database = database
        self._clock = clock
        self._age = age
        self._new_secret = new_secret
        self._known: bytes | None = None

    def key(self, asked: Asked, generation: str, asked_with: str) -> str:
        """The key of a question as it stands in its conversation, for one audience.

        `generation` is the index it is answered from; `asked_with` names the model and the version of its prompt.
        """
        parts = {
            "question": normal(asked.question).casefold(),
            "query": normal(asked.query).casefold(),
            "parts": [normal(part).casefold() for part in asked.parts],
            "turns": [[turn.role, normal(turn.text)] for turn in asked.turns],
            "generation": generation,
            "asked_with": asked_with,
            "scope": asdict(asked.scope),
        }
        return hmac.digest(self._secret(), json.dumps(parts, sort_keys=True, default=sorted).encode(), "sha256").hex()

    def find(self, key: str, passages: Sequence[Passage]) -> Selection | None:
        """The selection under a key, from these passages; None when none is stored, when it is too old, and when one
        of its sentences is not among the passages."""
        with self._database.read() as session:
            row = session.get(CachedRow, key)
        if row is None or row.stored_at <= self._clock.now() - self._age:
            return None
        known = {passage.passage_id: passage for passage in passages}
        if not all(id_ in known and 0 <= at < len(known[id_].sentences) for _, id_, at in row.chosen):
            return None
        return Selection(tuple(Selected(part, known[id_], at) for part, id_, at in row.chosen))

    def keep(self, key: str, generation: str, selection: Selection) -> None:
        """Keep a selection, its passages named by the ids that last. A generation that is gone keeps nothing."""
        values: Mapping[str, Any] = {
            "generation_id": generation,
            "chosen": [[each.part, each.passage.passage_id, each.position] for each in selection.chosen],
            "stored_at": self._clock.now(),
        }
        try:
            with self._database.write() as session:
                statement = dialect_insert(session, CachedRow).values(key=key, **values)
                session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
        except IntegrityError:
            return

    def sweep(self, now: datetime) -> None:
        """Erase what has outlived its age; with a generation its answers go by themselves."""
        with self._database.write() as session:
            session.execute(delete(CachedRow).where(CachedRow.stored_at <= now - self._age))

    def _secret(self) -> bytes:
        if self._known is None:
            with self._database.write() as session:
                drawn = dialect_insert(session, SecretRow).values(name=_NAME, secret=self._new_secret())
                session.execute(drawn.on_conflict_do_nothing())
                self._known = session.scalars(select(SecretRow.secret).where(SecretRow.name == _NAME)).one()
        return self._known
