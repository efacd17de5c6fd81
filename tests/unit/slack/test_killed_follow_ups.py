"""Wherever the bot dies over a follow-up, it is answered once, and with the turns of its thread."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from slack_bolt import BoltContext, BoltResponse
from slack_sdk import WebClient
from sqlalchemy import select

from bot.actions.table import REGISTRY
from bot.conversations.tables import TurnRow
from bot.conversations.threads import Conversations
from bot.slack.inbox_middleware import InboxMiddleware, NotKept
from bot.slack.privacy import Privacy
from bot.slack.questions import QuestionHandler
from bot.slack.teams import Teams
from bot.work import faults
from bot.work.faults import armed
from bot.work.inbox import Inbox
from bot.work.tables import OutboxRow
from bot.work.workers import WorkerPool
from retrieval.database import Database
from retrieval.types import Answer, Turn
from tests.support.clock import ManualClock
from tests.support.simulation import Crash
from tests.unit.slack.test_questions import Echo, ageing

POINTS = [point for point in faults.POINTS if point.split(".")[0] in ("receive", "lease", "handle", "answer")]
MENTION = {"type": "app_mention", "user": "U0AMAL", "channel": "C0OPS", "ts": "5.000001", "text": "<@UBOT> When?"}
FOLLOW_UP = MENTION | {"type": "message", "ts": "6.000001", "thread_ts": "5.000001", "text": "And by whom?"}


class Process:
    """The bot between two deaths: what it keeps is in the database alone."""

    def __init__(self, database: Database, clock: ManualClock, client: WebClient, answering: Echo) -> None:
        conversations, inbox = Conversations(database, clock, timedelta(hours=24)), Inbox(database, clock)
        self.middleware = InboxMiddleware(inbox, Teams(database), conversations, Privacy(client))
        handler = QuestionHandler(answering, REGISTRY, ageing, conversations)
        self.pool = WorkerPool(inbox, {"question": handler})

    def deliver(self, event: dict[str, Any]) -> bool:
        """Whether the event was acked; Slack delivers it again where it was not."""
        context = BoltContext({"bot_user_id": "UBOT", "team_id": "T1"})
        payload = {"type": "event_callback", "event": event}
        try:
            return self.middleware.handle(payload, context, lambda: BoltResponse(status=404, body="")).status == 200
        except (Crash, NotKept):
            return False

    def work(self) -> None:
        with suppress(Crash):
            self.pool.run_once()


@pytest.mark.parametrize("point", POINTS)
def test_a_bot_that_dies_at_this_point_answers_the_follow_up_once_and_in_its_thread(
    sqlite_database: Database, clock: ManualClock, client: WebClient, point: str
) -> None:
    said, passed = Echo(Answer("", "answered", "Before support begins.")), 0

    def process() -> Process:
        return Process(sqlite_database, clock, client, said)

    def die_once(name: str) -> None:
        nonlocal passed
        passed += name == point
        if name == point and passed == 1:
            raise Crash

    first = process()
    first.deliver(MENTION)
    first.work()
    said.reply = Answer("", "answered", "The commander.")
    acked = False
    for _ in range(6):
        with armed(die_once):
            again = process()
            acked = acked or again.deliver(FOLLOW_UP)
            again.work()
        clock.advance(timedelta(minutes=1))
    assert passed >= 1
    with sqlite_database.read() as session:
        posts = session.scalars(select(OutboxRow).order_by(OutboxRow.id)).all()
        turns = session.scalars(select(TurnRow).order_by(TurnRow.ts)).all()
    assert [(post.thread, post.data["answer"]["text"]) for post in posts if post.data] == [
        ("5.000001", "Before support begins."),
        ("5.000001", "The commander."),
    ]
    assert [(turn.question, turn.answer) for turn in turns] == [
        ("When?", "Before support begins."),
        ("And by whom?", "The commander."),
    ]
    earlier = (Turn("user", "When?"), Turn("assistant", "Before support begins."))
    assert set(said.turns[1:]) == {earlier}
