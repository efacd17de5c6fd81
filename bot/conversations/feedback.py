"""What people think of answers: one mark a person and answer, kept for as long as the workspace says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.conversations.tables import FeedbackRow
from bot.work.people import person_id
from bot.work.statements import change, insert_once
from retrieval.database import Database
from retrieval.ports import Clock

MISSING = "missing"
BESIDE = "beside"
MISLEADING = "misleading"
UNREADABLE = "unreadable"
REASONS = (MISSING, BESIDE, MISLEADING, UNREADABLE)
REMARK_LENGTH = 500


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """The answer that is marked: the key of its post, and what made it. Nothing here says what was asked."""

    key: str
    status: str
    generation: str | None
    model: str | None
    prompt: int | None
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MarksByMaker:
    """The marks of all answers that one index, model and prompt made."""

    generation: str | None
    model: str | None
    prompt: int | None
    helpful: int
    not_helpful: int


@dataclass(frozen=True, slots=True)
class Remark:
    """One mark that is not "helpful": what the person says, and what made the answer. It names nobody."""

    at: datetime
    reason: str | None
    remark: str | None
    status: str
    generation: str | None
    model: str | None
    prompt: int | None
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """How many marks are kept, in all, by reason and by what made the answers; and the remarks."""

    answers: int
    helpful: int
    not_helpful: int
    reasons: Mapping[str, int]
    made: Sequence[MarksByMaker]
    remarks: Sequence[Remark]

    def to_json(self) -> dict[str, Any]:
        """The report as the command line prints it."""
        remarks = [asdict(each) | {"at": each.at.isoformat()} for each in self.remarks]
        return asdict(self) | {"remarks": remarks}


class Feedback:
    """Marks in SQL. They are kept for `age`; no age: nobody is asked, and nothing is kept."""

    def __init__(self, database: Database, clock: Clock, age: timedelta) -> None:
        self._database = database
        self._clock = clock
        self.age = age

    def mark(
        self,
        answer: MarkedAnswer,
        team_id: str,
        slack_user: str,
        *,
        helpful: bool,
        reason: str | None = None,
        remark: str | None = None,
    ) -> None:
        """Keep what a person thinks of an answer, in place of what the same person thought before.

        "Not helpful" once more, without a reason, leaves the reason that was given.
        """
        values: dict[str, Any] = {"marked_at": self._clock.now(), "helpful": helpful}
        if helpful or reason is not None:
            values |= {"reason": reason, "remark": remark}
        with self._database.write() as session:
            person = person_id(session, team_id, slack_user)
            made = asdict(answer) | {"answer": answer.key, "passages": [*answer.passages]}
            del made["key"]
            insert_once(session, FeedbackRow, made | {"person_id": person, "team_id": team_id} | values)
            mine = (FeedbackRow.answer == answer.key, FeedbackRow.person_id == person)
            change(session, update(FeedbackRow).where(*mine).values(**values))

    def report(self) -> Report:
        """Count the marks that are kept, and list the remarks, newest first."""
        with self._database.read() as session:
            rows = session.scalars(select(FeedbackRow).order_by(FeedbackRow.marked_at.desc())).all()
        helpful = sum(row.helpful for row in rows)
        reasons = Counter(row.reason for row in rows if row.reason)
        return Report(
            answers=len({row.answer for row in rows}),
            helpful=helpful,
            not_helpful=len(rows) - helpful,
            reasons={reason: reasons[reason] for reason in REASONS},
            made=_made(rows),
            remarks=[_remark(row) for row in rows if not row.helpful],
        )

    def erase(self, session: Session, now: datetime) -> int:
        """Erase marks that are older than their age; how many."""
        return change(session, delete(FeedbackRow).where(FeedbackRow.marked_at <= now - self.age))


def _made(rows: Sequence[FeedbackRow]) -> list[MarksByMaker]:
    counted: dict[tuple[str | None, str | None, int | None], Counter[bool]] = {}
    for row in rows:
        counted.setdefault((row.generation, row.model, row.prompt), Counter())[row.helpful] += 1
    return [MarksByMaker(*made, marks[True], marks[False]) for made, marks in counted.items()]


def _remark(row: FeedbackRow) -> Remark:
    made = (row.generation, row.model, row.prompt, tuple(row.passages))
    return Remark(row.marked_at, row.reason, row.remark, row.status, *made)
