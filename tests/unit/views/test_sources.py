"""Every citation says what kind of text it is, whom it binds, how old it is, and whether it still stands."""

from __future__ import annotations

from datetime import date

import pytest

from bot.views.answers.model import AnswerView
from bot.views.sources import Ageing, cautions, credit, facts, heading, where
from retrieval.corpus.passages import Source, Span
from retrieval.types import Answer, Citation, Part

AGEING = Ageing(date(2026, 11, 22))


def cited(**known: str) -> Citation:
    return Citation(1, "p1", Source("s", "s.md", **known), (Span("Text.", 1),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({"authority": "policy", "binds": "US forces", "published": "2023"}, "2023 · policy, binds US forces"),
        ({"authority": "policy", "published": "2023"}, "2023 · policy (whom it binds is not stated)"),
        ({"authority": "commentary"}, "undated · commentary: one author’s view, binds nobody"),
        ({"authority": "treaty", "binds": "parties", "status": "final"}, "undated · treaty, binds parties · final"),
        ({"binds": "our staff"}, "undated · authority not stated, binds our staff"),
        ({"author": "Ada Quill", "publisher": "Tide Press"}, "Ada Quill · Tide Press · undated · authority not stated"),
        ({"author": "tide press", "publisher": "Tide Press"}, "Tide Press · undated · authority not stated"),
        ({"author": "A. Quill, " * 40}, "A. Quill, " * 9 + "A.… · undated · authority not stated"),
        ({"published": "2011 and 2017"}, "2011 and 2017 · authority not stated"),
        ({"kind": "digest", "publisher": "Proviso", "status": "summary"}, "Proviso · undated"),
        ({"status": "withdrawn", "edition": "3rd"}, "undated · authority not stated · 3rd"),
    ],
)  # fmt: skip
def test_the_facts_of_a_source(known: dict[str, str], line: str) -> None:
    assert facts(cited(**known).source) == line


@pytest.mark.parametrize(
    ("known", "line"),
    [
        ({}, ""),
        ({"published": "2022"}, ""),
        ({"published": "2017"}, "published 2017, 9 years ago: check what changed"),
        ({"status": "superseded"}, "SUPERSEDED"),
        ({"superseded_by": "B", "status": "final"}, "SUPERSEDED by “B”"),
        ({"status": "withdrawn in 2025", "published": "2024-02-08"}, "WITHDRAWN"),
        ({"kind": "digest", "digest_of": "A"}, "our words, not the original’s: verify against par. 3 of the original"),
    ],
)
def test_the_cautions_of_a_source(known: dict[str, str], line: str) -> None:
    assert cautions(cited(**known).source, "par. 3", AGEING) == line


def test_the_flag_follows_the_setting_and_nothing_is_flagged_without_a_day() -> None:
    old = cited(published="2025-01-01").source
    assert cautions(old, None, Ageing(date(2026, 11, 22), 1)) == "published 2025, 1 year ago: check what changed"
    assert cautions(old, None, None) == ""


LAMPS = {"title": "On Lamps", "author": "Ada Quill", "publisher": "Tide Press", "published": "2022-05"}
ORDER = {"title": "Order", "authority": "policy", "edition": "2nd", "status": "in force"}


@pytest.mark.parametrize(
    ("known", "above", "under"),
    [
        (LAMPS | {"authority": "commentary"}, "On Lamps", "Ada Quill · Tide Press · 2022 · commentary"),
        ({}, "s.md", "undated · kind of text not stated"),
        ({"kind": "digest", "digest_of": "On Lamps", "publisher": "Proviso"}, "Our digest of “On Lamps”", "undated"),
        ({"kind": "digest", "title": "Lamps"}, "Our digest “Lamps”", "undated"),
        (ORDER, "Order", "undated · policy · 2nd · in force"),
    ],
)
def test_a_source_is_introduced_by_what_holds_for_all_that_is_quoted_of_it(
    known: dict[str, str], above: str, under: str
) -> None:
    source = cited(**known).source
    assert (heading(source), credit(source)) == (above, under)


def test_the_place_of_a_quote_is_the_number_that_the_original_gives_it() -> None:
    spans = (Span("Text.", 7, 3),)
    source, digest = Source("s", "s.md"), Source("d", "d.md", kind="digest")
    assert where(Citation(1, "p", source, spans, locator="Art. 12(2)")) == "Art. 12(2), p. 3"
    assert where(Citation(1, "p", source, spans, source_locator="par. 9")) == "par. 9, p. 3"
    assert where(Citation(1, "p", source, spans)) == "par. 7, p. 3"
    assert where(Citation(1, "p", source, (Span("Text."),), section="Lamps")) == "Lamps"
    assert where(Citation(1, "p", source, (Span("Text."),))) == "no number"
    assert where(Citation(1, "p", digest, spans, source_locator="par. 9")) == "par. 9"
    assert where(Citation(1, "p", digest, spans)) == "place in the original not stated"


def test_json_gives_age_beside_what_the_source_states() -> None:
    whole = cited(authority="policy", binds="US forces", edition="2nd", published="2017", superseded_by="B")
    view = AnswerView(Answer("q", "answered", "t", citations=(whole,), nearest=(cited(),)), ageing=AGEING)
    data = view.to_json()
    [known], [unknown] = data["citations"], data["nearest"]
    told = ("authority", "binds", "edition", "superseded_by", "age_years", "aged")
    assert [known[key] for key in told] == ["policy", ["US forces"], "2nd", "B", 9, True]
    assert [unknown[key] for key in told] == [None, [], None, None, None, False]
    assert Citation.from_json(known) == whole


def test_rows_that_were_written_before_sources_said_whom_they_bind_are_still_read() -> None:
    answer = Answer("", "answered", "t", citations=(cited(title="T"),), parts=(Part(1, "", True),))
    view = AnswerView(answer, "abcd1234", AGEING)
    data = view.to_data()
    assert AnswerView.from_data(data) == view
    del data["ageing"]
    for key in ("binds", "edition", "superseded_by"):
        del data["answer"]["citations"][0][key]
    assert AnswerView.from_data(data) == AnswerView(view.answer, "abcd1234")
