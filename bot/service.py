"""The running bot: listeners, workers, sender and metronome, composed for one Slack-shaped server."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from slack_bolt import App

from bot.actions.table import REGISTRY
from bot.errors import SettingsError
from bot.reminders.nudges import still_wanted
from bot.reminders.scan import Scanner
from bot.slack.app import build_bolt
from bot.slack.client import QUICK_TIMEOUT_SECONDS, build_client
from bot.slack.delivery import SlackNotifier
from bot.slack.front import Front
from bot.slack.inbox_middleware import KIND
from bot.slack.privacy import Privacy
from bot.slack.questions import QuestionHandler
from bot.slack.serve import check_token, serve
from bot.slack.status import Status
from bot.slack.teams import Teams
from bot.work.folders import troubles
from bot.work.inbox import Inbox
from bot.work.loops import WakingLoop
from bot.work.people import person_id
from bot.work.retention import sweep
from bot.work.schedule import Job, Metronome
from bot.work.sender import Sender
from bot.work.workers import WorkerPool

if TYPE_CHECKING:
    from bot.app import Services

logger = logging.getLogger(__name__)

SEND_SECONDS = 2.0
RECONCILE_SECONDS = 20.0
SWEEP_SECONDS = 3600.0
FOLDER_SECONDS = 30.0
# Nudges stay with their story: `nudges why` has to be able to tell it.
KEPT_VIEWS = ("nudge",)


class Service:
    """Everything that runs while the bot serves. Any number of these may serve one database."""

    def __init__(
        self,
        services: Services,
        *,
        token: str,
        api_url: str,
        signing_secret: str | None,
        scan_seconds: float,
        answers: int,
        listeners: int,
    ) -> None:
        self._services = services
        self._signing_secret = signing_secret
        self._scan_seconds = scan_seconds
        self._listeners = listeners
        self.client = build_client(token, api_url)
        self._quick_client = build_client(token, api_url, timeout=QUICK_TIMEOUT_SECONDS)
        self.privacy = Privacy(self.client)
        self.scanner = Scanner(services.database, services.clock)
        self._stopping = threading.Event()
        self.sender = Sender(
            services.database,
            SlackNotifier(self.client, self.privacy),
            services.clock,
            services.worker,
            still_wanted=still_wanted,
            stopping=self._stopping.is_set,
        )
        self.inbox = Inbox(services.database, services.clock)
        status = Status(self._quick_client)
        person = self._person if services.settings.proviso_chat_model else None
        questions = QuestionHandler(services.answerer, REGISTRY, services.ageing, status, person)
        failures = {KIND: questions.failed}
        self.workers = WorkerPool(self.inbox, {KIND: questions}, answers, failures=failures, name=services.worker)
        self.posting = WakingLoop("posting", lambda: self.sender.send_due(1))
        self.inbox.on_receive, self.inbox.on_posts = self.workers.wake, self.posting.wake

    @cached_property
    def metronome(self) -> Metronome:
        """The table of everything nobody asked for."""
        folders = self._services.folders
        jobs = (
            Job("scan", self._scan_seconds, self.scan),
            Job("send", SEND_SECONDS, self.sender.send_due),
            Job("reconcile", RECONCILE_SECONDS, self.sender.reconcile),
            Job("sweep", SWEEP_SECONDS, self.sweep),
            *((Job("folders", FOLDER_SECONDS, folders.beat),) if folders else ()),
        )
        return Metronome(jobs, self._services.database, self._services.clock, self._services.worker)

    @cached_property
    def bolt(self) -> App:
        """The Bolt app; calls auth.test once."""
        services = self._services
        teams = Teams(services.database)
        front = Front(services.desk, REGISTRY, teams, self.privacy, self.client, services.clock)
        return build_bolt(front, self.inbox, signing_secret=self._signing_secret, listeners=self._listeners)

    def scan(self) -> int:
        """Put into the outbox what has fallen due, and have it posted; how many."""
        found = self.scanner.scan()
        if found:
            self.posting.wake()
        return found

    def sweep(self) -> None:
        """Erase what has outlived its age, clear away old indexes, and look at changed time zones."""
        now = self._services.clock.now()
        with self._services.database.write() as session:
            swept = sweep(session, now, keep_views=KEPT_VIEWS)
        self._services.generations.sweep(now)
        self._services.sweep_model(now)
        self.scanner.refresh()
        logger.info("swept %d contents, %d events, %d messages", swept.contents, swept.events, swept.messages)

    def _person(self, team: str, slack_user: str) -> str:
        with self._services.database.write() as session:
            return person_id(session, team, slack_user)

    def health(self) -> dict[str, Any]:
        """How each scheduled job does; `ok` when all have run lately. `folders` counts those not in line, by state."""
        # Heartbeats are written by the same clock that is read here.
        beats = self.metronome.health(self._services.clock.now())
        jobs = {beat.name: {"ok": beat.ok, "last_ok": _iso(beat.last_ok)} for beat in beats}
        with self._services.database.read() as session:
            folders = dict(Counter(trouble.state for trouble in troubles(session)))
        # A folder that is not in line is for a person to look at: this process does its work.
        return {"ok": all(beat.ok for beat in beats), "jobs": jobs, "folders": folders}

    def serve(
        self, *, app_token: str | None, address: str, stop: threading.Event, on_ready: Callable[[], None]
    ) -> None:
        """Run until `stop` is set. `on_ready` is called once connected and able to answer.

        Raises SettingsError and ServiceUnavailable when Slack refuses or does not answer.
        """
        if app_token is None and self._signing_secret is None:
            raise SettingsError(
                "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set. Nothing was started; set one of them "
                "(README, Connect Slack)."
            )
        self.check()
        self._services.generations.current()
        bolt = self.bolt
        self.start()
        try:
            serve(bolt, app_token=app_token, address=address, health=self.health, stop=stop, on_ready=on_ready)
        finally:
            self.stop()

    def check(self) -> None:
        """Refuse a token that Slack refuses or that lacks scopes, and a database of another workspace."""
        self._services.claim_workspace(check_token(self.client))

    def start(self) -> None:
        """Begin to work on what is there, whether or not Slack is connected."""
        self.workers.start()
        self.posting.start()
        self.metronome.start()

    def stop(self) -> None:
        """Finish what is under way; the rest is taken up at the next start, or by another replica."""
        # A job waits for Slack up to a hundred times in a row: it has to end after the call under way.
        self._stopping.set()
        self.metronome.stop()
        if self._services.folders:
            self._services.folders.stop()
        self.workers.stop()
        self.posting.stop()


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None
