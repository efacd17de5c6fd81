"""What `/healthz` tells of a running bot."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from bot.work.folders import troubles
from bot.work.schedule import Scheduler
from retrieval.database import Database
from retrieval.ports import Clock


def health(scheduler: Scheduler, database: Database, clock: Clock) -> dict[str, Any]:
    """How each scheduled job does; `ok` when all have run lately. `folders` counts those not in line, by state."""
    if not database.still_there():
        return {"ok": False, "jobs": {}, "problem": "The database file was removed or replaced."}
    # Heartbeats are written by the same clock that is read here.
    beats = scheduler.health(clock.now())
    jobs = {beat.name: {"ok": beat.ok, "last_ok": _iso(beat.last_ok)} for beat in beats}
    with database.read() as session:
        folders = dict(Counter(trouble.state for trouble in troubles(session)))
    # A folder that is not in line is for a person to look at: this process does its work.
    return {"ok": all(beat.ok for beat in beats), "jobs": jobs, "folders": folders}


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
