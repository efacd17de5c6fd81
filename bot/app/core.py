"""What answers, remembers and reads, made from the settings: database, index, answers, model."""

from __future__ import annotations

import logging
import os
import socket
import uuid
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from bot.app.home import only_for_this_user, secure
from bot.app.model import (
    chat_model,
    kept_answers,
    model_budgets,
    model_name,
    model_server,
    selector,
    summariser,
)
from bot.migrations import upgrade
from bot.settings import Settings
from bot.views.sources import Ageing
from ingest.roots import STARTER_ROOT
from ingest.starter import starter_guidance
from retrieval import tracing
from retrieval.answering import Answerer
from retrieval.corpus.passages import EVERYTHING
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.errors import ModelDamaged, ModelMissing
from retrieval.index.generations import Generations
from retrieval.ports import Clock, Pointer, SystemClock
from retrieval.search.glossary import load_glossary
from retrieval.search.retriever import HybridRetriever

# What a single question has no use for is imported where it is made: starting is most of what such a question costs.
if TYPE_CHECKING:
    from bot.actions.registry import Services
    from bot.checklists.catalogue import Catalogue
    from bot.conversations.feedback import Feedback
    from bot.conversations.threads import Conversations
    from bot.work.folders import FolderSync
    from ingest.passages import Count
    from ingest.report import Progress
    from ingest.sync import Ingestor
    from retrieval.corpus.finders import Finders
    from retrieval.embedding.local import LocalEmbedder
    from retrieval.embedding.openai_server import OpenAIEmbedder
    from retrieval.model.budgets import Budgets
    from retrieval.model.cache import AnswerCache
    from retrieval.model.chat import ChatModel
    from retrieval.model.selecting import ModelSelector
    from retrieval.model.summary import Summariser

logger = logging.getLogger(__name__)


def build(settings: Settings, *, clock: Clock | None = None) -> Core:
    """The parts of one installation. Nothing is opened before it is used; `close` gives everything back."""
    only_for_this_user()
    tracing.switch_off()
    # onnxruntime reports to its maker unless told not to before it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # With this the OpenAI client writes requests, questions included, to the log.
    os.environ.pop("OPENAI_LOG", None)
    return Core(settings, clock or SystemClock())


class Core:
    """Every part that a command may need, made at first use from the settings and the parts below it."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self.settings = settings
        self.clock = clock
        self.worker = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:6]}"
        # Lines of a batch are independent of one another, so they are never answered from what was kept.
        self.afresh = False

    @cached_property
    def database(self) -> Database:
        """The database, its schema up to date."""
        database = Database(self.settings.resolved_database_url)
        secure(self.settings.proviso_home, database.file)
        upgrade(database)
        database.still_there()
        return database

    @cached_property
    def embedder(self) -> LocalEmbedder | OpenAIEmbedder | None:
        """The embedder the settings name; None where the local model cannot be had: words alone are searched then."""
        if self.settings.proviso_embedding_model:
            from retrieval.embedding.openai_server import OpenAIEmbedder

            return OpenAIEmbedder(model_name(self.settings.proviso_embedding_model), *model_server(self.settings))
        from retrieval.embedding.local import LocalEmbedder

        try:
            return LocalEmbedder.load()
        except (ModelMissing, ModelDamaged) as error:
            logger.warning("%s", error)
            return None

    @cached_property
    def corpus(self) -> Corpus:
        """Sources and passages."""
        return Corpus(self.database)

    @cached_property
    def finders(self) -> Finders:
        """Lines under which places of sources are found."""
        from retrieval.corpus.finders import Finders

        return Finders(self.database)

    @cached_property
    def generations(self) -> Generations:
        """The index generations."""
        home, url = self.settings.proviso_home, self.settings.chroma_url
        return Generations(self.database, home, self.embedder, self.clock, chroma_url=url)

    @cached_property
    def retriever(self) -> HybridRetriever:
        """Hybrid search."""
        glossary = load_glossary(self.settings.proviso_glossary)
        return HybridRetriever(self.generations, self.embedder, glossary=glossary)

    @property
    def count(self) -> Count:
        """Counts the word pieces of a text; an estimate where the local model is not in use."""
        from ingest.passages import estimate

        count: Count = getattr(self.embedder, "count", estimate)
        return count

    @cached_property
    def ingestor(self) -> Ingestor:
        """Brings the corpus in line with files and folders."""
        from ingest.sync import Ingestor

        return Ingestor(self.corpus, self.generations, self.clock, count=self.count)

    @cached_property
    def folders(self) -> FolderSync | None:
        """The nightly round over remembered folders; None when it is switched off."""
        from bot.folder_process import nightly

        settings = self.settings
        at, zone = settings.proviso_folder_sync, settings.proviso_zone
        return nightly(self.database, self.corpus, self.clock, self.worker, at=at, zone=zone)

    @cached_property
    def chat(self) -> ChatModel | None:
        """The chat model; None when none is set."""
        return chat_model(self.settings, self.budgets) if self.settings.proviso_chat_model else None

    @cached_property
    def model(self) -> ModelSelector | None:
        """The selector that asks the chat model; None when no model is set."""
        return selector(self.chat, None if self.afresh else self.answer_cache) if self.chat else None

    @cached_property
    def summariser(self) -> Summariser | None:
        """The summariser that asks the chat model; None when no model is set, and when PROVISO_SUMMARY is off."""
        return summariser(self.chat) if self.chat and self.settings.proviso_summary == "button" else None

    @cached_property
    def budgets(self) -> Budgets:
        """What the model may cost. Raises SettingsError for a limit of money without a price."""
        return model_budgets(self.settings, self.database, self.clock)

    @property
    def answer_cache(self) -> AnswerCache | None:
        """Answers kept for the next asker; None where the settings keep none."""
        return kept_answers(self.settings, self.database, self.clock)

    def sweep_model(self, now: datetime) -> None:
        """Erase kept answers and sums of spending that have outlived their use."""
        from retrieval.model.cache import AnswerCache

        (self.answer_cache or AnswerCache(self.database, self.clock, age=timedelta())).sweep(now)
        self.budgets.sweep(now)

    @cached_property
    def answerer(self) -> Answerer:
        """Questions to answers."""
        return Answerer(
            self.retriever, self.embedder, self.model, glossary=self.retriever.glossary, pointer=self.pointer
        )

    @cached_property
    def pointer(self) -> Pointer:
        """Where a request leads that is no question to the guidance."""
        from bot.actions.pointing import ActionPointer
        from bot.actions.routing import Router
        from bot.actions.table import REGISTRY

        return ActionPointer(REGISTRY, lambda: self.catalogue, route=Router(lambda: self.embedder).route)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The checklists."""
        from bot.checklists.catalogue import Catalogue

        return Catalogue.load()

    @cached_property
    def conversations(self) -> Conversations:
        """The threads that are remembered."""
        from bot.conversations.threads import Conversations

        return Conversations(self.database, self.clock, timedelta(hours=self.settings.proviso_thread_hours))

    @cached_property
    def feedback(self) -> Feedback:
        """What people think of answers."""
        from bot.conversations.feedback import Feedback

        return Feedback(self.database, self.clock, timedelta(days=self.settings.proviso_feedback_days))

    @cached_property
    def services(self) -> Services:
        """What actions work with."""
        from bot.actions.registry import Services

        zone, aged_after = self.settings.proviso_zone, self.settings.proviso_age_flag_years
        return Services(
            self.database, self.catalogue, self.retriever, zone=zone, aged_after=aged_after, feedback=self.feedback
        )

    def ageing(self) -> Ageing:
        """How old sources are today, and from when on that is flagged."""
        return Ageing(self.clock.now().date(), self.settings.proviso_age_flag_years)

    @property
    def starter(self) -> Path:
        """The folder of the starter guidance."""
        return starter_guidance()

    def ensure_corpus(self, progress: Progress | None = None) -> None:
        """Have something to answer from: at first run, the starter guidance."""
        if not self.corpus.roots():
            self.keep_checklist_finders()
            self.ingestor.ingest([self.starter], progress=progress)
        elif self.generations.current() is None:
            self.generations.build()

    def refresh_starter(self, progress: Progress | None = None) -> None:
        """Bring in what a new version of the product says, unless the starter guidance was taken out."""
        self.ensure_corpus(progress)
        changed = self.keep_checklist_finders()
        if any(summary.root == STARTER_ROOT for summary in self.corpus.sources(EVERYTHING)):
            self.ingestor.ingest([self.starter], yes=True, progress=progress)
        elif changed:
            self.generations.build()

    def keep_checklist_finders(self) -> bool:
        """Store the items of the checklists as finders of the places they rest on. Return whether any finder changed.

        The next generation that is built searches them.
        """
        from retrieval.corpus.finders import CHECKLIST, Anchor
        from retrieval.corpus.standing import same_title

        pairs = [(Anchor(same_title(source), locator), item) for source, locator, item in self.catalogue.resting()]
        return self.finders.replace(CHECKLIST, pairs, self.clock.now())

    def claim_workspace(self, slack_team: str) -> str:
        """Our id of the workspace this installation serves; raises SettingsError when it serves another."""
        from bot.work.workspace import claim

        with self.database.write() as session:
            return claim(session, slack_team)

    def close(self) -> None:
        """Give back what was opened."""
        if "database" in self.__dict__:
            self.database.close()
