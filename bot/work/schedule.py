"""The scheduler: what runs although nobody asked. What is due is read from SQL; a missed beat costs nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select, update

from bot.work.loops import WakingLoop
from bot.work.statements import change, insert_once
from bot.work.tables import HeartbeatRow
from retrieval.database import Database
from retrieval.ports import Clock

logger = logging.getLogger(__name__)

LATE_AFTER_PERIODS = 3
WATCH_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Job:
    """Something to run every `seconds`. It must be harmless to run at any time, anywhere, twice at once."""

    name: str
    seconds: float
    function: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Beat:
    """How a job does: when it last ran to its end (on any replica; None: never), and whether that is recent enough."""

    name: str
    seconds: float
    last_ok: datetime | None
    ok: bool


class Scheduler:
    """Runs `jobs`, each at its own period, one run of a job at a time. Whether they do their work is told by
    `health` alone: a scheduler can believe that it runs while its thread is dead.
    """

    def __init__(self, jobs: Sequence[Job], database: Database, clock: Clock, owner: str = "scheduler") -> None:
        self._jobs = {job.name: job for job in jobs}
        self._database = database
        self._clock = clock
        self._owner = owner
        self._scheduler: BackgroundScheduler | None = None
        self._watch: WakingLoop | None = None

    def start(self) -> None:
        """Run every job now, then at its period."""
        # A job that takes longer than its period skips a beat, which is no news; health tells when it skips too many.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        # Nothing is kept between two starts, and a late beat is still a beat: both would lose runs (measured).
        scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max(len(self._jobs), 1))},
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        now = datetime.now(UTC)
        for job in self._jobs.values():
            scheduler.add_job(
                self.run, "interval", args=[job.name], seconds=job.seconds, id=job.name, next_run_time=now
            )
        scheduler.start()
        self._scheduler = scheduler
        self._watch = WakingLoop("scheduler-watch", self.catch_up, WATCH_SECONDS)
        self._watch.start()

    def stop(self) -> None:
        """Wait for what is running, then end."""
        if self._watch is not None:
            self._watch.stop()
            self._watch = None
        if self._scheduler is not None:
            # APScheduler looks for due jobs once more while it ends, and would complain that it may not run them.
            self._scheduler.remove_all_jobs()
            self._scheduler.shutdown(wait=True)
            self._scheduler = None

    def catch_up(self) -> int:
        """Beat now where the next beat is more than two periods away: the clock was set back since. Always 0.

        A beat that happens while this looks is up to one period away, and a little more.
        """
        now = datetime.now(UTC)
        for beat in self._scheduler.get_jobs() if self._scheduler else ():
            if beat.next_run_time > now + timedelta(seconds=2 * self._jobs[beat.id].seconds):
                logger.warning("job %s: the clock was set back", beat.id)
                beat.modify(next_run_time=now)
        return 0

    def run(self, name: str) -> bool:
        """Run one job now, in this thread; whether it ran to its end. Its errors are logged by type alone."""
        job = self._jobs[name]
        try:
            job.function()
            self._beat(job)
        except Exception as error:  # an exception must not end the beat
            logger.warning("job %s: %s", name, type(error).__name__)
            return False
        return True

    def health(self, now: datetime) -> list[Beat]:
        """Each job of the table; ok when its newest beat is less than three periods away.

        A beat from the future was timed before the clock was set back: it tells nothing of now.
        """
        with self._database.read() as session:
            rows = {row.name: row for row in session.scalars(select(HeartbeatRow))}
        beats = []
        for job in self._jobs.values():
            last_ok = rows[job.name].last_ok if job.name in rows else None
            limit = timedelta(seconds=LATE_AFTER_PERIODS * job.seconds)
            beats.append(Beat(job.name, job.seconds, last_ok, last_ok is not None and abs(now - last_ok) < limit))
        return beats

    def _beat(self, job: Job) -> None:
        values = {"owner": self._owner, "seconds": job.seconds, "last_ok": self._clock.now()}
        with self._database.write() as session:
            statement = update(HeartbeatRow).where(HeartbeatRow.name == job.name).values(**values)
            if not change(session, statement):
                insert_once(session, HeartbeatRow, {"name": job.name, **values})
