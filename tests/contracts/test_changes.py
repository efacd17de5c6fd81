"""What changed between generations, on both databases: written when it is published, kept when both are swept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from retrieval.corpus.finders import Finders
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.errors import DecisionRefused, GenerationUnknown
from retrieval.index.changes import Changes, SourceChange, changes
from retrieval.index.generations import Generations
from tests.support.clock import ManualClock
from tests.support.corpus import document, store


class Shelf:
    """A corpus of which every change is published."""

    def __init__(self, database: Database, home: Path, clock: ManualClock) -> None:
        self.database, self.clock = database, clock
        self.corpus = Corpus(database)
        self.generations = Generations(database, home, None, clock)

    def publish(self) -> str:
        self.clock.advance(timedelta(hours=1))
        return self.generations.build().id

    def kinds(self, since: str | None = None) -> dict[str, str]:
        return {change.path: change.kind for change in changes(self.database, since).sources}


@pytest.fixture
def shelf(database: Database, tmp_path: Path, clock: ManualClock) -> Shelf:
    return Shelf(database, tmp_path / "home", clock)


OIL, WICKS = document("oil.md", "Oil is dear.", "Oil is dark."), document("wicks.md", "Wicks are cheap.")


def ident(name: str) -> str:
    return document(name).source.source_id


def test_before_anything_was_published_nothing_has_changed(database: Database) -> None:
    assert changes(database) == Changes(None, None, None, ())


def test_the_first_generation_adds_everything(shelf: Shelf) -> None:
    store(shelf.corpus, shelf.clock, OIL)
    first = shelf.publish()

    assert changes(shelf.database) == Changes(
        None,
        first,
        shelf.clock.now(),
        (SourceChange(ident("oil.md"), "added", "Orders oil.md", "oil.md", None, 0, 2, 2, 0),),
        finders=(0, 0),
    )


def test_where_finders_alone_changed_their_lines_are_counted(shelf: Shelf) -> None:
    store(shelf.corpus, shelf.clock, OIL)
    first = shelf.publish()
    finders = Finders(shelf.database)
    line = "what do we pay for fuel"
    kept = finders.add(finders.anchor(ident("oil.md"), "par. 1", line), line, shelf.clock.now())
    second = shelf.publish()
    assert changes(shelf.database) == Changes(first, second, shelf.clock.now(), (), finders=(1, 0))

    finders.remove(kept.finder_id)
    shelf.publish()
    assert changes(shelf.database).finders == (0, 1)
    assert changes(shelf.database).to_json()["finders"] == {"new": 0, "gone": 1}


def test_each_source_says_what_became_of_it(shelf: Shelf) -> None:
    store(
        shelf.corpus,
        shelf.clock,
        OIL,
        WICKS,
        document("lamps.md", "Lamps burn."),
        document("gone.md", "Gone.", content="3"),
    )
    first = shelf.publish()
    shelf.corpus.withdraw(ident("wicks.md"))
    shelf.corpus.supersede(ident("lamps.md"))
    edited = document("oil.md", "Oil is dear.", "Oil is light.", "Oil is sold.", content="2")
    store(shelf.corpus, shelf.clock, edited, document("new.md", "New.", content="4"), removed=(ident("gone.md"),))
    second = shelf.publish()

    found = changes(shelf.database)
    assert (found.before, found.after) == (first, second)
    assert [(c.path, c.kind, c.passages_before, c.passages_after, c.text_new, c.text_gone) for c in found.sources] == [
        ("gone.md", "removed", 1, 0, 0, 1),
        ("lamps.md", "superseded", 1, 1, 0, 0),
        ("new.md", "added", 0, 1, 1, 0),
        ("oil.md", "changed", 2, 3, 2, 1),
        ("wicks.md", "withdrawn", 1, 0, 0, 1),
    ]


def test_what_was_decided_can_be_undone(shelf: Shelf) -> None:
    store(shelf.corpus, shelf.clock, OIL, WICKS)
    shelf.publish()
    shelf.corpus.withdraw(ident("wicks.md"))
    shelf.publish()
    shelf.corpus.restore(ident("wicks.md"))
    shelf.publish()

    assert shelf.kinds() == {"wicks.md": "restored"}
    with pytest.raises(DecisionRefused, match="stands already"):
        shelf.corpus.restore(ident("wicks.md"))


def test_what_a_later_source_says_can_be_overruled(shelf: Shelf) -> None:
    store(shelf.corpus, shelf.clock, OIL, document("new.md", "Oil is sold.", supersedes="Orders oil.md"))
    shelf.publish()
    assert [s.state for s in shelf.corpus.sources()] == ["active", "superseded"]
    shelf.corpus.restore(ident("oil.md"))
    shelf.publish()

    assert shelf.kinds() == {"oil.md": "restored"}
    assert [s.state for s in shelf.corpus.sources()] == ["active", "active"]


def test_a_digest_is_retired_and_comes_back_when_its_original_goes(shelf: Shelf) -> None:
    digest = document("digest.md", "In short.", kind="digest", digest_of="Orders oil.md")
    store(shelf.corpus, shelf.clock, digest)
    shelf.publish()
    store(shelf.corpus, shelf.clock, OIL)
    shelf.publish()
    assert shelf.kinds() == {"digest.md": "retired", "oil.md": "added"}
    store(shelf.corpus, shelf.clock, removed=(ident("oil.md"),))
    shelf.publish()
    assert shelf.kinds() == {"digest.md": "restored", "oil.md": "removed"}


def test_a_file_that_moved_is_one_change_and_its_decision_goes_with_it(shelf: Shelf) -> None:
    store(shelf.corpus, shelf.clock, document("here.md", "Oil.", content="1:bytes"), WICKS)
    first = shelf.publish()
    shelf.corpus.supersede(ident("here.md"), ident("wicks.md"))
    shelf.publish()
    store(shelf.corpus, shelf.clock, document("there.md", "Oil.", content="2:bytes"), removed=(ident("here.md"),))
    shelf.publish()

    [moved] = changes(shelf.database).sources
    assert (moved.kind, moved.path, moved.moved_from) == ("changed", "there.md", "here.md")
    [since] = changes(shelf.database, first).sources
    assert (since.kind, since.path, since.moved_from, since.source_id) == (
        "superseded",
        "there.md",
        "here.md",
        ident("there.md"),
    )
    [there] = [s.source for s in shelf.corpus.sources() if s.source.path == "there.md"]
    assert (there.status, there.superseded_by) == ("superseded", "Orders wicks.md")


def test_changes_since_a_generation_or_a_moment_are_told_as_one(shelf: Shelf) -> None:
    store(shelf.corpus, shelf.clock, OIL)
    first = shelf.publish()
    moment = shelf.clock.now() + timedelta(minutes=1)
    store(shelf.corpus, shelf.clock, WICKS)
    shelf.publish()
    store(shelf.corpus, shelf.clock, document("oil.md", "Oil is dear.", content="2"), removed=(ident("wicks.md"),))
    last = shelf.publish()

    for since in (first, moment):
        found = changes(shelf.database, since)
        assert (found.before, found.after) == (first, last)
        assert [(c.path, c.kind) for c in found.sources] == [("oil.md", "changed")]
    assert changes(shelf.database, last) == Changes(None, None, None, ())
    with pytest.raises(GenerationUnknown):
        changes(shelf.database, "never")


def test_changes_outlive_the_generations_they_lay_between(shelf: Shelf) -> None:
    store(shelf.corpus, shelf.clock, OIL)
    shelf.publish()
    store(shelf.corpus, shelf.clock, removed=(ident("oil.md"),))
    shelf.publish()
    shelf.generations.sweep(shelf.clock.advance(timedelta(days=9)))

    assert shelf.kinds() == {"oil.md": "removed"}
