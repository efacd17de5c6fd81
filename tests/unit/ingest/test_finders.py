"""Finders that come with a document, and what an ingest says of those that have no place."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.finders import Entry, entries_of, resolved, short_forms
from retrieval.corpus.finders import Finders
from retrieval.corpus.passages import Passage, Sentence, Source, Span
from retrieval.corpus.storing import PassageFinder
from retrieval.database import Database
from tests.unit.ingest.library import Library

Write = Callable[[str, str | bytes], Path]
GOOD = "finders:\n  - at: par. 2\n    lines: [who moors the boats]\n"
PLACE = "  - at: par. 1\n    lines: [a good line]\n"


def passages(*texts: str) -> tuple[Passage, ...]:
    source = Source("s", "x.md")
    return tuple(Passage(str(n), source, (Sentence((Span(text, n),)),)) for n, text in enumerate(texts, 1))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("finders: [", "f.yaml, line 1: it is no YAML, and none of its finders is used; mend or remove it"),
        ("", "f.yaml: it has no list `finders`, and none is used; write one, or remove the file"),
        ("- a\n- b", "f.yaml: it has no list `finders`, and none is used; write one, or remove the file"),
        ("finders: yes", "f.yaml: it has no list `finders`, and none is used; write one, or remove the file"),
    ],
)
def test_a_file_without_a_list_of_finders_says_so(text: str, fault: str) -> None:
    entries, [said] = entries_of("f.yaml", text)
    assert entries == ()
    assert said == fault


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ("  - just words\n", "an entry has `at` or `says`, and `lines`"),
        ("  - {at: par. 1, line: [x y]}\n", "it has `line`, which is none of at, says, lines"),
        ("  - {says: The boats, lines: [x y]}\n", "`says` needs 3 words at least"),
        ("  - {lines: [x y]}\n", "it names no place: write `at`, `says`, or both"),
        ("  - {at: par. 1}\n", "`lines` needs a list of texts of 300 characters at most"),
        ("  - {at: par. 1, lines: one}\n", "`lines` needs a list of texts of 300 characters at most"),
        ("  - {at: par. 1, lines: []}\n", "`lines` needs a list of texts of 300 characters at most"),
        ("  - {at: par. 1, lines: ['?!']}\n", "`lines` needs a list of texts of 300 characters at most"),
        ("  - {at: par. 1, lines: [{a: b}]}\n", "`lines` needs a list of texts of 300 characters at most"),
        (f"  - {{at: par. 1, lines: [{'x' * 301}]}}\n", "`lines` needs a list of texts of 300 characters at most"),
    ],
)
def test_a_malformed_entry_is_named_with_its_line_and_the_others_are_used(entry: str, fault: str) -> None:
    entries, faults = entries_of("d/f.yaml", f"finders:\n{PLACE}{entry}{PLACE}")
    assert [found.where for found in entries] == ["d/f.yaml, line 2", "d/f.yaml, line 5"]
    assert faults == (f"d/f.yaml, line 4: {fault}; mend or remove it",)


def test_an_entry_counts_where_it_names_one_sentence() -> None:
    texts = passages("The boats are moored at dusk.", "The boats are painted.", "Fog ends all trips.")
    entries = [
        Entry("par. 3", None, ("when do trips end",), "f, line 2"),
        Entry(None, "The boats are", ("which boats",), "f, line 4"),
        Entry("par. 2", "the  boats ARE", ("which colour",), "f, line 6"),
        Entry("par. 9", None, ("nowhere",), "f, line 8"),
    ]
    found, faults = resolved(entries, texts)
    assert found == (PassageFinder(2, 0, "when do trips end"), PassageFinder(1, 0, "which colour"))
    assert faults == (
        "f, line 4: 2 sentences of the document are there; name its place or more of its first words",
        "f, line 8: no sentence of the document is there; name its place or more of its first words",
    )


def test_each_form_of_a_name_that_the_text_abbreviates_finds_the_other() -> None:
    texts = passages(
        "The Harbour Liaison Cell (HLC) meets weekly.", "The HLC keeps a log.", "Ask the harbour liaison cell."
    )
    assert short_forms(texts) == (
        PassageFinder(1, 0, "Harbour Liaison Cell"),
        PassageFinder(2, 0, "HLC"),
    )


def test_a_name_that_holds_another_short_form_is_found_by_both() -> None:
    texts = passages(
        "The Harbour Liaison Cell (HLC) meets. Its HLC Watch Officer (HWO) writes.",
        "An HLC watch officer's log is kept.",
        "Two HWOs; or a harbour-liaison cell.",
    )
    assert short_forms(texts) == (
        PassageFinder(1, 0, "HWO"),
        PassageFinder(1, 0, "Harbour Liaison Cell"),
        PassageFinder(2, 0, "HLC Watch Officer"),
    )


def test_of_a_thousand_short_forms_the_first_five_hundred_count() -> None:
    names = [f"{a}{b}{c}" for a in "BCDFG" for b in "HJKLMNPQRS" for c in "TVWXYZABCDEFGHJKLMNP"]
    defined = " ".join(f"The {a}one {b}two {c}three ({a}{b}{c}) meets." for a, b, c in names)
    found = short_forms(passages(defined, " ".join(names)))
    assert {finder.line for finder in found} == {f"{a}one {b}two {c}three" for a, b, c in names[:500]}


@pytest.mark.parametrize(
    "text",
    ["The pilots (see Annex) decide.", "Boats and ropes (BR1) are kept.", "It rained (A).", "(HLC) stands alone.", "("],
)
def test_what_defines_nothing_gives_no_short_form(text: str) -> None:
    assert short_forms(passages(text, "HLC and BR1, see Annex.")) == ()


def test_short_forms_bear_any_text() -> None:
    odd = random.Random(4)
    letters = "aB ( ) ' - ’ \n é ß İ \u0000 & 1 (AB) (ABs)"
    for _ in range(300):
        text = "".join(odd.choice(letters) for _ in range(odd.randrange(80)))
        for finder in short_forms(passages(text, text[::-1])):
            assert finder.ordinal in (0, 1)


def test_a_file_beside_a_document_has_it_found_by_its_lines(library: Library, write: Write) -> None:
    folder = write("boats.md", "# Boats\n\nVessels lie at the quay after sunset.\n\nFog ends all trips.").parent
    write("boats.finders.yaml", "finders:\n  - at: par. 2\n    lines: [where do we park at night]\n")
    report = library.ingest(folder)
    assert (report.notes, report.rejected) == ((), ())
    [listed] = library.generations.finders()
    assert (listed.origin, listed.place, listed.line, listed.state) == (
        "document", "par. 2", "where do we park at night", "placed",
    )  # fmt: skip


def test_a_file_of_finders_without_its_document_is_named(library: Library, write: Write) -> None:
    folder = write("boats.md", "Vessels lie at the quay.").parent
    alone = write("ropes.finders.yaml", GOOD)
    told = [(r.path, r.reason, r.hint) for path in (folder, alone) for r in library.ingest(path).rejected]
    assert told == [
        (
            "ropes.finders.yaml",
            "no such document",
            "No document of this name lies beside it; rename or remove it.",
        ),
        (
            "ropes.finders.yaml",
            "finders, no document",
            "They are read with the document that lies beside them; name that one.",
        ),
    ]


def test_a_curators_line_survives_another_reading_and_a_move_and_is_named_when_lost(
    library: Library, write: Write, sqlite_database: Database
) -> None:
    file = write("boats.md", "Vessels lie at the quay.\n\nFog ends all trips.")
    library.ingest(file.parent)
    [source] = [summary.source for summary in library.corpus.sources()]
    finders, line = Finders(sqlite_database), "when must we stay in"
    kept = finders.add(finders.anchor(source.source_id, "par. 2", line), line, library.clock.now())

    file.write_text("New first words.\n\nVessels lie at the quay.\n\nFog ends all trips.")
    assert library.ingest(file.parent).notes == ()
    assert [(f.place, f.state) for f in library.generations.finders()] == [("par. 3", "placed")]

    file = file.rename(file.with_name("harbour.md"))
    assert library.ingest(file.parent, yes=True).changed == 1
    assert [(f.place, f.state) for f in library.generations.finders()] == [("par. 3", "placed")]

    file.write_text("Nothing is left.")
    [note] = library.ingest(file.parent).notes
    assert (note.path, note.note) == (
        "harbour.md",
        "the line “when must we stay in” has lost its place par. 2; it is kept and not searched; add it where it "
        f"belongs now with `proviso finders add`, and remove this one with `proviso finders remove {kept.finder_id}`",
    )
    assert library.ingest(file.parent).notes == ()
    assert [f.state for f in library.generations.finders()] == ["lost"]
