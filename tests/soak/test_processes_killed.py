"""Real processes, killed 60 times without warning, against a server that hangs up on one post in ten."""

from __future__ import annotations

import random
import time
from collections import Counter

import pytest
from sqlalchemy import create_engine, func, select, text

from bot.partners.register import NewPartner, add
from bot.work.inbox import DONE, FAILED, Inbox
from bot.work.outbox import TERMINAL
from bot.work.people import person_id, team_id
from bot.work.tables import InboxRow, OutboxRow
from retrieval.database import Base, Database
from tests.support.http_slack import HttpSlack
from tests.support.mortal_worker import START, HastenedClock, answer_key, work
from tests.support.postgresql import PostgresqlMissing, PostgresqlServer
from tests.support.processes import Mortal, wait

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

KILLS = 60
STOPS = 4
AMOUNT = 200
DRAIN_SECONDS = 150.0


class World:
    """What comes in while processes die: partners that fall due at once, and questions, most of them repeatedly."""

    def __init__(self, database: Database, clock: HastenedClock, chance: random.Random, amount: int = AMOUNT) -> None:
        self.database, self.chance, self.clock, self.amount = database, chance, clock, amount
        self.inbox = Inbox(database, clock)
        with database.write() as session:
            self.team = team_id(session, "T1")
            self.person = person_id(session, self.team, "U1")
        self.partners, self.questions = 0, 0

    def go_on(self, until: float) -> None:
        """Up to this share of everything has come in."""
        while self.partners < self.amount * until:
            name, channel = f"Partner {self.partners}", f"C{self.partners % 50}"
            new = NewPartner(
                self.team, name, channel, "UTC", "180 days", self.person, self.person, assess_by=START.date()
            )
            with self.database.write() as session:
                add(session, new, self.clock.now())
            self.partners += 1
        while self.questions < self.amount * until:
            for _ in range(self.chance.choice([1, 2, 4])):
                self.ask(self.questions)
            self.questions += 1
        self.ask(self.chance.randrange(max(self.questions, 1)))

    def ask(self, number: int) -> None:
        body = {"text": f"question {number}", "channel": f"D{number % 50}"}
        self.inbox.receive("mention", f"Ev{number}", body, self.team)

    def unfinished(self) -> int:
        open_posts = select(func.count()).select_from(OutboxRow).where(OutboxRow.state.not_in(TERMINAL))
        open_events = select(func.count()).select_from(InboxRow).where(InboxRow.state.not_in((DONE, FAILED)))
        nudges = select(func.count()).select_from(OutboxRow).where(OutboxRow.view == "nudge")
        with self.database.read() as session:
            unfinished = (session.scalar(open_posts) or 0) + (session.scalar(open_events) or 0)
            return unfinished + self.amount - (session.scalar(nudges) or 0)


def test_every_nudge_and_every_answer_is_seen_once_although_processes_are_killed(database: Database) -> None:
    chance, origin = random.Random(60), time.time()
    slack = HttpSlack(silent=0.1, seed=10).start()
    world = World(database, HastenedClock(origin), chance)
    size, started = (2 if database.is_sqlite else 3), 0
    workers: list[Mortal] = []

    def start() -> Mortal:
        nonlocal started
        started += 1
        return Mortal(work, database.url, slack.url, origin, f"process-{started}")

    try:
        workers = [start() for _ in range(size)]
        for kill in range(KILLS):
            world.go_on((kill + 1) / KILLS)
            wait(lambda: any(worker.is_ready() for worker in workers))
            victim = chance.choice([place for place, worker in enumerate(workers) if worker.is_ready()])
            time.sleep(chance.uniform(0.05, 0.6))
            workers[victim].kill()
            workers[victim] = start()
        left = _drain(world)
    finally:
        for worker in workers:
            worker.kill()
        slack.stop()
    recovered = _judge(database, slack, AMOUNT)
    seconds = time.time() - origin
    print(
        f"\n{database.engine.dialect.name}: {size} processes, {KILLS} kills, {AMOUNT} nudges, {AMOUNT} questions, "
        f"{slack.hung_up} accepted without reply, {recovered} recovered, 0 lost, 0 doubled, {seconds:.0f} s"
    )
    assert left == 0


@pytest.mark.postgresql
def test_everything_is_seen_once_although_the_database_goes_away_again_and_again() -> None:
    server, origin, chance = _durable_server(), time.time(), random.Random(4)
    slack, database = HttpSlack(silent=0.1, seed=11).start(), Database(server.url)
    Base.metadata.create_all(database.engine)
    world = World(database, HastenedClock(origin), chance, amount=60)
    workers = [Mortal(work, database.url, slack.url, origin, f"process-{n}") for n in range(2)]
    try:
        wait(lambda: all(worker.is_ready() for worker in workers))
        for stop in range(STOPS):
            world.go_on((stop + 1) / STOPS)
            time.sleep(chance.uniform(0.2, 1.5))
            server.stop("immediate")
            time.sleep(chance.uniform(0.1, 2.0))
            server.resume()
        left = _drain(world)
    finally:
        for worker in workers:
            worker.kill()
        slack.stop()
    recovered = _judge(database, slack, world.amount)
    database.close()
    server.remove()
    print(f"\npostgresql stopped {STOPS} times, {2 * world.amount} posts, {recovered} recovered, 0 lost, 0 doubled")
    assert left == 0


def _durable_server() -> PostgresqlServer:
    """A server of our own, which keeps what it has committed when it is stopped at once."""
    try:
        server = PostgresqlServer().start()
    except PostgresqlMissing as missing:
        pytest.skip(f"no PostgreSQL: {missing}")
    engine = create_engine(server.url)
    with engine.begin() as connection:
        connection.execute(text("ALTER ROLE postgres SET synchronous_commit = on"))
    engine.dispose()
    return server


def _drain(world: World) -> int:
    deadline = time.monotonic() + DRAIN_SECONDS
    while (left := world.unfinished()) and time.monotonic() < deadline:
        time.sleep(0.2)
    return left


def _judge(database: Database, slack: HttpSlack, amount: int) -> int:
    views = Counter(message["view"] for message in slack.accepted)
    nudged = Counter((m["data"]["partner"], m["data"]["stage"]) for m in slack.accepted if m["view"] == "nudge")
    assert nudged == Counter((f"Partner {n}", "due") for n in range(amount))
    answered = Counter(message["key"] for message in slack.accepted if message["view"] != "nudge")
    assert answered == Counter(answer_key(f"Ev{n}") for n in range(amount))
    assert views["answer"] >= amount * 0.9
    recovered = select(func.count()).select_from(OutboxRow).where(OutboxRow.last_error.is_not(None))
    with database.read() as session:
        return session.scalar(recovered) or 0
