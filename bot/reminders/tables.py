"""Tables of reminders: the series a subject has, and its occurrences, at most one open at a time."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.work.tables import KEY
from retrieval.database import Base, UtcDateTime


class SeriesRow(Base):
    """What recurs about one subject. `anchor_on` is the date its grid of dates is counted from.

    `next_scan_at` is the next moment at which there is something to say; None when there is nothing.
    """

    __tablename__ = "series"
    __table_args__ = (
        Index("ix_series_scan", "state", "next_scan_at"),
        UniqueConstraint("team_id", "subject_kind", "subject_id"),
    )

    series_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.team_id"))
    subject_kind: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[str] = mapped_column(KEY)
    title: Mapped[str] = mapped_column(String(200))
    channel: Mapped[str] = mapped_column(String(64))
    owner_id: Mapped[str | None] = mapped_column(ForeignKey("person.person_id"))
    zone: Mapped[str] = mapped_column(String(64))
    every: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str] = mapped_column(String(8))
    hour: Mapped[int] = mapped_column(Integer)
    warn_days: Mapped[int] = mapped_column(Integer)
    anchor_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="active")
    next_scan_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OccurrenceRow(Base):
    """One date of a series. `scheduled_on` never changes; `due_on` moves when it is snoozed.

    `since` is the moment from which its nudges count: when it was opened or last snoozed. `version` rises with every
    change a person makes, and is compared before each.
    """

    __tablename__ = "occurrence"
    __table_args__ = (
        UniqueConstraint("series_id", "number"),
        Index(
            "uq_occurrence_open",
            "series_id",
            unique=True,
            sqlite_where=text("state = 'open'"),
            postgresql_where=text("state = 'open'"),
        ),
    )

    occurrence_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    series_id: Mapped[str] = mapped_column(ForeignKey("series.series_id"))
    number: Mapped[int] = mapped_column(Integer)
    purpose: Mapped[str] = mapped_column(String(40))
    scheduled_on: Mapped[date] = mapped_column(Date)
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(12), default="open")
    version: Mapped[int] = mapped_column(Integer, default=1)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    stage: Mapped[str | None] = mapped_column(String(12))
    snooze_no: Mapped[int] = mapped_column(Integer, default=0)
    snooze_reason: Mapped[str | None] = mapped_column(Text)
    snoozed_by: Mapped[str | None] = mapped_column(ForeignKey("person.person_id"))
    snoozed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    acknowledged_stage: Mapped[str | None] = mapped_column(String(12))
    acknowledged_by: Mapped[str | None] = mapped_column(ForeignKey("person.person_id"))
    acknowledged_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_by: Mapped[str | None] = mapped_column(ForeignKey("person.person_id"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
