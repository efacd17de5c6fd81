from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench.bench_peers import _blocks, _Figures
from tests.bench.peers import Document, Found


def test_an_original_stands_for_its_paragraphs_and_a_digest_for_what_its_statements_sum_up(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("First.\n\nSecond,\r\ntwo lines.\n \nThird.\n")
    (tmp_path / "digest.md").write_text("---\ntitle: D\n---\n\n# On letters\n\nThey say so. {par. 4 and 7 (note 2)}\n")

    assert [(b.text, sorted(b.places)) for b in _blocks(tmp_path / "letter.txt")] == [
        ("First.", [("letter.txt", 1)]),
        ("Second,\ntwo lines.", [("letter.txt", 2)]),
        ("Third.", [("letter.txt", 3)]),
    ]
    assert [(b.text, sorted(b.places)) for b in _blocks(tmp_path / "digest.md")] == [
        ("# On letters", []),
        ("They say so.", [("digest.md", 4), ("digest.md", 7)]),
    ]


def test_a_piece_of_a_document_holds_every_paragraph_that_it_cuts(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("First.\n\nSecond.\n\nThird.\n")
    letter = Document("letter.txt", tuple(_blocks(tmp_path / "letter.txt")))
    held = {piece: letter.within(letter.text.index(piece), letter.text.index(piece) + len(piece)) for piece in PIECES}

    assert {piece: sorted(n for _, n in places) for piece, places in held.items()} == PIECES


PIECES = {"First.": [1], "st.\n\nSec": [1, 2], "\n\nSecond.\n\n": [2], "d.\n\nThird.": [2, 3]}


def test_being_ahead_comes_with_its_interval() -> None:
    right, wrong = Found(frozenset({("a", 1)}), 10), Found(frozenset({("a", 2)}), 30)
    wanted = [frozenset({("a", 1)})] * 8
    ours, theirs = _Figures([[right]] * 8, wanted), _Figures([[wrong, right]] * 4 + [[right]] * 4, wanted)

    assert str(theirs) == "right place first 0.500, MRR@10 0.750; characters of the first 20, of 10 25"
    assert ours.ahead(theirs) == "+0.500 [+0.125, +0.875] first, +0.250 [+0.062, +0.438] MRR"


def test_a_search_that_finds_nothing_is_wrong_and_not_an_error() -> None:
    assert _Figures([[]], [frozenset({("a", 1)})]).ranks == pytest.approx([0])
