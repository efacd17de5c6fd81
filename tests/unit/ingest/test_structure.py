from __future__ import annotations

import contextlib
import json
import re
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.blocks import Block, Reading
from ingest.errors import Rejected
from ingest.headings import DEEPEST
from ingest.parts import Parts, parts_of
from ingest.passages import pack
from ingest.readers.markdown import read_markdown
from ingest.readers.text import read_text
from ingest.structure import Structure, structure
from retrieval.corpus.passages import Source
from tests.unit.ingest.conftest import ARTICLE


def of_text(text: str) -> Structure:
    return structure(read_text(text.encode()))


def body(parts: Structure) -> list[tuple[list[int | None], str]]:
    return [([s.paragraph for s in x.spans], x.text) for u in parts.units if not u.note for x in u.sentences]


def characters(texts: list[str]) -> Counter[str]:
    return Counter(c for text in texts for c in text if not c.isspace())


def assert_all_accounted_for(reading: Reading, parts: Structure, source: str) -> None:
    spans = [span.text for unit in parts.units for sentence in unit.sentences for span in sentence.spans]
    dropped = [item.text for item in parts.dropped]
    there, found = characters([source]), characters([*spans, *parts.headings, *dropped])
    if any(block.kind == "table" and block.level for block in reading.blocks):
        # The header of a table is said again with every row.
        assert found >= there
        assert set(found) == set(there)
    else:
        assert found == there
    assert all(item.reason for item in parts.dropped)


def test_a_sentence_that_footnotes_cut_is_put_together_and_names_both_paragraphs() -> None:
    cut = [(places, text) for places, text in body(of_text(ARTICLE)) if len(places) > 1]

    assert cut == [
        (
            [4, 8],
            "Since then the harbour council has paid for oil, for wicks and for the long winter watches, and it "
            "appears content to leave the rest to keepers who look after the towers alone.",
        ),
        (
            [10, 12],
            "Critics saw in this nothing but a validation of the charge they had long levelled against Northern "
            "keepers and their guild.",
        ),
    ]


def test_footnotes_biography_and_captions_stand_apart() -> None:
    notes = [unit for unit in of_text(ARTICLE).units if unit.note]

    assert [unit.sentences[0].spans[0].paragraph for unit in notes] == [5, 6, 7, 11, 15]
    assert notes[1].sentences[0].text == '"Rules for Lanterns," Harbour Council, May 4, 2009.'


def test_headings_without_markup_become_the_section() -> None:
    parts = of_text(ARTICLE)

    assert parts.headings == ("Harbour Patrols and the Law of Lanterns", "Oil in the Northern Towers", "What Remains")
    assert {unit.sentences[0].spans[0].paragraph: unit.section for unit in parts.units if not unit.note} == {
        3: "Harbour Patrols and the Law of Lanterns",
        4: "Harbour Patrols and the Law of Lanterns",
        10: "Harbour Patrols and the Law of Lanterns > Oil in the Northern Towers",
        14: "Harbour Patrols and the Law of Lanterns > What Remains",
    }


def test_a_title_that_is_known_is_not_repeated_in_the_section() -> None:
    parts = structure(read_text(ARTICLE.encode()), "Harbour patrols and the law of lanterns")

    assert [unit.section for unit in parts.units][-1] == "What Remains"
    assert parts.units[0].section is None


def test_every_character_of_the_article_is_text_note_heading_or_dropped_with_a_reason() -> None:
    reading = read_text(ARTICLE.encode())
    parts = structure(reading)

    assert_all_accounted_for(reading, parts, ARTICLE)
    assert Counter(item.reason for item in parts.dropped) == {"byline": 1, "footnote mark": 3, "note number": 3}


def test_every_span_is_verbatim_in_its_paragraph() -> None:
    reading = read_text(ARTICLE.encode())
    bare = {b.paragraph: " ".join(re.sub("[¹²³]", "", b.text).split()) for b in reading.blocks}

    spans = [span for unit in structure(reading).units for s in unit.sentences for span in s.spans]
    assert [span for span in spans if span.text not in bare[span.paragraph]] == []


LINES = st.sampled_from(
    [
        "", "", "Title Case Line", "1 A note about wicks.", "2. Second item", "and it goes on", "A whole sentence.¹",
        "Ends without a stop and has more than twelve words so that it may go on", "- item one", "| a | b |",
        "|---|---|", "c | d", "--- | ---", "# Heading", "====", "```", "<!-- hidden", "end -->", "[^1]: a note",
        "> quoted", "IMAGE: a boat.", "co-", "operate", "{par. 3}", "\u200bzero width", "²Raised note",
        "---", "* * *", ": a meaning", "~~struck~~", "Ü é ß — “q”",
    ]
)  # fmt: skip


@given(st.lists(LINES, min_size=1, max_size=25).map("\n".join))
def test_no_text_is_lost_whatever_the_document_looks_like(text: str) -> None:
    for read in (read_text, read_markdown):
        try:
            reading = read(text.encode())
        except Rejected:
            continue
        for digest in (False, True):
            parts = structure(reading, digest=digest)
            assert_all_accounted_for(reading, parts, text)


def test_a_numbered_list_is_not_taken_for_footnotes() -> None:
    parts = of_text(
        "The plan has two parts.¹ It has been agreed by all of the towers on the coast.\n\n"
        "1. Assess the tower.\n\n2. Write it down.\n\n1 Council minutes, 2011."
    )

    assert [unit.sentences[0].text for unit in parts.units if unit.note] == ["Council minutes, 2011."]


def test_a_mark_that_is_not_raised_any_more_is_no_text_and_a_number_that_is_said_is() -> None:
    parts = of_text("Who pays?3 Others “ask too!”12 The oil is dear. Is it 4? 3 keepers know. Was it 5?")

    assert [s.text for unit in parts.units for s in unit.sentences] == [
        "Who pays?", "Others “ask too!”", "The oil is dear.", "Is it 4?", "3 keepers know.", "Was it 5?",
    ]  # fmt: skip
    assert [(item.text, item.reason) for item in parts.dropped] == [("3", "footnote mark"), ("12", "footnote mark")]


def test_a_number_at_the_start_of_a_paragraph_is_no_footnote_without_its_mark() -> None:
    parts = of_text("The yard covers 5 km².\n\n2 Brigade moved in.\n\n12 towers were lit.")

    assert [unit.note for unit in parts.units] == [False, False, False]
    assert parts.dropped == ()


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        ("The council has paid for oil and wicks and for the long winter watches and to", "repair the towers.", True),
        ("The council has paid for oil and wicks and for the long winter watches of", "Northern keepers.", True),
        ("The council has paid for oil and wicks and for the long winter watches.", "and so it went.", False),
        ("The council has paid for oil and wicks and for the long winter watches here", "Northern keepers.", False),
        ("The council lists what it has paid for in every one of the long winter watches:", "oil and wicks.", False),
        ("Too short to", "go on.", False),
    ],
)
def test_only_an_unfinished_paragraph_goes_on_in_the_next(first: str, second: str, joined: bool) -> None:
    parts = of_text(f"A first paragraph stands before the two that matter in this test of ours.\n\n{first}\n\n{second}")

    assert (len(parts.units) == 2) is joined


def test_a_page_break_is_crossed_when_the_sentence_is_not_finished() -> None:
    first = "The council has paid for oil and wicks and for the long winter watches kept by"
    reading = Reading((Block(first, None, 3), Block("Northern keepers alone.", None, 4)), marked=True)

    (unit,) = structure(reading).units
    assert [(span.page, span.paragraph) for span in unit.sentences[0].spans] == [(3, None), (4, None)]


def test_words_broken_at_the_end_of_a_line_are_put_together() -> None:
    parts = of_text("The well-known har-\nbour is well-\nknown and pre-\nWar.")

    assert body(parts) == [([1], "The well-known harbour is well-known and pre-War.")]
    assert [(item.text, item.reason) for item in parts.dropped] == [("-", "line-break hyphen")]


def test_items_and_rows_are_sentences_of_their_own() -> None:
    parts = structure(
        read_markdown(
            b"# Oil\n\nBuy:\n\n- oil for\n  the lamps\n- wicks\n\n| what | cost |\n|------|------|\n| oil | 3 |\n"
        )
    )

    assert body(parts) == [
        ([2], "Buy:"),
        ([3], "oil for the lamps"),
        ([3], "wicks"),
        ([4, 4, 4, 4], "what: oil; cost: 3"),
    ]


def test_lists_in_plain_text_are_items_and_numbered_paragraphs_are_not() -> None:
    parts = of_text(
        "Buy:\n\n• oil for\nthe lamps\n• wicks\n\n1. Go.\n2. Come back.\n\n14. The council decides. It meets."
    )

    assert [text for _, text in body(parts)] == [
        "Buy:",
        "oil for the lamps",
        "wicks",
        "1. Go.",
        "2. Come back.",
        "14. The council decides.",
        "It meets.",
    ]


def test_a_statement_of_a_digest_is_one_sentence_with_the_place_in_the_original() -> None:
    reading = read_markdown(
        b"---\nkind: digest\n---\nReed says so. He adds more. {par. 7 and 12}\n\nNo mark here. {x\n"
    )
    parts = structure(reading, digest=True)

    assert [(s.text, s.locator) for unit in parts.units for s in unit.sentences] == [
        ("Reed says so. He adds more.", "par. 7 and 12"),
        ("No mark here.", None),
        ("{x", None),
    ]


def test_without_a_digest_braces_are_text() -> None:
    parts = of_text("Write {par. 7}")

    assert body(parts) == [([1], "Write {par. 7}")]


def test_markdown_footnotes_stand_apart() -> None:
    parts = structure(read_markdown(b"# T\n\nOil is dear.[^a] It burns.\n\n[^a]: Reed, *Wicks*.\n"))

    assert body(parts) == [([2], "Oil is dear."), ([2], "It burns.")]
    assert [(u.note, u.sentences[0].text) for u in parts.units][1] == (True, "Reed, *Wicks*.")


@pytest.mark.parametrize(
    "text",
    [
        *("word¹ " * 20_000, "co-\n" * 20_000, "x[^a" * 20_000, "- a\n" * 20_000, "<!-- " * 20_000, " {x" * 20_000),
        *("a" * 100_000, "a" + " " * 100_000 + "{", "Title Case\n\n" * 5_000, "12 notes\n\n" * 5_000, "a,b" * 30_000),
    ],
)
def test_no_document_takes_more_than_linear_time(text: str) -> None:
    quarter, whole = (_seconds(text[: len(text) // share].encode()) for share in (4, 1))
    # Of four times the text; sixteen times as long would be quadratic.
    assert whole < 8 * max(quarter, 0.15)


def _seconds(document: bytes) -> float:
    started = time.process_time()
    for read in (read_text, read_markdown):
        with contextlib.suppress(Rejected):
            pack(structure(read(document), digest=True).units, Source("s", "p"))
    return time.process_time() - started


def test_many_short_lines_at_the_top_are_no_byline() -> None:
    parts = of_text("\n\n".join(["The Tower Song", *["light the lamp", "keep the coast"] * 5, ARTICLE]))

    assert not any(item.reason == "byline" for item in parts.dropped)


def test_what_is_taken_apart_survives_the_way_out_of_the_child() -> None:
    parts = parts_of(read_text(ARTICLE.encode()))

    assert parts.units == of_text(ARTICLE).units
    assert Parts.from_json(json.loads(json.dumps(parts.to_json()))) == parts


def test_a_heading_no_reader_would_take_for_one_is_text_and_deep_ones_end_somewhere() -> None:
    long = "oil and wicks " * 30
    parts = structure(read_markdown(f"# {long}\n\nText.\n".encode()))
    deep = of_text("Oil of the Towers\n\n" * 50 + "The council pays for the oil of every tower on the coast.")

    assert [(unit.section, unit.sentences[0].text) for unit in parts.units] == [(None, long.strip()), (None, "Text.")]
    assert (deep.units[0].section or "").count(" > ") == DEEPEST - 1


def test_a_document_of_more_pieces_than_a_document_has_is_turned_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.parts.MAX_PIECES", 2)

    with pytest.raises(Rejected) as caught:
        parts_of(read_text(b"Oil. Wicks. Towers."))
    assert (caught.value.reason, caught.value.hint) == (
        "too many parts",
        "It falls into over 300,000 pieces of text; split it into parts.",
    )
