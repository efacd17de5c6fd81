"""One `serve` process, to be killed: the whole bot as composed for Slack, in hastened time."""

from __future__ import annotations

import threading
from multiprocessing.connection import Connection
from pathlib import Path

import bot.app.service
from bot.app.core import build
from bot.app.service import build_service
from bot.settings import Settings
from tests.support.mortal_worker import HastenedClock


def serve(home: Path, environment: dict[str, str], origin: float, speed: float, ready: Connection) -> None:
    """Serve until killed, with the clock `speed` times as fast as the machine's; sends "ready" once connected."""
    bot.app.service.RECONCILE_SECONDS /= min(speed, 6)
    bot.app.service.KEEP_SECONDS /= speed
    settings = Settings(_env_file=None, proviso_home=home, **environment)
    composed = build(settings, clock=HastenedClock(origin, speed))
    build_service(composed, scan_seconds=0.3).serve(
        app_token=environment["slack_app_token"],
        address="127.0.0.1:0",
        stop=threading.Event(),
        on_ready=lambda: ready.send("ready"),
    )
