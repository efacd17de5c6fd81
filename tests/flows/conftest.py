"""The bot, composed of its real parts and connected to a sandbox over a real socket; one a module."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.actions.pointing import ActionPointer
from bot.actions.registry import Services
from bot.actions.table import REGISTRY
from bot.checklists.catalogue import Catalogue
from bot.conversations.feedback import Feedback
from bot.conversations.threads import Conversations
from bot.partners import tables as _partners
from bot.reminders import tables as _reminders
from bot.reminders.nudges import still_wanted
from bot.reminders.scan import Scanner
from bot.sandbox.clock import SandboxClock
from bot.sandbox.driver import Workspace
from bot.sandbox.server import Sandbox
from bot.slack.app import build_bolt
from bot.slack.client import build_client
from bot.slack.delivery import SlackNotifier
from bot.slack.http import HttpServer, application
from bot.slack.inbox_middleware import KIND
from bot.slack.invitations import ask_for_invitation
from bot.slack.manifest import render_manifest
from bot.slack.privacy import Privacy
from bot.slack.private_places import PrivatePlaces
from bot.slack.questions import QuestionHandler
from bot.slack.responder import Responder
from bot.slack.sockets import Sockets
from bot.slack.status import Status
from bot.slack.summaries import KIND as SUMMARY
from bot.slack.summaries import Summarising, SummaryHandler
from bot.slack.teams import Teams
from bot.views.sources import Ageing
from bot.work.inbox import Inbox
from bot.work.loops import WakingLoop
from bot.work.sender import Sender
from bot.work.workers import WorkerPool
from retrieval.answering import Answerer
from retrieval.corpus.sources import Corpus, CorpusChange, Document
from retrieval.database import Base, Database
from retrieval.index.generations import Generations
from retrieval.search.retriever import HybridRetriever
from tests.flows.guidance import PASSAGES

MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
TABLES = (_partners, _reminders)


class Bot:
    """The parts that `build` puts together, in a test's hands."""

    def __init__(
        self,
        sandbox: Sandbox,
        database: Database,
        searcher: HybridRetriever,
        answering: Answerer,
        workers: int = 4,
        address: str | None = None,
        summariser: Summarising | None = None,
        feedback: Feedback | None = None,
    ) -> None:
        self.stopped = False
        client = build_client(sandbox.bot_token, sandbox.api_url)
        privacy = Privacy(client, keep=0.0)
        teams = Teams(database)
        services = Services(database, Catalogue.load(), searcher, zone="Europe/Brussels", feedback=feedback)
        self.inbox = Inbox(database, sandbox.clock)
        self.conversations = Conversations(database, sandbox.clock, timedelta(hours=24))
        self.scanner = Scanner(database, sandbox.clock)
        self.sender = Sender(
            database,
            SlackNotifier(client, privacy),
            sandbox.clock,
            "flow",
            still_wanted=still_wanted,
            on_blocked=ask_for_invitation,
        )
        status = Status(build_client(sandbox.bot_token, sandbox.api_url, timeout=2))
        summarised = summariser is not None
        questions = QuestionHandler(
            answering,
            REGISTRY,
            lambda: Ageing(sandbox.clock.now().date()),
            self.conversations,
            status,
            summarised=summarised,
            rated=feedback is not None,
            prompt=7,
            places=PrivatePlaces(client, privacy).of,
        )
        summaries = SummaryHandler(database, summariser)
        self.workers = WorkerPool(
            self.inbox,
            {KIND: questions, SUMMARY: summaries},
            workers,
            failures={KIND: questions.failed, SUMMARY: summaries.failed},
        )
        self.posting = WakingLoop("posting", lambda: self.sender.send_due(1))
        self.inbox.on_receive, self.inbox.on_posts = self.workers.wake, self.posting.wake
        self.responder = Responder(services, REGISTRY, teams, privacy, client, sandbox.clock, wake=self.posting.wake)
        self.app = build_bolt(self.responder, self.inbox, self.conversations, signing_secret=sandbox.signing_secret)
        self._hang_up = self._connect(sandbox, address)
        self.workers.start()
        self.posting.start()

    def scan(self) -> None:
        """What the scheduler does every half minute."""
        self.scanner.scan()
        self.posting.wake()

    def _connect(self, sandbox: Sandbox, address: str | None) -> Callable[[], None]:
        """Over HTTP when there is an address, else over Socket Mode; returns what ends it."""
        if address is None:
            sockets = Sockets(self.app, sandbox.app_token)
            sockets.start()
            return sockets.stop
        server = HttpServer(address, application(self.app, lambda: {"ok": True}, sandbox.signing_secret))
        server.start()
        return server.stop

    def stop(self) -> None:
        if self.stopped:
            return
        self.stopped = True
        self._hang_up()
        self.workers.stop()
        self.posting.stop()


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(SandboxClock(MONDAY), manifest=render_manifest(), retries=(0.2, 0.5)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def workspace(sandbox: Sandbox) -> Workspace:
    return Workspace(sandbox)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def story_database(home: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{home / 'proviso.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture(scope="module")
def corpus(story_database: Database, sandbox: Sandbox) -> Corpus:
    corpus = Corpus(story_database)
    documents = tuple(Document(source, "guidance", source.path, passages) for source, passages in PASSAGES.items())
    corpus.apply(CorpusChange(documents), sandbox.clock.now())
    return corpus


@pytest.fixture(scope="module")
def generations(corpus: Corpus, story_database: Database, sandbox: Sandbox, home: Path) -> Generations:
    generations = Generations(story_database, home, None, sandbox.clock)
    generations.build()
    return generations


@pytest.fixture(scope="module")
def searcher(generations: Generations) -> HybridRetriever:
    searcher = HybridRetriever(generations, None)
    # Loads what the first question needs, so that no test waits for that: a busy machine takes ten seconds over it.
    Answerer(searcher).answer("What should be assessed?")
    return searcher


BotMaker = Callable[..., Bot]


@pytest.fixture(scope="module")
def make_bot(sandbox: Sandbox, story_database: Database, searcher: HybridRetriever) -> Iterator[BotMaker]:
    made: list[Bot] = []

    def make(
        answering: Answerer | None = None,
        workers: int = 4,
        address: str | None = None,
        summariser: Summarising | None = None,
        feedback: Feedback | None = None,
    ) -> Bot:
        answering = answering or Answerer(searcher, None, pointer=ActionPointer(REGISTRY, Catalogue.load))
        made.append(Bot(sandbox, story_database, searcher, answering, workers, address, summariser, feedback))
        return made[-1]

    yield make
    for bot in made:
        bot.stop()


@pytest.fixture(scope="module")
def bot(make_bot: BotMaker) -> Bot:
    return make_bot()
