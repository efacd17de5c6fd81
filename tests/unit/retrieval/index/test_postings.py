"""Scores are those of bm25s itself, and an index derived from another is the one built anew."""

from __future__ import annotations

from pathlib import Path

import bm25s
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.index.lexical import Bm25Index
from retrieval.index.postings import Postings
from tests.support.corpus import rule

passages = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=8), min_size=1, max_size=12)


@given(passages)
@settings(deadline=None)
def test_scores_are_those_of_bm25s(given_passages: list[list[int]]) -> None:
    theirs = bm25s.BM25(method="lucene", k1=1.5, b=0.75)
    theirs.index((given_passages, {str(token): token for token in range(6)}), show_progress=False)
    ours = Postings.of(given_passages, 6)

    assert ours.starts.tolist() == theirs.scores["indptr"].tolist()
    assert ours.rows.tolist() == theirs.scores["indices"].tolist()
    np.testing.assert_allclose(ours.scores(1.5, 0.75), theirs.scores["data"], rtol=1e-5)


@given(passages, st.data())
@settings(deadline=None)
def test_a_change_gives_what_counting_anew_gives(before: list[list[int]], data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(before), max_size=len(before)))
    added = data.draw(st.lists(st.lists(st.integers(0, 7), min_size=1, max_size=8), max_size=4))

    changed = Postings.of(before, 6).changed(np.array(kept, np.bool_), added, 8)

    anew = Postings.of([p for p, keep in zip(before, kept, strict=True) if keep] + added, 8)
    assert changed.passages == anew.passages
    assert changed.starts.tolist() == anew.starts.tolist()
    assert changed.rows.tolist() == anew.rows.tolist()
    assert changed.counts.tolist() == anew.counts.tolist()


@given(st.sets(st.integers(0, 29)), st.integers(0, 5))
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_derived_index_answers_as_one_built_anew(tmp_path: Path, gone: set[int], new: int) -> None:
    before, after, anew = (tmp_path / name for name in ("before", "after", "anew"))
    texts = {f"p{number}": rule(number) for number in range(30)}
    Bm25Index.build(before, list(texts), list(texts.values()))
    kept = {id_ for number, id_ in enumerate(texts) if number not in gone}
    added = {f"n{number}": f"{rule(number)} Kelp is cut at low water." for number in range(new)}

    ids = Bm25Index.derive(before, after, kept, list(added), list(added.values()))

    expected = {id_: text for id_, text in (texts | added).items() if id_ in kept or id_ in added}
    assert ids == list(expected)
    Bm25Index.build(anew, ids, [expected[id_] for id_ in ids])
    derived, built = Bm25Index.open(after), Bm25Index.open(anew)
    assert derived.count() == built.count() == len(ids)
    for query in ("kelp", "inspect the ferry at dawn", "order 17 of the board", "anchor monday keeper"):
        found, wanted = derived.search(query, 10), built.search(query, 10)
        assert [id_ for id_, _ in found] == [id_ for id_, _ in wanted]
        np.testing.assert_allclose([s for _, s in found], [s for _, s in wanted], rtol=1e-5)
        assert derived.terms(query) == built.terms(query)
