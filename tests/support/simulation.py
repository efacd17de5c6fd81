"""A year of nudges in seconds: partners, people, outages, faults and deaths at named points; then the oracle."""

from __future__ import annotations

import bisect
import random
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from unittest import mock
from zoneinfo import ZoneInfo

from sqlalchemy import event, select

from bot.errors import Conflict
from bot.partners.register import Assessment, NewPartner, add, get, record_assessment
from bot.reminders.nudges import still_wanted
from bot.reminders.occurrences import acknowledge, snooze
from bot.reminders.scan import Scanner
from bot.work.faults import armed
from bot.work.outbox import BLOCKED, PENDING, POST, SENDING, SENT, UNKNOWN, story
from bot.work.people import person_id, team_id
from bot.work.sender import Sender
from bot.work.tables import OutboxRow
from retrieval.database import Database
from tests.support.clock import ManualClock
from tests.support.fake_slack import FakeSlack, Faults, Message
from tests.support.nudge_oracle import Identity, PartnerModel
from tests.support.other_posts import OtherPosts

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kabul", "Africa/Bamako", "Australia/Lord_Howe", "UTC")
CADENCES = ("30 days", "45 days", "90 days", "1 month", "3 months", "180 days")
ENGINE_POINTS = tuple(
    f"{name}.{when}"
    for name, whens in {
        "scan": ("after_insert", "before_commit", "after_commit"),
        "claim": ("before_commit", "after_commit"),
        "post": ("before", "after"),
        "finish": ("before_commit", "after_commit"),
        "expire": ("before_commit", "after_commit"),
        "reconcile": ("before_look", "after_look", "before_commit", "after_commit"),
    }.items()
    for when in whens
)
# A named point may not be passed for long; after so many ticks death may strike elsewhere.
PATIENCE = 30


class Crash(BaseException):
    """The process is gone, at this line."""


@dataclass(frozen=True)
class Scale:
    """How much is simulated. `outages` are (first tick, ticks); a tick is `step`.

    Each partner sees somebody act once in `acts_every`; `answers` is the share of ticks that bring an answer. A nudge
    that had `enough` ticks of a working bot and was not posted is lost: mishaps come in rows, and each costs about
    four ticks (the lease, two looks, the next try).
    """

    partners: int
    days: int
    kills: int
    step: timedelta = timedelta(hours=1)
    outages: tuple[tuple[int, int], ...] = ()
    replicas: int = 2
    faults: Faults = field(default_factory=Faults.rough)
    acts_every: timedelta = timedelta(days=45)
    answers: float = 0.2
    enough: int = 12


@dataclass
class Outcome:
    """What came of it. A run is clean when nothing was lost, doubled, stuck or wrong."""

    seed: int
    posted: int = 0
    expected: int = 0
    kills: int = 0
    recovered: int = 0
    lost: list[Identity] = field(default_factory=list)
    doubled: list[Identity] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    answers_lost: list[str] = field(default_factory=list)
    answers_doubled: list[str] = field(default_factory=list)
    outdated: list[str] = field(default_factory=list)
    updated: int = 0
    errors: int = 0
    points: Counter[str] = field(default_factory=Counter)
    stories: dict[str, list[str]] = field(default_factory=dict)

    @property
    def clean(self) -> bool:
        answers = self.answers_lost or self.answers_doubled
        return not (self.lost or self.doubled or self.stuck or self.wrong or self.errors or answers or self.outdated)

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.posted} posted, {self.expected} demanded, {self.kills} kills at "
            f"{len(self.points)} points, {self.recovered} recovered from history; "
            f"{len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.stuck)} stuck, {len(self.wrong)} wrong, "
            f"{len(self.answers_lost)} answers lost, {len(self.answers_doubled)} doubled; {self.updated} updates, "
            f"{len(self.outdated)} cards out of date; {self.errors} errors"
        )


class Replica:
    """One process of the bot, until it dies."""

    def __init__(self, database: Database, slack: FakeSlack, clock: ManualClock, worker: str) -> None:
        sender = Sender(database, slack, clock, worker, still_wanted=still_wanted)
        self.steps: list[Callable[[], object]] = [Scanner(database, clock).scan, sender.send_due, sender.reconcile]
        self.send, self.reconcile = sender.send_due, sender.reconcile


class Simulation:
    """One run; everything that happens in it follows from the seed."""

    def __init__(self, database: Database, seed: int, scale: Scale) -> None:
        self.database, self.scale = database, scale
        self.chance, self.ids = random.Random(seed), random.Random(seed)
        self.clock = ManualClock()
        self.slack = FakeSlack(self.clock, self.chance, scale.faults, while_frozen=self._others_take_over)
        self.outcome = Outcome(seed)
        self.models: dict[str, PartnerModel] = {}
        self.up: list[datetime] = []
        self.workers = 0
        self.fuse: int | str | None = None
        self.patience = 0
        self.replicas = [self._replica() for _ in range(scale.replicas)]
        if database.is_sqlite:
            forget_about_power_cuts(database)

    def run(self, *, stop_when_unclean: bool = False) -> Outcome:
        with mock.patch("uuid.uuid4", self._uuid):
            return self._run(stop_when_unclean)

    def _uuid(self) -> uuid.UUID:
        # A run can be repeated by its seed only when ids do not come from elsewhere.
        return uuid.UUID(int=self.ids.getrandbits(128), version=4)

    def _run(self, stop_when_unclean: bool) -> Outcome:
        self._register()
        ticks = int(timedelta(days=self.scale.days) / self.scale.step)
        for tick in range(ticks):
            self.clock.advance(self.scale.step)
            if any(first <= tick < first + length for first, length in self.scale.outages):
                continue
            self._people(tick)
            self._light(2 * self.scale.kills / ticks)
            self._tick()
            if stop_when_unclean and tick % 50 == 0 and self._doubled():
                break
        self._drain()
        self._judge()
        return self.outcome

    def _replica(self) -> Replica:
        self.workers += 1
        return Replica(self.database, self.slack, self.clock, f"worker-{self.workers}")

    def _register(self) -> None:
        with self.database.write() as session:
            self.team = team_id(session, "T1")
            self.person = person_id(session, self.team, "U1")
        self.others = OtherPosts(self.database, self.slack, self.clock, self.team)
        for number in range(self.scale.partners):
            name, zone = f"Partner {number}", self.chance.choice(ZONES)
            cadence = self.chance.choice(CADENCES)
            first = self._today(zone) + timedelta(days=self.chance.randrange(120))
            new = NewPartner(
                self.team, name, f"C{number % 40}", zone, cadence, self.person, self.person, assess_by=first
            )
            with self.database.write() as session:
                add(session, new, self.clock.now())
            every, unit = cadence.split()
            unit = unit.rstrip("s") + "s"
            self.models[name] = PartnerModel(name, zone, int(every), unit, 14, first, self.clock.now())

    def _today(self, zone: str) -> date:
        return self.clock.now().astimezone(ZoneInfo(zone)).date()

    def _people(self, tick: int) -> None:
        if self.chance.random() < self.scale.answers:
            self.others.answer()
        share = self.scale.partners * (self.scale.step / self.scale.acts_every)
        for _ in range(int(share) + (self.chance.random() < share % 1)):
            model = self.models[f"Partner {self.chance.randrange(self.scale.partners)}"]
            with self.database.write() as session:
                self._act(session, model)

    def _act(self, session: Any, model: PartnerModel) -> None:
        now, partner = self.clock.now(), get(session, self.team, model.name)
        occurrence = partner.occurrence_id
        assert occurrence is not None
        drawn = self.chance.random()
        if drawn < 0.25:
            try:
                acknowledge(session, occurrence, self.person, now)
            except Conflict:
                return
            model.acknowledge(now)
            self.others.update_cards(session, occurrence)
        elif drawn < 0.5:
            until = self._today(model.zone) + timedelta(days=self.chance.randrange(1, 40))
            snooze(session, occurrence, self.person, now, until=until)
            model.snooze(until, now)
            self.others.update_cards(session, occurrence)
        else:
            record_assessment(session, partner.partner_id, Assessment("continue", None, self.person), now)
            model.complete(now)
            self.others.update_cards(session, occurrence)

    def _light(self, share: float) -> None:
        """Now and then decide where the next process dies: at the nth point from here, or at a named one."""
        self.patience -= 1
        if (self.fuse is None or self.patience < 0) and self.chance.random() < share:
            self.fuse = self.chance.choice([self.chance.randrange(12), self.chance.choice(ENGINE_POINTS)])
            self.patience = PATIENCE

    def _strike(self, point: str) -> None:
        if isinstance(self.fuse, int):
            self.fuse -= 1
        if self.fuse == point or self.fuse == -1:
            self.fuse = None
            self.outcome.kills += 1
            self.outcome.points[point] += 1
            raise Crash(point)

    def _tick(self) -> None:
        place = self.chance.randrange(len(self.replicas))
        steps = list(self.replicas[place].steps)
        self.chance.shuffle(steps)
        try:
            with armed(self._strike):
                for step in steps:
                    step()
        except Crash:
            self.replicas[place] = self._replica()
        else:
            self.up.append(self.clock.now())

    def _others_take_over(self) -> None:
        """A sender is frozen in its call: others wait for its lease, take over, and die right after posting."""
        faults, self.slack.faults, fuse, self.fuse = self.slack.faults, Faults.none(), self.fuse, None
        other = self._replica()
        for minutes in (3, 3, 3):
            self.clock.advance(timedelta(minutes=minutes))
            other.reconcile()
        try:
            self.fuse = "post.after"
            other.send(1)
        except Crash:
            pass
        finally:
            self.slack.faults, self.fuse = faults, fuse

    def _drain(self) -> None:
        self.slack.faults, self.fuse = Faults.none(), None
        for _ in range(36):
            self.clock.advance(timedelta(minutes=10))
            self._tick()

    def _identities(self) -> Counter[Identity]:
        return Counter(_identity(message.data) for message in self._nudges())

    def _nudges(self) -> list[Message]:
        return [message for message in self.slack.messages if message.view == "nudge"]

    def _doubled(self) -> list[Identity]:
        return [identity for identity, copies in self._identities().items() if copies > 1]

    def _judge(self) -> None:
        outcome, seen = self.outcome, self._identities()
        outcome.posted, outcome.updated = len(self.slack.messages), len(self.slack.updates)
        outcome.answers_lost, outcome.answers_doubled = self.others.lost(), self.others.doubled()
        outcome.outdated = self.others.outdated()
        outcome.doubled = self._doubled()
        windows = [window for model in self.models.values() for window in model.all_windows(self.clock.now())]
        for window in windows:
            chances = bisect.bisect_left(self.up, window.closes) - bisect.bisect_left(self.up, window.opens)
            if chances >= self.scale.enough:
                outcome.expected += 1
                if not seen[window.identity]:
                    outcome.lost.append(window.identity)
        outcome.stories = {str(identity): self._story(identity) for identity in outcome.lost[:5]}
        right = {window.identity: window for window in windows}
        for message in self._nudges():
            window = right.get(_identity(message.data))
            late = window is not None and window.by_person and message.at > window.closes
            if window is None or message.at < window.opens or late:
                outcome.wrong.append(f"{message.at} {_identity(message.data)}: {window}")
        self._judge_rows()

    def _story(self, identity: Identity) -> list[str]:
        """What the bot itself knows of a nudge that is missing, for whoever has to find out why."""
        with self.database.read() as session:
            rows = session.scalars(select(OutboxRow)).all()
            nudges = [row for row in rows if row.data and row.view == "nudge" and row.operation == POST]
            keys = [row.key for row in nudges if row.data and _identity(row.data) == identity]
            windows = [
                w for m in self.models.values() for w in m.all_windows(self.clock.now()) if w.identity == identity
            ]
            steps = [step for key in keys for step in story(session, key)]
        return [str(entry) for entry in (*windows, *steps)]

    def _judge_rows(self) -> None:
        visible = self.slack.copies()
        with self.database.read() as session:
            rows = session.scalars(select(OutboxRow)).all()
        for row in rows:
            if row.state in (PENDING, SENDING, UNKNOWN, BLOCKED):
                self.outcome.stuck.append(row.key)
            elif row.state == SENT and row.operation == POST and row.view == "nudge" and not visible[row.key]:
                assert row.data is not None
                self.outcome.lost.append(_identity(row.data))
            self.outcome.recovered += row.state == SENT and row.last_error is not None


def _identity(data: dict[str, Any]) -> Identity:
    return (
        data["partner"],
        date.fromisoformat(data["scheduled_on"]),
        date.fromisoformat(data["due_on"]),
        data["stage"],
        data["snooze_no"],
    )


def forget_about_power_cuts(database: Database) -> None:
    """Processes die in a simulation, machines do not: commits need not reach the disk."""

    if not event.contains(database.engine, "connect", _relax):
        database.close()
        event.listen(database.engine, "connect", _relax)


def _relax(connection: Any, _record: Any) -> None:
    connection.execute("PRAGMA synchronous=OFF")
