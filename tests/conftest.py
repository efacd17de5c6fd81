"""What every test may use: both databases, a clock, and a network that ends at this machine."""

from __future__ import annotations

import ipaddress
import itertools
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from retrieval.database import Base, Database
from tests.support.chroma_server import Server
from tests.support.clock import ManualClock
from tests.support.postgresql import PostgresqlMissing, PostgresqlServer

for name in ("LANGSMITH_TRACING", "LANGCHAIN_TRACING_V2"):
    os.environ.pop(name, None)

_schemas = itertools.count()


def _is_loopback(address: Any) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = address[0]
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def _only_loopback() -> Iterator[None]:
    """Any connection that would leave this machine fails the test that tries it."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def guarded(self: socket.socket, address: Any) -> None:
        if not _is_loopback(address):
            raise AssertionError(f"a test tried to reach {address!r}")
        connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        if not _is_loopback(address):
            raise AssertionError(f"a test tried to reach {address!r}")
        return connect_ex(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", guarded)
    patch.setattr(socket.socket, "connect_ex", guarded_ex)
    yield
    patch.undo()


@pytest.fixture(autouse=True, scope="session")
def _weights_of_the_local_model() -> Iterator[None]:
    """With TEST_WEIGHTS=float32, other weights than the shipped ones: nothing may hang on how they are rounded."""
    if os.environ.get("TEST_WEIGHTS") != "float32":
        yield
        return
    from retrieval.embedding import local, weights
    from tests.support.other_weights import with_float32_weights

    model = with_float32_weights(weights.read_model())
    patch = pytest.MonkeyPatch()
    patch.setattr(local, "read_model", lambda: model)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """A developer's own keys and addresses play no part in a test."""
    for name in list(os.environ):
        if name.startswith(("PROVISO_", "SLACK_", "OPENAI_")) or name in ("DATABASE_URL", "CHROMA_URL"):
            monkeypatch.delenv(name)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a running PostgreSQL; skips, saying so, where there is none."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    try:
        server = PostgresqlServer().start()
    except PostgresqlMissing as missing:
        pytest.skip(f"no PostgreSQL: {missing}")
    yield server.url
    server.remove()


@pytest.fixture
def postgres_url(postgresql_server: str) -> Iterator[str]:
    """A schema of its own on the running PostgreSQL, as a URL."""
    schema = f"t{os.getpid()}_{next(_schemas)}"
    engine = create_engine(postgresql_server)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    yield f"{postgresql_server}?options=-csearch_path%3D{schema}"
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture
def sqlite_database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path / 'proviso.db'}")
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same test on each database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_database")
        return
    database = Database(request.getfixturevalue("postgres_url"))
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test with a marker named in TESTS_MUST_RUN fails where it would have been skipped."""
    required = set(os.environ.get("TESTS_MUST_RUN", "").split())
    for item in items:
        item.stash[_MUST_RUN] = bool(required & {mark.name for mark in item.iter_markers()})


_MUST_RUN = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.skipped and item.stash.get(_MUST_RUN, False):
        report.outcome = "failed"
        report.longrepr = f"this test may not be skipped here: {report.longrepr}"
    return report


@pytest.fixture(scope="module")
def chroma_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A Chroma server of the module's own."""
    server = Server(tmp_path_factory.mktemp("chroma"))
    server.start()
    yield server
    server.stop()
