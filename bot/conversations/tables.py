"""Tables of conversations: threads that a question began, the turns in them, and what people think of answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.work.tables import KEY
from retrieval.database import Base, UtcDateTime


class ThreadRow(Base):
    """A thread of a channel in which somebody asked; `asker` did so first. `thread_ts` is empty for what is said in a
    direct message outside its threads, and the key of the message for a thread below one of ours that was to be posted
    when the thread began. `used_at` is when it was last asked in.
    """

    __tablename__ = "conversation_thread"
    __table_args__ = (UniqueConstraint("team_id", "channel", "thread_ts"),)

    thread_id: Mapped[str] = mapped_column(KEY, primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.team_id"))
    channel: Mapped[str] = mapped_column(String(64))
    thread_ts: Mapped[str] = mapped_column(String(40))
    asker: Mapped[str] = mapped_column(ForeignKey("person.person_id", ondelete="CASCADE"))
    used_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class TurnRow(Base):
    """One question of a thread and, once there is one, its answer in short. `key` is the key of the answer's post,
    `ts` the timestamp of the question's message, which is the order of turns. `answer_hash` is
    that of the whole answer.
    """

    __tablename__ = "conversation_turn"
    __table_args__ = (Index("ix_conversation_turn_order", "thread_id", "ts"),)

    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    thread_id: Mapped[str] = mapped_column(ForeignKey("conversation_thread.thread_id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("person.person_id", ondelete="CASCADE"))
    ts: Mapped[str] = mapped_column(String(40))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str | None] = mapped_column(Text)
    answer_hash: Mapped[str | None] = mapped_column(String(64))


class FeedbackRow(Base):
    """What one person thinks of one answer. `answer` is the key of its post; neither its text nor the question is kept.

    `generation`, `model`, `prompt` (the version) and `passages` (the ids of those quoted) say what made the answer.
    `reason` is one of a few; `remark` is what the person wrote.
    """

    __tablename__ = "feedback"

    answer: Mapped[str] = mapped_column(KEY, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.person_id", ondelete="CASCADE"), primary_key=True)
    team_id: Mapped[str] = mapped_column(ForeignKey("team.team_id"))
    marked_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    helpful: Mapped[bool]
    reason: Mapped[str | None] = mapped_column(String(20))
    remark: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(12))
    generation: Mapped[str | None] = mapped_column(String(80))
    model: Mapped[str | None] = mapped_column(String(200))
    prompt: Mapped[int | None]
    passages: Mapped[list[str]] = mapped_column(JSON)
