"""An index is refused when it does not find what was put into it, and only then."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import IndexDamaged
from retrieval.index.lexical import IDS, Bm25Index
from retrieval.index.probe import probe_golden

WORDS = [
    "lantern", "harbour", "keeper", "oil", "wick", "tower", "patrol", "council", "port", "storm", "signal",
    "boat", "rope", "watch", "light", "coast", "tide", "crew", "anchor", "mole", "guild", "chart",
]  # fmt: skip


def look_alikes(count: int) -> tuple[list[str], list[str]]:
    """Ids and texts of passages that no six words tell apart."""
    chance = random.Random(7)
    texts = [" ".join(chance.choices(WORDS, k=chance.randint(90, 400))) for _ in range(count)]
    return [f"p-{n}" for n in range(count)], texts


def test_passages_of_the_same_few_words_do_not_fail_the_probe(tmp_path: Path) -> None:
    ids, texts = look_alikes(600)
    Bm25Index.build(tmp_path, ids, texts)
    index = Bm25Index.open(tmp_path)

    golden = probe_golden(index, len(ids), ids, texts)

    assert len(golden) < 5
    assert all(id_ in [found for found, _ in index.search(words, 10)] for words, id_ in golden)


@pytest.mark.parametrize("damage", ["ids in another order", "texts of another time", "a passage gone"])
def test_an_index_of_look_alikes_that_is_not_of_these_passages_is_refused(tmp_path: Path, damage: str) -> None:
    ids, texts = look_alikes(600)
    stored = [" ".join(random.Random(text).sample(WORDS, 12)) for text in texts] if "time" in damage else texts
    Bm25Index.build(tmp_path, ids[: -1 if "gone" in damage else None], stored[: -1 if "gone" in damage else None])
    if "order" in damage:
        (tmp_path / IDS).write_text(json.dumps(ids[1:] + ids[:1]))

    with pytest.raises(IndexDamaged, match=r"The lexical index (found \d|holds 599) "):
        probe_golden(Bm25Index.open(tmp_path), len(ids), ids, texts)


@given(
    st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=30).map(" ".join), min_size=1, max_size=8),
    st.lists(st.sampled_from([*WORDS, "keepers", "whom", "the"]), min_size=1, max_size=8).map(" ".join),
)
def test_what_a_text_is_due_is_what_it_scores(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], query: str
) -> None:
    folder = tmp_path_factory.mktemp("lexical")
    ids = [str(n) for n in range(len(texts))]
    Bm25Index.build(folder, ids, texts)
    index = Bm25Index.open(folder)

    found = dict(index.search(query, len(texts)))

    assert {id_: index.due(query, text) for id_, text in zip(ids, texts, strict=True)} == pytest.approx(
        {id_: found.get(id_, 0.0) for id_ in ids}, rel=1e-4
    )
