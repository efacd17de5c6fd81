"""One process of the bot, to be killed: inbox, outbox, scan and reconcile against an HTTP server, in hastened time."""

from __future__ import annotations

import hashlib
import logging
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

import bot.partners.tables
import bot.reminders.tables  # noqa: F401 - its tables are needed by the engine's own
from bot.reminders.nudges import still_wanted
from bot.reminders.scan import Scanner
from bot.work.inbox import Inbox, Received
from bot.work.kinds import ANSWER
from bot.work.loops import WakingLoop
from bot.work.outbox import Post, post_key
from bot.work.schedule import Job, Scheduler
from bot.work.sender import KEEP_SECONDS, Sender
from bot.work.workers import WorkerPool
from retrieval.database import Database
from tests.support.http_slack import HttpNotifier

SPEED = 20
START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class HastenedClock:
    """Runs so many times as fast as the machine's, the same in every process that is given the same origin."""

    def __init__(self, origin: float, speed: float = SPEED) -> None:
        self._origin, self._speed = origin, speed

    def now(self) -> datetime:
        return START + timedelta(seconds=(time.time() - self._origin) * self._speed)


def answer_key(event: str) -> str:
    return post_key("answer", event)


def answer(received: Received) -> Sequence[Post]:
    """Takes a while, and goes wrong now and then, always for the same events at the first attempt."""
    digest = hashlib.sha256(received.key.encode()).digest()
    time.sleep(digest[0] / 255 * 0.2)
    if digest[1] < 20 and received.attempt == 1:
        raise RuntimeError
    data = {"question": received.body["text"]}
    return [Post(ANSWER, answer_key(received.key), received.team_id, received.body["channel"], None, "answer", data)]


def apology(received: Received) -> Sequence[Post]:
    key = answer_key(received.key)
    return [Post(ANSWER, key, received.team_id, received.body["channel"], None, "failed", {"reference": received.key})]


def work(database_url: str, slack_url: str, origin: float, name: str, ready: Connection) -> None:
    """Work until killed; sends "ready" once it does."""
    logging.disable()  # of deaths and hang-ups it would tell without end
    database, clock = Database(database_url), HastenedClock(origin)
    sender = Sender(
        database,
        HttpNotifier(slack_url),
        clock,
        name,
        still_wanted=still_wanted,
        monotonic=lambda: time.monotonic() * SPEED,
    )
    sending = WakingLoop("send", sender.send_due)
    inbox = Inbox(database, clock, on_posts=sending.wake)
    pool = WorkerPool(inbox, {"mention": answer}, 4, failures={"mention": apology}, name=name, poll_seconds=0.1)
    jobs = [Job("scan", 0.2, Scanner(database, clock).scan), Job("reconcile", 0.4, sender.reconcile)]
    Scheduler(jobs, database, clock, name).start()
    pool.start()
    sending.start()
    WakingLoop("keep", sender.keep, KEEP_SECONDS / SPEED).start()
    ready.send("ready")
    threading.Event().wait()
