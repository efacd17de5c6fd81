"""Answers kept for whoever asks the same next: no question is stored, and what comes out is verified again."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from retrieval.answers.composing import Drafted
from retrieval.corpus.passages import Passage
from retrieval.corpus.tables import table_of
from retrieval.database import Database
from retrieval.model.grounding import CitedQuote, Claims, Stated
from retrieval.model.tables import CachedRow, SecretRow
from retrieval.ports import Clock
from retrieval.text.wording import normal

if TYPE_CHECKING:
    from retrieval.answers.questions import Asked

AGE = timedelta(days=7)
_NAME = "answers"
_SECRET_BYTES = 32


class AnswerCache:
    """Claims by a keyed hash of everything that led to them; the secret of the hash lies in SQL, drawn once.

    Whoever reads the table learns neither a question nor, without the secret, whether a guessed one was asked.
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

    def key(self, asked: Asked, generation: str, written_by: str) -> str:
        """The key of a question as it stands in its conversation, for one audience.

        `generation` is the index it is answered from; `written_by` names the model and the version of its prompt.
        """
        scope = asked.scope
        parts = {
            "question": normal(asked.question).casefold(),
            "query": normal(asked.query).casefold(),
            "parts": [normal(part).casefold() for part in asked.parts],
            "generation": generation,
            "written_by": written_by,
            "scope": {name: _plain(getattr(scope, name)) for name in sorted(scope.__dataclass_fields__)},
        }
        return hmac.digest(self._secret(), json.dumps(parts, sort_keys=True).encode(), "sha256").hex()

    def find(self, key: str) -> list[Stated] | None:
        """The claims kept under a key: [] when nothing was covered, None when nothing is kept (or not any more)."""
        with self._database.read() as session:
            row = session.get(CachedRow, key)
        if row is None or row.stored_at <= self._clock.now() - self._age:
            return None
        return [Stated.model_validate(claim) for claim in row.claims]

    def keep(self, key: str, generation: str, claims: Sequence[Stated]) -> None:
        """Keep claims whose citations name passages by their lasting ids. A generation that is gone keeps nothing."""
        values: Mapping[str, Any] = {
            "generation_id": generation,
            "claims": [claim.model_dump() for claim in claims],
            "stored_at": self._clock.now(),
        }
        statement = self._database.insert(table_of(CachedRow)).values(key=key, **values)
        try:
            with self._database.write() as session:
                session.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
        except IntegrityError:
            return

    def sweep(self, now: datetime) -> None:
        """Erase what has outlived its age; with a generation its answers go by themselves."""
        with self._database.write() as session:
            session.execute(delete(CachedRow).where(CachedRow.stored_at <= now - self._age))

    def _secret(self) -> bytes:
        if self._known is None:
            drawn = self._database.insert(table_of(SecretRow)).values(name=_NAME, secret=self._new_secret())
            with self._database.write() as session:
                session.execute(drawn.on_conflict_do_nothing())
                self._known = session.scalars(select(SecretRow.secret).where(SecretRow.name == _NAME)).one()
        return self._known


def for_keeping(drafts: Sequence[Drafted]) -> list[Stated]:
    """Claims that stood up, their passages named by the ids that last."""
    return [
        Stated(
            text=draft.text,
            citations=[CitedQuote(passage=quote.passage.passage_id, quote=quote.text) for quote in draft.quotes],
        )
        for draft in drafts
    ]


def for_this_request(kept: Sequence[Stated], offered: Mapping[str, Passage]) -> Claims | None:
    """Kept claims with the ids of this request's passages; None when one of theirs is not among them."""
    names = {passage.passage_id: name for name, passage in offered.items()}
    if any(citation.passage not in names for claim in kept for citation in claim.citations):
        return None
    return Claims(
        covered=bool(kept),
        claims=[
            Stated(
                text=claim.text,
                citations=[CitedQuote(passage=names[c.passage], quote=c.quote) for c in claim.citations],
            )
            for claim in kept
        ],
    )


def _plain(value: Any) -> Any:
    return sorted(map(str, value)) if isinstance(value, frozenset | set) else value
