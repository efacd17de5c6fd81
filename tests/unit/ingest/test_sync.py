from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import ingest.planning
from ingest.child_server import Limits
from ingest.children import ReadingPool
from ingest.errors import IndexRefused, LossNeedsConfirmation, PathMissing
from ingest.passages import pack
from ingest.report import IngestReport, Phase
from ingest.starter import starter_guidance
from ingest.sync import Ingestor
from retrieval.corpus.sources import Corpus
from retrieval.database import Database
from retrieval.errors import EmbeddingRefused, IndexDamaged
from retrieval.index.generations import Generations
from tests.support.clock import ManualClock
from tests.unit.ingest.conftest import ARTICLE
from tests.unit.ingest.library import Library

Write = Callable[[str, str | bytes], Path]


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.added, report.changed, report.unchanged, report.removed


def test_a_folder_is_read_and_answers_with_its_places(library: Library, write: Write) -> None:
    folder = write("a.txt", ARTICLE).parent
    write("sub/b.md", "---\ntitle: On Wicks\n---\n\n# Buying\n\nBuy wicks early.")
    write("c.xyz", "PK")
    report = library.ingest(folder)

    assert report.to_json() == {
        "added": 2,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "rejected": [
            {
                "path": "c.xyz",
                "reason": "unsupported type",
                "hint": report.rejected[0].hint,
            }
        ],
        "sources": 2,
        "passages": report.passages,
        "generation": report.generation,
        "seconds": 0.0,
        "duplicates": [],
        "notes": [],
        "warnings": [],
    }
    assert not report.read_nothing
    (passage,) = library.found("buy wicks early")[:1]
    assert (passage.source.title, passage.source.path, passage.section, passage.paragraphs) == (
        "On Wicks",
        "sub/b.md",
        "Buying",
        (2,),
    )


def test_only_what_changed_is_read_again(library: Library, write: Write) -> None:
    folder = write("a.txt", "Oil is dear.").parent
    write("b.txt", "Wicks are cheap.")
    first = library.ingest(folder)
    again = library.ingest(folder)
    write("a.txt", "Oil is free.")
    write("b.meta.yaml", "title: Wicks")
    third = library.ingest(folder)

    assert [counts(report) for report in (first, again, third)] == [(2, 0, 0, 0), (0, 0, 2, 0), (0, 2, 0, 0)]
    assert first.generation == again.generation != third.generation
    assert [passage.text for passage in library.found("oil")] == ["Oil is free."]


def test_a_new_recipe_reads_everything_again(library: Library, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write("a.txt", "Oil is dear.")
    library.ingest(path)
    monkeypatch.setattr(ingest.planning, "RECIPE", "next")

    assert counts(library.ingest(path)) == (0, 1, 0, 0)


def test_files_gone_from_a_folder_leave_and_other_roots_stay(library: Library, write: Write, tmp_path: Path) -> None:
    kept = write("kept/a.txt", "Oil.")
    gone = write("named/b.txt", "Wicks.")
    write("named/c.txt", "Towers.")
    library.ingest(kept.parent, gone.parent)
    gone.unlink()
    kept.unlink()

    assert counts(library.ingest(gone.parent)) == (0, 0, 1, 1)
    assert library.paths == ["a.txt", "c.txt"]
    assert library.found("wicks") == []


def test_losing_much_of_a_root_asks_first_and_changes_nothing(library: Library, write: Write) -> None:
    files = [write(f"{n}.txt", f"Tower {n} stands.") for n in range(6)]
    folder = files[0].parent
    library.ingest(folder)
    for file in files[:2]:
        file.unlink()
    write("new.txt", "A new one.")

    with pytest.raises(LossNeedsConfirmation) as caught:
        library.ingest(folder)
    assert str(caught.value) == (
        f"2 of the 6 sources of {folder} are gone from it. Nothing was changed; "
        "see whether the folder is complete, or confirm with --yes."
    )
    assert len(library.paths) == 6
    assert counts(library.ingest(folder, yes=True)) == (1, 0, 4, 2)


def test_small_roots_and_small_losses_do_not_ask(library: Library, write: Write) -> None:
    for n in range(4):
        write(f"big/{n}.txt", f"Tower {n} stands.")
    small = write("small/a.txt", "Oil.").parent
    library.ingest(small, small.parent / "big")
    (small / "a.txt").unlink()
    (small.parent / "big" / "0.txt").unlink()

    assert counts(library.ingest(small, small.parent / "big")) == (0, 0, 3, 2)


def test_a_file_that_can_no_longer_be_read_keeps_its_last_version(library: Library, write: Write) -> None:
    path = write("a.txt", "Oil is dear.")
    library.ingest(path.parent)
    write("a.txt", b"")
    report = library.ingest(path.parent)

    assert counts(report) == (0, 0, 0, 0)
    assert [(row.path, row.reason, row.hint) for row in report.rejected] == [
        (
            "a.txt",
            "empty",
            "The file has no bytes; copy it again from where it came. The version read before stays in use.",
        )
    ]
    assert [passage.text for passage in library.found("oil")] == ["Oil is dear."]


def test_a_named_file_is_updated_in_the_root_that_holds_it(library: Library, write: Write) -> None:
    path = write("sub/a.txt", "Oil.")
    write("b.txt", "Wicks.")
    library.ingest(path.parent.parent)
    write("sub/a.txt", "Oil lamps.")

    assert counts(library.ingest(path)) == (0, 1, 0, 0)
    assert library.paths == ["b.txt", "sub/a.txt"]
    assert library.corpus.roots() == [str(path.parent.parent)]


def test_a_sub_folder_is_synced_without_touching_its_neighbours(library: Library, write: Write) -> None:
    path = write("sub/a.txt", "Oil.")
    other = write("b.txt", "Wicks.")
    library.ingest(other.parent)
    path.unlink()
    other.unlink()

    assert counts(library.ingest(path.parent)) == (0, 0, 0, 1)
    assert library.paths == ["b.txt"]


def test_a_path_that_does_not_exist_changes_nothing(library: Library, write: Write, tmp_path: Path) -> None:
    path = write("a.txt", "Oil.")

    with pytest.raises(PathMissing):
        library.ingest(path, tmp_path / "gone")
    assert library.paths == []


def test_a_folder_where_nothing_can_be_read_says_so(library: Library, write: Write) -> None:
    report = library.ingest(write("a.docx", "PK").parent, write("b.txt", "").parent)

    assert report.read_nothing
    assert (report.sources, len(report.rejected)) == (0, 2)


def test_a_document_of_headings_alone_is_rejected(library: Library, write: Write) -> None:
    (row,) = library.ingest(write("a.md", "# Only\n\n## Headings")).rejected

    assert (row.reason, row.hint) == ("no text", "It holds headings at most; nothing in it can be quoted.")


def test_a_document_that_breaks_the_splitter_keeps_nobody_out(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:

    def breaks(units: object, *args: object) -> object:
        if "bad" in str(units):
            raise RecursionError
        return pack(units, *args)  # type: ignore[arg-type]  # passed through as given

    monkeypatch.setattr(ingest.sync, "pack", breaks)
    write("a.txt", "a bad one")
    report = library.ingest(write("b.txt", "a good one").parent)

    assert counts(report)[0] == 1
    assert [(row.path, row.reason) for row in report.rejected] == [("a.txt", "not understood")]


def test_progress_is_told_for_reading_and_indexing(library: Library, write: Write) -> None:
    told: list[tuple[int, int, Phase]] = []
    for n in range(3):
        write(f"{n}.txt", f"Tower {n}.")
    library.ingestor.ingest([write("x.txt", "Oil.").parent], progress=lambda *step: told.append(step))

    assert [step for step in told if step[2] == "read"] == [(n, 4, "read") for n in range(5)]


def test_an_interruption_leaves_everything_as_it_was(library: Library, write: Write) -> None:
    folder = write("a.txt", "Oil is dear.").parent
    before = library.ingest(folder)
    write("a.txt", "Oil is free.")

    def interrupt(done: int, _total: int, _phase: Phase) -> None:
        if done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        library.ingestor.ingest([folder], progress=interrupt)
    assert [passage.text for passage in library.found("oil")] == ["Oil is dear."]
    assert library.generations.build().id == before.generation


def test_an_interrupted_build_is_made_up_by_the_next_run(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write("a.txt", "Oil is dear.").parent

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(library.generations, "build", interrupt)
        library.ingest(folder)

    assert counts(library.ingest(folder)) == (0, 0, 1, 0)
    assert [passage.text for passage in library.found("oil")] == ["Oil is dear."]


def test_a_folder_no_index_can_be_made_of_is_undone_and_keeps_no_other_out(
    library: Library, write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, odd = write("a.txt", "Oil is dear."), tmp_path / "odd" / "b.txt"
    write("gone.txt", "Wicks are cheap.")
    library.ingest(good.parent)
    odd.parent.mkdir()
    odd.write_text("Odd.")
    good.write_text("Oil is odd.")
    good.with_name("gone.txt").unlink()

    def refuse(*_: object) -> None:
        raise IndexDamaged("The lexical index found 0 of 10 passages by themselves.")

    with monkeypatch.context() as patched, pytest.raises(IndexRefused) as refused:
        patched.setattr(library.generations, "build", refuse)
        library.ingest(odd.parent, good.parent)

    assert str(refused.value) == (
        "No index could be made of what was read: The lexical index found 0 of 10 passages by themselves. The sources "
        "and the index are as they were, and other folders can be brought in; name the files of this one a few at a "
        "time to see which it is."
    )
    assert library.paths == ["a.txt", "gone.txt"]
    assert [passage.text for passage in library.found("oil")] == ["Oil is dear."]
    assert counts(library.ingest(good.parent)) == (0, 1, 0, 1)
    assert [passage.text for passage in library.found("oil")] == ["Oil is odd."]


def test_a_text_the_embedding_server_refuses_keeps_no_other_out(
    library: Library, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd = write("odd/b.txt", "Odd.")

    def refuse(*_: object) -> None:
        raise EmbeddingRefused

    with monkeypatch.context() as patched, pytest.raises(EmbeddingRefused):
        patched.setattr(library.generations, "build", refuse)
        library.ingest(odd.parent)

    assert library.paths == []
    assert counts(library.ingest(write("a/a.txt", "Oil is dear.").parent)) == (1, 0, 0, 0)
    assert library.paths == ["a.txt"]


def test_the_starter_guidance_is_indexed_without_a_rejection(library: Library) -> None:
    report = library.ingest(starter_guidance())

    assert (report.added, report.rejected) == (3, ())
    assert library.corpus.roots() == ["starter-guidance"]
    assert library.found("detainees early humane lawful")[0].sentences[0].locator is not None


def test_both_databases_take_what_files_may_hold(database: Database, tmp_path: Path, write: Write) -> None:
    library = Library(database, tmp_path / "home")
    odd = "Oil\x00 is dear." + " It burns." * 30
    write("a.txt", odd)
    write("b.txt", b"\xff\xfe" + odd.encode("utf-16-le") + b"\x00\xd8\n\x00")
    write("ü \U0001f6e2.md", f'---\ntitle: "Oil\\0 \\u200b"\n---\n# Oil\x00\n\n{odd}')
    report = library.ingest(tmp_path / "docs")

    assert (counts(report), report.rejected) == ((3, 0, 0, 0), ())
    assert counts(library.ingest(tmp_path / "docs")) == (0, 0, 3, 0)
    assert {passage.sentences[0].text for passage in library.found("dear")} == {"Oil is dear."}


def test_what_one_bad_file_takes_the_others_do_not_wait_for(
    sqlite_database: Database, tmp_path: Path, write: Write
) -> None:
    clock = ManualClock()
    limits = Limits(memory_bytes=200 << 20, cpu_seconds=1, wall_seconds=1)
    ingestor = Ingestor(
        Corpus(sqlite_database),
        Generations(sqlite_database, tmp_path / "home", None, clock),
        clock,
        pool=lambda: ReadingPool(2, limits, "tests.unit.ingest.misbehaving:read"),
    )
    for name in ("hang", "crash", "bloat", "raise", "one", "two"):
        write(f"{name}.txt", "x")
    started = time.monotonic()
    report = ingestor.ingest([tmp_path / "docs"])

    assert (report.added, sorted((row.path, row.reason) for row in report.rejected)) == (
        2,
        [
            ("bloat.txt", "out of memory"),
            ("crash.txt", "reader crashed"),
            ("hang.txt", "timed out"),
            ("raise.txt", "reader crashed"),
        ],
    )
    assert time.monotonic() - started < 30


def test_seconds_are_those_of_the_clock(library: Library, write: Write) -> None:
    ticks = itertools.count()
    path = write("a.txt", "Oil.")
    library.ingestor._clock = Ticking(ticks)

    assert library.ingest(path).seconds > 0


class Ticking:
    """A clock that moves a second whenever it is asked."""

    def __init__(self, ticks: Iterator[int]) -> None:
        self._ticks = ticks

    def now(self) -> datetime:
        return datetime(2026, 3, 2, tzinfo=UTC) + timedelta(seconds=next(self._ticks))


def test_the_files_of_a_root_that_was_moved_are_the_same_sources_elsewhere(
    library: Library, write: Write, tmp_path: Path
) -> None:
    folder = write("a.txt", "Oil.").parent
    library.ingest(folder)
    shutil.move(folder, tmp_path / "moved")

    assert counts(library.ingest(tmp_path / "moved")) == (0, 1, 0, 0)
    assert [summary.root for summary in library.corpus.sources()] == [str(tmp_path / "moved")]
    assert len(library.corpus.roots()) == 2


def test_a_withdrawn_file_that_moves_to_a_folder_with_metadata_of_its_own_stays_withdrawn(
    library: Library, write: Write
) -> None:
    write("guild/_meta.yaml", "publisher: Guild of Keepers")
    folder = write("a.txt", "Oil.").parent
    library.ingest(folder)
    library.corpus.withdraw(library.corpus.sources()[0].source.source_id)
    shutil.move(folder / "a.txt", folder / "guild" / "a.txt")

    assert counts(library.ingest(folder)) == (0, 1, 0, 0)
    (moved,) = [summary.source for summary in library.corpus.sources()]
    assert (moved.path, moved.publisher, moved.status) == ("guild/a.txt", "Guild of Keepers", "withdrawn")


def test_a_copy_whose_original_is_still_there_is_another_source(library: Library, write: Write, tmp_path: Path) -> None:
    folder = write("a.txt", "Oil.").parent
    library.ingest(folder)
    shutil.copytree(folder, tmp_path / "copied")

    assert counts(library.ingest(tmp_path / "copied")) == (1, 0, 0, 0)
    assert len(library.paths) == 2


def test_a_file_that_was_renamed_has_changed_and_what_was_decided_of_it_goes_with_it(
    library: Library, write: Write
) -> None:
    old = write("old.txt", "Whale oil is dear.")
    write("other.txt", "Wicks are cheap.")
    library.ingest(old.parent)
    [source] = [s.source.source_id for s in library.corpus.sources() if s.source.path == "old.txt"]
    library.corpus.withdraw(source)
    old.rename(old.with_name("new.txt"))

    assert counts(library.ingest(old.parent)) == (0, 1, 1, 0)
    assert [(s.source.path, s.state) for s in library.corpus.sources()] == [
        ("new.txt", "withdrawn"),
        ("other.txt", "active"),
    ]
    assert library.found("whale") == []


def test_a_withdrawn_file_that_leaves_and_comes_back_under_another_name_stays_withdrawn(
    library: Library, write: Write
) -> None:
    old = write("old.txt", "Whale oil is dear.")
    write("other.txt", "Wicks are cheap.")
    library.ingest(old.parent)
    [source] = [s.source.source_id for s in library.corpus.sources() if s.source.path == "old.txt"]
    library.corpus.withdraw(source)
    old.unlink()
    assert counts(library.ingest(old.parent)) == (0, 0, 1, 1)
    write("sub/new.txt", "Whale oil is dear.")

    assert counts(library.ingest(old.parent)) == (1, 0, 1, 0)
    assert library.found("whale") == []
    [again] = [s for s in library.corpus.sources() if s.source.path == "sub/new.txt"]
    library.corpus.restore(again.source.source_id)
    library.generations.build()
    assert [passage.text for passage in library.found("whale")] == ["Whale oil is dear."]


def test_reordering_a_folder_is_no_loss(library: Library, write: Write) -> None:
    files = [write(f"{n}.txt", f"Tower {n} stands.") for n in range(6)]
    library.ingest(files[0].parent)
    for n, file in enumerate(files[:5]):
        file.rename(file.with_name(f"tower-{n}.txt"))

    assert counts(library.ingest(files[0].parent)) == (0, 5, 1, 0)


def test_of_two_files_with_the_same_bytes_the_one_that_kept_its_name_keeps_its_decision(
    library: Library, write: Write
) -> None:
    one, other = write("one.txt", "Oil."), write("other.txt", "Oil.")
    library.ingest(one.parent)
    by_path = {s.source.path: s.source.source_id for s in library.corpus.sources()}
    library.corpus.withdraw(by_path["other.txt"])
    for file in (one, other):
        (one.parent / "sub").mkdir(exist_ok=True)
        file.rename(one.parent / "sub" / file.name)

    assert counts(library.ingest(one.parent)) == (0, 2, 0, 0)
    assert [(s.source.path, s.state) for s in library.corpus.sources()] == [
        ("sub/one.txt", "active"),
        ("sub/other.txt", "withdrawn"),
    ]


def test_a_later_edition_marks_the_earlier_one_by_its_title(library: Library, write: Write) -> None:
    folder = write("1999.md", "---\ntitle: The Lamp Code\n---\n\nLamps burn whale oil.").parent
    write(
        "2024.md", "---\ntitle: Lamp Code, second edition\nsupersedes: THE LAMP CODE\n---\n\nLamps burn no whale oil."
    )
    library.ingest(folder)

    [earlier] = [p.source for p in library.found("whale") if p.source.path == "1999.md"]
    [later] = [p.source for p in library.found("whale") if p.source.path == "2024.md"]
    assert (earlier.status, earlier.successor, earlier.superseded_by) == (
        "superseded",
        later.source_id,
        "Lamp Code, second edition",
    )
    assert later.status is None
    (folder / "2024.md").unlink()
    library.ingest(folder)
    assert [p.source.status for p in library.found("whale")] == [None]


def test_a_copy_is_remembered_and_indexed_once_and_takes_over_when_the_other_goes(
    library: Library, write: Write
) -> None:
    folder = write("a.txt", ARTICLE).parent
    write("copy/of-a.txt", ARTICLE)
    write("wide.txt", ARTICLE.replace("\n\n", "\n\n\n").encode("utf-16"))
    write("other.txt", ARTICLE.replace("lantern", "beacon"))
    report = library.ingest(folder)

    assert report.to_json()["duplicates"] == [
        {"path": "copy/of-a.txt", "same_as": "a.txt"},
        {"path": "wide.txt", "same_as": "a.txt"},
    ]
    assert report.sources == 4
    assert {passage.source.path for passage in library.found("lanterns wicks watches")} == {"a.txt", "other.txt"}
    assert counts(library.ingest(folder)) == (0, 0, 4, 0)

    (folder / "a.txt").unlink()
    library.ingest(folder, yes=True)
    assert {passage.source.path for passage in library.found("lanterns wicks watches")} == {"wide.txt", "other.txt"}


def test_short_files_of_the_same_bytes_are_indexed_once_unless_they_are_of_different_origin(
    library: Library, write: Write
) -> None:
    said = "Whale oil must be kept dry and cool, away from the wicks of the tower.\n"
    folder = write("a.txt", said).parent
    write("copy/b.txt", said)
    write("guild/c.txt", said)
    write("guild/_meta.yaml", "publisher: Guild of Keepers")
    report = library.ingest(folder)

    assert report.to_json()["duplicates"] == [{"path": "copy/b.txt", "same_as": "a.txt"}]
    assert sorted(passage.source.path for passage in library.found("whale oil")) == ["a.txt", "guild/c.txt"]
