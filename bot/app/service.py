"""The running bot: listeners, workers, sender and scheduler, composed for one Slack-shaped server."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from slack_bolt import App
from slack_sdk import WebClient

from bot.actions.table import REGISTRY
from bot.app.core import Core
from bot.app.health import health
from bot.app.workers import build_workers
from bot.errors import ServiceUnavailable, SettingsError
from bot.reminders.nudges import still_wanted
from bot.reminders.scan import Scanner
from bot.slack.app import build_bolt
from bot.slack.arrivals import Arrivals
from bot.slack.client import QUICK_TIMEOUT_SECONDS, build_client
from bot.slack.delivery import SlackNotifier
from bot.slack.http import Health
from bot.slack.invitations import ask_for_invitation
from bot.slack.privacy import Privacy
from bot.slack.private_places import PrivatePlaces
from bot.slack.responder import Responder
from bot.slack.serve import check_token, serve
from bot.slack.status import Status
from bot.slack.teams import Teams
from bot.slack.undelivered import undelivered
from bot.work.destinations import is_held
from bot.work.folders import FolderSync
from bot.work.inbox import Inbox
from bot.work.loops import WakingLoop
from bot.work.retention import sweep
from bot.work.schedule import Job, Scheduler
from bot.work.sender import KEEP_SECONDS, Sender
from bot.work.workers import WorkerPool

logger = logging.getLogger(__name__)

SEND_SECONDS = 2.0
RECONCILE_SECONDS = 3.0
SWEEP_SECONDS = 3600.0
FOLDER_SECONDS = 30.0
WATCH_SECONDS = 5.0


class DatabaseGone(ServiceUnavailable):
    """The database file was removed or replaced while the bot served, so it ended. What came since is not in the new
    file; put the old file back or run `proviso restore` with your newest backup, then start the bot again.
    """


@dataclass(frozen=True)
class Parts:
    """What a running bot is made of. `stopping` is set when it is to end; `join_channels` needs a scope of its own."""

    client: WebClient
    scanner: Scanner
    sender: Sender
    workers: WorkerPool
    posting: WakingLoop
    keeping: WakingLoop
    scheduler: Scheduler
    folders: FolderSync | None
    stopping: threading.Event
    join_channels: bool = False


class Service:
    """Everything that runs while the bot serves. Any number of these may serve one database.

    `build_app` makes the Bolt app and calls auth.test once; `claim_workspace` takes Slack's id of the workspace;
    `open_index` has the index at hand before the first question.
    """

    def __init__(
        self,
        parts: Parts,
        *,
        build_app: Callable[[], App],
        claim_workspace: Callable[[str], object],
        open_index: Callable[[], object],
        health: Health,
        signing_secret: str | None,
        still_there: Callable[[], bool],
    ) -> None:
        self._parts = parts
        self._build_app = build_app
        self._claim_workspace = claim_workspace
        self._open_index = open_index
        self._health = health
        self._signing_secret = signing_secret
        self._still_there = still_there

    def serve(
        self, *, app_token: str | None, address: str, stop: threading.Event, on_ready: Callable[[], None]
    ) -> None:
        """Run until `stop` is set. `on_ready` is called once connected and able to answer.

        Raises SettingsError and ServiceUnavailable when Slack refuses or does not answer, DatabaseGone.
        """
        if app_token is None and self._signing_secret is None:
            raise SettingsError(
                "Neither SLACK_APP_TOKEN nor SLACK_SIGNING_SECRET is set. Nothing was started; set one of them "
                "(README, Connect Slack)."
            )
        self.check()
        self._open_index()
        bolt = self._build_app()
        watch = WakingLoop("database-watch", lambda: self._end_without_database(stop), WATCH_SECONDS)
        self.start()
        watch.start()
        try:
            serve(
                bolt,
                app_token=app_token,
                address=address,
                health=self._health,
                signing_secret=self._signing_secret,
                stop=stop,
                on_ready=on_ready,
            )
        finally:
            watch.stop()
            self.stop()
        if not self._still_there():
            raise DatabaseGone

    def _end_without_database(self, stop: threading.Event) -> int:
        if not self._still_there():
            stop.set()
        return 0

    def check(self) -> None:
        """Refuse a token that Slack refuses or that lacks scopes, and a database of another workspace."""
        self._claim_workspace(check_token(self._parts.client, join_channels=self._parts.join_channels))

    def run_once(self) -> tuple[int, int, int]:
        """One round by hand: how many nudges fell due, how many messages were tried, how many were settled."""
        return self._parts.scanner.scan(), self._parts.sender.send_due(), self._parts.sender.reconcile()

    def start(self) -> None:
        """Begin to work on what is there, whether or not Slack is connected."""
        self._parts.workers.start()
        self._parts.posting.start()
        self._parts.keeping.start()
        self._parts.scheduler.start()

    def stop(self) -> None:
        """Finish what is under way; the rest is taken up at the next start, or by another replica."""
        # A job waits for Slack up to a hundred times in a row: it has to end after the call under way.
        self._parts.stopping.set()
        self._parts.scheduler.stop()
        if self._parts.folders:
            self._parts.folders.stop()
        self._parts.workers.stop()
        self._parts.posting.stop()
        # Last: what is still being posted needs its lease.
        self._parts.keeping.stop()


def build_service(core: Core, *, scan_seconds: float = 30.0) -> Service:
    """The bot for the Slack-shaped server that the settings name. Raises SettingsError without a token."""
    settings = core.settings
    if settings.slack_bot_token is None:
        raise SettingsError("SLACK_BOT_TOKEN is not set. Nothing was started; README says how to connect Slack.")
    token, stopping = settings.slack_bot_token.get_secret_value(), threading.Event()
    client = build_client(token, settings.slack_api_url)
    quick_client = build_client(token, settings.slack_api_url, timeout=QUICK_TIMEOUT_SECONDS)
    privacy, arrivals = Privacy(client), Arrivals()
    inbox = Inbox(core.database, core.clock)
    scanner = Scanner(core.database, core.clock)
    status = Status(quick_client, held=lambda: _is_held(core))
    notifier = SlackNotifier(client, privacy, join_channels=settings.proviso_join_channels)
    sender = _sender(core, notifier, status, stopping)
    workers = build_workers(core, inbox, status, PrivatePlaces(client, privacy))
    posting = WakingLoop("posting", lambda: sender.send_due(1))
    keeping = WakingLoop("keeping", sender.keep, KEEP_SECONDS)
    inbox.on_receive, inbox.on_posts = workers.wake, posting.wake
    jobs = _jobs(core, scanner, sender, posting, scan_seconds)
    scheduler = Scheduler(jobs, core.database, core.clock, core.worker)
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else None
    return Service(
        Parts(
            client,
            scanner,
            sender,
            workers,
            posting,
            keeping,
            scheduler,
            core.folders,
            stopping,
            settings.proviso_join_channels,
        ),
        build_app=lambda: build_bolt(
            Responder(
                core.services,
                REGISTRY,
                Teams(core.database),
                privacy,
                client,
                core.clock,
                join_channels=settings.proviso_join_channels,
                wake=posting.wake,
            ),
            inbox,
            core.conversations,
            privacy=Privacy(quick_client),
            arrivals=arrivals,
            signing_secret=secret,
            listeners=settings.proviso_listeners,
        ),
        claim_workspace=core.claim_workspace,
        open_index=core.generations.current,
        health=lambda: health(scheduler, core.database, core.clock) | {"events": arrivals.to_json()},
        signing_secret=secret,
        still_there=core.database.still_there,
    )


def _sender(core: Core, notifier: SlackNotifier, status: Status, stopping: threading.Event) -> Sender:
    """Posts what the outbox holds; whoever waits for an answer is shown when that takes longer."""
    return Sender(
        core.database,
        notifier,
        core.clock,
        core.worker,
        still_wanted=still_wanted,
        stopping=stopping.is_set,
        on_doubt=lambda post: status.still_sending(post.channel, post.thread, post.asker),
        on_found=lambda post: status.sent(post.channel, post.thread),
        on_given_up=undelivered,
        on_blocked=ask_for_invitation,
    )


def _is_held(core: Core) -> bool:
    """Whether Slack has asked this workspace to wait."""
    with core.database.read() as session:
        return is_held(session, core.clock.now())


def _jobs(core: Core, scanner: Scanner, sender: Sender, posting: WakingLoop, scan_seconds: float) -> tuple[Job, ...]:
    """The table of everything nobody asked for."""

    def scan() -> None:
        if scanner.scan():
            posting.wake()

    return (
        Job("scan", scan_seconds, scan),
        Job("send", SEND_SECONDS, sender.send_due),
        Job("reconcile", RECONCILE_SECONDS, sender.reconcile),
        Job("sweep", SWEEP_SECONDS, lambda: _sweep(core, scanner)),
        *((Job("folders", FOLDER_SECONDS, core.folders.beat),) if core.folders else ()),
    )


def _sweep(core: Core, scanner: Scanner) -> None:
    """Erase what has outlived its age, clear away old indexes, and look at changed time zones."""
    now = core.clock.now()
    with core.database.write() as session:
        swept, turns = sweep(session, now), core.conversations.erase(session, now)
        marks = core.feedback.erase(session, now)
    core.generations.sweep(now)
    core.sweep_model(now)
    scanner.refresh()
    logger.info("%s, %d threads and turns, %d marks on answers", swept, turns, marks)
