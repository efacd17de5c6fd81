"""What a simulation sends beside nudges: answers, which somebody waits for, and updates of the cards of nudges."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.reminders.nudges import subject
from bot.reminders.tables import OccurrenceRow
from bot.work.kinds import ANSWER
from bot.work.outbox import DEAD, POST, SENT, SUPERSEDED, UPDATE, Post, enqueue, post_key
from bot.work.tables import OutboxRow
from bot.work.updates import CardUpdate, enqueue_update
from retrieval.database import Database
from retrieval.ports import Clock
from tests.support.fake_slack import FakeSlack


class OtherPosts:
    """Enqueues them, and tells afterwards which of them did not end as they should."""

    def __init__(self, database: Database, slack: FakeSlack, clock: Clock, team: str) -> None:
        self._database, self._slack, self._clock, self._team = database, slack, clock, team
        self.asked: list[str] = []

    def answer(self) -> None:
        key = post_key("simulated answer", len(self.asked))
        post = Post(ANSWER, key, self._team, f"C{len(self.asked) % 40}", None, "answer", {"text": key})
        with self._database.write() as session:
            enqueue(session, post, self._clock.now())
        self.asked.append(key)

    def update_cards(self, session: Session, occurrence_id: str) -> None:
        """Let every card of an occurrence show its present version."""
        version = session.get_one(OccurrenceRow, occurrence_id, populate_existing=True).version
        about = select(OutboxRow).where(OutboxRow.subject == subject(occurrence_id), OutboxRow.operation == POST)
        for card in session.scalars(about.where(OutboxRow.state.not_in((SUPERSEDED, DEAD)))).all():
            update = CardUpdate(card.key, card.team_id, card.channel, "nudge", {"version": version}, version)
            enqueue_update(session, update, self._clock.now())

    def lost(self) -> list[str]:
        seen = self._slack.copies()
        return [key for key in self.asked if not seen[key]]

    def doubled(self) -> list[str]:
        seen = self._slack.copies()
        return [key for key in self.asked if seen[key] > 1]

    def outdated(self) -> list[str]:
        """Cards that were posted and do not show the newest version they were to show."""
        with self._database.read() as session:
            sent = select(OutboxRow.key, OutboxRow.slack_ts).where(OutboxRow.state == SENT)
            posted = {key: str(slack_ts) for key, slack_ts in session.execute(sent)}
            updates = session.execute(select(OutboxRow.card, OutboxRow.version).where(OutboxRow.operation == UPDATE))
            newest: dict[str, int] = {}
            for card, version in updates:
                newest[card] = max(newest.get(card, 0), version)
        return [
            card
            for card, version in newest.items()
            if card in posted and self._slack.cards[posted[card]].get("version") != version
        ]
