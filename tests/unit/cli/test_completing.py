"""What the shell offers after Tab, asked as the shell asks."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.actions.registry import Actor, Call, Context
from bot.actions.table import REGISTRY
from bot.app.core import build
from bot.checklists.catalogue import Catalogue
from bot.settings import Settings
from bot.work.workspace import LOCAL, local_team
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.corpus.sources import CorpusChange, Document

HEAVY = ("pydantic", "sqlalchemy", "numpy", "rich", "slack_sdk", "bot.app")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    core = build(Settings(_env_file=None, proviso_home=tmp_path))
    source = Source("3f5a", "ferries.md")
    passage = Passage("p", source, (Sentence((Span("Check the lifeboats.", 1),)),))
    core.corpus.apply(CorpusChange((Document(source, "/guidance", "one", (passage,)),)), datetime.now(UTC))
    with core.database.write() as session:
        team = local_team(session)
    context = Context(core.services, Actor(team, LOCAL), datetime.now(UTC), REGISTRY)
    for name in ("4th Brigade", "Harbour Guard"):
        REGISTRY.run(context, Call(REGISTRY.get("partner.add"), {"name": name, "channel": "C1", "every": 6}))
    core.close()
    return tmp_path


def offered(home: Path, *words: str) -> list[tuple[str, str]]:
    """What is offered for the last word, with what is said of it."""
    code = (
        "import sys; sys.argv = ['proviso']; from bot.cli import main\n"
        "try: main()\n"
        f"finally: print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    asked = {"_PROVISO_COMPLETE": "fish_complete", "COMP_WORDS": " ".join(("proviso", *words)), "COMP_CWORD": words[-1]}
    environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"} | asked | {"PROVISO_HOME": str(home)}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "", "something heavy was imported for a key press"
    rows = (line.removeprefix("plain,").partition("\t") for line in done.stdout.splitlines() if line)
    return [(value, about) for value, _, about in rows]


def test_commands_and_their_options(home: Path) -> None:
    assert offered(home, "part") == [("partner", "The register of partners.")]
    assert [name for name, _ in offered(home, "tour", "--p")] == ["--port"]
    assert [name for name, _ in offered(home, "sources", "re")] == ["remove", "restore"]


def test_checklists_by_their_ids(home: Path) -> None:
    assert [name for name, _ in offered(home, "checklist", "")] == [c.id for c in Catalogue.load().checklists]
    assert [name for name, _ in offered(home, "checklist", "det")] == ["detention"]


def test_sources_and_partners_of_this_machine(home: Path) -> None:
    assert offered(home, "sources", "withdraw", "3f") == [("3f5a", "ferries.md")]
    assert offered(home, "ask", "--source", "3f") == [("3f5a", "ferries.md")]
    assert offered(home, "partner", "show", "harb") == [("Harbour Guard", "proposed")]


def test_where_there_is_no_home_nothing_is_offered_and_nothing_created(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert offered(nowhere, "partner", "show", "h") == []
    assert not nowhere.exists()


def test_finders_are_offered_by_id_with_their_lines(home: Path) -> None:
    core = build(Settings(_env_file=None, proviso_home=home))
    line = "who looks at the rescue gear"
    kept = core.finders.add(core.finders.anchor("3f5a", "par. 1", line), line, datetime.now(UTC))
    core.close()
    assert offered(home, "finders", "remove", kept.finder_id[:3]) == [(kept.finder_id, line)]
    assert offered(home, "finders", "add", "3f") == [("3f5a", "ferries.md")]
