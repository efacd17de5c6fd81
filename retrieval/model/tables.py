"""What a model leaves in SQL: what was spent, whose questions are under way, selections kept for the next asker."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from retrieval.database import Base, UtcDateTime


class SpendRow(Base):
    """What one spender has spent or reserved on one day of the installation's zone.

    `spender` is a person's id, or "*" for the whole installation; `money` counts millionths of the currency that the
    price is given in. A reservation whose process died stays in the sums, at its estimate.
    """

    __tablename__ = "model_spend"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    spender: Mapped[str] = mapped_column(String(64), primary_key=True)
    tokens: Mapped[int] = mapped_column(BigInteger)
    money: Mapped[int] = mapped_column(BigInteger)


class TurnRow(Base):
    """One question that a person put to the model: under way until `until`, counted for an hour from `began_at`."""

    __tablename__ = "model_turn"

    turn_id: Mapped[str] = mapped_column(String(40), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    began_at: Mapped[datetime] = mapped_column(UtcDateTime)
    until: Mapped[datetime] = mapped_column(UtcDateTime)


class CachedRow(Base):
    """A selection without its question. The key is a keyed hash: nobody reads the question back from it.

    `chosen` is a list of [part, passage id, position of the sentence]; an empty one says that the model found nothing
    that answers the question. It goes with its generation.
    """

    __tablename__ = "answer_cache"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    generation_id: Mapped[str] = mapped_column(
        ForeignKey("index_generation.generation_id", ondelete="CASCADE"), index=True
    )
    chosen: Mapped[list[Any]] = mapped_column(JSON)
    stored_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class SecretRow(Base):
    """A secret of this installation, drawn once."""

    __tablename__ = "model_secret"

    name: Mapped[str] = mapped_column(String(16), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary)
