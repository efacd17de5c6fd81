"""What people think of answers is kept once a person and answer, for its time, on each database."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.conversations.feedback import Feedback, MarkedAnswer, Remark, Report
from bot.conversations.tables import FeedbackRow
from bot.work.people import team_id
from bot.work.tables import PersonRow
from retrieval.database import Database
from tests.support.clock import ManualClock

DAYS = timedelta(days=30)
ANSWER = MarkedAnswer("answer-1", "answered", "g1", None, None, ("p1", "p2"))
BY_MODEL = MarkedAnswer("answer-2", "answered", "g1", "small-model", 3, ("p3",))
NOTHING = Report(0, 0, 0, dict.fromkeys(("missing", "beside", "misleading", "unreadable"), 0), [], [])


class Desk:
    """Marks answers for people of one workspace."""

    def __init__(self, database: Database, clock: ManualClock, age: timedelta = DAYS) -> None:
        self.database, self.clock = database, clock
        self.feedback = Feedback(database, clock, age)
        with database.write() as session:
            self.team = team_id(session, "T1")

    def helpful(self, user: str, answer: MarkedAnswer = ANSWER) -> None:
        self.feedback.mark(answer, self.team, user, helpful=True)

    def not_helpful(
        self, user: str, reason: str | None = None, remark: str | None = None, answer: MarkedAnswer = ANSWER
    ) -> None:
        self.feedback.mark(answer, self.team, user, helpful=False, reason=reason, remark=remark)

    def counted(self) -> tuple[int, int, int]:
        report = self.feedback.report()
        return report.answers, report.helpful, report.not_helpful

    def erase(self) -> int:
        with self.database.write() as session:
            return self.feedback.erase(session, self.clock.now())


@pytest.fixture
def desk(database: Database, clock: ManualClock) -> Desk:
    return Desk(database, clock)


def test_nothing_is_counted_where_nobody_marked(desk: Desk) -> None:
    assert desk.feedback.report() == NOTHING


def test_each_person_has_one_mark_an_answer_and_may_change_it(desk: Desk) -> None:
    for user in ("U1", "U1", "U2"):
        desk.helpful(user)
    assert desk.counted() == (1, 2, 0)
    desk.not_helpful("U1", "misleading", "It says must.")
    assert desk.counted() == (1, 1, 1)
    desk.helpful("U1")
    assert (desk.counted(), desk.feedback.report().remarks) == ((1, 2, 0), [])
    desk.helpful("U1", BY_MODEL)
    assert desk.counted() == (2, 3, 0)


def test_not_helpful_once_more_keeps_the_reason_that_was_given(desk: Desk) -> None:
    desk.not_helpful("U1", "beside", "Other question.")
    desk.not_helpful("U1")
    assert [(each.reason, each.remark) for each in desk.feedback.report().remarks] == [("beside", "Other question.")]
    desk.not_helpful("U1", "missing")
    assert [(each.reason, each.remark) for each in desk.feedback.report().remarks] == [("missing", None)]


def test_marks_are_counted_by_what_made_the_answers_and_remarks_name_nobody(desk: Desk, clock: ManualClock) -> None:
    desk.helpful("U1")
    desk.not_helpful("U0SECRET", "missing", "Nothing on women.", BY_MODEL)
    report = desk.feedback.report()
    made = {(each.generation, each.model, each.prompt): (each.helpful, each.not_helpful) for each in report.made}
    assert made == {("g1", None, None): (1, 0), ("g1", "small-model", 3): (0, 1)}
    assert report.remarks == [
        Remark(clock.now(), "missing", "Nothing on women.", "answered", "g1", "small-model", 3, ("p3",))
    ]
    assert report.to_json()["reasons"] == {"missing": 1, "beside": 0, "misleading": 0, "unreadable": 0}
    with desk.database.read() as session:
        people = session.scalars(select(FeedbackRow.person_id)).all()
    assert len(people) == 2
    assert not [name for name in ("U0SECRET", *people) if name in str(report.to_json())]


def test_a_mark_is_erased_with_its_age_and_all_of_them_when_nothing_is_kept_any_more(
    desk: Desk, clock: ManualClock
) -> None:
    desk.helpful("U1")
    clock.advance(timedelta(days=20))
    desk.helpful("U2")
    clock.advance(timedelta(days=10))
    assert (desk.erase(), desk.counted()) == (1, (1, 1, 0))
    assert Desk(desk.database, clock, timedelta()).erase() == 1
    assert desk.feedback.report() == NOTHING


def test_a_mark_goes_with_the_person_who_made_it(desk: Desk) -> None:
    desk.helpful("U1")
    desk.not_helpful("U2", "unreadable")
    with desk.database.write() as session:
        session.execute(delete(PersonRow).where(PersonRow.slack_user == "U2"))
    assert desk.counted() == (1, 1, 0)
