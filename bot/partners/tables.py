"""Tables of the register: partners and their assessments."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.work.tables import KEY
from retrieval.database import Base, UtcDateTime


class PartnerRow(Base):
    """A partner. `name_key` is the form in which names are compared: names that differ only in case are the same."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("team_id", "name_key"),)

    partner_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.team_id"))
    name: Mapped[str] = mapped_column(String(120))
    name_key: Mapped[str] = mapped_column(String(240))
    status: Mapped[str] = mapped_column(String(12))
    focal_id: Mapped[str | None] = mapped_column(ForeignKey("person.person_id"))
    channel: Mapped[str] = mapped_column(String(64))
    created_by: Mapped[str | None] = mapped_column(ForeignKey("person.person_id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    series_id: Mapped[str] = mapped_column(ForeignKey("series.series_id"))


class AssessmentRow(Base):
    """The conclusion of one assessment of a partner."""

    __tablename__ = "assessment"

    assessment_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    partner_id: Mapped[str] = mapped_column(ForeignKey("partner.partner_id"), index=True)
    occurrence_id: Mapped[str | None] = mapped_column(ForeignKey("occurrence.occurrence_id"))
    conclusion: Mapped[str] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Text)
    assessed_by: Mapped[str] = mapped_column(ForeignKey("person.person_id"))
    assessed_at: Mapped[datetime] = mapped_column(UtcDateTime)
