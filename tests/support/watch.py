"""A register of partners with a bot that watches over it: for tests of reminders and partners."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from bot.partners.register import Assessment, NewPartner, Partner, add, get, record_assessment
from bot.reminders.nudges import still_wanted
from bot.reminders.occurrences import Occurrence, acknowledge, snooze
from bot.reminders.scan import Scanner
from bot.work.people import person_id, team_id
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.outbox import PostOffice


class Watch(PostOffice):
    """Partners are added by name; time passes hour by hour or day by day, with the bot up or down."""

    def __init__(self, database: Database, clock: ManualClock) -> None:
        super().__init__(database, clock)
        self.wanted = still_wanted
        self.scanner = Scanner(database, clock)
        with database.write() as session:
            self.team = team_id(session, "T1")
            self.amal, self.bo = (person_id(session, self.team, user) for user in ("U-amal", "U-bo"))

    def add(self, name: str = "Border Guard", **values: Any) -> Partner:
        defaults: dict[str, Any] = {"channel": "C1", "zone": "UTC", "cadence": "180 days"}
        new = NewPartner(team_id=self.team, name=name, **(defaults | {"focal": self.amal, "by": self.amal} | values))
        with self.database.write() as session:
            return add(session, new, self.clock.now())

    def partner(self, name: str = "Border Guard") -> Partner:
        with self.database.read() as session:
            return get(session, self.team, name)

    def occurrence(self, name: str = "Border Guard") -> str:
        occurrence = self.partner(name).occurrence_id
        assert occurrence is not None
        return occurrence

    def acknowledge(self, by: str | None = None, **values: Any) -> Occurrence:
        with self.database.write() as session:
            return acknowledge(session, self.occurrence(), by or self.amal, self.clock.now(), **values)

    def snooze(self, until: date, **values: Any) -> Occurrence:
        with self.database.write() as session:
            return snooze(session, self.occurrence(), self.amal, self.clock.now(), until=until, **values)

    def record(self, conclusion: Any = "continue", by: str | None = None, **values: Any) -> Partner:
        partner = self.partner()
        assessment = Assessment(conclusion, values.pop("note", None), by or self.amal)
        with self.database.write() as session:
            return record_assessment(session, partner.partner_id, assessment, self.clock.now(), **values)

    def beat(self) -> None:
        self.scanner.scan()
        self.first.send_due()
        self.first.reconcile()

    def until(self, moment: datetime, step: timedelta = timedelta(days=1)) -> None:
        """Let time pass up to that moment, with the bot up: a beat every `step`, the last at the moment itself."""
        beats = -((self.clock.now() - moment) // step)
        for left in reversed(range(beats)):
            self.clock.set(moment - left * step)
            self.beat()

    @property
    def said(self) -> list[tuple[str, str]]:
        """What was posted: day and stage."""
        return [(f"{m.at:%m-%d}", m.data["stage"]) for m in self.slack.messages]
