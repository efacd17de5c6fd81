"""What the settings say of feedback is what the composed service does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from slack_sdk import WebClient
from sqlalchemy import select

from bot.app.core import Core, build
from bot.app.service import _sweep
from bot.app.workers import build_workers
from bot.conversations.feedback import MarkedAnswer
from bot.reminders.scan import Scanner
from bot.settings import Settings
from bot.slack.inbox_middleware import KIND, Question
from bot.slack.privacy import Privacy
from bot.slack.private_places import PrivatePlaces
from bot.slack.status import Status
from bot.views.answers.model import AnswerView
from bot.work.inbox import Inbox
from bot.work.people import team_id
from bot.work.tables import OutboxRow
from tests.support.clock import ManualClock

ANSWER = MarkedAnswer("answer-1", "answered", "g1", None, None, ())


def composed(home: Path, clock: ManualClock, days: int) -> Core:
    return build(
        Settings(_env_file=None, proviso_home=home, database_url=None, proviso_feedback_days=days), clock=clock
    )


@pytest.mark.parametrize("days", [0, 90])
def test_people_are_asked_where_it_is_kept(tmp_path: Path, clock: ManualClock, client: WebClient, days: int) -> None:
    core = composed(tmp_path, clock, days)
    inbox = Inbox(core.database, clock)
    workers = build_workers(core, inbox, Status(client), PrivatePlaces(client, Privacy(client)))
    asked = Question.of("C0OPS:5.000001", "C0OPS", "5.000001", "U0AMAL", "When should a partner be assessed?")
    inbox.receive(KIND, asked.key, asked.body, "team")
    assert workers.run_once()
    with core.database.read() as session:
        view = AnswerView.from_data(session.scalars(select(OutboxRow.data)).one() or {})
    assert (view.answer.status, view.rated, view.prompt) == ("abstained", days > 0, None)
    core.close()


def test_marks_are_erased_in_the_hourly_round(tmp_path: Path, clock: ManualClock) -> None:
    core = composed(tmp_path, clock, 30)
    with core.database.write() as session:
        team = team_id(session, "T1")
    core.feedback.mark(ANSWER, team, "U1", helpful=True)
    for days, left in ((29, 1), (1, 0)):
        clock.advance(timedelta(days=days))
        _sweep(core, Scanner(core.database, clock))
        assert core.feedback.report().helpful == left
    core.close()
