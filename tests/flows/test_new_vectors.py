"""A home whose index was made with an earlier model answers as before while every passage gets a new vector."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app.core import Core, build
from bot.cli.new_vectors import index_up_to_date
from bot.settings import Settings
from retrieval.corpus.tables import GenerationRow
from retrieval.embedding.local import RECIPE, LocalEmbedder

EARLIER = "all-MiniLM-L6-v2@53aa51172d14+int8"
UNRELATED = "openai:some-model"
QUESTION = "When is the check of the boats written down?"
GUIDANCE = """# Ferries

A ferry master checks the lifeboats before each crossing. The check is written down in the log.

Crossings stop when the wind stands above seven."""
NOTHING = (sys.executable, "-c", "import time; time.sleep(60)")
DEADLINE = 100.0


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PROVISO_HOME", str(tmp_path / "home"))
    (tmp_path / "guidance").mkdir()
    (tmp_path / "guidance" / "ferries.md").write_text(GUIDANCE)
    return tmp_path / "home"


def _indexed_with(recipe: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation whose index was made when the local model was called `recipe`."""
    with monkeypatch.context() as earlier:
        earlier.setattr(LocalEmbedder, "recipe", recipe)
        core = build(Settings())
        core.ingestor.ingest([home.parent / "guidance"])
        core.close()


@pytest.fixture
def core(home: Path) -> Iterator[Core]:
    core = build(Settings())
    yield core
    core.close()


def _dense(core: Core) -> float | None:
    return core.retriever.search(QUESTION).hits[0].dense


def _published(core: Core) -> str | None:
    current = core.generations.current()
    assert current is not None
    with core.database.read() as session:
        row = session.get(GenerationRow, current.id)
        return row.recipe if row else None


def _wait_for(core: Core, recipe: str) -> None:
    until = time.monotonic() + DEADLINE
    while _published(core) != recipe:
        assert time.monotonic() < until, "no index with new vectors was published"
        time.sleep(0.05)


def test_a_home_of_an_earlier_version_answers_by_meaning_and_words_until_its_new_vectors_are_there(
    home: Path, core: Core, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _indexed_with(EARLIER, home, monkeypatch)

    with index_up_to_date(core):
        assert _published(core) == EARLIER
        assert _dense(core) is not None
        _wait_for(core, RECIPE)
        assert _dense(core) is not None

    assert capfd.readouterr().err.splitlines()[0] == (
        "The index was made with another embedding model: every passage gets a new vector now, once. Meanwhile "
        "questions are answered from the present index as before."
    )
    assert core.generations.answers_meanwhile() is None


def test_vectors_that_cannot_be_compared_are_left_aside_until_the_new_ones_are_there(
    home: Path, core: Core, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _indexed_with(UNRELATED, home, monkeypatch)

    with index_up_to_date(core, NOTHING):
        assert _dense(core) is None
    assert "Meanwhile questions are answered from the present index by words alone." in capfd.readouterr().err


def test_new_vectors_that_were_interrupted_are_made_at_the_next_start(
    home: Path, core: Core, monkeypatch: pytest.MonkeyPatch
) -> None:
    _indexed_with(EARLIER, home, monkeypatch)

    with index_up_to_date(core, NOTHING):
        assert _published(core) == EARLIER
    with index_up_to_date(core):
        _wait_for(core, RECIPE)


def test_an_index_of_the_present_model_is_updated_before_anything_is_served(
    home: Path, core: Core, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    _indexed_with(RECIPE, home, monkeypatch)

    with index_up_to_date(core, NOTHING):
        assert _published(core) == RECIPE
    assert "new vector" not in capfd.readouterr().err
