"""A scripted model over HTTP, and answers that it takes part in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import langchain.chat_models  # noqa: F401 - imported here so that no deadline below has to wait for it
import langchain_openai  # noqa: F401
import pytest

import bot.tables
from retrieval.answering import Answerer
from retrieval.answers.questions import Asked, understand
from retrieval.corpus.passages import Passage
from retrieval.corpus.tables import GenerationRow
from retrieval.database import Base, Database
from retrieval.model.cache import AnswerCache
from retrieval.model.chat import ChatModel
from retrieval.model.client import ChatServer
from retrieval.model.selecting import ModelSelector
from retrieval.ports import Failure, Selection
from tests.support.clock import ManualClock
from tests.support.guidance import PASSAGES
from tests.support.memory_searcher import MemorySearcher
from tests.support.model_server import ModelServer

assert bot.tables.MODULES

QUESTION = "How often must ammunition stores be counted?"
ASKED = understand(QUESTION)

Asking = Callable[..., Answerer]
Choose = Callable[..., Selection | Failure]


@pytest.fixture
def server() -> Iterator[ModelServer]:
    server = ModelServer()
    yield server
    server.stop()


@pytest.fixture
def store(tmp_path: Path, clock: ManualClock) -> Database:
    """A database that knows the generation which the searcher in memory names."""
    database = Database(f"sqlite:///{tmp_path / 'p.db'}")
    Base.metadata.create_all(database.engine)
    with database.write() as session:
        row = GenerationRow(generation_id="memory", state="ready", recipe=None, fingerprint="", passages=1)
        row.created_at = clock.now()
        session.add(row)
    return database


@cache
def _chat(url: str) -> ChatServer:
    return ChatServer("scripted-1", "key", url, timeout=5.0)


@pytest.fixture
def chat(server: ModelServer) -> Callable[..., ChatModel]:
    """A chat model on the scripted server."""

    def make(**parts: Any) -> ChatModel:
        quick: dict[str, Any] = {"deadline": 5.0, "sleep": lambda seconds: None}
        return ChatModel(_chat(server.url), **(quick | parts))

    return make


@pytest.fixture
def asking(chat: Callable[..., ChatModel]) -> Asking:
    """Answers whose sentences the scripted model chooses."""

    def make(passages: Sequence[Passage] = PASSAGES, *, cache: AnswerCache | None = None, **parts: Any) -> Answerer:
        return Answerer(MemorySearcher(passages), None, ModelSelector(chat(**parts), cache=cache))

    return make


@pytest.fixture
def choose(chat: Callable[..., ChatModel]) -> Choose:
    """What the scripted model chooses for a question among two passages."""

    def choose(asked: Asked = ASKED, passages: Sequence[Passage] = PASSAGES[1:3], **parts: Any) -> Selection | Failure:
        return ModelSelector(chat(**parts)).select(asked, passages, "")

    return choose
