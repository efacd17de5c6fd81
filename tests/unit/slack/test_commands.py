"""A question that is typed as a command is kept before Slack hears that it has arrived."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from slack_bolt import BoltContext
from slack_sdk import WebClient
from sqlalchemy import func, select

from bot.actions.registry import Services
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.conversations.threads import Conversations
from bot.sandbox.driver import Workspace
from bot.slack.inbox_middleware import KIND, keep_question
from bot.slack.listeners.commands import _handler
from bot.slack.privacy import Privacy
from bot.slack.questions import QuestionHandler
from bot.slack.responder import Responder
from bot.slack.teams import Teams
from bot.work.faults import armed
from bot.work.inbox import Inbox
from bot.work.tables import InboxRow, OutboxRow
from bot.work.workers import WorkerPool
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.simulation import Crash
from tests.unit.actions.test_handlers import OnePassage
from tests.unit.slack.test_killed_follow_ups import POINTS
from tests.unit.slack.test_questions import Echo, ageing

SECRET = "When should we stop?"
TYPED = {"team_id": "T1", "user_id": "U0AMAL", "channel_id": "C0OPS", "trigger_id": "1.2.3", "command": "/ask"}


class Acks:
    """Counts the acks, and the questions that were kept at each."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.kept: list[int] = []

    def __call__(self) -> None:
        with self.database.read() as session:
            self.kept.append(session.scalar(select(func.count()).select_from(InboxRow)) or 0)


class Broken(Inbox):
    """A database that is away."""

    def receive(self, kind: str, key: str, body: Any, team_id: str, **more: Any) -> bool:
        raise RuntimeError(f"no database for {body}")


@pytest.fixture
def responder(client: WebClient, sqlite_database: Database, clock: ManualClock) -> Responder:
    services = Services(sqlite_database, Catalogue.load(), OnePassage())
    return Responder(services, REGISTRY, Teams(sqlite_database), Privacy(client), client, clock)


def type_(responder: Responder, inbox: Inbox, ack: Acks, text: str, **changed: str) -> None:
    keep = partial(keep_question, inbox, Conversations(ack.database, ManualClock(), timedelta(hours=24)))
    _handler(responder, keep, "ask")(ack, TYPED | changed | {"text": text}, BoltContext({"bot_user_id": "U0BOT"}))


def test_a_question_is_kept_before_the_ack_and_once_however_often_it_is_delivered(
    responder: Responder, sqlite_database: Database, clock: ManualClock
) -> None:
    inbox, ack = Inbox(sqlite_database, clock), Acks(sqlite_database)
    for trigger in ("1.2.3", "1.2.3", "4.5.6"):
        type_(responder, inbox, ack, "<@U0BOT> When should we &amp; they stop?", trigger_id=trigger)
    assert ack.kept == [1, 1, 2]
    with sqlite_database.read() as session:
        body = session.scalars(select(InboxRow.body)).first()
    assert body == {
        "channel": "C0OPS",
        "thread": None,
        "user": "U0AMAL",
        "text": "When should we & they stop?",
        "length": 27,
        "files": 0,
        "only_for": "U0AMAL",
    }


@pytest.mark.parametrize("point", POINTS)
def test_a_bot_that_dies_at_this_point_answers_the_asker_once_and_alone(
    responder: Responder, sqlite_database: Database, clock: ManualClock, point: str
) -> None:
    """Only the database outlives a death; Slack delivers a command again that was not acked."""
    ack, passed = Acks(sqlite_database), 0

    def die_once(name: str) -> None:
        nonlocal passed
        passed += name == point
        if name == point and passed == 1:
            raise Crash

    for _ in range(6):
        inbox = Inbox(sqlite_database, clock)
        conversations = Conversations(sqlite_database, clock, timedelta(hours=24))
        pool = WorkerPool(inbox, {KIND: QuestionHandler(Echo(), REGISTRY, ageing, conversations)})
        with armed(die_once):
            if not ack.kept:
                with suppress(Crash):
                    type_(responder, inbox, ack, SECRET)
            with suppress(Crash):
                pool.run_once()
        clock.advance(timedelta(minutes=1))
    assert passed >= 1
    assert ack.kept == [1]
    with sqlite_database.read() as session:
        posts = session.scalars(select(OutboxRow)).all()
    assert [(post.channel, post.thread, post.ephemeral_user) for post in posts] == [("C0OPS", None, "U0AMAL")]


def test_a_question_that_cannot_be_kept_is_acked_and_said_to_be_lost_without_its_words_in_the_log(
    responder: Responder,
    sqlite_database: Database,
    clock: ManualClock,
    workspace: Workspace,
    caplog: pytest.LogCaptureFixture,
) -> None:
    ack = Acks(sqlite_database)
    type_(responder, Broken(sqlite_database, clock), ack, SECRET)
    assert ack.kept == [0]
    said = workspace.text(workspace.user("amal").ephemerals()[-1])
    assert said.startswith("Something went wrong on my side.")
    assert SECRET not in caplog.text
